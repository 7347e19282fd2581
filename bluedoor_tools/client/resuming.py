"""Going on with a load that stopped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from ..answer_card import ATTRS_KEY, BROKEN, card, fingerprint
from ..arguments import instant_text
from ..chain import just_after
from ..cursor import Cursor, Position
from ..errors import InvalidRequestError
from ..inert import counted, one_line
from ..progress import Progress
from ..reproduction import bounded
from .answering import DEFAULT_LIMIT, Answering, asks, is_default

__all__ = ["ResumeFunctions"]

_ORDERS = {
    "jobs": ("first_seen_at", "job_id", "first_seen_before"),
    "events": ("observed_at", "event_id", "observed_before"),
}
_FIRST = {"search_jobs": "q", "search_events": "event_types", "source_jobs": "source_id"}  # their first arguments
# Notes that end with the load that they are of.
_OF_ONE_GO = ("loaded in ", "company is empty where the name was not known before")


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
            cursor = Cursor.decode(stopped)
            return self._go_on(cursor, stopped, _wanted(cursor, limit, int(DEFAULT_LIMIT)), progress)
        entries = card(stopped)
        if entries["kind"] not in _ORDERS:
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
        cursor, of = Cursor.decode(token), entries["backend"]
        if (of["name"], of["base_url"]) != (self.backend.name, self.backend.base_url):
            raise InvalidRequestError(
                f"The frame is of the backend {one_line(str(of['label']))}; this client is of {self.backend.label}.",
                hint="Go on with a client of that backend: bd.connect(…).resume(df).",
            )
        rest = self._go_on(cursor, token, _wanted(cursor, limit, len(stopped)), progress, list(stopped.columns))
        joined = _joined(stopped, rest, dict(entries), cursor)
        self._name_companies(joined)
        # A load that broke off with a gap, and was limited, may have rows beyond its limit.
        most = cursor.call.get("limit") if is_default(limit) else None
        return _cut(joined, cursor, most) if type(most) is int and len(joined) > most else joined

    def _go_on(
        self, cursor: Cursor, token: str, limit: int | None, progress: Progress, columns: list[str] | None = None
    ) -> pd.DataFrame:
        """The rows behind a token."""
        function, arguments = cursor.call.get("function"), cursor.call.get("arguments")
        if function not in _FIRST or not isinstance(arguments, dict):
            raise InvalidRequestError("The token names no search that can go on.", hint="Ask the search again.")
        asked: dict[str, Any] = {str(name): value for name, value in arguments.items()}
        if columns is not None and function != "search_events":
            asked["columns"] = columns
        ask = getattr(self._whole, str(function))
        frame: pd.DataFrame = ask(**asked, limit=limit, cursor=token, progress=progress)
        return frame

    def _name_companies(self, frame: pd.DataFrame) -> None:
        """Look up the names that an interrupt left out."""
        if not {"company", "org_id"} <= set(frame.columns):
            return
        nameless = frame["company"].isna() & frame["org_id"].notna()
        if nameless.any():
            org_ids = frame.loc[nameless, "org_id"]
            names = self._organisations.names(list(org_ids.unique()), frame.attrs[ATTRS_KEY]["notes"], keep=True)
            frame.loc[nameless, "company"] = org_ids.map(names)


def _wanted(cursor: Cursor, limit: int | None, as_many_again: int) -> int | None:
    """How many rows more are wanted, where the caller does not say: what was left, or as many again."""
    if not is_default(limit):
        return limit
    return None if cursor.left is None else cursor.left or max(1, as_many_again)


def _joined(first: pd.DataFrame, rest: pd.DataFrame, entries: dict[str, Any], cursor: Cursor) -> pd.DataFrame:
    """Two frames of one load as one, in its order, with a card for both."""
    instant, name, _ = _ORDERS[entries["kind"]]
    added: Mapping[str, Any] = rest.attrs[ATTRS_KEY]
    frame = pd.concat([part for part in (first, rest) if len(part)] or [first], ignore_index=True)
    if name in frame.columns:
        frame = frame[~(frame[name].duplicated() & frame[name].notna())]
    notes = [note for note in entries["notes"] if not note.startswith(_OF_ONE_GO)]
    if {instant, name} <= set(frame.columns):
        frame = frame.sort_values([instant, name], ascending=False, na_position="last", kind="stable")
    elif len(first) and len(rest):
        notes.append(f"rows that came later stand at the end: without {instant} and {name} they cannot be put in order")
    frame = frame.reset_index(drop=True)
    ended = added["next_cursor"] is None and added["reason"].startswith("the last page")
    broken = entries["drift"].get(BROKEN) or added["drift"].get(BROKEN)
    few = entries["total"] is not None and not entries["capped"] and entries["total"] > len(frame)
    complete = ended and cursor.from_start and not broken and not few
    function = str(cursor.call["function"])
    arguments = dict(cursor.call["arguments"])
    if arguments.get("status") == "active":
        del arguments["status"]  # as it is by default
    if entries["call"].get("function") == function:
        arguments = {
            argument: value for argument, value in entries["call"]["arguments"].items() if argument != "cursor"
        }
    whole = complete and arguments.get("limit") is None
    reason = "cursor ended" if complete else added["reason"]
    if ended and few:
        reason = f"cursor ended, but the backend counted {entries['total']:,} at the beginning"
    frame.attrs[ATTRS_KEY] = {
        **entries,
        "rows": len(frame),
        "total": max(len(frame), entries["total"] or 0) if entries["capped"] else entries["total"],
        "capped": entries["capped"] and not complete,
        "complete": complete,
        "reason": reason,
        "next_cursor": _in_all(added["next_cursor"], len(first)),
        "answered_at": added["answered_at"],
        "pages": entries["pages"] + added["pages"],
        "call": {
            "function": function,
            "first": _FIRST[function],
            "arguments": {**bounded(arguments), "limit": None if whole else max(1, len(frame))},
        },
        "cost": _both(entries["cost"], added["cost"]),
        "drift": dict(Counter(entries["drift"]) + Counter(added["drift"])),
        "unknown_fields": sorted({*entries["unknown_fields"], *added["unknown_fields"]}),
        "notes": [
            *dict.fromkeys([*notes, *added["notes"]]),
            f"loaded in more than one go: {counted(len(rest), 'row')} at {added['answered_at']}, the others until "
            f"{entries['answered_at']}",
        ],
        "fingerprint": fingerprint(frame),
    }
    return frame


def _in_all(token: str | None, rows_before: int) -> str | None:
    """A token of the later of two loads, as one of both: the limit that it is to be cut to is theirs together."""
    if token is None:
        return None
    cursor = Cursor.decode(token)
    limit = cursor.call.get("limit")
    if type(limit) is not int:
        return token
    return replace(cursor, call={**cursor.call, "limit": limit + rows_before}).encode()


def _cut(frame: pd.DataFrame, cursor: Cursor, most: int) -> pd.DataFrame:
    """The newest rows of a frame, as many as the load was limited to, with the card for that."""
    entries = frame.attrs[ATTRS_KEY]
    instant, name, before = _ORDERS[entries["kind"]]
    if not {instant, name} <= set(frame.columns):
        return frame
    head = frame.head(most).copy()
    last, token = head[instant].iloc[-1], None
    if not pd.isna(last):
        behind = instant_text(last.to_pydatetime())
        ties = tuple(sorted(str(one) for one in head.loc[head[instant] == last, name]))
        place = Position(0, None, 0, ((before, just_after(behind)),), behind)
        token = Cursor(
            (place,), cursor.fingerprint, cursor.clock, ties, {**cursor.call, "limit": None}, 0, cursor.from_start
        ).encode()
    head.attrs[ATTRS_KEY] = {
        **entries,
        "rows": most,
        "complete": False,
        "reason": "limit",
        "next_cursor": token,
        "call": {**entries["call"], "arguments": {**entries["call"]["arguments"], "limit": most}},
        "fingerprint": fingerprint(head),
    }
    return head


def _both(first: Mapping[str, Any] | None, second: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What two loads cost."""
    if first is None or second is None:
        return None
    return {
        "requests": first["requests"] + second["requests"],
        "repeated": dict(Counter(first["repeated"]) + Counter(second["repeated"])),
        "waited": round(first["waited"] + second["waited"], 1),
    }
