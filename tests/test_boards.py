"""Boards: source_jobs, get_source, org.sources(); organisations and boards without postings, or gone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bluedoor_tools as bd
from bluedoor_tools.client import Client
from tests.api_face import FaceApp, FaceData, Faults, Override
from tests.api_face.examples import CLOCK, event, job, org, small_data, source
from tests.clients import client_of, ids, run, store_client

BOARD = source(1)["source_id"]
EMPTY_ORG, EMPTY_BOARD = org(7, display_name="Empty Ltd"), source(7)


def boards() -> FaceData:
    """Three boards of three organisations, 250 postings; a fourth organisation and board without any."""
    whole = small_data(250)
    orgs, sources = [*whole.orgs, EMPTY_ORG], [*whole.sources, EMPTY_BOARD]
    return FaceData.of(whole.jobs, orgs, sources, whole.events, CLOCK)


DATA = boards()
OF_BOARD = [job(n)["job_id"] for n in range(249, -1, -1) if n % 3 == 1]


# -- source_jobs -------------------------------------------------------------------------------------------------------


def test_every_posting_of_a_board(either: Client) -> None:
    """All postings of one board, of any status, newest first, with total and names, as the same search finds them."""
    found = either.source_jobs(BOARD, limit=None)
    assert ids(found) == OF_BOARD and set(found["status"]) == {"active", "expired"}
    card = bd.card(found)
    assert (card["total"], card["complete"], card["applied"]) == (83, True, {"source_id": BOARD})
    pd.testing.assert_frame_equal(found, either.search_jobs(source_ids=[BOARD], status=None, limit=None))


@pytest.mark.parametrize("named", [BOARD.upper(), f" {BOARD} ", "object"])
def test_ways_to_name_a_board(either: Client, named: str) -> None:
    """An id in any case, with blanks, or the Source itself."""
    given_as: Any = either.get_source(BOARD) if named == "object" else named
    assert ids(either.source_jobs(given_as, limit=3)) == OF_BOARD[:3]
    assert either.get_source(given_as).source_id == BOARD


@settings(max_examples=15)
@given(steps=st.lists(st.integers(1, 90), min_size=1, max_size=4).filter(lambda steps: sum(steps) > 4))
def test_steps_of_any_size_make_the_board(store: Client, online: Client, steps: list[int]) -> None:
    """However a board's load is cut, its pieces are the one load."""
    for client in (store, online):
        found: list[str] = []
        cursor = None
        for number in range(200):
            part = client.source_jobs(BOARD, limit=steps[number % len(steps)], cursor=cursor, columns=["job_id"])
            found += ids(part)
            cursor = bd.card(part)["next_cursor"]
            if cursor is None:
                break
        assert found == OF_BOARD


def test_a_continued_board_claims_no_total(either: Client) -> None:
    """A later piece has no total and is not complete, on either backend, as of a search."""
    first = either.source_jobs(BOARD, limit=10)
    card = bd.card(either.source_jobs(BOARD, limit=None, cursor=bd.card(first)["next_cursor"]))
    assert card["complete"] is False and card["next_cursor"] is None
    assert card["total"] is None


def test_a_cursor_of_another_board_is_refused(either: Client) -> None:
    """A cursor belongs to its board, and is no cursor of a search."""
    cursor = bd.card(either.source_jobs(BOARD, limit=5))["next_cursor"]
    with pytest.raises(bd.InvalidRequestError, match="another search"):
        either.source_jobs(source(2)["source_id"], cursor=cursor)
    with pytest.raises(bd.InvalidRequestError, match="another search"):
        either.search_jobs(source_ids=[BOARD], status=None, cursor=cursor)


def test_columns_of_a_board(either: Client) -> None:
    """Columns may be chosen as of a search; descriptions do not come here, and are not promised."""
    assert either.source_jobs(BOARD, columns=["title", "company"], limit=2).columns.tolist() == ["title", "company"]
    wide = either.source_jobs(BOARD, columns="all", limit=2)
    assert "native_structured" in wide and "description_text" not in wide
    for wrong in (["description_text"], ["title", "description_text"], "description_text"):
        with pytest.raises(bd.InvalidRequestError, match="description"):
            either.source_jobs(BOARD, columns=wrong)
    with pytest.raises(bd.InvalidRequestError, match="title"):
        either.source_jobs(BOARD, columns=["titel"])


@pytest.mark.parametrize("wrong", ["", "x", "lever", OF_BOARD[0], None, 5, ["a"], [], [BOARD, BOARD[::-1]], b"x"])
def test_what_is_no_board(wrong: Any) -> None:
    """Anything but one id: refused, and nothing is sent."""
    client, face = client_of(DATA)
    for call in (client.source_jobs, client.get_source):
        with pytest.raises(bd.InvalidRequestError):
            call(wrong)
    assert not face.log


def test_two_boards_at_once_are_refused(online: Client) -> None:
    """source_jobs takes one board: of two, the error says so, in the library's words."""
    with pytest.raises(bd.InvalidRequestError):
        online.source_jobs([BOARD, source(2)["source_id"]])  # type: ignore[arg-type]


def test_a_board_is_reproduced(either: Client) -> None:
    """The reproduced call gives the same rows, also from a cursor."""
    first = either.source_jobs(BOARD, limit=10, columns=["job_id", "title"])
    pd.testing.assert_frame_equal(run(first.bluedoor.reproduce(), either), first)
    second = either.source_jobs(BOARD, limit=10, cursor=bd.card(first)["next_cursor"])
    pd.testing.assert_frame_equal(run(second.bluedoor.reproduce(), either), second)
    assert f"/sources/{BOARD}/jobs" in first.bluedoor.reproduce("curl")


def test_a_board_that_breaks_off_keeps_its_rows() -> None:
    """A later page that fails: rows kept, a warning, and a cursor to the rest."""
    whole = small_data(700)
    client, face = client_of(whole)
    face.faults.only, face.faults.error_every, face.faults.error_status = "/sources/", 3, 403
    with pytest.warns(bd.PartialResultWarning, match="after 200 rows"):
        part = client.source_jobs(BOARD, limit=None)
    face.faults.error_every = 0
    rest = client.source_jobs(BOARD, limit=None, cursor=bd.card(part)["next_cursor"])
    assert ids(part) + ids(rest) == [job(n)["job_id"] for n in range(699, -1, -1) if n % 3 == 1]


def test_a_server_that_answers_with_other_boards_is_said() -> None:
    """Rows of another board in a board's answer do not pass for its postings."""
    client, _ = client_of(DATA, Faults(overrides=[Override(r"/sources/.*/jobs", {"data": [job(2)], "meta": {}})]))
    with pytest.raises(bd.UnexpectedAnswerError):
        client.source_jobs(BOARD)


# -- get_source --------------------------------------------------------------------------------------------------------


def test_a_board_with_its_company_and_freshness(either: Client) -> None:
    """The record, whole; the name of its organisation; how long before the backend's clock it was crawled."""
    found = either.get_source(BOARD)
    assert found.record == source(1)
    assert (found.company, found.provider, found.board_url) == ("Company 1", "lever", "https://jobs.lever.co/board1")
    assert found.freshness.startswith("crawled ")
    assert "Freshness" in dict(found.page.facts)
    frame = found.frame()
    assert frame["source_id"].tolist() == [BOARD] and bd.card(frame)["complete"]
    assert ids(found.jobs(limit=2)) == OF_BOARD[:2]


@pytest.mark.parametrize(
    ("crawled", "following", "said"),
    [
        ("2026-06-06T08:00:00Z", "2026-06-07T08:00:00Z", "crawled less than a minute before"),
        ("2026-06-05T08:00:00Z", "2026-06-06T07:00:00Z", "overdue since 2026-06-06 07:00Z"),
        ("2026-06-05T10:00:00+02:00", None, "crawled 24 h before 2026-06-06 08:00Z; next crawl not known"),
        (None, None, "last crawl not known"),
        ("2026-06-08T08:00:00Z", None, "one of the two is wrong"),
        ("soon", "later", "unreadable"),
        (1780000000, ["x"], "unreadable"),
        ("2026-06-06", "2026-06-05", "not after the last one"),
    ],
)
def test_freshness_by_the_backends_clock(tmp_path: Path, crawled: Any, following: Any, said: str) -> None:
    """What is odd is said; the clock of a store is the instant up to which it knows."""
    one = source(1, last_crawled_at=crawled, next_crawl_after=following)
    with store_client(tmp_path, FaceData.of([job(1)], [org(1)], [one], (), CLOCK)) as client:
        assert said in client.get_source(BOARD).freshness


def test_freshness_by_the_present(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the API, the clock is now."""
    client, _ = client_of(DATA)
    monkeypatch.setattr(client.backend, "now", lambda: dt.datetime(2026, 6, 7, 10, tzinfo=dt.UTC))
    said = client.get_source(BOARD).freshness
    assert said == "crawled 26 h before 2026-06-07 10:00Z; next crawl overdue since 2026-06-07 08:00Z"


@pytest.mark.parametrize("body", [{"data": source(2)}, {"data": {}}, {"data": []}, {"data": None}, {}, "<html>"])
def test_an_answer_that_is_not_the_board(body: Any) -> None:
    """Another board's record, none at all, a list or a web page: an error, never a wrong record."""
    client, _ = client_of(DATA, Faults(overrides=[Override(r"/sources/[0-9a-f-]{36}$", body)]))
    with pytest.raises(bd.UnexpectedAnswerError):
        client.get_source(BOARD)


@pytest.mark.parametrize("org_id", [None, 5, "", "x", "00000000-0000-4000-8000-000000000000"])
def test_a_board_without_a_known_company(org_id: Any) -> None:
    """A board whose organisation is missing, unknown or no id is shown all the same, without its name."""
    client, _ = client_of(FaceData.of([job(1)], [org(1)], [source(1, org_id=org_id)], (), CLOCK))
    found = client.get_source(BOARD)
    assert found.company is None and found.freshness and str(found)


def test_a_board_whose_company_cannot_be_looked_up() -> None:
    """A failing look-up of the name costs the name, and is said."""
    client, _ = client_of(DATA, Faults(overrides=[Override("/orgs/batch_lookup", {"data": "x"})]))
    with pytest.warns(bd.BluedoorWarning, match="could not be looked up"):
        found = client.get_source(BOARD)
    assert found.company is None and any("could not be looked up" in notice for notice in found.notices)


# -- gone --------------------------------------------------------------------------------------------------------------


def gone() -> FaceData:
    """Postings of a board of which there is no record any more."""
    return FaceData.of([job(1), job(4), job(2)], [org(n) for n in range(3)], [source(2)], (), CLOCK)


def test_a_board_that_is_gone(tmp_path: Path) -> None:
    """get_source and job.source say NotFoundError, on either backend."""
    with store_client(tmp_path, gone()) as local:
        for client in (client_of(gone())[0], local):
            posting = client.get_job(job(1)["job_id"])
            calls: list[Callable[[], Any]] = [lambda: posting.source, lambda: client.get_source(BOARD)]  # noqa: B023
            for call in calls:
                with pytest.raises(bd.NotFoundError):
                    call()


def test_postings_of_a_board_that_is_gone_are_the_same_on_either(tmp_path: Path) -> None:
    """A board without a record, but with postings, gives the same on either backend."""

    def answer(client: Client) -> Any:
        try:
            return ids(client.source_jobs(BOARD))
        except bd.NotFoundError as error:
            return type(error)

    with store_client(tmp_path, gone()) as local:
        assert answer(client_of(gone())[0]) == answer(local)


def test_boards_of_an_organisation_of_which_one_is_gone(tmp_path: Path) -> None:
    """org.sources() keeps the row of a board that is gone, with what its postings tell, and says so."""
    with store_client(tmp_path, gone()) as local:
        for client in (client_of(gone())[0], local):
            found = client.get_org(org(1)["org_id"]).sources()
            assert found[["jobs_met", "source_id", "provider"]].values.tolist() == [[2, BOARD, "lever"]]
            assert found["board_url"].isna().all()
            assert any("1 boards are gone" in note or "1 board is gone" in note for note in bd.card(found)["notes"])


# -- nothing -----------------------------------------------------------------------------------------------------------


def test_an_organisation_without_postings(either: Client) -> None:
    """No posting: empty frames with their columns, complete, nothing raised; it is found, with a count of 0."""
    empty = either.get_org(EMPTY_ORG["org_id"])
    assert empty.name == "Empty Ltd"
    for frame in (empty.jobs(), empty.jobs(status=None), empty.breakdowns(), empty.sources()):
        assert len(frame) == 0 and bd.card(frame)["complete"]
    assert empty.breakdowns().columns.tolist() == ["breakdown", "field", "value", "count", "share"]
    assert empty.breakdowns().dtypes["count"] == "int64"
    full = either.get_org(org(1)["org_id"]).sources()
    assert empty.sources().dtypes.to_dict() == full.dtypes.to_dict()
    (row,) = either.find_orgs("Empty Ltd").to_dict("records")
    assert (row["active_jobs"], pd.isna(row["providers"])) == (0, True)


def test_a_board_without_postings(either: Client) -> None:
    """An empty board is no unknown one: an empty frame, complete, a total of 0."""
    found = either.source_jobs(EMPTY_BOARD["source_id"])
    card = bd.card(found)
    assert (len(found), card["complete"], card["total"]) == (0, True, 0)
    assert found.dtypes.to_dict() == either.source_jobs(BOARD, limit=1).dtypes.to_dict()


def test_an_unknown_board(either: Client) -> None:
    """NotFoundError for a board that nobody knows."""
    for call in (either.source_jobs, either.get_source):
        with pytest.raises(bd.NotFoundError):
            call("00000000-0000-4000-8000-000000000000")


# -- boards of an organisation -----------------------------------------------------------------------------------------


def test_boards_of_an_organisation(either: Client) -> None:
    """Each board that its postings name, with its record and how many of the postings looked at are of it."""
    found = either.get_org(org(1)["org_id"]).sources()
    assert found["source_id"].tolist() == [BOARD] and found["jobs_met"].dtype == "int64"
    assert found["board_url"].tolist() == ["https://jobs.lever.co/board1"]
    assert bd.card(found)["complete"]


def two_boards() -> FaceData:
    """An organisation with an old posting on a second board."""
    jobs = [job(n, org_id=org(0)["org_id"], source_id=source(1)["source_id"]) for n in range(1, 300)]
    jobs += [job(0, org_id=org(0)["org_id"], source_id=source(2)["source_id"])]
    return FaceData.of(jobs, [org(0, board_count=2)], [source(1), source(2)], [event(1, jobs[0])], CLOCK)


def test_boards_beyond_the_limit_are_announced() -> None:
    """Boards that only older postings name are missing, and that is said; with limit=None they come."""
    client, _ = client_of(two_boards())
    organisation = client.get_org(org(0)["org_id"])
    with pytest.warns(bd.ResultCutWarning, match="newest 200 postings"):
        part = organisation.sources(limit=200)
    assert len(part) == 1 and not bd.card(part)["complete"]
    whole = organisation.sources(limit=None)
    assert whole["jobs_met"].tolist() == [299, 1] and bd.card(whole)["complete"]


@pytest.mark.parametrize("count", [None, "2", 2.0, 2, True, -1])
def test_a_count_of_boards_of_any_type(count: Any) -> None:
    """board_count may be missing or of another type: the boards are the same."""
    data = two_boards()
    data.orgs[0]["board_count"] = count
    client, _ = client_of(data)
    assert len(client.get_org(org(0)["org_id"]).sources()) == 2


def test_an_answer_of_a_board_that_fails(api: Client, face: FaceApp) -> None:
    """A board that cannot be asked for keeps its row, too, and is told from one that is gone."""
    organisation = api.get_org("Corvenmoor Health")
    face.faults.overrides.append(Override(r"/sources/", {"error": "no"}, status=403))
    with pytest.warns(bd.PartialResultWarning, match="could not be asked for; their rows are kept"):
        found = organisation.sources()
    assert len(found) == 23 and found["source_id"].is_unique
    assert not bd.card(found)["complete"]
    assert not any("gone" in note for note in bd.card(found)["notes"])


# -- events and history ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [0, 1, 10, 30])
def test_events_and_history_are_equal(store: Client, online: Client, number: int) -> None:
    """A posting's events and its periods are the same on either backend, but for what depends on the clock."""
    job_id = job(number)["job_id"]
    pd.testing.assert_frame_equal(store.job_events(job_id), online.job_events(job_id))
    left, right = store.history(job_id), online.history(job_id)
    columns = [name for name in left.columns if name != "days"]
    pd.testing.assert_frame_equal(left[columns], right[columns])
    assert left["state"].tolist() == (["open", "closed"] if number % 10 == 0 else ["open"])
    posting = online.get_job(job_id)
    pd.testing.assert_frame_equal(posting.events(), online.job_events(posting))
