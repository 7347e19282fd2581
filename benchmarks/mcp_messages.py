"""What a client of the MCP server sends and reads, as bare JSON: nothing of the SDK's client is measured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

ERAS = {"2025-11-25": "handshake", "2026-07-28": "stateless"}
LEGACY, MODERN = ERAS
INVOCATION = (sys.executable, "-m", "mcp_server")
_CLIENT = {"name": "benchmark", "version": "1"}


def environment(**more: str) -> dict[str, str]:
    """The environment of a server over the sample: nothing of ours but what is given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BLUEDOOR_")}
    return {**kept, "BLUEDOOR_BACKEND": "sample", **more}


def request(era: str, number: int, method: str, params: Mapping[str, Any] | None = None) -> bytes:
    """A request; in the stateless era it says with every request what a handshake would have said once."""
    said = dict(params or {})
    if era == MODERN:
        said["_meta"] = {
            "io.modelcontextprotocol/protocolVersion": MODERN,
            "io.modelcontextprotocol/clientInfo": _CLIENT,
            "io.modelcontextprotocol/clientCapabilities": {},
        }
    return _line({"jsonrpc": "2.0", "id": number, "method": method, "params": said})


def headers(era: str, method: str, name: str = "") -> dict[str, str]:
    """The headers of a request over HTTP."""
    said = {
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": era,
    }
    if era == MODERN:
        said["Mcp-Method"] = method
        if name:
            said["Mcp-Name"] = name
    return said


def result_of(body: bytes, number: int) -> dict[str, Any]:
    """The result of an answer to the request of that number."""
    answer = json.loads(body)
    if answer.get("id") != number or "result" not in answer:
        raise RuntimeError(f"not the result of request {number}: {body[:300]!r}")
    result: dict[str, Any] = answer["result"]
    return result


def asked_over_stdio(command: tuple[str, ...], era: str, method: str, params: Mapping[str, Any] | None = None) -> bytes:
    """Start a server, ask it one thing, and give the line that it answers; it is stopped at once."""
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            if era == LEGACY:
                hello = {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": _CLIENT}
                process.stdin.write(request(era, 0, "initialize", hello))
                process.stdin.flush()
                result_of(process.stdout.readline(), 0)
                process.stdin.write(_line({"jsonrpc": "2.0", "method": "notifications/initialized"}))
            process.stdin.write(request(era, 1, method, params))
            process.stdin.flush()
            line = process.stdout.readline()
        finally:
            process.kill()
        if not line:
            assert process.stderr is not None
            raise RuntimeError(f"no answer: {process.stderr.read().decode()[-500:]}")
        return line


def _line(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"
