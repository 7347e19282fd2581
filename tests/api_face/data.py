"""The records behind the face: loaded once, sorted once, otherwise left as they came."""

from __future__ import annotations

import json
import lzma
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from .predicates import NEVER, Row, parse_instant

__all__ = ["FaceData", "Key", "Listing", "default_path", "load"]

Record = dict[str, Any]
#: Where a row stands in a listing: its instant (``NEVER`` when missing) and its id.
Key = tuple[datetime, str]


class Listing:
    """Rows in the order of the API: newest first, ties by id descending, no time at all last."""

    def __init__(self, records: Iterable[Record], time_field: str, id_field: str) -> None:
        keyed = [(Row(record), str(record.get(id_field, ""))) for record in records]
        pairs = sorted(
            (((row.instant(time_field) or NEVER, ident), row) for row, ident in keyed),
            key=lambda pair: pair[0],
        )
        self._ascending = [key for key, _ in pairs]
        self.rows = [row for _, row in reversed(pairs)]
        self.keys = self._ascending[::-1]
        self.by_id = {ident: row for row, ident in keyed}
        self.order = f"{time_field}:desc"

    def after(self, key: Key) -> int:
        """The position of the first row that stands after `key`; the row of `key` itself may be gone."""
        return len(self.rows) - bisect_left(self._ascending, key)


@dataclass(eq=False)
class FaceData:
    """Raw records and the moment they were taken; call `changed` after altering a list in place."""

    jobs: list[Record]
    orgs: list[Record]
    sources: list[Record]
    events: list[Record]
    clock: str
    snapshot: Record = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        jobs: Iterable[Record],
        orgs: Iterable[Record] = (),
        sources: Iterable[Record] = (),
        events: Iterable[Record] = (),
        clock: str | None = None,
    ) -> FaceData:
        """Data from hand-made records; without a clock, the latest time any record tells is now."""
        jobs, events = list(jobs), list(events)
        return cls(jobs, list(orgs), list(sources), events, clock or _latest(jobs, events))

    @cached_property
    def job_listing(self) -> Listing:
        """All jobs, newest first by `first_seen_at`."""
        return Listing(self.jobs, "first_seen_at", "job_id")

    @cached_property
    def event_listing(self) -> Listing:
        """All events, newest first by `observed_at`."""
        return Listing(self.events, "observed_at", "event_id")

    @cached_property
    def orgs_by_id(self) -> dict[str, Record]:
        """Organisations by `org_id`."""
        return {str(record["org_id"]): record for record in self.orgs}

    @cached_property
    def sources_by_id(self) -> dict[str, Record]:
        """Sources by `source_id`."""
        return {str(record["source_id"]): record for record in self.sources}

    def changed(self) -> None:
        """Forget every derived order and index."""
        for name in ("job_listing", "event_listing", "orgs_by_id", "sources_by_id"):
            self.__dict__.pop(name, None)


def default_path() -> Path:
    """Where the repository keeps its sample."""
    return Path(__file__).resolve().parents[2] / "bluedoor_tools" / "backends" / "sample" / "sample.jsonl.xz"


def load(path: str | Path | None = None) -> FaceData:
    """Read JSON lines, plain or xz: a snapshot line, then one line a record."""
    chosen = Path(path) if path is not None else default_path()
    found: dict[str, list[Record]] = {"job": [], "org": [], "source": [], "event": []}
    snapshot: Record = {}
    for number, line in enumerate(_lines(chosen), start=1):
        entry = json.loads(line)
        if entry["kind"] == "snapshot":
            snapshot = entry["data"]
        elif entry["kind"] in found:
            found[entry["kind"]].append(entry["data"])
        else:
            raise ValueError(f"{chosen.name}, line {number}: unknown kind {entry['kind']!r}")
    clock = str(snapshot.get("clock") or _latest(found["job"], found["event"]))
    return FaceData(found["job"], found["org"], found["source"], found["event"], clock, snapshot)


def _lines(path: Path) -> Iterator[str]:
    with lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8") as lines:
        yield from (line for line in lines if line.strip())


def _latest(jobs: list[Record], events: list[Record]) -> str:
    """The latest time told by a job or an event, as it is written there."""
    told = [job.get(name) for job in jobs for name in ("first_seen_at", "last_seen_at", "last_checked_at")]
    told += [event.get("observed_at") for event in events]
    known = [(instant, str(text)) for text in told if (instant := parse_instant(text)) is not None]
    return max(known)[1] if known else "1970-01-01T00:00:00Z"
