"""The rows of a DataFrame: filters mean what they mean to the sample's store, and any frame with a title will do."""

from __future__ import annotations

import datetime as dt
import json
import random
import threading
from typing import Any

import numpy as np
import pandas as pd
import pytest

import bluedoor_tools as bd
from bluedoor_tools import contract
from bluedoor_tools.client import Client
from bluedoor_tools.frames import EVENT_COLUMNS
from bluedoor_tools.widgets.rows.columns import Columns
from bluedoor_tools.widgets.rows.frame_rows import FrameRows
from bluedoor_tools.widgets.rows.query import ViewQuery
from bluedoor_tools.wire.work import StoppedError
from tests.clients import ids

NEVER = threading.Event()


@pytest.fixture(scope="module")
def whole(sample: Client) -> pd.DataFrame:
    """Every posting of the sample, with every column."""
    return sample.search_jobs(status=None, limit=None, columns="all")


@pytest.fixture(scope="module")
def rows(whole: pd.DataFrame) -> FrameRows:
    return FrameRows(whole)


def keys(rows: FrameRows, query: ViewQuery) -> list[str]:
    """The keys of all rows that match, page after page."""
    found: list[str] = []
    query = query.copy()
    query.page_size = 100
    while True:
        answer = rows.search(query, stop=NEVER)
        if answer.first != len(found):
            return found
        found.extend(answer.rows.index)
        query.page += 1
        if len(found) >= (answer.total or 0):
            return found


def titles(frame: pd.DataFrame, **filters: Any) -> list[str]:
    """The titles that match."""
    return [str(title) for title in FrameRows(frame).jobs(ViewQuery().set(**filters))["title"]]


# -- the store's meaning -----------------------------------------------------------------------------------------------


def random_filters(frame: pd.DataFrame, chance: random.Random) -> dict[str, Any]:
    """One to four filters of every kind, of values and parts of values that rows have, in some case."""

    def value(column: str) -> str:
        return str(chance.choice(frame[column].dropna().tolist() or ["nothing has it"]))

    def cased(text: str) -> str:
        return chance.choice([text, text.upper(), text.lower(), text.swapcase()])

    def part(column: str) -> str:
        text = value(column)
        start = chance.randrange(len(text))
        return text[start : start + chance.randint(1, 12)].strip() or text

    def instant(column: str) -> str:
        moment = chance.choice(frame[column].dropna().tolist())
        return str(chance.choice([moment, moment.floor("D"), moment + pd.Timedelta("1us")]).isoformat())

    filters: dict[str, Any] = {}
    for name in chance.sample(sorted(contract.PARAMETERS), chance.randint(1, 4)):
        row = contract.PARAMETERS[name]
        column = row.reads[0]
        match row.match:
            case "tokens":
                text = value(chance.choice(row.reads))
                words = [word for word in text.split() if any(char.isalnum() for char in word)] or ["nurse"]
                filters[name] = cased(" ".join(chance.sample(words, min(len(words), chance.randint(1, 2)))))
            case "contains":
                filters[name] = cased(part(column))
            case "equals" if row.choices and not row.open:
                filters[name] = chance.choice(row.choices)
            case "equals":
                several = sorted({value(column) for _ in range(chance.choice([1, 1, 3]))})
                filters[name] = [cased(text) for text in several] if len(several) > 1 else cased(several[0])
            case "one_of":
                filters[name] = [value(column) for _ in range(chance.randint(1, 60))]
            case "at_least" | "at_most":
                filters[name] = chance.choice([0, 25, 60_000, 120_000.5, 1e7])
            case "present":
                filters[name] = chance.random() < 0.5
            case _:
                filters[name] = instant(column)
    return filters


@pytest.mark.parametrize("seed", range(5))
def test_filters_find_what_the_store_finds(seed: int, sample: Client, whole: pd.DataFrame, rows: FrameRows) -> None:
    """Random filters of every kind give the postings, in the order, that a search of the sample gives."""
    chance, compared, met = random.Random(seed), 0, 0
    while compared < 20:
        filters = random_filters(whole, chance)
        try:
            query = ViewQuery().set(**filters)
            stored = sample.search_jobs(**{"status": None, **query.filters}, limit=None, columns=["job_id"])
        except bd.InvalidRequestError:  # bounds the wrong way round, a phrase without a word
            continue
        found = rows.jobs(query)
        assert ids(found) == ids(stored), query
        compared, met = compared + 1, met + (len(found) > 0)
    assert met > 4  # not one empty answer against another


@pytest.mark.parametrize("age", ["7d", "36h", "12w"])
def test_ages_count_back_from_the_clock_of_the_frame(age: str, sample: Client, rows: FrameRows) -> None:
    """A frame of the sample is as of the sample's day, whenever the test runs."""
    stored = sample.search_jobs(status=None, first_seen_after=age, limit=None)
    assert ids(rows.jobs(ViewQuery().set(first_seen_after=age))) == ids(stored)
    assert len(stored)


def test_a_company_is_compared_with_the_column(whole: pd.DataFrame, rows: FrameRows) -> None:
    """Whole, whatever its case and blanks; several are several."""
    names = whole["company"].dropna().unique()[:2].tolist()
    expected = whole[whole["company"].isin(names)]
    assert ids(rows.jobs(ViewQuery().set(company=[names[0].upper(), f" {names[1]} "]))) == ids(expected)


def test_lists_of_words_are_alternatives() -> None:
    """Each value of `q` has to have all of its words; one value is enough."""
    frame = pd.DataFrame({"title": ["senior nurse", "nurse", "cook", "senior cook", "Cook-Manager"]})
    assert titles(frame, q=["senior nurse", "cook"]) == ["senior nurse", "cook", "senior cook", "Cook-Manager"]
    assert titles(frame, q="manager cook") == ["Cook-Manager"]
    assert titles(frame, q="nurs") == []


# -- pages and orders --------------------------------------------------------------------------------------------------


def test_pages_make_up_the_whole(rows: FrameRows) -> None:
    """Pages follow each other without gap or repetition, under their keys; a page beyond the last is the last."""
    query = ViewQuery().set(city="Boston")
    expected = ids(rows.jobs(query))
    assert len(expected) > 30 and keys(rows, query) == expected
    query.page = 1000
    answer = rows.search(query, stop=NEVER)
    assert answer.first == (len(expected) - 1) // 25 * 25
    assert (answer.total, answer.loaded, answer.complete, answer.capped) == (len(expected), len(expected), True, False)
    assert list(answer.rows.index) == expected[answer.first :] == ids(answer.rows)


def test_nothing_that_matches_is_an_empty_page(rows: FrameRows) -> None:
    """The columns stay, and there is no row; counts are empty, too."""
    query = ViewQuery().set(city="Nowhere at all")
    answer = rows.search(query, stop=NEVER)
    assert (answer.total, answer.first, len(answer.rows)) == (0, 0, 0)
    assert list(answer.rows.columns) == list(rows.jobs(ViewQuery()).columns)
    assert len(rows.facet("city", query, limit=5)) == 0


@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize("column", ["title", "salary_min", "first_seen_at", "active", "city"])
def test_orders_are_stable_and_missing_values_last(
    column: str, ascending: bool, whole: pd.DataFrame, rows: FrameRows
) -> None:
    """Each order is the one that pandas gives, of text whatever its case."""
    key = (lambda values: values.str.casefold()) if column in {"title", "city"} else None
    expected = whole.sort_values(column, ascending=ascending, kind="stable", na_position="last", key=key)
    query = ViewQuery(sort=(column, ascending))
    assert ids(rows.jobs(query)) == ids(expected)
    filtered = query.copy().set(workplace_type="remote")
    assert ids(rows.jobs(filtered)) == ids(expected[expected["workplace_type"] == "remote"])


def test_an_order_by_no_column_says_so(rows: FrameRows) -> None:
    """The nearest column is named."""
    with pytest.raises(bd.InvalidRequestError, match="titel.*title"):
        rows.search(ViewQuery(sort=("titel", True)), stop=NEVER)


def test_a_search_that_nobody_waits_for_stops(rows: FrameRows) -> None:
    """With its event set it raises in place of an answer."""
    stop = threading.Event()
    stop.set()
    with pytest.raises(StoppedError):
        rows.search(ViewQuery().set(q="never searched before"), stop=stop)


def test_all_rows_are_loaded(rows: FrameRows) -> None:
    """A load has nothing to do, and says that it is done."""
    told: list[tuple[int, int | None]] = []
    rows.load(ViewQuery(), stop=NEVER, progress=lambda *state: told.append(state))
    assert told == [(3000, 3000)]


# -- counts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("filters", [{}, {"country": "Canada"}, {"q": "manager"}])
def test_counts_are_those_of_the_rows(filters: dict[str, Any], rows: FrameRows) -> None:
    """Each field's values with their counts among the rows that match, the commonest first, and shares of all these."""
    query = ViewQuery().set(**filters)
    matching = rows.jobs(query)
    assert rows.facet_fields[:2] == ("workplace_type", "country")
    for field in rows.facet_fields:
        counts = rows.facet(field, query, limit=8)
        expected = sorted(matching[field].value_counts().items(), key=lambda entry: (-entry[1], str(entry[0])))[:8]
        assert list(zip(counts["value"], counts["count"], strict=True)) == expected
        assert counts["share"].tolist() == [count / len(matching) for _, count in expected]
        assert [str(dtype) for dtype in counts.dtypes] == ["str", "int64", "float64"]
        assert f"{matching[field].isna().sum():,} without {field}" in counts.attrs["notes"][0]


def test_a_field_that_is_not_counted_says_so() -> None:
    """Only columns that the frame has, of those whose values are compared whole."""
    rows = FrameRows(pd.DataFrame({"title": ["a"], "city": ["b"]}))
    assert rows.facet_fields == ("city",)
    with pytest.raises(bd.InvalidRequestError, match="country"):
        rows.facet("country", ViewQuery(), limit=5)


def test_companies_are_suggested_by_their_letters() -> None:
    """Those that begin so come first, then the commonest."""
    frame = pd.DataFrame({"title": list("abcde"), "company": ["Big Acme", "Big Acme", "acme two", "Other", None]})
    rows = FrameRows(frame)
    assert rows.companies("ACME") == ["acme two", "Big Acme"]
    assert rows.companies(" ") == []
    assert FrameRows(frame[["title"]]).companies("a") == []


# -- any DataFrame -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [["name", "place"], [], [("title", "x"), ("job_id", "y")], [1, 2]])
def test_a_frame_without_postings_names_what_is_wanted(columns: list[Any]) -> None:
    """The columns wanted and those met are named, and how they are given their names."""
    frame = pd.DataFrame([["x"] * len(columns)], columns=pd.Index(columns, tupleize_cols=False))
    with pytest.raises(bd.InvalidRequestError, match=r"title or job_id.*rename") as raised:
        FrameRows(frame)
    assert str(columns[0] if columns else "none") in str(raised.value)


def test_a_filter_on_a_column_that_is_not_there_says_so() -> None:
    """The column is named, and the nearest that the frame has; only filters that can be asked are offered."""
    rows = FrameRows(pd.DataFrame({"title": ["a"], "citty": ["b"]}))
    with pytest.raises(bd.InvalidRequestError, match="'city'.*citty"):
        rows.search(ViewQuery().set(city="b"), stop=NEVER)
    assert rows.filter_names == ("q", "title")
    assert "title alone" in rows.search(ViewQuery().set(q="a"), stop=NEVER).notes[0]


def test_every_value_that_is_counted_can_be_filtered_by() -> None:
    """A click on any bar of any frame finds the rows that it counted."""
    odd = ["US", "On-site", "—", " padded ", "two\nlines", "<b>", "72fe3b06-0d08-4f7d-9dfd-beedeeda0a25"]
    fields = ("country", "workplace_type", "company", "status", "city")
    frame = pd.DataFrame({"title": odd, **dict.fromkeys(fields, odd)})
    rows = FrameRows(frame)
    for field in set(fields) & set(rows.facet_fields):
        for value in rows.facet(field, ViewQuery(), limit=9)["value"]:
            query = ViewQuery(loose=rows.loose).toggle(field, value)
            assert rows.jobs(query)["title"].tolist() == [value], (field, value)


@pytest.mark.parametrize("ids_given", [None, ["x", "x", "y"], ["x", None, "y"], [1, 2, 3]])
def test_rows_without_ids_of_their_own_have_keys(ids_given: list[Any] | None) -> None:
    """Where job_id is missing, doubled or no text, a key is the row's place in the frame, on any page and order."""
    frame = pd.DataFrame({"title": ["c", "b", "a"]}, index=[7, 7, 7])
    if ids_given is not None:
        frame["job_id"] = ids_given
    rows = FrameRows(frame)
    answer = rows.search(ViewQuery(sort=("title", True)), stop=NEVER)
    assert list(answer.rows.index) == ["row-2", "row-1", "row-0"]
    assert rows.job("row-2").title == "a"
    with pytest.raises(bd.NotFoundError, match="row-3"):
        rows.job("row-3")


_ARROW: Any = "timestamp[ms, tz=UTC][pyarrow]"
DATES = [
    pytest.param(pd.Series, id="text"),
    pytest.param(lambda texts: pd.Series(texts, dtype=object), id="object"),
    pytest.param(lambda texts: pd.Series(texts, dtype="category"), id="category"),
    pytest.param(lambda texts: pd.to_datetime(pd.Series(texts), utc=True), id="aware"),
    pytest.param(lambda texts: pd.to_datetime(pd.Series(texts)).dt.tz_localize(None).dt.as_unit("ns"), id="naive ns"),
    pytest.param(lambda texts: pd.to_datetime(pd.Series(texts)).dt.tz_convert("Asia/Tokyo"), id="another zone"),
    pytest.param(lambda texts: pd.to_datetime(pd.Series(texts)).astype(_ARROW), id="arrow"),
    pytest.param(lambda texts: pd.Series([t and dt.datetime.fromisoformat(t) for t in texts], dtype=object), id="dt"),
]


@pytest.mark.parametrize("made", DATES)
def test_dates_of_any_dtype_are_compared_as_instants(made: Any) -> None:
    """Text, dates with and without a zone, in any unit, missing ones last; without a zone they are UTC."""
    texts = ["2026-01-01T00:00:00+00:00", None, "2026-03-01T12:00:00+00:00", "2026-02-01T00:00:00+00:00"]
    frame = pd.DataFrame({"title": list("abcd"), "source_posted_at": made(texts)})
    assert titles(frame, posted_after="2026-02-01") == ["c", "d"]
    assert titles(frame, posted_before="2026-02-01") == ["a"]
    ordered = FrameRows(frame).jobs(ViewQuery(sort=("source_posted_at", False)))
    assert ordered["title"].tolist() == ["c", "d", "a", "b"]


def test_numbers_as_text_are_numbers_and_what_is_none_is_said() -> None:
    """A salary of an Excel sheet is compared; one in words is missing, and counted in a note."""
    frame = pd.DataFrame({"title": list("abcd"), "salary_min": ["50000", "a lot", None, "70000.5"]})
    rows = FrameRows(frame)
    answer = rows.search(ViewQuery().set(salary_min=60_000), stop=NEVER)
    assert answer.rows["title"].tolist() == ["d"]
    assert "salary_min: 1 value is no number, and taken as missing" in answer.notes
    assert rows.jobs(ViewQuery(sort=("salary_min", True)))["title"].tolist() == ["a", "d", "b", "c"]


@pytest.mark.parametrize(
    "values",
    [
        pd.Series([50_000, 70_000, 90_000], dtype="Int64"),
        pd.Series([50_000, 70_000, 90_000], dtype="float32"),
        pd.Series(["50000", "70000", "90000"], dtype="category"),
        pd.Series([50_000, 70_000.0, "90000"], dtype=object),
        pd.Series([50_000, 70_000, 90_000], dtype="int64[pyarrow]"),
    ],
    ids=lambda values: str(values.dtype),
)
def test_numbers_of_any_dtype_are_compared(values: pd.Series) -> None:
    """Bounds hold whatever holds the numbers."""
    assert titles(pd.DataFrame({"title": list("abc"), "salary_min": values}), salary_max=70_000) == ["a", "b"]


def test_dates_that_are_none_are_said() -> None:
    """Words and bare numbers in a column of dates match no bound, and a note counts them."""
    frame = pd.DataFrame({"title": list("abc"), "source_posted_at": ["soon", "2026-01-01", 5]})
    answer = FrameRows(frame).search(ViewQuery().set(posted_after="2025-01-01"), stop=NEVER)
    assert answer.rows["title"].tolist() == ["b"]
    assert "source_posted_at: 2 values are no date, and taken as missing" in answer.notes


@pytest.mark.parametrize("dtype", ["str", object, "category", "string", "string[pyarrow]"])
def test_text_of_any_dtype_is_compared(dtype: Any) -> None:
    """Hostile, right-to-left and pictured text is text like any other; null never matches."""
    cities = ["<b>Berlin</b>", "القاهرة", "🎉 Party", "BERLIN", None]
    frame = pd.DataFrame({"title": list("abcde"), "city": pd.Series(cities, dtype=dtype)})
    assert titles(frame, city="<B>berlin</b>") == ["a"]
    assert titles(frame, city=["القاهرة", "🎉 party"]) == ["b", "c"]
    counts = FrameRows(frame).facet("city", ViewQuery(), limit=9)
    assert set(counts["value"]) == set(cities[:4])


def test_cells_that_are_no_text_are_compared_as_written() -> None:
    """Numbers, lists and halves of surrogate pairs in a column of text break nothing."""
    frame = pd.DataFrame({"title": pd.Series(["a", 12, ["x"], "\ud800", None], dtype=object)})
    frame["city"] = pd.Series([1, 1, 2.5, "\ud800", {"a": 1}], dtype=object)
    rows = FrameRows(frame)
    assert titles(frame, city="1") == ["a", "12"]
    assert len(rows.facet("city", ViewQuery(), limit=9)) == 4
    assert len(rows.jobs(ViewQuery(sort=("title", True)))) == 5
    assert rows.job("row-2").record["title"] == ["x"]


def test_columns_of_one_name_are_the_first() -> None:
    """A frame of a careless merge is searched all the same."""
    frame = pd.DataFrame([["a", "x", "y"], ["b", "y", "x"]], columns=["title", "city", "city"])
    assert titles(frame, city="x") == ["a"]


def test_the_callers_frame_stays_as_it_is_and_is_read_once(whole: pd.DataFrame) -> None:
    """Nothing of it changes; and what the caller changes afterwards is not seen."""
    frame = whole.head(50).copy()
    before = frame.copy(deep=True)
    rows = FrameRows(frame)
    for query in (ViewQuery(sort=("title", True)), ViewQuery().set(q="manager", salary_min=1, posted_after="9w")):
        for given in (rows.search(query, stop=NEVER).rows, rows.jobs(query)):
            given.iloc[:, 0] = "written"
    rows.facet("city", ViewQuery(), limit=3).attrs.clear()
    pd.testing.assert_frame_equal(frame, before)
    assert frame.attrs == before.attrs
    frame["title"] = "changed"
    assert "changed" not in rows.jobs(ViewQuery())["title"].tolist()


def test_a_frame_of_the_answer_says_that_it_is_a_part(sample: Client, rows: FrameRows) -> None:
    """Where more postings matched than the frame has, a note says so; of a whole answer it does not."""
    part = FrameRows(sample.search_jobs("engineer", limit=10)).search(ViewQuery(), stop=NEVER)
    assert part.total == 10 and "not complete" in part.notes[0]
    assert part.card is not None and part.card["rows"] == 10
    assert rows.search(ViewQuery(), stop=NEVER).notes == ()


def test_threads_share_the_rows(whole: pd.DataFrame) -> None:
    """Searches side by side, each the first to need a column, find what they find alone."""
    filters: list[dict[str, Any]] = [
        {"q": "manager"},
        {"city": "Boston"},
        {"salary_min": 50_000},
        {"posted_after": "2026-04-01"},
    ]
    expected = [ids(FrameRows(whole).jobs(ViewQuery().set(**one))) for one in filters]
    shared, found = FrameRows(whole), dict[int, list[str]]()

    def ask(number: int) -> None:
        found[number] = ids(shared.jobs(ViewQuery().set(**filters[number % 4])))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[number] for number in range(12)] == expected * 3


def test_columns_are_read_once(whole: pd.DataFrame) -> None:
    """What was made of a column serves every later filter, count and order."""
    columns = Columns(whole)
    assert columns.text("title") is columns.text("title")
    assert columns.order("title", True) is columns.order("title", True)
    assert columns.instants("first_seen_at") is columns.instants("first_seen_at")


# -- one posting -------------------------------------------------------------------------------------------------------


def test_a_posting_of_the_sample_is_asked_of_it(whole: pd.DataFrame, rows: FrameRows) -> None:
    """A frame of the embedded sample needs no client for whole records and their events."""
    key = rows.search(ViewQuery(), stop=NEVER).rows.index[0]
    job = rows.job(key)
    assert job.job_id == key and job["description_text"]
    assert len(rows.events(key)) and set(rows.events(key)["job_id"]) == {key}
    stranger = whole.head(1).assign(job_id="f" * 40)
    assert FrameRows(stranger).job("f" * 40).notices[0].startswith("From the row")


def test_a_client_is_asked_first(sample: Client, whole: pd.DataFrame) -> None:
    """With a client, of any frame that has ids, it is asked."""
    frame = pd.DataFrame({"job_id": whole["job_id"].head(2)})
    rows = FrameRows(frame, client=sample)
    assert rows.job(frame["job_id"].iloc[0]).title == whole["title"].iloc[0]
    assert len(rows.events(frame["job_id"].iloc[0]))


def test_without_anybody_to_ask_the_row_is_the_record() -> None:
    """Its fields are the row's, as an answer has them, with a notice; it asks nothing, and has no events."""
    frame = pd.DataFrame(
        {
            "job_id": ["x"],
            "title": ["<b>Cook</b>"],
            "company": ["Acme"],
            "first_seen_at": [pd.Timestamp("2026-01-02T03:04:05", tz="UTC")],
            "salary_min": [np.int64(5)],
            "salary_max": [np.nan],
            "active": pd.array([True], dtype="boolean"),
            "parsed_structured": ['{"language": "en"}'],
            "mine": [[1, 2]],
        }
    )
    rows = FrameRows(frame)
    job = rows.job("x")
    assert (job.title, job.company, job.salary_min, job.salary_max) == ("<b>Cook</b>", "Acme", 5, None)
    assert job.first_seen_at == "2026-01-02T03:04:05Z" and job.active is True
    assert job.parsed_structured == {"language": "en"} and job["mine"] == [1, 2]
    assert job.notices == ("From the row of a DataFrame: fields that are not among its columns are missing.",)
    assert json.dumps(job.record) and "&lt;b&gt;Cook" in job._repr_mimebundle_()["text/html"]
    assert "bluedoor Job Postings API. Reproduce" not in str(job)
    assert len(job.frame()) == 1
    with pytest.raises(bd.InvalidRequestError, match="no client"):
        job.events()
    events = rows.events("x")
    assert len(events) == 0 and list(events.columns) == list(EVENT_COLUMNS)


# -- as code -----------------------------------------------------------------------------------------------------------


def test_the_code_of_a_plain_frame() -> None:
    """It filters the reader's own frame, and puts it in the order shown; no request stands behind it."""
    frame = pd.DataFrame({"title": ["b", "A", None], "salary_min": [1, 2, 3]})
    rows = FrameRows(frame)
    query = ViewQuery(sort=("title", False)).set(salary_max=2)
    *_, explored, given = rows.python(query).splitlines()
    assert explored == "explorer = bd.explore(df, salary_max=2)"
    assert given.startswith("jobs = explorer.jobs.sort_values('title', ascending=False")
    names: dict[str, Any] = {"pd": pd, "frame": frame[frame["salary_min"] <= 2]}
    exec(given.replace("jobs = explorer.jobs", "jobs = frame"), names)
    assert names["jobs"]["title"].tolist() == rows.jobs(query)["title"].tolist() == ["b", "A"]
    assert rows.curl(query).startswith("# no request")


def test_the_code_of_an_answer(sample: Client) -> None:
    """It begins with the call that asked for the rows; dates stand as they were resolved."""
    rows = FrameRows(sample.search_jobs("engineer", limit=50))
    query = ViewQuery().set(city="Boston", posted_after="7d")
    said = rows.python(query)
    assert "df = bd.connect('sample').search_jobs('engineer', limit=50)" in said
    assert "bd.explore(df, city='Boston', posted_after='2026-05-31T00:00:00Z')" in said
    curl = rows.curl(query)
    assert curl.startswith("curl ") and "q=engineer" in curl and curl.splitlines()[-1].startswith("# then")
    facets = rows.jobs(ViewQuery())
    facets.attrs["bluedoor"] = {"fingerprint": None}  # a card of a stranger's file
    assert FrameRows(facets).curl(query).startswith("# no request")
    assert "# df is your DataFrame" in FrameRows(facets).python(query)


def test_a_column_whose_name_is_no_text_is_sorted_by_what_it_is_shown_as() -> None:
    """As its header says; a column that has that text for a name comes first, and code names the real one."""
    frame = pd.DataFrame({"title": ["a", "b"], 0: [2, 1], 1: [1, 2], "1": [2, 1]})
    rows = FrameRows(frame)
    for name in ("0", "1"):
        assert rows.jobs(ViewQuery(sort=(name, True)))["title"].tolist() == ["b", "a"]
    assert "sort_values(0," in rows.python(ViewQuery(sort=("0", True)))


def test_blanks_are_no_values() -> None:
    """A blank cell is counted with those without the field: a count of it could not be filtered by."""
    rows = FrameRows(pd.DataFrame({"title": list("abcd"), "city": ["", "  ", None, "Oslo"]}))
    counts = rows.facet("city", ViewQuery(), limit=5)
    assert counts["value"].tolist() == ["Oslo"] and "the 3 without city" in counts.attrs["notes"][0]
