"""The figures of the whole collection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from .. import contract
from ..backends.base import Request
from ..inert import one_line
from .answering import Answering

__all__ = ["StatisticsFunctions", "hours_of"]


class StatisticsFunctions(Answering):
    """The figures of the whole collection."""

    def stats(self) -> pd.Series:
        """Counts and lags of the whole collection: one figure a row; one request.

        Returns
        -------
        Series
            the figures by the API's own names, nested names joined by dots. ``bd.card(…)`` says what each means and
            how that is known; ``public_jobs_snapshot_lag_seconds`` is how far `status` and `active` lag the events.
            dtype int64 where every figure is whole

        Raises
        ------
        CouldNotAskError, NotAuthorizedError, UnexpectedAnswerError
            The backend gave no answer, or none that can be used.

        Examples
        --------
        >>> import bluedoor_tools as bd
        >>> int(bd.connect("sample").stats()["total_jobs"])
        3000
        """
        figures = _flat(self.backend.stats())
        known = {entry.name: entry for entry in contract.STATS_FIELDS}
        said = []
        for name, value in figures.items():
            entry = known.get(name)
            if entry is None:
                said.append(one_line(f"{name}: not in the contract; what it counts is not known"))
                continue
            hours = f" ({hours_of(value)})" if name.endswith("_seconds") and hours_of(value) else ""
            more = f"; {entry.misleads}" if entry.misleads else ""
            said.append(f"{name}{hours}: {entry.meaning} ({entry.known}){more}")
        series = pd.Series(list(figures.values()), index=pd.Index(figures, dtype="str"), name="stats")
        missing = [name for name in known if name not in figures]
        if missing:
            said.append(f"not in the answer: {', '.join(missing)}")
        self._with_card(
            series,
            kind="stats",
            complete=True,
            reason="every figure of the answer",
            request=Request("GET", contract.endpoint("stats").path),
            call={"function": "stats", "first": None, "arguments": {}},
            notes=said,
        )
        return series


def hours_of(seconds: object) -> str | None:
    """Seconds as hours, to be read; None of what is no number of seconds."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not abs(seconds) < 1e12:
        return None
    return f"{seconds / 3600:.1f} h"


def _flat(figures: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested figures by names joined with dots; lists stay as they are."""
    flat: dict[str, Any] = {}
    for name, value in figures.items():
        if isinstance(value, Mapping) and value and len(prefix) < 200:
            found = _flat(value, f"{prefix}{name}.")
        else:
            found = {f"{prefix}{name}": value}
        for known, figure in found.items():
            flat[known if known not in flat else f"{known} (again)"] = figure
    return flat
