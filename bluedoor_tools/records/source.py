"""A crawled board."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd

from .. import contract
from ..inert import one_line
from ..pages import freshness, source_page
from .record import Functions, Record, rendered_from

__all__ = ["Source"]


class Source(Record):
    """One crawled board: every field of its record, when it was crawled, its page.

    Attributes
    ----------
    company : str or None
        name of its organisation; None where the backend did not give one
    freshness : str
        how long before the backend's clock it was crawled, and when it is due again, in words
    notices : tuple of str
        what a reader must know of where this record comes from
    page : RecordPage
        the page's sections as plain text

    Examples
    --------
    >>> import bluedoor_tools as bd
    >>> client = bd.connect("sample")
    >>> source = client.get_job("76a82054d2c45c7b4c4f9ca9915c4b03b7a5b303").source
    >>> source.provider, source.freshness
    ('lever', 'last crawl not known; next crawl not known')
    """

    _noun = "source"
    _kind = "sources"

    def __init__(
        self,
        record: Mapping[str, Any],
        *,
        company: str | None = None,
        api_url: str = contract.API_URL,
        clock: dt.datetime | None = None,
        notices: tuple[str, ...] = (),
        origin: Mapping[str, Any] | None = None,
        functions: Functions | None = None,
    ) -> None:
        super().__init__(record, contract.SOURCE_FIELDS, notices, origin, functions)
        self.company = company
        now = clock or dt.datetime.now(dt.UTC).replace(microsecond=0)
        self.freshness = freshness(record, now)
        self.page = source_page(
            record,
            api_url=api_url,
            clock=now,
            company=company,
            notices=notices,
            rendered_from=rendered_from(origin),
        )

    def __repr__(self) -> str:
        words = (self.company, self.provider, self.freshness)
        return one_line(f"<Source {self.source_id}: {' · '.join(str(word) for word in words if word)!r}>")

    def jobs(self, **options: Any) -> pd.DataFrame:
        """Its postings, of any status: columns, cost and errors as of :meth:`Client.source_jobs`.

        Examples
        --------
        >>> import bluedoor_tools as bd
        >>> len(bd.connect("sample").get_source("8f76458c-d40f-4324-bb14-bb757d1b7058").jobs())
        1
        """
        return self._client.source_jobs(str(self["source_id"]), **options)
