"""Nothing is lost: a load that stops keeps its rows, and resume goes on from there, here or in another process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest

import bluedoor_tools as bd
from bluedoor_tools.backends.api import ApiBackend
from bluedoor_tools.client import Client
from tests.api_face import FaceData, Faults, InProcessTransport, create_app, serving
from tests.clients import client_of, client_through, ids, searches
from tests.large_data import NOW, newest_first, postings

COLUMNS = ["first_seen_at", "job_id"]
ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module", autouse=True)
def same_clock() -> Iterator[None]:
    """Ages do not depend on the day of the test: neither does how a load is split."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ApiBackend, "now", lambda _: NOW)
        yield


@pytest.fixture(scope="module")
def many() -> FaceData:
    """Enough postings to be read in parts."""
    return postings(2_000)


class Refusing:
    """A way to a face on which searches are refused: those that `which` names, once so many were answered."""

    def __init__(self, which: Callable[[dict[str, str]], bool] = lambda _: True, after: int = 0) -> None:
        self.which, self.left = which, after
        self.on = True
        self._lock = threading.Lock()

    def __call__(self, request: httpx.Request, inner: InProcessTransport) -> httpx.Response:
        """Answer one request."""
        if self.on and request.url.path.endswith("/search") and self.which(dict(request.url.params)):
            with self._lock:
                self.left -= 1
                refused = self.left < 0
            if refused:
                return httpx.Response(403, json={"error": "bad weather"})
        return inner.handle_request(request)


def stopped(client: Client, **asked: Any) -> pd.DataFrame:
    """A load that stops on the way."""
    with pytest.warns(bd.PartialResultWarning, match=r"They are kept\. bd\.resume\(df\) goes on from there"):
        frame = client.search_jobs(**{"status": None, "limit": None, "columns": COLUMNS, **asked})
    assert bd.card(frame)["complete"] is False
    assert bd.card(frame)["reason"].startswith("interrupted: ")
    return frame


def resumed(client: Client, from_: pd.DataFrame | str, **asked: Any) -> pd.DataFrame:
    """The load that goes on; how long it may take is not the matter here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", bd.LongLoadWarning)
        return client.resume(from_, **asked)


def assert_whole(frame: pd.DataFrame, expected: list[str]) -> None:
    """The postings in their order, each once, and a card that says so."""
    assert ids(frame) == expected
    card = bd.card(frame)
    assert (card["complete"], card["reason"], card["next_cursor"]) == (True, "cursor ended", None)
    assert card["rows"] == len(expected)


def in_the_middle(parameters: dict[str, str]) -> bool:
    """Whether a search is of a part between others."""
    return parameters.get("first_seen_after", "").startswith("2026-05")


# -- a part that fails -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("from_", ["frame", "token"])
@pytest.mark.parametrize(
    "asked", [{}, {"city": ["Dublin", "Paris"]}, {"first_seen_after": "150d"}, {"status": "active"}]
)
def test_a_part_that_fails_costs_the_others_nothing(from_: str, asked: dict[str, Any], many: FaceData) -> None:
    """Rows on both sides of the gap are kept; the frame becomes whole, and the token alone gives exactly the rest."""
    refusing = Refusing(in_the_middle, after=1)
    client, _ = client_through(many, refusing)
    expected = ids(client_of(many)[0].search_jobs(**{"status": None, "limit": None, "columns": COLUMNS, **asked}))
    first = stopped(client, **asked)
    refusing.on = False
    kept = set(ids(first))
    assert ids(first) == [name for name in expected if name in kept]
    if from_ == "frame":
        assert_whole(resumed(client, first), expected)
    else:
        rest = resumed(client, bd.card(first)["next_cursor"])
        assert ids(rest) == [name for name in expected if name not in kept]
        assert bd.card(rest)["complete"] is False


def test_rows_older_than_the_gap_are_kept(many: FaceData) -> None:
    """What came of older parts stays, though newer rows are missing."""

    def weather(request: httpx.Request, inner: InProcessTransport) -> httpx.Response:
        asked = dict(request.url.params)
        if on and "first_seen_after" in asked and "first_seen_before" not in asked:
            came.wait(10)
            return httpx.Response(403, json={"error": "bad weather"})
        answer = inner.handle_request(request)
        if (
            sum("first_seen_before" in older for older in searches(face)) > 12
        ):  # more than there are parts: some pages were taken in
            came.set()
        return answer

    came, on = threading.Event(), True
    client, face = client_through(many, weather)
    first = stopped(client)
    on = False
    places = [newest_first(many).index(name) for name in ids(first)]
    assert places == sorted(places)
    assert max(places) >= len(places)  # so a newer row is missing
    assert_whole(resumed(client, first), newest_first(many))


@pytest.mark.parametrize("allowed", range(1, 26, 3))
def test_wherever_it_stops_the_whole_comes_together(allowed: int, many: FaceData) -> None:
    """After however many answers a load ends, its rows and those that resume adds are all there are, each once."""
    refusing = Refusing(after=allowed)
    client, _ = client_through(many, refusing)
    first = stopped(client)
    assert set(ids(first)) < set(newest_first(many))
    refusing.on = False
    assert_whole(resumed(client, first), newest_first(many))


def test_a_load_that_stops_again_and_again(many: FaceData) -> None:
    """Each resume keeps what it adds, and the last one ends with everything."""
    refusing = Refusing(after=8)
    client, _ = client_through(many, refusing)
    frame, rounds = stopped(client), 0
    while not bd.card(frame)["complete"]:
        refusing.left, before, rounds = 8, len(frame), rounds + 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", bd.BluedoorWarning)
            frame = client.resume(frame)
        assert len(frame) > before
    assert rounds >= 2
    assert_whole(frame, newest_first(many))


@pytest.mark.parametrize("chains", [1, 64])
def test_costs_are_those_of_all_goes(chains: int, many: FaceData) -> None:
    """The card of what was loaded in more than one go counts all of them."""
    face = create_app(many)
    with serving(face) as url, bd.connect(url, cache=False, chains=chains) as client:
        face.faults.only, face.faults.error_every, face.faults.error_status = "search", 9, 403
        first = stopped(client)
        face.faults.error_every = 0
        frame = resumed(client, first)
    assert_whole(frame, newest_first(many))
    assert bd.card(frame)["cost"]["requests"] == len(face.log)
    assert any("in more than one go" in note for note in bd.card(frame)["notes"])


def test_a_walk_page_after_page_goes_on_too(many: FaceData) -> None:
    """With few rows wanted of many, as with many."""
    refusing = Refusing(after=3)
    client, _ = client_through(many, refusing)
    first = stopped(client, limit=800)
    refusing.on = False
    assert ids(first) == newest_first(many)[:300]
    assert ids(resumed(client, first)) == newest_first(many)[:800]


# -- limits ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("from_", ["frame", "token"])
@pytest.mark.parametrize("limit", [1_001, 1_500, 1_999])
def test_a_limit_is_gone_on_from(limit: int, from_: str, many: FaceData) -> None:
    """The newest so many, and exactly the next ones."""
    client, _ = client_of(many)
    first = client.search_jobs(status=None, limit=limit, columns=COLUMNS)
    assert ids(first) == newest_first(many)[:limit]
    assert bd.card(first)["reason"] == "limit"
    if from_ == "frame":
        assert ids(resumed(client, first, limit=300)) == newest_first(many)[: limit + 300]
        assert ids(resumed(client, first, limit=None)) == newest_first(many)
        assert ids(resumed(client, first)) == newest_first(many)  # as many again, as far as there are
    else:
        token = bd.card(first)["next_cursor"]
        assert ids(resumed(client, token, limit=300)) == newest_first(many)[limit : limit + 300]
        assert ids(resumed(client, token, limit=None)) == newest_first(many)[limit:]


@pytest.mark.parametrize("limit", [1_050, 1_200])
def test_a_limit_amid_postings_of_one_instant(limit: int) -> None:
    """Ties that a limit cuts through are neither lost nor doubled."""
    data = postings(1_500, ["2026-06-01T12:30:00Z"] * 1_300 + ["2026-05-01T00:00:00Z"] * 200)
    client, _ = client_of(data)
    first = client.search_jobs(status=None, limit=limit, columns=COLUMNS)
    assert ids(first) == newest_first(data)[:limit]
    assert ids(resumed(client, bd.card(first)["next_cursor"], limit=None)) == newest_first(data)[limit:]


# -- what cannot be gone on from ---------------------------------------------------------------------------------------


def test_a_complete_frame_is_given_back_unasked(many: FaceData) -> None:
    """There is nothing more: no request, the frame itself."""
    client, face = client_of(many)
    whole = client.search_jobs(status=None, limit=None, columns=COLUMNS)
    asked = len(face.log)
    assert client.resume(whole) is whole
    assert len(face.log) == asked


@pytest.mark.parametrize("alter", [lambda df: df.head(10), lambda df: df[df["job_id"] > "8"]], ids=["head", "filtered"])
def test_rows_that_are_not_those_of_the_answer_are_refused(
    alter: Callable[[pd.DataFrame], pd.DataFrame], many: FaceData
) -> None:
    """A frame that was cut would get a gap; the message says what to pass."""
    client, _ = client_of(many)
    first = client.search_jobs(status=None, limit=1_200, columns=COLUMNS)
    with pytest.raises(bd.InvalidRequestError, match="Pass the frame that the search gave, or its token"):
        client.resume(alter(first))


@pytest.mark.parametrize("from_", ["frame", "token"])
def test_a_load_of_another_backend_is_refused(from_: str, many: FaceData, sample: Client) -> None:
    """What one API gave, another one does not go on with."""
    first = client_of(many)[0].search_jobs(status=None, limit=1_200, columns=COLUMNS)
    with pytest.raises(bd.InvalidRequestError, match=r"belongs to another search|bd\.connect\(…\)\.resume"):
        sample.resume(first if from_ == "frame" else bd.card(first)["next_cursor"])


@pytest.mark.parametrize(
    "wrong", ["", "garbage", "a" * 1_000, "eJwDAAAAAAE", None, 5, b"x", [], pd.DataFrame({"job_id": []})]
)
def test_what_is_no_load_is_refused(wrong: Any, many: FaceData) -> None:
    """Neither a frame with a card nor a token: said at once, and nothing is asked."""
    client, face = client_of(many)
    with pytest.raises(bd.InvalidRequestError):
        client.resume(wrong)
    assert face.log == []


@pytest.mark.parametrize("limit", [0, -1, 1.5, "10", True])
def test_a_limit_that_is_none_is_refused(limit: Any, many: FaceData) -> None:
    """As of any search."""
    client, _ = client_of(many)
    first = client.search_jobs(status=None, limit=1_200, columns=COLUMNS)
    with pytest.raises(bd.InvalidRequestError, match="is not a number of rows"):
        client.resume(first, limit=limit)


def test_columns_that_do_not_tell_postings_apart(many: FaceData) -> None:
    """Without the id and the instant among its columns a load is as whole."""
    refusing = Refusing(after=9)
    client, _ = client_through(many, refusing)
    first = stopped(client, columns=["title", "city"])
    refusing.on = False
    frame = resumed(client, first)
    assert list(frame.columns) == ["title", "city"]
    assert sorted(frame["title"]) == sorted(record["title"] for record in many.jobs)
    assert bd.card(frame)["complete"]


# -- what the caller does ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [ValueError("my own"), KeyboardInterrupt()], ids=["error", "interrupt"])
@pytest.mark.parametrize("rows", [1, 500])
def test_a_progress_function_that_raises_stops_the_load(error: BaseException, rows: int, many: FaceData) -> None:
    """Its error is named, the rows are kept, and the load can go on."""

    def progress(state: bd.LoadProgress) -> None:
        if state.rows >= rows:
            raise error

    face = create_app(many, faults=Faults(latency=0.02))
    with serving(face) as url, bd.connect(url, cache=False) as client:
        first = stopped(client, progress=progress)
        assert rows <= len(first) < 2_000
        assert_whole(resumed(client, first), newest_first(many))


CHILD = """
import json, sys, time, warnings
import bluedoor_tools as bd
warnings.simplefilter("ignore")
def progress(state):
    if state.rows >= 500 and not told:
        told.append(print("loading", flush=True))
told = []
client = bd.connect(sys.argv[1], cache=False)
df = client.search_jobs(status=None, limit=None, columns=json.loads(sys.argv[2]), progress=progress)
card = bd.card(df)
print(json.dumps({"ids": list(df["job_id"]), "complete": card["complete"], "reason": card["reason"],
                  "token": card["next_cursor"]}), flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="a console's Ctrl-C cannot be sent to one process there")
def test_ctrl_c_stops_within_a_second_and_keeps_the_rows(many: FaceData) -> None:
    """A real signal amid a load whose server has fallen silent: the rows so far, at once; and they can go on."""
    face = create_app(many, faults=Faults(latency=0.1))
    with serving(face) as url:
        with subprocess.Popen(
            [sys.executable, "-c", CHILD, url, json.dumps(COLUMNS)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        ) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "loading\n"
            face.faults.latency = 60.0
            began = time.monotonic()
            child.send_signal(signal.SIGINT)
            told = json.loads(child.stdout.readline())
            took = time.monotonic() - began
        face.faults.latency = 0.0
        assert took < 3  # a busy machine's allowance; the load itself ends within a tenth of a second
        assert 500 <= len(told["ids"]) < 2_000
        assert (told["complete"], told["reason"]) == (False, "interrupted: KeyboardInterrupt")
        with bd.connect(url, cache=False) as client:
            rest = resumed(client, told["token"])
    kept = set(told["ids"])
    assert ids(rest) == [name for name in newest_first(many) if name not in kept]


RESUMING = """
import json, sys, warnings
import bluedoor_tools as bd
warnings.simplefilter("ignore")
rest = bd.connect(sys.argv[1], cache=False).resume(sys.argv[2])
print(json.dumps([list(rest["job_id"]), bd.card(rest)["reason"]]))
"""


def test_another_process_goes_on(many: FaceData, tmp_path: Path) -> None:
    """The token is all that it takes: also as a saved frame's card carries it."""
    face = create_app(many, faults=Faults(only="search", error_every=11, error_status=403))
    with serving(face) as url:
        with bd.connect(url, cache=False) as client:
            first = stopped(client)
        face.faults.error_every = 0
        token = bd.card(bd.read_jobs(bd.save(first, tmp_path / "first.parquet")))["next_cursor"]
        out = subprocess.run(
            [sys.executable, "-c", RESUMING, url, token], capture_output=True, text=True, check=True, cwd=ROOT
        ).stdout
    rest, reason = json.loads(out)
    kept = set(ids(first))
    assert rest == [name for name in newest_first(many) if name not in kept]
    assert reason == "the last page, or pages, of a walk"
