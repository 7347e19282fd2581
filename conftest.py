"""Fixtures for every test and doctest: the sample, and the API face, in process or on a loopback socket."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

import bluedoor_tools as bd
from bluedoor_tools.backends.api import ApiBackend
from bluedoor_tools.client import Client
from bluedoor_tools.wire import pacing
from bluedoor_tools.wire.transport import Transport
from tests.api_face import FaceApp, FaceData, InProcessTransport, create_app, load, serving
from tests.clients import FACE_URL, SkippingClock, Unlimited, client_of, store_client

settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")


@pytest.fixture(scope="session", autouse=True)
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No setting of the machine's user reaches a test; the sample is unpacked into a folder of the session.

    The faces bear any rate, so the careful start, which `test_limiter` has for itself, holds no test up.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in ("BLUEDOOR_API_KEY", "BLUEDOOR_API_URL", "BLUEDOOR_BACKEND", "NO_COLOR"):
            patch.delenv(name, raising=False)
        patch.setenv("BLUEDOOR_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        patch.setattr(pacing, "CAREFUL_RATES", {False: 1000.0, True: 1000.0})
        yield


@pytest.fixture(autouse=True)
def quiet_cuts() -> Iterator[None]:
    """A cut by the default limit is announced once a client; a test that minds it looks for it itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", bd.ResultCutWarning)
        yield


@pytest.fixture(scope="session")
def sample(environment: None) -> Iterator[Client]:
    """A client of the embedded sample."""
    with bd.connect("sample") as client:
        yield client


@pytest.fixture(scope="session")
def raw() -> FaceData:
    """The sample's raw JSON, read once: a test that alters records brings its own."""
    return load()


@pytest.fixture
def face(raw: FaceData) -> FaceApp:
    """The API face over the sample's raw JSON; its faults, settings and log are this test's own."""
    return create_app(raw)


@pytest.fixture
def waits() -> list[float]:
    """The seconds that the client of `api` would have slept."""
    return []


@pytest.fixture
def api(face: FaceApp, waits: list[float]) -> Iterator[Client]:
    """A client of the face, in process; its waits are noted down, not slept."""
    clock = SkippingClock(waits)
    transport = Transport(FACE_URL, transport=InProcessTransport(face), clock=clock, limiter=Unlimited(clock=clock))
    with Client(ApiBackend(transport)) as client:
        yield client


@pytest.fixture(scope="session")
def socket_api(environment: None, raw: FaceData) -> Iterator[Client]:
    """A client of the face over a real loopback socket."""
    with serving(create_app(raw)) as url, bd.connect(url) as client:
        yield client


@pytest.fixture
def data() -> Path:
    """The folder of saved answers."""
    return Path(__file__).parent / "tests" / "data"


@pytest.fixture(scope="module")
def store(
    environment: None, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Client]:
    """A client of a local store over the records that the test's module names DATA."""
    with store_client(tmp_path_factory.mktemp("store"), request.module.DATA) as client:
        yield client


@pytest.fixture(scope="module")
def online(environment: None, request: pytest.FixtureRequest) -> Client:
    """A client of a face over the records that the test's module names DATA."""
    return client_of(request.module.DATA)[0]


@pytest.fixture(params=["store", "online"])
def either(request: pytest.FixtureRequest) -> Client:
    """Either of the two."""
    client: Client = request.getfixturevalue(request.param)
    return client
