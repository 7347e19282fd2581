"""The API as a backend."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from http.client import NOT_FOUND
from typing import Any
from urllib.parse import quote

from .. import contract
from ..decode import Decoder, Page, json_name, read_envelope
from ..errors import BluedoorError, NotFoundError, UnexpectedAnswerError
from ..query import Query
from ..specification import Specification
from ..wire import MOST_CHAINS
from ..wire.cache import RecordCache
from ..wire.transport import Transport
from .assumed_names import ASSUMED, counted_by, ignored, same_id
from .base import (
    FacetAnswer,
    ListPage,
    OrgsAnswer,
    Request,
    event_parameters,
    facet_request,
    search_body,
    search_parameters,
)
from .kept_records import KeptRecords
from .obeyed import hold, obeys

__all__ = ["ApiBackend"]

_LONGEST_GET = 4_000  # characters of parameters; longer lists of ids go in a POST body
_PATIENCE_FOR_SPECIFICATION = 5.0  # seconds
_PATIENCE_FOR_SIZE = 5.0  # seconds: a load goes on without it
_ASK_AGAIN = 300.0  # seconds after which a specification that was not to be had is asked for again
_LARGEST_SPECIFICATION = 20_000_000  # bytes; a specification of a hundred calls has less than one million
_OF_EVERY_JOB = "ats_provider"  # the facet of a field that no posting lacks
_HINT = "Is the address that of the Job Postings API? If so, the API has changed."


class ApiBackend:
    """Answers come over HTTP."""

    name = "api"
    notes: tuple[str, ...] = ()
    local = False

    def __init__(self, transport: Transport, cache: RecordCache | None = None, *, chains: int = MOST_CHAINS) -> None:
        self._transport = transport
        self._most_chains = chains
        self._kept = KeptRecords(cache, transport.base_url)
        self.base_url = transport.base_url
        self.label = f"bluedoor Job Postings API at {transport.base_url}"
        self.sends_key = transport.sends_key
        self._lock = threading.Lock()
        self._asking = threading.Lock()  # held while the specification is asked for
        self._obeyed: set[str] = set()  # filters with assumed names that counts were seen to obey
        self._published: Specification | None = None
        self._failed: tuple[str, float] = ("", 0.0)  # why the specification was not to be had, and when

    def chains(self) -> int:
        return 1 if self._most_chains < 2 else self._transport.limiter.useful_chains(self._most_chains)

    def pace(self) -> tuple[float, str]:
        limiter = self._transport.limiter
        rate, each = limiter.rate(), max(limiter.latency(), 0.001)
        if self._most_chains > 1 or rate < 1 / each:
            return rate, limiter.described()
        return 1 / each, f"one request after the other, {each:.2g} s each"

    def size(self, query: Query) -> int | None:
        counted = self._facets(
            _OF_EVERY_JOB, query, contract.FACET_LIMIT, min(self._transport.patience, _PATIENCE_FOR_SIZE)
        )
        whole = len(counted.counts) < (counted.limit or contract.FACET_LIMIT)
        return sum(count for _, count in counted.counts) if whole else None

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC).replace(microsecond=0)

    def search(
        self, query: Query, decoder: Decoder, *, cursor: str | None, limit: int, description: bool, total: bool
    ) -> ListPage:
        written = search_parameters(query, cursor=cursor, limit=limit, description=description, total=total)
        path = _path("search")
        if sum(map(len, written.values())) > _LONGEST_GET:
            body, notes = self._named("search_by_post", search_body(query, written))
            request = Request("POST", path, body=body)
        else:
            parameters, notes = self._named("search", written)
            request = Request("GET", path, parameters)
        return self._page(request, decoder, query, notes, total=total)

    def source_jobs(self, source_id: str, decoder: Decoder, *, cursor: str | None, limit: int) -> ListPage:
        parameters = {"limit": str(limit), **({} if cursor is None else {"cursor": cursor})}
        request = Request("GET", _path("source_jobs", source_id=source_id), parameters)
        page = self._page(request, decoder, None, ())
        if not all(same_id(record.source_id, source_id) for record in page.page.records):
            raise UnexpectedAnswerError(f"Asked for the jobs of source {source_id}, {request.path} gave others, too.")
        return page

    def search_events(self, query: Query, decoder: Decoder, *, cursor: str | None, limit: int) -> ListPage:
        parameters, notes = self._named("events_search", event_parameters(query, cursor=cursor, limit=limit))
        return self._page(Request("GET", _path("events_search"), parameters), decoder, query, notes)

    def _page(
        self, request: Request, decoder: Decoder, query: Query | None, notes: tuple[str, ...], *, total: bool = True
    ) -> ListPage:
        page = self._transport.ask(
            request.method, request.path, parameters=request.parameters, body=request.body, read=decoder.page
        ).content
        next_cursor = page.meta.get("next_cursor")
        if next_cursor is not None and not isinstance(next_cursor, str):
            raise UnexpectedAnswerError(
                f"The next_cursor of {request.path} is {json_name(next_cursor)}, not text.", hint=_HINT
            )
        left_out, unmatched = hold(query, page) if query is not None else (Counter[str](), Counter[str]())
        counted = page.meta.get("total_matching")
        known = total and isinstance(counted, int) and not isinstance(counted, bool)
        return ListPage(
            page,
            next_cursor or None,
            counted if known and not page.meta.get("total_matching_unavailable") else None,
            page.meta.get("total_matching_capped") is True,
            request,
            notes,
            left_out,
            unmatched,
        )

    def job(self, job_id: str) -> dict[str, Any]:
        path = _path("job", job_id=job_id)
        return self._kept.one("job", job_id, lambda: self._record(path, {"include": "description"}))

    def org(self, org_id: str) -> dict[str, Any]:
        return self._kept.one("org", org_id, lambda: self._record(_path("org", org_id=org_id)))

    def job_events(self, job_id: str, decoder: Decoder, limit: int) -> Page:
        path = _path("job_events", job_id=job_id)
        page = self._transport.ask("GET", path, parameters={"limit": str(limit)}, read=decoder.page).content
        if not all(same_id(record.job_id, job_id) for record in page.records):
            raise UnexpectedAnswerError(f"Asked for the events of job {job_id}, {path} gave others, too.")
        return page

    def facets(self, field: str, query: Query, limit: int) -> FacetAnswer:
        return self._facets(field, query, limit, None)

    def _facets(self, field: str, query: Query, limit: int, patience: float | None) -> FacetAnswer:
        asked = facet_request(field, query, limit)
        parameters, notes = self._named("facets", asked.parameters)
        request = Request(asked.method, asked.path, parameters)
        self._check_counted(field, query)
        values, meta = self._transport.ask(
            "GET", request.path, parameters=request.parameters, read=read_envelope, patience=patience
        ).content
        counts: list[tuple[Any, int]] = []
        for entry in values if isinstance(values, list) else (values,):
            match entry:
                case {"value": value, "count": int(count)} if 0 <= count < 2**63 and not isinstance(count, bool):
                    counts.append((value, count))
                case _:
                    raise UnexpectedAnswerError(
                        f"The answer of {request.path} is not a list of values with their counts.", hint=_HINT
                    )
        for name, wanted in query.filters.items():
            if counted_by(query.parameters[name]) == field:
                for value, _ in counts:
                    if not obeys(query.parameters[name], value, wanted):
                        raise ignored(query.parameters[name], request.path, field, value)
        allowed = meta.get("limit")
        return FacetAnswer(counts, allowed if type(allowed) is int else None, request, notes)

    def _check_counted(self, field: str, query: Query) -> None:
        """Find out, once, whether counts obey a filter whose name is assumed: under it, only its value is counted."""
        for name in query.filters:
            of = counted_by(query.parameters[name])
            unsure = of not in {None, field} and name not in self._obeyed
            if unsure and self.facets(str(of), query, contract.FACET_LIMIT).counts:
                self._obeyed.add(name)

    def facet_pairs(self, by: str, field: str, query: Query) -> None:  # noqa: ARG002 (the protocol's)
        return None

    def orgs(self, org_ids: Sequence[str]) -> dict[str, dict[str, Any] | None]:
        found: dict[str, dict[str, Any] | None] = {**self._kept.orgs(org_ids)}
        path = _path("orgs_batch")
        missing = [org_id for org_id in org_ids if org_id not in found]
        for start in range(0, len(missing), contract.BATCH_LIMIT):
            batch = missing[start : start + contract.BATCH_LIMIT]
            entries, _ = self._transport.ask("POST", path, body={"org_ids": batch}, read=read_envelope).content
            read = 0
            for entry in entries if isinstance(entries, list) else ():
                match entry:
                    case {"input": {"org_id": str(org_id)}, "data": dict() | None as record}:
                        read += 1
                        # A record of another organisation would give its name to this one.
                        if org_id in batch and (record is None or same_id(record.get("org_id"), org_id)):
                            found[org_id] = record
            if not read:  # one odd entry costs that name, an answer of another shape is no answer
                raise UnexpectedAnswerError(f"The answer of {path} is not a list of organisations.", hint=_HINT)
            self._kept.keep_orgs({org_id: found.get(org_id) for org_id in batch})
        return found

    def find_orgs(self, name: str | None, domain: str | None) -> OrgsAnswer:
        given = {"name": name, "domain": domain}
        parameters, notes = self._named("orgs_lookup", {key: text for key, text in given.items() if text is not None})
        request = Request("GET", _path("orgs_lookup"), parameters)
        try:
            found, meta = self._transport.ask("GET", request.path, parameters=parameters, read=read_envelope).content
        except UnexpectedAnswerError as error:
            if error.context.get("status") != NOT_FOUND:
                raise
            raise UnexpectedAnswerError(
                error.message,
                hint="Either it knows no such organisation, or it has no such look-up: `bluedoor doctor` tells. "
                "Use org_ids=[…], from the column org_id of a frame.",
                context=error.context,
            ) from None
        records: list[dict[str, Any]] = []
        for entry in found if isinstance(found, list) else [found]:
            match entry:
                case {"org_id": str()}:
                    records.append(entry)
                case {"data": {"org_id": str()} as record}:  # as the look-up by id answers
                    records.append(record)
                case None | {"data": None}:
                    continue
                case _:
                    raise UnexpectedAnswerError(
                        f"The answer of {request.path} is not a list of organisations.", hint=_HINT
                    )
        allowed = meta.get("limit")
        cut = True if meta.get("next_cursor") else len(records) >= allowed if type(allowed) is int else None
        return OrgsAnswer(records, cut, [request], notes)

    def source(self, source_id: str) -> dict[str, Any]:
        return self._kept.one("source", source_id, lambda: self._record(_path("source", source_id=source_id)))

    def stats(self) -> dict[str, Any]:
        return self._transport.ask("GET", _path("stats"), read=_read_record).content

    def specification(self) -> Specification:
        """The published specification; once it was read, it is remembered."""
        with self._asking:
            if self._published is None:
                self._published = self._ask_specification()
            return self._published

    def _ask_specification(self) -> Specification:
        """It, from where such are published. Within a few seconds: an answer may wait for this."""
        path = _path("openapi")
        quick: dict[str, Any] = {
            "patience": min(self._transport.patience, _PATIENCE_FOR_SPECIFICATION),
            "largest": _LARGEST_SPECIFICATION,
        }
        try:
            document = self._transport.ask("GET", path, **quick).content
        except UnexpectedAnswerError as error:
            if error.context.get("status") != NOT_FOUND:
                raise
            try:
                document = self._transport.ask("GET", f"/v1{path}", **quick, at_origin=True).content
            except NotFoundError:
                raise UnexpectedAnswerError(
                    f"The API publishes no specification: neither {path} nor /v1{path} exists.", hint=_HINT
                ) from None
        return Specification.of(document)

    def _published_if_had(self) -> Specification | str:
        """The specification, or why it is not to be had: not asked for again and again."""
        with self._lock:
            failed, at = self._failed
        if self._published is None and failed and time.monotonic() - at < _ASK_AGAIN:
            return failed
        try:
            return self.specification()
        except BluedoorError as error:
            with self._lock:
                self._failed = error.message.rstrip("."), time.monotonic()
            return self._failed[0]

    def _named(self, endpoint: str, parameters: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
        """The parameters, assumed names as the published specification has them, and what to say of it."""
        assumed = [name for name in parameters if name in ASSUMED.get(endpoint, ())]
        if not assumed:
            return dict(parameters), ()
        specification = self._published_if_had()
        if isinstance(specification, str):
            return dict(parameters), (
                f"{', '.join(assumed)}: assumed to be the API's name, and its specification, which would tell, could "
                f"not be read ({specification})",
            )
        notes = []
        sent = {name: name for name in parameters}
        for name in assumed:
            other = specification.sent_as(endpoint, name)
            if other is None:
                notes.append(f"{name}: assumed, and not in the API's published specification: it may be ignored")
            elif other != name:
                sent[name] = other
                notes.append(f"{name} was sent as {other}: so the API's published specification calls it")
        return {sent[name]: value for name, value in parameters.items()}, tuple(notes)

    def record_note(self, job_id: str) -> str | None:  # noqa: ARG002 (the protocol's)
        return None

    def close(self) -> None:
        self._transport.close()
        self._kept.close()

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
