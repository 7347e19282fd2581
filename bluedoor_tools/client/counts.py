"""Functions that count postings by the values of a field, or of two."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Unpack

import pandas as pd

from .. import completion, contract
from ..arguments import check_limit_of_one_answer, check_limit_of_requests
from ..backends.base import FacetAnswer, facet_request
from ..errors import InvalidRequestError, ResultCutWarning, nearest, warn
from ..frames import typed
from ..inert import counted as number_of
from ..query import JobFilters, Query
from ..reproduction import FEW_SHOWN, bounded, filter_arguments
from .answering import Answering, takes_filters

__all__ = ["CountFunctions"]


@dataclass(slots=True)
class _Counts:
    """Values of a field with their counts, over every query that a search takes."""

    counts: Counter[Any] = field(default_factory=Counter)
    answers: list[FacetAnswer] = field(default_factory=list)

    @property
    def ended(self) -> bool:
        """Whether every value there is was given."""
        return all(
            answer.limit is not None and len(answer.counts) < min(contract.FACET_LIMIT, answer.limit)
            for answer in self.answers
        )

    @property
    def notes(self) -> list[str]:
        return list(dict.fromkeys(note for answer in self.answers for note in answer.notes))

    def ranked(self) -> list[tuple[str, int]]:
        """The values, the commonest first; a missing one is in no share."""
        valued = [(str(value), count) for value, count in self.counts.items() if value is not None]
        return sorted(valued, key=lambda entry: (-entry[1], entry[0]))


class CountFunctions(Answering):
    """Functions that count."""

    @takes_filters
    def facets(
        self,
        field: str,
        *,
        by: str | None = None,
        q: str | Iterable[str] | None = None,
        status: str | Iterable[str] | None = "active",
        limit: int = contract.FACET_LIMIT,
        max_requests: int = 25,
        **filters: Unpack[JobFilters],
    ) -> pd.DataFrame:
        """Count postings by the values of one field, or of two, under the same filters as a search.

        Costs one request for one field. For two, the API is asked once for the values of `by` and once for each of
        them, up to `max_requests` in all; a local backend counts pairs at once. A filter whose name is assumed
        (`provider`) takes two more, once a client: for the API's specification, and to see that it is obeyed.

        Parameters
        ----------
        field
            one of country, region, city, department, employment_type, workplace_type, remote_policy, ats_provider
        by
            another of them: counts the values of `field` within each value of `by`
        q, status, **filters
            as for :meth:`search_jobs`; a list of values that one posting may match twice (q, title, location) is
            refused, since its counts would not add up
        limit
            values at most, up to 100, the commonest first; with `by`, of each of its values
        max_requests
            requests at most; with `by`, its rarer values are left out where they would take more, and that is said

        Returns
        -------
        DataFrame
            ``value`` (str), ``count`` (int64) and ``share`` (float64): the count as a part of the postings that have
            any value, or one of the 100 commonest where there are more; the card says which. Postings without a value
            are in no share, and known in number only where the backend counts them. (``df.bluedoor.breakdown`` counts
            within a frame, with them.) With `by`, ``by`` (str) stands first, and a share is of its postings.

        Raises
        ------
        InvalidRequestError
            A field that the API does not count, filters whose counts would overlap, or another wrong argument.

        Examples
        --------
        >>> import bluedoor_tools as bd
        >>> client = bd.connect("sample")
        >>> client.facets("workplace_type").columns.tolist()
        ['value', 'count', 'share']
        >>> client.facets("workplace_type", by="country", limit=1).columns.tolist()
        ['by', 'value', 'count', 'share']
        """
        _check_field(field)
        if by is not None:
            _check_field(by)
            if by == field:
                raise InvalidRequestError(f"field and by are both {field!r}.", hint="Give two different fields.")
        most = check_limit_of_one_answer(limit, contract.FACET_LIMIT)
        allowed = check_limit_of_requests(max_requests)
        query = self._query({"q": q, "status": status, **filters})
        if query.overlaps:
            raise InvalidRequestError(
                f"A posting may match several values of {' and '.join(query.overlaps)}: the counts would not add up.",
                hint="Count once for each value, or search_jobs(…) with the list and count with df.bluedoor.breakdown.",
            )
        if not self.backend.local and len(query.branches(short=True)) > allowed:
            raise InvalidRequestError(
                f"These filters take {len(query.branches(short=True)):,} requests; max_requests is {allowed:,}.",
                hint="Raise max_requests, or give fewer values.",
            )
        if by is not None:
            return self._pairs(by, field, query, most, allowed)
        # Shares want every count there is, however few the caller looks at.
        found = self._counts(field, query)
        ranked = found.ranked()
        counted = sum(count for _, count in ranked)
        complete = found.ended and len(ranked) <= most
        unsure = "" if all(answer.limit is not None for answer in found.answers) else _NO_LIMIT_STATED
        return self._with_card(
            _frame([(value, count, counted) for value, count in ranked[:most]]),
            kind="facets",
            query=query,
            request=found.answers[0].request,
            call=_call(field, query, {"limit": most}),
            asked={"field": field, **query.asked},
            applied={"field": field, **bounded(query.filters, FEW_SHOWN)},
            complete=complete,
            reason="all values" if complete else f"the {len(ranked[:most])} commonest values{unsure}",
            pages=len(found.answers),
            notes=[
                *query.notes,
                *found.notes,
                *_about_counts(field, found, counted),
                *_about_sums(found),
                *_about_fields(query, field),
            ],
        )

    def _counts(self, field: str, query: Query) -> _Counts:
        """The counts of a field, summed over the queries that a search takes."""
        found = _Counts()
        for branch in query.branches(short=True):
            answer = self.backend.facets(field, branch, contract.FACET_LIMIT)
            found.answers.append(answer)
            for value, count in answer.counts:
                found.counts[value] += count
        completion.remember(
            contract.FACET_FIELDS[field].reads, (value for value in found.counts if isinstance(value, str))
        )
        return found

    def _pairs(self, by: str, field: str, query: Query, most: int, allowed: int) -> pd.DataFrame:
        """Counts of two fields: at once where the backend can, else one request for each value of one of them."""
        # The values of one field are sent as a filter, which compares them whatever their case.
        split, counted = (by, field) if contract.FACET_FIELDS[by].reads in contract.PARAMETERS else (field, by)
        pairs: Counter[tuple[str, str]] = Counter()
        notes: list[str] = []
        branches = query.branches(short=True)
        if not self.backend.local and allowed <= len(branches):
            raise InvalidRequestError(
                f"Counting by {by} takes {len(branches) + 1:,} requests or more; max_requests is {allowed:,}.",
                hint="Raise max_requests: one request, and one for each value.",
            )
        values = self._counts(split, query)
        local = [self.backend.facet_pairs(split, counted, branch) for branch in branches]
        requests, left_out, ended, ended_split = len(branches), 0, True, True
        if all(found is not None for found in local):
            rows = [row for found in local for row in found or ()]
            label = _labels({**dict.fromkeys((value for value, _, _ in rows), 0), **dict(values.ranked())})
            for value, other, count in rows:
                pairs[label[value], other] += count
        else:
            label = _labels(dict(values.ranked()))
            names = list(dict.fromkeys(label[value] for value, _ in values.ranked()))
            ended = ended_split = values.ended
            for place, name in enumerate(names):
                narrowed = Query(
                    {**query.filters, contract.FACET_FIELDS[split].reads: name}, parameters=query.parameters
                )
                if requests + len(narrowed.branches(short=True)) > allowed:
                    left_out = len(names) - place
                    break
                within = self._counts(counted, narrowed)
                ended = ended and within.ended
                requests += len(within.answers)
                for value, count in within.ranked():
                    pairs[name, value] += count
                notes.extend(within.notes)
        if split != by:
            pairs = Counter({(other, value): count for (value, other), count in pairs.items()})
        more = "" if ended_split else f", and all that are rarer: the API counts the {contract.FACET_LIMIT} commonest"
        if left_out or more:
            said = f"{number_of(left_out, 'rarer value')} of {split} left out: max_requests is {allowed:,}{more}"
            notes.append(said)
            warn(f"{said}.", ResultCutWarning)
        shown, cut = _ranked_pairs(pairs, most)
        if cut:
            notes.append(f"of {field}, the {most} commonest values of each {by} are shown; {cut:,} pairs are not")
        complete = ended and not left_out and not cut
        return self._with_card(
            _frame([(value, count, whole) for _, value, count, whole in shown], [name for name, _, _, _ in shown]),
            kind="facets",
            query=query,
            request=facet_request(split, branches[0], contract.FACET_LIMIT),
            call=_call(field, query, {"by": by, "limit": most, "max_requests": allowed}),
            asked={"field": field, "by": by, **query.asked},
            applied={"field": field, "by": by, **bounded(query.filters, FEW_SHOWN)},
            complete=complete,
            reason="all pairs of values" if complete else "a part of the pairs of values",
            pages=requests,
            notes=[
                *query.notes,
                *dict.fromkeys(notes),
                f"share is of the postings of each {by} that have a {field}, as far as counted",
                f"values of {split} that differ only in case are counted together",
                *_about_fields(query, by, field),
            ],
        )


_NO_LIMIT_STATED = "; the server states no limit, so there may be more"


def _check_field(name: object) -> None:
    if not isinstance(name, str) or name not in contract.FACET_FIELDS:
        close = nearest(str(name), contract.FACET_FIELDS)
        raise InvalidRequestError(
            f"{name!r} is not a field the API counts.",
            hint=(f"Did you mean {close!r}? " if close else "") + f"Known: {', '.join(contract.FACET_FIELDS)}.",
        )


def _call(field: str, query: Query, more: Mapping[str, Any]) -> dict[str, Any]:
    return {"function": "facets", "first": "field", "arguments": {"field": field, **filter_arguments(query), **more}}


def _frame(rows: Sequence[tuple[str, int, int]], by: Sequence[str] | None = None) -> pd.DataFrame:
    """Values, counts, and what each count is a share of."""
    return typed(
        {
            **({} if by is None else {"by": ("text", list(by))}),
            "value": ("text", [value for value, _, _ in rows]),
            "count": ("number", [count for _, count, _ in rows]),
            "share": ("number", [count / whole if whole else None for _, count, whole in rows]),
        }
    ).astype({"count": "int64"})


def _labels(counts: Mapping[str, int]) -> dict[str, str]:
    """For each spelling of a value the commonest of those that differ only in case."""
    best: dict[str, str] = {}
    for value, _ in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])):
        best.setdefault(value.casefold(), value)
    return {value: best[value.casefold()] for value in counts}


def _ranked_pairs(pairs: Mapping[tuple[str, str], int], most: int) -> tuple[list[tuple[str, str, int, int]], int]:
    """Pairs with their count and the count of all of their first value; and how many were left out."""
    within: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for (name, value), count in pairs.items():
        within[name].append((value, count))
    sums = {name: sum(count for _, count in values) for name, values in within.items()}
    shown = [
        (name, value, count, sums[name])
        for name in sorted(within, key=lambda name: (-sums[name], name))
        for value, count in sorted(within[name], key=lambda entry: (-entry[1], entry[0]))[:most]
    ]
    return shown, len(pairs) - len(shown)


def _about_counts(field: str, found: _Counts, counted: int) -> list[str]:
    """What a reader of facet counts must know."""
    values = [value for value in found.counts if value is not None]
    which = f"any {field}" if found.ended else f"one of the {len(values)} commonest values of {field}"
    missing = found.counts.get(None, 0)
    without = f"the {missing:,} without one are in no share" if missing else "those without one are counted nowhere"
    notes = [f"share is of the {counted:,} postings with {which}; {without}"]
    if len({str(value).casefold() for value in values}) < len(values):
        notes.append(f"values of {field} that differ only in case are counted apart; a search finds them together")
    return notes


def _about_fields(query: Query, *fields: str) -> list[str]:
    """What can mislead in what was counted, unless a filter on it has said so."""
    reads = [contract.FACET_FIELDS[name].reads for name in fields]
    said = [
        f"{entry.name}: {entry.misleads}" for entry in contract.JOB_FIELDS if entry.name in reads and entry.misleads
    ]
    return [note for note in said if note not in query.notes]


def _about_sums(found: _Counts) -> list[str]:
    if len(found.answers) == 1 or found.ended:
        return []
    return [
        f"counts are lower bounds: each of {len(found.answers)} queries gives its {contract.FACET_LIMIT} commonest "
        "values only, and a value may be rarer in one of them"
    ]
