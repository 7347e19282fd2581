"""The arguments of the tools as lean JSON schemas, made from the contract: no generated titles, no null branches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bluedoor_tools import contract

__all__ = ["COMPANY", "CURSOR", "EVENT_FILTERS", "JOB_FILTERS", "Schema", "limit", "several", "text"]

Schema = dict[str, Any]

_NUMBERS = {"at_least", "at_most"}
_DATES = {"from", "before"}
# Said once, where the name alone does not say it.
_SAID = {
    "q": "words that all occur in title or department",
    "title": "one phrase within the title",
    "location": "part of the location text",
    "country": "by name: United States",
    "region": "as in records: OH",
    "company": "organisation's whole name or web domain",
    "posted_after": "by the employer; date or age: 2026-06-01, 7d",
    "first_seen_after": "by the crawler",
    "observed_after": "date or age: 7d",
    "salary_min": "pays at least this",
    "salary_max": "starts at no more than this",
}


def text(description: str = "") -> Schema:
    """Text, with its meaning."""
    return {"type": "string", **({"description": description} if description else {})}


def several(description: str = "", choices: Sequence[str] = ()) -> Schema:
    """A list of text, any of which will do; one value stands for a list of one."""
    items: Schema = {"type": "string", **({"enum": list(choices)} if choices else {})}
    return {"type": "array", "items": items, **({"description": description} if description else {})}


def limit(default: int, most: int) -> Schema:
    """How many rows, at most."""
    return {"type": "integer", "minimum": 1, "maximum": most, "default": default}


COMPANY = several(_SAID["company"])
CURSOR = text("next_cursor of the last answer, filters repeated")


def _schema(row: contract.Parameter) -> Schema:
    said = _SAID.get(row.name, "")
    if row.match == "present":
        return {"type": "boolean"}
    if row.match in _NUMBERS:
        return {"type": "number", "description": said}
    if row.match == "one_of":
        return several(said, row.choices)
    if row.match in _DATES:
        return text(said)
    if row.name == "status":  # "any" stands for no filter where the tools have a default
        return {"type": "string", "enum": [*row.choices, "any"]}
    if row.match == "equals":
        known = f"{', '.join(row.choices[:4])} …" if row.choices and row.open else ""
        return several(said or known, () if row.open else row.choices)
    return text(said)


def _filters(rows: Mapping[str, contract.Parameter]) -> dict[str, Schema]:
    return {name: _schema(row) for name, row in rows.items()}


JOB_FILTERS: dict[str, Schema] = {"company": COMPANY, **_filters(contract.PARAMETERS)}
EVENT_FILTERS: dict[str, Schema] = {"company": COMPANY, **_filters(contract.EVENT_PARAMETERS)}
JOB_FILTERS["status"] = {**JOB_FILTERS["status"], "default": "active"}
