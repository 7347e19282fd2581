"""Days, weeks, months and quarters, as whole numbers that follow each other without a gap."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["ALSO", "PERIODS", "name_of", "numbers_of", "starts_of"]

PERIODS = {"D": "day", "W": "week", "M": "month", "Q": "quarter"}
ALSO = {"MS": "M", "ME": "M", "QS": "Q", "QE": "Q", "W-SUN": "W"}  # as pandas writes them
_MONDAY = 3  # days from Monday to the Thursday that time is counted from


def numbers_of(days: np.ndarray[Any, Any], freq: str) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The number of the period that each day is in."""
    if freq == "D":
        return days.astype(np.int64)
    if freq == "W":
        return np.asarray((days.astype(np.int64) + _MONDAY) // 7)
    months = days.astype("datetime64[M]").astype(np.int64)
    return months if freq == "M" else np.asarray(months // 3)


def starts_of(numbers: np.ndarray[Any, Any], freq: str) -> np.ndarray[Any, Any]:
    """The first day of periods."""
    if freq == "D":
        return numbers.astype("datetime64[D]")
    if freq == "W":
        return np.asarray((numbers * 7 - _MONDAY).astype("datetime64[D]"))
    return np.asarray((numbers * (1 if freq == "M" else 3)).astype("datetime64[M]").astype("datetime64[D]"))


def name_of(start: Any, freq: str) -> str:
    """A period's name below the axis."""
    day = str(start)
    if freq == "M":
        return day[:-3]
    return f"{day[:4]} Q{(int(day[-5:-3]) + 2) // 3}" if freq == "Q" else day
