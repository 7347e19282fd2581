"""Flows: openings and closings by period; what is counted, what is said, what a click asks for."""

from __future__ import annotations

import json
import time
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

import bluedoor_tools as bd
from bluedoor_tools import contract
from bluedoor_tools.client import Client
from bluedoor_tools.widgets.charts.flows import flows
from bluedoor_tools.widgets.tree import text_of
from tests.test_widget_breakdown import every

CREATED, UPDATED, CLOSED, REOPENED = contract.EVENT_TYPES


def events(*rows: tuple[str | None, str | None], **columns: list[Any]) -> pd.DataFrame:
    """Events from (instant, type)."""
    times = pd.to_datetime([at or "NaT" for at, _ in rows], utc=True, format="ISO8601")
    return pd.DataFrame({"observed_at": times, "event_type": [kind for _, kind in rows], **columns})


def counts(view: Any) -> list[tuple[str, int, int, int]]:
    frame = view.frame
    return [
        (str(period)[:10], opened, closed, net)
        for period, opened, closed, net in frame[["period", "opened", "closed", "net"]].itertuples(index=False)
    ]


def test_openings_are_created_and_reopened_closings_are_closed() -> None:
    """Both kinds of opening count as one, updates and unknown types as none; weeks begin on Monday."""
    view = flows(
        events(
            ("2026-06-01T00:00:00Z", CREATED),
            ("2026-06-07T23:59:59Z", REOPENED),
            ("2026-06-08T00:00:00Z", CLOSED),
            ("2026-06-08T00:00:00Z", UPDATED),
            ("2026-06-08T00:00:00Z", "job.flew"),
            ("2026-06-08T00:00:00Z", None),
        )
    )
    assert counts(view) == [("2026-06-01", 2, 0, 2), ("2026-06-08", 0, 1, -1)]
    assert "3 events that neither open nor close a posting: not counted; 1 event of unknown types (“job.flew”)" in (
        view.to_text()
    )


@pytest.mark.parametrize(
    ("freq", "first", "number"),
    [("D", "2026-01-31", 61), ("w", "2026-01-26", 10), ("M", "2026-01-01", 4), ("ME", "2026-01-01", 4),
     ("Q", "2026-01-01", 2)],
)  # fmt: skip
def test_periods_follow_each_other_without_a_gap(freq: str, first: str, number: int) -> None:
    """A period without events is there, as zero."""
    view = flows(events(("2026-01-31T12:00:00Z", CREATED), ("2026-04-01T12:00:00Z", CLOSED)), freq)
    found = counts(view)
    assert (found[0], len(found)) == ((first, 1, 0, 1), number)
    assert found[-1][1:] == (0, 1, -1)
    assert all(row[1:] == (0, 0, 0) for row in found[1:-1])


def test_counts_are_those_of_pandas(sample: Client) -> None:
    """On the whole sample the weeks are those that pandas makes."""
    frame = sample.search_events(limit=None)
    view = flows(frame)
    weeks = frame["observed_at"].dt.tz_localize(None).dt.to_period("W-SUN").dt.start_time
    opened = weeks[frame["event_type"].isin([CREATED, REOPENED])].value_counts()
    closed = weeks[frame["event_type"] == CLOSED].value_counts()
    mine = view.frame.set_index(view.frame["period"].dt.tz_localize(None))
    assert mine["opened"].sum() == opened.sum()
    assert (mine["opened"].reindex(opened.index) == opened).all()
    assert (mine["closed"].reindex(closed.index) == closed).all()
    assert view.frame.dtypes.astype(str).tolist() == ["datetime64[us, UTC]", "int64", "int64", "int64"]


def test_what_is_left_out_is_said() -> None:
    """Events without a time, repeated ones and a period that may be partial are counted and said, not dropped."""
    view = flows(
        events(
            ("2026-06-02T00:00:00Z", CREATED), (None, CLOSED), ("2026-06-10T00:00:00Z", CLOSED),
            ("2026-06-10T00:00:00Z", CLOSED), event_id=["a", "b", "c", "c"],
        )
    )  # fmt: skip
    said = view.to_text()
    assert "1 opening or closing without a time: not drawn." in said
    assert "1 event came more than once, by event_id: counted once." in said
    assert "the first and last week may be partial" in said
    assert view.frame["closed"].sum() == 1
    whole = flows(events(("2026-06-01T00:00:00Z", CREATED), ("2026-06-07T00:00:00Z", CLOSED)))
    assert "partial" not in whole.to_text()
    assert every(view.tree[0], "rect", "bd-partial")
    assert not every(whole.tree[0], "rect", "bd-partial")


def test_a_click_on_a_period_is_its_bounds() -> None:
    """Bars and the table's periods ask for the same: from the first day, up to the day after the last."""
    view = flows(events(("2026-02-10T00:00:00Z", CREATED), ("2026-03-10T00:00:00Z", CLOSED)), "M")
    wanted = [
        {"observed_after": "2026-02-01", "observed_before": "2026-03-01"},
        {"observed_after": "2026-03-01", "observed_before": "2026-04-01"},
    ]
    hits = every(view.tree[0], "rect", "bd-hit")
    assert [json.loads(hit[1]["data-key"]) for hit in hits] == wanted
    assert [hit[1]["x"] for hit in hits] == ["0.000%", "50.000%"]
    assert text_of(hits[0]) == "2026-02-01 to 2026-02-28: 1 opened, 0 closed, net +1"
    assert [line[:7] for line in view.to_text().splitlines()[2:4]] == ["2026-03", "2026-02"]  # the newest first
    buttons = every(view.tree[0], "button")
    assert [json.loads(button[1]["data-key"]) for button in buttons] == wanted[::-1]
    heard: list[Any] = []
    view.on_act(heard.append)
    view.act("filter", hits[0][1]["data-key"])
    assert len(heard) == 1


def test_every_number_of_the_bars_is_in_the_table(sample: Client) -> None:
    """Who does not see the bars has the table: a row a period, with headers."""
    view = flows(sample.search_events(limit=None), "M")
    (table,) = every(view.tree[0], "table")
    rows = every(every(table, "tbody")[0], "tr")
    read = [[text_of(cell).replace(",", "").replace("−", "-") for cell in every(row, "td")] for row in rows][::-1]
    assert [[int(text) for text in row] for row in read] == view.frame[["opened", "closed", "net"]].to_numpy().tolist()
    assert all(every(row, "th")[0][1]["scope"] == "row" for row in rows)
    (plot,) = every(view.tree[0], "svg", "bd-flow-plot")
    assert plot[1]["role"] == "img"
    assert f"{view.frame['opened'].sum():,} opened" in plot[1]["aria-label"]


def test_by_draws_the_six_commonest_and_says_the_rest(sample: Client) -> None:
    """With `by` there is a chart a value, on one scale; the values that are not drawn are counted in a note."""
    frame = sample.search_events(limit=None)
    view = flows(frame, "M", by="provider")
    names = view.frame["by"].unique().tolist()
    moves = frame[frame["event_type"].isin([CREATED, CLOSED, REOPENED])]
    assert names == moves["provider"].value_counts().index[:6].tolist()
    left = len(moves) - int(view.frame[["opened", "closed"]].to_numpy().sum())
    assert f"{frame['provider'].nunique() - 6} more values of ATS provider: {left:,} openings and closings" in (
        view.to_text()
    )
    assert len(every(view.tree[0], "svg", "bd-flow-plot")) == 6
    assert {"provider", "observed_after", "observed_before"} == set(
        json.loads(every(view.tree[0], "rect", "bd-hit")[0][1]["data-key"])
    )


def test_a_click_never_filters_by_what_no_search_knows() -> None:
    """With `by`, a click filters by its value only where a search has such a filter and the value says something."""
    rows = [("2026-06-02T00:00:00Z", CREATED)] * 3
    frame = events(*rows, team=["a", "b", "c"], company=["a", " ", None])
    for by, values in (("team", []), ("company", ["a"])):
        keys = [json.loads(hit[1]["data-key"]) for hit in every(flows(frame, by=by).tree[0], "rect", "bd-hit")]
        assert len(keys) == 3
        assert [key[by] for key in keys if by in key] == values


def test_the_words_of_a_plot_name_no_peak_where_there_is_none() -> None:
    """A plot without closings does not say in which period there were most of them."""
    view = flows(events(("2026-06-02T00:00:00Z", CREATED)))
    assert (
        "1 opened, most in 2026-06-01 to 2026-06-07 (1); 0 closed."
        in every(view.tree[0], "svg", "bd-flow-plot")[0][1]["aria-label"]
    )


def test_hostile_values_stay_text() -> None:
    """Foreign text in the column of `by`, and missing values of it, are named as text."""
    rows = [("2026-06-02T00:00:00Z", CREATED)] * 3
    view = flows(events(*rows, company=["<script>alert(1)</script>", None, "א\u202e" * 50]), by="company")
    body = view.to_html().partition('<div class="bd-view')[2]
    assert "<script" not in body
    assert "\u202e" not in body
    assert "without a value" in body
    assert len(view.frame) == 3


def test_a_long_time_is_cut_and_said() -> None:
    """One event of long ago does not make a hundred thousand bars: the last 400 periods are drawn."""
    view = flows(events(("1850-01-01T00:00:00Z", CREATED), ("2026-06-02T00:00:00Z", CREATED)), "D")
    assert len(view.frame) == 400
    assert "Drawn are the last 400 days; 1 opening or closing before that are not." in view.to_text()


@pytest.mark.parametrize(
    "times",
    [
        ["2026-06-02", "2026-06-03T12:00:00+02:00", "nonsense"],
        [pd.Timestamp("2026-06-02"), pd.Timestamp("2026-06-03"), pd.NaT],
        pd.to_datetime(["2026-06-02", "2026-06-03", "NaT"]).astype("datetime64[ns]"),
        pd.to_datetime(["2026-06-01T23:00", "2026-06-02T23:00", "NaT"]).tz_localize("America/New_York"),
    ],
)
def test_dates_of_any_dtype_are_read(times: Any) -> None:
    """Text, naive and aware dates of any unit are instants; what is none is counted as without a time."""
    frame = pd.DataFrame({"observed_at": times, "event_type": [CREATED] * 3})
    before = frame.copy(deep=True)
    view = flows(frame, "D")
    assert [row[:2] for row in counts(view)] == [("2026-06-02", 1), ("2026-06-03", 1)]
    assert "1 opening or closing without a time" in view.to_text()
    pd.testing.assert_frame_equal(frame, before)


def test_numbers_are_no_dates() -> None:
    """A column of numbers is not taken for nanoseconds since 1970."""
    view = flows(pd.DataFrame({"observed_at": [20260602], "event_type": [CREATED]}))
    assert len(view.frame) == 0


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: flows(pd.DataFrame({"observed_at": []})), r"column 'event_type'.*It has: observed_at"),
        (lambda: flows(pd.DataFrame({"x": []})), "columns 'observed_at', 'event_type'"),
        (lambda: flows(events(), by="provider"), "column 'provider'"),
        (lambda: flows(events(), "Y"), r"no freq 'Y'.*'W' \(weeks\)"),
        (lambda: flows(events(), 7), "no freq 7"),  # type: ignore[arg-type]
        (lambda: flows(None), "NoneType"),  # type: ignore[arg-type]
    ],
)
def test_a_wrong_call_says_what_is_wrong(call: Any, said: str) -> None:
    """A missing column is named with those that are there; so are the periods that there are."""
    with pytest.raises(bd.InvalidRequestError, match=said):
        call()


@pytest.mark.parametrize("frame", [events(), events(("2026-06-02T00:00:00Z", UPDATED)), events((None, CREATED))])
def test_nothing_to_draw_says_so(frame: pd.DataFrame) -> None:
    """Without an opening or closing there are words, and a frame of the same columns."""
    view = flows(frame)
    assert every(view.tree[0], "p", "bd-chart-empty")
    assert view.frame.columns.tolist() == ["period", "opened", "closed", "net"]
    assert "no openings or closings" in view.to_text()
    assert flows(frame.assign(a="x"), by="a").frame.columns.tolist() == ["by", "period", "opened", "closed", "net"]


def test_linked_flows_count_the_postings_at_hand(sample: Client) -> None:
    """Linked, only events of the explorer's postings are counted, and that is said; a second link starts anew."""
    frame = sample.search_events(limit=None)
    view = flows(frame)
    whole = view.frame
    some = frame[["job_id"]].drop_duplicates().head(40)
    view.problem = "an error of before"
    view.update_from(SimpleNamespace(jobs=lambda query: some), None)  # type: ignore[arg-type]
    mine = frame[frame["job_id"].isin(some["job_id"])]
    assert view.frame["opened"].sum() == mine["event_type"].isin([CREATED, REOPENED]).sum()
    assert f"Of the 40 postings at hand in the explorer: {len(mine)} of {len(frame):,} events." in view.to_text()
    assert "A click on a week shows the postings first seen in it." in view.to_text()
    assert view.problem == ""
    view.update_from(SimpleNamespace(jobs=lambda query: frame[["job_id"]]), None)  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(view.frame, whole)
    twice = flows(pd.concat([frame, frame.head(3)]))
    twice.update_from(SimpleNamespace(jobs=lambda query: some), None)  # type: ignore[arg-type]
    assert "3 events came more than once, by event_id: counted once." in twice.to_text()


def test_linking_needs_job_ids() -> None:
    """Events that do not say whose they are cannot follow an explorer."""
    view = flows(events(("2026-06-02T00:00:00Z", CREATED)))
    with pytest.raises(bd.InvalidRequestError, match="'job_id'"):
        view.update_from(SimpleNamespace(jobs=lambda query: pd.DataFrame({"job_id": ["a"]})), None)  # type: ignore[arg-type]


def test_200_000_events_are_counted_at_once(sample: Client) -> None:
    """A large frame is counted by columns, not row by row, and what is sent stays small."""
    frame = sample.search_events(limit=None)
    many = pd.concat([frame.drop(columns="event_id")] * (-(-200_000 // len(frame))), ignore_index=True).head(200_000)
    began = time.process_time()
    view = flows(many)
    assert time.process_time() - began < 5  # row by row it would be more; measured: 0.2 s
    assert view.frame[["opened", "closed"]].to_numpy().sum() == (many["event_type"] != UPDATED).sum()
    assert len(json.dumps(view.tree)) < 200_000


def test_bars_stand_on_the_line_of_zero() -> None:
    """What opened goes up from zero, what closed down from it, each as high as its number, within the plot."""
    view = flows(events(*[("2026-06-02T00:00:00Z", CREATED)] * 3, ("2026-06-03T00:00:00Z", CLOSED)))
    (zero,) = every(view.tree[0], "line", "bd-zero")
    (up,), (down,) = (every(view.tree[0], "rect", kind) for kind in ("bd-opened", "bd-closed"))
    line = float(zero[1]["y1"])
    assert float(up[1]["y"]) + float(up[1]["height"]) == pytest.approx(line, abs=0.1)
    assert float(down[1]["y"]) == line
    assert float(up[1]["height"]) == pytest.approx(3 * float(down[1]["height"]), abs=0.1)
    (net,) = every(view.tree[0], "circle", "bd-net-dot")
    (axis,) = every(view.tree[0], "svg", "bd-flow-axis")
    assert [text_of(tick) for tick in every(axis, "text")] == ["1", "0", "1", "2", "3"]
    assert line - float(net[1]["cy"]) == pytest.approx(2 / 3 * float(up[1]["height"]), abs=0.1)


def test_a_series_without_a_value_is_none_in_the_frame() -> None:
    """Rows without a value of `by` are a series of their own, named in words, and missing in the data."""
    view = flows(events(("2026-06-02T00:00:00Z", CREATED), company=[None]), by="company")
    assert view.frame["by"].isna().tolist() == [True]
    assert "without a value" in view.to_text()


@pytest.mark.parametrize("number", [1, 8, 9, 30, 61])
def test_dates_below_are_few_and_the_last_is_there(number: int) -> None:
    """However many the periods, there are at most eight dates, in order, and the last period has its own."""
    days = pd.date_range("2026-01-01", periods=number, freq="D", tz="UTC")
    view = flows(pd.DataFrame({"observed_at": days, "event_type": CREATED}), "D")
    dates = [text_of(date) for date in every(view.tree[0], "text", "bd-date")]
    assert 1 <= len(dates) <= 8
    assert dates == sorted(dates)
    assert dates[-1] == str(days[-1].date())
