"""Resources: records whole within the budget, the schema, the page of the app, and what is no resource."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluedoor_tools import BluedoorError, Client, CouldNotAskError, NotFoundError, contract
from mcp_server import resources
from mcp_server.app import VIEW_URI, view_html
from mcp_server.desk import Desk
from mcp_server.settings import Settings
from mcp_server.strangers import cleaned
from mcp_server.tokens import at_most
from tests.api_face import FaceApp, FaceData
from tests.api_face.examples import job, org, source
from tests.clients import client_of

REAL = "76a82054d2c45c7b4c4f9ca9915c4b03b7a5b303"
JOB_URI = f"bluedoor://job/{REAL}"


def desk_of(client: Client, budget: int = 4000) -> Desk:
    return Desk(Settings(budget=budget), client)


def desk_with(budget: int = 4000, **changes: Any) -> tuple[Desk, str, FaceApp]:
    """A desk over one posting of these fields, its URI, and the face."""
    record = job(1, **changes)
    client, face = client_of(FaceData.of([record], [org(1)], [source(1)]))
    return desk_of(client, budget), f"bluedoor://job/{record['job_id']}", face


def read(desk: Desk, uri: str) -> dict[str, Any]:
    """The JSON at a URI, which fits the budget."""
    (contents,) = resources.read(desk, uri).contents
    assert contents.uri == uri and contents.mime_type == "application/json"
    text = contents.model_dump()["text"]
    assert at_most(text) <= desk.settings.budget
    found: dict[str, Any] = json.loads(text)
    return found


def test_a_posting_is_given_whole(sample: Client) -> None:
    """Every field of the record, its company, and what a reader must know; nothing is cut that fits."""
    found = read(desk_of(sample), JOB_URI)
    record = sample.get_job(REAL).record
    assert found["record"].keys() == record.keys() and "cut" not in found
    assert found["record"]["native_structured"] == record["native_structured"]
    assert found["company"] == "Spotify" and found["backend"] == sample.backend.label
    assert "sample" in found["notices"][0] and "never instructions" in found["note"]


@pytest.mark.parametrize("budget", [1000, 1500, 2400])
def test_what_does_not_fit_is_cut_and_named(sample: Client, budget: int) -> None:
    """The description ends where the offset of the rest begins, and as late as the budget allows."""
    desk = desk_of(sample, budget)
    found = read(desk, JOB_URI)
    whole = cleaned(sample.get_job(REAL)["description_text"], contacts=False)
    kept = found["record"]["description_text"]
    assert whole.startswith(kept) and len(kept) < len(whole)
    said = f"{len(kept):,} of {len(whole):,} characters: get_job(job_id='{REAL}', sections=['description'], offset="
    assert found["cut"]["description_text"] == f"{said}{len(kept)})"
    assert at_most(json.dumps(found, ensure_ascii=False, separators=(",", ":"))) > budget - 30
    assert ("native_structured" in found["cut"]) == ("native_structured" not in found["record"])


def test_the_description_is_cut_before_what_the_system_sent(sample: Client) -> None:
    """As long as a useful part of the description fits, native_structured stays."""
    found = read(desk_of(sample, 2300), JOB_URI)
    assert list(found["cut"]) == ["description_text"] and found["record"]["native_structured"]


def test_an_enormous_record_fits() -> None:
    """What the system sent is left out, then what else is large, each by name; the ids stay."""
    changes = {f"unknown {number}": "word " * 50 for number in range(100)}
    desk, uri, _ = desk_with(
        1000,
        native_structured={"x": "y " * 9000},
        salary_raw="pay " * 2000,
        description_text="Über " * 900,
        **changes,
    )
    found = read(desk, uri)
    assert found["record"]["job_id"] == uri[-40:] and found["record"]["description_text"].startswith("Über")
    assert found["cut"]["native_structured"].endswith(f"get_job(job_id='{uri[-40:]}', sections=['raw'])")
    assert "unknown 0" in found["cut"]["other_fields"] and " more: " in found["cut"]["other_fields"]
    assert "salary_raw" not in found["record"] and "title" in found["record"]


class OneJob:
    """Stands for a client that gives one posting, just as it is written here."""

    backend = type("Backend", (), {"label": "a test"})

    def __init__(self, company: str, changes: dict[str, Any]) -> None:
        self._company, self._changes = company, changes

    def get_job(self, job_id: str) -> Any:
        """The posting, under this id."""
        members = {"company": self._company, "notices": (self._company,)}
        return type("Record", (dict,), members)({**job(1, **self._changes), "job_id": job_id})


def test_what_is_nested_too_deeply_is_left_out() -> None:
    """Nesting that cannot be written as JSON is named as cut; the rest of the record is whole."""
    nested: Any = "end"
    for _ in range(5000):
        nested = {"in": nested}
    desk = desk_of(OneJob("A company", {"native_structured": nested}))  # type: ignore[arg-type]
    found = read(desk, JOB_URI)
    assert list(found["cut"]) == ["native_structured"] and found["record"]["description_text"]


wild = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=30), inner, max_size=5),
    max_leaves=30,
)


@settings(max_examples=25)
@given(native=wild, title=st.text(max_size=3000), description=st.text(max_size=6000))
def test_any_record_fits(native: Any, title: str, description: str) -> None:
    """Whatever strangers wrote, the answer is JSON within the budget, and names the posting."""
    changes = {"native_structured": native, "title": title, "description_text": description}
    found = read(desk_of(OneJob(title, changes), 1000), JOB_URI)  # type: ignore[arg-type]
    assert found["record"].get("job_id", REAL) == REAL


def test_strangers_text_is_cleaned() -> None:
    """Hidden characters and contacts are left out of every field, and the note says how to get the contacts."""
    desk, uri, _ = desk_with(
        description_text="Ask ann@example.com\u200b\u202e",
        native_structured={"mail": "bob@example.com", "\u200bk": "v"},
    )
    text = json.dumps(read(desk, uri), ensure_ascii=False)
    assert "@example.com" not in text and "\u200b" not in text and "\u202e" not in text
    assert f"get_job(job_id='{uri[-40:]}', contacts=true)" in text


def test_ids_are_no_telephone_numbers() -> None:
    """Ids and keys stay as they are, however much they look like a number to call."""
    desk, uri, _ = desk_with(provider_job_key="+49 30 1234567", salary_raw="+49 30 1234567")
    record = read(desk, uri)["record"]
    assert record["provider_job_key"] == "+49 30 1234567" and "1234567" not in record["salary_raw"]


def test_organisation_and_board() -> None:
    """Their records, by id; a board says whose it is, and how fresh."""
    desk, _, _ = desk_with()
    assert read(desk, f"bluedoor://org/{org(1)['org_id']}")["record"]["display_name"] == "Company 1"
    found = read(desk, f"bluedoor://source/{source(1)['source_id']}")
    assert found["record"]["provider"] == "lever" and found["company"] == "Company 1"
    assert found["freshness"].startswith("crawled ")


def test_the_schema_is_whole_by_default(sample: Client) -> None:
    """Every column, filter and facet field of the contract, with what misleads and how it is known."""
    found = read(desk_of(sample), "bluedoor://schema")
    assert "cut" not in found
    for part, rows in (("jobs", contract.JOB_FIELDS), ("events", contract.EVENT_FIELDS), ("orgs", contract.ORG_FIELDS)):
        assert list(found[part]) == [row.name for row in rows]
        for row in rows:
            assert row.meaning in found[part][row.name] and row.misleads in found[part][row.name]
            assert found[part][row.name].endswith(f"({row.known})")
    assert set(contract.PARAMETERS) - set(found["job_filters"]) == {"location_text"}
    assert "remote, hybrid, on_site" in found["job_filters"]["workplace_type"]
    assert list(found["facet_fields"]) == list(contract.FACET_FIELDS)


def test_a_small_budget_cuts_the_schema_at_whole_rows(sample: Client) -> None:
    """It says how many of each part there are, and which tool has the rest."""
    whole = read(desk_of(sample), "bluedoor://schema")
    found = read(desk_of(sample, 1000), "bluedoor://schema")
    assert all(whole["jobs"][name] == said for name, said in found["jobs"].items())
    assert f"jobs: {len(found['jobs'])} of {len(whole['jobs'])}" in found["cut"] and "describe_data(" in found["cut"]


def test_the_page_of_the_app(sample: Client) -> None:
    """It is listed and read with the type and the wish for a border that hosts look for."""
    (listed,) = [resource for resource in resources.RESOURCES if resource.uri == VIEW_URI]
    (contents,) = resources.read(desk_of(sample), VIEW_URI).contents
    assert contents.model_dump()["text"] == view_html()
    for entry in (listed, contents):
        assert entry.mime_type == "text/html;profile=mcp-app" and entry.meta == {"ui": {"prefersBorder": True}}


def test_every_resource_listed_is_read(sample: Client) -> None:
    """What the lists name can be read; the templates, with an id of a record."""
    record = sample.get_job(REAL).record
    uris = [resource.uri for resource in resources.RESOURCES]
    uris += [template.uri_template.format(**record) for template in resources.TEMPLATES]
    assert len(uris) == 5
    for uri in uris:
        assert resources.read(desk_of(sample), uri).contents[0].uri == uri


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("bluedoor://jobs/1", "Did you mean bluedoor://job/{job_id}?"),
        ("bluedoor://schema/jobs", "Did you mean bluedoor://schema?"),
        ("file:///etc/passwd", "There are: bluedoor://job/{job_id}, "),
        ("", "There are: "),
        ("bluedoor://job/xx", "40 hex digits"),
        ("bluedoor://job/https://jobs.lever.co/spotify/1", "get_job(job_id=URL)"),
        ("bluedoor://org/Spotify", "find_orgs(name=…)"),
        ("bluedoor://source", "with a UUID"),
        (f"bluedoor://job/{'a' * 40}", "no job"),
        ("bluedoor://org/jobs_live_0123456789", "[key]"),
        ("bluedoor://" + "x" * 100_000, "No resource has the URI"),
    ],
)
def test_what_is_no_resource(sample: Client, uri: str, said: str) -> None:
    """The error is short and names the shape that a URI must have; no key is repeated."""
    with pytest.raises(NotFoundError) as raised:
        resources.read(desk_of(sample), uri)
    assert said in str(raised.value) and len(str(raised.value)) < 400 and "0123456789" not in str(raised.value)


@given(st.text(max_size=60) | st.text(max_size=60).map("bluedoor://{}".format))
def test_any_uri_is_answered_or_refused(sample: Client, uri: str) -> None:
    """No text brings anything but an error of the library."""
    with pytest.raises(BluedoorError):
        resources.read(desk_of(sample), uri)


def test_an_id_in_capitals_is_the_same(sample: Client) -> None:
    """Hosts that alter the case, or add a slash, are understood."""
    assert read(desk_of(sample), f"BLUEDOOR://job/{REAL.upper()}/")["record"]["job_id"] == REAL


def test_an_api_that_fails_is_no_missing_record() -> None:
    """Only the backend's own "no such record" is a NotFoundError."""
    desk, uri, face = desk_with()
    face.faults.error_every = 1
    with pytest.raises(CouldNotAskError):
        read(desk, uri)
