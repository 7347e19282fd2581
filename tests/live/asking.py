"""Requests that are few, slow and recorded: the product's own transport over one that counts and waits."""

from __future__ import annotations

import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from bluedoor_tools.decode import read_json
from bluedoor_tools.errors import BluedoorError, CouldNotAskError
from bluedoor_tools.inert import one_line
from bluedoor_tools.wire.clock import Clock
from bluedoor_tools.wire.transport import Transport
from bluedoor_tools.wire.work import current

__all__ = ["MOST", "PAUSE", "Asker", "Exchange"]

MOST = 44  # requests, with every repetition
PAUSE = 1.0  # seconds between two
_TRIES = 3  # of one request
_PATIENCE = 120.0  # seconds that a Retry-After may ask for
_FAILURES = 3  # in a row, then nothing more is asked


class _EnoughError(Exception):
    """The kit's own limit stands against another request."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request, and what was answered: `status` is None and `error` says why where there was no answer."""

    number: int
    method: str
    path: str
    parameters: Mapping[str, str]
    body: Mapping[str, Any] | None
    status: int | None
    headers: Mapping[str, str]
    content: Any
    error: str

    @property
    def answered(self) -> bool:
        """Whether the answer is a JSON object, with status 200."""
        return self.status == httpx.codes.OK and isinstance(self.content, dict)

    @property
    def refused(self) -> bool:
        """Whether the server understood the request, and refuses it."""
        return self.status is not None and 400 <= self.status < 500 and self.status not in {401, 403, 408, 429}

    @property
    def data(self) -> Any:
        """What the envelope holds."""
        return self.content.get("data") if self.answered else None

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The records of a list."""
        return [row for row in self.data if isinstance(row, dict)] if isinstance(self.data, list) else []

    @property
    def meta(self) -> dict[str, Any]:
        """What stands beside the data."""
        meta = self.content.get("meta") if self.answered else None
        return meta if isinstance(meta, dict) else {}

    @property
    def more(self) -> bool:
        """Whether further pages follow."""
        return bool(self.meta.get("next_cursor"))

    @property
    def asked(self) -> str:
        """The request in one short line."""
        told = "&".join(f"{name}={value}" for name, value in {**self.parameters, **(self.body or {})}.items())
        line = one_line(f"{self.method} {self.path}" + (f"?{told}" if told else ""))
        return line if len(line) <= 160 else line[:159] + "…"


class _Recorder(httpx.BaseTransport):
    """Counts requests, keeps them apart, and keeps the answer that came last."""

    def __init__(
        self,
        inner: httpx.BaseTransport,
        most: int,
        pause: float,
        clock: Clock,
    ) -> None:
        self._inner, self._most, self._pause, self._clock = inner, most, pause, clock
        self._last: float | None = None
        self.sent = 0
        self.tries = 0
        self.response: httpx.Response | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request, no sooner than a pause after the one before."""
        if self.sent >= self._most:
            raise _EnoughError(f"not asked: the kit's {self._most} requests are used up")
        if self.tries >= _TRIES:
            raise _EnoughError(f"given up after {_TRIES} tries")
        if self._last is not None and (wait := self._last + self._pause - self._clock.now()) > 0:
            self._clock.sleep(wait, current().stop)
        self._last = self._clock.now()
        self.sent += 1
        self.tries += 1
        self.response = None
        response = self._inner.handle_request(request)
        if response.status_code != httpx.codes.OK:
            response.read()
        self.response = response
        return response

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


class Asker:
    """Asks, keyless, and keeps every exchange.

    Parameters
    ----------
    base_url
        the API's address
    transport
        in place of the network, for tests
    most, pause
        requests at most, and seconds between two
    clock
        time, and how to wait
    """

    def __init__(
        self,
        base_url: str,
        *,
        transport: httpx.BaseTransport | None = None,
        most: int = MOST,
        pause: float = PAUSE,
        clock: Clock = Clock(),  # noqa: B008 (it has no state)
    ) -> None:
        self.base_url = base_url
        self.exchanges: list[Exchange] = []
        self._recorder = _Recorder(transport or _network(base_url), most, pause, clock)
        self._transport = Transport(base_url, api_key="", patience=_PATIENCE, transport=self._recorder, clock=clock)
        self._failures = 0
        self._stopped = ""

    @property
    def sent(self) -> int:
        """How many requests went out."""
        return self._recorder.sent

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def ask(
        self,
        path: str,
        parameters: Mapping[str, str] | None = None,
        *,
        body: Mapping[str, Any] | None = None,
        at_origin: bool = False,
    ) -> Exchange:
        """One request (a POST where it has a body), repeated twice at most, and only where that may help.

        Raises
        ------
        CouldNotAskError
            Nothing was ever answered.
        """
        recorder, method, error = self._recorder, "GET" if body is None else "POST", ""
        recorder.tries, recorder.response = 0, None
        content: Any = None
        if not self._stopped:
            try:
                content = self._transport.ask(
                    method, path, parameters=parameters, body=body, at_origin=at_origin
                ).content
                self._failures = 0
            except CouldNotAskError as failure:
                error = failure.message
                self._failed(failure)
            except BluedoorError as refusal:
                error, self._failures = refusal.message, 0
            except _EnoughError as enough:
                error = str(enough)
                if recorder.tries >= _TRIES:
                    self._failed(CouldNotAskError(f"{path}: {error}."))
        response = recorder.response
        if response is not None and content is None and response.is_closed:
            content = _read(response)
        exchange = Exchange(
            len(self.exchanges) + 1,
            method,
            path,
            dict(parameters or {}),
            body,
            None if response is None else response.status_code,
            {} if response is None else dict(response.headers),
            content,
            self._stopped or one_line(error),
        )
        self.exchanges.append(exchange)
        return exchange

    def _failed(self, failure: CouldNotAskError) -> None:
        self._failures += 1
        if not any(exchange.status == httpx.codes.OK for exchange in self.exchanges) and self._failures > 1:
            raise failure
        if self._failures >= _FAILURES:
            self._stopped = f"not asked: {self._failures} requests in a row had no answer ({one_line(failure.message)})"


def _network(base_url: str) -> httpx.HTTPTransport:
    """The network, by way of the environment's proxy, which httpx looks up only where it makes the transport itself."""
    url = httpx.URL(base_url)
    proxies = {} if urllib.request.proxy_bypass(url.host) else urllib.request.getproxies()
    return httpx.HTTPTransport(proxy=proxies.get(url.scheme) or proxies.get("all"))


def _read(response: httpx.Response) -> Any:
    """The body of a refusal: JSON, or its text."""
    try:
        body = response.content
    except httpx.StreamError:  # one that was cut off
        return None
    try:
        return read_json(body)
    except BluedoorError:
        return body.decode(errors="replace")[:2_000]
