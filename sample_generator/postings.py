"""Plans the postings of all employers: what each says, and what its record says about it."""

from __future__ import annotations

from collections.abc import Iterator

from sample_generator import descriptions, oddities
from sample_generator.dice import Dice
from sample_generator.model import Board, Content, Json, Org, Posting
from sample_generator.occupations import Family, families, fitting
from sample_generator.pay import make_pay
from sample_generator.places import UNITED_STATES, Place, countries, places_of, write_place, write_remote
from sample_generator.titles import make_level, make_title, name_role

ACTIVE_BIG, REPEATS, EXPIRED_BIG = 432, 66, 176
JOBS, ACTIVE_SHARE = 2999, 0.68
NULL_WORKPLACE, CONTRADICTED, ELSEWHERE, NULL_COUNTRY, STRUCTURED_PAY = 0.30, 0.19, 0.19, 0.04, 0.30

_PART_TIME = ("Part-Time", "Evenings", "Weekend", "Substitute", "Adjunct")
_TEMPORARY = ("Seasonal", "Temporary", "Leave Cover", "Long-Term Cover", "Summer Camp")
_CONTRACT = ("Contract Role", "Travel Contract")
_WORDINGS = {
    "full_time": [
        "Full-time",
        "Full Time",
        "Permanent",
        "Regular",
        "Regular Full-Time",
        "FullTime",
        "FULL_TIME",
        "Vollzeit",
    ],
    "part_time": ["Part-time", "Part Time", "Regular Part-Time", "PartTime"],
    "contract": ["Contract", "Contractor", "Fixed-term contract", "Freelance"],
    "temporary": ["Temporary", "Seasonal", "Temp", "Fixed Term"],
    "internship": ["Intern", "Internship", "Intern/Co-op"],
    "per_diem": ["Per Diem", "PRN", "As Needed"],
    "volunteer": ["Volunteer"],
    "unknown": ["Other", "Not specified"],
}


def _employment(family: Family, title: str, level: str, dice: Dice) -> str:
    if level == "Intern" or "Intern" in title.split():
        return "internship"
    if "Per Diem" in title:
        return "per_diem"
    for words, kind in ((_TEMPORARY, "temporary"), (_CONTRACT, "contract"), (_PART_TIME, "part_time")):
        if any(word in title for word in words):
            return kind
    part = 0.3 if family.key in ("retail", "food_service", "care_assistants", "childcare") else 0.06
    rest = {"full_time": 0.9 - part, "part_time": part, "contract": 0.04, "temporary": 0.03, "unknown": 0.02}
    if family.key in ("nursing", "allied_health", "pharmacy", "physicians"):
        rest["per_diem"] = 0.06
    if family.key in ("behavioral_health", "public_service"):
        rest["volunteer"] = 0.02
    return dice.weighted(rest)


def _place(org: Org, dice: Dice) -> Place:
    """Usually one of the employer's own places; larger employers also hire abroad."""
    if dice.chance(0.12) and org.industry not in ("government", "schools", "hospital"):
        name = dice.weighted({name: country.weight for name, country in countries().items()})
        return dice.pick(places_of(name))
    return dice.pick(org.places)


def _content(org: Org, dice: Dice) -> tuple[Content, str]:
    family = families()[dice.weighted(org.families)]
    role = dice.pick(org.roles.get(family.key, family.roles))
    level = make_level(family, role, dice)
    named = name_role(role, level, dice)
    units = [] if family.key in org.no_units else fitting(family.units, role)
    unit = dice.pick(units) if units and dice.chance(0.55) else None
    if level == "Intern" and unit:
        unit = dice.pick(["Summer 2026", "Fall 2026"])
    title = make_title(named, unit, org, dice)
    place = _place(org, dice)
    mark = dice.rng.random()
    mode = "remote" if mark < family.remote else "hybrid" if mark < family.remote + family.hybrid else "on_site"
    if unit in ("Telehealth", "Home-Based"):
        mode = "remote"
    employment = _employment(family, title, level, dice)
    rarely = employment == "volunteer" or dice.chance(0.06)
    bounds = family.pay_of(role)
    pay = None if rarely else make_pay(bounds, family.pay_period, level, place.country, dice)
    wording = employment if dice.chance(0.6) else dice.pick(_WORDINGS[employment])
    if wording == "Vollzeit" and place.country.name != "Germany":
        wording = "Full-time"
    same_country = [other for other in places_of(place.country.name) if other != place]
    others = dice.some(same_country, dice.number(1, 3)) if dice.chance(0.06) else []
    department = dice.pick(family.department)
    content = Content(
        family=family,
        role=role,
        title=title,
        department=None if dice.chance(0.1) else department,
        team=dice.pick(family.teams) if dice.chance(0.42) else None,
        place=place,
        others=others,
        mode=mode,
        workplace=mode,
        country=place.country.name,
        employment=employment,
        employment_text=None if dice.chance(0.05) else wording,
        language="en",
        level=level,
        pay=pay,
        pay_in_text=dice.chance(org.style["pay_in_text"]),
        pay_structured=False,
    )
    return content, named


def _board_cycle(org: Org, count: int, dice: Dice) -> Iterator[Board]:
    """Boards for `count` postings, every board at least once where there are enough."""
    cycle = [org.boards[index % len(org.boards)] for index in range(count)]
    return iter(dice.shuffled(cycle))


def plan(orgs: list[Org], seed: int) -> list[Posting]:
    """All postings with their contents, without repeats and without lives."""
    dice = Dice(seed, "postings")
    big, rest = orgs[0], orgs[1:]
    active_rest = round((JOBS + 1) * ACTIVE_SHARE) - 1 - ACTIVE_BIG
    others = sum(org.jobs for org in rest)
    states = dice.shuffled([True] * active_rest + [False] * (others - active_rest))
    big_states = dice.shuffled([True] * (ACTIVE_BIG - REPEATS) + [False] * EXPIRED_BIG)
    found: list[Posting] = []
    names: list[str] = []
    used = 0
    for org in orgs:
        count = len(big_states) if org is big else org.jobs
        flags = big_states if org is big else states[used : used + count]
        used += 0 if org is big else count
        boards = _board_cycle(org, count, dice)
        for active in flags:
            content, named = _content(org, dice)
            found.append(Posting(len(found), org, next(boards), active, content))
            names.append(named)
    translated = oddities.translate(found, Dice(seed, "translations"))
    contradicted = _record_faults(found, translated, Dice(seed, "faults"))
    _write(found, names, translated, contradicted, seed)
    oddities.decorate(found, Dice(seed, "oddities"))
    return found


def _record_faults(found: list[Posting], translated: dict[int, Json], dice: Dice) -> set[int]:
    """Decide where the record departs from the truth; return the numbers contradicted by their own text."""
    free = [posting for posting in found if posting.number not in translated]
    for posting in dice.some(free, round(len(found) * NULL_WORKPLACE)):
        posting.content.workplace = None
    remote = [posting for posting in free if posting.content.workplace == "remote"]
    present = [p for p in free if p.content.workplace in ("on_site", "hybrid") and not p.content.others]
    wrong = dice.some(present, round(len(remote) * CONTRADICTED / (1 - CONTRADICTED)))
    for posting in wrong:
        posting.content.workplace = "remote"
    home = [p for p in found if p.content.place.country.name == UNITED_STATES]
    abroad = [p for p in free if p.content.place.country.name != UNITED_STATES and not p.content.others]
    for posting in dice.some(home, round(len(home) * NULL_COUNTRY)):
        posting.content.country = None
    right = sum(p.content.country == UNITED_STATES for p in home)
    for posting in dice.some(abroad, round(right * ELSEWHERE / (1 - ELSEWHERE))):
        posting.content.country = UNITED_STATES
    # The amounts of a translated posting stand in its text only.
    paid = [p for p in free if p.content.pay is not None]
    # Where the text states pay, the record has it a little more often, and still mostly not.
    stated = dice.shuffled([p for p in paid if p.content.pay_in_text])
    silent = dice.shuffled([p for p in paid if not p.content.pay_in_text])
    wanted = round(len(found) * STRUCTURED_PAY)
    for posting in stated[: round(wanted * 0.68)] + silent[: wanted - round(wanted * 0.68)]:
        posting.content.pay_structured = True
    return {posting.number for posting in wrong}


def _write(
    found: list[Posting],
    names: list[str],
    translated: dict[int, Json],
    contradicted: set[int],
    seed: int,
) -> None:
    for posting, named in zip(found, names, strict=True):
        org, content = posting.org, posting.content
        dice = Dice(seed, f"text {posting.number}")
        if posting.number in translated:
            descriptions.write_translated(org, content, translated[posting.number], dice)
        else:
            says_no = posting.number in contradicted or (
                content.mode == "on_site" and content.workplace != "remote" and dice.chance(0.04)
            )
            sentence = descriptions.contradiction_for(org, content, dice) if says_no else None
            descriptions.write_english(org, content, named, sentence, dice)
        write = write_remote if content.mode == "remote" else write_place
        provider = posting.board.provider
        places = [write(content.place, provider, dice)]
        if content.mode != "remote":
            places += [write_place(other, provider, dice) for other in content.others]
        content.location_text = dice.pick(["; ", "; ", ";"]).join(places)
        if content.pay and content.pay_structured and dice.chance(0.55):
            content.salary_raw = content.pay.short
        elif dice.chance(0.27):
            content.salary_raw = descriptions.salary_bleed(content.description, dice)


def repeat(found: list[Posting], orgs: list[Org], seed: int) -> list[Posting]:
    """The big employer's cross-posts: the same content and apply address on another of its boards."""
    dice = Dice(seed, "cross-posts")
    originals = [posting for posting in found if posting.org is orgs[0] and posting.active]
    chosen = dice.some(originals, REPEATS - 6)
    repeats: list[Posting] = []
    for original in [*chosen, *chosen[:6]]:
        taken = {original.board.source_id} | {r.board.source_id for r in repeats if r.content is original.content}
        board = dice.pick([board for board in original.org.boards if board.source_id not in taken])
        repeats.append(Posting(len(found) + len(repeats), original.org, board, True, original.content))
    return repeats


def originals_of(repeats: list[Posting], found: list[Posting]) -> dict[int, Posting]:
    """The posting that each repeat repeats, by the number of the repeat."""
    by_content = {id(posting.content): posting for posting in found}
    return {posting.number: by_content[id(posting.content)] for posting in repeats}
