"""Functions that give jobs: searches, boards, single postings."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Unpack

import pandas as pd

from .. import contract
from ..arguments import check_columns, check_id, check_limit, check_limit_of_requests, instant_text
from ..backends.base import ListPage, Request
from ..cursor import Cursor
from ..decode import Decoder
from ..errors import (
    BluedoorError,
    InvalidRequestError,
    NotFoundError,
    PartialResultWarning,
    UnexpectedAnswerError,
    warn,
)
from ..frames import DEFAULT_JOB_COLUMNS, FrameBuilder, job_columns
from ..inert import counted
from ..posting_urls import posting_id
from ..query import JobFilters, Query
from ..records import Job, Source, org_name
from ..reproduction import FEW_SHOWN, bounded, filter_arguments
from ..walk import Ask, Walk
from .answering import DEFAULT_LIMIT, Answering, takes_filters, with_computation

__all__ = ["JobFunctions"]

_ORDER = ("first_seen_at", "job_id")
_FEW_WRONG = 3  # entries that an error lists


class JobFunctions(Answering):
    """Functions that give jobs."""

    @takes_filters
    def search_jobs(
        self,
        q: str | Iterable[str] | None = None,
        *,
        status: str | Iterable[str] | None = "active",
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
        search = self._begin(q, status, description, columns, limit, cursor, filters)
        builder = FrameBuilder(search.walk.decoder, search.columns)
        self._load(search.walk, builder)
        frame = self._jobs(search, builder, search.call(limit=limit, cursor=cursor), search.walk.request)
        self._announce_cut(frame, search.walk, limit, "postings")
        return frame

    @takes_filters
    def iter_jobs(
        self,
        q: str | Iterable[str] | None = None,
        *,
        status: str | Iterable[str] | None = "active",
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
        search = self._begin(q, status, description, columns, limit, cursor, filters)
        return self._pages(search, cursor)

    def source_jobs(
        self,
        source_id: str | Source,
        *,
        columns: Iterable[str] | str | None = None,
        limit: int | None = DEFAULT_LIMIT,
        cursor: str | None = None,
    ) -> pd.DataFrame:
        """The postings of one crawled board, of any status: a DataFrame, newest first, with an answer card.

        Costs as :meth:`search_jobs`; ``search_jobs(source_ids=[…])`` takes filters, too, and descriptions.

        Parameters
        ----------
        source_id
            the board's id (a UUID, the column `source_id`), or a `Source`
        columns, limit, cursor
            as for :meth:`search_jobs`

        Raises
        ------
        InvalidRequestError
            Not the id of a board, or an unknown column.
        NotFoundError
            The backend has no such board.

        Examples
        --------
        >>> import bluedoor_tools as bd
        >>> bd.connect("sample").source_jobs("8f76458c-d40f-4324-bb14-bb757d1b7058").company.tolist()
        ['Spotify']
        """
        checked = check_id("source_id", source_id["source_id"] if isinstance(source_id, Source) else source_id)
        wanted, _ = _columns(columns, description=False)
        if "description_text" in wanted:
            raise InvalidRequestError(
                "A board's jobs come without descriptions.", hint="Use search_jobs(source_ids=[…], description=True)."
            )
        most, start = check_limit(limit), None if cursor is None else Cursor.decode(cursor)

        def ask(decoder: Decoder, position: str | None, rows: int, _: bool) -> ListPage:
            return self.backend.source_jobs(checked, decoder, cursor=position, limit=rows)

        walk = Walk(
            [ask],
            Decoder(contract.JOB_FIELDS),
            limit=most,
            mark=f"{self._place()}-source-{checked}",
            clock=instant_text(self.backend.now()) if start is None else start.clock,
            start=start,
            order=_ORDER,
        )
        builder = FrameBuilder(walk.decoder, wanted)
        self._load(walk, builder)
        notes: list[str] = []
        frame = builder.finish(lambda org_ids: self._organisations.names(org_ids, notes, keep=True))
        arguments: dict[str, Any] = {"source_id": checked}
        arguments |= {"columns": wanted} if columns is not None else {}
        arguments |= {"limit": None if limit is None else int(limit)} | ({"cursor": cursor} if cursor else {})
        frame = self._walked(
            frame,
            walk,
            builder,
            kind="jobs",
            query=None,
            applied={"source_id": checked},
            call={"function": "source_jobs", "first": "source_id", "arguments": arguments},
            request=walk.request,
            notes=notes,
        )
        self._announce_cut(frame, walk, limit, "postings")
        return frame

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
            raise with_computation(error, wanted) from None
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
        call = {"function": "get_job", "first": "job", "arguments": {"job": wanted.job_id}}
        origin = self._origin(
            Request("GET", path, {"include": "description"}),
            call,
            {"job": str(job["job_id"] if isinstance(job, Job) else job)},
        )
        origin["applied"] = {"job_id": wanted.job_id}
        return Job(
            record,
            company=company,
            api_url=self.backend.base_url,
            notices=tuple(notices),
            origin=origin,
            functions=self._whole,
        )

    def get_jobs(
        self,
        jobs: Iterable[str | Job] | pd.DataFrame,
        *,
        columns: Iterable[str] | str | None = None,
        description: bool | None = None,
        max_requests: int = 1000,
    ) -> pd.DataFrame:
        """Many postings' full records: a DataFrame in the order asked, each posting once.

        Costs one request a posting on the API, which knows no other way to ask for postings by id.

        Parameters
        ----------
        jobs
            job_ids, URLs and `Job` objects in any mixture, as for :meth:`get_job`; or a frame with a column `job_id`
        columns, description
            as for :meth:`search_jobs`, but the texts come, too, unless columns are named
        max_requests
            more postings than this are refused before anything is sent; a local backend sends nothing and takes any
            number

        Returns
        -------
        DataFrame
            columns and dtypes as of a search. Postings that the backend does not have are announced, and listed on the
            card, which is then not ``complete``; so are those not yet asked for when the load breaks off.

        Raises
        ------
        InvalidRequestError
            Something that names no posting (``error.context["entries"]`` has all such), or too many.
        NotFoundError
            The backend has none of them.
        CouldNotAskError, NotAuthorizedError, UnexpectedAnswerError
            The first posting was not to be had; on a later one the rows so far are kept, with a
            `PartialResultWarning`.

        Examples
        --------
        >>> import bluedoor_tools as bd
        >>> client = bd.connect("sample")
        >>> some = client.search_jobs("nurse", limit=3)
        >>> client.get_jobs(some)["job_id"].equals(some["job_id"])
        True
        """
        wanted = _posting_ids(jobs)
        if not isinstance(description, bool | None):
            raise InvalidRequestError(f"description={description!r} is not True or False.")
        chosen = columns is not None and not (isinstance(columns, str) and columns == "all")
        names, _ = _columns(columns, not chosen if description is None else description)
        allowed = check_limit_of_requests(max_requests)
        if not self.backend.local and len(wanted) > allowed:
            raise InvalidRequestError(
                f"{len(wanted):,} postings take as many requests; max_requests is {allowed:,}.",
                hint="Raise max_requests, ask for parts of them, or search by org_ids or source_ids.",
            )
        decoder = Decoder(contract.JOB_FIELDS)
        builder = FrameBuilder(decoder, names)
        missing: list[str] = []
        notes: list[str] = []
        stopped = ""
        for number, job_id in enumerate(wanted):
            try:
                record = self.backend.job(job_id)
            except NotFoundError:
                missing.append(job_id)
                continue
            except (BluedoorError, KeyboardInterrupt) as error:
                if not builder.rows:
                    raise
                stopped = f"interrupted: {type(error).__name__}"
                notes.append(f"not asked for: the last {len(wanted) - number:,}, from {job_id} on")
                warn(
                    f"The load stopped after {number:,} of {len(wanted):,} postings "
                    f"({str(error) or 'interrupted by you'}). The rows so far are kept.",
                    PartialResultWarning,
                )
                break
            if record.get("job_id") != job_id:
                raise UnexpectedAnswerError(f"Asked for job {job_id}, the backend answered with another record.")
            builder.add(decoder.records(json.dumps([record]).encode()))
        shown = ", ".join(missing[:FEW_SHOWN]) + (" …" if len(missing) > FEW_SHOWN else "")
        if len(missing) == len(wanted):
            raise NotFoundError(f"The backend has none of {counted(len(wanted), 'posting')}: {shown}")
        if missing:
            notes.append(f"not found: {counted(len(missing), 'posting')}: {shown}")
            warn(f"{len(missing):,} of {len(wanted):,} postings were not found: {shown}", PartialResultWarning)
        frame = builder.finish(lambda org_ids: self._organisations.names(org_ids, notes, keep=True))
        path = contract.endpoint("job").path.format(job_id=wanted[0])
        arguments = bounded({"jobs": tuple(wanted)}) | ({"columns": names} if columns is not None else {})
        arguments |= {} if description is None else {"description": description}
        complete = not missing and not stopped
        lacking = stopped or f"{counted(len(missing), 'posting')} not found"
        return self._with_card(
            frame,
            kind="jobs",
            builder=builder,
            asked={"jobs": len(wanted)},
            applied=bounded({"job_ids": tuple(wanted)}, FEW_SHOWN),
            complete=complete,
            reason="every posting asked for" if complete else lacking,
            pages=len(wanted),
            request=Request("GET", path, {"include": "description"}),
            call={"function": "get_jobs", "first": "jobs", "arguments": arguments},
            notes=notes,
        )

    def _begin(
        self,
        q: str | Iterable[str] | None,
        status: str | Iterable[str] | None,
        description: bool,
        columns: Iterable[str] | str | None,
        limit: int | None,
        cursor: str | None,
        filters: Mapping[str, Any],
    ) -> _Search:
        """Check every argument before anything is sent."""
        if not isinstance(description, bool):
            raise InvalidRequestError(f"description={description!r} is not True or False.")
        wanted, described = _columns(columns, description)
        start = None if cursor is None else Cursor.decode(cursor)
        most = check_limit(limit)
        now = self.backend.now() if start is None else dt.datetime.fromisoformat(start.clock)
        query = self._query({"q": q, "status": status, **filters}, now=now)
        walk = Walk(
            [self._asking(branch, described) for branch in query.branches()],
            Decoder(contract.JOB_FIELDS),
            limit=most,
            mark=f"{self._place()}-{query.fingerprint}",
            clock=instant_text(now),
            start=start,
            order=_ORDER,
        )
        return _Search(query, wanted, described, walk)

    def _asking(self, query: Query, description: bool) -> Ask:
        def ask(decoder: Decoder, cursor: str | None, limit: int, total: bool) -> ListPage:
            return self.backend.search(query, decoder, cursor=cursor, limit=limit, description=description, total=total)

        return ask

    def _pages(self, search: _Search, cursor: str | None) -> Iterator[pd.DataFrame]:
        asked = 0
        for page in search.walk.follow():
            builder = FrameBuilder(search.walk.decoder, search.columns)
            builder.add(page)
            call = search.call(limit=max(1, builder.rows), cursor=cursor)
            request = search.walk.latest_request
            yield self._jobs(search, builder, call, request, pages=max(1, search.walk.pages - asked))
            asked, cursor = search.walk.pages, search.walk.next_cursor

    def _jobs(
        self,
        search: _Search,
        builder: FrameBuilder,
        call: Mapping[str, Any],
        request: Request | None,
        pages: int | None = None,
    ) -> pd.DataFrame:
        notes: list[str] = []
        # An interrupt amid the names keeps the rows of a long load, but ends a walk page by page.
        frame = builder.finish(lambda org_ids: self._organisations.names(org_ids, notes, keep=pages is None))
        return self._walked(
            frame,
            search.walk,
            builder,
            kind="jobs",
            query=search.query,
            call=call,
            request=request,
            pages=pages,
            notes=notes,
        )


@dataclass(frozen=True, slots=True)
class _Search:
    """A job search under way."""

    query: Query
    columns: list[str]
    description: bool
    walk: Walk

    def call(self, *, limit: int | None, cursor: str | None) -> dict[str, Any]:
        """The Python call that gives the same rows: dates as resolved, what is default left out."""
        arguments = filter_arguments(self.query)
        if self.description:
            arguments["description"] = True
        if self.columns != [*DEFAULT_JOB_COLUMNS, *(["description_text"] if self.description else [])]:
            arguments["columns"] = self.columns
        arguments["limit"] = None if limit is None else int(limit)
        if cursor is not None:
            arguments["cursor"] = cursor
        return {"function": "search_jobs", "first": "q", "arguments": arguments}


def _columns(columns: Iterable[str] | str | None, description: bool) -> tuple[list[str], bool]:
    """The columns wanted, and whether descriptions are asked for."""
    if columns is None:
        return [*DEFAULT_JOB_COLUMNS, *(["description_text"] if description else [])], description
    if isinstance(columns, str) and columns == "all":
        return job_columns(description), description
    wanted = check_columns(columns, job_columns(description=True))
    if description and "description_text" not in wanted:
        wanted.append("description_text")
    return wanted, "description_text" in wanted


def _posting_ids(jobs: object) -> list[str]:
    """The ids of the postings that a caller names, each once, in the order given."""
    if isinstance(jobs, pd.DataFrame):
        if "job_id" not in jobs.columns:
            raise InvalidRequestError("This frame has no column job_id.", hint="Ask for it with columns=.")
        jobs = jobs["job_id"].tolist()
    if isinstance(jobs, str | Job):
        jobs = [jobs]
    if not isinstance(jobs, Iterable):
        raise InvalidRequestError("jobs takes a list of job_ids or URLs, or a frame of jobs.")
    wanted: dict[str, None] = {}
    wrong: list[tuple[object, str]] = []
    for entry in jobs:
        try:
            wanted[posting_id(entry["job_id"] if isinstance(entry, Job) else entry).job_id] = None
        except InvalidRequestError as error:
            wrong.append((entry, error.message))
    if wrong:
        more = f" And {len(wrong) - _FEW_WRONG:,} more." if len(wrong) > _FEW_WRONG else ""
        raise InvalidRequestError(
            f"{len(wrong):,} of the entries name no posting: {' '.join(said for _, said in wrong[:_FEW_WRONG])}{more}",
            hint="A job_id has 40 hex digits; a posting's URL works, too.",
            context={"entries": [str(entry) for entry, _ in wrong]},
        )
    if not wanted:
        raise InvalidRequestError("jobs is empty.", hint="Give at least one job_id or URL.")
    return list(wanted)
