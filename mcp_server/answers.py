"""Answers: one structure, given as structured content and as text, both within the budget and each enough alone.

A structure holds entries of few kinds, so that one rendering serves every tool: numbers, text, lists of text,
dictionaries of these; a *table* (`columns` and `rows`); and a *passage* of a posting (`untrusted_text`). What does not
fit is cut at whole rows, or within a passage, by the tool that knows how to go on from there: `largest` finds how much
fits. Where even one row is too much, `squeezed` shortens the texts of it.
"""

from __future__ import annotations

import functools
import itertools
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from bluedoor_tools import BluedoorError

from .strangers import quoted
from .tokens import at_most
from .wording import in_tools

__all__ = ["Answer", "Structure", "largest", "notes_of", "refusal", "squeezed", "table", "tokens_of"]

Structure: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What a tool answers: `structure`, and whether it is an error; `text` where it is not the structure's own."""

    structure: Structure
    is_error: bool = False
    text: str | None = None

    @functools.cached_property
    def words(self) -> str:
        """The answer as text."""
        return in_words(self.structure) if self.text is None else self.text

    def within(self, budget: int) -> Answer:
        """The answer, shortened where it takes more; one that brings its own text has seen to that itself."""
        if self.text is not None or all(_takes(text, budget) for text in (self.words, _as_json(self.structure))):
            return self
        return replace(self, structure=squeezed(self.structure, budget))


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Structure:
    """Rows under columns: the names once, not in every row."""
    return {"columns": list(columns), "rows": [list(row) for row in rows]}


def refusal(error: BluedoorError, **more: Any) -> Answer:
    """An error of the library as an answer: what happened, and the fix."""
    structure: Structure = {"error": _bounded(in_tools(error.message))}
    if error.hint:
        structure["fix"] = _bounded(in_tools(error.hint))
    return Answer({**structure, **more}, is_error=True)


def notes_of(card: Mapping[str, Any], own: Sequence[str]) -> list[str]:
    """The notes of the library's card in the words of the tools, without the backend's own, which its name says."""
    notes = [in_tools(note) for note in card["notes"] if note not in own]
    drift = card.get("drift") or {}
    if drift:
        said = ", ".join(f"{name}: {count}" for name, count in drift.items())
        notes.append(f"the API's answer was not as promised; what could not be read is null, or left out ({said})")
    return notes


def tokens_of(structure: Structure) -> int:
    """Tokens that a structure takes at most, as text or as structured content, whichever is more."""
    return max(_counted(_as_json(structure)), _counted(in_words(structure)))


_counted = functools.lru_cache(maxsize=16)(at_most)  # an answer that was found to fit is held against the budget again


def _fits(structure: Structure, budget: int) -> bool:
    """Whether a structure fits the budget, as text and as structured content."""
    return all(_takes(text, budget) for text in (_as_json(structure), in_words(structure)))


def _takes(text: str, budget: int) -> bool:
    """Whether a text takes no more than the budget; a token is at least a byte."""
    return len(text.encode()) <= budget or _counted(text) <= budget


def largest(build: Callable[[int], Structure], most: int, budget: int, *, least: int = 0) -> tuple[Structure, int]:
    """The largest of the structures `build(least)` to `build(most)` that fits the budget, and its number.

    `build(least)` is given even where it does not fit: then it is for `squeezed`.
    """
    structure = build(most)
    if most <= least or _fits(structure, budget):
        return structure, most
    # Of long text a thousandth is not worth another count.
    fits, too_large, step = least, most, max(1, (most - least) // 1000)
    kept = build(least)
    low, high = tokens_of(kept), tokens_of(structure)
    for turn in itertools.count():
        if too_large - fits <= step:
            break
        # Where tokens grow evenly, their number tells the place; where they do not, halves come to it for sure.
        part = 0.5 if turn % 3 == 2 else (budget - low) / max(1, high - low)
        middle = fits + int((too_large - fits) * part)
        middle = min(max(middle, fits + step), too_large - step)
        structure = build(middle)
        tokens = tokens_of(structure)
        if tokens <= budget:
            fits, kept, low = middle, structure, tokens
        else:
            too_large, high = middle, tokens
    return kept, fits


# Bytes of a text, and entries of a list or dictionary, that are left: no token is less than a byte.
_STEPS = ((2000, 60), (1000, 40), (500, 20), (200, 12), (80, 8), (40, 5), (16, 4))
_KEPT = {"next_cursor", "rest", "error"}  # what is of no use unless it is whole, or bounded by itself
_ID = re.compile("[0-9A-Za-z_-]{1,45}")


def squeezed(structure: Structure, budget: int) -> Structure:
    """The structure, or the same with its longest texts and lists shortened until it fits the budget."""
    made = structure
    for longest, most in _STEPS:
        if _fits(made, budget):
            break
        made = {name: entry if name in _KEPT else _shortened(entry, longest, most) for name, entry in structure.items()}
        whole = "; get_job(job_id=…, sections=['raw']) pages through all" if {"job_id", "jobs"} & set(structure) else ""
        made["shortened"] = f"what ends in … was shortened to fit{whole}"
    return made


def _shortened(value: Any, longest: int, most: int) -> Any:
    match value:
        case str():
            if len(value.encode()) <= longest or _ID.fullmatch(value):
                return value
            return value.encode()[: longest - 3].decode(errors="ignore") + "…"
        case {"columns": list(columns), "rows": list(rows)}:
            return {"columns": columns, "rows": [[_shortened(cell, longest, most) for cell in row] for row in rows]}
        case Mapping():
            kept = {name: _shortened(value[name], longest, most) for name in list(value)[:most]}
            return kept if len(value) <= most else {**kept, "…": f"{len(value) - most} more"}
        case list():
            kept_ = [_shortened(entry, longest, most) for entry in value[:most]]
            return kept_ if len(value) <= most else [*kept_, f"… {len(value) - most} more"]
        case _:
            return value


def in_words(structure: Structure) -> str:
    """A structure as text: every entry of it, in its order."""
    return "\n".join(_entry(name, value) for name, value in structure.items())


def _entry(name: str, value: Any) -> str:
    match value:
        case {"columns": list(columns), "rows": list(rows)}:
            lines = ["|".join(map(str, columns)), *("|".join(map(_cell, row)) for row in rows)]
            return "\n".join([f"{name}:", *lines])
        case {"untrusted_text": str(text), **more}:
            said = "".join(f" {key}={_inline(entry)}" for key, entry in more.items())
            return f"{name}:{said}\n{quoted(text)}"
        case Mapping() if any(_is_block(entry) for entry in value.values()):
            return "\n".join(_entry(f"{name}.{key}", entry) for key, entry in value.items())
        case list() if value and all(isinstance(entry, str) for entry in value) and len(value) > 1:
            return "\n".join([f"{name}:", *(f"- {_inline(entry)}" for entry in value)])
        case _:
            return f"{name}: {_inline(value)}"


def _is_block(value: Any) -> bool:
    return isinstance(value, Mapping) and ("untrusted_text" in value or "rows" in value)


def _cell(value: Any) -> str:
    return "" if value is None else _inline(value).replace("|", "¦")


# Nothing that strangers wrote passes for a line, a cell or an entry of its own.
_LINE_END = re.compile("[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


def _inline(value: Any, between: tuple[str, ...] = ()) -> str:
    match value:
        case str():
            line = _LINE_END.sub(r"\\n", value)
            return _as_json(line) if any(mark in line for mark in between) else line
        case Mapping():
            return "; ".join(f"{_inline(name)}={_inline(entry, ('; ',))}" for name, entry in value.items())
        case list():
            return ", ".join(_inline(entry, ("; ", ", ")) for entry in value)
        case _:
            return _as_json(value)


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


_LONGEST = 1500  # characters of an error: what it repeats of the caller's is bounded, but lists of values are long
_MOST_TOKENS = 450  # of an error, and of its fix: both fit the smallest budget


def _bounded(text: str) -> str:
    text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    while at_most(text) > _MOST_TOKENS:
        text = f"{text[: len(text) * 4 // 5]}…"
    return text
