"""A local store as a backend: answers come from one SQLite file."""

from __future__ import annotations

import base64
import datetime as dt
import json
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from .. import contract
from ..decode import Decoder, Page
from ..errors import InvalidRequestError, NotFoundError
from ..query import Query
from .base import FacetAnswer, ListPage, OrgsAnswer, Request, event_parameters, facet_request, search_parameters
from .store_file import NEVER, SCHEMA_VERSION, dump, folded, microseconds, words

__all__ = ["StoreBackend"]


class _Listed(NamedTuple):
    rows: list[Any]
    next_cursor: str | None
    total: int | None


class StoreBackend:
    """Answers come from a store on this machine; its clock is the instant up to which it knows."""

    sends_key = False
    local = True

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

    def chains(self) -> int:
        return 1

    def pace(self) -> None:
        return None

    def size(self, query: Query) -> int:
        conditions, values = _conditions(query)
        count: int = self._one(f"SELECT count(*) FROM jobs{_where(conditions)}", values)[0]
        return count

    def search(
        self, query: Query, decoder: Decoder, *, cursor: str | None, limit: int, description: bool, total: bool
    ) -> ListPage:
        parameters = search_parameters(query, cursor=None, limit=limit, description=description, total=total)
        request = Request("GET", contract.endpoint("search").path, parameters)
        return self._jobs(query, decoder, request, cursor=cursor, limit=limit, description=description, total=total)

    def source_jobs(self, source_id: str, decoder: Decoder, *, cursor: str | None, limit: int) -> ListPage:
        if not self._all("SELECT 1 FROM jobs WHERE source_id = ? LIMIT 1", [source_id]):
            self.source(source_id)  # an unknown board is not one without postings
        query = Query({"source_ids": (source_id,)})
        path = contract.endpoint("source_jobs").path.format(source_id=source_id)
        request = Request("GET", path, {"limit": str(limit)})
        return self._jobs(query, decoder, request, cursor=cursor, limit=limit, description=False, total=cursor is None)

    def _jobs(
        self,
        query: Query,
        decoder: Decoder,
        request: Request,
        *,
        cursor: str | None,
        limit: int,
        description: bool,
        total: bool,
    ) -> ListPage:
        text = "description_text" if description else "NULL"
        found = self._listed("jobs", "first_seen_order", "job_id", text, query, cursor, limit, total)
        bodies = (
            record if text is None else f'{record[:-1]},"description_text":{dump(text)}}}'
            for _, _, record, text in found.rows
        )
        page = decoder.records(f"[{','.join(bodies)}]".encode())
        return ListPage(page, found.next_cursor, found.total, False, request)

    def search_events(self, query: Query, decoder: Decoder, *, cursor: str | None, limit: int) -> ListPage:
        found = self._listed("events", "observed_order", "event_id", "NULL", query, cursor, limit, cursor is None)
        page = decoder.records(f"[{','.join(record for _, _, record, _ in found.rows)}]".encode())
        parameters = event_parameters(query, cursor=None, limit=limit)
        request = Request("GET", contract.endpoint("events_search").path, parameters)
        return ListPage(page, found.next_cursor, found.total, False, request)

    def _listed(
        self, table: str, order: str, key: str, text: str, query: Query, cursor: str | None, limit: int, total: bool
    ) -> _Listed:
        """A page of a table's rows, newest first: their place, record and text, and how many match."""
        conditions, values = _conditions(query)
        counted = self._one(f"SELECT count(*) FROM {table}{_where(conditions)}", values)[0] if total else None
        if cursor is not None:
            conditions.append(f"({order}, {key}) < (?, ?)")
            values.extend(_read_position(cursor))
        rows = self._all(
            f"SELECT {order}, {key}, record, {text} FROM {table}{_where(conditions)} "
            f"ORDER BY {order} DESC, {key} DESC LIMIT ?",
            [*values, limit + 1],
        )
        next_cursor = _write_position(*rows[limit - 1][:2]) if len(rows) > limit else None
        return _Listed(rows[:limit], next_cursor, counted)

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
            "SELECT org_id, record FROM orgs WHERE org_id IN (SELECT value FROM json_each(?))", [dump(list(org_ids))]
        )
        found = {org_id: json.loads(record) for org_id, record in rows}
        return {org_id: found.get(org_id) for org_id in org_ids}

    def job_events(self, job_id: str, decoder: Decoder, limit: int) -> Page:
        rows = self._all(
            "SELECT record FROM events WHERE job_id = ? ORDER BY observed_order DESC, event_id DESC LIMIT ?",
            [job_id, limit],
        )
        if not rows and not self._all("SELECT 1 FROM jobs WHERE job_id = ?", [job_id]):
            raise NotFoundError(f"The {self.name} has no job {job_id}.", hint=self._not_here())
        return decoder.records(f"[{','.join(record for (record,) in rows)}]".encode())

    def facets(self, field: str, query: Query, limit: int) -> FacetAnswer:
        column = contract.FACET_FIELDS[field].reads
        conditions, values = _conditions(query)
        conditions.append(f"{column} IS NOT NULL")
        counts = self._all(
            f"SELECT {column}, count(*) AS jobs FROM jobs{_where(conditions)} "
            f"GROUP BY {column} ORDER BY jobs DESC, {column} LIMIT ?",
            [*values, limit],
        )
        return FacetAnswer(counts, limit, facet_request(field, query, limit))

    def facet_pairs(self, by: str, field: str, query: Query) -> list[tuple[str, str, int]]:
        columns = [contract.FACET_FIELDS[name].reads for name in (by, field)]
        conditions, values = _conditions(query)
        conditions += [f"{column} IS NOT NULL" for column in columns]
        return self._all(
            f"SELECT {', '.join(columns)}, count(*) FROM jobs{_where(conditions)} GROUP BY {', '.join(columns)}", values
        )

    def find_orgs(self, name: str | None, domain: str | None) -> OrgsAnswer:
        given = {key: text for key, text in (("name", name), ("domain", domain)) if text is not None}
        wanted = {key: text.casefold() for key, text in given.items()}
        found = []
        for (record,) in self._all("SELECT record FROM orgs ORDER BY org_id"):
            org = json.loads(record)
            names = [folded(org.get(key)) or "" for key in ("display_name", "canonical_name")]
            if any(wanted.get("name", "") in text for text in names) and (
                "domain" not in wanted or folded(org.get("domain")) == wanted["domain"]
            ):
                found.append(org)
        return OrgsAnswer(found, False, [Request("GET", contract.endpoint("orgs_lookup").path, given)])

    def source(self, source_id: str) -> dict[str, Any]:
        found = self._all("SELECT record FROM sources WHERE source_id = ?", [source_id])
        if not found:
            raise NotFoundError(f"The {self.name} has no source {source_id}.", hint=self._not_here())
        record: dict[str, Any] = json.loads(found[0][0])
        return record

    def stats(self) -> dict[str, Any]:
        clock = microseconds(self._clock.isoformat()) or 0
        jobs, active, new, providers, snapshot = self._one(
            "SELECT count(*), sum(status_folded = 'active'), sum(first_seen_at BETWEEN ? AND ?), "
            "count(DISTINCT provider), max(valid_from) FROM jobs",
            [clock - 86_400_000_000, clock],
        )
        return {
            "total_jobs": jobs,
            "active_jobs": active or 0,
            "new_jobs_24h": new or 0,
            "providers": providers,
            "organizations": self._one("SELECT count(*) FROM orgs")[0],
            "public_jobs_snapshot_lag_seconds": None if snapshot is None else (clock - snapshot) // 1_000_000,
        }

    def specification(self) -> None:
        return None

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


def _conditions(query: Query) -> tuple[list[str], list[Any]]:
    """The query's filters as SQL, each from the contract's row of how it matches."""
    conditions: list[str] = []
    values: list[Any] = []
    for name, value in query.filters.items():
        parameter = query.parameters[name]
        column = parameter.reads[0]
        match parameter.match:
            case "tokens":
                for word in words(str(value)):
                    conditions.append("instr(words, ?) > 0")
                    values.append(f" {word} ")
            case "contains":
                conditions.append(f"instr({column}_folded, ?) > 0")
                values.append(folded(value))
            case "equals":
                conditions.append(f"{column}_folded = ?")
                values.append(folded(value))
            case "one_of":
                conditions.append(f"{column} IN (SELECT value FROM json_each(?))")
                values.append(dump(value))
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
                values.append(microseconds(value))
            case "before":
                conditions.append(f"{column} < ?")
                values.append(microseconds(value))
    return conditions, values


def _where(conditions: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def _write_position(first_seen_order: int, job_id: str) -> str:
    return base64.urlsafe_b64encode(f"{first_seen_order}/{job_id}".encode()).decode()


def _read_position(cursor: str) -> tuple[int, str]:
    try:
        order, job_id = base64.urlsafe_b64decode(cursor).decode().split("/")
        if not NEVER <= int(order) < -NEVER:
            raise ValueError
        return int(order), job_id
    except ValueError:
        raise InvalidRequestError("The cursor is not one of this store's.", hint="Start the search again.") from None
