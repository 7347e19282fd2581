"""What a tool's call costs over the library's function that it calls: in process, on the sample, in both eras.

The function is called with what the tool gives it: the calls of a tool are recorded once and repeated. A tool of the
SDK's that answers nothing, called the same way, is what the protocol costs alone.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .mcp_messages import ERAS, LEGACY

if TYPE_CHECKING:
    from bluedoor_tools import Client

RUNS, REACH = 40, 5.0  # repetitions; ms
_FUNCTIONS = ("search_jobs", "get_job", "facets", "search_events", "find_orgs")
Call = Callable[[], Any]


def asked(client: Client) -> dict[str, tuple[str, dict[str, Any]]]:
    """The calls that are measured, by what they show."""
    job_id = client.search_jobs(limit=1)["job_id"].iloc[0]
    return {
        "search_jobs, 10 rows": ("search_jobs", {"q": "engineer"}),
        "search_jobs, 100 rows asked for": ("search_jobs", {"limit": 100}),
        "get_job": ("get_job", {"job_id": job_id}),
        "facets": ("facets", {"field": "city"}),
        "search_events": ("search_events", {}),
        "find_orgs": ("find_orgs", {"name": "health"}),
    }


@contextmanager
def recorded(client: Client, calls: list[Call]) -> Iterator[None]:
    """Note down what is called of the client, so that it can be called again."""

    def noting(function: Callable[..., Any]) -> Callable[..., Any]:
        def note(*given: Any, **named: Any) -> Any:
            calls.append(lambda: function(*given, **named))
            return function(*given, **named)

        return note

    for name in _FUNCTIONS:
        setattr(client, name, noting(getattr(client, name)))
    try:
        yield
    finally:
        for name in _FUNCTIONS:
            delattr(client, name)


async def measured() -> dict[str, dict[str, float]]:
    """Milliseconds by call: of the function, and for each era over it."""
    import mcp
    import mcp_types as types
    from mcp.server import Server

    import bluedoor_tools
    from mcp_server.server import create_server
    from mcp_server.settings import Settings

    async def list_none(*_: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[types.Tool(name="nothing", input_schema={"type": "object"})])

    async def answer_nothing(*_: Any) -> types.CallToolResult:
        return types.CallToolResult(content=[])

    client = bluedoor_tools.connect("sample")
    ours = create_server(Settings(), client)
    empty: Server[Any] = Server("empty", on_list_tools=list_none, on_call_tool=answer_nothing)
    figures: dict[str, dict[str, float]] = {}
    for era in ERAS:
        mode = "legacy" if era == LEGACY else era
        async with mcp.Client(ours, mode=mode) as session, mcp.Client(empty, mode=mode) as alone:
            for name, (tool, arguments) in asked(client).items():
                calls: list[Call] = []
                with recorded(client, calls):
                    answer = await session.call_tool(tool, arguments)
                assert not answer.is_error, answer
                under: list[float] = []
                over: list[float] = []
                work: list[float] = []
                protocol: list[float] = []
                for _ in range(RUNS):
                    began, cpu_began = time.perf_counter(), time.process_time()
                    for call in calls:
                        call()
                    called, cpu_called = time.perf_counter(), time.process_time()
                    await session.call_tool(tool, arguments)
                    answered, cpu_answered = time.perf_counter(), time.process_time()
                    await alone.call_tool("nothing", {})
                    protocol.append(time.perf_counter() - answered)
                    under.append(called - began)
                    over.append(answered - called - under[-1])
                    work.append(cpu_answered - 2 * cpu_called + cpu_began)
                row = figures.setdefault(name, {"calls": len(calls)})
                row.setdefault("function", statistics.median(under) * 1000)
                row[era] = statistics.median(over) * 1000
                row[f"{era}, CPU"] = statistics.median(work) * 1000
                row[f"{era}, alone"] = statistics.median(protocol) * 1000
    return figures


def main() -> None:
    """Print the table."""
    figures = asyncio.run(measured())
    print(f"\nMCP, a call in process over the function it calls: ms, median of {RUNS}; reach ≤ {REACH:.0f}")
    heads = ("function", *(f"over: {name}" for name in ERAS.values()), "over: CPU", "SDK alone")
    print(f"  {'':<36}" + "".join(f" {head:>16}" for head in heads))
    for name, row in figures.items():
        both = (statistics.mean(row[f"{era}, {part}"] for era in ERAS) for part in ("CPU", "alone"))
        values = (row["function"], *(row[era] for era in ERAS), *both)
        print(f"  {name:<36}" + "".join(f" {value:16.1f}" for value in values), flush=True)


def profile(name: str) -> None:
    """Where the time of one tool's run goes, by cProfile: `python -m benchmarks.mcp_calls "get_job"`."""
    import cProfile
    import pstats

    import bluedoor_tools
    from mcp_server.desk import Desk
    from mcp_server.settings import Settings
    from mcp_server.tools import TOOLS

    client = bluedoor_tools.connect("sample")
    desk = Desk(Settings(), client)
    tool, arguments = asked(client)[name]
    answer = TOOLS[tool](desk, arguments).words
    with cProfile.Profile() as profiler:
        for _ in range(RUNS):
            answer = TOOLS[tool](desk, arguments).words
    print(f"{len(answer):,} characters; seconds of {RUNS} calls")
    pstats.Stats(profiler).sort_stats("cumulative").print_stats(45)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        profile(sys.argv[1])
    else:
        main()
