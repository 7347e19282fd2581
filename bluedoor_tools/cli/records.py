"""The commands for organisations, boards and the slices around a posting."""

from __future__ import annotations

import argparse
import warnings
from typing import TYPE_CHECKING

from ..errors import InvalidRequestError, ResultCutWarning
from .advice import as_command
from .filters import columns_of, given, limit_of
from .output import put, put_record, say_backend
from .text_table import say

if TYPE_CHECKING:
    from ..client import Client

__all__ = ["org", "slices", "source"]

_TAKES = {
    "page": ("refresh",),
    "breakdowns": ("refresh",),
    "candidates": ("limit",),
    "sources": ("limit", "refresh"),
    "jobs": ("limit", "columns", "cursor", "progress"),
}


def org(client: Client, arguments: argparse.Namespace) -> None:
    """An organisation's page, the candidates of a name, or what belongs to it."""
    _check_fit(arguments)
    if arguments.show == "candidates":
        put(client.find_orgs(arguments.org, **limit_of(arguments)), arguments, "orgs")
        return
    found = client.get_org(arguments.org, **given(arguments, "refresh"))
    match arguments.show:
        case "page":
            put_record(found, arguments)
        case "breakdowns":
            put(found.breakdowns(), arguments, "breakdowns")
        case "sources":
            put(found.sources(**limit_of(arguments)), arguments, "sources")
        case _:
            jobs = found.jobs(
                columns=columns_of(arguments),
                cursor=arguments.cursor,
                **limit_of(arguments),
                **given(arguments, "progress"),
            )
            put(jobs, arguments, "jobs")


def source(client: Client, arguments: argparse.Namespace) -> None:
    """A crawled board's page, or its postings."""
    _check_fit(arguments)
    if arguments.show == "page":
        put_record(client.get_source(arguments.source_id, **given(arguments, "refresh")), arguments)
        return
    jobs = client.source_jobs(
        arguments.source_id,
        columns=columns_of(arguments),
        cursor=arguments.cursor,
        **limit_of(arguments),
        **given(arguments, "progress"),
    )
    put(jobs, arguments, "jobs")


def slices(client: Client, arguments: argparse.Namespace) -> None:
    """The slices around a posting, or one of them."""
    import pandas as pd

    from ..answer_card import ATTRS_KEY

    job = client.get_job(arguments.job)
    if arguments.name is None:
        put(job.slices, arguments, "slices")
        say_backend({"name": client.backend.name, "label": client.backend.label}, arguments)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResultCutWarning)  # it speaks of a limit, which this command has not
        found = job.slice(arguments.name)
    if not isinstance(found, pd.DataFrame):
        put_record(found, arguments)
        return
    entries = found.attrs[ATTRS_KEY]
    again = as_command(entries["call"])
    if again and entries["reason"] == "limit":
        of = "more" if entries["total"] is None else f"{'at least ' if entries['capped'] else ''}{entries['total']:,}"
        say(f"note: These are the newest {len(found)} of {of}; {again} --limit all fetches all.")
    put(found, arguments, {"facets": "breakdowns"}.get(entries["kind"], entries["kind"]), again=again)


def _check_fit(arguments: argparse.Namespace) -> None:
    """Refuse options that say nothing of what is to be shown."""
    for name in ("limit", "columns", "cursor", "progress", "refresh"):
        if getattr(arguments, name) is not None and name not in _TAKES[arguments.show]:
            choices = next(action.choices for action in arguments.parser._actions if action.dest == "show")
            fitting = [show for show, names in _TAKES.items() if name in names and show in choices]
            raise InvalidRequestError(
                f"--show {arguments.show} takes no --{name}.", hint=f"It goes with --show {' or '.join(fitting)}."
            )
