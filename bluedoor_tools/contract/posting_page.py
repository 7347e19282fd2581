"""bluedoor's own page of a posting, row by row, and the call that serves each row.

Read from a page that bluedoor rendered. The calls are functions of a client (or of the module); `job_id`, `org_id` and
`source_id` stand for the posting's own.
"""

from __future__ import annotations

from typing import NamedTuple

from .fields import JOB_FIELDS

__all__ = ["PAGE_ROWS", "PageRow"]


class PageRow(NamedTuple):
    """A row of the posting page: its section, its label, and the call that gives what it shows or opens."""

    section: str
    row: str
    call: str


_FACTS = (
    "Company", "Title", "Normalized title", "Department / team", "Location", "Work model", "Employment type", "Salary",
    "Status", "ATS provider", "Posted / first seen", "Changed / last seen",
)  # fmt: skip
_SLICES = (
    "Company jobs", "Company breakdowns", "ATS provider jobs", "Provider filtered search", "City jobs",
    "Department jobs", "Work model jobs", "Lifecycle events", "Original posting",
)  # fmt: skip

PAGE_ROWS: tuple[PageRow, ...] = (
    PageRow("Heading", "Breadcrumb", "get_job(job_id).page.breadcrumb"),
    PageRow("Heading", "Title", "get_job(job_id).page.title"),
    PageRow("Heading", "Company · location · work model · status · provider", "get_job(job_id).page.heading"),
    *(PageRow("Job facts", row, f"dict(get_job(job_id).page.facts)[{row!r}]") for row in _FACTS),
    *(PageRow("Related slices", row, f"get_job(job_id).slice({row!r})") for row in _SLICES),
    PageRow("Linked records", "Company", "get_job(job_id).org"),
    PageRow("Linked records", "Source", "get_job(job_id).source"),
    PageRow("Linked records", "ATS provider", "get_job(job_id).provider"),
    PageRow("Description", "Description", "get_job(job_id).description_text"),
    *(
        PageRow("Full job record", field.label, f"get_job(job_id).{field.name}")
        for field in JOB_FIELDS
        if field.name != "description_text"
    ),
    PageRow("Get this page with API", "GET /jobs/{job_id}?include=description", "get_job(job_id)"),
    PageRow("Get this page with API", "GET /orgs/{org_id}", "get_org(org_id)"),
    PageRow("Get this page with API", "GET /sources/{source_id}", "get_source(source_id)"),
    PageRow("Get this page with API", "GET /jobs/{job_id}/events", "job_events(job_id)"),
)
