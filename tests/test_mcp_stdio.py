"""`bluedoor-mcp` over stdio: the process as hosts start it, what it says to people, and how it ends."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from mcp_server import logs
from mcp_server.__main__ import main
from mcp_server.logs import described, level_of, singles

KEY = "jobs_live_c0ffee0123456789"
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals and terminals as POSIX has them")


def environment(**more: str) -> dict[str, str]:
    """The environment of a started server: the sample, and no setting of this machine's user."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("BLUEDOOR_MCP")}
    return {**own, "BLUEDOOR_BACKEND": "sample", **more}


class Process:
    """A started server, spoken to line by line in the era of the handshake."""

    def __init__(self, *options: str, stdin: int = subprocess.PIPE, **more: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mcp_server", *options],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=environment(**more),
        )

    def tell(self, message: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{message if isinstance(message, str) else json.dumps(message)}\n")
        self.process.stdin.flush()

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """The result of a request."""
        assert self.process.stdout is not None
        self.tell({"jsonrpc": "2.0", "id": method, "method": method, "params": params})
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        assert answer["jsonrpc"] == "2.0" and answer["id"] == method
        found: dict[str, Any] = answer["result"]
        return found

    def greet(self) -> dict[str, Any]:
        found = self.ask(
            "initialize", protocolVersion="2025-11-25", capabilities={}, clientInfo={"name": "test", "version": "1"}
        )
        self.tell({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return found

    def end(self) -> tuple[int, str, str]:
        """Hang up: the exit code, and what was still written to stdout and stderr."""
        rest, said = self.process.communicate(timeout=20)
        return self.process.returncode, rest, said


@pytest.fixture
def start() -> Iterator[type[Process]]:
    """Starts servers; none outlives its test."""
    started: list[Process] = []

    class Started(Process):
        def __init__(self, *options: str, stdin: int = subprocess.PIPE, **more: str) -> None:
            super().__init__(*options, stdin=stdin, **more)
            started.append(self)

    yield Started
    for each in started:
        each.process.kill()
        each.process.wait()
        for pipe in (each.process.stdin, each.process.stdout, each.process.stderr):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()


def test_both_eras_of_the_protocol(tmp_path: Path) -> None:
    """The SDK's client starts it, lists the tools, calls one, by handshake and without; stderr stays empty."""

    async def called(mode: str, answers: dict[str, Any]) -> None:
        parameters = StdioServerParameters(command=sys.executable, args=["-m", "mcp_server"], env=environment())
        with (tmp_path / mode).open("w") as stderr:
            async with Client(stdio_client(parameters, errlog=stderr), mode=mode) as client:
                names = {tool.name for tool in (await client.list_tools()).tools}
                answer = await client.call_tool("search_jobs", {"q": "nurse", "limit": 2})
                answers[mode] = names, answer.is_error, answer.structured_content

    async def both() -> dict[str, Any]:
        answers: dict[str, Any] = {}
        async with anyio.create_task_group() as group:
            for mode in ("auto", "legacy"):
                group.start_soon(called, mode, answers)
        return answers

    answers = anyio.run(both)
    assert answers["auto"] == answers["legacy"]
    names, is_error, structure = answers["auto"]
    assert {"search_jobs", "get_job", "facets", "search", "fetch"} <= names
    assert is_error is False and structure
    assert {mode: (tmp_path / mode).read_text() for mode in answers} == {"auto": "", "legacy": ""}


def test_stdout_carries_the_protocol_only(start: type[Process]) -> None:
    """Every line is an answer, even after one that is not of the protocol; hanging up ends it, with nothing said."""
    server = start()
    assert server.greet()["serverInfo"]["name"] == "bluedoor"
    server.tell("not JSON")
    assert server.ask("tools/list")["tools"]
    wrong = server.ask("tools/call", name="search_jobs", arguments={"nonsense": "x"})
    assert wrong["isError"] is True and "nonsense" in wrong["content"][0]["text"]
    assert server.end() == (0, "", "")


def test_hanging_up_in_a_call_ends_the_process_at_once(start: type[Process]) -> None:
    """A call that waits for an API that never answers does not keep the process."""
    with socket.create_server(("127.0.0.1", 0)) as api:
        api.settimeout(20)
        server = start(BLUEDOOR_BACKEND=f"http://127.0.0.1:{api.getsockname()[1]}")
        server.greet()
        call = {"name": "search_jobs", "arguments": {"q": "nurse"}}
        server.tell({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call})
        connection, _ = api.accept()
        with connection:
            assert server.process.stdin is not None
            server.process.stdin.close()
            assert server.process.wait(timeout=10) == 0
    assert server.process.stderr is not None and server.process.stderr.read() == ""


@POSIX
def test_it_ends_when_told_to_and_when_the_host_is_gone(start: type[Process]) -> None:
    """SIGTERM ends it, and SIGINT at a terminal, where it says what it is; so does a closed stdout. All quietly."""
    import pty

    ours, terminal = pty.openpty()
    told, gone, typed = start(), start(), start(stdin=terminal)
    os.close(terminal)
    told.greet()
    told.process.send_signal(signal.SIGTERM)
    assert told.process.wait(timeout=20) == 0
    assert told.process.stderr is not None and told.process.stderr.read() == ""

    gone.greet()
    assert gone.process.stdout is not None and gone.process.stderr is not None
    gone.process.stdout.close()
    gone.tell({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
    assert gone.process.stdin is not None
    gone.process.stdin.close()
    assert gone.process.wait(timeout=20) == 0
    assert gone.process.stderr.read() == ""

    assert typed.process.stderr is not None
    line = typed.process.stderr.readline()
    assert "MCP server" in line and "waiting for a host" in line
    typed.process.send_signal(signal.SIGINT)
    assert typed.process.wait(timeout=20) == 0
    assert typed.process.stderr.read() == ""
    os.close(ours)


@pytest.mark.parametrize(
    ("options", "variables", "fix"),
    [
        (["--port", "9000"], {}, "add --http"),
        (["--host", "127.0.0.1"], {}, "add --http"),
        (["--allow-host", "jobs.example.org"], {}, "add --http"),
        (["--http", "--port", "70000"], {}, "0 to 65535"),
        (["--http", "--port", "-1"], {}, "port"),
        (["--api-key", KEY], {}, "--help"),
        ([f"--api-key={KEY}"], {}, "--help"),
        (["--htt"], {}, "--help"),
        ([], {"BLUEDOOR_MCP_BUDGET": "plenty"}, "BLUEDOOR_MCP_BUDGET"),
        ([], {"BLUEDOOR_MCP_TOKEN": "short"}, "BLUEDOOR_MCP_TOKEN"),
        ([], {"BLUEDOOR_MCP_LOG": "loud"}, "warning, info, debug"),
    ],
)
def test_wrong_starts(
    options: list[str],
    variables: dict[str, str],
    fix: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One line on stderr names the fix and repeats no key; the exit code is 2."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    try:
        code: Any = main(options)
    except SystemExit as ended:
        code = ended.code
    said = capsys.readouterr()
    assert (code, said.out) == (2, "")
    assert said.err.count("\n") == 1 and said.err.startswith("bluedoor-mcp: ")
    assert fix in said.err and KEY not in said.err


def test_a_light_start() -> None:
    """The options need nothing of the SDK, and the server nothing that only calls need."""
    code = (
        "import sys, mcp_server.__main__; early = {'mcp', 'anyio', 'pydantic'} & set(sys.modules)\n"
        "import mcp_server.server; heavy = {'pandas', 'numpy', 'httpx', 'msgspec', 'pyarrow'} & set(sys.modules)\n"
        "print(early, heavy)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, env=environment())
    assert (done.stdout, done.stderr) == ("set() set()\n", "")


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """The file that everything is logged to, as the server logs it at debug."""
    root, path = logging.getLogger(), tmp_path / "log"
    monkeypatch.setattr(root, "handlers", list(root.handlers))
    monkeypatch.setattr(logging, "raiseExceptions", True)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    levels = {name: logging.getLogger(name).level for name in (None, *logs.OURS)}
    with warnings.catch_warnings(), path.open("w", encoding="utf-8") as stream:
        warnings.simplefilter("always")
        logs.log_to(stream, logging.DEBUG)
        yield path
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def test_logs_hold_no_text_of_others(logged: Path) -> None:
    """Of exceptions and objects only the types are logged, of warnings the category; keys and controls never."""
    log = logging.getLogger("mcp.server")
    try:
        try:
            int(f"posting text {KEY}")
        except ValueError as error:
            raise ExceptionGroup("posting text", [error]) from None
    except ExceptionGroup as error:
        log.exception("it failed: %s", error)
        log.debug(error)
    log.debug("dropped %r of %s at %d", {"q": "posting text"}, "tools/call", 7)
    log.debug("%(what)s", {"what": ["posting text"]})
    log.warning("Invalid Host header: %s", f"{KEY}\r\nroot: \x1b[31m\u202eall is well")
    logging.getLogger("httpx").info("GET /v1/jobs/search?q=posting+text")
    warnings.warn("posting text", UserWarning, stacklevel=1)
    text = logged.read_text(encoding="utf-8")
    assert "posting" not in text and KEY not in text and "\x1b" not in text and "\u202e" not in text
    lines = text.splitlines()
    assert len(lines) == 6 and all(line.startswith("bluedoor-mcp ") for line in lines)
    assert "ValueError" in lines[0] and "test_mcp_stdio.py:" in lines[0]
    assert "dropped <dict> of tools/call at 7" in lines[2]
    assert "UserWarning at tests/test_mcp_stdio.py:" in lines[5]


def test_descriptions_of_errors() -> None:
    """A group is described by what is in it; a missing module by its name."""
    group = BaseExceptionGroup("", [ValueError(), ExceptionGroup("", [BrokenPipeError(), ImportError(name="mcp")])])
    assert described(group) == "ValueError; BrokenPipeError; ImportError (mcp)"
    assert [type(error) for error in singles(group)] == [ValueError, BrokenPipeError, ImportError]


def test_levels() -> None:
    """Warnings are the default; the names are taken in any case."""
    found = [level_of({"BLUEDOOR_MCP_LOG": name}) for name in ("", "DEBUG", " info ")]
    assert [level_of({}), *found] == [logging.WARNING, logging.WARNING, logging.DEBUG, logging.INFO]
