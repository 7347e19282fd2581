"""Several requests under way at once, as parts of one call: in order, and over at once when nobody wants more."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from typing import Generic, TypeVar

from .clock import interruptible
from .work import current, following, working

__all__ = ["in_parallel"]

T = TypeVar("T")
R = TypeVar("R")

_LOOK_AGAIN = 0.2  # seconds after which a waiting call sees that it was stopped, or may have more threads


def in_parallel(
    ask: Callable[[T], R], items: Sequence[T], most: Callable[[], int]
) -> Generator[tuple[T, R | Exception], None, None]:
    """Each item with what `ask` made of it, or the error that it raised; in the order of the items.

    Up to `most()` are asked at once, by threads that are parts of the call under way; `most` is looked at again as it
    goes. Where it is 1, the caller's own thread asks. Close the iterator (``contextlib.closing``) when no more is
    wanted, also after Ctrl-C: nothing further is then asked, and answers under way are not waited for.

    Raises
    ------
    StoppedError
        The call under way was stopped.
    """
    asking = _Asking(ask, items)
    try:
        for number, item in enumerate(items):
            with interruptible():
                outcome = asking.outcome(number, most)
            yield item, outcome
    finally:
        asking.stop.set()


class _Asking(Generic[T, R]):
    """What the threads share."""

    def __init__(self, ask: Callable[[T], R], items: Sequence[T]) -> None:
        self.stop = threading.Event()  # of the threads: the call itself may go on with what it has
        self._ask = ask
        self._items = items
        self._next = 0
        self._allowed = 1
        self._threads = 0
        self._outcomes: dict[int, R | BaseException] = {}
        self._changed = threading.Condition()

    def outcome(self, number: int, most: Callable[[], int]) -> R | Exception:
        """What became of an item, all before it having been given."""
        call = current()
        while True:
            call.check()
            allowed = most()
            with self._changed:
                if number in self._outcomes:
                    found = self._outcomes.pop(number)
                    break
                self._allowed = max(allowed, 1)
                if self._allowed > 1:
                    self._add_threads()
                if self._threads:
                    # Not for long: on some systems an interrupt is only seen between two waits.
                    self._changed.wait(_LOOK_AGAIN)
                    continue
                self._next = number + 1
            try:
                return self._ask(self._items[number])
            except Exception as error:
                return error
        if isinstance(found, BaseException) and not isinstance(found, Exception):
            raise found
        return found

    def _add_threads(self) -> None:
        with working(stop=self.stop):
            for _ in range(min(self._allowed - self._threads, len(self._items) - self._next)):
                thread = threading.Thread(target=following(self._work), name="bluedoor-request", daemon=True)
                try:
                    thread.start()
                except RuntimeError:  # the system gives no more threads, or none at all
                    return
                self._threads += 1

    def _work(self) -> None:
        while True:
            with self._changed:
                done = self._next >= len(self._items) or self._threads > self._allowed
                if done or self.stop.is_set():
                    self._threads -= 1
                    self._changed.notify()
                    return
                number, self._next = self._next, self._next + 1
            found: R | BaseException
            try:
                found = self._ask(self._items[number])
            except BaseException as error:
                found = error
            with self._changed:
                self._outcomes[number] = found
                self._changed.notify()
