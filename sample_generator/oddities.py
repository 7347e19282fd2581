"""Rare things that real data holds: other languages, leftovers of markup, unusual titles."""

from __future__ import annotations

from typing import Any

from sample_generator.dice import Dice
from sample_generator.model import Posting
from sample_generator.occupations import families
from sample_generator.pay import Pay
from sample_generator.places import places_of
from sample_generator.vocabulary_files import read

# Titles that a spreadsheet would take for a formula, that run from right to left, or that carry pictures.
FORMULA_TITLES = ("=", "+", "-", "@")
RIGHT_TO_LEFT = {
    "software": "מהנדס תוכנה בכיר / Software Engineer",
    "sales": "مدير مبيعات إقليمي - Regional Sales Manager",
}
PICTURES = ("🚀 {}", "{} 🌱", "⭐ {} ⭐", "{} 🏥", "🔥 {} - Now Hiring!")
MARKUP = (
    ("\n\n", "<br><br>"),
    (" and ", "&nbsp;and "),
    (" & ", " &amp; "),
    ("experience", "<b>experience</b>"),
)


def translate(found: list[Posting], dice: Dice) -> dict[int, dict[str, Any]]:
    """Give a few postings of small employers to other languages; return the material by posting number."""
    chosen: dict[int, dict[str, Any]] = {}
    pool = [p for p in dice.shuffled(found) if p.org.jobs < 12 and p.org.jobs > 0]
    for language, material in read("translations").items():
        jobs = material["job"]
        for index in range(material["count"]):
            posting, job = pool.pop(), jobs[index % len(jobs)]
            content = posting.content
            content.family = families()[job["family"]]
            content.title, content.role, content.level = job["title"], job["title"], ""
            content.department, content.team = job["department"], None
            content.place, content.others = dice.pick(places_of(material["country"])), []
            content.mode, content.workplace = "on_site", "on_site"
            content.country, content.language = material["country"], language
            sentence = dice.pick(material["pay"])
            content.pay_in_text = True
            content.pay = Pay(None, None, "EUR", "year", sentence, sentence, True)
            content.employment, content.employment_text = "full_time", dice.pick(["full_time", "Permanent"])
            chosen[posting.number] = job
    return chosen


def decorate(found: list[Posting], dice: Dice) -> None:
    """Unusual titles and leftovers of markup, each on a posting of its own."""
    pool = [p for p in dice.shuffled(found) if p.content.language == "en" and p.org.jobs < 60]
    for sign in (*FORMULA_TITLES, *FORMULA_TITLES[:2]):
        content = pool.pop().content
        content.title = f"{sign}{content.title}"
    pool.pop().content.title = '=HYPERLINK("https://apply.example","Apply now")'
    for picture in PICTURES:
        content = pool.pop().content
        content.title = picture.format(content.title)
    for family, title in RIGHT_TO_LEFT.items():
        fitting = next(p for p in pool if p.content.family.key == family)
        pool.remove(fitting)
        fitting.content.title = title
    for index in range(12):
        content = pool.pop().content
        old, new = MARKUP[index % len(MARKUP)]
        content.description = content.description.replace(old, new, 3)
        if new not in content.description:
            content.description = f"<b>{content.title}</b><br>&nbsp;{content.description}"
    for attack in ("<script>alert(1)</script>", "<img src=x onerror=alert(1)>"):
        content = pool.pop().content
        cut = content.description.index(" ", 200)
        content.description = f"{content.description[:cut]} {attack}{content.description[cut:]}"
