"""Openings and closings over time: above and below a line, with what is left of them; a click on a period filters."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd

from ...errors import InvalidRequestError
from ...inert import counted
from ..tree import Node, element
from ..wording import cut, label_of, text_table
from .chart_view import ChartView, card_of, empty, heading, keys, needed, note_list, notes_of
from .counting import filters_of
from .events_read import Events
from .export import apart, flow_bars
from .flow_counts import Series, flow_counts
from .flow_plot import Plot, signed
from .periods import ALSO, PERIODS, name_of

if TYPE_CHECKING:
    from ..rows.query import ViewQuery
    from ..rows.rows import Rows

__all__ = ["Flows", "flows"]

_HEADS = ("opened", "closed", "net")
_LEGEND = {
    "bd-key-opened": "opened or reopened, above the line",
    "bd-key-closed": "closed, below it",
    "bd-key-net": "net",
}
_LONG, _LONG_HEAD = 40, 24  # cells of a value's name


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
        self._take(self._all)

    def update_from(self, rows: Rows, query: ViewQuery) -> None:
        """Count the events of the explorer's present postings only."""
        _, some, said = self._all.at_hand(rows, query)
        self.problem = ""
        self._take(some, said, f"A click on a {PERIODS[self.freq]} shows the postings first seen in it.")

    def _take(self, events: Events, *notes: str) -> None:
        self._counts = flow_counts(events, self.freq, self.by)
        self._notes = [*notes, *self._counts.notes, *self._frame_notes]
        self.frame = self._counts.frame(self.by)
        nothing = "None of these events opens or closes a posting." if len(self._all) else "There are no events."
        body = [self._plots(), self._table()] if self._counts.series else [empty(nothing)]
        head = heading(self._title, self._said(), legend=keys(_LEGEND) if self._counts.series else None)
        self.show(element("section", {"class": "bd-chart bd-flows"}, head, body, note_list(self._notes)))

    # -- what is shown -------------------------------------------------------------------------------------------------

    @property
    def _title(self) -> str:
        of = f", by {label_of(self.by)}" if self.by is not None else ""
        return f"Openings and closings by {PERIODS[self.freq]}{of}"

    def _said(self) -> str:
        if not self._counts.series:
            return "no openings or closings"
        opened, closed = (int(self.frame[name].sum()) for name in ("opened", "closed"))
        periods = counted(len(self._counts), PERIODS[self.freq])
        return f"{opened:,} opened · {closed:,} closed · net {signed(opened - closed)} · {periods}"

    def _plots(self) -> Node:
        plot = Plot(self._counts, self.freq, low=self.by is not None)
        drawn = []
        for series in self._counts.series:
            filters = [self._filters(place, series) for place in range(len(self._counts))]
            drawn.append(element("div", {}, self._name(series), plot.drawn(series, self._in_words(series), filters)))
        return element("div", {"class": "bd-flow-one" if self.by is None else "bd-flow-each"}, drawn)

    def _name(self, series: Series) -> Node | None:
        if self.by is None:
            return None
        label, whole = cut(series.label, _LONG)
        return element(
            "p",
            {"class": "bd-flow-name"},
            element("span", {"dir": "auto", "title": whole or None}, label),
            " ",
            element("span", {"class": "bd-flow-sums"}, f"+{sum(series.opened):,} −{sum(series.closed):,}"),
        )

    def _filters(self, place: int, series: Series | None = None) -> dict[str, str]:
        """What a click on a period filters by, within a series by its value, too."""
        after, before = self._counts.bounds(place)
        own = filters_of(self.by, series.value) if self.by is not None and series is not None else None
        return {"observed_after": after, "observed_before": before, **(own or {})}

    def _in_words(self, series: Series) -> str:
        sides = []
        for word, numbers in (("opened", series.opened), ("closed", series.closed)):
            most = max(numbers)
            peak = f", most in {self._counts.name(numbers.index(most))} ({most:,})" if most else ""
            sides.append(f"{sum(numbers):,} {word}{peak}")
        of = f" of {series.label}" if self.by is not None else ""
        periods = counted(len(self._counts), PERIODS[self.freq])
        return f"Bars{of}, {periods}: {'; '.join(sides)}. The numbers are in the table below."

    def _numbers(self, series: Series) -> list[tuple[str, str, str]]:
        """Opened, closed and net of each period."""
        return [
            (f"{opened:,}", f"{closed:,}", signed(opened - closed))
            for opened, closed in zip(series.opened, series.closed, strict=True)
        ]

    def _table(self) -> Node:
        """The numbers, for those who do not see the bars or want to read them off; its periods are buttons, too."""
        unit = PERIODS[self.freq]
        every, several = self._counts.series, self.by is not None
        top = element("th", {"scope": "col", "rowspan": "2" if several else None}, unit.capitalize())
        heads = [element("th", {"scope": "col"}, name) for _ in every for name in _HEADS]
        groups = [
            element("th", {"scope": "colgroup", "colspan": len(_HEADS), "dir": "auto"}, cut(one.label, _LONG_HEAD)[0])
            for one in every
        ]
        numbers = [self._numbers(series) for series in every]
        rows = []
        for place in reversed(range(len(self._counts))):
            act = {"data-act": "filter", "data-key": json.dumps(self._filters(place))}
            name = element("th", {"scope": "row"}, element("button", act, self._counts.name(place)))
            cells = [element("td", {}, text) for series in numbers for text in series[place]]
            rows.append(element("tr", {}, name, cells))
        table = element(
            "table",
            {"class": "bd-flow-table"},
            element("caption", {}, f"{self._title}, the newest first"),
            element(
                "thead",
                {},
                element("tr", {}, top, groups if several else heads),
                element("tr", {}, heads) if several else None,
            ),
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
        blocks = [f"{self._title} · {self._said()}"]
        for series in self._counts.series:
            rows = [(self._counts.name(place), *said) for place, said in enumerate(self._numbers(series))][::-1]
            of = [series.label] if self.by is not None else []
            blocks += [*of, text_table((PERIODS[self.freq], *_HEADS), rows, frozenset({1, 2, 3}))]
        return "\n".join([*blocks, *self._notes])

    def chart(self) -> Any:
        """The bars and the line as an Altair chart; needs the extra ``bluedoor-tools[charts]``."""
        labels = apart([cut(series.label, _LONG)[0] for series in self._counts.series])
        records = [
            {
                "by": label,
                "period": name_of(self._counts.starts[place], self.freq),
                "opened": opened,
                "closed": -closed,
                "net": opened - closed,
                "partial": self._counts.is_partial(place),
            }
            for label, series in zip(labels, self._counts.series, strict=True)
            for place, (opened, closed) in enumerate(zip(series.opened, series.closed, strict=True))
        ]
        return flow_bars(records, self.by, labels, self._title, [self._said(), "The line is the net.", *self._notes])


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
        a widget with a text and an HTML form. A click on a period filters an explorer that it is linked to
        (`explorer.link`) by the postings first seen in it, with `by` of its value, too, where that is a filter. `frame`
        has a row a period: ``period`` (datetime64[us, UTC], its first instant), ``opened``, ``closed``, ``net``
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
