"""The MCP App: a page with the results of a search and the record of a posting, for hosts that show pages."""

from __future__ import annotations

import functools
from importlib import resources

__all__ = ["VIEW_URI", "view_html"]

VIEW_URI = "ui://bluedoor/view.html"
_PARTS = {  # what view.html loads when it is opened from this folder, and what stands there in the one document
    '<link rel="stylesheet" href="view.css">': ("<style>\n", "view.css", "</style>"),
    '<script src="host.js"></script>': ("<script>\n", "host.js", "</script>"),
    '<script src="parts.js"></script>': ("<script>\n", "parts.js", "</script>"),
    '<script src="view.js"></script>': ("<script>\n", "view.js", "</script>"),
}


@functools.cache
def view_html() -> str:
    """The page as one document that loads nothing, which is what a host's content security policy allows."""
    folder = resources.files(__name__)
    page = folder.joinpath("view.html").read_text(encoding="utf-8")
    for reference, (opening, name, closing) in _PARTS.items():
        page = page.replace(reference, opening + folder.joinpath(name).read_text(encoding="utf-8") + closing)
    return page
