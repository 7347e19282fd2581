"""What the server takes from its environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from bluedoor_tools import InvalidRequestError

__all__ = ["DEFAULT_BUDGET", "Settings"]

DEFAULT_BUDGET = 4000  # tokens of one answer; hosts warn at 10,000 and cut at 25,000
_LEAST, _MOST = 1000, 25_000
_SHORTEST_TOKEN = 16


@dataclass(frozen=True, slots=True)
class Settings:
    """How the server answers.

    Parameters
    ----------
    budget
        tokens that an answer takes at most, in text and in structured content alike
    token
        the bearer token that HTTP requests must carry; None where none is asked for
    """

    budget: int = DEFAULT_BUDGET
    token: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """The settings of an environment: BLUEDOOR_MCP_BUDGET and BLUEDOOR_MCP_TOKEN.

        Raises
        ------
        InvalidRequestError
            A value that is none; the message says what is.

        Examples
        --------
        >>> Settings.of({"BLUEDOOR_MCP_BUDGET": "8000"}).budget
        8000
        """
        written = environment.get("BLUEDOOR_MCP_BUDGET", "").strip()
        if written and not (written.isascii() and written.isdigit() and _LEAST <= int(written) <= _MOST):
            raise InvalidRequestError(
                "BLUEDOOR_MCP_BUDGET is not a number of tokens.", hint=f"Use {_LEAST} to {_MOST}, such as 4000."
            )
        token = environment.get("BLUEDOOR_MCP_TOKEN", "").strip() or None
        if token is not None and (len(token) < _SHORTEST_TOKEN or not token.isascii() or len(token.split()) > 1):
            raise InvalidRequestError(
                "BLUEDOOR_MCP_TOKEN is too short, or holds characters that no header carries.",
                hint=f"Use {_SHORTEST_TOKEN} or more letters and digits, such as `openssl rand -hex 32` gives.",
            )
        return cls(budget=int(written) if written else DEFAULT_BUDGET, token=token)
