"""The rows that a client finds: fetched a page at a time, as far as somebody looks, and remembered."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd

from ... import contract
from ...answer_card import Card, card
from ...backends.base import Request, search_parameters
from ...decode import parse_instant
from ...errors import BluedoorError, InvalidRequestError
from ...inert import one_line, visible_line
from ...progress import LoadProgress
from ...records import Job
from ...reproduction import filter_arguments, reproduce, request_entry
from ...wire.work import StoppedError, working
from .columns import Columns, sort_call
from .query import ViewQuery
from .rows import Answer, page_start
from .warned import BY_READER, as_notes

if TYPE_CHECKING:
    from ...client import Client

__all__ = ["ClientRows"]

_FIELDS = ("workplace_type", "country", "city", "department", "employment_type", "provider")
_KEPT = 8  # sets of filters whose rows are remembered
_SUGGESTED = 20  # companies
_NEWEST_FIRST = ("first_seen_at", False)  # the order that rows come in


@dataclass(frozen=True, slots=True)
class _Loaded:
    """The rows of one set of filters that came so far, and what was counted under them."""

    frame: pd.DataFrame
    card: Card
    notes: tuple[str, ...]
    columns: Columns

    @property
    def ended(self) -> bool:
        return self.card["next_cursor"] is None


class ClientRows:
    """The rows that a client's searches find, newest first. Thread-safe.

    Costs a request a page of 100 rows, when a page of the view needs it; the rows of the last eight sets of filters are
    remembered. Another order than newest first is that of the rows at hand, and a note says so. A filter that is not
    there does not hold: without `status`, postings of any status match. Warnings become notes.
    """

    filter_names: tuple[str, ...] = (*contract.PARAMETERS, "company")
    facet_fields: tuple[str, ...] = _FIELDS
    origin = "this answer"
    loose = False
    default_filters: Mapping[str, Any] = MappingProxyType({"status": "active"})

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._known: OrderedDict[str, _Loaded] = OrderedDict()
        self._counts: OrderedDict[tuple[str, str, int], pd.DataFrame] = OrderedDict()

    @property
    def label(self) -> str:
        """The backend, in its own words."""
        return str(self._client.backend.label)

    def __repr__(self) -> str:
        return f"<ClientRows: {visible_line(self.label)}>"

    # -- rows ----------------------------------------------------------------------------------------------------------

    def search(self, query: ViewQuery, *, stop: threading.Event) -> Answer:
        """The query's page, fetched if it is not at hand; where that fails, the rows before it stay, and it is said."""
        wanted = (query.page + 1) * query.page_size
        _check(stop)
        loaded, trouble = self._at_least(query, wanted, stop)
        _check(stop)
        frame, about = self._ordered(loaded, query), loaded.card
        first = page_start(query.page * query.page_size, len(frame), query.page_size)
        rows = frame.iloc[first : first + query.page_size]
        rows.attrs = {}  # the card is that of all rows at hand
        rows.index = pd.Index(rows["job_id"].astype(str), dtype=object)
        notes = [*loaded.notes, *self._about_order(loaded, query)]
        return Answer(
            rows,
            first,
            about["total"],
            capped=bool(about["capped"]),
            loaded=len(frame),
            complete=bool(about["complete"]) and not trouble,
            notes=tuple(dict.fromkeys(visible_line(note) for note in notes)),
            problem=visible_line(trouble),
            card=about,
        )

    def jobs(self, query: ViewQuery) -> pd.DataFrame:
        """The rows at hand that match, in the query's order, with their card; the first page is fetched if none is."""
        with self._lock:
            loaded = self._known.get(_key(query))
        if loaded is None:
            loaded, _ = self._at_least(query, 1, threading.Event())
        return self._ordered(loaded, query).copy(deep=False)

    def load(self, query: ViewQuery, *, stop: threading.Event, progress: Callable[[int, int | None], None]) -> None:
        """Fetch every row that matches. What came stays, also when it is stopped or fails.

        Raises
        ------
        CouldNotAskError, NotAuthorizedError, UnexpectedAnswerError
            Nothing more was to be had.
        """
        loaded, trouble = self._at_least(query, 1, stop)
        if loaded.ended or trouble:
            progress(len(loaded.frame), loaded.card["total"])
            return
        before = len(loaded.frame)
        total = loaded.card["total"]

        def tell(state: LoadProgress) -> None:
            if stop.is_set():  # a local backend sends nothing, and so is not stopped by its work
                raise StoppedError(BY_READER)
            progress(before + state.rows, total if state.expected is None else before + state.expected)

        with contextlib.suppress(StoppedError):  # before there was anything new
            self._go_on(query, loaded, None, stop, tell)
        with self._lock:
            came = self._known.get(_key(query), loaded)
        progress(len(came.frame), came.card["total"])

    def facet(self, field: str, query: ViewQuery, *, limit: int) -> pd.DataFrame:
        """The commonest values under the query's filters, as the backend counts them; one request, remembered.

        Raises
        ------
        InvalidRequestError
            The counts would not add up: a posting may match several of the values that are asked for.
        """
        if field not in self.facet_fields:
            raise InvalidRequestError(f"{field!r} is not counted here.", hint=f"Counted: {', '.join(_FIELDS)}.")
        key = (_key(query), field, limit)
        with self._lock:
            if key in self._counts:
                self._counts.move_to_end(key)
                return self._counts[key].copy(deep=False)
        name = next(facet.name for facet in contract.FACET_FIELDS.values() if facet.reads == field)
        with as_notes() as said:
            counts = self._client.facets(name, limit=limit, **_asked(query))
        counts.attrs["notes"] = [*counts.attrs["bluedoor"]["notes"], *said]
        with self._lock:
            self._counts[key] = counts
            while len(self._counts) > _KEPT * len(_FIELDS):
                self._counts.popitem(last=False)
        return counts.copy(deep=False)

    def choices(self, name: str) -> None:
        """Those of the contract."""

    def companies(self, beginning: str) -> list[str]:
        """Names of organisations that have this in them, as the backend finds them, the likeliest first."""
        if not any(char.isalnum() for char in beginning):
            return []
        with as_notes():
            found = self._client.find_orgs(beginning, limit=_SUGGESTED)
        return [str(name) for name in found["company"].dropna().unique()]

    # -- one posting ---------------------------------------------------------------------------------------------------

    def job(self, job_id: str) -> Job:
        """A posting's record: one request, or two."""
        with as_notes():
            return self._client.get_job(job_id)

    def events(self, job_id: str) -> pd.DataFrame:
        """A posting's events: one request."""
        with as_notes():
            return self._client.job_events(job_id)

    # -- as code -------------------------------------------------------------------------------------------------------

    def python(self, query: ViewQuery) -> str:
        """The Python that gives the rows at hand, and the request for all once all are; nothing is asked."""
        loaded, now = self._seen(query)
        arguments = query.arguments(now)
        q, status = arguments.pop("q", None), arguments.pop("status", None)
        said = [] if q is None else [repr(q)]
        said += [f"{name}={value!r}" for name, value in arguments.items()]
        if status != "active":
            said.append(f"status={status!r}")
        if loaded is not None:
            said.append(f"limit={None if loaded.card['complete'] else max(1, len(loaded.frame))}")
        backend = self._client.backend
        where = backend.base_url if backend.name == "api" else backend.name
        order = "" if loaded is None or _is_own_order(query) else sort_call(query.sort, loaded.columns)
        call = f"df = bd.connect({where!r}).search_jobs({', '.join(said)}){order}"
        first = "import pandas as pd\n" if "pd." in order else ""
        return f"{first}import bluedoor_tools as bd\n{call}"

    def curl(self, query: ViewQuery) -> str:
        """The request for the first page of these rows, and how it goes on; nothing is asked."""
        loaded, now = self._seen(query)
        if loaded is not None:
            return reproduce({**loaded.card, "derived": False}, "curl")
        checked, apart = query.checked(now)
        branch = checked.branches()[0]
        parameters = search_parameters(branch, cursor=None, limit=contract.PAGE_LIMIT, description=False, total=True)
        backend = self._client.backend
        written = reproduce(
            {
                "kind": "jobs",
                "backend": {"connect": backend.name, "name": backend.name, "label": backend.label,
                            "base_url": backend.base_url, "sends_key": backend.sends_key},
                "request": request_entry(Request("GET", contract.endpoint("search").path, parameters)),
                "call": {"function": "search_jobs", "first": "q", "arguments": filter_arguments(checked)},
                "derived": False,
                "pages": 1,
            },
            "curl",
        )  # fmt: skip
        about = one_line(f"# company={apart.get('company')!r} is looked up first, and sent as org_ids")
        return f"{written}\n{about}" if apart else written

    def _seen(self, query: ViewQuery) -> tuple[_Loaded | None, dt.datetime]:
        """What is at hand for these filters, and the clock that their ages count back from."""
        with self._lock:
            loaded = self._known.get(_key(query))
        clock = loaded.card["clock"] if loaded is not None else None
        return loaded, (parse_instant(clock) if clock else None) or self._client.backend.now()

    # -- loading -------------------------------------------------------------------------------------------------------

    def _at_least(self, query: ViewQuery, wanted: int, stop: threading.Event) -> tuple[_Loaded, str]:
        """So many rows at least, or all there are; where more could not be had, those there are and why."""
        with self._lock:
            loaded = self._known.get(_key(query))
            if loaded is not None:
                self._known.move_to_end(_key(query))
        if loaded is None:
            with working(stop=stop), as_notes() as said:
                limit = -(-wanted // contract.PAGE_LIMIT) * contract.PAGE_LIMIT
                frame = self._client.search_jobs(limit=limit, progress=False, **_asked(query))
            loaded = self._remember(query, frame, said)
        elif len(loaded.frame) < wanted and not loaded.ended:
            try:
                loaded = self._go_on(query, loaded, wanted - len(loaded.frame), stop, False)
            except StoppedError:
                raise
            except BluedoorError as error:
                return loaded, f"What comes after these {len(loaded.frame):,} rows could not be had: {error}"
        return loaded, ""

    def _go_on(
        self,
        query: ViewQuery,
        loaded: _Loaded,
        more: int | None,
        stop: threading.Event,
        progress: Callable[[LoadProgress], None] | bool,
    ) -> _Loaded:
        """So many rows more (None: all), behind those at hand."""
        limit = None if more is None else -(-more // contract.PAGE_LIMIT) * contract.PAGE_LIMIT
        with working(stop=stop), as_notes() as said:
            frame = self._client.resume(loaded.frame, limit=limit, progress=progress)
        return self._remember(query, frame, said)

    def _remember(self, query: ViewQuery, frame: pd.DataFrame, said: Sequence[str]) -> _Loaded:
        """Keep rows, unless more of them came meanwhile."""
        loaded = _Loaded(frame, card(frame), tuple(said), Columns(frame))
        key = _key(query)
        with self._lock:
            known = self._known.get(key)
            if known is None or len(known.frame) <= len(frame):
                self._known[key] = loaded
            self._known.move_to_end(key)
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return loaded

    def _ordered(self, loaded: _Loaded, query: ViewQuery) -> pd.DataFrame:
        if query.sort is None or _is_own_order(query):
            return loaded.frame
        return loaded.frame.iloc[loaded.columns.order(*query.sort)]

    def _about_order(self, loaded: _Loaded, query: ViewQuery) -> list[str]:
        if _is_own_order(query) or loaded.ended:
            return []
        total, capped = loaded.card["total"], loaded.card["capped"]
        of = "" if total is None else f" of {'at least ' if capped else ''}{total:,}"
        return [f"sorted among the {len(loaded.frame):,} rows loaded{of}; load all to sort all"]


def _check(stop: threading.Event) -> None:
    if stop.is_set():
        raise StoppedError("Stopped before it was done.")


def _key(query: ViewQuery) -> str:
    return json.dumps(query.filters, sort_keys=True)


def _asked(query: ViewQuery) -> dict[str, Any]:
    """The filters as arguments: without `status`, of any."""
    return {"status": None, **query.filters}


def _is_own_order(query: ViewQuery) -> bool:
    return query.sort is None or query.sort == _NEWEST_FIRST
