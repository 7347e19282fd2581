"""What asks the same again: the call and the request behind an answer, kept small on its card, written out later.

A card may come from anywhere (pandas reads it from a stranger's Parquet file, too), and what is written here is there
to be run: names are checked, values are written by `repr` or quoted for the shell, and a comment is one inert line.
"""

from __future__ import annotations

import itertools
import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from . import contract
from .backends.base import Request
from .errors import InvalidRequestError
from .inert import one_line
from .query import Query

__all__ = ["FEW_SHOWN", "bounded", "filter_arguments", "is_call", "is_request", "reproduce", "request_entry"]

_FEW = 40  # ids that a card carries to repeat the call; of a longer list it says how many
FEW_SHOWN = 10  # ids that it carries to show
_LISTS = tuple(
    name
    for name, parameter in {**contract.PARAMETERS, **contract.EVENT_PARAMETERS}.items()
    if parameter.match == "one_of"
)
_FUNCTIONS = {
    "doctor", "facets", "find_orgs", "get_job", "get_jobs", "get_org", "get_source", "history", "iter_jobs",
    "job_events", "read_jobs", "search_events", "search_jobs", "source_jobs", "stats",
}  # fmt: skip
_ARGUMENTS = {
    *contract.PARAMETERS, *contract.EVENT_PARAMETERS, "by", "columns", "cursor", "description", "field", "job", "jobs",
    "limit", "max_requests", "name", "org", "path", "source_id",
}  # fmt: skip
_RECORDS = {"get_job", "get_org", "get_source"}  # functions that give a record, of which a frame can be made
_PAGED = {"search_jobs", "iter_jobs", "source_jobs", "search_events"}  # functions that go on by cursor
_THEN = {"breakdowns", "sources"}  # other methods of a record that make a frame
_MOST_REQUESTS = 20  # that curl writes out
_ENDPOINTS = [
    (entry.method, re.compile(re.sub(r"\\\{\w+\\\}", lambda _: r"[\w-]+", re.escape(entry.path)), re.ASCII))
    for entry in contract.ENDPOINTS
]


def filter_arguments(query: Query) -> dict[str, Any]:
    """The filters as a call writes them: `status` only where it is not the default."""
    arguments = bounded(query.filters)
    if "status" in query.parameters:
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


def is_call(call: Any) -> bool:
    """Whether this is a call of the library: its functions, its arguments, and plain values."""
    if not isinstance(call, dict) or not {"function", "first", "arguments"} <= set(call):
        return False
    function, first, arguments = call["function"], call["first"], call["arguments"]
    return (
        isinstance(function, str)
        and function in _FUNCTIONS
        and (first is None or (isinstance(first, str) and first in _ARGUMENTS))
        and isinstance(arguments, dict)
        and set(arguments) <= _ARGUMENTS
        and all(_is_plain(value) or _is_many(value) for value in arguments.values())
        and (function != "read_jobs" or "path" in arguments)
        and ("then" not in call or (isinstance(call["then"], str) and call["then"] in _THEN))
    )


def is_request(request: Any) -> bool:
    """Whether this is a request that the contract knows, with plain parameters."""
    if not isinstance(request, dict) or set(request) != {"method", "path", "parameters", "body"}:
        return False
    method, path, parameters, body = (request[name] for name in ("method", "path", "parameters", "body"))
    return (
        isinstance(path, str)
        and any(method == known and pattern.fullmatch(path) for known, pattern in _ENDPOINTS)
        and isinstance(parameters, dict)
        and all(isinstance(value, str) or _is_many(value) for value in parameters.values())
        and isinstance(body, dict | None)
        and all(_is_plain(value) or _is_many(value) for value in (body or {}).values())
    )


def reproduce(entries: Mapping[str, Any], how: str = "python") -> str:
    """The call that asks the same again, as Python or as curl. Dates stand as they were resolved."""
    if how not in {"python", "curl"}:
        raise InvalidRequestError(f"how={how!r} is not known.", hint="Use 'python' or 'curl'.")
    call = entries["call"]
    if not is_call(call):
        raise InvalidRequestError(
            "What asks this again is not known: the card holds no call of this library.",
            hint="Ask the frame that a search, facets or get_job gave.",
        )
    lines = _as_python(entries) if how == "python" else _as_curl(entries)
    if call.get("of_rows") is not None:
        lines.append(_comment(f"the counts are of {call['of_rows']} rows that were derived from this answer"))
    if entries["derived"]:
        said = f"{entries['rows']:,} rows, {entries['reason']}"
        lines.append(_comment(f"the frame's rows are derived from this answer: {said}"))
    return "\n".join(lines)


def _as_python(entries: Mapping[str, Any]) -> list[str]:
    call = entries["call"]
    arguments = dict(call["arguments"])
    lines = ["import bluedoor_tools as bd"]
    if call["function"] == "read_jobs":
        asked = f"bd.read_jobs({arguments['path']!r})"
    else:
        given = call["first"] if call["first"] in arguments else None
        words = [call["first"] if _is_many(arguments[given]) else repr(arguments[given])] if given else []
        left_out = _left_out(arguments, str)
        arguments.pop(given, None)
        words += [f"{name}={name if _is_many(value) else repr(value)}" for name, value in arguments.items()]
        lines += left_out
        asked = f"bd.connect({entries['backend']['connect']!r}).{call['function']}({', '.join(words)})"
        then = call.get("then") or ("frame" if call["function"] in _RECORDS else "")
        asked += f".{then}()" if then else ""
    counted = "".join(f".bluedoor.breakdown({field!r})" for field in call.get("breakdown", ()))
    name = "series" if entries["kind"] == "stats" else "df"
    return [*lines, f"{name} = {asked}{counted}"]


def _as_curl(entries: Mapping[str, Any]) -> list[str]:
    from .wire.transport import may_carry_key  # httpx is not needed until curl is asked for

    request, backend, call = entries["request"], entries["backend"], entries["call"]
    if request is None:
        raise InvalidRequestError(
            "No request stands behind this frame.", hint="It was read from a file: reproduce('python') says how."
        )
    parameters, body = ({**(request[part] or {})} for part in ("parameters", "body"))
    for written in (parameters, body):  # the ids asked for may have taken several requests
        written |= {name: value for name, value in call["arguments"].items() if name in written and _is_many(value)}
    left_out = _left_out({**parameters, **body}, str.upper)
    for written in (parameters, body):
        written.update((name, name.upper()) for name, value in written.items() if _is_many(value))
    with_key: list[str] = []
    if backend["sends_key"]:
        # A card may name any address; the key of the environment goes only where the client itself would send it.
        if may_carry_key(backend["base_url"]):
            with_key = ["-H", '"Authorization: Bearer $BLUEDOOR_API_KEY"']
        else:
            left_out.append("# sent with a key that was passed for this address; add it only if you trust the address")
    chosen = _one_value_each(call["arguments"], {**parameters, **body})
    lines = []
    for values in itertools.islice(chosen, _MOST_REQUESTS):
        asked, sent = ({**part, **{k: v for k, v in values.items() if k in part}} for part in (parameters, body))
        url = backend["base_url"] + request["path"]
        if asked:
            url += "?" + "&".join(f"{quote(name)}={quote(str(value), safe=',:')}" for name, value in asked.items())
        words = ["curl", "--fail-with-body", shlex.quote(one_line(url)), *with_key]
        if request["method"] != "GET":
            words[1:1] = ["-X", shlex.quote(one_line(str(request["method"])))]
        if request["body"] is not None:
            words += ["-H", shlex.quote("Content-Type: application/json"), "-d", shlex.quote(json.dumps(sent))]
        lines.append(" ".join(words))
    queries = len(lines)
    if next(chosen, None) is not None:
        lines.append(f"# and so on: one query for each value; these are the first {queries}")
    lines += left_out
    if entries["pages"] > queries and call["function"] in _PAGED and not left_out:
        lines.append("# the first page; the next one is asked with &cursor= and the answer's meta.next_cursor")
    elif entries["pages"] > queries:
        lines.append(f"# the frame was made of {entries['pages']:,} requests: other pages, or parts of long lists")
    if backend["name"] != "api":
        came = "the same call to the live API; these rows came from: "
        if call["arguments"].get("cursor") is not None:
            came = "asks for the first page; these rows came after a cursor of the "
        lines.append(_comment(f"{came}{backend['label']}"))
    counted = "".join(f".bluedoor.breakdown({field!r})" for field in call.get("breakdown", ()))
    return [*lines, _comment(f"the frame counts the rows of this answer: {counted}")] if counted else lines


def _one_value_each(arguments: Mapping[str, Any], sent: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """The values of each query, where a call gives several and the API takes one."""
    several: dict[str, list[Any]] = {}
    for name, values in arguments.items():
        row = contract.PARAMETERS.get(name) or contract.EVENT_PARAMETERS.get(name)
        if row is None or name in _LISTS or not isinstance(values, list):
            continue
        if name == "status" and "active" in sent:  # as facets are asked
            several["active"] = ["true" if value == "active" else "false" for value in values]
            continue
        written = next((word for word in (name, *row.other_names) if isinstance(sent.get(word), str)), None)
        if written is not None:
            several[written] = values
    for chosen in itertools.product(*several.values()):
        yield dict(zip(several, map(str, chosen), strict=True))


def _comment(text: str) -> str:
    return f"# {one_line(text)}"


def _is_plain(value: Any) -> bool:
    """Whether a value is a JSON scalar, or a list of them."""
    values = value if isinstance(value, list) else [value]
    return all(isinstance(part, str | bool | int | float | None) for part in values)


def _is_many(value: Any) -> bool:
    """Whether a card keeps of this list only its length and first members."""
    return (
        isinstance(value, dict)
        and set(value) == {"many", "first"}
        and type(value["many"]) is int
        and isinstance(value["first"], list)
        and all(isinstance(part, str) for part in value["first"])
    )


def _left_out(arguments: Mapping[str, Any], written: Callable[[str], str]) -> list[str]:
    """What the reader must put in: the long lists of which a card keeps only the beginning."""
    return [
        _comment(
            f"{written(name)} stands for the {value['many']:,} values asked for, of which the card keeps the first: "
            + ", ".join(value["first"])
        )
        for name, value in arguments.items()
        if _is_many(value)
    ]
