"""Counts as they are shown: the lines of bars, or the rows, columns and cells of a heat map; nothing is dropped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ...inert import counted
from .chart_view import coded, value_of
from .counting import filters_of

__all__ = ["Crossed", "Line", "crossed", "lines_of"]


@dataclass(frozen=True, slots=True)
class Line:
    """A value with its count; `value` is None where the line stands for several, or for rows without one."""

    label: str
    count: int
    value: str | None = None
    share: float = 0.0
    filters: dict[str, str] | None = None  # what a click on it filters by; None where a click would fail


@dataclass(frozen=True, slots=True)
class Crossed:
    """The rows and columns of a heat map with their sums, and the count of each cell."""

    rows: list[Line]
    columns: list[Line]
    cells: list[list[int]]

    @property
    def most(self) -> int:
        """The largest count of two values."""
        valued = [place for place, column in enumerate(self.columns) if column.value is not None]
        rows = [counts for row, counts in zip(self.rows, self.cells, strict=True) if row.value is not None]
        return max((counts[place] for counts in rows for place in valued), default=0)


def lines_of(counts: pd.DataFrame, field: str, limit: int) -> list[Line]:
    """The lines of bars: values up to the limit, the rest in one, rows without a value in one."""
    valued = counts[counts["value"].notna()]
    shown, rest, missing = valued.head(limit), valued.iloc[limit:], counts[counts["value"].isna()]
    lines = [
        _line(field, value, int(count), float(share))
        for value, count, share in zip(shown["value"], shown["count"], shown["share"], strict=True)
    ]
    for label, several in ((counted(len(rest), "more value"), rest), ("without a value", missing)):
        if len(several):
            lines.append(Line(label, int(several["count"].sum()), share=float(several["share"].sum())))
    return lines


def crossed(counts: pd.DataFrame, field: str, by: str, limit: int) -> Crossed:
    """Counts of pairs as a heat map, each side its commonest values up to the limit."""
    rows, places = _side(counts, "value", field, limit)
    columns, by_places = _side(counts, "by", by, limit)
    cells = np.zeros((len(rows), len(columns)), dtype=np.int64)
    np.add.at(cells, (places, by_places), counts["count"].to_numpy())
    return Crossed(rows, columns, cells.tolist())


def _side(
    counts: pd.DataFrame, column: str, field: str, limit: int
) -> tuple[list[Line], np.ndarray[Any, np.dtype[np.intp]]]:
    """The lines of one side, the commonest first, and for each count the place of its line."""
    codes, texts = coded(counts[column])
    numbers = counts["count"].to_numpy()
    sums = np.bincount(codes[codes >= 0], weights=numbers[codes >= 0], minlength=len(texts))
    order = sorted(range(len(texts)), key=lambda place: (-sums[place], texts[place]))
    lines = [_line(field, texts[place], int(sums[place])) for place in order[:limit]]
    rest, missing = order[limit:], int(numbers[codes < 0].sum())
    places = np.zeros(len(texts) + 1, dtype=np.intp)
    places[order[:limit]] = np.arange(len(lines))
    if rest:
        places[rest] = len(lines)
        lines.append(Line(counted(len(rest), "more value"), int(sums[rest].sum())))
    if missing:
        places[-1] = len(lines)
        lines.append(Line("without a value", missing))
    return lines, places[codes]


def _line(field: str, value: str, count: int, share: float = 0.0) -> Line:
    return Line(value_of(field, value), count, value, share, filters_of(field, value))
