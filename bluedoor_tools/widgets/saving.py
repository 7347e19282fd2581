"""The bar below the rows: read all of them, and write them to a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets

from ..errors import BluedoorError
from ..inert import visible_line
from .rows import Answer

__all__ = ["SaveBar"]


class SaveBar(ipywidgets.HBox):  # type: ignore[misc]
    """Buttons to load all rows (with a bar and a stop button) and to save those at hand."""

    def __init__(self, save: Callable[[str], str], load: Callable[[], None], stop: Callable[[], None]) -> None:
        self._write = save
        self.load = ipywidgets.Button(description="Load all", tooltip="Read every row that matches")
        self.load.on_click(lambda _: load())
        self.bar = ipywidgets.IntProgress(value=0, min=0, max=1)
        self.stop = ipywidgets.Button(description="Stop", tooltip="Stop reading; what came stays")
        self.stop.on_click(lambda _: stop())
        self.path = ipywidgets.Text(
            value="jobs.csv", description="Save as", placeholder="jobs.csv, .xlsx or .parquet", tooltip="by its ending"
        )
        self.save = ipywidgets.Button(description="Save", tooltip="Write the rows at hand to this file")
        self.save.on_click(self._clicked)
        self.said = ipywidgets.Label()
        super().__init__(children=[self.load, self.bar, self.stop, self.path, self.save, self.said])
        self.add_class("bd-save")
        self._under_way(False)

    def show(self, answer: Answer) -> None:
        """Offer to load only where there is more to be had."""
        self.load.disabled = answer.complete
        if answer.total is not None:
            more = "at least " if answer.capped else ""
            self.load.description = "All rows at hand" if answer.complete else f"Load all {more}{answer.total:,}"

    def begin(self) -> None:
        """A load begins."""
        self.bar.value, self.bar.max = 0, 1
        self.said.value = ""
        self._under_way(True)

    def progress(self, rows: int, total: int | None) -> None:
        """How far it is; may be called from any thread."""
        self.bar.max = max(rows, total or 0, 1)
        self.bar.value = rows
        self.said.value = f"{rows:,} rows" + (f" of {total:,}" if total else "")

    def end(self) -> None:
        """It is over, or was stopped."""
        self._under_way(False)

    def _under_way(self, yes: bool) -> None:
        for widget in (self.bar, self.stop):
            widget.layout.display = None if yes else "none"
        self.load.layout.display = "none" if yes else None

    def _clicked(self, _: Any) -> None:
        self.said.value = "writing …"
        try:
            self.said.value = visible_line(self._write(self.path.value.strip()))
        except BluedoorError as error:
            self.said.value = visible_line(str(error))
