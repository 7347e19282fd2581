"""The columns of any DataFrame as filters, counts and orders read them: text, numbers or instants, each made once."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from ...errors import InvalidRequestError, nearest
from ...frames import COLUMNS
from ...inert import visible_line

__all__ = ["Columns", "Mask", "Places", "TextColumn", "collapsed", "sort_call"]

Mask: TypeAlias = npt.NDArray[np.bool_]
Places: TypeAlias = npt.NDArray[np.intp]
Numbers: TypeAlias = npt.NDArray[np.float64]
Instants: TypeAlias = npt.NDArray[np.int64]

_NEVER = np.iinfo(np.int64).min  # a missing instant, as numpy writes it
_ORDERS = 8  # that are kept


def collapsed(text: str) -> str:
    """Text as whole values are compared: whatever its case and its blanks.

    >>> collapsed(" New  York")
    'new york'
    """
    return " ".join(text.casefold().split())


class TextColumn:
    """A column's distinct texts, and for each row which of them it has (-1: none, or a blank). Not thread-safe."""

    def __init__(self, codes: npt.NDArray[Any], values: list[str]) -> None:
        blanks = [place for place, value in enumerate(values) if not value or value.isspace()]
        self.codes = np.where(np.isin(codes, blanks), -1, codes) if blanks else codes
        self.values = values
        self._folded = [value.casefold() for value in self.values]
        self._places: dict[str, list[int]] | None = None
        self._ranks: npt.NDArray[np.int64] | None = None

    def equal(self, text: str) -> Mask:
        """The rows that have this text, whole, whatever its case."""
        if self._places is None:
            self._places = {}
            for place, folded in enumerate(self._folded):
                self._places.setdefault(" ".join(folded.split()), []).append(place)
        return self._rows(self._places.get(collapsed(text), []))

    def one_of(self, texts: Sequence[str]) -> Mask:
        """The rows that have one of these texts, exactly."""
        wanted = set(texts)
        return self._rows([place for place, value in enumerate(self.values) if value in wanted])

    def contains(self, text: str) -> Mask:
        """The rows that have this within their text, whatever its case."""
        part = text.casefold()
        return self._rows([place for place, folded in enumerate(self._folded) if part in folded])

    def has_word(self, word: str, among: Mask) -> Mask:
        """The rows, of some, that have this, a word in small letters, among the words of their text."""
        wanted = np.zeros(len(self.values) + 1, dtype=bool)
        wanted[self.codes[among]] = True
        whole, folded = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)").search, self._folded
        # Most texts do not have the letters at all, which is seen much sooner.
        with_letters = (place for place in np.flatnonzero(wanted[:-1]).tolist() if word in folded[place])
        return self._rows([place for place in with_letters if whole(folded[place])])

    def ranks(self) -> npt.NDArray[np.int64]:
        """For each row the place of its text in the alphabet, whatever its case; of none, behind the last."""
        if self._ranks is None:
            _, places = np.unique(np.array([*self._folded, ""], dtype=object)[:-1], return_inverse=True)
            self._ranks = np.append(places, len(places))[self.codes].astype(np.int64)
        return self._ranks

    def _rows(self, places: Sequence[int] | npt.NDArray[Any]) -> Mask:
        hits = np.zeros(len(self.values) + 1, dtype=bool)  # the last one is that of rows without text: code -1
        hits[np.asarray(places, dtype=np.intp)] = True
        found: Mask = hits[self.codes]
        return found


class Columns:
    """The columns of a frame, which is never changed. Thread-safe."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame
        self._places: dict[str, int] = {}
        for is_text in (True, False):  # a name that is no text goes by the text that it is shown as
            for place, name in enumerate(frame.columns):
                if isinstance(name, str) is is_text:
                    self._places.setdefault(str(name), place)  # of several of one name, the first
        self.lock = threading.RLock()
        self._notes: dict[str, str] = {}
        self._texts: dict[str, TextColumn] = {}
        self._numbers: dict[str, Numbers] = {}
        self._instants: dict[str, Instants] = {}
        self._orders: OrderedDict[tuple[str, bool], Places] = OrderedDict()

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._frame)

    def of(self, name: str) -> pd.Series:
        """A column as it is.

        Raises
        ------
        InvalidRequestError
            The frame has no such column; the nearest it has is named.
        """
        if name not in self._places:
            close = nearest(name, self._places)
            known = ", ".join(visible_line(known)[:40] for known in list(self._places)[:20])
            raise InvalidRequestError(
                f"This frame has no column {name!r}.",
                hint=f"frame.rename(columns={{{close!r}: {name!r}}}), if that is it." if close else f"It has: {known}.",
            )
        column: pd.Series = self._frame.iloc[:, self._places[name]]
        return column

    def label(self, name: str) -> Any:
        """The name of a column as the frame has it."""
        return self._frame.columns[self._places[name]]

    def notes(self, names: Sequence[str]) -> list[str]:
        """What of these columns could not be read as what it should be."""
        with self.lock:
            return [self._notes[name] for name in names if name in self._notes]

    def text(self, name: str) -> TextColumn:
        """A column as text; what is no text, as Python writes it."""
        with self.lock:
            if name not in self._texts:
                self._texts[name] = _as_text(self.of(name))
            return self._texts[name]

    def numbers(self, name: str) -> Numbers:
        """A column as numbers, NaN where it has none; text is read as the number that it says."""
        with self.lock:
            if name not in self._numbers:
                column = self.of(name)
                if pd.api.types.is_datetime64_any_dtype(column.dtype):
                    found = np.full(len(column), np.nan)
                else:
                    if isinstance(column.dtype, pd.CategoricalDtype):
                        column = column.astype(object)
                    numeric = pd.to_numeric(column, errors="coerce")
                    found = numeric.to_numpy(dtype=np.float64, na_value=np.nan)
                self._numbers[name] = found
                self._say(name, int(self._present(name).sum() - (~np.isnan(found)).sum()), "number")
            return self._numbers[name]

    def instants(self, name: str) -> Instants:
        """A column as microseconds since 1970, in UTC; ISO text is read, and what has no zone is taken for UTC."""
        with self.lock:
            if name not in self._instants:
                self._instants[name] = found = _as_instants(self.of(name))
                self._say(name, int(self._present(name).sum() - (found != _NEVER).sum()), "date")
            return self._instants[name]

    def sort_key(self, name: str) -> str:
        """The Python that makes a column's `values` what they are ordered by; empty where they are that already."""
        column = self.of(name)
        match self._kind(name):
            case "number":
                plain = pd.api.types.is_numeric_dtype(column.dtype)
                return "" if plain else "pd.to_numeric(values, errors='coerce')"
            case "instant":
                plain = pd.api.types.is_datetime64_any_dtype(column.dtype)
                return "" if plain else "pd.to_datetime(values, utc=True, errors='coerce', format='ISO8601')"
        if isinstance(column.dtype, pd.StringDtype):
            return "values.str.casefold()"
        return "values.map(lambda value: str(value).casefold(), na_action='ignore').astype(object)"

    def order(self, name: str, ascending: bool) -> Places:
        """The rows' places in the order of a column: stable, missing values last, text whatever its case."""
        with self.lock:
            key = (name, ascending)
            if key not in self._orders:
                self._orders[key] = self._ordered(name, ascending)
            self._orders.move_to_end(key)
            while len(self._orders) > _ORDERS:
                self._orders.popitem(last=False)
            return self._orders[key]

    def _ordered(self, name: str, ascending: bool) -> Places:
        match self._kind(name):
            case "number":
                numbers = self.numbers(name)
                return np.argsort(numbers if ascending else -numbers, kind="stable")
            case "instant":
                instants = self.instants(name)
                missing, last = instants == _NEVER, np.iinfo(np.int64).max
            case _:
                column = self.text(name)
                instants, missing, last = column.ranks(), column.codes == -1, len(column.values) + 1
        return np.argsort(np.where(missing, last, instants if ascending else -instants), kind="stable")

    def _kind(self, name: str) -> str:
        """What a column's values are to be ordered as: what they are, or are known to be."""
        column = self.of(name)
        if pd.api.types.is_datetime64_any_dtype(column.dtype):
            return "instant"
        if pd.api.types.is_numeric_dtype(column.dtype):
            return "number"
        known = COLUMNS.get(name)
        if known is not None and known.kind in {"number", "instant"}:
            return known.kind
        if column.dtype == object:
            inferred = pd.api.types.infer_dtype(column, skipna=True)
            if inferred in {"integer", "floating", "mixed-integer-float", "decimal"}:
                return "number"
            if inferred in {"datetime", "date", "datetime64"}:
                return "instant"
        return "text"

    def _present(self, name: str) -> Mask:
        present: Mask = self.of(name).notna().to_numpy(dtype=bool)
        return present

    def _say(self, name: str, lost: int, noun: str) -> None:
        if lost > 0:
            values = "1 value is" if lost == 1 else f"{lost:,} values are"
            self._notes[name] = f"{name}: {values} no {noun}, and taken as missing"


def sort_call(sort: tuple[str, bool] | None, columns: Columns) -> str:
    """What puts a frame in this order, as the end of a line of Python."""
    if sort is None:
        return ""
    name, ascending = sort
    said = [
        repr(columns.label(name)) if name in columns else repr(name),
        *([] if ascending else ["ascending=False"]),
        "kind='stable'",
    ]
    key = columns.sort_key(name) if name in columns else ""
    said += [f"key=lambda values: {key}"] if key else []
    return f".sort_values({', '.join(said)})"


def _as_text(column: pd.Series) -> TextColumn:
    if isinstance(column.dtype, pd.CategoricalDtype):
        categories = column.cat.categories
        codes = column.cat.codes.to_numpy()
        texts = [value if isinstance(value, str) else str(value) for value in categories]
        if len(set(texts)) == len(texts):
            return TextColumn(codes.astype(np.int64), texts)
        column = column.astype(object)
    if not pd.api.types.is_string_dtype(column.dtype) or column.dtype == object:
        present = column.notna()
        if present.any():
            written = [
                None if not is_there else value if isinstance(value, str) else str(value)
                for value, is_there in zip(column.tolist(), present.tolist(), strict=True)
            ]
            column = pd.Series(written, dtype=object)
        else:
            return TextColumn(np.full(len(column), -1, dtype=np.int64), [])
    # Arrow counts and hands out text several times as fast as pandas iterates over it.
    try:
        chunks = pa.chunked_array(pa.array(column, pa.large_string(), from_pandas=True))
    except UnicodeEncodeError:
        codes, values = pd.factorize(column)
        return TextColumn(codes, [str(value) for value in values])
    encoded = chunks.combine_chunks().dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return TextColumn(codes, encoded.dictionary.to_pylist())


def _as_instants(column: pd.Series) -> Instants:
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object)
    if not pd.api.types.is_datetime64_any_dtype(column.dtype):
        if pd.api.types.is_numeric_dtype(column.dtype):  # seconds, milliseconds, days? Nobody knows
            return np.full(len(column), _NEVER, dtype=np.int64)
        if column.dtype == object:
            column = column.where(np.array([not isinstance(value, int | float) for value in column], dtype=bool))
        column = pd.to_datetime(column, utc=True, errors="coerce", format="ISO8601")
    if isinstance(column.dtype, pd.ArrowDtype):
        column = pd.to_datetime(column, utc=True)
    if column.dt.tz is not None:
        column = column.dt.tz_convert("UTC").dt.tz_localize(None)
    instants: Instants = column.to_numpy().astype("datetime64[us]").astype(np.int64)
    return instants
