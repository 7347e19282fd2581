"""The records of the sample as the API gives them, field by field in the order of the real one."""

from __future__ import annotations

from datetime import timedelta

from sample_generator import events, providers
from sample_generator.dice import Dice
from sample_generator.lifecycle import SNAPSHOT, crawl
from sample_generator.model import Board, Content, Json, Org, Posting
from sample_generator.native import native
from sample_generator.pay import Pay
from sample_generator.places import UNITED_STATES

PAYLOADS = "synthetic://bluedoor-tools-sample"


def org_record(org: Org, dice: Dice) -> Json:
    """An organisation; some of its facts are not known."""
    size = next(label for most, label in _SIZES if org.people <= most)
    return {
        "org_id": org.org_id,
        "display_name": org.name,
        "canonical_name": org.name.lower(),
        "board_count": len(org.boards),
        "domain": f"{org.slug}.example" if dice.chance(0.8) else None,
        "size": size if dice.chance(0.65) else None,
        "industry": org.label if dice.chance(0.7) else None,
        "hq_location": f"{org.places[0].city}, {org.places[0].country.name}" if dice.chance(0.6) else None,
    }


_SIZES = ((200, "51-200"), (500, "201-500"), (1000, "501-1000"), (5000, "1001-5000"), (10**9, "5001+"))


def source_record(board: Board, dice: Dice) -> Json:
    """A crawled board."""
    last = crawl(board, 0)
    return {
        "source_id": board.source_id,
        "org_id": board.org.org_id,
        "provider": board.provider,
        "board_url": board.board_url,
        "status": "error" if board.stale_days else "active",
        "last_crawled_at": events.stamp(last + timedelta(seconds=120), "seconds"),
        "next_crawl_after": events.stamp(last + timedelta(days=1, seconds=dice.number(60, 900)), "seconds"),
    }


def _number(amount: float | None, pay: Pay) -> float | int | None:
    return int(amount) if amount is not None and pay.whole else amount


def _location(content: Content, dice: Dice) -> Json:
    hidden = content.mode == "remote" and content.place.city not in content.location_text
    unknown = hidden or content.country is None
    return {
        "raw": content.location_text,
        "city": None if unknown else content.place.city,
        "region": None if unknown else content.place.region,
        "country": content.country,
        "is_remote": content.workplace == "remote",
        "confidence": 0.4 if unknown else dice.pick([0.9, 0.9, 0.9, 0.7]),
    }


def _scope(content: Content, location: Json) -> Json:
    america = content.country in (UNITED_STATES, "Canada") and content.language == "en"
    return {
        "reason": "english_us_canada" if america else "outside_launch_scope",
        "included": america,
        "language": content.language,
        "location": location,
        "countries": [content.country] if content.country else [],
    }


def link(posting: Posting, original: Posting | None, taken: set[str], dice: Dice) -> None:
    """Give a posting its key, addresses and id. A repeat applies where its original does."""
    while not posting.key or posting.job_id in taken:
        found = providers.link(posting.board, posting.content.title, posting.content.place.city, dice)
        posting.key, posting.source_url, posting.apply_url = found.key, found.source_url, found.apply_url
        posting.job_id = providers.job_id(posting.board.provider, posting.board.slug, found.key)
    if original is not None:
        posting.apply_url = original.apply_url
    taken.add(posting.job_id)


def job_and_events(posting: Posting, dice: Dice) -> tuple[Json, list[Json]]:
    """The record of a posting with its description, and its events."""
    org, board, content = posting.org, posting.board, posting.content
    form = org.style["date_form"]
    steps = events.steps(posting, dice)
    seen = events.known(steps)
    posting.first_seen = steps[0].at
    changed = events.stamp(seen[-1].at, "milliseconds")
    inactive = None if posting.active else next(s.at for s in reversed(seen) if s.kind == "job.closed")
    checked = inactive or max(crawl(board, 0) + timedelta(seconds=95), steps[0].at)
    last_seen = checked
    if inactive:
        last_seen = max(crawl(board, (posting.closed_age or 0) + 1) + timedelta(seconds=95), steps[0].at)
    posted = steps[0].at - timedelta(
        hours=dice.number(2, 60 if dice.chance(0.6) else 960), seconds=dice.number(0, 3599)
    )
    updated = posted + (checked - posted) * dice.rng.random()
    structured = content.pay if content.pay_structured else None
    low = _number(structured.low, structured) if structured else None
    high = _number(structured.high, structured) if structured else None
    remote_policy = None if content.workplace == "on_site" else content.workplace
    location = _location(content, dice)
    content_hash, source_hash = dice.hex(64), dice.hex(64)
    status = "active" if posting.active else "expired"
    moment = checked.strftime("%Y-%m-%dT%H-%M-%S")
    folder = f"provider={board.provider}/board={board.slug}/date={checked:%Y-%m-%d}"
    record = {
        "job_id": posting.job_id,
        "org_id": org.org_id,
        "source_id": board.source_id,
        "board_id": board.source_id,
        "provider": board.provider,
        "provider_job_key": posting.key,
        "title": content.title,
        "normalized_title": None,
        "status": status,
        "active": posting.active,
        "location_text": content.location_text,
        "department": content.department,
        "team": content.team,
        "employment_type": content.employment_text,
        "workplace_type": content.workplace,
        "remote_policy": remote_policy,
        "country": content.country,
        "region": location["region"],
        "city": location["city"],
        "salary_raw": content.salary_raw,
        "salary_min": low,
        "salary_max": high,
        "salary_currency": structured.currency if structured else None,
        "salary_period": structured.period if structured else None,
        "source_url": posting.source_url,
        "apply_url": posting.apply_url,
        "first_seen_at": events.stamp(steps[0].at, form),
        "last_seen_at": events.stamp(last_seen, form),
        "last_checked_at": events.stamp(checked, form),
        "last_changed_at": changed,
        "inactive_at": events.stamp(inactive, form) if inactive else None,
        "source_posted_at": None if dice.chance(0.12) else events.stamp(posted, "seconds"),
        "source_updated_at": events.stamp(updated, "milliseconds") if dice.chance(0.4) else None,
        "raw_payload_uri": f"{PAYLOADS}/{folder}/{moment}-{content_hash[:16]}.json",
        "event_fields": {
            "content_hash": content_hash,
            "source_hash": source_hash,
            "last_changed_at": changed,
            "active_status": status,
        },
        "parsed_structured": {
            "language": content.language,
            "location": location,
            "salary_max": high,
            "salary_min": low,
            "inferred_at": events.stamp(checked + timedelta(milliseconds=640), "milliseconds"),
            "launch_scope": _scope(content, location),
            "remote_policy": remote_policy,
            "salary_period": structured.period if structured else None,
            "workplace_type": content.workplace,
            "salary_currency": structured.currency if structured else None,
        },
        "extensions": {"synthetic_sample": True},
        "native_structured": native(posting, posted, dice),
        "description_text": content.description,
    }
    if checked > SNAPSHOT:
        raise ValueError(f"{posting.job_id} was checked after the snapshot")
    return record, events.write(posting, steps, source_hash, dice)
