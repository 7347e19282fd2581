"""An answer before it is sent."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field
from typing import Any

from .settings import Settings

__all__ = ["Answer", "encode"]


def encode(payload: Any) -> bytes:
    """Compact JSON, in UTF-8; escaped where a lone surrogate has no UTF-8."""
    try:
        return json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(payload, separators=(",", ":")).encode()


@dataclass
class Answer:
    """A status, a body and headers; the length is added when it is sent."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, payload: Any, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
        """A JSON answer."""
        return cls(status, encode(payload), {"content-type": "application/json", **(headers or {})})

    @classmethod
    def error(
        cls, settings: Settings, status: int, code: str, message: str, headers: dict[str, str] | None = None
    ) -> Answer:
        """An error in the shape that is set."""
        body, is_json = settings.error_body(code, message)
        if is_json:
            return cls.json(body, status, headers)
        return cls(status, body.encode(), {"content-type": "text/plain; charset=utf-8", **(headers or {})})

    def compressed(self) -> Answer:
        """The same, in gzip; nothing stays nothing."""
        if not self.body:
            return self
        headers = {**self.headers, "content-encoding": "gzip", "vary": "accept-encoding"}
        return Answer(self.status, gzip.compress(self.body, compresslevel=5, mtime=0), headers)

    def raw_headers(self) -> list[tuple[bytes, bytes]]:
        """The headers as ASGI wants them."""
        told = {name.lower(): value for name, value in self.headers.items()}
        told["content-length"] = str(len(self.body))
        return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in told.items()]
