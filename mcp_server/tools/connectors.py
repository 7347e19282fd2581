"""The two tools that data connectors call, in exactly the shapes that they read: `search` and `fetch`.

A query is what a person types. Words of work models become a filter, and so does what follows "in" and "at", where
there is such a place or company; all else are words of the title. Where nothing matches, the same words are read
otherwise, one reading after another: in the singular, the last ones as a place, all of them as a company. None but
filling words (jobs, open, the) is left out.
"""

from __future__ import annotations

import json
import re
from typing import Any

from bluedoor_tools import InvalidRequestError

from ..answers import Answer, Structure, largest, tokens_of
from ..desk import Desk
from ..rows import rows_of, short
from ..schemas import Schema, text
from ..strangers import one_line, quoted
from .get_job import call_of, description_of, facts_of, posting_of
from .tool import Tool

__all__ = ["FETCH", "SEARCH"]

_ROWS = 20
# Characters: the shape of these answers has no room to say that something was cut.
_LONGEST, _LONGEST_URL, _SHORTER = 120, 300, (40, 10, 3)
_COLUMNS = ["title", "company", "location_text", "workplace_type", "job_id", "source_url", "first_seen_at"]
_MODELS = {"remote": "remote", "hybrid": "hybrid", "on-site": "on_site", "onsite": "on_site", "on_site": "on_site"}
_MODEL = re.compile(r"(?<!\w)(remote|hybrid|on-site|onsite|on_site)(?!\w)", re.IGNORECASE)
_PLACE = re.compile(r"\s+in\s+(?P<place>[^,]+(?:,\s*[^,]+)?)$", re.IGNORECASE)
_COMPANY = re.compile(r"(?:^|\s+)(?:at|@)\s+(?P<company>\S.*)$", re.IGNORECASE)
_FILLING = re.compile(
    r"(?<!\w)(jobs?|postings?|openings?|vacanc(?:y|ies)|positions?|roles?|for|what|which|are|is|there|any|open|find|show|me|"
    r"list|the|please)(?!\w)",
    re.IGNORECASE,
)
_PLURAL = re.compile(r"(\w{3,}[^s\W])s(?!\w)", re.IGNORECASE)


def _search(desk: Desk, given: dict[str, Any]) -> Answer:
    filters = _filters(given["query"])
    frame = None
    for reading in _attempts(filters):
        try:
            frame = desk.client.search_jobs(
                **{k: v for k, v in reading.items() if v}, limit=_ROWS, columns=_COLUMNS, progress=False
            )
        except LookupError:  # no company of that name: the words may be meant otherwise
            continue
        if len(frame):
            break
    if frame is None:
        raise InvalidRequestError("The query names nothing to search for.", hint="Write words of a job's title.")
    results = [
        {
            "id": job_id,
            "title": " · ".join(part for part in (title, company, place, model) if part),
            "url": url if url and len(url) <= _LONGEST_URL else f"bluedoor://job/{job_id}",
        }
        for title, company, place, model, job_id, url in rows_of(frame, _COLUMNS[:-1], longest=_LONGEST)
    ]

    def build(count: int) -> Structure:
        return {"results": results[:count]}

    return _exact(largest(build, len(results), desk.settings.budget)[0])


def _filters(query: str) -> dict[str, Any]:
    filters: dict[str, Any] = {}
    rest = " ".join(query.replace("?", " ").split())
    model = _MODEL.search(rest)
    if model:
        filters["workplace_type"] = _MODELS[model[1].lower()]
        rest = f"{rest[: model.start()]} {rest[model.end() :]}".strip()
    company = _COMPANY.search(rest)
    if company:
        name = company["company"]
        inside = _PLACE.search(name)
        if inside:
            filters["location"], name = inside["place"], name[: inside.start()]
        filters["company"], rest = name, rest[: company.start()]
    place = _PLACE.search(f" {rest}")
    if place and "location" not in filters:
        filters["location"], rest = place["place"], f" {rest}"[: place.start()]
    words = " ".join(_FILLING.sub(" ", rest).split())
    return {**filters, **({"q": words} if words else {})}


def _attempts(filters: dict[str, Any]) -> list[dict[str, Any]]:
    """Readings of a query, asked one after another until one matches: as it is written, then otherwise."""
    words, place, company = filters.get("q", ""), filters.get("location"), filters.get("company")
    without = {name: value for name, value in filters.items() if name not in {"q", "location", "company"}}
    readings = [filters, filters | {"q": _PLURAL.sub(r"\1", words)}]
    if place:
        here = {name: value for name, value in readings[-1].items() if name != "location"}
        city, comma, rest = (part.strip() for part in place.partition(","))
        split = {"location": city} if comma else {}
        readings += [here | split | {name: rest or place} for name in ("region", "country")]
    if company:
        readings.append({**without, "q": f"{words} {company}"} | ({"location": place} if place else {}))
    *first, last = words.split() or [""]
    if first and not place and not company:
        readings.append({**without, "q": _PLURAL.sub(r"\1", " ".join(first)), "location": last})
    if last and not place and not company:
        readings.append({**without, "company": words})
    said = [{name: value for name, value in reading.items() if value} for reading in readings]
    return [reading for at, reading in enumerate(said) if reading and reading not in said[:at]]


def _fetch(desk: Desk, given: dict[str, Any]) -> Answer:
    job = desk.client.get_job(posting_of(given["id"]))
    facts = facts_of(job.record, contacts=False)
    title = short(" · ".join(one_line(str(part)) for part in (job["title"], job.company) if part), _LONGEST)
    whole = description_of(job, contacts=False) or ""
    url = one_line(str(job["source_url"] or ""))

    def build(length: int, longest: int = _LONGEST) -> Structure:
        lines = "\n".join(f"{name}: {short(value, longest)}" for name, value in facts.items())
        said = f"{short(title, longest)}\n{lines}\n" + (quoted(whole[:length]) if whole else "No description.")
        if length < len(whole):
            said += f"\n{length:,} of {len(whole):,} characters; the rest: " + call_of(
                job["job_id"], sections=["description"], offset=length
            )
        metadata = {"company": short(one_line(job.company or ""), longest), "provider": job["provider"]}
        metadata |= {
            name: short(facts[name], longest)
            for name in ("status", "first_seen_at", "source_posted_at")
            if name in facts
        }
        return {
            "id": job["job_id"],
            "title": short(title, longest),
            "text": said,
            "url": url if url and len(url) <= _LONGEST_URL else f"bluedoor://job/{job['job_id']}",
            "metadata": {**{k: v for k, v in metadata.items() if v}, "backend": desk.client.backend.label},
        }

    structure = largest(build, len(whole), desk.settings.budget)[0]
    for longest in _SHORTER:
        if tokens_of(structure) <= desk.settings.budget:
            break
        structure = build(0, longest)
    return _exact(structure)


def _exact(structure: Structure) -> Answer:
    """The same object as text, as connectors want it."""
    return Answer(structure, text=json.dumps(structure, ensure_ascii=False, separators=(",", ":")))


def _object(**properties: Any) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


_TEXT = {"type": "string"}
SEARCH = Tool(
    name="search",
    title="Search (data connectors)",
    description="Search postings by one free query, for connectors. Such as 'remote nurse in Boston at Acme'; prefer "
    "search_jobs.",
    arguments={"query": text()},
    required=("query",),
    run=_search,
    output=_object(results={"type": "array", "items": _object(id=_TEXT, title=_TEXT, url=_TEXT)}),
)
FETCH = Tool(
    name="fetch",
    title="Fetch (data connectors)",
    description="Fetch one posting's text by the id of a search result, for connectors. Prefer get_job.",
    arguments={"id": text()},
    required=("id",),
    run=_fetch,
    output=_object(id=_TEXT, title=_TEXT, text=_TEXT, url=_TEXT, metadata={"type": "object"}),
)
