"""A call that its caller gives up stops the work itself; a long one is told of; many at once agree."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import anyio
import anyio.to_thread
import httpx
import pytest

from bluedoor_tools.backends.api import ApiBackend
from bluedoor_tools.client import Client
from bluedoor_tools.wire.transport import Transport
from mcp_server import calls
from tests.api_face import InProcessTransport, create_app
from tests.api_face.examples import small_data
from tests.clients import FACE_URL, Answering, SkippingClock, with_limit
from tests.mcp_calls import ERAS, connected

DATA = small_data(60)


class _Gate:
    """A stand-in whose second search waits until it is let through; each search brings few rows, so that one call asks
    many.
    """

    def __init__(self) -> None:
        self.asked = 0
        self.reached, self.open = threading.Event(), threading.Event()
        way = Answering(create_app(DATA), self._answer)
        self.client = Client(ApiBackend(Transport(FACE_URL, transport=way, clock=SkippingClock())))

    def _answer(self, request: httpx.Request, inner: InProcessTransport) -> httpx.Response:
        self.asked += 1
        if self.asked == 2:
            self.reached.set()
            assert self.open.wait(20)
        return inner.handle_request(with_limit(request, 5))


@pytest.fixture
def gate() -> Iterator[_Gate]:
    """A gate that is open when the test is over."""
    gate = _Gate()
    yield gate
    gate.open.set()


@pytest.mark.parametrize("mode", ERAS)
def test_a_call_given_up_sends_nothing_more(gate: _Gate, mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the caller cancels, the request under way is the last; the server answers the next call."""
    ended = threading.Event()
    search = gate.client.search_jobs

    def noticing(**arguments: Any) -> Any:
        try:
            return search(**arguments)
        finally:
            ended.set()

    monkeypatch.setattr(gate.client, "search_jobs", noticing)

    async def work(session: Any) -> Any:
        async with anyio.create_task_group() as group:
            group.start_soon(session.call_tool, "search_jobs", {"limit": 60, "status": "any"})
            assert await anyio.to_thread.run_sync(gate.reached.wait, 20)
            group.cancel_scope.cancel()
        # The next answer comes behind the cancellation, on the same way.
        after = await session.call_tool("describe_data", {"about": "filters"})
        gate.open.set()
        assert await anyio.to_thread.run_sync(ended.wait, 20)
        return after

    after = connected(gate.client, work, mode=mode)
    assert not after.is_error
    assert gate.asked == 2


@pytest.mark.parametrize("mode", ERAS)
def test_a_long_call_is_told_of(gate: _Gate, mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A caller who asks for progress hears how many requests were sent, while the call lasts."""
    monkeypatch.setattr(calls, "_TOLD_EVERY", 0.005)
    heard: list[tuple[float, str | None]] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append((progress, message))
        if progress >= 2:
            gate.open.set()

    async def work(session: Any) -> Any:
        return await session.call_tool("search_jobs", {"limit": 60, "status": "any"}, progress_callback=hear)

    assert not connected(gate.client, work, mode=mode).is_error
    assert heard and any("requests sent" in str(message) for _, message in heard)
    assert [done for done, _ in heard] == sorted(done for done, _ in heard)


def test_a_call_that_asks_for_no_progress_hears_none(gate: _Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without being asked to, the server tells nothing, and answers all the same."""
    monkeypatch.setattr(calls, "_TOLD_EVERY", 0.001)
    gate.open.set()
    found = connected(gate.client, lambda session: session.call_tool("search_jobs", {"limit": 60}))
    assert not found.is_error


def test_a_defect_is_an_answer_without_its_text(
    sample: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An unforeseen exception becomes a short error; neither the answer nor the log holds its message."""

    def fail(**_: Any) -> Any:
        raise RuntimeError("SECRET posting text")

    monkeypatch.setattr(sample, "search_jobs", fail)
    found = connected(sample, lambda session: session.call_tool("search_jobs", {}))
    assert found.is_error and "RuntimeError" in found.content[0].text
    assert "SECRET" not in found.content[0].text + str(found.structured_content) + caplog.text
    assert "RuntimeError in fail" in caplog.text


@pytest.mark.parametrize("mode", ERAS)
def test_twenty_calls_at_once_agree_with_one_after_another(sample: Client, mode: str) -> None:
    """Answers do not mix, and are those of calls alone."""
    asked: list[tuple[str, dict[str, Any]]] = [
        ("search_jobs", {"q": word, "limit": limit})
        for word in ("nurse", "engineer", "sales", "data")
        for limit in (1, 5)
    ]
    asked += [("facets", {"field": name}) for name in ("country", "city", "department", "workplace_type")]
    asked += [("find_orgs", {"name": name}) for name in ("health", "corven", "bank", "labs")]
    asked += [("search", {"query": word}) for word in ("nurse", "driver", "remote engineer", "chef")]

    async def work(session: Any) -> tuple[list[Any], list[Any]]:
        alone = [(await session.call_tool(*one)).structured_content for one in asked]
        together: list[Any] = [None] * len(asked)

        async def call(at: int) -> None:
            together[at] = (await session.call_tool(*asked[at])).structured_content

        async with anyio.create_task_group() as group:
            for at in range(len(asked)):
                group.start_soon(call, at)
        return alone, together

    alone, together = connected(sample, work, mode=mode)
    assert len(asked) == 20 and together == alone
