"""The commands that give postings, events and counts."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import contract
from ..errors import InvalidRequestError, UnexpectedAnswerError
from .filters import columns_of, filters_of, given, given_of, limit_of
from .output import put, put_record

if TYPE_CHECKING:
    import pandas as pd

    from ..client import Client

__all__ = ["events", "facets", "history", "read", "resume", "search", "show"]

_TABLES = {"events": "event search"}  # of the kinds of frames that go on, those whose table has another name


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
        **given(arguments, "progress"),
    )
    put(jobs, arguments, "jobs")


def resume(client: Client, arguments: argparse.Namespace) -> None:
    """Go on with a load that stopped: of a file all its rows, of a token the rest."""
    from ..answer_card import card

    text = arguments.stopped
    is_file = "." in text or os.sep in text or os.path.exists(text)  # a token has neither dots nor slashes
    stopped = _saved(Path(text)) if is_file else text
    rows = client.resume(stopped, **limit_of(arguments), **given(arguments, "progress"))
    kind = str(card(rows)["kind"])
    put(rows, arguments, _TABLES.get(kind, kind))


def show(client: Client, arguments: argparse.Namespace) -> None:
    """One posting's page, or a table of several."""
    if arguments.is_page(arguments):
        put_record(client.get_job(arguments.job[0], **given(arguments, "refresh")), arguments)
        return
    jobs = client.get_jobs(
        arguments.job, columns=columns_of(arguments), **given(arguments, "description", "max_requests", "refresh")
    )
    put(jobs, arguments, "jobs")


def events(client: Client, arguments: argparse.Namespace) -> None:
    """The events of one posting, or a search for events."""
    filters = filters_of(arguments, contract.EVENT_PARAMETERS)
    if arguments.job is None:
        found = client.search_events(
            **filters, cursor=arguments.cursor, **limit_of(arguments), **given(arguments, "progress")
        )
        put(found, arguments, "event search")
        return
    if arguments.job in contract.EVENT_TYPES:
        raise InvalidRequestError(
            f"{arguments.job!r} is a type of events, not a posting.", hint=f"Write --event-types {arguments.job}."
        )
    refused = given_of(arguments, contract.EVENT_PARAMETERS)
    refused += [f"--{name}" for name in given(arguments, "cursor", "progress")]
    if refused:
        raise InvalidRequestError(
            f"The events of one posting take no {' and no '.join(refused)}.",
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
        **given(arguments, "max_requests"),
    )
    put(counts, arguments, "facets")


def read(arguments: argparse.Namespace) -> None:
    """Read postings from a file."""
    from ..files import read_jobs

    columns: Any = columns_of(arguments)
    put(read_jobs(arguments.path, columns=columns, description=arguments.description), arguments, "jobs")


def _saved(path: Path) -> pd.DataFrame:
    """A load's rows as a file keeps them, with the columns that it had."""
    from ..answer_card import card
    from ..files import read_jobs

    hint = 'JSON and Parquet files of jobs do; of others, give the token that stands behind "go on with".'
    try:
        jobs = read_jobs(path)
    except UnexpectedAnswerError as error:
        raise UnexpectedAnswerError(error.message, hint=f"Not every file goes on: {hint}") from None
    entries = card(jobs)
    if entries["call"]["function"] == "read_jobs" and entries["next_cursor"] is None:
        raise InvalidRequestError(
            f"{path.name} does not say what its rows answer: there is no going on from it.",
            hint=hint,
        )
    asked = entries["call"]["arguments"]
    if not {"columns", "description"} & set(asked):
        return jobs
    return read_jobs(path, columns=asked.get("columns"), description=asked.get("description") is True)
