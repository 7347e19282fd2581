"""Connecting: from "api", "sample" or a URL to a client."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from . import contract
from .client import Client
from .errors import InvalidRequestError, nearest
from .wire import DEFAULT_PATIENCE, MOST_CHAINS

if TYPE_CHECKING:
    import httpx

__all__ = ["connect"]

_SHOWN_MAX = 40  # characters of a wrong argument
_LIKE_A_KEY = re.compile(r"_(live|test)_|\bbearer\b|^(?=.*\d)[\w+=-]{20,}$", re.IGNORECASE)


def connect(
    where: str | Path | None = None,
    *,
    api_key: str | None = None,
    patience: float = DEFAULT_PATIENCE,
    transport: httpx.BaseTransport | None = None,
    cache: bool = True,
    chains: int = MOST_CHAINS,
) -> Client:
    """Connect to a backend. Nothing is sent yet; the sample is unpacked into the cache folder (a second, once).

    Parameters
    ----------
    where
        ``"api"``: the API, at ``BLUEDOOR_API_URL`` if that is set · ``"sample"``: the embedded synthetic sample ·
        a URL: an API elsewhere. Default: ``BLUEDOOR_BACKEND``, or else ``"api"``.
    api_key
        a key, sent to this address. Without it ``BLUEDOOR_API_KEY`` is sent, but only to the default host or the
        host of ``BLUEDOOR_API_URL``. Reading works without a key, too.
    patience
        seconds that one request may take with all its repetitions
    transport
        an httpx transport in place of the network, for tests; nothing is then kept on disk
    cache
        whether single records are kept on disk, in ``BLUEDOOR_CACHE_DIR`` or the system's place for caches, for all
        processes of the user: a posting for an hour, a board for a day, an organisation for a week. An answer says
        where it comes from there, and ``refresh=True`` asks anew. Searches, counts and events are always asked anew.
    chains
        requests of one call under way at once, at most. A load of more than 1,000 rows is split into parts that are
        read side by side, as many as the server's limit is worth; with 1 it is read page after page.

    Returns
    -------
    Client
        thread-safe; close it, or use it in a ``with``

    Raises
    ------
    InvalidRequestError
        `where` is not one of these, or another argument is not what it must be.

    Examples
    --------
    >>> import bluedoor_tools as bd
    >>> with bd.connect("sample") as client:
    ...     len(client.search_jobs("nurse", limit=3))
    3
    """
    place = where if where is not None else os.environ.get("BLUEDOOR_BACKEND", "").strip() or "api"
    if isinstance(patience, bool) or not isinstance(patience, int | float) or not 0 <= patience < float("inf"):
        raise InvalidRequestError(f"patience={patience!r} is not a number of seconds.", hint="Use 60, for example.")
    if not isinstance(cache, bool):
        raise InvalidRequestError("cache is neither True nor False.", hint="Its folder is set by BLUEDOOR_CACHE_DIR.")
    if isinstance(chains, bool) or not isinstance(chains, int) or chains < 1:
        raise InvalidRequestError(f"chains={chains!r} is not a number of requests.", hint="Use 1 or more.")
    if place == "sample":
        from .backends.sample import SampleBackend

        return Client(SampleBackend())
    if isinstance(place, str) and (place == "api" or place.lower().startswith(("http://", "https://"))):
        from .backends.api import ApiBackend
        from .wire.cache import RecordCache
        from .wire.transport import Transport

        url = place if place != "api" else os.environ.get("BLUEDOOR_API_URL", "").strip() or contract.API_URL
        wire = Transport(_checked_url(url), api_key=api_key, patience=patience, transport=transport)
        return Client(ApiBackend(wire, RecordCache() if cache and transport is None else None, chains=chains))
    text = str(place)
    known = (os.environ.get("BLUEDOOR_API_KEY", "").strip(), api_key)
    if _LIKE_A_KEY.search(text) or any(key and str(key) in text for key in known):
        raise InvalidRequestError(
            "What is to name a backend looks like an API key; it is not repeated here.",
            hint="Pass a key as api_key=… or in BLUEDOOR_API_KEY; a backend is 'api', 'sample' or a URL.",
        )
    shown = text if len(text) <= _SHOWN_MAX else text[: _SHOWN_MAX - 1] + "…"
    if isinstance(place, Path) or (isinstance(place, str) and ("/" in place or os.sep in place)):
        raise InvalidRequestError(
            f"{shown!r} is a path: local mirrors are not in this version.",
            hint="Use 'api', 'sample' or a URL; bd.read_jobs(path) reads a saved answer.",
        )
    close = nearest(text, ["api", "sample"])
    raise InvalidRequestError(
        f"There is no backend {shown!r}.",
        hint=(f"Did you mean {close!r}? " if close else "") + "Use 'api', 'sample' or a URL beginning with https://.",
    )


def _checked_url(url: str) -> str:
    import httpx  # not needed for the sample

    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        parsed = httpx.URL("")
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise InvalidRequestError("The API's address is not a URL.", hint=f"Use one such as {contract.API_URL}.")
    if parsed.userinfo or parsed.query or parsed.fragment:
        raise InvalidRequestError(
            "The API's address carries a user, query or fragment.",
            hint="Give the bare base URL; a key goes in api_key or BLUEDOOR_API_KEY.",
        )
    return url
