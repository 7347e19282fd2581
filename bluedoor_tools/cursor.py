"""Where a walk goes on: a cursor as text that carries all there is."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from dataclasses import dataclass
from typing import NamedTuple

from .errors import InvalidRequestError

__all__ = ["Cursor", "Position"]

_CURSOR_FORM = 2  # the version of what a cursor's text carries


class Position(NamedTuple):
    """Where one query goes on: the backend's own cursor, and the rows of that page already given."""

    backend_cursor: str | None
    skip: int


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a walk goes on: a position in each of its queries (None: at its end), and whose walk it is.

    Stateless: the text form carries all there is, so another process goes on from it. `clock` is the instant from
    which the first page counted ages such as ``"7d"``; the later pages count from the same. `given` are the ids of the
    rows of the last instant, which another of the queries may give again.
    """

    positions: tuple[Position | None, ...]
    fingerprint: str
    clock: str
    given: tuple[str, ...] = ()

    def encode(self) -> str:
        """The cursor as opaque, URL-safe text."""
        parts = [_CURSOR_FORM, self.positions, self.fingerprint, self.clock, self.given]
        text = json.dumps(parts, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: object) -> Cursor:
        """Read a cursor that `encode` wrote."""
        try:
            if not isinstance(text, str):
                raise TypeError
            raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            form, positions, fingerprint, clock, given = json.loads(raw)
            dt.datetime.fromisoformat(clock)
            ids = isinstance(given, list) and all(isinstance(name, str) for name in given)
            if not (form == _CURSOR_FORM and isinstance(fingerprint, str) and isinstance(positions, list) and ids):
                raise ValueError
            return cls(tuple(_position(entry) for entry in positions), fingerprint, clock, tuple(given))
        except (ValueError, TypeError, binascii.Error, RecursionError):
            raise InvalidRequestError(
                "The cursor is not one of this library's.",
                hint="Pass next_cursor from the card of the frame to continue: bd.card(df)['next_cursor'].",
            ) from None


def _position(entry: object) -> Position | None:
    match entry:
        case None:
            return None
        case [str() | None as backend_cursor, int(skip)] if type(skip) is int and skip >= 0:
            return Position(backend_cursor, skip)
    raise ValueError
