"""Postings by the thousand, and what a naive reading of them answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from tests.api_face import FaceData
from tests.api_face.examples import job
from tests.api_face.predicates import NEVER, parse_instant

__all__ = ["NOW", "newest_first", "postings", "spread"]

#: When the clients of these tests believe it is: ages of postings do not depend on the day that a test runs.
NOW = dt.datetime(2026, 6, 6, 8, tzinfo=dt.UTC)


def spread(count: int, days: float = 200.0) -> list[str]:
    """Instants of so many postings over the days before now, more of them new than old; each comes two or three times.

    Some have milliseconds, as on the live API.
    """
    told = []
    for number in range(count):
        age = dt.timedelta(days=days * (number // 5 * 2 / count) ** 2 * 6.25)
        moment = NOW - age
        told.append(moment.strftime("%Y-%m-%dT%H:%M:%S") + (".396Z" if number % 5 > 2 else "Z"))
    return told


def postings(count: int, instants: Sequence[str | None] | None = None, **changes: Any) -> FaceData:
    """So many postings of three cities and three providers, of these instants, or spread over most of a year."""
    told = spread(count) if instants is None else instants
    jobs = []
    for number in range(count):
        some: dict[str, Any] = {
            "city": ("New York", "Dublin", "Paris")[number % 3],
            "provider": ("lever", "ashby", "greenhouse")[number % 7 % 3],
            "salary_min": 50_000.0 if number % 4 == 0 else None,
            "native_structured": {},
            "first_seen_at": told[number],
        }
        jobs.append(job(number, **(some | changes)))
    return FaceData.of(jobs, clock="2026-06-06T08:00:00Z")


def newest_first(data: FaceData, test: Callable[[dict[str, Any]], bool] = lambda _: True) -> list[str]:
    """The ids of the postings that pass: newest first, ties by id, descending; what has no instant last."""
    passing = (record for record in data.jobs if test(record))
    keyed = ((parse_instant(record["first_seen_at"]) or NEVER, str(record["job_id"])) for record in passing)
    return [name for _, name in sorted(keyed, reverse=True)]
