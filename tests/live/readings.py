"""What a filter may mean, and which of these meanings an answer leaves.

A filter is never confirmed because rows came back, but because every other meaning of it is ruled out: each predicts
which of the known records come back, and which rows cannot.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from bluedoor_tools import contract, decode

from .asking import Exchange

__all__ = ["Outcome", "Reading", "Record", "Trial", "instead", "outcomes", "parse_instant", "readings_of"]

Record: TypeAlias = dict[str, Any]
_Test: TypeAlias = Callable[[Record, Any], bool]

parse_instant = functools.cache(decode.parse_instant)

_INSTANTS = tuple(row.name for row in contract.JOB_FIELDS if row.kind == "instant")
_PLACES = ("location_text", "city", "region", "country")


@dataclass(frozen=True, slots=True)
class Reading:
    """One meaning of a filter; `correction` is what the contract says if this is it.

    One that is `shared` would be that of both bounds of a span.
    """

    says: str
    test: _Test
    correction: str = ""
    shared: bool = False


_IGNORED = Reading("ignored", lambda record, value: True, "the API ignores it: every row passes")
_NOTHING = Reading(
    "matching nothing", lambda record, value: False, "no row comes back: its values, or its name, differ"
)


@dataclass(frozen=True, slots=True)
class Trial:
    """An answer to filters: `due` are the known records that come back if they match, in the order of the API."""

    exchange: Exchange
    filters: Mapping[str, Any]
    known: Sequence[Record]
    identity: str
    descending: bool
    time: str

    def fits(self, readings: Mapping[str, Reading]) -> bool:
        """Whether the answer is what these meanings of the filters lead to."""
        tests = [(readings[name].test, value) for name, value in self.filters.items()]
        got = self.exchange.rows
        if not all(test(row, value) for row in got for test, value in tests):
            return False
        back = {row.get(self.identity) for row in got}
        return all(
            row.get(self.identity) in back
            for row in self.known[: self._reach(got)]
            if all(test(row, value) for test, value in tests)
        )

    def _reach(self, got: Sequence[Record]) -> int:
        """How many of the known records the answer reaches: all of them, unless further pages follow."""
        if not self.exchange.more:
            return len(self.known)
        if self.descending and got and self.known:
            last = parse_instant(str(got[-1].get(self.time)))
            oldest = parse_instant(str(self.known[-1].get(self.time)))
            if last is not None and oldest is not None and last < oldest:
                return len(self.known)
        places = {row.get(self.identity): number for number, row in enumerate(self.known, start=1)}
        return max((places.get(row.get(self.identity), 0) for row in got), default=0)


def readings_of(parameter: contract.Parameter, known: Sequence[Record], *, jobs: bool = True) -> list[Reading]:
    """The contract's meaning of a parameter, then others that it could have as far as the known records differ."""
    name, fields = parameter.name, parameter.reads
    base = Reading(_says(parameter), _test(parameter.match, fields))
    found = [base, *(replace(one, correction=f"{name}: {one.correction}") for one in _others(parameter, jobs))]
    if any(all(row.get(one) is None for one in fields) for row in known) and parameter.match != "present":
        found.append(
            Reading(
                "a null matches, too",
                lambda record, value: base.test(record, value) or all(record.get(one) is None for one in fields),
                f"{name}: a null matches",
                shared=True,
            )
        )
    return [
        *found,
        replace(_IGNORED, correction=f"{name}: {_IGNORED.correction}"),
        replace(_NOTHING, correction=f"{name}: {_NOTHING.correction}"),
    ]


def _says(parameter: contract.Parameter) -> str:
    return f"{parameter.match} of {' or '.join(parameter.reads)}"


def _others(parameter: contract.Parameter, jobs: bool) -> Iterable[Reading]:
    match, fields = parameter.match, parameter.reads
    in_words = ", ".join(fields)
    if match in {"equals", "contains"}:
        exactly = _texts(fields, (lambda text, value: text == value) if match == "equals" else _inside)
        yield Reading("case matters", exactly, "letter case matters")
    if match == "equals":
        if not parameter.choices:
            yield Reading("a part of it", _test("contains", fields), 'match "equals" → "contains"')
        if parameter.wordings:
            yield Reading("letters alone", _texts(fields, _alike), "other wordings of the same value match, too")
    if match == "contains":
        yield Reading("whole value", _test("equals", fields), 'match "contains" → "equals"')
        yield Reading("whole words", _test("tokens", fields), 'match "contains" → "tokens"')
        if set(fields) & set(_PLACES):
            anywhere = _test("contains", _PLACES)
            yield Reading("any field of the place", anywhere, f"reads {', '.join(_PLACES)}, not {in_words} alone")
    if match == "tokens":
        for says, rule in (("beginnings of words", str.startswith), ("parts of words", str.__contains__)):
            yield Reading(says, _words(fields, rule), f"{says} match, not whole words alone")
    if match == "one_of":
        yield Reading(
            "the first of a list", lambda record, value: record.get(fields[0]) == value[0], "takes one value, no list"
        )
    if match in {"from", "before"}:
        edge = "exclusive" if match == "from" else "inclusive"
        other = 'match "from" → exclusive' if match == "from" else 'match "before" → inclusive'
        yield Reading(edge, _test(match, fields, edge=True), f"{other} (at the very instant)")
        for reads in _INSTANTS if jobs else ():
            if reads not in fields:
                yield Reading(f"{reads} instead", _test(match, (reads,)), f"reads {fields[0]} → {reads}", shared=True)
    if match in {"at_least", "at_most"}:
        yield Reading("exclusive", _test(match, fields, edge=True), f'match "{match}" → exclusive')
        low, high = "salary_min", "salary_max"
        ends: tuple[str, ...]
        for ends in ((low, high), (high, low), (low,), (high,)):
            if ends != fields:
                yield Reading(" or else ".join(ends), _test(match, ends), f"reads {in_words} → {', '.join(ends)}")
    if match == "present":
        yield Reading(
            "all of them set",
            lambda record, value: all(record.get(one) is not None for one in fields) is value,
            f"all of {in_words} are set",
        )
        yield Reading(
            "salary_raw is set, too",
            lambda record, value: any(record.get(one) is not None for one in (*fields, "salary_raw")) is value,
            f"reads salary_raw beside {in_words}",
        )


def _test(match: contract.Match, fields: tuple[str, ...], *, edge: bool = False) -> _Test:
    """What a match means, for a record and a value; `edge` turns around what holds at the very bound."""
    match match:
        case "equals":
            return _texts(fields, lambda text, value: text.casefold() == value.casefold())
        case "contains":
            return _texts(fields, lambda text, value: value.casefold() in text.casefold())
        case "tokens":
            return _words(fields, str.__eq__)
        case "one_of":
            return lambda record, value: any(record.get(one) in value for one in fields)
        case "present":
            return lambda record, value: any(record.get(one) is not None for one in fields) is value
        case "from" | "before":
            return lambda record, value: _in_time(record.get(fields[0]), value, match == "from", edge)
        case _:
            return lambda record, value: _in_range(record, fields, value, match == "at_least", edge)


def _texts(fields: tuple[str, ...], rule: Callable[[str, str], bool]) -> _Test:
    def test(record: Record, value: Any) -> bool:
        for one in fields:
            text = record.get(one)
            if isinstance(text, str) and rule(text, value):
                return True
        return False

    return test


def _inside(text: str, value: str) -> bool:
    return value in text


def _alike(text: str, value: str) -> bool:
    return re.sub(r"[\W_]", "", text).casefold() == re.sub(r"[\W_]", "", value).casefold()


def _words(fields: tuple[str, ...], rule: Callable[[str, str], bool]) -> _Test:
    def test(record: Record, value: Any) -> bool:
        words = [word for one in fields for word in _split(str(record.get(one) or ""))]
        return all(any(rule(word, wanted) for word in words) for wanted in _split(value))

    return test


@functools.lru_cache(10_000)
def _split(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _in_time(text: Any, bound: str, after: bool, edge: bool) -> bool:
    moment, at = parse_instant(text) if isinstance(text, str) else None, parse_instant(bound)
    if moment is None or at is None:
        return False
    if moment == at:
        return after is not edge
    return (moment > at) is after


def _in_range(record: Record, fields: tuple[str, ...], bound: float, least: bool, edge: bool) -> bool:
    told = next((record[one] for one in fields if isinstance(record.get(one), int | float)), None)
    if told is None:
        return False
    if told == bound:
        return not edge
    return bool(told > bound) is least


@dataclass(slots=True)
class Outcome:
    """What the trials leave of one filter: the meaning that fits, and the others that fit as well."""

    reading: Reading | None
    confirmed: bool
    also: list[Reading] = field(default_factory=list)
    trials: list[Trial] = field(default_factory=list)


def instead(
    assumed: Mapping[str, Reading], name: str, other: Reading, readings: Mapping[str, Sequence[Reading]]
) -> dict[str, Reading]:
    """The same meanings, but another for this filter, and for the other bound of its span if it is shared."""
    found = {**assumed, name: other}
    stem, _, side = name.rpartition("_")
    twin = f"{stem}_{'before' if side == 'after' else 'after'}"
    if other.shared and twin in readings:
        found[twin] = next((way for way in readings[twin] if way.says == other.says), found.get(twin, other))
    return found


def _fits_all(tried: Mapping[str, Reading], assumed: Mapping[str, Reading], trials: Sequence[Trial]) -> bool:
    """Whether these meanings fit every trial of a filter that they read otherwise."""
    changed = {name for name in tried if tried[name] is not assumed[name]}
    return all(trial.fits(tried) for trial in trials if changed & set(trial.filters))


def outcomes(readings: Mapping[str, Sequence[Reading]], trials: Sequence[Trial]) -> dict[str, Outcome]:
    """By elimination, for every filter: the contract's meaning first, then one other at a time."""
    assumed = {name: ways[0] for name, ways in readings.items()}
    unexplained: set[str] = set()
    for trial in sorted(trials, key=lambda one: len(one.filters)):
        if trial.fits(assumed):
            continue
        for name, other in ((one, way) for one in trial.filters for way in readings[one][1:]):
            tried = instead(assumed, name, other, readings)
            single = [one for one in trials if name in one.filters and len(one.filters) == 1]
            if trial.fits(tried) and all(one.fits(tried) for one in single):
                assumed = tried
                break
        else:
            suspects = [name for name in trial.filters if assumed[name] is readings[name][0]]
            unexplained.update(suspects if len(trial.filters) > 1 else trial.filters)
    found: dict[str, Outcome] = {}
    for name, ways in readings.items():
        mine = [trial for trial in trials if name in trial.filters]
        if name in unexplained or not mine:
            found[name] = Outcome(None, False, [], mine)
            continue
        also = [
            other
            for other in ways
            if other is not assumed[name] and _fits_all(instead(assumed, name, other, readings), assumed, trials)
        ]
        found[name] = Outcome(assumed[name], assumed[name] is ways[0] and not also, also, mine)
    return found
