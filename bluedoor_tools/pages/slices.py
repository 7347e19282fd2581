"""Where a page leads: its related slices, each with the call that opens it, as data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .. import contract, query
from .values import is_word, word

__all__ = ["Call", "Slice", "job_slices", "org_slices", "source_slices"]

_BREAKDOWNS = "Role, location, ATS, and work model facets for this company."


@dataclass(frozen=True, slots=True)
class Call:
    """What a client does to open a slice; as text, it is the Python of that.

    Attributes
    ----------
    function : str
        A function of a client.
    arguments : tuple
        What it is given by position.
    filters : dict
        What it is given by name.
    then : str
        The method of its answer that gives the slice; empty where the answer is the slice.

    Examples
    --------
    >>> print(Call("search_jobs", (), {"city": "Oslo"}), Call("get_org", ("72fe",), {}, then="breakdowns"))
    search_jobs(city='Oslo') get_org('72fe').breakdowns()
    """

    function: str
    arguments: tuple[Any, ...] = ()
    filters: dict[str, Any] = field(default_factory=dict, hash=False)
    then: str = ""

    def __str__(self) -> str:
        given = [*map(repr, self.arguments), *(f"{name}={value!r}" for name, value in self.filters.items())]
        return f"{self.function}({', '.join(given)})" + (f".{self.then}()" if self.then else "")


@dataclass(frozen=True, slots=True)
class Slice:
    """A collection around a record: its name, what it contains, and the call (or the address) that opens it.

    What is shown (`opens`) is written from what is done (`target`), so that the two cannot differ.
    """

    page: str
    contains: str
    target: Call | str

    @property
    def opens(self) -> str:
        """The call as Python, or the address of a page elsewhere."""
        return str(self.target)

    @property
    def call(self) -> Call | None:
        """The call; None where the slice is a page elsewhere."""
        return self.target if isinstance(self.target, Call) else None


def job_slices(record: Mapping[str, Any], company: str) -> tuple[Slice, ...]:
    """The nine slices of bluedoor's own page of a posting, without those that cannot be opened.

    "ATS provider jobs" and "Provider filtered search" are two addresses of one collection there, and one call here.
    """

    def jobs_of(name: str) -> Call | None:
        value = record.get(name)
        return _jobs(**{name: value}) if is_word(value) else None  # a search takes lists, which a field has by drift

    addresses = (record.get(name) for name in ("source_url", "apply_url"))
    return _that_open(
        ("Company jobs", f"Active postings from {company}.", _jobs(org_ids=[record.get("org_id")])),
        ("Company breakdowns", _BREAKDOWNS, _one("get_org", "org_ids", record.get("org_id"), then="breakdowns")),
        ("ATS provider jobs", f"Active postings observed through {word(record, 'provider')}.", jobs_of("provider")),
        ("Provider filtered search", "The same provider as a filtered job collection.", jobs_of("provider")),
        ("City jobs", f"Active postings in {word(record, 'city')}.", jobs_of("city")),
        ("Department jobs", f"Active postings in {word(record, 'department')}.", jobs_of("department")),
        ("Work model jobs", f"Active {word(record, 'workplace_type')} postings.", jobs_of("workplace_type")),
        ("Lifecycle events", "Open, update, close, and reopen events for this posting.",
         _one("job_events", "job_ids", record.get("job_id"))),
        ("Original posting", "Canonical source or apply URL captured from the ATS.",
         next(filter(is_word, addresses), None)),
    )  # fmt: skip


def org_slices(record: Mapping[str, Any], company: str) -> tuple[Slice, ...]:
    """The slices of an organisation's page; none where its id cannot be asked for."""
    org_id = record.get("org_id")
    return _that_open(
        ("Company jobs", f"Active postings from {company}.", _jobs(org_ids=[org_id])),
        ("Company breakdowns", _BREAKDOWNS, _one("get_org", "org_ids", org_id, then="breakdowns")),
        ("Boards", "Crawled boards that this company's postings come from.",
         _one("get_org", "org_ids", org_id, then="sources")),
        ("Lifecycle events", "Open, update, close, and reopen events of this company's postings.",
         _events(org_ids=[org_id])),
    )  # fmt: skip


def source_slices(record: Mapping[str, Any]) -> tuple[Slice, ...]:
    """The slices of a crawled board's page, without those whose id cannot be asked for."""
    source_id = record.get("source_id")
    return _that_open(
        ("Board jobs", "Every posting of this board.", _one("source_jobs", "source_ids", source_id)),
        ("Company", "The organisation whose board this is.", _one("get_org", "org_ids", record.get("org_id"))),
        ("Lifecycle events", "Open, update, close, and reopen events of this board's postings.",
         _events(source_ids=[source_id])),
    )  # fmt: skip


def _that_open(*rows: tuple[str, str, Call | str | None]) -> tuple[Slice, ...]:
    return tuple(Slice(page, contains, target) for page, contains, target in rows if target is not None)


def _jobs(**filters: Any) -> Call | None:
    return Call("search_jobs", (), filters) if _accepted(filters, contract.PARAMETERS) else None


def _events(**filters: Any) -> Call | None:
    return Call("search_events", (), filters) if _accepted(filters, contract.EVENT_PARAMETERS) else None


def _one(function: str, ids: str, identifier: Any, then: str = "") -> Call | None:
    """The call of a function that takes one id; `ids` is the filter that checks such ids."""
    parameters = contract.EVENT_PARAMETERS if ids == "job_ids" else contract.PARAMETERS
    is_id = is_word(identifier) and _accepted({ids: [identifier]}, parameters)
    return Call(function, (identifier,), {}, then) if is_id else None


def _accepted(filters: Mapping[str, Any], parameters: Mapping[str, contract.Parameter]) -> bool:
    """Whether a client would take these filters."""
    try:
        query.Query.of(dt.datetime.now(dt.UTC), filters, parameters)
    except ValueError:  # an InvalidRequestError is one, and so is what a broken address in place of an id leads to
        return False
    return True
