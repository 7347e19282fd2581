"""Functions that give organisations and their boards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from .. import contract
from ..arguments import check_id, check_limit
from ..backends.base import Request
from ..errors import (
    BluedoorError,
    InvalidRequestError,
    PartialResultWarning,
    ResultCutWarning,
    UnexpectedAnswerError,
    warn,
)
from ..frames import typed
from ..organisations import checked_name, is_exact, match_of
from ..query import Query
from ..records import Org, Source, org_name
from ..wire.work import Work
from .answering import Answering
from .refreshing import from_cache, refreshing

__all__ = ["OrganisationFunctions"]


class OrganisationFunctions(Answering):
    """Functions that give organisations and boards."""

    def get_org(self, org: str | Org, *, refresh: bool = False) -> Org:
        """One organisation, with its page; one request, remembered by the client and on disk; by name, one more.

        Parameters
        ----------
        org
            its id (a UUID, the column `org_id`), or its name or web domain, whole, whatever its case
        refresh
            True passes by what is remembered, here or on disk (for a week, which ``notices`` say), and keeps the new
            answer

        Returns
        -------
        Org
            every field as an attribute; its page shows itself; ``.jobs()``, ``.breakdowns()``, ``.sources()``

        Raises
        ------
        InvalidRequestError
            Neither an id nor a name, or the exact name of several organisations: they are listed.
        NotFoundError
            The backend has no such organisation; of a name, the nearest is named.
        CouldNotAskError, NotAuthorizedError, UnexpectedAnswerError
            The backend gave no answer, or none that can be used.

        Examples
        --------
        >>> import bluedoor_tools as bd
        >>> bd.connect("sample").get_org("72fe3b06-0d08-4f7d-9dfd-beedeeda0a25").name
        'Spotify'
        >>> bd.connect("sample").get_org("spotify").org_id
        '72fe3b06-0d08-4f7d-9dfd-beedeeda0a25'
        """
        with refreshing(refresh) as work:
            return self._org(org, work)

    def _org(self, org: str | Org, work: Work) -> Org:
        if isinstance(org, Org):
            org = str(org["org_id"])
        notes: list[str] = []
        if isinstance(org, str) and not _is_id(org):
            (org_id,), _, notes = self._organisations.resolve(org)
        elif isinstance(org, str):
            org_id = check_id("org", org)
        else:
            raise InvalidRequestError(
                "get_org takes one id or name, as text.", hint="Use search_jobs(org_ids=[…]) for several."
            )
        record = self._organisations.record(org_id)
        path = contract.endpoint("org").path.format(org_id=org_id)
        call = {"function": "get_org", "first": "org", "arguments": {"org": org_id}}
        return Org(
            record,
            api_url=self.backend.base_url,
            notices=(
                *self.backend.notes,
                *from_cache(work, "org"),
                *(note for note in notes if not note.startswith("company=")),
            ),
            origin=self._origin(Request("GET", path), call, {"org": org}),
            functions=self._whole,
        )

    def find_orgs(self, name: str, *, limit: int | None = 10) -> pd.DataFrame:
        """Organisations whose name has this text in it, or whose web domain this is: candidates, never merged.

        Costs one request (two for what may be a web domain), one for each candidate, for its counts, and, once a
        client, one for the API's specification, since the names of the look-up's parameters are assumed. Where there is
        no candidate, a few more look for the nearest name.

        Parameters
        ----------
        name
            a part of the name, or a whole web domain, whatever its case
        limit
            candidates at most, None for all that the look-up gives; of more, those with the most boards are kept

        Returns
        -------
        DataFrame
            one row a candidate, exact names first, then by postings: `company`, `match` ("exact", "part" of a name or
            domain, "other": the look-up gave it, though it has not this text),
            `active_jobs` (Int64: active in the snapshot, not open now), `providers` (the applicant tracking systems of
            those postings), then the fields of the organisation (str; `board_count` Int64). ``bd.columns("orgs")`` has
            every column. Where postings could not be counted, candidates are kept, with a `PartialResultWarning`.

        Raises
        ------
        InvalidRequestError
            No text, or one without a letter or digit.
        CouldNotAskError, NotAuthorizedError, UnexpectedAnswerError
            The look-up gave no answer, or none that can be used.

        Examples
        --------
        >>> import bluedoor_tools as bd
        >>> bd.connect("sample").find_orgs("spotify")[["company", "match", "active_jobs"]].values.tolist()
        [['Spotify', 'exact', 1]]
        """
        text, most = checked_name(name), check_limit(limit)
        answer = self._organisations.find(text)
        ranked = sorted(
            answer.records,
            key=lambda org: (
                not is_exact(org, text),
                -_boards(org),
                (org_name(org) or "").casefold(),
                str(org["org_id"]),
            ),
        )
        shown = ranked[:most]
        notes = [*answer.notes]
        cut = len(ranked) > len(shown)
        if cut:
            notes.append(f"{len(ranked) - len(shown):,} more candidates: raise limit, or write more of the name")
            warn(f"{len(ranked):,} organisations are candidates; these are {len(shown)}.", ResultCutWarning)
        if answer.cut:
            notes.append(f"the look-up gave its first {len(answer.records)} only: there may be more candidates")
        elif answer.cut is None:
            notes.append("the look-up does not say whether these are all candidates")
        near = None if shown else self._organisations.near(text)
        if near:
            notes.append(f"no name has this text in it; the nearest is {near!r}")
        counts: list[tuple[int | None, str | None]] = []
        unsure = 0
        failed: BluedoorError | None = None
        for org in shown:
            counted: list[Any] = [None, None]
            if failed is None:
                try:
                    *counted, whole = self._open_postings(str(org["org_id"]))
                    unsure += not whole
                except BluedoorError as error:
                    failed = error
                    notes.append(f"active_jobs is empty where they could not be counted ({error.message})")
                    warn(f"The postings of some organisations could not be counted: {error}", PartialResultWarning)
            counts.append((counted[0], counted[1]))
        if unsure:
            notes.append(f"active_jobs is a lower bound for {unsure:,}: not every provider may have been counted")
        fields = [entry for entry in contract.ORG_FIELDS if entry.name != "display_name"]
        columns: dict[str, Any] = {
            "company": ("text", [org_name(org) for org in shown]),
            "match": ("text", [match_of(org, text) for org in shown]),
            "active_jobs": ("number", [count for count, _ in counts]),
            "providers": ("text", [providers for _, providers in counts]),
            **{
                entry.name: (entry.kind, [_fitting(org.get(entry.name), entry.kind) for org in shown])
                for entry in fields
            },
        }
        frame = typed(columns).astype({"active_jobs": "Int64", "board_count": "Int64"})
        order = sorted(range(len(shown)), key=lambda row: (not is_exact(shown[row], text), -(counts[row][0] or 0), row))
        frame = frame.iloc[order].reset_index(drop=True)
        complete = answer.cut is False and not (cut or failed or unsure)
        return self._with_card(
            frame,
            kind="orgs",
            asked={"name": name},
            applied={key: value for request in answer.requests for key, value in request.parameters.items()},
            complete=complete,
            reason="every candidate of the look-up" if complete else "a part of the candidates, or of their counts",
            pages=len(answer.requests) + len(shown),
            request=answer.requests[0],
            call={"function": "find_orgs", "first": "name", "arguments": {"name": text, "limit": most}},
            notes=[
                *notes,
                *(["candidates share a part of a name, which does not make them one company"] if shown else []),
            ],
        )

    def _open_postings(self, org_id: str) -> tuple[int, str | None, bool]:
        """How many postings of an organisation the snapshot calls active, on which systems, and whether that is all."""
        query = Query({"org_ids": (org_id,), "status": "active"})
        answer = self.backend.facets("ats_provider", query, contract.FACET_LIMIT)
        providers = ", ".join(sorted(value for value, _ in answer.counts if isinstance(value, str)))
        whole = answer.limit is not None and len(answer.counts) < answer.limit
        return sum(count for _, count in answer.counts), providers or None, whole

    def get_source(self, source_id: str | Source, *, refresh: bool = False) -> Source:
        """One crawled board, with its page: crawl times and freshness; one request, none for what the cache has.

        Parameters
        ----------
        source_id
            its id (a UUID, the column `source_id`)
        refresh
            True passes by what is kept on disk (for a day, which ``notices`` say), and keeps the new answer

        Returns
        -------
        Source
            every field as an attribute, ``.freshness`` in words; its page shows itself; ``.jobs()``

        Raises
        ------
        InvalidRequestError
            Not the id of a board.
        NotFoundError
            The backend has no such board, or has it no more.
        CouldNotAskError, NotAuthorizedError, UnexpectedAnswerError
            The backend gave no answer, or none that can be used.

        Examples
        --------
        >>> import bluedoor_tools as bd
        >>> bd.connect("sample").get_source("8f76458c-d40f-4324-bb14-bb757d1b7058").provider
        'lever'
        """
        with refreshing(refresh) as work:
            return self._source(source_id, work)

    def _source(self, source_id: str | Source, work: Work) -> Source:
        if not isinstance(source_id, str | Source):
            raise InvalidRequestError("get_source takes one id, as text.", hint="See a frame's column source_id.")
        checked = check_id("source_id", source_id["source_id"] if isinstance(source_id, Source) else source_id)
        record = self.backend.source(checked)
        if str(record.get("source_id")).casefold() != checked:
            raise UnexpectedAnswerError(f"Asked for source {checked}, the backend answered with another record.")
        notices = [*self.backend.notes, *from_cache(work, "source")]
        company = None
        if isinstance(record.get("org_id"), str):
            company = self._organisations.names([record["org_id"]], notices, keep=True).get(record["org_id"])
            notices += from_cache(work, "org", "The company's name is from")
        path = contract.endpoint("source").path.format(source_id=checked)
        call = {"function": "get_source", "first": "source_id", "arguments": {"source_id": checked}}
        return Source(
            record,
            company=company,
            api_url=self.backend.base_url,
            clock=self.backend.now(),
            notices=tuple(notices),
            origin=self._origin(Request("GET", path), call, {"source_id": checked}),
            functions=self._whole,
        )


def _is_id(text: str) -> bool:
    """Whether text is meant as an id: hex digits and hyphens of about its length, so that a slip in one is said."""
    bare = text.strip().lower()
    return len(bare) >= 30 and set(bare) <= set("0123456789abcdef-")


def _boards(org: Mapping[str, Any]) -> int:
    boards = org.get("board_count")
    return boards if type(boards) is int else 0


def _fitting(value: Any, kind: contract.Kind) -> Any:
    """A value as its column holds it; of another type than promised, as text, or not at all in a column of numbers."""
    if kind == "number":  # an organisation's only one counts
        return value if type(value) is int and abs(value) < 2**63 else None
    return value if value is None or isinstance(value, str) else str(value)
