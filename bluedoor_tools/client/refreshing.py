"""Records kept on disk, as callers meet them: `refresh` passes them by, and an answer says that it is one."""

from __future__ import annotations

from contextlib import AbstractContextManager

from ..arguments import instant_text
from ..errors import InvalidRequestError
from ..wire.work import Work, working

__all__ = ["from_cache", "refreshing"]


def refreshing(refresh: object) -> AbstractContextManager[Work]:
    """The call of a function that takes `refresh`."""
    if not isinstance(refresh, bool):
        raise InvalidRequestError(f"refresh={refresh!r} is not True or False.")
    return working(refresh=refresh)


def from_cache(work: Work, kind: str, what: str = "From") -> list[str]:
    """What a record says where the call took it from disk: at most one notice."""
    asked_at = work.cached.get(kind)
    if asked_at is None:
        return []
    return [f"{what} the cache, asked for at {instant_text(asked_at)} (refresh=True asks anew)."]
