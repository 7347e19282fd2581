"""Calls of the MCP server in process, for tests: by the tools themselves, or by a client of either protocol era."""

from __future__ import annotations

import functools
import json
import re
import warnings
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import anyio

from bluedoor_tools import BluedoorError
from bluedoor_tools.client import Client
from bluedoor_tools.errors import BluedoorWarning
from mcp_server.answers import Answer, refusal
from mcp_server.desk import Desk
from mcp_server.server import create_server
from mcp_server.settings import Settings
from mcp_server.tools import TOOLS
from tests.make_token_tables import encodings

__all__ = [
    "ERAS",
    "all_pages",
    "answer",
    "as_json",
    "connected",
    "in_process",
    "most_tokens",
    "rows",
    "strings",
    "unread",
]

ERAS = ("legacy", "2026-07-28")
R = TypeVar("R")


def answer(client: Client, tool: str, /, *, budget: int = 25_000, **arguments: Any) -> Answer:
    """What a tool answers, as the server gives it; what is no error of the library's is raised."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", BluedoorWarning)  # as the server does
        try:
            return TOOLS[tool](Desk(Settings(budget=budget), client), arguments)
        except BluedoorError as error:
            return refusal(error)


def connected(client: Client, work: Callable[[Any], Awaitable[R]], *, mode: str = "auto", budget: int = 4000) -> R:
    """Do something with an MCP client of a server over a client of the data."""
    import mcp

    async def do() -> R:
        server = create_server(Settings(budget=budget), client)
        async with mcp.Client(server, mode=mode) as session:
            return await work(session)

    return anyio.run(do)


def in_process(client: Client, tool: str, arguments: dict[str, Any], *, mode: str = "auto") -> Any:
    """The result of one call by an MCP client."""
    return connected(client, lambda session: session.call_tool(tool, arguments), mode=mode)


def as_json(structure: Any) -> str:
    """A structure as it goes out: compact, and never NaN."""
    return json.dumps(structure, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def most_tokens(found: Answer) -> int:
    """The tokens of an answer by the real tokenisers: the most of text and structure, of o200k and cl100k."""
    return max(_counted(text) for text in (found.words, as_json(found.structure)))


_encodings = functools.cache(encodings)


@functools.lru_cache(maxsize=1000)
def _counted(text: str) -> int:
    return max(len(encoding.encode_ordinary(text)) for encoding in _encodings())


def rows(structure: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The rows of a table of an answer."""
    return [dict(zip(structure[name]["columns"], row, strict=True)) for row in structure[name]["rows"]]


def all_pages(client: Client, tool: str, table: str, *, most: int = 500, **arguments: Any) -> list[dict[str, Any]]:
    """Every answer of a list, by its cursors."""
    pages = [answer(client, tool, **arguments).structure]
    while (cursor := pages[-1].get("next_cursor")) is not None:
        assert len(pages) < most, "the list does not end"
        pages.append(answer(client, tool, **arguments, cursor=cursor).structure)
        assert "error" not in pages[-1], pages[-1]
    assert all(table in page for page in pages), pages[-1]
    return pages


def strings(value: Any) -> list[str]:
    """Every text within a structure, keys too."""
    match value:
        case str():
            return [value]
        case dict():
            return [*map(str, value), *(text for entry in value.values() for text in strings(entry))]
        case list():
            return [text for entry in value for text in strings(entry)]
    return []


# --- reading the text back

_BREAK = re.compile("[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


def unread(structure: dict[str, Any], text: str) -> list[str]:
    """What a structure says and its text does not, read line by line; [] where they agree."""
    lines = text.split("\n")
    missing: list[str] = []
    at = 0
    for name, value in structure.items():
        at = _entry(f"{name}", value, lines, at, missing)
    if at != len(lines):
        missing.append(f"lines of the text that the structure does not have: {lines[at : at + 3]}")
    return missing


def _entry(name: str, value: Any, lines: list[str], at: int, missing: list[str]) -> int:
    def expect(line: str, place: int) -> None:
        if place >= len(lines) or lines[place] != line:
            missing.append(f"{name}: {line[:200]!r}, not {lines[place][:200] if place < len(lines) else None!r}")

    match value:
        case {"columns": list(columns), "rows": list(given)}:
            expect(f"{name}:", at)
            expect("|".join(columns), at + 1)
            for number, row in enumerate(given):
                cells = lines[at + 2 + number].split("|") if at + 2 + number < len(lines) else []
                wanted = [_plain(cell).replace("|", "¦") if cell is not None else "" for cell in row]
                if cells != wanted:
                    missing.append(f"{name}, row {number}: {wanted} not {cells}")
            return at + 2 + len(given)
        case {"untrusted_text": str(passage), **more}:
            head = lines[at]
            missing += [f"{name}.{key}" for key, entry in more.items() if f" {key}={_plain(entry)}" not in head]
            inside = passage.split("\n")
            shown = lines[at + 2 : at + 2 + len(inside)]
            if [line.replace("<", "(") for line in shown] != [line.replace("<", "(") for line in inside]:
                missing.append(f"{name}: the passage")
            expect("</posting_text>", at + 2 + len(inside))
            return at + 3 + len(inside)
        case dict() if any(
            isinstance(entry, dict) and {"rows", "untrusted_text"} & set(entry) for entry in value.values()
        ):
            for key, entry in value.items():
                at = _entry(f"{name}.{key}", entry, lines, at, missing)
            return at
        case list() if len(value) > 1 and all(isinstance(entry, str) for entry in value):
            expect(f"{name}:", at)
            for number, entry in enumerate(value, 1):
                expect(f"- {_plain(entry)}", at + number)
            return at + 1 + len(value)
    line = lines[at] if at < len(lines) else ""
    if isinstance(value, dict):
        left = line.removeprefix(f"{name}: ")
        for number, (key, entry) in enumerate(value.items()):
            start = ("; " if number else "") + f"{key}={_within(entry, ('; ',))}"
            if not left.startswith(start):
                missing.append(f"{name}.{key}: {start!r} not {left[:200]!r}")
                break
            left = left[len(start) :]
    elif isinstance(value, list):
        expect(f"{name}: " + ", ".join(_within(entry, ("; ", ", ")) for entry in value), at)
    else:
        expect(f"{name}: {_plain(value)}", at)
    return at + 1


def _plain(value: Any) -> str:
    return _BREAK.sub(r"\\n", value) if isinstance(value, str) else as_json(value)


def _within(value: Any, apart: tuple[str, ...]) -> str:
    if isinstance(value, list):
        return ", ".join(_within(entry, ("; ", ", ")) for entry in value)
    if isinstance(value, dict):
        return "; ".join(f"{key}={_within(entry, ('; ',))}" for key, entry in value.items())
    line = _plain(value)
    return as_json(line) if isinstance(value, str) and any(mark in line for mark in apart) else line
