"""Every row of bluedoor's posting page and every endpoint has a call that serves it: each is made, on both backends.

What the calls answer is compared between the sample and the API face on a socket, and, where bluedoor's own page
prints it, with that page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal, assert_series_equal

import bluedoor_tools as bd
from bluedoor_tools import contract
from bluedoor_tools.client import Client
from bluedoor_tools.contract import PageRow
from tests.api_face import FaceApp, FaceData

PAGE = (Path(__file__).parent / "data" / "posting_page.txt").read_text(encoding="utf-8").splitlines()
SEED: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "job_response.json").read_text("utf-8"))["data"]
FUNCTIONS = [name for name in bd.__all__ if callable(getattr(Client, name, None))]
SECTIONS = ["Job facts", "Related slices", "Linked records", "Description", "Full job record", "Get this page with API"]
CALLED = [entry for entry in contract.ENDPOINTS if entry.call]
ROWS = pytest.mark.parametrize("row", contract.PAGE_ROWS, ids=lambda row: f"{row.section}: {row.row}")


def rows_of(section: str) -> list[PageRow]:
    return [row for row in contract.PAGE_ROWS if row.section == section]


def printed_in(section: str) -> list[str]:
    """The lines of a section of the page, without blank ones."""
    place = SECTIONS.index(section)
    start = PAGE.index(section) + 1
    end = PAGE.index(SECTIONS[place + 1]) if place + 1 < len(SECTIONS) else len(PAGE)
    return [line for line in PAGE[start:end] if line.strip()]


def printed_values(lines: Sequence[str], labels: Sequence[str]) -> list[str]:
    """What stands behind each label: the page prints them in order, a value right after its label or below it."""
    values: list[str] = []
    for line in lines:
        following = labels[len(values)] if len(values) < len(labels) else None
        if following is not None and line.startswith(following):
            values.append(line[len(following) :])
        else:
            values[-1] += f"\n{line}"
    assert len(values) == len(labels), f"the page does not print {labels[len(values) :]}"
    return values


def asked(client: Client, call: str, raw: FaceData) -> Any:
    """What a call of the contract gives for the page's posting."""
    names = {name: getattr(client, name) for name in FUNCTIONS}
    values = {
        "job_id": SEED["job_id"],
        "org_id": SEED["org_id"],
        "source_id": SEED["source_id"],
        "many_org_ids": [record["org_id"] for record in raw.orgs],
        "name": "Spotify",
    }
    return eval(call, {"__builtins__": {"dict": dict}}, {**names, **values})


def answered(client: Client, call: str, raw: FaceData) -> Any:
    """The answer of a call, or its error, to be compared."""
    try:
        return asked(client, call, raw)
    except bd.BluedoorError as error:
        return type(error), error.message


def assert_same(left: Any, right: Any) -> None:
    """Frames and series by value and type, records by what the backend answered and what their pages show of it."""
    assert type(left) is type(right)
    if isinstance(left, pd.DataFrame):
        assert_frame_equal(left, right, check_exact=True)
    elif isinstance(left, pd.Series):
        assert_series_equal(left, right, check_exact=True)
    elif isinstance(left, bd.Job | bd.Org | bd.Source):
        assert left.record == right.record
        for part in ("title", "breadcrumb", "heading", "facts", "record", "linked", "description"):
            assert getattr(left.page, part, None) == getattr(right.page, part, None)
    else:
        assert left == right


@ROWS
def test_each_row_of_the_page_is_served_alike(row: PageRow, sample: Client, socket_api: Client, raw: FaceData) -> None:
    """The call of a row answers, and answers the same from the sample and from the API."""
    left, right = (answered(client, row.call, raw) for client in (socket_api, sample))
    assert_same(left, right)
    if row.row == "Original posting":
        kind, message = left
        assert kind is bd.InvalidRequestError
        assert SEED["source_url"] in message
    else:
        assert not isinstance(left, tuple) or row.section == "Heading"
        if row.section == "Related slices":
            assert len(left) > 0


@pytest.mark.parametrize("entry", CALLED, ids=lambda entry: f"{entry.method} {entry.path}")
def test_each_endpoint_is_served_alike(
    entry: contract.Endpoint, sample: Client, socket_api: Client, raw: FaceData
) -> None:
    """The call of an endpoint answers the same from the sample and from the API; the check-up is each backend's own."""
    left, right = (asked(client, entry.call, raw) for client in (socket_api, sample))
    if entry.call == "doctor()":
        for checks in (left, right):
            assert checks.set_index("check")["outcome"]["reachable"] == "ok"
            assert "failed" not in set(checks["outcome"])
    else:
        assert_same(left, right)
        assert not isinstance(left, pd.DataFrame | pd.Series) or len(left) > 0


@pytest.mark.parametrize("entry", CALLED, ids=lambda entry: f"{entry.method} {entry.path}")
def test_each_call_asks_its_endpoint(entry: contract.Endpoint, api: Client, face: FaceApp, raw: FaceData) -> None:
    """The call that stands beside an endpoint sends a request to it, and not to another one that would do."""
    asked(api, entry.call, raw)
    pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(entry.path))
    assert any(request.method == entry.method and re.fullmatch(pattern, request.path) for request in face.log)


def test_an_endpoint_without_a_call_says_why() -> None:
    """What is not served is said to be so."""
    for entry in contract.ENDPOINTS:
        assert entry.call or "not used here" in entry.answer


def test_the_heading_is_as_printed(sample: Client, raw: FaceData) -> None:
    """Breadcrumb, title and the line below it."""
    breadcrumb, title, heading = (asked(sample, row.call, raw) for row in rows_of("Heading"))
    top = [line for line in PAGE[: PAGE.index("Job facts")] if line.strip()]
    assert top[1:] == ["".join(breadcrumb), title, " · ".join(heading)]


def test_the_facts_are_as_printed(sample: Client, raw: FaceData) -> None:
    """Every row of "Job facts", in the page's order and no other."""
    rows = rows_of("Job facts")
    head, *lines = printed_in("Job facts")
    assert head == "FieldValue"
    assert [asked(sample, row.call, raw) for row in rows] == printed_values(lines, [row.row for row in rows])


def test_the_slices_are_those_printed(sample: Client) -> None:
    """Every row of "Related slices", with what the page says that it contains."""
    head, *lines = printed_in("Related slices")
    assert head == "PageWhat it containsOpen"
    slices = sample.get_job(SEED["job_id"]).slices
    names = [row.row for row in rows_of("Related slices")]
    assert slices["name"].tolist() == names
    told = [f"{contains}Open" for contains in slices["contains"]]
    assert told == printed_values(lines, names)


@pytest.mark.parametrize(
    ("name", "shared"),
    [
        ("Company jobs", "org_id"),
        ("ATS provider jobs", "provider"),
        ("Provider filtered search", "provider"),
        ("City jobs", "city"),
        ("Department jobs", "department"),
        ("Work model jobs", "workplace_type"),
    ],
)
def test_a_slice_contains_what_the_page_says(name: str, shared: str, sample: Client, raw: FaceData) -> None:
    """The postings of a slice are the newest active ones that share with the page's what the slice is named for."""
    (call,) = (row.call for row in rows_of("Related slices") if row.row == name)
    jobs = asked(sample, call, raw)
    alike = [record for record in raw.jobs if record["status"] == "active" and record[shared] == SEED[shared]]
    newest = sorted(alike, key=lambda record: pd.Timestamp(record["first_seen_at"]), reverse=True)
    assert len(jobs) == min(100, len(alike))
    assert set(jobs["job_id"]) <= {record["job_id"] for record in alike}
    assert jobs["first_seen_at"].tolist() == [pd.Timestamp(record["first_seen_at"]) for record in newest[: len(jobs)]]


def test_the_linked_records_are_as_printed(sample: Client, raw: FaceData) -> None:
    """The company by name, the source by id, the provider as people write it."""
    rows = rows_of("Linked records")
    org, source, provider = (asked(sample, row.call, raw) for row in rows)
    printed = printed_values(printed_in("Linked records"), [row.row for row in rows])
    assert [org.name, source.source_id, contract.value_label(provider)] == printed


def test_the_description_is_as_printed(sample: Client, raw: FaceData) -> None:
    """The text, whatever its white space."""
    (row,) = rows_of("Description")
    assert asked(sample, row.call, raw).split() == " ".join(printed_in("Description")).split()


def test_the_record_is_as_printed(sample: Client, raw: FaceData) -> None:
    """Every row of "Full job record", in the page's order and no other; instants to the second, objects as JSON."""
    rows = rows_of("Full job record")
    printed = printed_values(printed_in("Full job record"), [row.row for row in rows])
    instant = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z")
    for row, text in zip(rows, printed, strict=True):
        match asked(sample, row.call, raw):
            case None:
                assert text == "", row.row
            case bool(flag):
                assert text == ("yes" if flag else "no"), row.row
            case str(value):
                assert text == instant.sub(r"\1 \2Z", value), row.row
            case value:
                assert json.loads(text) == value, row.row


def test_the_requests_are_as_printed(sample: Client, raw: FaceData) -> None:
    """The four requests behind the page, each with the record that it leads to."""
    rows = rows_of("Get this page with API")
    ids = {name: SEED[name] for name in ("job_id", "org_id", "source_id")}
    expected = []
    for row in rows:
        method, path = row.row.split(" ")
        expected.append(f"{method} {contract.API_URL}{path.format(**ids)}JSON")
    assert printed_in("Get this page with API")[1:] == expected
    job, org, source, events = (asked(sample, row.call, raw) for row in rows)
    assert (job.job_id, org.org_id, source.source_id) == (ids["job_id"], ids["org_id"], ids["source_id"])
    assert set(events["job_id"]) == {ids["job_id"]}
