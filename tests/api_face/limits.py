"""A limit that is stated: a sliding window of requests, and the headers that tell of it."""

from __future__ import annotations

import math
from collections import deque
from typing import Literal, get_args

__all__ = ["STYLES", "SlidingWindow", "Style", "stated"]

#: How a limit is told: three headers `<style>-limit`, `-remaining` and `-reset`, or the two of the IETF's drafts
#: (version 7: one list of names and numbers; since version 8: a structured field with a named policy).
Style = Literal["x-ratelimit", "x-rate-limit", "ratelimit", "ratelimit-draft-7", "ratelimit-draft-8", "none"]
STYLES: tuple[Style, ...] = get_args(Style)


class SlidingWindow:
    """At most `limit` requests in any `seconds`; one that is refused does not count."""

    def __init__(self) -> None:
        self._taken: deque[float] = deque()

    def take(self, now: float, limit: int, seconds: float) -> float:
        """Count a request and answer 0, or the seconds until the next one would pass."""
        self._forget(now, seconds)
        if len(self._taken) < limit:
            self._taken.append(now)
            return 0.0
        return self._taken[len(self._taken) - limit] + seconds - now if limit else seconds

    def left(self, now: float, limit: int, seconds: float) -> tuple[int, int]:
        """How many more would pass now, and whole seconds until the oldest one counted is forgotten."""
        self._forget(now, seconds)
        reset = self._taken[0] + seconds - now if self._taken else 0.0
        return max(0, limit - len(self._taken)), math.ceil(reset)

    def _forget(self, now: float, seconds: float) -> None:
        while self._taken and now - self._taken[0] >= seconds:
            self._taken.popleft()


def stated(style: Style, limit: int, seconds: float, remaining: int, reset: int) -> dict[str, str]:
    """The headers that tell of a limit."""
    window = math.ceil(seconds)
    if style == "none":
        return {}
    if style == "ratelimit-draft-7":
        return {
            "ratelimit-policy": f"{limit};w={window}",
            "ratelimit": f"limit={limit}, remaining={remaining}, reset={reset}",
        }
    if style == "ratelimit-draft-8":
        return {
            "ratelimit-policy": f'"default";q={limit};w={window}',
            "ratelimit": f'"default";r={remaining};t={reset}',
        }
    return {f"{style}-limit": str(limit), f"{style}-remaining": str(remaining), f"{style}-reset": str(reset)}
