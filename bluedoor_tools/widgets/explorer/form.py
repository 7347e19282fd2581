"""The form of the filters: plain ipywidgets, which say what a reader chose and show what code has set."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any

import ipywidgets

from ... import contract
from ...completion import known_values
from ...contract.wording import value_label
from ...inert import visible_line
from ...pages.values import number_text

__all__ = ["FilterForm"]

_ANY = ""  # what stands for no filter
_POSTED = (("any time", _ANY), ("last 24 hours", "24h"), ("last 7 days", "7d"), ("last 30 days", "30d"),
           ("last 90 days", "90d"))  # fmt: skip
_STATUS = (("active", "active"), ("expired", "expired"), ("any", _ANY))
_TYPED = frozenset({"q", "location", "salary_min"})  # the others are chosen with one click
_LONG = 40  # characters of an option
_CHOICES = 200  # suggestions of one field: a browser's list grows slow beyond

Changed = Callable[[dict[str, Any], bool], None]


def _chosen(label: str, *options: tuple[str, str]) -> Callable[[], Any]:
    return partial(ipywidgets.Dropdown, description=label, options=options, value=_ANY)


def _words(name: str) -> list[tuple[str, str]]:
    values = contract.PARAMETERS[name].choices
    return [("any", _ANY), *((value_label(value), value) for value in values)]


_MADE: dict[str, Callable[[], Any]] = {
    "q": partial(ipywidgets.Text, description="Keywords", placeholder="title or department"),
    "company": partial(ipywidgets.Combobox, description="Company", placeholder="begin a name"),
    "location": partial(ipywidgets.Text, description="Place", placeholder="part of the location"),
    # Compared whole, and the suggestions are but the commonest: taken when it is done, not letter by letter.
    "department": partial(
        ipywidgets.Combobox, description="Department", placeholder="whole name", continuous_update=False
    ),
    "workplace_type": _chosen("Work model", *_words("workplace_type")),
    "employment_type": _chosen("Employment", *_words("employment_type")),
    "provider": _chosen("Provider", *_words("provider")),
    "posted_after": _chosen("Posted within", *_POSTED),
    "salary_min": partial(ipywidgets.Text, description="Pay from", placeholder="any currency"),
    "status": _chosen("Status", *_STATUS),
}


class FilterForm(ipywidgets.Box):  # type: ignore[misc]  # ipywidgets has no types
    """A field for each of the filters that a reader asks for most; the others can be set from code.

    `changed` is called with the filters that a reader changed (None: no such filter) and whether they were typed:
    then the next letter may follow at once. `suggest` is called with the beginning of a company's name.
    """

    def __init__(self, names: Collection[str], changed: Changed, suggest: Callable[[str], None]) -> None:
        self._changed = changed
        self._suggest = suggest
        self._showing = False
        self.fields = {name: make() for name, make in _MADE.items() if name in names}
        self._options = {name: field.options for name, field in self.fields.items() if _is_choice(field)}
        self._by_code: dict[str, tuple[str, Any]] = {}  # values that are no option, and how they are written
        self.clear = ipywidgets.Button(description="Clear filters", tooltip="Take every filter away")
        self.clear.add_class("bd-clear")
        for name, field in self.fields.items():
            field.add_class(f"bd-field-{name.replace('_', '-')}")
            field.observe(lambda change, name=name: self._typed(name, change["new"]), names="value")
        super().__init__(children=[*self.fields.values(), self.clear])
        self.add_class("bd-form")

    def show(self, filters: Mapping[str, Any]) -> None:
        """Show the filters as they are; nothing is asked for it."""
        self._showing = True
        try:
            for name, field in self.fields.items():
                value = filters.get(name, _ANY)
                text = _ANY if value == _ANY else _as_text(value)
                if name in self._options:
                    self._choose(name, text, value)
                elif _meaning(name, field.value) != (value if name == "salary_min" else text):
                    field.value = text  # what means the same stays as it was typed
        finally:
            self._showing = False

    def _choose(self, name: str, text: str, value: Any) -> None:
        """Choose an option; what is none becomes one for as long as it is chosen."""
        field, options = self.fields[name], self._options[name]
        if text not in [option for _, option in options]:
            self._by_code[name] = (text, value)
            options = (*options, (_label(text), text))
        if field.options != options:
            field.options = options
        field.value = text

    @property
    def choices(self) -> tuple[str, ...]:
        """The fields that offer values of the rows to choose from."""
        return tuple(name for name in self._options if name != "posted_after")

    def choose_from(self, name: str, values: Iterable[str] | None) -> None:
        """Offer these values in place of the contract's; None leaves those."""
        if values is not None:
            chosen = self.fields[name].value
            self._options[name] = (("any", _ANY), *((_label(value), value) for value in values))
            self._showing = True
            try:
                self._choose(name, chosen, self._by_code.get(name, (chosen, chosen))[1])
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
        known, by_code = self._by_code.get(name, (None, None))
        self._changed({name: by_code if text and text == known else _meaning(name, text) or None}, name in _TYPED)

    def _known_companies(self) -> set[str]:
        return {str(value).casefold() for value in (*self.fields["company"].options, *known_values("company"))}


def _label(value: str) -> str:
    return visible_line(value_label(value))[:_LONG]


def _is_choice(field: Any) -> bool:
    return isinstance(field, ipywidgets.Dropdown)


def _meaning(name: str, typed: str) -> float | str:
    """What was typed, as its filter takes it; an amount that is no number is handed on, for the library's own error."""
    text = typed.strip()
    if name != "salary_min":
        return text
    digits = text.casefold().replace(",", "").replace(" ", "").replace("\u202f", "")
    try:
        number = float(digits.removesuffix("k")) * (1000 if digits.endswith("k") else 1)
    except ValueError:
        return text
    return number if math.isfinite(number) else text


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float | int):
        return number_text(value)
    return ", ".join(map(str, value))
