"""All that is known of the bluedoor Job Postings API, as data, and how it is known.

Argument checks, column types, the store's filters, the record page and the documentation read this module. Names that
code must spell out where it uses them (the envelope, `include`) are rows here as well, so that this is the one list to
hold against the published specification. Each row is marked

- ``seen``      shown by a posting page that bluedoor rendered itself
- ``observed``  seen on the live API by independent public clients between June and September 2026
- ``assumed``   by analogy or from one prose description only: the first thing to correct when an answer disagrees
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = [
    "ACCESS",
    "API_URL",
    "BATCH_LIMIT",
    "ENDPOINTS",
    "EVENT_FIELDS",
    "EVENT_LIMIT",
    "EVENT_TYPES",
    "FACET_FIELDS",
    "FACET_LIMIT",
    "JOB_FIELDS",
    "META_FIELDS",
    "OPTIONS",
    "ORG_FIELDS",
    "PAGE_LIMIT",
    "PARAMETERS",
    "PROVIDERS",
    "SOURCE_FIELDS",
    "STATED_ELSEWHERE",
    "VALUE_LABELS",
    "AccessRule",
    "Endpoint",
    "FacetField",
    "Field",
    "Kind",
    "Known",
    "Match",
    "Option",
    "Parameter",
    "endpoint",
    "value_label",
]

API_URL = "https://api.bluedoor.sh/job-postings/v1"
PAGE_LIMIT = 100  # observed: `limit` is 1-100 on a search
BATCH_LIMIT = 100  # assumed: ids of one batch look-up
EVENT_LIMIT = 100  # assumed: events of one answer
FACET_LIMIT = 100  # assumed: values of one facet answer

Known = Literal["seen", "observed", "assumed"]
Kind = Literal["text", "boolean", "number", "instant", "json"]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record: its type, its meaning, and what can mislead in it."""

    name: str
    kind: Kind
    known: Known
    meaning: str
    misleads: str = ""

    @property
    def label(self) -> str:
        """The field's name as a posting page prints it: ``source_url`` is "Source URL"."""
        words = self.name.replace("_", " ").title().split()
        return " ".join({"Id": "ID", "Url": "URL"}.get(word, word) for word in words)


# fmt: off
# In the order in which the API answers and a posting page lists them.
JOB_FIELDS: tuple[Field, ...] = (
    Field("job_id", "text", "seen", "40 hex digits, stable, one per posting and board"),
    Field("org_id", "text", "seen", "UUID of the organisation; a job carries no company name"),
    Field("source_id", "text", "seen", "UUID of the crawled board"),
    Field("board_id", "text", "seen", "UUID of the board; equals source_id where seen"),
    Field("provider", "text", "seen", "applicant tracking system (ATS) that serves the board"),
    Field("provider_job_key", "text", "seen", "the ATS's own key of the posting"),
    Field("title", "text", "seen", "title as the employer wrote it"),
    Field("normalized_title", "text", "seen", "normalised title", "null in every sample seen"),
    Field("status", "text", "seen", "active or expired, as of the job snapshot",
          "the snapshot lagged the events by 16 h: closed postings still read active"),
    Field("active", "boolean", "seen", "status as a flag", "not the same as open now: see status"),
    Field("location_text", "text", "seen", "location in the employer's words", "may join several places with ';'"),
    Field("department", "text", "seen", "department in the employer's words"),
    Field("team", "text", "seen", "team in the employer's words"),
    Field("employment_type", "text", "seen", "kind of employment",
          "a normalised value (full_time) or any ATS wording (Full-time, Permanent): a filter finds the one given"),
    Field("workplace_type", "text", "seen", "remote, hybrid or on_site",
          "null on about 30 %; about 19 % of remote is contradicted by the posting's own text"),
    Field("remote_policy", "text", "seen", "repeats workplace_type", "null where workplace_type is on_site"),
    Field("country", "text", "seen", "country by name", "about 19 % of United States is located elsewhere"),
    Field("region", "text", "seen", "state, province or region"),
    Field("city", "text", "seen", "city"),
    Field("salary_raw", "text", "seen", "pay as text", "often description text that bled in"),
    Field("salary_min", "number", "seen", "lower bound of pay, in salary_currency per salary_period",
          "filled on about 30 %, often missing where the text states pay"),
    Field("salary_max", "number", "seen", "upper bound of pay, in salary_currency per salary_period",
          "filled on about 30 %, often missing where the text states pay"),
    Field("salary_currency", "text", "seen", "ISO 4217 code of the pay"),
    Field("salary_period", "text", "seen", "year, month, week, day or hour"),
    Field("source_url", "text", "seen", "address of the posting"),
    Field("apply_url", "text", "seen", "address of the application form",
          "cross-posts share it: counting jobs counts them more than once"),
    Field("first_seen_at", "instant", "seen", "when the crawler first saw the posting", "not when it was posted"),
    Field("last_seen_at", "instant", "seen", "when the crawler last saw the posting"),
    Field("last_checked_at", "instant", "seen", "when the crawler last looked"),
    Field("last_changed_at", "instant", "seen", "when the crawler last saw a change"),
    Field("inactive_at", "instant", "seen", "when the posting was found gone"),
    Field("source_posted_at", "instant", "seen", "date the employer gives the posting",
          "employers re-date postings; where it is missing, only first_seen_* filters find the posting"),
    Field("source_updated_at", "instant", "seen", "date of the last edit, by the employer"),
    Field("raw_payload_uri", "text", "seen", "where bluedoor keeps the crawled answer"),
    Field("event_fields", "json", "seen", "hashes and state behind the lifecycle events"),
    Field("parsed_structured", "json", "seen", "what bluedoor inferred: language, location, work model, pay"),
    Field("extensions", "json", "seen", "an object, empty where seen"),
    Field("native_structured", "json", "seen", "whatever the ATS sent, any depth and type"),
    Field("description_text", "text", "observed", "the posting's text, 2-8 kB, only with include=description"),
)

EVENT_FIELDS: tuple[Field, ...] = (
    Field("event_id", "text", "observed", "identifies the event"),
    Field("event_key", "text", "observed", "stable key of the event"),
    Field("event_schema_version", "json", "observed", "version of the event's shape, a number or text"),
    Field("job_id", "text", "observed", "the posting"),
    Field("org_id", "text", "observed", "its organisation"),
    Field("source_id", "text", "observed", "its crawled board"),
    Field("board_id", "text", "observed", "its board"),
    Field("provider", "text", "observed", "its applicant tracking system"),
    Field("event_type", "text", "observed", "job.created, job.updated, job.closed or job.reopened"),
    Field("field_name", "text", "observed", "the field that changed; null where none did"),
    Field("old_value", "json", "observed", "value before, as JSON text"),
    Field("new_value", "json", "observed", "value after, as JSON text"),
    Field("observed_at", "instant", "observed", "when the crawler saw it", "up to a day after it happened"),
    Field("source_hash", "text", "observed", "hash of the crawled answer"),
    Field("metadata", "json", "observed", "an object"),
)
EVENT_TYPES = ("job.created", "job.updated", "job.closed", "job.reopened")  # observed

ORG_FIELDS: tuple[Field, ...] = (
    Field("org_id", "text", "observed", "UUID of the organisation"),
    Field("display_name", "text", "observed", "name as shown"),
    Field("canonical_name", "text", "observed", "name as normalised by bluedoor"),
    Field("board_count", "number", "observed", "boards crawled for it"),
    Field("domain", "text", "assumed", "web domain"),
    Field("size", "text", "assumed", "size class"),
    Field("industry", "text", "assumed", "industry"),
    Field("hq_location", "text", "assumed", "headquarters"),
)
SOURCE_FIELDS: tuple[Field, ...] = (
    Field("source_id", "text", "assumed", "UUID of the crawled board"),
    Field("org_id", "text", "assumed", "its organisation"),
    Field("provider", "text", "assumed", "its applicant tracking system"),
    Field("board_url", "text", "assumed", "address of the board"),
    Field("status", "text", "assumed", "state of the crawl"),
    Field("last_crawled_at", "instant", "observed", "last crawl"),
    Field("next_crawl_after", "instant", "observed", "earliest next crawl, about 24 h later"),
)
# fmt: on

Match = Literal["tokens", "contains", "equals", "one_of", "at_least", "at_most", "present", "from", "before"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A filter of the job search: how it is written and what it means.

    ``reads`` names the fields it looks at (the first one that is set, for ``at_least``), ``match`` how: *tokens* every
    word of the value is a word of the fields · *contains* substring · *equals* whole value · *one_of* any of a list ·
    *at_least* / *at_most* number bounds · *present* any of the fields is set · *from* inclusive, *before* exclusive.
    Text matches ignore case. A null never matches.
    """

    name: str
    match: Match
    reads: tuple[str, ...]
    known: Known  # that the parameter exists; its meaning is assumed but for `q`
    meaning: str
    choices: tuple[str, ...] = ()
    wordings: tuple[str, ...] = ()  # raw values met in records, accepted beside the choices
    open: bool = False  # values beyond the choices exist


def _bounds(name: str, reads: str, meaning: str) -> tuple[Parameter, Parameter]:
    return (
        Parameter(f"{name}_after", "from", (reads,), "observed", f"{meaning} at or after this instant"),
        Parameter(f"{name}_before", "before", (reads,), "observed", f"{meaning} before this instant"),
    )


# fmt: off
# `active` is observed too, but conflicts with `status`: one vocabulary keeps `status`.
PARAMETERS: dict[str, Parameter] = {
    parameter.name: parameter
    for parameter in (
        Parameter("q", "tokens", ("title", "normalized_title", "department"), "observed",
                  "every word occurs in title, normalised title or department"),
        Parameter("title", "contains", ("title",), "observed", "one phrase within the title"),
        Parameter("department", "equals", ("department",), "observed", "the department, whole"),
        Parameter("workplace_type", "equals", ("workplace_type",), "observed", "work model",
                  choices=("remote", "hybrid", "on_site")),
        Parameter("employment_type", "equals", ("employment_type",), "observed", "kind of employment",
                  choices=("full_time", "part_time", "contract", "temporary", "internship", "per_diem", "volunteer",
                           "unknown"),
                  wordings=("Full-time", "Full Time", "Fulltime", "Part-time", "Part Time", "Permanent", "Regular",
                            "Contractor", "Contract", "Fixed-term", "Fixed Term", "Intern", "Temporary", "Temp",
                            "Per Diem", "Apprenticeship", "Seasonal", "Casual", "Freelance"),
                  open=True),
        Parameter("status", "equals", ("status",), "observed", "state in the job snapshot",
                  choices=("active", "expired")),
        Parameter("provider", "equals", ("provider",), "assumed", "applicant tracking system, value as in records",
                  choices=("adp_workforcenow", "applytojob", "ashby", "bamboohr", "breezy", "greenhouse", "icims",
                           "jobvite", "lever", "oracle_hcm", "pinpoint", "rippling", "smartrecruiters", "taleo",
                           "ukg", "workable", "workday"),
                  open=True),
        Parameter("location", "contains", ("location_text",), "observed", "a part of the location text"),
        Parameter("location_text", "contains", ("location_text",), "observed", "a part of the location text"),
        Parameter("city", "equals", ("city",), "observed", "the city, whole"),
        Parameter("region", "equals", ("region",), "observed", "the state, province or region, as in records"),
        Parameter("country", "equals", ("country",), "observed", "the country by name, such as United States"),
        Parameter("salary_min", "at_least", ("salary_max", "salary_min"), "observed",
                  "pays at least this, at its upper bound, in whatever currency and period the posting uses"),
        Parameter("salary_max", "at_most", ("salary_min",), "observed",
                  "starts at no more than this, in whatever currency and period the posting uses"),
        Parameter("salary_exists", "present", ("salary_min", "salary_max"), "observed", "a salary bound is set"),
        *_bounds("posted", "source_posted_at", "dated by the employer"),
        *_bounds("updated", "source_updated_at", "edited by the employer"),
        *_bounds("changed", "last_changed_at", "seen to change"),
        *_bounds("first_seen", "first_seen_at", "first seen by the crawler"),
        Parameter("org_ids", "one_of", ("org_id",), "observed", "of these organisations"),
        Parameter("source_ids", "one_of", ("source_id",), "observed", "of these crawled boards"),
    )
}
# fmt: on


@dataclass(frozen=True, slots=True)
class Option:
    """A parameter that is no filter of the job search: which calls take it, and what it does."""

    name: str
    known: Known
    of: tuple[str, ...]  # endpoints, by name
    meaning: str


OPTIONS: tuple[Option, ...] = (
    Option("limit", "observed", ("search", "source_jobs", "job_events", "facets", "events_search"), "1-100 records"),
    Option("cursor", "observed", ("search", "source_jobs", "events_search"), "the answer's next_cursor, sent back"),
    Option("include", "observed", ("job", "search"), "`description` adds description_text"),
    Option("include_total", "observed", ("search",), "`false` spares the count, which is slow"),
    Option("active", "observed", ("search", "facets"), "true or false; conflicts with status, which says the same"),
    Option("field", "observed", ("facets",), "the field whose values are counted"),
    Option("org_ids", "observed", ("orgs_batch",), "a list in the body"),
    Option("name", "assumed", ("orgs_lookup",), "a part of the name"),
    Option("domain", "assumed", ("orgs_lookup",), "the web domain, whole"),
    Option("q", "assumed", ("orgs_lookup",), "name or domain"),
    Option("event_types", "observed", ("events_search",), "a list of event types"),
    Option("job_ids", "assumed", ("events_search",), "of these postings"),
    Option("org_ids", "assumed", ("events_search",), "of these organisations"),
    Option("source_ids", "assumed", ("events_search",), "of these boards"),
    Option("provider", "assumed", ("events_search",), "of this applicant tracking system"),
    Option("observed_after", "assumed", ("events_search",), "seen at or after this instant"),
    Option("observed_before", "assumed", ("events_search",), "seen before this instant"),
    Option("sql", "assumed", ("query",), "one statement"),
)

# What stands beside `data` in an answer, under `meta`.
META_FIELDS: tuple[Field, ...] = (
    Field("limit", "number", "observed", "records or values at most"),
    Field("next_cursor", "text", "observed", "where the next page begins; absent or null on the last"),
    Field("order", "text", "observed", "first_seen_at:desc"),
    Field("total_matching", "number", "observed", "matching jobs, unless include_total=false"),
    Field("total_matching_capped", "boolean", "observed", "the count stopped: a lower bound"),
    Field("total_matching_unavailable", "boolean", "observed", "there is no count"),
    Field("count", "number", "observed", "events, or values, in this answer"),
    Field("field", "text", "observed", "the field a facet answer counts"),
)

# Names that people reach for, and what to write instead.
STATED_ELSEWHERE: dict[str, str] = {
    "active": "Use status='active', status='expired' or status=None (any): the API refuses both together.",
    "company": "Use org_ids=[…], from the column org_id of a frame: a job carries no company name.",
    "org_id": "Use org_ids=[…].",
    "source_id": "Use source_ids=[…].",
    "ats_provider": "Use provider=…; ats_provider is the name of the facet.",
    "remote": "Use workplace_type='remote'.",
    "state": "Use region=…, as in records, such as 'OH'.",
    "ats": "Use provider=….",
    "query": "Use q=…: words that all occur in title or department.",
    "keywords": "Use q=…: words that all occur in title or department.",
    "since": "Use first_seen_after=… or posted_after=…, such as '7d'.",
    "days": "Use first_seen_after='7d' or posted_after='7d'.",
    "sort": "The order is fixed: newest first by first_seen_at. Sort the frame.",
    "page": "Use cursor=…: bd.card(df)['next_cursor'], or iter_jobs for pages.",
    "offset": "Use cursor=…: bd.card(df)['next_cursor'], or iter_jobs for pages.",
    "n": "Use limit=….",
    "max_results": "Use limit=….",
    "date_posted": "Use posted_after=… or posted_before=….",
    "include": "Use description=True.",
    "include_total": "The total is asked for with the first page and stands on the answer card.",
}


@dataclass(frozen=True, slots=True)
class FacetField:
    """A field whose values the API counts; ``reads`` is the field of the record."""

    name: str
    reads: str
    known: Known = "observed"


FACET_FIELDS: dict[str, FacetField] = {
    facet.name: facet
    for facet in (
        FacetField("country", "country"),
        FacetField("region", "region"),
        FacetField("city", "city"),
        FacetField("department", "department"),
        FacetField("employment_type", "employment_type"),
        FacetField("workplace_type", "workplace_type"),
        FacetField("remote_policy", "remote_policy"),
        FacetField("ats_provider", "provider"),
    )
}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A call of the API. ``known`` is how the path is known."""

    name: str
    method: Literal["GET", "POST"]
    path: str
    known: Known
    answer: str


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("job", "GET", "/jobs/{job_id}", "seen", "one full job; include=description adds the text"),
    Endpoint("org", "GET", "/orgs/{org_id}", "seen", "one organisation"),
    Endpoint("source", "GET", "/sources/{source_id}", "seen", "one crawled board"),
    Endpoint("job_events", "GET", "/jobs/{job_id}/events", "seen", "the posting's lifecycle events"),
    Endpoint("search", "GET", "/jobs/search", "observed", "jobs, newest first, paged by cursor"),
    Endpoint("search_by_post", "POST", "/jobs/search", "observed", "the same, with the filters in a JSON body"),
    Endpoint("facets", "GET", "/jobs/facets", "observed", "values of one field with their counts"),
    Endpoint("source_jobs", "GET", "/sources/{source_id}/jobs", "observed", "the jobs of one board"),
    Endpoint("orgs_batch", "POST", "/orgs/batch_lookup", "observed", "many organisations by id"),
    Endpoint("orgs_lookup", "GET", "/orgs/lookup", "observed", "an organisation by name or domain"),
    Endpoint("events_search", "GET", "/events/search", "observed", "events across postings"),
    Endpoint("stats", "GET", "/stats", "observed", "counts and lags of the whole collection"),
    Endpoint("query", "POST", "/query", "observed", "SQL over public views; needs a key"),
    Endpoint("webhook_endpoints", "POST", "/webhook_endpoints", "observed", "push instead of poll; not used here"),
    Endpoint("subscriptions", "POST", "/subscriptions", "observed", "push instead of poll; not used here"),
    Endpoint("openapi", "GET", "/openapi.json", "observed", "the published specification"),
)


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
    AccessRule("order", "assumed", "newest first by first_seen_at, ties by job_id, descending"),
    AccessRule("job_id", "seen", "sha1 of provider|board|provider_job_key; checked for lever, assumed for the others"),
    AccessRule("cursor", "assumed", "the `limit` may differ from page to page of one chain"),
)

# Names of providers as people write them; a provider not listed is shown as the API names it.
PROVIDERS: dict[str, str] = {
    "adp_workforcenow": "ADP Workforce Now",
    "applytojob": "ApplyToJob",
    "ashby": "Ashby",
    "bamboohr": "BambooHR",
    "breezy": "Breezy",
    "greenhouse": "Greenhouse",
    "icims": "iCIMS",
    "jobvite": "Jobvite",
    "lever": "Lever",
    "oracle_hcm": "Oracle HCM",
    "pinpoint": "Pinpoint",
    "rippling": "Rippling",
    "smartrecruiters": "SmartRecruiters",
    "taleo": "Taleo",
    "ukg": "UKG",
    "workable": "Workable",
    "workday": "Workday",
}
VALUE_LABELS: dict[str, str] = {"remote": "Remote", "hybrid": "Hybrid", "on_site": "On-site", **PROVIDERS}


def value_label(value: str) -> str:
    """A coded value as a page prints it; any other value as it is.

    >>> value_label("on_site"), value_label("icims"), value_label("Permanent")
    ('On-site', 'iCIMS', 'Permanent')
    """
    return VALUE_LABELS.get(value, value)
