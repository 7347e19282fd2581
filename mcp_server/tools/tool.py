"""What a tool is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..answers import Answer
from ..arguments import checked
from ..desk import Desk
from ..schemas import Schema

__all__ = ["Tool"]


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: what a model reads of it, and the function behind it, which runs in a worker thread.

    `view` says whether hosts that can show the page of results do so.
    """

    name: str
    title: str
    description: str
    arguments: Mapping[str, Schema]
    run: Callable[[Desk, dict[str, Any]], Answer]
    required: tuple[str, ...] = ()
    output: Schema | None = None
    view: bool = field(default=False)

    @property
    def input_schema(self) -> Schema:
        """The JSON schema of the arguments: nothing else is taken."""
        return {
            "type": "object",
            "properties": dict(self.arguments),
            **({"required": list(self.required)} if self.required else {}),
            "additionalProperties": False,
        }

    def __call__(self, desk: Desk, given: Mapping[str, Any]) -> Answer:
        """Check the arguments and run; errors of the library are raised."""
        return self.run(desk, checked(self.arguments, self.required, given)).within(desk.settings.budget)
