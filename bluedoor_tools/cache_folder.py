"""The folder in which what can be had again is kept: the unpacked sample, and records asked for before."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

__all__ = ["cache_folder"]


def cache_folder(folder: Path | None = None) -> Path:
    """The one given, or ``BLUEDOOR_CACHE_DIR``, or else the system's place for caches; if new, of its user alone."""
    if folder is None:
        folder = Path(os.environ.get("BLUEDOOR_CACHE_DIR") or platformdirs.user_cache_path("bluedoor-tools"))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
