"""Real places, and the ways in which job boards write them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sample_generator.dice import Dice
from sample_generator.vocabulary_files import lines, read

UNITED_STATES = "United States"

_WITH_ARTICLE = ("United States", "United Kingdom", "Netherlands")
# Written bare, these would read as places in the United States or as something else.
_NEVER_BARE = ("Paris", "Dublin", "Cork", "Galway", "Valencia", "Madrid", "Toulouse", "Leipzig")


@dataclass(frozen=True)
class Country:
    """A country with its money and the habits of its addresses."""

    name: str
    code: str
    weight: float
    currency: str
    factor: float
    style: str

    @property
    def in_text(self) -> str:
        """The name as a sentence would have it."""
        return f"the {self.name}" if self.name in _WITH_ARTICLE else self.name


@dataclass(frozen=True)
class Place:
    """A city."""

    city: str
    region: str | None
    region_name: str
    country: Country

    @property
    def in_text(self) -> str:
        """The place as a sentence would name it."""
        if self.country.name == UNITED_STATES and self.city != "Washington":
            return f"{self.city}, {self.region}"
        if self.country.style == "province":
            return f"{self.city}, {self.region_name}"
        return "Washington, DC" if self.city == "Washington" else self.city


@cache
def countries() -> dict[str, Country]:
    """All countries by name."""
    found = {}
    for entry in read("places")["country"]:
        fields = {name: entry[name] for name in ("name", "code", "weight", "currency", "factor", "style")}
        found[entry["name"]] = Country(**fields)
    return found


@cache
def places_of(country: str) -> tuple[Place, ...]:
    """The places of one country, in file order."""
    for entry in read("places")["country"]:
        if entry["name"] == country:
            rows = [line.split("|") for line in lines(entry["cities"])]
            home = countries()[country]
            return tuple(Place(city, region or None, name, home) for city, region, name in rows)
    raise LookupError(country)


def write_place(place: Place, provider: str, dice: Dice) -> str:
    """One place as a board would write it; always enough to tell the country of a place abroad."""
    city, region, country = place.city, place.region, place.country
    if country.name == UNITED_STATES:
        forms = [f"{city}, {region}"] * 5 + [
            f"{city}, {region}, United States",
            f"{city}, {place.region_name}, United States",
            f"{city}, {region}, US",
            f"{city}, {region}, USA",
        ]
        if provider in ("icims", "taleo"):
            forms += [f"US-{region}-{city}"] * 6
        if provider == "oracle_hcm":
            forms += [f"{city}, {region}, United States"] * 6
        return dice.pick(forms)
    if country.style == "province":
        forms = [f"{city}, {region}, {country.name}", f"{city}, {place.region_name}, {country.name}"]
        if country.name == "Canada":
            forms += [f"{city}, {region}"] * 3
        return dice.pick(forms)
    if country.style == "uk":
        return dice.pick([f"{city}, UK", f"{city}, United Kingdom", f"{city}, {place.region_name}, United Kingdom"])
    if country.style == "full":
        return dice.pick([f"{city}, {place.region_name}, {country.name}", f"{city}, {country.name}"])
    if city == country.name or (city not in _NEVER_BARE and dice.chance(0.15)):
        return city
    return f"{city}, {country.name}"


def write_remote(place: Place, provider: str, dice: Dice) -> str:
    """The location text of a posting for work from home."""
    country = place.country
    if country.name != UNITED_STATES:
        return dice.pick([f"Remote - {country.name}", f"Remote, {country.name}", f"{country.name} (Remote)"])
    written = write_place(place, provider, dice)
    return dice.pick(
        [
            "Remote",
            "Remote - US",
            "Remote, United States",
            "US Remote",
            "Remote - USA",
            f"{written} (Remote)",
            written,
        ]
    )
