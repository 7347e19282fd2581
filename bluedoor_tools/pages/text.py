"""The page of a posting as text, for a terminal or a file."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .. import contract
from ..inert import visible, visible_line
from .record import RecordPage
from .values import is_block, json_text

__all__ = ["to_text"]

_PLAIN_LABEL = re.compile(r"[A-Za-z0-9_./-]+( [A-Za-z0-9_./-]+)*")


def to_text(page: RecordPage) -> str:
    r"""Print a posting's page as text: the sections of the page, labels in one column, values in another.

    Lines are as long as the record's own. Characters that could drive a terminal or reorder a line are printed as
    ``\uXXXX``. Only the description starts at the margin with text of its own; every other line of the record's stands
    beside or under its label, indented.

    Parameters
    ----------
    page : RecordPage
        From `record_page`.

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
    slices = [("Page", "What it contains and how to open it")]
    slices += [(row.page, f"{visible_line(row.contains)}\n{visible_line(row.opens)}") for row in page.slices]
    requests = [visible_line(page.requests_note), ""]
    requests += [f"GET {visible_line(url)}" for url in page.requests]
    width = max(len(field.label) for field in contract.JOB_FIELDS)
    blocks = [
        head,
        notices,
        _section("Job facts", _columns([("Field", "Value"), *page.facts])),
        _section("Related slices", _columns(slices)),
        _section("Linked records", _columns(page.linked)),
        _section("Description", [visible(page.description) if page.description else page.description_note]),
        _section("Full job record", _columns(page.record, width)),
        _section("Get this page with API", requests),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


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
