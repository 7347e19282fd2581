"""How the rows of a listing are loaded: page after page, or where they are many, in parts side by side."""

from __future__ import annotations

import contextlib
import datetime as dt
import math
import time
from collections.abc import Callable, Sequence
from typing import Any

from .. import contract
from ..arguments import instant_text
from ..chain import Order, just_after, narrowed
from ..cursor import Position, Within
from ..decode import Drift, parse_instant
from ..errors import BluedoorError, BluedoorWarning, LongLoadWarning, PartialResultWarning, warn
from ..frames import FrameBuilder
from ..load import LARGE, Load, NotSplittableError
from ..progress import LoadProgress, Progress, Reporter, check_progress, load_notice, reporting
from ..query import Query
from ..walk import Walk
from ..wire.work import StoppedError, current
from .answering import Answering

__all__ = ["LoadingFunctions", "guarded"]

_CHUNK = 300  # records of a part held as they came: there are many parts, and a record holds its whole page
_SLOW = 20.0  # requests a second
_COUNT_AGAIN = 60.0  # seconds after which counts that were not to be had are asked for again
_PROVIDERS = "ats_provider"  # the facet of a field that every posting has


class LoadingFunctions(Answering):
    """What functions that load listings stand on."""

    _uncounted_since = -math.inf  # when counts were last not to be had

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
        told, done = guarded(check_progress(progress)), False
        try:
            with reporting(told, noun) as reporter:
                self._follow(walk, builder, branches, reporter)
                done = True
        except (BluedoorError, KeyboardInterrupt) as error:
            if done:
                warn(str(error) or "Interrupted after the last row.", BluedoorWarning)
            elif not builder.rows:
                raise
            else:
                _break_off(walk, builder, error)
        return builder

    def _follow(self, walk: Walk, builder: FrameBuilder, branches: Sequence[Query] | None, reporter: Reporter) -> None:
        """Page after page, for as long as little is to come; what is large, in parts.

        A load in parts begins anew: that it is whole is proven by the ends of its own cursors, not by what the first
        pages left. Their rows stay all the same, and come once.
        """
        work, at_least, counted, decided = current(), False, False, False

        def report(rows: int) -> None:
            reporter.update(rows, _at_most(walk.expected, walk.limit), work.requests)

        for page in walk.follow():
            builder.add(page)
            report(builder.rows)
            if walk.reason != "page":
                self._count_again(walk, builder, branches)
                return
            if not counted:
                counted, (walk.expected, at_least) = True, self._expected(walk, branches)
                walk.expected_is_exact = not at_least
                self._announce(walk, at_least)
            if not decided and max(builder.rows, _at_most(walk.expected, walk.limit) or 0) > LARGE:
                decided = True
                if walk.start is None and (walk.expected is None or at_least):
                    self._announce_unknown()
                load = self._in_parts(walk, builder, branches, whole=not at_least)
                if load is not None and self._run(load, walk, builder, report):
                    self._count_again(walk, builder, branches)
                    return

    def _run(self, load: Load, walk: Walk, builder: FrameBuilder, report: Callable[[int], None]) -> bool:
        """Run a load in parts, and put its rows in order, also where something stops it; whether there were parts."""
        try:
            load.run(report)
        except NotSplittableError:
            walk.pages += load.pages
            walk.remarks.append(f"the server does not keep to bounds of {walk.order.instant}: read page after page")
            return False
        except (BluedoorError, KeyboardInterrupt):
            _put_in_order(load, walk, builder)
            raise
        _put_in_order(load, walk, builder)
        walk.remarks.append(
            f"loaded in {len(load.chains)} parts by {walk.order.instant}, each by its own cursor: a row without it "
            "would be in none"
        )
        return True

    def _expected(self, walk: Walk, branches: Sequence[Query] | None) -> tuple[int | None, bool]:
        """How many rows match in all, and whether that is only a lower bound; None where nobody can say."""
        if walk.start is not None:
            left = walk.start.call.get("expected")
            return (left if type(left) is int and left >= 0 else None), False
        totals = walk.totals()
        total: int | None = None
        at_least = any(capped for _, capped in totals)
        if totals and all(count is not None for count, _ in totals):
            total = sum(count or 0 for count, _ in totals)
        enough = walk.limit is not None and walk.limit <= LARGE
        if (total is None or at_least) and branches is not None and not self.backend.local and not enough:
            sizes = self._sizes(branches)
            if sizes is not None:
                walk.counted_by_facets = sizes
                return sizes, False
        return total, at_least

    def _announce(self, walk: Walk, at_least: bool) -> None:
        """Say before a long load what it is about to do."""
        pace = self.backend.pace()
        rows = _at_most(walk.expected, walk.limit)
        if pace is None or rows is None:
            return
        certain = walk.limit is not None and rows == walk.limit
        notice = load_notice(rows, at_least and not certain, None, *pace)
        if notice is not None:
            warn(notice, LongLoadWarning)

    def _announce_unknown(self) -> None:
        """Say of a load whose size nobody knows how fast it is, where that is slow."""
        pace = self.backend.pace()
        notice = load_notice(None, False, None, *pace) if pace is not None and pace[0] <= _SLOW else None
        if notice is not None:
            warn(notice, LongLoadWarning)

    def _in_parts(
        self, walk: Walk, builder: FrameBuilder, branches: Sequence[Query] | None, *, whole: bool
    ) -> Load | None:
        """The walk as a load in parts; None where it is read page after page."""
        if branches is None or walk.order.before is None or self.backend.chains() < 2:
            return None
        within_limit = whole and walk.expected is not None and walk.expected <= (walk.limit or 0)
        limit = None if within_limit else walk.limit
        if limit is not None and len(branches) > 1:  # its rows could come from any of them
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
            expected=_at_most(walk.expected, walk.limit),
            limit=limit,
        )

    def _sizes(self, branches: Sequence[Query]) -> int | None:
        """How many rows several queries have together, by counts over a field that no posting lacks."""
        total = 0
        for branch in branches:
            size = self._size(branch, ())
            if size is None:
                return None
            total += size
        return total

    def _size(self, query: Query, within: Within) -> int | None:
        if query.parameters is not contract.PARAMETERS:
            return None
        if time.monotonic() - self._uncounted_since < _COUNT_AGAIN:
            return None
        try:
            return self.backend.size(query.within(within))  # costs a request
        except StoppedError:
            raise
        except BluedoorError:  # a load goes on without; and does not wait for it again and again
            self._uncounted_since = time.monotonic()
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

    def _count_again(self, walk: Walk, builder: FrameBuilder, branches: Sequence[Query] | None) -> None:
        """Where fewer rows came than were counted at the beginning: what the server counts now, but for what is new."""
        counted = walk.expected_by_totals if walk.expected_by_totals is not None else walk.counted_by_facets
        whole = walk.reason == "cursor ended" and walk.start is None and counted is not None
        sound = not walk.left_out and not builder.drift.broken_records
        if not whole or not sound or builder.rows >= (counted or 0):
            return
        newest = builder.newest(walk.order.instant)
        new: Within = ()
        if newest is not None and walk.order.after is not None:
            new = ((walk.order.after, just_after(instant_text(newest))),)
        with contextlib.suppress(BluedoorError):
            total = self._counted(walk, branches, ())
            later = self._counted(walk, branches, new) if total is not None and new else None
            walk.counted_again = total if total is None else total - (later or 0)

    def _counted(self, walk: Walk, branches: Sequence[Query] | None, within: Within) -> int | None:
        """How many rows the server counts in a part of a walk; None where it does not say."""
        if walk.expected_by_totals is None:
            return self._sizes([branch.within(within) for branch in branches or ()])
        answers = [ask(walk.decoder, None, 1, True, within) for ask in walk.asks]
        if any(
            answer.total is None or answer.total_capped or answer.unmatched or answer.left_out for answer in answers
        ):
            return None
        return sum(answer.total or 0 for answer in answers)


def guarded(progress: Progress) -> Progress:
    """A caller's function, of which whatever it raises stops the load and keeps its rows."""
    if not callable(progress):
        return progress

    def told(state: LoadProgress) -> None:
        try:
            progress(state)
        except Exception as error:
            raise StoppedError(f"The function given as progress raised {type(error).__name__}: {error}") from error

    return told


def _break_off(walk: Walk, builder: FrameBuilder, error: BaseException) -> None:
    """Mark a walk as one that something stopped, and say so."""
    if not walk.parts:
        walk.next_cursor = next(cursor for rows, cursor in walk.marks if rows == builder.rows)
    if walk.next_cursor is None and isinstance(error, KeyboardInterrupt):
        walk.reason = "cursor ended"  # it struck after the last row
        return
    cause = error.__cause__ if isinstance(error, StoppedError) and error.__cause__ else error
    walk.reason = f"interrupted: {type(cause).__name__}"
    go_on = " bd.resume(df) goes on from there." if walk.next_cursor else ""
    warn(
        f"The load stopped after {builder.rows:,} rows ({str(error) or 'interrupted by you'}). They are kept.{go_on}",
        PartialResultWarning,
    )


def _put_in_order(load: Load, walk: Walk, builder: FrameBuilder) -> None:
    """Put the rows of a load in order, and say where it goes on; whole, whatever interrupts it."""
    try:
        _gather(load, walk, builder)
    except KeyboardInterrupt:
        _gather(load, walk, builder)
        raise


def _gather(load: Load, walk: Walk, builder: FrameBuilder) -> None:
    """That, or as far as it came; then to be done once more."""
    rest, given = load.positions(), set(walk.given)
    if rest and walk.behind is not None:  # what the first pages gave, before the load, is not asked for again
        rest = [at for position in rest if (at := _not_newer(position, walk.behind, walk.order)) is not None]
    if not walk.parts:  # the first time
        if rest or not builder.all_have(walk.order.instant):
            builder.drift = Drift()  # the rows of the first pages may have come again
        else:
            builder.drop()  # they have
        walk.pages, walk.parts = walk.pages + load.pages, load.chains
    builder.gather(load.builders)
    ties = builder.arrange(walk.order.instant, walk.order.id, walk.limit)
    walk.rows = builder.rows
    gap = not load.came_to_its_limit
    walk.reason = "page" if rest else "cursor ended"
    if walk.limit is not None and builder.rows >= walk.limit and rest and not gap:
        walk.reason = "limit"
    if ties and ties[0][0] is not None and walk.order.before is not None and not (gap and rest):
        # Cut at the limit: what is older goes on behind the last row.
        behind = instant_text(ties[0][0])
        within = narrowed((), walk.order.before, just_after(behind))
        rest = [Position(branch, None, 0, within, behind) for branch in range(len(walk.asks))]
        walk.reason, given = "limit", {name for _, name in ties if name}
    walk.next_cursor = walk.cursor(rest, given, gap=gap)


def _at_most(rows: int | None, limit: int | None) -> int | None:
    return limit if rows is None or (limit is not None and limit < rows) else rows


def _starts(walk: Walk, branches: Sequence[Query]) -> list[Position]:
    """Where a load in parts begins: the whole queries, or what an earlier load left of them."""
    positions = walk.start.positions if walk.start is not None else tuple(map(Position, range(len(branches))))
    starts = []
    for at in positions:
        filters = branches[at.branch].filters
        own: dict[str, Any] = {name: filters[name] for name in walk.order[2:] if name is not None and name in filters}
        within = {**own, **dict(at.within)}
        at = at._replace(within=tuple(within.items()))  # noqa: PLW2901 (the same position, bounds written out)
        certain = at.backend_cursor is None or bool(walk.start is not None and walk.start.given)
        if at.behind is not None and walk.order.after not in within and certain:
            # One long chain is split from where it stood.
            at = _not_newer(at._replace(behind=None), at.behind, walk.order) or at  # noqa: PLW2901
        starts.append(at)
    return starts


def _not_newer(at: Position, behind: str, order: Order) -> Position | None:
    """What of a position is not newer than a row; None where nothing is."""
    last, bound = parse_instant(behind), parse_instant(just_after(behind))
    stood = parse_instant(at.behind) if at.behind is not None else None
    said = dict(at.within)
    after, before = (parse_instant(str(said[name])) if name in said else None for name in (order.after, order.before))
    if order.before is None or last is None or bound is None:
        return at
    if (stood is not None and stood <= last) or (before is not None and before <= bound):
        return at
    if after is not None and after >= bound:
        return None
    return Position(at.branch, None, 0, narrowed(at.within, order.before, just_after(behind)), behind)
