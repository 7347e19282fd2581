"""Every answer of the MCP server fits its budget by the real tokenisers, and what is cut can be had."""

from __future__ import annotations

import ast
import json
import re
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bluedoor_tools.client import Client
from mcp_server.tools import TOOLS
from tests.api_face import FaceData
from tests.api_face.examples import CLOCK, event, job, org, source
from tests.clients import client_of
from tests.mcp_calls import all_pages, answer, most_tokens, rows, unread

_EMOJI = "👩🏽‍💻🧑‍🚀🏴󠁧󠁢󠁥󠁮󠁧󠁿"
_CJK = "採用情報・募集要項を確認してください。"
_RARE = "ꙮ𒐫ᠠ𓀀꧁༒"


def _hostile() -> FaceData:
    """Records as large, and in letters as costly, as any can be."""
    wide = {f"field_{number}": _CJK * 20 for number in range(60)}
    jobs = [
        job(0, title="T" * 200_000),
        job(1, description_text=(_CJK + _EMOJI + "\n") * 300),
        job(2, native_structured={str(n): {"text": _RARE * 30, "phone": "212 555 0123"} for n in range(100)}),
        job(3, title=_EMOJI * 400, department=_RARE * 400, location_text=_CJK * 400, city=_EMOJI * 90, team=_CJK * 90),
        job(4, **{f"unknown_{number}": "x" * 50 for number in range(250)}),
        job(5, source_url="https://x.example/" + "y" * 20_000, apply_url="https://x.example/" + "z" * 20_000),
        job(6, description_text="word " * 8_000),
        job(
            7,
            **dict.fromkeys(("employment_type", "country", "region", "salary_raw", "provider_job_key"), _RARE * 100),
        ),
    ]
    events = [
        event(
            number, jobs[1], event_type="job.updated", field_name=_CJK * 9, old_value=_EMOJI * 40, new_value=_RARE * 99
        )
        for number in range(400)
    ]
    # One that opens and closes two hundred times.
    events += [event(1000 + n, jobs[2], event_type=("job.closed", "job.reopened")[n % 2]) for n in range(400)]
    orgs = [org(0, display_name="N" * 10_000), org(1, display_name=_CJK * 500, **wide), org(2, board_count=300)]
    sources = [source(0, **wide), source(1, board_url="https://b.example/" + _RARE * 500), source(2)]
    return FaceData.of(jobs, orgs, sources, events, CLOCK)


HOSTILE = _hostile()
HOSTILE_IDS = [str(record["job_id"]) for record in HOSTILE.jobs]


@pytest.fixture(scope="module")
def hostile(environment: None) -> Client:
    """A client of the hostile records."""
    return client_of(HOSTILE)[0]


_PHASES = (Phase.explicit, Phase.generate)  # records of this size are not made smaller one by one
_BUDGETS = st.integers(1000, 6000)
_SECTIONS = st.lists(
    st.sampled_from(["facts", "description", "events", "org", "source", "raw", "reproduce"]), min_size=1, max_size=7
)
_FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "q": st.sampled_from(["engineer", "nurse", "zzz qqq", "engineer senior", _CJK]),
        "workplace_type": st.sampled_from(["remote", "hybrid", "remot"]),
        "country": st.sampled_from(["United States", "Germany", ["Germany", "Canada"], "x" * 900]),
        "status": st.sampled_from(["any", "active", "expired"]),
        "first_seen_after": st.sampled_from(["7d", "2026-01-01", "tomorrow"]),
        "salary_min": st.sampled_from([1000, 1e9, "NaN"]),
        "company": st.sampled_from(["Corvenmoor Health", "Nobody", _EMOJI * 50]),
    },
)
_MORE: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "search_jobs": {
        "detail": st.sampled_from(["full", "concise"]),
        "limit": st.integers(1, 100),
        "fields": st.sampled_from([["title", "description_text"], ["raw"], ["native_structured"], ["pay", "job_id"]]),
    },
    "facets": {
        "field": st.sampled_from(["city", "department", "country"]),
        "by": st.sampled_from(["status", "workplace_type"]),
        "limit": st.integers(1, 100),
    },
    "search_events": {"limit": st.integers(1, 100)},
    "find_orgs": {"name": st.sampled_from(["c", "Comp", "N" * 30, "health"])},
    "describe_data": {"about": st.sampled_from(["overview", "columns", "events", "filters", "values"])},
    "search": {"query": st.sampled_from(["engineer", "T", "remote nurse in Berlin"])},
}
_CALLS = st.one_of(
    [
        st.tuples(
            st.just(tool),
            _FILTERS if tool in {"search_jobs", "facets"} else st.just({}),
            st.fixed_dictionaries({}, optional=optional),
        )
        for tool, optional in _MORE.items()
    ]
)


@settings(max_examples=15, phases=_PHASES)
@given(call=_CALLS, budget=_BUDGETS, where=st.sampled_from(["sample", "hostile"]))
def test_no_answer_takes_more_tokens_than_the_budget(
    sample: Client, hostile: Client, call: tuple[str, dict[str, Any], dict[str, Any]], budget: int, where: str
) -> None:
    """Whatever is asked of whatever data, text and structure fit by either tokeniser, and say the same."""
    tool, filters, more = call
    found = answer({"sample": sample, "hostile": hostile}[where], tool, budget=budget, **filters, **more)
    assert most_tokens(found) <= budget
    assert found.text is not None or not unread(found.structure, found.words)


@settings(max_examples=15, phases=_PHASES)
@given(
    name=st.sampled_from(HOSTILE_IDS), sections=_SECTIONS, budget=_BUDGETS, tool=st.sampled_from(["get_job", "fetch"])
)
def test_no_posting_takes_more_tokens_than_the_budget(
    hostile: Client, name: str, sections: list[str], budget: int, tool: str
) -> None:
    """A record of any size fits, in any combination of its sections; each is given, or said to be left out."""
    arguments: dict[str, Any] = {"id": name} if tool == "fetch" else {"job_id": name, "sections": sections}
    found = answer(hostile, tool, budget=budget, **arguments)
    assert not found.is_error, found.words
    assert most_tokens(found) <= budget
    if tool == "get_job":
        assert not unread(found.structure, found.words)
        assert {*sections} <= {*found.structure} | {*found.structure.get("left_out", {})}
        for passage in (found.structure.get(section) for section in ("description", "raw")):
            if passage:  # what goes on, goes on where it was cut
                assert passage.get("next_offset", passage["characters"]) == len(passage["untrusted_text"])


@pytest.mark.parametrize("name", HOSTILE_IDS[1:4])
@pytest.mark.parametrize("budget", [1000, 4000])
def test_histories_and_events_fit(hostile: Client, name: str, budget: int) -> None:
    """A history of hundreds of periods, and events of huge values, fit; what is cut is said."""
    found = answer(hostile, "search_events", budget=budget, job_id=name)
    assert most_tokens(found) <= budget
    assert not unread(found.structure, found.words)
    if name == HOSTILE_IDS[2]:
        assert "periods_cut" in found.structure


@settings(max_examples=15, phases=_PHASES)
@given(
    tool=st.sampled_from([*TOOLS]),
    name=st.sampled_from(
        ["q", "job_id", "id", "name", "field", "city", "company", "cursor", "nonsense", "limit", "fields"]
    ),
    value=st.sampled_from(
        [_EMOJI * 500, "x" * 10_000, [_CJK * 200] * 50, {"a": _RARE * 999}, 10**400, -1, None, "\n" * 999]
    ),
    budget=st.just(1000),
)
def test_no_error_repeats_a_huge_argument(hostile: Client, tool: str, name: str, value: Any, budget: int) -> None:
    """Arguments of 10 kB make an error, or an answer, that fits the smallest budget."""
    found = answer(hostile, tool, budget=budget, **{name: value})
    assert most_tokens(found) <= budget


@pytest.mark.parametrize(("section", "at"), [("description", 1), ("raw", 4), ("description", 6)])
def test_a_long_text_is_had_whole_by_its_offsets(hostile: Client, section: str, at: int) -> None:
    """The calls that the answers name lead through a text to its end, character by character."""
    got, arguments = "", {"job_id": HOSTILE_IDS[at], "sections": [section], "contacts": True}
    while True:
        found = answer(hostile, "get_job", budget=3000, **arguments)
        assert not found.is_error and most_tokens(found) <= 3000
        passage = found.structure[section]
        assert passage["untrusted_text"], "no progress"
        got += passage["untrusted_text"]
        if "next_offset" not in passage:
            break
        named = ast.parse(passage["rest"].replace("=true", "=True"), mode="eval").body
        assert isinstance(named, ast.Call) and passage["next_offset"] == len(got)
        arguments = {str(word.arg): ast.literal_eval(word.value) for word in named.keywords}
    assert len(got) == passage["characters"]
    if section == "raw":
        assert json.loads(got).keys() == HOSTILE.jobs[at].keys()
    else:
        assert got.count("word") == HOSTILE.jobs[at]["description_text"].count("word")


def test_a_row_that_fits_nowhere_is_cut_and_its_text_is_had_elsewhere(hostile: Client) -> None:
    """The answer names the call that gives the rest of the text, and the list goes on behind the row."""
    pages = all_pages(hostile, "search_jobs", "jobs", fields=["title", "description_text"], budget=1000)
    assert sum(len(page["jobs"]["rows"]) for page in pages) == len(HOSTILE_IDS)
    cut = [page["cut"] for page in pages if "characters" in page.get("cut", "") and "description_text:" in page["cut"]]
    assert len(cut) == 2  # the two that have a long description
    called = re.search(r'get_job\(job_id="(\w{40})", sections=\["description"\]\)', cut[0])
    assert called and called[1] in HOSTILE_IDS
    assert (
        "untrusted_text"
        in answer(hostile, "get_job", job_id=called[1], sections=["description"]).structure["description"]
    )


@pytest.mark.parametrize("budget", [1200, 4000])
def test_cut_lists_go_on_to_the_same_rows(sample: Client, budget: int) -> None:
    """Pages cut by the budget hold together the rows of one answer that is not."""
    asked: dict[str, Any] = {"q": "nurse", "limit": 40, "posted_after": "30d"}
    pages = all_pages(sample, "search_jobs", "jobs", budget=budget, **asked)
    whole = all_pages(sample, "search_jobs", "jobs", **asked)
    assert [row for page in pages for row in rows(page, "jobs")] == [
        row for page in whole for row in rows(page, "jobs")
    ]
    for page in pages[:-1]:
        assert "next_cursor" in page and page["complete"] is False


def test_counts_that_do_not_fit_are_said_to_be_cut(sample: Client) -> None:
    """Facets that are cut say how many are missing, and are not complete."""
    found = answer(sample, "facets", field="city", by="country", limit=100, budget=1000).structure
    whole = answer(sample, "facets", field="city", by="country", limit=100).structure
    kept, all_rows = found["facets"]["rows"], whole["facets"]["rows"]
    assert kept == all_rows[: len(kept)] and found["complete"] is False
    assert f"last {len(all_rows) - len(kept)} of {len(all_rows)}" in found["cut"]
