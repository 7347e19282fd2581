"""The grid: one page of rows, whatever their number, sorted by a click on a header, opened by a click on a row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from ...errors import InvalidRequestError, nearest
from ...pages.values import salary_text
from ..rows.query import ViewQuery
from ..rows.rows import Answer
from ..tree import Node, element
from ..view import View
from ..wording import NOTHING, cell_of, label_of, plain, text_table
from .pager import empty, extent_text, nothing_text, pager

__all__ = ["Grid"]

_PAY = ("salary_min", "salary_max", "salary_currency", "salary_period")
# One above the other where a frame has both, so that a page of postings fits beside its counts in a narrow notebook.
_SHOWN = (("title", "company"), ("location_text", "workplace_type"), ("pay",), ("source_posted_at", "first_seen_at"),
          ("status", "provider"))  # fmt: skip
_ENOUGH = 7  # fields, beyond which no other is looked for
_KEYS = ("_id", "_ids", "_url", "_uri", "_key", "_hash", "_fields", "_structured", "_text")
_POINTER = {True: "ascending", False: "descending"}
_LONG_WORD = 60
_AMOUNT = re.compile(r"(.*\d) (\D+)")  # of pay, and what it is of


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of the grid: the fields that its cells show, one under another, and what each of them is sorted by."""

    fields: tuple[str, ...]
    sorts: tuple[str, ...]
    numbers: bool = False

    @property
    def kind(self) -> str:
        """Classes for the style sheet, which knows the usual columns by name."""
        usual = any(self.fields[0] in fields for fields in _SHOWN)
        return f"bd-column-{self.fields[0].replace('_', '-') if usual else 'other'}{' bd-number' * self.numbers}"


class Grid(View):
    """A page of rows. Acts: ``open`` (a row's key), ``sort`` (a column), ``page``, ``size`` (numbers), ``clear``."""

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._shown: tuple[Answer, ViewQuery, list[_Column]] | None = None
        self._chosen: str | None = None

    def show_answer(self, answer: Answer, query: ViewQuery, *, columns: Sequence[str] | None = None) -> None:
        """Show a page of rows, keyed by the frame's index.

        `columns` are those of the frame, or ``pay``; by default those that a reader of postings looks for first, and
        others where the frame has few of them.
        """
        self._shown = (answer, query, _columns(answer.rows, columns))
        self._chosen = query.job_id
        self._draw()

    def choose(self, key: str | None) -> None:
        """Mark a row as the one whose record is open."""
        if key != self._chosen:
            self._chosen = key
            self._draw()

    def to_text(self) -> str:
        """The page as aligned text, with what it is of."""
        if self._shown is None:
            return "no rows asked for yet"
        answer, _, columns = self._shown
        if not len(answer.rows):
            return nothing_text(answer)
        rows = [[self._text(row, column) for column in columns] for row in _records(answer.rows)]
        numbers = frozenset(at for at, column in enumerate(columns) if column.numbers)
        return f"{text_table([_header(column) for column in columns], rows, numbers)}\n{extent_text(answer)}"

    @staticmethod
    def _text(row: Mapping[str, Any], column: _Column) -> str:
        return " · ".join(cell_of(name, _value(row, name), _LONG_WORD)[0] for name in column.fields)

    # -- the elements --------------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        if self._shown is None:
            return
        answer, query, columns = self._shown
        if not len(answer.rows):
            self.show(*empty(answer, query))
            return
        places = _places(columns)
        rows = [
            self._row(at, str(key), row, columns, places, answer.first)
            for at, (key, row) in enumerate(zip(answer.rows.index, _records(answer.rows), strict=True))
        ]
        known = answer.total is not None and not answer.capped
        table = element(
            "table",
            {
                "role": "grid",
                "class": "bd-grid",
                "aria-label": "Postings",
                "aria-rowcount": 1 + (answer.total or 0) if known else -1,
                "aria-colcount": len(columns),
            },
            element("thead", {"role": "rowgroup"}, _heads(columns, places, query)),
            element("tbody", {"role": "rowgroup"}, rows),
        )
        self.show(
            pager(answer, query),
            # Which rows these are: of others none are scrolled past.
            element("div", {"class": "bd-scroll", "data-of": f"{answer.first} {answer.rows.index[0]}"}, table),
        )

    def _row(
        self, at: int, key: str, row: Mapping[str, Any], columns: Sequence[_Column], places: Sequence[int], first: int
    ) -> Node:
        chosen = key == self._chosen
        cells = [_cell(row, column, f"{at + 1}/{place}") for column, place in zip(columns, places, strict=True)]
        return element(
            "tr",
            {
                "role": "row",
                "class": "bd-chosen-row" if chosen else None,
                "aria-rowindex": first + at + 2,
                "aria-selected": "true" if chosen else "false",
                "data-act": "open",
                "data-key": key,
            },
            cells,
        )


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as Python's own values; of columns of one name the first."""
    bare = frame.copy(deep=False)
    bare.attrs = {}  # pandas copies them for every column that is taken
    once = bare.loc[:, ~bare.columns.duplicated()]
    names = [str(name) for name in once.columns]
    columns = [[plain(value) for value in once[name]] for name in once.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _columns(frame: pd.DataFrame, asked: Sequence[str] | None) -> list[_Column]:
    has = dict.fromkeys(str(name) for name in frame.columns)
    pay = next((name for name in ("pay", *_PAY[:2]) if name in has), None)

    def column(*names: str) -> _Column:
        sorts = tuple(str(pay) if name == "pay" else name for name in names)
        return _Column(names, sorts, names == ("pay",) or (len(names) == 1 and _is_number(frame, names[0])))

    def is_had(name: str) -> bool:
        return name in has or (name == "pay" and pay is not None)

    if asked is not None:
        lost = next((name for name in asked if not is_had(name)), None)
        if lost is not None:
            close = nearest(lost, list(has))
            raise InvalidRequestError(
                f"These rows have no column {lost!r}.", hint=f"Did you mean {close!r}?" if close else ""
            )
        return [column(name) for name in asked]
    usual = [found for fields in _SHOWN if (found := [name for name in fields if is_had(name)])]
    shown = [name for fields in usual for name in fields]
    others = [name for name in has if name not in {*shown, *_PAY, "active"} and not name.endswith(_KEYS)]
    others = others[: max(0, _ENOUGH - len(shown))] or ([] if shown else list(has)[:_ENOUGH])
    return [column(*names) for names in (*usual, *([name] for name in others))]


def _is_number(frame: pd.DataFrame, name: str) -> bool:
    at = [str(column) for column in frame.columns].index(name)
    kind = frame.iloc[:, at].dtype
    return is_numeric_dtype(kind) and not is_bool_dtype(kind)


def _places(columns: Sequence[_Column]) -> list[int]:
    """Where each column begins, counted in buttons of the header: the keyboard goes up and down by it."""
    return [sum(len(column.sorts) for column in columns[:at]) for at in range(len(columns))]


def _header(column: _Column) -> str:
    return " · ".join(map(label_of, column.fields))


def _heads(columns: Sequence[_Column], places: Sequence[int], query: ViewQuery) -> Node:
    by, ascending = query.sort or (None, True)

    def button(field: str, name: str, place: int) -> Node:
        label, is_by = label_of(field), by == name
        return element(
            "button",
            {
                "class": "bd-sort bd-sorted" if is_by else "bd-sort",
                "data-act": "sort",
                "data-key": name,
                "data-cell": f"0/{place}",
                "tabindex": -1,
                "title": f"Sort by {name}" + (", in whatever currency and period" if field == "pay" else ""),
                "aria-label": f"{label}, {_POINTER[ascending]}" if is_by else None,
            },
            label,
            element("span", {"class": "bd-arrow", "aria-hidden": "true"}, "↑" if ascending else "↓") if is_by else None,
        )

    heads = [
        element(
            "th",
            {
                "role": "columnheader",
                "scope": "col",
                "class": column.kind,
                "aria-sort": _POINTER[ascending] if by in column.sorts else "none",
            },
            [
                button(field, name, place + at)
                for at, (field, name) in enumerate(zip(column.fields, column.sorts, strict=True))
            ],
        )
        for column, place in zip(columns, places, strict=True)
    ]
    return element("tr", {"role": "row", "aria-rowindex": 1}, heads)


def _value(row: Mapping[str, Any], name: str) -> Any:
    return salary_text(row) if name == "pay" and name not in row else row.get(name)


def _cell(row: Mapping[str, Any], column: _Column, cell: str) -> Node:
    lines = [cell_of(name, _value(row, name)) for name in column.fields]
    if column.fields == ("pay",) and (paid := _AMOUNT.fullmatch(lines[0][0])):
        lines = [(part, "") for part in paid.groups()]
    while lines and lines[-1][0] == NOTHING:
        lines.pop()
    # Isolated within the cell, so that a right-to-left value stands in its column as others do.
    inner = [
        element(
            "div",
            {
                "class": "bd-under" if at else "bd-title" if column.fields[0] == "title" else None,
                "dir": "auto",
                "title": whole or (shown if len(shown) > 20 else None),
            },
            shown,
        )
        for at, (shown, whole) in enumerate(lines)
    ]
    attributes = {"role": "gridcell", "class": column.kind, "data-cell": cell, "tabindex": -1}
    return element("td", attributes, inner or NOTHING)
