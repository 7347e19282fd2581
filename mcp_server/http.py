"""Streamable HTTP: the app with its checks, and the process that serves it.

Every request is checked for its Host and Origin, so that no web page reaches the server through a reader's browser;
requests to /mcp for the token, where one is set. A call whose caller has gone is cancelled.
"""

from __future__ import annotations

import contextlib
import hmac
import ipaddress
import logging
import os
import re
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import anyio
from mcp.server.transport_security import TransportSecurityMiddleware, TransportSecuritySettings
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bluedoor_tools import InvalidRequestError, __version__

from .logs import say

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server

__all__ = ["http_app", "is_loopback", "serve_http"]

PATH = "/mcp"
_LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
_HOST_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?")
_NAMING = (b"host", b"origin")
_GRACE = 5  # seconds that calls have to end when the server is told to
_REFUSED = {
    421: ("This server does not go by that Host.", "Start it with --allow-host and the name that it is reached under."),
    403: (
        "Requests of that Origin are refused.",
        "Start the server with --allow-host and the name of the page's host.",
    ),
}


def http_app(server: Server[Any], *, host: str, token: str | None, allow_hosts: Sequence[str] = ()) -> Starlette:
    """The app: the server at /mcp, and /health.

    Parameters
    ----------
    server
        what answers
    host
        the address that it will listen on; as the loopback's names it is allowed as Host
    token
        what requests to /mcp must carry as `Authorization: Bearer …`; None asks for none
    allow_hosts
        more names that it is reached under

    Raises
    ------
    InvalidRequestError
        A name that is none, or a host that is not the loopback, without a token.
    """
    if token is None and not is_loopback(host):
        raise InvalidRequestError(
            f"On {host or 'every address'} others can reach the server, so it needs a token.",
            hint="Set BLUEDOOR_MCP_TOKEN (openssl rand -hex 32 makes one), or leave --host out.",
        )
    security = _security(host, allow_hosts)
    app = server.streamable_http_app(
        streamable_http_path=PATH,
        json_response=True,
        stateless_http=True,
        transport_security=security,
        custom_starlette_routes=[Route("/health", _health, methods=["GET"])],
    )
    app.add_middleware(_CancelledWithItsCaller)
    app.add_middleware(_Checked, security=security, token=token)
    return app


def is_loopback(host: str) -> bool:
    """Whether an address or name is the loopback's; nothing is looked up.

    >>> is_loopback("127.0.0.53"), is_loopback("localhost"), is_loopback("0.0.0.0"), is_loopback("localhost.example")
    (True, True, False, False)
    """
    address = _address(host)
    return host.lower() == "localhost" if address is None else address.is_loopback


def serve_http(server: Server[Any], *, host: str, port: int, token: str | None, allow_hosts: Sequence[str] = ()) -> int:
    """Serve until told to end (SIGTERM, SIGINT); returns the exit code, 1 where the address cannot be listened on.

    Raises
    ------
    InvalidRequestError
        What `http_app` refuses.
    """
    import uvicorn

    app = http_app(server, host=host, token=token, allow_hosts=allow_hosts)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        lifespan="on",
        timeout_graceful_shutdown=_GRACE,
    )
    try:
        listener = _listening(host, port)
    except (OSError, UnicodeError) as error:
        code = getattr(error, "errno", None) or 0  # below zero where a name is none
        reason = os.strerror(code) if code > 0 else "no such address"
        fix = "Choose another --port (0: any free one)." if code > 0 else "Choose another --host."
        say(f"cannot listen on {_written(host)}:{port} ({reason}). {fix}")
        return 1
    with listener:
        say(f"http://{_written(host)}:{listener.getsockname()[1]}{PATH}")
        uvicorn.Server(config).run(sockets=[listener])
    return 0


def _listening(host: str, port: int) -> socket.socket:
    # "localhost" is not looked up: that it needs no token relies on what it means.
    address = "127.0.0.1" if host.lower() == "localhost" else host
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return socket.create_server((address, port), family=family, backlog=2048)


def _security(host: str, allow_hosts: Sequence[str]) -> TransportSecuritySettings:
    address = _address(host)
    bound = [] if address is not None and address.is_unspecified else [_written(host.lower())]
    allowed = [_allowed(name) for name in allow_hosts]
    hosts, origins = [], []
    for name in dict.fromkeys([*_LOOPBACK_NAMES, *filter(None, bound), *allowed]):
        hosts += [name, f"{name}:*"]
        for scheme in ("http", "https"):
            origins += [f"{scheme}://{name}", f"{scheme}://{name}:*"]
    return TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=origins)


def _allowed(name: str) -> str:
    given = name.strip().lower()
    address = _address(given.removeprefix("[").removesuffix("]"))
    if address is not None:
        return _written(str(address))
    if not _HOST_NAME.fullmatch(given):
        raise InvalidRequestError(
            f"--allow-host takes the name of a host, not {name[:60]!r}.",
            hint="Leave out scheme, port and path, and name every host by itself: --allow-host jobs.example.org",
        )
    return given


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _written(host: str) -> str:
    """A host as it stands in a URL."""
    return f"[{host}]" if ":" in host else host


async def _health(_: Request) -> JSONResponse:
    return JSONResponse({"status": "ok", "version": __version__})


class _Checked:
    """Refuses a wrong Host or Origin anywhere, and at /mcp a wrong token."""

    def __init__(self, app: ASGIApp, *, security: TransportSecuritySettings, token: str | None) -> None:
        self._app = app
        self._security = TransportSecurityMiddleware(security)
        self._token = None if token is None else token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            # Names of hosts are the same in any case; what checks them compares letter by letter.
            headers = [(name, value.lower() if name in _NAMING else value) for name, value in scope["headers"]]
            scope = {**scope, "headers": headers}
            refusal = await self._refusal(Request(scope))
            if refusal is not None:
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _refusal(self, request: Request) -> JSONResponse | None:
        wrong = await self._security.validate_request(request)
        if wrong is not None:
            return _refused(wrong.status_code, *_REFUSED[wrong.status_code])
        if request.scope["path"].rstrip("/") != PATH:
            return None
        return self._without_token(request) or _without_stream(request)

    def _without_token(self, request: Request) -> JSONResponse | None:
        if self._token is None:
            return None
        given = [value.split(None, 1) for name, value in request.headers.raw if name == b"authorization"]
        match given:
            case [[scheme, value]] if scheme.lower() == b"bearer" and hmac.compare_digest(value.strip(), self._token):
                return None
            case []:
                error = "A token is needed."
            case _:
                error = "The token is wrong."
        fix = "Send the header Authorization: Bearer … with the server's BLUEDOOR_MCP_TOKEN."
        return _refused(401, error, fix, {"WWW-Authenticate": "Bearer"})


def _without_stream(request: Request) -> JSONResponse | None:
    # A server without sessions has nothing to send of its own accord. The SDK would hold an empty stream open for every
    # client that asks, and with it a connection.
    if request.method != "GET":
        return None
    return _refused(405, "There is no stream to read here.", "Send requests with POST.", {"Allow": "POST"})


def _refused(status: int, error: str, fix: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"error": error, "fix": fix}, status_code=status, headers=headers)


class _CancelledWithItsCaller:
    """Cancels a request whose caller hung up before the answer began.

    The SDK does not look for that where it answers in JSON: a search for nobody would run to its end.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given, taken = anyio.create_memory_object_stream[Message](0)
        begun = False

        async def listen() -> None:
            while True:
                message = await receive()
                if message["type"] == "http.disconnect" and not begun:
                    logging.getLogger(__name__).info("the caller has gone; the request is cancelled")
                    tasks.cancel_scope.cancel()
                    return
                with contextlib.suppress(anyio.BrokenResourceError):
                    await given.send(message)
                if message["type"] == "http.disconnect":
                    return

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        async with given, taken, anyio.create_task_group() as tasks:
            tasks.start_soon(listen)
            await self._app(scope, taken.receive, sending)
            tasks.cancel_scope.cancel()
