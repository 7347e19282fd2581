"""A large load: a query's parts read by several threads at once, each by its own cursor, put in order at the end.

The proof that a load is whole is that the cursor of every part ended. Parts are windows of the instant that the rows
are ordered by (`splitting`); a part that turns out too large is split again before it is followed, by time, or where
its rows are all of one moment, by another filter. Rows are kept as they come, so whatever stops the load costs none.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import queue
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from .backends.base import ListPage
from .chain import Ask, Chain, Order
from .cursor import Position, Within
from .decode import Decoder, Page, parse_instant
from .errors import BluedoorError
from .frames import FrameBuilder
from .splitting import by_age, by_time
from .wire.work import StoppedError, current, following, working

__all__ = ["LARGE", "Load", "NotSplittableError"]

LARGE = 1_000  # rows: what is less is read one page after another
_SMALLEST_PART, _LARGEST_PART = 500, 5_000  # rows that a part is made to hold
_PARTS_A_CHAIN = 4  # so many parts for each request under way keep all of them busy until near the end
_TURN = 0.1  # seconds between two looks at how far the load is
_FIRST_THREADS = 4
_NEAR_THE_END, _EARLY_ON = 1.5, 4.0  # how much larger than thought a part may be
_CLOSE_TOGETHER = 16  # parts to split into where rows lie close together
_TOO_BUSY = 0.6  # of one processor: more threads would wait for each other


class NotSplittableError(Exception):
    """The server does not keep to the bounds of a part: what it gives cannot be told apart."""


@dataclass(eq=False)
class _Part:
    """A part of a query, its chain, and the rows it gave so far."""

    start: Position
    chain: Chain
    builder: FrameBuilder
    position: Position | None  # where to go on, behind the rows in the builder; None at its end
    fresh: bool  # nothing was read yet
    splittable: bool  # it is read from its beginning, so that what it is split into can begin anew
    taken: bool = False
    size: int | None = None  # rows, where known
    guess: int | None = None  # rows, as a share of what it was split from
    read: int = 0  # rows
    lock: threading.Lock = field(default_factory=threading.Lock)


class _Crew:
    """How many threads are worth having: twice as many at each turn, as long as this machine keeps up."""

    def __init__(self) -> None:
        self.most = _FIRST_THREADS
        self._turned, self._used = time.monotonic(), time.process_time()

    def turn(self, running: int) -> None:
        """Look again, if it is time."""
        now, used = time.monotonic(), time.process_time()
        if now - self._turned < _TURN:
            return
        too_busy = (used - self._used) / (now - self._turned) > _TOO_BUSY
        if not too_busy and running >= self.most:
            self.most *= 2
        self._turned, self._used = now, used


class Load:
    """A load of several parts under way.

    Parameters
    ----------
    asks
        how to ask each of the queries for a page
    starts
        where to begin: one whole query each, or the parts that an earlier load left
    order
        what the rows are ordered by; it names the filters by which parts are made
    builder
        makes the builder of a part's rows
    decoder
        decodes every page
    chains
        how many requests it is worth to have under way at once, now
    size
        how many rows a part of a query has, where a page does not say
    values
        the parts that one splits into by another filter, where time does not split it and it has so many rows
    now
        the clock of the load
    expected
        rows in all, where known
    limit
        rows wanted, of one query only; None for all
    given
        ids of rows that an earlier load gave
    """

    def __init__(
        self,
        asks: Sequence[Ask],
        starts: Sequence[Position],
        order: Order,
        *,
        builder: Callable[[], FrameBuilder],
        decoder: Decoder,
        chains: Callable[[], int],
        size: Callable[[int, Within], int | None],
        values: Callable[[int, Within, int | None], Sequence[Within]],
        now: dt.datetime,
        expected: int | None,
        limit: int | None = None,
        given: Iterable[str] = (),
    ) -> None:
        self._asks, self._order, self._decoder, self._now, self._limit = asks, order, decoder, now, limit
        self._given = frozenset(given)
        self._new_builder, self._chains, self._size, self._values = builder, chains, size, values
        wanted = expected or _LARGEST_PART
        part = wanted // max(1, _PARTS_A_CHAIN * chains())
        self._part_rows = max(_SMALLEST_PART, min(_LARGEST_PART, part))
        self._parts: list[_Part] = []
        for start in starts:
            if start.backend_cursor is None and not start.skip:
                withins = by_age(start.within, order, now)
                self._parts.extend(self._part(start._replace(within=within)) for within in withins)
            else:
                self._parts.append(self._part(start, fresh=False))
        self._changed = threading.RLock()
        self._news: queue.SimpleQueue[None] = queue.SimpleQueue()  # for the thread that waits
        self._threads = 0
        self._alone = False  # no thread is to be had: the caller's reads
        self._crew = _Crew()
        self._closed = False
        self._error: BaseException | None = None
        self.pages = 0  # answers, those of parts that were split again included

    @property
    def chains(self) -> list[Chain]:
        """The chains of the parts."""
        return [part.chain for part in self._parts]

    @property
    def rows(self) -> int:
        """Rows so far."""
        return sum(part.builder.rows for part in list(self._parts))

    @property
    def builders(self) -> list[FrameBuilder]:
        """The rows of the parts; to be taken once the load is over."""
        return [part.builder for part in self._parts]

    @property
    def came_to_its_limit(self) -> bool:
        """Whether no part is open that was begun: the rows are the newest."""
        return self._error is None and not any(part.taken and part.position is not None for part in self._parts)

    def run(self, report: Callable[[int], None]) -> None:
        """Read all parts; `report` is told the rows so far, in this thread.

        Raises
        ------
        NotSplittableError
            The parts are none.
        BluedoorError, KeyboardInterrupt
            What stopped it. The rows that came are kept, and `positions` says where to go on.
        """
        outer = current()
        with working(stop=threading.Event()) as work:
            self._start = following(self._work)
            try:
                while not self._over():
                    outer.check()
                    with self._changed:
                        self._grow()
                    with contextlib.suppress(queue.Empty):  # unlike a condition, it bears Ctrl-C
                        self._news.get(timeout=_TURN)
                    if self._alone:
                        self._threads, self._alone = 1, False
                        self._work()
                    report(self.rows)
            finally:
                work.stop.set()
                with self._changed:
                    self._closed = True
                    self._news.put(None)
                for part in self._parts:  # a page that is being taken in is taken in, a later one is not
                    with part.lock:
                        pass
        if isinstance(self._error, Exception) and not isinstance(self._error, BluedoorError | NotSplittableError):
            raise StoppedError(f"The load broke off ({type(self._error).__name__}: {self._error}).") from self._error
        if self._error is not None:
            raise self._error

    def positions(self) -> list[Position]:
        """Where to go on: parts not begun that lie side by side are one."""
        rest: list[Position] = []
        for part in self._parts:
            position = part.position
            if position is None:
                continue
            joined = self._joined(rest[-1], position) if rest and part.fresh else None
            if joined is not None:
                rest[-1] = joined
            else:
                rest.append(position)
        return rest

    def _joined(self, newer: Position, older: Position) -> Position | None:
        """Two parts as one, where both are not begun and nothing lies between them."""
        begun = any(at.backend_cursor or at.skip or at.behind for at in (newer, older))
        upper, lower = dict(newer.within), dict(older.within)
        cut = upper.pop(str(self._order.after), None)
        if begun or newer.branch != older.branch or cut is None or cut != lower.get(str(self._order.before)):
            return None
        before = upper.pop(str(self._order.before), None)
        bounds = {str(self._order.after): lower.pop(str(self._order.after), None), str(self._order.before): before}
        lower.pop(str(self._order.before))
        if upper != lower:
            return None
        within = {**upper, **{name: value for name, value in bounds.items() if value is not None}}
        return Position(newer.branch, None, 0, tuple(within.items()))

    def _part(self, start: Position, *, fresh: bool = True) -> _Part:
        chain = Chain(self._asks[start.branch], start, self._order, self._given)
        return _Part(start, chain, self._new_builder(), start, fresh, fresh)

    def _over(self) -> bool:
        with self._changed:
            if self._error is not None:
                return True
            running = any(part.taken and part.position is not None for part in self._parts)
            return not running and self._next() is None

    def _next(self) -> _Part | None:
        """The part to be read next: None where there is none, or where enough rows are on their way.

        With a limit the newest; without, one whose size nobody knows first: it may have to be split.
        """
        if self._limit is None:
            waiting = [part for part in self._parts if not part.taken]
            return next((part for part in waiting if part.guess is None), waiting[0] if waiting else None)
        on_the_way = 0
        for part in self._parts:
            if on_the_way >= self._limit:
                return None
            if not part.taken:
                return part
            ended = part.position is None
            thought = 0 if ended else part.size or part.guess or self._part_rows
            on_the_way += max(part.builder.rows, thought)
        return None

    def _grow(self) -> None:
        """Have as many threads as it is worth, each with a part to read."""
        waiting = sum(not part.taken for part in self._parts)
        self._crew.turn(self._threads)
        most = min(self._chains(), self._crew.most)
        while not self._closed and waiting > 0 and self._threads < most and self._next() is not None:
            thread = threading.Thread(target=self._start, name="bluedoor-load", daemon=True)
            try:
                thread.start()
            except RuntimeError:  # the system gives no more
                self._alone = self._threads == 0
                return
            self._threads += 1
            waiting -= 1

    def _work(self) -> None:
        """One thread: part after part."""
        try:
            while (part := self._take()) is not None:
                self._read(part)
        except StoppedError:
            pass
        except BaseException as error:
            with self._changed:
                if self._error is None or isinstance(error, NotSplittableError):
                    self._error = error
        with self._changed:
            self._threads -= 1
            self._news.put(None)

    def _take(self) -> _Part | None:
        with self._changed:
            # A thread that is one too many goes, as where the limit sank meanwhile.
            if self._closed or self._error is not None or self._threads > max(1, self._chains()):
                return None
            part = self._next()
            if part is not None:
                part.taken = True
            return part

    def _read(self, part: _Part) -> None:
        """Follow a part to its end, or split it."""
        while part.position is not None:
            current().check()
            if self._error is not None:
                return
            answer = part.chain.read(self._decoder, None, part.fresh)
            with self._changed:
                self.pages += 1
            if not {name for name, _ in part.chain.within}.isdisjoint({*answer.left_out, *answer.unmatched}):
                raise NotSplittableError
            if self._split(part, answer):
                return
            with part.lock, self._decoder.one_at_a_time:
                if self._closed:
                    return
                rows = part.chain.give(len(part.chain.rows))
                part.builder.add(Page(rows, answer.page.drift))
                position, stuck = part.chain.position(), part.chain.stuck
                # Where its cursor leads nowhere, a part is gone on with from before this page.
                part.position = part.position if stuck and position is None else position
                part.fresh = False
                part.read += len(rows)
            if stuck:
                part.chain.read(self._decoder, None, False)  # raises why
        with part.lock, self._decoder.one_at_a_time:
            if not self._closed:
                part.builder.pack()
                part.chain.forget()
        with self._changed:
            self._news.put(None)

    def _split(self, part: _Part, answer: ListPage) -> bool:
        """Whether a part was too large, and stands split in its place.

        What it is split into begins anew: the rows that it gave come again.
        """
        exact = answer.total if not answer.total_capped else None
        if answer.next_cursor is None or not part.splittable:
            return False
        with self._changed:
            waiting = sum(not other.taken for other in self._parts)
            near_the_end = waiting < 2 * self._threads
        # Early on a large part costs nothing; near the end the others would wait for it.
        most = (_NEAR_THE_END if near_the_end else _EARLY_ON) * self._part_rows
        more_than_thought = part.guess is not None and max(part.read, answer.total or 0) > most
        unknown = part.guess is None or (near_the_end and answer.total_capped)
        if part.fresh and exact is not None:
            part.size = exact
        elif more_than_thought or (part.fresh and unknown):
            part.size = self._size(part.start.branch, part.start.within)
        elif not part.fresh:
            return False
        if part.size is None or part.size <= most + part.read:
            part.guess = part.guess if part.fresh else None  # not to be asked for again
            return False
        surprise = part.guess is not None and part.size > 2 * part.guess
        branch, within = part.start.branch, part.start.within
        number = -(-part.size // self._part_rows)
        # Where there is more than was thought, it lies close together: shorter parts find out where.
        newest = parse_instant(part.chain.newest or "") or self._now
        withins = by_time(within, self._order, newest, max(number, _CLOSE_TOGETHER) if surprise else number)
        if len(withins) < 2:
            withins = list(self._values(branch, within, exact))
        if len(withins) < 2:
            return False
        parts = [self._part(Position(branch, None, 0, part_of)) for part_of in withins]
        for made in parts:
            made.guess = None if surprise else -(-part.size // len(parts))
        with self._changed:
            if self._closed:  # the rows are being taken as they are
                return True
            at = self._parts.index(part)
            self._parts[at : at + 1] = parts
            self._news.put(None)
        return True
