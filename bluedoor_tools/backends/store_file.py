"""The file of a local store: jobs, events, organisations and boards in SQLite, and how they are written.

`jobs` holds the current version of each posting: the whole record as JSON text (its description apart, because most
readers leave it), beside narrow columns for what filters, facets and order read; `events` the same for events. Text
that filters compare is kept case-folded, instants are microseconds since 1970. The columns come from the contract's
parameters, so a new filter is a row there. Room is left for more: `valid_from` says since when a version holds, so that
a later sync can move the one it replaces to a table of the same shape, and rows are written by column name, so that
columns can be added.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .. import contract
from ..decode import parse_instant

__all__ = [
    "NEVER",
    "SCHEMA_VERSION",
    "create_store",
    "dump",
    "folded",
    "microseconds",
    "words",
    "write_jobs",
    "write_records",
]

SCHEMA_VERSION = 2
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
NEVER = -(2**62)  # a posting without first_seen_at, an event without observed_at sort last
_FOLDED = sorted(
    {
        name
        for parameter in contract.PARAMETERS.values()
        if parameter.match in {"contains", "equals"}
        for name in parameter.reads
    }
)
_NUMBERS = ("salary_min", "salary_max")
_INSTANTS = sorted({p.reads[0] for p in contract.PARAMETERS.values() if p.match in {"from", "before"}})
_IDS = sorted({p.reads[0] for p in contract.PARAMETERS.values() if p.match == "one_of"})
_COUNTED = sorted({facet.reads for facet in contract.FACET_FIELDS.values()})
_EVENT_IDS = sorted({p.reads[0] for p in contract.EVENT_PARAMETERS.values() if p.match == "one_of"})
_EVENT_FOLDED = sorted({p.reads[0] for p in contract.EVENT_PARAMETERS.values() if p.match == "equals"})
_EVENT_COLUMNS = (
    "event_id", "observed_order", "observed_at", *_EVENT_IDS, *(f"{name}_folded" for name in _EVENT_FOLDED), "record",
)  # fmt: skip
_COLUMNS = (
    "job_id", "first_seen_order", "valid_from", "words",
    *(f"{name}_folded" for name in _FOLDED), *_COUNTED, *_NUMBERS, *_INSTANTS, *_IDS, "record", "description_text",
)  # fmt: skip


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def folded(value: Any) -> str | None:
    """Text as filters compare it, whatever its case; None for anything else."""
    return value.casefold() if isinstance(value, str) else None


def words(text: str) -> list[str]:
    """The words of a text, as `q` finds them."""
    return re.findall(r"\w+", text.casefold())


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def microseconds(value: Any) -> int | None:
    """An instant as microseconds since 1970; None for anything else."""
    moment = parse_instant(value) if isinstance(value, str) else None
    return None if moment is None else (moment - _EPOCH) // dt.timedelta(microseconds=1)


def create_store(path: Path, clock: str) -> sqlite3.Connection:
    """A new, empty store at `path`, with the instant up to which it knows events; returns a writing connection."""
    store = sqlite3.connect(path)
    typed = {**dict.fromkeys(_NUMBERS, "REAL"), **dict.fromkeys(_INSTANTS, "INTEGER")}
    typed |= {"job_id": "TEXT PRIMARY KEY", "first_seen_order": "INTEGER NOT NULL", "valid_from": "INTEGER"}
    columns = ", ".join(f"{name} {typed.get(name, 'TEXT')}" for name in _COLUMNS)
    typed = {"event_id": "TEXT PRIMARY KEY", "observed_order": "INTEGER NOT NULL", "observed_at": "INTEGER"}
    event_columns = ", ".join(f"{name} {typed.get(name, 'TEXT')}" for name in _EVENT_COLUMNS)
    store.executescript(f"""
        CREATE TABLE store (name TEXT PRIMARY KEY, value TEXT NOT NULL);
        CREATE TABLE jobs ({columns});
        CREATE INDEX jobs_newest ON jobs (first_seen_order DESC, job_id DESC);
        CREATE INDEX jobs_by_org ON jobs (org_id, first_seen_order DESC, job_id DESC);
        CREATE INDEX jobs_by_source ON jobs (source_id, first_seen_order DESC, job_id DESC);
        CREATE TABLE events ({event_columns});
        CREATE INDEX events_newest ON events (observed_order DESC, event_id DESC);
        CREATE INDEX events_by_job ON events (job_id, observed_order DESC, event_id DESC);
        CREATE INDEX events_by_org ON events (org_id, observed_order DESC, event_id DESC);
        CREATE TABLE orgs (org_id TEXT PRIMARY KEY, record TEXT NOT NULL);
        CREATE TABLE sources (source_id TEXT PRIMARY KEY, record TEXT NOT NULL);
    """)
    store.executemany("INSERT INTO store VALUES (?, ?)", [("schema_version", str(SCHEMA_VERSION)), ("clock", clock)])
    return store


def write_jobs(store: sqlite3.Connection, jobs: Iterable[Mapping[str, Any]], valid_from: str) -> None:
    """Put current versions of jobs in, in place of those the store had of the same postings."""
    names, marks = ", ".join(_COLUMNS), ", ".join("?" * len(_COLUMNS))
    since = microseconds(valid_from)
    store.executemany(f"INSERT OR REPLACE INTO jobs ({names}) VALUES ({marks})", (_job_row(job, since) for job in jobs))


def _job_row(job: Mapping[str, Any], valid_from: int | None) -> tuple[Any, ...]:
    searched = (job.get(name) for name in contract.PARAMETERS["q"].reads)
    distinct = {word for text in searched if isinstance(text, str) for word in words(text)}
    row: dict[str, Any] = {
        "job_id": job["job_id"],
        "valid_from": valid_from,
        "words": f" {' '.join(sorted(distinct))} ",
        **{f"{name}_folded": folded(job.get(name)) for name in _FOLDED},
        **{name: _text(job.get(name)) for name in (*_COUNTED, *_IDS, "description_text")},
        **{name: _number(job.get(name)) for name in _NUMBERS},
        **{name: microseconds(job.get(name)) for name in _INSTANTS},
        "record": dump({name: value for name, value in job.items() if name != "description_text"}),
    }
    row["first_seen_order"] = NEVER if row["first_seen_at"] is None else row["first_seen_at"]
    return tuple(row[name] for name in _COLUMNS)


def _event_row(event: Mapping[str, Any]) -> tuple[Any, ...]:
    observed = microseconds(event.get("observed_at"))
    row = {
        "event_id": event["event_id"],
        "observed_order": NEVER if observed is None else observed,
        "observed_at": observed,
        **{name: _text(event.get(name)) for name in _EVENT_IDS},
        **{f"{name}_folded": folded(event.get(name)) for name in _EVENT_FOLDED},
        "record": dump(event),
    }
    return tuple(row[name] for name in _EVENT_COLUMNS)


def write_records(store: sqlite3.Connection, kind: str, records: Iterable[Mapping[str, Any]]) -> None:
    """Put organisations (``org``), boards (``source``) or events (``event``) in."""
    if kind == "event":
        names, marks = ", ".join(_EVENT_COLUMNS), ", ".join("?" * len(_EVENT_COLUMNS))
        store.executemany(f"INSERT INTO events ({names}) VALUES ({marks})", (_event_row(event) for event in records))
    else:
        store.executemany(f"INSERT INTO {kind}s VALUES (?, ?)", [(r[f"{kind}_id"], dump(r)) for r in records])


def dump(value: Any) -> str:
    """A value as compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
