"""Completions: values from the contract and the backend, the likeliest first, asked for once, and never an error."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from unittest import mock

import mcp_types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluedoor_tools import Client, contract
from mcp_server import completions, prompts, resources
from mcp_server.desk import Desk
from mcp_server.settings import Settings
from tests.api_face import FaceData
from tests.api_face.examples import job, small_data
from tests.clients import client_of, searches

ANY = mcp_types.PromptReference(name="market_report")
JOB = mcp_types.ResourceTemplateReference(uri="bluedoor://job/{job_id}")


def desk_of(client: Client) -> Desk:
    return Desk(Settings(), client)


def values(client: Client, name: str, typed: str = "", prompt: str = "market_report") -> list[str]:
    """The values offered for an argument of a prompt."""
    completion = completions.complete(desk_of(client), mcp_types.PromptReference(name=prompt), name, typed)
    assert len(completion.values) <= 100 and completion.total is not None
    assert completion.has_more == (completion.total > len(completion.values))
    return completion.values


def test_companies(sample: Client) -> None:
    """Names that begin with what was typed, whatever its case, stand before those that hold it."""
    assert values(sample, "company", "sPot", "what_changed")[0] == "Spotify"
    found = values(sample, "company", "health", "what_changed")
    assert "Corvenmoor Health" in found and all("health" in name.casefold() for name in found)
    begins = [name.casefold().startswith("co") for name in values(sample, "company", "co", "what_changed")]
    assert True in begins and begins == sorted(begins, reverse=True)


def test_the_last_company_of_a_list_is_completed(sample: Client) -> None:
    """What was typed before the last comma stays."""
    found = values(sample, "companies", "Corvenmoor Health,spot", "compare_companies")
    assert found == ["Corvenmoor Health, Spotify"]


def test_places_and_departments(sample: Client) -> None:
    """A place is a country or a city; a role may be a department, whose words a search finds."""
    assert "United States" in values(sample, "place", "unit") and "Berlin" in values(sample, "place", "ber")
    assert "Engineering" in values(sample, "role", "engin") and "Berlin" not in values(sample, "country", "ber")


def test_values_of_the_contract(sample: Client) -> None:
    """Providers and facet fields need no request."""
    assert values(sample, "provider", "work")[:2] == ["workable", "workday"]
    assert values(sample, "field") == list(contract.FACET_FIELDS)
    assert values(sample, "since", "7", "what_changed") == ["7d"]


def test_at_most_a_hundred_with_the_number_of_all(sample: Client) -> None:
    """More match than are given, and that is said."""
    completion = completions.complete(desk_of(sample), ANY, "city", "")
    assert len(completion.values) == 100 and (completion.total or 0) > 100 and completion.has_more


@pytest.mark.parametrize(
    ("ref", "name"),
    [
        (mcp_types.PromptReference(name="no_such_prompt"), "city"),
        (mcp_types.ResourceTemplateReference(uri="bluedoor://nothing/{id}"), "city"),
        (ANY, "no_such_argument"),
        (ANY, "since"),  # of another prompt
        (mcp_types.PromptReference(name="shortlist"), "profile"),
        (JOB, "job_id"),
    ],
)
def test_what_has_no_values(
    sample: Client, ref: mcp_types.PromptReference | mcp_types.ResourceTemplateReference, name: str
) -> None:
    """Unknown prompts, resources and arguments, and those of which nothing can be known, give none."""
    completion = completions.complete(desk_of(sample), ref, name, "")
    assert (completion.values, completion.total, completion.has_more) == ([], 0, False)


def test_every_argument_and_template_is_answered(sample: Client) -> None:
    """All that the lists name, and the filters at any of them."""
    for prompt in prompts.PROMPTS:
        for argument in prompt.arguments or ():
            assert bool(values(sample, argument.name, "", prompt.name)) == (argument.name != "profile")
    for template in resources.TEMPLATES:
        ref = mcp_types.ResourceTemplateReference(uri=template.uri_template)
        for name in ("company", "city", "provider", "department", "field"):
            assert completions.complete(desk_of(sample), ref, name, "").values


@given(typed=st.text(max_size=30))
def test_any_text_may_be_typed(sample: Client, typed: str) -> None:
    """No text brings an error, and all that is offered holds it."""
    wanted = typed.strip().casefold()
    assert all(wanted in value.casefold() for value in values(sample, "city", typed))


def test_the_api_is_asked_once_for_each_field() -> None:
    """However often, and by however many at once, a field is completed; the same for every letter."""
    client, face = client_of(small_data())
    with ThreadPoolExecutor(8) as pool:
        assert all("New York" in found for found in pool.map(lambda _: values(client, "city"), range(16)))
    assert "New York" in values(client, "place", "new") and "New York" not in values(client, "city", "z")
    assert [request.params.get("field") for request in face.log if "facets" in request.path] == ["city", "country"]
    for _ in range(3):
        assert "Company 1" in values(client, "company", "company", "what_changed")
    assert len(searches(face)) == 1


def test_the_api_is_asked_again_after_an_hour() -> None:
    """New values appear without a restart."""
    client, face = client_of(small_data())
    with mock.patch.object(completions, "_now") as now:
        for now.return_value, asked in ((0.0, 1), (3599.0, 1), (3601.0, 2)):
            values(client, "department")
            assert len(face.log) == asked


def test_an_api_that_fails_leaves_what_is_known() -> None:
    """The contract's values and those met before are offered; the API is not asked again with every letter."""
    client, face = client_of(FaceData.of([job(1, country="Met-before-land")]))
    with mock.patch.object(completions, "_now", return_value=0.0):
        client.facets("country")
        face.faults.error_every = 1
        assert values(client, "country", "met-before") == ["Met-before-land"]
        asked = len(face.log)
        assert values(client, "country", "met") and len(face.log) == asked
        assert values(client, "provider", "green") == ["greenhouse"]


def test_a_slow_api_is_not_waited_for() -> None:
    """Somebody is typing: repetitions are given up when the patience of a completion is over."""
    client, face = client_of(small_data())
    face.faults.error_every = 1
    with mock.patch.object(completions, "_PATIENCE", 0.0):
        values(client, "region")
    assert len(face.log) <= 2


def test_a_backend_that_cannot_be_had_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting that names no backend stops the tools, not the completions."""
    monkeypatch.setenv("BLUEDOOR_BACKEND", "no such backend")
    desk = Desk(Settings())
    assert completions.complete(desk, ANY, "city", "no city is called so").values == []
    assert completions.complete(desk, ANY, "provider", "green").values == ["greenhouse"]


def test_strangers_text_is_offered_only_as_it_is() -> None:
    """A value with hidden characters or an address in it is not offered: shown cleaned, it would find nothing."""
    odd = ["Odd\u202eville", "Odd ann@example.com", "Odd\nton", "Oddham"]
    client, _ = client_of(FaceData.of([job(number, city=city) for number, city in enumerate(odd)]))
    assert values(client, "city", "odd") == ["Oddham"]
