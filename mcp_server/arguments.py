"""Arguments as a model gave them, held against a tool's schema: all that is wrong in one answer, with the fix."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from bluedoor_tools import InvalidRequestError, contract
from bluedoor_tools.errors import nearest
from bluedoor_tools.inert import one_line, without_key

from .schemas import Schema

__all__ = ["checked"]

_SHOWN = 60  # characters of a wrong value
_LONGEST = 1000  # characters of a text: what was asked stands in the answer
_NAMED = {"string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false",
          "array": "a list of text"}  # fmt: skip
_TEXT = {"tokens", "contains", "equals"}
_ROWS = {**contract.EVENT_PARAMETERS, **contract.PARAMETERS}


def checked(schemas: Mapping[str, Schema], required: tuple[str, ...], given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments, each of the type that its schema says; null is "not given".

    What hosts are known to do is understood where nothing is lost by it: a number or list written as text, one value
    where a list is wanted, a list of phrases where one is.

    Raises
    ------
    InvalidRequestError
        Unknown names (the nearest is named), wrong types, values out of range, what is missing.
    """
    known = schemas
    wrong: list[str] = []
    arguments: dict[str, Any] = {}
    for name, value in given.items():
        if name not in known:
            wrong.append(_unknown(name, known))
        elif _holds_key(value):
            wrong.append(f"{name} holds an API key: that goes into BLUEDOOR_API_KEY, where the server is started.")
        elif value is not None:
            try:
                arguments[name] = _value(name, known[name], value)
            except InvalidRequestError as error:
                wrong.append(str(error))
    wrong += [f"{name} is missing." for name in required if name not in arguments and given.get(name) is None]
    if wrong:
        unclear = any(name not in known for name in given) or any(name not in arguments for name in required)
        raise InvalidRequestError(" ".join(wrong), hint=f"Arguments: {', '.join(schemas)}." if unclear else "")
    return arguments


def _unknown(name: str, known: Mapping[str, Schema]) -> str:
    shown = _shown(name)
    said = f"There is no argument {shown!r}."
    alias = _ALSO_CALLED.get(name.casefold())
    close = alias if alias in known else nearest(name, known)
    elsewhere = contract.STATED_ELSEWHERE.get(name)
    if close and (close == alias or not elsewhere):
        return f"{said} Did you mean {close!r}?"
    return f"{said} {elsewhere}" if elsewhere else said


# Names that other tools have for the same.
_ALSO_CALLED = {
    "query": "q", "keywords": "q", "text": "q", "id": "job_id", "url": "job_id", "job": "job_id", "job_url": "job_id",
    "q": "query", "job_id": "id",
    "companies": "company", "employer": "company", "organization": "company", "org": "company", "count": "limit",
    "n": "limit", "max_results": "limit", "top": "limit", "page_size": "limit", "per_page": "limit", "page": "cursor",
    "columns": "fields", "group_by": "field", "facet": "field", "since": "posted_after", "place": "location",
    "remote": "workplace_type", "work_model": "workplace_type", "state": "region", "section": "sections",
    "include": "sections", "type": "event_types", "event_type": "event_types", "ats": "provider", "job_ids": "job_id",
    "ats_provider": "provider", "topic": "about", "frame": "about",
}  # fmt: skip


def _holds_key(value: Any) -> bool:
    # Arguments stand in answers, and in the logs of hosts.
    texts = value if isinstance(value, list) else [value]
    own = [os.environ.get(name, "").strip() for name in ("BLUEDOOR_API_KEY", "BLUEDOOR_MCP_TOKEN")]
    return any(
        isinstance(text, str) and (without_key(text) != text or any(key and key in text for key in own))
        for text in texts
    )


def _shown(value: Any) -> str:
    """A wrong value, to be repeated: short, of one line, and never a key."""
    if isinstance(value, int) and abs(value) >= 1e15:
        return "a number of many digits"
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return without_key(one_line(text[:1000]))[:_SHOWN]


def _value(name: str, schema: Schema, value: Any) -> Any:
    kind = schema["type"]
    row = _ROWS.get(name)
    if isinstance(value, str) and kind != "string" and (kind != "array" or value.startswith("[")):
        with suppress(ValueError, RecursionError):
            value = json.loads(value)
    phrase = row is not None and row.match in _TEXT  # one in its schema; a list of them is understood
    if isinstance(value, str) and value.startswith("[") and phrase:
        with suppress(ValueError, RecursionError):
            parsed = json.loads(value)
            value = parsed if isinstance(parsed, list) else value
    if isinstance(value, list) and (kind == "array" or phrase):
        if not value:
            raise InvalidRequestError(f"{name} is an empty list: leave it out.")
        values = [_one(name, schema.get("items", schema), entry) for entry in value]
    elif kind == "array":
        values = [_one(name, schema["items"], value)]
    else:
        return _one(name, schema, value)
    # Of a filter that takes one value a list of one is that value, as the library's cards write it.
    one = len(values) == 1 and (name == "company" or (row is not None and row.match != "one_of"))
    return values[0] if one else values


def _one(name: str, schema: Schema, value: Any) -> Any:
    kind = schema["type"]
    match kind:
        case "integer" if isinstance(value, float) and value.is_integer():
            value = int(value)
        case "string" if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15:
            value = str(value)
    fits = {
        "string": isinstance(value, str),
        "integer": isinstance(value, int) and not isinstance(value, bool),
        "number": isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15,
        "boolean": isinstance(value, bool),
    }[kind]
    shown = _shown(value)
    if not fits:
        raise InvalidRequestError(f"{name} takes {_NAMED[kind]}, not {shown!r}.")
    low, high = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
    if kind in {"integer", "number"} and not low <= value <= high:
        upper = f" to {high}" if high < math.inf else " or more"
        raise InvalidRequestError(f"{name}={shown} is out of range: use {low}{upper}.")
    if kind == "string" and len(value) > _LONGEST and name != "cursor":
        raise InvalidRequestError(f"{name} has {len(value):,} characters: use at most {_LONGEST:,}.")
    if "enum" in schema and value not in schema["enum"] and name not in _ROWS:
        close = nearest(value, schema["enum"])
        hint = f"Did you mean {close!r}? " if close else ""
        raise InvalidRequestError(f"{name}={shown!r} is unknown. {hint}Known: {', '.join(schema['enum'])}.")
    return value
