"""Breakdowns: counts of a frame by one field or two, as bars or a heat map; nothing dropped, nothing run."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

import bluedoor_tools as bd
from bluedoor_tools.client import Client
from bluedoor_tools.widgets.charts.breakdown import Breakdown, breakdown
from bluedoor_tools.widgets.rows.client_rows import ClientRows
from bluedoor_tools.widgets.rows.frame_rows import FrameRows
from bluedoor_tools.widgets.rows.query import ViewQuery
from bluedoor_tools.widgets.tree import Node, text_of
from bluedoor_tools.widgets.view import Act

HOSTILE = ["<img src=x onerror=alert(1)>", "תל אביב \u202e", "🍕 " + "x" * 500, "", "</style><script>alert(1)</script>"]


def every(node: Node, tag: str, kind: str = "") -> list[Any]:
    """All elements of a tag, and a class, in a tree."""
    if isinstance(node, str):
        return []
    own = [node] if node[0] == tag and (not kind or kind in node[1].get("class", "").split()) else []
    return own + [found for child in node[2:] for found in every(child, tag, kind)]


def lines(view: Breakdown) -> list[tuple[str, str]]:
    """Label and number of every line of the bars."""
    labels = every(view.tree[0], "span", "bd-bar-label")
    counts = every(view.tree[0], "span", "bd-bar-count")
    return [(text_of(label), text_of(count)) for label, count in zip(labels, counts, strict=True)]


def cities(*values: str | None) -> pd.DataFrame:
    return pd.DataFrame({"city": list(values)})


def rows_of(frame: pd.DataFrame, counts: pd.DataFrame | None = None) -> Any:
    """Rows as an explorer has them; `counts` are what it is told when it asks for a facet."""
    fields = () if counts is None else ("city",)
    return SimpleNamespace(
        facet_fields=fields, label="3 rows", jobs=lambda query: frame, facet=lambda field, query, limit: counts
    )


def test_counts_are_those_of_the_accessor(sample: Client) -> None:
    """The frame is the one that `df.bluedoor.breakdown` gives: rows without a value counted, shares of all rows."""
    jobs = sample.search_jobs(limit=400)
    for field in ("city", "workplace_type", "salary_min", "active"):
        expected = jobs.bluedoor.breakdown(field)
        pd.testing.assert_frame_equal(
            breakdown(jobs, field).frame.sort_values(["count", "value"], ignore_index=True),
            expected.sort_values(["count", "value"], ignore_index=True),
            check_dtype=True,
        )


def test_what_is_beyond_the_limit_is_summed_in_a_line() -> None:
    """Values beyond the limit, and rows without one, each have a line that says how many; all lines sum to the rows."""
    view = breakdown(cities("a", "a", "a", "b", "b", "c", "d", None), "city", limit=2)
    assert lines(view) == [("a", "3"), ("b", "2"), ("2 more values", "2"), ("without a value", "1")]
    assert view.frame["count"].sum() == 8
    assert "2 more values" in view.to_text()


def test_a_value_is_a_button_that_filters_and_is_marked() -> None:
    """A click is an act with the field and the raw value as JSON; a second one takes it back."""
    view = breakdown(pd.DataFrame({"workplace_type": ["on_site", "on_site", None]}), "workplace_type")
    heard: list[Act] = []
    view.on_act(heard.append)
    (button,) = every(view.tree[0], "button")
    assert text_of(button).startswith("On-site")
    view.act(button[1]["data-act"], button[1]["data-key"])
    assert [json.loads(act.key) for act in heard] == [{"workplace_type": "on_site"}]
    assert every(view.tree[0], "button")[0][1]["aria-pressed"] == "true"
    view.act("filter", button[1]["data-key"])
    assert (view.picked, len(heard)) == ({}, 2)


@pytest.mark.parametrize(
    ("field", "name"),
    [("org_id", "org_ids"), ("ats_provider", "provider"), ("location_text", "location_text"), ("company", "company")],
)
def test_a_click_names_the_filter_of_the_column(field: str, name: str) -> None:
    """A column whose filter has another name is filtered by that."""
    (button,) = every(breakdown(pd.DataFrame({field: ["x"]}), field).tree[0], "button")
    assert json.loads(button[1]["data-key"]) == {name: "x"}


@pytest.mark.parametrize("field", ["salary_min", "mine", "job_id", "first_seen_at", "remote_policy"])
def test_what_no_filter_of_a_search_compares_has_no_buttons(field: str) -> None:
    """A click that would fail, or ask for at least 50,000, is not offered; nor one on an empty text."""
    frame = pd.DataFrame({field: ["50000"], "city": [" "]})
    for view in (breakdown(frame, field), breakdown(frame, "city"), breakdown(frame, "city", field)):
        assert not every(view.tree[0], "button")
        assert text_of(view.tree[0])


@pytest.mark.parametrize("key", ["no json", "[1]", "5", "null", ""])
def test_a_key_that_is_none_of_its_own_changes_nothing(key: str) -> None:
    """A page can send anything: it neither raises nor reaches a listener."""
    view = breakdown(cities("a"), "city")
    heard: list[Act] = []
    view.on_act(heard.append)
    view.act("filter", key)
    assert (view.picked, heard) == ({}, [])


def test_two_fields_are_a_table_whose_cells_sum_to_the_rows(sample: Client) -> None:
    """The heat map is a table with headers of rows and columns; rest and missing values have a row and a column."""
    jobs = sample.search_jobs(limit=500)
    view = breakdown(jobs, "city", "workplace_type", limit=2)
    (table,) = every(view.tree[0], "table")
    assert every(table, "caption")
    assert {head[1]["scope"] for head in every(table, "th")} == {"row", "col"}
    numbers = [text_of(cell) for row in every(every(table, "tbody")[0], "tr") for cell in every(row, "td")]
    assert sum(int(text.replace(",", "")) for text in numbers if text != "–") == 500
    assert any("more values" in text_of(head) for head in every(table, "th"))
    keys = [json.loads(button[1]["data-key"]) for button in every(table, "button")]
    assert all(isinstance(value, str) for key in keys for value in key.values())  # the rest is no filter
    rest = next(row for row in every(table, "tr") if "more values" in text_of(every(row, "th")[0]))
    top = jobs["city"].value_counts().index[:2]
    others = jobs[jobs["city"].notna() & ~jobs["city"].isin(top)]
    assert sum(int(text_of(cell).replace(",", "")) for cell in every(rest, "td") if text_of(cell) != "–") == len(others)
    assert view.frame.columns.tolist() == ["by", "value", "count", "share"]
    expected = len(jobs.groupby(["city", "workplace_type"], dropna=False))
    assert (len(view.frame), view.frame["count"].sum()) == (expected, 500)


def test_a_cell_filters_both_fields() -> None:
    """A click on a cell is one act with both values; its row and column can be clicked alone."""
    frame = pd.DataFrame({"city": ["Boston", "Boston", "Oslo"], "provider": ["lever", "lever", "icims"]})
    view = breakdown(frame, "city", "provider")
    found = [json.loads(button[1]["data-key"]) for button in every(view.tree[0], "button")]
    assert {"city": "Boston", "provider": "lever"} in found
    assert {"city": "Boston"} in found
    assert {"provider": "lever"} in found
    view.act("filter", json.dumps({"city": "Boston", "provider": "lever"}))
    pressed = [button for button in every(view.tree[0], "button") if button[1]["aria-pressed"] == "true"]
    assert [text_of(button) for button in pressed] == ["Lever", "Boston", "2"]


def test_more_is_never_paler() -> None:
    """Shades follow the counts, none is its own, and the scale below names each shade's counts once."""
    frame = pd.DataFrame({"a": ["x"] * 111, "b": ["p"] * 100 + ["q"] * 10 + ["r"]})
    view = breakdown(frame, "a", "b")
    cells = every(view.tree[0], "td", "bd-heat")
    shades = [int(re.findall(r"bd-heat-(\d)", cell[1]["class"])[0]) for cell in cells]
    assert [text_of(cell) for cell in cells] == ["100", "10", "1"]
    assert shades == [6, 2, 1]  # by the square root
    scale = [text_of(step) for step in every(every(view.tree[0], "ol", "bd-heat-scale")[0], "li")]
    assert scale == ["none", "1–2", "3–11", "12–25", "26–44", "45–69", "70–100"]


def test_counts_that_came_counted_are_shown_as_they_are(sample: Client) -> None:
    """A frame of facets is taken without naming its field: counts and shares are the server's, its notes are said."""
    facets = sample.facets("city", limit=5)
    view = breakdown(facets)
    assert view.field == "city"
    assert view.frame["count"].tolist() == facets["count"].tolist()
    assert view.frame["share"].tolist() == facets["share"].tolist()
    assert "commonest values" in view.to_text()
    assert json.loads(every(view.tree[0], "button")[0][1]["data-key"]) == {"city": facets["value"][0]}


def test_facets_of_two_fields_are_a_heat_map(sample: Client) -> None:
    """A frame of facets by another field becomes the table of both."""
    view = breakdown(sample.facets("workplace_type", by="country", limit=3))
    assert (view.field, view.by) == ("workplace_type", "country")
    assert every(view.tree[0], "table")


def test_hostile_text_stays_text() -> None:
    """Markup in values is text in the page; what reorders a line is written out; long ones are cut, whole in title."""
    frame = cities(*HOSTILE, *HOSTILE[:2]).assign(by=[*HOSTILE, *HOSTILE[:2]])
    for view in (breakdown(frame, "city"), breakdown(frame, "city", "by")):
        page = view.to_html()
        body = page[page.index('<div class="bd-view') :]
        assert "<img" not in body
        assert "<script" not in page
        assert "\u202e" not in page
        assert "&lt;img src=x onerror=alert(1)&gt;" in body
        assert "(empty text)" in body
        assert "…" in body
        assert "\u202e" not in view.to_text()


def test_what_is_cut_or_said_in_words_has_its_value_in_the_title() -> None:
    """A bar's label that was cut shows the whole to a pointer, a coded value as it is in the data."""
    view = breakdown(pd.DataFrame({"city": ["x" * 60]}), "city")
    assert every(view.tree[0], "span", "bd-bar-label")[0][1]["title"] == "x" * 60
    coded = breakdown(pd.DataFrame({"workplace_type": ["on_site"]}), "workplace_type")
    assert every(coded.tree[0], "span", "bd-bar-label")[0][1]["title"] == "on_site"


def test_a_caller_s_frame_is_left_as_it_is() -> None:
    """Odd values (numbers, lists, dates, categories) are counted as text, and the frame is not touched."""
    frame = pd.DataFrame(
        {
            "mixed": pd.Series([1, "1", None, ["a"], ["a"], "\ud800"], dtype=object),
            "when": pd.to_datetime(["2026-01-01", "NaT", "2026-01-01", "2026-01-02", "NaT", "NaT"], utc=True),
            "kind": pd.Categorical(["a", "b", "a", None, "a", "a"], categories=["z", "a", "b"]),
        }
    )
    before = frame.copy(deep=True)
    counts = breakdown(frame, "mixed").frame
    assert counts["value"].tolist()[:3] == ["1", "['a']", "\ufffd"]
    assert counts["count"].tolist() == [2, 2, 1, 1]
    assert breakdown(pd.DataFrame({"x": ["\ud800", 1]}), "x").frame["count"].tolist() == [1, 1]
    assert breakdown(frame, "kind").frame["value"].dropna().tolist() == ["a", "b"]
    assert breakdown(frame, "when", "kind").frame["count"].sum() == 6
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: breakdown(cities("a"), "ciyt"), r"column 'ciyt'.*Did you mean 'city'.*It has: city"),
        (lambda: breakdown(cities("a"), "city", "provider"), "column 'provider'"),
        (lambda: breakdown(cities("a"), "city", "city"), "both 'city'"),
        (lambda: breakdown(cities("a")), "columns 'value', 'count'"),
        (lambda: breakdown([1, 2], "city"), "DataFrame, not list"),  # type: ignore[arg-type]
        (lambda: breakdown(cities("a"), ["city"]), "name, not list"),  # type: ignore[arg-type]
        (lambda: breakdown(cities("a"), "city", limit=0), "limit=0"),
        (lambda: breakdown(pd.DataFrame([[1, 2]], columns=["a", "a"]), "a"), "more than one column 'a'"),
        (lambda: breakdown(pd.DataFrame({"value": ["x"], "count": ["many"]})), "no count"),
        (lambda: breakdown(pd.DataFrame({"value": ["x"], "count": [1.5]})), "no count"),
        (lambda: breakdown(pd.DataFrame({"value": ["x"], "count": [float("inf")]})), "no count"),
        (lambda: breakdown(pd.DataFrame({"value": ["x"], "count": [-1]})), "no count"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(call: Any, said: str) -> None:
    """A missing column is named with those that are there; nothing else passes silently."""
    with pytest.raises(bd.InvalidRequestError, match=said):
        call()


@pytest.mark.parametrize("frame", [cities(), cities(None, None), pd.DataFrame({"value": [], "count": []})])
def test_nothing_to_count_says_so(frame: pd.DataFrame) -> None:
    """An empty frame shows words, not an empty chart."""
    view = breakdown(frame, "city")
    assert "Nothing to count" in view.to_text() or "without a value" in view.to_text()
    assert text_of(view.tree[0])
    assert view.to_html()


def test_a_linked_breakdown_asks_the_rows_for_their_counts(sample: Client) -> None:
    """Of one field the counts are the explorer's, live or of a frame, with all that is said of them."""
    jobs = sample.search_jobs(limit=None)
    view = breakdown(cities("a", "b"), "city")
    query = ViewQuery().set(country="united states")
    for rows in (ClientRows(sample), FrameRows(jobs)):
        view.problem = "an error of before"
        view.update_from(rows, query)
        counts = rows.facet("city", query, limit=100)
        assert view.frame["count"].tolist() == counts["count"].tolist()
        said = view.to_text().casefold()
        assert all(said.count(note.casefold()) == 1 for note in counts.attrs["notes"])
        assert view.problem == ""


def test_counts_that_could_not_be_had_say_why() -> None:
    """Where the rows have no counts for these filters, their reason is shown, not an empty chart alone."""
    counts = pd.DataFrame({"value": [], "count": []})
    counts.attrs["notes"] = ["two companies share postings: their counts would not add up."]
    view = breakdown(cities("a"), "city")
    view.update_from(rows_of(cities(), counts), ViewQuery())
    assert "Two companies share postings: their counts would not add up.\n" in view.to_text() + "\n"
    assert "Nothing to count" in text_of(view.tree[0])


def test_a_linked_breakdown_marks_what_the_explorer_filters_by() -> None:
    """Marked are the query's values, whatever their case; a click waits for the explorer, which may refuse it."""
    frame = pd.DataFrame({"title": "x", "city": ["Boston", "Oslo", "Rome"]})
    view = breakdown(frame, "city")
    query = ViewQuery(loose=True).set(city=["boston", "Oslo"])
    view.update_from(FrameRows(frame), query)
    pressed = {text_of(button)[:4]: button[1]["aria-pressed"] for button in every(view.tree[0], "button")}
    assert pressed == {"Bost": "true", "Oslo": "true"}
    before = view.tree
    view.act("filter", json.dumps({"city": "Rome"}))
    assert view.tree == before


def test_a_linked_breakdown_of_facets_asks_for_the_column() -> None:
    """The API's name of a facet, ats_provider, is the column provider of the explorer's rows."""
    view = breakdown(pd.DataFrame({"value": ["lever"], "count": [7]}), "ats_provider")
    query: Any = SimpleNamespace(filters={})
    view.update_from(rows_of(pd.DataFrame({"provider": ["icims", "icims"]})), query)
    assert lines(view) == [("iCIMS", "2")]


def test_a_linked_breakdown_counts_the_rows_at_hand() -> None:
    """Of two fields, or of one that has no facet, the rows at hand are counted."""
    frame = pd.DataFrame({"city": ["a", "a", "b"], "team": ["x", None, "x"]})
    one, two = breakdown(frame, "team"), breakdown(frame, "city", "team")
    query: Any = SimpleNamespace(filters={"city": ["a"]})
    for view in (one, two):
        view.update_from(rows_of(frame[frame["city"] == "a"]), query)
        assert view.frame["count"].sum() == 2
    with pytest.raises(bd.InvalidRequestError, match="'team'"):
        one.update_from(rows_of(cities("a")), query)


def test_where_it_is_from_and_what_misleads_is_said(sample: Client) -> None:
    """The small print names the backend, that a load was cut, and what misleads in the field."""
    said = breakdown(sample.search_jobs(limit=5), "workplace_type").to_text()
    assert "synthetic sample" in said
    assert "Not all that match: 5 rows were loaded" in said
    assert "workplace_type: null on about 30 %" in said
    assert "Shares are of all 5 postings" in said


def test_the_static_form_has_no_buttons(sample: Client) -> None:
    """Without a kernel the counts are there, and nothing to click."""
    view = breakdown(sample.search_jobs(limit=50), "city", "provider")
    assert "<button" not in view.to_html()
    assert "<table" in view.to_html()
    assert view.generation == 1
