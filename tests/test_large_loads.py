"""Large loads: read in parts side by side, and all the same what a naive reading of the data answers."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import sys
import threading
import warnings
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from types import FrameType
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbclient import NotebookClient

import bluedoor_tools as bd
from bluedoor_tools import load
from bluedoor_tools.backends.api import ApiBackend
from bluedoor_tools.chain import Order
from bluedoor_tools.client import Client, loading
from bluedoor_tools.cursor import Within
from bluedoor_tools.decode import parse_instant
from bluedoor_tools.splitting import by_age, by_time
from bluedoor_tools.wire.limiter import Limiter
from bluedoor_tools.wire.transport import Transport
from tests.api_face import FaceData, Faults, InProcessTransport, Settings, create_app, serving
from tests.api_face.examples import event
from tests.clients import FACE_URL, SkippingClock, client_of, ids, searches
from tests.large_data import NOW, newest_first, postings

ORDER = Order("first_seen_at", "job_id", "first_seen_after", "first_seen_before")
COLUMNS = ["first_seen_at", "job_id"]
THICK = "2026-06-01T12:30:00Z"


@pytest.fixture(scope="module", autouse=True)
def same_clock() -> Any:
    """Ages do not depend on the day of the test: neither does how a load is split."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ApiBackend, "now", lambda _: NOW)
        yield


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is large begins earlier, so that a test may load it many times over."""
    monkeypatch.setattr(loading, "LARGE", 150)
    monkeypatch.setattr(load, "_SMALLEST_PART", 40)


def loaded(client: Client, **asked: Any) -> Any:
    """Everything that a search gives, in two columns."""
    return client.search_jobs(**{"status": None, "limit": None, "columns": COLUMNS, **asked})


def parts_of(frame: Any) -> str:
    """What a card says of the parts."""
    return next((note for note in bd.card(frame)["notes"] if note.startswith("loaded in ")), "")


def assert_whole(frame: Any, expected: list[str]) -> None:
    """The postings in their order, each once, and a card that says so."""
    assert ids(frame) == expected
    card = bd.card(frame)
    assert (card["complete"], card["reason"], card["next_cursor"]) == (True, "cursor ended", None)


# -- parts -------------------------------------------------------------------------------------------------------------

MOMENTS = st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2035, 1, 1)).map(
    lambda moment: moment.replace(tzinfo=dt.UTC)
)


def holds(within: Within, moment: dt.datetime) -> bool:
    """Whether a part holds what was first seen at a moment."""
    said = dict(within)
    after, before = (parse_instant(str(said[name])) if name in said else None for name in ORDER[2:] if name)
    return (after is None or moment >= after) and (before is None or moment < before)


@given(
    bounds=st.lists(MOMENTS, max_size=2, unique=True), now=MOMENTS, seen=st.lists(MOMENTS, max_size=20), data=st.data()
)
def test_parts_are_disjoint_and_together_the_whole(
    bounds: list[dt.datetime], now: dt.datetime, seen: list[dt.datetime], data: st.DataObject
) -> None:
    """Whatever is split, by age or into equal lengths: each instant of it is in one part, newer parts first."""
    names = ["first_seen_after", "first_seen_before"]
    if len(bounds) == 1:
        names = [data.draw(st.sampled_from(names))]
    told = [moment.isoformat().replace("+00:00", "Z") for moment in sorted(bounds)]
    within: Within = (("provider", "lever"), *zip(names, told, strict=False))
    number = data.draw(st.integers(0, 40))
    edges = [*bounds, *(moment + dt.timedelta(microseconds=1) for moment in bounds)]
    for parts in (by_age(within, ORDER, now), by_time(within, ORDER, now, number)):
        assert all(dict(part)["provider"] == "lever" for part in parts)
        cuts = [parse_instant(str(dict(part)["first_seen_after"])) for part in parts[:-1]]
        assert all(newer is not None and older is not None and newer > older for newer, older in pairwise(cuts))
        for moment in [*seen, now, *edges, *filter(None, cuts)]:
            assert sum(holds(part, moment) for part in parts) == holds(within, moment)


# -- what is loaded ----------------------------------------------------------------------------------------------------


@st.composite
def situations(draw: st.DrawFn) -> tuple[FaceData, dict[str, Any], Callable[[dict[str, Any]], bool], Settings]:
    """Postings with ties and bulks, a search of them, what it means, and how the server counts."""
    random_ = random.Random(draw(st.integers(0, 2**32)))
    count = draw(st.integers(1_100, 2_200))
    days = draw(st.sampled_from([0.01, 3, 90, 3_000]))
    bulk = draw(st.sampled_from([0.0, 0.0, 0.4]))
    instants: list[str | None] = []
    for _ in range(count):
        moment = NOW - dt.timedelta(days=days * random_.random() ** 3)
        digits = random_.choice([0, 0, 3, 6])
        fraction = "" if not digits else "." + f"{random_.randrange(10**digits):0{digits}}"
        zone = random_.choice(["Z", "Z", "Z", "+00:00", "+02:00", ""])
        again = instants and random_.random() < 0.2
        drawn = random_.choice(instants) if again else moment.strftime("%Y-%m-%dT%H:%M:%S") + fraction + zone
        instants.append(THICK if random_.random() < bulk else drawn)
    cities = draw(st.sampled_from([None, ["Dublin", "Paris"], "New York"]))
    after = draw(st.sampled_from([None, NOW - dt.timedelta(days=days * 0.5)]))
    before = draw(st.sampled_from([None, NOW - dt.timedelta(days=days * 0.001)]))
    filters = {"city": cities, "first_seen_after": after, "first_seen_before": before}
    asked = {name: value for name, value in filters.items() if value is not None}

    def passes(record: dict[str, Any]) -> bool:
        moment = parse_instant(record["first_seen_at"])
        assert moment is not None
        return (
            (cities is None or record["city"] in cities)
            and (after is None or moment >= after)
            and (before is None or moment < before)
        )

    counting = draw(
        st.sampled_from(
            [Settings(), Settings(total_cap=None), Settings(total_absent=True), Settings(last_cursor="null")]
        )
    )
    return postings(count, instants), asked, passes, counting


@settings(max_examples=25)
@given(situations())
def test_in_parts_is_what_a_naive_reading_gives(
    situation: tuple[FaceData, dict[str, Any], Callable[[dict[str, Any]], bool], Settings],
) -> None:
    """Ties, bulks of one instant, lists of values, bounds of one's own: each posting that matches, in order, once."""
    data, asked, passes, counting = situation
    client, _ = client_of(data, **vars(counting))
    assert_whole(loaded(client, **asked), newest_first(data, passes))


@settings(max_examples=12)
@given(situations(), st.integers(1_001, 2_300))
def test_a_limit_is_the_newest_of_it(
    situation: tuple[FaceData, dict[str, Any], Callable[[dict[str, Any]], bool], Settings], limit: int
) -> None:
    """So many of the newest; the rest is exactly what comes behind the cursor."""
    data, asked, passes, counting = situation
    client, _ = client_of(data, **vars(counting))
    expected = newest_first(data, passes)
    frame = loaded(client, limit=limit, **asked)
    assert ids(frame) == expected[:limit]
    token = bd.card(frame)["next_cursor"]
    if len(expected) > limit:
        assert bd.card(frame)["reason"] == "limit"
        assert ids(client.resume(token, limit=None)) == expected[limit:]
    elif token is not None:
        assert ids(client.resume(frame, limit=None)) == expected


@pytest.mark.parametrize("seed", range(4))
def test_data_that_change_meanwhile(seed: int) -> None:
    """Postings appear, change and vanish between two pages: those there all the while come once, and none twice."""
    random_ = random.Random(seed)
    data, fresh = postings(1_600), postings(1_900).jobs[1_600:]
    stayed = {record["job_id"] for record in data.jobs}

    def meanwhile(now: FaceData) -> None:
        for _ in range(5):
            if fresh and random_.random() < 0.5:
                moment = NOW + dt.timedelta(seconds=1) if random_.random() < 0.5 else NOW - dt.timedelta(days=3)
                now.jobs.append(fresh.pop() | {"first_seen_at": moment.strftime("%Y-%m-%dT%H:%M:%SZ")})
            elif random_.random() < 0.5:
                gone = now.jobs.pop(random_.randrange(len(now.jobs)))
                stayed.discard(gone["job_id"])
            else:
                random_.choice(now.jobs)["last_changed_at"] = "2026-06-06T08:00:01Z"

    client, _ = client_of(data, Faults(meanwhile_every=1, meanwhile=meanwhile), total_cap=random_.choice([1_000, None]))
    frame = loaded(client)
    assert max(Counter(ids(frame)).values()) == 1
    assert stayed <= set(ids(frame))
    keys = list(zip(frame["first_seen_at"], frame["job_id"], strict=True))
    assert keys == sorted(keys, reverse=True)


@pytest.mark.parametrize("providers", [True, False])
@pytest.mark.parametrize("salaries", [True, False])
def test_a_moment_with_very_many_postings(providers: bool, salaries: bool) -> None:
    """Where time does not split a bulk, another filter does: providers, salaries; or one chain follows it."""
    same: dict[str, Any] = {} if providers else {"provider": "lever"}
    same |= {} if salaries else {"salary_min": None}
    data = postings(2_800, [THICK] * 2_600 + ["2026-05-01T00:00:00Z"] * 200, **same)
    client, face = client_of(data, total_cap=None)
    assert_whole(loaded(client), newest_first(data))
    asked = {name for request in searches(face) for name in request}
    assert ("provider" in asked) is providers
    assert ("salary_exists" in asked) is not providers


def test_a_filter_of_ones_own_is_not_split_by() -> None:
    """A bulk of one provider and one instant, asked for by both, is followed as it is."""
    data = postings(1_500, [THICK] * 1_500, provider="ashby")
    client, face = client_of(data)
    assert_whole(loaded(client, provider="ashby"), newest_first(data))
    assert all(request.get("provider", "ashby") == "ashby" for request in searches(face))


@pytest.mark.parametrize("days", [-30, -2, 2, 30, 500, 5_000])
def test_a_clock_that_is_wrong_costs_requests_only(days: int) -> None:
    """Postings newer than the client's clock, or all of them old: parts are as complete."""
    data = postings(1_500)
    client, face = client_of(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ApiBackend, "now", lambda _: NOW + dt.timedelta(days=days))
        assert_whole(loaded(client), newest_first(data))
    assert len(face.log) < 150


def test_pages_whose_rows_are_in_another_order() -> None:
    """The frame has the promised order even where the server's pages do not."""

    def turned(payload: Any) -> None:
        if isinstance(payload["data"], list):
            payload["data"].reverse()

    data = postings(1_500)
    client, _ = client_of(data, Faults(mutators=[turned]))
    assert_whole(loaded(client), newest_first(data))


@pytest.mark.parametrize("told", [5, -5, 100_000, "many", None, True])
def test_totals_that_are_wrong(told: Any) -> None:
    """A count that is wrong, or none, costs requests, not rows."""

    def wrong(payload: Any) -> None:
        if "total_matching" in payload.get("meta", {}):
            payload["meta"]["total_matching"] = told

    data = postings(1_500)
    client, _ = client_of(data, Faults(mutators=[wrong]))
    assert ids(loaded(client)) == newest_first(data)


def test_windows_without_a_posting() -> None:
    """Postings of two moments, years apart."""
    data = postings(1_600, ["2026-06-06T07:00:00Z"] * 800 + ["2011-01-01T00:00:00Z"] * 800)
    client, _ = client_of(data)
    assert_whole(loaded(client), newest_first(data))


def test_one_posting_that_two_queries_give_comes_once() -> None:
    """Values that overlap are queries that do: a posting is here once."""
    data = postings(1_500)
    client, _ = client_of(data)
    frame = loaded(client, title=["Engineer", "Engineer 1"])
    assert_whole(frame, newest_first(data))


def test_events_are_loaded_in_parts_too() -> None:
    """What has an instant and filters on it is split by it."""
    data = postings(1_400)
    for number, record in enumerate(data.jobs):
        data.events.append(event(number, record, observed_at=record["first_seen_at"]))
    client, _ = client_of(data)
    frame = client.search_events(limit=None)
    assert "by observed_at" in parts_of(frame)
    keyed = sorted(((parse_instant(record["observed_at"]), record["event_id"]) for record in data.events), reverse=True)
    assert list(frame["event_id"]) == [name for _, name in keyed]


# -- threads, loops and kernels ----------------------------------------------------------------------------------------


def load_threads() -> list[str]:
    """Threads of loads that are alive."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("bluedoor-load")]


def test_no_thread_is_left_when_a_load_has_ended() -> None:
    """Neither of one that is whole nor of one that stopped."""
    data = postings(1_500)
    client, face = client_of(data)
    loaded(client)
    face.faults.error_every, face.faults.error_status, face.faults.only = 12, 403, "search"
    with pytest.warns(bd.PartialResultWarning):
        loaded(client)
    for thread in threading.enumerate():
        if thread.name.startswith("bluedoor-load"):
            thread.join(10)
    assert load_threads() == []


def test_one_chain_needs_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """chains=1 is one request after the other, in the caller's thread."""

    def started(thread: threading.Thread) -> None:
        raise AssertionError(thread.name)

    data = postings(1_500)
    clock = SkippingClock()
    transport = Transport(FACE_URL, transport=InProcessTransport(create_app(data)), clock=clock)
    client = Client(ApiBackend(transport, chains=1))
    monkeypatch.setattr(threading.Thread, "start", started)
    frame = loaded(client)
    assert_whole(frame, newest_first(data))
    assert not parts_of(frame)
    assert ids(loaded(client, limit=1_200)) == newest_first(data)[:1_200]


def test_within_a_running_event_loop() -> None:
    """A coroutine may call it, as a notebook's cell does."""
    data = postings(1_500)

    async def cell() -> Any:
        await asyncio.sleep(0)
        return loaded(client_of(data)[0])

    assert_whole(asyncio.run(cell()), newest_first(data))


@pytest.mark.filterwarnings("ignore::DeprecationWarning:jupyter_client", "ignore::DeprecationWarning:zmq")
def test_in_the_kernel_of_a_notebook() -> None:
    """A cell loads in parts, in a kernel with its own running loop."""
    data = postings(1_500)
    with serving(create_app(data)) as url:
        code = (
            "import bluedoor_tools as bd\n"
            f"client = bd.connect({url!r}, cache=False)\n"
            "df = client.search_jobs(status=None, limit=None, columns=['job_id'], progress=False)\n"
            "print(len(df), bd.card(df)['complete'], df['job_id'].iloc[-1])"
        )
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])  # type: ignore[no-untyped-call]
        NotebookClient(notebook, timeout=60).execute()
    (output,) = notebook.cells[0]["outputs"]
    assert output["text"].split() == ["1500", "True", newest_first(data)[-1]]


# -- what is said on the way -------------------------------------------------------------------------------------------


def test_progress_grows_to_the_rows() -> None:
    """Each report says at least as many rows and requests as the one before; the last one all of them."""
    data = postings(1_500)
    client, face = client_of(data, total_cap=None)
    seen: list[bd.LoadProgress] = []
    threads: set[str] = set()

    def progress(state: bd.LoadProgress) -> None:
        seen.append(state)
        threads.add(threading.current_thread().name)

    frame = loaded(client, progress=progress)
    assert all(one.rows <= two.rows and one.requests <= two.requests for one, two in pairwise(seen))
    assert (seen[-1].rows, seen[-1].expected) == (len(frame), 1_500)
    assert seen[-1].requests == len(face.log)
    assert threads == {threading.current_thread().name}


def test_retries_are_on_the_card_and_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """Every request and every repetition is counted, whichever thread it was of."""
    data = postings(1_500)
    client, face = client_of(data, Faults(error_every=10))
    with caplog.at_level("INFO", logger="bluedoor_tools"):
        frame = loaded(client)
    assert_whole(frame, newest_first(data))
    cost = bd.card(frame)["cost"]
    failed = sum(request.status == 503 for request in face.log)
    assert cost["requests"] == len(face.log)
    assert cost["repeated"] == {"ServerFailedError": failed}
    assert sum("asking again in" in record.getMessage() for record in caplog.records) == failed
    assert cost["waited"] > 0


@pytest.mark.parametrize(("rows", "rate", "said"), [(1_500, 0.2, True), (1_500, 1.0, False), (900, 0.2, False)])
def test_a_long_load_is_announced_before_it_begins(rows: int, rate: float, said: bool) -> None:
    """More than a minute at the present limit is said after the first page, before any other of the load."""
    clock = SkippingClock()
    face = create_app(postings(rows))
    transport = Transport(
        FACE_URL, transport=InProcessTransport(face), clock=clock, limiter=Limiter(clock=clock, rate=rate)
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        show = warnings.showwarning
        at: list[int] = []

        def noted(*args: Any, **kwargs: Any) -> None:
            at.append(len(searches(face)))
            show(*args, **kwargs)

        warnings.showwarning = noted
        frame = loaded(Client(ApiBackend(transport)))
    assert ids(frame) == newest_first(face.data)
    long = [entry for entry in caught if issubclass(entry.category, bd.LongLoadWarning)]
    assert len(long) == said
    assert at == [1] * said
    for entry in long:
        assert f"{rows:,} rows take {rows // 100} requests" in str(entry.message)


# -- what stops it -----------------------------------------------------------------------------------------------------


def interrupted_at(line: int, inside: frozenset[str]) -> Callable[[FrameType, str, Any], Any]:
    """A tracer that interrupts as the given line begins, counted over functions of these names."""
    left = line

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal left
        code = frame.f_code
        if code.co_name not in inside or not code.co_filename.endswith(("loading.py", "load.py", "frames.py")):
            return None
        if event == "line":
            left -= 1
            if left == 0:
                raise KeyboardInterrupt
        return trace

    return trace


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("function", ["_follow", "run", "_over", "_grow"])
def test_ctrl_c_at_any_moment_loses_and_doubles_no_row(function: str) -> None:
    """Wherever in a load in parts an interrupt strikes, kept rows and those that resume adds are the whole."""
    data = postings(400)
    expected = newest_first(data)
    client, _ = client_of(data)
    struck = 0
    for line in range(1, 40):
        tracer = sys.gettrace()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            sys.settrace(interrupted_at(line, frozenset({function})))
            try:
                first = loaded(client)
            except KeyboardInterrupt:
                sys.settrace(tracer)
                assert function == "_follow" and not struck, line  # before the first page only
                continue
            finally:
                sys.settrace(tracer)
        if not any("interrupted by you" in str(entry.message) for entry in caught):
            assert ids(first) == expected
            if bd.card(first)["complete"]:
                break
        struck += 1
        assert set(ids(first)) <= set(expected), line
        assert len(set(ids(first))) == len(first), line
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", bd.LongLoadWarning)
            assert ids(client.resume(first)) == expected, (line, len(first))
    assert struck
