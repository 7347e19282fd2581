"""Openings and closings drawn: bars above and below a line of zero, their net as a line, a period to be clicked."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence

from ..tree import Node, element
from .flow_counts import FlowCounts, Series
from .periods import name_of

__all__ = ["Plot", "signed"]

_TALL, _LOW = 220, 130  # pixels
_LABELS, _FEW_LABELS = 8, 3
_DOTS, _FEW_DOTS = 80, 20  # periods up to which the line has dots
_BELOW = 22  # pixels of the dates
_APART = 34  # pixels between round numbers, at least


class Plot:
    """The scale that the plots of all series share.

    Parameters
    ----------
    counts, freq
        what is drawn
    low
        whether a plot is one of several, with fewer dates
    """

    def __init__(self, counts: FlowCounts, freq: str, *, low: bool) -> None:
        self._counts, self._freq, self._low = counts, freq, low
        up = max(max(series.opened) for series in counts.series)
        down = max(max(series.closed) for series in counts.series)
        self._tall = _LOW if low else _TALL
        self._scale = self._tall / (up + down)  # pixels of one posting
        self._zero = up * self._scale
        self._wide = 100 / len(counts)  # per cent of a period
        self._ticks = _ticks(up, down, self._tall)

    def drawn(self, series: Series, in_words: str, keys: Sequence[dict[str, str]]) -> Node:
        """A series with its axis; `keys` are the filters of each period."""
        labels = [
            element("text", {"x": "100%", "y": self._y(tick), "dy": 4, "text-anchor": "end"}, f"{abs(tick):,}")
            for tick in self._ticks
        ]
        axis = element("svg", {"class": "bd-flow-axis", "height": self._tall, "aria-hidden": "true"}, labels)
        parts = [*self._grid(), *self._bars(series), *self._net(series), *self._hits(series, keys), *self._dates()]
        shown = {"class": "bd-flow-plot", "height": self._tall + _BELOW, "role": "img", "aria-label": in_words}
        return element("div", {"class": "bd-flow"}, axis, element("svg", shown, parts))

    def _x(self, place: float) -> str:
        return f"{place * self._wide:.3f}%"

    def _y(self, number: float) -> str:
        return f"{self._zero - number * self._scale:.1f}"

    def _grid(self) -> list[Node]:
        kinds = {tick: "bd-gridline" if tick else "bd-zero" for tick in self._ticks}
        return [
            element("line", {"class": kind, "x1": 0, "x2": "100%", "y1": self._y(tick), "y2": self._y(tick)})
            for tick, kind in kinds.items()
        ]

    def _bars(self, series: Series) -> list[Node]:
        made: list[Node] = []
        for kind, numbers in (("bd-opened", series.opened), ("bd-closed", series.closed)):
            for place, number in enumerate(numbers):
                if number:
                    pale = " bd-partial" if self._counts.is_partial(place) else ""
                    top = self._y(number if kind == "bd-opened" else 0)
                    size = {"width": f"{0.8 * self._wide:.3f}%", "height": f"{number * self._scale:.1f}"}
                    made.append(element("rect", {"class": f"{kind}{pale}", "x": self._x(place + 0.1), "y": top} | size))
        return made

    def _net(self, series: Series) -> list[Node]:
        nets = [opened - closed for opened, closed in zip(series.opened, series.closed, strict=True)]
        points = [(self._x(place + 0.5), self._y(net)) for place, net in enumerate(nets)]
        made: list[Node] = [
            element("line", {"class": "bd-net", "x1": x1, "y1": y1, "x2": x2, "y2": y2})
            for (x1, y1), (x2, y2) in itertools.pairwise(points)
        ]
        if len(points) <= (_FEW_DOTS if self._low else _DOTS):
            made += [element("circle", {"class": "bd-net-dot", "cx": x, "cy": y, "r": 2.5}) for x, y in points]
        return made

    def _hits(self, series: Series, keys: Sequence[dict[str, str]]) -> list[Node]:
        """What is clicked and pointed at: the whole height of a period."""
        made: list[Node] = []
        size = {"class": "bd-hit", "width": f"{self._wide:.3f}%", "y": 0, "height": self._tall}
        for place, (opened, closed, key) in enumerate(zip(series.opened, series.closed, keys, strict=True)):
            said = f"{self._counts.name(place)}: {opened:,} opened, {closed:,} closed, net {signed(opened - closed)}"
            act = {"x": self._x(place), "data-act": "filter", "data-key": json.dumps(key)}
            made.append(element("rect", size | act, element("title", {}, said)))
        return made

    def _dates(self) -> list[Node]:
        """Dates below the plot: every so many periods, counted from the last."""
        count = len(self._counts)
        every = -(-count // (_FEW_LABELS if self._low else _LABELS))
        return [
            element(
                "text",
                {"class": "bd-date", "x": self._x(place + 0.5), "y": self._tall + 16, "text-anchor": "middle"},
                name_of(self._counts.starts[place], self._freq),
            )
            for place in range((count - 1) % every, count, every)
        ]


def signed(number: int) -> str:
    """A number with its sign.

    >>> signed(1200), signed(-3), signed(0)
    ('+1,200', '−3', '0')
    """
    return f"+{number:,}" if number > 0 else f"−{-number:,}" if number < 0 else "0"


def _ticks(up: int, down: int, tall: int) -> list[int]:
    """Round numbers of the axis, so many pixels apart or more, zero among them."""
    least = (up + down) * _APART / tall
    step = next(unit * 10**power for power in range(12) for unit in (1, 2, 5) if unit * 10**power >= least)
    return list(range(-(down // step) * step, up + 1, step))
