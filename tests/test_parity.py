"""The same question gives the same answer through either backend.

One side is the API face, over a real loopback socket, with predicates of its own on the raw JSON; the other is the
SQLite store. Nothing but the sample's raw records is shared between them.
"""

from __future__ import annotations

import datetime as dt
import json
import lzma
from collections import defaultdict
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

import bluedoor_tools as bd
from bluedoor_tools import contract
from bluedoor_tools.client import Client
from bluedoor_tools.query import Query
from tests.api_face import default_path

RECORDS: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
for line in lzma.decompress(default_path().read_bytes()).splitlines():
    entry = json.loads(line)
    RECORDS[entry["kind"]].append(entry["data"])
JOBS = RECORDS["job"]


def values_of(field: str) -> list[Any]:
    """The distinct values of a field in the sample, in a fixed order."""
    return sorted({job[field] for job in JOBS if job[field] is not None})


def changed_case(text: str) -> st.SearchStrategy[str]:
    """The text as it is, or in another case."""
    return st.sampled_from([text, text.upper(), text.lower(), text.swapcase()])


def words_of(*fields: str) -> list[str]:
    return sorted({word for job in JOBS for field in fields for word in (job[field] or "").split()})


def parts_of(field: str) -> st.SearchStrategy[str]:
    """A piece of some value of the field."""

    def piece(text: str) -> st.SearchStrategy[str]:
        return st.integers(0, max(0, len(text) - 2)).flatmap(
            lambda start: st.integers(start + 1, len(text)).map(lambda end: text[start:end])
        )

    return (
        st.sampled_from(values_of(field)).flatmap(piece).filter(lambda text: bool(text.strip()) and text.isprintable())
    )


def acceptable(name: str, text: str) -> bool:
    """Whether the library takes the value: raw wordings like a misspelt choice are refused on either backend."""
    try:
        Query.of(dt.datetime(2026, 6, 7, tzinfo=dt.UTC), {name: text})
    except bd.InvalidRequestError:
        return False
    return True


EMPLOYMENT_TYPES = [text for text in values_of("employment_type") if acceptable("employment_type", text)]
INSTANTS = st.datetimes(
    min_value=pd.Timestamp("2025-03-01").to_pydatetime(), max_value=pd.Timestamp("2026-06-08").to_pydatetime()
) | st.sampled_from(
    [text for name in ("first_seen_at", "source_posted_at", "last_changed_at") for text in values_of(name)]
)


def one_filter(name: str) -> st.SearchStrategy[Any]:
    """Values for one filter: mostly such as occur, some that match nothing."""
    parameter = contract.PARAMETERS[name]
    match parameter.match:
        case "tokens":
            words = [word for word in words_of("title", "department") if any(char.isalnum() for char in word)]
            fragments = parts_of("title").filter(lambda text: any(char.isalnum() for char in text))
            return st.lists(st.sampled_from(words) | fragments, min_size=1, max_size=2).map(" ".join)
        case "contains":
            return parts_of(parameter.reads[0])
        case "equals" if name == "employment_type":
            return st.sampled_from(EMPLOYMENT_TYPES).flatmap(changed_case)
        case "equals":
            known = [text for text in values_of(parameter.reads[0]) if text.isprintable()]
            return st.sampled_from(known).flatmap(changed_case)
        case "one_of":
            return st.lists(st.sampled_from(values_of(parameter.reads[0])), min_size=1, max_size=6)
        case "present":
            return st.booleans()
        case "at_least" | "at_most":
            return st.sampled_from(values_of("salary_min")) | st.floats(0, 400_000)
        case _:
            return INSTANTS


LISTED = {"tokens", "contains", "equals"}  # ways to match of which a search may be given several values


def one_or_several(name: str) -> st.SearchStrategy[Any]:
    """Values for one filter, or, where it may be given several, a list of them."""
    one = one_filter(name)
    if contract.PARAMETERS[name].match not in LISTED:
        return one
    return one | one | st.lists(one, min_size=1, max_size=3)


@st.composite
def queries(draw: st.DrawFn) -> dict[str, Any]:
    """Filters of a search: none to four of them, some with several values, and a status."""
    names = draw(
        st.lists(st.sampled_from([name for name in contract.PARAMETERS if name != "status"]), max_size=4, unique=True)
    )
    query = {name: draw(one_or_several(name)) for name in names}
    query["status"] = draw(st.sampled_from(["active", "expired", None, ["active", "expired"]]))
    return query


def both(socket_api: Client, sample: Client, call: Any) -> tuple[Any, Any]:
    """The call's answers, or the kinds of its errors, on either backend."""

    def answer(client: Client) -> Any:
        try:
            return call(client)
        except bd.BluedoorError as error:
            return type(error), error.message

    return answer(socket_api), answer(sample)


def assert_same(left: Any, right: Any) -> None:
    if isinstance(left, pd.DataFrame) and isinstance(right, pd.DataFrame):
        assert_frame_equal(left, right, check_exact=True)
    else:
        assert left == right


PARITY = settings(max_examples=180, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@PARITY
@given(query=queries(), limit=st.sampled_from([1, 7, 100, 130, None]), description=st.booleans())
@example(query={"status": None}, limit=None, description=True)
@example(query={"q": "engine", "status": None}, limit=None, description=False)  # a word is not its beginning
def test_a_search_gives_equal_frames(
    socket_api: Client, sample: Client, query: dict[str, Any], limit: int | None, description: bool
) -> None:
    """Rows, order, columns, dtypes and values are the same through socket and store, for any filters."""
    left, right = both(
        socket_api,
        sample,
        lambda client: client.search_jobs(**query, limit=limit, description=description, columns="all"),
    )
    assert_same(left, right)
    if isinstance(left, pd.DataFrame):
        for name in ("rows", "complete", "reason", "applied"):
            assert bd.card(left)[name] == bd.card(right)[name]
        at_most, counted = bd.card(left)["total"], bd.card(right)["total"]
        if bd.card(left)["capped"] and at_most is not None:
            assert 1000 <= at_most <= counted
        else:
            assert at_most == counted


@settings(PARITY, max_examples=60)
@given(query=queries(), steps=st.lists(st.integers(1, 120), min_size=1, max_size=6))
def test_a_walk_in_steps_gives_the_rows_of_one_load(
    socket_api: Client, sample: Client, query: dict[str, Any], steps: list[int]
) -> None:
    """Going on by cursor, in steps of any size, on either backend: each row once, in the order of a single load."""
    try:
        whole = sample.search_jobs(**query, limit=sum(steps))
    except bd.InvalidRequestError:
        return
    for client in (socket_api, sample):
        cursor, parts = None, []
        for step in steps:
            parts.append(client.search_jobs(**query, limit=step, cursor=cursor))
            cursor = bd.card(parts[-1])["next_cursor"]
            if cursor is None:
                break
        assert [job for part in parts for job in part["job_id"]] == whole["job_id"].tolist()


@settings(PARITY, max_examples=120)
@given(query=queries(), field=st.sampled_from(list(contract.FACET_FIELDS)), limit=st.sampled_from([1, 5, 100]))
def test_facets_are_equal(socket_api: Client, sample: Client, query: dict[str, Any], field: str, limit: int) -> None:
    """Values, counts and shares are the same through socket and store."""
    left, right = both(socket_api, sample, lambda client: client.facets(field, **query, limit=limit))
    assert_same(left, right)


@pytest.mark.parametrize("position", range(0, len(JOBS), 151))
def test_records_pages_and_events_are_equal(socket_api: Client, sample: Client, position: int) -> None:
    """A posting's record, company, page and events are the same through socket and store."""
    job_id = JOBS[position]["job_id"]
    left, right = socket_api.get_job(job_id), sample.get_job(job_id)
    assert left.record == right.record == JOBS[position]
    assert left.company == right.company
    assert left.page.record == right.page.record
    assert_frame_equal(socket_api.job_events(job_id), sample.job_events(job_id), check_exact=True)
    org_id = JOBS[position]["org_id"]
    assert socket_api.get_org(org_id).record == sample.get_org(org_id).record


def test_an_unknown_id_is_not_found_on_either(socket_api: Client, sample: Client) -> None:
    """Both say that there is no such record, in the same kind of error."""
    for client in (socket_api, sample):
        for call in (client.get_job, client.job_events):
            with pytest.raises(bd.NotFoundError):
                call("0" * 40)
        with pytest.raises(bd.NotFoundError):
            client.get_org("00000000-0000-0000-0000-000000000000")


EVENTS = RECORDS["event"]


def one_event_filter(name: str) -> st.SearchStrategy[Any]:
    """Values for one filter of an event search, as they occur."""
    parameter = contract.EVENT_PARAMETERS[name]
    known = sorted({event[parameter.reads[0]] for event in EVENTS if event[parameter.reads[0]] is not None})
    match parameter.match:
        case "equals":
            one = st.sampled_from(known).flatmap(changed_case)
            return one | st.lists(one, min_size=1, max_size=3)
        case "one_of":
            return st.sampled_from(known) | st.lists(st.sampled_from(known), min_size=1, max_size=90)
        case _:
            return st.sampled_from(known) | INSTANTS


@st.composite
def event_queries(draw: st.DrawFn) -> dict[str, Any]:
    """Filters of an event search: none to three of them."""
    names = draw(st.lists(st.sampled_from([*contract.EVENT_PARAMETERS]), max_size=3, unique=True))
    return {name: draw(one_event_filter(name)) for name in names}


@settings(PARITY, max_examples=80)
@given(query=event_queries(), limit=st.sampled_from([1, 7, 100, 130, 300]))
@example(query={}, limit=300)
@example(query={"event_types": ["job.updated", "job.closed"], "observed_after": "2026-06-01"}, limit=None)
def test_an_event_search_gives_equal_frames(
    socket_api: Client, sample: Client, query: dict[str, Any], limit: int | None
) -> None:
    """Rows, order, columns, dtypes and values of events are the same through socket and store, for any filters."""
    left, right = both(socket_api, sample, lambda client: client.search_events(**query, limit=limit))
    assert_same(left, right)
    if isinstance(left, pd.DataFrame):
        for name in ("rows", "complete", "reason", "applied"):
            assert bd.card(left)[name] == bd.card(right)[name]


@settings(PARITY, max_examples=15)
@given(query=event_queries(), steps=st.lists(st.integers(1, 120), min_size=1, max_size=5))
def test_a_walk_through_events_gives_the_rows_of_one_load(
    socket_api: Client, sample: Client, query: dict[str, Any], steps: list[int]
) -> None:
    """Going on by cursor through events, in steps of any size, on either backend: each once, in order."""
    try:
        whole = sample.search_events(**query, limit=sum(steps))
    except bd.InvalidRequestError:
        return
    for client in (socket_api, sample):
        cursor, parts = None, []
        for step in steps:
            parts.append(client.search_events(**query, limit=step, cursor=cursor))
            cursor = bd.card(parts[-1])["next_cursor"]
            if cursor is None:
                break
        assert [event for part in parts for event in part["event_id"]] == whole["event_id"].tolist()


FEW_VALUES = ["country", "workplace_type", "remote_policy", "ats_provider"]


@pytest.mark.parametrize(
    ("by", "field"), [(by, field) for by in FEW_VALUES for field in contract.FACET_FIELDS if by != field]
)
def test_counts_of_pairs_are_equal(socket_api: Client, sample: Client, by: str, field: str) -> None:
    """Counts of two fields are the same through socket and store, under a filter and a list.

    Where the API gives a part only (100 values of a field), its card says so.
    """
    query: dict[str, Any] = {"org_ids": ORGS, "status": ["active", "expired"]}
    left, right = both(socket_api, sample, lambda client: client.facets(field, by=by, max_requests=400, **query))
    assert bd.card(left)["applied"] == bd.card(right)["applied"]
    if bd.card(left)["complete"]:
        assert_same(left, right)
    else:
        assert left["count"].sum() <= len(JOBS)


ORGS = sorted({job["org_id"] for job in JOBS})[::4]


@pytest.mark.parametrize("position", range(0, len(RECORDS["source"]), 53))
def test_boards_are_equal(socket_api: Client, sample: Client, position: int) -> None:
    """A board's record, company and postings are the same through socket and store."""
    source_id = RECORDS["source"][position]["source_id"]
    left, right = socket_api.get_source(source_id), sample.get_source(source_id)
    assert left.record == right.record == RECORDS["source"][position]
    assert (left.company, left.page.slices) == (right.company, right.page.slices)
    assert_frame_equal(
        socket_api.source_jobs(source_id, limit=None), sample.source_jobs(source_id, limit=None), check_exact=True
    )


@pytest.mark.parametrize("position", range(0, len(RECORDS["org"]), 61))
def test_organisations_are_equal(socket_api: Client, sample: Client, position: int) -> None:
    """An organisation by name, its postings, counts, boards and candidates are the same through socket and store."""
    name = RECORDS["org"][position]["display_name"]
    left, right = both(socket_api, sample, lambda client: client.get_org(name).record)
    assert_same(left, right)
    org_id = RECORDS["org"][position]["org_id"]
    for call in (
        lambda client: client.search_jobs(company=name, status=None, limit=None),
        lambda client: client.get_org(org_id).breakdowns(),
        lambda client: client.get_org(org_id).sources(),
        lambda client: client.find_orgs(name),
    ):
        assert_same(*both(socket_api, sample, call))


@pytest.mark.parametrize("position", range(7, len(JOBS), 701))
def test_histories_are_equal(socket_api: Client, sample: Client, position: int) -> None:
    """The periods of a posting are the same through socket and store, but for what the present decides."""
    job_id = JOBS[position]["job_id"]
    left, right = socket_api.history(job_id), sample.history(job_id)
    settled = left["ended_at"].notna() | left["state"].eq("open")
    assert_frame_equal(left[settled], right[settled], check_exact=True)
    assert_frame_equal(left.drop(columns="days"), right.drop(columns="days"), check_exact=True)
