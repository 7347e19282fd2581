"""The MCP server from its start to its first list of tools, over stdio: against the SDK's own server without a tool."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from .mcp_messages import ERAS, INVOCATION, asked_over_stdio, environment, result_of

RUNS, REACH = 11, 1.25
EMPTY = (sys.executable, "-c", "from mcp.server import MCPServer; MCPServer('empty').run()")
_BARE = (sys.executable, "-c", "pass")


def seconds(command: tuple[str, ...], era: str) -> float:
    """From the start of a server until its list of tools is read."""
    started = time.perf_counter()
    line = asked_over_stdio(command, era, "tools/list")
    taken = time.perf_counter() - started
    result_of(line, 1)
    return taken


def bare() -> float:
    started = time.perf_counter()
    subprocess.run(_BARE, check=True, env=environment())
    return time.perf_counter() - started


def main() -> None:
    """Interleave the runs, so that a slow moment of the machine meets all alike, and print medians."""
    floors: list[float] = []
    times: dict[tuple[str, str], list[float]] = {}
    for run in range(RUNS + 1):
        floor = bare()
        taken = {
            (era, name): seconds(command, era)
            for era in ERAS
            for name, command in (("empty", EMPTY), ("ours", INVOCATION))
        }
        if run:  # the first reads files that later runs find in memory
            floors.append(floor)
            for key, value in taken.items():
                times.setdefault(key, []).append(value)
    floor = statistics.median(floors)
    print(f"\nMCP, start to tools/list over stdio: ms (bare interpreter {floor * 1000:.0f}), median of {RUNS}")
    print(f"  {'':<36} {'SDK empty':>9} {'ours':>9} {'×':>9}  reach: ≤ {REACH} ×")
    for era, name in ERAS.items():
        empty, ours = (statistics.median(times[era, which]) for which in ("empty", "ours"))
        ratios = [after / before for before, after in zip(times[era, "empty"], times[era, "ours"], strict=True)]
        print(
            f"  {f'{name} ({era})':<36} {empty * 1000:9.0f} {ours * 1000:9.0f} {statistics.median(ratios):9.2f}"
            f"  ({min(ratios):.2f}–{max(ratios):.2f})",
            flush=True,
        )


if __name__ == "__main__":
    main()
