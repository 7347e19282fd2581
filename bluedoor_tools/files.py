"""Frames to files, and saved answers from files to frames.

Text in CSV that a spreadsheet would run as a formula is written with a leading apostrophe, and read back without it.
In XLSX every text is stored as text, which no spreadsheet runs. JSON and JSON lines are written as the API writes
records, with `company` beside them.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from . import (
    accessor,  # noqa: F401 (registers frame.bluedoor)
    contract,
)
from .answer_card import ATTRS_KEY, attach, card, fingerprint
from .decode import Decoder, read_json
from .errors import InvalidRequestError, ResultCutWarning, UnexpectedAnswerError, nearest, warn
from .frames import COLUMNS, DEFAULT_JOB_COLUMNS, FrameBuilder, job_columns
from .query import check_columns, instant_text

__all__ = ["FORMATS", "encode", "read_jobs", "save"]

FORMATS = ("csv", "jsonl", "json", "parquet", "xlsx")
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_JSON_COLUMNS = {entry.name for entry in (*contract.JOB_FIELDS, *contract.EVENT_FIELDS) if entry.kind == "json"}
_XLSX_CELL, _XLSX_ROWS = 32_767, 1_048_575


def save(frame: pd.DataFrame, path: str | Path, format: str | None = None) -> Path:  # noqa: A002 (the command line's word)
    """Write a frame to a file; an existing one is replaced.

    Parameters
    ----------
    frame
        any frame of this library
    path
        where to
    format
        ``csv``, ``jsonl``, ``json``, ``parquet`` or ``xlsx`` (needs the extra ``bluedoor-tools[xlsx]``); by default
        the ending of `path`

    Returns
    -------
    Path
        the file. Parquet, JSON and XLSX carry the answer card along, CSV and JSON lines do not.

    Examples
    --------
    >>> import bluedoor_tools as bd, tempfile
    >>> jobs = bd.connect("sample").search_jobs("nurse", limit=3)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     bd.read_jobs(bd.save(jobs, f"{folder}/jobs.csv")).equals(jobs)
    True
    """
    target = Path(path)
    chosen = (format or target.suffix.removeprefix(".")).lower()
    if chosen not in FORMATS:
        close = nearest(chosen, FORMATS)
        raise InvalidRequestError(
            f"There is no format {chosen!r}.",
            hint=(f"Did you mean {close!r}? " if close else "") + f"Known: {', '.join(FORMATS)}.",
        )
    target.write_bytes(encode(frame, chosen))
    return target


def encode(frame: pd.DataFrame, format: str) -> bytes:  # noqa: A002 (as in save)
    """The frame as bytes of a file in this format."""
    match format:
        case "csv":
            return _spreadsheet_safe(frame).to_csv(index=False, lineterminator="\n").encode()
        case "jsonl":
            return "".join(_dump(record) + "\n" for record in _records(frame)).encode()
        case "json":
            meta = {"bluedoor": dict(card(frame))} if ATTRS_KEY in frame.attrs else {}
            return (_dump({"data": _records(frame), "meta": meta}) + "\n").encode()
        case "parquet":
            buffer = io.BytesIO()
            frame.to_parquet(buffer, index=False)
            return buffer.getvalue()
        case _:
            return _xlsx(frame)


def read_jobs(
    path: str | Path, *, columns: Sequence[str] | str | None = None, description: bool = False
) -> pd.DataFrame:
    """Read postings from a saved answer; no request, no network.

    Parameters
    ----------
    path
        an answer of the API (a page ``{"data": […]}`` or a record ``{"data": {…}}``), JSON lines of records, or a
        Parquet, CSV, JSON or JSON-lines file that this library wrote; told apart by their content
    columns, description
        as for :meth:`Client.search_jobs`

    Returns
    -------
    DataFrame
        columns and dtypes as of a search. `company` is filled only where the file has it: an answer of the API
        carries no company names.

    Raises
    ------
    InvalidRequestError
        There is no such file, or an unknown column.
    UnexpectedAnswerError
        The file holds no postings: a web page, JSON that breaks off, another table.

    Examples
    --------
    >>> import bluedoor_tools as bd, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = bd.save(bd.connect("sample").search_jobs("nurse", limit=2), f"{folder}/page.json")
    ...     len(bd.read_jobs(page))
    2
    """
    source = Path(path)
    try:
        body = source.read_bytes()
        modified = dt.datetime.fromtimestamp(source.stat().st_mtime, dt.UTC).replace(microsecond=0)
    except OSError as error:
        raise InvalidRequestError(
            f"{str(path)!r} cannot be read ({error.strerror}).", hint="Is the path right?"
        ) from None
    found, meta = _read(body, source.name)
    default = [*DEFAULT_JOB_COLUMNS, *(["description_text"] if description else [])]
    wanted = default if columns is None else check_columns(columns, job_columns(description=True))
    decoder = Decoder((*contract.JOB_FIELDS, COLUMNS["company"]))
    builder = FrameBuilder(decoder, wanted)
    page = decoder.records(_dump(found).encode(errors="replace"), source.name)
    builder.add(page)
    notes = [f"read from {source.name}, modified {instant_text(modified)}"]
    if "description_text" not in wanted and any(record.description_text is not None for record in page.records):
        notes.append("the file has descriptions, too: description=True shows them")
    frame = builder.finish()
    entries = meta.get("bluedoor")
    if isinstance(entries, dict) and entries.get("fingerprint") == fingerprint(frame):
        frame.attrs[ATTRS_KEY] = {**entries, "notes": [*entries.get("notes", []), *notes]}
        return frame
    total = meta.get("total_matching")
    return attach(
        frame,
        kind="jobs",
        backend={"name": "file", "label": f"saved answer {source.name}", "base_url": contract.API_URL},
        total=total if isinstance(total, int) else None,
        capped=bool(meta.get("total_matching_capped")),
        complete=False,
        reason="a saved answer; how much of a search it holds is not recorded in it",
        pages=0,
        call={"function": "read_jobs", "first": "path", "arguments": {"path": str(path)}},
        drift=builder.drift,
        unknown_fields=builder.unknown_names,
        notes=notes,
    )


def _read(body: bytes, name: str) -> tuple[list[Any], dict[str, Any]]:
    """The records in a file's bytes, and what stands beside them."""
    if body[:4] == b"PAR1":
        try:
            frame = pd.read_parquet(io.BytesIO(body))
        except (ValueError, OSError) as error:
            raise UnexpectedAnswerError(f"{name} is a damaged Parquet file ({error}).") from None
        return _records(_with_jobs(frame, name)), {"bluedoor": frame.attrs.get(ATTRS_KEY)}
    start = body.lstrip()[:1]
    if start in (b"{", b"["):
        return _read_json(body, name)
    header = body.split(b"\n", 1)[0]
    if b"job_id" in header and b"," in header:
        return _records(_with_jobs(_read_csv(body), name)), {}
    read_json(body, name)  # says what it is instead
    raise UnexpectedAnswerError(f"{name} holds no postings.", hint="Save an answer of the API, or a frame by bd.save.")


def _read_json(body: bytes, name: str) -> tuple[list[Any], dict[str, Any]]:
    try:
        found = read_json(body, name)
    except UnexpectedAnswerError:
        lines = [line for line in body.splitlines() if line.strip()]
        if len(lines) < 2:
            raise
        found = [read_json(line, f"line {number} of {name}") for number, line in enumerate(lines, 1)]
    meta: dict[str, Any] = {}
    if isinstance(found, dict) and "data" in found:
        meta = found["meta"] if isinstance(found.get("meta"), dict) else {}
        found = found["data"]
    records = found if isinstance(found, list) else [found]
    records = [
        record["data"] if isinstance(record, dict) and set(record) <= {"data", "meta"} else record for record in records
    ]
    if records and not any(isinstance(record, dict) and "job_id" in record for record in records):
        raise UnexpectedAnswerError(
            f"{name} holds no postings: no record has a job_id.", hint="Is it another answer of the API?"
        )
    return records, meta


def _read_csv(body: bytes) -> pd.DataFrame:
    text = pd.read_csv(io.BytesIO(body), dtype=str, keep_default_na=False, na_values=[""])
    kinds = {name: entry.kind for name, entry in COLUMNS.items()}
    columns: dict[str, Any] = {}
    for name in text.columns:
        values = [value if isinstance(value, str) else None for value in text[name]]
        match kinds.get(name):
            case "number":
                columns[name] = [_float(value) for value in values]
            case "boolean":
                columns[name] = [{"true": True, "false": False}.get((value or "").lower(), value) for value in values]
            case _:
                columns[name] = [
                    value[1:] if value and value[0] == "'" and _FORMULA.match(value) else value for value in values
                ]
    return pd.DataFrame(columns, dtype=object)


def _float(text: str | None) -> float | str | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return text


def _with_jobs(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    if "job_id" not in frame.columns:
        raise UnexpectedAnswerError(f"{name} is a table without job_id.", hint="Save frames of postings by bd.save.")
    return frame


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as the API writes records: nested values decoded, unknown fields back at their places."""
    columns = {name: _plain_values(frame[name], name in _JSON_COLUMNS | {"unknown_fields"}) for name in frame.columns}
    records = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    for record in records:
        unknown = record.pop("unknown_fields", None)
        if isinstance(unknown, dict):
            record.update(unknown)
    return records


def _plain_values(values: pd.Series, nested: bool) -> list[Any]:
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return [None if pd.isna(value) else instant_text(value.to_pydatetime(warn=False)) for value in values]
    plain = [value if present else None for value, present in zip(values.tolist(), values.notna(), strict=True)]
    if nested:
        return [_loaded(value) for value in plain]
    return plain


def _loaded(text: Any) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return text


def _spreadsheet_safe(frame: pd.DataFrame) -> pd.DataFrame:
    safe = frame.copy(deep=False)
    for name in safe.columns:
        values = safe[name]
        if isinstance(values.dtype, pd.DatetimeTZDtype):
            safe[name] = pd.Series(_plain_values(values, nested=False), index=values.index, dtype="str")
        elif pd.api.types.is_string_dtype(values.dtype):
            risky = values.str.match(_FORMULA.pattern).fillna(False).astype(bool)
            safe[name] = values.where(~risky, "'" + values)
    return safe


def _xlsx(frame: pd.DataFrame) -> bytes:
    try:
        import xlsxwriter  # noqa: F401 (an extra)
    except ImportError:
        raise InvalidRequestError(
            "XLSX needs the extra of that name.", hint="pip install 'bluedoor-tools[xlsx]', or save as csv."
        ) from None
    if len(frame) > _XLSX_ROWS:
        raise InvalidRequestError(
            f"A sheet holds {_XLSX_ROWS:,} rows, not {len(frame):,}.", hint="Save as parquet or csv."
        )
    sheet = frame.copy(deep=False)
    cut = 0
    for name in sheet.columns:
        if isinstance(sheet[name].dtype, pd.DatetimeTZDtype):
            sheet[name] = sheet[name].dt.tz_localize(None)  # a sheet knows no zones: UTC
        elif pd.api.types.is_string_dtype(sheet[name].dtype):
            cut += int((sheet[name].str.len() > _XLSX_CELL).sum())
            sheet[name] = sheet[name].str.slice(0, _XLSX_CELL)
    if cut:
        warn(f"{cut} texts were cut to the {_XLSX_CELL:,} characters that a cell holds.", ResultCutWarning)
    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with pd.ExcelWriter(buffer, engine="xlsxwriter", engine_kwargs={"options": options}) as writer:
        sheet.to_excel(writer, sheet_name="data", index=False, freeze_panes=(1, 0))
        if ATTRS_KEY in frame.attrs:
            pd.DataFrame(card(frame).lines(), columns=["answer card", ""]).to_excel(
                writer, sheet_name="answer card", index=False
            )
    return buffer.getvalue()


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
