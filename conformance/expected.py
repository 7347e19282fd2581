"""The list of expected failures: what may fail, and why."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["LIST", "expected_failures"]

LIST = Path(__file__).parent / "expected-failures.yml"
_ENTRY = re.compile(r"  - (?P<check>[\w-]+:[\w-]+)  # (?P<reason>(?:fixture|optional): \S.*)")


def expected_failures(path: Path = LIST) -> dict[str, str]:
    """Every expected failure with its reason.

    Raises
    ------
    ValueError
        An entry is a whole scenario, stands there twice, or does not say why it is there.
    """
    heading, *lines = [
        line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")
    ]
    if heading != "server:":
        raise ValueError(f"{path.name}: {heading!r} is not 'server:'.")
    found: dict[str, str] = {}
    for line in lines:
        entry = _ENTRY.fullmatch(line)
        if entry is None:
            raise ValueError(f"{path.name}: {line!r} is not '  - scenario:check  # fixture: what it wants'.")
        if entry["check"] in found:
            raise ValueError(f"{path.name}: {entry['check']} stands there twice.")
        found[entry["check"]] = entry["reason"]
    return found
