"""Rows of a frame counted by one column or two; counts that came counted, as of `facets`, read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ... import contract
from ...errors import InvalidRequestError
from ...frames import typed
from ...inert import visible_line
from .chart_view import coded, needed

__all__ = ["column_of", "counted_by", "facet_notes", "filter_of", "filters_of", "given_counts", "is_counts"]

_OF_FIELD = re.compile(r"\w+:")  # how a note on a field begins


def column_of(field: str) -> str:
    """The column of records that a facet counts; any other name is that of a column."""
    facet = contract.FACET_FIELDS.get(field)
    return field if facet is None else facet.reads


def filter_of(field: str) -> str | None:
    """The filter of a search that a click on a column's value sets; None where there is none that means the same.

    >>> filter_of("city"), filter_of("org_id"), filter_of("ats_provider"), filter_of("salary_min"), filter_of("job_id")
    ('city', 'org_ids', 'provider', None, None)
    """
    name = column_of(field)
    parameter = contract.PARAMETERS.get(name)
    if name == "company" or (parameter is not None and parameter.match in {"equals", "contains"}):
        return name
    return next(
        (row.name for row in contract.PARAMETERS.values() if row.match == "one_of" and row.reads == (name,)), None
    )


def filters_of(field: str, value: str | None) -> dict[str, str] | None:
    """What a click on a column's value filters by; None where it would fail."""
    name = filter_of(field)
    return {name: value} if name is not None and value is not None and value.strip() else None


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
    if not ((numbers >= 0) & (numbers % 1 == 0)).all():
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


def facet_notes(notes: Sequence[str]) -> list[str]:
    """What is said with counts that came counted, of what their shares are."""
    return [
        visible_line((note if _OF_FIELD.match(note) else note[:1].upper() + note[1:]).rstrip(".") + ".")
        for note in notes
    ]
