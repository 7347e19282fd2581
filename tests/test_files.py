"""Frames to files and back, and saved answers read from files."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import re
import sys
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import bluedoor_tools as bd
from bluedoor_tools.client import Client
from bluedoor_tools.files import FORMATS, encode, read_jobs, save

SEED_ID = "76a82054d2c45c7b4c4f9ca9915c4b03b7a5b303"
BACK = ["csv", "jsonl", "json", "parquet"]  # the formats that read_jobs reads
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "'=1", "''+x", "＝1", "＋1", "－1", "＠x"]
HARMLESS = ["a=b", "it's", "'tis", "1-2", "nurse", "", "https://x.test/?a=b"]
BASE: dict[str, Any] = {
    "title": "Nurse", "company": None, "salary_min": None, "active": True, "first_seen_at": None, "extensions": {},
}  # fmt: skip


def page(folder: Path, *records: Any, meta: dict[str, Any] | None = None, name: str = "page.json") -> Path:
    """An answer of the API as a file; records that are objects get a job_id."""
    numbered = [
        {"job_id": f"{number:040x}", **record} if isinstance(record, dict) else record
        for number, record in enumerate(records)
    ]
    path = folder / name
    path.write_text(json.dumps({"data": numbered, "meta": meta or {}}), encoding="utf-8")
    return path


def frame_of(folder: Path, *records: Any, **options: Any) -> pd.DataFrame:
    return read_jobs(page(folder, *records), **options)


def cells(body: bytes) -> list[list[str]]:
    """A CSV as a program reads it that knows nothing of this library."""
    return list(csv.reader(io.StringIO(body.decode("utf-8"), newline="")))


def sheet(frame: pd.DataFrame, name: str = "data") -> Any:
    return openpyxl.load_workbook(io.BytesIO(encode(frame, "xlsx")))[name]


def rejected(path: Path, *words: str) -> str:
    """The message read_jobs gives for a file that holds no postings; it names the file."""
    with pytest.raises(bd.UnexpectedAnswerError) as caught:
        read_jobs(path)
    message = str(caught.value)
    assert path.name in message
    assert caught.value.hint
    for word in words:
        assert word in message
    return message


def written(folder: Path, name: str, body: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(body if isinstance(body, bytes) else body.encode())
    return path


# --- there and back ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", BACK)
def test_a_search_comes_back_equal(sample: Client, tmp_path: Path, kind: str) -> None:
    """Every column of a search, nested ones and texts too, is the same after a file: values, dtypes and order."""
    jobs = sample.search_jobs(status=None, columns="all", description=True, limit=150)
    again = read_jobs(save(jobs, tmp_path / f"jobs.{kind}"), columns=list(jobs.columns))
    pd.testing.assert_frame_equal(again, jobs)


@pytest.mark.parametrize("kind", BACK)
def test_a_frame_without_rows_comes_back(sample: Client, tmp_path: Path, kind: str) -> None:
    """A search that matched nothing is saved and read like any other."""
    none = sample.search_jobs("zzzzqqqq")
    assert len(none) == 0
    pd.testing.assert_frame_equal(read_jobs(save(none, tmp_path / f"none.{kind}")), none)


@pytest.mark.parametrize("kind", BACK)
def test_one_column_comes_back(sample: Client, tmp_path: Path, kind: str) -> None:
    """A frame of job_ids alone is read, too: a CSV of one column has no comma to know it by."""
    ids = sample.search_jobs(columns=["job_id"], limit=3)
    pd.testing.assert_frame_equal(read_jobs(save(ids, tmp_path / f"ids.{kind}"), columns=["job_id"]), ids)


def test_a_row_without_anything_is_a_row(tmp_path: Path) -> None:
    """In a CSV of one column a missing value is an empty line, and counts."""
    path = written(tmp_path, "page.json", '[{"job_id": "a"}, {"title": "x"}, {"job_id": "b"}]')
    ids = read_jobs(path, columns=["job_id"])
    again = read_jobs(save(ids, tmp_path / "ids.csv"), columns=["job_id"])
    pd.testing.assert_frame_equal(again, ids)
    assert again["job_id"].fillna("-").tolist() == ["a", "-", "b"]


# Whatever JSON can hold and Arrow stores; lone surrogates cannot be written as UTF-8 and are mended when read.
TEXT = st.one_of(
    st.none(),
    st.sampled_from([*FORMULAS, *HARMLESS, "NA", "null", "nan", '"', '""', ",", "\r\n", "\x00", "\ufeff", "a\rb\nc"]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)
RECORD = st.fixed_dictionaries(
    {
        "title": TEXT,
        "company": TEXT,
        "department": TEXT,
        "description_text": TEXT,
        "active": st.none() | st.booleans(),
        "salary_min": st.none() | st.floats(allow_nan=False, allow_infinity=False),
        "first_seen_at": st.none()
        | st.datetimes(dt.datetime(1678, 1, 1), dt.datetime(2200, 1, 1)).map(lambda at: f"{at.isoformat()}Z"),
        "extensions": st.dictionaries(
            st.text(max_size=3), TEXT | st.integers() | st.lists(TEXT, max_size=2), max_size=2
        ),
        "a_new_field": TEXT,
    }
)


@pytest.mark.parametrize("kind", BACK)
@settings(max_examples=40)
@given(records=st.lists(RECORD, max_size=4))
@example(records=[{**BASE, "title": text} for text in [*FORMULAS, *HARMLESS]])
@example(records=[{**BASE, "title": text} for text in ["", None, "a\r\nb", "a\rb", "a\nb", "\x00", "\u2028", "\x85"]])
def test_wild_text_comes_back_equal(
    tmp_path_factory: pytest.TempPathFactory, kind: str, records: list[dict[str, Any]]
) -> None:
    """No text is lost or changed on the way: formulas, empty against missing, every newline, controls, quotes."""
    folder = tmp_path_factory.getbasetemp()
    first = frame_of(folder, *records, columns="all", description=True)
    again = read_jobs(save(first, folder / f"wild.{kind}"), columns=list(first.columns))
    pd.testing.assert_frame_equal(again, first)
    told = [record.get("title") for record in records]
    assert [None if pd.isna(text) else text for text in again["title"]] == told


def test_the_format_is_the_ending_or_what_is_asked(sample: Client, tmp_path: Path) -> None:
    """Saving goes by the ending, in any case, and an explicit format beats it; an existing file is replaced."""
    jobs = sample.search_jobs(limit=2)
    written(tmp_path, "jobs.CSV", "something long that was here before" * 1000)
    assert len(cells(save(jobs, tmp_path / "jobs.CSV").read_bytes())) == 3
    lines = save(jobs, tmp_path / "jobs.data", "jsonl").read_text().splitlines()
    assert [json.loads(line)["job_id"] for line in lines] == jobs["job_id"].tolist()


def test_an_unknown_format_names_the_nearest(sample: Client, tmp_path: Path) -> None:
    """A misspelt ending writes nothing and names the format that was meant."""
    with pytest.raises(bd.InvalidRequestError, match="Did you mean 'parquet'"):
        save(sample.search_jobs(limit=1), tmp_path / "jobs.parqet")
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_said(sample: Client, tmp_path: Path) -> None:
    """A missing folder is an error with the path and a hint, not a traceback of the system."""
    with pytest.raises(bd.InvalidRequestError, match=r"nowhere.*cannot be written.*folder"):
        save(sample.search_jobs(limit=1), tmp_path / "nowhere" / "jobs.csv")
    with pytest.raises(bd.InvalidRequestError, match="cannot be written .no name of a file"):
        save(sample.search_jobs(limit=1), tmp_path / "jo\0bs.csv")


@pytest.mark.parametrize("ending", FORMATS)
def test_columns_of_one_name_are_refused(sample: Client, tmp_path: Path, ending: str) -> None:
    """Of two columns of one name a file would lose one, or show two: the error names it and the fix."""
    jobs = sample.search_jobs(limit=2)
    doubled = pd.concat([jobs, jobs[["title"]]], axis=1)
    with pytest.raises(bd.InvalidRequestError, match="Several columns are called 'title'.*duplicated"):
        save(doubled, tmp_path / f"jobs.{ending}")


def test_frames_made_from_a_search_are_saved(sample: Client, tmp_path: Path) -> None:
    """A user's own columns of dates, categories, lists and spans are written in every format but where none fits."""
    jobs = sample.search_jobs(limit=3)
    mine = jobs.assign(
        day=jobs["first_seen_at"].dt.date,
        kind=pd.Categorical(["=a", "b", "=a"]),
        words=pd.Series([["a", "b"], [], None], dtype=object),
        age=jobs["last_seen_at"] - jobs["first_seen_at"],
        rank=[1, 2, 3],
    )
    for kind in ("csv", "json", "jsonl", "xlsx"):
        assert encode(mine, kind)
    at = cells(encode(mine, "csv"))
    assert at[1][at[0].index("day")] == str(mine["day"][0])
    assert at[1][at[0].index("kind")] == "'=a"
    assert at[1][at[0].index("rank")] == "1"
    kept = read_jobs(save(mine, tmp_path / "mine.jsonl"))["unknown_fields"].map(json.loads)
    assert kept[0]["words"] == ["a", "b"]


# --- CSV and XLSX for spreadsheets ------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_a_csv_is_a_formula(tmp_path: Path, text: str) -> None:
    """Text that a spreadsheet would run, or would run behind what it drops, is written behind an apostrophe."""
    jobs = frame_of(tmp_path, {**BASE, "title": text, "company": text})
    head, row = cells(encode(jobs, "csv"))
    assert row[head.index("title")] == row[head.index("company")] == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_in_a_csv_is_untouched(tmp_path: Path, text: str) -> None:
    """Text that no spreadsheet runs gets no apostrophe."""
    head, row = cells(encode(frame_of(tmp_path, {**BASE, "title": text}), "csv"))
    assert row[head.index("title")] == text


def test_a_column_named_like_a_formula_is_neutralised() -> None:
    """The head of a CSV is text, too: a column named after a posting's value may carry a formula."""
    head, row = cells(encode(pd.DataFrame({"=cmd()": [-1.5], "n": [-2]}), "csv"))
    assert head == ["'=cmd()", "n"]
    assert row == ["-1.5", "-2"]


def test_numbers_and_instants_in_a_csv(tmp_path: Path) -> None:
    """Numbers stay numbers, also below zero; instants are UTC; missing is nothing, empty text is quoted."""
    jobs = frame_of(
        tmp_path,
        {"salary_min": -5, "salary_max": 120000.5, "first_seen_at": "2026-06-01T02:00:00+02:00", "title": ""},
        {"active": False},
        columns=["job_id", "title", "salary_min", "salary_max", "first_seen_at", "active"],
    )
    lines = encode(jobs, "csv").decode().splitlines()
    assert lines[1] == f'"{0:040x}","",-5,120000.5,"2026-06-01T00:00:00Z",'
    assert lines[2] == f'"{1:040x}",,,,,false'


def test_no_cell_of_a_sheet_is_a_formula_or_link(tmp_path: Path) -> None:
    """In XLSX every text is text: no formula runs, no address becomes a link, and it reads as the employer wrote it."""
    texts = [text for text in (*FORMULAS, *HARMLESS, "{=1}", "mailto:x@y.test") if text and "\r" not in text]
    jobs = frame_of(tmp_path, *({**BASE, "title": text, "source_url": "https://x.test"} for text in texts))
    data = sheet(jobs)
    column = [cell.value for cell in data[1]].index("title") + 1
    titles = [data.cell(row, column) for row in range(2, data.max_row + 1)]
    assert [cell.value for cell in titles] == texts
    assert {cell.data_type for cell in titles} == {"s"}
    every = [cell for row in data.iter_rows() for cell in row]
    assert not [cell.value for cell in every if cell.data_type == "f" or cell.hyperlink]


def test_the_card_of_a_sheet_runs_nothing_either(sample: Client) -> None:
    """What a caller searched for stands on the card sheet as text."""
    data = sheet(sample.search_jobs("=1+1"), "answer card")
    said = {row[0].value: row[1] for row in data.iter_rows()}
    assert "q==1+1" in said["filters"].value
    assert {cell.data_type for row in data.iter_rows() for cell in row} <= {"s", "n"}
    assert said["instants"].value == "UTC"


def test_types_of_a_sheet(tmp_path: Path) -> None:
    """Numbers, flags and dates are such; instants are UTC without a zone; a date before 1900 is kept as text."""
    jobs = frame_of(
        tmp_path,
        {"salary_min": -5, "active": True, "first_seen_at": "2026-06-01T02:00:00+02:00", "title": "a\x07\x0b_x0041_"},
        {"first_seen_at": "1600-01-02T00:00:00Z"},
    )
    head, first, second = sheet(jobs).iter_rows(values_only=True)
    at = {name: number for number, name in enumerate(head)}
    assert first[at["salary_min"]] == -5
    assert first[at["active"]] is True
    assert first[at["first_seen_at"]] == dt.datetime(2026, 6, 1)
    assert str(second[at["first_seen_at"]]).startswith("1600-01-02")
    assert second[at["title"]] is None
    assert first[at["title"]].endswith("_x0041_")


@pytest.mark.parametrize("letter", ["a", "😀"])
def test_texts_too_long_for_a_cell_are_announced(tmp_path: Path, letter: str) -> None:
    """A cell holds 32,767 characters in UTF-16: more is cut there, and said."""
    jobs = frame_of(tmp_path, {"title": letter * 40_000}, {"title": "short"})
    with warnings.catch_warnings():
        warnings.simplefilter("always", bd.ResultCutWarning)
        with pytest.warns(bd.ResultCutWarning, match="1 texts were cut to the 32,767"):
            body = encode(jobs, "xlsx")
    data = openpyxl.load_workbook(io.BytesIO(body))["data"]
    column = [cell.value for cell in data[1]].index("title") + 1
    kept = str(data.cell(2, column).value)
    assert set(kept) == {letter}
    assert 32_765 < len(kept.encode("utf-16-le")) // 2 <= 32_767
    assert data.cell(3, column).value == "short"


def test_more_rows_than_a_sheet_holds_are_refused() -> None:
    """A sheet ends at its 1,048,576th row: more are not dropped in silence."""
    with pytest.raises(bd.InvalidRequestError, match="1,048,575 rows, not 1,048,576"):
        encode(pd.DataFrame({"n": range(1_048_576)}), "xlsx")


def test_xlsx_without_its_extra_says_what_to_install(sample: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where XlsxWriter is not installed the error names the extra."""
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(bd.InvalidRequestError, match=r"bluedoor-tools\[xlsx\]"):
        encode(sample.search_jobs(limit=1), "xlsx")


# --- the card ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["json", "parquet"])
def test_the_card_travels_along(sample: Client, tmp_path: Path, kind: str) -> None:
    """JSON and Parquet carry the card: the answer read back knows its filters, its total and how far it goes."""
    jobs = sample.search_jobs("nurse", limit=5)
    before, after = bd.card(jobs), bd.card(read_jobs(save(jobs, tmp_path / f"jobs.{kind}")))
    assert {name: after[name] for name in after if name != "notes"} == {
        name: before[name] for name in before if name != "notes"
    }
    assert [note for note in after["notes"] if note not in before["notes"]] == [
        note for note in after["notes"] if note.startswith(f"read from jobs.{kind}, modified ")
    ]
    assert len(after["notes"]) == len(before["notes"]) + 1


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_formats_without_a_card_claim_nothing(sample: Client, tmp_path: Path, kind: str) -> None:
    """What a CSV or JSON lines answers is not recorded in them, and the card says so."""
    card = bd.card(read_jobs(save(sample.search_jobs("nurse"), tmp_path / f"jobs.{kind}")))
    assert (card["total"], card["complete"], card["applied"]) == (None, False, {})
    assert "not recorded" in card["reason"]


def test_the_card_of_fewer_rows_is_not_carried_over(sample: Client, tmp_path: Path) -> None:
    """A filtered frame's file does not pass for the whole answer."""
    jobs = sample.search_jobs("nurse", limit=None)
    assert bd.card(jobs)["complete"]
    card = bd.card(read_jobs(save(jobs.head(3), tmp_path / "part.json")))
    assert (card["rows"], card["total"], card["complete"]) == (3, None, False)


def forged(frame: pd.DataFrame, folder: Path, change: Any) -> pd.DataFrame:
    """The frame saved as JSON, its card changed in the file, and read again."""
    path = save(frame, folder / "jobs.json")
    answer = json.loads(path.read_text(encoding="utf-8"))
    answer["meta"]["bluedoor"] = change(answer["meta"]["bluedoor"])
    path.write_text(json.dumps(answer), encoding="utf-8")
    return read_jobs(path)


@pytest.mark.parametrize(
    "change",
    [
        lambda card: {"fingerprint": card["fingerprint"]},
        lambda card: {**card, "notes": 5},
        lambda card: {**card, "backend": {}},
        lambda card: {**card, "applied": None},
        lambda card: {**card, "call": {"function": "x();import os", "first": None, "arguments": {}}},
        lambda card: {**card, "call": {**card["call"], "arguments": {"q=1);evil(": 1}}},
        lambda card: {**card, "call": {**card["call"], "arguments": {"evil": 1}}},
        lambda card: {**card, "call": {**card["call"], "first": ["evil"]}},
        lambda card: {**card, "call": {**card["call"], "breakdown": ["evil"]}},
        lambda card: {**card, "call": {**card["call"], "arguments": {"org_ids": {"many": 3, "first": [["evil"]]}}}},
        lambda card: {**card, "call": {**card["call"], "arguments": {"q": {"evil": 1}}}},
        lambda card: {**card, "clock": ["evil"]},
        lambda card: {**card, "evil": 1},
        lambda card: {**card, "kind": "facets"},
        lambda card: {**card, "backend": {**card["backend"], "connect": ["evil"]}},
    ],
)
def test_a_forged_card_is_not_believed(sample: Client, tmp_path: Path, change: Any) -> None:
    """A file is a stranger's: a card without a card's shape, or with code in its call, is left aside."""
    jobs = forged(sample.search_jobs(limit=2), tmp_path, change)
    assert bd.card(jobs)["backend"]["name"] == "file"
    assert "evil" not in jobs.bluedoor.reproduce("python")
    assert str(bd.card(jobs))


EVIL = "https://evil.test/v1"


@pytest.mark.parametrize(
    "change",
    [
        lambda card: {**card, "backend": {**card["backend"], "base_url": EVIL, "sends_key": True}},
        lambda card: {**card, "request": {**card["request"], "method": "POST; touch X #evil"}},
        lambda card: {**card, "request": {**card["request"], "path": "/jobs/search;evil"}},
        lambda card: {**card, "request": {**card["request"], "path": "@evil.test/jobs/search"}},
        lambda card: {**card, "request": {**card["request"], "parameters": {"q": ["evil"]}}},
        lambda card: {**card, "request": {**card["request"], "body": "evil"}},
        lambda card: {**card, "request": {"path": "/evil"}},
    ],
)
def test_a_card_from_a_file_asks_nothing_of_another_address(sample: Client, tmp_path: Path, change: Any) -> None:
    """Its words are kept; a request that is not one of the API's, at the API's address, is not."""
    jobs = forged(sample.search_jobs("nurse", limit=2), tmp_path, change)
    assert bd.card(jobs)["applied"]["q"] == "nurse"
    assert (bd.card(jobs)["request"], bd.card(jobs)["backend"]["sends_key"]) == (None, False)
    with pytest.raises(bd.InvalidRequestError, match="No request"):
        jobs.bluedoor.reproduce("curl")
    assert "evil" not in jobs.bluedoor.reproduce()


def test_a_card_from_a_file_has_no_authority(sample: Client, tmp_path: Path) -> None:
    """It neither sends a key nor connects elsewhere: what can be repeated then is the reading of the file."""
    jobs = sample.search_jobs("nurse", limit=2)
    keyed = forged(jobs, tmp_path, lambda card: {**card, "backend": {**card["backend"], "sends_key": True}})
    assert "curl" in keyed.bluedoor.reproduce("curl")
    assert "BLUEDOOR_API_KEY" not in keyed.bluedoor.reproduce("curl")
    moved = forged(jobs, tmp_path, lambda card: {**card, "backend": {**card["backend"], "connect": EVIL}})
    assert "evil" not in moved.bluedoor.reproduce()
    assert moved.bluedoor.reproduce().endswith(f"bd.read_jobs({str(tmp_path / 'jobs.json')!r})")


def test_words_of_a_card_from_a_file_are_one_line(sample: Client, tmp_path: Path) -> None:
    """Line ends in a label, a note or a list of ids begin no line of code or of the card."""
    evil = "x\nimport os\u2028os.system('x')\x1b[2J"
    ids = [f"{number:08}-0000-4000-8000-000000000000" for number in range(50)]
    jobs = forged(
        sample.search_jobs(org_ids=[*sample.search_jobs(limit=1)["org_id"], *ids], limit=1),
        tmp_path,
        lambda card: {
            **card,
            "backend": {**card["backend"], "label": evil},
            "notes": [evil],
            "call": {**card["call"], "arguments": {"org_ids": {"many": 3, "first": [evil]}}},
        },
    )
    assert bd.card(jobs)["backend"]["label"] == evil
    for text in (jobs.bluedoor.reproduce(), jobs.bluedoor.reproduce("curl"), str(bd.card(jobs))):
        assert all(line.isprintable() and not line.startswith(("import os", "os.")) for line in text.split("\n"))


@pytest.mark.parametrize("kind", BACK)
@pytest.mark.parametrize("columns", [None, ["job_id", "event_type"], ["event_id", "job_id"]])
def test_saved_events_are_not_read_as_postings(
    sample: Client, tmp_path: Path, kind: str, columns: list[str] | None
) -> None:
    """Events have a job_id, too: a file of them is refused and named as what it is."""
    events = sample.job_events(SEED_ID)
    rejected(
        save(events if columns is None else events[columns], tmp_path / f"events.{kind}"), "holds events, not postings"
    )


def test_postings_may_have_columns_of_events(tmp_path: Path) -> None:
    """A posting with a column that an event has is a posting, since it has a title."""
    assert len(frame_of(tmp_path, {**BASE, "event_type": "job.created"})) == 1


def test_the_card_of_a_saved_answer(tmp_path: Path) -> None:
    """It names the file and when it was modified, and claims no completeness; the call that reads it stands on it."""
    path = page(tmp_path, BASE, meta={"total_matching": 812, "total_matching_capped": True, "next_cursor": "x"})
    os.utime(path, (1_780_000_000, 1_780_000_000))
    jobs = read_jobs(path)
    card = bd.card(jobs)
    assert (card["rows"], card["total"], card["capped"], card["complete"]) == (1, 812, True, False)
    assert card["next_cursor"] is None
    assert card["backend"]["label"] == "saved answer page.json"
    assert "read from page.json, modified 2026-05-28T20:26:40Z" in card["notes"]
    assert jobs.bluedoor.reproduce("python").endswith(f"bd.read_jobs({str(path)!r})")


@pytest.mark.parametrize("total", ["812", True, 1.5, None, [1]])
def test_a_total_of_the_wrong_type_is_no_total(tmp_path: Path, total: Any) -> None:
    """Meta of a saved answer is checked like everything else."""
    assert bd.card(frame_of(tmp_path, BASE))["total"] is None
    assert bd.card(read_jobs(page(tmp_path, BASE, meta={"total_matching": total})))["total"] is None


# --- answers of the API -----------------------------------------------------------------------------------------------


def test_a_saved_record(data: Path) -> None:
    """The answer to GET /jobs/{job_id} is a frame of one row; it carries no company, so none is made up."""
    jobs = read_jobs(data / "job_response.json")
    record = json.loads((data / "job_response.json").read_text(encoding="utf-8"))["data"]
    assert jobs["job_id"].tolist() == [SEED_ID]
    row = jobs.iloc[0]
    assert (row["title"], row["city"], row["active"]) == (record["title"], record["city"], record["active"])
    assert row["first_seen_at"] == pd.Timestamp(record["first_seen_at"])
    assert pd.isna(row["company"])
    assert pd.isna(row["salary_min"])


def test_a_record_and_a_search_have_the_same_columns(data: Path, sample: Client) -> None:
    """Columns, order and dtypes do not depend on where postings come from."""
    pd.testing.assert_series_equal(read_jobs(data / "job_response.json").dtypes, sample.search_jobs(limit=3).dtypes)


def test_columns_and_description(data: Path, sample: Client, tmp_path: Path) -> None:
    """The columns and the description are those of a search; a description that is there but not shown is mentioned."""
    path = data / "job_response.json"
    assert read_jobs(path, columns=["city", "job_id"]).columns.tolist() == ["city", "job_id"]
    assert json.loads(read_jobs(path, columns="all")["native_structured"][0])
    with pytest.raises(bd.InvalidRequestError, match="Did you mean 'city'"):
        read_jobs(path, columns=["citi"])
    texts = save(sample.search_jobs(limit=2, description=True), tmp_path / "texts.jsonl")
    silent = read_jobs(texts)
    assert "description_text" not in silent.columns
    assert any("description=True" in note for note in bd.card(silent)["notes"])
    shown = read_jobs(texts, description=True)
    assert shown["description_text"].str.len().min() > 100
    assert not any("description=True" in note for note in bd.card(shown)["notes"])


RECORDS = [{"job_id": "a" * 40, "title": "Nurse"}, {"job_id": "b" * 40, "title": "Bäcker"}]
ONE, TWO = (json.dumps(record, ensure_ascii=False) for record in RECORDS)


@pytest.mark.parametrize(
    ("body", "titles"),
    [
        (f'{{"data": [{ONE}, {TWO}], "meta": {{}}}}', 2),
        (f'{{"data": [{ONE}, {TWO}]}}', 2),
        (f'{{"meta": {{}}, "data": {ONE}}}', 1),
        (f"[{ONE}, {TWO}]", 2),
        (ONE, 1),
        (f"{ONE}\n{TWO}\n", 2),
        (f"{ONE}\n{TWO}", 2),
        (f"{ONE}\r\n\r\n  \n{TWO}\r\n", 2),
        (f'{{"data": {ONE}}}\n{{"data": {TWO}, "meta": {{}}}}\n', 2),
        (f'{{"data": [{ONE}]}}\n{{"data": [{TWO}]}}\n', 2),
        (f'[{{"data": {ONE}}}, {{"data": {TWO}}}]', 2),
        (f"\n\n  {ONE}\n", 1),
        (json.dumps({"data": RECORDS}, indent=4), 2),
        (f"\ufeff[{ONE}, {TWO}]", 2),
        (f"\ufeff{ONE}", 1),
        (f"\ufeff{ONE}\n{TWO}", 2),
        (f"[{ONE}, {TWO}]".encode("utf-16"), 2),
        ("\ufeffjob_id,title\naaa,Nurse\nbbb,Bäcker\n", 2),
        ("title,job_id\r\nNurse,aaa\r\nBäcker,bbb\r\n", 2),
        ("title;job_id\nNurse;aaa\nBäcker;bbb\n", 2),
        ("title\tjob_id\nNurse\taaa\nBäcker\tbbb", 2),
        ('"job_id","title"\n"aaa","Nurse"\n', 1),
        ('{"data": []}', 0),
        ("[]", 0),
    ],
)  # fmt: skip
def test_the_shapes_postings_are_saved_in(tmp_path: Path, body: str | bytes, titles: int) -> None:
    """Pages, records, lists, JSON lines of either, CSV of any separator: told apart by content, not by the name."""
    jobs = read_jobs(written(tmp_path, "postings", body))
    assert jobs["title"].tolist() == ["Nurse", "Bäcker"][:titles]


def test_a_record_of_wrong_types_costs_only_its_values(tmp_path: Path) -> None:
    """A drifted value becomes null, is counted and kept; a record that is none is left out and counted."""
    path = page(tmp_path, {"title": 5, "salary_min": "lots", "active": "yes"}, BASE, "no record", None, {"title": "ok"})
    with pytest.warns(bd.DriftWarning, match="salary_min: 1"):
        jobs = read_jobs(path)
    assert jobs["title"].fillna("-").tolist() == ["-", "Nurse", "ok"]
    assert json.loads(jobs["unknown_fields"][0]) == {"title": 5, "salary_min": "lots", "active": "yes"}
    assert bd.card(jobs)["drift"]["broken records, left out"] == 2


@pytest.mark.parametrize("kind", BACK)
def test_what_is_not_known_survives_every_format(tmp_path: Path, kind: str) -> None:
    """Unknown fields, drifted values and the exact text of nested numbers come back from each format."""
    path = written(
        tmp_path,
        "page.json",
        '{"data": [{"job_id": "a", "new": {"n": 1.50, "big": 123456789012345678901234567890}, "x y": null,'
        ' "extensions": {"n": 1e2, "deep": [[{}]]}}, {"job_id": "b", "salary_min": "lots"}]}',
    )
    with pytest.warns(bd.DriftWarning):
        first = read_jobs(path, columns="all")
    with pytest.warns(bd.DriftWarning, match="salary_min: 1"):
        again = read_jobs(save(first, tmp_path / f"again.{kind}"), columns="all")
    assert json.loads(again["unknown_fields"][0])["new"] == {"n": 1.5, "big": 123456789012345678901234567890}
    assert json.loads(again["unknown_fields"][1]) == {"salary_min": "lots"}
    assert json.loads(again["extensions"][0]) == {"n": 100, "deep": [[{}]]}
    assert bd.card(again)["unknown_fields"] == bd.card(first)["unknown_fields"]


def test_a_column_of_the_users_own_survives(tmp_path: Path) -> None:
    """A column that somebody added to a CSV is kept among the unknown fields."""
    jobs = read_jobs(written(tmp_path, "mine.csv", "job_id,my note\naaa,call back\nbbb,\n"))
    assert json.loads(jobs["unknown_fields"][0]) == {"my note": "call back"}


def test_a_spreadsheets_flags_and_numbers(tmp_path: Path) -> None:
    """TRUE and FALSE as spreadsheets write them are flags; what is no number is drift, not a failure."""
    path = written(tmp_path, "x.csv", "job_id,active,salary_min\na,TRUE,5\nb,FALSE,\nc,,lots\n")
    with pytest.warns(bd.DriftWarning, match="salary_min: 1"):
        jobs = read_jobs(path)
    assert jobs["active"].tolist() == [True, False, pd.NA]
    assert jobs["salary_min"].fillna(-1).tolist() == [5, -1, -1]


def test_a_large_file(tmp_path: Path, data: Path) -> None:
    """5,000 full records are read whole, and no row changes its place."""
    record = json.loads((data / "job_response.json").read_text(encoding="utf-8"))["data"]
    lines = [json.dumps({**record, "job_id": f"{number:040x}"}) for number in range(5000)]
    jobs = read_jobs(written(tmp_path, "many.jsonl", "\n".join(lines)))
    assert jobs["job_id"].tolist() == [f"{number:040x}" for number in range(5000)]
    assert jobs["city"].eq(record["city"]).all()


def test_a_long_row_of_csv(tmp_path: Path) -> None:
    """A description of megabytes is one cell, however the reader divides the file."""
    text = 'so "long", so\nlong' * 200_000
    jobs = frame_of(tmp_path, {"description_text": text}, {"description_text": "short"}, description=True)
    again = read_jobs(save(jobs, tmp_path / "long.csv"), description=True)
    assert again["description_text"].tolist() == [text, "short"]


# --- files that hold no postings --------------------------------------------------------------------------------------


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """A missing file, a folder and a name that can be none are requests that are wrong, with the path in them."""
    for path in (tmp_path / "none.json", tmp_path, "a\0b", 5):
        with pytest.raises(bd.InvalidRequestError, match="cannot be read") as caught:
            read_jobs(path)  # type: ignore[arg-type]
        assert repr(str(path)) in str(caught.value)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "is empty"),
        (b" \n\n ", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"<!doctype html><title>Just a moment</title>", "a web page"),
        (b"\n\n<html>job_id,title</html>", "a web page"),
        (b"%PDF-1.7 nothing", "holds no postings"),
        (b"dear diary", "holds no postings"),
        (b"5", "holds no postings"),
        (bytes(range(256)), "is no text"),
        (b"\x1f\x8b\x08\x00abc", "is no text"),
        (b'{"data": [{"job_id": "a"}, {"job_', "breaks off"),
        (b'{"data": [{"job_id": "a"}]', "breaks off"),
        (b'[{"job_id": "a"},', "breaks off"),
        (b'{\n  "data": [\n    {"job_id": "a"},\n', "breaks off"),
        (b"{}", "no record has a job_id"),
        (b"[{}]", "no record has a job_id"),
        (b"[1, 2]", "no record has a job_id"),
        (b"[null]", "no record has a job_id"),
        (b'{"data": null}', "no record has a job_id"),
        (b'{"data": 5, "meta": 6}', "no record has a job_id"),
        (b'{"data": [{"value": "Berlin", "count": 5}], "meta": {"field": "city"}}', "no record has a job_id"),
        (b'{"error": {"code": "unauthorized"}}', "no record has a job_id"),
        (b'{"a": 1}\n{"a": 2}\n', "no record has a job_id"),
        (b"name,age\nAda,36\n", "a table without job_id: its columns are name, age"),
        (b"name;age\nAda;36\n", "a table without job_id"),
        (b"job_id,title\na,b\nc\n", "breaks off or is damaged"),
        (b"job_id,title\na,b,c\n", "breaks off or is damaged"),
        (b'job_id,title\na,"b\n', "breaks off or is damaged"),
        (b"PAR1 and then nothing", "damaged Parquet"),
        (b"PAR1", "damaged Parquet"),
    ],
)
def test_a_file_without_postings_is_described(tmp_path: Path, body: bytes, said: str) -> None:
    """Whatever else a file is, the error names the file, says what it is, and what would be read."""
    message = rejected(written(tmp_path, "thing.dat", body), said)
    assert "proxy" not in message or "JSON" in message


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    """In JSON lines that break off, the error names the line."""
    rejected(written(tmp_path, "x.jsonl", f'{ONE}\n{TWO}\n{{"job_id": "c'), "line 3 of x.jsonl", "breaks off")


def test_a_workbook_is_not_read_but_recognised(sample: Client, tmp_path: Path) -> None:
    """XLSX is for spreadsheets: read_jobs says what to save instead."""
    rejected(save(sample.search_jobs(limit=1), tmp_path / "jobs.xlsx"), "workbook", "CSV")


def test_a_damaged_parquet(sample: Client, tmp_path: Path) -> None:
    """A Parquet file that was cut or changed anywhere is refused or read, never a failure of another kind."""
    whole = encode(sample.search_jobs(limit=20), "parquet")
    rejected(written(tmp_path, "cut.parquet", whole[: len(whole) // 2]), "damaged Parquet")
    for place in range(4, len(whole), len(whole) // 40):
        path = written(tmp_path, "bent.parquet", whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        with suppress(bd.UnexpectedAnswerError):
            read_jobs(path)


def test_a_parquet_of_another_table(tmp_path: Path) -> None:
    """A Parquet file without job_id is named with its columns."""
    path = tmp_path / "other.parquet"
    pd.DataFrame({"name": ["Ada"], "age": [36]}).to_parquet(path)
    rejected(path, "without job_id", "name, age")


@settings(max_examples=150)
@given(body=st.binary(max_size=60) | st.text(st.sampled_from('{}[]":,\n 1ajob_idt'), max_size=40).map(str.encode))
def test_no_file_makes_read_jobs_fail_otherwise(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    """Any bytes are read or refused by an error of this library."""
    path = written(tmp_path_factory.getbasetemp(), "any", body)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", bd.DriftWarning)
        with suppress(bd.UnexpectedAnswerError):
            read_jobs(path)


def test_json_deeper_than_python_goes(tmp_path: Path) -> None:
    """A file nested a hundred thousand deep is refused like any other damaged one."""
    deep = b"[" * 100_000 + b"]" * 100_000
    rejected(written(tmp_path, "deep.json", b'[{"job_id": "a", "extensions": ' + deep + b"}]"))


def test_bytes_that_are_no_utf8_are_replaced(tmp_path: Path) -> None:
    """Stray bytes cost their letter, in JSON and in CSV."""
    for name, body in (
        ("x.json", b'[{"job_id": "a", "title": "B\xe4cker"}]'),
        ("x.csv", b"job_id,title\na,B\xe4cker\n"),
    ):
        assert read_jobs(written(tmp_path, name, body))["title"].tolist() == ["B\ufffdcker"]


def test_every_format_is_documented() -> None:
    """The help of save names every format."""
    assert all(re.search(rf"``{kind}``", save.__doc__ or "") for kind in FORMATS)
