"""Pay: amounts for an occupation and a place, and the many ways in which postings write them."""

from __future__ import annotations

from dataclasses import dataclass

from sample_generator.dice import Dice
from sample_generator.places import Country

SYMBOLS = {
    "USD": "$",
    "CAD": "CA$",
    "GBP": "£",
    "EUR": "€",
    "INR": "₹",
    "AUD": "A$",
    "SGD": "S$",
    "MXN": "MX$",
    "PLN": "PLN ",
}
LEVELS = {
    "Junior": 0.82,
    "Intern": 0.45,
    "": 1.0,
    "Lead": 1.22,
    "Senior": 1.25,
    "Staff": 1.4,
    "Principal": 1.5,
}
# Paid by the month where annual or hourly figures are unusual in postings.
MONTHLY = ("INR", "MXN", "PLN")


@dataclass(frozen=True)
class Pay:
    """A range as the posting states it. `high` is None for "from", `low` for "up to"."""

    low: float | None
    high: float | None
    currency: str
    period: str
    sentence: str
    short: str
    whole: bool


def _round(amount: float, step: float) -> float:
    return round(amount / step) * step


def _figure(amount: float, cents: bool) -> str:
    return f"{amount:,.2f}" if cents else f"{round(amount):,}"


def make_pay(bounds: tuple[float, float], period: str, level: str, country: Country, dice: Dice) -> Pay:
    """A range within the bounds of the occupation, in the currency and custom of the country."""
    low, high = bounds
    start = low + (high - low) * dice.rng.random() * 0.55
    end = start + (high - low) * (0.18 + 0.27 * dice.rng.random())
    factor = LEVELS[level] * country.factor
    start, end = start * factor, end * factor
    if country.currency in MONTHLY:
        months = 160.0 if period == "hour" else 1 / 12
        start, end, period = start * months, end * months, "month"
    elif period == "hour" and dice.chance(0.05):
        start, end, period = start * 38, end * 38, "week"
    elif period == "hour" and dice.chance(0.03):
        start, end, period = start * 8, end * 8, "day"
    elif period == "year" and dice.chance(0.04):
        start, end, period = start / 12, end / 12, "month"
    step = {"hour": 0.25, "day": 5.0, "week": 10.0, "month": 100.0, "year": 1000.0}[period]
    if period == "year" and dice.chance(0.35):
        step = 1.0 if dice.chance(0.5) else 100.0
    start, end = _round(start, step), _round(end, step)
    if end <= start:
        end = start + step
    return _write(start, end, period, country, dice)


def _write(start: float, end: float, period: str, country: Country, dice: Dice) -> Pay:
    currency = country.currency
    symbol = SYMBOLS[currency]
    cents = period == "hour" or dice.chance(0.12)
    a, b = _figure(start, cents), _figure(end, cents)
    unit = {"hour": "hour", "day": "day", "week": "week", "month": "month", "year": "year"}[period]
    both = [
        f"The pay range for this position is {symbol}{a} to {symbol}{b} per {unit}.",
        f"Pay: {symbol}{a} - {symbol}{b} per {unit}, depending on experience.",
        f"Pay range: {currency} {a} - {currency} {b} per {unit}.",
        f"We pay between {symbol}{a} and {symbol}{b} a{'n' if unit == 'hour' else ''} {unit}.",
        f"The expected range is {symbol}{a}–{symbol}{b}/{unit}, based on skills and location.",
    ]
    if period == "year":
        both += [
            f"The base salary range for this position is {symbol}{a} - {symbol}{b}.",
            f"The {country.name} base range for this position is {a}–{b} {currency}.",
            f"Annual salary: {symbol}{a} to {symbol}{b}, plus bonus.",
            f"Salary: {symbol}{a} - {symbol}{b} per annum, depending on experience.",
        ]
        if start % 1000 == 0 and end % 1000 == 0:
            thousands = f"{symbol}{round(start / 1000)}k", f"{symbol}{round(end / 1000)}k"
            both += [f"Compensation: {thousands[0]}–{thousands[1]} plus bonus."] * 2
            both += [f"OTE {thousands[0].upper()} - {thousands[1].upper()}, paid monthly."]
    if period == "hour":
        both += [
            f"Hourly rate: {symbol}{a} - {symbol}{b} DOE.",
            f"{symbol}{a}–{symbol}{b}/hr, paid weekly.",
        ] * 2
    if period in ("week", "month"):
        both += [f"{symbol}{a} to {symbol}{b} gross per {unit}."] * 2
    shape = dice.rng.random()
    short = f"{symbol}{a} - {symbol}{b} / {unit}"
    low: float | None = start
    high: float | None = end
    sentence = dice.pick(both)
    if shape < 0.10:
        article = "an" if unit == "hour" else "a"
        sentence = dice.pick(
            [f"Pay starts at {symbol}{a} per {unit}.", f"Starting pay is {symbol}{a} {article} {unit}."]
        )
        short, high = f"from {symbol}{a} / {unit}", None
    elif shape < 0.14:
        sentence, short, low = f"Earn up to {symbol}{b} per {unit}.", f"up to {symbol}{b} / {unit}", None
    whole = period != "hour" and start == round(start) and end == round(end) and dice.chance(0.8)
    return Pay(low, high, currency, period, sentence, short, whole)
