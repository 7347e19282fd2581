"""Slices of a record's page, opened in place: the first rows of each, under the line that names it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from ...answer_card import ATTRS_KEY, card
from ...event_values import value_text
from ...inert import counted, visible_line
from ...records.record import Record
from ..tree import Node, element
from ..wording import cell_of, label_of, plain

__all__ = ["open_in_place"]

_MOST = 10  # rows of a slice
_OF_EACH = 3  # values of each breakdown
_COLUMNS = {
    "jobs": ("title", "company", "location_text", "workplace_type", "first_seen_at"),
    "events": ("observed_at", "event_type", "company", "field_name", "old_value", "new_value"),
    "facets": ("breakdown", "value", "count", "share"),
    "sources": ("provider", "board_url", "last_crawled_at", "status"),
}
_LONG = 60
_NUMBERS = ("count", "share", "jobs")


def _found(nodes: list[Node], matches: Callable[[list[Any]], bool]) -> list[Any] | None:
    for node in nodes:
        if isinstance(node, list):
            found = node if matches(node) else _found(node[2:], matches)
            if found is not None:
                return found
    return None


def open_in_place(page: list[Node], record: Record, opened: Mapping[str, pd.DataFrame | str]) -> None:
    """Put into every line of a page that is a call a button, and under it what was opened: rows, or why not."""
    table = _found(page, lambda node: node[0] == "table" and "bd-slices" in node[1].get("class", ""))
    body = _found(table or [], lambda node: node[0] == "tbody")
    if body is None:
        return
    lines = body[2:]
    del body[2:]
    for line, row in zip(lines, record.page.slices, strict=True):
        body.append(line)
        if row.call is None:
            continue
        is_open = row.page in opened
        line[-1].append(
            element(
                "button",
                {
                    "class": "bd-live bd-open",
                    "data-act": "fold" if is_open else "slice",
                    "data-key": row.page,
                    "data-place": f"slice {row.page}",
                    "aria-expanded": "true" if is_open else "false",
                    "aria-label": f"{'Close' if is_open else 'Open here'}: {row.page}",
                },
                "Close" if is_open else "Open here",
            )
        )
        if is_open:
            body.append(
                element(
                    "tr",
                    {"role": "row", "class": "bd-slice bd-live"},
                    element("td", {"role": "cell", "colspan": 3}, _slice(record, row.page, opened[row.page])),
                )
            )


def _slice(record: Record, name: str, frame: pd.DataFrame | str) -> list[Node]:
    if isinstance(frame, str):
        return [element("p", {"class": "bd-problem", "role": "alert"}, frame)]
    entries = frame.attrs.get(ATTRS_KEY) or {}
    kind = str(entries.get("kind", ""))
    said = visible_line(card(frame).lines()[0][1]) if entries else counted(len(frame), "row")
    head = element("p", {"class": "bd-under", "data-say": f"{name}: {said}"}, said)
    if not len(frame):
        return [head]
    shown = frame.groupby("breakdown", sort=False).head(_OF_EACH) if "breakdown" in frame else frame.head(_MOST)
    columns = _shown_columns(shown, kind)
    rows = [_line(row, columns, record) for row in shown.to_dict("records")]
    heads = [element("th", {"scope": "col", "class": _kind_of(name)}, label) for name, label in columns.items()]
    table = element(
        "div",
        {"class": "bd-scroll bd-inner"},
        element(
            "table", {"aria-label": name}, element("thead", {}, element("tr", {}, heads)), element("tbody", {}, rows)
        ),
    )
    left = len(frame) - len(shown)
    rest = element("p", {"class": "bd-small"}, f"The first {len(shown)} of {len(frame):,}; the call gives them all.")
    return [head, table, *([rest] if left else [])]


def _shown_columns(frame: pd.DataFrame, kind: str) -> dict[str, str]:
    """Columns worth showing, with their headings: those known of the kind of frame, or else the first ones."""
    has = [str(name) for name in frame.columns]
    names = [name for name in _COLUMNS.get(kind, ()) if name in has] or has[:6]
    held = [name for name in names if name in {"title", "value", "observed_at"} or frame[name].notna().any()]
    return {name: {"old_value": "From", "new_value": "To"}.get(name, label_of(name)) for name in held}


def _line(row: Mapping[Any, Any], columns: Mapping[str, str], record: Record) -> Node:
    cells = []
    for at, name in enumerate(columns):
        value = plain(row.get(name))
        if name in {"old_value", "new_value"}:
            value = value_text(value)
        # A breakdown says of which field its values are.
        shown, whole = cell_of(str(row.get("field", name)) if name == "value" else name, value, _LONG)
        if name == "share" and isinstance(value, float):
            shown, whole = f"{value:.1%}", ""
        inner: Node = element("span", {"dir": "auto", "title": whole or None}, shown)
        target = _target(row, record) if at == 0 else None
        if target is not None:
            inner = element("button", {"class": "bd-link", "data-act": target[0], "data-key": target[1]}, inner)
        cells.append(element("td", {"class": _kind_of(name)}, inner))
    return element("tr", {}, cells)


def _kind_of(name: str) -> str | None:
    return "bd-number" if name in _NUMBERS else "bd-day" if name.endswith("_at") else None


def _target(row: Mapping[Any, Any], record: Record) -> tuple[str, str] | None:
    """The record that a row leads to, unless it is the one shown."""
    for act, name in (("posting", "job_id"), ("board", "source_id")):
        value = plain(row.get(name))
        if isinstance(value, str) and value:
            return None if record.get(name) == value else (act, value)
    return None
