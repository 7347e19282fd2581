"""The call under way: what it asked for, what that cost, and how it is stopped.

A function of the client opens a `Work`; the requests below it, in its own thread or in those that `follow` starts,
find it by `current` and count themselves in. So a card can say what its rows cost without every room in between
handing it on.
"""

from __future__ import annotations

import contextlib
import contextvars
import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable, Iterator

from ..errors import BluedoorError

__all__ = ["StoppedError", "Work", "current", "following", "working"]


class StoppedError(BluedoorError):
    """The call was stopped by its caller: nothing more is asked for it."""


class Work:
    """One call of a function of the client, and what it has cost so far. Thread-safe.

    Parameters
    ----------
    refresh
        whether answers kept on disk are passed by
    outer
        the call that this one is a part of: it counts what this one costs, too, and its stop and refresh hold here
    """

    def __init__(self, *, refresh: bool = False, outer: Work | None = None) -> None:
        self.refresh: bool = refresh or (outer is not None and outer.refresh)
        self.stop: threading.Event = outer.stop if outer is not None else threading.Event()
        self.requests = 0  # sent, repetitions included
        self.repeated: Counter[str] = Counter()  # requests sent again, by the name of the error that was the reason
        self.waited = 0.0  # seconds in which a limit or a repetition held requests back, summed over threads
        self.cached: dict[str, dt.datetime] = {}  # kinds of records taken from disk, and when the oldest was asked for
        self._cached_count: Counter[str] = Counter()
        self._outer = outer
        self._lock = threading.Lock()

    def check(self) -> None:
        """Raise `StoppedError` once the call was stopped."""
        if self.stop.is_set():
            raise StoppedError("Stopped before it was done.")

    def sent(self) -> None:
        """Count a request."""
        with self._lock:
            self.requests += 1
        if self._outer is not None:
            self._outer.sent()

    def again(self, error: str) -> None:
        """Count a request that will be sent again, by the error that is the reason."""
        with self._lock:
            self.repeated[error] += 1
        if self._outer is not None:
            self._outer.again(error)

    def held_back(self, seconds: float) -> None:
        """Count time in which nothing could be sent."""
        with self._lock:
            self.waited += seconds
        if self._outer is not None:
            self._outer.held_back(seconds)

    def from_cache(self, kind: str, asked_at: dt.datetime, count: int = 1) -> None:
        """Count records that came from disk, and how old the oldest is."""
        with self._lock:
            self.cached[kind] = min(asked_at, self.cached.get(kind, asked_at))
            self._cached_count[kind] += count
        if self._outer is not None:
            self._outer.from_cache(kind, asked_at, count)

    def cached_count(self, kind: str) -> int:
        """How many records of a kind came from disk."""
        with self._lock:
            return self._cached_count[kind]


_CURRENT: contextvars.ContextVar[Work | None] = contextvars.ContextVar("bluedoor_work", default=None)


def current() -> Work:
    """The call under way; outside of any, one that nobody reads."""
    return _CURRENT.get() or Work()


@contextlib.contextmanager
def working(*, refresh: bool = False, stop: threading.Event | None = None) -> Iterator[Work]:
    """Open a call, within the one under way if there is one; `stop` is how another thread ends it."""
    work = Work(refresh=refresh, outer=_CURRENT.get())
    if stop is not None:
        work.stop = stop
    token = _CURRENT.set(work)
    try:
        yield work
    finally:
        _CURRENT.reset(token)


def following(function: Callable[[], None]) -> Callable[[], None]:
    """The function for another thread, as a part of the call under way here."""
    context = contextvars.copy_context()
    return lambda: context.copy().run(function)  # one context cannot be entered by two threads
