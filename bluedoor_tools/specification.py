"""The published specification held against the contract: what is missing, renamed or new.

The document is a stranger's: a part of it that has the wrong type counts as absent, what is shown of it is one short
line, and no reading of it is recursive or unbounded.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias
from urllib.parse import unquote, urlsplit

from . import contract
from .errors import UnexpectedAnswerError
from .inert import one_line

__all__ = ["Difference", "Specification"]

_Shape: TypeAlias = tuple[str, ...]  # a path's segments, a template as "{}"; of a call, behind its method
_Row: TypeAlias = contract.Parameter | contract.Option | contract.Field

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_FEWEST = 3  # of the contract's paths, for a document to be about this API
_MOST = 2_000  # parts of a schema, names in one place; no API comes near
_HOPS = 20  # references in a row
_STEPS = 4  # from an answer to its record: the envelope, the list, the record, and one to spare
_LONGEST = 1_000  # characters of a path or a reference that is read
_SHOWN = 80  # characters of a name

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
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which the specification and the contract differ.

    `name` is the contract's name, or the new one; `where` is a call (``GET /jobs/search``) or, of a field, its record
    (``job``, ``event``, ``organisation``, ``source``); `known` is how the contract knows its row, empty for a new name;
    `says` is what it means and what to do, in one line.
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
    _paths: Mapping[_Shape, str] = field(repr=False)  # every call under the API's prefix → its path as written
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
        root = _dict(document)
        dialect, paths = root.get("openapi", root.get("swagger")), root.get("paths")
        if not isinstance(dialect, str) or not dialect.startswith(("3.", "2.0")) or not isinstance(paths, dict):
            raise UnexpectedAnswerError(
                "The specification is no OpenAPI document (3.x, or Swagger 2.0) with paths.",
                hint="Its usual address ends in /job-postings/v1/openapi.json.",
            )
        title, version = (_shown(_dict(root.get("info")).get(name)) for name in ("title", "version"))
        prefix = _prefix(paths, title)
        start = len(prefix)
        reader = _Reader(root)
        written: dict[_Shape, str] = {}
        operations: dict[_Shape, tuple[dict[Any, Any], dict[Any, Any]]] = {}
        for path, told in paths.items():
            shape = _shape(path)
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
        return cls(title, version, written, parameters, {name: reader.fields(name, answers) for name in _RECORDS})

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
        alike: dict[_Shape, list[_Shape]] = defaultdict(list)
        for call in new:
            alike[tuple(map(_key, call))].append(call)
        for entry in contract.ENDPOINTS:
            if entry.name == "openapi" or self.lists(entry.name):  # few documents list themselves
                continue
            where, known = f"{entry.method} {entry.path}", entry.known
            same = alike[tuple(map(_key, _call(entry)))]
            if len(same) == 1:
                new.pop(same[0], None)
                says = _renamed(known, f"{entry.method} {_shown(self._paths[same[0]])}")
                yield Difference("renamed", "path", where, entry.path, known, says)
            else:
                yield Difference("missing", "path", where, entry.path, known, _missing(known))
        for call in new:
            path = _shown(self._paths[call])
            yield Difference("new", "path", f"{call[0]} {path}", path, "", "not in the contract; add it")


class _Reader:
    """Looks things up in a document, with its local references followed."""

    def __init__(self, root: dict[Any, Any]) -> None:
        self.root = root
        self._targets: dict[str, object] = {}

    def followed(self, value: object) -> dict[Any, Any]:
        """An object of the document, or the one it refers to; empty where there is none."""
        for _ in range(_HOPS):
            found = _dict(value)
            if "$ref" not in found:
                return found
            value = self._at(found["$ref"])
        return {}

    def _at(self, reference: object) -> object:
        if not isinstance(reference, str) or not reference.startswith("#/") or len(reference) > _LONGEST:
            return None
        if reference not in self._targets:
            found: object = self.root
            for step in unquote(reference[2:]).split("/"):
                name = step.replace("~1", "/").replace("~0", "~")
                if isinstance(found, list):  # as bundlers write it: …/parameters/0
                    index = int(name) if re.fullmatch("[0-9]{1,6}", name) else len(found)
                    found = found[index] if index < len(found) else None
                else:
                    found = _dict(found).get(name)
            self._targets[reference] = found
        return self._targets[reference]

    def parameters(self, item: dict[Any, Any], operation: dict[Any, Any], method: str) -> frozenset[str]:
        """Names in the query, or, of a call that has one, in the body."""
        names, bodies = set(), []
        for entry in _list(item.get("parameters")) + _list(operation.get("parameters")):
            parameter = self.followed(entry)
            name, place = parameter.get("name"), parameter.get("in")
            if place in ("query", "formData") and isinstance(name, str):
                names.add(name)
            elif place == "body":  # Swagger 2.0
                bodies.append(parameter.get("schema"))
        if method != "GET":
            bodies.append(_json_schema(self.followed(operation.get("requestBody"))))
            names.update(self._properties(bodies)[0])
        return frozenset(names)

    def fields(self, record: str, answers: Mapping[str, dict[Any, Any]]) -> frozenset[str]:
        """Names of a record's fields: of all the answers that hold it, or else of the schema of its name."""
        rows, endpoints, called = _RECORDS[record]
        keys = {_key(row.name) for row in rows}
        names: set[str] = set()
        for endpoint in endpoints:
            responses = _dict(answers.get(endpoint, {}).get("responses"))
            response = self.followed(responses.get("200", responses.get("2XX")))
            names |= self._record(_json_schema(response), keys)
        if not names:
            schemas = _dict(_dict(self.root.get("components")).get("schemas")) or _dict(self.root.get("definitions"))
            by_name = {name.casefold(): schema for name, schema in schemas.items() if isinstance(name, str)}
            names = next(filter(None, (self._record(by_name.get(name), keys) for name in called)), set())
        return frozenset(names)

    def _record(self, schema: object, keys: set[str]) -> set[str]:
        """The properties of a record, out of its envelope and list; none where it is not the record that is meant."""
        schemas = [schema]
        for _ in range(_STEPS):
            properties, items = self._properties(schemas)
            if not properties or "data" in properties:
                schemas = properties.get("data", items)
            else:
                return set(properties) if any(_key(name) in keys for name in properties) else set()
        return set()

    def _properties(self, schemas: list[object]) -> tuple[dict[str, list[object]], list[object]]:
        """The properties (each with its schemas) and the items of schemas and of all that is merged into them."""
        properties: dict[str, list[object]] = defaultdict(list)
        items, waiting, seen = [], list(schemas), set()
        while waiting:
            part = waiting.pop()
            if not isinstance(part, dict) or id(part) in seen:
                continue
            seen.add(id(part))
            for name, schema in _dict(part.get("properties")).items():
                if isinstance(name, str):
                    properties[name].append(schema)
            items.append(part.get("items"))
            waiting.append(self._at(part.get("$ref")))
            waiting += [other for word in ("allOf", "anyOf", "oneOf") for other in _list(part.get(word))]
            _check_size(seen)
            _check_size(properties)
        return properties, items


def _prefix(paths: dict[Any, Any], title: str) -> _Shape:
    """What stands before the contract's paths: the prefix under which most of them are found."""
    ours = {_shape(entry.path) for entry in contract.ENDPOINTS if entry.name != "openapi"}
    lengths = {len(shape) for shape in ours}
    found: dict[_Shape, set[_Shape]] = defaultdict(set)
    for path in paths:
        shape = _shape(path)
        for length in lengths:
            if shape[-length:] in ours:
                found[shape[:-length]].add(shape[-length:])
    home = tuple(urlsplit(contract.API_URL).path.strip("/").split("/"))
    # Of several versions in one document, the one that is asked.
    found.setdefault((), set())
    best = max(found, key=lambda prefix: (len(found[prefix]), home[len(home) - len(prefix) :] == prefix, prefix))
    if len(found[best]) < _FEWEST or _shape(contract.endpoint("search").path) not in found[best]:
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
        alike[_key(name)].append(name)
    taken: set[str] = set()
    for name, row in rows.items():
        if name in listed:
            continue
        others = _other_names(row, new)
        same = others or alike[_key(name)]
        if len(same) == 1:
            taken.add(same[0])
            says = _renamed(row.known, _shown(same[0]), used=bool(others))
            yield Difference("renamed", of, where, name, row.known, says)
        else:
            yield Difference("missing", of, where, name, row.known, _missing(row.known, others))
    says = "not in the contract; add it"
    if of == "field":
        says += ", until then its values are kept in `unknown_fields`"
    for name in new - taken:
        yield Difference("new", of, where, _shown(name), "", says)


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


def _call(entry: contract.Endpoint) -> _Shape:
    return entry.method, *_shape(entry.path)


def _shape(path: object) -> _Shape:
    if not isinstance(path, str) or not path.startswith("/") or len(path) > _LONGEST:  # "x-…" is an extension
        return ()
    segments = path.strip("/").split("/")
    return tuple("{}" if part.startswith("{") and part.endswith("}") else part for part in segments)


def _key(name: str) -> str:
    """What names have in common that differ in case, separators, a plural, or "organization" written out."""
    return re.sub(r"[\W_]+|(?<=org)ani[sz]ation", "", name[:_LONGEST].casefold()).removesuffix("s")


def _json_schema(holder: dict[Any, Any]) -> object:
    """The schema of a JSON body or answer; in Swagger 2.0 an answer has it directly."""
    for media, told in _dict(holder.get("content")).items():
        if isinstance(media, str) and ("json" in media.casefold() or media == "*/*"):
            return _dict(told).get("schema")
    return holder.get("schema")


def _dict(value: object) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    found = value if isinstance(value, list) else []
    _check_size(found)
    return found


def _check_size(names: Any) -> None:
    if len(names) > _MOST:
        raise UnexpectedAnswerError(
            f"The specification lists more than {_MOST:,} names in one place.", hint="No API does: check the address."
        )


def _shown(text: object) -> str:
    return one_line(text[:_SHOWN]) if isinstance(text, str) else ""
