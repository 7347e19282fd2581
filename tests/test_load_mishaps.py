"""What once went wrong with loads in parts: rows lost or doubled, waits without end, words that were not so."""

from __future__ import annotations

import datetime as dt
import math
import sys
import threading
import warnings
from pathlib import Path
from types import FrameType
from typing import Any

import pandas as pd
import pytest

import bluedoor_tools as bd
from bluedoor_tools import progress as progress_room
from bluedoor_tools.backends.api import ApiBackend
from bluedoor_tools.client import Client
from bluedoor_tools.wire.clock import interruptible
from bluedoor_tools.wire.limiter import Limiter
from bluedoor_tools.wire.transport import Transport
from tests.api_face import Faults, InProcessTransport, create_app, serving
from tests.clients import FACE_URL, SkippingClock, client_of, client_through, ids
from tests.large_data import NOW, newest_first, postings, spread
from tests.test_resume import Refusing

ONE_INSTANT = ["2026-06-01T00:00:00Z"]
pytestmark = pytest.mark.filterwarnings("ignore::bluedoor_tools.PartialResultWarning")


@pytest.fixture(autouse=True)
def same_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client's clock is that of the postings."""
    monkeypatch.setattr(ApiBackend, "now", lambda _: NOW)


def all_of(client: Client, **asked: Any) -> pd.DataFrame:
    return client.search_jobs(**{"status": None, "limit": None, "columns": ["first_seen_at", "job_id"], **asked})


@pytest.mark.parametrize("how", [{}, {"total_absent": True}, {"total_unavailable": True}, {"total_cap": None}])
def test_postings_without_an_instant_are_not_passed_over_in_silence(how: dict[str, Any]) -> None:
    """No window holds them: the load is not called complete, and one page after another has them, too."""
    told: list[Any] = list(spread(2_500))
    told[::100] = [None] * 25
    client, _ = client_of(postings(2_500, told), **how)
    frame = all_of(client)
    card = bd.card(frame)
    assert (len(frame), card["complete"]) == (2_475, False)
    assert "2,500" in card["reason"] and any("chains=1" in note for note in card["notes"])


@pytest.mark.parametrize("function", ["_gather", "gather", "arrange"])
def test_ctrl_c_while_rows_are_put_in_order_loses_none(function: str) -> None:
    """All rows came: an interrupt amid their ordering costs nothing, wherever it strikes."""
    data = postings(1_500)
    client, _ = client_of(data)
    struck = 0
    for line in range(1, 60):
        left = line

        def trace(frame: FrameType, event: str, _: Any) -> Any:
            nonlocal left
            code = frame.f_code
            if code.co_name != function or not code.co_filename.endswith(("loading.py", "frames.py")):
                return None
            if event == "line":
                left -= 1
                if left == 0:
                    raise KeyboardInterrupt
            return trace

        tracer = sys.gettrace()
        sys.settrace(trace)
        try:
            frame = all_of(client)
        finally:
            sys.settrace(tracer)
        assert ids(frame) == newest_first(data), line
        assert bd.card(frame)["complete"], line
        if left > 0:
            break
        struck += 1
    assert struck > 3


def test_a_saved_frame_goes_on(tmp_path: Path) -> None:
    """A frame read back from a file, of whatever address, is gone on with like the frame itself."""
    data = postings(2_000)
    refusing = Refusing(after=9)
    client, _ = client_through(data, refusing)
    first = all_of(client)
    refusing.on = False
    for name in ("first.parquet", "first.json"):
        whole = client.resume(bd.read_jobs(bd.save(first, tmp_path / name)))
        assert ids(whole) == newest_first(data)
        assert bd.card(whole)["complete"]


@pytest.mark.parametrize("limit", [None, 500])
def test_a_progress_function_that_raises_at_the_end_costs_no_row(
    limit: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All rows came: that the function raised is said, and the card is that of a whole load."""
    client, _ = client_of(postings(2_000))
    monkeypatch.setattr(progress_room, "_EVERY", math.inf)  # told of the first page, and of the end
    told: list[int] = []

    def progress(state: bd.LoadProgress) -> None:
        told.append(state.rows)
        if len(told) == 2:
            raise ValueError("my own")

    with pytest.warns(bd.BluedoorWarning, match="ValueError: my own"):
        frame = all_of(client, progress=progress, limit=limit)
    assert told[1:] == [limit or 2_000]
    assert len(frame) == (limit or 2_000)
    assert bd.card(frame)["reason"] == ("limit" if limit else "cursor ended")


@pytest.mark.parametrize("number", [1, 2])
def test_a_token_gives_no_kept_row_again(number: int) -> None:
    """Also where the part that was begun holds the last row of the first page."""
    data = postings(2_000, [f"2026-06-06T07:{n // 40 % 60:02d}:{n % 40:02d}Z" for n in range(2_000)])
    refusing = Refusing(lambda asked: "first_seen_after" in asked and "cursor" in asked, after=number)
    client, _ = client_through(data, refusing)
    first = all_of(client)
    refusing.on = False
    assert 100 < len(first) < 2_000
    rest = client.resume(bd.card(first)["next_cursor"], limit=None)
    assert not set(ids(first)) & set(ids(rest))
    assert {*ids(first), *ids(rest)} == set(newest_first(data))


@pytest.mark.parametrize("after", range(12, 26, 3))
def test_a_limited_load_with_a_gap_ends_with_the_newest_rows(after: int) -> None:
    """Resumed, it has the newest rows, as many as it was limited to, and goes on behind them."""
    data = postings(2_500)
    refusing = Refusing(after=after)
    client, _ = client_through(data, refusing)
    first = all_of(client, limit=1_500)
    refusing.on = False
    frame = client.resume(first)
    assert ids(frame) == newest_first(data)[:1_500]
    assert bd.card(frame)["reason"] == "limit"
    more = client.resume(frame)
    assert ids(more) == newest_first(data)


def test_a_clock_that_is_behind_costs_little() -> None:
    """Postings newer than the client's clock are split where they lie, not day by day."""
    data = postings(2_500)
    client, face = client_of(data)
    client.backend.now = lambda: NOW - dt.timedelta(days=400)  # type: ignore[method-assign]
    assert ids(all_of(client)) == newest_first(data)
    assert len(face.log) < 200


def test_a_resumed_load_that_is_short_is_not_announced_as_long() -> None:
    """What is left of a load is known: no word of minutes where it takes a second."""
    refusing = Refusing(after=9)
    client, _ = client_through(postings(2_500), refusing)
    first = all_of(client)
    refusing.on = False
    with warnings.catch_warnings():
        warnings.simplefilter("error", bd.LongLoadWarning)
        assert len(client.resume(first)) == 2_500


def test_a_limit_that_is_exactly_all_is_complete() -> None:
    """As of a small load: the limit cut nothing."""
    client, _ = client_of(postings(2_500), total_cap=None)
    card = bd.card(all_of(client, limit=2_500))
    assert (card["complete"], card["reason"], card["next_cursor"]) == (True, "cursor ended", None)


def test_rows_that_cannot_be_put_in_order_are_said() -> None:
    """A resumed frame without the column that rows are ordered by has them as they came, and says so."""
    data = postings(2_500)
    refusing = Refusing(after=12)
    client, _ = client_through(data, refusing)
    first = all_of(client, columns=["job_id"])
    refusing.on = False
    frame = client.resume(first)
    assert sorted(ids(frame)) == sorted(newest_first(data))
    assert any("cannot be put in order" in note for note in bd.card(frame)["notes"])


def test_a_slow_load_of_few_rows_is_announced() -> None:
    """900 rows at one request in ten seconds take longer than a minute, too."""
    clock = SkippingClock()
    face = create_app(postings(900))
    limiter = Limiter(clock=clock, rate=0.1)
    transport = Transport(FACE_URL, transport=InProcessTransport(face), clock=clock, limiter=limiter)
    with pytest.warns(bd.LongLoadWarning, match="900 rows take 9 requests"):
        all_of(Client(ApiBackend(transport)))


def test_counts_that_are_not_to_be_had_are_asked_for_once() -> None:
    """Where totals are absent and facets fail, a load does not wait for each part's count again."""
    clock = SkippingClock()
    face = create_app(postings(2_000), faults=Faults(only="facets", error_every=1))
    face.faults.mutators.append(without_totals)
    transport = Transport(
        FACE_URL, transport=InProcessTransport(face), clock=clock, limiter=Limiter(clock=clock, rate=1e6)
    )
    assert ids(all_of(Client(ApiBackend(transport)))) == newest_first(postings(2_000))
    assert sum(clock.waits) < 10


def without_totals(payload: Any) -> None:
    """Let no answer say how many rows match."""
    if isinstance(payload, dict) and isinstance(payload.get("meta"), dict):
        for name in ("total_matching", "total_matching_capped"):
            payload["meta"].pop(name, None)


@pytest.mark.parametrize("count", [450, 1_500])
def test_a_cursor_that_is_the_current_one_amid_a_bulk(count: int) -> None:
    """Where all rows are of one instant, a cursor that leads back is asked for again: it leads on another time."""
    data = postings(count, ONE_INSTANT * count)
    client, _ = client_of(data, Faults(cursor_same_every=2))
    frame = all_of(client)
    assert ids(frame) == newest_first(data)
    assert bd.card(frame)["complete"]


def test_a_limited_load_that_stops_twice_keeps_all_it_had() -> None:
    """What a resumed load was limited to is not taken for the limit of the whole."""
    data = postings(3_000)
    refusing = Refusing(after=5)
    client, _ = client_through(data, refusing)
    frame = all_of(client, limit=900)
    lengths = [len(frame)]
    for after in (2, 10):
        refusing.left = after
        frame = client.resume(frame)
        lengths.append(len(frame))
    assert lengths == sorted(lengths) and lengths[-1] == 900
    assert ids(frame) == newest_first(data)[:900]


def test_several_queries_cut_at_a_limit_all_go_on() -> None:
    """A token of a list of values leads to the rest of each, not of the first alone."""
    data = postings(4_000)
    for number, record in enumerate(data.jobs):
        record["city"] = ("Dublin", "Paris")[number % 2]
    client, _ = client_of(data)
    first = all_of(client, city=["Dublin", "Paris"], limit=500)
    more = client.resume(first, limit=1_500)
    whole = client.resume(more, limit=None)
    assert ids(more) == newest_first(data)[:2_000]
    assert ids(whole) == newest_first(data)


@pytest.mark.parametrize("chains", [1, 8])
def test_postings_that_come_and_go_leave_a_load_complete(chains: int) -> None:
    """What vanished is not missed, what is newer than the load is no part of it: the cursors ended."""
    data = postings(2_500)
    now = dt.datetime(2026, 6, 6, 8, tzinfo=dt.UTC)
    turns = iter(range(1, 10_000))

    def meanwhile(current: Any) -> None:
        turn = next(turns)
        if turn == 5:
            del current.jobs[0:2]
        if turn < 20:
            instant = (now + dt.timedelta(days=1, seconds=turn)).isoformat().replace("+00:00", "Z")
            current.jobs.append({**current.jobs[-1], "job_id": f"{turn:040x}", "first_seen_at": instant})
        current.changed()

    faults = Faults(meanwhile_every=1, meanwhile=meanwhile)
    client, _ = client_of(data, faults, total_cap=None)
    client.backend._most_chains = chains  # type: ignore[attr-defined]
    card = bd.card(all_of(client))
    assert (card["complete"], card["reason"]) == (True, "cursor ended")


def test_a_client_that_is_closed_amid_a_load_keeps_the_rows() -> None:
    """Closing is an interruption like any other."""
    data = postings(2_500)
    with serving(create_app(data)) as url, bd.connect(url, cache=False) as client:

        def close(state: bd.LoadProgress) -> None:
            if state.rows >= 100:
                client.close()

        with pytest.warns(bd.PartialResultWarning, match="closed"):
            frame = all_of(client, progress=close)
        assert 100 <= len(frame) < 2_500
    with serving(create_app(data)) as url, bd.connect(url, cache=False) as again:
        token = bd.card(frame)["next_cursor"]
        assert token is not None
        with pytest.raises(bd.InvalidRequestError):  # of another address
            again.resume(token)


def test_a_system_without_threads_loads_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no thread is to be had, the caller's reads the parts."""

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    data = postings(2_500)
    client, _ = client_of(data)
    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert ids(all_of(client)) == newest_first(data)


def test_a_board_whose_cursor_expires_is_gone_on_with() -> None:
    """A board's own listing takes no filters: a search for its postings goes on behind the last row."""
    data = postings(700)
    board = data.jobs[0]["source_id"]
    wanted = [record["job_id"] for record in data.jobs if record["source_id"] == board]
    client, _ = client_of(data, Faults(cursor_expires_page=2, only="/sources/"))
    frame = client.source_jobs(board, limit=None, columns=["first_seen_at", "job_id"])
    assert set(ids(frame)) == set(wanted) and len(frame) == len(wanted)


def released_twice_over(error: BaseException) -> None:
    """What a condition does that an interrupt strikes amid its wait."""
    try:
        raise error
    finally:
        threading.Lock().release()


def test_ctrl_c_amid_a_wait_is_ctrl_c() -> None:
    """A condition that Ctrl-C strikes may say that its lock cannot be released: it is an interrupt all the same."""
    with pytest.raises(KeyboardInterrupt), interruptible():
        released_twice_over(KeyboardInterrupt())
    with pytest.raises(RuntimeError, match="release"), interruptible():
        released_twice_over(ValueError())
