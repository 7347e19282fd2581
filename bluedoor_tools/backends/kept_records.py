"""The records of one API, from disk where they are young enough, and onto it when they were asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..wire.cache import RecordCache
from ..wire.work import current
from .assumed_names import same_id

__all__ = ["KeptRecords"]

IN_BULK = "org in bulk"


class KeptRecords:
    """What `cache` has of the API at `base_url`; without a cache, nothing. Records "not found" are never kept."""

    def __init__(self, cache: RecordCache | None, base_url: str) -> None:
        self._cache = cache
        self._base_url = base_url

    def one(self, kind: str, record_id: str, ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """A job, org or source: kept, or asked for and then kept."""
        kept = self._get(kind, [record_id], kind)
        if kept:
            return kept[record_id]
        record = ask()
        self._put(kind, {record_id: record}, kind)
        return record

    def orgs(self, org_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Those organisations that are kept, asked for in bulk or one by one."""
        found = self._get(IN_BULK, org_ids, "org")
        return found | self._get("org", [org_id for org_id in org_ids if org_id not in found], "org")

    def keep_orgs(self, records: Mapping[str, dict[str, Any] | None]) -> None:
        """Keep what a look-up in bulk gave."""
        self._put(IN_BULK, {org_id: record for org_id, record in records.items() if record is not None}, "org")

    def close(self) -> None:
        """Give up the cache's file; nothing is read from it any more."""
        if self._cache is not None:
            self._cache.close()
            self._cache = None

    def _get(self, stored_as: str, ids: Sequence[str], kind: str) -> dict[str, dict[str, Any]]:
        call = current()
        if self._cache is None or call.refresh:
            return {}
        kept = self._cache.get(self._base_url, stored_as, ids)
        found = {name: entry.record for name, entry in kept.items() if _is_of(entry.record, kind, name)}
        if found:
            call.from_cache(kind, min(kept[name].asked_at for name in found), len(found))
        return found

    def _put(self, stored_as: str, records: Mapping[str, dict[str, Any]], kind: str) -> None:
        if self._cache is not None:
            sure = {name: record for name, record in records.items() if _is_of(record, kind, name)}
            self._cache.put(self._base_url, stored_as, sure)


def _is_of(record: Mapping[str, Any], kind: str, asked: str) -> bool:
    """Whether a record says itself that it is the one asked for."""
    own = record.get(f"{kind}_id")
    return own is not None and same_id(own, asked)
