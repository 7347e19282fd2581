"""Values to ask for, taken from the records that are known: those that tell most meanings of a filter apart."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from .readings import Reading, Record, instead, parse_instant

__all__ = ["best", "bounds", "distinct", "lists", "parts", "pieces", "salaries", "words_cut"]

_MOST = 16  # sets of values that are weighed


def distinct(known: Sequence[Record], field: str) -> list[Any]:
    """The values of a field, most frequent first."""
    values = [row[field] for row in known if isinstance(row.get(field), str) and row[field].strip()]
    return sorted(dict.fromkeys(values), key=lambda value: -values.count(value))


def best(
    candidates: Iterable[Mapping[str, Any]], readings: Mapping[str, Sequence[Reading]], known: Sequence[Record]
) -> tuple[dict[str, Any], int]:
    """The values under which most meanings predict other records, and how many cannot be told apart by them."""
    chosen: dict[str, Any] = {}
    fewest: tuple[int, int] | None = None
    masks: dict[tuple[str, str, str], list[bool]] = {}
    for _, values in zip(range(_MOST), candidates, strict=False):
        assumed = {name: readings[name][0] for name in values}
        expected = _predicted(values, assumed, known, masks)
        alike = 0
        for name, other in ((one, way) for one in values for way in readings[one][1:]):
            alike += _predicted(values, instead(assumed, name, other, readings), known, masks) == expected
            if fewest is not None and alike > fewest[0]:
                break
        score = (alike, abs(sum(expected) - 8))
        if fewest is None or score < fewest:
            chosen, fewest = dict(values), score
        if not alike and sum(expected) < len(known) / 2:
            break
    return chosen, fewest[0] if fewest else -1


def _predicted(
    values: Mapping[str, Any],
    meanings: Mapping[str, Reading],
    known: Sequence[Record],
    masks: dict[tuple[str, str, str], list[bool]],
) -> list[bool]:
    """Which of the known records come back; `masks` keeps what was worked out."""
    held = []
    for name, value in values.items():
        place = name, str(value), meanings[name].says
        if place not in masks:
            masks[place] = [meanings[name].test(row, value) for row in known]
        held.append(masks[place])
    return held[0] if len(held) == 1 else [all(row) for row in zip(*held, strict=True)]


def bounds(known: Sequence[Record], stem: str, field: str) -> Iterator[dict[str, Any]]:
    """Two instants of records as bounds, one to be met and one to be missed exactly; whole seconds first."""
    moments = {text: moment for text in distinct(known, field) if (moment := parse_instant(text)) is not None}
    for whole in (True, False):
        texts = [
            text for text in sorted(moments, key=lambda one: moments[one]) if not whole or not moments[text].microsecond
        ]
        pairs = [
            (texts[low], texts[high])
            for span in (len(texts) // 2, len(texts) // 3, len(texts) - 2, 3, 1)
            if span > 0
            for low in range(0, len(texts) - span, max(1, len(texts) // 8))
            for high in (low + span,)
        ]
        for after, before in pairs:
            yield {f"{stem}_after": after, f"{stem}_before": before}


def pieces(known: Sequence[Record], fields: Sequence[str]) -> list[str]:
    """Short pieces from within words, in the other case: the frequent ones first, without the ubiquitous."""
    counted: dict[str, set[int]] = {}
    for number, row in enumerate(known):
        for field in fields:
            for word in re.findall(r"[^\W\d_]{5,}", str(row.get(field) or "")):
                counted.setdefault(word[1:4].swapcase(), set()).add(number)
    usual = [piece for piece, rows in counted.items() if 2 <= len(rows) <= len(known) / 2]
    return sorted(usual or counted, key=lambda piece: (abs(len(counted[piece]) - 8), piece))


def parts(known: Sequence[Record], field: str) -> Iterator[dict[str, Any]]:
    """A value that begins a known one, and is none itself."""
    values = distinct(known, field)
    whole = {value.casefold() for value in values}
    for value in values:
        part = value[: max(2, len(value) * 2 // 3)].rstrip()
        if part != value and part.casefold() not in whole and "," not in part:
            yield {field: part}


def words_cut(known: Sequence[Record]) -> Iterator[dict[str, Any]]:
    """A word of a title that begins a longer one of another; else the mere beginning of a word."""
    words = sorted(
        {word.casefold() for title in distinct(known, "title") for word in re.findall(r"[^\W\d_]{4,}", title)}
    )
    for word, longer in pairwise(words):
        if longer.startswith(word):
            yield {"q": word}
    for word in words:
        if len(word) > 6:
            yield {"q": word[:-3]}


def salaries(known: Sequence[Record]) -> Iterator[dict[str, Any]]:
    """A lower bound that only the upper end of a span reaches, and an upper one that only its lower end does."""
    spans = [
        (row["salary_min"], row["salary_max"])
        for row in known
        if all(isinstance(row.get(name), int | float) for name in ("salary_min", "salary_max"))
    ]
    for low, high in spans:
        if low < high:
            yield {"salary_min": high}
            yield {"salary_max": low}


def lists(known: Sequence[Record], fields: Mapping[str, str], others: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Lists of about half the values of each field, beside `others`."""
    values = {name: distinct(known, field) for name, field in fields.items()}
    if not all(len(found) > 1 for found in values.values()):
        return
    chance = random.Random(7)
    for _ in range(_MOST):
        chosen = {
            name: chance.sample(found, min(len(found) - 1, max(2, len(found) // 2))) for name, found in values.items()
        }
        yield {**others, **{name: found[:12] for name, found in chosen.items()}}
