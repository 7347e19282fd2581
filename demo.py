"""The main job on real input: `make demo` runs this from a bare clone, without a network.

Three times the same work: over the embedded sample, over an API on a real loopback socket, and from a saved answer.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

import bluedoor_tools as bd
from tests.api_face import create_app, load, serving

POSTING = "https://jobs.lever.co/spotify/76458bae-8a16-4c42-8780-f9452206f0e0"
SAVED_ANSWER = Path(__file__).parent / "tests" / "data" / "job_response.json"
COLUMNS = ["title", "company", "location_text", "workplace_type", "first_seen_at"]


def heading(text: str) -> None:
    """Print a heading."""
    print(f"\n=== {text} ===\n")


def main_job(client: bd.Client) -> None:
    """A search, its card, a facet count, the events of a posting, and what reproduces each."""
    jobs = client.search_jobs("engineer", workplace_type="remote", first_seen_after="2026-03-01", limit=8)
    print(jobs[COLUMNS].to_string(max_colwidth=44))
    print(f"\n{bd.card(jobs)}")
    print(f"\nIn Python:\n{jobs.bluedoor.reproduce()}\n\nAs curl:\n{jobs.bluedoor.reproduce('curl')}")

    facets = client.facets("workplace_type", q="engineer")
    print(f"\nPostings by work model:\n{facets.to_string(formatters={'share': '{:.1%}'.format})}")
    print(f"\n{facets.bluedoor.reproduce('curl')}")

    events = client.job_events(POSTING)
    print(f"\nLifecycle of {POSTING}:")
    print(events[["observed_at", "event_type", "metadata"]].to_string(max_colwidth=60))
    print(f"\n{events.bluedoor.reproduce('curl')}")


def main() -> None:
    """Run the demonstration."""
    pd.set_option("display.width", 160)
    heading("1 · The embedded sample: a search, a facet count, a lifecycle")
    with bd.connect("sample") as client:
        main_job(client)
        heading("2 · A posting as its record page, found by its URL")
        print(client.get_job(POSTING))

    heading("3 · The same over HTTP: a stand-in for the API on a loopback socket, with the sample's data")
    with serving(create_app(load())) as url, bd.connect(url) as client:
        main_job(client)

    heading("4 · From an answer of the API that was saved to a file")
    saved = bd.read_jobs(SAVED_ANSWER)
    print(saved[["title", "company", "city", "provider", "first_seen_at"]].to_string())
    print(f"\n{bd.card(saved)}\n\n{saved.bluedoor.reproduce()}")
    print("\nNext: README.md, notebooks with `make lab`, and `.venv/bin/bluedoor search nurse --backend sample`.")


if __name__ == "__main__":
    main()
