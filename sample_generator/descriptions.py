"""Writes the text of a posting from the phrases of its family, its employer and its country."""

from __future__ import annotations

import re
from typing import Any

from sample_generator.dice import Dice
from sample_generator.model import Content, Org
from sample_generator.occupations import Family, fitting
from sample_generator.places import UNITED_STATES
from sample_generator.titles import with_article
from sample_generator.vocabulary_files import lines, read

SHORTEST, LONGEST = 1500, 8000
EU = ("Germany", "France", "Spain", "Netherlands", "Ireland", "Poland")
_LEGAL = {"Canada": "ca", "United Kingdom": "gb", "Australia": "au"}
_STATE_NOTES = {"CA": "california", "CO": "colorado", "NY": "new_york", "MA": "massachusetts"}
# First words that keep their capital inside a sentence.
_PROPER = ("Python", "English", "Spanish", "SQL", "Saturday", "German")
_FOR_THE_EXPERIENCED = ("Train ", "Guide ", "Mentor ", "Coach ", "Supervise ", "Lead ", "Manage ", "Set priorities")
_YEARS = {"": (2, 4), "Senior": (5, 8), "Lead": (5, 9), "Staff": (7, 10), "Principal": (9, 12)}


def _lower_first(phrase: str) -> str:
    first = phrase.split(" ", 1)[0]
    if first in _PROPER or (len(first) > 1 and not first[1:].islower()):
        return phrase
    return phrase[0].lower() + phrase[1:]


def _lower_words(name: str) -> str:
    """A department inside a sentence: "IT", "EHS" and "R&D" keep their capitals."""
    return " ".join(word if word.isupper() else word.lower() for word in name.split())


class Writer:
    """Writes one posting's sections."""

    def __init__(self, org: Org, content: Content, named: str, dice: Dice) -> None:
        self.org, self.content, self.named, self.dice = org, content, named, dice
        self.family: Family = content.family
        self.style = org.style
        # Habits that must be the same in every posting of the employer come from a stream of its own.
        self.house = Dice(self.style["benefits_seed"], "house")
        tools = dice.some(fitting(self.family.languages, content.role), 2)
        tools += dice.some(fitting(self.family.tools, content.role), 1) or ["", "", ""]
        self.at_desk = self.family.hybrid >= 0.18
        self.slots = {
            "company": org.name,
            "hq": org.places[0].in_text,
            "year": str(org.year),
            "people": f"{org.people:,}",
            "sites": str(org.sites),
            "slug": org.slug,
            "site": org.site,
            "city": content.place.city,
            "place": content.place.in_text,
            "country": content.place.country.in_text,
            "department": _lower_words(content.department or self.family.department[0]),
            "a_title": with_article(named),
            "field": self.family.field,
            "tool1": tools[0],
            "tool2": tools[1],
            "tool3": tools[2],
        }

    def fill(self, phrase: str) -> str:
        """A phrase with its slots filled."""
        return phrase.format_map(self.slots)

    def one(self, *path: str) -> str:
        """One phrase of a block of phrases.toml."""
        node: Any = read("phrases")
        for name in path:
            node = node[name]
        return self.fill(self.dice.pick(lines(node)))

    def heading(self, name: str) -> str:
        """A heading as the employer writes it."""
        text = self.fill(self.style["headings"][name])
        form = self.style["heading_form"]
        return text.upper() if form == "upper" else form.format(text)

    def about(self) -> list[str]:
        """The employer's opening paragraph and what it always adds."""
        more = fitting(tuple(lines(read("phrases")["more"]["lines"])), self.org.industry)
        return [self.fill(self.house.pick(self.org.pitch)), *self.house.some(more, self.style["more"])]

    def role(self, contradiction: str | None) -> str:
        """What the position is, and where the work is done."""
        content, remote = self.content, self.content.mode == "remote"
        parts = [self.one("opening", "remote_lines" if remote else "lines")]
        parts.append(self.fill(self.dice.pick(fitting(self.family.purpose, content.role))))
        if contradiction:
            parts.append(contradiction)
        elif remote:
            parts.append(self.one("remote", "lines"))
        elif content.mode == "hybrid" and content.workplace != "remote":
            parts.append(self.one("hybrid", "lines"))
        elif content.workplace != "remote" and self.dice.chance(0.3):
            parts.append(self.one("on_site", "lines"))
        return " ".join(parts)

    def requirements(self) -> list[str]:
        """Licenses, experience and skills."""
        family, content, dice = self.family, self.content, self.dice
        found = fitting(family.us if content.place.country.name == UNITED_STATES else family.intl, content.role)
        leading = any(word in content.role for word in ("Manager", "Director", "Supervisor", "Chief", "Superintendent"))
        levels = ["Junior", "Intern"] if content.level in ("Junior", "Intern") else []
        if levels or (family.ladder == "none" and not leading and dice.chance(0.6)):
            kind = "entry_licensed" if found and not levels else "entry"
            years = self.fill(dice.pick(lines(read("phrases")["seniority"][kind])))
        else:
            low, high = (4, 7) if leading else _YEARS[content.level]
            phrase = dice.pick(lines(read("phrases")["seniority"]["years"]))
            years = phrase.format(n=dice.number(low, high), field=family.field)
        fits = fitting(family.must, content.role)
        return [*found, years, *(self.fill(line) for line in dice.some_in_order(fits, dice.number(5, 7)))]

    def benefits(self) -> list[str]:
        """The same list in every posting of the employer and country."""
        block = "us" if self.content.place.country.name == UNITED_STATES else "intl"
        return self.house.some(lines(read("phrases")["benefits"][block]), self.style["benefits"])

    def legal(self) -> str:
        """The statement that the place of work calls for."""
        country = self.content.place.country.name
        legal = read("phrases")["legal"]
        if country == UNITED_STATES:
            options = lines(legal["us"]["lines"])
            note = _STATE_NOTES.get(self.content.place.region or "")
            text = " ".join(Dice(self.style["legal"], "legal").some(options, 2))
            return self.fill(f"{text} {legal['us'][note]}" if note else text)
        block = _LEGAL.get(country, "eu" if country in EU else "other")
        options = lines(legal[block]["lines"])
        return self.fill(options[self.style["legal"] % len(options)])

    def sections(self, contradiction: str | None) -> list[tuple[str, list[str]]]:
        """Headings with their items. One item with the empty heading is a paragraph without one."""
        content, dice, style = self.content, self.dice, self.style
        long = dice.chance(0.12)
        in_role = contradiction is not None and dice.chance(0.5)
        about = ("about", self.about())
        found = [] if style["about_last"] else [about]
        found.append(("role", [self.role(contradiction if in_role else None)]))
        pay = content.pay.sentence if content.pay and content.pay_in_text else None
        if pay and dice.chance(0.25):
            found[-1][1].append(pay)
            pay = None
        found.append(("", [self.fill(dice.pick(fitting(self.family.team, content.role)))]))
        fits = fitting(self.family.duties, content.role)
        if content.level in ("Junior", "Intern"):
            fits = [line for line in fits if not line.startswith(_FOR_THE_EXPERIENCED)]
        duties = dice.some_in_order(fits, len(fits) if long else dice.number(7, 10))
        found.append(("duties", [self.fill(line) for line in duties]))
        found.append(("must", self.requirements()))
        if long or dice.chance(0.8):
            nice = dice.some(fitting(self.family.nice, content.role), dice.number(2, 4))
            found.append(("nice", [self.fill(line) for line in nice]))
        if self.family.shifts and content.mode != "remote" and dice.chance(0.55):
            found.append(("", [self.one("shifts", "lines")]))
        if pay:
            found.append(("pay", [pay]))
        found.append(("benefits", self.benefits()))
        if contradiction and not in_role:
            found.append(("", [contradiction]))
        for name in ("success", "values", "process", "physical", "privacy"):
            if long or style[name]:
                if name == "physical" and content.place.country.name != UNITED_STATES:
                    continue
                kind = "lines" if name != "physical" else "office" if self.at_desk else "field"
                found.append(("", [self.one(name, kind)]))
        if style["about_last"]:
            found.append(about)
        found += [("legal", [self.legal()]), ("apply", [self.one("apply", "lines")])]
        return found


def write_english(org: Org, content: Content, named: str, contradiction: str | None, dice: Dice) -> None:
    """Fill `sections` and `description` of a content."""
    writer = Writer(org, content, named, dice)
    content.sections = writer.sections(contradiction)
    if len(_lay_out(writer, content)) < SHORTEST:
        content.sections.insert(-2, ("", [writer.one("process", "lines")]))
        content.sections.insert(-2, ("", [writer.one("values", "lines")]))
    content.description = _lay_out(writer, content)


def _lay_out(writer: Writer, content: Content) -> str:
    layout, bullet = writer.style["layout"], writer.style["bullet"]
    blocks = []
    for name, items in content.sections:
        listed = name in ("duties", "must", "nice", "benefits")
        heading = writer.heading(name) if name else ""
        if layout == "run":
            short = name in ("about", "pay", "legal", "apply")
            blocks.append(" ".join([*([heading] if heading and not short else []), *items]))
        elif layout == "prose":
            blocks.append(_prose(name, items))
        elif listed:
            mark = bullet if layout == "bullets" else ""
            blocks.append("\n".join([heading, *(f"{mark}{item}" for item in items)]))
        else:
            body = "\n".join(items)
            blocks.append(f"{heading}\n{body}" if heading and name != "pay" else body)
    return (" " if layout == "run" else "\n\n").join(blocks)


def _prose(name: str, items: list[str]) -> str:
    parts = [_lower_first(item) for item in items]
    if name == "duties":
        half = len(parts) // 2
        first, second = parts[:half], parts[half:]
        return f"You will {_series(first)}. You will also {_series(second)}."
    if name == "must":
        return f"We ask for the following: {'; '.join(parts)}."
    if name == "nice":
        return f"Welcome but not required: {'; '.join(parts)}."
    if name == "benefits":
        return f"In return we offer: {'; '.join(parts)}."
    return " ".join(items)


def _series(parts: list[str]) -> str:
    """Joined by semicolons: most parts have commas or an "and" of their own."""
    return parts[0] if len(parts) == 1 else "; ".join(parts[:-1]) + "; and " + parts[-1]


def contradiction_for(org: Org, content: Content, dice: Dice) -> str:
    """A sentence that says the work is not remote, in words that fit the workplace."""
    options = lines(read("phrases")["not_remote"]["lines"])
    if org.site not in ("office", "branch", "studio"):
        options = [line for line in options if "in-office" not in line]
    return dice.pick(options).format(city=content.place.city, site=org.site)


def write_translated(org: Org, content: Content, job: dict[str, Any], dice: Dice) -> None:
    """The text of a posting in German, French or Spanish."""
    shared = read("translations")[content.language]
    slots = {"company": org.name, "city": content.place.city}
    duties, profile, offer, apply = shared["headings"]
    pay = [content.pay.sentence] if content.pay and content.pay_in_text else []
    content.sections = [
        ("", [dice.pick(lines(shared["intro"])).format_map(slots)]),
        (duties, list(job["duties"])),
        (profile, list(job["profile"])),
        (offer, [*dice.some(lines(shared["benefits"]), 7), *pay]),
        (apply, lines(shared["closing"])),
    ]
    blocks = []
    for heading, items in content.sections:
        body = items if heading in ("", apply) else [f"- {item}" for item in items]
        blocks.append("\n".join([*([heading] if heading else []), *body]))
    content.description = "\n\n".join(blocks)
    if len(content.description) < SHORTEST:
        content.description += "\n\n" + " ".join(line.format_map(slots) for line in lines(shared["intro"])[::-1])


def salary_bleed(description: str, dice: Dice) -> str | None:
    """A piece of the text around a word that a careless parser took for pay, cut where the parser stopped."""
    spots = [
        m.start() for m in re.finditer(r"\b(?:salary|pay|compensation|bonus|paid|insurance)\b|\$", description, re.I)
    ]
    if not spots:
        return None
    start = max(0, dice.pick(spots) - dice.number(0, 60))
    return description[start : start + dice.number(160, 420)].strip()
