"""What asks the same again: the call and the request behind an answer, kept small on its card, written out later."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from . import contract
from .backends.base import Request
from .errors import InvalidRequestError
from .query import JobQuery

__all__ = ["FEW_SHOWN", "bounded", "filter_arguments", "reproduce", "request_entry"]

_FEW = 40  # ids that a card carries to repeat the call; of a longer list it says how many
FEW_SHOWN = 10  # ids that it carries to show
_LISTS = tuple(name for name, parameter in contract.PARAMETERS.items() if parameter.match == "one_of")


def filter_arguments(query: JobQuery) -> dict[str, Any]:
    """The filters as a call writes them: `status` only where it is not the default."""
    arguments = bounded(query.filters)
    status = arguments.pop("status", None)
    if status != "active":
        arguments["status"] = status
    return arguments


def bounded(filters: Mapping[str, Any], few: int = _FEW) -> dict[str, Any]:
    """Filters as small JSON: a long list becomes its length and a few members."""
    return {
        name: (list(value) if len(value) <= few else {"many": len(value), "first": list(value[:3])})
        if isinstance(value, tuple)
        else value
        for name, value in filters.items()
    }


def request_entry(request: Request | None) -> dict[str, Any] | None:
    """A request as small JSON."""
    if request is None:
        return None
    body = (
        None
        if request.body is None
        else bounded({k: tuple(v) if isinstance(v, list) else v for k, v in request.body.items()})
    )
    lists = {name: tuple(request.parameters[name].split(",")) for name in _LISTS if name in request.parameters}
    many = {name: value for name, value in bounded(lists).items() if isinstance(value, dict)}
    parameters = {**request.parameters, **many}
    return {"method": request.method, "path": request.path, "parameters": parameters, "body": body}


def reproduce(entries: Mapping[str, Any], how: str = "python") -> str:
    """The call that asks the same again, as Python or as curl. Dates stand as they were resolved."""
    if how == "python":
        return _as_python(entries)
    if how == "curl":
        return _as_curl(entries)
    raise InvalidRequestError(f"how={how!r} is not known.", hint="Use 'python' or 'curl'.")


def _as_python(entries: Mapping[str, Any]) -> str:
    call = entries["call"]
    if call["function"] == "read_jobs":
        return f"import bluedoor_tools as bd\ndf = bd.read_jobs({call['arguments']['path']!r})"
    arguments = dict(call["arguments"])
    first = arguments.pop(call["first"], None) if call["first"] else None
    words = [repr(first)] if first is not None else []
    words += [f"{name}={name if _is_many(value) else repr(value)}" for name, value in arguments.items()]
    where = entries["backend"]["connect"]
    lines = ["import bluedoor_tools as bd", *_left_out(arguments, str)]
    return "\n".join([*lines, f"df = bd.connect({where!r}).{call['function']}({', '.join(words)})"])


def _as_curl(entries: Mapping[str, Any]) -> str:
    request = entries["request"]
    if request is None:
        raise InvalidRequestError("No request stands behind this frame.", hint="It was read from a file.")
    url = entries["backend"]["base_url"] + request["path"]
    parameters, body = ({**(request[part] or {})} for part in ("parameters", "body"))
    left_out = _left_out({**parameters, **body}, str.upper)
    for written in (parameters, body):
        written.update((name, name.upper()) for name, value in written.items() if _is_many(value))
    if parameters:
        url += "?" + "&".join(f"{name}={quote(value, safe=',:')}" for name, value in parameters.items())
    words = ["curl", "--fail-with-body", shlex.quote(url)]
    if request["method"] != "GET":
        words[1:1] = ["-X", request["method"]]
    if entries["backend"]["sends_key"]:
        words += ["-H", '"Authorization: Bearer $BLUEDOOR_API_KEY"']
    if request["body"] is not None:
        words += ["-H", shlex.quote("Content-Type: application/json"), "-d", shlex.quote(json.dumps(body))]
    text = "\n".join([" ".join(words), *left_out])
    if entries["pages"] > 1 and entries["kind"] == "jobs":
        text += "\n# the first page; the next one is asked with &cursor= and the answer's meta.next_cursor"
    if entries["backend"]["name"] != "api":
        text += f"\n# asks the live API the same; these rows came from: {entries['backend']['label']}"
    return text


def _is_many(value: Any) -> bool:
    """Whether a card keeps of this list only its length and first members."""
    return isinstance(value, dict) and "many" in value


def _left_out(arguments: Mapping[str, Any], written: Callable[[str], str]) -> list[str]:
    """What the reader must put in: the long lists of which a card keeps only the beginning."""
    return [
        f"# {written(name)} stands for the {value['many']:,} values asked for, of which the card keeps the first: "
        + ", ".join(value["first"])
        for name, value in arguments.items()
        if _is_many(value)
    ]
