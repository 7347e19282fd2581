"""Clients of an API face over hand-made records, and transports that stand between the two."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from bluedoor_tools.backends.api import ApiBackend
from bluedoor_tools.client import Client
from bluedoor_tools.wire.transport import Transport
from tests.api_face import FaceApp, FaceData, Faults, InProcessTransport, Settings, create_app

__all__ = ["FACE_URL", "Between", "client_of", "searches", "with_limit"]

FACE_URL = "http://face.test/job-postings/v1"


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
    return Client(ApiBackend(Transport(FACE_URL, api_key=api_key, transport=way, sleep=lambda _: None))), face


def with_limit(request: httpx.Request, limit: int) -> httpx.Request:
    """The same request, but a search asks for `limit` rows."""
    if not request.url.path.endswith("/jobs/search"):
        return request
    url = request.url.copy_set_param("limit", str(limit))
    return httpx.Request(request.method, url, headers=request.headers, extensions=request.extensions)


def searches(face: FaceApp) -> list[dict[str, str]]:
    """The parameters of every search the face was asked, oldest first."""
    return [request.params for request in face.log if request.path == "/jobs/search"]
