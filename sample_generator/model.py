"""What the rooms of the generator hand to each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sample_generator.occupations import Family
from sample_generator.pay import Pay
from sample_generator.places import Country, Place

Json = dict[str, Any]


@dataclass
class Org:
    """A fictional employer."""

    org_id: str
    name: str
    slug: str
    industry: str
    label: str
    site: str
    country: Country
    places: list[Place]
    families: dict[str, float]
    roles: dict[str, list[str]]
    no_units: list[str]
    pitch: list[str]
    year: int
    people: int
    sites: int
    style: Json
    boards: list[Board] = field(default_factory=list)
    jobs: int = 0


@dataclass
class Board:
    """One crawled board of an employer."""

    source_id: str
    org: Org
    provider: str
    slug: str
    board_url: str
    crawl_offset: int  # seconds from its last crawl to the snapshot
    stale_days: int = 0
    host_number: int = 1


@dataclass
class Change:
    """A change of one field of a record, `days` crawls before the last one (-1: after the snapshot)."""

    days: int
    name: str
    old: Any
    new: Any


@dataclass
class Content:
    """What a posting says: shared by its cross-posts and reposts."""

    family: Family
    role: str
    title: str
    department: str | None
    team: str | None
    place: Place
    others: list[Place]
    mode: str  # how the work is really done: on_site, hybrid or remote
    workplace: str | None  # what the record says
    country: str | None  # what the record says
    employment: str
    employment_text: str | None
    language: str
    level: str
    pay: Pay | None
    pay_in_text: bool
    pay_structured: bool
    location_text: str = ""
    salary_raw: str | None = None
    sections: list[tuple[str, list[str]]] = field(default_factory=list)
    description: str = ""


@dataclass
class Posting:
    """One advertised record: a content on a board, with its life."""

    number: int
    org: Org
    board: Board
    active: bool
    content: Content
    key: str = ""
    source_url: str = ""
    apply_url: str = ""
    job_id: str = ""
    age: int = 0  # crawls between the first sight and the last crawl of the board
    closed_age: int | None = None
    gap: tuple[int, int] | None = None  # (closed, reopened), both as ages, for a posting that came back
    lagging: str | None = None  # what the events know and the record does not: "closed" or "reopened"
    changes: list[Change] = field(default_factory=list)
    first_seen: datetime | None = None
