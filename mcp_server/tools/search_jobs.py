"""The tool that searches postings."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from bluedoor_tools import InvalidRequestError
from bluedoor_tools.errors import nearest

from ..answers import Answer, Structure, largest, table
from ..desk import Desk
from ..loosening import jobs_to_loosen
from ..paging import JOBS, Page, card_of, notes_of, read
from ..rows import rows_of
from ..schemas import CURSOR, JOB_FILTERS, limit
from .get_job import call_of
from .tool import Tool

__all__ = ["CONCISE", "SEARCH_JOBS"]

CONCISE = ("title", "company", "location_text", "workplace_type", "pay", "source_posted_at", "first_seen_at",
           "job_id", "source_url")  # fmt: skip
_SALARY = ("salary_min", "salary_max", "salary_currency", "salary_period")
_MOST, _DEFAULT = 100, 10


def _run(desk: Desk, given: dict[str, Any]) -> Answer:
    filters = dict(given)
    detail, fields = filters.pop("detail", "concise"), filters.pop("fields", None)
    wanted, cursor = filters.pop("limit", _DEFAULT), filters.pop("cursor", None)
    contacts = filters.pop("contacts", False)
    filters.setdefault("status", "active")
    known = _all_columns()
    columns = (
        list(dict.fromkeys(_checked_fields(fields, known)))
        if fields
        else list(CONCISE if detail == "concise" else known)
    )
    asked = [name for name in columns if name != "pay"] + ["first_seen_at", "job_id"]
    asked += list(_SALARY) if "pay" in columns else []
    page = read(desk, JOBS, filters, limit=wanted, cursor=cursor, columns=list(dict.fromkeys(asked)))
    if page.frame.empty and cursor is None and page.extent(0)["complete"]:
        return _nothing(desk, page, filters)
    short = detail == "concise" and not fields
    rows = rows_of(page.frame, columns, contacts=contacts, days=short, whole=("description_text",))
    empty = [name for at, name in enumerate(columns) if all(row[at] is None for row in rows)] if not short else []
    kept = [at for at, name in enumerate(columns) if name not in empty]
    rows = [[row[at] for at in kept] for row in rows]
    names = [columns[at] for at in kept]

    def build(count: int) -> Structure:
        return _structure(page, names, rows, count, empty)

    structure, count = largest(build, len(rows), desk.settings.budget, least=1)
    if count == 1:
        named = {"contacts": True} if contacts else {}
        structure = _with_one_cut_row(
            desk, structure, functools.partial(call_of, page.frame["job_id"].iloc[0], **named)
        )
    return Answer(structure)


def _structure(page: Page, names: list[str], rows: list[list[Any]], count: int, empty: list[str]) -> Structure:
    structure = card_of(page, count, {"status": "any"})
    next_cursor = page.behind(count)
    structure |= page.extent(count)
    structure["jobs"] = table(names, rows[:count])
    structure["untrusted"] = ["jobs"]
    if empty:
        structure["empty"] = empty
    if count < len(rows):
        structure["cut"] = f"{len(rows) - count} more rows were read and did not fit: go on with next_cursor"
    if next_cursor:
        structure["next_cursor"] = next_cursor
    notes = notes_of(page)
    if notes:
        structure["notes"] = notes
    return structure


def _with_one_cut_row(desk: Desk, structure: Structure, call: Callable[..., str]) -> Structure:
    """The only row, its longest text cut if it does not fit even alone."""
    columns, (row,) = structure["jobs"]["columns"], structure["jobs"]["rows"]
    at = max(range(len(row)), key=lambda place: len(str(row[place])))
    whole, cut = str(row[at]), structure.get("cut", "")

    def build(length: int) -> Structure:
        if length == len(whole):
            return structure
        section = "description" if columns[at] == "description_text" else "raw"
        said = f"{columns[at]}: {length:,} of {len(whole):,} characters; {call(sections=[section])} gives all"
        jobs = table(columns, [[*row[:at], whole[:length], *row[at + 1 :]]])
        return {**structure, "jobs": jobs, "cut": f"{said}. {cut}".strip()}

    return largest(build, len(whole), desk.settings.budget)[0]


@functools.cache
def _all_columns() -> tuple[str, ...]:
    import bluedoor_tools

    columns = bluedoor_tools.columns("jobs")
    return tuple(str(name) for name in columns["column"][columns["default"]])


def _checked_fields(fields: list[str], known: tuple[str, ...]) -> list[str]:
    """The names of columns wanted; `pay` is made of four."""
    import bluedoor_tools

    every = ["pay", *map(str, bluedoor_tools.columns("jobs")["column"])]
    for name in fields:
        if name not in every:
            close = nearest(name, every)
            raise InvalidRequestError(
                f"fields: there is no {name[:60]!r}.",
                hint=(f"Did you mean {close!r}? " if close else "") + f"Such as: {', '.join(['pay', *known[:12]])} … "
                "describe_data(about='columns') has all.",
            )
    return fields


def _nothing(desk: Desk, page: Page, filters: Mapping[str, Any]) -> Answer:
    """No posting matches: how many would without each of the filters."""
    structure = card_of(page, 0, {"status": "any"})
    structure |= {"total": 0, "complete": True, "jobs": table(CONCISE, []), **jobs_to_loosen(desk, filters)}
    notes = [note for note in notes_of(page) if not note.startswith("nothing matches")]  # said better above
    if notes:
        structure["notes"] = notes
    return Answer(structure)


SEARCH_JOBS = Tool(
    name="search_jobs",
    title="Search job postings",
    description=(
        "Find job postings (jobs, vacancies, openings, positions) by words, title, place, remote work, pay, date or "
        "company; newest first, with the total that matches. A list matches any of its values. active is as of a "
        "snapshot, not open now; null never matches a filter. detail=full or fields give more columns; get_job gives "
        "the description."
    ),
    arguments={
        **JOB_FILTERS,
        "detail": {"type": "string", "enum": ["concise", "full"], "default": "concise"},
        "fields": {"type": "array", "items": {"type": "string"}, "description": "columns instead of detail"},
        "limit": limit(_DEFAULT, _MOST),
        "cursor": CURSOR,
        "contacts": {"type": "boolean", "description": "keep e-mails and phones"},
    },
    run=_run,
    view=True,
)
