"""What a view shows, as a tree of elements: one structure, printed as HTML and built by the page's own script.

A node is text, or ``[tag, {attribute: value}, *children]``: plain JSON. Text is only ever text: printed escaped, and
set as ``textContent`` in the page. Tags and attributes are those of a short list, here and in ``view.js``, so that a
value that came from strangers can never become an element, a script or an address that runs something.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from html.parser import HTMLParser
from typing import Any, TypeAlias

from ..inert import visible
from ..pages.values import is_web_address

__all__ = ["ATTRIBUTES", "TAGS", "Node", "checked", "element", "nodes_of", "text_of", "to_html"]

Node: TypeAlias = "str | list[Any]"

# The same lists stand in view.js; a test compares them.
_TAGS = (
    "div span p h1 h2 h3 ul ol li dl dt dd table caption thead tbody tr th td a button code pre details summary "
    "section header footer nav strong em time label svg g rect circle line path text title"
)
_ATTRIBUTES = (
    "class role id title scope colspan rowspan href target rel dir lang open type disabled tabindex hidden datetime "
    "for viewBox preserveAspectRatio x y x1 y1 x2 y2 dx dy cx cy r rx width height d transform text-anchor style"
)
TAGS = frozenset(_TAGS.split())
ATTRIBUTES = frozenset(_ATTRIBUTES.split())
_NAMED = re.compile(r"(?:aria|data)-[a-z-]+")  # and these
_STYLE = re.compile(r"(?:--bd-[a-z]+:-?\d+(?:\.\d+)?(?:%|px)?;?)+")  # numbers for the style sheet, nothing else
_VOID = frozenset({"br", "hr", "img", "input", "meta", "link"})
_OF_ELEMENTS = frozenset({"div", "section", "header", "nav", "table", "thead", "tbody", "tr", "dl", "ol", "ul"})


def element(tag: str, attributes: dict[str, Any] | None = None, *children: Node | Iterable[Node] | None) -> list[Any]:
    """An element: attributes that are None or False are left out, True ones are given without a value.

    A child may be a node, None, or several nodes; numbers are written as they are.

    >>> element("td", {"class": "bd-pay", "hidden": False}, "50,000", None)
    ['td', {'class': 'bd-pay'}, '50,000']
    """
    kept = {name: value for name, value in (attributes or {}).items() if value is not None and value is not False}
    made: list[Any] = [tag, {name: "" if value is True else str(value) for name, value in kept.items()}]
    for child in children:
        if child is None:
            continue
        made.extend([child] if _is_node(child) else (node for node in child if node is not None))
    return made


def _is_node(child: Node | Iterable[Node]) -> bool:
    """Whether a child is one node, and not several."""
    if isinstance(child, list):
        return len(child) > 1 and isinstance(child[0], str) and isinstance(child[1], dict)
    return isinstance(child, str)


def checked(node: Node) -> Node:
    r"""The tree with every hidden character written out, as it may be sent; what is not of the lists is an error.

    >>> checked(element("p", {"title": "a\u202eb"}, "\ud800"))
    ['p', {'title': 'a\\u202eb'}, '\\ud800']
    """
    if isinstance(node, str):
        return visible(node)
    tag, attributes, *children = node
    if tag not in TAGS:
        raise ValueError(f"A view has no element {tag!r}.")
    for name, value in attributes.items():
        if not _is_allowed(name, value):
            raise ValueError(f"A view has no attribute {name}={value[:40]!r}.")
    return [tag, {name: _as_sent(name, value) for name, value in attributes.items()}, *map(checked, children)]


def _as_sent(name: str, value: str) -> str:
    """What comes back, and what is copied, is left as it is, but for what no message can hold."""
    return value.encode("utf-8", "backslashreplace").decode() if name in {"data-key", "data-copy"} else visible(value)


def to_html(node: Node) -> str:
    """The tree as HTML, every text and value escaped; an element or attribute that is not of the list is an error.

    >>> to_html(element("p", {"class": "bd-note"}, "<b>"))
    '<p class="bd-note">&lt;b&gt;</p>'
    """
    return _printed(checked(node))


def _printed(node: Node) -> str:
    if isinstance(node, str):
        return html.escape(node, quote=True)
    tag, attributes, *children = node
    said = "".join(f' {name}="{html.escape(value, quote=True)}"' for name, value in attributes.items())
    return f"<{tag}{said}>{''.join(map(_printed, children))}</{tag}>"


def _is_allowed(name: str, value: str) -> bool:
    if name == "href":
        return is_web_address(value)
    if name == "style":
        return _STYLE.fullmatch(value.replace(" ", "")) is not None
    return name in ATTRIBUTES or _NAMED.fullmatch(name) is not None


def text_of(node: Node) -> str:
    """All text of a tree, in its order, without spaces between elements."""
    return node if isinstance(node, str) else "".join(map(text_of, node[2:]))


def nodes_of(markup: str) -> list[Node]:
    """HTML that this library printed, as nodes again; its style sheet is left out: a view brings it by itself.

    >>> nodes_of('<p class="bd-note">a &lt;b&gt;</p>')
    [['p', {'class': 'bd-note'}, 'a <b>']]
    """
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return reader.nodes


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.nodes: list[Node] = []
        self._open: list[list[Any]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node: list[Any] = [tag, {name: value or "" for name, value in attrs}]
        if tag != "style":
            (self._open[-1] if self._open else self.nodes).append(node)
        if tag not in _VOID:
            self._open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1][0] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        inside = self._open[-1] if self._open else self.nodes
        # White space between elements, where text has no place, is none of the page's.
        if data.strip() or (self._open and self._open[-1][0] not in _OF_ELEMENTS):
            inside.append(data)
