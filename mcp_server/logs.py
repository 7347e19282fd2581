"""Logs, to stderr: no key, no posting text, no arguments of calls.

Messages of exceptions repeat what a caller gave, or what a stranger wrote, so of an exception only its type and its
places are logged. Other programs' loggers that write requests or their headers stay at warnings.
"""

from __future__ import annotations

import logging
import sys
import traceback
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TextIO

from bluedoor_tools import InvalidRequestError
from bluedoor_tools.inert import one_line, without_key

__all__ = ["described", "level_of", "log_to", "say"]

NAME = "bluedoor-mcp"
_LEVELS = {"warning": logging.WARNING, "info": logging.INFO, "debug": logging.DEBUG}
OURS = ("mcp", "mcp_server", "bluedoor_tools", "uvicorn")
_LONGEST = 300  # characters of a message
_PLACES = 6  # of an exception, the innermost


def say(text: str) -> None:
    """One line for the person who started the server."""
    print(f"{NAME}: {without_key(one_line(text))}", file=sys.stderr, flush=True)


def level_of(environment: Mapping[str, str]) -> int:
    """The level that BLUEDOOR_MCP_LOG names: warning (the default), info or debug.

    Raises
    ------
    InvalidRequestError
        It names none.
    """
    written = environment.get("BLUEDOOR_MCP_LOG", "").strip().lower()
    if written and written not in _LEVELS:
        raise InvalidRequestError("BLUEDOOR_MCP_LOG is not a level.", hint=f"Use {', '.join(_LEVELS)}.")
    return _LEVELS[written or "warning"]


def log_to(stream: TextIO, level: int) -> None:
    """Send what this process logs to `stream`, and nothing else of it anywhere."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Discreet())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    logging.raiseExceptions = False  # a log that cannot be written is no reason to print what was to be logged
    warnings.showwarning = _warned
    sys.excepthook = _uncaught


def described(error: BaseException) -> str:
    """An exception by its types and its places, innermost first, without its message.

    >>> try:
    ...     int("a key")
    ... except ValueError as error:
    ...     described(error).split(" at ")[0]
    'ValueError'
    """
    return "; ".join(_one(single) for single in singles(error))


def singles(error: BaseException) -> Iterator[BaseException]:
    """The exceptions of a group, however deep; an exception that is no group is the only one."""
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from singles(inner)
    else:
        yield error


def _one(error: BaseException) -> str:
    frames = list(traceback.walk_tb(error.__traceback__))[-_PLACES:]
    places = [f"{'/'.join(Path(frame.f_code.co_filename).parts[-2:])}:{line}" for frame, line in reversed(frames)]
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    after = f" after {type(cause).__name__}" if cause is not None else ""
    missing = f" ({error.name})" if isinstance(error, ImportError) and error.name else ""
    return f"{type(error).__name__}{missing}{after}{' at ' if places else ''}{' < '.join(places)}"


class _Discreet(logging.Formatter):
    """One line a record: what was logged, with exceptions and other objects by their types."""

    def format(self, record: logging.LogRecord) -> str:
        arguments = record.args
        if isinstance(arguments, tuple):
            arguments = tuple(map(_plain, arguments))
        elif arguments:
            arguments = {name: _plain(value) for name, value in arguments.items()}
        try:
            text = str(record.msg) % arguments if arguments else str(record.msg)
        except (TypeError, ValueError, KeyError):
            text = str(record.msg)
        if isinstance(record.msg, BaseException):
            text = type(record.msg).__name__
        line = without_key(one_line(" ".join(text.split())))[:_LONGEST]
        error = record.exc_info[1] if record.exc_info else None
        return f"{NAME} {record.levelname.lower()} {record.name}: {line}{f': {described(error)}' if error else ''}"


class _Named:
    """Stands in a message for an object whose text may hold anything."""

    def __init__(self, value: object) -> None:
        self._name = f"<{type(value).__name__}>"

    def __repr__(self) -> str:
        return self._name


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, str | int | float) else _Named(value)


def _warned(
    message: Warning | str,  # noqa: ARG001 - as `warnings` calls it
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001
    line: str | None = None,  # noqa: ARG001
) -> None:
    """What the library warns of stands in the answers."""
    place = "/".join(Path(filename).parts[-2:])
    logging.getLogger("mcp_server").info("%s at %s:%d", category.__name__, place, lineno)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:  # noqa: ARG001
    say(f"stopped by an unexpected error: {described(error)}")
