"""Timelines: the events of one posting as a list, of many as lanes; what is shown, said and clicked."""

from __future__ import annotations

import json
import re
import threading
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import bluedoor_tools as bd
from bluedoor_tools import contract
from bluedoor_tools.client import Client
from bluedoor_tools.widgets.charts.lanes import Lane, Mark, Span, spans_of, stretches
from bluedoor_tools.widgets.charts.timeline import Timeline, timeline
from bluedoor_tools.widgets.tree import text_of
from bluedoor_tools.widgets.view import Act
from tests.test_widget_breakdown import every

CREATED, UPDATED, CLOSED, REOPENED = contract.EVENT_TYPES


def events(*rows: tuple[str | None, Any], **columns: Any) -> pd.DataFrame:
    """Events from (instant, type)."""
    times = pd.to_datetime([at or "NaT" for at, _ in rows], utc=True, format="ISO8601")
    return pd.DataFrame({"observed_at": times, "event_type": [kind for _, kind in rows], **columns})


def entries(view: Timeline) -> list[str]:
    """The text of each entry of the list."""
    return [text_of(entry) for entry in every(view.tree[0], "li", "bd-event")]


def names(view: Timeline) -> list[str]:
    """The names of the lanes."""
    return [button[2] for button in every(view.tree[0], "button", "bd-link")]


def test_one_posting_is_a_list_the_newest_first() -> None:
    """Every event is an entry with its time and its word; at one instant the later of a life stands first."""
    view = timeline(
        events(
            ("2026-06-02T10:00:00Z", CREATED), ("2026-06-04T11:30:00Z", REOPENED), ("2026-06-03T10:00:00Z", CLOSED),
            ("2026-06-04T11:30:00Z", CREATED),
        )
    )  # fmt: skip
    assert entries(view) == [
        "2026-06-04 11:30ZReopened", "2026-06-04 11:30ZOpened", "2026-06-03 10:00ZClosed", "2026-06-02 10:00ZOpened",
    ]  # fmt: skip
    times = [time[1]["datetime"] for time in every(view.tree[0], "time")]
    assert times[0] == "2026-06-04T11:30:00Z"
    assert view.frame["event_type"].tolist() == [REOPENED, CREATED, CLOSED, CREATED]
    assert "up to a day after it happened" in view.to_text()


def test_an_update_says_what_changed() -> None:
    """The field, the old and the new value: as text where the frame has it, else from JSON; nothing is said as such."""
    view = timeline(
        events(
            ("2026-06-04T00:00:00Z", UPDATED), ("2026-06-03T00:00:00Z", UPDATED), ("2026-06-02T00:00:00Z", UPDATED),
            ("2026-06-01T00:00:00Z", CLOSED),
            field_name=["title", "workplace_type", None, "status"],
            old_value=['"a"', None, None, '"active"'], new_value=['"b"', '["x", "y"]', None, '"expired"'],
        )
    )  # fmt: skip
    said = [text.partition("Updated")[2] for text in entries(view)]
    assert said[0] == "Titlebefore: a→after: b"
    assert said[1] == "Work modelbefore: nothing→after: x, y"
    assert said[2] == "What changed is not said."
    assert "expired" not in entries(view)[3]


def test_long_and_hostile_values_are_cut_and_inert() -> None:
    """A long value is cut, whole in its title; markup and reordering characters are text."""
    long = "word " * 100
    view = timeline(
        events(
            ("2026-06-04T00:00:00Z", UPDATED), ("2026-06-04T00:00:00Z", "<b>job</b>\u202e"),
            field_name=["<i>", "x"], old_value_text=[long, "<img src=x onerror=alert(1)>"],
            new_value_text=["א\u202e", "🍕"],
        )
    )  # fmt: skip
    (old, _) = every(view.tree[0], "span", "bd-old")
    assert text_of(old).endswith("…")
    assert old[1]["title"] == long.strip()
    assert old[1]["dir"] == "auto"
    body = view.to_html().partition('<div class="bd-view')[2]
    assert "<img" not in body
    assert "<b>" not in body
    assert "\u202e" not in body
    assert "1 event of unknown types (“&lt;b&gt;job&lt;/b&gt;" in body


def test_events_without_a_time_or_type_are_shown() -> None:
    """In a list they stand last, by what is known; with a repeated id they are there once."""
    view = timeline(
        events(("2026-06-02T00:00:00Z", CREATED), (None, CLOSED), (None, None), (None, CLOSED), event_id=list("abcb"))
    )
    assert entries(view) == ["2026-06-02 00:00ZOpened", "no timeClosed", "no time(no type)"]
    assert "1 event came more than once" in view.to_text()


def test_many_postings_are_lanes_by_their_last_event() -> None:
    """A lane a posting, named by its title, the one with the newest event first; its name opens it."""
    view = timeline(
        events(
            ("2026-06-02T00:00:00Z", CREATED), ("2026-06-05T00:00:00Z", CREATED), ("2026-06-09T00:00:00Z", CLOSED),
            (None, UPDATED),
            job_id=["a", "b", "a", "c"], title=["Baker", "Nurse", "Baker", "Cook"], company="<b>",
        )
    )  # fmt: skip
    assert names(view) == ["Baker", "Nurse"]
    assert "1 event without a time: not drawn." in view.to_text()
    heard: list[Act] = []
    view.on_act(heard.append)
    button = every(view.tree[0], "button", "bd-link")[0]
    view.act(button[1]["data-act"], button[1]["data-key"])
    assert heard == [Act("open", "a")]
    rows = every(every(view.tree[0], "tbody")[0], "tr")
    assert "Opened 2026-06-02; Closed 2026-06-09" in text_of(rows[0])
    assert all(every(row, "th")[0][1]["scope"] == "row" for row in rows)


def test_every_kind_of_event_has_a_shape_of_its_own() -> None:
    """Colour is not the only sign: each type is drawn by another path, an unknown one, too."""
    kinds = [*contract.EVENT_TYPES, "job.flew"]
    view = timeline(events(*[("2026-06-02T00:00:00Z", kind) for kind in kinds], job_id=list("abcde")))
    drawn = {path[1]["class"]: path[1]["d"] for path in every(every(view.tree[0], "tbody")[0], "path")}
    assert len(drawn) == 5
    assert len(set(drawn.values())) == 5
    legend = text_of(every(view.tree[0], "div", "bd-chart-legend")[0])
    assert all(word in legend for word in ("opened", "updated", "closed", "reopened", "of another type"))


def day(number: int) -> np.datetime64:
    return np.datetime64(f"2026-06-{number:02}", "us")


@pytest.mark.parametrize(
    ("marks", "spans"),
    [
        ([(1, CREATED), (3, CLOSED)], [(1, 3)]),
        ([(1, CREATED), (3, CLOSED), (5, REOPENED)], [(1, 3), (5, None)]),
        ([(3, CLOSED)], [(None, 3)]),
        ([(1, CREATED), (2, CREATED), (3, CLOSED), (4, CLOSED)], [(1, 3)]),
        ([(1, UPDATED)], [(None, None)]),
        ([(1, UPDATED), (2, CLOSED)], [(None, 2)]),
        ([(1, "job.flew")], []),
        ([(1, CLOSED), (2, UPDATED)], [(None, 1)]),
    ],
)
def test_a_posting_is_open_between_what_opens_and_what_closes_it(marks: Any, spans: Any) -> None:
    """A repeated state starts nothing; an end that the events do not tell is left open, not made up."""
    made = spans_of([Mark(day(at), kind) for at, kind in marks])
    assert made == [Span(*(None if at is None else day(at) for at in span)) for span in spans]


def test_lanes_come_in_pages(sample: Client) -> None:
    """Fifteen postings a page; the pages hold every posting once, in order, and wrong pages change nothing."""
    frame = sample.search_events(observed_after="2026-06-05", limit=None)
    view = timeline(frame)
    order = frame.sort_values("observed_at", ascending=False)["job_id"].drop_duplicates()
    seen: list[str] = []
    for page in range(-(-len(order) // 15)):
        view.act("page", str(page))
        keys = [button[1]["data-key"] for button in every(view.tree[0], "button", "bd-link")]
        seen += keys
        assert len(keys) <= 15
    assert len(seen) == len(set(seen)) == len(order)
    last = view.tree
    for wrong in ("x", "-1", "99999"):
        view.act("page", wrong)
    assert view.tree == last
    assert f"of {len(order)} postings" in text_of(every(view.tree[0], "nav")[0])


def test_a_long_list_comes_in_pages_too() -> None:
    """A posting with more than 50 events shows 50 at a time."""
    view = timeline(events(*[(f"2026-06-{n % 28 + 1:02}T00:00:00Z", UPDATED) for n in range(120)]))
    assert len(entries(view)) == 50
    view.act("page", "2")
    assert len(entries(view)) == 20
    assert len(view.frame) == 120


@pytest.mark.parametrize("span", ["1h", "2D", "20D", "100D", "1000D", "40000D"])
def test_the_axis_has_few_round_dates(span: str) -> None:
    """However long the time, there are at most seven dates below it, in order, within it."""
    end = pd.Timestamp("2026-06-05T10:30", tz="UTC")
    start = end - pd.Timedelta(span)
    view = timeline(events((str(start), CREATED), (str(end), CREATED), job_id=["a", "b"]))
    ticks = every(view.tree[0], "text", "bd-date")
    places = [float(tick[1]["x"].rstrip("%")) for tick in ticks]
    assert 1 <= len(ticks) <= 7
    assert places == sorted(places)
    assert all(0 <= place <= 100 for place in places)


def test_marks_at_one_place_are_one_mark() -> None:
    """A thousand updates of a minute are one mark that says so."""
    rows = [("2026-06-02T00:00:00Z", UPDATED)] * 1_000
    view = timeline(events(*rows, ("2026-06-09T00:00:00Z", CREATED), job_id=["a"] * 1_000 + ["b"]))
    said = [text_of(title) for title in every(every(view.tree[0], "tbody")[0], "title")]
    assert said[1] == "1,000 × Updated 2026-06-02 00:00Z to 2026-06-02 00:00Z"
    assert len(json.dumps(view.tree)) < 20_000


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (pd.DataFrame({"observed_at": []}), "column 'event_type'.*It has: observed_at"),
        (pd.DataFrame(), "columns 'observed_at', 'event_type'"),
        ("events", "not str"),
    ],
)
def test_a_wrong_frame_says_what_is_wrong(frame: Any, said: str) -> None:
    """A missing column is named with those that are there."""
    with pytest.raises(bd.InvalidRequestError, match=said):
        timeline(frame)


def test_no_events_says_so(sample: Client) -> None:
    """An empty frame shows words; so do postings of whose events none has a time."""
    view = timeline(sample.search_events(limit=1).head(0))
    assert text_of(every(view.tree[0], "p", "bd-chart-empty")[0]) == "No events are known."
    assert "none are known" in view.to_text()
    untimed = timeline(events((None, CREATED), (None, CLOSED), job_id=["a", "b"]))
    assert "None of these events has a time." in untimed.to_html()
    assert "2 events without a time: not drawn." in untimed.to_text()


def test_other_events_take_the_place_of_those_before(sample: Client) -> None:
    """`show_events` is what an explorer calls; a view that has none yet shows nothing and does not fail."""
    view = Timeline()
    assert view.to_text()
    assert view.to_html()
    view.act("page", "1")
    view.show_events(events(("2026-06-02T00:00:00Z", CREATED)))
    assert len(entries(view)) == 1


def test_a_linked_timeline_shows_the_postings_at_hand(sample: Client) -> None:
    """Linked, the events are those of the explorer's postings, named by its titles, and that is said."""
    frame = sample.search_events(limit=None)
    jobs = sample.search_jobs("nurse", limit=4)
    view = timeline(frame)
    view.update_from(SimpleNamespace(jobs=lambda query: jobs), None)  # type: ignore[arg-type]
    assert set(names(view)) == {title if len(title) <= 60 else title[:59].rstrip() + "…" for title in jobs["title"]}
    assert set(view.frame["job_id"]) == set(jobs["job_id"])
    assert f"Of the 4 postings at hand in the explorer: {len(view.frame)} of {len(frame):,} events." in view.to_text()


def test_a_caller_s_frame_is_left_as_it_is(sample: Client) -> None:
    """The frame is read, not changed, and its odd columns are read as text."""
    frame = events(("2026-06-02T00:00:00Z", CREATED), ("2026-06-03T00:00:00Z", 7), job_id=[1, 2.5], title=[None, ["x"]])
    before = frame.copy(deep=True)
    view = timeline(frame)
    assert "2.5" in view.to_html()
    pd.testing.assert_frame_equal(frame, before)


def test_a_page_is_turned_while_another_thread_shows_other_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """A click that comes while an explorer's thread has half of the new events in place waits for the rest."""
    half, whole, clicked = threading.Event(), threading.Event(), threading.Event()
    view = timeline(events(*[("2026-06-02T00:00:00Z", CREATED)] * 40, job_id=[f"j{n}" for n in range(40)]))
    made = Timeline._by_last_event

    def slow(self: Timeline) -> Any:
        half.set()
        assert whole.wait(10)
        return made(self)

    monkeypatch.setattr(Timeline, "_by_last_event", slow)
    other = threading.Thread(target=view.show_events, args=[events(("2026-06-03T00:00:00Z", CLOSED))])

    def turn() -> None:
        view.act("page", "2")
        clicked.set()

    click = threading.Thread(target=turn)
    other.start()
    assert half.wait(10)
    click.start()
    assert not clicked.wait(0.05)
    whole.set()
    other.join(10)
    click.join(10)
    assert clicked.is_set()
    assert entries(view) == ["2026-06-03 00:00ZClosed"]


def test_a_chart_says_that_it_is_a_page(sample: Client) -> None:
    """The picture of fifteen lanes of hundreds says which they are, and has no mark in its legend that is not drawn."""
    view = timeline(sample.search_events("job.closed", limit=500))
    spec = view.chart().to_dict()
    assert re.match(r"Drawn: 1–15 of \d+ postings", spec["title"]["subtitle"][1])
    assert spec["title"]["subtitle"][2].startswith("Dotted: open, since or until when")
    assert spec["layer"][1]["encoding"]["shape"]["scale"]["domain"] == ["Closed"]


def test_columns_that_are_there_twice_are_not_guessed() -> None:
    """A frame with two columns of one name, as a join makes it, is shown without them."""
    frame = events(("2026-06-02T00:00:00Z", UPDATED), field_name=["x"], new_value_text=["new"], other=["y"])
    view = timeline(frame.rename(columns={"other": "new_value_text"}))
    assert entries(view) == ["2026-06-02 00:00ZUpdatedXbefore: nothing→after: nothing"]


def test_events_without_a_type_are_in_the_legend() -> None:
    """What is drawn has its word in the legend, an event whose type is missing, too."""
    view = timeline(events(("2026-06-02T00:00:00Z", None), ("2026-06-03T00:00:00Z", CREATED), job_id=["a", "b"]))
    assert "of another type" in text_of(every(view.tree[0], "div", "bd-chart-legend")[0])


def test_a_posting_that_closed_as_it_opened_has_no_line() -> None:
    """What lasted no time is two marks; what is open reaches to the ends of the axis, as not told by its events."""
    low, high = day(1), day(9)
    at_once = [Mark(day(3), CREATED), Mark(day(3), CLOSED)]
    assert stretches(Lane("a", "", "", at_once, spans_of(at_once)), low, high) == []
    updated = [Mark(day(3), UPDATED)]
    assert stretches(Lane("a", "", "", updated, spans_of(updated)), low, high) == [
        (low, day(3), False), (day(3), high, False),
    ]  # fmt: skip


def test_weeks_on_the_axis_begin_on_monday_and_what_is_not_known_is_dotted() -> None:
    """Of some weeks the dates below are Mondays; a line is drawn whole only as far as the events tell."""
    rows = [("2026-05-01T00:00:00Z", CREATED), ("2026-05-10T00:00:00Z", UPDATED), ("2026-06-05T00:00:00Z", CLOSED)]
    view = timeline(events(*rows, job_id=["a", "a", "b"]))
    dates = [text_of(date) for date in every(view.tree[0], "text", "bd-date")]
    assert {pd.Timestamp(date).day_name() for date in dates} == {"Monday"}
    assert (len(every(view.tree[0], "line", "bd-open-line")), len(every(view.tree[0], "line", "bd-perhaps"))) == (1, 2)
