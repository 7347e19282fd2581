"""The published specification against the contract: every difference is said once, silence is named, nothing breaks."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bluedoor_tools import contract
from bluedoor_tools.errors import UnexpectedAnswerError
from bluedoor_tools.specification import Difference, Specification
from tests.api_face.document import openapi

HOME = "/job-postings/v1"
ENDPOINTS = [entry.name for entry in contract.ENDPOINTS]


def told(document: object) -> list[tuple[str, str, str, str]]:
    """The differences that a document has beyond those of the face's own, without what they say."""
    usual = Specification.of(openapi()).differences()
    found = Specification.of(document).differences()
    return [(one.kind, one.of, one.where, one.name) for one in found if one not in usual]


def the_one(document: object, name: str) -> Difference:
    (found,) = [one for one in Specification.of(document).differences() if one.name == name]
    return found


def parameters(document: dict[str, Any], path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document["paths"][path]["get"]["parameters"]
    return found


def rename(document: dict[str, Any], path: str, old: str, *new: str) -> None:
    """Let a GET list other parameters in the place of one."""
    listed = parameters(document, path)
    (place,) = [number for number, entry in enumerate(listed) if entry["name"] == old]
    listed[place : place + 1] = [{"name": name, "in": "query"} for name in new]


def answer(document: dict[str, Any], path: str, schema: object) -> None:
    """Let a GET describe its answer."""
    content = {"application/json; charset=utf-8": {"schema": schema}}
    document["paths"][path]["get"]["responses"] = {"200": {"content": content}}


def moved(prefix: str, **paths: Any) -> dict[str, Any]:
    """The face's document with its paths under a prefix, beside other paths."""
    document = openapi()
    document["paths"] = {prefix + path: item for path, item in document["paths"].items()} | paths
    return document


# The face's own document


def test_of_the_face_only_what_it_lacks_or_adds_is_told() -> None:
    """What is pushed is not served, and a look-up takes more; /openapi.json does not list itself, which is no news."""
    found = Specification.of(openapi())
    assert (found.title, found.version) == ("Job Postings API (stand-in)", "0")
    assert [(one.kind, one.of, one.where, one.name, one.known) for one in found.differences()] == [
        ("missing", "path", "POST /subscriptions", "/subscriptions", "observed"),
        ("missing", "path", "POST /webhook_endpoints", "/webhook_endpoints", "observed"),
        ("new", "parameter", "GET /orgs/lookup", "limit", ""),
        ("new", "parameter", "GET /orgs/lookup", "q", ""),
    ]
    assert found.not_described() == []


def test_a_name_that_is_listed_is_sent_as_it_is() -> None:
    """Every parameter of the contract, of every call that the face serves."""
    found = Specification.of(openapi())
    for endpoint in ("search", "search_by_post", "facets"):
        assert [found.sent_as(endpoint, name) for name in contract.PARAMETERS] == list(contract.PARAMETERS)
    for option in contract.OPTIONS:
        assert [found.sent_as(endpoint, option.name) for endpoint in option.of] == [option.name] * len(option.of)
    assert found.sent_as("search", "unheard_of") is None


def test_calls_are_listed_by_the_names_of_the_contract() -> None:
    """A call that the document lacks takes no parameter; a name that is no endpoint's is not listed."""
    found = Specification.of(openapi())
    missing = [name for name in ENDPOINTS if not found.lists(name)]
    assert missing == ["webhook_endpoints", "subscriptions", "openapi"]
    assert not found.lists("nothing") and found.sent_as("nothing", "limit") is None
    document = openapi()
    del document["paths"]["/jobs/facets"]
    assert Specification.of(document).sent_as("facets", "limit") is None


def test_a_specification_compares_and_needs_its_document_no_more() -> None:
    """It is read once: a document altered later changes nothing."""
    document = openapi()
    found = Specification.of(document)
    document.clear()
    assert found == Specification.of(openapi()) and found.sent_as("search", "q") == "q"


# Parameters


@pytest.mark.parametrize(("endpoint", "path"), [("search", "/jobs/search"), ("facets", "/jobs/facets")])
def test_an_assumed_parameter_goes_by_its_other_name(endpoint: str, path: str) -> None:
    """The one other name that is listed is used, and told once: neither as missing nor as new."""
    document = openapi()
    rename(document, path, "provider", "ats_provider")
    assert Specification.of(document).sent_as(endpoint, "provider") == "ats_provider"
    assert told(document) == [("renamed", "parameter", f"GET {path}", "provider")]
    assert the_one(document, "provider").says == "assumed; the specification has `ats_provider`, which is used instead"


def test_of_two_other_names_none_is_chosen() -> None:
    """Both are told as new, ours as missing, with what there is to choose from."""
    document = openapi()
    rename(document, "/jobs/search", "provider", "ats_provider", "providers")
    assert Specification.of(document).sent_as("search", "provider") is None
    assert told(document) == [
        ("missing", "parameter", "GET /jobs/search", "provider"),
        ("new", "parameter", "GET /jobs/search", "ats_provider"),
        ("new", "parameter", "GET /jobs/search", "providers"),
    ]
    assert "`ats_provider` and `providers`" in the_one(document, "provider").says


def test_a_name_that_is_listed_keeps_its_place_beside_another() -> None:
    """Where ours is listed, an other name is only new."""
    document = openapi()
    rename(document, "/jobs/search", "provider", "provider", "ats_provider")
    assert Specification.of(document).sent_as("search", "provider") == "provider"
    assert told(document) == [("new", "parameter", "GET /jobs/search", "ats_provider")]


@pytest.mark.parametrize("new", ["orgIds", "org_id", "ORG-IDS", "organization_ids", "organisationIds"])
def test_an_observed_parameter_is_renamed_in_words_only(new: str) -> None:
    """What was seen to work is sent no other way; the obvious new name is told for the contract's sake."""
    document = openapi()
    rename(document, "/jobs/search", "org_ids", new)
    assert Specification.of(document).sent_as("search", "org_ids") is None
    assert told(document) == [("renamed", "parameter", "GET /jobs/search", "org_ids")]
    assert the_one(document, "org_ids").says == f"observed, but the specification has `{new}`; correct the contract"


@pytest.mark.parametrize("new", [("orgIds", "org_id"), ("employer_ids",), ()])
def test_a_parameter_without_one_obvious_new_name_is_missing(new: tuple[str, ...]) -> None:
    """Two obvious ones are as good as none."""
    document = openapi()
    rename(document, "/jobs/search", "org_ids", *new)
    assert told(document) == [
        ("missing", "parameter", "GET /jobs/search", "org_ids"),
        *(("new", "parameter", "GET /jobs/search", name) for name in sorted(new)),
    ]


def test_only_parameters_of_the_query_count() -> None:
    """Header, path and cookie parameters are none, whatever they are called."""
    document = openapi()
    for place in ("header", "path", "cookie", "", None):
        parameters(document, "/jobs/search").append({"name": f"x-{place}", "in": place})
    assert told(document) == []
    parameters(document, "/jobs/search")[:] = [
        {**entry, "in": "header"} if entry["name"] == "q" else entry for entry in parameters(document, "/jobs/search")
    ]
    assert told(document) == [("missing", "parameter", "GET /jobs/search", "q")]


def test_parameters_of_a_path_count_for_each_of_its_calls() -> None:
    """Written once beside the methods, they are parameters of both."""
    document = openapi()
    document["paths"]["/jobs/search"]["parameters"] = [{"name": "team", "in": "query"}]
    assert told(document) == [
        ("new", "parameter", "GET /jobs/search", "team"),
        ("new", "parameter", "POST /jobs/search", "team"),
    ]


def test_a_call_without_any_parameters_says_nothing_of_them() -> None:
    """Our names are sent as they are, and the silence is named where the contract has parameters."""
    document = openapi()
    for item in document["paths"].values():
        for operation in item.values():
            operation.pop("parameters", None)
            operation.pop("requestBody", None)
    found = Specification.of(document)
    assert found.sent_as("search", "provider") == found.sent_as("search_by_post", "provider") == "provider"
    assert not [one for one in found.differences() if one.of == "parameter"]
    assert found.not_described() == [
        f"parameters of {contract.endpoint(name).method} {contract.endpoint(name).path}"
        for name in ENDPOINTS
        if found.lists(name) and name not in ("org", "source", "stats")
    ]


def test_parameters_of_calls_that_are_not_used_are_no_news() -> None:
    """The contract knows the names of the push calls only."""
    body: dict[str, Any] = {"content": {"application/json": {"schema": {"properties": {"url": {}}}}}}
    document = moved("", **{"/subscriptions": {"post": {"requestBody": body}}})
    assert told(document) == []
    assert Specification.of(document).lists("subscriptions")


def test_a_call_whose_parameters_are_not_known_may_list_new_ones() -> None:
    """They are told where the call is used; a GET has no body that could hold any."""
    document = openapi()
    parameters(document, "/stats").append({"name": "since", "in": "query"})
    document["paths"]["/stats"]["get"]["requestBody"] = document["paths"]["/query"]["post"]["requestBody"]
    assert told(document) == [("new", "parameter", "GET /stats", "since")]


def test_references_are_followed() -> None:
    """Parameters, bodies, schemas, answers and path items may stand among the components."""
    document = openapi()
    paths, components = document["paths"], document["components"]
    components["parameters"] = {"team/of~all": {"name": "team", "in": "query"}}
    parameters(document, "/jobs/search").append({"$ref": "#/components/parameters/team~1of~0all"})
    parameters(document, "/jobs/facets").append({"$ref": "#/paths/~1jobs~1search/get/parameters/0"})  # q, already there
    components["requestBodies"] = {"Search": paths["/jobs/search"]["post"]["requestBody"]}
    components["schemas"]["Ids"] = paths["/orgs/batch_lookup"]["post"]["requestBody"]["content"]["application/json"]
    paths["/jobs/search"]["post"]["requestBody"] = {"$ref": "#/components/requestBodies/Search"}
    paths["/orgs/batch_lookup"]["post"]["requestBody"] = {
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Ids/schema"}}}
    }
    components["pathItems"] = {"stats": paths["/stats"]}
    paths["/stats"] = {"$ref": "#/components/pathItems/stats"}
    components["responses"] = {"Job": {"content": {"application/json": {"schema": {"properties": {"title": {}}}}}}}
    paths["/jobs/{job_id}"]["get"]["responses"] = {"200": {"$ref": "#/components/responses/Job"}}
    found = told(document)
    assert found[-1] == ("new", "parameter", "GET /jobs/search", "team")
    assert {(kind, of, where) for kind, of, where, _ in found[:-1]} == {("missing", "field", "job")}
    assert len(found) == len(contract.JOB_FIELDS)  # all but the title, and the one parameter
    assert Specification.of(document).not_described() == []


def test_what_lies_outside_the_document_or_nowhere_is_ignored() -> None:
    """Only local references are followed; one that leads nowhere is as good as absent."""
    document = openapi()
    for reference in ("other.json#/q", "https://example.org/#/a", "#/nowhere", "#", "#/paths/~1stats/get/9", 5, None):
        parameters(document, "/jobs/search").append({"$ref": reference})
    assert told(document) == []


# Paths


@pytest.mark.parametrize("prefix", ["", "/v1", HOME, "/{tenant}/job-postings/v2"])
def test_paths_may_carry_any_prefix(prefix: str) -> None:
    """The server's address carries the rest; templates may have other names, and a path may end in a slash."""
    document = moved(prefix)
    document["paths"][f"{prefix}/jobs/{{id}}/"] = document["paths"].pop(f"{prefix}/jobs/{{job_id}}")
    document["paths"][f"{prefix}/salaries/{{id}}"] = {"get": {}, "options": {}, "summary": "…"}
    document["paths"]["x-tagged"] = {"get": {}}
    assert told(document) == [("new", "path", "GET /salaries/{id}", "/salaries/{id}")]


def test_other_apis_in_the_document_are_not_reported() -> None:
    """What stands under another prefix belongs to another API, or to another version of this one."""
    document = moved(HOME, **{f"/companies/v1{path}": {"get": {}} for path in ("/orgs/lookup", "/stats", "/else")})
    assert told(document) == []
    document["paths"] |= {path.replace("v1", "v2"): {"get": {}} for path in moved(HOME)["paths"]}
    assert told(document) == []


def test_a_path_that_is_gone_is_missing_and_its_parameters_are_not_told() -> None:
    """One line says it."""
    document = openapi()
    del document["paths"]["/events/search"]
    del document["paths"]["/jobs/search"]["post"]
    assert told(document) == [
        ("missing", "path", "GET /events/search", "/events/search"),
        ("missing", "path", "POST /jobs/search", "/jobs/search"),
    ]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("/orgs/lookup", "/orgs/look-up"),
        ("/orgs/lookup", "/organizations/lookup"),
        ("/orgs/{org_id}", "/organisation/{id}"),
        ("/sources/{source_id}/jobs", "/Sources/{source}/job"),
    ],
)
def test_a_path_under_an_obvious_new_name_is_renamed(ours: str, theirs: str) -> None:
    """The same up to case, separators, a plural and "organization" written out; the call itself stays as observed."""
    document = openapi()
    document["paths"][theirs] = document["paths"].pop(ours)
    found = [one for one in Specification.of(document).differences() if one.name == ours]
    assert [(one.kind, one.where) for one in found] == [("renamed", f"GET {ours}")]
    assert f"`GET {theirs}`; correct the contract" in found[0].says
    assert all(theirs != name for _, _, _, name in told(document))


def test_paths_that_only_end_alike_are_not_the_same() -> None:
    """Another collection's search is no new name of ours, and another method no other call."""
    document = openapi()
    document["paths"]["/salaries/search"] = document["paths"].pop("/events/search")
    document["paths"]["/stat"] = {"post": document["paths"].pop("/stats")["get"]}
    assert told(document) == [
        ("missing", "path", "GET /events/search", "/events/search"),
        ("missing", "path", "GET /stats", "/stats"),
        ("new", "path", "GET /salaries/search", "/salaries/search"),
        ("new", "path", "POST /stat", "/stat"),
    ]


# Fields


def test_fields_are_read_from_the_schema_of_the_record_s_name() -> None:
    """Where no answer is described, as in the face's document."""
    document = openapi()
    schemas = document["components"]["schemas"]
    schemas["Job"]["properties"]["seniority"] = {}
    schemas["Source"]["properties"]["boardUrl"] = schemas["Source"]["properties"].pop("board_url")
    del schemas["Organization"]["properties"]["domain"]
    schemas["JobEvent"] = schemas.pop("Event")
    assert told(document) == [
        ("missing", "field", "organisation", "domain"),
        ("renamed", "field", "source", "board_url"),
        ("new", "field", "job", "seniority"),
    ]
    assert the_one(document, "seniority").says.endswith("its values are kept in `unknown_fields`")
    assert the_one(document, "board_url").says == "assumed, but the specification has `boardUrl`; correct the contract"


JOB: dict[str, Any] = {"properties": {field.name: {} for field in contract.JOB_FIELDS[1:]} | {"seniority": {}}}
ENVELOPE: dict[str, Any] = {"properties": {"meta": {}, "status": {}, "data": {}}}


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("/jobs/{job_id}", JOB),
        ("/jobs/{job_id}", {"properties": {"data": JOB, "status": {}}}),
        ("/jobs/search", {"type": "array", "items": JOB}),
        ("/jobs/search", {"properties": {"data": {"type": "array", "items": JOB}, "meta": {}}}),
        ("/jobs/search", {"allOf": [ENVELOPE, {"properties": {"data": {"items": {"$ref": "#/components/x/Job"}}}}]}),
        ("/jobs/{job_id}", {"properties": {"data": {"anyOf": [{"$ref": "#/components/x/Job"}, {"type": "null"}]}}}),
        ("/jobs/{job_id}", {"oneOf": [{"properties": {name: {}}} for name in JOB["properties"]]}),
    ],
)
def test_fields_are_read_from_the_answer(path: str, schema: object) -> None:
    """With or without envelope and list, merged from parts; an answer tells more than a schema's name."""
    document = openapi()
    document["components"]["x"] = {"Job": JOB}
    answer(document, path, schema)
    assert told(document) == [("missing", "field", "job", "job_id"), ("new", "field", "job", "seniority")]


@pytest.mark.parametrize(
    ("status", "media"), [("200", "*/*"), ("2XX", "application/json"), ("200", "application/x+json")]
)
def test_an_answer_may_be_described_loosely(status: str, media: str) -> None:
    """By any success, and by any kind of JSON."""
    document = openapi()
    content = {"text/html": {"schema": {}}, media: {"schema": JOB}}
    document["paths"]["/jobs/search"]["get"]["responses"] = {status: {"content": content}, "400": {}}
    assert told(document) == [("missing", "field", "job", "job_id"), ("new", "field", "job", "seniority")]


def test_a_field_of_either_answer_is_listed() -> None:
    """A search may answer with less than the single record."""
    document = openapi()
    answer(document, "/jobs/search", {"properties": {"title": {}}})
    answer(document, "/jobs/{job_id}", {"properties": {"data": {"$ref": "#/components/schemas/Job"}}})
    assert told(document) == []


def test_where_no_record_is_described_nothing_is_said_of_its_fields() -> None:
    """Such silence is named, so that it does not pass for agreement."""
    document = openapi()
    document["components"]["schemas"] = {"Source": {"properties": {"colour": {}}}, "Job": {"type": "object"}}
    answer(document, "/orgs/{org_id}", {"properties": {"ok": {"type": "boolean"}}})
    assert told(document) == []
    assert Specification.of(document).not_described() == [
        f"fields of {record}" for record in ("job", "event", "organisation", "source", "stats")
    ]


def test_cycles_end() -> None:
    """A schema, a parameter or a path item may contain itself; what stands beside the cycle counts."""
    document = openapi()
    loop = {"$ref": "#/components/schemas/Loop"}
    document["components"]["schemas"]["Loop"] = {"allOf": [loop, JOB], "items": loop, **loop}
    document["components"]["parameters"] = {"Loop": {"$ref": "#/components/parameters/Loop"}}
    parameters(document, "/jobs/search").append({"$ref": "#/components/parameters/Loop"})
    document["paths"]["/loop"] = {"$ref": "#/paths/~1loop"}
    answer(document, "/jobs/search", {"properties": {"data": loop}})
    answer(document, "/sources/{source_id}", {"properties": {"data": {"$ref": "#/components/schemas/Endless"}}})
    document["components"]["schemas"]["Endless"] = {"properties": {"data": {"$ref": "#/components/schemas/Endless"}}}
    assert told(document) == [("missing", "field", "job", "job_id"), ("new", "field", "job", "seniority")]


# Swagger 2.0


def test_swagger_2_is_understood() -> None:
    """Parameters in the body, answers without media types, schemas among the definitions."""
    document = openapi()
    definitions = document.pop("components")["schemas"]
    definitions["Body"] = document["paths"]["/jobs/search"]["post"].pop("requestBody")["content"]["application/json"]
    definitions["Body"] = definitions["Body"]["schema"]
    body = {"name": "body", "in": "body", "schema": {"$ref": "#/definitions/Body"}}
    document["paths"]["/jobs/search"]["post"]["parameters"] = [body]
    document |= {"swagger": "2.0", "basePath": HOME, "definitions": definitions}
    del document["openapi"]
    document["paths"]["/jobs/search"]["get"]["responses"] = {"200": {"schema": {"type": "array", "items": JOB}}}
    assert told(document) == [("missing", "field", "job", "job_id"), ("new", "field", "job", "seniority")]
    assert Specification.of(document).sent_as("search_by_post", "provider") == "provider"
    assert Specification.of(document).not_described() == []


# What is no specification of this API


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "openapi: 3.1.0",
        {},
        {"openapi": "3.1.0"},
        {"openapi": "3.1.0", "paths": []},
        {"openapi": 3.1, "paths": {}},
        {"openapi": "4.0.0", "paths": {}},
        {"swagger": "1.2", "paths": {}},
        {"data": []},
    ],
)
def test_what_is_no_openapi_document_is_refused(document: object) -> None:
    """With a hint at where one is."""
    with pytest.raises(UnexpectedAnswerError, match="no OpenAPI document") as caught:
        Specification.of(document)
    assert "openapi.json" in caught.value.hint


@pytest.mark.parametrize("kept", [[], ["/jobs/search", "/stats"], ["/jobs/facets", "/stats", "/query", "/orgs/lookup"]])
def test_another_api_is_refused_by_its_title(kept: list[str]) -> None:
    """With fewer than three of our paths, or without the job search, there is nothing to compare."""
    document = openapi()
    document["info"]["title"] = "Pets\x1b[31m\n" + "x" * 200
    document["paths"] = {path: document["paths"][path] for path in kept} | {"/pets": {"get": {}}}
    with pytest.raises(
        UnexpectedAnswerError, match=rf"another API, Pets \[31m x{{70}}: .*it has {len(kept)}\."
    ) as caught:
        Specification.of(document)
    assert "x" * 71 not in str(caught.value)


# Strangers


def test_what_is_shown_of_the_document_is_one_short_line() -> None:
    """No name of it drives a terminal, or fills the screen."""
    odd = "\x1b[31m\n\u202eodd\ud800" + "x" * 500
    document = openapi()
    document["info"] = {"title": odd, "version": odd}
    document["paths"][f"/{odd}"] = {"get": {}}
    document["components"]["schemas"]["Job"]["properties"][odd] = {}
    rename(document, "/jobs/search", "q", odd, "Q" + "_" * 200)
    found = Specification.of(document)
    texts = [found.title, found.version]
    texts += [text for one in found.differences() for text in (one.where, one.name, one.says)]
    assert all(text.isprintable() and len(text) < 200 for text in texts)
    assert all(len(one.name) <= 80 for one in found.differences())
    assert "[31m" in found.title and len(found.title) <= 80


@pytest.mark.parametrize("names", ["parameters", "properties", "allOf"])
def test_a_size_that_no_api_has_is_refused(names: str) -> None:
    """Rather than cut in silence."""
    document = openapi()
    if names == "parameters":
        parameters(document, "/stats").extend({"name": f"n{number}", "in": "query"} for number in range(3000))
    elif names == "properties":
        document["components"]["schemas"]["Job"]["properties"] |= {f"n{number}": {} for number in range(3000)}
    else:
        document["components"]["schemas"]["Job"]["allOf"] = [{} for _ in range(3000)]
    with pytest.raises(UnexpectedAnswerError, match="more than 2,000 names"):
        Specification.of(document)


def large_paths(document: dict[str, Any]) -> None:
    document["paths"] |= {f"/things/{number}/{'x' * 150}": {"get": {}, "post": {}} for number in range(4_900)}


def large_ladder(document: dict[str, Any]) -> None:
    """Path items that refer to one another in a long row."""
    for number in range(4_900):
        document["paths"][f"/{number}"] = {"$ref": f"#/paths/~1{number + 1}"}


def large_names(document: dict[str, Any]) -> None:
    """One name of several megabytes, wherever a name can stand, and a path of as many segments."""
    name = "_a" * 2_000_000
    document["paths"]["/a" * 2_000_000] = {"get": {}}
    document["components"]["parameters"] = {"Long": {"name": name, "in": "query"}}
    for item in document["paths"].values():
        item["parameters"] = [{"$ref": "#/components/parameters/Long"}, {"$ref": "#/" + name}]
    for schema in document["components"]["schemas"].values():
        schema["properties"][name] = {}
    document["info"]["title"] = name


def large_merges(document: dict[str, Any]) -> None:
    """Every part refers to the whole again."""
    again = {"$ref": "#/components/schemas/Job"}
    parts = [{"allOf": [again] * 1000, "properties": {"data": again, "title": again}} for _ in range(900)]
    document["components"]["schemas"]["Job"]["anyOf"] = parts


def deep(document: dict[str, Any]) -> None:
    """Nesting that would exhaust recursion."""
    for word in ("items", "allOf"):
        schema: dict[str, Any] = {}
        for _ in range(100_000):
            schema = {word: [schema] if word == "allOf" else schema}
        answer(document, "/jobs/search" if word == "items" else "/jobs/{job_id}", schema)


@pytest.mark.parametrize("enlarge", [large_paths, large_ladder, large_names, large_merges, deep])
def test_a_large_or_deep_document_takes_seconds(enlarge: Callable[[dict[str, Any]], None]) -> None:
    """Of ten megabytes and more, of any shape: it is compared or refused before anybody wonders."""
    document = openapi()
    enlarge(document)
    start = time.perf_counter()
    with contextlib.suppress(UnexpectedAnswerError):
        assert Specification.of(document).differences()
    assert time.perf_counter() - start < 10


def test_a_document_of_more_paths_than_any_api_has_is_refused() -> None:
    """It would only flood the reader."""
    document = openapi()
    document["paths"] |= {f"/things/{number}": {"get": {}} for number in range(6_000)}
    with pytest.raises(UnexpectedAnswerError, match="more than 5,000 paths"):
        Specification.of(document)


def check(document: object) -> None:
    """A document is read, or refused; what is said of it is in order and fit to show."""
    try:
        found = Specification.of(document)
    except UnexpectedAnswerError:
        return
    told = found.differences()
    order = ["missing", "renamed", "new"]
    assert told == sorted(told, key=lambda one: (order.index(one.kind), one.of, one.where, one.name, one.says))
    assert all(one.says.isprintable() and bool(one.known) == (one.kind != "new") for one in told)
    assert all(isinstance(text, str) for text in found.not_described())
    for endpoint in ENDPOINTS:
        name = found.sent_as(endpoint, "provider")
        assert name in (None, "provider", *contract.PARAMETERS["provider"].other_names)


WORDS = st.sampled_from(
    ["$ref", "#/paths", "#/paths/~1jobs~1search", "#/components/schemas/Job", "parameters", "properties", "items",
     "allOf", "data", "name", "in", "query", "body", "schema", "get", "200", "content", "application/json", "provider",
     "/jobs/search", "/", "", "3.1.0"]
)  # fmt: skip
ATOMS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | WORDS
JSON = st.recursive(
    ATOMS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | WORDS, inner, max_size=4)
)


@given(JSON)
@example({"openapi": "3.", "paths": {5: {}, None: {}, ("a",): {}}})
def test_any_json_is_read_or_refused(document: object) -> None:
    """As a document, and as any part of one."""
    check(document)
    for part in openapi():
        check(openapi() | {part: document})


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container of a document, with each key or index in it."""
    found = [(value, key) for key in (value if isinstance(value, dict) else range(len(value)))]
    return found + [
        place for inner, key in found if isinstance(inner[key], dict | list) for place in places(inner[key])
    ]


COUNT = len(places(openapi()))


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, COUNT - 1), JSON | st.just(...), st.booleans()), min_size=1, max_size=8))
def test_a_damaged_document_is_read_or_refused(damage: list[tuple[int, Any, bool]]) -> None:
    """Any parts of the face's document replaced, dropped, or filed under a name that is no text."""
    document = json.loads(json.dumps(openapi()))
    here = places(document)
    for number, value, misnamed in damage:
        container, key = here[number]
        try:
            if value is ...:
                del container[key]
            else:
                container[(key,) if misnamed and isinstance(container, dict) else key] = value
        except (KeyError, IndexError):
            continue
    check(document)
