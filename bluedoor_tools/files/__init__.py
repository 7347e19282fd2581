"""Frames to files (`writing`), and saved answers to frames (`reading`)."""

from .reading import read_jobs
from .writing import FORMATS, check_xlsx, encode, save

__all__ = ["FORMATS", "check_xlsx", "encode", "read_jobs", "save"]
