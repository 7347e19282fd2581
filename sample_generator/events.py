"""The lifecycle events of a posting, and the moments that its record takes from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sample_generator.dice import Dice
from sample_generator.lifecycle import SNAPSHOT, crawl
from sample_generator.model import Json, Posting


@dataclass
class Step:
    """One event before it is written."""

    at: datetime
    kind: str
    name: str | None = None
    old: Any = None
    new: Any = None


def stamp(moment: datetime, form: str) -> str:
    """ISO 8601 in UTC, to the second or to the millisecond."""
    text = moment.strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{moment.microsecond // 1000:03d}Z" if form == "milliseconds" else f"{text}Z"


def _moment(posting: Posting, age: int, dice: Dice, form: str) -> datetime:
    """Within some minutes after the crawl began. Whole seconds where the board's times are written so."""
    seconds = dice.number(0, 90)
    millis = dice.number(0, 999) if form == "milliseconds" else 0
    return crawl(posting.board, age) + timedelta(seconds=seconds, milliseconds=millis)


def steps(posting: Posting, dice: Dice) -> list[Step]:
    """All events of a posting, oldest first, including those that its record does not know yet."""
    form = posting.org.style["date_form"]
    found = [Step(_moment(posting, posting.age, dice, form), "job.created")]
    ends: list[tuple[int, str]] = []
    if posting.gap:
        ends += [(posting.gap[0], "job.closed"), (posting.gap[1], "job.reopened")]
    if posting.closed_age is not None:
        ends.append((posting.closed_age, "job.closed"))
    if posting.lagging:
        ends.append((-1, f"job.{posting.lagging}"))
    for age, kind in ends:
        old, new = ("active", "expired") if kind == "job.closed" else ("expired", "active")
        found.append(Step(_moment(posting, age, dice, form), kind, "status", old, new))
    for change in posting.changes:
        at = _moment(posting, change.days, dice, form)
        found.append(Step(at, "job.updated", change.name, change.old, change.new))
    return sorted(found, key=lambda step: step.at)


def known(found: list[Step]) -> list[Step]:
    """The events that the record already reflects."""
    return [step for step in found if step.at <= SNAPSHOT]


def write(posting: Posting, found: list[Step], source_hash: str, dice: Dice) -> list[Json]:
    """The events as the API gives them."""
    form = posting.org.style["date_form"]
    written = []
    for index, step in enumerate(found):
        at = stamp(step.at, form)
        last = index == len(known(found)) - 1
        written.append(
            {
                "event_id": dice.uuid(),
                "event_key": f"{posting.job_id}:{step.kind}:{step.name or '-'}:{at}",
                "event_schema_version": 1,
                "job_id": posting.job_id,
                "org_id": posting.org.org_id,
                "source_id": posting.board.source_id,
                "board_id": posting.board.source_id,
                "provider": posting.board.provider,
                "event_type": step.kind,
                "field_name": step.name,
                "old_value": step.old,
                "new_value": step.new,
                "observed_at": at,
                "source_hash": source_hash if last else dice.hex(16).ljust(64, "0"),
                "metadata": {"synthetic_sample": True},
            }
        )
    return written
