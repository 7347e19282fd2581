"""Clients over hand-made records, of an API face or of a store; transports that stand between; what tests read off."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pandas as pd

from bluedoor_tools.backends.api import ApiBackend
from bluedoor_tools.backends.store import StoreBackend
from bluedoor_tools.backends.store_file import create_store, write_jobs, write_records
from bluedoor_tools.client import Client
from bluedoor_tools.wire.clock import Clock
from bluedoor_tools.wire.limiter import Limiter
from bluedoor_tools.wire.transport import Transport
from tests.api_face import FaceApp, FaceData, Faults, InProcessTransport, Settings, create_app
from tests.api_face.examples import CLOCK

__all__ = [
    "FACE_URL",
    "Answering",
    "Between",
    "SkippingClock",
    "Unlimited",
    "client_of",
    "client_through",
    "ids",
    "run",
    "searches",
    "store_client",
    "with_limit",
]

FACE_URL = "http://face.test/job-postings/v1"


class SkippingClock(Clock):
    """Time that a sleep moves on at once, for every thread; the sleeps are noted down."""

    def __init__(self, waits: list[float] | None = None) -> None:
        self.waits = [] if waits is None else waits
        self._slept = 0.0
        self._lock = threading.Lock()

    def now(self) -> float:
        """The machine's time, and what was slept on top."""
        return time.monotonic() + self._slept

    def sleep(self, seconds: float, stop: threading.Event) -> None:
        """Note it down and go on; when stopped, not even that."""
        if not stop.is_set():
            with self._lock:
                self.waits.append(seconds)
                self._slept += seconds


class Unlimited(Limiter):
    """Holds nothing back, so that every wait seen is one between repetitions."""

    def take_turn(self, patience: float) -> float:
        """At once."""
        return self._clock.now()

    def answered(self, sent_at: float, status: int, headers: Mapping[str, str]) -> None:
        """Nothing is learned."""


class Between(httpx.BaseTransport):
    """Hands every request to `alter` before it goes on to the face."""

    def __init__(self, face: FaceApp, alter: Callable[[httpx.Request], httpx.Request]) -> None:
        self._inner = InProcessTransport(face)
        self._alter = alter

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        return self._inner.handle_request(self._alter(request))


def client_of(
    data: FaceData,
    faults: Faults | None = None,
    *,
    api_key: str | None = None,
    alter: Callable[[httpx.Request], httpx.Request] | None = None,
    **settings: Any,
) -> tuple[Client, FaceApp]:
    """A client of a face over `data`, in process, that sleeps never; and the face, with its log."""
    face = create_app(data, faults=faults, settings=Settings(**settings))
    way = InProcessTransport(face) if alter is None else Between(face, alter)
    clock = SkippingClock()
    transport = Transport(FACE_URL, api_key=api_key, transport=way, clock=clock, limiter=Unlimited(clock=clock))
    return Client(ApiBackend(transport)), face


def with_limit(request: httpx.Request, limit: int) -> httpx.Request:
    """The same request, but a search asks for `limit` rows."""
    if not request.url.path.endswith("/jobs/search"):
        return request
    url = request.url.copy_set_param("limit", str(limit))
    return httpx.Request(request.method, url, headers=request.headers, extensions=request.extensions)


def searches(face: FaceApp) -> list[dict[str, str]]:
    """The parameters of every search the face was asked, oldest first."""
    return [request.params for request in face.log if request.path == "/jobs/search"]


@contextlib.contextmanager
def store_client(folder: Path, data: FaceData) -> Iterator[Client]:
    """A client of a local store over hand-made records."""
    with contextlib.closing(create_store(folder / "store.sqlite", CLOCK)) as store:
        write_jobs(store, data.jobs, CLOCK)
        write_records(store, "org", data.orgs)
        write_records(store, "source", data.sources)
        write_records(store, "event", data.events)
        store.commit()
    with Client(StoreBackend(folder / "store.sqlite", name="sample", label="a store of a test")) as client:
        yield client


class Answering(httpx.BaseTransport):
    """The face, with its answers handed to `alter` (or requests answered by it) before the client has them."""

    def __init__(self, face: FaceApp, alter: Callable[[httpx.Request, InProcessTransport], httpx.Response]) -> None:
        self._inner = InProcessTransport(face)
        self._alter = alter

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        return self._alter(request, self._inner)


def client_through(
    data: FaceData, alter: Callable[[httpx.Request, InProcessTransport], httpx.Response]
) -> tuple[Client, FaceApp]:
    """A client of a face whose answers are altered."""
    face = create_app(data)
    clock = SkippingClock()
    transport = Transport(FACE_URL, transport=Answering(face, alter), clock=clock, limiter=Unlimited(clock=clock))
    return Client(ApiBackend(transport)), face


def ids(frame: pd.DataFrame) -> list[str]:
    """The postings of a frame, in its order."""
    return [str(name) for name in frame["job_id"]]


def run(code: str, client: Client) -> pd.DataFrame:
    """Run reproduced Python with a connection of this test's."""
    names: dict[str, Any] = {}
    lines = code.replace("import bluedoor_tools as bd\n", "")
    assert lines.startswith("df = bd.connect(")
    exec("df = client" + lines[lines.index(")") + 1 :], {"client": client}, names)
    frame: pd.DataFrame = names["df"]
    return frame
