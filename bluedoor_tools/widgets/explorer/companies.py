"""Companies suggested while a name is typed, which filters once it is whole; until then it is said that it does not."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ...completion import remember
from ...errors import BluedoorError
from ...inert import visible_line
from ..latest import Latest
from ..rows.rows import Rows
from .form import FilterForm

__all__ = ["Companies"]

_TYPING = 0.2  # seconds in which the next letter may come


class Companies:
    """Looks up what is typed in the form; `whole` is told a name that there is, `said` why none is applied."""

    def __init__(self, rows: Rows, form: FilterForm, whole: Callable[[str], None], said: Callable[[str], None]) -> None:
        self._rows, self._form, self._whole, self._said = rows, form, whole, said
        self.looking = Latest(self._find, self._found, self._failed, wait=_TYPING)

    def suggest(self, beginning: str) -> None:
        """Offer the companies that have this in their names."""
        self.looking.ask(beginning)

    def _find(self, beginning: str, _: threading.Event) -> tuple[str, list[str]]:
        return beginning, self._rows.companies(beginning)

    def _found(self, found: tuple[str, list[str]]) -> None:
        beginning, names = found
        remember("company", names)
        self._form.offer("company", names)
        if self._form.fields["company"].value.strip() != beginning:
            return  # another was written meanwhile, or none
        if any(name.casefold() == beginning.casefold() for name in names):
            self._whole(beginning)
        else:
            few = f"choose one of {len(names)} suggested" if names else "none has that in its name"
            self._said(visible_line(f"Company {beginning[:40]!r} is not applied: {few}."))

    def _failed(self, error: BluedoorError) -> None:
        self._said(visible_line(f"The company is not applied, as none could be looked up: {error}"))
