"""The events of postings in time: of one posting a list, of many a lane each; openings, changes, closings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .. import contract
from ..event_values import value_text
from ..inert import counted, visible_line
from .chart_view import (
    ChartView,
    Events,
    card_of,
    empty,
    heading,
    jobs_of,
    needed,
    note_list,
    notes_of,
    of_postings,
)
from .charts import lane_chart
from .lanes import (
    WORDS,
    Lane,
    Mark,
    day_of,
    iso_of,
    lanes_table,
    mark_shape,
    marks_legend,
    minute_of,
    scale_of,
    spans_of,
    stretches,
    tone_of,
    word_of,
)
from .tree import Node, element
from .view import Act
from .wording import cut, label_of, plain, text_table

if TYPE_CHECKING:
    from .query import ViewQuery
    from .rows import Rows

__all__ = ["Timeline", "timeline"]

_UPDATED = contract.EVENT_TYPES[1]
_LANES, _ENTRIES = 15, 50  # of a page
_LONG = 160  # characters of a value
_CAVEAT = "Times are when the crawler saw it, up to a day after it happened; in UTC."


class Timeline(ChartView):
    """Events in time; made by :func:`timeline`.

    Attributes
    ----------
    frame : DataFrame
        the events shown, the newest first; those without a time last
    """

    def __init__(self, events: pd.DataFrame | None = None) -> None:
        super().__init__()
        self._page = 0
        self._named: pd.DataFrame | None = None  # an explorer's postings, which know their titles
        self.show_events(pd.DataFrame({"observed_at": [], "event_type": []}) if events is None else events)

    def show_events(self, events: pd.DataFrame) -> None:
        """Show these events in place of those before."""
        needed(events, ["observed_at", "event_type"], "timeline")
        self._frame_notes = notes_of(card_of(events))
        self._all = Events(events)
        self._named = None
        self._take(self._all, "")

    def update_from(self, rows: Rows, query: ViewQuery) -> None:
        """Show the events of the explorer's present postings only, named as it has them."""
        jobs = jobs_of(rows, query)
        some = self._all.only(jobs["job_id"])
        self._named = jobs
        said = of_postings(jobs, some, self._all)
        self._take(some, said)
        self.problem = ""

    def acted(self, act: Act) -> bool:
        """Turn the page; what else is clicked is told to the listeners."""
        if act.name != "page":
            return False
        if act.key.isdecimal():
            self._page = min(int(act.key), self._pages - 1)
            self._redraw()
        return True

    def _take(self, events: Events, said: str) -> None:
        self._events, self._page = events, 0
        ranks = {name: place for place, name in enumerate(contract.EVENT_TYPES)}
        rank = np.array([ranks.get(name, -1) for name in events.kind_names])[events.kinds]
        # Newest first; of events at one instant, the last of a life first. NaT sorts last both ways: -at would not do.
        stamps = np.where(events.timed, events.at.astype(np.int64), np.iinfo(np.int64).min)
        self._order = np.lexsort((-np.arange(len(events)), rank, stamps))[::-1]
        self.frame = events.frame.iloc[self._order]
        timed = events.timed
        self._notes = [said] if said else []
        untimed = int((~timed).sum())
        if untimed and self._many:
            self._notes.append(f"{counted(untimed, 'event')} without a time: not drawn.")
        unknown = events.unknown()
        if unknown:
            self._notes.append(f"{unknown}: shown as they are; they open and close nothing.")
        self._notes += [*events.notes, *([_CAVEAT] if timed.any() else []), *self._frame_notes]
        self._rank = self._by_last_event() if self._many else np.array([], dtype=np.intp)
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
    def _pages(self) -> int:
        count = len(self._rank) if self._many else len(self._events)
        return max(1, -(-count // (_LANES if self._many else _ENTRIES)))

    # -- what is shown -------------------------------------------------------------------------------------------------

    def _redraw(self) -> None:
        if not len(self._events):
            nothing = empty("No events are known.")
            self.show(
                element(
                    "section", {"class": "bd-chart bd-timeline"}, heading("Events"), nothing, note_list(self._notes)
                )
            )
            return
        head = heading("Events", self._said(), legend=marks_legend(self._kinds()) if self._many else None)
        body = self._lanes_shown() if self._many else self._list()
        self.show(
            element("section", {"class": "bd-chart bd-timeline"}, head, body, self._pager(), note_list(self._notes))
        )

    def _kinds(self) -> set[str]:
        return {
            tone_of(name) for place, name in enumerate(self._events.kind_names) if (self._events.kinds == place).any()
        }

    def _said(self) -> str:
        times = self._events.at[self._events.timed]
        days = (
            sorted({str(moment.astype("datetime64[D]")) for moment in (times.min(), times.max())}) if len(times) else []
        )
        postings = counted(len(self._events.job_ids), "posting") + " · " if self._many else ""
        return f"{counted(len(self._events), 'event')} · {postings}{' to '.join(days) or 'none has a time'}"

    def _pager(self) -> Node | None:
        if self._pages == 1:
            return None
        size, count, noun = (
            (_LANES, len(self._rank), "posting") if self._many else (_ENTRIES, len(self._events), "event")
        )
        first = self._page * size
        extent = f"{first + 1:,}–{min(first + size, count):,} of {counted(count, noun)}, the newest first"
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

    # -- one posting ---------------------------------------------------------------------------------------------------

    def _entries(self) -> pd.DataFrame:
        return self.frame.iloc[self._page * _ENTRIES : (self._page + 1) * _ENTRIES]

    def _list(self) -> Node:
        first = self._page * _ENTRIES
        places = self._order[first : first + _ENTRIES]
        entries = []
        for place, row in zip(places, self._entries().to_dict("records"), strict=True):
            moment = self._events.at[place]
            kind = self._events.kind_names[self._events.kinds[place]]
            entries.append(
                element(
                    "li",
                    {"class": "bd-event"},
                    _time(moment),
                    element(
                        "span",
                        {"class": f"bd-badge bd-badge-{tone_of(kind)}"},
                        mark_shape(tone_of(kind)),
                        word_of(kind),
                    ),
                    element("div", {"class": "bd-event-what"}, _change(row, kind)),
                )
            )
        return element("ol", {"class": "bd-events"}, entries)

    # -- many postings -------------------------------------------------------------------------------------------------

    def _page_lanes(self) -> list[Lane]:
        events = self._events
        made = []
        chosen = self._rank[self._page * _LANES : (self._page + 1) * _LANES]
        wanted = np.isin(events.jobs, chosen) & events.timed
        ordered = self._order[wanted[self._order]][::-1]  # the oldest first
        codes = events.jobs[ordered]
        ids = [events.job_ids[code] for code in chosen]
        if self._named is None:
            names = dict(zip(ids, self._names_of(chosen), strict=True))
        else:
            named = self._named[self._named["job_id"].isin(ids)]
            names = dict(zip(map(str, named["job_id"]), _names(named), strict=True))
        for code in chosen:
            places = ordered[codes == code]
            marks = [Mark(events.at[place], events.kind_names[events.kinds[place]]) for place in places]
            job_id = events.job_ids[code]
            title, company = names.get(job_id, ("", ""))
            made.append(Lane(job_id, title, company, marks, spans_of(marks)))
        return made

    def _names_of(self, chosen: np.ndarray[Any, np.dtype[np.intp]]) -> list[tuple[str, str]]:
        """Title and company of these postings, by their newest event."""
        codes, first = np.unique(self._events.jobs[self._order], return_index=True)
        places = dict(zip(codes.tolist(), first.tolist(), strict=True))
        return _names(self.frame.iloc[[places[code] for code in chosen.tolist()]])

    def _lanes_shown(self) -> Node:
        page = self._page_lanes()
        if not page:
            return empty("None of these events has a time.")
        return lanes_table(page)

    # -- other forms ---------------------------------------------------------------------------------------------------

    def to_text(self) -> str:
        """The events of the page shown as aligned text, the newest first."""
        if not len(self._events):
            return "\n".join(["Events: none are known.", *self._notes])
        head = f"Events · {self._said()}"
        if self._many:
            lanes_shown = self._page_lanes()
            rows: list[Sequence[str]] = [("posting", "company", "opened", "updated", "closed", "last event", "job_id")]
            for lane in lanes_shown:
                tones = [tone_of(mark.kind) for mark in lane.marks]
                last = lane.marks[-1]
                rows.append(
                    (
                        cut(lane.title or "–", 40)[0],
                        cut(lane.company or "–", 30)[0],
                        f"{tones.count('opened') + tones.count('reopened'):,}",
                        f"{tones.count('updated'):,}",
                        f"{tones.count('closed'):,}",
                        f"{word_of(last.kind)} {day_of(last.at)}",
                        cut(visible_line(lane.job_id), 40)[0],
                    )
                )
            right = frozenset({2, 3, 4})
        else:
            rows = [("observed_at", "event", "field", "old", "new")]
            first = self._page * _ENTRIES
            for place, row in zip(
                self._order[first : first + _ENTRIES], self._entries().to_dict("records"), strict=True
            ):
                kind = self._events.kind_names[self._events.kinds[place]]
                name, old, new = _values(row)
                changed = kind == _UPDATED or kind not in WORDS
                cells = (
                    [cut(visible_line(text or "–"), 40)[0] for text in (name, old, new)] if changed else ["", "", ""]
                )
                rows.append((minute_of(self._events.at[place]), word_of(kind), *cells))
            right = frozenset()
        page = self._page + 1
        more = [f"Page {page:,} of {self._pages:,}."] if self._pages > 1 else []
        return "\n".join([head, text_table(rows[0], rows[1:], right), *more, *self._notes])

    def chart(self) -> Any:
        """The lanes of the page shown as an Altair chart; needs the extra ``bluedoor-tools[charts]``."""
        if self._many:
            page = self._page_lanes()
        else:
            timed = [place for place in self._order[::-1] if self._events.timed[place]]
            own = [Mark(self._events.at[place], self._events.kind_names[self._events.kinds[place]]) for place in timed]
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
        return lane_chart(marks, spans, names, "Events", [self._said(), *self._notes])


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


# -- entries -----------------------------------------------------------------------------------------------------------


def _values(row: Mapping[Any, Any]) -> tuple[str, str, str]:
    """The field that changed, its old and its new value, as text; empty where there is none."""
    name = plain(row.get("field_name"))
    texts = []
    for column in ("old_value", "new_value"):
        text = plain(row.get(f"{column}_text"))
        if text is None and column in row:
            value = plain(row[column])
            text = value_text(value) if isinstance(value, str) else value
        texts.append("" if text is None else str(text))
    return "" if name is None else str(name), texts[0], texts[1]


def _change(row: Mapping[Any, Any], kind: str) -> list[Node]:
    """What an update changed; an opening or closing says it by its name."""
    if kind in WORDS and kind != _UPDATED:
        return []
    name, old, new = _values(row)
    if not (name or old or new):
        return [element("span", {"class": "bd-under"}, "What changed is not said.")] if kind == _UPDATED else []
    field = element(
        "span",
        {"class": "bd-event-field", "title": visible_line(name)[:_LONG] or None},
        cut(label_of(name) if name.isidentifier() else visible_line(name), 60)[0],
    )
    return [
        field,
        element(
            "div",
            {"class": "bd-change"},
            _side("bd-old", old, "before"),
            element("span", {"class": "bd-arrow-to", "aria-hidden": "true"}, "→"),
            _side("bd-new", new, "after"),
        ),
    ]


def _side(kind: str, text: str, when: str) -> Node:
    shown, whole = cut(visible_line(text), _LONG)
    return element(
        "span",
        {"class": kind if shown else f"{kind} bd-under", "dir": "auto", "title": whole or None},
        element("span", {"class": "bd-heard"}, f"{when}: "),
        shown or "nothing",
    )


def _time(moment: np.datetime64) -> Node:
    if np.isnat(moment):
        return element("span", {"class": "bd-event-time bd-under"}, "no time")
    day, _, minute = minute_of(moment).partition(" ")
    return element(
        "time",
        {"class": "bd-event-time", "datetime": f"{iso_of(moment)}"},
        day,
        " ",
        element("span", {"class": "bd-under"}, minute),
    )


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
    return Timeline(needed(events, ["observed_at", "event_type"], "timeline"))
