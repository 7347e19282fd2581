"""Time, as the wire knows it: one seam, so that a test waits for nothing."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

__all__ = ["Clock", "interruptible"]


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C out of a wait as what it is: amid a condition's it may come out as a lock that cannot be released."""
    try:
        yield
    except RuntimeError as error:
        if isinstance(error.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        raise


class Clock:
    """The machine's steady clock. A test brings its own, whose `sleep` moves its `now`."""

    def now(self) -> float:
        """Seconds on a clock that never goes back."""
        return time.monotonic()

    def sleep(self, seconds: float, stop: threading.Event) -> None:
        """Wait; at once over when `stop` is set."""
        with interruptible():
            stop.wait(seconds)
