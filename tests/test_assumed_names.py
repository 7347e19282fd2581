"""Parameters whose names are assumed: sent as the published specification calls them, and never silently ignored."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest

import bluedoor_tools as bd
from bluedoor_tools.client import Client
from tests.api_face import FaceApp, FaceData, Faults, Override
from tests.api_face.document import openapi
from tests.api_face.examples import CLOCK, event, job, org, small_data, source
from tests.clients import client_of


def mixed() -> FaceData:
    """Sixty postings of two providers and three organisations, an event each."""
    jobs = [job(n, provider=["lever", "ashby"][n % 2]) for n in range(60)]
    events = [event(n, one) for n, one in enumerate(jobs)]
    return FaceData.of(jobs, [org(n) for n in range(3)], [source(n) for n in range(3)], events, CLOCK)


MIXED = mixed()


def renamed_document(path: str, old: str, *new: str) -> dict[str, Any]:
    """The face's specification with another name for one parameter of a GET."""
    document = openapi()
    listed = document["paths"][path]["get"]["parameters"]
    if path == "/orgs/lookup":  # where the face takes more than the contract knows
        listed[:] = [entry for entry in listed if entry["name"] != "q"]
    (place,) = [number for number, entry in enumerate(listed) if entry["name"] == old]
    listed[place : place + 1] = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in new]
    return document


def rewritten(path: str, old: str, new: str) -> Callable[[httpx.Request], httpx.Request]:
    """A server that knows `new` only: `old` it refuses, as one does that rejects unknown parameters."""

    def alter(request: httpx.Request) -> httpx.Request:
        if not request.url.path.endswith(path):
            return request
        url = request.url
        if old in url.params:
            url = url.copy_remove_param(old).copy_add_param("refused", old)
        if new in url.params:
            value = url.params[new]
            url = url.copy_remove_param(new).copy_set_param(old, value)
        return httpx.Request(
            request.method,
            url,
            headers=request.headers,
            extensions=request.extensions,
            content=request.read() if request.method == "POST" else None,
        )

    return alter


def server(path: str, old: str, new: str) -> tuple[Client, FaceApp]:
    """A client of a face that calls a parameter otherwise, and publishes that."""
    document = renamed_document(path, old, new)
    faults = Faults(overrides=[Override(r"/openapi\.json", document)])
    return client_of(MIXED, faults, alter=rewritten(path, old, new))


CALLS: dict[str, tuple[str, str, str, Callable[[Client], Any]]] = {
    "search": ("/jobs/search", "provider", "ats_provider", lambda c: c.search_jobs(provider="ashby", limit=None)),
    "search of a list": (
        "/jobs/search",
        "provider",
        "providers",
        lambda c: c.search_jobs(provider=["ashby", "icims"], limit=None),
    ),
    "facets": ("/jobs/facets", "provider", "ats", lambda c: c.facets("country", provider="ashby")),
    "events": ("/events/search", "provider", "ats_provider", lambda c: c.search_events(provider="ashby", limit=None)),
    "events by posting": (
        "/events/search",
        "job_ids",
        "job_id",
        lambda c: c.search_events(job_ids=[job(1)["job_id"], job(3)["job_id"]], limit=None),
    ),
    "events by company": (
        "/events/search",
        "org_ids",
        "organization_ids",
        lambda c: c.search_events(org_ids=[org(1)["org_id"]], limit=None),
    ),
    "events by time": (
        "/events/search",
        "observed_after",
        "since",
        lambda c: c.search_events(observed_after="2026-05-01T00:30:00Z", limit=None),
    ),
    "look-up": ("/orgs/lookup", "name", "query", lambda c: c.find_orgs("company 1")),
    "look-up by domain": ("/orgs/lookup", "domain", "website", lambda c: c.find_orgs("company1.example")),
}


@pytest.mark.parametrize("name", CALLS)
def test_the_published_name_is_sent(name: str) -> None:
    """Where the specification has the obvious other name, that is sent, the rows are right, and the card says so."""
    path, old, new, call = CALLS[name]
    client, face = server(path, old, new)
    plain, _ = client_of(MIXED)
    found, expected = call(client), call(plain)
    assert len(found) > 0 and found.equals(expected)
    assert any(note.startswith(f"{old} was sent as {new}") for note in bd.card(found)["notes"])
    assert [request.path for request in face.log].count("/openapi.json") == 1
    if name != "look-up by domain":  # asked by name first: that request is the one on the card
        assert f"{new}=" in found.bluedoor.reproduce("curl")


def test_pairs_are_counted_under_the_published_name() -> None:
    """Counts of two fields send the other name, too."""
    client, _ = server("/jobs/facets", "provider", "ats_provider")
    found = client.facets("workplace_type", by="ats_provider")
    assert found.equals(client_of(MIXED)[0].facets("workplace_type", by="ats_provider"))
    assert any("was sent as" in note for note in bd.card(found)["notes"])


def test_a_company_is_looked_up_under_the_published_name() -> None:
    """company=, too, goes by the name that the specification has."""
    client, _ = server("/orgs/lookup", "name", "q")
    assert client.search_jobs(company="company 1")["org_id"].unique().tolist() == [org(1)["org_id"]]


def test_a_walk_keeps_the_name() -> None:
    """Every page of a walk is asked under the published name."""
    client, _ = server("/jobs/search", "provider", "ats_provider")
    first = client.search_jobs(provider="lever", limit=10)
    rest = client.search_jobs(provider="lever", limit=None, cursor=bd.card(first)["next_cursor"])
    assert len(first) + len(rest) == 30


def test_of_two_other_names_none_is_chosen() -> None:
    """The specification lists two candidates: the assumed name is sent, and that it may be ignored is said."""
    document = renamed_document("/jobs/search", "provider", "ats_provider", "ats")
    client, _ = client_of(MIXED, Faults(overrides=[Override("openapi", document)]))
    found = client.search_jobs(provider="ashby")
    assert set(found["provider"]) == {"ashby"}
    assert any("it may be ignored" in note for note in bd.card(found)["notes"])


def test_without_an_assumed_parameter_nothing_is_asked() -> None:
    """A search with observed parameters only costs no look at the specification."""
    client, face = client_of(MIXED)
    client.search_jobs("engineer", city="New York")
    client.facets("country", workplace_type="hybrid")
    client.source_jobs(source(1)["source_id"])
    assert all("openapi" not in request.path for request in face.log)


# -- ignored -----------------------------------------------------------------------------------------------------------


def without(*names: str) -> Callable[[httpx.Request], httpx.Request]:
    """A server that ignores these parameters."""

    def alter(request: httpx.Request) -> httpx.Request:
        url = request.url
        for name in names:
            url = url.copy_remove_param(name)
        return httpx.Request(
            request.method,
            url,
            headers=request.headers,
            extensions=request.extensions,
            content=request.read() if request.method == "POST" else None,
        )

    return alter


def ignoring(*names: str, data: FaceData = MIXED) -> Client:
    """A client of a server that ignores these parameters, whatever its specification says."""
    return client_of(data, alter=without(*names), unknown_parameters="ignore")[0]


@pytest.mark.parametrize("wanted", ["ashby", ["ashby", "lever"]])
def test_an_ignored_provider_gives_no_wrong_rows(wanted: Any) -> None:
    """Rows of another provider are left out, those asked for all come, and it is announced and said."""
    client = ignoring("provider")
    providers = [wanted] if isinstance(wanted, str) else wanted
    for call, records in ((client.search_jobs, MIXED.jobs), (client.search_events, MIXED.events)):
        with pytest.warns(bd.DriftWarning, match="seems to ignore provider"):
            found = call(provider=wanted, limit=None)
        assert len(found) == sum(record["provider"] in providers for record in records)
        card = bd.card(found)
        assert card["complete"] and card["total"] is None
        assert any("seems to ignore provider" in note for note in card["notes"])


def test_an_ignored_provider_of_which_no_row_is_found_is_an_error() -> None:
    """Page after page without a row that matches: an error that names the parameter and the way out."""
    client = ignoring("provider", data=small_data(2500))
    with pytest.raises(bd.UnexpectedAnswerError, match="seems to ignore it") as caught:
        client.search_jobs(provider="ashby", limit=5)
    assert "doctor" in caught.value.hint and "filter the frame" in caught.value.hint


def test_rows_without_a_provider_do_not_pass_for_the_one_asked_for() -> None:
    """A null never matches a filter: a row whose provider is null shows an ignored filter as one of another does."""
    jobs = [job(n, provider="lever" if n % 2 else None) for n in range(10)]
    client = ignoring("provider", data=FaceData.of(jobs, (), (), (), CLOCK))
    with pytest.warns(bd.DriftWarning, match="seems to ignore provider"):
        assert len(client.search_jobs(provider="lever")) == 5


def test_another_filter_that_is_ignored_is_said() -> None:
    """How the API compares a city is its own: rows that do not match stay, counted on the card, and announced."""
    jobs = [job(n, city="Oslo" if n % 3 else "Berlin") for n in range(30)]
    client = ignoring("city", data=FaceData.of(jobs, (), (), (), CLOCK))
    with pytest.warns(bd.DriftWarning, match="do not match city"):
        found = client.search_jobs(city="Berlin")
    assert len(found) == 30
    assert any("city 20" in note for note in bd.card(found)["notes"])


def test_a_filter_that_is_obeyed_but_for_a_few_rows_is_said_without_a_warning() -> None:
    """A server may know more of a place than its city's name: that is on the card, and no alarm."""
    jobs = [job(n, city="Oslo" if n else "Oslo (remote)") for n in range(30)]
    found = ignoring("city", data=FaceData.of(jobs, (), (), (), CLOCK)).search_jobs(city="Oslo")
    assert any("city 1" in note for note in bd.card(found)["notes"])


def test_an_ignored_provider_that_excludes_nothing_passes() -> None:
    """Where every row matches anyhow, the rows are right and are given."""
    jobs = [job(n) for n in range(5)]
    client = ignoring("provider", data=FaceData.of(jobs, (), (), (), CLOCK))
    assert len(client.search_jobs(provider="LEVER")) == 5


@pytest.mark.parametrize("name", ["name", "domain"])
def test_an_ignored_look_up_finds_no_wrong_company(name: str) -> None:
    """A look-up that ignores what it is asked for and gives others: never taken for the company."""
    orgs = {"data": [org(0), org(2)], "meta": {"limit": 20}}
    client, _ = client_of(MIXED, Faults(overrides=[Override("/orgs/lookup", orgs)]))
    with pytest.raises(bd.NotFoundError):
        client.search_jobs(company={"name": "company 1", "domain": "company1.example"}[name])


def test_candidates_of_a_look_up_that_ignores_the_name_are_no_candidates() -> None:
    """find_orgs holds what comes against what was asked: organisations without these words are not a part match."""
    orgs = {"data": [org(0, display_name="Quite Different", canonical_name="quite", domain="q.test")]}
    client, _ = client_of(MIXED, Faults(overrides=[Override("/orgs/lookup", orgs)]))
    try:
        found = client.find_orgs("company 1")
    except bd.UnexpectedAnswerError:
        return
    assert len(found) == 0 or "part" not in found["match"].tolist()


# -- no specification --------------------------------------------------------------------------------------------------

UNREADABLE: dict[str, Override] = {
    "web page": Override("openapi", "<html>no</html>"),
    "not found": Override("openapi", {"error": "no such path"}, status=404),
    "failing": Override("openapi", {"error": "down"}, status=503),
    "limited": Override("openapi", {"error": "slow"}, status=429, headers={"retry-after": "60"}),
    "not authorised": Override("openapi", {"error": "no"}, status=401),
    "another API": Override("openapi", {"openapi": "3.1.0", "info": {"title": "Pets"}, "paths": {"/pets": {}}}),
    "a list": Override("openapi", [1, 2]),
    "broken": Override("openapi", b'{"openapi": "3.1.0", "paths": {'),
    "deep": Override("openapi", b"[" * 100_000),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_specification_that_cannot_be_had_is_said(name: str) -> None:
    """The assumed name is sent, the answer comes, its card says that the name could not be checked; asked once only."""
    client, face = client_of(MIXED, Faults(overrides=[UNREADABLE[name]]))
    once: list[int] = []
    for _ in range(3):
        found = client.search_jobs(provider="ashby", limit=5)
        assert set(found["provider"]) == {"ashby"}
        (note,) = [note for note in bd.card(found)["notes"] if note.startswith("provider: assumed")]
        assert "could not be read" in note and note.isprintable()
        once.append(sum("openapi" in request.path for request in face.log))
    client.facets("country", provider="ashby")
    client.search_events(provider="ashby")
    asked = [request for request in face.log if "openapi" in request.path]
    assert once == [once[0]] * 3 == [len(asked)] * 3  # with the repetitions of one asking


def test_each_client_asks_for_itself() -> None:
    """What one client read of one address is not taken for another's."""
    first, one = server("/jobs/search", "provider", "ats_provider")
    second, two = client_of(MIXED)
    for client in (first, second, first):
        assert set(client.search_jobs(provider="ashby")["provider"]) == {"ashby"}
    for face in (one, two):
        assert sum("openapi" in request.path for request in face.log) == 1


def test_threads_ask_once() -> None:
    """Searches at the same time ask for the specification once."""
    client, face = client_of(MIXED)
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.append(len(client.search_jobs(provider="ashby")))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [30] * 8
    assert sum("openapi" in request.path for request in face.log) == 1


def test_a_local_backend_has_nothing_to_assume(sample: Client) -> None:
    """The sample applies the filters itself: no note."""
    card = bd.card(sample.search_jobs(provider="lever", limit=1))
    assert not any("assumed" in note for note in card["notes"])


def test_long_lists_in_a_body_go_by_the_published_name() -> None:
    """A POST search, too, sends the name that the specification has for it."""
    document = openapi()
    properties = document["paths"]["/jobs/search"]["post"]["requestBody"]["content"]["application/json"]["schema"][
        "properties"
    ]
    properties["ats_provider"] = properties.pop("provider")
    sent: list[dict[str, Any]] = []

    def alter(request: httpx.Request) -> httpx.Request:
        if request.method != "POST" or not request.url.path.endswith("/jobs/search"):
            return request
        body = json.loads(request.read())
        sent.append(dict(body))
        body["provider"] = body.pop("ats_provider")
        return httpx.Request("POST", request.url, json=body, extensions=request.extensions)

    client, _ = client_of(MIXED, Faults(overrides=[Override("openapi", document)]), alter=alter)
    many = [f"{n:08x}-0000-4000-8000-000000000000" for n in range(150)] + [org(1)["org_id"]]
    found = client.search_jobs(provider="ashby", org_ids=many, limit=None)
    assert len(found) == 10 and sent[0]["ats_provider"] == "ashby"
    assert any("was sent as ats_provider" in note for note in bd.card(found)["notes"])


def test_a_specification_that_failed_once_is_asked_for_by_doctor() -> None:
    """A passing failure does not stay for the client's life, and each error is an error of its own."""
    client, _ = client_of(MIXED, Faults(overrides=[Override("openapi", {"error": "no"}, status=503, times=20)]))
    client.search_jobs(provider="ashby", limit=1)
    for _ in range(30):
        outcome = client.doctor().set_index("check")["outcome"]["specification"]
        if outcome == "ok":
            return
    raise AssertionError("it stays failed")


def test_curl_of_a_listed_value_under_the_published_name_writes_each() -> None:
    """The name that was sent is the one that is written, once for each value."""
    client, _ = server("/jobs/search", "provider", "ats_provider")
    written = client.search_jobs(provider=["lever", "ashby"], limit=5).bluedoor.reproduce("curl")
    assert "ats_provider=lever" in written and "ats_provider=ashby" in written
