"""An MCP server over `bluedoor_tools`: the notebook's functions for AI assistants.

`python -m mcp_server` (or `bluedoor-mcp`) serves on stdio, with `--http` over HTTP. `mcp_server.server.create_server`
makes the server for tests and for other programs.
"""
