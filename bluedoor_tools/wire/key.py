"""The key: which one is sent, where it may go, and that no text of ours repeats it."""

from __future__ import annotations

import contextlib
import os
import re

import httpx

from .. import contract
from ..errors import InvalidRequestError
from ..inert import one_line

__all__ = ["clean", "key_for", "may_carry_key", "origin"]

_SAID_MAX = 300  # characters of a stranger's text in a message
_ESCAPED = re.compile(r"\\u00([2-7][0-9a-fA-F])")


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of an address, as they are connected to: where a key goes, or does not go."""
    parsed = httpx.URL(url)
    return parsed.scheme, parsed.host, parsed.port or {"http": 80, "https": 443}.get(parsed.scheme)


def may_carry_key(base_url: str) -> bool:
    """Whether a key from the environment may be sent to this address: the API's own, or that of BLUEDOOR_API_URL."""
    trusted = {origin(contract.API_URL)}
    with contextlib.suppress(httpx.InvalidURL):  # said when it is connected to
        trusted.add(origin(os.environ.get("BLUEDOOR_API_URL", "").strip()))
    try:
        asked = origin(base_url)
        return bool(asked[1]) and asked in trusted  # without a host it is no address, set or not
    except httpx.InvalidURL:
        return False


def key_for(base_url: str, given: str | None) -> str | None:
    """The key to send to an address: the one given, or else the environment's where it may go.

    Raises
    ------
    InvalidRequestError
        It cannot be a key.
    """
    key, name = given, "api_key"
    if key is None and may_carry_key(base_url):
        key, name = os.environ.get("BLUEDOOR_API_KEY", "").strip(), "BLUEDOOR_API_KEY"
    if key is not None and not (isinstance(key, str) and key.isascii() and key.isprintable() and " " not in key):
        raise InvalidRequestError(
            f"The API key in {name} is no text, or holds characters that no key has (blanks, line ends).",
            hint="Copy it once more.",
        )
    return key or None


def clean(text: object, key: str | None) -> str:
    """A stranger's text for a message: one short line, without the key."""
    words = str(text)
    if key:  # which JSON may also write in escapes
        words = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), words)
        words = words.replace(key, "[key]")
    words = words[: 10 * _SAID_MAX]
    return " ".join(one_line(words).split())[:_SAID_MAX]
