"""search_events: its filters, values of every JSON type, the order, going on by cursor, and odd records."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bluedoor_tools as bd
from bluedoor_tools import contract
from bluedoor_tools.client import Client
from tests.api_face import FaceData, Faults, Override
from tests.api_face.examples import CLOCK, event, job, org, small_data, source
from tests.clients import client_of, run, store_client

COLUMNS = [
    "observed_at", "event_type", "company", "field_name", "old_value", "new_value", "old_value_text", "new_value_text",
    "metadata", "provider", "org_id", "source_id", "board_id", "source_hash", "event_schema_version", "event_key",
    "unknown_fields", "event_id", "job_id",
]  # fmt: skip
URL = "https://jobs.lever.co/spotify/76458bae-8a16-4c42-8780-f9452206f0e0"
URL_ID = "76a82054d2c45c7b4c4f9ca9915c4b03b7a5b303"


def eventful() -> FaceData:
    """Two hundred events of forty postings: every type, two providers, ties, some of unknown time."""
    jobs = [job(n, provider=["lever", "Ashby"][n % 2]) for n in range(40)]
    events = [
        event(
            n,
            jobs[n * 7 % 40],
            event_type=contract.EVENT_TYPES[n % 4],
            observed_at=None if n % 31 == 0 else f"2026-05-{1 + n // 20:02d}T00:{n // 3 % 60:02d}:00Z",
        )
        for n in range(200)
    ]
    return FaceData.of(jobs, [org(n) for n in range(3)], [source(n) for n in range(3)], events, CLOCK)


DATA = eventful()


def ids(frame: pd.DataFrame) -> list[str]:
    """The events of a frame, in its order."""
    return [str(name) for name in frame["event_id"]]


def in_order(test: Callable[[dict[str, Any]], bool]) -> list[str]:
    """The ids of the raw events that pass a test, newest first, ties by id descending, untimed ones last."""
    keyed = [(one["observed_at"] or "", one["event_id"]) for one in DATA.events if test(one)]
    return [name for _, name in sorted(keyed, reverse=True)]


SOME_JOBS = sorted({one["job_id"] for one in DATA.jobs[:5]})
FILTERS: dict[str, tuple[dict[str, Any], Callable[[dict[str, Any]], bool]]] = {
    "none": ({}, lambda _: True),
    "a type": ({"event_types": "job.closed"}, lambda one: one["event_type"] == "job.closed"),
    "a type, shouted": ({"event_types": "JOB.Closed"}, lambda one: one["event_type"] == "job.closed"),
    "types": (
        {"event_types": ("job.closed", "job.reopened", "job.closed")},
        lambda one: one["event_type"] in {"job.closed", "job.reopened"},
    ),
    "a posting": ({"job_ids": SOME_JOBS[0]}, lambda one: one["job_id"] == SOME_JOBS[0]),
    "postings": ({"job_ids": pd.Series(SOME_JOBS)}, lambda one: one["job_id"] in SOME_JOBS),
    "postings, shouted": ({"job_ids": [one.upper() for one in SOME_JOBS]}, lambda one: one["job_id"] in SOME_JOBS),
    "an organisation": ({"org_ids": [org(1)["org_id"]]}, lambda one: one["org_id"] == org(1)["org_id"]),
    "a company": ({"company": "company-1"}, lambda one: one["org_id"] == org(1)["org_id"]),
    "a board": ({"source_ids": source(2)["source_id"]}, lambda one: one["source_id"] == source(2)["source_id"]),
    "a provider": ({"provider": "ashby"}, lambda one: one["provider"] == "Ashby"),
    "providers": ({"provider": ["ASHBY", "lever", "icims"]}, lambda _: True),
    "after": (
        {"observed_after": "2026-05-03T00:20:00Z"},
        lambda one: (one["observed_at"] or "") >= "2026-05-03T00:20:00Z",
    ),
    "before": (
        {"observed_before": dt.date(2026, 5, 3)},
        lambda one: "" < (one["observed_at"] or "") < "2026-05-03",
    ),
    "all together": (
        {
            "event_types": ["job.created", "job.closed"],
            "job_ids": [one["job_id"] for one in DATA.jobs],
            "org_ids": [org(0)["org_id"], org(1)["org_id"]],
            "source_ids": [source(0)["source_id"], source(1)["source_id"]],
            "provider": ["lever", "ashby"],
            "observed_after": "2026-05-02",
            "observed_before": "2026-05-08T12:00:00+02:00",
        },
        lambda one: (
            one["event_type"] in {"job.created", "job.closed"}
            and one["org_id"] != org(2)["org_id"]
            and "2026-05-02" <= (one["observed_at"] or "") < "2026-05-08T10:00:00Z"
        ),
    ),
    "nothing": ({"event_types": "job.closed", "job_ids": "0" * 40}, lambda _: False),
}


# -- rows --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_finds_its_events(either: Client, name: str) -> None:
    """Each filter alone and all together: the raw events that match, newest first, complete, on either backend."""
    filters, test = FILTERS[name]
    found = either.search_events(limit=None, **filters)
    assert ids(found) == in_order(test)
    card = bd.card(found)
    assert (card["complete"], card["total"], card["rows"]) == (True, len(found), len(found))
    assert list(found.columns) == COLUMNS


def test_urls_name_postings(sample: Client, socket_api: Client) -> None:
    """job_ids takes URLs of postings, beside ids, each posting once."""
    for client in (sample, socket_api):
        by_url = client.search_events(job_ids=[URL, URL_ID, f"{URL}/apply?utm=x"])
        pd.testing.assert_frame_equal(by_url, client.search_events(job_ids=URL_ID))
        assert by_url["job_id"].unique().tolist() == [URL_ID]
        assert bd.card(by_url)["applied"]["job_ids"] == [URL_ID]


def test_the_default_limit_cuts_and_says_so() -> None:
    """A hundred events of more: announced, with their number."""
    client, _ = client_of(DATA)
    with pytest.warns(bd.ResultCutWarning, match="newest 100 of 200 matching events"):
        found = client.search_events()
    assert ids(found) == in_order(lambda _: True)[:100]


@pytest.mark.parametrize("count", [80, 81, 5000])
def test_many_postings_at_once(tmp_path: Path, count: int) -> None:
    """Long lists of ids are asked in parts that fit an address; the rows are right and in order, up to thousands."""
    wanted = [job(n)["job_id"] for n in range(100)] + [f"{n:040x}" for n in range(count - 100)]
    wanted = wanted[-count:]
    data = small_data(60)
    expected = [one["event_id"] for one in sorted(data.events, key=lambda one: (one["observed_at"], one["event_id"]))]
    there = {one["event_id"] for one in data.events if one["job_id"] in set(wanted)}
    expected = [name for name in reversed(expected) if name in there]
    client, face = client_of(data)
    with store_client(tmp_path, data) as local:
        for each in (client, local):
            found = each.search_events(job_ids=wanted, limit=None)
            assert ids(found) == expected
            assert (bd.card(found)["total"], bd.card(found)["complete"]) == (len(expected), True)
    asked = [request for request in face.log if request.path == "/events/search"]
    assert all(len(request.query) < 4000 for request in asked) and len(asked) == -(-count // 80)


def test_curl_of_many_postings_says_how_many_there_are() -> None:
    """One of several requests is written out: its ids are a part of those asked for, and that is said."""
    client, _ = client_of(DATA)
    found = client.search_events(job_ids=[f"{n:040x}" for n in range(500)])
    written = found.bluedoor.reproduce("curl")
    assert "500" in written or "7 requests" in written or written.count("curl ") == 7, written
    assert "next_cursor" not in written


def test_too_many_postings_are_refused_before_anything_is_sent(online: Client) -> None:
    """More ids than a hundred requests take: refused, with the number."""
    client, face = client_of(DATA)
    for each in (client, online):
        with pytest.raises(bd.InvalidRequestError, match="job_ids take 101 queries"):
            each.search_events(job_ids=[f"{n:040x}" for n in range(8001)])
    assert not face.log


def test_long_lists_of_several_kinds_of_ids_stay_short_addresses() -> None:
    """Eighty ids of each kind at once are still an address that servers take (8,000 characters)."""
    client, face = client_of(DATA)
    uuids = [f"{n:08x}-0000-4000-8000-000000000000" for n in range(80)]
    client.search_events(job_ids=[f"{n:040x}" for n in range(80)], org_ids=uuids, source_ids=uuids)
    assert all(len(request.query) < 8000 for request in face.log)


# -- wrong arguments ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"event_types": "job.close"}, "job.closed"),
        ({"event_types": "closed"}, "not a known value"),
        ({"event_types": []}, "empty list"),
        ({"event_types": ["job.closed", None]}, "NoneType"),
        ({"event_types": 5}, "takes text"),
        ({"event_type": "job.closed"}, "event_types"),
        ({"job_id": URL_ID}, "job_ids"),
        ({"job_ids": "76458bae-8a16-4c42-8780-f9452206f0e0"}, "UUID"),
        ({"job_ids": ["x"]}, "neither a job_id nor a URL"),
        ({"job_ids": [None]}, "NoneType"),
        ({"job_ids": []}, "empty list"),
        ({"job_ids": "https://example.org/careers"}, "not the address"),
        ({"org_ids": "spotify"}, "not an id"),
        ({"source_ids": [URL_ID]}, "not an id"),
        ({"provider": "levr"}, "lever"),
        ({"observed_after": "soon"}, "not a date"),
        ({"observed_after": "2026-06-01", "observed_before": "2026-06-01"}, "not before"),
        ({"observed_before": pd.NaT}, "NaT"),
        ({"status": "active"}, "no argument 'status'"),
        ({"q": "engineer"}, "no argument 'q'"),
        ({"columns": ["job_id"]}, "no argument 'columns'"),
        ({"limit": 0}, "limit"),
        ({"cursor": ""}, "cursor"),
    ],
)
def test_a_wrong_argument_is_refused(online: Client, filters: dict[str, Any], said: str) -> None:
    """The error names the argument and, of a slip, the right one; nothing is sent."""
    client, face = client_of(DATA)
    with pytest.raises(bd.InvalidRequestError, match=said):
        client.search_events(**filters)
    assert not face.log


def test_a_cursor_of_another_listing_is_refused(either: Client) -> None:
    """A cursor of postings, of other filters, or of a board is no cursor of these events."""
    of_jobs = bd.card(either.search_jobs(limit=2))["next_cursor"]
    of_board = bd.card(either.source_jobs(source(1)["source_id"], limit=2))["next_cursor"]
    of_closed = bd.card(either.search_events("job.closed", limit=2))["next_cursor"]
    for cursor in (of_jobs, of_board, of_closed):
        with pytest.raises(bd.InvalidRequestError, match="another search"):
            either.search_events(cursor=cursor)
    with pytest.raises(bd.InvalidRequestError, match="another search"):
        either.search_jobs(cursor=bd.card(either.search_events(limit=2))["next_cursor"])


# -- going on ----------------------------------------------------------------------------------------------------------


@settings(max_examples=15)
@given(
    steps=st.lists(st.integers(1, 120), min_size=1, max_size=4).filter(lambda steps: sum(steps) > 5),
    name=st.sampled_from([name for name in FILTERS if name != "nothing"]),
)
def test_steps_of_any_size_make_the_whole(store: Client, online: Client, steps: list[int], name: str) -> None:
    """However a load is cut, its pieces are the one load, on either backend."""
    filters, test = FILTERS[name]
    for client in (store, online):
        found: list[str] = []
        cursor = None
        for number in range(300):
            part = client.search_events(limit=steps[number % len(steps)], cursor=cursor, **filters)
            found += ids(part)
            cursor = bd.card(part)["next_cursor"]
            if cursor is None:
                break
        assert found == in_order(test)


def test_a_continued_load_claims_no_total(either: Client) -> None:
    """A later piece has no total and is not complete, on either backend, as of a search of postings."""
    first = either.search_events(limit=50)
    card = bd.card(either.search_events(limit=None, cursor=bd.card(first)["next_cursor"]))
    assert card["complete"] is False and card["next_cursor"] is None
    assert card["total"] is None


def test_a_load_that_breaks_off_keeps_its_rows() -> None:
    """A later page that fails: the rows so far, a warning, and a cursor to the rest."""
    client, face = client_of(DATA)
    face.faults.only, face.faults.error_every, face.faults.error_status = "/events/search", 2, 403
    with pytest.warns(bd.PartialResultWarning, match="after 100 rows"):
        part = client.search_events(limit=None)
    face.faults.error_every = 0
    rest = client.search_events(limit=None, cursor=bd.card(part)["next_cursor"])
    assert ids(part) + ids(rest) == in_order(lambda _: True)


def test_ages_go_on_under_one_clock(store: Client) -> None:
    """An age means the same instant in every piece of a walk."""
    first = store.search_events(observed_after="30d", limit=3)
    assert bd.card(first)["applied"]["observed_after"] == "2026-05-07T08:00:00Z"
    rest = store.search_events(observed_after="30d", limit=None, cursor=bd.card(first)["next_cursor"])
    assert ids(first) + ids(rest) == in_order(lambda one: (one["observed_at"] or "") >= "2026-05-07T08:00:00Z")


def test_events_without_a_time_come_last(either: Client) -> None:
    """An event of unknown time stands after all others, and no bound finds it."""
    found = either.search_events(limit=None)
    missing = found["observed_at"].isna()
    assert missing.sum() == 7 and missing.tolist() == sorted(missing.tolist())
    assert not either.search_events(observed_before="2030-01-01", limit=None)["observed_at"].isna().any()


# -- values ------------------------------------------------------------------------------------------------------------

VALUES: dict[str, tuple[str, str | None, str | None]] = {  # JSON → the column, the column to be read
    "null": ("null", None, None),
    "text": ('"Z\u00fcrich"', '"Z\u00fcrich"', "Z\u00fcrich"),
    "empty text": ('""', '""', ""),
    "text null": ('"null"', '"null"', "null"),
    "true": ("true", "true", "yes"),
    "false": ("false", "false", "no"),
    "zero": ("0", "0", "0"),
    "number": ("120000.0", "120000.0", "120000"),
    "fraction": ("-0.5", "-0.5", "-0.5"),
    "large number": ("1e30", "1e30", "1e+30"),
    "many digits": ("12345678901234567890123", "12345678901234567890123", "12345678901234567890123"),
    "list": ('["Java","SQL"]', '["Java","SQL"]', "Java, SQL"),
    "empty list": ("[]", "[]", "[]"),
    "mixed list": ('[1,null,true,"x"]', '[1,null,true,"x"]', "1, null, yes, x"),
    "nested list": ('[["a"],{"b":1}]', '[["a"],{"b":1}]', '[["a"], {"b": 1}]'),
    "object": ('{"city":"\u00c5rhus"}', '{"city":"\u00c5rhus"}', '{"city": "\u00c5rhus"}'),
    "escaped": (r'"\u00e9"', r'"\u00e9"', "\u00e9"),
    "lone surrogate": (r'"a\ud800b"', '"a\ufffdb"', "a\ufffdb"),
}


def with_value(written: str) -> bytes:
    """An answer with one event whose values are this JSON, byte for byte."""
    one = json.dumps({**event(1, job(1)), "old_value": "OLD", "new_value": "NEW"})
    body = f'{{"data":[{one}],"meta":{{"limit":100}}}}'
    return body.replace('"OLD"', written).replace('"NEW"', written).encode()


@pytest.mark.parametrize("name", VALUES)
def test_values_of_every_type(name: str) -> None:
    """old_value and new_value are the JSON that came; beside them the same to be read."""
    written, column, text = VALUES[name]
    faults = Faults(overrides=[Override(r"/events", with_value(written))])
    client, _ = client_of(small_data(3), faults)
    for found in (client.search_events(), client.job_events(job(1)["job_id"])):
        row = found.iloc[0]
        for stem in ("old_value", "new_value"):
            told, read = row[stem], row[f"{stem}_text"]
            assert (None if pd.isna(told) else told) == column
            assert (None if pd.isna(read) else read) == text
        assert str(found.dtypes["old_value_text"]) == str(found.dtypes["old_value"]) == "str"
        assert found.bluedoor.decoded("new_value")[0] == (None if column is None else json.loads(column))


@pytest.mark.parametrize("written", ["1e999", "1" + "0" * 5000, "-1e999"])
def test_numbers_that_no_machine_holds(written: str) -> None:
    """A number too large for a float, or of thousands of digits, stays what it was, to be read, too."""
    client, _ = client_of(small_data(3), Faults(overrides=[Override(r"/events", with_value(written))]))
    found = client.search_events()
    assert found["new_value"][0] in {written, f'"{written}"'}
    assert found["new_value_text"][0] == written


@pytest.mark.parametrize("written", [r'"\ud800"', '"\x01"', "NaN", "Infinity"])
def test_values_that_are_no_proper_json(written: str) -> None:
    """Lone surrogates, bare controls, NaN: the event is kept, and the frame can be written to files."""
    client, _ = client_of(small_data(3), Faults(overrides=[Override(r"/events", with_value(written))]))
    found = client.search_events()
    assert len(found) == 1 and isinstance(found["new_value_text"][0], str)
    found.to_csv()
    found.to_parquet()


@settings(max_examples=40)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    )
)
def test_any_value_comes_through(value: Any) -> None:
    """Whatever JSON an event holds, the column decodes to it, and its text can be written as UTF-8."""
    jobs = [job(1)]
    client, _ = client_of(FaceData.of(jobs, (), (), [event(1, jobs[0], old_value=value, new_value=[value])], CLOCK))
    found = client.search_events()
    assert found.bluedoor.decoded("old_value")[0] == value
    assert found.bluedoor.decoded("new_value")[0] == [value]
    found["new_value_text"].fillna("").str.encode("utf-8")


def odd_events() -> FaceData:
    """Events of types and shapes that the contract does not know."""
    one = job(1)
    changes: list[dict[str, Any]] = [
        {"event_type": "job.archived", "field_name": "x"},
        {"event_type": None},
        {"observed_at": "yesterday"},
        {"observed_at": "2026-05-01T00:00:01", "new_field": {"a": 1}},
        {"metadata": None, "event_schema_version": "2"},
        {"event_schema_version": 1.5, "metadata": [1]},
    ]
    events = [event(n, one, **change) for n, change in enumerate(changes)]
    return FaceData.of([one], [org(1)], [source(1)], events, CLOCK)


def test_events_of_unknown_shape_are_kept(tmp_path: Path) -> None:
    """An unknown type, no type, an unreadable time, a new field: kept as rows, the odd parts beside, on either."""
    with store_client(tmp_path, odd_events()) as local:
        frames = []
        for client in (client_of(odd_events())[0], local):
            with pytest.warns(bd.DriftWarning, match="observed_at: 1"):
                frames.append(client.search_events(limit=None))
    pd.testing.assert_frame_equal(frames[0], frames[1])
    found: Any = frames[0].set_index("event_key")
    assert len(found) == 6
    assert found.loc["event-0", "event_type"] == "job.archived"
    assert json.loads(found.loc["event-2", "unknown_fields"]) == {"observed_at": "yesterday"}
    assert json.loads(found.loc["event-3", "unknown_fields"]) == {"new_field": {"a": 1}}


def test_events_of_unknown_organisations(online: Client) -> None:
    """The column company is empty where the backend has no name, and the card counts those."""
    jobs = [job(1), job(2)]
    data = FaceData.of(jobs, [org(1)], (), [event(n, one) for n, one in enumerate(jobs)], CLOCK)
    found = client_of(data)[0].search_events()
    assert found.set_index("job_id")["company"].fillna("-").to_dict() == {
        jobs[0]["job_id"]: "Company 1",
        jobs[1]["job_id"]: "-",
    }
    assert any("company is empty for 1" in note for note in bd.card(found)["notes"])


def test_names_that_cannot_be_looked_up() -> None:
    """A failing look-up of names costs the column company, not the events."""
    client, _ = client_of(DATA, Faults(overrides=[Override("/orgs/batch_lookup", {"data": "x"})]))
    with pytest.warns(bd.BluedoorWarning, match="names could not be looked up"):
        found = client.search_events(limit=3)
    assert found["company"].isna().all() and len(found) == 3


def test_an_event_that_comes_twice_is_said() -> None:
    """Pages that overlap give rows more than once: they come once, and it is said."""

    def twice(payload: Any) -> None:
        if isinstance(payload.get("data"), list) and payload["data"] and "event_id" in payload["data"][0]:
            payload["data"].append(payload["data"][0])

    client, _ = client_of(small_data(5), Faults(mutators=[twice]))
    found = client.search_events(limit=None)
    assert found["event_id"].is_unique
    assert any("1 events came more than once" in note for note in bd.card(found)["notes"])


# -- cards -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILTERS)
def test_an_event_search_is_reproduced(either: Client, name: str) -> None:
    """The reproduced call gives the same rows, from the start and from a cursor; curl asks for events."""
    filters, _ = FILTERS[name]
    found = either.search_events(limit=10, **filters)
    pd.testing.assert_frame_equal(run(found.bluedoor.reproduce(), either), found)
    assert "/events/search" in found.bluedoor.reproduce("curl")
    cursor = bd.card(found)["next_cursor"]
    if cursor:
        second = either.search_events(limit=10, cursor=cursor, **filters)
        pd.testing.assert_frame_equal(run(second.bluedoor.reproduce(), either), second)


def test_the_default_limit_is_reproduced(either: Client) -> None:
    """A call with no argument at all is reproduced with the limit it had."""
    found = either.search_events()
    pd.testing.assert_frame_equal(run(found.bluedoor.reproduce(), either), found)


def test_an_empty_answer_has_the_same_columns(either: Client) -> None:
    """No event: the same columns and dtypes, complete, a total of 0."""
    full, empty = either.search_events(limit=5), either.search_events(job_ids="0" * 40)
    assert empty.dtypes.to_dict() == full.dtypes.to_dict() and list(empty.columns) == COLUMNS
    assert (bd.card(empty)["total"], bd.card(empty)["complete"]) == (0, True)


def test_the_module_asks_the_default_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """bd.search_events without a client asks the backend of the environment."""
    monkeypatch.setenv("BLUEDOOR_BACKEND", "sample")
    assert len(bd.search_events("job.closed", limit=2)) == 2


def test_a_filter_that_is_ignored_is_found_out() -> None:
    """A server that ignores a filter whose name is assumed: never rows that do not match, and it is said."""
    wrong: dict[str, Any] = {
        "job_ids": [SOME_JOBS[0]],
        "org_ids": [org(1)["org_id"]],
        "source_ids": [source(1)["source_id"]],
        "provider": "lever",
        "observed_after": "2026-05-09",
        "observed_before": "2026-05-05",
    }
    right, _ = client_of(DATA)
    for name, value in wrong.items():
        client, _ = client_of(
            DATA,
            alter=lambda request, name=name: _without(request, name),  # type: ignore[misc]
            unknown_parameters="ignore",
        )
        with pytest.warns(bd.DriftWarning, match=f"seems to ignore {name}"):
            found = client.search_events(limit=None, **{name: value})
        assert ids(found) == ids(right.search_events(limit=None, **{name: value})), name


def _without(request: Any, name: str) -> Any:
    return type(request)(
        request.method,
        request.url.copy_remove_param(name),
        headers=request.headers,
        extensions=request.extensions,
        content=request.read() if request.method == "POST" else None,
    )


def test_ids_in_another_case_are_the_same_ids() -> None:
    """An answer may write its ids in capitals: the filter was obeyed."""
    one = DATA.jobs[0]
    capitals = [
        {**entry, "org_id": entry["org_id"].upper()} for entry in DATA.events if entry["org_id"] == one["org_id"]
    ]
    client, _ = client_of(DATA, Faults(overrides=[Override("/events/search", {"data": capitals[:3], "meta": {}})]))
    assert len(client.search_events(org_ids=[one["org_id"]])) == 3


def test_events_of_another_posting_are_not_taken_for_its_own() -> None:
    """Neither as its events nor as its history."""
    one, other = DATA.jobs[0], DATA.jobs[1]
    body = {"data": [event(1, other)], "meta": {"limit": 100}}
    client, _ = client_of(DATA, Faults(overrides=[Override(f"{one['job_id']}/events", body)]))
    for call in (client.job_events, client.history):
        with pytest.raises(bd.UnexpectedAnswerError, match="gave others"):
            call(one["job_id"])


def test_a_long_history_is_whole(tmp_path: Path) -> None:
    """Beyond the events of one answer, the others are searched for: no period is made up of what was not read."""
    one = job(0)
    types = ["job.created", *["job.closed", "job.reopened"] * 75]
    events = [event(number, one, event_type=kind, field_name=None) for number, kind in enumerate(types)]
    data = FaceData.of([one], [org(0)], [source(0)], events, CLOCK)
    with store_client(tmp_path, data) as local:
        for client in (client_of(data)[0], local):
            found = client.history(one["job_id"])
            assert len(found) == len(types)
            assert found["started_by"].tolist() == types
            assert bd.card(found)["complete"]
