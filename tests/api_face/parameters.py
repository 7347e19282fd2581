"""Reading a request: which names an endpoint knows, and what each value must look like."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from .predicates import parse_instant
from .settings import ApiError, Settings

__all__ = ["CHOICES", "EVENT_FILTERS", "FACET_FIELDS", "JOB_FILTERS", "PAGING", "parse", "query_values"]

_TEXTS = (
    "q",
    "title",
    "department",
    "workplace_type",
    "employment_type",
    "status",
    "location",
    "location_text",
    "city",
    "region",
    "country",
    "provider",
)
_DAYS = tuple(
    f"{stem}_{side}" for stem in ("posted", "updated", "changed", "first_seen") for side in ("after", "before")
)

#: Name → kind of value.
JOB_FILTERS: dict[str, str] = (
    dict.fromkeys(_TEXTS, "text")
    | dict.fromkeys(("active", "salary_exists"), "flag")
    | dict.fromkeys(("salary_min", "salary_max"), "number")
    | dict.fromkeys(_DAYS, "instant")
    | dict.fromkeys(("org_ids", "source_ids"), "list")
)
EVENT_FILTERS: dict[str, str] = dict.fromkeys(("event_types", "job_ids", "org_ids", "source_ids"), "list") | {
    "provider": "text",
    "observed_after": "instant",
    "observed_before": "instant",
}
PAGING: dict[str, str] = {"limit": "integer", "cursor": "text"}
#: The values a name is held to; employment_type is not, records carry the raw wording of the ATS.
CHOICES: dict[str, tuple[str, ...]] = {
    "workplace_type": ("remote", "hybrid", "on_site"),
    "status": ("active", "expired"),
    "include": ("description",),
}
#: Facet field → field of a record.
FACET_FIELDS = {
    name: name
    for name in (
        "country",
        "region",
        "city",
        "department",
        "employment_type",
        "workplace_type",
        "remote_policy",
    )
} | {"ats_provider": "provider"}

_FLAGS = {"true": True, "1": True, "false": False, "0": False}


def query_values(request: Request) -> dict[str, Any]:
    """The query string; a name given twice is refused, since the contract joins lists by commas."""
    values: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        if name in values:
            raise ApiError(400, "invalid_parameter", f"`{name}` is given twice; join a list by commas")
        values[name] = value
    return values


def parse(
    values: Mapping[str, Any], known: Mapping[str, str], settings: Settings, *, body: bool = False
) -> dict[str, Any]:
    """Typed values of the known names; `body` reads JSON types, otherwise the text of a query string."""
    parsed: dict[str, Any] = {}
    for name, value in values.items():
        if name not in known:
            if settings.unknown_parameters == "ignore":
                continue
            raise ApiError(400, "unknown_parameter", f"unknown parameter `{name}`")
        if name in settings.ignored_filters:
            continue
        kind = known[name]
        parsed[name] = _from_json(name, kind, value) if body else _from_text(name, kind, value)
        if name in CHOICES:
            _check_choice(name, parsed[name])
    if "status" in parsed and "active" in parsed:
        raise ApiError(400, "conflicting_parameters", "give either `status` or `active`, not both")
    return parsed


def _bad(name: str, wanted: str, value: object) -> ApiError:
    return ApiError(400, "invalid_parameter", f"`{name}` must be {wanted}, not {str(value)[:80]!r}")


def _from_text(name: str, kind: str, value: str) -> Any:
    if kind == "flag":
        if value.casefold() not in _FLAGS:
            raise _bad(name, "true or false", value)
        return _FLAGS[value.casefold()]
    if kind == "integer":
        if not re.fullmatch(r"[+-]?[0-9]{1,9}", value):
            raise _bad(name, "a whole number", value)
        return int(value)
    if kind == "number":
        try:
            number = float(value)
        except ValueError:
            raise _bad(name, "a number", value) from None
        if not math.isfinite(number):
            raise _bad(name, "a finite number", value)
        return number
    if kind == "list":
        items = value.split(",")
        if not all(items):
            raise _bad(name, "values joined by commas, none of them empty", value)
        return items
    return _instant(name, value) if kind == "instant" else value


def _from_json(name: str, kind: str, value: Any) -> Any:
    if kind == "flag":
        right = isinstance(value, bool)
    elif kind == "integer":
        right = isinstance(value, int) and not isinstance(value, bool)
    elif kind == "number":
        right = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300
    elif kind == "list":
        right = isinstance(value, list) and value != [] and all(isinstance(item, str) and item for item in value)
    elif name == "include" and value == ["description"]:
        return "description"
    else:
        right = isinstance(value, str)
    if not right:
        wanted = {
            "flag": "true or false",
            "list": "an array of texts, not empty",
            "integer": "a whole number",
        }
        raise _bad(name, wanted.get(kind, "a number" if kind == "number" else "a text"), value)
    if kind == "number":
        return float(value)
    return _instant(name, value) if kind == "instant" else value


def _instant(name: str, value: str) -> Any:
    instant = parse_instant(value)
    if instant is None:
        raise _bad(name, "an ISO date or date-time", value)
    return instant


def _check_choice(name: str, value: str) -> None:
    if value.casefold() not in CHOICES[name]:
        raise _bad(name, "one of " + ", ".join(CHOICES[name]), value)
