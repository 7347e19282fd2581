"""Going on with a load that stopped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pandas as pd

from ..answer_card import ATTRS_KEY, BROKEN, card, fingerprint
from ..cursor import Cursor
from ..errors import InvalidRequestError
from ..inert import counted, one_line
from ..progress import Progress
from .answering import DEFAULT_LIMIT, Answering, asks, is_default

__all__ = ["ResumeFunctions"]

_ORDERS = {"jobs": ("first_seen_at", "job_id"), "events": ("observed_at", "event_id")}
_RESUMABLE = {"search_jobs", "search_events", "source_jobs"}


class ResumeFunctions(Answering):
    """Functions that go on."""

    @asks
    def resume(
        self, stopped: pd.DataFrame | str, *, limit: int | None = DEFAULT_LIMIT, progress: Progress = None
    ) -> pd.DataFrame:
        """Go on with a load that stopped, in this process or another one: the rest of its rows.

        Costs what the rest of the load costs. Rows that came are not asked for again, but for the page amid which it
        stopped.

        Parameters
        ----------
        stopped
            the frame of a search of jobs or events, or of a board's jobs, that is not complete, also as read back by
            ``read_jobs``; or its token alone: ``bd.card(df)["next_cursor"]``
        limit
            rows more at most, None for all; by default what the load still wanted: all, or up to its limit. Of one that
            came to its limit: as many again
        progress
            as for :meth:`search_jobs`

        Returns
        -------
        DataFrame
            of a frame: its rows and the new ones, newest first, each once, with one card for all; of a complete one,
            the frame itself. Of a token: the rows from there on.

        Raises
        ------
        InvalidRequestError
            The rows are not those of the answer, of another backend, or there is nothing that leads on.
        CouldNotAskError, NotAuthorizedError, UnexpectedAnswerError
            Nothing more was to be had. Where some rows were, they are kept, as of any load.

        Examples
        --------
        >>> import bluedoor_tools as bd
        >>> client = bd.connect("sample")
        >>> jobs = client.search_jobs("nurse", limit=3)
        >>> more = client.resume(jobs)
        >>> len(more), more["job_id"].equals(client.search_jobs("nurse", limit=6)["job_id"])
        (6, True)
        """
        if isinstance(stopped, str):
            return self._go_on(stopped, limit, len_before=0, progress=progress, columns=None)
        entries = card(stopped)
        if entries["kind"] not in _ORDERS or entries["call"].get("function") not in {*_RESUMABLE, "iter_jobs"}:
            raise InvalidRequestError(
                f"A frame of {one_line(str(entries['kind']))} is not loaded row by row.",
                hint="resume takes frames of search_jobs, search_events and source_jobs.",
            )
        if entries["derived"]:
            raise InvalidRequestError(
                "The rows of this frame are not those of its answer: there is no telling what comes next.",
                hint="Pass the frame that the search gave, or its token: bd.card(df)['next_cursor'].",
            )
        token = entries["next_cursor"]
        if token is None:
            if entries["complete"] or entries["reason"].startswith("the last page"):
                return stopped
            raise InvalidRequestError(
                f"Nothing leads on from this frame ({one_line(entries['reason'])}).", hint="Ask the search again."
            )
        rest = self._go_on(
            token, limit, len_before=len(stopped), progress=progress, columns=[str(name) for name in stopped.columns]
        )
        return _joined(stopped, rest, dict(entries))

    def _go_on(
        self, token: str, limit: int | None, *, len_before: int, progress: Progress, columns: list[str] | None
    ) -> pd.DataFrame:
        """The rows behind a token."""
        cursor = Cursor.decode(token)
        function, arguments = cursor.call.get("function"), cursor.call.get("arguments")
        if function not in _RESUMABLE or not isinstance(arguments, dict):
            raise InvalidRequestError("The token names no search that can go on.", hint="Ask the search again.")
        asked: dict[str, Any] = {str(name): value for name, value in arguments.items()}
        if columns is not None and function != "search_events":
            asked["columns"] = columns
        if is_default(limit):
            asked["limit"] = (cursor.left or len_before or int(DEFAULT_LIMIT)) if cursor.left is not None else None
        else:
            asked["limit"] = limit
        frame: pd.DataFrame = getattr(self._whole, str(function))(**asked, cursor=token, progress=progress)
        return frame


def _joined(first: pd.DataFrame, rest: pd.DataFrame, entries: dict[str, Any]) -> pd.DataFrame:
    """Two frames of one load as one, in its order, with a card for both."""
    instant, name = _ORDERS[entries["kind"]]
    added: Mapping[str, Any] = rest.attrs[ATTRS_KEY]
    frame = pd.concat([part for part in (first, rest) if len(part)] or [first], ignore_index=True)
    if name in frame.columns:
        frame = frame[~(frame[name].duplicated() & frame[name].notna())]
    if {instant, name} <= set(frame.columns):
        frame = frame.sort_values([instant, name], ascending=False, na_position="last", kind="stable")
    frame = frame.reset_index(drop=True)
    ended = added["next_cursor"] is None and added["reason"].startswith("the last page")
    complete = ended and "cursor" not in entries["call"]["arguments"] and not entries["drift"].get(BROKEN)
    arguments = dict(entries["call"]["arguments"])
    if "limit" in arguments:
        arguments["limit"] = None if complete and arguments["limit"] is None else max(1, len(frame))
    total, capped = (len(frame), False) if complete and entries["capped"] else (entries["total"], entries["capped"])
    entries |= {
        "rows": len(frame),
        "total": total,
        "capped": capped,
        "complete": complete,
        "reason": "cursor ended" if complete else added["reason"],
        "next_cursor": added["next_cursor"],
        "pages": entries["pages"] + added["pages"],
        "call": {**entries["call"], "arguments": arguments},
        "cost": _both(entries["cost"], added["cost"]),
        "drift": dict(Counter(entries["drift"]) + Counter(added["drift"])),
        "unknown_fields": sorted({*entries["unknown_fields"], *added["unknown_fields"]}),
        "notes": [
            *dict.fromkeys([*entries["notes"], *added["notes"]]),
            f"a load in more than one go: {counted(len(rest), 'row')} came at {added['answered_at']}",
        ],
        "fingerprint": fingerprint(frame),
    }
    frame.attrs[ATTRS_KEY] = entries
    return frame


def _both(first: Mapping[str, Any] | None, second: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What two loads cost."""
    if first is None or second is None:
        return None
    return {
        "requests": first["requests"] + second["requests"],
        "repeated": dict(Counter(first["repeated"]) + Counter(second["repeated"])),
        "waited": round(first["waited"] + second["waited"], 1),
    }
