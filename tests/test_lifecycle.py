"""A posting's lifecycle: periods from its record and events, and event values as text."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluedoor_tools import contract
from bluedoor_tools.event_values import value_text, value_texts
from bluedoor_tools.lifecycle import periods

CREATED, UPDATED, CLOSED, REOPENED = contract.EVENT_TYPES
CLOCK = dt.datetime(2026, 6, 30, tzinfo=dt.UTC)
DTYPES = {
    "period": "int64",
    "state": "str",
    "started_at": "datetime64[us, UTC]",
    "started_by": "str",
    "ended_at": "datetime64[us, UTC]",
    "ended_by": "str",
    "days": "float64",
    "updates": "int64",
    "changed_fields": "str",
}


def june(day: float) -> dt.datetime:
    return dt.datetime(2026, 6, 1, tzinfo=dt.UTC) + dt.timedelta(days=day - 1)


def record(**fields: Any) -> dict[str, Any]:
    """A record; a number is a day of June."""
    return {
        name: june(value).isoformat() if type(value) in {int, float} and name.endswith("_at") else value
        for name, value in fields.items()
    }


def events(*rows: tuple[float | None, str | None] | tuple[float | None, str | None, str | None]) -> pd.DataFrame:
    """Events from (day of June, type, field name), each with an id of its own."""
    padded = [(*row, None)[:3] for row in rows]
    return pd.DataFrame(
        {
            "observed_at": pd.Series(
                [None if day is None else june(day) for day, _, _ in padded], dtype="datetime64[us, UTC]"
            ),
            "event_type": pd.Series([kind for _, kind, _ in padded], dtype="str"),
            "field_name": pd.Series([name for _, _, name in padded], dtype="str"),
            "event_id": pd.Series([f"e{number}" for number in range(len(padded))], dtype="str"),
        }
    )


def told(table: pd.DataFrame) -> list[tuple[Any, ...]]:
    """The periods as (state, start, by, end, by), days of June."""

    def day(moment: Any) -> float | None:
        return None if pd.isna(moment) else (moment - june(1)) / dt.timedelta(days=1) + 1

    ended_by = [by if isinstance(by, str) else None for by in table.ended_by]
    starts, ends = ([day(moment) for moment in table[name]] for name in ("started_at", "ended_at"))
    return list(zip(table.state, starts, table.started_by, ends, ended_by, strict=True))


def said(notes: list[str], part: str) -> bool:
    return any(part in note for note in notes)


# -- values ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("json_text", "text"),
    [
        ('"Zürich"', "Zürich"),
        ('""', ""),
        ("7", "7"),
        ("1.5", "1.5"),
        ("120000.0", "120000"),
        ("true", "yes"),
        ("false", "no"),
        ("null", None),
        (None, None),
        ('["Java", 2, true, null]', "Java, 2, yes, null"),
        ("[]", "[]"),
        ('[["a"],1]', '[["a"], 1]'),
        ('{"ort":"Zürich","n":[1,2]}', '{"ort": "Zürich", "n": [1, 2]}'),
        ("not JSON", "not JSON"),
        ("", ""),
        ("NaN", "NaN"),
        ("-Infinity", "-Infinity"),
        ("1e400", "1e400"),
        ("1" + "0" * 5000, "1" + "0" * 5000),
        ("[" * 100_000, "[" * 100_000),
        ("[" * 100_000 + "]" * 100_000, "[" * 100_000 + "]" * 100_000),
        ('"\\ud800"', "\ufffd"),
    ],
    ids=lambda text: repr(text)[:20],
)
def test_a_value_reads_as_text(json_text: str | None, text: str | None) -> None:
    """Scalars and lists of them read plainly, structure stays JSON, and what is no JSON stays as it is."""
    assert value_text(json_text) == text


@given(
    st.text(st.characters())
    | st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(json.dumps)
)
def test_any_text_can_be_read(text: str) -> None:
    """No text fails, and what comes back can be written as UTF-8."""
    found = value_text(text)
    assert found is None or found.encode() is not None


def test_a_column_reads_as_its_values_do() -> None:
    """The column version agrees with the single one, keeps index and name, and misses what is missing."""
    values = pd.Series(['"a"', None, "null", "true", '"a"'], index=[5, 5, 6, 7, 8], dtype="str", name="new_value")
    texts = value_texts(values)
    assert texts.dtype == "str" and texts.name == "new_value" and texts.index.equals(values.index)
    assert texts.fillna("-").tolist() == ["a", "-", "-", "yes", "a"]
    for nothing in (pd.Series([], dtype="str"), pd.Series([None, None], dtype="str"), pd.Series([None], dtype=object)):
        empty = value_texts(nothing)
        assert empty.dtype == "str" and empty.isna().all() and len(empty) == len(nothing)


def test_a_column_reads_each_distinct_value_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long column of few values costs only those."""
    read: list[str] = []

    def reading(text: str) -> str:
        read.append(text)
        return text

    monkeypatch.setattr("bluedoor_tools.event_values.value_text", reading)
    value_texts(pd.Series(["1", "2"] * 1000))
    assert read == ["1", "2"]


# -- periods -----------------------------------------------------------------------------------------------------------


def test_a_life_with_a_reopening() -> None:
    """Created, closed, reopened: three periods, with the updates that fall into each."""
    table, notes = periods(
        record(status="active", active=True, first_seen_at=1, last_seen_at=12),
        events(
            (10, REOPENED),
            (1, CREATED),
            (2, UPDATED, "title"),
            (3, UPDATED, "city"),
            (4, UPDATED, "title"),
            (5, CLOSED, "status"),
            (11, UPDATED, None),
        ),
        CLOCK,
    )
    assert told(table) == [
        ("open", 1, CREATED, 5, CLOSED),
        ("closed", 5, CLOSED, 10, REOPENED),
        ("open", 10, REOPENED, None, None),
    ]
    assert table.period.tolist() == [1, 2, 3]
    assert table.days.tolist() == [4, 5, 2]
    assert table.updates.tolist() == [3, 0, 1]
    assert table.changed_fields[0] == "title, city" and table.changed_fields[1:].isna().all()
    assert table.dtypes.astype(str).to_dict() == DTYPES
    assert notes == [
        "Open when last seen, 2026-06-12T00:00:00Z; nothing said otherwise since, which is not the same as open now.",
        "observed_at is when the crawler saw it, up to a day after it happened.",
    ]


def test_a_lasting_open_period_counts_as_far_as_there_is_evidence() -> None:
    """An event later than last_seen_at is evidence; the clock is not."""
    table, notes = periods(record(last_seen_at=3), events((1, CREATED), (4, UPDATED, "city")), CLOCK)
    assert table.days.tolist() == [3]
    assert notes[0].startswith("Open by its last event, 2026-06-04")
    table, _ = periods(record(), events((1, CREATED)), CLOCK)
    assert table.days.tolist() == [0]


def test_a_lasting_closed_period_counts_to_the_clock() -> None:
    """Closed lasts until something says otherwise; a clock without a zone is UTC, and one before it counts as none."""
    table, notes = periods(record(status="expired"), events((1, CREATED), (20, CLOSED)), CLOCK)
    assert table.days.tolist() == [19, 10]
    assert notes[0] == "Closed since 2026-06-20T00:00:00Z; nothing said otherwise up to 2026-06-30T00:00:00Z."
    naive, _ = periods(record(), events((1, CREATED), (20, CLOSED)), CLOCK.replace(tzinfo=None))
    assert naive.days.tolist() == [19, 10]
    early, _ = periods(record(), events((1, CREATED), (20, CLOSED)), june(2))
    assert early.days.tolist() == [19, 0]


@pytest.mark.parametrize(
    ("rows", "expected", "note"),
    [
        (
            [(1, CREATED), (5, CLOSED), (7, CLOSED)],
            [("open", 1, CREATED, 5, CLOSED), ("closed", 5, CLOSED, None, None)],
            f"1 event in no possible order ({CLOSED} while closed: 1)",
        ),
        (
            [(1, CREATED), (5, REOPENED), (6, REOPENED)],
            [("open", 1, CREATED, None, None)],
            f"2 events in no possible order ({REOPENED} while open: 2)",
        ),
        (
            [(1, CREATED), (2, CREATED)],
            [("open", 1, CREATED, None, None)],
            f"({CREATED} while open: 1): no new period starts there",
        ),
        (
            [(1, CREATED), (5, CLOSED), (7, CREATED)],
            [("open", 1, CREATED, 5, CLOSED), ("closed", 5, CLOSED, 7, CREATED), ("open", 7, CREATED, None, None)],
            "1 event job.created while closed, after others: taken as a reopening",
        ),
        (
            [(5, CLOSED)],
            [("closed", 5, CLOSED, None, None)],
            f"The first event is {CLOSED}, and the record has no first_seen_at: what was before is unknown",
        ),
        (
            [(5, UPDATED, "city")],
            [("open", 5, UPDATED, None, None)],
            "what was before is unknown",
        ),
    ],
)
def test_events_in_no_possible_order(rows: list[Any], expected: list[Any], note: str) -> None:
    """What repeats a state starts no new period; each such event is counted in a note."""
    table, notes = periods(record(), events(*rows), CLOCK)
    assert told(table) == expected
    assert said(notes, note), notes
    assert table.updates.sum() == sum(row[1] == UPDATED for row in rows)


def test_events_at_one_instant_keep_the_order_of_a_life() -> None:
    """Created, updated, closed, reopened at the same moment: none is out of order, an update is of what was open."""
    table, notes = periods(record(), events((1, REOPENED), (1, CLOSED), (1, UPDATED, "city"), (1, CREATED)), CLOCK)
    assert table.state.tolist() == ["open", "closed", "open"]
    assert table.updates.tolist() == [1, 0, 0]
    assert not said(notes, "order")


def test_the_record_begins_what_no_event_begins() -> None:
    """Without a job.created the first period starts by first_seen_at, unless an event came before it."""
    table, _ = periods(record(first_seen_at=1), events((5, CLOSED)), CLOCK)
    assert told(table) == [("open", 1, "first_seen_at", 5, CLOSED), ("closed", 5, CLOSED, None, None)]
    table, notes = periods(record(first_seen_at=9), events((5, CLOSED)), CLOCK)
    assert told(table) == [("closed", 5, CLOSED, None, None)]
    assert said(notes, "a later first_seen_at, 2026-06-09")


def test_a_created_event_stands_against_the_record() -> None:
    """first_seen_at more than a day off the job.created is said; the lag of a day is not."""
    table, notes = periods(record(first_seen_at=1), events((4, CREATED)), CLOCK)
    assert told(table) == [("open", 4, CREATED, None, None)]
    assert said(notes, "more than a day off")
    assert not said(periods(record(first_seen_at=3.5), events((4, CREATED)), CLOCK)[1], "day off")


def test_events_without_a_time_or_of_unknown_types_are_counted_and_left_out() -> None:
    """They make no period and no update; the notes count them, and name the types."""
    table, notes = periods(
        record(), events((1, CREATED), (None, CLOSED), (None, UPDATED, "x"), (3, "job.moved"), (4, None)), CLOCK
    )
    assert told(table) == [("open", 1, CREATED, None, None)]
    assert table.updates.tolist() == [0] and table.days.tolist() == [0]
    assert said(notes, "2 events without a time")
    assert said(notes, "2 events of unknown types ('job.moved', '(none)')")


def test_an_event_that_comes_twice_counts_once() -> None:
    """The same event_id is the same event; the one with a time is kept."""
    frame = events((None, UPDATED, "city"), (1, CREATED), (2, UPDATED, "city"), (2, UPDATED, "city"))
    frame["event_id"] = ["u", "c", "u", "u"]
    table, notes = periods(record(), frame, CLOCK)
    assert table.updates.tolist() == [1]
    assert said(notes, "2 events came more than once")
    assert not said(notes, "without a time")


@pytest.mark.parametrize("says", [{"status": "expired"}, {"active": False}, {"status": "expired", "active": False}, {}])
def test_an_expired_record_without_a_close_ends_at_inactive_at(says: dict[str, Any]) -> None:
    """The record's inactive_at ends the open period, a closed one follows, and later updates fall into that."""
    table, notes = periods(
        record(inactive_at=10, **says), events((1, CREATED), (4, UPDATED, "a"), (11, UPDATED, "b")), CLOCK
    )
    assert told(table) == [("open", 1, CREATED, 10, "inactive_at"), ("closed", 10, "inactive_at", None, None)]
    assert table.updates.tolist() == [1, 1]
    assert table.changed_fields.tolist() == ["a", "b"]
    assert said(notes, "ends at the record's inactive_at")
    assert notes[0].startswith("Closed since 2026-06-10")


@pytest.mark.parametrize("inactive", [None, "soon", 7, ["2026-06-10"], "2026-06-31T00:00:00Z"])
def test_an_expired_record_without_a_time_leaves_the_end_open(inactive: Any) -> None:
    """Where nobody says since when, no end is made up, and the notes say so."""
    table, notes = periods({"status": "expired", "inactive_at": inactive}, events((1, CREATED)), CLOCK)
    assert told(table) == [("open", 1, CREATED, None, None)]
    assert said(notes, "no end is known") and said(notes, "only the record says otherwise since")


def test_a_snapshot_that_lags_a_reopening_is_overruled() -> None:
    """inactive_at from before the last opening is the earlier close: the events stand."""
    table, notes = periods(
        record(status="expired", inactive_at=5), events((1, CREATED), (5, CLOSED), (8, REOPENED)), CLOCK
    )
    assert told(table)[-1] == ("open", 8, REOPENED, None, None)
    assert said(notes, "the snapshot lags")


def test_a_snapshot_that_lags_a_close_is_overruled() -> None:
    """The record says active, the last event job.closed: closed, and a note says whose word stands."""
    table, notes = periods(record(status="active", last_seen_at=9), events((1, CREATED), (5, CLOSED)), CLOCK)
    assert told(table)[-1] == ("closed", 5, CLOSED, None, None)
    assert said(notes, "the snapshot lags, the events stand") and said(notes, "only the record says otherwise")


def test_a_record_that_contradicts_itself_is_not_heard() -> None:
    """A status and an active that disagree decide nothing."""
    table, notes = periods(record(status="active", active=False, inactive_at=5), events((1, CREATED)), CLOCK)
    assert told(table) == [("open", 1, CREATED, None, None)]
    assert said(notes, "contradict each other")


def test_periods_from_the_record_alone() -> None:
    """Without events the record tells what it can, and the notes say that it is alone."""
    table, notes = periods(record(status="expired", first_seen_at=1, inactive_at=6), events(), CLOCK)
    assert told(table) == [
        ("open", 1, "first_seen_at", 6, "inactive_at"),
        ("closed", 6, "inactive_at", None, None),
    ]
    assert said(notes, "from the record alone") and not said(notes, "observed_at")
    assert table.dtypes.astype(str).to_dict() == DTYPES


@pytest.mark.parametrize("fields", [{}, {"first_seen_at": None}, {"first_seen_at": 12}, {"first_seen_at": "once"}])
def test_nothing_known_is_an_empty_frame(fields: dict[str, Any]) -> None:
    """Neither events nor first_seen_at: no rows, the same columns and dtypes, and a note."""
    table, notes = periods({"status": "expired", "inactive_at": "2026-06-05", **fields}, events((None, CLOSED)), CLOCK)
    assert table.empty and table.dtypes.astype(str).to_dict() == DTYPES
    assert notes[0].startswith("Nothing is known")
    assert said(notes, "1 event without a time")


ROW = st.tuples(
    st.none() | st.integers(1, 12),
    st.sampled_from([*contract.EVENT_TYPES, "job.moved"]),
    st.sampled_from(["a", "b", None]),
)
INSTANT = st.none() | st.integers(1, 12).map(lambda day: june(day).isoformat()) | st.integers() | st.text(max_size=9)
RECORD = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["active", "expired", "Open", None, 3]),
        "active": st.sampled_from([True, False, None, "yes"]),
        "first_seen_at": INSTANT,
        "last_seen_at": INSTANT,
        "inactive_at": INSTANT,
    },
)


@given(RECORD, st.lists(ROW, max_size=12), st.randoms(use_true_random=False))
def test_any_events_make_periods_that_alternate_and_join(fields: dict[str, Any], rows: list[Any], random: Any) -> None:
    """Any events beside any record: periods alternate, join, are never negative, and hold every update."""
    table, notes = periods(fields, events(*rows), CLOCK)
    assert table.dtypes.astype(str).to_dict() == DTYPES
    assert table.period.tolist() == list(range(1, len(table) + 1))
    assert all(first != second for first, second in zip(table.state, table.state[1:], strict=False))
    assert table.ended_at[:-1].tolist() == table.started_at[1:].tolist()
    assert table.ended_by[:-1].tolist() == table.started_by[1:].tolist()
    assert (table.days >= 0).all()
    if len(table):
        assert table.ended_at.isna().tolist() == [False] * (len(table) - 1) + [True]
        assert pd.isna(table.ended_by.iloc[-1])
    timed = [row for row in rows if row[0] is not None and row[1] in contract.EVENT_TYPES]
    assert table.updates.sum() == sum(row[1] == UPDATED for row in timed)
    assert bool(len(table)) >= bool(timed)
    assert notes and all(note and "\n" not in note for note in notes)
    random.shuffle(rows)
    again, notes_again = periods(fields, events(*rows), CLOCK)
    columns = ["state", "started_at", "started_by", "ended_at", "ended_by", "days", "updates"]
    pd.testing.assert_frame_equal(again[columns], table[columns])
    assert len(notes_again) == len(notes)
