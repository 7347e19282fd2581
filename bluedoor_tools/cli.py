"""The command line: ``bluedoor search | show | events | facets``.

The options are the functions' arguments. Data goes to standard output or `-o`; everything said about it, the answer
card included, to standard error. Exit codes: 0 answered · 1 a part of the rows only · 2 the request is wrong · 3 not
found · 4 could not ask · 5 answered, but not as promised · 6 not authorised · 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from . import contract
from .errors import (
    BluedoorError,
    BluedoorWarning,
    CouldNotAskError,
    InvalidRequestError,
    NotAuthorizedError,
    NotFoundError,
    PartialResultWarning,
    nearest,
)

if TYPE_CHECKING:
    import pandas as pd

    from .client import Client

__all__ = ["main"]

_PARTIAL = 1
_EXIT_CODES: tuple[tuple[type[BluedoorError], int], ...] = (
    (InvalidRequestError, 2),
    (NotFoundError, 3),
    (CouldNotAskError, 4),
    (NotAuthorizedError, 6),
    (BluedoorError, 5),
)
_FORMATS = ("table", "csv", "jsonl", "json", "parquet", "xlsx")
_BINARY = ("parquet", "xlsx")
_TABLE_COLUMNS = {
    "jobs": ("title", "company", "location_text", "workplace_type", "first_seen_at", "provider", "job_id"),
    "events": ("observed_at", "event_type", "field_name", "old_value", "new_value"),
    "facets": ("value", "count", "share"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    try:
        arguments = _parser().parse_args(argv)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 2
    with _speaking() as heard:
        try:
            from .client import connect

            with connect(arguments.backend, patience=arguments.patience) as client:
                arguments.run(client, arguments)
            sys.stdout.flush()
        except BluedoorError as error:
            _say(f"error: {error}")
            return next(code for kind, code in _EXIT_CODES if isinstance(error, kind))
        except KeyboardInterrupt:
            _say("interrupted")
            return 130
        except BrokenPipeError:  # the reader, such as head, has enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        except OSError as error:
            _say(f"error: {error.filename or 'the output'} cannot be written ({error.strerror}).")
            return 2
    return _PARTIAL if any(issubclass(kind, PartialResultWarning) for kind in heard) else 0


def _search(client: Client, arguments: argparse.Namespace) -> None:
    jobs = client.search_jobs(
        arguments.q,
        **_filters(arguments),
        description=arguments.description,
        columns=_columns(arguments),
        cursor=arguments.cursor,
        **({} if arguments.limit is _UNSET else {"limit": arguments.limit}),
    )
    _put(jobs, arguments, "jobs")


def _show(client: Client, arguments: argparse.Namespace) -> None:
    job = client.get_job(arguments.job)
    if arguments.format == "table":
        _write(f"{job}\n".encode(), arguments.output)
    elif arguments.format == "json":
        import json

        _write((json.dumps({"data": job.record}, ensure_ascii=False, indent=2) + "\n").encode(), arguments.output)
    elif arguments.format == "html":
        from .pages import to_html

        _write(to_html(job.page, standalone=True).encode(), arguments.output)
    else:
        _put(job.frame(), arguments, "jobs")


def _events(client: Client, arguments: argparse.Namespace) -> None:
    limit = {} if arguments.limit is _UNSET else {"limit": arguments.limit}
    _put(client.job_events(arguments.job, **limit), arguments, "events")


def _facets(client: Client, arguments: argparse.Namespace) -> None:
    limit = {} if arguments.limit is _UNSET else {"limit": arguments.limit}
    _put(client.facets(arguments.field, q=arguments.q, **_filters(arguments), **limit), arguments, "facets")


# -- arguments ---------------------------------------------------------------------------------------------------------

_UNSET = object()


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and the nearest option to an unknown one."""
        unknown = re.search(r"unrecognized arguments: (-\S+)", message)
        if unknown:
            known = sorted({name for action in self._all_actions() for name in action.option_strings})
            close = nearest(unknown[1].split("=")[0], known)
            message += f". Did you mean {close}?" if close else ""
        _say(f"error: {message} (see {self.prog} --help)")
        raise SystemExit(2)

    def _all_actions(self) -> Iterator[argparse.Action]:
        for action in self._actions:
            yield action
            if isinstance(action, argparse._SubParsersAction):
                for parser in action.choices.values():
                    yield from parser._actions


def _parser() -> argparse.ArgumentParser:
    from importlib.metadata import version

    parser = _Parser(
        prog="bluedoor",
        description="Explore bluedoor's Job Postings API. Works on the embedded sample, too: --backend sample.",
        epilog="A key, which is optional, is read from BLUEDOOR_API_KEY. Exit codes: 0 answered, 1 partly, 2 wrong "
        "request, 3 not found, 4 could not ask, 5 answer not as promised, 6 not authorised.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"bluedoor-tools {version('bluedoor-tools')}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    search = _command(commands, "search", _search, "search postings, newest first")
    search.add_argument("q", nargs="?", help=contract.PARAMETERS["q"].meaning)
    _add_filters(search)
    search.add_argument("--description", action="store_true", help="add the postings' texts")
    search.add_argument("--columns", help="names joined by commas, or 'all'")
    search.add_argument("--cursor", help="go on where an answer card's next_cursor points")
    show = _command(commands, "show", _show, "one posting's record page")
    show.add_argument("job", help="job_id or URL of the posting")
    events = _command(commands, "events", _events, "one posting's lifecycle events")
    events.add_argument("job", help="job_id or URL of the posting")
    facets = _command(commands, "facets", _facets, "count postings by the values of a field")
    facets.add_argument("field", help=", ".join(contract.FACET_FIELDS))
    facets.add_argument("--q", help=contract.PARAMETERS["q"].meaning)
    _add_filters(facets)
    for command in (search, events, facets):
        command.add_argument(
            "--limit", type=_limit, default=_UNSET, help="rows at most (default 100); search: or 'all'"
        )
    return parser


def _command(commands: Any, name: str, run: Any, help_text: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=help_text, description=f"{help_text[0].upper()}{help_text[1:]}.", allow_abbrev=False
    )
    command.set_defaults(run=run)
    command.add_argument("--backend", help="api, sample, or a URL (default: BLUEDOOR_BACKEND, or else api)")
    command.add_argument("--patience", type=float, default=60.0, help="seconds a request may take (default 60)")
    formats = (*_FORMATS, "html") if name == "show" else _FORMATS
    command.add_argument("--format", choices=formats, help="default: by the ending of -o, or else table")
    command.add_argument("-o", "--output", type=Path, help="write to this file")
    command.add_argument(
        "--card", action=argparse.BooleanOptionalAction, help="say the answer card (default: on a terminal)"
    )
    return command


def _add_filters(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("filters", "dates: 2026-06-01, 2026-06-01T12:00:00Z, or an age such as 7d")
    for parameter in contract.PARAMETERS.values():
        if parameter.name == "q":
            continue
        names = list(dict.fromkeys([f"--{parameter.name.replace('_', '-')}", f"--{parameter.name}"]))
        choices = f" ({', '.join(parameter.choices)})" if parameter.choices else ""
        help_text = f"{parameter.meaning}{choices}".replace("%", "%%")
        if parameter.name == "status":
            group.add_argument(*names, default="active", help="active (default), expired, or any")
        elif parameter.match == "present":
            group.add_argument(*names, action=argparse.BooleanOptionalAction, help=help_text)
        elif parameter.match in {"at_least", "at_most"}:
            group.add_argument(*names, type=float, metavar="N", help=help_text)
        else:
            joined = ", joined by commas" if parameter.match == "one_of" else ""
            group.add_argument(*names, metavar="TEXT", help=help_text + joined)


def _filters(arguments: argparse.Namespace) -> dict[str, Any]:
    given = {name: getattr(arguments, name) for name in contract.PARAMETERS if name != "q"}
    for name, parameter in contract.PARAMETERS.items():
        if parameter.match == "one_of" and given.get(name) is not None:
            given[name] = [part for part in given[name].split(",") if part]
    if given["status"] == "any":
        given["status"] = None
    return given


def _columns(arguments: argparse.Namespace) -> list[str] | str | None:
    text: str | None = arguments.columns
    return text if text in {None, "all"} else [name.strip() for name in (text or "").split(",") if name.strip()]


def _limit(text: str) -> int | None:
    if text == "all":
        return None
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number nor 'all'") from None


# -- output ------------------------------------------------------------------------------------------------------------


def _put(frame: pd.DataFrame, arguments: argparse.Namespace, kind: str) -> None:
    """Write a frame in the format asked for, and say its card."""
    from .answer_card import ATTRS_KEY, card
    from .files import FORMATS, encode

    ending = arguments.output.suffix.removeprefix(".").lower() if arguments.output else ""
    chosen = arguments.format or (ending if ending in FORMATS else "table")
    if chosen in _BINARY and arguments.output is None and sys.stdout.isatty():
        raise InvalidRequestError(f"{chosen} is no text for a terminal.", hint="Give -o FILE, or pipe it.")
    if chosen == "table":
        asked = getattr(arguments, "columns", None)
        names = list(frame.columns) if asked else [name for name in _TABLE_COLUMNS[kind] if name in frame.columns]
        body = _table(frame[names], to_terminal=arguments.output is None and sys.stdout.isatty())
    else:
        body = encode(frame, chosen)
    _write(body, arguments.output)
    wanted = arguments.card if arguments.card is not None else sys.stderr.isatty() and sys.stdout.isatty()
    if wanted and ATTRS_KEY in frame.attrs:
        for label, text in card(frame).lines():
            _say(f"{label:<10} {text}", prefix="")


def _table(frame: pd.DataFrame, *, to_terminal: bool) -> bytes:
    """A table to read: on a terminal as wide as that, elsewhere with every cell whole."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in frame.columns:
        wraps = name != "job_id"
        table.add_column(name, overflow="ellipsis" if wraps else "fold", no_wrap=True, min_width=None if wraps else 12)
    for row in frame.itertuples(index=False):
        table.add_row(*(Text(_cell(value)) for value in row))
    console = Console(width=None if to_terminal else 100_000, force_terminal=None if to_terminal else False)
    with console.capture() as captured:
        console.print(table)
    return "".join(line.rstrip() + "\n" for line in captured.get().splitlines()).encode()


def _cell(value: Any) -> str:
    import pandas as pd

    if pd.isna(value):
        return "-"
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, float):
        return f"{value:,.4g}" if value < 1 else f"{value:,.15g}"
    return "".join(char if char.isprintable() else " " for char in str(value))


def _write(body: bytes, output: Path | None) -> None:
    if output is not None:
        output.write_bytes(body)
    else:
        sys.stdout.buffer.write(body)


def _say(text: str, prefix: str = "bluedoor: ") -> None:
    dim = sys.stderr.isatty() and not os.environ.get("NO_COLOR") and not prefix
    printable = "".join(char if char.isprintable() else " " for char in f"{prefix}{text}")
    sys.stderr.write(f"\x1b[2m{printable}\x1b[0m\n" if dim else f"{printable}\n")


@contextmanager
def _speaking() -> Iterator[list[type[Warning]]]:
    """Say the library's warnings in one line each; yields the kinds that were heard."""
    heard: list[type[Warning]] = []

    def show(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
        heard.append(category)
        _say(f"note: {message}")

    with warnings.catch_warnings():
        warnings.simplefilter("always", BluedoorWarning)
        warnings.showwarning = show
        yield heard


if __name__ == "__main__":
    sys.exit(main())
