"""Bad weather, switched on by a test: failures, dropped connections, limits, cursors that lead astray, slow ways,
scripted answers, drifted bodies, data that changes meanwhile.
"""

from __future__ import annotations

import json
import math
import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from .answers import Answer
from .cursors import Cursors
from .data import FaceData
from .limits import SlidingWindow, Style, stated
from .settings import Settings

__all__ = ["RANDOM_FAULTS", "Faults", "LoggedRequest", "Override", "Plan"]

#: The names of what may hit a request at random.
RANDOM_FAULTS = ("close", "reset", "error", "html", "cut", "limit")


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
    reset: bool = False
    cut: bool = False
    meanwhile: bool = False
    answer: Answer | None = None


@dataclass(kw_only=True)
class Faults:
    """The weather. `X_every=n` hits requests n, 2n, 3n …; 0 is off. Attributes may change between requests.

    When several hit one request: a delay adds to any of them; then limits, overrides, random faults, close, reset,
    error, HTML, an expired cursor and cut, the first that applies. `only` (a regular expression on the path) exempts
    other requests, which are not counted; the latency is that of all.
    """

    only: str = ""
    error_every: int = 0
    error_status: int = 503
    #: Sent as Retry-After with those errors: seconds or an HTTP date.
    retry_after: str | int | None = None
    close_every: int = 0
    #: The connection is reset in the middle of the answer's headers.
    reset_every: int = 0
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
    #: A stated limit: at most so many requests in any `limit_seconds`, counted as they arrive, then 429 with
    #: Retry-After; told in every answer's headers in this style.
    limit: int | None = None
    limit_seconds: float = 1.0
    limit_headers: Style = "x-ratelimit"
    #: Seconds between a request and its answer, give or take a share of them: half on the way there, before anything
    #: counts the request, half on the way back.
    latency: float = 0.0
    jitter: float = 0.0
    #: Each request is hit with this probability by one of `random_faults` (a name given twice is twice as likely).
    #: Which ones follows from the seed and the number of the request alone.
    random_share: float = 0.0
    random_seed: int = 0
    random_faults: tuple[str, ...] = RANDOM_FAULTS
    #: A cursor is refused once more than so many requests came in since it was given out …
    cursor_expires_after: int = 0
    #: … or when it leads to this page of its chain (the first is 1) or a later one; each so many times (None: always).
    cursor_expires_page: int = 0
    cursor_expires_times: int | None = None
    #: 400 or 410.
    cursor_expired_status: int = 400
    #: The pages n, 2n, 3n … of a chain, as they are given, are followed by themselves, once, under a new cursor.
    cursor_repeats_every: int = 0
    #: Requests n, 2n, 3n … among those with a cursor that leads on are given the same cursor again as the next one;
    #: where that is for ever, so is every later request with the same cursor.
    cursor_same_every: int = 0
    cursor_same_for_ever: bool = False
    #: Called with the face's data before every n-th request is answered; it may alter the lists in place.
    meanwhile_every: int = 0
    meanwhile: Callable[[FaceData], None] | None = None
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
        self._counted = self._arrived = 0
        self._sliding, self._cursors = SlidingWindow(), Cursors()
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
            plan.meanwhile = self._hits(self.meanwhile_every)
            if self._hits(self.delay_every):
                plan.delay = self.delay_seconds
            fault = self._choose(plan, request)
            request.fault = " ".join(filter(None, ["delay" if plan.delay else "", fault]))
            return plan

    def way(self) -> float:
        """Seconds that a request is under way, there and back together."""
        if not self.latency:
            return 0.0
        with self._lock:
            self._arrived += 1
            number = self._arrived
        spread = random.Random(f"way {self.random_seed} {number}").uniform(-self.jitter, self.jitter)
        return self.latency * (1 + spread)

    def headers(self) -> dict[str, str]:
        """What every answer says of the stated limit."""
        if self.limit is None:
            return {}
        with self._lock:
            left = self._sliding.left(self.clock(), self.limit, self.limit_seconds)
        return stated(self.limit_headers, self.limit, self.limit_seconds, *left)

    @property
    def alters_cursors(self) -> bool:
        """Whether the endpoints' cursors have to be followed."""
        return bool(
            self.cursor_expires_after
            or self.cursor_expires_page
            or self.cursor_repeats_every
            or self.cursor_same_every
            or self.cursor_same_for_ever
        )

    def asked(self, request: LoggedRequest) -> tuple[str, bytes]:
        """The query string and the body as the endpoints are to see them."""
        with self._lock:
            return self._cursors.translated(request)

    def paged(self, request: LoggedRequest, answer: Answer) -> Answer:
        """The answer with the cursor that is to be given out."""
        payload = json.loads(answer.body)
        meta = payload.get("meta")
        if not isinstance(meta, dict):
            return answer
        with self._lock:
            fault = self._cursors.answered(request, meta, self, self._counted)
        request.fault = " ".join(filter(None, [request.fault, fault]))
        return Answer.json(payload, answer.status) if fault else answer

    def _choose(self, plan: Plan, request: LoggedRequest) -> str:
        wait = max(self._bucket_wait(), self._window_wait(), self._sliding_wait())
        chance = self._chance()
        if wait > 0 or chance == "limit":
            seconds = str(max(1, math.ceil(wait)))
            plan.answer = _error(429, "rate_limited", "too many requests", seconds)
            return "limit"
        for override in self.overrides:
            if override.times != 0 and re.search(override.pattern, request.path):
                if override.times is not None:
                    override.times -= 1
                plan.answer = override.answer()
                return "override"
        if chance == "close" or self._hits(self.close_every):
            plan.close = True
            return "close"
        if chance == "reset" or self._hits(self.reset_every):
            plan.reset = True
            return "reset"
        if chance == "error" or self._hits(self.error_every):
            plan.answer = _error(self.error_status, "unavailable", "bad weather", self.retry_after)
            return "error"
        if chance == "html" or self._hits(self.html_every):
            page = b"<!doctype html><title>Just a moment</title><p>Checking your browser</p>"
            plan.answer = Answer(200, page, {"content-type": "text/html; charset=utf-8"})
            return "html"
        if self.alters_cursors and self._cursors.expired(request, self, self._counted):
            plan.answer = _error(self.cursor_expired_status, "invalid_cursor", "cursor expired", None)
            return "expired"
        plan.cut = chance == "cut" or self._hits(self.cut_every)
        return "cut" if plan.cut else ""

    def _hits(self, every: int) -> bool:
        return every > 0 and self._counted % every == 0

    def _chance(self) -> str:
        """The random fault of this request, if any."""
        if not self.random_share:
            return ""
        chance = random.Random(f"fault {self.random_seed} {self._counted}")
        return chance.choice(self.random_faults) if chance.random() < self.random_share else ""

    def _sliding_wait(self) -> float:
        return 0.0 if self.limit is None else self._sliding.take(self.clock(), self.limit, self.limit_seconds)

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
