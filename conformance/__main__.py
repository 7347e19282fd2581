"""Runs the official suite of both protocol eras and the Inspector against the server, over HTTP on the sample."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .expected import LIST, expected_failures
from .tools import run

REVISIONS = ("2025-11-25", "2026-07-28")

# The suite reports this scenario without judging it, as its own reference server fails it; this server must pass it.
ALSO_REQUIRED = "http-header-validation"

# Passes that say nothing of this server: the tool they name does not exist here, and the error that says so is taken
# for what the tool should have answered.
VACUOUS = (
    "tools-call-simple-text:tools-call-simple-text",
    "tools-call-error:tools-call-error",
    "input-required-result-ignore-extra-params:sep-2322-ignore-unexpected-params",
)

INSPECTED = (
    ("tools/list", "--strict"),  # schemas that some host would refuse are an error
    ("resources/list",),
    ("resources/templates/list",),
    ("prompts/list",),
)
_EXPECTED, _UNEXPECTED, _STALE = (re.compile(rf"^  {mark} (\S+)$", re.MULTILINE) for mark in "~✗✓")


def main() -> int:
    """Judge the server; 0 if everything is as it should be."""
    problems: list[str] = []
    failed: set[str] = set()
    with served() as url:
        for revision in REVISIONS:
            failed |= suite(url, revision, problems)
        for era in ("legacy", "modern"):
            for method, *options in INSPECTED:
                inspect(url, era, method, options, problems)
    unmet = sorted(set(expected_failures()) - failed)
    problems += [f"{entry} is in {LIST.name}, but neither revision met it." for entry in unmet]
    for problem in problems:
        print(problem, file=sys.stderr)
    print("The server does not conform." if problems else "The server conforms.")
    return bool(problems)


def suite(url: str, revision: str, problems: list[str]) -> set[str]:
    """Run the suite of one revision; the expected failures that it met."""
    with tempfile.TemporaryDirectory() as folder:
        done = run(
            "@modelcontextprotocol/conformance",
            *("server", "--url", url, "--requirements", revision),
            *("--expected-failures", str(LIST), "--output-dir", folder),
        )
        checks = list(checks_in(Path(folder)))
    passed = {check.name for check in checks if check.status == "SUCCESS"}
    unexpected, stale = set(_UNEXPECTED.findall(done.stdout)), set(_STALE.findall(done.stdout))
    found = [
        f"{revision}: {check.name}: {check.status}: {check.message}"
        for check in checks
        if check.status in ("FAILURE", "WARNING")
        and (check.name in unexpected or check.scenario in {*unexpected, ALSO_REQUIRED})
    ]
    found += [f"{revision}: {name} passes; take it out of {LIST.name}." for name in sorted(stale)]
    if revision == REVISIONS[-1] and not any(name.startswith(f"{ALSO_REQUIRED}:") for name in passed):
        found.append(f"{revision}: {ALSO_REQUIRED} was not run.")
    if (done.returncode or not passed) and not found:
        found.append(f"{revision}: the suite ended with {done.returncode}:\n{done.stdout}")
    problems += found
    met = set(_EXPECTED.findall(done.stdout))
    vacuous = len(passed.intersection(VACUOUS))
    print(f"{revision}: {len(passed)} checks pass, {vacuous} of them vacuously; {len(met)} fail as expected.")
    return met


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a run, as the suite wrote it down."""

    scenario: str
    id: str
    status: str
    message: str

    @property
    def name(self) -> str:
        """What the list of expected failures calls it."""
        return f"{self.scenario}:{self.id}"


def checks_in(folder: Path) -> Iterator[Check]:
    """The checks of a run; the suite's folders are named `server-<scenario>-<instant>`."""
    for path in sorted(folder.glob("*/checks.json")):
        scenario = re.sub(r"^server-(.*)-\d{4}-\d\d-\d\dT.*$", r"\1", path.parent.name)
        for check in json.loads(path.read_text(encoding="utf-8")):
            yield Check(scenario, check["id"], check["status"], check.get("errorMessage") or "")


def inspect(url: str, era: str, method: str, options: list[str], problems: list[str]) -> None:
    """Have the Inspector list what the server offers."""
    started = ["--cli", url, "--transport", "http", "--protocol-era", era, "--method", method, "--format", "json"]
    done = run("@modelcontextprotocol/inspector", *started, *options)
    if done.returncode or not re.search(r'"name":', done.stdout):
        problems.append(f"Inspector, {era} era, {method}: ended with {done.returncode}:\n{done.stdout}")
    else:
        print(f"Inspector, {era} era: {method} {' '.join(options)}".rstrip())


@contextmanager
def served() -> Iterator[str]:
    """The server on a free port of the loopback, over the sample; ended at the end."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BLUEDOOR_")}
    with tempfile.TemporaryFile() as said:
        server = subprocess.Popen(
            [sys.executable, "-m", "mcp_server", "--http", "--port", str(port)],
            env={**environment, "BLUEDOOR_BACKEND": "sample"},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
        try:
            if not healthy(port, server):
                said.seek(0)
                raise SystemExit(f"The server did not start:\n{said.read().decode(errors='replace')}")
            yield f"http://127.0.0.1:{port}/mcp"
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def healthy(port: int, server: subprocess.Popen[bytes], seconds: float = 30) -> bool:
    """Whether the server comes to answer at all."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            asked.request("GET", "/health")
            return asked.getresponse().status == 200
        except OSError:
            time.sleep(0.05)
        finally:
            asked.close()
    return False


if __name__ == "__main__":
    sys.exit(main())
