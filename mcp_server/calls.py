"""A tool's call under way: run in a worker thread, told of while it lasts, and stopped when its caller goes."""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable
from typing import Any, TypeVar

import anyio
import anyio.to_thread
from anyio.lowlevel import RunVar
from mcp.server import ServerRequestContext

from bluedoor_tools import BluedoorError
from bluedoor_tools.wire.work import Work, working

__all__ = ["UnexpectedError", "in_a_thread"]

_THREADS = 16  # calls under way at once
_TOLD_EVERY = 1.0  # seconds
_LOG = logging.getLogger("mcp_server")

R = TypeVar("R")


class UnexpectedError(BluedoorError):
    """A defect of the server's own."""


async def in_a_thread(context: ServerRequestContext[Any, Any], function: Callable[[], R]) -> R:
    """Run a function that asks the backend; what it costs is told to a caller who wants to hear of it.

    When the caller cancels, or goes, the work itself is stopped: the thread sends nothing more.

    Raises
    ------
    BluedoorError
        What the function raised; any other exception becomes `UnexpectedError`, and its place is logged, never its
        text: that may hold what strangers wrote.
    """
    stop = threading.Event()
    works: list[Work] = []

    def run() -> R:
        with working(stop=stop) as work:
            works.append(work)
            try:
                return function()
            except BluedoorError:
                raise
            except Exception as error:
                place = traceback.extract_tb(error.__traceback__)[-1]
                _LOG.error("%s in %s, line %s", type(error).__name__, place.name, place.lineno)
                raise UnexpectedError(
                    f"The server failed in answering ({type(error).__name__}).",
                    hint="A defect of bluedoor-tools, not of the question: try narrower filters, and report it.",
                ) from None

    async def tell() -> None:
        while True:
            await anyio.sleep(_TOLD_EVERY)
            if works:
                done = works[0].requests
                await context.session.report_progress(done, None, _told(works[0]))

    try:
        async with anyio.create_task_group() as group:
            group.start_soon(tell)
            found: R = await anyio.to_thread.run_sync(run, abandon_on_cancel=True, limiter=_limiter())
            group.cancel_scope.cancel()
    except BaseExceptionGroup as several:  # of one: the task that tells raises nothing of its own
        raise several.exceptions[0] from None
    finally:
        stop.set()
    return found


def _told(work: Work) -> str:
    held = f", {work.waited:.0f} s held back by limits" if work.waited >= 1 else ""
    return f"{work.requests} requests sent{held}"


_OF_THIS_LOOP = RunVar[anyio.CapacityLimiter]("threads")


def _limiter() -> anyio.CapacityLimiter:
    """The threads of this event loop: the SDK's own are left to its streams."""
    try:
        return _OF_THIS_LOOP.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(_THREADS)
        _OF_THIS_LOOP.set(limiter)
        return limiter
