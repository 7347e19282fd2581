"""Loading: answers of the API → DataFrame, against `orjson.loads` (floor) and json → DataFrame (what peers do).

The pages are made of the sample's records with new ids, as the API sends them, to as many records as are asked for.
Each way runs in a process of its own, so that its peak memory is its own; CPU seconds are those of the way alone,
without start, imports and the reading of the pages. Memory is the growth of the peak over the process before the way
ran; the pages are read one at a time from a file, as they would come from a socket.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bluedoor_tools.errors import UnexpectedAnswerError

RECORDS = 100_000
PAGE = 100
RUNS = 3


def write_pages(path: Path, records: int, description: bool) -> None:
    """Pages of jobs, one JSON text a line."""
    from bluedoor_tools import connect

    store = connect("sample").backend
    rows = store._all("SELECT record, description_text FROM jobs ORDER BY job_id")  # type: ignore[attr-defined]
    jobs = [json.loads(record) | ({"description_text": text} if description else {}) for record, text in rows]
    with path.open("w", encoding="utf-8") as file:
        for start in range(0, records, PAGE):
            page = []
            for number in range(start, start + PAGE):
                job = dict(jobs[number % len(jobs)])
                job["job_id"] = hashlib.sha1(f"{number}".encode()).hexdigest()
                job["salary_band"] = None if number % 3 else "B"  # a field that the contract does not know
                page.append(job)
            meta = {"limit": PAGE, "next_cursor": str(start) if start + PAGE < records else None}
            json.dump({"data": page, "meta": meta}, file, ensure_ascii=False)
            file.write("\n")


def pages(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from file


def floor(path: Path) -> int:
    """Decode every page with orjson and drop it."""
    import orjson

    return sum(len(orjson.loads(body)["data"]) for body in pages(path))


def peer(path: Path) -> int:
    """All records as Python objects, then a DataFrame: what peers do."""
    import pandas as pd

    records: list[Any] = []
    for body in pages(path):
        records.extend(json.loads(body)["data"])
    return len(pd.DataFrame(records))


class Replay:
    """Answers read from the file in place of the network: all of `search_jobs` is measured but httpx."""

    base_url = "http://127.0.0.1/replayed"
    sends_key = False
    patience = 60.0

    def __init__(self, path: Path) -> None:
        from bluedoor_tools.wire.limiter import Limiter

        self._pages = pages(path)
        self.limiter = Limiter(rate=1_000_000)

    def ask(
        self,
        _method: str,
        path: str,
        *,
        read: Callable[[bytes, str], Any],
        parameters: Any = None,
        body: Any = None,
        **_: Any,
    ) -> Any:
        """The next page; names for a look-up of organisations; counts there are none."""
        if path.endswith("/facets"):
            raise UnexpectedAnswerError("no counts")
        if body is not None:
            names = [{"input": {"org_id": name}, "data": {"display_name": f"Org {name}"}} for name in body["org_ids"]]
            return SimpleNamespace(content=read(json.dumps({"data": names}).encode(), path))
        return SimpleNamespace(content=read(self.next_page(parameters), path))

    def next_page(self, _parameters: dict[str, str]) -> bytes:
        """The page after the last one."""
        return next(self._pages)


class ReplayOfQueries(Replay):
    """The same pages, dealt out to several queries: one a city."""

    def __init__(self, path: Path, cities: list[str]) -> None:
        super().__init__(path)
        self._of = {
            city: itertools.islice(pages(path), number, None, len(cities)) for number, city in enumerate(cities)
        }

    def next_page(self, parameters: dict[str, str]) -> bytes:
        """The page after the last one of the query that is asked."""
        return next(self._of[parameters["city"]], b'{"data": []}')


def _ours(path: Path, replayed: Any = None, **options: Any) -> int:
    from bluedoor_tools.backends.api import ApiBackend
    from bluedoor_tools.client import Client

    replayed = replayed or Replay(path)
    frame = Client(ApiBackend(replayed, chains=1)).search_jobs(limit=None, **options)
    if not frame["unknown_fields"].notna().any():
        raise RuntimeError("the unknown field was lost")
    return len(frame)


def ours(path: Path) -> int:
    """The default columns, unknown fields kept."""
    return _ours(path)


def ours_merged(path: Path) -> int:
    """The default columns, of ten queries merged newest first."""
    cities = [f"City {number}" for number in range(10)]
    return _ours(path, ReplayOfQueries(path, cities), city=cities)


def ours_nested(path: Path) -> int:
    """Every column, the nested fields as JSON text."""
    return _ours(path, columns="all")


def ours_description(path: Path) -> int:
    """The default columns and the text."""
    return _ours(path, description=True)


WAYS: dict[str, Callable[[Path], int]] = {
    "floor: orjson.loads, dropped": floor,
    "bluedoor_tools, default columns": ours,
    "bluedoor_tools, columns='all'": ours_nested,
    "bluedoor_tools, ten queries merged": ours_merged,
    "peer: json → DataFrame": peer,
}
WAYS_WITH_TEXT: dict[str, Callable[[Path], int]] = {
    "floor: orjson.loads, dropped": floor,
    "bluedoor_tools, description=True": ours_description,
    "peer: json → DataFrame": peer,
}


def measure(function: str, path: Path) -> tuple[float, float]:
    """CPU seconds and growth of peak memory in MB of one way, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.loading", function, str(path)], check=True, capture_output=True, text=True
    )
    cpu, memory = done.stdout.split()
    return float(cpu), float(memory)


def run_one(function: str, path: Path) -> None:
    """Run one way and print its figures; its libraries are imported and warmed by one page first."""
    way: Callable[[Path], int] = globals()[function]
    with tempfile.TemporaryDirectory() as folder:
        first = Path(folder) / "first"
        page = json.loads(next(pages(path)))
        first.write_text(json.dumps({**page, "meta": {}}))
        way(first)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    way(path)
    cpu = time.process_time() - started
    print(cpu, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)


def table(title: str, ways: dict[str, Callable[[Path], int]], path: Path) -> None:
    figures: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(RUNS):
        for name, way in ways.items():
            figures[name].append(measure(way.__name__, path))
    medians = {
        name: [statistics.median(column) for column in zip(*runs, strict=True)] for name, runs in figures.items()
    }
    floor_cpu = medians["floor: orjson.loads, dropped"][0]
    peer_memory = medians["peer: json → DataFrame"][1]
    print(f"\n{title}; median of {RUNS}; reach: ≤ 2.0 × the floor, ≤ 1/3 of the peer's memory")
    print(f"  {'':<36} {'CPU s':>7} {'× floor':>8} {'peak MB':>8} {'of peer':>8}")
    for name, (cpu, memory) in medians.items():
        print(f"  {name:<36} {cpu:7.2f} {cpu / floor_cpu:8.2f} {memory:8.0f} {memory / peer_memory:8.2f}")


def main(records: int = RECORDS) -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pages"
        write_pages(path, records, description=False)
        size = path.stat().st_size / records
        table(f"Loading {records:,} records of {size:,.0f} bytes, no description", WAYS, path)
        records //= 4
        write_pages(path, records, description=True)
        size = path.stat().st_size / records
        table(f"Loading {records:,} records of {size:,.0f} bytes, with description", WAYS_WITH_TEXT, path)


if __name__ == "__main__":
    run_one(sys.argv[1], Path(sys.argv[2]))
