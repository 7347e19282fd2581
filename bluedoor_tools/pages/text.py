"""The page of a record as text, for a terminal or a file."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..inert import visible, visible_line
from .page import Part, RecordPage
from .slices import Slice
from .values import is_block, json_text

__all__ = ["to_text"]

_PLAIN_LABEL = re.compile(r"[A-Za-z0-9_./-]+( [A-Za-z0-9_./-]+)*")


def to_text(page: RecordPage) -> str:
    r"""Print a record's page as text: the sections of the page, labels in one column, values in another.

    Lines are as long as the record's own. Characters that could drive a terminal or reorder a line are printed as
    ``\uXXXX``. Only the description starts at the margin with text of its own; every other line of the record's stands
    beside or under its label, indented.

    Parameters
    ----------
    page : RecordPage
        From `record_page`, `org_page` or `source_page`.

    Returns
    -------
    str
        Ends with a newline.

    Examples
    --------
    >>> from bluedoor_tools.pages import record_page
    >>> page = record_page({"title": "Baker"}, company="Bread & Co", api_url="https://example.org/v1")
    >>> print(to_text(page)[:79])
    bluedoor data · Job Postings API · bluedoor.sh ↗
    <BLANKLINE>
    Home / Companies / Bread & Co
    """
    head = [
        " · ".join(page.masthead),
        "",
        " / ".join(map(visible_line, page.breadcrumb)),
        "",
        *_underlined(visible_line(page.title), "═"),
        " · ".join(map(visible_line, page.heading)),
    ]
    notices = [f"Note: {visible_line(notice)}" for notice in page.notices]
    printed = [_section(heading, _part(page, part)) for part, heading in page.sections]
    return "\n\n".join("\n".join(block) for block in (head, notices, *printed) if block) + "\n"


def _part(page: RecordPage, part: Part) -> list[str]:
    match part:
        case "facts":
            return _columns([("Field", "Value"), *page.facts])
        case "slices":
            rows = [(row.page, f"{visible_line(row.contains)}\n{_opens(row)}") for row in page.slices]
            return _columns([("Page", "What it contains and how to open it"), *rows])
        case "linked":
            return _columns(page.linked)
        case "description":
            return [visible(page.description) if page.description else page.description_note]
        case "record":
            return _columns(page.record, max(len(field.label) for field in page.fields))
        case "requests":
            return [visible_line(page.requests_note), "", *(f"GET {visible_line(url)}" for url in page.requests)]


def _opens(row: Slice) -> str:
    """A call to the letter, as it must run; an address on one line."""
    return visible(row.opens) if row.call else visible_line(row.opens)


def _underlined(text: str, line: str) -> list[str]:
    return [text, line * min(len(text), 100)]


def _section(name: str, lines: list[str]) -> list[str]:
    return [*_underlined(name, "─"), *lines]


def _columns(rows: Iterable[tuple[str, str]], width: int = 0) -> list[str]:
    """Labels and values in two columns; JSON, and the value of a label too long, stands under its label."""
    labelled = [(_label(label), visible(value)) for label, value in rows]
    width = (width or max((len(label) for label, _ in labelled), default=0)) + 2
    lines: list[str] = []
    for label, value in labelled:
        if is_block(value) or len(label) > width - 2:
            lines += [label, *(f"  {line}" for line in value.split("\n"))]
        elif value:
            first, *rest = value.split("\n")
            lines += [f"{label:<{width}}{first}", *(" " * width + line for line in rest)]
        else:
            lines.append(label)
    return lines


def _label(text: str) -> str:
    """A label on one line that cannot pass for a value; the name of a new field may be any text."""
    if _PLAIN_LABEL.fullmatch(text):
        return text
    return visible(json_text(text))
