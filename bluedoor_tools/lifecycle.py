"""The lifecycle of a posting: its events as periods in which it was open or closed.

Pure: from one record and its events, no request. A period is known as far as there is evidence and no further: "open"
means that it was open when last seen or heard of, not that it is open now.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from . import contract
from .decode import parse_instant
from .frames import typed

__all__ = ["STATE_AFTER", "periods"]

_CREATED, _UPDATED, _CLOSED, _REOPENED = contract.EVENT_TYPES
STATE_AFTER = {_CREATED: "open", _CLOSED: "closed", _REOPENED: "open"}
# Of events at one instant, the order that a life has; an update belongs to what it updated.
_ORDER = {name: place for place, name in enumerate(contract.EVENT_TYPES)}
_SURROGATE = re.compile("[\ud800-\udfff]")  # no column can hold it
_DAY = dt.timedelta(days=1)
_NAMED = 5  # unknown event types that a note names


@dataclass(frozen=True, slots=True)
class _Event:
    """A timed event of a known type."""

    at: dt.datetime
    kind: str
    field_name: str | None


@dataclass(slots=True)
class _Period:
    state: str
    started_at: dt.datetime
    started_by: str
    ended_at: dt.datetime | None = None
    ended_by: str | None = None
    events: list[_Event] = field(default_factory=list)

    def end(self, at: dt.datetime, by: str) -> None:
        self.ended_at, self.ended_by = at, by


def periods(record: Mapping[str, Any], events: pd.DataFrame, clock: dt.datetime) -> tuple[pd.DataFrame, list[str]]:
    """The periods in which a posting was open or closed, in order, and what can mislead in them; never raises.

    The events decide, in order of time; the record says what they leave out: a start without a ``job.created``, an end
    without a ``job.closed``. An event that repeats a state starts no new period.

    Parameters
    ----------
    record
        one posting; `status`, `active`, `first_seen_at`, `last_seen_at` and `inactive_at` are read
    events
        its events; `observed_at`, `event_type`, `field_name` and `event_id` are read, in any order
    clock
        the backend's present; without a zone: UTC

    Returns
    -------
    DataFrame
        one row a period, each beginning where the one before ended: ``period`` (int64, from 1), ``state`` ("open" or
        "closed"), ``started_at``, ``started_by`` (an event type, or ``first_seen_at`` where only the record says it),
        ``ended_at`` (NaT while it lasts), ``ended_by`` (an event type, or ``inactive_at``; NaN while it lasts),
        ``days`` (float64; of an open one that lasts, up to the last evidence; of a closed one, up to the clock),
        ``updates`` (int64: ``job.updated`` events within), ``changed_fields`` (their distinct field names; NaN if none)
    list of str
        notes, each one line: how far the last period is known, what did not fit and what was done with it

    Examples
    --------
    >>> record = {"status": "active", "first_seen_at": "2026-06-01T00:00:00Z", "last_seen_at": "2026-06-03T12:00:00Z"}
    >>> empty = pd.DataFrame({"observed_at": [], "event_type": [], "field_name": [], "event_id": []})
    >>> table, notes = periods(record, empty, dt.datetime(2026, 6, 9, tzinfo=dt.UTC))
    >>> table[["state", "started_by", "days"]].to_numpy().tolist()
    [['open', 'first_seen_at', 2.5]]
    >>> notes[0]
    'Open when last seen, 2026-06-03T12:00:00Z; nothing said otherwise since, which is not the same as open now.'
    """
    clock = clock.replace(tzinfo=dt.UTC) if clock.tzinfo is None else clock.astimezone(dt.UTC)
    notes: list[str] = []
    timed = _timed(events, notes)
    first_seen = _instant(record, "first_seen_at")
    life = _by_events(timed, first_seen, notes)
    if life:
        disputed = _by_record(life, record, notes)
        if not timed:
            notes.append("No event tells of it: these periods are from the record alone.")
        last_seen = _instant(record, "last_seen_at")
        notes.insert(0, _how_far(life[-1], last_seen, clock, disputed))
    else:
        last_seen = None
        notes.insert(0, "Nothing is known: neither an event with a time nor a readable first_seen_at.")
    if timed:
        notes.append("observed_at is when the crawler saw it, up to a day after it happened.")
    return _frame(life, last_seen, clock), notes


def _timed(events: pd.DataFrame, notes: list[str]) -> list[_Event]:
    """The events that have a time and a known type, once each, in order; the others are counted in notes."""
    rows = [
        (_moment(at), kind if isinstance(kind, str) else "(none)", name, key)
        for at, kind, name, key in zip(
            *(events[name].tolist() for name in ("observed_at", "event_type", "field_name", "event_id")), strict=True
        )
    ]
    # Events without a time last, so that of a repeated event the one with a time is kept.
    rows.sort(key=lambda row: (row[0] is None, row[0] or dt.datetime.min, _ORDER.get(row[1], -1), str(row[3])))
    kept: list[_Event] = []
    seen: set[str] = set()
    repeated = untimed = 0
    unknown: Counter[str] = Counter()
    for at, kind, name, key in rows:
        if isinstance(key, str):
            if key in seen:
                repeated += 1
                continue
            seen.add(key)
        if kind not in _ORDER:
            unknown[kind] += 1
        elif at is None:
            untimed += 1
        else:
            kept.append(_Event(at, kind, _SURROGATE.sub("\ufffd", name) if isinstance(name, str) else None))
    if repeated:
        notes.append(f"{_events(repeated)} came more than once, with the same event_id: counted once.")
    if untimed:
        notes.append(f"{_events(untimed)} without a time: left out of the periods.")
    if unknown:
        named = ", ".join(f"{name[:40]!r}" for name, _ in unknown.most_common(_NAMED))
        more = " …" if len(unknown) > _NAMED else ""
        notes.append(f"{_events(unknown.total())} of unknown types ({named}{more}): left out of the periods.")
    return kept


def _by_events(timed: list[_Event], first_seen: dt.datetime | None, notes: list[str]) -> list[_Period]:
    """The periods that the events tell, begun by the record where no event begins them."""
    life: list[_Period] = []
    first = timed[0] if timed else None
    if first is not None and first.kind == _CREATED:
        if first_seen is not None and abs(first_seen - first.at) > _DAY:
            notes.append(f"The record says first seen at {_said(first_seen)}, more than a day off: the event stands.")
    elif first_seen is not None and (first is None or first_seen <= first.at):
        life.append(_Period("open", first_seen, "first_seen_at"))
    elif first is not None:
        record_says = "no first_seen_at" if first_seen is None else f"a later first_seen_at, {_said(first_seen)}"
        notes.append(f"The first event is {first.kind}, and the record has {record_says}: what was before is unknown.")
    repeats: Counter[str] = Counter()
    late = 0
    for event in timed:
        state = STATE_AFTER.get(event.kind)
        if not life:
            life.append(_Period(state or "open", event.at, event.kind))
        elif state == life[-1].state:
            repeats[f"{event.kind} while {state}"] += 1
        elif state is not None:
            late += event.kind == _CREATED
            life[-1].end(event.at, event.kind)
            life.append(_Period(state, event.at, event.kind))
        life[-1].events.append(event)
    if repeats:
        said = ", ".join(f"{what}: {count}" for what, count in repeats.items())
        notes.append(f"{_events(repeats.total())} in no possible order ({said}): no new period starts there.")
    if late:
        notes.append(f"{_events(late)} job.created while closed, after others: taken as a reopening.")
    return life


def _by_record(life: list[_Period], record: Mapping[str, Any], notes: list[str]) -> bool:
    """Let the record end an open last period where it knows when; whether it contradicts the last period after that."""
    last = life[-1]
    inactive = _instant(record, "inactive_at")
    said = _record_says(record, notes)
    if said is None or (said == "active") == (last.state == "open"):
        return False
    if last.state == "closed":
        notes.append("The record says active, the last event that it was closed: the snapshot lags, the events stand.")
        return True
    opened = max((event.at for event in last.events if event.kind in STATE_AFTER), default=last.started_at)
    if inactive is None:
        notes.append("The record says expired, but neither an event nor inactive_at says since when: no end is known.")
        return True
    if inactive < opened:
        notes.append(
            f"The record says expired since {_said(inactive)}, but the posting was said to be open later, at "
            f"{_said(opened)}: the snapshot lags, what came later stands."
        )
        return True
    notes.append("The record says expired, no job.closed does: the open period ends at the record's inactive_at.")
    last.end(inactive, "inactive_at")
    life.append(_Period("closed", inactive, "inactive_at", events=[e for e in last.events if e.at > inactive]))
    last.events = [event for event in last.events if event.at <= inactive]
    return False


def _record_says(record: Mapping[str, Any], notes: list[str]) -> str | None:
    """The record's state, by status and active, or else by inactive_at; None where it says none or two."""
    said = {status for status in (record.get("status"),) if isinstance(status, str) and status in {"active", "expired"}}
    if isinstance(record.get("active"), bool):
        said.add("active" if record["active"] else "expired")
    if len(said) > 1:
        notes.append("The record's status and active contradict each other: neither is used.")
        return None
    if not said and _instant(record, "inactive_at") is not None:
        return "expired"
    return next(iter(said), None)


def _how_far(last: _Period, last_seen: dt.datetime | None, clock: dt.datetime, disputed: bool) -> str:
    otherwise = "only the record says otherwise" if disputed else "nothing said otherwise"
    if last.state == "closed":
        return f"Closed since {_said(last.started_at)}; {otherwise} up to {_said(max(clock, last.started_at))}."
    until = _evidence(last, last_seen)
    how = "when last seen" if until == last_seen else "by its last event" if last.events else "at its start"
    return f"Open {how}, {_said(until)}; {otherwise} since, which is not the same as open now."


def _evidence(period: _Period, last_seen: dt.datetime | None) -> dt.datetime:
    """Until when an open period that lasts is known to have lasted."""
    return max([period.started_at, *(event.at for event in period.events), *([last_seen] if last_seen else [])])


def _frame(life: Iterable[_Period], last_seen: dt.datetime | None, clock: dt.datetime) -> pd.DataFrame:
    rows: list[tuple[Any, ...]] = []
    for number, period in enumerate(life, 1):
        until = period.ended_at or (_evidence(period, last_seen) if period.state == "open" else clock)
        days = max(0.0, (until - period.started_at) / _DAY)
        updates = [event for event in period.events if event.kind == _UPDATED]
        names = dict.fromkeys(event.field_name for event in updates if event.field_name)
        rows.append(
            (
                number, period.state, period.started_at, period.started_by, period.ended_at, period.ended_by,
                days, len(updates), ", ".join(names) or None,
            )
        )  # fmt: skip
    kinds: dict[str, contract.Kind] = {
        "period": "number", "state": "text", "started_at": "instant", "started_by": "text", "ended_at": "instant",
        "ended_by": "text", "days": "number", "updates": "number", "changed_fields": "text",
    }  # fmt: skip
    columns = {name: (kind, [row[place] for row in rows]) for place, (name, kind) in enumerate(kinds.items())}
    return typed(columns).astype({"period": "int64", "updates": "int64"})


def _instant(record: Mapping[str, Any], name: str) -> dt.datetime | None:
    value = record.get(name)
    return parse_instant(value) if isinstance(value, str) else None


def _moment(value: Any) -> dt.datetime | None:
    """A cell of `observed_at`; None where it holds no time that Python has."""
    if not isinstance(value, pd.Timestamp):  # NaT is none
        return None
    try:
        moment = value.to_pydatetime()
        return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def _events(count: int) -> str:
    return f"{count:,} event{'s'[: count != 1]}"


def _said(moment: dt.datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
