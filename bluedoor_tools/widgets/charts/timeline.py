"""The events of postings in time: of one posting a list, of many a lane each; openings, changes, closings."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ...inert import counted, visible_line
from ..tree import Node, element
from ..view import Act
from ..wording import cut, plain
from .chart_view import (
    ChartView,
    card_of,
    empty,
    heading,
    needed,
    note_list,
    notes_of,
)
from .event_list import Entry, entries_of, event_list, event_text
from .events_read import Events
from .export import lane_chart
from .lanes import WORDS, Lane, Mark, iso_of, lanes_text, minute_of, spans_of, stretches, tone_of, word_of
from .lanes_drawn import PERHAPS, lanes_table, marks_legend, scale_of

if TYPE_CHECKING:
    from ..rows.query import ViewQuery
    from ..rows.rows import Rows

__all__ = ["Timeline", "timeline"]

_NONE = pd.DataFrame({"observed_at": [], "event_type": []})
_LANES, _ENTRIES = 15, 50  # of a page
_CAVEAT = "Times are when the crawler saw it, up to a day after it happened; in UTC."


class Timeline(ChartView):
    """Events in time; made by :func:`timeline`.

    Attributes
    ----------
    frame : DataFrame
        the events shown, the newest first; those without a time last
    """

    def __init__(self, events: pd.DataFrame = _NONE) -> None:
        super().__init__()
        self._lock = threading.RLock()  # an explorer redraws from threads of its own
        self.show_events(events)

    def show_events(self, events: pd.DataFrame) -> None:
        """Show these events in place of those before."""
        all_events = Events(needed(events, list(_NONE.columns), "timeline"))
        with self._lock:
            self._all, self._frame_notes = all_events, notes_of(card_of(events))
            self._take(all_events, None)

    def update_from(self, rows: Rows, query: ViewQuery) -> None:
        """Show the events of the explorer's present postings only, named as it has them."""
        jobs, some, said = self._all.at_hand(rows, query)
        with self._lock:
            self.problem = ""
            self._take(some, jobs, said)

    def acted(self, act: Act) -> bool:
        """Turn the page; what else is clicked is told to the listeners."""
        if act.name != "page":
            return False
        if act.key.isdecimal():
            with self._lock:
                self._page = min(int(act.key[:9]), self._pages - 1)
                self._redraw()
        return True

    def _take(self, events: Events, named: pd.DataFrame | None, *notes: str) -> None:
        """Show these events from the first page on; `named` are an explorer's postings, which know their titles."""
        self._events, self._named, self._page = events, named, 0
        self._order = events.newest_first()
        self.frame = events.frame.iloc[self._order]
        self._rank = self._by_last_event()
        untimed, unknown = int((~events.timed).sum()), events.unknown()
        self._notes = [
            *notes,
            *([f"{counted(untimed, 'event')} without a time: not drawn."] if untimed and self._many else []),
            *([f"{unknown}: shown as they are; they open and close nothing."] if unknown else []),
            *events.notes,
            *([_CAVEAT] if events.timed.any() else []),
            *self._frame_notes,
        ]
        self._redraw()

    @property
    def _many(self) -> bool:
        return len(self._events.job_ids) > 1

    def _by_last_event(self) -> np.ndarray[Any, np.dtype[np.intp]]:
        """The postings that have an event with a time, by their last one, the newest first."""
        codes = self._events.jobs[self._order]
        wanted = self._events.timed[self._order] & (codes >= 0)
        _, first = np.unique(codes[wanted], return_index=True)
        return np.asarray(codes[wanted][np.sort(first)])

    @property
    def _extent(self) -> tuple[int, int, str]:
        """How many are on a page, how many there are, and of what."""
        return (_LANES, len(self._rank), "posting") if self._many else (_ENTRIES, len(self._events), "event")

    @property
    def _pages(self) -> int:
        size, count, _ = self._extent
        return max(1, -(-count // size))

    # -- what is shown -------------------------------------------------------------------------------------------------

    def _redraw(self) -> None:
        known = len(self._events) > 0
        if not known:
            body = empty("No events are known.")
        elif not self._many:
            body = event_list(self._entries())
        else:
            lanes = self._lanes()
            body = lanes_table(lanes) if lanes else empty("None of these events has a time.")
        legend = marks_legend(self._tones()) if self._many else None
        head = heading("Events", self._said() if known else "", legend=legend)
        self.show(
            element("section", {"class": "bd-chart bd-timeline"}, head, body, self._pager(), note_list(self._notes))
        )

    def _tones(self) -> set[str]:
        return {tone_of(self._events.kind_names[code]) for code in np.unique(self._events.kinds)}

    def _said(self) -> str:
        times = self._events.at[self._events.timed]
        days = (
            sorted({str(moment.astype("datetime64[D]")) for moment in (times.min(), times.max())}) if len(times) else []
        )
        postings = counted(len(self._events.job_ids), "posting") + " · " if self._many else ""
        return f"{counted(len(self._events), 'event')} · {postings}{' to '.join(days) or 'none has a time'}"

    def _extent_said(self) -> str:
        size, count, noun = self._extent
        first = self._page * size
        return f"{first + 1:,}–{min(first + size, count):,} of {counted(count, noun)}, the newest first"

    def _pager(self) -> Node | None:
        if self._pages == 1:
            return None
        noun = self._extent[2]
        extent = self._extent_said()
        targets = (("first", "First", 0), ("newer", "Newer", self._page - 1), ("older", "Older", self._page + 1))
        buttons = [
            element(
                "button",
                {
                    "data-act": "page",
                    "data-key": min(max(target, 0), self._pages - 1),
                    "data-place": name,
                    "aria-label": f"{label} {noun}s",
                    "aria-disabled": "true" if target == self._page or not 0 <= target < self._pages else None,
                },
                label,
            )
            for name, label, target in targets
        ]
        return element(
            "nav",
            {"class": "bd-pager", "aria-label": "Pages"},
            element("p", {"class": "bd-extent", "data-say": extent}, extent),
            element("div", {"class": "bd-group bd-live"}, buttons),
        )

    def _mark(self, place: int) -> Mark:
        return Mark(self._events.at[place], self._events.kind_names[self._events.kinds[place]])

    def _entries(self) -> list[Entry]:
        """The events of the page, of one posting."""
        page = slice(self._page * _ENTRIES, (self._page + 1) * _ENTRIES)
        return entries_of([self._mark(place) for place in self._order[page]], self.frame.iloc[page])

    def _lanes(self) -> list[Lane]:
        """The postings of the page, of many."""
        events = self._events
        chosen = self._rank[self._page * _LANES : (self._page + 1) * _LANES]
        wanted = np.isin(events.jobs, chosen) & events.timed
        ordered = self._order[wanted[self._order]][::-1]  # the oldest first
        codes = events.jobs[ordered]
        names = self._names(chosen)
        made = []
        for code in chosen:
            job_id = events.job_ids[code]
            marks = [self._mark(place) for place in ordered[codes == code]]
            made.append(Lane(job_id, *names.get(job_id, ("", "")), marks, spans_of(marks)))
        return made

    def _names(self, chosen: np.ndarray[Any, np.dtype[np.intp]]) -> dict[str, tuple[str, str]]:
        """Title and company of these postings: as the explorer has them, or by their newest event."""
        ids = [self._events.job_ids[code] for code in chosen]
        if self._named is not None:
            named = self._named[self._named["job_id"].isin(ids)]
            return dict(zip(map(str, named["job_id"]), _names(named), strict=True))
        codes, first = np.unique(self._events.jobs[self._order], return_index=True)
        places = dict(zip(codes.tolist(), first.tolist(), strict=True))
        return dict(zip(ids, _names(self.frame.iloc[[places[code] for code in chosen.tolist()]]), strict=True))

    # -- other forms ---------------------------------------------------------------------------------------------------

    def to_text(self) -> str:
        """The events of the page shown as aligned text, the newest first."""
        if not len(self._events):
            return "\n".join(["Events: none are known.", *self._notes])
        table = lanes_text(self._lanes()) if self._many else event_text(self._entries())
        more = [f"Page {self._page + 1:,} of {self._pages:,}."] if self._pages > 1 else []
        return "\n".join([f"Events · {self._said()}", table, *more, *self._notes])

    def chart(self) -> Any:
        """The lanes of the page shown as an Altair chart; needs the extra ``bluedoor-tools[charts]``."""
        if self._many:
            page = self._lanes()
        else:
            own = [self._mark(place) for place in self._order[::-1] if self._events.timed[place]]
            page = [Lane("", "", "", own, spans_of(own))] if own else []
        scale = scale_of(page) if page else None
        names = [_lane_label(lane, place) for place, lane in enumerate(page, 1)]
        marks = [
            {
                "lane": name,
                "at": iso_of(mark.at),
                "event": word_of(mark.kind) if mark.kind in WORDS else "Other",
                "said": f"{word_of(mark.kind)} {minute_of(mark.at)}",
            }
            for name, lane in zip(names, page, strict=True)
            for mark in lane.marks
        ]
        spans = [
            {"lane": name, "from": iso_of(start), "to": iso_of(end), "sure": sure}
            for name, lane in zip(names, page, strict=True)
            if scale is not None
            for start, end, sure in stretches(lane, scale.low, scale.high)
        ]
        notes = [
            self._said(),
            *([f"Drawn: {self._extent_said()}."] if self._many and self._pages > 1 else []),
            *([] if all(span["sure"] for span in spans) else [f"Dotted: {PERHAPS}."]),
            *self._notes,
        ]
        return lane_chart(marks, spans, names, "Events", notes)


def _lane_label(lane: Lane, place: int) -> str:
    """A lane's name in a chart, where two must not be alike."""
    said = " · ".join(part for part in (lane.title, lane.company) if part) or visible_line(lane.job_id) or "posting"
    return f"{place}. {cut(said, 50)[0]}"


def _names(frame: pd.DataFrame) -> list[tuple[str, str]]:
    """Title and company of each row, as far as there are such columns."""
    columns = []
    for name in ("title", "company"):
        values = frame[name].tolist() if list(frame.columns).count(name) == 1 else [None] * len(frame)
        columns.append([visible_line(text) if isinstance(text, str) else "" for text in map(plain, values)])
    return list(zip(*columns, strict=True))


def timeline(events: pd.DataFrame) -> Timeline:
    """Show the events of one posting as a list, or of many as a lane each. No request.

    Openings, updates with the old and the new value, closings and reopenings, the newest first; events of unknown types
    are shown by their own name. An event is dated by ``observed_at``, up to a day after it happened.

    Parameters
    ----------
    events
        any DataFrame with the columns ``observed_at`` and ``event_type``, such as of :meth:`Client.job_events` or
        :meth:`Client.search_events`, left as it is. ``job_id`` tells postings apart, ``field_name``,
        ``old_value_text`` and ``new_value_text`` (or ``old_value`` and ``new_value``, JSON) say what changed, ``title``
        and ``company`` name a lane.

    Returns
    -------
    Timeline
        a widget with a text and an HTML form; 15 postings a page, or 50 events. A click on a posting's name opens it in
        an explorer that it is linked to. `frame` has the events shown, the newest first; `chart` and `save` draw lanes.

    Raises
    ------
    InvalidRequestError
        The frame lacks a column; it is named, and those there are.

    Examples
    --------
    >>> import bluedoor_tools as bd
    >>> client = bd.connect("sample")
    >>> closed = client.search_events("job.closed", limit=1)
    >>> view = timeline(client.job_events(closed["job_id"][0]))
    >>> view.frame["event_type"].iloc[-1]
    'job.created'
    """
    return Timeline(events)
