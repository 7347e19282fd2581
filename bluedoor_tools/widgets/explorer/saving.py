"""The bar below the rows: read all of them, and write them to a file."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import ipywidgets

from ...inert import visible_line
from ..latest import Latest
from ..rows.rows import Answer

__all__ = ["SaveBar"]

_TYPING = 0.3  # seconds in which the last letter of the path may come: a click can overtake it


class SaveBar(ipywidgets.HBox):  # type: ignore[misc]  # ipywidgets has no types
    """Buttons to load all rows (with a bar and a stop button) and to save those at hand.

    `save` is called with a path, off the main thread, and gives what is to be said of it.
    """

    def __init__(self, save: Callable[[str], str], load: Callable[[], None], stop: Callable[[], None]) -> None:
        self.load = ipywidgets.Button(description="Load all", tooltip="Read every row that matches")
        self.load.on_click(lambda _: load())
        self.bar = ipywidgets.IntProgress(value=0, min=0, max=1)
        self.stop = ipywidgets.Button(description="Stop", tooltip="Stop reading; what came stays")
        self.stop.on_click(lambda _: stop())
        self.path = ipywidgets.Text(
            value="jobs.csv", description="Save as", placeholder="jobs.csv, .xlsx or .parquet", tooltip="by its ending"
        )
        self.save = ipywidgets.Button(
            description="Save", tooltip="Write the rows at hand to this file; one that exists is replaced"
        )
        self.save.add_class("bd-write")  # which Enter in the field clicks, too
        self.save.on_click(self._clicked)
        self.said = ipywidgets.Label()

        def write(_: threading.Event) -> str:
            return save(self.path.value.strip())

        self.writing = Latest(write, self._written, self._written, wait=_TYPING)
        self._is_writing = False
        super().__init__(children=[self.load, self.bar, self.stop, self.path, self.save, self.said])
        self.add_class("bd-save")
        self.under_way(False)

    def show(self, answer: Answer) -> None:
        """Offer to load only where there is more to be had; what was said of other rows goes."""
        self.load.disabled = answer.complete
        if answer.complete:
            self.load.description = "All rows at hand"
        else:
            least = "at least " if answer.capped else ""
            self.load.description = "Load all" if answer.total is None else f"Load all {least}{answer.total:,}"
        if not self._is_writing:
            self.said.value = ""

    def progress(self, rows: int, total: int | None) -> None:
        """How far a load is; may be called from any thread."""
        self.bar.max = max(rows, total or 0, 1)
        self.bar.value = rows
        self.said.value = f"{rows:,} rows" + (f" of {total:,}" if total else "")

    def under_way(self, yes: bool) -> None:
        """A load begins, or is over; what comes is shown first: the keyboard may go there from what is hidden."""
        begins, over = (self.bar, self.stop), (self.load,)
        for widget in begins if yes else over:
            widget.layout.display = None
        for widget in over if yes else begins:
            widget.layout.display = "none"

    def _clicked(self, _: Any) -> None:
        if self._is_writing:
            return
        self._is_writing = True
        self.said.value = "writing …"
        self.writing.ask()

    def _written(self, said: object) -> None:
        self.said.value = visible_line(str(said))
        self._is_writing = False
