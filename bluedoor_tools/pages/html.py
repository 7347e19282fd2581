"""The page of a record as HTML, for a notebook or as a document of its own."""

from __future__ import annotations

import base64
import functools
import hashlib
import html
from collections.abc import Iterable
from importlib import resources
from itertools import zip_longest

from ..contract import Field
from ..inert import visible, visible_line
from .page import Part, RecordPage
from .slices import Slice
from .values import is_block, is_web_address

__all__ = ["to_html"]

_HOME = "https://bluedoor.sh"
_LONG = 12  # lines of JSON beyond which it starts folded
_ADDRESSES = ("Board",)  # facts whose value may be an address to follow


def to_html(page: RecordPage, *, standalone: bool = False) -> str:
    """Print a record's page as HTML that fetches nothing and runs nothing.

    Every value is escaped, the description is shown as text, and only an http or https address becomes a link. Colours
    follow the notebook's theme, or else the reader's light or dark preference.

    Parameters
    ----------
    page : RecordPage
        From `record_page`, `org_page` or `source_page`.
    standalone : bool
        False gives a fragment with its own style, for a notebook's output; True a whole document, with a content
        security policy that allows its style and nothing else.

    Returns
    -------
    str
        Encode it as UTF-8.

    Examples
    --------
    >>> from bluedoor_tools.pages import record_page
    >>> page = record_page({"title": "<b>Baker</b>"}, company="Bread & Co", api_url="https://example.org/v1")
    >>> "<h1>&lt;b&gt;Baker&lt;/b&gt;</h1>" in to_html(page)
    True
    """
    body = "\n".join(
        (
            '<div class="bd-page">',
            f"<style>{_style()}</style>",
            _head(page),
            *(_section(heading, _part(page, part)) for part, heading in page.sections),
            "</div>",
        )
    )
    if not standalone:
        return body
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return "\n".join(
        (
            "<!DOCTYPE html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            '<meta name="referrer" content="no-referrer">',
            f"<title>{_line(page.name)}</title>",
            "</head>",
            '<body class="bd-document">',
            body,
            "</body>",
            "</html>",
            "",
        )
    )


@functools.cache
def _style() -> str:
    return resources.files(__package__).joinpath("style.css").read_text(encoding="utf-8")


def _text(text: str) -> str:
    return html.escape(visible(text), quote=True)


def _line(text: str) -> str:
    return html.escape(visible_line(text), quote=True)


def _link(url: str, text: str) -> str:
    """A link where the address may be one, and else the text alone."""
    if not is_web_address(url):
        return _text(text)
    return f'<a href="{_text(url)}" target="_blank" rel="noopener noreferrer nofollow">{_text(text)}</a>'


def _code(text: str) -> str:
    return f'<code class="bd-call">{_line(text)}</code>'


def _section(name: str, content: str) -> str:
    return f'<section>\n<h2>{name}</h2>\n<div class="bd-content">\n{content}\n</div>\n</section>'


def _part(page: RecordPage, part: Part) -> str:
    match part:
        case "facts":
            return _facts(page)
        case "slices":
            return _slices(page.slices)
        case "linked":
            return _pairs(page.linked)
        case "description":
            return _description(page)
        case "record":
            return _record(page)
        case "requests":
            return _requests(page)


def _head(page: RecordPage) -> str:
    *masthead, home = page.masthead
    *trail, here = page.breadcrumb
    crumbs = [f"<li>{_line(item)}</li>" for item in trail] + [f'<li aria-current="page">{_line(here)}</li>']
    notices = "".join(f"<li>{_line(notice)}</li>" for notice in page.notices)
    return "\n".join(
        (
            "<header>",
            '<p class="bd-masthead">'
            + "".join(f"<span>{_line(item)}</span>" for item in masthead)
            + f"<span>{_link(_HOME, home)}</span></p>",
            f'<nav aria-label="Breadcrumb"><ol>{"".join(crumbs)}</ol></nav>',
            f"<h1>{_line(page.title)}</h1>",
            f'<ul class="bd-heading">{"".join(f"<li>{_line(item)}</li>" for item in page.heading)}</ul>',
            f'<ul class="bd-notices" role="note">{notices}</ul>' if notices else "",
            "</header>",
        )
    )


def _table(columns: Iterable[str], rows: Iterable[str], kind: str) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in columns)
    body = "\n".join(rows)
    return f'<table class="{kind}">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>'


def _facts(page: RecordPage) -> str:
    rows = (
        f'<tr><th scope="row">{_line(label)}</th>'
        f"<td>{_link(value, value) if label in _ADDRESSES else _text(value)}</td></tr>"
        for label, value in page.facts
    )
    return _table(("Field", "Value"), rows, "bd-facts")


def _slices(slices: Iterable[Slice]) -> str:
    # The roles say again what the elements say: on a narrow page the rows are laid out as blocks.
    rows = (
        f'<tr role="row"><th scope="row" role="rowheader">{_line(row.page)}</th>'
        f'<td role="cell">{_line(row.contains)}</td><td role="cell">{_opens(row)}</td></tr>'
        for row in slices
    )
    return _table(("Page", "What it contains", "Open"), rows, "bd-slices").replace("<table", '<table role="table"')


def _opens(row: Slice) -> str:
    """A call to the letter, as it must run; an address as a link where it may be one."""
    return f'<code class="bd-call">{_text(row.opens)}</code>' if row.call else _link(row.opens, row.opens)


def _pairs(rows: Iterable[tuple[str, str]]) -> str:
    pairs = "\n".join(f"<div><dt>{_line(label)}</dt><dd>{_text(value)}</dd></div>" for label, value in rows)
    return f'<dl class="bd-linked">\n{pairs}\n</dl>'


def _description(page: RecordPage) -> str:
    if not page.description:
        return f'<p class="bd-note">{_line(page.description_note)}</p>'
    language = f' lang="{_text(page.language)}"' if page.language else ""
    return f'<div class="bd-description" dir="auto"{language}>{_text(page.description)}</div>'


def _record(page: RecordPage) -> str:
    rows = []
    for (label, value), known in zip_longest(page.record, page.fields):
        hint = f' title="{_text(_hint(known))}"' if known else ""
        rows.append(f"<div><dt{hint}>{_text(label)}</dt><dd>{_value(label, value)}</dd></div>")
    return '<dl class="bd-record">\n' + "\n".join(rows) + "\n</dl>"


def _hint(field: Field) -> str:
    return f"{field.name}: {field.meaning}" + (f" ({field.misleads})" if field.misleads else "")


def _value(label: str, value: str) -> str:
    if not is_block(value):
        return _link(value, value) if label.endswith("URL") else _text(value)
    lines = value.count("\n") + 1
    if lines == 1:
        return f"<pre>{_text(value)}</pre>"
    folded = "" if lines > _LONG else " open"
    return f"<details{folded}><summary>{lines} lines of JSON</summary><pre>{_text(value)}</pre></details>"


def _requests(page: RecordPage) -> str:
    items = "\n".join(
        f"<li>GET {_code(url)}" + (f" {_link(url, 'JSON')}" if is_web_address(url) else "") + "</li>"
        for url in page.requests
    )
    return f'<p>{_text(page.requests_note)}</p>\n<ol class="bd-requests">\n{items}\n</ol>'
