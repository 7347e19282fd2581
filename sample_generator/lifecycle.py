"""Gives every posting a life: first sight, changes, closing, reopening, and what its record misses.

Ages count the daily crawls of a board back from its last one before the snapshot; -1 is the crawl after it.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from datetime import UTC, datetime, timedelta
from typing import Any

from sample_generator.dice import Dice
from sample_generator.model import Board, Change, Posting
from sample_generator.places import places_of

CLOCK = datetime(2026, 6, 7, tzinfo=UTC)
SNAPSHOT = datetime(2026, 6, 6, 8, tzinfo=UTC)
PER_DAY = 45  # new, and closed, a day in the last week: about 2.2 % of the active
DAYS = 420
LAG_SHARE, CHANGED_SHARE, REOPENED_SHARE = 0.017, 0.25, 0.035
LATE_REOPENED, LATE_CHANGED, REPOSTS = 3, 10, 45
# A board crawled less than this before the snapshot is not crawled again before the clock.
_NEXT_CRAWL_KNOWN = 8 * 3600 + 600


def crawl(board: Board, age: int) -> datetime:
    """The moment of a board's crawl."""
    days = age + (board.stale_days if age >= 0 else 0)
    return SNAPSHOT - timedelta(seconds=board.crawl_offset, days=days)


def _ages(count: int, tail: float, youngest: int) -> list[int]:
    """`count` ages: level in the last week, then a long tail."""
    ages: list[int] = []
    carried = 0.0
    for day in range(DAYS):
        carried += PER_DAY if day < 7 else PER_DAY / (1 + (day - 6) / tail)
        whole = int(carried)
        carried -= whole
        ages += [day + youngest] * whole
    # The tail is cut or filled where nobody looks: among the oldest.
    while len(ages) < count:
        ages.append(DAYS - 1 - len(ages) % 60)
    return ages[:count] if len(ages) <= count else _thinned(ages, count)


def _thinned(ages: list[int], count: int) -> list[int]:
    recent = [age for age in ages if age < 10]
    older = [age for age in ages if age >= 10]
    keep = count - len(recent)
    return recent + [older[index * len(older) // keep] for index in range(keep)]


def live(found: list[Posting], repeats: list[Posting], originals: dict[int, Posting], seed: int) -> None:
    """Set the ages, states and changes of all postings."""
    dice = Dice(seed, "lifecycle")
    every = found + repeats
    ages = dice.shuffled(_ages(len(every), 19.2, 0))
    closings = sorted(_ages(sum(not p.active for p in every), 3.0, 0), reverse=True)
    expired = dice.shuffled([p for p in every if not p.active])
    ages.sort()
    for posting, closed in zip(expired, closings, strict=True):
        posting.closed_age = closed
        older = [index for index, age in enumerate(ages) if closed + 2 <= age <= closed + 120]
        older = older or [index for index, age in enumerate(ages) if age > closed]
        posting.age = ages.pop(dice.pick(older)) if older else closed + 1
    left = dice.shuffled(ages)
    for posting in every:
        if posting.active:
            posting.age = left.pop()
    for posting in repeats:
        original = originals[posting.number]
        posting.age = max(0, original.age - dice.number(0, 2))
    _repost(found, repeats, dice)
    _stale(every, dice)
    _lag(every, dice)
    _reopen(every, dice)
    _change(every, dice)


def _repost(found: list[Posting], repeats: list[Posting], dice: Dice) -> None:
    """Some active postings are a closed one of the same board, advertised again."""
    repeated = {id(posting.content) for posting in repeats}
    closed: dict[str, list[Posting]] = {}
    for posting in found:
        if posting.closed_age is not None:
            closed.setdefault(posting.board.source_id, []).append(posting)
    done = 0
    for posting in dice.shuffled(found):
        before = [p for p in closed.get(posting.board.source_id, []) if (p.closed_age or 0) > posting.age]
        languages = {posting.content.language, *(p.content.language for p in before)}
        plain = posting.active and before and languages == {"en"} and id(posting.content) not in repeated
        if plain and done < REPOSTS and posting.content.workplace != "remote":
            earlier = dice.pick(before)
            posting.content = copy(earlier.content)
            closed[posting.board.source_id].remove(earlier)
            done += 1


def _stale(every: list[Posting], dice: Dice) -> None:
    """A few boards have not answered for days."""
    boards: dict[str, list[Posting]] = {}
    for posting in every:
        boards.setdefault(posting.board.source_id, []).append(posting)
    quiet = []
    for postings in boards.values():
        newest = min(min(p.age, p.age if p.closed_age is None else p.closed_age) for p in postings)
        if newest >= 4 and len(postings) < 12:
            quiet.append((postings, newest))
    for postings, newest in dice.some(quiet, 9):
        days = dice.number(2, min(newest, 15))
        postings[0].board.stale_days = days
        for posting in postings:
            posting.age -= days
            if posting.closed_age is not None:
                posting.closed_age -= days


def _crawled_again(posting: Posting) -> bool:
    return posting.board.crawl_offset > _NEXT_CRAWL_KNOWN and posting.board.stale_days == 0


def _lag(every: list[Posting], dice: Dice) -> None:
    active = [p for p in every if p.active]
    for posting in dice.some([p for p in active if _crawled_again(p)], round(len(active) * LAG_SHARE)):
        posting.lagging = "closed"
    closed = [p for p in every if p.closed_age is not None and p.closed_age < 20 and _crawled_again(p)]
    for posting in dice.some(closed, LATE_REOPENED):
        posting.lagging = "reopened"


def _reopen(every: list[Posting], dice: Dice) -> None:
    def span(posting: Posting) -> int:
        return posting.age - (posting.closed_age or 0)

    for posting in dice.some([p for p in every if span(p) >= 12], round(len(every) * REOPENED_SHARE)):
        start = posting.age - dice.number(3, span(posting) // 2)
        end = (posting.closed_age or 0) + 1
        posting.gap = (start, max(end, start - dice.number(1, 9)))


def _change(every: list[Posting], dice: Dice) -> None:
    late = dice.some([p for p in every if p.active and p.age > 3 and not p.lagging and _crawled_again(p)], LATE_CHANGED)
    for posting in late:
        posting.changes.append(_new_change(posting, -1, "title", dice))
    wanted = round(len(every) * CHANGED_SHARE) - len(late)
    able = [p for p in every if not p.changes and p.age - (p.closed_age or 0) >= 3]
    for posting in dice.some(able, wanted):
        names = dice.some(list(_CHANGES), dice.pick([1, 1, 1, 2, 3]))
        last = posting.closed_age if posting.closed_age is not None else -1
        open_ages = [
            age
            for age in range(last + 1, posting.age)
            if posting.gap is None or not posting.gap[1] - 1 <= age <= posting.gap[0]
        ]
        for name, age in zip(names, sorted(dice.some(open_ages, len(names)), reverse=True), strict=False):
            posting.changes.append(_new_change(posting, age, name, dice))


def _new_change(posting: Posting, age: int, name: str, dice: Dice) -> Change:
    """A change that leads to (or, after the snapshot, away from) what the record says."""
    current, other = _CHANGES[name](posting, dice)
    return Change(age, name, current, other) if age < 0 else Change(age, name, other, current)


def _title(posting: Posting, dice: Dice) -> tuple[Any, Any]:
    title = posting.content.title
    return title, dice.pick([f"{title} - Urgent", f"{title} (New)", f"Experienced {title}"])


def _location(posting: Posting, dice: Dice) -> tuple[Any, Any]:
    content = posting.content
    options = [p for p in places_of(content.place.country.name) if p != content.place]
    other = dice.pick(options) if options else content.place
    return content.location_text, f"{other.city}, {other.region or other.country.name} area"


def _location_object(posting: Posting, dice: Dice) -> tuple[Any, Any]:
    content = posting.content
    now = {"city": content.place.city, "region": content.place.region, "country": content.country}
    return now, {**now, "region": None, "confidence": dice.pick([0.4, 0.6])}


def _salary(posting: Posting, dice: Dice) -> tuple[Any, Any]:
    pay = posting.content.pay
    if pay is None or not posting.content.pay_structured or pay.low is None:
        return None, dice.number(30, 90) * 1000
    now = int(pay.low) if pay.whole else pay.low
    return now, None if dice.chance(0.5) else round(now * 0.95, 2)


def _employment(posting: Posting, dice: Dice) -> tuple[Any, Any]:
    return posting.content.employment_text, dice.pick(
        ["unknown", "Regular Employee"]
    ) if posting.content.employment_text != "unknown" else None


def _department(posting: Posting, dice: Dice) -> tuple[Any, Any]:
    return posting.content.department, dice.pick(
        [None, "General"]
    ) if posting.content.department else "Operations Support"


def _text(posting: Posting, dice: Dice) -> tuple[Any, Any]:
    return {"sha256": dice.hex(16), "length": len(posting.content.description)}, {
        "sha256": dice.hex(16),
        "length": len(posting.content.description) - dice.number(5, 300),
    }


_CHANGES: dict[str, Callable[[Posting, Dice], tuple[Any, Any]]] = {
    "title": _title,
    "location_text": _location,
    "parsed_structured.location": _location_object,
    "salary_min": _salary,
    "employment_type": _employment,
    "department": _department,
    "description_text": _text,
}
