"""What the installed wheel must do, run by `make smoke` with the Python of an otherwise empty environment."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import sysconfig
import tempfile
from importlib.metadata import version
from pathlib import Path

import bluedoor_tools as bd

POSTING = "https://jobs.lever.co/spotify/76458bae-8a16-4c42-8780-f9452206f0e0"


async def tools() -> list[str]:
    """What the installed `bluedoor-mcp` offers over stdio, to a client that starts it as hosts do, and one call."""
    from mcp import Client
    from mcp.client.stdio import StdioServerParameters, stdio_client

    command = Path(sys.executable).with_name("bluedoor-mcp")
    parameters = StdioServerParameters(command=str(command), env={"BLUEDOOR_BACKEND": "sample"})
    async with Client(stdio_client(parameters)) as client:
        answer = await client.call_tool("search_jobs", {"q": "nurse", "limit": 3})
        assert not answer.is_error, answer
        return [tool.name for tool in (await client.list_tools()).tools]


def main() -> None:
    """Search, page, card, file, explorer, command and MCP server, all from the installed package."""
    installed = Path(bd.__file__).parent
    site = Path(sysconfig.get_path("purelib"))
    assert installed.parent == site, f"{installed} is not the installed package"
    assert (installed / "py.typed").exists()
    assert bd.__version__ == version("bluedoor-tools")
    with bd.connect("sample") as client, tempfile.TemporaryDirectory() as folder:
        jobs = client.search_jobs("nurse", limit=5)
        assert len(jobs) == 5, jobs
        assert bd.read_jobs(bd.save(jobs, f"{folder}/jobs.parquet")).equals(jobs)
        job = client.get_job(POSTING)
        assert job.company == "Spotify"
        assert "<h1" in job._repr_mimebundle_()["text/html"]
        explorer = bd.explore(client, q="nurse")
        assert explorer.wait()
        assert jobs["title"][0] in explorer.to_html()
        explorer.close()
    command = Path(sys.executable).with_name("bluedoor")
    done = subprocess.run(
        [command, "facets", "country", "--backend", "sample"], check=True, capture_output=True, text=True
    )
    assert "United States" in done.stdout
    assert "search_jobs" in asyncio.run(tools())
    print("The installed wheel works: bluedoor-tools", bd.__version__)


if __name__ == "__main__":
    main()
