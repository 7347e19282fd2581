"""Run every benchmark and print its table: ``python -m benchmarks``."""

from __future__ import annotations

from . import explorer, loading, mcp_calls, mcp_soak, mcp_start, mcp_tokens, network, start

if __name__ == "__main__":
    start.main()
    loading.main()
    network.main()
    mcp_start.main()
    mcp_calls.main()
    mcp_tokens.main()
    mcp_soak.main()
    explorer.main()
