"""What the page of an organisation shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .. import contract
from .page import NONE, Part, RecordPage, addresses, full_record, requests_note, sections
from .slices import org_slices
from .values import is_word, word

__all__ = ["org_page"]

_NAMES = ("display_name", "canonical_name")


def org_page(
    record: Mapping[str, Any],
    *,
    api_url: str,
    notices: Sequence[str] = (),
    rendered_from: str | None = None,
) -> RecordPage:
    """Lay out one organisation as a page; asks nothing of any server, and no record makes it fail.

    Parameters
    ----------
    record : mapping
        An organisation as the API answers it. Fields may be missing, null, new or of another type.
    api_url : str
        Base address for the reproduced request. A user name or password in it is not printed.
    notices : sequence of str
        Lines to show above the facts, such as where the data come from.
    rendered_from : str, optional
        The backend in words, where it is not the API.

    Returns
    -------
    RecordPage
        For `to_text` and `to_html`.

    Examples
    --------
    >>> page = org_page({"display_name": "Bread & Co", "board_count": 2}, api_url="https://example.org/v1")
    >>> page.breadcrumb, page.facts[3]
    (('Home', 'Companies', 'Bread & Co'), ('Boards', '2'))
    """
    # A name that is text goes before one of another type, as in `records.org_name`.
    texts = [name for name in _NAMES if is_word(record.get(name))]
    company = next((found for found in (word(record, name) for name in (*texts, *_NAMES)) if found), None)
    title = company or word(record, "org_id") or "Unnamed organisation"
    slices = org_slices(record, title)
    requests = addresses(record, api_url, ("org", "org_id", ""))
    parts: list[Part] = ["facts", "record"]
    parts += ["slices"] if slices else []
    parts += ["requests"] if requests else []
    heading = ("Organisation", *(word(record, name) for name in ("industry", "hq_location", "domain")))
    return RecordPage(
        title=title,
        company=title,
        name=f"{title} · Companies",
        breadcrumb=("Home", "Companies", title),
        heading=tuple(item for item in heading if item),
        notices=tuple(notices),
        sections=sections("organisation", parts),
        facts=(
            ("Company", company or NONE),
            ("Canonical name", word(record, "canonical_name") or NONE),
            ("Organisation ID", word(record, "org_id") or NONE),
            ("Boards", word(record, "board_count") or NONE),
            ("Domain", word(record, "domain") or NONE),
            ("Size", word(record, "size") or NONE),
            ("Industry", word(record, "industry") or NONE),
            ("Headquarters", word(record, "hq_location") or NONE),
        ),
        slices=slices,
        record=full_record(record, contract.ORG_FIELDS),
        fields=contract.ORG_FIELDS,
        requests=requests,
        requests_note=requests_note(rendered_from, "an organisation"),
    )
