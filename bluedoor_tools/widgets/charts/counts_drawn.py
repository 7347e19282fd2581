"""Bars and heat maps as elements: a value is a button where a click on it can filter."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from ...inert import visible_line
from ..tree import Node, element
from ..wording import cut, label_of
from .counts_lines import Crossed, Line

__all__ = ["LONG", "LONG_HEAD", "STEPS", "bars", "heat_map", "percent"]

STEPS = 6  # shades of a heat map, beside that of none
LONG = 44  # cells of a value's text
LONG_HEAD = 22  # of one that heads a column

Filters: TypeAlias = Mapping[str, str]
IsPicked: TypeAlias = Callable[[Filters], bool]


def percent(share: float) -> str:
    """A share as it is written; NaN is not known."""
    if math.isnan(share):
        return "–"
    return "< 0.1 %" if 0 < share < 0.0005 else f"{100 * share:.1f} %"


def _button(filters: Filters, is_picked: IsPicked, attributes: dict[str, Any], *children: Node) -> Node:
    """A button that filters; pressed where that is filtered by."""
    act = {"data-act": "filter", "data-key": json.dumps(filters)}
    return element("button", attributes | act | {"aria-pressed": "true" if is_picked(filters) else "false"}, children)


# -- bars --------------------------------------------------------------------------------------------------------------


def bars(lines: Sequence[Line], is_picked: IsPicked) -> Node:
    """A bar a value, as long as its count; lines that stand for several values have their number alone."""
    longest = max((line.count for line in lines if line.value is not None), default=1)
    return element("ol", {"class": "bd-bars"}, [_bar(line, longest, is_picked) for line in lines])


def _bar(line: Line, longest: int, is_picked: IsPicked) -> Node:
    label, whole = cut(line.label, LONG)
    title = " · ".join(dict.fromkeys(part for part in (whole, line.value) if part and part != label))
    cells = [
        element("span", {"class": "bd-bar-label", "dir": "auto", "title": visible_line(title) or None}, label),
        element("span", {"class": "bd-bar-track"}, element("span", {"class": "bd-bar-fill"})),
        element("span", {"class": "bd-bar-count"}, f"{line.count:,}"),
        element("span", {"class": "bd-bar-share"}, percent(line.share)),
    ]
    if line.value is None:
        return element("li", {"class": "bd-bar-line bd-bar-plain"}, cells)
    drawn = {"class": "bd-bar-line", "style": f"--bd-share:{100 * line.count / max(longest, 1):.2f}%"}
    if line.filters is None:
        return element("li", drawn, cells)
    return element("li", {}, _button(line.filters, is_picked, drawn, *cells))


# -- heat map ----------------------------------------------------------------------------------------------------------


def heat_map(counts: Crossed, field: str, by: str, caption: str, is_picked: IsPicked) -> Node:
    """A table of two fields, darker for more, and below it what the shades stand for."""
    most = counts.most
    corner = element("td", {"class": "bd-heat-corner"}, f"{label_of(field)} ↓ · {label_of(by)} →")
    heads = [_head(column, "col", by, is_picked) for column in counts.columns]
    rows = [
        element(
            "tr",
            {},
            _head(row, "row", field, is_picked),
            [_cell(row, column, count, most, is_picked) for column, count in zip(counts.columns, numbers, strict=True)],
        )
        for row, numbers in zip(counts.rows, counts.cells, strict=True)
    ]
    table = element(
        "table",
        {"class": "bd-heat-table"},
        element("caption", {}, caption),
        element("thead", {}, element("tr", {}, corner, heads)),
        element("tbody", {}, rows),
    )
    return element("div", {}, element("div", {"class": "bd-scroll bd-heat-scroll"}, table), _scale(most))


def _head(line: Line, scope: str, field: str, is_picked: IsPicked) -> Node:
    label, whole = cut(line.label, LONG if scope == "row" else LONG_HEAD)
    inside: Node = element("span", {"dir": "auto", "title": whole or None}, label)
    if line.filters is not None:
        inside = _button(line.filters, is_picked, {"aria-label": f"{label_of(field)}: {line.label}"}, inside)
    return element("th", {"scope": scope, "class": "bd-heat-plain" if line.value is None else None}, inside)


def _cell(row: Line, column: Line, count: int, most: int, is_picked: IsPicked) -> Node:
    number = f"{count:,}" if count else "–"
    if row.value is None or column.value is None:
        return element("td", {"class": "bd-heat-plain"}, number)
    if count and row.filters is not None and column.filters is not None:
        title = {"title": f"{row.label}, {column.label}: {number}"}
        return element("td", _shade(count, most), _button(row.filters | column.filters, is_picked, title, number))
    return element("td", _shade(count, most), number)


def _shade(count: int, most: int) -> dict[str, str]:
    """The shade of a count: by its square root, so that a few large ones do not leave the others pale."""
    step = max(1, math.ceil(STEPS * math.sqrt(count / most) - 1e-9)) if count else 0
    return {"class": f"bd-heat bd-heat-{step}", "style": f"--bd-share:{100 * step / STEPS:.0f}%"}


def _scale(most: int) -> Node:
    """The shades with the counts that they stand for."""
    bounds = [0, *(math.floor(most * (step / STEPS) ** 2 + 1e-9) for step in range(1, STEPS + 1))]
    keys = [element("li", _shade(0, most), "none")]
    for low, high in itertools.pairwise(bounds):
        if high > low:
            keys.append(element("li", _shade(high, most), f"{high:,}" if high == low + 1 else f"{low + 1:,}–{high:,}"))
    return element("ol", {"class": "bd-heat-scale"}, keys)
