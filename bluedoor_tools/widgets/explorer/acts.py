"""What a click means for the query of a view. An act comes from a page, and may be anything: what makes no sense is
refused, and nothing changes.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

import traitlets

from ...errors import BluedoorError, InvalidRequestError, nearest
from ...inert import visible_line
from ..rows.query import ViewQuery
from ..view import Act

__all__ = ["apply"]

_FILTER_OF_EVENTS = {"observed_after": "first_seen_after", "observed_before": "first_seen_before"}


def apply(act: Act, query: ViewQuery, columns: Collection[str]) -> None:
    """Do to the query what was clicked; acts that are not for it are left alone. Rows can be sorted by `columns`.

    Raises
    ------
    InvalidRequestError
        The key says nothing that can be done.
    """
    try:
        match act.name:
            case "filter":
                query.pick(_picked(act.key))
            case "remove":
                query.set(**{act.key: None})
            case "open":
                query.job_id = act.key
            case "close":
                query.job_id = None
            case "sort":
                query.sort_by(_column(act.key, columns))
            case "page":
                query.page = _page(act.key, query.page + 1)
            case "size":
                query.page_size = int(act.key)
    except BluedoorError:
        raise
    except (ValueError, RecursionError, traitlets.TraitError):
        raise InvalidRequestError(
            f"{act.name}: {visible_line(act.key)[:60]!r} is nothing that can be done here.", hint="Nothing is changed."
        ) from None


def _picked(key: str) -> dict[str, Any]:
    """The filters that a mark stands for; the time of an event becomes that in which its posting was first seen."""
    picked: Any = json.loads(key)
    if not isinstance(picked, dict):
        raise ValueError(key)
    return {_FILTER_OF_EVENTS.get(str(name), str(name)): value for name, value in picked.items()}


def _column(name: str, columns: Collection[str]) -> str:
    if name not in columns:
        close = nearest(name, columns)
        raise InvalidRequestError(
            f"These rows have no column {visible_line(name)[:60]!r}.", hint=f"Did you mean {close!r}?" if close else ""
        )
    return name


def _page(key: str, most: int) -> int:
    """A page that can be turned to: no click leads further than to the next, as every one between may cost."""
    page = int(key)
    if page > most:
        raise ValueError(key)
    return page
