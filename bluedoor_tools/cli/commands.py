"""The command line: ``bluedoor search | show | events | facets``.

The options are the functions' arguments. Data goes to standard output or `-o`; everything said about it, the answer
card included, to standard error. Exit codes: 0 answered · 1 a part of the rows only · 2 the request is wrong · 3 not
found · 4 could not ask · 5 answered, but not as promised · 6 not authorised · 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import (
    BluedoorError,
    BluedoorWarning,
    CouldNotAskError,
    InvalidRequestError,
    NotAuthorizedError,
    NotFoundError,
    PartialResultWarning,
    nearest,
)
from .options import columns_of, filters_of, in_options, limit_of, parse
from .text_table import say, styled, text_table

if TYPE_CHECKING:
    import pandas as pd

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
_BINARY = ("parquet", "xlsx")
_TABLE_ENDINGS = ("", "txt", "table")
_TABLE_COLUMNS = {
    "jobs": ("title", "company", "location_text", "first_seen_at", "workplace_type", "provider", "job_id"),
    "events": ("observed_at", "event_type", "field_name", "old_value", "new_value"),
    "facets": ("value", "count", "share"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    try:
        arguments = parse(argv)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 2
    with _speaking() as heard:
        try:
            _check_output(arguments)
            from ..connection import connect

            with connect(arguments.backend, patience=arguments.patience) as client:
                _COMMANDS[arguments.command](client, arguments)
            if sys.stdout is not None:
                sys.stdout.flush()
        except BluedoorError as error:
            say(f"error: {error.message} {in_options(error.hint)}".rstrip())
            return next(code for kind, code in _EXIT_CODES if isinstance(error, kind))
        except KeyboardInterrupt:
            say("interrupted")
            return _INTERRUPTED
        except BrokenPipeError:  # the reader, such as head, has enough
            _discard_output()
            return 0
        except OSError as error:
            if error.filename is None:
                _discard_output()
            say(f"error: {error.filename or 'the output'} cannot be written ({error.strerror or error}).")
            return 2
    return _PARTIAL if any(issubclass(kind, PartialResultWarning) for kind in heard) else 0


def _search(client: Client, arguments: argparse.Namespace) -> None:
    jobs = client.search_jobs(
        arguments.q,
        **filters_of(arguments),
        description=arguments.description,
        columns=columns_of(arguments),
        cursor=arguments.cursor,
        **limit_of(arguments),
    )
    _put(jobs, arguments, "jobs")


def _show(client: Client, arguments: argparse.Namespace) -> None:
    job = client.get_job(arguments.job)
    match arguments.format:
        case "table":
            _write(f"{job}\n".encode(), arguments.output)
        case "json":
            import json

            text = json.dumps({"data": job.record}, ensure_ascii=False, indent=2)
            _write(f"{text}\n".encode(), arguments.output)
        case "html":
            from ..pages import to_html

            _write(to_html(job.page, standalone=True).encode(), arguments.output)
        case _:
            _put(job.frame(), arguments, "jobs")
    if arguments.format == "json":  # pages and cards say it themselves
        _say_card([("note", notice) for notice in job.notices], arguments)


def _events(client: Client, arguments: argparse.Namespace) -> None:
    _put(client.job_events(arguments.job, **limit_of(arguments)), arguments, "events")


def _facets(client: Client, arguments: argparse.Namespace) -> None:
    counts = client.facets(arguments.field, q=arguments.q, **filters_of(arguments), **limit_of(arguments))
    _put(counts, arguments, "facets")


_COMMANDS = {"search": _search, "show": _show, "events": _events, "facets": _facets}


# -- output ------------------------------------------------------------------------------------------------------------


def _check_output(arguments: argparse.Namespace) -> None:
    """Settle the format, and find out before asking whether the answer can be written."""
    output: Path | None = arguments.output
    ending = output.suffix.removeprefix(".").lower() if output else ""
    if arguments.format is None:
        if ending not in (*arguments.formats, *_TABLE_ENDINGS):
            close = nearest(ending, arguments.formats)
            raise InvalidRequestError(
                f"The ending of {str(output)!r} names no format.",
                hint=(f"Did you mean '.{close}'? " if close else "")
                + f"Give --format: {', '.join(arguments.formats)}.",
            )
        arguments.format = "table" if ending in _TABLE_ENDINGS else ending
    if arguments.format == "xlsx":
        from ..files import check_xlsx

        check_xlsx()
    if output is None:
        if sys.stdout is None:
            raise InvalidRequestError("Standard output is closed.", hint="Give -o FILE.")
        if arguments.format in _BINARY and sys.stdout.isatty():
            raise InvalidRequestError(
                f"{arguments.format} is no text for a terminal.", hint="Give -o FILE, or pipe it."
            )
    elif output.is_dir():
        raise InvalidRequestError(f"{str(output)!r} is a folder.", hint="Name a file in it.")
    elif not output.parent.is_dir():
        raise InvalidRequestError(f"There is no folder {str(output.parent)!r}.", hint="Create it first.")
    elif not os.access(output if output.exists() else output.parent, os.W_OK):
        raise InvalidRequestError(f"{str(output)!r} cannot be written.", hint="Name a file that you may write.")


def _put(frame: pd.DataFrame, arguments: argparse.Namespace, kind: str) -> None:
    """Write a frame in the format asked for, and say its card."""
    from ..answer_card import ATTRS_KEY, card
    from ..files import encode

    if arguments.format == "table":
        asked = getattr(arguments, "columns", None)
        names = list(frame.columns) if asked else [name for name in _TABLE_COLUMNS[kind] if name in frame.columns]
        body = _table(frame[names], to_terminal=arguments.output is None and sys.stdout.isatty())
    else:
        body = encode(frame, arguments.format)
    _write(body, arguments.output)
    if ATTRS_KEY not in frame.attrs:
        return
    entries = card(frame)
    go_on = [("go on", f"--cursor {entries['next_cursor']}")] if entries["next_cursor"] else []
    said = [line for line in entries.lines() if line[0] != "go on"]
    if _say_card([*said, *go_on], arguments):
        return
    if str(entries["reason"]).startswith("interrupted") and go_on:
        say(f"note: go on with {go_on[0][1]}")
    if entries["backend"]["name"] != "api" and arguments.card is None:
        say(f"note: from the {entries['backend']['label']}")


def _table(frame: pd.DataFrame, *, to_terminal: bool) -> bytes:
    """A table as wide as the terminal; elsewhere with every cell whole."""
    if not to_terminal:
        return text_table(frame)[0].encode()
    width = shutil.get_terminal_size().columns
    text, left_out = text_table(frame, width, bold=styled(sys.stdout))
    if left_out:
        more = f" and {len(left_out) - 6} more" if len(left_out) > 6 else ""
        say(f"note: no room for {', '.join(left_out[:6])}{more}: --columns chooses, -o FILE keeps all.")
    return text.encode()


def _write(body: bytes, output: Path | None) -> None:
    if output is not None:
        output.write_bytes(body)
    else:
        left = memoryview(body)
        while left:  # unbuffered (PYTHONUNBUFFERED), a write may take a part only
            left = left[sys.stdout.buffer.write(left) or 0 :]
        sys.stdout.buffer.flush()


def _discard_output() -> None:
    """What is still buffered goes nowhere, so that the interpreter does not complain of it at its end."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say_card(lines: Iterable[tuple[str, str]], arguments: argparse.Namespace) -> bool:
    """Say lines about the data where they are wanted; whether they were."""
    on_terminal = all(stream is not None and stream.isatty() for stream in (sys.stdout, sys.stderr))
    wanted: bool = arguments.card if arguments.card is not None else on_terminal
    if wanted:
        for label, text in lines:
            say(f"{label:<10} {text}", prefix="")
    return wanted


@contextmanager
def _speaking() -> Iterator[list[type[Warning]]]:
    """Say the library's warnings in one line each; yields the kinds that were heard."""
    heard: list[type[Warning]] = []

    def show(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
        heard.append(category)
        say(f"note: {in_options(str(message))}")

    with warnings.catch_warnings():
        warnings.simplefilter("always", BluedoorWarning)
        warnings.showwarning = show
        yield heard


if __name__ == "__main__":
    sys.exit(main())
