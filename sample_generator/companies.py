"""Fictional employers and their boards, heavy-tailed in size."""

from __future__ import annotations

from typing import Any

from sample_generator.dice import Dice
from sample_generator.model import Board, Json, Org
from sample_generator.places import UNITED_STATES, countries, places_of
from sample_generator.providers import LETTERS, SHARES, name_board, slugify
from sample_generator.vocabulary_files import lines, read

ORGS = 299
BIG_NAME = "Corvenmoor Health"
BIG_BOARDS = 23
BIG_PROVIDERS = ["oracle_hcm"] * 9 + ["icims"] * 7 + ["ukg"] * 5 + ["smartrecruiters"] * 2
SEVERAL_BOARDS = 28
# Heads and tails that together spell a known company, a famous place or a word.
NOT_USED = ("Brookfield", "Fennbury", "Farrowfield", "Nevisford", "Tarnfield", "Marrowfield", "Ulmerfield")


# Employers of one or a few offices.
_FEW_SITES = ("software", "media", "law", "biotech", "engineering", "university", "aerospace")


def _names(dice: Dice) -> list[str]:
    material = read("companies")
    names = [head + tail for head in material["heads"] for tail in material["tails"]]
    left_out = (*NOT_USED, BIG_NAME.split(maxsplit=1)[0])
    return dice.shuffled([name for name in names if name not in left_out and "lll" not in name])


def _style(dice: Dice) -> Json:
    """The habits of an employer's postings: every posting of one employer looks alike."""
    headings = {name: dice.pick(options) for name, options in read("phrases")["headings"].items()}
    return {
        "headings": headings,
        "layout": dice.weighted({"bullets": 46, "run": 26, "prose": 14, "lines": 14}),
        "bullet": dice.pick(["• ", "- ", "* ", "– ", "· "]),
        "heading_form": dice.pick(["{}", "{}:", "upper"]),
        "about_last": dice.chance(0.18),
        "title_form": dice.pick(["{role} - {unit}", "{role}, {unit}", "{role} ({unit})", "{role} | {unit}"]),
        "more": dice.number(1, 3),
        "success": dice.chance(0.6),
        "values": dice.chance(0.45),
        "process": dice.chance(0.5),
        "physical": dice.chance(0.55),
        "privacy": dice.chance(0.35),
        "benefits": dice.number(5, 10),
        "benefits_seed": dice.number(0, 10**9),
        "legal": dice.number(0, 10**6),
        "pay_in_text": dice.pick([0.1, 0.35, 0.6, 0.8, 0.95]),
        "date_form": dice.pick(["seconds", "milliseconds"]),
    }


def _org(name: str, industry: dict[str, Any], country: str, dice: Dice) -> Org:
    suffix = dice.pick(industry["suffix"])
    full = f"{name} {suffix}".strip()
    reach = dice.number(1, 6)
    sites = dice.number(2, 6) if industry["key"] in _FEW_SITES else dice.number(3, 30)
    return Org(
        org_id=dice.uuid(),
        name=full,
        slug=slugify(name if dice.chance(0.5) else full),
        industry=industry["key"],
        label=industry["label"],
        site=industry["site"],
        country=countries()[country],
        places=dice.some(places_of(country), reach),
        families=dict(industry["families"]),
        roles=industry.get("roles", {}),
        no_units=industry.get("no_units", []),
        pitch=lines(industry["pitch"]),
        year=dice.number(1911, 2016),
        people=sites * dice.number(3, 14) * 10,
        sites=sites,
        style=_style(dice),
    )


def make_orgs(seed: int, jobs: int, big_jobs: int) -> list[Org]:
    """The big employer first, then the others by size. `jobs` are spread over the others."""
    dice = Dice(seed, "companies")
    industries = {entry["key"]: entry for entry in read("companies")["industry"]}
    weights = {key: float(entry["weight"]) for key, entry in industries.items()}
    homes = {name: country.weight for name, country in countries().items()}
    names = _names(dice)
    big = _org("Corvenmoor", industries["hospital"], UNITED_STATES, dice)
    big.name, big.slug, big.people, big.sites = BIG_NAME, "corvenmoor-health", 18400, 41
    big.places = dice.some(places_of(UNITED_STATES), BIG_BOARDS)
    big.families |= {
        "accounting": 0.6,
        "human_resources": 0.6,
        "software": 0.5,
        "data_ml": 0.4,
        "finance": 0.4,
    }
    big.jobs = big_jobs
    orgs = [big]
    for rank in range(ORGS - 1):
        industry = industries[dice.weighted(weights)]
        country = UNITED_STATES if industry["key"] in ("government", "schools") else dice.weighted(homes)
        orgs.append(_org(names[rank], industry, country, dice))
    shares = [1 / (rank + 9) for rank in range(len(orgs) - 1)]
    total = sum(shares)
    for org, share in zip(orgs[1:], shares, strict=True):
        org.jobs = max(1, int(jobs * share / total))
    # Whole numbers leave a rest: it goes to the larger employers, one posting each.
    rest = jobs - sum(org.jobs for org in orgs[1:])
    for index in range(abs(rest)):
        orgs[1 + index % 120].jobs += 1 if rest > 0 else -1
    _add_boards(orgs, seed)
    return orgs


def _add_boards(orgs: list[Org], seed: int) -> None:
    dice = Dice(seed, "boards")
    every = sum(org.jobs for org in orgs)
    wanted = {provider: share * every for provider, share in SHARES.items()}
    several = {org.org_id for org in dice.some(orgs[1:90], SEVERAL_BOARDS)}
    for index, org in enumerate(orgs):
        tenant = dice.text(LETTERS, 4)
        count = BIG_BOARDS if index == 0 else (dice.number(2, 5) if org.org_id in several else 1)
        provider = ""
        for number in range(1, count + 1):
            if index == 0:
                provider = BIG_PROVIDERS[number - 1]
            elif number == 1 or dice.chance(0.3):
                # Weighted by what is still missing, so that the mix holds although sizes differ widely.
                missing = {name: max(0.0, left) for name, left in wanted.items()}
                provider = dice.weighted(missing) if sum(missing.values()) else "workday"
            wanted[provider] -= org.jobs / count
            slug = org.slug if number == 1 else f"{org.slug}-{slugify(org.places[(number - 1) % len(org.places)].city)}"
            if any(board.slug == slug for board in org.boards):
                slug = f"{org.slug}-{number}"
            name, url = name_board(provider, slug, str(number), tenant, dice)
            org.boards.append(
                Board(
                    source_id=dice.uuid(),
                    org=org,
                    provider=provider,
                    slug=name,
                    board_url=url,
                    crawl_offset=dice.number(180, 86000),
                )
            )
