"""How many tokens a text is at most, for o200k and cl100k alike, without a tokeniser.

A tokeniser cuts a text into pieces (words, numbers, punctuation), and joins the bytes of each piece, pair by pair, in
the order of its vocabulary. Here the cutting is done exactly, and the joining is broken off after the vocabulary's
first entries: every join that is left out would have made the count smaller, so the count is never too small. Frequent
words that are one token in both vocabularies are looked up. Both tables come from `tests/make_token_tables.py`.
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
import zlib
from pathlib import Path

__all__ = ["at_most"]

_BETWEEN = "\xff"  # a byte that stands in no token but its own
TABLES = Path(__file__).with_name("token_tables.zlib")
# Joining takes quadratic time, so of a longer piece the bytes are counted.
_LONGEST_JOINED = 300
_LONGEST_KEPT = 40
_MOST_KEPT = 100_000

# The tokenisers cut by Unicode categories, which `re` does not know. So each character beyond ASCII is first replaced
# by one that stands for its kind, and the expressions name those: A upper case, a lower case, ª other letters,
# \u0300 marks, 0 numbers, a tab white space, ! all else.
_UNASSIGNED = "\uffff"
_KINDS = {"Lu": "A", "Lt": "A", "Ll": "a", "Lm": "ª", "Lo": "ª", "Mn": "\u0300", "Mc": "\u0300", "Me": "\u0300"}
_KINDS |= {"Nd": "0", "Nl": "0", "No": "0", "Cn": _UNASSIGNED, "Cs": _UNASSIGNED}
_BEFORE = "[^\r\nA-Za-zª0-9]?"
_O200K = (
    f"(?:{_BEFORE}[A-Zª\u0300]*[a-zª\u0300]+|{_BEFORE}[A-Zª\u0300]+[a-zª\u0300]*)(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[0-9]{1,3}| ?[^\sA-Za-zª0-9]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_CL100K = (
    rf"'(?i:[sdmt]|ll|ve|re)|{_BEFORE}[A-Za-zª]+"
    r"|[0-9]{1,3}| ?[^\sA-Za-zª0-9]+[\r\n]*|\s+\Z|\s*[\r\n]|\s+(?!\S)|\s"
)
# Both tokenisers cut here, whatever stands elsewhere.
_SURE_CUT = re.compile(r"(?<=[A-Za-z])(?= [A-Za-z])")


def at_most(text: str) -> int:
    """The tokens of a text, at most: never fewer than o200k and cl100k count, on English some tenth more.

    >>> at_most("Data engineer (m/f/d)")
    7
    """
    if text.isascii():
        return _counted(text, text)
    kinds = text.translate(_kind_of_character())
    if _UNASSIGNED not in kinds:
        return _counted(text, kinds)
    # Characters newer than our Unicode: how a tokeniser cuts around them is not known, but no token is under a byte.
    total = start = 0
    for end in [*(cut.start() for cut in _SURE_CUT.finditer(text)), len(text)]:
        part, part_kinds = text[start:end], kinds[start:end]
        total += len(_as_bytes(part)) if _UNASSIGNED in part_kinds else _counted(part, part_kinds)
        start = end
    return total


def _counted(text: str, kinds: str) -> int:
    """The larger count of the two vocabularies."""
    return max(sum(map(vocabulary.__getitem__, vocabulary.pieces(text, kinds))) for vocabulary in _vocabularies())


def _as_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


class _Kinds(dict[int, str]):
    """The stand-ins of characters, for `str.translate`."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if char == "ſ":  # the long s ends a contraction as s does
            kind = "s"
        elif char.isspace() and not "\x1c" <= char <= "\x1f":
            kind = "\t"
        else:
            kind = _KINDS.get(unicodedata.category(char), "!")
        if len(self) < _MOST_KEPT:
            self[code] = kind
        return kind


@functools.cache
def _kind_of_character() -> _Kinds:
    return _Kinds({code: chr(code) for code in range(128)})


class _Vocabulary(dict[str, int]):
    """The tokens that a piece has at most in one vocabulary, by piece."""

    def __init__(self, cuts: str, first: str, words: frozenset[str]) -> None:
        super().__init__()
        self._cuts = re.compile(cuts, re.ASCII)
        self._order = dict(zip(first.split(_BETWEEN), itertools.count(), strict=False))
        self._words = words

    def pieces(self, text: str, kinds: str) -> list[str]:
        """The text cut up, by the kinds of its characters."""
        if kinds is text:
            return self._cuts.findall(text)
        ends = list(itertools.accumulate(map(len, self._cuts.findall(kinds))))
        return [text[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)]

    def __missing__(self, piece: str) -> int:
        count = 1 if piece in self._words else self._joined(_as_bytes(piece).decode("latin-1"))
        if len(piece) <= _LONGEST_KEPT and len(self) < _MOST_KEPT:
            self[piece] = count
        return count

    def _joined(self, piece: str) -> int:
        """The parts left of a piece (a character stands for a byte) when nothing more can be joined."""
        order, never = self._order, len(self._order)
        if piece in order:
            return 1
        if len(piece) > _LONGEST_JOINED:
            return len(piece)
        parts = list(piece)
        places = [order.get(left + right, never) for left, right in itertools.pairwise(parts)]
        while places and (place := min(places)) < never:
            at = places.index(place)
            parts[at : at + 2] = [parts[at] + parts[at + 1]]
            del places[at]
            if at:
                places[at - 1] = order.get(parts[at - 1] + parts[at], never)
            if at < len(places):
                places[at] = order.get(parts[at] + parts[at + 1], never)
        return len(parts)


@functools.cache
def _vocabularies() -> tuple[_Vocabulary, _Vocabulary]:
    """Both vocabularies, read on first use."""
    o200k, cl100k, words = zlib.decompress(TABLES.read_bytes()).decode("latin-1").split(_BETWEEN * 2)
    known = frozenset(words.split(_BETWEEN))
    return _Vocabulary(_O200K, o200k, known), _Vocabulary(_CL100K, cl100k, known)
