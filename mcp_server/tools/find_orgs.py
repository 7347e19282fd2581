"""The tool that finds organisations by name."""

from __future__ import annotations

from typing import Any

from ..answers import Answer, Structure, largest, notes_of, table
from ..desk import Desk
from ..rows import rows_of
from ..schemas import limit, text
from .tool import Tool

__all__ = ["FIND_ORGS"]

_COLUMNS = ("company", "match", "active_jobs", "board_count", "providers", "domain", "industry", "org_id")
_MOST, _DEFAULT = 25, 10


def _run(desk: Desk, given: dict[str, Any]) -> Answer:
    frame = desk.client.find_orgs(given["name"], limit=given.get("limit", _DEFAULT))
    card = frame.attrs["bluedoor"]
    rows = rows_of(frame, _COLUMNS)
    notes = notes_of(card, desk.client.backend.notes)

    def build(count: int) -> Structure:
        structure: Structure = {
            "applied": {"name": given["name"]},
            "backend": card["backend"]["label"],
            "complete": bool(card["complete"]) and count == len(rows),
            "orgs": table(_COLUMNS, rows[:count]),
            "untrusted": ["orgs"],
        }
        if count < len(rows):
            structure["cut"] = f"the last {len(rows) - count} of {len(rows)} rows did not fit: write more of the name"
        if not rows:
            structure["loosen"] = "No name or web domain has this in it: write a shorter part of the name."
        return {**structure, "notes": notes} if notes else structure

    return Answer(largest(build, len(rows), desk.settings.budget, least=1)[0])


FIND_ORGS = Tool(
    name="find_orgs",
    title="Find companies",
    description=(
        "Identify companies (organisations, employers) by a part of their name or by web domain: exact names, crawled "
        "boards, open postings, ATS. Use it when company is unknown or ambiguous."
    ),
    arguments={"name": text(), "limit": limit(_DEFAULT, _MOST)},
    required=("name",),
    run=_run,
)
