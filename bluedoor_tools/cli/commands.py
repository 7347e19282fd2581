"""The command line: ``bluedoor search | resume | show | …``, each command one of the functions.

The options are the functions' arguments. Data goes to standard output or `-o`; everything said about it, the answer
card included, to standard error. Exit codes: 0 answered · 1 a part of the rows only · 2 the request is wrong · 3 not
found · 4 could not ask · 5 answered, but not as promised · 6 not authorised · 130 interrupted.
"""

from __future__ import annotations

import argparse
import logging
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..errors import (
    BluedoorError,
    BluedoorWarning,
    CouldNotAskError,
    InvalidRequestError,
    NotAuthorizedError,
    NotFoundError,
    PartialResultWarning,
)
from . import about, jobs, records
from .advice import in_options
from .options import parse
from .output import check_output, discard_output
from .text_table import say

if TYPE_CHECKING:
    from ..client import Client

__all__ = ["main"]

_PARTIAL, _INTERRUPTED = 1, 130
_EXIT_CODES: tuple[tuple[type[BluedoorError], int], ...] = (
    (InvalidRequestError, 2),
    (NotFoundError, 3),
    (CouldNotAskError, 4),
    (NotAuthorizedError, 6),
    (BluedoorError, 5),
)
_ASKING: dict[str, Callable[[Client, argparse.Namespace], int | None]] = {
    "search": jobs.search,
    "resume": jobs.resume,
    "show": jobs.show,
    "events": jobs.events,
    "history": jobs.history,
    "facets": jobs.facets,
    "org": records.org,
    "source": records.source,
    "slice": records.slices,
    "stats": about.stats,
    "doctor": about.doctor,
}
_OFFLINE: dict[str, Callable[[argparse.Namespace], None]] = {"read": jobs.read, "columns": about.columns}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    try:
        arguments = parse(argv)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 2
    with _speaking() as heard:
        try:
            check_output(arguments)
            code = _run(arguments)
            if sys.stdout is not None:
                sys.stdout.flush()
        except BluedoorError as error:
            say(f"error: {in_options(str(error))}".rstrip())
            return next(code for kind, code in _EXIT_CODES if isinstance(error, kind))
        except KeyboardInterrupt:
            say("interrupted")
            return _INTERRUPTED
        except BrokenPipeError:  # the reader, such as head, has enough
            discard_output()
            return 0
        except OSError as error:
            if error.filename is None:
                discard_output()
            say(f"error: {error.filename or 'the output'} cannot be written ({error.strerror or error}).")
            return 2
    return code or (_PARTIAL if any(issubclass(kind, PartialResultWarning) for kind in heard) else 0)


def _run(arguments: argparse.Namespace) -> int:
    """Run the command; its exit code, where it has one of its own."""
    if arguments.command in _OFFLINE:
        _OFFLINE[arguments.command](arguments)
        return 0
    from ..connection import connect

    with connect(arguments.backend, patience=arguments.patience, chains=arguments.chains) as client:
        return _ASKING[arguments.command](client, arguments) or 0


@contextmanager
def _speaking() -> Iterator[list[type[Warning]]]:
    """Say the library's warnings, and what it logs as such, in one line each, at once; yields the kinds heard."""
    heard: list[type[Warning]] = []

    def show(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
        heard.append(category)
        say(f"note: {in_options(str(message))}")

    logger, logged = logging.getLogger("bluedoor_tools"), logging.Handler(logging.WARNING)
    logged.emit = lambda record: say(f"note: {in_options(record.getMessage())}")  # type: ignore[method-assign]
    logger.addHandler(logged)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always", BluedoorWarning)
            warnings.showwarning = show
            yield heard
    finally:
        logger.removeHandler(logged)


if __name__ == "__main__":
    sys.exit(main())
