"""Saved answers from files to frames."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from .. import (
    accessor,  # noqa: F401 (registers frame.bluedoor)
    contract,
)
from ..answer_card import ATTRS_KEY, attach, fingerprint
from ..arguments import check_columns, instant_text
from ..decode import Decoder
from ..errors import InvalidRequestError
from ..frames import COLUMNS, DEFAULT_JOB_COLUMNS, FrameBuilder, job_columns
from ..reproduction import is_call, is_request
from .saved_answers import saved_records

__all__ = ["read_jobs"]


def read_jobs(
    path: str | Path, *, columns: Sequence[str] | str | None = None, description: bool = False
) -> pd.DataFrame:
    """Read postings from a saved answer; no request, no network.

    Parameters
    ----------
    path
        an answer of the API (a page ``{"data": […]}`` or a record ``{"data": {…}}``), a list or JSON lines of records
        or of answers, or a Parquet, CSV, JSON or JSON-lines file that this library wrote; told apart by their content
    columns, description
        as for :meth:`Client.search_jobs`

    Returns
    -------
    DataFrame
        columns and dtypes as of a search. `company` is filled only where the file has it: an answer of the API
        carries no company names. Columns that are no fields of a posting are kept in `unknown_fields`.

    Raises
    ------
    InvalidRequestError
        There is no such file, or an unknown column.
    UnexpectedAnswerError
        The file holds no postings: it is empty, a web page, JSON that breaks off, events, another table.

    Examples
    --------
    >>> import bluedoor_tools as bd, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = bd.save(bd.connect("sample").search_jobs("nurse", limit=2), f"{folder}/page.json")
    ...     len(bd.read_jobs(page))
    2
    """
    try:
        source = Path(path)
        body = source.read_bytes()
        modified = dt.datetime.fromtimestamp(source.stat().st_mtime, dt.UTC).replace(microsecond=0)
    except (OSError, ValueError, TypeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InvalidRequestError(f"{str(path)!r} cannot be read ({reason}).", hint="Is the path right?") from None
    default = [*DEFAULT_JOB_COLUMNS, *(["description_text"] if description else [])]
    wanted = default if columns is None else check_columns(columns, job_columns(description=True))
    records, meta = saved_records(body, source.name)
    decoder = Decoder((*contract.JOB_FIELDS, COLUMNS["company"]))
    builder = FrameBuilder(decoder, wanted)
    page = decoder.records(records, source.name)
    builder.add(page)
    notes = [f"read from {source.name}, modified {instant_text(modified)}"]
    if "description_text" not in wanted and any(record.description_text is not None for record in page.records):
        notes.append("the file has descriptions, too: description=True shows them")
    frame = builder.finish()
    total = meta.get("total_matching")
    attach(
        frame,
        kind="jobs",
        backend={"name": "file", "label": f"saved answer {source.name}", "base_url": contract.API_URL},
        total=total if type(total) is int else None,
        capped=meta.get("total_matching_capped") is True,
        complete=False,
        reason="a saved answer; how much of a search it holds is not recorded in it",
        pages=0,
        call={"function": "read_jobs", "first": "path", "arguments": {"path": str(path)}},
        drift=builder.drift,
        unknown_fields=builder.unknown_names,
        notes=notes,
    )
    entries = _carried(meta.get("bluedoor"))
    if entries is not None and entries["fingerprint"] == fingerprint(frame):
        read = frame.attrs[ATTRS_KEY]
        kept = {name: read[name] for name in ("drift", "unknown_fields")}
        if entries["backend"]["connect"] not in {None, "api", "sample", contract.API_URL}:
            kept["call"] = read["call"]  # a stranger's address is not one to connect to
        frame.attrs[ATTRS_KEY] = {**entries, **kept, "notes": [*entries["notes"], *notes]}
    return frame


def _is_cost(cost: Any) -> bool:
    match cost:
        case None:
            return True
        case {"requests": int(), "repeated": dict(repeated), "waited": int() | float(), **others}:
            return not others and all(type(count) is int for count in repeated.values())
    return False


def _carried(entries: Any) -> dict[str, Any] | None:
    """The card that a file carries, where it has the shape of one.

    The file may be a stranger's: its words are kept, but nothing that asks with the reader's key or of another address.
    """
    empty = attach(pd.DataFrame(), kind="jobs", backend={}, complete=False, reason="", pages=0, call={})
    shape = empty.attrs[ATTRS_KEY]
    if not isinstance(entries, dict) or set(entries) != set(shape):
        return None
    backend = entries["backend"]
    own_type = set(shape) - {"call", "clock", "answered_at", "next_cursor", "request", "total", "cost"}
    sound = (
        all(type(entries[name]) is type(shape[name]) for name in own_type)
        and (entries["kind"], entries["derived"]) == ("jobs", False)
        and isinstance(entries["total"], int | None)
        and _is_cost(entries["cost"])
        and all(isinstance(entries[name], str | None) for name in ("clock", "answered_at", "next_cursor"))
        and all(isinstance(backend.get(name), str) for name in ("name", "label", "base_url"))
        and isinstance(backend.get("connect"), str | None)
        and all(isinstance(text, str) for text in (*entries["notes"], *entries["unknown_fields"]))
        and is_call(entries["call"])
        and set(entries["call"]) == {"function", "first", "arguments"}
    )
    if not sound:
        return None
    words = {name: backend.get(name) for name in ("name", "label", "base_url", "connect")}
    asks = backend["base_url"] == contract.API_URL and is_request(entries["request"])
    return {
        **entries,
        "backend": {**words, "sends_key": False},
        "request": entries["request"] if asks else None,
    }
