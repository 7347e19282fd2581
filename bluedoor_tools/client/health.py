"""The check-up: what is connected to, whether it answers, and where the API differs from what is known of it."""

from __future__ import annotations

import platform
from importlib.metadata import version

import pandas as pd

from .. import contract
from ..backends.base import Request
from ..errors import BluedoorError
from ..frames import typed
from ..inert import one_line
from .answering import Answering
from .statistics import hours_of

__all__ = ["HealthFunctions"]


class HealthFunctions(Answering):
    """The check-up."""

    def doctor(self) -> pd.DataFrame:
        """Check the connection, and hold the API's published specification against what this library knows of it.

        Costs two requests, none on a local backend. No trouble with the API raises: what could not be asked is a row
        that says so.

        Returns
        -------
        DataFrame
            one row a check: ``check`` (str), ``outcome`` (str) and ``detail`` (str). Outcomes: "ok"; "differs" (the API
            has something new, missing or renamed: `contract` and its own specification disagree); "unknown" (nothing
            can be said); "failed". A parameter that is only assumed, and has an obvious other name in the
            specification, is sent under that name, and the row says so. No key is ever shown.

        Examples
        --------
        >>> import bluedoor_tools as bd
        >>> bd.connect("sample").doctor().set_index("check").outcome["reachable"]
        'ok'
        """
        key = "a key is sent" if self.backend.sends_key else "none is sent: reading works without, with lower limits"
        rows = [
            ("backend", "ok", self.backend.label),
            ("key", "ok", key),
            ("versions", "ok", _versions()),
            *self._reachable(),
            *self._specification(),
        ]
        frame = typed(
            {
                name: ("text", [one_line(row[place]) for row in rows])
                for place, name in enumerate(("check", "outcome", "detail"))
            }
        )
        wrong = sum(outcome in {"failed", "differs"} for _, outcome, _ in rows)
        return self._with_card(
            frame,
            kind="checks",
            complete=all(outcome != "failed" for _, outcome, _ in rows),
            reason="all is as known" if not wrong else f"{wrong} checks ask for attention",
            pages=0 if self.backend.local else 2,
            request=Request("GET", contract.endpoint("openapi").path),
            call={"function": "doctor", "first": None, "arguments": {}},
        )

    def _reachable(self) -> list[tuple[str, str, str]]:
        try:
            figures = self.backend.stats()
        except BluedoorError as error:
            return [("reachable", "failed", f"{type(error).__name__}: {error}")]
        lag = figures.get("public_jobs_snapshot_lag_seconds")
        hours = hours_of(lag)
        told = ("unknown", "not told") if hours is None else ("ok", f"{hours} behind the events")
        return [("reachable", "ok", "it answers"), ("snapshot lag", *told)]

    def _specification(self) -> list[tuple[str, str, str]]:
        try:
            specification = self.backend.specification()
        except BluedoorError as error:
            return [("specification", "failed", f"It could not be compared. {type(error).__name__}: {error}")]
        if specification is None:
            return [("specification", "unknown", "not asked: this backend is local")]
        named = " ".join(part for part in (specification.title, specification.version) if part) or "without a title"
        silent = specification.not_described()
        return [
            ("specification", "ok", f"read: {named}"),
            *(
                (f"{entry.kind} {entry.of}", "differs", f"{entry.name} of {entry.where}: {entry.says}")
                for entry in specification.differences()
            ),
            *(("not described", "unknown", f"{name}: the specification does not say") for name in silent),
        ]


def _versions() -> str:
    named = (f"{name} {version(name)}" for name in ("bluedoor-tools", "pandas", "httpx"))
    return ", ".join([*named, f"Python {platform.python_version()}"])
