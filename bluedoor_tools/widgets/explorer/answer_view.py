"""The answer card under the rows: where they come from and how far they go, and the code that gives them again."""

from __future__ import annotations

from ...inert import visible_line
from ..rows.rows import Answer
from ..tree import Node, element
from ..view import View

__all__ = ["AnswerView"]


class AnswerView(View):
    """The card's lines (`origin` says of what), and the Python and the request behind the rows, to be copied."""

    def __init__(self, origin: str) -> None:
        super().__init__(styled=False)
        self._title = f"About {origin}"
        self._lines: list[tuple[str, str]] = []

    def show_answer(self, answer: Answer, python: str, curl: str) -> None:
        """Show the card of an answer, what a reader must know of it, and its code."""
        lines = answer.card.lines() if answer.card is not None else []
        said = {text for _, text in lines}
        lines = [*lines, *(("note", note) for note in answer.notes if note not in said)]
        self._lines = [(visible_line(label), visible_line(text)) for label, text in lines]
        pairs = [
            element("div", {}, element("dt", {}, label.capitalize()), element("dd", {"dir": "auto"}, text))
            for label, text in self._lines
        ]
        self.show(
            element("section", {"class": "bd-about", "aria-label": self._title},
                    element("h3", {}, self._title) if pairs else None,
                    element("dl", {}, pairs) if pairs else None,
                    element("details", {"id": "bd-code"},
                            element("summary", {}, "The same in code"),
                            _code("Python", python), _code("curl", curl))),
        )  # fmt: skip

    def to_text(self) -> str:
        """The card's lines."""
        return "\n".join(f"{label:<10} {text}" for label, text in self._lines)


def _code(label: str, text: str) -> Node:
    return element(
        "div",
        {"class": "bd-code"},
        element("p", {"class": "bd-under"}, label),
        element(
            "button", {"class": "bd-live", "data-copy": text, "aria-label": f"Copy as {label}"}, f"Copy as {label}"
        ),
        element("pre", {"tabindex": 0, "aria-label": label}, element("code", {}, text)),
    )
