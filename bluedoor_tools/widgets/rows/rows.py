"""Where a view's rows come from: what it asks, and what it is answered."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

if TYPE_CHECKING:
    from ...answer_card import Card
    from ...records import Job
    from .query import ViewQuery

__all__ = ["Answer", "Rows", "page_start"]


@dataclass(frozen=True, slots=True)
class Answer:
    """One page of the rows that a query matches, and how far they go.

    The index of ``rows`` are the rows' keys, as text: what `Rows.job` and `Rows.events` take. That is the `job_id`, or
    where a frame has none of its own for every row, a key made of the row's place in it. ``first`` is the place of the
    page's first row (from 0) among the rows; ``total`` how many match (None: the backend does not say; ``capped``: a
    lower bound); ``loaded`` how many of them are at hand; ``complete`` whether those are all; ``notes`` what a reader
    must know, one line each; ``problem`` why the page asked for could not be had, where what was at hand is
    shown instead; ``card`` the answer card behind the rows, where there is one.
    """

    rows: pd.DataFrame
    first: int
    total: int | None
    capped: bool = False
    loaded: int = 0
    complete: bool = True
    notes: tuple[str, ...] = ()
    problem: str = ""
    card: Card | None = None


def page_start(first: int, rows: int, size: int) -> int:
    """Where a page begins that would begin at `first`; of one beyond the last row, where the last one does.

    >>> page_start(50, 60, 25), page_start(75, 60, 25), page_start(75, 0, 25)
    (50, 50, 0)
    """
    if first < rows:
        return first
    return (rows - 1) // size * size if rows else 0


class Rows(Protocol):
    """Rows that can be searched: those of a frame, or those that a client finds."""

    @property
    def label(self) -> str:
        """What the rows are, in a few words: "100,000 rows of a DataFrame", "synthetic sample of 3,000 postings"."""
        ...

    @property
    def origin(self) -> str:
        """What an answer's card is of: "this answer", "the frame"."""
        ...

    @property
    def loose(self) -> bool:
        """Whether values that are compared whole may be any text, as in a frame; see `ViewQuery.loose`."""
        ...

    @property
    def filter_names(self) -> tuple[str, ...]:
        """The filters that these rows can be asked for."""
        ...

    @property
    def facet_fields(self) -> tuple[str, ...]:
        """The filters (of those that compare whole values) whose values can be counted, in the order to show them."""
        ...

    @property
    def default_filters(self) -> Mapping[str, Any]:
        """The filters of a view that was asked for none, and of one whose filters are cleared."""
        ...

    def choices(self, name: str) -> tuple[str, ...] | None:
        """The values that a filter of whole values can find here, the commonest first; None: those of the contract."""
        ...

    def search(self, query: ViewQuery, *, stop: threading.Event) -> Answer:
        """The query's page (of one beyond the last, the last); `stop` is set when nobody waits for it any more.

        Raises
        ------
        StoppedError
            It was stopped.
        """
        ...

    def facet(self, field: str, query: ViewQuery, *, limit: int) -> pd.DataFrame:
        """The commonest values under the query's filters: `value`, `count`, `share`; ``attrs["notes"]`` says of what.

        `field` is one of `facet_fields`: the name of the filter that a value is for.
        """
        ...

    def companies(self, beginning: str) -> list[str]:
        """Names of companies that have these letters in them, to choose from; the likeliest first."""
        ...

    def jobs(self, query: ViewQuery) -> pd.DataFrame:
        """The rows at hand that match, in the query's order."""
        ...

    def load(self, query: ViewQuery, *, stop: threading.Event, progress: Callable[[int, int | None], None]) -> None:
        """Bring every row that matches to hand; `progress` is told rows and total, `stop` ends it: what came stays."""
        ...

    def job(self, job_id: str) -> Job:
        """A posting's record."""
        ...

    def events(self, job_id: str) -> pd.DataFrame:
        """A posting's lifecycle events; without rows where none are known."""
        ...

    def python(self, query: ViewQuery) -> str:
        """The Python that gives the same rows."""
        ...

    def curl(self, query: ViewQuery) -> str:
        """The request that gives the same rows from the API."""
        ...
