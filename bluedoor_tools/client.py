"""The client: the functions, over whichever backend it is connected to."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar, Unpack

import pandas as pd

from . import (
    accessor,  # noqa: F401 (registers frame.bluedoor)
    contract,
)
from .answer_card import attach
from .arguments import check_ids, check_limit_of_one_answer, instant_text
from .backends.base import Backend, Request
from .decode import Decoder, Drift
from .errors import (
    BluedoorError,
    InvalidRequestError,
    NotFoundError,
    PartialResultWarning,
    ResultCutWarning,
    UnexpectedAnswerError,
    nearest,
    warn,
)
from .frames import EVENT_COLUMNS, FrameBuilder, typed
from .organisations import Organisations
from .posting_urls import PostingId, posting_id
from .query import JobFilters, JobQuery
from .records import Job, Org, org_name
from .reproduction import FEW_SHOWN, bounded, filter_arguments, request_entry
from .walk import Walk

__all__ = ["DEFAULT_LIMIT", "Client"]


class _DefaultLimit(int):
    """The limit nobody asked for: a cut by it is announced."""


DEFAULT_LIMIT = _DefaultLimit(100)
P = ParamSpec("P")
R = TypeVar("R")


def _takes_filters(function: Callable[P, R]) -> Callable[P, R]:
    """Write the filters' names into the signature, for completion and help; unknown names still reach our own check."""
    signature = inspect.signature(function, eval_str=False)
    named = [parameter for parameter in signature.parameters.values() if parameter.name != "filters"]
    named += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind.__forward_arg__)
        for name, kind in JobFilters.__annotations__.items()
    ]
    if function.__doc__:
        function.__doc__ = function.__doc__.replace("            <filters>\n", _filter_docs())
    function.__signature__ = signature.replace(parameters=named)  # type: ignore[attr-defined]
    return function


def _filter_docs() -> str:
    """The filters and their meaning, from the contract, as lines of a docstring."""
    lines = []
    for name in JobFilters.__annotations__:
        parameter = contract.PARAMETERS[name]
        choices = f": {', '.join(parameter.choices)}" if parameter.choices else ""
        lines.append(f"            - `{name}`: {parameter.meaning}{choices}{' …' if parameter.open else ''}\n")
    return "".join(lines)


class Client:
    """The functions over one backend. Thread-safe; use :func:`bluedoor_tools.connect` to make one.

    Examples
    --------
    >>> import bluedoor_tools as bd
    >>> client = bd.connect("sample")
    >>> client.search_jobs("engineer", city="Berlin", limit=2).columns[:4].tolist()
    ['title', 'company', 'location_text', 'workplace_type']
    """

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self._organisations = Organisations(backend)
        self._warned_of_cut = False
        self.closed = False

    def __repr__(self) -> str:
        return f"<Client: {self.backend.label}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give up the backend's connections; the client is of no use afterwards."""
        self.closed = True
        self.backend.close()

    @_takes_filters
    def search_jobs(
        self,
        q: str | None = None,
        *,
        status: str | None = "active",
        description: bool = False,
        columns: Iterable[str] | str | None = None,
        limit: int | None = DEFAULT_LIMIT,
        cursor: str | None = None,
        **filters: Unpack[JobFilters],
    ) -> pd.DataFrame:
        """Search postings: a DataFrame, newest first, with an answer card.

        Costs one request per 100 rows, one per 100 organisations not met before (for `company`), and time with
        ``description=True``. ``status="active"`` means active in bluedoor's job snapshot, not open now: the snapshot
        lagged the events by 16 h. Cross-posts are not merged.

        Parameters
        ----------
        q
            words that all occur in title, normalised title or department
        status
            ``"active"``, ``"expired"`` or None for any
        description
            add the column `description_text` (2-8 kB a row)
        columns
            names of the columns wanted, in this order; ``"all"`` adds the nested fields as JSON text
        limit
            rows at most, None for all that match
        cursor
            goes on where another frame of the same search stopped: ``bd.card(df)["next_cursor"]``
        **filters
            the API's own, by its own names; None leaves one out. A null never matches. Dates are ``date``, ``datetime``
            or ``Timestamp`` (without a zone: UTC), ISO text, or an age such as ``"7d"``, ``"12h"``, ``"2w"``, counted
            back from the backend's clock.

            <filters>

        Returns
        -------
        DataFrame
            one row a posting; columns and dtypes as in `bluedoor_tools.frames`, also when empty

        Raises
        ------
        InvalidRequestError
            An unknown or conflicting argument; the nearest valid one is named.
        CouldNotAskError, NotAuthorizedError, UnexpectedAnswerError
            The first page was not to be had. On a later page the rows so far are kept, with a
            `PartialResultWarning` and ``complete: False`` on the card.

        Examples
        --------
        >>> import bluedoor_tools as bd
        >>> jobs = bd.connect("sample").search_jobs("engineer", workplace_type="remote", posted_after="90d", limit=5)
        >>> jobs[["title", "company"]].shape
        (5, 2)
        """
        walk = Walk.begin(self.backend, q, status, description, columns, limit, cursor, filters)
        builder = FrameBuilder(walk.decoder, walk.columns)
        try:
            for answer in walk.follow():
                builder.add(answer.page)
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
        frame = self._frame(walk, builder, walk.call(limit=limit, cursor=cursor), walk.request)
        if isinstance(limit, _DefaultLimit) and walk.reason == "limit" and not self._warned_of_cut:
            self._warned_of_cut = True
            of = f"of {'at least ' if walk.capped else ''}{walk.total:,}" if walk.total is not None else "of more"
            warn(
                f"These are the newest {len(frame)} {of} matching postings (the default limit); limit=None fetches "
                "all. Said once a client; the answer card always says it.",
                ResultCutWarning,
            )
        return frame

    @_takes_filters
    def iter_jobs(
        self,
        q: str | None = None,
        *,
        status: str | None = "active",
        description: bool = False,
        columns: Iterable[str] | str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        **filters: Unpack[JobFilters],
    ) -> Iterator[pd.DataFrame]:
        """Search postings page by page: DataFrames of at most 100 rows, each with its card, as they arrive.

        Arguments, columns, order and errors as for :meth:`search_jobs`, but `limit` is None (all). Arguments are
        checked at the call; one request is sent a page, when it is wanted. The card's ``next_cursor`` of any page
        goes on from there.

        Examples
        --------
        >>> import bluedoor_tools as bd
        >>> [len(page) for page in bd.connect("sample").iter_jobs(limit=250)]
        [100, 100, 50]
        """
        walk = Walk.begin(self.backend, q, status, description, columns, limit, cursor, filters)
        return self._frames(walk, cursor)

    def get_job(self, job: str | Job) -> Job:
        """One posting's full record, with its page.

        Costs one request, and one for its organisation if that was not met before.

        Parameters
        ----------
        job
            its job_id (40 hex digits), or its URL on Lever, Greenhouse, Ashby, Workable, SmartRecruiters, Workday and
            others: the id is computed from the URL. The rule for that is checked for Lever, assumed for the others.

        Raises
        ------
        InvalidRequestError
            Neither an id nor the URL of a posting on a known site.
        NotFoundError
            The backend has no such posting.

        Examples
        --------
        >>> import bluedoor_tools as bd
        >>> job = bd.connect("sample").get_job("https://jobs.lever.co/spotify/76458bae-8a16-4c42-8780-f9452206f0e0")
        >>> job.company, job.city, job.salary_min
        ('Spotify', 'New York', None)
        """
        wanted = posting_id(job["job_id"] if isinstance(job, Job) else job)
        try:
            record = self.backend.job(wanted.job_id)
        except NotFoundError as error:
            raise _with_computation(error, wanted) from None
        if record.get("job_id") != wanted.job_id:
            raise UnexpectedAnswerError(f"Asked for job {wanted.job_id}, the backend answered with another record.")
        notices = [note for note in (self.backend.record_note(wanted.job_id),) if note]
        if wanted.known == "assumed":
            notices.append(f"Found by an id computed from its URL, under a rule that is assumed for {wanted.provider}.")
        org_id = record.get("org_id")
        company = None
        if isinstance(org_id, str):
            try:
                company = org_name(self._organisations.record(org_id))
            except NotFoundError:
                notices.append("The backend does not know the organisation: its id stands for its name.")
            except BluedoorError as error:
                notices.append(f"The company's name could not be looked up: {error.message}")
        path = contract.endpoint("job").path.format(job_id=wanted.job_id)
        origin = {
            "backend": self._about_backend(),
            "clock": instant_text(self.backend.now()),
            "asked": {"job": str(job["job_id"] if isinstance(job, Job) else job)},
            "applied": {"job_id": wanted.job_id},
            "request": request_entry(Request("GET", path, {"include": "description"})),
            "call": {"function": "get_job", "first": "job", "arguments": {"job": wanted.job_id}},
        }
        return Job(record, company=company, api_url=self.backend.base_url, notices=tuple(notices), origin=origin)

    def job_events(self, job: str | Job, *, limit: int = DEFAULT_LIMIT) -> pd.DataFrame:
        """The lifecycle events of one posting: created, updated, closed, reopened; oldest first.

        Costs one request. The API names no cursor for these: more than `limit` events are cut, and that is said.

        Parameters
        ----------
        job
            a `Job`, or its job_id or URL, as for :meth:`get_job`
        limit
            events at most, up to 100; which ones come where there are more is not known of the API

        Returns
        -------
        DataFrame
            one row an event; `old_value`, `new_value` and `metadata` are JSON text, `observed_at` is when the crawler
            saw it, which may be a day after it happened

        Examples
        --------
        >>> import bluedoor_tools as bd
        >>> events = bd.connect("sample").job_events("76a82054d2c45c7b4c4f9ca9915c4b03b7a5b303")
        >>> events.event_type.tolist()
        ['job.created']
        """
        wanted = posting_id(job["job_id"] if isinstance(job, Job) else job)
        most = check_limit_of_one_answer(limit, contract.EVENT_LIMIT)
        decoder = Decoder(contract.EVENT_FIELDS)
        try:
            page = self.backend.job_events(wanted.job_id, decoder, most)
        except NotFoundError as error:
            raise _with_computation(error, wanted) from None
        builder = FrameBuilder(decoder, EVENT_COLUMNS)
        builder.add(page)
        frame = builder.finish().sort_values(["observed_at", "event_id"], kind="stable", ignore_index=True)
        allowed = page.meta.get("limit")
        cut = len(frame) >= (min(most, allowed) if type(allowed) is int else most) or bool(page.meta.get("next_cursor"))
        if cut and (isinstance(limit, _DefaultLimit) or len(frame) < most):
            warn(f"The posting may have more than these {len(frame)} events.", ResultCutWarning)
        path = contract.endpoint("job_events").path.format(job_id=wanted.job_id)
        return self._with_card(
            frame,
            kind="events",
            builder=builder,
            request=Request("GET", path, {"limit": str(most)}),
            call={"function": "job_events", "first": "job", "arguments": {"job": wanted.job_id, "limit": most}},
            asked={"job": str(job["job_id"] if isinstance(job, Job) else job)},
            applied={"job_id": wanted.job_id},
            complete=not cut,
            reason="limit" if cut else "all events",
        )

    @_takes_filters
    def facets(
        self,
        field: str,
        *,
        q: str | None = None,
        status: str | None = "active",
        limit: int = contract.FACET_LIMIT,
        **filters: Unpack[JobFilters],
    ) -> pd.DataFrame:
        """Count postings by the values of one field, under the same filters as a search; one request.

        Parameters
        ----------
        field
            one of country, region, city, department, employment_type, workplace_type, remote_policy, ats_provider
        q, status, **filters
            as for :meth:`search_jobs`
        limit
            values at most, up to 100, the commonest first

        Returns
        -------
        DataFrame
            ``value`` (str), ``count`` (int64) and ``share`` (float64): the count as a part of the postings that have
            any value, or one of the 100 commonest where there are more; the card says which. Postings without a value
            are in no share, and known in number only where the backend counts them. (``df.bluedoor.breakdown`` counts
            within a frame, with them.)

        Examples
        --------
        >>> import bluedoor_tools as bd
        >>> bd.connect("sample").facets("workplace_type").columns.tolist()
        ['value', 'count', 'share']
        """
        if not isinstance(field, str) or field not in contract.FACET_FIELDS:
            close = nearest(str(field), contract.FACET_FIELDS)
            raise InvalidRequestError(
                f"{field!r} is not a field the API counts.",
                hint=(f"Did you mean {close!r}? " if close else "") + f"Known: {', '.join(contract.FACET_FIELDS)}.",
            )
        most = check_limit_of_one_answer(limit, contract.FACET_LIMIT)
        query = JobQuery.of(self.backend.now(), {"q": q, "status": status, **filters})
        # Shares want every count there is, however few the caller looks at.
        answer = self.backend.facets(field, query, contract.FACET_LIMIT)
        valued = [(value, count) for value, count in answer.counts if value is not None]
        counted = sum(count for _, count in valued)
        counts = valued[:most]
        frame = typed(
            {
                "value": ("text", [value if isinstance(value, str) else str(value) for value, _ in counts]),
                "count": ("number", [count for _, count in counts]),
                "share": ("number", [count / counted if counted else None for _, count in counts]),
            }
        ).astype({"count": "int64"})
        ended = answer.limit is not None and len(answer.counts) < min(contract.FACET_LIMIT, answer.limit)
        complete = ended and len(valued) <= most
        unsure = "" if answer.limit is not None else "; the server states no limit, so there may be more"
        return self._with_card(
            frame,
            kind="facets",
            query=query,
            request=answer.request,
            call={
                "function": "facets",
                "first": "field",
                "arguments": {"field": field, **filter_arguments(query), "limit": most},
            },
            asked={"field": field, **query.asked},
            applied={"field": field, **bounded(query.filters, FEW_SHOWN)},
            complete=complete,
            reason="all values" if complete else f"the {len(counts)} commonest values{unsure}",
            notes=[*query.notes, *_about_counts(field, answer.counts, counted, ended)],
        )

    def get_org(self, org_id: str) -> Org:
        """One organisation; one request, remembered by the client.

        Raises
        ------
        InvalidRequestError
            Not an organisation's id (a UUID).
        NotFoundError
            The backend has no such organisation.

        Examples
        --------
        >>> import bluedoor_tools as bd
        >>> bd.connect("sample").get_org("72fe3b06-0d08-4f7d-9dfd-beedeeda0a25").name
        'Spotify'
        """
        if not isinstance(org_id, str):
            raise InvalidRequestError(
                "get_org takes one id, as text.", hint="Use search_jobs(org_ids=[…]) for several."
            )
        (checked,) = check_ids("org_id", org_id)
        record = self._organisations.record(checked)
        return Org(record or {}, notices=self.backend.notes)

    def _frames(self, walk: Walk, cursor: str | None) -> Iterator[pd.DataFrame]:
        for answer in walk.follow():
            builder = FrameBuilder(walk.decoder, walk.columns)
            builder.add(answer.page)
            call = walk.call(limit=max(1, builder.rows), cursor=cursor)
            yield self._frame(walk, builder, call, answer.request, page=True)
            cursor = walk.next_cursor

    # -- frames and cards ----------------------------------------------------------------------------------------------

    def _frame(
        self, walk: Walk, builder: FrameBuilder, call: dict[str, Any], request: Request | None, page: bool = False
    ) -> pd.DataFrame:
        notes = list(walk.query.notes)
        # An interrupt amid the names keeps the rows of a long load, but ends a walk page by page.
        frame = builder.finish(lambda org_ids: self._organisations.names(org_ids, notes, keep=not page))
        from_start = walk.start is None and not (page and walk.pages > 1)
        complete = walk.reason == "cursor ended" and from_start
        reason = walk.reason if complete or walk.reason != "cursor ended" else "the last page, or pages, of a walk"
        repeated = int(frame["job_id"].count() - frame["job_id"].nunique()) if "job_id" in frame else 0
        if repeated > 0:
            notes.append(f"{repeated:,} postings came more than once: the backend's pages overlap")
            complete, reason = False, f"{reason}, with {repeated:,} repeated postings"
        if builder.drift.broken_records:
            complete, reason = False, f"{reason}, without {builder.drift.broken_records:,} broken records"
        if not len(frame) and walk.start is None:
            notes.extend(_about_nothing(walk.query))
        if complete and walk.total is not None and not walk.capped and walk.total != len(frame):
            notes.append(f"the backend counted {walk.total:,} matching postings, {len(frame):,} came")
        return self._with_card(
            frame,
            kind="jobs",
            builder=builder,
            query=walk.query,
            clock=walk.clock,
            total=walk.total,
            capped=walk.capped,
            complete=complete,
            reason=reason,
            next_cursor=walk.next_cursor,
            pages=1 if page else walk.pages,
            request=request,
            call=call,
            notes=notes,
        )

    def _with_card(
        self,
        frame: pd.DataFrame,
        *,
        kind: str,
        request: Request | None,
        call: dict[str, Any],
        complete: bool,
        reason: str,
        builder: FrameBuilder | None = None,
        query: JobQuery | None = None,
        clock: str | None = None,
        total: int | None = None,
        capped: bool = False,
        next_cursor: str | None = None,
        pages: int = 1,
        notes: Sequence[str] = (),
        asked: Mapping[str, Any] | None = None,
        applied: Mapping[str, Any] | None = None,
    ) -> pd.DataFrame:
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


def _with_computation(error: NotFoundError, wanted: PostingId) -> NotFoundError:
    """A "not found" that says how the id was come by."""
    if wanted.provider is None:
        return error
    rule = "" if wanted.known == "seen" else " That rule is assumed for this provider: search by title may find it."
    hint = (
        f"The id was computed from the URL (provider {wanted.provider!r}, board {wanted.board!r}, key "
        f"{wanted.provider_job_key!r}).{rule}"
    )
    return NotFoundError(error.message, hint=f"{error.hint} {hint}".strip(), context=error.context)


def _about_counts(field: str, counts: Sequence[tuple[Any, int]], counted: int, ended: bool) -> list[str]:
    """What a reader of facet counts must know."""
    values = [value for value, _ in counts if value is not None]
    which = f"any {field}" if ended else f"one of the {len(values)} commonest values of {field}"
    missing = sum(count for value, count in counts if value is None)
    without = f"the {missing:,} without one are in no share" if missing else "those without one are counted nowhere"
    notes = [f"share is of the {counted:,} postings with {which}; {without}"]
    if len({str(value).casefold() for value in values}) < len(values):
        notes.append(f"values of {field} that differ only in case are counted apart; a search finds them together")
    return notes


def _about_nothing(query: JobQuery) -> list[str]:
    """Where to look when nothing matches: values are compared whole, as records write them."""
    counted = {facet.reads: facet.name for facet in contract.FACET_FIELDS.values()}
    fields = [counted[name] for name in query.filters if name in counted]
    if not fields:
        return []
    return [f"nothing matches; values are compared whole: see what there is with facets({fields[0]!r})"]
