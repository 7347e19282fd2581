"""The README does what it says: every Python block and command is run, and its shown output compared."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parent.parent / "README.md"
BLOCKS = re.findall(r"```(python|console|text)\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def shown_after(position: int) -> str | None:
    """The output that the README shows right after a block, if any."""
    following = BLOCKS[position + 1 : position + 2]
    return following[0][1] if following and following[0][0] == "text" else None


def same(shown: str, printed: str) -> bool:
    """Whether the output is as shown; `…` stands for anything, such as the instant of the answer."""
    pattern = re.escape(shown.rstrip()).replace("…", ".*")
    return re.fullmatch(pattern, printed.rstrip(), re.DOTALL) is not None


def test_python_blocks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The Python blocks, run one after another in one session, print what stands below them."""
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {}
    compared = 0
    for position, (language, code) in enumerate(BLOCKS):
        if language != "python":
            continue
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, f"README block {position}", "exec"), namespace)
        shown = shown_after(position)
        if shown is not None:
            assert same(shown, printed.getvalue()), f"shown:\n{shown}\nprinted:\n{printed.getvalue()}"
            compared += 1
    assert compared >= 3


def test_console_blocks(tmp_path: Path) -> None:
    """The `bluedoor` commands in console blocks answer 0 and print what stands below them."""
    ran = 0
    for position, (language, text) in enumerate(BLOCKS):
        if language != "console":
            continue
        commands = [line[2:] for line in text.splitlines() if line.startswith("$ bluedoor")]
        for command in commands:
            words = shlex.split(command)[1:]
            done = subprocess.run(
                [sys.executable, "-m", "bluedoor_tools", *words],
                capture_output=True,
                text=True,
                check=False,
                cwd=tmp_path,
            )
            assert done.returncode == 0, done.stderr
            ran += 1
        shown = shown_after(position)
        if shown is not None:
            assert same(shown, done.stdout), f"shown:\n{shown}\nprinted:\n{done.stdout}"
    assert ran >= 2
