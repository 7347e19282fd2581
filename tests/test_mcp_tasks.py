"""Ten tasks of several calls through the SDK's client; what is right is computed from the raw sample alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import anyio
import pytest

import bluedoor_tools
from bluedoor_tools import Client
from tests.api_face.data import FaceData, Record, load
from tests.api_face.predicates import parse_instant, tokens
from tests.mcp_agent import TASKS, Reads, done

CORVENMOOR = "Corvenmoor Health"
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


@pytest.fixture(scope="module")
def bluedoor() -> Iterator[Client]:
    """One client of the sample for all tasks."""
    with bluedoor_tools.connect("sample") as client:
        yield client


class Raw:
    """The raw records, and what the tasks ask of them, counted one record at a time."""

    def __init__(self, data: FaceData) -> None:
        self.data = data
        self.jobs = [row.record for row in data.job_listing.rows]  # newest first
        self.active = [job for job in self.jobs if job["status"] == "active"]
        self.by_id = {job["job_id"]: job for job in self.jobs}
        self.names = {org["org_id"]: org["display_name"] for org in data.orgs}

    def company(self, record: Record) -> str:
        """The organisation's name."""
        return str(self.names[record["org_id"]])

    def with_word(self, word: str) -> list[Record]:
        """Active postings that `q` finds."""
        return [
            job for job in self.active if word in tokens(job["title"], job.get("normalized_title"), job["department"])
        ]

    def events(self, **equal: str) -> list[Record]:
        """Events of which each of these fields has this value, oldest first."""
        found = [event for event in self.data.events if all(event[name] == value for name, value in equal.items())]
        return sorted(found, key=lambda event: str(parse_instant(event["observed_at"])))

    def open_counts(self, word: str) -> dict[str, int]:
        """Active postings of the organisations with this word in their names."""
        names = [name for name in self.names.values() if word.casefold() in name.casefold()]
        counts = Counter(map(self.company, self.active))
        return {name: counts[name] for name in names}

    def shares(self, company: str) -> dict[str, str]:
        """Of the active postings of a company that state a work model, the share of each."""
        models = Counter(job["workplace_type"] for job in self.active if self.company(job) == company)
        stated = sum(count for model, count in models.items() if model)
        return {model: f"{round(count / stated, 4):g}" for model, count in models.items() if model}


@pytest.fixture(scope="module")
def raw() -> Raw:
    """The sample as it lies in its file."""
    return Raw(load())


def second(text: str | None) -> str:
    """An instant as the answers write it."""
    return "" if text is None else re.sub(r"\.\d+Z$", "Z", text)


def best_paid_nurse(raw: Raw) -> dict[str, str]:
    """The posting with the highest pay a year in the two cities with most nurses."""
    nurses = raw.with_word("nurse")
    cities = [city for city, _ in Counter(job["city"] for job in nurses if job["city"]).most_common(3)]
    counts = Counter(job["city"] for job in nurses)
    assert counts[cities[1]] > counts[cities[2]]  # which two is beyond doubt
    a_year = {"hour": 2080, "day": 260, "week": 52, "month": 12, "year": 1}
    paid = [
        (max(job["salary_min"] or 0, job["salary_max"] or 0) * a_year[job["salary_period"]], job)
        for job in nurses
        if job["city"] in cities[:2] and job["salary_period"]
    ]
    best = max(paid, key=lambda pair: pair[0])[1]
    assert best["salary_min"] is None
    return {
        **{name: best[name] for name in ("job_id", "title", "city", "status")},
        "company": raw.company(best),
        "pay": f"up to {best['salary_max']:g} {best['salary_currency']}/{best['salary_period']}",
    }


def compare_companies(raw: Raw) -> dict[str, dict[str, str]]:
    """Shares of the largest company of each word."""
    largest = [max(counts, key=counts.__getitem__) for counts in map(raw.open_counts, ("Jorvadane", "Calderfield"))]
    return {name: raw.shares(name) for name in largest}


def page_to_the_end(raw: Raw) -> tuple[int, list[str]]:
    """Every id once, newest first."""
    found = [job["job_id"] for job in raw.with_word("engineer")]
    return len(found), found


def follow_a_history(raw: Raw) -> dict[str, Any]:
    """The events of the posting, and the stretches between them."""
    reopened = [event for event in raw.events(event_type="job.reopened") if raw.company(event) == CORVENMOOR]
    job = raw.by_id[reopened[-1]["job_id"]]
    events = [(event["event_type"], second(event["observed_at"])) for event in raw.events(job_id=job["job_id"])]
    turns = [(kind, at) for kind, at in events if kind != "job.updated"]
    ends = [at for _, at in turns[1:]] + [""]
    states = {"job.created": "open", "job.closed": "closed", "job.reopened": "open"}
    return {
        "job_id": job["job_id"],
        "title": job["title"],
        "events": events,
        "periods": [(states[kind], at, end) for (kind, at), end in zip(turns, ends, strict=True)],
        "status": job["status"],
        "warned": True,
    }


def count_by_country(raw: Raw) -> dict[str, Any]:
    """Remote postings, of those that have a country."""
    models = Counter(job["workplace_type"] for job in raw.active if job["workplace_type"])
    countries = Counter(job["country"] for job in raw.active if job["workplace_type"] == "remote" and job["country"])
    return {
        "models": models,
        "counts": countries,
        "shares": {country: round(count / countries.total(), 4) for country, count in countries.items()},
        "searched": max(countries.values()),
    }


def unclear_company(raw: Raw) -> dict[str, Any]:
    """Open postings of the company that was meant, and of all with the word."""
    counts = raw.open_counts("Corven")
    return {"name": CORVENMOOR, "postings": counts[CORVENMOOR], "open": counts, "together": sum(counts.values())}


def recover_from_mistakes(raw: Raw) -> dict[str, Any]:
    """What the questions give when they are put right."""
    nurses = raw.with_word("nurse")
    known = next(job for job in nurses[:2] if "ultipro" in job["source_url"])
    every = [job for job in raw.jobs if "nurse" in tokens(job["title"], job.get("normalized_title"), job["department"])]
    without = {
        "q": sum(job["workplace_type"] == "hybrid" and job["city"] == "Duluth" for job in raw.jobs),
        "workplace_type": sum(job["city"] == "Duluth" for job in every),
        "city": sum(job["workplace_type"] == "hybrid" for job in every),
    }
    return {
        "argument": len(nurses),
        "value": sum(job["workplace_type"] == "remote" for job in raw.active),
        "field": dict(Counter(job["country"] for job in raw.active if job["country"]).most_common(3)),
        "foreign cursor": "3-4",
        "limit": len(nurses),
        "title": sum(
            known["title"].casefold() in job["title"].casefold() and job["provider"] == "ukg" for job in raw.active
        ),
        "found by title": True,
        "without": without,
        "nothing found": max(without.values()),
    }


def read_to_the_end(raw: Raw) -> dict[str, str]:
    """The description as it was sent, and without the e-mail address in it."""
    job = next(job for job in raw.active if "Dietitian - Weekend" in job["title"])
    text = job["description_text"]
    assert _EMAIL.search(text)
    return {
        "job_id": job["job_id"],
        "with contacts": text,
        "without": _EMAIL.sub("[e-mail left out]", text),
    }


def changes_of_a_week(raw: Raw) -> dict[str, Any]:
    """The events of the seven days before the sample's clock."""
    now = parse_instant(raw.data.clock)
    assert now is not None
    events = [
        event
        for event in raw.events()
        if raw.company(event) == CORVENMOOR and (parse_instant(event["observed_at"]) or now) >= now - timedelta(days=7)
    ]
    return {
        "total": len(events),
        "types": Counter(event["event_type"] for event in events),
        "fields": Counter(event["field_name"] for event in events if event["event_type"] == "job.updated"),
    }


def connector_session(raw: Raw) -> dict[str, Any]:
    """The newest twenty, and the first two of them whole."""
    nurses = [job for job in raw.with_word("nurse") if raw.company(job) == CORVENMOOR][:20]
    return {"ids": [job["job_id"] for job in nurses], "urls": [job["source_url"] for job in nurses]}


TRUTHS: dict[str, Callable[[Raw], Any]] = {
    truth.__name__: truth
    for truth in (
        best_paid_nurse,
        compare_companies,
        page_to_the_end,
        follow_a_history,
        count_by_country,
        unclear_company,
        recover_from_mistakes,
        read_to_the_end,
        changes_of_a_week,
        connector_session,
    )
}


@pytest.mark.parametrize(("reads", "era"), [("text", "legacy"), ("structure", "auto")])
@pytest.mark.parametrize("name", TASKS)
def test_a_scripted_agent_finds_what_the_raw_records_say(
    name: str, reads: Reads, era: str, bluedoor: Client, raw: Raw
) -> None:
    """Each task comes out as computed from the raw records, from the text alone and from the structure alone."""
    task = TASKS[name]
    found, agent = anyio.run(done, task, bluedoor, reads, era)
    if name == "connector_session":
        fetched = found.pop("fetched")
        assert [each["id"] for each in fetched] == found["ids"][:2]
        for each in fetched:
            job = raw.by_id[each["id"]]
            assert each["title"] == f"{job['title']} · {CORVENMOOR}"
            assert each["url"] == job["source_url"]
            assert _EMAIL.sub("[e-mail left out]", job["description_text"]) in each["text"]
    assert found == TRUTHS[name](raw)
    assert agent.calls == task.calls or (task.paged and task.calls / 2 < agent.calls < task.calls)
    assert agent.largest <= task.budget
    assert task.tokens / 2 < agent.tokens <= task.tokens


def test_there_are_ten_tasks_of_several_calls_and_they_use_every_tool(bluedoor: Client) -> None:
    """No tool is left untried, and no task is a single call."""
    assert len(TASKS) == 10
    assert set(TASKS) == set(TRUTHS)
    assert all(task.calls > 1 for task in TASKS.values())
