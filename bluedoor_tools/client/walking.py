"""How the rows of a listing are loaded: page after page, or where they are many, in parts side by side."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from .. import contract
from ..arguments import instant_text
from ..backends.base import Request
from ..chain import Order, just_after, narrowed
from ..cursor import Cursor, Position, Within
from ..decode import Drift, parse_instant
from ..errors import (
    BluedoorError,
    LongLoadWarning,
    PartialResultWarning,
    ResultCutWarning,
    warn,
)
from ..frames import FrameBuilder
from ..load import LARGE, Load, NotSplittableError
from ..progress import Progress, Reporter, check_progress, load_notice, reporting
from ..query import Query
from ..walk import Walk
from ..wire.work import StoppedError, current
from .answering import Answering, is_default
from .extent import extent_of

__all__ = ["WalkingFunctions"]

_CHUNK = 300  # records of a part held as they came: there are many parts, and a record holds its whole page
_PROVIDERS = "ats_provider"  # the facet of a field that every posting has


class WalkingFunctions(Answering):
    """What functions that load listings have in common."""

    def _load(
        self,
        walk: Walk,
        columns: Sequence[str],
        branches: Sequence[Query] | None,
        noun: str,
        progress: Progress,
    ) -> FrameBuilder:
        """The rows of a walk, to its end; one that breaks off keeps its rows.

        `branches` are its queries; without them (a board) it is always read page after page.
        """
        builder = FrameBuilder(walk.decoder, columns, walk.order[:2])
        check_progress(progress)
        try:
            with reporting(progress, noun) as reporter:
                self._follow(walk, builder, branches, reporter)
        except (BluedoorError, KeyboardInterrupt) as error:
            if not builder.rows:
                raise
            if not walk.parts:
                walk.next_cursor = next(cursor for rows, cursor in walk.marks if rows == builder.rows)
            if walk.next_cursor is None and isinstance(error, KeyboardInterrupt):
                walk.reason = "cursor ended"  # it struck after the last row
            else:
                walk.reason = f"interrupted: {type(error).__name__}"
                go_on = " bd.resume(df) goes on from there." if walk.next_cursor else ""
                warn(
                    f"The load stopped after {builder.rows:,} rows ({str(error) or 'interrupted by you'}). They are "
                    f"kept.{go_on}",
                    PartialResultWarning,
                )
        return builder

    def _walked(
        self,
        frame: pd.DataFrame,
        walk: Walk,
        builder: FrameBuilder,
        *,
        kind: str,
        query: Query | None,
        call: Mapping[str, Any],
        request: Request | None,
        applied: Mapping[str, Any] | None = None,
        pages: int | None = None,
        notes: Sequence[str] = (),
    ) -> pd.DataFrame:
        """The card of a walk's rows; `pages` is given for a page amid the walk."""
        extent = extent_of(frame, walk, query, builder.drift, kind=kind, pages=pages)
        return self._with_card(
            frame,
            kind=kind,
            builder=builder,
            query=query,
            applied=applied,
            clock=walk.clock,
            total=extent.total,
            capped=extent.capped,
            complete=extent.complete,
            reason=extent.reason,
            next_cursor=walk.next_cursor,
            pages=walk.pages if pages is None else pages,
            request=request,
            call=call,
            notes=[*(query.notes if query else ()), *walk.notes, *notes, *extent.notes],
        )

    def _announce_cut(self, frame: pd.DataFrame, walk: Walk, limit: object, noun: str) -> None:
        """Say once a client that the default limit cut an answer."""
        if not is_default(limit) or walk.reason != "limit" or self._warned_of_cut:
            return
        self._warned_of_cut = True
        entries = frame.attrs["bluedoor"]
        known = entries["total"] is not None
        of = f"of {'at least ' if entries['capped'] else ''}{entries['total']:,}" if known else "of more"
        warn(
            f"These are the newest {len(frame)} {of} matching {noun} (the default limit); limit=None fetches all. "
            "Said once a client; the answer card always says it.",
            ResultCutWarning,
        )

    def _follow(self, walk: Walk, builder: FrameBuilder, branches: Sequence[Query] | None, reporter: Reporter) -> None:
        """Page after page, for as long as little is to come; what is large, in parts.

        A load in parts begins anew: that it is whole is proven by the ends of its own cursors, not by what the first
        pages left. Their rows stay all the same, and come once.
        """
        work = current()
        expected: int | None = None

        def report(rows: int) -> None:
            try:
                reporter.update(rows, expected, work.requests)
            except Exception as error:  # the caller's own function: the rows are kept all the same
                raise StoppedError(f"The function given as progress raised {type(error).__name__}: {error}") from error

        counted = decided = at_least = False
        for page in walk.follow():
            builder.add(page)
            if walk.reason != "page":
                self._count_again(walk, builder)
                return
            report(builder.rows)
            if not counted:
                counted, (expected, at_least) = True, self._expected(walk, branches)
            if not decided and max(builder.rows, expected or 0) > LARGE:
                decided = True
                self._announce(expected, at_least)
                load = self._in_parts(walk, builder, branches, expected)
                if load is not None and self._run(load, walk, builder, report):
                    return

    def _run(self, load: Load, walk: Walk, builder: FrameBuilder, report: Callable[[int], None]) -> bool:
        """Run a load in parts, and put its rows in order, also where something stops it; whether there were parts."""
        try:
            load.run(report)
        except NotSplittableError:
            walk.pages += load.pages
            walk.remarks.append(f"the server does not keep to {walk.order.after}: read page after page, not in parts")
            return False
        except (BluedoorError, KeyboardInterrupt):
            self._gather(load, walk, builder)
            raise
        self._gather(load, walk, builder)
        self._count_again(walk, builder)
        return True

    def _gather(self, load: Load, walk: Walk, builder: FrameBuilder) -> None:
        """Put the rows of a load in order, and say where it goes on."""
        rest, given = load.positions(), set(walk.given)
        if rest and walk.behind is not None:  # what the first pages gave, before the load, is not asked for again
            rest = [at for position in rest if (at := _not_newer(position, walk.behind, walk.order)) is not None]
        walk.parts = load.chains
        walk.pages += load.pages
        walk.reason = "page" if rest else "cursor ended"
        walk.next_cursor = self._cursor(walk, rest, given)
        if rest:
            builder.drift = Drift()  # the rows of the first pages may have come again
        else:
            builder.drop()  # they have
        builder.gather(load.builders)
        ties = builder.arrange(walk.order.instant, walk.order.id, walk.limit)
        if ties and ties[0][0] is not None and walk.order.before is not None:
            # Cut at the limit: what is older goes on behind the last row.
            behind = instant_text(ties[0][0])
            rest = [at for at in rest if at.behind or at.backend_cursor]
            rest.append(Position(0, None, 0, narrowed((), walk.order.before, just_after(behind)), behind))
            walk.reason, given = "limit", {name for _, name in ties if name}
        walk.rows = builder.rows
        walk.next_cursor = self._cursor(walk, rest, given)
        walk.remarks.append(
            f"loaded in {len(load.chains)} parts by {walk.order.instant}, each by its own cursor: a posting without it "
            "would be in none"
        )

    def _cursor(self, walk: Walk, rest: Sequence[Position], given: Iterable[str]) -> str | None:
        left = None if walk.limit is None else max(0, walk.limit - walk.rows)
        cursor = Cursor(tuple(rest), walk.mark, walk.clock, tuple(sorted(given)), walk.call, left)
        return cursor.encode() if rest else None

    def _expected(self, walk: Walk, branches: Sequence[Query] | None) -> tuple[int | None, bool]:
        """How many rows there are to come in all, and whether that is only a lower bound; None where nobody can say."""
        if walk.limit is not None and walk.limit <= LARGE:
            return walk.limit, False
        totals = walk.totals()
        total: int | None = None
        at_least = any(capped for _, capped in totals)
        if totals and all(count is not None for count, _ in totals):
            total = sum(count or 0 for count, _ in totals)
        if (total is None or at_least) and branches is not None and not self.backend.local and walk.start is None:
            sizes = [self._size(branch, ()) for branch in branches]
            if all(size is not None for size in sizes):
                total, at_least = sum(size or 0 for size in sizes), False
                walk.counted_by_facets = total
        if walk.limit is not None and total is not None and total >= walk.limit:
            return walk.limit, False
        return total, at_least

    def _announce(self, expected: int | None, at_least: bool) -> None:
        """Say before a long load what it is about to do."""
        pace = self.backend.pace()
        notice = load_notice(expected, at_least, None, *pace) if pace is not None else None
        if notice is not None:
            warn(notice, LongLoadWarning)

    def _in_parts(
        self, walk: Walk, builder: FrameBuilder, branches: Sequence[Query] | None, expected: int | None
    ) -> Load | None:
        """The walk as a load in parts; None where one page after another will do."""
        if branches is None or walk.order.before is None or self.backend.chains() < 2:
            return None
        if walk.limit is not None and len(branches) > 1:  # its rows could come from any of them
            return None
        return Load(
            walk.asks,
            _starts(walk, branches),
            walk.order,
            builder=lambda: FrameBuilder(walk.decoder, builder.columns, walk.order[:2], chunk=_CHUNK),
            decoder=walk.decoder,
            given=walk.start.given if walk.start is not None else (),
            chains=self.backend.chains,
            size=lambda branch, within: self._size(branches[branch], within),
            values=lambda branch, within, size: self._values(branches[branch], within, size),
            now=dt.datetime.fromisoformat(walk.clock),
            expected=expected,
            limit=walk.limit,
        )

    def _size(self, query: Query, within: Within) -> int | None:
        if query.parameters is not contract.PARAMETERS:
            return None
        with contextlib.suppress(BluedoorError):
            return self.backend.size(query.within(within))  # costs a request
        return None

    def _values(self, query: Query, within: Within, size: int | None) -> list[Within]:
        """The parts of postings of one moment: by provider where these add up, else by whether a salary is given.

        No posting lacks a provider: its id is made of it.
        """
        part = query.within(within)
        taken = {"provider", "salary_exists", "salary_min"} & set(part.filters)
        if query.parameters is not contract.PARAMETERS or taken:
            return []
        with contextlib.suppress(BluedoorError):
            answer = self.backend.facets(_PROVIDERS, part, contract.FACET_LIMIT)
            whole = len(answer.counts) < (answer.limit or contract.FACET_LIMIT)
            if whole and len(answer.counts) > 1 and size in {None, sum(count for _, count in answer.counts)}:
                return [(*within, ("provider", str(value))) for value, _ in answer.counts]
        return [] if "salary_max" in part.filters else [(*within, ("salary_exists", given)) for given in (True, False)]

    def _count_again(self, walk: Walk, builder: FrameBuilder) -> None:
        """Where fewer rows came than were counted at the beginning: what the server counts now."""
        counts = [total or 0 for total, capped in walk.totals() if total is not None and not capped]
        whole = walk.reason == "cursor ended" and len(counts) == len(walk.asks) == 1
        if not whole or walk.left_out or builder.drift.broken_records or builder.rows >= sum(counts):
            return
        with contextlib.suppress(BluedoorError):
            answers = [ask(walk.decoder, None, 1, True, ()) for ask in walk.asks]
            if all(answer.total is not None and not answer.total_capped for answer in answers):
                walk.counted_again = sum(answer.total or 0 for answer in answers)


def _starts(walk: Walk, branches: Sequence[Query]) -> list[Position]:
    """Where a load in parts begins: the whole queries, or what an earlier load left of them."""
    positions = walk.start.positions if walk.start is not None else tuple(map(Position, range(len(branches))))
    starts = []
    for at in positions:
        filters = branches[at.branch].filters
        own = {name: filters[name] for name in walk.order[2:] if name is not None and name in filters}
        within = {name: str(value) for name, value in own.items()} | dict(at.within)
        at = at._replace(within=tuple(within.items()))  # noqa: PLW2901 (the same position, bounds written out)
        # One long chain is split from where it stood.
        long = at.behind is not None and walk.order.after not in dict(at.within)
        starts.append((_not_newer(at, str(at.behind), walk.order) if long else None) or at)
    return starts


def _not_newer(at: Position, behind: str, order: Order) -> Position | None:
    """What of a position is not newer than a row; None where nothing is."""
    said = dict(at.within)
    after, before = (parse_instant(str(said[name])) if name in said else None for name in (order.after, order.before))
    last = parse_instant(behind)
    if order.before is None or last is None:
        return at
    bound = parse_instant(just_after(behind))
    if bound is None or (before is not None and before <= bound):
        return at
    if after is not None and after >= bound:
        return None
    return Position(at.branch, None, 0, narrowed(at.within, order.before, just_after(behind)), behind)
