"""Requests to the API: one connection pool, patience, and errors that say what to do next.

Every read is safe to repeat, so whatever may pass is tried again, with exponential and jittered waits, until the
patience is used up: broken connections, time-outs, 429 and 5xx (no sooner than `Retry-After` asks), and answers that
are no JSON. Every try takes its turn by the limiter first. No text of an answer reaches an error but through
`Transport._clean`, which strikes out the key.
"""

from __future__ import annotations

import contextlib
import logging
import math
import platform
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Generic, TypeVar

import httpx
import tenacity

from .. import contract
from ..decode import read_json
from ..errors import (
    CouldNotAskError,
    InvalidRequestError,
    TimedOutError,
    UnexpectedAnswerError,
    UnreachableError,
)
from . import DEFAULT_PATIENCE
from .bounded import BoundedBody, TooLargeError
from .clock import Clock
from .key import clean, key_for, may_carry_key, origin
from .limiter import Limiter
from .patience import NoConnectionError, Patience, may_pass, wait_before_next
from .refusals import ADDRESS_HINT, refusal
from .work import current

__all__ = ["Answer", "Transport", "may_carry_key", "origin"]

Content = TypeVar("Content")

_TIMEOUT, _CONNECT_TIMEOUT = 30.0, 10.0  # public clients use 25-30 s: broad searches are slow
_SHOWN_MAX = 80  # characters of an answer that is not as promised
_SAMPLE_HINT = "Without a network, work on the embedded sample: bd.connect('sample'), or BLUEDOOR_BACKEND=sample."
# As many connections as chains ask for; those of an ordinary load are kept.
_CONNECTIONS = httpx.Limits(max_connections=None, max_keepalive_connections=100)
_log = logging.getLogger("bluedoor_tools")


@dataclass(frozen=True, slots=True)
class Answer(Generic[Content]):
    """What was made of an answer's body, its headers, and how many tries it took."""

    content: Content
    headers: Mapping[str, str]  # names in any case
    tries: int


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
        seconds that one call may take with all its repetitions, from its first send; waiting for one's turn before
        that is free. 0 asks once. A try is ended when they are used up, but for a server that dribbles its headers,
        or falls silent just before (a time-out more, 30 s at most).
    transport
        an httpx transport in place of the network, for tests
    clock
        time, and how to wait between repetitions
    limiter
        when a request may be sent; by default the one that this process has for the address and the key, or one of
        its own in front of `transport`
    """

    def __init__(
        self,
        base_url: str,
        *,
        api_key: str | None = None,
        patience: float = DEFAULT_PATIENCE,
        transport: httpx.BaseTransport | None = None,
        clock: Clock = Clock(),  # noqa: B008 (it has no state)
        limiter: Limiter | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.patience = patience
        self._has_answered = False  # as the API does
        self._clock = clock
        try:
            self._host = httpx.URL(self.base_url).netloc.decode("ascii")
            self._key = key_for(self.base_url, api_key)
        except httpx.InvalidURL:
            raise InvalidRequestError(
                "The API's address is not a URL.", hint=f"Use one such as {contract.API_URL}."
            ) from None
        headers = {"User-Agent": _user_agent(), "Accept": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        try:
            # A redirect could lead the key to a stranger, so none is followed.
            self._client = httpx.Client(
                headers=headers, follow_redirects=False, transport=transport, limits=_CONNECTIONS
            )
        except (ValueError, ImportError) as error:  # such as HTTPS_PROXY=socks5://… without socksio
            raise InvalidRequestError(
                f"The network settings of the environment cannot be used ({self._clean(error)}).",
                hint="Check HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR.",
            ) from None
        if transport is None:  # one that was passed in may have other users
            weakref.finalize(self, self._client.close)
        if limiter is None and transport is None:
            limiter = Limiter.shared(self.base_url, self._key)
        self._limiter = limiter or Limiter(keyed=self.sends_key, clock=clock)

    @property
    def sends_key(self) -> bool:
        """Whether requests carry a key."""
        return self._key is not None

    @property
    def limiter(self) -> Limiter:
        """When requests may be sent, and how many are worth having in flight."""
        return self._limiter

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
        StoppedError
            The call under way was stopped.
        """
        if self._client.is_closed:
            raise InvalidRequestError("This client is closed.", hint="Connect again: bd.connect(…).")
        bounds = Patience(self.patience if patience is None else patience, self._clock, known=self._has_answered)
        url = (str(httpx.URL(self.base_url).join("/")).rstrip("/") if at_origin else self.base_url) + path
        work = current()

        def once() -> tuple[Content, httpx.Headers]:
            # Made before its turn: what is done after it makes the request late.
            request = self._request(method, url, path, parameters, body, whole=largest < math.inf)
            with bounds.standing_still():
                turn = self._limiter.take_turn(bounds.seconds)
            work.sent()
            response = self._once(request, path, bounds.left(), largest)
            self._limiter.answered(turn, response.status_code, response.headers)
            if response.status_code != httpx.codes.OK:
                raise refusal(response, path, self._named(path), sends_key=self.sends_key, clean=self._clean)
            content = self._read(response.content, path, read)
            self._has_answered = True
            return content, response.headers

        def before_sleep(state: tenacity.RetryCallState) -> None:
            error = state.outcome.exception() if state.outcome else None
            wait = state.next_action.sleep if state.next_action else 0
            _log.info("%s: %s; asking again in %.1f s", self._clean(path), type(error).__name__, wait)
            work.again(type(error).__name__)

        def sleep(seconds: float) -> None:
            fell_asleep = self._clock.now()
            self._clock.sleep(seconds, work.stop)
            work.held_back(self._clock.now() - fell_asleep)
            work.check()

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(may_pass),
            wait=wait_before_next,
            stop=bounds.is_over,
            sleep=sleep,
            before_sleep=before_sleep,
            reraise=True,
        )
        try:
            content, headers = retrying(once)
        except CouldNotAskError as error:
            error.context["patience"] = bounds.seconds
            error.context["seconds"] = round(bounds.spent(), 1)
            error.context["tries"] = retrying.statistics["attempt_number"]
            if isinstance(error, NoConnectionError):
                raise UnreachableError(error.message, hint=error.hint, context=error.context) from None
            raise
        return Answer(content, headers, retrying.statistics["attempt_number"])

    def _request(
        self,
        method: str,
        url: str,
        path: str,
        parameters: Mapping[str, str] | None,
        body: Mapping[str, Any] | None,
        *,
        whole: bool,
    ) -> httpx.Request:
        # A packed body could grow beyond any bound.
        headers = {"Accept-Encoding": "identity"} if whole else None
        try:
            return self._client.build_request(method, url, params=parameters or None, json=body, headers=headers)
        except (httpx.InvalidURL, UnicodeError) as error:
            raise self._not_askable(path, error) from None

    def _not_askable(self, path: str, error: Exception) -> InvalidRequestError:
        return InvalidRequestError(f"{self._named(path)} cannot be asked ({self._clean(error)}).", hint=ADDRESS_HINT)

    def _once(self, request: httpx.Request, path: str, left: float, largest: float) -> httpx.Response:
        """The answer to one try, whatever its status, its body read."""
        deadline, silence = self._clock.now() + left, min(_TIMEOUT, left)
        request.extensions["timeout"] = httpx.Timeout(silence, connect=min(_CONNECT_TIMEOUT, left)).as_dict()
        try:
            with contextlib.closing(self._client.send(request, stream=True)) as response:
                if largest < math.inf and response.headers.get("Content-Encoding", "identity") != "identity":
                    raise TooLargeError
                response.stream = BoundedBody(response.stream, deadline, largest, self._clock)
                response.read()
        except TooLargeError:
            raise UnexpectedAnswerError(
                f"The answer of {self._named(path)} is larger than {largest:,.0f} bytes, or packed.", hint=ADDRESS_HINT
            ) from None
        except httpx.TimeoutException:
            allowed = left if self._clock.now() > deadline else silence
            raise TimedOutError(
                f"{self._named(path)} did not answer in time ({allowed:.3g} s).",
                hint="Narrow the search, or give connect(patience=…) more seconds.",
            ) from None
        except httpx.TransportError as error:
            kind = NoConnectionError if isinstance(error, httpx.ConnectError) else UnreachableError
            raise kind(f"{self._named(path)} was not reached ({self._clean(error)}).", hint=_SAMPLE_HINT) from None
        except httpx.DecodingError as error:
            raise UnexpectedAnswerError(
                f"The answer of {self._named(path)} cannot be unpacked ({self._clean(error)}).",
                hint=ADDRESS_HINT,
                context={"damaged": True},
            ) from None
        except RuntimeError:
            if not self._client.is_closed:
                raise
            raise InvalidRequestError(
                "This client was closed meanwhile.", hint="Connect again: bd.connect(…)."
            ) from None
        except (httpx.InvalidURL, UnicodeError) as error:  # a host such as a..b is found out only here
            raise self._not_askable(path, error) from None
        return response

    def _read(self, content: bytes, path: str, read: Callable[[bytes, str], Content]) -> Content:
        try:
            return read(content, f"The answer of {self._named(path)}")
        except UnexpectedAnswerError as error:
            context: dict[str, Any] = {"starts": self._clean(content.decode(errors="replace"))[:_SHOWN_MAX]}
            if error.context.get("damaged"):
                context["damaged"] = True
            raise UnexpectedAnswerError(self._clean(error.message), hint=error.hint, context=context) from None

    def _named(self, path: str) -> str:
        return self._clean(f"{self._host}{path}")

    def _clean(self, text: object) -> str:
        """A stranger's text for a message: one short line, without the key."""
        return clean(text, self._key)


def _user_agent() -> str:
    return f"bluedoor-tools/{version('bluedoor-tools')} (python {platform.python_version()}; httpx {httpx.__version__})"
