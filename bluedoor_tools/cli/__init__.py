"""The command line.

`options` and `filters` read a command line, `commands` runs it: `jobs`, `records` and `about` hold the commands,
`output` writes what they give, `text_table` prints for a terminal, `advice` says the library's advice in options.
"""

from .commands import main

__all__ = ["main"]
