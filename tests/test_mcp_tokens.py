"""The bound on tokens against the two real vocabularies."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluedoor_tools import Client
from mcp_server import tokens
from mcp_server.tokens import TABLES, at_most
from tests.make_token_tables import encodings, tables

ENCODINGS = encodings()

PARTS = [
    *(
        "abc",
        "engineer",
        "HTMLParser",
        "don't",
        "WE'LL",
        "'S",
        "'ſ",
        "ſ",
        "Straße",
        "É",
        "e\u0301",
        "\u0301",
        "Ãé",
        "ª",
        "ʰ",
    ),
    *("ǅ", "Ⅷ", "²", "一", "中文", "の", "ا", "\u200d", "😀", "👩\u200d💻", "\u0378", "\U000e0041", "\ud800", "\ue000"),
    *(
        " ",
        "   ",
        "\n",
        "\r\n",
        "\t",
        "\u3000",
        "\xa0",
        "\x1c",
        "\x85",
        "\u2028",
        "\x00",
        "/",
        "://",
        "!",
        '"},{"',
        "----",
    ),
    *("1", "12345", "0c1f9a77b3e4", "2026-06-06T07:16:40+00:00", "YWJjZGVmZ2hpamtsbW5vcA==", "%C3%A9", "<|endoftext|>"),
]
TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(PARTS) | st.text(max_size=4), max_size=14).map("".join),
    st.text("abcdefghijklmnopqrstuvwxyzABC -_'\"0", max_size=80),
    st.text("0123456789abcdef-", max_size=80),
    st.text(" \t\r\n\xa0/!", max_size=30),
    st.binary(max_size=40).map(lambda data: data.decode("latin-1")),
)


def real(text: str) -> list[int]:
    """What each vocabulary counts."""
    return [len(encoding.encode_ordinary(text)) for encoding in ENCODINGS]


def joined(encoding: Any, piece: bytes) -> int:
    """The tokens of a piece that is not cut any further."""
    ranks = encoding._mergeable_ranks
    parts = [piece[place : place + 1] for place in range(len(piece))]
    while pairs := [
        (ranks[pair], place) for place in range(len(parts) - 1) if (pair := b"".join(parts[place : place + 2])) in ranks
    ]:
        place = min(pairs)[1]
        parts[place : place + 2] = [parts[place] + parts[place + 1]]
    return len(parts)


@pytest.fixture(scope="module")
def postings(sample: Client) -> list[dict[str, Any]]:
    """Sample postings as they are answered, with descriptions."""
    frame = sample.search_jobs(limit=150, description=True)
    kept = [
        "title",
        "company",
        "location_text",
        "workplace_type",
        "salary_min",
        "job_id",
        "source_url",
        "description_text",
    ]
    frame["first_seen_at"] = frame["first_seen_at"].astype(str)
    found: list[dict[str, Any]] = json.loads(frame[[*kept, "first_seen_at"]].to_json(orient="records"))
    return found


@settings(max_examples=700, deadline=None)
@given(TEXTS)
def test_never_below_a_vocabulary(text: str) -> None:
    """No text has more tokens than the bound, in either vocabulary."""
    assert at_most(text) >= max(real(text))


@pytest.mark.parametrize(
    "text", ["a" * 3000, "中" * 500, " " * 3000, "Ab" * 700, "! " * 900, "é\u0378 " * 300, "ab cd\u0378e " * 90]
)
def test_long_runs(text: str) -> None:
    """Runs too long to be joined are bounded as well."""
    assert max(real(text)) <= at_most(text) <= len(text.encode())


def test_every_character_between_letters() -> None:
    """Each character of the basic plane is cut off, or not, as the tokenisers do."""
    for start in range(0, 0x10000, 16):
        text = "".join(f"a{chr(code)}A{chr(code)}1 {chr(code)}" for code in range(start, start + 16))
        assert at_most(text) >= max(real(text)), hex(start)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.sampled_from([part for part in PARTS if part not in ("\u0378", "\ud800")]), max_size=14).map("".join)
)
def test_cut_as_the_tokenisers_do(text: str) -> None:
    """The pieces, each joined by itself with the whole vocabulary, have as many tokens as the text."""
    kinds = text.translate(tokens._kind_of_character())
    for encoding, vocabulary in zip(ENCODINGS, tokens._vocabularies(), strict=True):
        pieces = vocabulary.pieces(text, kinds)
        assert "".join(pieces) == text
        assert sum(joined(encoding, piece.encode()) for piece in pieces) == len(encoding.encode_ordinary(text))


def test_exact_on_frequent_words() -> None:
    """Where all words are frequent, the bound is the count."""
    text = "We don't know: is it 12345 or 7?\n\n  They say we'll be there in 2024 (and more)."
    assert at_most(text) == max(real(text))


def test_empty() -> None:
    """Nothing is no tokens."""
    assert at_most("") == 0


def test_tight_on_descriptions(postings: list[dict[str, Any]]) -> None:
    """On English descriptions the bound is at most an eighth above o200k."""
    texts = [posting["description_text"] for posting in postings if posting["description_text"]]
    assert len(texts) > 100
    assert sum(map(at_most, texts)) <= 1.125 * sum(real(text)[0] for text in texts)


def test_tight_on_rows(postings: list[dict[str, Any]]) -> None:
    """On JSON rows with ids, dates and URLs the bound is at most a quarter above o200k."""
    rows = [json.dumps({key: value for key, value in each.items() if key != "description_text"}) for each in postings]
    assert sum(map(at_most, rows)) <= 1.25 * sum(real(row)[0] for row in rows)


def test_tables_are_what_the_vocabularies_say() -> None:
    """The shipped tables are those that the generator makes today, read from the same vocabularies."""
    assert zlib.decompress(TABLES.read_bytes()) == tables()
    assert TABLES.stat().st_size < 150_000
