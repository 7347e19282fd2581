"""Reads the TOML files of `vocabulary/`. Blocks of text hold one phrase a line."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "vocabulary"


@cache
def read(name: str) -> dict[str, Any]:
    """The content of `vocabulary/{name}.toml`."""
    with (FOLDER / f"{name}.toml").open("rb") as handle:
        return tomllib.load(handle)


def lines(block: str) -> list[str]:
    """The phrases of a block."""
    return [line.strip() for line in block.strip().splitlines() if line.strip()]
