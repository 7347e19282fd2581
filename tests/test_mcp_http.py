"""`bluedoor-mcp --http`: one process over loopback, and the app in process; who is let in, and who is not."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

import anyio
import httpx2
import mcp_types as types
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server import Server
from mcp.shared.exceptions import MCPError
from starlette.applications import Starlette

import bluedoor_tools as bd
from mcp_server.http import http_app, is_loopback

TOKEN = "a-token-of-enough-letters-0123456789"
KEY = "jobs_live_c0ffee0123456789"
ERAS = ("2025-11-25", "2026-07-28")


def environment(**more: str) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("BLUEDOOR_MCP")}
    return {**own, "BLUEDOOR_BACKEND": "sample", **more}


def command(*options: str) -> list[str]:
    return [sys.executable, "-m", "mcp_server", "--http", *options]


class Served:
    """A process that serves over HTTP, and what it has said."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            command("--port", "0", "--allow-host", "jobs.example.org"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(BLUEDOOR_API_KEY=KEY, BLUEDOOR_MCP_TOKEN=TOKEN, BLUEDOOR_MCP_LOG="debug"),
        )
        assert self.process.stderr is not None
        self.lines: list[str] = []
        for line in self.process.stderr:
            self.lines.append(line)
            if found := re.fullmatch(r"bluedoor-mcp: (http://127\.0\.0\.1:(\d+))/mcp\n", line):
                self.url, self.port = found[1], int(found[2])
                break
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as stderr:
            self.lines.extend(stderr)

    def end(self) -> tuple[int, str]:
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout=10)
        finally:
            self.process.kill()
            self._listener.join()
        assert self.process.stdout is not None
        with self.process.stdout as stdout:
            return code, stdout.read()


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """The process; SIGTERM ends it with 0, and no log of the whole module holds the key or the token."""
    server = Served()
    try:
        yield server
    finally:
        ended = server.end()
    assert ended == (0, "")
    log = "".join(server.lines)
    assert "nurse" not in log and "nonsense" not in log and "Traceback" not in log
    assert KEY not in log and TOKEN not in log


def client(served: Served, http: httpx2.AsyncClient, mode: str = "auto") -> Client:
    return Client(streamable_http_client(f"{served.url}/mcp", http_client=http), mode=mode)


def authorized() -> httpx2.AsyncClient:
    return httpx2.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_both_eras_with_the_token(served: Served, mode: str) -> None:
    """The SDK's client lists the tools, calls one, and is told what was wrong with a call; the key shows nowhere."""

    async def asked() -> tuple[Any, Any, Any]:
        async with authorized() as http, client(served, http, mode) as session:
            listed = await session.list_tools()
            found = await session.call_tool("search_jobs", {"q": "nurse", "limit": 2})
            return listed, found, await session.call_tool("search_jobs", {"nonsense": KEY})

    listed, found, failed = anyio.run(asked)
    assert {"search_jobs", "get_job"} <= {tool.name for tool in listed.tools}
    assert found.is_error is False and found.structured_content
    assert failed.is_error is True and "nonsense" in failed.content[0].text
    assert KEY not in f"{listed}{found}{failed}{''.join(served.lines)}"


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_clients_without_the_token_get_nothing(served: Served, mode: str) -> None:
    """The SDK's client cannot connect."""

    async def asked() -> None:
        async with httpx2.AsyncClient() as http, client(served, http, mode):
            pass

    with pytest.raises(BaseExceptionGroup) as refused:
        anyio.run(asked)
    assert refused.group_contains(MCPError) or refused.group_contains(httpx2.HTTPStatusError)


def test_twenty_clients_at_once(served: Served) -> None:
    """Each gets the answers to its own questions."""
    wrong: list[object] = []

    async def asks(number: int) -> None:
        async with authorized() as http, client(served, http, ("auto", "legacy")[number % 2]) as session:
            for limit in (1 + number % 5, 6):
                answer = await session.call_tool("search_jobs", {"q": "nurse", "limit": limit})
                structure = answer.structured_content or {}
                if answer.is_error or len(structure["jobs"]["rows"]) != limit:
                    wrong.append(answer)

    async def all_ask() -> None:
        async with anyio.create_task_group() as group:
            for number in range(20):
                group.start_soon(asks, number)

    anyio.run(all_ask)
    assert wrong == []


def test_health_needs_no_token_and_tells_nothing(served: Served) -> None:
    """It says that the server is up, and its version; under a wrong Host not even that."""
    answer = httpx2.get(f"{served.url}/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "version": bd.__version__})
    assert "server" not in answer.headers
    assert httpx2.get(f"{served.url}/health", headers={"Host": "evil.example"}).status_code == 421


def test_starts_that_are_refused(served: Served) -> None:
    """A port in use is one line and exit code 1; a host that others reach, without a token, is one line and 2."""
    starts = {
        ("--port", str(served.port)): (1, ["cannot listen", str(served.port), "--port"]),
        ("--host", "0.0.0.0", "--port", "0"): (2, ["BLUEDOOR_MCP_TOKEN"]),
    }
    started = [
        subprocess.Popen(
            command(*options), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
        )
        for options in starts
    ]
    for process, (code, words) in zip(started, starts.values(), strict=True):
        out, said = process.communicate(timeout=20)
        assert (process.returncode, out, said.count("\n")) == (code, "", 1)
        assert all(word in said for word in words)


# The app in process, around a server that notes what becomes of its calls.


class Slow:
    """A server whose only tool waits for `free`; `fates` says how each call ended."""

    def __init__(self) -> None:
        self.begun, self.free = anyio.Event(), anyio.Event()
        self.fates: list[str] = []
        self.server: Server[Any] = Server("slow", version="1", on_list_tools=self._list, on_call_tool=self._call)

    async def _list(self, _: Any, __: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[types.Tool(name="wait", input_schema={"type": "object"})])

    async def _call(self, _: Any, __: Any) -> types.CallToolResult:
        self.begun.set()
        try:
            await self.free.wait()
        except anyio.get_cancelled_exc_class():
            self.fates.append("cancelled")
            raise
        self.fates.append("done")
        return types.CallToolResult(content=[])


Body = Callable[[Slow, Starlette, httpx2.AsyncClient], Awaitable[Any]]


def in_process(
    body: Body, *, host: str = "127.0.0.1", token: str | None = None, allow_hosts: tuple[str, ...] = ()
) -> Any:
    """What `body` returns, given a client of an app that is up."""

    async def run() -> Any:
        slow = Slow()
        app = http_app(slow.server, host=host, token=token, allow_hosts=allow_hosts)
        async with slow.server.session_manager.run():
            transport = httpx2.ASGITransport(app=app)
            async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
                return await body(slow, app, http)

    return anyio.run(run)


def message(era: str, method: str = "tools/list", **params: Any) -> tuple[dict[str, str], dict[str, Any]]:
    """Headers and body of a request."""
    headers = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": era, "Mcp-Method": method}
    if era == ERAS[1]:
        stated = {"protocolVersion": era, "clientCapabilities": {}}
        params["_meta"] = {f"io.modelcontextprotocol/{name}": value for name, value in stated.items()}
    if "name" in params:
        headers["Mcp-Name"] = params["name"]
    return headers, {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


def status_of(headers: Mapping[str, str], era: str = ERAS[1], path: str = "/mcp", **options: Any) -> int:
    """The status of a listing of the tools with these headers."""

    async def post(_: Slow, __: Starlette, http: httpx2.AsyncClient) -> int:
        own, body = message(era)
        return (await http.post(path, json=body, headers={**own, **headers})).status_code

    found: int = in_process(post, **options)
    return found


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    ("given", "status"),
    [
        (None, 401),
        ("", 401),
        ("Bearer", 401),
        ("Bearer ", 401),
        (f"Bearer {TOKEN[:-1]}", 401),
        (f"Bearer {TOKEN} {TOKEN}", 401),
        (f"Bearer {TOKEN.upper()}", 401),
        (f"Basic {TOKEN}", 401),
        (TOKEN, 401),
        ("Bearer \xe9\xe9", 401),
        (f"Bearer {TOKEN}", 200),
        (f"bearer  {TOKEN} ", 200),
    ],
)
def test_tokens(era: str, given: str | None, status: int) -> None:
    """Only the whole token, as a bearer's, opens /mcp; a wrong one is not repeated, and the fix is named."""

    async def post(_: Slow, __: Starlette, http: httpx2.AsyncClient) -> httpx2.Response:
        headers, body = message(era)
        more = [] if given is None else [(b"authorization", given.encode("latin-1"))]
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        return await http.post("/mcp", json=body, headers=[*raw, *more])

    answer = in_process(post, token=TOKEN)
    assert answer.status_code == status
    if status == 401:
        assert answer.headers["www-authenticate"] == "Bearer"
        assert "BLUEDOOR_MCP_TOKEN" in answer.json()["fix"] and TOKEN[:-1] not in answer.text


def test_the_loopback_needs_no_token_unless_one_is_set() -> None:
    """Without a token /mcp is open on the loopback; with one, also below other spellings of its path, it is not."""
    assert [status_of({}, era) for era in ERAS] == [200, 200]
    assert [status_of({}, path=path, token=TOKEN) for path in ("/mcp", "/mcp/", "/%6dcp")] == [401, 401, 401]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "localhost"}, 200),
        ({"Host": "localhost:8000"}, 200),
        ({"Host": "[::1]:9"}, 200),
        ({"Host": "LocalHost:8000"}, 200),
        ({"Host": "jobs.example.org"}, 200),
        ({"Host": "jobs.example.org:443"}, 200),
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1.evil.example"}, 421),
        ({"Host": "sub.jobs.example.org"}, 421),
        ({"Host": ""}, 421),
        ({"Origin": "http://localhost:6274"}, 200),
        ({"Origin": "https://jobs.example.org"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost.evil.example"}, 403),
    ],
)
def test_hosts_and_origins(headers: dict[str, str], status: int) -> None:
    """The loopback's names and the allowed ones pass with any port, in both eras; nothing else does, anywhere."""
    options: dict[str, Any] = {"allow_hosts": ("Jobs.example.org",)}
    assert [status_of(headers, era, **options) for era in ERAS] == [status, status]
    if status != 200:
        assert status_of(headers, path="/elsewhere", **options) == status


def test_hosts_of_a_bound_address() -> None:
    """An address that is listened on is a Host of the server; "every address" is none."""
    passed = {"Authorization": f"Bearer {TOKEN}"}
    assert status_of({**passed, "Host": "192.0.2.7:80"}, host="192.0.2.7", token=TOKEN) == 200
    assert status_of({**passed, "Host": "[2001:db8::1]:80"}, host="2001:db8::1", token=TOKEN) == 200
    assert status_of({**passed, "Host": "0.0.0.0:80"}, host="0.0.0.0", token=TOKEN) == 421


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "192.0.2.7", "jobs.example.org", "localhost.example.org", "", "0", "*"]
)
def test_hosts_that_others_reach_need_a_token(host: str) -> None:
    """Whatever is not surely the loopback."""
    assert not is_loopback(host)
    with pytest.raises(bd.InvalidRequestError, match="BLUEDOOR_MCP_TOKEN"):
        http_app(Slow().server, host=host, token=None)


@pytest.mark.parametrize(
    "name", ["https://jobs.example.org", "jobs.example.org:443", "jobs.example.org/mcp", "*", "", "a b"]
)
def test_allowed_hosts_are_names(name: str) -> None:
    """A URL, a port or a pattern is refused, with an example."""
    with pytest.raises(bd.InvalidRequestError, match="--allow-host jobs.example.org"):
        http_app(Slow().server, host="127.0.0.1", token=None, allow_hosts=[name])


def test_other_methods_and_paths() -> None:
    """There is no stream to GET at /mcp, and nothing to be had anywhere else."""

    async def ask(_: Slow, __: Starlette, http: httpx2.AsyncClient) -> list[int]:
        asked = [("GET", "/mcp"), ("DELETE", "/mcp"), ("OPTIONS", "/mcp"), ("POST", "/health"), ("GET", "/")]
        return [(await http.request(method, path)).status_code for method, path in asked]

    assert in_process(ask) == [405, 405, 405, 405, 404]


def test_bodies_are_bounded() -> None:
    """More than four MiB are refused."""

    async def post(_: Slow, __: Starlette, http: httpx2.AsyncClient) -> int:
        headers, _body = message(ERAS[1])
        content = b" " * (4 * 1024 * 1024 + 1)
        return (
            await http.post("/mcp", content=content, headers={**headers, "Content-Type": "application/json"})
        ).status_code

    assert in_process(post) == 413


@pytest.mark.parametrize("era", ERAS)
def test_a_caller_who_hangs_up_cancels_the_call(era: str) -> None:
    """The handler is cancelled, so that the work behind it can stop; nothing is sent to nobody."""

    async def hang_up(slow: Slow, app: Starlette, _: httpx2.AsyncClient) -> tuple[list[str], list[Any]]:
        headers, body = message(era, "tools/call", name="wait", arguments={})
        request = httpx2.Request("POST", "http://127.0.0.1:8000/mcp", json=body, headers=headers)
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": "/mcp",
            "raw_path": b"/mcp",
            "query_string": b"",
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 8000),
        }
        given: Iterator[dict[str, Any]] = iter([{"type": "http.request", "body": request.content, "more_body": False}])
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            for part in given:
                return part
            await slow.begun.wait()
            return {"type": "http.disconnect"}

        async def send(part: Any) -> None:
            sent.append(part)

        with anyio.fail_after(5):
            await app(scope, receive, send)
            while not slow.fates:
                await anyio.sleep(0)
        return slow.fates, sent

    assert in_process(hang_up) == (["cancelled"], [])


@pytest.mark.parametrize("era", ERAS)
def test_a_caller_who_waits_is_answered(era: str) -> None:
    """However long the call takes."""

    async def wait(slow: Slow, _: Starlette, http: httpx2.AsyncClient) -> Any:
        headers, body = message(era, "tools/call", name="wait", arguments={})
        answers: list[httpx2.Response] = []

        async def ask() -> None:
            answers.append(await http.post("/mcp", json=body, headers=headers))

        async with anyio.create_task_group() as group:
            group.start_soon(ask)
            await slow.begun.wait()
            slow.free.set()
        return slow.fates, answers[0].status_code, answers[0].json()["result"]["content"]

    assert in_process(wait) == (["done"], 200, [])
