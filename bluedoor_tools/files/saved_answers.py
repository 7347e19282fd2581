"""What the bytes of a saved answer hold: records as JSON, as raw as they came, so that nothing is lost on the way."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from ..answer_card import ATTRS_KEY
from ..decode import read_json
from ..errors import UnexpectedAnswerError
from ..frames import COLUMNS
from .cells import dump, records_of, unneutralised

__all__ = ["saved_records"]

_HINT = "read_jobs reads answers of the API (JSON, JSON lines) and files that bd.save wrote (CSV, Parquet, JSON)."


class _Probe(msgspec.Struct):
    """What tells a posting from an answer that holds postings."""

    job_id: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    title: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    event_id: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    event_type: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    data: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    meta: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_EVENT_MARKS = ("title", "event_id", "event_type")
_probe = msgspec.json.Decoder(_Probe).decode
_parts = msgspec.json.Decoder(list[msgspec.Raw]).decode


def saved_records(body: bytes, name: str) -> tuple[bytes, dict[str, Any]]:
    """The records in a file's bytes as a JSON array, and what stands beside them."""
    if body[:4] == b"PAR1":
        return _read_parquet(body, name)
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):  # a shell of Windows writes UTF-16
        body = body.decode("utf-16", errors="replace").encode()
    body = body.removeprefix(b"\xef\xbb\xbf")
    if body.lstrip()[:1] in (b"{", b"["):
        return _read_json(body, name)
    if not body.strip() and Path(name).suffix.lower() in {".jsonl", ".ndjson"}:
        return b"[]", {}  # what a frame without rows is in JSON lines
    header = re.split(b"[\r\n]", body, maxsplit=1)[0].decode(errors="replace")
    for delimiter in ",;\t":
        names = [unneutralised(text) for text in next(csv.reader([header], delimiter=delimiter), [])]
        if "job_id" in names:
            _check_no_events(names, name)
            return dump(records_of(_read_csv(body, delimiter, names, name))), {}
        if len(names) > 1 and header.isprintable() and header[:1] != "<":
            raise _other_table(names, name)
    raise _refusal(body, name)


def _read_parquet(body: bytes, name: str) -> tuple[bytes, dict[str, Any]]:
    try:
        frame = pd.read_parquet(io.BytesIO(body))
        # A damaged value may come to light only here.
        records = dump(records_of(frame))
    except (pa.ArrowException, OSError, ValueError, TypeError, KeyError) as error:
        said = " ".join(str(error).split())[:120]
        raise UnexpectedAnswerError(
            f"{name} is a damaged Parquet file ({said}).", hint="Save or copy it once more."
        ) from None
    if "job_id" not in frame.columns:
        raise _other_table(list(frame.columns), name)
    _check_no_events(frame.columns, name)
    return records, {"bluedoor": frame.attrs.get(ATTRS_KEY)}


def _read_json(body: bytes, name: str) -> tuple[bytes, dict[str, Any]]:
    try:
        parts, meta = _opened(_sound(body, name))
    except UnexpectedAnswerError:
        lines = [line for line in body.splitlines() if line.strip()]
        try:
            _sound(lines[0], name)
        except UnexpectedAnswerError:
            lines = []
        if len(lines) < 2:
            raise
        opened = [_opened(_sound(line, f"line {number} of {name}")) for number, line in enumerate(lines, 1)]
        parts, meta = [part for found, _ in opened for part in found], {}
    records = [record for part in parts for record in _opened(part)[0]]
    if records:
        # The first record of a posting says what they all are.
        first = next((found for found in map(_probed, records) if found.job_id is not msgspec.UNSET), None)
        if first is None:
            raise UnexpectedAnswerError(
                f"{name} holds no postings: no record has a job_id.", hint="Is it another answer of the API?"
            )
        _check_no_events([field for field in _EVENT_MARKS if getattr(first, field) is not msgspec.UNSET], name)
    return b"[" + b",".join(records) + b"]", meta


def _sound(body: bytes, name: str) -> bytes:
    """JSON as it is where it is strict, and mended where it can be."""
    try:
        msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return json.dumps(read_json(body, name), ensure_ascii=False).encode(errors="replace")
    return body


def _opened(body: bytes | msgspec.Raw) -> tuple[list[Any], dict[str, Any]]:
    """The members of a list, the data of an answer with its meta; anything else is a record."""
    if bytes(memoryview(body)[:64]).lstrip()[:1] == b"[":
        return _parts(body), {}
    probe = _probed(body)
    if probe.data is msgspec.UNSET or probe.job_id is not msgspec.UNSET:
        return [body], {}
    meta = msgspec.json.decode(probe.meta) if probe.meta is not msgspec.UNSET else {}
    return _opened(probe.data)[0], meta if isinstance(meta, dict) else {}


def _probed(record: Any) -> _Probe:
    try:
        return _probe(record)
    except msgspec.ValidationError:  # no object
        return _Probe()


def _read_csv(body: bytes, delimiter: str, names: list[str], name: str) -> pd.DataFrame:
    try:
        if body.count(b'"') % 2:
            raise ValueError("a text in quotes has no end")
        table = pyarrow.csv.read_csv(
            io.BytesIO(body.decode(errors="replace").encode()),
            read_options=pyarrow.csv.ReadOptions(
                column_names=[str(number) for number in range(len(names))],
                skip_rows=1,
                block_size=min(len(body) + 1024, 2**31 - 1),  # a row may be long, but not longer than the file
            ),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=len(names) > 1
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types={str(number): pa.large_string() for number in range(len(names))},
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )
    except (pa.ArrowException, ValueError) as error:
        said = " ".join(str(error).split())[:120]
        raise UnexpectedAnswerError(
            f"{name} is a CSV file that breaks off or is damaged ({said}).", hint="Save it once more."
        ) from None
    columns: dict[str, Any] = {}
    for field, column in zip(names, table.columns, strict=True):
        values = column.to_pylist()
        match COLUMNS[field].kind if field in COLUMNS else "text":
            case "number":
                columns[field] = [_float(value) for value in values]
            case "boolean":
                columns[field] = [{"true": True, "false": False}.get((value or "").lower(), value) for value in values]
            case _:
                columns[field] = [unneutralised(value) for value in values]
    return pd.DataFrame(columns, dtype=object)


def _float(text: str | None) -> float | str | None:
    try:
        return float(text) if text else None
    except ValueError:
        return text


def _check_no_events(names: Iterable[Any], name: str) -> None:
    """Refuse records of the lifecycle of postings, which have a job_id, too."""
    found = set(names)
    if found & {"event_id", "event_type"} and "title" not in found:
        raise UnexpectedAnswerError(
            f"{name} holds events, not postings.", hint="pandas reads them: pd.read_csv, read_parquet, read_json."
        )


def _other_table(names: list[Any], name: str) -> UnexpectedAnswerError:
    known = ", ".join(str(column) for column in names[:5])
    return UnexpectedAnswerError(f"{name} is a table without job_id: its columns are {known[:120]} ….", hint=_HINT)


def _refusal(body: bytes, name: str) -> UnexpectedAnswerError:
    """What the bytes are instead of postings."""
    start = body.lstrip()[:200]
    if not start:
        return UnexpectedAnswerError(f"{name} is empty.", hint="Save the answer once more.")
    if start[:1] == b"<":
        return UnexpectedAnswerError(f"{name} is a web page, not an answer of the API.", hint=_HINT)
    if start[:4] == b"PK\x03\x04":
        return UnexpectedAnswerError(f"{name} is a workbook or an archive.", hint=f"Save the sheet as CSV. {_HINT}")
    if b"\x00" in start or start[:2] == b"\x1f\x8b" or start[:4] == b"\xfd7zX":
        return UnexpectedAnswerError(f"{name} is no text.", hint=f"Is it packed, or another kind of file? {_HINT}")
    return UnexpectedAnswerError(f"{name} holds no postings.", hint=_HINT)
