"""The functions without a client: over the backend that the environment names."""

from __future__ import annotations

import functools
import inspect
import os
import threading
from typing import TYPE_CHECKING, Any

from .client import Client
from .connection import connect

__all__ = ["default_client", "facets", "get_job", "get_org", "iter_jobs", "job_events", "search_jobs"]

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
    search_jobs = _client.search_jobs
    iter_jobs = _client.iter_jobs
    get_job = _client.get_job
    job_events = _client.job_events
    facets = _client.facets
    get_org = _client.get_org
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

    search_jobs = _function("search_jobs")
    iter_jobs = _function("iter_jobs")
    get_job = _function("get_job")
    job_events = _function("job_events")
    facets = _function("facets")
    get_org = _function("get_org")
