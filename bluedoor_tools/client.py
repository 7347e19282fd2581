"""The client: the functions, over whichever backend it is connected to."""

from __future__ import annotations

import datetime as dt
import inspect
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar, Unpack

import httpx
import pandas as pd

from . import (
    accessor,  # noqa: F401 (registers frame.bluedoor)
    contract,
)
from .answer_card import attach
from .backends.base import Backend, JobPage, Request
from .decode import Decoder, Drift
from .errors import (
    BluedoorError,
    BluedoorWarning,
    InvalidRequestError,
    NotFoundError,
    PartialResultWarning,
    ResultCutWarning,
    UnexpectedAnswerError,
    nearest,
    warn,
)
from .frames import DEFAULT_JOB_COLUMNS, EVENT_COLUMNS, FrameBuilder, job_columns, typed
from .posting_urls import PostingId, posting_id
from .query import Cursor, JobFilters, JobQuery, check_columns, check_ids, check_limit, instant_text
from .records import Job, Org, org_name

__all__ = ["DEFAULT_LIMIT", "Client", "connect"]


class _DefaultLimit(int):
    """The limit nobody asked for: a cut by it is announced."""


DEFAULT_LIMIT = _DefaultLimit(100)
P = ParamSpec("P")
R = TypeVar("R")
_DEFAULT_PATIENCE = 60.0
_FEW = 40  # ids that a card carries to repeat the call; of a longer list it says how many
_LISTS = tuple(name for name, parameter in contract.PARAMETERS.items() if parameter.match == "one_of")
_FEW_SHOWN = 10  # ids that it carries to show


def connect(
    where: str | Path | None = None,
    *,
    api_key: str | None = None,
    patience: float = _DEFAULT_PATIENCE,
    transport: httpx.BaseTransport | None = None,
) -> Client:
    """Connect to a backend. Nothing is sent yet; the sample is unpacked at its first use (about a second, once).

    Parameters
    ----------
    where
        ``"api"``: the API, at ``BLUEDOOR_API_URL`` if that is set · ``"sample"``: the embedded synthetic sample ·
        a URL: an API elsewhere. Default: ``BLUEDOOR_BACKEND``, or else ``"api"``.
    api_key
        a key, sent to this address. Without it ``BLUEDOOR_API_KEY`` is sent, but only to the default host or the
        host of ``BLUEDOOR_API_URL``. Reading works without a key, too.
    patience
        seconds that one request may take with all its repetitions
    transport
        an httpx transport in place of the network, for tests

    Returns
    -------
    Client
        thread-safe; close it, or use it in a ``with``

    Raises
    ------
    InvalidRequestError
        `where` is not one of these.

    Examples
    --------
    >>> import bluedoor_tools as bd
    >>> with bd.connect("sample") as client:
    ...     len(client.search_jobs("nurse", limit=3))
    3
    """
    place = where if where is not None else os.environ.get("BLUEDOOR_BACKEND", "").strip() or "api"
    if isinstance(patience, bool) or not isinstance(patience, int | float) or not 0 <= patience < float("inf"):
        raise InvalidRequestError(f"patience={patience!r} is not a number of seconds.", hint="Use 60, for example.")
    if place == "sample":
        from .backends.sample import SampleBackend

        return Client(SampleBackend())
    if isinstance(place, str) and (place == "api" or place.lower().startswith(("http://", "https://"))):
        from .backends.api import ApiBackend
        from .wire.transport import Transport

        url = place if place != "api" else os.environ.get("BLUEDOOR_API_URL", "").strip() or contract.API_URL
        return Client(ApiBackend(Transport(_checked_url(url), api_key=api_key, patience=patience, transport=transport)))
    if isinstance(place, Path) or (isinstance(place, str) and ("/" in place or os.sep in place)):
        raise InvalidRequestError(
            f"{str(place)!r} is a path: local mirrors are not in this version.",
            hint="Use 'api', 'sample' or a URL; bd.read_jobs(path) reads a saved answer.",
        )
    close = nearest(str(place), ["api", "sample"])
    raise InvalidRequestError(
        f"There is no backend {place!r}.",
        hint=(f"Did you mean {close!r}? " if close else "") + "Use 'api', 'sample' or a URL beginning with https://.",
    )


def _checked_url(url: str) -> str:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        parsed = httpx.URL("")
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise InvalidRequestError("The API's address is not a URL.", hint=f"Use one such as {contract.API_URL}.")
    if parsed.userinfo or parsed.query or parsed.fragment:
        raise InvalidRequestError(
            "The API's address carries a user, query or fragment.",
            hint="Give the bare base URL; a key goes in api_key or BLUEDOOR_API_KEY.",
        )
    return url


def _takes_filters(function: Callable[P, R]) -> Callable[P, R]:
    """Write the filters' names into the signature, for completion and help; unknown names still reach our own check."""
    signature = inspect.signature(function, eval_str=False)
    named = [parameter for parameter in signature.parameters.values() if parameter.name != "filters"]
    named += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind)
        for name, kind in JobFilters.__annotations__.items()
    ]
    function.__signature__ = signature.replace(parameters=named)  # type: ignore[attr-defined]
    return function


@dataclass(slots=True)
class _Walk:
    """A search under way: what is asked, where it stands, and how it came to its end."""

    query: JobQuery
    columns: list[str]
    description: bool
    limit: int | None
    clock: str
    start: Cursor | None
    decoder: Decoder = field(default_factory=lambda: Decoder(contract.JOB_FIELDS))
    next_cursor: str | None = None
    total: int | None = None
    capped: bool = False
    pages: int = 0
    request: Request | None = None
    reason: str = ""
    # Rows given and the cursor behind them, before and after the last page: an interrupt may come between the two.
    marks: tuple[tuple[int, str | None], ...] = ()


class Client:
    """The functions over one backend. Thread-safe; use :func:`connect` to make one.

    Examples
    --------
    >>> import bluedoor_tools as bd
    >>> client = bd.connect("sample")
    >>> client.search_jobs("engineer", city="Berlin", limit=2).columns[:4].tolist()
    ['job_id', 'title', 'company', 'location_text']
    """

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self._orgs: dict[str, dict[str, Any] | None] = {}
        self._lock = threading.Lock()
        self._warned_of_cut = False

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
            see :class:`JobFilters`; None leaves a filter out

        Returns
        -------
        DataFrame
            one row a posting; columns and dtypes as in ``frames.DEFAULT_JOB_COLUMNS``, also when empty

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
        walk = self._walk(q, status, description, columns, limit, cursor, filters)
        builder = FrameBuilder(walk.decoder, walk.columns)
        try:
            for answer in self._pages(walk):
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
        frame = self._frame(walk, builder, _call(walk, limit=limit, cursor=cursor), walk.request)
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
        walk = self._walk(q, status, description, columns, limit, cursor, filters)
        return self._frames(walk, cursor)

    def get_job(self, job: str) -> Job:
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
        wanted = posting_id(job)
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
                company = org_name(self._org_record(org_id))
            except NotFoundError:
                notices.append("The backend does not know the organisation: its id stands for its name.")
            except BluedoorError as error:
                notices.append(f"The company's name could not be looked up: {error.message}")
        return Job(record, company=company, api_url=self.backend.base_url, notices=tuple(notices))

    def job_events(self, job: str, *, limit: int = DEFAULT_LIMIT) -> pd.DataFrame:
        """The lifecycle events of one posting: created, updated, closed, reopened; oldest first.

        Costs one request. The API names no cursor for these: more than `limit` events are cut, and that is said.

        Parameters
        ----------
        job
            job_id or URL, as for :meth:`get_job`
        limit
            events at most; where the backend has more, it gives the newest

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
        wanted = posting_id(job)
        most = check_limit(limit, none_means_all=False) or 1
        decoder = Decoder(contract.EVENT_FIELDS)
        try:
            page = self.backend.job_events(wanted.job_id, decoder, most)
        except NotFoundError as error:
            raise _with_computation(error, wanted) from None
        builder = FrameBuilder(decoder, EVENT_COLUMNS)
        builder.add(page)
        frame = builder.finish().sort_values(["observed_at", "event_id"], kind="stable", ignore_index=True)
        cut = len(frame) >= most
        if cut and isinstance(limit, _DefaultLimit):
            warn(f"The posting may have more than these {len(frame)} events: raise limit.", ResultCutWarning)
        path = contract.endpoint("job_events").path.format(job_id=wanted.job_id)
        return self._with_card(
            frame,
            kind="events",
            builder=builder,
            request=Request("GET", path, {"limit": str(most)}),
            call={"function": "job_events", "first": "job", "arguments": {"job": wanted.job_id, "limit": most}},
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
            values at most, the commonest first

        Returns
        -------
        DataFrame
            ``value`` (str), ``count`` (int64) and ``share`` (float64): the count as a part of the postings that have
            any value, or one of the 100 (or `limit`) commonest where there are more; the card says which. Postings
            without a value are counted nowhere.

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
        most = check_limit(limit, none_means_all=False) or 1
        query = JobQuery.of(self.backend.now(), {"q": q, "status": status, **filters})
        # Shares want every count there is, however few the caller looks at.
        asked = max(most, contract.FACET_LIMIT)
        answer = self.backend.facets(field, query, asked)
        counted = sum(count for _, count in answer.counts)
        counts = answer.counts[:most]
        frame = typed(
            {
                "value": ("text", [value if isinstance(value, str | None) else str(value) for value, _ in counts]),
                "count": ("number", [count for _, count in counts]),
                "share": ("number", [count / counted if counted else None for _, count in counts]),
            }
        ).astype({"count": "int64"})
        values = len(answer.counts)
        ended = values < min(asked, answer.limit or asked)
        complete = ended and values <= most
        return self._with_card(
            frame,
            kind="facets",
            query=query,
            request=answer.request,
            call={
                "function": "facets",
                "first": "field",
                "arguments": {"field": field, **_arguments(query), "limit": most},
            },
            complete=complete,
            reason="all values" if complete else f"the {len(counts)} commonest values",
            notes=[
                *query.notes,
                f"share is of the {counted:,} postings with {'any' if ended else f'one of the {values} commonest'} "
                f"{field}; postings without one are counted nowhere",
            ],
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
        record = self._org_record(checked)
        return Org(record or {}, notices=self.backend.notes)

    # -- pages ---------------------------------------------------------------------------------------------------------

    def _walk(
        self,
        q: str | None,
        status: str | None,
        description: bool,
        columns: Iterable[str] | str | None,
        limit: int | None,
        cursor: str | None,
        filters: Mapping[str, Any],
    ) -> _Walk:
        """Check every argument before anything is sent."""
        if not isinstance(description, bool):
            raise InvalidRequestError(f"description={description!r} is not True or False.")
        every = job_columns(description=True)
        if columns is None:
            wanted = [*DEFAULT_JOB_COLUMNS, *(["description_text"] if description else [])]
        elif isinstance(columns, str) and columns == "all":
            wanted = job_columns(description)
        else:
            wanted = check_columns(columns, every)
            if description and "description_text" not in wanted:
                wanted.append("description_text")
            description = "description_text" in wanted
        start = None if cursor is None else Cursor.decode(cursor)
        now = self.backend.now() if start is None else dt.datetime.fromisoformat(start.clock)
        query = JobQuery.of(now, {"q": q, "status": status, **filters})
        if start is not None and start.fingerprint != self._mark(query):
            raise InvalidRequestError(
                "The cursor belongs to another search.",
                hint="Repeat the filters, the status and the backend of the search that gave it.",
            )
        return _Walk(query, wanted, description, check_limit(limit), instant_text(now), start)

    def _mark(self, query: JobQuery) -> str:
        return f"{self.backend.name}-{query.fingerprint}"

    def _pages(self, walk: _Walk) -> Iterator[JobPage]:
        """The pages of a search; after each, the walk's `next_cursor` points behind it."""
        position = walk.start.backend_cursor if walk.start else None
        skip = walk.start.skip if walk.start else 0
        remaining = walk.limit
        seen = {position}
        walk.marks = ((0, self._cursor(walk, position, skip)),)
        while True:
            answer = self.backend.search(
                walk.query,
                walk.decoder,
                cursor=position,
                # The last page is asked for exactly the rows still wanted, so that its cursor is exact, too.
                limit=contract.PAGE_LIMIT if remaining is None else min(contract.PAGE_LIMIT, remaining + skip),
                description=walk.description,
                total=walk.pages == 0 and walk.start is None,
            )
            walk.pages += 1
            if walk.request is None:
                walk.request, walk.total, walk.capped = answer.request, answer.total, answer.total_capped
            rows = answer.page.records[skip:]
            left_to_skip = max(0, skip - len(answer.page.records))
            leads_back = answer.next_cursor is not None and answer.next_cursor in seen
            if remaining is not None and len(rows) > remaining:  # more than was asked for
                del rows[remaining:]
                next_cursor = self._cursor(walk, position, skip + remaining)
            elif answer.next_cursor is None or leads_back:
                next_cursor = None
            else:
                next_cursor = self._cursor(walk, answer.next_cursor, left_to_skip)
            answer.page.records = rows
            if remaining is not None:
                remaining -= len(rows)
            if next_cursor is None and not leads_back:
                walk.reason = "cursor ended"
            else:
                walk.reason = "limit" if remaining == 0 else "page"
            walk.next_cursor = next_cursor
            walk.marks = (walk.marks[-1], (walk.marks[-1][0] + len(rows), next_cursor))
            yield answer
            if walk.reason != "page":
                return
            if leads_back:
                raise UnexpectedAnswerError(
                    "The server's next_cursor leads back to a page that was already read.",
                    hint="Start the search again; narrower filters make shorter walks.",
                )
            position, skip = answer.next_cursor, left_to_skip
            seen.add(position)

    def _cursor(self, walk: _Walk, position: str | None, skip: int) -> str:
        return Cursor(position, skip, self._mark(walk.query), walk.clock).encode()

    def _frames(self, walk: _Walk, cursor: str | None) -> Iterator[pd.DataFrame]:
        for answer in self._pages(walk):
            builder = FrameBuilder(walk.decoder, walk.columns)
            builder.add(answer.page)
            call = _call(walk, limit=max(1, builder.rows), cursor=cursor)
            yield self._frame(walk, builder, call, answer.request, page=True)
            cursor = walk.next_cursor

    # -- frames and cards ----------------------------------------------------------------------------------------------

    def _frame(
        self, walk: _Walk, builder: FrameBuilder, call: dict[str, Any], request: Request | None, page: bool = False
    ) -> pd.DataFrame:
        notes = list(walk.query.notes)
        # An interrupt amid the names keeps the rows of a long load, but ends a walk page by page.
        frame = builder.finish(lambda org_ids: self._company_names(org_ids, notes, keep=not page))
        from_start = walk.start is None and not (page and walk.pages > 1)
        complete = walk.reason == "cursor ended" and from_start
        reason = walk.reason if complete or walk.reason != "cursor ended" else "the last page, or pages, of a walk"
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
    ) -> pd.DataFrame:
        backend = self.backend
        return attach(
            frame,
            kind=kind,
            backend={
                "name": backend.name,
                "label": backend.label,
                "connect": backend.base_url if backend.name == "api" else backend.name,
                "base_url": backend.base_url,
                "sends_key": backend.sends_key,
            },
            clock=clock or instant_text(backend.now()),
            asked=dict(query.asked) if query else {},
            applied=_bounded(query.filters, _FEW_SHOWN) if query else {},
            total=total,
            capped=capped,
            complete=complete,
            reason=reason,
            next_cursor=next_cursor,
            pages=pages,
            request=_request_entry(request),
            call=call,
            drift=builder.drift if builder else Drift(),
            unknown_fields=builder.unknown_names if builder else (),
            notes=[*backend.notes, *notes],
        )

    # -- organisations -------------------------------------------------------------------------------------------------

    def _org_record(self, org_id: str) -> dict[str, Any] | None:
        with self._lock:
            if self._orgs.get(org_id):
                return self._orgs[org_id]
        record = self.backend.org(org_id)
        with self._lock:
            self._orgs[org_id] = record
        return record

    def _company_names(self, org_ids: list[str], notes: list[str], *, keep: bool) -> dict[str, str | None]:
        """Names by id, asked in bulk for those not met before; a failure leaves them out and says so."""
        with self._lock:
            missing = [org_id for org_id in org_ids if org_id not in self._orgs]
        try:
            for start in range(0, len(missing), contract.BATCH_LIMIT):
                found = self.backend.orgs(missing[start : start + contract.BATCH_LIMIT])
                with self._lock:
                    self._orgs.update(found)
        except (BluedoorError, KeyboardInterrupt) as error:
            if isinstance(error, KeyboardInterrupt) and not keep:
                raise
            said = error.message if isinstance(error, BluedoorError) else "interrupted by you"
            notes.append(f"company is empty where the names could not be looked up ({said})")
            warn(f"The companies' names could not be looked up: {str(error) or said}", BluedoorWarning)
        with self._lock:
            return {org_id: org_name(self._orgs.get(org_id)) for org_id in org_ids}


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


def _call(walk: _Walk, *, limit: int | None, cursor: str | None) -> dict[str, Any]:
    """The Python call that gives the same rows: dates as resolved, what is default left out."""
    arguments = _arguments(walk.query)
    if walk.description:
        arguments["description"] = True
    if walk.columns != [*DEFAULT_JOB_COLUMNS, *(["description_text"] if walk.description else [])]:
        arguments["columns"] = walk.columns
    arguments["limit"] = None if limit is None else int(limit)
    if cursor is not None:
        arguments["cursor"] = cursor
    return {"function": "search_jobs", "first": "q", "arguments": arguments}


def _arguments(query: JobQuery) -> dict[str, Any]:
    """The filters as a call writes them: `status` only where it is not the default."""
    arguments = _bounded(query.filters)
    status = arguments.pop("status", None)
    if status != "active":
        arguments["status"] = status
    return arguments


def _bounded(filters: Mapping[str, Any], few: int = _FEW) -> dict[str, Any]:
    """Filters as small JSON: a long list becomes its length and a few members."""
    return {
        name: (list(value) if len(value) <= few else {"many": len(value), "first": list(value[:3])})
        if isinstance(value, tuple)
        else value
        for name, value in filters.items()
    }


def _request_entry(request: Request | None) -> dict[str, Any] | None:
    if request is None:
        return None
    body = (
        None
        if request.body is None
        else _bounded({k: tuple(v) if isinstance(v, list) else v for k, v in request.body.items()})
    )
    lists = {name: tuple(request.parameters[name].split(",")) for name in _LISTS if name in request.parameters}
    many = {name: value for name, value in _bounded(lists).items() if isinstance(value, dict)}
    parameters = {**request.parameters, **many}
    return {"method": request.method, "path": request.path, "parameters": parameters, "body": body}
