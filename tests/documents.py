"""Runs what a Markdown document shows: its Python blocks in one session, its commands, and compares the output.

``python -m tests.documents docs/cookbook.md`` writes what a document's blocks print now below those whose shown output
is another; look at the difference before you keep it.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import bluedoor_tools as bd

__all__ = ["Block", "Ran", "blocks", "links", "ran_commands", "ran_python", "same"]

_BLOCK = re.compile(r"^```(python|console|text)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_FENCED = re.compile(r"^(```+|~~~+).*?^\1", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, its text, and the output shown right after it, if any."""

    language: str
    text: str
    shown: str | None
    shown_at: tuple[int, int]  # where the shown output stands in the document


@dataclass(frozen=True, slots=True)
class Ran:
    """A block that was run, and what it printed."""

    block: Block
    printed: str

    @property
    def as_shown(self) -> bool:
        """Whether it printed what the document shows, if it shows anything."""
        return self.block.shown is None or same(self.block.shown, self.printed)

    def __str__(self) -> str:
        return f"{self.block.text}\nshown:\n{self.block.shown}\nprinted:\n{self.printed}"


def blocks(document: str) -> Iterator[Block]:
    """The Python and console blocks of a document, in order."""
    found = list(_BLOCK.finditer(document))
    for block, following in zip(found, [*found[1:], None], strict=False):
        shown = following if following is not None and following[1] == "text" else None
        if block[1] != "text":
            yield Block(
                block[1], block[2], shown[2] if shown else None, shown.span(2) if shown else (block.end(), block.end())
            )


def same(shown: str, printed: str) -> bool:
    """Whether the output is as shown; `…` stands for anything, such as the instant of the answer."""
    pattern = re.escape(shown.rstrip()).replace("…", ".*")
    return re.fullmatch(pattern, printed.rstrip(), re.DOTALL) is not None


def ran_python(document: str) -> Iterator[Ran]:
    """Run the Python blocks as one session in the present folder; what the library warns of is printed, too."""
    namespace: dict[str, object] = {}
    for number, block in enumerate(blocks(document), 1):
        if block.language != "python":
            continue
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), warnings.catch_warnings():
            warnings.showwarning = _say
            warnings.simplefilter("always", bd.BluedoorWarning)
            exec(compile(block.text, f"block {number}", "exec"), namespace)
        yield Ran(block, printed.getvalue())


def _say(message: Warning | str, category: type[Warning], *_: object, **__: object) -> None:
    print(f"{category.__name__}: {message}")


def ran_commands(document: str, folder: Path) -> Iterator[Ran]:
    """Run the `bluedoor` commands of the console blocks; each must answer 0."""
    for block in blocks(document):
        commands = [line[2:] for line in block.text.splitlines() if line.startswith("$ bluedoor")]
        if block.language != "console" or not commands:
            continue
        printed = ""
        for command in commands:
            done = subprocess.run(
                [sys.executable, "-m", "bluedoor_tools", *shlex.split(command)[1:]],
                capture_output=True,
                text=True,
                check=False,
                cwd=folder,
            )
            assert done.returncode == 0, f"{command}: {done.stderr}"
            printed = done.stdout
        yield Ran(block, printed)


def links(document: str) -> list[str]:
    """The addresses within the repository that a document links to, with their anchors."""
    prose = _FENCED.sub("", document)
    return [address for address in _LINK.findall(prose) if "://" not in address and not address.startswith("mailto:")]


def _write_anew(path: Path) -> None:
    """Put what the blocks print now where the document shows something else."""
    document = path.read_text(encoding="utf-8")
    root = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        other = [ran for ran in (*ran_python(document), *ran_commands(document, Path(folder))) if not ran.as_shown]
        os.chdir(root)
    for ran in sorted(other, key=lambda ran: ran.block.shown_at, reverse=True):
        start, end = ran.block.shown_at
        document = f"{document[:start]}{ran.printed.rstrip()}\n{document[end:]}"
        print(f"written anew, after:\n{ran.block.text}")
    path.write_text(document, encoding="utf-8")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        _write_anew(Path(name).resolve())
