"""How far the rows of a listing go: complete or not and why, how many match, and what is to be said of them.

Complete is what every cursor ended on. What the backend counts is a check beside it: a count may be capped, or of
another moment; where it disagrees that is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from .. import contract
from ..decode import Drift
from ..errors import DriftWarning, warn
from ..query import Query
from ..walk import Walk

__all__ = ["Extent", "extent_of"]


@dataclass(frozen=True, slots=True)
class Extent:
    """How far the rows go, as a card says it."""

    total: int | None
    capped: bool
    complete: bool
    reason: str
    notes: list[str]


def extent_of(
    frame: pd.DataFrame, walk: Walk, query: Query | None, drift: Drift, *, kind: str, pages: int | None = None
) -> Extent:
    """How far the rows of a walk go; `pages` is given for a page amid the walk."""
    noun = "events" if kind == "events" else "postings"
    from_start = walk.start is None and not (pages is not None and walk.pages > pages)
    complete = walk.reason == "cursor ended" and from_start
    total, capped, about_total = _total(walk, query)
    if complete and (about_total or (capped and total is not None and len(frame) >= total)):
        total, capped, about_total = len(frame), False, []  # what was not counted to its end, the rows tell
    reason = walk.reason if complete or walk.reason != "cursor ended" else "the last page, or pages, of a walk"
    notes = [*_about_branches(walk, query), *about_total, *_about_rows(walk, noun), *walk.remarks]
    if drift.broken_records:
        complete, reason = False, f"{reason}, without {drift.broken_records:,} broken records"
    if not len(frame) and walk.start is None and query is not None and kind == "jobs":
        notes.extend(_about_nothing(query))
    now = "" if walk.counted_again is None else f"; it counts {walk.counted_again:,} now, without what is newer"
    if complete and total is not None and total != len(frame):
        notes.append(f"the backend counted {total:,} matching {noun}, {len(frame):,} came{now}")
    if complete and walk.counted_by_facets is not None and walk.counted_by_facets != len(frame):
        notes.append(f"facets counted {walk.counted_by_facets:,} matching {noun}, {len(frame):,} came{now}")
    certain = query is None or not query.overlaps
    counted = total if total is not None else walk.counted_by_facets if certain else None
    if walk.counted_again is not None and certain:
        counted = walk.counted_again
    if complete and counted is not None and counted > len(frame):
        complete, reason = False, f"{reason}, but the backend counts {counted:,}"
        if walk.parts:
            notes.append(f"{noun} without {walk.order.instant} are in no part: connect(…, chains=1) walks them, too")
    if capped and total is not None:
        total = max(total, len(frame))  # at least
    return Extent(total, capped, complete, reason, notes)


def _total(walk: Walk, query: Query | None) -> tuple[int | None, bool, list[str]]:
    """How many rows match in all: of several queries the sum, where no row can match two of them."""
    totals = walk.totals()
    if not totals or any(total is None for total, _ in totals) or walk.left_out:
        return None, False, []
    counts = [total or 0 for total, _ in totals]
    capped = any(stopped for _, stopped in totals)
    overlaps = query.overlaps if query is not None else ()
    if not overlaps:
        return sum(counts), capped, []
    extent = f"at least {max(counts):,}" if capped else f"between {max(counts):,} and {sum(counts):,}"
    return None, False, [f"{extent} match: values of {' and '.join(overlaps)} overlap"]


def _about_rows(walk: Walk, noun: str) -> list[str]:
    """What the server's pages were like, where they were not as they should be."""
    notes = []
    if walk.repeated:
        notes.append(f"{walk.repeated:,} {noun} came more than once, the backend's pages overlap: each is here once")
    if walk.restarts:
        times = "once" if walk.restarts == 1 else f"{walk.restarts:,} times"
        notes.append(f"the server's cursor led nowhere {times}: gone on by {walk.order.before}, behind the last row")
    if walk.left_out:
        names, counts = ", ".join(walk.left_out), _counts(walk.left_out)
        notes.append(f"the server seems to ignore {names}: {noun} that do not match were left out ({counts})")
        warn(f"The server seems to ignore {names}: {noun} that do not match were left out.", DriftWarning)
    if walk.unmatched:
        counts = _counts(walk.unmatched)
        notes.append(f"{noun} that do not match a filter as it is understood, left in: {counts}")
        if max(walk.unmatched.values()) > walk.read / 2:
            names = ", ".join(name for name, count in walk.unmatched.items() if count > walk.read / 2)
            warn(
                f"Most of these {noun} do not match {names}: the server seems to ignore it. See bd.card(df).",
                DriftWarning,
            )
    return notes


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def _about_branches(walk: Walk, query: Query | None) -> list[str]:
    """The values of a list that nothing matches: one that is misspelt must not pass for a finding."""
    if query is None or len(query.listed) != 1 or walk.start is not None:
        return []
    (name,) = query.listed
    pairs = zip(query.branches(), walk.totals(), strict=False)
    empty = [f"{name}={branch.filters[name]!r}" for branch, (total, _) in pairs if total == 0]
    return [f"nothing matches {', '.join(empty)}"] if empty else []


def _about_nothing(query: Query) -> list[str]:
    """Where to look when nothing matches: values are compared whole, as records write them."""
    counted = {facet.reads: facet.name for facet in contract.FACET_FIELDS.values()}
    fields = [counted[name] for name in query.filters if name in counted]
    if not fields:
        return []
    return [f"nothing matches; values are compared whole: see what there is with facets({fields[0]!r})"]
