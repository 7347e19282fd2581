"""What the MCP server's words cost a model: tokens (o200k) of the tools, of ten search results and of a posting."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator, Sequence
from typing import Any

import bluedoor_tools
from mcp_server.answers import Answer, in_words
from mcp_server.desk import Desk
from mcp_server.settings import Settings
from mcp_server.tools import TOOLS
from tests.make_token_tables import encodings

from .mcp_messages import INVOCATION, MODERN, asked_over_stdio, result_of

SEED = "76a82054d2c45c7b4c4f9ca9915c4b03b7a5b303"  # the one posting of the sample that is real
TOOLS_REACH, ROWS_REACH, POSTING_REACH = 2_500, 900, 2_500
POSTINGS = 200
_ROWS = ": the rows"
_WORDS = ("engineer", "nurse", "cook", "manager", "driver", "sales", "data", "technician", "warehouse", "analyst")
O200K, _ = encodings()


def tokens(said: Any) -> int:
    """Tokens of a text, or of a value as the JSON that is sent."""
    return len(O200K.encode(said if isinstance(said, str) else as_json(said)))


def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def spread(counts: Sequence[float]) -> str:
    """Median, 95th percentile and most."""
    ordered = sorted(counts)
    return f"{statistics.median(ordered):9.0f} {ordered[int(0.95 * (len(ordered) - 1))]:9.0f} {ordered[-1]:9.0f}"


def listed() -> None:
    """The list of tools, as it goes over the wire."""
    tools: list[dict[str, Any]] = result_of(asked_over_stdio(INVOCATION, MODERN, "tools/list"), 1)["tools"]
    print(f"\nMCP, tokens of the list of tools; reach ≤ {TOOLS_REACH:,}")
    print(f"  {'all, as sent':<36} {tokens(tools):9,}")
    for tool in tools:
        said = tokens(tool.get("title", "")) + tokens(tool["description"])
        print(f"    {tool['name']:<34} {tokens(tool):9,}   title and description {said:4}")


def searches(client: bluedoor_tools.Client) -> Iterator[dict[str, Any]]:
    """Searches of the sample that find ten postings: by words, by city, by company, by provider."""
    for word in _WORDS:
        yield {"q": word}
    everything = client.search_jobs(status="any", limit=None, columns=["city", "company", "provider"])
    for name, most in (("city", 10), ("company", 10), ("provider", 32)):
        for value in everything[name].value_counts().head(most).index:
            yield {name: str(value)}


def rows(desk: Desk) -> None:
    """Ten rows of a search, and what they are made of."""
    figures: dict[str, list[float]] = {}
    count = 0
    for asked in searches(desk.client):
        answer = TOOLS["search_jobs"](desk, asked)
        table = answer.structure.get("jobs", {"rows": []})
        if len(table["rows"]) != 10:
            continue
        count += 1
        for form, parts in (("text", _as_text(answer)), ("structured", _as_structured(answer))):
            for part, number in parts.items():
                figures.setdefault(f"{form}{part}", []).append(number)
    print(f"\nMCP, tokens of ten concise rows, {count} searches of the sample; reach ≤ {ROWS_REACH}")
    for form in ("text", "structured"):
        rows_alone, whole = (sum(each <= ROWS_REACH for each in figures[form + part]) / count for part in (_ROWS, ""))
        print(f"  within it, {form}: rows {rows_alone:.0%}, with their card {whole:.0%}")
    print(f"  {'':<36} {'median':>9} {'p95':>9} {'most':>9}")
    for name, counts in figures.items():
        print(f"  {name:<36} {spread(counts)}")


def _as_text(answer: Answer) -> dict[str, int]:
    names, lines = answer.structure["jobs"]["columns"], answer.structure["jobs"]["rows"]
    whole, cells = tokens(answer.words), _cells(names, lines)
    table = tokens(in_words({"jobs": answer.structure["jobs"]}))
    return _parts(whole, cells, table)


def _as_structured(answer: Answer) -> dict[str, int]:
    names, lines = answer.structure["jobs"]["columns"], answer.structure["jobs"]["rows"]
    return _parts(tokens(answer.structure), _cells(names, lines), tokens(answer.structure["jobs"]))


def _cells(names: Sequence[str], lines: Sequence[Sequence[Any]]) -> dict[str, int]:
    return {
        name: sum(tokens("" if row[at] is None else str(row[at])) for row in lines)
        for at, name in enumerate(names)
        if name in {"job_id", "source_url"}
    }


def _parts(whole: int, cells: dict[str, int], table: int) -> dict[str, int]:
    return {
        "": whole,
        _ROWS: table,
        **{f": {name}": number for name, number in cells.items()},
        ": the rest of the rows": table - sum(cells.values()),
        ": the card": whole - table,
    }


def postings(desk: Desk) -> None:
    """Postings as `get_job` gives them by default, and the sample's posting of the API's own."""
    frame = desk.client.search_jobs(status="any", limit=None, columns=["job_id"])
    ids = list(frame["job_id"].iloc[:: max(1, len(frame) // POSTINGS)])[:POSTINGS]
    answers = {job_id: TOOLS["get_job"](desk, {"job_id": job_id}) for job_id in ids}
    cut = sum("next_offset" in answer.structure["description"] for answer in answers.values())
    print(f"\nMCP, tokens of a full posting, {len(ids)} of the sample, {cut} of them cut; reach ≤ {POSTING_REACH:,}")
    print(f"  {'':<36} {'median':>9} {'p95':>9} {'most':>9}")
    print(f"  {'text':<36} {spread([tokens(answer.words) for answer in answers.values()])}")
    print(f"  {'structured':<36} {spread([tokens(answer.structure) for answer in answers.values()])}")
    answer = TOOLS["get_job"](desk, {"job_id": SEED})
    print(f"  {'the seed posting, text':<36} {tokens(answer.words):9}")
    print(f"  {'the seed posting, structured':<36} {tokens(answer.structure):9}")


def main() -> None:
    """Print the tables."""
    listed()
    with bluedoor_tools.connect("sample") as client:
        desk = Desk(Settings(), client)
        rows(desk)
        postings(desk)


if __name__ == "__main__":
    main()
