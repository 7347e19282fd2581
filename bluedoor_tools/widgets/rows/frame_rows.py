"""The rows of a DataFrame, searched as the embedded sample is: filters mean the same, and nobody is asked."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ... import contract
from ...answer_card import ATTRS_KEY, Card, card
from ...backends.store_file import microseconds, words
from ...decode import Decoder, parse_instant
from ...errors import BluedoorError, InvalidRequestError, NotFoundError, nearest
from ...frames import EVENT_COLUMNS, FrameBuilder, typed
from ...inert import counted, one_line, visible_line
from ...records import Job
from ...reproduction import reproduce
from ...wire.work import StoppedError
from .columns import Columns, Mask, Places, sort_call
from .query import ViewQuery
from .row_job import job_of_row
from .rows import Answer, page_start

if TYPE_CHECKING:
    from ...client import Client

__all__ = ["FrameRows"]

_COUNTED = ("workplace_type", "country", "city", "department", "employment_type", "provider", "company")
_KEPT = 8  # sets of filters whose rows are remembered
_SUGGESTED = 20  # companies
_CHOICES = 200  # values of a filter to choose from
_SHOWN = 12  # columns that an error lists


class FrameRows:
    """The rows of a frame. Thread-safe; the frame is never changed, and a later change of it is not seen.

    Filters mean what they mean to a search of the embedded sample; ages such as ``"7d"`` count back from the clock of
    the frame's answer card, without one from now. Columns of any dtype are read: text and categories, numbers and dates
    also as text, dates without a zone as UTC; what cannot be read is taken as missing, and a note says so.

    Parameters
    ----------
    frame
        of this library, or any with columns of its names, at least `title` or `job_id`
    client
        whom to ask for the record and the events of a posting; without one, the embedded sample for a frame of it, and
        else nobody: a record is then the row alone, and there are no events

    Raises
    ------
    InvalidRequestError
        The frame has neither `title` nor `job_id`.
    """

    origin = "the frame"
    loose = True
    default_filters: Mapping[str, Any] = MappingProxyType({})

    def __init__(self, frame: pd.DataFrame, *, client: Client | None = None) -> None:
        if not {"title", "job_id"} & set(frame.columns):
            met = ", ".join(visible_line(str(name))[:40] for name in frame.columns[:_SHOWN])
            more = f" and {len(frame.columns) - _SHOWN:,} more" if len(frame.columns) > _SHOWN else ""
            known = [name for name in frame.columns if isinstance(name, str) and visible_line(name)[:40] == name]
            old = nearest("title", known) or "…"
            raise InvalidRequestError(
                f"A frame of postings has a column title or job_id; this one has {f'{met}{more}' if met else 'none'}.",
                hint=f"frame.rename(columns={{{old!r}: 'title'}}) gives its columns the names that are looked for.",
            )
        self._frame = frame.copy(deep=False)  # copy-on-write: what the caller changes later is not seen
        self._columns = Columns(self._frame)
        self._client = client
        self._lock = threading.RLock()
        self._masks: OrderedDict[str, tuple[Mask, tuple[str, ...]]] = OrderedDict()
        self._now = _clock_of(frame) or dt.datetime.now(dt.UTC)
        company = ["company"] if "company" in self._columns else []
        self.filter_names: tuple[str, ...] = (*filter(self._reads, contract.PARAMETERS), *company)
        self.facet_fields: tuple[str, ...] = tuple(name for name in _COUNTED if name in self._columns)

    @property
    def label(self) -> str:
        """How many rows."""
        return f"{counted(len(self._frame), 'row')} of a DataFrame"

    def __repr__(self) -> str:
        return f"<FrameRows: {self.label}>"

    # -- rows ----------------------------------------------------------------------------------------------------------

    def search(self, query: ViewQuery, *, stop: threading.Event) -> Answer:
        """The query's page of rows; all that match are at hand."""
        places, notes = self._places(query, stop)
        first = page_start(query.page * query.page_size, len(places), query.page_size)
        shown = places[first : first + query.page_size]
        rows = self._frame.iloc[shown]
        rows.attrs = {}  # the card is that of the whole frame
        rows.index = pd.Index(self._keys_of(shown), dtype=object)
        _check(stop)
        about = self._card
        said = [f"the rows are those of a frame that was: {about!r}"] if _is_part(about) else []
        return Answer(rows, first, len(places), loaded=len(places), notes=(*said, *notes), card=about)

    def jobs(self, query: ViewQuery) -> pd.DataFrame:
        """All rows that match, in the query's order, as a frame of their own; index and columns as the frame's."""
        places, _ = self._places(query, threading.Event())
        return self._frame.iloc[places]

    def load(self, query: ViewQuery, *, stop: threading.Event, progress: Callable[[int, int | None], None]) -> None:
        """Nothing is left to load: all rows of a frame are at hand."""
        rows = len(self._places(query, stop)[0])
        progress(rows, rows)

    def facet(self, field: str, query: ViewQuery, *, limit: int) -> pd.DataFrame:
        """The commonest values of a column among the rows that match; each one's share is of all of these rows."""
        if field not in self.facet_fields:
            raise InvalidRequestError(
                f"{field!r} is not counted here.", hint=f"Counted: {', '.join(self.facet_fields) or 'nothing'}."
            )
        mask, _ = self._mask(query, threading.Event())
        with self._columns.lock:
            column = self._columns.text(field)
        counts = np.bincount(column.codes[mask] + 1, minlength=len(column.values) + 1)
        missing, counts = int(counts[0]), counts[1:]
        present = np.flatnonzero(counts)
        if len(present) > 4 * limit:  # of many values, those that may be among the commonest
            least = np.partition(counts[present], -limit)[-limit]
            present = present[counts[present] >= least]
        ranked = sorted((-int(counts[place]), column.values[place]) for place in present)[:limit]
        whole = int(mask.sum())
        made = typed(
            {
                "value": ("text", [_whole_text(value) for _, value in ranked]),
                "count": ("number", [-count for count, _ in ranked]),
                "share": ("number", [-count / whole for count, _ in ranked]),
            }
        ).astype({"count": "int64"})
        values = int(np.count_nonzero(counts))
        notes = [f"share is of all {counted(whole, 'row')} that match, the {missing:,} without {field} included"]
        if values > len(ranked):
            notes.append(f"the {len(ranked)} commonest of {values:,} values")
        made.attrs["notes"] = notes
        return made

    def choices(self, name: str) -> tuple[str, ...]:
        """The values of the column that a filter compares, the commonest first; at most 200."""
        with self._columns.lock:
            column = self._columns.text(contract.PARAMETERS[name].reads[0])
        counts = np.bincount(column.codes + 1, minlength=len(column.values) + 1)[1:]
        ranked = sorted((-int(counts[place]), column.values[place]) for place in np.flatnonzero(counts))
        return tuple(value for _, value in ranked[:_CHOICES])

    def companies(self, beginning: str) -> list[str]:
        """Companies of the frame with these letters in their names: those that begin so first, then the commonest."""
        folded = beginning.strip().casefold()
        if "company" not in self._columns or not folded:
            return []
        with self._columns.lock:
            column = self._columns.text("company")
            rows = np.bincount(column.codes[column.contains(folded)], minlength=len(column.values))
        found = np.flatnonzero(rows)
        ranked = sorted(
            (not column.values[place].casefold().startswith(folded), -int(rows[place]), column.values[place])
            for place in found
        )
        return [name for _, _, name in ranked[:_SUGGESTED]]

    # -- one posting ---------------------------------------------------------------------------------------------------

    def job(self, job_id: str) -> Job:
        """A posting's record: asked of the client, of the sample for a frame of it, or else the row alone."""
        place = self._place(job_id)
        known = self._id_at(place)
        if self._client is not None and known is not None:
            return self._client.get_job(known)
        if known is not None and self._sample is not None:
            try:
                return self._sample.get_job(known)
            except NotFoundError:  # a row of another origin among those of the sample
                pass
        return self._alone(place)

    def events(self, job_id: str) -> pd.DataFrame:
        """A posting's events, of the client or the sample; without rows where there is nobody to ask."""
        known = self._id_at(self._place(job_id))
        if self._client is not None and known is not None:
            return self._client.job_events(known)
        if known is not None and self._sample is not None:
            try:
                return self._sample.job_events(known)
            except NotFoundError:
                pass
        return FrameBuilder(Decoder(contract.EVENT_FIELDS), EVENT_COLUMNS).finish()

    # -- as code -------------------------------------------------------------------------------------------------------

    def python(self, query: ViewQuery) -> str:
        """The Python that makes this view, and gives its rows."""
        arguments = [f"{name}={value!r}" for name, value in query.arguments(self._now).items()]
        lines = self._reproduced("python") or ["import bluedoor_tools as bd", "# df is your DataFrame"]
        order = sort_call(query.sort, self._columns)
        first = ["import pandas as pd"] if "pd." in order else []
        lines.append(f"explorer = bd.explore({', '.join(['df', *arguments])})")
        return "\n".join([*first, *lines, f"jobs = explorer.jobs{order}"])

    def curl(self, query: ViewQuery) -> str:
        """The request behind the frame, where it is the answer to a search."""
        lines = self._reproduced("curl")
        if lines is None:
            return "# no request stands behind these rows: they are those of a DataFrame"
        said = ", ".join(f"{name}={value!r}" for name, value in query.arguments(self._now).items())
        if said:
            lines.append(one_line(f"# then, in the rows of that answer: {said}"))
        return "\n".join(lines)

    def _reproduced(self, how: str) -> list[str] | None:
        about = self._card
        if about is None or (how == "curl" and about["call"].get("function") != "search_jobs"):
            return None
        try:
            return reproduce(about, how).splitlines()
        except (BluedoorError, LookupError, TypeError):  # a card may come from anywhere
            return None

    # -- filters -------------------------------------------------------------------------------------------------------

    def _places(self, query: ViewQuery, stop: threading.Event) -> tuple[Places, tuple[str, ...]]:
        """The places of the rows that match, in the query's order; and what a reader must know."""
        mask, notes = self._mask(query, stop)
        _check(stop)
        if query.sort is None:
            return np.flatnonzero(mask), notes
        name, ascending = query.sort
        order = self._columns.order(name, ascending)
        return order[mask[order]], tuple(dict.fromkeys([*notes, *self._columns.notes([name])]))

    def _mask(self, query: ViewQuery, stop: threading.Event) -> tuple[Mask, tuple[str, ...]]:
        """Which rows match, remembered for a few sets of filters; and what could not be compared."""
        key = json.dumps(query.filters, sort_keys=True)
        with self._lock:
            if key in self._masks:
                self._masks.move_to_end(key)
                return self._masks[key]
        checked, apart = query.checked(self._now)
        mask = np.ones(len(self._frame), dtype=bool)
        looked_at: list[str] = []
        notes: list[str] = []
        for name, texts in apart.items():
            column = name if name == "company" else contract.PARAMETERS[name].reads[0]
            mask &= self._any_of([functools.partial(self._equal, column, text) for text in texts])
        for name, value in checked.filters.items():
            _check(stop)
            names = self._read_by(name)
            several = value if isinstance(value, tuple) and contract.PARAMETERS[name].match != "one_of" else [value]
            mask &= self._any_of([functools.partial(self._matching, name, names, part) for part in several])
            looked_at.extend(names)
            lacking = [column for column in contract.PARAMETERS[name].reads if column not in names]
            if lacking:
                notes.append(f"{name} looks in {' and '.join(names)} alone: the frame has no {' or '.join(lacking)}")
        found = mask, (*notes, *self._columns.notes(list(dict.fromkeys(looked_at))))
        with self._lock:
            self._masks[key] = found
            while len(self._masks) > _KEPT:
                self._masks.popitem(last=False)
        return found

    def _any_of(self, tests: Sequence[Callable[[], Mask]]) -> Mask:
        found: Mask = functools.reduce(np.logical_or, (test() for test in tests))
        return found

    def _equal(self, name: str, value: str) -> Mask:
        with self._columns.lock:
            return self._columns.text(name).equal(value)

    def _matching(self, name: str, names: Sequence[str], value: Any) -> Mask:
        """The rows that one filter lets through, from the contract's row of how it matches."""
        columns, first = self._columns, names[0]
        with columns.lock:
            match contract.PARAMETERS[name].match:
                case "tokens":
                    mask = np.ones(len(columns), dtype=bool)
                    for word in sorted(words(value), key=len, reverse=True):  # long ones are rare
                        texts = [columns.text(one) for one in names]
                        mask &= self._any_of([functools.partial(text.has_word, word, mask) for text in texts])
                case "contains":
                    mask = columns.text(first).contains(value)
                case "equals":
                    mask = columns.text(first).equal(value)
                case "one_of":
                    mask = columns.text(first).one_of(value)
                case "from" | "before" as bound:
                    instants, moment = columns.instants(first), microseconds(value) or 0
                    known = instants != np.iinfo(np.int64).min
                    mask = known & (instants >= moment if bound == "from" else instants < moment)
                case match:
                    numbers = columns.numbers(first)
                    for other in names[1:]:
                        numbers = np.where(np.isnan(numbers), columns.numbers(other), numbers)
                    if match == "present":
                        mask = np.isnan(numbers) != value
                    else:
                        mask = numbers >= value if match == "at_least" else numbers <= value
        return mask

    def _reads(self, name: str) -> list[str]:
        return [column for column in contract.PARAMETERS[name].reads if column in self._columns]

    def _read_by(self, name: str) -> list[str]:
        """The columns that a filter looks at; of several, those there are."""
        names = self._reads(name)
        if not names:
            self._columns.of(contract.PARAMETERS[name].reads[0])  # says what is missing
        return names

    # -- keys, and what is behind the frame ----------------------------------------------------------------------------

    @functools.cached_property
    def _has_ids(self) -> bool:
        """Whether `job_id` tells all rows apart."""
        if "job_id" not in self._columns:
            return False
        ids = self._columns.of("job_id")
        texts = ids.dtype != object or pd.api.types.infer_dtype(ids, skipna=False) == "string"
        return bool(texts and pd.api.types.is_string_dtype(ids.dtype) and ids.notna().all() and ids.is_unique)

    def _keys_of(self, places: Places) -> list[str]:
        if not self._has_ids:
            return [f"row-{place}" for place in places]
        return [str(name) for name in self._columns.of("job_id").iloc[places]]

    def _place(self, key: str) -> int:
        """Where a row is, by its key; by its id also where that is not the key."""
        number = key.removeprefix("row-")
        if not self._has_ids and number != key and number.isdecimal() and int(number) < len(self._frame):
            return int(number)
        if "job_id" in self._columns:
            with contextlib.suppress(UnicodeEncodeError):  # half of a pair of surrogates, which no column holds
                found = np.flatnonzero((self._columns.of("job_id") == key).to_numpy(dtype=bool, na_value=False))
                if len(found):
                    return int(found[0])
        raise NotFoundError(f"The frame has no row {visible_line(key)[:60]!r}.", hint="Keys are those of its job_id.")

    def _id_at(self, place: int) -> str | None:
        value = self._columns.of("job_id").iloc[place] if "job_id" in self._columns else None
        return value if isinstance(value, str) and value else None

    def _alone(self, place: int) -> Job:
        row = {name: self._columns.of(name).iloc[place] for name in self._columns}
        return job_of_row(row, of_this_library=self._card is not None)

    @functools.cached_property
    def _card(self) -> Card | None:
        try:
            return card(self._frame)
        except (BluedoorError, LookupError, TypeError):  # none, or one from a stranger's file that is no card
            return None

    @functools.cached_property
    def _sample(self) -> Client | None:
        """A client of the embedded sample, for a frame that came from it."""
        about = self._card
        if about is None or about["backend"].get("connect") != "sample":
            return None
        from ...connection import connect

        return connect("sample")


def _check(stop: threading.Event) -> None:
    if stop.is_set():
        raise StoppedError("Stopped before it was done.")


def _clock_of(frame: pd.DataFrame) -> dt.datetime | None:
    entries = frame.attrs.get(ATTRS_KEY)
    clock = entries.get("clock") if isinstance(entries, Mapping) else None
    return parse_instant(clock) if isinstance(clock, str) else None


def _is_part(about: Card | None) -> bool:
    """Whether a card says that more rows match than the frame has."""
    return about is not None and not about["derived"] and about["kind"] == "jobs" and not about["complete"]


def _whole_text(text: str) -> str:
    """Text that every column can hold: half of a pair of surrogates cannot be written."""
    return text.encode("utf-8", "replace").decode()
