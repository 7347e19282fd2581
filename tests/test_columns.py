"""bd.columns: what it says of every kind of frame is what the frames are, in order and dtype, also when empty."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pandas as pd
import pytest

import bluedoor_tools as bd
from bluedoor_tools import contract
from bluedoor_tools.client import Client
from tests.api_face import FaceData
from tests.api_face.examples import CLOCK, job, org, small_data, source

_FIRST = bd.columns
ROOM: Any = import_module("bluedoor_tools.column_meanings")
FRAMES: dict[str, Any] = ROOM.FRAMES
columns = ROOM.columns
EMPTY_ORG = org(7, display_name="Empty Ltd")
WHOLE = small_data(60)
DATA = FaceData.of(WHOLE.jobs, [*WHOLE.orgs, EMPTY_ORG], [*WHOLE.sources, source(7)], WHOLE.events, CLOCK)
NOBODY = "0" * 40


MADE: list[tuple[str, str, Callable[[Client], pd.DataFrame]]] = [
    ("jobs", "search", lambda c: c.search_jobs(columns="all", description=True)),
    ("jobs", "empty search", lambda c: c.search_jobs("nothing", columns="all", description=True)),
    ("jobs", "list", lambda c: c.search_jobs(["engineer", "1"], columns="all", description=True)),
    ("jobs", "iter", lambda c: next(c.iter_jobs(columns="all", description=True))),
    ("jobs", "get_jobs", lambda c: c.get_jobs([job(1)["job_id"]], columns="all")),
    ("jobs", "record", lambda c: c.get_job(job(1)["job_id"]).frame()),
    ("events", "search", lambda c: c.search_events()),
    ("events", "empty search", lambda c: c.search_events(job_ids=NOBODY)),
    ("events", "of a posting", lambda c: c.job_events(job(1)["job_id"])),
    ("facets", "by", lambda c: c.facets("city", by="country")),
    ("facets", "empty by", lambda c: c.facets("city", by="country", title="nothing")),
    ("breakdowns", "full", lambda c: c.get_org(org(1)["org_id"]).breakdowns()),
    ("breakdowns", "empty", lambda c: c.get_org(EMPTY_ORG["org_id"]).breakdowns()),
    ("history", "full", lambda c: c.history(job(10)["job_id"])),
    ("orgs", "full", lambda c: c.find_orgs("company")),
    ("orgs", "empty", lambda c: c.find_orgs("nobody at all")),
    ("orgs", "without postings", lambda c: c.find_orgs("empty ltd")),
    ("sources", "full", lambda c: c.get_org(org(1)["org_id"]).sources()),
    ("sources", "empty", lambda c: c.get_org(EMPTY_ORG["org_id"]).sources()),
    ("slices", "of a posting", lambda c: c.get_job(job(1)["job_id"]).slices),
    ("slices", "of an organisation", lambda c: c.get_org(org(1)["org_id"]).slices),
    ("slices", "of a board", lambda c: c.get_source(source(1)["source_id"]).slices),
    ("checks", "doctor", lambda c: c.doctor()),
]


@pytest.mark.parametrize(
    ("kind", "make"), [(kind, make) for kind, _, make in MADE], ids=[f"{k} {n}" for k, n, _ in MADE]
)
def test_frames_are_as_said(either: Client, kind: str, make: Callable[[Client], pd.DataFrame]) -> None:
    """The columns of a real frame, in their order, with their dtypes, are those that bd.columns lists."""
    said, found = columns(kind), make(either)
    assert found.columns.tolist() == said["column"].tolist()
    assert [str(dtype) for dtype in found.dtypes] == said["dtype"].tolist()


def test_what_is_there_by_default(either: Client) -> None:
    """`default` marks the columns of a frame that nobody chose columns of."""
    said = columns("jobs")
    for frame in (either.search_jobs(limit=1), either.source_jobs(source(1)["source_id"], limit=1)):
        assert frame.columns.tolist() == said[said["default"]]["column"].tolist()


def test_facets_of_one_field(either: Client) -> None:
    """Without `by` a frame of facets lacks that column, as its meaning says; the others are as listed."""
    said = columns("facets")
    found = either.facets("city")
    assert found.columns.tolist() == said["column"].tolist()[1:]
    assert [str(dtype) for dtype in found.dtypes] == said["dtype"].tolist()[1:]
    assert "by=" in said["meaning"][0]


def test_default_of_facets_is_what_a_plain_call_gives(either: Client) -> None:
    """Of facets, too, `default` marks the columns of a plain call."""
    said = columns("facets")
    assert either.facets("city").columns.tolist() == said[said["default"]]["column"].tolist()


def test_stats_are_as_said(either: Client) -> None:
    """The rows of the series are listed, in their order."""
    assert either.stats().index.tolist() == columns("stats")["column"].tolist()


def test_every_kind_is_tried_here() -> None:
    """No kind of frame is listed that these tests do not make."""
    assert set(FRAMES) == {kind for kind, _, _ in MADE} | {"stats"}


@pytest.mark.parametrize("kind", FRAMES)
def test_the_list_itself(kind: str) -> None:
    """Each row says something: a meaning, how it is known; the frame is typed, also where nothing misleads."""
    said = columns(kind)
    assert {name: str(dtype) for name, dtype in said.dtypes.items()} == {
        "column": "str", "dtype": "str", "meaning": "str", "known": "str", "misleads": "str", "default": "boolean",
    }  # fmt: skip
    assert said["column"].is_unique and said["meaning"].str.len().gt(3).all()
    assert said["known"].isin(["seen", "observed", "assumed"]).all()


def test_json_columns_say_so() -> None:
    """A column of JSON text says that it is."""
    for kind, fields in (("jobs", contract.JOB_FIELDS), ("events", contract.EVENT_FIELDS)):
        said = columns(kind).set_index("column")["meaning"]
        assert all("JSON" in said[field.name] for field in fields if field.kind == "json")


def test_every_field_of_the_contract_is_a_column() -> None:
    """What the API answers is in the frames, with its own name and meaning."""
    for kind, fields in (
        ("jobs", contract.JOB_FIELDS),
        ("events", contract.EVENT_FIELDS),
        ("sources", contract.SOURCE_FIELDS),
    ):
        said = columns(kind).set_index("column")
        for field in fields:
            assert said.loc[field.name, "known"] == field.known
            assert str(said.loc[field.name, "meaning"]).startswith(field.meaning)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("job", "jobs"),
        ("evnts", "events"),
        ("facet", "facets"),
        ("", "Known"),
        (None, "Known"),
        (5, "Known"),
        ("x", "K"),
    ],
)
def test_an_unknown_kind_names_the_nearest(wrong: Any, said: str) -> None:
    """A kind that there is not: the nearest, or all, are named."""
    with pytest.raises(bd.InvalidRequestError, match=said):
        columns(wrong)


@pytest.mark.parametrize(
    "wrong", [["jobs"], {"jobs": 1}, pd.DataFrame({"title": ["x"]})], ids=["list", "dict", "frame"]
)
def test_what_is_no_name_of_a_kind(wrong: Any) -> None:
    """A list, a mapping, a frame in the place of the name is refused in the library's own words."""
    with pytest.raises(bd.InvalidRequestError):
        columns(wrong)


@pytest.mark.parametrize(
    "before",
    [
        "import bluedoor_tools.column_meanings",
        "from bluedoor_tools.column_meanings import FRAMES",
        "import bluedoor_tools.cli",
    ],
)
def test_the_function_is_not_hidden_by_the_room_of_its_name(before: str) -> None:
    """bd.columns is the function, whichever module of the package was imported before (doctests, the command line)."""
    code = f"import bluedoor_tools as bd; {before}; print(len(bd.columns('history')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "9", done.stderr[-300:]


def test_by_default_it_is_about_jobs() -> None:
    """Without an argument, the columns of jobs."""
    pd.testing.assert_frame_equal(columns(), columns("jobs"))


def test_the_name_of_a_column_leads_to_its_frames() -> None:
    """Who asks for one column is told where it is explained."""
    with pytest.raises(bd.InvalidRequestError, match=r"a column of events: columns\('events'\)"):
        bd.columns("event_type")
