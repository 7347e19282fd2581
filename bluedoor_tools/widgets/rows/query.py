"""The state of a view as a query: its filters, the order, the page and the chosen posting; no interface, no rows."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, Self

import traitlets

from ... import contract
from ...arguments import instant, instant_text, values_of
from ...errors import InvalidRequestError
from ...organisations import checked_name
from ...query import Query, held

__all__ = ["ViewQuery"]

_AGE = re.compile(r"\s*\d+\s*[hdw]\s*", re.IGNORECASE)  # such as "7d": an instant by the clock of the rows
_ONE = frozenset({"at_least", "at_most", "present", "from", "before"})  # ways to match that take one value
Sort = tuple[str, bool]


class _Filters(dict[str, Any]):
    """Filters that only a new dict replaces: a change within them would be heard by nobody."""

    def _refused(self, *_: Any, **__: Any) -> Any:
        raise InvalidRequestError(
            "The filters of a view are not changed in place: it would not follow.", hint="query.set(city='Boston')."
        )

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refused


class ViewQuery(traitlets.HasTraits):
    """What a view shows, as data: inspect it, copy it, set it from code; every change is a trait's change.

    Attributes
    ----------
    filters : dict
        as `search_jobs` takes them, checked, as plain values: text, numbers, lists of text, dates as ISO text; an age
        such as ``"7d"`` stays one. Without ``status`` postings of any status match. It is not changed in place: use
        `set`, or put another dict there.
    sort : tuple of str and bool, or None
        a column, and whether it ascends; None is the rows' own order: newest first on a client, as it is in a frame
    page, page_size : int
        which page (from 0), of how many rows (1 to 100); other filters, another order or size begin at page 0 again
    job_id : str or None
        the posting whose record is open
    loose : bool
        whether values that are compared whole may be any text: those of a frame need not be the API's
    names : tuple of str, or None
        the filters that its rows can be asked for; None is all

    Examples
    --------
    >>> query = ViewQuery().set(q="nurse", city="Boston")
    >>> query.toggle("city", "Berlin")
    <ViewQuery: q='nurse', city=['Berlin', 'Boston']>
    >>> query.set(q=None).filters
    {'city': ['Berlin', 'Boston']}
    """

    filters = traitlets.Dict()
    sort = traitlets.Any(None, allow_none=True)
    page = traitlets.Int(0, min=0)
    page_size = traitlets.Int(25, min=1, max=100)
    job_id = traitlets.Unicode(None, allow_none=True)
    loose = traitlets.Bool(False)
    names = traitlets.Tuple(default_value=None, allow_none=True)

    _becoming = False  # True while every trait is being set: then the page is none of another query

    def set(self, /, **filters: Any) -> Self:
        """Add filters to those there are, or change them; None removes one (of `status`, ``"any"`` too).

        Parameters
        ----------
        **filters
            as of :meth:`Client.search_jobs`

        Raises
        ------
        InvalidRequestError
            An unknown filter or value (the nearest valid one is named), or a filter whose columns the rows do not have.
            Nothing is changed then.
        """
        self.filters = {**self.filters, **filters}
        return self

    def toggle(self, name: str, value: Any) -> Self:
        """Add a value to those of a filter, or take it out where it is among them, whatever its case.

        A filter that takes one value (a number, a date, True or False) gets it in place of the one it had.

        Raises
        ------
        InvalidRequestError
            As for :meth:`set`.
        """
        now = self.filters.get(name)
        row = contract.PARAMETERS.get(name)
        if now is None:
            return self.set(**{name: value})
        if row is not None and row.match in _ONE:
            return self.set(**{name: None if _checked({name: value}, self.loose) == {name: now} else value})
        values = values_of(name, now)
        rest = [known for known in values if _folded(known) != _folded(value)]
        if len(rest) == len(values):
            rest.append(value)
        return self.set(**{name: rest or None})

    def pick(self, filters: Mapping[str, Any]) -> Self:
        """Add what a chart's mark stands for, or take it away where it is there: values one by one, dates as a whole.

        Raises
        ------
        InvalidRequestError
            As for :meth:`set`.
        """
        wanted = self.copy()
        span = {name: value for name, value in filters.items() if name.endswith(("_after", "_before"))}
        is_there = all(self.filters.get(name) == value for name, value in span.items())
        wanted.set(**(dict.fromkeys(span) if is_there else span))
        for name, value in filters.items():
            if name not in span:
                wanted.toggle(name, value)
        return self.set(**{**dict.fromkeys(self.filters), **wanted.filters})

    def sort_by(self, column: str) -> Self:
        """Order by a column: ascending at first, descending if it was so already, then in the rows' own order."""
        now = self.sort
        if now is None or now[0] != column:
            self.sort = (column, True)
        else:
            self.sort = (column, False) if now[1] else None
        return self

    def become(self, other: ViewQuery) -> Self:
        """Take on the state of another query; who observes this one is told when all of it is there.

        Raises
        ------
        InvalidRequestError
            Its filters are none that these rows can be asked for; nothing is changed then.
        """
        filters = self._checked(other.filters)  # before: what is held back by traitlets is not taken back
        self._becoming = True
        try:
            with self.hold_trait_notifications():
                self.filters, self.sort = filters, other.sort
                self.page_size, self.page, self.job_id = other.page_size, other.page, other.job_id
        finally:
            self._becoming = False
        return self

    def copy(self) -> ViewQuery:
        """Another query of the same state, of its own."""
        return ViewQuery(loose=self.loose, names=self.names).become(self)

    def checked(self, now: dt.datetime) -> tuple[Query, dict[str, list[str]]]:
        """The filters as a query at an instant, from which ages count back; and what stands apart, to be equal.

        Apart stands `company`, which is no parameter of the API, and where any text will do, all that compare so.

        Raises
        ------
        InvalidRequestError
            Bounds that are the wrong way round at this instant.
        """
        given = dict(self.filters)
        apart = {name: values_of(name, given.pop(name)) for name in self.filters if _is_apart(name, self.loose)}
        return Query.of(now, given), apart

    def arguments(self, now: dt.datetime) -> dict[str, Any]:
        """The filters as a call writes them, in their order, ages as the instants that they are at `now`."""
        query, _ = self.checked(now)
        values = {**self.filters, **query.filters}
        return {name: _written(values[name]) for name in self.filters}

    def __eq__(self, other: object) -> bool:
        return self._state() == other._state() if isinstance(other, ViewQuery) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # it changes

    def __repr__(self) -> str:
        said = [f"{name}={value!r}" for name, value in self.filters.items()]
        if self.sort is not None:
            said.append(f"sort={self.sort!r}")
        if self.page:
            said.append(f"page={self.page}")
        if self.job_id is not None:
            said.append(f"job_id={self.job_id!r}")
        return f"<ViewQuery: {', '.join(said) or 'no filters'}>"

    def _state(self) -> tuple[Any, ...]:
        return self.filters, self.sort, self.page, self.page_size, self.job_id

    @traitlets.validate("filters")
    def _check_filters(self, proposal: Mapping[str, Any]) -> dict[str, Any]:
        return self._checked(proposal["value"])

    def _checked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        filters = _checked(given, self.loose)
        lost = next((name for name in filters if self.names is not None and name not in self.names), None)
        if lost is not None:
            columns = ("company",) if lost == "company" else contract.PARAMETERS[lost].reads
            raise InvalidRequestError(
                f"{lost} does not filter these rows: they have no column {' or '.join(columns)}.",
                hint=f"These do: {', '.join(self.names)}.",
            )
        return _Filters(filters)

    @traitlets.validate("sort")
    def _check_sort(self, proposal: Mapping[str, Any]) -> Sort | None:
        match proposal["value"]:
            case None:
                return None
            case (str(column), bool(ascending)):
                return column, ascending
            case other:
                raise InvalidRequestError(
                    f"sort={other!r} is no order.", hint="Use ('salary_min', False): a column, and whether it ascends."
                )

    @traitlets.observe("filters", "sort", "page_size")
    def _to_the_first_page(self, _: Any) -> None:
        if not self._becoming:
            self.page = 0


def _folded(value: Any) -> Any:
    return " ".join(value.split()).casefold() if isinstance(value, str) else value


def _checked(given: Mapping[str, Any], loose: bool) -> dict[str, Any]:
    """Filters as plain values, each checked as a search would."""
    given = {str(name): value for name, value in held(given).items() if value is not None}
    if str(given.get("status")).casefold() == "any":
        del given["status"]
    now = dt.datetime.now(dt.UTC)
    apart = {name: _texts(name, value, loose) for name, value in given.items() if _is_apart(name, loose)}
    # Whether an age lies before a date is for the clock of the rows to say.
    ages = {name: value for name, value in given.items() if isinstance(value, str) and _is_age(name, value)}
    Query.of(now, ages)
    query = Query.of(now, {name: value for name, value in given.items() if name not in ages and name not in apart})
    plain: dict[str, Any] = {}
    for name, value in given.items():
        if name in apart:
            plain[name] = apart[name] if len(apart[name]) > 1 else apart[name][0]
        elif name in ages:
            plain[name] = value.strip()
        elif contract.PARAMETERS[name].match in {"from", "before"}:
            plain[name] = value.strip() if isinstance(value, str) else _date_text(value, now, name)
        else:
            checked = query.filters[name]
            plain[name] = list(checked) if isinstance(checked, tuple) else checked
    return plain


def _is_apart(name: str, loose: bool) -> bool:
    row = contract.PARAMETERS.get(name)
    return name == "company" or (loose and row is not None and row.match == "equals")


def _texts(name: str, value: Any, loose: bool) -> list[str]:
    """The values of a filter that stands apart, each once, in one order."""
    texts: dict[str, str] = {}
    for given in values_of(name, value):
        if not isinstance(given, str) or not given.strip():
            raise InvalidRequestError(f"{name} holds {str(given)[:60]!r}, which says nothing.", hint="Write some text.")
        text = given.strip() if loose else checked_name(given)
        texts[text.casefold()] = text
    return [texts[folded] for folded in sorted(texts)]


def _written(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return list(value) if isinstance(value, tuple) else value


def _is_age(name: str, value: str) -> bool:
    row = contract.PARAMETERS.get(name)
    return row is not None and row.match in {"from", "before"} and _AGE.fullmatch(value) is not None


def _date_text(value: Any, now: dt.datetime, name: str) -> str:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value.isoformat()
    return instant_text(instant(value, now, name))
