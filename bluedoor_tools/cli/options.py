"""The options of the command line: the functions' arguments, and the library's advice in their words."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from .. import contract
from ..errors import nearest
from ..wire import DEFAULT_PATIENCE
from .text_table import say

__all__ = ["FORMATS", "columns_of", "filters_of", "in_options", "limit_of", "parse"]

FORMATS = ("table", "csv", "jsonl", "json", "parquet", "xlsx")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line, with the nearest command or value to a misspelt one."""
        wrong = re.search(r"invalid choice: ['\"](.*?)['\"] \(choose from (.*)\)", message)
        if wrong:
            known = [word.strip(" '\"") for word in wrong[2].split(",")]
            close = nearest(wrong[1], known)
            message = message[: wrong.start()] + f"{wrong[1]!r} is unknown."
            message += (f" Did you mean {close!r}?" if close else "") + f" Known: {', '.join(known)}."
        say(f"error: {message.rstrip('.')} (see {self.prog} --help)")
        raise SystemExit(2)

    def refuse(self, unknown: list[str]) -> NoReturn:
        """Say which arguments are unknown, and what to write instead."""
        option = next((word.split("=")[0] for word in unknown if word.startswith("-")), None)  # its value may be a key
        if option is None:
            self.error(f"nothing takes {' '.join(unknown)!r}. Put several words into quotes")
        name = option.lstrip("-").replace("-", "_")
        known = [text for action in self._actions for text in action.option_strings if "_" not in text]
        close = next((text for text in known if text.startswith(option)), None) or nearest(option, known)
        if name in contract.STATED_ELSEWHERE and "--title" in known:
            advice = f". {in_options(contract.STATED_ELSEWHERE[name])}"
        else:
            advice = f". Did you mean {close}?" if close else ""
        self.error(f"there is no option {option}{advice}")


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The options of a command line, with the `command` they are for; a wrong one ends in SystemExit."""
    arguments, unknown = _parser().parse_known_args(argv)
    if unknown:
        arguments.parser.refuse(unknown)
    return arguments


def _parser() -> _Parser:
    from importlib.metadata import version

    parser = _Parser(
        prog="bluedoor",
        usage="%(prog)s [--backend BACKEND] COMMAND …",
        description="Explore bluedoor's Job Postings API, or the embedded synthetic sample (--backend sample).",
        epilog='Try: bluedoor search "data engineer" --posted-after 30d --backend sample. '
        "A key, which is optional, is read from BLUEDOOR_API_KEY. Exit codes: 0 answered, 1 a part of the rows only, "
        "2 wrong request, 3 not found, 4 could not ask, 5 answer not as promised, 6 not authorised, 130 interrupted.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"bluedoor-tools {version('bluedoor-tools')}")
    _add_connection(parser, backend=None, patience=DEFAULT_PATIENCE)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    search = _command(commands, "search", "search postings, newest first", "[q] [filters] [options]")
    search.add_argument("q", nargs="?", help=contract.PARAMETERS["q"].meaning)
    search.add_argument("--limit", type=_whole_or_all, metavar="N", help="rows at most (default 100), or 'all'")
    search.add_argument("--description", action="store_true", help="add the postings' texts")
    search.add_argument("--columns", metavar="NAMES", help="names joined by commas, or 'all'")
    search.add_argument("--cursor", help="go on where the answer card of the same search says")
    _add_filters(search)

    show = _command(commands, "show", "one posting's record page", "job [options]")
    show.add_argument("job", help="job_id or URL of the posting")
    events = _command(commands, "events", "one posting's lifecycle events", "job [options]")
    events.add_argument("job", help="job_id or URL of the posting")
    events.add_argument("--limit", type=_whole, metavar="N", help="events at most (default 100)")

    facets = _command(commands, "facets", "count postings by a field's values", "field [filters] [options]")
    facets.add_argument("field", help=", ".join(contract.FACET_FIELDS))
    facets.add_argument("--limit", type=_whole, metavar="N", help="values at most (default 100)")
    _add_filters(facets)
    facets.add_argument("--q", metavar="TEXT", help=contract.PARAMETERS["q"].meaning)
    return parser


def _command(commands: Any, name: str, help_text: str, usage: str) -> _Parser:
    command: _Parser = commands.add_parser(
        name,
        prog=f"bluedoor {name}",
        usage=f"bluedoor {name} {usage}",
        help=help_text,
        description=f"{help_text[0].upper()}{help_text[1:]}.",
        allow_abbrev=False,
    )
    formats, shown = (FORMATS, "table") if name != "show" else ((*FORMATS, "html"), "table, which is the page")
    command.set_defaults(command=name, parser=command, formats=formats)
    command.add_argument(
        "--format", choices=formats, metavar="FORMAT", help=f"{', '.join(formats)} (default: by -o's ending; {shown})"
    )
    command.add_argument("-o", "--output", type=Path, metavar="FILE", help="write to this file, replacing it")
    command.add_argument(
        "--card", action=argparse.BooleanOptionalAction, help="say what the rows answer, on standard error "
        "(default: on a terminal)"
    )  # fmt: skip
    _add_connection(command, backend=argparse.SUPPRESS, patience=argparse.SUPPRESS)
    return command


def _add_connection(parser: _Parser, *, backend: Any, patience: Any) -> None:
    """Options that stand before the command as well as behind it; there, SUPPRESS keeps what stood before."""
    parser.add_argument(
        "--backend", default=backend, help="api, sample, or a URL (default: BLUEDOOR_BACKEND, or else api)"
    )
    parser.add_argument(
        "--patience",
        type=_number,
        default=patience,
        metavar="SECONDS",
        help=f"for one request (default {DEFAULT_PATIENCE:g})",
    )


def _add_filters(command: _Parser) -> None:
    group = command.add_argument_group(
        "filters", "DATE: 2026-06-01, 2026-06-01T12:00:00Z, or an age such as 7d. Underscores do for hyphens."
    )
    for parameter in contract.PARAMETERS.values():
        if parameter.name == "q":
            continue
        choices = f" ({', '.join(parameter.choices)})" if parameter.choices else ""
        settings: dict[str, Any] = {"help": f"{parameter.meaning}{choices}".replace("%", "%%"), "metavar": "TEXT"}
        match parameter.match:
            case "present":
                del settings["metavar"]
                settings["action"] = argparse.BooleanOptionalAction
            case "at_least" | "at_most":
                settings |= {"type": _number, "metavar": "N"}
            case "from" | "before":
                settings["metavar"] = "DATE"
            case "one_of":
                settings |= {"metavar": "IDS", "help": f"{settings['help']}, joined by commas"}
        if parameter.name == "status":
            settings |= {"default": "active", "help": "active (default), expired, or any"}
        option = f"--{parameter.name.replace('_', '-')}"
        group.add_argument(option, **settings)
        if "_" in parameter.name:  # the API's own spelling, kept out of the help
            settings |= {"help": argparse.SUPPRESS, "default": argparse.SUPPRESS}
            group.add_argument(f"--{parameter.name}", **settings)


def filters_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """The filters as arguments of the functions."""
    given = {name: getattr(arguments, name) for name in contract.PARAMETERS if name != "q"}
    for name, parameter in contract.PARAMETERS.items():
        if parameter.match == "one_of" and given.get(name) is not None:
            given[name] = [part.strip() for part in given[name].split(",") if part.strip()]
    if given["status"] == "any":
        given["status"] = None
    return given


def columns_of(arguments: argparse.Namespace) -> list[str] | str | None:
    """The columns as an argument."""
    text: str | None = arguments.columns
    return text if text in {None, "all"} else [name.strip() for name in (text or "").split(",") if name.strip()]


def limit_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """The limit as an argument, where one was given."""
    if arguments.limit is None:
        return {}
    return {"limit": None if arguments.limit == "all" else arguments.limit}


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number; write 120000, without text") from None


def _whole(text: str) -> int:
    with suppress(ValueError):
        if int(text) >= 1:
            return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of rows; use 1 or more")


def _whole_or_all(text: str) -> int | str:
    if text == "all":
        return text
    try:
        return _whole(text)
    except argparse.ArgumentTypeError as error:
        raise argparse.ArgumentTypeError(f"{error}, or 'all'") from None


_ADVICE = (
    (r"Pass next_cursor from the card.*", "Take it from the answer card of the same search: --card."),
    (r"cursor=bd\.card\(df\)\['next_cursor'\]", "the --cursor that follows"),
    (r" Said once a client;.*", ""),
    (r"bd\.card\(df\)", "--card"),
    (r"bd\.connect\('sample'\)", "--backend sample"),
    (r"give connect\(patience=…\) more seconds", "give more seconds by --patience"),
    (r"search_jobs\((.*?)\)", r"bluedoor search \1"),
    (r"limit=None", "--limit all"),
    (r"status=None", "--status any"),
    (r"raise limit\b", "raise --limit"),
    (rf"\b({'|'.join(contract.PARAMETERS)}|limit|columns|cursor)=(\[?…\]?|'[^']*')",
     lambda found: f"--{found[1].replace('_', '-')} {found[2].strip('[]')}"),
    (r"\bdescription=True", "--description"),
    (r"(bluedoor search [^,]*), --", r"\1 --"),
)  # fmt: skip


def in_options(advice: str) -> str:
    """The library's advice, which speaks of arguments, in the words of this command line."""
    for pattern, instead in _ADVICE:
        advice = re.sub(pattern, instead, advice)
    return advice
