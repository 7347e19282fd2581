"""A record's page as a widget: its related slices open in place, under the line that names them."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ...errors import BluedoorError, InvalidRequestError
from ...inert import counted, visible_line
from ...pages import to_html, to_text
from ...records import Job, Org, Source
from ...records.record import Record
from ...wire.work import StoppedError
from ..latest import Latest
from ..rows.frame_rows import FrameRows
from ..rows.query import ViewQuery
from ..rows.rows import Rows
from ..tree import element, nodes_of
from ..view import Act, View
from ..wording import cell_of
from .slice_rows import open_in_place

__all__ = ["RecordView", "record"]

_LONG = 60  # characters of a title, on a button or spoken


@dataclass(frozen=True, slots=True)
class _Request:
    """What is to be had from whom: a slice of a record, or a record that one of its slices names."""

    of: Record
    what: str
    key: str


class RecordView(View):
    """A record, whole. Acts: ``close``, where someone listens, and ``opened`` with the job_id of a posting followed."""

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._record: Record | None = None
        self._before: list[Record] = []
        self._opened: dict[str, pd.DataFrame | str] = {}  # by the slice's name: its rows, or why there are none
        self._number = 0  # of records shown: another begins at its first line
        self._lock = threading.RLock()
        self._asking: Latest[tuple[_Request, Any]] = Latest(self._fetch, self._came, self._failed, busy=self._mark)

    @property
    def record(self) -> Record | None:
        """The record shown."""
        return self._record

    def show_record(self, record: Record) -> None:
        """Show a posting, an organisation or a board, from its first line."""
        with self._lock:
            self._before = []
            self._put(record)

    def clear(self) -> None:
        """Show no record; what is under way for the one before comes to nothing."""
        with self._lock:
            self._before, self._record, self._opened = [], None, {}
            self.show()

    def update_from(self, rows: Rows, query: ViewQuery) -> None:
        """Show the posting that an explorer has chosen; without one the record stays as it is."""
        if query.job_id is not None and (self._record is None or self._record.get("job_id") != query.job_id):
            self.show_record(rows.job(query.job_id))

    def wait(self, seconds: float = 30.0) -> bool:
        """Wait until nothing is under way; whether that came about in time."""
        return bool(self._asking.idle(seconds))

    def close(self) -> None:
        """End what is under way, and the view."""
        self._asking.close()
        super().close()

    def to_html(self) -> str:
        """The page as HTML that runs nothing and fetches nothing."""
        return super().to_html() if self._record is None else to_html(self._record.page)

    def to_text(self) -> str:
        """The page as text."""
        return "no record" if self._record is None else to_text(self._record.page)

    # -- what a reader does --------------------------------------------------------------------------------------------

    def acted(self, act: Act) -> bool:
        """Open and close slices, follow their rows, go back."""
        shown = self._record
        if shown is None:
            return False
        match act.name:
            case "slice" | "posting" | "board":
                self._asking.ask(_Request(shown, act.name, act.key), wait=0.0)
            case "fold":
                with self._lock:
                    self._opened.pop(act.key, None)
                    self._draw()
            case "back":
                with self._lock:
                    if self._before:
                        self._put(self._before.pop())
                self._announce()
            case _:
                return False
        return True

    def _fetch(self, request: _Request, _: threading.Event) -> tuple[_Request, Any]:
        try:
            return request, self._had(request)
        except StoppedError:
            raise
        except BluedoorError as error:
            return request, error

    @staticmethod
    def _had(request: _Request) -> Any:
        match request.what:
            case "posting":
                return request.of._client.get_job(request.key)
            case "board":
                return request.of._client.get_source(request.key)
            case _:
                return request.of.slice(request.key)

    def _came(self, answer: tuple[_Request, Any]) -> None:
        request, found = answer
        with self._lock:
            if request.of is not self._record:
                return  # another was opened meanwhile
            if isinstance(found, Record):
                self._before.append(request.of)
                self._put(found)
            elif request.what == "slice":
                refused = isinstance(found, BluedoorError)
                self._opened[request.key] = visible_line(str(found)) if refused else found
                self._draw()
            else:
                self.problem = visible_line(str(found))
        if isinstance(found, Record):
            self._announce()

    def _failed(self, error: BluedoorError) -> None:
        self.problem = visible_line(str(error))

    def _mark(self, busy: bool) -> None:
        self.busy = busy

    def _announce(self) -> None:
        """Tell the others which posting is shown now."""
        if isinstance(self._record, Job) and isinstance(self._record["job_id"], str):
            for listener in list(self._listeners):
                listener(Act("opened", self._record["job_id"]))

    # -- the elements --------------------------------------------------------------------------------------------------

    def _put(self, record: Record) -> None:
        self._record = record
        self._number += 1
        self._opened = {}
        self.problem = ""
        self._draw()

    def _draw(self) -> None:
        shown = self._record
        if shown is None:
            return
        nodes = nodes_of(to_html(shown.page))
        open_in_place(nodes, shown, self._opened)
        buttons = []
        if self._before:
            name = cell_of("title", self._before[-1].page.title, _LONG)[0]
            buttons.append(element("button", {"data-act": "back", "data-key": ""}, "← Back to ",
                                   element("span", {"dir": "auto"}, name)))  # fmt: skip
        if self._listeners:
            buttons.append(element("button", {"data-act": "close", "data-key": ""}, "Close this record"))
        said = f"{shown.page.name}: {cell_of('title', shown.page.title, _LONG)[0]}"
        self.show(
            element("div", {"class": "bd-bar bd-live", "data-say": said, "data-reveal": self._number}, buttons),
            element("div", {"class": "bd-scroll bd-record-page", "data-of": self._number}, nodes),
        )


def record(job: Job | Org | Source | str | pd.DataFrame | pd.Series) -> RecordView:
    """A record's page as a widget: the slices around it open in place, and their rows lead on.

    Costs nothing for a record, one request for an id or URL; opening a slice costs what its call costs.

    Parameters
    ----------
    job
        a posting, an organisation or a board, as the functions give them; a posting's job_id or URL, which is asked of
        the client that the module's functions use; or a row of a DataFrame, as a frame of one row or a series

    Returns
    -------
    RecordView
        a widget, shown by the notebook. Without a kernel (GitHub, nbconvert) the notebook shows the page alone.

    Raises
    ------
    InvalidRequestError
        `job` is neither a record, an id nor one row.
    NotFoundError
        There is no such posting.

    Examples
    --------
    >>> import bluedoor_tools as bd
    >>> view = bd.record(bd.connect("sample").get_job("76a82054d2c45c7b4c4f9ca9915c4b03b7a5b303"))
    >>> view.act("slice", "City jobs")
    >>> view.wait()
    True
    >>> view.close()
    """
    if isinstance(job, str):
        from ...default import default_client

        job = default_client().get_job(job)
    elif isinstance(job, pd.DataFrame | pd.Series):
        job = _of_row(job if isinstance(job, pd.DataFrame) else _as_frame(job))
    if not isinstance(job, Record):
        raise InvalidRequestError(
            f"record takes a posting, an organisation or a board, not {type(job).__name__}.",
            hint="record(bd.get_job(…)), or the job_id of a row: record(df['job_id'].iloc[0]).",
        )
    view = RecordView()
    view.show_record(job)
    return view


def _as_frame(row: pd.Series) -> pd.DataFrame:
    frame = pd.DataFrame([row.to_dict()])
    frame.attrs = dict(row.attrs)
    return frame


def _of_row(frame: pd.DataFrame) -> Job:
    """The posting of a frame of one row; whole, where the frame says that it came from the embedded sample."""
    if len(frame) != 1:
        raise InvalidRequestError(
            f"record shows one posting; this frame has {counted(len(frame), 'row')}.",
            hint="record(frame.iloc[[0]]), or bd.explore(frame) for all of them.",
        )
    rows = FrameRows(frame)
    return rows.job(rows.search(ViewQuery(loose=True), stop=threading.Event()).rows.index[0])
