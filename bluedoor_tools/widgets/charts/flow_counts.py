"""Openings and closings counted by period, of all events or of the commonest values; what is left out is said."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ...inert import counted
from ..wording import label_of
from .chart_view import coded, value_of
from .events_read import Events
from .periods import PERIODS, numbers_of, starts_of

__all__ = ["FlowCounts", "Series", "flow_counts"]

_MOST = 400  # periods that are drawn
_MOST_EACH = 120  # of each of several charts
_GROUPS = 6  # charts, where there is one a value
_CAVEAT = "Dated by when the crawler saw it, up to a day after it happened."


@dataclass(frozen=True, slots=True)
class Series:
    """Openings and closings of each period, of one value."""

    value: str | None  # None: of rows without one; of all where nothing was asked
    label: str
    opened: list[int]
    closed: list[int]


@dataclass(slots=True)
class FlowCounts:
    """The first days of the periods, and one more for the last one's end; a series a value; notes on what is not there.

    ``partial`` is whether the events begin after the first period does, and end before the last one does.
    """

    starts: np.ndarray[Any, Any] = field(default_factory=lambda: np.array([], dtype="datetime64[D]"))
    series: list[Series] = field(default_factory=list)
    partial: tuple[bool, bool] = (False, False)
    notes: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return max(len(self.starts) - 1, 0)

    def bounds(self, place: int) -> tuple[str, str]:
        """A period's first day, and the day after its last."""
        return str(self.starts[place]), str(self.starts[place + 1])

    def name(self, place: int) -> str:
        """A period in words: its first and its last day."""
        first, last = self.starts[place], self.starts[place + 1] - 1
        return str(first) if first == last else f"{first} to {last}"

    def is_partial(self, place: int) -> bool:
        """Whether a period may be partial."""
        return (place == 0 and self.partial[0]) or (place == len(self) - 1 and self.partial[1])

    def frame(self, by: str | None) -> pd.DataFrame:
        """A row a period; with `by` a row a period and value."""
        periods = pd.Series(self.starts[: len(self)]).astype("datetime64[us]").dt.tz_localize("UTC")
        parts = []
        for series in self.series or [Series(None, "", [], [])]:
            opened, closed = np.array(series.opened, dtype=np.int64), np.array(series.closed, dtype=np.int64)
            part = pd.DataFrame({"period": periods, "opened": opened, "closed": closed, "net": opened - closed})
            if by is not None:
                part.insert(0, "by", pd.Series([series.value] * len(self), dtype="str"))
            parts.append(part)
        return pd.concat(parts, ignore_index=True)


def flow_counts(events: Events, freq: str, by: str | None) -> FlowCounts:
    """Count the openings and closings among these events."""
    moves = events.signs != 0
    used = moves & events.timed
    found = _counted(events, used, freq, by) if used.any() else FlowCounts()
    untimed, other = int((moves & ~events.timed).sum()), int((~moves).sum())
    if untimed:
        found.notes.append(f"{_moves(untimed)} without a time: not drawn.")
    if other:
        unknown = events.unknown()
        among = f"; {unknown} among them" if unknown else ""
        found.notes.append(f"{counted(other, 'event')} that neither open nor close a posting: not counted{among}.")
    found.notes += [*events.notes, *([_CAVEAT] if found.series else [])]
    return found


def _counted(events: Events, used: np.ndarray[Any, np.dtype[np.bool_]], freq: str, by: str | None) -> FlowCounts:
    found, unit = FlowCounts(), PERIODS[freq]
    days, signs = events.at[used].astype("datetime64[D]"), events.signs[used]
    numbers = numbers_of(days, freq)
    last, most = int(numbers.max()), _MOST if by is None else _MOST_EACH
    first = max(int(numbers.min()), last - most + 1)
    kept = numbers >= first
    earlier = int((~kept).sum())
    if earlier:
        found.notes.append(f"Drawn are the last {counted(most, unit)}; {_moves(earlier)} before that are not.")
    places, signs, days = numbers[kept] - first, signs[kept], days[kept]
    found.starts = starts_of(np.arange(first, last + 2), freq)
    codes, texts = _groups(events, by)
    groups = codes[used][kept]
    sums = np.bincount(groups + 1, minlength=len(texts) + 1)  # the first: of events without a value
    order = sorted((int(place) - 1 for place in np.flatnonzero(sums)), key=lambda code: (-sums[code + 1], code))
    rest = order[_GROUPS:]
    if rest:
        left = _moves(int(sums[np.array(rest) + 1].sum()))
        found.notes.append(f"{counted(len(rest), 'more value')} of {label_of(str(by))}: {left}, not drawn.")
    for code in order[:_GROUPS]:
        value = texts[code] if code >= 0 and by is not None else None
        label = "without a value" if code < 0 else value_of(by or "", texts[code])
        up, down = (
            np.bincount(places[(groups == code) & (signs == sign)], minlength=len(found)).tolist() for sign in (1, -1)
        )
        found.series.append(Series(value, label, up, down))
    found.partial = bool(days.min() > found.starts[0]), bool(days.max() + 1 < found.starts[-1])
    if any(found.partial):
        which = " and ".join(name for name, cut_off in zip(("first", "last"), found.partial, strict=True) if cut_off)
        found.notes.append(
            f"The events go from {days.min()} to {days.max()}: the {which if len(found) > 1 else 'only'} {unit} may be "
            "partial, drawn paler."
        )
    return found


def _groups(events: Events, by: str | None) -> tuple[np.ndarray[Any, np.dtype[np.intp]], list[str]]:
    """Each event's value of `by`, as a code."""
    if by is None:
        return np.zeros(len(events), dtype=np.intp), ["every posting"]
    return coded(events.frame[by])


def _moves(count: int) -> str:
    return counted(count, "opening or closing", "openings and closings")
