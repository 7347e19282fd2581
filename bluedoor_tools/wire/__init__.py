"""The wire: requests, and how they are repeated."""
