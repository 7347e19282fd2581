"""Functions that give lifecycle events."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, Unpack

import pandas as pd

from .. import contract
from ..arguments import check_limit, check_limit_of_one_answer, instant_text
from ..backends.base import ListPage, Request
from ..chain import Ask, Order
from ..cursor import Cursor, Within
from ..decode import Decoder
from ..errors import NotFoundError, ResultCutWarning, UnexpectedAnswerError, warn
from ..event_values import value_texts
from ..frames import EVENT_COLUMNS, FrameBuilder
from ..lifecycle import periods
from ..posting_urls import posting_id
from ..progress import Progress
from ..query import EventFilters, Query
from ..records import Job
from ..reproduction import filter_arguments
from ..walk import Walk
from .answering import DEFAULT_LIMIT, asks, is_default, takes_filters, with_computation
from .walking import WalkingFunctions

__all__ = ["EventFunctions"]

_ORDER = Order("observed_at", "event_id", "observed_after", "observed_before")


class EventFunctions(WalkingFunctions):
    """Functions that give events."""

    @asks
    def job_events(self, job: str | Job, *, limit: int = DEFAULT_LIMIT) -> pd.DataFrame:
        """The lifecycle events of one posting: created, updated, closed, reopened; oldest first.

        Costs one request, and one for the organisation's name if that was not met before. The API names no cursor for
        these: more than `limit` events are cut, and that is said.

        Parameters
        ----------
        job
            a `Job`, or its job_id or URL, as for :meth:`get_job`
        limit
            events at most, up to 100; which ones come where there are more is not known of the API

        Returns
        -------
        DataFrame
            one row an event; `old_value`, `new_value` and `metadata` are JSON text, `old_value_text` and
            `new_value_text` the same to be read, `observed_at` is when the crawler saw it, which may be a day after it
            happened (datetime64[us, UTC]; the others str). ``bd.columns("events")`` has every column.

        Raises
        ------
        InvalidRequestError
            Neither an id nor the URL of a posting on a known site, or a wrong limit.
        NotFoundError
            The backend has no such posting.
        CouldNotAskError, NotAuthorizedError, UnexpectedAnswerError
            The backend gave no answer, or none that can be used.

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
            raise with_computation(error, wanted) from None
        builder = FrameBuilder(decoder, EVENT_COLUMNS)
        builder.add(page)
        notes: list[str] = []
        frame = self._events(builder, notes)
        frame = frame.sort_values(["observed_at", "event_id"], kind="stable", ignore_index=True)
        allowed = page.meta.get("limit")
        cut = len(frame) >= (min(most, allowed) if type(allowed) is int else most) or bool(page.meta.get("next_cursor"))
        if cut and (is_default(limit) or len(frame) < most):
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
            notes=notes,
        )

    @asks
    @takes_filters
    def search_events(
        self,
        event_types: str | Iterable[str] | None = None,
        *,
        limit: int | None = DEFAULT_LIMIT,
        cursor: str | None = None,
        progress: Progress = None,
        **filters: Unpack[EventFilters],
    ) -> pd.DataFrame:
        """Search lifecycle events across postings: a DataFrame, newest first, with an answer card.

        Costs one request per 100 rows, and one per 100 organisations not met before (for `company`). `observed_at` is
        when the crawler saw the event, up to a day after it happened.

        Parameters
        ----------
        event_types
            ``"job.created"``, ``"job.updated"``, ``"job.closed"``, ``"job.reopened"``, or several; None for all
        limit, cursor, progress
            as for :meth:`search_jobs`
        **filters
            the API's own, by its own names; None leaves one out. `job_ids` takes URLs of postings, too. Dates as for
            :meth:`search_jobs`.

            <filters>

        Returns
        -------
        DataFrame
            one row an event, columns as of :meth:`job_events`

        Raises
        ------
        InvalidRequestError
            An unknown or conflicting argument; the nearest valid one is named.
        UnexpectedAnswerError
            Page after page without a row that matches. But for `event_types`, the names of these filters are assumed,
            so every row is held against them: those that do not match are left out, with a `DriftWarning`.
        CouldNotAskError, NotAuthorizedError
            As for :meth:`search_jobs`.

        Examples
        --------
        >>> import bluedoor_tools as bd
        >>> closed = bd.connect("sample").search_events("job.closed", observed_after="7d", limit=3)
        >>> closed[["event_type", "provider"]].shape
        (3, 2)
        """
        start = None if cursor is None else Cursor.decode(cursor)
        most = check_limit(limit)
        now = self.backend.now() if start is None else dt.datetime.fromisoformat(start.clock)
        query = self._query({"event_types": event_types, **filters}, contract.EVENT_PARAMETERS, now)
        branches = query.branches(short=True)
        walk = Walk(
            [self._asking_events(branch) for branch in branches],
            Decoder(contract.EVENT_FIELDS),
            limit=most,
            mark=f"{self._place()}-events-{query.fingerprint}",
            clock=instant_text(now),
            start=start,
            order=_ORDER,
            call={"function": "search_events", "arguments": dict(query.filters)},
        )
        builder = self._load(walk, EVENT_COLUMNS, branches, "events", progress)
        arguments: dict[str, Any] = filter_arguments(query)
        arguments |= {"limit": None if limit is None else int(limit)} | ({"cursor": cursor} if cursor else {})
        notes: list[str] = []
        frame = self._walked(
            self._events(builder, notes, ask=not walk.was_interrupted),
            walk,
            builder,
            kind="events",
            query=query,
            call={"function": "search_events", "first": "event_types", "arguments": arguments},
            request=walk.request,
            notes=notes,
        )
        self._announce_cut(frame, walk, limit, "events")
        return frame

    @asks
    def history(self, job: str | Job) -> pd.DataFrame:
        """When a posting was open and when closed: its events and its record merged into one table of periods.

        Costs two requests (one of a `Job`), one for its organisation's name if that was not met before, and one per
        100 events where there are more than 100.

        Parameters
        ----------
        job
            a `Job`, or its job_id or URL, as for :meth:`get_job`

        Returns
        -------
        DataFrame
            one row a period: `period` (int64), `state` (str: "open", "closed"), `started_at` (datetime64[us, UTC]),
            `started_by` (str), `ended_at` and `ended_by` (missing while it lasts), `days` (float64), `updates` (int64),
            `changed_fields` (str). ``bd.columns("history")`` has their meaning. The last period holds as far as there
            is evidence: the card says up to when, and where the events and the record disagree.

        Raises
        ------
        InvalidRequestError, NotFoundError, CouldNotAskError, NotAuthorizedError, UnexpectedAnswerError
            As for :meth:`get_job`.

        Examples
        --------
        >>> import bluedoor_tools as bd
        >>> history = bd.connect("sample").history("76a82054d2c45c7b4c4f9ca9915c4b03b7a5b303")
        >>> history[["state", "started_by"]].values.tolist()
        [['open', 'job.created']]
        """
        posting = job if isinstance(job, Job) else self._whole.get_job(job)
        events = self.job_events(posting, limit=contract.EVENT_LIMIT)
        if not events.attrs["bluedoor"]["complete"]:  # a posting's own events come in one answer, without a cursor
            with contextlib.suppress(UnexpectedAnswerError):
                events = self.search_events(job_ids=[posting["job_id"]], limit=None)
        frame, notes = periods(posting.record, events, self.backend.now())
        of_events: Mapping[str, Any] = events.attrs["bluedoor"]
        whole = bool(of_events["complete"])
        if not whole:
            notes.insert(0, f"made of {len(events)} events, and there may be more: the periods may not be all of them")
            warn("The posting may have more events than these periods are made of.", ResultCutWarning)
        job_id = str(posting["job_id"])
        return self._with_card(
            frame,
            kind="periods",
            asked={"job": job_id},
            applied={"job_id": job_id},
            complete=whole,
            reason="all events" if whole else "made of a part of the events only: the posting may have more",
            pages=1 if posting is job else 2,
            request=Request("GET", contract.endpoint("job_events").path.format(job_id=job_id)),
            call={"function": "history", "first": "job", "arguments": {"job": job_id}},
            notes=[*notes, *(note for note in of_events["notes"] if note not in self.backend.notes)],
        )

    def _asking_events(self, query: Query) -> Ask:
        def ask(decoder: Decoder, cursor: str | None, limit: int, total: bool, within: Within) -> ListPage:  # noqa: ARG001
            part = query.within(within) if within else query
            return self.backend.search_events(part, decoder, cursor=cursor, limit=limit)

        return ask

    def _events(self, builder: FrameBuilder, notes: list[str], *, ask: bool = True) -> pd.DataFrame:
        """The frame of events, with the values to be read beside their JSON."""
        frame = builder.finish(lambda org_ids: self._organisations.names(org_ids, notes, keep=True, ask=ask))
        place = frame.columns.tolist().index("new_value") + 1
        frame.insert(place, "old_value_text", value_texts(frame["old_value"]))
        frame.insert(place + 1, "new_value_text", value_texts(frame["new_value"]))
        return frame
