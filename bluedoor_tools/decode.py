"""Bytes of an answer → typed records, fast when all is as promised, careful when it is not.

The usual page is decoded by msgspec in one go into structs made from the contract; nested fields stay undecoded
bytes. A field the contract does not know is learned by name and kept. Where a value's type has drifted or a record is
broken, only that page takes the slow path: the value becomes null in its column and is kept as JSON beside the unknown
fields, and the drift is counted.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from . import contract
from .errors import UnexpectedAnswerError
from .inert import one_line

__all__ = ["Decoder", "Drift", "Page", "json_name", "parse_instant", "read_envelope", "read_json"]

# Greedy, as a name may hold anything; what follows it is the place.
_UNKNOWN_FIELD = re.compile(r"Object contains unknown field `(.*)` - at `[^`]*`", re.DOTALL)
_UNLEARNABLE = re.compile(r'["\\\x00-\x1f\ud800-\udfff]')  # no struct takes these in a name
_LEARNED_MAX = 64  # names; an answer with more of them is data used as keys, and takes the slow path
_TYPES: dict[str, Any] = {
    "text": str | None,
    "instant": str | None,
    "boolean": bool | None,
    "number": float | None,
    "json": msgspec.Raw,
}
_NULL = msgspec.Raw(b"null")
_JSON_NAMES = {dict: "one object", list: "a list", str: "text", bool: "true or false", type(None): "null"}


@dataclass(slots=True)
class Drift:
    """What of an answer was not as promised: values by field, and records that are no records."""

    values: Counter[str] = field(default_factory=Counter)
    broken_records: int = 0

    def add(self, other: Drift) -> None:
        """Count another page's drift in."""
        self.values.update(other.values)
        self.broken_records += other.broken_records

    def __bool__(self) -> bool:
        return bool(self.values) or self.broken_records > 0


@dataclass(slots=True)
class Page:
    """Records of one answer, as structs with the contract's fields, and what the envelope says beside them."""

    records: list[Any]
    drift: Drift
    meta: dict[str, Any] = field(default_factory=dict)


class Decoder:
    """Decodes pages of one kind of record; learns unknown fields as it goes.

    Parameters
    ----------
    fields
        the record's fields, from the contract
    """

    def __init__(self, fields: Iterable[contract.Field]) -> None:
        self.fields = tuple(fields)
        self.learned: tuple[str, ...] = ()
        self._lock = threading.Lock()  # several threads read pages of one load
        # Threads that compute side by side would each wait for all the others, and so would one that is to send.
        self.one_at_a_time = threading.Lock()
        self._compile()

    def _compile(self) -> None:
        # Learned names need not be Python identifiers, so they stand behind an encoded name.
        learned = [
            (f"unknown_{number}", msgspec.Raw, msgspec.field(default=_NULL, name=name))
            for number, name in enumerate(self.learned)
        ]
        known = [
            (entry.name, _TYPES[entry.kind], msgspec.field(default=_NULL if entry.kind == "json" else None))
            for entry in self.fields
        ]
        struct: Any = msgspec.defstruct("Record", [*known, *learned], forbid_unknown_fields=True, gc=False)
        envelope = msgspec.defstruct(
            "Envelope", [("data", list[struct]), ("meta", msgspec.Raw, msgspec.field(default=_NULL))]
        )
        self._struct = struct
        # Where a record keeps a learned field, and how JSON writes its name.
        self._learned = tuple(
            (f"unknown_{number}", f"{json.dumps(name, ensure_ascii=False)}:")
            for number, name in enumerate(self.learned)
        )
        self._decoders: dict[str, Any] = {
            "records": msgspec.json.Decoder(list[struct]),
            "envelope": msgspec.json.Decoder(envelope),
        }

    def page(self, body: bytes, what: str = "the answer") -> Page:
        """The records and meta of an answer ``{"data": [...], "meta": {...}}``."""
        with self.one_at_a_time:
            envelope = self._strictly("envelope", body, what)
            if envelope is not None:
                meta = read_json(bytes(envelope.meta), what)
                return Page(envelope.data, Drift(), meta if isinstance(meta, dict) else {})
            found, meta = read_envelope(body, what)
            return Page(*self._slowly(found, what), meta)

    def records(self, body: bytes, what: str = "the answer") -> Page:
        """The records of a JSON array."""
        records = self._strictly("records", body, what)
        if records is not None:
            return Page(records, Drift())
        return Page(*self._slowly(read_json(body, what), what))

    def _strictly(self, shape: str, body: bytes, what: str) -> Any:
        """Decode all at once, learning the names of unknown fields; None where that cannot be."""
        while True:
            try:
                return self._decoders[shape].decode(body)
            except msgspec.ValidationError as error:
                unknown = _UNKNOWN_FIELD.fullmatch(str(error))
                if unknown is None or not self._learn([unknown[1]]):
                    return None
            except (msgspec.DecodeError, UnicodeDecodeError):
                return None
            except RecursionError:
                raise _too_deep(what) from None

    def _learn(self, names: Iterable[str]) -> bool:
        """Take fields into the struct, as far as there is room; whether it has them all now."""
        asked = [name for name in names if not _UNLEARNABLE.search(name)]
        with self._lock:
            room = _LEARNED_MAX - len(self.learned)
            new = [name for name in asked if name not in self.learned][:room]
            if new:
                self.learned = (*self.learned, *new)
                self._compile()
            # What another thread learned meanwhile makes the page worth another try, too.
            return bool(asked) and all(name in self.learned for name in asked)

    def _slowly(self, found: Any, what: str) -> tuple[list[Any], Drift]:
        """Record by record, value by value."""
        drift = Drift()
        if not isinstance(found, list):
            raise UnexpectedAnswerError(
                f"{what} holds {json_name(found)} where a list of records is promised.",
                hint="Try again; if it stays so, the API has changed.",
            )
        whole = [record for record in found if isinstance(record, dict)]
        drift.broken_records = len(found) - len(whole)
        known = {entry.name for entry in self.fields}
        # What is unknown here spares the next page the one-by-one learning.
        self._learn(dict.fromkeys(name for record in whole for name in record if name not in known))
        try:
            return [self._record(record, known, drift) for record in whole], drift
        except RecursionError:
            raise _too_deep(what) from None

    def _record(self, record: Mapping[str, Any], known: set[str], drift: Drift) -> Any:
        values: dict[str, Any] = {}
        beside = {name: value for name, value in record.items() if name not in known}
        for entry in self.fields:
            value = record.get(entry.name)
            if value is None:
                continue
            fitting, kept = _fit(entry.kind, value)
            if fitting:
                values[entry.name] = kept
            else:
                drift.values[entry.name] += 1
                beside[entry.name] = value
        made = self._struct(**values)
        return _Beside(made, beside) if beside else made

    def unknown_fields(self, record: Any) -> str | None:
        """The record's unknown and drifted fields as one JSON object, None where it has none."""
        if isinstance(record, _Beside):
            return _dump(record.beside)
        parts = []
        for attribute, key in self._learned:
            raw = getattr(record, attribute, _NULL)  # a record decoded before the name was learned
            if raw is not _NULL:
                parts.append(key + str(raw, "utf-8", "replace"))
        return "{" + ",".join(parts) + "}" if parts else None


class _Beside:
    """A record from the slow path, with what did not fit its columns."""

    __slots__ = ("beside", "record")

    def __init__(self, record: Any, beside: dict[str, Any]) -> None:
        self.record = record
        self.beside = beside

    def __getattr__(self, name: str) -> Any:
        return getattr(self.record, name)


def _fit(kind: str, value: Any) -> tuple[bool, Any]:
    """Whether a value is of the promised kind, and how the struct holds it."""
    if kind == "json":
        return True, msgspec.Raw(_dump(value).encode())
    if kind in {"text", "instant"}:
        return isinstance(value, str), value
    if kind == "boolean":
        return isinstance(value, bool), value
    number = isinstance(value, int | float) and not isinstance(value, bool)
    try:
        return number and math.isfinite(value), float(value) if number else None
    except OverflowError:
        return False, None


def parse_instant(text: str) -> dt.datetime | None:
    """An ISO-8601 instant in UTC, with any fraction; without a zone it is read as UTC. None where it is none.

    >>> parse_instant("2026-05-29T07:00:52.396Z").isoformat()
    '2026-05-29T07:00:52.396000+00:00'
    """
    try:
        moment = dt.datetime.fromisoformat(text.strip().upper())  # RFC 3339 allows small t and z
        return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def json_name(value: Any) -> str:
    """What a decoded value is, in JSON's words.

    >>> json_name(None), json_name({}), json_name(1.5)
    ('null', 'one object', 'a number')
    """
    return _JSON_NAMES.get(type(value), "a number")


def _too_deep(what: str) -> UnexpectedAnswerError:
    return UnexpectedAnswerError(
        f"{what} is nested deeper than can be read.", hint="No posting is: check the address, or narrow the search."
    )


def _number(text: str) -> float | str:
    """A number; one too large for a float stays text, which can be written again."""
    number = float(text)
    return number if math.isfinite(number) else text


def _integer(text: str) -> int | str:
    try:
        return int(text)
    except ValueError:  # Python refuses thousands of digits
        return text


def read_json(body: bytes, what: str = "the answer") -> Any:
    """Any JSON, forgiving in its text, so that one odd value does not cost the page.

    Bytes that are no UTF-8 and lone surrogates become U+FFFD; control characters within texts stay; numbers that
    cannot be held, NaN and Infinity become text.

    Raises
    ------
    UnexpectedAnswerError
        The body is no JSON: a web page, or cut off.
    """
    text = body.decode("utf-8", errors="replace").removeprefix("\ufeff")
    try:
        found = json.loads(text, strict=False, parse_float=_number, parse_int=_integer, parse_constant=str)
        return _mended(found) if "\\ud" in text or "\\uD" in text else found
    except RecursionError:
        raise _too_deep(what) from None
    except ValueError as error:
        start = text.lstrip()[:200]
        if start[:1] == "<":
            kind = "a web page"
        elif start[:1] in {"{", "["}:
            kind = f"JSON that breaks off or is damaged ({error})"
        else:
            kind = "not JSON" if start else "empty"
        raise UnexpectedAnswerError(
            f"{what} is {kind}.",
            hint="A proxy or an outage may answer in the API's place: check the address, then try again.",
            context={"damaged": True, "starts": one_line(start[:80])},
        ) from None


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", errors="surrogatepass").decode("utf-16", errors="replace")
    if isinstance(value, list):
        return [_mended(part) for part in value]
    if isinstance(value, dict):
        return {_mended(name): _mended(part) for name, part in value.items()}
    return value


def read_envelope(body: bytes, what: str = "the answer") -> tuple[Any, dict[str, Any]]:
    """The `data` and the `meta` of an answer ``{"data": …, "meta": {…}}``."""
    found = read_json(body, what)
    if not isinstance(found, dict) or "data" not in found:
        raise UnexpectedAnswerError(
            f"{what} has no `data`.",
            hint="Is the address that of the Job Postings API?",
            context={"keys": [one_line(name[:40]) for name in sorted(found)[:20]] if isinstance(found, dict) else []},
        )
    meta = found.get("meta")
    return found["data"], meta if isinstance(meta, dict) else {}
