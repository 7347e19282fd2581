"""The functions without a client: over the backend that the environment names."""

from __future__ import annotations

import functools
import inspect
import os
import threading
from typing import TYPE_CHECKING, Any

from .client import Client
from .connection import connect

__all__ = [
    "default_client",
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
]

_ENVIRONMENT = ("BLUEDOOR_BACKEND", "BLUEDOOR_API_URL", "BLUEDOOR_API_KEY")
_lock = threading.Lock()
_clients: dict[tuple[str | None, ...], Client] = {}


def default_client() -> Client:
    """The client that the module's functions use: ``connect()`` under the present environment variables.

    Returns
    -------
    Client
        the same one until it is closed, or ``BLUEDOOR_BACKEND``, ``BLUEDOOR_API_URL`` or ``BLUEDOOR_API_KEY`` changes
    """
    setting = tuple(os.environ.get(name) for name in _ENVIRONMENT)
    with _lock:
        if setting not in _clients or _clients[setting].closed:
            _clients[setting] = connect()
        return _clients[setting]


if TYPE_CHECKING:
    _client = default_client()
    doctor = _client.doctor
    facets = _client.facets
    find_orgs = _client.find_orgs
    get_job = _client.get_job
    get_jobs = _client.get_jobs
    get_org = _client.get_org
    get_source = _client.get_source
    history = _client.history
    iter_jobs = _client.iter_jobs
    job_events = _client.job_events
    resume = _client.resume
    search_events = _client.search_events
    search_jobs = _client.search_jobs
    source_jobs = _client.source_jobs
    stats = _client.stats
else:

    def _function(name: str) -> Any:
        method = getattr(Client, name)

        @functools.wraps(method)
        def function(*args: Any, **kwargs: Any) -> Any:
            return getattr(default_client(), name)(*args, **kwargs)

        signature = inspect.signature(method)
        function.__signature__ = signature.replace(parameters=[*signature.parameters.values()][1:])
        function.__module__ = __name__
        function.__qualname__ = name
        return function

    doctor = _function("doctor")
    facets = _function("facets")
    find_orgs = _function("find_orgs")
    get_job = _function("get_job")
    get_jobs = _function("get_jobs")
    get_org = _function("get_org")
    get_source = _function("get_source")
    history = _function("history")
    iter_jobs = _function("iter_jobs")
    job_events = _function("job_events")
    resume = _function("resume")
    search_events = _function("search_events")
    search_jobs = _function("search_jobs")
    source_jobs = _function("source_jobs")
    stats = _function("stats")
