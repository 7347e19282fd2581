"""Events read: their instants, types and postings, and those of an explorer's postings."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ... import contract
from ...inert import counted
from ...lifecycle import STATE_AFTER
from ..wording import cut
from .chart_view import coded, needed

if TYPE_CHECKING:
    from ..rows.query import ViewQuery
    from ..rows.rows import Rows

__all__ = ["Events"]

_NAMED = 5  # unknown types that a note names
_LINKED = "A view of events that is linked"


class Events:
    """Events read: their instants, types and postings, as arrays beside the caller's frame, which is left as it is.

    An event that came twice, by its ``event_id``, is there once.
    """

    def __init__(self, frame: pd.DataFrame, notes: Sequence[str] = ()) -> None:
        self.notes = [*notes]
        if (frame.columns == "event_id").sum() == 1:
            again = _duplicated(frame["event_id"])
            if again.any():
                self.notes.append(
                    f"{counted(int(again.sum()), 'event')} came more than once, by event_id: counted once."
                )
                frame = frame[~again]
        self.frame = frame
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

    def newest_first(self) -> np.ndarray[Any, np.dtype[np.intp]]:
        """The places of the events, the newest first; at one instant the last of a life, those without a time last."""
        ranks = {name: place for place, name in enumerate(contract.EVENT_TYPES)}
        rank = np.array([ranks.get(name, -1) for name in self.kind_names])[self.kinds]
        stamps = np.where(self.timed, self.at.astype(np.int64), np.iinfo(np.int64).min)  # NaT sorts last both ways
        return np.lexsort((-np.arange(len(self)), rank, stamps))[::-1]

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

    def at_hand(self, rows: Rows, query: ViewQuery) -> tuple[pd.DataFrame, Events, str]:
        """The explorer's rows at hand, the events of these postings, and how many of all they are."""
        jobs = needed(rows.jobs(query), ["job_id"], _LINKED)
        own = needed(self.frame, ["job_id"], _LINKED)["job_id"].tolist()
        wanted = set(jobs["job_id"].dropna().tolist())  # ten times as fast as isin
        kept = np.fromiter((job_id in wanted for job_id in own), dtype=np.bool_, count=len(own))
        some = Events(self.frame[kept], self.notes)
        here = f"Of the {counted(len(jobs), 'posting')} at hand in the explorer"
        return jobs, some, f"{here}: {len(some):,} of {counted(len(self), 'event')}."

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
    return values.to_numpy(dtype="datetime64[us]")
