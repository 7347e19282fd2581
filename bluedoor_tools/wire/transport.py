"""Requests to the API: one connection pool, patience, and errors that say what to do next.

Every read is safe to repeat, so whatever may pass is tried again, with exponential and jittered waits, until the
patience is used up: broken connections, time-outs, 429 (for as long as `Retry-After` asks), 5xx, and answers that are
no JSON.
"""

from __future__ import annotations

import email.utils
import json
import logging
import os
import platform
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

import httpx
import tenacity

from .. import contract
from ..decode import read_json
from ..errors import (
    BluedoorError,
    CouldNotAskError,
    InvalidRequestError,
    NotAuthorizedError,
    NotFoundError,
    RateLimitedError,
    ServerFailedError,
    TimedOutError,
    UnexpectedAnswerError,
    UnreachableError,
)

__all__ = ["DEFAULT_PATIENCE", "Transport", "origin"]

DEFAULT_PATIENCE = 60.0  # seconds
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)  # public clients use 25-30 s: broad searches are slow
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 20.0
_SAMPLE_HINT = "Without a network, work on the embedded sample: bd.connect('sample'), or BLUEDOOR_BACKEND=sample."
_FEW_TRIES = 3
_log = logging.getLogger("bluedoor_tools")


class _NoConnectionError(UnreachableError):
    """Not even a connection: the name does not resolve, or nothing listens."""


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of an address: where a key goes, or does not go."""
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or default


def _may_carry_key(base_url: str) -> bool:
    """Whether a key from the environment may be sent to this address."""
    trusted = [contract.API_URL, os.environ.get("BLUEDOOR_API_URL") or contract.API_URL]
    return origin(base_url) in {origin(url) for url in trusted}


class Transport:
    """Sends requests below one base URL.

    Parameters
    ----------
    base_url
        the API's base URL
    api_key
        key passed by the caller together with the address; otherwise ``BLUEDOOR_API_KEY`` is sent, but only to the
        default host or the host of ``BLUEDOOR_API_URL``
    patience
        seconds that one call may take with all its repetitions
    transport
        an httpx transport in place of the network, for tests
    sleep
        how to wait between repetitions
    """

    def __init__(
        self,
        base_url: str,
        *,
        api_key: str | None = None,
        patience: float = DEFAULT_PATIENCE,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.patience = patience
        self._sleep = sleep
        key = api_key
        if key is None and _may_carry_key(self.base_url):
            key = os.environ.get("BLUEDOOR_API_KEY", "").strip() or None
        if key is not None and not (key.isascii() and key.isprintable() and " " not in key):
            raise InvalidRequestError("The API key holds characters that no key has.", hint="Copy it once more.")
        self._key = key
        headers = {"User-Agent": _user_agent(), "Accept": "application/json"}
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        # A redirect could lead the key to a stranger, so none is followed.
        self._client = httpx.Client(headers=headers, timeout=_TIMEOUT, follow_redirects=False, transport=transport)

    @property
    def sends_key(self) -> bool:
        """Whether requests carry a key."""
        return self._key is not None

    def __repr__(self) -> str:
        return f"Transport({self.base_url!r})"

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def ask(
        self,
        method: str,
        path: str,
        *,
        parameters: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> bytes:
        """The body of the answer to one request, repeated where that may help.

        Raises
        ------
        InvalidRequestError, NotAuthorizedError, NotFoundError
            The server answered 400, 401/403, 404.
        CouldNotAskError
            No answer within the patience: unreachable, timed out, 429 or 5xx.
        UnexpectedAnswerError
            Something answered that is not the API.
        """
        started = time.monotonic()
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(_may_pass),
            wait=self._wait,
            stop=self._out_of_patience,
            sleep=self._sleep,
            before_sleep=lambda state: _log_retry(path, state),
            reraise=True,
        )
        try:
            answer: bytes = retrying(self._once, method, path, parameters, body)
        except _NoConnectionError as error:
            raise UnreachableError(error.message, hint=error.hint, context=error.context) from None
        except CouldNotAskError as error:
            error.context["patience"] = self.patience
            error.context["seconds"] = round(time.monotonic() - started, 1)
            raise
        return answer

    def _once(
        self, method: str, path: str, parameters: Mapping[str, str] | None, body: Mapping[str, Any] | None
    ) -> bytes:
        url = self.base_url + path
        try:
            response = self._client.request(method, url, params=parameters or None, json=body)
        except httpx.TimeoutException:
            raise TimedOutError(
                f"{self._named(path)} did not answer in time.", hint="Narrow the search, or give connect(patience=…)."
            ) from None
        except httpx.TransportError as error:
            kind = _NoConnectionError if isinstance(error, httpx.ConnectError) else UnreachableError
            raise kind(f"{self._named(path)} was not reached ({self._clean(error)}).", hint=_SAMPLE_HINT) from None
        except (httpx.InvalidURL, httpx.DecodingError, UnicodeError) as error:
            raise UnexpectedAnswerError(f"{self._named(path)} cannot be read ({self._clean(error)}).") from None
        if response.status_code == httpx.codes.OK:
            content = response.content
            if content.lstrip()[:1] not in (b"{", b"[") or content.rstrip()[-1:] not in (b"}", b"]"):
                read_json(content, self._named(path))  # says what it is instead
            return content
        raise self._refusal(response, path)

    def _refusal(self, response: httpx.Response, path: str) -> BluedoorError:
        """The error for an answer other than 200."""
        status, named = response.status_code, self._named(path)
        said = self._clean(_message(response))
        context = {"status": status, "said": said}
        told = f" It says: {said}" if said else ""
        if status == httpx.codes.NOT_FOUND:
            return NotFoundError(f"{named} has no such record.{told}", context=context)
        if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
            hint = (
                "The key was refused: check BLUEDOOR_API_KEY or the api_key given."
                if self.sends_key
                else "It wants a key: set BLUEDOOR_API_KEY, or pass connect(api_key=…); reading works without."
            )
            return NotAuthorizedError(f"{named} answered {status}.{told}", hint=hint, context=context)
        if status == httpx.codes.TOO_MANY_REQUESTS:
            wait = _retry_after(response)
            asks = f" and asks to wait {wait:g} s" if wait is not None else ""
            return RateLimitedError(
                f"{named} limits the rate{asks}.{told}",
                hint="Wait, use a key (its limit is higher), or give connect(patience=…) more seconds.",
                context={**context, "wait": wait},
            )
        if status >= httpx.codes.INTERNAL_SERVER_ERROR:
            return ServerFailedError(f"{named} failed with {status}.{told}", hint="Try again later.", context=context)
        if status >= httpx.codes.BAD_REQUEST:
            return InvalidRequestError(f"{named} refused the request ({status}).{told}", context=context)
        return UnexpectedAnswerError(
            f"{named} answered {status}.", hint="Is the address that of the Job Postings API?", context=context
        )

    def _out_of_patience(self, state: tenacity.RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome else None
        if state.attempt_number >= _FEW_TRIES and isinstance(error, UnexpectedAnswerError | _NoConnectionError):
            return True  # a wrong address or no network does not pass with waiting
        spent = max(state.seconds_since_start or 0.0, state.idle_for)
        return spent + state.upcoming_sleep > self.patience

    def _wait(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, RateLimitedError) and error.wait is not None:
            return error.wait
        backoff = tenacity.wait_exponential_jitter(initial=_FIRST_WAIT, max=_LONGEST_WAIT, jitter=_FIRST_WAIT)
        return float(backoff(state))

    def _named(self, path: str) -> str:
        return f"{urlsplit(self.base_url).netloc}{path}"

    def _clean(self, text: object) -> str:
        """A stranger's text for a message: one short line, without the key."""
        words = " ".join("".join(char if char.isprintable() else " " for char in str(text)).split())
        if self._key:
            words = words.replace(self._key, "[key]")
        return words[:300]


def _may_pass(error: BaseException) -> bool:
    if isinstance(error, UnexpectedAnswerError):
        return "status" not in error.context  # damaged on the way, not refused
    return isinstance(error, CouldNotAskError)


def _log_retry(path: str, state: tenacity.RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    wait = state.next_action.sleep if state.next_action else 0
    _log.info("%s: %s; asking again in %.1f s", path, type(error).__name__, wait)


def _user_agent() -> str:
    return f"bluedoor-tools/{version('bluedoor-tools')} (python {platform.python_version()}; httpx {httpx.__version__})"


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds to wait, from a number or a date."""
    text = response.headers.get("retry-after", "").strip()
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError):
        return None


def _message(response: httpx.Response) -> str:
    """What an error answer says, whichever shape it has."""
    try:
        said = json.loads(response.content)
    except ValueError:
        text = response.text.strip()
        return "" if text.startswith("<") else text
    while isinstance(said, dict):
        said = said.get("error") or said.get("message") or said.get("detail") or ""
    return said if isinstance(said, str) else json.dumps(said)
