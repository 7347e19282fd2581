"""How long one request is tried, what is tried again, and how long to wait in between."""

from __future__ import annotations

import contextlib
import math
import random
from collections.abc import Iterator

import tenacity

from ..errors import CouldNotAskError, UnexpectedAnswerError, UnreachableError
from . import DEFAULT_PATIENCE
from .clock import Clock

__all__ = ["NoConnectionError", "Patience", "may_pass", "wait_before_next"]

_SHORTEST_TRY = 1.0
_FIRST_WAIT, _LONGEST_WAIT, _JITTER = 0.5, 20.0, 0.25
_FEW_TRIES = 3


class NoConnectionError(UnreachableError):
    """Not even a connection: the name does not resolve, or nothing listens."""


class Patience:
    """The seconds that one request may take with its repetitions; waiting for one's turn is free.

    Where the server has answered before (`known`), no kind of failure is given up sooner: it passes, or it does not.
    """

    def __init__(self, seconds: float, clock: Clock, *, known: bool = False) -> None:
        self.seconds = seconds
        self._most_tries = math.inf if known else _FEW_TRIES
        self._clock = clock
        self._began, self._free = clock.now(), 0.0

    def spent(self) -> float:
        """Seconds used up."""
        return self._clock.now() - self._began - self._free

    @contextlib.contextmanager
    def standing_still(self) -> Iterator[None]:
        """Time within does not count."""
        before = self._clock.now()
        try:
            yield
        finally:
            self._free += self._clock.now() - before

    def left(self) -> float:
        """Seconds that one try may take: what is left, within reason; where only one is wanted, as long as usual."""
        if not self.seconds:
            return DEFAULT_PATIENCE
        return max(min(_SHORTEST_TRY, self.seconds), self.seconds - self.spent())

    def is_over(self, state: tenacity.RetryCallState) -> bool:
        """Whether nothing is tried again after the try that `state` tells of."""
        error = state.outcome.exception() if state.outcome else None
        if state.attempt_number >= self._most_tries and isinstance(error, UnexpectedAnswerError | NoConnectionError):
            return True  # a wrong address or no network does not pass with waiting
        return self.spent() + state.upcoming_sleep > self.seconds


def may_pass(error: BaseException) -> bool:
    """Whether asking again may help."""
    if isinstance(error, UnexpectedAnswerError):
        return "damaged" in error.context  # on the way; no repetition mends another status or shape
    return isinstance(error, CouldNotAskError)


def wait_before_next(state: tenacity.RetryCallState) -> float:
    """Twice as long each time, jittered, so that many clients do not come back at once; as asked, if longer."""
    step = min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** min(state.attempt_number - 1, 10))
    backoff = step * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 (no secret)
    error = state.outcome.exception() if state.outcome else None
    asked = error.wait if isinstance(error, CouldNotAskError) else None
    return max(backoff, asked or 0.0)
