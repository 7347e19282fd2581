"""A soak: 50,000 requests with random faults. No row lost or doubled, and no memory that grows: ``make soak``.

The same synthetic postings are loaded through many chains, again and again, from a server that hits one request in ten
(503, a connection closed or reset, a body cut in half, HTML with status 200, 429; which ones follows from the seed).
After every load its ids must be exactly the server's, each once, and its card must say that it is complete. Memory is
what the process holds after a collection (read as Linux tells it): at the end, over the end of the warm-up. Leaves with
1 where one of these does not hold.
"""

from __future__ import annotations

import argparse
import gc
import resource
import statistics
import sys
import time
from pathlib import Path

import bluedoor_tools as bd

from .records import job_ids
from .server import Weather, serving

REQUESTS, RECORDS, FAULTS, LIMIT = 50_000, 50_000, 0.1, 1_000
WARM_UP, GROWTH = 0.1, 0.1
_NEAR = 5  # loads whose median is the memory at a moment: one alone jumps by what the allocator happens to keep


def held() -> float:
    """MB that the process holds."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


def soak(requests: int, records: int, faults: float, seed: int) -> bool:
    """Load until the server has seen so many requests; whether all held."""
    wanted = job_ids(records)
    wrong = 0
    memory: list[tuple[int, float]] = []
    started = time.perf_counter()
    # The limit is stated, and too high to be met: what is soaked is the repetition, not the patience.
    weather = Weather(limit=LIMIT, faults=faults, seed=seed, latency=0.002)
    with serving(records, weather) as served, bd.connect(served.url) as client:
        count = loads = 0
        figures = served.figures()
        while count < requests:
            frame = client.search_jobs(status="any", limit=None)
            loads += 1
            lost, doubled = len(wanted - set(frame["job_id"])), int(frame["job_id"].duplicated().sum())
            strange = len(set(frame["job_id"]) - wanted)
            complete = bool(frame.bluedoor.card["complete"])
            del frame
            figures = served.figures()
            count = figures["requests"]
            memory.append((count, held()))
            if lost or doubled or strange or not complete:
                wrong += 1
                print(f"  load {loads}: {lost} lost, {doubled} doubled, {strange} strange, complete={complete}")
            if loads % 10 == 0:
                print(f"  {count:6,} requests, {loads} loads, {memory[-1][1]:.0f} MB", flush=True)
    seconds = time.perf_counter() - started
    warm = [megabytes for at, megabytes in memory if at >= WARM_UP * requests][:_NEAR]
    first, last = statistics.median(warm), statistics.median([megabytes for _, megabytes in memory[-_NEAR:]])
    hit = figures["hit"]
    print(f"\nSoak: {count:,} requests in {seconds:.0f} s, {loads} loads of {records:,} records, seed {seed}")
    print(f"  {'hit by a fault':<36} {sum(hit.values()) / count:9.1%}  {dict(sorted(hit.items()))}")
    print(f"  {'loads with rows lost or doubled':<36} {wrong:9d}  reach: 0")
    grown = f"→ {last:.0f} ({last / first - 1:+.1%})"
    print(f"  {'MB after the warm-up → at the end':<36} {first:9.0f} {grown}  reach: ≤ +{GROWTH:.0%}")
    return not wrong and last <= first * (1 + GROWTH)


def main() -> None:
    """Soak as long as is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--requests", type=int, default=REQUESTS)
    parser.add_argument("--records", type=int, default=RECORDS)
    parser.add_argument("--faults", type=float, default=FAULTS, help="the share of requests that is hit")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    sys.exit(not soak(asked.requests, asked.records, asked.faults, asked.seed))


if __name__ == "__main__":
    main()
