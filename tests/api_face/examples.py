"""Hand-made records in the shape of the contract, for tests that need few of them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from .data import FaceData

__all__ = ["CLOCK", "event", "job", "org", "small_data", "source"]

CLOCK = "2026-06-06T08:00:00Z"
_START = datetime(2026, 5, 1, tzinfo=UTC)


def _uuid(kind: str, number: int) -> str:
    digits = hashlib.sha1(f"{kind}{number}".encode()).hexdigest()
    return "-".join((digits[:8], digits[8:12], "4" + digits[13:16], "8" + digits[17:20], digits[20:32]))


def _time(minutes: int) -> str:
    """Minutes after 1 May 2026; every third with milliseconds, as on the live API."""
    told = (_START + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S")
    return told + (".396Z" if minutes % 3 == 0 else "Z")


def job(number: int, /, **changes: Any) -> dict[str, Any]:
    """A plain active job, first seen `number` minutes after 1 May 2026; `changes` replace fields."""
    provider, board, key = "lever", f"board{number % 3}", f"key-{number}"
    place = {"raw": "New York, NY", "city": "New York", "region": "NY", "country": "United States"}
    seen = _time(number)
    record: dict[str, Any] = {
        "job_id": hashlib.sha1(f"{provider}|{board}|{key}".encode()).hexdigest(),
        "org_id": _uuid("org", number % 3),
        "source_id": _uuid("source", number % 3),
        "board_id": _uuid("source", number % 3),
        "provider": provider,
        "provider_job_key": key,
        "title": f"Engineer {number}",
        "normalized_title": None,
        "status": "active",
        "active": True,
        "location_text": place["raw"],
        "department": "Engineering",
        "team": None,
        "employment_type": "full_time",
        "workplace_type": "hybrid",
        "remote_policy": "hybrid",
        "country": place["country"],
        "region": place["region"],
        "city": place["city"],
        "salary_raw": None,
        "salary_min": None,
        "salary_max": None,
        "salary_currency": None,
        "salary_period": None,
        "source_url": f"https://jobs.lever.co/{board}/{key}",
        "apply_url": f"https://jobs.lever.co/{board}/{key}/apply",
        "first_seen_at": seen,
        "last_seen_at": CLOCK,
        "last_checked_at": CLOCK,
        "last_changed_at": seen,
        "inactive_at": None,
        "source_posted_at": seen,
        "source_updated_at": None,
        "raw_payload_uri": None,
        "event_fields": {
            "content_hash": "c",
            "source_hash": "s",
            "last_changed_at": seen,
            "active_status": "active",
        },
        "parsed_structured": {"language": "en", "location": {**place, "is_remote": False, "confidence": 0.9}},
        "extensions": {},
        "native_structured": {"categories": {"commitment": "Permanent"}},
        "description_text": f"The work of engineer {number}.",
    }
    return record | changes


def org(number: int, /, **changes: Any) -> dict[str, Any]:
    """The organisation of every job whose number leaves `number` when divided by three."""
    record = {
        "org_id": _uuid("org", number),
        "display_name": f"Company {number}",
        "canonical_name": f"company-{number}",
        "board_count": 1,
        "domain": f"company{number}.example",
    }
    return record | changes


def source(number: int, /, **changes: Any) -> dict[str, Any]:
    """The board of every job whose number leaves `number` when divided by three."""
    record = {
        "source_id": _uuid("source", number),
        "org_id": _uuid("org", number),
        "provider": "lever",
        "board_url": f"https://jobs.lever.co/board{number}",
        "status": "active",
        "last_crawled_at": CLOCK,
        "next_crawl_after": "2026-06-07T08:00:00Z",
    }
    return record | changes


def event(number: int, of: dict[str, Any], /, **changes: Any) -> dict[str, Any]:
    """A `job.created` event of the job `of`, observed `number` minutes after 1 May 2026."""
    record = {
        "event_id": _uuid("event", number),
        "event_key": f"event-{number}",
        "event_schema_version": 1,
        **{name: of[name] for name in ("job_id", "org_id", "source_id", "board_id", "provider")},
        "event_type": "job.created",
        "field_name": None,
        "old_value": None,
        "new_value": None,
        "observed_at": _time(number),
        "source_hash": "s",
        "metadata": {},
    }
    return record | changes


def small_data(count: int = 60) -> FaceData:
    """`count` jobs of three organisations with a board each, every job created, every tenth closed."""
    jobs = [job(number) for number in range(count)]
    events = [event(number, one) for number, one in enumerate(jobs)]
    for number in range(0, count, 10):
        jobs[number] |= {"active": False, "status": "expired", "inactive_at": CLOCK}
        events.append(event(count + number, jobs[number], event_type="job.closed"))
    return FaceData.of(jobs, [org(n) for n in range(3)], [source(n) for n in range(3)], events, CLOCK)
