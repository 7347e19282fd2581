"""The answer card: what a frame's rows are the answer to, and how far they go.

The card travels in ``frame.attrs["bluedoor"]`` as small JSON. pandas hands `attrs` on to frames derived from the first,
so the card knows its rows by a fingerprint: of any other rows it says "derived" and claims no total.
"""

from __future__ import annotations

import copy
import datetime as dt
import html
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import pandas as pd

from .arguments import instant_text
from .decode import Drift
from .errors import DriftWarning, InvalidRequestError, warn
from .inert import counted, one_line

__all__ = ["ATTRS_KEY", "BROKEN", "Card", "Framed", "attach", "card", "fingerprint"]

ATTRS_KEY = "bluedoor"
BROKEN = "broken records, left out"  # how they are counted among the drift
_FEW = 20
_KEYS = ("event_id", "job_id", "value")  # the columns that tell rows apart, by kind of frame


def fingerprint(frame: pd.DataFrame | pd.Series) -> dict[str, Any]:
    """What tells these rows from others, in any order: their number and a sum over their keys."""
    if isinstance(frame, pd.Series):
        frame = frame.to_frame().reset_index()
    # Where a value may stand in several rows, it takes the whole row to tell them apart.
    several = {"by", "breakdown"} & set(frame.columns)
    name = None if several else next((key for key in _KEYS if key in frame.columns), None)
    keys = frame[name].tolist() if name is not None else [str(row) for row in frame.itertuples(index=False)]
    return {"rows": len(frame), "key": name, "sum": sum(zlib.crc32(str(key).encode()) for key in keys)}


Framed = TypeVar("Framed", pd.DataFrame, pd.Series)


def attach(
    frame: Framed,
    *,
    kind: str,
    backend: Mapping[str, Any],
    complete: bool,
    reason: str,
    pages: int,
    answered_at: str | None = None,
    call: Mapping[str, Any],
    request: Mapping[str, Any] | None = None,
    clock: str | None = None,
    asked: Mapping[str, Any] | None = None,
    applied: Mapping[str, Any] | None = None,
    total: int | None = None,
    capped: bool = False,
    next_cursor: str | None = None,
    drift: Drift | None = None,
    unknown_fields: Iterable[str] = (),
    notes: Sequence[str] = (),
    cost: Mapping[str, Any] | None = None,
) -> Framed:
    """Put the card of an answer on its frame; drift is announced, too.

    `answered_at` is when the answer came, by default now; of a saved answer (`pages` is 0) nobody knows.
    """
    drift = drift or Drift()
    if pages and answered_at is None:
        answered_at = instant_text(dt.datetime.now(dt.UTC).replace(microsecond=0))
    drifted = dict(drift.values)
    if drift.broken_records:
        drifted[BROKEN] = drift.broken_records
    if drifted:
        said = ", ".join(f"{name}: {count}" for name, count in drifted.items())
        warn(f"Parts of the answer were not of the promised type ({said}); see bd.card(df).", DriftWarning)
    frame.attrs[ATTRS_KEY] = {
        "kind": kind,
        "derived": False,
        "backend": {"connect": None, "sends_key": False, **backend},
        "clock": clock,
        "asked": dict(asked or {}),
        "applied": dict(applied or {}),
        "rows": len(frame),
        "total": total,
        "capped": capped,
        "complete": complete,
        "reason": reason,
        "next_cursor": next_cursor,
        "answered_at": answered_at,
        "pages": pages,
        "request": request and dict(request),
        "call": dict(call),
        "drift": drifted,
        "unknown_fields": [_short(name) for name in sorted(unknown_fields)[:_FEW]],
        "cost": cost and dict(cost),
        "notes": list(notes),
        "fingerprint": fingerprint(frame),
    }
    return frame


class Card(Mapping[str, Any]):
    """A frame's answer card: a read-only mapping that shows itself, apart from its frame: a copy.

    Keys
    ----
    ``kind`` (jobs, events, facets, values, periods, orgs, sources, stats, checks) · ``derived`` (True: the rows are not
    those of the answer) · ``backend`` · ``clock`` · ``asked`` and ``applied`` (filters as written, and as sent) ·
    ``rows`` · ``total`` (matching rows; None where the backend cannot say or was not asked) · ``capped`` (the total is
    a lower bound) · ``complete`` with its ``reason`` · ``next_cursor`` · ``answered_at`` · ``pages`` (answers behind
    the rows; look-ups of names not counted) · ``request`` and ``call`` (what reproduces it) · ``drift`` ·
    ``unknown_fields`` · ``cost`` (None for a local backend: ``requests`` sent in all, look-ups of names included,
    ``repeated`` by the error that was the reason, seconds ``waited`` for limits and repetitions, summed over threads) ·
    ``notes``
    """

    def __init__(self, entries: Mapping[str, Any]) -> None:
        self._entries = copy.deepcopy(dict(entries))

    def __getitem__(self, name: str) -> Any:
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def lines(self) -> list[tuple[str, str]]:
        """The card in words: label and text, each one line. Much of it is foreign text."""
        entries = self._entries
        applied = ", ".join(f"{name}={_short(value)}" for name, value in entries["applied"].items())
        asks = entries["call"].get("function") in {"search_jobs", "facets"}
        any_status = (
            (", status=any" if applied else "status=any") if asks and "status" not in entries["applied"] else ""
        )
        said = [
            ("answer", f"{_rows(entries)}, {_extent(entries)}"),
            ("backend", entries["backend"]["label"]),
            (
                "clock",
                f"{entries['clock']} (ages such as '7d' count back from here)" if entries["clock"] else "unknown",
            ),
            ("filters", f"{applied}{any_status}" or "none"),
            (
                "answered",
                f"{entries['answered_at']}, {entries['pages']} page{'s'[: entries['pages'] != 1]}"
                if entries["pages"]
                else "unknown",
            ),
        ]
        if entries.get("cost"):
            said.append(("cost", _cost(entries["cost"])))
        if entries["drift"]:
            said.append(("drift", ", ".join(f"{name}: {count}" for name, count in entries["drift"].items())))
        if entries["unknown_fields"]:
            said.append(("new fields", f"{', '.join(entries['unknown_fields'])} (in the column unknown_fields)"))
        said.extend(("note", note) for note in entries["notes"])
        if entries["next_cursor"] and not entries["derived"]:
            said.append(("go on", "cursor=bd.card(df)['next_cursor']"))
        return [(label, one_line(str(text))) for label, text in said]

    def __str__(self) -> str:
        return "\n".join(f"{label:<10} {text}" for label, text in self.lines())

    def __repr__(self) -> str:
        return one_line(f"<Card: {_rows(self._entries)}, {_extent(self._entries)}>")

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text("<Card>" if cycle else str(self))

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><th scope="row" style="text-align:left">{html.escape(label)}</th>'
            f'<td style="text-align:left">{html.escape(text)}</td></tr>'
            for label, text in self.lines()
        )
        return f'<table aria-label="answer card">{rows}</table>'


def card(frame: pd.DataFrame | pd.Series) -> Card:
    """The answer card of a frame, or of the series that `stats` gives; free, no request.

    Parameters
    ----------
    frame
        a frame that a function of this library returned, or one made from it

    Returns
    -------
    Card
        A mapping, a copy. Where the frame's rows are not those of the answer (filtered, merged, appended to), its
        ``derived`` is True and its ``total``, ``complete`` and ``next_cursor`` are None. Rows are known by a
        fingerprint of their keys (``job_id``, ``event_id``, ``value``), and then a value changed in place is not
        noticed; where they have none, of the whole rows.

    Raises
    ------
    InvalidRequestError
        The frame carries no card: it is not from this library, or pandas dropped it (``groupby``, ``concat``,
        some merges).

    Examples
    --------
    >>> import bluedoor_tools as bd
    >>> jobs = bd.connect("sample").search_jobs("engineer", limit=5)
    >>> bd.card(jobs)["complete"], bd.card(jobs)["reason"]
    (False, 'limit')
    >>> bd.card(jobs.head(2))["derived"]
    True
    """
    entries = frame.attrs.get(ATTRS_KEY) if isinstance(frame, pd.DataFrame | pd.Series) else None
    stray = isinstance(frame, pd.Series) and isinstance(entries, dict) and entries.get("kind") != "stats"
    if stray or not isinstance(entries, dict) or "fingerprint" not in entries:
        raise InvalidRequestError(
            "This frame carries no answer card.",
            hint="Cards come with frames of this library; groupby and concat drop them: ask the frame they came from.",
        )
    if fingerprint(frame) == entries["fingerprint"]:
        return Card(entries)
    lost = dict.fromkeys(("total", "capped", "complete", "next_cursor"))
    return Card(
        {**entries, **lost, "rows": len(frame), "derived": True, "reason": f"derived from {entries['rows']:,} rows"}
    )


def _cost(cost: Mapping[str, Any]) -> str:
    """What an answer cost, in words."""
    said = counted(cost["requests"], "request")
    again = ", ".join(f"{count:,} after {name}" for name, count in cost["repeated"].items())
    said += f", repeated: {again}" if again else ""
    return said + (f"; held back {cost['waited']:,} s in all" if cost["waited"] else "")


def _rows(entries: Mapping[str, Any]) -> str:
    """The rows in words: 3 jobs, 1 job."""
    kind: str = {"orgs": "organisations", "stats": "figures"}.get(entries["kind"], entries["kind"])
    return f"{entries['rows']:,} {kind.removesuffix('s') if entries['rows'] == 1 else kind}"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    longest = 80
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _extent(entries: Mapping[str, Any]) -> str:
    """How far the rows go, in words."""
    if entries["derived"]:
        return f"{entries['reason']}: claims no total"
    total = entries["total"]
    at_least = "at least " if entries["capped"] else ""
    of = "total unknown; " if total is None else f"of {at_least}{total:,} matching; "
    if entries["kind"] not in {"jobs", "events"}:
        of = ""
    whole = "complete" if entries["complete"] else "not complete"
    return f"{of}{whole} ({entries['reason']})"
