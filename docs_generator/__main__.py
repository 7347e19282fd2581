"""Writes the generated pages, or checks that the files hold what the code says now."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from docs_generator.pages import PAGES

TARGET = Path(__file__).resolve().parent.parent / "docs"


def main(arguments: list[str] | None = None) -> int:
    """Return 0, or 1 where `--check` finds a difference."""
    parser = argparse.ArgumentParser(prog="docs_generator", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the files; exit 1 on difference")
    parser.add_argument("--output", type=Path, default=TARGET, help="the folder to write to or to check")
    options = parser.parse_args(arguments)
    stale = []
    for name, make in PAGES.items():
        path, text = options.output / name, make()
        if options.check:
            stored = path.read_text(encoding="utf-8") if path.exists() else ""
            if stored != text:
                pairs = zip(stored.split("\n"), text.split("\n"), strict=False)
                line = next((number for number, (old, new) in enumerate(pairs, 1) if old != new), "the end")
                stale.append(f"{name}, from line {line}")
        else:
            path.write_text(text, encoding="utf-8")
    if stale:
        print(f"not as the code says: {'; '.join(stale)}. Write anew: python -m docs_generator", file=sys.stderr)
    elif options.check:
        print(f"{', '.join(PAGES)} are as the code says")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
