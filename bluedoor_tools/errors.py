"""Every error and warning of the toolkit.

The tree, so that a caller can catch as much or as little as wanted::

    BluedoorError
    ├── InvalidRequestError      the request is wrong; nothing was sent, or the server said 400   (also ValueError)
    ├── NotAuthorizedError       401 or 403: the key is missing, wrong or not allowed to do this
    ├── NotFoundError            the backend answered that it has no such record                  (also LookupError)
    ├── CouldNotAskError         no answer was had; whether the thing exists stays unknown. `wait`: seconds asked for
    │   ├── UnreachableError     no connection
    │   ├── TimedOutError        no answer in time
    │   ├── RateLimitedError     429 for longer than the patience
    │   └── ServerFailedError    5xx for longer than the patience
    └── UnexpectedAnswerError    an answer came, but not as the contract promises

    BluedoorWarning (UserWarning)
    ├── PartialResultWarning     a load stopped midway; the rows it had are kept and marked incomplete
    ├── LongLoadWarning          a load that takes longer than a minute says so before it begins
    ├── ResultCutWarning         more rows match than the default `limit` returned
    └── DriftWarning             values or records of an answer were not of the promised type
"""

from __future__ import annotations

import contextlib
import contextvars
import sys
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

__all__ = [
    "BluedoorError",
    "BluedoorWarning",
    "CouldNotAskError",
    "DriftWarning",
    "InvalidRequestError",
    "LongLoadWarning",
    "NotAuthorizedError",
    "NotFoundError",
    "PartialResultWarning",
    "RateLimitedError",
    "ResultCutWarning",
    "ServerFailedError",
    "TimedOutError",
    "UnexpectedAnswerError",
    "UnreachableError",
    "nearest",
    "warn",
]


class BluedoorError(Exception):
    """Root of the tree: what happened, what to do next (`hint`), and the facts behind it (`context`).

    Errors pickle, so they cross process borders whole.
    """

    def __init__(self, message: str, *, hint: str = "", context: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.context: dict[str, Any] = context or {}

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.message, self.hint, self.context)


def _rebuild(kind: type[BluedoorError], message: str, hint: str, context: dict[str, Any]) -> BluedoorError:
    return kind(message, hint=hint, context=context)


class InvalidRequestError(BluedoorError, ValueError):
    """The request is wrong: an unknown, conflicting or unreadable argument."""


class NotAuthorizedError(BluedoorError):
    """The server refused the key, or wants one."""


class NotFoundError(BluedoorError, LookupError):
    """The backend answered that it has no such record."""


class CouldNotAskError(BluedoorError):
    """No answer was had: this says nothing about whether the thing exists."""

    @property
    def wait(self) -> float | None:
        """Seconds the server last asked to wait, where it said so."""
        wait: float | None = self.context.get("wait")
        return wait


class UnreachableError(CouldNotAskError):
    """No connection to the server."""


class TimedOutError(CouldNotAskError):
    """The server did not answer in time."""


class RateLimitedError(CouldNotAskError):
    """The server answered 429 for longer than the patience of the client."""


class ServerFailedError(CouldNotAskError):
    """The server answered 5xx for longer than the patience of the client."""


class UnexpectedAnswerError(BluedoorError):
    """An answer came that the contract does not allow: not JSON, cut off, or without its data."""


class BluedoorWarning(UserWarning):
    """Root of the warnings."""


class PartialResultWarning(BluedoorWarning):
    """A load stopped midway: its rows are kept, its card says `complete: false` and why."""


class LongLoadWarning(BluedoorWarning):
    """A load that takes longer than a minute says so before it begins."""


class ResultCutWarning(BluedoorWarning):
    """More rows match than were returned, and the caller did not ask for the cut."""


class DriftWarning(BluedoorWarning):
    """Values or records of an answer were not of the promised type; they are counted on the card."""


def nearest(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """The known word most like `word`, ignoring case, hyphens and blanks; None where nothing is like it.

    >>> nearest("on-site", ["remote", "hybrid", "on_site"])
    'on_site'
    """
    import difflib  # only an error needs it

    flat = {name.casefold().replace("_", ""): name for name in known}
    wanted = word.casefold().translate(str.maketrans("", "", "_- "))
    close = difflib.get_close_matches(wanted, list(flat), n=1, cutoff=cutoff)
    return flat[close[0]] if close else None


_PACKAGE = str(Path(__file__).parent)


_COLLECTED: contextvars.ContextVar[list[BluedoorWarning] | None] = contextvars.ContextVar("collected", default=None)


@contextlib.contextmanager
def collecting() -> Iterator[list[BluedoorWarning]]:
    """Collect the warnings of this library instead of showing them: in this context, and in threads started with it.

    For work off the main thread, whose warnings nobody would see; the process's own filters are left alone.
    """
    warned: list[BluedoorWarning] = []
    token = _COLLECTED.set(warned)
    try:
        yield warned
    finally:
        _COLLECTED.reset(token)


def warn(message: str, kind: type[BluedoorWarning]) -> None:
    """Warn at the caller's line, wherever in this package the reason arose."""
    collected = _COLLECTED.get()
    if collected is not None:
        collected.append(kind(message))
        return
    level, place = 1, sys._getframe()
    while place.f_back is not None and place.f_code.co_filename.startswith(_PACKAGE):
        level, place = level + 1, place.f_back
    warnings.warn(message, kind, stacklevel=level)
