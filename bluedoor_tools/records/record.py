"""What every record can do: fields by name, its page, the slices around it, its frame, its file."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from .. import contract
from ..answer_card import attach
from ..arguments import instant_text
from ..decode import Decoder
from ..errors import InvalidRequestError, nearest
from ..frames import FrameBuilder, typed
from ..inert import visible_line
from ..pages import Call, RecordPage, to_html, to_text

if TYPE_CHECKING:
    from .job import Job
    from .org import Org
    from .source import Source

__all__ = ["Functions", "Record"]


class Functions(Protocol):
    """What a record asks of the client that it came from."""

    backend: Any
    closed: bool

    def search_jobs(self, *arguments: Any, **filters: Any) -> pd.DataFrame:
        """See `Client.search_jobs`."""

    def iter_jobs(self, *arguments: Any, **filters: Any) -> Iterator[pd.DataFrame]:
        """See `Client.iter_jobs`."""

    def source_jobs(self, *arguments: Any, **options: Any) -> pd.DataFrame:
        """See `Client.source_jobs`."""

    def job_events(self, *arguments: Any, **options: Any) -> pd.DataFrame:
        """See `Client.job_events`."""

    def search_events(self, *arguments: Any, **filters: Any) -> pd.DataFrame:
        """See `Client.search_events`."""

    def history(self, job: Any) -> pd.DataFrame:
        """See `Client.history`."""

    def facets(self, *arguments: Any, **filters: Any) -> pd.DataFrame:
        """See `Client.facets`."""

    def get_job(self, job: Any) -> Job:
        """See `Client.get_job`."""

    def get_org(self, org: Any) -> Org:
        """See `Client.get_org`."""

    def get_source(self, source_id: Any) -> Source:
        """See `Client.get_source`."""


class _NoSuchFieldError(InvalidRequestError, KeyError):
    """A record has no field of this name; a KeyError, too, as of any mapping."""


class Record(Mapping[str, Any]):
    """A record of the API, whole: fields by attribute, or by name, as the mapping it is.

    Its names are the contract's fields, null where the record lacks them, and then the record's own. Two records are
    equal only if they are one object, so that a record can be in a set; ``record`` compares by content. A record that
    was copied or pickled shows all it holds, but asks nothing more: it has left its client.
    """

    page: RecordPage
    notices: tuple[str, ...]

    _noun = "record"
    _kind = "records"

    def __init__(
        self,
        record: Mapping[str, Any],
        fields: tuple[contract.Field, ...],
        notices: tuple[str, ...],
        origin: Mapping[str, Any] | None,
        functions: Functions | None,
    ) -> None:
        self._record = dict(record)
        self._fields = fields
        self.notices = notices
        # What its frame's card says of where it comes from: backend, clock, request, call.
        self._origin = dict(origin) if origin is not None else None
        self._answered_at = instant_text(dt.datetime.now(dt.UTC).replace(microsecond=0)) if origin is not None else None
        self._functions = functions
        self._counts: dict[str, int] = {}

    @property
    def record(self) -> dict[str, Any]:
        """Every field as the backend answered it, decoded from JSON; a copy."""
        copy: dict[str, Any] = json.loads(json.dumps(self._record))
        return copy

    @property
    def slices(self) -> pd.DataFrame:
        """The collections around this record, as its page lists them; free on the API.

        Returns
        -------
        DataFrame
            ``name``, ``contains``, ``call`` (str: the Python that opens it, or an address) and ``count`` (Int64): rows,
            where known: of slices that were opened before, and on a local backend of all that are searches.

        Examples
        --------
        >>> import bluedoor_tools as bd
        >>> bd.connect("sample").get_org("spotify").slices["name"].tolist()
        ['Company jobs', 'Company breakdowns', 'Boards', 'Lifecycle events']
        """
        counts = [self._count(row.page, row.call) for row in self.page.slices]
        return typed(
            {
                "name": ("text", [row.page for row in self.page.slices]),
                "contains": ("text", [visible_line(row.contains) for row in self.page.slices]),
                "call": ("text", [visible_line(row.opens) for row in self.page.slices]),
                "count": ("number", counts),
            }
        ).astype({"count": "Int64"})

    def slice(self, name: str, **options: Any) -> Any:
        """Open one of the slices: what its call gives, a frame or a record; costs what that costs.

        Parameters
        ----------
        name
            as in :attr:`slices`, in any case, such as ``"City jobs"``
        **options
            further arguments of the call, such as ``limit=None`` or another filter

        Raises
        ------
        InvalidRequestError
            There is no such slice (the nearest is named), or it is a page elsewhere: the message has its address.

        Examples
        --------
        >>> import bluedoor_tools as bd
        >>> len(bd.connect("sample").get_org("spotify").slice("company jobs"))
        1
        """
        known = {row.page.casefold(): row for row in self.page.slices}
        row = known.get(str(name).strip().casefold())
        if row is None:
            close = nearest(str(name), [entry.page for entry in self.page.slices])
            names = ", ".join(entry.page for entry in self.page.slices)
            raise InvalidRequestError(
                f"This {self._noun} has no slice {str(name)[:60]!r}.",
                hint=(f"Did you mean {close!r}? " if close else "") + f"It has: {names}.",
            )
        if row.call is None:
            raise InvalidRequestError(
                f"{row.page} is a page of the employer's, not of this library: {visible_line(row.opens)}",
                hint="Open it in a browser.",
                context={"url": row.opens},
            )
        answer = self._open(row.call, options)
        entries = getattr(answer, "attrs", {}).get("bluedoor")
        if entries is not None and not options:
            counted = entries["rows"] if entries["complete"] else entries["total"]
            if counted is not None and not entries["capped"]:
                self._counts[row.page] = int(counted)
        return answer

    def frame(self) -> pd.DataFrame:
        """The record as a frame of one row, with its answer card."""
        return self._frame([*(entry.name for entry in self._fields), "unknown_fields"], None)

    def save(self, path: str | Path) -> Path:
        """Write the page as a file of its own, by ending: ``.html``, ``.txt``, or ``.json`` for the record."""
        target = Path(path)
        match target.suffix.lower():
            case ".html":
                text = to_html(self.page, standalone=True)
            case ".txt":
                text = str(self)
            case ".json":
                text = json.dumps({"data": self._record}, ensure_ascii=False, indent=2)
            case ending:
                raise InvalidRequestError(f"A page is not written as {ending!r}.", hint="Use .html, .txt or .json.")
        target.write_text(text + "\n", encoding="utf-8")
        return target

    def _frame(self, columns: list[str], company: str | None) -> pd.DataFrame:
        decoder = Decoder(self._fields)
        builder = FrameBuilder(decoder, columns)
        written = json.dumps([self._record], ensure_ascii=False, separators=(",", ":"))
        builder.add(decoder.records(written.encode()))
        frame = builder.finish(lambda org_ids: dict.fromkeys(org_ids, company))
        unknown = {"backend": {"name": "record", "label": "one record", "base_url": contract.API_URL}, "call": {}}
        return attach(
            frame,
            kind=self._kind,
            total=1,
            complete=len(frame) == 1,
            reason="one record",
            pages=0 if self._origin is None else 1,
            answered_at=self._answered_at,
            drift=builder.drift,
            unknown_fields=builder.unknown_names,
            notes=self.notices,
            **(unknown if self._origin is None else self._origin),
        )

    @property
    def _client(self) -> Functions:
        if self._functions is None:
            raise InvalidRequestError(
                f"This {self._noun} has no client to ask: it was copied, read or made by itself.",
                hint="Get it from a client, such as bd.connect().get_job(…).",
            )
        return self._functions

    def _open(self, call: Call, options: Mapping[str, Any]) -> Any:
        answer = getattr(self._client, call.function)(*call.arguments, **{**call.filters, **options})
        return getattr(answer, call.then)() if call.then else answer

    def _count(self, name: str, call: Call | None) -> int | None:
        """Rows of a slice: remembered, or counted where that sends nothing."""
        free = self._functions is not None and self._functions.backend.local and not self._functions.closed
        if name not in self._counts and free and call is not None and call.function == "search_jobs":
            counted = self._client.search_jobs(**call.filters, limit=1, columns=["job_id"])
            self._counts[name] = counted.attrs["bluedoor"]["total"]
        return self._counts.get(name)

    def __getitem__(self, name: str) -> Any:
        names = {entry.name for entry in self._fields}
        if name in self._record or name in names:
            return self._record.get(name)
        close = nearest(str(name), names)
        raise _NoSuchFieldError(
            f"A {self._noun} has no field {name!r}.", hint=f"Did you mean {close!r}?" if close else ""
        )

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*(entry.name for entry in self._fields), *self._record]))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_"):
            try:
                return self[name]
            except _NoSuchFieldError as error:
                raise AttributeError(str(error)) from None
        raise AttributeError(name)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_functions": None}

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(entry.name for entry in self._fields)]

    def _ipython_key_completions_(self) -> list[str]:
        return list(self)

    def __str__(self) -> str:
        return to_text(self.page)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:  # noqa: ARG002
        return {"text/plain": str(self), "text/html": to_html(self.page)}


def rendered_from(origin: Mapping[str, Any] | None) -> str | None:
    """The backend in words, where a record does not come from the API."""
    backend = origin["backend"] if origin is not None else {"name": "api"}
    return None if backend["name"] == "api" else str(backend["label"])
