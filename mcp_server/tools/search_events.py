"""The tool that follows postings: the history of one, or events across postings."""

from __future__ import annotations

from typing import Any

from bluedoor_tools import InvalidRequestError, contract

from ..answers import Answer, Structure, largest, table
from ..desk import Desk
from ..loosening import events_to_loosen
from ..paging import EVENTS, card_of, notes_of, read
from ..rows import rows_of, short
from ..schemas import CURSOR, EVENT_FILTERS, limit, text
from ..strangers import one_line
from ..wording import in_tools
from .tool import Tool

__all__ = ["EVENT_COLUMNS", "SEARCH_EVENTS"]

EVENT_COLUMNS = ("observed_at", "event_type", "company", "field_name", "old_value_text", "new_value_text", "job_id")
_PERIODS = ("state", "started_at", "started_by", "ended_at", "ended_by", "days", "updates", "changed_fields")
_MOST, _DEFAULT = 100, 20
_MOST_PERIODS = 10
_LONGEST = 200  # characters of a changed value


def _run(desk: Desk, given: dict[str, Any]) -> Answer:
    if "job_id" in given:
        return _history(desk, given)
    filters = dict(given)
    wanted, cursor = filters.pop("limit", _DEFAULT), filters.pop("cursor", None)
    page = read(desk, EVENTS, filters, limit=wanted, cursor=cursor)
    rows = rows_of(page.frame, EVENT_COLUMNS, longest=_LONGEST)

    def build(count: int) -> Structure:
        structure = card_of(page, count, {})
        next_cursor = page.behind(count)
        structure |= page.extent(count)
        structure["events"] = table(EVENT_COLUMNS, rows[:count])
        structure["untrusted"] = ["events"]
        if count < len(rows):
            structure["cut"] = f"{len(rows) - count} more rows were read and did not fit: go on with next_cursor"
        if next_cursor:
            structure["next_cursor"] = next_cursor
        if not rows and structure["complete"] and cursor is None:
            structure |= events_to_loosen(desk, filters)
        return {**structure, "notes": [_OBSERVED, *(note for note in notes_of(page) if "observed_at" not in note)]}

    return Answer(largest(build, len(rows), desk.settings.budget, least=1)[0])


_OBSERVED = "observed_at is when the crawler saw it, up to a day after it happened"


def _history(desk: Desk, given: dict[str, Any]) -> Answer:
    """One posting: its periods of being open and closed, and its events."""
    others = sorted(set(given) - {"job_id", "limit"})
    if others:
        raise InvalidRequestError(
            f"job_id asks for the whole history of one posting; {', '.join(others)} cannot narrow it.",
            hint="Leave them out, or use job_ids=[…] with them.",
        )
    job = desk.client.get_job(given["job_id"].strip().removeprefix("bluedoor://job/"))
    periods = desk.client.history(job)
    events = desk.client.job_events(job["job_id"], limit=contract.EVENT_LIMIT)
    card = periods.attrs["bluedoor"]
    columns = [name for name in EVENT_COLUMNS if name not in {"company", "job_id"}]
    rows = rows_of(events, columns, longest=_LONGEST)
    whole = bool(events.attrs["bluedoor"]["complete"])
    spans = rows_of(periods, _PERIODS, longest=_LONGEST)
    structure: Structure = {
        "job_id": job["job_id"],
        "title": rows_of(job.frame(), ["title"])[0][0],
        "company": short(one_line(job.company)) if job.company else None,
        "backend": card["backend"]["label"],
        "complete": bool(card["complete"]),
        "periods": table(_PERIODS, spans[-_MOST_PERIODS:]),
    }
    if len(spans) > _MOST_PERIODS:
        structure["periods_cut"] = (
            f"the oldest {len(spans) - _MOST_PERIODS} of {len(spans)} are left out: see its events"
        )
    notes = [
        in_tools(note)
        for note in card["notes"]
        if note not in desk.client.backend.notes and not note.startswith(_OBSERVED)
    ]

    def build(count: int) -> Structure:
        # The newest are kept: they say what the posting is now.
        made = {**structure, "events": table(columns, rows[len(rows) - count :])}
        made["untrusted"] = ["title", "company", "periods", "events"]
        if count < len(rows) or not whole:
            made["complete"] = False
            made["cut"] = (
                f"the newest {count} of {len(rows)} events{'' if whole else ', and there may be more'}: "
                f"search_events(job_ids=['{job['job_id']}'], limit=…) pages through all, newest first"
            )
        return {**made, "notes": [_OBSERVED, *notes]}

    most = min(len(rows), given.get("limit", len(rows)))
    return Answer(largest(build, most, desk.settings.budget)[0])


SEARCH_EVENTS = Tool(
    name="search_events",
    title="Follow postings: lifecycle events",
    description=(
        "Follow what changed: one posting's history (job_id: when it was open and closed, what changed), or lifecycle "
        "events across postings (opened, updated, closed, reopened) by company, type and time; newest first."
    ),
    arguments={
        "job_id": text("one posting's whole history; id or URL"),
        **EVENT_FILTERS,
        "limit": limit(_DEFAULT, _MOST),
        "cursor": CURSOR,
    },
    run=_run,
)
