"""Progress of a load: a bar where somebody looks, a function where one was given, and a word before a long load."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

import bluedoor_tools as bd
from bluedoor_tools.progress import Progress, check_progress, load_notice, reporting


class Stream(io.StringIO):
    """Standard error, as a terminal or a pipe."""

    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    def drawn(self) -> list[str]:
        """What was drawn, one after another; each stands where the last one stood."""
        return [line.strip() for line in self.getvalue().replace("\n", "\r").split("\r") if line.strip()]


class Time:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def stderr(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], Stream]:
    """Standard error as a terminal, or as a pipe."""

    def put(terminal: bool) -> Stream:
        stream = Stream(terminal)
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setenv("COLUMNS", "100")
        monkeypatch.setenv("LINES", "24")
        return stream

    return put


def load(clock: Time, progress: Progress, *, step: float = 0.5, pages: int = 10, expected: int | None = 1000) -> None:
    """A load of pages of 100 rows, each of which takes the step."""
    with reporting(progress, "postings", clock=clock) as report:
        for page in range(1, pages + 1):
            clock.seconds += step
            report.update(page * 100, expected, page)


def broken_load(clock: Time, progress: Progress, error: type[BaseException]) -> None:
    """A load that breaks off after its first report, two seconds old."""
    with reporting(progress, "postings", clock=clock) as report:
        clock.seconds += 2
        report.update(300, 1000, 3)
        raise error("midway")


def test_a_terminal_shows_rows_rate_and_the_expected_total(
    clock: Time, stderr: Callable[[bool], Stream], capsys: pytest.CaptureFixture[str]
) -> None:
    """From the first second on, in the load's own time, on standard error only; the line is left with a line end."""
    stream = stderr(True)
    load(clock, None)
    first, *_, last = stream.drawn()
    assert first.startswith("20%|")
    assert "| 200/1000 [00:01<00:04, 200.00 postings/s]" in first
    assert "| 1000/1000 [00:05<00:00, 200.00 postings/s]" in last
    assert stream.getvalue().endswith("\n")
    assert capsys.readouterr().out == ""


def test_a_load_of_less_than_a_second_draws_nothing(clock: Time, stderr: Callable[[bool], Stream]) -> None:
    """What is over at once needs no bar, wherever it runs."""
    stream = stderr(True)
    load(clock, None, step=0.09)
    load(clock, True, step=0.09)
    assert stream.getvalue() == ""


def test_nothing_is_written_to_a_pipe(
    clock: Time, stderr: Callable[[bool], Stream], capsys: pytest.CaptureFixture[str]
) -> None:
    """Where nobody looks there is no bar, and none in a terminal where it was declined."""
    pipe = stderr(False)
    load(clock, None)
    terminal = stderr(True)
    load(clock, False)
    assert pipe.getvalue() == terminal.getvalue() == capsys.readouterr().out == ""


def test_a_bar_that_was_asked_for_goes_to_a_pipe(clock: Time, stderr: Callable[[bool], Stream]) -> None:
    """`progress=True` is a bar in any case."""
    stream = stderr(False)
    load(clock, True)
    assert "1000/1000" in stream.drawn()[-1]


@pytest.mark.parametrize("closed", [True, False])
def test_a_load_goes_on_without_standard_error(
    clock: Time, stderr: Callable[[bool], Stream], monkeypatch: pytest.MonkeyPatch, closed: bool
) -> None:
    """A program without standard error, or that has closed it, loads all the same."""
    stderr(True).close()
    if not closed:
        monkeypatch.setattr(sys, "stderr", None)
    load(clock, None)
    load(clock, True)


def test_the_total_may_be_unknown_come_change_and_go(clock: Time, stderr: Callable[[bool], Stream]) -> None:
    """The bar follows what is expected; without a total it shows rows and rate."""
    stream = stderr(True)
    with reporting(None, "postings", clock=clock) as report:
        shown = []
        for rows, expected in ((200, None), (400, 1000), (600, 2000), (800, None)):
            clock.seconds += 2
            report.update(rows, expected, rows // 100)
            shown.append(stream.drawn()[-1])
    assert shown[0] == "200 postings [00:02, 100.00 postings/s]"
    assert "| 400/1000 [00:04<00:06, 100.00 postings/s]" in shown[1]
    assert "| 600/2000 [00:06<00:14, 100.00 postings/s]" in shown[2]
    assert shown[3] == "800 postings [00:08, 100.00 postings/s]"
    assert not [line for line in stream.drawn() if line.startswith("0")], "no count is lost on the way"


def test_a_bar_is_not_drawn_more_than_ten_times_a_second(clock: Time, stderr: Callable[[bool], Stream]) -> None:
    """Pages may come much faster than anybody reads; the end is drawn in any case."""
    stream = stderr(True)
    load(clock, None, step=1 / 256, pages=512, expected=51_200)
    assert 8 <= len(set(stream.drawn())) <= 12  # in the second of two that has a bar
    assert "51200/51200" in stream.drawn()[-1]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_bar_is_closed_when_the_load_breaks_off(
    clock: Time, stderr: Callable[[bool], Stream], error: type[BaseException]
) -> None:
    """What is printed next stands on a line of its own, the exception is the load's, and a second bar is the first."""
    stream = stderr(True)
    for _ in range(2):
        with pytest.raises(error, match="midway"):
            broken_load(clock, None, error)
        assert "300/1000" in stream.drawn()[-1]
        assert stream.getvalue().endswith("\n")
    assert "\x1b[A" not in stream.getvalue(), "a bar that is still open moves the next one down"


def test_no_thread_is_left_over(clock: Time, stderr: Callable[[bool], Stream]) -> None:
    """The bar starts no thread, neither while it is shown nor after."""
    stream = stderr(True)
    before = set(threading.enumerate())
    load(clock, None)
    assert stream.drawn()
    assert set(threading.enumerate()) == before


def test_a_function_is_told_instead(clock: Time, stderr: Callable[[bool], Stream]) -> None:
    """It is called in the caller's thread, from the first page on, and once when all is done."""
    stream = stderr(True)
    told: list[bd.LoadProgress] = []
    threads = set()

    def tell(state: bd.LoadProgress) -> None:
        told.append(state)
        threads.add(threading.current_thread())

    load(clock, tell, step=0.5, pages=3)
    assert told == [(100, 1000, 1, 0.5), (200, 1000, 2, 1.0), (300, 1000, 3, 1.5), (300, 1000, 3, 1.5)]
    assert told[0].rows == 100 and told[0].expected == 1000 and told[0].requests == 1 and told[0].seconds == 0.5
    assert threads == {threading.current_thread()}
    assert stream.getvalue() == ""


def test_a_function_is_not_told_more_than_ten_times_a_second(clock: Time) -> None:
    """Many pages in a second are told together, the last of them at the end."""
    told: list[bd.LoadProgress] = []
    load(clock, told.append, step=1 / 256, pages=256)
    assert 9 <= len(told) <= 12
    assert told[-1].rows == 25_600


def test_a_load_that_tells_nothing_reports_nothing(clock: Time) -> None:
    """A load that broke off before its first page has no state to report."""
    told: list[bd.LoadProgress] = []
    load(clock, told.append, pages=0)
    assert told == []


def test_what_the_function_raises_comes_out_of_update(clock: Time) -> None:
    """It is not swallowed; the load may catch it and keep its rows, and the function is not called again."""
    calls = []

    def fail(state: bd.LoadProgress) -> None:
        calls.append(state)
        raise ZeroDivisionError

    with reporting(fail, "postings", clock=clock) as report:
        with pytest.raises(ZeroDivisionError):
            report.update(100, None, 1)
        clock.seconds += 5
        report.update(200, None, 2)
    assert len(calls) == 1


def test_a_load_that_breaks_off_does_not_call_the_function_once_more(clock: Time) -> None:
    """The exception on its way is not put at risk by another call."""
    told: list[bd.LoadProgress] = []
    with pytest.raises(KeyboardInterrupt, match="midway"):
        broken_load(clock, told.append, KeyboardInterrupt)
    assert len(told) == 1


@pytest.mark.parametrize("progress", [None, True, False, print])
def test_what_progress_may_be(progress: Any) -> None:
    """A bar, none, as it fits, or something to call."""
    assert check_progress(progress) is progress


@pytest.mark.parametrize("progress", ["bar", 1, 0, [], "jobs_live_0123456789"])
def test_what_progress_may_not_be(progress: object) -> None:
    """Anything else is refused, with what would be right; a key in the wrong place is not repeated."""
    with pytest.raises(bd.InvalidRequestError, match="True for a bar in any case") as caught:
        check_progress(progress)
    assert "0123456789" not in str(caught.value)


def test_a_process_that_imported_a_kernel_is_no_notebook() -> None:
    """Where ipykernel was imported but no kernel runs, the bar is text on standard error, and nothing on the other."""
    code = "import ipykernel.zmqshell, IPython" + SLOW.format(before="", step=0.75, warned="error", progress=True)
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert "400/400 [00:03<00:00, 133.33 postings/s]" in done.stderr
    assert done.stdout == ""


SLOW = """
import sys, threading, warnings
from bluedoor_tools.progress import reporting
{before}
now = [0.0]
with warnings.catch_warnings(action="{warned}"), reporting({progress}, "postings", clock=lambda: now[0]) as report:
    for page, expected in enumerate([None, None, 500, 400], 1):
        now[0] += {step}
        report.update(page * 100, expected, page)
assert not [thread for thread in threading.enumerate() if "tqdm" in thread.name]
"""


def executed(*, before: str = "", step: float = 0.75, warned: str = "error") -> Any:
    """A notebook with one cell that loads, run in a real kernel."""
    cell = nbformat.v4.new_code_cell(SLOW.format(before=before, step=step, warned=warned, progress=None))  # type: ignore[no-untyped-call]
    notebook = nbformat.v4.new_notebook(cells=[cell])  # type: ignore[no-untyped-call]
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    return notebook


@pytest.mark.filterwarnings("ignore::DeprecationWarning:jupyter_client", "ignore::DeprecationWarning:zmq")
def test_a_notebook_shows_a_widget() -> None:
    """In a kernel the bar is a widget, with rows, rate and total as in a terminal; nothing else is printed."""
    notebook = executed()
    (output,) = notebook.cells[0].outputs
    assert "application/vnd.jupyter.widget-view+json" in output["data"]
    models = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"].values()
    states = [model["state"] for model in models]
    (bar,) = (state for state in states if state.get("_model_name") == "FloatProgressModel")
    assert (bar["value"], bar["max"], bar["bar_style"]) == (400, 400, "success")
    words = " ".join(str(state.get("value")) for state in states).replace("\u2007", " ")
    assert "400/400 [00:03&lt;00:00, 133.33 postings/s]" in words


@pytest.mark.filterwarnings("ignore::DeprecationWarning:jupyter_client", "ignore::DeprecationWarning:zmq")
def test_a_notebook_without_widgets_shows_text() -> None:
    """Where ipywidgets cannot be imported the bar is a line of text, without tqdm's warning."""
    outputs = executed(before="sys.modules['ipywidgets'] = None", warned="always").cells[0].outputs
    assert {output["name"] for output in outputs} == {"stderr"}
    said = "".join(output["text"] for output in outputs)
    assert "400/400 [00:03<00:00, 133.33 postings/s]" in said
    assert "IProgress" not in said


@pytest.mark.filterwarnings("ignore::DeprecationWarning:jupyter_client", "ignore::DeprecationWarning:zmq")
def test_a_notebook_shows_nothing_of_a_fast_load() -> None:
    """A load of less than a second leaves no output."""
    assert executed(step=0.2).cells[0].outputs == []


def test_a_load_of_less_than_a_minute_is_not_announced() -> None:
    """Sixty seconds at the present limit are not long; without a limit nothing is."""
    assert load_notice(30_000, False, 300, 5, "5 requests/s") is None
    assert load_notice(30_000, False, None, 5, "5 requests/s") is None
    assert load_notice(None, False, 300, 5, "5 requests/s") is None
    assert load_notice(10**9, False, 10**7, None, "no limit") is None
    assert load_notice(30_001, False, 301, 5, "5 requests/s") is not None


def test_a_long_load_says_rows_requests_time_and_what_to_do() -> None:
    """What it is about to do, by what limit, how it is stopped and how made smaller."""
    said = load_notice(1_650_000, False, 16_500, 5, "5 requests/s, a careful start without a key")
    assert said == (
        "1,650,000 rows take 16,500 requests and about 55 minutes at the present limit (5 requests/s, a careful start "
        "without a key). Ctrl-C keeps the rows that came, and bd.resume goes on from there; limit=… takes fewer."
    )


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(61, "about a minute"), (95, "about 2 minutes"), (7200, "about 2 hours"), (300_000, "about 3 days")],
)
def test_the_time_is_in_words(seconds: int, words: str) -> None:
    """Minutes, hours or days, as one says it."""
    assert f" and {words} at the present limit" in str(load_notice(seconds * 100, False, seconds, 1, "1 request/s"))


def test_a_count_that_is_a_floor_is_said_as_one() -> None:
    """A capped total is not told as if it were all."""
    said = str(load_notice(100_000, True, 1000, 5, "5 requests/s"))
    assert said.startswith("At least 100,000 rows take 1,000 requests and 3 minutes or more at the present limit (")


def test_an_unknown_count_is_said_as_one() -> None:
    """Where nobody could count, what a minute brings is said."""
    said = str(load_notice(None, False, None, 5, "5 requests/s"))
    assert said.startswith("How many rows match is not known; a minute brings at most 30,000 rows at the present limit")
    assert "bd.resume" in said and "limit=…" in said
