"""One page of a listing: a linear scan, a count that may stop early, and a cursor nobody should read."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .data import Key, Listing
from .predicates import Predicate, Row
from .settings import ApiError, Settings

__all__ = ["Page", "fingerprint", "page"]


@dataclass
class Page:
    """The rows of a page and its meta."""

    rows: list[Row]
    meta: dict[str, Any]


def fingerprint(endpoint: str, filters: Mapping[str, Any]) -> str:
    """What a cursor is bound to: the endpoint and the filters, neither limit nor include."""
    same = {name: sorted(value) if isinstance(value, list) else value for name, value in filters.items()}
    told = json.dumps([endpoint, same], default=str, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def page(
    listing: Listing,
    tests: Sequence[Predicate],
    asked: Mapping[str, Any],
    bound: str,
    settings: Settings,
    cap: int | None,
) -> Page:
    """The rows after the cursor that pass every test, with the meta the contract promises."""
    limit = asked.get("limit", settings.default_limit)
    if not 1 <= limit <= settings.max_limit:
        raise ApiError(400, "invalid_parameter", f"`limit` must be 1 to {settings.max_limit}, not {limit}")
    start = listing.after(_decode(asked["cursor"], bound)) if "cursor" in asked else 0
    wanted = asked.get("include_total", True) and not settings.total_absent
    counting = wanted and not settings.total_unavailable

    found: list[int] = []
    total = 0
    for position in range(0 if counting else start, len(listing.rows)):
        row = listing.rows[position]
        if not all(test(row) for test in tests):
            continue
        total += 1
        if position >= start and len(found) <= limit:
            found.append(position)
        if len(found) > limit and (not counting or (cap is not None and total > cap)):
            break

    shown, more = found[:limit], len(found) > limit
    meta: dict[str, Any] = {"limit": limit, "order": listing.order}
    if more:
        meta["next_cursor"] = _encode(listing.keys[shown[-1]], bound)
    elif settings.last_cursor == "null":
        meta["next_cursor"] = None
    if counting:
        capped = cap is not None and total > cap
        meta["total_matching"] = cap if capped else total
        if capped:
            meta["total_matching_capped"] = True
    elif wanted:
        meta |= {"total_matching": None, "total_matching_unavailable": True}
    return Page([listing.rows[position] for position in shown], meta)


def _seal(place: list[str], bound: str) -> str:
    return hashlib.sha256("|".join([*place, bound, "face"]).encode()).hexdigest()[:12]


def _encode(key: Key, bound: str) -> str:
    place = [key[0].isoformat(), key[1]]
    return base64.urlsafe_b64encode(json.dumps([*place, bound, _seal(place, bound)]).encode()).decode().rstrip("=")


def _decode(cursor: str, bound: str) -> Key:
    try:
        raw = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        instant, ident, told, seal = json.loads(raw)
        genuine = _seal([instant, ident], told) == seal
        key = (datetime.fromisoformat(instant), ident)
    except (ValueError, TypeError):
        genuine = False
    if not genuine:
        raise ApiError(400, "invalid_cursor", "`cursor` is not one this API gave out")
    if told != bound:
        raise ApiError(400, "invalid_cursor", "`cursor` belongs to another query; send it with the same filters")
    return key
