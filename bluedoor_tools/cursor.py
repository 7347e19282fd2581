"""Where a walk goes on: a cursor as text that carries all there is."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from .errors import InvalidRequestError

__all__ = ["Cursor", "Position", "Within"]

_CURSOR_FORM = 3  # the version of what a cursor's text carries
_LARGEST = 50_000_000  # bytes that a cursor's text may unpack to

Within: TypeAlias = "tuple[tuple[str, str | bool], ...]"
"""What narrows a query to a part of it: filters by name, beside the query's own."""


class Position(NamedTuple):
    """Where one query, or a part of one, goes on."""

    branch: int  # which of the walk's queries
    backend_cursor: str | None = None  # the backend's own cursor
    skip: int = 0  # rows of that page already given
    within: Within = ()
    behind: str | None = None  # the instant of the last row given: where to go on if the backend's cursor is lost


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a walk goes on: a position in each of its queries that has not ended, and whose walk it is.

    Stateless: the text form carries all there is, so another process goes on from it. `clock` is the instant from
    which the first page counted ages such as ``"7d"``; the later pages count from the same. `given` are the ids of the
    rows of the last instant, which may come again. `call` is the function with its arguments, so that the text alone
    is enough to go on; with `limit`, what it was limited to in all, and `expected`, the rows thought to be still to
    come, where known. `left` is how many of the rows that it wanted are still to come (None: all there are), and
    `from_start` whether what came before and what comes now are together the whole.
    """

    positions: tuple[Position, ...]
    fingerprint: str
    clock: str
    given: tuple[str, ...] = ()
    call: Mapping[str, Any] = field(default_factory=dict)
    left: int | None = None
    from_start: bool = True

    def encode(self) -> str:
        """The cursor as opaque, URL-safe text."""
        parts = [_CURSOR_FORM, self.positions, self.fingerprint, self.clock, self.given, self.call, self.left]
        parts.append(self.from_start)
        packed = zlib.compress(json.dumps(parts, separators=(",", ":")).encode(), 9)
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")

    @classmethod
    def decode(cls, text: object) -> Cursor:
        """Read a cursor that `encode` wrote."""
        try:
            if not isinstance(text, str):
                raise TypeError
            packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            form, positions, fingerprint, clock, given, call, left, from_start = json.loads(_unpacked(packed))
            dt.datetime.fromisoformat(clock)
            whole = (
                form == _CURSOR_FORM
                and isinstance(fingerprint, str)
                and isinstance(positions, list)
                and isinstance(given, list)
                and all(isinstance(name, str) for name in given)
                and isinstance(call, dict)
                and (left is None or (type(left) is int and left >= 0))
                and isinstance(from_start, bool)
            )
            if not whole:
                raise ValueError
            return cls(tuple(map(_position, positions)), fingerprint, clock, tuple(given), call, left, from_start)
        except (ValueError, TypeError, binascii.Error, zlib.error, RecursionError):
            raise InvalidRequestError(
                "The cursor is not one of this library's.",
                hint="Pass next_cursor from the card of the frame to continue: bd.card(df)['next_cursor'].",
            ) from None


def _unpacked(packed: bytes) -> bytes:
    unpacking = zlib.decompressobj()
    raw = unpacking.decompress(packed, _LARGEST)
    if not unpacking.eof or unpacking.unused_data:
        raise ValueError
    return raw


def _position(entry: object) -> Position:
    match entry:
        case [int(branch), str() | None as backend_cursor, int(skip), list(within), str() | None as behind]:
            numbers = type(branch) is int and branch >= 0 and type(skip) is int and skip >= 0
            pairs = tuple((name, value) for name, value in within)
            if numbers and all(isinstance(name, str) and isinstance(value, str | bool) for name, value in pairs):
                return Position(branch, backend_cursor, skip, pairs, behind)
    raise ValueError
