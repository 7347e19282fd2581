"""Functions that give postings' full records: one as its page, many as a frame."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import closing

import pandas as pd

from .. import contract
from ..arguments import check_limit_of_requests
from ..backends.base import Request
from ..decode import Decoder
from ..errors import (
    BluedoorError,
    BluedoorWarning,
    InvalidRequestError,
    LongLoadWarning,
    NotFoundError,
    PartialResultWarning,
    UnexpectedAnswerError,
    warn,
)
from ..frames import FrameBuilder
from ..inert import counted
from ..posting_urls import posting_id
from ..progress import Progress, check_progress, load_notice, reporting
from ..records import Job
from ..reproduction import FEW_SHOWN, bounded
from ..wire.parallel import in_parallel
from ..wire.work import StoppedError, Work, current
from .answering import Answering, job_columns_of, with_computation
from .loading import guarded
from .refreshing import from_cache, refreshing

__all__ = ["JobFunctions"]

_ADVICE = "Ctrl-C keeps the rows that came."
_FEW_WRONG = 3  # entries that an error lists


class JobFunctions(Answering):
    """Functions that give full records."""

    def get_job(self, job: str | Job, *, refresh: bool = False) -> Job:
        """One posting's full record, with its page.

        Costs one request, and one for its organisation if that was not met before; nothing for what the cache has,
        which its ``notices`` say.

        Parameters
        ----------
        job
            its job_id (40 hex digits), or its URL on Lever, Greenhouse, Ashby, Workable, SmartRecruiters, Workday and
            others: the id is computed from the URL. The rule for that is checked for Lever, assumed for the others.
        refresh
            True passes by what is kept on disk (a posting for an hour, a board for a day, an organisation for a week),
            and keeps the new answer

        Returns
        -------
        Job
            every field as an attribute, nested objects decoded; its page shows itself; ``.frame()`` is one row

        Raises
        ------
        InvalidRequestError
            Neither an id nor the URL of a posting on a known site.
        NotFoundError
            The backend has no such posting.
        CouldNotAskError, NotAuthorizedError, UnexpectedAnswerError
            The backend gave no answer, or none that can be used.

        Examples
        --------
        >>> import bluedoor_tools as bd
        >>> job = bd.connect("sample").get_job("https://jobs.lever.co/spotify/76458bae-8a16-4c42-8780-f9452206f0e0")
        >>> job.company, job.city, job.salary_min
        ('Spotify', 'New York', None)
        """
        with refreshing(refresh) as work:
            return self._job(job, work)

    def _job(self, job: str | Job, work: Work) -> Job:
        wanted = posting_id(job["job_id"] if isinstance(job, Job) else job)
        try:
            record = self.backend.job(wanted.job_id)
        except NotFoundError as error:
            raise with_computation(error, wanted) from None
        if record.get("job_id") != wanted.job_id:
            raise UnexpectedAnswerError(f"Asked for job {wanted.job_id}, the backend answered with another record.")
        notices = [note for note in (self.backend.record_note(wanted.job_id),) if note]
        notices += from_cache(work, "job")
        if wanted.known == "assumed":
            notices.append(f"Found by an id computed from its URL, under a rule that is assumed for {wanted.provider}.")
        org_id = record.get("org_id")
        company = None
        if isinstance(org_id, str):
            try:
                company = self._organisations.name(org_id)
            except NotFoundError:
                notices.append("The backend does not know the organisation: its id stands for its name.")
            except BluedoorError as error:
                notices.append(f"The company's name could not be looked up: {error.message}")
            notices += from_cache(work, "org", "The company's name is from")
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
        refresh: bool = False,
        progress: Progress = None,
    ) -> pd.DataFrame:
        """Many postings' full records: a DataFrame in the order asked, each posting once.

        Costs one request a posting on the API, which knows no other way to ask for postings by id, several at once;
        nothing for those in the cache.

        Parameters
        ----------
        jobs
            job_ids, URLs and `Job` objects in any mixture, as for :meth:`get_job`; or a frame with a column `job_id`
        columns, description
            as for :meth:`search_jobs`, but the texts come, too, unless columns are named
        max_requests
            more postings than this are refused before anything is sent; a local backend sends nothing and takes any
            number
        refresh
            True passes by what is kept on disk, postings and names of companies, and keeps the new answers
        progress
            as for :meth:`search_jobs`

        Returns
        -------
        DataFrame
            columns and dtypes as of a search. Postings that the backend does not have are announced, and listed on the
            card, which is then not ``complete``; so are those that are still to be had when the load breaks off (every
            row that had come is kept), and URLs of systems whose URLs do not tell the id (Oracle HCM, UKG, Taleo, ADP).

        Raises
        ------
        InvalidRequestError
            Something that names no posting (``error.context["entries"]`` has all such), or too many.
        NotFoundError
            The backend has none of them.
        CouldNotAskError, NotAuthorizedError, UnexpectedAnswerError
            A posting was not to be had before there was a row; otherwise the rows so far are kept, with a
            `PartialResultWarning`.

        Examples
        --------
        >>> import bluedoor_tools as bd
        >>> client = bd.connect("sample")
        >>> some = client.search_jobs("nurse", limit=3)
        >>> client.get_jobs(some)["job_id"].equals(some["job_id"])
        True
        """
        with refreshing(refresh):
            return self._jobs(jobs, columns, description, max_requests, progress)

    def _jobs(
        self,
        jobs: Iterable[str | Job] | pd.DataFrame,
        columns: Iterable[str] | str | None,
        description: bool | None,
        max_requests: int,
        progress: Progress,
    ) -> pd.DataFrame:
        told = guarded(check_progress(progress))
        wanted, without_id = _posting_ids(jobs)
        if not isinstance(description, bool | None):
            raise InvalidRequestError(f"description={description!r} is not True or False.")
        chosen = columns is not None and not (isinstance(columns, str) and columns == "all")
        names, _ = job_columns_of(columns, not chosen if description is None else description)
        allowed = check_limit_of_requests(max_requests)
        if not self.backend.local and len(wanted) > allowed:
            raise InvalidRequestError(
                f"{len(wanted):,} postings take as many requests; max_requests is {allowed:,}.",
                hint="Raise max_requests, ask for parts of them, or search by org_ids or source_ids.",
            )
        notes: list[str] = []
        stopped = ""
        coming: dict[str, bytes] = {}  # behind one that failed, too
        unknown: set[str] = set()

        def ask(job_id: str) -> None:
            try:
                record = self.backend.job(job_id)
            except NotFoundError:
                unknown.add(job_id)
                return
            if record.get("job_id") != job_id:
                raise UnexpectedAnswerError(f"Asked for job {job_id}, the backend answered with another record.")
            coming[job_id] = json.dumps([record]).encode()

        pace, work = self.backend.pace(), current()
        notice = load_notice(len(wanted), False, len(wanted), *pace, advice=_ADVICE) if pace else None
        if notice:
            warn(notice, LongLoadWarning)
        try:
            with (
                reporting(told, "postings") as reporter,
                closing(in_parallel(ask, wanted, self.backend.chains)) as asked,
            ):
                for _, failed in asked:
                    if failed is not None:
                        raise failed
                    reporter.update(len(coming), len(wanted) - len(unknown), work.requests)
        except (BluedoorError, KeyboardInterrupt) as error:
            arrived, absent = dict(coming), set(unknown)  # what is still under way may come later, and is let go
            if not arrived:
                raise
            lacking = [job_id for job_id in wanted if job_id not in arrived and job_id not in absent]
            if lacking:
                stopped = f"interrupted: {type(error).__name__}"
                at_end = lacking == wanted[-len(lacking) :]
                which = f"from {lacking[0]} on" if at_end else _few(lacking)
                notes.append(
                    f"still to be had: {'the last ' if at_end else ''}{len(lacking):,}, {which}: get_jobs goes on with "
                    "the ids that have no row"
                )
                warn(
                    f"The load stopped after {len(wanted) - len(lacking):,} of {len(wanted):,} postings "
                    f"({str(error) or 'interrupted by you'}). The rows so far are kept.",
                    PartialResultWarning,
                )
            elif isinstance(error, StoppedError):
                warn(str(error), BluedoorWarning)
        else:
            arrived, absent = coming, unknown
        decoder = Decoder(contract.JOB_FIELDS)
        builder = FrameBuilder(decoder, names)
        missing = [job_id for job_id in wanted if job_id in absent]
        for job_id in wanted:
            if job_id in arrived:
                builder.add(decoder.records(arrived.pop(job_id)))
        shown = _few(missing)
        if len(missing) == len(wanted):
            raise NotFoundError(f"The backend has none of {counted(len(wanted), 'posting')}: {shown}")
        if missing:
            notes.append(f"not found: {counted(len(missing), 'posting')}: {shown}")
            warn(f"{len(missing):,} of {len(wanted):,} postings were not found: {shown}", PartialResultWarning)
        may_ask = stopped != "interrupted: KeyboardInterrupt"
        frame = builder.finish(lambda org_ids: self._organisations.names(org_ids, notes, keep=True, ask=may_ask))
        path = contract.endpoint("job").path.format(job_id=wanted[0])
        arguments = bounded({"jobs": tuple(wanted)}) | ({"columns": names} if columns is not None else {})
        arguments |= {} if description is None else {"description": description}
        if without_id:
            providers = ", ".join(sorted(set(without_id.values())))
            said = f"{counted(len(without_id), 'URL')} of {providers}, from which no id can be computed"
            notes.append(f"left out: {said}: search by title, and take the job_id: {_few(without_id)}")
            warn(f"Left out: {said}. The card names them.", PartialResultWarning)
        complete = not (missing or stopped or without_id)
        reason = stopped or f"{counted(len(missing) + len(without_id), 'posting')} not found"
        return self._with_card(
            frame,
            kind="jobs",
            builder=builder,
            asked={"jobs": len(wanted)},
            applied=bounded({"job_ids": tuple(wanted)}, FEW_SHOWN),
            complete=complete,
            reason="every posting asked for" if complete else reason,
            pages=len(wanted),
            request=Request("GET", path, {"include": "description"}),
            call={"function": "get_jobs", "first": "jobs", "arguments": arguments},
            notes=notes,
        )


def _few(names: Iterable[str]) -> str:
    """The first of many names."""
    several = list(names)
    return ", ".join(several[:FEW_SHOWN]) + (" …" if len(several) > FEW_SHOWN else "")


def _posting_ids(jobs: object) -> tuple[list[str], dict[str, str]]:
    """The ids of the postings that a caller names, each once, in the order given.

    And the URLs of systems whose URLs do not tell it, with their provider.
    """
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
    without_id: dict[str, str] = {}
    for entry in jobs:
        try:
            wanted[posting_id(entry["job_id"] if isinstance(entry, Job) else entry).job_id] = None
        except InvalidRequestError as error:
            if "provider" in error.context:
                without_id[str(entry)] = contract.value_label(error.context["provider"])
            else:
                wrong.append((entry, error.message))
    if wrong:
        more = f" And {len(wrong) - _FEW_WRONG:,} more." if len(wrong) > _FEW_WRONG else ""
        raise InvalidRequestError(
            f"{len(wrong):,} of the entries name no posting: {' '.join(said for _, said in wrong[:_FEW_WRONG])}{more}",
            hint="A job_id has 40 hex digits; a posting's URL works, too.",
            context={"entries": [str(entry) for entry, _ in wrong]},
        )
    if not wanted and without_id:
        raise InvalidRequestError(
            f"The URLs of {', '.join(sorted(set(without_id.values())))} do not tell their postings' ids.",
            hint="Find them by search_jobs(title=…, provider=…) and take their job_id.",
        )
    if not wanted:
        raise InvalidRequestError("jobs is empty.", hint="Give at least one job_id or URL.")
    return list(wanted), without_id
