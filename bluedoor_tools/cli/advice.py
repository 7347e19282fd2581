"""The library's advice, which speaks of Python, in the words of the command line."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from typing import Any

from .. import contract

__all__ = ["as_command", "in_options"]

_OTHERS = ("company", "limit", "columns", "cursor", "by", "max_requests", "patience")
_NAMES = "|".join([*contract.PARAMETERS, *contract.EVENT_PARAMETERS, *_OTHERS])
_IDS = "org_ids|source_ids|job_ids|event_types|max_requests"  # words that stand for arguments alone, never for columns
_COMMANDS = {"search_jobs": "search", "search_events": "events"}


def _option(found: re.Match[str]) -> str:
    """An argument with its value, as an option."""
    value = re.sub(r"""(^|, *)(['"])(.*?)\2""", lambda text: f"{text[1].strip()}{text[3]}", found[2].strip("[]"))
    return f"--{found[1].replace('_', '-')} {shlex.quote(value) if ' ' in value else value}"


_REPLACED: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"Pass next_cursor from the card.*", "Take it from the answer card of the same search: --card."),
    (r", or iter_jobs for pages", ""),
    (r"cursor=bd\.card\(df\)\['next_cursor'\]|cursor=…: bd\.card\(df\)\['next_cursor'\]",
     "the --cursor that follows"),
    (r" Said once a client;.*", ""),
    (r"\bUse the --cursor that follows", "Use --cursor; --card says which"),
    (r" bd\.resume\(df\) goes on from there\.", ""),  # the command that does is said behind the rows
    (r"\bbd\.resume goes on\b", "bluedoor resume goes on"),
    (r", or its token: bd\.card\(df\)\['next_cursor'\]", ""),
    (r"bd\.card\(df\)", "--card"),
    (r"\brefresh=True\b", "--refresh"),
    (r"\bconnect\(…, chains=(\w+)\)", r"--chains \1"),
    (r", or connect\(…, cache=False\)", ""),
    (r"\bget_jobs goes on\b", "bluedoor show goes on"),
    (r"bd\.connect\('(\w+)'\)", r"--backend \1"),
    (r"give connect\(patience=…\) more seconds", "give more seconds by --patience"),
    (r"Pass a key as api_key=… or in", "Put a key into"),
    (r"a key goes in api_key or\b", "a key goes into"),
    (r"bd\.read_jobs\((?:path)?\)|\bread_jobs\b", "bluedoor read"),
    (r"bd\.save\b", "bluedoor … -o"),
    (r"search_jobs\(…\) with the list and count with df\.bluedoor\.breakdown",
     "save what bluedoor search … -o FILE gives for the list, and count there"),
    (r"find_orgs\('?([^)']*)'?\)", lambda found: f"bluedoor org {found[1]} --show candidates"),
    (r"\bfind_orgs\b", "bluedoor org NAME --show candidates"),
    (r"facets\('(\w+)'\)", r"bluedoor facets \1"),
    (r"search_jobs\((.*?)\)", r"bluedoor search \1"),
    (r"\bNone or 'any' stands\b", "any stands"),
    (r"\bget_jobs?\((?:\[…\]|…)\)", "bluedoor show JOB …"),
    (r"\bNone for all\b", "'all'"),
    (r"limit=None", "--limit all"),
    (r"status=None", "--status any"),
    (r"\braise limit\b", "raise --limit"),
    (r"\bcompany and org_ids\b", "--company and --org-ids"),
    (r"\b([Ff]ilter|[Ss]ort) the frame\b", r"\1 the rows"),
    (r"\bfield and by are\b", "field and --by are"),
    (r"\bsalary_exists=False contradicts salary_min and salary_max", "--no-salary-exists contradicts --salary-min "
     "and --salary-max"),
    (r"\bdescription=True", "--description"),
    (r"\bsee a frame's org_id, source_id", "the columns org_id and source_id have them"),
    (rf"(?<![?&\w])({_NAMES})=(\[[^\]]*\]|'[^']*'|\"[^\"]*\"|…|[^\s,;)]*[^\s,;).])", _option),
    (rf"(?<![\w&?-])({_IDS})\b(?!=)", lambda found: f"--{found[1].replace('_', '-')}"),
    (r"(bluedoor search [^,.]*), --", r"\1 --"),
)  # fmt: skip


def in_options(advice: str) -> str:
    """The library's advice, which speaks of arguments, in the words of this command line.

    >>> in_options("Use search_jobs(source_ids=[…], description=True).")
    'Use bluedoor search --source-ids … --description.'
    """
    for pattern, instead in _REPLACED:
        advice = re.sub(pattern, instead, advice)
    return advice


def as_command(call: Mapping[str, Any]) -> str:
    """The command that asks what a card's call of a search asked, without its limit and cursor; of others nothing.

    >>> as_command({"function": "search_jobs", "arguments": {"city": "New York", "status": None, "limit": 100}})
    "bluedoor search --city 'New York' --status any"
    """
    if call.get("function") not in _COMMANDS:
        return ""
    words = ["bluedoor", _COMMANDS[call["function"]]]
    for name, value in call["arguments"].items():
        row = contract.PARAMETERS.get(name) or contract.EVENT_PARAMETERS.get(name)
        if row is None:  # of how much, not of what
            continue
        option = f"--{name.replace('_', '-')}"
        if isinstance(value, bool):
            words.append(option if value else f"--no-{option[2:]}")
            continue
        values = value if isinstance(value, list) else ["any" if value is None else f"{value}"]
        values = [",".join(values)] if row.match == "one_of" else values
        for text in values:
            if name == "q":
                words.append(shlex.quote(text))
            elif text.startswith("-"):
                words.append(shlex.quote(f"{option}={text}"))
            else:
                words += [option, shlex.quote(text)]
    return " ".join(words)
