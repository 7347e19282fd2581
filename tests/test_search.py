"""search_jobs and iter_jobs: frames, order, limits, cursors, company names, drift, interruptions, filters, dates."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import json
import sys
import warnings
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import httpx
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bluedoor_tools as bd
from bluedoor_tools import frames
from bluedoor_tools.backends.api import ApiBackend
from bluedoor_tools.backends.store import StoreBackend
from bluedoor_tools.backends.store_file import create_store, write_jobs
from bluedoor_tools.client import Client
from bluedoor_tools.wire.transport import Transport
from tests.api_face import FaceApp, FaceData, Faults, InProcessTransport, Override
from tests.api_face.examples import CLOCK, job, org, small_data
from tests.clients import client_of, searches, with_limit

DEFAULT_COLUMNS = [
    "title", "company", "location_text", "workplace_type", "employment_type",
    "salary_min", "salary_max", "salary_currency", "salary_period", "first_seen_at",
    "source_posted_at", "status", "active", "department", "team", "city", "region", "country", "provider",
    "last_seen_at", "last_checked_at", "last_changed_at", "inactive_at", "source_updated_at",
    "remote_policy", "normalized_title", "salary_raw", "unknown_fields", "raw_payload_uri",
    "provider_job_key", "board_id", "source_id", "org_id", "source_url", "apply_url", "job_id",
]  # fmt: skip
NESTED_COLUMNS = ["event_fields", "parsed_structured", "extensions", "native_structured"]


def ids(frame: pd.DataFrame) -> list[str]:
    """The postings of a frame, in its order."""
    return [str(name) for name in frame["job_id"]]


def dtype_of(column: str) -> str:
    """The dtype that a column is promised to have, by its name alone."""
    if column.endswith("_at"):
        return "datetime64[us, UTC]"
    return {"active": "boolean", "salary_min": "float64", "salary_max": "float64"}.get(column, "str")


def hollow(number: int) -> dict[str, Any]:
    """A job of which everything but its id is null."""
    return {**dict.fromkeys(job(number)), "job_id": job(number)["job_id"]}


def whole(client: Client, **filters: Any) -> pd.DataFrame:
    """All postings that match, in one load."""
    frame: pd.DataFrame = client.search_jobs(limit=None, **{"status": None, **filters})
    return frame


# -- columns, dtypes, order --------------------------------------------------------------------------------------------


def test_default_columns_in_their_order(sample: Client, api: Client) -> None:
    """Both backends give the same fixed columns in the same order, nested fields and the text left out."""
    assert list(sample.search_jobs(limit=2).columns) == DEFAULT_COLUMNS
    assert list(api.search_jobs(limit=2).columns) == DEFAULT_COLUMNS


@pytest.mark.parametrize("asked", [{"limit": 5}, {"limit": 5, "columns": "all", "description": True}])
def test_dtypes_are_fixed(sample: Client, asked: dict[str, Any]) -> None:
    """Instants are UTC, flags nullable, salaries floats, all else text."""
    frame = sample.search_jobs(**asked)
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == {name: dtype_of(name) for name in frame.columns}


@pytest.mark.parametrize("records", [[], [hollow(1), hollow(2)]], ids=["empty", "all null"])
def test_dtypes_do_not_depend_on_the_rows(records: list[dict[str, Any]]) -> None:
    """An empty answer, and one where everything is null, has the same columns and dtypes as any other."""
    client, _ = client_of(FaceData.of(records))
    frame = client.search_jobs(status=None, columns="all", description=True, limit=10)
    assert len(frame) == len(records)
    assert list(frame.columns) == [*DEFAULT_COLUMNS, *NESTED_COLUMNS, "description_text"]
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == {name: dtype_of(name) for name in frame.columns}
    assert frame.drop(columns="job_id").isna().all(axis=None)


def test_missing_fields_are_missing_values() -> None:
    """A record with one field only is a row; what it does not tell is missing."""
    client, _ = client_of(FaceData.of([{"job_id": "f" * 40}]))
    frame = client.search_jobs(status=None, limit=1)
    assert ids(frame) == ["f" * 40]
    assert frame.drop(columns="job_id").isna().all(axis=None)


def test_newest_first_and_ties_by_job_id(sample: Client, api: Client) -> None:
    """Rows come newest first; postings first seen in the same instant come by job_id, descending."""
    for client in (sample, api):
        keys = [(pd.Timestamp(seen), name) for name, seen in whole(client)[["job_id", "first_seen_at"]].values]
        assert keys == sorted(keys, reverse=True)
    tied, _ = client_of(FaceData.of([job(number, first_seen_at="2026-05-01T00:00:00Z") for number in range(30)]))
    assert ids(whole(tied)) == sorted((job(number)["job_id"] for number in range(30)), reverse=True)


def test_ties_in_a_store(tmp_path: Path) -> None:
    """A local store breaks ties as the API does, also where a page ends amid them."""
    records = [job(number, first_seen_at=f"2026-05-01T00:00:0{number % 2}Z") for number in range(30)]
    with contextlib.closing(create_store(tmp_path / "store.sqlite", CLOCK)) as store:
        write_jobs(store, records, CLOCK)
        store.commit()
    online, _ = client_of(FaceData.of(records))
    with Client(StoreBackend(tmp_path / "store.sqlite", name="sample", label="thirty postings")) as client:
        frames_of_both = whole(client, columns=["job_id"]), whole(online, columns=["job_id"])
        pd.testing.assert_frame_equal(*frames_of_both)
        assert walked(client, [4]) == ids(frames_of_both[0])


def test_a_posting_of_unknown_age_comes_last() -> None:
    """A posting without first_seen_at stands after all others."""
    client, _ = client_of(FaceData.of([job(1, first_seen_at=None), job(2), job(3)]))
    assert ids(whole(client)) == [job(number)["job_id"] for number in (3, 2, 1)]


# -- limit -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 99, 100, 101, 250])
def test_limit_gives_the_first_rows_of_the_whole(sample: Client, api: Client, limit: int) -> None:
    """A limit cuts the answer at exactly that many rows, over page borders, too."""
    everything = ids(whole(sample))
    for client in (sample, api):
        frame = client.search_jobs(status=None, limit=limit)
        assert ids(frame) == everything[:limit]
        assert (bd.card(frame)["complete"], bd.card(frame)["reason"]) == (False, "limit")


@pytest.mark.parametrize(("count", "complete"), [(99, True), (100, True), (101, False)])
def test_a_limit_that_holds_everything_is_no_cut(count: int, complete: bool) -> None:
    """The answer is complete when the limit was enough, also where it was met exactly."""
    client, _ = client_of(FaceData.of([job(number) for number in range(count)]))
    card = bd.card(client.search_jobs(limit=100))
    assert (card["complete"], card["total"], card["rows"]) == (complete, count, min(count, 100))
    assert (card["next_cursor"] is None) is complete


def test_the_last_page_asks_only_for_the_rows_still_wanted() -> None:
    """250 rows are asked for as 100, 100 and 50."""
    client, face = client_of(small_data(300))
    client.search_jobs(status=None, limit=250)
    assert [request["limit"] for request in searches(face)] == ["100", "100", "50"]


def test_the_default_limit_is_announced_once_a_client() -> None:
    """A cut nobody asked for warns, with both numbers, once; the card says it every time."""
    client, _ = client_of(small_data(150))
    with pytest.warns(bd.ResultCutWarning, match=r"newest 100 of 150 matching.*limit=None"):
        client.search_jobs(status=None)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = client.search_jobs(status=None)
    assert (bd.card(again)["complete"], bd.card(again)["reason"]) == (False, "limit")


@pytest.mark.parametrize("limit", [10, 100, None])
def test_a_limit_that_was_asked_for_is_not_announced(limit: int | None) -> None:
    """With an explicit limit, 100 included, nothing is warned of."""
    client, _ = client_of(small_data(150))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        client.search_jobs(status=None, limit=limit)


def test_a_default_limit_that_cuts_nothing_is_silent() -> None:
    """No warning where everything came."""
    client, _ = client_of(small_data(40))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(client.search_jobs(status=None)) == 40


# -- iter_jobs ---------------------------------------------------------------------------------------------------------


def test_iter_jobs_gives_the_same_rows_page_by_page(sample: Client, api: Client) -> None:
    """The pages put together are the one long load, with equal columns and dtypes."""
    for client in (sample, api):
        pages = list(client.iter_jobs(status=None, country="Germany"))
        load = whole(client, country="Germany")
        assert [len(page) for page in pages[:-1]] == [100] * (len(pages) - 1)
        pd.testing.assert_frame_equal(pd.concat(pages, ignore_index=True), load)


def test_iter_jobs_is_lazy_but_checks_at_once() -> None:
    """One request a page when it is wanted; a wrong argument raises at the call."""
    client, face = client_of(small_data(250))
    walk = client.iter_jobs(status=None, columns=["job_id"])
    assert not face.log
    next(walk)
    next(walk)
    assert len(face.log) == 2
    with pytest.raises(bd.InvalidRequestError, match="workplace_type"):
        client.iter_jobs(workplace_typ="remote")  # type: ignore[call-arg]


def test_every_page_has_a_card_that_leads_on() -> None:
    """From the card of any page the walk goes on elsewhere; a page of a longer walk is not called complete."""
    client, _ = client_of(small_data(250))
    pages = list(client.iter_jobs(status=None, limit=230))
    everything = ids(whole(client))
    given_so_far = 0
    for page in pages:
        given_so_far += len(page)
        card = bd.card(page)
        rest = client.search_jobs(status=None, limit=None, cursor=card["next_cursor"])
        assert ids(rest) == everything[given_so_far:]
        assert (card["complete"], card["total"], card["pages"]) == (False, 250, 1)


def test_iter_jobs_of_nothing_gives_one_empty_page() -> None:
    """No match is one empty, typed page that is complete."""
    client, _ = client_of(small_data(5))
    (page,) = client.iter_jobs("nothing")
    assert (len(page), list(page.columns), bd.card(page)["complete"]) == (0, DEFAULT_COLUMNS, True)


# -- cursors -----------------------------------------------------------------------------------------------------------


def walked(client: Client, cuts: list[int], **filters: Any) -> list[str]:
    """The postings of a search in pieces of these sizes, each going on from the card of the one before."""
    found: list[str] = []
    cursor = None
    for _ in range(500):
        frame = client.search_jobs(limit=cuts[len(found) % len(cuts)], cursor=cursor, status=None, **filters)
        found += ids(frame)
        cursor = bd.card(frame)["next_cursor"]
        if cursor is None:
            return found
    raise AssertionError("the walk comes to no end")


@settings(max_examples=15)
@given(st.lists(st.integers(1, 260), min_size=1, max_size=4))
def test_pieces_make_the_whole(cuts: list[int]) -> None:
    """However a load is cut, its pieces are the one long load: no row twice, none missing, through either backend."""
    client, _ = client_of(small_data(330))
    assert walked(client, cuts) == ids(whole(client))
    with bd.connect("sample") as sample:
        assert walked(sample, cuts, provider="greenhouse") == ids(whole(sample, provider="greenhouse"))


@pytest.mark.parametrize("generous", [25, 150, 270])
@pytest.mark.parametrize("cuts", [[7], [100], [120, 3], [260]])
def test_a_server_that_returns_more_than_asked(generous: int, cuts: list[int]) -> None:
    """Pages of another size than asked for are cut amid, and the cursor goes on from that row."""
    client, _ = client_of(
        small_data(300), alter=lambda request: with_limit(request, generous), max_limit=1000, total_cap=None
    )
    everything = [record["job_id"] for record in reversed(small_data(300).jobs)]
    assert walked(client, cuts) == everything


def test_a_page_that_comes_smaller_than_the_rows_to_skip() -> None:
    """What is left to skip is skipped on the next page."""
    sizes = iter([150, 40, 40, 40, 40])
    client, _ = client_of(small_data(300), alter=lambda request: with_limit(request, next(sizes, 100)), max_limit=1000)
    first = client.search_jobs(status=None, limit=130)
    everything = [record["job_id"] for record in reversed(small_data(300).jobs)]
    cursor = bd.card(first)["next_cursor"]
    assert ids(first) + ids(client.search_jobs(status=None, limit=None, cursor=cursor)) == everything
    sizes = iter([40])
    page = next(client.iter_jobs(status=None, cursor=cursor))
    rest = client.search_jobs(status=None, limit=None, cursor=bd.card(page)["next_cursor"])
    assert len(page) > 0
    assert ids(first) + ids(page) + ids(rest) == everything


def test_ages_go_on_under_the_clock_of_the_first_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search for "7d" that goes on later means the same seven days."""
    client, _ = client_of(small_data(300))
    noon = dt.datetime(2026, 5, 8, 2, tzinfo=dt.UTC)  # seven days after the 120th posting
    monkeypatch.setattr(client.backend, "now", lambda: noon)
    first = client.search_jobs(status=None, first_seen_after="7d", limit=50)
    expected = ids(whole(client, first_seen_after="7d"))
    monkeypatch.setattr(client.backend, "now", lambda: noon + dt.timedelta(hours=1))
    rest = client.search_jobs(status=None, first_seen_after="7d", limit=None, cursor=bd.card(first)["next_cursor"])
    assert ids(first) + ids(rest) == expected
    assert len(ids(whole(client, first_seen_after="7d"))) < len(expected) == 180
    assert bd.card(rest)["clock"] == bd.card(first)["clock"] == "2026-05-08T02:00:00Z"


def test_a_continued_load_claims_neither_total_nor_completeness() -> None:
    """The card of a later piece has no total and is not complete, even at the end."""
    client, face = client_of(small_data(150))
    first = client.search_jobs(status=None, limit=100)
    face.log.clear()
    card = bd.card(client.search_jobs(status=None, limit=None, cursor=bd.card(first)["next_cursor"]))
    assert (card["total"], card["complete"], card["next_cursor"]) == (None, False, None)
    assert [request["include_total"] for request in searches(face)] == ["false"]


@pytest.mark.parametrize(
    "other", [{"q": "engineer"}, {"country": "United States"}, {"status": "active"}, {"first_seen_after": "7d"}]
)
def test_a_cursor_of_another_search_is_refused(other: dict[str, Any]) -> None:
    """A cursor with other filters raises, and nothing is sent."""
    client, face = client_of(small_data(30))
    cursor = bd.card(client.search_jobs(status=None, limit=5))["next_cursor"]
    face.log.clear()
    with pytest.raises(bd.InvalidRequestError, match="another search"):
        client.search_jobs(limit=5, cursor=cursor, **{"status": None, **other})
    assert not face.log


def test_a_cursor_of_another_backend_is_refused(sample: Client, api: Client) -> None:
    """A cursor of the sample means nothing to the API."""
    cursor = bd.card(sample.search_jobs(limit=5))["next_cursor"]
    with pytest.raises(bd.InvalidRequestError, match=r"another search.*backend"):
        api.search_jobs(limit=5, cursor=cursor)


def shaped(value: Any) -> str:
    """Text that is coded as a cursor is, whatever is inside."""
    return base64.urlsafe_b64encode(zlib.compress(json.dumps(value).encode())).decode().rstrip("=")


def opened(cursor: str) -> Any:
    """What a cursor carries."""
    return json.loads(zlib.decompress(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))))


scraps = st.none() | st.integers() | st.text(max_size=30) | st.just("2026-06-01T00:00:00Z")
garbage = st.text() | scraps | st.lists(scraps, max_size=7).map(shaped) | st.just("[" * 5000).map(shaped)


@settings(max_examples=150)
@given(garbage)
def test_garbage_is_no_cursor(text: Any) -> None:
    """Anything that is no cursor of this search raises, with the way to a right one."""
    with bd.connect("sample") as client:
        if text is None:
            return
        with pytest.raises(bd.InvalidRequestError, match="cursor"):
            client.search_jobs(limit=1, cursor=text)


def test_a_forged_position_is_refused(sample: Client) -> None:
    """A cursor whose inside is altered raises instead of giving wrong rows or a crash."""
    cursor = bd.card(sample.search_jobs(limit=5))["next_cursor"]
    form, [[branch, _, skip, within, _]], *others = opened(cursor)
    for position in ("x", "", base64.b64encode(b"1/2/3").decode(), base64.b64encode(b"9" * 40 + b"/x").decode()):
        with pytest.raises(bd.InvalidRequestError, match="cursor"):
            sample.search_jobs(limit=5, cursor=shaped([form, [[branch, position, skip, within, None]], *others]))


# -- columns and description -------------------------------------------------------------------------------------------


def test_columns_are_given_in_the_order_asked_for(sample: Client) -> None:
    """Only the columns named, in that order, each once."""
    frame = sample.search_jobs(limit=3, columns=["company", "job_id", "company", "native_structured"])
    assert list(frame.columns) == ["company", "job_id", "native_structured"]
    assert list(sample.search_jobs(limit=3, columns="title").columns) == ["title"]
    assert list(sample.search_jobs(limit=3, columns=frame.columns).columns) == list(frame.columns)


def test_company_is_known_without_the_column_org_id(sample: Client) -> None:
    """The name is looked up also where org_id is not asked for."""
    alone = sample.search_jobs(limit=20, columns=["company"])
    assert alone["company"].tolist() == sample.search_jobs(limit=20)["company"].tolist()
    assert alone["company"].notna().all()


def test_all_columns_hold_the_nested_fields_as_json(face: FaceApp, api: Client) -> None:
    """columns="all" adds the nested fields; their text decodes to what the API sent."""
    frame = api.search_jobs(status=None, limit=50, columns="all")
    assert list(frame.columns) == [*DEFAULT_COLUMNS, *NESTED_COLUMNS]
    for row in frame.itertuples():
        record = face.data.job_listing.by_id[str(row.job_id)].record
        for name in NESTED_COLUMNS:
            told = getattr(row, name)
            assert (None if pd.isna(told) else json.loads(told)) == record[name]


def test_plain_columns_hold_what_the_api_sent(face: FaceApp, api: Client) -> None:
    """Every value of every plain column is the record's own."""
    for row in api.search_jobs(status=None, limit=100).itertuples():
        record = face.data.job_listing.by_id[str(row.job_id)].record
        for name in set(DEFAULT_COLUMNS) - {"company", "unknown_fields"}:
            told, sent = getattr(row, name), record[name]
            if sent is None:
                assert pd.isna(told), name
            else:
                assert told == (pd.Timestamp(sent) if name.endswith("_at") else sent), name


@pytest.mark.parametrize(
    "asked",
    [{"description": True}, {"columns": ["job_id", "description_text"]}, {"columns": ["job_id"], "description": True}],
)
def test_description_is_added_when_asked_for(face: FaceApp, api: Client, asked: dict[str, Any]) -> None:
    """The text comes by description=True or by naming its column, verbatim."""
    frame = api.search_jobs(limit=20, **asked)
    assert frame.columns[-1] == "description_text"
    for row in frame.itertuples():
        assert row.description_text == face.data.job_listing.by_id[str(row.job_id)].record["description_text"]


def test_the_text_is_not_asked_for_unasked() -> None:
    """Without description=True, or without its column, no text is sent for."""
    client, face = client_of(small_data(5))
    client.search_jobs(limit=5)
    client.search_jobs(limit=5, columns="all")
    client.search_jobs(limit=5, columns=["job_id"])
    assert all("include" not in request for request in searches(face))


# -- company names -----------------------------------------------------------------------------------------------------


def many_companies(count: int) -> FaceData:
    """`count` postings, each of an organisation of its own."""
    orgs = [org(number) for number in range(count)]
    return FaceData.of([job(number, org_id=orgs[number]["org_id"]) for number in range(count)], orgs)


def batches(face: FaceApp) -> list[list[str]]:
    """The ids of every bulk look-up."""
    return [json.loads(request.body)["org_ids"] for request in face.log if request.path == "/orgs/batch_lookup"]


def test_companies_are_looked_up_in_bulk_and_remembered() -> None:
    """One request per 100 organisations, at the end of a load, and none for those met before."""
    client, face = client_of(many_companies(250))
    first = client.search_jobs(limit=30)
    assert [len(batch) for batch in batches(face)] == [30]
    frame = client.search_jobs(limit=None)
    assert [len(batch) for batch in batches(face)] == [30, 100, 100, 20]
    asked = Counter(name for batch in batches(face) for name in batch)
    assert set(asked.values()) == {1}
    client.search_jobs(limit=None)
    assert len(batches(face)) == 4
    expected = [f"Company {number}" for number in reversed(range(250))]
    assert frame["company"].tolist() == expected
    assert first["company"].tolist() == expected[:30]


def test_no_look_up_where_company_is_not_wanted() -> None:
    """Without the column, no organisation is asked for."""
    client, face = client_of(small_data(20))
    client.search_jobs(limit=20, columns=["job_id", "org_id"])
    assert not batches(face)


def test_names_that_are_not_to_be_had() -> None:
    """No display name: the canonical one. No name, or an unknown organisation: missing, and not asked for again."""
    orgs = [org(0, display_name=None), org(1, display_name=" ", canonical_name=None)]
    jobs = [job(number, org_id=org(number)["org_id"]) for number in range(3)] + [job(3, org_id=None)]
    client, face = client_of(FaceData.of(jobs, orgs))
    assert client.search_jobs(limit=9)["company"].tolist()[3] == "company-0"
    assert client.search_jobs(limit=9)["company"].isna().tolist() == [True, True, True, False]
    assert len(batches(face)) == 1


def test_a_failing_look_up_costs_the_names_only() -> None:
    """Rows are kept; the failure is announced and stands on the card; the names found before it are there."""
    faults = Faults(only="batch_lookup", error_every=3, error_status=400)
    client, _ = client_of(many_companies(250), faults)
    with pytest.warns(bd.BluedoorWarning, match="names could not be looked up"):
        frame = client.search_jobs(limit=None)
    assert (len(frame), frame["company"].notna().sum(), bd.card(frame)["complete"]) == (250, 200, True)
    assert any("company is empty" in note and "bad weather" in note for note in bd.card(frame)["notes"])
    again = client.search_jobs(limit=None)
    assert again["company"].notna().all()
    assert not any("company" in note for note in bd.card(again)["notes"])


@pytest.mark.parametrize("answer", [b"<html>no</html>", {"data": None}, {"data": [7, {"input": 3}, {"data": {}}]}, {}])
def test_a_look_up_answered_with_nonsense(answer: Any) -> None:
    """Whatever the look-up answers, the rows are kept."""
    client, _ = client_of(small_data(20), Faults(overrides=[Override("batch_lookup", answer)]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", bd.BluedoorWarning)
        frame = client.search_jobs(status=None, limit=20)
    assert len(frame) == 20
    assert frame["company"].isna().all()


# -- totals ------------------------------------------------------------------------------------------------------------


def test_the_total_is_asked_for_on_the_first_page_only() -> None:
    """Counting is slow: later pages say include_total=false, and the card keeps the first page's number."""
    client, face = client_of(small_data(250))
    frame = client.search_jobs(status=None, limit=None)
    assert [request.get("include_total") for request in searches(face)] == [None, "false", "false"]
    assert (bd.card(frame)["total"], bd.card(frame)["capped"], bd.card(frame)["complete"]) == (250, False, True)


def test_a_capped_total_is_a_lower_bound() -> None:
    """The card marks a count that stopped, and its words say "at least"."""
    client, _ = client_of(small_data(150), total_cap=120)
    card = bd.card(client.search_jobs(status=None, limit=10))
    assert (card["total"], card["capped"]) == (120, True)
    assert "at least 120" in str(card)
    complete = bd.card(client.search_jobs(status=None, limit=None))
    assert (complete["rows"], complete["complete"], complete["notes"]) == (150, True, [])


def test_an_unavailable_total_is_none() -> None:
    """Where the server cannot count, the card claims no total."""
    client, _ = client_of(small_data(150), total_unavailable=True)
    with pytest.warns(bd.ResultCutWarning, match="of more matching"):
        card = bd.card(client.search_jobs(status=None))
    assert (card["total"], card["capped"]) == (None, False)
    assert "total unknown" in str(card)


@pytest.mark.parametrize("told", ["12", -1.5, True, [3], {"n": 1}])
def test_a_total_of_a_wrong_type_is_no_total(told: Any) -> None:
    """A drifted count is dropped, not shown."""

    def drift(payload: Any) -> None:
        payload.get("meta", {})["total_matching"] = told

    client, _ = client_of(small_data(5), Faults(mutators=[drift]))
    assert bd.card(client.search_jobs(limit=5))["total"] is None


def test_a_total_that_differs_from_the_rows_is_noted() -> None:
    """When everything came and the count was another, the card says so."""

    def miscount(payload: Any) -> None:
        if "total_matching" in payload.get("meta", {}):
            payload["meta"]["total_matching"] += 7

    client, _ = client_of(small_data(5), Faults(mutators=[miscount]))
    assert any("counted 12" in note and "5 came" in note for note in bd.card(whole(client))["notes"])


# -- unknown fields and drift ------------------------------------------------------------------------------------------


def test_unknown_fields_survive() -> None:
    """A field the contract does not know is kept as JSON in its row, and named on the card."""
    jobs = [job(1), job(2, benefits=["bike"], visa=None), job(3, benefits={"a": {"b": 1.5}}, **{"odd name`": "x"})]
    client, _ = client_of(FaceData.of(jobs))
    frame = client.search_jobs(limit=3)
    kept = [None if pd.isna(text) else json.loads(text) for text in frame["unknown_fields"]]
    assert kept[0] == {"benefits": {"a": {"b": 1.5}}, "odd name`": "x"}
    assert kept[1] is not None
    assert kept[1]["benefits"] == ["bike"]
    assert kept[2] is None
    assert {"benefits", "visa"} <= set(bd.card(frame)["unknown_fields"])
    assert "benefits" in str(bd.card(frame))
    assert not bd.card(frame)["drift"]


def test_unknown_fields_are_named_whatever_the_columns_and_the_drift() -> None:
    """The card names them also where the column is not asked for, and on a page whose types drifted."""
    client, _ = client_of(FaceData.of([job(1, title=17, benefits=[], **{'a "b"': 1}), job(2, perks=1)]))
    for columns in (None, ["job_id"]):
        with pytest.warns(bd.DriftWarning):
            frame = client.search_jobs(limit=3, columns=columns)
        assert bd.card(frame)["unknown_fields"] == ['a "b"', "benefits", "perks"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", 17),
        ("title", {"en": "Engineer"}),
        ("active", "yes"),
        ("salary_min", "90000"),
        ("salary_max", True),
        ("first_seen_at", "yesterday"),
        ("source_posted_at", 1780000000),
        ("org_id", ["a"]),
    ],
)
def test_a_drifted_type_costs_the_value_only(name: str, value: Any) -> None:
    """The value is missing in its column, kept beside, counted and announced; all else of the page is as ever."""
    client, _ = client_of(FaceData.of([job(1), job(2, **{name: value}), job(3)], [org(0), org(1), org(2)]))
    with pytest.warns(bd.DriftWarning, match=rf"{name}: 1"):
        frame = client.search_jobs(limit=3).set_index("job_id")
    row = frame.loc[job(2)["job_id"]]
    assert pd.isna(row[name])
    assert json.loads(str(row["unknown_fields"])) == {name: value}
    assert frame[name].notna().sum() == (2 if job(1)[name] is not None else 0)
    assert frame.attrs["bluedoor"]["drift"] == {name: 1}
    assert {column: str(kind) for column, kind in frame.dtypes.items()} == {
        column: dtype_of(str(column)) for column in frame.columns
    }


@pytest.mark.parametrize("broken", [None, 5, "text", [1]])
def test_a_broken_record_costs_itself_only(broken: Any) -> None:
    """What is no record is left out, counted and announced; the rest of the page, and the walk, go on."""

    def breaks(payload: Any) -> None:
        if "order" in payload.get("meta", {}):
            payload["data"][3] = broken

    client, _ = client_of(small_data(150), Faults(mutators=[breaks]))
    with pytest.warns(bd.DriftWarning, match="broken records, left out: 2"):
        frame = client.search_jobs(status=None, limit=None)
    assert (len(frame), bd.card(frame)["drift"]) == (148, {"broken records, left out": 2})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc é", max_size=4), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
wild_jobs = st.dictionaries(st.sampled_from(sorted({*job(1), "description_text", "new_field"})), json_values)


@settings(max_examples=60)
@given(st.lists(wild_jobs, max_size=4))
def test_no_record_breaks_a_frame(changes: list[dict[str, Any]]) -> None:
    """Whatever JSON stands in the fields, there is a row for each record, and no value is lost."""
    records = [{**job(number), **change, "job_id": job(number)["job_id"]} for number, change in enumerate(changes)]

    def page(payload: Any) -> Any:
        return {"data": records, "meta": {}} if "order" in payload.get("meta", {}) else payload

    client, _ = client_of(small_data(1), Faults(mutators=[page]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", bd.BluedoorWarning)
        frame = client.search_jobs(status=None, limit=9, columns="all", description=True)
    assert ids(frame) == [record["job_id"] for record in records]
    for row, record in zip(frame.to_dict("records"), records, strict=True):
        beside = {} if pd.isna(row["unknown_fields"]) else json.loads(str(row["unknown_fields"]))
        for name, value in record.items():
            told = beside.get(name, row.get(name))
            if value is None:
                assert told is None or pd.isna(told)
            elif name in NESTED_COLUMNS:
                assert json.loads(str(told)) == value
            elif isinstance(told, pd.Timestamp):
                assert told == pd.Timestamp(value)
            else:
                assert told == value


# -- interruptions -----------------------------------------------------------------------------------------------------


def test_a_load_that_fails_midway_keeps_its_rows() -> None:
    """The rows so far are kept and marked incomplete; the cursor goes on without a gap or a row twice."""
    client, face = client_of(small_data(450), Faults(only="search", error_every=4, error_status=403))
    with pytest.warns(bd.PartialResultWarning, match=r"after 300 rows \(.*bad weather"):
        first = client.search_jobs(status=None, limit=None)
    card = bd.card(first)
    assert (len(first), card["complete"], card["reason"]) == (300, False, "interrupted: NotAuthorizedError")
    assert card["total"] == 450
    rest = client.search_jobs(status=None, limit=None, cursor=card["next_cursor"])
    assert ids(first) + ids(rest) == [record["job_id"] for record in reversed(face.data.jobs)]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"error_status": 503}, "ServerFailedError"),
        ({"error_status": 429}, "RateLimitedError"),
        ({"body": b"<html>"}, "UnexpectedAnswerError"),
    ],
)
def test_whatever_stops_a_load_is_named(fault: dict[str, Any], error: str) -> None:
    """Each way to fail after the first page leaves its rows, and its name on the card."""
    client, face = client_of(small_data(250))
    bad = Override("search", fault.get("body", b"{}"), status=fault.get("error_status", 200))

    def after_the_first(payload: Any) -> None:
        face.faults.overrides = [bad]

    face.faults.mutators = [after_the_first]
    face.faults.only = "search"
    with pytest.warns(bd.PartialResultWarning):
        frame = client.search_jobs(status=None, limit=None, columns=["job_id"])
    assert (len(frame), bd.card(frame)["reason"]) == (100, f"interrupted: {error}")


def test_a_failure_on_the_first_page_raises() -> None:
    """With no row to keep, the error itself comes."""
    client, _ = client_of(small_data(5), Faults(error_every=1, error_status=400))
    with pytest.raises(bd.InvalidRequestError, match="bad weather"):
        client.search_jobs(limit=5)


def test_iter_jobs_raises_where_it_stands() -> None:
    """Page by page there is nothing to keep: the error comes, and the last card leads on."""
    client, face = client_of(small_data(250), Faults(only="search", error_every=2, error_status=403))
    walk = client.iter_jobs(status=None)
    first = next(walk)
    with pytest.raises(bd.NotAuthorizedError, match="bad weather"):
        next(walk)
    face.faults.error_every = 0
    rest = client.search_jobs(status=None, limit=None, cursor=bd.card(first)["next_cursor"])
    assert ids(first) + ids(rest) == ids(whole(client))


def test_a_cursor_that_leads_back_is_gone_on_without() -> None:
    """A server whose next_cursor repeats is not followed round: the load goes on behind the last row, to the end."""

    def loop(payload: Any) -> None:
        if payload.get("meta", {}).get("next_cursor"):
            payload["meta"]["next_cursor"] = cursors.setdefault("first", payload["meta"]["next_cursor"])

    cursors: dict[str, str] = {}
    client, face = client_of(small_data(450), Faults(mutators=[loop]))
    frame = client.search_jobs(status=None, limit=None)
    assert ids(frame) == [record["job_id"] for record in reversed(face.data.jobs)]
    card = bd.card(frame)
    assert (card["complete"], card["reason"]) == (True, "cursor ended")
    assert any("led nowhere" in note for note in card["notes"])


@pytest.mark.parametrize("at", [2, 4])
def test_ctrl_c_midway_keeps_the_rows(at: int) -> None:
    """An interrupt while waiting for a page is as any other: rows kept, and the cursor goes on."""
    count = 0

    def interrupt(request: httpx.Request) -> httpx.Request:
        nonlocal count
        count += 1
        if count == at:
            raise KeyboardInterrupt
        return request

    client, face = client_of(small_data(450), alter=interrupt)
    with pytest.warns(bd.PartialResultWarning, match=rf"after {at - 1}00 rows \(interrupted by you\)"):
        first = client.search_jobs(status=None, limit=None)
    assert (bd.card(first)["complete"], bd.card(first)["reason"]) == (False, "interrupted: KeyboardInterrupt")
    rest = client.search_jobs(status=None, limit=None, cursor=bd.card(first)["next_cursor"])
    assert ids(first) + ids(rest) == [record["job_id"] for record in reversed(face.data.jobs)]


def test_ctrl_c_before_the_first_page_is_ctrl_c() -> None:
    """With nothing loaded, the interrupt goes through."""

    def interrupt(_: httpx.Request) -> httpx.Request:
        raise KeyboardInterrupt

    client, _ = client_of(small_data(5), alter=interrupt)
    with pytest.raises(KeyboardInterrupt):
        client.search_jobs(limit=5)


def test_ctrl_c_amid_the_names_keeps_the_rows_of_a_load() -> None:
    """A long load survives an interrupt while its companies are looked up; a walk page by page ends."""

    def interrupt(request: httpx.Request) -> httpx.Request:
        if request.url.path.endswith("batch_lookup"):
            raise KeyboardInterrupt
        return request

    client, _ = client_of(small_data(150), alter=interrupt)
    with pytest.warns(bd.BluedoorWarning, match="interrupted by you"):
        frame = client.search_jobs(status=None, limit=None)
    assert len(frame) == 150
    with pytest.raises(KeyboardInterrupt):
        next(client.iter_jobs(status=None))


def interrupted_at(line: int) -> Callable[[FrameType, str, Any], Any]:
    """A tracer that interrupts as the given line begins, counted over the code that takes pages in."""
    left = line

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal left
        name, caller = frame.f_code.co_name, frame.f_back
        file = frame.f_code.co_filename
        inside = (file.endswith("walk.py") and name == "follow") or (
            file.endswith("frames.py") and name in {"add", "_flush"} and caller is not None
            and caller.f_code.co_name in {"search_jobs", "add"}
        )  # fmt: skip
        if not inside:
            return None
        if event == "line":
            left -= 1
            if left == 0:
                raise KeyboardInterrupt
        return trace

    return trace


def test_ctrl_c_at_any_moment_loses_and_doubles_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever in the loop an interrupt strikes, kept rows and those behind the cursor are the whole."""
    monkeypatch.setattr(frames, "_CHUNK", 150)
    client, face = client_of(small_data(330))
    everything = [record["job_id"] for record in reversed(face.data.jobs)]
    kept: set[int] = set()
    for line in range(1, 20_000):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", bd.PartialResultWarning)
            tracer = sys.gettrace()
            sys.settrace(interrupted_at(line))
            try:
                first = client.search_jobs(status=None, limit=None, columns=["job_id"])
            except KeyboardInterrupt:
                assert not kept, line  # before the first page only
                continue
            finally:
                sys.settrace(tracer)
        kept.add(len(first))
        card = bd.card(first)
        if card["complete"]:
            break
        rest = client.search_jobs(status=None, limit=None, columns=["job_id"], cursor=card["next_cursor"])
        assert ids(first) + ids(rest) == everything, line
    assert kept == {100, 200, 300, 330}


# -- dates -------------------------------------------------------------------------------------------------------------

CEST = dt.timezone(dt.timedelta(hours=2))


@pytest.mark.parametrize(
    ("date", "sent"),
    [
        (dt.date(2026, 5, 1), "2026-05-01T00:00:00Z"),
        (dt.datetime(2026, 5, 1, 12, 30), "2026-05-01T12:30:00Z"),
        (dt.datetime(2026, 5, 1, 12, 30, tzinfo=CEST), "2026-05-01T10:30:00Z"),
        (dt.datetime(2026, 5, 1, 0, 0, 0, 396000, tzinfo=dt.UTC), "2026-05-01T00:00:00.396000Z"),
        (pd.Timestamp("2026-05-01 12:30"), "2026-05-01T12:30:00Z"),
        (pd.Timestamp("2026-05-01 12:30", tz="Europe/Berlin"), "2026-05-01T10:30:00Z"),
        ("2026-05-01", "2026-05-01T00:00:00Z"),
        (" 2026-05-01T12:30:00+02:00 ", "2026-05-01T10:30:00Z"),
        ("2026-05-01T12:30:00.5Z", "2026-05-01T12:30:00.500000Z"),
        ("7d", "2026-05-31T00:00:00Z"),
        ("12h", "2026-06-06T12:00:00Z"),
        ("2w", "2026-05-24T00:00:00Z"),
        ("1 D", "2026-06-06T00:00:00Z"),
    ],
)
def test_dates_in_every_form(sample: Client, monkeypatch: pytest.MonkeyPatch, date: Any, sent: str) -> None:
    """A date, a datetime (without a zone: UTC), a Timestamp, ISO text and an age all become one instant in UTC."""
    monkeypatch.setattr(sample.backend, "now", lambda: dt.datetime(2026, 6, 7, tzinfo=dt.UTC))
    for name in ("posted_after", "first_seen_before"):
        card = bd.card(sample.search_jobs(limit=1, status=None, columns=["job_id"], **{name: date}))
        assert card["applied"] == {name: sent}
        assert card["asked"] == {name: date if isinstance(date, str) else str(date)}


def test_each_backend_counts_ages_from_its_own_clock(sample: Client, api: Client) -> None:
    """The sample's clock stands at its snapshot, the API's is now; the card prints it."""
    snapshot = bd.card(sample.search_jobs(limit=1, first_seen_after="7d"))
    assert snapshot["clock"] == sample.search_jobs(limit=1).attrs["bluedoor"]["clock"]
    stands = pd.Timestamp(snapshot["clock"])
    assert pd.Timestamp(snapshot["applied"]["first_seen_after"]) == stands - pd.Timedelta(days=7)
    assert stands <= whole(sample, columns=["job_id", "last_seen_at"])["last_seen_at"].max() + pd.Timedelta(days=2)
    before = pd.Timestamp.now("UTC").floor("s")
    live = bd.card(api.search_jobs(limit=1, first_seen_after="7d"))
    assert before <= pd.Timestamp(live["clock"]) <= pd.Timestamp.now("UTC")
    assert pd.Timestamp(live["applied"]["first_seen_after"]) == pd.Timestamp(live["clock"]) - pd.Timedelta(days=7)
    assert f"{live['clock']} (ages" in str(live)


def test_bounds_are_inclusive_and_exclusive(sample: Client) -> None:
    """*_after takes the instant itself in, *_before leaves it out."""
    seen = sample.search_jobs(limit=1, status=None).loc[0, "first_seen_at"]
    assert len(whole(sample, first_seen_after=seen)) >= 1
    assert (whole(sample, first_seen_before=seen)["first_seen_at"] < seen).all()
    assert len(whole(sample, first_seen_after=seen)) + len(whole(sample, first_seen_before=seen)) == len(whole(sample))


# -- filters, held against pandas --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def everything(sample: Client) -> pd.DataFrame:
    """All postings of the sample."""
    return whole(sample, columns="all")


def words(frame: pd.DataFrame) -> pd.Series:
    """The set of words that `q` looks among."""
    text = frame["title"].fillna("") + " " + frame["department"].fillna("") + " " + frame["normalized_title"].fillna("")
    return text.str.casefold().str.findall(r"\w+").map(set)


Mask = Callable[[pd.DataFrame], Any]
TOP = "United States"
FILTERS: list[tuple[dict[str, Any], Mask]] = [
    ({"q": "Engineer"}, lambda f: words(f).map(lambda w: "engineer" in w)),
    ({"q": "senior manager"}, lambda f: words(f).map(lambda w: {"senior", "manager"} <= w)),
    ({"title": "nurse"}, lambda f: f["title"].str.contains("nurse", case=False, regex=False)),
    ({"title": "(m/w/d)"}, lambda f: f["title"].str.contains("(m/w/d)", case=False, regex=False)),
    ({"department": "sales"}, lambda f: f["department"].str.casefold() == "sales"),
    ({"workplace_type": "Remote"}, lambda f: f["workplace_type"] == "remote"),
    ({"workplace_type": "on_site"}, lambda f: f["workplace_type"] == "on_site"),
    ({"employment_type": "full_time"}, lambda f: f["employment_type"].str.casefold() == "full_time"),
    ({"employment_type": "Permanent"}, lambda f: f["employment_type"].str.casefold() == "permanent"),
    ({"provider": "greenhouse"}, lambda f: f["provider"] == "greenhouse"),
    ({"location": "new"}, lambda f: f["location_text"].str.contains("new", case=False, regex=False)),
    ({"location_text": ";"}, lambda f: f["location_text"].str.contains(";", regex=False)),
    ({"city": "berlin"}, lambda f: f["city"].str.casefold() == "berlin"),
    ({"country": TOP}, lambda f: f["country"] == TOP),
    ({"salary_exists": True}, lambda f: f["salary_min"].notna() | f["salary_max"].notna()),
    ({"salary_exists": False}, lambda f: f["salary_min"].isna() & f["salary_max"].isna()),
    ({"salary_min": 100_000}, lambda f: f["salary_max"].fillna(f["salary_min"]) >= 100_000),
    ({"salary_max": 60_000.5}, lambda f: f["salary_min"] <= 60_000.5),
    ({"salary_min": 50_000, "salary_max": 90_000},
     lambda f: (f["salary_max"].fillna(f["salary_min"]) >= 50_000) & (f["salary_min"] <= 90_000)),
    ({"posted_after": "2026-05-20"}, lambda f: f["source_posted_at"] >= pd.Timestamp("2026-05-20", tz="UTC")),
    ({"posted_before": "2026-05-20"}, lambda f: f["source_posted_at"] < pd.Timestamp("2026-05-20", tz="UTC")),
    ({"updated_after": "2026-05-01"}, lambda f: f["source_updated_at"] >= pd.Timestamp("2026-05-01", tz="UTC")),
    ({"changed_before": "2026-05-01"}, lambda f: f["last_changed_at"] < pd.Timestamp("2026-05-01", tz="UTC")),
    ({"first_seen_after": "2026-04-01", "first_seen_before": "2026-05-01"},
     lambda f: f["first_seen_at"].between("2026-04-01T00:00Z", "2026-05-01T00:00Z", inclusive="left")),
    ({"status": "active"}, lambda f: f["status"] == "active"),
    ({"status": "expired"}, lambda f: f["status"] == "expired"),
    ({"status": "active", "workplace_type": "hybrid", "country": TOP, "salary_exists": True},
     lambda f: (f["status"] == "active") & (f["workplace_type"] == "hybrid") & (f["country"] == TOP)
     & (f["salary_min"].notna() | f["salary_max"].notna())),
]  # fmt: skip


@pytest.mark.parametrize(("filters", "mask"), FILTERS, ids=lambda part: str(part) if isinstance(part, dict) else "")
def test_filters_mean_what_pandas_says(
    sample: Client, everything: pd.DataFrame, filters: dict[str, Any], mask: Mask
) -> None:
    """A filter of the sample gives exactly the rows, in order, that the same condition picks from all of them."""
    chosen = everything[mask(everything).fillna(False).astype(bool)]
    assert 0 < len(chosen) < len(everything), "a case that tells nothing"
    found = whole(sample, **filters)
    assert ids(found) == ids(chosen)
    assert bd.card(found)["total"] == len(chosen)


def test_several_organisations_and_boards(sample: Client, everything: pd.DataFrame) -> None:
    """org_ids and source_ids take one id, a list, or a column of a frame; any of them matches."""
    orgs = everything["org_id"].drop_duplicates().head(7)
    assert ids(whole(sample, org_ids=orgs)) == ids(everything[everything["org_id"].isin(orgs)])
    assert ids(whole(sample, org_ids=orgs[0].upper())) == ids(everything[everything["org_id"] == orgs[0]])
    boards = list(everything["source_id"].drop_duplicates().head(3))
    assert ids(whole(sample, source_ids=iter(boards))) == ids(everything[everything["source_id"].isin(boards)])


def test_very_many_ids_go_in_a_body(face: FaceApp, api: Client, everything: pd.DataFrame) -> None:
    """More ids than an address can carry are sent by POST, with the same rows."""
    orgs = everything["org_id"].drop_duplicates().head(300)
    assert ids(whole(api, org_ids=orgs)) == ids(everything[everything["org_id"].isin(orgs)])
    assert {request.method for request in face.log if request.path == "/jobs/search"} == {"POST"}


def test_region_and_department_are_compared_whole(sample: Client, everything: pd.DataFrame) -> None:
    """A part of a region or department matches nothing."""
    region = str(everything["region"].value_counts().index[0])
    assert ids(whole(sample, region=region)) == ids(everything[everything["region"] == region])
    department = str(everything["department"].value_counts().index[0])
    assert len(whole(sample, department=department[:-1])) == (everything["department"] == department[:-1]).sum()


def test_status_is_active_unless_said_otherwise(sample: Client) -> None:
    """The default asks for active postings; None asks for any."""
    assert set(sample.search_jobs(limit=None)["status"]) == {"active"}
    assert set(whole(sample)["status"]) == {"active", "expired"}


def test_a_value_not_known_so_far_is_sent_and_noted(api: Client) -> None:
    """Providers and employment types beyond the known ones exist: they are sent as they are, and the card says so."""
    card = bd.card(api.search_jobs(limit=5, provider="brand_new_ats"))
    assert (card["rows"], card["applied"]["provider"]) == (0, "brand_new_ats")
    assert any("brand_new_ats" in note for note in card["notes"])


# -- what a card must not claim ----------------------------------------------------------------------------------------


def test_pages_that_overlap_give_each_posting_once() -> None:
    """Postings that come twice stand in the frame once, and are said; the count that says more makes it incomplete."""
    data = small_data(60)
    client, face = client_of(data)
    records = [record | {} for record in face.data.jobs[:3]]
    meta = {"limit": 100, "total_matching": 6}
    face.faults.overrides.append(
        Override("jobs/search", {"data": records, "meta": {**meta, "next_cursor": "2"}}, times=1)
    )
    face.faults.overrides.append(Override("jobs/search", {"data": records, "meta": meta}))
    frame = client.search_jobs(status=None, limit=None)
    card = bd.card(frame)
    assert (card["rows"], card["total"], card["complete"]) == (3, 6, False)
    assert any("3 postings came more than once" in note for note in card["notes"])
    assert "counts 6" in card["reason"]


def test_pages_without_rows_and_ever_new_cursors_end() -> None:
    """A server that only hands out cursors is given up after some pages; the rows before it are kept."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        rows = [{"job_id": "1" * 40}] if len(asked) == 1 else []
        return httpx.Response(200, json={"data": rows, "meta": {"next_cursor": f"cursor {len(asked)}"}})

    transport = Transport("http://face.test/v1", transport=httpx.MockTransport(answer))
    with Client(ApiBackend(transport)) as client, pytest.warns(bd.PartialResultWarning, match="without a new row"):
        frame = client.search_jobs(status=None, limit=None, columns=["job_id"])
    assert len(frame) == 1
    assert not bd.card(frame)["complete"]
    assert len(asked) < 50


def test_organisations_that_the_backend_leaves_out_are_said_and_not_asked_again(api: Client, face: FaceApp) -> None:
    """A look-up that omits ids leaves `company` empty, says for how many, and is not repeated."""
    face.faults.overrides.append(Override("orgs/batch_lookup", {"data": [{"input": {"org_id": "x"}, "data": None}]}))
    first, second = (api.search_jobs(limit=5) for _ in range(2))
    assert first["company"].isna().all()
    for frame in (first, second):
        assert any("the backend gives no name" in note for note in bd.card(frame)["notes"])
    assert sum(request.path == "/orgs/batch_lookup" for request in face.log) == 1


def test_a_cursor_belongs_to_its_address(face: FaceApp) -> None:
    """The cursor of an API at one address is refused at another before anything is sent."""
    client, _ = client_of(small_data(5))
    cursor = bd.card(client.search_jobs(limit=2))["next_cursor"]
    elsewhere = Transport("http://other.test/job-postings/v1", transport=InProcessTransport(face))
    with Client(ApiBackend(elsewhere)) as other, pytest.raises(bd.InvalidRequestError, match="another search"):
        other.search_jobs(limit=2, cursor=cursor)
    assert not face.log


def test_the_card_says_what_can_mislead_in_each_filter(sample: Client) -> None:
    """What the contract knows of a filter's field stands on the card of a search and of facets."""
    for frame in (sample.search_jobs(workplace_type="remote", posted_after="30d", limit=1),
                  sample.facets("city", workplace_type="remote", posted_after="30d")):  # fmt: skip
        notes = " ".join(bd.card(frame)["notes"])
        assert "19 % of remote is contradicted" in notes
        assert "only first_seen_* filters find the posting" in notes
        assert "closed postings still read active" in notes
    plain = bd.card(sample.search_jobs(status=None, limit=1))["notes"]
    assert not any("workplace_type" in note for note in plain)


@pytest.mark.parametrize("q", ['"registered nurse"', "nurse -registered", "nurse OR doctor", "nurs*"])
def test_operators_in_q_are_said_to_be_none(sample: Client, q: str) -> None:
    """A search that looks as if it had operators says that they are read as words."""
    assert any("q knows no operators" in note for note in bd.card(sample.search_jobs(q, limit=1))["notes"])


def test_an_empty_answer_says_where_the_values_are(sample: Client) -> None:
    """Nothing found under a value that is compared whole: the card names the facet that lists the values."""
    frame = sample.search_jobs(region="Ohio")
    assert frame.empty
    assert any("facets('region')" in note for note in bd.card(frame)["notes"])


def test_every_facet_value_can_be_searched(sample: Client) -> None:
    """What `facets` lists, a search under that value takes, and finds at least as many."""
    for field, name in (("employment_type", "employment_type"), ("ats_provider", "provider"), ("city", "city")):
        for value, count in sample.facets(field, status=None)[["value", "count"]].itertuples(index=False):
            found = sample.search_jobs(status=None, limit=1, columns=["job_id"], **{name: value})
            assert bd.card(found)["total"] >= count, value


def test_a_broken_record_makes_the_answer_incomplete() -> None:
    """A record that is none is left out, counted, and the answer is not called complete."""
    client, face = client_of(small_data(5))
    face.faults.mutators.append(lambda payload: {**payload, "data": [None, *payload["data"][1:]]})
    with pytest.warns(bd.DriftWarning):
        frame = client.search_jobs(status=None, limit=None, columns=["job_id", "title"])
    card = bd.card(frame)
    assert (card["rows"], card["complete"]) == (4, False)
    assert "1 broken records" in card["reason"]


def test_a_card_says_that_any_status_was_asked_for(sample: Client) -> None:
    """Expired postings among the rows are no surprise to a reader of the card."""
    assert "status=any" in str(bd.card(sample.search_jobs(status=None, limit=1)))
    assert "status=active" in str(bd.card(sample.search_jobs(limit=1)))


def test_any_status_stands_for_both(sample: Client) -> None:
    """As on the command line; on the card, and in the call, no status was asked for."""
    found = sample.search_jobs(status="Any", limit=5)
    assert found.equals(sample.search_jobs(status=None, limit=5))
    assert "status" not in bd.card(found)["applied"]
