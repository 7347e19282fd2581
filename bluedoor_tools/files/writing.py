"""Frames to files.

Text in CSV that a spreadsheet would run as a formula is written with a leading apostrophe, and read back without it;
text is quoted, a missing value is not, which keeps empty text and missing apart. In XLSX every text is stored as text,
which no spreadsheet runs. JSON and JSON lines are written as the API writes records, with `company` beside them.
"""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv

from .. import (
    accessor,  # noqa: F401 (registers frame.bluedoor)
)
from ..answer_card import ATTRS_KEY, card
from ..errors import InvalidRequestError, ResultCutWarning, nearest, warn
from ..inert import one_line
from .cells import dump, neutralised, plain_values, records_of

__all__ = ["FORMATS", "check_xlsx", "encode", "save"]

FORMATS = ("csv", "jsonl", "json", "parquet", "xlsx")
_PLAIN_KINDS = "iufb"  # dtypes of numbers and flags
_XLSX_CELL, _XLSX_ROWS = 32_767, 1_048_575


def save(
    frame: pd.DataFrame | pd.Series,
    path: str | Path,
    format: str | None = None,  # noqa: A002 (the command line's word)
) -> Path:
    """Write a frame to a file; an existing one is replaced.

    Parameters
    ----------
    frame
        any frame of this library, or the series that `stats` gives: a row a figure
    path
        where to
    format
        ``csv``, ``jsonl``, ``json``, ``parquet`` or ``xlsx`` (needs the extra ``bluedoor-tools[xlsx]``); by default
        the ending of `path`

    Returns
    -------
    Path
        the file. Parquet, JSON and XLSX carry the answer card along, CSV and JSON lines do not. Every format but XLSX
        gives the same frame of jobs back to :func:`read_jobs`.

    Raises
    ------
    InvalidRequestError
        No such format, no frame, or a file that cannot be written.

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
    body = encode(frame, chosen)
    try:
        target.write_bytes(body)
    except (OSError, ValueError) as error:  # a path may hold what no name of a file can
        reason = error.strerror if isinstance(error, OSError) else "no name of a file"
        raise InvalidRequestError(
            f"{str(path)!r} cannot be written ({reason}).", hint="Is there such a folder?"
        ) from None
    return target


def encode(frame: pd.DataFrame | pd.Series, format: str) -> bytes:  # noqa: A002 (as in save)
    """The frame as bytes of a file in this format."""
    if isinstance(frame, pd.Series):
        frame = frame.rename("value").rename_axis("figure").reset_index()
    if isinstance(frame, pd.DataFrame) and not frame.columns.is_unique:
        twice = one_line(str(frame.columns[frame.columns.duplicated()][0]))[:60]
        raise InvalidRequestError(
            f"Several columns are called {twice!r}.",
            hint="Rename them, or keep one: frame.loc[:, ~frame.columns.duplicated()].",
        )
    if not isinstance(frame, pd.DataFrame):
        raise InvalidRequestError(
            f"A frame is saved, not {type(frame).__name__}.", hint="A record saves its page itself: job.save(path)."
        )
    match format:
        case "csv":
            return _csv(frame)
        case "jsonl":
            return b"".join(dump(record) + b"\n" for record in records_of(frame))
        case "json":
            meta = {"bluedoor": dict(card(frame))} if ATTRS_KEY in frame.attrs else {}
            return dump({"data": records_of(frame), "meta": meta}) + b"\n"
        case "parquet":
            buffer = io.BytesIO()
            try:
                frame.to_parquet(buffer, index=False)
            except (pa.ArrowException, ValueError, TypeError) as error:
                raise InvalidRequestError(
                    f"This frame does not fit into Parquet ({error}).", hint="Save it as csv."
                ) from None
            return buffer.getvalue()
        case _:
            return _xlsx(frame)


def _csv(frame: pd.DataFrame) -> bytes:
    arrays = []
    for name in frame.columns:
        values = frame[name]
        if values.dtype.kind in _PLAIN_KINDS:
            arrays.append(pa.array(values, from_pandas=True))
        else:
            texts = (value if isinstance(value, str | None) else str(value) for value in plain_values(values))
            arrays.append(pa.array([neutralised(text) for text in texts], pa.large_string()))
    buffer = io.BytesIO()
    table = pa.table(arrays, names=[neutralised(str(name)) for name in frame.columns])
    pyarrow.csv.write_csv(table, buffer, pyarrow.csv.WriteOptions(batch_size=1024))
    return buffer.getvalue()


def check_xlsx() -> None:
    """Raise where XLSX cannot be written because its extra is not installed."""
    try:
        import xlsxwriter  # noqa: F401 (an extra)
    except ImportError:
        raise InvalidRequestError(
            "XLSX needs the extra of that name.", hint="pip install 'bluedoor-tools[xlsx]', or save as csv."
        ) from None


def _xlsx(frame: pd.DataFrame) -> bytes:
    check_xlsx()
    if len(frame) > _XLSX_ROWS:
        raise InvalidRequestError(
            f"A sheet holds {_XLSX_ROWS:,} rows, not {len(frame):,}.", hint="Save as parquet or csv."
        )
    sheet = frame.copy(deep=False)
    cut = 0
    for name, values in frame.items():
        if values.dtype.kind == "M":
            sheet[name] = _sheet_instants(values)
        elif values.dtype.kind not in _PLAIN_KINDS:
            texts = [value if isinstance(value, str | None) else str(value) for value in plain_values(values)]
            kept = [text and _fitting(text) for text in texts]
            cut += sum(text != whole for text, whole in zip(kept, texts, strict=True))
            sheet[name] = pd.Series(kept, index=values.index, dtype=object)
    if cut:
        warn(f"{cut} texts were cut to the {_XLSX_CELL:,} characters that a cell holds.", ResultCutWarning)
    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    said = [*(card(frame).lines() if ATTRS_KEY in frame.attrs else []), ("instants", "UTC")]
    with pd.ExcelWriter(buffer, engine="xlsxwriter", engine_kwargs={"options": options}) as writer:
        sheet.to_excel(writer, sheet_name="data", index=False, freeze_panes=(1, 0))
        for number, (name, values) in enumerate(sheet.items()):
            longest = max((len(str(value)) for value in values.head(200).tolist()), default=0)
            writer.sheets["data"].set_column(number, number, max(len(str(name)), min(longest, 44)) + 2)
        pd.DataFrame(said, columns=["answer card", ""]).to_excel(writer, sheet_name="answer card", index=False)
        writer.sheets["answer card"].set_column(0, 1, 16)
    return buffer.getvalue()


def _sheet_instants(values: pd.Series) -> pd.Series:
    """Instants as a sheet knows them: without a zone, from 1900 on; an earlier one is written as text."""
    bare = values.dt.tz_localize(None) if isinstance(values.dtype, pd.DatetimeTZDtype) else values
    early = bare.dt.year < 1900
    return bare.astype(object).where(~early, bare.astype("str")) if early.any() else bare


def _fitting(text: str) -> str:
    """As much of a text as a cell holds, which counts in UTF-16."""
    if len(text) * 2 <= _XLSX_CELL or len(text.encode("utf-16-le", "surrogatepass")) // 2 <= _XLSX_CELL:
        return text
    return text.encode("utf-16-le", "surrogatepass")[: 2 * _XLSX_CELL].decode("utf-16-le", "ignore")
