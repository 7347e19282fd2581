"""get_job by id and URL, the record as an object, job_events, facets, get_org."""

from __future__ import annotations

import copy
import hashlib
import json
import pickle
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bluedoor_tools as bd
from bluedoor_tools.client import Client
from bluedoor_tools.posting_urls import job_id_of, posting_id
from tests.api_face import FaceApp, FaceData, Faults, Override
from tests.api_face.examples import event, job, org, small_data
from tests.clients import client_of

SPOTIFY_ID = "76a82054d2c45c7b4c4f9ca9915c4b03b7a5b303"
SPOTIFY_URL = "https://jobs.lever.co/spotify/76458bae-8a16-4c42-8780-f9452206f0e0"
SPOTIFY_ORG = "72fe3b06-0d08-4f7d-9dfd-beedeeda0a25"
UUID = "0e9b6c10-1d91-4fa5-b34e-273fcab735cc"
NOT_COMPUTED = {"oracle_hcm", "ukg", "taleo", "adp_workforcenow"}


def sha1(provider: str, board: str, key: str) -> str:
    """The id rule, once more."""
    return hashlib.sha1(f"{provider}|{board}|{key}".encode()).hexdigest()


# -- from a URL to an id -----------------------------------------------------------------------------------------------


def test_the_rule_gives_the_id_that_bluedoor_shows() -> None:
    """The one posting whose id was seen."""
    assert job_id_of("lever", "spotify", "76458bae-8a16-4c42-8780-f9452206f0e0") == SPOTIFY_ID
    assert posting_id(SPOTIFY_URL).job_id == SPOTIFY_ID


def test_every_sample_posting_is_found_by_its_url(face: FaceApp) -> None:
    """On each provider whose URLs tell the id, the posting's own URL leads to its job_id."""
    computed = [record for record in face.data.jobs if record["provider"] not in NOT_COMPUTED]
    assert len({record["provider"] for record in computed}) == 13
    for record in computed:
        found = posting_id(record["source_url"])
        assert (found.job_id, found.provider) == (record["job_id"], record["provider"])
        assert found.provider_job_key == record["provider_job_key"]


def test_every_application_form_leads_to_its_posting(face: FaceApp) -> None:
    """The apply URL, too, wherever it is on the posting's own provider and not another posting's."""
    shared = Counter(record["apply_url"] for record in face.data.jobs)
    for record in face.data.jobs:
        if record["provider"] not in NOT_COMPUTED and shared[record["apply_url"]] == 1:
            assert posting_id(record["apply_url"]).job_id == record["job_id"], record["apply_url"]


@pytest.mark.parametrize(
    ("url", "provider", "board", "key"),
    [
        (f"https://jobs.eu.lever.co/acme/{UUID}", "lever", "acme", UUID),
        (f"https://jobs.lever.co/acme/{UUID}/apply?source=x", "lever", "acme", UUID),
        ("https://boards.greenhouse.io/acme/jobs/4005?gh_src=1", "greenhouse", "acme", "4005"),
        ("https://job-boards.eu.greenhouse.io/acme/jobs/4005#app", "greenhouse", "acme", "4005"),
        ("https://boards.greenhouse.io/embed/job_app?for=acme&token=4005", "greenhouse", "acme", "4005"),
        (f"https://jobs.ashbyhq.com/Acme%20Inc/{UUID}/application", "ashby", "Acme Inc", UUID),
        ("https://apply.workable.com/acme/j/EBE576684A/apply/", "workable", "acme", "EBE576684A"),
        ("https://jobs.smartrecruiters.com/Acme/744-cook?oga=true", "smartrecruiters", "Acme", "744"),
        ("https://acme.wd5.myworkdayjobs.com/External/job/Bonn/Cook_R-17", "workday", "acme/External", "R-17"),
        ("https://acme.wd1.myworkdayjobs.com/de-DE/Ext/job/Cook_R17/apply", "workday", "acme/Ext", "R17"),
        ("https://careers-acme.icims.com/jobs/17117/cook/job?mode=apply", "icims", "acme", "17117"),
        ("https://acme.bamboohr.com/careers/59", "bamboohr", "acme", "59"),
        ("https://acme.breezy.hr/p/a1013290f71f-cook/apply", "breezy", "acme", "a1013290f71f"),
        ("https://jobs.jobvite.com/acme/job/ovVdjfTLE/apply", "jobvite", "acme", "ovVdjfTLE"),
        (f"https://acme.pinpointhq.com/en-GB/postings/{UUID}/applications/new", "pinpoint", "acme", UUID),
        (f"https://ats.rippling.com/en-GB/acme/jobs/{UUID}", "rippling", "acme", UUID),
        ("https://acme.applytojob.com/apply/veN1fjHjFs/cook", "applytojob", "acme", "veN1fjHjFs"),
    ],
)
def test_the_shapes_of_each_provider(url: str, provider: str, board: str, key: str) -> None:
    """Provider, board and key are read from the address; what follows them is not."""
    found = posting_id(url)
    assert (found.provider, found.board, found.provider_job_key) == (provider, board, key)
    assert found.job_id == sha1(provider, board, key)
    assert found.known == ("seen" if provider == "lever" else "assumed")


@pytest.mark.parametrize(
    "written",
    [
        SPOTIFY_URL + "/",
        SPOTIFY_URL + "?lever-source=LinkedIn&x=%2F",
        SPOTIFY_URL + "/apply/#form",
        f"  {SPOTIFY_URL}\n",
        SPOTIFY_URL.replace("https", "http"),
        SPOTIFY_URL.replace("https://", ""),
        SPOTIFY_URL.replace("jobs.lever.co", "JOBS.Lever.CO"),
        SPOTIFY_URL.replace("https://jobs.lever.co", "JOBS.LEVER.CO"),
        SPOTIFY_URL.replace("lever.co/", "lever.co:443/"),
        SPOTIFY_URL.replace("76458bae", "76458BAE"),
        SPOTIFY_ID,
        f" {SPOTIFY_ID.upper()} ",
        f"https://bluedoor.sh/jobs/{SPOTIFY_ID}",
        f"https://api.bluedoor.sh/job-postings/v1/jobs/{SPOTIFY_ID}?include=description",
        f"https://api.bluedoor.sh/job-postings/v1/jobs/{SPOTIFY_ID}/events",
    ],
)
def test_the_same_posting_however_it_is_written(sample: Client, written: str) -> None:
    """Trailing slash, query string, upper-case host, blanks, no scheme, bluedoor's own addresses, the bare id."""
    found = sample.get_job(written)
    assert found.job_id == SPOTIFY_ID
    assert not any("assumed" in note for note in found.notices)


WRONG = {
    "https://www.linkedin.com/jobs/view/123": ["linkedin.com", "Lever, Greenhouse"],
    "https://jobs.lever.co/spotify": ["jobs.lever.co", "not a list"],
    "https://jobs.lever.co.evil.test/spotify/76458bae-8a16-4c42-8780-f9452206f0e0": ["evil.test"],
    "https://evil.test/https://jobs.lever.co/spotify/76458bae-8a16-4c42-8780-f9452206f0e0": ["evil.test"],
    "https://notbluedoor.sh/jobs/" + SPOTIFY_ID: ["notbluedoor.sh"],
    "https://bluedoor.sh/jobs": ["bluedoor.sh"],
    "careers.acme.test/job/1": ["careers.acme.test"],
    "https://feib.fa.us2.oraclecloud.com/hcmUI/CandidateExperience/en/sites/CX_1/job/35335": ["Oracle HCM", "title="],
    "https://recruiting2.ultipro.com/A/JobBoard/b/OpportunityDetail?opportunityId=c": ["UKG", "provider='ukg'"],
    "https://acme.taleo.net/careersection/2/jobdetail.ftl?job=26000AUR": ["Taleo", "search_jobs("],
    "https://workforcenow.adp.com/mascsr/x.html?cid=1&jobId=2": ["ADP Workforce Now", "job_id"],
    SPOTIFY_ORG: ["UUID", "40 hex digits"],
    SPOTIFY_ID[:-1]: ["neither a job_id nor a URL"],
    SPOTIFY_ID + "0": ["neither a job_id nor a URL"],
    "Data Scientist": ["neither a job_id nor a URL", "40 hex digits"],
    "": ["neither a job_id nor a URL"],
    "https://[::1": ["not a readable URL"],
    "https://": ["not the address of a posting"],
}


@pytest.mark.parametrize(("given_text", "words"), WRONG.items())
def test_what_names_no_posting(api: Client, face: FaceApp, given_text: str, words: list[str]) -> None:
    """Other sites, lists, URLs that do not tell, UUIDs, garbage: the error says what would do; nothing is sent."""
    for ask in (api.get_job, api.job_events):
        with pytest.raises(bd.InvalidRequestError) as caught:
            ask(given_text)
        assert all(word in str(caught.value) for word in words), str(caught.value)
    assert not face.log


@pytest.mark.parametrize("thing", [None, 7, 1.5, b"76a8", ["x"], pd.NA, Path("x")])
def test_what_is_no_text(api: Client, thing: Any) -> None:
    """Anything but text is refused by its type."""
    with pytest.raises(bd.InvalidRequestError, match=f"not {type(thing).__name__}"):
        api.get_job(thing)


hosts = st.sampled_from(
    ["jobs.lever.co", "boards.greenhouse.io", "acme.wd1.myworkdayjobs.com", "bluedoor.sh", "x.test"]
)
urls = st.builds(lambda host, rest: f"https://{host}/{rest}", hosts, st.text(max_size=60))


@settings(max_examples=200)
@given(st.text(max_size=60) | urls | st.text("htps:/[]@?#%.0", max_size=30))
def test_no_text_breaks_the_reading(text: str) -> None:
    """Any text is a posting or a clear error, whatever is in it."""
    try:
        found, hint = posting_id(text).job_id, "none is needed"
    except bd.InvalidRequestError as error:
        found, hint = "0" * 40, error.hint
    assert (len(found), hint != "") == (40, True)


# -- get_job -----------------------------------------------------------------------------------------------------------


def test_get_job_costs_two_requests_then_one(api: Client, face: FaceApp) -> None:
    """The posting and its organisation; the next posting of the same organisation only itself."""
    frame = api.search_jobs(limit=None, status=None, columns=["job_id", "org_id"], provider="lever")
    twins = frame[frame["org_id"].duplicated(keep=False)].sort_values("org_id")["job_id"].tolist()[:2]
    face.log.clear()
    first = api.get_job(twins[0])
    assert [request.path for request in face.log] == [f"/jobs/{twins[0]}", f"/orgs/{first.org_id}"]
    assert api.get_job(twins[1]).company == first.company
    assert len(face.log) == 3


def test_get_job_is_the_whole_record(sample: Client, api: Client, face: FaceApp) -> None:
    """Either backend gives every field as the API sent it, the text included, with the company's name."""
    for listed in face.data.jobs[::300]:
        orgs = {record["org_id"]: record for record in face.data.orgs}
        for client in (sample, api):
            found = client.get_job(listed["job_id"])
            assert found.record == listed
            assert found.company == orgs[listed["org_id"]]["display_name"]
            assert (found.title, found["title"]) == (listed["title"], listed["title"])
            assert found.native_structured == listed["native_structured"]


def test_the_real_posting(sample: Client) -> None:
    """The sample's one real posting says that it is real; every other page says that it is synthetic."""
    assert any("This posting is real" in note for note in sample.get_job(SPOTIFY_URL).notices)
    other = sample.search_jobs(limit=1, provider="greenhouse").loc[0, "job_id"]
    assert any("Synthetic sample" in note for note in sample.get_job(str(other)).notices)


def test_an_assumed_rule_is_said_on_the_page(face: FaceApp, api: Client) -> None:
    """Found by a rule that is assumed for its provider, the page says so; found by id, it does not."""
    record = next(record for record in face.data.jobs if record["provider"] == "greenhouse")
    found = api.get_job(record["source_url"])
    assert any("assumed for greenhouse" in note for note in found.notices)
    assert "assumed for greenhouse" in str(found)
    assert api.get_job(record["job_id"]).notices == ()


def test_unknown_ids_are_not_found(sample: Client, api: Client) -> None:
    """An unknown id is a NotFoundError, by either backend; the sample says that it is a part only."""
    for client in (sample, api):
        for ask in (client.get_job, client.job_events):
            with pytest.raises(bd.NotFoundError, match=r"0{40}"):
                ask("0" * 40)
            with pytest.raises(LookupError):
                ask("0" * 40)
    with pytest.raises(bd.NotFoundError, match=r"part of the data.*connect\('api'\)"):
        sample.get_job("0" * 40)


@pytest.mark.parametrize(
    ("url", "assumed"),
    [(f"https://jobs.lever.co/nobody/{UUID}", False), ("https://boards.greenhouse.io/nobody/jobs/1", True)],
)
def test_not_found_by_url_says_how_the_id_was_come_by(sample: Client, api: Client, url: str, assumed: bool) -> None:
    """The error shows provider, board and key, and where the rule is assumed, another way."""
    for client in (sample, api):
        for ask in (client.get_job, client.job_events):
            with pytest.raises(bd.NotFoundError, match=r"computed from the URL.*board 'nobody'") as caught:
                ask(url)
            assert ("assumed" in str(caught.value)) is assumed


def test_an_unknown_organisation_leaves_the_page() -> None:
    """The posting comes, without a name, and says why."""
    client, _ = client_of(FaceData.of([job(1)]))
    found = client.get_job(job(1)["job_id"])
    assert found.company is None
    assert any("does not know the organisation" in note for note in found.notices)
    assert job(1)["org_id"] in str(found)


def test_a_failing_organisation_leaves_the_page() -> None:
    """So it does where the look-up fails, and the next page tries again."""
    client, _ = client_of(small_data(3), Faults(overrides=[Override("orgs", {"error": "bad"}, status=400, times=1)]))
    first = client.get_job(job(1)["job_id"])
    assert first.company is None
    assert any("could not be looked up" in note and "bad" in note for note in first.notices)
    assert client.get_job(job(1)["job_id"]).company == "Company 1"


@pytest.mark.parametrize("told", [None, 7, "", " "])
def test_a_job_without_a_usable_organisation(told: Any) -> None:
    """Null, drifted or blank ids cost the name only."""
    client, _ = client_of(FaceData.of([job(1, org_id=told)]))
    assert client.get_job(job(1)["job_id"]).company is None


def test_another_record_than_asked_for_is_refused() -> None:
    """A server that answers with some other posting is not believed."""
    client, _ = client_of(FaceData.of([job(1)]), Faults(overrides=[Override("jobs", {"data": job(2)})]))
    with pytest.raises(bd.UnexpectedAnswerError, match="another record"):
        client.get_job(job(1)["job_id"])


# -- Job and Org as objects --------------------------------------------------------------------------------------------


@pytest.fixture
def spotify(sample: Client) -> bd.Job:
    """The real posting."""
    return sample.get_job(SPOTIFY_ID)


def test_fields_are_attributes(spotify: bd.Job) -> None:
    """By attribute or by name, null as None; completed by dir(); a typo names the nearest."""
    assert (spotify.city, spotify["city"], spotify.salary_min) == ("New York", "New York", None)
    assert {"job_id", "salary_min", "native_structured", "save", "frame"} <= set(dir(spotify))
    with pytest.raises(AttributeError, match="Did you mean 'salary_min'"):
        _ = spotify.salary_mini
    with pytest.raises(bd.InvalidRequestError, match="Did you mean 'title'"):
        spotify["titel"]
    with pytest.raises(bd.InvalidRequestError, match="no field 0"):
        spotify[0]  # type: ignore[index]
    assert not hasattr(spotify, "_private")


def test_missing_and_unknown_fields(sample: Client) -> None:
    """A field the record lacks is None; one the contract does not know is there by its name."""
    client, _ = client_of(FaceData.of([{"job_id": job(1)["job_id"], "perks": ["bike"]}]))
    found = client.get_job(job(1)["job_id"])
    assert (found.title, found.perks, found["perks"]) == (None, ["bike"], ["bike"])


def test_record_is_a_copy(spotify: bd.Job) -> None:
    """Changing what `record` returns changes nothing."""
    spotify.record["native_structured"].clear()
    spotify.record["title"] = "x"
    assert spotify.native_structured
    assert spotify.record["title"] == spotify.title != "x"


def test_jobs_copy_and_pickle(spotify: bd.Job) -> None:
    """A job survives both, page included."""
    for twin in (copy.copy(spotify), copy.deepcopy(spotify), pickle.loads(pickle.dumps(spotify))):
        assert (twin.record, str(twin)) == (spotify.record, str(spotify))


def test_frame_is_one_typed_row(sample: Client, spotify: bd.Job) -> None:
    """frame() gives the record with the columns, dtypes and values of a search."""
    frame = spotify.frame()
    searched = sample.search_jobs(columns="all", description=True, limit=None, provider="lever")
    same = searched[searched["job_id"] == SPOTIFY_ID].reset_index(drop=True)
    pd.testing.assert_frame_equal(frame, same)


def test_save_by_ending(spotify: bd.Job, tmp_path: Path) -> None:
    """HTML stands alone, text is what print shows, JSON holds the record; other endings are refused."""
    html = spotify.save(tmp_path / "a.html").read_text(encoding="utf-8")
    assert html.lstrip().lower().startswith("<!doctype html>")
    assert spotify.save(str(tmp_path / "a.TXT")).read_text(encoding="utf-8") == str(spotify) + "\n"
    saved = spotify.save(tmp_path / "a.json")
    assert json.loads(saved.read_text(encoding="utf-8")) == {"data": spotify.record}
    frame = bd.read_jobs(saved)
    assert frame["job_id"].tolist() == [SPOTIFY_ID]
    for name in ("a.pdf", "a"):
        with pytest.raises(bd.InvalidRequestError, match=r"Use \.html, \.txt or \.json"):
            spotify.save(tmp_path / name)
    assert not (tmp_path / "a.pdf").exists()


def test_showing_sends_nothing(face: FaceApp, api: Client) -> None:
    """No display of a client, frame, card, job or organisation asks the backend anything."""
    frame = api.search_jobs(limit=3)
    found = api.get_job(SPOTIFY_ID)
    company = api.get_org(SPOTIFY_ORG)
    asked = len(face.log)
    for shown in (api, frame, bd.card(frame), found, company):
        assert repr(shown)
        assert str(shown)
        assert dir(shown)
        for name in ("_repr_html_", "_repr_mimebundle_"):
            if hasattr(shown, name):
                assert getattr(shown, name)()
    assert found.frame().shape[0] == 1
    assert len(face.log) == asked


def test_representations_name_the_record(api: Client, spotify: bd.Job) -> None:
    """A short repr with id and title; connecting sends nothing."""
    assert repr(spotify).startswith(f"<Job {SPOTIFY_ID}: '")
    assert "Spotify" in repr(spotify)
    assert repr(api) == "<Client: bluedoor Job Postings API at http://face.test/job-postings/v1>"


def test_get_org(sample: Client, api: Client, face: FaceApp) -> None:
    """One organisation, by attributes, remembered by the client."""
    for client in (sample, api):
        found = client.get_org(f" {SPOTIFY_ORG.upper()} ")
        assert (found.name, found.org_id, repr(found)) == ("Spotify", SPOTIFY_ORG, f"<Org {SPOTIFY_ORG}: 'Spotify'>")
        assert found.record == face.data.orgs_by_id[SPOTIFY_ORG]
        assert "Spotify" in str(found)
        assert "Spotify" in found._repr_mimebundle_()["text/html"]
    api.get_org(SPOTIFY_ORG)
    assert len(face.log) == 1


def test_get_org_that_is_unknown(sample: Client, api: Client) -> None:
    """An unknown id is not found, also after a bulk look-up has met it."""
    for client in (sample, api):
        with pytest.raises(bd.NotFoundError):
            client.get_org(UUID)
    client, _ = client_of(FaceData.of([job(1, org_id=UUID)]))
    client.search_jobs(limit=1)
    with pytest.raises(bd.NotFoundError):
        client.get_org(UUID)


@pytest.mark.parametrize("thing", [SPOTIFY_ID, SPOTIFY_ORG[:-1], "", None, 7, [SPOTIFY_ORG], [SPOTIFY_ORG, UUID]])
def test_get_org_takes_one_id(api: Client, face: FaceApp, thing: Any) -> None:
    """Job ids, ids with a slip, lists and other things are refused before anything is sent."""
    with pytest.raises(bd.InvalidRequestError):
        api.get_org(thing)
    assert not face.log


def test_an_organisations_record_is_escaped() -> None:
    """Markup in a name is text."""
    client, _ = client_of(FaceData.of([job(0)], [org(0, display_name="<script>x</script>", news={"a": 1})]))
    found = client.get_org(org(0)["org_id"])
    assert "<script>" not in found._repr_mimebundle_()["text/html"]
    assert found.news == {"a": 1}


# -- job_events --------------------------------------------------------------------------------------------------------

EVENT_COLUMNS = [
    "observed_at", "event_type", "company", "field_name", "old_value", "new_value", "old_value_text", "new_value_text",
    "metadata", "provider",
    "org_id", "source_id", "board_id", "source_hash", "event_schema_version", "event_key", "unknown_fields",
    "event_id", "job_id",
]  # fmt: skip


def test_events_are_the_same_by_either_backend(sample: Client, api: Client, face: FaceApp) -> None:
    """Oldest first, with fixed columns and dtypes; nested values are JSON text."""
    count = {record["job_id"]: 0 for record in face.data.jobs}
    for entry in face.data.events:
        count[entry["job_id"]] = count.get(entry["job_id"], 0) + 1
    for job_id in sorted(count, key=lambda name: -count[name])[:5]:
        frame = sample.job_events(job_id)
        pd.testing.assert_frame_equal(api.job_events(job_id), frame)
        assert list(frame.columns) == EVENT_COLUMNS
        assert str(frame["observed_at"].dtype) == "datetime64[us, UTC]"
        assert frame["observed_at"].is_monotonic_increasing
        sent = {entry["event_id"]: entry for entry in face.data.events if entry["job_id"] == job_id}
        assert set(frame["event_id"]) == set(sent)
        for row in frame.itertuples():
            for name in ("old_value", "new_value", "metadata"):
                told = getattr(row, name)
                assert (None if pd.isna(told) else json.loads(told)) == sent[str(row.event_id)][name]
        card = bd.card(frame)
        assert (card["kind"], card["complete"], card["reason"]) == ("events", True, "all events")


def test_a_posting_without_events_is_an_empty_frame() -> None:
    """Known, but without events: no rows, all columns."""
    client, _ = client_of(FaceData.of([job(1)]))
    frame = client.job_events(job(1)["job_id"])
    assert (len(frame), list(frame.columns)) == (0, EVENT_COLUMNS)


def test_events_beyond_the_limit(sample: Client, api: Client, face: FaceApp) -> None:
    """Both backends give the newest, oldest first, and the card says that there may be more."""
    names = [entry["job_id"] for entry in face.data.events]
    job_id = max(sorted(set(names)), key=names.count)
    assert names.count(job_id) > 2
    for client in (sample, api):
        whole, cut = client.job_events(job_id), client.job_events(job_id, limit=2)
        pd.testing.assert_frame_equal(cut, whole.tail(2).reset_index(drop=True))
        assert (bd.card(cut)["complete"], bd.card(cut)["reason"]) == (False, "limit")


def test_a_default_limit_that_cuts_events_is_announced() -> None:
    """More events than anyone expected: said, since nobody asked for the cut."""
    one = job(1)
    client, _ = client_of(FaceData.of([one], events=[event(number, one) for number in range(120)]))
    with pytest.warns(bd.ResultCutWarning, match="100 events"):
        frame = client.job_events(one["job_id"])
    assert len(frame) == 100
    assert not bd.card(frame)["complete"]


def test_drifted_and_unknown_fields_of_events() -> None:
    """As in a search: the value is lost to its column, kept beside, counted and announced."""
    one = job(1)
    drifted = event(1, one, event_type=5, event_schema_version="2.1", mood="new")
    client, _ = client_of(FaceData.of([one], events=[drifted]))
    with pytest.warns(bd.DriftWarning, match="event_type: 1"):
        frame = client.job_events(one["job_id"])
    assert json.loads(frame.loc[0, "unknown_fields"]) == {"event_type": 5, "mood": "new"}  # type: ignore[arg-type]
    assert frame.loc[0, "event_schema_version"] == '"2.1"'
    assert bd.card(frame)["unknown_fields"] == ["mood"]


# -- facets ------------------------------------------------------------------------------------------------------------

FIELDS = {
    "country": "country", "region": "region", "city": "city", "department": "department",
    "employment_type": "employment_type", "workplace_type": "workplace_type", "remote_policy": "remote_policy",
    "ats_provider": "provider",
}  # fmt: skip


@pytest.mark.parametrize(("field", "column"), FIELDS.items())
def test_facets_count_what_a_search_finds(sample: Client, api: Client, field: str, column: str) -> None:
    """Counts equal pandas' own over the same search; commonest first, by either backend."""
    found = sample.search_jobs("manager", limit=None, status=None, columns=[column])[column].dropna()
    expected = found.value_counts()
    frame = sample.facets(field, q="manager", status=None)
    pd.testing.assert_frame_equal(api.facets(field, q="manager", status=None), frame)
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == {
        "value": "str", "count": "int64", "share": "float64",
    }  # fmt: skip
    assert frame["count"].is_monotonic_decreasing
    assert len(frame) == min(len(expected), 100)
    for row in frame.to_dict("records"):
        assert expected[row["value"]] == row["count"]
        assert row["share"] == pytest.approx(row["count"] / frame["count"].sum())


def test_shares_sum_to_one_where_every_value_is_there(sample: Client) -> None:
    """Of the postings that have a value."""
    frame = sample.facets("workplace_type")
    assert frame["share"].sum() == pytest.approx(1)
    known = sample.search_jobs(limit=None, columns=["workplace_type"])["workplace_type"].notna().sum()
    assert frame["count"].sum() == known
    card = bd.card(frame)
    assert (card["complete"], card["reason"], card["kind"]) == (True, "all values", "facets")
    assert any(f"{known:,} postings with any workplace_type" in note for note in card["notes"])


def test_a_limit_cuts_the_list_not_the_shares(sample: Client, api: Client) -> None:
    """Few values are shown with the shares they have among all."""
    for client in (sample, api):
        whole, few = client.facets("country"), client.facets("country", limit=3)
        pd.testing.assert_frame_equal(few, whole.head(3))
        assert (bd.card(few)["complete"], bd.card(few)["reason"]) == (False, "the 3 commonest values")


def test_more_values_than_the_backend_counts(sample: Client, api: Client) -> None:
    """Where the backend stops at its limit, the card says of what the shares are."""
    for client in (sample, api):
        card = bd.card(client.facets("city", status=None))
        assert (card["rows"], card["complete"]) == (100, False)
        assert any("one of the 100 commonest values of city" in note for note in card["notes"])


def test_facets_of_nothing(sample: Client, api: Client) -> None:
    """No match, no rows, the same columns and dtypes."""
    for client in (sample, api):
        frame = client.facets("country", q="zzzznothing")
        assert {name: str(kind) for name, kind in frame.dtypes.items()} == {
            "value": "str", "count": "int64", "share": "float64",
        }  # fmt: skip
        assert (len(frame), bd.card(frame)["complete"]) == (0, True)


def test_counts_of_zero_have_no_share() -> None:
    """A server that lists values nobody has breaks nothing."""
    nothing = Override("facets", {"data": [{"value": "Mars", "count": 0}], "meta": {"limit": 100}})
    client, _ = client_of(small_data(3), Faults(overrides=[nothing]))
    frame = client.facets("country")
    assert frame["count"].tolist() == [0]
    assert frame["share"].isna().all()


@pytest.mark.parametrize(
    ("field", "near"),
    [("contry", "country"), ("provider", "ats_provider"), ("workplace", "workplace_type"), ("City", "city")],
)
def test_a_misspelt_field(api: Client, face: FaceApp, field: str, near: str) -> None:
    """An unknown field names the nearest and all that are known; nothing is sent."""
    with pytest.raises(bd.InvalidRequestError, match=rf"Did you mean '{near}'\? Known: country, region") as caught:
        api.facets(field)
    assert "ats_provider" in str(caught.value)
    assert not face.log


@pytest.mark.parametrize("field", [None, 7, ["city"], {"city": 1}, ""])
def test_a_field_that_is_none(api: Client, field: Any) -> None:
    """Anything that is no field's name is refused."""
    with pytest.raises(bd.InvalidRequestError, match="not a field"):
        api.facets(field)


@pytest.mark.parametrize("name", ["description", "columns", "cursor"])
def test_arguments_of_a_search_are_none_of_facets(api: Client, name: str) -> None:
    """Counting takes filters, not what shapes rows; the error says where the argument belongs."""
    with pytest.raises(bd.InvalidRequestError, match=f"no argument '{name}'.*search_jobs"):
        api.facets("country", **{name: None})  # type: ignore[arg-type]


SEED_ID = "76a82054d2c45c7b4c4f9ca9915c4b03b7a5b303"
SEED_URL = "https://jobs.lever.co/spotify/76458bae-8a16-4c42-8780-f9452206f0e0"


def test_events_that_the_server_cuts_are_not_called_all(api: Client, face: FaceApp) -> None:
    """A limit of the server's own, lower than the one asked for, makes the answer incomplete, and is said."""
    job_id = face.data.jobs[0]["job_id"]
    events = [event for event in face.data.events if event["job_id"] == job_id][:1]
    face.faults.overrides.append(Override("/events", {"data": events, "meta": {"count": 1, "limit": 1}}))
    with pytest.warns(bd.ResultCutWarning, match="more than these 1"):
        frame = api.job_events(job_id, limit=100)
    assert (bd.card(frame)["complete"], bd.card(frame)["reason"]) == (False, "limit")


def test_the_card_of_events_names_the_posting(sample: Client) -> None:
    """The posting as asked for and as applied; a `Job` does as well as its id."""
    job = sample.get_job(SEED_URL)
    for asked in (job, SEED_URL):
        card = bd.card(sample.job_events(asked))
        assert card["applied"] == {"job_id": SEED_ID}
    assert card["asked"] == {"job": SEED_URL}


@pytest.mark.parametrize("limit", [101, 500])
def test_a_limit_beyond_one_answer_is_refused_before_it_is_sent(api: Client, face: FaceApp, limit: int) -> None:
    """Events and facets come in one answer of at most 100; more is an error, on any backend."""
    with pytest.raises(bd.InvalidRequestError, match="more than the API gives"):
        api.job_events(SEED_ID, limit=limit)
    with pytest.raises(bd.InvalidRequestError, match="more than the API gives"):
        api.facets("city", limit=limit)
    assert not face.log


def test_facets_with_a_bucket_of_nulls(api: Client, face: FaceApp) -> None:
    """Postings without a value are in no share and no row; the card says how many they are."""
    counts = [{"value": None, "count": 300}, {"value": "Berlin", "count": 75}, {"value": "berlin", "count": 25}]
    face.faults.overrides.append(Override("jobs/facets", {"data": counts, "meta": {"limit": 100, "count": 3}}))
    frame = api.facets("city")
    assert frame["value"].tolist() == ["Berlin", "berlin"]
    assert frame["share"].tolist() == [0.75, 0.25]
    notes = " ".join(bd.card(frame)["notes"])
    assert "the 300 without one are in no share" in notes
    assert "differ only in case" in notes


def test_facets_of_a_server_that_states_no_limit_are_not_called_all(api: Client, face: FaceApp) -> None:
    """Without a stated limit nobody knows whether the list was cut."""
    counts = [{"value": f"City {number}", "count": 50 - number} for number in range(50)]
    face.faults.overrides.append(Override("jobs/facets", {"data": counts, "meta": {}}))
    card = bd.card(api.facets("city"))
    assert card["complete"] is False
    assert "states no limit" in card["reason"]


def test_a_page_of_the_sample_does_not_claim_to_come_from_the_api(sample: Client, api: Client, face: FaceApp) -> None:
    """The page says what it was rendered from; only the API's own says that its requests give it again."""
    job_id = face.data.jobs[0]["job_id"]
    assert "Rendered from the synthetic sample" in str(sample.get_job(job_id))
    assert "Rendered from the bluedoor Job Postings API. Reproduce it:" in str(api.get_job(job_id))
