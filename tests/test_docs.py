"""The site is true: its blocks print what they show, its links lead somewhere, and it has everything there is."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

import bluedoor_tools as bd
from bluedoor_tools import contract
from docs_generator.__main__ import main
from docs_generator.pages import FRAMES, PAGES
from tests.documents import blocks, links, ran_commands, ran_python, same

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
DOCUMENTS = sorted(DOCS.glob("*.md"))
EVERY = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)


def test_the_generated_pages_are_as_the_code_says(capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m docs_generator --check` finds nothing to write."""
    assert main(["--check"]) == 0, capsys.readouterr().err


def test_a_stale_page_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A page that says something else, or is missing, fails the check, and writing mends it."""
    assert main(["--output", str(tmp_path)]) == 0
    assert main(["--check", "--output", str(tmp_path)]) == 0
    page = tmp_path / "contract.md"
    page.write_text(page.read_text(encoding="utf-8").replace("observed", "seen", 1), encoding="utf-8")
    (tmp_path / "errors.md").unlink()
    assert main(["--check", "--output", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "contract.md, from line" in said
    assert "errors.md" in said
    assert "coverage.md" not in said


@EVERY
def test_python_blocks(path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The Python blocks of a page, run one after another in one session, print what stands below them, if anything."""
    monkeypatch.chdir(tmp_path)
    for ran in ran_python(path.read_text(encoding="utf-8")):
        assert ran.as_shown, str(ran)
        assert ran.block.shown is not None or not ran.printed, f"prints more than the page shows:\n{ran}"


@EVERY
def test_console_blocks(path: Path, tmp_path: Path) -> None:
    """The commands of a page answer 0 and print what stands below them."""
    for ran in ran_commands(path.read_text(encoding="utf-8"), tmp_path):
        assert ran.as_shown, str(ran)


def test_the_cookbook_has_a_result_for_every_task() -> None:
    """Each task is a heading, some sentences, and code with its output."""
    text = (DOCS / "cookbook.md").read_text(encoding="utf-8")
    tasks = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    assert len(tasks) >= 10
    for task in tasks:
        (code,) = (block for block in blocks(task) if block.language == "python")
        assert code.shown, task[:40]
        assert len(task.split("```")[0].split()) > 20, task[:40]


@pytest.mark.parametrize("path", [*DOCUMENTS, *sorted(ROOT.glob("*.md"))], ids=lambda path: path.name)
def test_relative_links_lead_somewhere(path: Path) -> None:
    """Every file that a page links to is there, and every heading of it, if one is named."""
    text = path.read_text(encoding="utf-8")
    for address in links(text):
        file, _, anchor = address.partition("#")
        target = path.parent / file if file else path
        assert target.exists(), f"{path.name} links to {address}"
        if anchor:
            headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert anchor in slugs, f"{path.name} links to {address}"


def test_every_page_is_in_the_navigation() -> None:
    """A page that nobody can reach is not there."""
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    listed = {name for tree in re.findall(r"^```\{toctree\}\n(.*?)^```", index, re.S | re.M) for name in tree.split()}
    assert {path.stem for path in DOCUMENTS} - {"index"} <= listed


def test_every_public_name_is_documented() -> None:
    """What `__all__` lists stands on the page of the functions or of the errors: itself, or as one of the client."""
    text = "".join((DOCS / name).read_text(encoding="utf-8") for name in ("functions.md", "errors.md"))
    there = set(re.findall(r"^\.\. auto\w+:: bluedoor_tools\.(?:Client\.)?(\w+)$", text, re.MULTILINE))
    assert set(bd.__all__) <= there
    functions = {name for name in dir(bd.Client) if not name.startswith("_") and callable(getattr(bd.Client, name))}
    assert functions <= there


def test_the_generated_pages_have_every_row() -> None:
    """Nothing of the contract, and no kind of frame, is left out."""
    made = {name: make() for name, make in PAGES.items()}
    for row in contract.PAGE_ROWS:
        assert f"`{row.call}`" in made["coverage.md"]
    for entry in contract.ENDPOINTS:
        assert f"`{entry.method} {entry.path}`" in made["coverage.md"]
        assert f"`{entry.method} {entry.path}`" in made["contract.md"]
    rows = (contract.PARAMETERS, contract.EVENT_PARAMETERS, contract.FACET_FIELDS, contract.STATED_ELSEWHERE)
    for name in (name for names in rows for name in names):
        assert f"\n| `{name}` |" in made["contract.md"]
    for kind in FRAMES:
        assert f"\n## {kind}\n" in made["columns.md"]
    known = sys.modules[bd.columns.__module__].FRAMES
    assert list(FRAMES) == list(known)


def test_output_is_compared() -> None:
    """The comparison can fail: only the ellipsis stands for anything."""
    assert same("a … c\n", "a b c")
    assert not same("a b\n", "a b c")
    assert not same("a.c\n", "abc")
    (ran,) = ran_python("```python\nprint(1)\n```\n\n```text\n2\n```\n")
    assert not ran.as_shown
