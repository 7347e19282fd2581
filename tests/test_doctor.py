"""doctor: the connection checked, the specification compared, and nothing that it meets makes it raise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest

import bluedoor_tools as bd
from bluedoor_tools.backends.api import ApiBackend
from bluedoor_tools.client import Client
from bluedoor_tools.wire.transport import Transport
from tests.api_face import VALID_KEY, Faults, Override
from tests.api_face.document import openapi
from tests.api_face.examples import small_data
from tests.clients import FACE_URL, SkippingClock, client_of

SMALL = small_data(10)


def examined(*overrides: Override, **more: Any) -> pd.DataFrame:
    """The check-up of a face with scripted answers."""
    client, _ = client_of(SMALL, Faults(overrides=list(overrides)), **more)
    client.backend._transport.patience = 0  # type: ignore[attr-defined]
    found: pd.DataFrame = client.doctor()
    assert found.columns.tolist() == ["check", "outcome", "detail"]
    assert set(found["outcome"]) <= {"ok", "differs", "unknown", "failed"}
    assert all(text.isprintable() for name in found.columns for text in found[name])
    return found


def row(found: pd.DataFrame, check: str) -> tuple[str, str]:
    """Outcome and detail of the first row of a check."""
    first = found[found["check"] == check].iloc[0]
    return first["outcome"], first["detail"]


# -- the connection ----------------------------------------------------------------------------------------------------


def test_all_is_well() -> None:
    """It answers, its lag is told in hours, the versions and the address are named; two requests."""
    client, face = client_of(SMALL)
    found = client.doctor()
    assert row(found, "reachable") == ("ok", "it answers")
    assert row(found, "snapshot lag") == ("ok", "16.0 h behind the events")
    assert "face.test" in row(found, "backend")[1] and bd.__version__ in row(found, "versions")[1]
    assert row(found, "specification") == ("ok", "read: Job Postings API (stand-in) 0")
    assert [request.path for request in face.log] == ["/stats", "/openapi.json"]
    card = bd.card(found)
    assert card["kind"] == "checks" and card["complete"] and card["pages"] == 2


def test_the_sample_asks_nobody(sample: Client) -> None:
    """A local backend is well, and nothing is compared."""
    found = sample.doctor()
    assert row(found, "reachable")[0] == "ok"
    assert row(found, "specification") == ("unknown", "not asked: this backend is local")
    assert bd.card(found)["complete"]


def test_a_key_is_said_but_never_shown() -> None:
    """Whether a key is sent is told; the key is in no cell, no card, no reproduced call."""
    client, _ = client_of(SMALL, api_key=VALID_KEY)
    found = client.doctor()
    assert row(found, "key")[1].startswith("a key is sent")
    assert VALID_KEY not in found.to_csv() + str(bd.card(found)) + json.dumps(dict(bd.card(found)))
    client, _ = client_of(SMALL, api_key="jobs_live_wrong_1234")
    refused = client.doctor()
    assert row(refused, "reachable")[0] == "failed" and "NotAuthorizedError" in row(refused, "reachable")[1]
    assert "jobs_live_wrong" not in refused.to_csv() + str(bd.card(refused))


def test_an_unreachable_server() -> None:
    """No connection: rows that say so, nothing raised, not complete."""

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody there", request=request)

    transport = Transport(FACE_URL, transport=httpx.MockTransport(refuse), clock=SkippingClock(), patience=1)
    with Client(ApiBackend(transport)) as client:
        found = client.doctor()
    assert row(found, "reachable")[0] == row(found, "specification")[0] == "failed"
    assert "UnreachableError" in row(found, "reachable")[1]
    card = bd.card(found)
    assert not card["complete"] and card["reason"] == "2 checks ask for attention"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 418, 429, 500, 503])
def test_a_server_that_refuses_everything(status: int) -> None:
    """Every error is a row that names it."""
    found = examined(Override("", {"error": {"code": "x", "message": "not\x1b[31m today"}}, status=status))
    assert row(found, "reachable")[0] == row(found, "specification")[0] == "failed"
    assert not bd.card(found)["complete"]


@pytest.mark.parametrize(
    "body", ["<html>", "", b"\xff\xfe", "{", [], {"data": 5}, {"data": []}, {"stats": 1}, b"[" * 99999]
)
def test_figures_that_cannot_be_read(body: Any) -> None:
    """An answer that is no record of figures fails that check only."""
    found = examined(Override("/stats", body))
    assert row(found, "reachable")[0] == "failed" and row(found, "specification")[0] == "ok"


@pytest.mark.parametrize(
    ("lag", "outcome", "said"),
    [
        (b"57600", "ok", "16.0 h"),
        (b"0", "ok", "0.0 h"),
        (b"57600.5", "ok", "16.0 h"),
        (b"null", "unknown", "not told"),
        (b'"16 h"', "unknown", "not told"),
        (b"[1]", "unknown", "not told"),
        (b"true", "unknown", "not told"),
        (b"NaN", "unknown", "not told"),
    ],
)
def test_a_lag_of_any_type(lag: bytes, outcome: str, said: str) -> None:
    """A lag that is no number is unknown, and never "ok"."""
    found = examined(Override("/stats", b'{"data": {"public_jobs_snapshot_lag_seconds": ' + lag + b"}}"))
    assert row(found, "snapshot lag")[0] == outcome and said in row(found, "snapshot lag")[1]


@pytest.mark.parametrize("lag", [b"1" + b"0" * 400, b"1" + b"0" * 5000, b"1e999", b"-1" + b"0" * 400])
def test_a_lag_beyond_all_bounds(lag: bytes) -> None:
    """A number that no float holds does not make it raise."""
    found = examined(Override("/stats", b'{"data": {"public_jobs_snapshot_lag_seconds": ' + lag + b"}}"))
    assert row(found, "reachable")[0] == "ok"


def test_no_lag_at_all() -> None:
    """Figures without the lag: unknown."""
    assert row(examined(Override("/stats", {"data": {}})), "snapshot lag")[0] == "unknown"


# -- the specification -------------------------------------------------------------------------------------------------

ODD: dict[str, Any] = {
    "web page": "<html>",
    "empty": "",
    "another API": {"openapi": "3.0.0", "info": {"title": "Pets\x1b[31m"}, "paths": {"/pets": {"get": {}}}},
    "no paths": {"openapi": "3.0.0"},
    "paths are a list": {"openapi": "3.0.0", "paths": []},
    "null": None,
    "text": '"openapi"',
    "number": 5,
    "deep": b"[" * 99999,
    "cut off": json.dumps(openapi())[:-200],
    "many paths": {**openapi(), "paths": {**openapi()["paths"], **{f"/x{n}": {"get": {}} for n in range(5000)}}},
    "huge": b'{"openapi": "3.1.0", "x": "' + b"x" * 21_000_000 + b'"}',
}


@pytest.mark.parametrize("name", ODD)
def test_a_specification_of_any_shape(name: str) -> None:
    """A specification that is missing, huge, another API's or broken is a row, and the connection is still well."""
    found = examined(Override("openapi", ODD[name]))
    assert row(found, "reachable")[0] == "ok"
    assert row(found, "specification")[0] in {"failed", "ok"}
    if row(found, "specification")[0] == "failed":
        assert row(found, "specification")[1].startswith("It could not be compared")
        assert not bd.card(found)["complete"]
    assert len(found) < 10_000


def test_a_missing_specification_is_sought_at_the_other_address() -> None:
    """Not below the base URL: the usual address at the host is tried, and then given up."""
    client, face = client_of(SMALL, Faults(overrides=[Override("openapi", {"error": "none"}, status=404)]))
    found = client.doctor()
    assert row(found, "specification")[0] == "failed"
    assert sum("openapi" in request.path for request in face.log) == 2


def test_differences_are_rows() -> None:
    """A parameter renamed, one new, a path missing: each a row that says what is done about it."""
    document = openapi()
    listed = document["paths"]["/jobs/search"]["get"]["parameters"]
    for entry in listed:
        if entry["name"] == "provider":
            entry["name"] = "ats_provider"
    listed.append({"name": "brand_new\x1b[31m", "in": "query"})
    del document["paths"]["/stats"]
    found = examined(Override("openapi", document))
    differs = found[found["outcome"] == "differs"]
    told = differs["detail"].tolist()
    assert any(
        "provider of GET /jobs/search" in text and "`ats_provider`, which is used instead" in text for text in told
    )
    assert any("brand_new" in text and "not in the contract" in text for text in told)
    assert any("/stats" in text for text in told)
    card = bd.card(found)
    assert card["complete"] and card["reason"] == f"{len(differs)} checks ask for attention"


def test_what_the_specification_does_not_say_is_unknown() -> None:
    """Records that are not described are named as such."""
    document = openapi()
    document["components"]["schemas"] = {}
    found = examined(Override("openapi", document))
    assert (found["outcome"] == "unknown").any()
    assert "not described" in found["check"].tolist()


def test_it_is_asked_once_a_client() -> None:
    """A second check-up asks for the figures again, not for the specification."""
    client, face = client_of(SMALL)
    first, second = client.doctor(), client.doctor()
    pd.testing.assert_frame_equal(first, second)
    assert [request.path for request in face.log] == ["/stats", "/openapi.json", "/stats"]


def test_it_is_reproduced_and_saved(tmp_path: Path) -> None:
    """It is a frame with a card as any other."""
    client, _ = client_of(SMALL)
    found = client.doctor()
    assert found.bluedoor.reproduce().endswith(".doctor()")
    assert "/openapi.json" in found.bluedoor.reproduce("curl")
    bd.save(found, tmp_path / "checks.csv")


def test_a_closed_client() -> None:
    """A client that was closed: a row that says so."""
    client, _ = client_of(SMALL)
    client.close()
    found = client.doctor()
    assert row(found, "reachable")[0] == "failed" and "closed" in row(found, "reachable")[1]


def test_a_specification_that_is_not_published_is_said_in_those_words() -> None:
    """Both usual addresses are named: it is no record that is missing."""
    found = examined(Override("openapi", {"error": "none"}, status=404))
    outcome, said = row(found, "specification")
    assert outcome == "failed"
    assert "publishes no specification: neither /openapi.json nor /v1/openapi.json exists" in said
