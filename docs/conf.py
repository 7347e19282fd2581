"""How Sphinx builds the site: ``make docs``. Nothing is fetched, while it is built or while it is read."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
from typing import Any

import bluedoor_tools
from bluedoor_tools.query import EventFilters, JobFilters

project = "bluedoor_tools"
author = "The bluedoor_tools authors"
copyright = author  # noqa: A001 (Sphinx's name)
version = release = bluedoor_tools.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
default_role = "code"
smartquotes_action = "D"  # dashes only

myst_heading_anchors = 3
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_param = False
napoleon_use_rtype = False
napoleon_custom_sections = [("Keys", "notes_style"), ("Attributes", "params_style")]
python_display_short_literal_types = True
python_maximum_signature_line_length = 110
python_use_unqualified_type_names = True
add_module_names = False
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_title = "bluedoor_tools"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = ["copy.js"]
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
html_show_sourcelink = False
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
html_theme_options = {
    "navigation_with_keys": True,
    "light_css_variables": {"color-brand-primary": "#1d4ed8", "color-brand-content": "#1d4ed8"},
    "dark_css_variables": {"color-brand-primary": "#8ab4ff", "color-brand-content": "#8ab4ff"},
}


class _Bare(str):
    """An annotation as it is written, without the quotes of a string."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _short_signature(
    _app: Any, what: str, _name: str, obj: Any, _options: Any, signature: str | None, annotation: str | None
) -> tuple[str, str | None] | None:
    """The filters of a search stand as ``**filters`` in its signature, and with their meaning below it.

    Nobody makes a record, a client or an error by hand: the signatures of classes say nothing to a reader.
    """
    if what in {"class", "exception"}:
        return None if signature is None else ("", None)
    if what not in {"method", "function"} or not callable(obj):
        return None
    try:
        whole = inspect.signature(obj)
    except (TypeError, ValueError):
        return None
    named = {*JobFilters.__annotations__, *EventFilters.__annotations__}
    own = inspect.signature(obj, follow_wrapped=False).parameters
    filters = [entry for entry in own.values() if entry.name in named and entry.kind is entry.KEYWORD_ONLY]
    if len(filters) < 5 or signature is None:
        return None
    kept = [
        entry.replace(annotation=_Bare(entry.annotation))
        for entry in whole.parameters.values()
        if entry not in filters and entry.name != "self"
    ]
    kept.append(inspect.Parameter("filters", inspect.Parameter.VAR_KEYWORD))
    shown = whole.replace(parameters=kept, return_annotation=inspect.Signature.empty)
    return str(shown), annotation


def _help(*words: str) -> str:
    """What a command says of itself."""
    environment = {**os.environ, "COLUMNS": "84", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "bluedoor_tools", *words, "--help"]
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout.strip()


def _with_commands(_app: Any, name: str, source: list[str]) -> None:
    """The page of the command line, with the help of every command that there is."""
    if name != "commandline":
        return
    overview = _help()
    listed = overview.split("\ncommands:\n", 1)[1].split("\n\n", 1)[0]
    commands = re.findall(r"^ {4}([a-z][a-z-]*)\b", listed, re.MULTILINE)
    parts = [f"### bluedoor\n\n```text\n{overview}\n```"]
    parts += [f"### bluedoor {command}\n\n```text\n{_help(command)}\n```" for command in commands]
    source[0] = source[0].replace("<!-- every command's help -->", "\n\n".join(parts))


def setup(app: Any) -> dict[str, bool]:
    """Sphinx's hook."""
    app.connect("autodoc-process-signature", _short_signature)
    app.connect("source-read", _with_commands)
    return {"parallel_read_safe": True}
