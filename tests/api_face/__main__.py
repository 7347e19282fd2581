"""``python -m tests.api_face``: serve the repository's sample until Ctrl-C."""

from __future__ import annotations

import argparse
import contextlib
import threading
from pathlib import Path

from .app import create_app
from .data import load
from .serve import serving


def main() -> None:
    """Print the base URL and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.api_face", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="a loopback port (default: any free one)")
    parser.add_argument("--data", type=Path, default=None, help="JSON lines, plain or .xz (default: the sample)")
    asked = parser.parse_args()
    with serving(create_app(load(asked.data)), port=asked.port) as url:
        print(url, flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
