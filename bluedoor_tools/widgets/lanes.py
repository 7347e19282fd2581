"""Lanes of a timeline: the marks of a posting's events, the stretches in which it was open, and the axis they share."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .. import contract
from ..inert import counted, visible_line
from .chart_view import STATE_AFTER, keys
from .tree import Node, element
from .wording import cut

__all__ = [
    "WORDS",
    "Lane",
    "Mark",
    "Scale",
    "Span",
    "day_of",
    "iso_of",
    "lanes_table",
    "mark_shape",
    "marks_legend",
    "minute_of",
    "scale_of",
    "spans_of",
    "stretches",
    "tone_of",
    "word_of",
]

_CREATED, _UPDATED, _CLOSED, _REOPENED = contract.EVENT_TYPES
WORDS = {_CREATED: "Opened", _UPDATED: "Updated", _CLOSED: "Closed", _REOPENED: "Reopened"}
_TITLE = 60
_TICKS = 7
_DAY = np.timedelta64(1, "D")
# Marks, each of its own shape, around 0/0.
_SHAPES = {
    "opened": "M-5 0A5 5 0 1 0 5 0A5 5 0 1 0 -5 0Z",
    "updated": "M0 -5.5L4 0L0 5.5L-4 0Z",
    "closed": "M-4.5 -4.5H4.5V4.5H-4.5Z",
    "reopened": "M0 -6L5.5 4.5H-5.5Z",
    "other": "M-4.5 -4.5L4.5 4.5M4.5 -4.5L-4.5 4.5",
}
_LEGEND = {
    "opened": "opened",
    "updated": "updated",
    "closed": "closed",
    "reopened": "reopened",
    "other": "of another type",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """An event of a lane."""

    at: np.datetime64
    kind: str


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch in which a posting was open; an end that the events do not tell is None."""

    start: np.datetime64 | None
    end: np.datetime64 | None


@dataclass(frozen=True, slots=True)
class Lane:
    """A posting's events in order of time, the oldest first, with what it is called."""

    job_id: str
    title: str
    company: str
    marks: list[Mark]
    spans: list[Span]


def tone_of(kind: str) -> str:
    """What an event does to a posting, as classes name it; "other" of an unknown type."""
    return WORDS.get(kind, "other").lower()


def word_of(kind: str) -> str:
    """What an event is called; one of an unknown type by its own name."""
    return WORDS.get(kind) or cut(visible_line(kind), 40)[0] or "(no type)"


def spans_of(marks: Sequence[Mark]) -> list[Span]:
    """The stretches in which a posting was open, as its events tell, the oldest first."""
    spans: list[Span] = []
    start: np.datetime64 | None = None
    state: str | None = None
    for mark in marks:
        after = STATE_AFTER.get(mark.kind)
        if after is None:
            if state is None and mark.kind == _UPDATED:
                state = "open"  # what is updated is there
            continue
        if after == "open" and state != "open":
            start, state = mark.at, "open"
        elif after == "closed" and state != "closed":
            spans.append(Span(start, mark.at))
            start, state = None, "closed"
    if state == "open":
        spans.append(Span(start, None))
    return spans


class Scale:
    """A time axis: instants as shares of its width, and round dates on it."""

    def __init__(self, low: np.datetime64, high: np.datetime64) -> None:
        least = np.timedelta64(36, "h")
        if high - low < least:
            low, high = low - least / 2, high + least / 2
        margin = (high - low) / 40
        self.low, self.high = low - margin, high + margin
        self.ticks = _round_dates(self.low, self.high)

    def place(self, moment: np.datetime64) -> float:
        """Where an instant is, in hundredths of the width."""
        return float(100 * ((moment - self.low) / (self.high - self.low)))


def _round_dates(low: np.datetime64, high: np.datetime64) -> list[tuple[np.datetime64, str]]:
    """At most seven round dates between two instants: days, months or years."""
    days = float((high - low) / _DAY)
    for step in (1, 2, 7, 14):
        if days / step <= _TICKS:
            first = int(low.astype("datetime64[D]").astype(np.int64)) // step + 1
            last = int(high.astype("datetime64[D]").astype(np.int64)) // step
            shift = 4 if step >= 7 else 0  # weeks from Monday
            found = [np.datetime64(number * step + shift, "D") for number in range(first - 1, last + 1)]
            return [(day, str(day)) for day in found if low <= day <= high]
    for months in itertools.chain((1, 2, 3, 6), (12 * unit * 10**power for power in range(6) for unit in (1, 2, 5))):
        first = int(low.astype("datetime64[M]").astype(np.int64)) // months + 1
        last = int(high.astype("datetime64[M]").astype(np.int64)) // months
        if last - first < _TICKS:
            return [
                (start.astype("datetime64[D]"), str(start)[: 4 if months >= 12 else 7])
                for start in (np.datetime64(number * months, "M") for number in range(first, last + 1))
            ]
    return []


def lanes_table(page: Sequence[Lane]) -> Node:
    """Lanes one below the other, on one time axis."""
    scale = scale_of(page)
    rows = [
        element(
            "tr",
            {},
            element("th", {"scope": "row"}, _lane_name(lane)),
            element("td", {}, _drawn(lane, scale), element("span", {"class": "bd-heard"}, _in_words(lane))),
        )
        for lane in page
    ]
    axis = element(
        "svg",
        {"class": "bd-lane-axis", "height": 22, "aria-hidden": "true"},
        [
            element(
                "text",
                {"class": "bd-date", "x": _percent(scale.place(day)), "y": 15, "text-anchor": "middle"},
                label,
            )
            for day, label in scale.ticks
        ],
    )
    return element(
        "table",
        {"class": "bd-lanes"},
        element("caption", {}, f"Events of {counted(len(page), 'posting')}, by the last event, the newest first"),
        element(
            "thead",
            {},
            element(
                "tr",
                {},
                element("th", {"scope": "col"}, "Posting"),
                element("th", {"scope": "col"}, axis, element("span", {"class": "bd-heard"}, "Events")),
            ),
        ),
        element("tbody", {}, rows),
    )


def stretches(lane: Lane, low: np.datetime64, high: np.datetime64) -> list[tuple[np.datetime64, np.datetime64, bool]]:
    """When a posting was open: from, to, and whether its events tell so; else it reaches to the end of the axis."""
    found = []
    for span in lane.spans:
        known = [
            mark.at
            for mark in lane.marks
            if (span.start is None or mark.at >= span.start) and (span.end is None or mark.at <= span.end)
        ]
        first = span.start if span.start is not None else known[0]
        last = span.end if span.end is not None else known[-1]
        if span.start is None:
            found.append((low, first, False))
        if last > first:
            found.append((first, last, True))
        if span.end is None:
            found.append((last, high, False))
    return found


def scale_of(page: Sequence[Lane]) -> Scale:
    """The time axis that lanes share."""
    return Scale(min(lane.marks[0].at for lane in page), max(lane.marks[-1].at for lane in page))


def _drawn(lane: Lane, scale: Scale) -> Node:
    """A lane: what is known to be open as a line, what must have been as a dotted one, an event as a mark."""
    parts: list[Node] = [
        element(
            "line",
            {
                "class": "bd-gridline",
                "x1": _percent(scale.place(day)),
                "x2": _percent(scale.place(day)),
                "y1": 0,
                "y2": "100%",
            },
        )
        for day, _ in scale.ticks
    ]
    for start, end, sure in stretches(lane, scale.low, scale.high):
        ends = dict(zip(("x1", "x2"), (_percent(scale.place(at)) for at in (start, end)), strict=True))
        parts.append(
            element("line", {"class": "bd-open-line" if sure else "bd-perhaps", **ends, "y1": "50%", "y2": "50%"})
        )
    alike: dict[tuple[str, int], list[Mark]] = {}
    for mark in lane.marks:
        alike.setdefault((mark.kind, round(scale.place(mark.at) * 4)), []).append(mark)
    for (kind, _), marks in alike.items():
        several = f"{len(marks):,} × " if len(marks) > 1 else ""
        until = f" to {minute_of(marks[-1].at)}" if len(marks) > 1 else ""
        parts.append(
            element(
                "svg",
                {"class": "bd-mark", "x": _percent(scale.place(marks[0].at)), "y": "50%"},
                element(
                    "path",
                    {"class": f"bd-mark-{tone_of(kind)}", "d": _SHAPES[tone_of(kind)]},
                    element("title", {}, f"{several}{word_of(kind)} {minute_of(marks[0].at)}{until}"),
                ),
            )
        )
    return element("svg", {"class": "bd-lane", "height": 26, "aria-hidden": "true"}, parts)


def mark_shape(tone: str) -> Node:
    """A mark alone, beside a word."""
    return element(
        "svg",
        {"class": "bd-shape", "width": 14, "height": 14, "viewBox": "-7 -7 14 14", "aria-hidden": "true"},
        element("path", {"class": f"bd-mark-{tone}", "d": _SHAPES[tone]}),
    )


def marks_legend(tones: set[str]) -> Node:
    """What the marks and lines mean, of the marks that are there."""
    marks = [element("li", {}, mark_shape(tone), word) for tone, word in _LEGEND.items() if tone in tones]
    lines = keys({"bd-key-open": "open", "bd-key-perhaps": "open, since or until when is not in these events"})
    return element("div", {"class": "bd-chart-legend"}, element("ul", {"class": "bd-chart-keys"}, marks), lines)


def _lane_name(lane: Lane) -> Node:
    title, whole = cut(lane.title or lane.company or visible_line(lane.job_id), _TITLE)
    under = cut(lane.company if lane.title else visible_line(lane.job_id), 44)
    if not lane.title and not lane.company:
        under = "", ""
    return element(
        "span",
        {"class": "bd-lane-name"},
        element(
            "button",
            {"class": "bd-link", "data-act": "open", "data-key": lane.job_id, "dir": "auto", "title": whole or None},
            title or "(no name)",
        ),
        element("span", {"class": "bd-under", "dir": "auto", "title": under[1] or None}, under[0]),
    )


def _in_words(lane: Lane) -> str:
    """A lane for those who do not see it."""
    said: list[str] = []
    for kind, marks in itertools.groupby(lane.marks, key=lambda mark: mark.kind):
        run = list(marks)
        times = f" {len(run)} times, last" if len(run) > 1 else ""
        said.append(f"{word_of(kind)}{times} {day_of(run[-1].at)}")
    return "; ".join(said)


def day_of(moment: np.datetime64) -> str:
    """The day of an instant, in UTC."""
    return str(moment.astype("datetime64[D]"))


def minute_of(moment: np.datetime64) -> str:
    """An instant in UTC, cut to minutes."""
    return "no time" if np.isnat(moment) else str(moment.astype("datetime64[m]")).replace("T", " ") + "Z"


def iso_of(moment: np.datetime64) -> str:
    """An instant in UTC as machines write it, cut to seconds."""
    return str(moment.astype("datetime64[s]")) + "Z"


def _percent(value: float) -> str:
    return f"{value:.3f}%"
