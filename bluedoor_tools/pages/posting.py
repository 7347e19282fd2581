"""What the page of a posting shows, section by section as on bluedoor's own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .. import contract
from .page import NONE, RecordPage, addresses, full_record, requests_note, sections
from .slices import job_slices
from .values import capitalised, day, is_missing, is_word, salary_text, shown, word

__all__ = ["record_page"]

_DESCRIPTION = "description_text"
_FIELDS = tuple(field for field in contract.JOB_FIELDS if field.name != _DESCRIPTION)


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

    A related slice is left out where the record lacks the field it needs, or holds a value that a client would refuse.
    The two provider slices of a posting page are two addresses of one collection, so they share one call.

    Parameters
    ----------
    record : mapping
        A job as the API answers it. Fields may be missing, null, new or of another type.
    company : str or None
        The organisation's name, which a job does not carry; None puts its `org_id` there.
    api_url : str
        Base address for the reproduced requests. A user name or password in it is not printed.
    notices : sequence of str
        Lines to show above the facts, such as where the data come from.
    rendered_from : str, optional
        The backend in words, where it is not the API.

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
    name = (company or "").strip() or word(record, "org_id") or NONE
    title = word(record, "title") or "Untitled posting"
    description = record.get(_DESCRIPTION)
    return RecordPage(
        title=title,
        company=name,
        name=f"{title} · {name}",
        breadcrumb=("Home", "Companies", name, title),
        heading=_heading(record, name),
        notices=tuple(notices),
        sections=sections("job"),
        facts=_facts(record, name),
        slices=job_slices(record, name),
        linked=_linked(record, name),
        description=None if is_missing(description) else shown(description, "text"),
        description_note=_description_note(record),
        language=_language(record),
        record=full_record(record, _FIELDS, apart=_DESCRIPTION),
        fields=_FIELDS,
        requests=addresses(
            record,
            api_url,
            ("job", "job_id", "?include=description"),
            ("org", "org_id", ""),
            ("source", "source_id", ""),
            ("job_events", "job_id", ""),
        ),
        requests_note=requests_note(rendered_from, "a posting"),
    )


def _pair(first: str | None, second: str | None) -> str:
    return f"{first or NONE} / {second or NONE}" if first or second else NONE


def _heading(record: Mapping[str, Any], company: str) -> tuple[str, ...]:
    items = (
        None if company == NONE else company,
        word(record, "location_text"),
        word(record, "workplace_type") or word(record, "remote_policy"),
        capitalised(word(record, "status")),
        word(record, "provider"),
    )
    return tuple(item for item in items if item)


def _facts(record: Mapping[str, Any], company: str) -> tuple[tuple[str, str], ...]:
    def fact(name: str) -> str | None:
        return word(record, name)

    return (
        ("Company", company),
        ("Title", fact("title") or NONE),
        ("Normalized title", fact("normalized_title") or NONE),
        ("Department / team", _pair(fact("department"), fact("team"))),
        ("Location", _location(record)),
        ("Work model", _pair(fact("workplace_type"), fact("remote_policy"))),
        ("Employment type", fact("employment_type") or NONE),
        ("Salary", salary_text(record) or NONE),
        ("Status", fact("status") or NONE),
        ("ATS provider", fact("provider") or NONE),
        ("Posted / first seen", _pair(day(record.get("source_posted_at")), day(record.get("first_seen_at")))),
        ("Changed / last seen", _pair(day(record.get("last_changed_at")), day(record.get("last_seen_at")))),
    )


def _location(record: Mapping[str, Any]) -> str:
    """The employer's words with the country added, unless it is in them."""
    country = word(record, "country")
    place = word(record, "location_text")
    if place is None:
        parts = (word(record, "city"), word(record, "region"), country)
        return ", ".join(dict.fromkeys(part for part in parts if part)) or NONE
    if country is None or re.search(rf"(?<!\w){re.escape(country)}(?!\w)", place, re.IGNORECASE):
        return place
    # The country of several places is that of one of them, and need not be the last one's.
    return f"{place} ({country})" if ";" in place else f"{place}, {country}"


def _linked(record: Mapping[str, Any], company: str) -> tuple[tuple[str, str], ...]:
    rows = (
        ("Company", None if company == NONE else company),
        ("Source", word(record, "source_id")),
        ("ATS provider", word(record, "provider")),
    )
    return tuple((label, value) for label, value in rows if value)


def _description_note(record: Mapping[str, Any]) -> str:
    value = record.get(_DESCRIPTION)
    if is_missing(value):
        job_id = record.get("job_id")
        call = f"get_job({job_id!r})" if is_word(job_id) else "get_job(job_id)"
        return f"This record was fetched without its description. {call} brings it."
    return "The description is empty." if value == "" else ""


def _language(record: Mapping[str, Any]) -> str | None:
    inferred = record.get("parsed_structured")
    language = inferred.get("language") if isinstance(inferred, Mapping) else None
    is_code = isinstance(language, str) and re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", language)
    return str(language) if is_code else None
