"""Requests to the API: one connection pool, patience, and errors that say what to do next.

Every read is safe to repeat, so whatever may pass is tried again, with exponential and jittered waits, until the
patience is used up: broken connections, time-outs, 429 and 5xx (no sooner than `Retry-After` asks), and answers that
are no JSON. No text of an answer reaches an error but through `Transport._clean`, which strikes out the key.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import email.utils
import json
import logging
import math
import os
import platform
import random
import re
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Generic, TypeVar

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
from ..inert import one_line
from . import DEFAULT_PATIENCE

__all__ = ["Answer", "Transport", "may_carry_key", "origin"]

Content = TypeVar("Content")

_TIMEOUT, _CONNECT_TIMEOUT = 30.0, 10.0  # public clients use 25-30 s: broad searches are slow
_SHORTEST_TRY = 1.0
_FIRST_WAIT, _LONGEST_WAIT, _JITTER = 0.5, 20.0, 0.25
_SAID_MAX = 300  # characters of a stranger's text in a message
_SHOWN_MAX = 80  # characters of an answer that is not as promised
_SAMPLE_HINT = "Without a network, work on the embedded sample: bd.connect('sample'), or BLUEDOOR_BACKEND=sample."
_ADDRESS_HINT = "Is the address that of the Job Postings API?"
_FEW_TRIES = 3
_ESCAPED = re.compile(r"\\u00([2-7][0-9a-fA-F])")
_log = logging.getLogger("bluedoor_tools")


@dataclass(frozen=True, slots=True)
class Answer(Generic[Content]):
    """What was made of an answer's body, its headers, and how many tries it took."""

    content: Content
    headers: Mapping[str, str]  # names in any case
    tries: int


class _NoConnectionError(UnreachableError):
    """Not even a connection: the name does not resolve, or nothing listens."""


class _TooLargeError(Exception):
    """A body that is larger than what was asked for can be."""


class _Bounded(httpx.SyncByteStream):
    """A body that must be whole by a deadline: httpx's own time-outs count from the last byte. And not too large."""

    def __init__(self, stream: Any, deadline: float, largest: float) -> None:
        self._stream, self._deadline, self._left = stream, deadline, largest

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._stream:
            self._left -= len(chunk)
            if self._left < 0:
                raise _TooLargeError
            yield chunk
            if time.monotonic() > self._deadline:
                raise httpx.ReadTimeout("the answer is not whole in time")

    def close(self) -> None:
        self._stream.close()


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


class Transport:
    """Sends requests below one base URL.

    Parameters
    ----------
    base_url
        the API's base URL
    api_key
        key passed by the caller together with the address; otherwise ``BLUEDOOR_API_KEY`` is sent, but only to the
        default host or the host of ``BLUEDOOR_API_URL``; empty: no key at all
    patience
        seconds that one call may take with all its repetitions; 0 asks once. A try is ended when they are used up,
        but for a server that dribbles its headers, or falls silent just before (a time-out more, 30 s at most).
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
        try:
            self._host = httpx.URL(self.base_url).netloc.decode("ascii")
            key, name = api_key, "api_key"
            if key is None and may_carry_key(self.base_url):
                key, name = os.environ.get("BLUEDOOR_API_KEY", "").strip(), "BLUEDOOR_API_KEY"
        except httpx.InvalidURL:
            raise InvalidRequestError(
                "The API's address is not a URL.", hint=f"Use one such as {contract.API_URL}."
            ) from None
        if key is not None and not (isinstance(key, str) and key.isascii() and key.isprintable() and " " not in key):
            raise InvalidRequestError(
                f"The API key in {name} is no text, or holds characters that no key has (blanks, line ends).",
                hint="Copy it once more.",
            )
        self._key = key or None
        headers = {"User-Agent": _user_agent(), "Accept": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        try:
            # A redirect could lead the key to a stranger, so none is followed.
            self._client = httpx.Client(headers=headers, follow_redirects=False, transport=transport)
        except (ValueError, ImportError) as error:  # such as HTTPS_PROXY=socks5://… without socksio
            raise InvalidRequestError(
                f"The network settings of the environment cannot be used ({self._clean(error)}).",
                hint="Check HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR.",
            ) from None
        if transport is None:  # one that was passed in may have other users
            weakref.finalize(self, self._client.close)

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
        read: Callable[[bytes, str], Content] = read_json,
        patience: float | None = None,
        largest: float = math.inf,
        at_origin: bool = False,
    ) -> Answer[Content]:
        """The answer to one request, repeated where that may help.

        `read` makes something of the body, which it can call by the name given with it; a body that it finds damaged
        is asked for again. `patience` stands in for the client's, `largest` is the most bytes that a body may have on
        the wire, and `at_origin` puts the path behind the host instead of the base URL.

        Raises
        ------
        InvalidRequestError, NotAuthorizedError, NotFoundError
            The server answered 400, 401/403, 404.
        CouldNotAskError
            No answer within the patience: unreachable, timed out, 429 or 5xx.
        UnexpectedAnswerError
            Something answered that is not the API.
        """
        if self._client.is_closed:
            raise InvalidRequestError("This client is closed.", hint="Connect again: bd.connect(…).")
        started = time.monotonic()
        allowed = self.patience if patience is None else patience
        url = (str(httpx.URL(self.base_url).join("/")).rstrip("/") if at_origin else self.base_url) + path

        def once() -> tuple[Content, httpx.Headers]:
            left = _left(allowed, time.monotonic() - started)
            response = self._once(method, url, path, parameters, body, left, largest)
            return self._read(response.content, path, read), response.headers

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(_may_pass),
            wait=self._wait,
            stop=lambda state: _out_of_patience(allowed, state),
            sleep=self._sleep,
            before_sleep=lambda state: _log_retry(self._clean(path), state),
            reraise=True,
        )
        try:
            content, headers = retrying(once)
        except CouldNotAskError as error:
            error.context["patience"] = allowed
            error.context["seconds"] = round(time.monotonic() - started, 1)
            error.context["tries"] = retrying.statistics["attempt_number"]
            if isinstance(error, _NoConnectionError):
                raise UnreachableError(error.message, hint=error.hint, context=error.context) from None
            raise
        return Answer(content, headers, retrying.statistics["attempt_number"])

    def _once(
        self,
        method: str,
        url: str,
        path: str,
        parameters: Mapping[str, str] | None,
        body: Mapping[str, Any] | None,
        left: float,
        largest: float,
    ) -> httpx.Response:
        deadline, silence = time.monotonic() + left, min(_TIMEOUT, left)
        timeout = httpx.Timeout(silence, connect=min(_CONNECT_TIMEOUT, left))
        try:
            with self._client.stream(
                method,
                url,
                params=parameters or None,
                json=body,
                timeout=timeout,
                # A packed body could grow beyond any bound.
                headers={"Accept-Encoding": "identity"} if largest < math.inf else None,
            ) as response:
                if largest < math.inf and response.headers.get("Content-Encoding", "identity") != "identity":
                    raise _TooLargeError
                response.stream = _Bounded(response.stream, deadline, largest)
                response.read()
        except _TooLargeError:
            raise UnexpectedAnswerError(
                f"The answer of {self._named(path)} is larger than {largest:,.0f} bytes, or packed.", hint=_ADDRESS_HINT
            ) from None
        except httpx.TimeoutException:
            allowed = left if time.monotonic() > deadline else silence
            raise TimedOutError(
                f"{self._named(path)} did not answer in time ({allowed:.3g} s).",
                hint="Narrow the search, or give connect(patience=…) more seconds.",
            ) from None
        except httpx.TransportError as error:
            kind = _NoConnectionError if isinstance(error, httpx.ConnectError) else UnreachableError
            raise kind(f"{self._named(path)} was not reached ({self._clean(error)}).", hint=_SAMPLE_HINT) from None
        except httpx.DecodingError as error:
            raise UnexpectedAnswerError(
                f"The answer of {self._named(path)} cannot be unpacked ({self._clean(error)}).",
                hint=_ADDRESS_HINT,
                context={"damaged": True},
            ) from None
        except (httpx.InvalidURL, UnicodeError) as error:  # a host such as a..b is found out only here
            raise InvalidRequestError(
                f"{self._named(path)} cannot be asked ({self._clean(error)}).", hint=_ADDRESS_HINT
            ) from None
        if response.status_code == httpx.codes.OK:
            return response
        raise self._refusal(response, path)

    def _read(self, content: bytes, path: str, read: Callable[[bytes, str], Content]) -> Content:
        try:
            return read(content, f"The answer of {self._named(path)}")
        except UnexpectedAnswerError as error:
            context: dict[str, Any] = {"starts": self._clean(content.decode(errors="replace"))[:_SHOWN_MAX]}
            if error.context.get("damaged"):
                context["damaged"] = True
            raise UnexpectedAnswerError(self._clean(error.message), hint=error.hint, context=context) from None

    def _refusal(self, response: httpx.Response, path: str) -> BluedoorError:
        """The error for an answer other than 200."""
        status, named = response.status_code, self._named(path)
        said = self._clean(_message(response))
        context = {"status": status, "said": said}
        told = f" It says: {said.rstrip('.')}." if said else ""
        if status in {httpx.codes.NOT_FOUND, httpx.codes.GONE}:
            if _is_web_page(response) or any(path == entry.path for entry in contract.ENDPOINTS):
                # Not a record is missing but the call: saying "no such record" would be a false answer.
                return UnexpectedAnswerError(
                    f"{named} does not exist ({status}).{told}", hint=_ADDRESS_HINT, context=context
                )
            return NotFoundError(f"{named} has no such record.{told}", context=context)
        if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
            hint = (
                "The key was refused: check BLUEDOOR_API_KEY or the api_key given."
                if self.sends_key
                else "It wants a key: set BLUEDOOR_API_KEY, or pass connect(api_key=…); reading works without."
            )
            return NotAuthorizedError(f"{named} answered {status}.{told}", hint=hint, context=context)
        if status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR:
            wait = _retry_after(response)
            asks = f" and asks to wait {wait:.6g} s" if wait is not None else ""
            context["wait"] = wait
            if status == httpx.codes.TOO_MANY_REQUESTS:
                return RateLimitedError(
                    f"{named} limits the rate{asks}.{told}",
                    hint="Wait, use a key (its limit is higher), or give connect(patience=…) more seconds.",
                    context=context,
                )
            return ServerFailedError(
                f"{named} failed with {status}{asks}.{told}", hint="Try again later.", context=context
            )
        if status == httpx.codes.REQUEST_TIMEOUT:
            return TimedOutError(f"{named} did not get the request in time ({status}).{told}", context=context)
        if status >= httpx.codes.BAD_REQUEST:
            return InvalidRequestError(f"{named} refused the request ({status}).{told}", context=context)
        return UnexpectedAnswerError(f"{named} answered {status}.", hint=_ADDRESS_HINT, context=context)

    def _wait(self, state: tenacity.RetryCallState) -> float:
        """Twice as long each time, jittered, so that many clients do not come back at once; as asked, if longer."""
        step = min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** min(state.attempt_number - 1, 10))
        backoff = step * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 (no secret)
        error = state.outcome.exception() if state.outcome else None
        asked = error.wait if isinstance(error, CouldNotAskError) else None
        return max(backoff, asked or 0.0)

    def _named(self, path: str) -> str:
        return self._clean(f"{self._host}{path}")

    def _clean(self, text: object) -> str:
        """A stranger's text for a message: one short line, without the key."""
        words = str(text)
        if self._key:  # which JSON may also write in escapes
            words = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), words)
            words = words.replace(self._key, "[key]")
        words = words[: 10 * _SAID_MAX]
        return " ".join(one_line(words).split())[:_SAID_MAX]


def _left(patience: float, spent: float) -> float:
    """Seconds that one try may take: what is left of the patience, within reason."""
    return max(min(_SHORTEST_TRY, patience), patience - spent) if patience else DEFAULT_PATIENCE


def _out_of_patience(patience: float, state: tenacity.RetryCallState) -> bool:
    error = state.outcome.exception() if state.outcome else None
    if state.attempt_number >= _FEW_TRIES and isinstance(error, UnexpectedAnswerError | _NoConnectionError):
        return True  # a wrong address or no network does not pass with waiting
    spent = max(state.seconds_since_start or 0.0, state.idle_for)
    return spent + state.upcoming_sleep > patience


def _may_pass(error: BaseException) -> bool:
    if isinstance(error, UnexpectedAnswerError):
        return "damaged" in error.context  # on the way; no repetition mends another status or shape
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
    if re.fullmatch(r"[0-9]{1,15}(\.[0-9]*)?", text):
        return float(text)
    try:
        moment = email.utils.parsedate_to_datetime(text)
        if moment.tzinfo is None:  # written as -0000
            moment = moment.replace(tzinfo=dt.UTC)
        return max(0.0, moment.timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None


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
