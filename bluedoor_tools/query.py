"""A search as data: its filters checked and normalised, and the queries that it takes.

`Query.of` is the only way from a caller's arguments to a query, for the notebook, the command line and assistants
alike. What it lets through, every backend applies.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypedDict

from . import contract
from .arguments import DateLike, check_ids, did_you_mean, instant, instant_text, values_of
from .errors import InvalidRequestError, nearest
from .posting_urls import posting_id

__all__ = ["EventFilters", "JobFilters", "Query", "held"]

Value: TypeAlias = "str | float | bool | tuple[str, ...]"


class JobFilters(TypedDict, total=False):
    """The filters of a job search, by the API's own names (`contract.PARAMETERS` has their meaning).

    Text takes one value or several of any iterable: several run one query a value. `company` is an organisation's name,
    looked up to its id. A date is a `date`, a `datetime` or pandas `Timestamp` (without a zone: UTC), ISO text, or an
    age such as ``"7d"`` (also ``h`` and ``w``), counted back from the backend's clock.
    """

    company: str | Iterable[object] | None
    title: str | Iterable[str] | None
    department: str | Iterable[str] | None
    workplace_type: str | Iterable[str] | None
    employment_type: str | Iterable[str] | None
    provider: str | Iterable[str] | None
    location: str | Iterable[str] | None
    location_text: str | Iterable[str] | None
    city: str | Iterable[str] | None
    region: str | Iterable[str] | None
    country: str | Iterable[str] | None
    salary_min: float | None
    salary_max: float | None
    salary_exists: bool | None
    posted_after: DateLike | None
    posted_before: DateLike | None
    updated_after: DateLike | None
    updated_before: DateLike | None
    changed_after: DateLike | None
    changed_before: DateLike | None
    first_seen_after: DateLike | None
    first_seen_before: DateLike | None
    org_ids: str | Iterable[str] | None
    source_ids: str | Iterable[str] | None


class EventFilters(TypedDict, total=False):
    """The filters of an event search, by the API's own names (`contract.EVENT_PARAMETERS` has their meaning)."""

    company: str | Iterable[object] | None
    job_ids: str | Iterable[str] | None
    org_ids: str | Iterable[str] | None
    source_ids: str | Iterable[str] | None
    provider: str | Iterable[str] | None
    observed_after: DateLike | None
    observed_before: DateLike | None


_OPTIONS = ("limit", "cursor", "columns", "description")  # arguments of a search that are no filters
_SINCE = {"since", "after", "days", "first_seen_after", "posted_after", "changed_after", "updated_after"}
_ALSO_CALLED = {"closed": "expired", "inactive": "expired", "open": "active", "live": "active"}
_SHORT = 2  # letters of a code where a name is wanted
_LISTED = {"tokens", "contains", "equals"}  # ways to match of which the API takes one value
_MOST_QUERIES = 100  # that lists of values may take
_IDS_OF_A_GET = 80  # of 41 characters, so that an address stays short enough for any server


@dataclass(frozen=True, slots=True)
class Query:
    """A checked search: `asked` as the caller wrote it, `filters` as every backend applies them.

    Of a filter that takes one value, `filters` may hold several: that search takes a query for each (`branches`).
    """

    filters: Mapping[str, Value]
    asked: Mapping[str, Any] = field(default_factory=dict, compare=False)
    notes: tuple[str, ...] = field(default=(), compare=False)
    parameters: Mapping[str, contract.Parameter] = field(default_factory=lambda: contract.PARAMETERS, compare=False)

    @classmethod
    def of(
        cls,
        now: dt.datetime,
        given: Mapping[str, Any],
        parameters: Mapping[str, contract.Parameter] = contract.PARAMETERS,
    ) -> Query:
        """Check and normalise a caller's filters; None means "no such filter".

        Raises
        ------
        InvalidRequestError
            An unknown filter or value (the nearest valid one is named), bounds the wrong way round, unreadable dates,
            lists of values that would take more than 100 queries.
        """
        filters: dict[str, Value] = {}
        notes: list[str] = []
        given = held(given)
        for name in given:
            if name not in parameters:
                raise InvalidRequestError(f"There is no argument {name!r}.", hint=_hint_for_name(name, parameters))
        if str(given.get("status")).casefold() == "any":
            given["status"] = None
        asked = {name: given[name] for name in parameters if given.get(name) is not None}
        for name, value in asked.items():
            filters[name] = _checked(parameters[name], value, now, notes)
        _check_bounds(filters)
        query = cls(filters, {name: _plain(value) for name, value in asked.items()}, (), parameters)
        query.branches()
        return cls(filters, query.asked, (*notes, *_caveats(query), *_about_lists(query)), parameters)

    @property
    def listed(self) -> tuple[str, ...]:
        """The filters that hold several values where the API takes one."""
        return tuple(
            name
            for name, value in self.filters.items()
            if isinstance(value, tuple) and self.parameters[name].match in _LISTED
        )

    def branches(self, *, short: bool = False) -> list[Query]:
        """The queries of one value a filter that together are this one; of long lists of ids, if `short`, a part each.

        Raises
        ------
        InvalidRequestError
            They are more than 100.
        """
        parts = {name: list(_several(self.filters[name])) for name in self.listed}
        if short:
            lists = {n: v for n, v in self.filters.items() if isinstance(v, tuple) and n not in parts}
            most = _IDS_OF_A_GET // max(1, len(lists))
            for name, value in lists.items():
                if len(value) > most:
                    parts[name] = [value[at : at + most] for at in range(0, len(value), most)]
        number = math.prod(map(len, parts.values()))
        if number > _MOST_QUERIES:
            raise InvalidRequestError(
                f"The lists of {' and '.join(parts)} take {number:,} queries; {_MOST_QUERIES} is the most.",
                hint="Give fewer values, or ask once for each part of a list.",
            )
        if not parts:
            return [self]
        return [
            Query({**self.filters, **dict(zip(parts, chosen, strict=True))}, parameters=self.parameters)
            for chosen in itertools.product(*parts.values())
        ]

    def within(self, bounds: Iterable[tuple[str, Value]]) -> Query:
        """The part of this query that more filters narrow it to; of two bounds the tighter one holds."""
        filters = dict(self.filters)
        for name, value in bounds:
            known = filters.get(name)
            if known is not None and self.parameters[name].match in {"from", "before"}:
                tighter = max if self.parameters[name].match == "from" else min
                filters[name] = tighter(known, value, key=_moment)
            else:
                filters[name] = value
        return Query(filters, parameters=self.parameters)

    @property
    def overlaps(self) -> tuple[str, ...]:
        """The lists of which one record may match several values: counts of the branches do not add up."""
        return tuple(name for name in self.listed if self.parameters[name].match != "equals")

    @property
    def fingerprint(self) -> str:
        """Twelve hex digits that change with any filter; a cursor belongs to the query of its fingerprint."""
        text = json.dumps(sorted(self.filters.items()), ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def _several(value: Value) -> tuple[Value, ...]:
    return value if isinstance(value, tuple) else (value,)


def held(given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments themselves; of an iterator, which can be read once only, what it holds."""
    return {name: list(value) if isinstance(value, Iterator) else value for name, value in given.items()}


def _hint_for_name(name: str, parameters: Mapping[str, contract.Parameter]) -> str:
    if parameters is not contract.PARAMETERS:
        if name in _SINCE:
            return "Use observed_after=…, such as '7d'."
        return did_you_mean(name, [*parameters, "company", "limit", "cursor"])
    if name in _OPTIONS:  # of another function, or it would not have come here
        return "It is an argument of search_jobs and iter_jobs."
    return contract.STATED_ELSEWHERE.get(name) or did_you_mean(name, [*parameters, "company", *_OPTIONS])


def _checked(parameter: contract.Parameter, value: Any, now: dt.datetime, notes: list[str]) -> Value:
    """One filter's value, normalised by how it matches."""
    name = parameter.name
    match parameter.match:
        case "from" | "before":
            return instant_text(instant(value, now, name))
        case "at_least" | "at_most":
            return _number(name, value)
        case "present":
            if not isinstance(value, bool):
                raise InvalidRequestError(f"{name}={value!r} is not True or False.")
            return value
        case "one_of" if parameter.choices:
            return tuple(sorted({_text_value(parameter, part, notes) for part in values_of(name, value)}))
        case "one_of" if parameter.reads == ("job_id",):
            return tuple(sorted({posting_id(part).job_id for part in values_of(name, value)}))
        case "one_of":
            return check_ids(name, value)
        case _:
            if isinstance(value, str):
                return _text_value(parameter, value, notes)
            # In one order and each once, whatever its case, so that the same lists are the same search.
            texts = [_text_value(parameter, part, notes) for part in values_of(name, value)]
            once = {text.casefold(): text for text in texts}
            values = tuple(once[folded] for folded in sorted(once))
            return values if len(values) > 1 else values[0]


def _text_value(parameter: contract.Parameter, value: Any, notes: list[str]) -> str:
    name = parameter.name
    if not isinstance(value, str):
        raise InvalidRequestError(
            f"{name} holds {str(value)[:60]!r}, which is {type(value).__name__}, not text.", hint="Write it in quotes."
        )
    text = value.strip()
    if not text:
        raise InvalidRequestError(f"{name} is empty.", hint="Leave the filter out to match everything.")
    if any(unicodedata.category(char) in {"Cc", "Cs"} for char in text):
        raise InvalidRequestError(f"{name} holds characters that do not print.", hint="Write plain text.")
    if parameter.match == "tokens" and not re.search(r"\w", text):
        raise InvalidRequestError(f"{name}={value!r} holds no word.", hint="Search for at least one word.")
    return _choice(parameter, text, notes)


def _choice(parameter: contract.Parameter, text: str, notes: list[str]) -> str:
    """A text value held against the values known for its parameter."""
    if parameter.name == "country" and len(text.replace(".", "")) <= _SHORT + 1:
        raise InvalidRequestError(f"country={text!r} is a code.", hint="The API takes names, such as 'United States'.")
    if not parameter.choices:
        return text
    for known in parameter.choices:
        if text.casefold() == known:
            return known
    if text.casefold() in {wording.casefold() for wording in parameter.wordings}:
        notes.append(f"{parameter.name}={text!r} is one ATS wording of several; the API's own values are others")
        return text
    close = _ALSO_CALLED.get(text.casefold()) if parameter.name == "status" else None
    close = close or nearest(text, parameter.choices, cutoff=0.75 if parameter.open else 0.5)
    # Some ATS words `PartTime`; a lower-case code of the API with a slip in it is another matter.
    wording = bool(parameter.wordings) and not re.fullmatch(r"[a-z_-]+", text)
    if parameter.open and (close is None or wording or not _is_slip(text, close)):
        like = f" (the nearest is {close!r})" if close else ""
        notes.append(f"{parameter.name}={text!r} is not among the values known so far{like}; it was sent as it is")
        return text
    known = ", ".join(parameter.choices)
    raise InvalidRequestError(
        f"{parameter.name}={text!r} is not a known value.",
        hint=(f"Did you mean {close!r}? " if close else "")
        + f"Known: {known}."
        + (" None or 'any' stands for both." if parameter.name == "status" else ""),
        context={"name": parameter.name, "value": text, "nearest": close},
    )


def _is_slip(text: str, known: str) -> bool:
    """Whether one slip of the hand lies between a value and a known one, ignoring case, hyphens and blanks."""
    wrong, right = (word.casefold().translate(str.maketrans("", "", "_- ")) for word in (text, known))
    if abs(len(wrong) - len(right)) > 1:
        return False
    same = 0
    while same < min(len(wrong), len(right)) and wrong[same] == right[same]:
        same += 1
    rests = wrong[same:], right[same:]
    # One letter too many, too few or another, or two that changed places.
    return (
        rests[0][1:] == rests[1][1:]
        or rests[0][1:] == rests[1]
        or rests[0] == rests[1][1:]
        or (rests[0][:2] == rests[1][:2][::-1] and rests[0][2:] == rests[1][2:])
    )


def _number(name: str, value: Any) -> float:
    try:
        if isinstance(value, bool | str):
            raise TypeError
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise InvalidRequestError(f"{name}={value!r} is not a number.", hint="Write 120000, without text.") from None
    if not 0 <= number < float("inf"):
        raise InvalidRequestError(f"{name}={value!r} is out of range.", hint="Give an amount of 0 or more.")
    return number


def _caveats(query: Query) -> list[str]:
    """What can mislead in the fields that the filters read, as the contract has it."""
    caveats: dict[str, None] = {}
    fields = contract.JOB_FIELDS if query.parameters is contract.PARAMETERS else contract.EVENT_FIELDS
    for name in query.filters:
        for field_name in query.parameters[name].reads[:1]:
            misleads = next(entry.misleads for entry in fields if entry.name == field_name)
            if misleads and name != "q":
                caveats[f"{field_name}: {misleads}"] = None
    if any(re.search(r'["*]|(^|\s)-\w|\bOR\b', str(text)) for text in _several(query.filters.get("q", ""))):
        caveats["q knows no operators: quotes, -, OR and * are read as blanks and words"] = None
    return [*caveats]


def _about_lists(query: Query) -> list[str]:
    if not query.listed:
        return []
    return [f"{len(query.branches())} queries, one for each value of {' and '.join(query.listed)}: the API takes one"]


def _check_bounds(filters: Mapping[str, Value]) -> None:
    """Pairs of bounds that no posting can meet."""
    for name, low in filters.items():
        if name.endswith("_after"):
            high_name = name.removesuffix("_after") + "_before"
            high = filters.get(high_name)
            if high is not None and _moment(low) >= _moment(high):
                raise InvalidRequestError(
                    f"{name}={low} is not before {high_name}={high}.",
                    hint="Swap the dates: *_after is inclusive, *_before exclusive.",
                )
    if filters.get("salary_exists") is False and ("salary_min" in filters or "salary_max" in filters):
        raise InvalidRequestError(
            "salary_exists=False contradicts salary_min and salary_max.", hint="Leave one of them out."
        )


def _moment(text: Value) -> dt.datetime:
    return dt.datetime.fromisoformat(str(text))


def _plain(value: Any) -> Any:
    """What the caller wrote, as JSON for the card; long lists are counted, not copied."""
    if isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, dt.date):
        return str(value)
    try:
        values = [str(part) for part in value]
    except TypeError:  # a number of another library
        return float(value)
    few = 10
    return values if len(values) <= few else [*values[:few], f"… {len(values) - few} more"]
