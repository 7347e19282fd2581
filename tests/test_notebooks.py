"""Every notebook is executed, in a kernel of its own, and shows what it promises."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

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
    path = next(path for path in NOTEBOOKS if path.stem == name)
    notebook = opened(path)
    NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(path.parent)}}).execute()
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
