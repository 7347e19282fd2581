"""Columns and cells in words: what a view writes for a field's name and for its values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pandas as pd
from wcwidth import iter_graphemes, wcswidth

from .. import contract
from ..contract.wording import value_label
from ..inert import visible_line
from ..pages.values import day, is_missing, json_text, number_text, second

__all__ = ["NOTHING", "Cell", "cell_of", "cut", "label_of", "plain", "text_table"]

NOTHING = "–"  # stands for a value that is missing
_LONG = 120  # cells of a text, each as wide as a Latin letter
_WHOLE = 2_000  # of what a pointer shows of it
_LABELS = {
    "company": "Company",
    "location_text": "Location",
    "workplace_type": "Work model",
    "remote_policy": "Work model",
    "provider": "ATS provider",
    "ats_provider": "ATS provider",
    "pay": "Pay",
    "source_posted_at": "Posted",
    "first_seen_at": "First seen",
    "last_seen_at": "Last seen",
    "observed_at": "Seen",
    "event_type": "Event",
    "field_name": "Field",
}
_CODED = frozenset({"provider", "ats_provider", "workplace_type", "remote_policy"})
_INSTANTS = frozenset(entry.name for entry in contract.JOB_FIELDS if entry.kind == "instant") | {"observed_at"}

Cell = tuple[str, str]


def label_of(name: str) -> str:
    """A column's name as a person says it, in the words of a record's page where it has any.

    >>> label_of("workplace_type"), label_of("employment_type"), label_of("job_id")
    ('Work model', 'Employment type', 'Job ID')
    """
    words = name.replace("_", " ").split() or [name]
    said = " ".join({"id": "ID", "ids": "IDs", "url": "URL"}.get(word, word) for word in words)
    return _LABELS.get(name) or visible_line(said[:1].upper() + said[1:])


def plain(value: Any) -> Any:
    """A cell of any DataFrame as Python's own value; None where it is missing.

    >>> import numpy as np
    >>> plain(np.float64(2.5)), plain(pd.NA), plain(pd.NaT), plain("x")
    (2.5, None, None, 'x')
    """
    if value is pd.NA or is_missing(value):
        return None
    if isinstance(value, str | dict | list | tuple) or not hasattr(value, "item"):
        return value
    try:
        value = value.item()  # a number of numpy's
    except ValueError:  # an array
        return value.tolist()
    return None if is_missing(value) else value


def cell_of(name: str, value: Any, longest: int = _LONG) -> Cell:
    """A value as its cell shows it, and what a pointer shows: the whole of what was cut, the instant of a day.

    >>> cell_of("workplace_type", "on_site"), cell_of("first_seen_at", "2026-06-07T07:56:15Z"), cell_of("x", 120000.0)
    (('On-site', ''), ('2026-06-07', '2026-06-07 07:56:15Z'), ('120,000', ''))
    """
    value = plain(value)
    if value is None or (isinstance(value, str) and not value.strip()):
        return NOTHING, ""
    if isinstance(value, dt.datetime) or (name in _INSTANTS and isinstance(value, str)):
        shown, whole = (visible_line(text or "") for text in (day(value) or str(value), second(value)))
        return cut(shown, longest)[0], "" if shown == whole else whole
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        return str(value), ""
    if isinstance(value, bool):
        return ("yes" if value else "no"), ""
    if isinstance(value, int | float):
        return number_text(value, grouped=abs(value) >= 10_000), ""  # 2026 may be a year
    if not isinstance(value, str):
        return cut(visible_line(json_text(value, indent=None)), longest)
    return cut(visible_line(value_label(value) if name in _CODED else value), longest)


def cut(text: str, longest: int = _LONG) -> Cell:
    """A line cut to so many cells, of which a wide character takes two; and the whole line where it was.

    >>> cut("Postdoctoral researcher", 13), cut("Baker", 13), cut("東京都庁", 6)
    (('Postdoctoral…', 'Postdoctoral researcher'), ('Baker', ''), ('東京…', '東京都庁'))
    """
    if len(text) <= longest and _width(text) <= longest:
        return text, ""
    taken, room = 0, longest - 1
    for cluster in iter_graphemes(text[: 2 * longest]):  # a letter with its marks, a flag or a family is one
        room -= _width(cluster)
        if room < 0 or taken + len(cluster) >= longest:
            break
        taken += len(cluster)
    rest = f"… ({len(text):,} characters)" if len(text) > _WHOLE else ""
    return text[:taken].rstrip() + "…", text[:_WHOLE] + rest


def text_table(header: Sequence[str], rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset()) -> str:
    """Lines of columns; those numbered in `right` end together.

    >>> print(text_table(["city", "count"], [["Oslo", "7"]], frozenset({1})))
    city  count
    Oslo      7
    """
    lines = [header, *rows]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]

    def padded(text: str, at: int) -> str:
        space = " " * (widths[at] - _width(text))
        return space + text if at in right else text + space

    return "\n".join("  ".join(padded(text, at) for at, text in enumerate(line)).rstrip() for line in lines)


def _width(text: str) -> int:
    width = len(text) if text.isascii() else wcswidth(text)
    return len(text) if width < 0 else width
