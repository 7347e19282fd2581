"""What the MCP server answers to bad input and in bad weather: short, naming the fix, in the words of its tools."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import httpx
import pytest

import bluedoor_tools as bd
from bluedoor_tools.backends.api import ApiBackend
from bluedoor_tools.client import Client
from bluedoor_tools.wire.transport import Transport
from mcp_server.tools import TOOLS
from mcp_server.wording import in_tools
from tests.api_face import FaceApp, FaceData, Faults
from tests.api_face.examples import CLOCK, job, org, small_data, source
from tests.clients import FACE_URL, SkippingClock, Unlimited, client_of, with_limit
from tests.mcp_calls import ERAS, answer, as_json, connected, in_process, rows

_PYTHON = re.compile(
    r"\bbd\.|\bdf\b|\bNone\b|\bTrue\b|\bFalse\b|Traceback|\bframe\b|connect\(|iter_jobs|get_jobs\(|columns=|Error:"
)
_KEY = "jobs_live_0123456789abcdef"
_JOB = "76a82054d2c45c7b4c4f9ca9915c4b03b7a5b303"
DATA = small_data(60)

# What is called, with what, and what the answer must name.
_WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("search_jobs", {"query": "nurse"}, "Did you mean 'q'?"),
    ("search_jobs", {"remote": True}, "Did you mean 'workplace_type'?"),
    ("search_jobs", {"page": 2}, "Did you mean 'cursor'?"),
    ("search_jobs", {"offset": 10}, "next_cursor"),
    ("search_jobs", {"citty": "Berlin"}, "Did you mean 'city'?"),
    ("search_jobs", {"sort": "salary"}, "newest first"),
    ("search_jobs", {"active": True}, "status='active'"),
    ("search_jobs", {"job_ids": ["x"]}, "get_job(job_id=…)"),
    ("search_jobs", {"include": "description"}, "description_text"),
    ("get_job", {"id": _JOB}, "Did you mean 'job_id'?"),
    ("get_job", {"url": "https://jobs.lever.co/x/y"}, "Did you mean 'job_id'?"),
    ("fetch", {"job_id": _JOB}, "Did you mean 'id'?"),
    ("search", {"q": "nurse"}, "Did you mean 'query'?"),
    ("get_job", {}, "job_id is missing"),
    ("search_jobs", {"limit": "ten"}, "limit takes a whole number, not 'ten'"),
    ("search_jobs", {"limit": True}, "limit takes a whole number"),
    ("search_jobs", {"limit": 101}, "use 1 to 100"),
    ("search_jobs", {"limit": 0}, "use 1 to 100"),
    ("get_job", {"job_id": _JOB, "offset": -1}, "use 0 or more"),
    ("get_job", {"job_id": _JOB, "sections": ["raw"], "offset": 10**7}, "offset=0"),
    ("get_job", {"job_id": _JOB, "sections": ["facts"], "offset": 9}, "sections=['raw']"),
    ("get_job", {"job_id": _JOB, "sections": ["event"]}, "Did you mean 'events'?"),
    ("search_jobs", {"salary_min": "NaN"}, "salary_min takes a number"),
    ("search_jobs", {"salary_min": 10**400}, "salary_min takes a number"),
    ("search_jobs", {"q": {"a": 1}}, "q takes text"),
    ("search_jobs", {"city": []}, "leave it out"),
    ("search_jobs", {"q": " "}, "Leave the filter out"),
    ("search_jobs", {"q": "x" * 5000}, "use at most 1,000"),
    ("search_jobs", {"workplace_type": "remot"}, "Did you mean 'remote'?"),
    ("search_jobs", {"status": "open"}, "'any' stands for both"),
    ("search_jobs", {"fields": ["titel"]}, "Did you mean 'title'?"),
    ("search_jobs", {"posted_after": "yesterday"}, "'7d'"),
    ("search_jobs", {"first_seen_after": "7d", "first_seen_before": "30d"}, "Swap the dates"),
    ("search_jobs", {"org_ids": ["abc"]}, "find_orgs(name=…)"),
    ("search_jobs", {"company": "Corvenmor Health"}, "Did you mean 'Corvenmoor Health'?"),
    ("search_jobs", {"company": "zzzz qqqq"}, "find_orgs(name=…)"),
    ("search_jobs", {"cursor": "abc"}, "next_cursor of the same search"),
    ("search_jobs", {"cursor": "A" * 40}, "next_cursor"),
    ("facets", {"field": "cty"}, "Did you mean 'city'?"),
    ("facets", {"field": "city", "by": "city"}, "two different fields"),
    ("facets", {"by": "city"}, "Give one of country"),
    ("get_job", {"job_id": "0" * 40}, "no job 0000"),
    ("get_job", {"job_id": "spotify"}, "40 hex digits"),
    ("get_job", {"job_id": "https://www.linkedin.com/jobs/view/123"}, "Lever, Greenhouse"),
    ("get_job", {"job_id": "https://acme.taleo.net/careersection/2/jobdetail.ftl?job=1"}, "search_jobs"),
    ("get_job", {"job_id": "http://["}, "not a readable URL"),
    ("search_events", {"job_id": _JOB, "event_types": "job.closed"}, "job_ids=[…]"),
    ("search_events", {"event_types": "closed"}, "Did you mean 'job.closed'?"),
    ("find_orgs", {"name": ""}, "Write the company's name"),
    ("describe_data", {"about": "columns", "field": "city"}, "Leave one of them out"),
    ("describe_data", {"about": "colums"}, "Did you mean 'columns'?"),
    ("search", {"query": "jobs"}, "words of a job's title"),
]  # fmt: skip


def _fair(words: str) -> None:
    """An error is short, in one's own words, and speaks no Python; every tool and argument it names exists."""
    assert words.startswith("error: ") and len(words) < 1200
    assert not _PYTHON.search(words), words
    for tool, inside in re.findall(r"\b([a-z]+(?:_[a-z]+)*)\(([^)]*)\)", words):
        assert tool in TOOLS, words
        assert set(re.findall(r"(\w+)=", inside)) <= set(TOOLS[tool].arguments), words


@pytest.mark.parametrize(("tool", "arguments", "named"), _WRONG)
def test_wrong_arguments_are_answered_with_the_fix(
    sample: Client, tool: str, arguments: dict[str, Any], named: str
) -> None:
    """Each mistake is an error that names what to write instead."""
    found = answer(sample, tool, **arguments)
    assert found.is_error, found.words
    assert named in found.words
    _fair(found.words)
    assert "error" in found.structure and found.structure["error"] != tool


@pytest.mark.parametrize("mode", ERAS)
def test_the_server_marks_errors_and_goes_on(sample: Client, mode: str) -> None:
    """Errors are results with is_error, in text and structure alike; the next call is answered."""

    async def work(session: Any) -> Any:
        unknown = await session.call_tool("search_job", {})
        wrong = await session.call_tool("search_jobs", {"limit": 0})
        return unknown, wrong, await session.call_tool("search_jobs", {"limit": 1})

    unknown, wrong, right = connected(sample, work, mode=mode)
    assert unknown.is_error and "Did you mean 'search_jobs'?" in unknown.content[0].text
    assert wrong.is_error and wrong.structured_content["error"] in wrong.content[0].text
    assert not right.is_error


def test_what_hosts_are_known_to_write_is_understood(sample: Client) -> None:
    """Numbers and lists as text, one value for a list, and null count as what they mean."""

    def shown(**arguments: Any) -> Any:
        found = answer(sample, "search_jobs", **arguments).structure
        return found["applied"], found["jobs"]

    assert shown(limit="10", workplace_type='["remote", "hybrid"]', q=None) == shown(
        limit=10, workplace_type=["remote", "hybrid"]
    )
    assert shown(limit=3.0, workplace_type="remote", salary_exists="true") == shown(
        limit=3, workplace_type=["remote"], salary_exists=True
    )
    assert shown(city='["Berlin", "Boston"]') == shown(city=["Berlin", "Boston"])


def test_a_key_typed_into_an_argument_is_never_repeated(sample: Client) -> None:
    """Wherever a key is typed, no answer holds it; nothing is sent with it."""
    for tool in TOOLS:
        for name in (*TOOLS[tool].arguments, _KEY, "api_key"):
            for value in (_KEY, [_KEY], f"Bearer {_KEY}", {"a": _KEY}):
                arguments: dict[str, Any] = {name: value}
                found = answer(sample, tool, **arguments)
                assert _KEY not in found.words + as_json(found.structure), (tool, name)
    said = in_process(sample, _KEY, {}).content[0].text
    assert "There is no tool" in said


def test_two_companies_of_one_name_are_told_apart() -> None:
    """An ambiguous company is an error that gives the ids to choose from."""
    orgs = [org(0, display_name="Acme"), org(1, display_name="Acme"), org(2)]
    client, _ = client_of(FaceData.of([job(0), job(1)], orgs, [source(n) for n in range(3)], [], CLOCK))
    found = answer(client, "search_jobs", company="Acme")
    assert found.is_error and all(one["org_id"] in found.words for one in orgs[:2]) and "org_ids" in found.words
    _fair(found.words)


def test_nothing_found_says_what_to_loosen_with_counts(sample: Client, raw: FaceData) -> None:
    """The counts without each of the filters are those of the raw records."""
    asked: dict[str, Any] = {"q": "nurse", "country": "Germany", "workplace_type": "remote", "city": "Boston"}
    found = answer(sample, "search_jobs", **asked).structure
    assert found["total"] == 0 and found["complete"] is True and "error" not in found

    def count(leave_out: str) -> int:
        def fits(one: dict[str, Any]) -> bool:
            words = re.findall(r"\w+", f"{one['title']} {one['department'] or ''}".casefold())
            return all([
                leave_out == "status" or one["status"] == "active",
                leave_out == "q" or "nurse" in words,
                *(leave_out == name or one[name] == asked[name] for name in ("country", "workplace_type", "city")),
            ])  # fmt: skip

        return sum(map(fits, raw.jobs))

    assert found["matches_without"] == {
        name: count(name) for name in ("q", "country", "workplace_type", "city", "status")
    }
    assert "country" in found["loosen"] or not any(found["matches_without"].values())


def test_closed_postings_are_counted_among_what_could_be_loosened(sample: Client, raw: FaceData) -> None:
    """Where only closed postings match, the count without the status says how many."""
    titles = Counter(one["title"] for one in raw.jobs)
    closed = next(one for one in raw.jobs if one["status"] == "expired" and titles[one["title"]] == 1)
    found = answer(sample, "search_jobs", title=closed["title"], org_ids=[closed["org_id"]]).structure
    assert found["total"] == 0 and found["matches_without"]["status"] == 1
    assert "status" in found["loosen"]


def test_words_that_match_nothing_together_are_counted_alone(sample: Client, raw: FaceData) -> None:
    """Of a query of several words, each is counted."""
    found = answer(sample, "search_jobs", q="underwater nurse").structure
    nurses = sum(
        "nurse" in re.findall(r"\w+", f"{one['title']} {one['department'] or ''}".casefold()) for one in raw.jobs
    )
    assert found["matches_of_word"] == {"underwater": 0, "nurse": nurses}
    assert "fewer words" in found["loosen"]


def test_lists_without_rows_say_what_to_do(sample: Client, raw: FaceData) -> None:
    """No organisation comes with advice; no event with the counts without each filter."""
    assert "shorter part" in answer(sample, "find_orgs", name="zzzzqqq").words
    found = answer(sample, "search_events", observed_after="2030-01-01", event_types=["job.reopened"]).structure
    reopened = sum(one["event_type"] == "job.reopened" for one in raw.events)
    assert reopened and found["matches_without"] == {"observed_after": reopened, "event_types": 0}
    assert found["loosen"] == "Leave out or widen: observed_after."


def test_counts_of_nothing_say_what_to_loosen(sample: Client, raw: FaceData) -> None:
    """Where nothing can be counted, filters are to blame, or the field: each is said, with counts."""
    active = [one for one in raw.jobs if one["status"] == "active"]
    found = answer(sample, "facets", field="city", country="Germny", provider="lever").structure
    assert found["total"] == 0 and found["did_you_mean"] == {"country": "Germany"}
    assert found["matches_without"]["country"] == sum(one["provider"] == "lever" for one in active)
    assert "notes" not in found  # of shares there are none
    within = [one for one in active if one["country"] == "Singapore"]
    assert within and not any(one["region"] for one in within)
    found = answer(sample, "facets", field="region", country="Singapore").structure
    assert found["total"] == len(within) and "another" in found["loosen"] and "matches_without" not in found


def test_filters_whose_schema_is_a_list_take_one_value_as_it_is(sample: Client) -> None:
    """A validating host sends lists only, others a value: both ask the same, and text stays the text it was."""
    names = ("company", "city", "region", "country", "department", "provider", "workplace_type", "employment_type")
    assert all(TOOLS["search_jobs"].arguments[name]["type"] == "array" for name in names)
    one, of_one = (answer(sample, "search_jobs", city=value).structure for value in ("Boston", ["Boston"]))
    assert one == of_one and one["applied"]["city"] == "Boston" and one["total"]
    for written in ("1e5", "007", "true", "null"):
        assert answer(sample, "search_jobs", city=written).structure["applied"]["city"] == written


# --- bad weather


def _weather(faults: Faults, data: FaceData = DATA) -> tuple[Client, FaceApp]:
    return client_of(data, faults)


@pytest.mark.parametrize(
    ("faults", "said"),
    [
        (Faults(error_every=1, error_status=429, retry_after=3600), "asks to wait 3600 s"),
        (Faults(error_every=1, error_status=503), "503"),
        (Faults(close_every=1), ""),
        (Faults(html_every=1), ""),
        (Faults(cut_every=1), ""),
        (Faults(error_every=1, error_status=401), ""),
    ],
)
@pytest.mark.parametrize("tool", ["search_jobs", "get_job", "facets", "search_events", "find_orgs", "search", "fetch"])
def test_a_failing_api_is_told_of(faults: Faults, said: str, tool: str) -> None:
    """Limits, failures, lost connections and answers that are none: what happened and what to do, in short."""
    faults.reset()
    arguments: dict[str, dict[str, Any]] = {
        "get_job": {"job_id": _JOB}, "facets": {"field": "city"}, "find_orgs": {"name": "x"}, "search": {"query": "x"},
        "fetch": {"id": _JOB},
    }  # fmt: skip
    found = answer(_weather(faults)[0], tool, **arguments.get(tool, {}))
    assert found.is_error and said in found.words
    _fair(found.words)


def test_an_api_that_cannot_be_reached_is_told_of() -> None:
    """No connection: the answer names the address's host and what to try."""

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("connection refused", request=request)

    clock = SkippingClock()
    way = Transport(FACE_URL, transport=httpx.MockTransport(refuse), clock=clock, limiter=Unlimited(clock=clock))
    found = answer(Client(ApiBackend(way)), "search_jobs")
    assert found.is_error and "face.test" in found.words and "BLUEDOOR_BACKEND=sample" in found.words
    _fair(found.words)


def test_half_a_result_keeps_its_rows_and_goes_on() -> None:
    """A load that breaks off midway gives what it had, says so, and its cursor leads to the rest."""
    data = small_data(90)
    faults = Faults(only="/jobs/search", error_every=0)
    client, _ = client_of(data, faults, alter=lambda request: with_limit(request, 20))
    seen = 0

    def fail_later(payload: Any) -> Any:
        nonlocal seen
        seen += 1
        if seen == 2:
            faults.error_every = 1
        return payload

    faults.mutators.append(fail_later)
    first = answer(client, "search_jobs", status="any", limit=100, fields=["job_id"]).structure
    assert "error" not in first, first
    given = [row["job_id"] for row in rows(first, "jobs")]
    assert 0 < len(given) < 90 and first["complete"] is False and first["reason"]
    faults.error_every = 0
    faults.mutators.clear()
    cursor = first["next_cursor"]
    while cursor:
        page = answer(client, "search_jobs", status="any", limit=100, fields=["job_id"], cursor=cursor).structure
        given += [row["job_id"] for row in rows(page, "jobs")]
        cursor = page.get("next_cursor")
    assert len(given) == len(set(given)) == 90


def test_a_filter_that_the_api_ignores_is_told_of() -> None:
    """Where the API drops a filter in silence, the notes of the answer say so."""
    client, _ = client_of(DATA, ignored_filters=frozenset({"city"}))
    found = answer(client, "search_jobs", city="Berlin", limit=5).structure
    assert any("city" in note for note in found["notes"]), found


def test_a_record_that_drifted_is_told_of() -> None:
    """Values of another type than promised are noted, and no part of the answer breaks."""
    jobs = [job(0, salary_min="a lot", title=17), job(1)]
    client, _ = client_of(FaceData.of(jobs, [org(0), org(1)], [], [], CLOCK))
    found = answer(client, "search_jobs", limit=5).structure
    assert len(found["jobs"]["rows"]) == 2 and any("salary_min" in note for note in found["notes"]), found


@pytest.mark.parametrize(
    "advice",
    [
        "The key was refused: check BLUEDOOR_API_KEY or the api_key given.",
        "It wants a key: set BLUEDOOR_API_KEY, or pass connect(api_key=…); reading works without.",
        "Without a network, work on the embedded sample: bd.connect('sample'), or BLUEDOOR_BACKEND=sample.",
        "Connect again: bd.connect(…).",
        "Use 'api', 'sample' or a URL; bd.read_jobs(path) reads a saved answer.",
        "Write it in quotes; several as a list, or as one column of a frame.",
        *bd.contract.STATED_ELSEWHERE.values(),
    ],
)
def test_advice_of_the_library_speaks_of_tools(advice: str) -> None:
    """What the library advises in Python is said in the words of the tools."""
    assert not _PYTHON.search(in_tools(advice))


def test_the_servers_own_secrets_are_never_repeated(monkeypatch: pytest.MonkeyPatch, sample: Client) -> None:
    """A key or token of the environment that a caller types is refused, and not repeated, whatever its form."""
    monkeypatch.setenv("BLUEDOOR_API_KEY", "an-odd-key-9")
    monkeypatch.setenv("BLUEDOOR_MCP_TOKEN", "a-token-of-some-length")
    for text in ("an-odd-key-9", "see a-token-of-some-length"):
        found = answer(sample, "search_jobs", q=text)
        assert found.is_error and text not in found.words and "BLUEDOOR_API_KEY" in found.words
