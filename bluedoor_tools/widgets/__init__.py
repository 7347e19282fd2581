"""Widgets: the explorer, and views of postings and events that work alone or linked to it."""

from .breakdown import breakdown
from .explorer import Explorer
from .exploring import explore
from .flows import flows
from .record import record
from .timeline import timeline

__all__ = ["Explorer", "breakdown", "explore", "flows", "record", "timeline"]
