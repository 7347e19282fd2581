"""The old and new values of events as text to be read."""

from __future__ import annotations

import json
import re

import pandas as pd

from .decode import read_json
from .errors import UnexpectedAnswerError

__all__ = ["value_text", "value_texts"]

_SURROGATE = re.compile("[\ud800-\udfff]")  # cannot be written as UTF-8, nor be held in a column
_WHOLE = 1e15  # a float below this is exact, and reads better without its ".0"


def value_text(json_text: str | None) -> str | None:
    """An event's old or new value, given as JSON text, as text to read; never raises.

    Parameters
    ----------
    json_text
        JSON, as in the columns `old_value` and `new_value`

    Returns
    -------
    str or None
        a string itself, a number plainly, "yes" or "no", a list of such joined by ", ", anything with structure as JSON
        with non-ASCII characters kept; None for null or nothing; what is no JSON, or is nested too deep, as it is. Lone
        surrogates, which no file can hold, become U+FFFD.

    Examples
    --------
    >>> value_text('"Zürich"'), value_text("120000.0"), value_text("true"), value_text('["Java", "SQL"]')
    ('Zürich', '120000', 'yes', 'Java, SQL')
    """
    if not isinstance(json_text, str):
        return None
    try:
        value = read_json(json_text.encode("utf-8", errors="surrogatepass"))
        if value is None:
            return None
        if isinstance(value, list) and value and not any(isinstance(part, list | dict) for part in value):
            text = ", ".join(map(_scalar_text, value))
        elif isinstance(value, list | dict):
            text = json.dumps(value, ensure_ascii=False)
        else:
            text = _scalar_text(value)
    except (UnexpectedAnswerError, RecursionError):
        text = json_text
    return _SURROGATE.sub("\ufffd", text)


def _scalar_text(value: str | float | bool | None) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < _WHOLE:
        return str(int(value))
    return json.dumps(value)


def value_texts(values: pd.Series) -> pd.Series:
    """`value_text` of a column, worked out once for each distinct value.

    Returns
    -------
    Series
        dtype ``str``, NaN where there is no value, with the index and the name of `values`

    Examples
    --------
    >>> value_texts(pd.Series(['"a"', None, "2"], index=[7, 8, 9])).to_dict()
    {7: 'a', 8: nan, 9: '2'}
    """
    codes, distinct = pd.factorize(values)
    texts = pd.array([value_text(text) for text in distinct], dtype="str")
    return pd.Series(texts.take(codes, allow_fill=True), index=values.index, name=values.name)
