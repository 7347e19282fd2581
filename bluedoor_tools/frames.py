"""Typed records → DataFrames with fixed columns, order and dtypes, also when empty.

Records become Arrow columns a few thousand at a time, so that a long load holds neither its answers nor Python objects;
the DataFrame is made once, at the end.

========== ======================== ==============================
kind       dtype                    missing
========== ======================== ==============================
text       ``str``                  NaN
json       ``str`` (JSON text)      NaN
boolean    ``boolean``              NA
number     ``float64``              NaN
instant    ``datetime64[us, UTC]``  NaT
========== ======================== ==============================
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from . import contract
from .decode import Decoder, Drift, Page, parse_instant, read_json

__all__ = ["COLUMNS", "DEFAULT_JOB_COLUMNS", "EVENT_COLUMNS", "JSON_COLUMNS", "FrameBuilder", "job_columns", "typed"]

_ARROW: dict[str, pa.DataType] = {
    "text": pa.large_string(),
    "json": pa.large_string(),
    "boolean": pa.bool_(),
    "number": pa.float64(),
    "instant": pa.timestamp("us", tz="UTC"),
}
# Microseconds since 1970 that a Python date can hold; Arrow parses more, and printing such a frame would fail.
_FIRST, _LAST = -62_135_596_800_000_000, 253_402_300_799_999_999
_CHUNK = 2_000  # records; twenty pages

# Columns of the library's own, beside the API's.
_DERIVED = (
    contract.Field("company", "text", "observed", "name of the organisation, looked up by org_id"),
    contract.Field(
        "unknown_fields", "json", "assumed", "fields that the contract does not know, and drifted values, as JSON"
    ),
)
JSON_COLUMNS = frozenset(
    entry.name for entry in (*contract.JOB_FIELDS, *contract.EVENT_FIELDS, *_DERIVED) if entry.kind == "json"
)
COLUMNS: dict[str, contract.Field] = {entry.name: entry for entry in (*contract.JOB_FIELDS, *_DERIVED)}

# What a reader looks for first stands first, keys last; every plain field is there, nested ones and the text are asked
# for.
DEFAULT_JOB_COLUMNS: tuple[str, ...] = (
    "title", "company", "location_text", "workplace_type", "employment_type",
    "salary_min", "salary_max", "salary_currency", "salary_period", "first_seen_at",
    "source_posted_at", "status", "active", "department", "team", "city", "region", "country", "provider",
    "last_seen_at", "last_checked_at", "last_changed_at", "inactive_at", "source_updated_at",
    "remote_policy", "normalized_title", "salary_raw", "unknown_fields", "raw_payload_uri",
    "provider_job_key", "board_id", "source_id", "org_id", "source_url", "apply_url", "job_id",
)  # fmt: skip
EVENT_COLUMNS: tuple[str, ...] = (
    "observed_at", "event_type", "company", "field_name", "old_value", "new_value", "metadata", "provider",
    "org_id", "source_id", "board_id", "source_hash", "event_schema_version", "event_key", "unknown_fields",
    "event_id", "job_id",
)  # fmt: skip


def job_columns(description: bool) -> list[str]:
    """Every column a frame of jobs can have, the default ones first."""
    every = [name for name in COLUMNS if name not in DEFAULT_JOB_COLUMNS and name != "description_text"]
    return [*DEFAULT_JOB_COLUMNS, *every, *(["description_text"] if description else [])]


@dataclass(frozen=True, slots=True)
class _Unparsed:
    """An instant that is none: the row of the chunk, the field and the text."""

    row: int
    name: str
    text: str


class FrameBuilder:
    """Collects pages of records into one frame.

    Parameters
    ----------
    decoder
        the decoder whose pages are added: it knows their unknown fields
    columns
        names of the columns, in order
    also
        columns carried for the builder's own use, such as those that rows are ordered by
    chunk
        records that are held as they came, at most, before they become columns
    """

    def __init__(
        self, decoder: Decoder, columns: Sequence[str], also: Iterable[str] = (), *, chunk: int | None = None
    ) -> None:
        self._chunk = chunk
        self.decoder = decoder
        self.columns = list(columns)
        self.drift = Drift()
        self.unknown_names: set[str] = set()
        self._kinds = {entry.name: entry.kind for entry in (*decoder.fields, *_DERIVED)}
        # Where records carry no company, it is filled at the end from org_id, which need not be a column of the frame.
        self._looks_up = "company" in self.columns and all(entry.name != "company" for entry in decoder.fields)
        taken = [name for name in self.columns if name != "company" or not self._looks_up]
        hidden = [*also, *(["org_id"] if self._looks_up else [])]
        taken.extend(name for name in dict.fromkeys(hidden) if name not in taken)
        self._schema = pa.schema([(name, _ARROW[self._kinds[name]]) for name in taken])
        self._waiting: list[Any] = []
        self._chunks: list[pa.RecordBatch] = []

    @property
    def rows(self) -> int:
        """Rows taken in and not yet finished; right also where an interrupt (Ctrl-C) came amid a page."""
        flushed: int = sum(chunk.num_rows for chunk in self._chunks)
        return flushed + len(self._waiting)

    def add(self, page: Page) -> None:
        """Take in the records of a page, whole or, if interrupted, not at all."""
        self._waiting.extend(page.records)
        self.drift.add(page.drift)
        if len(self._waiting) >= (self._chunk or _CHUNK):
            self._flush()

    def pack(self) -> None:
        """Hold the rows so far as compactly as can be: no more are expected soon."""
        self._flush()

    def newest(self, name: str) -> dt.datetime | None:
        """The latest instant of a column that is carried."""
        self._flush()
        latest = [pc.max(chunk.column(name)).as_py() for chunk in self._chunks]
        return max((moment for moment in latest if moment is not None), default=None)

    def all_have(self, name: str) -> bool:
        """Whether no row lacks a value in a column that is carried."""
        self._flush()
        return all(chunk.column(name).null_count == 0 for chunk in self._chunks)

    def drop(self) -> None:
        """Give up the rows so far."""
        self._waiting, self._chunks, self.drift = [], [], Drift()

    def gather(self, others: Iterable[FrameBuilder]) -> None:
        """Take over the rows of builders of the same columns; to be done once more where it was interrupted."""
        for other in others:
            other._flush()
            self._chunks = [*self._chunks, *other._chunks]
            self.drift.add(other.drift)
            self.unknown_names.update(other.unknown_names)
            other._chunks = []

    def arrange(self, instant: str, name: str, limit: int | None = None) -> list[tuple[dt.datetime | None, str | None]]:
        """Put the rows in order, newest first, ties by id, descending, each id once; at most so many, if limited.

        Gives the instant and the id of the rows of the last instant, where rows were cut off.
        """
        self._flush()
        table = pa.Table.from_batches(self._chunks, schema=self._schema)
        order = pc.sort_indices(
            table.select([instant, name]), sort_keys=[(instant, "descending"), (name, "descending")]
        )
        ids = table.column(name).combine_chunks()
        distinct = pc.count_distinct(ids, mode="only_valid").as_py() + ids.null_count
        if distinct < len(table):
            places = pd.Series(order.to_numpy())
            sorted_ids = ids.take(order).to_pandas()
            order = pa.array(places[~(sorted_ids.duplicated() & sorted_ids.notna())])
        cut = limit is not None and len(order) > limit
        order = order[:limit] if cut else order
        if cut or not pc.all(pc.equal(order, pa.array(range(len(order)), order.type))).as_py() or distinct < len(table):
            table = table.take(order)
        self._chunks = table.to_batches()
        if not cut:
            return []
        last = table.column(instant)[-1]
        ties = table.filter(pc.equal(table.column(instant), last)).select([instant, name])
        return list(zip(*(ties.column(part).to_pylist() for part in (instant, name)), strict=True))

    def finish(self, companies: Callable[[list[str]], dict[str, str | None]] | None = None) -> pd.DataFrame:
        """The frame; `companies` gives the names of organisations, asked once with every id that occurs."""
        self._flush()
        table = pa.Table.from_batches(self._chunks, schema=self._schema)
        self._chunks = []
        if self._looks_up:
            ids = table.column("org_id").combine_chunks().dictionary_encode()
            names = (companies or (lambda _: {}))([name for name in ids.dictionary.to_pylist() if name is not None])
            words = pa.array([names.get(name) for name in ids.dictionary.to_pylist()], pa.large_string())
            table = table.append_column("company", words.take(ids.indices))
        table = table.select(self.columns)
        return _to_pandas(table)

    def _flush(self) -> None:
        records = self._waiting
        if not records:
            return
        self.unknown_names.update(self.decoder.learned)
        unparsed: list[_Unparsed] = []
        columns: dict[str, pa.Array] = {}
        for name in self._schema.names:
            kind = self._kinds[name]
            if name == "unknown_fields":
                continue
            values = [getattr(record, name) for record in records]
            if kind == "instant":
                columns[name] = _instants(values, name, unparsed)
            elif kind == "json":
                columns[name] = _json_text(values)
            else:
                columns[name] = pa.array(values, _ARROW[kind])
        # Records of the slow path may hold names that cannot be learned.
        beside = {name for record in records for name in getattr(record, "beside", ())}
        self.unknown_names.update(beside - self._kinds.keys())
        for lost in unparsed:
            self.drift.values[lost.name] += 1
        if "unknown_fields" in self._schema.names:
            columns["unknown_fields"] = self._unknown(records, unparsed)
        chunk = pa.RecordBatch.from_arrays([columns[name] for name in self._schema.names], schema=self._schema)
        self._chunks, self._waiting = [*self._chunks, chunk], []

    def _unknown(self, records: list[Any], unparsed: list[_Unparsed]) -> pa.Array:
        texts = [self.decoder.unknown_fields(record) for record in records]
        for lost in unparsed:
            kept = read_json((texts[lost.row] or "{}").encode())
            texts[lost.row] = json.dumps({**kept, lost.name: lost.text}, ensure_ascii=False, separators=(",", ":"))
        return pa.array(texts, pa.large_string())


def _instants(values: list[str | None], name: str, unparsed: list[_Unparsed]) -> pa.Array:
    array = pa.array(values, pa.large_string())
    try:
        instants = array.cast(_ARROW["instant"])
        first, last = (bound.value for bound in pc.min_max(instants).values())
        if first is not None and not _FIRST <= first <= last <= _LAST:
            raise pa.ArrowInvalid("years that no Python date has")
        return instants
    except pa.ArrowInvalid:  # that, a missing zone, a finer fraction, or no date at all: one by one
        moments = []
        for row, text in enumerate(values):
            moment = None if text is None else parse_instant(text)
            if text is not None and moment is None:
                unparsed.append(_Unparsed(row, name, text))
            moments.append(moment)
        return pa.array(moments, _ARROW["instant"])


def _json_text(values: Iterable[Any]) -> pa.Array:
    texts = [bytes(value) for value in values]
    try:
        return pa.array([None if text == b"null" else text for text in texts], pa.large_binary()).cast(
            pa.large_string()
        )
    except pa.ArrowInvalid:  # bytes that are no UTF-8
        return pa.array(
            [None if text == b"null" else text.decode(errors="replace") for text in texts], pa.large_string()
        )


def _to_pandas(table: pa.Table) -> pd.DataFrame:
    # The table is given up to the frame: nothing may touch it afterwards.
    frame: pd.DataFrame = table.to_pandas(
        types_mapper={pa.bool_(): pd.BooleanDtype()}.get, split_blocks=True, self_destruct=True
    )
    return frame


def typed(columns: dict[str, tuple[contract.Kind, list[Any]]]) -> pd.DataFrame:
    """A small frame from columns of given kinds, with the same dtypes as every other frame."""
    arrays = {name: pa.array(values, _ARROW[kind]) for name, (kind, values) in columns.items()}
    return _to_pandas(pa.table(arrays))
