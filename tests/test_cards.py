"""The answer card: small JSON that knows its rows, reproduces its call, keeps no key; and the accessor."""

from __future__ import annotations

import ast
import json
import pickle
import re
import shlex
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bluedoor_tools as bd
from bluedoor_tools import contract
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


def test_a_card_is_a_copy(sample: Client) -> None:
    """Changing what a card holds changes neither the frame nor its other cards."""
    frame = sample.search_jobs("nurse", limit=2)
    bd.card(frame)["notes"].append("9,999 jobs")
    bd.card(frame)["applied"]["q"] = "baker"
    frame.bluedoor.card["backend"]["label"] = "x"
    assert "9,999 jobs" not in str(bd.card(frame))
    assert bd.card(frame)["applied"]["q"] == "nurse"
    assert bd.card(frame)["backend"]["label"] != "x"


def test_foreign_text_forges_no_line_of_a_card() -> None:
    """A field's name with escapes and line ends in it is a part of one printable line, and so is a repr."""
    data = small_data(3)
    data.jobs[1]["x\x1b[31m\nanswer  9,999 jobs; complete\u202e\u2028"] = 1
    client, _ = client_of(data)
    frame = client.search_jobs(status=None, limit=3)
    frame.attrs["bluedoor"]["reason"] = "limit)\n\x1b[2J"
    card = bd.card(frame)
    labels = [line.split()[0] for line in str(card).split("\n")]
    assert labels.count("answer") == 1
    assert all(line.isprintable() for line in str(card).split("\n"))
    assert "answer  9,999 jobs; complete" in str(card)
    assert repr(card).isprintable()
    assert not set("\x1b\u202e\u2028") & set(card._repr_html_())


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


def test_a_derived_frame_says_that_it_is_one(jobs: pd.DataFrame) -> None:
    """The code asks for the answer, which is not the frame's rows, and a comment says so; otherwise there is none."""
    part = jobs[jobs["title"] != jobs.loc[0, "title"]]
    for how in ("python", "curl"):
        whole = jobs.bluedoor.reproduce(how)
        said = f"# the frame's rows are derived from this answer: {len(part)} rows, derived from 40 rows"
        assert part.bluedoor.reproduce(how) == f"{whole}\n{said}"
        assert "derived" not in whole
    pd.testing.assert_frame_equal(run(part.bluedoor.reproduce()), jobs)


def test_the_python_code_of_a_breakdown(jobs: pd.DataFrame) -> None:
    """It counts again, of a breakdown of a breakdown, too; what cannot be asked again is said."""
    counts = jobs.bluedoor.breakdown("city")
    assert counts.bluedoor.reproduce().endswith(".search_jobs('engineer', limit=40).bluedoor.breakdown('city')")
    pd.testing.assert_frame_equal(run(counts.bluedoor.reproduce()), counts)
    twice = counts.bluedoor.breakdown("count")
    pd.testing.assert_frame_equal(run(twice.bluedoor.reproduce()), twice)
    assert "# the frame counts the rows of this answer: .bluedoor.breakdown('city')" in counts.bluedoor.reproduce(
        "curl"
    )
    assert "derived" not in counts.bluedoor.reproduce()
    of_part = jobs.head(10).bluedoor.breakdown("city")
    for how in ("python", "curl"):
        assert of_part.bluedoor.reproduce(how).endswith(
            "\n# the counts are of 10 rows that were derived from this answer"
        )


def test_curl_of_a_continued_load_of_the_sample(sample: Client, api: Client) -> None:
    """The API knows no cursor of the sample: curl asks for the first page, and says so instead of "the same"."""
    for client, says in ((sample, True), (api, False)):
        first = client.search_jobs(limit=3)
        rest = client.search_jobs(limit=3, cursor=bd.card(first)["next_cursor"])
        assert "after a cursor" not in first.bluedoor.reproduce("curl")
        command = rest.bluedoor.reproduce("curl")
        assert ("asks for the first page; these rows came after a cursor of the synthetic sample" in command) is says
        assert "the same call to the live API" not in command


def hostile(frame: pd.DataFrame, **changes: Any) -> pd.DataFrame:
    """The frame with other entries on its card, as pandas would read them from a stranger's Parquet file."""
    frame = frame.copy()
    frame.attrs["bluedoor"].update(changes)
    return frame


ATTACK = "x'\nimport os; touch X #\u2028\x1b[2J"


@pytest.mark.parametrize(
    "call",
    [
        {"function": ATTACK, "first": None, "arguments": {}},
        {"function": "search_jobs", "first": None, "arguments": {ATTACK: 1}},
        {"function": "search_jobs", "first": None, "arguments": {"os": 1}},
        {"function": "search_jobs", "first": [1], "arguments": {}},
        {"function": ["search_jobs"], "first": None, "arguments": {}},
        {"function": "search_jobs", "first": "q", "arguments": {"q": {"a": 1}}},
        {"function": "search_jobs", "first": None, "arguments": {"org_ids": {"many": ATTACK, "first": []}}},
        {"function": "search_jobs", "first": None, "arguments": {"org_ids": {"many": 3, "first": [[ATTACK]]}}},
        {"function": "read_jobs", "first": "path", "arguments": {}},
        {},
        None,
    ],
)
def test_a_call_that_is_none_of_the_library_is_not_written_out(jobs: pd.DataFrame, call: Any) -> None:
    """Names of a card's call are the library's and its values plain, or nothing is written."""
    for how in ("python", "curl"):
        with pytest.raises(bd.InvalidRequestError, match="no call of this library"):
            hostile(jobs, call=call).bluedoor.reproduce(how)


def test_whatever_a_card_says_its_code_is_inert(jobs: pd.DataFrame) -> None:
    """Every value is quoted and every comment one printable line, wherever the card comes from."""
    many = {"many": 3, "first": [ATTACK]}
    frame = hostile(
        jobs.head(2),
        reason=ATTACK,
        backend={"name": "n", "label": ATTACK, "base_url": f"https://x.test/{ATTACK}", "connect": ATTACK,
                 "sends_key": False},
        call={"function": "search_jobs", "first": "q", "arguments": {"q": ATTACK, "org_ids": many, "cursor": ATTACK},
              "breakdown": [ATTACK], "of_rows": ATTACK},
        request={"method": f"POST; {ATTACK}", "path": ATTACK, "parameters": {ATTACK: ATTACK, "org_ids": many},
                 "body": {ATTACK: ATTACK}},
    )  # fmt: skip
    code, command = frame.bluedoor.reproduce(), frame.bluedoor.reproduce("curl")
    assert all(line.isprintable() for text in (code, command) for line in text.split("\n"))
    statements = ast.parse(code).body
    assert [type(statement) for statement in statements] == [ast.Import, ast.Assign]
    names = {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}
    assert names == {"bd", "df", "org_ids"}
    first, *comments = command.split("\n")
    assert all(line.startswith("# ") for line in comments)
    words = shlex.split(first)
    assert words[:2] == ["curl", "-X"]
    assert words[2].startswith("POST; ")
    assert words[3] == "--fail-with-body"
    assert words[4].startswith("https://x.test/")
    assert [word for word in words[5:] if word.startswith("-")] == ["-H", "-d"]
    assert len(words) == 9


def test_the_key_is_shown_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Card, representations and code never hold the key; curl names the variable it is kept in, and works with it."""
    client, face = client_of(small_data(30), api_key=VALID_KEY)
    monkeypatch.setenv("BLUEDOOR_API_URL", client.backend.base_url)
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


def test_breakdown_says_when_its_rows_were_answered(api: Client, tmp_path: Path) -> None:
    """Counts are of an answer as old as the frame's; of a saved answer nobody knows."""
    frame = api.search_jobs(limit=150)
    frame.attrs["bluedoor"]["answered_at"] = "2026-01-02T03:04:05Z"
    counts = frame.bluedoor.breakdown("country")
    assert (bd.card(counts)["answered_at"], bd.card(counts)["pages"]) == ("2026-01-02T03:04:05Z", 2)
    assert "answered   2026-01-02T03:04:05Z, 2 pages" in str(bd.card(counts))
    saved = bd.read_jobs(bd.save(frame, tmp_path / "jobs.csv")).bluedoor.breakdown("country")
    assert "answered   unknown" in str(bd.card(saved))
    assert saved.bluedoor.reproduce().endswith("jobs.csv').bluedoor.breakdown('country')")


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


# -- single records ----------------------------------------------------------------------------------------------------


def record_of(client: Client, origin: bool, **changes: Any) -> bd.Job:
    """The first posting as a Job; with an origin as the client gives it, or without one."""
    frame = client.search_jobs(limit=1)
    job_id = str(frame.loc[0, "job_id"])
    given = {
        "backend": bd.card(frame)["backend"],
        "clock": bd.card(frame)["clock"],
        "request": {"method": "GET", "path": f"/jobs/{job_id}", "parameters": {"include": "description"}, "body": None},
        "call": {"function": "get_job", "first": "job", "arguments": {"job": job_id}},
    }
    return bd.Job(
        {**client.get_job(job_id).record, **changes},
        company="Acme",
        api_url=FACE_URL,
        notices=("a notice",),
        origin=given if origin else None,
    )


def test_the_frame_of_a_job_has_a_card(sample: Client, api: Client, face: FaceApp) -> None:
    """It says where the record comes from, repeats its notices, and asks for it again."""
    job = record_of(sample, origin=True)
    frame = job.frame()
    card = bd.card(frame)
    assert (card["kind"], card["rows"], card["total"], card["complete"]) == ("jobs", 1, 1, True)
    assert (card["backend"]["name"], card["pages"], card["notes"]) == ("sample", 1, ["a notice"])
    assert card["answered_at"]
    assert "1 job, of 1 matching; complete (one record)" in str(card)
    assert run(frame.bluedoor.reproduce())["job_id"].tolist() == [job.job_id]
    asked = record_of(api, origin=True).frame()
    assert send(asked.bluedoor.reproduce("curl"), face)["data"]["job_id"] == asked.loc[0, "job_id"]


def test_the_frame_of_a_job_of_unknown_origin(sample: Client) -> None:
    """A Job made from a record says that it is one record, and nothing of what would ask it again."""
    frame = record_of(sample, origin=False).frame()
    assert "one record" in str(bd.card(frame))
    assert bd.card(frame)["answered_at"] is None
    with pytest.raises(bd.InvalidRequestError, match="is not known"):
        frame.bluedoor.reproduce()


def test_the_frame_of_a_job_says_its_drift(sample: Client) -> None:
    """Values of a wrong type and new fields are told as of any answer."""
    job = record_of(sample, origin=True, salary_min="much", perks=["bike"])
    with pytest.warns(bd.DriftWarning, match="salary_min: 1"):
        frame = job.frame()
    assert bd.card(frame)["drift"] == {"salary_min": 1}
    assert "perks" in bd.card(frame)["unknown_fields"]


def test_a_job_is_a_mapping(sample: Client) -> None:
    """By name as any mapping: the contract's fields, then the record's own; an unknown name is a KeyError."""
    job = record_of(sample, origin=False, perks=["bike"])
    fields = [field.name for field in contract.JOB_FIELDS]
    assert isinstance(job, Mapping)
    assert list(job) == [*fields, "perks"]
    assert len(job) == len(fields) + 1
    assert dict(job) == {**dict.fromkeys(fields), **job.record}
    assert "title" in job
    assert "titel" not in job
    assert (job.get("titel"), job.get("title")) == (None, job.title)
    with pytest.raises(KeyError) as caught:
        job["titel"]
    assert "Did you mean 'title'" in str(caught.value)
    assert isinstance(caught.value, bd.InvalidRequestError)
    assert isinstance(pickle.loads(pickle.dumps(caught.value)), KeyError)
    org = bd.Org({"org_id": "x", "display_name": "Acme"})
    assert dict(org)["display_name"] == "Acme"


def test_records_are_equal_to_themselves_only(sample: Client) -> None:
    """Two look-ups are two objects, as before, and fit into a set; their records compare by content."""
    one, two = record_of(sample, origin=False), record_of(sample, origin=False)
    assert one != two
    assert one != dict(one)
    assert len({one, two, one}) == 2
    assert one.record == two.record


def test_a_record_prints_one_line_a_field() -> None:
    """Names and values of an organisation's fields, and its notices, forge no line and drive no terminal."""
    evil = "x\x1b[31m\nCompany          Acme\u202e"
    org = bd.Org({"org_id": evil, "display_name": evil, evil: evil}, notices=(evil,))
    lines = str(org).split("\n")
    assert all(line.isprintable() for line in lines)
    assert not [line for line in lines if re.match("Company +Acme", line)]
    assert repr(org).isprintable()
