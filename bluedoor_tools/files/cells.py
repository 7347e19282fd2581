"""Rows of a frame as records of the API, and text as cells of a spreadsheet."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pandas as pd

from ..arguments import instant_text
from ..frames import JSON_COLUMNS

__all__ = ["dump", "neutralised", "plain_values", "records_of", "unneutralised"]

# What spreadsheets take for the beginning of a formula, or drop before one; apostrophes before it are doubled, too.
_FORMULA = re.compile("'*(\\s*[=+\\-@\uff1d\uff0b\uff0d\uff20]|[\\t\\r\\n])")


def records_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as the API writes records: nested values as JSON, unknown fields back at their places."""
    columns = {str(name): plain_values(values, name in JSON_COLUMNS) for name, values in frame.items()}
    records = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    for record in records:
        unknown = record.pop("unknown_fields", None)
        if isinstance(unknown, msgspec.Raw) and bytes(memoryview(unknown)[:1]) == b"{":
            record.update(msgspec.json.decode(unknown, type=dict[str, msgspec.Raw]))
        elif unknown is not None:
            record["unknown_fields"] = unknown
    return records


def plain_values(values: pd.Series, nested: bool = False) -> list[Any]:
    """A column as Python values: missing as None, instants as the API writes them, JSON text as JSON if `nested`."""
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return [None if pd.isna(value) else instant_text(value.to_pydatetime(warn=False)) for value in values]
    plain = [value if present else None for value, present in zip(values.tolist(), values.notna(), strict=True)]
    return [_nested(value) for value in plain] if nested else plain


def _nested(text: Any) -> Any:
    """JSON text as it is, on one line; text that is no JSON as text."""
    if not isinstance(text, str):
        return text
    try:
        msgspec.json.decode(text)
        raw = text.encode()
        return msgspec.Raw(
            raw if text.isprintable() or not re.search("[\r\n]", text) else msgspec.json.format(raw, indent=-1)
        )
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return text


def neutralised(value: Any) -> Any:
    """Text that no spreadsheet runs; anything else as it is.

    >>> neutralised("=1+1"), neutralised("1+1"), unneutralised(neutralised("'=1+1"))
    ("'=1+1", '1+1', "'=1+1")
    """
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def unneutralised(value: Any) -> Any:
    """The text that `neutralised` was given."""
    return value[1:] if isinstance(value, str) and value[:1] == "'" and _FORMULA.match(value) else value


def dump(value: Any) -> bytes:
    """A value as compact JSON; what JSON cannot hold as text."""
    return msgspec.json.encode(value, enc_hook=str)
