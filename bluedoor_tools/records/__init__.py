"""Single records, each with its page: a posting, an organisation, a crawled board."""

from .job import Job
from .org import Org, org_name
from .record import Functions, Record
from .source import Source

__all__ = ["Functions", "Job", "Org", "Record", "Source", "org_name"]
