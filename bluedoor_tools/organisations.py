"""Organisations, looked up by id in bulk, or by name, and remembered: where the names of companies come from."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import threading
from collections.abc import Mapping
from typing import Any

from . import completion, contract
from .arguments import is_id, values_of
from .backends.base import Backend, OrgsAnswer
from .errors import (
    BluedoorError,
    BluedoorWarning,
    InvalidRequestError,
    NotFoundError,
    UnexpectedAnswerError,
    nearest,
    warn,
)
from .inert import counted, one_line
from .records import Org, org_name
from .wire.parallel import in_parallel
from .wire.work import current, working

__all__ = ["Organisations", "checked_name", "is_exact", "match_of"]

_DOMAIN = re.compile(r"[\w-]+(\.[\w-]+)+", re.ASCII)
_STEM, _WORDS = 3, 2  # letters, and words, by which a misspelt name is looked up
_FEW = 8  # candidates that an error lists


class Organisations:
    """What one client knows of organisations. Thread-safe."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._records: dict[str, dict[str, Any]] = {}
        self._names: dict[str, str | None] = {}  # of look-ups in bulk, which need not give whole records
        self._found: dict[str, OrgsAnswer] = {}
        self._kept: dict[str, dt.datetime] = {}  # when those were asked for that came from disk
        self._lock = threading.Lock()

    def record(self, org_id: str) -> dict[str, Any]:
        """One organisation's record, asked for if it was not before."""
        with self._lock:
            if org_id in self._records and not current().refresh:
                self._tell_kept(org_id)
                return self._records[org_id]
        with working() as work:
            record = self._backend.org(org_id)
        if str(record.get("org_id")).casefold() != org_id.casefold():
            raise UnexpectedAnswerError(f"Asked for organisation {org_id}, the backend answered with another record.")
        with self._lock:
            self._records[org_id] = record
            self._names[org_id] = org_name(record)
            self._kept.pop(org_id, None)
            if "org" in work.cached:
                self._kept[org_id] = work.cached["org"]
        return record

    def _tell_kept(self, org_id: str) -> None:
        """Count what is remembered as from the cache, where it once came from there."""
        if org_id in self._kept:
            current().from_cache("org", self._kept[org_id])

    def name(self, org_id: str) -> str | None:
        """One organisation's name, asked for if it was not met before."""
        with self._lock:
            known = None if current().refresh else self._names.get(org_id)
            if known:
                self._tell_kept(org_id)
        return known or org_name(self.record(org_id))

    def names(self, org_ids: list[str], notes: list[str], *, keep: bool, ask: bool = True) -> dict[str, str | None]:
        """Names by id, asked in bulk for those not met before; a failure leaves them out and says so.

        With `keep` an interrupt, too, leaves them out; without `ask` those not met before are.
        """
        refresh = current().refresh
        with self._lock:
            missing = [org_id for org_id in org_ids if refresh or org_id not in self._names]
            for org_id in set(org_ids).difference(missing):
                self._tell_kept(org_id)
        parts = [
            missing[start : start + contract.BATCH_LIMIT] for start in range(0, len(missing), contract.BATCH_LIMIT)
        ]
        if missing and not ask:
            notes.append("company is empty where the name was not known before: the load was interrupted")
            parts = []
        try:
            with contextlib.closing(in_parallel(self._look_up, parts, self._backend.chains)) as asked:
                for _, failed in asked:
                    if failed is not None:
                        raise failed
        except (BluedoorError, KeyboardInterrupt) as error:
            if isinstance(error, KeyboardInterrupt) and not keep:
                raise
            said = error.message if isinstance(error, BluedoorError) else "interrupted by you"
            notes.append(f"company is empty where the names could not be looked up ({said})")
            warn(f"The companies' names could not be looked up: {str(error) or said}", BluedoorWarning)
        with self._lock:
            nameless = sum(org_id in self._names and not self._names[org_id] for org_id in org_ids)
            names = {org_id: self._names.get(org_id) for org_id in org_ids}
        completion.remember("company", filter(None, names.values()))
        if nameless:
            notes.append(f"company is empty for {nameless:,} organisations: the backend gives no name for them")
        return names

    def _look_up(self, org_ids: list[str]) -> None:
        with working() as work:
            found = self._backend.orgs(org_ids)
        with self._lock:
            self._names.update({org_id: org_name(found.get(org_id)) for org_id in org_ids})
            for org_id in org_ids:
                self._kept.pop(org_id, None)
            if work.cached_count("org") == len(org_ids):  # which of them, where only some are, is not known
                self._kept.update(dict.fromkeys(org_ids, work.cached["org"]))

    def find(self, name: str) -> OrgsAnswer:
        """The organisations that a name, or a web domain, may mean; one request, for a domain two; remembered."""
        key = name.casefold()
        with self._lock:
            if key in self._found and not current().refresh:
                return self._found[key]
        answer = self._backend.find_orgs(name, None)
        if _DOMAIN.fullmatch(name):  # a web domain, or a name that looks like one
            try:
                of_domain = self._backend.find_orgs(None, name)
            except BluedoorError as error:
                if not answer.records:
                    raise
                answer.notes = (*answer.notes, f"{name!r} could not be looked up as a domain ({error.message})")
            else:
                answer.records.extend(of_domain.records)
                answer.notes = (*answer.notes, *of_domain.notes)
                answer.requests += of_domain.requests
                answer.cut = answer.cut if of_domain.cut is False else of_domain.cut
        answer.records = list({str(record["org_id"]): record for record in answer.records}.values())
        for record in answer.records:
            if not is_id(record["org_id"]) or record["org_id"] != record["org_id"].strip():
                odd = one_line(str(record["org_id"]))[:60]
                raise UnexpectedAnswerError(f"The look-up of {name!r} gave an organisation with an id of {odd!r}.")
        with self._lock:
            self._found[key] = answer
        return answer

    def resolve(self, company: object) -> tuple[list[str], list[str], list[str]]:
        """The ids behind what a caller gives as company, each name as given, and what to say of it.

        Raises
        ------
        InvalidRequestError
            No text, or the exact name of several organisations: they are listed.
        NotFoundError
            No organisation's exact name: the nearest are named.
        """
        given = [company] if isinstance(company, Org) else values_of("company", company)
        org_ids: list[str] = []
        names: list[str] = []
        notes: list[str] = []
        for entry in given:
            if isinstance(entry, Org):
                org_ids.append(str(entry["org_id"]))
                names.append(entry.name or str(entry["org_id"]))
                continue
            name = checked_name(entry)
            answer, record = self._exact(name)
            org_ids.append(str(record["org_id"]).lower())
            names.append(name)
            notes.append(one_line(f"company={name!r} is {_named(record)}, by its exact name or domain"))
            notes.extend(answer.notes)
            if answer.cut:
                notes.append(f"the look-up of {name!r} gave its first {len(answer.records)}: others may be so named")
            elif answer.cut is None:
                notes.append(f"whether the look-up of {name!r} gave every organisation so named, it does not say")
        return org_ids, names, list(dict.fromkeys(notes))

    def _exact(self, name: str) -> tuple[OrgsAnswer, dict[str, Any]]:
        answer = self.find(name)
        exact = [record for record in answer.records if is_exact(record, name)]
        if len(exact) == 1:
            return answer, exact[0]
        if exact:
            raise InvalidRequestError(
                f"company={name!r} is the name of {len(exact)} organisations: {_listed(exact)}.",
                hint="Say which by org_ids=[…]; find_orgs shows how many postings each has.",
                context={"org_ids": [str(record["org_id"]) for record in exact]},
            )
        # Where several have the words, none of them is nearer than the others.
        close = org_name(answer.records[0]) if len(answer.records) == 1 else None
        if not answer.records:
            close = self.near(name)
        hints = [f"Did you mean {close!r}?"] if close else []
        hints += [f"With these words: {_listed(answer.records)}."] if answer.records else []
        if answer.cut:
            most = len(answer.records)
            hints.append(f"The look-up gives its first {most} only: write the web domain, or org_ids=[…].")
        hints = hints or ["Is it spelt as the company does?"]
        raise NotFoundError(
            f"No organisation has the exact name {name!r}.",
            hint=" ".join([*hints, "A name is taken whole; find_orgs(…) finds parts of it."]),
            context={"nearest": close},
        )

    def near(self, name: str) -> str | None:
        """The name most like one that nobody has: looked for by its words, its beginning and its end."""
        words = sorted({word for word in re.findall(r"\w+", name) if len(word) > _STEM}, key=len, reverse=True)
        for part in dict.fromkeys([*words[:_WORDS], name[:_STEM], name[-_STEM:]]):
            with contextlib.suppress(BluedoorError):  # a courtesy: that nobody is so named stands
                close = nearest(name, [text for record in self.find(part).records if (text := org_name(record))])
                if close:
                    return close
        return None


def checked_name(name: object) -> str:
    """A caller's name of a company as text that says something."""
    if not isinstance(name, str):
        raise InvalidRequestError(
            f"A company is named by text, not {type(name).__name__}.", hint="Write its name in quotes."
        )
    # Of a web address, its domain.
    text = re.sub(r"^https?://(?:www\.)?([^/?#]+).*", r"\1", " ".join(name.split()), flags=re.IGNORECASE)
    if not text or not any(char.isalnum() for char in text) or not text.isprintable():
        raise InvalidRequestError(f"{name[:60]!r} says no name.", hint="Write the company's name.")
    if is_id(text):
        raise InvalidRequestError("company is a name; this is an id.", hint=f"Use org_ids=[{text!r}].")
    return text


def is_exact(record: Mapping[str, Any], name: str) -> bool:
    """Whether a name is one of an organisation's own, whole, whatever its case: never merely like it."""
    own = (record.get(field) for field in ("display_name", "canonical_name", "domain"))
    return any(isinstance(text, str) and " ".join(text.split()).casefold() == name.casefold() for text in own)


def match_of(record: Mapping[str, Any], words: str) -> str:
    """How an organisation's names match words: exact, part, or other (not at all)."""
    if is_exact(record, words):
        return "exact"
    own = (record.get(field) for field in ("display_name", "canonical_name", "domain"))
    folded = words.casefold()
    return "part" if any(isinstance(text, str) and folded in text.casefold() for text in own) else "other"


def _named(record: Mapping[str, Any]) -> str:
    """An organisation in words that tell it from others of its name."""
    boards, domain = record.get("board_count"), record.get("domain")
    more = [str(domain)] if domain else []
    more += [counted(boards, "board")] if type(boards) is int else []
    return f"{org_name(record) or 'without a name'} ({', '.join([str(record['org_id']), *more])})"


def _listed(records: list[dict[str, Any]]) -> str:
    shown = "; ".join(one_line(_named(record)) for record in records[:_FEW])
    return shown + (f" and {len(records) - _FEW} more" if len(records) > _FEW else "")
