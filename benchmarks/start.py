"""Import time: `import bluedoor_tools` over the bare interpreter (reach: 60 ms), and the libraries it puts off."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 9
STATEMENTS = ("pass", "import bluedoor_tools", "import httpx", "import pandas", "from bluedoor_tools import connect")


def seconds(statement: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - started


def main() -> None:
    """Interleave the runs, so that a slow moment of the machine meets all alike, and print medians."""
    for statement in STATEMENTS:
        seconds(statement)
    times: dict[str, list[float]] = {statement: [] for statement in STATEMENTS}
    for _ in range(RUNS):
        for statement in STATEMENTS:
            times[statement].append(seconds(statement))
    bare = statistics.median(times["pass"])
    print(f"\nStart: ms over the bare interpreter ({bare * 1000:.0f} ms), median of {RUNS}; reach 60 for the package")
    for statement in STATEMENTS[1:]:
        print(f"  {statement:<36} {(statistics.median(times[statement]) - bare) * 1000:7.1f}")
