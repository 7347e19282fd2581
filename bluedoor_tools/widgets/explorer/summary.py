"""What a view answers, in a line: how many match, how far that goes, and the filters, each to be taken away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...inert import visible_line
from ..rows.query import ViewQuery
from ..rows.rows import Answer
from ..tree import Node, element
from ..view import View

__all__ = ["Summary", "filter_text", "matching"]


class Summary(View):
    """The line above the rows. Acts: ``remove`` with a filter's name, ``clear``, ``again`` after what failed."""

    def __init__(self) -> None:
        super().__init__()
        self._answered: tuple[Node, ...] = ()

    def show_searching(self, label: str) -> None:
        """Say that the first rows are on their way."""
        self._said = f"{label}: searching"
        self.show(
            element("p", {"class": "bd-label"}, visible_line(label)),
            element("p", {"class": "bd-matching", "data-say": "Searching"}, "Searching …"),
        )

    def show_answer(self, label: str, answer: Answer, query: ViewQuery) -> None:
        """Show how many match, of what, and under which filters."""
        self._said = f"{label}: {matching(answer)}"
        chips: list[Node] = [
            element(
                "li",
                {},
                element(
                    "button",
                    {
                        "class": "bd-chip",
                        "data-act": "remove",
                        "data-key": name,
                        "aria-label": f"Take away the filter {filter_text(name, value)}",
                        "title": "Take this filter away",
                    },
                    element("span", {"dir": "auto"}, filter_text(name, value)),
                    element("span", {"class": "bd-live", "aria-hidden": "true"}, " ×"),
                ),
            )
            for name, value in query.filters.items()
        ]
        self._answered = (
            element("p", {"class": "bd-label"}, visible_line(label)),
            element("p", {"class": "bd-matching", "data-say": matching(answer)}, matching(answer)),
            element("ul", {"class": "bd-chips", "aria-label": "Filters"}, chips or [element("li", {}, "no filters")]),
            *(element("p", {"class": "bd-note"}, visible_line(note)) for note in answer.notes),
        )
        self.show(*self._answered)

    def show_failed(self, label: str) -> None:
        """Offer to ask again, below what was answered before, if anything was."""
        again = element("button", {"class": "bd-live bd-again", "data-act": "again", "data-key": ""}, "Try again")
        if not self._answered:
            self._said = f"{label}: no answer"
            self._answered = (
                element("p", {"class": "bd-label"}, visible_line(label)),
                element("p", {"class": "bd-matching"}, "No answer yet"),
            )
        self.show(*self._answered, again)

    def to_text(self) -> str:
        """The line, as text."""
        return getattr(self, "_said", "nothing asked yet")


def matching(answer: Answer) -> str:
    """How many match, and how many of them are at hand."""
    if answer.total is None:
        said = f"{answer.loaded:,} postings read; how many match is not known"
    else:
        said = f"{'at least ' if answer.capped else ''}{answer.total:,} posting{'s'[: answer.total != 1]} match"
        said += "es" if answer.total == 1 else ""
        if answer.total and not answer.complete:
            said += f", {answer.loaded:,} of them read"
    return said


def filter_text(name: str, value: Any) -> str:
    """A filter as it is written: city=Boston; of a longer list the first few, and how many more."""
    if isinstance(value, str | int | float | bool) or not hasattr(value, "__iter__") or isinstance(value, Mapping):
        values = [value]
    else:
        values = list(value)
    few = 3
    more = f" and {len(values) - few} more" if len(values) > few else ""
    return visible_line(f"{name}={', '.join(map(str, values[:few]))}{more}")
