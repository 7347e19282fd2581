"""The embedded sample as data: its shape, its marks and the faults it must show, each counted from the raw file.

Neither the generator nor the library is imported, so that a mistake of theirs cannot hide itself.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import re
import subprocess
import sys
import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "bluedoor_tools" / "backends" / "sample" / "sample.jsonl.xz"
SEED = ROOT / "sample_generator" / "seed_job.json"

Record = dict[str, Any]

REAL_JOB = "76a82054d2c45c7b4c4f9ca9915c4b03b7a5b303"
REAL_ORG = "72fe3b06-0d08-4f7d-9dfd-beedeeda0a25"
REAL_SOURCE = "8f76458c-d40f-4324-bb14-bb757d1b7058"
SNAPSHOT_AT = datetime(2026, 6, 6, 8, tzinfo=UTC)
CLOCK = datetime(2026, 6, 7, tzinfo=UTC)

JOB_TIMES = ("first_seen_at", "last_seen_at", "last_checked_at", "last_changed_at", "inactive_at")
SOURCE_TIMES = ("source_posted_at", "source_updated_at")
EVENT_FIELDS = [
    "event_id",
    "event_key",
    "event_schema_version",
    "job_id",
    "org_id",
    "source_id",
    "board_id",
    "provider",
    "event_type",
    "field_name",
    "old_value",
    "new_value",
    "observed_at",
    "source_hash",
    "metadata",
]
# Shares of the active postings on the live API, in percent (the other providers share the remainder).
MEASURED_SHARES = {
    "oracle_hcm": 19.7,
    "icims": 13.2,
    "ukg": 10.8,
    "smartrecruiters": 7.6,
    "greenhouse": 5.0,
    "lever": 2.2,
    "ashby": 1.2,
}
NOT_REMOTE = re.compile(
    r"not a remote position|role is not remote|remote work is not available|remote applicants will not"
    r"|fully on-site|cannot be performed remotely|on site in [^.]* every working day|no remote option"
    r"|not eligible for remote|do not offer remote|in-office role|telecommuting is not permitted",
    re.IGNORECASE,
)
ELSEWHERE = re.compile(
    r"\b(?:Canada|UK|United Kingdom|Germany|France|Spain|Netherlands|Ireland|India|Australia|Singapore|Poland)\b"
    r"|(?<!New )\bMexico\b|, (?:ON|QC|BC|AB|MB|NS)\b|^(?:Berlin|Munich|Hamburg|Cologne|Lyon|Barcelona"
    r"|Amsterdam|Rotterdam|Utrecht|Warsaw|Krakow)(?:;|$)"
)
AMOUNT = re.compile(r"(?:[$£€₹]|\b(?:USD|CAD|AUD|GBP|EUR|INR|SGD|MXN|PLN) ?)\d[\d,.]*(?:k\b|K\b)?")
PAY_WORD = re.compile(r"\b(?:pay|salary|compensation|rate|range|OTE|earn)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Sample:
    """The file, read."""

    text: str
    kinds: list[str]
    snapshot: Record
    orgs: list[Record]
    sources: list[Record]
    jobs: list[Record]
    events: list[Record]

    @property
    def active(self) -> list[Record]:
        return [job for job in self.jobs if job["active"]]

    @property
    def made(self) -> list[Record]:
        return [job for job in self.jobs if job["job_id"] != REAL_JOB]


@pytest.fixture(scope="module")
def sample() -> Sample:
    """The sample, decompressed once for all tests of this file."""
    text = lzma.decompress(FILE.read_bytes(), format=lzma.FORMAT_XZ).decode("utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    by_kind: dict[str, list[Record]] = defaultdict(list)
    for row in rows:
        by_kind[row["kind"]].append(row["data"])
    (snapshot,) = by_kind["snapshot"]
    kinds = [row["kind"] for row in rows]
    return Sample(text, kinds, snapshot, by_kind["org"], by_kind["source"], by_kind["job"], by_kind["event"])


def moment(text: str) -> datetime:
    """A time of the sample: UTC with `Z`, to the second or the millisecond, and nothing else."""
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z", text), text
    return datetime.fromisoformat(text)


def events_of(sample: Sample) -> dict[str, list[Record]]:
    """The events by posting, in file order."""
    found: dict[str, list[Record]] = defaultdict(list)
    for event in sample.events:
        found[event["job_id"]].append(event)
    return found


def percent(part: int, whole: int) -> float:
    return 100 * part / whole


def board_of(job: Record) -> str:
    """The board's name in the id rule, read from the posting's address."""
    patterns = {
        "lever": r"lever\.co/([^/]+)/",
        "greenhouse": r"greenhouse\.io/([^/]+)/jobs/\d{10}$",
        "ashby": r"ashbyhq\.com/([^/]+)/",
        "workable": r"workable\.com/([^/]+)/j/[0-9A-F]{10}/$",
        "smartrecruiters": r"smartrecruiters\.com/([^/]+)/\d{15}-",
        "icims": r"careers-([^.]+)\.icims\.com/jobs/\d+/[^/]+/job$",
        "bamboohr": r"//([^.]+)\.bamboohr\.com/careers/\d+$",
        "breezy": r"//([^.]+)\.breezy\.hr/p/[0-9a-f]{12}-",
        "jobvite": r"jobvite\.com/([^/]+)/job/o\w{8}$",
        "pinpoint": r"//([^.]+)\.pinpointhq\.com/en/postings/",
        "rippling": r"ats\.rippling\.com/([^/]+)/jobs/",
        "applytojob": r"//([^.]+)\.applytojob\.com/apply/\w{10}/",
        "ukg": r"ultipro\.com/([^/]+)/JobBoard/",
        "taleo": r"//([^.]+)\.taleo\.net/careersection/2/jobdetail\.ftl\?job=",
        "adp_workforcenow": r"cid=([^&]+)&jobId=\d+$",
    }
    url = job["source_url"]
    if job["provider"] == "workday":
        found = re.search(r"//([^.]+)\.wd[135]\.myworkdayjobs\.com/en-US/([^/]+)/job/", url)
    elif job["provider"] == "oracle_hcm":
        found = re.search(r"//([a-z]{4})\.fa\.us2\.oraclecloud\.com/.*/sites/([^/]+)/job/\d+$", url)
    else:
        found = re.search(patterns[job["provider"]], url)
    assert found, url
    return "/".join(found.groups())


def test_file_is_one_small_xz_stream_with_the_named_integrity_check() -> None:
    """The file stays below 3 MB and is a single xz stream checked by CRC64."""
    packed = FILE.read_bytes()
    assert len(packed) <= 3_000_000
    assert packed[:6] == b"\xfd7zXZ\x00"
    assert packed[6:8] == b"\x00\x04"
    reader = lzma.LZMADecompressor(format=lzma.FORMAT_XZ)
    reader.decompress(packed)
    assert reader.eof
    assert reader.unused_data == b""


def test_lines_are_compact_json_in_the_promised_order(sample: Sample) -> None:
    """Snapshot, organisations, sources, jobs and events follow each other, without spaces or escapes."""
    order = ["snapshot", "org", "source", "job", "event"]
    assert list(dict.fromkeys(sample.kinds)) == order
    assert sample.kinds == sorted(sample.kinds, key=order.index)
    for line in sample.text.splitlines()[::97]:
        assert line == json.dumps(json.loads(line), ensure_ascii=False, separators=(",", ":"))


def test_snapshot_says_what_the_sample_is(sample: Sample) -> None:
    """The first line carries the clock, the lagging time of the records and the one real posting."""
    assert list(sample.snapshot) == [
        "synthetic",
        "seed",
        "generator_version",
        "clock",
        "jobs_snapshot_at",
        "real_job_ids",
        "note",
    ]
    assert sample.snapshot["synthetic"] is True
    assert sample.snapshot["real_job_ids"] == [REAL_JOB]
    assert moment(sample.snapshot["clock"]) == CLOCK
    assert moment(sample.snapshot["jobs_snapshot_at"]) == SNAPSHOT_AT
    assert "synthetic" in sample.snapshot["note"].lower()


def test_real_posting_is_kept_verbatim(sample: Sample) -> None:
    """The real record equals the API's answer, to the last field and in the same order."""
    (real,) = [job for job in sample.jobs if job["job_id"] == REAL_JOB]
    given = json.loads(SEED.read_text(encoding="utf-8"))["data"]
    assert json.dumps(real) == json.dumps(given)
    assert real["salary_min"] is None
    assert "227,495–324,993 USD" in real["description_text"]


def test_real_organisation_and_source_say_no_more_than_is_known(sample: Sample) -> None:
    """Nothing is made up about the real employer, and it has one event, which is inferred."""
    assert [org for org in sample.orgs if org["org_id"] == REAL_ORG] == [
        {"org_id": REAL_ORG, "display_name": "Spotify"}
    ]
    assert [source for source in sample.sources if source["source_id"] == REAL_SOURCE] == [
        {"source_id": REAL_SOURCE, "org_id": REAL_ORG, "provider": "lever"}
    ]
    (event,) = [event for event in sample.events if event["job_id"] == REAL_JOB]
    assert event["event_type"] == "job.created"
    assert event["observed_at"] == "2026-05-29T07:00:52Z"
    assert event["metadata"] == {"inferred": True, "inferred_from": "first_seen_at"}


def test_everything_but_the_real_posting_is_marked_as_synthetic(sample: Sample) -> None:
    """Each made posting and event carries its mark, and no made employer has a real domain."""
    assert len(sample.made) == len(sample.jobs) - 1
    for job in sample.made:
        assert job["extensions"] == {"synthetic_sample": True}
        assert job["raw_payload_uri"].startswith("synthetic://bluedoor-tools-sample/")
        assert job["org_id"] != REAL_ORG
    assert all(e["metadata"].get("synthetic_sample") for e in sample.events if e["job_id"] != REAL_JOB)
    domains = [org["domain"] for org in sample.orgs if org.get("domain")]
    assert len(domains) > 150
    assert all(domain.endswith(".example") for domain in domains)


def test_texts_hold_no_private_contact_and_no_path_of_a_machine(sample: Sample) -> None:
    """Mailboxes end in `.example`; there are no phone numbers; the real employer's name stays in its own records."""
    made = "\n".join(json.dumps(job, ensure_ascii=False) for job in sample.made)
    mailboxes = re.findall(r"[\w.+-]+@[\w-]+\.[\w.-]+\w", made)
    assert mailboxes
    assert all(re.fullmatch(r"careers@[\w-]+\.example", mailbox) for mailbox in mailboxes)
    texts = "\n".join(job["description_text"] for job in sample.made)
    assert not re.search(r"\+?\d{3}[-. ]\d{3}[-. ]\d{4}|\(\d{3}\)", texts)
    assert "spotify" not in made.lower()
    assert str(ROOT) not in sample.text
    assert str(Path.home()) not in sample.text


def test_jobs_have_every_field_in_the_order_of_the_real_one(sample: Sample) -> None:
    """About 3,000 records, all with the real record's fields, newest first and ties by id descending."""
    assert 2900 <= len(sample.jobs) <= 3100
    fields = list(json.loads(SEED.read_text(encoding="utf-8"))["data"])
    for job in sample.jobs:
        assert list(job) == fields
    keys = [(moment(job["first_seen_at"]), job["job_id"]) for job in sample.jobs]
    assert keys == sorted(keys, reverse=True)
    assert len({job["job_id"] for job in sample.jobs}) == len(sample.jobs)


def test_every_id_follows_the_id_rule(sample: Sample) -> None:
    """`job_id` is the SHA-1 of provider, board and key, with the board as the posting's own address spells it."""
    for job in sample.jobs:
        name = f"{job['provider']}|{board_of(job)}|{job['provider_job_key']}"
        assert hashlib.sha1(name.encode()).hexdigest() == job["job_id"], job["source_url"]
        assert job["provider_job_key"] in job["source_url"]


def test_records_refer_to_organisations_and_sources_that_exist(sample: Sample) -> None:
    """Ids are UUIDs, every job's source belongs to its organisation, and `board_count` counts the sources."""
    sources = {source["source_id"]: source for source in sample.sources}
    boards = Counter(source["org_id"] for source in sample.sources)
    for org in sample.orgs:
        uuid.UUID(org["org_id"])
        assert org.get("board_count", 1) == boards[org["org_id"]]
    for job in sample.jobs:
        source = sources[job["source_id"]]
        assert (source["org_id"], source["provider"]) == (job["org_id"], job["provider"])
        assert job["board_id"] == job["source_id"]
    for source in sample.sources:
        uuid.UUID(source["source_id"])
        if source["source_id"] != REAL_SOURCE:
            gap = moment(source["next_crawl_after"]) - moment(source["last_crawled_at"])
            assert timedelta(hours=23) <= gap <= timedelta(hours=25)


def test_organisations_are_many_and_heavy_tailed(sample: Sample) -> None:
    """250 to 350 employers: a few large ones hold a third of the postings, and most have fewer than ten."""
    assert 250 <= len(sample.orgs) <= 350
    names = [org["display_name"] for org in sample.orgs]
    assert len(set(names)) == len(names)
    sizes = sorted(Counter(job["org_id"] for job in sample.jobs).values(), reverse=True)
    assert sum(sizes[:10]) > len(sample.jobs) / 3
    assert sum(size < 10 for size in sizes) > len(sizes) / 2
    for field in ("domain", "size", "industry", "hq_location"):
        empty = sum(org.get(field) is None for org in sample.orgs)
        assert 10 <= percent(empty, len(sample.orgs)) <= 55, field


def test_big_organisation_repeats_66_of_432_active_jobs(sample: Sample) -> None:
    """One employer with 23 boards has exactly 432 active jobs; 66 repeat an `apply_url` of another of its boards."""
    (big,) = [org for org in sample.orgs if org.get("board_count") == 23]
    jobs = [job for job in sample.active if job["org_id"] == big["org_id"]]
    assert len(jobs) == 432
    assert len({job["source_id"] for job in jobs}) == 23
    groups: dict[str, list[Record]] = defaultdict(list)
    for job in jobs:
        groups[job["apply_url"]].append(job)
    assert sum(len(group) - 1 for group in groups.values()) == 66
    for group in groups.values():
        assert len({job["source_id"] for job in group}) == len(group)
        assert len({job["source_url"] for job in group}) == len(group)
        assert len({job["title"] for job in group}) == 1


def test_apply_urls_repeat_nowhere_else(sample: Sample) -> None:
    """Outside the big employer every active posting has an `apply_url` of its own."""
    (big,) = [org for org in sample.orgs if org.get("board_count") == 23]
    urls = [job["apply_url"] for job in sample.active if job["org_id"] != big["org_id"]]
    assert len(set(urls)) == len(urls)


def test_provider_mix_follows_the_measured_one(sample: Sample) -> None:
    """The seven measured providers keep their share of active postings within 2 points; ten others share the rest."""
    counts = Counter(job["provider"] for job in sample.active)
    assert len(counts) == 17
    for provider, share in MEASURED_SHARES.items():
        assert abs(percent(counts[provider], len(sample.active)) - share) <= 2, provider
    assert all(count >= 15 for count in counts.values())


def test_status_and_active_agree(sample: Sample) -> None:
    """66 to 70 % are active; the others are expired, with the time at which they were found closed."""
    assert 66 <= percent(len(sample.active), len(sample.jobs)) <= 70
    for job in sample.jobs:
        assert job["status"] == ("active" if job["active"] else "expired")
        assert (job["inactive_at"] is None) == job["active"]
        assert job["event_fields"]["active_status"] == job["status"]


def test_times_parse_and_are_in_order(sample: Sample) -> None:
    """All times are UTC, no record knows more than its snapshot, and nothing ends before it began."""
    forms: Counter[str] = Counter()
    for job in sample.jobs:
        times = {name: moment(job[name]) for name in (*JOB_TIMES, *SOURCE_TIMES) if job[name]}
        forms.update("milliseconds" if "." in job[name] else "seconds" for name in times)
        assert all(time <= SNAPSHOT_AT for time in times.values())
        assert times["first_seen_at"] <= times["last_seen_at"] <= times["last_checked_at"]
        assert times["first_seen_at"] <= times["last_changed_at"]
        if job["inactive_at"]:
            assert times["last_seen_at"] < times["inactive_at"]
        if job["source_posted_at"]:
            assert times["source_posted_at"] < times["first_seen_at"]
    assert forms["seconds"] > 1000
    assert forms["milliseconds"] > 1000
    assert 5 <= percent(sum(job["source_posted_at"] is None for job in sample.jobs), len(sample.jobs)) <= 20


@pytest.mark.parametrize("event_type", ["job.created", "job.closed"])
def test_a_week_of_openings_and_closings_is_steady(sample: Sample, event_type: str) -> None:
    """In the week before the snapshot about 2.2 % of the active (1.7 to 2.7) open each day, and as many close."""
    week = SNAPSHOT_AT - timedelta(days=7)
    seen = [e for e in sample.events if e["event_type"] == event_type]
    recent = [e for e in seen if week <= moment(e["observed_at"]) <= SNAPSHOT_AT]
    assert 1.7 <= percent(len(recent), 7 * len(sample.active)) <= 2.7
    oldest = min(moment(event["observed_at"]) for event in seen)
    assert timedelta(days=330) <= CLOCK - oldest <= timedelta(days=440)


def test_events_have_all_fields_and_stand_under_their_posting(sample: Sample) -> None:
    """Events are grouped in the order of the jobs, oldest first, unique, and speak of the posting's own source."""
    assert list(dict.fromkeys(event["job_id"] for event in sample.events)) == [job["job_id"] for job in sample.jobs]
    jobs = {job["job_id"]: job for job in sample.jobs}
    for event in sample.events:
        job = jobs[event["job_id"]]
        assert list(event) == EVENT_FIELDS
        assert event["event_schema_version"] == 1
        assert all(event[name] == job[name] for name in ("org_id", "source_id", "board_id", "provider"))
        assert moment(event["observed_at"]) <= CLOCK
    for name in ("event_id", "event_key"):
        assert len({event[name] for event in sample.events}) == len(sample.events)
    for events in events_of(sample).values():
        times = [moment(event["observed_at"]) for event in events]
        assert times == sorted(times)


def test_events_explain_the_record_up_to_its_snapshot(sample: Sample) -> None:
    """Created once at `first_seen_at`; the last state and the changed fields known at the snapshot are the record's."""
    turns = {"job.created": True, "job.closed": False, "job.reopened": True}
    found = events_of(sample)
    for job in sample.jobs:
        events = found[job["job_id"]]
        assert [e["event_type"] for e in events].count("job.created") == 1
        assert events[0]["event_type"] == "job.created"
        assert events[0]["observed_at"] == job["first_seen_at"]
        known = [event for event in events if moment(event["observed_at"]) <= SNAPSHOT_AT]
        states = [event for event in known if event["event_type"] in turns]
        assert turns[states[-1]["event_type"]] == job["active"]
        flips = [turns[e["event_type"]] for e in events if e["event_type"] in turns]
        assert all(before != after for before, after in pairwise(flips))
        if not job["active"]:
            assert states[-1]["observed_at"] == job["inactive_at"]
        last = moment(known[-1]["observed_at"])
        assert moment(job["last_changed_at"]) - last < timedelta(seconds=1)
        for event in events:
            if event["event_type"] == "job.updated" and event["field_name"] in job:
                value = event["new_value"] if event in known else event["old_value"]
                if event["field_name"] != "description_text":
                    assert value == job[event["field_name"]], event


def test_a_quarter_changed_and_some_came_back(sample: Sample) -> None:
    """23 to 27 % have updates, whose values are of every JSON kind; at least 50 postings were reopened."""
    updates = [event for event in sample.events if event["event_type"] == "job.updated"]
    assert 23 <= percent(len({event["job_id"] for event in updates}), len(sample.jobs)) <= 27
    kinds = {type(event[name]).__name__ for event in updates for name in ("old_value", "new_value")}
    assert {"str", "int", "float", "NoneType", "dict"} <= kinds
    assert len({event["field_name"] for event in updates}) >= 5
    assert all(event["old_value"] != event["new_value"] for event in updates)
    reopened = {event["job_id"] for event in sample.events if event["event_type"] == "job.reopened"}
    assert len(reopened) >= 50


def test_records_lag_behind_the_events(sample: Sample) -> None:
    """1.4 to 2.0 % of the active records were closed in the 16 hours after their snapshot and still read active."""
    late = {
        event["job_id"]
        for event in sample.events
        if event["event_type"] == "job.closed" and moment(event["observed_at"]) > SNAPSHOT_AT
    }
    stale = [job for job in sample.active if job["job_id"] in late]
    assert len(stale) == len(late)
    assert 1.4 <= percent(len(stale), len(sample.active)) <= 2.0


def test_remote_is_contradicted_by_the_text_of_one_in_five(sample: Sample) -> None:
    """16 to 22 % of the postings recorded as remote say themselves that they are not, in at least 8 wordings."""
    remote = [job for job in sample.jobs if job["workplace_type"] == "remote"]
    assert len(remote) >= 150
    against = [found for job in remote if (found := NOT_REMOTE.search(job["description_text"]))]
    assert 16 <= percent(len(against), len(remote)) <= 22
    assert len({re.sub(r"on site in .* every", "on site every", found[0].lower()) for found in against}) >= 8
    others = [job for job in sample.jobs if job["workplace_type"] in (None, "on_site")]
    assert any(NOT_REMOTE.search(job["description_text"]) for job in others)


def test_united_states_holds_one_in_five_from_elsewhere(sample: Sample) -> None:
    """16 to 22 % of the records of the United States lie abroad by their own `location_text`."""
    home = [job for job in sample.jobs if job["country"] == "United States"]
    abroad = [job for job in home if ELSEWHERE.search(job["location_text"])]
    assert 16 <= percent(len(abroad), len(home)) <= 22
    assert len({job["city"] for job in abroad}) >= 25
    texts = {job["location_text"] for job in home}
    assert any(text.startswith(("Paris, TX", "Dublin, OH", "Vancouver, WA")) for text in texts)


def test_empty_fields_are_as_empty_as_in_life(sample: Sample) -> None:
    """`workplace_type` is null on 27 to 33 %, `normalized_title` always, other fields now and then."""
    count = len(sample.jobs)
    assert 27 <= percent(sum(job["workplace_type"] is None for job in sample.jobs), count) <= 33
    assert all(job["normalized_title"] is None for job in sample.jobs)
    for field, low, high in (
        ("department", 5, 20),
        ("team", 40, 70),
        ("country", 1, 6),
        ("employment_type", 2, 9),
        ("source_updated_at", 40, 75),
    ):
        assert low <= percent(sum(job[field] is None for job in sample.jobs), count) <= high, field


def test_work_model_fields_repeat_each_other(sample: Sample) -> None:
    """`remote_policy` repeats `workplace_type` and is null where that is `on_site`."""
    assert {job["workplace_type"] for job in sample.jobs} == {"remote", "hybrid", "on_site", None}
    for job in sample.jobs:
        expected = None if job["workplace_type"] == "on_site" else job["workplace_type"]
        assert job["remote_policy"] == expected
        assert job["parsed_structured"]["workplace_type"] == job["workplace_type"]


def test_employment_types_mix_normalised_values_and_raw_wordings(sample: Sample) -> None:
    """Half or more read `full_time` and the like; a good part keeps the words of the ATS."""
    normal = {"full_time", "part_time", "contract", "temporary", "internship", "per_diem", "volunteer", "unknown"}
    counts = Counter(job["employment_type"] for job in sample.jobs if job["employment_type"])
    assert normal <= set(counts)
    share = percent(sum(counts[value] for value in normal), counts.total())
    assert 50 <= share <= 70
    assert {"Permanent", "Full-time", "Regular", "Intern", "Part-time"} <= set(counts)


def test_structured_salary_is_filled_on_three_in_ten(sample: Sample) -> None:
    """27 to 33 % have a bound, with currency and period; integers, floats and open ends all occur."""
    filled = [job for job in sample.jobs if job["salary_min"] is not None or job["salary_max"] is not None]
    assert 27 <= percent(len(filled), len(sample.jobs)) <= 33
    periods = {job["salary_period"] for job in filled}
    assert periods == {"year", "month", "week", "day", "hour"}
    assert {"USD", "CAD", "GBP", "EUR"} <= {job["salary_currency"] for job in filled}
    assert {type(job["salary_min"]) for job in filled} == {int, float, type(None)}
    for job in filled:
        if job["salary_min"] is not None and job["salary_max"] is not None:
            assert 0 < job["salary_min"] < job["salary_max"]
    empty = [job for job in sample.jobs if job["salary_min"] is None and job["salary_max"] is None]
    assert all(job["salary_currency"] is None and job["salary_period"] is None for job in empty)


def test_most_texts_that_state_pay_have_no_structured_salary(sample: Sample) -> None:
    """At least 1,000 descriptions give an amount after a word for pay; most of these have empty structured fields."""
    stating = [
        job
        for job in sample.jobs
        if any(
            AMOUNT.search(job["description_text"], found.end(), found.end() + 60)
            for found in PAY_WORD.finditer(job["description_text"])
        )
    ]
    assert len(stating) >= 1000
    empty = sum(job["salary_min"] is None and job["salary_max"] is None for job in stating)
    assert 50 <= percent(empty, len(stating)) <= 75
    texts = "\n".join(job["description_text"] for job in sample.made)
    for form in (r"\$\d+k–\$\d+k", r"\d/hr", r"per hour", r"€[\d,.]+", r"£[\d,.]+", r"CA\$", r"\d\.00", r"[\d,]+ USD"):
        assert re.search(form, texts), form


def test_salary_raw_is_often_text_that_bled_in(sample: Sample) -> None:
    """Of the `salary_raw` that are filled, 40 % or more are long pieces of the posting's own text."""
    filled = [job for job in sample.jobs if job["salary_raw"]]
    assert 25 <= percent(len(filled), len(sample.jobs)) <= 50
    bled = [job for job in filled if len(job["salary_raw"]) > 100 and job["salary_raw"] in job["description_text"]]
    assert percent(len(bled), len(filled)) >= 40
    assert any(len(job["salary_raw"]) < 40 for job in filled)


def test_descriptions_are_many_distinct_and_of_natural_length(sample: Sample) -> None:
    """At least 2,500 different texts between 1.5 and 8 kB, some in lines with bullets and some in one run."""
    texts = [job["description_text"] for job in sample.jobs]
    assert len(set(texts)) >= 2500
    assert min(map(len, texts)) >= 1500
    assert max(map(len, texts)) <= 8000
    assert sum(map(len, texts)) / len(texts) >= 2500
    assert sum("\n" not in text for text in texts) >= 300
    assert sum("\n• " in text or "\n- " in text or "\n* " in text for text in texts) >= 500
    assert len({job["department"] for job in sample.jobs}) >= 60


def test_descriptions_are_free_of_unfilled_slots_and_wrong_articles(sample: Sample) -> None:
    """No brace, mark of the vocabulary, doubled word or stop, and no "a Accountant" is left in an English text."""
    wrong = re.compile(r"[{}]|\s@ |\bNone\b|\.\.|\b(?:[Aa] [AEIO][a-z]|[Aa]n [BCDGJKPQTVWZ])|\b([A-Za-z]+) \1\b(?!-)")
    for job in sample.made:
        if job["parsed_structured"]["language"] == "en":
            found = wrong.search(job["description_text"])
            assert not found, (job["title"], found)


def test_other_languages_occur(sample: Sample) -> None:
    """10 to 20 postings are in German, French or Spanish, and say so."""
    counts = Counter(job["parsed_structured"]["language"] for job in sample.jobs)
    assert set(counts) == {"en", "de", "fr", "es"}
    assert 10 <= len(sample.jobs) - counts["en"] <= 20
    words = {"de": " und ", "fr": " et ", "es": " y "}
    for job in sample.jobs:
        word = words.get(job["parsed_structured"]["language"])
        assert word is None or word in job["description_text"]


def test_hostile_and_unusual_texts_occur(sample: Sample) -> None:
    """Leftovers of markup, a script, an image, and titles with formula signs, pictures and right-to-left letters."""
    texts = [job["description_text"] for job in sample.jobs]
    assert sum("<script>alert(1)</script>" in text for text in texts) == 1
    assert sum("<img src=x onerror=alert(1)>" in text for text in texts) == 1
    assert 3 <= sum("<br>" in text or "<b>" in text or "&nbsp;" in text for text in texts) <= 30
    titles = [job["title"] for job in sample.jobs]
    assert {title[0] for title in titles} >= {"=", "+", "-", "@"}
    assert any(re.search(r"[\u0590-\u06ff]", title) for title in titles)
    assert sum(bool(re.search(r"[\u2b50\U0001f300-\U0001faff]", title)) for title in titles) >= 3


def test_structured_fields_have_the_depth_of_the_real_ones(sample: Sample) -> None:
    """`parsed_structured` has the real one's keys; `native_structured` differs by provider in type and depth."""
    real = json.loads(SEED.read_text(encoding="utf-8"))["data"]
    kinds = Counter(type(job["native_structured"]).__name__ for job in sample.jobs)
    assert set(kinds) == {"dict", "list", "str", "NoneType"}
    assert kinds["dict"] > len(sample.jobs) / 2
    for job in sample.jobs:
        assert list(job["parsed_structured"]) == list(real["parsed_structured"])
        assert list(job["parsed_structured"]["location"]) == list(real["parsed_structured"]["location"])
        assert job["parsed_structured"]["salary_min"] == job["salary_min"]
        assert list(job["event_fields"]) == list(real["event_fields"])
        assert re.fullmatch(r"[0-9a-f]{64}", job["event_fields"]["content_hash"])
        if job["provider"] == "lever":
            assert list(job["native_structured"]) == list(real["native_structured"])
    assert sum(";" in job["location_text"] for job in sample.jobs) >= 60


def test_generator_makes_what_the_file_holds() -> None:
    """`python -m sample_generator --check` finds no difference; with another seed it does."""
    command = [sys.executable, "-m", "sample_generator", "--check"]
    same = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert same.returncode == 0, same.stderr
    other = subprocess.run(
        [*command, "--seed", "1"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert other.returncode == 1
    assert "differs" in other.stderr
