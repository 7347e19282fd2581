"""An organisation."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pandas as pd

from .. import contract
from ..answer_card import attach
from ..decode import Decoder
from ..errors import BluedoorError, NotFoundError, PartialResultWarning, ResultCutWarning, warn
from ..frames import FrameBuilder, typed
from ..inert import counted, one_line
from ..pages import org_page
from .record import Functions, Record, rendered_from

__all__ = ["Org", "org_name"]

# What a company's page breaks down, and the fields that say it. "Role" has no field of its own.
_BREAKDOWNS = (
    ("role", "department"),
    ("role", "title"),
    ("location", "country"),
    ("location", "city"),
    ("ats", "ats_provider"),
    ("work model", "workplace_type"),
)


class Org(Record):
    """One organisation: every field of its record, its page, its postings and boards.

    Attributes
    ----------
    notices : tuple of str
        what a reader must know of where this record comes from
    page : RecordPage
        the page's sections as plain text

    Examples
    --------
    >>> import bluedoor_tools as bd
    >>> org = bd.connect("sample").get_org("Corvenmoor Health")
    >>> org.breakdowns().columns.tolist()
    ['breakdown', 'field', 'value', 'count', 'share']
    """

    _noun = "organisation"
    _kind = "orgs"

    def __init__(
        self,
        record: Mapping[str, Any],
        notices: tuple[str, ...] = (),
        *,
        api_url: str = contract.API_URL,
        origin: Mapping[str, Any] | None = None,
        functions: Functions | None = None,
    ) -> None:
        super().__init__(record, contract.ORG_FIELDS, notices, origin, functions)
        self.page = org_page(record, api_url=api_url, notices=notices, rendered_from=rendered_from(origin))

    @property
    def name(self) -> str | None:
        """The name to show: ``display_name``, or else ``canonical_name``."""
        return org_name(self._record)

    def __repr__(self) -> str:
        return one_line(f"<Org {self.org_id}: {self.name!r}>")

    def jobs(self, *arguments: Any, **filters: Any) -> pd.DataFrame:
        """Its postings: :meth:`Client.search_jobs` with ``org_ids`` set, and its arguments, columns, cost and errors.

        Examples
        --------
        >>> import bluedoor_tools as bd
        >>> bd.connect("sample").get_org("Corvenmoor Health").jobs("nurse", limit=3)["company"].unique().tolist()
        ['Corvenmoor Health']
        """
        return self._client.search_jobs(*arguments, org_ids=[self["org_id"]], **filters)

    def breakdowns(self) -> pd.DataFrame:
        """Its active postings by role, location, applicant tracking system and work model.

        Costs six requests: five counts by the backend, and its newest 100 postings, whose titles are counted here:
        the API counts no titles.

        Returns
        -------
        DataFrame
            ``breakdown`` ("role", "location", "ats", "work model"), ``field`` (what was counted), ``value`` (str),
            ``count`` (int64), ``share`` (float64, within the field), the commonest first

        Raises
        ------
        CouldNotAskError, NotAuthorizedError, UnexpectedAnswerError
            One of the answers was not to be had.

        Examples
        --------
        >>> import bluedoor_tools as bd
        >>> bd.connect("sample").get_org("Corvenmoor Health").breakdowns()["breakdown"].unique().tolist()
        ['role', 'location', 'ats', 'work model']
        """
        org_id = self["org_id"]
        parts = []
        notes: list[str] = []
        complete = True
        request = None
        for breakdown, field in _BREAKDOWNS:
            if field == "title":
                newest = self._client.search_jobs(org_ids=[org_id], columns=["job_id", "title"], limit=100)
                entries = newest.attrs["bluedoor"]
                counts = newest.bluedoor.breakdown("title").dropna(subset=["value"])
                counts = counts.assign(
                    share=counts["count"] / counts["count"].sum()
                )  # as the backend's: of those with one
                if not entries["complete"]:
                    notes.append(f"title: counted within the newest {len(newest)} postings")
                    complete = False
            else:
                counts = self._client.facets(field, org_ids=[org_id])
                entries = counts.attrs["bluedoor"]
                complete = complete and bool(entries["complete"])
                notes += [note for note in entries["notes"] if note not in self._client.backend.notes]
            request = request or entries["request"]
            parts.append(counts.assign(breakdown=breakdown, field=field))
        frame = typed(
            {
                name: ("text", [value for part in parts for value in part[name].tolist()])
                for name in ("breakdown", "field", "value")
            }
        )
        frame["count"] = pd.Series([n for part in parts for n in part["count"].tolist()], dtype="int64")
        frame["share"] = pd.Series([n for part in parts for n in part["share"].tolist()], dtype="float64")
        if not len(newest):
            notes = ["no active postings: nothing to break down"]
        return self._derived(
            frame,
            kind="facets",
            then="breakdowns",
            complete=complete,
            reason="all values" if complete else "the commonest values, or those of the newest postings",
            pages=len(_BREAKDOWNS),
            request=request,
            notes=notes,
        )

    def sources(self, *, limit: int | None = 1000) -> pd.DataFrame:
        """The crawled boards that its postings come from: the API names no other way to ask for them.

        Costs one request per 100 postings looked at, until as many boards were met as the organisation counts
        (`board_count`), and one a board.

        Parameters
        ----------
        limit
            postings to look at, the newest first; None for all

        Returns
        -------
        DataFrame
            one row a board: `jobs_met` (int64: of the postings looked at, of any status), then the fields of a source.
            A board that the backend no longer has, or that could not be asked for, keeps its row, with `source_id` and
            `provider` from its postings.

        Raises
        ------
        CouldNotAskError, NotAuthorizedError, UnexpectedAnswerError
            The postings were not to be had.

        Examples
        --------
        >>> import bluedoor_tools as bd
        >>> len(bd.connect("sample").get_org("Corvenmoor Health").sources())
        23
        """
        known = self["board_count"]
        met: Counter[str] = Counter()
        providers: dict[str, str] = {}
        looked, ended, pages, request = 0, False, 0, None
        walk = self._client.iter_jobs(
            org_ids=[self["org_id"]], status=None, columns=["job_id", "source_id", "provider"], limit=limit
        )
        for page in walk:
            looked, pages = looked + len(page), pages + 1
            request = request or page.attrs["bluedoor"]["request"]
            ended = page.attrs["bluedoor"]["next_cursor"] is None
            for source_id, provider in zip(page["source_id"], page["provider"], strict=True):
                if isinstance(source_id, str):
                    met[source_id] += 1
                    providers.setdefault(source_id, provider if isinstance(provider, str) else "")
            if type(known) is int and len(met) == known:
                break
        records, gone, failed = [], 0, None
        for source_id in met:
            bare = {"source_id": source_id, "provider": providers[source_id] or None}
            try:
                records.append(bare if failed else self._client.get_source(source_id).record)
            except NotFoundError:
                gone += 1
                records.append(bare)
            except BluedoorError as error:
                failed = error
                records.append(bare)
        decoder = Decoder(contract.SOURCE_FIELDS)
        builder = FrameBuilder(decoder, [*(entry.name for entry in contract.SOURCE_FIELDS), "unknown_fields"])
        builder.add(decoder.records(json.dumps(records).encode()))
        frame = builder.finish()
        frame.insert(0, "jobs_met", pd.Series(list(met.values()), dtype="int64"))
        as_counted = type(known) is int and len(met) == known
        notes = [
            f"boards of the newest {counted(looked, 'posting')}" + ("" if ended else ": older ones may have others")
        ]
        if type(known) is int and known != len(met):
            notes.append(f"it counts {known:,} boards; {len(met):,} were met: one without postings is not")
        if gone:
            notes.append(f"{counted(gone, 'board is', 'boards are')} gone: the backend has no record any more")
        if failed is not None:
            notes.append(f"of some boards only the id and the provider: they could not be asked for ({failed.message})")
            warn(f"Some boards could not be asked for; their rows are kept: {failed}", PartialResultWarning)
        if not (ended or as_counted):
            warn(f"Boards of the newest {counted(looked, 'posting')} only; raise limit for more.", ResultCutWarning)
        reason = "every posting was looked at" if ended else "as many boards as it counts" if as_counted else "limit"
        return self._derived(
            frame,
            kind="sources",
            then="sources",
            complete=ended and failed is None,
            reason=reason,
            pages=pages + len(met),
            request=request,
            notes=notes,
            drift=builder.drift,
            unknown_fields=builder.unknown_names,
        )

    def _derived(self, frame: pd.DataFrame, *, then: str, notes: list[str], **entries: Any) -> pd.DataFrame:
        """The card of a frame that was made of several answers about this organisation."""
        origin = self._origin or {"backend": {"name": "record", "label": "one record", "base_url": contract.API_URL}}
        call = {**origin["call"], "then": then} if "call" in origin else {}
        backend = self._client.backend
        return attach(
            frame,
            backend=origin["backend"],
            clock=origin.get("clock"),
            applied={"org_id": str(self["org_id"])},
            call=call,
            notes=[*backend.notes, *dict.fromkeys(notes)],
            **entries,
        )


def org_name(record: Mapping[str, Any] | None) -> str | None:
    """The name an organisation's record gives, None where it gives none."""
    for name in ("display_name", "canonical_name"):
        value = (record or {}).get(name)
        if isinstance(value, str) and value.strip():
            return value
    return None
