"""Cursors of the tools: where a list goes on, in a few dozen characters, since a model reads them and writes them back.

The library's own cursors carry all that another process needs, and take hundreds of tokens. Here the caller repeats the
filters, so a cursor holds a place only: the instant of the last row (lists come newest first), how many rows of that
very instant were given, the instant that ages such as "7d" count back from, and marks that tell whether it is the same
question, and the same rows.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bluedoor_tools import InvalidRequestError

__all__ = ["EPOCH", "Place", "mark_of", "seen_of"]

_FORM = 1
_PACKED = struct.Struct(">BQHIIHIIB")
_CHECK = struct.Struct(">H")
_LATEST = 4_102_444_800  # the year 2100, in seconds
_UNKNOWN = 2**32 - 1
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_WRONG = "Pass the next_cursor of the last answer unchanged, or leave cursor out to begin anew."


@dataclass(frozen=True, slots=True)
class Place:
    """Where a list goes on.

    `moment`: milliseconds of the last row · `met`: rows of that millisecond that were given · `seen`: a mark of their
    ids · `clock`: seconds, what ages count back from · `mark`: of the filters · `given`: rows so far · `total`: rows
    that match, as counted at the beginning, None if unknown, a lower bound if `capped`
    """

    moment: int
    met: int
    seen: int
    clock: int
    mark: int
    given: int
    total: int | None
    capped: bool

    @property
    def before(self) -> str:
        """The bound that the last row is just before."""
        return (EPOCH + dt.timedelta(milliseconds=self.moment + 1)).isoformat().replace("+00:00", "Z")

    @property
    def now(self) -> dt.datetime:
        """The instant that ages count back from."""
        return EPOCH + dt.timedelta(seconds=self.clock)

    def check(self, mark: int) -> None:
        """Refuse a cursor that other filters gave."""
        if self.mark & 0xFFFF != mark & 0xFFFF:
            raise InvalidRequestError(
                "The cursor belongs to another search.", hint="Repeat the filters of the search that gave it, exactly."
            )

    def encode(self) -> str:
        """The place as text that a URL, and a model, carries unchanged."""
        total = _UNKNOWN if self.total is None else min(self.total, _UNKNOWN - 1)
        packed = _PACKED.pack(
            _FORM, self.moment, self.met, self.seen, self.clock, self.mark & 0xFFFF, self.given, total, self.capped
        )
        packed = packed[:1] + packed[3:]  # two bytes are always zero
        return base64.urlsafe_b64encode(packed + _check_of(packed)).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> Place | None:
        """The place that `encode` wrote; None where the text has another form.

        Raises
        ------
        InvalidRequestError
            It was changed.
        """
        try:
            packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        if len(packed) != _PACKED.size or packed[0] != _FORM:
            return None
        packed, check = packed[:-2], packed[-2:]
        _, moment, met, seen, clock, known, given, total, capped = _PACKED.unpack(packed[:1] + bytes(2) + packed[1:])
        if check != _check_of(packed) or clock > _LATEST or moment > _LATEST * 1000:
            raise InvalidRequestError("The cursor was changed.", hint=_WRONG)
        return cls(moment, met, seen, clock, known, given, None if total == _UNKNOWN else total, bool(capped))


def _check_of(packed: bytes) -> bytes:
    return _CHECK.pack(zlib.crc32(packed) & 0xFFFF)


def mark_of(question: Mapping[str, Any]) -> int:
    """A mark of a question: another for other filters, or another backend."""
    return zlib.crc32(json.dumps(question, sort_keys=True, default=str).encode())


def seen_of(ids: Iterable[str]) -> int:
    """A mark of rows, in any order."""
    return sum(zlib.crc32(name.encode()) for name in ids) & 0xFFFFFFFF
