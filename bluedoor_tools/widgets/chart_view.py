"""What views of counts and events share: the frame they take, its events read, their notes and their text form."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .. import contract
from ..answer_card import ATTRS_KEY, Card, card
from ..errors import InvalidRequestError, nearest
from ..frames import COLUMNS
from ..inert import counted, visible_line
from ..lifecycle import _STATE_AFTER as STATE_AFTER
from .charts import save_chart
from .tree import Node, element
from .view import View
from .wording import cell_of, cut

if TYPE_CHECKING:
    from .query import ViewQuery
    from .rows import Rows

__all__ = [
    "STATE_AFTER",
    "ChartView",
    "Events",
    "card_of",
    "coded",
    "empty",
    "heading",
    "jobs_of",
    "keys",
    "needed",
    "note_list",
    "notes_of",
    "of_postings",
    "value_of",
]

_SURROGATE = re.compile("[\ud800-\udfff]")  # no column and no message can hold it
_WHOLE = 10_000  # characters of a value that are looked at
_NAMED = 5  # unknown types that a note names


class ChartView(View):
    """A view of counts or events: `frame` is what is shown as data, `chart` and `save` give it as a picture."""

    def __init__(self) -> None:
        super().__init__()
        self.frame = pd.DataFrame()

    def chart(self) -> Any:
        """What is shown as an Altair chart, to be altered or saved; needs the extra ``bluedoor-tools[charts]``."""
        raise NotImplementedError

    def save(self, path: str | Path) -> Path:
        """Write the chart to a file, ``.svg`` or ``.png``; nothing is fetched for it, an existing file is replaced.

        Raises
        ------
        InvalidRequestError
            Another ending, a folder that is not there, or the extra ``bluedoor-tools[charts]`` is not installed.
        """
        return save_chart(self.chart, path)

    def update_from(self, rows: Rows, query: ViewQuery) -> None:
        """Show what goes with an explorer's present rows."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {counted(len(self.frame), 'row')}>"


def needed(frame: Any, names: Sequence[str], what: str) -> pd.DataFrame:
    """The frame, if it is one that has these columns, once each; the error names those that miss and those there."""
    if not isinstance(frame, pd.DataFrame):
        raise InvalidRequestError(f"{what} takes a DataFrame, not {type(frame).__name__}.")
    for name in names:
        if not isinstance(name, str):
            raise InvalidRequestError(f"{what} takes a column's name, not {type(name).__name__}.")
    there = [str(name) for name in frame.columns]
    missing = [name for name in names if name not in there]
    if missing:
        close = nearest(missing[0], there)
        met = ", ".join(visible_line(name)[:40] for name in there[:12]) + (" …" if len(there) > 12 else "")
        raise InvalidRequestError(
            f"{what} needs {_named(missing)}, which this frame does not have.",
            hint=(f"Did you mean {close!r}? " if close else "") + f"It has: {met or 'no columns'}.",
        )
    twice = [name for name in names if there.count(name) > 1]
    if twice:
        raise InvalidRequestError(
            f"This frame has more than one column {twice[0]!r}.", hint="Rename or drop one: frame.columns has them."
        )
    return frame


def _named(names: Sequence[str]) -> str:
    said = ", ".join(map(repr, names))
    return f"the column {said}" if len(names) == 1 else f"the columns {said}"


def card_of(frame: pd.DataFrame) -> Card | None:
    """The frame's answer card, where it has one."""
    try:
        return card(frame) if ATTRS_KEY in frame.attrs else None
    except InvalidRequestError:
        return None


def notes_of(found: Card | None, *fields: str) -> list[str]:
    """What a reader must know of a frame, by its card: where it is from, whether it is whole, what fields mislead."""
    said = []
    if found is not None:
        said.append(f"From the {found['backend']['label']}." if found["backend"]["label"] else "")
        if found["kind"] in {"jobs", "events"} and found["complete"] is False:
            said.append(f"Not all that match: {counted(found['rows'], 'row')} were loaded ({found['reason']}).")
    known = (COLUMNS.get(field) for field in fields)
    said += [f"{entry.name}: {entry.misleads}." for entry in known if entry is not None and entry.misleads]
    return [visible_line(note) for note in said if note]


def note_list(notes: Sequence[str]) -> Node | None:
    """Notes as the small print of a view."""
    return element("ul", {"class": "bd-chart-notes"}, [element("li", {}, note) for note in notes]) if notes else None


def coded(values: pd.Series) -> tuple[np.ndarray[Any, np.dtype[np.intp]], list[str]]:
    """A column as codes of its distinct values as text; -1 where there is none.

    >>> codes, texts = coded(pd.Series(["b", None, "a", "b"]))
    >>> codes.tolist(), texts
    ([0, -1, 1, 0], ['b', 'a'])
    """
    try:
        codes, distinct = pd.factorize(values)
    except TypeError:  # lists and dictionaries
        codes, distinct = pd.factorize(values.map(_text, na_action="ignore"))
    if isinstance(values.dtype, pd.StringDtype) and values.dtype.storage == "pyarrow":  # text that is sound, each once
        return np.asarray(codes, dtype=np.intp), distinct.tolist()
    places: dict[str, int] = {}
    merged = np.array([places.setdefault(_text(value), len(places)) for value in distinct])
    if len(merged) and len(places) < len(merged):  # 1 and "1"
        codes = np.where(codes < 0, -1, merged[codes])
    return np.asarray(codes, dtype=np.intp), list(places)


def _text(value: Any) -> str:
    return _SURROGATE.sub("\ufffd", str(value))


def value_of(field: str, value: str) -> str:
    """A value as it is read, in one line: coded ones in words."""
    return cell_of(field, value, _WHOLE)[0] if value.strip() else "(empty text)"


def jobs_of(rows: Rows, query: ViewQuery) -> pd.DataFrame:
    """The explorer's rows at hand, known by their job_id."""
    return needed(rows.jobs(query), ["job_id"], "A view of events that is linked")


def of_postings(jobs: pd.DataFrame, some: Events, every: Events) -> str:
    """How many events are of the explorer's postings."""
    return f"Of the {counted(len(jobs), 'posting')} at hand in the explorer: {len(some):,} of {len(every):,} events."


class Events:
    """Events read: their instants, types and postings, as arrays beside the caller's frame, which is left as it is.

    An event that came twice, by its ``event_id``, is there once.
    """

    def __init__(self, frame: pd.DataFrame, notes: list[str] | None = None) -> None:
        notes = [] if notes is None else notes
        if "event_id" in frame.columns and (frame.columns == "event_id").sum() == 1:
            again = _duplicated(frame["event_id"])
            if again.any():
                notes.append(f"{counted(int(again.sum()), 'event')} came more than once, by event_id: counted once.")
                frame = frame[~again]
        self.frame = frame
        self.notes = notes
        self.at = _instants(frame["observed_at"])
        codes, texts = coded(frame["event_type"])
        self.kind_names = [*texts, ""]  # the last, by code -1, has no type
        self.kinds = codes
        states = [{"open": 1, "closed": -1}.get(STATE_AFTER.get(name, ""), 0) for name in self.kind_names]
        self.signs = np.array(states, dtype=np.int8)[codes]

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def timed(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Which events have a time."""
        return np.asarray(~np.isnat(self.at))

    @functools.cached_property
    def _postings(self) -> tuple[np.ndarray[Any, np.dtype[np.intp]], list[str]]:
        if "job_id" not in self.frame.columns:
            return np.zeros(len(self.frame), dtype=np.intp), [""]
        return coded(needed(self.frame, ["job_id"], "A view of events")["job_id"])

    @property
    def jobs(self) -> np.ndarray[Any, np.dtype[np.intp]]:
        """The posting of each event, as its place in `job_ids`; -1 where there is none."""
        return self._postings[0]

    @property
    def job_ids(self) -> list[str]:
        """The postings; a frame without the column is taken for one posting's."""
        return self._postings[1]

    def only(self, job_ids: pd.Series) -> Events:
        """The events of these postings."""
        own = needed(self.frame, ["job_id"], "A view of events that is linked")["job_id"].tolist()
        wanted = set(job_ids.dropna().tolist())  # ten times as fast as isin
        kept = np.fromiter((job_id in wanted for job_id in own), dtype=np.bool_, count=len(own))
        return Events(self.frame[kept], [*self.notes])

    def unknown(self) -> str:
        """A note of the types that the contract does not know."""
        names = [name for name in self.kind_names[:-1] if name not in contract.EVENT_TYPES]
        if not names:
            return ""
        codes = [self.kind_names.index(name) for name in names]
        count = int(np.isin(self.kinds, codes).sum())
        said = ", ".join(f"“{cut(name, 40)[0]}”" for name in names[:_NAMED]) + (" …" if len(names) > _NAMED else "")
        return f"{counted(count, 'event')} of unknown types ({said})"


def _duplicated(keys: pd.Series) -> np.ndarray[Any, np.dtype[np.bool_]]:
    try:
        return np.asarray(keys.duplicated() & keys.notna())
    except TypeError:  # no ids
        return np.zeros(len(keys), dtype=np.bool_)


def _instants(values: pd.Series) -> np.ndarray[Any, np.dtype[np.datetime64]]:
    """Any column of instants as UTC, to the microsecond; NaT where one is none. Without a zone: UTC."""
    if values.dtype.kind not in "M":
        if values.dtype.kind in "iufbmc":  # a number is no date
            return np.full(len(values), "NaT", dtype="datetime64[us]")
        values = pd.to_datetime(values.astype(object), utc=True, errors="coerce", format="ISO8601")
    if values.dt.tz is not None:
        values = values.dt.tz_convert("UTC").dt.tz_localize(None)
    return values.to_numpy(dtype="datetime64[us]")


def shown_day(moment: Any) -> str:
    """The day of an instant."""
    return str(np.datetime64(moment, "D"))


def heading(title: str, *said: str, legend: Node | None = None) -> Node:
    """The head of a view: what it shows, and how much."""
    return element(
        "header",
        {"class": "bd-chart-head"},
        element("h3", {"dir": "auto"}, title),
        element("p", {"class": "bd-chart-said"}, " · ".join(part for part in said if part)),
        legend,
    )


def empty(text: str) -> Node:
    """What stands where there is nothing to show."""
    return element("p", {"class": "bd-chart-empty"}, text)


def keys(entries: Mapping[str, str]) -> Node:
    """A legend: swatches of these classes, with their words."""
    return element(
        "ul",
        {"class": "bd-chart-keys"},
        [element("li", {"class": f"bd-key {name}"}, text) for name, text in entries.items()],
    )
