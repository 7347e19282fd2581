"""Two processes on one key: neither knows of the other, the server counts both, and each gets all it asked for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.api_face import VALID_KEY, Faults, create_app, serving
from tests.large_data import newest_first, postings

ROOT = Path(__file__).parent.parent
LOADING = """
import json, sys
import bluedoor_tools as bd
with bd.connect(sys.argv[1], cache=False) as client:
    df = client.search_jobs(status=None, limit=None, columns=["job_id"])
card = bd.card(df)
print(json.dumps({"ids": list(df["job_id"]), "complete": card["complete"], "reason": card["reason"], **card["cost"]}))
"""


@pytest.mark.parametrize(
    "limit",
    [
        {"limit": 30, "limit_headers": "x-ratelimit"},
        {"limit": 30, "limit_headers": "none"},
        {"rate": 20.0, "burst": 10},
    ],
    ids=["stated", "not stated", "a bucket"],
)
def test_two_processes_share_a_key(limit: dict[str, Any]) -> None:
    """Both end complete, in order, each posting once, whatever the one takes of the limit that the other counts on."""
    data = postings(1_500)
    face = create_app(data, faults=Faults(**limit))
    environment = {**os.environ, "BLUEDOOR_API_KEY": VALID_KEY, "PYTHONWARNINGS": "error::UserWarning"}
    with serving(face) as url:
        environment["BLUEDOOR_API_URL"] = url
        both = [
            subprocess.Popen(
                [sys.executable, "-W", "error", "-c", LOADING, url],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                cwd=ROOT,
                env=environment,
            )
            for _ in range(2)
        ]
        answers = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0], [err for _, err in answers]
    told = [json.loads(out) for out, _ in answers]
    for one in told:
        assert one["ids"] == newest_first(data)
        assert (one["complete"], one["reason"]) == (True, "cursor ended")
    assert sum(one["requests"] for one in told) == len(face.log)
    refused = sum(request.status == 429 for request in face.log)
    assert sum(one["repeated"].get("RateLimitedError", 0) for one in told) == refused
    assert all(request.headers["authorization"] == f"Bearer {VALID_KEY}" for request in face.log)
    assert VALID_KEY not in "".join(out + err for out, err in answers)
