"""A view: a tree of elements that a notebook shows, whose clicks come back as acts; with a text and an HTML form.

The page holds no state of its own but what the reader is looking at: Python sends a tree, the script builds it
(`view.js`), and an act comes back with the row's key and the generation of the tree that was clicked in.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import anywidget
import traitlets

from ..errors import BluedoorError
from ..inert import one_line, visible_line
from .tree import Node, checked, element, to_html

__all__ = ["Act", "View", "still_html"]

_LOG = logging.getLogger("bluedoor_tools")


@dataclass(frozen=True, slots=True)
class Act:
    """What a reader did: `name` of the act, and the `key` of what it was done to."""

    name: str
    key: str


# Acts whose key says all there is to say: what was meant by them in an older tree is meant still. Of others (a page, a
# slice) it may not be.
_LASTING = frozenset({"clear", "close", "filter", "open", "remove", "size", "sort"})
_SHEETS = ("pages/style.css", "widgets/view.css", "widgets/explorer.css", "widgets/charts.css")


@functools.cache
def _style() -> str:
    """One style sheet for all views; records' pages bring theirs."""
    package = resources.files(__package__.rpartition(".")[0])
    return "".join(package.joinpath(name).read_text(encoding="utf-8") for name in _SHEETS)


class View(anywidget.AnyWidget):
    """A tree of elements, shown. Subclasses make the tree (`redraw`) and answer acts (`acted`)."""

    _esm = resources.files(__package__).joinpath("view.js").read_text(encoding="utf-8")
    _css = _style()

    tree: traitlets.List[Node] = traitlets.List().tag(sync=True)
    generation = traitlets.Int(0).tag(sync=True)  # of the tree; an act of an older one may be dropped
    busy = traitlets.Bool(False).tag(sync=True)  # an answer is on its way: what is shown is the one before
    problem = traitlets.Unicode("").tag(sync=True)  # an error, shown above what was there before

    def __init__(self, *, styled: bool = True, **traits: Any) -> None:
        if not styled:  # a part of a whole, whose other part brings the style sheet
            self._css = ""
        super().__init__(**traits)
        self._listeners: list[Callable[[Act], None]] = []
        self.add_class(self._kind())
        self.on_msg(self._on_message)

    def show(self, *nodes: Node) -> None:
        """Put these elements in place of those shown; acts in the old ones that may mean another thing are dropped."""
        tree = [checked(node) for node in nodes]
        with self.hold_sync():
            self.tree = tree
            self.generation += 1

    def on_act(self, listener: Callable[[Act], None]) -> None:
        """Call `listener` with every act that this view does not answer itself."""
        self._listeners.append(listener)

    def acted(self, act: Act) -> bool:  # noqa: ARG002
        """Answer an act; False leaves it to the listeners."""
        return False

    def act(self, name: str, key: str = "") -> None:
        """Do what a reader's click would: for code, and for tests."""
        self._do(Act(name, key))

    def _do(self, act: Act) -> None:
        self.problem = ""  # of the act before
        try:
            if not self.acted(act):
                for listener in list(self._listeners):
                    listener(act)
        except BluedoorError as error:
            self.problem = visible_line(str(error))

    def _on_message(self, _: Any, content: Mapping[str, Any], __: Any) -> None:
        match content:
            case {"act": str(name), "key": str(key), "generation": int(generation), "number": number}:
                self.send({"heard": number})  # so that the page knows that the kernel lives
                if generation == self.generation or name in _LASTING:
                    self._do(Act(name, key))
            case _:
                _LOG.debug("a message that is no act")

    # -- without a kernel ----------------------------------------------------------------------------------------------

    def to_html(self) -> str:
        """The view as HTML that runs nothing and fetches nothing; its buttons are shown as text."""
        return still_html(self)

    def still(self) -> Node:
        """The tree without what needs a kernel, in an element of its own."""
        problem = [element("p", {"class": "bd-problem", "role": "alert"}, self.problem)] if self.problem else []
        return element("div", {"class": f"bd-view bd-static {self._kind()}"}, *problem, *map(_still, self.tree))

    @classmethod
    def _kind(cls) -> str:
        return f"bd-is-{cls.__name__.casefold()}"

    def to_text(self) -> str:
        """The view as plain text."""
        return one_line(repr(self))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __str__(self) -> str:
        return self.to_text()

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**(data or {}), "text/plain": self.to_text(), "text/html": self.to_html()}, metadata


def still_html(*parts: View | tuple[View, ...]) -> str:
    """Views one under another (those of a tuple side by side) as HTML that runs nothing and fetches nothing."""
    nodes = [
        part.still()
        if isinstance(part, View)
        else element("div", {"class": "bd-columns"}, [one.still() for one in part])
        for part in parts
    ]
    body = to_html(nodes[0] if len(nodes) == 1 else element("div", {"class": "bd-explorer"}, nodes))
    return f"<style>{_style()}</style>\n{body}"


def _still(node: Node) -> Node:
    """A node without what needs a kernel: buttons become text, and what only the living page needs is left out."""
    if isinstance(node, str):
        return node
    tag, attributes, *children = node
    if "bd-live" in attributes.get("class", "").split():
        return ""
    kept = {
        name: value
        for name, value in attributes.items()
        if not name.startswith("data-") and name not in {"tabindex", "type", "disabled"}
    }
    if kept.get("role") in {"grid", "gridcell", "toolbar"}:
        del kept["role"]  # a table or a list to be read
    if tag == "button":
        kept = {name: value for name, value in kept.items() if not name.startswith("aria-")}
    return ["span" if tag == "button" else tag, kept, *map(_still, children)]
