"""Where a walk goes on: a cursor as text that carries all there is."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from dataclasses import dataclass

from .errors import InvalidRequestError

__all__ = ["Cursor"]

_CURSOR_FORM = 1  # the version of what a cursor's text carries


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a walk goes on: the backend's own cursor, rows of that page already given, and whose walk it is.

    Stateless: the text form carries all there is, so another process goes on from it. `clock` is the instant from
    which the first page counted ages such as ``"7d"``; the later pages count from the same.
    """

    backend_cursor: str | None
    skip: int
    fingerprint: str
    clock: str

    def encode(self) -> str:
        """The cursor as opaque, URL-safe text."""
        parts = [_CURSOR_FORM, self.backend_cursor, self.skip, self.fingerprint, self.clock]
        text = json.dumps(parts, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: object) -> Cursor:
        """Read a cursor that `encode` wrote."""
        try:
            if not isinstance(text, str):
                raise TypeError
            raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            form, backend_cursor, skip, fingerprint, clock = json.loads(raw)
            dt.datetime.fromisoformat(clock)
            if not (
                form == _CURSOR_FORM
                and isinstance(backend_cursor, str | None)
                and type(skip) is int
                and skip >= 0
                and isinstance(fingerprint, str)
            ):
                raise ValueError
        except (ValueError, TypeError, binascii.Error, RecursionError):
            raise InvalidRequestError(
                "The cursor is not one of this library's.",
                hint="Pass next_cursor from the card of the frame to continue: bd.card(df)['next_cursor'].",
            ) from None
        return cls(backend_cursor, skip, fingerprint, clock)
