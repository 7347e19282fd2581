"""Titles and levels, and the indefinite article that goes with them."""

from __future__ import annotations

import re

from sample_generator.dice import Dice
from sample_generator.model import Org
from sample_generator.occupations import Family

# Read letter by letter with a vowel at the front: "an HR Generalist", "an MRI Technologist".
_VOWEL_LETTERS = "AEFHILMNORSX"
_SPELLED = (
    "HR",
    "RN",
    "MRI",
    "FP&A",
    "SOC",
    "RF",
    "EHS",
    "IT",
    "UX",
    "QA",
    "BI",
    "GRC",
    "PCB",
    "CAD",
    "CNC",
    "CDL",
    "HVAC",
    "ESL",
)
_SAID_AS_WORDS = ("SOC", "CAD")
_CONSONANT_SOUND = ("Uni", "Use", "Uti", "One", "Eu")
INTERN_FAMILIES = (
    "software",
    "data_ml",
    "mechanical_engineering",
    "electrical_engineering",
    "civil_engineering",
    "marketing",
    "accounting",
    "finance",
    "laboratory",
    "human_resources",
)
_LEADING = (
    "Manager",
    "Director",
    "Head",
    "Chief",
    "Controller",
    "Superintendent",
    "Supervisor",
    "Foreman",
    "Officer",
)
_FIXED = (
    *_LEADING,
    "Assistant",
    "Coordinator",
    "Lead",
    "Apprentice",
    "Intern",
    "Clerk",
    "Associate",
    "Journeyman",
    "Counsel",
)
_TRADE_FIXED = ("Planner", "Advisor", "Counter", "Programmer")


def with_article(noun: str) -> str:
    """The noun with "a" or "an", by its sound."""
    first = re.split(r"[\s,/-]", noun, maxsplit=1)[0]
    if first in _SPELLED and first not in _SAID_AS_WORDS:
        vowel = first[0] in _VOWEL_LETTERS
    else:
        vowel = first[0].upper() in "AEIOU" and not first.startswith(_CONSONANT_SOUND)
    return f"{'an' if vowel else 'a'} {noun}"


def make_level(family: Family, role: str, dice: Dice) -> str:
    """Junior, none, Senior, Lead, Staff, Principal or Intern, where the ladder has such rungs."""
    if family.ladder == "none":
        return ""
    if role.endswith(_LEADING) or any(word in role for word in _FIXED):
        return "Senior" if family.ladder != "trade" and role.endswith("Manager") and dice.chance(0.15) else ""
    if family.key in INTERN_FAMILIES and dice.chance(0.06):
        return "Intern"
    if family.ladder == "tech":
        rungs = {"": 42, "Senior": 34, "Staff": 10, "Principal": 4, "Junior": 4, "Lead": 6}
        if "Senior" in role or "Architect" in role:
            return ""
        return dice.weighted({name: float(weight) for name, weight in rungs.items()})
    if family.ladder == "trade":
        return "" if role.endswith(_TRADE_FIXED) else dice.weighted({"": 72.0, "Senior": 16.0, "Lead": 12.0})
    return dice.weighted({"": 58.0, "Senior": 26.0, "Junior": 9.0, "Lead": 7.0})


def name_role(role: str, level: str, dice: Dice) -> str:
    """The role with its level, as in a sentence."""
    if level == "Intern":
        return f"{role} Intern"
    if level:
        return f"{level} {role}"
    ending = role.rsplit(" ", 1)[-1]
    if ending in ("Engineer", "Analyst", "Technician", "Specialist", "Accountant") and dice.chance(0.12):
        return f"{role} {dice.pick(['I', 'II', 'III'])}"
    return role


def make_title(named: str, unit: str | None, org: Org, dice: Dice) -> str:
    """The title as posted: with the unit in the employer's usual form, and now and then a remark."""
    title = named
    if unit and unit.lower() not in named.lower():
        title = str(org.style["title_form"]).format(role=named, unit=unit)
    remark = dice.rng.random()
    if remark < 0.012:
        title += f" - Req #{dice.number(1000, 99999)}"
    elif remark < 0.02:
        title = title.upper()
    elif remark < 0.026:
        title = title.replace(" ", "  ", 1)
    return title
