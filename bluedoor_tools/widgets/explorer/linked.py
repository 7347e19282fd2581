"""Views that follow an explorer: redrawn on its rows whenever these are others, their clicks handed back."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from typing import Any

from ...errors import BluedoorError, InvalidRequestError
from ...inert import visible_line
from ..latest import Latest
from ..rows.query import ViewQuery
from ..rows.rows import Rows
from ..view import Act, View
from .record import RecordView

__all__ = ["Linked"]

_whom: weakref.WeakKeyDictionary[View, Linked] = weakref.WeakKeyDictionary()  # a view follows one explorer, the latest


class Linked:
    """The views that follow some rows. One that is closed, or linked elsewhere, is let go."""

    def __init__(self, rows: Rows, acted: Callable[[Act], None]) -> None:
        self._rows, self._acted = rows, acted
        self._views: dict[View, Latest[None]] = {}
        self._seen: Any = None

    @property
    def works(self) -> list[Latest[None]]:
        """What is under way."""
        return list(self._views.values())

    def choose(self, query: ViewQuery) -> None:
        """Redraw those that follow the chosen posting."""
        for view in list(self._views):
            if _follows_choice(view):
                self._redraw(view, query)

    def add(self, view: View, query: ViewQuery | None) -> None:
        """Have a view follow, from this query on, or from the next; once is enough.

        Raises
        ------
        InvalidRequestError
            It is none that follows.
        """
        redraw = getattr(view, "update_from", None)
        if redraw is None:
            raise InvalidRequestError(
                f"A {type(view).__name__} does not follow an explorer.",
                hint="Link a breakdown, a flows view, a timeline or a record.",
            )
        before = _whom.get(view)
        if before is not self:
            if before is not None:
                before.drop(view)
            _whom[view] = self

            def work(query: ViewQuery, _: threading.Event) -> None:
                redraw(self._rows, query)

            def drawn(_: None) -> None:
                view.busy = False

            def failed(error: BluedoorError) -> None:
                view.busy, view.problem = False, visible_line(str(error))

            self._views[view] = Latest(work, drawn, failed)
            view.on_act(lambda act: self._acted(_as_choice(act)) if view in self._views else None)
            view.observe(lambda _: self.drop(view), names="comm")  # it is closed
        if query is not None:
            self._redraw(view, query)

    def follow(self, query: ViewQuery, loaded: int) -> None:
        """Redraw all of them, where other rows are at hand than before."""
        seen = (query.filters, loaded)
        if seen != self._seen:
            self._seen = seen
            for view in list(self._views):
                if not _follows_choice(view):
                    self._redraw(view, query)

    def drop(self, view: View) -> None:
        """Let a view go."""
        following = self._views.pop(view, None)
        if following is not None:
            following.close()
            view.busy = False
            _whom.pop(view, None)

    def close(self) -> None:
        """Let all of them go."""
        for view in list(self._views):
            self.drop(view)

    def _redraw(self, view: View, query: ViewQuery) -> None:
        following = self._views.get(view)
        if following is not None:
            view.busy = True  # what it shows is of other rows
            following.ask(query, wait=0.0)


def _follows_choice(view: View) -> bool:
    """Whether a view shows the chosen posting, not what the rows are."""
    return isinstance(view, RecordView)


def _as_choice(act: Act) -> Act:
    """A posting that was followed within a linked record is the one chosen now."""
    return Act("open", act.key) if act.name == "opened" else act
