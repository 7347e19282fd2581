"""An OpenAPI document, read as far as it can be: parameters of a call, fields of what it answers with.

The document is a stranger's: a part of it that has the wrong type counts as absent, what is shown of it is one short
line, and no reading of it is recursive or unbounded.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, TypeAlias
from urllib.parse import unquote

from ..errors import UnexpectedAnswerError
from ..inert import one_line

__all__ = ["Reader", "Shape", "as_dict", "key_of", "shape_of", "shown"]

Shape: TypeAlias = tuple[str, ...]
"""A path's segments, a template as "{}"; of a call, behind its method."""

_MOST = 2_000  # parts of a schema, names in one place; no API comes near
_HOPS = 20  # references in a row
_STEPS = 4  # from an answer to its record: the envelope, the list, the record, and one to spare
_LONGEST = 1_000  # characters of a path or a reference that is read
_SHOWN = 80  # characters of a name


class Reader:
    """Looks things up in a document, with its local references followed."""

    def __init__(self, root: dict[Any, Any]) -> None:
        self.root = root
        self._targets: dict[str, object] = {}

    def followed(self, value: object) -> dict[Any, Any]:
        """An object of the document, or the one it refers to; empty where there is none."""
        for _ in range(_HOPS):
            found = as_dict(value)
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
                    found = as_dict(found).get(name)
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

    def fields(
        self, known: Iterable[str], operations: Iterable[dict[Any, Any]], called: Iterable[str]
    ) -> frozenset[str]:
        """Names of a record's fields: of all the answers that hold it, or else of the schema of its name.

        It is known by having any field of the known names.
        """
        keys = {key_of(name) for name in known}
        names: set[str] = set()
        for operation in operations:
            responses = as_dict(operation.get("responses"))
            response = self.followed(responses.get("200", responses.get("2XX")))
            names |= self._record(_json_schema(response), keys)
        if not names:
            components = as_dict(self.root.get("components"))
            schemas = as_dict(components.get("schemas")) or as_dict(self.root.get("definitions"))
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
                return set(properties) if any(key_of(name) in keys for name in properties) else set()
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
            for name, schema in as_dict(part.get("properties")).items():
                if isinstance(name, str):
                    properties[name].append(schema)
            items.append(part.get("items"))
            waiting.append(self._at(part.get("$ref")))
            waiting += [other for word in ("allOf", "anyOf", "oneOf") for other in _list(part.get(word))]
            _check_size(seen)
            _check_size(properties)
        return properties, items


def shape_of(path: object) -> Shape:
    """A path as its segments; none of what is no path."""
    if not isinstance(path, str) or not path.startswith("/") or len(path) > _LONGEST:  # "x-…" is an extension
        return ()
    segments = path.strip("/").split("/")
    return tuple("{}" if part.startswith("{") and part.endswith("}") else part for part in segments)


def key_of(name: str) -> str:
    """What names have in common that differ in case, separators, a plural, or "organization" written out."""
    return re.sub(r"[\W_]+|(?<=org)ani[sz]ation", "", name[:_LONGEST].casefold()).removesuffix("s")


def _json_schema(holder: dict[Any, Any]) -> object:
    """The schema of a JSON body or answer; in Swagger 2.0 an answer has it directly."""
    for media, told in as_dict(holder.get("content")).items():
        if isinstance(media, str) and ("json" in media.casefold() or media == "*/*"):
            return as_dict(told).get("schema")
    return holder.get("schema")


def as_dict(value: object) -> dict[Any, Any]:
    """An object of the document; of anything else, none."""
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


def shown(text: object) -> str:
    """A stranger's text as one short line."""
    return one_line(text[:_SHOWN]) if isinstance(text, str) else ""
