"""The commands and their options: the functions' arguments, by their own names."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from .. import contract
from ..errors import nearest
from ..wire import DEFAULT_PATIENCE, MOST_CHAINS
from .advice import in_options
from .filters import Once, add_filters, add_option, number, whole, whole_or_all
from .text_table import say

__all__ = ["FORMATS", "parse"]

FORMATS = ("table", "csv", "jsonl", "json", "parquet", "xlsx")
_SHOWS = {"org": ("page", "candidates", "breakdowns", "sources", "jobs"), "source": ("page", "jobs")}
_SUMMARIES = {
    "search": "search postings, newest first",
    "resume": "go on with a load that stopped",
    "show": "one posting's record page, or several as a table",
    "events": "lifecycle events of one posting, or a search for events",
    "history": "when a posting was open and when closed",
    "facets": "count postings by a field's values, or by two",
    "org": "an organisation: its page, or what --show names",
    "source": "a crawled board: its page, or its postings",
    "slice": "the slices around a posting, or what one of them holds",
    "stats": "counts and lags of the whole collection",
    "read": "read postings from a saved answer; never connects",
    "columns": "what the columns of a table mean; never connects",
    "doctor": "check the connection, and the API against what is known",
}


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
            more = "; another search text goes into --q" if self.prog.endswith(" search") else ""
            self.error(f"nothing takes {' '.join(unknown)!r}. Put several words into quotes{more}")
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
    _add_connection(parser, backend=None, patience=DEFAULT_PATIENCE, chains=MOST_CHAINS)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_jobs(commands)
    _add_records(commands)
    _add_more(commands)
    return parser


def _add_jobs(commands: Any) -> None:
    """The commands that give postings, events and counts."""
    search = _command(commands, "search", "[q] [filters] [options]")
    search.add_argument("q", nargs="?", help=contract.PARAMETERS["q"].meaning)
    search.add_argument("--q", dest="more_q", action="append", metavar="TEXT", help="another such text: either matches")
    _add_limit(search, "rows at most (default 100), or 'all'", whole_or_all)
    search.add_argument("--description", action="store_true", help="add the postings' texts")
    _add_columns(search)
    search.add_argument("--cursor", help="go on where the answer card of the same search says")
    _add_progress(search)
    add_filters(search, contract.PARAMETERS)

    resume = _command(commands, "resume", "token_or_file [options]")
    resume.add_argument(
        "stopped",
        metavar="token_or_file",
        help='what stands behind "go on with", which gives the rest; or the JSON or Parquet file that the rows were '
        "written to, which gives all, old and new",
    )
    _add_limit(
        resume,
        "rows more at most, or 'all' (default: what the load still wanted; behind a limit "
        "as many again, of a token 100)",
        whole_or_all,
    )
    _add_progress(resume)

    def is_page(arguments: argparse.Namespace) -> bool:
        return len(arguments.job) == 1 and arguments.columns is None and arguments.description is None

    show = _command(commands, "show", "job [job …] [options]", page=is_page)
    show.add_argument("job", nargs="+", help="job_id or URL of the posting; of several, each once, in this order")
    _add_columns(show, "; they make a table of one posting, too")
    show.add_argument(
        "--description", action=argparse.BooleanOptionalAction, help="of a table: with the postings' texts (default)"
    )
    _add_most_requests(show, "of several: more postings than this are refused (default 1000)")
    _add_refresh(show)

    events = _command(commands, "events", "[job] [filters] [options]")
    events.add_argument("job", nargs="?", help="job_id or URL of a posting; without it, events are searched")
    _add_limit(events, "events at most (default 100), or 'all' of a search", whole_or_all)
    events.add_argument("--cursor", help="go on where the answer card of the same search says")
    _add_progress(events, "of a search: ")
    add_filters(events, contract.EVENT_PARAMETERS)

    history = _command(commands, "history", "job [options]")
    history.add_argument("job", help="job_id or URL of the posting")

    facets = _command(commands, "facets", "field [filters] [options]")
    facets.add_argument("field", help=", ".join(contract.FACET_FIELDS))
    facets.add_argument("--by", metavar="FIELD", help="another of them: count within each of its values")
    _add_limit(facets, "values at most (default 100); with --by, of each of its values", whole("rows"))
    _add_most_requests(facets, "requests at most (default 25); with --by, rarer values beyond them are left out")
    add_filters(facets, contract.PARAMETERS)
    facets.add_argument("--q", metavar="TEXT", action=Once, help=contract.PARAMETERS["q"].meaning)


def _add_records(commands: Any) -> None:
    """The commands for organisations, boards and slices."""

    def is_page(arguments: argparse.Namespace) -> bool:
        return bool(arguments.show == "page")

    org = _command(commands, "org", "id_or_name [--show WHAT] [options]", page=is_page)
    org.add_argument("org", metavar="id_or_name", help="name or web domain, whole; of candidates a part of the name")
    _add_show(org, "page (default); candidates: organisations whose name has these words; breakdowns; sources; jobs")
    _add_limit(org, "of candidates (default 10) and jobs (100); of sources, postings to look at (1000); or 'all'",
               whole_or_all)  # fmt: skip
    _add_columns(org, "; of jobs")
    org.add_argument("--cursor", help="of jobs: go on where their answer card says")
    _add_progress(org, "of jobs: ")
    _add_refresh(org)

    source = _command(commands, "source", "source_id [--show WHAT] [options]", page=is_page)
    source.add_argument("source_id", help="its id, as in the column source_id")
    _add_show(source, "page (default), or jobs: its postings, of any status")
    _add_limit(source, "of jobs: rows at most (default 100), or 'all'", whole_or_all)
    _add_columns(source, "; of jobs")
    source.add_argument("--cursor", help="of jobs: go on where their answer card says")
    _add_progress(source, "of jobs: ")
    _add_refresh(source, "of the page: ")

    slices = _command(commands, "slice", "job [name] [options]")
    slices.add_argument("job", help="job_id or URL of the posting")
    slices.add_argument("name", nargs="?", help="a slice, such as 'City jobs'; without it, the slices are listed")


def _add_more(commands: Any) -> None:
    """The commands about the whole, and those that ask nobody."""
    _command(commands, "stats", "[options]")
    read = _command(commands, "read", "path [options]", offline=True)
    read.add_argument("path", type=Path, help="an answer of the API, or a file that this library wrote")
    read.add_argument("--description", action="store_true", help="add the postings' texts")
    _add_columns(read)
    columns = _command(commands, "columns", "[frame] [options]", offline=True)
    columns.add_argument(
        "frame",
        nargs="?",
        default="jobs",
        help="jobs (default), events, facets, breakdowns, history, orgs, sources, slices, stats or checks",
    )
    _command(commands, "doctor", "[options]")


def _command(
    commands: Any,
    name: str,
    usage: str,
    *,
    page: Callable[[argparse.Namespace], bool] | None = None,
    offline: bool = False,
) -> _Parser:
    """A command with what every command takes; `page` says whether its answer is one record's page."""
    summary = _SUMMARIES[name]
    command: _Parser = commands.add_parser(
        name,
        prog=f"bluedoor {name}",
        usage=f"bluedoor {name} {usage}",
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.",
        allow_abbrev=False,
    )
    formats, shown = (FORMATS, "table") if page is None else ((*FORMATS, "html"), "table, which is the page")
    command.set_defaults(command=name, parser=command, formats=formats, is_page=page or (lambda _: False))
    command.add_argument(
        "--format", choices=formats, metavar="FORMAT", help=f"{', '.join(formats)} (default: by -o's ending; {shown})"
    )
    command.add_argument("-o", "--output", type=Path, metavar="FILE", help="write to this file, replacing it")
    command.add_argument(
        "--card", action=argparse.BooleanOptionalAction, help="say what the rows answer, on standard error "
        "(default: on a terminal)"
    )  # fmt: skip
    if not offline:
        _add_connection(command, backend=argparse.SUPPRESS, patience=argparse.SUPPRESS, chains=argparse.SUPPRESS)
    return command


def _add_connection(parser: _Parser, *, backend: Any, patience: Any, chains: Any) -> None:
    """Options that stand before the command as well as behind it; there, SUPPRESS keeps what stood before."""
    parser.add_argument(
        "--backend", default=backend, help="api, sample, or a URL (default: BLUEDOOR_BACKEND, or else api)"
    )
    parser.add_argument(
        "--patience",
        type=number,
        default=patience,
        metavar="SECONDS",
        help=f"for one request (default {DEFAULT_PATIENCE:g})",
    )
    parser.add_argument(
        "--chains",
        type=whole("requests"),
        default=chains,
        metavar="N",
        help=f"requests under way at once, at most (default {MOST_CHAINS}); 1 loads page after page",
    )


def _add_limit(command: _Parser, help_text: str, kind: Callable[[str], Any]) -> None:
    command.add_argument("--limit", type=kind, metavar="N", help=help_text)


def _add_columns(command: _Parser, more: str = "") -> None:
    command.add_argument("--columns", metavar="NAMES", help=f"names joined by commas, or 'all'{more}")


def _add_most_requests(command: _Parser, help_text: str) -> None:
    add_option(command, "max_requests", type=whole("requests"), metavar="N", help=help_text)


def _add_progress(command: _Parser, of: str = "") -> None:
    command.add_argument(
        "--progress",
        action=argparse.BooleanOptionalAction,
        help=f"{of}a bar on standard error (default: for loads over a second, on a terminal)",
    )


def _add_refresh(command: _Parser, of: str = "") -> None:
    command.add_argument(
        "--refresh", action="store_true", default=None, help=f"{of}pass by records kept on disk: ask anew"
    )


def _add_show(command: _Parser, help_text: str) -> None:
    shows = _SHOWS[command.prog.split()[-1]]
    command.add_argument("--show", choices=shows, default="page", metavar="WHAT", help=help_text)
