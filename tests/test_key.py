"""The key: where it is sent, and all the places where it never shows."""

from __future__ import annotations

import json
import logging
import pickle
import re
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest

import bluedoor_tools as bd
from bluedoor_tools import contract
from bluedoor_tools.backends.api import ApiBackend
from bluedoor_tools.client import Client
from bluedoor_tools.wire.transport import Transport
from tests.api_face import VALID_KEY, FaceApp, InProcessTransport, Override, create_app, serving
from tests.api_face.examples import small_data
from tests.clients import SkippingClock, Unlimited

KEY = VALID_KEY
ANYWHERE = "https://jobs.example.test/v1"


@pytest.fixture
def face() -> FaceApp:
    """A face over sixty hand-made jobs."""
    return create_app(small_data())


@pytest.fixture
def keyed(face: FaceApp, waits: list[float]) -> Client:
    """A client that sends the key with every request."""
    inside = InProcessTransport(face)
    base = "http://face.test/job-postings/v1"
    clock = SkippingClock(waits)
    wire = Transport(base, api_key=KEY, patience=5, transport=inside, clock=clock, limiter=Unlimited(clock=clock))
    return Client(ApiBackend(wire))


@pytest.fixture
def environment_key(monkeypatch: pytest.MonkeyPatch) -> str:
    """The key in the environment, where users keep it."""
    monkeypatch.setenv("BLUEDOOR_API_KEY", KEY)
    return KEY


def headers_sent(where: str | None, **options: Any) -> httpx.Headers:
    """The headers of a request of `bd.connect(where, …)`."""
    seen: list[httpx.Headers] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers)
        return httpx.Response(200, json={"data": []})

    with bd.connect(where, transport=httpx.MockTransport(handler), **options) as client:
        client.search_jobs(limit=1)
    return seen[0]


def authorization(where: str | None, **options: Any) -> str | None:
    """What stands under Authorization; the key stands nowhere else."""
    headers = headers_sent(where, **options)
    told: str | None = headers.pop("authorization", None)
    assert KEY not in str(headers.raw)
    return told


# Where it is sent


@pytest.mark.parametrize(
    "where",
    [
        None,
        "api",
        contract.API_URL,
        contract.API_URL + "/",
        "https://api.bluedoor.sh/job-postings/v2",
        "https://API.Bluedoor.SH:443/job-postings/v1",
    ],
)
def test_the_environments_key_goes_to_the_default_host(where: str | None, environment_key: str) -> None:
    """As a Bearer token, whichever way the default host is written."""
    assert authorization(where) == f"Bearer {KEY}"


@pytest.mark.parametrize(
    "where",
    [
        ANYWHERE,
        "http://api.bluedoor.sh/job-postings/v1",
        "https://api.bluedoor.sh:8443/job-postings/v1",
        "https://api.bluedoor.sh.example.test/job-postings/v1",
        "https://apixbluedoor.sh/job-postings/v1",
        "https://bluedoor.sh/job-postings/v1",
        "https://old.api.bluedoor.sh/job-postings/v1",
        "https://example.test/api.bluedoor.sh",
        "https://api.bluedoor.sh./job-postings/v1",
        "https://аpi.bluedoor.sh/job-postings/v1",  # a Cyrillic а
        "http://127.0.0.1:8000/job-postings/v1",
    ],
)
def test_the_environments_key_goes_nowhere_else(where: str, environment_key: str) -> None:
    """Another host, port or scheme gets no key, however alike it looks."""
    assert authorization(where) is None


@pytest.mark.parametrize(
    "where",
    [
        "https://api.bluedoor.sh\\@evil.test/v1",
        "https://api.bluedoor.sh@evil.test/v1",
        "https://evil.test\\@api.bluedoor.sh/v1",
        "https://api.bluedoor.sh%2Fevil.test/v1",
        "https://api.bluedoor.sh#@evil.test/v1",
        "https://evil.test\t.api.bluedoor.sh/v1",
    ],
)
def test_a_trick_address_gets_no_key(where: str, environment_key: str) -> None:
    """Addresses that parsers read differently are refused, or the key goes where the connection goes."""
    reached: list[tuple[str, str | None]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        reached.append((request.url.host, request.headers.get("authorization")))
        return httpx.Response(200, json={"data": []})

    for checked in (True, False):
        transport = httpx.MockTransport(handler)
        try:
            if checked:
                bd.connect(where, transport=transport).search_jobs(limit=1)
            else:
                Client(ApiBackend(Transport(where, transport=transport))).search_jobs(limit=1)
        except bd.BluedoorError:
            continue
    assert all(host == "api.bluedoor.sh" for host, told in reached if KEY in (told or ""))


@pytest.mark.parametrize("address", [ANYWHERE, "http://10.0.0.7:8080/jobs", f"  {ANYWHERE}\n"])
def test_the_key_goes_to_the_address_in_the_environment(
    address: str, environment_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """BLUEDOOR_API_URL and BLUEDOOR_API_KEY are set by the same person: they belong together."""
    monkeypatch.setenv("BLUEDOOR_API_URL", address)
    assert authorization(None) == f"Bearer {KEY}"
    assert authorization(address.strip() + "/deeper") == f"Bearer {KEY}"
    assert authorization(contract.API_URL) == f"Bearer {KEY}"
    assert authorization("https://other.example.test/v1") is None


@pytest.mark.parametrize(
    "where", ["http://jobs.example.test/v1", "https://jobs.example.test:444/v1", "https://example.test/v1"]
)
def test_the_address_in_the_environment_is_one_origin(
    where: str, environment_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its other ports, its plain-text twin and its parent domain get nothing."""
    monkeypatch.setenv("BLUEDOOR_API_URL", ANYWHERE)
    assert authorization(where) is None


@pytest.mark.parametrize("address", ["http://[::1", "http://host:port", "https://", " ", "jobs.example.test"])
def test_an_unreadable_address_in_the_environment_trusts_nobody(
    address: str, environment_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stands in nobody's way, either: other addresses work, without the key; the default host gets it."""
    monkeypatch.setenv("BLUEDOOR_API_URL", address)
    assert authorization(ANYWHERE) is None
    assert authorization(contract.API_URL) == f"Bearer {KEY}"


@pytest.mark.parametrize("where", [None, ANYWHERE, "http://127.0.0.1:8000/v1"])
def test_a_key_passed_with_an_address_goes_there(where: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The caller said so, and the argument is stronger than the environment."""
    monkeypatch.setenv("BLUEDOOR_API_KEY", "jobs_live_other")
    assert authorization(where, api_key=KEY) == f"Bearer {KEY}"


@pytest.mark.parametrize("blank", ["", "  ", "\n"])
def test_a_blank_environment_key_is_none(blank: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty variable is as good as none; blanks around a key do not belong to it."""
    monkeypatch.setenv("BLUEDOOR_API_KEY", blank)
    assert authorization(None) is None
    monkeypatch.setenv("BLUEDOOR_API_KEY", f" {KEY}{blank}\n")
    assert authorization(None) == f"Bearer {KEY}"


def test_an_empty_argument_means_no_key(environment_key: str) -> None:
    """`api_key=""` asks without a key, also where the environment has one."""
    assert authorization(None, api_key="") is None
    with bd.connect(api_key="") as client:
        assert client.backend.sends_key is False


def test_without_a_key_nothing_is_sent() -> None:
    """The API is read without a key, too."""
    assert authorization(None) is None


def test_redirects_do_not_carry_the_key_away(waits: list[float]) -> None:
    """A redirect is an error; its target is never asked."""
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(307, headers={"location": "https://evil.test/"})

    client = bd.connect(ANYWHERE, api_key=KEY, transport=httpx.MockTransport(handler))
    with client, pytest.raises(bd.UnexpectedAnswerError):
        client.search_jobs()
    assert asked == ["jobs.example.test"]


def test_the_key_works_and_lifts_the_limits_of_the_keyless(face: FaceApp, keyed: Client) -> None:
    """The face takes it as the API would: a valid key is served, a wrong one is refused with the fix."""
    assert len(keyed.search_jobs(limit=3)) == 3
    assert face.log[0].headers["authorization"] == f"Bearer {KEY}"
    wrong = Client(
        ApiBackend(Transport("http://face.test/job-postings/v1", api_key="nope", transport=InProcessTransport(face)))
    )
    with pytest.raises(bd.NotAuthorizedError) as caught:
        wrong.search_jobs()
    assert "BLUEDOOR_API_KEY" in caught.value.hint
    assert "nope" not in str(caught.value)


def test_one_descriptive_user_agent(face: FaceApp, keyed: Client) -> None:
    """Every request names the toolkit and its version, and nothing of the user or the machine."""
    keyed.search_jobs(limit=3)
    keyed.facets("country")
    keyed.job_events(face.data.jobs[0]["job_id"])
    agents = {asked.headers["user-agent"] for asked in face.log}
    assert len(agents) == 1
    assert re.fullmatch(r"bluedoor-tools/\S+ \(python [\d.]+\w*; httpx [\d.]+\)", agents.pop())


# What is no key


@pytest.mark.parametrize(
    "key",
    [
        f"{KEY}\n",
        f"{KEY}\r\nX-Evil: 1",
        f" {KEY}",
        f"{KEY} x",
        f"{KEY}\x00",
        f"{KEY}é",
        f"{KEY}\u200b",
        KEY.encode(),
        5,
    ],
)
def test_what_is_no_key_is_refused_unseen(key: Any) -> None:
    """A key that would break the header is refused at once; the error does not show it."""
    with pytest.raises(bd.InvalidRequestError, match="API key in api_key") as caught:
        bd.connect(api_key=key)
    told = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
    assert KEY not in repr(caught.value) + str(caught.value) + repr(vars(caught.value))
    assert "During handling" not in told
    assert caught.value.hint


def test_a_broken_key_of_the_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says where the broken key stands."""
    monkeypatch.setenv("BLUEDOOR_API_KEY", f"{KEY}\nsecond")
    with pytest.raises(bd.InvalidRequestError, match="BLUEDOOR_API_KEY") as caught:
        bd.connect()
    assert KEY not in str(caught.value)
    with bd.connect(ANYWHERE):
        pass  # nothing is sent there, so nothing is wrong


def test_an_address_with_a_key_in_it_is_refused_unseen() -> None:
    """Users, queries and fragments in the address could hold a key: refused, and not repeated."""
    for address in (f"https://{KEY}@example.test/v1", f"https://example.test/v1?key={KEY}", f"https://x.test/#{KEY}"):
        with pytest.raises(bd.InvalidRequestError) as caught:
            bd.connect(address)
        assert KEY not in str(caught.value) + repr(caught.value) + repr(vars(caught.value))


# Where it never shows


def test_no_repr_shows_the_key(keyed: Client) -> None:
    """Neither the client nor what it is made of."""
    backend = keyed.backend
    assert isinstance(backend, ApiBackend)
    wire = backend._transport
    shown = [repr(thing) + str(thing) for thing in (keyed, backend, wire, wire._client, backend.label)]
    assert KEY not in "".join(shown)
    assert KEY not in repr(wire._client.headers)


def test_no_card_or_reproduced_call_shows_the_key(
    keyed: Client, face: FaceApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Curl names the variable instead; cards, also as JSON and HTML, say only that there was a key."""
    monkeypatch.setenv("BLUEDOOR_API_URL", keyed.backend.base_url)
    frames = [
        keyed.search_jobs("engineer", limit=3),
        keyed.facets("country"),
        keyed.job_events(face.data.jobs[0]["job_id"]),
    ]
    for frame in frames:
        card = bd.card(frame)
        curl = frame.bluedoor.reproduce("curl")
        shown = [
            json.dumps(frame.attrs),
            repr(card),
            str(card),
            card._repr_html_(),
            curl,
            frame.bluedoor.reproduce("python"),
        ]
        assert KEY not in "".join(shown)
        assert KEY not in pickle.dumps(frame).decode("latin-1")
        assert '"Authorization: Bearer $BLUEDOOR_API_KEY"' in curl
        assert card["backend"]["sends_key"] is True
    job = keyed.get_job(face.data.jobs[0]["job_id"])
    assert KEY not in str(job) + repr(job) + job._repr_mimebundle_()["text/html"]


def echo(status: int, wrap: Callable[[str], Any]) -> Override:
    """An answer that repeats the key, as debugging proxies do."""
    body = wrap(KEY)
    return Override(".", body, status)


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 408, 429, 500, 503])
@pytest.mark.parametrize(
    "wrap",
    [
        lambda key: {"error": {"code": "bad", "message": f"the key {key} is bad"}},
        lambda key: {"message": key + key},
        lambda key: f"invalid header: Authorization: Bearer {key}",
        lambda key: json.dumps(f"Bearer {key}"),
        lambda key: "x" * 60 + key + "x" * 400,
        lambda key: "x" * 280 + key,
        lambda key: {"detail": [{"msg": key}]},
        lambda key: '{"error": "' + "".join(f"\\u{ord(char):04x}" for char in key) + '"}',
        lambda key: f"<html><p>{key}</p>",
        lambda key: f'{{"authorization": "Bearer {key}", oops}}',
        lambda key: '{"' + "".join(f"\\u{ord(char):04X}" for char in key) + '": oops}',
        lambda key: {key: 1, "x" * 26 + key: 2},
    ],
    ids=[
        *("nested", "twice", "text", "string", "cut", "cut later", "list", "escaped", "html"),
        *("damaged", "damaged and escaped", "name"),
    ],
)
def test_an_echoed_key_is_struck_out(face: FaceApp, keyed: Client, status: int, wrap: Callable[[str], Any]) -> None:
    """A server that repeats the key does not get it into messages, contexts, pickles, tracebacks or warnings."""
    face.faults.overrides.append(echo(status, wrap))
    with pytest.raises(bd.BluedoorError) as caught:
        keyed.search_jobs()
    error = caught.value
    shown = "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error))
    for part in (KEY, KEY[:14], KEY[4:], f"u{ord(KEY[0]):04x}"):
        assert part not in shown
        assert part not in pickle.dumps(error).decode("latin-1")


def test_a_lost_connection_does_not_tell_the_key(face: FaceApp, keyed: Client) -> None:
    """Nor do the words of the HTTP library."""

    def handler(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError(f"broken while sending {request.headers['authorization']}", request=request)

    client = Client(ApiBackend(Transport(ANYWHERE, api_key=KEY, patience=0, transport=httpx.MockTransport(handler))))
    with pytest.raises(bd.UnreachableError, match=re.escape("Bearer [key]")) as caught:
        client.search_jobs()
    assert KEY not in str(caught.value) + repr(vars(caught.value))


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """All that is logged from DEBUG on, by anybody."""
    caplog.set_level(logging.DEBUG)
    for name in ("bluedoor_tools", "httpx", "httpcore", "tenacity"):
        caplog.set_level(logging.DEBUG, logger=name)
    return lambda: "\n".join(
        f"{record.name} {record.getMessage()} {record.args!r} {record.exc_text}" for record in caplog.records
    )


def test_no_log_shows_the_key(face: FaceApp, logged: Callable[[], str], waits: list[float]) -> None:
    """Over a real socket, with failures and repetitions, at DEBUG: httpx and httpcore do log, the key is not in it."""
    face.faults.error_every, face.faults.html_every = 2, 3
    with serving(face) as url:
        wire = Transport(url, api_key=KEY, clock=SkippingClock(waits), limiter=Unlimited())
        client = Client(ApiBackend(wire))
        client.search_jobs("engineer", limit=3)
        face.faults.overrides.append(echo(401, lambda key: {"message": f"bad {key}"}))
        with pytest.raises(bd.NotAuthorizedError):
            client.facets("country")
        client.close()
    text = logged()
    assert face.log[0].headers["authorization"] == f"Bearer {KEY}"
    assert "httpx HTTP Request: GET" in text
    assert "httpcore" in text
    assert "bluedoor_tools /orgs/batch_lookup: ServerFailedError; asking again in" in text
    assert KEY not in text


def test_urls_hold_no_key(face: FaceApp, keyed: Client) -> None:
    """The key travels in a header only: URLs end up in logs of proxies and servers."""
    keyed.search_jobs("engineer", limit=3, org_ids=[face.data.orgs[0]["org_id"]])
    keyed.get_job(face.data.jobs[0]["job_id"])
    assert face.log
    assert all(KEY not in asked.path + asked.query + asked.body.decode() for asked in face.log)


@pytest.mark.parametrize(
    "address", ["https://evil.example/v1", "http://api.bluedoor.sh/v1", "no address", "http://[::1"]
)
def test_a_card_from_elsewhere_cannot_ask_for_the_key_of_the_environment(
    sample: Client, tmp_path: Path, address: str
) -> None:
    """A frame that pandas read from a stranger's file: curl to its address does not name the key's variable."""
    frame = sample.search_jobs(limit=2)
    frame.attrs["bluedoor"]["backend"] |= {"name": "api", "base_url": address, "sends_key": True}
    frame.to_parquet(tmp_path / "jobs.parquet")
    command = pd.read_parquet(tmp_path / "jobs.parquet").bluedoor.reproduce("curl")
    assert "BLUEDOOR_API_KEY" not in command
    assert "only if you trust the address" in command


def test_curl_to_the_api_itself_names_the_variable(sample: Client) -> None:
    """The API's own address takes the key of the environment, and curl says so."""
    frame = sample.search_jobs(limit=2)
    frame.attrs["bluedoor"]["backend"] |= {"name": "api", "sends_key": True}
    assert '"Authorization: Bearer $BLUEDOOR_API_KEY"' in frame.bluedoor.reproduce("curl")


def test_a_key_typed_in_the_wrong_place_is_not_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever of a command line it is taken for, a message does not print it."""
    from bluedoor_tools.cli import main

    key = "jobs_live_0123456789abcdef"
    for words in (["--api-key", key, "stats"], ["search", "a", key, "--backend", "sample"], [key], ["show", key]):
        assert main(words) == 2
        assert key not in "".join(capsys.readouterr())
