"""The client: the functions, over whichever backend it is connected to."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from .. import accessor, completion  # noqa: F401 (importing accessor registers frame.bluedoor)
from .answering import DEFAULT_LIMIT
from .counts import CountFunctions
from .events import EventFunctions
from .health import HealthFunctions
from .jobs import JobFunctions
from .organisations import OrganisationFunctions
from .resuming import ResumeFunctions
from .searches import SearchFunctions
from .statistics import StatisticsFunctions

__all__ = ["DEFAULT_LIMIT", "Client"]


class Client(
    SearchFunctions,
    JobFunctions,
    EventFunctions,
    CountFunctions,
    StatisticsFunctions,
    OrganisationFunctions,
    HealthFunctions,
    ResumeFunctions,
):
    """The functions over one backend. Thread-safe; use :func:`bluedoor_tools.connect` to make one.

    Examples
    --------
    >>> import bluedoor_tools as bd
    >>> client = bd.connect("sample")
    >>> client.search_jobs("engineer", city="Berlin", limit=2).columns[:4].tolist()
    ['title', 'company', 'location_text', 'workplace_type']
    """

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


completion.offer()
