"""The command line: `commands` runs them, `options` reads them, `text_table` prints for a terminal."""

from .commands import main

__all__ = ["main"]
