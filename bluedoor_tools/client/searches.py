"""Functions that search jobs, a page at a time: searches by filters, and the jobs of a board."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Unpack

import pandas as pd

from .. import contract
from ..arguments import check_id, check_limit, instant_text
from ..backends.base import ListPage, Request
from ..chain import Ask, Order
from ..cursor import Cursor, Within
from ..decode import Decoder
from ..errors import InvalidRequestError
from ..frames import DEFAULT_JOB_COLUMNS, FrameBuilder, job_columns
from ..progress import Progress
from ..query import JobFilters, Query
from ..records import Source
from ..reproduction import filter_arguments
from ..walk import Walk
from ..wire.work import working
from .answering import DEFAULT_LIMIT, asks, job_columns_of, takes_filters
from .walking import WalkingFunctions

__all__ = ["SearchFunctions"]

_ORDER = Order("first_seen_at", "job_id", "first_seen_after", "first_seen_before")


class SearchFunctions(WalkingFunctions):
    """Functions that search jobs."""

    @asks
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
        progress: Progress = None,
        **filters: Unpack[JobFilters],
    ) -> pd.DataFrame:
        """Search postings: a DataFrame, newest first, with an answer card.

        Costs one request per 100 rows (of lists of values, at least one a value; beyond 1,000 rows, which are read in
        parts side by side, some 5-20 % more), one per 100 organisations not met
        before (for the column `company`), one or two to look up ``company=``, one for the API's specification where a
        filter's name is assumed (`provider`; once a client), and time with ``description=True``. ``status="active"``
        means active in bluedoor's job snapshot, not open now: the snapshot lagged the events by 16 h. Cross-posts are
        not merged.

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
        progress
            None: a bar for loads over a second in notebooks and terminals; True, False: always, never; or a function
            of one `LoadProgress`, called in this thread
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
        builder = self._load(search.walk, search.columns, search.query.branches(), "postings", progress)
        frame = self._framed(search, builder, search.call(limit=limit, cursor=cursor), search.walk.request)
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
        checked at the call; one request is sent a page, when it is wanted, and for lists of values one a value before
        the first page. The card's ``next_cursor`` of any page goes on from there.

        Returns
        -------
        iterator of DataFrame
            each of 1 to 100 rows, columns and dtypes as of :meth:`search_jobs`

        Raises
        ------
        InvalidRequestError
            At the call: an unknown or conflicting argument.
        CouldNotAskError, NotAuthorizedError, UnexpectedAnswerError
            While iterating: the next page was not to be had. The pages before it stay, and their cards go on.

        Examples
        --------
        >>> import bluedoor_tools as bd
        >>> [len(page) for page in bd.connect("sample").iter_jobs(limit=250)]
        [100, 100, 50]
        """
        search = self._begin(q, status, description, columns, limit, cursor, filters)
        return self._pages(search, cursor)

    @asks
    def source_jobs(
        self,
        source_id: str | Source,
        *,
        columns: Iterable[str] | str | None = None,
        limit: int | None = DEFAULT_LIMIT,
        cursor: str | None = None,
        progress: Progress = None,
    ) -> pd.DataFrame:
        """The postings of one crawled board, of any status (assumed): a DataFrame, newest first, with an answer card.

        Costs as :meth:`search_jobs`; ``search_jobs(source_ids=[…])`` takes filters, too, and descriptions.

        Parameters
        ----------
        source_id
            the board's id (a UUID, the column `source_id`), or a `Source`
        columns, limit, cursor, progress
            as for :meth:`search_jobs`

        Returns
        -------
        DataFrame
            one row a posting; columns and dtypes as of :meth:`search_jobs`

        Raises
        ------
        InvalidRequestError
            Not the id of a board, or an unknown column.
        NotFoundError
            The backend has no such board.
        UnexpectedAnswerError
            Postings of another board came.
        CouldNotAskError, NotAuthorizedError
            As for :meth:`search_jobs`.

        Examples
        --------
        >>> import bluedoor_tools as bd
        >>> bd.connect("sample").source_jobs("8f76458c-d40f-4324-bb14-bb757d1b7058").company.tolist()
        ['Spotify']
        """
        checked = check_id("source_id", source_id["source_id"] if isinstance(source_id, Source) else source_id)
        wanted, _ = job_columns_of(columns, description=False)
        if "description_text" in wanted:
            raise InvalidRequestError(
                "A board's jobs come without descriptions.", hint="Use search_jobs(source_ids=[…], description=True)."
            )
        most, start = check_limit(limit), None if cursor is None else Cursor.decode(cursor)
        named: dict[str, Any] = {} if columns is None else {"columns": wanted}

        def ask(decoder: Decoder, position: str | None, rows: int, total: bool, within: Within) -> ListPage:
            if within:  # a board takes no filters; a search for its jobs goes on where its cursor is lost
                part = Query({"source_ids": (checked,)}).within(within)
                return self.backend.search(part, decoder, cursor=position, limit=rows, description=False, total=total)
            return self.backend.source_jobs(checked, decoder, cursor=position, limit=rows)

        walk = Walk(
            [ask],
            Decoder(contract.JOB_FIELDS),
            limit=most,
            mark=f"{self._place()}-source-{checked}",
            clock=instant_text(self.backend.now()) if start is None else start.clock,
            start=start,
            order=_ORDER,
            call={"function": "source_jobs", "arguments": {"source_id": checked} | named},
        )
        builder = self._load(walk, wanted, None, "postings", progress)
        notes: list[str] = []
        may_ask = not walk.was_interrupted
        frame = builder.finish(lambda org_ids: self._organisations.names(org_ids, notes, keep=True, ask=may_ask))
        arguments: dict[str, Any] = {"source_id": checked}
        arguments |= named
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
        wanted, described = job_columns_of(columns, description)
        start = None if cursor is None else Cursor.decode(cursor)
        most = check_limit(limit)
        now = self.backend.now() if start is None else dt.datetime.fromisoformat(start.clock)
        query = self._query({"q": q, "status": status, **filters}, now=now)
        asked_for: dict[str, Any] = {"description": True} if description else {}
        if columns is not None:
            asked_for["columns"] = "all" if wanted == job_columns(described) else wanted
        walk = Walk(
            [self._asking(branch, described) for branch in query.branches()],
            Decoder(contract.JOB_FIELDS),
            limit=most,
            mark=f"{self._place()}-{query.fingerprint}",
            clock=instant_text(now),
            start=start,
            order=_ORDER,
            call={"function": "search_jobs", "arguments": {"status": None, **query.filters, **asked_for}},
        )
        return _Search(query, wanted, described, walk)

    def _asking(self, query: Query, description: bool) -> Ask:
        def ask(decoder: Decoder, cursor: str | None, limit: int, total: bool, within: Within) -> ListPage:
            part = query.within(within) if within else query
            return self.backend.search(part, decoder, cursor=cursor, limit=limit, description=description, total=total)

        return ask

    def _pages(self, search: _Search, cursor: str | None) -> Iterator[pd.DataFrame]:
        asked = 0
        pages = search.walk.follow()
        while True:
            with working():
                page = next(pages, None)
                if page is None:
                    return
                builder = FrameBuilder(search.walk.decoder, search.columns)
                builder.add(page)
                call = search.call(limit=max(1, builder.rows), cursor=cursor)
                request = search.walk.latest_request
                frame = self._framed(search, builder, call, request, pages=max(1, search.walk.pages - asked))
                asked, cursor = search.walk.pages, search.walk.next_cursor
            yield frame

    def _framed(
        self,
        search: _Search,
        builder: FrameBuilder,
        call: Mapping[str, Any],
        request: Request | None,
        pages: int | None = None,
    ) -> pd.DataFrame:
        notes: list[str] = []
        # An interrupt amid the names keeps the rows of a long load, but ends a walk page by page.
        ask = not search.walk.was_interrupted
        frame = builder.finish(lambda org_ids: self._organisations.names(org_ids, notes, keep=pages is None, ask=ask))
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
