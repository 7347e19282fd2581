"""The state of a view: filters checked as a search checks them, toggled, copied; its changes are heard."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
import traitlets

import bluedoor_tools as bd
from bluedoor_tools.widgets.rows.query import ViewQuery

NOON = dt.datetime(2026, 6, 7, 12, tzinfo=dt.UTC)
ORG = "72fe3b06-0d08-4f7d-9dfd-beedeeda0a25"


def test_filters_are_kept_as_plain_values() -> None:
    """Choices as the contract writes them, dates as ISO text, ages as they are, several values as a list."""
    query = ViewQuery().set(
        q=" nurse ",
        city=("Boston", "Berlin"),
        workplace_type="Remote",
        posted_after=dt.date(2026, 1, 2),
        posted_before=pd.Timestamp("2026-03-04T05:00"),
        first_seen_after="7d",
        salary_min=50_000,
        org_ids=pd.Series([ORG]),
        company="  Acme   Inc ",
    )
    assert query.filters == {
        "q": "nurse",
        "city": ["Berlin", "Boston"],
        "workplace_type": "remote",
        "posted_after": "2026-01-02",
        "posted_before": "2026-03-04T05:00:00Z",
        "first_seen_after": "7d",
        "salary_min": 50_000.0,
        "org_ids": [ORG],
        "company": "Acme Inc",
    }


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"ctiy": "Boston"}, "'city'"),
        ({"workplace_type": "remot"}, "'remote'"),
        ({"posted_after": "soon"}, "posted_after"),
        ({"posted_after": "2026-05-01", "posted_before": "2026-04-01"}, "posted_after"),
        ({"company": ["Acme", ""]}, "company|name"),
        ({"company": 3}, "company"),
        ({"q": "--"}, "no word"),
        ({"salary_exists": False, "salary_min": 1}, "salary_exists"),
    ],
)
def test_a_wrong_filter_changes_nothing(filters: dict[str, Any], said: str) -> None:
    """It is the library's own error, with the nearest name, however the filters are set; those before stay."""
    query = ViewQuery().set(city="Boston")
    query.page = 2
    with pytest.raises(bd.InvalidRequestError, match=said):
        query.set(**filters)
    with pytest.raises(bd.InvalidRequestError, match=said):
        query.filters = filters
    assert (query.filters, query.page) == ({"city": "Boston"}, 2)


def test_none_removes_a_filter() -> None:
    """None takes one away; of status "any" does, too."""
    query = ViewQuery().set(city="Boston", status="active")
    assert query.set(city=None).filters == {"status": "active"}
    assert query.set(status="Any").filters == {}


def test_an_age_is_held_against_dates_by_the_clock_of_the_rows() -> None:
    """A view does not know what "7d" is to its rows: the bounds are compared when they are asked."""
    query = ViewQuery().set(first_seen_after="7d", first_seen_before="2026-06-05")
    assert query.arguments(NOON) == {"first_seen_after": "2026-05-31T12:00:00Z",
                                     "first_seen_before": "2026-06-05T00:00:00Z"}  # fmt: skip
    with pytest.raises(bd.InvalidRequestError, match="first_seen_after"):
        query.checked(NOON + dt.timedelta(days=30))


def test_toggle_adds_a_value_and_takes_it_out_again() -> None:
    """The first value is alone, a second one makes a list, one that is there in any case goes."""
    query = ViewQuery().toggle("city", "Boston")
    assert query.filters == {"city": "Boston"}
    assert query.toggle("city", "Berlin").filters == {"city": ["Berlin", "Boston"]}
    assert query.toggle("city", "BOSTON").filters == {"city": "Berlin"}
    assert query.toggle("city", "berlin").filters == {}
    assert query.toggle("company", "<b>").toggle("company", "Acme").filters == {"company": ["<b>", "Acme"]}
    assert query.toggle("company", "ACME").filters == {"company": "<b>"}


def test_toggle_of_a_filter_of_one_value_replaces_it() -> None:
    """A number or a date cannot be two; the same again takes it away."""
    query = ViewQuery().toggle("salary_min", 10).toggle("salary_min", 20)
    assert query.filters == {"salary_min": 20.0}
    assert query.toggle("salary_min", 20).filters == {}
    assert query.toggle("posted_after", "2026-01-01").toggle("posted_after", "2026-01-01").filters == {}


def test_another_question_begins_at_the_first_page() -> None:
    """Other filters, another order and another size of pages go back to it; a chosen posting does not."""
    query = ViewQuery()
    for name, value in [("filters", {"city": "Boston"}), ("sort", ("title", True)), ("page_size", 50)]:
        query.page = 3
        setattr(query, name, value)
        assert query.page == 0, name
    query.page = 3
    query.job_id = "x"
    assert query.page == 3


def test_an_observer_of_the_filters_sees_the_first_page() -> None:
    """Who searches at a change of the filters never asks for a later page of the new ones."""
    query, seen = ViewQuery(), list[int]()
    query.page = 4
    query.observe(lambda _: seen.append(query.page), names="filters")
    query.set(city="Boston")
    assert seen == [0]


def test_sort_by_goes_round() -> None:
    """Ascending, descending, and back to the rows' own order; another column begins anew."""
    query = ViewQuery()
    orders = [query.sort_by("title").sort for _ in range(3)]
    assert orders == [("title", True), ("title", False), None]
    assert query.sort_by("title").sort_by("city").sort == ("city", True)
    with pytest.raises(bd.InvalidRequestError, match="no order"):
        query.sort = "title"


def test_a_copy_is_equal_and_its_own() -> None:
    """A copy has the page, too; what happens to it does not happen to the first."""
    query = ViewQuery().set(city="Boston").sort_by("title")
    query.page, query.job_id = 2, "x"
    copy = query.copy()
    assert copy == query and copy.page == 2
    copy.toggle("city", "Berlin")
    assert copy != query and query.filters == {"city": "Boston"}
    assert query != "city"


def test_become_is_heard_when_all_of_it_is_there() -> None:
    """An observer of any part of another query's state sees the whole."""
    other = ViewQuery().set(city="Boston").sort_by("title")
    other.page = 5
    query, seen = ViewQuery(), list[bool]()
    query.observe(lambda _: seen.append(query == other), names=traitlets.All)
    query.become(other)
    assert seen and all(seen)


def test_the_representation_says_the_state() -> None:
    """It names what is set, and says so where nothing is."""
    query = ViewQuery()
    assert repr(query) == "<ViewQuery: no filters>"
    query.set(q="nurse").sort_by("title")
    query.page = 1
    assert repr(query) == "<ViewQuery: q='nurse', sort=('title', True), page=1>"


def test_a_loose_query_takes_any_value_that_is_compared_whole() -> None:
    """A frame may have codes for countries and work models of its own words; names and other values are checked."""
    query = ViewQuery(loose=True).toggle("country", "US").toggle("workplace_type", "On-site").toggle("company", "—")
    assert query.filters == {"country": "US", "workplace_type": "On-site", "company": "—"}
    assert query.toggle("country", "DE").copy().toggle("country", "us").filters["country"] == "DE"
    assert query.checked(NOON)[1]["country"] == ["DE", "US"]
    for filters in ({"ctiy": "x"}, {"salary_min": "x"}, {"country": " "}, {"country": [1]}):
        with pytest.raises(bd.InvalidRequestError):
            query.set(**filters)
    with pytest.raises(bd.InvalidRequestError, match="code"):
        ViewQuery().toggle("country", "US")


def test_filters_are_not_changed_in_place() -> None:
    """A view would not hear of it: what would be ignored is refused, and the way is named."""
    query = ViewQuery().set(city="Boston")
    for change in (
        lambda: query.filters.__setitem__("q", "nurse"),
        lambda: query.filters.update(q="nurse"),
        lambda: query.filters.pop("city"),
        query.filters.clear,
    ):
        with pytest.raises(bd.InvalidRequestError, match=r"query.set\("):
            change()
    assert query.filters == {"city": "Boston"} == query.copy().filters


def test_filters_that_the_rows_do_not_have_are_refused() -> None:
    """With the columns that are missing, however they are set; the state stays whole."""
    query = ViewQuery(names=("q", "city")).set(city="Boston")
    heard: list[str] = []
    query.observe(lambda change: heard.append(change["name"]))
    with pytest.raises(bd.InvalidRequestError, match="no column provider.*q, city"):
        query.set(provider="lever")
    with pytest.raises(bd.InvalidRequestError, match="no column company"):
        query.become(ViewQuery(page=3).set(company="Acme"))
    with pytest.raises(bd.InvalidRequestError, match="no column source_posted_at"):
        query.copy().set(posted_after="7d")
    assert heard == [] and (query.filters, query.page) == ({"city": "Boston"}, 0)


def test_a_mark_is_picked_as_a_whole() -> None:
    """A span of dates comes in one step, whatever span there was; picked again it goes; other values are toggled."""
    first = {"first_seen_after": "2026-01-01", "first_seen_before": "2026-01-08"}
    later = {"first_seen_after": "2026-02-01", "first_seen_before": "2026-02-08"}
    longer = {"first_seen_after": "2026-02-01", "first_seen_before": "2026-03-01"}
    query = ViewQuery().set(q="nurse")
    heard: list[Any] = []
    query.observe(lambda change: heard.append(change["new"]), names=["filters"])
    for picked, wanted in [(first, first), (later, later), (first, first), (later, later), (longer, longer)]:
        assert query.pick(picked).filters == {"q": "nurse", **wanted}
    assert len(heard) == 5
    query.pick({**longer, "city": "Oslo"})
    assert query.filters == {"q": "nurse", "city": "Oslo"}
    with pytest.raises(bd.InvalidRequestError):
        query.pick({"city": "Bergen", "citty": "x"})
    assert query.filters == {"q": "nurse", "city": "Oslo"}
