"""Records as pages: `record_page`, `org_page` and `source_page` say what is shown, `to_text` and `to_html` print it."""

from .html import to_html
from .organisation import org_page
from .page import RecordPage
from .posting import record_page
from .slices import Call, Slice
from .source import freshness, source_page
from .text import to_text

__all__ = [
    "Call",
    "RecordPage",
    "Slice",
    "freshness",
    "org_page",
    "record_page",
    "source_page",
    "to_html",
    "to_text",
]
