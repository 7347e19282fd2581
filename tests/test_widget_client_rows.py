"""The rows that a client finds: pages by cursor as they are needed, remembered, also when the weather turns."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

import bluedoor_tools as bd
from bluedoor_tools.client import Client
from bluedoor_tools.widgets.rows.client_rows import ClientRows
from bluedoor_tools.widgets.rows.query import ViewQuery
from bluedoor_tools.widgets.rows.rows import Answer
from bluedoor_tools.wire.work import StoppedError
from tests.api_face import FaceApp, Faults
from tests.api_face.faults import Override
from tests.clients import client_of, ids, run, searches
from tests.large_data import newest_first, postings

NEVER = threading.Event()
DATA = postings(450)
EXPECTED = newest_first(DATA)


@pytest.fixture
def served() -> Iterator[tuple[ClientRows, FaceApp]]:
    """Rows of 450 postings, and the face that serves them, with its log."""
    client, face = client_of(DATA)
    with client:
        yield ClientRows(client), face


def page(rows: ClientRows, query: ViewQuery, number: int) -> Answer:
    """A page of the rows, by its number."""
    query.page = number
    return rows.search(query, stop=NEVER)


def test_pages_are_fetched_as_they_are_needed(served: tuple[ClientRows, FaceApp]) -> None:
    """A request a hundred rows, none for rows at hand; pages make up the whole, each row under its id."""
    rows, face = served
    query, found = ViewQuery(), list[str]()
    for number, asked in [(0, 1), (1, 1), (3, 1), (4, 2), (7, 2), (8, 3), (17, 5)]:
        answer = page(rows, query, number)
        assert len(searches(face)) == asked, number
        assert list(answer.rows.index) == ids(answer.rows) == EXPECTED[number * 25 : (number + 1) * 25]
        assert (answer.total, answer.first, answer.loaded) == (450, number * 25, min(asked * 100, 450))
    assert answer.complete and answer.card is not None and answer.card["complete"]
    for number in range(18):
        found += list(page(rows, query, number).rows.index)
    assert found == EXPECTED and len(searches(face)) == 5
    assert page(rows, query, 99).first == 425


def test_a_part_says_that_it_is_one(served: tuple[ClientRows, FaceApp]) -> None:
    """Before the last page the answer is not complete, and says how many there are."""
    rows, _ = served
    answer = page(rows, ViewQuery(), 0)
    assert (answer.complete, answer.loaded, answer.total, answer.notes) == (False, 100, 450, ())
    assert answer.card is not None and answer.card["rows"] == 100


def test_filters_are_remembered_apart(served: tuple[ClientRows, FaceApp]) -> None:
    """Going back to filters asks nothing; only the last few are remembered."""
    rows, face = served
    query = ViewQuery().set(city="Paris")
    assert page(rows, query, 0).total == 150
    page(rows, ViewQuery().set(city="Dublin"), 0)
    page(rows, query, 0)
    assert len(searches(face)) == 2
    for number in range(8):
        page(rows, ViewQuery().set(q=f"engineer {number}"), 0)
    page(rows, query, 0)
    assert len(searches(face)) == 11


def test_without_status_any_status_matches() -> None:
    """A filter that is not there does not hold."""
    data = postings(20, status="expired")
    client, _ = client_of(data)
    with client:
        rows = ClientRows(client)
        assert page(rows, ViewQuery(), 0).total == 20
        assert page(rows, ViewQuery().set(status="active"), 0).total == 0


def test_another_order_is_that_of_the_rows_at_hand(served: tuple[ClientRows, FaceApp]) -> None:
    """It asks for no more than its page, says so, and orders all once all are there."""
    rows, face = served
    query = ViewQuery(sort=("title", True))
    answer = page(rows, query, 0)
    assert answer.notes == ("sorted among the 100 rows loaded of 450; load all to sort all",)
    assert answer.rows["title"].tolist() == sorted(rows.jobs(ViewQuery())["title"])[:25]
    assert len(searches(face)) == 1
    rows.load(query, stop=NEVER, progress=lambda *_: None)
    answer = page(rows, query, 0)
    assert answer.notes == () and answer.rows["title"].tolist() == sorted(job["title"] for job in DATA.jobs)[:25]
    assert page(rows, ViewQuery(sort=("first_seen_at", False)), 0).rows.index[0] == EXPECTED[0]


def test_the_rows_are_a_frame_with_their_card(served: tuple[ClientRows, FaceApp]) -> None:
    """`jobs` gives the rows at hand in the order shown; what is done to them is not seen."""
    rows, face = served
    query = ViewQuery().set(city="Paris")
    jobs = rows.jobs(query)
    assert len(jobs) == 100 and bd.card(jobs)["total"] == 150 and len(searches(face)) == 1
    jobs["title"] = "written"
    assert "written" not in rows.jobs(query)["title"].tolist()
    query.sort_by("title")
    ordered = rows.jobs(query)
    assert bd.card(ordered)["derived"] is False and ordered["title"].is_monotonic_increasing
    assert len(searches(face)) == 1


def test_load_brings_all(served: tuple[ClientRows, FaceApp]) -> None:
    """All rows come behind those at hand, progress says how far it is, and a second load asks nothing."""
    rows, face = served
    query, told = ViewQuery(), list[tuple[int, int | None]]()
    page(rows, query, 0)
    rows.load(query, stop=NEVER, progress=lambda *state: told.append(state))
    assert told[0][0] > 100 and told[-1] == (450, 450)
    assert {total for _, total in told} == {450}
    assert ids(rows.jobs(query)) == EXPECTED and page(rows, query, 0).complete
    asked = len(searches(face))
    rows.load(query, stop=NEVER, progress=lambda *_: None)
    assert len(searches(face)) == asked == 5


@pytest.mark.parametrize("backend", ["face", "sample"])
def test_a_load_that_is_stopped_keeps_what_came(backend: str, sample: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows so far stay, and are shown with a note; going on asks for the rest."""
    monkeypatch.setattr("bluedoor_tools.progress._EVERY", 0.0)
    client = sample if backend == "sample" else client_of(DATA)[0]
    rows, query, stop = ClientRows(client), ViewQuery(), threading.Event()

    def progress(count: int, total: int | None) -> None:
        if count >= 200:
            stop.set()

    rows.load(query, stop=stop, progress=progress)
    answer = page(rows, query, 0)
    assert 200 <= answer.loaded < (answer.total or 0) and not answer.complete
    assert "The load stopped (Stopped by you.). They are kept. Loading more goes on from there." in answer.notes
    rows.load(query, stop=NEVER, progress=lambda *_: None)
    answer = page(rows, query, 0)
    assert answer.complete and answer.loaded == answer.total


def test_a_search_that_nobody_waits_for_asks_nothing(served: tuple[ClientRows, FaceApp]) -> None:
    """Its event stops it before a request."""
    rows, face = served
    stop = threading.Event()
    stop.set()
    with pytest.raises(StoppedError):
        rows.search(ViewQuery(), stop=stop)
    assert not searches(face)


def test_a_later_page_that_fails_keeps_the_rows_before_it() -> None:
    """The last page there is stands with the reason, and the next try asks again; nothing is warned of."""
    faults = Faults()
    client, _ = client_of(DATA, faults)
    with client, warnings.catch_warnings():
        warnings.simplefilter("error")
        rows, query = ClientRows(client), ViewQuery()
        assert page(rows, query, 0).loaded == 100
        faults.overrides.append(Override("jobs/search", status=500, body={"error": {"code": "x", "message": "<b>"}}))
        answer = page(rows, query, 5)
        assert (answer.first, answer.loaded, answer.total, answer.complete) == (75, 100, 450, False)
        assert answer.problem.startswith("What comes after these 100 rows could not be had")
        with pytest.raises(bd.ServerFailedError):
            rows.load(query, stop=NEVER, progress=lambda *_: None)
        faults.overrides.clear()
        answer = page(rows, query, 5)
        assert (answer.first, answer.loaded, answer.notes) == (125, 200, ())


def test_a_first_page_that_fails_is_an_error() -> None:
    """There is nothing to keep."""
    faults = Faults(overrides=[Override("jobs/search", status=403, body={"error": {}})])
    client, _ = client_of(DATA, faults)
    with client, pytest.raises(bd.NotAuthorizedError):
        page(ClientRows(client), ViewQuery(), 0)


def test_a_load_that_breaks_off_says_so_in_a_note() -> None:
    """Where some of it came, its warning stands beside the rows, and no longer once the rest is there."""
    faults = Faults()
    client, _ = client_of(DATA, faults)
    with client:
        rows, query = ClientRows(client), ViewQuery()
        page(rows, query, 0)

        def progress(count: int, total: int | None) -> None:
            if count == 200:
                faults.overrides.append(Override("jobs/search", status=401, body={"error": {}}))

        rows.load(query, stop=NEVER, progress=progress)
        answer = page(rows, query, 0)
        assert answer.loaded == 200 and not answer.complete
        assert any("They are kept. Loading more goes on" in note for note in answer.notes)
        faults.overrides.clear()
        rows.load(query, stop=NEVER, progress=lambda *_: None)
        assert page(rows, query, 0).complete and page(rows, query, 0).notes == ()


def test_warnings_of_searches_side_by_side_stay_with_their_own() -> None:
    """Drifted values are told of in a note of the search that met them, and filters of warnings are as before."""
    data = postings(120)
    data.jobs[5] = {**data.jobs[5], "salary_min": "a lot", "city": "Rome"}
    client, _ = client_of(data)
    before = list(warnings.filters)
    with client:
        rows, found = ClientRows(client), dict[str, tuple[str, ...]]()

        def ask(city: str) -> None:
            found[city] = rows.search(ViewQuery().set(city=city), stop=NEVER).notes

        threads = [threading.Thread(target=ask, args=(city,)) for city in ("Rome", "Paris", "Dublin")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert any("salary_min" in note for note in found["Rome"])
    assert found["Paris"] == found["Dublin"] == ()
    assert list(warnings.filters) == before


def test_filters_of_warnings_that_end_before_a_search_do_not_come_back() -> None:
    """Who silenced warnings for a while, and was done amid a search, has silenced nothing for good."""
    client, _ = client_of(DATA)
    begun, go_on = threading.Event(), threading.Event()

    def progress(*_: Any) -> None:
        begun.set()
        assert go_on.wait(20)

    rows, before, shown = ClientRows(client), list(warnings.filters), warnings.showwarning
    with client:
        load = threading.Thread(target=rows.load, args=(ViewQuery(),), kwargs={"stop": NEVER, "progress": progress})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            load.start()
            assert begun.wait(20)
        go_on.set()
        load.join(20)
    assert list(warnings.filters) == before and warnings.showwarning is shown


def test_other_warnings_go_their_own_way(served: tuple[ClientRows, FaceApp]) -> None:
    """What another part of the program warns of while rows are loaded is not swallowed."""
    rows, _ = served

    def progress(*_: Any) -> None:
        warnings.warn("mine", UserWarning, stacklevel=1)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        rows.load(ViewQuery(), stop=NEVER, progress=progress)
    assert {str(one.message) for one in caught} == {"mine"}


def test_counts_are_the_backends(served: tuple[ClientRows, FaceApp]) -> None:
    """Each field that the API counts, under the filters; asked once; by the filter's name, not the facet's."""
    rows, face = served
    query = ViewQuery().set(city="Paris")
    counts = {field: rows.facet(field, query, limit=2) for field in rows.facet_fields}
    assert counts["provider"]["count"].sum() <= 150 and len(counts["provider"]) == 2
    assert counts["city"].values.tolist() == [["Paris", 150, 1.0]]
    assert any("share is of" in note for note in counts["city"].attrs["notes"])
    asked = face.log[:]
    rows.facet("provider", query, limit=2)
    assert face.log == asked
    with pytest.raises(bd.InvalidRequestError, match="company"):
        rows.facet("company", query, limit=2)


def test_counts_that_would_not_add_up_are_refused(sample: Client) -> None:
    """The rows of alternatives can be had; no counts of them, and empty ones would say that there are no values."""
    rows = ClientRows(sample)
    query = ViewQuery().set(q=["nurse", "cook"])
    assert rows.search(query, stop=NEVER).loaded > 0
    with pytest.raises(bd.InvalidRequestError, match="add up"):
        rows.facet("city", query, limit=5)


def test_companies_are_the_backends(sample: Client) -> None:
    """Names that have the letters in them; of what is no name, none, and nothing is asked."""
    rows = ClientRows(sample)
    assert "Spotify" in rows.companies("spot")
    assert rows.companies(" …") == []


def test_a_posting_and_its_events(sample: Client) -> None:
    """Both are asked of the client."""
    rows = ClientRows(sample)
    key = rows.search(ViewQuery(), stop=NEVER).rows.index[0]
    assert rows.job(key).job_id == key and set(rows.events(key)["job_id"]) == {key}
    with pytest.raises(bd.NotFoundError):
        rows.job("f" * 40)


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"status": "active"},
        {"q": "engineer", "city": ["Berlin", "Boston"], "status": "active"},
        {"company": "Spotify"},
        {"first_seen_after": "7d", "salary_min": 50_000, "country": "United States"},
    ],
)
def test_the_code_gives_the_rows(filters: dict[str, Any], sample: Client) -> None:
    """Run, it gives what is at hand, before anything was asked too, in the order shown; ages stand as dates."""
    rows, query = ClientRows(sample), ViewQuery().set(**filters)
    assert "7d" not in rows.python(query)
    first = ids(run(rows.python(query), sample))
    answer = rows.search(query, stop=NEVER)
    assert first == ids(rows.jobs(query)) == ids(run(rows.python(query), sample))
    assert ("limit=None" in rows.python(query)) is answer.complete
    query.sort_by("salary_min").sort_by("salary_min")
    assert ids(run(rows.python(query), sample)) == ids(rows.jobs(query))


def test_the_request_is_at_hand_before_it_is_sent(served: tuple[ClientRows, FaceApp]) -> None:
    """Curl names the filters, before and after the search, and says of a company that it is looked up."""
    rows, face = served
    query = ViewQuery().set(q="engineer", city="Paris", status="active")
    before = rows.curl(query)
    assert not face.log
    page(rows, query, 0)
    for said in (before, rows.curl(query)):
        assert said.startswith("curl ") and "q=engineer" in said and "city=Paris" in said and "status=active" in said
    assert "company=['Acme'] is looked up first" in rows.curl(ViewQuery().set(company="Acme"))
