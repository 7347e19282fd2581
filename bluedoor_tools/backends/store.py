"""The local store: jobs, events, organisations and boards in one SQLite file.

`jobs` holds the current version of each posting: the whole record as JSON text (its description apart, because most
readers leave it), beside narrow columns for what filters, facets and order read. Text that filters compare is kept
case-folded, instants are microseconds since 1970. The columns come from the contract's parameters, so a new filter is a
row there. Room is left for more: `valid_from` says since when a version holds, so that a later sync can move the one
it replaces to a table of the same shape, and rows are written by column name, so that columns can be added.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import contract
from ..decode import Decoder, Page, parse_instant
from ..errors import InvalidRequestError, NotFoundError
from ..query import JobQuery
from .base import FacetAnswer, JobPage, Request, facet_request, search_parameters

__all__ = ["SCHEMA_VERSION", "StoreBackend", "create_store", "write_jobs", "write_records"]

SCHEMA_VERSION = 1
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_NEVER = -(2**62)  # a posting without first_seen_at sorts last
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
_COLUMNS = (
    "job_id", "first_seen_order", "valid_from", "words",
    *(f"{name}_folded" for name in _FOLDED), *_COUNTED, *_NUMBERS, *_INSTANTS, *_IDS, "record", "description_text",
)  # fmt: skip


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _folded(value: Any) -> str | None:
    return value.casefold() if isinstance(value, str) else None


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _microseconds(value: Any) -> int | None:
    moment = parse_instant(value) if isinstance(value, str) else None
    return None if moment is None else (moment - _EPOCH) // dt.timedelta(microseconds=1)


def create_store(path: Path, clock: str) -> sqlite3.Connection:
    """A new, empty store at `path`, with the instant up to which it knows events; returns a writing connection."""
    store = sqlite3.connect(path)
    typed = {**dict.fromkeys(_NUMBERS, "REAL"), **dict.fromkeys(_INSTANTS, "INTEGER")}
    typed |= {"job_id": "TEXT PRIMARY KEY", "first_seen_order": "INTEGER NOT NULL", "valid_from": "INTEGER"}
    columns = ", ".join(f"{name} {typed.get(name, 'TEXT')}" for name in _COLUMNS)
    store.executescript(f"""
        CREATE TABLE store (name TEXT PRIMARY KEY, value TEXT NOT NULL);
        CREATE TABLE jobs ({columns});
        CREATE INDEX jobs_newest ON jobs (first_seen_order DESC, job_id DESC);
        CREATE INDEX jobs_by_org ON jobs (org_id, first_seen_order DESC, job_id DESC);
        CREATE TABLE events (event_id TEXT PRIMARY KEY, job_id TEXT, observed_at INTEGER, record TEXT NOT NULL);
        CREATE INDEX events_by_job ON events (job_id, observed_at, event_id);
        CREATE TABLE orgs (org_id TEXT PRIMARY KEY, record TEXT NOT NULL);
        CREATE TABLE sources (source_id TEXT PRIMARY KEY, record TEXT NOT NULL);
    """)
    store.executemany("INSERT INTO store VALUES (?, ?)", [("schema_version", str(SCHEMA_VERSION)), ("clock", clock)])
    return store


def write_jobs(store: sqlite3.Connection, jobs: Iterable[Mapping[str, Any]], valid_from: str) -> None:
    """Put current versions of jobs in, in place of those the store had of the same postings."""
    names, marks = ", ".join(_COLUMNS), ", ".join("?" * len(_COLUMNS))
    since = _microseconds(valid_from)
    store.executemany(f"INSERT OR REPLACE INTO jobs ({names}) VALUES ({marks})", (_job_row(job, since) for job in jobs))


def _job_row(job: Mapping[str, Any], valid_from: int | None) -> tuple[Any, ...]:
    searched = (job.get(name) for name in contract.PARAMETERS["q"].reads)
    words = {word for text in searched if isinstance(text, str) for word in _words(text)}
    row: dict[str, Any] = {
        "job_id": job["job_id"],
        "valid_from": valid_from,
        "words": f" {' '.join(sorted(words))} ",
        **{f"{name}_folded": _folded(job.get(name)) for name in _FOLDED},
        **{name: _text(job.get(name)) for name in (*_COUNTED, *_IDS, "description_text")},
        **{name: _number(job.get(name)) for name in _NUMBERS},
        **{name: _microseconds(job.get(name)) for name in _INSTANTS},
        "record": _dump({name: value for name, value in job.items() if name != "description_text"}),
    }
    row["first_seen_order"] = _NEVER if row["first_seen_at"] is None else row["first_seen_at"]
    return tuple(row[name] for name in _COLUMNS)


def write_records(store: sqlite3.Connection, kind: str, records: Iterable[Mapping[str, Any]]) -> None:
    """Put organisations (``org``), boards (``source``) or events (``event``) in."""
    if kind == "event":
        rows = [(r["event_id"], r.get("job_id"), _microseconds(r.get("observed_at")), _dump(r)) for r in records]
        store.executemany("INSERT INTO events VALUES (?, ?, ?, ?)", rows)
    else:
        store.executemany(f"INSERT INTO {kind}s VALUES (?, ?)", [(r[f"{kind}_id"], _dump(r)) for r in records])


class StoreBackend:
    """Answers come from a store on this machine; its clock is the instant up to which it knows."""

    sends_key = False

    def __init__(self, path: Path, *, name: str, label: str, notes: Sequence[str] = ()) -> None:
        self.name = name
        self.label = label
        self.notes = tuple(notes)
        self.base_url = contract.API_URL
        # One connection, one statement at a time: answers take milliseconds.
        self._lock = threading.Lock()
        self._store = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False)
        about = dict(self._all("SELECT name, value FROM store"))
        if about["schema_version"] != str(SCHEMA_VERSION):
            raise InvalidRequestError(
                f"The store at {path.name} has another form ({about['schema_version']}, not {SCHEMA_VERSION}).",
                hint="It was made by another version of bluedoor-tools: make it anew.",
            )
        self._clock = dt.datetime.fromisoformat(about["clock"])

    def now(self) -> dt.datetime:
        return self._clock

    def search(
        self, query: JobQuery, decoder: Decoder, *, cursor: str | None, limit: int, description: bool, total: bool
    ) -> JobPage:
        conditions, values = _conditions(query)
        counted = None
        if total:
            counted = self._one(f"SELECT count(*) FROM jobs{_where(conditions)}", values)[0]
        if cursor is not None:
            conditions.append("(first_seen_order, job_id) < (?, ?)")
            values.extend(_read_position(cursor))
        text = "description_text" if description else "NULL"
        rows = self._all(
            f"SELECT first_seen_order, job_id, record, {text} FROM jobs{_where(conditions)} "
            "ORDER BY first_seen_order DESC, job_id DESC LIMIT ?",
            [*values, limit + 1],
        )
        next_cursor = None
        if len(rows) > limit:
            rows = rows[:limit]
            next_cursor = _write_position(*rows[-1][:2])
        bodies = (
            record if text is None else f'{record[:-1]},"description_text":{_dump(text)}}}'
            for _, _, record, text in rows
        )
        page = decoder.records(f"[{','.join(bodies)}]".encode())
        parameters = search_parameters(query, cursor=None, limit=limit, description=description, total=total)
        request = Request("GET", contract.endpoint("search").path, parameters)
        return JobPage(page, next_cursor, counted, False, request)

    def job(self, job_id: str) -> dict[str, Any]:
        found = self._all("SELECT record, description_text FROM jobs WHERE job_id = ?", [job_id])
        if not found:
            raise NotFoundError(f"The {self.name} has no job {job_id}.", hint=self._not_here())
        return {**json.loads(found[0][0]), "description_text": found[0][1]}

    def org(self, org_id: str) -> dict[str, Any]:
        record = self.orgs([org_id])[org_id]
        if record is None:
            raise NotFoundError(f"The {self.name} has no organisation {org_id}.", hint=self._not_here())
        return record

    def orgs(self, org_ids: Sequence[str]) -> dict[str, dict[str, Any] | None]:
        rows = self._all(
            "SELECT org_id, record FROM orgs WHERE org_id IN (SELECT value FROM json_each(?))", [_dump(list(org_ids))]
        )
        found = {org_id: json.loads(record) for org_id, record in rows}
        return {org_id: found.get(org_id) for org_id in org_ids}

    def job_events(self, job_id: str, decoder: Decoder, limit: int) -> Page:
        rows = self._all(
            "SELECT record FROM events WHERE job_id = ? ORDER BY observed_at DESC, event_id DESC LIMIT ?",
            [job_id, limit],
        )
        if not rows and not self._all("SELECT 1 FROM jobs WHERE job_id = ?", [job_id]):
            raise NotFoundError(f"The {self.name} has no job {job_id}.", hint=self._not_here())
        return decoder.records(f"[{','.join(record for (record,) in rows)}]".encode())

    def facets(self, field: str, query: JobQuery, limit: int) -> FacetAnswer:
        column = contract.FACET_FIELDS[field].reads
        conditions, values = _conditions(query)
        conditions.append(f"{column} IS NOT NULL")
        counts = self._all(
            f"SELECT {column}, count(*) AS jobs FROM jobs{_where(conditions)} "
            f"GROUP BY {column} ORDER BY jobs DESC, {column} LIMIT ?",
            [*values, limit],
        )
        return FacetAnswer(counts, limit, facet_request(field, query, limit))

    def record_note(self, job_id: str) -> str | None:  # noqa: ARG002 (the protocol's)
        return None

    def close(self) -> None:
        with self._lock:
            self._store.close()

    def __del__(self) -> None:
        # One that nobody closed, as in connect("sample").search_jobs(), leaves no open file behind.
        if hasattr(self, "_store"):
            self._store.close()

    def _not_here(self) -> str:
        return f"It holds a part of the data only ({self.label}); bd.connect('api') asks the API itself."

    def _all(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._lock:
            try:
                return self._store.execute(sql, values).fetchall()
            except sqlite3.ProgrammingError as error:
                if "closed" in str(error):
                    raise InvalidRequestError("This client is closed.", hint="Connect again: bd.connect(…).") from None
                raise

    def _one(self, sql: str, values: Sequence[Any] = ()) -> Any:
        return self._all(sql, values)[0]


def _conditions(query: JobQuery) -> tuple[list[str], list[Any]]:
    """The query's filters as SQL, each from the contract's row of how it matches."""
    conditions: list[str] = []
    values: list[Any] = []
    for name, value in query.filters.items():
        parameter = contract.PARAMETERS[name]
        column = parameter.reads[0]
        match parameter.match:
            case "tokens":
                for word in _words(str(value)):
                    conditions.append("instr(words, ?) > 0")
                    values.append(f" {word} ")
            case "contains":
                conditions.append(f"instr({column}_folded, ?) > 0")
                values.append(_folded(value))
            case "equals":
                conditions.append(f"{column}_folded = ?")
                values.append(_folded(value))
            case "one_of":
                conditions.append(f"{column} IN (SELECT value FROM json_each(?))")
                values.append(_dump(value))
            case "at_least":
                conditions.append(f"coalesce({', '.join(parameter.reads)}) >= ?")
                values.append(value)
            case "at_most":
                conditions.append(f"{column} <= ?")
                values.append(value)
            case "present":
                conditions.append(f"coalesce({', '.join(parameter.reads)}) IS {'NOT ' if value else ''}NULL")
            case "from":
                conditions.append(f"{column} >= ?")
                values.append(_microseconds(value))
            case "before":
                conditions.append(f"{column} < ?")
                values.append(_microseconds(value))
    return conditions, values


def _where(conditions: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def _write_position(first_seen_order: int, job_id: str) -> str:
    return base64.urlsafe_b64encode(f"{first_seen_order}/{job_id}".encode()).decode()


def _read_position(cursor: str) -> tuple[int, str]:
    try:
        order, job_id = base64.urlsafe_b64decode(cursor).decode().split("/")
        if not _NEVER <= int(order) < -_NEVER:
            raise ValueError
        return int(order), job_id
    except ValueError:
        raise InvalidRequestError("The cursor is not one of this store's.", hint="Start the search again.") from None


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
