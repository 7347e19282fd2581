"""Lists of values where the API takes one: several queries merged into one frame, newest first, each posting once."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bluedoor_tools as bd
from bluedoor_tools.client import Client
from tests.api_face import FaceApp, FaceData, Faults, InProcessTransport, Override
from tests.api_face.examples import CLOCK, job, org, small_data, source
from tests.clients import client_of, client_through, ids, run, searches, store_client

CITIES = ["Austin", "Berlin", "Oslo", None]
TITLES = ["Data Engineer", "Engineer", "Data Analyst", "Nurse"]
MODELS = ["remote", "hybrid", "on_site"]


def mixed_data(count: int = 330) -> FaceData:
    """Jobs of four cities, titles and three work models; seven an instant, some of unknown age."""
    jobs = [
        job(
            number,
            city=CITIES[number % 4],
            title=TITLES[number // 3 % 4],
            workplace_type=MODELS[number % 3],
            first_seen_at=None if number % 29 == 0 else f"2026-05-01T{number // 420:02d}:{number // 7 % 60:02d}:00Z",
            **({"status": "expired", "active": False} if number % 5 == 0 else {}),
        )
        for number in range(count)
    ]
    return FaceData.of(jobs, [org(n) for n in range(3)], [source(n) for n in range(3)], (), CLOCK)


DATA = mixed_data()


def every(client: Client, **filters: Any) -> pd.DataFrame:
    """All postings that match, in one load."""
    frame: pd.DataFrame = client.search_jobs(limit=None, **{"status": None, "columns": ["job_id"], **filters})
    return frame


def in_order(records: Iterable[dict[str, Any]]) -> list[str]:
    """The ids of raw records, newest first, ties by id descending, those of unknown age last."""
    keyed = {(record["first_seen_at"] or "", record["job_id"]) for record in records}
    return [name for _, name in sorted(keyed, reverse=True)]


def matching(test: Callable[[dict[str, Any]], bool]) -> list[str]:
    """The ids of the mixed postings that pass a test of their raw records, in order."""
    return in_order(record for record in DATA.jobs if test(record))


LISTS: dict[str, tuple[dict[str, Any], Callable[[dict[str, Any]], bool]]] = {
    "two cities": ({"city": ["Austin", "Berlin"]}, lambda one: one["city"] in {"Austin", "Berlin"}),
    "cities and models": (
        {"city": ["austin", "OSLO"], "workplace_type": ["remote", "hybrid"]},
        lambda one: one["city"] in {"Austin", "Oslo"} and one["workplace_type"] in {"remote", "hybrid"},
    ),
    "overlapping words": (
        {"q": ["engineer", "data"]},
        lambda one: "Engineer" in one["title"] or "Data" in one["title"],
    ),
    "one word within another": ({"title": ["Engineer", "Data Engineer"]}, lambda one: "Engineer" in one["title"]),
    "overlapping and disjoint": (
        {"q": ["engineer", "data"], "city": ["Berlin", "Nowhere"], "status": ["active", "expired"]},
        lambda one: one["city"] == "Berlin" and one["title"] != "Nurse",
    ),
    "statuses": ({"status": ["active", "expired"]}, lambda _: True),
    "nothing": ({"city": ["Nowhere", "Elsewhere"]}, lambda _: False),
}


# -- rows --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LISTS)
def test_a_list_gives_the_union_of_its_values(either: Client, name: str) -> None:
    """Every posting that matches one of the values, once, newest first, as if the API took the list itself."""
    filters, test = LISTS[name]
    found = every(either, **filters)
    assert ids(found) == matching(test)
    assert (bd.card(found)["complete"], bd.card(found)["next_cursor"]) == (True, None)


def test_a_list_is_the_sum_of_single_searches(either: Client) -> None:
    """The merged rows, values and all, are those of the single searches put together and sorted."""
    singles = [every(either, q=word, columns=None) for word in ("engineer", "data", "analyst")]
    put_together = pd.concat(singles).drop_duplicates("job_id")
    put_together = put_together.sort_values(
        ["first_seen_at", "job_id"], ascending=False, na_position="last", ignore_index=True
    )
    merged = every(either, q=["engineer", "data", "analyst"], columns=None)
    pd.testing.assert_frame_equal(merged, put_together)


def test_each_query_asks_for_one_value() -> None:
    """The API is asked once for each pair of values, never for a joined list; totals with the first pages only."""
    client, face = client_of(small_data(250))
    every(client, city=["New York", "Oslo"], title=["engineer 1", "engineer 2"])
    asked = searches(face)
    pairs = [(request["city"], request["title"]) for request in asked if "cursor" not in request]
    assert sorted(pairs) == [(c, t) for c in ("New York", "Oslo") for t in ("engineer 1", "engineer 2")]
    assert all(("include_total" in request) is ("cursor" in request) for request in asked)


@pytest.mark.parametrize(
    "values",
    [
        ("Austin", "Berlin"),
        {"Austin", "Berlin"},
        frozenset({"Austin", "Berlin"}),
        dict.fromkeys(["Austin", "Berlin"]).keys(),
        pd.Series(["Austin", "Berlin"], index=[7, 9]),
        pd.Index(["Austin", "Berlin"]),
        pd.Series(["Austin", "Berlin", "Austin"], dtype="category").unique(),
        np.array(["Austin", "Berlin"]),
        ["Austin", "Berlin", "Austin", "BERLIN", " austin "],
        ["Berlin", "Austin"],
    ],
    ids=lambda values: type(values).__name__,
)
def test_any_iterable_is_a_list(online: Client, values: Any) -> None:
    """A tuple, set, view, Series, Index, array; values twice, in another case, order or with blanks are one each."""
    found = every(online, city=values)
    assert ids(found) == matching(lambda one: one["city"] in {"Austin", "Berlin"})
    assert any(note.startswith("2 queries") for note in bd.card(found)["notes"])


def test_a_generator_is_read_once(online: Client) -> None:
    """An iterator, which can be read only once, is a list as any other, and stands on the card."""
    found = every(online, city=(city for city in ("Austin", "Berlin")), q=iter(["engineer", "data"]))
    assert ids(found) == matching(lambda one: one["city"] in {"Austin", "Berlin"} and one["title"] != "Nurse")
    assert bd.card(found)["asked"]["city"] == ["Austin", "Berlin"]


@pytest.mark.parametrize("values", [["Berlin"], ("Berlin", "berlin", " Berlin "), {"Berlin"}])
def test_one_value_in_a_list_is_that_value(values: Any) -> None:
    """A list of one, or of one in several spellings, is the plain search: one request, one cursor for both."""
    client, face = client_of(DATA)
    found = client.search_jobs(city=values, limit=20)
    assert len(searches(face)) == 1 and not any("queries" in note for note in bd.card(found)["notes"])
    assert bd.card(found)["applied"]["city"].casefold() == "berlin"
    assert ids(found) == ids(client.search_jobs(city="Berlin", limit=20))


def test_rows_without_an_age_come_last_and_once(either: Client) -> None:
    """Postings without first_seen_at stand after all others, by job_id, whichever query gives them."""
    found = every(either, q=["engineer", "data"], columns=["job_id", "first_seen_at"])
    ages = found["first_seen_at"].isna().tolist()
    assert any(ages) and ages == sorted(ages)
    assert found["job_id"].is_unique


def test_one_instant_in_different_queries() -> None:
    """Postings first seen in one instant come by job_id, descending, though different queries give them."""
    jobs = [job(n, city=CITIES[n % 3], first_seen_at="2026-05-01T00:00:00Z") for n in range(250)]
    client, _ = client_of(FaceData.of(jobs, clock=CLOCK))
    assert ids(every(client, city=["Austin", "Berlin", "Oslo"])) == in_order(jobs)


@pytest.mark.parametrize("written", ["2026-05-01T02:00:00+02:00", "2026-05-01T00:00:00.000Z", "2026-05-01 00:00:00"])
def test_one_instant_in_different_spellings(tmp_path: Path, written: str) -> None:
    """Rows are merged by the instant itself, however it is written, on either backend."""
    jobs = [job(n, city=CITIES[n % 2], first_seen_at=written if n % 2 else "2026-05-01T00:00:00Z") for n in range(40)]
    by_id = sorted((one["job_id"] for one in jobs), reverse=True)
    client, _ = client_of(FaceData.of(jobs, clock=CLOCK))
    with store_client(tmp_path, FaceData.of(jobs, clock=CLOCK)) as local:
        for either in (client, local):
            assert ids(every(either, city=["Austin", "Berlin"])) == by_id


@pytest.mark.parametrize("limit", [1, 2, 7, 99, 100, 101, 160])
def test_a_limit_of_a_list_is_exact(either: Client, limit: int) -> None:
    """A limit gives exactly the first rows of the merged whole, whatever the queries had in hand."""
    whole = matching(lambda one: one["title"] != "Nurse")
    found = either.search_jobs(["engineer", "data"], status=None, limit=limit, columns=["job_id"])
    assert ids(found) == whole[:limit]
    assert (bd.card(found)["complete"], bd.card(found)["reason"]) == (False, "limit")


def test_a_limit_that_holds_everything_is_complete(either: Client) -> None:
    """A limit of just as many rows as there are cuts nothing."""
    count = len(matching(lambda one: one["city"] in {"Austin", "Berlin"}))
    card = bd.card(either.search_jobs(city=["Austin", "Berlin"], status=None, limit=count))
    assert (card["complete"], card["total"], card["rows"], card["next_cursor"]) == (True, count, count, None)


# -- wrong lists -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"city": []}, "empty list"),
        ({"city": ()}, "empty list"),
        ({"q": iter(())}, "empty list"),
        ({"status": pd.Series([], dtype=str)}, "empty list"),
        ({"city": ["Austin", None]}, "NoneType"),
        ({"city": pd.Series(["Austin", None], dtype=object)}, "NoneType"),
        ({"city": pd.Series(["Austin", None], dtype="str")}, "float"),
        ({"city": ["Austin", float("nan")]}, "float"),
        ({"city": float("nan")}, "float"),
        ({"city": pd.NA}, "NAType"),
        ({"city": b"Austin"}, "bytes"),
        ({"city": [b"Austin"]}, "bytes"),
        ({"city": {"Austin": 1}}, "dict"),
        ({"city": ["Austin", ["Berlin"]]}, "list"),
        ({"city": ["Austin", ""]}, "empty"),
        ({"city": ["Austin", "  "]}, "empty"),
        ({"city": ["Austin", 5]}, "int"),
        ({"q": ["engineer", "--"]}, "no word"),
        ({"country": ["Germany", "US"]}, "code"),
        ({"workplace_type": ["remote", "hybryd"]}, "hybrid"),
        ({"status": ["active", "open"]}, "open"),
        ({"salary_min": [1, 2]}, "not a number"),
        ({"posted_after": ["7d", "8d"]}, "takes a date"),
        ({"salary_exists": [True]}, "not True or False"),
    ],
)
def test_a_wrong_list_is_refused_before_anything_is_sent(filters: dict[str, Any], said: str) -> None:
    """Empty lists, values that are no text, values that a single search refuses: the error says which."""
    client, face = client_of(small_data(3))
    for call in (client.search_jobs, client.iter_jobs, lambda **given: client.facets("country", **given)):
        with pytest.raises(bd.InvalidRequestError, match=said):
            call(**filters if not isinstance(filters.get("q"), Iterator) else {"q": iter(())})
    assert not face.log


def test_a_frame_is_not_taken_for_a_list_of_its_columns(online: Client) -> None:
    """``df[["city"]]`` in the place of ``df["city"]`` is refused: iterated, it would be the names of its columns."""
    frame = every(online, columns=["job_id", "city"])
    with pytest.raises(bd.InvalidRequestError, match="DataFrame"):
        online.search_jobs(city=frame[["city"]].dropna())  # type: ignore[arg-type]


def test_an_array_without_a_dimension_is_refused(online: Client) -> None:
    """A NumPy array of no dimension calls itself iterable and is not; no error of another library comes through."""
    with pytest.raises(bd.InvalidRequestError):
        online.search_jobs(city=np.array("Berlin"))


def test_a_hundred_queries_and_no_more() -> None:
    """A hundred queries are asked; one more is refused before anything is sent, and the lists are named."""
    client, face = client_of(small_data(120))
    found = client.search_jobs(title=[f"Engineer {n}" for n in range(20, 120)], status=None, limit=None)
    assert ids(found) == [job(n)["job_id"] for n in range(119, 19, -1)]
    asked = len(face.log)
    with pytest.raises(bd.InvalidRequestError, match=r"title take 101 queries; 100"):
        client.search_jobs(title=[f"Engineer {n}" for n in range(101)])
    with pytest.raises(bd.InvalidRequestError, match=r"title and city take 110 queries"):
        client.iter_jobs(title=[f"Engineer {n}" for n in range(11)], city=[f"City {n}" for n in range(10)])
    assert len(face.log) == asked


# -- totals ------------------------------------------------------------------------------------------------------------


def test_totals_of_disjoint_values_add_up(either: Client) -> None:
    """No posting has two cities: the total is the sum, also where a limit cuts."""
    found = either.search_jobs(city=["Austin", "Berlin"], status=["active", "expired"], limit=5)
    assert bd.card(found)["total"] == len(matching(lambda one: one["city"] in {"Austin", "Berlin"}))
    assert not bd.card(found)["capped"]


def test_totals_of_overlapping_values_are_not_claimed(either: Client) -> None:
    """A posting may match two words: no total, but between which numbers it lies, and the truth lies there."""
    card = bd.card(either.search_jobs(["engineer", "data"], status=None, limit=5))
    assert card["total"] is None
    (note,) = [note for note in card["notes"] if "overlap" in note]
    engineers, data = (sum(word in one["title"] for one in DATA.jobs) for word in ("Engineer", "Data"))
    assert note.startswith(f"between {max(engineers, data)} and {engineers + data} match"), note


def test_capped_totals_are_lower_bounds() -> None:
    """Where a server stops counting, the sum is at least that; of overlapping values no upper end is known."""
    data = mixed_data(120)
    client, _ = client_of(data, total_cap=20)
    disjoint = bd.card(client.search_jobs(city=["Austin", "Berlin"], status=None, limit=5))
    assert (disjoint["total"], disjoint["capped"]) == (40, True)
    overlapping = bd.card(client.search_jobs(["engineer", "data"], status=None, limit=5))
    assert overlapping["total"] is None
    (note,) = [note for note in overlapping["notes"] if "overlap" in note]
    assert "20" in note and "40" not in note


def test_one_uncounted_query_leaves_the_total_unknown() -> None:
    """A server that does not count gives no total, of one query or of several."""
    client, _ = client_of(mixed_data(40), total_unavailable=True)
    assert bd.card(client.search_jobs(city=["Austin", "Berlin"], limit=2))["total"] is None


# -- going on ----------------------------------------------------------------------------------------------------------


def walked(client: Client, steps: list[int], **filters: Any) -> list[str]:
    """A search in pieces of these sizes, over and over, each going on from the card of the one before."""
    found: list[str] = []
    cursor = None
    for number in range(700):
        frame = client.search_jobs(
            limit=steps[number % len(steps)], cursor=cursor, columns=["job_id"], **{"status": None, **filters}
        )
        found += ids(frame)
        cursor = bd.card(frame)["next_cursor"]
        if cursor is None:
            return found
    raise AssertionError("the walk comes to no end")


@settings(max_examples=12)
@given(
    steps=st.lists(st.integers(1, 150), min_size=1, max_size=5).filter(lambda steps: sum(steps) > 10),
    name=st.sampled_from([name for name in LISTS if name != "statuses"]),
)
def test_steps_of_any_size_make_the_whole(store: Client, online: Client, steps: list[int], name: str) -> None:
    """However a merged load is cut, its pieces are the one load, on either backend: none twice, none missing."""
    filters, test = LISTS[name]
    for client in (store, online):
        assert walked(client, steps, **filters) == matching(test)


def test_single_steps_make_the_whole(online: Client, store: Client) -> None:
    """Row by row, a cursor behind each, across three overlapping queries."""
    filters = {"title": ["Engineer", "Data", "Analyst"], "city": "Oslo"}
    whole = matching(lambda one: one["city"] == "Oslo" and one["title"] != "Nurse")
    assert walked(online, [1], **filters) == walked(store, [1], **filters) == whole


def test_pages_of_a_list_make_the_whole(either: Client) -> None:
    """iter_jobs gives the same rows, at most 100 a page; from the card of any page the rest follows."""
    whole = matching(lambda one: one["title"] != "Nurse")
    pages = list(either.iter_jobs(["engineer", "data"], status=None, columns=["job_id"]))
    assert [name for page in pages for name in ids(page)] == whole
    assert all(0 < len(page) <= 100 for page in pages)
    so_far = 0
    for page in pages:
        so_far += len(page)
        cursor = bd.card(page)["next_cursor"]
        assert (cursor is None) is (page is pages[-1])
        if cursor is not None:
            assert ids(every(either, q=["engineer", "data"], cursor=cursor)) == whole[so_far:]


def test_pages_of_a_list_keep_a_limit(either: Client) -> None:
    """iter_jobs with a limit ends at exactly that row."""
    pages = list(either.iter_jobs(["engineer", "data"], status=None, columns=["job_id"], limit=130))
    assert [name for page in pages for name in ids(page)] == matching(lambda one: one["title"] != "Nurse")[:130]


def test_a_page_that_needed_no_request_says_when_it_was_answered() -> None:
    """Rows that an earlier request of the walk brought were answered then: such a page is not a saved answer."""
    jobs = [job(n, city="Austin" if n >= 100 else "Berlin") for n in range(200)]
    client, _ = client_of(FaceData.of(jobs, clock=CLOCK))
    first, second = client.iter_jobs(city=["Austin", "Berlin"], columns=["job_id"])
    assert [len(first), len(second)] == [100, 100]
    assert bd.card(second)["answered_at"] is not None
    assert "unknown" not in dict(bd.card(second).lines())["answered"]


def test_a_continued_list_claims_no_total(either: Client) -> None:
    """A later piece of a list has no total and is not complete, even at its end."""
    first = either.search_jobs(city=["Austin", "Berlin"], limit=10)
    rest = either.search_jobs(city=["Austin", "Berlin"], limit=None, cursor=bd.card(first)["next_cursor"])
    card = bd.card(rest)
    assert (card["total"], card["complete"], card["next_cursor"]) == (None, False, None)
    assert not any("match" in note for note in card["notes"])


# -- breaking off ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fails_at", range(3, 8))
def test_a_list_that_breaks_off_keeps_its_rows_and_goes_on(fails_at: int) -> None:
    """Whichever of the queries fails, at whichever page: the rows so far are kept, and the cursor leads to the rest."""
    titles = ["Engineer", "Engineer 1", "Engineer 2"]
    data = small_data(330)
    whole = [record["job_id"] for record in reversed(data.jobs)]
    asked = 0

    def alter(request: httpx.Request, inner: InProcessTransport) -> httpx.Response:
        nonlocal asked
        asked += request.url.path.endswith("/jobs/search")
        if asked == fails_at + 1:
            return httpx.Response(403, json={"error": {"code": "bad", "message": "bad weather"}})
        return inner.handle_request(request)

    client, _ = client_through(data, alter)
    with pytest.warns(bd.PartialResultWarning, match="They are kept"):
        part = every(client, title=titles)
    card = bd.card(part)
    assert ids(part) == whole[: len(part)] and 0 < len(part) < 330
    assert (card["complete"], card["reason"]) == (False, "interrupted: NotAuthorizedError")
    rest = every(client, title=titles, cursor=card["next_cursor"])
    assert ids(part) + ids(rest) == whole


@pytest.mark.parametrize("fails_at", [0, 1, 2])
def test_a_list_of_which_a_first_page_fails_is_an_error(fails_at: int) -> None:
    """Without the first page of every query no row can be said to be the newest: the error is raised."""
    asked = 0

    def alter(request: httpx.Request, inner: InProcessTransport) -> httpx.Response:
        nonlocal asked
        asked += 1
        return httpx.Response(403, json={}) if asked == fails_at + 1 else inner.handle_request(request)

    client, _ = client_through(small_data(30), alter)
    with pytest.raises(bd.NotAuthorizedError):
        every(client, title=["Engineer", "Engineer 1", "Engineer 2"])


def test_pages_of_a_list_that_breaks_off(api: Client, face: FaceApp) -> None:
    """iter_jobs raises where a query fails; the card of the page before goes on."""
    pages = api.iter_jobs(["engineer", "manager"], status=None, columns=["job_id"])
    got = [next(pages)]
    face.faults.error_every, face.faults.error_status = 1, 403
    with pytest.raises(bd.NotAuthorizedError):
        got.extend(pages)
    face.faults.error_every = 0
    rest = every(api, q=["engineer", "manager"], cursor=bd.card(got[-1])["next_cursor"])
    assert [name for page in got for name in ids(page)] + ids(rest) == ids(every(api, q=["engineer", "manager"]))


# -- odd servers -------------------------------------------------------------------------------------------------------


def test_empty_pages_in_one_of_the_queries() -> None:
    """A query whose pages begin, or go on, with some that hold no row holds nothing up, and no order is lost."""
    empty = {"Berlin": 0}

    def alter(request: httpx.Request, inner: InProcessTransport) -> httpx.Response:
        parameters = request.url.params
        if parameters.get("city") != "Berlin" or not request.url.path.endswith("/jobs/search"):
            return inner.handle_request(request)
        cursor = parameters.get("cursor", "")
        waiting, _, own = cursor.partition("!")
        if "!" not in cursor:  # three empty pages before each real one
            waiting, own = "0", cursor
        if int(waiting) < 3:
            empty["Berlin"] += 1
            return httpx.Response(200, json={"data": [], "meta": {"next_cursor": f"{int(waiting) + 1}!{own}"}})
        url = request.url.copy_set_param("cursor", own) if own else request.url.copy_remove_param("cursor")
        return inner.handle_request(httpx.Request("GET", url, headers=request.headers, extensions=request.extensions))

    client, _ = client_through(DATA, alter)
    whole = matching(lambda one: one["city"] in {"Austin", "Berlin"})
    assert ids(every(client, city=["Austin", "Berlin"])) == whole
    assert empty["Berlin"] == 3
    assert walked(client, [30], city=["Austin", "Berlin"]) == whole


def test_a_query_of_empty_pages_without_end() -> None:
    """Empty pages with ever new cursors end in an error before a row is given, and in kept rows after."""

    def alter(request: httpx.Request, inner: InProcessTransport) -> httpx.Response:
        parameters = request.url.params
        if parameters.get("city") != "Berlin":
            return inner.handle_request(request)
        number = int(parameters.get("cursor", "0"))
        return httpx.Response(200, json={"data": [], "meta": {"next_cursor": str(number + 1)}})

    client, _ = client_through(DATA, alter)
    with pytest.raises(bd.UnexpectedAnswerError, match="without a new row"):
        every(client, city=["Austin", "Berlin"])


def test_a_cursor_that_leads_back_in_one_query() -> None:
    """A query that leads in a circle is gone on with behind its last row: every row once, none missing."""
    data = FaceData.of([job(n, city=CITIES[n % 2]) for n in range(700)], clock=CLOCK)
    seen: list[str] = []

    def circle(payload: dict[str, Any]) -> None:
        if payload["data"] and payload["data"][0].get("city") == "Berlin" and "next_cursor" in payload["meta"]:
            seen.append(payload["meta"]["next_cursor"])
            payload["meta"]["next_cursor"] = seen[0]

    client, _ = client_of(data, Faults(mutators=[circle]))
    found = every(client, city=["Austin", "Berlin"])
    assert ids(found) == in_order(data.jobs)
    assert bd.card(found)["complete"]
    assert any("led nowhere" in note for note in bd.card(found)["notes"])


def backwards(payload: Any) -> None:
    """Let every page of jobs come oldest first."""
    if isinstance(payload.get("data"), list) and payload["data"] and "first_seen_at" in payload["data"][0]:
        payload["data"].reverse()


def test_rows_out_of_the_promised_order_still_come_once() -> None:
    """A server that breaks its order costs the order, not the rows: each once, none missing, and it is announced."""
    client, _ = client_of(small_data(60), Faults(mutators=[backwards]))
    found = every(client, title=["Engineer", "Engineer 1", "Engineer 2"])
    assert sorted(ids(found)) == sorted(job(n)["job_id"] for n in range(60)) and len(found) == 60
    card = bd.card(found)
    assert any("came more than once" in note for note in card["notes"])


def test_rows_out_of_the_promised_order_are_never_lost_in_steps() -> None:
    """In steps, such a server may repeat rows, but none goes missing."""
    client, _ = client_of(small_data(60), Faults(mutators=[backwards]))
    found = walked(client, [7], title=["Engineer", "Engineer 1", "Engineer 2"])
    assert set(found) == {job(n)["job_id"] for n in range(60)}


def ties_ascending() -> Client:
    """A client of a server that has rows of one instant by job_id ascending, where descending is assumed."""
    jobs = [job(n, first_seen_at=f"2026-05-01T00:0{n // 10}:00Z") for n in range(60)]
    jobs.sort(key=lambda one: one["job_id"])
    jobs.sort(key=lambda one: one["first_seen_at"], reverse=True)

    def alter(request: httpx.Request, inner: InProcessTransport) -> httpx.Response:
        if not request.url.path.endswith("/jobs/search"):
            return inner.handle_request(request)
        asked = request.url.params
        start, limit = int(asked.get("cursor", "0")), int(asked["limit"])
        rows = [one for one in jobs if asked["title"].casefold() in one["title"].casefold()]
        meta: dict[str, Any] = {"limit": limit, "total_matching": len(rows)}
        if start + limit < len(rows):
            meta["next_cursor"] = str(start + limit)
        return httpx.Response(200, json={"data": rows[start : start + limit], "meta": meta})

    return client_through(FaceData.of(jobs, clock=CLOCK), alter)[0]


def test_ties_broken_the_other_way_are_merged_all_the_same() -> None:
    """That ties come by job_id descending is assumed; a server that has them ascending gives complete lists, too."""
    found = every(ties_ascending(), title=["Engineer", "Engineer 1", "Engineer 2"])
    assert len(found) == 60 and found["job_id"].is_unique
    assert bd.card(found)["complete"]


@pytest.mark.parametrize("steps", [[1], [7], [13]], ids=str)
def test_ties_broken_the_other_way_come_once_in_steps(steps: list[int]) -> None:
    """Nor do such ties come twice where a load ends amid them and goes on by its cursor."""
    found = walked(ties_ascending(), steps, title=["Engineer", "Engineer 1", "Engineer 2"])
    assert len(found) == len(set(found)) == 60


@pytest.mark.parametrize("strikes_at", range(4, 8))
def test_an_interrupt_amid_a_list_keeps_its_rows(strikes_at: int) -> None:
    """Ctrl-C amid a request of one of the queries: rows kept, and a cursor to the rest."""
    asked = 0

    def alter(request: httpx.Request, inner: InProcessTransport) -> httpx.Response:
        nonlocal asked
        asked += request.url.path.endswith("/jobs/search")
        if asked == strikes_at:
            asked += 1
            raise KeyboardInterrupt
        return inner.handle_request(request)

    titles = ["Engineer", "Engineer 1", "Engineer 2"]
    client, _ = client_through(small_data(330), alter)
    with pytest.warns(bd.PartialResultWarning, match="interrupted by you"):
        part = every(client, title=titles)
    rest = every(client, title=titles, cursor=bd.card(part)["next_cursor"])
    assert ids(part) + ids(rest) == [job(n)["job_id"] for n in range(329, -1, -1)]


def test_records_without_an_id_are_kept() -> None:
    """Rows that cannot be told apart are given as they come, from every query."""
    jobs = [{"job_id": None, "city": city, "title": "x", "first_seen_at": None} for city in ("Austin", "Berlin")]
    client, _ = client_of(FaceData.of(jobs, clock=CLOCK))
    assert len(every(client, city=["Austin", "Berlin"])) == 2


def test_drift_is_counted_once_a_row() -> None:
    """A value of the wrong type in a row that two queries give is one such value, as the frame has it."""
    client, _ = client_of(FaceData.of([job(n, team=5 if n == 3 else None) for n in range(5)], clock=CLOCK))
    with pytest.warns(bd.DriftWarning):
        found = client.search_jobs(title=["Engineer", "Eng"], limit=None)
    assert len(found) == 5
    assert bd.card(found)["drift"] == {"team": 1}


# -- cursors -----------------------------------------------------------------------------------------------------------


def opened(cursor: str) -> Any:
    """What a cursor carries."""
    return json.loads(zlib.decompress(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))))


def sealed(value: Any) -> str:
    """Text that is coded as a cursor is, whatever is inside."""
    return base64.urlsafe_b64encode(zlib.compress(json.dumps(value).encode())).decode().rstrip("=")


def positioned(*entries: Any) -> Callable[[list[Any]], list[Any]]:
    """The cursor with other positions."""
    return lambda parts: [parts[0], list(entries), *parts[2:]]


FORGERIES: dict[str, Callable[[list[Any]], list[Any]]] = {
    "no position": positioned(),
    "of a query that there is not": positioned([2, None, 0, [], None]),
    "of no query": positioned([-1, None, 0, [], None]),
    "one value too few": positioned([0, None, 0, []]),
    "one value too many": positioned([0, None, 0, [], None, 1]),
    "skips backwards": positioned([0, None, -1, [], None]),
    "skips by half": positioned([0, None, 0.5, [], None]),
    "skips by truth": positioned([0, None, True, [], None]),
    "position is text": positioned("abcde"),
    "position is an object": positioned({"0": ["x", 0]}),
    "narrowed by what is no pair": positioned([0, None, 0, ["ab"], None]),
    "narrowed by a number": positioned([0, None, 0, [["city", 5]], None]),
    "narrowed by no filter": positioned([0, None, 0, [["town", "Oslo"]], None]),
    "narrowed to another city": positioned([0, None, 0, [["city", "Oslo"]], None]),
    "narrowed by no instant": positioned([0, None, 0, [["first_seen_before", "x"]], None]),
    "behind no instant": positioned([0, None, 0, [], "yesterday"]),
    "positions are text": lambda parts: [parts[0], "ab", *parts[2:]],
    "another form": lambda parts: [1, *parts[1:]],
    "clock is no instant": lambda parts: [*parts[:3], "yesterday", *parts[4:]],
    "clock is null": lambda parts: [*parts[:3], None, *parts[4:]],
    "more than it should": lambda parts: [*parts, 1],
    "wants less than nothing": lambda parts: [*parts[:6], -1],
    "another search": lambda parts: [*parts[:2], parts[2][:-1] + "!", *parts[3:]],
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_cursor_of_a_list_is_refused(either: Client, forgery: str) -> None:
    """A cursor that no load of this list gave raises InvalidRequestError: never rows, never another error."""
    genuine = bd.card(either.search_jobs(city=["Austin", "Berlin"], limit=5))["next_cursor"]
    with pytest.raises(bd.InvalidRequestError, match="cursor"):
        either.search_jobs(city=["Austin", "Berlin"], cursor=sealed(FORGERIES[forgery](opened(genuine))))


def test_a_cursor_that_skips_without_end_comes_to_an_end(either: Client) -> None:
    """Rows to skip beyond all there are: no row, no circle."""
    parts = opened(bd.card(either.search_jobs(city=["Austin", "Berlin"], limit=5))["next_cursor"])
    parts[1] = [[branch, None, 10**12, [], None] for branch in range(2)]
    found = either.search_jobs(city=["Austin", "Berlin"], limit=10, cursor=sealed(parts))
    assert len(found) == 0


@pytest.mark.parametrize(
    "other",
    [
        {"city": "Austin"},
        {"city": ["Austin", "Oslo"]},
        {"city": ["Austin", "Berlin", "Oslo"]},
        {"city": ["Austin", "Berlin"], "status": None},
        {"region": ["Austin", "Berlin"]},
    ],
)
def test_a_cursor_of_another_list_is_refused(either: Client, other: dict[str, Any]) -> None:
    """A cursor belongs to its list: with other values, fewer or more of them, it is refused."""
    cursor = bd.card(either.search_jobs(city=["Austin", "Berlin"], limit=5))["next_cursor"]
    with pytest.raises(bd.InvalidRequestError, match="another search"):
        either.search_jobs(cursor=cursor, **other)


def test_a_cursor_takes_the_same_list_in_another_order(either: Client) -> None:
    """The order and repetitions of a list's values make no other search."""
    first = either.search_jobs(city=["Berlin", "Austin"], status=None, limit=40)
    rest = every(either, city=("Austin", "Berlin", "Berlin"), cursor=bd.card(first)["next_cursor"])
    assert ids(first) + ids(rest) == matching(lambda one: one["city"] in {"Austin", "Berlin"})


def test_a_cursor_stays_when_a_query_has_ended(online: Client) -> None:
    """With one of the queries at its end the cursor still goes on with the others, and with these only."""
    first = online.search_jobs(city=["Berlin", "Nowhere"], status=None, limit=10)
    cursor = bd.card(first)["next_cursor"]
    assert len(opened(cursor)[1]) == 1
    rest = every(online, city=["Berlin", "Nowhere"], cursor=cursor)
    assert ids(first) + ids(rest) == matching(lambda one: one["city"] == "Berlin")


# -- cards and reproduction --------------------------------------------------------------------------------------------


def test_the_card_of_a_list() -> None:
    """What was asked stands as written, what was applied as sent; the number of queries is said."""
    client, _ = client_of(small_data(30))
    card = bd.card(client.search_jobs(["engineer 1", "engineer 2"], city=("Oslo", "New York"), limit=3))
    assert card["asked"]["q"] == ["engineer 1", "engineer 2"] and card["asked"]["city"] == ["Oslo", "New York"]
    assert set(card["applied"]["city"]) == {"Oslo", "New York"}
    assert "4 queries, one for each value of q and city: the API takes one" in card["notes"]
    assert json.loads(json.dumps(dict(card))) == dict(card)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_reproduced_by_python(either: Client, name: str) -> None:
    """The reproduced call gives the same rows, from the start and from a cursor."""
    filters, _ = LISTS[name]
    first = either.search_jobs(limit=20, **{"status": None, **filters})
    pd.testing.assert_frame_equal(run(first.bluedoor.reproduce(), either), first)
    cursor = bd.card(first)["next_cursor"]
    if cursor is not None:
        second = either.search_jobs(limit=20, cursor=cursor, **{"status": None, **filters})
        pd.testing.assert_frame_equal(run(second.bluedoor.reproduce(), either), second)


def test_curl_of_a_list_asks_every_query_or_says_what_it_leaves_out(online: Client) -> None:
    """One curl asks for one value: those of the other values stand there, too, or a comment says that they do not."""
    written = online.search_jobs(city=["Austin", "Berlin"], limit=5).bluedoor.reproduce("curl")
    assert written.count("curl ") == 2 or "Berlin" in written
    assert "city=Austin" in written


def test_a_value_that_nothing_matches_is_named(either: Client) -> None:
    """A misspelt value of a list does not pass for a finding."""
    card = bd.card(either.search_jobs(city=["Berlin", "Bostn"], status=None))
    assert "nothing matches city='Bostn'" in card["notes"]


def test_fewer_rows_than_counted_are_not_complete() -> None:
    """A walk that ended before the backend's own total has not brought everything."""
    body = {"data": [job(1)], "meta": {"total_matching": 500}}
    client, _ = client_of(DATA, Faults(overrides=[Override("/jobs/search", body)]))
    card = bd.card(client.search_jobs(limit=None))
    assert not card["complete"]
    assert "500" in card["reason"]


def test_many_postings_of_one_instant_do_not_swell_the_cursor() -> None:
    """In the order that is promised, a cursor need not carry their ids."""
    many = [job(n, first_seen_at="2026-05-01T00:00:00Z") for n in range(600)]
    client, _ = client_of(FaceData.of(many, clock=CLOCK))
    first = client.search_jobs(title=["Engineer", "Engineer 1"], limit=450)
    cursor = bd.card(first)["next_cursor"]
    assert len(cursor) < 6_000
    second = client.search_jobs(title=["Engineer", "Engineer 1"], limit=None, cursor=cursor)
    assert len({*ids(first), *ids(second)}) == len(first) + len(second) == 600
