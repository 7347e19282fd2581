"""What views of counts and events share: the frame that they take, its values, its notes, and their head."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ...answer_card import ATTRS_KEY, Card, card
from ...errors import InvalidRequestError, nearest
from ...frames import COLUMNS
from ...inert import counted, visible_line
from ..tree import Node, element
from ..view import View
from ..wording import cell_of
from .export import save_chart

if TYPE_CHECKING:
    from ..rows.query import ViewQuery
    from ..rows.rows import Rows

__all__ = [
    "ChartView",
    "card_of",
    "coded",
    "empty",
    "heading",
    "keys",
    "needed",
    "note_list",
    "notes_of",
    "value_of",
]

_SURROGATE = re.compile("[\ud800-\udfff]")  # no column and no message can hold it
_WHOLE = 10_000  # characters of a value that are looked at


class ChartView(View):
    """A view of counts or events: `frame` is what is shown as data, `chart` and `save` give it as a picture.

    What is drawn is each one's own: `chart` and `update_from` (abstract, though a widget's metaclass cannot say so).
    """

    def __init__(self) -> None:
        super().__init__()
        self.frame = pd.DataFrame()

    def chart(self) -> Any:
        """What is shown as an Altair chart, to be altered or saved; needs the extra ``bluedoor-tools[charts]``."""
        raise NotImplementedError

    def save(self, path: str | Path) -> Path:
        """Write the chart to a file, ``.svg`` or ``.png``; nothing is fetched for it, an existing file is replaced.

        Raises
        ------
        InvalidRequestError
            Another ending, a folder that is not there, or the extra ``bluedoor-tools[charts]`` is not installed.
        """
        return save_chart(self.chart, path)

    def update_from(self, rows: Rows, query: ViewQuery) -> None:
        """Show what goes with an explorer's present rows."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {counted(len(self.frame), 'row')}>"


def needed(frame: Any, names: Sequence[str], what: str) -> pd.DataFrame:
    """The frame, if it is one that has these columns, once each; the error names those that miss and those there."""
    if not isinstance(frame, pd.DataFrame):
        raise InvalidRequestError(f"{what} takes a DataFrame, not {type(frame).__name__}.")
    for name in names:
        if not isinstance(name, str):
            raise InvalidRequestError(f"{what} takes a column's name, not {type(name).__name__}.")
    there = [str(name) for name in frame.columns]
    missing = [name for name in names if name not in there]
    if missing:
        close = nearest(missing[0], there)
        met = ", ".join(visible_line(name)[:40] for name in there[:12]) + (" …" if len(there) > 12 else "")
        raise InvalidRequestError(
            f"{what} needs {_named(missing)}, which this frame does not have.",
            hint=(f"Did you mean {close!r}? " if close else "") + f"It has: {met or 'no columns'}.",
        )
    twice = [name for name in names if there.count(name) > 1]
    if twice:
        raise InvalidRequestError(
            f"This frame has more than one column {twice[0]!r}.", hint="Rename or drop one: frame.columns has them."
        )
    return frame


def _named(names: Sequence[str]) -> str:
    said = ", ".join(map(repr, names))
    return f"the column {said}" if len(names) == 1 else f"the columns {said}"


def card_of(frame: pd.DataFrame) -> Card | None:
    """The frame's answer card, where it has one."""
    try:
        return card(frame) if ATTRS_KEY in frame.attrs else None
    except InvalidRequestError:
        return None


def notes_of(found: Card | None, *fields: str) -> list[str]:
    """What a reader must know of a frame, by its card: where it is from, whether it is whole, what fields mislead."""
    said = []
    if found is not None:
        said.append(f"From the {found['backend']['label']}." if found["backend"]["label"] else "")
        if found["kind"] in {"jobs", "events"} and found["complete"] is False:
            said.append(f"Not all that match: {counted(found['rows'], 'row')} were loaded ({found['reason']}).")
    known = (COLUMNS.get(field) for field in fields)
    said += [f"{entry.name}: {entry.misleads}." for entry in known if entry is not None and entry.misleads]
    return [visible_line(note) for note in said if note]


def note_list(notes: Sequence[str]) -> Node | None:
    """Notes as the small print of a view."""
    return element("ul", {"class": "bd-chart-notes"}, [element("li", {}, note) for note in notes]) if notes else None


def coded(values: pd.Series) -> tuple[np.ndarray[Any, np.dtype[np.intp]], list[str]]:
    """A column as codes of its distinct values as text; -1 where there is none.

    >>> codes, texts = coded(pd.Series(["b", None, "a", "b"]))
    >>> codes.tolist(), texts
    ([0, -1, 1, 0], ['b', 'a'])
    """
    try:
        codes, distinct = pd.factorize(values)
    except TypeError:  # lists and dictionaries
        codes, distinct = pd.factorize(values.map(_text, na_action="ignore"))
    if isinstance(values.dtype, pd.StringDtype) and values.dtype.storage == "pyarrow":  # text that is sound, each once
        return np.asarray(codes, dtype=np.intp), distinct.tolist()
    places: dict[str, int] = {}
    merged = np.array([places.setdefault(_text(value), len(places)) for value in distinct])
    if len(merged) and len(places) < len(merged):  # 1 and "1"
        codes = np.where(codes < 0, -1, merged[codes])
    return np.asarray(codes, dtype=np.intp), list(places)


def _text(value: Any) -> str:
    return _SURROGATE.sub("\ufffd", str(value))


def value_of(field: str, value: str) -> str:
    """A value as it is read, in one line: coded ones in words."""
    return cell_of(field, value, _WHOLE)[0] if value.strip() else "(empty text)"


def heading(title: str, *said: str, legend: Node | None = None) -> Node:
    """The head of a view: what it shows, and how much."""
    return element(
        "header",
        {"class": "bd-chart-head"},
        element("h3", {"dir": "auto"}, title),
        element("p", {"class": "bd-chart-said"}, " · ".join(part for part in said if part)),
        legend,
    )


def empty(text: str) -> Node:
    """What stands where there is nothing to show."""
    return element("p", {"class": "bd-chart-empty"}, text)


def keys(entries: Mapping[str, str]) -> Node:
    """A legend: swatches of these classes, with their words."""
    return element(
        "ul",
        {"class": "bd-chart-keys"},
        [element("li", {"class": f"bd-key {name}"}, text) for name, text in entries.items()],
    )
