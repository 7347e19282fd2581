"""Lanes of a timeline: a posting's events in order of time, and the stretches in which it was open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ... import contract
from ...inert import visible_line
from ...lifecycle import STATE_AFTER
from ..wording import cut, text_table

__all__ = [
    "WORDS",
    "Lane",
    "Mark",
    "Span",
    "day_of",
    "iso_of",
    "lanes_text",
    "minute_of",
    "spans_of",
    "stretches",
    "tone_of",
    "word_of",
]

_CREATED, _UPDATED, _CLOSED, _REOPENED = contract.EVENT_TYPES
WORDS = {_CREATED: "Opened", _UPDATED: "Updated", _CLOSED: "Closed", _REOPENED: "Reopened"}


@dataclass(frozen=True, slots=True)
class Mark:
    """An event of a lane."""

    at: np.datetime64
    kind: str


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch in which a posting was open; an end that the events do not tell is None."""

    start: np.datetime64 | None
    end: np.datetime64 | None


@dataclass(frozen=True, slots=True)
class Lane:
    """A posting's events in order of time, the oldest first, with what it is called."""

    job_id: str
    title: str
    company: str
    marks: list[Mark]
    spans: list[Span]


def tone_of(kind: str) -> str:
    """What an event does to a posting, as classes name it; "other" of an unknown type."""
    return WORDS.get(kind, "other").lower()


def word_of(kind: str) -> str:
    """What an event is called; one of an unknown type by its own name."""
    return WORDS.get(kind) or cut(visible_line(kind), 40)[0] or "(no type)"


def spans_of(marks: Sequence[Mark]) -> list[Span]:
    """The stretches in which a posting was open, as its events tell, the oldest first."""
    spans: list[Span] = []
    start: np.datetime64 | None = None
    state: str | None = None
    for mark in marks:
        after = STATE_AFTER.get(mark.kind)
        if after is None:
            if state is None and mark.kind == _UPDATED:
                state = "open"  # what is updated is there
            continue
        if after == "open" and state != "open":
            start, state = mark.at, "open"
        elif after == "closed" and state != "closed":
            spans.append(Span(start, mark.at))
            start, state = None, "closed"
    if state == "open":
        spans.append(Span(start, None))
    return spans


def stretches(lane: Lane, low: np.datetime64, high: np.datetime64) -> list[tuple[np.datetime64, np.datetime64, bool]]:
    """When a posting was open: from, to, and whether its events tell so; else it reaches to the end of the axis."""
    found = []
    for span in lane.spans:
        known = [
            mark.at
            for mark in lane.marks
            if (span.start is None or mark.at >= span.start) and (span.end is None or mark.at <= span.end)
        ]
        first = span.start if span.start is not None else known[0]
        last = span.end if span.end is not None else known[-1]
        if span.start is None:
            found.append((low, first, False))
        if last > first:
            found.append((first, last, True))
        if span.end is None:
            found.append((last, high, False))
    return found


def day_of(moment: np.datetime64) -> str:
    """The day of an instant, in UTC."""
    return str(moment.astype("datetime64[D]"))


def minute_of(moment: np.datetime64) -> str:
    """An instant in UTC, cut to minutes."""
    return "no time" if np.isnat(moment) else str(moment.astype("datetime64[m]")).replace("T", " ") + "Z"


def iso_of(moment: np.datetime64) -> str:
    """An instant in UTC as machines write it, cut to seconds."""
    return str(moment.astype("datetime64[s]")) + "Z"


def lanes_text(lanes: Sequence[Lane]) -> str:
    """Lanes as aligned text: how often each posting opened, changed and closed, and what came last."""
    rows = []
    for lane in lanes:
        tones = [tone_of(mark.kind) for mark in lane.marks]
        opened, updated = tones.count("opened") + tones.count("reopened"), tones.count("updated")
        texts = [cut(text or "–", 40)[0] for text in (lane.title, lane.company, visible_line(lane.job_id))]
        last = f"{word_of(lane.marks[-1].kind)} {day_of(lane.marks[-1].at)}"
        rows.append((*texts[:2], f"{opened:,}", f"{updated:,}", f"{tones.count('closed'):,}", last, texts[2]))
    header = ("posting", "company", "opened", "updated", "closed", "last event", "job_id")
    return text_table(header, rows, frozenset({2, 3, 4}))
