"""The wire: what is asked again and how long, what is not, and how the API's answers become pages."""

from __future__ import annotations

import datetime as dt
import email.utils
import gc
import itertools
import json
import socket
import threading
import time
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import unquote

import httpx
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bluedoor_tools as bd
from bluedoor_tools import contract
from bluedoor_tools.backends.api import ApiBackend
from bluedoor_tools.client import Client
from bluedoor_tools.decode import Decoder
from bluedoor_tools.wire.transport import Answer, Transport
from tests.api_face import FaceApp, InProcessTransport, Override, create_app, serving
from tests.api_face.examples import job, small_data
from tests.clients import SkippingClock, Unlimited

BASE = "http://face.test/job-postings/v1"
SEARCH = "/jobs/search"


@pytest.fixture
def face() -> FaceApp:
    """A face over sixty hand-made jobs."""
    return create_app(small_data())


@pytest.fixture
def wire(face: FaceApp, waits: list[float]) -> Transport:
    """The wire to the face; its waits are noted down."""
    return wired(InProcessTransport(face), waits)


@pytest.fixture
def api(wire: Transport) -> Client:
    """A client over that wire."""
    return Client(ApiBackend(wire))


def wired(transport: httpx.BaseTransport, waits: list[float], **options: Any) -> Transport:
    return Transport(BASE, transport=transport, **noting(waits), **options)


def noting(waits: list[float]) -> dict[str, Any]:
    """Waits between repetitions are noted down, not slept; nothing else is waited for."""
    clock = SkippingClock(waits)
    return {"clock": clock, "limiter": Unlimited(clock=clock)}


def answering(handler: Callable[[httpx.Request], httpx.Response], waits: list[float], **options: Any) -> Transport:
    """A wire whose far end is a function."""
    return wired(httpx.MockTransport(handler), waits, **options)


def always(face: FaceApp, status: int, body: Any = b"", **headers: str) -> None:
    """Every request is answered so."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    face.faults.overrides.append(Override(".", body, status, told))


def once(face: FaceApp, status: int, body: Any = b"", **headers: str) -> None:
    """The next request is answered so, those after it as usual."""
    always(face, status, body, **headers)
    face.faults.overrides[-1].times = 1


def rows(answer: Answer[Any]) -> int:
    return len(answer.content["data"])


@contextmanager
def raw_server(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """One connection, whose first request is read and then answered by a function, byte by byte if it likes."""

    def run() -> None:
        try:
            peer, _ = listener.accept()
        except TimeoutError:
            return
        with peer, suppress(OSError):
            peer.recv(65536)
            answer(peer)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        thread.join(5)
        assert not thread.is_alive()


# What passes


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 408])
def test_passing_failures_are_asked_again(face: FaceApp, wire: Transport, waits: list[float], status: int) -> None:
    """A failure that may pass costs a wait, not the answer; the repetition asks exactly the same."""
    once(face, status)
    assert rows(wire.ask("GET", SEARCH, parameters={"limit": "5"})) == 5
    assert len(waits) == 1
    first, second = face.log
    assert (first.method, first.path, first.query) == (second.method, second.path, second.query)


@pytest.mark.parametrize(
    "body",
    [
        b"<!doctype html><title>Just a moment</title>",
        b'{"data": [{"job_id": "1',
        b"",
        b"upstream timed out",
        b"  \n",
        b'{"data": [{"job_id": "1", "ti\x00\x00\x00}], "meta": {}}',
        b'{"data": [],, "meta": {}}',
    ],
    ids=["html", "cut", "empty", "text", "blank", "overwritten", "comma"],
)
def test_a_damaged_answer_is_asked_again(
    face: FaceApp, wire: Transport, api: Client, waits: list[float], body: bytes
) -> None:
    """Status 200 with something that is no whole JSON is an accident on the way, and asked again, whoever reads it."""
    once(face, 200, body)
    answer: Answer[Any] = wire.ask("GET", SEARCH)
    assert (rows(answer), answer.tries) == (20, 2)
    assert len(waits) == 1
    for call in (api.search_jobs, lambda: api.facets("country"), lambda: api.get_job(face.data.jobs[0]["job_id"])):
        waits.clear()
        once(face, 200, body)
        call()
        assert len(waits) == 1


def test_an_answer_of_another_shape_is_not_asked_again(face: FaceApp, api: Client, waits: list[float]) -> None:
    """No repetition mends an answer that is whole and something else."""
    always(face, 200, {"jobs": []})
    with pytest.raises(bd.UnexpectedAnswerError, match="has no `data`") as caught:
        api.search_jobs()
    assert (face.faults.count, waits) == (1, [])
    assert caught.value.context["starts"].startswith('{"jobs"')


def test_an_answer_tells_its_headers_and_tries(face: FaceApp, wire: Transport) -> None:
    """What the server says beside the body is kept, under names in any case."""
    once(face, 503)
    once(face, 200, {"data": []}, ratelimit_remaining="7")
    face.faults.overrides.reverse()
    answer: Answer[Any] = wire.ask("GET", SEARCH)
    assert answer.headers["RateLimit-Remaining"] == "7"
    assert answer.tries == 1
    assert wire.ask("GET", SEARCH).tries == 2


def test_a_lasting_web_page_is_said_to_be_one(face: FaceApp, wire: Transport, waits: list[float]) -> None:
    """A web page in the API's place is given up after three tries: waiting does not mend an address."""
    face.faults.html_every = 1
    with pytest.raises(bd.UnexpectedAnswerError, match="is a web page") as caught:
        wire.ask("GET", SEARCH)
    assert face.faults.count == 3
    assert len(waits) == 2
    assert caught.value.hint
    assert caught.value.context["starts"].startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("body", "words"), [(b"", "is empty"), (b"ok", "is not JSON"), (b'{"data": [', "breaks off or is damaged")]
)
def test_lasting_damage_is_named(face: FaceApp, wire: Transport, body: bytes, words: str) -> None:
    """What stands in the API's place is said in words."""
    always(face, 200, body)
    with pytest.raises(bd.UnexpectedAnswerError, match=words):
        wire.ask("GET", SEARCH)


@pytest.mark.parametrize("fault", ["close_every", "cut_every"])
def test_broken_connections_are_mended_over_a_socket(fault: str, waits: list[float]) -> None:
    """A connection closed without an answer, or in the middle of the body, is asked again on a new one."""
    app = create_app(small_data())
    setattr(app.faults, fault, 2)
    with serving(app) as url:
        wire = Transport(url, **noting(waits))
        assert [rows(wire.ask("GET", SEARCH, parameters={"limit": "50"})) for _ in range(3)] == [50] * 3
        wire.close()
    assert len(waits) == 2
    assert app.faults.count == 5


@pytest.mark.parametrize("fault", ["close_every", "cut_every"])
def test_a_connection_that_stays_broken_is_unreachable(fault: str, waits: list[float]) -> None:
    """Where every answer breaks off the patience ends in an error that says so; no half answer gets through."""
    app = create_app(small_data())
    setattr(app.faults, fault, 1)
    with serving(app) as url:
        wire = Transport(url, patience=5, **noting(waits))
        with pytest.raises(bd.UnreachableError, match="was not reached") as caught:
            wire.ask("GET", SEARCH)
        wire.close()
    assert len(waits) >= 2
    assert sum(waits) <= 5
    assert "bd.connect('sample')" in caught.value.hint


def test_refused_connection_gives_up_soon_and_names_the_sample(waits: list[float]) -> None:
    """Where nothing listens three tries are enough, however patient the client; the sample needs no network."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    wire = Transport(f"http://127.0.0.1:{port}/v1", patience=3600, **noting(waits))
    with pytest.raises(bd.UnreachableError, match=f"127.0.0.1:{port}/jobs/search was not reached") as caught:
        wire.ask("GET", SEARCH)
    wire.close()
    assert len(waits) == 2
    assert type(caught.value) is bd.UnreachableError
    assert "bd.connect('sample')" in str(caught.value)
    assert "BLUEDOOR_BACKEND=sample" in str(caught.value)


def test_a_silent_server_times_out(face: FaceApp, wire: Transport, waits: list[float]) -> None:
    """Longer silence than the time-out is a try like any other; in the end the error says that it was silence."""
    face.faults.delay_every, face.faults.delay_seconds = 1, 31.0
    with pytest.raises(bd.TimedOutError, match=r"did not answer in time \([\d.]+ s\)") as caught:
        wire.ask("GET", SEARCH)
    assert len(waits) >= 3
    assert "patience" in caught.value.hint
    face.faults.delay_every = 2
    assert rows(wire.ask("GET", SEARCH)) == 20


def test_a_slow_answer_is_waited_for(face: FaceApp, waits: list[float]) -> None:
    """A search of 29 s is no failure."""
    slept: list[float] = []
    wire = wired(InProcessTransport(face, sleep=slept.append), waits)
    face.faults.delay_every, face.faults.delay_seconds = 1, 29.0
    assert rows(wire.ask("GET", SEARCH)) == 20
    assert (slept, waits) == ([29.0], [])


@pytest.mark.parametrize(("patience", "read"), [(60, 30.0), (5, 5.0), (0.1, 0.1), (0, 30.0)])
def test_patience_bounds_a_single_try(patience: float, read: float, waits: list[float]) -> None:
    """A try may not be silent for longer than the patience, nor than 30 s; 0 means one try, as long as usual."""
    allowed: list[float] = []

    def handler(request: httpx.Request) -> httpx.Response:
        allowed.append(request.extensions["timeout"]["read"])
        return httpx.Response(200, json={"data": []})

    answering(handler, waits, patience=patience).ask("GET", SEARCH)
    assert allowed == [pytest.approx(read, abs=0.05)]


@pytest.mark.parametrize(
    ("header", "begins"), [(b"", b" "), (b"content-encoding: gzip\r\n", b"\x1f\x8b\x08\x08" + b"x" * 6)]
)
def test_a_dribbling_server_does_not_outlast_the_patience(header: bytes, begins: bytes) -> None:
    """A body that comes byte by byte and never ends is given up when the patience is, not at the next silence."""

    def dribble(peer: socket.socket) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\n" + header + b"content-length: 1000\r\n\r\n" + begins)
        peer.settimeout(0.02)
        for _ in range(150):
            peer.sendall(b" ")
            with suppress(TimeoutError):
                if not peer.recv(1):
                    return  # the client hung up

    with raw_server(dribble) as url:
        wire = Transport(url, patience=0.3)
        started = time.monotonic()
        with pytest.raises(bd.TimedOutError, match=r"did not answer in time \(0.3 s\)") as caught:
            wire.ask("GET", SEARCH)
        spent = time.monotonic() - started
        wire.close()
    assert 0.25 < spent < 1.5
    assert caught.value.context["tries"] == 1


# How long


def test_retry_after_in_seconds_is_kept(face: FaceApp, wire: Transport, waits: list[float]) -> None:
    """The wait is no shorter than the server asks for, and not needlessly longer."""
    once(face, 429, retry_after="7")
    wire.ask("GET", SEARCH)
    assert waits == [7.0]


def test_retry_after_as_a_date_is_kept(face: FaceApp, wire: Transport, waits: list[float]) -> None:
    """An HTTP date means until then."""
    until = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=20)
    once(face, 429, retry_after=email.utils.format_datetime(until, usegmt=True))
    wire.ask("GET", SEARCH)
    assert waits == [pytest.approx(19, abs=1.5)]  # a date has no fraction


@pytest.mark.parametrize("status", [500, 503])
def test_retry_after_counts_for_failures_too(face: FaceApp, wire: Transport, waits: list[float], status: int) -> None:
    """A 503 may ask for a pause, too."""
    once(face, status, retry_after="9")
    wire.ask("GET", SEARCH)
    assert waits == [9.0]


@pytest.mark.parametrize(
    "text", ["", "soon", "-5", "nan", "1_0", "١", "0", "Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 99 Foo 9999 07:28:00"]
)
def test_odd_retry_after_falls_back_to_the_backoff(
    face: FaceApp, wire: Transport, waits: list[float], text: str
) -> None:
    """No reading of the header makes the client ask again at once: 0 and the past are waited for like no header."""
    headers = {"retry-after": text.encode("ascii", "replace").decode()} if text else {}
    face.faults.overrides.append(Override(".", b"", 429, headers, times=3))
    assert rows(wire.ask("GET", SEARCH)) == 20
    assert len(waits) == 3
    assert 0.3 < waits[0] < waits[1] < waits[2] < 3


@pytest.mark.parametrize("ask", ["61", "86400", "999999999999"])
def test_a_longer_wait_than_the_patience_is_raised_at_once(
    face: FaceApp, wire: Transport, waits: list[float], ask: str
) -> None:
    """No waiting for what will not come in time; the error carries the wait, for the caller to decide."""
    always(face, 429, {"error": {"code": "rate_limited", "message": "slow down"}}, retry_after=ask)
    with pytest.raises(bd.RateLimitedError, match="slow down") as caught:
        wire.ask("GET", SEARCH)
    assert waits == []
    assert face.faults.count == 1
    assert caught.value.wait == float(ask)
    assert f"{float(ask):.6g} s" in str(caught.value)
    assert "patience" in caught.value.hint


def test_wait_is_none_where_the_server_does_not_say(face: FaceApp, waits: list[float]) -> None:
    """A 429 without the header, for longer than the patience."""
    always(face, 429)
    with pytest.raises(bd.RateLimitedError) as caught:
        wired(InProcessTransport(face), waits, patience=0).ask("GET", SEARCH)
    assert caught.value.wait is None
    assert waits == []


def test_waits_grow_and_are_jittered(face: FaceApp) -> None:
    """Each wait is longer than the one before until the longest, and no two clients wait alike."""
    always(face, 503)
    walks: list[list[float]] = []
    for _ in range(5):
        waits: list[float] = []
        with pytest.raises(bd.ServerFailedError):
            wired(InProcessTransport(face), waits, patience=300).ask("GET", SEARCH)
        walks.append(waits)
    for waits in walks:
        growing = waits[:6]
        assert growing == sorted(growing)
        assert growing[-1] > 10 * growing[0]
        assert max(waits) <= 25
    assert len({waits[0] for waits in walks}) == 5
    assert len({waits[-1] for waits in walks}) == 5


@given(
    patience=st.floats(0, 500),
    answers=st.lists(st.tuples(st.sampled_from([429, 500, 503, 0]), st.none() | st.integers(0, 200)), max_size=12),
)
def test_patience_is_never_exceeded(patience: float, answers: list[tuple[int, int | None]]) -> None:
    """Whatever the server does, the waits together stay within the patience, and something is answered or raised."""
    script = itertools.chain(answers, itertools.repeat((503, None)))
    waits: list[float] = []

    def handler(request: httpx.Request) -> httpx.Response:
        status, ask = next(script)
        if status == 0:
            raise httpx.ReadError("connection reset", request=request)
        return httpx.Response(status, headers={} if ask is None else {"retry-after": str(ask)})

    with pytest.raises(bd.CouldNotAskError) as caught:
        answering(handler, waits, patience=patience).ask("GET", SEARCH)
    assert sum(waits) <= patience
    assert caught.value.context["tries"] == len(waits) + 1
    assert caught.value.context["patience"] == patience


def test_time_spent_on_answers_counts(waits: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """Slow failures use up the patience as waits do."""
    now = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])

    def handler(request: httpx.Request) -> httpx.Response:
        now[0] += 25
        return httpx.Response(503)

    with pytest.raises(bd.ServerFailedError) as caught:
        answering(handler, waits, patience=60).ask("GET", SEARCH)
    assert len(waits) == 2
    assert caught.value.context["seconds"] == round(75 + sum(waits), 1)


# What is not asked again


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, bd.InvalidRequestError),
        (401, bd.NotAuthorizedError),
        (403, bd.NotAuthorizedError),
        (404, bd.NotFoundError),
        (410, bd.NotFoundError),
        (405, bd.InvalidRequestError),
        (413, bd.InvalidRequestError),
        (422, bd.InvalidRequestError),
        (204, bd.UnexpectedAnswerError),
        (206, bd.UnexpectedAnswerError),
        (301, bd.UnexpectedAnswerError),
        (302, bd.UnexpectedAnswerError),
        (307, bd.UnexpectedAnswerError),
        (308, bd.UnexpectedAnswerError),
    ],
)
def test_a_verdict_is_not_asked_again(
    face: FaceApp, wire: Transport, waits: list[float], status: int, kind: type[bd.BluedoorError]
) -> None:
    """Refusals are raised at once; redirects are neither followed nor repeated."""
    always(face, status, location="http://elsewhere.test/")
    with pytest.raises(kind) as caught:
        wire.ask("GET", f"/jobs/{'0' * 40}")
    assert type(caught.value) is kind
    assert (face.faults.count, waits) == (1, [])
    assert caught.value.context["status"] == status


@pytest.mark.parametrize("body", [b"", b"<html>Not Found</html>", {"error": {"message": "no route"}}])
def test_a_missing_call_is_not_a_missing_record(face: FaceApp, wire: Transport, body: Any) -> None:
    """404 for a call that names no record says that the address is wrong, not that nothing was found."""
    always(face, 404, body)
    with pytest.raises(bd.UnexpectedAnswerError, match="does not exist") as caught:
        wire.ask("GET", SEARCH)
    assert not isinstance(caught.value, LookupError)
    assert "address" in caught.value.hint


def test_a_web_servers_404_is_not_a_missing_record(face: FaceApp, wire: Transport) -> None:
    """A 404 as a web page comes from something other than the API: it says nothing of the record."""
    always(face, 404, b"\n<!doctype html><h1>Not Found</h1>")
    with pytest.raises(bd.UnexpectedAnswerError):
        wire.ask("GET", f"/jobs/{'0' * 40}")


def test_the_wrong_address_of_a_real_server() -> None:
    """A base URL with a wrong path is told apart from an empty result."""
    with (
        serving(create_app(small_data())) as url,
        bd.connect(url.replace("/job-postings/v1", "/v2")) as client,
        pytest.raises(bd.UnexpectedAnswerError, match="does not exist"),
    ):
        client.search_jobs("engineer")


@pytest.mark.parametrize("host", ["a..b", "x" * 64 + ".test"])
def test_a_host_that_cannot_be_one(host: str, waits: list[float]) -> None:
    """A host name outside the rules is the caller's mistake, found before anything is sent."""
    wire = Transport(f"http://{host}/v1", **noting(waits))
    with pytest.raises((bd.InvalidRequestError, bd.UnreachableError)):
        wire.ask("GET", SEARCH)
    wire.close()


def test_an_unreadable_address() -> None:
    """What is no URL is refused where it is given."""
    with pytest.raises(bd.InvalidRequestError, match="not a URL"):
        Transport("http://[::1")


def test_a_closed_client_says_so(api: Client) -> None:
    """Using a client after its `with` is an error of ours, with the way out."""
    api.close()
    with pytest.raises(bd.InvalidRequestError, match="closed") as caught:
        api.search_jobs()
    assert "connect" in caught.value.hint


def test_a_forgotten_connection_is_closed(face: FaceApp) -> None:
    """A wire that nobody closed leaves no open socket behind when it is gone."""
    gc.collect()
    with serving(face) as url, warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        wire = Transport(url)
        wire.ask("GET", SEARCH)
        del wire
        gc.collect()
    assert not [warning.message for warning in warned if warning.category is ResourceWarning]


def test_unusable_proxy_settings_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that httpx cannot speak to is the environment's fault; its password stays out of the message."""
    monkeypatch.setenv("ALL_PROXY", "gopher://user:pa55word@proxy.test:1")
    with pytest.raises(bd.InvalidRequestError, match="ALL_PROXY") as caught:
        Transport("http://face.test/v1")
    assert "pa55word" not in repr(caught.value) + str(caught.value)


def test_a_bad_encoding_is_an_unexpected_answer(waits: list[float]) -> None:
    """A body that is not packed as its header says is damage, asked again and then named."""

    def handler(request: httpx.Request) -> httpx.Response:
        stream = httpx.ByteStream(b"no gzip")
        return httpx.Response(200, headers={"content-encoding": "gzip"}, stream=stream)

    with pytest.raises(bd.UnexpectedAnswerError, match="cannot be unpacked"):
        answering(handler, waits).ask("GET", SEARCH)
    assert len(waits) == 2


def test_an_interruption_is_not_swallowed(waits: list[float]) -> None:
    """Ctrl-C during a request ends it at once."""

    def handler(request: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        answering(handler, waits).ask("GET", SEARCH)
    assert waits == []


# Walks in bad weather


def test_a_walk_in_bad_weather_brings_every_row(face: FaceApp, api: Client, waits: list[float]) -> None:
    """Failures, web pages and cut bodies on the way change no row, only the time."""
    face.data = small_data(420)
    calm = api.search_jobs(status=None, limit=None)
    face.faults.reset()
    face.faults.error_every, face.faults.html_every, face.faults.cut_every = 2, 3, 5
    stormy = pd.concat(list(api.iter_jobs(status=None, limit=None)), ignore_index=True)
    stormy.attrs = calm.attrs = {}
    pd.testing.assert_frame_equal(stormy, calm)
    assert len(stormy) == 420
    assert {"error", "html", "cut"} <= {asked.fault for asked in face.log}
    assert len(waits) == sum(asked.fault != "" for asked in face.log)


def test_a_walk_that_fails_midway_keeps_its_rows(face: FaceApp, waits: list[float]) -> None:
    """The second page fails for longer than the patience: the first is kept, marked, and can be gone on from."""
    face.data = small_data(150)
    inner, broken = InProcessTransport(face), True

    def handler(request: httpx.Request) -> httpx.Response:
        if broken and "cursor" in request.url.params:
            return httpx.Response(503)
        return inner.handle_request(request)

    api = Client(ApiBackend(answering(handler, waits)))
    with pytest.warns(bd.PartialResultWarning, match="100 rows"):
        frame = api.search_jobs(status=None, limit=None)
    card = bd.card(frame)
    assert len(frame) == 100
    assert card["complete"] is False
    assert "ServerFailedError" in card["reason"]
    broken = False
    rest = api.search_jobs(status=None, limit=None, cursor=card["next_cursor"])
    assert len(rest) == 50
    assert not set(rest["job_id"]) & set(frame["job_id"])


# The API's own answers


def test_long_id_lists_go_by_post_and_bring_the_same(face: FaceApp, api: Client) -> None:
    """Ids too many for a URL are sent in a body, with every other argument, and bring the same rows."""
    known = {record["org_id"] for record in face.data.jobs[:2]}
    more = [str(uuid.uuid5(uuid.NAMESPACE_URL, str(number))) for number in range(150)]
    filters: dict[str, Any] = {"title": "engineer", "posted_after": "2026-05-01T00:05:00Z", "description": True}
    few = api.search_jobs(org_ids=sorted(known), limit=12, **filters)
    face.faults.reset()
    many = api.search_jobs(org_ids=[*more, *known], limit=12, **filters)
    assert len(few) == 12
    pd.testing.assert_frame_equal(many, few, check_like=False)
    asked = face.log[0]
    body = json.loads(asked.body)
    assert (asked.method, asked.query) == ("POST", "")
    assert len(body["org_ids"]) == 152
    assert body["limit"] == 12
    assert body["include"] == "description"
    rest = api.search_jobs(org_ids=[*more, *known], limit=None, cursor=bd.card(many)["next_cursor"], **filters)
    assert not set(rest["job_id"]) & set(many["job_id"])
    assert len(rest) + len(many) == len(api.search_jobs(org_ids=sorted(known), limit=None, **filters))
    assert {entry.method for entry in face.log if entry.path == SEARCH} == {"POST", "GET"}


def test_names_are_asked_in_slices_of_a_hundred(face: FaceApp, wire: Transport) -> None:
    """250 organisations are three look-ups of at most 100; ids unknown to the API come back as None."""
    known = face.data.orgs[0]["org_id"]
    ids = [known, *(str(uuid.uuid5(uuid.NAMESPACE_URL, str(number))) for number in range(249))]
    found = ApiBackend(wire).orgs(ids)
    assert [len(json.loads(asked.body)["org_ids"]) for asked in face.log] == [100, 100, 50]
    assert list(found) == ids
    assert found[known] == face.data.orgs[0]
    assert sum(record is None for record in found.values()) == 249
    assert ApiBackend(wire).orgs([]) == {}
    assert face.faults.count == 3


@pytest.mark.parametrize("data", [None, {}, "text", 5, [1], [None], [{"org_id": "x"}], [{"input": 5, "data": {}}]])
def test_a_look_up_of_another_shape_is_no_answer(face: FaceApp, wire: Transport, data: Any) -> None:
    """Where no entry is as promised, that is said, and not taken for "no names"."""
    always(face, 200, {"data": data})
    with pytest.raises(bd.UnexpectedAnswerError, match="organisations"):
        ApiBackend(wire).orgs([face_id()])


def test_one_odd_entry_costs_one_name(face: FaceApp, wire: Transport) -> None:
    """The entries that are as promised are taken."""
    entry = {"input": {"org_id": face_id()}, "data": {"display_name": "Ada"}}
    always(face, 200, {"data": [None, {"input": None}, entry, {"input": {"org_id": "y"}, "data": [1]}]})
    assert ApiBackend(wire).orgs([face_id(), "y"]) == {face_id(): {"display_name": "Ada"}}


@pytest.mark.parametrize("org_id", ["../../admin?x=1#", "..", ".", "a/b", "%2e%2e", "{x}", "é\ud800 ", "x" * 9])
def test_an_id_stays_one_segment_of_the_path(org_id: str, waits: list[float]) -> None:
    """An id is the text of an answer: whatever it holds, it leads the request, and the key, nowhere else."""
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.raw_path.decode())
        return httpx.Response(200, json={"data": {}})

    backend = ApiBackend(answering(handler, waits))
    backend.org(org_id)
    backend.job(org_id)
    base = httpx.URL(BASE).path
    org, job = (path.split("?")[0].removeprefix(base) for path in asked)
    assert org.startswith("/orgs/")
    assert job.startswith("/jobs/")
    for segment in (org.removeprefix("/orgs/"), job.removeprefix("/jobs/")):
        assert not set(segment) & set("/.?#")
        assert unquote(segment) == org_id.replace("\ud800", "?")


def face_id() -> str:
    return "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        "remote",
        [["remote", 5]],
        ["remote"],
        [{"value": "remote"}],
        [{"count": 5}],
        [{"value": "remote", "count": "5"}],
        [{"value": "remote", "count": None}],
        [{"value": "remote", "count": True}],
        [{"value": "remote", "count": 5.5}],
        [{"value": "remote", "count": 1e300}],
        [{"value": "remote", "count": -5}],
        [{"value": "remote", "count": 5}, None],
    ],
)
def test_facets_of_another_shape_are_an_unexpected_answer(face: FaceApp, api: Client, data: Any) -> None:
    """Counts are whole numbers with a value; anything else is not guessed at."""
    always(face, 200, {"data": data, "meta": {"limit": 100}})
    with pytest.raises(bd.UnexpectedAnswerError, match="values with their counts"):
        api.facets("workplace_type")


@pytest.mark.parametrize("meta", [None, 5, [], {"limit": True}, {"limit": "many"}, {}])
def test_facets_bear_an_odd_meta(face: FaceApp, api: Client, meta: Any) -> None:
    """The counts stand without their meta."""
    always(face, 200, {"data": [{"value": "remote", "count": 3}, {"value": "hybrid", "count": 1}], "meta": meta})
    frame = api.facets("workplace_type")
    assert frame["count"].tolist() == [3, 1]
    assert frame["share"].tolist() == [0.75, 0.25]


@pytest.mark.parametrize("data", [None, {}, "text", 5])
def test_events_of_another_shape_are_an_unexpected_answer(face: FaceApp, api: Client, data: Any) -> None:
    """Events are a list."""
    always(face, 200, {"data": data})
    with pytest.raises(bd.UnexpectedAnswerError, match="list of records"):
        api.job_events("0" * 40)


@pytest.mark.parametrize("data", [None, [], "text", 5, True])
def test_a_record_of_another_shape_is_an_unexpected_answer(face: FaceApp, api: Client, data: Any) -> None:
    """One job is an object."""
    always(face, 200, {"data": data})
    with pytest.raises(bd.UnexpectedAnswerError, match="not a record"):
        api.get_job("0" * 40)


@pytest.mark.parametrize("body", [{}, [], [1], {"jobs": []}, {"error": "late"}, 5, None, "text"])
def test_an_answer_without_data_is_named(face: FaceApp, api: Client, body: Any) -> None:
    """JSON of another service is told from an empty result."""
    always(face, 200, json.dumps(body))
    with pytest.raises(bd.UnexpectedAnswerError, match="has no `data`"):
        api.search_jobs()


@pytest.mark.parametrize(
    ("meta", "total", "capped"),
    [
        ({"total_matching": 5}, 5, False),
        ({"total_matching": 5, "total_matching_capped": True}, 5, True),
        ({"total_matching": 5, "total_matching_capped": "no"}, 5, False),
        ({"total_matching": None, "total_matching_unavailable": True}, None, False),
        ({"total_matching": 5, "total_matching_unavailable": True}, None, False),
        ({"total_matching": "5"}, None, False),
        ({"total_matching": True}, None, False),
        ({}, None, False),
        (None, None, False),
        ([], None, False),
        ("meta", None, False),
    ],
)
def test_totals_are_taken_as_promised_or_not_at_all(
    face: FaceApp, api: Client, meta: Any, total: int | None, capped: bool
) -> None:
    """A meta that is missing or odd costs the total, not the rows."""
    always(face, 200, {"data": [job(1)], "meta": meta})
    frame = api.search_jobs(columns=["job_id"])
    card = bd.card(frame)
    assert len(frame) == 1
    assert (card["total"], card["capped"]) == (total, capped)


@pytest.mark.parametrize("cursor", [5, True, ["a"], {"a": 1}])
def test_a_cursor_that_is_no_text_is_named(face: FaceApp, api: Client, cursor: Any) -> None:
    """A walk cannot go on from it, so the page is not taken for the last one."""
    always(face, 200, {"data": [job(1)], "meta": {"next_cursor": cursor}})
    with pytest.raises(bd.UnexpectedAnswerError, match="next_cursor"):
        api.search_jobs()


@pytest.mark.parametrize("meta", [{}, {"next_cursor": None}, {"next_cursor": ""}])
def test_the_last_page_has_no_cursor(face: FaceApp, wire: Transport, meta: Any) -> None:
    """Absent, null and empty all mean the end."""
    always(face, 200, {"data": [], "meta": meta})
    query = bd.query.Query({})
    page = ApiBackend(wire).search(
        query, Decoder(contract.JOB_FIELDS), cursor=None, limit=10, description=False, total=True
    )
    assert page.next_cursor is None


def test_a_server_that_has_answered_is_given_the_whole_patience(api: Client, face: FaceApp, waits: list[float]) -> None:
    """Web pages end a first request soon, as the address may be wrong; later they are waited out like any fault."""
    page = Override("jobs/search", "<html>Just a moment</html>", times=5)
    face.faults.overrides = [page]
    with pytest.raises(bd.UnexpectedAnswerError, match="web page"):
        api.search_jobs(limit=1)
    assert page.times == 2
    face.faults.overrides = []
    api.search_jobs(limit=1)
    face.faults.overrides = [Override("jobs/search", "<html>Just a moment</html>", times=5)]
    frame = api.search_jobs(limit=1)
    assert len(frame) == 1
    assert bd.card(frame)["cost"]["repeated"] == {"UnexpectedAnswerError": 5}
