"""Completions: values for the arguments of prompts, and for filters where a host asks for them.

They come from the contract, from the answers that this process has met, and from one question a field, asked when the
field is first completed and again after an hour. Without an answer in time, what is known is offered.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import mcp_types

from bluedoor_tools import contract
from bluedoor_tools.completion import known_values, remember
from bluedoor_tools.wire.work import working

from .desk import Desk
from .prompts import PROMPTS
from .resources import RESOURCES, TEMPLATES
from .strangers import one_line

if TYPE_CHECKING:
    from bluedoor_tools import Client

__all__ = ["complete"]

_MOST = 100  # values of one answer, as the protocol allows
_KEPT = 3600.0  # seconds until a field is asked for again
_PATIENCE = 5.0  # seconds that a completion waits for the backend: somebody is typing
_AGAIN = 60.0  # seconds until a field is asked for again that got no answer
_READ = 5000  # postings of a local backend whose values are read: a count would give the 100 commonest only
_AGES = ("1d", "7d", "14d", "30d", "90d")
_ANYWHERE = ("company", "city", "region", "country", "department", "provider", "field", "workplace_type",
             "employment_type", "event_types", "status")  # fmt: skip
# The fields whose values an argument takes, for those that are not called as a field is.
_FIELDS_OF = {"place": ("country", "city"), "role": ("department",), "companies": ("company",)}
_ARGUMENTS = {prompt.name: {argument.name for argument in prompt.arguments or ()} for prompt in PROMPTS}
_URIS = {*(resource.uri for resource in RESOURCES), *(template.uri_template for template in TEMPLATES)}

_ASKED_FOR = {"company", "city", "region", "country", "department"}

_now = time.monotonic


class _Asked:
    """When one client's fields are to be asked for again."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.again: dict[str, float] = {}


_lock = threading.Lock()
_asked: WeakKeyDictionary[Client, _Asked] = WeakKeyDictionary()


def complete(
    desk: Desk,
    ref: mcp_types.PromptReference | mcp_types.ResourceTemplateReference,
    argument_name: str,
    typed: str,
) -> mcp_types.Completion:
    """Values that begin with what was typed, then those that hold it, whatever its case; never an error."""
    own = _ARGUMENTS.get(ref.name) if isinstance(ref, mcp_types.PromptReference) else _own_of(ref.uri)
    if own is None or argument_name not in {*own, *_ANYWHERE}:
        return _completion([])
    if argument_name == "since":
        return _completion(_matching(_AGES, typed))
    before, typed = _last_of_list(typed) if argument_name == "companies" else ("", typed)
    values: list[str] = []
    for field in _FIELDS_OF.get(argument_name, (argument_name,)):
        with suppress(Exception):  # a convenience: what is not to be had is not offered
            _ask(desk, field)
        values += known_values(field)
    return _completion([before + value for value in _matching(values, typed)])


def _own_of(uri: str) -> set[str] | None:
    return set() if uri in _URIS else None


def _completion(values: list[str]) -> mcp_types.Completion:
    return mcp_types.Completion(values=values[:_MOST], total=len(values), has_more=len(values) > _MOST)


def _matching(values: Iterable[str], typed: str) -> list[str]:
    """The values that match, each once, those that begin so first; none that a filter would not find as it is shown."""
    wanted = typed.strip().casefold()
    matching = [value for value in dict.fromkeys(values) if wanted in value.casefold() and one_line(value) == value]
    return sorted(matching, key=lambda value: not value.casefold().startswith(wanted))


def _last_of_list(typed: str) -> tuple[str, str]:
    """What stands before the last of the values that commas separate, and that one."""
    before, comma, last = typed.rpartition(",")
    return (f"{before.rstrip()}{comma} " if comma else ""), last


def _ask(desk: Desk, field: str) -> None:
    """Ask for the values of a field, once an hour; they are remembered where `known_values` finds them."""
    if field not in _ASKED_FOR:
        return
    client = desk.client
    with _lock:
        asked = _asked.setdefault(client, _Asked())
    if not asked.lock.acquire(timeout=_PATIENCE):  # another field is being asked for
        return
    try:
        if _now() < asked.again.get(field, float("-inf")):
            return
        stop = threading.Event()
        timer = threading.Timer(_PATIENCE, stop.set)
        timer.daemon = True
        timer.start()
        try:
            asked.again[field] = _now() + _AGAIN
            with working(stop=stop):
                _question(client, field)
            asked.again[field] = _now() + _KEPT
        finally:
            timer.cancel()
    finally:
        asked.lock.release()


def _question(client: Client, field: str) -> None:
    """One request, for a company's names one more: the answers are remembered by the client itself."""
    if client.backend.local:
        rows = client.search_jobs(limit=_READ, columns=["job_id", field])
        remember(field, rows[field].value_counts().index)
    elif field == "company":
        client.search_jobs(limit=contract.PAGE_LIMIT, columns=["job_id", field])
    else:
        client.facets(field)
