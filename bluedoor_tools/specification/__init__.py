"""The specification that the API publishes: read, and held against the contract."""

from .comparing import Difference, Specification

__all__ = ["Difference", "Specification"]
