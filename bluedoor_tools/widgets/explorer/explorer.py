"""The explorer: postings seen, filtered, opened and followed without writing code, and the code to take along."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ipywidgets
import pandas as pd

from ...arguments import values_of
from ...completion import known_values, remember
from ...errors import BluedoorError, InvalidRequestError
from ...inert import counted, visible_line
from ..latest import Latest
from ..rows.query import ViewQuery
from ..rows.rows import Answer, Rows
from ..view import Act, View, still_html
from .acts import apply
from .answer_view import AnswerView
from .chosen import ChosenPosting
from .companies import Companies
from .facet_bars import FacetBars
from .facet_counts import FacetCounts
from .form import FilterForm
from .grid import Grid
from .linked import Linked
from .saving import SaveBar
from .summary import Summary, matching

__all__ = ["Explorer"]

_TYPING = 0.2  # seconds in which the next letter may come
_PATIENCE = 5.0  # seconds that the form without a kernel waits for rows and counts
_FIELDS = ("q", "company", "location", "department", "workplace_type", "employment_type", "provider", "posted_after",
           "salary_min", "status")  # fmt: skip


class Explorer(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
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
        self._chosen_from = False  # whether the form has the rows' own values to choose from
        self._asking = threading.Lock()  # so that who asks last has read the query last
        self._asked: ViewQuery | None = None
        self._asked_at = time.monotonic()
        self._linked = Linked(rows, self._acted)
        fields = [name for name in _FIELDS if name in rows.filter_names]
        self.form = FilterForm(fields, self._changed, self._suggest)
        self.summary = Summary()  # brings the style sheet of all
        self.facets, self.grid, self.about = FacetBars(styled=False), Grid(styled=False), AnswerView(rows.origin)
        self.chosen = ChosenPosting(rows)
        self.record, self.timeline = self.chosen.record, self.chosen.timeline
        self.bar = SaveBar(self._save_as, self.load, self.stop)
        self._searching = Latest(self._search, self._searched, self._failed, busy=self._busy)
        self._counts = FacetCounts(rows, self.facets, self._counts_came)
        self._companies = Companies(rows, self.form, self._company_is, self._company_is_not)
        self._loading = Latest(self._load, self._loaded, self._say, busy=self.bar.under_way)
        for view in (self.summary, self.facets, self.grid, self.record, self.timeline):
            view.on_act(self._acted)
        self.form.clear.on_click(lambda _: self._clear())
        body = ipywidgets.HBox([self.facets, self.grid])
        body.add_class("bd-columns")
        super().__init__(children=[self.form, self.summary, body, self.chosen, self.bar, self.about])
        self.add_class("bd-explorer")
        self.summary.show_searching(rows.label)
        self._query.observe(self._asked_anew, names=["filters", "sort", "page", "page_size"])
        self._query.observe(self._chosen_anew, names=["job_id"])
        self.form.show(query.filters)
        self._ask()
        if self._query.job_id is not None:
            self._chosen_anew()

    # -- for code ------------------------------------------------------------------------------------------------------

    @property
    def query(self) -> ViewQuery:
        """The state of the view; a query that is put in its place is copied."""
        return self._query

    @query.setter
    def query(self, other: ViewQuery) -> None:
        if not isinstance(other, ViewQuery):
            raise InvalidRequestError(
                f"The query of a view is another view's, not {type(other).__name__}.",
                hint="explorer.query.set(city='Boston') sets filters.",
            )
        self._query.become(other)

    @property
    def jobs(self) -> pd.DataFrame:
        """The rows at hand that match, in the order shown: of a frame all, of a client those read so far."""
        return self.rows.jobs(self._query)

    def load(self) -> None:
        """Read every row that matches, in the background; `stop` and other filters end it, and what came stays."""
        self._loading.ask(self._query.copy(), wait=0.0)

    def stop(self) -> None:
        """Stop a load."""
        self._loading.stop()

    def save(self, path: str | Path) -> Path:
        """Write `jobs` to a file, by its ending CSV, XLSX, Parquet, JSON or JSON lines; one that exists is replaced."""
        from ...files import save

        return save(self.jobs, path)

    def python(self) -> str:
        """The Python that gives the rows shown."""
        return self.rows.python(self._query)

    def curl(self) -> str:
        """The request that gives the rows shown, where one does."""
        return self.rows.curl(self._query)

    def link(self, view: View) -> View:
        """Have a view follow this one's rows, and this one the view's clicks; the view is handed back.

        A view follows one explorer, the one it was linked to last; one that is closed is let go.

        Parameters
        ----------
        view
            of :func:`breakdown`, :func:`flows` or :func:`timeline`, or a :func:`record`, which shows the chosen posting

        Raises
        ------
        InvalidRequestError
            Another view, which does not follow.
        """
        self._linked.add(view, None if self.answer is None else self._query.copy())
        return view

    def wait(self, seconds: float = 30.0) -> bool:
        """Wait until nothing is under way; whether that came about in time. For code that reads what is shown."""
        until = time.monotonic() + seconds

        while True:  # what ends may have begun something else
            waits = [self.record.wait, *(work.idle for work in self._works())]
            if not all(idle(max(0.0, until - time.monotonic())) for idle in waits):
                return False
            if all(idle(0.0) for idle in waits):
                return True

    def _works(self) -> list[Latest[Any]]:
        own: list[Latest[Any]] = [self._companies.looking, self._loading, self._searching, self._counts.counting]
        return [*own, self.chosen.opening, self.bar.writing, *self._linked.works]

    def close(self) -> None:
        """End what is under way, and every part of the view; views that were linked stay, on their own."""
        for work in self._works():
            work.close()
        self._linked.close()
        for part in self.children:
            _close(part)
        super().close()

    # -- what a reader does --------------------------------------------------------------------------------------------

    def _acted(self, act: Act) -> None:
        if act.name == "opened":  # within the record
            self.chosen.follow(act.key)
        elif act.name == "clear":
            self._clear()
        elif act.name == "again":
            self._ask()
        elif act.name == "open" and act.key == self._query.job_id:  # it may have been left for another, or have failed
            self._chosen_anew()
        else:
            apply(act, self._query, [] if self.answer is None else list(map(str, self.answer.rows.columns)))

    def _clear(self) -> None:
        self._query.set(**{**dict.fromkeys(self._query.filters), **self.rows.default_filters})

    def _suggest(self, beginning: str) -> None:
        self._companies.suggest(beginning)

    def _company_is(self, name: str) -> None:
        self._changed({"company": name}, False)

    def _company_is_not(self, why: str) -> None:
        applied = self._query.filters.get("company")
        still = f" Still applied: {', '.join(values_of('company', applied))}." if applied is not None else ""
        self.summary.problem = visible_line(f"{why}{still}")

    def _changed(self, filters: dict[str, Any], typed: bool) -> None:
        with self._waiting(_TYPING if typed else 0.0):
            try:
                self._query.set(**filters)
                self.summary.problem = ""
            except BluedoorError as error:
                self._say(error)

    @contextlib.contextmanager
    def _waiting(self, seconds: float) -> Iterator[None]:
        self._wait = seconds
        try:
            yield
        finally:
            self._wait = 0.0

    # -- searching -----------------------------------------------------------------------------------------------------

    def _asked_anew(self, change: Any) -> None:
        if change["name"] == "filters":
            self._loading.stop()  # its rows are not those that are shown now
            self.form.show(self._query.filters)
        if self._query != self._asked:  # one change may be told of several times: of filters, and the page
            self._ask()

    def _ask(self) -> None:
        with self._asking:
            self._asked = self._query.copy()
            self._asked_at = time.monotonic()
            self._searching.ask(self._asked.copy(), wait=self._wait)

    def _search(self, query: ViewQuery, stop: threading.Event) -> tuple[ViewQuery, Answer]:
        return query, self.rows.search(query, stop=stop)

    def _searched(self, found: tuple[ViewQuery, Answer]) -> None:
        query, answer = found
        self._turn_to(answer.first // query.page_size, query)
        self.answer = answer
        self.summary.problem, self.grid.problem = "", answer.problem
        self._counts.follow(query)
        self._linked.follow(query, answer.loaded)
        self.grid.show_answer(answer, query)
        self.summary.show_answer(self.rows.label, answer, query)
        self.about.show_answer(answer, self.rows.python(query), self.rows.curl(query))
        self.bar.show(answer)
        if not self._chosen_from:
            self._chosen_from = True
            for field in self.form.choices:
                self.form.choose_from(field, self.rows.choices(field))

    def _turn_to(self, page: int, asked: ViewQuery) -> None:
        """The page that came is the view's: the last at hand, of one that is not there or could not be had."""
        with self._asking:
            now = self._query.copy()
            asked.job_id = now.job_id  # what is opened meanwhile changes no page
            is_other = page != asked.page and now == asked
            asked.page = now.page = page
            if is_other:
                self._asked = now
        if is_other:
            self._query.page = page
            if self._query.filters != asked.filters:  # set in just this moment, and begun at the first page
                self._query.page = 0

    def _counts_came(self, name: str, counts: pd.DataFrame) -> None:
        if name in {"company", "department"}:
            remember(name, map(str, counts["value"]))
            self.form.offer(name, known_values(name))

    def _busy(self, busy: bool) -> None:
        self.grid.busy = self.summary.busy = busy

    def _failed(self, error: BluedoorError) -> None:
        self.summary.show_failed(self.rows.label)
        self._say(error)

    def _say(self, error: BluedoorError) -> None:
        self.summary.problem = visible_line(str(error))

    def _chosen_anew(self, _: Any = None) -> None:
        self.grid.choose(self._query.job_id)
        self.chosen.choose(self._query.job_id)
        self._linked.choose(self._query.copy())

    # -- loads, files --------------------------------------------------------------------------------------------------

    def _load(self, query: ViewQuery, stop: threading.Event) -> None:
        self.rows.load(query, stop=stop, progress=lambda *far: None if stop.is_set() else self.bar.progress(*far))

    def _loaded(self, _: None) -> None:
        self._ask()

    def _save_as(self, path: str) -> str:
        from ...files import save

        jobs, shown = self.jobs, self.answer
        written = save(jobs, path)
        part = "" if shown is None or shown.complete else f", not all that match: {matching(shown)}"
        return f"{counted(len(jobs), 'row')} written to {written}{part}"

    # -- without a kernel ----------------------------------------------------------------------------------------------

    def to_html(self) -> str:
        """The rows, counts and card as HTML that runs nothing and fetches nothing."""
        self._settle()
        return still_html(self.summary, (self.facets, self.grid), self.about)

    def to_text(self) -> str:
        """The rows shown, as text."""
        self._settle()
        problem = [view.problem for view in (self.summary, self.grid) if view.problem]
        return "\n".join([*problem, self.summary.to_text(), self.grid.to_text()])

    def _settle(self) -> None:
        """Wait for rows and counts, but not for long: meanwhile the notebook shows nothing at all."""
        for work in (self._searching, self._counts.counting):
            work.idle(max(0.0, self._asked_at + _PATIENCE - time.monotonic()))

    def __repr__(self) -> str:
        said = matching(self.answer) if self.answer is not None else self.summary.problem or "searching"
        return f"<Explorer: {visible_line(self.rows.label)}: {said}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        return {**(bundle or {}), "text/plain": self.to_text(), "text/html": self.to_html()}


def _close(widget: Any) -> None:
    """End a widget and those in it: ipywidgets holds on to every one that is not."""
    for part in getattr(widget, "children", ()):
        _close(part)
    widget.close()
