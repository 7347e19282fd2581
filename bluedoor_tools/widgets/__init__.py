"""Widgets: the explorer, and views of postings and events that work alone or linked to it."""

from .charts.breakdown import breakdown
from .charts.flows import flows
from .charts.timeline import timeline
from .explorer.explorer import Explorer
from .explorer.exploring import explore
from .explorer.record import record

__all__ = ["Explorer", "breakdown", "explore", "flows", "record", "timeline"]
