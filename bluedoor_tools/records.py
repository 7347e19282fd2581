"""Single records: a posting with its page, an organisation."""

from __future__ import annotations

import datetime as dt
import html
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from . import contract
from .answer_card import attach
from .arguments import instant_text
from .decode import Decoder
from .errors import InvalidRequestError, nearest
from .frames import FrameBuilder, job_columns
from .inert import one_line
from .pages import RecordPage, record_page, to_html, to_text

__all__ = ["Job", "Org"]


class _NoSuchFieldError(InvalidRequestError, KeyError):
    """A record has no field of this name; a KeyError, too, as of any mapping."""


class _Record(Mapping[str, Any]):
    """A record of the API, whole: fields by attribute, or by name, as the mapping it is.

    Its names are the contract's fields, null where the record lacks them, and then the record's own. Two records are
    equal only if they are one object, so that a record can be in a set; ``record`` compares by content.
    """

    _noun = "record"

    def __init__(self, record: Mapping[str, Any], fields: tuple[contract.Field, ...]) -> None:
        self._record = dict(record)
        self._fields = fields

    @property
    def record(self) -> dict[str, Any]:
        """Every field as the backend answered it, decoded from JSON; a copy."""
        copy: dict[str, Any] = json.loads(json.dumps(self._record))
        return copy

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

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(entry.name for entry in self._fields)]


class Job(_Record):
    """One posting: every field of its record, and its page.

    A field is an attribute (``job.title``, ``job.salary_min``), null as None, nested objects decoded. The page shows
    itself in a notebook (HTML) and with ``print(job)`` (text); nothing is asked of the backend for it.

    Attributes
    ----------
    company : str or None
        name of the organisation; None where the backend did not give one
    notices : tuple of str
        what a reader must know of where this record comes from
    page : RecordPage
        the page's sections as plain text, in the order of bluedoor's own page
    """

    _noun = "job"

    def __init__(
        self,
        record: Mapping[str, Any],
        *,
        company: str | None,
        api_url: str,
        notices: tuple[str, ...] = (),
        origin: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(record, contract.JOB_FIELDS)
        # What its frame's card says of where it comes from: backend, clock, request, call.
        self._origin = dict(origin) if origin is not None else None
        self._answered_at = instant_text(dt.datetime.now(dt.UTC).replace(microsecond=0)) if origin is not None else None
        self.company = company
        self.notices = notices
        backend = origin["backend"] if origin is not None else {"name": "api"}
        rendered_from = None if backend["name"] == "api" else backend["label"]
        self.page: RecordPage = record_page(
            record, company=company, api_url=api_url, notices=notices, rendered_from=rendered_from
        )

    def __repr__(self) -> str:
        words = (self.title, self.company, self.location_text, self.status)
        return one_line(f"<Job {self.job_id}: {' · '.join(str(word) for word in words if word)!r}>")

    def __str__(self) -> str:
        return to_text(self.page)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:  # noqa: ARG002
        return {"text/plain": str(self), "text/html": to_html(self.page)}

    def frame(self) -> pd.DataFrame:
        """The record as a frame of one row, with every column a frame of jobs can have, and its answer card."""
        decoder = Decoder(contract.JOB_FIELDS)
        builder = FrameBuilder(decoder, job_columns(description=True))
        written = json.dumps([self._record], ensure_ascii=False, separators=(",", ":"))
        builder.add(decoder.records(written.encode()))
        frame = builder.finish(lambda org_ids: dict.fromkeys(org_ids, self.company))
        unknown = {"backend": {"name": "record", "label": "one record", "base_url": contract.API_URL}, "call": {}}
        return attach(
            frame,
            kind="jobs",
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


class Org(_Record):
    """One organisation: every field of its record, as attributes."""

    _noun = "organisation"

    def __init__(self, record: Mapping[str, Any], notices: tuple[str, ...] = ()) -> None:
        super().__init__(record, contract.ORG_FIELDS)
        self.notices = notices

    @property
    def name(self) -> str | None:
        """The name to show: ``display_name``, or else ``canonical_name``."""
        return org_name(self._record)

    def __repr__(self) -> str:
        return one_line(f"<Org {self.org_id}: {self.name!r}>")

    def _rows(self) -> list[tuple[str, str]]:
        known = {entry.name: entry.label for entry in self._fields}
        rest = [name for name in self._record if name not in known]
        values = {name: self._record.get(name) for name in (*known, *rest)}
        said = [(known.get(name, name), "" if value is None else _shown(value)) for name, value in values.items()]
        said += [("Note", notice) for notice in self.notices]
        return [(one_line(label), one_line(text)) for label, text in said]

    def __str__(self) -> str:
        return "\n".join(f"{label:<16} {text}".rstrip() for label, text in self._rows())

    def _repr_html_(self) -> str:
        cells = "".join(
            f'<tr><th scope="row" style="text-align:left">{html.escape(label)}</th>'
            f'<td style="text-align:left">{html.escape(text)}</td></tr>'
            for label, text in self._rows()
        )
        return f'<table aria-label="organisation">{cells}</table>'


def org_name(record: Mapping[str, Any] | None) -> str | None:
    """The name an organisation's record gives, None where it gives none."""
    for name in ("display_name", "canonical_name"):
        value = (record or {}).get(name)
        if isinstance(value, str) and value.strip():
            return value
    return None


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
