"""Writes the embedded sample, or checks that the file holds what the generator makes."""

from __future__ import annotations

import argparse
import lzma
import sys
from pathlib import Path

from sample_generator.sample import SEED, make_lines

TARGET = Path(__file__).resolve().parent.parent / "bluedoor_tools" / "backends" / "sample" / "sample.jsonl.xz"


def compress(text: str) -> bytes:
    """One xz stream. The integrity check is named, because its default may change."""
    return lzma.compress(
        text.encode("utf-8"), format=lzma.FORMAT_XZ, check=lzma.CHECK_CRC64, preset=9 | lzma.PRESET_EXTREME
    )


def main(arguments: list[str] | None = None) -> int:
    """Return 0, or 1 where `--check` finds a difference."""
    parser = argparse.ArgumentParser(prog="sample_generator", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the file; exit 1 on difference")
    parser.add_argument("--output", type=Path, default=TARGET, help="the file to write or to check")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(arguments)
    text = "\n".join(make_lines(options.seed)) + "\n"
    if options.check:
        # Content and not bytes: another version of liblzma may pack the same content differently.
        stored = lzma.decompress(options.output.read_bytes()).decode("utf-8") if options.output.exists() else ""
        if stored == text:
            print(f"{options.output.name} holds what the generator makes")
            return 0
        pairs = zip(stored.split("\n"), text.split("\n"), strict=False)
        line = next((number for number, (old, new) in enumerate(pairs, 1) if old != new), "the end")
        print(
            f"{options.output.name} differs from the generator's content, first at line {line}",
            file=sys.stderr,
        )
        return 1
    packed = compress(text)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_bytes(packed)
    print(f"{options.output.name}: {len(packed):,} bytes, {text.count(chr(10)):,} lines")
    return 0


if __name__ == "__main__":
    sys.exit(main())
