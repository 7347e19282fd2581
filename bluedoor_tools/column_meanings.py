"""The columns of every frame: their types and meanings, how they are known, and what can mislead."""

from __future__ import annotations

import pandas as pd

from . import contract
from .arguments import did_you_mean
from .contract import Field
from .errors import InvalidRequestError
from .frames import COLUMNS, DEFAULT_JOB_COLUMNS, EVENT_COLUMNS, JSON_COLUMNS, job_columns, typed

__all__ = ["FRAMES", "columns"]

_DTYPES = {
    "text": "str",
    "json": "str",
    "boolean": "boolean",
    "number": "float64",
    "instant": "datetime64[us, UTC]",
}
_WHOLE = "int64"
_EVENT_FIELDS = {entry.name: entry for entry in contract.EVENT_FIELDS}
_UNKNOWN = COLUMNS["unknown_fields"]
_VALUE = Field("value", "text", "observed", "a value of the field, as records write it")
_COUNT = Field("count", "number", "observed", "postings that have it", "cross-posts are counted apart")
_SHARE = Field("share", "number", "observed", "count as a part of the postings that have any value: see the card")
_ACTIVE = Field(
    "active_jobs", "number", "observed", "postings that the snapshot calls active", "not the same as open now"
)


def _text_of(name: str) -> Field:
    return Field(f"{name}_text", "text", "observed", f"{name} to be read: without quotes, flags as yes and no")


# fmt: off
# Derived columns carry the mark of what they are derived from.
FRAMES: dict[str, tuple[Field, ...]] = {
    "jobs": tuple(COLUMNS[name] for name in job_columns(description=True)),
    "events": tuple(
        field
        for name in EVENT_COLUMNS
        for field in (
            _EVENT_FIELDS.get(name) or COLUMNS[name],
            *((_text_of("old_value"), _text_of("new_value")) if name == "new_value" else ()),
        )
    ),
    "facets": (Field("by", "text", "observed", "a value of the field counted by; only where facets(by=…) was asked"),
               _VALUE, _COUNT, _SHARE),
    "breakdowns": (Field("breakdown", "text", "seen", "role, location, ats or work model, as on a company's page"),
                   Field("field", "text", "observed", "the field that was counted",
                         "role has no field: department and title stand for it"),
                   _VALUE, _COUNT, _SHARE),
    "history": (
        Field("period", "number", "observed", "1 is the first"),
        Field("state", "text", "observed", "open or closed", "the last one holds as far as there is evidence"),
        Field("started_at", "instant", "observed", "when it began", "events are seen up to a day after they happen"),
        Field("started_by", "text", "observed", "the event that began it, or first_seen_at of the record"),
        Field("ended_at", "instant", "observed", "when it ended; missing while it lasts"),
        Field("ended_by", "text", "observed", "the event that ended it, or inactive_at of the record"),
        Field("days", "number", "observed", "its length, as far as there is evidence"),
        Field("updates", "number", "observed", "job.updated events within it"),
        Field("changed_fields", "text", "observed", "the fields that those changed"),
    ),
    "orgs": (
        Field("company", "text", "observed", "name as shown"),
        Field("match", "text", "observed", "exact: its own name, whole; part: it has this text in it; other: neither",
              "organisations of like names are not one company"),
        _ACTIVE,
        Field("providers", "text", "observed", "applicant tracking systems of those postings"),
        *(field for field in contract.ORG_FIELDS if field.name != "display_name"),
    ),
    "sources": (Field("jobs_met", "number", "observed", "postings looked at that are of this board, of any status"),
                *contract.SOURCE_FIELDS, _UNKNOWN),
    "slices": (
        Field("name", "text", "seen", "as bluedoor's page of a posting names it"),
        Field("contains", "text", "seen", "what it contains"),
        Field("call", "text", "observed", "the Python that opens it, or an address"),
        Field("count", "number", "observed", "rows, where known without asking"),
    ),
    "stats": contract.STATS_FIELDS,
    "checks": (
        Field("check", "text", "observed", "what was looked at"),
        Field("outcome", "text", "observed", "ok, differs, unknown or failed"),
        Field("detail", "text", "observed", "what was found, and what to do"),
    ),
}
# fmt: on
_INTEGERS = {
    ("facets", "count"): _WHOLE,
    ("breakdowns", "count"): _WHOLE,
    ("history", "period"): _WHOLE,
    ("history", "updates"): _WHOLE,
    ("orgs", "active_jobs"): "Int64",
    ("orgs", "board_count"): "Int64",
    ("sources", "jobs_met"): _WHOLE,
    ("slices", "count"): "Int64",
}


def columns(frame: str = "jobs") -> pd.DataFrame:
    """What the columns of a kind of frame mean; free, no request.

    Parameters
    ----------
    frame
        ``"jobs"``, ``"events"`` (of `job_events`, `search_events`), ``"facets"``, ``"breakdowns"`` and ``"sources"``
        (of an `Org`), ``"history"``, ``"orgs"`` (of `find_orgs`), ``"slices"``, ``"stats"`` (a series: its rows), or
        ``"checks"`` (of `doctor`)

    Returns
    -------
    DataFrame
        one row a column, in order: ``column``, ``dtype``, ``meaning``, ``known`` ("seen" on bluedoor's own page,
        "observed" on the live API, "assumed"), ``misleads`` (what can mislead; NaN where nothing is known to),
        ``default`` (boolean: there unless `columns=` chooses otherwise)

    Raises
    ------
    InvalidRequestError
        No such kind of frame; the nearest is named.

    Examples
    --------
    >>> import bluedoor_tools as bd
    >>> bd.columns("jobs").set_index("column").known["company"]
    'observed'
    """
    if not isinstance(frame, str) or frame not in FRAMES:
        asked = str(frame)[:60]
        of = [kind for kind, fields in FRAMES.items() if any(field.name == asked for field in fields)]
        hint = f"It is a column of {', '.join(of)}: columns({of[0]!r})." if of else did_you_mean(asked, [*FRAMES])
        raise InvalidRequestError(f"There is no kind of frame {asked!r}.", hint=hint)
    fields = FRAMES[frame]
    return typed(
        {
            "column": ("text", [field.name for field in fields]),
            "dtype": ("text", [_dtype(frame, field) for field in fields]),
            "meaning": ("text", [_meaning(field) for field in fields]),
            "known": ("text", [field.known for field in fields]),
            "misleads": ("text", [field.misleads or None for field in fields]),
            "default": ("boolean", [_is_default(frame, field.name) for field in fields]),
        }
    )


def _dtype(frame: str, field: Field) -> str:
    whole = _WHOLE if frame == "stats" else None  # where every figure is whole, as in all seen so far
    return whole or _INTEGERS.get((frame, field.name), _DTYPES[field.kind])


def _is_default(frame: str, name: str) -> bool:
    return name in DEFAULT_JOB_COLUMNS if frame == "jobs" else (frame, name) != ("facets", "by")


def _meaning(field: Field) -> str:
    as_text = field.name in JSON_COLUMNS and field.kind == "json" and "JSON" not in field.meaning
    return f"{field.meaning}, as JSON text" if as_text else field.meaning
