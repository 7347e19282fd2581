"""Loads over a socket: how much of a stated limit is used, at what distance, and what many records cost end to end.

The server is `benchmarks.server`, in a process of its own; each load runs in another one, through the public API, as
one chain of pages and as many. Shares of the limit are of requests as the server counts them when they arrive:
*overall* over the load's whole time, *sustained* over the middle 80 % of them. Two cores are enough, one is not.
"""

from __future__ import annotations

import json
import math
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

from .server import Served, Weather, serving

LIMIT = 100  # requests a second
PAGES = 2_000  # of many chains: 20 s at the limit
LATENCIES = (0.005, 0.1, 0.3)
JITTERS = (0.0, 0.3)
SECONDS_OF_ONE_CHAIN = 8.0
RECORDS, LATENCY, GENEROUS = 100_000, 0.02, 10_000


@dataclass(frozen=True)
class Load:
    """What one load cost: its own clock, CPU and memory, and what the server saw."""

    rows: int
    complete: bool
    seconds: float
    cpu: float
    memory: float  # growth of the peak in MB
    requests: int
    refused: int  # 429s
    overall: float  # requests a second that the limit let pass
    sustained: float


def measure(served: Served, chains: str, rows: int | None) -> Load:
    """One load of all records, or of so many, by `one` chain or by `many`, in a process of its own."""
    served.figures(reset=True)
    command = [sys.executable, "-m", "benchmarks.network", chains, served.url, str(rows or "all")]
    told = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    figures = served.figures()
    arrivals = figures["arrivals"]
    edge = len(arrivals) // 10
    middle = arrivals[edge : len(arrivals) - edge]
    return Load(
        **told,
        requests=figures["requests"],
        refused=figures["hit"].get("limit", 0),
        overall=len(arrivals) / told["seconds"],
        sustained=(len(middle) - 1) / (middle[-1] - middle[0]),
    )


def run_one(chains: str, url: str, rows: str) -> None:
    """Load and print the figures; the libraries are imported, and warmed by the sample, first."""
    import bluedoor_tools as bd

    bd.connect("sample").search_jobs(limit=100)
    before, started, cpu = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter(), time.process_time()
    client = bd.connect(url, chains=1) if chains == "one" else bd.connect(url)
    frame = client.search_jobs(status="any", limit=None if rows == "all" else int(rows))
    figures: dict[str, Any] = {
        "rows": len(frame),
        "complete": rows != "all" or bool(frame.bluedoor.card["complete"]),
        "seconds": time.perf_counter() - started,
        "cpu": time.process_time() - cpu,
        "memory": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024,
    }
    print(json.dumps(figures))


def shares() -> None:
    """Against a server that states a limit, at every distance."""
    print(f"\nPages of 100 against a server that states {LIMIT} requests/s, half of the way before it counts them;")
    print("reach, many chains: ≥ 0.95 constant, ≥ 0.85 with jitter, no 429")
    heads = ("pages/s", "overall", "sustained", "429s", "requests", "seconds")
    print(f"  {'':<36}" + "".join(f" {head:>9}" for head in heads))
    for latency in LATENCIES:
        for jitter in JITTERS:
            with serving(PAGES * 100, Weather(limit=LIMIT, latency=latency, jitter=jitter)) as served:
                fewer = math.ceil(SECONDS_OF_ONE_CHAIN * min(LIMIT, 1 / latency)) * 100
                for chains, rows in (("one", fewer), ("many", None)):
                    load = measure(served, chains, rows)
                    name = f"{latency * 1000:.0f} ms{f' ± {jitter:.0%}' if jitter else ''}, {chains}"
                    print(
                        f"  {name:<36} {load.rows / 100 / load.seconds:9.1f} {load.overall / LIMIT:9.3f} "
                        f"{load.sustained / LIMIT:9.3f} {load.refused:9d} {load.requests:9d} {load.seconds:9.1f}"
                        f"{_wrong(load, rows or PAGES * 100)}",
                        flush=True,
                    )


def end_to_end() -> None:
    """Many records, where the limit is none."""
    print(f"\n{RECORDS:,} records end to end at {LATENCY * 1000:.0f} ms, {GENEROUS:,} requests/s stated")
    heads = ("wall s", "CPU s", "records/s", "peak MB", "requests", "429s")
    print(f"  {'':<36}" + "".join(f" {head:>9}" for head in heads))
    with serving(RECORDS, Weather(limit=GENEROUS, latency=LATENCY)) as served:
        for name, chains in (("sequential: one chain", "one"), ("many chains", "many")):
            load = measure(served, chains, None)
            print(
                f"  {name:<36} {load.seconds:9.1f} {load.cpu:9.1f} {load.rows / load.seconds:9,.0f} "
                f"{load.memory:9.0f} {load.requests:9d} {load.refused:9d}{_wrong(load, RECORDS)}",
                flush=True,
            )


def _wrong(load: Load, rows: int) -> str:
    """What a reader must know of a load that is not what it should be."""
    told = [f"{load.rows:,} of {rows:,} rows"] if load.rows != rows else []
    return "  ! " + ", ".join(told + ["not complete"] * (not load.complete)) if told or not load.complete else ""


def main() -> None:
    """Print the tables."""
    shares()
    end_to_end()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        run_one(*sys.argv[1:])
    else:
        main()
