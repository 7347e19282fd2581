"""Limits, orders, the chain of pages, and what an unknown id answers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from bluedoor_tools.decode import parse_instant

from .asking import Asker, Exchange
from .findings import Finding
from .readings import Record

__all__ = ["ascending", "on_errors", "on_limit", "on_order", "on_page_limit", "on_ties"]

_UNKNOWN_JOB = "0" * 40
_SHAPES = ("error", "message", "detail")


def on_limit(row: str, limit: int, ask: Callable[[int], Exchange]) -> tuple[Finding, Exchange]:
    """Whether just this many are answered at most; and the fullest answer, for what else it tells."""
    above = ask(limit + 1)
    if above.answered:
        allowed = above.meta.get("limit")
        count = len(above.data) if isinstance(above.data, list) else 0
        if allowed == limit or (allowed is None and count == limit):
            return Finding(row, "confirmed", f"{above.asked} → {count}, cut to {limit}"), above
        if isinstance(allowed, int) and allowed < limit:
            return Finding(row, "contradicted", f"{above.asked} → meta.limit {allowed}", f"{row}: {allowed}"), above
        if allowed == limit + 1 or count > limit:
            told = f"{above.asked} → {count}, and no refusal"
            return Finding(row, "contradicted", told, f"{row}: more than {limit} are allowed"), above
        return Finding(row, "undecided", f"{above.asked} → {count}, and meta says no limit"), above
    at = ask(limit)
    if at.answered:
        allowed = at.meta.get("limit")
        if isinstance(allowed, int) and allowed < limit:
            return Finding(row, "contradicted", f"{at.asked} → meta.limit {allowed}", f"{row}: {allowed}"), at
        if above.refused:
            return Finding(row, "confirmed", f"{limit} answered, {limit + 1} refused: {above.error}"), at
        return Finding(row, "undecided", f"{limit} answered, {limit + 1}: {above.error}"), at
    if not at.refused:
        return Finding(row, "undecided", f"{at.asked}: {at.error}"), at
    named = [int(text) for text in re.findall(r"\d+", at.error) if 1 < int(text) < limit]
    lower = ask(max(named, default=limit // 2))
    if not lower.answered:
        return Finding(row, "contradicted", f"{limit} refused: {at.error}", f"{row}: less than {limit}"), lower
    asked = max(named, default=limit // 2)
    told = f"{limit} refused, {asked} answered: {at.error}"
    return Finding(
        row, "contradicted", told, f"{row}: {asked}" if named else f"{row}: {asked}, or a little more"
    ), lower


def _keys(rows: Sequence[Record], time: str, identity: str) -> list[tuple[Any, str]]:
    return [(parse_instant(str(row.get(time))), str(row.get(identity))) for row in rows]


def ascending(rows: Sequence[Record], time: str) -> bool | None:
    """Whether the times rise; None where they neither rise nor fall."""
    moments = [moment for moment, _ in _keys(rows, time, "") if moment is not None]
    if len(set(moments)) < 2:
        return None
    if all(one >= other for one, other in pairwise(moments)):
        return False
    return True if all(one <= other for one, other in pairwise(moments)) else None


def on_order(row: str, exchange: Exchange, time: str) -> Finding:
    """Newest first."""
    rises, rows = ascending(exchange.rows, time), exchange.rows
    told = f"{exchange.asked} → {len(rows)} rows, meta.order {exchange.meta.get('order')!r}"
    if rises is False:
        return Finding(row, "confirmed", f"{told}, {time} never rises")
    if len({line.get(time) for line in rows}) < 2:
        return Finding(row, "undecided", f"{told}: too few different times; {exchange.error}")
    how = f"ascending by {time}" if rises else f"not by {time}"
    return Finding(row, "contradicted", told, f"order: {how}, not newest first")


def on_ties(exchange: Exchange, time: str, identity: str) -> Finding:
    """Ties descend by id."""
    keys = _keys(exchange.rows, time, identity)
    tied = [one > other for (at, one), (then, other) in pairwise(keys) if at == then]
    if not tied:
        return Finding("ORDER ties", "undecided", f"no two of {len(keys)} records share a {time}")
    told = f"{sum(tied)} of {len(tied)} neighbours with the same {time} descend by {identity}"
    if all(tied):
        return Finding("ORDER ties", "confirmed", told)
    how = f"ties ascend by {identity}" if not any(tied) else f"ties do not follow {identity}"
    return Finding("ORDER ties", "contradicted", told, f"ACCESS order: {how}")


def on_page_limit(first: Exchange, second: Exchange, limit: int, time: str) -> Finding:
    """The limit may differ within a chain, which goes on where it stopped."""
    row = "ACCESS cursor"
    came = len(second.rows) if second.answered else second.error
    told = f"{limit} rows asked for after a page of {len(first.rows)}: {came}"
    if not first.more:
        return Finding(row, "undecided", f"{first.asked}: no second page")
    if not second.answered:
        wrong = "the `limit` must stay the same within a chain"
        return Finding(row, *(("contradicted", told, wrong) if second.refused else ("undecided", told)))
    if len(second.rows) != limit:
        return Finding(row, "contradicted", told, "the first page's `limit` holds for the whole chain")
    again = {line.get("job_id") for line in first.rows} & {line.get("job_id") for line in second.rows}
    if again:
        return Finding(row, "contradicted", f"{told}; {len(again)} of them again", "another `limit` moves the cursor")
    whole = ascending([*first.rows, *second.rows], time)
    if whole is None or whole is not ascending(first.rows, time):
        return Finding(row, "undecided", f"{told}, but they do not follow in the order of the first page")
    return Finding(row, "confirmed", f"{told}, and they follow on the first page")


def on_errors(asker: Asker) -> Finding:
    """An unknown id is a 404, with a body that the transport can read."""
    row, exchange = "ACCESS errors", asker.ask(f"/jobs/{_UNKNOWN_JOB}")
    if exchange.status is None or exchange.status >= 500 or exchange.status == 429:
        return Finding(row, "undecided", f"{exchange.asked}: {exchange.error}")
    body = json.dumps(exchange.content)[:120]
    told = f"an unknown id answers {exchange.status}: {body}"
    if exchange.status != 404:
        return Finding(row, "contradicted", told, f"unknown ids are answered by {exchange.status}, not 404")
    content = exchange.content
    shaped = isinstance(content, dict) and any(name in content for name in _SHAPES)
    if not (shaped or (isinstance(content, str) and not content.lstrip().startswith("<"))):
        return Finding(row, "contradicted", told, "errors: another shape; teach `wire/transport.py` to read it")
    return Finding(row, "confirmed", told)
