"""What the headers of an answer say of limits: how many requests in which time, what is left, and how long to wait.

Several spellings are about, and none of them is promised by the API, so all common ones are read: `X-RateLimit-Limit`,
`-Remaining` and `-Reset` (also `X-Rate-Limit-…` and `RateLimit-…`, also with a unit: `X-RateLimit-Limit-Minute`), and
the drafts of the IETF's header (`RateLimit: limit=100, remaining=50, reset=5`; `RateLimit: "default";r=50;t=30` with
`RateLimit-Policy: "default";q=100;w=10`; `RateLimit-Limit: 100, 100;w=60`). What makes no sense is passed over.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

__all__ = ["StatedLimit", "retry_after", "stated_limits"]

_UNITS = {"": None, "-second": 1.0, "-minute": 60.0, "-hour": 3600.0, "-day": 86400.0}
_FAMILIES = ("x-ratelimit", "x-rate-limit", "ratelimit")
_LARGEST_COUNT, _LONGEST_SECONDS = 1_000_000_000, 31 * 86400.0
_EPOCH_SECONDS, _EPOCH_MILLISECONDS = 1e8, 1e11  # a reset beyond these is a date, not a wait
_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{0,9})?", re.ASCII)
_LONGEST_HEADER = 1000  # characters


@dataclass(frozen=True, slots=True)
class StatedLimit:
    """One limit as an answer states it: `count` requests per `seconds`.

    `seconds` is None where the answer does not say it; `reset` (seconds until the window is over) then says the least
    that it can be. `name` tells limits of one server apart.
    """

    name: str
    count: int
    seconds: float | None
    remaining: int | None = None
    reset: float | None = None


def stated_limits(headers: Mapping[str, str]) -> list[StatedLimit]:
    """Every limit that the headers state; of families of headers that say the same, the first.

    >>> stated_limits({"x-ratelimit-limit": "100", "x-ratelimit-remaining": "99", "x-ratelimit-reset": "1"})
    [StatedLimit(name='x-ratelimit', count=100, seconds=None, remaining=99, reset=1.0)]
    """
    told = {name.lower(): value[:_LONGEST_HEADER] for name, value in headers.items() if "limit" in name.lower()}
    if not told:
        return []
    limits = list(_policies(told))
    for family in _FAMILIES:
        if limits:
            break
        for unit, seconds in _UNITS.items():
            limits += _named_by_unit(told, family, unit, seconds)
    return limits


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, from a number or a date.

    >>> retry_after({"retry-after": "7"})
    7.0
    """
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,15}(\.[0-9]*)?", text):
        return float(text)
    try:
        moment = email.utils.parsedate_to_datetime(text)
        if moment.tzinfo is None:  # written as -0000
            moment = moment.replace(tzinfo=dt.UTC)
        return max(0.0, moment.timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None


def _policies(told: Mapping[str, str]) -> Iterator[StatedLimit]:
    """The drafts' structured headers."""
    states = dict(_items(told.get("ratelimit", "")))
    plain = {key: value for values in states.values() for key, value in values.items()}  # limit=100, remaining=50
    for place, (name, values) in enumerate(_items(told.get("ratelimit-policy", ""))):
        count, state = _count(values.get("q", name)), states.get(name, {})
        if not state and place == 0 and "limit" in plain:
            state = plain
        if count:
            yield StatedLimit(
                f"policy {name}",
                count,
                _seconds(values.get("w")),
                _remaining(state.get("r", state.get("remaining"))),
                _reset(state.get("t", state.get("reset"))),
            )
    if "ratelimit-policy" not in told and (count := _count(plain.get("limit"))):
        yield StatedLimit(
            "ratelimit", count, _seconds(plain.get("w")), _remaining(plain.get("remaining")), _reset(plain.get("reset"))
        )


def _named_by_unit(told: Mapping[str, str], family: str, unit: str, seconds: float | None) -> Iterator[StatedLimit]:
    """`…-Limit`, `…-Remaining`, `…-Reset` of one family, the unit (`-Minute`) behind them if there is one."""
    items = _items(told.get(f"{family}-limit{unit}", ""))
    windowed = [item for item in items if "w" in item[1]]
    remaining = _remaining(told.get(f"{family}-remaining{unit}"))
    reset = _reset(told.get(f"{family}-reset{unit}"))
    # `100, 100;w=60` says the limit that counts at present, and then every policy.
    for place, (name, values) in enumerate(windowed or items[:1]):
        count = _count(name)
        if not count:
            continue
        known = place == 0 or (bool(items) and name == items[0][0])
        yield StatedLimit(
            f"{family}{unit}" + (f" {place}" if place else ""),
            count,
            _seconds(values.get("w")) or seconds,
            remaining if known else None,
            reset if known else None,
        )


def _items(text: str) -> list[tuple[str, dict[str, str]]]:
    """`"default";q=100;w=10, 5;w=1` as names with their parameters; `limit=100` is a parameter of no name."""
    found = []
    for item in filter(None, (part.strip() for part in text.split(","))):
        name, values = "", {}
        for part in item.split(";"):
            key, equals, value = part.partition("=")
            if equals:
                values[key.strip().lower()] = value.strip().strip('"')
            else:
                name = key.strip().strip('"')
        found.append((name, values))
    # `limit=100, remaining=50, reset=5` is one limit, written as three items.
    if len(found) > 1 and not any(name for name, _ in found):
        return [("", {key: value for _, values in found for key, value in values.items()})]
    return found


def _number(text: str | None) -> float | None:
    text = (text or "").strip()
    return float(text) if _NUMBER.fullmatch(text) else None


def _count(text: str | None) -> int | None:
    number = _number(text)
    return int(number) if number is not None and 1 <= number <= _LARGEST_COUNT else None


def _seconds(text: str | None) -> float | None:
    number = _number(text)
    return number if number is not None and 0 < number <= _LONGEST_SECONDS else None


def _remaining(text: str | None) -> int | None:
    number = _number(text)
    return int(number) if number is not None and number <= _LARGEST_COUNT else None


def _reset(text: str | None) -> float | None:
    """Seconds until the window is over, told as such, or as a moment in seconds or milliseconds since 1970."""
    number = _number(text)
    if number is None:
        return None
    if number > _EPOCH_MILLISECONDS:
        number = number / 1000 - time.time()
    elif number > _EPOCH_SECONDS:
        number -= time.time()
    return number if 0 <= number <= _LONGEST_SECONDS else None
