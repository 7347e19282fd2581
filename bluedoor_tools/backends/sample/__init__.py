"""The embedded sample: synthetic postings, and one real one, as a local store, unpacked when first connected to."""

from __future__ import annotations

import atexit
import functools
import hashlib
import json
import lzma
import os
import shutil
import sqlite3
import tempfile
from collections import defaultdict
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import Any

from ...cache_folder import cache_folder
from ..store import StoreBackend
from ..store_file import SCHEMA_VERSION, create_store, write_jobs, write_records

__all__ = ["SampleBackend"]

_DATA = files(__name__) / "sample.jsonl.xz"


class SampleBackend(StoreBackend):
    """The embedded sample. Its clock stands at its snapshot, so "7d" means the same on every machine and day."""

    def __init__(self) -> None:
        path = _store_path()
        super().__init__(path, name="sample", label="synthetic sample")
        self._real = frozenset(json.loads(self._one("SELECT value FROM store WHERE name = 'real_job_ids'")[0]))
        jobs, clock = self._one("SELECT count(*) FROM jobs")[0], self._clock.date()
        self.label = f"synthetic sample of {jobs:,} postings, as of {clock}"
        self.notes = (
            "synthetic sample: fictional companies and postings, with the real data's faults in the measured "
            "proportions; no figure here describes the labour market",
        )

    def record_note(self, job_id: str) -> str:
        if job_id in self._real:
            return (
                "This posting is real; it stands in a synthetic sample, with its organisation and source only as far "
                "as bluedoor's page of it shows them."
            )
        return "Synthetic sample: this posting and its company are fictional."


def _store_path() -> Path:
    """The sample as SQLite in the cache folder, made there if it is not there yet."""
    packed = _DATA.read_bytes()
    name = f"sample-{hashlib.sha256(packed).hexdigest()[:12]}-{SCHEMA_VERSION}.sqlite"
    try:
        path = cache_folder() / name
        if not _is_whole(path):
            _make(path, packed)
        return path
    except OSError:  # a read-only home
        return _temporary(name, packed)


@functools.cache
def _temporary(name: str, packed: bytes) -> Path:
    """The sample in a temporary folder, once a process and as long as it lives."""
    folder = tempfile.mkdtemp(prefix="bluedoor-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder) / name
    _make(path, packed)
    return path


def _is_whole(path: Path) -> bool:
    if not path.exists():
        return False
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as store:
            return store.execute("SELECT value FROM store WHERE name = 'real_job_ids'").fetchone() is not None
    except sqlite3.DatabaseError:
        return False


def _make(path: Path, packed: bytes) -> None:
    """Write the store beside its place, then move it there: another process sees all of it or nothing."""
    records: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in lzma.decompress(packed).splitlines():
        entry = json.loads(line)
        records[entry["kind"]].append(entry["data"])
    snapshot = records["snapshot"][0]
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".draft")
    os.close(handle)
    try:
        store = create_store(Path(draft), snapshot["clock"])
        write_jobs(store, records["job"], snapshot["jobs_snapshot_at"])
        for kind in ("org", "source", "event"):
            write_records(store, kind, records[kind])
        store.execute("INSERT INTO store VALUES ('real_job_ids', ?)", [json.dumps(snapshot["real_job_ids"])])
        store.commit()
        store.close()
        os.replace(draft, path)
    finally:
        Path(draft).unlink(missing_ok=True)
