"""A walk through a listing: its pages followed, a cursor behind every row, several queries merged into one.

Whatever the API gives in pages (a search of jobs or events, a board's jobs) is walked in the same way. Where a search
takes several queries, their rows are merged in the order that each of them has: by an instant, newest first, ties by
id, descending; a row that several queries give comes once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from . import contract
from .backends.base import ListPage, Request
from .chain import Ask, Chain, Order
from .cursor import Cursor, Position
from .decode import Decoder, Drift, Page, parse_instant
from .errors import InvalidRequestError

__all__ = ["Walk"]

_NARROWING = frozenset({"provider", "salary_exists"})  # filters that a part may have beside its bounds
_IDS_CARRIED = 100  # ids of one instant that a cursor carries; in the promised order, more need not be


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
        what the listing is ordered by
    call
        the function and its arguments, for the cursors of this walk
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
        call: Mapping[str, Any],
    ) -> None:
        if start is not None and (
            start.fingerprint != mark
            or not start.positions
            or not all(position.branch < len(asks) and _is_sound(position, order) for position in start.positions)
        ):
            raise InvalidRequestError(
                "The cursor belongs to another search.",
                hint="Repeat the filters, the status and the backend of the search that gave it.",
            )
        self.decoder, self.limit, self.mark, self.clock, self.start = decoder, limit, mark, clock, start
        self.asks, self.order, self.call = tuple(asks), order, call
        self._known = {entry.name for entry in decoder.fields}
        positions = start.positions if start else tuple(map(Position, range(len(asks))))
        given = start.given if start else ()
        self._chains = [Chain(asks[at.branch], at, order, given) for at in positions]
        # Ids given so far, and those of the last instant: among these, in whatever order a server has them, the same
        # row of another query is no surprise, and a cursor carries them on.
        self._given: set[str] = set(start.given) if start else set()
        self._latest_ids: set[str] = set(self._given)
        self._latest_name: str | None = None
        self._disordered = False  # ids of one instant came in another order than they are promised in
        # The instant of the row given last, as text and as such.
        behind = [at.behind for at in positions if at.behind is not None]
        self._latest_text: str | None = min(behind) if behind else None
        self._latest_instant = parse_instant(self._latest_text) if self._latest_text is not None else None
        self.pages = 0
        self.rows = 0  # given so far
        self._out_of_order = 0  # rows given before that another query gives again, where that is a surprise
        # Where the rows were loaded in parts: their chains, in place of the walk's own.
        self.parts: list[Chain] = []
        self.remarks: list[str] = []  # on how the rows were loaded
        self.expected: int | None = None  # rows in all, where known
        self.expected_is_exact = True
        self.counted_again: int | None = None  # rows that match, at the end
        self.counted_by_facets: int | None = None  # rows that match, where a total says less
        self._latest: Request | None = None
        self.next_cursor: str | None = None
        self.reason = ""
        # Rows given and the cursor behind them, before and after the last page: an interrupt may come between the two.
        self.marks: tuple[tuple[int, str | None], ...] = ()

    @property
    def _read_by(self) -> list[Chain]:
        return self.parts or self._chains

    @property
    def read(self) -> int:
        """Rows that the server gave."""
        return sum(chain.read_rows for chain in self._read_by)

    @property
    def behind(self) -> str | None:
        """The instant of the row given last, where rows come newest first."""
        return self._latest_text if all(chain.ordered for chain in self._chains) else None

    @property
    def given(self) -> frozenset[str]:
        """Ids of the rows of that instant."""
        return frozenset(self._latest_ids)

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
    def repeated(self) -> int:
        """Rows that the server gave more than once; here they come once."""
        return self._out_of_order + sum(chain.repeated for chain in self._read_by)

    @property
    def restarts(self) -> int:
        """How often a cursor led nowhere, and the walk went on without it."""
        return sum(chain.restarts for chain in self._read_by)

    @property
    def left_out(self) -> Counter[str]:
        """Rows that do not match a filter whose name is assumed, by its name: taken out."""
        return sum((chain.left_out for chain in self._read_by), Counter[str]())

    @property
    def unmatched(self) -> Counter[str]:
        """Rows that do not match another filter, by its name: left in."""
        return sum((chain.unmatched for chain in self._read_by), Counter[str]())

    @property
    def notes(self) -> list[str]:
        """What the backend said of its requests, each once."""
        return list(dict.fromkeys(note for chain in self._chains if chain.first for note in chain.first.notes))

    def totals(self) -> list[tuple[int | None, bool]]:
        """For each query how many rows match, and whether the count stopped there; unknown amid a walk."""
        if self.start is not None:
            return []
        return [(chain.first.total, chain.first.total_capped) for chain in self._chains if chain.first]

    @property
    def was_interrupted(self) -> bool:
        """Whether the caller stopped it: then nothing more is asked."""
        return self.reason == f"interrupted: {KeyboardInterrupt.__name__}"

    @property
    def expected_by_totals(self) -> int | None:
        """Rows that match in all, where every query's count came to its end."""
        counts = [total for total, capped in self.totals() if total is not None and not capped]
        return sum(counts) if counts and len(counts) == len(self.asks) else None

    def follow(self) -> Iterator[Page]:
        """The pages of the walk; after each, `next_cursor` points behind it."""
        remaining = self.limit
        self.marks = ((0, self._cursor()),)
        while True:
            page = self._page(remaining) if len(self._chains) == 1 else self._merged(remaining)
            self.rows += len(page.records)
            if remaining is not None:
                remaining -= len(page.records)
            self.next_cursor = self._cursor()
            if self.next_cursor is None and not any(chain.stuck for chain in self._chains):
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
        while not chain.rows and not chain.ended:  # all of them came before, or match nothing that was asked for
            drift, page = page.drift, self._read(chain, remaining).page
            page.drift.add(drift)
        page.records = chain.give(len(chain.rows) if remaining is None else min(remaining, len(chain.rows)))
        self._note_ids(page.records)
        return page

    def _note_ids(self, records: list[Any]) -> None:
        """Remember the rows of the last instant: a cursor that is lost is gone on from there."""
        if not records or self.order.before is None:
            return
        instant = getattr(records[-1], self.order.instant)
        if instant != self._latest_text:
            self._latest_ids, self._latest_text = set(), instant
        for record in reversed(records):
            if getattr(record, self.order.instant) != instant:
                break
            self._latest_ids.add(getattr(record, self.order.id) or "")

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
            first = max(heads, key=Chain.first_key)
            instant, name = key = first.first_key()
            (record,) = first.give(1)
            for chain in heads:
                if chain is not first and name and chain.first_key() == key:
                    chain.give(1)
            if self._latest_instant not in {None, instant}:
                self._latest_ids.clear()
                self._disordered = False
            elif self._latest_name is not None and name > self._latest_name:
                self._disordered = True
            self._latest_instant, self._latest_name = instant, name
            self._latest_text = getattr(record, self.order.instant)
            if name in self._given:
                # Of another instant, it is of a query whose rows are not in the order that it promises.
                self._out_of_order += name not in self._latest_ids
                continue
            if name:
                self._given.add(name)
                self._latest_ids.add(name)
            page.drift.values.update(set(getattr(record, "beside", ())) & self._known)
            page.records.append(record)
        return page

    def _read(self, chain: Chain, wanted: int | None) -> ListPage:
        # Only from the start does a count say how many rows the walk has.
        answer = chain.read(self.decoder, wanted, chain.first is None and self.start is None)
        self.pages += 1
        self._latest = answer.request
        return answer

    def _cursor(self) -> str | None:
        if any(chain.stuck and not chain.rows for chain in self._chains):
            return None
        positions = [position for chain in self._chains if (position := chain.position()) is not None]
        if len(self._chains) > 1 and self.behind:  # what a lost cursor goes on from is what the walk has given
            positions = [position._replace(behind=self.behind) for position in positions]
        many = len(self._latest_ids) > _IDS_CARRIED and not self._disordered
        given = set() if many else self._latest_ids
        return self.cursor(positions, given)

    def cursor(self, positions: Sequence[Position], given: Iterable[str], *, gap: bool = False) -> str | None:
        """The cursor of these positions; where rows behind them came already (`gap`), all of the limit may be left."""
        left = None if self.limit is None else max(0, self.limit - (0 if gap else self.rows))
        known = self.expected if self.expected_is_exact else None
        expected = self.start.call.get("expected") if self.start is not None else known
        # Of a limited load with a gap, what it is to be cut to once the gap is filled.
        call = {**self.call, "limit": self.limit if gap else None, "expected": None}
        if type(expected) is int:
            call["expected"] = max(0, expected - self.rows)
        from_start = self.start is None or self.start.from_start
        cursor = Cursor(tuple(positions), self.mark, self.clock, tuple(sorted(given)), call, left, from_start)
        return cursor.encode() if positions else None


def _is_sound(position: Position, order: Order) -> bool:
    """Whether a position is one that a walk of this order can have."""
    bounds = [value for name, value in position.within if name in {order.after, order.before}]
    known = all(name in {order.after, order.before} or name in _NARROWING for name, _ in position.within)
    instants = [*bounds, *([position.behind] if position.behind is not None else [])]
    return known and all(isinstance(text, str) and parse_instant(text) is not None for text in instants)
