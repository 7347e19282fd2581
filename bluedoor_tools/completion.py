"""Completion of filter values in notebooks: inside ``search_jobs(workplace_type="re`` it offers ``remote``.

Names of arguments are offered by the notebook itself, from the functions' signatures. Values come from the contract and
from the answers of this session, never from a request of their own.
"""

from __future__ import annotations

import keyword
import re
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from . import contract

if TYPE_CHECKING:
    from IPython.core.completer import CompletionContext, SimpleMatcherResult

__all__ = ["candidates", "known_values", "offer", "remember"]

_MOST = 2_000  # values remembered of one name
_LONGEST = 200  # characters of a value worth offering
_MATCHER = "bluedoor_tools.completion"

_lock = threading.Lock()
_remembered: dict[str, dict[str, None]] = {}


# -- what there is to offer --------------------------------------------------------------------------------------------


def remember(name: str, values: Iterable[str]) -> None:
    """Keep values met in an answer, to be offered for the parameter `name`.

    At most 2,000 a name are kept, of one call the first, else the latest; long ones and what is no text are left out.
    """
    fitting = (value for value in values if isinstance(value, str) and 0 < len(value) <= _LONGEST)
    new = list(islice(fitting, _MOST))  # outside of the lock: `values` may be anything
    with _lock:
        kept = _remembered.setdefault(name, {})
        kept.update(dict.fromkeys(new))
        for oldest in list(islice(kept, max(0, len(kept) - _MOST))):
            del kept[oldest]


def known_values(name: str) -> list[str]:
    """The values known of a parameter: those of the contract, then those remembered, each once; no request.

    Examples
    --------
    >>> known_values("workplace_type")[:3]
    ['remote', 'hybrid', 'on_site']
    """
    known: list[Iterable[str]] = []
    for parameter in (contract.PARAMETERS.get(name), contract.EVENT_PARAMETERS.get(name)):
        known += [parameter.choices, parameter.wordings] if parameter else []
    if name in {"field", "by"}:
        known.append(contract.FACET_FIELDS)
    elif name == "columns":
        from .frames import COLUMNS  # pandas stands behind it

        known.append([*COLUMNS, "all"])
    with _lock:
        known.append(list(_remembered.get(name, ())))
    return list(dict.fromkeys(chain.from_iterable(known)))


# -- where the cursor stands -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Function:
    """A function whose values are completed: its keyword arguments, and the name of its first argument."""

    names: frozenset[str]
    first: str | None = None


_JOBS = _Function(frozenset({*contract.PARAMETERS, "company", "columns"}))
_FUNCTIONS = {
    **dict.fromkeys(("search_jobs", "iter_jobs", "jobs", "get_jobs", "source_jobs"), _JOBS),
    "facets": _Function(frozenset({*contract.PARAMETERS, "company", "field", "by"}), "field"),
    "search_events": _Function(frozenset({*contract.EVENT_PARAMETERS, "company"}), "event_types"),
}

_TOKEN = re.compile(
    r"""\s++ | \#[^\n]*+
      | (?P<prefix>[A-Za-z]{0,2})(?P<quote>\"{3}|'{3}|["'])
      | (?P<word>[^\W\d]\w*+)
      | [=!<>:+\-*/%&|^@]=  # so that '=' alone is that of an argument
      | \d[\w.]*+ | .""",
    re.VERBOSE | re.DOTALL,
)
# What a string holds, up to its end, the end of the line or the cursor; possessive, as a cell may be long.
_BODY = {
    '"': re.compile(r'(?:[^"\\\n]++|\\.)*+', re.DOTALL),
    "'": re.compile(r"(?:[^'\\\n]++|\\.)*+", re.DOTALL),
    '"""': re.compile(r'(?:[^"\\]++|\\.|"(?!""))*+', re.DOTALL),
    "'''": re.compile(r"(?:[^'\\]++|\\.|'(?!''))*+", re.DOTALL),
}
_CLOSES = {")": "(", "]": "[", "}": "{"}
_ESCAPED = re.compile(r"""\\(['"\\])""")


@dataclass(slots=True)
class _Bracket:
    """An open bracket: the function it calls, or the parameter whose values it lists; and the argument within it."""

    sign: str
    function: _Function | None = None
    lists: str | None = None
    place: int = 0
    fresh: bool = True  # nothing of the argument yet
    word: str | None = None  # all there is of the argument
    name: str | None = None

    def parameter(self) -> str | None:
        """The parameter of which a value would stand here."""
        if self.function is None:
            return self.lists
        if self.name is not None:
            return self.name if self.name in self.function.names else None
        return self.function.first if self.place == 0 and self.fresh else None

    def next_argument(self) -> None:
        self.place, self.fresh, self.word, self.name = self.place + 1, True, None, None

    def take(self, part: str, word: str | None) -> None:
        """Go on by a token that neither opens nor closes anything."""
        if part == ",":
            self.next_argument()
            return
        if part == "=" and self.word is not None:
            self.name = self.word
        self.word = word if self.fresh else None
        self.fresh = False


@dataclass(frozen=True, slots=True)
class _OpenString:
    """The string that the cursor stands in, and the parameter whose value it is."""

    parameter: str
    prefix: str
    quote: str
    body: str


def _open_string(text: str) -> _OpenString | None:
    """Where the cursor stands at the end of `text`; None where that is no value of ours, or the code is broken."""
    brackets: list[_Bracket] = []
    before = ""  # the last token that a call or a subscript could follow
    place = 0
    while found := _TOKEN.match(text, place):
        place = found.end()
        part, word, quote = found[0], found["word"], found["quote"]
        top = brackets[-1] if brackets else None
        if part.isspace() or part.startswith("#"):
            continue
        if quote:
            body = _BODY[quote].match(text, place)
            assert body is not None  # noqa: S101 (it matches nothing, too)
            place = body.end()
            if place == len(text):
                parameter = top.parameter() if top else None
                return _OpenString(parameter, found["prefix"].lower(), quote, body[0]) if parameter else None
            if not text.startswith(quote, place):
                if brackets:
                    return None
                continue  # no Python, such as `!echo don't`: the next line may be
            place += len(quote)
            before = "string"
        elif part in {"(", "[", "{"}:
            called = before if part == "(" else ""
            lists = top.parameter() if top and not before else None
            brackets.append(_Bracket(part, _FUNCTIONS.get(called), lists))
            before = ""
        elif part in _CLOSES:
            if brackets and brackets.pop().sign != _CLOSES[part]:
                return None
            top, before = (brackets[-1] if brackets else None), part
        else:
            before = word if word and not keyword.iskeyword(word) else ""
        if top:
            top.take(part, word)
    return None


def candidates(text: str) -> tuple[str, list[str]]:
    r"""What could stand in the string that is open at the end of `text`: what is typed of it, and the whole values.

    Values are written as the string must write them; what it cannot hold, or would not print, is left out. Nothing is
    evaluated.

    Parameters
    ----------
    text
        the cell up to the cursor

    Examples
    --------
    >>> candidates('client.search_jobs(workplace_type="re')
    ('re', ['remote'])
    >>> candidates('facets("co')
    ('co', ['country'])
    """
    found = _open_string(text)
    if found is None or not set(found.prefix) <= set("rfu") or ("f" in found.prefix and "{" in found.body):
        return "", []
    raw = "r" in found.prefix
    typed = (found.body if raw else _ESCAPED.sub(r"\1", found.body)).casefold()
    written = (
        _written(value, found.quote[0], raw=raw)
        for value in known_values(found.parameter)
        if value.casefold().startswith(typed) and not ("f" in found.prefix and ("{" in value or "}" in value))
    )
    return found.body, [value for value in written if value is not None]


def _written(value: str, quote: str, *, raw: bool) -> str | None:
    """A value as it stands between quotes; None where it cannot."""
    if not value.isprintable() or (raw and (quote in value or "\\" in value)):
        return None
    return value.replace("\\", "\\\\").replace(quote, f"\\{quote}")


# -- the notebook ------------------------------------------------------------------------------------------------------


def offer() -> None:
    """Offer known values to the running IPython, once; outside of IPython it does nothing, and never fails."""
    ipython: Any = sys.modules.get("IPython")
    if ipython is None:
        return
    with suppress(Exception):  # a convenience: an IPython of another shape goes without
        shell = ipython.get_ipython()
        if shell is None:
            return
        matchers = shell.Completer.custom_matchers
        if all(getattr(matcher, "matcher_identifier", None) != _MATCHER for matcher in matchers):
            matchers.append(_matcher())


def _matcher() -> Callable[[CompletionContext], SimpleMatcherResult]:
    from IPython.core.completer import SimpleCompletion, context_matcher

    def values_matcher(context: CompletionContext) -> SimpleMatcherResult:
        typed, values = "", list[str]()
        with suppress(Exception):  # IPython would print the traceback into the notebook
            lines = context.full_text.split("\n")[: context.cursor_line + 1]
            lines[-1] = lines[-1][: context.cursor_position]
            typed, values = candidates("\n".join(lines))
        if not values:
            return {"completions": [], "suppress": False}
        return {
            "completions": [SimpleCompletion(value, type="value") for value in values],
            "matched_fragment": typed,
            "ordered": True,
            "suppress": True,  # no file, magic or name belongs there
        }

    matcher: Any = context_matcher(identifier=_MATCHER)
    decorated: Callable[[CompletionContext], SimpleMatcherResult] = matcher(values_matcher)
    return decorated
