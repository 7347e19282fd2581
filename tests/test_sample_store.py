"""The embedded sample becomes a store at its first use, once, whole, wherever there is room for it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

import bluedoor_tools as bd

COUNT = "import bluedoor_tools as bd; print(len(bd.connect('sample').search_jobs(status=None, limit=None)))"


def test_it_is_made_once_and_used_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second connection finds the store that the first made, and leaves it as it is."""
    monkeypatch.setenv("BLUEDOOR_CACHE_DIR", str(tmp_path))
    bd.connect("sample").close()
    (store,) = tmp_path.iterdir()
    made = store.stat().st_mtime_ns
    bd.connect("sample").close()
    assert [path.stat().st_mtime_ns for path in tmp_path.iterdir()] == [made]


def test_processes_that_start_together_all_find_it_whole(tmp_path: Path) -> None:
    """Several first uses at once: each gets every posting, and one store is left."""
    environment = {**os.environ, "BLUEDOOR_CACHE_DIR": str(tmp_path)}
    running = [
        subprocess.Popen([sys.executable, "-c", COUNT], env=environment, stdout=subprocess.PIPE) for _ in range(3)
    ]
    assert {process.communicate(timeout=60)[0].strip() for process in running} == {b"3000"}
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("damage", [b"", b"SQLite format 3\x00 and then nothing", b"\x00" * 5000])
def test_a_damaged_store_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: bytes) -> None:
    """A cache file that is no whole store does not stand in the way."""
    monkeypatch.setenv("BLUEDOOR_CACHE_DIR", str(tmp_path))
    bd.connect("sample").close()
    (store,) = tmp_path.iterdir()
    store.write_bytes(damage)
    with bd.connect("sample") as client:
        assert len(client.search_jobs(limit=3)) == 3


def test_without_a_place_for_it_a_temporary_one_serves_and_goes(tmp_path: Path) -> None:
    """Where the cache folder cannot be made, one temporary store serves all connections of the process, then goes."""
    blocked, temporary = tmp_path / "file", tmp_path / "temporary"
    blocked.touch()
    temporary.mkdir()
    code = f"{COUNT}; bd.connect('sample'); import os; print(len(os.listdir({str(temporary)!r})))"
    environment = {**os.environ, "BLUEDOOR_CACHE_DIR": str(blocked), "TMPDIR": str(temporary)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["3000", "1"]
    assert not list(temporary.iterdir())


def test_a_store_of_another_form_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that another version of the library made is not read as if it were this version's."""
    monkeypatch.setenv("BLUEDOOR_CACHE_DIR", str(tmp_path))
    bd.connect("sample").close()
    (path,) = tmp_path.iterdir()
    store = sqlite3.connect(path)
    store.execute("UPDATE store SET value = '99' WHERE name = 'schema_version'")
    store.commit()
    store.close()
    with pytest.raises(bd.InvalidRequestError, match="make it anew"):
        bd.connect("sample")
