"""A body that ends: in time, and not too large."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx

from .clock import Clock

__all__ = ["BoundedBody", "TooLargeError"]


class TooLargeError(Exception):
    """A body that is larger than what was asked for can be."""


class BoundedBody(httpx.SyncByteStream):
    """A body that must be whole by a deadline: httpx's own time-outs count from the last byte. And not too large."""

    def __init__(self, stream: Any, deadline: float, largest: float, clock: Clock) -> None:
        self._stream, self._deadline, self._left, self._clock = stream, deadline, largest, clock

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._stream:
            self._left -= len(chunk)
            if self._left < 0:
                raise TooLargeError
            yield chunk
            if self._clock.now() > self._deadline:
                raise httpx.ReadTimeout("the answer is not whole in time")

    def close(self) -> None:
        """Close what is read from."""
        self._stream.close()
