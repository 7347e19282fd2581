"""Time, as the wire knows it: one seam, so that a test waits for nothing."""

from __future__ import annotations

import threading
import time

__all__ = ["Clock"]


class Clock:
    """The machine's steady clock. A test brings its own, whose `sleep` moves its `now`."""

    def now(self) -> float:
        """Seconds on a clock that never goes back."""
        return time.monotonic()

    def sleep(self, seconds: float, stop: threading.Event) -> None:
        """Wait; at once over when `stop` is set."""
        stop.wait(seconds)
