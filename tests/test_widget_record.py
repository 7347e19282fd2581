"""The record as a widget: its slices open in place, their rows lead on, and back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

import bluedoor_tools as bd
from bluedoor_tools.client import Client
from bluedoor_tools.errors import InvalidRequestError, NotFoundError
from bluedoor_tools.pages import to_html, to_text
from bluedoor_tools.records import Job
from bluedoor_tools.widgets.explorer.record import RecordView, record
from bluedoor_tools.widgets.tree import text_of
from bluedoor_tools.widgets.view import Act
from tests.test_widget_grid import elements

JOB = "76a82054d2c45c7b4c4f9ca9915c4b03b7a5b303"


@pytest.fixture
def client() -> Iterator[Client]:
    with bd.connect("sample") as made:
        yield made


@pytest.fixture
def view(client: Client) -> Iterator[RecordView]:
    made = record(client.get_job(JOB))
    yield made
    made.close()


def open_slice(view: RecordView, name: str) -> None:
    view.act("slice", name)
    assert view.wait(10)


def said(view: RecordView) -> str:
    return text_of(["div", {}, *view.tree])


def test_a_record_is_shown_whole() -> None:
    """The page's sections, a button beside every slice that is a call, and none beside an address."""
    job = bd.connect("sample").get_job(JOB)
    view = record(job)
    for text in (job.page.title, "Job facts", "Related slices", "Full job record", job.page.description or ""):
        assert "".join(text.split()) in "".join(said(view).split())
    assert [one[1]["data-key"] for one in elements(view, data_act="slice")] == [
        row.page for row in job.page.slices if row.call is not None
    ]
    assert len(elements(view, data_act="slice")) == len(job.page.slices) - 1
    view.close()


def test_a_slice_opens_under_its_line_and_closes(view: RecordView) -> None:
    """Its first rows with the card's line, and what is left out; the button closes it again."""
    open_slice(view, "City jobs")
    (line,) = elements(view, **{"class": "bd-slice bd-live"})
    assert "24 jobs, of 24 matching; complete" in text_of(line) and "The first 10 of 24" in text_of(line)
    body = next(node for node in elements(view, tag="tbody") if line in node[2:])
    assert "City jobs" in text_of(body[2:][body[2:].index(line) - 1])  # right under the line that names it
    (button,) = elements(view, data_act="fold")
    assert button[1]["aria-expanded"] == "true" and button[1]["data-place"] == "slice City jobs"
    view.act("fold", "City jobs")
    assert not elements(view, **{"class": "bd-slice bd-live"}) and len(elements(view, data_act="fold")) == 0


def test_another_record_begins_at_its_first_line(view: RecordView) -> None:
    """The box that scrolls stays where it is while slices open, and is another for each record shown."""

    def boxes() -> tuple[str, str]:
        (page,) = elements(view, **{"class": "bd-scroll bd-record-page"})
        (bar,) = elements(view, **{"class": "bd-bar bd-live"})
        return page[1]["data-of"], bar[1]["data-reveal"]

    before = boxes()
    open_slice(view, "City jobs")
    assert boxes() == before
    assert view.record is not None
    view.show_record(view.record)
    assert not {*boxes()} & {*before}


def test_each_kind_of_slice_has_its_columns(view: RecordView, client: Client) -> None:
    """Postings, counts, events and boards show what a reader looks for in them; codes as people write them."""
    for name, heads, values in (
        ("Company breakdowns", ["Breakdown", "Value", "Count", "Share"], ("Hybrid", "Lever", "100.0%")),
        ("Lifecycle events", ["Seen", "Event", "Company"], ("job.created",)),
        ("City jobs", ["Title", "Company", "Location", "Work model", "First seen"], ("Staff Machine",)),
    ):
        open_slice(view, name)
        (table,) = elements(view, tag="table", aria_label=name)
        assert [text_of(head) for head in table[2][2][2:]] == heads
        assert all(value in text_of(table) for value in values)
    boards = record(client.get_org("spotify"))
    open_slice(boards, "Boards")
    assert "Lever" in said(boards) and elements(boards, data_act="board")
    boards.close()


def test_a_row_opens_its_posting_and_leads_back(view: RecordView) -> None:
    """A posting of a slice takes the view over; Back gives the record that it came from; listeners are told of both."""
    acts: list[Act] = []
    view.on_act(acts.append)
    open_slice(view, "City jobs")
    keys = [one[1]["data-key"] for one in elements(view, data_act="posting")]
    assert keys and JOB not in keys  # the one shown leads nowhere
    view.act("posting", keys[0])
    assert view.wait(10)
    assert view.record is not None and view.record["job_id"] == keys[0]
    (back,) = elements(view, data_act="back")
    assert "Staff Machine Learning Engineer" in text_of(back)
    view.act("back")
    assert view.record["job_id"] == JOB and not elements(view, data_act="back")
    assert acts == [Act("opened", keys[0]), Act("opened", JOB)]


def test_organisations_and_boards_lead_on(client: Client) -> None:
    """From a board to its company's page, from a company to its boards."""
    view = record(client.get_job(JOB).source)
    open_slice(view, "Company")
    assert view.record is not None and view.record["org_id"] and "Organisation" not in view.problem
    open_slice(view, "Boards")
    view.act("board", elements(view, data_act="board")[0][1]["data-key"])
    assert view.wait(10) and view.record["source_id"]
    assert len(elements(view, data_act="back")) == 1
    view.close()


def test_a_slice_that_fails_says_why_under_its_line(client: Client) -> None:
    """An error of the library stands where the rows would, and the page stands."""
    view = record(client.get_job(JOB))
    client.close()
    open_slice(view, "City jobs")
    (alert,) = elements(view, role="alert")
    assert "closed" in text_of(alert) and "Job facts" in said(view) and view.problem == ""
    view.act("posting", JOB)
    assert view.wait(10) and "closed" in view.problem
    view.close()


def test_a_record_that_left_its_client_says_so() -> None:
    """A record made by itself is shown; its slices say that there is nobody to ask."""
    view = record(Job({"title": "<b>Baker", "city": "Oslo"}, company=None, api_url="https://api.example/v1"))
    open_slice(view, "City jobs")
    assert "no client to ask" in text_of(elements(view, role="alert")[0])
    assert "&lt;b&gt;Baker" in view.to_html() and "<b>" not in view.to_html()
    view.close()


class Held(Job):
    """A posting whose slices come only when they are let through."""

    def __init__(self, let: threading.Event) -> None:
        super().__init__({"title": "Held", "city": "Oslo"}, company=None, api_url="https://api.example/v1")
        self.let = let

    def slice(self, name: str, **options: Any) -> Any:
        assert self.let.wait(10)
        return Job({"title": "Too late"}, company=None, api_url="https://api.example/v1")


def test_an_answer_for_a_record_no_longer_shown_is_dropped(client: Client) -> None:
    """Who has gone on is not taken back; while a slice is asked for, clicks are answered and the view is busy."""
    let, busy = threading.Event(), threading.Event()
    view = record(Held(let))
    view.observe(lambda change: busy.set() if change["new"] else None, names="busy")
    view.act("slice", "City jobs")
    assert busy.wait(10)
    view.show_record(client.get_job(JOB))
    let.set()
    assert view.wait(10)
    assert view.record is not None and view.record["job_id"] == JOB and view.busy is False
    view.close()


def test_an_emptied_view_stays_empty() -> None:
    """What was under way for the record that is taken away does not bring it back."""
    let = threading.Event()
    view = record(Held(let))
    view.act("slice", "City jobs")
    view.clear()
    let.set()
    assert view.wait(10)
    assert view.record is None and view.tree == [] and view.to_text() == "no record"
    view.close()


def test_close_is_there_where_someone_listens(client: Client) -> None:
    """Alone, the view has nothing to close it with; beside a grid it has, and hands the click on."""
    alone, beside, acts = RecordView(), RecordView(), list[Act]()
    beside.on_act(acts.append)
    for view in (alone, beside):
        view.show_record(client.get_job(JOB))
    assert not elements(alone, data_act="close") and elements(beside, data_act="close")
    beside.act("close")
    assert acts == [Act("close", "")]
    for view in (alone, beside):
        view.close()


def test_without_a_kernel_it_is_the_page(view: RecordView) -> None:
    """The static forms are those of the record itself."""
    assert view.record is not None
    assert view.to_html() == to_html(view.record.page) and view.to_text() == to_text(view.record.page)
    empty = RecordView()
    assert empty.to_text() == "no record" and "<button" not in empty.to_html()
    empty.close()


def test_an_id_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A job_id goes to the client of the module's functions; what is neither is an error before any request."""
    monkeypatch.setenv("BLUEDOOR_BACKEND", "sample")
    view = record(JOB)
    assert view.record is not None and view.record["job_id"] == JOB
    view.close()
    with pytest.raises(NotFoundError):
        record("0" * 40)
    with pytest.raises(InvalidRequestError, match="not int"):
        record(7)  # type: ignore[arg-type]


def test_a_row_of_a_frame_is_a_record(client: Client) -> None:
    """A row of the sample gives the whole posting, one of an own frame what the row says; several rows are refused."""
    jobs = client.search_jobs("nurse", limit=3)
    view = record(jobs.iloc[[1]])
    assert view.record is not None and view.record["job_id"] == jobs["job_id"][1]
    assert "description" in said(view).casefold()
    view.close()
    for own in (pd.DataFrame({"title": ["Cook"], "city": ["Oslo"]}), pd.Series({"title": "Cook", "city": "Oslo"})):
        view = record(own)
        assert "Cook" in said(view) and "From the row of a DataFrame" in said(view)
        view.close()
    with pytest.raises(InvalidRequestError, match="one posting; this frame has 3 rows"):
        record(jobs)


def test_a_linked_record_shows_the_chosen_posting(client: Client) -> None:
    """It follows the explorer's choice, and the explorer what is followed within it; it stays when none is chosen."""
    jobs = client.search_jobs("nurse", limit=3)
    first, other = jobs["job_id"][:2]
    explorer, view = bd.explore(jobs), record(client.get_job(JOB))
    explorer.link(view)
    explorer.query.job_id = first
    assert explorer.wait() and view.record is not None and view.record["job_id"] == first
    view.act("posting", other)
    assert view.wait() and explorer.wait() and explorer.query.job_id == other
    assert explorer.record.record is not None and explorer.record.record["job_id"] == other
    explorer.query.job_id = None
    assert explorer.wait() and view.record["job_id"] == other
    explorer.close()
    view.close()
