"""A record's page as a widget: its related slices open in place, under the line that names them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..answer_card import ATTRS_KEY, card
from ..errors import BluedoorError, InvalidRequestError
from ..event_values import value_text
from ..inert import counted, visible_line
from ..pages import to_html, to_text
from ..records import Job, Org, Source
from ..records.record import Record
from ..wire.work import StoppedError
from .latest import Latest
from .tree import Node, element, nodes_of
from .view import Act, View
from .wording import cell_of, label_of, plain

__all__ = ["RecordView", "record"]

_MOST = 10  # rows of a slice
_OF_EACH = 3  # values of each breakdown
_COLUMNS = {
    "jobs": ("title", "company", "location_text", "workplace_type", "first_seen_at"),
    "events": ("observed_at", "event_type", "company", "field_name", "old_value", "new_value"),
    "facets": ("breakdown", "value", "count", "share"),
    "sources": ("provider", "board_url", "last_crawled_at", "status"),
}
_LONG = 60
_NUMBERS = ("count", "share", "jobs")


@dataclass(frozen=True, slots=True)
class _Request:
    """What is to be had from whom: a slice of a record, or a record that one of its slices names."""

    of: Record
    what: str
    key: str


@dataclass(frozen=True, slots=True)
class _Opened:
    """A slice under its line: its rows, or why there are none."""

    frame: pd.DataFrame | None
    problem: str = ""


class RecordView(View):
    """A record, whole. Acts: ``close``, where someone listens, and ``opened`` with the job_id of a posting followed."""

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._record: Record | None = None
        self._before: list[Record] = []
        self._opened: dict[str, _Opened] = {}
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
                self._opened[request.key] = _Opened(None, visible_line(str(found))) if refused else _Opened(found)
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
        self._opened = {}
        self.problem = ""
        self._draw()

    def _draw(self) -> None:
        shown = self._record
        if shown is None:
            return
        nodes = nodes_of(to_html(shown.page))
        body = _found(nodes, lambda node: node[0] == "table" and "bd-slices" in node[1].get("class", ""))
        if body is not None:
            _with_slices(body, shown, self._opened)
        buttons = []
        if self._before:
            name = cell_of("title", self._before[-1].page.title, _LONG)[0]
            buttons.append(element("button", {"data-act": "back", "data-key": ""}, "← Back to ",
                                   element("span", {"dir": "auto"}, name)))  # fmt: skip
        if self._listeners:
            buttons.append(element("button", {"data-act": "close", "data-key": ""}, "Close this record"))
        self.show(
            element("div", {"class": "bd-bar bd-live", "data-say": f"{shown.page.name} is shown"}, buttons), *nodes
        )


def _found(nodes: list[Node], matches: Callable[[list[Any]], bool]) -> list[Any] | None:
    for node in nodes:
        if isinstance(node, list):
            found = node if matches(node) else _found(node[2:], matches)
            if found is not None:
                return found
    return None


def _with_slices(table: list[Any], record: Record, opened: Mapping[str, _Opened]) -> None:
    """Put a button into every line that is a call, and what was opened under it."""
    body = _found([table], lambda node: node[0] == "tbody")
    if body is None:
        return
    lines = body[2:]
    del body[2:]
    for line, row in zip(lines, record.page.slices, strict=True):
        body.append(line)
        if row.call is None:
            continue
        is_open = row.page in opened
        line[-1].append(
            element(
                "button",
                {
                    "class": "bd-live bd-open",
                    "data-act": "fold" if is_open else "slice",
                    "data-key": row.page,
                    "data-place": f"slice {row.page}",
                    "aria-expanded": "true" if is_open else "false",
                    "aria-label": f"{'Close' if is_open else 'Open here'}: {row.page}",
                },
                "Close" if is_open else "Open here",
            )
        )
        if is_open:
            body.append(
                element(
                    "tr",
                    {"role": "row", "class": "bd-slice bd-live"},
                    element("td", {"role": "cell", "colspan": 3}, _slice(record, row.page, opened[row.page])),
                )
            )


def _slice(record: Record, name: str, opened: _Opened) -> list[Node]:
    if opened.frame is None:
        return [element("p", {"class": "bd-problem", "role": "alert", "data-say": opened.problem}, opened.problem)]
    frame = opened.frame
    entries = frame.attrs.get(ATTRS_KEY) or {}
    kind = str(entries.get("kind", ""))
    said = visible_line(card(frame).lines()[0][1]) if entries else counted(len(frame), "row")
    head = element("p", {"class": "bd-under", "data-say": f"{name}: {said}"}, said)
    if not len(frame):
        return [head]
    shown = frame.groupby("breakdown", sort=False).head(_OF_EACH) if "breakdown" in frame else frame.head(_MOST)
    columns = _shown_columns(shown, kind)
    rows = [_line(row, columns, record) for row in shown.to_dict("records")]
    heads = [element("th", {"scope": "col", "class": _kind_of(name)}, label) for name, label in columns.items()]
    table = element(
        "div",
        {"class": "bd-scroll bd-inner"},
        element(
            "table", {"aria-label": name}, element("thead", {}, element("tr", {}, heads)), element("tbody", {}, rows)
        ),
    )
    left = len(frame) - len(shown)
    rest = element("p", {"class": "bd-small"}, f"The first {len(shown)} of {len(frame):,}; the call gives them all.")
    return [head, table, *([rest] if left else [])]


def _shown_columns(frame: pd.DataFrame, kind: str) -> dict[str, str]:
    """Columns worth showing, with their headings: those known of the kind of frame, or else the first ones."""
    has = [str(name) for name in frame.columns]
    names = [name for name in _COLUMNS.get(kind, ()) if name in has] or has[:6]
    held = [name for name in names if name in {"title", "value", "observed_at"} or frame[name].notna().any()]
    return {name: {"old_value": "From", "new_value": "To"}.get(name, label_of(name)) for name in held}


def _line(row: Mapping[Any, Any], columns: Mapping[str, str], record: Record) -> Node:
    cells = []
    for at, name in enumerate(columns):
        value = plain(row.get(name))
        if name in {"old_value", "new_value"}:
            value = value_text(value)
        # A breakdown says of which field its values are.
        shown, whole = cell_of(str(row.get("field", name)) if name == "value" else name, value, _LONG)
        if name == "share" and isinstance(value, float):
            shown, whole = f"{value:.1%}", ""
        inner: Node = element("span", {"dir": "auto", "title": whole or None}, shown)
        target = _target(row, record) if at == 0 else None
        if target is not None:
            inner = element("button", {"class": "bd-link", "data-act": target[0], "data-key": target[1]}, inner)
        cells.append(element("td", {"class": _kind_of(name)}, inner))
    return element("tr", {}, cells)


def _kind_of(name: str) -> str | None:
    return "bd-number" if name in _NUMBERS else "bd-day" if name.endswith("_at") else None


def _target(row: Mapping[Any, Any], record: Record) -> tuple[str, str] | None:
    """The record that a row leads to, unless it is the one shown."""
    for act, name in (("posting", "job_id"), ("board", "source_id")):
        value = plain(row.get(name))
        if isinstance(value, str) and value:
            return None if record.get(name) == value else (act, value)
    return None


def record(job: Job | Org | Source | str) -> RecordView:
    """A record's page as a widget: the slices around it open in place, and their rows lead on.

    Costs nothing for a record, one request for an id or URL; opening a slice costs what its call costs.

    Parameters
    ----------
    job
        a posting, an organisation or a board, as the functions give them, or a posting's job_id or URL, which is asked
        of the client that the module's functions use

    Returns
    -------
    RecordView
        a widget, shown by the notebook. Without a kernel (GitHub, nbconvert) the notebook shows the page alone.

    Raises
    ------
    InvalidRequestError
        `job` is neither a record nor an id.
    NotFoundError
        There is no such posting.

    Examples
    --------
    >>> import bluedoor_tools as bd
    >>> from bluedoor_tools.widgets.record import record
    >>> view = record(bd.connect("sample").get_job("76a82054d2c45c7b4c4f9ca9915c4b03b7a5b303"))
    >>> view.act("slice", "City jobs")
    >>> view.wait()
    True
    >>> view.close()
    """
    if isinstance(job, str):
        from ..default import default_client

        job = default_client().get_job(job)
    if not isinstance(job, Record):
        raise InvalidRequestError(
            f"record takes a posting, an organisation or a board, not {type(job).__name__}.",
            hint="record(bd.get_job(…)), or the job_id of a row: record(df['job_id'].iloc[0]).",
        )
    view = RecordView()
    view.show_record(job)
    return view
