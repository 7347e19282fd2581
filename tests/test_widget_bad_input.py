"""The explorer in bad weather: hostile acts, slow and failing answers, closed views; what each look at it costs."""

from __future__ import annotations

import gc
import json
import threading
import weakref
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pandas as pd
import pytest

import bluedoor_tools as bd
from bluedoor_tools.client import Client
from bluedoor_tools.widgets import Explorer
from bluedoor_tools.widgets.explorer.saving import SaveBar
from bluedoor_tools.widgets.rows.frame_rows import FrameRows
from bluedoor_tools.widgets.rows.query import ViewQuery
from bluedoor_tools.wire.work import StoppedError
from tests.api_face import FaceApp, Faults, InProcessTransport
from tests.api_face.faults import Override
from tests.clients import client_of, client_through, ids
from tests.large_data import postings
from tests.test_widget_explorer import exploring, rows_of, shown

SOON = 30.0
FRAME = pd.DataFrame(
    {
        "job_id": ["a", "b", "c", "d"],
        "title": ["nurse", "cook", "nurse", "baker"],
        "city": ["Oslo", "Oslo", "Rome", "Rome"],
        "company": ["Acme", "Bolt", "Acme", "Crumb"],
    }
)


class Slow(FrameRows):
    """Rows of which one call of each kind waits until it is let go, and may fail then."""

    def __init__(self, frame: pd.DataFrame = FRAME) -> None:
        super().__init__(frame)
        self.held: dict[str, Any] = {}
        self.searched: list[dict[str, Any]] = []
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.stopped: threading.Event | None = None

    def hold(self, what: str, value: Any) -> None:
        """Let the next such call wait."""
        self.begun, self.go_on, self.held = threading.Event(), threading.Event(), {what: value}

    def _pause(self, what: str, value: Any) -> None:
        if what in self.held and self.held[what] == value:
            self.held = {}
            go_on = self.go_on
            self.begun.set()
            assert go_on.wait(SOON)

    def search(self, query: ViewQuery, *, stop: threading.Event) -> Any:
        """A page."""
        self.searched.append(query.filters)
        return super().search(query, stop=stop)

    def facet(self, field: str, query: ViewQuery, *, limit: int) -> pd.DataFrame:
        """Counts."""
        self._pause("facet" if limit == 8 else "linked", query.filters.get("city"))
        return super().facet(field, query, limit=limit)

    def job(self, job_id: str) -> Any:
        """A record."""
        self._pause("job", job_id)
        return super().job(job_id)

    def events(self, job_id: str) -> pd.DataFrame:
        """Events, of which there are some."""
        self._pause("events", job_id)
        if job_id == "d":
            raise bd.TimedOutError("No answer in time.")
        moment = pd.Timestamp("2026-01-01", tz="UTC")
        return pd.DataFrame({"job_id": [job_id], "observed_at": [moment], "event_type": ["opened"]})

    def companies(self, beginning: str) -> list[str]:
        """Names."""
        self._pause("companies", beginning)
        return super().companies(beginning)

    def load(self, query: ViewQuery, *, stop: threading.Event, progress: Any) -> None:
        """Waits until it is stopped, if it is to."""
        if "load" in self.held:
            self.stopped = stop
            progress(1, 4)
            self.begun.set()
            assert stop.wait(SOON)
            raise StoppedError("stopped")
        super().load(query, stop=stop, progress=progress)


@pytest.fixture
def slow() -> Iterator[tuple[Explorer, Slow]]:
    """An explorer that has answered, over rows that can be slow."""
    rows = Slow()
    explorer = Explorer(rows, ViewQuery(loose=True, names=rows.filter_names))
    try:
        assert explorer.wait()
        yield explorer, rows
    finally:
        rows.go_on.set()
        explorer.close()


# -- acts from a page --------------------------------------------------------------------------------------------------

SENSELESS = [
    ("filter", key)
    for key in (
        "", "{", "null", "[]", "3", '"city"', '{"citty": "x"}', '{"city": {"a": 1}}', '{"city": [[1]]}', '{"q": "--"}',
        '{"city": ""}', '{"self": 1}', '{"salary_min": NaN}', '{"salary_min": [1, 2]}', '{"first_seen_after": "soon"}',
        '{"first_seen_after": {}}', '{"status": "maybe"}', '{"city": "x", "provider": 7}', "[" * 100_000,
        '{"salary_exists": "perhaps"}', '{"org_ids": "x"}', '{"company": 3}', '{"\\ud800": "\\ud800"}',
        '{"first_seen_after": "2026-02-01", "first_seen_before": "2026-01-01"}',
    )
] + [
    ("page", key) for key in ("-1", "1e9", "", "x", "99999999999999999999", "7", "9" * 5000, "\u202e1")
] + [
    ("size", key) for key in ("0", "-5", "101", "1e9", "x", "")
] + [
    ("sort", key) for key in ("nope", "", "__class__", "citty", "<img src=x onerror=alert(1)>")
]  # fmt: skip


@pytest.mark.parametrize("live", [False, True])
def test_a_senseless_act_is_refused_and_said(live: bool, sample: Client) -> None:
    """Whatever a page sends, nothing is raised into the kernel's channel, nothing changes, and the view says why."""
    jobs = sample.search_jobs("nurse", limit=30, columns="all")
    with exploring(sample if live else jobs) as explorer:
        before = explorer.query.copy()
        wrong = []
        for name, key in SENSELESS:
            explorer.grid._on_message(
                None, {"act": name, "key": key, "generation": explorer.grid.generation, "number": 1}, []
            )
            if explorer.query != before or not explorer.grid.problem:
                wrong.append((name, key[:60], explorer.grid.problem))
                explorer.query = before
        assert explorer.wait()
        # Of a frame any text is a value, so what is no value of the API's matches nothing.
        assert [entry[1] for entry in wrong] == ([] if live else ['{"status": "maybe"}'])
        assert not explorer.summary.problem and len(rows_of(explorer)) == 25


@pytest.mark.parametrize("key", ["", "zzzz", "row-99", "\ud800", "x" * 100_000])
def test_a_posting_that_is_not_there_is_said(key: str, slow: tuple[Explorer, Slow]) -> None:
    """An unknown key opens nothing, and not the posting before under its error."""
    explorer, _ = slow
    explorer.grid.act("open", "a")
    assert explorer.wait() and "nurse" in shown(explorer.record)
    explorer.grid.act("open", key)
    assert explorer.wait()
    assert "no row" in explorer.record.problem and shown(explorer.record) == ""
    assert explorer.timeline.layout.display == "none" and explorer.chosen.layout.display is None


def test_messages_that_are_no_acts_do_nothing(slow: tuple[Explorer, Slow]) -> None:
    """Wrong types and shapes are passed over."""
    explorer, _ = slow
    message: Any
    for message in (
        {},
        {"act": 1},
        {"act": "page", "key": 1, "generation": 1, "number": 1},
        {"act": ["filter"]},
        [],
        3,
    ):
        explorer.grid._on_message(None, message, [])
    assert explorer.query == ViewQuery() and not explorer.grid.problem


# -- nothing stale is shown as new -------------------------------------------------------------------------------------


def test_counts_of_other_filters_are_marked(slow: tuple[Explorer, Slow]) -> None:
    """While new rows stand beside counts that are not theirs yet, the counts are marked as busy."""
    explorer, rows = slow
    assert not explorer.facets.busy
    rows.hold("facet", "Oslo")
    explorer.query.set(city="Oslo")
    assert rows.begun.wait(SOON)
    assert explorer._searching.idle(SOON)
    assert rows_of(explorer) == ["a", "b"] and explorer.facets.busy
    rows.go_on.set()
    assert explorer.wait() and not explorer.facets.busy
    assert "Rome" not in shown(explorer.facets)


def test_linked_views_are_marked_until_they_follow(slow: tuple[Explorer, Slow]) -> None:
    """A chart of the rows before says so; once it has followed, it is of those shown."""
    explorer, rows = slow
    bars = explorer.link(bd.breakdown(FRAME, "city"))
    assert explorer.wait() and not bars.busy
    rows.hold("linked", "Oslo")
    explorer.query.set(city="Oslo")
    assert rows.begun.wait(SOON) and explorer._searching.idle(SOON)
    assert bars.busy
    rows.go_on.set()
    assert explorer.wait() and not bars.busy and bars.frame["value"].tolist() == ["Oslo"]


def test_a_record_that_was_closed_while_it_came_stays_closed(slow: tuple[Explorer, Slow]) -> None:
    """And of two that were opened, the later one is shown, with its own events."""
    explorer, rows = slow
    rows.hold("job", "a")
    explorer.query.job_id = "a"
    assert rows.begun.wait(SOON)
    explorer.query.job_id = None
    rows.go_on.set()
    assert explorer.wait() and explorer.chosen.layout.display == "none"
    rows.hold("events", "a")
    explorer.record.on_act(lambda _: None)
    explorer._acted(bd.widgets.view.Act("opened", "a"))
    assert rows.begun.wait(SOON)
    explorer.query.job_id = "b"
    assert explorer.wait()
    rows.go_on.set()
    assert explorer.wait() and set(explorer.timeline.frame["job_id"]) == {"b"} and "cook" in shown(explorer.record)


def test_a_record_stands_without_its_events(slow: tuple[Explorer, Slow]) -> None:
    """Where these cannot be had it is said in their place; a click on the same row tries again."""
    explorer, rows = slow
    explorer.query.job_id = "a"
    assert explorer.wait()
    explorer.grid.act("open", "d")
    assert explorer.wait()
    assert "baker" in shown(explorer.record) and not explorer.record.problem
    assert "No answer in time" in explorer.timeline.problem and shown(explorer.timeline) == ""
    rows.hold("job", "d")
    explorer.grid.act("open", "d")
    assert rows.begun.wait(SOON)
    rows.go_on.set()


def test_a_company_that_was_taken_back_is_not_applied(slow: tuple[Explorer, Slow]) -> None:
    """A name whose look-up comes back after the field was emptied filters nothing."""
    explorer, rows = slow
    rows.hold("companies", "bol")
    explorer.form.fields["company"].value = "bol"
    assert rows.begun.wait(SOON)
    explorer.form.fields["company"].value = ""
    rows.go_on.set()
    assert explorer.wait()
    assert explorer.query.filters == {} and not explorer.summary.problem


def test_a_page_beyond_the_last_is_the_last(sample: Client) -> None:
    """And the pager goes on from where it is."""
    with exploring(sample.search_jobs("nurse", limit=60)) as explorer:
        explorer.query.page = 10**30
        assert explorer.wait()
        assert "51–60 of 60" in shown(explorer.grid) and '"data-key": "1"' in json.dumps(explorer.grid.tree)
        explorer.grid.act("page", "1")
        assert explorer.wait() and "26–50 of 60" in shown(explorer.grid)


# -- errors ------------------------------------------------------------------------------------------------------------


def test_filters_that_a_frame_lacks_are_refused_where_they_are_set() -> None:
    """By the call, and by the query; the view stays as it was."""
    with pytest.raises(bd.InvalidRequestError, match="no column provider"):
        bd.explore(FRAME, provider="lever")
    with exploring(FRAME, city="Oslo") as explorer:
        with pytest.raises(bd.InvalidRequestError, match="no column salary_max or salary_min"):
            explorer.query.set(salary_min=3)
        with pytest.raises(bd.InvalidRequestError, match="another view's"):
            explorer.query = {"city": "Rome"}  # type: ignore[assignment]  # that is the mistake
        assert explorer.wait() and rows_of(explorer) == ["a", "b"]
        explorer.query.sort = ("pay", True)  # which columns there are is known to the rows alone
        assert explorer.wait()
        assert "no column 'pay'" in explorer.summary.problem and rows_of(explorer) == ["a", "b"]
        explorer.query.sort = None
        assert explorer.wait() and not explorer.summary.problem


def test_a_first_search_that_fails_is_said_without_a_kernel_too() -> None:
    """The text and the HTML that a notebook keeps hold the error."""
    client, _ = client_of(postings(3), Faults(overrides=[Override("jobs/search", status=403, body={"error": {}})]))
    with client, exploring(client) as explorer:
        for text in (repr(explorer), explorer.to_text(), explorer.to_html()):
            assert "403" in text


def test_counts_that_cannot_be_had_are_said_and_asked_again() -> None:
    """The rows stand; each field says why it is not counted; the next search counts what is missing, no more."""
    faults = Faults(overrides=[Override("facets", status=503, body={"error": {}})])
    client, face = client_of(postings(120), faults)
    with client, exploring(client) as explorer:
        assert len(rows_of(explorer)) == 25
        assert shown(explorer.facets).count("Not counted") == 6
        faults.overrides.clear()
        explorer.query.page = 1
        assert explorer.wait() and "Not counted" not in shown(explorer.facets)
        asked = len(face.log)
        explorer.query.page = 2
        assert explorer.wait() and len(face.log) == asked
    client, _ = client_of(postings(120))
    with client, exploring(client, q=["engineer", "nurse"]) as explorer:
        assert "add up" in shown(explorer.facets) and "No values" not in shown(explorer.facets)


def test_a_limit_is_waited_for() -> None:
    """429 with a wait is no error: the rows come after it."""
    faults = Faults(overrides=[Override("jobs/search", status=429, headers={"retry-after": "1"}, times=2)])
    client, _ = client_of(postings(30), faults)
    with client, exploring(client) as explorer:
        assert len(rows_of(explorer)) == 25 and not explorer.summary.problem


def test_a_path_that_cannot_be_written_is_said(slow: tuple[Explorer, Slow]) -> None:
    """The folder that is not there, no name at all, no name of a file: each is said, and the button works again."""
    explorer, _ = slow
    for path in ("/nowhere/at/all.csv", "", ".", "/", "x\0.csv", "\ud800.csv"):
        explorer.bar.path.value = path
        explorer.bar.said.value = ""
        explorer.bar.save.click()
        assert explorer.wait()
        assert explorer.bar.said.value not in {"", "writing …"} and "written to" not in explorer.bar.said.value, path


def test_a_file_that_is_being_written_is_not_begun_again() -> None:
    """A second click, or a second Enter, does nothing until the first is done."""
    go_on, written = threading.Event(), []

    def save(path: str) -> str:
        assert go_on.wait(30)
        written.append(path)
        return "done"

    bar = SaveBar(save, lambda: None, lambda: None)
    bar.save.click()
    bar.save.click()
    go_on.set()
    assert bar.writing.idle(30) and written == ["jobs.csv"]
    bar.save.click()
    assert bar.writing.idle(30) and written == ["jobs.csv"] * 2


def test_a_load_that_fails_is_said_and_can_be_begun_again(
    slow: tuple[Explorer, Slow], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows at hand stay with their summary; the button that began it is there again."""
    explorer, rows = slow
    before = explorer.summary.to_html()

    def fails(*_: Any, **__: Any) -> None:
        raise bd.CouldNotAskError("The API answered 503.")

    monkeypatch.setattr(rows, "load", fails)
    explorer.load()
    assert explorer.wait()
    assert "503" in explorer.summary.problem
    assert explorer.bar.load.layout.display is None
    explorer.summary.problem = ""
    assert explorer.summary.to_html() == before


def test_a_part_that_is_saved_says_so(tmp_path: Any) -> None:
    """Of rows that are not all at hand, how many there are stands beside how many were written."""
    client, _ = client_of(postings(250))
    with client, exploring(client) as explorer:
        explorer.bar.path.value = str(tmp_path / "jobs.csv")
        explorer.bar.save.click()
        assert explorer.wait()
        assert "100 rows written" in explorer.bar.said.value
        assert "not all that match: 250 postings match, 100 of them read" in explorer.bar.said.value
        explorer.query.set(city="Paris")
        assert explorer.wait() and explorer.bar.said.value == ""


# -- loads -------------------------------------------------------------------------------------------------------------


def test_a_load_is_stopped_by_hand_by_other_filters_and_by_another(slow: tuple[Explorer, Slow]) -> None:
    """No load goes on for rows that nobody sees; one after another goes on to its end."""
    explorer, rows = slow
    ways = [explorer.stop, explorer.bar.stop.click, lambda: explorer.query.set(city="Oslo"), explorer.load]
    for way in ways:
        rows.hold("load", True)
        explorer.load()
        assert rows.begun.wait(SOON)
        stop, rows.held = rows.stopped, {}
        way()
        assert explorer.wait() and stop is not None and stop.is_set()
        assert explorer.bar.stop.layout.display == "none" and explorer.bar.load.layout.display is None
    assert explorer.bar.bar.value == 2


def test_a_load_that_is_stopped_goes_on_later_and_is_saved_meanwhile(tmp_path: Any) -> None:
    """Live: what came stays, is said to be a part, can be saved while the rest comes, and the rest comes."""
    arrived, go_on = threading.Event(), threading.Event()

    def alter(request: httpx.Request, inner: InProcessTransport) -> httpx.Response:
        if "cursor" in request.url.params and not go_on.is_set():
            arrived.set()
            assert go_on.wait(SOON)
        return inner.handle_request(request)

    client, _ = client_through(postings(450), alter)
    with client, exploring(client) as explorer:
        explorer.load()
        assert arrived.wait(SOON)
        assert len(pd.read_csv(explorer.save(tmp_path / "part.csv"))) == 100
        explorer.stop()
        go_on.set()
        assert explorer.wait() and explorer.answer is not None and not explorer.answer.complete
        explorer.load()
        assert explorer.wait() and explorer.answer.complete and len(explorer.jobs) == 450


def test_linked_views_are_redrawn_when_more_rows_came() -> None:
    """A chart over the rows at hand counts those that were loaded, too."""
    client, _ = client_of(postings(250))
    with client, exploring(client) as explorer:
        jobs = explorer.jobs
        heat = explorer.link(bd.breakdown(jobs, "city", by="provider"))
        assert explorer.wait() and heat.frame["count"].sum() == 100
        explorer.load()
        assert explorer.wait() and heat.frame["count"].sum() == 250


# -- views that come and go --------------------------------------------------------------------------------------------


def test_a_linked_view_is_let_go_when_it_is_closed_or_linked_elsewhere() -> None:
    """And linking it twice, as a cell run again does, makes one click one click."""
    with exploring(FRAME) as one, exploring(FRAME) as other:
        bars = bd.breakdown(FRAME, "city")
        assert one.link(bars) is bars and one.link(bars) is bars
        bars.act("filter", '{"city": "Oslo"}')
        assert one.wait() and one.query.filters == {"city": "Oslo"}
        other.link(bars)
        bars.act("filter", '{"city": "Rome"}')
        assert (one.query.filters, other.query.filters) == ({"city": "Oslo"}, {"city": "Rome"})
        assert not one._linked.works and len(other._linked.works) == 1
        bars.close()
        assert not other._linked.works
        other.query.set(city=None)
        assert other.wait() and not bars.busy


def test_two_explorers_of_one_client_do_not_disturb_each_other() -> None:
    """Each has its own filters, rows and notes; closing one leaves the other at work."""
    client, _ = client_of(postings(120))
    with client, exploring(client) as one, exploring(client, city="Paris") as other:
        one.query.set(city="Dublin")
        other.query.page = 1
        one.close()
        assert other.wait() and set(other.jobs["city"]) == {"Paris"} and "26–" in shown(other.grid)


def join_all() -> None:
    """Wait until no view's thread is left, and hold on to none."""
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer) or thread.name.startswith("bluedoor-latest"):
            thread.join(SOON)


def test_a_closed_explorer_is_forgotten() -> None:
    """Also one that is closed at work: nothing is shown any more, and nothing holds on to its rows."""
    rows = Slow()
    explorer = Explorer(rows, ViewQuery())
    assert explorer.wait()
    rows.hold("facet", "Oslo")
    explorer.query.set(city="Oslo")
    assert rows.begun.wait(SOON)
    explorer.close()
    generation = explorer.facets.generation
    rows.go_on.set()
    explorer.query.set(city="Rome")
    explorer.load()
    explorer.stop()
    join_all()
    assert explorer.facets.generation == generation and explorer.grid.comm is None
    gone = weakref.ref(explorer)
    del explorer, rows
    gc.collect()
    assert gone() is None


# -- what it costs -----------------------------------------------------------------------------------------------------


def paths(face: FaceApp) -> Counter[str]:
    """What the face was asked since the last look, by path; ids left out."""
    asked = Counter("/".join(part for part in request.path.split("/") if len(part) < 30) for request in face.log)
    face.log.clear()
    return asked


def test_one_change_is_one_search(slow: tuple[Explorer, Slow]) -> None:
    """Other filters on a later page, or a whole other query, change several traits, and are asked once."""
    explorer, rows = slow
    explorer.query.page_size = 1
    assert explorer.wait()
    explorer.query.page = 1
    assert explorer.wait()
    for change in (
        lambda: explorer.query.set(city="Oslo"),
        lambda: setattr(explorer, "query", ViewQuery(page=1, page_size=2, sort=("title", True)).set(city="Rome")),
    ):
        rows.searched.clear()
        change()
        assert explorer.wait() and len(rows.searched) == 1


def test_what_each_look_costs() -> None:
    """As the docstring of `explore` says: a page and six counts; pages and orders at hand nothing; a record with its
    events.
    """
    client, face = client_of(postings(250))
    with client, exploring(client) as explorer:
        assert paths(face) == {"/jobs/search": 1, "/orgs/batch_lookup": 1, "/jobs/facets": 6}
        for page in (1, 2, 3):
            explorer.grid.act("page", str(page))
            assert explorer.wait()
        explorer.grid.act("sort", "title")
        explorer.grid.act("size", "100")
        assert explorer.wait() and paths(face) == {}
        explorer.grid.act("page", "1")
        assert explorer.wait() and paths(face) == {"/jobs/search": 1}
        explorer.grid.act("page", "2")
        explorer.facets.act("filter", '{"city": "Paris"}')
        assert explorer.wait()
        assert paths(face)["/jobs/facets"] == 6
        explorer.facets.act("filter", '{"city": "Paris"}')
        assert explorer.wait() and paths(face) == {}  # those filters were there before
        explorer.grid.act("open", ids(explorer.jobs)[0])
        assert explorer.wait()
        assert paths(face) == {"/jobs": 1, "/orgs": 1, "/jobs/events": 1}


# -- the form ----------------------------------------------------------------------------------------------------------


def test_an_amount_stays_as_it_is_typed() -> None:
    """Letter by letter a decimal, thousands and a k arrive; what code sets stands there whole."""
    with exploring(pd.DataFrame({"title": ["a"], "salary_min": [1.0]})) as explorer:
        field = explorer.form.fields["salary_min"]
        for typed, number in [("1", 1), ("17", 17), ("17.", 17), ("17.5", 17.5), ("50K", 50_000), ("1,200", 1200)]:
            field.value = typed
            assert (field.value, explorer.query.filters["salary_min"]) == (typed, number)
        explorer.query.set(salary_min=123_456.78)
        assert field.value == "123456.78"
        field.value = "nan"
        assert "not a number" in explorer.summary.problem and explorer.query.filters["salary_min"] == 123_456.78


def test_what_code_sets_is_an_option_for_as_long_as_it_holds(sample: Client) -> None:
    """A date, several values: shown, handed back as they were, gone with the next choice."""
    with exploring(sample, workplace_type=["remote", "hybrid"], posted_after="2026-05-01") as explorer:
        model, posted = explorer.form.fields["workplace_type"], explorer.form.fields["posted_after"]
        before, wanted = len(posted.options), explorer.query.filters["workplace_type"]
        assert posted.label == "2026-05-01" and model.value == ", ".join(wanted)
        several = model.value
        posted.value = "7d"
        assert len(posted.options) == before - 1 and explorer.query.filters["posted_after"] == "7d"
        explorer.form._typed("workplace_type", several)
        assert explorer.query.filters["workplace_type"] == wanted and not explorer.summary.problem
        explorer.query.set(posted_after=None)
        assert posted.label == "any time"
