"""Judges the MCP server with the official tools: ``make conformance``, or ``python -m conformance``."""
