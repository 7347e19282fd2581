"""All probes, in the order of their worth: the answers to a few requests, and a finding for every assumption."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bluedoor_tools import contract
from bluedoor_tools.errors import BluedoorError
from bluedoor_tools.specification import Difference, Specification

from .asking import Asker, Exchange
from .events import event_filters
from .filters import Filters, job_filters
from .findings import Finding, assumed_rows, limits
from .limits import ascending, on_errors, on_limit, on_order, on_page_limit, on_ties
from .readings import Record, parse_instant
from .records import on_active_facets, on_fields, on_job_ids, on_lookup, unknown_ids, unlisted

__all__ = ["Contact", "first_contact"]

_CHAINED = 3  # rows of the second page


@dataclass
class Contact:
    """What the first contact found; `asked` is false where the jobs could not be read at all."""

    base_url: str
    findings: list[Finding]
    exchanges: list[Exchange]
    requests: int
    asked: bool
    differences: list[Difference] = field(default_factory=list)
    not_described: list[str] = field(default_factory=list)
    no_specification: str = ""
    unlisted: list[str] = field(default_factory=list)

    def of(self, verdict: str) -> list[Finding]:
        """The findings with this verdict."""
        return [finding for finding in self.findings if finding.verdict == verdict]


def first_contact(asker: Asker) -> Contact:
    """Ask, and judge.

    Raises
    ------
    CouldNotAskError
        Nothing was ever answered.
    """
    stats = asker.ask("/stats")
    published, why = _specification(asker)
    base = asker.ask("/jobs/search", {"limit": str(contract.PAGE_LIMIT), "include_total": "false"})
    chained = base
    if base.more:
        following = {"limit": str(_CHAINED), "include_total": "false", "cursor": str(base.meta["next_cursor"])}
        chained = asker.ask("/jobs/search", following)
    jobs = _filters(asker, base, "/jobs/search", "search", published)
    found = [
        on_order("ACCESS order", base, "first_seen_at"),
        on_ties(base, "first_seen_at", "job_id"),
        on_page_limit(base, chained, _CHAINED, "first_seen_at"),
        on_errors(asker),
    ]
    orgs, on_batch = _orgs(asker, base.rows)
    sources = _sources(asker, base.rows)
    found.append(_board(asker, base.rows))
    on_events, events = on_limit(
        "LIMIT EVENT_LIMIT", limits().get("EVENT_LIMIT", 100), lambda limit: _events(asker, limit)
    )
    on_facets = _facets(asker, stats)
    happened = _filters(asker, events, "/events/search", "events_search", published)
    event_filters(happened)
    job_filters(jobs)
    found += [on_batch, on_events, *on_facets, on_order("ORDER events/search", events, "observed_at")]
    found += on_lookup(asker, orgs)
    found += [*jobs.findings("MEANING", "PARAMETERS"), *happened.findings("EVENT MEANING", "EVENT_PARAMETERS")]
    found += [jobs.on_nulls(), *(jobs.on_lists(kind) for kind in ("GET", "POST"))]
    found += on_event_pages(asker, events)
    counts = [_flat(stats.data)] if isinstance(stats.data, dict) else []
    for table, fields, records, answer in (
        ("ORG_FIELDS", contract.ORG_FIELDS, orgs, None),
        ("SOURCE_FIELDS", contract.SOURCE_FIELDS, sources, None),
        ("STATS_FIELDS", contract.STATS_FIELDS, counts, stats),
    ):
        missing = answer.error if answer is not None and answer.error else "no such record was answered"
        found += on_fields(table, fields, records, missing)
    rows = _job_rows(asker.exchanges)
    found += on_job_ids(rows)
    found.append(Finding("OPTIONS sql", "undecided", "SQL needs a key; this kit asks keyless"))
    return Contact(
        asker.base_url,
        _in_order(found),
        asker.exchanges,
        asker.sent,
        base.answered and bool(base.rows),
        [] if published is None else published.differences(),
        [] if published is None else published.not_described(),
        why,
        [
            *unlisted("job", contract.JOB_FIELDS, rows),
            *unlisted("event", contract.EVENT_FIELDS, events.rows),
            *unlisted("organisation", contract.ORG_FIELDS, orgs),
            *unlisted("source", contract.SOURCE_FIELDS, sources),
            *unlisted("stats", contract.STATS_FIELDS, counts),
            *unlisted("meta", contract.META_FIELDS, [exchange.meta for exchange in asker.exchanges]),
        ],
    )


def _specification(asker: Asker) -> tuple[Specification | None, str]:
    """The published specification, or why it is not to be had."""
    exchange = asker.ask("/openapi.json")
    if exchange.status == 404:
        exchange = asker.ask("/v1/openapi.json", at_origin=True)
    if exchange.content is None or exchange.status != 200:
        return None, exchange.error
    try:
        return Specification.of(exchange.content), ""
    except BluedoorError as error:
        return None, error.message


def _filters(asker: Asker, base: Exchange, path: str, endpoint: str, published: Specification | None) -> Filters:
    """The filters of a search, over the records of its first page; of jobs, a window lets just these through."""
    jobs = endpoint == "search"
    time = "first_seen_at" if jobs else "observed_at"
    times = _times(base.rows, time)
    return Filters(
        asker=asker,
        path=path,
        endpoint=endpoint,
        rows=contract.PARAMETERS if jobs else contract.EVENT_PARAMETERS,
        known=_inside(base.rows, time) if jobs else base.rows,
        identity="job_id" if jobs else "event_id",
        time=time,
        descending=ascending(base.rows, time) is False,
        published=published,
        window={"first_seen_after": times[min(times)]} if jobs and times else {},
        fixed={"include_total": "false"} if jobs else {},
    )


def _inside(rows: Sequence[Record], time: str) -> list[Record]:
    """The records that are within the window whichever way its edge is meant."""
    times = _times(rows, time)
    return [row for row in rows if times and (parse_instant(str(row.get(time))) or min(times)) != min(times)]


def _times(rows: Sequence[Record], time: str) -> dict[dt.datetime, str]:
    """The instants of the records, as they are written."""
    return {moment: str(row[time]) for row in rows if (moment := parse_instant(str(row.get(time)))) is not None}


def _events(asker: Asker, limit: int) -> Exchange:
    return asker.ask("/events/search", {"limit": str(limit)})


def _orgs(asker: Asker, jobs: Sequence[Record]) -> tuple[list[Record], Finding]:
    """The organisations of the jobs, filled up with ids that nobody has; and how many may be asked for at once."""
    ids = list(dict.fromkeys(str(job["org_id"]) for job in jobs if job.get("org_id")))

    def ask(count: int) -> Exchange:
        return asker.ask("/orgs/batch_lookup", body={"org_ids": [*ids, *unknown_ids(count)][:count]})

    finding, answer = on_limit("LIMIT BATCH_LIMIT", limits().get("BATCH_LIMIT", 100), ask)
    return [entry["data"] for entry in answer.rows if isinstance(entry.get("data"), dict)], finding


def on_event_pages(asker: Asker, first: Exchange) -> list[Finding]:
    """Whether events come in pages of the `limit` asked for, and go on behind a `cursor`."""
    asked = first.parameters.get("limit")
    told = f"{first.asked}: {len(first.rows)} events of at most {asked}"
    kept = first.answered and first.rows and len(first.rows) <= int(str(asked))
    found = [Finding("OPTIONS limit", "confirmed" if kept else "undecided", told)]
    if not first.more:
        return [*found, Finding("OPTIONS cursor", "undecided", f"{first.asked}: no second page")]
    following = asker.ask("/events/search", {"limit": str(asked), "cursor": str(first.meta["next_cursor"])})
    again = {line.get("event_id") for line in first.rows} & {line.get("event_id") for line in following.rows}
    told = f"{following.asked}: {len(following.rows)} events, {len(again)} of them again"
    if following.refused or again:
        return [*found, Finding("OPTIONS cursor", "contradicted", told, "the next page is asked for otherwise")]
    return [*found, Finding("OPTIONS cursor", "confirmed" if following.rows else "undecided", told)]


def _flat(figures: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested figures by names joined with dots, as the toolkit reads them."""
    flat: dict[str, Any] = {}
    for name, value in figures.items():
        flat |= _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value}
    return flat


def _board(asker: Asker, rows: Sequence[Record]) -> Finding:
    """Whether a board's jobs are of any status: one of another status than active says so."""
    row = "ACCESS source_jobs"
    boards = Counter(line["source_id"] for line in rows if isinstance(line.get("source_id"), str))
    if not boards:
        return Finding(row, "undecided", "no board was met")
    exchange = asker.ask(f"/sources/{boards.most_common(1)[0][0]}/jobs", {"limit": str(contract.PAGE_LIMIT)})
    if not exchange.answered:
        return Finding(row, "undecided", f"{exchange.asked}: {exchange.error}")
    statuses = sorted({str(line.get("status")) for line in exchange.rows})
    told = f"{len(exchange.rows)} jobs of one board: {', '.join(statuses) or 'none'}"
    return Finding(row, "confirmed" if set(statuses) - {"active"} else "undecided", told)


def _sources(asker: Asker, jobs: Sequence[Record]) -> list[Record]:
    """The source of the newest job."""
    ids = [str(job["source_id"]) for job in jobs[:1] if job.get("source_id")]
    answers = [asker.ask(f"/sources/{source_id}") for source_id in ids]
    return [answer.data for answer in answers if isinstance(answer.data, dict)]


def _facets(asker: Asker, stats: Exchange) -> list[Finding]:
    def ask(limit: int) -> Exchange:
        field = {"field": "city"} if limit > most else {"field": "ats_provider", "active": "true"}
        return asker.ask("/jobs/facets", {**field, "limit": str(limit)})

    most = limits().get("FACET_LIMIT", 100)
    finding, active = on_limit("LIMIT FACET_LIMIT", most, ask)
    if "active" not in active.parameters:
        active = ask(most)
    counts = stats.data if isinstance(stats.data, dict) else {}
    told = on_active_facets(Exchange(0, "GET", "", {}, None, None, {}, None, ""), active, counts)
    if told.verdict == "undecided" and active.answered:
        limit = {"limit": active.parameters["limit"]}
        told = on_active_facets(asker.ask("/jobs/facets", {"field": "ats_provider", **limit}), active, counts)
    return [finding, told]


def _job_rows(exchanges: Sequence[Exchange]) -> list[Record]:
    """Every job that any answer held, once."""
    rows = [row for exchange in exchanges if exchange.path.startswith("/jobs/search") for row in exchange.rows]
    return list({str(row.get("job_id")): row for row in rows}.values())


def _in_order(found: Sequence[Finding]) -> list[Finding]:
    """As the contract lists them."""
    places = {row: number for number, row in enumerate(assumed_rows())}
    return sorted(found, key=lambda finding: (places.get(finding.row, len(places)), finding.row))
