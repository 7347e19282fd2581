"""Frames as rows of plain values for a model: what is missing is null, text is cleaned and of one line."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .strangers import cleaned, cleaned_value, one_line

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["pay_of", "plain", "rows_of", "short"]

# Text of the API's own, in which nothing is a contact: ids hold long runs of digits.
_OWN = ("_id", "_key", "_hash")
_LONGEST = 400  # characters of a cell


def rows_of(
    frame: pd.DataFrame,
    columns: Sequence[str],
    *,
    contacts: bool = False,
    days: bool = False,
    whole: Sequence[str] = (),
    longest: int = _LONGEST,
) -> list[list[Any]]:
    """The rows of a frame, of these columns; `pay` is made of the four columns of the salary.

    With `days` instants are given to the day, in ISO 8601's basic form: half the tokens of the extended one.

    A cell of more than `longest` characters is cut and says so, except an address, which is of use only if whole; text
    of the columns `whole` keeps its lines, too.
    """
    if frame.attrs:
        frame = frame.copy(deep=False)
        frame.attrs = {}
    made = {
        name: _pay_column(frame) if name == "pay" else _column(frame, name, contacts, days, name in whole)
        for name in columns
    }
    uncut = {name for name in columns if name in whole or name.endswith("_url")}
    return [
        [value if name in uncut else short(value, longest) for name, value in zip(made, row, strict=True)]
        for row in zip(*made.values(), strict=True)
    ]


def short(value: Any, longest: int = _LONGEST) -> Any:
    """The value; of a longer text its beginning, and how long it is."""
    if isinstance(value, str) and len(value) > longest:
        return f"{value[:longest]}… ({len(value):,} characters)"
    return value


def _column(frame: pd.DataFrame, name: str, contacts: bool, days: bool, whole: bool) -> list[Any]:
    return [plain(value, contacts=contacts or name.endswith(_OWN), days=days, whole=whole) for value in frame[name]]


def plain(value: Any, *, contacts: bool = False, days: bool = False, whole: bool = False) -> Any:
    """A cell as JSON."""
    if isinstance(value, str) and value.startswith(("{", "[")):
        with suppress(ValueError, RecursionError):  # a record within the record, whose keys say what is a contact
            value = cleaned_value(json.loads(value), contacts=contacts)
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if isinstance(value, str):
        return cleaned(value, contacts=contacts) if whole else one_line(value, contacts=contacts)
    if value is None or str(value) in {"nan", "NaT", "<NA>"}:
        return None
    if hasattr(value, "isoformat"):
        return value.strftime("%Y%m%d" if days else "%Y-%m-%dT%H:%M:%SZ")
    if hasattr(value, "item"):  # a number of another library
        value = value.item()
    if isinstance(value, float):
        if not math.isfinite(value):
            return str(value)
        return int(value) if value.is_integer() else round(value, 4)
    return value


def _pay_column(frame: pd.DataFrame) -> list[str | None]:
    parts = (frame[name] for name in ("salary_min", "salary_max", "salary_currency", "salary_period"))
    return [pay_of(*map(plain, row)) for row in zip(*parts, strict=True)]


def pay_of(low: Any, high: Any, currency: Any, period: Any) -> str | None:
    """The salary in one cell: 53800-75500 MXN/month."""
    if low is None and high is None:
        return None
    amount = (
        f"{low}-{high}"
        if None not in {low, high} and low != high
        else f"from {low}"
        if high is None
        else (f"up to {high}" if low is None else f"{low}")
    )
    return amount + (f" {currency}" if currency else "") + (f"/{period}" if period else "")
