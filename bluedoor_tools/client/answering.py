"""What all functions of a client share: the backend, the organisations met, and how an answer gets its card."""

from __future__ import annotations

import inspect
import threading
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar, cast

import pandas as pd

from .. import contract
from ..answer_card import Framed, attach
from ..arguments import check_columns, instant_text
from ..backends.base import Backend, Request
from ..decode import Drift
from ..errors import (
    BluedoorError,
    InvalidRequestError,
    NotFoundError,
    PartialResultWarning,
    ResultCutWarning,
    warn,
)
from ..frames import DEFAULT_JOB_COLUMNS, FrameBuilder, job_columns
from ..organisations import Organisations
from ..posting_urls import PostingId
from ..query import EventFilters, JobFilters, Query, held
from ..records import Functions
from ..reproduction import FEW_SHOWN, bounded, request_entry
from ..walk import Walk

__all__ = ["DEFAULT_LIMIT", "Answering", "is_default", "job_columns_of", "takes_filters", "with_computation"]


class _DefaultLimit(int):
    """The limit nobody asked for: a cut by it is announced."""


DEFAULT_LIMIT = _DefaultLimit(100)
P = ParamSpec("P")
R = TypeVar("R")


def is_default(limit: object) -> bool:
    """Whether nobody asked for this limit."""
    return isinstance(limit, _DefaultLimit)


def takes_filters(function: Callable[P, R]) -> Callable[P, R]:
    """Write the filters' names into the signature, for completion and help; unknown names still reach our own check."""
    signature = inspect.signature(function, eval_str=False)
    events = "EventFilters" in str(signature.parameters["filters"].annotation)
    filters = EventFilters if events else JobFilters
    named = [parameter for parameter in signature.parameters.values() if parameter.name != "filters"]
    named += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind.__forward_arg__)
        for name, kind in filters.__annotations__.items()
    ]
    if function.__doc__:
        rows = contract.EVENT_PARAMETERS if events else contract.PARAMETERS
        function.__doc__ = function.__doc__.replace("            <filters>\n", _filter_docs(filters, rows))
    function.__signature__ = signature.replace(parameters=named)  # type: ignore[attr-defined]
    return function


def _filter_docs(filters: type, rows: Mapping[str, contract.Parameter]) -> str:
    """The filters and their meaning, from the contract, as lines of a docstring."""
    lines = ["            - `company`: the organisation's name or web domain, whole; looked up to its id\n"]
    for name in filters.__annotations__:
        if name != "company":
            row = rows[name]
            choices = f": {', '.join(row.choices)}" if row.choices else ""
            lines.append(f"            - `{name}`: {row.meaning}{choices}{' …' if row.open else ''}\n")
    return "".join(lines)


class Answering:
    """The part of a client that its functions stand on."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self._organisations = Organisations(backend)
        self._lock = threading.Lock()
        self._warned_of_cut = False
        self.closed = False

    @property
    def _whole(self) -> Functions:
        """The client that this is a part of, for the records that ask on."""
        return cast(Functions, self)

    def _query(
        self,
        filters: Mapping[str, Any],
        parameters: Mapping[str, contract.Parameter] = contract.PARAMETERS,
        now: Any = None,
    ) -> Query:
        """A caller's filters as a query, a company looked up; nothing is asked where another argument is wrong."""
        now = now or self.backend.now()
        given = held(filters)
        company = given.pop("company", None)
        query = Query.of(now, given, parameters)
        if company is None:
            return query
        if given.get("org_ids") is not None:
            raise InvalidRequestError("company and org_ids say the same.", hint="Give one of them.")
        org_ids, names, notes = self._organisations.resolve(company)
        found = Query.of(now, {**given, "org_ids": org_ids}, parameters)
        asked = {name: value for name, value in found.asked.items() if name != "org_ids"}
        asked["company"] = names if len(names) > 1 else names[0]
        return Query(found.filters, asked, (*found.notes, *notes), parameters)

    def _place(self) -> str:
        """The backend, at its address, as a cursor knows it."""
        return f"{self.backend.name}-{zlib.crc32(self.backend.base_url.encode()):08x}"

    def _load(self, walk: Walk, builder: FrameBuilder) -> None:
        """Follow a walk to its end; one that breaks off keeps its rows."""
        try:
            for page in walk.follow():
                builder.add(page)
        except (BluedoorError, KeyboardInterrupt) as error:
            if not builder.rows:
                raise
            walk.next_cursor = next(cursor for rows, cursor in walk.marks if rows == builder.rows)
            if walk.next_cursor is None and isinstance(error, KeyboardInterrupt):
                walk.reason = "cursor ended"  # it struck after the last row
            else:
                walk.reason = f"interrupted: {type(error).__name__}"
                go_on = "; go on with cursor=bd.card(df)['next_cursor']" if walk.next_cursor else ""
                warn(
                    f"The load stopped after {builder.rows:,} rows ({str(error) or 'interrupted by you'}). They are "
                    f"kept{go_on}.",
                    PartialResultWarning,
                )

    def _walked(
        self,
        frame: pd.DataFrame,
        walk: Walk,
        builder: FrameBuilder,
        *,
        kind: str,
        query: Query | None,
        call: Mapping[str, Any],
        request: Request | None,
        applied: Mapping[str, Any] | None = None,
        pages: int | None = None,
        notes: Sequence[str] = (),
    ) -> pd.DataFrame:
        """The card of a walk's rows; `pages` is given for a page amid the walk."""
        notes = [*(query.notes if query else ()), *walk.notes, *notes]
        from_start = walk.start is None and not (pages is not None and walk.pages > pages)
        complete = walk.reason == "cursor ended" and from_start
        total, capped, about_total = _total(walk, query)
        if complete and (about_total or (capped and total is not None and len(frame) >= total)):
            total, capped, about_total = len(frame), False, []  # what was not counted to its end, the rows tell
        notes.extend(_about_branches(walk, query))
        notes.extend(about_total)
        reason = walk.reason if complete or walk.reason != "cursor ended" else "the last page, or pages, of a walk"
        key = "event_id" if kind == "events" else "job_id"
        noun = "events" if kind == "events" else "postings"
        repeated = walk.repeated + (int(frame[key].count() - frame[key].nunique()) if key in frame else 0)
        if repeated > 0:
            notes.append(f"{repeated:,} {noun} came more than once: the backend's pages overlap")
            complete, reason = False, f"{reason}, with {repeated:,} repeated {noun}"
        if builder.drift.broken_records:
            complete, reason = False, f"{reason}, without {builder.drift.broken_records:,} broken records"
        if not len(frame) and walk.start is None and query is not None and kind == "jobs":
            notes.extend(_about_nothing(query))
        if complete and total is not None and total != len(frame):
            notes.append(f"the backend counted {total:,} matching {noun}, {len(frame):,} came")
            if len(frame) < total:
                complete, reason = False, f"{reason}, but the backend counted {total:,}"
        return self._with_card(
            frame,
            kind=kind,
            builder=builder,
            query=query,
            applied=applied,
            clock=walk.clock,
            total=total,
            capped=capped,
            complete=complete,
            reason=reason,
            next_cursor=walk.next_cursor,
            pages=walk.pages if pages is None else pages,
            request=request,
            call=call,
            notes=notes,
        )

    def _announce_cut(self, frame: pd.DataFrame, walk: Walk, limit: object, noun: str) -> None:
        """Say once a client that the default limit cut an answer."""
        if not is_default(limit) or walk.reason != "limit" or self._warned_of_cut:
            return
        self._warned_of_cut = True
        entries = frame.attrs["bluedoor"]
        known = entries["total"] is not None
        of = f"of {'at least ' if entries['capped'] else ''}{entries['total']:,}" if known else "of more"
        warn(
            f"These are the newest {len(frame)} {of} matching {noun} (the default limit); limit=None fetches all. "
            "Said once a client; the answer card always says it.",
            ResultCutWarning,
        )

    def _with_card(
        self,
        frame: Framed,
        *,
        kind: str,
        request: Request | None,
        call: Mapping[str, Any],
        complete: bool,
        reason: str,
        builder: FrameBuilder | None = None,
        query: Query | None = None,
        clock: str | None = None,
        total: int | None = None,
        capped: bool = False,
        next_cursor: str | None = None,
        pages: int = 1,
        notes: Sequence[str] = (),
        asked: Mapping[str, Any] | None = None,
        applied: Mapping[str, Any] | None = None,
    ) -> Framed:
        return attach(
            frame,
            kind=kind,
            backend=self._about_backend(),
            clock=clock or instant_text(self.backend.now()),
            asked=asked or (query.asked if query else {}),
            applied=applied or (bounded(query.filters, FEW_SHOWN) if query else {}),
            total=total,
            capped=capped,
            complete=complete,
            reason=reason,
            next_cursor=next_cursor,
            pages=pages,
            request=request_entry(request),
            call=call,
            drift=builder.drift if builder else Drift(),
            unknown_fields=builder.unknown_names if builder else (),
            notes=[*self.backend.notes, *notes],
        )

    def _about_backend(self) -> dict[str, Any]:
        """The backend as a card carries it."""
        backend = self.backend
        return {
            "name": backend.name,
            "label": backend.label,
            "connect": backend.base_url if backend.name == "api" else backend.name,
            "base_url": backend.base_url,
            "sends_key": backend.sends_key,
        }

    def _origin(self, request: Request, call: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
        """What the card of a single record's frame says of where it comes from."""
        return {
            "backend": self._about_backend(),
            "clock": instant_text(self.backend.now()),
            "asked": dict(asked),
            "applied": dict(call["arguments"]),
            "request": request_entry(request),
            "call": dict(call),
        }


def _total(walk: Walk, query: Query | None) -> tuple[int | None, bool, list[str]]:
    """How many rows match in all: of several queries the sum, where no row can match two of them."""
    totals = walk.totals()
    if not totals or any(total is None for total, _ in totals):
        return None, False, []
    counts = [total or 0 for total, _ in totals]
    capped = any(stopped for _, stopped in totals)
    overlaps = query.overlaps if query is not None else ()
    if not overlaps:
        return sum(counts), capped, []
    extent = f"at least {max(counts):,}" if capped else f"between {max(counts):,} and {sum(counts):,}"
    return None, False, [f"{extent} match: values of {' and '.join(overlaps)} overlap"]


def _about_branches(walk: Walk, query: Query | None) -> list[str]:
    """The values of a list that nothing matches: one that is misspelt must not pass for a finding."""
    if query is None or len(query.listed) != 1 or walk.start is not None:
        return []
    (name,) = query.listed
    pairs = zip(query.branches(), walk.totals(), strict=False)
    empty = [f"{name}={branch.filters[name]!r}" for branch, (total, _) in pairs if total == 0]
    return [f"nothing matches {', '.join(empty)}"] if empty else []


def _about_nothing(query: Query) -> list[str]:
    """Where to look when nothing matches: values are compared whole, as records write them."""
    counted = {facet.reads: facet.name for facet in contract.FACET_FIELDS.values()}
    fields = [counted[name] for name in query.filters if name in counted]
    if not fields:
        return []
    return [f"nothing matches; values are compared whole: see what there is with facets({fields[0]!r})"]


def job_columns_of(columns: Iterable[str] | str | None, description: bool) -> tuple[list[str], bool]:
    """The columns wanted of jobs, and whether descriptions are asked for."""
    if columns is None:
        return [*DEFAULT_JOB_COLUMNS, *(["description_text"] if description else [])], description
    if isinstance(columns, str) and columns == "all":
        return job_columns(description), description
    wanted = check_columns(columns, job_columns(description=True))
    if description and "description_text" not in wanted:
        wanted.append("description_text")
    return wanted, "description_text" in wanted


def with_computation(error: NotFoundError, wanted: PostingId) -> NotFoundError:
    """A "not found" that says how the id was come by."""
    if wanted.provider is None:
        return error
    rule = "" if wanted.known == "seen" else " That rule is assumed for this provider: search by title may find it."
    hint = (
        f"The id was computed from the URL (provider {wanted.provider!r}, board {wanted.board!r}, key "
        f"{wanted.provider_job_key!r}).{rule}"
    )
    return NotFoundError(error.message, hint=f"{error.hint} {hint}".strip(), context=error.context)
