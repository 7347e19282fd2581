"""A search under way: its arguments checked, its pages followed, and a cursor behind every row given."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from . import contract
from .arguments import check_columns, check_limit, instant_text
from .backends.base import Backend, JobPage, Request
from .cursor import Cursor
from .decode import Decoder
from .errors import InvalidRequestError, UnexpectedAnswerError
from .frames import DEFAULT_JOB_COLUMNS, job_columns
from .query import JobQuery
from .reproduction import filter_arguments

__all__ = ["Walk"]

_EMPTY_MAX = 20  # pages without a row, one after another, before a walk is given up


@dataclass(slots=True)
class Walk:
    """A search under way: what is asked, where it stands, and how it came to its end."""

    backend: Backend
    query: JobQuery
    columns: list[str]
    description: bool
    limit: int | None
    clock: str
    start: Cursor | None
    decoder: Decoder = field(default_factory=lambda: Decoder(contract.JOB_FIELDS))
    next_cursor: str | None = None
    total: int | None = None
    capped: bool = False
    pages: int = 0
    request: Request | None = None
    reason: str = ""
    # Rows given and the cursor behind them, before and after the last page: an interrupt may come between the two.
    marks: tuple[tuple[int, str | None], ...] = ()

    @classmethod
    def begin(
        cls,
        backend: Backend,
        q: str | None,
        status: str | None,
        description: bool,
        columns: Iterable[str] | str | None,
        limit: int | None,
        cursor: str | None,
        filters: Mapping[str, Any],
    ) -> Self:
        """Check every argument before anything is sent."""
        if not isinstance(description, bool):
            raise InvalidRequestError(f"description={description!r} is not True or False.")
        every = job_columns(description=True)
        if columns is None:
            wanted = [*DEFAULT_JOB_COLUMNS, *(["description_text"] if description else [])]
        elif isinstance(columns, str) and columns == "all":
            wanted = job_columns(description)
        else:
            wanted = check_columns(columns, every)
            if description and "description_text" not in wanted:
                wanted.append("description_text")
            description = "description_text" in wanted
        start = None if cursor is None else Cursor.decode(cursor)
        now = backend.now() if start is None else dt.datetime.fromisoformat(start.clock)
        query = JobQuery.of(now, {"q": q, "status": status, **filters})
        if start is not None and start.fingerprint != _mark(backend, query):
            raise InvalidRequestError(
                "The cursor belongs to another search.",
                hint="Repeat the filters, the status and the backend of the search that gave it.",
            )
        return cls(backend, query, wanted, description, check_limit(limit), instant_text(now), start)

    def follow(self) -> Iterator[JobPage]:
        """The pages of a search; after each, `next_cursor` points behind it."""
        position = self.start.backend_cursor if self.start else None
        skip = self.start.skip if self.start else 0
        remaining = self.limit
        seen = {position}
        empty = 0
        self.marks = ((0, self._cursor(position, skip)),)
        while True:
            answer = self.backend.search(
                self.query,
                self.decoder,
                cursor=position,
                # The last page is asked for exactly the rows still wanted, so that its cursor is exact, too.
                limit=contract.PAGE_LIMIT if remaining is None else min(contract.PAGE_LIMIT, remaining + skip),
                description=self.description,
                total=self.pages == 0 and self.start is None,
            )
            self.pages += 1
            if self.request is None:
                self.request, self.total, self.capped = answer.request, answer.total, answer.total_capped
            rows = answer.page.records[skip:]
            left_to_skip = max(0, skip - len(answer.page.records))
            leads_back = answer.next_cursor is not None and answer.next_cursor in seen
            if remaining is not None and len(rows) > remaining:  # more than was asked for
                del rows[remaining:]
                next_cursor = self._cursor(position, skip + remaining)
            elif answer.next_cursor is None or leads_back:
                next_cursor = None
            else:
                next_cursor = self._cursor(answer.next_cursor, left_to_skip)
            answer.page.records = rows
            if remaining is not None:
                remaining -= len(rows)
            if next_cursor is None and not leads_back:
                self.reason = "cursor ended"
            else:
                self.reason = "limit" if remaining == 0 else "page"
            self.next_cursor = next_cursor
            self.marks = (self.marks[-1], (self.marks[-1][0] + len(rows), next_cursor))
            yield answer
            if self.reason != "page":
                return
            empty = 0 if rows else empty + 1
            if empty > _EMPTY_MAX:
                raise UnexpectedAnswerError(
                    f"The server sent {empty} pages without a row in a row, and more cursors.",
                    hint="Start the search again; if it stays so, the API has changed.",
                )
            if leads_back:
                raise UnexpectedAnswerError(
                    "The server's next_cursor leads back to a page that was already read.",
                    hint="Start the search again; narrower filters make shorter walks.",
                )
            position, skip = answer.next_cursor, left_to_skip
            seen.add(position)

    def _cursor(self, position: str | None, skip: int) -> str:
        return Cursor(position, skip, _mark(self.backend, self.query), self.clock).encode()

    def call(self, *, limit: int | None, cursor: str | None) -> dict[str, Any]:
        """The Python call that gives the same rows: dates as resolved, what is default left out."""
        arguments = filter_arguments(self.query)
        if self.description:
            arguments["description"] = True
        if self.columns != [*DEFAULT_JOB_COLUMNS, *(["description_text"] if self.description else [])]:
            arguments["columns"] = self.columns
        arguments["limit"] = None if limit is None else int(limit)
        if cursor is not None:
            arguments["cursor"] = cursor
        return {"function": "search_jobs", "first": "q", "arguments": arguments}


def _mark(backend: Backend, query: JobQuery) -> str:
    """Whose walk a cursor belongs to: this backend's, at this address, and this query's."""
    place = zlib.crc32(backend.base_url.encode())
    return f"{backend.name}-{place:08x}-{query.fingerprint}"
