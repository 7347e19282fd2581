"""Whether rows are those that were asked for: each is held against the filters that it came under.

A filter that a server does not know may be ignored without a word, and its rows would pass for the filtered ones.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from .. import contract
from ..decode import Page, parse_instant
from ..query import Query

__all__ = ["hold", "obeys"]

# As the API writes them: texts of this shape, and of one length, compare as their instants do.
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z")


def hold(query: Query, page: Page) -> tuple[Counter[str], Counter[str]]:
    """Hold a page's rows against the query's filters: how many broke each, in two counts.

    A filter whose name is assumed compares ids, providers or instants, so a row that breaks it is none that was asked
    for: it is taken out of the page, and stands in the first count. How the others compare is the server's to say (a
    word may be found in more places than is known): their rows stay, and stand in the second.
    """
    left_out: Counter[str] = Counter()
    unmatched: Counter[str] = Counter()
    for name, wanted in query.filters.items():
        parameter = query.parameters[name]
        test = _test(parameter, wanted)
        wrong = [not test(record) for record in page.records]
        if any(wrong):
            (left_out if parameter.known == "assumed" else unmatched)[name] += sum(wrong)
            if parameter.known == "assumed":
                page.records = [record for record, is_wrong in zip(page.records, wrong, strict=True) if not is_wrong]
    return left_out, unmatched


def _test(parameter: contract.Parameter, wanted: Any) -> Callable[[Any], bool]:
    """Whether a record passes one filter; a value that drifted is believed: it is announced as that."""
    reads = parameter.reads
    quick = _quick(parameter, wanted)

    def test(record: Any) -> bool:
        values = [getattr(record, name) for name in reads]
        if quick is not None and (known := quick(values[0])) is not None:
            return known
        return obeys_any(parameter, values, wanted) or any(name in getattr(record, "beside", ()) for name in reads)

    return test


def _quick(parameter: contract.Parameter, wanted: Any) -> Callable[[Any], bool | None] | None:
    """Comparing without reading instants, where their texts compare alike; None where they do not."""
    if parameter.match not in {"from", "before"} or not _INSTANT.fullmatch(str(wanted)):
        return None
    second = str(wanted)[:19]  # whole seconds, which every instant has

    def quick(value: Any) -> bool | None:
        if type(value) is not str or not value.endswith("Z") or len(value) < 20 or value[10] != "T":
            return None
        said = value[:19]
        return None if said == second else (said > second) == (parameter.match == "from")

    return quick


def obeys_any(parameter: contract.Parameter, values: list[Any], wanted: Any) -> bool:
    """Whether a record, by the values that a filter reads, is one that it lets through."""
    match parameter.match:
        case "tokens":
            texts = [str(value).casefold() for value in values if value is not None]
            return all(any(word in text for text in texts) for word in re.findall(r"\w+", str(wanted).casefold()))
        case "contains":
            return any(value is not None and str(wanted).casefold() in str(value).casefold() for value in values)
        case "at_least" | "at_most":
            number = next((value for value in values if value is not None), None)
            return number is not None and bool(number >= wanted if parameter.match == "at_least" else number <= wanted)
        case "present":
            return any(value is not None for value in values) == bool(wanted)
    return obeys(parameter, values[0], wanted)


def obeys(parameter: contract.Parameter, value: Any, wanted: Any) -> bool:
    """Whether a value is one that a filter of whole values or of instants lets through."""
    if value is None:  # a null never matches
        return False
    match parameter.match:
        case "equals":
            return str(value).casefold() == str(wanted).casefold()
        case "one_of":
            return str(value).casefold() in {str(part).casefold() for part in wanted}
        case "from" | "before":
            moment, bound = parse_instant(value), parse_instant(wanted)
            return moment is None or bound is None or (moment >= bound) == (parameter.match == "from")
    return True
