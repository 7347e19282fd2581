"""Run every benchmark and print its table: ``python -m benchmarks``."""

from __future__ import annotations

from . import loading, network, start

if __name__ == "__main__":
    start.main()
    loading.main()
    network.main()
