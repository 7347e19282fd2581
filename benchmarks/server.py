"""A server for the benchmarks, in a process of its own: synthetic postings, a stated limit, a long way, random faults.

HTTP/1.1 is spoken by hand: a framework would cost more than the page, and the figures are to be the client's. The
answers are those of `benchmarks.records`; nothing else of the API is served but its specification.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import socket
import struct
import subprocess
import sys
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from typing import Any, cast
from urllib.parse import parse_qsl
from urllib.request import urlopen

from tests.api_face.document import openapi

from .records import BadRequestError, Records

__all__ = ["Served", "Weather", "serving"]

BASE = "/job-postings/v1"
#: A 429 stops every chain for a second, so it is the rarest of the random faults.
FAULTS = ("error", "close", "cut", "html", "reset") * 6 + ("limit",)
_REASONS = {200: "OK", 400: "Bad Request", 404: "Not Found", 429: "Too Many Requests", 503: "Service Unavailable"}


@dataclass(frozen=True, kw_only=True)
class Weather:
    """What a request meets."""

    limit: int = 0  # requests in any second, stated and held to; 0: none
    latency: float = 0.0  # seconds from request to answer: half before it is counted, half after
    jitter: float = 0.0  # the share of these that may be more or less
    faults: float = 0.0  # the probability that a request is hit by one of `FAULTS`
    seed: int = 0


class Server:
    """The records, the weather, and the figures of what came in."""

    def __init__(self, records: Records, weather: Weather) -> None:
        self.records, self.weather = records, weather
        self._window: deque[float] = deque()
        self._latest = 0.0
        self._ways = random.Random(weather.seed)
        self._specification = json.dumps(openapi()).encode()
        self.reset()

    def reset(self) -> None:
        """Forget what came in; the limit does not forget."""
        self.count, self.hit = 0, Counter[str]()
        self.arrivals: list[float] = []

    def way(self) -> float:
        """Seconds that the next request is under way, there and back together."""
        weather = self.weather
        return weather.latency * (1 + self._ways.uniform(-weather.jitter, weather.jitter)) if weather.latency else 0.0

    def figures(self) -> bytes:
        """Requests, those hit by each fault (`limit`: the 429s), and when those arrived that the limit let pass."""
        return json.dumps({"requests": self.count, "hit": self.hit, "arrivals": self.arrivals}).encode()

    def arrived(self, now: float) -> str:
        """Count a request; the name of what hits it."""
        now = self._latest = max(now, self._latest)
        self.count += 1
        fault = ""
        if self.weather.faults:
            chance = random.Random(f"{self.weather.seed} {self.count}")
            fault = chance.choice(FAULTS) if chance.random() < self.weather.faults else ""
        while self._window and now - self._window[0] >= 1.0:
            self._window.popleft()
        if self.weather.limit and len(self._window) >= self.weather.limit:
            fault = "limit"
        else:
            self._window.append(now)
            self.arrivals.append(now)
        if fault:
            self.hit[fault] += 1
        return fault

    def answer(self, method: str, path: str, query: str, body: bytes) -> tuple[int, bytes]:
        """The status and body of a request that nothing hits."""
        asked = dict(parse_qsl(query, keep_blank_values=True))
        try:
            match method, path.removeprefix(BASE):
                case "GET", "/jobs/search":
                    return 200, self.records.search(asked)
                case "GET", "/jobs/facets":
                    return 200, self.records.facets(asked)
                case "POST", "/orgs/batch_lookup":
                    return 200, self.records.orgs(body)
                case "GET", "/openapi.json":
                    return 200, self._specification
        except (BadRequestError, ValueError, LookupError, TypeError) as error:
            return 400, json.dumps({"error": {"code": "invalid_parameter", "message": str(error)}}).encode()
        return 404, b'{"error":{"code":"not_found","message":"not served by the benchmark server"}}'

    def stated(self) -> str:
        """The headers that tell of the limit."""
        limit = self.weather.limit
        if not limit:
            return ""
        left = max(0, limit - len(self._window))
        return f"x-ratelimit-limit: {limit}\r\nx-ratelimit-remaining: {left}\r\nx-ratelimit-reset: 1\r\n"


class Connection(asyncio.Protocol):
    """One kept-alive connection: a request, its answer, the next request."""

    def __init__(self, server: Server, loop: asyncio.AbstractEventLoop) -> None:
        self._server, self._loop = server, loop
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send at once what is written."""
        self._transport = cast(asyncio.Transport, transport)
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data: bytes) -> None:
        """Wait for a whole request, then for its way here."""
        self._got += data
        head, end, rest = self._got.partition(b"\r\n\r\n")
        if not end:
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", "0"))
        if len(rest) < length:
            return
        self._got = rest[length:]
        method, target, _ = first.split(" ")
        path, _, query = target.partition("?")
        if path == "/_figures":
            self._send(200, self._server.figures())
            if query == "reset":
                self._server.reset()
            return
        way = self._server.way() / 2
        # When it is due, not when this loop comes to it: pages being put together must not look like a slower way.
        due = self._loop.time() + way
        self._loop.call_at(due, self._serve, due, way, method, path, query, rest[:length])

    def _serve(self, due: float, way: float, method: str, path: str, query: str, body: bytes) -> None:
        """Count the request; all the rest can wait until its answer is due."""
        fault = self._server.arrived(due)
        stated = self._server.stated()
        self._loop.call_at(due + way, self._answer, fault, stated, method, path, query, body)

    def _answer(self, fault: str, stated: str, method: str, path: str, query: str, body: bytes) -> None:
        if self._transport.is_closing():
            return
        if fault == "close":
            self._transport.close()
        elif fault == "reset":
            self._reset()
        elif fault == "limit":
            self._send(429, b'{"error":{"code":"rate_limited","message":"too many requests"}}', stated)
        elif fault == "error":
            self._send(503, b'{"error":{"code":"unavailable","message":"bad weather"}}', stated)
        elif fault == "html":
            self._send(200, b"<!doctype html><title>Just a moment</title>", stated, html=True)
        else:
            self._send(*self._server.answer(method, path, query, body), stated, cut=fault == "cut")

    def _send(self, status: int, body: bytes, stated: str = "", *, html: bool = False, cut: bool = False) -> None:
        kind = "text/html" if html else "application/json"
        again = "retry-after: 1\r\n" if status == 429 else ""
        head = f"HTTP/1.1 {status} {_REASONS[status]}\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n"
        self._transport.write(f"{head}{stated}{again}\r\n".encode() + (body[: len(body) // 2] if cut else body))
        if cut:
            self._transport.close()

    def _reset(self) -> None:
        """End in the middle of the headers, by a reset instead of an orderly close."""
        self._transport.write(b"HTTP/1.1 200 OK\r\ncontent-ty")
        sock = self._transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()


@dataclass(frozen=True)
class Served:
    """A server that runs, by its address."""

    url: str

    def figures(self, *, reset: bool = False) -> dict[str, Any]:
        """What came in since the last reset: `requests`, `hit` (by fault; `limit`: the 429s) and `arrivals` [s]."""
        origin = self.url.removesuffix(BASE)
        with urlopen(f"{origin}/_figures{'?reset' if reset else ''}") as answer:
            told: dict[str, Any] = json.load(answer)
        return told


@contextlib.contextmanager
def serving(records: int = 100_000, weather: Weather | None = None) -> Iterator[Served]:
    """Serve so many records from a process of its own, on a free port of the loopback interface."""
    told = [f"--{name}={value}" for name, value in asdict(weather or Weather()).items()]
    command = [sys.executable, "-m", "benchmarks.server", f"--records={records}", *told]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            if not url:
                raise RuntimeError("the benchmark server did not start")
            yield Served(url)
        finally:
            process.terminate()


async def _serve(server: Server, port: int) -> None:
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(lambda: Connection(server, loop), "127.0.0.1", port, backlog=512)
    print(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}{BASE}", flush=True)
    await listening.serve_forever()


def main() -> None:
    """Print the address and serve until stopped."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.server", description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--total-cap", type=int, default=1000, help="where counts stop; 0: nowhere")
    for field in fields(Weather):
        parser.add_argument(f"--{field.name}", type=type(field.default), default=field.default)
    asked = parser.parse_args()
    weather = Weather(**{field.name: getattr(asked, field.name) for field in fields(Weather)})
    server = Server(Records(asked.records, asked.total_cap or None), weather)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(server, asked.port))


if __name__ == "__main__":
    main()
