"""The wire: requests, and how they are repeated."""

__all__ = ["DEFAULT_PATIENCE"]

DEFAULT_PATIENCE = 60.0  # seconds; here, where importing it costs nothing
