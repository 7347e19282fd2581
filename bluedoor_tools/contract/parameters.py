"""What may be asked: the filters of job and event searches, the other parameters, the facet fields, the limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .fields import EVENT_TYPES, Known

__all__ = [
    "BATCH_LIMIT",
    "EVENT_LIMIT",
    "EVENT_PARAMETERS",
    "FACET_FIELDS",
    "FACET_LIMIT",
    "OPTIONS",
    "PAGE_LIMIT",
    "PARAMETERS",
    "STATED_ELSEWHERE",
    "FacetField",
    "Match",
    "Option",
    "Parameter",
]

PAGE_LIMIT = 100  # observed: `limit` is 1-100 on a search
BATCH_LIMIT = 100  # assumed: ids of one batch look-up
EVENT_LIMIT = 100  # assumed: events of one answer
FACET_LIMIT = 100  # assumed: values of one facet answer

Match = Literal["tokens", "contains", "equals", "one_of", "at_least", "at_most", "present", "from", "before"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A filter of a search: how it is written and what it means.

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
    other_names: tuple[str, ...] = ()  # of an assumed one: what the published specification may call it instead


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
                  open=True, other_names=("ats_provider", "providers", "ats", "ats_providers")),
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
EVENT_PARAMETERS: dict[str, Parameter] = {
    parameter.name: parameter
    for parameter in (
        Parameter("event_types", "one_of", ("event_type",), "observed", "of these types", choices=EVENT_TYPES),
        Parameter("job_ids", "one_of", ("job_id",), "assumed", "of these postings", other_names=("job_id", "jobs")),
        Parameter("org_ids", "one_of", ("org_id",), "assumed", "of these organisations",
                  other_names=("org_id", "orgs", "organization_ids")),
        Parameter("source_ids", "one_of", ("source_id",), "assumed", "of these crawled boards",
                  other_names=("source_id", "sources", "board_ids")),
        Parameter("provider", "equals", ("provider",), "assumed", "applicant tracking system, value as in records",
                  choices=PARAMETERS["provider"].choices, open=True,
                  other_names=PARAMETERS["provider"].other_names),
        Parameter("observed_after", "from", ("observed_at",), "assumed", "seen by the crawler at or after this instant",
                  other_names=("observed_from", "observed_since", "occurred_after", "since", "after")),
        Parameter("observed_before", "before", ("observed_at",), "assumed", "seen by the crawler before this instant",
                  other_names=("observed_to", "observed_until", "occurred_before", "until", "before")),
    )
}
# fmt: on


@dataclass(frozen=True, slots=True)
class Option:
    """A parameter that is no filter of a search: which calls take it, and what it does."""

    name: str
    known: Known
    of: tuple[str, ...]  # endpoints, by name
    meaning: str
    other_names: tuple[str, ...] = ()  # of an assumed one: what the published specification may call it instead


# fmt: off
OPTIONS: tuple[Option, ...] = (
    Option("limit", "observed", ("search", "source_jobs", "job_events", "facets"), "1-100 records or values"),
    Option("limit", "assumed", ("events_search",), "1-100 events", ("page_size", "per_page")),
    Option("cursor", "observed", ("search", "source_jobs"), "the answer's next_cursor, sent back"),
    Option("cursor", "assumed", ("events_search",), "the answer's next_cursor, sent back", ("after", "page_token")),
    Option("include", "observed", ("job", "search"), "`description` adds description_text"),
    Option("include_total", "observed", ("search",), "`false` spares the count, which is slow"),
    Option("active", "observed", ("search", "facets"), "true or false; conflicts with status, which says the same"),
    Option("field", "observed", ("facets",), "the field whose values are counted"),
    Option("org_ids", "observed", ("orgs_batch",), "a list in the body"),
    Option("name", "assumed", ("orgs_lookup",), "a part of the name", ("query", "q", "display_name", "search")),
    Option("domain", "assumed", ("orgs_lookup",), "the web domain, whole", ("website", "q")),
    Option("sql", "assumed", ("query",), "one statement", ("query", "statement")),
)
# fmt: on


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


# Names that people reach for, and what to write instead.
STATED_ELSEWHERE: dict[str, str] = {
    "active": "Use status='active', status='expired' or status=None (any): the API refuses both together.",
    "employer": "Use company=…, the organisation's name, or org_ids=[…].",
    "organization": "Use company=…, the organisation's name, or org_ids=[…].",
    "org_id": "Use org_ids=[…].",
    "job_id": "Use get_job(…).",
    "job_ids": "Use get_jobs([…]).",
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
