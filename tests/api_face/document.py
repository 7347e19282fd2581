"""A small OpenAPI document of what the face serves, for the toolkit's comparison with the live one."""

from __future__ import annotations

from typing import Any

from .parameters import CHOICES, EVENT_FILTERS, FACET_FIELDS, JOB_FILTERS, PAGING

__all__ = ["openapi"]

_SCHEMAS: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "flag": {"type": "boolean"},
    "integer": {"type": "integer", "minimum": 1, "maximum": 100},
    "number": {"type": "number"},
    "instant": {"type": "string", "format": "date-time"},
    "list": {"type": "array", "items": {"type": "string"}},
}
_SEARCH = JOB_FILTERS | PAGING | {"include": "text", "include_total": "flag"}
_READS: dict[str, dict[str, str]] = {
    "/jobs/{job_id}": {"include": "text"},
    "/jobs/{job_id}/events": {"limit": "integer"},
    "/jobs/search": _SEARCH,
    "/jobs/facets": JOB_FILTERS | {"field": "text", "limit": "integer"},
    "/orgs/{org_id}": {},
    "/orgs/lookup": {"name": "text", "domain": "text", "q": "text", "limit": "integer"},
    "/sources/{source_id}": {},
    "/sources/{source_id}/jobs": PAGING,
    "/events/search": EVENT_FILTERS | PAGING,
    "/stats": {},
}
_BODIES: dict[str, dict[str, str]] = {
    "/jobs/search": _SEARCH,
    "/orgs/batch_lookup": {"org_ids": "list"},
    "/query": {"sql": "text"},
}
_RECORDS: dict[str, str] = {
    "Job": """
        job_id org_id source_id board_id provider provider_job_key title normalized_title status active location_text
        department team employment_type workplace_type remote_policy country region city salary_raw salary_min
        salary_max salary_currency salary_period source_url apply_url first_seen_at last_seen_at last_checked_at
        last_changed_at inactive_at source_posted_at source_updated_at raw_payload_uri event_fields
        parsed_structured extensions native_structured description_text""",
    "Event": """
        event_id event_key event_schema_version job_id org_id source_id board_id provider event_type field_name
        old_value new_value observed_at source_hash metadata""",
    "Organization": "org_id display_name canonical_name board_count domain size industry hq_location",
    "Source": "source_id org_id provider board_url status last_crawled_at next_crawl_after",
    "Stats": """
        total_jobs active_jobs new_jobs_24h providers organizations public_jobs_snapshot_lag_seconds""",
}
#: Fields that are not a text or null; {} is any JSON.
_TYPES: dict[str, dict[str, Any]] = {
    "active": {"type": "boolean"},
    "board_count": {"type": "integer"},
    "event_fields": {"type": "object"},
    "event_schema_version": {},
    "extensions": {"type": "object"},
    "metadata": {"type": "object"},
    "native_structured": {},
    "new_value": {},
    "old_value": {},
    "parsed_structured": {"type": "object"},
    "salary_max": {"type": ["number", "null"]},
    "salary_min": {"type": ["number", "null"]},
}


def openapi() -> dict[str, Any]:
    """The document; the paths are relative to its server."""
    paths: dict[str, dict[str, Any]] = {}
    for path, names in _READS.items():
        within = [
            {"name": part.strip("{}"), "in": "path", "required": True, "schema": {"type": "string"}}
            for part in path.split("/")
            if part.startswith("{")
        ]
        asked = [_query_parameter(name, kind) for name, kind in names.items()]
        paths.setdefault(path, {})["get"] = {"parameters": within + asked, "responses": _responses()}
    for path, names in _BODIES.items():
        body = {"type": "object", "properties": {name: _schema(name, kind) for name, kind in names.items()}}
        content = {"application/json": {"schema": body}}
        paths.setdefault(path, {})["post"] = {"requestBody": {"content": content}, "responses": _responses()}
    paths["/query"]["post"]["security"] = [{"bearer": []}, {"header": []}]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Job Postings API (stand-in)", "version": "0"},
        "servers": [{"url": "/job-postings/v1"}],
        "paths": paths,
        "components": {
            "schemas": {name: _record(fields) for name, fields in _RECORDS.items()},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "header": {"type": "apiKey", "in": "header", "name": "x-api-key"},
            },
        },
    }


def _query_parameter(name: str, kind: str) -> dict[str, Any]:
    told: dict[str, Any] = {"name": name, "in": "query", "schema": _schema(name, kind)}
    return told | {"style": "form", "explode": False} if kind == "list" else told


def _schema(name: str, kind: str) -> dict[str, Any]:
    schema = dict(_SCHEMAS[kind])
    if name in CHOICES:
        schema["enum"] = list(CHOICES[name])
    if name == "field":
        schema["enum"] = sorted(FACET_FIELDS)
    return schema


def _record(fields: str) -> dict[str, Any]:
    text = {"type": ["string", "null"]}
    return {"type": "object", "properties": {name: _TYPES.get(name, text) for name in fields.split()}}


def _responses() -> dict[str, Any]:
    return {"200": {"description": "An answer"}, "400": {"description": "A request that is wrong"}}
