"""``frame.bluedoor``: the answer card, the call that reproduces it, and counts, on the frame itself."""

from __future__ import annotations

import pandas as pd

from .answer_card import ATTRS_KEY, Card, attach, card
from .errors import InvalidRequestError, nearest
from .frames import typed
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

        The key stands in curl as ``$BLUEDOOR_API_KEY``, and only where one was sent.
        """
        return reproduce(self.card, how)

    def breakdown(self, field: str) -> pd.DataFrame:
        """Count this frame's rows by the values of a column; no request (`facets` asks the backend for its counts).

        Returns
        -------
        DataFrame
            ``value`` (str, NaN for rows without one), ``count`` (int64), ``share`` (float64) of this frame's rows;
            the commonest first
        """
        frame = self._frame
        if field not in frame.columns:
            close = nearest(str(field), [str(name) for name in frame.columns])
            raise InvalidRequestError(
                f"This frame has no column {field!r}.", hint=f"Did you mean {close!r}?" if close else ""
            )
        values = frame[field]
        present = values[values.notna()].astype(str).value_counts()
        ordered: list[tuple[str | None, int]] = [(str(value), int(count)) for value, count in present.items()]
        if values.isna().any():
            ordered.append((None, int(values.isna().sum())))
        ordered.sort(key=lambda entry: (-entry[1], entry[0] is None, entry[0] or ""))
        rows = len(frame)
        made = typed(
            {
                "value": ("text", [value for value, _ in ordered]),
                "count": ("number", [count for _, count in ordered]),
                "share": ("number", [count / rows for _, count in ordered]),
            }
        ).astype({"count": "int64"})
        whole = self.card
        return attach(
            made,
            kind="values",
            backend=whole["backend"],
            clock=whole["clock"],
            applied=whole["applied"],
            complete=True,
            reason=f"counted within {rows:,} rows",
            pages=0,
            request=whole["request"],
            call=whole["call"],
            notes=[*whole["notes"], f"counts of {field} in a frame that was: {whole!r}"],
        )
