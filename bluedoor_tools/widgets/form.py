"""The form of the filters: plain ipywidgets, which say what a reader chose and show what code has set."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import ipywidgets

from .. import contract
from ..completion import known_values
from ..contract.wording import value_label

__all__ = ["FilterForm"]

_ANY = ""  # what stands for no filter
_POSTED = (("any time", _ANY), ("last 24 hours", "24h"), ("last 7 days", "7d"), ("last 30 days", "30d"),
           ("last 90 days", "90d"))  # fmt: skip
_STATUS = (("active", "active"), ("expired", "expired"), ("any", _ANY))
_TYPED = frozenset({"q", "location", "salary_min"})  # the others are chosen with one click
_CHOICES = 200  # suggestions of one field: a browser's list grows slow beyond

Changed = Callable[[dict[str, Any], bool], None]


class FilterForm(ipywidgets.Box):  # type: ignore[misc]
    """A field for each of the filters that a reader asks for most; the others can be set from code.

    `changed` is called with the filters that a reader changed (None: no such filter) and whether they were typed:
    then the next letter may follow at once. `suggest` is called with the beginning of a company's name.
    """

    def __init__(self, names: Collection[str], changed: Changed, suggest: Callable[[str], None]) -> None:
        self._changed = changed
        self._suggest = suggest
        self._showing = False
        self.fields = {name: made for name, made in self._made().items() if name in names}
        self.clear = ipywidgets.Button(description="Clear filters", tooltip="Take every filter away")
        self.clear.add_class("bd-clear")
        for name, field in self.fields.items():
            field.add_class(f"bd-field-{name.replace('_', '-')}")
            field.observe(lambda change, name=name: self._typed(name, change["new"]), names="value")
        super().__init__(children=[*self.fields.values(), self.clear])
        self.add_class("bd-form")

    def _made(self) -> dict[str, Any]:
        def chosen(label: str, options: Iterable[tuple[str, str]]) -> ipywidgets.Dropdown:
            return ipywidgets.Dropdown(description=label, options=list(options), value=_ANY)

        def words(name: str) -> list[tuple[str, str]]:
            values = contract.PARAMETERS[name].choices
            return [("any", _ANY), *((value_label(value).replace("_", " "), value) for value in values)]

        return {
            "q": ipywidgets.Text(description="Keywords", placeholder="words of the title or department"),
            "company": ipywidgets.Combobox(description="Company", placeholder="begin a name, then choose"),
            "location": ipywidgets.Text(description="Place", placeholder="part of the location"),
            # Compared whole, and the suggestions are but the commonest: taken when it is done, not letter by letter.
            "department": ipywidgets.Combobox(
                description="Department", placeholder="whole name", continuous_update=False
            ),
            "workplace_type": chosen("Work model", words("workplace_type")),
            "employment_type": chosen("Employment", words("employment_type")),
            "provider": chosen("Provider", words("provider")),
            "posted_after": chosen("Posted within", _POSTED),
            "salary_min": ipywidgets.Text(description="Pay from", placeholder="amount, any currency"),
            "status": chosen("Status", _STATUS),
        }

    def show(self, filters: Mapping[str, Any]) -> None:
        """Show the filters as they are; nothing is asked for it."""
        self._showing = True
        try:
            for name, field in self.fields.items():
                value = filters.get(name, _ANY)
                text = _ANY if value == _ANY else _as_text(value)
                if isinstance(field, ipywidgets.Dropdown):
                    known = [option for _, option in field.options]
                    if text not in known:
                        field.options = [*field.options, (f"{text[:30]} (set by code)", text)]
                    field.value = text
                elif field.value.strip() != text:
                    field.value = text
        finally:
            self._showing = False

    def offer(self, name: str, values: Iterable[str]) -> None:
        """Suggest values for a field that is typed."""
        if name in self.fields:
            self.fields[name].options = tuple(dict.fromkeys(value for value in values if value))[:_CHOICES]

    def _typed(self, name: str, value: str) -> None:
        if self._showing:
            return
        text = value.strip()
        if name == "company" and text and text.casefold() not in self._known_companies():
            self._suggest(text)  # a name is compared whole, and this is not one yet
            return
        if name == "salary_min" and text:
            self._changed({name: _number(text)}, True)
            return
        self._changed({name: text or None}, name in _TYPED)

    def _known_companies(self) -> set[str]:
        return {str(value).casefold() for value in (*self.fields["company"].options, *known_values("company"))}


def _number(text: str) -> float | str:
    """The amount that was typed; what is no number is handed on, for the library's own error."""
    try:
        number = float(text.replace(",", "").replace(" ", "").replace("\u202f", "").removesuffix("k")) * (
            1000 if text.endswith("k") else 1
        )
    except ValueError:
        return text
    return number if math.isfinite(number) else text


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float | int):
        return f"{value:g}" if abs(value) < 1e6 else f"{value:.0f}"
    return ", ".join(map(str, value))
