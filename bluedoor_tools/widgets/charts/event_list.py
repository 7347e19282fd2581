"""The events of one posting as a list: when, what, and of an update the field with its old and its new value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ... import contract
from ...event_values import value_text
from ...inert import visible_line
from ..tree import Node, element
from ..wording import cut, label_of, plain, text_table
from .lanes import WORDS, Mark, iso_of, minute_of, tone_of, word_of
from .lanes_drawn import mark_shape

__all__ = ["Entry", "entries_of", "event_list", "event_text"]

_UPDATED = contract.EVENT_TYPES[1]
_COLUMNS = ("field_name", "old_value_text", "new_value_text", "old_value", "new_value")
_LONG = 160  # cells of a value
_LONG_NAME = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """An event with the field that changed, its old and its new value, as text; empty where there is none."""

    mark: Mark
    name: str
    old: str
    new: str

    @property
    def changes(self) -> bool:
        """Whether it is one that changes a field: an opening or closing says it by its name."""
        return self.mark.kind == _UPDATED or self.mark.kind not in WORDS


def entries_of(marks: Sequence[Mark], frame: pd.DataFrame) -> list[Entry]:
    """The events of a frame's rows, each with its mark."""
    names = list(frame.columns)
    rows = frame[[name for name in _COLUMNS if names.count(name) == 1]].to_dict("records")
    return [_entry_of(mark, row) for mark, row in zip(marks, rows or [{}] * len(marks), strict=True)]


def _entry_of(mark: Mark, row: Mapping[Any, Any]) -> Entry:
    name = plain(row.get("field_name"))
    texts = []
    for column in ("old_value", "new_value"):
        text = plain(row.get(f"{column}_text"))
        if text is None:
            value = plain(row.get(column))
            text = value_text(value) if isinstance(value, str) else value
        texts.append("" if text is None else str(text))
    return Entry(mark, "" if name is None else str(name), texts[0], texts[1])


def event_list(entries: Sequence[Entry]) -> Node:
    """Events one below the other."""
    items = []
    for entry in entries:
        tone = tone_of(entry.mark.kind)
        badge = element("span", {"class": f"bd-badge bd-badge-{tone}"}, mark_shape(tone), word_of(entry.mark.kind))
        what = element("div", {"class": "bd-event-what"}, _change(entry))
        items.append(element("li", {"class": "bd-event"}, _time(entry.mark.at), badge, what))
    return element("ol", {"class": "bd-events"}, items)


def event_text(entries: Sequence[Entry]) -> str:
    """Events as aligned text."""
    rows = []
    for entry in entries:
        texts = [text or "–" for text in (entry.name, entry.old, entry.new)] if entry.changes else ["", "", ""]
        cells = [cut(visible_line(text), 40)[0] for text in texts]
        rows.append((minute_of(entry.mark.at), word_of(entry.mark.kind), *cells))
    return text_table(("observed_at", "event", "field", "old", "new"), rows)


def _change(entry: Entry) -> list[Node]:
    if not entry.changes:
        return []
    if not (entry.name or entry.old or entry.new):
        unsaid = element("span", {"class": "bd-under"}, "What changed is not said.")
        return [unsaid] if entry.mark.kind == _UPDATED else []
    shown, whole = cut(visible_line(entry.name), _LONG_NAME)
    name = label_of(entry.name) if entry.name.isidentifier() and not whole else shown
    title = None if name == entry.name else visible_line(whole or entry.name)
    arrow = element("span", {"class": "bd-arrow-to", "aria-hidden": "true"}, "→")
    sides = [_side("bd-old", entry.old, "before"), arrow, _side("bd-new", entry.new, "after")]
    return [
        element("span", {"class": "bd-event-field", "dir": "auto", "title": title}, name),
        element("div", {"class": "bd-change"}, sides),
    ]


def _side(kind: str, text: str, when: str) -> Node:
    shown, whole = cut(visible_line(text), _LONG)
    return element(
        "span",
        {"class": kind if shown else f"{kind} bd-under", "dir": "auto", "title": whole or None},
        element("span", {"class": "bd-heard"}, f"{when}: "),
        shown or "nothing",
    )


def _time(moment: np.datetime64) -> Node:
    if np.isnat(moment):
        return element("span", {"class": "bd-event-time bd-under"}, "no time")
    day, _, minute = minute_of(moment).partition(" ")
    of_day = element("span", {"class": "bd-under"}, minute)
    return element("time", {"class": "bd-event-time", "datetime": iso_of(moment)}, day, " ", of_day)
