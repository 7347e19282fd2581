"""Bad weather, switched on by a test: failures, dropped connections, limits, scripted answers, drifted bodies."""

from __future__ import annotations

import math
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from .answers import Answer
from .settings import Settings

__all__ = ["Faults", "LoggedRequest", "Override", "Plan"]


@dataclass
class LoggedRequest:
    """A request as it came in (the path below the base path), and what became of it."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes = b""
    #: The status answered; None where no answer was sent.
    status: int | None = None
    #: The names of the faults that hit it, joined by a space.
    fault: str = ""

    @property
    def params(self) -> dict[str, str]:
        """The query string, decoded; the last value of each name."""
        return {name: values[-1] for name, values in parse_qs(self.query, keep_blank_values=True).items()}


@dataclass
class Override:
    """A scripted answer to the paths `pattern` is found in, `times` times over (None: for ever)."""

    pattern: str
    body: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    times: int | None = None

    def answer(self) -> Answer:
        """Bytes and text go out as they are, anything else as JSON."""
        if isinstance(self.body, bytes | str):
            raw = self.body.encode() if isinstance(self.body, str) else self.body
            return Answer(self.status, raw, {"content-type": "application/json", **self.headers})
        return Answer.json(self.body, self.status, self.headers)


@dataclass
class Plan:
    """What is to happen to one request."""

    delay: float = 0.0
    close: bool = False
    cut: bool = False
    answer: Answer | None = None


@dataclass(kw_only=True)
class Faults:
    """The weather. `X_every=n` hits requests n, 2n, 3n …; 0 is off. Attributes may change between requests.

    When several hit one request: a delay adds to any of them; then limits, overrides, close, error, HTML and cut,
    the first that applies. `only` (a regular expression on the path) exempts other requests, which are not counted.
    """

    only: str = ""
    error_every: int = 0
    error_status: int = 503
    #: Sent as Retry-After with those errors: seconds or an HTTP date.
    retry_after: str | int | None = None
    close_every: int = 0
    cut_every: int = 0
    html_every: int = 0
    delay_every: int = 0
    delay_seconds: float = 0.0
    #: A token bucket: requests a second and how many at once.
    rate: float | None = None
    burst: int = 1
    #: A window: so many requests, then none until it is over.
    window: int | None = None
    window_seconds: float = 60.0
    overrides: list[Override] = field(default_factory=list)
    #: Each is called with the decoded JSON of a 200 answer; it alters it, or returns another.
    mutators: list[Callable[[Any], Any]] = field(default_factory=list)
    #: What the limits read; a test may bring its own.
    clock: Callable[[], float] = time.monotonic
    log: list[LoggedRequest] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Forget the log, the counts and the spent limits; the weather stays."""
        self.log.clear()
        self._counted = 0
        self._bucket: tuple[float, float] | None = None
        self._window: tuple[float, int] | None = None

    @property
    def count(self) -> int:
        """How many requests came in."""
        return len(self.log)

    def plan(self, request: LoggedRequest) -> Plan:
        """Log a request and decide what happens to it."""
        with self._lock:
            self.log.append(request)
            if not re.search(self.only, request.path):
                return Plan()
            self._counted += 1
            plan = Plan()
            if self._hits(self.delay_every):
                plan.delay = self.delay_seconds
            fault = self._choose(plan, request)
            request.fault = " ".join(filter(None, ["delay" if plan.delay else "", fault]))
            return plan

    def _choose(self, plan: Plan, request: LoggedRequest) -> str:
        wait = max(self._bucket_wait(), self._window_wait())
        if wait > 0:
            seconds = str(max(1, math.ceil(wait)))
            plan.answer = _error(429, "rate_limited", "too many requests", seconds)
            return "limit"
        for override in self.overrides:
            if override.times != 0 and re.search(override.pattern, request.path):
                if override.times is not None:
                    override.times -= 1
                plan.answer = override.answer()
                return "override"
        if self._hits(self.close_every):
            plan.close = True
            return "close"
        if self._hits(self.error_every):
            plan.answer = _error(self.error_status, "unavailable", "bad weather", self.retry_after)
            return "error"
        if self._hits(self.html_every):
            page = b"<!doctype html><title>Just a moment</title><p>Checking your browser</p>"
            plan.answer = Answer(200, page, {"content-type": "text/html; charset=utf-8"})
            return "html"
        plan.cut = self._hits(self.cut_every)
        return "cut" if plan.cut else ""

    def _hits(self, every: int) -> bool:
        return every > 0 and self._counted % every == 0

    def _bucket_wait(self) -> float:
        """Seconds until the bucket has a token again; 0 takes one."""
        if self.rate is None:
            return 0.0
        now = self.clock()
        left, since = self._bucket or (float(self.burst), now)
        left = min(float(self.burst), left + (now - since) * self.rate)
        self._bucket = (left - 1 if left >= 1 else left, now)
        return 0.0 if left >= 1 else (1 - left) / self.rate

    def _window_wait(self) -> float:
        """Seconds until the window is over, once it is used up."""
        if self.window is None:
            return 0.0
        now = self.clock()
        start, used = self._window or (now, 0)
        if now - start >= self.window_seconds:
            start, used = now, 0
        self._window = (start, used + 1)
        return 0.0 if used < self.window else start + self.window_seconds - now


def _error(status: int, code: str, message: str, retry_after: str | int | None) -> Answer:
    headers = {} if retry_after is None else {"retry-after": str(retry_after)}
    return Answer.error(Settings(), status, code, message, headers)
