"""A stand-in for the live Job Postings API, written from its contract alone.

It shares no code with ``bluedoor_tools``: raw JSON dictionaries, naive predicates and a linear scan, so that
what the library answers can be compared with what an independent reading of the contract answers.
"""

from .app import BASE_PATH, FaceApp, create_app
from .data import FaceData, default_path, load
from .faults import RANDOM_FAULTS, Faults, LoggedRequest, Override
from .serve import InProcessTransport, serving
from .settings import VALID_KEY, Settings

__all__ = [
    "BASE_PATH",
    "RANDOM_FAULTS",
    "VALID_KEY",
    "FaceApp",
    "FaceData",
    "Faults",
    "InProcessTransport",
    "LoggedRequest",
    "Override",
    "Settings",
    "create_app",
    "default_path",
    "load",
    "serving",
]
