"""Decoding: whatever an answer holds, its records become rows, and no value is lost or made up."""

from __future__ import annotations

import datetime as dt
import json
import math
import sys
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import bluedoor_tools as bd
from bluedoor_tools import contract
from bluedoor_tools.decode import Decoder, Page, parse_instant, read_envelope, read_json
from bluedoor_tools.frames import FrameBuilder, job_columns
from tests.api_face import FaceApp, InProcessTransport, Override, create_app
from tests.api_face.examples import job, small_data

FIELDS = {field.name: field.kind for field in contract.JOB_FIELDS}
COLUMNS = [name for name in job_columns(description=True) if name != "company"]
DTYPES = {
    "text": "str",
    "json": "str",
    "boolean": "boolean",
    "number": "float64",
    "instant": "datetime64[us, UTC]",
}
ODD_NAMES = [
    "new",
    "",
    " ",
    "a b",
    "class",
    "__class__",
    "__init__",
    "1",
    "unknown_0",
    "unknown_fields",
    "company",
    "data",
    "Ünïcode",
    "名前",
    "😀",
    "tick`ed",
    "`",
    "` - at `",
    "x` - at `$.data[...]",
    'quo"ted',
    "back\\slash",
    "line\nend",
    "nul\x00",
    "n" * 5000,
]


def decoder() -> Decoder:
    return Decoder(contract.JOB_FIELDS)


def answer(*records: Any, **beside: Any) -> bytes:
    """An answer as the API writes it, compact."""
    return json.dumps({"data": list(records), **beside}, separators=(",", ":")).encode()


def framed(*bodies: bytes) -> tuple[pd.DataFrame, FrameBuilder]:
    """The pages as one frame, with the builder that knows the drift."""
    reader = decoder()
    builder = FrameBuilder(reader, COLUMNS)
    for body in bodies:
        builder.add(reader.page(body))
    return builder.finish(), builder


def beside(page: Page, reader: Decoder) -> list[dict[str, Any] | None]:
    """The unknown fields of a page's records, decoded."""
    texts = [reader.unknown_fields(record) for record in page.records]
    return [None if text is None else json.loads(text) for text in texts]


# Unknown fields


@pytest.mark.parametrize("name", ODD_NAMES, ids=[name[:12] for name in ODD_NAMES])
def test_an_unknown_field_is_kept_under_its_name(name: str) -> None:
    """Any name, also one that no Python identifier could be; known fields beside it are as usual."""
    reader = decoder()
    value = {"deep": [1, None, "é"]}
    page = reader.page(answer(job(1), job(2, **{name: value}), job(3, **{name: None})))
    assert [record.title for record in page.records] == ["Engineer 1", "Engineer 2", "Engineer 3"]
    assert beside(page, reader) == [None, {name: value}, {name: None}]
    assert not page.drift


def test_unknown_names_are_listed() -> None:
    """The frame's builder tells every new name, whether the page was as promised beside it or not."""
    _, builder = framed(answer(job(1, fresh=1)), answer(job(2, title=5, stale=2)), answer(job(3, later=3)))
    assert builder.unknown_names == {"fresh", "stale", "later"}


def test_names_that_cannot_be_learned_leave_the_page_whole() -> None:
    """Names that msgspec takes in no struct go the slow way, with ordinary unknown names beside them."""
    reader = decoder()
    page = reader.page(answer({'a"b': 1, "plain": 2}, {"c\\d": 3}, {"plain": 4, "e\u0007": 5}))
    assert beside(page, reader) == [{'a"b': 1, "plain": 2}, {"c\\d": 3}, {"plain": 4, "e\u0007": 5}]


@pytest.mark.parametrize("count", [63, 64, 65, 500])
def test_many_unknown_names_are_all_kept(count: int) -> None:
    """Data used as keys: past the names that are learned, the values are still kept."""
    names = {f"key {number}": number for number in range(count)}
    reader = decoder()
    first = reader.page(answer(job(1, **names)))
    second = reader.page(answer(*({name: value} for name, value in names.items())))
    assert beside(first, reader) == [names]
    assert beside(second, reader) == [{name: value} for name, value in names.items()]
    assert len(reader.learned) <= 64
    assert first.records[0].title == "Engineer 1"


def test_names_learned_late_do_not_disturb_earlier_records() -> None:
    """A name met on page 2 is missing, not null, in the records of page 1; and the other way round."""
    reader = decoder()
    one = reader.page(answer(job(1), job(2, alpha=1)))
    two = reader.page(answer(job(3, beta="b"), job(4, alpha=None, beta={"x": []})))
    three = reader.page(answer(job(5), job(6, title=7, gamma=1)))
    four = reader.page(answer(job(7, gamma=2)))
    assert beside(one, reader) == [None, {"alpha": 1}]
    assert beside(two, reader) == [{"beta": "b"}, {"alpha": None, "beta": {"x": []}}]
    assert beside(three, reader) == [None, {"gamma": 1, "title": 7}]
    assert beside(four, reader) == [{"gamma": 2}]
    titles = [record.title for page in (one, two, three, four) for record in page.records]
    assert titles == ["Engineer 1", "Engineer 2", "Engineer 3", "Engineer 4", "Engineer 5", None, "Engineer 7"]


def test_names_are_written_once_a_decoder_not_once_a_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """Giving out the unknown fields of a hundred thousand records encodes no name a hundred thousand times."""
    reader = decoder()
    page = reader.page(answer(*({"new": number} for number in range(3))))
    monkeypatch.setattr(json, "dumps", None)
    assert [reader.unknown_fields(record) for record in page.records] == [f'{{"new":{number}}}' for number in range(3)]


def test_unknown_values_keep_their_wording() -> None:
    """Numbers of any length and texts with escapes come through as they were written."""
    body = b'{"data": [{"big": 12345678901234567890123, "exact": 0.10000000000000000555, "text": "\\u00e9\\n"}]}'
    reader = decoder()
    text = reader.unknown_fields(reader.page(body).records[0])
    assert text == '{"big":12345678901234567890123,"exact":0.10000000000000000555,"text":"\\u00e9\\n"}'


# Drifted types and broken records


WRONG = {
    "text": [5, 5.5, True, ["a"], {"a": 1}],
    "instant": [1780000000, 1.5, False, ["2026"], {"date": "2026-06-01"}],
    "boolean": [1, 0, "true", [], {}],
    "number": ["227495", "", True, [1], {"amount": 1}],
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (name, value)
        for name in ("title", "job_id", "org_id", "first_seen_at", "active", "salary_min")
        for value in WRONG[FIELDS[name]]
    ],
)
def test_a_drifted_value_costs_that_value(name: str, value: Any) -> None:
    """It is null in its column, kept as JSON beside, counted once; all else on the page is untouched."""
    frame, builder = framed(answer(job(1), job(2, **{name: value}), job(3)))
    assert pd.isna(frame[name][1])
    assert json.loads(frame["unknown_fields"][1]) == {name: value}
    assert frame["unknown_fields"].isna().tolist() == [True, False, True]
    assert dict(builder.drift.values) == {name: 1}
    calm, _ = framed(answer(job(1), job(2), job(3)))
    pd.testing.assert_frame_equal(frame.drop(index=1), calm.drop(index=1))
    others = [column for column in COLUMNS if column not in {name, "unknown_fields"}]
    pd.testing.assert_frame_equal(frame[others], calm[others])


@pytest.mark.parametrize("name", [name for name, kind in FIELDS.items() if kind == "json"])
@pytest.mark.parametrize("value", [5, 5.5, "text", True, [1, "a", None], {"a": {"b": []}}, {}, [], "", 0])
def test_nested_fields_take_any_type(name: str, value: Any) -> None:
    """`native_structured` and its like are whatever the ATS sent: any type is as promised."""
    frame, builder = framed(answer(job(1, **{name: value}), job(2, title=5, **{name: value})))
    assert [json.loads(text) for text in frame[name]] == [value, value]
    assert dict(builder.drift.values) == {"title": 1}


@pytest.mark.parametrize("broken", [None, 5, "text", True, [], [["job_id", "x"]]])
def test_a_broken_record_is_left_out_and_counted(broken: Any) -> None:
    """What is no object cannot be a row; the records around it are kept in order."""
    frame, builder = framed(answer(broken, job(1), broken, job(2)))
    assert frame["title"].tolist() == ["Engineer 1", "Engineer 2"]
    assert builder.drift.broken_records == 2
    assert builder.drift


def test_drift_is_counted_over_all_pages() -> None:
    """By field; broken records apart."""
    _, builder = framed(answer(job(1, title=1), None), answer(job(2)), answer(job(3, title=2, city=3), 4))
    assert (dict(builder.drift.values), builder.drift.broken_records) == ({"title": 2, "city": 1}, 2)


def test_null_and_absent_are_missing_alike() -> None:
    """A whole page of nulls, and one of empty objects, has the dtypes of any other; nothing is drift."""
    null = dict.fromkeys(FIELDS)
    empty: dict[str, Any] = {}
    for record in (null, empty):
        frame, builder = framed(answer(record, record, record))
        assert frame.isna().all(axis=None)
        assert len(frame) == 3
        _has_fixed_dtypes(frame)
        assert not builder.drift


def test_an_empty_page_has_every_column() -> None:
    """No rows, same dtypes."""
    frame, _ = framed(answer())
    assert len(frame) == 0
    _has_fixed_dtypes(frame)


def test_duplicate_names_count_once() -> None:
    """The last of two values under one name is taken, on the fast path and the slow."""
    body = b'{"data": [{"title": "a", "title": "b", "new": 1, "new": 2}]}'
    slow = body.replace(b'"b"', b'"b", "city": 5')
    for text in (body, slow):
        reader = decoder()
        page = reader.page(text)
        assert page.records[0].title == "b"
        kept = beside(page, reader)[0]
        assert kept is not None
        assert kept["new"] == 2
    first_wrong = decoder().page(b'{"data": [{"title": 5, "title": "b"}]}')
    assert first_wrong.records[0].title == "b"
    assert not first_wrong.drift


# The text of an answer


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (b'"caf\xe9"', "caf\ufffd"),
        (b'"\xff\xfe"', "\ufffd\ufffd"),
        (b'"a\\ud800b"', "a\ufffdb"),
        (b'"a\\uDFFFb"', "a\ufffdb"),
        (b'"\\ud83d\\ude00"', "😀"),
        (b'"\\ude00\\ud83d"', "\ufffd\ufffd"),
        (b'"tab\there"', "tab\there"),
        (b'"bell\x07"', "bell\x07"),
        (b'"nul\\u0000"', "nul\x00"),
    ],
)
def test_texts_that_are_no_good_unicode_are_mended(text: bytes, read: str) -> None:
    """Bad bytes and lone surrogates become U+FFFD, pairs stay characters, control characters stay."""
    frame, builder = framed(b'{"data": [{"title": ' + text + b', "city": "Bonn"}], "meta": {"order": ' + text + b"}}")
    assert frame["title"].tolist() == [read]
    assert frame["city"].tolist() == ["Bonn"]
    assert not builder.drift
    assert frame["title"][0].encode()


@pytest.mark.parametrize("text", [b'"caf\xe9"', b'"a\\ud800b"', b'"\xf0\x28"'])
@pytest.mark.parametrize("where", ["extensions", "brand_new"])
def test_bad_unicode_in_nested_and_unknown_fields(text: bytes, where: str) -> None:
    """Undecoded parts are kept as JSON text that reads again."""
    frame, _ = framed(b'{"data": [{"title": "x", "' + where.encode() + b'": {"a": [' + text + b"]}}]}")
    column = where if where in FIELDS else "unknown_fields"
    assert isinstance(json.loads(frame[column][0]), dict)
    frame[column][0].encode()


def test_a_byte_order_mark_is_skipped() -> None:
    """Files saved on Windows begin with one."""
    assert decoder().page(b"\xef\xbb\xbf" + answer(job(1))).records[0].title == "Engineer 1"
    assert read_json(b"\xef\xbb\xbf[1]") == [1]


@pytest.mark.parametrize("token", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1" * 5000])
def test_numbers_that_no_column_holds(token: str) -> None:
    """They cost the value, not the page, and are kept as text: what is written from them is JSON again."""
    body = '{"data": [{"title": "x", "salary_min": %s, "extensions": {"a": %s}, "new": [%s]}]}' % ((token,) * 3)
    frame, builder = framed(body.encode(), answer(job(1)))
    assert frame["title"].tolist() == ["x", "Engineer 1"]
    assert math.isnan(frame["salary_min"][0])
    assert dict(builder.drift.values) == {"salary_min": 1}
    assert _strict(frame["unknown_fields"][0]) == {"salary_min": token, "new": [token]}
    assert _strict(frame["extensions"][0]) == {"a": token}


@pytest.mark.parametrize("token", ["0", "-0.0", "1e3", "1E-400", "12345678901234567890", "1" * 300, "0.1"])
def test_numbers_that_a_column_holds(token: str) -> None:
    """Any JSON number within the range of a float."""
    frame, builder = framed((f'{{"data": [{{"salary_max": {token}}}]}}').encode())
    assert frame["salary_max"].tolist() == [float(token)]
    assert not builder.drift


@pytest.mark.parametrize("depth", [100_000, 300_000])
@pytest.mark.parametrize("where", ["extensions", "brand_new", "title"])
def test_bottomless_nesting_is_a_clear_error(depth: int, where: str) -> None:
    """Python's recursion limit is met with an error of ours, on the fast path and the slow."""
    deep = "[" * depth + "]" * depth
    for beside_it in ("", ', "city": 5'):
        body = f'{{"data": [{{"{where}": {deep}{beside_it}}}]}}'.encode()
        with pytest.raises(bd.UnexpectedAnswerError, match="nested deeper"):
            decoder().page(body, "the answer")
        with pytest.raises(bd.UnexpectedAnswerError, match="nested deeper"):
            decoder().records(body[len('{"data": ') : -1], "the file")
        with pytest.raises(bd.UnexpectedAnswerError, match="nested deeper"):
            read_envelope(body)


def test_nesting_near_the_limit_is_read_or_refused() -> None:
    """At no depth does a RecursionError get out, wherever the stack stands."""
    for depth in range(sys.getrecursionlimit() // 4, sys.getrecursionlimit() + 50, 7):
        deep = "[" * depth + '"\\ud800"' + "]" * depth
        try:
            page = decoder().page(f'{{"data": [{{"title": 5, "extensions": {deep}}}]}}'.encode())
        except bd.UnexpectedAnswerError as error:
            assert "nested deeper" in error.message  # noqa: PT017
        else:
            assert len(page.records) == 1


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.9, 0.999])
def test_a_cut_answer_is_an_error_not_fewer_rows(cut: float) -> None:
    """No half page is taken for a whole one."""
    body = answer(*(job(number) for number in range(5)), meta={"limit": 5})
    with pytest.raises(bd.UnexpectedAnswerError, match="breaks off or is damaged"):
        decoder().page(body[: int(len(body) * cut)])


@pytest.mark.parametrize("tail", [b"x", b"{}", b"]", b"\x00"])
def test_more_after_the_answer_is_damage(tail: bytes) -> None:
    """Two answers in one body are none."""
    with pytest.raises(bd.UnexpectedAnswerError):
        decoder().page(answer(job(1)) + tail)


@pytest.mark.parametrize("data", [None, {}, {"jobs": []}, "text", 5, 5.5, True])
def test_data_that_is_no_list_is_named(data: Any) -> None:
    """In JSON's words, not Python's."""
    with pytest.raises(bd.UnexpectedAnswerError, match="list of records") as caught:
        decoder().page(json.dumps({"data": data}).encode())
    assert not any(word in caught.value.message for word in ("NoneType", "dict", "str", "int", "bool"))


@pytest.mark.parametrize("body", [b"{}", b'{"meta": {}}', b'{"Data": []}', b"[]", b"null", b"5", b'"x"', b"true"])
def test_missing_data_is_named(body: bytes) -> None:
    """An answer without `data` is none, however well-formed."""
    with pytest.raises(bd.UnexpectedAnswerError, match="has no `data`"):
        decoder().page(body)


@pytest.mark.parametrize(
    "meta", ["", ', "meta": null', ', "meta": []', ', "meta": 5', ', "meta": "x"', ', "meta": NaN']
)
@pytest.mark.parametrize("title", ['"x"', "5"])
def test_an_odd_meta_is_an_empty_one(meta: str, title: str) -> None:
    """The rows do not depend on it."""
    page = decoder().page(f'{{"data": [{{"title": {title}}}]{meta}}}'.encode())
    assert page.meta == {}
    assert len(page.records) == 1


def test_a_drifting_answer_warns_and_shows_on_the_card(face: FaceApp) -> None:
    """Seen from the client: one warning, counts on the card, every row there."""
    face.data = small_data(5)
    face.faults.mutators.append(_drift)
    with (
        bd.connect("http://face.test/job-postings/v1", transport=InProcessTransport(face)) as client,
        pytest.warns(bd.DriftWarning, match="title: 5"),
    ):
        frame = client.search_jobs(status=None, columns=["job_id", "title", "unknown_fields"])
    card = bd.card(frame)
    assert len(frame) == 5
    assert card["drift"] == {"title": 5}
    assert card["unknown_fields"] == ["seniority"]
    assert [json.loads(text) for text in frame["unknown_fields"]] == [{"seniority": "staff", "title": ["T"]}] * 5


def _drift(answer: Any) -> None:
    for record in answer["data"]:
        if isinstance(record, dict) and "title" in record:
            record["title"], record["seniority"] = ["T"], "staff"


def test_bad_bytes_reach_the_frame_over_the_wire() -> None:
    """From the socket's bytes to the row, a broken character costs itself only."""
    face = create_app(small_data(3))
    body = answer(job(1), meta={"next_cursor": None}).replace(b"Engineer", b"Engin\xe9er\\udc00")
    face.faults.overrides.append(Override("/jobs/search", body))
    with bd.connect("http://face.test/job-postings/v1", transport=InProcessTransport(face)) as client:
        frame = client.search_jobs()
    assert frame["title"].tolist() == ["Engin\ufffder\ufffd 1"]
    assert frame["company"].tolist() == ["Company 1"]


# Instants


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-05-29T07:00:52Z", "2026-05-29T07:00:52+00:00"),
        ("2026-05-29T07:00:52.396Z", "2026-05-29T07:00:52.396000+00:00"),
        ("2026-05-29T07:00:52.3961234Z", "2026-05-29T07:00:52.396123+00:00"),
        ("2026-05-29T07:00:52.396123999Z", "2026-05-29T07:00:52.396123+00:00"),
        ("2026-05-29T07:00:52.4Z", "2026-05-29T07:00:52.400000+00:00"),
        ("2026-05-29T07:00:52", "2026-05-29T07:00:52+00:00"),
        ("2026-05-29 07:00:52", "2026-05-29T07:00:52+00:00"),
        ("2026-05-29 07:00:52Z", "2026-05-29T07:00:52+00:00"),
        ("2026-05-29t07:00:52z", "2026-05-29T07:00:52+00:00"),
        (" 2026-05-29T07:00:52Z\n", "2026-05-29T07:00:52+00:00"),
        ("2026-05-29T07:00:52+02:00", "2026-05-29T05:00:52+00:00"),
        ("2026-05-29T07:00:52-0730", "2026-05-29T14:30:52+00:00"),
        ("2026-05-29T07:00Z", "2026-05-29T07:00:00+00:00"),
        ("2026-05-29", "2026-05-29T00:00:00+00:00"),
        ("20260529T070052Z", "2026-05-29T07:00:52+00:00"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+00:00"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999+00:00"),
    ],
)
def test_instants_of_every_form_are_read(text: str, moment: str) -> None:
    """To the microsecond, in UTC; without a zone they are UTC. Alone in a frame and beside odd neighbours alike."""
    read = parse_instant(text)
    assert read is not None
    assert read.isoformat() == moment
    for neighbour in ("2026-01-01T00:00:00Z", "garbage", None):
        frame, _ = framed(answer({"first_seen_at": text}, {"first_seen_at": neighbour}))
        assert frame["first_seen_at"][0] == pd.Timestamp(read).as_unit("us")
        assert str(frame["first_seen_at"].dtype) == "datetime64[us, UTC]"
        assert pd.isna(frame["unknown_fields"][0])


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "garbage",
        "yesterday",
        "1780000000",
        "2026-02-30T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-05-29T25:00:00Z",
        "2026-05-29T07:00:60Z",
        "10000-01-01T00:00:00Z",
        "-0001-01-01T00:00:00Z",
        "2026-05-29T07:00:52+99:00",
        "29/05/2026",
        "Fri, 29 May 2026 07:00:52 GMT",
        "2026-05-29T07:00:52Z2026-05-29T07:00:52Z",
        "\x00",
        "２０２６-05-29",
    ],
)
def test_what_is_no_instant_is_kept_as_text(text: str) -> None:
    """Null in its column, kept beside, counted; its neighbours are read."""
    assert parse_instant(text) is None
    frame, builder = framed(answer(job(1), job(2, source_posted_at=text, new="x"), job(3)))
    assert frame["source_posted_at"].isna().tolist() == [False, True, False]
    assert json.loads(frame["unknown_fields"][1]) == {"source_posted_at": text, "new": "x"}
    assert dict(builder.drift.values) == {"source_posted_at": 1}


@pytest.mark.parametrize("text", ["0000-01-01T00:00:00Z", "9999-12-31T23:59:59-10:00", "0001-01-01T00:00:00+02:00"])
def test_an_instant_outside_the_calendar_is_kept_as_text(text: str) -> None:
    """As `parse_instant` has it, whatever its neighbours; such a value would break the printing of the frame."""
    assert parse_instant(text) is None
    for neighbour in ("2026-01-01T00:00:00Z", "garbage"):
        frame, _ = framed(answer({"first_seen_at": text}, {"first_seen_at": neighbour}))
        assert pd.isna(frame["first_seen_at"][0])
        assert json.loads(frame["unknown_fields"][0]) == {"first_seen_at": text}


@given(st.datetimes(timezones=st.none() | st.timezones()) | st.text() | st.dates().map(str))
def test_parse_instant_never_fails(value: Any) -> None:
    """Any text is an instant in UTC, or None; what Python writes as ISO text is read back."""
    text = value.isoformat() if isinstance(value, dt.datetime) else value
    read = parse_instant(text)
    assert read is None or read.tzinfo is dt.UTC
    if isinstance(value, dt.datetime) and value.utcoffset() is None:
        assert read == value.replace(tzinfo=dt.UTC)


# Whatever comes


def _has_fixed_dtypes(frame: pd.DataFrame) -> None:
    kinds = {**FIELDS, "unknown_fields": "json"}
    assert {name: str(frame[name].dtype) for name in frame} == {name: DTYPES[kinds[name]] for name in COLUMNS}


def _strict(text: str) -> Any:
    """JSON by the letter: no NaN, no Infinity."""

    def refuse(token: str) -> Any:
        raise AssertionError(f"{token} is no JSON")

    return json.loads(text, parse_constant=refuse)


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.sampled_from(["2026-05-29T07:00:52.396Z", "2026-05-29", "2026-05-29T07:00:52", "remote", ""])
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4))
NAMES = st.sampled_from(sorted(FIELDS)) | st.sampled_from(ODD_NAMES) | TEXTS
RECORDS = st.lists(st.dictionaries(NAMES, VALUES, max_size=8), max_size=6)


def _recovered(row: Any, kept: dict[str, Any], name: str) -> Any:
    """The value of one field, from its column or from the unknown fields."""
    if name in kept or name not in FIELDS:
        return kept[name]
    cell = getattr(row, name)
    if pd.isna(cell):
        return None
    return _strict(cell) if FIELDS[name] == "json" else cell


def _same(name: str, sent: Any, got: Any) -> bool:
    if isinstance(got, pd.Timestamp):
        return isinstance(sent, str) and parse_instant(sent) == got.to_pydatetime(warn=False)
    if FIELDS.get(name) == "number" and isinstance(got, float):
        return type(sent) in {int, float} and float(sent) == got
    if FIELDS.get(name) == "boolean" and not isinstance(got, int | float | str | list | dict | None):
        return isinstance(sent, bool) and bool(got) is sent
    return json.dumps(sent, sort_keys=True) == json.dumps(got, sort_keys=True)


@given(st.lists(RECORDS, min_size=1, max_size=3), st.booleans())
@example([[{"salary_min": 10**400}], [{"salary_min": 1e308, "new": 10**400}]], True)
@example([[{"active": 1, "title": "x"}], [{"active": True}]], False)
@example([[{"extensions": "null"}, {"extensions": None}, {"extensions": [None]}]], True)
def test_every_row_and_every_value_is_kept(pages: list[list[dict[str, Any]]], ascii_only: bool) -> None:
    """Any JSON objects: as many rows as records, in order, of the fixed dtypes, each value in its column or beside."""
    bodies = [json.dumps({"data": records}, ensure_ascii=ascii_only).encode() for records in pages]
    frame, builder = framed(*bodies)
    sent = [record for records in pages for record in records]
    assert len(frame) == len(sent)
    _has_fixed_dtypes(frame)
    assert builder.drift.broken_records == 0
    texts = frame["unknown_fields"].tolist()
    for record, row, text in zip(sent, frame.itertuples(), texts, strict=True):
        kept = _strict(text) if isinstance(text, str) else {}
        assert kept.keys() <= record.keys()
        for name, value in record.items():
            assert _same(name, value, _recovered(row, kept, name)), name
    misfits = sum(name in FIELDS for row in frame["unknown_fields"].dropna() for name in _strict(row))
    assert sum(builder.drift.values.values()) == misfits


@given(st.data())
def test_damaged_bytes_are_an_error_or_whole_rows(data: st.DataObject) -> None:
    """An answer with bytes changed is refused, or read into rows whose JSON columns are JSON; no other error."""
    body = bytearray(answer(job(1, new={"a": [1.5, "é"]}), job(2, title=5), meta={"next_cursor": "x"}))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(body) - 1))
        body[place] = data.draw(st.integers(0, 255))
    try:
        frame, _ = framed(bytes(body))
    except bd.UnexpectedAnswerError:
        return
    assert len(frame) <= 2
    _has_fixed_dtypes(frame)
    for name in ("unknown_fields", *(name for name, kind in FIELDS.items() if kind == "json")):
        for text in frame[name].dropna():
            json.loads(text, strict=False)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    """Nothing but our own error comes out of the decoder."""
    for read in (decoder().page, decoder().records, read_json, read_envelope):
        try:
            read(body)
        except bd.UnexpectedAnswerError as error:
            assert error.hint  # noqa: PT017
