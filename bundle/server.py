"""Starts the server from a bundle: the host runs this file with uv, which installs what pyproject.toml names."""

from mcp_server.__main__ import main

if __name__ == "__main__":
    raise SystemExit(main([]))
