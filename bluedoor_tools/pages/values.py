"""Values of a record as text: how a page prints each type."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Any

from ..contract import Kind
from ..inert import visible

__all__ = [
    "day",
    "is_block",
    "is_missing",
    "is_web_address",
    "json_text",
    "number_text",
    "shown",
]

_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}.*")
_WEB_ADDRESS = re.compile(r"https?://[^\s/?#\"'<>\\^`{|}][^\s\"'<>\\^`{|}]*", re.IGNORECASE)
_EXACT = 10**15  # whole floats above it would print digits that the float does not hold


def is_missing(value: Any) -> bool:
    """Whether a value says nothing: None, and the NaN or NaT that a frame has in its place."""
    return value is None or (isinstance(value, float | dt.datetime) and value != value)  # noqa: PLR0124


def json_text(value: Any, *, indent: int | None = 2) -> str:
    """A value as JSON, keys in the order given; what JSON cannot hold is shown as Python shows it.

    >>> json_text({"b": ["é"], "a": None}, indent=None)
    '{"b": ["é"], "a": null}'
    """
    for layout in (indent, None):  # the compact form nests deeper than the indented one
        try:
            return json.dumps(value, indent=layout, ensure_ascii=False, default=_jsonable)
        except RecursionError:
            continue
        except (TypeError, ValueError):
            break
    try:
        return repr(value)
    except (RecursionError, ValueError):
        return f"({type(value).__name__} that cannot be printed)"


def _jsonable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return value.tolist() if hasattr(value, "tolist") else str(value)


def number_text(value: float, *, grouped: bool = False) -> str:
    """A number without noise.

    >>> number_text(120000.0), number_text(22.5), number_text(120000, grouped=True)
    ('120000', '22.5', '120,000')
    """
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        value = int(value)
    return f"{value:,}" if grouped else json_text(value)


def _instant_text(value: Any) -> str | None:
    """An instant in UTC, cut to seconds; None where the value is not a date with a time."""
    if isinstance(value, str) and not _INSTANT.fullmatch(value):
        return None
    try:
        moment = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(value)
        moment = moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)
    except (ValueError, OverflowError, TypeError):
        return None
    return moment.replace(tzinfo=None, microsecond=0).isoformat(" ") + "Z"


def shown(value: Any, kind: Kind) -> str:
    """A field's value as the full record prints it.

    Null is empty, a flag is yes or no, an instant is UTC to the second, JSON is indented. A value of another type than
    promised is printed as its JSON, so that ``"5"`` and ``5`` stay apart.

    >>> shown("2026-05-29T07:00:52.396Z", "instant"), shown(True, "boolean"), shown(5, "text"), shown(None, "json")
    ('2026-05-29 07:00:52Z', 'yes', '5', '')
    """
    if is_missing(value):
        return ""
    match kind:
        case "boolean" if isinstance(value, bool):
            return "yes" if value else "no"
        case "number" if isinstance(value, int | float) and not isinstance(value, bool):
            return number_text(value)
        case "instant" if isinstance(value, str | dt.datetime):
            return _instant_text(value) or str(value)
        case "text" if isinstance(value, str):
            return value
    return json_text(value)


def day(value: Any) -> str | None:
    """The UTC day of an instant; a text that is no instant as it is; None where missing."""
    if is_missing(value) or value == "":
        return None
    moment = _instant_text(value)
    if moment:
        return moment.partition(" ")[0]
    return value if isinstance(value, str) else json_text(value, indent=None)


def is_block(value: str) -> bool:
    """Whether a printed value is a JSON object or array, which stands on lines of its own."""
    return value.startswith(("{", "["))


def is_web_address(text: str) -> bool:
    """Whether a text is an http or https address through and through, fit to be a link.

    >>> is_web_address("https://jobs.lever.co/x"), is_web_address("javascript:alert(1)")
    (True, False)
    """
    return bool(_WEB_ADDRESS.fullmatch(text)) and visible(text) == text
