"""Bad weather: whatever the server does, a load over a real socket ends complete, each posting in its place and once.

Every fault meets a large load, which is read in parts side by side, and a small one, page after page. What is waited
for here, a server that answers late, or says when to come back, makes wait; no test does.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd
import pytest

import bluedoor_tools as bd
from bluedoor_tools.backends.api import ApiBackend
from tests.api_face import FaceApp, FaceData, Faults, Settings, create_app, serving
from tests.clients import ids
from tests.large_data import NOW, newest_first, postings

LARGE, SMALL = 1_500, 450
COLUMNS = ["first_seen_at", "job_id"]


@pytest.fixture(scope="module")
def many() -> FaceData:
    """Enough postings to be read in parts."""
    return postings(LARGE)


@pytest.fixture(scope="module")
def few() -> FaceData:
    """Few enough to be read page after page."""
    return postings(SMALL)


@pytest.fixture(autouse=True)
def same_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ages do not depend on the day of the test: neither does how a load is split."""
    monkeypatch.setattr(ApiBackend, "now", lambda _: NOW)


def loaded(
    data: FaceData, faults: Faults, *, settings: Settings | None = None, chains: int = 64, **asked: Any
) -> tuple[pd.DataFrame, FaceApp]:
    """All postings that a face in this weather gives, over a socket; and the face, with its log."""
    face = create_app(data, faults=faults, settings=settings)
    with serving(face) as url, bd.connect(url, cache=False, chains=chains) as client:
        return client.search_jobs(**{"status": None, "limit": None, "columns": COLUMNS, **asked}), face


def hits(face: FaceApp) -> Counter[str]:
    """How often each fault hit a request."""
    return Counter(fault for request in face.log for fault in request.fault.split() if fault)


def assert_whole(frame: pd.DataFrame, expected: list[str]) -> None:
    """The postings in their order, each once, and a card that says so."""
    assert ids(frame) == expected
    card = bd.card(frame)
    assert (card["complete"], card["reason"], card["next_cursor"]) == (True, "cursor ended", None)


def in_parts(frame: pd.DataFrame) -> bool:
    """Whether a load was read in parts."""
    return any(note.startswith("loaded in ") for note in bd.card(frame)["notes"])


FAILURES: dict[str, tuple[dict[str, Any], str, str]] = {
    "every 3rd request 503": ({"error_every": 3}, "error", "ServerFailedError"),
    "every 5th connection closed without an answer": ({"close_every": 5}, "close", "UnreachableError"),
    "every 5th connection reset amid the headers": ({"reset_every": 5}, "reset", "UnreachableError"),
    "every 7th body cut in half": ({"cut_every": 7}, "cut", "UnreachableError"),
    "every 9th answer an HTML page with status 200": ({"html_every": 9}, "html", "UnexpectedAnswerError"),
}
LIMITS: dict[str, dict[str, Any]] = {
    "10 requests/s, burst 10": {"rate": 10.0, "burst": 10},
    "a window of 15 requests": {"window": 15, "window_seconds": 2.0},
    "a stated window of 15 requests": {"limit": 15, "limit_seconds": 2.0},
}
CURSORS: dict[str, dict[str, Any]] = {
    "cursors expire while others ask": {"cursor_expires_after": 1},
    "cursors are gone while others ask": {"cursor_expires_after": 1, "cursor_expired_status": 410},
    "every cursor to a third page expires": {"cursor_expires_page": 3},
    "every 2nd page comes again": {"cursor_repeats_every": 2},
    "every page comes again": {"cursor_repeats_every": 1},
    "every 2nd next_cursor is the current one": {"cursor_same_every": 2},
    "every 2nd next_cursor is the current one, for ever": {"cursor_same_every": 2, "cursor_same_for_ever": True},
}
TOTALS = {
    "capped": Settings(total_cap=1000),
    "capped low": Settings(total_cap=100),
    "unavailable": Settings(total_unavailable=True),
    "absent": Settings(total_absent=True),
    "exact": Settings(total_cap=None),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_failures_are_asked_again(failure: str, many: FaceData) -> None:
    """Errors, lost connections, cut bodies and pages of a stranger cost repetitions, which the card counts."""
    faults, name, error = FAILURES[failure]
    frame, face = loaded(many, Faults(**faults))
    assert_whole(frame, newest_first(many))
    assert in_parts(frame)
    cost = bd.card(frame)["cost"]
    assert cost["requests"] == len(face.log)
    assert cost["repeated"] == {error: hits(face)[name]}
    assert cost["waited"] > 0


@pytest.mark.parametrize("failure", FAILURES)
def test_failures_amid_a_walk_are_asked_again(failure: str, few: FaceData) -> None:
    """The same, page after page."""
    faults, name, _ = FAILURES[failure]
    frame, face = loaded(few, Faults(**{key: min(every, 4) for key, every in faults.items()}), chains=1)
    assert_whole(frame, newest_first(few))
    assert hits(face)[name] > 0
    assert not in_parts(frame)


def test_answers_that_come_ten_seconds_late(many: FaceData) -> None:
    """Every 4th answer takes ten seconds, really: the others go on meanwhile, and nothing is given up."""
    frame, face = loaded(many, Faults(delay_every=4, delay_seconds=10.0))
    assert_whole(frame, newest_first(many))
    assert hits(face)["delay"] >= 5
    assert bd.card(frame)["cost"]["repeated"] == {}


@pytest.mark.parametrize("limit", LIMITS)
def test_a_limit_is_kept_to(limit: str, many: FaceData) -> None:
    """Whoever comes too fast, as this client with its hasty start, is sent away, waits as told, and goes on."""
    frame, face = loaded(many, Faults(**LIMITS[limit]))
    assert_whole(frame, newest_first(many))
    assert in_parts(frame)
    assert bd.card(frame)["cost"]["repeated"] == ({"RateLimitedError": hits(face)["limit"]} if hits(face) else {})
    assert bd.card(frame)["cost"]["waited"] > 0


def test_a_limit_amid_a_walk() -> None:
    """The same, page after page."""
    data = postings(700)
    frame, face = loaded(data, Faults(window=5, window_seconds=2.0), chains=1)
    assert_whole(frame, newest_first(data))
    assert hits(face)["limit"] > 0


@pytest.mark.parametrize("cursor", CURSORS)
def test_cursors_that_lead_astray(cursor: str, many: FaceData) -> None:
    """A cursor that expires, or leads back, is gone on without: complete even then."""
    frame, face = loaded(many, Faults(**CURSORS[cursor]))
    assert_whole(frame, newest_first(many))
    assert in_parts(frame)
    assert hits(face)


@pytest.mark.parametrize("cursor", CURSORS)
def test_cursors_that_lead_astray_amid_a_walk(cursor: str, few: FaceData) -> None:
    """The same, page after page; where nobody else asks, a cursor expires while a failure is waited out."""
    failures: dict[str, Any] = {"error_every": 3} if "others ask" in cursor else {}
    frame, face = loaded(few, Faults(**CURSORS[cursor], **failures), chains=1)
    assert_whole(frame, newest_first(few))
    assert set(hits(face)) - {"error"}


@pytest.mark.parametrize("total", TOTALS)
def test_totals_of_every_kind(total: str, many: FaceData, few: FaceData) -> None:
    """Whether the rows are all there is does not hang on a count."""
    for data in (many, few):
        frame, _ = loaded(data, Faults(), settings=TOTALS[total])
        assert_whole(frame, newest_first(data))
        assert bd.card(frame)["total"] == (None if total in {"unavailable", "absent"} else len(data.jobs))
        assert not bd.card(frame)["capped"]


@pytest.mark.parametrize("chains", [64, 1])
def test_a_server_that_ignores_a_filter(chains: int, many: FaceData) -> None:
    """Rows that do not match a filter are noticed and said; they stay, as the server may know better."""
    settings = Settings(ignored_filters=frozenset({"city"}))
    with pytest.warns(bd.DriftWarning, match="do not match city: the server seems to ignore it"):
        frame, _ = loaded(many, Faults(), settings=settings, chains=chains, city="Paris")
    assert_whole(frame, newest_first(many))
    others = sum(record["city"] != "Paris" for record in many.jobs)
    assert any(f"city {others:,}" in note for note in bd.card(frame)["notes"])


@pytest.mark.parametrize("chains", [64, 1])
def test_a_server_that_ignores_a_filter_whose_name_is_assumed(chains: int, many: FaceData) -> None:
    """Rows that do not match such a one were not asked for: they are left out, and that is said."""
    settings = Settings(ignored_filters=frozenset({"provider"}))
    with pytest.warns(bd.DriftWarning, match="ignore provider: postings that do not match were left out"):
        frame, _ = loaded(many, Faults(), settings=settings, chains=chains, provider="ashby")
    assert_whole(frame, newest_first(many, lambda record: record["provider"] == "ashby"))


@pytest.mark.parametrize("bounds", ["before", "after", "before after"])
def test_a_server_that_ignores_what_parts_are_made_by(bounds: str, many: FaceData) -> None:
    """Parts that are none are noticed: the load goes on page after page, and says so."""
    ignored = frozenset(f"first_seen_{bound}" for bound in bounds.split())
    frame, _ = loaded(many, Faults(), settings=Settings(ignored_filters=ignored))
    assert_whole(frame, newest_first(many))
    assert not in_parts(frame)
    assert any("read page after page" in note for note in bd.card(frame)["notes"])


def test_unknown_filters_that_are_ignored(many: FaceData) -> None:
    """A server that says nothing of parameters it does not know is no worse."""
    frame, _ = loaded(many, Faults(), settings=Settings(unknown_parameters="ignore"))
    assert_whole(frame, newest_first(many))
    assert in_parts(frame)


def test_all_of_it_at_once(many: FaceData) -> None:
    """Random faults of every kind over a limit, with answers of varying speed, and cursors that repeat a page."""
    faults = Faults(random_share=0.15, random_seed=3, limit=60, latency=0.03, jitter=0.9, cursor_repeats_every=3)
    frame, face = loaded(many, faults, settings=Settings(compress=True))
    assert_whole(frame, newest_first(many))
    assert len(hits(face)) >= 3
