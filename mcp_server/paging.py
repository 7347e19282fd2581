"""Lists page by page: a page of a search, and the short cursor behind any of its rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bluedoor_tools.arguments import instant, instant_text

from .answers import Structure
from .answers import notes_of as notes_of_card
from .cursors import EPOCH, Place, mark_of, seen_of
from .desk import Desk
from .wording import in_tools

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["EVENTS", "JOBS", "Listing", "Page", "card_of", "notes_of", "read"]

_CLOCK, _DIGITS = "~", 10  # what stands before a cursor of the library's: seconds, so many digits


@dataclass(frozen=True, slots=True)
class Listing:
    """A function that gives rows newest first: its name, the columns that order them, and the filter on the first."""

    function: str
    instant: str
    id: str
    before: str


JOBS = Listing("search_jobs", "first_seen_at", "job_id", "first_seen_before")
EVENTS = Listing("search_events", "observed_at", "event_id", "observed_before")


@dataclass
class Page:
    """Rows of a list, with the library's card, and where they stand in the list."""

    listing: Listing
    desk: Desk
    frame: pd.DataFrame
    card: Mapping[str, Any]
    filters: Mapping[str, Any]
    columns: Sequence[str] | None
    start: Place | None  # where the list went on
    now: dt.datetime
    mark: int
    cursor: str | None  # of the library's own form
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._moments = [_milliseconds(value) for value in self.frame[self.listing.instant]]
        self._ids = self.frame[self.listing.id].tolist()
        self._behind: dict[int, str | None] = {}

    @property
    def first(self) -> int | None:
        """The number of the first row in the list, where that is known."""
        return self.start.given + 1 if self.start is not None else 1 if self.cursor is None else None

    @property
    def missing(self) -> int:
        """Rows that the count at the beginning had, and that no page of a list at its end gave."""
        total, capped = self.total
        if self.start is None or self.card["next_cursor"] is not None or not self.card["complete"] or capped:
            return 0
        return max(0, (total or 0) - self.start.given - len(self.frame))

    def extent(self, count: int) -> Structure:
        """Whether the first `count` rows are all that match, and where the library says that they are not, why."""
        card, ended = self.card, self.behind(count) is None
        # A short cursor was given behind every row before it: a page that ends the list makes it whole.
        whole = ended and count == len(self.frame) and self.first is not None and not self.notes and not self.missing
        structure: Structure = {"complete": whole and bool(card["complete"])}
        if not card["complete"] and card["reason"] != "limit":
            structure["reason"] = in_tools(str(card["reason"]))
        return structure

    @property
    def total(self) -> tuple[int | None, bool]:
        """Rows that match, counted with the first page, and whether that is a lower bound."""
        if self.start is not None:
            return self.start.total, self.start.capped
        return self.card["total"], bool(self.card["capped"])

    def behind(self, count: int) -> str | None:
        """The cursor behind the first rows; None at the end of the list."""
        if count not in self._behind:
            self._behind[count] = self._cursor_behind(count)
        return self._behind[count]

    def _cursor_behind(self, count: int) -> str | None:
        if count == len(self.frame) and self.card["next_cursor"] is None:
            return None
        if self.frame.empty:
            return self._of_the_library(0)
        if count == 0:
            return self.start.encode() if self.start is not None else self.cursor
        last = self._moments[count - 1]
        if self.cursor is not None or last is None or last < 0:
            return self._of_the_library(count)
        rows = zip(self._ids[:count], self._moments, strict=False)
        same = [name for name, moment in rows if moment == last]
        met, seen = len(same), seen_of(map(str, same))
        if self.start is not None and self.start.moment == last:
            met, seen = met + self.start.met, (seen + self.start.seen) & 0xFFFFFFFF
        total, capped = self.total
        clock = int((self.now - EPOCH).total_seconds())
        given = (self.start.given if self.start is not None else 0) + count
        return Place(last, met, seen, clock, self.mark, given, total, capped).encode()

    def _of_the_library(self, count: int) -> str | None:
        """The library's own cursor, where a row has no instant to go on from."""
        card = self.card
        if count != len(self.frame):
            again = _ask(self.desk, self.listing, self.filters, self.columns, count, cursor=self.cursor)
            card = again.attrs["bluedoor"]
        return card["next_cursor"] and f"{int((self.now - EPOCH).total_seconds())}{_CLOCK}{card['next_cursor']}"


def read(
    desk: Desk,
    listing: Listing,
    filters: Mapping[str, Any],
    *,
    limit: int,
    cursor: str | None,
    columns: Sequence[str] | None = None,
) -> Page:
    """A page: from the beginning, or from where a cursor stands."""
    backend = desk.client.backend
    place = None if cursor is None else Place.decode(cursor)
    now = backend.now().replace(microsecond=0) if place is None else place.now
    if cursor is not None and place is None:  # the library's own, behind what ages count back from
        clock, _, cursor = cursor.rpartition(_CLOCK)
        now = EPOCH + dt.timedelta(seconds=int(clock)) if clock.isdecimal() and len(clock) <= _DIGITS else now
    resolved = {
        name: instant_text(instant(value, now, name)) if name.endswith(("_after", "_before")) else value
        for name, value in filters.items()
    }
    mark = mark_of({"function": listing.function, "backend": backend.base_url, "named": backend.name, **resolved})
    if place is None:
        frame = _ask(desk, listing, resolved, columns, limit, cursor=cursor)
        card = frame.attrs["bluedoor"]
        frame.attrs = {}
        return Page(listing, desk, frame, card, resolved, columns, None, now, mark, cursor)
    place.check(mark)
    bound = min(place.before, resolved.get(listing.before, place.before), key=dt.datetime.fromisoformat)
    frame = _ask(desk, listing, {**resolved, listing.before: bound}, columns, limit + place.met, cursor=None)
    card = frame.attrs["bluedoor"]
    frame.attrs = {}
    moments = [_milliseconds(value) for value in frame[listing.instant]]
    met = 0
    while met < min(place.met, len(moments)) and moments[met] == place.moment:
        met += 1
    notes = []
    if seen_of(map(str, frame[listing.id].head(met))) != place.seen:
        notes.append("rows of the instant where the last page ended have changed since: one may be missing or repeated")
    rest = frame.iloc[met:].reset_index(drop=True)
    return Page(listing, desk, rest, card, resolved, columns, place, now, mark, None, notes)


def card_of(page: Page, shown: int, default: Mapping[str, Any]) -> Structure:
    """What a reader of the rows must know of them: the filters applied, how many match, whether that is all of them."""
    card, (total, capped) = page.card, page.total
    applied = {**default, **{name: value for name, value in card["applied"].items() if name != page.listing.before}}
    if page.listing.before in page.filters:
        applied[page.listing.before] = page.filters[page.listing.before]
    if "company" in card["asked"]:
        applied.pop("org_ids", None)
        applied = {"company": card["asked"]["company"], **applied}
    structure: Structure = {"applied": applied, "backend": card["backend"]["label"]}
    if shown and page.first is not None:
        structure["shown"] = f"{page.first}-{page.first + shown - 1}"
    structure["total"] = total
    if capped:
        structure["total_capped"] = True
    return structure


def notes_of(page: Page) -> list[str]:
    """The card's notes in the words of the tools; what the backend says of itself stands in its name."""
    notes = notes_of_card(page.card, page.desk.client.backend.notes)
    if page.listing.before not in page.filters and not any(
        name.startswith(page.listing.instant[:-3]) for name in page.filters
    ):
        notes = [note for note in notes if not note.startswith(f"{page.listing.instant}:")]  # of the cursor's own bound
    if page.missing:
        reason = f"they changed meanwhile, or have no {page.listing.instant}"
        notes.append(f"{page.missing} of {page.total[0]} rows were not met: {reason}")
    return [*page.notes, *notes]


def _ask(
    desk: Desk,
    listing: Listing,
    filters: Mapping[str, Any],
    columns: Sequence[str] | None,
    limit: int,
    *,
    cursor: str | None,
) -> pd.DataFrame:
    more: dict[str, Any] = {} if columns is None else {"columns": list(columns)}
    search = getattr(desk.client, listing.function)
    frame: pd.DataFrame = search(**filters, **more, limit=limit, cursor=cursor, progress=False)
    return frame


def _milliseconds(value: Any) -> int | None:
    if value is None or str(value) == "NaT":
        return None
    return int((value.to_pydatetime(warn=False) - EPOCH) / dt.timedelta(milliseconds=1))
