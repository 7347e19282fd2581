"""facets and stats: counts of one field and of two, of lists, cut and said; figures of any shape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bluedoor_tools as bd
from bluedoor_tools import contract
from bluedoor_tools.client import Client
from tests.api_face import FaceData, Faults, Override
from tests.api_face.examples import CLOCK, job, org, small_data
from tests.clients import client_of, run, store_client

FIELDS = list(contract.FACET_FIELDS)
PAIRS = list(permutations(FIELDS, 2))


def plain(count: int = 240) -> FaceData:
    """Postings spread over a few values of every field, some of them missing."""
    jobs = [
        job(
            number,
            country=["Germany", "Norway", None][number % 3],
            region=["BE", "Oslo", "B", None][number % 4],
            city=["Berlin", "Oslo", "Bonn", "Bergen", None][number % 5],
            department=[None, "Sales", "R&D, Tools", "IT"][number // 2 % 4],
            employment_type=["full_time", "Full-time", "Permanent", None][number // 3 % 4],
            workplace_type=[None, "remote", "hybrid", "on_site"][number % 4],
            remote_policy=[None, "remote", "hybrid", None][number % 4],
            provider=["lever", "ashby", "icims"][number // 5 % 3],
            **({"status": "expired", "active": False} if number % 7 == 0 else {}),
        )
        for number in range(count)
    ]
    return FaceData.of(jobs, [org(n) for n in range(3)], (), (), CLOCK)


def spread(count: int = 240) -> FaceData:
    """The same with some of the values in another case."""
    jobs = [
        job(
            number,
            country=["Germany", "Norway", None][number % 3],
            region=["BE", "Oslo", "be", None][number % 4],
            city=["Berlin", "Oslo", "BERLIN", "Bergen", None][number % 5],
            department=[None, "Sales", "R&D, Tools", "sales"][number // 2 % 4],
            employment_type=["full_time", "Full-time", "FULL_TIME", None][number // 3 % 4],
            workplace_type=[None, "remote", "hybrid", "on_site"][number % 4],
            remote_policy=[None, "remote", "hybrid", None][number % 4],
            provider=["lever", "ashby", "Lever"][number // 5 % 3],
            **({"status": "expired", "active": False} if number % 7 == 0 else {}),
        )
        for number in range(count)
    ]
    return FaceData.of(jobs, [org(n) for n in range(3)], (), (), CLOCK)


PLAIN, DATA = plain(), spread()


@pytest.fixture(scope="module")
def plain_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A store over the plain postings."""
    with store_client(tmp_path_factory.mktemp("plain"), PLAIN) as client:
        yield client


@pytest.fixture(scope="module")
def plain_online() -> Client:
    """The face over the plain postings."""
    return client_of(PLAIN)[0]


def raw_pairs(by: str, field: str, data: FaceData) -> Counter[tuple[str, str]]:
    """Pairs of values of active postings, counted from the raw records; those of the split field in any case."""
    names = [contract.FACET_FIELDS[name].reads for name in (by, field)]
    rows = [[one[name] for name in names] for one in data.jobs if one["status"] == "active"]
    split = 0 if by != "remote_policy" else 1
    pairs: Counter[tuple[str, str]] = Counter()
    for row in rows:
        if None not in row:
            row[split] = row[split].casefold()
            pairs[row[0], row[1]] += 1
    return pairs


def told_pairs(found: pd.DataFrame, by: str) -> dict[tuple[str, str], int]:
    """Pairs of values with their counts, as a frame tells them; those of the field split whatever their case."""
    split = "by" if by != "remote_policy" else "value"
    folded = found.assign(**{split: found[split].str.casefold()})
    return dict(zip(zip(folded["by"], folded["value"], strict=True), folded["count"].tolist(), strict=True))


# -- two fields --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("by", "field"), PAIRS)
def test_every_pair_of_fields(plain_store: Client, plain_online: Client, by: str, field: str) -> None:
    """Counts of every pair are those of the raw records, on either backend, in the same order, with the same shares."""
    left = plain_online.facets(field, by=by, max_requests=100)
    right = plain_store.facets(field, by=by)
    pd.testing.assert_frame_equal(left, right)
    assert told_pairs(left, by) == dict(raw_pairs(by, field, PLAIN))
    assert left.groupby("by")["share"].sum().round(9).eq(1).all()
    assert bd.card(left)["complete"] and bd.card(right)["complete"]


@pytest.mark.parametrize(("by", "field"), PAIRS)
def test_every_pair_of_fields_in_any_case(either: Client, by: str, field: str) -> None:
    """Values that differ only in case are counted together in the field that is sent as a filter, and right."""
    found = either.facets(field, by=by, max_requests=100)
    assert told_pairs(found, by) == dict(raw_pairs(by, field, DATA))


def test_a_value_in_several_cases_has_one_spelling_on_either(store: Client, online: Client) -> None:
    """Which spelling stands for those that differ in case does not depend on the backend."""
    differ = []
    for by, field in PAIRS:
        left, right = online.facets(field, by=by, max_requests=100), store.facets(field, by=by)
        if not left.equals(right):
            differ.append((by, field))
    assert differ == []


PARITY = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@PARITY
@given(
    pair=st.sampled_from(PAIRS),
    status=st.sampled_from(["active", "expired", None, ["active", "expired"]]),
    limit=st.sampled_from([1, 2, 100]),
    filters=st.fixed_dictionaries(
        {},
        optional={
            "country": st.sampled_from(["germany", ["Norway", "Germany"], "Nowhere"]),
            "city": st.sampled_from(["berlin", ["Oslo", "BERLIN", "Bonn"]]),
            "provider": st.sampled_from(["LEVER", ["ashby", "lever"]]),
            "q": st.sampled_from(["engineer", "sales"]),
            "salary_exists": st.booleans(),
        },
    ),
)
def test_pairs_under_any_filters(
    plain_store: Client, plain_online: Client, pair: tuple[str, str], status: Any, limit: int, filters: dict[str, Any]
) -> None:
    """Under filters and lists, too, both backends count alike, and both call it complete or not."""
    left, right = (
        client.facets(pair[1], by=pair[0], status=status, limit=limit, max_requests=500, **filters)
        for client in (plain_online, plain_store)
    )
    pd.testing.assert_frame_equal(left, right)
    for name in ("complete", "reason", "applied"):
        assert bd.card(left)[name] == bd.card(right)[name]


def test_a_cut_by_max_requests_is_announced() -> None:
    """Rarer values of `by` are left out, counted on the card and warned of; those given are whole."""
    client, face = client_of(DATA)
    with pytest.warns(bd.ResultCutWarning, match="1 rarer value of city left out"):
        found = client.facets("workplace_type", by="city", max_requests=3)
    assert len(face.log) == 3 and found["by"].nunique() == 2
    card = bd.card(found)
    assert not card["complete"] and any("max_requests is 3" in note for note in card["notes"])
    whole = client.facets("workplace_type", by="city")
    pd.testing.assert_frame_equal(found, whole[whole["by"].isin(found["by"])].reset_index(drop=True))


def test_fewer_requests_than_it_takes() -> None:
    """Never more requests than allowed, and what is left out is said; too few for any pair are refused."""
    client, face = client_of(DATA)
    with pytest.raises(bd.InvalidRequestError, match="takes 2 requests or more; max_requests is 1"):
        client.facets("workplace_type", by="country", max_requests=1)
    assert not face.log
    with pytest.warns(bd.ResultCutWarning):
        found = client.facets("workplace_type", by="country", max_requests=2)
    assert len(face.log) == 2 and found["by"].nunique() == 1
    assert not bd.card(found)["complete"]


def test_a_limit_within_each_value(either: Client) -> None:
    """`limit` keeps the commonest values of each `by`; their shares stay those of all, and the cut is said."""
    whole, cut = either.facets("city", by="country"), either.facets("city", by="country", limit=1)
    expected = whole.groupby("by", sort=False).head(1).reset_index(drop=True)
    pd.testing.assert_frame_equal(cut, expected)
    assert not bd.card(cut)["complete"] and any("1 commonest" in note for note in bd.card(cut)["notes"])


def test_spellings_are_counted_together_and_that_is_said(either: Client) -> None:
    """Values of `by` that differ only in case are one, under their commonest spelling."""
    found = either.facets("country", by="city")
    assert sorted(found["by"].unique()) == ["BERLIN", "Bergen", "Oslo"] or "Berlin" in set(found["by"])
    assert found["by"].str.casefold().nunique() == found["by"].nunique() == 3
    assert any("differ only in case" in note for note in bd.card(found)["notes"])


@pytest.mark.parametrize(
    ("given_as", "said"),
    [
        ({"field": "city", "by": "city"}, "both 'city'"),
        ({"field": "city", "by": "citty"}, "Did you mean 'city'"),
        ({"field": "contry", "by": "city"}, "Did you mean 'country'"),
        ({"field": "provider"}, "ats_provider"),
        ({"field": "city", "by": ""}, "not a field"),
        ({"field": "city", "by": ["country"]}, "not a field"),
        ({"field": None}, "not a field"),
        ({"field": "city", "limit": 0}, "limit"),
        ({"field": "city", "limit": 101}, "more than the API gives"),
        ({"field": "city", "limit": None}, "limit"),
        ({"field": "city", "by": "country", "max_requests": 0}, "max_requests"),
        ({"field": "city", "by": "country", "max_requests": None}, "max_requests"),
        ({"field": "city", "max_requests": 2.5}, "max_requests"),
        ({"field": "city", "cursor": "x"}, "cursor"),
        ({"field": "city", "q": ["engineer", "sales"]}, "several values of q"),
        ({"field": "city", "title": ["a", "b"]}, "several values of title"),
        ({"field": "city", "by": "country", "location": ["a", "b"], "q": ["a", "b"]}, "several values of q and loc"),
        ({"field": "city", "country": [f"Land {n}" for n in range(30)]}, "30 requests; max_requests is 25"),
        ({"field": "city", "country": [f"Land {n}" for n in range(101)]}, "101 queries"),
    ],
)
def test_a_wrong_argument_is_refused(given_as: dict[str, Any], said: str) -> None:
    """The error names the argument, or the nearest field; nothing is sent."""
    client, face = client_of(DATA)
    with pytest.raises(bd.InvalidRequestError, match=said):
        client.facets(**given_as)
    assert not face.log


@pytest.mark.parametrize("by", [None, "country"])
def test_nothing_to_count(either: Client, by: str | None) -> None:
    """No posting: an empty frame with its columns and dtypes, complete, and a hint where to look."""
    found, full = either.facets("city", by=by, title="nowhere to be found"), either.facets("city", by=by)
    assert len(found) == 0 and found.dtypes.to_dict() == full.dtypes.to_dict()
    assert bd.card(found)["complete"]


# -- lists -------------------------------------------------------------------------------------------------------------


def test_counts_of_disjoint_values_add_up(either: Client) -> None:
    """Lists of whole values are counted one by one and added up."""
    found = either.facets("workplace_type", country=["Germany", "Norway"], status=["active", "expired"])
    expected = Counter(one["workplace_type"] for one in DATA.jobs if one["country"] and one["workplace_type"])
    assert dict(zip(found["value"], found["count"].tolist(), strict=True)) == dict(expected)
    assert found["share"].sum() == pytest.approx(1)
    assert bd.card(found)["complete"] and bd.card(found)["pages"] == 4


@pytest.mark.parametrize("by", [None, "workplace_type"])
def test_long_lists_of_organisations(by: str | None, tmp_path: Path) -> None:
    """Five hundred organisations are asked in parts that fit an address, and added up."""
    wanted = [f"{n:08x}-0000-4000-8000-000000000000" for n in range(497)] + [org(n)["org_id"] for n in range(3)]
    client, face = client_of(DATA)
    with store_client(tmp_path, DATA) as local:
        for each in (client, local):
            found = each.facets("country", by=by, org_ids=wanted, max_requests=60)
            pd.testing.assert_frame_equal(found, each.facets("country", by=by, max_requests=60))
            assert bd.card(found)["complete"]
    assert max(len(request.query) for request in face.log) < 8000
    face.log.clear()
    with pytest.raises(bd.InvalidRequestError, match="7 requests; max_requests is 6"):
        client.facets("country", org_ids=wanted, max_requests=6)
    assert not face.log


def lands() -> FaceData:
    """Two countries with 101 departments each: the commonest but one of all is the rarest of one of them."""
    jobs = []
    for number in range(101):
        jobs += [("Aland", f"D{number:03d}")] * (5 if number == 100 else 3)
        jobs += [("Bland", f"D{number:03d}")] * (1 if number == 100 else 2)
    made = [job(n, country=country, department=name) for n, (country, name) in enumerate(jobs)]
    return FaceData.of(made, (), (), (), CLOCK)


@pytest.mark.parametrize("backend", ["api", "store"])
def test_a_sum_of_cut_counts_is_right_or_said_to_be_a_lower_bound(backend: str, tmp_path: Path) -> None:
    """Of each value of a list only 100 values are counted: a sum that misses some does not pass for the count."""
    with store_client(tmp_path, lands()) as local:
        client = client_of(lands())[0] if backend == "api" else local
        found = client.facets("department", country=["Aland", "Bland"])
        exact = found.set_index("value")["count"].get("D100") == 6
        assert exact or any("at least" in note or "lower bound" in note for note in bd.card(found)["notes"])


# -- one field ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", FIELDS)
def test_facets_are_reproduced(either: Client, field: str) -> None:
    """The reproduced call gives the same counts, of one field and of two."""
    for given_as in ({}, {"by": "country" if field != "country" else "city", "max_requests": 40}):
        found = either.facets(field, status=None, workplace_type=["remote", "hybrid"], **given_as)  # type: ignore[arg-type]
        pd.testing.assert_frame_equal(run(found.bluedoor.reproduce(), either), found)


@pytest.mark.parametrize(
    "body",
    [
        {"data": {"lever": 5}},
        {"data": [["lever", 5]]},
        {"data": [{"value": "lever", "count": "5"}]},
        {"data": [{"value": "lever", "count": -5}]},
        {"data": [{"value": "lever", "count": True}]},
        {"data": None},
        {"facets": []},
    ],
)
@pytest.mark.parametrize("by", [None, "country"])
def test_counts_that_are_none(body: Any, by: str | None) -> None:
    """An answer that holds no values with their counts is an error, never a wrong number."""
    client, _ = client_of(DATA, Faults(overrides=[Override("/facets", body)]))
    with pytest.raises(bd.UnexpectedAnswerError):
        client.facets("ats_provider", by=by)


def without_provider(request: httpx.Request) -> httpx.Request:
    """The same request without its filter on the provider, as of a server that ignores it."""
    url = request.url.copy_remove_param("provider")
    return httpx.Request(request.method, url, headers=request.headers, extensions=request.extensions)


def test_pairs_of_a_server_that_ignores_the_filter_are_found_out() -> None:
    """Counts within a value that exceed the value's own count show a filter that was ignored: no wrong numbers."""
    client, _ = client_of(DATA, alter=without_provider, unknown_parameters="ignore")
    with pytest.raises(bd.UnexpectedAnswerError):
        client.facets("workplace_type", by="ats_provider")


def test_a_load_of_pairs_that_fails_is_an_error() -> None:
    """A request that fails midway raises: half of the pairs would pass for all."""
    client, _ = client_of(DATA, Faults(only="/facets", error_every=3, error_status=400))
    with pytest.raises(bd.InvalidRequestError):
        client.facets("workplace_type", by="city")


# -- stats -------------------------------------------------------------------------------------------------------------


def stats_of(body: Any) -> pd.Series:
    """The stats that an answer gives."""
    client, _ = client_of(small_data(3), Faults(overrides=[Override("/stats", body)]))
    found: pd.Series = client.stats()
    return found


def test_stats_are_the_same_on_either(tmp_path: Path) -> None:
    """Names, order and figures are the same; only the lag of the snapshot is each backend's own."""
    with store_client(tmp_path, DATA) as local:
        left, right = client_of(DATA)[0].stats(), local.stats()
    lag = "public_jobs_snapshot_lag_seconds"
    assert left.index.tolist() == right.index.tolist() == [entry.name for entry in contract.STATS_FIELDS]
    assert left.drop(lag).tolist() == right.drop(lag).tolist()
    assert (left.name, left.index.dtype) == ("stats", right.index.dtype)


def test_nested_figures() -> None:
    """Nested figures stand under names joined by dots; lists and empty objects stay."""
    body = {"data": {"jobs": {"total": 5, "by": {"lever": 3}}, "list": [1, 2], "none": {}, "null": None}}
    found = stats_of(body)
    assert found.to_dict() == {"jobs.total": 5, "jobs.by.lever": 3, "list": [1, 2], "none": {}, "null": None}
    notes = bd.card(found)["notes"]
    assert any(note.startswith("jobs.total: not in the contract") for note in notes)
    assert any(note.startswith("not in the answer: total_jobs") for note in notes)


def test_two_figures_of_one_name() -> None:
    """A figure whose name has a dot, and a nested one of the same name: neither is lost."""
    assert sorted(stats_of({"data": {"a.b": 1, "a": {"b": 2}}}).tolist()) == [1, 2]


@pytest.mark.parametrize(
    "value",
    ["16 h", None, True, [], {}, 0, -5, 57600.5, "NaN", 10**30, 10**400, 1e300],
    ids=lambda value: repr(value)[:12],
)
def test_figures_of_any_type(value: Any) -> None:
    """A figure may be text, null, a flag or of any size: it is kept, and its card is read."""
    found = stats_of({"data": {"public_jobs_snapshot_lag_seconds": value, "total_jobs": value}})
    assert found["total_jobs"] == value or pd.isna(found["total_jobs"])
    assert "total_jobs" in str(bd.card(found))


def test_no_figures() -> None:
    """An empty answer is an empty series, and the card names what is missing."""
    found = stats_of({"data": {}})
    assert len(found) == 0 and "total_jobs" in str(bd.card(found))


@pytest.mark.parametrize("body", [{"data": []}, {"data": 5}, {"data": None}, {"total_jobs": 5}, [], "x"])
def test_stats_of_another_shape(body: Any) -> None:
    """An answer that is no record is an error."""
    with pytest.raises(bd.UnexpectedAnswerError):
        stats_of(body)


def test_hostile_figures() -> None:
    """Names of figures are a stranger's: on the card they are inert lines."""
    found = stats_of({"data": {"evil\x1b[31m\n": 1, "total_jobs": "\x1b[31m"}})
    assert all(text.isprintable() for _, text in bd.card(found).lines())


def test_deeply_nested_figures() -> None:
    """Figures nested deeper than any answer has are no crash."""
    body: Any = 1
    for _ in range(400):
        body = {"": body}
    assert len(stats_of({"data": body})) == 1


def test_stats_are_reproduced(either: Client) -> None:
    """The reproduced call, as Python and as curl."""
    found = either.stats()
    card = bd.card(found)
    assert (card["kind"], card["complete"], card["rows"]) == ("stats", True, len(found))
    from bluedoor_tools.reproduction import reproduce

    assert reproduce(card).endswith(".stats()") and "/stats" in reproduce(card, "curl")


def test_a_list_of_the_field_counted_by_costs_one_request_a_value() -> None:
    """The listed values are the values counted by: all of them fit into the requests allowed, on either backend."""
    countries = sorted({str(one["country"]) for one in DATA.jobs if one["country"]})
    client, face = client_of(DATA)
    found = client.facets("workplace_type", by="country", country=countries, max_requests=2 * len(countries))
    assert set(found["by"].str.casefold()) == {name.casefold() for name in countries}
    assert len(face.log) == 2 * len({name.casefold() for name in countries})


@pytest.mark.parametrize("by", [None, "country"])
def test_counts_say_what_can_mislead_in_what_is_counted(sample: Client, by: str | None) -> None:
    """Of the field and of the one counted by, though no filter touches them."""
    notes = " ".join(bd.card(sample.facets("workplace_type", by=by))["notes"])
    assert "about 19 % of remote is contradicted" in notes
    assert ("about 19 % of United States is located elsewhere" in notes) is (by is not None)
    jobs = sample.search_jobs(limit=10)
    assert any("of remote" in note for note in bd.card(jobs.bluedoor.breakdown("workplace_type"))["notes"])


def test_a_count_beyond_all_bounds_is_no_count() -> None:
    """A number that no column holds is an answer that is not as promised."""
    body = {"data": [{"value": "x", "count": 10**30}], "meta": {"limit": 100}}
    client, _ = client_of(DATA, Faults(overrides=[Override("/jobs/facets", body)]))
    with pytest.raises(bd.UnexpectedAnswerError):
        client.facets("city")


def test_curl_of_a_listed_status_writes_each() -> None:
    """Facets are asked with active=true or false; both are written."""
    client, _ = client_of(DATA)
    written = client.facets("country", status=["active", "expired"]).bluedoor.reproduce("curl")
    assert written.count("curl ") == 2 and "active=true" in written and "active=false" in written
