"""Makes the tables of `mcp_server.tokens` from the two vocabularies: ``python -m tests.make_token_tables``."""

from __future__ import annotations

import re
import warnings
import zlib
from typing import Any

from mcp_server.tokens import TABLES

FIRST = 10_000  # entries of each vocabulary that are shipped in their order
WORDS = 60_000  # words are shipped that stand above this place in both
_WORTH_IT = re.compile(rb" ?[A-Za-z]+|[ -~]{2,4}")


def encodings() -> tuple[Any, Any]:
    """The tokenisers o200k and cl100k."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of the package's own, when it reads its files
        import bpe_openai  # type: ignore[import-untyped]

        return bpe_openai.get_encoding("o200k_base"), bpe_openai.get_encoding("cl100k_base")


def tables() -> bytes:
    """First tokens of o200k, first tokens of cl100k, further words: joined by a byte that stands in no token."""
    o200k, cl100k = (encoding._mergeable_ranks for encoding in encodings())
    first = [[token for token, place in each.items() if place < FIRST and len(token) > 1] for each in (o200k, cl100k)]
    words = [
        token
        for token, place in o200k.items()
        if FIRST <= max(place, cl100k.get(token, WORDS)) < WORDS and _WORTH_IT.fullmatch(token)
    ]
    return b"\xff\xff".join(b"\xff".join(part) for part in (*first, sorted(words)))


if __name__ == "__main__":
    TABLES.write_bytes(zlib.compress(tables(), 9))
