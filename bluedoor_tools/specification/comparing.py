"""The published specification held against the contract: what is missing, renamed or new."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias
from urllib.parse import urlsplit

from .. import contract
from ..errors import UnexpectedAnswerError
from .openapi import Reader, Shape, as_dict, key_of, shape_of, shown

__all__ = ["Difference", "Specification"]

_Row: TypeAlias = contract.Parameter | contract.Option | contract.Field

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_MOST_PATHS = 5_000
_FEWEST = 3  # of the contract's paths, for a document to be about this API

_FILTERS: dict[str, Mapping[str, contract.Parameter]] = {
    "search": contract.PARAMETERS,
    "search_by_post": contract.PARAMETERS,
    "facets": contract.PARAMETERS,
    "events_search": contract.EVENT_PARAMETERS,
}
# Record → its rows, the endpoints that answer with it, and what a schema of it may be called.
_RECORDS: dict[str, tuple[tuple[contract.Field, ...], tuple[str, ...], tuple[str, ...]]] = {
    "job": (contract.JOB_FIELDS, ("job", "search"), ("job",)),
    "event": (contract.EVENT_FIELDS, ("job_events", "events_search"), ("event", "jobevent")),
    "organisation": (contract.ORG_FIELDS, ("org",), ("organization", "organisation", "org")),
    "source": (contract.SOURCE_FIELDS, ("source",), ("source", "board")),
    "stats": (contract.STATS_FIELDS, ("stats",), ("stats", "statistics")),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which the specification and the contract differ.

    `name` is the contract's name, or the new one; `where` is a call (``GET /jobs/search``) or, of a field, its record
    (``job``, ``event``, ``organisation``, ``source``, ``stats``); `known` is how the contract knows its row, empty for
    a new name; `says` is what it means and what to do, in one line.
    """

    kind: Literal["new", "missing", "renamed"]
    of: Literal["path", "parameter", "field"]
    where: str
    name: str
    known: str
    says: str


@dataclass(frozen=True, slots=True)
class Specification:
    """What a published OpenAPI document (3.x, or Swagger 2.0) says of the calls and records of the contract."""

    title: str
    version: str
    _paths: Mapping[Shape, str] = field(repr=False)  # every call under the API's prefix → its path as written
    _parameters: Mapping[str, Set[str]] = field(repr=False)  # by endpoint; only those that are listed
    _fields: Mapping[str, Set[str]] = field(repr=False)  # by record; empty where nothing is said

    @classmethod
    def of(cls, document: object) -> Specification:
        """Read a decoded OpenAPI document; other APIs may be described in it, under other prefixes.

        Raises
        ------
        UnexpectedAnswerError
            It is no OpenAPI document, describes another API, or is of a size that no API has.
        """
        root = as_dict(document)
        dialect, paths = root.get("openapi", root.get("swagger")), root.get("paths")
        if not isinstance(dialect, str) or not dialect.startswith(("3.", "2.0")) or not isinstance(paths, dict):
            raise UnexpectedAnswerError(
                "The specification is no OpenAPI document (3.x, or Swagger 2.0) with paths.",
                hint="Its usual address ends in /job-postings/v1/openapi.json.",
            )
        title, version = (shown(as_dict(root.get("info")).get(name)) for name in ("title", "version"))
        if len(paths) > _MOST_PATHS:
            raise UnexpectedAnswerError(
                f"The specification has more than {_MOST_PATHS:,} paths.", hint="No API does: check the address."
            )
        prefix = _prefix(paths, title)
        start = len(prefix)
        reader = Reader(root)
        written: dict[Shape, str] = {}
        operations: dict[Shape, tuple[dict[Any, Any], dict[Any, Any]]] = {}
        for path, told in paths.items():
            shape = shape_of(path)
            if len(shape) <= start or shape[:start] != prefix:
                continue
            item = reader.followed(told)
            for method in _METHODS:
                call, operation = (method, *shape[start:]), item.get(method.lower())
                if isinstance(operation, dict) and call not in operations:
                    operations[call] = item, operation
                    written[call] = "/" + "/".join(path.strip("/").split("/")[start:])
        found = {entry.name: operations[_call(entry)] for entry in contract.ENDPOINTS if _call(entry) in operations}
        parameters = {name: reader.parameters(*found[name], contract.endpoint(name).method) for name in found}
        answers = {name: operation for name, (_, operation) in found.items()}
        fields = {
            record: reader.fields(
                (row.name for row in rows), (answers[name] for name in endpoints if name in answers), called
            )
            for record, (rows, endpoints, called) in _RECORDS.items()
        }
        return cls(title, version, written, parameters, fields)

    def lists(self, endpoint: str) -> bool:
        """Whether the specification has the call of this endpoint, given by its name in the contract."""
        return endpoint in self._parameters

    def sent_as(self, endpoint: str, name: str) -> str | None:
        """The name under which to send a parameter of the contract; None where the specification has none for it.

        An assumed parameter that is not listed goes by its one other name that is. Where the specification lists the
        call but no parameter of it, nothing can be concluded, and the name stays.
        """
        listed = self._parameters.get(endpoint)
        if listed is None:
            return None
        if not listed or name in listed:
            return name
        rows = _rows(endpoint)
        others = _other_names(rows[name], listed - rows.keys()) if name in rows else []
        return others[0] if len(others) == 1 else None

    def differences(self) -> list[Difference]:
        """Every difference: missing ones first, then renamed, then new. See `not_described` for where there is none."""
        found = list(self._path_differences())
        for entry in contract.ENDPOINTS:
            rows, listed = _rows(entry.name), self._parameters.get(entry.name)
            if listed and (rows or entry.call):  # of what is not used here, the contract knows no parameters
                found += _compared("parameter", f"{entry.method} {entry.path}", rows, listed)
        for record, (fields, _, _) in _RECORDS.items():
            if self._fields[record]:
                found += _compared("field", record, {row.name: row for row in fields}, self._fields[record])
        order = ("missing", "renamed", "new")
        return sorted(found, key=lambda one: (order.index(one.kind), one.of, one.where, one.name, one.says))

    def not_described(self) -> list[str]:
        """Of which calls the parameters, of which records the fields are not described: no agreement, but silence."""
        calls = [entry for entry in contract.ENDPOINTS if self._parameters.get(entry.name) == set()]
        return [
            *(f"parameters of {entry.method} {entry.path}" for entry in calls if _rows(entry.name)),
            *(f"fields of {record}" for record, names in self._fields.items() if not names),
        ]

    def _path_differences(self) -> Iterator[Difference]:
        new = dict.fromkeys(self._paths.keys() - {_call(entry) for entry in contract.ENDPOINTS})
        alike: dict[Shape, list[Shape]] = defaultdict(list)
        for call in new:
            alike[tuple(map(key_of, call))].append(call)
        for entry in contract.ENDPOINTS:
            if entry.name == "openapi" or self.lists(entry.name):  # few documents list themselves
                continue
            where, known = f"{entry.method} {entry.path}", entry.known
            same = alike[tuple(map(key_of, _call(entry)))]
            if len(same) == 1:
                new.pop(same[0], None)
                says = _renamed(known, f"{entry.method} {shown(self._paths[same[0]])}")
                yield Difference("renamed", "path", where, entry.path, known, says)
            else:
                yield Difference("missing", "path", where, entry.path, known, _missing(known))
        for call in new:
            path = shown(self._paths[call])
            yield Difference("new", "path", f"{call[0]} {path}", path, "", "not in the contract; add it")


def _prefix(paths: dict[Any, Any], title: str) -> Shape:
    """What stands before the contract's paths: the prefix under which most of them are found."""
    ours = {shape_of(entry.path) for entry in contract.ENDPOINTS if entry.name != "openapi"}
    lengths = {len(shape) for shape in ours}
    found: dict[Shape, set[Shape]] = defaultdict(set)
    for path in paths:
        shape = shape_of(path)
        for length in lengths:
            if shape[-length:] in ours:
                found[shape[:-length]].add(shape[-length:])
    home = tuple(urlsplit(contract.API_URL).path.strip("/").split("/"))
    # Of several versions in one document, the one that is asked.
    found.setdefault((), set())
    best = max(found, key=lambda prefix: (len(found[prefix]), home[len(home) - len(prefix) :] == prefix, prefix))
    if len(found[best]) < _FEWEST or shape_of(contract.endpoint("search").path) not in found[best]:
        raise UnexpectedAnswerError(
            f"The specification is of another API, {title or 'without a title'}: "
            f"of the {len(ours)} paths of the Job Postings API it has {len(found[best])}.",
            hint="Its usual address ends in /job-postings/v1/openapi.json.",
        )
    return best


def _rows(endpoint: str) -> dict[str, contract.Parameter | contract.Option]:
    of = "search" if endpoint == "search_by_post" else endpoint
    return {**_FILTERS.get(endpoint, {}), **{row.name: row for row in contract.OPTIONS if of in row.of}}


def _other_names(row: _Row, new: Set[str]) -> list[str]:
    if row.known != "assumed" or isinstance(row, contract.Field):
        return []
    return [name for name in row.other_names if name in new]


def _compared(
    of: Literal["parameter", "field"], where: str, rows: Mapping[str, _Row], listed: Set[str]
) -> Iterator[Difference]:
    new = listed - rows.keys()
    alike: dict[str, list[str]] = defaultdict(list)
    for name in new:
        alike[key_of(name)].append(name)
    taken: set[str] = set()
    for name, row in rows.items():
        if name in listed:
            continue
        others = _other_names(row, new)
        same = others or alike[key_of(name)]
        if len(same) == 1:
            taken.add(same[0])
            says = _renamed(row.known, shown(same[0]), used=bool(others))
            yield Difference("renamed", of, where, name, row.known, says)
        else:
            yield Difference("missing", of, where, name, row.known, _missing(row.known, others))
    says = "not in the contract; add it"
    if of == "field":
        says += ", until then its values are kept in `unknown_fields`"
    for name in new - taken:
        yield Difference("new", of, where, shown(name), "", says)


def _renamed(known: str, other: str, *, used: bool = False) -> str:
    if used:
        return f"{known}; the specification has `{other}`, which is used instead"
    return f"{known}, but the specification has `{other}`; correct the contract"


def _missing(known: str, others: list[str] | None = None) -> str:
    if others:
        return f"{known}; the specification has {' and '.join(f'`{name}`' for name in others)}; decide in the contract"
    if known == "assumed":
        return "assumed, and the specification does not list it; correct the contract"
    return f"{known}, but the specification does not list it; it may be undocumented, or gone"


def _call(entry: contract.Endpoint) -> Shape:
    return entry.method, *shape_of(entry.path)
