"""Single records on disk: for how long, for whom, within which bounds, and what stands in the way of none of it."""

from __future__ import annotations

import datetime as dt
import logging
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import bluedoor_tools as bd
from bluedoor_tools.backends.api import ApiBackend
from bluedoor_tools.client import Client
from bluedoor_tools.wire.cache import AGES, RecordCache
from bluedoor_tools.wire.transport import Transport
from bluedoor_tools.wire.work import working
from tests.api_face import VALID_KEY, FaceApp, InProcessTransport, Override, create_app, serving
from tests.api_face.examples import job, org, small_data, source
from tests.clients import FACE_URL, SkippingClock, Unlimited

START = dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC)
DATA = small_data(60)
FILE = "records-1.sqlite"


class Time:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> dt.datetime:
        """The time."""
        return self.now


@pytest.fixture
def time() -> Time:
    """The cache's time."""
    return Time()


@pytest.fixture
def cache(tmp_path: Path, time: Time) -> RecordCache:
    """A cache in a folder of the test."""
    return RecordCache(tmp_path, now=time)


def kept(cache: RecordCache, kind: str = "job", base_url: str = FACE_URL) -> set[str]:
    """Which of the ids a, b, c are there."""
    return set(cache.get(base_url, kind, ["a", "b", "c"]))


@pytest.fixture
def face() -> FaceApp:
    """A face over sixty postings."""
    return create_app(DATA)


def client_with(cache: RecordCache | None, face: FaceApp, base_url: str = FACE_URL) -> Client:
    """A client of the face that keeps records in `cache`, and remembers nothing yet."""
    clock = SkippingClock()
    way = InProcessTransport(face)
    return Client(ApiBackend(Transport(base_url, transport=way, clock=clock, limiter=Unlimited(clock=clock)), cache))


def asked(face: FaceApp) -> list[str]:
    """The paths asked for since the last look."""
    paths = [request.path for request in face.log]
    face.log.clear()
    return paths


# -- the cache itself --------------------------------------------------------------------------------------------------


def test_a_record_comes_back_as_it_was(cache: RecordCache) -> None:
    """Every value, whatever JSON can hold, with the time it was asked for."""
    record = {"a": None, "b": [1, 2.5, {"c": "Zürich \ud800"}], "d": 10**30, "e": ""}
    cache.put(FACE_URL, "job", {"a": record})
    (entry,) = cache.get(FACE_URL, "job", ["a", "b"]).values()
    assert (entry.record, entry.asked_at) == (record, START)


@pytest.mark.parametrize("kind", AGES)
def test_each_kind_has_its_age(cache: RecordCache, time: Time, kind: str) -> None:
    """Up to its age a record is given, a second later no more; put anew it is young again."""
    cache.put(FACE_URL, kind, {"a": {"x": 1}})
    time.now = START + AGES[kind]
    assert kept(cache, kind) == {"a"}
    time.now += dt.timedelta(seconds=1)
    assert not kept(cache, kind)
    cache.put(FACE_URL, kind, {"a": {"x": 2}})
    assert cache.get(FACE_URL, kind, ["a"])["a"].record == {"x": 2}


def test_a_record_from_the_future_is_not_believed(cache: RecordCache, time: Time) -> None:
    """After a clock was set back, nobody knows how old a record is."""
    cache.put(FACE_URL, "org", {"a": {}})
    time.now = START - dt.timedelta(seconds=1)
    assert not kept(cache, "org")


def test_addresses_and_kinds_do_not_mix(cache: RecordCache) -> None:
    """One id at two addresses, or of two kinds, is two records."""
    cache.put("https://a.test/v1", "org", {"a": {"of": "a.test"}})
    cache.put("https://b.test/v1", "org", {"a": {"of": "b.test"}})
    cache.put("https://a.test/v1", "job", {"a": {"of": "job"}})
    assert cache.get("https://a.test/v1", "org", ["a"])["a"].record == {"of": "a.test"}
    assert cache.get("https://b.test/v1", "org", ["a"])["a"].record == {"of": "b.test"}
    assert not cache.get("https://a.test/v2", "org", ["a"])


def test_many_ids_at_once(cache: RecordCache) -> None:
    """More than one statement of SQLite can take."""
    records = {f"id-{number}": {"n": number} for number in range(3_000)}
    cache.put(FACE_URL, "job", records)
    found = cache.get(FACE_URL, "job", list(records))
    assert {name: entry.record for name, entry in found.items()} == records


def test_clear(cache: RecordCache) -> None:
    """Nothing is left."""
    cache.put(FACE_URL, "job", {"a": {}})
    cache.clear()
    assert not kept(cache)


@pytest.mark.parametrize("record", [{"a": {1, 2}}, {"a": b"x"}], ids=repr)
def test_what_cannot_be_kept_is_left_out(cache: RecordCache, record: dict[str, Any]) -> None:
    """One odd record, or id, costs nothing but itself."""
    cache.put(FACE_URL, "job", {"a": record, "b": {}, "Zürich \ud800": {}})
    assert kept(cache) == {"b"}
    assert not cache.get(FACE_URL, "job", ["Zürich \ud800"])


def test_the_oldest_go_where_there_are_too_many(tmp_path: Path, time: Time) -> None:
    """Past the bound, nine tenths of it are left: the newest."""
    with closing(RecordCache(tmp_path, now=time, most_records=100)) as first:
        first.put(FACE_URL, "org", {"old": {}})
        for number in range(1, 200):
            time.now = START + dt.timedelta(seconds=number)
            first.put(FACE_URL, "org", {f"id-{number}": {}})
    with closing(RecordCache(tmp_path, now=time, most_records=100)) as cache:
        cache.put(FACE_URL, "org", {"new": {}})
        left = cache.get(FACE_URL, "org", ["old", "new", *(f"id-{number}" for number in range(1, 200))])
    assert set(left) == {"new", *(f"id-{number}" for number in range(111, 200))}


def test_the_file_keeps_to_its_bytes(tmp_path: Path) -> None:
    """However much is written, the file stays near its bound, and the newest records are in it."""
    noise = {f"id-{number}": {"text": os.urandom(1_000).hex()} for number in range(8_000)}
    names = list(noise)
    with closing(RecordCache(tmp_path, most_bytes=1_000_000)) as cache:
        for start in range(0, len(names), 100):
            cache.put(FACE_URL, "job", {name: noise[name] for name in names[start : start + 100]})
        assert 0 < len(cache.get(FACE_URL, "job", names)) < 3_000
        assert set(cache.get(FACE_URL, "job", names[-100:])) == set(names[-100:])
    assert (tmp_path / FILE).stat().st_size < 4_000_000


def test_what_is_too_old_is_removed(tmp_path: Path, time: Time) -> None:
    """Records that nobody may be given any more do not fill the file."""
    with closing(RecordCache(tmp_path, now=time)) as cache:
        cache.put(FACE_URL, "job", {"a": {}})
        cache.put(FACE_URL, "org", {"a": {}})
    time.now += dt.timedelta(days=1)
    with closing(RecordCache(tmp_path, now=time)) as cache:
        cache.put(FACE_URL, "source", {"a": {}})
    with closing(sqlite3.connect(tmp_path / FILE)) as file:
        assert {kind for (kind,) in file.execute("SELECT kind FROM records")} == {"org", "source"}


@pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    """The folder, where the cache makes it, and its files are the user's alone, also where they were not before."""
    folder = tmp_path / "deep" / "cache"
    cache = RecordCache(folder)
    cache.put(FACE_URL, "job", {"a": {}})
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    cache.close()
    (folder / FILE).chmod(0o644)
    assert kept(cache) == {"a"}
    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600


# -- what stands in its way --------------------------------------------------------------------------------------------


def _other_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.execute("CREATE TABLE records (title TEXT)")


def _ours_without_table(path: Path) -> None:
    with closing(RecordCache(path.parent)) as cache:
        cache.put(FACE_URL, "job", {"a": {}})
    with closing(sqlite3.connect(path)) as file:
        file.execute("DROP TABLE records")


def _torn(path: Path) -> None:
    with closing(RecordCache(path.parent)) as cache:
        cache.put(FACE_URL, "job", {f"id-{number}": {"text": "x" * 2_000} for number in range(200)})
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + b"\xff" * (len(whole) - 100))


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"no database at all, but long enough to be one" * 100),
        lambda path: path.write_bytes(b"SQLite format 3\x00" + b"\x01" * 5_000),
        _other_database,
        _ours_without_table,
        _torn,
    ],
    ids=["empty", "text", "header", "another program's", "without its table", "torn"],
)
def test_a_broken_file_is_made_anew(
    cache: RecordCache, tmp_path: Path, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    """What is no cache gives nothing, and is one after the first write; nothing is said of it."""
    damage(tmp_path / FILE)
    assert not kept(cache)
    cache.put(FACE_URL, "job", {"a": {"x": 1}})
    assert kept(cache) == {"a"}
    assert not caplog.records


def test_a_damaged_record_is_not_there(cache: RecordCache, tmp_path: Path) -> None:
    """The others are."""
    cache.put(FACE_URL, "job", {"a": {}, "b": {}, "c": {}})
    with closing(sqlite3.connect(tmp_path / FILE)) as file:
        file.execute("UPDATE records SET body = x'789c00' WHERE id = 'a'")
        file.execute("UPDATE records SET body = 'text' WHERE id = 'b'")
        file.commit()
    assert kept(cache) == {"c"}


def _blocked(folder: Path) -> Path:
    (folder / "file").touch()
    return folder / "file"


def _a_folder_in_its_place(folder: Path) -> Path:
    (folder / FILE).mkdir()
    return folder


@pytest.mark.parametrize("where", [_blocked, _a_folder_in_its_place])
def test_without_a_place_it_is_passed_by(
    tmp_path: Path, where: Callable[[Path], Path], face: FaceApp, caplog: pytest.LogCaptureFixture
) -> None:
    """Where no file can be, every call is answered as without a cache, and that is said once, with what helps."""
    cache = RecordCache(where(tmp_path))
    client = client_with(cache, face)
    for _ in range(2):
        assert client.get_job(job(1)["job_id"]).job_id == job(1)["job_id"]
    assert asked(face).count(f"/jobs/{job(1)['job_id']}") == 2
    (said,) = caplog.records
    assert said.name == "bluedoor_tools" and said.levelno == logging.WARNING
    assert "BLUEDOOR_CACHE_DIR" in said.getMessage()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="who may write everywhere has no read-only folder")
def test_a_folder_that_cannot_be_written(tmp_path: Path, face: FaceApp) -> None:
    """A read-only folder costs nothing but the cache."""
    tmp_path.chmod(0o500)
    try:
        assert client_with(RecordCache(tmp_path), face).get_job(job(1)["job_id"]).job_id == job(1)["job_id"]
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize("code", [sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_BUSY])
def test_a_file_that_fails_later_is_passed_by(
    cache: RecordCache, tmp_path: Path, code: int, face: FaceApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk, a lock that is held: the answer is given, and what was kept before stays."""
    cache.put(FACE_URL, "job", {"a": {}})

    def fails(*_: object) -> None:
        error = sqlite3.OperationalError("it fails")
        error.sqlite_errorcode = code
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(cache, "_prune", fails)
        patch.setattr(cache, "_written", 10**6)
        assert client_with(cache, face).get_job(job(1)["job_id"]).job_id == job(1)["job_id"]
    assert not kept(cache)  # it rests
    assert kept(RecordCache(tmp_path, now=cache._now)) == {"a"}


def test_threads_share_a_cache(cache: RecordCache) -> None:
    """Several threads at once write and read what they wrote."""
    start = threading.Barrier(6)
    wrong: list[str] = []

    def work(number: int) -> None:
        start.wait()
        for turn in range(40):
            name = f"{number}-{turn}"
            cache.put(FACE_URL, "job", {name: {"of": name}})
            if cache.get(FACE_URL, "job", [name])[name].record != {"of": name}:
                wrong.append(name)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong and len(cache.get(FACE_URL, "job", [f"{n}-{t}" for n in range(6) for t in range(40)])) == 240


WRITER = """
import logging, sys
from pathlib import Path
from bluedoor_tools.wire.cache import RecordCache
logging.basicConfig()
me, others = sys.argv[2], sys.argv[3:]
cache = RecordCache(Path(sys.argv[1]))
sys.stdin.readline()
for turn in range(150):
    cache.put("https://a.test/v1", "job", {f"{me}-{turn}": {"of": f"{me}-{turn}"}, "shared": {"of": "shared"}})
    names = ["shared", *(f"{who}-{turn}" for who in (me, *others))]
    found = cache.get("https://a.test/v1", "job", names)
    assert {"shared", f"{me}-{turn}"} <= set(found)
    assert all(entry.record == {"of": name} for name, entry in found.items())
"""


def test_processes_share_a_cache(tmp_path: Path) -> None:
    """Processes that make it and write to it at the same time lose nothing, and none is held up or complains."""
    names = ["a", "b", "c"]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), name, *names],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in names
    ]
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate(timeout=100)[1] for process in running] == [""] * 3
    with closing(RecordCache(tmp_path)) as cache:
        everything = [f"{name}-{turn}" for name in names for turn in range(150)]
        assert set(cache.get("https://a.test/v1", "job", everything)) == set(everything)


# -- a client over it --------------------------------------------------------------------------------------------------


def test_another_client_asks_for_nothing_it_has(cache: RecordCache, face: FaceApp) -> None:
    """Posting, organisation and board come from disk, whole, and say so; the first client's do not."""
    numbers = (job(1)["job_id"], org(1)["org_id"], source(1)["source_id"])
    first = client_with(cache, face)
    new = (first.get_job(numbers[0]), first.get_org(numbers[1]), first.get_source(numbers[2]))
    assert len(asked(face)) == 3
    other = client_with(cache, face)
    old = (other.get_job(numbers[0]), other.get_org(numbers[1]), other.get_source(numbers[2]))
    assert not asked(face)
    said = "From the cache, asked for at 2026-11-22T10:00:00Z (refresh=True asks anew)."
    for before, after in zip(new, old, strict=True):
        assert before.record == after.record
        assert not any("cache" in notice for notice in before.notices)
        assert said in after.notices and said in str(after) and said in bd.card(after.frame())["notes"]
    assert old[0].description_text and old[0].company == new[0].company
    assert any(notice.startswith("The company's name is from the cache") for notice in old[0].notices)


def test_names_met_are_not_asked_for_again(cache: RecordCache, face: FaceApp) -> None:
    """Of organisations looked up in bulk, another client asks only for those that are new."""
    ids = [org(number)["org_id"] for number in range(3)]
    expected = client_with(cache, face)._organisations.names(ids[:2], [], keep=True)
    assert asked(face) == ["/orgs/batch_lookup"]
    other = client_with(cache, face)
    with working() as work:
        assert other._organisations.names(ids[:2], [], keep=True) == expected
    assert not asked(face)
    assert (work.cached_count("org"), work.cached["org"]) == (2, START)
    with working() as work:  # remembered, but still from disk
        other._organisations.names(ids[:2], [], keep=True)
    assert work.cached_count("org") == 2
    client_with(cache, face)._organisations.names(ids, [], keep=True)
    assert [request.body for request in face.log] == [f'{{"org_ids":["{ids[2]}"]}}'.encode()]


def test_what_a_bulk_gave_is_not_taken_for_the_whole(cache: RecordCache, face: FaceApp) -> None:
    """A look-up in bulk may give parts of records: get_org asks for the whole; its name serves look-ups in bulk."""
    ids = [org(0)["org_id"]]
    client_with(cache, face)._organisations.names(ids, [], keep=True)
    asked(face)
    client_with(cache, face).get_org(ids[0])
    assert asked(face) == [f"/orgs/{ids[0]}"]


def test_searches_are_always_asked_anew(cache: RecordCache, face: FaceApp) -> None:
    """Searches, counts, events and statistics of two clients are the requests of both."""
    paths = []
    for _ in range(2):
        client = client_with(cache, face)
        client.search_jobs(limit=5, columns=["job_id"])
        client.facets("country")
        client.search_events(limit=5)
        client.job_events(job(1)["job_id"])
        client.source_jobs(source(1)["source_id"], limit=5, columns=["job_id"])
        client.stats()
        paths.append([path for path in asked(face) if path not in {"/openapi.json", "/orgs/batch_lookup"}])
    assert paths[0] == paths[1] and len(paths[0]) == 6


def test_a_record_that_does_not_exist_is_asked_for_again(cache: RecordCache, face: FaceApp) -> None:
    """Nothing is kept of what was not found: it may be there a moment later."""
    for _ in range(2):
        with pytest.raises(bd.NotFoundError):
            client_with(cache, face).get_job("0" * 40)
        client_with(cache, face)._organisations.names([source(0)["source_id"]], [], keep=True)
    assert len(asked(face)) == 4


def test_refresh_passes_it_by_and_renews_it(cache: RecordCache, face: FaceApp, time: Time) -> None:
    """With refresh=True every record is asked for, says nothing of a cache, and is kept as of now."""
    numbers = (job(1)["job_id"], org(1)["org_id"], source(1)["source_id"])

    def all_of(client: Client, **options: bool) -> list[Any]:
        return [
            client.get_job(numbers[0], **options),
            client.get_org(numbers[1], **options),
            client.get_source(numbers[2], **options),
        ]

    client = client_with(cache, face)
    all_of(client)
    time.now += dt.timedelta(minutes=30)
    asked(face)
    for record in all_of(client, refresh=True):
        assert not any("cache" in notice for notice in record.notices)
    # The name is a part of each answer, so it is asked for with each: for the job alone, and in bulk for the board.
    assert set(asked(face)) == {
        f"/jobs/{numbers[0]}",
        f"/orgs/{numbers[1]}",
        f"/sources/{numbers[2]}",
        "/orgs/batch_lookup",
    }
    for record in all_of(client_with(cache, face)):
        assert any("2026-11-22T10:30:00Z" in notice for notice in record.notices)
    assert not asked(face)


def test_refresh_of_many_postings(cache: RecordCache, face: FaceApp) -> None:
    """get_jobs takes from disk what is there, and nothing with refresh=True; the rows are the same."""
    wanted = [job(number)["job_id"] for number in range(6)]
    first = client_with(cache, face).get_jobs(wanted[:4])
    asked(face)
    again = client_with(cache, face).get_jobs(wanted[:4])
    assert not asked(face) and first.equals(again)
    client_with(cache, face).get_jobs(wanted)
    assert sorted(asked(face)) == sorted(f"/jobs/{name}" for name in wanted[4:])  # in parallel
    client_with(cache, face).get_jobs(wanted, refresh=True)
    assert len(asked(face)) == 7  # and the names


@pytest.mark.parametrize("refresh", [None, 1, "yes"])
def test_what_is_no_refresh(cache: RecordCache, face: FaceApp, refresh: Any) -> None:
    """Anything but True and False is refused, and nothing is sent."""
    client = client_with(cache, face)
    for call in (client.get_job, client.get_jobs, client.get_org, client.get_source):
        with pytest.raises(bd.InvalidRequestError, match="refresh="):
            call(job(1)["job_id"], refresh=refresh)
    assert not face.log


def test_another_record_than_asked_for_is_not_kept(cache: RecordCache, face: FaceApp, time: Time) -> None:
    """Neither kept when it is answered, nor believed where the file has it."""
    wanted = job(1)["job_id"]
    face.faults.overrides.append(Override(wanted, {"data": job(2)}, times=1))
    with pytest.raises(bd.UnexpectedAnswerError, match="another record"):
        client_with(cache, face).get_job(wanted)
    assert client_with(cache, face).get_job(wanted).job_id == wanted
    cache.put(FACE_URL, "job", {wanted: job(2)})
    assert client_with(cache, face).get_job(wanted).job_id == wanted


def test_addresses_have_records_of_their_own(cache: RecordCache) -> None:
    """Two APIs, two answers for one id."""
    one, other = create_app(DATA), create_app(small_data(3))
    wanted = job(1)["job_id"]
    client_with(cache, one, "https://one.test/job-postings/v1").get_job(wanted)
    client_with(cache, other, "https://other.test/job-postings/v1").get_job(wanted)
    assert wanted in asked(other)[0]


def test_a_closed_client_answers_nothing_from_disk(cache: RecordCache, face: FaceApp) -> None:
    """Closed is closed, whatever is on disk; another client goes on with the same cache."""
    wanted = job(1)["job_id"]
    with client_with(cache, face) as client:
        client.get_job(wanted)
    with pytest.raises(bd.InvalidRequestError, match="closed"):
        client.get_job(wanted)
    asked(face)
    client_with(cache, face).get_job(wanted)
    assert not asked(face)


GET = "import bluedoor_tools as bd, sys; print(bd.connect(sys.argv[1]).get_job(sys.argv[2]).title)"


def test_another_process_asks_for_nothing_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """bd.connect keeps records in BLUEDOOR_CACHE_DIR; a later process finds them there; no key is in the file."""
    monkeypatch.setenv("BLUEDOOR_CACHE_DIR", str(tmp_path))
    face, wanted, key = create_app(DATA), job(1)["job_id"], VALID_KEY
    with serving(face) as url:
        with bd.connect(url, api_key=key) as client:
            title = client.get_job(wanted).title
        assert len(asked(face)) == 2
        done = subprocess.run([sys.executable, "-c", GET, url, wanted], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == title and not face.log
        with bd.connect(url, cache=False) as client:
            client.get_job(wanted)
        assert len(asked(face)) == 2
    (file,) = tmp_path.iterdir()
    assert key.encode() not in file.read_bytes()
