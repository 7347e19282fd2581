"""What to loosen where nothing matches: how many would without each of the filters, and the nearest values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bluedoor_tools import BluedoorError, contract
from bluedoor_tools.errors import nearest

from .answers import Structure
from .desk import Desk
from .strangers import one_line
from .wording import in_tools

__all__ = ["count", "events_to_loosen", "jobs_to_loosen"]

_MOST_WORDS = 5
_COUNTED = ("city", "region", "country", "department")  # filters of free values that the API counts
_MOST_PROBES = 8  # searches that say what to loosen


def jobs_to_loosen(desk: Desk, filters: Mapping[str, Any]) -> Structure:
    """For filters that no posting matches: counts without each, of each word of `q`, and near values; `loosen` last."""
    structure, unsure = _without(desk, "search_jobs", filters)
    words = str(filters.get("q", "")).split() if isinstance(filters.get("q"), str) else []
    if 1 < len(words) <= _MOST_WORDS and not unsure:
        try:
            structure["matches_of_word"] = {
                word: count(desk, "search_jobs", {"q": word, "status": "any"}) for word in words
            }
        except BluedoorError as error:
            unsure = in_tools(error.message)
    near = {} if unsure else _near_values(desk, filters)
    if near:
        structure["did_you_mean"] = near
    advice = _advice(structure["matches_without"], filters)
    if len(words) > 1:
        advice += " q wants every word in title or department: try fewer words."
    return structure | {"loosen": advice + (f" Not all could be counted: {unsure}" if unsure else "")}


def events_to_loosen(desk: Desk, filters: Mapping[str, Any]) -> Structure:
    """For filters that no event matches: counts without each."""
    structure, unsure = _without(desk, "search_events", filters)
    advice = _advice(structure["matches_without"], filters)
    return structure | {"loosen": advice + (f" Not all could be counted: {unsure}" if unsure else "")}


def _without(desk: Desk, function: str, filters: Mapping[str, Any]) -> tuple[Structure, str]:
    """How many match without each of the filters, and why not all were counted."""
    without: dict[str, Any] = {}
    named = [name for name in filters if (name, filters[name]) != ("status", "any")]
    unsure = f"the search without {', '.join(named[_MOST_PROBES:])} was not tried" if named[_MOST_PROBES:] else ""
    for name in named[:_MOST_PROBES]:
        rest = {other: value for other, value in filters.items() if other != name}
        try:
            without[name] = count(desk, function, rest | ({"status": "any"} if name == "status" else {}))
        except BluedoorError as error:
            unsure = in_tools(error.message)
            break
    return {"matches_without": without}, unsure


def _advice(without: Mapping[str, Any], filters: Mapping[str, Any]) -> str:
    best = [name for name, total in without.items() if total != 0]
    if best:
        return f"Leave out or widen: {', '.join(best)}."
    if not filters:
        return "There is none at all."
    if len(without) == len([name for name in filters if (name, filters[name]) != ("status", "any")]):
        return "No single filter explains it: leave out several."
    return "Leave out a filter, or several."


def _near_values(desk: Desk, filters: Mapping[str, Any]) -> dict[str, str]:
    """For filters whose values are free and compared whole, the nearest value that postings have."""
    near = {}
    for name in _COUNTED:
        value = filters.get(name)
        if not isinstance(value, str):
            continue
        try:
            values = desk.client.facets(name, status=None, limit=contract.FACET_LIMIT)["value"].tolist()
        except BluedoorError:  # a courtesy: what stands in the answer stands without it
            continue
        if value.casefold() in {str(known).casefold() for known in values}:
            continue
        close = nearest(value, map(str, values))
        if close:
            near[name] = one_line(close)
    return near


def count(desk: Desk, function: str, filters: Mapping[str, Any]) -> int | str:
    """How many rows match, as far as the backend says."""
    columns = {"columns": ["job_id"]} if function == "search_jobs" else {}
    card = getattr(desk.client, function)(**filters, **columns, limit=1, progress=False).attrs["bluedoor"]
    total: int | str = card["total"] if card["total"] is not None else "some" if card["rows"] else 0
    return f"at least {total}" if card["capped"] else total
