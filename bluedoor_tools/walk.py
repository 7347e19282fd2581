"""A walk through a listing: its pages followed, a cursor behind every row, several queries merged into one.

Whatever the API gives in pages (a search of jobs or events, a board's jobs) is walked in the same way. Where a search
takes several queries, their rows are merged in the order that each of them has: by an instant, newest first, ties by
id, descending; a row that several queries give comes once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from . import contract
from .backends.base import ListPage, Request
from .cursor import Cursor, Position
from .decode import Decoder, Drift, Page, parse_instant
from .errors import InvalidRequestError, UnexpectedAnswerError

__all__ = ["Ask", "Order", "Walk"]

Ask: TypeAlias = Callable[[Decoder, "str | None", int, bool], ListPage]
"""Asks for a page: with this decoder, after this cursor, of at most so many rows, counting all that match or not."""
Order: TypeAlias = "tuple[str, str]"
"""The fields of a record that a listing is ordered by: an instant and an id."""

_EMPTY_MAX = 20  # pages without a row, one after another, before a walk is given up
_IDS_CARRIED = 100  # ids of one instant that a cursor carries; in the promised order, more need not be
_FIRST = dt.datetime.min.replace(tzinfo=dt.UTC)  # a row without its instant comes last


class _Chain:
    """One query's pages, one after another; knows where it stands to the row."""

    def __init__(self, ask: Ask, start: Position | None) -> None:
        self._ask = ask
        self._asked_with = start.backend_cursor if start else None
        self._skip = start.skip if start else 0
        self._seen: set[str | None] = {self._asked_with}
        self._empty = 0
        self._given = 0  # rows of the page in hand, those that were skipped included
        self._held = 0  # rows that page had
        self._next: str | None = self._asked_with
        self.rows: list[Any] = []
        self.key: tuple[dt.datetime, str] | None = None  # of the first row, read when it is needed
        self.ended = False
        self.leads_back = False
        self.first: ListPage | None = None

    def position(self) -> Position | None:
        """Where to go on; None at the end."""
        if self._given < self._held:
            return Position(self._asked_with, self._given)
        return None if self.ended or self.leads_back else Position(self._next, self._skip)

    def read(self, decoder: Decoder, wanted: int | None, total: bool) -> ListPage:
        """Take the next page in hand. The last one is asked for exactly the rows still wanted."""
        if self.leads_back:
            raise UnexpectedAnswerError(
                "The server's next_cursor leads back to a page that was already read.",
                hint="Start the search again; narrower filters make shorter walks.",
            )
        if self._empty > _EMPTY_MAX:
            raise UnexpectedAnswerError(
                f"The server sent {self._empty} pages without a row in a row, and more cursors.",
                hint="Start the search again; if it stays so, the API has changed.",
            )
        limit = contract.PAGE_LIMIT if wanted is None else min(contract.PAGE_LIMIT, wanted + self._skip)
        answer = self._ask(decoder, self._next, limit, total)
        self.first = self.first or answer
        records = answer.page.records
        self._asked_with, self._next = self._next, answer.next_cursor
        self._given, self._held = min(self._skip, len(records)), len(records)
        self.rows, self.key = records[self._skip :], None
        self._skip = max(0, self._skip - len(records))
        self._empty = 0 if self.rows else self._empty + 1
        self.leads_back = answer.next_cursor is not None and answer.next_cursor in self._seen
        self._seen.add(answer.next_cursor)
        self.ended = answer.next_cursor is None
        return answer

    def give(self, count: int) -> list[Any]:
        """Hand over the next rows."""
        given, self.rows, self.key = self.rows[:count], self.rows[count:], None
        self._given += len(given)
        return given


class Walk:
    """A walk under way: where it stands, and how it came to its end.

    Parameters
    ----------
    asks
        how to ask each query for a page
    decoder
        decodes every page of the walk
    limit
        rows at most, None for all
    mark
        whose walk a cursor belongs to: backend and query
    clock
        the instant that ages count back from
    start
        where an earlier walk stopped
    order
        what the listing is ordered by: needed to merge several queries
    """

    def __init__(
        self,
        asks: Sequence[Ask],
        decoder: Decoder,
        *,
        limit: int | None,
        mark: str,
        clock: str,
        start: Cursor | None,
        order: Order,
    ) -> None:
        if start is not None and (
            start.fingerprint != mark or len(start.positions) != len(asks) or not any(start.positions)
        ):
            raise InvalidRequestError(
                "The cursor belongs to another search.",
                hint="Repeat the filters, the status and the backend of the search that gave it.",
            )
        self.decoder, self.limit, self.mark, self.clock, self.start = decoder, limit, mark, clock, start
        self._order = order
        self._known = {entry.name for entry in decoder.fields}
        positions = start.positions if start else (Position(None, 0),) * len(asks)
        self._chains = [_Chain(ask, at) for ask, at in zip(asks, positions, strict=True) if at is not None]
        self._where = [index for index, at in enumerate(positions) if at is not None]
        self._queries = len(asks)
        # Ids given so far, and those of the last instant: among these, in whatever order a server has them, the same
        # row of another query is no surprise, and a cursor carries them on.
        self._given: set[str] = set(start.given) if start else set()
        self._latest_ids: set[str] = set(self._given)
        self._latest_instant: dt.datetime | None = None
        self._latest_name: str | None = None
        self._disordered = False  # ids of one instant came in another order than they are promised in
        self.pages = 0
        self.repeated = 0
        self._latest: Request | None = None
        self.next_cursor: str | None = None
        self.reason = ""
        # Rows given and the cursor behind them, before and after the last page: an interrupt may come between the two.
        self.marks: tuple[tuple[int, str | None], ...] = ()

    @property
    def request(self) -> Request | None:
        """The first request of the walk."""
        first = next((chain.first for chain in self._chains if chain.first), None)
        return first.request if first else None

    @property
    def latest_request(self) -> Request | None:
        """The request sent last."""
        return self._latest

    @property
    def notes(self) -> list[str]:
        """What the backend said of its requests, each once."""
        return list(dict.fromkeys(note for chain in self._chains if chain.first for note in chain.first.notes))

    def totals(self) -> list[tuple[int | None, bool]]:
        """For each query how many rows match, and whether the count stopped there; unknown amid a walk."""
        if self.start is not None:
            return []
        return [(chain.first.total, chain.first.total_capped) for chain in self._chains if chain.first]

    def follow(self) -> Iterator[Page]:
        """The pages of the walk; after each, `next_cursor` points behind it."""
        remaining = self.limit
        self.marks = ((0, self._cursor()),)
        while True:
            page = self._page(remaining) if self._queries == 1 else self._merged(remaining)
            if remaining is not None:
                remaining -= len(page.records)
            self.next_cursor = self._cursor()
            if self.next_cursor is None and not any(chain.leads_back for chain in self._chains):
                self.reason = "cursor ended"
            else:
                self.reason = "limit" if remaining == 0 else "page"
            self.marks = (self.marks[-1], (self.marks[-1][0] + len(page.records), self.next_cursor))
            yield page
            if self.reason != "page":
                return

    def _page(self, remaining: int | None) -> Page:
        """The next page of the only query."""
        (chain,) = self._chains
        page = self._read(chain, remaining).page
        page.records = chain.give(len(chain.rows) if remaining is None else min(remaining, len(chain.rows)))
        return page

    def _merged(self, remaining: int | None) -> Page:
        """Rows from all queries, in their common order, each once, until one of the queries must be asked again."""
        most = contract.PAGE_LIMIT if remaining is None else min(contract.PAGE_LIMIT, remaining)
        page = Page([], Drift())
        while len(page.records) < most:
            empty = [chain for chain in self._chains if not chain.rows and not chain.ended]
            if empty and page.records:
                break
            for chain in empty:
                while not chain.rows and not chain.ended:
                    # Drifted values are counted where their row is given: several queries may bring it.
                    page.drift.broken_records += self._read(chain, remaining).page.drift.broken_records
            heads = [chain for chain in self._chains if chain.rows]
            if not heads:
                break
            first = max(heads, key=self._key)
            instant, name = key = self._key(first)
            (record,) = first.give(1)
            for chain in heads:
                if chain is not first and name and self._key(chain) == key:
                    chain.give(1)
            if self._latest_instant not in {None, instant}:
                self._latest_ids.clear()
                self._disordered = False
            elif self._latest_name is not None and name > self._latest_name:
                self._disordered = True
            self._latest_instant, self._latest_name = instant, name
            if name in self._given:
                # Of another instant, it is of a query whose rows are not in the order that it promises.
                self.repeated += name not in self._latest_ids
                continue
            if name:
                self._given.add(name)
                self._latest_ids.add(name)
            page.drift.values.update(set(getattr(record, "beside", ())) & self._known)
            page.records.append(record)
        return page

    def _read(self, chain: _Chain, wanted: int | None) -> ListPage:
        # Only from the start does a count say how many rows the walk has.
        answer = chain.read(self.decoder, wanted, chain.first is None and self.start is None)
        self.pages += 1
        self._latest = answer.request
        return answer

    def _key(self, chain: _Chain) -> tuple[dt.datetime, str]:
        if chain.key is None:
            instant, name = (getattr(chain.rows[0], part) for part in self._order)
            chain.key = parse_instant(instant or "") or _FIRST, name or ""
        return chain.key

    def _cursor(self) -> str | None:
        if any(chain.leads_back and not chain.rows for chain in self._chains):
            return None
        positions: list[Position | None] = [None] * self._queries
        for index, chain in zip(self._where, self._chains, strict=True):
            positions[index] = chain.position()
        many = len(self._latest_ids) > _IDS_CARRIED and not self._disordered
        given = tuple(sorted(self._latest_ids)) if self._queries > 1 and not many else ()
        return Cursor(tuple(positions), self.mark, self.clock, given).encode() if any(positions) else None
