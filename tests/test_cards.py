"""The answer card: small JSON that knows its rows, reproduces its call, keeps no key; and the accessor."""

from __future__ import annotations

import json
import pickle
import shlex
import uuid
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bluedoor_tools as bd
from bluedoor_tools.client import Client
from tests.api_face import VALID_KEY, FaceApp, Faults, InProcessTransport
from tests.api_face.examples import small_data
from tests.clients import FACE_URL, client_of

SPOTIFY = "https://jobs.lever.co/spotify/76458bae-8a16-4c42-8780-f9452206f0e0"
LARGEST = 6_000  # bytes of a card


def size(frame: pd.DataFrame) -> int:
    """Bytes of the card as JSON."""
    return len(json.dumps(frame.attrs["bluedoor"]).encode())


def run(code: str) -> pd.DataFrame:
    """The frame `df` that Python code makes."""
    names: dict[str, Any] = {}
    exec(code, names)
    frame = names["df"]
    assert isinstance(frame, pd.DataFrame)
    return frame


def send(command: str, face: FaceApp, key: str = "") -> Any:
    """What the face answers to a curl command, read as a shell would read it."""
    words = shlex.split(command.replace("$BLUEDOOR_API_KEY", key), comments=True)
    assert words.pop(0) == "curl"
    method, body, url, headers = "GET", None, "", {}
    while words:
        match words.pop(0):
            case "--fail-with-body":
                pass
            case "-X":
                method = words.pop(0)
            case "-d":
                body = words.pop(0)
            case "-H":
                name, _, value = words.pop(0).partition(": ")
                headers[name] = value
            case word:
                url = word
    with httpx.Client(transport=InProcessTransport(face)) as client:
        return client.request(method, url, content=body, headers=headers).raise_for_status().json()


# -- what stands on it -------------------------------------------------------------------------------------------------


def test_a_card_says_what_was_asked_and_how_far_the_answer_goes(sample: Client) -> None:
    """Backend, clock, filters asked and applied, rows, total, completeness with its reason, time, request."""
    frame = sample.search_jobs("engineer", workplace_type="Remote", posted_after="90d", limit=5)
    card = bd.card(frame)
    assert card["asked"] == {
        "q": "engineer", "workplace_type": "Remote", "posted_after": "90d", "status": "active",
    }  # fmt: skip
    assert card["applied"]["workplace_type"] == "remote"
    assert card["applied"]["posted_after"].endswith("Z")
    everything = len(sample.search_jobs("engineer", workplace_type="remote", posted_after="90d", limit=None))
    assert (card["rows"], card["total"], card["complete"], card["reason"]) == (5, everything, False, "limit")
    assert (card["kind"], card["derived"], card["pages"], card["drift"]) == ("jobs", False, 1, {})
    assert card["backend"]["name"] == "sample"
    assert "synthetic sample" in card["backend"]["label"]
    assert any("synthetic sample" in note for note in card["notes"])
    said = str(card)
    for words in (f"5 jobs, of {everything:,} matching; not complete (limit)", "q=engineer", card["clock"], "cursor="):
        assert words in said
    assert repr(card).startswith("<Card: 5 jobs, ")
    assert "<table" in card._repr_html_()


def test_a_card_is_a_mapping(sample: Client) -> None:
    """It reads like a dict, and cannot be written to."""
    card = bd.card(sample.search_jobs(limit=1))
    assert dict(card).keys() == set(card)
    assert len(card) == len(list(card))
    with pytest.raises(TypeError):
        card["total"] = 7  # type: ignore[index]


def test_a_card_escapes_what_it_shows(sample: Client) -> None:
    """A filter with markup in it is shown as text."""
    shown = bd.card(sample.search_jobs("<b>x</b>", limit=1))._repr_html_()
    assert "<b>" not in shown
    assert "&lt;b&gt;" in shown


def test_cards_of_every_kind_are_json(sample: Client, api: Client) -> None:
    """Every function's frame carries a card that is JSON."""
    for client in (sample, api):
        for kind, frame in {
            "jobs": client.search_jobs(limit=2),
            "events": client.job_events(SPOTIFY),
            "facets": client.facets("country"),
            "values": client.search_jobs(limit=30).bluedoor.breakdown("country"),
        }.items():
            entries = frame.attrs["bluedoor"]
            assert json.loads(json.dumps(entries)) == entries
            assert (entries["kind"], entries["rows"]) == (kind, len(frame))


# -- its size ----------------------------------------------------------------------------------------------------------


def test_a_card_stays_small_however_long_the_load(sample: Client, api: Client) -> None:
    """Thousands of rows over dozens of pages make no larger card than one."""
    for client in (sample, api):
        frame = client.search_jobs(status=None, limit=None, columns="all")
        assert len(frame) > 1_000
        assert size(frame) < LARGEST


@pytest.mark.parametrize("count", [1, 10, 11, 40, 41, 60, 5000])
def test_a_card_stays_small_however_many_ids(sample: Client, api: Client, count: int) -> None:
    """Of a long list of ids it keeps the number and the first few, wherever they stand."""
    wanted = [str(uuid.UUID(int=number)) for number in range(count)]
    for client in (sample, api):
        frame = client.search_jobs(org_ids=wanted, limit=None, status=None)
        assert size(frame) < LARGEST
        applied = bd.card(frame)["applied"]["org_ids"]
        assert applied == (wanted if count <= 10 else {"many": count, "first": wanted[:3]})


def test_a_card_names_few_of_many_unknown_fields() -> None:
    """Unknown names, however many and long, do not swell the card."""
    data = small_data(3)
    for number in range(60):
        data.jobs[1][f"field-{number:03}-" + "x" * 500] = number
    client, _ = client_of(data)
    frame = client.search_jobs(status=None, limit=3)
    assert len(json.loads(str(frame.loc[1, "unknown_fields"]))) == 60
    assert size(frame) < LARGEST
    assert bd.card(frame)["unknown_fields"][0].startswith("field-000-x")


# -- whose rows --------------------------------------------------------------------------------------------------------


@pytest.fixture
def jobs(sample: Client) -> pd.DataFrame:
    """A frame with a card to derive from."""
    return sample.search_jobs("engineer", limit=40)


SAME = {
    "sorted": lambda f: f.sort_values("title"),
    "reversed": lambda f: f.iloc[::-1].reset_index(drop=True),
    "fewer columns": lambda f: f[["job_id", "title"]],
    "another column": lambda f: f.assign(length=f["title"].str.len()),
    "another index": lambda f: f.set_index("title"),
    "copied": lambda f: f.copy(),
    "everything kept": lambda f: f[f["job_id"].notna()],
}
OTHERS = {
    "filtered": lambda f: f[f["title"] != f.loc[0, "title"]],
    "head": lambda f: f.head(3),
    "emptied": lambda f: f.iloc[:0],
    "duplicated": lambda f: f.loc[[0, *range(len(f))]],
    "one for another": lambda f: f.iloc[[0, 0, *range(2, len(f))]],
    "exploded": lambda f: f.assign(word=f["title"].str.split()).explode("word"),
    "appended": lambda f: pd.concat([f, f.iloc[:0], f]),
    "merged": lambda f: f.merge(f[["country"]], on="country"),
    "without its ids": lambda f: f[["title"]],
    "ids changed": lambda f: f.assign(job_id=f["job_id"].str.upper()),
}


@pytest.mark.parametrize("change", SAME.values(), ids=SAME)
def test_the_same_rows_keep_their_card(jobs: pd.DataFrame, change: Any) -> None:
    """Other order, other columns: the rows are still the answer's, and the card says all it said."""
    assert dict(bd.card(change(jobs))) == dict(bd.card(jobs))


@pytest.mark.parametrize("change", OTHERS.values(), ids=OTHERS)
def test_other_rows_make_a_derived_card(jobs: pd.DataFrame, change: Any) -> None:
    """Filtered, appended, duplicated, merged: the card says "derived" and claims no total."""
    frame = change(jobs)
    card = bd.card(frame)
    assert (card["derived"], card["rows"]) == (True, len(frame))
    assert [card[name] for name in ("total", "capped", "complete", "next_cursor")] == [None] * 4
    assert "derived from 40 rows: claims no total" in str(card)
    assert "cursor=" not in str(card)
    assert card["applied"] == bd.card(jobs)["applied"]
    assert not bd.card(jobs)["derived"]


@settings(max_examples=40)
@given(st.data())
def test_exactly_the_same_rows_are_not_derived(data: st.DataObject) -> None:
    """Any selection of rows is derived unless it holds each row once, in whatever order."""
    client, _ = client_of(small_data(6))
    frame = client.search_jobs(status=None, limit=6, columns=["job_id"])
    chosen = data.draw(st.permutations(range(6)) | st.lists(st.integers(0, 5), max_size=8))
    assert bd.card(frame.iloc[chosen])["derived"] is (sorted(chosen) != list(range(6)))


def test_events_are_told_apart(face: FaceApp, api: Client) -> None:
    """Events of one posting share its job_id: one in place of another is noticed all the same."""
    job_id = max(face.data.job_listing.by_id, key=lambda name: sum(e["job_id"] == name for e in face.data.events))
    events = api.job_events(job_id)
    assert len(events) > 1
    assert bd.card(events.iloc[[0] * len(events)])["derived"]
    assert not bd.card(events.iloc[::-1])["derived"]


@pytest.mark.parametrize(
    "lose",
    [
        lambda f: f.groupby("country").size().to_frame(),
        lambda f: pd.concat([f, f.assign(x=1).pipe(lambda g: pd.DataFrame(g.to_dict()))]),
        lambda f: pd.DataFrame({"a": [1]}),
        lambda f: f["title"],
        lambda f: None,
    ],
    ids=["groupby", "concat", "a stranger's", "a column", "nothing"],
)
def test_a_frame_without_a_card_says_why(jobs: pd.DataFrame, lose: Any) -> None:
    """Where pandas dropped the card, or there never was one, the error names the usual ways."""
    with pytest.raises(bd.InvalidRequestError, match=r"no answer card.*groupby and concat drop them"):
        bd.card(lose(jobs))


def test_an_attrs_entry_of_someone_else_is_no_card() -> None:
    """Something else under the same name is not taken for a card."""
    frame = pd.DataFrame({"a": [1]})
    frame.attrs["bluedoor"] = "blue"
    with pytest.raises(bd.InvalidRequestError, match="no answer card"):
        bd.card(frame)


def test_cards_survive_parquet_and_pickle(jobs: pd.DataFrame, tmp_path: Path) -> None:
    """A frame that was written and read again still has its card, and it fits."""
    jobs.to_parquet(tmp_path / "jobs.parquet")
    for again in (pd.read_parquet(tmp_path / "jobs.parquet"), pickle.loads(pickle.dumps(jobs))):
        assert dict(bd.card(again)) == dict(bd.card(jobs))
        assert dict(again.bluedoor.card) == dict(bd.card(jobs))


# -- reproducing -------------------------------------------------------------------------------------------------------

CALLS: dict[str, Any] = {
    "plain": lambda c: c.search_jobs(limit=7),
    "default": lambda c: c.search_jobs("nurse"),
    "any status": lambda c: c.search_jobs(status=None, limit=150),
    "all": lambda c: c.search_jobs(provider="ashby", limit=None),
    "filters": lambda c: c.search_jobs('it\'s "x" & y', status="expired", salary_exists=False, limit=3),
    "amounts": lambda c: c.search_jobs(salary_min=1000.5, salary_max=10**7, limit=3),
    "ages": lambda c: c.search_jobs(posted_after="90d", first_seen_before="12h", limit=9),
    "columns": lambda c: c.search_jobs(columns=["title", "job_id", "native_structured"], limit=4),
    "every column": lambda c: c.search_jobs(columns="all", limit=4),
    "text": lambda c: c.search_jobs(description=True, limit=4),
    "ids": lambda c: c.search_jobs(org_ids=c.search_jobs(limit=80)["org_id"].drop_duplicates().head(30), limit=None),
    "events": lambda c: c.job_events(SPOTIFY),
    "facets": lambda c: c.facets("country", q="engineer", status=None, limit=4),
    "facets, plain": lambda c: c.facets("ats_provider"),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_the_python_code_gives_the_same_frame(sample: Client, call: Any) -> None:
    """What reproduce() prints runs as it is, and its frame equals this one, card included."""
    frame = call(sample)
    again = run(frame.bluedoor.reproduce())
    pd.testing.assert_frame_equal(again, frame)
    for name in ("applied", "rows", "total", "complete", "reason", "next_cursor", "request", "call"):
        assert bd.card(again)[name] == bd.card(frame)[name], name


def test_the_python_code_of_a_continued_load(sample: Client) -> None:
    """A later piece is reproduced with its cursor, ages as the dates they stood for."""
    first = sample.search_jobs(posted_after="300d", limit=30)
    rest = sample.search_jobs(posted_after="300d", limit=50, cursor=bd.card(first)["next_cursor"])
    pd.testing.assert_frame_equal(run(rest.bluedoor.reproduce()), rest)


def test_the_python_code_of_each_page_of_a_walk(sample: Client) -> None:
    """A page of iter_jobs is reproduced as that page, the last and shorter one, too."""
    for page in sample.iter_jobs(limit=230):
        pd.testing.assert_frame_equal(run(page.bluedoor.reproduce()), page)


def test_the_python_code_connects_to_the_address_that_answered(
    socket_api: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of an API elsewhere, the code names that address."""
    frame = socket_api.search_jobs("nurse", limit=5)
    code = frame.bluedoor.reproduce()
    assert f"bd.connect({bd.card(frame)['backend']['base_url']!r})" in code
    opened: list[Client] = []

    def connect(where: str) -> Client:
        opened.append(real(where))
        return opened[-1]

    real = bd.connect
    monkeypatch.setattr(bd, "connect", connect)
    try:
        pd.testing.assert_frame_equal(run(code), frame)
    finally:
        opened[0].close()


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_the_curl_command_asks_the_same(face: FaceApp, api: Client, call: Any) -> None:
    """What reproduce("curl") prints, sent as a shell would, is answered with the rows of the frame (its first page)."""
    frame = call(api)
    answer = send(frame.bluedoor.reproduce("curl"), face)
    key = {"jobs": "job_id", "events": "event_id", "facets": "value"}[bd.card(frame)["kind"]]
    if key in frame:
        told = [record[key] for record in answer["data"]][: len(frame)]
        if key == "event_id":
            assert set(told) == set(frame[key])
        else:
            assert told == frame[key].tolist()[:100]
    assert answer["meta"].get("total_matching") == bd.card(frame)["total"]


def test_the_curl_command_of_a_post(face: FaceApp, api: Client) -> None:
    """A search sent by POST is reproduced with its body."""
    frame = api.search_jobs("nurse " + "x" * 4_000, limit=5)
    command = frame.bluedoor.reproduce("curl")
    assert "-X POST" in command
    assert [record["job_id"] for record in send(command, face)["data"]] == frame["job_id"].tolist()


def test_curl_says_what_it_cannot_say(sample: Client, api: Client) -> None:
    """Further pages, another origin of the rows, and long lists of ids are told in comments."""
    assert "meta.next_cursor" in api.search_jobs(limit=150).bluedoor.reproduce("curl")
    assert "meta.next_cursor" not in api.search_jobs(limit=50).bluedoor.reproduce("curl")
    assert "synthetic sample" in sample.search_jobs(limit=5).bluedoor.reproduce("curl")
    wanted = [str(uuid.UUID(int=number)) for number in range(300)]
    for client in (sample, api):
        frame = client.search_jobs(org_ids=wanted, limit=5)
        assert "# ORG_IDS stands for the 300 values asked for" in frame.bluedoor.reproduce("curl")
        code = frame.bluedoor.reproduce("python")
        assert "# org_ids stands for the 300 values asked for" in code
        assert "org_ids=org_ids" in code


def test_the_key_is_shown_nowhere() -> None:
    """Card, representations and code never hold the key; curl names the variable it is kept in, and works with it."""
    client, face = client_of(small_data(30), api_key=VALID_KEY)
    frame = client.search_jobs(status=None, limit=5)
    command = frame.bluedoor.reproduce("curl")
    assert '"Authorization: Bearer $BLUEDOOR_API_KEY"' in command
    assert [record["job_id"] for record in send(command, face, VALID_KEY)["data"]] == frame["job_id"].tolist()
    breakdown = frame.bluedoor.breakdown("city")
    places = [
        command, frame.bluedoor.reproduce(), json.dumps(frame.attrs), json.dumps(breakdown.attrs), repr(client),
        str(bd.card(frame)), bd.card(frame)._repr_html_(), str(client.get_job(str(frame.loc[0, "job_id"]))),
        repr(vars(client.backend)),
    ]  # fmt: skip
    assert not any(VALID_KEY in place for place in places)
    assert all(request.headers["authorization"] == f"Bearer {VALID_KEY}" for request in face.log)


def test_the_key_is_in_no_error() -> None:
    """Not even where the server echoes it."""
    faults = Faults(error_every=1, error_status=401)
    client, _ = client_of(small_data(3), faults, api_key="jobs_live_secret_1")
    with pytest.raises(bd.NotAuthorizedError) as caught:
        client.search_jobs(limit=1)
    error = caught.value
    assert "jobs_live_secret_1" not in f"{error!r} {error} {error.context}"


def test_without_a_key_curl_sends_none(api: Client) -> None:
    """Where no key was sent, none is shown."""
    command = api.search_jobs(limit=1).bluedoor.reproduce("curl")
    assert "Authorization" not in command
    assert FACE_URL in command


def test_reproduce_knows_two_ways(jobs: pd.DataFrame) -> None:
    """Any other way raises and names the two."""
    with pytest.raises(bd.InvalidRequestError, match="'python' or 'curl'"):
        jobs.bluedoor.reproduce("wget")


# -- the accessor ------------------------------------------------------------------------------------------------------


def test_the_accessor_is_there_on_frames_with_a_card_only(jobs: pd.DataFrame) -> None:
    """Elsewhere it is absent, as an attribute is, and says why."""
    assert dict(jobs.bluedoor.card) == dict(bd.card(jobs))
    with pytest.raises(AttributeError, match="no answer card"):
        _ = pd.DataFrame({"a": [1]}).bluedoor
    assert not hasattr(pd.DataFrame({"a": [1]}), "bluedoor")


@pytest.mark.parametrize("field", ["workplace_type", "country", "active", "salary_min", "company", "first_seen_at"])
def test_breakdown_counts_within_the_frame(sample: Client, face: FaceApp, field: str) -> None:
    """Its counts are pandas' own, missing values in a row of their own; shares are of the frame's rows."""
    frame = sample.search_jobs("engineer", limit=60)
    counts = frame.bluedoor.breakdown(field)
    assert {name: str(kind) for name, kind in counts.dtypes.items()} == {
        "value": "str", "count": "int64", "share": "float64",
    }  # fmt: skip
    expected = frame[field].astype("str").fillna("(missing)").value_counts()
    told = dict(zip(counts["value"].fillna("(missing)"), counts["count"], strict=True))
    assert told == expected.to_dict()
    assert counts["count"].is_monotonic_decreasing
    assert counts["share"].sum() == pytest.approx(1)
    assert bd.card(counts)["reason"] == "counted within 60 rows"


def test_breakdown_says_of_what_frame_it_counts(jobs: pd.DataFrame) -> None:
    """Counts within a part of the answer carry that part's words, and no total."""
    card = bd.card(jobs.head(10).bluedoor.breakdown("country"))
    assert card["total"] is None
    assert "derived from 40 rows" in card["notes"][-1]
    assert jobs.iloc[:0].bluedoor.breakdown("country").empty


def test_breakdown_of_no_such_column(jobs: pd.DataFrame) -> None:
    """A misspelt column raises and names the nearest."""
    with pytest.raises(bd.InvalidRequestError, match="Did you mean 'workplace_type'"):
        jobs.bluedoor.breakdown("workplacetype")


def test_nested_columns_are_decoded_on_request(sample: Client) -> None:
    """JSON text becomes Python objects, missing ones None, in the frame's order; other columns are refused."""
    jobs = sample.search_jobs(columns=["job_id", "title", "native_structured", "extensions"], limit=60)
    native = jobs.bluedoor.decoded("native_structured")
    assert native.dtype == object
    assert native.index.equals(jobs.index)
    for job_id, value in zip(jobs["job_id"], native, strict=True):
        assert value == sample.get_job(job_id).native_structured
    with pytest.raises(bd.InvalidRequestError, match="native_structured, extensions"):
        jobs.bluedoor.decoded("title")
    with pytest.raises(bd.InvalidRequestError, match="native_structured"):
        jobs.bluedoor.decoded("native_structure")
    events = sample.job_events(jobs["job_id"][0])
    assert events.bluedoor.decoded("metadata").map(type).isin([dict]).all()
