"""Text for a screen: lines, and a frame as a table to read, fitted to a terminal, or with every cell whole.

Postings are foreign text. Nothing of it may drive the terminal, and nothing of it may shift a column: widths are
counted in cells of the screen, controls become blanks, and a cell written from right to left ends with a mark that
keeps it from changing places with its neighbour.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import unicodedata
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import TYPE_CHECKING, Any

from ..arguments import instant_text
from ..inert import one_line, without_key

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["flowing_table", "say", "styled", "text_table"]

_GAP = "  "
_ELLIPSIS = "…"
_LEFT_TO_RIGHT = "\u200e"
_WHOLE = {"job_id", "org_id", "source_id", "board_id", "event_id"}  # of no use cut: they are there to be copied
_LEAST = {"title": 26, "location_text": 14, "value": 16}  # cells below which a column is left out
_LEAST_OTHER = 10
_ROOMY = {"title": 48}  # cells that a column may take before the others have what they need
_ROOMY_OTHER = 24
_NUMBERS, _MARKS = "iuf", "bM"  # kinds of dtypes: aligned to the right; as short as they can be
_KEYS = ("job_id", "org_id", "source_id")  # the first of these that a table has is what is copied out of it
_NARROW, _NARROW_OTHER = 50, 80  # cells of a screen on which that would leave no title, or nothing else to read
_FLOW = 28  # cells below which text that flows stands under its row


def text_table(frame: pd.DataFrame, width: int | None = None, *, bold: bool = False) -> tuple[str, list[str]]:
    """A frame as lines of text.

    Parameters
    ----------
    frame
        what to show
    width
        cells of the screen; None shows every column and every cell whole
    bold
        mark the head

    Returns
    -------
    tuple
        the text, and the names of the columns for which the screen has no room

    Examples
    --------
    >>> import pandas as pd
    >>> text, left_out = text_table(pd.DataFrame({"title": ["Baker", "Nurse"], "n": [3, 12]}))
    >>> text.splitlines(), left_out
    (['title   n', 'Baker   3', 'Nurse  12'], [])
    """
    fitted = width is not None
    cells = {str(name): _column(values, fitted) for name, values in frame.items()}
    natural = {name: max(map(_width, (name, *column))) for name, column in cells.items()}
    widths = natural if width is None else _fit(natural, _rigid(frame), width)
    right = {name for name in widths if frame[name].dtype.kind in _NUMBERS}
    lines = [_line({name: name for name in widths}, widths, right, fitted)]
    if bold:
        lines[0] = f"\x1b[1m{lines[0]}\x1b[0m"
    rows = zip(*(cells[name] for name in widths), strict=True)
    lines.extend(_line(dict(zip(widths, row, strict=True)), widths, right, fitted) for row in rows)
    return "".join(f"{line}\n" for line in lines), [name for name in natural if name not in widths]


def flowing_table(frame: pd.DataFrame, width: int, *, bold: bool = False) -> str:
    """A frame as lines of text, the last column whole: its words flow on below, beside the row or under it.

    Examples
    --------
    >>> import pandas as pd
    >>> checks = pd.DataFrame({"check": ["key"], "outcome": ["ok"], "detail": ["none is sent: reading works without"]})
    >>> print(flowing_table(checks, 44), end="")
    check  outcome  detail
    key    ok       none is sent: reading works
                    without
    """
    from wcwidth import wrap

    *names, flow = (str(name) for name in frame.columns)
    cells = {name: _column(frame[name], fitted=True) for name in names}
    texts = _column(frame[flow], fitted=False)
    widths = _fit({name: max(map(_width, (name, *column))) for name, column in cells.items()}, _rigid(frame), width)
    indent = sum(widths.values()) + len(_GAP) * len(widths)
    beside = width - indent >= min(_FLOW, max(map(_width, (flow, *texts))))
    right = {name for name in widths if frame[name].dtype.kind in _NUMBERS}
    room = width - indent if beside else max(width - len(_GAP), 1)
    lines = [_line({**{name: name for name in widths}, flow: flow if beside else ""}, {**widths, flow: room}, right)]
    if bold:
        lines[0] = f"\x1b[1m{lines[0]}\x1b[0m"
    for *row, text in zip(*(cells[name] for name in widths), texts, strict=True):
        flowing = wrap(text, room, break_on_hyphens=False) or [""]
        first = flowing.pop(0) if beside else ""
        lines.append(_line({**dict(zip(widths, row, strict=True)), flow: first}, {**widths, flow: room}, right))
        lines += [
            " " * (indent if beside else len(_GAP)) + _line({flow: part}, {flow: room}, set()) for part in flowing
        ]
    return "".join(f"{line}\n" for line in lines)


def styled(stream: Any) -> bool:
    """Whether a stream is a terminal that wants escapes: bold, dim."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return stream is not None and stream.isatty() and not plain


def say(text: str, prefix: str = "bluedoor: ") -> None:
    """Say one line on standard error; without the prefix, dim."""
    if sys.stderr is None:
        return
    line = without_key(one_line(f"{prefix}{text}"))
    with suppress(OSError), _above_bars():  # nobody listens
        sys.stderr.write(f"\x1b[2m{line}\x1b[0m\n" if not prefix and styled(sys.stderr) else f"{line}\n")


def _above_bars() -> AbstractContextManager[None]:
    """Where a bar is drawn, it makes room for the line."""
    if "tqdm" not in sys.modules:
        return nullcontext()
    from tqdm import tqdm

    room: AbstractContextManager[None] = tqdm.external_write_mode(file=sys.stderr)
    return room


def _fit(natural: Mapping[str, int], rigid: set[str], width: int) -> dict[str, int]:
    """Widths of the columns that fit, in the frame's order: each its least first, then the title, then the rest."""
    key = next((name for name in _KEYS if name in natural), None)
    narrow = _NARROW if "title" in natural or key == "source_id" else _NARROW_OTHER
    order = sorted(natural, key=lambda name: name != key) if width >= narrow else list(natural)
    widths: dict[str, int] = {}
    left = width
    for name in order:
        least = natural[name] if name in rigid else min(natural[name], _LEAST.get(name, _LEAST_OTHER))
        gap = len(_GAP) if widths else 0
        if name == "title":
            least = min(least, max(left - gap, 1))
        if not widths and least > width and name not in _WHOLE:
            least = width
        if least + gap <= left or not widths:
            widths[name] = least
            left -= least + gap
    for roomy in (True, False):
        for name in (name for name in order if name in widths):
            most = min(natural[name], _ROOMY.get(name, _ROOMY_OTHER)) if roomy else natural[name]
            more = max(0, min(left, most - widths[name]))
            widths[name] += more
            left -= more
    return {name: widths[name] for name in natural if name in widths}


def _rigid(frame: pd.DataFrame) -> set[str]:
    return {str(name) for name, values in frame.items() if name in _WHOLE or values.dtype.kind in _NUMBERS + _MARKS}


def _line(cells: Mapping[str, str], widths: Mapping[str, int], right: set[str], fitted: bool = True) -> str:
    parts = []
    for name, width in widths.items():
        text = _cut(cells[name], width) if fitted else cells[name]
        blanks = " " * (width - _width(text))
        if fitted and not text.isascii() and any(unicodedata.bidirectional(char) in {"R", "AL"} for char in text):
            text += _LEFT_TO_RIGHT
        parts.append(blanks + text if name in right else text + blanks)
    return _GAP.join(parts).rstrip(" ")


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    from wcwidth import width

    return int(width(text))


def _cut(text: str, width: int) -> str:
    if _width(text) <= width:
        return text
    from wcwidth import clip

    return str(clip(text, 0, width - 1)).rstrip(" ") + _ELLIPSIS


def _column(values: pd.Series, fitted: bool) -> list[str]:
    missing = values.isna().tolist()
    return ["-" if gone else _shown(value, fitted) for value, gone in zip(values.tolist(), missing, strict=True)]


def _shown(value: Any, fitted: bool) -> str:
    """A value for a screen, short; or whole."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return f"{value:,}" if fitted else str(value)
    if isinstance(value, float):
        if fitted:
            return f"{value:,.4f}" if abs(value) < 1 else f"{value:,.{0 if value.is_integer() else 2}f}"
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M") if fitted else instant_text(value)
    return one_line(str(value))
