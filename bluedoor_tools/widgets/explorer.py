"""The explorer: postings seen, filtered, opened and followed without writing code, and the code to take along."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets
import pandas as pd

from ..completion import known_values, remember
from ..errors import BluedoorError, InvalidRequestError
from ..inert import visible_line
from .answer_view import AnswerView
from .facet_bars import FacetBars
from .form import FilterForm
from .grid import Grid
from .latest import Latest
from .query import ViewQuery
from .record import RecordView
from .rows import Answer, Rows
from .saving import SaveBar
from .summary import Summary, matching
from .timeline import Timeline
from .view import Act, View, still_html

if TYPE_CHECKING:
    from ..client import Client

__all__ = ["Explorer", "explore"]

_FACET_LIMIT = 8  # values of a field that are shown
_TYPING = 0.2  # seconds in which the next letter may come
_PATIENCE = 10.0  # seconds that the form without a kernel waits for its first rows
_FIELDS = ("q", "company", "location", "department", "workplace_type", "employment_type", "provider", "posted_after",
           "salary_min", "status")  # fmt: skip


class Explorer(ipywidgets.VBox):  # type: ignore[misc]
    """A view of postings: a form, counts, a grid, the chosen posting's record and events, and the code behind it all.

    Made by :func:`explore`. What it shows is data: `query` may be read, set and copied from code, and the view follows.

    Attributes
    ----------
    query : ViewQuery
        filters, order, page and chosen posting; set one from another view to show the same
    jobs : DataFrame
        the rows at hand that match, in the order shown, with their answer card
    answer : Answer or None
        the page shown: its rows, how many match and how far that goes; None before the first
    """

    def __init__(self, rows: Rows, query: ViewQuery) -> None:
        self.rows = rows
        self.answer: Answer | None = None
        self._query = query
        self._wait = 0.0
        self._counted: dict[str, Any] | None = None
        self._linked: list[tuple[View, Latest[None]]] = []
        self._stop_load = threading.Event()
        self.form = FilterForm(_shown_fields(rows), self._changed, self._suggest)
        self.summary = Summary()  # brings the style sheet of all
        self.facets, self.grid, self.about = FacetBars(styled=False), Grid(styled=False), AnswerView(styled=False)
        self.record, self.timeline = RecordView(styled=False), Timeline()
        self.bar = SaveBar(self._save_as, self.load, self._stop_load.set)
        self._searching = Latest(self._search, self._searched, self._failed, busy=self._busy)
        self._counting = Latest(self._count, self._counts_came, self._failed)
        self._opening = Latest(self._open, self._opened, self._open_failed, busy=self._opening_now)
        self._following = Latest(self._events, self.timeline.show_events, self._open_failed)
        self._suggesting = Latest(self._find, self._found, lambda _: None)
        self._loading = Latest(self._load, self._loaded, self._failed)
        for view in (self.summary, self.facets, self.grid, self.record, self.timeline):
            view.on_act(self._acted)
        self.form.clear.on_click(lambda _: self._clear())
        self.chosen = ipywidgets.VBox([self.record, self.timeline])
        self.chosen.add_class("bd-chosen")
        self.chosen.layout.display = "none"
        body = ipywidgets.HBox([self.facets, self.grid])
        body.add_class("bd-columns")
        super().__init__(children=[self.form, self.summary, body, self.chosen, self.bar, self.about])
        self.add_class("bd-explorer")
        self._query.observe(self._asked_anew, names=["filters", "sort", "page", "page_size"])
        self._query.observe(self._chosen_anew, names=["job_id"])
        self.form.show(query.filters)
        self._ask()
        if self._query.job_id:
            self._chosen_anew()

    # -- for code ------------------------------------------------------------------------------------------------------

    @property
    def query(self) -> ViewQuery:
        """The state of the view; a query that is put in its place is copied."""
        return self._query

    @query.setter
    def query(self, other: ViewQuery) -> None:
        self._query.become(other)

    @property
    def jobs(self) -> pd.DataFrame:
        """The rows at hand that match, in the order shown: of a frame all, of a client those read so far."""
        return self.rows.jobs(self._query)

    def load(self) -> None:
        """Read every row that matches, in the background; `stop` ends it, and what came stays."""
        self._stop_load.clear()
        self._loading.ask(self._query.copy(), wait=0.0)

    def stop(self) -> None:
        """Stop a load."""
        self._stop_load.set()

    def save(self, path: str | Path) -> Path:
        """Write `jobs` to a file, by its ending CSV, XLSX, Parquet, JSON or JSON lines; one that exists is replaced."""
        from ..files import save

        return save(self.jobs, path)

    def python(self) -> str:
        """The Python that gives the rows shown."""
        return self.rows.python(self._query)

    def curl(self) -> str:
        """The request that gives the rows shown, where one does."""
        return self.rows.curl(self._query)

    def link(self, view: View) -> View:
        """Have a view follow this one's rows, and this one the view's clicks; the view is handed back.

        Parameters
        ----------
        view
            of :func:`breakdown`, :func:`flows` or :func:`timeline`
        """
        redraw = getattr(view, "update_from", None)
        if redraw is None:
            raise InvalidRequestError(
                f"A {type(view).__name__} does not follow an explorer.",
                hint="Link a breakdown, a flows view or a timeline.",
            )

        def work(query: ViewQuery, _: threading.Event) -> None:
            redraw(self.rows, query)

        def failed(error: BaseException) -> None:
            view.problem = _said(error)

        following = Latest(work, lambda _: None, failed)
        self._linked.append((view, following))
        view.on_act(self._acted)
        following.ask(self._query.copy(), wait=0.0)
        return view

    def wait(self, seconds: float = 30.0) -> bool:
        """Wait until nothing is under way; whether that came about in time. For code that reads what is shown."""
        until = time.monotonic() + seconds
        while True:  # what ends may have begun something else
            works = self._works()
            if not all(work.idle(max(0.0, until - time.monotonic())) for work in works):
                return False
            if all(work.idle(0.0) for work in works):
                return True

    def _works(self) -> list[Latest[Any]]:
        own: list[Latest[Any]] = [self._loading, self._searching, self._counting, self._opening, self._following]
        own.append(self._suggesting)
        return own + [following for _, following in self._linked]

    def close(self) -> None:
        """End what is under way, and the view."""
        self._stop_load.set()
        for work in self._works():
            work.close()
        super().close()

    # -- what a reader does --------------------------------------------------------------------------------------------

    def _acted(self, act: Act) -> None:
        query = self._query
        match act.name:
            case "filter":
                self._toggle(json.loads(act.key))
            case "remove":
                query.set(**{act.key: None})
            case "clear":
                self._clear()
            case "open":
                query.job_id = act.key
            case "opened":  # a posting followed within the record: it stays open as it is
                self._following.ask(act.key, wait=0.0)
            case "close":
                query.job_id = None
            case "sort":
                query.sort_by(act.key)
            case "page":
                query.page = int(act.key)
            case "size":
                query.page_size = int(act.key)

    def _toggle(self, filters: Mapping[str, Any]) -> None:
        """What was clicked becomes a filter, or stops being one; a range of dates is set whole."""
        for name, value in filters.items():
            own = _FILTER_OF_EVENTS.get(name, name)
            if own.endswith(("_after", "_before")):
                same = self._query.filters.get(own) == value
                self._query.set(**{own: None if same else value})
            else:
                self._query.toggle(own, value)

    def _clear(self) -> None:
        self._query.set(**dict.fromkeys(self._query.filters))

    def _changed(self, filters: dict[str, Any], typed: bool) -> None:
        with self._waiting(_TYPING if typed else 0.0):
            try:
                self._query.set(**filters)
                self.summary.problem = ""
            except BluedoorError as error:
                self.summary.problem = _said(error)

    @contextlib.contextmanager
    def _waiting(self, seconds: float) -> Iterator[None]:
        self._wait = seconds
        try:
            yield
        finally:
            self._wait = 0.0

    # -- searching -----------------------------------------------------------------------------------------------------

    def _asked_anew(self, _: Any = None) -> None:
        self.form.show(self._query.filters)
        self._ask()

    def _ask(self) -> None:
        self._searching.ask(self._query.copy(), wait=self._wait)

    def _search(self, query: ViewQuery, stop: threading.Event) -> tuple[ViewQuery, Answer]:
        return query, self.rows.search(query, stop=stop)

    def _searched(self, found: tuple[ViewQuery, Answer]) -> None:
        query, answer = found
        self.answer = answer
        self.summary.problem = ""
        self.grid.show_answer(answer, query)
        self.summary.show_answer(self.rows.label, answer, query)
        self.about.show_answer(answer, self.rows.python(query), self.rows.curl(query))
        self.bar.show(answer)
        if query.filters != self._counted:
            self._counting.ask(query, wait=0.0)
            for _, following in self._linked:
                following.ask(query, wait=0.0)

    def _count(self, query: ViewQuery, stop: threading.Event) -> tuple[ViewQuery, dict[str, pd.DataFrame | str]]:
        counts: dict[str, pd.DataFrame | str] = {}
        for field in self.rows.facet_fields:
            if stop.is_set():
                break
            try:
                counts[field] = self.rows.facet(field, query, limit=_FACET_LIMIT)
            except BluedoorError as error:  # the rows stand without it
                counts[field] = _said(error)
        return query, counts

    def _counts_came(self, found: tuple[ViewQuery, dict[str, pd.DataFrame | str]]) -> None:
        query, counts = found
        self._counted = dict(query.filters)
        self.facets.show_counts(counts, query)
        for name in ("company", "department"):
            values = counts.get(name)
            if isinstance(values, pd.DataFrame):
                remember(name, map(str, values["value"]))
                self.form.offer(name, known_values(name))

    def _busy(self, busy: bool) -> None:
        self.grid.busy = self.summary.busy = busy

    def _failed(self, error: BaseException) -> None:
        self.summary.problem = _said(error)

    # -- the chosen posting --------------------------------------------------------------------------------------------

    def _chosen_anew(self, _: Any = None) -> None:
        self.grid.choose(self._query.job_id)
        if self._query.job_id is None:
            self.chosen.layout.display = "none"
        else:
            self._opening.ask(self._query.job_id, wait=0.0)

    def _open(self, job_id: str, _: threading.Event) -> tuple[Any, pd.DataFrame]:
        return self.rows.job(job_id), self.rows.events(job_id)

    def _events(self, job_id: str, _: threading.Event) -> pd.DataFrame:
        return self.rows.events(job_id)

    def _opened(self, found: tuple[Any, pd.DataFrame]) -> None:
        job, events = found
        self.record.problem = ""
        self.record.show_record(job)
        self.timeline.show_events(events)
        self.chosen.layout.display = None

    def _opening_now(self, busy: bool) -> None:
        self.record.busy = busy

    def _open_failed(self, error: BaseException) -> None:
        self.record.problem = _said(error)
        self.chosen.layout.display = None

    # -- suggestions, loads, files -------------------------------------------------------------------------------------

    def _suggest(self, beginning: str) -> None:
        self._suggesting.ask(beginning, wait=_TYPING)

    def _find(self, beginning: str, _: threading.Event) -> tuple[str, list[str]]:
        return beginning, self.rows.companies(beginning)

    def _found(self, found: tuple[str, list[str]]) -> None:
        beginning, names = found
        remember("company", names)
        self.form.offer("company", names)
        if any(name.casefold() == beginning.casefold() for name in names):
            self._changed({"company": beginning}, False)
        else:
            few = "none has that in its name" if not names else f"choose one of {len(names)} suggested"
            self.summary.problem = visible_line(f"Company {beginning[:40]!r} is not applied: {few}.")

    def _load(self, query: ViewQuery, _: threading.Event) -> ViewQuery:
        self.bar.begin()
        try:
            self.rows.load(query, stop=self._stop_load, progress=self.bar.progress)
        finally:
            self.bar.end()
        return query

    def _loaded(self, _: ViewQuery) -> None:
        self._ask()

    def _save_as(self, path: str) -> str:
        jobs = self.jobs
        written = self.save(path)
        return f"{len(jobs):,} rows written to {written}"

    # -- without a kernel ----------------------------------------------------------------------------------------------

    def to_html(self) -> str:
        """The rows, counts and card as HTML that runs nothing and fetches nothing."""
        self._searching.idle(_PATIENCE)
        self._counting.idle(_PATIENCE)
        return still_html(self.summary, (self.facets, self.grid), self.about)

    def to_text(self) -> str:
        """The rows shown, as text."""
        self._searching.idle(_PATIENCE)
        return "\n".join((self.summary.to_text(), self.grid.to_text()))

    def __repr__(self) -> str:
        said = matching(self.answer) if self.answer is not None else "searching"
        return f"<Explorer: {visible_line(self.rows.label)}: {said}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        return {**(bundle or {}), "text/plain": self.to_text(), "text/html": self.to_html()}


_FILTER_OF_EVENTS = {"observed_after": "first_seen_after", "observed_before": "first_seen_before"}


def _shown_fields(rows: Rows) -> tuple[str, ...]:
    return tuple(name for name in _FIELDS if name in rows.filter_names)


def _said(error: BaseException) -> str:
    if isinstance(error, BluedoorError):
        return visible_line(str(error))
    return f"The view failed ({type(error).__name__}): a defect of bluedoor-tools, please report it."


def explore(jobs: pd.DataFrame | Client | None = None, *, client: Client | None = None, **filters: Any) -> Explorer:
    """See, filter, open and follow postings in a notebook, without code; the code is there to be taken along.

    Costs, live: a request a page of 100 rows, and one for each of six counts whenever the filters change; of a frame
    nothing is asked, but the record of a posting that is opened.

    Parameters
    ----------
    jobs
        the postings: a DataFrame (of this library, or any with columns of its names, at least `title` or `job_id`), or
        a client to search live; by default the client that the module's functions use
    client
        beside a frame: whom to ask for the record and the events of a posting that is opened
    **filters
        as of :meth:`Client.search_jobs`; live, ``status="active"`` unless given

    Returns
    -------
    Explorer
        a widget, shown by the notebook; `explorer.jobs` is a DataFrame, `explorer.query` what is asked. Without a
        kernel (GitHub, nbconvert) the notebook shows the rows as a table.

    Raises
    ------
    InvalidRequestError
        `jobs` is neither, the frame lacks the columns (they are named), or a filter is wrong.

    Examples
    --------
    >>> import bluedoor_tools as bd
    >>> explorer = bd.explore(bd.connect("sample"), q="nurse", city="Boston")
    >>> explorer.wait()
    True
    >>> explorer.jobs["city"].unique().tolist()
    ['Boston']
    >>> explorer.close()
    """
    from ..client import Client
    from .client_rows import ClientRows
    from .frame_rows import FrameRows

    rows: Rows
    if isinstance(jobs, pd.DataFrame):
        rows = FrameRows(jobs, client=client)
        return Explorer(rows, ViewQuery(loose=rows.loose).set(**filters))
    if jobs is None or isinstance(jobs, Client):
        if jobs is not None and client is not None:
            raise InvalidRequestError("explore was given two clients.", hint="Give one.")
        if jobs is None and client is None:
            from ..default import default_client

            client = default_client()
        rows = ClientRows(jobs or client)  # type: ignore[arg-type]  # one of them is there
        return Explorer(rows, ViewQuery(loose=rows.loose).set(**{"status": "active", **filters}))
    raise InvalidRequestError(
        f"explore takes a DataFrame or a client, not {type(jobs).__name__}.",
        hint="bd.explore(df), bd.explore(bd.connect('sample')), or bd.explore(q='nurse').",
    )
