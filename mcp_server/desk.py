"""What the tools work at: the settings, and the client, connected when it is first needed."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from .settings import Settings

if TYPE_CHECKING:
    from bluedoor_tools import Client

__all__ = ["Desk"]


_PATIENCE = 25.0  # seconds that one request may take with its repetitions: hosts give up on a call after a minute


class Desk:
    """What every tool is given. Thread-safe.

    Parameters
    ----------
    settings
        how the server answers
    client
        the client to ask; without it, one of the backend that the environment names, made when it is first needed
    """

    def __init__(self, settings: Settings, client: Client | None = None) -> None:
        self.settings = settings
        self._client = client
        self._owned = client is None
        self._lock = threading.Lock()

    @property
    def client(self) -> Client:
        """The client."""
        with self._lock:
            if self._client is None:
                import bluedoor_tools

                self._client = bluedoor_tools.connect(patience=_PATIENCE)
            return self._client

    def close(self) -> None:
        """Give up the connections of a client that was made here."""
        with self._lock:
            if self._owned and self._client is not None:
                self._client.close()
                self._client = None
