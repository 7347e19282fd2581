"""Occupation families: what a posting of each is called, asks and offers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from sample_generator.vocabulary_files import lines, read

FILES = (
    "health_and_care",
    "service_and_retail",
    "trades_and_industry",
    "office_and_professional",
    "technology_and_science",
)


@dataclass(frozen=True)
class Family:
    """One family. Where a phrase names roles (after `@`), it is used for these roles only."""

    key: str
    department: tuple[str, ...]
    teams: tuple[str, ...]
    roles: tuple[str, ...]
    units: tuple[str, ...]
    ladder: str
    pay: tuple[float, float]
    pay_period: str
    pay_for: tuple[tuple[str, float, float], ...]
    remote: float
    hybrid: float
    shifts: bool
    field: str
    languages: tuple[str, ...]
    tools: tuple[str, ...]
    us: tuple[str, ...]
    intl: tuple[str, ...]
    purpose: tuple[str, ...]
    team: tuple[str, ...]
    duties: tuple[str, ...]
    must: tuple[str, ...]
    nice: tuple[str, ...]

    def pay_of(self, role: str) -> tuple[float, float]:
        """The usual range for a role."""
        for words, low, high in self.pay_for:
            if words in role:
                return low, high
        return self.pay


def fitting(phrases: tuple[str, ...], role: str) -> list[str]:
    """The phrases that fit a role, without their marks. `@ !Word` excludes the roles with that word."""
    found = []
    for phrase in phrases:
        text, _, limit = phrase.partition(" @ ")
        words = limit.lstrip("!").split("|") if limit else []
        named = any(word in role for word in words)
        if not limit or named != limit.startswith("!"):
            found.append(text)
    return found


def _family(key: str, entry: dict[str, Any]) -> Family:
    low, high, period = entry["pay"]
    return Family(
        key=key,
        department=tuple(entry["department"]),
        teams=tuple(entry["teams"]),
        roles=tuple(entry["roles"]),
        units=tuple(entry["units"]),
        ladder=entry["ladder"],
        pay=(low, high),
        pay_period=period,
        pay_for=tuple((words, *bounds) for words, bounds in entry.get("pay_for", {}).items()),
        remote=entry["remote"],
        hybrid=entry["hybrid"],
        shifts=entry["shifts"],
        field=entry["field"],
        languages=tuple(entry.get("languages", ())),
        tools=tuple(entry.get("tools", ())),
        us=tuple(entry["us"]),
        intl=tuple(entry["intl"]),
        purpose=tuple(lines(entry["purpose"])),
        team=tuple(lines(entry["team"])),
        duties=tuple(lines(entry["duties"])),
        must=tuple(lines(entry["must"])),
        nice=tuple(lines(entry["nice"])),
    )


@cache
def families() -> dict[str, Family]:
    """All families by key."""
    return {key: _family(key, entry) for name in FILES for key, entry in read(name).items()}
