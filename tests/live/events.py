"""The filters of an event search."""

from __future__ import annotations

from bluedoor_tools import contract

from .filters import Filters
from .values import bounds, distinct, lists

__all__ = ["event_filters"]

_NEWEST = 24  # events from which lists are drawn: a query string of lists must stay short


def event_filters(filters: Filters) -> None:
    """Every filter of an event search, the lists in one request."""
    known = filters.known
    fields = {name: row.reads[0] for name, row in contract.EVENT_PARAMETERS.items() if row.match == "one_of"}
    filters.probe(lists(known[:_NEWEST], fields, {}))
    filters.probe_together(
        [{"provider": value.upper()} for value in distinct(known, "provider")],
        bounds(known, "observed", "observed_at"),
    )
    filters.find_names()
