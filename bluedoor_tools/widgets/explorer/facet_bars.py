"""The facet bars: the commonest values of a few fields under the present filters, each a click away from being one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from ...answer_card import ATTRS_KEY
from ...inert import visible_line
from ..rows.query import ViewQuery
from ..tree import Node, element
from ..view import View
from ..wording import NOTHING, cell_of, label_of

__all__ = ["FacetBars"]

_MOST = 8  # values of a field
_LONG = 60  # characters of a value


class FacetBars(View):
    """A block of bars for each field. Act: ``filter`` with ``{field: value}`` as JSON, to be added or taken away."""

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._said: list[str] = []

    def show_counts(self, counts: Mapping[str, pd.DataFrame | str], query: ViewQuery) -> None:
        """Show the values of each field: ``value`` and ``count``, or, as text, why there are none.

        Values that are among the query's filters stand first, pressed, also where nothing was counted for them.
        """
        self._said = []
        blocks = [self._block(field, found, query) for field, found in counts.items()]
        attributes = {"class": "bd-facets bd-scroll", "role": "group", "aria-label": "Counts, to filter by"}
        self.show(element("div", attributes, blocks))

    def to_text(self) -> str:
        """The counts, a field a line."""
        return "\n".join(self._said)

    def _block(self, field: str, found: pd.DataFrame | str, query: ViewQuery) -> Node:
        label = label_of(field)
        head = element("h3", {}, label)
        if isinstance(found, str):
            self._said.append(f"{label}: not counted: {visible_line(found)}")
            problem = element("p", {"class": "bd-problem"}, f"Not counted: {visible_line(found)}")
            return element("section", {}, head, problem)
        pressed = _values(query.filters.get(field))
        counted = [(str(value), int(count)) for value, count in zip(found["value"], found["count"], strict=True)]
        by_text = {value.casefold(): (value, count) for value, count in reversed(counted)}
        chosen: list[tuple[str, int | None]] = [by_text.get(value.casefold(), (value, None)) for value in pressed]
        chosen.sort(key=lambda entry: -(entry[1] or 0))
        folded = {value.casefold() for value in pressed}
        others = [(value, count) for value, count in counted if value.casefold() not in folded][
            : max(0, _MOST - len(chosen))
        ]
        shown = [
            *((value, count, True) for value, count in chosen),
            *((value, count, False) for value, count in others),
        ]
        most = max((count for _, count, _ in shown if count), default=1)
        if not shown:
            self._said.append(f"{label}: no values")
            return element("section", {}, head, element("p", {"class": "bd-under"}, "No values under these filters."))
        items = [
            element("li", {}, _bar(field, value, count, most, is_on, f"{at}/0"))
            for at, (value, count, is_on) in enumerate(shown)
        ]
        self._said.append(
            f"{label}: "
            + ", ".join(
                f"{cell_of(field, value, _LONG)[0]} {NOTHING if count is None else f'{count:,}'}"
                for value, count, _ in shown
            )
        )
        left = _left_out(found, len(counted) - sum(count is not None for _, count, _ in shown))
        notes = [element("p", {"class": "bd-small"}, text) for text in left]
        # One stop of the Tab key for each field, arrows within it: the rows are reached in a few.
        bars = element("div", {"role": "toolbar", "aria-label": label, "aria-orientation": "vertical"},
                       element("ul", {}, items))  # fmt: skip
        return element("section", {}, head, bars, notes)


def _values(given: Any) -> list[str]:
    if given is None:
        return []
    return [given] if isinstance(given, str) or not isinstance(given, Iterable) else [str(value) for value in given]


def _bar(field: str, value: str, count: int | None, most: int, is_on: bool, cell: str) -> Node:
    shown, whole = cell_of(field, value, _LONG)
    counted = NOTHING if count is None else f"{count:,}"
    share = 0.0 if count is None else 100 * count / most
    return element(
        "button",
        {
            "class": "bd-facet bd-on" if is_on else "bd-facet",
            "data-act": "filter",
            "data-key": json.dumps({field: value}),
            "data-cell": cell,
            "aria-pressed": "true" if is_on else "false",
            "style": f"--bd-share:{share:.1f}%",
            "title": whole or shown,
        },
        element("span", {"class": "bd-value", "dir": "auto"}, shown),
        element("span", {"class": "bd-count"}, counted),
    )


def _left_out(found: pd.DataFrame, hidden: int) -> list[str]:
    """What the counts do not show, and what was warned of when they were made."""
    entries = found.attrs.get(ATTRS_KEY) or {}
    told = entries.get("kind") == "facets"
    # Beyond the card's own notes stand the warnings of the request.
    warned = [visible_line(note) for note in found.attrs.get("notes", ()) if told and note not in entries["notes"]]
    if told and entries.get("capped"):
        return [*warned, "Counts are lower bounds."]
    if hidden > 0:
        return [*warned, f"The commonest; {hidden:,} more."]
    if told and not entries.get("complete", True):
        return [*warned, "The commonest; there are more."]
    return warned
