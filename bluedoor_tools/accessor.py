"""``frame.bluedoor``: the answer card, the call that reproduces it, and counts, on the frame itself."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pandas as pd

from .answer_card import ATTRS_KEY, Card, attach, card
from .errors import InvalidRequestError, nearest
from .frames import COLUMNS, JSON_COLUMNS, typed
from .reproduction import reproduce

__all__ = ["BluedoorAccessor"]


@pd.api.extensions.register_dataframe_accessor("bluedoor")
class BluedoorAccessor:
    """What this library knows of a frame.

    Examples
    --------
    >>> import bluedoor_tools as bd
    >>> jobs = bd.connect("sample").search_jobs("engineer", limit=5)
    >>> print(jobs.bluedoor.reproduce())
    import bluedoor_tools as bd
    df = bd.connect('sample').search_jobs('engineer', limit=5)
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        if ATTRS_KEY not in frame.attrs:
            raise AttributeError(
                "this frame carries no answer card: it is not from bluedoor_tools, or pandas dropped it"
            )
        self._frame = frame

    @property
    def card(self) -> Card:
        """The answer card, as :func:`bluedoor_tools.card` gives it."""
        return card(self._frame)

    def reproduce(self, how: str = "python") -> str:
        """The call that asks the same again, as ``"python"`` or ``"curl"``; ages such as "7d" stand as dates.

        Of a frame whose rows are derived from an answer, it asks for that answer, and a comment says so.
        Where a key was sent, curl names ``$BLUEDOOR_API_KEY``, but only for the API's own address or that of
        ``BLUEDOOR_API_URL``; for any other it says that a key was sent.
        """
        return reproduce(self.card, how)

    def decoded(self, field: str) -> pd.Series:
        """A column of JSON text as Python objects: dictionaries, lists, numbers, None; no request.

        Parameters
        ----------
        field
            such as ``"native_structured"`` (ask for it with ``columns=``), or an event's ``"new_value"``

        Returns
        -------
        Series
            dtype object, with the frame's index

        Examples
        --------
        >>> import bluedoor_tools as bd
        >>> jobs = bd.connect("sample").search_jobs(columns=["job_id", "parsed_structured"], limit=1)
        >>> jobs.bluedoor.decoded("parsed_structured")[0]["language"]
        'en'
        """
        values = self._column(field)
        if field not in JSON_COLUMNS:
            known = ", ".join(name for name in self._frame.columns if name in JSON_COLUMNS)
            raise InvalidRequestError(f"{field} is no JSON.", hint=f"JSON in this frame: {known or 'none'}.")
        found = [json.loads(text) if isinstance(text, str) else None for text in values]
        return pd.Series(found, index=values.index, name=field, dtype=object)

    def breakdown(self, field: str) -> pd.DataFrame:
        """Count this frame's rows by the values of a column; no request (`facets` asks the backend for its counts).

        Returns
        -------
        DataFrame
            ``value`` (str, NaN for rows without one), ``count`` (int64), ``share`` (float64) of this frame's rows;
            the commonest first
        """
        if not isinstance(field, str):
            raise InvalidRequestError(f"breakdown takes one column's name, not {type(field).__name__}.")
        values = self._column(field)
        present = values[values.notna()].astype(str).value_counts()
        ordered: list[tuple[str | None, int]] = [(str(value), int(count)) for value, count in present.items()]
        if values.isna().any():
            ordered.append((None, int(values.isna().sum())))
        ordered.sort(key=lambda entry: (-entry[1], entry[0] is None, entry[0] or ""))
        rows = len(values)
        made = typed(
            {
                "value": ("text", [value for value, _ in ordered]),
                "count": ("number", [count for _, count in ordered]),
                "share": ("number", [count / rows for _, count in ordered]),
            }
        ).astype({"count": "int64"})
        whole = self.card
        call = {**whole["call"], "breakdown": [*whole["call"].get("breakdown", ()), field]}
        if whole["derived"]:
            call["of_rows"] = rows
        return attach(
            made,
            kind="values",
            backend=whole["backend"],
            clock=whole["clock"],
            applied=whole["applied"],
            complete=True,
            reason=f"counted within {rows:,} rows",
            pages=whole["pages"],
            answered_at=whole["answered_at"],
            request=whole["request"],
            call=call,
            notes=[
                *whole["notes"],
                f"share is of all {rows:,} rows, those without {field} included (facets leave them out)",
                *_about_field(field, whole["notes"]),
                f"counts of {field} in a frame that was: {whole!r}",
            ],
        )

    def _column(self, field: str) -> pd.Series:
        if field not in self._frame.columns:
            close = nearest(str(field), [str(name) for name in self._frame.columns])
            raise InvalidRequestError(
                f"This frame has no column {field!r}.", hint=f"Did you mean {close!r}?" if close else ""
            )
        return self._frame[field]


def _about_field(field: str, said: Sequence[str]) -> list[str]:
    """What can mislead in a column, unless the frame's own card says so."""
    entry = COLUMNS.get(field)
    note = f"{field}: {entry.misleads}" if entry is not None and entry.misleads else ""
    return [note] if note and note not in said else []
