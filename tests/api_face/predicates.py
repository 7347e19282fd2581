"""The filters, one naive predicate each, from the contract's table "What the filters mean"."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

__all__ = ["NEVER", "Predicate", "Row", "event_tests", "job_tests", "parse_instant", "tokens"]

#: Stands for a time that is missing; sorts before every real one.
NEVER = datetime.min.replace(tzinfo=UTC)

_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?")
_WORD = re.compile(r"\w+")

_SUBSTRING = {"title": "title", "location": "location_text", "location_text": "location_text"}
_WHOLE = (
    "department",
    "city",
    "region",
    "country",
    "provider",
    "workplace_type",
    "employment_type",
    "status",
)
_TIMES = {
    "posted": "source_posted_at",
    "updated": "source_updated_at",
    "changed": "last_changed_at",
    "first_seen": "first_seen_at",
    "observed": "observed_at",
}


def parse_instant(text: object) -> datetime | None:
    """An ISO date or date-time; UTC where no zone is written; None for anything else."""
    if not isinstance(text, str) or not _INSTANT.fullmatch(text):
        return None
    try:
        instant = datetime.fromisoformat(text)
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def tokens(*texts: object) -> frozenset[str]:
    """The words of the texts that are texts."""
    return frozenset(word for text in texts if isinstance(text, str) for word in _WORD.findall(text.casefold()))


class Row:
    """A raw record with what was parsed from it, parsed when first asked for."""

    __slots__ = ("_instants", "_words", "record")

    def __init__(self, record: dict[str, Any]) -> None:
        self.record = record
        self._instants: dict[str, datetime | None] = {}
        self._words: frozenset[str] | None = None

    def instant(self, field: str) -> datetime | None:
        """The time in `field`, or None where it is missing or not a time."""
        if field not in self._instants:
            self._instants[field] = parse_instant(self.record.get(field))
        return self._instants[field]

    @property
    def words(self) -> frozenset[str]:
        """Every word `q` looks among."""
        if self._words is None:
            record = self.record
            self._words = tokens(record.get("title"), record.get("normalized_title"), record.get("department"))
        return self._words


Predicate = Callable[[Row], bool]


def job_tests(filters: Mapping[str, Any]) -> list[Predicate]:
    """One predicate for each job filter; a job matches when all hold."""
    return [_job_test(name, value) for name, value in filters.items()]


def event_tests(filters: Mapping[str, Any]) -> list[Predicate]:
    """One predicate for each event filter."""
    return [_event_test(name, value) for name, value in filters.items()]


def _job_test(name: str, value: Any) -> Predicate:
    if name == "q":
        wanted = tokens(value)
        return lambda row: wanted <= row.words
    if name in _SUBSTRING:
        return _contains(_SUBSTRING[name], value)
    if name in _WHOLE:
        return _equals(name, value)
    if name.endswith(("_after", "_before")):
        return _in_time(name, value)
    if name == "active":
        return lambda row: row.record.get("active") is value
    if name in ("org_ids", "source_ids"):
        return _one_of(name.removesuffix("s"), value)
    if name == "salary_exists":
        return lambda row: _salary_exists(row.record) is value
    if name == "salary_min":
        return lambda row: (top := _top_salary(row.record)) is not None and top >= value
    if name == "salary_max":
        return lambda row: (low := _number(row.record.get("salary_min"))) is not None and low <= value
    raise KeyError(name)


def _event_test(name: str, value: Any) -> Predicate:
    if name == "provider":
        return _equals(name, value)
    if name.endswith(("_after", "_before")):
        return _in_time(name, value)
    if name in ("event_types", "job_ids", "org_ids", "source_ids"):
        return _one_of(name.removesuffix("s"), value)
    raise KeyError(name)


def _contains(field: str, value: str) -> Predicate:
    needle = value.casefold()

    def test(row: Row) -> bool:
        text = row.record.get(field)
        return isinstance(text, str) and needle in text.casefold()

    return test


def _equals(field: str, value: str) -> Predicate:
    wanted = value.casefold()

    def test(row: Row) -> bool:
        text = row.record.get(field)
        return isinstance(text, str) and text.casefold() == wanted

    return test


def _one_of(field: str, values: list[str]) -> Predicate:
    wanted = set(values)

    def test(row: Row) -> bool:
        text = row.record.get(field)
        return isinstance(text, str) and text in wanted

    return test


def _in_time(name: str, edge: datetime) -> Predicate:
    stem, _, side = name.rpartition("_")
    field = _TIMES[stem]
    if side == "after":
        return lambda row: (instant := row.instant(field)) is not None and instant >= edge
    return lambda row: (instant := row.instant(field)) is not None and instant < edge


def _number(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _top_salary(record: dict[str, Any]) -> float | None:
    top = record.get("salary_max")
    return _number(record.get("salary_min") if top is None else top)


def _salary_exists(record: dict[str, Any]) -> bool:
    return record.get("salary_min") is not None or record.get("salary_max") is not None
