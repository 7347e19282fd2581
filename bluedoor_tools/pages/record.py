"""What the page of a posting shows: computed once, as plain strings, for every way of printing it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote

from .. import contract
from ..errors import InvalidRequestError
from ..query import JobQuery
from .values import day, is_missing, json_text, number_text, shown

__all__ = ["RecordPage", "Slice", "record_page"]

_MASTHEAD = ("bluedoor data", "Job Postings API", "bluedoor.sh ↗")
_DESCRIPTION = "description_text"
_CODED = ("provider", "workplace_type", "remote_policy")
_NONE = "-"


class Slice(NamedTuple):
    """A collection around the posting: its name, what it contains, and the call (or the address) that opens it."""

    page: str
    contains: str
    opens: str


@dataclass(frozen=True, slots=True)
class RecordPage:
    """A posting's page as plain strings, in the order in which it is read; nothing is escaped yet.

    Attributes
    ----------
    title, company : str
        As in the facts; where missing, ``Untitled posting`` and the ``org_id`` (or ``-``).
    masthead, breadcrumb, heading : tuple of str
        The line above the page, the way to it, and the line under its title.
    notices : tuple of str
        What the caller wants read first.
    facts, linked : tuple of (label, value)
        Job facts (a missing value is ``-``) and the records that this one points to.
    slices : tuple of Slice
        Related collections.
    description : str or None
        The posting's text; None where the record carries none, and then `description_note` says how to get it.
    language : str or None
        Language of the description as bluedoor inferred it, such as ``en``.
    record : tuple of (label, value)
        Every field of the contract but the description, in its order, then every field that the contract does not know
        under its own name.
    requests_note : str
        what the requests are: they give this page again, or are those for a posting that the API has
    requests : tuple of str
        The addresses to GET for what is on the page.
    """

    title: str
    company: str
    masthead: tuple[str, ...]
    breadcrumb: tuple[str, ...]
    heading: tuple[str, ...]
    notices: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    slices: tuple[Slice, ...]
    linked: tuple[tuple[str, str], ...]
    description: str | None
    description_note: str
    language: str | None
    record: tuple[tuple[str, str], ...]
    requests: tuple[str, ...]
    requests_note: str


def record_page(
    record: Mapping[str, Any],
    *,
    company: str | None,
    api_url: str,
    notices: Sequence[str] = (),
    rendered_from: str | None = None,
) -> RecordPage:
    """Lay out one posting as a page; asks nothing of any server, and no record makes it fail.

    The page says what the record says: `status` is that of the job snapshot, which lags (see `contract.JOB_FIELDS`).
    In a pair of facts such as "Department / team" a missing half is ``-``, so that the other keeps its place. A value
    of an unexpected type is printed as its JSON.

    A related slice is left out where the record lacks the field it needs, or holds a value that `search_jobs` would
    refuse. The two provider slices of a posting page are two addresses of one collection, so they share one call.

    Parameters
    ----------
    record : mapping
        A job as the API answers it. Fields may be missing, null, new or of another type.
    company : str or None
        The organisation's name, which a job does not carry; None puts its `org_id` there.
    api_url : str
        Base address for the reproduced requests. A user name or password in it is not printed.
    rendered_from : str, optional
        The backend in words, where it is not the API.
    notices : sequence of str
        Lines to show above the facts, such as where the data come from.

    Returns
    -------
    RecordPage
        For `to_text` and `to_html`.

    Examples
    --------
    >>> page = record_page({"title": "Baker", "salary_min": 22.5, "salary_currency": "USD", "salary_period": "hour"},
    ...                    company="Bread & Co", api_url="https://example.org/v1")
    >>> page.breadcrumb
    ('Home', 'Companies', 'Bread & Co', 'Baker')
    >>> dict(page.facts)["Salary"]
    'from 22.5 USD / hour'
    """
    name = (company or "").strip() or _word(record, "org_id") or _NONE
    title = _word(record, "title") or "Untitled posting"
    description = record.get(_DESCRIPTION)
    return RecordPage(
        title=title,
        company=name,
        masthead=_MASTHEAD,
        breadcrumb=("Home", "Companies", name, title),
        heading=_heading(record, name),
        notices=tuple(notices),
        facts=_facts(record, name),
        slices=tuple(_slices(record, name)),
        linked=_linked(record, name),
        description=None if is_missing(description) else shown(description, "text"),
        description_note=_description_note(record),
        language=_language(record),
        record=_full_record(record),
        requests=_requests(record, api_url),
        requests_note="Rendered from the bluedoor Job Postings API. Reproduce it:"
        if rendered_from is None
        else f"Rendered from the {rendered_from}. For a posting that the API has, the calls are:",
    )


def _word(record: Mapping[str, Any], name: str) -> str | None:
    """A field for running text: None where null or blank, JSON where it is not text, a coded value's label."""
    value = record.get(name)
    if is_missing(value) or (isinstance(value, str) and not value.strip()):
        return None
    if not isinstance(value, str):
        return json_text(value, indent=None)
    return contract.value_label(value) if name in _CODED else value


def _pair(first: str | None, second: str | None) -> str:
    return f"{first or _NONE} / {second or _NONE}" if first or second else _NONE


def _heading(record: Mapping[str, Any], company: str) -> tuple[str, ...]:
    status = _word(record, "status")
    items = (
        None if company == _NONE else company,
        _word(record, "location_text"),
        _word(record, "workplace_type") or _word(record, "remote_policy"),
        status and status[:1].upper() + status[1:],
        _word(record, "provider"),
    )
    return tuple(item for item in items if item)


def _facts(record: Mapping[str, Any], company: str) -> tuple[tuple[str, str], ...]:
    def word(name: str) -> str | None:
        return _word(record, name)

    return (
        ("Company", company),
        ("Title", word("title") or _NONE),
        ("Normalized title", word("normalized_title") or _NONE),
        ("Department / team", _pair(word("department"), word("team"))),
        ("Location", _location(record)),
        ("Work model", _pair(word("workplace_type"), word("remote_policy"))),
        ("Employment type", word("employment_type") or _NONE),
        ("Salary", _salary(record)),
        ("Status", word("status") or _NONE),
        ("ATS provider", word("provider") or _NONE),
        ("Posted / first seen", _pair(day(record.get("source_posted_at")), day(record.get("first_seen_at")))),
        ("Changed / last seen", _pair(day(record.get("last_changed_at")), day(record.get("last_seen_at")))),
    )


def _location(record: Mapping[str, Any]) -> str:
    """The employer's words with the country added, unless it is in them."""
    country = _word(record, "country")
    place = _word(record, "location_text")
    if place is None:
        parts = (_word(record, "city"), _word(record, "region"), country)
        return ", ".join(dict.fromkeys(part for part in parts if part)) or _NONE
    if country is None or re.search(rf"(?<!\w){re.escape(country)}(?!\w)", place, re.IGNORECASE):
        return place
    # The country of several places is that of one of them, and need not be the last one's.
    return f"{place} ({country})" if ";" in place else f"{place}, {country}"


def _salary(record: Mapping[str, Any]) -> str:
    low, high = (_amount(record.get(name)) for name in ("salary_min", "salary_max"))
    if low and high:
        amount = low if low == high else f"{low}–{high}"
    elif low or high:
        amount = f"from {low}" if low else f"up to {high}"
    else:
        return _NONE
    currency, period = _word(record, "salary_currency"), _word(record, "salary_period")
    return amount + (f" {currency}" if currency else "") + (f" / {period}" if period else "")


def _amount(value: Any) -> str | None:
    if is_missing(value) or value == "":
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number_text(value, grouped=True)
    return json_text(value, indent=None)


def _slices(record: Mapping[str, Any], company: str) -> list[Slice]:
    ids, provider = [record.get("org_id")], record.get("provider")
    by_provider = _call("search_jobs", provider=provider)
    ats = _word(record, "provider")
    job_id = record.get("job_id")
    address = next((url for url in (record.get("source_url"), record.get("apply_url")) if _is_word(url)), None)
    rows = (
        ("Company jobs", f"Active postings from {company}.", _call("search_jobs", org_ids=ids)),
        ("Company breakdowns", "Role, location, ATS, and work model facets for this company.",
         _call("facets", "department", org_ids=ids)),
        ("ATS provider jobs", f"Active postings observed through {ats}.", by_provider),
        ("Provider filtered search", "The same provider as a filtered job collection.", by_provider),
        ("City jobs", f"Active postings in {_word(record, 'city')}.", _call("search_jobs", city=record.get("city"))),
        ("Department jobs", f"Active postings in {_word(record, 'department')}.",
         _call("search_jobs", department=record.get("department"))),
        ("Work model jobs", f"Active {_word(record, 'workplace_type')} postings.",
         _call("search_jobs", workplace_type=record.get("workplace_type"))),
        ("Lifecycle events", "Open, update, close, and reopen events for this posting.",
         f"job_events({job_id!r})" if _is_word(job_id) else None),
        ("Original posting", "Canonical source or apply URL captured from the ATS.", address),
    )  # fmt: skip
    return [Slice(page, contains, opens) for page, contains, opens in rows if opens]


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _call(function: str, *positional: str, **filters: Any) -> str | None:
    """The Python of a call, or None where the search would refuse its filters (a null, a drifted value)."""
    if any(value is None for value in filters.values()):
        return None
    try:
        JobQuery.of(dt.datetime.now(dt.UTC), filters)
    except InvalidRequestError:
        return None
    arguments = [*map(repr, positional), *(f"{name}={value!r}" for name, value in filters.items())]
    return f"{function}({', '.join(arguments)})"


def _linked(record: Mapping[str, Any], company: str) -> tuple[tuple[str, str], ...]:
    rows = (
        ("Company", None if company == _NONE else company),
        ("Source", _word(record, "source_id")),
        ("ATS provider", _word(record, "provider")),
    )
    return tuple((label, value) for label, value in rows if value)


def _description_note(record: Mapping[str, Any]) -> str:
    value = record.get(_DESCRIPTION)
    if is_missing(value):
        job_id = record.get("job_id")
        call = f"get_job({job_id!r})" if _is_word(job_id) else "get_job(job_id)"
        return f"This record was fetched without its description. {call} brings it."
    return "The description is empty." if value == "" else ""


def _language(record: Mapping[str, Any]) -> str | None:
    inferred = record.get("parsed_structured")
    language = inferred.get("language") if isinstance(inferred, Mapping) else None
    is_code = isinstance(language, str) and re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", language)
    return str(language) if is_code else None


def _full_record(record: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    fields = [field for field in contract.JOB_FIELDS if field.name != _DESCRIPTION]
    known = {*(field.name for field in fields), _DESCRIPTION}
    return (
        *((field.label, shown(record.get(field.name), field.kind)) for field in fields),
        *((str(name), json_text(value)) for name, value in record.items() if name not in known),
    )


def _requests(record: Mapping[str, Any], api_url: str) -> tuple[str, ...]:
    base = re.sub(r"(?<=//)[^/@]*@", "", api_url).rstrip("/")
    addresses = []
    for name, key, ending in (
        ("job", "job_id", "?include=description"),
        ("org", "org_id", ""),
        ("source", "source_id", ""),
        ("job_events", "job_id", ""),
    ):
        identifier = record.get(key)
        if isinstance(identifier, str) and identifier.strip():
            safe = quote(identifier.encode("utf-8", "replace"), safe="")
            addresses.append(base + contract.endpoint(name).path.format(**{key: safe}) + ending)
    return tuple(addresses)
