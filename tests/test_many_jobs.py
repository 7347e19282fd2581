"""get_jobs: many postings by id, URL, object or frame, in the order asked, and what is missing."""

from __future__ import annotations

import threading
from typing import Any

import httpx
import pandas as pd
import pytest

import bluedoor_tools as bd
from bluedoor_tools.backends.api import ApiBackend
from bluedoor_tools.client import Client
from bluedoor_tools.wire.limiter import Limiter
from bluedoor_tools.wire.transport import Transport
from tests.api_face import FaceApp, FaceData, Faults, InProcessTransport, Override
from tests.api_face.examples import CLOCK, job, org, small_data
from tests.clients import FACE_URL, SkippingClock, client_of, client_through, ids, run

SPOTIFY = "76a82054d2c45c7b4c4f9ca9915c4b03b7a5b303"
URL = "https://jobs.lever.co/spotify/76458bae-8a16-4c42-8780-f9452206f0e0"
DATA = small_data(60)


def numbers(*wanted: int) -> list[str]:
    """The ids of these postings."""
    return [job(number)["job_id"] for number in wanted]


def at_once(client: Client, most: int) -> None:
    """Have so many requests of a client under way at once."""
    client.backend.chains = lambda: most  # type: ignore[method-assign]


# -- what is given -----------------------------------------------------------------------------------------------------


def test_a_mixture_in_the_order_asked(sample: Client, socket_api: Client) -> None:
    """Ids, URLs and Job objects together; each posting once, where it is first named."""
    other = sample.search_jobs("nurse", limit=2)["job_id"].tolist()
    for client in (sample, socket_api):
        given: list[Any] = [other[0], URL, client.get_job(other[1]), SPOTIFY.upper(), f" {SPOTIFY} ", other[0]]
        found = client.get_jobs(given)
        assert ids(found) == [other[0], SPOTIFY, other[1]]
        assert bd.card(found)["complete"] and bd.card(found)["asked"] == {"jobs": 3}
    pd.testing.assert_frame_equal(sample.get_jobs(given), socket_api.get_jobs(given))


@pytest.mark.parametrize("given", ["list", "tuple", "set", "series", "index", "generator", "frame", "keys"])
def test_any_iterable(either: Client, given: str) -> None:
    """Any iterable of ids, and a frame of jobs, in its order."""
    wanted = numbers(5, 3, 40)
    made: Any = {
        "list": wanted,
        "tuple": tuple(wanted),
        "set": set(wanted),
        "series": pd.Series(wanted, index=[9, 8, 7]),
        "index": pd.Index(wanted),
        "generator": (name for name in wanted),
        "frame": pd.DataFrame({"x": 1, "job_id": wanted}),
        "keys": dict.fromkeys(wanted).keys(),
    }[given]
    found = ids(either.get_jobs(made))
    assert found == wanted or (given == "set" and sorted(found) == sorted(wanted))


@pytest.mark.parametrize("one", [job(3)["job_id"], "object"])
def test_one_posting(either: Client, one: str) -> None:
    """One id, or one Job, is a frame of one row."""
    assert ids(either.get_jobs(either.get_job(numbers(3)[0]) if one == "object" else one)) == numbers(3)


def test_the_rows_are_those_of_a_search(either: Client) -> None:
    """The same columns, dtypes and values as a search with descriptions gives, company and all."""
    searched = either.search_jobs(status=None, limit=None, description=True)
    pd.testing.assert_frame_equal(either.get_jobs(searched), searched)
    bare = either.search_jobs(status=None, limit=None)
    pd.testing.assert_frame_equal(either.get_jobs(bare, description=False), bare)


def test_columns(either: Client) -> None:
    """Columns may be chosen, and are then these and no more; else the text comes unless description=False."""
    wanted = numbers(1, 2)
    assert either.get_jobs(wanted, columns=["title", "company"], description=False).columns.tolist() == [
        "title",
        "company",
    ]
    assert either.get_jobs(wanted, columns=["title"]).columns.tolist() == ["title"]
    assert either.get_jobs(wanted, columns=["title"], description=True).columns.tolist() == [
        "title",
        "description_text",
    ]
    assert "native_structured" in either.get_jobs(wanted, columns="all")
    assert "description_text" not in either.get_jobs(wanted, description=False)
    assert "description_text" in either.get_jobs(wanted, columns=["description_text"], description=False)


# -- what is wrong -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "empty"),
        ("", "neither"),
        (None, "list"),
        (5, "list"),
        (b"x", "int"),
        ([None], "NoneType"),
        ([float("nan")], "float"),
        (pd.DataFrame({"title": ["x"]}), "no column job_id"),
        (pd.DataFrame({"job_id": []}), "empty"),
        (pd.DataFrame({"job_id": [SPOTIFY, None]}), "1 of the entries"),
        (["https://example.org/job/1"], "example.org"),
        ({"data": 1}, "neither"),
    ],
    ids=repr,
)
def test_what_names_no_posting(given: Any, said: str) -> None:
    """Nothing, or something else than postings: refused, and nothing is sent."""
    client, face = client_of(DATA)
    with pytest.raises(bd.InvalidRequestError, match=said):
        client.get_jobs(given)
    assert not face.log


def test_every_unreadable_entry_is_said() -> None:
    """Of a list with several unreadable entries all are listed, in the message or beside it, not only the first."""
    wrong = [f"wrong-{number}" for number in range(6)]
    client, face = client_of(DATA)
    with pytest.raises(bd.InvalidRequestError, match="6 of the entries name no posting") as caught:
        client.get_jobs([numbers(1)[0], *wrong])
    assert not face.log
    assert all(entry in f"{caught.value} {caught.value.context}" for entry in wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"columns": ["titel"]},
        {"columns": []},
        {"description": "yes"},
        {"max_requests": 0},
        {"max_requests": "many"},
        {"max_requests": None},
    ],
    ids=repr,
)
def test_a_wrong_argument_is_refused_on_either(either: Client, wrong: dict[str, Any]) -> None:
    """What is wrong for the API is wrong for a local backend, too."""
    with pytest.raises(bd.InvalidRequestError):
        either.get_jobs(numbers(1), **wrong)


# -- what is missing ---------------------------------------------------------------------------------------------------


def test_postings_that_are_not_found(either: Client) -> None:
    """Unknown postings are announced and listed on the card; the others come; it is not complete."""
    unknown = [f"{number:040x}" for number in range(3)]
    with pytest.warns(bd.PartialResultWarning, match="3 of 5 postings were not found"):
        found = either.get_jobs([unknown[0], *numbers(7), *unknown, *numbers(2)])
    assert ids(found) == numbers(7, 2)
    card = bd.card(found)
    assert (card["complete"], card["reason"]) == (False, "3 postings not found")
    assert any(all(name in note for name in unknown) for note in card["notes"])


def test_none_is_found(either: Client) -> None:
    """Where no posting is found, it is as with one that is not found."""
    with pytest.raises(bd.NotFoundError, match="none of 2 postings: 0000"):
        either.get_jobs(["0" * 40, "1" * 40])


@pytest.mark.parametrize(("status", "kind"), [(503, "ServerFailedError"), (401, "NotAuthorizedError"), (429, "Rate")])
def test_a_load_that_breaks_off_keeps_its_rows(status: int, kind: str) -> None:
    """A posting that cannot be asked for ends the load: rows kept, a warning, and from where to ask again."""
    client, face = client_of(DATA)
    at_once(client, 1)
    client.backend._transport.patience = 0  # type: ignore[attr-defined]
    wanted = numbers(*range(10))
    face.faults.only, face.faults.error_every, face.faults.error_status = r"/jobs/[0-9a-f]{40}", 5, status
    with pytest.warns(bd.PartialResultWarning, match="after 4 of 10 postings"):
        found = client.get_jobs(wanted)
    card = bd.card(found)
    assert ids(found) == wanted[:4] and not card["complete"] and kind in card["reason"]
    assert any(f"the last 6, from {wanted[4]} on" in note for note in card["notes"])
    with pytest.warns(bd.PartialResultWarning):
        assert ids(client.get_jobs(wanted[4:])) == wanted[4:8]


def test_several_are_asked_at_once() -> None:
    """As many as are worth it are under way at once: four that wait for each other all arrive; the order stays."""
    together = threading.Barrier(4)

    def alter(request: httpx.Request) -> httpx.Request:
        if "/jobs/" in request.url.path:
            together.wait(20)
        return request

    client, _ = client_of(DATA, alter=alter)
    at_once(client, 4)
    wanted = numbers(*range(20))[::-1]
    found = client.get_jobs(wanted)
    assert ids(found) == wanted and bd.card(found)["complete"]


def test_rows_behind_a_posting_that_failed_are_kept() -> None:
    """Of several under way at once, one fails after the others arrived: only it, and what was not asked for, lacks."""
    wanted = numbers(*range(40))
    arrived = threading.Barrier(4)
    first = {f"/jobs/{name}" for name in wanted[:4]}

    def alter(request: httpx.Request, face: InProcessTransport) -> httpx.Response:
        path = request.url.path.removeprefix("/job-postings/v1")
        if path in first and path != f"/jobs/{wanted[1]}":
            return face.handle_request(request)
        if path.startswith("/jobs/"):
            arrived.wait(20)  # the fourth of the threads has failed, or the three others are at their next posting
            return httpx.Response(403 if path == f"/jobs/{wanted[1]}" else 404, json={"error": "no"})
        return face.handle_request(request)

    client, _ = client_through(DATA, alter)
    at_once(client, 4)
    with pytest.warns(bd.PartialResultWarning):
        found = client.get_jobs(wanted)
    assert ids(found) == [wanted[0], *wanted[2:4]]
    card = bd.card(found)
    assert (card["complete"], card["reason"]) == (False, "interrupted: NotAuthorizedError")
    (note,) = [note for note in card["notes"] if note.startswith("still to be had")]
    assert wanted[1] in note and "get_jobs goes on" in note


@pytest.mark.parametrize("most", [1, 4])
def test_an_interrupt_keeps_what_arrived(most: int) -> None:
    """Ctrl-C ends the load at once; rows are kept, and asking for those without a row gives the rest."""
    wanted = numbers(*range(12))
    client, _ = client_of(DATA)
    at_once(client, most)
    ask, count = client.backend.job, iter(range(12))

    def interrupted(job_id: str) -> dict[str, Any]:
        if next(count) == 5:
            raise KeyboardInterrupt
        return ask(job_id)

    client.backend.job = interrupted  # type: ignore[method-assign]
    with pytest.warns(bd.PartialResultWarning, match="interrupted by you"):
        found = client.get_jobs(wanted)
    client.backend.job = ask  # type: ignore[method-assign]
    assert not bd.card(found)["complete"] and 1 <= len(found) < 12
    rest = client.get_jobs([name for name in wanted if name not in set(ids(found))])
    assert set(ids(found) + ids(rest)) == set(wanted) and len(found) + len(rest) == 12


def test_a_load_of_which_the_first_fails_is_an_error() -> None:
    """Without a row there is nothing to keep: the error is raised, also behind postings that are not found."""
    client, face = client_of(DATA)
    at_once(client, 1)
    face.faults.overrides.append(Override(numbers(1)[0], {"error": "no"}, status=403))
    for wanted in (numbers(1, 2), ["0" * 40, *numbers(1, 2)]):
        with pytest.raises(bd.NotAuthorizedError):
            client.get_jobs(wanted)


def test_missing_and_broken_off_are_both_said() -> None:
    """Postings not found before the load broke off are said, too."""
    client, face = client_of(DATA)
    at_once(client, 1)
    face.faults.overrides.append(Override(numbers(3)[0], {"error": "no"}, status=403))
    with pytest.warns(bd.PartialResultWarning) as warned:
        found = client.get_jobs([*numbers(1), "0" * 40, *numbers(2, 3, 4)])
    assert ids(found) == numbers(1, 2) and len(warned) == 2
    notes = " ".join(bd.card(found)["notes"])
    assert "not found: 1 posting" in notes and "the last 2" in notes


def test_another_record_than_asked_for_is_refused() -> None:
    """A server that answers with another posting is not believed, as by get_job."""
    client, _ = client_of(DATA, Faults(overrides=[Override(numbers(1)[0], {"data": job(9)})]))
    with pytest.raises(bd.UnexpectedAnswerError):
        client.get_jobs(numbers(1))


@pytest.mark.parametrize("body", [{"data": []}, {"data": None}, {}, "<html>"])
def test_answers_that_hold_no_record(body: Any) -> None:
    """A first answer that is no record is an error."""
    client, _ = client_of(DATA, Faults(overrides=[Override(r"/jobs/[0-9a-f]{40}", body)]))
    with pytest.raises(bd.UnexpectedAnswerError):
        client.get_jobs(numbers(1))


# -- how many ----------------------------------------------------------------------------------------------------------


def test_five_thousand_are_refused_by_the_api_before_anything_is_sent() -> None:
    """More postings than max_requests: refused, with both numbers, and nothing is sent."""
    client, face = client_of(DATA)
    with pytest.raises(bd.InvalidRequestError, match="5,000 postings take as many requests; max_requests is 1,000"):
        client.get_jobs([f"{number:040x}" for number in range(5000)])
    with pytest.raises(bd.InvalidRequestError, match="3 postings take as many requests; max_requests is 2"):
        client.get_jobs(numbers(1, 2, 3), max_requests=2)
    assert not face.log
    assert len(client.get_jobs([*numbers(1, 2), *numbers(1, 2)], max_requests=2)) == 2


def test_thousands_from_the_sample(sample: Client) -> None:
    """A local backend takes any number: all rows, in the order asked, in a few seconds."""
    everything = sample.search_jobs(status=None, limit=None, columns=["job_id"])["job_id"].tolist()
    wanted = everything[::-1] + [f"{number:040x}" for number in range(2000)]
    with pytest.warns(bd.PartialResultWarning, match="2,000 of 5,000"):
        found = sample.get_jobs(wanted, description=False)
    assert ids(found) == everything[::-1]


# -- cards -------------------------------------------------------------------------------------------------------------


def test_it_is_reproduced(either: Client) -> None:
    """The reproduced call gives the same rows; of a long list it says that only the beginning is kept."""
    for given in ({}, {"columns": ["job_id", "title"]}, {"description": False}):
        found = either.get_jobs(numbers(5, 1, 9), **given)
        pd.testing.assert_frame_equal(run(found.bluedoor.reproduce(), either), found)
    many = either.get_jobs(numbers(*range(50)))
    written = many.bluedoor.reproduce()
    assert "50 values" in written and written.count("\n") < 10


def test_curl_of_many_says_that_it_asks_for_one(either: Client) -> None:
    """One curl asks for one posting: that there are others is said, and nothing of a cursor."""
    written = either.get_jobs(numbers(5, 1)).bluedoor.reproduce("curl")
    assert f"/jobs/{numbers(5)[0]}" in written
    assert "next_cursor" not in written
    assert numbers(1)[0] in written or "2 requests" in written


def test_drift_and_new_fields_are_counted() -> None:
    """Values of another type and new fields are kept beside, over all postings."""
    jobs = [job(0, team=5), job(1, brand_new="x"), job(2, team=[1], other={"a": 1})]
    client, _ = client_of(FaceData.of(jobs, [org(n) for n in range(3)], (), (), CLOCK))
    with pytest.warns(bd.DriftWarning, match="team: 2"):
        found = client.get_jobs(numbers(0, 1, 2))
    assert bd.card(found)["drift"] == {"team": 2}
    assert set(bd.card(found)["unknown_fields"]) == {"brand_new", "other"}
    assert found["unknown_fields"].notna().all()


def test_rows_are_kept_where_a_later_answer_is_of_another_posting() -> None:
    """As with any other trouble on the way."""
    client, _ = client_of(DATA, Faults(overrides=[Override(numbers(3)[0], {"data": job(9)})]))
    at_once(client, 1)
    with pytest.warns(bd.PartialResultWarning, match="another record"):
        found = client.get_jobs(numbers(1, 2, 3, 4))
    assert ids(found) == numbers(1, 2)
    assert not bd.card(found)["complete"]


def test_urls_that_do_not_tell_an_id_are_left_out_and_named(sample: Client) -> None:
    """Of a real list of URLs the others come; alone they are refused with what to do."""
    urls = ["https://careers.example.taleo.net/job/1", "https://x.fa.us2.oraclecloud.com/job/2"]
    with pytest.warns(bd.PartialResultWarning, match="2 URLs of Oracle HCM, Taleo"):
        found = sample.get_jobs([URL, *urls])
    assert ids(found) == [SPOTIFY]
    card = bd.card(found)
    assert (card["complete"], card["reason"]) == (False, "2 postings not found")
    assert any(all(url in note for url in urls) for note in card["notes"])
    with pytest.raises(bd.InvalidRequestError, match=r"do not tell.*search_jobs\(title"):
        sample.get_jobs(urls)


def test_progress_of_many_jobs(api: Client, face: FaceApp) -> None:
    """A function is told the postings so far, of how many; where it raises that is announced, and rows are kept."""
    some = [str(record["job_id"]) for record in face.data.jobs[:7]]
    told: list[bd.LoadProgress] = []
    api.get_jobs(some, progress=told.append)
    assert (told[-1].rows, told[-1].expected) == (7, 7)

    def fail(state: bd.LoadProgress) -> None:
        raise ValueError("my own")

    with pytest.warns(bd.BluedoorWarning, match="ValueError: my own"):
        frame = api.get_jobs(some, progress=fail)
    assert len(frame) > 0


def test_many_jobs_at_a_slow_limit_are_announced(face: FaceApp) -> None:
    """A load of more than a minute at the present limit says so first."""
    clock = SkippingClock()
    transport = Transport(
        FACE_URL, transport=InProcessTransport(face), clock=clock, limiter=Limiter(clock=clock, rate=0.1)
    )
    some = [str(record["job_id"]) for record in face.data.jobs[:9]]
    with pytest.warns(bd.LongLoadWarning, match="9 rows take 9 requests"):
        Client(ApiBackend(transport)).get_jobs(some)
