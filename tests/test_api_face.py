"""The API face behaves as the contract says: otherwise what is compared with it proves nothing."""

from __future__ import annotations

import base64
import json
import lzma
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api_face import (
    RANDOM_FAULTS,
    VALID_KEY,
    FaceData,
    Faults,
    InProcessTransport,
    Override,
    Settings,
    create_app,
    load,
    serving,
)
from tests.api_face.examples import CLOCK, event, job, org, small_data, source
from tests.api_face.limits import STYLES, Style

KEY = {"x-api-key": VALID_KEY}
Record = dict[str, Any]


def client(data: FaceData, faults: Faults | None = None, **settings: Any) -> httpx.Client:
    """A client of a face over `data`, without a socket."""
    app = create_app(data, faults=faults, settings=Settings(**settings))
    return httpx.Client(transport=InProcessTransport(app), base_url="http://face/job-postings/v1")


def walk(api: httpx.Client, path: str, **params: Any) -> Iterator[Record]:
    """Every page of a listing, following the cursor."""
    while True:
        answer = api.get(path, params=params).raise_for_status().json()
        yield answer
        if not answer["meta"].get("next_cursor"):
            return
        params["cursor"] = answer["meta"]["next_cursor"]


def refused(answer: httpx.Response, status: int, *words: str) -> None:
    """The answer is an error of this status whose message says the words."""
    assert answer.status_code == status
    message = answer.json()["error"]["message"]
    assert all(word in message for word in words), message


@pytest.fixture(scope="module", params=["small", "sample"])
def data(request: pytest.FixtureRequest) -> FaceData:
    """Hand-made records, and the repository's sample."""
    return small_data() if request.param == "small" else load()


# Paging


@pytest.mark.parametrize("limit", [7, 20, 100])
def test_walk_meets_every_job_once_newest_first(data: FaceData, limit: int) -> None:
    """At any page size the pages together are all jobs, in one order, and only the last has no cursor."""
    with client(data) as api:
        pages = list(walk(api, "/jobs/search", limit=limit, include_total="false"))
    ids = [record["job_id"] for page in pages for record in page["data"]]
    assert Counter(ids) == Counter(record["job_id"] for record in data.jobs)
    assert all(len(page["data"]) == limit for page in pages[:-1]) and 1 <= len(pages[-1]["data"]) <= limit
    seen = [record.get("first_seen_at") for page in pages for record in page["data"]]
    plain = [text[:19] for text in seen if text]  # to the second, where text order is time order
    assert plain == sorted(plain, reverse=True)
    assert {page["meta"]["order"] for page in pages} == {"first_seen_at:desc"}
    assert "next_cursor" not in pages[-1]["meta"]


def test_order_reads_instants_not_text() -> None:
    """`…52Z` is older than `…52.396Z` though it sorts after it; ties go by id, a missing time last."""
    times = [
        "2026-05-29T07:00:52Z",
        "2026-05-29T07:00:52.396Z",
        "2026-05-29T08:00:52+01:00",
        None,
        "2026-05-30",
    ]
    jobs = [job(n, job_id=f"{n:040}", first_seen_at=at) for n, at in enumerate(times)]
    with client(FaceData.of(jobs)) as api:
        found = api.get("/jobs/search").json()["data"]
    assert [int(record["job_id"]) for record in found] == [4, 1, 2, 0, 3]


def test_a_page_that_is_exactly_full_is_the_last() -> None:
    """No cursor to an empty page; `last_cursor` chooses between absent and null."""
    with client(small_data(20)) as api:
        assert "next_cursor" not in api.get("/jobs/search", params={"limit": 20}).json()["meta"]
    with client(small_data(20), last_cursor="null") as api:
        assert api.get("/jobs/search", params={"limit": 20}).json()["meta"]["next_cursor"] is None


def test_a_cursor_survives_new_and_removed_jobs() -> None:
    """A walk does not repeat or skip when a newer job appears and the last one shown is gone."""
    data = small_data(10)
    with client(data) as api:
        first = api.get("/jobs/search", params={"limit": 5}).json()
        data.jobs[:] = [record for record in data.jobs if record["job_id"] != first["data"][-1]["job_id"]]
        data.jobs.append(job(99))
        data.changed()
        rest = api.get("/jobs/search", params={"limit": 9, "cursor": first["meta"]["next_cursor"]}).json()["data"]
    assert [record["title"] for record in rest] == [f"Engineer {n}" for n in (4, 3, 2, 1, 0)]


def test_a_cursor_belongs_to_its_filters() -> None:
    """Garbage, a forged place and other filters are refused; another limit and a POST body are not."""
    with client(small_data()) as api:
        meta = api.get("/jobs/search", params={"limit": 5, "country": "united states"}).json()["meta"]
        cursor = meta["next_cursor"]
        place = json.loads(base64.urlsafe_b64decode(cursor + "=="))
        forged = base64.urlsafe_b64encode(json.dumps(["2026-05-01T00:00:00+00:00", *place[1:]]).encode()).decode()
        for bad in ("x", "%%%", "bnVsbA", "é", forged):
            refused(api.get("/jobs/search", params={"country": "united states", "cursor": bad}), 400, "cursor")
        refused(api.get("/jobs/search", params={"cursor": cursor}), 400, "cursor", "same filters")
        refused(api.get("/events/search", params={"cursor": cursor}), 400, "cursor")
        body = {"country": "united states", "cursor": cursor, "limit": 9}
        assert len(api.post("/jobs/search", json=body).raise_for_status().json()["data"]) == 9


@pytest.mark.parametrize(("headers", "total", "capped"), [({}, 1000, True), (KEY, 1001, False)])
def test_the_count_stops_for_keyless_callers(headers: dict[str, str], total: int, capped: bool) -> None:
    """1,001 matches are told as 1,000 and capped, on any page; a key lifts it; 1,000 exactly are not capped."""
    many = FaceData.of([job(n) for n in range(1001)])
    with client(many) as api:
        first = api.get("/jobs/search", headers=headers).json()["meta"]
        later = api.get("/jobs/search", headers=headers, params={"cursor": first["next_cursor"]}).json()["meta"]
        exact = api.get("/jobs/search", headers=headers, params={"first_seen_after": "2026-05-01T00:01:00Z"}).json()
    for meta in (first, later):
        assert (meta["total_matching"], meta.get("total_matching_capped", False)) == (total, capped)
    assert exact["meta"]["total_matching"] == 1000 and "total_matching_capped" not in exact["meta"]


def test_a_count_may_be_left_out_or_unavailable() -> None:
    """`include_total=false` leaves the count out; the setting says that there is none."""
    with client(small_data()) as api:
        assert set(api.get("/jobs/search", params={"include_total": "false"}).json()["meta"]) == {
            "limit",
            "next_cursor",
            "order",
        }
    with client(small_data(), total_unavailable=True) as api:
        meta = api.get("/jobs/search").json()["meta"]
    assert meta["limit"] == Settings().default_limit == 20
    assert meta["total_matching"] is None and meta["total_matching_unavailable"] is True


# Filters

SALARIES = {1: (100, 200), 2: (150, None), 3: (None, 180), 4: (0, 0)}
JOBS = [
    job(0, title="Senior Data-Engineer", department="R&D", first_seen_at="2026-05-29T07:00:52.396Z"),
    job(1, title="DATA Analyst", city="Zürich", location_text="Zürich; Remote", status="expired", active=False),
    job(2, title="Database Admin", department="Data", provider="greenhouse", workplace_type=None),
    job(3, title="Baker", normalized_title="data baker", department=None, country="Switzerland"),
    job(4, title=None, employment_type="Permanent", region=None, workplace_type="remote", first_seen_at=None),
]
for _n, (_low, _high) in SALARIES.items():
    JOBS[_n] |= {"salary_min": _low, "salary_max": _high}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"q": "data"}, "0123"),  # whole words of title, normalized title and department
        ({"q": "DATA engineer"}, "0"),
        ({"q": "engin"}, ""),
        ({"q": "data d"}, "0"),
        ({"title": "data"}, "012"),
        ({"title": "data-engineer"}, "0"),
        ({"location": "remote"}, "1"),
        ({"location_text": "ZÜRICH"}, "1"),
        ({"city": "zürich"}, "1"),
        ({"city": "zür"}, ""),
        ({"department": "r&d"}, "0"),
        ({"region": "ny"}, "0123"),
        ({"country": "switzerland"}, "3"),
        ({"provider": "Greenhouse"}, "2"),
        ({"workplace_type": "remote"}, "4"),
        ({"workplace_type": "hybrid"}, "013"),
        ({"employment_type": "permanent"}, "4"),
        ({"status": "expired"}, "1"),
        ({"active": "true"}, "0234"),
        ({"active": "false"}, "1"),
        ({"salary_min": "180"}, "13"),  # the top reaches it, or the bottom where there is no top
        ({"salary_min": "150"}, "123"),
        ({"salary_max": "100"}, "14"),
        ({"salary_exists": "true"}, "1234"),
        ({"salary_exists": "false"}, "0"),
        ({"org_ids": f"{org(0)['org_id']},{org(1)['org_id']}"}, "0134"),
        ({"source_ids": source(2)["source_id"]}, "2"),
        ({"first_seen_after": "2026-05-29T07:00:52.396Z"}, "0"),  # inclusive
        ({"first_seen_after": "2026-05-29T09:00:52.397+02:00"}, ""),
        ({"first_seen_before": "2026-05-29T07:00:52.396Z"}, "123"),  # exclusive
        ({"first_seen_before": "2026-05-29T07:00:53"}, "0123"),
        ({"posted_after": "2026-05-01", "posted_before": "2026-05-01T00:02:00Z"}, "01"),
        ({"changed_after": "2026-05-01T00:04:00Z"}, "4"),
        ({"updated_before": "2030-01-01"}, ""),  # null everywhere
        ({"q": "data", "salary_exists": "true", "department": "engineering"}, "1"),
        ({}, "01234"),
    ],
)
def test_filters(asked: dict[str, str], expected: str) -> None:
    """Each filter finds what a reader of the contract's table would find, and its count says so."""
    with client(FaceData.of(JOBS)) as api:
        answer = api.get("/jobs/search", params=asked).raise_for_status().json()
    numbers = {record["job_id"]: str(n) for n, record in enumerate(JOBS)}
    assert "".join(sorted(numbers[record["job_id"]] for record in answer["data"])) == expected
    assert answer["meta"]["total_matching"] == len(expected)


def test_filters_on_all_the_data(data: FaceData) -> None:
    """Counts equal counts by hand over the raw records."""
    with client(data) as api:

        def told(**asked: Any) -> int:
            total: int = api.get("/jobs/search", params=asked, headers=KEY).json()["meta"]["total_matching"]
            return total

        day = min(record["first_seen_at"][:10] for record in data.jobs if record.get("first_seen_at"))
        country = next(record["country"] for record in data.jobs if record.get("country"))
        assert told() == len(data.jobs)
        assert told(active="true") == sum(record.get("active") is True for record in data.jobs)
        assert told(country=country.upper()) == sum(record.get("country") == country for record in data.jobs)
        assert told(first_seen_before=day) == 0
        assert told(first_seen_after=day) == sum(bool(record.get("first_seen_at")) for record in data.jobs)


def test_post_is_get_with_json_types() -> None:
    """The same names in a body, lists as arrays, numbers and booleans as such."""
    ids = [org(0)["org_id"], org(1)["org_id"]]
    with client(FaceData.of(JOBS)) as api:
        get = api.get("/jobs/search", params={"org_ids": ",".join(ids), "active": "true", "include": "description"})
        post = api.post("/jobs/search", json={"org_ids": ids, "active": True, "include": ["description"]})
        assert get.json() == post.json() and len(get.json()["data"]) == 3
        wrongs: list[Record] = [{"active": "true"}, {"org_ids": ids[0]}, {"org_ids": []}, {"salary_min": "9"}]
        for wrong in [*wrongs, {"q": None}]:
            refused(api.post("/jobs/search", json=wrong), 400, next(iter(wrong)))
        refused(api.post("/jobs/search", json={"salary_min": 10**400}), 400, "salary_min")
        refused(api.post("/jobs/search", content=b"["), 400, "JSON")
        refused(api.post("/jobs/search", json=[]), 400, "object")


# What is refused


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=ten", "limit"),
        ("status=active&active=true", "not both"),
        ("companies=x", "companies"),
        ("salary_min=lots", "salary_min"),
        ("salary_max=nan", "salary_max"),
        ("posted_after=yesterday", "posted_after"),
        ("posted_after=2026-02-30", "posted_after"),
        ("posted_after=2026-05-01T00:00:00+02:00", "posted_after"),  # a plus not escaped is a space
        ("workplace_type=office", "on_site"),
        ("status=open", "expired"),
        ("active=yes", "active"),
        ("include=everything", "include"),
        ("org_ids=a,,b", "org_ids"),
        ("org_ids=a&org_ids=b", "twice"),
    ],
)
def test_a_wrong_request_is_a_400_that_names_it(asked: str, word: str) -> None:
    """No value is guessed and no parameter vanishes."""
    with client(small_data()) as api:
        refused(api.get(f"/jobs/search?{asked}"), 400, word)


def test_unknown_parameters_may_vanish_when_set_so() -> None:
    """As on a server that does not look."""
    with client(small_data(), unknown_parameters="ignore") as api:
        assert api.get("/jobs/search?companies=x").json()["meta"]["total_matching"] == 60


@pytest.mark.parametrize(
    "path",
    ["/jobs/0", "/jobs/0/events", "/orgs/0", "/sources/0", "/sources/0/jobs", "/nothing", "/jobs/search/"],
)
def test_what_is_not_there_is_a_404(path: str) -> None:
    """Unknown ids and unknown paths alike, as JSON, without a redirect."""
    with client(small_data()) as api:
        refused(api.get(path), 404)
        refused(api.delete("/stats"), 405)


@pytest.mark.parametrize(
    ("shape", "read"),
    [
        ("nested", lambda answer: answer.json()["error"]["message"]),
        ("string", lambda answer: answer.json()["error"]),
        ("message", lambda answer: answer.json()["message"]),
        ("detail", lambda answer: answer.json()["detail"]),
        ("text", lambda answer: answer.text),
    ],
)
def test_error_shapes(shape: str, read: Callable[[httpx.Response], str]) -> None:
    """Every shape the contract can imagine can be had, for refusals of any kind."""
    with client(small_data(), error_shape=shape) as api:
        assert read(api.get("/orgs/nobody")) == "no org nobody"
        assert "limit" in read(api.get("/jobs/search?limit=0"))
        assert "key" in read(api.get("/stats", headers={"x-api-key": "wrong"}))


def test_keys() -> None:
    """Both header forms work and lift the tier; a wrong key is a 401; SQL needs a key and is not served."""
    bearer = {"authorization": f"Bearer {VALID_KEY}"}
    with client(small_data()) as api:
        assert api.get("/stats").headers["x-rate-limit-tier"] == "anonymous"
        for headers in (KEY, bearer):
            assert api.get("/stats", headers=headers).headers["x-rate-limit-tier"] == "developer"
            refused(api.post("/query", json={"sql": "select 1"}, headers=headers), 501)
        for wrong in ({"x-api-key": "jobs_live_other"}, {"authorization": f"Basic {VALID_KEY}"}):
            refused(api.get("/stats", headers=wrong), 401)
        refused(api.post("/query", json={"sql": "select 1"}), 401, "key")


# The other endpoints


def test_records(data: FaceData) -> None:
    """Records come whole; the text of a job only where it is asked for, in a page as alone."""
    record = next(one for one in data.jobs if one.get("description_text"))
    bare = {name: value for name, value in record.items() if name != "description_text"}
    with client(data) as api:
        assert api.get(f"/jobs/{record['job_id']}").json() == {"data": bare}
        assert api.get(f"/jobs/{record['job_id']}?include=description").json() == {"data": record}
        assert "description_text" not in api.get("/jobs/search").json()["data"][0]
        asked = {"include": "description", "org_ids": record["org_id"], "limit": 100}
        assert record in [one for page in walk(api, "/jobs/search", **asked) for one in page["data"]]
        assert api.get(f"/orgs/{data.orgs[0]['org_id']}").json() == {"data": data.orgs[0]}
        assert api.get(f"/sources/{data.sources[0]['source_id']}").json() == {"data": data.sources[0]}


def test_the_jobs_of_a_board(data: FaceData) -> None:
    """All of them, paged as a search is."""
    board = data.jobs[0]["source_id"]
    with client(data) as api:
        found = [one["job_id"] for page in walk(api, f"/sources/{board}/jobs", limit=9) for one in page["data"]]
        refused(api.get(f"/sources/{board}/jobs?q=x"), 400, "q")
    assert sorted(found) == sorted(one["job_id"] for one in data.jobs if one.get("source_id") == board)


def test_facets(data: FaceData) -> None:
    """Counts are those of the matching jobs, nulls left out, largest first and then by value."""
    expected = Counter(one["provider"] for one in data.jobs if one.get("active") is True and one.get("provider"))
    with client(data) as api:
        answer = api.get("/jobs/facets", params={"field": "ats_provider", "active": "true"}).json()
        ranked = sorted(expected.items(), key=lambda item: (-item[1], item[0]))
        assert [(one["value"], one["count"]) for one in answer["data"]] == ranked[:50]
        assert answer["meta"] == {"field": "ats_provider", "count": min(50, len(ranked)), "limit": 50}


def test_facets_filter_and_limit() -> None:
    """Search filters apply, `limit` cuts, and an unknown field or both states are refused."""
    with client(FaceData.of(JOBS)) as api:
        answer = api.get("/jobs/facets", params={"field": "department", "limit": 1}).json()
        assert answer["data"] == [{"value": "Engineering", "count": 2}] and answer["meta"]["limit"] == 1
        some = api.get("/jobs/facets", params={"field": "department", "title": "data"}).json()["data"]
        assert some == [{"value": name, "count": 1} for name in ("Data", "Engineering", "R&D")]
        refused(api.get("/jobs/facets?field=title"), 400, "field")
        refused(api.get("/jobs/facets"), 400, "field")
        refused(api.get("/jobs/facets?field=city&active=true&status=active"), 400, "not both")


def test_batch_lookup() -> None:
    """Answers stand in the order asked, null where nobody is known; more than 100 ids are refused."""
    with client(small_data()) as api:
        ids = [org(2)["org_id"], "nobody", org(0)["org_id"]]
        answer = api.post("/orgs/batch_lookup", json={"org_ids": ids}).json()
        assert answer == {
            "data": [
                {"input": {"org_id": ids[0]}, "data": org(2)},
                {"input": {"org_id": "nobody"}, "data": None},
                {"input": {"org_id": ids[2]}, "data": org(0)},
            ]
        }
        assert len(api.post("/orgs/batch_lookup", json={"org_ids": ["x"] * 100}).json()["data"]) == 100
        refused(api.post("/orgs/batch_lookup", json={"org_ids": ["x"] * 101}), 400, "100")
        refused(api.post("/orgs/batch_lookup", json={"org_ids": "x"}), 400, "org_ids")


def test_org_lookup() -> None:
    """By part of the name, by the whole domain, or by either."""
    with client(small_data()) as api:

        def names(**asked: str) -> list[str]:
            return [one["display_name"] for one in api.get("/orgs/lookup", params=asked).json()["data"]]

        assert names(name="COMPANY") == ["Company 0", "Company 1", "Company 2"]
        assert names(domain="company1.example") == ["Company 1"] and names(domain="example") == []
        assert names(q="2.exa") == ["Company 2"]
        refused(api.get("/orgs/lookup"), 400, "name")


def test_events() -> None:
    """The events of one posting, and the events across postings with their filters, newest first."""
    data = small_data(20)
    with client(data) as api:
        one = api.get(f"/jobs/{data.jobs[10]['job_id']}/events", params={"limit": 5}).json()
        assert [of["event_type"] for of in one["data"]] == ["job.closed", "job.created"]
        assert one["meta"] == {"count": 2, "limit": 5}
        every = [of for page in walk(api, "/events/search", limit=6) for of in page["data"]]
        assert len(every) == 22 and every == sorted(every, key=lambda of: str(of["observed_at"])[:19], reverse=True)
        closed = api.get("/events/search?event_types=job.closed,job.reopened").json()
        assert [of["job_id"] for of in closed["data"]] == [data.jobs[10]["job_id"], data.jobs[0]["job_id"]]
        assert closed["meta"]["order"] == "observed_at:desc" and closed["meta"]["total_matching"] == 2
        late = {"observed_after": "2026-05-01T00:19:00Z", "observed_before": "2026-05-01T00:30:00Z"}
        assert len(api.get("/events/search", params=late).json()["data"]) == 2
        assert len(api.get(f"/events/search?job_ids={data.jobs[3]['job_id']}&provider=LEVER").json()["data"]) == 1


def test_stats() -> None:
    """Counts over the data, as of its clock."""
    fresh = [job(n, first_seen_at=at) for n, at in enumerate(["2026-06-05T08:00:00Z", "2026-06-05T07:59:59Z"])]
    with client(FaceData.of(fresh, [org(0)], clock=CLOCK)) as api:
        assert api.get("/stats").json()["data"] == {
            "total_jobs": 2,
            "active_jobs": 2,
            "new_jobs_24h": 1,
            "providers": 1,
            "organizations": 1,
            "public_jobs_snapshot_lag_seconds": 57600,
        }


def test_the_published_document_tells_what_is_served() -> None:
    """At both addresses; every path answers, and every parameter of the search is accepted by it."""
    with client(small_data()) as api:
        document = api.get("/openapi.json").json()
        assert api.get("http://face/v1/openapi.json").json() == document
        for path, calls in document["paths"].items():
            for method in calls:
                answer = api.request(method, path, json={} if method == "post" else None)
                assert answer.status_code != 405 and "Not Found" not in answer.text, path
        names = [one["name"] for one in document["paths"]["/jobs/search"]["get"]["parameters"]]
        assert {"q", "posted_before", "org_ids", "cursor", "include_total"} <= set(names)
        for name in names:
            assert "unknown parameter" not in api.get("/jobs/search", params={name: "?"}).text
        assert set(document["components"]["schemas"]["Job"]["properties"]) == set(job(0))


# Weather


def over_socket(faults: Faults, ask: Callable[[httpx.Client], None]) -> None:
    """Ask a face on a real socket, in this weather."""
    with (
        serving(create_app(small_data(), faults=faults)) as url,
        httpx.Client(base_url=url, timeout=5) as api,
    ):
        ask(api)


def over_nothing(faults: Faults, ask: Callable[[httpx.Client], None]) -> None:
    """The same, in process."""
    with client(small_data(), faults) as api:
        ask(api)


anywhere = pytest.mark.parametrize("over", [over_socket, over_nothing])
Over = Callable[[Faults, Callable[[httpx.Client], None]], None]


@anywhere
def test_every_second_request_fails(over: Over) -> None:
    """The status and Retry-After that were set, then good weather; the log knows which was hit."""
    faults = Faults(error_every=2, error_status=502, retry_after=3)

    def ask(api: httpx.Client) -> None:
        answers = [api.get("/stats?x" if n else "/stats", headers={"x-n": str(n)}) for n in range(2)]
        assert [answer.status_code for answer in answers] == [200, 502]
        assert answers[1].headers["retry-after"] == "3"

    over(faults, ask)
    assert [(one.method, one.path, one.query, one.headers["x-n"], one.status, one.fault) for one in faults.log] == [
        ("GET", "/stats", "", "0", 200, ""),
        ("GET", "/stats", "x", "1", 502, "error"),
    ]


@anywhere
def test_a_connection_closed_without_an_answer(over: Over) -> None:
    """The client sees the connection end, and the next request works."""

    def ask(api: httpx.Client) -> None:
        assert api.get("/stats").status_code == 200
        with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
            api.get("/stats")
        assert api.get("/stats").status_code == 200

    over(Faults(close_every=2), ask)


@anywhere
def test_a_body_cut_in_half(over: Over) -> None:
    """The client sees that the body is shorter than was promised."""

    def ask(api: httpx.Client) -> None:
        with pytest.raises(httpx.RemoteProtocolError, match="incomplete|without sending complete"):
            api.get("/jobs/search?include=description")

    over(Faults(cut_every=1), ask)


@anywhere
def test_a_page_of_html_with_status_200(over: Over) -> None:
    """What a proxy's challenge looks like."""

    def ask(api: httpx.Client) -> None:
        answer = api.get("/stats")
        assert answer.status_code == 200 and "text/html" in answer.headers["content-type"]
        assert answer.text.startswith("<!doctype html>")

    over(Faults(html_every=1), ask)


@anywhere
def test_an_answer_that_comes_too_late(over: Over) -> None:
    """A client with less patience times out; nobody waits for the rest, the server's end included."""

    def ask(api: httpx.Client) -> None:
        with pytest.raises(httpx.ReadTimeout):
            api.get("/stats", timeout=0.05)

    over(Faults(delay_every=1, delay_seconds=600), ask)


def test_a_short_delay_is_slept_and_then_answered() -> None:
    """In process the sleep is the caller's to replace."""
    slept: list[float] = []
    app = create_app(small_data(), faults=Faults(delay_every=1, delay_seconds=2))
    with httpx.Client(transport=InProcessTransport(app, sleep=slept.append)) as api:
        assert api.get("http://face/job-postings/v1/stats", timeout=5).status_code == 200
    assert slept == [2]
    with (
        serving(create_app(small_data(), faults=Faults(delay_every=1, delay_seconds=0.01))) as url,
        httpx.Client(base_url=url) as api,
    ):
        assert api.get("/stats").elapsed.total_seconds() >= 0.01


def test_a_rate_limit_says_how_long_to_wait() -> None:
    """A burst passes, the next is a 429 with whole seconds, and after them it passes again."""
    now = [100.0]
    with client(small_data(), Faults(rate=0.5, burst=2, clock=lambda: now[0])) as api:
        assert [api.get("/stats").status_code for _ in range(3)] == [200, 200, 429]
        assert api.get("/stats").headers["retry-after"] == "2"
        now[0] += 2
        assert [api.get("/stats").status_code for _ in range(2)] == [200, 429]


def test_a_window_of_requests() -> None:
    """So many requests, then none until the window is over."""
    now = [0.0]
    with client(small_data(), Faults(window=3, window_seconds=60, clock=lambda: now[0])) as api:
        now[0] = 10.0
        assert [api.get("/stats").status_code for _ in range(4)] == [200, 200, 200, 429]
        now[0] = 30.5
        assert api.get("/stats").headers["retry-after"] == "40"
        now[0] = 70.0
        assert api.get("/stats").status_code == 200


def test_scripted_answers_and_drifted_bodies() -> None:
    """An override answers the paths it names, as often as it says; a mutator alters what is answered."""

    def drift(payload: Any) -> None:
        payload["data"]["brand_new"] = payload["data"].pop("providers")

    faults = Faults(overrides=[Override("^/orgs/", '{"half', status=203, times=1)], mutators=[drift])
    with client(small_data(), faults) as api:
        answer = api.get(f"/orgs/{org(0)['org_id']}")
        assert (answer.status_code, answer.text) == (203, '{"half')
        assert "providers" not in api.get("/stats").json()["data"]
        assert api.get("/stats").json()["data"]["brand_new"] == 1
        assert api.get("/orgs/nobody").status_code == 404


def test_only_some_paths_have_weather() -> None:
    """Other requests are neither hit nor counted; what changes later holds from then on."""
    faults = Faults(error_every=2, only="^/jobs")
    with client(small_data(), faults) as api:
        paths = ["/jobs/search", "/stats", "/stats", "/jobs/search"]
        assert [api.get(path).status_code for path in paths] == [200, 200, 200, 503]
        faults.error_every = 0
        faults.reset()
        assert [api.get("/jobs/search").status_code for _ in range(2)] == [200, 200] and faults.count == 2


@anywhere
def test_a_connection_reset_in_the_middle_of_the_headers(over: Over) -> None:
    """The client sees a reset, not an end, and the next request works."""

    def ask(api: httpx.Client) -> None:
        assert api.get("/stats").status_code == 200
        with pytest.raises(httpx.ReadError, match="reset|104"):
            api.get("/stats")
        assert api.get("/stats").status_code == 200

    over(Faults(reset_every=2), ask)


def test_answers_are_compressed_for_whoever_accepts_it() -> None:
    """Small on the way and whole at its end; who does not accept it, or nothing being set, gets it plain."""
    with client(small_data(), compress=True) as api:
        packed, plain = api.get("/jobs/search"), api.get("/jobs/search", headers={"accept-encoding": "identity"})
        assert packed.headers["content-encoding"] == "gzip" and packed.json() == plain.json()
        assert "content-encoding" not in plain.headers
        assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 2
    with client(small_data()) as api:
        assert "content-encoding" not in api.get("/jobs/search").headers


@pytest.mark.parametrize("socket", [True, False])
def test_a_compressed_body_cut_in_half(socket: bool) -> None:
    """What was cut is the packed body."""
    app = create_app(small_data(), faults=Faults(cut_every=1), settings=Settings(compress=True))
    if socket:
        with serving(app) as url, httpx.Client() as api, pytest.raises(httpx.RemoteProtocolError):
            api.get(f"{url}/jobs/search")
    else:
        with httpx.Client(transport=InProcessTransport(app)) as api, pytest.raises(httpx.RemoteProtocolError):
            api.get("http://face/job-postings/v1/jobs/search")


def titles(pages: list[Record]) -> list[list[int]]:
    """The numbers of the jobs of each page."""
    return [[int(one["title"].removeprefix("Engineer ")) for one in page["data"]] for page in pages]


@pytest.mark.parametrize("status", [400, 410])
def test_a_cursor_expires_when_others_have_asked(status: int) -> None:
    """It is good for so many requests after it was given out; one given out anew is good again."""
    faults = Faults(cursor_expires_after=2, cursor_expired_status=status)
    with client(small_data(), faults) as api:
        cursor = api.get("/jobs/search").json()["meta"]["next_cursor"]
        asked = {"cursor": cursor}
        assert [api.get("/jobs/search", params=asked).status_code for _ in range(3)] == [200, 200, status]
        refused(api.post("/jobs/search", json=asked), status, "cursor expired")
        assert api.get("/jobs/search").json()["meta"]["next_cursor"] == cursor
        assert api.get("/jobs/search", params=asked).status_code == 200
    assert [one.fault for one in faults.log] == ["", "", "", "expired", "expired", "", ""]


@pytest.mark.parametrize("times", [1, None])
def test_a_cursor_expires_from_a_page_on(times: int | None) -> None:
    """The cursor to the third page and to later ones is refused, each once or always; other chains count alone."""
    faults = Faults(cursor_expires_page=3, cursor_expires_times=times)
    with client(small_data(), faults) as api:
        chain = walk(api, "/jobs/search", limit=5)
        next(chain)
        cursor = next(chain)["meta"]["next_cursor"]
        tries = [api.get("/jobs/search", params={"cursor": cursor}).status_code for _ in range(3)]
        assert tries == ([400, 200, 200] if times else [400, 400, 400])
        assert len(list(walk(api, "/jobs/search", limit=40))) == 2


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_page_comes_again_under_a_new_cursor(method: str) -> None:
    """Every second page of a chain is followed by itself, and then it goes on; asked twice, it is the same."""

    def ask(cursor: str | None) -> Record:
        asked = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        sent: Record = {"params": asked} if method == "GET" else {"json": asked}
        page: Record = api.request(method, "/jobs/search", **sent).raise_for_status().json()
        return page

    faults = Faults(cursor_repeats_every=2)
    with client(small_data(8), faults) as api:
        pages, cursors = [ask(None)], []
        while cursor := pages[-1]["meta"].get("next_cursor"):
            cursors.append(cursor)
            pages.append(ask(cursor))
            assert ask(cursor) == pages[-1]
    assert titles(pages) == [[7, 6], [5, 4], [5, 4], [3, 2], [3, 2], [1, 0]]
    assert len(set(cursors)) == len(cursors)


def test_a_first_page_comes_again() -> None:
    """A chain whose every page comes twice begins with the first one, each chain with its own."""
    with client(small_data(4), Faults(cursor_repeats_every=1)) as api:
        assert titles(list(walk(api, "/jobs/search", limit=2))) == [[3, 2], [3, 2], [1, 0]]
        assert titles(list(walk(api, "/jobs/search", limit=3))) == [[3, 2, 1], [3, 2, 1], [0]]


def test_the_next_cursor_may_be_the_current_one() -> None:
    """Every second request with a cursor leads to itself; asked again it leads on."""
    with client(small_data(8), Faults(cursor_same_every=2)) as api:
        pages = titles(list(walk(api, "/jobs/search", limit=2)))
    assert pages == [[7, 6], [5, 4], [3, 2], [3, 2], [1, 0]]


def test_the_next_cursor_may_be_the_current_one_for_ever() -> None:
    """However often it is asked for, that page leads to itself."""
    with client(small_data(8), Faults(cursor_same_every=2, cursor_same_for_ever=True)) as api:
        chain = walk(api, "/jobs/search", limit=2)
        pages = titles([next(chain) for _ in range(6)])
    assert pages == [[7, 6], [5, 4], [3, 2], [3, 2], [3, 2], [3, 2]]


def test_a_total_may_not_be_told_at_all() -> None:
    """No word of it, whether it was asked for or not."""
    with client(small_data(), total_absent=True) as api:
        for asked in ({}, {"include_total": "true"}, {"include_total": "false"}):
            assert set(api.get("/jobs/search", params=asked).json()["meta"]) == {"limit", "next_cursor", "order"}


def test_a_filter_may_be_ignored() -> None:
    """It is accepted, whatever it says, and has no effect; other filters have theirs, unknown ones are refused."""
    with client(FaceData.of(JOBS), ignored_filters=frozenset({"provider", "first_seen_after"})) as api:
        asked = {"provider": "greenhouse", "first_seen_after": "whenever"}
        assert api.get("/jobs/search", params=asked).json()["meta"]["total_matching"] == 5
        assert api.post("/jobs/search", json=asked | {"city": "Zürich"}).json()["meta"]["total_matching"] == 1
        assert len(api.get("/jobs/facets", params={"field": "ats_provider", **asked}).json()["data"]) == 2
        refused(api.get("/jobs/search?companies=x"), 400, "companies")


def test_a_stated_limit_slides() -> None:
    """So many in any window: each is forgotten when its own window is over, and what is refused does not count."""
    now = [100.0]
    faults = Faults(limit=2, limit_seconds=10, clock=lambda: now[0])
    with client(small_data(), faults) as api:
        told = []
        for at in (100.0, 104.0, 105.5, 109.9, 110.0, 110.0, 114.0):
            now[0] = at
            answer = api.get("/stats")
            headers = [answer.headers[f"x-ratelimit-{name}"] for name in ("limit", "remaining", "reset")]
            told.append((answer.status_code, *headers, answer.headers.get("retry-after")))
    assert told == [
        (200, "2", "1", "10", None),
        (200, "2", "0", "6", None),
        (429, "2", "0", "5", "5"),
        (429, "2", "0", "1", "1"),
        (200, "2", "0", "4", None),
        (429, "2", "0", "4", "4"),
        (200, "2", "0", "6", None),
    ]
    assert [one.fault for one in faults.log] == ["", "", "limit", "limit", "", "limit", ""]


@pytest.mark.parametrize("style", STYLES)
def test_styles_of_a_stated_limit(style: Style) -> None:
    """The limit, what is left of it and when it is whole again, as the style writes them."""
    expected = {
        "ratelimit-draft-7": {"ratelimit": "limit=9, remaining=8, reset=60", "ratelimit-policy": "9;w=60"},
        "ratelimit-draft-8": {"ratelimit": '"default";r=8;t=60', "ratelimit-policy": '"default";q=9;w=60'},
        "none": {},
    }.get(style, {f"{style}-limit": "9", f"{style}-remaining": "8", f"{style}-reset": "60"})
    with client(small_data(), Faults(limit=9, limit_seconds=60, limit_headers=style, clock=lambda: 5.0)) as api:
        headers = dict(api.get("/jobs/0").headers)
        api.get("/stats")
    told = {name: value for name, value in headers.items() if "ratelimit" in name or "rate-limit" in name}
    assert told == {"x-rate-limit-tier": "anonymous"} | expected


def outcomes(seed: int, kinds: tuple[str, ...] = RANDOM_FAULTS) -> list[str]:
    """What becomes of 200 requests, a third of them hit at random."""
    faults, broken = Faults(random_share=1 / 3, random_seed=seed, random_faults=kinds), []
    with client(small_data(3), faults) as api:
        for number in range(200):
            try:
                answer = api.get("/stats")
            except (httpx.ReadError, httpx.RemoteProtocolError):
                broken.append(number)
            else:
                status = {"error": 503, "limit": 429}.get(faults.log[number].fault, 200)
                assert answer.status_code == status
                assert ("html" in answer.headers["content-type"]) == (faults.log[number].fault == "html")
    assert broken == [number for number, one in enumerate(faults.log) if one.fault in {"close", "reset", "cut"}]
    return [one.fault for one in faults.log]


def test_random_faults_follow_from_their_seed() -> None:
    """Each kind occurs, about as often as it should; the same seed hits the same requests, another one others."""
    told = outcomes(1)
    assert {"", *RANDOM_FAULTS} == set(told) and 40 < sum(map(bool, told)) < 95
    assert told == outcomes(1) != outcomes(2)
    assert set(outcomes(1, ("html",))) == {"", "html"}


def test_a_long_way() -> None:
    """Half of it lies before the request is counted, half behind; a share of it may jitter, by the seed."""
    now, waits = [0.0], []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    faults = Faults(latency=0.3, limit=1, limit_seconds=60, clock=lambda: now[0])
    transport = InProcessTransport(create_app(small_data(), faults=faults), sleep=sleep)
    with httpx.Client(transport=transport, base_url="http://face/job-postings/v1") as api:
        assert api.get("/stats").headers["x-ratelimit-reset"] == "60"
        assert waits == [0.15, 0.15]
        now[0] = 60.0  # it was counted at 0.15: the next comes to be counted just then
        assert api.get("/stats").status_code == 200
        faults.jitter = 0.5
        waits.clear()
        for _ in range(50):
            api.get("/jobs/0")
        ways = [there + back for there, back in zip(waits[::2], waits[1::2], strict=True)]
        assert all(0.15 <= way <= 0.45 for way in ways) and len(set(ways)) == 50
        assert all(there == back for there, back in zip(waits[::2], waits[1::2], strict=True))


def test_a_long_way_holds_nobody_else_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """While one request is under way, another is answered."""
    faults, ways, under_way = Faults(), [1200.0], threading.Event()

    def way() -> float:
        under_way.set()
        return ways.pop() if ways else 0.0

    def wait_in_vain(url: str) -> None:
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{url}/stats", timeout=None)

    monkeypatch.setattr(faults, "way", way)
    with serving(create_app(small_data(), faults=faults)) as url:
        waiting = threading.Thread(target=wait_in_vain, args=(url,))
        waiting.start()
        under_way.wait()
        assert httpx.get(f"{url}/stats").status_code == 200
        assert faults.count == 1  # the other one has not arrived
    waiting.join()


def test_data_changes_while_it_is_asked_for() -> None:
    """Before every third request is answered: what is new is found, what is gone is not."""
    numbers = iter(range(100, 200))

    def change(data: FaceData) -> None:
        data.jobs.append(job(next(numbers)))
        data.jobs.pop(0)

    with client(small_data(4), Faults(meanwhile_every=3, meanwhile=change)) as api:
        pages = [api.get("/jobs/search").json() for _ in range(6)]
    assert [page[:2] for page in titles(pages)] == [[3, 2], [3, 2], [100, 3], [100, 3], [100, 3], [101, 100]]
    assert all(page["meta"]["total_matching"] == 4 for page in pages)


# The pieces around it


def test_a_file_is_read_as_it_is_written(tmp_path: Path) -> None:
    """Plain and xz lines alike; the clock is the snapshot's; an unknown kind is an error."""
    one = job(0)
    entries = [("snapshot", {"clock": CLOCK}), ("org", org(0)), ("source", source(0)), ("job", one)]
    lines = "\n".join(json.dumps({"kind": kind, "data": of}) for kind, of in [*entries, ("event", event(0, one))])
    (tmp_path / "a.jsonl").write_text(lines, encoding="utf-8")
    (tmp_path / "a.jsonl.xz").write_bytes(lzma.compress(lines.encode()))
    for name in ("a.jsonl", "a.jsonl.xz"):
        data = load(tmp_path / name)
        assert (data.clock, data.jobs, len(data.events), len(data.sources)) == (CLOCK, [one], 1, 1)
    (tmp_path / "b.jsonl").write_text('{"kind": "cat", "data": {}}', encoding="utf-8")
    with pytest.raises(ValueError, match="line 1"):
        load(tmp_path / "b.jsonl")


def test_drifted_records_are_served_as_they_are() -> None:
    """Fields missing or of another type match no filter on them and break nothing."""
    odd: Record = {
        "job_id": "f" * 40,
        "title": 5,
        "salary_min": "lots",
        "first_seen_at": 7,
        "provider": {"a": 10**30},
    }
    filters = ("q=5", "title=5", "salary_min=0", "first_seen_after=1970-01-01", "active=false", "provider=a")
    with client(FaceData.of([job(0), odd])) as api:
        assert api.get("/jobs/search").json()["data"][-1] == odd
        found = [one for asked in filters for one in api.get(f"/jobs/search?{asked}").json()["data"]]
        assert all(one["job_id"] != odd["job_id"] for one in found)
        assert api.get("/jobs/search?salary_exists=true").json()["data"] == [odd]
        assert api.get("/stats").json()["data"]["providers"] == 1
        assert len(api.get("/jobs/facets?field=ats_provider").json()["data"]) == 1


def test_the_face_is_independent() -> None:
    """Nothing of it imports the library it is compared with."""
    face = Path(sys.modules["tests.api_face"].__file__ or "").parent
    imports = [line for file in face.glob("*.py") for line in file.read_text(encoding="utf-8").splitlines()]
    assert not [line for line in imports if line.lstrip().startswith(("import bluedoor", "from bluedoor"))]
    assert not any("importlib" in line for line in imports)
