"""Every notebook is executed, in a kernel of its own, and shows what it promises."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from tests.api_face import FaceData

HALF_A_YEAR_BEFORE = dt.datetime(2026, 6, 7, tzinfo=dt.UTC) - dt.timedelta(weeks=26)  # the sample's clock
NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))


def opened(path: Path) -> Any:
    return nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)  # type: ignore[no-untyped-call]


def shown(cell: Any) -> str:
    """All that a cell shows, as text and HTML."""
    parts = []
    for output in cell.get("outputs", ()):
        parts.append(output.get("text", ""))
        parts.extend(str(part) for part in output.get("data", {}).values())
    return "\n".join(parts)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_committed_without_outputs(path: Path) -> None:
    """A notebook is source: outputs and execution counts are not committed, and it stays short."""
    notebook = opened(path)
    assert all(not cell.get("outputs") and not cell.get("execution_count") for cell in notebook.cells)
    assert len(notebook.cells) <= 12


def executed(name: str) -> list[str]:
    """What the code cells of a notebook show, one after another, run in a real kernel."""
    return outputs(run(name))


def run(name: str) -> Any:
    """A notebook with what its cells show, and without the state of its widgets."""
    path = next(path for path in NOTEBOOKS if path.stem == name)
    notebook = opened(path)
    where = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=60, resources=where, store_widget_state=False).execute()
    return notebook


def outputs(notebook: Any) -> list[str]:
    """What each of its code cells shows."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not [entry for cell in cells for entry in cell["outputs"] if entry.get("name") == "stderr"]
    return [shown(cell) for cell in cells]


@pytest.mark.filterwarnings("ignore::DeprecationWarning:jupyter_client", "ignore::DeprecationWarning:zmq")
def test_quickstart_shows_search_card_counts_page_slices_and_history() -> None:
    """The first notebook runs in a real kernel and shows each part of the main job, without a warning."""
    frame, card, calls, facets, page, slices, city, history = executed("01_quickstart")
    assert "5 rows × 36 columns" in frame
    assert "10 jobs, " in card
    assert "between " in card
    assert "4 queries, one for each value of q and city" in card
    assert "synthetic sample" in card
    assert calls.count("curl ") == 4
    assert "Ireland" in facets
    assert "on_site" in facets
    assert "<h1" in page
    assert "This posting is real" in page
    assert slices.count("search_jobs(") >= 6
    assert "Civil Engineer" in city
    assert "job.created" in history


@pytest.mark.filterwarnings("ignore::DeprecationWarning:jupyter_client", "ignore::DeprecationWarning:zmq")
def test_companies_are_compared_side_by_side() -> None:
    """Candidates, an overview with what to distrust, shares, departments, the card, boards and a company's page."""
    candidates, overview, models, departments, card, boards, page = executed("03_companies")
    assert "Corvenmoor Health" in candidates
    for column in ("Corvenmoor Health", "Drumladane Health", "Varrofell Clinics"):
        assert column in overview
        assert column in models
        assert column in departments
    assert "repeats of an apply_url" in overview
    assert "66" in overview  # of 432 postings, as was measured on the live API
    assert "on_site" in models
    assert "Nursing" in departments
    assert "title: counted within the newest 100 postings" in card
    assert "jobs_met" in boards
    assert "Hospitals and Health Care" in page
    assert "breakdowns()" in page


@pytest.mark.filterwarnings("ignore::DeprecationWarning:jupyter_client", "ignore::DeprecationWarning:zmq")
def test_the_explorer_is_there_without_a_kernel_too() -> None:
    """Each view is a widget, and HTML and text for readers without a kernel: nbconvert's page has no script of ours."""
    notebook = run("02_explore")
    page, _ = HTMLExporter().from_notebook_node(notebook)  # type: ignore[no-untyped-call]
    static = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)
    assert len(re.findall(r'<table[^>]* class="bd-grid"', static)) == 2
    assert "<h1>Nurse Case Manager - Emergency Department</h1>" in static
    assert not [script for script in re.findall(r"<script.*?</script>", page, re.DOTALL) if "bd-" in script]
    assert "widget-view+json" not in page and "model_id" not in page
    view, jobs, code, frame, heat, record = outputs(notebook)
    for shown_ in (view, frame, heat, record):
        assert "model_id" in shown_
        assert "<script" not in shown_
    assert "2,040 postings match" in view
    assert "synthetic sample of 3,000 postings" in view
    assert "Nurse Case Manager - Emergency Department" in jobs
    assert "search_jobs(" in code
    assert "curl " in code
    assert "87 postings match" in frame
    assert "<table" in frame
    assert "Region by Department" in heat
    assert "87 postings" in heat
    assert "<h1>Nurse Case Manager - Emergency Department</h1>" in record
    assert "Related slices" in record


def still_open(raw: FaceData, days: list[int]) -> dict[int, float]:
    """The share of postings still open after so many days, by the product over days of those that closed."""
    created, closed = dict[str, dt.datetime](), dict[str, dt.datetime]()
    for one in sorted(raw.events, key=lambda one: str(one["observed_at"])):
        at = dt.datetime.fromisoformat(one["observed_at"])
        if at >= HALF_A_YEAR_BEFORE and one["event_type"] in {"job.created", "job.closed"}:
            (created if one["event_type"] == "job.created" else closed).setdefault(one["job_id"], at)
    clock = HALF_A_YEAR_BEFORE + dt.timedelta(weeks=26)
    lives = [((closed.get(name, clock) - at) / dt.timedelta(days=1), name in closed) for name, at in created.items()]
    share, found = 1.0, dict.fromkeys(days, 1.0)
    for end in sorted({days_lived for days_lived, over in lives if over}):
        share *= 1 - sum(one == (end, True) for one in lives) / sum(one[0] >= end for one in lives)
        found.update((limit, share) for limit in days if end <= limit)
    return found


@pytest.mark.filterwarnings("ignore::DeprecationWarning:jupyter_client", "ignore::DeprecationWarning:zmq")
def test_lives_of_postings_are_told_from_events(raw: FaceData) -> None:
    """Openings and closings a week, how long postings live, what changes, and one life: as the raw events have it."""
    flows, lives, fields, pay, timeline, history, card = executed("04_lifecycle")
    counts = Counter(
        one["event_type"] for one in raw.events if dt.datetime.fromisoformat(one["observed_at"]) >= HALF_A_YEAR_BEFORE
    )
    opened = counts["job.created"] + counts["job.reopened"]
    assert f"{opened:,} opened · {counts['job.closed']:,} closed" in flows
    assert "may be partial" in flows
    told = re.findall(r"^(\d+) +(0\.\d+) +\d+$", lives, re.MULTILINE)
    assert {int(days): float(share) for days, share in told} == pytest.approx(still_open(raw, [7, 14, 30, 60, 90]))
    assert f"{counts['job.updated']:,} events" in fields
    assert "salary_min" in fields
    assert "new_value_text" in pay
    assert "Reopened" in timeline
    assert "Updated" in timeline
    assert "job.reopened" in history
    assert f"{sum(counts.values()):,} events, of" in card


@pytest.mark.filterwarnings("ignore::DeprecationWarning:jupyter_client", "ignore::DeprecationWarning:zmq")
def test_an_assistant_gets_the_functions_answer() -> None:
    """The tools are listed, an answer is shown as a host has it, and rows, totals and counts are the functions'."""
    tools, answer, same, counts = executed("05_assistants")
    assert "search_jobs" in tools
    assert "find_orgs" in tools
    assert "untrusted: jobs" in answer
    assert "complete: true" in answer
    assert "the same postings: True · the same total: True" in same
    assert "the same counts: True" in counts
    assert "Did you mean 'city'?" in counts
