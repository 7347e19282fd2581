"""Rows of a frame counted by one column or two; counts that came counted, as of `facets`, read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .. import contract
from ..errors import InvalidRequestError
from ..frames import typed
from ..inert import visible_line
from .chart_view import coded, needed

if TYPE_CHECKING:
    from ..answer_card import Card

__all__ = ["column_of", "counted_by", "facet_notes", "filter_of", "given_counts", "is_counts"]


def column_of(field: str) -> str:
    """The column of records that a facet counts; any other name is that of a column."""
    facet = contract.FACET_FIELDS.get(field)
    return field if facet is None else facet.reads


def filter_of(field: str) -> str | None:
    """The filter that a click on a value sets; None where a filter of that name would mean something else."""
    if field in contract.FACET_FIELDS:
        return contract.FACET_FIELDS[field].reads
    parameter = contract.PARAMETERS.get(field)
    if parameter is not None:
        return field if parameter.match in {"equals", "one_of", "contains"} else None
    lists = (row.name for row in contract.PARAMETERS.values() if row.match == "one_of" and row.reads == (field,))
    return next(lists, field)


def is_counts(frame: pd.DataFrame, field: str) -> bool:
    """Whether a frame holds counts, rather than a column to count."""
    return {"value", "count"} <= set(map(str, frame.columns)) and field not in frame.columns


def counted_by(frame: pd.DataFrame, field: str, by: str | None) -> pd.DataFrame:
    """The rows of a frame counted by one field, or by two; those without a value, too."""
    codes, texts = coded(frame[field])
    by_codes, by_texts = coded(frame[by]) if by is not None else (np.full(len(frame), -1, dtype=np.intp), [])
    named, by_named = [*texts, None], [*by_texts, None]  # the last, by code -1, has no value
    places, sums = np.unique((codes + 1) * len(by_named) + by_codes + 1, return_counts=True)
    rows = [
        (by_named[place % len(by_named) - 1], named[place // len(by_named) - 1], count)
        for place, count in zip(places.tolist(), sums.tolist(), strict=True)
    ]
    rows.sort(key=lambda row: (-row[2], row[1] is None, row[1] or "", row[0] is None, row[0] or ""))
    columns: dict[str, tuple[contract.Kind, list[Any]]] = {"by": ("text", [name for name, _, _ in rows])}
    columns["value"] = ("text", [value for _, value, _ in rows])
    columns["count"] = ("number", [count for _, _, count in rows])
    total = len(frame)
    columns["share"] = ("number", [count / total for _, _, count in rows])
    made = typed(columns).astype({"count": "int64"})
    return made.drop(columns="by") if by is None else made


def given_counts(frame: pd.DataFrame, by: str | None) -> pd.DataFrame:
    """Counts that came counted, as of `facets`."""
    names = ["by", "value", "count"] if by is not None else ["value", "count"]
    needed(frame, names, "A breakdown of counts")
    numbers = pd.to_numeric(frame["count"], errors="coerce")
    if (numbers.isna() | (numbers < 0) | np.isinf(numbers.astype("float64"))).any():
        raise InvalidRequestError(
            "The column count holds something that is no count.", hint="Give counts, or name the column to count."
        )
    made = pd.DataFrame({"count": numbers.astype("int64").to_numpy()})
    for name in names[:-1]:
        codes, texts = coded(frame[name])
        made[name] = pd.array(texts, dtype="str").take(codes, allow_fill=True)
    whole = int(made["count"].sum())
    shares = pd.to_numeric(frame["share"], errors="coerce") if "share" in frame.columns else None
    made["share"] = (made["count"] / max(whole, 1)) if shares is None else shares.astype("float64").to_numpy()
    made = made.sort_values("count", ascending=False, kind="stable", ignore_index=True)
    return made[[*names, "share"]]


def facet_notes(found: Card | None, field: str, values: int, limit: int | None = None) -> list[str]:
    """What is said with counts that came counted."""
    if found is not None:
        about = [note for note in found["notes"] if note.startswith(("share is", "counts are", "values of", "of "))]
        return [visible_line(f"{note[:1].upper()}{note[1:]}.") for note in about]
    if limit is not None and values >= limit:
        return [f"Only the {values:,} commonest values of {field} were counted."]
    return []
