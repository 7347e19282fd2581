"""Cursors in bad weather: they expire, give a page again, or lead nowhere."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

if TYPE_CHECKING:
    from .faults import Faults, LoggedRequest

__all__ = ["Cursors"]


class Cursors:
    """What was given out: which page of its chain a cursor leads to, and when. Not thread-safe: `Faults` locks."""

    def __init__(self) -> None:
        self._pages: dict[str, int] = {}
        self._given_at: dict[str, int] = {}
        self._again: dict[str, str | None] = {}  # the cursor under which a page is given again → its own
        self._stuck: set[str] = set()
        self._expired: dict[str, int] = {}
        self._asked = 0

    def expired(self, request: LoggedRequest, faults: Faults, count: int) -> bool:
        """Whether the request's cursor is no longer taken; `count` is the number of requests so far."""
        cursor = _cursor(request)
        if cursor is None:
            return False
        old = faults.cursor_expires_after and count - self._given_at.get(cursor, count) > faults.cursor_expires_after
        late = faults.cursor_expires_page and self._pages.get(cursor, 0) >= faults.cursor_expires_page
        if not (old or late) or self._expired.get(cursor, 0) == faults.cursor_expires_times:
            return False
        self._expired[cursor] = self._expired.get(cursor, 0) + 1
        return True

    def translated(self, request: LoggedRequest) -> tuple[str, bytes]:
        """The query string and body for the endpoints, which know only the cursors of their own."""
        cursor = _cursor(request)
        if cursor not in self._again:
            return request.query, request.body
        own = self._again[cursor]
        if request.method == "POST":
            return request.query, json.dumps(_changed(json.loads(request.body), own)).encode()
        return urlencode(_changed(dict(parse_qsl(request.query, keep_blank_values=True)), own)), request.body

    def answered(self, request: LoggedRequest, meta: dict[str, Any], faults: Faults, count: int) -> str:
        """Note the cursor that is given out, after changing it where that is due; the name of the fault."""
        cursor, following = _cursor(request), meta.get("next_cursor")
        if following is None:
            return ""
        number = self._pages.get(cursor, 1) if cursor is not None else 1
        fault = ""
        if cursor is not None:
            self._asked += 1
            due = faults.cursor_same_every and self._asked % faults.cursor_same_every == 0
            if due and faults.cursor_same_for_ever:
                self._stuck.add(cursor)
            if due or cursor in self._stuck:
                meta["next_cursor"] = cursor
                return "same cursor"
        repeats = faults.cursor_repeats_every
        if repeats and number % repeats == 0 and cursor not in self._again:
            told = hashlib.sha256(f"{request.path}?{request.query}{request.body!r}".encode()).hexdigest()
            self._again[told] = cursor
            meta["next_cursor"] = following = told
            fault = "repeated page"
        self._pages[following] = number + 1
        self._given_at[following] = count
        return fault


def _cursor(request: LoggedRequest) -> str | None:
    if request.method != "POST":
        return request.params.get("cursor")
    try:
        cursor = json.loads(request.body)["cursor"]
    except (ValueError, LookupError, TypeError):
        return None
    return cursor if isinstance(cursor, str) else None


def _changed(values: Mapping[str, Any], cursor: str | None) -> dict[str, Any]:
    """The values with another cursor, or with none."""
    return {name: value for name, value in values.items() if name != "cursor"} | (
        {} if cursor is None else {"cursor": cursor}
    )
