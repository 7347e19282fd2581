"""Filters whose names are assumed: which they are, and what is said where an answer does not obey them.

A name that the API does not know may be ignored without a word, and counts would pass for the filtered ones. So they
are held against such filters; rows are held against every filter (`obeyed`).
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from .. import contract
from ..errors import UnexpectedAnswerError
from ..inert import one_line

__all__ = ["ASSUMED", "counted_by", "ignored", "same_id"]

# The parameters of each endpoint whose names are assumed.
ASSUMED: defaultdict[str, set[str]] = defaultdict(set)
for _row in contract.PARAMETERS.values():
    if _row.known == "assumed":
        for _endpoint in ("search", "search_by_post", "facets"):
            ASSUMED[_endpoint].add(_row.name)
for _row in contract.EVENT_PARAMETERS.values():
    if _row.known == "assumed":
        ASSUMED["events_search"].add(_row.name)
for _option in contract.OPTIONS:
    # A page size or a cursor that is ignored shows in the walk.
    if _option.known == "assumed" and _option.name not in {"limit", "cursor"}:
        for _endpoint in _option.of:
            ASSUMED[_endpoint].add(_option.name)


def same_id(value: Any, asked: str) -> bool:
    """Whether a record is of the id that was asked for; one that does not say is believed."""
    return value is None or str(value).casefold() == asked.casefold()


def counted_by(parameter: contract.Parameter) -> str | None:
    """The facet that counts the values which a filter with an assumed name compares."""
    if parameter.known != "assumed":
        return None
    return next((facet.name for facet in contract.FACET_FIELDS.values() if facet.reads == parameter.reads[0]), None)


def ignored(parameter: contract.Parameter, path: str, field: str, value: Any) -> UnexpectedAnswerError:
    """The error for an answer that a filter should have kept out."""
    name = parameter.name
    return UnexpectedAnswerError(
        f"The API seems to ignore {name}: {path} answered with a {field} of {one_line(str(value))[:80]!r}.",
        hint=f"The name {name} is assumed: `bluedoor doctor` compares it with what the API publishes. Leave it out, "
        f"and filter the frame by its column {parameter.reads[0]}.",
    )
