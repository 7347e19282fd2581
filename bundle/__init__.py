"""Builds the bundle for desktop hosts: ``make mcpb``, or ``python -m bundle``."""
