"""The limiter: what it learns from answers, and how much of a limit it uses, in virtual time."""

from __future__ import annotations

import datetime as dt
import email.utils
import gzip
import heapq
import itertools
import json
import math
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bluedoor_tools as bd
from bluedoor_tools.wire import pacing
from bluedoor_tools.wire.clock import Clock
from bluedoor_tools.wire.limiter import Limiter
from bluedoor_tools.wire.pacing import Pacing
from bluedoor_tools.wire.stated_limits import StatedLimit, retry_after, stated_limits
from bluedoor_tools.wire.transport import Answer, Transport
from bluedoor_tools.wire.work import StoppedError, working
from tests.clients import FACE_URL, SkippingClock

CAREFUL = dict(pacing.CAREFUL_RATES)
AHEAD = 1.0
Server = Callable[[float], tuple[int, dict[str, str]]]


@pytest.fixture(autouse=True)
def careful_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rates that users start with, which other tests do without."""
    monkeypatch.setattr(pacing, "CAREFUL_RATES", CAREFUL)


class VirtualClock(Clock):
    """Time that only sleeping moves."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.waits: list[float] = []

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float, stop: threading.Event) -> None:
        if not stop.is_set():
            self.waits.append(seconds)
            self.time += seconds


# Servers: the time of an arrival → status and headers


def sliding(limit: int, seconds: float, *, told: bool = True) -> Server:
    """No more than `limit` in any `seconds`, and says so."""
    taken: deque[float] = deque()

    def answer(now: float) -> tuple[int, dict[str, str]]:
        while taken and now - taken[0] >= seconds:
            taken.popleft()
        status = 200 if len(taken) < limit else 429
        if status == 200:
            taken.append(now)
        headers = {"retry-after": str(math.ceil(taken[0] + seconds - now))} if status == 429 else {}
        if told:
            headers |= {
                "x-ratelimit-limit": str(limit),
                "x-ratelimit-remaining": str(limit - len(taken)),
                "x-ratelimit-reset": str(math.ceil(taken[0] + seconds - now)),
            }
        return status, headers

    return answer


def bucket(rate: float, burst: float) -> Server:
    """A token bucket that says nothing of itself."""
    tokens, since = burst, 0.0

    def answer(now: float) -> tuple[int, dict[str, str]]:
        nonlocal tokens, since
        tokens, since = min(burst, tokens + max(0.0, now - since) * rate), max(now, since)
        if tokens < 1:
            return 429, {"retry-after": "1"}
        tokens -= 1
        return 200, {}

    return answer


def fixed(limit: int, seconds: float, *, told: bool = False) -> Server:
    """`limit` requests from the first on, then none until the window is over."""
    began, used = -math.inf, 0

    def answer(now: float) -> tuple[int, dict[str, str]]:
        nonlocal began, used
        if now - began >= seconds:
            began, used = now, 0
        used += 1
        over = {"ratelimit-reset": str(math.ceil(began + seconds - now))}
        headers = {"ratelimit-limit": str(limit), "ratelimit-remaining": str(max(0, limit - used)), **over}
        if used > limit:
            return 429, {"retry-after": over["ratelimit-reset"], **(headers if told else {})}
        return 200, headers if told else {}

    return answer


class Simulation:
    """Chains of requests as events in virtual time: as `Limiter.take_turn` waits, without its threads."""

    def __init__(self, server: Server, *, latency: float, jitter: float = 0.0) -> None:
        self.server, self.latency, self.jitter = server, latency, jitter
        self.sent: list[tuple[float, int, Pacing]] = []  # arrival, status, by whom
        self._random = random.Random(5)
        self._events: list[tuple[float, int, Callable[[float], None]]] = []
        self._number = itertools.count()

    def start(self, pacing: Pacing, chains: int, *, at: float = 0.0, until: float = math.inf) -> None:
        """So many chains begin at a time, and go on until another."""
        for _ in range(chains):
            self._at(at, lambda now: self._wants(pacing, now, until))

    def run(self, seconds: float) -> None:
        """Until that time."""
        while self._events and self._events[0][0] < seconds:
            now, _, happens = heapq.heappop(self._events)
            happens(now)

    def passed(self, since: float, until: float, by: Pacing | None = None) -> float:
        """Answers of 200 a second."""
        return self._count(200, since, until, by) / (until - since)

    def refused(self, since: float = -math.inf, until: float = math.inf, by: Pacing | None = None) -> int:
        """Answers of 429."""
        return self._count(429, since, until, by)

    def _count(self, status: int, since: float, until: float, by: Pacing | None) -> int:
        return sum(since <= moment < until and told == status and by in (None, who) for moment, told, who in self.sent)

    def _at(self, time: float, happens: Callable[[float], None]) -> None:
        heapq.heappush(self._events, (time, next(self._number), happens))

    def _wants(self, pacing: Pacing, now: float, until: float) -> None:
        if now >= until:
            return
        planned, epoch = pacing.earliest(now), pacing.epoch
        if planned - now > AHEAD:
            self._at(now + AHEAD, lambda then: self._wants(pacing, then, until))
            return
        pacing.take(planned)
        late = self._random.uniform(0, 0.001)  # a thread wakes up a little late
        self._at(planned + late, lambda then: self._turn(pacing, planned, epoch, then, until))

    def _turn(self, pacing: Pacing, planned: float, epoch: int, now: float, until: float) -> None:
        if epoch != pacing.epoch:
            self._wants(pacing, now, until)
            return
        there, back = (self.latency / 2 * (1 + self._random.uniform(-self.jitter, self.jitter)) for _ in "ab")

        def arrives(then: float) -> None:
            status, headers = self.server(then)
            self.sent.append((then, status, pacing))
            self._at(then + back, lambda later: answered(later, status, headers))

        def answered(then: float, status: int, headers: Mapping[str, str]) -> None:
            pacing.answered(planned, status, headers, then)
            again = then if status == 200 else then + float(headers.get("retry-after", 1))
            self._at(again, lambda later: self._wants(pacing, later, until))

        self._at(now + there, arrives)


# How much of a limit is used


@pytest.mark.parametrize("latency", [0.005, 0.1, 0.3])
def test_a_stated_limit_is_used_up_without_a_refusal(latency: float) -> None:
    """100 requests a second, stated: at least 95 are sent at constant latency, and none is refused."""
    simulation, limits = Simulation(sliding(100, 1), latency=latency), Pacing()
    simulation.start(limits, 64)
    simulation.run(40)
    assert simulation.refused() == 0
    assert simulation.passed(5, 40) >= 95


@pytest.mark.parametrize("latency", [0.005, 0.1, 0.3])
def test_a_stated_limit_is_used_well_where_answers_jitter(latency: float) -> None:
    """With round trips that vary by 30 %, at least 85 of 100, and none is refused."""
    simulation, limits = Simulation(sliding(100, 1), latency=latency, jitter=0.3), Pacing()
    simulation.start(limits, 64)
    simulation.run(40)
    assert simulation.refused() == 0
    assert simulation.passed(5, 40) >= 85


def test_a_stated_fixed_window_is_used_up() -> None:
    """A minute's limit whose length only the reset tells is learned, and used."""
    simulation, limits = Simulation(fixed(120, 60, told=True), latency=0.1), Pacing()
    simulation.start(limits, 8)
    simulation.run(600)
    assert simulation.refused() <= 1
    assert simulation.passed(0, 600) >= 0.9 * 2


@pytest.mark.parametrize("burst", [1, 10, 50])
@pytest.mark.parametrize("keyed", [False, True])
def test_a_limit_that_is_not_stated_is_found(burst: int, keyed: bool) -> None:
    """10 requests a second behind silence: at least 8 are sent, with few refusals once it is found."""
    simulation, limits = Simulation(bucket(10, burst), latency=0.1), Pacing(keyed=keyed)
    simulation.start(limits, 16)
    simulation.run(600)
    assert simulation.passed(30, 600) >= 8
    assert simulation.refused(30, 600) <= 6


def test_nothing_is_refused_for_ever() -> None:
    """Where nothing limits, the careful start grows until the chains are busy."""
    simulation, limits = Simulation(lambda _: (200, {}), latency=0.1), Pacing()
    simulation.start(limits, 16)
    simulation.run(60)
    assert simulation.passed(50, 60) > 140


@pytest.mark.parametrize("kind", [fixed, sliding])
def test_a_long_window_is_learned_from_its_first_refusal(kind: Callable[..., Server]) -> None:
    """15 requests a minute: from the third window on they are sent, and none is refused until more is tried."""
    simulation, limits = Simulation(kind(15, 60, told=False), latency=0.1), Pacing()
    simulation.start(limits, 8)
    simulation.run(3600)
    assert simulation.refused(115, 240) == 0
    assert simulation.passed(60, 3600) >= 0.8 * 15 / 60
    assert simulation.refused(115) <= 25


def test_two_processes_share_a_limit_that_is_not_stated() -> None:
    """Both go on, together they use most of it; when one leaves the other takes its part."""
    simulation, one, other = Simulation(bucket(10, 10), latency=0.1), Pacing(), Pacing()
    simulation.start(one, 16)
    simulation.start(other, 16, at=20, until=300)
    simulation.run(1500)
    assert simulation.passed(60, 300) >= 7.5
    assert min(simulation.passed(60, 300, by) for by in (one, other)) >= 1
    assert simulation.refused(60, 300) <= 40
    assert simulation.passed(1200, 1500) >= 8


def test_two_processes_share_a_limit_that_is_stated() -> None:
    """What the other uses is seen by what remains; it is all used again when the other has left."""
    simulation, one, other = Simulation(sliding(100, 1), latency=0.1), Pacing(), Pacing()
    simulation.start(one, 32)
    simulation.start(other, 32, at=10, until=60)
    simulation.run(120)
    assert simulation.passed(20, 60) >= 65
    assert min(simulation.passed(20, 60, by) for by in (one, other)) >= 10
    assert simulation.passed(100, 120) >= 95
    assert simulation.refused(80, 120) == 0


# Taking turns


def limiter_told(headers: Mapping[str, str], status: int = 200, **options: Any) -> tuple[Limiter, VirtualClock]:
    """A limiter that has had one answer, 0.1 s after the request."""
    clock = VirtualClock()
    limiter = Limiter(clock=clock, **options)
    turn = limiter.take_turn(60)
    clock.time += 0.1
    limiter.answered(turn, status, headers)
    return limiter, clock


def test_turns_keep_to_the_limit() -> None:
    """A full window is waited for, and the wait is counted for the call under way."""
    limiter, clock = limiter_told({"x-ratelimit-limit-second": "3"})
    with working() as work:
        turns = [limiter.take_turn(60) for _ in range(9)]
    assert all(later - sooner >= 1 for sooner, later in zip(turns, turns[3:], strict=False))
    assert work.waited == pytest.approx(sum(clock.waits))
    assert max(clock.waits) <= AHEAD


def test_a_pause_longer_than_the_patience_is_raised() -> None:
    """Nothing is sent, and the error says how long the API wants to be left alone."""
    limiter, clock = limiter_told({"retry-after": "40"}, 429)
    with pytest.raises(bd.RateLimitedError, match="40 s") as caught:
        limiter.take_turn(39)
    assert caught.value.wait == pytest.approx(40)
    assert clock.waits == []
    assert limiter.take_turn(41) >= clock.time - 0.01
    assert sum(clock.waits) == pytest.approx(40)


@pytest.mark.parametrize(
    "far", ["86400", "999999999999999", email.utils.format_datetime(dt.datetime(2099, 1, 1, tzinfo=dt.UTC))]
)
def test_a_far_retry_after_does_not_lock_for_ever(far: str) -> None:
    """A minute at a time: then the API is asked again."""
    limiter, clock = limiter_told({"retry-after": far}, 429)
    limiter.take_turn(math.inf)
    assert sum(clock.waits) == pytest.approx(60)


def test_a_pause_voids_what_was_planned() -> None:
    """A thread that wakes up in a pause which began meanwhile does not send, but plans anew."""

    class Interrupted(VirtualClock):
        def sleep(self, seconds: float, stop: threading.Event) -> None:
            super().sleep(seconds, stop)
            if len(self.waits) == 1:
                limiter.answered(self.time - 0.01, 429, {"retry-after": "3"})

    clock = Interrupted()
    limiter = Limiter(clock=clock, rate=2)
    limiter.take_turn(60), limiter.take_turn(60)
    assert limiter.take_turn(60) >= 1003


class StoppingClock(VirtualClock):
    """The call is stopped while somebody sleeps."""

    def sleep(self, seconds: float, stop: threading.Event) -> None:
        super().sleep(seconds, stop)
        stop.set()


def test_a_limit_that_is_used_up_for_hours_is_raised() -> None:
    """Nobody sleeps until tomorrow without a word."""
    told = {"x-ratelimit-limit-day": "100", "x-ratelimit-remaining-day": "0", "x-ratelimit-reset-day": "7200"}
    limiter, clock = limiter_told(told)
    with pytest.raises(bd.RateLimitedError, match=r"7,2\d\d s") as caught:
        limiter.take_turn(60)
    assert caught.value.wait is not None
    assert caught.value.wait >= 7200
    assert clock.waits == []


def test_the_last_statement_holds() -> None:
    """What something on the way stated once, such as a proxy's error page, does not bind for an hour."""
    limiter, clock = limiter_told({"ratelimit-policy": "5;w=3600"}, 503)
    limiter.answered(clock.time, 200, {"x-ratelimit-limit-second": "100"})
    assert limiter.described() == "100 requests per 1 s, as the API states"


def test_a_stop_ends_the_wait() -> None:
    """Whoever waits in the queue of a call that is stopped leaves it at once, and sends nothing."""
    clock = StoppingClock()
    limiter = Limiter(clock=clock, rate=0.01)
    with working():
        limiter.take_turn(60)
        for _ in range(2):
            with pytest.raises(StoppedError):
                limiter.take_turn(60)
    assert len(clock.waits) == 1


def test_many_threads_share_one_limit_and_do_not_spin() -> None:
    """64 threads take 640 turns, as fast as the limit allows and no faster, and sleep once for each or so."""
    clock, turns = SkippingClock(), list[float]()
    limiter = Limiter(clock=clock, rate=800)
    threads = [
        threading.Thread(target=lambda: turns.extend(limiter.take_turn(60) for _ in range(10))) for _ in range(64)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    turns.sort()
    assert len(turns) == 640
    assert len(clock.waits) <= 2 * 640
    assert turns[-1] - turns[0] >= 0.79 * 639 / 800


def test_others_on_the_key_are_seen_by_what_remains() -> None:
    """Where more is used up than was sent from here, the rest is left to them."""
    limiter, clock = limiter_told({"x-ratelimit-limit-second": "100", "x-ratelimit-remaining-second": "2"})
    began = clock.time
    turns = [limiter.take_turn(60) for _ in range(4)]
    assert turns[1] - began < 0.1
    assert turns[2] - began > 0.85


def test_one_limiter_for_an_api_and_a_key() -> None:
    """All connections of the process to one API with one key share it; the key stays out of it."""
    key = "jobs_live_" + "a" * 20
    first, again = (Limiter.shared("http://a.test/v1", key) for _ in "ab")
    assert first is again
    assert first is not Limiter.shared("http://b.test/v1", key)
    assert first is not Limiter.shared("http://a.test/v1", None)
    assert key not in repr(first) + repr(vars(first)) + repr(Limiter._shared)
    one, other = (Transport("http://a.test/v1", api_key=key) for _ in "ab")
    assert one.limiter is other.limiter is first
    own = Transport("http://a.test/v1", api_key=key, transport=httpx.MockTransport(lambda _: httpx.Response(200)))
    assert own.limiter is not first
    for transport in (one, other, own):
        transport.close()


# What it says of itself


@pytest.mark.parametrize(
    ("limiter", "words"),
    [
        (Limiter(), "5 requests/s, a careful start without a key"),
        (Limiter(keyed=True), "20 requests/s, a careful start with a key"),
        (Limiter(rate=0.5), "0.5 requests/s, as set"),
        (limiter_told({"ratelimit-policy": "100;w=1"})[0], "100 requests per 1 s, as the API states"),
        (
            limiter_told({"ratelimit-limit": "100, 100;w=1, 2000;w=60"})[0],
            "100 requests per 1 s and 2,000 requests per 60 s, as the API states",
        ),
        (
            limiter_told({"ratelimit-policy": "100;w=1"}, 429)[0],
            "100 requests per 1 s, as the API states, 90% of it used, as others share it",
        ),
        (limiter_told({"x-rate-limit-limit": "100"})[0], "5 requests/s, a careful start without a key"),
    ],
)
def test_a_limit_is_described(limiter: Limiter, words: str) -> None:
    """How much is allowed, and how that is known."""
    assert limiter.described() == words
    assert repr(limiter) == f"Limiter({words})"


def test_a_found_limit_is_described() -> None:
    """A limit that only refusals tell of is said to be found out."""
    simulation, limits, limiter = Simulation(bucket(10, 10), latency=0.1), Pacing(), Limiter()
    limiter._pacing = limits
    simulation.start(limits, 16)
    simulation.run(60)
    assert limiter.described() in {f"about {number} requests/s, found out" for number in ("8", "8.5", "9", "9.5")} | {
        f"about {number / 10:.2g} requests/s, found out" for number in range(80, 105)
    }


def test_the_tier_decides_over_the_key() -> None:
    """A key that the API takes for none does not make the start less careful."""
    assert limiter_told({"x-rate-limit-tier": "anonymous"}, keyed=True)[0].rate() == 5
    assert limiter_told({"x-rate-limit-tier": "free"})[0].rate() == 20


def test_useful_chains_follow_rate_and_latency() -> None:
    """As many requests in flight as use the rate up, and some to spare."""
    limiter, _ = limiter_told({"ratelimit-policy": "100;w=1"})
    assert limiter.latency() == pytest.approx(0.1)
    assert 16 <= limiter.useful_chains() <= 18
    assert limiter.useful_chains(most=8) == 8
    assert Limiter(rate=0.1).useful_chains() == 3
    assert Limiter(rate=1e6).useful_chains() == 64


# Headers


@pytest.mark.parametrize(
    ("headers", "limits"),
    [
        ({}, []),
        ({"X-RateLimit-Limit": "100"}, [("x-ratelimit", 100, None, None, None)]),
        (
            {"x-rate-limit-limit": "10", "x-rate-limit-remaining": "9", "x-rate-limit-reset": "0.5"},
            [("x-rate-limit", 10, None, 9, 0.5)],
        ),
        (
            {"x-ratelimit-limit-second": "5", "x-ratelimit-limit-day": "1000", "x-ratelimit-remaining-day": "7"},
            [("x-ratelimit-second", 5, 1.0, None, None), ("x-ratelimit-day", 1000, 86400.0, 7, None)],
        ),
        ({"ratelimit": "limit=100, remaining=50, reset=5"}, [("ratelimit", 100, None, 50, 5.0)]),
        (
            {"ratelimit": "limit=100, remaining=50, reset=5", "ratelimit-policy": "100;w=60"},
            [("policy 100", 100, 60.0, 50, 5.0)],
        ),
        (
            {"ratelimit": '"default";r=50;t=30', "ratelimit-policy": '"burst";q=5;w=1, "default";q=100;w=60'},
            [("policy burst", 5, 1.0, None, None), ("policy default", 100, 60.0, 50, 30.0)],
        ),
        (
            {"ratelimit-limit": "100, 100;w=60, 1000;w=3600", "ratelimit-remaining": "3", "ratelimit-reset": "7"},
            [("ratelimit", 100, 60.0, 3, 7.0), ("ratelimit 1", 1000, 3600.0, None, None)],
        ),
        ({"x-ratelimit-limit": "0"}, []),
        ({"x-ratelimit-limit": "-1", "ratelimit-policy": "lots;w=nan"}, []),
        ({"x-ratelimit-limit": "9" * 400}, []),
    ],
)
def test_stated_limits_are_read(headers: dict[str, str], limits: list[tuple[object, ...]]) -> None:
    """Every spelling that is about."""
    assert stated_limits(headers) == [StatedLimit(*limit) for limit in limits]  # type: ignore[arg-type]


@pytest.mark.parametrize("factor", [1, 1000])
def test_a_reset_may_be_a_moment(factor: int) -> None:
    """In seconds since 1970, or in milliseconds."""
    (limit,) = stated_limits({"x-ratelimit-limit": "9", "x-ratelimit-reset": str(int((time.time() + 30) * factor))})
    assert limit.reset == pytest.approx(30, abs=1.5)


NAMES = st.sampled_from(
    [
        *(
            f"{family}-{part}{unit}"
            for family in ("x-ratelimit", "x-rate-limit", "ratelimit")
            for part in ("limit", "remaining", "reset")
            for unit in ("", "-second", "-day")
        ),
        "ratelimit",
        "ratelimit-policy",
        "retry-after",
        "x-rate-limit-tier",
    ]
)
VALUES = st.one_of(
    st.text(max_size=30),
    st.integers().map(str),
    st.floats().map(str),
    st.text('"=;,qwrt0123456789 .-', max_size=30),
    st.just("anonymous"),
)


@given(st.lists(st.tuples(st.sampled_from([200, 404, 429, 503]), st.dictionaries(NAMES, VALUES)), max_size=8))
def test_no_header_breaks_the_limiter(answers: list[tuple[int, dict[str, str]]]) -> None:
    """Whatever an answer says, nothing is raised, and requests go on within the minute a pause may last."""
    clock = VirtualClock()
    limiter = Limiter(clock=clock)
    for status, headers in answers:
        now = clock.now()
        limiter.answered(now, status, headers)
        for limit in stated_limits(headers):
            assert limit.count >= 1
            assert limit.seconds is None or limit.seconds > 0
        wait = retry_after(headers)
        assert wait is None or wait >= 0
    assert limiter.rate() > 0
    assert limiter.described()
    assert 2 <= limiter.useful_chains() <= 64
    limiter._pacing.stated.clear()
    limiter._pacing._log.clear()
    limiter.take_turn(math.inf)
    assert sum(clock.waits) <= 60.001


# Below a transport


def wired(answers: list[httpx.Response], clock: Clock, **options: Any) -> tuple[Transport, list[httpx.Request]]:
    """A transport whose answers are scripted, and what it was asked."""
    asked: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answers[min(len(asked), len(answers)) - 1]

    return Transport(FACE_URL, transport=httpx.MockTransport(handler), clock=clock, **options), asked


OK = httpx.Response(200, json={"data": []})


def test_a_request_counts_for_the_call_under_way() -> None:
    """Requests, repetitions by their reason, and the time held back."""
    clock = VirtualClock()
    transport, _ = wired([httpx.Response(503), httpx.Response(429, headers={"retry-after": "2"}), OK], clock)
    with working() as work:
        assert transport.ask("GET", "/stats").tries == 3
    assert work.requests == 3
    assert work.repeated == {"ServerFailedError": 1, "RateLimitedError": 1}
    assert work.waited == pytest.approx(sum(clock.waits))
    assert sum(clock.waits) >= 2


def test_refusals_within_the_patience_are_survived() -> None:
    """Several 429s in a row cost their waits, and the answer comes; a limiter of one's own has learned from them."""
    clock = VirtualClock()
    transport, asked = wired([*(httpx.Response(429, headers={"retry-after": "4"}) for _ in range(5)), OK], clock)
    assert transport.ask("GET", "/stats").tries == 6
    assert len(asked) == 6
    assert 20 <= sum(clock.waits) < 27


def test_a_refusal_that_lasts_is_raised() -> None:
    """Past the patience the error says so."""
    clock = VirtualClock()
    transport, _ = wired([httpx.Response(429, headers={"retry-after": "4"})], clock)
    with pytest.raises(bd.RateLimitedError) as caught:
        transport.ask("GET", "/stats", patience=10)
    assert caught.value.context["tries"] == 3
    assert caught.value.wait == 4


def test_the_queue_does_not_use_patience_up() -> None:
    """Whoever waits for long until its first send has all its patience then."""
    clock = VirtualClock()
    limiter = Limiter(clock=clock, rate=0.05)
    transport, asked = wired([httpx.Response(503), OK], clock)
    transport._limiter = limiter
    limiter.take_turn(60)
    assert transport.ask("GET", "/stats", patience=5).tries == 2
    assert clock.time >= 1040
    assert [request.extensions["timeout"]["read"] for request in asked] == [5, pytest.approx(4.4, abs=0.3)]


def test_a_stop_ends_a_wait_between_repetitions() -> None:
    """At once, with nothing sent any more."""
    clock = StoppingClock()
    transport, asked = wired([httpx.Response(503)], clock)
    with working(), pytest.raises(StoppedError):
        transport.ask("GET", "/stats")
    assert len(asked) == len(clock.waits) == 1


def test_bodies_are_asked_for_packed() -> None:
    """A packed answer is read; one that is cut is asked for again."""
    packed = gzip.compress(json.dumps({"data": list(range(1000))}).encode())

    def answer(body: bytes) -> httpx.Response:
        return httpx.Response(200, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(body))

    clock = VirtualClock()
    transport, asked = wired([answer(packed[: len(packed) // 2]), answer(packed)], clock)
    found: Answer[Any] = transport.ask("GET", "/stats")
    assert len(found.content["data"]) == 1000
    assert found.tries == 2
    assert "gzip" in asked[0].headers["accept-encoding"]
