"""The explorer, by its traits: what a reader does changes the query, and every part of the view follows it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest

import bluedoor_tools as bd
from bluedoor_tools.client import Client
from bluedoor_tools.widgets import Explorer
from bluedoor_tools.widgets.rows.frame_rows import FrameRows
from bluedoor_tools.widgets.rows.query import ViewQuery
from bluedoor_tools.widgets.tree import text_of
from bluedoor_tools.widgets.view import View
from tests.api_face import FaceData, InProcessTransport
from tests.clients import client_of, client_through, ids
from tests.large_data import postings

HOSTILE = "<img src=x onerror=alert(1)>"


@contextmanager
def exploring(jobs: Any = None, **filters: Any) -> Iterator[Explorer]:
    """An explorer that has answered; closed at the end."""
    explorer = bd.explore(jobs, **filters)
    try:
        assert explorer.wait()
        yield explorer
    finally:
        explorer.close()


def shown(*views: View) -> str:
    """All text of some views."""
    return " ".join(text_of(node) for view in views for node in view.tree)


def rows_of(explorer: Explorer) -> list[str]:
    """The keys of the rows in the grid."""
    keys: list[str] = []

    def look(node: Any) -> None:
        if isinstance(node, list):
            if node[1].get("data-act") == "open":
                keys.append(node[1]["data-key"])
            for child in node[2:]:
                look(child)

    for node in explorer.grid.tree:
        look(node)
    return list(dict.fromkeys(keys))


def test_it_shows_what_the_function_gives(sample: Client) -> None:
    """The rows, their order and their total are those of search_jobs under the same filters."""
    jobs = sample.search_jobs("nurse", country="United States", limit=25)
    total = bd.card(jobs)["total"]
    with exploring(sample, q="nurse", country="United States") as explorer:
        assert rows_of(explorer) == ids(jobs)
        assert f"{total:,} postings match" in shown(explorer.summary)
        assert "synthetic sample" in shown(explorer.summary)
        assert explorer.answer is not None and explorer.answer.total == total
        assert ids(explorer.jobs)[:25] == ids(jobs)
        assert bd.card(explorer.jobs)["total"] == total


def test_a_frame_is_explored_without_a_client(sample: Client) -> None:
    """Of a DataFrame the rows are its own, in its order, and all of them are at hand."""
    frame = sample.search_jobs(city="Boston", limit=None, status="any")
    plain = pd.DataFrame({"title": frame["title"].tolist(), "city": frame["city"].tolist()})
    with exploring(plain, q="nurse") as explorer:
        wanted = sample.search_jobs("nurse", city="Boston", limit=None, status="any")
        assert sorted(explorer.jobs["title"]) == sorted(wanted["title"])
        assert explorer.answer is not None and explorer.answer.complete
        assert "provider" not in explorer.form.fields  # there is no such column to filter by


def test_the_form_filters_and_shows_what_code_has_set(sample: Client) -> None:
    """What is typed or chosen becomes a filter; what code sets stands in the form."""
    with exploring(sample) as explorer:
        explorer.form.fields["q"].value = "nurse"
        explorer.form.fields["workplace_type"].value = "on_site"
        explorer.form.fields["posted_after"].value = "90d"
        explorer.form.fields["salary_min"].value = "20"
        assert explorer.wait()
        asked: dict[str, Any] = {"q": "nurse", "workplace_type": "on_site", "posted_after": "90d", "salary_min": 20.0}
        assert explorer.query.filters == {"status": "active", **asked}
        assert ids(explorer.jobs) == ids(sample.search_jobs(**asked, limit=100)) and len(explorer.jobs)
        explorer.query.set(q="engineer", city=["Boston", "Berlin"], posted_after="2026-05-01", salary_min=None)
        assert explorer.wait()
        fields = explorer.form.fields
        assert (fields["q"].value, fields["salary_min"].value) == ("engineer", "")
        assert fields["posted_after"].value == "2026-05-01"
        assert explorer.query.filters["posted_after"] == "2026-05-01"  # showing it changed nothing
        assert "city=Boston, Berlin" in shown(explorer.summary) or "city=Berlin, Boston" in shown(explorer.summary)
        explorer.form.clear.click()
        assert explorer.wait()
        assert explorer.query.filters == {"status": "active"}  # as a view begins
        assert fields["q"].value == "" and fields["status"].value == "active"


def test_a_wrong_value_in_the_form_is_said_and_changes_nothing(sample: Client) -> None:
    """What is no number is refused in the view, by name; the rows stay."""
    with exploring(sample, q="nurse") as explorer:
        before = rows_of(explorer)
        explorer.form.fields["salary_min"].value = "much"
        assert explorer.wait()
        assert "salary_min='much' is not a number" in explorer.summary.problem
        assert "salary_min" not in explorer.query.filters and rows_of(explorer) == before
        with pytest.raises(bd.InvalidRequestError, match="Did you mean 'city'"):
            explorer.query.set(citty="Boston")
        with pytest.raises(bd.InvalidRequestError, match="Did you mean 'city'"):
            bd.explore(sample, citty="Boston")


def test_a_company_is_suggested_and_taken_once_it_is_whole(sample: Client) -> None:
    """The beginning of a name asks for suggestions and says that it is not applied; a whole name filters."""
    with exploring(sample) as explorer:
        explorer.form.fields["company"].value = "corvenm"
        assert explorer.wait()
        assert "Corvenmoor Health" in explorer.form.fields["company"].options
        assert "not applied" in explorer.summary.problem and "company" not in explorer.query.filters
        explorer.form.fields["company"].value = "Corvenmoor Health"
        assert explorer.wait()
        assert not explorer.summary.problem
        assert set(explorer.jobs["company"]) == {"Corvenmoor Health"}
        explorer.form.fields["company"].value = "zzzz"
        assert explorer.wait()
        assert "none has that in its name. Still applied: Corvenmoor Health." in explorer.summary.problem


def test_a_click_on_a_count_filters_and_another_takes_it_back(sample: Client) -> None:
    """Counts are those of `facets` under the present filters; a second value is added, a second click removes."""
    with exploring(sample, q="nurse") as explorer:
        counts = sample.facets("city", q="nurse", limit=8)
        text = shown(explorer.facets)
        assert all(f"{value}{count}" in text.replace(" ", "") for value, count in
                   zip(counts["value"].str.replace(" ", ""), counts["count"], strict=True))  # fmt: skip
        first, second = counts["value"][:2]
        explorer.facets.act("filter", json.dumps({"city": first}))
        assert explorer.wait()
        assert explorer.query.filters["city"] == first and set(explorer.jobs["city"]) == {first}
        explorer.facets.act("filter", json.dumps({"city": second}))
        assert explorer.wait()
        assert set(explorer.jobs["city"]) == {first, second}
        explorer.facets.act("filter", json.dumps({"city": first}))
        assert explorer.wait()
        assert explorer.query.filters["city"] == second
        explorer.summary.act("remove", "city")
        assert explorer.wait()
        assert "city" not in explorer.query.filters


def test_pages_and_orders_are_those_of_the_rows(sample: Client) -> None:
    """Paging goes through all rows once, without asking for counts again; a click on a header sorts."""
    jobs = sample.search_jobs("nurse", limit=None, status="any")
    with exploring(jobs) as explorer:
        met: list[str] = []
        explorer.grid.act("size", "50")
        for page in range(-(-len(jobs) // 50)):
            explorer.grid.act("page", str(page))
            assert explorer.wait()
            met += rows_of(explorer)
        assert met == ids(jobs)
        explorer.grid.act("sort", "title")
        assert explorer.wait()
        assert explorer.query.page == 0
        titles = [title.casefold() for title in explorer.jobs["title"]]
        assert titles == sorted(titles)
        explorer.grid.act("sort", "title")
        assert explorer.wait()
        assert [title.casefold() for title in explorer.jobs["title"]] == sorted(titles, reverse=True)


def test_a_posting_is_opened_with_its_events(sample: Client) -> None:
    """A click on a row shows the record's page and its timeline under the grid; closing hides them."""
    with exploring(sample, q="nurse") as explorer:
        assert explorer.chosen.layout.display == "none"
        job_id = rows_of(explorer)[3]
        explorer.grid.act("open", job_id)
        assert explorer.wait()
        assert explorer.chosen.layout.display is None
        record = sample.get_job(job_id)
        assert record.title in shown(explorer.record)
        assert "Opened" in shown(explorer.timeline)
        explorer.query.job_id = None
        assert explorer.chosen.layout.display == "none"
        explorer.query.job_id = "0" * 40
        assert explorer.wait()
        assert "no job" in explorer.record.problem


def test_the_query_is_data(sample: Client) -> None:
    """A view's state is copied, compared and put into another view, which then shows the same."""
    with exploring(sample, q="nurse") as one, exploring(sample, q="engineer") as other:
        one.query.set(city="Boston").sort_by("title")
        other.query = one.query
        assert other.query == one.query and other.query is not one.query
        assert one.wait() and other.wait()
        assert rows_of(one) == rows_of(other)
        mine = one.query.copy()
        mine.set(city=None)
        assert one.query.filters["city"] == "Boston"


def test_its_code_gives_its_rows(sample: Client) -> None:
    """The Python that is copied gives the rows that are shown, and curl the request behind them."""
    with exploring(sample, q="nurse", city="Boston") as explorer:
        code = explorer.python()
        assert "bd.connect('sample')" in code and "search_jobs(" in code
        names: dict[str, Any] = {}
        exec(code, names)
        assert ids(names["df"])[:3] == rows_of(explorer)[:3]
        assert explorer.curl().startswith("curl ") and "city=Boston" in explorer.curl()
        assert code.splitlines()[-1] in shown(explorer.about)
    frame = sample.search_jobs("nurse", limit=50)
    with exploring(frame, city="Boston") as explorer:
        exec(explorer.python(), names)
        assert ids(names["jobs"]) == ids(explorer.jobs)


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_the_rows_are_saved(sample: Client, tmp_path: Path, ending: str) -> None:
    """The button writes the rows at hand, and says how many and where; a wrong ending is said, too."""
    with exploring(sample, q="nurse", city="Boston") as explorer:
        path = tmp_path / f"jobs.{ending}"
        explorer.bar.path.value = str(path)
        explorer.bar.save.click()
        assert explorer.bar.said.value == "writing …" and explorer.wait()
        assert explorer.bar.said.value == f"{len(explorer.jobs)} rows written to {path}"
        again = pd.read_excel(path) if ending == "xlsx" else bd.read_jobs(path)
        assert again["job_id"].tolist() == ids(explorer.jobs)
        explorer.bar.path.value = str(tmp_path / "jobs.pdf")
        explorer.bar.save.click()
        assert explorer.wait()
        assert "There is no format 'pdf'" in explorer.bar.said.value


def many() -> FaceData:
    """Enough postings for several pages of the API."""
    return postings(250)


def test_all_rows_are_loaded_from_an_api(sample: Client) -> None:
    """Live, rows come a page at a time; another order is that of those at hand, and says so, until all are loaded."""
    client, _ = client_of(many())
    with client, exploring(client) as explorer:
        assert explorer.answer is not None and explorer.answer.loaded == 100 and not explorer.answer.complete
        explorer.grid.act("sort", "title")
        assert explorer.wait()
        assert "sorted" in shown(explorer.summary) and "100" in shown(explorer.summary)
        explorer.bar.load.click()
        assert explorer.wait()
        assert explorer.answer.complete and len(explorer.jobs) == 250 and explorer.bar.load.disabled
        assert (explorer.bar.bar.value, explorer.bar.bar.max) == (250, 250)
        assert explorer.bar.stop.layout.display == "none"


def breakable() -> tuple[Client, threading.Event]:
    """A client of which every search fails while the event is set."""
    broken = threading.Event()

    def alter(request: httpx.Request, inner: InProcessTransport) -> httpx.Response:
        if broken.is_set() and request.url.path.endswith("/jobs/search"):
            return httpx.Response(503, request=request, json={"error": "away"})
        return inner.handle_request(request)

    client, _ = client_through(many(), alter)
    return client, broken


def test_an_api_error_in_mid_paging_keeps_the_rows() -> None:
    """A page that cannot be had is said in the view; the rows that came stay, and it goes on when the API does."""
    client, broken = breakable()
    with client, exploring(client) as explorer:
        before = rows_of(explorer)
        broken.set()
        for page in "1234":
            explorer.grid.act("page", page)
            assert explorer.wait()
        assert "503" in explorer.grid.problem and "503" in explorer.to_text() and "503" in explorer.to_html()
        assert explorer.query.page == 3, "the page that is shown"
        assert len(explorer.jobs) == 100 and not explorer.answer.complete  # type: ignore[union-attr]
        last = rows_of(explorer)
        explorer.query.job_id = last[0]
        explorer.grid.act("page", "4")
        assert explorer.wait()
        assert "503" in explorer.grid.problem and explorer.query.page == 3 and explorer.query.job_id == last[0]
        broken.clear()
        explorer.grid.act("page", "4")
        assert explorer.wait()
        assert not explorer.grid.problem and explorer.query.page == 4 and rows_of(explorer)
        assert not {*rows_of(explorer)} & {*before, *last}


def test_what_failed_can_be_asked_again() -> None:
    """The first search, and one that another filter asked for, below what was answered before."""
    client, broken = breakable()
    broken.set()
    with client, exploring(client) as explorer:
        assert "503" in explorer.summary.problem and "no answer" in explorer.to_text()
        assert "No answer yet" in shown(explorer.summary) and "Try again" in shown(explorer.summary)
        broken.clear()
        explorer.summary.act("again")
        assert explorer.wait()
        assert rows_of(explorer) and not explorer.summary.problem and "Try again" not in shown(explorer.summary)
        broken.set()
        explorer.query.set(country="Ireland")
        assert explorer.wait()
        assert "503" in explorer.summary.problem and "250 postings match" in shown(explorer.summary)
        broken.clear()
        explorer.summary.act("again")
        assert explorer.wait()
        assert "country=Ireland" in shown(explorer.summary) and not explorer.summary.problem


class Held(FrameRows):
    """Rows of which one search waits until it is let go."""

    def __init__(self, frame: pd.DataFrame) -> None:
        super().__init__(frame)
        self.begun, self.go_on = threading.Event(), threading.Event()

    def search(self, query: ViewQuery, *, stop: threading.Event) -> Any:
        """Wait where the query is the slow one."""
        if query.filters.get("q") == "slow":
            self.begun.set()
            assert self.go_on.wait(30)
        return super().search(query, stop=stop)


def test_clicks_during_a_slow_search_win(sample: Client) -> None:
    """What is asked later is shown, also when the answer to what was asked before comes after it."""
    frame = pd.DataFrame({"title": ["slow nurse", "quick cook"], "job_id": ["a", "b"]})
    rows = Held(frame)
    explorer = Explorer(rows, ViewQuery())
    try:
        assert explorer.wait()
        explorer.query.set(q="slow")
        assert rows.begun.wait(30)
        explorer.query.set(q="quick")
        assert explorer.wait()
        assert rows_of(explorer) == ["b"]
        rows.go_on.set()
        assert explorer.wait()
        assert rows_of(explorer) == ["b"] and explorer.answer is not None and explorer.answer.total == 1
    finally:
        rows.go_on.set()
        explorer.close()


def test_linked_views_follow_and_filter(sample: Client) -> None:
    """A linked breakdown counts the rows shown, and a click in it filters them; a timeline opens postings."""
    jobs = sample.search_jobs("nurse", limit=None)
    events = sample.search_events(observed_after="52w", limit=None)
    with exploring(jobs) as explorer:
        bars = explorer.link(bd.breakdown(jobs, "city"))
        lanes, weeks = explorer.link(bd.timeline(events)), explorer.link(bd.flows(events))
        assert explorer.wait()
        city = jobs["city"].mode()[0]
        bars.act("filter", json.dumps({"city": city}))
        assert explorer.wait()
        assert set(explorer.jobs["city"]) == {city}
        explorer.query.set(workplace_type="on_site")
        assert explorer.wait()
        counts = bars.frame.set_index("value")["count"]
        assert counts[city] == len(explorer.jobs)
        assert "postings" in shown(lanes) and "postings" in shown(weeks)
        lanes.act("open", ids(explorer.jobs)[0])
        assert explorer.query.job_id == ids(explorer.jobs)[0]
    with exploring(jobs) as explorer, pytest.raises(bd.InvalidRequestError, match="does not follow"):
        explorer.link(explorer.summary)


def test_without_a_kernel_the_rows_are_still_there(sample: Client) -> None:
    """The notebook keeps a table, its counts and its card as HTML and text, with nothing that runs or loads."""
    with exploring(sample, q="nurse", city="Boston") as explorer:
        bundle = explorer._repr_mimebundle_()
        bundle = bundle[0] if isinstance(bundle, tuple) else bundle
        html, text = bundle["text/html"], bundle["text/plain"]
        for title in explorer.jobs["title"]:
            assert title in html and title in text
        assert "application/vnd.jupyter.widget-view+json" in bundle
        assert "synthetic sample" in html and "3 postings match" in text
        assert "<script" not in html and "<button" not in html and "src=" not in html


def test_hostile_fields_are_text(sample: Client) -> None:
    """Markup in any field is shown as it is written, in every part of the view."""
    frame = pd.DataFrame({
        "job_id": ["a", "b"], "title": [HOSTILE, "\u202eevil"], "company": ["<b>", "شركة 🧪"],
        "city": [HOSTILE, HOSTILE], "location_text": [HOSTILE, None], "description_text": [HOSTILE, HOSTILE],
    })  # fmt: skip
    with exploring(frame, company="<b>") as explorer:
        assert rows_of(explorer) == ["a"]
        explorer.query.set(company=None)
        explorer.grid.act("open", "a")
        assert explorer.wait()
        assert HOSTILE in shown(explorer.grid) and HOSTILE in shown(explorer.facets)
        html = explorer.to_html() + explorer.record.to_html()
        assert "<img" not in html and "<b>" not in html and "&lt;img" in html
        assert "\u202e" not in html + shown(explorer.grid)


@pytest.mark.parametrize("filters", [{"q": "zzzz"}, {"city": "Nowhere"}])
def test_an_empty_result_says_so(sample: Client, filters: dict[str, str]) -> None:
    """Where nothing matches the grid says it, and a click takes the filters away."""
    with exploring(sample, **filters) as explorer:
        assert explorer.answer is not None and explorer.answer.total == 0
        assert "0 postings match" in shown(explorer.summary) and "Nothing matches" in shown(explorer.grid)
        explorer.grid.act("clear")
        assert explorer.wait()
        assert rows_of(explorer)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (pd.DataFrame({"name": ["x"]}), "title or job_id.*has name"),
        (pd.DataFrame({"Job Title": ["x"]}), r"rename\(columns={'Job Title': 'title'}\)"),
        (["x"], "takes a DataFrame or a client, not list"),
        (pd.DataFrame(), "title or job_id"),
    ],
)
def test_what_is_no_frame_of_postings_is_refused(given: Any, said: str) -> None:
    """The error names the columns that are looked for, and those that are there."""
    with pytest.raises(bd.InvalidRequestError, match=said):
        bd.explore(given)


def test_an_empty_frame_with_the_columns_is_explored() -> None:
    """No rows are an answer, too."""
    with exploring(pd.DataFrame({"title": [], "job_id": []})) as explorer:
        assert explorer.answer is not None and explorer.answer.total == 0


def test_without_a_client_the_default_one_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """`bd.explore()` alone searches where the module's functions do."""
    monkeypatch.setenv("BLUEDOOR_BACKEND", "sample")
    with exploring(None, city="Boston") as explorer:
        assert "synthetic sample" in repr(explorer) and set(explorer.jobs["city"]) == {"Boston"}


def test_closing_ends_what_is_under_way(sample: Client) -> None:
    """A closed explorer asks nothing any more."""
    explorer = bd.explore(sample)
    explorer.close()
    asked: list[str] = []
    wait: Callable[[], bool] = explorer.wait
    explorer.query.observe(lambda change: asked.append(change["name"]))
    explorer.query.set(q="nurse")
    assert wait() and "filters" in asked


def test_what_was_clicked_just_before_a_redraw_still_counts(sample: Client) -> None:
    """A click on a count that arrives after new counts came filters; one on a page of other rows is dropped."""
    with exploring(sample, q="nurse") as explorer:
        sent: list[Any] = []
        explorer.facets.send = sent.append
        old = {"act": "filter", "key": json.dumps({"city": "Boston"}), "generation": explorer.facets.generation - 1}
        explorer.facets._on_message(None, {**old, "number": 1}, [])
        assert explorer.wait() and explorer.query.filters["city"] == "Boston"
        old = {"act": "page", "key": "1", "generation": explorer.grid.generation - 1}
        explorer.grid._on_message(None, {**old, "number": 2}, [])
        assert explorer.query.page == 0
        assert sent == [{"heard": 1}]


def test_the_form_shows_the_filters_it_begins_with(sample: Client) -> None:
    """What the call asked for stands in the form at once."""
    with exploring(sample, q="nurse", workplace_type="on_site") as explorer:
        values = {name: field.value for name, field in explorer.form.fields.items()}
        assert (values["q"], values["workplace_type"], values["status"]) == ("nurse", "on_site", "active")


def test_a_posting_followed_within_the_record_brings_its_events(sample: Client) -> None:
    """The timeline under the record is of the posting that the record shows."""
    with exploring(sample, q="nurse") as explorer:
        first, other = rows_of(explorer)[:2]
        explorer.query.job_id = first
        assert explorer.wait()
        explorer.record.act("posting", other)
        assert explorer.record.wait() and explorer.wait()
        assert explorer.record.record is not None and explorer.record.record["job_id"] == other
        assert set(explorer.timeline.frame["job_id"]) == {other}


def test_the_form_offers_what_a_frame_has() -> None:
    """Of an own frame the values are its own; choosing one filters, and a click on a count is shown as any other."""
    frame = pd.DataFrame({
        "title": ["a", "b", "c"], "status": ["open", "shut", "open"],
        "workplace_type": ["office", "fully remote", "office"],
    })  # fmt: skip
    with exploring(frame) as explorer:
        model, status = explorer.form.fields["workplace_type"], explorer.form.fields["status"]
        assert [label for label, _ in model.options] == ["any", "office", "fully remote"]
        assert [label for label, _ in status.options] == ["any", "open", "shut"]
        model.value = "office"
        assert explorer.wait() and len(explorer.jobs) == 2
        explorer.facets.act("filter", json.dumps({"workplace_type": "office"}))
        explorer.facets.act("filter", json.dumps({"workplace_type": "fully remote"}))
        assert explorer.wait() and model.label == "fully remote" and len(explorer.jobs) == 1
        explorer.form.clear.click()
        assert explorer.wait() and explorer.query.filters == {} and len(explorer.jobs) == 3


@pytest.mark.parametrize("column", ["salary_min", "first_seen_at", "title", "tags"])
@pytest.mark.parametrize("ascending", [True, False])
def test_the_code_of_an_order_gives_that_order(column: str, ascending: bool) -> None:
    """Also of columns of mixed types, dates as text, and lists: what is copied runs, and sorts as the view does."""
    frame = pd.DataFrame({
        "title": ["b", "A", "c", None], "salary_min": [5, "10", "much", None],
        "first_seen_at": ["2026-06-02", "2025-01-01T00:00:00Z", None, "x"], "tags": [["z"], ["a", "b"], None, ["B"]],
        "job_id": list("1234"),
    })  # fmt: skip
    with exploring(frame) as explorer:
        explorer.query.sort = (column, ascending)
        assert explorer.wait()
        names: dict[str, Any] = {"df": frame}
        exec(explorer.python(), names)
        assert names["jobs"]["job_id"].tolist() == ids(explorer.jobs)
        names["explorer"].close()
