"""A scripted agent, which does ten tasks with the tools as a model would: ``python -m tests.mcp_agent`` counts them.

What it knows of the data it has from the answers alone: each step takes ids, names, cursors and corrections out of the
answer before, either from its text or from its structured content.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from bluedoor_tools import Client as Bluedoor
from mcp_server.server import create_server
from mcp_server.settings import Settings
from tests.make_token_tables import encodings

__all__ = ["TASKS", "Agent", "Task", "done"]

Reads = Literal["text", "structure"]
Row = dict[str, str]
ENCODINGS = encodings()


class Structure:
    """An answer as its structured content tells it."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.content = content

    def said(self, name: str) -> str:
        """An entry as text; empty where there is none."""
        return _plain(self.content.get(name))

    def rows(self, name: str) -> list[Row]:
        """The rows of a table."""
        table = self.content[name]
        return [dict(zip(table["columns"], map(_plain, row), strict=True)) for row in table["rows"]]

    def parts(self, name: str) -> Row:
        """The parts of an entry that has names in it."""
        return {key: _plain(value) for key, value in self.content[name].items()}

    def lines(self, name: str) -> list[str]:
        """The items of a list of text."""
        items = self.content.get(name, [])
        return list(items)

    def passage(self, name: str) -> tuple[str, int | None]:
        """A posting's text, and where the rest of it begins."""
        return self.content[name]["untrusted_text"], self.content[name].get("next_offset")


class Text:
    """An answer as its text tells it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def said(self, name: str) -> str:
        """An entry as text; empty where there is none."""
        found = re.search(rf"^{name}: (.*)$", self.text, re.MULTILINE)
        return found[1] if found else ""

    def rows(self, name: str) -> list[Row]:
        """The rows of a table."""
        lines = self.text.splitlines()
        first = lines.index(f"{name}:") + 1
        columns = lines[first].split("|")
        rows = []
        for line in lines[first + 1 :]:
            cells = line.split("|")
            if len(cells) != len(columns):
                break
            rows.append(dict(zip(columns, (cell.replace("¦", "|") for cell in cells), strict=True)))
        return rows

    def parts(self, name: str) -> Row:
        """The parts of an entry that has names in it."""
        return dict(part.split("=", 1) for part in self.said(name).split("; "))

    def lines(self, name: str) -> list[str]:
        """The items of a list of text."""
        found = re.search(rf"^{name}:\n((?:- .*\n?)+)", self.text, re.MULTILINE)
        alone = self.said(name)
        return [line[2:] for line in found[1].splitlines()] if found else [alone] if alone else []

    def passage(self, name: str) -> tuple[str, int | None]:
        """A posting's text, and where the rest of it begins."""
        found = re.search(rf"^{name}:(.*)\n<posting_text>.*\n((?:.|\n)*)\n</posting_text>", self.text, re.MULTILINE)
        assert found, self.text
        more = re.search(r"next_offset=(\d+)", found[1])
        return found[2], int(more[1]) if more else None


def _plain(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)


@dataclass
class Agent:
    """Calls tools of a server through the SDK's client, and counts what that takes."""

    client: Any
    reads: Reads
    budget: int
    calls: int = 0
    tokens: int = 0
    largest: int = 0
    tools: Counter[str] = field(default_factory=Counter)

    async def call(self, tool: str, refused: bool = False, **arguments: Any) -> Text | Structure:
        """The answer of a tool; `refused` says whether an error is expected."""
        result = await self.client.call_tool(tool, arguments)
        text, content = result.content[0].text, result.structured_content
        assert result.is_error is refused, (tool, arguments, text)
        self.tools[tool] += 1
        self._count(text, json.dumps(content, ensure_ascii=False, separators=(",", ":")))
        return Text(text) if self.reads == "text" else Structure(content)

    async def resource(self, uri: str) -> str:
        """The text of a resource."""
        text = str((await self.client.read_resource(uri)).contents[0].text)
        self._count(text, text)
        return text

    def _count(self, text: str, content: str) -> None:
        both = {"text": text, "structure": content}
        counts = {each: [len(coder.encode_ordinary(said)) for coder in ENCODINGS] for each, said in both.items()}
        self.largest = max(self.largest, *map(max, counts.values()))
        assert self.largest <= self.budget, text
        self.calls += 1
        self.tokens += counts[self.reads][0]


async def best_paid_nurse(agent: Agent) -> dict[str, str]:
    """Where are most nurses wanted, and which of those postings pays best?"""
    cities = (await agent.call("facets", field="city", q="nurse", limit=2)).rows("facets")
    found = await agent.call(
        "search_jobs", q="nurse", city=[row["value"] for row in cities], salary_exists=True, limit=50
    )
    rows = found.rows("jobs")
    assert len(rows) == int(found.said("total"))
    best = max(rows, key=lambda row: _a_year(row["pay"]))
    record = await agent.call("get_job", job_id=best["job_id"], sections=["facts"])
    facts = record.parts("facts")
    return {"job_id": record.said("job_id"), "title": record.said("title"), "company": record.said("company"),
            "pay": facts["pay"], "city": facts["city"], "status": facts["status"]}  # fmt: skip


def _a_year(pay: str) -> float:
    times = {"hour": 2080, "day": 260, "week": 52, "month": 12, "year": 1}[pay.rpartition("/")[2]]
    return max(float(number) for number in re.findall(r"\d+(?:\.\d+)?", pay)) * times


async def compare_companies(agent: Agent) -> dict[str, Row]:
    """Which of two companies, known by a word of their names, works more remotely?"""
    shares = {}
    for word in ("Jorvadane", "Calderfield"):
        candidates = (await agent.call("find_orgs", name=word)).rows("orgs")
        name = max(candidates, key=lambda row: int(row["active_jobs"]))["company"]
        counted = await agent.call("facets", company=name, field="workplace_type")
        shares[name] = {row["value"]: row["share"] for row in counted.rows("facets")}
    return shares


async def page_to_the_end(agent: Agent) -> tuple[int, list[str]]:
    """Every active posting for engineers, a few rows at a time."""
    question: dict[str, Any] = {"q": "engineer", "fields": ["title", "job_id"], "limit": 100}
    page = await agent.call("search_jobs", **question)
    total, found = int(page.said("total")), page.rows("jobs")
    while cursor := page.said("next_cursor"):
        page = await agent.call("search_jobs", **question, cursor=cursor)
        found += page.rows("jobs")
    return total, [row["job_id"] for row in found]


async def follow_a_history(agent: Agent) -> dict[str, Any]:
    """Which of a company's postings was reopened last, what happened to it before, and is it open?"""
    newest = await agent.call("search_events", company="Corvenmoor Health", event_types="job.reopened", limit=1)
    job_id = newest.rows("events")[0]["job_id"]
    history = await agent.call("search_events", job_id=job_id)
    record = await agent.call("get_job", job_id=job_id, sections=["facts"])
    return {
        "job_id": job_id,
        "title": history.said("title"),
        "events": [(row["event_type"], row["observed_at"]) for row in history.rows("events")],
        "periods": [(row["state"], row["started_at"], row["ended_at"]) for row in history.rows("periods")],
        "status": record.parts("facts")["status"],
        "warned": any("the snapshot lag" in note for note in record.lines("notes")),
    }


async def count_by_country(agent: Agent) -> dict[str, Any]:
    """Having read what the data is: how do remote postings spread over countries?"""
    schema = await agent.resource("bluedoor://schema")
    assert "workplace_type" in schema
    overview = await agent.call("describe_data")
    assert any(line.startswith("workplace_type: ") for line in overview.lines("misleading"))
    values = (await agent.call("describe_data", field="workplace_type")).rows("values")
    counted = (await agent.call("facets", field="country", by="workplace_type", limit=100)).rows("facets")
    rarest = values[-1]["value"]
    rows = [row for row in counted if row["by"] == rarest]
    first = await agent.call("search_jobs", country=rows[0]["value"], workplace_type=rarest, limit=1)
    return {
        "models": {row["value"]: int(row["count"]) for row in values},
        "counts": {row["value"]: int(row["count"]) for row in rows},
        "shares": {row["value"]: float(row["share"]) for row in rows},
        "searched": int(first.said("total")),
    }


async def unclear_company(agent: Agent) -> dict[str, Any]:
    """How many postings has a company whose name is misspelt, and all whose names share a word?"""
    wrong = await agent.call("search_jobs", refused=True, company="Corvenmor Health", limit=1)
    name = _meant(wrong.said("fix"))
    right = await agent.call("search_jobs", company=name, limit=1)
    unclear = await agent.call("search_jobs", refused=True, company="Corven")
    assert "find_orgs(name=" in unclear.said("fix")
    candidates = (await agent.call("find_orgs", name="Corven", limit=25)).rows("orgs")
    every = await agent.call("search_jobs", company=[row["company"] for row in candidates], limit=1)
    return {
        "name": name,
        "postings": int(right.said("total")),
        "open": {row["company"]: int(row["active_jobs"]) for row in candidates},
        "together": int(every.said("total")),
    }


def _meant(advice: str) -> str:
    """What an error says was meant."""
    found = re.search(r"Did you mean '([^']*)'\?", advice)
    assert found, advice
    return found[1]


async def recover_from_mistakes(agent: Agent) -> dict[str, Any]:
    """Mistakes that models make: each is put right by what the error says."""
    totals: dict[str, Any] = {}

    async def search(mistake: str, **arguments: Any) -> Text | Structure:
        found = await agent.call("search_jobs", **{"limit": 1, **arguments})
        totals[mistake] = int(found.said("total"))
        return found

    wrong = await agent.call("search_jobs", refused=True, query="nurse")
    nurses = await search("argument", **{_meant(wrong.said("error")): "nurse"}, limit=2)
    wrong = await agent.call("search_jobs", refused=True, workplace_type="remot")
    await search("value", workplace_type=_meant(wrong.said("fix")))
    wrong = await agent.call("facets", refused=True, field="countri", limit=3)
    counted = await agent.call("facets", field=_meant(wrong.said("error")), limit=3)
    totals["field"] = {row["value"]: int(row["count"]) for row in counted.rows("facets")}
    cursor = nurses.said("next_cursor")
    wrong = await agent.call("search_jobs", refused=True, q="engineer", limit=2, cursor=cursor)
    assert "Repeat the filters" in wrong.said("fix")
    totals["foreign cursor"] = (await agent.call("search_jobs", q="nurse", limit=2, cursor=cursor)).said("shown")
    wrong = await agent.call("search_jobs", refused=True, q="nurse", limit=2, cursor=cursor[:-4])
    assert "next_cursor" in wrong.said("fix")
    wrong = await agent.call("search_jobs", refused=True, q="nurse", limit=500)
    most = re.search(r"use \d+ to (\d+)", wrong.said("error"))
    assert most
    await search("limit", q="nurse", limit=int(most[1]))
    wrong = await agent.call("get_job", refused=True, job_id="https://careers.example.com/nurse/17")
    assert "iCIMS" in wrong.said("fix")
    known = next(row for row in nurses.rows("jobs") if "ultipro" in row["source_url"])
    wrong = await agent.call("get_job", refused=True, job_id=known["source_url"])
    provider = re.search(r"search_jobs\(title=…, provider='(\w+)'\)", wrong.said("fix"))
    assert provider
    same = await search("title", title=known["title"], provider=provider[1], limit=100)
    totals["found by title"] = known["job_id"] in {row["job_id"] for row in same.rows("jobs")}
    filters: dict[str, Any] = {"q": "nurse", "workplace_type": "hybrid", "city": "Duluth", "status": "any"}
    nothing = await agent.call("search_jobs", **filters)
    without = {name: int(count) for name, count in nothing.parts("matches_without").items()}
    widest = max(without, key=without.__getitem__)
    found = await search("nothing found", **{name: value for name, value in filters.items() if name != widest})
    assert int(found.said("total")) == without[widest] > 0
    totals["without"] = without
    return totals


async def read_to_the_end(agent: Agent) -> dict[str, str]:
    """A long description whole, without contacts and with them."""
    job_id = (await agent.call("search_jobs", title="Dietitian - Weekend", limit=1)).rows("jobs")[0]["job_id"]
    texts: dict[str, str] = {}
    for contacts in (False, True):
        whole = ""
        offset: int | None = 0
        while offset is not None:
            page = await agent.call(
                "get_job", job_id=job_id, sections=["description"], offset=offset, contacts=contacts
            )
            text, offset = page.passage("description")
            whole += text
        texts["with contacts" if contacts else "without"] = whole
    return {"job_id": job_id, **texts}


async def changes_of_a_week(agent: Agent) -> dict[str, Any]:
    """What changed at a company in the last 7 days, by type and by field?"""
    question: dict[str, Any] = {"company": "Corvenmoor Health", "observed_after": "7d", "limit": 100}
    page = await agent.call("search_events", **question)
    total, events = int(page.said("total")), page.rows("events")
    while cursor := page.said("next_cursor"):
        page = await agent.call("search_events", **question, cursor=cursor)
        events += page.rows("events")
    return {
        "total": total,
        "types": dict(Counter(row["event_type"] for row in events)),
        "fields": dict(Counter(row["field_name"] for row in events if row["event_type"] == "job.updated")),
    }


async def connector_session(agent: Agent) -> dict[str, Any]:
    """As a data connector does: search, then fetch the first two results."""
    results = _whole(await agent.call("search", query="nurse at Corvenmoor Health"))["results"]
    fetched = [_whole(await agent.call("fetch", id=result["id"])) for result in results[:2]]
    return {"ids": [result["id"] for result in results], "urls": [result["url"] for result in results],
            "fetched": fetched}  # fmt: skip


def _whole(answer: Text | Structure) -> dict[str, Any]:
    """The object that a connector reads; its text is the same object as JSON."""
    found: dict[str, Any] = json.loads(answer.text) if isinstance(answer, Text) else answer.content
    return found


@dataclass(frozen=True)
class Task:
    """What the agent does, with the calls that it takes, the most tokens in all, and the budget of an answer.

    Where it is `paged`, the calls are the most: how many rows or characters fit a page is not fixed.
    """

    run: Callable[[Agent], Awaitable[Any]]
    calls: int
    tokens: int
    budget: int = 4000
    paged: bool = False

    @property
    def question(self) -> str:
        """The task in words."""
        return (self.run.__doc__ or "").strip()


TASKS: dict[str, Task] = {
    task.run.__name__: task
    for task in (
        Task(best_paid_nurse, 3, 1800),
        Task(compare_companies, 4, 1000),
        Task(page_to_the_end, 16, 9000, 650, paged=True),
        Task(follow_a_history, 3, 1800),
        Task(count_by_country, 5, 4500),
        Task(unclear_company, 5, 3000),
        Task(recover_from_mistakes, 16, 7500),
        Task(read_to_the_end, 11, 4200, 500, paged=True),
        Task(changes_of_a_week, 5, 15_000, paged=True),
        Task(connector_session, 3, 5500),
    )
}


async def done(task: Task, bluedoor: Bluedoor, reads: Reads, era: str) -> tuple[Any, Agent]:
    """Do a task: what the agent found, and the agent."""
    from mcp import Client

    server = create_server(Settings(budget=task.budget), bluedoor)
    async with Client(server, mode=era) as client:
        agent = Agent(client, reads, task.budget)
        return await task.run(agent), agent


def _main() -> None:
    import anyio

    import bluedoor_tools

    print("| Task | Calls | Tokens read (text) | Tokens read (structured) | Largest answer |")
    print("|---|---:|---:|---:|---:|")
    with bluedoor_tools.connect("sample") as bluedoor:
        for task in TASKS.values():
            _, text = anyio.run(done, task, bluedoor, "text", "legacy")
            _, content = anyio.run(done, task, bluedoor, "structure", "auto")
            print(
                f"| {task.question} | {text.calls} | {text.tokens:,} | {content.tokens:,} "
                f"| {max(text.largest, content.largest):,} of {task.budget:,} |"
            )


if __name__ == "__main__":
    _main()
