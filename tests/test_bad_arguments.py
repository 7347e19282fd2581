"""Wrong arguments: each raises at once, sends nothing, says what would be right, and names the nearest."""

from __future__ import annotations

import datetime as dt
import inspect
import warnings
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bluedoor_tools as bd
from bluedoor_tools import contract
from bluedoor_tools.arguments import instant
from bluedoor_tools.client import Client
from bluedoor_tools.query import JobFilters
from tests.api_face import FaceApp, create_app
from tests.api_face.examples import small_data
from tests.clients import client_of, searches

ORG = "72fe3b06-0d08-4f7d-9dfd-beedeeda0a25"
NOW = dt.datetime(2026, 6, 7, tzinfo=dt.UTC)
FILTERS = sorted(JobFilters.__annotations__)


def refused(client: Client, /, **arguments: Any) -> str:
    """What the error says, the same from search_jobs, iter_jobs and facets where all take the argument."""
    said = set()
    shared = not set(arguments) & {"limit", "cursor", "columns", "description"}
    asked: list[Callable[..., Any]] = [client.search_jobs, client.iter_jobs]
    for ask in asked:
        with pytest.raises(bd.InvalidRequestError) as caught:
            ask(**arguments)
        said.add(str(caught.value))
    if shared:
        with pytest.raises(bd.InvalidRequestError) as caught:
            client.facets("country", **arguments)
        said.add(str(caught.value))
    assert len(said) == 1
    return said.pop()


@pytest.fixture
def face() -> FaceApp:
    """Few records are enough for what is not to be sent."""
    return create_app(small_data(5))


@pytest.fixture(autouse=True)
def nothing_sent(face: FaceApp) -> Iterator[None]:
    """No wrong argument reaches the server."""
    yield
    assert not face.log


# -- names -------------------------------------------------------------------------------------------------------------


def misspellings(name: str) -> list[str]:
    """Plausible slips: a letter doubled, dropped, swapped; another case or joint."""
    middle = len(name) // 2
    return [
        name[:middle] + name[middle] + name[middle:],
        name[:middle] + name[middle + 1 :],
        name.upper(),
        name.replace("_", "-"),
        name + "s",
    ]


@pytest.mark.parametrize("name", FILTERS)
def test_a_misspelt_filter_names_the_nearest(api: Client, name: str) -> None:
    """Each filter, misspelt in the usual ways, is named in the error."""
    for wrong in misspellings(name):
        if wrong in FILTERS:
            continue
        said = refused(api, **{wrong: "x"})
        assert f"There is no argument {wrong!r}." in said
        near = said.rpartition("Did you mean '")[2].rstrip("'?")
        # location_text and location, salary_min and salary_max are one letter apart from each other's slips
        assert near == name or (near in FILTERS and near[:4] == name[:4]), said


def test_the_signature_spells_out_every_filter() -> None:
    """What completion shows is what the contract knows, and all keyword-only past the first."""
    for method, first in ((Client.search_jobs, "q"), (Client.iter_jobs, "q"), (Client.facets, "field")):
        parameters = inspect.signature(method).parameters
        taken = {name for name in parameters if name in contract.PARAMETERS}
        assert taken == set(contract.PARAMETERS)
        positional = [p.name for p in parameters.values() if p.kind is not inspect.Parameter.KEYWORD_ONLY]
        assert positional == ["self", first]


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("active", True, "status="),
        ("active", False, "status="),
        ("employer", "Spotify", "company="),
        ("org_id", ORG, "org_ids="),
        ("source_id", ORG, "source_ids="),
        ("ats_provider", "lever", "provider="),
        ("remote", True, "workplace_type='remote'"),
        ("n", 5, "limit="),
        ("max_results", 5, "limit="),
        ("date_posted", "7d", "posted_after="),
        ("include", "description", "description=True"),
        ("include_total", True, "answer card"),
    ],
)
def test_names_people_reach_for(api: Client, name: str, value: Any, hint: str) -> None:
    """A name of another API, or of the API's own wire, gets the argument that does it here."""
    said = refused(api, **{name: value})
    assert f"There is no argument {name!r}." in said
    assert hint in said


def test_a_name_like_nothing(api: Client) -> None:
    """Where nothing is near, the known names are listed."""
    said = refused(api, zzzzzz=1)
    assert "Known: " in said
    assert "workplace_type" in said


def test_a_wrong_name_is_refused_also_when_its_value_is_none(api: Client) -> None:
    """None leaves a filter out, but not a misspelling."""
    assert "workplace_type" in refused(api, workplacetype=None)


def test_a_misspelt_column_names_the_nearest(api: Client) -> None:
    """So do columns."""
    assert "Did you mean 'workplace_type'?" in refused(api, columns=["job_id", "workplacetype"])


@pytest.mark.parametrize("columns", [[], (), 7, True, [None], [["job_id"]], [7], "", ["job_id", "all"], {}])
def test_what_are_no_columns(api: Client, columns: Any) -> None:
    """Empty lists, and what holds other things than names, are refused."""
    assert "column" in refused(api, columns=columns)


# -- values ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "near"),
    [
        ("workplace_type", "on-site", "on_site"),
        ("workplace_type", "onsite", "on_site"),
        ("workplace_type", "remot", "remote"),
        ("workplace_type", "hybird", "hybrid"),
        ("employment_type", "full_tme", "full_time"),
        ("employment_type", "internshp", "internship"),
        ("employment_type", "partime", "part_time"),
        ("status", "activ", "active"),
        ("status", "expire", "expired"),
        ("provider", "greenhose", "greenhouse"),
        ("provider", "smart recruiters", "smartrecruiters"),
        ("provider", "oraclehcm", "oracle_hcm"),
    ],
)
def test_a_misspelt_value_names_the_nearest(api: Client, name: str, value: str, near: str) -> None:
    """Of each filter with known values."""
    said = refused(api, **{name: value})
    assert f"{name}={value!r} is not a known value. Did you mean {near!r}? Known: " in said


def test_a_value_like_nothing_lists_the_known_ones(api: Client) -> None:
    """Where nothing is near."""
    assert "Known: remote, hybrid, on_site." in refused(api, workplace_type="zzz")
    assert "Known: active, expired." in refused(api, status="open")


@pytest.mark.parametrize("code", ["US", "us", "U.S.", "USA", "DE"])
def test_a_country_is_a_name(api: Client, code: str) -> None:
    """A code would match nothing: it is refused, with an example."""
    assert "United States" in refused(api, country=code)


TEXTS = sorted(
    name for name, parameter in contract.PARAMETERS.items() if parameter.match in {"tokens", "contains", "equals"}
)


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize(
    "value", ["", "  ", "a\x00b", "a\nb", "\ud800", 7, True, b"x", ["x", 7], [], {"x": 1}, ["x", None], pd.NA]
)
def test_what_is_no_text_for_a_filter(api: Client, name: str, value: Any) -> None:
    """Empty, unprintable, or no text at all; the error names the filter."""
    assert refused(api, **{name: value}).startswith(name)


@pytest.mark.parametrize("q", ["-", "...", "!? &"])
def test_a_query_holds_a_word(api: Client, q: str) -> None:
    """Punctuation alone would match everything or nothing."""
    assert "at least one word" in refused(api, q=q)


@pytest.mark.parametrize("name", ["salary_min", "salary_max"])
@pytest.mark.parametrize(
    "value", ["100000", "100k", True, -1, float("nan"), float("inf"), 10**400, [5], dt.date.today()]
)
def test_what_is_no_amount(api: Client, name: str, value: Any) -> None:
    """Amounts are finite numbers, 0 or more."""
    assert refused(api, **{name: value}).startswith(f"{name}={value!r} is ")


@pytest.mark.parametrize("value", ["yes", 1, 0, "true"])
def test_what_is_no_flag(api: Client, value: Any) -> None:
    """salary_exists is True or False, and nothing like it."""
    assert "True or False" in refused(api, salary_exists=value)


def test_contradicting_amounts(api: Client) -> None:
    """No salary, yet a bound on it."""
    assert "contradicts" in refused(api, salary_exists=False, salary_min=1)
    assert "contradicts" in refused(api, salary_exists=False, salary_max=1)


@pytest.mark.parametrize("name", ["org_ids", "source_ids"])
@pytest.mark.parametrize(
    "value",
    ["Spotify", "", "0" * 40, f"{ORG},{ORG}", [], [ORG, "x"], [ORG, None], [7], 7, pd.Series([ORG, None]), b"x"],
)
def test_what_is_no_id(api: Client, name: str, value: Any) -> None:
    """Ids are UUIDs, one or several; the error shows one, and where to find them."""
    said = refused(api, **{name: value})
    assert said.startswith(name)
    assert "UUID" in said or "empty list" in said or "takes text" in said


# -- dates -------------------------------------------------------------------------------------------------------------

DATES = sorted(name for name in contract.PARAMETERS if name.endswith(("_after", "_before")))


@pytest.mark.parametrize("name", DATES)
@pytest.mark.parametrize(
    "value",
    ["yesterday", "7 days", "7m", "-7d", "d", "", "2026-13-01", "2026-02-30", "01.05.2026", "999999w",
     "2026-06-01T25:00", "0001-01-01T00:00+05:00", pd.NaT, 20260601, 1.5, True, ["2026-06-01"], b"2026-06-01",
     dt.timedelta(7)],
)  # fmt: skip
def test_what_is_no_date(api: Client, name: str, value: Any) -> None:
    """Unreadable, out of range, missing, or of another type: the error names the filter and shows how to write one."""
    said = refused(api, **{name: value})
    assert said.startswith(name)
    assert any(words in said for words in ("'7d'", "Give a date", "later or earlier"))


@pytest.mark.parametrize("stem", ["posted", "updated", "changed", "first_seen"])
@pytest.mark.parametrize(
    ("after", "before"), [("2026-06-02", "2026-06-01"), ("2026-06-01", "2026-06-01"), ("1d", "2d"), ("1d", "1000d")]
)
def test_dates_reversed(api: Client, stem: str, after: str, before: str) -> None:
    """Bounds that no posting can meet are refused."""
    said = refused(api, **{f"{stem}_after": after, f"{stem}_before": before})
    assert "Swap the dates" in said
    assert f"{stem}_after" in said


@given(st.text(max_size=25) | st.text("0123456789-T:Zhdw +.", max_size=20))
def test_any_text_is_a_date_or_an_error(text: str) -> None:
    """No text breaks the reading of dates."""
    try:
        offset, hint = instant(text, NOW).utcoffset(), "none is needed"
    except bd.InvalidRequestError as error:
        offset, hint = dt.timedelta(0), error.hint
    assert (offset, hint != "") == (dt.timedelta(0), True)


# -- bounds, flags, cursors --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [0, -1, "10", "all", 1.5, 10.0, True, float("inf"), [5]])
def test_what_is_no_limit(api: Client, limit: Any) -> None:
    """A limit is a whole number of at least 1, or None."""
    assert f"limit={limit!r} is not a number of rows. Use 1 or more, or None for all." in refused(api, limit=limit)


@pytest.mark.parametrize("limit", [0, -1, "10", None, 1.5, True])
def test_what_is_no_limit_of_events_and_facets(api: Client, limit: Any) -> None:
    """There, None is none either."""
    asks: list[Callable[[], object]] = [
        lambda: api.job_events("0" * 40, limit=limit),
        lambda: api.facets("country", limit=limit),
    ]
    for ask in asks:
        with pytest.raises(bd.InvalidRequestError, match=r"not a number of rows\. Use 1 to 100: "):
            ask()


@pytest.mark.parametrize("description", ["yes", 1, None])
def test_description_is_a_flag(api: Client, description: Any) -> None:
    """True or False."""
    assert "True or False" in refused(api, description=description)


@pytest.mark.parametrize("cursor", ["", "x", 7, b"x", True, ["x"]])
def test_what_is_no_cursor(api: Client, cursor: Any) -> None:
    """The error says where cursors come from."""
    assert "bd.card(df)['next_cursor']" in refused(api, cursor=cursor)


def test_a_second_positional_argument_is_refused(api: Client) -> None:
    """Filters go by name."""
    with pytest.raises(TypeError):
        api.search_jobs("engineer", "active")  # type: ignore[call-arg]


values: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.binary(max_size=4)
)
values |= st.lists(st.text(max_size=5), max_size=3) | st.dates() | st.datetimes() | st.just(pd.NaT) | st.decimals()
arguments = st.dictionaries(
    st.sampled_from([*FILTERS, "q", "status", "limit", "cursor", "columns", "zzz"]), values, max_size=3
)


@given(arguments)
def test_any_arguments_are_answered_or_refused(given_arguments: dict[str, Any]) -> None:
    """Whatever stands in the arguments, there is a frame or an InvalidRequestError, by either backend alike."""
    client, _ = client_of(small_data(5))
    outcomes = []
    with bd.connect("sample") as sample, warnings.catch_warnings():
        warnings.simplefilter("ignore", bd.ResultCutWarning)
        for backend in (sample, client):
            try:
                frame = backend.search_jobs(**{"limit": 3, **given_arguments})
                outcomes.append(list(frame.columns))
            except bd.InvalidRequestError as error:
                outcomes.append([str(error).partition("=")[0]])
    assert outcomes[0] == outcomes[1]


# -- what is right, though it looks unusual ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unusual", "plain"),
    [
        ({"salary_min": np.int64(50)}, {"salary_min": 50.0}),
        ({"salary_min": Decimal("50.5")}, {"salary_min": 50.5}),
        ({"salary_max": np.float32(2.5)}, {"salary_max": 2.5}),
        ({"workplace_type": " REMOTE "}, {"workplace_type": "remote"}),
        ({"org_ids": (name for name in [ORG, ORG])}, {"org_ids": [ORG]}),
        ({"org_ids": {ORG.upper()}}, {"org_ids": [ORG]}),
        ({"q": None, "city": None}, {}),
        ({"employment_type": "full-time"}, {"employment_type": "full-time"}),
    ],
)
def test_unusual_but_right(unusual: dict[str, Any], plain: dict[str, Any]) -> None:
    """Numbers of other libraries, other cases, sets and generators are taken as what they mean."""
    client, face = client_of(small_data(5))
    card = bd.card(client.search_jobs(status=None, limit=np.int64(5), columns=["job_id"], **unusual))  # type: ignore[arg-type]
    assert card["applied"] == plain
    assert set(card["asked"]) == set(plain)
    assert [] not in card["asked"].values()
    assert searches(face)[0]["limit"] == "5"


@pytest.mark.parametrize(("said", "meant"), [("closed", "expired"), ("open", "active")])
def test_a_status_by_another_name_is_led_to_the_apis(api: Client, said: str, meant: str) -> None:
    """What people call it."""
    assert f"Did you mean {meant!r}?" in refused(api, status=said)
