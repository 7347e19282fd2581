"""A posting's record of nothing but the row of a DataFrame."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ... import contract
from ...arguments import instant_text
from ...frames import JSON_COLUMNS
from ...records import Job

__all__ = ["job_of_row"]

_NOTICE = "From the row of a DataFrame: fields that are not among its columns are missing."
# What the page and the frame of a record say of where it comes from.
_ORIGIN = {"backend": {"name": "frame", "label": "row of a DataFrame", "base_url": contract.API_URL}, "call": {}}


def job_of_row(row: Mapping[str, Any], *, of_this_library: bool) -> Job:
    """The record, with a notice; it has no client, so what asks for more is an error that says so."""
    fields = {name: _as_json(value, name) for name, value in row.items()}
    company = fields.pop("company", None)
    fields.pop("unknown_fields", None)
    return Job(
        fields,
        company=company if isinstance(company, str) else None,
        api_url=contract.API_URL,
        notices=(_NOTICE,),
        origin=None if of_this_library else _ORIGIN,
    )


def _as_json(value: Any, name: str) -> Any:
    """A cell as JSON has it, and as a record of the API would: instants as text, nested fields decoded."""
    if isinstance(value, str):
        if name not in JSON_COLUMNS:
            return value
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    if isinstance(value, dt.datetime):
        if pd.isna(value):
            return None
        moment = value.to_pydatetime(warn=False) if isinstance(value, pd.Timestamp) else value
        return instant_text(moment if moment.tzinfo is not None else moment.replace(tzinfo=dt.UTC))
    if isinstance(value, list | dict | tuple | np.ndarray):
        try:
            return json.loads(json.dumps(value.tolist() if isinstance(value, np.ndarray) else value))
        except (TypeError, ValueError):
            return str(value)
    if value is None or pd.isna(value):
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | float | np.integer | np.floating):
        return value.item() if isinstance(value, np.generic) else value
    return str(value)
