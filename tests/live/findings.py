"""What is to be found out: every row of the contract that is assumed, by name."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bluedoor_tools import contract
from bluedoor_tools.contract import parameters
from bluedoor_tools.inert import one_line

_Row: TypeAlias = (
    contract.Field
    | contract.Parameter
    | contract.FacetField
    | contract.Option
    | contract.Endpoint
    | contract.AccessRule
)

__all__ = ["RULES", "Finding", "Verdict", "assumed_rows", "limits"]

Verdict = Literal["confirmed", "contradicted", "undecided"]

# Assumed in words only: no row of a table says them.
RULES = (
    "MEANING a list in a GET",
    "MEANING a list in a POST",
    "MEANING null",
    "MEANING active of facets",
    "ORDER events/search",
    "ORDER ties",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What the answers say of one assumption: `correction` is what to change in the contract, empty if nothing."""

    row: str
    verdict: Verdict
    evidence: str
    correction: str = ""

    def __post_init__(self) -> None:
        for name in ("evidence", "correction"):
            line = " ".join(one_line(getattr(self, name)).split())
            object.__setattr__(self, name, line if len(line) <= 500 else line[:499] + "…")


def limits() -> dict[str, int]:
    """The limits whose line in the contract says that they are assumed."""
    marked = re.findall(r"^(\w+_LIMIT) = \d+ +# assumed", inspect.getsource(parameters), re.MULTILINE)
    return {name: getattr(parameters, name) for name in marked}


def assumed_rows() -> list[str]:
    """The name of every assumption; each must have a finding."""
    tables: dict[str, Iterable[_Row]] = {
        "JOB_FIELDS": contract.JOB_FIELDS,
        "EVENT_FIELDS": contract.EVENT_FIELDS,
        "ORG_FIELDS": contract.ORG_FIELDS,
        "SOURCE_FIELDS": contract.SOURCE_FIELDS,
        "META_FIELDS": contract.META_FIELDS,
        "STATS_FIELDS": contract.STATS_FIELDS,
        "PARAMETERS": contract.PARAMETERS.values(),
        "EVENT_PARAMETERS": contract.EVENT_PARAMETERS.values(),
        "FACET_FIELDS": contract.FACET_FIELDS.values(),
        "OPTIONS": contract.OPTIONS,
        "ENDPOINTS": contract.ENDPOINTS,
        "ACCESS": contract.ACCESS,
    }
    return [
        *(f"{table} {row.name}" for table, rows in tables.items() for row in rows if row.known == "assumed"),
        *(f"LIMIT {name}" for name in limits()),
        *(f"MEANING {name}" for name in contract.PARAMETERS),
        *(f"EVENT MEANING {name}" for name in contract.EVENT_PARAMETERS),
        *(f"JOB_ID {name}" for name in contract.PARAMETERS["provider"].choices if name != "lever"),
        *RULES,
    ]
