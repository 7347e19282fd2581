"""The README does what it says: every Python block and command is run, and its shown output compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.documents import ran_commands, ran_python

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def test_python_blocks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The Python blocks, run one after another in one session, print what stands below them."""
    monkeypatch.chdir(tmp_path)
    ran = list(ran_python(README))
    assert sum(block.block.shown is not None for block in ran) >= 3
    assert all(block.as_shown for block in ran), next(str(block) for block in ran if not block.as_shown)


def test_console_blocks(tmp_path: Path) -> None:
    """The `bluedoor` commands in console blocks answer 0 and print what stands below them."""
    ran = list(ran_commands(README, tmp_path))
    assert len(ran) >= 2
    assert all(block.as_shown for block in ran), next(str(block) for block in ran if not block.as_shown)
