"""Puts the sample together: every line of the data file, in order."""

from __future__ import annotations

import json
from pathlib import Path

from sample_generator import companies, lifecycle, postings, records
from sample_generator.dice import Dice
from sample_generator.events import stamp
from sample_generator.model import Json

GENERATOR_VERSION = 1
SEED = 20260607
REAL_JOB = Path(__file__).with_name("seed_job.json")
REAL_ORG_NAME = "Spotify"
NOTE = (
    "A synthetic sample in the shape of the API's answers. All companies, boards and postings are fictional, "
    "except for one posting, which is real and is listed in real_job_ids."
)


def real_job() -> Json:
    """The one real posting, as the API gave it."""
    record: Json = json.loads(REAL_JOB.read_text(encoding="utf-8"))["data"]
    return record


def _real_event(job: Json, dice: Dice) -> Json:
    at = job["first_seen_at"]
    copied = {name: job[name] for name in ("job_id", "org_id", "source_id", "board_id", "provider")}
    return {
        "event_id": dice.uuid(),
        "event_key": f"{job['job_id']}:job.created:-:{at}",
        "event_schema_version": 1,
        **copied,
        "event_type": "job.created",
        "field_name": None,
        "old_value": None,
        "new_value": None,
        "observed_at": at,
        "source_hash": job["event_fields"]["source_hash"],
        "metadata": {"inferred": True, "inferred_from": "first_seen_at"},
    }


def make_lines(seed: int = SEED) -> list[str]:
    """The JSON lines of the sample."""
    big_jobs = postings.ACTIVE_BIG + postings.EXPIRED_BIG
    orgs = companies.make_orgs(seed, postings.JOBS - big_jobs, big_jobs)
    planned = postings.plan(orgs, seed)
    repeats = postings.repeat(planned, orgs, seed)
    originals = postings.originals_of(repeats, planned)
    lifecycle.live(planned, repeats, originals, seed)
    real = real_job()
    snapshot = {
        "synthetic": True,
        "seed": seed,
        "generator_version": GENERATOR_VERSION,
        "clock": stamp(lifecycle.CLOCK, "seconds"),
        "jobs_snapshot_at": stamp(lifecycle.SNAPSHOT, "seconds"),
        "real_job_ids": [real["job_id"]],
        "note": NOTE,
    }
    lines: list[tuple[str, Json]] = [("snapshot", snapshot)]
    dice = Dice(seed, "records")
    lines.append(("org", {"org_id": real["org_id"], "display_name": REAL_ORG_NAME}))
    lines += [("org", records.org_record(org, dice)) for org in orgs]
    lines.append(("source", {name: real[name] for name in ("source_id", "org_id", "provider")}))
    lines += [("source", records.source_record(board, dice)) for org in orgs for board in org.boards]
    taken: set[str] = set()
    written: list[tuple[str, str, Json, list[Json]]] = []
    for posting in [*planned, *repeats]:
        own = Dice(seed, f"record {posting.number}")
        records.link(posting, originals.get(posting.number), taken, own)
        job, events = records.job_and_events(posting, own)
        written.append((_sortable(job["first_seen_at"]), job["job_id"], job, events))
    first_seen = _sortable(real["first_seen_at"])
    written.append((first_seen, real["job_id"], real, [_real_event(real, Dice(seed, "real event"))]))
    written.sort(key=lambda row: (row[0], row[1]), reverse=True)
    lines += [("job", job) for _, _, job, _ in written]
    lines += [("event", event) for _, _, _, events in written for event in events]
    return [json.dumps({"kind": kind, "data": data}, ensure_ascii=False, separators=(",", ":")) for kind, data in lines]


def _sortable(moment: str) -> str:
    """Seconds and milliseconds in one form, so that text order is time order."""
    return moment if "." in moment else moment.replace("Z", ".000Z")
