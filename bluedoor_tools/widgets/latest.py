"""Work off the main thread of which only the latest counts: what a newer one overtook is stopped and never shown."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from ..errors import BluedoorError
from ..wire.work import StoppedError, working

__all__ = ["Latest"]

_LOG = logging.getLogger("bluedoor_tools")
_QUICK = 0.1  # seconds: work that is over sooner is not announced, so that nothing flickers

R = TypeVar("R")


class Latest(Generic[R]):
    """Runs a function in a thread of its own whenever it is asked; only the latest answer is shown.

    The caller is never blocked. The function is called with the arguments of `ask` and an event, which is set once
    nobody waits for its answer any more; what it asks of a client then ends as soon as that can be. Answers, errors and
    `busy` are told from the worker's thread, one at a time, and never after those of newer work.

    Parameters
    ----------
    function
        the work: ``function(*arguments, stop)``
    done
        called with its answer
    failed
        called with its error, always a `BluedoorError`: of any other the name of its type alone, the rest is logged
    wait
        seconds in which newer work may come before the function is called; each `ask` may say otherwise
    busy
        called with True when work lasts longer than a tenth of a second, with False when the latest is over
    """

    def __init__(
        self,
        function: Callable[..., R],
        done: Callable[[R], Any],
        failed: Callable[[BluedoorError], Any],
        *,
        wait: float = 0.2,
        busy: Callable[[bool], Any] | None = None,
    ) -> None:
        self._function, self._done, self._failed, self._busy = function, done, failed, busy or (lambda _: None)
        self._wait = wait
        self._changed = threading.Condition()  # of what stands below; held for moments only
        self._newest = 0
        self._over = 0  # the newest work of which all was told
        self._stop = threading.Event()
        self._threads: dict[int, threading.Thread] = {}  # alive for as long as they work, whoever else forgets them
        self._closed = False
        self._telling = threading.RLock()  # held while something is told
        self._is_busy = False

    def ask(self, *arguments: Any, wait: float | None = None) -> None:
        """Do the work with these arguments, in place of any that is under way."""
        pause = self._wait if wait is None else wait
        with self._changed:
            if self._closed:
                return
            self._stop.set()
            self._stop = stop = threading.Event()
            self._newest = number = self._newest + 1
            thread = threading.Thread(
                target=self._run, args=(number, arguments, stop, pause), name=f"bluedoor-latest-{number}", daemon=True
            )
            self._threads[number] = thread
            thread.start()

    def stop(self) -> None:
        """Stop what is under way; what it gives all the same is shown."""
        with self._changed:
            self._stop.set()

    def idle(self, seconds: float | None = None) -> bool:
        """Wait until the latest work is over and was told; whether that came about in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._over == self._newest or self._closed, seconds)

    def close(self) -> None:
        """Stop what is under way, and tell nothing any more."""
        with self._changed:
            self._closed = True
            self._stop.set()
            self._changed.notify_all()

    # -- in the worker's thread ----------------------------------------------------------------------------------------

    def _run(self, number: int, arguments: tuple[Any, ...], stop: threading.Event, pause: float) -> None:
        try:
            if pause > 0:
                stop.wait(pause)
            if not self._is_newest(number):  # overtaken before it began
                return
            over = threading.Event()
            slow = threading.Timer(_QUICK, self._tell_busy, (number, over))
            slow.daemon = True
            slow.start()
            try:
                with working(stop=stop):
                    answer = self._function(*arguments, stop)
            except StoppedError:  # overtaken, or stopped by the caller: nothing is to be told
                pass
            except Exception as error:
                self._tell(number, self._failed, _as_told(error))
            else:
                self._tell(number, self._done, answer)
            finally:
                over.set()
                slow.cancel()
            self._tell(number, self._announce, False)
        finally:
            with self._changed:
                del self._threads[number]
                if number == self._newest:
                    self._over = number
                self._changed.notify_all()

    def _tell(self, number: int, listener: Callable[[Any], Any], said: Any) -> None:
        """Tell something of the latest work; what is told while newer work comes is told before that of the newer."""
        with self._telling:
            if not self._is_newest(number):
                return
            try:
                listener(said)
            except Exception as error:
                told = _as_told(error)
                if listener != self._failed:
                    self._tell(number, self._failed, told)

    def _tell_busy(self, number: int, over: threading.Event) -> None:
        with self._telling:  # so that this cannot come after the news that the work is over
            if not over.is_set():
                self._tell(number, self._announce, True)

    def _announce(self, busy: bool) -> None:
        if busy != self._is_busy:
            self._is_busy = busy
            self._busy(busy)

    def _is_newest(self, number: int) -> bool:
        with self._changed:
            return number == self._newest and self._over != number and not self._closed


def _as_told(error: Exception) -> BluedoorError:
    """An error as it is shown: of one that is no answer of this library the type alone, as its text may be anything."""
    if isinstance(error, BluedoorError):
        return error
    _LOG.error("a view failed", exc_info=error)
    return BluedoorError(
        f"The view failed ({type(error).__name__}).", hint="A defect of bluedoor-tools: please report it."
    )
