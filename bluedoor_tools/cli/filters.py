"""The filters of the searches as options, and options read back as arguments of the functions."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from .. import contract
from ..errors import InvalidRequestError

__all__ = [
    "Once",
    "add_filters",
    "add_option",
    "columns_of",
    "filters_of",
    "given",
    "given_of",
    "limit_of",
    "number",
    "whole",
    "whole_or_all",
]

# Ways to match of which the API takes one value: several are several queries.
_LISTED = {"tokens", "contains", "equals"}


class Once(argparse.Action):
    """An option that means one thing: a second one would silently replace the first."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        """Take the value, or refuse a second one."""
        if getattr(namespace, self.dest, None) is not None:
            parser.error(f"{option_string} is given twice; it takes one value")
        setattr(namespace, self.dest, values)


def add_filters(command: argparse.ArgumentParser, parameters: Mapping[str, contract.Parameter]) -> None:
    """Every filter of a search as an option."""
    group = command.add_argument_group(
        "filters",
        "Those of text or ids may be repeated: any of the values matches. DATE: 2026-06-01, "
        "2026-06-01T12:00:00Z, or an age such as 7d. Underscores do for hyphens.",
    )
    add_option(
        group,
        "company",
        metavar="NAME",
        action="append",
        help="the organisation's name or web domain, whole; looked up to its id",
    )
    for parameter in parameters.values():
        if parameter.name != "q":
            add_option(group, parameter.name, **_settings(parameter))


def _settings(parameter: contract.Parameter) -> dict[str, Any]:
    """How a filter is written as an option."""
    choices = f" ({', '.join(parameter.choices)})" if parameter.choices else ""
    text = f"{parameter.meaning}{choices}".replace("%", "%%")
    if parameter.name == "status":
        text = "active (default), expired, or any"
    match parameter.match:
        case "present":
            return {"action": argparse.BooleanOptionalAction, "help": text}
        case "at_least" | "at_most":
            return {"type": number, "metavar": "N", "action": Once, "help": text}
        case "from" | "before":
            return {"metavar": "DATE", "action": Once, "help": text}
        case "one_of":
            metavar = "TYPES" if parameter.choices else "IDS"
            return {"metavar": metavar, "action": "append", "help": f"{text}, joined by commas"}
        case _:
            return {"metavar": "TEXT", "action": "append", "help": text}


def add_option(group: Any, name: str, **settings: Any) -> None:
    """An option of an argument's name; the name's own spelling is taken, too, and kept out of the help."""
    group.add_argument(f"--{name.replace('_', '-')}", **settings)
    if "_" in name:
        group.add_argument(f"--{name}", **{**settings, "help": argparse.SUPPRESS, "default": argparse.SUPPRESS})


def filters_of(arguments: argparse.Namespace, parameters: Mapping[str, contract.Parameter]) -> dict[str, Any]:
    """The filters as arguments of the functions: one value as it is, several as a list."""
    given: dict[str, Any] = {"company": _one_or_all(arguments.company)}
    for name, parameter in parameters.items():
        if name == "q":
            continue
        value = getattr(arguments, name)
        if parameter.match == "one_of" and value is not None:
            value = [part.strip() for text in value for part in text.split(",") if part.strip()]
        given[name] = _one_or_all(value) if parameter.match in _LISTED else value
    if "status" in given:
        given["status"] = _status(given["status"])
    return given


def given_of(arguments: argparse.Namespace, parameters: Mapping[str, contract.Parameter]) -> list[str]:
    """The filters that were given, as options."""
    given = [name for name, value in filters_of(arguments, parameters).items() if value is not None]
    return [f"--{name.replace('_', '-')}" for name in given]


def _one_or_all(values: list[str] | None) -> str | list[str] | None:
    return values[0] if values is not None and len(values) == 1 else values


def _status(value: str | list[str] | None) -> str | list[str] | None:
    if isinstance(value, list) and "any" in value:
        raise InvalidRequestError("--status any stands for every state.", hint="Give no other --status beside it.")
    return None if value == "any" else "active" if value is None else value


def columns_of(arguments: argparse.Namespace) -> list[str] | str | None:
    """The columns as an argument."""
    text: str | None = arguments.columns
    return text if text in {None, "all"} else [name.strip() for name in (text or "").split(",") if name.strip()]


def limit_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """The limit as an argument, where one was given."""
    if arguments.limit is None:
        return {}
    return {"limit": None if arguments.limit == "all" else arguments.limit}


def given(arguments: argparse.Namespace, *names: str) -> dict[str, Any]:
    """Arguments that were given: the default of each is the function's own."""
    values = {name: getattr(arguments, name) for name in names}
    return {name: value for name, value in values.items() if value is not None}


def number(text: str) -> float:
    """A number, as the type of an option."""
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number; write 120000, without text") from None


def whole(noun: str) -> Callable[[str], int]:
    """A whole number of these, 1 or more, as the type of an option."""

    def read(text: str) -> int:
        with suppress(ValueError):
            if int(text) >= 1:
                return int(text)
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of {noun}; use 1 or more")

    return read


def whole_or_all(text: str) -> int | str:
    """A number of rows, or the word that stands for all of them, as the type of an option."""
    if text == "all":
        return text
    try:
        return whole("rows")(text)
    except argparse.ArgumentTypeError as error:
        raise argparse.ArgumentTypeError(f"{error}, or 'all'") from None
