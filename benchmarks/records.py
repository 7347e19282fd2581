"""Synthetic postings for the server of the benchmarks: the sample's, over and over, with new ids and times.

Nothing here was ever advertised. A page is put together from pieces of JSON that are encoded once, so that serving
one costs the server much less than reading it costs the client.
"""

from __future__ import annotations

import hashlib
import json
import random
import zlib
from bisect import bisect_left
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from tests.api_face import load

__all__ = ["BadRequestError", "Records", "job_ids"]

_NOW = datetime(2026, 6, 1, tzinfo=UTC)
_SPAN = timedelta(days=730)
_BULK, _BULK_AT = 3_000, _NOW - timedelta(days=200)
_ID, _TIME = "\0id\0", "\0time\0"
_FILTERS = frozenset({"first_seen_after", "first_seen_before", "provider", "salary_exists", "active", "status"})
_SEARCH = _FILTERS | {"limit", "cursor", "include_total"}
_FACETS = _FILTERS | {"field", "limit"}


class BadRequestError(Exception):
    """A request that this server does not know."""


@cache
def job_ids(count: int) -> frozenset[str]:
    """The ids of so many records: what a load must end with, each once."""
    return frozenset(_job_id(number) for number in range(count))


class Records:
    """So many postings, first seen within two years: denser towards the end, and a bulk of them in one instant.

    Parameters
    ----------
    count
        how many postings
    total_cap
        where a count of them stops, as it does for keyless callers; None: never
    """

    def __init__(self, count: int, total_cap: int | None = 1000) -> None:
        sample = load()
        self._total_cap = total_cap
        self._pieces = [_pieces(job) for job in sample.jobs]
        self._traits = [
            (
                str(job["provider"]).casefold(),
                job.get("salary_min") is not None or job.get("salary_max") is not None,
                job.get("active") is True,
            )
            for job in sample.jobs
        ]
        self._orgs = {str(org["org_id"]): json.dumps(org, ensure_ascii=False).encode() for org in sample.orgs}
        chance = random.Random(count)
        bulk = min(_BULK, count // 10)
        times = [_BULK_AT if n < bulk else _NOW - chance.random() ** 2 * _SPAN for n in range(count)]
        # Oldest first, ties by id: pages are read from the end.
        rows = sorted(
            (at.replace(microsecond=at.microsecond // 1000 * 1000), _job_id(n), n % len(sample.jobs))
            for n, at in enumerate(times)
        )
        self._times = [at for at, _, _ in rows]
        self._ids = [ident for _, ident, _ in rows]
        self._made_of = [number for _, _, number in rows]
        self._told = [
            (ident.encode(), at.isoformat(timespec="milliseconds").replace("+00:00", "Z").encode())
            for at, ident, _ in rows
        ]
        self._place = {ident: place for place, ident in enumerate(self._ids)}
        self._providers = sorted({provider for provider, _, _ in self._traits})
        self._found: dict[tuple[str | None, bool | None, bool | None], list[int]] = {}

    def search(self, asked: Mapping[str, str]) -> bytes:
        """A page of postings, newest first."""
        _known(asked, _SEARCH)
        limit = int(asked.get("limit", "20"))
        if not 1 <= limit <= 100:
            raise BadRequestError("`limit` must be 1 to 100")
        places, low, high = self._matching(asked, asked.get("provider"))
        bound = zlib.crc32(repr(sorted((name, asked[name]) for name in _FILTERS & asked.keys())).encode())
        end = high
        if "cursor" in asked:
            ident, _, sign = asked["cursor"].partition("-")
            if ident not in self._place or sign != f"{bound:x}":
                raise BadRequestError("`cursor` is not one of this query")
            end = min(high, bisect_left(places, self._place[ident]))
        shown = places[max(low, end - limit) : end][::-1]
        meta: dict[str, Any] = {"limit": limit, "order": "first_seen_at:desc"}
        if end - limit > low:
            meta["next_cursor"] = f"{self._ids[shown[-1]]}-{bound:x}"
        if _flag(asked, "include_total") is not False:
            total = high - low
            capped = self._total_cap is not None and total > self._total_cap
            meta["total_matching"] = self._total_cap if capped else total
            if capped:
                meta["total_matching_capped"] = True
        rows = b",".join([self._row(place) for place in shown])
        return b'{"data":[' + rows + b'],"meta":' + json.dumps(meta).encode() + b"}"

    def facets(self, asked: Mapping[str, str]) -> bytes:
        """How many postings each provider has."""
        _known(asked, _FACETS)
        if asked.get("field") != "ats_provider":
            raise BadRequestError("`field` must be ats_provider")
        limit = int(asked.get("limit", "50"))
        counts: list[tuple[int, str]] = []
        for provider in self._providers:
            if asked.get("provider", provider).casefold() == provider:
                _, low, high = self._matching(asked, provider)
                counts.append((low - high, provider))
        data = [{"value": provider, "count": -less} for less, provider in sorted(counts)[:limit] if less]
        meta = {"field": "ats_provider", "count": len(data), "limit": limit}
        return json.dumps({"data": data, "meta": meta}).encode()

    def orgs(self, body: bytes) -> bytes:
        """Organisations by id, null where one is not known."""
        ids = json.loads(body)["org_ids"]
        if len(ids) > 100:
            raise BadRequestError("`org_ids` must be at most 100 ids")
        entries = [
            b'{"input":{"org_id":' + json.dumps(one).encode() + b'},"data":' + self._orgs.get(one, b"null") + b"}"
            for one in ids
        ]
        return b'{"data":[' + b",".join(entries) + b"]}"

    def _row(self, place: int) -> bytes:
        before, between, after = self._pieces[self._made_of[place]]
        ident, time = self._told[place]
        return b"".join((before, ident, between, time, after))

    def _matching(self, asked: Mapping[str, str], provider: str | None) -> tuple[list[int], int, int]:
        """The places of the rows that pass all filters but those on time, and which of them pass these, too."""
        active = _flag(asked, "active")
        if "status" in asked:
            if active is not None or asked["status"] not in {"active", "expired"}:
                raise BadRequestError("give `active`, or `status` as active or expired")
            active = asked["status"] == "active"
        wanted = (provider.casefold() if provider else None, _flag(asked, "salary_exists"), active)
        places = self._found.get(wanted)
        if places is None:
            passing = [all(w is None or w == t for w, t in zip(wanted, traits, strict=True)) for traits in self._traits]
            places = self._found[wanted] = [place for place, made_of in enumerate(self._made_of) if passing[made_of]]
        low = self._edge(places, asked.get("first_seen_after"), 0)
        return places, low, max(low, self._edge(places, asked.get("first_seen_before"), len(places)))

    def _edge(self, places: list[int], time: str | None, default: int) -> int:
        if time is None:
            return default
        at = datetime.fromisoformat(time)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
        return bisect_left(places, bisect_left(self._times, at))


def _job_id(number: int) -> str:
    return hashlib.sha1(f"synthetic {number}".encode()).hexdigest()


def _pieces(job: Mapping[str, Any]) -> tuple[bytes, bytes, bytes]:
    """The JSON of a posting without its text, broken where its id and the time of its first sight belong."""
    rest = {name: value for name, value in job.items() if name not in {"description_text", "job_id", "first_seen_at"}}
    text = json.dumps({"job_id": _ID, "first_seen_at": _TIME, **rest}, ensure_ascii=False, separators=(",", ":"))
    before, _, after = text.partition(json.dumps(_ID)[1:-1])
    between, _, after = after.partition(json.dumps(_TIME)[1:-1])
    return before.encode(), between.encode(), after.encode()


def _known(asked: Mapping[str, str], names: frozenset[str]) -> None:
    for name in asked:
        if name not in names:
            raise BadRequestError(f"unknown parameter `{name}`")


def _flag(asked: Mapping[str, str], name: str) -> bool | None:
    if name not in asked:
        return None
    if asked[name] not in {"true", "false"}:
        raise BadRequestError(f"`{name}` must be true or false")
    return asked[name] == "true"
