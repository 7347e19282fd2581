"""What the page of a source (a crawled board) shows, and how fresh its crawl is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from .. import contract
from .page import NONE, Part, RecordPage, addresses, full_record, requests_note, sections
from .slices import source_slices
from .values import capitalised, minute, moment, second, word

__all__ = ["freshness", "source_page"]


def source_page(
    record: Mapping[str, Any],
    *,
    api_url: str,
    clock: dt.datetime,
    company: str | None,
    notices: Sequence[str] = (),
    rendered_from: str | None = None,
) -> RecordPage:
    """Lay out one crawled board as a page; asks nothing of any server, and no record makes it fail.

    Parameters
    ----------
    record : mapping
        A source as the API answers it. Fields may be missing, null, new or of another type.
    api_url : str
        Base address for the reproduced requests. A user name or password in it is not printed.
    clock : datetime
        The backend's clock, with its zone: what the freshness of the crawl is counted to.
    company : str or None
        The organisation's name, which a source does not carry; None puts its `org_id` there.
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
    >>> page = source_page({"provider": "lever"}, api_url="https://example.org/v1", company="Bread & Co",
    ...                    clock=dt.datetime(2026, 6, 7, tzinfo=dt.UTC))
    >>> page.title, page.facts[-1]
    ('Bread & Co on Lever', ('Freshness', 'last crawl not known; next crawl not known'))
    """
    named = (company or "").strip() or None
    owner = named or word(record, "org_id") or NONE
    title = _title(record, named)
    slices = source_slices(record)
    requests = addresses(record, api_url, ("source", "source_id", ""), ("source_jobs", "source_id", ""))
    parts: list[Part] = ["facts", "record"]
    parts += ["slices"] if slices else []
    parts += ["requests"] if requests else []
    heading = ("Crawled board", word(record, "provider"), capitalised(word(record, "status")))
    return RecordPage(
        title=title,
        company=owner,
        name=f"{title} · Boards",
        breadcrumb=("Home", "Companies", owner, title),
        heading=tuple(item for item in heading if item),
        notices=tuple(notices),
        sections=sections("source", parts),
        facts=(
            ("Company", owner),
            ("ATS provider", word(record, "provider") or NONE),
            ("Board", word(record, "board_url") or NONE),
            ("Status", word(record, "status") or NONE),
            ("Last crawled", second(record.get("last_crawled_at")) or NONE),
            ("Next crawl", second(record.get("next_crawl_after")) or NONE),
            ("Freshness", freshness(record, clock)),
        ),
        slices=slices,
        record=full_record(record, contract.SOURCE_FIELDS),
        fields=contract.SOURCE_FIELDS,
        requests=requests,
        requests_note=requests_note(rendered_from, "a source"),
    )


def _title(record: Mapping[str, Any], company: str | None) -> str:
    provider, source_id = word(record, "provider"), word(record, "source_id")
    board = company or (f"Board {source_id}" if source_id else None)
    if provider:
        return f"{board or 'A board'} on {provider}"
    return f"Board of {company}" if company else board or "Unnamed board"


def freshness(record: Mapping[str, Any], clock: dt.datetime) -> str:
    """How old the crawl of a source is by the backend's clock, and when the next one is due, in one plain sentence.

    Durations are cut to minutes, instants are UTC; a date without a time is its midnight. What is odd is said, not
    mended: a crawl after the clock, a next crawl that is not after the last one, a date that cannot be read.

    Parameters
    ----------
    record : mapping
        A source as the API answers it; of it, `last_crawled_at` and `next_crawl_after` are read.
    clock : datetime
        The backend's clock, with its zone.

    Examples
    --------
    >>> source = {"last_crawled_at": "2026-06-06T16:04:00Z", "next_crawl_after": "2026-06-07T16:10:00Z"}
    >>> freshness(source, dt.datetime(2026, 6, 7, tzinfo=dt.UTC))
    'crawled 7 h 56 min before 2026-06-07 00:00Z; next crawl due after 2026-06-07 16:10Z'
    >>> freshness(source, dt.datetime(2026, 6, 8, tzinfo=dt.UTC))
    'crawled 31 h 56 min before 2026-06-08 00:00Z; next crawl overdue since 2026-06-07 16:10Z'
    """
    now = moment(clock)
    if now is None:
        raise ValueError(f"clock={clock!r} is not an instant in UTC.")
    last, following = (moment(record.get(name), dates=True) for name in ("last_crawled_at", "next_crawl_after"))
    if last is None:
        unread = "" if word(record, "last_crawled_at") is None else " (the date of the last crawl is unreadable)"
        crawled = f"last crawl not known{unread}"
    elif last > now:
        crawled = f"crawled {_duration(last - now)} after the clock, which says {minute(now)}: one of the two is wrong"
    else:
        crawled = f"crawled {_duration(now - last)} before {minute(now)}"
    if following is None:
        unread = "" if word(record, "next_crawl_after") is None else " (its date is unreadable)"
        return f"{crawled}; next crawl not known{unread}"
    if last is not None and following <= last:
        return f"{crawled}; next crawl dated {minute(following)}, which is not after the last one"
    return f"{crawled}; next crawl {'overdue since' if following < now else 'due after'} {minute(following)}"


def _duration(length: dt.timedelta) -> str:
    """A length of time as people say it: to the minute within two days, to the hour beyond."""
    minutes = int(length.total_seconds()) // 60
    if minutes < 1:
        return "less than a minute"
    hours, minutes = divmod(minutes, 60)
    days, rest = divmod(hours, 24)
    parts = ((hours, "h"), (minutes, "min")) if days < 2 else ((days, "d"), (rest, "h"))
    return " ".join(f"{count:,} {unit}" for count, unit in parts if count)
