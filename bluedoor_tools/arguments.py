"""Checks of single arguments: dates, limits, columns, ids; each says what is wrong and names the fix."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from numbers import Integral
from typing import Any, TypeAlias

from .errors import InvalidRequestError, nearest

__all__ = [
    "DateLike",
    "check_columns",
    "check_id",
    "check_ids",
    "check_limit",
    "check_limit_of_one_answer",
    "check_limit_of_requests",
    "did_you_mean",
    "instant",
    "instant_text",
    "is_id",
    "values_of",
]

DateLike: TypeAlias = "str | dt.date | dt.datetime"

_AGE = re.compile(r"(\d{1,5})\s*([hdw])")
_HOURS = {"h": 1, "d": 24, "w": 168}
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def instant(value: Any, now: dt.datetime, name: str = "date") -> dt.datetime:
    """A caller's date as an instant in UTC; an age is counted back from `now`.

    >>> noon = dt.datetime(2026, 6, 7, 12, tzinfo=dt.UTC)
    >>> instant("7d", noon).isoformat(), instant(dt.date(2026, 6, 1), noon).isoformat()
    ('2026-05-31T12:00:00+00:00', '2026-06-01T00:00:00+00:00')
    """
    if isinstance(value, dt.datetime):
        if str(value) == "NaT":  # pandas' missing date is a datetime, too
            raise InvalidRequestError(f"{name} is NaT.", hint="Give a date, or leave the filter out.")
        moment = value.to_pydatetime(warn=False) if hasattr(value, "to_pydatetime") else value
    elif isinstance(value, dt.date):
        moment = dt.datetime(value.year, value.month, value.day)
    elif isinstance(value, str):
        age = _AGE.fullmatch(value.strip().lower())
        try:
            if age:
                moment = now - dt.timedelta(hours=int(age[1]) * _HOURS[age[2]])
            else:
                moment = dt.datetime.fromisoformat(value.strip())
        except (ValueError, OverflowError):
            raise InvalidRequestError(
                f"{name}={value!r} is not a date.",
                hint="Write ISO text such as '2026-06-01' or '2026-06-01T12:00:00Z', or an age: '7d', '12h', '2w'.",
            ) from None
    else:
        raise InvalidRequestError(
            f"{name} takes a date, not {type(value).__name__}.",
            hint="Write '2026-06-01', an age such as '7d', or pass a date, datetime or Timestamp.",
        )
    try:
        return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)
    except OverflowError:  # the first or last day of the calendar, moved out of it by its zone
        raise InvalidRequestError(f"{name}={value!r} is out of range.", hint="Give a later or earlier date.") from None


def instant_text(moment: dt.datetime) -> str:
    """An instant as the API writes it: UTC, with `Z`, a fraction only where there is one."""
    return moment.isoformat().replace("+00:00", "Z")


def check_limit(limit: object) -> int | None:
    """A caller's limit: a whole number of at least 1, or None for all."""
    return None if limit is None else _count(limit, "Use 1 or more, or None for all.")


def check_limit_of_one_answer(limit: object, most: int) -> int:
    """A caller's limit where the API answers once, without a cursor: 1 to `most`."""
    hint = f"Use 1 to {most}: the API gives no more at once, and names no cursor for the rest."
    count = _count(limit, hint)
    if count > most:
        raise InvalidRequestError(f"limit={limit!r} is more than the API gives.", hint=hint)
    return count


def check_limit_of_requests(most: object) -> int:
    """A caller's bound on the requests that one call may send: a whole number of at least 1."""
    if isinstance(most, bool) or not isinstance(most, Integral) or most < 1:
        raise InvalidRequestError(f"max_requests={most!r} is not a number of requests.", hint="Use 1 or more.")
    return int(most)


def _count(limit: object, hint: str) -> int:
    if isinstance(limit, bool) or not isinstance(limit, Integral) or limit < 1:
        raise InvalidRequestError(f"limit={limit!r} is not a number of rows.", hint=hint)
    return int(limit)


def check_columns(columns: object, known: list[str]) -> list[str]:
    """A caller's columns in the caller's order, each known; ``"all"`` stands for all."""
    if isinstance(columns, str):
        columns = known if columns == "all" else [columns]
    if not isinstance(columns, Iterable):
        raise InvalidRequestError("columns takes a list of names, or 'all'.")
    wanted = list(columns)
    if not wanted:
        raise InvalidRequestError("columns is empty.", hint="Name at least one, or leave it out for the default.")
    for name in wanted:
        if name not in known:
            raise InvalidRequestError(f"There is no column {name!r}.", hint=did_you_mean(str(name), known))
    return list(dict.fromkeys(wanted))


def values_of(name: str, value: Any) -> list[Any]:
    """The values of an argument that takes one or several: of any iterable, such as a column of a frame."""
    if isinstance(value, str):
        return [value]
    try:
        # The keys of a mapping and the names of a frame's columns are not what was meant.
        if isinstance(value, bytes | Mapping) or hasattr(value, "columns"):
            raise TypeError
        given = list(value)
    except TypeError:
        raise InvalidRequestError(
            f"{name} takes text, not {type(value).__name__}.",
            hint="Write it in quotes; several as a list, or as one column of a frame.",
        ) from None
    if not given:
        raise InvalidRequestError(f"{name} is an empty list.", hint="Leave the filter out to match everything.")
    return given


def check_id(name: str, value: Any) -> str:
    """The id of one organisation or board."""
    ids = check_ids(name, value)
    if len(ids) > 1:
        raise InvalidRequestError(f"{name} takes one id, not {len(ids):,}.", hint="Ask once for each.")
    return ids[0]


def is_id(value: object) -> bool:
    """Whether this is the id of an organisation or board: a UUID."""
    return isinstance(value, str) and _UUID.fullmatch(value.strip().lower()) is not None


def check_ids(name: str, value: Any) -> tuple[str, ...]:
    """Ids of organisations or boards: one, or several of any iterable (a column of a frame, too)."""
    given = values_of(name, value)
    ids = [text.strip().lower() if isinstance(text, str) else text for text in given]
    for text in ids:
        if not is_id(text):
            raise InvalidRequestError(
                f"{name} holds {str(text)[:60]!r}, which is not an id.",
                hint="Ids are UUIDs such as '72fe3b06-0d08-4f7d-9dfd-beedeeda0a25': see a frame's org_id, source_id.",
            )
    return tuple(sorted(set(ids)))


def did_you_mean(word: str, known: list[str]) -> str:
    """The hint for an unknown word: the nearest known one, or all of them."""
    close = nearest(word, known)
    return f"Did you mean {close!r}?" if close else f"Known: {', '.join(known)}."
