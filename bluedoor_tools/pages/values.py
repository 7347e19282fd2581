"""Values of a record as text: how a page prints each type."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Any, TypeGuard

from ..contract import Kind, value_label
from ..inert import visible

__all__ = [
    "capitalised",
    "day",
    "is_block",
    "is_missing",
    "is_web_address",
    "is_word",
    "json_text",
    "minute",
    "moment",
    "number_text",
    "salary_text",
    "second",
    "shown",
    "word",
]

_CODED = ("provider", "workplace_type", "remote_policy")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(_DATE.pattern + r"[T ][0-9]{2}:[0-9]{2}.*")
_WEB_ADDRESS = re.compile(r"https?://[^\s/?#\"'<>\\^`{|}][^\s\"'<>\\^`{|}]*", re.IGNORECASE)
_EXACT = 10**15  # whole floats above it would print digits that the float does not hold


def is_missing(value: Any) -> bool:
    """Whether a value says nothing: None, and the NaN or NaT that a frame has in its place."""
    return value is None or (isinstance(value, float | dt.datetime) and value != value)  # noqa: PLR0124


def is_word(value: Any) -> TypeGuard[str]:
    """Whether a value is text with something in it."""
    return isinstance(value, str) and bool(value.strip())


def word(record: Mapping[str, Any], name: str) -> str | None:
    """A field for running text: None where null or blank, JSON where it is not text, a coded value's label."""
    value = record.get(name)
    if is_missing(value) or (isinstance(value, str) and not value.strip()):
        return None
    if not isinstance(value, str):
        return json_text(value, indent=None)
    return value_label(value) if name in _CODED else value


def capitalised(text: str | None) -> str | None:
    """A word as it begins a line; the rest of it is left as it is."""
    return text and text[:1].upper() + text[1:]


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


def salary_text(record: Mapping[str, Any]) -> str | None:
    """A record's pay in one line, of its `salary_…` fields; None where no bound is set.

    >>> salary_text({"salary_min": 53800.0, "salary_max": 75500.0, "salary_currency": "MXN", "salary_period": "month"})
    '53,800–75,500 MXN / month'
    """
    low, high = (_amount(record.get(name)) for name in ("salary_min", "salary_max"))
    if low and high:
        amount = low if low == high else f"{low}–{high}"
    elif low or high:
        amount = f"from {low}" if low else f"up to {high}"
    else:
        return None
    currency, period = word(record, "salary_currency"), word(record, "salary_period")
    return amount + (f" {currency}" if currency else "") + (f" / {period}" if period else "")


def _amount(value: Any) -> str | None:
    if is_missing(value) or value == "":
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number_text(value, grouped=True)
    return json_text(value, indent=None)


def moment(value: Any, *, dates: bool = False) -> dt.datetime | None:
    """An instant in UTC (without a zone it is taken for one); None where the value is not a date with a time.

    `dates` lets a date alone stand for its midnight.
    """
    if isinstance(value, str):
        if not _INSTANT.fullmatch(value) and not (dates and _DATE.fullmatch(value)):
            return None
    elif not isinstance(value, dt.datetime) or is_missing(value):
        return None
    try:
        found = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
        return found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def minute(instant: dt.datetime) -> str:
    """An instant in UTC, cut to minutes.

    >>> minute(dt.datetime(2026, 6, 7, 7, 56, 15, tzinfo=dt.UTC))
    '2026-06-07 07:56Z'
    """
    return instant.replace(tzinfo=None).isoformat(" ", "minutes") + "Z"


def _instant_text(value: Any) -> str | None:
    """An instant in UTC, cut to seconds; None where the value is not a date with a time."""
    instant = moment(value)
    return None if instant is None else instant.replace(tzinfo=None).isoformat(" ", "seconds") + "Z"


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


def second(value: Any) -> str | None:
    """An instant in UTC to the second; a text that is no instant as it is; None where missing."""
    if is_missing(value) or (isinstance(value, str) and not value.strip()):
        return None
    return _instant_text(value) or (value if isinstance(value, str) else json_text(value, indent=None))


def day(value: Any) -> str | None:
    """The UTC day of an instant; a text that is no instant as it is; None where missing."""
    return second(value) if _instant_text(value) is None else str(second(value)).partition(" ")[0]


def is_block(value: str) -> bool:
    """Whether a printed value is a JSON object or array, which stands on lines of its own."""
    return value.startswith(("{", "["))


def is_web_address(text: str) -> bool:
    """Whether a text is an http or https address through and through, fit to be a link.

    >>> is_web_address("https://jobs.lever.co/x"), is_web_address("javascript:alert(1)")
    (True, False)
    """
    return bool(_WEB_ADDRESS.fullmatch(text)) and visible(text) == text
