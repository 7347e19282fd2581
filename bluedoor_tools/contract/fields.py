"""The fields of every record the API answers with: type, meaning, how known, what can mislead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = [
    "EVENT_FIELDS",
    "EVENT_TYPES",
    "JOB_FIELDS",
    "META_FIELDS",
    "ORG_FIELDS",
    "SOURCE_FIELDS",
    "STATS_FIELDS",
    "Field",
    "Kind",
    "Known",
]

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
        return " ".join({"Id": "ID", "Url": "URL", "Hq": "HQ"}.get(word, word) for word in words)


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

# What `GET /stats` counts; of these, only the lag's name was reported.
STATS_FIELDS: tuple[Field, ...] = (
    Field("total_jobs", "number", "assumed", "job records, of any status"),
    Field("active_jobs", "number", "assumed", "job records that the snapshot calls active",
          "not the same as open now: the snapshot lags the events, and cross-posts are not merged"),
    Field("new_jobs_24h", "number", "assumed", "job records first seen in the last 24 hours"),
    Field("providers", "number", "assumed", "applicant tracking systems"),
    Field("organizations", "number", "assumed", "organisations"),
    Field("public_jobs_snapshot_lag_seconds", "number", "observed",
          "seconds by which the job snapshot, and with it status and active, lags the event stream"),
)  # fmt: skip
