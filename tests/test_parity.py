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


@st.composite
def queries(draw: st.DrawFn) -> dict[str, Any]:
    """Filters of a search: none to four of them, and a status."""
    names = draw(
        st.lists(st.sampled_from([name for name in contract.PARAMETERS if name != "status"]), max_size=4, unique=True)
    )
    query = {name: draw(one_filter(name)) for name in names}
    query["status"] = draw(st.sampled_from(["active", "expired", None]))
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


PARITY = settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


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
        assert at_most == (1000 if bd.card(left)["capped"] else counted)


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
