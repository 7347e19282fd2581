"""The rate of requests: one limiter per process and (API, key), shared by all threads, taught by every answer."""

from __future__ import annotations

import hashlib
import math
import threading
from collections.abc import Mapping
from typing import ClassVar

from ..errors import RateLimitedError
from .clock import Clock
from .pacing import Pacing
from .work import current

__all__ = ["Limiter"]

_AHEAD = 1.0  # seconds: nobody waits longer without looking again, for what is allowed changes meanwhile
_LONGEST_QUEUE = 900.0  # seconds that it is worth waiting for a window's end
_USUAL_LATENCY = 0.2
_TAKEN_IN = 300  # full pages a second, measured on one core: decoded, and made into columns
_FEWEST_CHAINS, _SPARE_CHAINS, _SPARE_SHARE = 2, 2, 1.6


class Limiter:
    """Says when a request may be sent, and blocks until then. Thread-safe.

    Parameters
    ----------
    keyed
        whether a key is sent: its limit is higher, and so is the careful start
    clock
        time, and how to wait
    rate
        requests a second in place of the careful start, kept until the API says otherwise
    """

    _shared: ClassVar[dict[str, Limiter]] = {}
    _shared_lock = threading.Lock()

    def __init__(self, *, keyed: bool = False, clock: Clock = Clock(), rate: float | None = None) -> None:  # noqa: B008 (it has no state)
        self._clock = clock
        self._pacing = Pacing(keyed=keyed, rate=rate)
        self._lock = threading.Lock()

    @classmethod
    def shared(cls, base_url: str, key: str | None) -> Limiter:
        """The one limiter of this process for an API and a key, which is kept only as part of a hash."""
        name = hashlib.sha256(f"{base_url}\n{key or ''}".encode()).hexdigest()
        with cls._shared_lock:
            return cls._shared.setdefault(name, cls(keyed=key is not None))

    def __repr__(self) -> str:
        return f"Limiter({self.described()})"

    def take_turn(self, patience: float) -> float:
        """Wait until a request may be sent, however long the queue; returns when it was.

        Raises
        ------
        RateLimitedError
            The API asked for a pause that is longer than `patience`; or its limit, such as one for a day, is used up
            for longer than a quarter of an hour.
        StoppedError
            The call under way was stopped.
        """
        work, waited = current(), 0.0
        try:
            while True:
                work.check()
                with self._lock:
                    now = self._clock.now()
                    pause = self._pacing.paused_until - now
                    if pause > patience:
                        raise RateLimitedError(
                            f"The API asked for a pause, of which {pause:.3g} s are left.",
                            hint="Wait, use a key (its limit is higher), or give connect(patience=…) more seconds.",
                            context={"wait": pause},
                        )
                    planned, epoch = self._pacing.earliest(now), self._pacing.epoch
                    if planned - now > max(patience, _LONGEST_QUEUE):
                        raise RateLimitedError(
                            f"The API's limit is used up for another {planned - now:,.0f} s.",
                            hint="Wait, or use a key: its limit is higher.",
                            context={"wait": planned - now},
                        )
                    granted = planned - now <= _AHEAD
                    if granted:
                        self._pacing.take(planned)
                if planned > now:
                    self._clock.sleep(min(planned - now, _AHEAD), work.stop)
                    waited += self._clock.now() - now
                    work.check()
                while granted:
                    with self._lock:
                        if epoch != self._pacing.epoch:
                            break
                        now = self._clock.now()
                        too_soon = self._pacing.send(now)
                        if too_soon <= 0:
                            return now
                    self._clock.sleep(too_soon, work.stop)
                    waited += self._clock.now() - now
                    work.check()
        finally:
            if waited:
                work.held_back(waited)

    def answered(self, sent_at: float, status: int, headers: Mapping[str, str]) -> None:
        """Learn from an answer to the request whose turn was at `sent_at`."""
        with self._lock:
            self._pacing.answered(sent_at, status, headers, self._clock.now())

    def rate(self) -> float:
        """Requests a second that are allowed at present."""
        with self._lock:
            return self._pacing.rate()

    def latency(self) -> float:
        """The median of recent seconds from a planned send to its answer."""
        with self._lock:
            known = self._pacing.round_trip()
        return _USUAL_LATENCY if known is None else known

    def useful_chains(self, most: int = 64) -> int:
        """How many requests in flight use the rate up, or as much of it as one process can take in."""
        wanted = math.ceil(min(self.rate(), _TAKEN_IN) * self.latency() * _SPARE_SHARE) + _SPARE_CHAINS
        return max(_FEWEST_CHAINS, min(wanted, most))

    def described(self) -> str:
        """The limit in words, and how it is known."""
        with self._lock:
            pacing = self._pacing
            if pacing.learned is not None:
                count, seconds = pacing.learned.count, pacing.learned.seconds
                if not pacing.stated or count / seconds < min(
                    window.count / window.seconds for window in pacing.stated.values()
                ):
                    return f"about {count} requests per {seconds:.3g} s, found out"
            if pacing.stated:
                windows = [f"{window.count:,} requests per {window.seconds:g} s" for window in pacing.stated.values()]
                part = f", {pacing.share:.0%} of it used, as others share it" if pacing.share < 1 else ""
                return f"{' and '.join(windows)}, as the API states{part}"
            rate = f"{pacing.rate_allowed:,.0f}" if pacing.rate_allowed >= 10 else f"{pacing.rate_allowed:.2g}"
            rate += " requests/s"
            if pacing.found:
                return f"about {rate}, found out"
            if pacing.rate_was_set:
                return f"{pacing.rate_allowed:g} requests/s, as set"
            return f"{rate}, a careful start {'with' if pacing.keyed else 'without'} a key"
