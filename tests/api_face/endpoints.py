"""The endpoints, one function each."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route, Router

from .answers import Answer, encode
from .document import openapi
from .paging import fingerprint, page
from .parameters import EVENT_FILTERS, FACET_FIELDS, JOB_FILTERS, PAGING, parse, query_values
from .predicates import Row, event_tests, job_tests, parse_instant
from .settings import ApiError, Settings

if TYPE_CHECKING:
    from .app import FaceApp

__all__ = ["Endpoints", "routed"]

_INCLUDE = {"include": "text"}
_SEARCH = JOB_FILTERS | PAGING | _INCLUDE | {"include_total": "flag"}


def routed(face: FaceApp, base: str) -> Starlette:
    """The endpoints under their paths, every refusal in the error shape that is set."""
    ends = Endpoints(face)
    routes = [
        Route("/jobs/search", _json(ends.search), methods=["GET", "POST"]),
        Route("/jobs/facets", _json(ends.facets)),
        Route("/jobs/{job_id}", _json(ends.job)),
        Route("/jobs/{job_id}/events", _json(ends.job_events)),
        Route("/orgs/batch_lookup", _json(ends.batch_lookup), methods=["POST"]),
        Route("/orgs/lookup", _json(ends.org_lookup)),
        Route("/orgs/{org_id}", _json(ends.org)),
        Route("/sources/{source_id}", _json(ends.source)),
        Route("/sources/{source_id}/jobs", _json(ends.source_jobs)),
        Route("/events/search", _json(ends.event_search)),
        Route("/stats", _json(ends.stats)),
        Route("/query", _json(ends.query), methods=["POST"]),
        Route("/openapi.json", _json(ends.openapi)),
    ]

    async def refuse(_: Request, error: Exception) -> Response:
        if isinstance(error, ApiError):
            answer = Answer.error(face.settings, error.status, error.code, error.message)
        else:
            assert isinstance(error, HTTPException)
            code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "error")
            answer = Answer.error(face.settings, error.status_code, code, error.detail)
        return Response(answer.body, answer.status, answer.headers)

    mounted = Mount(base, app=Router(routes, redirect_slashes=False))
    published = Route("/v1/openapi.json", _json(ends.openapi))
    app = Starlette(routes=[mounted, published], exception_handlers={ApiError: refuse, HTTPException: refuse})
    app.router.redirect_slashes = False
    return app


def _json(endpoint: Callable[[Request], Awaitable[Any]]) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        return Response(encode(await endpoint(request)), media_type="application/json")

    return serve


class Endpoints:
    """Reads the face's data and settings at every request, so that a test may swap either."""

    def __init__(self, face: FaceApp) -> None:
        self.face = face

    @property
    def settings(self) -> Settings:
        """The settings of the face."""
        return self.face.settings

    async def job(self, request: Request) -> Any:
        """GET /jobs/{job_id}: one full job, with its text where asked for."""
        asked = self._asked(request, _INCLUDE)
        row = self.face.data.job_listing.by_id.get(request.path_params["job_id"])
        if row is None:
            raise ApiError(404, "not_found", f"no job {request.path_params['job_id']}")
        return {"data": _shown(row, asked)}

    async def org(self, request: Request) -> Any:
        """GET /orgs/{org_id}."""
        self._asked(request, {})
        return {"data": _found(self.face.data.orgs_by_id, "org", request.path_params["org_id"])}

    async def source(self, request: Request) -> Any:
        """GET /sources/{source_id}."""
        self._asked(request, {})
        return {"data": _found(self.face.data.sources_by_id, "source", request.path_params["source_id"])}

    async def job_events(self, request: Request) -> Any:
        """GET /jobs/{job_id}/events: the newest events of one posting."""
        limit = self._limit(self._asked(request, {"limit": "integer"}), self.settings.default_limit)
        job_id = request.path_params["job_id"]
        events = [row.record for row in self.face.data.event_listing.rows if row.record.get("job_id") == job_id]
        if not events and job_id not in self.face.data.job_listing.by_id:
            raise ApiError(404, "not_found", f"no job {job_id}")
        return {"data": events[:limit], "meta": {"count": len(events[:limit]), "limit": limit}}

    async def search(self, request: Request) -> Any:
        """GET and POST /jobs/search: the same names in a query string or in a JSON body."""
        if request.method == "POST":
            self._asked(request, {})
            asked = parse(await _body(request), _SEARCH, self.settings, body=True)
        else:
            asked = self._asked(request, _SEARCH)
        return self._job_page(request, "jobs", asked)

    async def source_jobs(self, request: Request) -> Any:
        """GET /sources/{source_id}/jobs: the jobs of one board."""
        asked = self._asked(request, PAGING)
        source_id = request.path_params["source_id"]
        data = self.face.data
        if source_id not in data.sources_by_id and all(job.get("source_id") != source_id for job in data.jobs):
            raise ApiError(404, "not_found", f"no source {source_id}")
        return self._job_page(request, "source", {**asked, "source_ids": [source_id]})

    async def event_search(self, request: Request) -> Any:
        """GET /events/search: events across postings."""
        asked = self._asked(request, EVENT_FILTERS | PAGING)
        filters = {name: asked[name] for name in asked if name in EVENT_FILTERS}
        bound = fingerprint("events", filters)
        found = page(
            self.face.data.event_listing,
            event_tests(filters),
            asked,
            bound,
            self.settings,
            self._cap(request),
        )
        return {"data": [row.record for row in found.rows], "meta": found.meta}

    async def facets(self, request: Request) -> Any:
        """GET /jobs/facets: how often each value of a field occurs among the matching jobs."""
        asked = self._asked(request, JOB_FILTERS | {"field": "text", "limit": "integer"})
        field = asked.get("field")
        if field not in FACET_FIELDS:
            raise ApiError(400, "invalid_parameter", "`field` must be one of " + ", ".join(sorted(FACET_FIELDS)))
        limit = self._limit(asked, self.settings.facet_default_limit, self.settings.max_facet_limit)
        tests = job_tests({name: asked[name] for name in asked if name in JOB_FILTERS})
        rows = (row for row in self.face.data.job_listing.rows if all(test(row) for test in tests))
        values = (row.record.get(FACET_FIELDS[field]) for row in rows)
        counts = Counter(value for value in values if isinstance(value, str))
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:limit]
        data = [{"value": value, "count": count} for value, count in ranked]
        return {"data": data, "meta": {"field": field, "count": len(data), "limit": limit}}

    async def batch_lookup(self, request: Request) -> Any:
        """POST /orgs/batch_lookup: up to 100 organisations, null where an id is unknown."""
        asked = await _body(request)
        extra = sorted(set(asked) - {"org_ids"})
        if extra and self.settings.unknown_parameters == "reject":
            raise ApiError(400, "unknown_parameter", f"unknown parameter `{extra[0]}`")
        ids = asked.get("org_ids")
        if not isinstance(ids, list) or not all(isinstance(org_id, str) for org_id in ids) or len(ids) > 100:
            raise ApiError(400, "invalid_parameter", "`org_ids` must be an array of at most 100 ids")
        known = self.face.data.orgs_by_id
        return {"data": [{"input": {"org_id": org_id}, "data": known.get(org_id)} for org_id in ids]}

    async def org_lookup(self, request: Request) -> Any:
        """GET /orgs/lookup: by name (substring), domain (whole) or `q` (substring of either)."""
        asked = self._asked(request, {"name": "text", "domain": "text", "q": "text", "limit": "integer"})
        limit = self._limit(asked, self.settings.default_limit)
        if not asked.keys() & {"name", "domain", "q"}:
            raise ApiError(400, "invalid_parameter", "give `name`, `domain` or `q`")
        orgs = [org for org in self.face.data.orgs if _names(org, asked)]
        orgs.sort(key=lambda org: (str(org.get("display_name") or "").casefold(), str(org.get("org_id"))))
        return {"data": orgs[:limit], "meta": {"count": len(orgs[:limit]), "limit": limit}}

    async def stats(self, request: Request) -> Any:
        """GET /stats: counts and lags."""
        self._asked(request, {})
        data = self.face.data
        now = parse_instant(data.clock)
        seen = [row.instant("first_seen_at") for row in data.job_listing.rows]
        recent = [at for at in seen if now and at and now - timedelta(hours=24) <= at <= now]
        counts = {
            "total_jobs": len(data.jobs),
            "active_jobs": sum(job.get("active") is True for job in data.jobs),
            "new_jobs_24h": len(recent),
            "providers": len({job["provider"] for job in data.jobs if isinstance(job.get("provider"), str)}),
            "organizations": len(data.orgs),
            "public_jobs_snapshot_lag_seconds": data.snapshot.get("public_jobs_snapshot_lag_seconds", 57600),
        }
        return {"data": counts}

    async def query(self, request: Request) -> Any:
        """POST /query: a key is needed, and even then this face speaks no SQL."""
        if not request.state.keyed:
            raise ApiError(401, "unauthorized", "SQL needs an API key")
        raise ApiError(501, "not_implemented", "SQL is not served here")

    async def openapi(self, request: Request) -> Any:
        """GET /openapi.json: what is served here."""
        return openapi()

    def _asked(self, request: Request, known: Mapping[str, str]) -> dict[str, Any]:
        return parse(query_values(request), known, self.settings)

    def _limit(self, asked: Mapping[str, Any], default: int, top: int | None = None) -> int:
        limit: int = asked.get("limit", default)
        top = top or self.settings.max_limit
        if not 1 <= limit <= top:
            raise ApiError(400, "invalid_parameter", f"`limit` must be 1 to {top}, not {limit}")
        return limit

    def _cap(self, request: Request) -> int | None:
        return None if request.state.keyed else self.settings.total_cap

    def _job_page(self, request: Request, endpoint: str, asked: dict[str, Any]) -> Any:
        filters = {name: asked[name] for name in asked if name in JOB_FILTERS}
        bound = fingerprint(endpoint, filters)
        found = page(self.face.data.job_listing, job_tests(filters), asked, bound, self.settings, self._cap(request))
        return {"data": [_shown(row, asked) for row in found.rows], "meta": found.meta}


def _shown(row: Row, asked: Mapping[str, Any]) -> dict[str, Any]:
    if "include" in asked:
        return row.record
    return {name: value for name, value in row.record.items() if name != "description_text"}


def _found(known: Mapping[str, dict[str, Any]], kind: str, ident: str) -> dict[str, Any]:
    if ident not in known:
        raise ApiError(404, "not_found", f"no {kind} {ident}")
    return known[ident]


def _names(org: Mapping[str, Any], asked: Mapping[str, Any]) -> bool:
    told = {name: str(org.get(name) or "").casefold() for name in ("display_name", "canonical_name", "domain")}
    names = (told["display_name"], told["canonical_name"])
    return (
        ("name" not in asked or any(asked["name"].casefold() in name for name in names))
        and ("domain" not in asked or asked["domain"].casefold() == told["domain"] != "")
        and ("q" not in asked or any(asked["q"].casefold() in text for text in told.values()))
    )


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise ApiError(400, "invalid_body", "the body is not JSON") from None
    if not isinstance(body, dict):
        raise ApiError(400, "invalid_body", "the body must be a JSON object")
    return body
