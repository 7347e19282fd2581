"""How a large query is split into parts that are disjoint and together the whole: by time, then by what else there is.

A part is what narrows the query (`Within`): windows of the instant that rows are ordered by, at or after one bound and
before the other. Bounds lie at an odd millisecond, where no posting is likely to be: so nothing is lost or doubled
there, even if a server takes a bound in that this library takes to be left out.
"""

from __future__ import annotations

import datetime as dt

from .arguments import instant_text
from .chain import Order, narrowed
from .cursor import Within

__all__ = ["by_age", "by_time"]

_DAY = dt.timedelta(days=1)
_OLDEST = 1024  # days; what is older is one part
_MOST = 64  # parts that one is split into at once: a part that is still too large is split again
_ODD = dt.timedelta(microseconds=517_000)
_NARROWEST = dt.timedelta(seconds=2)


def by_age(within: Within, order: Order, now: dt.datetime) -> list[Within]:
    """The parts of one, newest first: the last day, the day before, the two before these, the four before those, …

    Sizes are not known yet, and there is much more that is new than that is old.
    """
    after, before = _bounds(within, order)
    days, cuts = 1, []
    while days <= _OLDEST:
        cuts.append(_odd(now - days * _DAY))
        days *= 2
    return _cut(within, order, [cut for cut in cuts if (after is None or cut > after) and (not before or cut < before)])


def by_time(within: Within, order: Order, newest: dt.datetime, parts: int) -> list[Within]:
    """About so many parts of equal length, newest first; one only where a window is too short to be cut.

    `newest` is the instant of its first row.
    """
    after, before = _bounds(within, order)
    newest = min(before or newest + _NARROWEST, newest + _NARROWEST)
    if after is None:  # what is older than anything known
        after = newest - 2 * _OLDEST * _DAY
        return _cut(within, order, [_odd(after)])
    number = min(_MOST, max(2, parts), int((newest - after) / _NARROWEST))
    step = (newest - after) / max(1, number)
    cuts = {_odd(newest - at * step) for at in range(1, number)}
    return _cut(within, order, sorted((cut for cut in cuts if after < cut < newest), reverse=True))


def _cut(within: Within, order: Order, cuts: list[dt.datetime]) -> list[Within]:
    """A part cut at instants, which come newest first."""
    if order.after is None or order.before is None:
        return [within]
    parts, rest = [], within
    for cut in map(instant_text, cuts):
        parts.append(narrowed(rest, order.after, cut))
        rest = narrowed(rest, order.before, cut)
    return [*parts, rest]


def _bounds(within: Within, order: Order) -> tuple[dt.datetime | None, dt.datetime | None]:
    said = dict(within)
    after, before = said.get(str(order.after)), said.get(str(order.before))
    return tuple(dt.datetime.fromisoformat(str(bound)) if bound else None for bound in (after, before))  # type: ignore[return-value]


def _odd(moment: dt.datetime) -> dt.datetime:
    return moment.replace(microsecond=0) + _ODD
