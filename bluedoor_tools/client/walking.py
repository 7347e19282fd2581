"""What the functions over listings give: a frame of rows with its card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ..backends.base import Request
from ..errors import ResultCutWarning, warn
from ..frames import FrameBuilder
from ..query import Query
from ..walk import Walk
from .answering import is_default
from .extent import extent_of
from .loading import LoadingFunctions

__all__ = ["WalkingFunctions"]


class WalkingFunctions(LoadingFunctions):
    """What functions that load listings have in common."""

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
