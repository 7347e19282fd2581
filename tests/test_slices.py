"""Slices: the collections around a posting, an organisation, a board; what opens them, and how many rows they have."""

from __future__ import annotations

import copy
import pickle
import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import bluedoor_tools as bd
from bluedoor_tools.client import Client
from tests.api_face import FaceApp, FaceData
from tests.api_face.examples import CLOCK, event, job, org, small_data, source
from tests.clients import client_of, store_client

JOB_SLICES = [
    "Company jobs", "Company breakdowns", "ATS provider jobs", "Provider filtered search", "City jobs",
    "Department jobs", "Work model jobs", "Lifecycle events", "Original posting",
]  # fmt: skip
ORG_SLICES = ["Company jobs", "Company breakdowns", "Boards", "Lifecycle events"]
SOURCE_SLICES = ["Board jobs", "Company", "Lifecycle events"]
DATA = small_data(60)


def record_of(client: Client, kind: str) -> Any:
    """A posting, an organisation or a board."""
    if kind == "job":
        return client.get_job(job(1)["job_id"])
    return client.get_org(org(1)["org_id"]) if kind == "org" else client.get_source(source(1)["source_id"])


SLICES = [
    *(("job", name) for name in JOB_SLICES),
    *(("org", name) for name in ORG_SLICES),
    *(("source", name) for name in SOURCE_SLICES),
]


@pytest.mark.parametrize(("kind", "names"), [("job", JOB_SLICES), ("org", ORG_SLICES), ("source", SOURCE_SLICES)])
def test_the_slices_of_a_record(either: Client, kind: str, names: list[str]) -> None:
    """A frame of the slices, in the order of the page, with fixed columns and dtypes; the page lists the same."""
    record = record_of(either, kind)
    found = record.slices
    assert found["name"].tolist() == names == [row.page for row in record.page.slices]
    assert {name: str(kind) for name, kind in found.dtypes.items()} == {
        "name": "str", "contains": "str", "call": "str", "count": "Int64",
    }  # fmt: skip


@pytest.mark.parametrize(("kind", "name"), [entry for entry in SLICES if entry[1] != "Original posting"])
@pytest.mark.parametrize("spelt", [str, str.upper, lambda name: f"  {name.lower()} "])
def test_a_slice_is_what_its_call_gives(either: Client, kind: str, name: str, spelt: Any) -> None:
    """Opened by its name, in any case, it is exactly what the Python that it shows gives."""
    record = record_of(either, kind)
    call = record.slices.set_index("name")["call"][name]
    opened, called = record.slice(spelt(name)), eval(f"client.{call}", {"client": either})
    if isinstance(opened, pd.DataFrame):
        pd.testing.assert_frame_equal(opened, called)
        assert bd.card(opened)["kind"] == bd.card(called)["kind"]
    else:
        assert type(opened) is type(called) and opened.record == called.record


@pytest.mark.parametrize(("kind", "name"), [entry for entry in SLICES if entry[1] != "Original posting"])
def test_slices_are_equal_on_either(store: Client, online: Client, kind: str, name: str) -> None:
    """Each slice has the same rows through the API and the store."""
    left, right = record_of(online, kind).slice(name), record_of(store, kind).slice(name)
    if isinstance(left, pd.DataFrame):
        pd.testing.assert_frame_equal(left, right)
    else:
        assert left.record == right.record


def test_every_slice_of_a_posting_of_the_sample(sample: Client, socket_api: Client) -> None:
    """The user's own example: every slice opens on either backend, and counts are those of the rows."""
    for client in (sample, socket_api):
        posting = client.get_job("76a82054d2c45c7b4c4f9ca9915c4b03b7a5b303")
        assert posting.slices["name"].tolist() == JOB_SLICES
        for name in JOB_SLICES[:-1]:
            opened = posting.slice(name)
            count = posting.slices.set_index("name")["count"][name]
            card = bd.card(opened)
            if card["complete"]:
                assert count == len(opened)
            elif card["total"] is not None and not card["capped"]:
                assert count == card["total"]


def test_the_original_posting_is_an_address(either: Client) -> None:
    """The employer's page is not of this library: the error has its address."""
    posting = record_of(either, "job")
    with pytest.raises(bd.InvalidRequestError, match=r"https://jobs\.lever\.co/board1/key-1") as caught:
        posting.slice("original posting")
    assert caught.value.context["url"] == job(1)["source_url"]
    assert posting.slices.set_index("name")["call"]["Original posting"] == job(1)["source_url"]


@pytest.mark.parametrize("name", ["City job", "citty jobs", "CITY-JOBS"])
def test_an_unknown_slice_names_the_nearest(either: Client, name: str) -> None:
    """A slip names the slice that was meant, and all there are."""
    with pytest.raises(bd.InvalidRequestError, match="City jobs") as caught:
        record_of(either, "job").slice(name)
    assert all(slice_name in caught.value.hint for slice_name in JOB_SLICES)


@pytest.mark.parametrize("name", ["", None, 5, "x" * 5000, "a\x1b[31m", ["City jobs"]], ids=str)
def test_what_is_no_slice(either: Client, name: Any) -> None:
    """Anything else is refused in one short, printable line."""
    for kind in ("job", "org", "source"):
        with pytest.raises(bd.InvalidRequestError, match="has no slice") as caught:
            record_of(either, kind).slice(name)
        assert len(str(caught.value)) < 500 and str(caught.value).isprintable()


# -- counts ------------------------------------------------------------------------------------------------------------


def test_counts_on_a_local_backend_are_known_at_once(store: Client) -> None:
    """Of all slices that are searches, the number of rows; of the others, none before they are opened."""
    counts = record_of(store, "job").slices.set_index("name")["count"]
    active = [one for one in DATA.jobs if one["active"]]
    assert counts["Company jobs"] == sum(one["org_id"] == org(1)["org_id"] for one in active) == 18
    assert counts["City jobs"] == counts["ATS provider jobs"] == counts["Work model jobs"] == len(active)
    assert pd.isna(counts["Original posting"]) and pd.isna(counts["Company breakdowns"])


def test_counts_on_the_api_cost_nothing() -> None:
    """Listing the slices sends nothing; a count is known once its slice was opened."""
    client, face = client_of(DATA)
    posting = record_of(client, "job")
    face.log.clear()
    assert posting.slices["count"].isna().all() and str(posting) and not face.log
    posting.slice("Company jobs")
    counts = posting.slices.set_index("name")["count"]
    assert counts["Company jobs"] == 18 and counts.isna().sum() == len(counts) - 1


def test_a_capped_total_is_no_count() -> None:
    """Where the server stops counting, the slice has no count."""
    client, _ = client_of(small_data(300), total_cap=50)
    posting = client.get_job(job(1)["job_id"])
    assert len(posting.slice("City jobs")) == 100
    assert pd.isna(posting.slices.set_index("name")["count"]["City jobs"])


def test_a_count_goes_by_the_rows_of_the_slice_not_of_the_page(store: Client) -> None:
    """A slice of more rows than one answer shows counts them all."""
    with bd.connect("sample") as client:
        posting = client.get_job(client.search_jobs(workplace_type="remote", limit=1)["job_id"][0])
        posting.slice("Work model jobs")
        whole = client.search_jobs(workplace_type="remote", limit=None)
        assert posting.slices.set_index("name")["count"]["Work model jobs"] == len(whole)


# -- what a record may hold --------------------------------------------------------------------------------------------

MISSING: list[tuple[dict[str, Any], list[str]]] = [
    ({"city": None}, ["City jobs"]),
    ({"city": ""}, ["City jobs"]),
    ({"city": ["Oslo"]}, ["City jobs"]),
    ({"department": 5}, ["Department jobs"]),
    ({"workplace_type": None}, ["Work model jobs"]),
    ({"workplace_type": "somewhere"}, ["Work model jobs"]),
    ({"provider": None}, ["ATS provider jobs", "Provider filtered search"]),
    ({"org_id": None}, ["Company jobs", "Company breakdowns"]),
    ({"org_id": "not an id"}, ["Company jobs", "Company breakdowns"]),
    ({"source_url": None, "apply_url": None}, ["Original posting"]),
]


@pytest.mark.parametrize(("changes", "missing"), MISSING, ids=str)
def test_slices_that_cannot_be_opened_are_not_listed(changes: dict[str, Any], missing: list[str]) -> None:
    """A field that is missing, or that no search takes, has no slice; all that are listed open."""
    data = FaceData.of([job(1, **changes), job(2)], [org(1), org(2)], [source(1)], [event(1, job(1))], CLOCK)
    posting = client_of(data)[0].get_job(job(1)["job_id"])
    assert [name for name in JOB_SLICES if name not in missing] == posting.slices["name"].tolist()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", bd.DriftWarning)
        for name in posting.slices["name"]:
            if name != "Original posting":
                posting.slice(name)


HOSTILE = [
    "O'Hare",
    'Say "hi"',
    "a'); import os; ('",
    "back\\slash",
    "Zürich, ZH",
    "x" * 300,
    "[red]",
    "<script>",
    "a;b|c`d`",
    "tab\there",
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
def test_hostile_values_open_what_they_say(tmp_path: Path, text: str) -> None:
    """Quotes, code and long text in a field: the call shown is that call, and nothing else; it finds the posting."""
    data = FaceData.of([job(1, city=text, department=text)], [org(1, display_name=text)], [source(1)], (), CLOCK)
    with store_client(tmp_path, data) as local:
        for client in (client_of(data)[0], local):
            posting = client.get_job(job(1)["job_id"])
            for name in ("City jobs", "Department jobs"):
                if name in set(posting.slices["name"]):
                    assert len(posting.slice(name)) == 1
                    call = posting.slices.set_index("name")["call"][name]
                    assert len(eval(f"client.{call}", {"client": client, "__builtins__": {}})) == 1
            for frame in (posting.slices, client.get_org(org(1)["org_id"]).slices):
                assert all(value.isprintable() for value in frame["contains"])
                assert all(value.isprintable() for value in frame["call"])


@pytest.mark.parametrize("text", ["\x1b[31mred", "\u202egnp", "two\nlines", "nul\x00", "\ud800"])
def test_text_that_does_not_print_is_inert(text: str) -> None:
    """Controls, reordering and line ends in names drive nothing: neither in the frame, nor on the page."""
    data = FaceData.of(
        [job(1, city=text, department=text, provider=text)], [org(1, display_name=text)], [source(1)], (), CLOCK
    )
    client, _ = client_of(data)
    posting = client.get_job(job(1)["job_id"])
    for record in (posting, posting.org):
        for value in [*record.slices["contains"], *record.slices["call"]]:
            assert value.isprintable(), value
        str(record).encode("utf-8")
        assert "\x1b" not in str(record) and "\u202e" not in str(record) and repr(record).isprintable()


# -- records without a client ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["job", "org", "source"])
@pytest.mark.parametrize("how", ["pickle", "copy", "deepcopy"])
def test_a_copied_record_has_left_its_client(either: Client, kind: str, how: str) -> None:
    """A pickled or copied record shows all it holds, and says that it has no client when it is to ask."""
    record = record_of(either, kind)
    made = {"pickle": lambda one: pickle.loads(pickle.dumps(one)), "copy": copy.copy, "deepcopy": copy.deepcopy}
    copied = made[how](record)
    assert copied.record == record.record and str(copied) == str(record) and repr(copied) == repr(record)
    assert copied.slices["name"].tolist() == record.slices["name"].tolist()
    with pytest.raises(bd.InvalidRequestError, match="no client"):
        copied.slice("Lifecycle events")
    pd.testing.assert_frame_equal(copied.frame(), record.frame())
    record.slice("Lifecycle events")


def test_a_pickled_record_remembers_its_counts(store: Client) -> None:
    """Counts known before are still known, and sharing them with the original is not noticed."""
    posting = record_of(store, "job")
    counts = posting.slices["count"].tolist()
    assert pickle.loads(pickle.dumps(posting)).slices["count"].tolist() == counts


def test_a_posting_leads_to_its_records(either: Client) -> None:
    """org, source, events and history, as the client's own functions give them."""
    posting = record_of(either, "job")
    assert posting.org.record == org(1) and posting.source.record == source(1)
    pd.testing.assert_frame_equal(posting.events(), either.job_events(job(1)["job_id"]))
    pd.testing.assert_frame_equal(posting.history(), either.history(job(1)["job_id"]))


@pytest.mark.parametrize("value", [None, 5, "", "Company 1", "x"])
@pytest.mark.parametrize(("name", "field"), [("org", "org_id"), ("source", "source_id")])
def test_a_link_that_is_none(value: Any, name: str, field: str) -> None:
    """A posting whose org_id or source_id is no id leads nowhere, and is never taken for a name."""
    data = FaceData.of([job(1, **{field: value})], [org(1)], [source(1)], (), CLOCK)
    posting = client_of(data)[0].get_job(job(1)["job_id"])
    with pytest.raises(bd.BluedoorError):
        getattr(posting, name)


def test_a_closed_client_says_so(face: FaceApp) -> None:
    """A slice of a record whose client was closed: the error says that."""
    client, _ = client_of(DATA)
    posting = record_of(client, "job")
    client.close()
    with pytest.raises(bd.InvalidRequestError, match="closed"):
        posting.slice("City jobs")


# -- breakdowns --------------------------------------------------------------------------------------------------------


def test_breakdowns_of_an_organisation(either: Client) -> None:
    """Role, location, ATS and work model, counted, with shares that add up to one in each field."""
    found = record_of(either, "org").breakdowns()
    assert found["breakdown"].drop_duplicates().tolist() == ["role", "location", "ats", "work model"]
    shares = found.groupby(["breakdown", "field"])["share"].sum()
    assert shares.round(9).eq(1).all()
    assert found.set_index("field").loc["country", "count"] == 18
    card = bd.card(found)
    assert card["complete"] and card["applied"] == {"org_id": org(1)["org_id"]}


def test_breakdowns_beyond_the_newest_hundred_say_so(either: Client) -> None:
    """Titles are counted within the newest 100 postings, and that is said where there are more."""
    jobs = [job(n, org_id=org(1)["org_id"]) for n in range(130)]
    client, _ = client_of(FaceData.of(jobs, [org(1)], (), (), CLOCK))
    card = bd.card(client.get_org(org(1)["org_id"]).breakdowns())
    assert not card["complete"] and any("newest 100 postings" in note for note in card["notes"])


def test_slices_take_further_arguments(either: Client) -> None:
    """A limit, or another filter of the call that a slice is."""
    posting = either.get_job(DATA.jobs[0]["job_id"])
    assert len(posting.slice("Department jobs", limit=3)) == 3
    assert len(posting.slice("Department jobs", limit=None, status=None)) == len(
        either.search_jobs(department="Engineering", status=None, limit=None)
    )


def test_slices_of_a_closed_client_have_no_counts() -> None:
    """The list itself asks nothing, and needs nobody to ask."""
    with bd.connect("sample") as client:
        posting = client.get_job("76a82054d2c45c7b4c4f9ca9915c4b03b7a5b303")
    assert posting.slices["count"].isna().all()


def test_the_address_of_the_original_posting_is_inert_in_its_error() -> None:
    """It is a stranger's text; whole, it is in the error's context."""
    evil = "https://x/\x1b[31m\n\u202eevil"
    client, _ = client_of(FaceData.of([job(1, source_url=evil)], clock=CLOCK))
    with pytest.raises(bd.InvalidRequestError) as caught:
        client.get_job(job(1)["job_id"]).slice("Original posting")
    assert str(caught.value).isprintable()
    assert caught.value.context["url"] == evil


def test_breakdowns_of_postings_without_values_do_not_say_that_there_are_none() -> None:
    """A posting with neither title nor department is an active posting."""
    bare = job(0, title=None, department=None, city=None, country=None, provider=None, workplace_type=None)
    client, _ = client_of(FaceData.of([bare], [org(0)], clock=CLOCK))
    found = client.get_org(org(0)["org_id"]).breakdowns()
    assert not len(found)
    assert not any("no active postings" in note for note in bd.card(found)["notes"])
