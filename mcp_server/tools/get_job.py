"""The tool that gives one posting's record, by sections."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from bluedoor_tools import BluedoorError, InvalidRequestError, contract

from ..answers import Answer, Structure, largest, squeezed, table, tokens_of
from ..desk import Desk
from ..rows import pay_of, rows_of, short
from ..schemas import text
from ..strangers import cleaned, cleaned_value, one_line
from ..wording import in_tools
from .search_events import EVENT_COLUMNS
from .tool import Tool

if TYPE_CHECKING:
    from bluedoor_tools import Job

__all__ = ["GET_JOB", "SECTIONS", "call_of", "description_of", "facts_of", "posting_of"]

SECTIONS = ("facts", "description", "events", "org", "source", "raw", "reproduce")
_DEFAULT = ["facts", "description"]
_MOST_FIELDS = 30
_HEADER = 70  # tokens of an entry that says how to ask for what is left out
_LONG = {"description", "raw"}
_OWN = ("_id", "_key", "_at", "provider", "status", "active")
# What repeats another field, or is of no use without the API.
_LEFT_TO_RAW = {"board_id", "remote_policy", "active", "raw_payload_uri", "provider_job_key", "last_checked_at",
                "description_text", "salary_min", "salary_max", "salary_currency", "salary_period"}  # fmt: skip
_CAVEATS = ("status", "workplace_type", "country", "salary_min", "source_posted_at")


def _run(desk: Desk, given: dict[str, Any]) -> Answer:
    sections = list(dict.fromkeys(given.get("sections", _DEFAULT)))
    contacts, offset = given.get("contacts", False), given.get("offset", 0)
    long = [name for name in sections if name in _LONG]
    if offset and len(long) != 1:
        raise InvalidRequestError(
            "offset goes with one long section.", hint="Give sections=['description'] or sections=['raw'] with it."
        )
    job = desk.client.get_job(posting_of(given["job_id"]))
    # Calls that go on from here: offsets count in the text that this one gives.
    call = functools.partial(call_of, job["job_id"], **({"contacts": True} if contacts else {}))
    structure: Structure = {
        "job_id": job["job_id"],
        "title": _said(job["title"], contacts),
        "company": _said(job.company, contacts),
        "source_url": _said(job["source_url"], contacts),
        "backend": desk.client.backend.label,
    }
    notes = [in_tools(notice) for notice in job.notices if notice not in desk.client.backend.notes]
    notes += _caveats(job.record) if "facts" in sections else []
    structure["untrusted"] = ["title", "company", *(name for name in sections if name != "reproduce")]
    if notes:
        structure["notes"] = notes

    makers: dict[str, Callable[[], Structure]] = {
        "facts": lambda: facts_of(job.record, contacts),
        "org": lambda: _linked(job, "org", contacts),
        "source": lambda: _linked(job, "source", contacts),
        "reproduce": lambda: _reproduction(job),
    }
    growing = [name for name in ("events", *long) if name in sections]  # they take what is left
    room = desk.settings.budget
    structure = squeezed(structure, room // 2)
    first = True
    for name in (name for name in makers if name in sections):
        made = {**structure, name: makers[name]()}
        space = (room * 3 // 4 if growing else room) - _HEADER
        if first:
            made, first = squeezed(made, space), False
        elif tokens_of(made) > space:
            rest = {**structure.get("left_out", {}), name: call(sections=[name])}
            made = {**structure, "left_out": rest}
        structure = made
    for left, name in zip(range(len(growing), 0, -1), growing, strict=True):
        used = tokens_of(structure)
        share = used + (room - used) // left
        if name == "events":
            structure = _with_events(desk, job, structure, share, contacts)
        else:
            whole = _long_text(job, name, contacts)
            structure = _with_text(structure, name, whole, offset, call, budget=share)
    return Answer(structure)


def posting_of(name: str) -> str:
    """What a caller names a posting by: its id or URL, or the address that this server gives it."""
    return name.strip().removeprefix("bluedoor://job/")


def facts_of(record: Mapping[str, Any], contacts: bool) -> Structure:
    """The fields of a record that say something of the posting, by their own names; what is null is left out."""
    pay = pay_of(*(_number(record.get(name)) for name in ("salary_min", "salary_max")),
                 *(_said(record.get(name), contacts) for name in ("salary_currency", "salary_period")))  # fmt: skip
    facts: Structure = {} if pay is None else {"pay": pay}
    for entry in contract.JOB_FIELDS:
        value = record.get(entry.name)
        if entry.kind == "json" or entry.name in _LEFT_TO_RAW or value is None or entry.name in {"job_id", "title"}:
            continue
        if entry.name == "source_url" or (entry.name == "apply_url" and value == record.get("source_url")):
            continue
        facts[entry.name] = _said(value, contacts or entry.name.endswith(_OWN))
    missing = [name for name in ("workplace_type", "employment_type", "department", "country") if name not in facts]
    missing += [] if pay else ["pay"]
    if missing:
        facts["not_stated"] = ", ".join(missing)
    return facts


def call_of(job_id: str, **more: Any) -> str:
    """The call of this tool, to be written into an answer."""
    arguments = ", ".join(f"{name}={json.dumps(value)}" for name, value in {"job_id": job_id, **more}.items())
    return f"get_job({arguments})"


def _said(value: Any, contacts: bool) -> Any:
    if isinstance(value, dict | list):
        value = json.dumps(cleaned_value(value, contacts=contacts), ensure_ascii=False, separators=(",", ":"))
        return short(" ".join(value.split()))
    if isinstance(value, str):
        return short(one_line(value, contacts=contacts))
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _caveats(record: Mapping[str, Any]) -> list[str]:
    """What can mislead in the fields that a reader is most likely to repeat."""
    said = []
    for entry in contract.JOB_FIELDS:
        # Of the pay, that it is missing is what misleads; of the others, their value.
        misleads = (record.get(entry.name) is None) == (entry.name == "salary_min")
        if entry.name in _CAVEATS and entry.misleads and misleads:
            name = "pay" if entry.name == "salary_min" else entry.name
            said.append(f"{name}: {entry.misleads}")
    return said


def _long_text(job: Job, name: str, contacts: bool) -> str | None:
    if name == "raw":
        return json.dumps(cleaned_value(job.record, contacts=contacts), ensure_ascii=False, separators=(",", ":"))
    return description_of(job, contacts)


def description_of(job: Job, contacts: bool) -> str | None:
    """The posting's text, cleaned; None where it has none."""
    value = job["description_text"]
    return cleaned(value, contacts=contacts) if isinstance(value, str) else None


def _with_text(
    structure: Structure, name: str, whole: str | None, offset: int, call: Callable[..., str], *, budget: int
) -> Structure:
    """The answer with as much of a text as still fits, and how to go on."""
    if not whole:
        return {**structure, name: None if whole is None else ""}
    if offset >= len(whole):
        raise InvalidRequestError(
            f"offset={offset} is behind the end: {name} has {len(whole):,} characters.",
            hint="Begin with offset=0, and go on with next_offset.",
        )

    def build(length: int) -> Structure:
        end = offset + length
        passage: Structure = {"untrusted_text": whole[offset:end], "characters": len(whole)}
        if end < len(whole):
            passage |= {"next_offset": end, "rest": call(sections=[name], offset=end)}
        return {**structure, name: passage}

    return largest(build, len(whole) - offset, budget)[0]


def _linked(job: Job, name: str, contacts: bool) -> Structure:
    try:
        record = job.org if name == "org" else job.source
    except BluedoorError as error:
        return {"error": in_tools(str(error))}
    known = cleaned_value(record.record, contacts=contacts)
    found = {key: _said(value, contacts or key.endswith(_OWN)) for key, value in known.items() if value is not None}
    if len(found) > _MOST_FIELDS:
        left = [*found][_MOST_FIELDS:]
        found = {key: value for key, value in found.items() if key not in left} | {"left_out": short(", ".join(left))}
    freshness = getattr(record, "freshness", None)  # a board says how fresh it is
    if freshness:
        found["freshness"] = freshness
    return found


def _with_events(desk: Desk, job: Job, structure: Structure, budget: int, contacts: bool) -> Structure:
    try:
        frame = desk.client.job_events(job["job_id"], limit=contract.EVENT_LIMIT)
    except BluedoorError as error:
        return {**structure, "events": {"error": in_tools(str(error))}}
    columns = [name for name in EVENT_COLUMNS if name in frame.columns and name not in {"company", "job_id"}]
    rows = rows_of(frame, columns, contacts=contacts)
    whole = bool(frame.attrs["bluedoor"]["complete"])

    def build(count: int) -> Structure:
        # The newest are kept: they say what the posting is now.
        made: Structure = {**structure, "events": table(columns, rows[len(rows) - count :])}
        if count < len(rows) or not whole:
            more = "" if whole else ", and there may be more"
            call = f"search_events(job_ids={json.dumps([job['job_id']])})"
            made["events_cut"] = f"the newest {count} of {len(rows)}{more}: {call} pages through them, newest first"
        return made

    return largest(build, len(rows), budget)[0]


def _reproduction(job: Job) -> Structure:
    card = job.frame().bluedoor
    steps: dict[str, Callable[[], str]] = {
        "python": lambda: str(card.reproduce("python")), "curl": lambda: str(card.reproduce("curl"))
    }  # fmt: skip
    return {**{name: step() for name, step in steps.items()}, "mcp": call_of(job["job_id"])}


GET_JOB = Tool(
    name="get_job",
    title="Get one job posting",
    description=(
        "Get one job posting's full record with its description, by job_id or posting URL. Sections: facts, "
        "description (the posting's text), events (its lifecycle), org, source (the crawled board), raw (every field "
        "as sent), reproduce (Python, curl and tool call). Long text goes on with offset=next_offset."
    ),
    arguments={
        "job_id": text("40 hex digits, or the posting's URL on Lever, Greenhouse, Workday …"),
        "sections": {"type": "array", "items": {"type": "string", "enum": list(SECTIONS)}, "default": _DEFAULT},
        "offset": {"type": "integer", "minimum": 0, "description": "character to go on from"},
        "contacts": {"type": "boolean", "description": "keep e-mails and phones"},
    },
    required=("job_id",),
    run=_run,
    view=True,
)
