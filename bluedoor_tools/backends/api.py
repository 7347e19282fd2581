"""The API as a backend."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from .. import contract
from ..decode import Decoder, Page, json_name, read_envelope
from ..errors import UnexpectedAnswerError
from ..query import JobQuery
from ..wire.transport import Transport
from .base import FacetAnswer, JobPage, Request, facet_request, search_body, search_parameters

__all__ = ["ApiBackend"]

_LONGEST_GET = 4_000  # characters of parameters; longer lists of ids go in a POST body
_HINT = "Is the address that of the Job Postings API? If so, the API has changed."


class ApiBackend:
    """Answers come over HTTP."""

    name = "api"
    notes: tuple[str, ...] = ()

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.base_url = transport.base_url
        self.label = f"bluedoor Job Postings API at {transport.base_url}"
        self.sends_key = transport.sends_key

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC).replace(microsecond=0)

    def search(
        self, query: JobQuery, decoder: Decoder, *, cursor: str | None, limit: int, description: bool, total: bool
    ) -> JobPage:
        parameters = search_parameters(query, cursor=cursor, limit=limit, description=description, total=total)
        path = _path("search")
        if sum(map(len, parameters.values())) > _LONGEST_GET:
            request = Request("POST", path, body=search_body(query, parameters))
        else:
            request = Request("GET", path, parameters)
        page = self._transport.ask(
            request.method, path, parameters=request.parameters, body=request.body, read=decoder.page
        ).content
        next_cursor = page.meta.get("next_cursor")
        if next_cursor is not None and not isinstance(next_cursor, str):
            raise UnexpectedAnswerError(f"The next_cursor of {path} is {json_name(next_cursor)}, not text.", hint=_HINT)
        counted = page.meta.get("total_matching")
        known = total and isinstance(counted, int) and not isinstance(counted, bool)
        return JobPage(
            page,
            next_cursor or None,
            counted if known and not page.meta.get("total_matching_unavailable") else None,
            page.meta.get("total_matching_capped") is True,
            request,
        )

    def job(self, job_id: str) -> dict[str, Any]:
        return self._record(_path("job", job_id=job_id), {"include": "description"})

    def org(self, org_id: str) -> dict[str, Any]:
        return self._record(_path("org", org_id=org_id))

    def job_events(self, job_id: str, decoder: Decoder, limit: int) -> Page:
        path = _path("job_events", job_id=job_id)
        return self._transport.ask("GET", path, parameters={"limit": str(limit)}, read=decoder.page).content

    def facets(self, field: str, query: JobQuery, limit: int) -> FacetAnswer:
        request = facet_request(field, query, limit)
        values, meta = self._transport.ask(
            "GET", request.path, parameters=request.parameters, read=read_envelope
        ).content
        counts: list[tuple[Any, int]] = []
        for entry in values if isinstance(values, list) else (values,):
            match entry:
                case {"value": value, "count": int(count)} if count >= 0 and not isinstance(count, bool):
                    counts.append((value, count))
                case _:
                    raise UnexpectedAnswerError(
                        f"The answer of {request.path} is not a list of values with their counts.", hint=_HINT
                    )
        allowed = meta.get("limit")
        return FacetAnswer(counts, allowed if type(allowed) is int else None, request)

    def orgs(self, org_ids: Sequence[str]) -> dict[str, dict[str, Any] | None]:
        found: dict[str, dict[str, Any] | None] = {}
        path = _path("orgs_batch")
        for start in range(0, len(org_ids), contract.BATCH_LIMIT):
            batch = list(org_ids[start : start + contract.BATCH_LIMIT])
            entries, _ = self._transport.ask("POST", path, body={"org_ids": batch}, read=read_envelope).content
            read = 0
            for entry in entries if isinstance(entries, list) else ():
                match entry:
                    case {"input": {"org_id": str(org_id)}, "data": dict() | None as record}:
                        found[org_id] = record
                        read += 1
            if not read:  # one odd entry costs that name, an answer of another shape is no answer
                raise UnexpectedAnswerError(f"The answer of {path} is not a list of organisations.", hint=_HINT)
        return found

    def record_note(self, job_id: str) -> str | None:  # noqa: ARG002 (the protocol's)
        return None

    def close(self) -> None:
        self._transport.close()

    def _record(self, path: str, parameters: Mapping[str, str] | None = None) -> dict[str, Any]:
        return self._transport.ask("GET", path, parameters=parameters, read=_read_record).content


def _read_record(body: bytes, what: str) -> dict[str, Any]:
    record, _ = read_envelope(body, what)
    if not isinstance(record, dict):
        raise UnexpectedAnswerError(f"{what} holds {json_name(record)}, not a record.", hint=_HINT)
    return record


def _path(name: str, **ids: str) -> str:
    """An endpoint's path; an id, which may be an answer's own text, stays one segment of it."""
    quoted = {word: quote(text, safe="", errors="replace").replace(".", "%2E") for word, text in ids.items()}
    return contract.endpoint(name).path.format(**quoted)
