"""Warnings of searches in a worker's thread, as notes that stand beside their rows."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

from ...errors import BluedoorWarning, LongLoadWarning, collecting

__all__ = ["BY_READER", "as_notes"]

BY_READER = "Stopped by you."
_RAISED = "The function given as progress raised StoppedError: "  # how the client says that progress ended a load
_SO_FAR = re.compile(r"^(The load stopped) after [\d,]+ rows")  # of this go alone, which a reader does not count


@contextlib.contextmanager
def as_notes() -> Iterator[list[str]]:
    """Warnings of this library as notes, told when this ends; in this thread and those that it starts."""
    notes: list[str] = []
    with collecting() as warned:
        yield notes
    notes += [note for warning in warned for note in _as_note(warning)]


def _as_note(warning: BluedoorWarning) -> list[str]:
    """A warning in the words of a view; what is of no use there is left out."""
    note = str(warning).replace(_RAISED, "").replace("bd.resume(df) goes on", "Loading more goes on")
    note = _SO_FAR.sub(r"\1", note)
    return [] if isinstance(warning, LongLoadWarning) or note == BY_READER else [note]
