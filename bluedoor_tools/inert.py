"""Text to be read. Foreign text is made inert: nothing of it drives a terminal, reorders what is read, or passes for a
line of its own.

`one_line` is for what is said in one line, and drops what does not print. `visible` and `visible_line` are for pages,
which show a record whole: there it is written out.
"""

from __future__ import annotations

import json
import re
import unicodedata

__all__ = ["counted", "one_line", "visible", "visible_line", "without_key"]

_JOINERS = "\u200c\u200d"  # hold Persian words and emoji together; they print nothing
# As bluedoor writes keys, and as a header carries one.
_KEY = re.compile(r"jobs_(?:live|test)_[\w-]+|(?<=bearer )[\w.=+-]{8,}", re.IGNORECASE)
# Controls other than newline and tab drive a terminal; bidi embeddings, overrides and isolates reorder what is read;
# line and paragraph separators end a line for some programs only; lone surrogates cannot be written as UTF-8; tags are
# a whole alphabet that nobody sees, and machines read.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\U000e0000-\U000e007f]"
)


def one_line(text: str) -> str:
    r"""Text as one printable line: controls are blanks, invisible characters (bidi controls, too) are dropped.

    >>> one_line("\x1b[31mred\nline\u202e")
    ' [31mred line'
    """
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or char in _JOINERS else "" if unicodedata.category(char) == "Cf" else " "
        for char in text
    )


def without_key(text: str) -> str:
    """Text in which nothing that looks like an API key stands: one that was typed in the wrong place is not repeated.

    >>> without_key("unknown: 'jobs_live_0123'")
    "unknown: '[key]'"
    """
    return _KEY.sub("[key]", text)


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun.

    >>> counted(1, "posting"), counted(2000, "posting")
    ('1 posting', '2,000 postings')
    """
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def visible(text: str) -> str:
    r"""Text that cannot drive a terminal, reorder itself or fail to encode: hidden characters as ``\uXXXX``.

    Newlines and tabs stay; a Windows line end becomes a newline. JSON stays the same JSON.

    >>> visible("\x1b[31mred\u202e")
    '\\u001b[31mred\\u202e'
    """
    return _HIDDEN.sub(lambda found: _escaped(found[0]), text.replace("\r\n", "\n"))


def _escaped(char: str) -> str:
    """A character as JSON escapes it."""
    return json.dumps(char)[1:-1] if char > "\uffff" else f"\\u{ord(char):04x}"


def visible_line(text: str) -> str:
    """The visible text with every run of white space as one space."""
    return " ".join(visible(text).split())
