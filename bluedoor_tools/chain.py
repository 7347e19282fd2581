"""One query's pages, one after another: a cursor followed to its end, whatever it does on the way.

A server may give a page twice, a cursor that leads back, or forget one that it gave. Rows that came before are left
out; and where its rows come newest first, a chain whose cursor is lost goes on without it: by the same query, of what
is not newer than the last row.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from http.client import GONE, NOT_FOUND
from typing import Any, NamedTuple, TypeAlias

from . import contract
from .arguments import instant_text
from .backends.base import ListPage
from .cursor import Position, Within
from .decode import Decoder, Page, parse_instant
from .errors import BluedoorError, InvalidRequestError, UnexpectedAnswerError

__all__ = ["Ask", "Chain", "Order", "just_after", "narrowed"]

Ask: TypeAlias = Callable[[Decoder, "str | None", int, bool, Within], ListPage]
"""Asks for a page: with this decoder, after this cursor, of at most so many rows, counting all that match or not, of
the part of the query that this narrows it to."""

_EMPTY_MAX = 20  # pages without a row, one after another, before a chain is given up
_FIRST = dt.datetime.min.replace(tzinfo=dt.UTC)  # a row without its instant comes last
_ASK_AGAIN = 5
_TICK = dt.timedelta(milliseconds=1)  # as finely as the API writes instants


class Order(NamedTuple):
    """What a listing is ordered by: an instant, newest first, ties by id, descending."""

    instant: str
    id: str
    # The filters on that instant: at or after, and before. None where the listing takes no filters.
    after: str | None = None
    before: str | None = None


def narrowed(within: Within, name: str, value: str) -> Within:
    """What narrows a query, with a bound set anew."""
    return (*(pair for pair in within if pair[0] != name), (name, value))


def just_after(instant: str) -> str:
    """The bound that an instant is just before, as finely as the API writes instants."""
    moment = parse_instant(instant)
    return instant if moment is None else instant_text(moment + _TICK)


class Chain:
    """One query's pages, one after another; knows where it stands to the row.

    Parameters
    ----------
    ask
        how to ask the query for a page
    start
        where to begin
    order
        what the listing is ordered by
    given
        ids of rows that an earlier walk gave: they are left out
    """

    def __init__(self, ask: Ask, start: Position, order: Order, given: Iterable[str] = ()) -> None:
        self._ask = ask
        self._order = order
        self._branch = start.branch
        self.within = start.within
        self._asked_with = self._next = start.backend_cursor
        self._skip = start.skip
        self._seen: set[str | None] = {start.backend_cursor}
        self._before: frozenset[str] = frozenset(given)
        self._ids: set[str | None] = set()
        self._given = 0  # rows of the page in hand that are done with
        self._held = 0  # rows that page had
        self._places: deque[int] = deque()  # of the rows in hand, what of the page is done with once each is given
        self._behind = start.behind
        self._oldest: dt.datetime | None = parse_instant(start.behind) if start.behind else None
        self._ordered = True
        self._stood_at = (
            self._oldest if self._before else None
        )  # where an earlier walk's rows are told by what they are
        self._restarted_at: str | None = None
        self._broken: BluedoorError | None = None
        self._asked_again = 0  # how often, for the page whose cursor leads back: it may lead on another time
        self.newest: str | None = None  # the instant of the first row
        self._empty = 0
        self.rows: deque[Any] = deque()
        self.key: tuple[dt.datetime, str] | None = None  # of the first row, read when it is needed
        self.ended = False
        self.first: ListPage | None = None
        self.read_rows = 0
        self.repeated = 0  # rows that came before
        self.restarts = 0
        self.left_out: Counter[str] = Counter()
        self.unmatched: Counter[str] = Counter()

    @property
    def ordered(self) -> bool:
        """Whether rows came newest first so far."""
        return self._ordered

    @property
    def _stood(self) -> str | None:
        """The instant of the last row given, where that says what is still to come."""
        return self._behind if self._ordered else None

    @property
    def stuck(self) -> bool:
        """Whether the server's cursor leads nowhere, and there is no going on without it."""
        return self._broken is not None and self._asked_again >= _ASK_AGAIN and not self._can_restart()

    def position(self) -> Position | None:
        """Where to go on; None at the end, and where there is no going on."""
        if self._given < self._held:
            return Position(self._branch, self._asked_with, self._given, self.within, self._stood)
        if self.ended or self.stuck:
            return None
        if self._broken is not None and self._can_restart():
            return Position(self._branch, None, 0, self._restarting(), self._behind)
        if self._broken is not None:
            return Position(self._branch, self._asked_with, self._held, self.within, self._stood)
        return Position(self._branch, self._next, self._skip, self.within, self._stood)

    def read(self, decoder: Decoder, wanted: int | None, total: bool) -> ListPage:
        """Take the next page in hand. The last one is asked for exactly the rows still wanted."""
        if self._broken is not None:
            if self._asked_again >= (1 if self._can_restart() else _ASK_AGAIN):
                self._restart(self._broken)
            else:
                self._asked_again, self._broken, self._next = self._asked_again + 1, None, self._asked_with
        if self._empty > _EMPTY_MAX:
            raise self._without_rows()
        limit = contract.PAGE_LIMIT if wanted is None else min(contract.PAGE_LIMIT, wanted + self._skip)
        try:
            answer = self._ask(decoder, self._next, limit, total, self.within)
        except (InvalidRequestError, UnexpectedAnswerError) as error:
            forgotten = isinstance(error, InvalidRequestError) or error.context.get("status") in {NOT_FOUND, GONE}
            if self._next is None or not forgotten:
                raise
            self._restart(error)
            answer = self._ask(decoder, None, limit, total, self.within)
        self._take(answer)
        return answer

    def give(self, count: int) -> list[Any]:
        """Hand over the next rows."""
        given = [self.rows.popleft() for _ in range(min(count, len(self.rows)))]
        for _ in given:
            self._places.popleft()
        if given:
            self._behind = getattr(given[-1], self._order.instant) or self._behind
        self._given = self._places[0] - 1 if self._places else self._held
        self.key = None
        return given

    def forget(self) -> None:
        """Give up what only a chain under way needs."""
        self._ids, self._seen = set(), set()

    def first_key(self) -> tuple[dt.datetime, str]:
        """The instant and the id of the first row in hand."""
        if self.key is None:
            instant, name = getattr(self.rows[0], self._order.instant), getattr(self.rows[0], self._order.id)
            self.key = parse_instant(instant or "") or _FIRST, name or ""
        return self.key

    def _take(self, answer: ListPage) -> None:
        self.first = self.first or replace(answer, page=Page([], answer.page.drift, answer.page.meta))  # not its rows
        self.read_rows += len(answer.page.records)
        self.left_out.update(answer.left_out)
        self.unmatched.update(answer.unmatched)
        records = answer.page.records
        self._asked_with, self._next = self._next, answer.next_cursor
        held = len(records)
        skipped = self._skipped(records)
        self._ids.update(getattr(record, self._order.id) for record in records[:skipped])
        rows: deque[Any] = deque()
        places: deque[int] = deque()
        met = 0
        for place, record in enumerate(records[skipped:], start=skipped + 1):
            name = getattr(record, self._order.id)
            if name and name in self._ids:
                self.repeated += self._restarted_at is None and not self._asked_again
                continue
            self._ids.add(name)
            if name not in self._before:
                rows.append(record)
                places.append(place)
            else:
                met += 1
        self._look_at_order(rows)
        self.rows, self._places, self.key = rows, places, None
        # Rows that came before are done with, too.
        self._given, self._held = places[0] - 1 if places else held, held
        # Rows of an earlier walk are progress, too.
        self._empty = 0 if rows or met else self._empty + 1
        if rows:
            self._restarted_at = None
            self.newest = self.newest or getattr(rows[0], self._order.instant)
        leads_back = answer.next_cursor is not None and answer.next_cursor in self._seen
        self._asked_again = self._asked_again if leads_back else 0
        if leads_back:
            self._broken = UnexpectedAnswerError(
                "The server's next_cursor leads back to a page that was already read.",
                hint="Start the search again; narrower filters make shorter walks.",
            )
        self._seen.add(answer.next_cursor)
        self.ended = answer.next_cursor is None

    def _skipped(self, records: list[Any]) -> int:
        """How many rows of a page an earlier walk has given: by what they are, where that tells it, else by count."""
        if not self._skip:
            return 0
        stood = self._stood_at
        if stood is None:
            skipped = min(self._skip, len(records))
            self._skip -= skipped
            return skipped
        newer = 0
        for record in records:
            moment = parse_instant(getattr(record, self._order.instant) or "")
            if moment is None or moment <= stood:
                self._skip = 0  # those of that very instant are known by their ids
                break
            newer += 1
        return newer

    def _look_at_order(self, rows: Sequence[Any]) -> None:
        """Note whether new rows still come newest first, as going on without a cursor needs it."""
        last = ""
        for record in rows:
            text = getattr(record, self._order.instant) or ""
            if text == last or (len(text) == len(last) and text[-1] == last[-1] == "Z" and text < last):
                last = text  # as the API writes them, texts compare as their instants do
                continue
            if last:
                self._oldest = parse_instant(last)
            moment = parse_instant(text)
            if moment is None or (self._oldest is not None and moment > self._oldest):
                self._ordered = False
            else:
                self._oldest, last = moment, text
        if last:
            self._oldest = parse_instant(last)

    def _can_restart(self) -> bool:
        return (
            self._order.before is not None
            and self._ordered
            and self._behind is not None
            and self._restarted_at != self._last_seen()
        )

    def _last_seen(self) -> str | None:
        """The instant of the oldest row read."""
        return instant_text(self._oldest) if self._oldest is not None else None

    def _restarting(self) -> Within:
        """What narrows the query to the rows not newer than the last one."""
        if self._behind is None or self._order.before is None:
            return self.within
        return narrowed(self.within, self._order.before, just_after(self._behind))

    def _restart(self, error: BluedoorError) -> None:
        """Go on without the server's cursor, or raise why that cannot be."""
        if not self._can_restart():
            raise error
        self.within = self._restarting()
        self._restarted_at = self._last_seen()
        self._next, self._skip, self._seen, self._broken = None, 0, {None}, None
        self.restarts += 1

    def _without_rows(self) -> UnexpectedAnswerError:
        if self.left_out:
            names = " and ".join(self.left_out)
            return UnexpectedAnswerError(
                f"{self._empty} pages held no row that matches {names}: the API seems to ignore it.",
                hint=f"The name {names} is assumed: `bluedoor doctor` compares it with what the API publishes. Leave "
                "it out, and filter the frame.",
            )
        return UnexpectedAnswerError(
            f"The server sent {self._empty} pages without a new row in a row, and more cursors.",
            hint="Start the search again; if it stays so, the API has changed.",
        )
