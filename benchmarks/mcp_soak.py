"""Many HTTP clients at once for a minute: no error, no answer to another, no memory that grows: ``make mcp-soak``.

The server is a process of its own over the sample. Each client keeps one connection and asks, without a pause, a
mixture of every tool, pages, lists and mistakes; half of them speak each era. An answer must be the asked one's, and an
error where, and only where, one was planted. Memory is what the server's process holds (read as Linux tells it), at the
end over a sixth of the time (the tenth second of a minute). Leaves with 1 where one of these does not hold.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import random
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .mcp_messages import ERAS, INVOCATION, environment, headers, request, result_of

SECONDS, SHORT, CLIENTS, WARM_UP, GROWTH = 60.0, 10.0, 20, 1 / 6, 0.1
_WORDS = ("engineer", "nurse", "cook", "manager", "driver", "sales", "data", "technician", "warehouse", "analyst")
_FIELDS = ("country", "region", "city", "department", "employment_type", "workplace_type", "ats_provider")
_NEAR = 5  # looks at the memory whose median is the memory at a moment


class Soaking:
    """What the clients share: where the server is, until when they ask, and what they saw."""

    def __init__(self, url: str, ids: list[str], seconds: float) -> None:
        parts = urlsplit(url)
        self.host, self.port, self.path = str(parts.hostname), parts.port, parts.path
        self.ids = ids
        self.ends = time.monotonic() + seconds
        self.latencies: list[tuple[str, float]] = []
        self.wrong: list[str] = []

    def client(self, number: int) -> None:
        """Ask until the end, on one connection."""
        era = [*ERAS][number % len(ERAS)]
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        asking = random.Random(number)
        count, cursor = 0, ""
        while time.monotonic() < self.ends:
            count += 1
            name, arguments, planted = self._next(asking, cursor)
            try:
                result, seconds = self._ask(connection, era, count, name, arguments)
                told = result.get("structuredContent", {})
                cursor = told.get("next_cursor", "") if name == "search_jobs" and "limit" in arguments else cursor
                self.latencies.append((name or "tools/list", seconds))
                complaint = _complaint(name, arguments, planted, result)
            except Exception as error:  # whatever it is, it is counted
                complaint = f"{type(error).__name__}: {error}"
                connection.close()
            if complaint:
                self.wrong.append(f"{name} {arguments}: {complaint}"[:300])
        connection.close()

    def _ask(
        self, connection: http.client.HTTPConnection, era: str, number: int, name: str, arguments: dict[str, Any]
    ) -> tuple[dict[str, Any], float]:
        method = "tools/call" if name else "tools/list"
        body = request(era, number, method, {"name": name, "arguments": arguments} if name else None)
        began = time.perf_counter()
        connection.request("POST", self.path, body, headers(era, method, name))
        answer = connection.getresponse()
        read = answer.read()
        seconds = time.perf_counter() - began
        if answer.status != 200:
            raise RuntimeError(f"HTTP {answer.status}: {read[:200]!r}")
        return result_of(read, number), seconds

    def _next(self, asking: random.Random, cursor: str) -> tuple[str, dict[str, Any], bool]:
        """The next question: a tool (none: the list of them), its arguments, and whether a mistake is in them."""
        word, job_id = asking.choice(_WORDS), asking.choice(self.ids)
        questions: list[tuple[float, str, dict[str, Any], bool]] = [
            (6, "search_jobs", {"q": word}, False),
            (2, "search_jobs", {"limit": 100, **({"cursor": cursor} if cursor else {})}, False),
            (1, "search_jobs", {"q": word, "detail": "full"}, False),
            (6, "get_job", {"job_id": job_id}, False),
            (1, "get_job", {"job_id": job_id, "sections": ["facts", "events", "org", "source"]}, False),
            (2, "search_events", {"job_id": job_id}, False),
            (3, "facets", {"field": asking.choice(_FIELDS), "q": word}, False),
            (2, "find_orgs", {"name": asking.choice(("health", "dining", "systems", "corvenmoor"))}, False),
            (1, "describe_data", {}, False),
            (1, "search", {"query": word}, False),
            (1, "fetch", {"id": job_id}, False),
            (1, "search_jobs", {"q": word, "colour": "red"}, True),
            (1, "get_job", {"job_id": "0" * 40}, True),
            (1, "", {}, False),
        ]
        _, name, arguments, planted = asking.choices(questions, [weight for weight, *_ in questions])[0]
        return name, arguments, planted


def _complaint(name: str, arguments: dict[str, Any], planted: bool, result: dict[str, Any]) -> str:
    """What is wrong with an answer."""
    if not name:
        return "" if result.get("tools") else "no tools"
    if bool(result.get("isError")) != planted:
        return f"isError={result.get('isError')}: {result['content'][0]['text'][:150]}"
    told = result["structuredContent"]
    if name in {"get_job", "fetch"} and not planted:
        given = told["job_id" if name == "get_job" else "id"]
        if given != arguments["job_id" if name == "get_job" else "id"]:
            return f"answers for {given}"
    if name == "search_jobs" and "q" in arguments and not planted and told["applied"].get("q") != arguments["q"]:
        return f"answers for {told['applied']}"
    return ""


@contextlib.contextmanager
def serving() -> Iterator[tuple[str, int]]:
    """The server over HTTP on a free port: its address and its process."""
    command = [*INVOCATION, "--http", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment()) as process:
        assert process.stderr is not None
        try:
            line = process.stderr.readline()
            if "http://" not in line:
                raise RuntimeError(f"the server did not start: {line}{process.stderr.read()}")
            # What it says later is read away, so that it never waits for a reader.
            threading.Thread(target=process.stderr.read, daemon=True).start()
            yield line[line.index("http://") :].strip(), process.pid
        finally:
            process.terminate()


def held(process: int) -> float:
    """MB that a process holds."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


def soak(seconds: float, clients: int) -> bool:
    """Ask for so long; whether all held."""
    import bluedoor_tools

    with bluedoor_tools.connect("sample") as client:
        ids = list(client.search_jobs(status="any", limit=None, columns=["job_id"])["job_id"])
    memory: list[tuple[float, float]] = []
    with serving() as (url, process):
        before = held(process)
        soaking = Soaking(url, ids, seconds)
        began = time.monotonic()
        threads = [threading.Thread(target=soaking.client, args=(number,)) for number in range(clients)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            time.sleep(min(0.2, seconds / 50))
            memory.append((time.monotonic() - began, held(process)))
        taken = time.monotonic() - began
    first = statistics.median([megabytes for at, megabytes in memory if at >= WARM_UP * seconds][:_NEAR])
    last = statistics.median([megabytes for _, megabytes in memory[-_NEAR:]])
    print(f"\nMCP, {clients} HTTP clients for {taken:.0f} s, both eras")
    print(f"  {'requests, a second':<36} {len(soaking.latencies):9,} {len(soaking.latencies) / taken:9.0f}")
    print(f"  {'errors and wrong answers':<36} {len(soaking.wrong):9}  reach: 0")
    for complaint, times in Counter(soaking.wrong).most_common(5):
        print(f"    {times} × {complaint}")
    print(
        f"  {'MB at start, warm → at the end':<36} {before:9.0f} {first:9.0f} → {last:.0f} ({last / first - 1:+.1%})"
        f"  reach: ≤ +{GROWTH:.0%} in a minute"
    )
    print(f"  {'':<36} {'requests':>9} {'p50 ms':>9} {'p95 ms':>9}")
    for name in ("", *sorted({name for name, _ in soaking.latencies})):
        times_of = sorted(each * 1000 for of, each in soaking.latencies if name in {"", of})
        p50, p95 = times_of[len(times_of) // 2], times_of[int(0.95 * (len(times_of) - 1))]
        print(f"  {name or 'all':<36} {len(times_of):9,} {p50:9.1f} {p95:9.1f}", flush=True)
    return not soaking.wrong and last <= first * (1 + GROWTH)


def main() -> None:
    """A short one, among the other benchmarks."""
    soak(SHORT, CLIENTS)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mcp_soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--clients", type=int, default=CLIENTS)
    asked = parser.parse_args()
    sys.exit(not soak(asked.seconds, asked.clients))
