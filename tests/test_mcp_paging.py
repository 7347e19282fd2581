"""The pages of the MCP server's lists: every row once and in order, whatever the sizes, and cursors that stay short."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bluedoor_tools.client import Client
from tests.api_face import FaceData, Faults
from tests.api_face.examples import CLOCK, event, job, org, small_data, source
from tests.clients import client_of
from tests.mcp_calls import all_pages, answer, rows

_LONGEST_CURSOR = 45
_INSTANT = "2026-05-20T08:00:00.500Z"


def _one_instant() -> FaceData:
    """Sixty postings, of which forty came in the same instant."""
    jobs = [job(number, **({"first_seen_at": _INSTANT} if 10 <= number < 50 else {})) for number in range(60)]
    events = [event(number, one, observed_at=_INSTANT) for number, one in enumerate(jobs)]
    return FaceData.of(jobs, [org(n) for n in range(3)], [source(n) for n in range(3)], events, CLOCK)


DATA = _one_instant()


def _ids(pages: list[dict[str, Any]], table: str = "jobs") -> list[str]:
    return [row["job_id"] for page in pages for row in rows(page, table)]


def _newest_first(data: FaceData) -> list[str]:
    """The ids in the order of the contract: by first_seen_at, then by id, descending."""
    dated = sorted(data.jobs, key=lambda one: (_padded(one["first_seen_at"]), one["job_id"]), reverse=True)
    return [one["job_id"] for one in dated]


def _padded(moment: str) -> str:
    return moment if "." in moment else moment.replace("Z", ".000Z")


_FILTERS: list[dict[str, Any]] = [
    {},
    {"q": "engineer"},
    {"first_seen_after": "60d", "status": "any"},
    {"country": ["United States", "Germany"]},
    {"city": "New York", "title": ["nurse", "engineer"]},
    {"workplace_type": ["remote", "hybrid"], "first_seen_before": "2026-05-25"},
]


@settings(max_examples=8, phases=[Phase.generate])
@given(filters=st.sampled_from(_FILTERS), limit=st.integers(9, 100), budget=st.integers(1500, 6000))
def test_pages_of_the_sample_hold_each_row_once_and_in_order(
    sample: Client, filters: dict[str, Any], limit: int, budget: int
) -> None:
    """The first pages of a search are the first rows of the library's own search, however large they are."""
    asked = {"status": "active", **filters}
    given_ids: list[str] = []
    cursor: dict[str, Any] = {}
    totals = set()
    for _ in range(6):
        page = answer(
            sample, "search_jobs", budget=budget, fields=["job_id", "title"], limit=limit, **filters, **cursor
        )
        structure = page.structure
        assert structure["shown"] == f"{len(given_ids) + 1}-{len(given_ids) + len(structure['jobs']['rows'])}"
        given_ids += _ids([structure])
        totals.add(structure["total"])
        if "next_cursor" not in structure:
            break
        assert len(structure["next_cursor"]) <= _LONGEST_CURSOR
        cursor = {"cursor": structure["next_cursor"]}
    frame = sample.search_jobs(**asked, limit=len(given_ids), columns=["job_id"])
    assert given_ids == list(frame["job_id"])
    assert totals == {frame.attrs["bluedoor"]["total"]}


@settings(max_examples=8, phases=[Phase.generate])
@given(limit=st.integers(1, 70), budget=st.sampled_from([1000, 1700, 5000]))
def test_rows_of_one_instant_are_met_once_each(store: Client, online: Client, limit: int, budget: int) -> None:
    """A page may end anywhere within forty rows of one instant, of a store and of the API alike."""
    for client in (store, online):
        pages = all_pages(client, "search_jobs", "jobs", status="any", limit=limit, fields=["job_id"], budget=budget)
        assert _ids(pages) == _newest_first(DATA)
        assert {page["total"] for page in pages} == {60}
        assert all(len(page.get("next_cursor", "")) <= _LONGEST_CURSOR for page in pages)


@pytest.mark.parametrize("limit", [7, 25])
def test_events_of_one_instant_are_met_once_each(store: Client, online: Client, limit: int) -> None:
    """So it is with events."""
    for client in (store, online):
        met = _ids(all_pages(client, "search_events", "events", limit=limit), "events")
        assert sorted(met) == sorted(one["job_id"] for one in DATA.jobs)


def test_a_company_and_the_echoed_filters_go_on_too(online: Client) -> None:
    """A search goes on with `applied` as it was given back, as the page of results does, company and ages included."""
    first = answer(
        online, "search_jobs", company="Company 1", first_seen_after="4000d", limit=4, fields=["job_id"]
    ).structure
    met = _ids([first])
    cursor = first["next_cursor"]
    while cursor is not None:
        page = answer(online, "search_jobs", **first["applied"], limit=4, fields=["job_id"], cursor=cursor).structure
        assert page["applied"] == first["applied"]
        met += _ids([page])
        cursor = page.get("next_cursor")
    assert met == [name for name in _newest_first(DATA) if name in {one["job_id"] for one in DATA.jobs[1::3]}]


def test_rows_that_come_in_meanwhile_move_nothing() -> None:
    """Postings that are new between two pages neither repeat nor displace rows of the list."""
    data = small_data(40)
    client, _ = client_of(data)
    before = _newest_first(data)
    page = answer(client, "search_jobs", status="any", limit=15, fields=["job_id"]).structure
    data.jobs.extend(job(1000 + number) for number in range(9))
    data.changed()
    met = _ids([page])
    while "next_cursor" in page:
        page = answer(
            client, "search_jobs", status="any", limit=15, fields=["job_id"], cursor=page["next_cursor"]
        ).structure
        assert page["total"] == 40
        met += _ids([page])
    assert met == before


def test_a_row_that_came_into_the_instant_of_the_cut_is_told_of() -> None:
    """Where rows of the very instant of a page's end changed meanwhile, the next page says so."""
    data = _one_instant()
    client, _ = client_of(data)
    page = answer(client, "search_jobs", status="any", limit=25, fields=["job_id"]).structure
    data.jobs.append(job(777, job_id="f" * 40, first_seen_at=_INSTANT))
    data.changed()
    page = answer(
        client, "search_jobs", status="any", limit=25, fields=["job_id"], cursor=page["next_cursor"]
    ).structure
    assert any("may be missing or repeated" in note for note in page["notes"])


def test_rows_without_an_instant_are_given_or_told_of() -> None:
    """Postings without first_seen_at stand last: a page that holds them goes on; where none does, it is said."""
    jobs = [job(number, **({"first_seen_at": None} if number < 6 else {})) for number in range(20)]
    client, _ = client_of(FaceData.of(jobs, [org(n) for n in range(3)], [source(n) for n in range(3)], [], CLOCK))
    undated = {one["job_id"] for one in jobs[:6]}
    within = all_pages(client, "search_jobs", "jobs", limit=16, fields=["job_id"])
    met = _ids(within)
    assert len(met) == len(set(met)) == 20 and undated == set(met[14:])
    short = all_pages(client, "search_jobs", "jobs", limit=5, fields=["job_id"])
    assert len(_ids(short)) == 14
    assert "6 of 20 rows were not met" in str(short[-1]["notes"])


def test_a_posting_from_before_1970_stops_nothing() -> None:
    """An instant that no short cursor holds is gone on from all the same."""
    jobs = [job(number, first_seen_at=f"196{number}-01-01T00:00:00Z") for number in range(5)]
    client, _ = client_of(FaceData.of(jobs, [org(n) for n in range(3)], [], [], CLOCK))
    assert _ids(all_pages(client, "search_jobs", "jobs", limit=2, fields=["job_id"])) == [
        one["job_id"] for one in jobs[::-1]
    ]


@pytest.mark.parametrize(
    "other", [{"q": "nurse"}, {"status": "any"}, {"first_seen_after": "7d"}, {"company": "Company 1"}]
)
def test_a_cursor_of_other_filters_is_refused(online: Client, other: dict[str, Any]) -> None:
    """A cursor goes on with the filters that it came from, and no others."""
    cursor = answer(online, "search_jobs", limit=5).structure["next_cursor"]
    found = answer(online, "search_jobs", **other, cursor=cursor)
    assert found.is_error and "another search" in found.words and "Repeat the filters" in found.words


def test_a_cursor_of_another_tool_or_backend_is_refused(online: Client, sample: Client) -> None:
    """Cursors of events, or of other data, are not those of this search."""
    cursor = answer(online, "search_jobs", limit=5).structure["next_cursor"]
    assert answer(sample, "search_jobs", limit=5, cursor=cursor).is_error
    assert answer(online, "search_events", limit=5, cursor=cursor).is_error


@given(at=st.integers(0, 39), letter=st.sampled_from("AZaz09-_"))
@settings(max_examples=40)
def test_a_changed_cursor_is_refused(online: Client, at: int, letter: str) -> None:
    """A letter written otherwise is noticed, never a defect and never another page."""
    arguments: dict[str, Any] = {"limit": 5, "fields": ["job_id"]}
    cursor = answer(online, "search_jobs", **arguments).structure["next_cursor"]
    changed = cursor[:at] + letter + cursor[at + 1 :]
    if changed != cursor:
        found = answer(online, "search_jobs", **arguments, cursor=changed)
        assert found.is_error and "cursor" in found.words


def test_ages_count_from_one_instant_with_the_librarys_cursor_too() -> None:
    """Where a page ends on a row that no short cursor holds, the next one counts ages from the same instant."""
    jobs = [job(number, first_seen_at=f"196{number}-01-01T00:00:00Z") for number in range(5)]
    client, _ = client_of(FaceData.of(jobs, [org(n) for n in range(3)], [], [], CLOCK))
    first = answer(client, "search_jobs", posted_after="40000d", limit=2).structure
    later = client.backend.now() + dt.timedelta(minutes=5)
    client.backend.now = lambda: later  # type: ignore[method-assign]
    second = answer(client, "search_jobs", posted_after="40000d", limit=2, cursor=first["next_cursor"])
    assert not second.is_error, second.words
    assert "shown" not in second.structure and second.structure["complete"] is False
    assert not set(map(str, _ids([first]))) & set(map(str, _ids([second.structure])))


def test_broken_records_are_no_empty_answer() -> None:
    """Where records of an answer could not be read, the answer is not complete, says why, and claims no empty list."""
    faults = Faults()

    def broken(payload: Any) -> Any:
        if isinstance(payload.get("data"), list):
            payload["data"] = ["no record"] * len(payload["data"])
        return payload

    faults.mutators.append(broken)
    client, _ = client_of(small_data(10), faults)
    for tool, table in (("search_jobs", "jobs"), ("search_events", "events")):
        found = answer(client, tool, limit=5).structure
        assert found[table]["rows"] == [] and found["complete"] is False, found
        assert found["reason"] and "loosen" not in found and "matches_without" not in found


def test_a_list_whose_rest_is_not_met_is_not_whole() -> None:
    """Rows that no page can reach, or that went meanwhile, leave the list incomplete, and its total as it was."""
    undated = [job(n, first_seen_at=None) for n in range(2)]
    for dated, shown in (([job(n) for n in range(2, 4)], 0), ([job(n) for n in range(2, 5)], 1)):
        client, _ = client_of(FaceData.of([*dated, *undated], [org(n) for n in range(3)], [], [], CLOCK))
        first = answer(client, "search_jobs", limit=2).structure
        last = answer(client, "search_jobs", limit=2, cursor=first["next_cursor"]).structure
        assert len(last["jobs"]["rows"]) == shown and last["total"] == first["total"] == len(dated) + 2
        assert last["complete"] is False and "matches_without" not in last
        assert any("2 of" in note and "not met" in note for note in last["notes"])


def test_a_history_of_more_events_than_one_answer_has_says_so() -> None:
    """The history of a posting with more events than the API gives at once is not complete, and says how to go on."""
    one = job(1)
    events = [event(n, one, event_type="job.updated") for n in range(150)]
    client, _ = client_of(FaceData.of([one], [org(1)], [source(1)], events, CLOCK))
    found = answer(client, "search_events", job_id=one["job_id"]).structure
    assert found["complete"] is False and "may be more" in found["cut"]
    whole = all_pages(client, "search_events", "events", job_ids=[one["job_id"]], limit=100)
    assert sum(len(page["events"]["rows"]) for page in whole) == 150
