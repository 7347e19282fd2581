"""The commands of the command line, each against its function, on the sample and over a real socket."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from wcwidth import width as cell_len

import bluedoor_tools as bd
from bluedoor_tools import cli, contract
from bluedoor_tools.cli.advice import as_command, in_options
from bluedoor_tools.cli.text_table import flowing_table
from bluedoor_tools.client import Client
from bluedoor_tools.column_meanings import FRAMES, columns
from bluedoor_tools.errors import warn
from bluedoor_tools.frames import FrameBuilder
from bluedoor_tools.query import EventFilters
from bluedoor_tools.walk import Walk
from bluedoor_tools.wire import MOST_CHAINS
from tests.api_face import FaceApp, FaceData, Override, create_app, serving
from tests.api_face.examples import CLOCK, event, job, org, source
from tests.clients import client_of
from tests.test_cli import SYNTHETIC, ids_of, process, terminal
from tests.test_shape import HEAVY

Run = Callable[..., tuple[int, bytes, str]]
SEED_ID = "76a82054d2c45c7b4c4f9ca9915c4b03b7a5b303"
SEED_ORG = "72fe3b06-0d08-4f7d-9dfd-beedeeda0a25"
SEED_SOURCE = "8f76458c-d40f-4324-bb14-bb757d1b7058"
NOWHERE = "11111111-1111-4111-8111-111111111111"
COMPANY = "Corvenmoor Health"  # of the sample's organisations the one with the most boards


@pytest.fixture
def run(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in process on the sample: exit code, standard output, standard error without the sample's line."""
    monkeypatch.setenv("BLUEDOOR_BACKEND", "sample")

    def run(*arguments: str) -> tuple[int, bytes, str]:
        code = cli.main(arguments)
        out, err = capfdbinary.readouterr()
        return code, out, SYNTHETIC.sub("", err.decode())

    return run


@pytest.fixture(params=["sample", "api"])
def both(request: pytest.FixtureRequest, run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The same, once on the sample and once on the API face over a real socket."""
    if request.param == "api":
        monkeypatch.setenv("BLUEDOOR_BACKEND", request.getfixturevalue("socket_api").backend.base_url)
    return run


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Callable[..., FaceApp]:
    """Let the command line talk to a face over these records."""

    def on(*records: Any, **more: Any) -> FaceApp:
        client, face = client_of(FaceData.of(*records, **more))
        monkeypatch.setattr("bluedoor_tools.connection.connect", lambda *_, **__: nullcontext(client))
        return face

    return on


@pytest.fixture
def faced(api: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """The command line talks to this test's own face over the sample."""
    monkeypatch.setattr("bluedoor_tools.connection.connect", lambda *_, **__: nullcontext(api))
    return api


@pytest.fixture
def offline(run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command where connecting fails the test."""

    def connect(*_: Any, **__: Any) -> None:
        raise AssertionError("connected")

    monkeypatch.setattr("bluedoor_tools.connection.connect", connect)
    monkeypatch.setenv("BLUEDOOR_BACKEND", "no such thing")
    return run


def rows(out: bytes) -> list[dict[str, Any]]:
    """The rows of JSON lines."""
    return [json.loads(line) for line in out.splitlines()]


def refused(answer: tuple[int, bytes, str], code: int, *said: str) -> None:
    """The command gave nothing but this exit code and one line with these words."""
    assert answer[:2] == (code, b"")
    assert answer[2].startswith("bluedoor: error: ")
    assert answer[2].count("\n") == 1
    for text in said:
        assert text in answer[2], answer[2]


# --- filters ----------------------------------------------------------------------------------------------------------


def test_a_filter_given_twice_is_a_list(both: Run, sample: Client) -> None:
    """`--city Austin --city Berlin` finds what city=["Austin", "Berlin"] finds; any case and order of the options."""
    wanted = sample.search_jobs(city=["Boston", "austin"], workplace_type="on_site", limit=None)
    assert set(wanted["city"]) == {"Boston", "Austin"}
    options = ["--city", "austin", "--workplace-type", "on_site", "--city", "Boston"]
    code, out, err = both("search", *options, "--limit", "all", "--format", "jsonl")
    assert (code, err) == (0, "")
    assert [row["job_id"] for row in rows(out)] == wanted["job_id"].tolist()
    counts = sample.facets("department", city=["Boston", "austin"], limit=3)
    out = both("facets", "department", "--city", "austin", "--city", "Boston", "--limit", "3", "--format", "jsonl")[1]
    assert [(row["value"], row["count"]) for row in rows(out)] == list(
        zip(counts["value"], counts["count"], strict=True)
    )


def test_a_card_and_cursor_of_a_list(both: Run, sample: Client) -> None:
    """A search of several values goes on where its rows stop, as any other."""
    asked = ["search", "--city", "Boston", "--city", "Austin", "--columns", "job_id"]
    code, out, err = both(*asked, "--limit", "5", "--card")
    assert code == 0
    assert "2 queries, one for each value of city" in err
    option, cursor = re.search(r"^go on +(--cursor) (\S+)$", err, re.M).groups()  # type: ignore[union-attr]
    rest = both(*asked, "--limit", "all", option, cursor)[1]
    wanted = sample.search_jobs(city=["Boston", "Austin"], limit=None)
    assert ids_of((out + rest).decode()) == wanted["job_id"].tolist()


def test_ids_are_joined_or_repeated(run: Run, sample: Client) -> None:
    """--org-ids takes ids joined by commas, repeated, or both."""
    ids: list[str] = sample.search_jobs(limit=None).drop_duplicates("org_id").head(3)["org_id"].tolist()
    wanted = sample.search_jobs(org_ids=ids, limit=None)["job_id"].tolist()
    for options in (["--org-ids", ",".join(ids)], ["--org_ids", f"{ids[0]}, {ids[1]}", "--org-ids", ids[2]]):
        assert ids_of(run("search", *options, "--limit", "all", "--columns", "job_id")[1].decode()) == wanted


@pytest.mark.parametrize("line", [
    "search --posted-after 7d --posted-after 9d", "search --salary-min 5 --salary-min 6",
    "events --observed-before 1d --observed_before 2d", "facets city --q a --q b",
])  # fmt: skip
def test_what_cannot_be_a_list_is_refused_twice(run: Run, line: str) -> None:
    """A second date or amount does not silently replace the first."""
    refused(run(*line.split()), 2, "is given twice")


def test_any_status_stands_alone(run: Run) -> None:
    """Several states are several queries; "any" beside another says two things."""
    code, out, _ = run("search", "--status", "active", "--status", "expired", "--limit", "all", "--columns", "job_id")
    assert code == 0
    assert len(ids_of(out.decode())) == 3000
    refused(run("search", "--status", "any", "--status", "active"), 2, "--status any")


# --- companies --------------------------------------------------------------------------------------------------------


def test_company(both: Run, sample: Client) -> None:
    """--company finds what the organisation's id finds, in searches, counts and events, and may be repeated."""
    named = ["--company", "spotify", "--company", COMPANY]
    wanted = sample.search_jobs(company=["spotify", COMPANY], limit=20)
    assert set(wanted["company"]) <= {"Spotify", COMPANY}
    found = both("search", *named, "--limit", "20", "--format", "jsonl", "--card")
    assert [row["job_id"] for row in rows(found[1])] == wanted["job_id"].tolist()
    assert "by its exact name or domain" in found[2]
    counts = sample.facets("ats_provider", company=["spotify", COMPANY])
    out = both("facets", "ats_provider", *named, "--format", "jsonl")[1]
    assert [row["count"] for row in rows(out)] == counts["count"].tolist()
    events = sample.search_events(company=["spotify", COMPANY], limit=20)
    out = both("events", *named, "--limit", "20", "--format", "jsonl")[1]
    assert [row["event_id"] for row in rows(out)] == events["event_id"].tolist()


def test_a_name_of_two_companies(run: Run, on: Callable[..., FaceApp]) -> None:
    """An ambiguous company is never guessed: both are listed with their ids, and the option that tells them apart."""
    on([job(0), job(1)], [org(0, display_name="Twin"), org(1, display_name="twin")], clock=CLOCK)
    for line in ("search --company Twin", "facets city --company TWIN", "events --company twin", "org Twin"):
        refused(run(*line.split()), 2, org(0)["org_id"], org(1)["org_id"], "--org-ids", "--show candidates")
    out = run("org", "Twin", "--show", "candidates", "--format", "jsonl")[1]
    assert [(row["match"], row["active_jobs"]) for row in rows(out)] == [("exact", 1), ("exact", 1)]


@pytest.mark.parametrize("line", ["search --company Spotfy", "events --company Spotfy", "org Spotfy --show jobs"])
def test_an_unknown_company(run: Run, line: str) -> None:
    """A company that is not there is exit code 3; the nearest is named, and the command that finds parts of names."""
    refused(run(*line.split()), 3, "Did you mean 'Spotify'?", "--show candidates")


def test_company_and_ids(run: Run) -> None:
    """What says the same twice, or an id where a name belongs, is refused in the options' words."""
    refused(run("search", "--company", "x", "--org-ids", SEED_ORG), 2, "--company and --org-ids say the same")
    refused(run("search", "--company", SEED_ORG), 2, f"Use --org-ids {SEED_ORG}.")


# --- facets -----------------------------------------------------------------------------------------------------------


def test_facets_of_two_fields(both: Run, sample: Client) -> None:
    """--by counts the values of a field within those of another, as the function does."""
    wanted = sample.facets("workplace_type", by="country", limit=2)
    code, out, _ = both("facets", "workplace_type", "--by", "country", "--limit", "2", "--format", "jsonl")
    assert code == 0
    assert [(row["by"], row["value"], row["count"]) for row in rows(out)] == list(
        zip(wanted["by"], wanted["value"], wanted["count"], strict=True)
    )
    table = both("facets", "workplace_type", "--by", "country", "--limit", "2")[1].decode()
    assert table.split("\n")[0].split() == ["by", "value", "count", "share"]


def test_facets_bound_their_requests(run: Run, faced: Client, face: FaceApp) -> None:
    """--max-requests is the most that is sent; what that leaves out is said in its words."""
    code, _, err = run("facets", "workplace_type", "--by", "country", "--max-requests", "4")
    assert code == 0
    assert len(face.log) == 4
    assert re.search(r"note: \d+ rarer values of country left out: --max-requests is 4", err)
    refused(
        run("facets", "city", "--country", "Chad", "--country", "Peru", "--max-requests", "1"), 2, "--max-requests is 1"
    )
    refused(run("facets", "city", "--max-requests", "0"), 2, "'0' is not a number of requests")
    refused(run("facets", "city", "--by", "city"), 2, "field and --by are both 'city'")
    refused(run("facets", "city", "--by", "citty"), 2, "Did you mean 'city'?")
    refused(run("facets", "city", "--title", "a", "--title", "b"), 2, "bluedoor search … -o FILE")


# --- show -------------------------------------------------------------------------------------------------------------


def test_show_several(both: Run, sample: Client) -> None:
    """Several postings are a table in the order asked, each once, by id or URL; their data has the texts."""
    ids = sample.search_jobs("nurse", limit=3)["job_id"].tolist()[::-1]
    wanted = sample.get_jobs(ids)
    code, out, err = both("show", *ids, ids[0])
    assert (code, err) == (0, "")
    assert ids_of(out.decode()) == ids
    found = rows(both("show", *ids, "--format", "jsonl")[1])
    assert [row["description_text"] for row in found] == wanted["description_text"].tolist()
    assert "description_text" not in rows(both("show", *ids, "--no-description", "--format", "jsonl")[1])[0]


def test_show_with_columns_is_a_table(run: Run) -> None:
    """--columns makes a table of one posting, too: these columns, and no text that was not asked for."""
    assert run("show", SEED_ID, "--columns", "city,title")[1].decode().splitlines()[0].split() == ["city", "title"]
    found = rows(run("show", SEED_ID, "--columns", "title,description_text", "--format", "jsonl")[1])
    assert list(found[0]) == ["title", "description_text"]
    assert "description_text" in rows(run("show", SEED_ID, "--columns", "all", "--format", "jsonl")[1])[0]


def test_show_some_that_are_gone(both: Run) -> None:
    """One of two missing is exit code 1, with its id; none found is 3."""
    code, out, err = both("show", SEED_ID, "0" * 40)
    assert (code, ids_of(out.decode())) == (1, [SEED_ID])
    assert f"note: 1 of 2 postings were not found: {'0' * 40}" in err
    code, out, err = both("show", "1" * 40, "0" * 40)
    assert (code, out) == (3, b"")
    assert "error: The backend has none of 2 postings: 1111" in err


def test_html_is_for_one_page(run: Run, faced: Client, face: FaceApp, tmp_path: Path) -> None:
    """Where a table is the answer, html is refused before anything is asked."""
    for line in (
        f"show {SEED_ID} {'0' * 40} --format html", f"show {SEED_ID} --columns title -o {tmp_path}/x.html",
        "org Spotify --show jobs --format html", f"source {SEED_SOURCE} --show jobs -o {tmp_path}/y.html",
    ):  # fmt: skip
        refused(run(*line.split()), 2, "html is for the page of one record")
    refused(run("search", "--format", "html"), 2, "'html' is unknown")
    assert face.log == []
    assert not list(tmp_path.iterdir())


def test_show_bounds_its_requests(run: Run, faced: Client, face: FaceApp) -> None:
    """More postings than --max-requests are refused before anything is asked; a wrong one is named."""
    ids = [f"{number:040x}" for number in range(3)]
    refused(run("show", *ids, "--max-requests", "2"), 2, "--max-requests is 2", "Raise --max-requests")
    refused(run("show", SEED_ID, "abc"), 2, "'abc' is neither")
    assert face.log == []


# --- events and history -----------------------------------------------------------------------------------------------


def test_events_are_searched_without_a_posting(both: Run, sample: Client) -> None:
    """Without a posting the filters search events, newest first; types are joined or repeated; a cursor goes on."""
    wanted = sample.search_events(["job.closed", "job.reopened"], observed_after="30d", limit=None)
    since = ["--observed-after", "2026-05-08"]  # 30 days before the sample's clock
    for types in (["--event-types", "job.closed,job.reopened"],
                  ["--event-types", "job.closed", "--event_types", "job.reopened"]):  # fmt: skip
        out = both("events", *types, *since, "--limit", "all", "--format", "jsonl")[1]
        assert [row["event_id"] for row in rows(out)] == wanted["event_id"].tolist()
    code, out, err = both("events", *types, *since, "--limit", "3", "--card", "--format", "jsonl")
    assert code == 0
    cursor = re.search(r"^go on +--cursor (\S+)$", err, re.M)
    assert cursor
    rest = both("events", *types, *since, "--limit", "4", "--cursor", cursor[1], "--format", "jsonl")[1]
    assert [row["event_id"] for row in rows(out + rest)] == wanted["event_id"].tolist()[:7]


@pytest.mark.parametrize("name", EventFilters.__annotations__)
def test_every_filter_of_events_is_an_option(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Each filter of the function is an option in both spellings, and its value reaches the function."""
    heard: list[dict[str, Any]] = []

    def hear(_: Client, **filters: Any) -> None:
        heard.append(filters)
        raise bd.NotFoundError("heard")

    monkeypatch.setattr(Client, "search_events", hear)
    listed = name in contract.EVENT_PARAMETERS and contract.EVENT_PARAMETERS[name].match == "one_of"
    for option in (f"--{name}", f"--{name.replace('_', '-')}"):
        assert cli.main(["events", option, "a, b", "--backend", "sample"]) == 3
        assert heard.pop()[name] == (["a", "b"] if listed else "a, b")
    assert cli.main(["events", "--backend", "sample"]) == 3
    assert not [value for value in heard.pop().values() if value is not None]


@pytest.mark.parametrize("option", [
    "--company x", "--event-types job.closed", f"--job-ids {SEED_ID}", f"--org-ids {SEED_ORG}",
    f"--source-ids {SEED_SOURCE}", "--provider lever", "--observed-after 7d", "--observed-before 7d", "--cursor x",
    "--progress", "--no-progress",
])  # fmt: skip
def test_one_postings_events_take_no_filter(run: Run, option: str) -> None:
    """Filters beside a posting are refused, and the option is named that searches among its events."""
    named = option.split(maxsplit=1)[0].replace("--no-", "--")
    refused(run("events", SEED_ID, *option.split()), 2, f"no {named}", f"--job-ids {SEED_ID}")


def test_events_of_a_posting_by_the_search(both: Run) -> None:
    """What that advice leads to: the posting's events of one type."""
    out = both("events", "--job-ids", SEED_ID, "--event-types", "job.created", "--format", "jsonl")[1]
    assert [(row["job_id"], row["event_type"]) for row in rows(out)] == [(SEED_ID, "job.created")]
    assert both("events", "--job-ids", SEED_ID, "--event-types", "job.closed", "--format", "jsonl") == (0, b"", "")


def test_types_of_events(run: Run) -> None:
    """A misspelt type is answered with the nearest, one in a posting's place with the option it belongs to."""
    refused(run("events", "--event-types", "closed"), 2, "Did you mean 'job.closed'?", "--event-types closed")
    refused(run("events", "job.closed"), 2, "--event-types job.closed")


def test_the_table_of_events_is_to_be_read(run: Run, on: Callable[..., FaceApp]) -> None:
    """The table shows values as text, not as JSON; a search also shows whose and which posting."""
    one = job(0)
    change = {"event_type": "job.updated", "field_name": "city", "old_value": "Bonn", "new_value": ["Köln", True]}
    on([one], [org(0)], [], [event(1, one, **change)], CLOCK)
    head, line = run("events", str(one["job_id"]))[1].decode().splitlines()
    assert re.split(" {2,}", head) == ["observed_at", "event_type", "field_name", "old_value_text", "new_value_text"]
    assert re.split(" {2,}", line)[2:] == ["city", "Bonn", "Köln, yes"]
    line = run("events")[1].decode().splitlines()[1]
    assert "Company 0" in line
    assert line.endswith(str(one["job_id"]))


def test_history(both: Run, sample: Client) -> None:
    """`bluedoor history` gives the periods of the function; an unknown posting is exit code 3."""
    closed = sample.search_events("job.closed", limit=1)["job_id"][0]
    wanted = sample.history(closed)
    found = rows(both("history", closed, "--format", "jsonl")[1])
    assert [(row["state"], row["started_by"], row["updates"]) for row in found] == list(
        zip(wanted["state"], wanted["started_by"], wanted["updates"], strict=True)
    )
    assert found[-1]["state"] == "closed"
    refused(both("history", "0" * 40), 3)


# --- organisations and boards -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("named", [SEED_ORG, "spotify"])
def test_the_page_of_an_organisation(run: Run, sample: Client, tmp_path: Path, named: str) -> None:
    """By id or name: the page as text, the record as JSON, the page as HTML, the record as a row."""
    page = sample.get_org(named)
    assert run("org", named) == (0, f"{page}\n".encode(), "")
    assert json.loads(run("org", named, "--format", "json")[1]) == {"data": page.record}
    assert run("org", named, "-o", str(tmp_path / "org.html"))[0] == 0
    assert (tmp_path / "org.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    (row,) = csv.DictReader(io.StringIO(run("org", named, "--format", "csv")[1].decode()))
    assert row["org_id"] == SEED_ORG


def test_candidates(both: Run, sample: Client) -> None:
    """--show candidates finds organisations by a part of the name; a cut is said, and what raises it."""
    wanted = sample.find_orgs("health")
    found = rows(both("org", "health", "--show", "candidates", "--format", "jsonl")[1])
    assert [(row["org_id"], row["active_jobs"]) for row in found] == list(
        zip(wanted["org_id"], wanted["active_jobs"], strict=True)
    )
    code, out, err = both("org", "health", "--show", "candidates", "--limit", "2", "--card")
    assert code == 0
    assert len(out.splitlines()) == 3
    assert re.search(r"^note +\d+ more candidates: raise --limit", err, re.M)
    assert both("org", "zzzz", "--show", "candidates")[:2] == (
        0, b"company  match  active_jobs  providers  domain  org_id\n",
    )  # fmt: skip


@pytest.mark.parametrize("show", ["breakdowns", "sources", "jobs"])
def test_what_belongs_to_an_organisation(both: Run, sample: Client, show: str) -> None:
    """--show breakdowns, sources and jobs give the frames of these methods, as data and as a table."""
    wanted = getattr(sample.get_org(COMPANY), show)()
    code, out, err = both("org", COMPANY, "--show", show, "--format", "csv")
    found = list(csv.DictReader(io.StringIO(out.decode())))
    assert code == 0
    assert list(found[0]) == list(wanted.columns)
    assert len(found) == len(wanted)
    key = {"breakdowns": "value", "sources": "source_id", "jobs": "job_id"}[show]
    assert [row[key] for row in found] == wanted[key].tolist()
    assert ("--limit all" in err) == (show == "jobs")
    table = both("org", COMPANY, "--show", show)[1].decode()
    assert len(table.splitlines()) == len(wanted) + 1
    assert str(wanted[key][0]) in table


def test_limits_of_an_organisations_parts(run: Run, sample: Client) -> None:
    """--limit is the method's: postings looked at for boards, rows of jobs, which --cursor goes on with."""
    _, out, err = run("org", COMPANY, "--show", "sources", "--limit", "3", "--format", "jsonl")
    assert sum(row["jobs_met"] for row in rows(out)) == 3
    assert "raise --limit" in err
    asked = ["org", COMPANY, "--show", "jobs", "--columns", "job_id", "--limit", "3"]
    _, out, err = run(*asked, "--card")
    cursor = re.search(r"^go on +--cursor (\S+)$", err, re.M)
    assert cursor
    rest = run(*asked, "--cursor", cursor[1])[1]
    assert ids_of((out + rest).decode()) == sample.get_org(COMPANY).jobs(limit=6)["job_id"].tolist()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("org x --limit 3", "--show page takes no --limit. It goes with --show candidates or sources or jobs."),
        ("org x --show breakdowns --limit 3", "--show breakdowns takes no --limit"),
        ("org x --show sources --columns title", "--show sources takes no --columns. It goes with --show jobs."),
        ("org x --cursor y", "It goes with --show jobs."),
        (f"source {SEED_SOURCE} --limit 3", "--show page takes no --limit. It goes with --show jobs."),
        ("org x --show candidate", "Did you mean 'candidates'?"),
        ("org", "required: id_or_name"),
        ("org ?", "says no name"),
        (f"org {SEED_ORG[:-1]}", "not an id"),
        ("source x", "not an id"),
        (f"source {SEED_SOURCE} --show jobs --columns description_text", "bluedoor search --source-ids … --desc"),
        ("slice abc", "neither a job_id nor a URL"),
        (f"slice {SEED_ID} City", "Did you mean 'City jobs'?"),
        (f"slice {SEED_ID} zzz", "It has: Company jobs, Company breakdowns"),
        ("columns job", "Did you mean 'jobs'?"),
        ("stats x", "nothing takes 'x'"),
        ("hist x", "Did you mean 'history'?"),
        ("doktor", "Did you mean 'doctor'?"),
        (f"events {SEED_ID} --limit 101", "--limit 101 is more than the API gives"),
        ("read x --backend sample", "there is no option --backend"),
        ("columns --backend sample", "there is no option --backend"),
        ("search --salary-min 5 --no-salary-exists", "--no-salary-exists contradicts --salary-min"),
        ("search --workplace-type on-site", "--workplace-type on-site"),
        ("--patience -1 search", "--patience -1.0 is not"),
        ("--chains 0 search", "use 1 or more"),
        (f"source {SEED_SOURCE} --show jobs --refresh", "--show jobs takes no --refresh"),
        ("org x --show candidates --refresh", "--show candidates takes no --refresh"),
        ("org x --progress", "--show page takes no --progress. It goes with --show jobs."),
        ("search --refresh", "there is no option --refresh"),
        ("resume", "required: token_or_file"),
        ("resume x --columns title", "there is no option --columns"),
    ],
)
def test_a_wrong_request(run: Run, line: str, said: str) -> None:
    """Exit code 2, nothing on standard output, and one line that names the nearest option or value."""
    refused(run(*line.split()), 2, said)


def test_a_board(both: Run, sample: Client) -> None:
    """`bluedoor source` gives a board's page, and its postings of any status."""
    of = sample.search_jobs(company=COMPANY, status="expired", limit=1)["source_id"][0]
    page = both("source", of)[1].decode()
    assert COMPANY in page
    assert f"/sources/{of}" in page
    assert json.loads(both("source", of, "--format", "json")[1])["data"] == sample.get_source(of).record
    wanted = sample.source_jobs(of, columns=["status", "job_id"])
    code, out, err = both("source", of, "--show", "jobs", "--columns", "status,job_id", "--format", "csv")
    assert (code, err) == (0, "")
    assert out.decode() == wanted.to_csv(index=False, quoting=csv.QUOTE_ALL)


def test_a_board_that_is_gone(both: Run) -> None:
    """A board that the backend no longer has is exit code 3, for its page as for its postings."""
    for more in ([], ["--show", "jobs"]):
        refused(both("source", NOWHERE, *more), 3, NOWHERE)
    refused(both("org", NOWHERE), 3, NOWHERE)


def test_boards_that_are_gone_keep_their_row(run: Run, on: Callable[..., FaceApp]) -> None:
    """Among an organisation's boards one without a record is a row, and the card says so."""
    on([job(0), job(3, source_id=NOWHERE)], [org(0, board_count=2)], [source(0)], clock=CLOCK)
    code, out, err = run("org", "Company 0", "--show", "sources", "--card")
    assert code == 0
    assert NOWHERE in out.decode()
    assert "1 board is gone" in err


# --- long loads -------------------------------------------------------------------------------------------------------


@contextmanager
def stopping(backend: Any, pages: int) -> Iterator[None]:
    """Ctrl-C strikes a search of this backend after so many pages."""
    search, left = type(backend).search, iter(range(pages))

    def asked(*arguments: Any, **named: Any) -> Any:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return search(*arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(backend), "search", asked)
        yield


def test_a_token_gives_the_rest(both: Run, sample: Client) -> None:
    """`bluedoor resume TOKEN` gives the rows behind it, without the filters being said again: 100, or --limit."""
    wanted = sample.search_jobs("nurse", limit=None)["job_id"].tolist()
    _, _, err = both("search", "nurse", "--limit", "4", "--card")
    token = re.search(r"^go on +--cursor (\S+)$", err, re.M)[1]  # type: ignore[index]
    assert ids_of(both("resume", token)[1].decode()) == wanted[4:104]
    code, out, err = both("resume", token, "--limit", "2", "--card", "--format", "csv")
    assert (code, ids_of(out.decode())) == (0, wanted[4:6])
    token = re.search(r"^go on +bluedoor resume (\S+)", err, re.M)[1]  # type: ignore[index]
    assert ids_of(both("resume", token, "--limit", "all")[1].decode()) == wanted[6:]


def test_a_token_of_events(both: Run, sample: Client) -> None:
    """A search of events goes on in the same way, and is shown as such."""
    wanted = sample.search_events("job.closed", limit=103)
    _, first, err = both("events", "--event-types", "job.closed", "--limit", "3", "--card")
    token = re.search(r"^go on +--cursor (\S+)$", err, re.M)[1]  # type: ignore[index]
    code, out, _ = both("resume", token)
    assert (code, out.splitlines()[0].split()) == (0, first.splitlines()[0].split())
    assert [row["event_id"] for row in rows(both("resume", token, "--format", "jsonl")[1])] == (
        wanted["event_id"].tolist()[3:]
    )


@pytest.mark.parametrize("options", [[], ["--description"], ["--columns", "company,job_id,first_seen_at"]])
@pytest.mark.parametrize("kind", ["json", "parquet"])
def test_a_file_gives_all(run: Run, sample: Client, tmp_path: Path, kind: str, options: list[str]) -> None:
    """`bluedoor resume FILE` gives the rows of the file and the rest, with its columns, as one answer."""
    path = tmp_path / f"jobs.{kind}"
    run("search", "nurse", "--limit", "4", *options, "-o", str(path))
    code, _, err = run("resume", str(path), "--limit", "all", "-o", str(path), "--card")
    assert code == 0
    assert "complete (cursor ended)" in err
    assert "go on" not in err
    asked: dict[str, Any] = {"description": True} if options == ["--description"] else {}
    asked |= {"columns": options[1].split(",")} if options[:1] == ["--columns"] else {}
    wanted = sample.search_jobs("nurse", limit=None, **asked)
    pd.testing.assert_frame_equal(bd.read_jobs(path, **asked), wanted)
    assert run("resume", str(path), "--card")[0] == 0  # of what is complete the rows themselves


@pytest.mark.parametrize("name", ["jobs.json", "jobs.parquet", "my jobs.json"])
def test_ctrl_c_keeps_the_rows(run: Run, sample: Client, tmp_path: Path, name: str) -> None:
    """Interrupted, a load writes the rows that came, exits 1, and says the command that goes on in the same file."""
    path = tmp_path / name
    wanted = sample.search_jobs("nurse", limit=None, status=None)["job_id"].tolist()
    assert len(wanted) > 100
    search = ("search", "nurse", "--status", "any", "--limit", "all", "--backend", "sample", "-o", str(path))
    with stopping(sample.backend, 1):
        code, out, err = run(*search)
    assert (code, out) == (1, b"")
    assert bd.read_jobs(path)["job_id"].tolist() == wanted[:100]
    stopped, go_on = err.splitlines()
    assert stopped == "bluedoor: note: The load stopped after 100 rows (interrupted by you). They are kept."
    command = shlex.split(go_on.removeprefix("bluedoor: note: go on with bluedoor "))
    assert command == ["resume", str(path), "-o", str(path), "--backend", "sample"]
    with stopping(sample.backend, 0):  # nothing came, and nothing is lost
        assert run(*command)[0] == 130
    assert len(bd.read_jobs(path)) == 100
    assert run(*command)[0] == 0
    assert bd.read_jobs(path)["job_id"].tolist() == wanted


def test_what_keeps_no_card_goes_on_by_its_token(run: Run, sample: Client, tmp_path: Path) -> None:
    """After Ctrl-C, where the rows are no file that says how they go on, the command has the token."""
    wanted = sample.search_jobs("nurse", limit=None, status=None)["job_id"].tolist()
    for more in (["-o", str(tmp_path / "jobs.csv")], ["--format", "json"]):
        with stopping(sample.backend, 1):
            code, _, err = run("search", "nurse", "--status", "any", "--limit", "all", *more)
        assert code == 1
        command = re.search(r"go on with bluedoor (resume \S+)\n", err)
        assert command
        assert ids_of(run(*command[1].split(), "--format", "csv")[1].decode()) == wanted[100:]


def test_read_says_how_a_file_goes_on(offline: Run, sample: Client, tmp_path: Path) -> None:
    """The card of a file that is not whole names the file, whatever cut its rows."""
    path = bd.save(sample.search_jobs("nurse", limit=4), tmp_path / "jobs.json")
    assert f"go on      bluedoor resume {path}\n" in offline("read", str(path), "--card")[2]


def test_what_says_nothing_of_its_rest(run: Run, sample: Client, tmp_path: Path) -> None:
    """A file without a card, one that is not there, and what is no token are told apart."""
    path = bd.save(sample.search_jobs("nurse", limit=4), tmp_path / "jobs.csv")
    refused(run("resume", str(path)), 2, "jobs.csv does not say what its rows answer", "the token")
    path = bd.save(sample.search_events(limit=4), tmp_path / "events.json")
    refused(run("resume", str(path)), 5, "events.json holds events", "the token")
    refused(run("resume", str(tmp_path / "no.json")), 2, "cannot be read")
    refused(run("resume", "no"), 2, "not one of this library's", "--card")
    token = bd.card(sample.search_jobs("nurse", limit=4))["next_cursor"]
    refused(run("resume", token, "--backend", "http://127.0.0.1:9/v1"), 2, "another search", "backend")


@pytest.mark.parametrize(("line", "function"), [
    ("search", "search_jobs"), ("events", "search_events"), ("resume x", "resume"),
    (f"source {SEED_SOURCE} --show jobs", "source_jobs"), ("org Spotify --show jobs", "search_jobs"),
])  # fmt: skip
def test_progress(monkeypatch: pytest.MonkeyPatch, line: str, function: str) -> None:
    """--progress and --no-progress are the functions' True and False; without them it is theirs to say."""
    heard: list[dict[str, Any]] = []

    def hear(_: Client, *__: Any, **named: Any) -> None:
        heard.append(named)
        raise bd.NotFoundError("heard")

    monkeypatch.setattr(Client, function, hear)
    for more, said in (([], {}), (["--progress"], {"progress": True}), (["--no-progress"], {"progress": False})):
        assert cli.main([*line.split(), *more, "--backend", "sample"]) == 3
        assert {name: value for name, value in heard.pop().items() if name == "progress"} == said


def test_a_bar_where_it_is_asked_for(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe gets a bar only with --progress, and lines that are said meanwhile are lines of their own."""
    monkeypatch.setattr("bluedoor_tools.progress._BAR_AFTER", 0.0)
    assert run("search", "--limit", "all", "-o", os.devnull, "--format", "csv")[2] == ""
    said = run("search", "--limit", "all", "-o", os.devnull, "--format", "csv", "--progress")[2]
    assert "postings/s" in said
    assert said.endswith("\n")


@pytest.mark.parametrize(("line", "function"), [
    (f"show {SEED_ID}", "get_job"), (f"show {SEED_ID} {'0' * 40}", "get_jobs"), ("org Spotify", "get_org"),
    ("org Spotify --show breakdowns", "get_org"), (f"source {SEED_SOURCE}", "get_source"),
])  # fmt: skip
def test_refresh(monkeypatch: pytest.MonkeyPatch, line: str, function: str) -> None:
    """--refresh reaches the functions that keep records on disk."""
    heard: list[bool] = []

    def hear(_: Client, *__: Any, refresh: bool = False, **___: Any) -> None:
        heard.append(refresh)
        raise bd.NotFoundError("heard")

    monkeypatch.setattr(Client, function, hear)
    for more in ([], ["--refresh"]):
        assert cli.main([*line.split(), *more, "--backend", "sample"]) == 3
    assert heard == [False, True]


def test_chains(monkeypatch: pytest.MonkeyPatch) -> None:
    """--chains stands on either side of the command, and reaches the connection."""
    heard: list[int] = []

    def hear(*_: Any, chains: int, **__: Any) -> None:
        heard.append(chains)
        raise bd.NotFoundError("heard")

    monkeypatch.setattr("bluedoor_tools.connection.connect", hear)
    for line in ("--chains 1 search", "search --chains 2", "--chains 1 search --chains 3", "search"):
        assert cli.main(line.split()) == 3
    assert heard == [1, 2, 3, MOST_CHAINS]


def test_a_long_load_is_announced_before_it_begins(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """What a load is about to do is on standard error while it does it, not behind its rows."""
    notice = "300,000 rows take 3,000 requests. Ctrl-C keeps the rows that came, and bd.resume goes on from there."

    def load(*_: Any, **__: Any) -> None:
        warn(notice, bd.LongLoadWarning)
        assert capfd.readouterr().err == f"bluedoor: note: {notice.replace('bd.', 'bluedoor ')}\n"
        raise bd.NotFoundError("loaded")

    monkeypatch.setattr(Client, "search_jobs", load)
    assert cli.main(["search", "--backend", "sample"]) == 3


def test_a_cache_that_cannot_be_used_is_said_once(
    run: Run, raw: FaceData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command answers all the same, and the library's log is a line like the others."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("BLUEDOOR_CACHE_DIR", str(tmp_path / "file"))
    with serving(create_app(raw)) as url:
        code, out, err = run("show", SEED_ID, "--backend", url)
    assert (code, b"Spotify" in out) == (0, True)
    assert err.startswith("bluedoor: note: The cache of records cannot be used (")
    assert err.endswith("Set BLUEDOOR_CACHE_DIR to a folder that can be written.\n")
    assert err.count("\n") == 1


def test_a_page_from_the_cache_says_the_option(run: Run, raw: FaceData, tmp_path: Path) -> None:
    """The page of a record that was kept says its age, and that --refresh asks anew, which then it does."""
    with serving(create_app(raw)) as url:
        asked, kept, anew = (run("show", SEED_ID, "--backend", url, *more)[1] for more in ([], [], ["--refresh"]))
    assert b"(--refresh asks anew)" in kept
    assert b"refresh=" not in kept
    assert anew == asked
    assert b"cache" not in asked


def test_a_file_that_is_replaced(run: Run, tmp_path: Path) -> None:
    """The new rows stand in the old ones' place, under the same rights, and nothing else is left in the folder."""
    path = tmp_path / "jobs.csv"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o640)
    (tmp_path / "link.csv").symlink_to(path)
    assert run("search", "--limit", "1", "-o", str(tmp_path / "link.csv"))[0] == 0
    assert path.read_bytes().startswith(b'"title"')
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(file.name for file in tmp_path.iterdir()) == ["jobs.csv", "link.csv"]


# --- slices -----------------------------------------------------------------------------------------------------------


def test_the_slices_of_a_posting(both: Run, sample: Client) -> None:
    """Without a name the slices are listed, as their page has them; a name in any case opens one."""
    wanted = sample.get_job(SEED_ID).slices
    code, out, err = both("slice", SEED_ID)
    assert (code, err) == (0, "")
    assert [line.split("  ")[0] for line in out.decode().splitlines()[1:]] == wanted["name"].tolist()
    assert [row["call"] for row in rows(both("slice", SEED_ID, "--format", "jsonl")[1])] == wanted["call"].tolist()
    job = sample.get_job(SEED_ID)
    for name in wanted["name"]:
        if name == "Original posting":
            continue
        frame = job.slice(name)
        code, out, _ = both("slice", SEED_ID, name.upper(), "--format", "csv")
        assert code == 0
        assert len(list(csv.reader(io.StringIO(out.decode())))) == len(frame) + 1, name
        assert len(both("slice", SEED_ID, name)[1].decode().splitlines()) == len(frame) + 1, name


def test_a_slice_that_is_cut_says_the_command_for_all(both: Run, sample: Client) -> None:
    """`slice` takes no limit: the search that fetches all is said as a command, and so is the one that goes on."""
    code, out, err = both("slice", SEED_ID, "Work model jobs", "--card")
    assert (code, len(ids_of(out.decode()))) == (0, 100)
    wanted = sample.search_jobs(workplace_type="hybrid", limit=None)["job_id"].tolist()
    said = re.search(r"note: These are the newest 100 of (\d+); bluedoor (.*) fetches all\.", err)
    assert said
    assert int(said[1]) == len(wanted)
    assert ids_of(both(*shlex.split(said[2]), "--columns", "job_id")[1].decode()) == wanted
    go_on = re.search(r"^go on +bluedoor (.*)$", err, re.M)
    assert go_on
    rest = both(*shlex.split(go_on[1]), "--columns", "job_id", "--limit", "all")[1]
    assert ids_of(out.decode()) + ids_of(rest.decode()) == wanted


def test_the_original_posting(both: Run, sample: Client) -> None:
    """The slice that is a page elsewhere is exit code 2, and the message has its address whole."""
    refused(both("slice", SEED_ID, "original posting"), 2, str(sample.get_job(SEED_ID).source_url))


@pytest.mark.parametrize(
    "filters",
    [
        {"city": "New York", "status": None, "q": "it's data"},
        {"city": ["Boston", "New York"], "salary_exists": False},
        {"org_ids": [SEED_ORG, NOWHERE], "salary_exists": True, "first_seen_after": "2026-05-01T00:00:00Z"},
        {"status": "expired", "title": '$(id) `x` ; "q"', "salary_min": 5.5},
    ],
)
def test_a_search_as_a_command(
    run: Run, sample: Client, monkeypatch: pytest.MonkeyPatch, filters: dict[str, Any]
) -> None:
    """The command written for a card's call asks what that call asked, whatever stands in its values."""

    def nothing(_: Client, walk: Walk, columns: list[str], *__: object) -> FrameBuilder:
        return FrameBuilder(walk.decoder, columns)

    monkeypatch.setattr("bluedoor_tools.client.walking.WalkingFunctions._load", nothing)
    wanted = bd.card(sample.search_jobs(**filters, limit=1))
    line = as_command(wanted["call"])
    words = subprocess.run(
        ["bash", "-c", f"printf '%s\\0' {line}"], capture_output=True, check=True, text=True
    ).stdout.split("\0")[1:-1]
    code, out, _ = run(*words, "--limit", "1", "--format", "json")
    assert code == 0
    assert json.loads(out)["meta"]["bluedoor"]["call"] == wanted["call"]


# --- stats ------------------------------------------------------------------------------------------------------------


def test_stats(both: Run, sample: Client) -> None:
    """Every figure is a row with its value and meaning, and how that is known; JSON carries the card."""
    wanted = sample.stats()
    code, out, err = both("stats", "--format", "json")
    assert (code, err) == (0, "")
    answer = json.loads(out)
    assert {row["figure"]: row["value"] for row in answer["data"]} == wanted.to_dict()
    assert answer["data"][1] == {
        "figure": "active_jobs", "value": wanted["active_jobs"], "known": "assumed",
        "meaning": contract.STATS_FIELDS[1].meaning, "misleads": contract.STATS_FIELDS[1].misleads,
    }  # fmt: skip
    card = answer["meta"]["bluedoor"]
    assert (card["kind"], card["derived"], card["complete"]) == ("stats", False, True)
    table = both("stats")[1].decode()
    assert re.search(r"^active_jobs +\d+ +.*\(assumed\); not the same as open now", table, re.M)
    assert re.search(r"^public_jobs_snapshot_lag_seconds +57600 +.*; 16\.0 h$", table, re.M)


def test_stats_of_another_shape(run: Run, faced: Client, face: FaceApp) -> None:
    """Figures that are new, missing, nested or no numbers are shown as they come, and fit into every format."""
    figures = {"total_jobs": None, "new": {"a": 7, "b": 1.5}, "public_jobs_snapshot_lag_seconds": 36}
    face.faults.overrides.append(Override("stats", {"data": figures}))
    code, out, err = run("stats", "--card")
    assert code == 0
    assert [line.split()[:2] for line in out.decode().splitlines()[1:]] == [
        ["total_jobs", "-"], ["new.a", "7"], ["new.b", "1.5"], ["public_jobs_snapshot_lag_seconds", "36"],
    ]  # fmt: skip
    assert "new.a" in out.decode() and "not in the contract" in out.decode()
    assert re.search(r"^note +not in the answer: active_jobs", err, re.M)
    odd = {"total_jobs": 5, "named": "x\x1b[2J", "many": [1, 2], "is": True}
    face.faults.overrides[:] = [Override("stats", {"data": odd})]
    for kind in ("csv", "jsonl", "json", "parquet", "xlsx", "table"):
        code, out, _ = run("stats", "--format", kind)
        assert code == 0, kind
        assert kind in {"parquet", "xlsx"} or b"\x1b" not in out
    assert [row["value"] for row in rows(run("stats", "--format", "jsonl")[1])] == [
        "5",
        '"x\\u001b[2J"',
        "[1, 2]",
        "true",
    ]


# --- offline ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "jsonl", "json", "parquet"])
def test_read(offline: Run, sample: Client, tmp_path: Path, kind: str) -> None:
    """`bluedoor read` shows what a search saved, in any format, and connects to nothing."""
    jobs = sample.search_jobs("nurse", description=True, limit=5)
    path = bd.save(jobs, tmp_path / f"jobs.{kind}")
    code, out, err = offline("read", str(path))
    assert (code, err) == (0, "")
    assert ids_of(out.decode()) == jobs["job_id"].tolist()
    pd.testing.assert_frame_equal(
        pd.read_parquet(io.BytesIO(offline("read", str(path), "--description", "--format", "parquet")[1])),
        bd.read_jobs(path, description=True),
    )
    assert offline("read", str(path), "--columns", "city,title")[1].split()[:2] == [b"city", b"title"]
    note = offline("read", str(path), "--card")[2]
    assert "the file has descriptions, too: --description shows them" in note


def test_read_says_where_rows_are_from(sample: Client, tmp_path: Path) -> None:
    """Rows of the sample are called synthetic though they come from a file; a file's own name is not repeated."""
    jobs = sample.search_jobs(limit=1)
    done = process("read", str(bd.save(jobs, tmp_path / "jobs.json")))
    assert SYNTHETIC.fullmatch(done.stderr.decode())
    assert process("read", str(bd.save(jobs, tmp_path / "jobs.csv"))).stderr == b""


def test_files_that_cannot_be_read(offline: Run, sample: Client, tmp_path: Path) -> None:
    """No file, and a folder, are exit code 2; a file that holds no postings is 5, and says what it holds."""
    refused(offline("read", str(tmp_path / "nowhere.json")), 2, "nowhere.json", "cannot be read")
    refused(offline("read", str(tmp_path)), 2, "cannot be read")
    refused(offline("read", "a\0b"), 2, "cannot be read")
    for name, body in (
        ("empty.json", b""),
        ("web.html", b"<html>"),
        ("cut.json", b'{"data": ['),
        ("x", bytes(range(256))),
    ):
        (tmp_path / name).write_bytes(body)
        refused(offline("read", str(tmp_path / name)), 5, name)
    events = bd.save(sample.search_events(limit=1), tmp_path / "events.csv")
    refused(offline("read", str(events)), 5, "events")
    jobs = bd.save(sample.search_jobs(limit=1), tmp_path / "jobs.csv")
    refused(offline("read", str(jobs), "--columns", "titel"), 2, "Did you mean 'title'?")


@pytest.mark.parametrize("kind", FRAMES)
def test_columns(offline: Run, kind: str) -> None:
    """`bluedoor columns` says what each column of a kind of frame means; the help names every kind."""
    wanted = columns(kind)
    assert [row["meaning"] for row in rows(offline("columns", kind, "--format", "jsonl")[1])] == wanted[
        "meaning"
    ].tolist()
    lines = offline("columns", kind)[1].decode().splitlines()
    assert [line.split()[0] for line in lines[1:]] == wanted["column"].tolist()
    assert kind in offline("columns", "--help")[1].decode()


def test_columns_are_those_of_jobs_without_a_kind(offline: Run) -> None:
    """The table joins a meaning with what can mislead in it."""
    assert offline("columns") == offline("columns", "jobs")
    assert re.search(
        r"^status +str +seen +active or expired.*; the snapshot lagged", offline("columns")[1].decode(), re.M
    )


# --- doctor -----------------------------------------------------------------------------------------------------------


def test_doctor_of_what_works(both: Run) -> None:
    """Nothing failed is exit code 0, and rows that differ change nothing of that."""
    code, out, err = both("doctor")
    assert (code, err) == (0, "")
    assert re.search(r"^reachable +ok +it answers$", out.decode(), re.M)
    assert all(row["outcome"] in {"ok", "differs", "unknown"} for row in rows(both("doctor", "--format", "jsonl")[1]))


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"stats": (503, b"")}, 4),
        ({"stats": (401, b"")}, 4),
        ({"stats": (503, b""), "openapi": (503, b"")}, 4),
        ({"openapi": (503, b"")}, 5),
        ({"openapi": (200, b"<html>")}, 5),
        ({"openapi": (200, b"{}")}, 5),
    ],
)
def test_doctor_of_what_failed(
    run: Run, faced: Client, face: FaceApp, answers: dict[str, tuple[int, bytes]], code: int
) -> None:
    """Not reachable is exit code 4; the specification alone failed is 5; the rows are written all the same."""
    for path, (status, body) in answers.items():
        face.faults.overrides.append(Override(path, body, status))
    got, out, _ = run("doctor")
    assert got == code
    failed = {line.split()[0] for line in out.decode().splitlines() if " failed " in line}
    assert failed == {{"stats": "reachable", "openapi": "specification"}[path] for path in answers}


def test_doctor_speaks_of_options(run: Run) -> None:
    """Where nothing answers, the advice in its rows is in the words of the command line."""
    code, out, _ = run("doctor", "--backend", "http://127.0.0.1:9/v1", "--patience", "0.1")
    assert code == 4
    assert "--backend sample" in out.decode()
    assert "bd." not in out.decode()


# --- a terminal -------------------------------------------------------------------------------------------------------


def unstyled(text: str) -> list[str]:
    return [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in text.splitlines() if not line.startswith("bluedoor: ")]


@pytest.mark.parametrize("columns", [40, 60, 100])
@pytest.mark.parametrize("line", [
    "doctor", "stats", "columns", "columns stats", f"slice {SEED_ID}", f"events {SEED_ID}", "events --limit 5",
    f"history {SEED_ID}", "org health --show candidates", "facets workplace_type --by country --limit 2",
])  # fmt: skip
def test_tables_fit_the_terminal(line: str, columns: int) -> None:
    """No line of any command's table is wider than the terminal."""
    code, text = terminal(columns, *line.split(), "--no-card")
    assert code == 0
    assert max(map(cell_len, unstyled(text))) <= columns


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_doctor_cuts_nothing(run: Run, columns: int) -> None:
    """On a terminal, however narrow, every word of the check-up is there."""
    code, text = terminal(columns, "doctor", "--backend", "http://127.0.0.1:9/v1", "--patience", "0.1")
    assert code == 4
    assert "…" not in text
    # A word wider than its column is broken, so blanks are not compared.
    shown = "".join(unstyled(text)).replace(" ", "")
    for row in rows(run("doctor", "--backend", "http://127.0.0.1:9/v1", "--patience", "0.1", "--format", "jsonl")[1]):
        assert row["check"].replace(" ", "") in shown
    whole = " ".join(" ".join(unstyled(terminal(250, "doctor")[1])).split())
    assert "as of 2026-06-07" in whole


HOSTILE = [
    "\x1b[31mred\x1b[0m " * 9,
    "a\nb\r\u2028c " * 9,
    "日本語の求人票" * 9,
    "\u202eevil " * 9,
    "שלום עולם " * 9,
    "",
]


@pytest.mark.parametrize("width", [30, 44, 100])
@pytest.mark.parametrize("text", HOSTILE)
def test_flowing_text_stays_in_its_place(text: str, width: int) -> None:
    """Foreign text flows within its column, drives no terminal, and no line is too wide."""
    frame = pd.DataFrame({"check": ["one", "two"], "outcome": ["ok", "ok"], "detail": [text, "plain words"]})
    lines = flowing_table(frame, width).splitlines()
    assert max(map(cell_len, lines)) <= width
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028\u202e]", "".join(lines))
    assert sum(line.startswith("two    ok") for line in lines) == 1


def test_events_keep_what_is_to_be_read_on_a_narrow_terminal() -> None:
    """Sixty columns show when, what and whose; the id, which would leave no room for that, is named as left out."""
    text = terminal(60, "events", "--limit", "3", "--no-card")[1]
    assert unstyled(text)[0].split()[:3] == ["observed_at", "event_type", "company"]
    assert re.search(r"no room for .*job_id: -o FILE keeps all\.", text)


def test_the_check_up_is_its_own_card() -> None:
    """On a terminal no card repeats what the check-up says, unless it is wanted."""
    assert "clock" not in terminal(100, "doctor")[1]
    assert "clock" in terminal(100, "doctor", "--card")[1]


# --- the whole --------------------------------------------------------------------------------------------------------


def test_help_enters_no_heavy_library() -> None:
    """`bluedoor --help`, and the help of any command, import nothing that takes time."""
    code = "import json, sys; from bluedoor_tools.cli import main; main(['--help']); main(['org', '--help']); "
    code += "print(); print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    imported = json.loads(done.stdout.splitlines()[-1])
    assert "bluedoor_tools.cli.options" in imported
    assert not [name for name in imported if name.split(".")[0] in HEAVY]


@pytest.mark.parametrize(
    ("advice", "said"),
    [
        ("Say which by org_ids=[…]; find_orgs shows it.",
         "Say which by --org-ids …; bluedoor org NAME --show candidates shows it."),
        ("find_orgs('x y') finds", "bluedoor org x y --show candidates finds"),
        ("see what there is with facets('city')", "see what there is with bluedoor facets city"),
        ("Use search_jobs(org_ids=['a', 'b']) for several.", "Use bluedoor search --org-ids a,b for several."),
        ("company='A & B' is Z", "--company 'A & B' is Z"),
        ("posted_after=2026-06-02T00:00:00Z is not before posted_before=2026-06-01.",
         "--posted-after 2026-06-02T00:00:00Z is not before --posted-before 2026-06-01."),
        ("limit=None fetches all. Said once a client; the answer card always says it.", "--limit all fetches all."),
        ("Use 1 or more, or None for all.", "Use 1 or more, or 'all'."),
        ("https://x.test/?limit=5&cursor=abc&org_ids=1 did not answer",
         "https://x.test/?limit=5&cursor=abc&org_ids=1 did not answer"),
        ("The columns org_id and workplace_type", "The columns org_id and workplace_type"),
        ("They are kept. bd.resume(df) goes on from there.", "They are kept."),
        ("Ctrl-C keeps the rows that came, and bd.resume goes on from there; limit=… takes fewer.",
         "Ctrl-C keeps the rows that came, and bluedoor resume goes on from there; --limit … takes fewer."),
        ("From the cache (refresh=True asks anew).", "From the cache (--refresh asks anew)."),
        ("still to be had: x: get_jobs goes on with the ids", "still to be had: x: bluedoor show goes on with the ids"),
        ("a folder that can be written, or connect(…, cache=False).", "a folder that can be written."),
        ("Ask page after page: connect(…, chains=1).", "Ask page after page: --chains 1."),
    ],
)  # fmt: skip
def test_advice_in_options(advice: str, said: str) -> None:
    """Arguments, functions and calls in the library's advice become options and commands; addresses stay."""
    assert in_options(advice) == said


@pytest.mark.parametrize("name", contract.STATED_ELSEWHERE)
def test_names_people_reach_for(run: Run, name: str) -> None:
    """Where another option says it, that option is named, not the argument."""
    code, out, err = run("search", f"--{name.replace('_', '-')}", "x")
    if name in contract.PARAMETERS:
        return
    assert (code, out) == (2, b"")
    assert not re.search(r"bd\.|None|\w=|_jobs\b", err), err


def test_nothing_found_is_said_in_a_pipe(run: Run) -> None:
    """An empty table alone would leave a misspelt value unsaid."""
    code, out, err = run("search", "--city", "Bostn")
    assert (code, len(out.splitlines())) == (0, 1)
    assert "note: nothing matches; values are compared whole: see what there is with bluedoor facets city" in err
