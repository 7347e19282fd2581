"""The protocol between the functions and a backend: a query and a cursor in, a page and the next cursor out."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from .. import contract
from ..decode import Decoder, Page
from ..query import Query
from ..specification import Specification

__all__ = [
    "Backend",
    "FacetAnswer",
    "ListPage",
    "OrgsAnswer",
    "Request",
    "event_parameters",
    "facet_request",
    "search_body",
    "search_parameters",
]


@dataclass(frozen=True, slots=True)
class Request:
    """A call of the API: what a backend sent, or what would ask the API the same. `path` begins after the base URL."""

    method: str
    path: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None


@dataclass(slots=True)
class ListPage:
    """One page of a listing, in the backend's order: newest first, ties by id, descending."""

    page: Page
    next_cursor: str | None
    total: int | None  # None: not asked for, or the backend cannot say
    total_capped: bool
    request: Request
    notes: tuple[str, ...] = ()
    # Rows that do not match a filter they came under, by its name: taken out, or left in (`obeyed.hold` says which).
    left_out: Counter[str] = field(default_factory=Counter)
    unmatched: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class FacetAnswer:
    """Values of a field with their counts, largest first.

    `limit` is how many values the backend gives at most, None where it does not say.
    """

    counts: list[tuple[Any, int]]
    limit: int | None
    request: Request
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class OrgsAnswer:
    """Organisations found by name or domain; `cut` where the look-up gave only a part, None where it does not say."""

    records: list[dict[str, Any]]
    cut: bool | None
    requests: list[Request]
    notes: tuple[str, ...] = ()


class Backend(Protocol):
    """A place that answers. Thread-safe; raises only the errors of `bluedoor_tools.errors`."""

    name: str
    """ "api" or "sample"."""
    label: str
    """The backend in words, for cards and pages."""
    base_url: str
    """Base URL of the API that this backend asks, or whose data it holds."""
    notes: tuple[str, ...]
    """What every answer card of this backend says."""
    sends_key: bool
    """Whether requests carry a key."""
    local: bool
    """Whether answers cost no request."""

    def chains(self) -> int:
        """How many requests it is worth to have under way at once; 1 where one answer comes after the other."""

    def pace(self) -> tuple[float, str] | None:
        """Requests a second that are allowed at present, and in words who says so; None where nothing limits them."""

    def size(self, query: Query) -> int | None:
        """How many postings match, counted over their providers, which every posting has; None where unknown."""

    def now(self) -> dt.datetime:
        """The backend's clock, in UTC: ages such as "7d" count back from it."""

    def search(
        self, query: Query, decoder: Decoder, *, cursor: str | None, limit: int, description: bool, total: bool
    ) -> ListPage:
        """One page of at most `limit` (1-100) jobs."""

    def job(self, job_id: str) -> dict[str, Any]:
        """One job's full record, with its text."""

    def job_events(self, job_id: str, decoder: Decoder, limit: int) -> Page:
        """The events of one posting."""

    def source_jobs(self, source_id: str, decoder: Decoder, *, cursor: str | None, limit: int) -> ListPage:
        """One page of a board's jobs, of any status."""

    def search_events(self, query: Query, decoder: Decoder, *, cursor: str | None, limit: int) -> ListPage:
        """One page of at most `limit` (1-100) events across postings."""

    def facets(self, field: str, query: Query, limit: int) -> FacetAnswer:
        """Counts of the values of one field."""

    def facet_pairs(self, by: str, field: str, query: Query) -> list[tuple[str, str, int]] | None:
        """Counts of every pair of values of two fields in one answer; None where the backend cannot."""

    def org(self, org_id: str) -> dict[str, Any]:
        """One organisation's record."""

    def orgs(self, org_ids: Sequence[str]) -> dict[str, dict[str, Any] | None]:
        """The records of many organisations; None for an id the backend does not know."""

    def find_orgs(self, name: str | None, domain: str | None) -> OrgsAnswer:
        """The organisations whose name has this in it, or whose web domain is this."""

    def source(self, source_id: str) -> dict[str, Any]:
        """One crawled board's record."""

    def stats(self) -> dict[str, Any]:
        """Counts and lags of the whole collection."""

    def specification(self) -> Specification | None:
        """What the API publishes of itself; None where no API is asked."""

    def record_note(self, job_id: str) -> str | None:
        """What a page of this posting must say of its provenance."""

    def close(self) -> None:
        """Give up connections."""


def search_parameters(
    query: Query, *, cursor: str | None, limit: int, description: bool, total: bool
) -> dict[str, str]:
    """The parameters of a search as a GET writes them: lists joined by commas."""
    written = _filters(query)
    if description:
        written["include"] = "description"
    if not total:
        written["include_total"] = "false"
    written["limit"] = str(limit)
    if cursor is not None:
        written["cursor"] = cursor
    return written


def event_parameters(query: Query, *, cursor: str | None, limit: int) -> dict[str, str]:
    """The parameters of an event search."""
    return {**_filters(query), "limit": str(limit), **({} if cursor is None else {"cursor": cursor})}


def facet_request(field: str, query: Query, limit: int) -> Request:
    """The request for facets: they were only ever seen to be asked with `active`, where a search takes both."""
    parameters = search_parameters(query, cursor=None, limit=limit, description=False, total=True)
    status = parameters.pop("status", None)
    if status is not None:
        parameters["active"] = "true" if status == "active" else "false"
    return Request("GET", contract.endpoint("facets").path, {"field": field, **parameters})


def search_body(query: Query, parameters: Mapping[str, str]) -> dict[str, Any]:
    """The same parameters as a POST writes them: typed values, lists as arrays."""
    body: dict[str, Any] = dict(parameters)
    body.update((name, list(value) if isinstance(value, tuple) else value) for name, value in query.filters.items())
    body["limit"] = int(parameters["limit"])
    if "include_total" in body:
        body["include_total"] = False
    return body


def _filters(query: Query) -> dict[str, str]:
    return {name: _written(value) for name, value in query.filters.items()}


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.15g}"
    return ",".join(value) if isinstance(value, tuple) else str(value)
