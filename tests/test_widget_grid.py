"""The grid: what a page of rows looks like, to the eye, to a screen reader and as text."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

import bluedoor_tools as bd
from bluedoor_tools.errors import InvalidRequestError
from bluedoor_tools.widgets.explorer.grid import Grid
from bluedoor_tools.widgets.rows.query import ViewQuery
from bluedoor_tools.widgets.rows.rows import Answer
from bluedoor_tools.widgets.tree import text_of
from bluedoor_tools.widgets.view import Act

JOBS: dict[str, Any] = {
    "title": ["Baker", "Nurse"],
    "company": ["Bread & Co", "<b>"],
    "location_text": ["Oslo", None],
    "workplace_type": ["on_site", "remote"],
    "salary_min": [53800.0, np.nan],
    "salary_max": [75500.0, np.nan],
    "salary_currency": ["NOK", None],
    "salary_period": ["month", None],
    "source_posted_at": [pd.Timestamp("2026-06-04T12:00:00Z"), pd.NaT],
    "first_seen_at": [pd.Timestamp("2026-06-06T07:56:15Z"), pd.Timestamp("2026-06-05T00:00:00Z")],
    "status": ["active", "active"],
    "provider": ["lever", "made_up"],
    "job_id": ["j1", "j2"],
}


def jobs(**changes: Any) -> pd.DataFrame:
    return pd.DataFrame({**JOBS, **changes}, index=["j1", "j2"])


def answer_of(frame: pd.DataFrame, **changes: Any) -> Answer:
    return Answer(**{"rows": frame, "first": 0, "total": len(frame), "loaded": len(frame), **changes})


def shown(frame: pd.DataFrame, query: ViewQuery | None = None, columns: Any = None, **changes: Any) -> Grid:
    grid = Grid()
    grid.show_answer(answer_of(frame, **changes), query or ViewQuery(), columns=columns)
    return grid


def elements(view: Any, **wanted: str) -> list[Any]:
    """Every element with these attributes; `_` in a name is `-`, `tag` is its name."""

    def below(node: Any) -> list[Any]:
        return [] if isinstance(node, str) else [node, *(one for child in node[2:] for one in below(child))]

    def has(node: Any) -> bool:
        return all(
            node[0] == value if name == "tag" else node[1].get(name.replace("_", "-")) == value
            for name, value in wanted.items()
        )

    return [node for top in view.tree for node in below(top) if has(node)]


def cells(view: Any) -> list[list[str]]:
    rows = [row for row in elements(view, tag="tr") if row[1].get("data-act") == "open"]
    return [[" / ".join(text_of(part) for part in cell[2:]) for cell in row[2:]] for row in rows]


def heads(view: Any) -> list[str]:
    return [text_of(head) for head in elements(view, role="columnheader")]


# --- rows and columns -------------------------------------------------------------------------------------------------


def test_postings_have_their_columns_in_words() -> None:
    """What belongs together stands one above the other; pay of four columns, dates as days, a dash for nothing."""
    grid = shown(jobs())
    assert heads(grid) == ["TitleCompany", "LocationWork model", "Pay", "PostedFirst seen", "StatusATS provider"]
    assert cells(grid) == [
        ["Baker / Bread & Co", "Oslo / On-site", "53,800–75,500 / NOK / month", "2026-06-04 / 2026-06-06",
         "active / Lever"],
        ["Nurse / <b>", "– / Remote", "–", "– / 2026-06-05", "active / made_up"],
    ]  # fmt: skip
    assert cells(shown(jobs(company=None, workplace_type=None)))[1][:2] == ["Nurse", "–"]
    assert elements(grid, title="2026-06-06 07:56:15Z")  # the instant of a day


def test_it_is_a_grid_to_a_screen_reader() -> None:
    """Counts and places of rows are those of all rows, with the header; the chosen row is selected."""
    query = ViewQuery(job_id="j2", page=1, page_size=2)
    query.sort = ("first_seen_at", False)
    grid = shown(jobs(), query, first=2, total=3000)
    (table,) = elements(grid, role="grid")
    assert table[1]["aria-rowcount"] == "3001" and table[1]["aria-colcount"] == "5"
    rows = elements(grid, tag="tr")
    assert [row[1]["aria-rowindex"] for row in rows] == ["1", "4", "5"]
    assert [row[1].get("aria-selected") for row in rows] == [None, "false", "true"]
    assert [head[1]["aria-sort"] for head in elements(grid, role="columnheader")].count("descending") == 1
    assert elements(grid, role="columnheader")[3][1]["aria-sort"] == "descending"
    (button,) = elements(grid, aria_label="First seen, descending")  # of the two in that header
    assert button[1]["data-key"] == "first_seen_at"
    assert {cell[1]["role"] for cell in elements(grid, tag="td")} == {"gridcell"}
    assert shown(jobs(), capped=True).tree != grid.tree
    (capped,) = elements(shown(jobs(), capped=True), role="grid")
    assert capped[1]["aria-rowcount"] == "-1"  # a lower bound is no count


def test_every_cell_has_its_place_for_the_keyboard() -> None:
    """Cells are numbered by row and column, and a cell under a header of two buttons has the first one's number."""
    grid = shown(jobs())
    places = [node[1]["data-cell"] for node in elements(grid) if "data-cell" in node[1]]
    assert len(places) == len(set(places)) == 9 + 2 * 5
    assert places[:3] == ["0/0", "0/1", "0/2"] and places[9:12] == ["1/0", "1/2", "1/4"]


def test_rows_are_known_by_the_frames_index() -> None:
    """A click opens the row's key, whatever stands in its cells."""
    acts: list[Act] = []
    grid = shown(jobs().set_index(pd.Index(["row 7", 'a"b'])))
    grid.on_act(acts.append)
    assert [row[1]["data-key"] for row in elements(grid, data_act="open")] == ["row 7", 'a"b']
    grid.act("open", 'a"b')
    assert acts == [Act("open", 'a"b')]


def test_other_rows_are_shown_from_the_first() -> None:
    """The box that scrolls is another for another page or other rows, and the same where a row is chosen."""

    def box(grid: Grid) -> str:
        return str(elements(grid, **{"class": "bd-scroll"})[0][1]["data-of"])

    grid = shown(jobs(), total=100)
    before = box(grid)
    grid.choose("j1")
    assert box(grid) == before
    assert len({before, box(shown(jobs(), first=25, total=100)), box(shown(jobs().iloc[::-1], total=100))}) == 3


def test_choosing_a_row_marks_it() -> None:
    """The posting whose record is open is marked, also without a new search."""
    grid = shown(jobs())
    grid.choose("j1")
    assert [row[1]["aria-selected"] for row in elements(grid, data_act="open")] == ["true", "false"]
    before = grid.generation
    grid.choose("j1")
    assert grid.generation == before
    grid.choose(None)
    assert not elements(grid, aria_selected="true")


def test_numbers_end_together_and_headers_sort() -> None:
    """Columns of numbers are aligned right; a header's button names its column."""
    grid = shown(pd.DataFrame({"title": ["a"], "applicants": [12500], "year": [2026]}, index=["k"]))
    assert cells(grid) == [["a", "12,500", "2026"]]
    assert [("bd-number" in cell[1]["class"]) for cell in elements(grid, tag="td")] == [False, True, True]
    assert [button[1]["data-key"] for button in elements(grid, data_act="sort")] == ["title", "applicants", "year"]


@pytest.mark.parametrize(("frame", "expected"), [
    ({"job_id": ["a"], "note": ["x"]}, ["Note"]),
    ({"job_id": ["a"]}, ["Job ID"]),
    ({"title": ["a"], "company": ["b"], "salary_max": [5.0], "made": [1], "unknown_fields": ["{}"]},
     ["TitleCompany", "Pay", "Made"]),
    ({"company": ["b"], "city": ["c"]}, ["Company", "City"]),
    ({3: ["x"], "title": ["t"]}, ["Title", "3"]),
])  # fmt: skip
def test_other_frames_show_what_they_have(frame: dict[Any, Any], expected: list[str]) -> None:
    """Where the usual columns are missing, others take their place; ids and addresses only where nothing else is."""
    assert heads(shown(pd.DataFrame(frame, index=["k"]))) == expected


def test_columns_can_be_named() -> None:
    """Those asked for, in their order; one that is not there is an error that names the nearest."""
    assert heads(shown(jobs(), columns=["status", "pay", "title"])) == ["Status", "Pay", "Title"]
    with pytest.raises(InvalidRequestError, match="no column 'statuss'.*'status'"):
        shown(jobs(), columns=["statuss"])


def test_any_value_has_a_cell() -> None:
    """Lists, dates of any kind, flags, bytes, missing values of every library: shown, never an error."""
    values = [np.nan, None, pd.NA, pd.NaT, "", "  ", True, np.bool_(False), np.int64(7), 1e300, float("inf"), -0.5,
              dt.date(2026, 6, 1), pd.Timestamp("2026-06-01", tz="Asia/Tokyo"), np.datetime64("2026-06-01"),
              {"a": [1]}, ["x", None], ("t",), b"raw", np.array([1, 2]), object, pd.Timedelta("1D"), 2**70]  # fmt: skip
    frame = pd.DataFrame({"title": "t", "value": pd.Series(values, dtype=object)})
    frame.index = frame.index.astype(str)
    column = [row[1] for row in cells(shown(frame))]
    assert column[:11] == ["–"] * 6 + ["yes", "no", "7", "1e+300", "inf"]
    assert column[12:14] == ["2026-06-01", "2026-05-31"] and column[15:18] == ['{"a": [1]}', '["x", null]', '["t"]']
    assert len(column) == len(values) and all(column)


def test_hostile_and_long_text_stays_in_its_cell() -> None:
    """Markup is text, hidden characters are written out, long text is cut with the whole in its title."""
    hostile = "<img src=x onerror=alert(1)>\u202e مهندس 👩🏽‍💻\nsecond line " + "x" * 5_000
    grid = shown(jobs(title=[hostile, "b"]))
    title = elements(grid, data_cell="1/0")[0][2]
    assert title[1]["dir"] == "auto" and len(text_of(title)) <= 120 and text_of(title).endswith("…")
    assert text_of(title).startswith("<img src=x onerror=alert(1)>\\u202e مهندس 👩🏽‍💻 second line")
    assert len(title[1]["title"]) < 2_100 and "characters)" in title[1]["title"]
    assert "<img" not in grid.to_html().partition("</style>")[2] and "&lt;b&gt;" in grid.to_html()


def test_a_page_is_small() -> None:
    """What is sent is a page, whatever the number of rows behind it."""
    frame = bd.connect("sample").search_jobs(limit=25)
    frame.index = pd.Index(frame["job_id"].astype(str))
    grid = shown(frame, total=200_000, loaded=200_000)
    assert len(json.dumps(grid.tree)) < 60_000


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("changes", "line", "goes_on"), [
    ({"first": 2, "total": 3000, "loaded": 3000}, "3–4 of 3,000", True),
    ({"first": 2, "total": 4, "loaded": 4}, "3–4 of 4", False),
    ({"first": 2, "total": 4, "capped": True, "complete": False, "loaded": 4}, "3–4 of at least 4, 4 loaded", True),
    ({"total": 2_400_000, "complete": False, "loaded": 200}, "1–2 of 2,400,000, 200 loaded", True),
    ({"total": None, "complete": False, "loaded": 2}, "1–2; how many match is not known, 2 loaded", True),
    ({"total": None, "complete": True, "loaded": 2}, "1–2; how many match is not known", False),
])  # fmt: skip
def test_the_pager_says_where_the_page_stands(changes: dict[str, Any], line: str, goes_on: bool) -> None:
    """Which rows of how many, what is a lower bound and what is at hand; on the last page Next leads nowhere."""
    grid = shown(jobs(), ViewQuery(page=changes.get("first", 0) // 2), **changes)
    (extent,) = elements(grid, **{"class": "bd-extent"})
    assert text_of(extent) == line and extent[1]["data-say"] == f"Rows {line}"
    (following,) = elements(grid, data_place="next")
    assert ("aria-disabled" not in following[1]) is goes_on


def test_the_pager_names_the_page_to_go_to() -> None:
    """First, Previous and Next carry the number of their page; of the sizes the present one is pressed."""
    query = ViewQuery(page_size=50)
    query.page = 3
    grid = shown(jobs(), query, first=6, total=100)
    keys = {button[1]["data-place"]: button[1]["data-key"] for button in elements(grid, data_act="page")}
    assert keys == {"first": "0", "previous": "2", "next": "4"}
    sizes = elements(grid, data_act="size")
    assert [(one[1]["data-key"], one[1]["aria-pressed"]) for one in sizes] == [
        ("25", "false"), ("50", "true"), ("100", "false")]  # fmt: skip
    first = shown(jobs(), total=100)
    assert [one[1].get("aria-disabled") for one in elements(first, data_act="page")] == ["true", "true", None]


def test_no_rows_are_said_with_a_way_out() -> None:
    """Nothing matches: the filters can be cleared. A page behind the last: back to the first. Nothing at all: said."""
    none = jobs().iloc[:0]
    query = ViewQuery()
    assert "There are no rows." in text_of(["p", {}, *shown(none, query).tree])
    query.filters = {"city": "Nowhere"}
    grid = shown(none, query)
    assert "Nothing matches these filters." in text_of(["p", {}, *grid.tree]) and elements(grid, data_act="clear")
    assert grid.to_text() == "Nothing matches these filters."
    beyond = shown(none, query, first=50, total=2)
    assert elements(beyond, data_act="page", data_key="0") and not elements(beyond, data_act="clear")


def test_the_rows_are_there_as_text_and_without_a_kernel() -> None:
    """Text in columns; HTML with every cell and without what needs a kernel."""
    grid = shown(jobs())
    lines = grid.to_text().splitlines()
    assert lines[0].startswith("Title · Company") and "Baker · Bread & Co" in lines[1] and lines[-1] == "1–2 of 2"
    static = grid.to_html().partition("</style>")[2]
    assert ">53,800–75,500</div>" in static and "Previous" not in static and "tabindex" not in static
    assert "<table" in static and 'role="grid' not in static  # nothing to walk through
    assert Grid().to_text() == "no rows asked for yet"
