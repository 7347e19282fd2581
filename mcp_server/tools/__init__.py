"""The tools, by name, in the order in which they are listed."""

from .connectors import FETCH, SEARCH
from .describe_data import DESCRIBE_DATA
from .facets import FACETS
from .find_orgs import FIND_ORGS
from .get_job import GET_JOB
from .search_events import SEARCH_EVENTS
from .search_jobs import SEARCH_JOBS
from .tool import Tool

__all__ = ["TOOLS", "Tool"]

TOOLS: dict[str, Tool] = {
    tool.name: tool for tool in (SEARCH_JOBS, GET_JOB, SEARCH_EVENTS, FACETS, FIND_ORGS, DESCRIBE_DATA, SEARCH, FETCH)
}
