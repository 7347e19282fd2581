"""Text and tables as Markdown that GitHub and the site show alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

__all__ = ["cell", "code", "table"]

# Names of the API within a sentence: `name=value`, names joined by bars, words joined by an underscore.
_NAMES = re.compile(r"(?<![\w*])(?:[a-z]\w*=[\w…]+|[a-z_]+(?:\|[a-z_]+)+|[a-z]+(?:_[a-z0-9]+)+(?:_\*)?)(?!\w)")
_SPECIAL = re.compile(r"([\\*_<>\[\]#])")


def code(text: str) -> str:
    """A piece of code, also one that holds a backtick or a bar."""
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}".replace("|", r"\|")


def cell(text: str) -> str:
    r"""A sentence as the cell of a table: the API's names as code, everything else literal.

    >>> cell("`limit` of first_seen_* | 2 < 3 * 4")
    '`limit` of `first_seen_*` \\| 2 \\< 3 \\* 4'
    """
    parts = re.split(r"(`[^`]+`)", text)
    return "".join(part if part.startswith("`") else _sentence(part) for part in parts).replace("|", r"\|")


def _sentence(text: str) -> str:
    done, shown = 0, ""
    for found in _NAMES.finditer(text):
        shown += _SPECIAL.sub(r"\\\1", text[done : found.start()]) + f"`{found[0]}`"
        done = found.end()
    return shown + _SPECIAL.sub(r"\\\1", text[done:])


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose cells are Markdown already.

    >>> print(table(["a", "b"], [["1", "2"]]))
    | a | b |
    | --- | --- |
    | 1 | 2 |
    """
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
