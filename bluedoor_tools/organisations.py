"""Organisations by id, looked up in bulk and remembered: where the names of companies come from."""

from __future__ import annotations

import threading
from typing import Any

from . import contract
from .backends.base import Backend
from .errors import BluedoorError, BluedoorWarning, warn
from .records import org_name

__all__ = ["Organisations"]


class Organisations:
    """What one client knows of organisations. Thread-safe."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._known: dict[str, dict[str, Any] | None] = {}
        self._lock = threading.Lock()

    def record(self, org_id: str) -> dict[str, Any] | None:
        """One organisation's record, asked for if it was not met before."""
        with self._lock:
            if self._known.get(org_id):
                return self._known[org_id]
        record = self._backend.org(org_id)
        with self._lock:
            self._known[org_id] = record
        return record

    def names(self, org_ids: list[str], notes: list[str], *, keep: bool) -> dict[str, str | None]:
        """Names by id, asked in bulk for those not met before; a failure leaves them out and says so."""
        with self._lock:
            missing = [org_id for org_id in org_ids if org_id not in self._known]
        try:
            for start in range(0, len(missing), contract.BATCH_LIMIT):
                found = self._backend.orgs(missing[start : start + contract.BATCH_LIMIT])
                with self._lock:
                    self._known.update(dict.fromkeys(missing[start : start + contract.BATCH_LIMIT]) | found)
        except (BluedoorError, KeyboardInterrupt) as error:
            if isinstance(error, KeyboardInterrupt) and not keep:
                raise
            said = error.message if isinstance(error, BluedoorError) else "interrupted by you"
            notes.append(f"company is empty where the names could not be looked up ({said})")
            warn(f"The companies' names could not be looked up: {str(error) or said}", BluedoorWarning)
        with self._lock:
            nameless = sum(org_id in self._known and not org_name(self._known[org_id]) for org_id in org_ids)
            names = {org_id: org_name(self._known.get(org_id)) for org_id in org_ids}
        if nameless:
            notes.append(f"company is empty for {nameless:,} organisations: the backend gives no name for them")
        return names
