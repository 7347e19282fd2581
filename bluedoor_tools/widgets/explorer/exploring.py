"""The explorer opened, over a DataFrame or a client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ...errors import InvalidRequestError
from ..rows.query import ViewQuery
from ..rows.rows import Rows
from .explorer import Explorer

if TYPE_CHECKING:
    from ...client import Client

__all__ = ["explore"]


def explore(jobs: pd.DataFrame | Client | None = None, *, client: Client | None = None, **filters: Any) -> Explorer:
    """See, filter, open and follow postings in a notebook, without code; the code is there to be taken along.

    Costs, live: seven requests to begin with, and under filters not had before: one for 100 rows, six for the counts
    (and one for the names of companies not met yet). Pages and orders of rows at hand cost none; further pages one per
    100 rows; a posting that is opened two or three, for its record, its company and its events; a company's name that
    is typed one or two. Of a frame only an opened posting is asked for, and only where there is a client.

    Parameters
    ----------
    jobs
        the postings: a DataFrame (of this library, or any with columns of its names, at least `title` or `job_id`), or
        a client to search live; by default the client that the module's functions use
    client
        beside a frame: whom to ask for the record and the events of a posting that is opened
    **filters
        as of :meth:`Client.search_jobs`; live, ``status="active"`` unless given

    Returns
    -------
    Explorer
        a widget, shown by the notebook; `explorer.jobs` is a DataFrame, `explorer.query` what is asked. Without a
        kernel (GitHub, nbconvert) the notebook shows the rows as a table.

    Raises
    ------
    InvalidRequestError
        `jobs` is neither, the frame lacks the columns (they are named), or a filter is wrong.

    Examples
    --------
    >>> import bluedoor_tools as bd
    >>> explorer = bd.explore(bd.connect("sample"), q="nurse", city="Boston")
    >>> explorer.wait()
    True
    >>> explorer.jobs["city"].unique().tolist()
    ['Boston']
    >>> explorer.close()
    """
    from ...client import Client
    from ..rows.client_rows import ClientRows
    from ..rows.frame_rows import FrameRows

    rows: Rows
    if isinstance(jobs, pd.DataFrame):
        rows = FrameRows(jobs, client=client)
    elif jobs is not None and not isinstance(jobs, Client):
        raise InvalidRequestError(
            f"explore takes a DataFrame or a client, not {type(jobs).__name__}.",
            hint="bd.explore(df), bd.explore(bd.connect('sample')), or bd.explore(q='nurse').",
        )
    elif jobs is not None and client is not None:
        raise InvalidRequestError("explore was given two clients.", hint="Give one.")
    else:
        from ...default import default_client

        rows = ClientRows(jobs or client or default_client())
    return Explorer(
        rows, ViewQuery(loose=rows.loose, names=rows.filter_names).set(**{**rows.default_filters, **filters})
    )
