"""Single records kept on disk: what was asked for lately is not asked for again.

A cache of HTTP answers would not do: the parts of a look-up in bulk are records of their own, and which ids stand
together in one request is chance. So records are kept, each under the address of its API, its kind and its id.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
import os
import sqlite3
import threading
import time
import weakref
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from ..cache_folder import cache_folder

__all__ = ["AGES", "Kept", "RecordCache"]

Given = TypeVar("Given")

AGES = {
    # Names and domains of organisations hardly ever change.
    "org": dt.timedelta(days=7),
    # The same, as a look-up in bulk gave it: that need not be the whole record, so it never stands in for one.
    "org in bulk": dt.timedelta(days=7),
    # A board is crawled about every 24 hours, and its record says when.
    "source": dt.timedelta(days=1),
    # A posting changes no oftener than its board is crawled, but any of its board's crawls may close it.
    "job": dt.timedelta(hours=1),
}
"""How old a record of a kind may be."""

_FILE = "records-1.sqlite"  # another form of the table takes another name
_OURS = 0x626C7565  # the application_id that SQLite keeps in the file
_TABLE = """
    CREATE TABLE records (
        base_url TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, asked_at INTEGER NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (base_url, kind, id)
    );
    CREATE INDEX by_age ON records (asked_at);
"""
_BUSY = 2.0  # seconds to wait for another process; a cache is worth no more
_REST = 60.0  # seconds in which a cache that failed is not tried again
_IDS_AT_ONCE = 500  # older SQLite takes 999 values in one statement
_PRUNE_EVERY = 1_000  # records written
_BROKEN = {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}  # the first: not our table
_log = logging.getLogger("bluedoor_tools")


@dataclass(frozen=True, slots=True)
class Kept:
    """A record, and when it was asked for."""

    record: dict[str, Any]
    asked_at: dt.datetime


class _NotOursError(Exception):
    """The file is a database, but no cache."""


class RecordCache:
    """Records on disk, for all processes of a user. Thread-safe.

    It never fails a call: a file that is broken, or not this cache's, is made anew; one that cannot be used is passed
    by, which the logger ``bluedoor_tools`` says once, and tried again a minute later.

    Parameters
    ----------
    folder
        where its file lies; default: the cache folder
    most_records, most_bytes
        bounds, looked at now and then; the oldest go first
    now
        the time, aware of its zone
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        most_records: int = 200_000,
        most_bytes: int = 256_000_000,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._folder = folder
        self._most_records, self._most_bytes = most_records, most_bytes
        self._now = now
        self._lock = threading.Lock()
        self._open: sqlite3.Connection | None = None
        self._opened_by = 0  # a connection must not be used across a fork
        self._closing: Callable[[], Any] = lambda: None
        self._written = 0  # since it was last pruned
        self._resting_until = float("-inf")
        self._told = False

    def get(self, base_url: str, kind: str, ids: Sequence[str]) -> dict[str, Kept]:
        """The records that are there and young enough, by id."""
        now = int(self._now().timestamp())
        # What was asked for in the future is of a clock that was wrong: its age is not known.
        between = (now - int(AGES[kind].total_seconds()), now)

        names = [name for name in ids if name.isascii()]  # others are odd: never kept

        def read(file: sqlite3.Connection) -> dict[str, Kept]:
            found: dict[str, Kept] = {}
            for start in range(0, len(names), _IDS_AT_ONCE):
                part = names[start : start + _IDS_AT_ONCE]
                rows = file.execute(
                    "SELECT id, asked_at, body FROM records WHERE base_url = ? AND kind = ? "
                    f"AND asked_at BETWEEN ? AND ? AND id IN ({', '.join('?' * len(part))})",
                    (base_url, kind, *between, *part),
                )
                for name, asked_at, body in rows:
                    with contextlib.suppress(ValueError, TypeError, RecursionError, zlib.error):
                        # One that is damaged is not there.
                        record = json.loads(zlib.decompress(body))
                        if isinstance(record, dict):
                            found[name] = Kept(record, dt.datetime.fromtimestamp(asked_at, dt.UTC))
            return found

        return self._try(read, {}) if names else {}

    def put(self, base_url: str, kind: str, records: Mapping[str, Mapping[str, Any]]) -> None:
        """Keep records just asked for, in the place of older ones."""
        now = int(self._now().timestamp())
        rows = []
        for name, record in records.items():
            with contextlib.suppress(ValueError, TypeError, RecursionError):
                if name.isascii():
                    rows.append((base_url, kind, name, now, _packed(record)))

        def write(file: sqlite3.Connection) -> None:
            with file:
                file.executemany("INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?)", rows)
            self._written += len(rows)
            if self._written >= _PRUNE_EVERY:
                self._written = 0
                self._prune(file, now)

        if rows:
            self._try(write, None)

    def clear(self) -> None:
        """Forget every record."""

        def empty(file: sqlite3.Connection) -> None:
            with file:
                file.execute("DELETE FROM records")
            with contextlib.suppress(sqlite3.OperationalError):  # another process is reading: the room is used again
                file.execute("VACUUM")

        self._try(empty, None)

    def close(self) -> None:
        """Give up the file; the next use opens it again."""
        with self._lock:
            self._give_up()

    def __repr__(self) -> str:
        return "<RecordCache>"

    def _try(self, use: Callable[[sqlite3.Connection], Given], otherwise: Given) -> Given:
        with self._lock:
            for mended in (False, True):
                if time.monotonic() < self._resting_until:
                    break
                try:
                    return use(self._file())
                except Exception as error:  # whatever it is, the answer can be had without a cache
                    self._give_up()
                    if mended or not _is_broken(error) or not self._removed():
                        self._rest(error)
            return otherwise

    def _file(self) -> sqlite3.Connection:
        if self._open is not None and self._opened_by == os.getpid():
            return self._open
        path = cache_folder(self._folder) / _FILE
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite gives the files beside it the same mode
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
        file = sqlite3.connect(path, timeout=_BUSY, check_same_thread=False)
        # A finalizer of a forked process must not close what its parent uses.
        mine = os.getpid()
        closing = weakref.finalize(self, lambda: file.close() if os.getpid() == mine else None)
        try:
            self._prepare(file)
        except BaseException:
            closing()
            raise
        self._open, self._opened_by, self._closing = file, mine, closing
        self._written = _PRUNE_EVERY  # so that short-lived processes prune, too
        return file

    @staticmethod
    def _prepare(file: sqlite3.Connection) -> None:
        file.execute("PRAGMA journal_mode = WAL")
        file.execute("PRAGMA synchronous = NORMAL")
        file.execute("PRAGMA journal_size_limit = 16000000")
        if file.execute("PRAGMA application_id").fetchone()[0] == _OURS:
            return
        with file:
            file.execute("BEGIN IMMEDIATE")  # another process may be about the same
            if file.execute("PRAGMA application_id").fetchone()[0] == _OURS:
                return
            if file.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                raise _NotOursError("another program's file")
            for statement in filter(str.strip, _TABLE.split(";")):
                file.execute(statement)
            file.execute(f"PRAGMA application_id = {_OURS}")

    def _prune(self, file: sqlite3.Connection, now: int) -> None:
        """Drop what is too old, then the oldest, until nine tenths of the bounds are kept to."""
        with file:
            for kind, age in AGES.items():
                file.execute(
                    "DELETE FROM records WHERE asked_at < ? AND kind = ?", (now - int(age.total_seconds()), kind)
                )
            (count,) = file.execute("SELECT count(*) FROM records").fetchone()
            if count > self._most_records:
                count -= _drop(file, count - self._most_records * 9 // 10)
            if _bytes(file) > self._most_bytes:
                while count > 0 and _bytes(file) > self._most_bytes * 9 // 10:
                    count -= _drop(file, max(count // 10, 1))

    def _give_up(self) -> None:
        self._open = None
        self._closing()

    def _removed(self) -> bool:
        """Whether a file that is of no use is gone."""
        try:
            for beside in ("", "-wal", "-shm"):
                (cache_folder(self._folder) / f"{_FILE}{beside}").unlink(missing_ok=True)
        except OSError:
            return False
        return True

    def _rest(self, error: Exception) -> None:
        self._resting_until = time.monotonic() + _REST
        if not self._told:
            self._told = True
            _log.warning(
                "The cache of records cannot be used (%s: %s); records are asked for anew. Set BLUEDOOR_CACHE_DIR to "
                "a folder that can be written, or connect(…, cache=False).",
                type(error).__name__,
                error,
            )


def _is_broken(error: Exception) -> bool:
    """Whether an error is of the file itself, not of what stands in its way."""
    return isinstance(error, _NotOursError) or getattr(error, "sqlite_errorcode", 0) & 0xFF in _BROKEN


def _packed(record: Mapping[str, Any]) -> bytes:
    """A record as it is kept: a posting of 7 kB in 3, and what is damaged does not unpack."""
    return zlib.compress(json.dumps(record, separators=(",", ":")).encode())


def _drop(file: sqlite3.Connection, count: int) -> int:
    file.execute(
        "DELETE FROM records WHERE rowid IN (SELECT rowid FROM records ORDER BY asked_at, rowid LIMIT ?)", (count,)
    )
    return count


def _bytes(file: sqlite3.Connection) -> int:
    """Bytes in use: pages that were given up are written to again."""
    pages, free, size = (
        file.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)
