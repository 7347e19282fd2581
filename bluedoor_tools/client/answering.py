"""What all functions of a client share: the backend, the organisations met, and how an answer gets its card."""

from __future__ import annotations

import functools
import inspect
import threading
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar, cast

from .. import contract
from ..answer_card import Framed, attach
from ..arguments import check_columns, instant_text
from ..backends.base import Backend, Request
from ..decode import Drift
from ..errors import (
    InvalidRequestError,
    NotFoundError,
)
from ..frames import DEFAULT_JOB_COLUMNS, FrameBuilder, job_columns
from ..inert import counted
from ..organisations import Organisations
from ..posting_urls import PostingId
from ..query import EventFilters, JobFilters, Query, held
from ..records import Functions
from ..reproduction import FEW_SHOWN, bounded, request_entry
from ..wire.work import Work, current, working

__all__ = ["DEFAULT_LIMIT", "Answering", "asks", "is_default", "job_columns_of", "takes_filters", "with_computation"]


class _DefaultLimit(int):
    """The limit nobody asked for: a cut by it is announced."""


DEFAULT_LIMIT = _DefaultLimit(100)
P = ParamSpec("P")
R = TypeVar("R")


def is_default(limit: object) -> bool:
    """Whether nobody asked for this limit."""
    return isinstance(limit, _DefaultLimit)


def asks(function: Callable[P, R]) -> Callable[P, R]:
    """Have a function count what it costs, for its answer's card."""

    @functools.wraps(function)
    def at_a_cost(*args: P.args, **kwargs: P.kwargs) -> R:
        with working():
            return function(*args, **kwargs)

    return at_a_cost


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
            notes=[*self.backend.notes, *notes, *_about_cache(current())],
            cost=None if self.backend.local else _cost(current()),
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


def _cost(work: Work) -> dict[str, Any]:
    """What an answer cost, look-ups of names included."""
    return {"requests": work.requests, "repeated": dict(work.repeated), "waited": round(work.waited, 1)}


def _about_cache(work: Work) -> list[str]:
    return [
        f"{counted(work.cached_count(kind), kind)} from the cache, the oldest asked for at {instant_text(asked_at)}"
        for kind, asked_at in work.cached.items()
    ]


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
