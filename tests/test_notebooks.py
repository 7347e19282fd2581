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


@pytest.mark.filterwarnings("ignore::DeprecationWarning:jupyter_client", "ignore::DeprecationWarning:zmq")
def test_first_look_shows_frame_card_page_events_and_facets() -> None:
    """The first notebook runs in a real kernel and shows each part of the main job."""
    path = next(path for path in NOTEBOOKS if path.stem == "00_first_look")
    notebook = opened(path)
    NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(path.parent)}}).execute()
    frame, card, curl, page, events, facets = (shown(cell) for cell in notebook.cells if cell.cell_type == "code")
    assert "company" in frame
    assert "5 rows × 36 columns" in frame
    assert "20 jobs, of " in card
    assert "synthetic sample" in card
    assert curl.startswith("curl ")
    assert "<h1" in page
    assert "This posting is real" in page
    assert "job.created" in events
    assert "hybrid" in facets
