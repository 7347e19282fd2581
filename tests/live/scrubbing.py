"""Answers made fit to keep: their shape stays, what people wrote and how they are reached does not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .asking import Exchange

__all__ = ["CUT_TO", "fixture", "scrubbed", "without_contacts"]

CUT_TO = 3  # records of a list
_LONGEST = 300  # characters: longer texts are prose
_GONE = "(scrubbed)"
_KEPT_HEADERS = re.compile(r"x-rate-limit-.*|retry-after|content-type")

_PROSE = {"description_text", "salary_raw"}
_NATIVE = "native_structured"
_IDENTIFIER = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{40}|[0-9a-f]{64}", re.IGNORECASE)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?")
_IDS = {"provider_job_key", "event_key", "next_cursor", "cursor", "content_hash", "source_hash"}

_KEY = re.compile(r"jobs_live_\w+|Bearer\s+\S+", re.IGNORECASE)
_MAIL = re.compile(r"[^\s@<>\"'(),;:]+(?:@|%40)[^\s@<>\"'(),;:]+", re.IGNORECASE)
_BUCKET = re.compile(r"\b(?!https?:|mailto:|tel:)([a-z][a-z0-9+.-]*://)[^/\s\"']*", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w])\+?\(?\d(?:[\s().\-/\u00a0\u2010-\u2015]{0,3}\d){8,14}(?![0-9])")
_PHONE_IN_URL = re.compile(
    r"(?:tel:|\+|%2B)\(?\d(?:(?:%20|[\s().\-/])*\d){7,14}|\b\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}\b", re.I
)


def scrubbed(value: Any, *, records: bool = True) -> Any:
    """The same JSON, with the same keys and types, without descriptions, contacts, keys and names of buckets.

    `records` is false for a document about records: there the name of a field is no sign of its content.

    >>> scrubbed({"title": "Cook", "description_text": "Call 415-555-0123.", "salary_max": 20.5})
    {'title': 'Cook', 'description_text': '(scrubbed)', 'salary_max': 20.5}
    """
    return _scrubbed(value, "", records=records)


def without_contacts(text: str) -> str:
    """A text of any length without the keys, addresses and numbers in it."""
    return _PHONE_IN_URL.sub("(phone)", _MAIL.sub("(e-mail)", _KEY.sub("(key)", text)))


def _scrubbed(value: Any, name: str, *, records: bool) -> Any:
    if records and name in _PROSE:
        return _emptied(value, numbers=False)
    if records and name == _NATIVE:
        return _emptied(value, numbers=True)
    if isinstance(value, dict):
        hidden = records and value.get("field_name") in {*_PROSE, _NATIVE}  # an event of such a field's change
        return {
            _key(key, value): _emptied(part, numbers=True)
            if hidden and key in {"old_value", "new_value"}
            else _scrubbed(part, key, records=records)
            for key, part in value.items()
        }
    if isinstance(value, list):
        return [_scrubbed(part, name, records=records) for part in value]
    if isinstance(value, str):
        return _text(value, name)
    return value


def _emptied(value: Any, *, numbers: bool) -> Any:
    """The same structure, without its texts (and numbers, one of which may be a telephone's)."""
    if isinstance(value, dict):
        return {_key(key, value): _emptied(part, numbers=numbers) for key, part in value.items()}
    if isinstance(value, list):
        return [_emptied(part, numbers=numbers) for part in value]
    if isinstance(value, str):
        return _GONE
    if numbers and isinstance(value, int | float) and not isinstance(value, bool):
        return type(value)(0)
    return value


def _key(key: str, beside: Mapping[str, Any]) -> str:
    """A key that is a contact is data used as a key."""
    clean = _text(key, "")
    return key if clean == key else f"{clean} {list(beside).index(key)}"


def _text(text: str, name: str) -> str:
    if _IDENTIFIER.fullmatch(text) or _INSTANT.fullmatch(text):
        return text
    text = _KEY.sub("(key)", text)
    text = _MAIL.sub("(e-mail)", text)
    if name in _IDS and not re.search(r"[\s+()]", text):
        return text
    if name == "raw_payload_uri" or re.match(r"(?:s3|gs)://", text):
        return _BUCKET.sub(r"\1(bucket)", re.sub(r"^(https?://)[^/]*", r"\1(bucket)", text))
    if re.fullmatch(r"https?://\S+", text):
        text = _PHONE_IN_URL.sub("(phone)", text)
    else:
        text = _PHONE.sub(lambda found: found[0] if _INSTANT.fullmatch(found[0]) else "(phone)", text)
    return _GONE if len(text) > _LONGEST and name not in _IDS and not name.endswith("_url") else text


def fixture(exchange: Exchange) -> dict[str, Any]:
    """What is kept of an exchange: the request, the status, a few headers, and the scrubbed body, its lists cut."""
    records = not exchange.path.endswith("openapi.json")
    content, cut = exchange.content, 0
    if records and isinstance(content, dict) and isinstance(content.get("data"), list):
        cut = len(content["data"])
        content = {**content, "data": content["data"][:CUT_TO]}
    kept = {name: value for name, value in exchange.headers.items() if _KEPT_HEADERS.fullmatch(name.lower())}
    told: dict[str, Any] = {
        "request": {
            "method": exchange.method,
            "path": exchange.path,
            "parameters": scrubbed(dict(exchange.parameters)),
            "body": scrubbed(None if exchange.body is None else dict(exchange.body)),
        },
        "status": exchange.status,
        "headers": kept,
        "body": scrubbed(content, records=records),
    }
    if cut > CUT_TO:
        told["records_answered"] = cut
    if exchange.error:
        told["error"] = scrubbed(exchange.error)
    return told
