"""A posting."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import pandas as pd

from .. import contract
from ..arguments import is_id
from ..errors import NotFoundError
from ..frames import job_columns
from ..inert import one_line
from ..pages import record_page
from .org import Org
from .record import Functions, Record, rendered_from
from .source import Source

__all__ = ["Job"]

Linked = TypeVar("Linked", Org, Source)


class Job(Record):
    """One posting: every field of its record, its page, and what it leads to.

    A field is an attribute (``job.title``, ``job.salary_min``), null as None, nested objects decoded. The page shows
    itself in a notebook (HTML) and with ``print(job)`` (text); nothing is asked of the backend for it.

    Attributes
    ----------
    company : str or None
        name of the organisation; None where the backend did not give one
    notices : tuple of str
        what a reader must know of where this record comes from
    page : RecordPage
        the page's sections as plain text, in the order of bluedoor's own page

    Examples
    --------
    >>> import bluedoor_tools as bd
    >>> job = bd.connect("sample").get_job("76a82054d2c45c7b4c4f9ca9915c4b03b7a5b303")
    >>> job.slices[["name", "call"]].iloc[4].tolist()
    ['City jobs', "search_jobs(city='New York')"]
    >>> len(job.slice("City jobs"))
    24
    """

    _noun = "job"
    _kind = "jobs"

    def __init__(
        self,
        record: Mapping[str, Any],
        *,
        company: str | None,
        api_url: str,
        notices: tuple[str, ...] = (),
        origin: Mapping[str, Any] | None = None,
        functions: Functions | None = None,
    ) -> None:
        super().__init__(record, contract.JOB_FIELDS, notices, origin, functions)
        self.company = company
        self.page = record_page(
            record, company=company, api_url=api_url, notices=notices, rendered_from=rendered_from(origin)
        )

    def __repr__(self) -> str:
        words = (self.title, self.company, self.location_text, self.status)
        return one_line(f"<Job {self.job_id}: {' · '.join(str(word) for word in words if word)!r}>")

    @property
    def org(self) -> Org:
        """Its organisation; one request, if it was not asked for before.

        Raises
        ------
        NotFoundError
            The posting names none, or the backend has it no more.

        Examples
        --------
        >>> import bluedoor_tools as bd
        >>> bd.connect("sample").get_job("76a82054d2c45c7b4c4f9ca9915c4b03b7a5b303").org.name
        'Spotify'
        """
        return self._linked("org_id", "organisation", self._client.get_org)

    @property
    def source(self) -> Source:
        """The crawled board that it was found on; one request.

        Raises
        ------
        NotFoundError
            The posting names none, or the backend has it no more.

        Examples
        --------
        >>> import bluedoor_tools as bd
        >>> bd.connect("sample").get_job("76a82054d2c45c7b4c4f9ca9915c4b03b7a5b303").source.provider
        'lever'
        """
        return self._linked("source_id", "board", self._client.get_source)

    @property
    def native(self) -> Any:
        """What the applicant tracking system sent (`native_structured`), decoded: any shape, None where nothing; free.

        Examples
        --------
        >>> import bluedoor_tools as bd
        >>> bd.connect("sample").get_job("76a82054d2c45c7b4c4f9ca9915c4b03b7a5b303").native["categories"]["team"]
        'Experience'
        """
        sent = self.record.get("native_structured")
        try:
            return json.loads(sent) if isinstance(sent, str) else sent
        except (ValueError, RecursionError):
            return sent

    def events(self, **options: Any) -> pd.DataFrame:
        """Its lifecycle events: columns, cost and errors as of :meth:`Client.job_events`.

        Examples
        --------
        >>> import bluedoor_tools as bd
        >>> len(bd.connect("sample").get_job("76a82054d2c45c7b4c4f9ca9915c4b03b7a5b303").events())
        1
        """
        return self._client.job_events(self, **options)

    def history(self) -> pd.DataFrame:
        """When it was open and when closed: columns, cost and errors as of :meth:`Client.history`.

        Examples
        --------
        >>> import bluedoor_tools as bd
        >>> bd.connect("sample").get_job("76a82054d2c45c7b4c4f9ca9915c4b03b7a5b303").history()["state"].tolist()
        ['open']
        """
        return self._client.history(self)

    def frame(self) -> pd.DataFrame:
        """The record as a frame of one row, with every column a frame of jobs can have, and its answer card."""
        return self._frame(job_columns(description=True), self.company)

    def _linked(self, name: str, noun: str, get: Callable[[Any], Linked]) -> Linked:
        if not is_id(self[name]):
            raise NotFoundError(f"This posting names no {noun}: its {name} is {self[name]!r}.")
        return get(self[name])
