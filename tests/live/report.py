"""The report of a first contact, as Markdown, and the answers as files."""

from __future__ import annotations

import json
import re
from pathlib import Path

from bluedoor_tools.inert import one_line

from .findings import Finding
from .probes import Contact
from .scrubbing import fixture, without_contacts

__all__ = ["report", "write_answers"]

_TITLES = (
    ("contradicted", "To correct"),
    ("undecided", "Undecided"),
    ("confirmed", "Confirmed"),
)


def report(contact: Contact, date: str) -> str:
    """What to correct first, then what stays open and why, then what is confirmed, then the drift."""
    counts = ", ".join(f"{len(contact.of(verdict))} {verdict}" for verdict, _ in _TITLES)
    parts = [
        f"# First contact with {contact.base_url}, {date}",
        f"{contact.requests} requests, keyless. Of {len(contact.findings)} assumptions: {counts}.",
    ]
    for verdict, title in _TITLES:
        found = contact.of(verdict)
        parts += [f"## {title} ({len(found)})", _table(found, correct=verdict == "contradicted") if found else "None."]
    parts.append("## The published specification")
    if contact.no_specification:
        parts.append(f"It could not be read: {_cell(contact.no_specification)}")
    elif not contact.differences:
        parts.append("It lists what the contract lists.")
    else:
        lines = ["| kind | of | where | name | what it means |", "|---|---|---|---|---|"]
        told = [(one.kind, one.of, one.where, one.name, one.says) for one in contact.differences]
        lines += ["| " + " | ".join(map(_cell, cells)) + " |" for cells in told]
        parts.append("\n".join(lines))
    if contact.not_described:
        parts.append(f"Not described in it: {_cell('; '.join(contact.not_described))}")
    if contact.unlisted:
        parts += ["## Fields met that the contract does not list", _cell("; ".join(contact.unlisted))]
    return "\n\n".join(parts) + "\n"


def _table(found: list[Finding], *, correct: bool) -> str:
    heads = ("row", "correct to", "evidence") if correct else ("row", "evidence")
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    for one in found:
        cells = (one.row, one.correction, one.evidence) if correct else (one.row, one.evidence)
        lines.append("| " + " | ".join(map(_cell, cells)) + " |")
    return "\n".join(lines)


def _cell(text: str) -> str:
    """Foreign text in a table: one line, no column of its own, no contacts."""
    return one_line(without_contacts(text)).replace("|", "\\|")


def write_answers(contact: Contact, folder: Path) -> None:
    """One file a request, scrubbed; those of an earlier run go."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("[0-9][0-9]-*.json"):
        old.unlink()
    for exchange in contact.exchanges:
        words = re.sub(r"[^a-z0-9]+", "-", re.sub(r"[0-9a-f-]{36,}", "id", exchange.path.lower())).strip("-")
        told = json.dumps(fixture(exchange), ensure_ascii=False, indent=1)
        path = folder / f"{exchange.number:02}-{exchange.method.lower()}-{words}.json"
        path.write_text(told + "\n", encoding="utf-8", errors="replace")
