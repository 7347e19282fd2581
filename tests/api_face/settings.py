"""What the contract leaves open, as switches; and how the face says that a request is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["VALID_KEY", "ApiError", "Settings"]

VALID_KEY = "jobs_live_test_0000"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How the face behaves where the contract allows several ways; the defaults are the strict reading."""

    #: A parameter nobody knows: 400 naming it, or silence (as many servers do).
    unknown_parameters: Literal["reject", "ignore"] = "reject"
    #: Filters that are accepted, whatever their value, and have no effect.
    ignored_filters: frozenset[str] = frozenset()
    #: The shapes of an error body the contract lists.
    error_shape: Literal["nested", "string", "message", "detail", "text"] = "nested"
    #: Where the count stops for a caller without a key; None never stops. A key lifts it.
    total_cap: int | None = 1000
    #: True answers ``total_matching: null`` with ``total_matching_unavailable: true``.
    total_unavailable: bool = False
    #: True leaves out every word about the total.
    total_absent: bool = False
    #: True compresses answers for whoever accepts gzip.
    compress: bool = False
    #: How the last page says that it is the last.
    last_cursor: Literal["absent", "null"] = "absent"
    default_limit: int = 20
    max_limit: int = 100
    facet_default_limit: int = 50
    max_facet_limit: int = 100
    keys: frozenset[str] = frozenset({VALID_KEY})

    def error_body(self, code: str, message: str) -> tuple[Any, bool]:
        """The body of an error, and whether it is JSON."""
        if self.error_shape == "text":
            return message, False
        if self.error_shape == "nested":
            return {"error": {"code": code, "message": message}}, True
        return {{"string": "error"}.get(self.error_shape, self.error_shape): message}, True


class ApiError(Exception):
    """A request the face refuses."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
