"""The chosen posting, below the rows: its record, and its events under it."""

from __future__ import annotations

import threading

import ipywidgets
import pandas as pd

from ...errors import BluedoorError
from ...inert import visible_line
from ...records import Job
from ...wire.work import StoppedError
from ..charts.timeline import Timeline
from ..latest import Latest
from ..rows.rows import Rows
from .record import RecordView

__all__ = ["ChosenPosting"]

Found = tuple[Job | None, pd.DataFrame | BluedoorError]


class ChosenPosting(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A posting's page and its timeline, shown together; hidden where no posting is chosen."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self.record, self.timeline = RecordView(styled=False), Timeline()
        self.opening: Latest[Found | None] = Latest(self._find, self._show, self._failed, busy=self._busy)
        super().__init__(children=[self.record, self.timeline])
        self.add_class("bd-chosen")
        self.layout.display = "none"

    def choose(self, job_id: str | None) -> None:
        """Show a posting; None hides the one that is shown, and any that is still on its way."""
        if job_id is None:
            self.layout.display = "none"
        self.opening.ask(job_id, True, wait=0.0)

    def follow(self, job_id: str) -> None:
        """Show the events of a posting that was followed within the record, which stays as it is."""
        self.opening.ask(job_id, False, wait=0.0)

    def _find(self, job_id: str | None, anew: bool, _: threading.Event) -> Found | None:
        if job_id is None:
            return None
        job = self._rows.job(job_id) if anew else None
        try:
            return job, self._rows.events(job_id)
        except StoppedError:
            raise
        except BluedoorError as error:  # the record stands without them
            return job, error

    def _show(self, found: Found | None) -> None:
        if found is None:
            self.layout.display = "none"
            return
        job, events = found
        if job is not None:
            self.record.problem = ""
            self.record.show_record(job)
        if isinstance(events, BluedoorError):
            self.timeline.show()  # not those of another posting
            self.timeline.problem = visible_line(f"The events could not be had: {events}")
        else:
            self.timeline.problem = ""
            self.timeline.show_events(events)
        self.timeline.layout.display = self.layout.display = None

    def _failed(self, error: BluedoorError) -> None:
        self.record.clear()  # not another posting under this one's error
        self.record.problem = visible_line(str(error))
        self.timeline.layout.display = "none"
        self.layout.display = None

    def _busy(self, busy: bool) -> None:
        self.record.busy = self.timeline.busy = busy
