"""The face on a loopback socket, or without one."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, cast

import httpx
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from .app import BASE_PATH

__all__ = ["InProcessTransport", "serving"]


class _Protocol(H11Protocol):
    """Lets the app close its own connection, which ASGI has no word for."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # Head and body are two writes: without this the second waits 40 ms for a delayed acknowledgement.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        served = self.app

        def reset() -> None:
            """End in the middle of the headers, by a reset instead of an orderly close."""
            transport.write(b"HTTP/1.1 200 OK\r\ncontent-ty")
            linger = struct.pack("ii", 1, 0)
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            transport.abort()

        ways = {"face.close": transport.close, "face.reset": reset}

        async def app(scope: Any, receive: Any, send: Any) -> None:
            scope["extensions"] = {**scope.get("extensions", {}), **ways}
            await served(scope, receive, send)

        self.app = app

    def shutdown(self) -> None:
        """At the end nobody is waited for: an answer still held back is dropped."""
        super().shutdown()
        self.transport.close()


class _Server(uvicorn.Server):
    """Says when it is up, and goes down at once when told."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self.up.set()

    async def main_loop(self) -> None:
        await self._stop.wait()

    def stop(self) -> None:
        """End the main loop, from another thread."""
        self._loop.call_soon_threadsafe(self._stop.set)


@contextmanager
def serving(app: ASGIApp, *, port: int = 0) -> Iterator[str]:
    """Serve `app` on a loopback port from a background thread; yields the base URL, joins the thread at exit."""
    listener = socket.create_server(("127.0.0.1", port))
    config = uvicorn.Config(
        cast(Any, app),
        http=_Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        timeout_graceful_shutdown=5,
    )
    server = _Server(config)

    def run() -> None:
        try:
            server.run(sockets=[listener])
        finally:
            server.up.set()
            listener.close()

    thread = threading.Thread(target=run, name="api-face", daemon=True)
    thread.start()
    server.up.wait()
    if not server.started:
        thread.join()
        raise RuntimeError("the face did not start")
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}{BASE_PATH}"
    finally:
        server.stop()
        thread.join()


class _HungUpError(Exception):
    pass


class _ResetError(Exception):
    pass


class _HalfBody(httpx.SyncByteStream):
    """A body that ends before it should."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        yield self._body
        raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")


class InProcessTransport(httpx.BaseTransport):
    """Calls the face in the caller's thread, without a socket or an event loop; faults look as over a socket.

    A delay longer than the request's read timeout is a timeout at once; a shorter one is slept by `sleep`.
    """

    def __init__(self, app: ASGIApp, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._app, self._sleep = app, sleep

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        body = request.read()
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        try:
            _finish(_call(self._app, self._scope(request), receive, send))
            stream: httpx.SyncByteStream | None = None
        except _ResetError:
            raise httpx.ReadError("[Errno 104] Connection reset by peer", request=request) from None
        except _HungUpError:
            if not sent:
                raise httpx.RemoteProtocolError(
                    "Server disconnected without sending a response.", request=request
                ) from None
            stream = _HalfBody(sent[1]["body"])
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in sent[0]["headers"]]
        stream = stream or httpx.ByteStream(b"".join(message.get("body", b"") for message in sent[1:]))
        return httpx.Response(sent[0]["status"], headers=headers, stream=stream)

    def _scope(self, request: httpx.Request) -> Scope:
        patience = request.extensions.get("timeout", {}).get("read")

        def pause(seconds: float) -> None:
            if patience is not None and seconds > patience:
                raise httpx.ReadTimeout("timed out", request=request)
            self._sleep(seconds)

        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": request.url.scheme,
            "path": request.url.path,
            "raw_path": request.url.raw_path.split(b"?")[0],
            "query_string": request.url.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": ("127.0.0.1", 0),
            "server": (request.url.host, request.url.port),
            "extensions": {"face.close": _hang_up, "face.reset": _reset, "face.pause": pause},
        }


async def _call(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)


def _hang_up() -> None:
    raise _HungUpError


def _reset() -> None:
    raise _ResetError


def _finish(call: Coroutine[Any, Any, None]) -> None:
    """Run to the end a coroutine that never waits, as the face's never do without a socket."""
    try:
        call.send(None)
    except StopIteration:
        return
    call.close()
    raise RuntimeError("the app waited for an event loop: use `serving`")
