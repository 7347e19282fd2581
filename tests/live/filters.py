"""The filters of a search: asked for values of known records, judged by what comes back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any

from bluedoor_tools import contract
from bluedoor_tools.specification import Specification

from .asking import Asker, Exchange
from .findings import Finding
from .readings import Outcome, Reading, Record, Trial, instead, outcomes, readings_of
from .values import best, bounds, distinct, lists, parts, pieces, salaries, words_cut

__all__ = ["Filters", "job_filters", "written"]

_NAMES_TRIED = 2  # other names for a parameter that does not work
_FREE_TEXT = ("department", "city", "region", "country")


def written(values: Mapping[str, Any]) -> dict[str, str]:
    """Values as a query string has them."""
    return {
        name: ",".join(value)
        if isinstance(value, list)
        else str(value).lower()
        if isinstance(value, bool)
        else f"{value:.15g}"
        if isinstance(value, int | float)
        else value
        for name, value in values.items()
    }


@dataclass
class Filters:
    """The filters of one search call, the records known beforehand, and what was asked so far.

    `known` are records in the order of the API; `window` is sent along, and lets all of them through.
    """

    asker: Asker
    path: str
    endpoint: str
    rows: Mapping[str, contract.Parameter]
    known: Sequence[Record]
    identity: str
    time: str
    descending: bool
    published: Specification | None
    window: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    readings: dict[str, list[Reading]] = field(default_factory=dict)
    trials: list[Trial] = field(default_factory=list)
    unanswered: dict[str, Exchange] = field(default_factory=dict)  # alone, and refused or not to be asked
    renamed: dict[str, tuple[str, Exchange]] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)  # of the unanswered ones
    exact: dict[str, Exchange] = field(default_factory=dict)  # refused in another letter case

    judged: tuple[int, dict[str, Outcome]] | None = None

    def __post_init__(self) -> None:
        jobs = self.identity == "job_id"
        self.readings = {name: readings_of(row, self.known, jobs=jobs) for name, row in self.rows.items()}

    def probe(self, candidates: Iterable[Mapping[str, Any]], *, post: bool = False, window: bool = True) -> None:
        """Ask for the best of these values; where the answer does not tell which is at fault, for each alone."""
        values, _ = best(candidates, self.readings, self.known)
        while values:
            trial = self._try(values, post=post, window=window)
            if len(values) == 1 or (trial is not None and len(self._suspects(trial)) < 2):
                return
            if trial is not None:
                break
            refusal = self.asker.exchanges[-1]
            named = [name for name in values if re.search(rf"\b{name}\b", refusal.error)]
            if len(named) != 1 or not refusal.refused:
                break
            self.unanswered[named[0]] = refusal
            self.values[named[0]] = values.pop(named[0])
        for name, value in values.items():
            self._try({name: value}, post=post, window=window)

    def probe_together(self, *each: Iterable[Mapping[str, Any]]) -> None:
        """Ask for several filters in one request if some values tell all their meanings apart; else one by one."""
        weighed = [list(islice(candidates, 12)) for candidates in each]
        values, alike = best(
            ({name: value for one in group for name, value in one.items()} for group in product(*weighed)),
            self.readings,
            self.known,
        )
        if values and not alike:
            self.probe([values])
            return
        for candidates in weighed:
            self.probe(candidates)

    def _suspects(self, trial: Trial) -> set[str]:
        """The filters another meaning of which would explain the answer; none where the contract's do."""
        usual = {name: ways[0] for name, ways in self.readings.items()}
        if trial.fits(usual):
            return set()
        found = {
            name
            for name in trial.filters
            for way in self.readings[name][1:]
            if trial.fits(instead(usual, name, way, self.readings))
        }
        return found or set(trial.filters)

    def _try(self, values: Mapping[str, Any], *, post: bool = False, window: bool = True) -> Trial | None:
        exchange = self._ask(values, post=post, window=window)
        if exchange.answered:
            trial = Trial(exchange, dict(values), self.known, self.identity, self.descending, self.time)
            self.trials.append(trial)
            return trial
        if len(values) == 1:
            ((name, value),) = values.items()
            whole = {text.casefold(): text for text in distinct(self.known, self.rows[name].reads[0])}
            known_as = whole.get(value.casefold(), value.lower()) if isinstance(value, str) else value
            if exchange.refused and known_as != value:
                again = self._ask({name: known_as}, post=post, window=window)
                if again.answered:
                    self.exact[name] = again
                    self.trials.append(
                        Trial(again, {name: known_as}, self.known, self.identity, self.descending, self.time)
                    )
                    return None
            self.unanswered[name] = exchange
            self.values[name] = value
        return None

    def _ask(self, values: Mapping[str, Any], *, post: bool, window: bool) -> Exchange:
        spare = {*values, *self.unanswered}  # with a window that is refused, every request would be
        around = {**(self.window if window and not spare & set(self.window) else {}), **self.fixed}
        if post:
            body = {**around, **values, "limit": 100}
            if "include_total" in body:
                body["include_total"] = False
            return self.asker.ask(self.path, body=body)
        return self.asker.ask(self.path, {**written(values), **around, "limit": "100"})

    def outcomes(self) -> dict[str, Outcome]:
        """What is left of each filter."""
        if self.judged is None or self.judged[0] != len(self.trials):
            self.judged = len(self.trials), outcomes(self.readings, self.trials)
        return self.judged[1]

    def find_names(self) -> None:
        """For each assumed name that does not work: whether one of the others does, while requests are left."""
        found = self.outcomes()
        for name, row in self.rows.items():
            if row.known != "assumed":
                continue
            outcome, refusal = found[name], self.unanswered.get(name)
            dead = outcome.reading is not None and outcome.reading.says in {"ignored", "matching nothing"}
            if not dead and not (refusal is not None and refusal.refused):
                continue
            value = outcome.trials[0].filters[name] if outcome.trials else self.values[name]
            for other in self._other_names(name, row):
                exchange = self.asker.ask(
                    self.path, {**written({other: value}), **self.window, **self.fixed, "limit": "100"}
                )
                trial = Trial(exchange, {name: value}, self.known, self.identity, self.descending, self.time)
                ways = self.readings[name]
                if exchange.answered and trial.fits({name: ways[0]}) and not trial.fits({name: ways[-2]}):
                    self.renamed[name] = other, exchange
                    break

    def _other_names(self, name: str, row: contract.Parameter) -> list[str]:
        said = None if self.published is None else self.published.sent_as(self.endpoint, name)
        first = [said] if said is not None and said != name else []
        return list(dict.fromkeys([*first, *row.other_names]))[:_NAMES_TRIED]

    def findings(self, meaning: str, table: str) -> list[Finding]:
        """A finding on the meaning of every filter, and on the name of every assumed one."""
        found: list[Finding] = []
        for name, outcome in self.outcomes().items():
            told = self._finding(f"{meaning} {name}", name, outcome)
            found.append(told)
            if self.rows[name].known == "assumed":
                found.append(self._on_name(f"{table} {name}", name, outcome, told))
        return found

    def _finding(self, row: str, name: str, outcome: Outcome) -> Finding:
        refusal = self.unanswered.get(name)
        if name in self.renamed:
            other, exchange = self.renamed[name]
            return Finding(row, "confirmed", f"under the name {other}: {_told(exchange)}")
        if name in self.exact:
            exchange = self.exact[name]
            return Finding(
                row,
                "contradicted",
                f"refused in another letter case: {_told(exchange)}",
                f"{name}: letter case matters",
            )
        if refusal is not None and not outcome.trials:
            if refusal.refused:
                return Finding(row, "contradicted", _told(refusal), f"{name}: the API refuses it; see the answer")
            return Finding(row, "undecided", _told(refusal))
        if not outcome.trials:
            return Finding(row, "undecided", "the known records have no value that would tell")
        evidence = "; ".join(_told(trial.exchange) for trial in outcome.trials)
        if outcome.reading is None:
            return Finding(
                row, "contradicted", evidence, f"{name}: the rows fit no meaning that was tried; read the answer"
            )
        if outcome.confirmed:
            return Finding(row, "confirmed", evidence)
        if outcome.reading is self.readings[name][0]:
            others = ", ".join(other.says for other in outcome.also)
            return Finding(row, "undecided", f"as the contract has it, or {others}: {evidence}")
        correction = outcome.reading.correction
        if outcome.also:
            correction += f" (or: {', '.join(other.says for other in outcome.also)})"
        return Finding(row, "contradicted", evidence, correction)

    def _on_name(self, row: str, name: str, outcome: Outcome, told: Finding) -> Finding:
        if name in self.renamed:
            other, exchange = self.renamed[name]
            return Finding(row, "contradicted", _told(exchange), f"rename {name} to {other}")
        if name in self.exact:
            return Finding(row, "confirmed", _told(self.exact[name]))
        reading = outcome.reading
        if reading is None or reading.says in {"ignored", "matching nothing"} or told.verdict == "undecided":
            tried = ", ".join(self._other_names(name, self.rows[name]))
            correction = told.correction and f"{told.correction}; of its other names none works (tried: {tried})"
            return Finding(row, told.verdict, told.evidence, correction)
        return Finding(row, "confirmed", told.evidence)

    def on_nulls(self) -> Finding:
        """Whether a null ever matches a filter on its field."""
        found = self.outcomes()
        matching = [name for name, one in found.items() if one.reading and one.reading.says == "a null matches, too"]
        if matching:
            told = "; ".join(_told(trial.exchange) for trial in found[matching[0]].trials)
            return Finding(
                "MEANING null", "contradicted", told, f"a null matches a filter on it: {', '.join(matching)}"
            )
        ruled_out = [
            name
            for name, one in found.items()
            if one.confirmed and any(way.says == "a null matches, too" for way in self.readings[name])
        ]
        if ruled_out:
            told = f"known records with a null did not come back for {', '.join(ruled_out)}"
            return Finding("MEANING null", "confirmed", told)
        return Finding("MEANING null", "undecided", "no known record has a null in a field that was asked for")

    def on_lists(self, kind: str) -> Finding:
        """Whether a list is understood as it is sent."""
        row, found = f"MEANING a list in a {kind}", self.outcomes()
        for name, outcome in found.items():
            trials = [
                trial
                for trial in outcome.trials
                if trial.exchange.method == kind and self.rows[name].match == "one_of" and len(trial.filters[name]) > 1
            ]
            if trials and outcome.confirmed:
                return Finding(row, "confirmed", _told(trials[0].exchange))
            if trials and outcome.reading is not None and outcome.reading is not self.readings[name][0]:
                return Finding(row, "contradicted", _told(trials[0].exchange), outcome.reading.correction)
        refused = [
            one for name, one in self.unanswered.items() if self.rows[name].match == "one_of" and one.method == kind
        ]
        if refused and refused[0].refused:
            return Finding(row, "contradicted", _told(refused[0]), f"a list in a {kind} is refused as it is sent")
        return Finding(row, "undecided", _told(refused[0]) if refused else "no list could be asked for")


def _told(exchange: Exchange) -> str:
    if exchange.answered:
        return f"{exchange.asked} → {len(exchange.rows)} rows{' and more' if exchange.more else ''}"
    return f"{exchange.asked} → {exchange.status or 'no answer'}: {exchange.error}"


def job_filters(filters: Filters) -> None:
    """Every filter of a job search, a few to a request where they can be told apart."""
    known = filters.known
    for stem in ("first_seen", "posted", "updated", "changed"):
        # Among the newest records few were changed later: those that were are found without the window.
        filters.probe(bounds(known, stem, filters.rows[f"{stem}_after"].reads[0]), window=stem != "changed")
    if filters.window and filters.outcomes()["first_seen_before"].also:
        filters.probe([{"first_seen_before": filters.window["first_seen_after"]}], window=False)
    filters.probe({"provider": value.upper()} for value in distinct(known, "provider"))
    filters.find_names()
    places = ("location_text", "country", "city", "region")
    filters.probe_together(
        [{"employment_type": kind.upper()} for kind in distinct(known, "employment_type")],
        [{"title": piece} for piece in pieces(known, ("title",))],
    )
    filters.probe_together(
        [{"workplace_type": work.upper()} for work in distinct(known, "workplace_type")],
        [{"location_text": piece} for piece in pieces(known, places)],
    )
    filters.probe({"location": piece} for piece in pieces(known, places))
    status = filters.rows["status"].choices
    met = {row.get("status") for row in known}
    unmet = [value for value in status if value not in met]
    filters.probe(({"status": value.upper()} for value in unmet or status), window=not unmet)
    whole = (
        {name: row[name].swapcase() for name in _FREE_TEXT}
        for row in known
        if all(isinstance(row.get(name), str) for name in _FREE_TEXT)
    )
    filters.probe(whole)
    for name in _FREE_TEXT:
        filters.probe(parts(known, name))
    filters.probe_together(
        [one for one in salaries(known) if "salary_min" in one], [one for one in salaries(known) if "salary_max" in one]
    )
    filters.probe(lists(known, {"source_ids": "source_id"}, {"salary_exists": True}))
    filters.probe(lists(known, {"org_ids": "org_id"}, {}), post=True)
    filters.probe(words_cut(known))
