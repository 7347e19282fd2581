"""The commands that give postings, events and counts."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from .. import contract
from ..errors import InvalidRequestError
from .filters import columns_of, filters_of, given_of, limit_of
from .output import put, put_record

if TYPE_CHECKING:
    from ..client import Client

__all__ = ["events", "facets", "history", "read", "search", "show"]


def search(client: Client, arguments: argparse.Namespace) -> None:
    """Search postings."""
    texts = [text for text in (arguments.q, *(arguments.more_q or ())) if text is not None]
    jobs = client.search_jobs(
        texts or None,
        **filters_of(arguments, contract.PARAMETERS),
        description=arguments.description,
        columns=columns_of(arguments),
        cursor=arguments.cursor,
        **limit_of(arguments),
    )
    put(jobs, arguments, "jobs")


def show(client: Client, arguments: argparse.Namespace) -> None:
    """One posting's page, or a table of several."""
    if arguments.is_page(arguments):
        put_record(client.get_job(arguments.job[0]), arguments)
        return
    columns = columns_of(arguments)
    described = _given(arguments, "description")
    jobs = client.get_jobs(arguments.job, columns=columns, **described, **_given(arguments, "max_requests"))
    put(jobs, arguments, "jobs")


def events(client: Client, arguments: argparse.Namespace) -> None:
    """The events of one posting, or a search for events."""
    filters = filters_of(arguments, contract.EVENT_PARAMETERS)
    if arguments.job is None:
        found = client.search_events(**filters, cursor=arguments.cursor, **limit_of(arguments))
        put(found, arguments, "event search")
        return
    if arguments.job in contract.EVENT_TYPES:
        raise InvalidRequestError(
            f"{arguments.job!r} is a type of events, not a posting.", hint=f"Write --event-types {arguments.job}."
        )
    given = given_of(arguments, contract.EVENT_PARAMETERS) + (["--cursor"] if arguments.cursor is not None else [])
    if given:
        raise InvalidRequestError(
            f"The events of one posting take no {' and no '.join(given)}.",
            hint=f"To search among them: --job-ids {arguments.job[:200]}, without a posting before the options.",
        )
    put(client.job_events(arguments.job, **limit_of(arguments)), arguments, "events")


def history(client: Client, arguments: argparse.Namespace) -> None:
    """When a posting was open and when closed."""
    put(client.history(arguments.job), arguments, "history")


def facets(client: Client, arguments: argparse.Namespace) -> None:
    """Count postings by the values of one field, or of two."""
    counts = client.facets(
        arguments.field,
        by=arguments.by,
        q=arguments.q,
        **filters_of(arguments, contract.PARAMETERS),
        **limit_of(arguments),
        **_given(arguments, "max_requests"),
    )
    put(counts, arguments, "facets")


def read(arguments: argparse.Namespace) -> None:
    """Read postings from a file."""
    from ..files import read_jobs

    columns: Any = columns_of(arguments)
    put(read_jobs(arguments.path, columns=columns, description=arguments.description), arguments, "jobs")


def _given(arguments: argparse.Namespace, name: str) -> dict[str, Any]:
    """An argument where it was given: its default is the function's own."""
    value = getattr(arguments, name)
    return {} if value is None else {name: value}
