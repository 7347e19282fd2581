"""The calls of the API, the function that serves each, and the rules of access."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .fields import Known

__all__ = ["ACCESS", "API_URL", "ENDPOINTS", "AccessRule", "Endpoint", "endpoint"]

API_URL = "https://api.bluedoor.sh/job-postings/v1"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A call of the API: how its path is known, what it answers, and the function call that asks it.

    In `call`, `job_id`, `org_id`, `source_id`, `many_org_ids` and `name` stand for such values; it is empty where
    nothing here uses the endpoint, and then `answer` says why.
    """

    name: str
    method: Literal["GET", "POST"]
    path: str
    known: Known
    answer: str
    call: str


# fmt: off
ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("job", "GET", "/jobs/{job_id}", "seen", "one full job; include=description adds the text",
             "get_job(job_id)"),
    Endpoint("org", "GET", "/orgs/{org_id}", "seen", "one organisation", "get_org(org_id)"),
    Endpoint("source", "GET", "/sources/{source_id}", "seen", "one crawled board", "get_source(source_id)"),
    Endpoint("job_events", "GET", "/jobs/{job_id}/events", "seen", "the posting's lifecycle events",
             "job_events(job_id)"),
    Endpoint("search", "GET", "/jobs/search", "observed", "jobs, newest first, paged by cursor",
             "search_jobs(limit=5)"),
    Endpoint("search_by_post", "POST", "/jobs/search", "observed", "the same, with the filters in a JSON body",
             "search_jobs(org_ids=many_org_ids, limit=5)"),
    Endpoint("facets", "GET", "/jobs/facets", "observed", "values of one field with their counts",
             'facets("country")'),
    Endpoint("source_jobs", "GET", "/sources/{source_id}/jobs", "observed", "the jobs of one board",
             "source_jobs(source_id, limit=5)"),
    Endpoint("orgs_batch", "POST", "/orgs/batch_lookup", "observed", "many organisations by id",
             "search_jobs(limit=5).company"),
    Endpoint("orgs_lookup", "GET", "/orgs/lookup", "observed", "an organisation by name or domain",
             "find_orgs(name)"),
    Endpoint("events_search", "GET", "/events/search", "observed", "events across postings",
             'search_events("job.closed", limit=5)'),
    Endpoint("stats", "GET", "/stats", "observed", "counts and lags of the whole collection", "stats()"),
    Endpoint("query", "POST", "/query", "observed",
             "SQL over public views; needs a key; not used here yet, as the shape of its answer is not known", ""),
    Endpoint("webhook_endpoints", "POST", "/webhook_endpoints", "observed", "push instead of poll; not used here", ""),
    Endpoint("subscriptions", "POST", "/subscriptions", "observed", "push instead of poll; not used here", ""),
    Endpoint("openapi", "GET", "/openapi.json", "observed", "the published specification", "doctor()"),
)
# fmt: on


def endpoint(name: str) -> Endpoint:
    """The endpoint of this name.

    >>> endpoint("search").path
    '/jobs/search'
    """
    return next(entry for entry in ENDPOINTS if entry.name == name)


@dataclass(frozen=True, slots=True)
class AccessRule:
    """A rule of access, in words; limits are learned from answers, never promised."""

    name: str
    known: Known
    rule: str


ACCESS: tuple[AccessRule, ...] = (
    AccessRule("keyless", "observed", "works for all reading but SQL; totals are capped at 1,000"),
    AccessRule("key", "observed", "free, sent as `Authorization: Bearer KEY` or `x-api-key: KEY`"),
    AccessRule("too fast", "observed", "429 with `Retry-After` in seconds"),
    AccessRule("slow", "observed", "broad searches take seconds; include_total=false is much faster"),
    AccessRule("errors", "assumed", "JSON with error, message or detail, or plain text; 404 for unknown ids"),
    AccessRule("source_jobs", "assumed", "a board's jobs are of any status"),
    AccessRule("order", "assumed", "newest first by first_seen_at, ties by job_id, descending"),
    AccessRule("job_id", "seen", "sha1 of provider|board|provider_job_key; checked for lever, assumed for the others"),
    AccessRule("cursor", "assumed", "the `limit` may differ from page to page of one chain"),
)
