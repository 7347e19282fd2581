"""Lanes drawn: the marks of events on one axis of time, the legend, and the whole in words."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from ...inert import counted, visible_line
from ..tree import Node, element
from ..wording import cut
from .chart_view import keys
from .lanes import Lane, Mark, day_of, minute_of, stretches, tone_of, word_of

__all__ = ["PERHAPS", "Scale", "lanes_table", "mark_shape", "marks_legend", "scale_of"]

PERHAPS = "open, since or until when is not in these events"
_TITLE, _UNDER = 60, 44  # cells of a lane's name, and of what stands below it
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
    lines = keys({"bd-key-open": "open", "bd-key-perhaps": PERHAPS})
    return element("div", {"class": "bd-chart-legend"}, element("ul", {"class": "bd-chart-keys"}, marks), lines)


def _lane_name(lane: Lane) -> Node:
    said = [part for part in (lane.title, lane.company, visible_line(lane.job_id)) if part] or ["(no name)"]
    (title, whole), (under, whole_under) = cut(said[0], _TITLE), cut(said[1], _UNDER) if said[1:] else ("", "")
    button = {"class": "bd-link", "data-act": "open", "data-key": lane.job_id, "dir": "auto", "title": whole or None}
    below = {"class": "bd-under", "dir": "auto", "title": whole_under or None}
    return element("span", {"class": "bd-lane-name"}, element("button", button, title), element("span", below, under))


def _in_words(lane: Lane) -> str:
    """A lane for those who do not see it."""
    said: list[str] = []
    for kind, marks in itertools.groupby(lane.marks, key=lambda mark: mark.kind):
        run = list(marks)
        times = f" {len(run)} times, last" if len(run) > 1 else ""
        said.append(f"{word_of(kind)}{times} {day_of(run[-1].at)}")
    return "; ".join(said)


def _percent(value: float) -> str:
    return f"{value:.3f}%"
