"""connect(): where it leads, what it refuses; the default client; one client used by several threads."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import bluedoor_tools as bd
from bluedoor_tools import client as client_module
from bluedoor_tools.client import Client
from bluedoor_tools.default import default_client
from tests.api_face import VALID_KEY, FaceApp, InProcessTransport, create_app, serving
from tests.api_face.examples import small_data

LIVE = "https://api.bluedoor.sh/job-postings/v1"


def base_url(where: Any = None, **options: Any) -> str:
    """Where a connection leads."""
    with bd.connect(where, **options) as client:
        return client.backend.base_url


def test_the_default_is_the_live_api() -> None:
    """Without anything said, and by "api", the address is bluedoor's; nothing is sent yet."""
    assert base_url() == base_url("api") == LIVE


def test_the_environment_names_backend_and_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """BLUEDOOR_BACKEND sets the default, BLUEDOOR_API_URL the address of "api"; what is passed wins."""
    monkeypatch.setenv("BLUEDOOR_API_URL", "https://api.example.test/v1/")
    assert base_url() == base_url("api") == "https://api.example.test/v1"
    monkeypatch.setenv("BLUEDOOR_BACKEND", " sample ")
    with bd.connect() as client:
        assert client.backend.name == "sample"
    assert base_url("api") == "https://api.example.test/v1"
    assert base_url("https://other.test/v2") == "https://other.test/v2"
    monkeypatch.setenv("BLUEDOOR_BACKEND", "")
    assert base_url() == "https://api.example.test/v1"
    monkeypatch.setenv("BLUEDOOR_BACKEND", "https://third.test/v3")
    assert base_url() == "https://third.test/v3"


def test_a_url_in_any_case() -> None:
    """The scheme may be written in capitals."""
    assert base_url("HTTPS://api.example.test/v1").lower() == "https://api.example.test/v1"


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("sampel", "Did you mean 'sample'"),
        ("API ", "Did you mean 'api'"),
        ("live", "'api', 'sample' or a URL"),
        ("", "'api', 'sample' or a URL"),
        (7, "'api', 'sample' or a URL"),
        (Path("mirror.sqlite"), "read_jobs"),
        ("data/mirror", "path"),
        ("https://", "not a URL"),
        ("https://user:secret@host.test/v1", "user, query or fragment"),
        ("https://host.test/v1?key=secret", "user, query or fragment"),
    ],
)
def test_what_is_no_backend(where: Any, words: str) -> None:
    """Misspelt names get the nearest, paths and half URLs a way on; a password in an address is not repeated."""
    with pytest.raises(bd.InvalidRequestError) as caught:
        bd.connect(where)
    assert words in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("by", ["argument", "environment"])
@pytest.mark.parametrize(
    "key", ["jobs_live_SECRET", " jobs_test_SECRET/x", "Bearer SECRET", "SECRET7f3a9c2e4b6d8f0a1c3e", "SECRET"]
)
def test_a_key_in_the_backends_place_is_not_repeated(key: str, by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What looks like a key, or is the key at hand, is refused unseen, with the place where it belongs."""
    if key == "SECRET":  # like no key, but the one at hand
        monkeypatch.setenv("BLUEDOOR_API_KEY", key)
    monkeypatch.setenv("BLUEDOOR_BACKEND", key)
    with pytest.raises(bd.InvalidRequestError, match="looks like an API key") as caught:
        bd.connect(key if by == "argument" else None)
    assert "api_key=" in caught.value.hint
    assert "BLUEDOOR_API_KEY" in caught.value.hint
    assert "SECRET" not in str(caught.value) + repr(vars(caught.value))


@pytest.mark.parametrize("where", ["no such place, " * 20, "data/" * 50, Path("data/" * 50)])
def test_a_long_backend_is_told_by_its_beginning(where: Any) -> None:
    """Of what is no backend 40 characters are shown at most."""
    with pytest.raises(bd.InvalidRequestError) as caught:
        bd.connect(where)
    assert str(where)[:39] in str(caught.value)
    assert str(where)[:41] not in str(caught.value)


def test_a_bad_address_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused when connecting, not at the first request."""
    monkeypatch.setenv("BLUEDOOR_API_URL", "api.example.test")
    with pytest.raises(bd.InvalidRequestError, match="not a URL"):
        bd.connect("api")


@pytest.mark.parametrize("patience", [-1, float("nan"), float("inf"), "60", None, True, [1]])
def test_what_is_no_patience(patience: Any) -> None:
    """Seconds are a finite number, 0 or more."""
    with pytest.raises(bd.InvalidRequestError, match="number of seconds"):
        bd.connect("api", patience=patience)


@pytest.mark.parametrize("patience", [0, 1, 0.5, 3600])
def test_patience_in_seconds(patience: float) -> None:
    """Whole or not, 0 included."""
    assert base_url("api", patience=patience) == LIVE


@pytest.mark.parametrize("cache", [None, 1, "/somewhere", Path("somewhere")], ids=repr)
def test_what_is_no_cache(cache: Any) -> None:
    """On or off: where it lies is a setting of the environment, which the error names."""
    with pytest.raises(bd.InvalidRequestError, match="cache .*BLUEDOOR_CACHE_DIR"):
        bd.connect("api", cache=cache)


def test_a_stand_in_for_the_network_keeps_nothing(
    face: FaceApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a transport passed in, and with cache=False, nothing is written; connecting alone writes nothing either."""
    monkeypatch.setenv("BLUEDOOR_CACHE_DIR", str(tmp_path))
    bd.connect("api").close()
    with bd.connect("api", transport=InProcessTransport(face)) as client:
        client.get_org("72fe3b06-0d08-4f7d-9dfd-beedeeda0a25")
    with serving(face) as url, bd.connect(url, cache=False) as client:
        client.get_org("72fe3b06-0d08-4f7d-9dfd-beedeeda0a25")
        assert not list(tmp_path.iterdir())
    with serving(face) as url, bd.connect(url) as client:
        client.get_org("72fe3b06-0d08-4f7d-9dfd-beedeeda0a25")
        assert list(tmp_path.iterdir())


@pytest.mark.parametrize("key", ["with blank", "with\nnewline", "schlüssel"])
def test_what_is_no_key(key: str) -> None:
    """A key that cannot be sent is refused, and not repeated."""
    with pytest.raises(bd.InvalidRequestError, match="key") as caught:
        bd.connect("api", api_key=key)
    assert key not in str(caught.value)


def test_a_key_goes_where_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the environment only to the default address; passed, to the address it was passed with."""
    monkeypatch.setenv("BLUEDOOR_API_KEY", VALID_KEY)
    face = create_app(small_data(3))
    for where, key, sent in (
        ("https://other.test/job-postings/v1", None, None),
        ("https://other.test/job-postings/v1", VALID_KEY, f"Bearer {VALID_KEY}"),
        ("api", None, f"Bearer {VALID_KEY}"),
    ):
        with bd.connect(where, api_key=key, transport=InProcessTransport(face)) as client:
            client.search_jobs(limit=1, columns=["job_id"])
            assert face.log[-1].headers.get("authorization") == sent
            assert client.backend.sends_key is (sent is not None)


@pytest.mark.parametrize("where", ["sample", "api"])
def test_a_closed_client_says_so(where: str) -> None:
    """After its with-block every function raises alike; closing twice is nothing."""
    with bd.connect(where) as client:
        walk = client.iter_jobs()
    client.close()
    for call in (
        client.search_jobs,
        lambda: next(walk),
        lambda: client.get_job("0" * 40),
        lambda: client.job_events("0" * 40),
        lambda: client.facets("country"),
        lambda: client.get_org("72fe3b06-0d08-4f7d-9dfd-beedeeda0a25"),
    ):
        with pytest.raises(bd.InvalidRequestError, match="This client is closed"):
            call()
    assert repr(client)


@pytest.mark.parametrize("backend", ["sample", "socket_api"])
def test_threads_share_a_client(request: pytest.FixtureRequest, backend: str) -> None:
    """Several threads on one client at once get the frames that each asked for."""
    client: Client = request.getfixturevalue(backend)
    asked: list[dict[str, Any]] = [
        {"status": None, "limit": 130, "provider": provider} for provider in ("lever", "icims", "workday", "ashby")
    ]
    expected = [client.search_jobs(**filters) for filters in asked]
    start = threading.Barrier(8)

    def work(number: int) -> pd.DataFrame:
        start.wait()
        return client.search_jobs(**asked[number % 4])

    with ThreadPoolExecutor(8) as pool:
        for number, frame in enumerate(pool.map(work, range(8))):
            pd.testing.assert_frame_equal(frame, expected[number % 4])


# -- the functions without a client ------------------------------------------------------------------------------------


@pytest.fixture
def at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sample by environment, as in a notebook without a network."""
    monkeypatch.setenv("BLUEDOOR_BACKEND", "sample")


@pytest.mark.usefixtures("at_home")
def test_functions_of_the_module(sample: Client) -> None:
    """Each gives what the client's own method gives."""
    posting = "https://jobs.lever.co/spotify/76458bae-8a16-4c42-8780-f9452206f0e0"
    pd.testing.assert_frame_equal(bd.search_jobs("nurse", limit=5), sample.search_jobs("nurse", limit=5))
    pd.testing.assert_frame_equal(next(bd.iter_jobs(city="Berlin")), next(sample.iter_jobs(city="Berlin")))
    pd.testing.assert_frame_equal(bd.job_events(posting), sample.job_events(posting))
    pd.testing.assert_frame_equal(bd.facets("country"), sample.facets("country"))
    assert bd.get_job(posting).record == sample.get_job(posting).record
    assert bd.get_org("72fe3b06-0d08-4f7d-9dfd-beedeeda0a25").name == "Spotify"


@pytest.mark.usefixtures("at_home")
def test_one_default_client_until_the_environment_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The default client is kept, and follows the environment."""
    first = default_client()
    assert default_client() is first
    monkeypatch.setenv("BLUEDOOR_BACKEND", "api")
    assert default_client().backend.base_url == LIVE
    monkeypatch.setenv("BLUEDOOR_BACKEND", "sample")
    assert default_client() is first


@pytest.mark.parametrize("name", ["search_jobs", "iter_jobs", "facets", "get_job", "job_events", "get_org"])
def test_functions_are_documented_like_methods(name: str) -> None:
    """Signature and help of a function are the method's, filters spelled out, without `self`."""
    import inspect

    function, method = getattr(bd, name), getattr(client_module.Client, name)
    names = list(inspect.signature(method).parameters)
    assert list(inspect.signature(function).parameters) == names[1:]
    assert function.__doc__ == method.__doc__
    if name in {"search_jobs", "iter_jobs", "facets"}:
        assert {"workplace_type", "org_ids", "posted_after"} <= set(names)


def test_connecting_sends_nothing(face: FaceApp) -> None:
    """Not a request before the first question."""
    with bd.connect("http://face.test/job-postings/v1", transport=InProcessTransport(face)) as client:
        assert repr(client)
        client.iter_jobs()
    assert not face.log
