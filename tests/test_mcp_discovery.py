"""Tools are found by what users say: a simple keyword ranking, as hosts do, over names, titles and first sentences."""

from __future__ import annotations

import json
import math
import re
from collections import Counter

import pytest

from mcp_server.server import INSTRUCTIONS, _listed
from mcp_server.tools import TOOLS, Tool
from tests.make_token_tables import encodings

ASKED = {
    "search_jobs": (
        "find remote data engineer jobs in Berlin",
        "search job postings that pay more than 100000",
        "show me nurse vacancies posted this week",
        "look for openings at Spotify by title",
    ),
    "get_job": (
        "get the full description of this job posting",
        "get this job by its URL",
        "read the whole posting with job_id 76a82054",
    ),
    "search_events": (
        "did this job close and reopen?",
        "what changed at Acme in the last 7 days",
        "history of this posting: when was it opened and closed",
        "which postings were closed yesterday",
    ),
    "facets": (
        "how many nurse openings are there by state",
        "count postings by country",
        "share of remote versus hybrid by department",
        "how many jobs in each city",
    ),
    "find_orgs": (
        "what companies are called Acme",
        "find the company with the domain acme.com",
        "which employers have Health in their name",
    ),
    "describe_data": (
        "can I trust the salary field",
        "what columns are in the data and what do they mean",
        "how fresh is the data and how large",
        "what can mislead me in this data",
    ),
    "search": (
        "search with one free query for a data connector",
        "connector search of postings by query",
    ),
    "fetch": (
        "fetch the result with this id",
        "fetch the text of a search result for a connector",
    ),
}
_SILENT = (
    "a an and are at by can did do for from have how i in is it its me of on or that the their them there these this "
    "to was were what when which who with you"
)
_COMMON = frozenset(_SILENT.split())
_ENDINGS = re.compile(r"(?:ings?|ies|ied|ed|es|s|y|e)$")


def words(text: str) -> list[str]:
    """The words of a text without their endings, and without those that say nothing."""
    found = re.findall(r"[a-z0-9]+", text.casefold())
    return [_ENDINGS.sub("", word) if len(word) > 3 else word for word in found if word not in _COMMON]


def first_sentence(tool: Tool) -> str:
    """Up to the first full stop that ends a sentence."""
    return re.split(r"\.(?: |$)", tool.description)[0]


def ranked(question: str) -> list[str]:
    """The tools, best first, by BM25 over name, title and first sentence."""
    texts = {
        tool.name: words(f"{tool.name.replace('_', ' ')} {tool.title} {first_sentence(tool)}")
        for tool in TOOLS.values()
    }
    mean = sum(map(len, texts.values())) / len(texts)

    def score(name: str) -> float:
        counts, total = Counter(texts[name]), 0.0
        for word in set(words(question)):
            having = sum(word in text for text in texts.values())
            weight = math.log(1 + (len(texts) - having + 0.5) / (having + 0.5))
            total += weight * counts[word] * 2.2 / (counts[word] + 1.2 * (0.25 + 0.75 * len(texts[name]) / mean))
        return total

    return sorted(texts, key=score, reverse=True)


@pytest.mark.parametrize(
    ("question", "tool"), [(question, tool) for tool, questions in ASKED.items() for question in questions]
)
def test_what_users_say_finds_its_tool(question: str, tool: str) -> None:
    """The tool for the task ranks first."""
    assert ranked(question)[0] == tool


def test_every_tool_is_asked_for_in_two_ways_or_more() -> None:
    """The questions cover the tools."""
    assert set(ASKED) == set(TOOLS)
    assert all(len(questions) >= 2 for questions in ASKED.values())
    assert sum(map(len, ASKED.values())) >= 16


def test_names_and_texts_are_of_the_size_that_hosts_take() -> None:
    """Names fit the narrowest rule; descriptions and instructions are not cut; the whole list costs little."""
    for tool in TOOLS.values():
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", tool.name)
        assert len(tool.description.encode()) <= 2048
    assert len(INSTRUCTIONS.encode()) <= 2048
    listed = [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in _listed()]
    text = json.dumps(listed, ensure_ascii=False, separators=(",", ":"))
    assert len(encodings()[0].encode_ordinary(text)) <= 2500
