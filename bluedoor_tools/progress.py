"""How far a load is: a bar on the screen, or the caller's function; and what is said before a long load begins."""

from __future__ import annotations

import contextlib
import math
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeAlias

from .errors import InvalidRequestError
from .inert import counted, one_line, without_key

__all__ = ["LoadProgress", "Progress", "Reporter", "check_progress", "load_notice", "reporting"]

_BAR_AFTER = 1.0  # seconds: a load that is over sooner needs no bar
_EVERY = 0.1  # seconds between two reports
_LONG = 60.0  # seconds: a load that takes longer says so first
_ADVICE = "Ctrl-C keeps the rows that came, and bd.resume goes on from there; limit=… takes fewer."
_ROWS_A_REQUEST = 100  # what a full page holds


class LoadProgress(NamedTuple):
    """How far a load is, as a function given as ``progress=`` is told."""

    rows: int  #: rows that came so far
    expected: int | None  #: rows expected in all; None where nobody can say. It may change on the way
    requests: int  #: requests sent so far, repetitions included
    seconds: float  #: time since the load began


Progress: TypeAlias = "bool | Callable[[LoadProgress], object] | None"


def check_progress(progress: object) -> Progress:
    """A caller's `progress`: True, False, None or something to call."""
    if progress is None or isinstance(progress, bool) or callable(progress):
        return progress
    raise InvalidRequestError(
        f"progress={without_key(one_line(repr(progress)))} shows nothing.",
        hint="Use True for a bar in any case, False for none, None for one where somebody looks, or a function of one "
        "LoadProgress.",
    )


class Reporter:
    """What a load tells, page after page. At most ten reports a second leave it, all in the thread that updates."""

    def __init__(self, report: Callable[[LoadProgress], object], clock: Callable[[], float]) -> None:
        self._report = report
        self._clock = clock
        self._begun = clock()
        self._reported = -math.inf
        self._last: LoadProgress | None = None

    def update(self, rows: int, expected: int | None, requests: int) -> None:
        """Say how far the load is, in totals so far. What the caller's function raises, this raises."""
        now = self._clock()
        self._last = LoadProgress(rows, expected, requests, now - self._begun)
        if now - self._reported >= _EVERY:
            self._reported = now
            self._hand_on(self._last)

    def end(self) -> None:
        """Report once more how far the load came, unless it told nothing."""
        if self._last is not None:
            self._hand_on(self._last._replace(seconds=self._clock() - self._begun))

    def _hand_on(self, state: LoadProgress) -> None:
        report, self._report = self._report, _nowhere  # one that raises, or is interrupted, is not called again
        report(state)
        self._report = report


@contextlib.contextmanager
def reporting(progress: Progress, noun: str, *, clock: Callable[[], float] = time.monotonic) -> Iterator[Reporter]:
    """Open a load whose progress is shown as the caller wants; the load updates what this gives.

    Parameters
    ----------
    progress
        True: a bar, also where standard error is a pipe. False: none. None: a bar where somebody looks, in a notebook
        or a terminal, and none in a pipe; a server passes False. Else the function is called instead: with the first
        update, then at most ten times a second, and once when the load has ended without an exception.
    noun
        what the rows are, in the plural
    clock
        seconds; the load's time is counted from here

    A bar appears with the first update after a second. It goes to standard error, or is a widget in a notebook; it is
    closed however the load ends.
    """
    if callable(progress):
        yield from _reported(Reporter(progress, clock))
    elif _with_bar(progress):
        bar = _Bar(noun)
        try:
            yield from _reported(Reporter(bar.show, clock))
        finally:
            bar.close()
    else:
        yield Reporter(_nowhere, clock)


def _reported(reporter: Reporter) -> Iterator[Reporter]:
    yield reporter
    reporter.end()


def _with_bar(progress: bool | None) -> bool:
    """Whether a bar is wanted, and there is where to draw it."""
    if progress is False or sys.stderr is None or sys.stderr.closed:
        return False
    return progress is True or _in_notebook() or sys.stderr.isatty()


def _nowhere(state: LoadProgress) -> None:
    """Nobody looks."""


class _Bar:
    """A bar of tqdm that shows one state after another, and is not made before the load is a second old."""

    def __init__(self, noun: str) -> None:
        self._noun = noun
        self._state = LoadProgress(0, None, 0, 0.0)
        self._bar: Any = None

    def show(self, state: LoadProgress) -> None:
        """Draw the state."""
        self._state = state
        if state.seconds < _BAR_AFTER:
            return
        if self._bar is None:
            self._bar = self._made(state)
        elif self._bar.total != state.expected:
            if state.expected is None:
                self._bar.total = None
            else:
                self._bar.reset(state.expected)  # the one way that a widget follows, too
        self._bar.n = state.rows
        self._bar.refresh()

    def close(self) -> None:
        """Leave the bar as it was drawn last, and what comes next on a line of its own."""
        if self._bar is not None:
            self._bar.close()

    def _made(self, state: LoadProgress) -> Any:
        owner = self

        class Bar(_kind_of_bar()):  # type: ignore[misc]
            # No thread that outlives the bar: it would redraw bars whose loop counts too coarsely, and this one is
            # drawn whenever there is something new.
            monitor_interval = 0

            @property
            def format_dict(self) -> dict[str, Any]:
                # The bar is younger than the load: count, time and rate are the load's.
                state = owner._state
                return {**super().format_dict, "n": state.rows, "elapsed": state.seconds, "rate": None}

        return Bar(total=state.expected, unit=f" {self._noun}", file=sys.stderr, dynamic_ncols=True)


def _in_notebook() -> bool:
    """Whether the code runs in a kernel of Jupyter; IPython is asked only where it is there already."""
    kernel, ipython = sys.modules.get("ipykernel.zmqshell"), sys.modules.get("IPython")
    return kernel is not None and ipython is not None and isinstance(ipython.get_ipython(), kernel.ZMQInteractiveShell)


def _kind_of_bar() -> Any:
    """The widget of tqdm in a notebook that has widgets, else its line of text."""
    if not _in_notebook():
        # tqdm.auto takes any process that has imported a kernel for one, and prints its widget to standard output.
        from tqdm import tqdm as text_bar

        return text_bar
    from tqdm import TqdmWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TqdmWarning)  # without widgets it is the text, and need not be said
        from tqdm.auto import tqdm as auto_bar
    return auto_bar


def load_notice(
    rows: int | None,
    at_least: bool,
    pages: int | None,
    rate: float | None,
    described: str,
    advice: str = _ADVICE,
) -> str | None:
    """What is said before a load that takes more than a minute at the present limit; None where it takes less.

    Parameters
    ----------
    rows, at_least
        the rows to come, None where nobody can say; whether there may be more
    pages
        the requests that takes; None: as many as full pages
    rate
        requests a second at the present limit; None where nothing limits it, which needs no notice
    described
        the limit in words, and where it comes from
    advice
        what the caller can do

    >>> print(load_notice(1_650_000, False, 16_500, 5, "5 requests/s, a careful start").split(". ")[0])
    1,650,000 rows take 16,500 requests and about 55 minutes at the present limit (5 requests/s, a careful start)
    """
    if rate is None:
        return None
    if pages is None and rows is not None:
        pages = math.ceil(rows / _ROWS_A_REQUEST)
    if pages is not None and pages <= rate * _LONG:
        return None
    if rows is None or pages is None:
        a_minute = counted(max(1, round(rate * 60 * _ROWS_A_REQUEST)), "row")
        begin = f"How many rows match is not known; a minute brings at most {a_minute} at the present limit"
    else:
        begin = f"{'At least ' if at_least else ''}{rows:,} rows take {counted(pages, 'request')}"
        length = _in_words(pages / rate)
        begin += f" and {f'{length} or more' if at_least else f'about {length}'} at the present limit"
    return f"{begin} ({described}). {advice}"


def _in_words(seconds: float) -> str:
    """A length of time as one says it.

    >>> [_in_words(seconds) for seconds in (61, 95, 3300, 3600, 9000, 86_400 * 3)]
    ['a minute', '2 minutes', '55 minutes', '60 minutes', '2.5 hours', '3 days']
    """
    minutes = round(seconds / 60)
    if minutes <= 1:
        return "a minute"
    if minutes < 100:
        return f"{minutes} minutes"
    hours = round(seconds / 1800) / 2
    return f"{hours:g} hours" if hours < 48 else f"{round(seconds / 86_400)} days"
