"""Openings and closings over time: above and below a line, with what is left of them; a click on a period filters."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..errors import InvalidRequestError
from ..inert import counted
from .chart_view import (
    ChartView,
    Events,
    card_of,
    coded,
    empty,
    heading,
    jobs_of,
    keys,
    needed,
    note_list,
    notes_of,
    of_postings,
    value_of,
)
from .charts import apart, flow_bars
from .counting import filter_of
from .periods import ALSO, PERIODS, name_of, numbers_of, starts_of
from .tree import Node, element
from .wording import cut, label_of, text_table

if TYPE_CHECKING:
    from .query import ViewQuery
    from .rows import Rows

__all__ = ["Flows", "flows"]

_MOST = 400  # periods that are drawn
_MOST_EACH = 120  # of each of several charts
_GROUPS = 6  # charts, where there is one a value
_TALL, _LOW = 220, 130  # pixels
_LABELS, _FEW_LABELS = 8, 3
_DOTS = 80  # periods up to which the line has dots
_CAVEAT = "Dated by when the crawler saw it, up to a day after it happened."


@dataclass(frozen=True, slots=True)
class _Series:
    """Openings and closings of each period, of one value."""

    value: str | None  # None: of rows without one; of all where nothing was asked
    label: str
    opened: list[int]
    closed: list[int]


class Flows(ChartView):
    """Openings and closings over time; made by :func:`flows`.

    Attributes
    ----------
    frame : DataFrame
        a row a period: ``period`` (its first instant, UTC), ``opened``, ``closed``, ``net``; with `by` a row a period
        and value, ``by`` first
    """

    def __init__(self, events: pd.DataFrame, freq: str, by: str | None) -> None:
        super().__init__()
        self.freq, self.by = freq, by
        self._frame_notes = notes_of(card_of(events))
        self._all = Events(events)
        self._show(self._all, "")

    def update_from(self, rows: Rows, query: ViewQuery) -> None:
        """Count the events of the explorer's present postings only."""
        jobs = jobs_of(rows, query)
        some = self._all.only(jobs["job_id"])
        said = of_postings(jobs, some, self._all)
        self._show(some, said)
        self.problem = ""

    # -- counting ------------------------------------------------------------------------------------------------------

    def _show(self, events: Events, said: str) -> None:
        notes = [said] if said else []
        timed = events.timed
        moves = events.signs != 0
        used = timed & moves
        self._total = int(used.sum())
        self._starts: np.ndarray[Any, Any] = np.array([], dtype="datetime64[D]")
        self._series: list[_Series] = []
        self._span: tuple[Any, Any] | None = None
        if self._total:
            self._count(events, used, notes)
        untimed = int((~timed & moves).sum())
        if untimed:
            notes.append(f"{_moves(untimed)} without a time: not drawn.")
        other = int((~moves).sum())
        if other:
            unknown = events.unknown()
            notes.append(
                f"{counted(other, 'event')} that neither open nor close a posting: not counted"
                + (f"; {unknown} among them." if unknown else ".")
            )
        self._notes = [*notes, *events.notes, *([_CAVEAT] if self._total else []), *self._frame_notes]
        self.frame = self._as_frame()
        self._redraw()

    def _count(self, events: Events, used: np.ndarray[Any, np.dtype[np.bool_]], notes: list[str]) -> None:
        days = events.at[used].astype("datetime64[D]")
        numbers = numbers_of(days, self.freq)
        signs = events.signs[used]
        last, most = int(numbers.max()), _MOST if self.by is None else _MOST_EACH
        first = max(int(numbers.min()), last - most + 1)
        earlier = int((numbers < first).sum())
        if earlier:
            notes.append(
                f"Drawn are the last {counted(most, PERIODS[self.freq])}; {_moves(earlier)} before that are not."
            )
        kept = numbers >= first
        places, length = numbers[kept] - first, last - first + 1
        signs, days = signs[kept], days[kept]
        self._starts = starts_of(np.arange(first, last + 2), self.freq)
        self._span = days.min(), days.max()
        if self.by is None:
            groups, texts = np.zeros(len(places), dtype=np.intp), ["every posting"]
            order = [0]
        else:
            codes, texts = coded(events.frame[self.by])
            groups = codes[used][kept]
            sums = np.bincount(groups + 1, minlength=len(texts) + 1)
            there = [int(place) - 1 for place in np.flatnonzero(sums)]
            order = sorted(there, key=lambda place: (-sums[place + 1], place))
            rest = order[_GROUPS:]
            if rest:
                left = int(sums[np.array(rest) + 1].sum())
                notes.append(f"{counted(len(rest), 'more value')} of {label_of(self.by)}: {_moves(left)}, not drawn.")
        partial = " and ".join(name for name, cut_off in zip(("first", "last"), self._partial, strict=True) if cut_off)
        if partial:
            which = partial if length > 1 else "only"
            notes.append(
                f"The events go from {self._span[0]} to {self._span[1]}: the {which} {PERIODS[self.freq]} may be "
                "partial, drawn paler."
            )
        for group in order[:_GROUPS]:
            mine = groups == group
            value = texts[group] if group >= 0 and self.by is not None else None
            label = "without a value" if group < 0 else value_of(self.by or "", texts[group])
            up = np.bincount(places[mine & (signs > 0)], minlength=length)
            down = np.bincount(places[mine & (signs < 0)], minlength=length)
            self._series.append(_Series(value, label, up.tolist(), down.tolist()))

    @property
    def _partial(self) -> tuple[bool, bool]:
        """Whether the events begin after the first period does, and end before the last one does."""
        if self._span is None:
            return False, False
        return bool(self._span[0] > self._starts[0]), bool(self._span[1] + 1 < self._starts[-1])

    def _as_frame(self) -> pd.DataFrame:
        length = max(len(self._starts) - 1, 0)
        periods = pd.Series(self._starts[:length]).astype("datetime64[us]").dt.tz_localize("UTC")
        parts = []
        for series in self._series or [_Series(None, "", [], [])]:
            opened, closed = np.array(series.opened, dtype=np.int64), np.array(series.closed, dtype=np.int64)
            part = pd.DataFrame({"period": periods, "opened": opened, "closed": closed, "net": opened - closed})
            if self.by is not None:
                part.insert(0, "by", pd.Series([series.value] * length, dtype="str"))
            parts.append(part)
        return pd.concat(parts, ignore_index=True)

    # -- what is shown -------------------------------------------------------------------------------------------------

    @property
    def _title(self) -> str:
        of = f", by {label_of(self.by)}" if self.by is not None else ""
        return f"Openings and closings by {PERIODS[self.freq]}{of}"

    def _said(self) -> str:
        if not self._total:
            return "no openings or closings"
        opened = sum(sum(series.opened) for series in self._series)
        closed = sum(sum(series.closed) for series in self._series)
        return (
            f"{opened:,} opened · {closed:,} closed · net {_signed(opened - closed)} · {_span(self._starts, self.freq)}"
        )

    def _redraw(self) -> None:
        head = heading(self._title, self._said(), legend=keys(_LEGEND) if self._total else None)
        if not self._total:
            what = "None of these events opens or closes a posting." if len(self._all) else "There are no events."
            self.show(element("section", {"class": "bd-chart bd-flows"}, head, empty(what), note_list(self._notes)))
            return
        up = max(max(series.opened) for series in self._series)
        down = max(max(series.closed) for series in self._series)
        several = self.by is not None
        plots = [self._plot(series, up, down, several=several) for series in self._series]
        body = element("div", {"class": "bd-flow-each" if several else "bd-flow-one"}, plots)
        self.show(element("section", {"class": "bd-chart bd-flows"}, head, body, self._table(), note_list(self._notes)))

    def _plot(self, series: _Series, up: int, down: int, *, several: bool) -> Node:
        tall = _LOW if several else _TALL
        scale = tall / max(up + down, 1)
        zero = up * scale
        count = len(series.opened)
        wide = 100 / count
        partial = self._partial
        ticks = _ticks(up, down, tall)
        axis = element(
            "svg",
            {"class": "bd-flow-axis", "height": tall, "aria-hidden": "true"},
            [
                element(
                    "text",
                    {"x": "100%", "y": _px(zero - tick * scale), "dy": 4, "text-anchor": "end"},
                    f"{abs(tick):,}",
                )
                for tick in ticks
            ],
        )
        drawn: list[Node] = [
            element(
                "line",
                {"class": "bd-zero" if not tick else "bd-gridline", "x1": 0, "x2": "100%"}
                | dict.fromkeys(("y1", "y2"), _px(zero - tick * scale)),
            )
            for tick in ticks
        ]
        nets = []
        for place, (opened, closed) in enumerate(zip(series.opened, series.closed, strict=True)):
            pale = " bd-partial" if (place == 0 and partial[0]) or (place == count - 1 and partial[1]) else ""
            across = {"x": _pct((place + 0.1) * wide), "width": _pct(0.8 * wide)}
            if opened:
                drawn.append(
                    element(
                        "rect",
                        {
                            "class": f"bd-opened{pale}",
                            **across,
                            "y": _px(zero - opened * scale),
                            "height": _px(opened * scale),
                        },
                    )
                )
            if closed:
                drawn.append(
                    element(
                        "rect", {"class": f"bd-closed{pale}", **across, "y": _px(zero), "height": _px(closed * scale)}
                    )
                )
            nets.append((_pct((place + 0.5) * wide), _px(zero - (opened - closed) * scale)))
        for (x1, y1), (x2, y2) in itertools.pairwise(nets):
            drawn.append(element("line", {"class": "bd-net", "x1": x1, "y1": y1, "x2": x2, "y2": y2}))
        if count <= (_DOTS // 4 if several else _DOTS):
            drawn += [element("circle", {"class": "bd-net-dot", "cx": x, "cy": y, "r": 2.5}) for x, y in nets]
        for place, (opened, closed) in enumerate(zip(series.opened, series.closed, strict=True)):
            said = f"{self._period(place)}: {opened:,} opened, {closed:,} closed, net {_signed(opened - closed)}"
            drawn.append(
                element(
                    "rect",
                    {"class": "bd-hit", "x": _pct(place * wide), "width": _pct(wide), "y": 0, "height": tall}
                    | self._act(place, series),
                    element("title", {}, said),
                )
            )
        drawn += self._dates(count, tall, _FEW_LABELS if several else _LABELS)
        plot = element(
            "svg",
            {"class": "bd-flow-plot", "height": tall + 22, "role": "img", "aria-label": self._in_words(series)},
            drawn,
        )
        if not several:
            return element("div", {"class": "bd-flow"}, axis, plot)
        label, whole = cut(series.label, 40)
        sums = f"+{sum(series.opened):,} −{sum(series.closed):,}"
        name = element(
            "p",
            {"class": "bd-flow-name"},
            element("span", {"dir": "auto", "title": whole or None}, label),
            " ",
            element("span", {"class": "bd-flow-sums"}, sums),
        )
        return element("div", {}, name, element("div", {"class": "bd-flow"}, axis, plot))

    def _dates(self, count: int, tall: int, most: int) -> list[Node]:
        """Dates below the plot: every so many periods, counted from the last."""
        every = -(-count // most)
        wide = 100 / count
        return [
            element(
                "text",
                {"class": "bd-date", "x": _pct((place + 0.5) * wide), "y": tall + 16, "text-anchor": "middle"},
                name_of(self._starts[place], self.freq),
            )
            for place in range((count - 1) % every, count, every)
        ]

    def _act(self, place: int, series: _Series) -> dict[str, str]:
        key = {"observed_after": str(self._starts[place]), "observed_before": str(self._starts[place + 1])}
        name = filter_of(self.by) if self.by is not None and series.value is not None else None
        if name is not None and name != "event_type":
            key[name] = str(series.value)
        return {"data-act": "filter", "data-key": json.dumps(key)}

    def _period(self, place: int) -> str:
        """A period in words: its first and its last day."""
        first, last = self._starts[place], self._starts[place + 1] - 1
        return str(first) if first == last else f"{first} to {last}"

    def _in_words(self, series: _Series) -> str:
        top = max(range(len(series.opened)), key=lambda place: series.opened[place])
        low = max(range(len(series.closed)), key=lambda place: series.closed[place])
        of = f" of {series.label}" if self.by is not None else ""
        return (
            f"Bars{of}, {counted(len(series.opened), PERIODS[self.freq])}: {sum(series.opened):,} opened, most in "
            f"{self._period(top)} ({series.opened[top]:,}); {sum(series.closed):,} closed, most in {self._period(low)} "
            f"({series.closed[low]:,}). The numbers are in the table below."
        )

    def _table(self) -> Node:
        """The numbers, for those who do not see the bars or want to read them off; its periods are buttons, too."""
        several = self.by is not None
        unit = PERIODS[self.freq]
        top = [element("th", {"scope": "col", "rowspan": "2" if several else None}, unit.capitalize())]
        names = ("opened", "closed", "net")
        heads = [element("th", {"scope": "col"}, name) for _ in self._series for name in names]
        groups = [
            element("th", {"scope": "colgroup", "colspan": len(names), "dir": "auto"}, cut(series.label, 24)[0])
            for series in self._series
        ]
        first_row = element("tr", {}, top, groups if several else heads)
        rows = []
        for place in reversed(range(len(self._starts) - 1)):
            key = {"observed_after": str(self._starts[place]), "observed_before": str(self._starts[place + 1])}
            button = element("button", {"data-act": "filter", "data-key": json.dumps(key)}, self._period(place))
            cells = [
                element("td", {}, text)
                for series in self._series
                for text in (
                    f"{series.opened[place]:,}",
                    f"{series.closed[place]:,}",
                    _signed(series.opened[place] - series.closed[place]),
                )
            ]
            rows.append(element("tr", {}, element("th", {"scope": "row"}, button), cells))
        table = element(
            "table",
            {"class": "bd-flow-table"},
            element("caption", {}, f"{self._title}, the newest first"),
            element("thead", {}, first_row, element("tr", {}, heads) if several else None),
            element("tbody", {}, rows),
        )
        return element(
            "details",
            {"id": "bd-flow-numbers", "class": "bd-chart-details"},
            element("summary", {}, f"The numbers: {counted(len(rows), unit)}"),
            element("div", {"class": "bd-scroll bd-flow-numbers"}, table),
        )

    # -- other forms ---------------------------------------------------------------------------------------------------

    def to_text(self) -> str:
        """The counts as aligned text, the newest period first."""
        head = f"{self._title} · {self._said()}"
        if not self._total:
            return "\n".join([head, *self._notes])
        blocks = []
        for series in self._series:
            rows: list[Sequence[str]] = [(PERIODS[self.freq], "opened", "closed", "net")]
            rows += [
                (
                    self._period(place),
                    f"{series.opened[place]:,}",
                    f"{series.closed[place]:,}",
                    _signed(series.opened[place] - series.closed[place]),
                )
                for place in reversed(range(len(series.opened)))
            ]
            blocks.append(
                (f"{series.label}\n" if self.by is not None else "")
                + text_table(rows[0], rows[1:], frozenset({1, 2, 3}))
            )
        return "\n".join([head, *blocks, *self._notes])

    def chart(self) -> Any:
        """The bars and the line as an Altair chart; needs the extra ``bluedoor-tools[charts]``."""
        labels = apart([cut(series.label, 40)[0] for series in self._series])
        partial = self._partial
        last = len(self._starts) - 2
        records = [
            {
                "by": label,
                "period": name_of(self._starts[place], self.freq),
                "opened": opened,
                "closed": -closed,
                "net": opened - closed,
                "partial": (place == 0 and partial[0]) or (place == last and partial[1]),
            }
            for label, series in zip(labels, self._series, strict=True)
            for place, (opened, closed) in enumerate(zip(series.opened, series.closed, strict=True))
        ]
        return flow_bars(records, self.by, labels, self._title, [self._said(), "The line is the net.", *self._notes])


_LEGEND = {
    "bd-key-opened": "opened or reopened, above the line",
    "bd-key-closed": "closed, below it",
    "bd-key-net": "net",
}


def _span(starts: np.ndarray[Any, Any], freq: str) -> str:
    """How many periods there are."""
    return counted(len(starts) - 1, PERIODS[freq])


def _ticks(up: int, down: int, tall: int) -> list[int]:
    """Round numbers of the axis, 34 pixels apart or more, zero among them."""
    least = (up + down) * 34 / tall
    step = next(unit * 10**power for power in range(12) for unit in (1, 2, 5) if unit * 10**power >= least)
    return list(range(-(down // step) * step, up + 1, step))


def _moves(count: int) -> str:
    return counted(count, "opening or closing", "openings and closings")


def _signed(number: int) -> str:
    return f"+{number:,}" if number > 0 else f"−{-number:,}" if number < 0 else "0"


def _pct(value: float) -> str:
    return f"{value:.3f}%"


def _px(value: float) -> str:
    return f"{value:.1f}"


def flows(events: pd.DataFrame, freq: str = "W", by: str | None = None) -> Flows:
    """Show openings and closings over time, as bars above and below a line, and their net. No request.

    An opening is a ``job.created`` or ``job.reopened``, a closing a ``job.closed``; they are dated by ``observed_at``,
    up to a day after they happened. Periods without any are shown as zero. The first and the last may be partial.

    Parameters
    ----------
    events
        any DataFrame with the columns ``observed_at`` and ``event_type``, such as of :meth:`Client.search_events`; left
        as it is. Linked to an explorer, it needs ``job_id``, too.
    freq
        ``"D"`` days, ``"W"`` weeks from Monday, ``"M"`` months or ``"Q"`` quarters, in UTC
    by
        a column such as ``"provider"``: a small chart for each of its six commonest values, on one scale

    Returns
    -------
    Flows
        a widget with a text and an HTML form. A click on a period is a filter of an explorer that it is linked to.
        `frame` has a row a period: ``period`` (datetime64[us, UTC], its first instant), ``opened``, ``closed``, ``net``
        (int64), with `by` a row a period and value, ``by`` (str) first; `chart` and `save` draw it. The last 400
        periods are shown (with `by` 120), and what is before is counted in a note.

    Raises
    ------
    InvalidRequestError
        The frame lacks a column (it is named, and those there are), or there is no such `freq`.

    Examples
    --------
    >>> import bluedoor_tools as bd
    >>> events = bd.connect("sample").search_events(observed_after="30d", limit=None)
    >>> flows(events).frame.columns.tolist()
    ['period', 'opened', 'closed', 'net']
    """
    needed(events, ["observed_at", "event_type", *([] if by is None else [by])], "flows")
    wanted = freq.strip().upper() if isinstance(freq, str) else ""
    wanted = ALSO.get(wanted, wanted)
    if wanted not in PERIODS:
        said = ", ".join(f"{name!r} ({word}s)" for name, word in PERIODS.items())
        raise InvalidRequestError(f"There is no freq {freq!r}.", hint=f"Known: {said}.")
    return Flows(events, wanted, by)
