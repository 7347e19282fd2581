"""The tool that counts postings."""

from __future__ import annotations

from typing import Any

from bluedoor_tools import InvalidRequestError, contract

from ..answers import Answer, Structure, largest, notes_of, table
from ..desk import Desk
from ..loosening import count, jobs_to_loosen
from ..rows import rows_of
from ..schemas import JOB_FILTERS, limit
from ..wording import in_tools
from .tool import Tool

__all__ = ["FACETS"]

_MOST, _DEFAULT = contract.FACET_LIMIT, 20
_FIELDS = list(contract.FACET_FIELDS)


def _run(desk: Desk, given: dict[str, Any]) -> Answer:
    filters = dict(given)
    field, by = filters.pop("field", None), filters.pop("by", None)
    wanted = filters.pop("limit", _DEFAULT)
    if field is None:
        return _breakdowns(desk, filters, by, wanted)
    filters.setdefault("status", "active")
    frame = desk.client.facets(field, by=by, limit=wanted, **filters)
    card = frame.attrs["bluedoor"]
    applied = {"status": "any", **card["applied"]}
    if "company" in card["asked"]:
        applied.pop("org_ids", None)
        applied["company"] = card["asked"]["company"]
    return _answer(desk, frame, applied, list(frame.columns), filters)


def _breakdowns(desk: Desk, filters: dict[str, Any], by: str | None, wanted: int) -> Answer:
    """A company's active postings by role, location, applicant tracking system and work model."""
    company = filters.pop("company", None)
    if filters.get("status") == "active":  # as breakdowns are
        del filters["status"]
    if isinstance(company, list) and len(company) == 1:
        (company,) = company
    if not isinstance(company, str) or filters or by:
        raise InvalidRequestError(
            "field is missing.",
            hint=f"Give one of {', '.join(_FIELDS)}; or company alone, for its breakdowns by role, location, ATS and "
            "work model.",
        )
    frame = desk.client.get_org(company).breakdowns()
    card = frame.attrs["bluedoor"]
    kept = frame.groupby("field", sort=False).head(wanted)
    reason = card["reason"] if len(kept) == len(frame) else f"the first {wanted} of each breakdown: raise limit"
    whole = bool(card["complete"]) and len(kept) == len(frame)
    kept.attrs["bluedoor"] = {**card, "complete": whole, "reason": reason}
    applied = {"company": company, "status": "active"}
    return _answer(desk, kept, applied, ["breakdown", "field", "value", "count", "share"], applied)


def _answer(desk: Desk, frame: Any, applied: dict[str, Any], columns: list[str], filters: dict[str, Any]) -> Answer:
    card = frame.attrs["bluedoor"]
    rows = rows_of(frame, columns)
    notes = notes_of(card, desk.client.backend.notes) if rows else []
    loosen = {} if rows else _nothing(desk, filters)

    def build(shown: int) -> Structure:
        structure: Structure = {
            "applied": applied,
            "backend": card["backend"]["label"],
            "complete": bool(card["complete"]) and shown == len(rows),
            "facets": table(columns, rows[:shown]),
            "untrusted": ["facets"],
        }
        structure |= loosen
        if not card["complete"]:
            structure["reason"] = in_tools(str(card["reason"]))
        if shown < len(rows):
            structure["cut"] = f"the last {len(rows) - shown} of {len(rows)} rows did not fit: ask for fewer by limit"
        return {**structure, "notes": notes} if notes else structure

    return Answer(largest(build, len(rows), desk.settings.budget, least=1)[0])


def _nothing(desk: Desk, filters: dict[str, Any]) -> Structure:
    matching = count(desk, "search_jobs", filters)
    if matching:
        return {"total": matching, "loosen": "Postings match, and none has a value of this field: count another."}
    return {"total": 0, **jobs_to_loosen(desk, filters)}


FACETS = Tool(
    name="facets",
    title="Count postings",
    description=(
        "Count job postings: how many openings by country, state, city, department, work model: one field or two "
        "(field within by), with shares, under the filters of search_jobs. With company alone: its breakdowns by role, "
        "location, ATS and work model."
    ),
    arguments={
        "field": {"type": "string", "enum": _FIELDS},
        "by": {"type": "string", "enum": _FIELDS},
        **{name: {k: v for k, v in schema.items() if k != "description"} for name, schema in JOB_FILTERS.items()},
        "limit": limit(_DEFAULT, _MOST),
    },
    run=_run,
)
