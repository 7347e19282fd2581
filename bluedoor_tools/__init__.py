"""bluedoor's Job Postings API as pandas DataFrames, record pages, a command line, and tools for AI assistants.

>>> import bluedoor_tools as bd
>>> client = bd.connect("sample")                       # or bd.connect() for the live API
>>> jobs = client.search_jobs("engineer", workplace_type="remote", limit=3)
>>> jobs.shape
(3, 36)
>>> bd.card(jobs)["applied"]
{'q': 'engineer', 'workplace_type': 'remote', 'status': 'active'}
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .answer_card import Card, card
    from .client import Client
    from .column_meanings import columns
    from .connection import connect
    from .default import (
        doctor,
        facets,
        find_orgs,
        get_job,
        get_jobs,
        get_org,
        get_source,
        history,
        iter_jobs,
        job_events,
        resume,
        search_events,
        search_jobs,
        source_jobs,
        stats,
    )
    from .errors import (
        BluedoorError,
        BluedoorWarning,
        CouldNotAskError,
        DriftWarning,
        InvalidRequestError,
        LongLoadWarning,
        NotAuthorizedError,
        NotFoundError,
        PartialResultWarning,
        RateLimitedError,
        ResultCutWarning,
        ServerFailedError,
        TimedOutError,
        UnexpectedAnswerError,
        UnreachableError,
    )
    from .files import read_jobs, save
    from .progress import LoadProgress
    from .records import Job, Org, Source
    from .widgets.charts.breakdown import breakdown
    from .widgets.charts.flows import flows
    from .widgets.charts.timeline import timeline
    from .widgets.explorer.explorer import Explorer
    from .widgets.explorer.exploring import explore
    from .widgets.explorer.record import record

# Where each public name lives; a room is entered when its first name is used, so the import itself costs nothing.
_ROOMS = {
    "answer_card": ("Card", "card"),
    "client": ("Client",),
    "connection": ("connect",),
    "column_meanings": ("columns",),
    "default": (
        "doctor",
        "facets",
        "find_orgs",
        "get_job",
        "get_jobs",
        "get_org",
        "get_source",
        "history",
        "iter_jobs",
        "job_events",
        "resume",
        "search_events",
        "search_jobs",
        "source_jobs",
        "stats",
    ),
    "errors": (
        "BluedoorError",
        "BluedoorWarning",
        "CouldNotAskError",
        "DriftWarning",
        "InvalidRequestError",
        "LongLoadWarning",
        "NotAuthorizedError",
        "NotFoundError",
        "PartialResultWarning",
        "RateLimitedError",
        "ResultCutWarning",
        "ServerFailedError",
        "TimedOutError",
        "UnexpectedAnswerError",
        "UnreachableError",
    ),
    "files": ("read_jobs", "save"),
    "progress": ("LoadProgress",),
    "records": ("Job", "Org", "Source"),
    "widgets": ("Explorer", "breakdown", "explore", "flows", "record", "timeline"),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [
    "BluedoorError",
    "BluedoorWarning",
    "Card",
    "Client",
    "CouldNotAskError",
    "DriftWarning",
    "Explorer",
    "InvalidRequestError",
    "Job",
    "LoadProgress",
    "LongLoadWarning",
    "NotAuthorizedError",
    "NotFoundError",
    "Org",
    "PartialResultWarning",
    "RateLimitedError",
    "ResultCutWarning",
    "ServerFailedError",
    "Source",
    "TimedOutError",
    "UnexpectedAnswerError",
    "UnreachableError",
    "breakdown",
    "card",
    "columns",
    "connect",
    "doctor",
    "explore",
    "facets",
    "find_orgs",
    "flows",
    "get_job",
    "get_jobs",
    "get_org",
    "get_source",
    "history",
    "iter_jobs",
    "job_events",
    "read_jobs",
    "record",
    "resume",
    "save",
    "search_events",
    "search_jobs",
    "source_jobs",
    "stats",
    "timeline",
]


def __getattr__(name: str) -> Any:
    room = _ROOM_OF.get(name)
    if room is not None:
        value = getattr(import_module(f".{room}", __name__), name)
    elif name == "__version__":
        from importlib.metadata import version

        value = version("bluedoor-tools")
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
