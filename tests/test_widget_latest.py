"""Work off the main thread: the latest wins, what it overtook is stopped, errors and being busy are told."""

from __future__ import annotations

import logging
import threading
from typing import Any

import pytest

import bluedoor_tools as bd
from bluedoor_tools.widgets import latest as room
from bluedoor_tools.widgets.latest import Latest
from bluedoor_tools.wire.work import current

SOON = 20.0  # seconds after which a test that hangs fails


class Work:
    """A function whose calls wait until the test lets them go, and what was told of it."""

    def __init__(self, *, wait: float = 0.0, held: tuple[str, ...] = ()) -> None:
        self.begun = {name: threading.Event() for name in held}
        self.go_on = {name: threading.Event() for name in held}
        self.over = {name: threading.Event() for name in held}
        self.called: list[str] = []
        self.stops: dict[str, threading.Event] = {}
        self.told: list[Any] = []
        self.latest = Latest(self.run, self.told.append, self.told.append, wait=wait)

    def run(self, name: str, stop: threading.Event) -> str:
        self.called.append(name)
        self.stops[name] = stop
        if name in self.begun:
            self.begun[name].set()
            assert self.go_on[name].wait(SOON)
            self.over[name].set()
        return name


def test_the_answer_is_told() -> None:
    """What the function gives is handed to `done`, in another thread."""
    threads: list[int] = []
    latest = Latest(lambda a, b, stop: a + b, lambda answer: threads.append(threading.get_ident()), print, wait=0)
    latest.ask(1, 2)
    assert latest.idle(SOON)
    assert threads and threads[0] != threading.get_ident()


def test_an_overtaken_answer_is_never_shown() -> None:
    """A search that comes back after a newer one was asked is dropped, and was told to stop."""
    work = Work(held=("slow",))
    work.latest.ask("slow")
    assert work.begun["slow"].wait(SOON)
    work.latest.ask("quick")
    assert work.latest.idle(SOON)
    assert work.stops["slow"].is_set() and not work.stops["quick"].is_set()
    assert work.told == ["quick"]
    slow = [thread for thread in threading.enumerate() if thread.name == "bluedoor-latest-1"]
    work.go_on["slow"].set()
    for thread in slow:
        thread.join(SOON)
    assert work.over["slow"].is_set() and work.told == ["quick"]


def test_what_is_overtaken_while_it_waits_is_never_begun() -> None:
    """Letters typed one after another are one search, of the last one."""
    work = Work(wait=SOON)
    for letter in "nurs":
        work.latest.ask(letter)
    work.latest.ask("nurse", wait=0)
    assert work.latest.idle(SOON)
    assert work.called == ["nurse"] == work.told


def test_the_work_is_stopped_where_it_asks() -> None:
    """The client's own functions, called in it, find the event as that of the call under way."""
    found: list[bool] = []
    latest = Latest(lambda stop: found.append(current().stop is stop), lambda _: None, print, wait=0)
    latest.ask()
    assert latest.idle(SOON) and found == [True]


def test_an_error_is_told() -> None:
    """An error of this library reaches `failed` as it is."""
    error = bd.NotFoundError("no such posting", hint="look elsewhere")
    told: list[Any] = []

    def fail(stop: threading.Event) -> None:
        raise error

    latest = Latest(fail, lambda _: told.append("done"), told.append, wait=0)
    latest.ask()
    assert latest.idle(SOON) and told == [error]


def test_a_defect_is_told_by_its_type_alone(caplog: pytest.LogCaptureFixture) -> None:
    """The text of any other error may hold anything: it goes to the log."""
    told: list[Any] = []

    def fail(stop: threading.Event) -> None:
        raise RuntimeError("<script>")

    latest = Latest(fail, lambda _: told.append("done"), told.append, wait=0)
    with caplog.at_level(logging.ERROR, "bluedoor_tools"):
        latest.ask()
        assert latest.idle(SOON)
    (error,) = told
    assert isinstance(error, bd.BluedoorError)
    assert "RuntimeError" in str(error) and "script" not in str(error)
    assert "<script>" in caplog.text


def test_a_listener_that_fails_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    """An error in showing an answer is shown, too; one in showing errors ends nothing."""
    told: list[Any] = []
    latest = Latest(lambda stop: 1, lambda answer: 1 / 0, told.append, wait=0)
    latest.ask()
    assert latest.idle(SOON) and "ZeroDivisionError" in str(told[0])
    stubborn = Latest(lambda stop: 1, lambda answer: 1 / 0, lambda error: 1 / 0, wait=0)
    for _ in range(2):
        stubborn.ask()
        assert stubborn.idle(SOON)
    assert caplog.text.count("a view failed") >= 3


def test_busy_is_told_of_slow_work_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Quick work says nothing, slow work says True and then, after its answer, False."""
    told: list[Any] = []
    announced, go_on = threading.Event(), threading.Event()

    def busy(yes: bool) -> None:
        told.append(yes)
        announced.set()

    def run(slow: bool, stop: threading.Event) -> str:
        if slow:
            assert go_on.wait(SOON)
        return "answer"

    latest = Latest(run, told.append, told.append, wait=0, busy=busy)
    monkeypatch.setattr(room, "_QUICK", 1000.0)
    latest.ask(False)
    assert latest.idle(SOON) and told == ["answer"]
    monkeypatch.setattr(room, "_QUICK", 0.0)
    latest.ask(True)
    assert announced.wait(SOON)
    go_on.set()
    assert latest.idle(SOON) and told == ["answer", True, "answer", False]


def test_being_busy_lasts_over_what_was_overtaken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between a search and the newer one that overtook it the view does not look idle."""
    monkeypatch.setattr(room, "_QUICK", 0.0)
    told: list[bool] = []
    work = Work(held=("slow", "next"))
    announced = threading.Event()

    def busy(yes: bool) -> None:
        told.append(yes)
        announced.set()

    work.latest = Latest(work.run, work.told.append, print, wait=0, busy=busy)
    work.latest.ask("slow")
    assert announced.wait(SOON)
    work.latest.ask("next")
    assert work.begun["next"].wait(SOON)
    work.go_on["slow"].set()
    assert work.over["slow"].wait(SOON)
    work.go_on["next"].set()
    assert work.latest.idle(SOON) and told == [True, False]


def test_stop_keeps_what_came() -> None:
    """Stopped by its reader, work may still give what it has; where it gives nothing, nothing is told."""
    told: list[Any] = []
    begun = threading.Event()

    def run(keeps: bool, stop: threading.Event) -> str:
        begun.set()
        assert stop.wait(SOON)
        if not keeps:
            current().check()
        return "some rows"

    latest = Latest(run, told.append, told.append, wait=0)
    for keeps in (True, False):
        begun.clear()
        latest.ask(keeps)
        assert begun.wait(SOON)
        latest.stop()
        assert latest.idle(SOON)
    assert told == ["some rows"]


def test_closed_nothing_is_told_any_more() -> None:
    """Close stops the work, and neither its answer nor that of a later call comes."""
    work = Work(held=("slow",))
    work.latest.ask("slow")
    assert work.begun["slow"].wait(SOON)
    thread = next(thread for thread in threading.enumerate() if thread.name.startswith("bluedoor-latest"))
    work.latest.close()
    assert work.stops["slow"].is_set() and work.latest.idle(SOON)
    work.latest.ask("after")
    work.go_on["slow"].set()
    thread.join(SOON)
    assert work.told == [] and work.called == ["slow"]


def test_idle_says_whether_it_came_about() -> None:
    """With work under way it gives False after its time."""
    work = Work(held=("slow",))
    assert work.latest.idle(0.0)
    work.latest.ask("slow")
    assert not work.latest.idle(0.01)
    work.go_on["slow"].set()
    assert work.latest.idle(SOON)
