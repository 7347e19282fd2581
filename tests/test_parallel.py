"""in_parallel: items asked several at a time, in their order, and over at once when nobody wants more."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import closing
from typing import Any

import pytest

from bluedoor_tools.wire.parallel import in_parallel
from bluedoor_tools.wire.work import StoppedError, current, working

PATIENCE = 20.0  # seconds after which a test that hangs fails


def no_threads_left() -> bool:
    """Whether every thread that asked is gone within the patience."""
    for thread in threading.enumerate():
        if thread.name == "bluedoor-request":
            thread.join(PATIENCE)
    return all(thread.name != "bluedoor-request" for thread in threading.enumerate())


@pytest.mark.parametrize("most", [1, 3, 50])
def test_the_order_is_that_of_the_items(most: int) -> None:
    """Whatever is asked first, and however many at once."""
    found = list(in_parallel(lambda number: number * number, range(40), lambda: most))
    assert found == [(number, number * number) for number in range(40)]
    assert no_threads_left()


def test_no_items() -> None:
    """Nothing is asked."""
    nothing: list[int] = []
    assert not list(in_parallel(lambda item: item, nothing, lambda: 4))


def test_the_last_may_be_answered_first() -> None:
    """An answer that comes before its turn waits for it: here each item waits for the one after it."""
    answered = [threading.Event() for _ in range(5)]

    def ask(number: int) -> int:
        if number < 4:
            assert answered[number + 1].wait(PATIENCE)
        answered[number].set()
        return number

    assert [number for number, _ in in_parallel(ask, range(5), lambda: 5)] == [0, 1, 2, 3, 4]


def test_they_are_really_asked_at_once() -> None:
    """Four at once meet at a barrier that none alone passes; never are there more."""
    barrier = threading.Barrier(4)
    under_way, largest = [0], [0]
    lock = threading.Lock()

    def ask(number: int) -> int:
        with lock:
            under_way[0] += 1
            largest[0] = max(largest[0], under_way[0])
        barrier.wait(PATIENCE)
        with lock:
            under_way[0] -= 1
        return number

    assert [found for _, found in in_parallel(ask, range(12), lambda: 4)] == list(range(12))
    assert largest == [4]


def test_threads_are_added_while_it_goes() -> None:
    """What was allowed one at a time, then three, is asked three at a time."""
    allowed = [1]
    barrier = threading.Barrier(3)
    threads: list[threading.Thread] = []

    def ask(number: int) -> int:
        threads.append(threading.current_thread())
        if number == 0:
            allowed[0] = 3
        else:
            barrier.wait(PATIENCE)
        return number

    assert [found for _, found in in_parallel(ask, range(7), lambda: allowed[0])] == list(range(7))
    assert threads[0] is threading.current_thread()
    assert threading.current_thread() not in threads[1:]


def test_threads_are_given_up_while_it_goes() -> None:
    """After what is allowed fell to one, one is asked after the other."""
    allowed = [4]
    barrier = threading.Barrier(4)
    under_way: list[int] = []
    alone: list[bool] = []

    def ask(number: int) -> int:
        if number < 4:
            barrier.wait(PATIENCE)
        else:
            under_way.append(number)
            alone.append(len(under_way) == 1)
            under_way.remove(number)
        return number

    def most() -> int:
        return allowed[0]

    for number, _ in in_parallel(ask, range(4), most):
        allowed[0] = 1 if number == 0 else allowed[0]
    assert [found for _, found in in_parallel(ask, range(4, 30), most)] == list(range(4, 30))
    assert all(alone) and no_threads_left()


def test_one_at_a_time_is_asked_in_the_callers_thread() -> None:
    """No thread is started, so that a debugger, an interrupt and thread-bound things work as without it."""
    found = list(in_parallel(lambda _: threading.current_thread(), range(3), lambda: 1))
    assert [thread for _, thread in found] == [threading.current_thread()] * 3


@pytest.mark.parametrize("most", [1, 4])
def test_an_error_stands_in_its_items_place(most: int) -> None:
    """The others are not touched by it."""

    def ask(number: int) -> int:
        if number % 3 == 1:
            raise ValueError(number)
        return number

    found = list(in_parallel(ask, range(9), lambda: most))
    assert [number for number, _ in found] == list(range(9))
    for number, outcome in found:
        if number % 3 == 1:
            assert isinstance(outcome, ValueError) and outcome.args == (number,)
        else:
            assert outcome == number


@pytest.mark.parametrize("most", [1, 4])
def test_what_is_not_an_exception_is_raised(most: int) -> None:
    """An exit from within is not an item's own trouble, and does not hang."""

    def ask(number: int) -> int:
        raise SystemExit(number)

    with pytest.raises(SystemExit), closing(in_parallel(ask, range(9), lambda: most)) as asked:
        next(asked)


@pytest.mark.parametrize("end", [GeneratorExit, KeyboardInterrupt, RuntimeError])
def test_nothing_is_asked_after_the_end(end: type[BaseException]) -> None:
    """A consumer that stops waits for no answer under way, and no further item is asked."""
    go_on = threading.Event()
    asked: list[int] = []

    def ask(number: int) -> int:
        asked.append(number)
        if number:
            go_on.wait(PATIENCE)
        return number

    def consume() -> None:
        with closing(in_parallel(ask, range(100), lambda: 3)) as found:
            assert next(found) == (0, 0)
            raise end

    with pytest.raises(end):
        consume()
    assert not go_on.is_set()  # it came back while answers were under way
    go_on.set()
    assert no_threads_left()
    assert len(asked) <= 4


def test_an_interrupt_while_it_waits_comes_through() -> None:
    """Ctrl-C ends the wait for answers that do not come, and the process; its threads hold nothing up."""
    code = """
import _thread, threading
from bluedoor_tools.wire.parallel import in_parallel
never, all_asked = threading.Event(), threading.Barrier(3)
def ask(number):
    if all_asked.wait() == 0:
        _thread.interrupt_main()
    never.wait()
try:
    list(in_parallel(ask, range(9), lambda: 3))
except KeyboardInterrupt:
    print("through")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout.strip(), done.returncode, done.stderr) == ("through", 0, "")


def test_a_call_that_is_stopped_ends_it() -> None:
    """Another thread's stop of the call under way is seen while answers are waited for."""
    asked = threading.Barrier(3)
    ended = threading.Barrier(3)

    def ask(number: int) -> None:
        asked.wait(PATIENCE)
        assert current().stop.wait(PATIENCE)  # as a transport waits between repetitions
        ended.wait(PATIENCE)

    stop = threading.Event()

    def end() -> None:
        asked.wait(PATIENCE)
        stop.set()

    stopping = threading.Thread(target=end)
    stopping.start()
    with working(stop=stop), pytest.raises(StoppedError):
        list(in_parallel(ask, range(9), lambda: 2))
    ended.wait(PATIENCE)  # those under way were told, too
    stopping.join()
    assert no_threads_left()


def test_the_end_tells_those_under_way_but_not_the_call() -> None:
    """Requests that repeat or wait are told to stop when nobody wants their answers; the call itself goes on."""
    told = threading.Event()

    def ask(number: int) -> int:
        if number and current().stop.wait(PATIENCE):
            told.set()
        return number

    with working() as work:
        with closing(in_parallel(ask, range(9), lambda: 2)) as found:
            assert next(found) == (0, 0)
        assert told.wait(PATIENCE)
        assert not work.stop.is_set()


@pytest.mark.parametrize("most", [1, 4])
def test_they_are_parts_of_the_call_under_way(most: int) -> None:
    """What they cost is counted in, and refresh holds for them."""

    def ask(_: int) -> bool:
        current().sent()
        return current().refresh

    with working(refresh=True) as work:
        assert [found for _, found in in_parallel(ask, range(8), lambda: most)] == [True] * 8
    assert work.requests == 8


def test_without_threads_it_asks_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system gives no threads, every item is asked all the same."""

    def refuse(*_: Any) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert [found for _, found in in_parallel(lambda n: n, range(5), lambda: 4)] == [0, 1, 2, 3, 4]
