"""What a command gives: data to standard output or a file, and what is said about it to standard error."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InvalidRequestError, nearest
from ..inert import visible
from .advice import in_options
from .text_table import flowing_table, say, styled, text_table

if TYPE_CHECKING:
    import pandas as pd

    from ..records import Job, Org, Source

__all__ = ["check_output", "discard_output", "put", "put_record", "say_backend"]

_BINARY = ("parquet", "xlsx")
_RESUMABLE = ("json", "parquet")  # they keep the card, and so the way on
_TABLE_ENDINGS = ("", "txt", "table")
# What a table shows of a frame, which has more columns; and the column whose cells flow on where they are long.
_TABLE_COLUMNS = {
    "jobs": ("title", "company", "location_text", "first_seen_at", "workplace_type", "provider", "job_id"),
    "events": ("observed_at", "event_type", "field_name", "old_value_text", "new_value_text"),
    "event search": (
        *("observed_at", "event_type", "company", "field_name", "old_value_text", "new_value_text", "job_id"),
    ),
    "history": ("state", "started_at", "ended_at", "days", "started_by", "ended_by", "updates", "changed_fields"),
    "facets": ("by", "value", "count", "share"),
    "breakdowns": ("breakdown", "field", "value", "count", "share"),
    "orgs": ("company", "match", "active_jobs", "providers", "domain", "org_id"),
    "sources": ("jobs_met", "provider", "status", "last_crawled_at", "next_crawl_after", "source_id"),
    "slices": ("name", "count", "contains"),
    "stats": ("figure", "value", "meaning"),
    "columns": ("column", "dtype", "known", "meaning"),
    "checks": ("check", "outcome", "detail"),
}
_FLOWING = {"slices", "stats", "columns", "checks"}


def check_output(arguments: argparse.Namespace) -> None:
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
    if arguments.format == "html" and not arguments.is_page(arguments):
        raise InvalidRequestError(
            "html is for the page of one record; this gives a table.", hint="Choose another --format."
        )
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


def put(
    frame: pd.DataFrame,
    arguments: argparse.Namespace,
    kind: str,
    *,
    shown: pd.DataFrame | None = None,
    again: str = "",
) -> None:
    """Write a frame in the format asked for, and say its card.

    `shown` stands for the frame in a table; `again` is the command that goes on, where it is not this one.
    """
    from ..answer_card import ATTRS_KEY, card
    from ..files import encode

    if arguments.format == "table":
        _write(_table(frame if shown is None else shown, arguments, kind), arguments.output)
    else:
        _write_data(encode(frame, arguments.format), arguments.output)
    if ATTRS_KEY not in frame.attrs or (kind == "checks" and arguments.card is None):  # checks say it all themselves
        return
    entries = card(frame)
    further = _further(frame, entries, arguments, again)
    go_on = [("go on", further)] if further else []
    said = [
        (label, in_options(text) if label == "note" else text) for label, text in entries.lines() if label != "go on"
    ]
    if _say_card([*said, *go_on], arguments):
        return
    if frame.empty:
        for note in entries["notes"]:
            if note.startswith("nothing matches"):
                say(f"note: {in_options(note)}")
    if further and _stopped(entries):
        say(f"note: go on with {further}")
    say_backend(entries["backend"], arguments)


def _further(frame: pd.DataFrame, entries: Mapping[str, Any], arguments: argparse.Namespace, again: str) -> str:
    """What goes on behind the rows: of a load that stopped a command, of one cut by its limit an option of this one."""
    token = entries["next_cursor"]
    if token is None:
        return ""
    if arguments.command not in {"read", "resume"} and not _stopped(entries):
        return f"{again} --cursor {token}".strip()
    file, kind = arguments.output, arguments.format
    words = ["bluedoor", "resume"]
    if arguments.command == "read":
        words.append(str(arguments.path))
    elif kind in _RESUMABLE and file is not None and entries["kind"] == "jobs" and "job_id" in frame.columns:
        words += [str(file), "-o", str(file)]
        words += ["--format", kind] if file.suffix.lower() != f".{kind}" else []
    else:
        words.append(token)
    backend = getattr(arguments, "backend", None)
    words += ["--backend", backend] if backend is not None else []
    return shlex.join(words)


def _stopped(entries: Mapping[str, Any]) -> bool:
    return str(entries["reason"]).startswith("interrupted")


def put_record(record: Job | Org | Source, arguments: argparse.Namespace) -> None:
    """Write a record as its page, as the API answers it, or as a frame."""
    match arguments.format:
        case "table":
            page = f"{record}\n"
            for notice in record.notices:  # the library's own words; the rest is the record's
                page = page.replace(notice, in_options(notice))
            _write(page.encode(), arguments.output)
        case "json":
            import json

            text = json.dumps({"data": record.record}, ensure_ascii=False, indent=2)
            _write_data(f"{text}\n".encode(), arguments.output)
            _say_card(
                [("note", in_options(notice)) for notice in record.notices], arguments
            )  # pages and cards say it themselves
        case "html":
            from ..pages import to_html

            _write_data(to_html(record.page, standalone=True).encode(), arguments.output)
        case _:
            put(record.frame(), arguments, "record")


def say_backend(backend: Any, arguments: argparse.Namespace) -> None:
    """Say that rows are not the API's, unless nothing is to be said of them, or a file was named for them."""
    if backend["name"] not in {"api", "file"} and arguments.card is None:
        say(f"note: from the {backend['label']}")


def _table(frame: pd.DataFrame, arguments: argparse.Namespace, kind: str) -> bytes:
    """A table as wide as the terminal; elsewhere with every cell whole."""
    choosable = getattr(arguments, "columns", None)
    wanted = frame.columns if choosable else [name for name in _TABLE_COLUMNS[kind] if name in frame.columns]
    frame = frame[list(wanted)]
    if arguments.output is not None or not sys.stdout.isatty():
        return text_table(frame)[0].encode()
    width = shutil.get_terminal_size().columns
    if kind in _FLOWING:
        return flowing_table(frame, width, bold=styled(sys.stdout)).encode()
    text, left_out = text_table(frame, width, bold=styled(sys.stdout))
    if left_out:
        more = f" and {len(left_out) - 6} more" if len(left_out) > 6 else ""
        chooses = "--columns chooses, " if hasattr(arguments, "columns") and kind == "jobs" else ""
        say(f"note: no room for {', '.join(left_out[:6])}{more}: {chooses}-o FILE keeps all.")
    return text.encode()


def _write_data(body: bytes, output: Path | None) -> None:
    """Write data: to a file or a pipe as it is, to a terminal so that nothing in it drives that."""
    if output is None and sys.stdout.isatty():
        body = visible(body.decode(errors="replace")).encode()
    _write(body, output)


def _write(body: bytes, output: Path | None) -> None:
    if output is not None:
        _write_file(body, output)
    else:
        left = memoryview(body)
        while left:  # unbuffered (PYTHONUNBUFFERED), a write may take a part only
            left = left[sys.stdout.buffer.write(left) or 0 :]
        sys.stdout.buffer.flush()


def _write_file(body: bytes, output: Path) -> None:
    """Write a file; the rows of an earlier load stay in their place until the new ones are on the disk."""
    if output.is_file():
        target = output.resolve()
        beside = target.with_name(f".{target.name}.{os.getpid()}")
        with suppress(PermissionError):  # in a folder where only the file itself may be written
            try:
                beside.write_bytes(body)
                shutil.copymode(target, beside)
                beside.replace(target)
                return
            finally:
                beside.unlink(missing_ok=True)
    output.write_bytes(body)


def discard_output() -> None:
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
