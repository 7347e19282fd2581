"""company=: an organisation by its exact name or web domain, in searches, counts and event searches."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest

import bluedoor_tools as bd
from bluedoor_tools.client import Client
from tests.api_face import FaceApp, FaceData, Faults, InProcessTransport, Override
from tests.api_face.examples import CLOCK, event, job, org, small_data, source
from tests.clients import client_of, client_through, ids, run, searches, store_client

SPOTIFY = "72fe3b06-0d08-4f7d-9dfd-beedeeda0a25"
TWINS = [org(0, display_name="Acme"), org(1, display_name="ACME", canonical_name="acme-robots", domain="acme.test")]


def acme_data() -> FaceData:
    """Sixty postings; two of their organisations have one name, the third is like them."""
    whole = small_data(60)
    third = org(2, display_name="Acme Health & Söhne", canonical_name="acme-health", domain="health.acme.test")
    return FaceData.of(whole.jobs, [*TWINS, third], [source(n) for n in range(3)], whole.events, CLOCK)


@pytest.fixture
def online() -> Client:
    """The face over organisations of like names."""
    return client_of(acme_data())[0]


@pytest.fixture(params=["api", "store"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Client]:
    """Either backend over organisations of like names."""
    if request.param == "api":
        yield client_of(acme_data())[0]
    else:
        with store_client(tmp_path, acme_data()) as client:
            yield client


CALLS: dict[str, Callable[..., Any]] = {
    "search_jobs": lambda client, **given: client.search_jobs(limit=None, **given),
    "iter_jobs": lambda client, **given: pd.concat(client.iter_jobs(**given)),
    "search_events": lambda client, **given: client.search_events(limit=None, **given),
    "facets": lambda client, **given: client.facets("country", **given),
    "facets by": lambda client, **given: client.facets("country", by="workplace_type", **given),
}


# -- one organisation --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "company",
    [
        "Acme Health & Söhne",
        "  acme   HEALTH &  söhne ",
        "ACME HEALTH & SÖHNE",
        "acme-health",
        "health.acme.test",
        "Health.ACME.test",
        ["acme-health"],
        ("Acme Health & Söhne", "health.acme.test"),
        {"acme-health"},
        pd.Series(["acme-health"], index=[5]),
    ],
    ids=repr,
)
def test_an_exact_name_is_its_id(online: Client, call: str, company: Any) -> None:
    """A name or domain, whole, whatever its case and blanks, is the search with its id, in every function."""
    found = CALLS[call](online, company=company)
    pd.testing.assert_frame_equal(found, CALLS[call](online, org_ids=[org(2)["org_id"]]))
    assert len(found) > 0


@pytest.mark.parametrize("call", CALLS)
def test_names_that_can_be_read_once(online: Client, call: str) -> None:
    """An iterator of names is a list of names."""
    found = CALLS[call](online, company=iter(["acme-health", "acme.test"]))
    assert len(found) == len(CALLS[call](online, org_ids=[org(1)["org_id"], org(2)["org_id"]])) > 0


@pytest.mark.parametrize("company", ["Spotify", "SPOTIFY", " spotify "])
def test_the_sample_and_the_api_agree(sample: Client, socket_api: Client, company: str) -> None:
    """The same name is the same organisation on either backend."""
    for client in (sample, socket_api):
        found = client.search_jobs(company=company, status=None)
        assert found["org_id"].unique().tolist() == [SPOTIFY] and found["company"].unique().tolist() == ["Spotify"]


def test_an_organisation_itself_is_taken() -> None:
    """An Org object needs no look-up; in a list it stands beside names."""
    client, face = client_of(acme_data())
    record = client.get_org(org(1)["org_id"])
    face.log.clear()
    found = client.search_jobs(company=record, status=None)
    assert found["org_id"].unique().tolist() == [org(1)["org_id"]]
    assert all(request.path != "/orgs/lookup" for request in face.log)
    assert bd.card(found)["asked"]["company"] == "ACME"
    several: list[Any] = [record, "acme-health"]
    both = client.search_jobs(company=several, status=None)
    assert set(both["org_id"]) == {org(1)["org_id"], org(2)["org_id"]}
    assert bd.card(both)["asked"]["company"] == ["ACME", "acme-health"]


def test_several_organisations(either: Client) -> None:
    """A list of companies is one search with their ids: no merging, totals as ever."""
    found = either.search_jobs(company=["acme.test", "health.acme.test"], status=None, limit=None)
    expected = either.search_jobs(org_ids=[org(1)["org_id"], org(2)["org_id"]], status=None, limit=None)
    pd.testing.assert_frame_equal(found, expected)
    assert (bd.card(found)["total"], bd.card(found)["complete"]) == (40, True)


def test_one_organisation_under_two_names(either: Client) -> None:
    """Names of one organisation count once."""
    found = either.facets("country", company=["acme.test", "acme-robots", "ACME.TEST"], status=None)
    assert found["count"].tolist() == [20]


def test_a_company_beside_a_list_read_once(either: Client) -> None:
    """A generator of another filter is still whole when the company was looked up."""
    found = either.search_jobs(company="acme-health", city=(city for city in ["New York", "Oslo"]), status=None)
    assert len(found) == 20


def test_a_company_beside_lists(either: Client) -> None:
    """A company narrows each query of a list."""
    found = either.search_jobs(["engineer 2", "engineer 5"], company="acme-health", status=None)
    assert found["title"].tolist() == ["Engineer 5", "Engineer 2"]


# -- none, or several --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", CALLS)
def test_a_name_of_several_organisations_is_not_guessed(either: Client, call: str) -> None:
    """Two organisations of one exact name: refused, with both ids to choose from."""
    with pytest.raises(bd.InvalidRequestError, match="is the name of 2 organisations") as caught:
        CALLS[call](either, company="acme")
    for twin in TWINS:
        assert twin["org_id"] in caught.value.message and twin["org_id"] in caught.value.context["org_ids"]
    assert "org_ids=" in caught.value.hint


@pytest.mark.parametrize(("company", "nearest"), [("Spotfy", "Spotify"), ("Spotifi", "Spotify")])
def test_a_slip_names_the_nearest(sample: Client, socket_api: Client, company: str, nearest: str) -> None:
    """No organisation's name: NotFoundError, and the nearest is named, on either backend."""
    for client in (sample, socket_api):
        with pytest.raises(bd.NotFoundError, match="exact name") as caught:
            client.search_jobs(company=company)
        assert nearest in caught.value.hint and caught.value.context["nearest"] == nearest


@pytest.mark.parametrize("part", ["Acme Health", "Health", "health &", "acme-", "acme health & söhn", "test"])
def test_a_part_of_a_name_is_never_taken(either: Client, part: str) -> None:
    """A part of one name only, which a look-up finds, is not that organisation."""
    with pytest.raises(bd.NotFoundError, match="exact name") as caught:
        either.search_jobs(company=part)
    assert "find_orgs" in caught.value.hint


def test_a_part_of_a_domain_is_never_taken(either: Client) -> None:
    """Nor is a subdomain, or what it is a subdomain of; a whole web address stands for its domain."""
    assert either.get_org("https://www.acme.test/careers?x=1").record == either.get_org("acme.test").record
    for domain in ("www.acme.test", "acme.tes", "http.acme.test"):
        with pytest.raises(bd.NotFoundError):
            either.search_jobs(company=domain)


def test_one_wrong_name_of_several_is_the_error(either: Client) -> None:
    """A list of companies with one that is none is refused as a whole, not answered in part."""
    with pytest.raises(bd.NotFoundError, match="Nobody"):
        either.search_jobs(company=["acme-health", "Nobody Ltd"])


NO_NAMES: list[tuple[Any, str]] = [
    ("", "no name"),
    ("  ", "no name"),
    ("---", "no name"),
    ("Acme\x00", "no name"),
    (5, "text, not int"),
    (float("nan"), "text, not float"),
    (pd.NA, "text, not NAType"),
    (True, "text, not bool"),
    (b"acme", "text, not"),
    ([], "empty list"),
    (pd.Series([], dtype=str), "empty list"),
    (["acme-health", None], "text, not NoneType"),
    (["acme-health", ""], "no name"),
    (SPOTIFY, "is an id.*org_ids"),
    (SPOTIFY.upper(), "is an id.*org_ids"),
]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(("company", "said"), NO_NAMES, ids=[repr(company) for company, _ in NO_NAMES])
def test_what_is_no_name(call: str, company: Any, said: str) -> None:
    """Nothing, blanks, numbers, an id: refused with the reason, and neither searched for nor, alone, looked up."""
    client, face = client_of(acme_data())
    with pytest.raises(bd.InvalidRequestError, match=said):
        CALLS[call](client, company=company)
    asked = {request.path for request in face.log}
    assert asked <= ({"/orgs/lookup", "/openapi.json"} if isinstance(company, list) and company else set())


def test_a_mapping_is_no_list_of_names(either: Client) -> None:
    """A mapping is refused, as for every other filter: its keys are not taken for names."""
    with pytest.raises(bd.InvalidRequestError):
        either.search_jobs(company={"acme-health": 1})


def test_a_posting_is_no_company(either: Client) -> None:
    """A Job in the place of its organisation is refused for what it is: its fields are not names of companies."""
    posting = either.get_job(job(1)["job_id"])
    with pytest.raises(bd.InvalidRequestError):
        either.search_jobs(company=posting)


@pytest.mark.parametrize("call", CALLS)
def test_a_company_and_ids_together_are_refused(call: str) -> None:
    """Company and org_ids say the same: refused before the look-up."""
    client, face = client_of(acme_data())
    with pytest.raises(bd.InvalidRequestError, match="org_ids"):
        CALLS[call](client, company="acme-health", org_ids=[SPOTIFY])
    assert not face.log
    CALLS[call](client, company="acme-health", org_ids=None)


def test_another_wrong_argument_is_said_before_the_look_up() -> None:
    """Nothing is asked where the request would be refused anyhow."""
    client, face = client_of(acme_data())
    for wrong in ({"workplace_type": "hybryd"}, {"limit": 0}, {"columns": ["titel"]}, {"cursor": "x"}, {"citty": "x"}):
        with pytest.raises(bd.InvalidRequestError):
            client.search_jobs(company="acme-health", **wrong)
    assert not face.log


# -- cards, reproduction, walks ----------------------------------------------------------------------------------------


def test_the_card_says_which_organisation_was_meant(either: Client) -> None:
    """Asked has the name as written, applied the id; a note says whose it is, with domain and boards."""
    card = bd.card(either.search_jobs(company="ACME-health", status=None))
    assert card["asked"]["company"] == "ACME-health" and "org_ids" not in card["asked"]
    assert card["applied"]["org_ids"] == [org(2)["org_id"]] and "company" not in card["applied"]
    (note,) = [note for note in card["notes"] if note.startswith("company=")]
    for part in ("ACME-health", "Acme Health & Söhne", org(2)["org_id"], "health.acme.test", "1 board"):
        assert part in note


@pytest.mark.parametrize("call", ["search_jobs", "search_events", "facets"])
def test_reproduced_it_has_the_id(either: Client, call: str) -> None:
    """The reproduced call names the id, not the name, which may be another's by then, and gives the same rows."""
    found = CALLS[call](either, company="acme-health")
    written = found.bluedoor.reproduce()
    assert org(2)["org_id"] in written and "company" not in written
    pd.testing.assert_frame_equal(run(written, either), found)
    assert f"org_ids={org(2)['org_id']}" in found.bluedoor.reproduce("curl")


def test_a_walk_goes_on_under_the_same_company(either: Client) -> None:
    """A cursor of a company's search takes the company again, or its id, and refuses another."""
    first = either.search_jobs(company="acme-health", status=None, limit=7)
    cursor = bd.card(first)["next_cursor"]
    whole = either.search_jobs(org_ids=[org(2)["org_id"]], status=None, limit=None)
    for rest in ({"company": "health.acme.test"}, {"org_ids": [org(2)["org_id"]]}):
        found = either.search_jobs(status=None, limit=None, cursor=cursor, **rest)
        assert ids(first) + ids(found) == ids(whole)
    with pytest.raises(bd.InvalidRequestError, match="another search"):
        either.search_jobs(company="acme.test", status=None, cursor=cursor)


def test_events_of_a_company_go_on(either: Client) -> None:
    """Going on by cursor in an event search of a company."""
    first = either.search_events(company="acme-health", limit=5)
    rest = either.search_events(company="acme-health", limit=None, cursor=bd.card(first)["next_cursor"])
    whole = either.search_events(org_ids=[org(2)["org_id"]], limit=None)
    assert first["event_id"].tolist() + rest["event_id"].tolist() == whole["event_id"].tolist()


def test_a_look_up_is_asked_once_a_client() -> None:
    """A name looked up before is remembered, in any case."""
    client, face = client_of(acme_data())
    for company in ("acme-health", "ACME-HEALTH", ["acme-health"]):
        client.search_jobs(company=company)
    assert [request.path for request in face.log].count("/orgs/lookup") == 1
    assert len(searches(face)) == 3


# -- look-ups that fail or are odd -------------------------------------------------------------------------------------


def looked_up(body: Any, status: int = 200) -> tuple[Client, FaceApp]:
    """A client of a face whose look-up answers this."""
    return client_of(acme_data(), Faults(overrides=[Override(r"/orgs/lookup", body, status=status)]))


@pytest.mark.parametrize(
    "body",
    [
        {"data": org(2)},
        {"data": [org(2)]},
        {"data": [{"input": {"name": "company 2"}, "data": org(2)}]},
        {"data": {"input": {"name": "company 2"}, "data": org(2)}},
        {"data": [org(2), org(2)]},
        {"data": [None, org(2)], "meta": {"limit": "many"}},
        {"data": [{"input": {"name": "x"}, "data": None}, org(2)], "meta": None},
    ],
    ids=json.dumps,
)
def test_every_shape_a_look_up_may_have(body: Any) -> None:
    """One record, a list, entries as the look-up by id gives them, the same one twice: the organisation is found."""
    client, _ = looked_up(body)
    assert client.search_jobs(company="company 2", status=None)["org_id"].unique().tolist() == [org(2)["org_id"]]


@pytest.mark.parametrize("body", [{"data": []}, {"data": None}, {"data": [None]}, {"data": [{"data": None}]}])
def test_a_look_up_that_finds_nothing(body: Any) -> None:
    """An empty answer in any shape is a name that nobody has."""
    client, _ = looked_up(body)
    with pytest.raises(bd.NotFoundError, match="exact name"):
        client.search_jobs(company="company 2")


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ({"data": "company 2"}, 200, bd.UnexpectedAnswerError),
        ({"data": 5}, 200, bd.UnexpectedAnswerError),
        ({"data": {"orgs": []}}, 200, bd.UnexpectedAnswerError),
        ({"data": [{"display_name": "company 2"}]}, 200, bd.UnexpectedAnswerError),
        ({"data": [{"org_id": 5, "display_name": "company 2"}]}, 200, bd.UnexpectedAnswerError),
        ({"orgs": []}, 200, bd.UnexpectedAnswerError),
        ("<html>", 200, bd.UnexpectedAnswerError),
        ({"error": "no such path"}, 404, bd.UnexpectedAnswerError),
        ({"error": "broken"}, 500, bd.ServerFailedError),
        ({"error": "unknown parameter name"}, 400, bd.InvalidRequestError),
        ({"error": "key"}, 401, bd.NotAuthorizedError),
    ],
)
def test_a_look_up_that_fails_is_no_missing_company(body: Any, status: int, kind: type[bd.BluedoorError]) -> None:
    """A look-up that fails or cannot be read is that error, never "not found", and no search goes out without it."""
    client, face = looked_up(body, status)
    client.backend._transport.patience = 0  # type: ignore[attr-defined]
    with pytest.raises(kind) as caught:
        client.search_jobs(company="company 2")
    assert not isinstance(caught.value, bd.NotFoundError)
    assert not searches(face)


def test_names_that_are_no_text_in_a_look_up() -> None:
    """An organisation whose names are null or numbers is not the one, and breaks nothing."""
    odd = [org(0, display_name=None, canonical_name=7, domain=["x"]), org(2)]
    client, _ = looked_up({"data": odd})
    assert set(client.search_jobs(company="company 2", status=None)["org_id"]) == {org(2)["org_id"]}
    with pytest.raises(bd.NotFoundError):
        client.search_jobs(company="7")


def test_an_id_in_a_look_up_that_is_none_is_the_answers_fault() -> None:
    """An organisation found whose id no search takes: the answer is to blame, not the caller's arguments."""
    client, _ = looked_up({"data": [org(2, org_id="company-2")]})
    with pytest.raises(bd.UnexpectedAnswerError):
        client.search_jobs(company="company 2")


def many_alike() -> FaceData:
    """Thirty organisations with a word in common; of that exact name is the last of them by alphabet."""
    orgs = [org(n, display_name=f"A{n:02d} Zeta", domain=None) for n in range(30)]
    return FaceData.of([job(1)], [*orgs, org(50, display_name="Zeta", canonical_name="zeta")], (), (), CLOCK)


def test_a_look_up_cut_by_its_limit_does_not_say_that_nobody_has_the_name() -> None:
    """Where the look-up gave its first 20 only, the exact name may be among the rest: the error says so."""
    client, _ = client_of(many_alike())
    with pytest.raises(bd.NotFoundError) as caught:
        client.search_jobs(company="Zeta")
    assert "20" in str(caught.value) or "first" in str(caught.value)


def test_a_look_up_cut_by_its_limit_is_said_on_the_card() -> None:
    """Found among the first 20 only: the card says that others may have the name."""
    client, _ = client_of(many_alike())
    card = bd.card(client.search_jobs(company="a03 zeta"))
    assert not any("first" in note for note in card["notes"])
    orgs = [org(n, display_name=f"Zeta {n:02d}" if n else "Zeta", domain=None) for n in range(30)]
    client, _ = client_of(FaceData.of([job(0)], orgs, (), (), CLOCK))
    card = bd.card(client.search_jobs(company="Zeta"))
    assert any("first 20:" in note for note in card["notes"])


@pytest.mark.parametrize("name", ["Evil\x1b[31m", "Ev\u202eil", "Evil\nInc", "<b>Evil</b>", "Evil'); import os"])
def test_hostile_names_are_inert(name: str) -> None:
    """What an organisation calls itself drives no terminal and breaks no line, in notes, errors and reproduced code."""
    twins = [org(0, display_name=name, canonical_name="evil", domain="a.test"), org(1, canonical_name="evil")]
    client, _ = client_of(FaceData.of([job(0), job(1)], twins, (), [event(1, job(0))], CLOCK))
    with pytest.raises(bd.InvalidRequestError) as caught:
        client.search_jobs(company="evil")
    assert str(caught.value).isprintable()
    found = client.search_jobs(company="a.test")
    assert all(note.isprintable() for note in bd.card(found)["notes"])
    assert str(bd.card(found)).replace("\n", "").isprintable()
    assert name not in found.bluedoor.reproduce()


# -- get_org, find_orgs ------------------------------------------------------------------------------------------------


def test_an_organisation_by_name(either: Client) -> None:
    """get_org takes a name as a search does, and refuses the same."""
    assert either.get_org("health.acme.test").org_id == org(2)["org_id"]
    with pytest.raises(bd.InvalidRequestError, match="2 organisations"):
        either.get_org("acme")
    with pytest.raises(bd.NotFoundError):
        either.get_org("Acm")
    with pytest.raises(bd.InvalidRequestError):
        either.get_org("")


def test_an_answer_of_another_organisation_is_refused() -> None:
    """A server that answers with the record of another organisation is not believed."""
    client, _ = client_of(
        acme_data(), Faults(overrides=[Override(r"/orgs/[0-9a-f-]{36}$", {"data": org(2, display_name="Other")})])
    )
    with pytest.raises(bd.UnexpectedAnswerError):
        client.get_org(org(1)["org_id"])


def test_a_slim_look_up_is_not_taken_for_the_record() -> None:
    """A look-up may answer with names and ids only: get_org then gives the whole record, as by id."""
    slim = {"org_id": org(2)["org_id"], "display_name": "Company 2"}
    client, _ = looked_up({"data": [slim]})
    by_name = client.get_org("company 2")
    assert by_name.record == client_of(acme_data())[0].get_org(org(2)["org_id"]).record
    assert client.get_org(org(2)["org_id"]).record == by_name.record


def test_candidates_are_counted_and_ranked(either: Client) -> None:
    """find_orgs gives exact names first, then the others; a candidate without postings counts 0."""
    found = either.find_orgs("acme")
    assert found["match"].tolist() == ["exact", "exact", "part"]
    assert found["active_jobs"].sum() == 54 and found["providers"].unique().tolist() == ["lever"]


def test_a_candidate_without_postings(tmp_path: Path) -> None:
    """No postings: counted as 0, on no system, on either backend."""
    data = FaceData.of([job(0)], [org(0), org(7, display_name="Empty Ltd")], (), (), CLOCK)
    with store_client(tmp_path, data) as local:
        for client in (client_of(data)[0], local):
            (row,) = client.find_orgs("empty ltd").to_dict("records")
            assert (row["active_jobs"], pd.isna(row["providers"]), row["match"]) == (0, True, "exact")


def test_a_name_of_another_organisation_is_not_taken_from_a_bulk_answer() -> None:
    """An entry whose record is of another organisation than its input gives no name, and is no record."""
    asked, other = org(0)["org_id"], org(1)
    body = {"data": [{"input": {"org_id": asked}, "data": other}]}
    client, _ = client_of(
        FaceData.of([job(0)], [org(0), other], clock=CLOCK), Faults(overrides=[Override("batch_lookup", body)])
    )
    found = client.search_jobs()
    assert found["company"].isna().all()
    assert client.get_org(asked).record == org(0)


def test_a_slim_bulk_answer_is_not_taken_for_the_record() -> None:
    """After a search, whose names are looked up in bulk, get_org gives the whole record all the same."""
    slim = {"org_id": org(0)["org_id"], "display_name": "Company 0"}
    body = {"data": [{"input": {"org_id": slim["org_id"]}, "data": slim}]}
    client, _ = client_of(
        FaceData.of([job(0)], [org(0)], clock=CLOCK), Faults(overrides=[Override("batch_lookup", body)])
    )
    assert client.search_jobs()["company"].tolist() == ["Company 0"]
    assert client.get_org(slim["org_id"]).record == org(0)


@pytest.mark.parametrize("meta", [{}, {"next_cursor": "more"}, {"limit": 1}])
def test_candidates_are_all_only_where_the_look_up_says_so(meta: dict[str, Any]) -> None:
    """Without a limit, with a cursor or at its limit, an answer may be a part: neither card claims more."""
    client, _ = looked_up({"data": [org(2)], "meta": meta})
    card = bd.card(client.find_orgs("company 2"))
    assert not card["complete"]
    assert any("may be more candidates" in note or "does not say" in note for note in card["notes"])
    notes = bd.card(client.search_jobs(company="company 2", limit=1))["notes"]
    assert any("others may be so named" in note or "it does not say" in note for note in notes)


def test_postings_counted_in_part_are_a_lower_bound() -> None:
    """Where the facet answer is cut, active_jobs does not pass for the whole."""
    counts = {"data": [{"value": "lever", "count": 7}, {"value": "ashby", "count": 2}], "meta": {"limit": 2}}
    client, _ = client_of(acme_data(), Faults(overrides=[Override("/jobs/facets", counts)]))
    card = bd.card(client.find_orgs("Söhne"))
    assert not card["complete"]
    assert any("lower bound" in note for note in card["notes"])


def test_a_domain_look_up_that_fails_does_not_hide_the_name() -> None:
    """A name that looks like a domain is found by its name, though the look-up by domain finds none."""
    node = org(0, display_name="node.js", domain=None)
    client, _ = client_of(
        FaceData.of([job(0)], [node], clock=CLOCK),
        Faults(overrides=[Override(r"domain=", {"error": "none"}, status=404)]),
    )
    assert client.get_org("node.js").org_id == node["org_id"]


@pytest.mark.parametrize("name", ["Sptify", "Spotfy", "The Spotify", "Spotify Inc"])
def test_a_slip_anywhere_names_the_nearest(sample: Client, name: str) -> None:
    """In the first letters, in the last, or in another word."""
    with pytest.raises(bd.NotFoundError, match="Did you mean 'Spotify'"):
        sample.search_jobs(company=name)


def test_no_candidate_names_the_nearest(sample: Client) -> None:
    """An empty frame is not all there is to say to a misspelt name."""
    found = sample.find_orgs("Corvenmore Health")
    assert not len(found)
    assert "no name has this text in it; the nearest is 'Corvenmoor Health'" in bd.card(found)["notes"]


# -- many names at once ------------------------------------------------------------------------------------------------


def many_orgs(count: int) -> tuple[FaceData, list[str]]:
    """A face's data with so many organisations, and their ids."""
    records = [org(number) for number in range(count)]
    return FaceData.of([job(0)], records, [source(0)], (), CLOCK), [record["org_id"] for record in records]


def test_names_are_looked_up_in_batches_at_once() -> None:
    """At most 100 to a request, several requests under way: three that wait for each other all arrive."""
    together = threading.Barrier(3)

    def alter(request: httpx.Request) -> httpx.Request:
        assert len(json.loads(request.content)["org_ids"]) <= 100
        together.wait(20)
        return request

    data, wanted = many_orgs(600)
    client, face = client_of(data, alter=alter)
    client.backend.chains = lambda: 3  # type: ignore[method-assign]
    notes: list[str] = []
    names = client._organisations.names(wanted, notes, keep=True)
    assert names == {name: f"Company {number}" for number, name in enumerate(wanted)} and not notes
    assert len(face.log) == 6


def test_a_batch_that_fails_leaves_its_names_out() -> None:
    """Of several under way at once one fails: its names are left out, and that is said."""
    data, wanted = many_orgs(300)
    arrived = threading.Barrier(3)

    def alter(request: httpx.Request, face: InProcessTransport) -> httpx.Response:
        failing = json.loads(request.content)["org_ids"][0] == wanted[0]
        answer = face.handle_request(request)
        arrived.wait(20)
        return httpx.Response(403, json={"error": "no"}) if failing else answer

    client, _ = client_through(data, alter)
    client.backend.chains = lambda: 3  # type: ignore[method-assign]
    notes: list[str] = []
    with pytest.warns(bd.BluedoorWarning, match="could not be looked up"):
        names = client._organisations.names(wanted, notes, keep=True)
    assert not any(names[name] for name in wanted[:100])
    assert any("company is empty" in note for note in notes)


@pytest.mark.parametrize("call", ["by id", "by name"])
def test_refresh_passes_by_what_the_client_remembers(call: str) -> None:
    """get_org(refresh=True) asks again, and what it answers is what is remembered from then on."""
    data = acme_data()
    client, face = client_of(data)
    given = org(2)["org_id"] if call == "by id" else "acme-health"
    assert client.get_org(given).name == client.get_org(given).name == "Acme Health & Söhne"
    changed = {**data.orgs[2], "display_name": "Acme Health Ltd"}
    face.faults.overrides.append(Override(org(2)["org_id"], {"data": changed}))
    face.log.clear()
    assert client.get_org(given).name == "Acme Health & Söhne" and not face.log
    assert client.get_org(given, refresh=True).name == "Acme Health Ltd"
    assert client.get_org(given).name == "Acme Health Ltd"
    asked = [request.path for request in face.log]
    assert asked.count(f"/orgs/{org(2)['org_id']}") == 1 and ("/orgs/lookup" in asked) is (call == "by name")
