"""What a page holds, whatever the record: plain strings, computed once, for every way of printing them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args
from urllib.parse import quote

from .. import contract
from .slices import Slice
from .values import is_word, json_text, shown

__all__ = ["NONE", "Part", "RecordPage", "addresses", "full_record", "requests_note", "sections"]

NONE = "-"  # stands for a fact that is missing

Part: TypeAlias = Literal["facts", "slices", "linked", "description", "record", "requests"]
Rows: TypeAlias = "tuple[tuple[str, str], ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage:
    """A record's page as plain strings, in the order in which it is read; nothing is escaped yet.

    Attributes
    ----------
    title, company : str
        Where missing, what stands for them, such as ``Untitled posting`` and the ``org_id`` (or ``-``).
    name : str
        What a window that shows nothing but the page is called.
    masthead, breadcrumb, heading : tuple of str
        The line above the page, the way to it, and the line under its title.
    notices : tuple of str
        What the caller wants read first.
    sections : tuple of (part, heading)
        The sections under the head: the attribute that is shown there, and what stands above it.
    facts, linked : tuple of (label, value)
        The record in short (a missing value is ``-``) and the records that this one points to.
    slices : tuple of Slice
        Related collections.
    description : str or None
        A posting's text; None where the record carries none, and then `description_note` says how to get it.
    language : str or None
        Language of the description as bluedoor inferred it, such as ``en``.
    record : tuple of (label, value)
        Every field of `fields`, in order, then every field that the contract does not know under its own name.
    fields : tuple of Field
        The contract's rows of the first entries of `record`.
    requests_note : str
        what the requests are: they give this page again, or are those for a record that the API has
    requests : tuple of str
        The addresses to GET for what is on the page.
    """

    title: str
    company: str
    name: str
    masthead: tuple[str, ...] = ("bluedoor data", "Job Postings API", "bluedoor.sh ↗")
    breadcrumb: tuple[str, ...]
    heading: tuple[str, ...]
    notices: tuple[str, ...]
    sections: tuple[tuple[Part, str], ...]
    facts: Rows
    slices: tuple[Slice, ...]
    linked: Rows = ()
    description: str | None = None
    description_note: str = ""
    language: str | None = None
    record: Rows
    fields: tuple[contract.Field, ...]
    requests: tuple[str, ...]
    requests_note: str


def sections(noun: str, parts: Sequence[Part] = get_args(Part)) -> tuple[tuple[Part, str], ...]:
    """The parts in the order of bluedoor's own page, with their headings; `noun` is the API's word for the record.

    >>> sections("job", ["record", "facts"])
    (('facts', 'Job facts'), ('record', 'Full job record'))
    """
    headings: dict[Part, str] = {
        "facts": f"{noun.capitalize()} facts",
        "slices": "Related slices",
        "linked": "Linked records",
        "description": "Description",
        "record": f"Full {noun} record",
        "requests": "Get this page with API",
    }
    return tuple((part, heading) for part, heading in headings.items() if part in parts)


def full_record(record: Mapping[str, Any], fields: Sequence[contract.Field], apart: str | None = None) -> Rows:
    """Every field that the contract knows, then every other under its own name; the one named `apart` is left out."""
    known = {*(field.name for field in fields), apart}
    return (
        *((field.label, shown(record.get(field.name), field.kind)) for field in fields),
        *((str(name), json_text(value)) for name, value in record.items() if name not in known),
    )


def addresses(record: Mapping[str, Any], api_url: str, *asked: tuple[str, str, str]) -> tuple[str, ...]:
    """The addresses that give a record and what belongs to it; no id in them leads to another path.

    `asked` is of endpoint, field with the id, and what follows the path; without the id there is no address.
    """
    base = re.sub(r"(?<=//)[^/@]*@", "", api_url).rstrip("/")
    found = []
    for name, key, ending in asked:
        identifier = record.get(key)
        if is_word(identifier):
            safe = quote(identifier.encode("utf-8", "replace"), safe="")
            found.append(base + contract.endpoint(name).path.format(**{key: safe}) + ending)
    return tuple(found)


def requests_note(rendered_from: str | None, a_record: str) -> str:
    """What the requests of a page are for, where it was rendered from the API (None) and elsewhere."""
    if rendered_from is None:
        return "Rendered from the bluedoor Job Postings API. Reproduce it:"
    return f"Rendered from the {rendered_from}. For {a_record} that the API has, the calls are:"
