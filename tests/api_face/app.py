"""The face as an ASGI app: access, faults and the log around the endpoints."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from .answers import Answer
from .data import FaceData
from .endpoints import routed
from .faults import Faults, LoggedRequest, Plan
from .settings import Settings

__all__ = ["BASE_PATH", "FaceApp", "create_app"]

BASE_PATH = "/job-postings/v1"


class FaceApp:
    """The app, with its `data`, `faults` and `settings` in reach of a test."""

    def __init__(self, data: FaceData, faults: Faults, settings: Settings) -> None:
        self.data, self.faults, self.settings = data, faults, settings
        self._inner = routed(self, BASE_PATH)
        self._changing = threading.Lock()

    @property
    def log(self) -> list[LoggedRequest]:
        """Every request so far, oldest first."""
        return self.faults.log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, in the weather that is on."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        body = await _read(receive)
        request = LoggedRequest(
            method=scope["method"],
            path=scope["path"].removeprefix(BASE_PATH) or "/",
            query=scope["query_string"].decode("latin-1"),
            headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]},
            body=body,
        )
        way = self.faults.way() / 2
        if way and not await _pause(way, scope, receive):
            return
        plan = self.faults.plan(request)
        answer = await self._answer(scope, request, plan)
        if (plan.delay or way) and not await _pause(plan.delay + way, scope, receive):
            return
        if plan.close or plan.reset:
            await _hang_up(scope, receive, "face.close" if plan.close else "face.reset")
            return
        request.status = answer.status
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.raw_headers()})
        if plan.cut:
            await send(
                {
                    "type": "http.response.body",
                    "body": answer.body[: len(answer.body) // 2],
                    "more_body": True,
                }
            )
            await _hang_up(scope, receive)
            return
        await send({"type": "http.response.body", "body": b"" if request.method == "HEAD" else answer.body})

    async def _answer(self, scope: Scope, request: LoggedRequest, plan: Plan) -> Answer:
        key = _key(request.headers)
        known = key in self.settings.keys
        if plan.close or plan.reset:
            return Answer(0, b"")
        if plan.meanwhile and self.faults.meanwhile is not None:
            with self._changing:
                self.faults.meanwhile(self.data)
                self.data.changed()
        if plan.answer is not None:
            answer = plan.answer
        elif key is not None and not known:
            answer = Answer.error(self.settings, 401, "unauthorized", "the API key is not valid")
        else:
            scope["state"] = {**scope.get("state", {}), "keyed": known}
            asked = self.faults.asked(request)
            answer = await _call(self._inner, {**scope, "query_string": asked[0].encode("latin-1")}, asked[1])
            if self.faults.alters_cursors and answer.status == 200:
                answer = self.faults.paged(request, answer)
            if self.faults.mutators and answer.status == 200:
                answer = _mutated(answer, self.faults)
        answer.headers["x-rate-limit-tier"] = "developer" if known else "anonymous"
        answer.headers |= self.faults.headers()
        accepted = "gzip" in request.headers.get("accept-encoding", "")
        return answer.compressed() if accepted and self.settings.compress else answer


def create_app(data: FaceData, *, faults: Faults | None = None, settings: Settings | None = None) -> FaceApp:
    """The face over `data`; without `faults` the weather is good and requests are still logged."""
    return FaceApp(data, faults or Faults(), settings or Settings())


def _key(headers: dict[str, str]) -> str | None:
    """The key in either header; an authorization of another scheme counts as a wrong key."""
    told = headers.get("authorization")
    if told is not None:
        scheme, _, key = told.partition(" ")
        return key if scheme.casefold() == "bearer" else ""
    return headers.get("x-api-key")


def _mutated(answer: Answer, faults: Faults) -> Answer:
    payload = json.loads(answer.body)
    for mutate in faults.mutators:
        changed = mutate(payload)
        payload = payload if changed is None else changed
    return Answer.json(payload, answer.status)


async def _read(receive: Receive) -> bytes:
    parts: list[bytes] = []
    more = True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


async def _call(inner: Any, scope: Scope, body: bytes) -> Answer:
    """Run the endpoints and keep their answer, so that a fault can still change it."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await inner(scope, receive, send)
    start = sent[0]
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in start["headers"]}
    headers.pop("content-length", None)
    return Answer(start["status"], b"".join(message.get("body", b"") for message in sent[1:]), headers)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _hang_up(scope: Scope, receive: Receive, how: str = "face.close") -> None:
    """Close or reset the connection under the answer; the server must offer a way."""
    close = scope.get("extensions", {}).get(how)
    if close is None:
        raise ConnectionResetError("this server cannot close a connection: use `serving` or `InProcessTransport`")
    close()
    await _gone(receive)


async def _pause(seconds: float, scope: Scope, receive: Receive) -> bool:
    """Wait; False when the caller went away meanwhile."""
    pause = scope.get("extensions", {}).get("face.pause")
    if pause is not None:
        pause(seconds)
        return True
    gone = asyncio.ensure_future(_gone(receive))
    done, _ = await asyncio.wait({gone}, timeout=seconds)
    if not done:
        gone.cancel()
    return not done
