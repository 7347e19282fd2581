"""The wire: requests, and how they are repeated."""

__all__ = ["DEFAULT_PATIENCE", "MOST_CHAINS"]

DEFAULT_PATIENCE = 60.0  # seconds; here, where importing it costs nothing
MOST_CHAINS = 64  # requests under way at once, at most
