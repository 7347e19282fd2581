"""A posting as a page: `record_page` says what it shows, `to_text` and `to_html` print it."""

from .html import to_html
from .record import RecordPage, Slice, record_page
from .text import to_text

__all__ = ["RecordPage", "Slice", "record_page", "to_html", "to_text"]
