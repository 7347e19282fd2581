"""The tool that says what the data is, and how far to trust it."""

from __future__ import annotations

from typing import Any

from bluedoor_tools import BluedoorError, InvalidRequestError, contract

from ..answers import Answer, Structure, largest, table
from ..desk import Desk
from ..rows import plain, rows_of
from ..wording import in_tools
from .tool import Tool

__all__ = ["DESCRIBE_DATA"]

_TOPICS = ("overview", "columns", "events", "filters", "values")
_FEW = 12
_MISLEADING = ("status", "workplace_type", "country", "salary_min", "employment_type", "source_posted_at",
               "first_seen_at", "apply_url")  # fmt: skip


def _run(desk: Desk, given: dict[str, Any]) -> Answer:
    about, field = given.get("about"), given.get("field")
    about = about or ("values" if field else "overview")
    if field and about != "values":
        raise InvalidRequestError("field goes with about='values'.", hint="Leave one of them out.")
    structure: Structure = {"about": about, "backend": desk.client.backend.label}
    match about:
        case "overview":
            return Answer(_overview(desk, structure))
        case "columns" | "events":
            return _columns(desk, structure, "jobs" if about == "columns" else "events")
        case "filters":
            return _filters(desk, structure)
        case _:
            return _values(desk, structure, [field] if field else list(contract.FACET_FIELDS))


def _overview(desk: Desk, structure: Structure) -> Structure:
    """Size, freshness, what can mislead, and what else may be asked."""
    try:
        figures = desk.client.stats()
        structure["stats"] = {str(name): plain(value) for name, value in list(figures.items())[:20]}
    except BluedoorError as error:
        structure["stats"] = {"error": in_tools(str(error))}
    lag = structure["stats"].get("public_jobs_snapshot_lag_seconds")
    structure["freshness"] = (
        "each board is crawled about once a day; status and active are as of a snapshot that lags the events"
        + (f" by {round(lag / 3600)} h" if isinstance(lag, int) else "")
    )
    structure["as_of"] = desk.client.backend.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    structure["misleading"] = [
        f"{entry.name}: {entry.misleads}" for entry in contract.JOB_FIELDS if entry.name in _MISLEADING
    ]
    structure["more"] = "about='columns', 'events', 'filters' or 'values' (with counts)"
    notes = [in_tools(note) for note in desk.client.backend.notes]
    return {**structure, "notes": notes} if notes else structure


def _columns(desk: Desk, structure: Structure, frame: str) -> Answer:
    import bluedoor_tools

    rows = rows_of(bluedoor_tools.columns(frame), ["column", "meaning", "misleads"])
    columns = ["column", "meaning", "misleads"]

    def build(count: int) -> Structure:
        made = {**structure, "columns": table(columns, rows[:count])}
        if count < len(rows):
            made["cut"] = _did_not_fit(rows[count:])
        return made

    return Answer(largest(build, len(rows), desk.settings.budget)[0])


def _did_not_fit(rows: list[list[Any]]) -> str:
    names = ", ".join(str(row[0]) for row in rows)
    return f"these did not fit: {names}; BLUEDOOR_MCP_BUDGET sets how long an answer of this server may be"


def _filters(desk: Desk, structure: Structure) -> Answer:
    rows = [
        [row.name, row.meaning, ", ".join(row.choices) + (" …" if row.open else "") or None, row.known]
        for row in contract.PARAMETERS.values()
    ]
    rows.insert(0, ["company", "the organisation's name or web domain, whole", None, "observed"])

    def build(count: int) -> Structure:
        made = {**structure, "filters": table(["filter", "meaning", "values", "known"], rows[:count])}
        if count < len(rows):
            made["cut"] = _did_not_fit(rows[count:])
        return made

    return Answer(largest(build, len(rows), desk.settings.budget)[0])


def _values(desk: Desk, structure: Structure, fields: list[str]) -> Answer:
    """The values of fields with their counts, among active postings."""
    rows: list[list[Any]] = []
    cut: dict[str, Any] = {}
    for name in fields:
        if name == "remote_policy" and len(fields) > 1:  # repeats workplace_type
            continue
        frame = desk.client.facets(name, limit=contract.FACET_LIMIT if len(fields) == 1 else _FEW)
        rows += [[name, *row] for row in rows_of(frame, ["value", "count"])]
        if not frame.attrs["bluedoor"]["complete"]:
            cut[name] = f"the {len(frame)} commonest"
    structure["applied"] = {"status": "active"}

    def build(count: int) -> Structure:
        made = {**structure, "values": table(["field", "value", "count"], rows[:count]), "untrusted": ["values"]}
        if cut:
            made["not_all"] = {**cut, "all": "field=… gives up to 100 of one field"}
        if count < len(rows):
            made["cut"] = f"the last {len(rows) - count} of {len(rows)} values did not fit: ask with field=…"
        return made

    return Answer(largest(build, len(rows), desk.settings.budget, least=1)[0])


DESCRIBE_DATA = Tool(
    name="describe_data",
    title="What the data is",
    description=(
        "Describe the data: its size, coverage and freshness, which fields to trust and what can mislead, the columns "
        "and their meaning, the filters and their values with counts."
    ),
    arguments={
        "about": {"type": "string", "enum": list(_TOPICS)},
        "field": {"type": "string", "enum": list(contract.FACET_FIELDS), "description": "its values"},
    },
    run=_run,
)
