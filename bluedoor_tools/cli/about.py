"""The commands about the whole: its figures, the columns' meanings, and the check-up."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from .advice import in_options
from .output import put

if TYPE_CHECKING:
    import pandas as pd

    from ..client import Client

__all__ = ["columns", "doctor", "stats"]

_UNREACHABLE, _NOT_AS_PROMISED = 4, 5


def stats(client: Client, arguments: argparse.Namespace) -> None:
    """The figures of the whole collection, each with its meaning."""
    import pandas as pd

    from ..answer_card import ATTRS_KEY, fingerprint
    from ..client.statistics import hours_of
    from ..column_meanings import columns as meanings

    figures = client.stats()
    known = meanings("stats").set_index("column")[["meaning", "known", "misleads"]].reindex(figures.index)
    frame = pd.DataFrame({"figure": figures.index.astype("str"), "value": _values(figures), **dict(known.items())})
    frame = frame.reset_index(drop=True)
    entries: dict[str, Any] = figures.attrs[ATTRS_KEY]
    told = tuple(f"{name}{ending}" for name in figures.index for ending in (":", " ("))  # in the rows
    said = [note for note in entries["notes"] if not note.startswith(told)]
    frame.attrs[ATTRS_KEY] = {**entries, "notes": said, "fingerprint": fingerprint(frame)}
    shown = _with_meaning(frame, mark=True)
    lags = [hours_of(value) if str(name).endswith("_seconds") else None for name, value in figures.items()]
    hours = [f"; {lag}" if lag else "" for lag in lags]
    put(frame, arguments, "stats", shown=shown.assign(meaning=shown["meaning"] + hours))


def columns(arguments: argparse.Namespace) -> None:
    """What the columns of a kind of frame mean."""
    from ..column_meanings import columns as meanings

    frame = meanings(arguments.frame)
    put(frame, arguments, "columns", shown=_with_meaning(frame))


def doctor(client: Client, arguments: argparse.Namespace) -> int:
    """The check-up; its exit code says what failed, if anything did."""
    checks = client.doctor()
    put(checks, arguments, "checks", shown=checks.assign(detail=checks["detail"].map(in_options)))
    failed = set(checks.loc[checks["outcome"] == "failed", "check"])
    return _UNREACHABLE if "reachable" in failed else _NOT_AS_PROMISED if failed else 0


def _values(figures: pd.Series) -> pd.Series:
    """Figures as numbers, whole where they are; where one is no number, all as JSON text."""
    import pandas as pd

    values = figures.convert_dtypes()
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return values
    return figures.map(lambda value: None if value is None else json.dumps(value, ensure_ascii=False)).astype("str")


def _with_meaning(frame: pd.DataFrame, *, mark: bool = False) -> pd.DataFrame:
    """The frame with all that is known of a name in one column: meaning, how it is known, what can mislead."""
    rows = zip(frame["meaning"], frame["known"], frame["misleads"], strict=True)
    texts = []
    for meaning, known, misleads in rows:
        text = f"{meaning} ({known})" if mark else str(meaning)
        text = text if isinstance(meaning, str) else "not in the contract; what it counts is not known"
        texts.append(f"{text}; {misleads}" if isinstance(misleads, str) else text)
    return frame.assign(meaning=texts)
