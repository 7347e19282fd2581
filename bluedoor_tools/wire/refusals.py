"""An answer other than 200, as the error that says what happened and what to do next."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx

from .. import contract
from ..errors import (
    BluedoorError,
    InvalidRequestError,
    NotAuthorizedError,
    NotFoundError,
    RateLimitedError,
    ServerFailedError,
    TimedOutError,
    UnexpectedAnswerError,
)
from .stated_limits import retry_after

__all__ = ["ADDRESS_HINT", "refusal"]

ADDRESS_HINT = "Is the address that of the Job Postings API?"


def refusal(
    response: httpx.Response, path: str, named: str, *, sends_key: bool, clean: Callable[[object], str]
) -> BluedoorError:
    """The error for an answer other than 200 to a request for `path`, which is called `named` in messages."""
    status = response.status_code
    said = clean(_message(response))
    context: dict[str, Any] = {"status": status, "said": said}
    told = f" It says: {said.rstrip('.')}." if said else ""
    if status in {httpx.codes.NOT_FOUND, httpx.codes.GONE}:
        if _is_web_page(response) or any(path == entry.path for entry in contract.ENDPOINTS):
            # Not a record is missing but the call: saying "no such record" would be a false answer.
            return UnexpectedAnswerError(
                f"{named} does not exist ({status}).{told}", hint=ADDRESS_HINT, context=context
            )
        return NotFoundError(f"{named} has no such record.{told}", context=context)
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        hint = (
            "The key was refused: check BLUEDOOR_API_KEY or the api_key given."
            if sends_key
            else "It wants a key: set BLUEDOOR_API_KEY, or pass connect(api_key=…); reading works without."
        )
        return NotAuthorizedError(f"{named} answered {status}.{told}", hint=hint, context=context)
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        wait = retry_after(response.headers)
        asks = f" and asks to wait {wait:.6g} s" if wait is not None else ""
        context["wait"] = wait
        if status == httpx.codes.TOO_MANY_REQUESTS:
            return RateLimitedError(
                f"{named} limits the rate{asks}.{told}",
                hint="Wait, use a key (its limit is higher), or give connect(patience=…) more seconds.",
                context=context,
            )
        return ServerFailedError(f"{named} failed with {status}{asks}.{told}", hint="Try again later.", context=context)
    if status == httpx.codes.REQUEST_TIMEOUT:
        return TimedOutError(f"{named} did not get the request in time ({status}).{told}", context=context)
    if status >= httpx.codes.BAD_REQUEST:
        return InvalidRequestError(f"{named} refused the request ({status}).{told}", context=context)
    return UnexpectedAnswerError(f"{named} answered {status}.", hint=ADDRESS_HINT, context=context)


def _is_web_page(response: httpx.Response) -> bool:
    return response.content.lstrip()[:1] == b"<"


def _message(response: httpx.Response) -> str:
    """What an error answer says, whichever shape it has."""
    try:
        return _told(json.loads(response.content))
    except (ValueError, RecursionError):
        return "" if _is_web_page(response) else response.text


def _told(said: Any) -> str:
    """The message inside an error answer: the first text under the names that such answers use."""
    while isinstance(said, dict):
        named = (said.get(name) for name in ("error", "message", "detail", "title", "code"))
        said = next((value for value in named if value and value is not True), "")
    return said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
