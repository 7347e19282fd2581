"""The counts beside the rows, asked for whenever the filters are others; never shown as those of other filters."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pandas as pd

from ...errors import BluedoorError, CouldNotAskError
from ...inert import visible_line
from ..latest import Latest
from ..rows.query import ViewQuery
from ..rows.rows import Rows
from .facet_bars import FacetBars

__all__ = ["FacetCounts"]

_LIMIT = 8  # values of a field that are shown

Counts = dict[str, pd.DataFrame | BluedoorError]


class FacetCounts:
    """Counts the values of each field under a query's filters, and shows them in the bars.

    `came` is called with the name of each field that was counted and its values.
    """

    def __init__(self, rows: Rows, bars: FacetBars, came: Callable[[str, pd.DataFrame], None]) -> None:
        self._rows, self._bars, self._came = rows, bars, came
        self._filters: dict[str, Any] | None = None  # that were counted under, or are about to be
        self.counting = Latest(self._count, self._show, self._failed)

    def follow(self, query: ViewQuery) -> None:
        """Count under these filters, unless that is done or under way; the bars are marked until it is done."""
        self._bars.problem = ""
        if query.filters != self._filters:
            self._filters = query.filters
            self._bars.busy = True
            self.counting.ask(query, wait=0.0)

    def _count(self, query: ViewQuery, stop: threading.Event) -> tuple[ViewQuery, Counts]:
        counts: Counts = {}
        for field in self._rows.facet_fields:
            if stop.is_set():
                break
            try:
                counts[field] = self._rows.facet(field, query, limit=_LIMIT)
            except BluedoorError as error:  # the others stand without it
                counts[field] = error
        return query, counts

    def _show(self, found: tuple[ViewQuery, Counts]) -> None:
        query, counts = found
        if any(isinstance(count, CouldNotAskError) for count in counts.values()):
            self._filters = None  # the next search tries again
        shown = {name: str(count) if isinstance(count, BluedoorError) else count for name, count in counts.items()}
        self._bars.show_counts(shown, query)
        self._bars.busy = False
        for name, count in counts.items():
            if isinstance(count, pd.DataFrame):
                self._came(name, count)

    def _failed(self, error: BluedoorError) -> None:
        self._bars.show()  # those there are were of other filters
        self._bars.busy = False
        self._bars.problem = visible_line(str(error))
