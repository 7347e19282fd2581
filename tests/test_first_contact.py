"""The first contact kit, against faces that behave as the contract says, and faces that do not."""

from __future__ import annotations

import itertools
import json
import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluedoor_tools import contract
from tests.api_face import FaceApp, FaceData, InProcessTransport, Override, Settings, create_app, predicates
from tests.api_face.data import Key, Listing
from tests.clients import FACE_URL, SkippingClock
from tests.live import test_live
from tests.live.asking import MOST, PAUSE, Asker, Exchange
from tests.live.findings import Finding, assumed_rows
from tests.live.probes import Contact, first_contact
from tests.live.report import report, write_answers
from tests.live.scrubbing import fixture, scrubbed, without_contacts

UNPROBED = {"OPTIONS sql"}  # needs a key


class Stage(httpx.BaseTransport):
    """A face whose requests and answers a test rewrites on their way."""

    def __init__(self, face: FaceApp, patch: pytest.MonkeyPatch) -> None:
        self.face, self.patch = face, patch
        self.inner = InProcessTransport(face)
        self.asks: Callable[[str, dict[str, str]], dict[str, str]] = lambda path, asked: asked
        self.answers: Callable[[httpx.Request, httpx.Response], httpx.Response] = lambda request, answer: answer

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        path = request.url.path.removeprefix("/job-postings/v1")
        asked = self.asks(path, dict(request.url.params))
        url = request.url.copy_with(params=asked or None)
        sent = httpx.Request(request.method, url, headers=request.headers, content=request.read())
        sent.extensions = request.extensions
        return self.answers(sent, self.inner.handle_request(sent))

    def means(self, name: str, rule: Callable[[dict[str, Any], Any], bool], *, events: bool = False) -> None:
        """Let the face read a filter otherwise."""
        which = "_event_test" if events else "_job_test"
        usual = getattr(predicates, which)

        def test(asked: str, value: Any) -> Callable[[Any], bool]:
            if asked != name:
                return usual(asked, value)  # type: ignore[no-any-return]
            return lambda row: rule(row.record, value)

        self.patch.setattr(predicates, which, test)


@pytest.fixture(scope="session")
def newest(raw: FaceData) -> FaceData:
    """The newest tenth of the sample's jobs, with their events: a quick face."""
    jobs = [row.record for row in raw.job_listing.rows[:400]]
    of = {job["job_id"] for job in jobs}
    return FaceData.of(jobs, raw.orgs, raw.sources, [one for one in raw.events if one["job_id"] in of], raw.clock)


@pytest.fixture
def stage(newest: FaceData, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A strict face over these."""
    data = replace(newest)
    return Stage(create_app(data), monkeypatch)


def asker(way: httpx.BaseTransport, **options: Any) -> Asker:
    return Asker(FACE_URL, transport=way, **{"pause": 0, "clock": SkippingClock(), **options})


def contact(way: httpx.BaseTransport) -> Contact:
    """A first contact, within its bounds, with a finding for every assumption."""
    found = first_contact(asker(way))
    assert found.requests <= MOST
    assert set(assumed_rows()) <= {finding.row for finding in found.findings}
    assert all((finding.verdict == "contradicted") is bool(finding.correction) for finding in found.findings)
    return found


# As the contract says


def test_a_face_of_the_contract_contradicts_nothing(stage: Stage) -> None:
    """And all that can be asked without a key is confirmed, ties by a page that has some."""
    found = contact(stage)
    assert found.of("contradicted") == []
    assert {finding.row for finding in found.of("undecided")} == UNPROBED | {"ORDER ties"}
    assert {request.headers.get("authorization") for request in stage.face.log} == {None}


def test_every_assumed_row_has_one_finding(stage: Stage) -> None:
    """A new assumed row of the contract without a probe fails here."""
    rows = [finding.row for finding in contact(stage).findings]
    assert sorted(rows) == sorted(set(rows))
    assert set(assumed_rows()) - set(rows) == set()
    tables = (contract.ORG_FIELDS, contract.SOURCE_FIELDS, contract.STATS_FIELDS, contract.OPTIONS, contract.ACCESS)
    assumed = [row.name for table in tables for row in table if row.known == "assumed"]
    assert assumed and all(any(row.endswith(f" {name}") for row in assumed_rows()) for name in assumed)
    assert {"LIMIT BATCH_LIMIT", "LIMIT EVENT_LIMIT", "LIMIT FACET_LIMIT"} <= set(assumed_rows())


def test_a_row_without_a_probe_is_missed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check above can fail."""
    monkeypatch.setattr(contract, "ACCESS", (*contract.ACCESS, contract.AccessRule("new", "assumed", "something")))
    with pytest.raises(AssertionError):
        contact(stage)


@pytest.mark.parametrize(
    "settings",
    [
        {"unknown_parameters": "ignore", "last_cursor": "null"},
        {"total_unavailable": True, "error_shape": "text"},
    ],
    ids=str,
)
def test_what_the_contract_leaves_open_contradicts_nothing(stage: Stage, settings: dict[str, Any]) -> None:
    """Whichever way the API goes there."""
    stage.face.settings = Settings(**settings)
    assert contact(stage).of("contradicted") == []


@pytest.mark.parametrize(("descends", "verdict"), [(True, "confirmed"), (False, "contradicted")])
def test_ties_are_judged_where_there_are_some(stage: Stage, newest: FaceData, descends: bool, verdict: str) -> None:
    """Records first seen in the same hour, in the order of their ids."""
    jobs = [job | {"first_seen_at": job["first_seen_at"][:13] + ":00:00Z"} for job in newest.jobs]
    stage.face.data = replace(newest, jobs=jobs)
    if not descends:

        def ascending(payload: Any) -> None:
            if isinstance(payload.get("data"), list) and "order" in payload.get("meta", {}):
                rows = sorted(payload["data"], key=lambda row: str(row.get("job_id")))
                payload["data"] = sorted(rows, key=lambda row: str(row.get("first_seen_at")), reverse=True)

        stage.face.faults.mutators.append(ascending)
    found = {finding.row: finding for finding in contact(stage).findings}
    assert found["ORDER ties"].verdict == verdict
    assert ("ascend" in found["ORDER ties"].correction) is not descends


# Otherwise


def drop(*names: str, path: str = "") -> Callable[[Stage], None]:
    """Parameters that the API ignores."""

    def change(stage: Stage) -> None:
        stage.asks = lambda of, asked: {
            name: value for name, value in asked.items() if name not in names or not of.startswith(path)
        }

    return change


def called(name: str, other: str, path: str, *, silent: bool = False) -> Callable[[Stage], None]:
    """A parameter that has another name; the contract's is refused, or ignored."""

    def change(stage: Stage) -> None:
        def asks(of: str, asked: dict[str, str]) -> dict[str, str]:
            if not of.startswith(path):
                return asked
            refused = {} if silent or name not in asked else {f"{name}": asked[name], "refused": name}
            known = {name if one == other else one: value for one, value in asked.items() if one != name}
            return known | refused

        def answers(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
            refused = request.url.params.get("refused")
            return httpx.Response(400, json={"error": f"unknown parameter {refused}"}) if refused else answer

        stage.asks, stage.answers = asks, answers

    return change


def mutate(alter: Callable[[dict[str, Any]], object]) -> Callable[[Stage], None]:
    """Every object of every answer is altered, the inner ones first."""

    def walk(value: Any) -> None:
        for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(part)
        if isinstance(value, dict):
            alter(value)

    def change(stage: Stage) -> None:
        stage.face.faults.mutators.append(walk)

    return change


def rename(field: str, other: str, beside: str) -> Callable[[Stage], None]:
    """A field of the records that have `beside`, too, has another name."""

    def alter(value: dict[str, Any]) -> None:
        if field in value and beside in value:
            value[other] = value.pop(field)

    return mutate(alter)


def means(name: str, rule: Callable[[dict[str, Any], Any], bool]) -> Callable[[Stage], None]:
    return lambda stage: stage.means(name, rule)


def settings(**options: Any) -> Callable[[Stage], None]:
    def change(stage: Stage) -> None:
        stage.face.settings = Settings(**options)

    return change


def answered(rewrite: Callable[[httpx.Request, httpx.Response], httpx.Response]) -> Callable[[Stage], None]:
    def change(stage: Stage) -> None:
        stage.answers = rewrite

    return change


class Rising(Listing):
    """Rows oldest first."""

    def __init__(self, records: Any, time_field: str, id_field: str) -> None:
        super().__init__(records, time_field, id_field)
        self.rows.reverse()
        self.keys.reverse()
        self.order = f"{time_field}:asc"

    def after(self, key: Key) -> int:
        return bisect_right(self.keys, key)


def rising(name: str, *fields: str) -> Callable[[Stage], None]:
    def change(stage: Stage) -> None:
        records = stage.face.data.jobs if name == "job_listing" else stage.face.data.events
        stage.face.data.__dict__[name] = Rising(records, *fields)

    return change


def no_404(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
    return httpx.Response(200, json={"data": None}) if answer.status_code == 404 else answer


def fifty_ids(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
    if request.url.path.endswith("batch_lookup") and len(json.loads(request.read())["org_ids"]) > 50:
        return httpx.Response(400, json={"error": "at most 50 org_ids"})
    return answer


def any_count(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
    if not request.url.path.endswith("batch_lookup"):
        return answer
    ids = json.loads(request.read())["org_ids"]
    return httpx.Response(200, json={"data": [{"input": {"org_id": one}, "data": None} for one in ids]})


def refused_chain(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
    if request.url.params.get("cursor") and request.url.params["limit"] != "100":
        return httpx.Response(400, json={"message": "limit differs from the cursor's"})
    return answer


def whole_name(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
    if not request.url.path.endswith("/orgs/lookup") or "name" not in request.url.params:
        return answer
    found = json.loads(answer.read())["data"]
    return httpx.Response(
        200, json={"data": [org for org in found if org["display_name"] == request.url.params["name"]]}
    )


def no_first_seen(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
    asked = {**request.url.params, **json.loads(request.read() or b"{}")}
    return httpx.Response(400, json={"error": "no first_seen_after"}) if "first_seen_after" in asked else answer


def odd_errors(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
    return httpx.Response(404, json=["no", "such", "job"]) if answer.status_code == 404 else answer


def fixed_limit(stage: Stage) -> None:
    stage.asks = lambda path, asked: asked | {"limit": "100"} if "cursor" in asked else asked


def shifted(name: str) -> Callable[[Stage], None]:
    """A bound that is meant the other way at the very instant."""

    def change(stage: Stage) -> None:
        def asks(path: str, asked: dict[str, str]) -> dict[str, str]:
            moment = predicates.parse_instant(asked.get(name))
            if moment is None:
                return asked
            return asked | {name: moment.replace(microsecond=moment.microsecond + 1).isoformat()}

        stage.asks = asks

    return change


def other_board(record: dict[str, Any]) -> None:
    if record.get("provider") == "greenhouse" and "source_url" in record:
        record["source_url"] = record["source_url"].replace("greenhouse.io/", "greenhouse.io/x")


def other_rule(record: dict[str, Any]) -> None:
    if record.get("provider") == "icims" and "source_url" in record and "raw_payload_uri" in record:
        record["provider_job_key"] = f"{record['provider_job_key']}-1"
        record["source_url"] = record["source_url"].replace("/jobs/", "/jobs/1")


def in_text(field: str) -> Callable[[dict[str, Any], str], bool]:
    return lambda record, value: value.casefold() in str(record.get(field) or "").casefold()


def plain(text: Any) -> str:
    return re.sub(r"[\W_]", "", str(text)).casefold()


OTHERWISE: dict[str, tuple[Callable[[Stage], None], dict[str, str]]] = {
    "provider ignored": (
        drop("provider", "ats_provider", path="/jobs"),
        {"PARAMETERS provider": "ignores it", "MEANING provider": "ignores it"},
    ),
    "provider is ats_provider": (
        called("provider", "ats_provider", "/jobs/search"),
        {"PARAMETERS provider": "rename provider to ats_provider"},
    ),
    "provider is ats_provider, and provider ignored": (
        called("provider", "ats_provider", "/jobs/search", silent=True),
        {"PARAMETERS provider": "rename provider to ats_provider"},
    ),
    "events by job_id": (
        called("job_ids", "job_id", "/events"),
        {"EVENT_PARAMETERS job_ids": "rename job_ids to job_id"},
    ),
    "events since": (
        called("observed_after", "observed_since", "/events", silent=True),
        {"EVENT_PARAMETERS observed_after": "rename observed_after to observed_since"},
    ),
    "domain missing": (
        mutate(lambda value: value.pop("domain", None)),
        {"ORG_FIELDS domain": "remove domain", },
    ),
    "domain renamed": (
        rename("domain", "web_domain", "org_id"),
        {"ORG_FIELDS domain": "rename domain to web_domain"},
    ),
    "size a number": (
        mutate(lambda value: value.update(size=50) if value.get("size") else None),
        {"ORG_FIELDS size": "size: text → int"},
    ),
    "board_url renamed": (
        rename("board_url", "url", "source_id"),
        {"SOURCE_FIELDS board_url": "rename board_url to url"},
    ),
    "total_jobs renamed": (
        rename("total_jobs", "jobs_total", "providers"),
        {"STATS_FIELDS total_jobs": "rename total_jobs to jobs_total"},
    ),
    "name is query": (
        called("name", "q", "/orgs/lookup"),
        {"OPTIONS name": "rename name to q"},
    ),
    "name whole": (answered(whole_name), {"OPTIONS name": "the whole text"}),
    "first_seen_after refused": (
        answered(no_first_seen),
        {"MEANING first_seen_after": "the API refuses it"},
    ),
    "first_seen_after ignored": (
        drop("first_seen_after", path="/jobs"),
        {"MEANING first_seen_after": "ignores it"},
    ),
    "50 values": (settings(max_facet_limit=50), {"LIMIT FACET_LIMIT": "LIMIT FACET_LIMIT: 50"}),
    "50 organisations": (answered(fifty_ids), {"LIMIT BATCH_LIMIT": "LIMIT BATCH_LIMIT: 50"}),
    "any number of organisations": (answered(any_count), {"LIMIT BATCH_LIMIT": "more than 100 are allowed"}),
    "facets of everything": (drop("active"), {"MEANING active of facets": "facets ignore `active`"}),
    "oldest first": (
        rising("job_listing", "first_seen_at", "job_id"),
        {"ACCESS order": "ascending by first_seen_at"},
    ),
    "oldest events first": (
        rising("event_listing", "observed_at", "event_id"),
        {"ORDER events/search": "ascending by observed_at"},
    ),
    "limit of the first page": (fixed_limit, {"ACCESS cursor": "holds for the whole chain"}),
    "limit may not differ": (answered(refused_chain), {"ACCESS cursor": "must stay the same"}),
    "null for unknown ids": (answered(no_404), {"ACCESS errors": "answered by 200, not 404"}),
    "errors of another shape": (answered(odd_errors), {"ACCESS errors": "another shape"}),
    "posted_before inclusive": (shifted("posted_before"), {"MEANING posted_before": '"before" → inclusive'}),
    "posted_after exclusive": (shifted("posted_after"), {"MEANING posted_after": '"from" → exclusive'}),
    "city a part": (means("city", in_text("city")), {"MEANING city": '"equals" → "contains"'}),
    "department in this case": (
        means("department", lambda record, value: record["department"] == value),
        {"MEANING department": "letter case matters"},
    ),
    "title whole": (
        means("title", lambda record, value: str(record["title"]).casefold() == value.casefold()),
        {"MEANING title": "whole value"},
    ),
    "location anywhere": (
        means("location", lambda record, value: any(
            in_text(field)(record, value) for field in ("location_text", "city", "region", "country")
        )),
        {"MEANING location": "reads location_text, city, region, country"},
    ),
    "words begin so": (
        means("q", lambda record, value: all(
            any(word.startswith(part) for word in predicates.tokens(record["title"], record["department"]))
            for part in predicates.tokens(value)
        )),
        {"MEANING q": "beginnings of words"},
    ),
    "kinds alike": (
        means("employment_type", lambda record, value: plain(record["employment_type"]) == plain(value)),
        {"MEANING employment_type": "other wordings"},
    ),
    "salary_min of salary_min": (
        means("salary_min", lambda record, value: (record["salary_min"] or 0) >= value),
        {"MEANING salary_min": "→ salary_min"},
    ),
    "a null matches": (
        means("workplace_type", lambda record, value: str(record["workplace_type"] or value).lower() == value.lower()),
        {"MEANING workplace_type": "a null matches", "MEANING null": "workplace_type"},
    ),
    "changed reads updated": (
        lambda stage: stage.patch.setitem(predicates._TIMES, "changed", "source_updated_at"),
        {
            "MEANING changed_after": "last_changed_at → source_updated_at",
            "MEANING changed_before": "last_changed_at → source_updated_at",
        },
    ),
    "first of a list": (
        means("source_ids", lambda record, value: record["source_id"] == value[0]),
        {"MEANING source_ids": "takes one value", "MEANING a list in a GET": "takes one value"},
    ),
    "boards of another name": (mutate(other_board), {"JOB_ID greenhouse": "the rule holds with the board of raw_payl"}),
    "ids of another rule": (mutate(other_rule), {"JOB_ID icims": "the rule does not hold"}),
}  # fmt: skip


@pytest.mark.parametrize("otherwise", OTHERWISE)
def test_just_what_differs_is_contradicted(stage: Stage, otherwise: str) -> None:
    """Each way to behave otherwise is found, with what to change; nothing else is called wrong."""
    change, rows = OTHERWISE[otherwise]
    change(stage)
    found = {finding.row: finding for finding in contact(stage).of("contradicted")}
    assert found.keys() == rows.keys(), list(found.values())
    for row, correction in rows.items():
        assert correction in found[row].correction
        assert found[row].evidence


# Manners


def test_requests_keep_their_distance(stage: Stage) -> None:
    """A second at least lies between the beginnings of two, and no more than forty are sent."""
    looks = itertools.count().__next__
    moments: list[float] = []

    class TickingClock(SkippingClock):
        def now(self) -> float:
            """A hundredth passes between two looks at the clock: less than the pause."""
            return sum(self.waits) + looks() * 0.01

    clock = TickingClock()

    def answers(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        moments.append(clock.now())
        return answer

    stage.answers = answers
    found = first_contact(asker(stage, pause=PAUSE, clock=clock))
    assert len(moments) == found.requests == stage.face.faults.count <= MOST
    assert min(later - sooner for sooner, later in itertools.pairwise(moments)) >= 1


def test_retry_after_is_honoured(stage: Stage) -> None:
    """By the product's transport; what is asked again counts."""
    stage.face.faults.overrides.append(Override("/stats", b"", 429, {"retry-after": "7"}, times=1))
    waits: list[float] = []
    found = first_contact(asker(stage, clock=SkippingClock(waits)))
    assert max(waits) == 7.0
    assert sum(waits) < 7.1  # beside it, requests only keep off each other
    assert found.of("contradicted") == []
    assert found.requests == len(found.exchanges) + 1


def test_fifteen_requests_a_minute_are_enough(stage: Stage) -> None:
    """A keyless caller may be held to that (one report): the waits are kept, and all is still found out."""
    clock = SkippingClock()
    faults = stage.face.faults
    faults.window, faults.clock = 15, clock.now
    found = first_contact(asker(stage, pause=PAUSE, clock=clock))
    assert found.requests <= MOST and 60 < sum(clock.waits) < 180
    assert {finding.row for finding in found.of("undecided")} == UNPROBED | {"ORDER ties"}


def test_failures_are_not_asked_for_ever(stage: Stage) -> None:
    """Three tries of one request, three requests in a row: then no more is asked, and nothing is called confirmed."""
    stage.face.faults.overrides.append(Override("/(jobs|orgs|sources|events)", b"", 503))
    found = first_contact(asker(stage))
    assert stage.face.faults.count == 2 + 3 * 3
    assert not found.asked and found.of("contradicted") == []
    assert {finding.row.split()[0] for finding in found.of("confirmed")} == {"STATS_FIELDS"}
    assert any("in a row had no answer" in finding.evidence for finding in found.of("undecided"))


@pytest.mark.parametrize("most", [3, 16])
def test_what_is_not_asked_is_undecided(stage: Stage, most: int) -> None:
    """Where the requests do not suffice."""
    found = first_contact(asker(stage, most=most))
    assert stage.face.faults.count == most == found.requests
    assert found.of("contradicted") == []
    assert set(assumed_rows()) == {finding.row for finding in found.findings}
    assert any("used up" in finding.evidence for finding in found.of("undecided"))


def test_an_empty_api_leaves_all_undecided() -> None:
    """No record, no meaning of a filter."""
    found = contact(InProcessTransport(create_app(FaceData.of([]))))
    assert not found.asked
    assert found.of("contradicted") == []
    assert "MEANING city" in {finding.row for finding in found.of("undecided")}


# Reported


def unreachable(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no route to host")


@pytest.fixture
def live(stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """The live test, with the face in the network's place."""

    def run(capsys: pytest.CaptureFixture[str], way: httpx.BaseTransport = stage) -> None:
        monkeypatch.setattr(test_live, "URL", FACE_URL)
        monkeypatch.setattr(test_live, "FOLDER", tmp_path / "answers")
        monkeypatch.setattr(test_live, "Asker", lambda url, pause: asker(way))
        monkeypatch.setattr(capsys, "disabled", nullcontext)  # so that this test, too, reads what is printed
        test_live.test_the_contract_holds(capsys)

    return run


def test_no_network_fails_the_live_test(
    live: Callable[..., None], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """It says that it could not ask, and leaves no report."""
    with pytest.raises(pytest.fail.Exception, match=r"Could not ask http://face\.test.* Nothing was found out"):
        live(capsys, httpx.MockTransport(unreachable))
    assert not (tmp_path / "answers").exists()


def test_a_contradiction_fails_the_live_test(
    live: Callable[..., None], stage: Stage, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """With the whole report in the message, and in the folder."""
    stage.face.settings = Settings(max_facet_limit=50)
    with pytest.raises(pytest.fail.Exception) as failed:
        live(capsys)
    kept = (tmp_path / "answers" / "report.md").read_text(encoding="utf-8")
    assert kept in str(failed.value)
    assert "| LIMIT FACET_LIMIT | LIMIT FACET_LIMIT: 50 |" in kept


def test_no_job_fails_the_live_test(
    live: Callable[..., None], stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    """An API that answers, but has no jobs, confirms nothing."""
    stage.face.data = FaceData.of([])
    with pytest.raises(pytest.fail.Exception, match="Could not read any job"):
        live(capsys)


def test_a_contract_that_holds_passes(
    live: Callable[..., None], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The report is printed, and kept beside the answers, which are scrubbed and short."""
    live(capsys)
    printed = capsys.readouterr().out
    files = sorted((tmp_path / "answers").glob("*.json"))
    assert "0 contradicted" in (tmp_path / "answers" / "report.md").read_text(encoding="utf-8")
    assert "0 contradicted" in printed
    told = [json.loads(path.read_text(encoding="utf-8")) for path in files]
    assert all(set(one) >= {"request", "status", "headers", "body"} for one in told)
    search = next(one for one in told if one["request"]["path"] == "/jobs/search")
    assert len(search["body"]["data"]) == 3 and search["records_answered"] == 100
    assert search["headers"] == {"content-type": "application/json", "x-rate-limit-tier": "anonymous"}
    texts = "".join(path.read_text(encoding="utf-8") for path in files)
    assert "bluedoor-tools-sample" not in texts and "authorization" not in texts
    assert {one["request"]["path"] for one in told} >= {"/openapi.json", "/stats", "/events/search", "/jobs/facets"}


def test_the_answers_of_an_earlier_run_go(tmp_path: Path) -> None:
    """And nothing else of the folder."""
    for name in ("99-get-stats.json", "notes.json"):
        (tmp_path / name).write_text("{}", encoding="utf-8")
    write_answers(Contact(FACE_URL, [], [exchange({"data": {}})], 1, True), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["01-get-jobs-id.json", "notes.json"]


def test_a_report_is_a_table_whatever_it_holds() -> None:
    """Foreign text makes no columns, no lines, no colours, and no contacts."""
    odd = "a|b\n| c\x1b[31m jane@example.com"
    finding = Finding("ACCESS errors", "contradicted", odd, odd)
    told = report(Contact(FACE_URL, [finding], [], 1, True, unlisted=[odd], no_specification=odd), "2026-11-22")
    (line,) = [line for line in told.splitlines() if line.startswith("| ACCESS errors")]
    assert len(re.findall(r"(?<!\\)\|", line)) == 4
    assert told.replace("\n", "").isprintable() and "jane" not in told


def test_the_drift_of_the_specification_is_reported(stage: Stage) -> None:
    """What the published document lists otherwise."""
    told = report(contact(stage), "2026-11-22")
    assert "| new | parameter | GET /orgs/lookup | limit |" in told
    stage.face.faults.overrides.append(Override("openapi.json", b"no", 404))
    assert "It could not be read: " in report(first_contact(asker(stage, most=3)), "2026-11-22")


def test_the_live_test_is_off_by_default(pytestconfig: pytest.Config) -> None:
    """`pytest` leaves out what is marked; `make live` takes it in."""
    assert list(pytestconfig.getini("addopts"))[-2:] == ["-m", "not live"]
    marks: list[pytest.Mark] = getattr(test_live.test_the_contract_holds, "pytestmark", [])
    assert [mark.name for mark in marks] == ["live"]
    recipe = (pytestconfig.rootpath / "Makefile").read_text(encoding="utf-8")
    assert "live: .venv/.dev\n\t$(BIN)/python -m pytest -m live tests/live\n" in recipe


# Scrubbed


def exchange(content: Any, path: str = "/jobs/" + "0" * 40, **headers: str) -> Exchange:
    return Exchange(1, "GET", path, {}, None, 200, headers, content, "")


KEYS = st.sampled_from(["title", "location_text", "team", "extensions", "metadata", "new_value", "apply_url", "note"])
PROSE_KEYS = st.sampled_from(["description_text", "salary_raw"])
PHONES = st.sampled_from(
    ["+1 415 555 0123", "(415) 555-0123", "415.555.0123", "415-555-0123", "+44 20 7946 0958", "+4915112345678",
     "0044 20 7946 0958", "4155550123", "tel:+14155550123"]
)  # fmt: skip
MAILS = st.sampled_from(["jane.doe@example.com", "JANE+hr@corp.example", "mailto:jane@x.example", "jane%40x.example"])
AROUND = st.sampled_from(["", " ", "call ", "Write to ", ", or ", ": ", "“", "("])
PLAIN = st.none() | st.booleans() | st.integers(-99, 99) | st.sampled_from(["Cook", "2026-05-29T07:00:52.396Z", ""])


def carrying(secret: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(AROUND, secret, AROUND).map("".join)


def nested(leaf: st.SearchStrategy[Any], keys: st.SearchStrategy[str] = KEYS) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaf, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=8
    )


def shape(value: Any) -> Any:
    """Keys and types."""
    if isinstance(value, dict):
        return {key: shape(part) for key, part in value.items()}
    return [shape(part) for part in value] if isinstance(value, list) else type(value)


@given(nested(PLAIN | carrying(PHONES) | carrying(MAILS)))
def test_no_contact_survives(value: Any) -> None:
    """Neither an address nor a number, wherever it stands; keys and types stay."""
    told = scrubbed(value)
    text = json.dumps(told, ensure_ascii=False)
    assert shape(told) == shape(value)
    assert "jane" not in text.lower()
    assert not re.search(r"555|7946|0958|12345678", text)
    assert scrubbed(told) == told


@given(PROSE_KEYS, nested(PLAIN | st.text()), nested(st.text(min_size=1) | st.integers(10**8, 10**12)))
def test_no_description_survives(name: str, value: Any, native: Any) -> None:
    """Nor the pay as text, nor what the ATS sent; the shape of all three stays."""
    record = {"data": [{name: value, "native_structured": {"a": native}, "active": True}]}
    told = scrubbed(record)
    assert shape(told) == shape(record)

    def leaves(part: Any) -> Sequence[Any]:
        inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else None
        return [part] if inner is None else [leaf for one in inner for leaf in leaves(one)]

    assert {leaf for leaf in leaves(told["data"][0][name]) if isinstance(leaf, str)} <= {"(scrubbed)"}
    assert {leaf for leaf in leaves(told["data"][0]["native_structured"]) if leaf is not None} <= {"(scrubbed)", 0}


def test_what_tells_about_the_api_stays(raw: FaceData) -> None:
    """Ids, instants, URLs and numbers of a record, so that the fixtures are of use."""
    kept = ("job_id", "org_id", "source_id", "provider", "provider_job_key", "title", "first_seen_at", "source_url",
            "last_changed_at", "salary_min", "active", "event_fields")  # fmt: skip
    for job in raw.jobs[:300]:
        told = scrubbed(job)
        assert {name: told[name] for name in kept} == {name: job[name] for name in kept}


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"raw_payload_uri": "s3://prod-raw-590183727216/raw/a.json"}, {"raw_payload_uri": "s3://(bucket)/raw/a.json"}),
        ({"raw_payload_uri": "https://b.s3.example/raw"}, {"raw_payload_uri": "https://(bucket)/raw"}),
        ({"note": "key jobs_live_abc123"}, {"note": "key (key)"}),
        ({"note": "x" * 301}, {"note": "(scrubbed)"}),
        ({"field_name": "description_text", "old_value": "a", "new_value": None},
         {"field_name": "description_text", "old_value": "(scrubbed)", "new_value": None}),
        ({"field_name": "status", "old_value": "a"}, {"field_name": "status", "old_value": "a"}),
        ({"jane@example.com": 1}, {"(e-mail) 0": 1}),
        ({"native_structured": {"n": 4155550123, "f": 1.5, "b": True}},
         {"native_structured": {"n": 0, "f": 0.0, "b": True}}),
    ],
)  # fmt: skip
def test_what_is_scrubbed(value: Any, told: Any) -> None:
    """Buckets, keys, long texts, a description's change, contacts as keys."""
    assert scrubbed(value) == told


def test_a_long_list_is_cut_and_counted() -> None:
    """To three records; a specification stays whole, whatever its fields are called."""
    told = fixture(exchange({"data": [{"n": n} for n in range(9)]}, **{"x-rate-limit-limit": "10", "set-cookie": "a"}))
    assert told["body"] == {"data": [{"n": 0}, {"n": 1}, {"n": 2}]} and told["records_answered"] == 9
    assert told["headers"] == {"x-rate-limit-limit": "10"}
    assert "records_answered" not in fixture(exchange({"data": [{}]}))
    document = {"properties": {"description_text": {"type": "string"}, "native_structured": {"type": "object"}}}
    assert fixture(exchange(document, "/openapi.json"))["body"] == document


def test_a_line_loses_its_contacts_alone() -> None:
    """However long it is."""
    assert without_contacts("a@b.example " + "x" * 400) == "(e-mail) " + "x" * 400
