"""The pages of an organisation and of a source, as text and as HTML, and how fresh a source is."""

from __future__ import annotations

import datetime as dt
import re
from math import isnan
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluedoor_tools import contract
from bluedoor_tools.pages import Call, RecordPage, freshness, org_page, source_page, to_html, to_text
from bluedoor_tools.query import Query
from tests.api_face import FaceData
from tests.test_record_page import ATTACKS, HIDDEN, JSON, Node, Tree, check_nothing_lost, check_slices, columns, plain

CLOCK = dt.datetime(2026, 6, 7, tzinfo=dt.UTC)
ORG_ID, SOURCE_ID = "e2ca0822-5720-4296-9b44-bc752642f1e1", "7558a4fc-784e-4c1d-a59a-2d7d4a803e54"
ORG: dict[str, Any] = {
    "org_id": ORG_ID, "display_name": "Corvenmoor Health", "canonical_name": "corvenmoor health", "board_count": 23,
    "domain": "corvenmoor-health.example", "size": "5001+", "industry": "Hospitals and Health Care",
    "hq_location": None,
}  # fmt: skip
SOURCE: dict[str, Any] = {
    "source_id": SOURCE_ID, "org_id": ORG_ID, "provider": "oracle_hcm", "board_url": "https://example.org/sites/CX_1",
    "status": "error", "last_crawled_at": "2026-06-05T19:33:08.912Z", "next_crawl_after": "2026-06-06T19:43:21Z",
}  # fmt: skip
KINDS = {"organisation": contract.ORG_FIELDS, "source": contract.SOURCE_FIELDS}
EVERY_KIND = pytest.mark.parametrize("kind", KINDS)


def page_of(kind: str, record: dict[str, Any], company: str | None = "Corvenmoor Health", **more: Any) -> RecordPage:
    more = {"api_url": contract.API_URL, **more}
    if kind == "organisation":
        return org_page(record, **more)
    return source_page(record, clock=CLOCK, company=company, **more)


def whole(kind: str) -> dict[str, Any]:
    return dict(ORG if kind == "organisation" else SOURCE)


# --- reading the two printed forms back ------------------------------------------------------------------------------


def read_text(page: RecordPage) -> dict[str, list[tuple[str, str]]]:
    """Facts and full record of the text form; every line of the record's own is indented or behind a label."""
    _, *rest = re.split(r"\n\n([^\n]+)\n─+\n", to_text(page))
    assert rest[::2] == [heading for _, heading in page.sections]
    bodies = {part: body.removesuffix("\n") for (part, _), body in zip(page.sections, rest[1::2], strict=True)}
    width = max(len(field.label) for field in page.fields) + 2
    return {
        "facts": columns(bodies["facts"].split("\n"), max(len(label) for label, _ in page.facts) + 2)[1:],
        "record": columns(bodies["record"].split("\n"), width),
    }


def read_html(page: RecordPage) -> dict[str, list[tuple[str, str]]]:
    root = Tree(to_html(page)).open[0]
    assert [heading.text for heading in root.all("h2")] == [heading for _, heading in page.sections]
    facts = root.all("table", "bd-facts")[0].all("tbody")[0].all("tr")
    record = root.all("dl", "bd-record")[0].all("div")

    def value(dd: Node) -> str:
        return (dd.all("pre") or [dd])[0].text

    return {
        "facts": [(row.all("th")[0].text, row.all("td")[0].text) for row in facts],
        "record": [(row.all("dt")[0].text, value(row.all("dd")[0])) for row in record],
    }


# --- what the pages say ----------------------------------------------------------------------------------------------


def test_the_page_of_an_organisation() -> None:
    """Way, heading, facts with a dash for what is missing, slices as calls, the record whole, and its request."""
    page = org_page(ORG, api_url="https://example.org/v1/")
    assert page.masthead == ("bluedoor data", "Job Postings API", "bluedoor.sh ↗")
    assert page.breadcrumb == ("Home", "Companies", "Corvenmoor Health")
    assert page.heading == ("Organisation", "Hospitals and Health Care", "corvenmoor-health.example")
    assert page.facts == (
        ("Company", "Corvenmoor Health"), ("Canonical name", "corvenmoor health"), ("Organisation ID", ORG_ID),
        ("Boards", "23"), ("Domain", "corvenmoor-health.example"), ("Size", "5001+"),
        ("Industry", "Hospitals and Health Care"), ("Headquarters", "-"),
    )  # fmt: skip
    assert [(row.page, row.contains, row.call) for row in page.slices] == [
        ("Company jobs", "Active postings from Corvenmoor Health.", Call("search_jobs", (), {"org_ids": [ORG_ID]})),
        ("Company breakdowns", "Role, location, ATS, and work model facets for this company.",
         Call("get_org", (ORG_ID,), {}, "breakdowns")),
        ("Boards", "Crawled boards that this company's postings come from.",
         Call("get_org", (ORG_ID,), {}, "sources")),
        ("Lifecycle events", "Open, update, close, and reopen events of this company's postings.",
         Call("search_events", (), {"org_ids": [ORG_ID]})),
    ]  # fmt: skip
    assert [heading for _, heading in page.sections] == [
        "Organisation facts", "Related slices", "Full organisation record", "Get this page with API",
    ]  # fmt: skip
    assert page.requests == (f"https://example.org/v1/orgs/{ORG_ID}",)


def test_the_page_of_a_source() -> None:
    """Way, heading, facts with instants to the second and the freshness, slices as calls, and its requests."""
    page = page_of("source", SOURCE, api_url="https://example.org/v1/")
    assert page.breadcrumb == ("Home", "Companies", "Corvenmoor Health", "Corvenmoor Health on Oracle HCM")
    assert page.heading == ("Crawled board", "Oracle HCM", "Error")
    assert page.facts == (
        ("Company", "Corvenmoor Health"), ("ATS provider", "Oracle HCM"), ("Board", "https://example.org/sites/CX_1"),
        ("Status", "error"), ("Last crawled", "2026-06-05 19:33:08Z"), ("Next crawl", "2026-06-06 19:43:21Z"),
        ("Freshness", freshness(SOURCE, CLOCK)),
    )  # fmt: skip
    assert [(row.page, row.contains, row.call) for row in page.slices] == [
        ("Board jobs", "Every posting of this board.", Call("source_jobs", (SOURCE_ID,), {})),
        ("Company", "The organisation whose board this is.", Call("get_org", (ORG_ID,), {})),
        ("Lifecycle events", "Open, update, close, and reopen events of this board's postings.",
         Call("search_events", (), {"source_ids": [SOURCE_ID]})),
    ]  # fmt: skip
    assert [heading for _, heading in page.sections] == [
        "Source facts", "Related slices", "Full source record", "Get this page with API",
    ]  # fmt: skip
    address = f"https://example.org/v1/sources/{SOURCE_ID}"
    assert page.requests == (address, f"{address}/jobs")


@EVERY_KIND
def test_the_calls_of_the_slices_pass_the_clients_own_checks(kind: str) -> None:
    """Filters of jobs as of a job search, filters of events as of an event search; text and call are the same."""
    page = page_of(kind, whole(kind))
    for row in page.slices:
        assert row.call is not None
        parameters = contract.EVENT_PARAMETERS if row.call.function == "search_events" else contract.PARAMETERS
        assert dict(Query.of(CLOCK, row.call.filters, parameters).filters).keys() == row.call.filters.keys()
    check_slices(page)


@EVERY_KIND
def test_a_record_whose_ids_nothing_accepts_has_no_slices(kind: str) -> None:
    """What a client would refuse is not offered, and a section without rows is left out."""
    page = page_of(kind, {**whole(kind), "org_id": "not-a-uuid", "source_id": ["x"]})
    assert page.slices == ()
    assert "Related slices" not in to_text(page) + to_html(page)


@pytest.mark.parametrize(
    ("record", "title", "company"),
    [
        ({"display_name": None}, "corvenmoor health", "corvenmoor health"),
        ({"display_name": 5}, "corvenmoor health", "corvenmoor health"),
        ({"display_name": ["A"], "canonical_name": " "}, '["A"]', '["A"]'),
        ({"display_name": " ", "canonical_name": None}, ORG_ID, "-"),
        ({"display_name": None, "canonical_name": None, "org_id": None}, "Unnamed organisation", "-"),
    ],
)
def test_the_name_of_an_organisation(record: dict[str, Any], title: str, company: str) -> None:
    """The name shown, else the normalised one, else its id: text before anything else, and none is invented."""
    page = org_page({**ORG, **record}, api_url=contract.API_URL)
    assert (page.title, page.breadcrumb[-1], dict(page.facts)["Company"]) == (title, title, company)


@pytest.mark.parametrize(
    ("company", "changes", "title", "owner"),
    [
        ("Bread & Co", {}, "Bread & Co on Oracle HCM", "Bread & Co"),
        ("Bread & Co", {"provider": "brand_new"}, "Bread & Co on brand_new", "Bread & Co"),
        ("Bread & Co", {"provider": None}, "Board of Bread & Co", "Bread & Co"),
        (" ", {}, f"Board {SOURCE_ID} on Oracle HCM", ORG_ID),
        (None, {"source_id": None}, "A board on Oracle HCM", ORG_ID),
        (None, {"provider": None, "org_id": None}, f"Board {SOURCE_ID}", "-"),
        (None, dict.fromkeys(SOURCE), "Unnamed board", "-"),
    ],
)
def test_the_title_of_a_source(company: str | None, changes: dict[str, Any], title: str, owner: str) -> None:
    """Company and provider where known, else the board's id; the company's id stands in its place."""
    page = page_of("source", {**SOURCE, **changes}, company)
    assert (page.title, page.breadcrumb[2], dict(page.facts)["Company"]) == (title, owner, owner)


@EVERY_KIND
@pytest.mark.parametrize("lost", ["absent", "null", "blank"])
def test_of_an_empty_record_dashes_and_the_freshness_are_left(kind: str, lost: str) -> None:
    """Whatever is missing is a dash among the facts; no section without rows, no address to nowhere."""
    names = [field.name for field in KINDS[kind]]
    record: dict[str, Any] = {} if lost == "absent" else dict.fromkeys(names, None if lost == "null" else " ")
    page = page_of(kind, record, company=None, notices=["Embedded sample & more"])
    facts = dict(page.facts)
    facts.pop("Freshness", None)
    assert set(facts.values()) == {"-"}
    assert [part for part, _ in page.sections] == ["facts", "record"]
    assert "Embedded sample & more" in to_text(page).split(" facts\n")[0]
    assert "Embedded sample &amp; more" in to_html(page).split(" facts<")[0]


@EVERY_KIND
def test_new_fields_follow_under_their_own_names(kind: str) -> None:
    """Fields that the contract does not know are kept, as JSON, in both forms, without a hint that is another's."""
    new = {"ticker": "CVM", 'a "b"': [1, None], "Status": "x"}
    page = page_of(kind, {**whole(kind), **new})
    known = len(KINDS[kind])
    expected = [("ticker", '"CVM"'), ('a "b"', "[\n  1,\n  null\n]"), ("Status", '"x"')]
    assert read_text(page)["record"][known:] == read_html(page)["record"][known:] == expected
    hints = [term.attrs.get("title") for term in Tree(to_html(page)).open[0].all("dl", "bd-record")[0].all("dt")]
    assert [bool(hint) for hint in hints] == [True] * known + [False] * len(new)


@EVERY_KIND
def test_where_the_page_was_rendered_from_is_said(kind: str) -> None:
    """Requests reproduce a page of the API; of any other backend they are those for a record that the API has."""
    assert "Rendered from the bluedoor Job Postings API. Reproduce it:" in to_text(page_of(kind, whole(kind)))
    note = f"Rendered from the sample. For {'an' if kind == 'organisation' else 'a'} {kind} that the API has, "
    assert note in to_text(page_of(kind, whole(kind), rendered_from="sample"))


@pytest.mark.parametrize(("url", "links"), [("https://example.org/b?x=1&y", 2), ("javascript:alert(1)", 0),
                                            ("example.org", 0), (["https://example.org"], 0)])  # fmt: skip
def test_a_board_is_a_link_only_if_it_is_a_web_address(url: Any, links: int) -> None:
    """The board's address opens from the facts and from the record; anything else is text."""
    anchors = Tree(to_html(page_of("source", {**SOURCE, "board_url": url}))).open[0].all("a")
    assert [anchor.attrs["href"] for anchor in anchors].count(str(url)) == links


def test_records_of_the_sample_read_back(raw: FaceData) -> None:
    """Every organisation and source of the sample has both forms of a page, with every value of its record."""
    for kind, records in (("organisation", raw.orgs[:60]), ("source", raw.sources[:60])):
        for record in records:
            page = page_of(kind, record)
            assert read_text(page) == read_html(page) == {"facts": [*page.facts], "record": [*page.record]}
            for field, (_, value) in zip(KINDS[kind], page.record, strict=True):
                if field.kind != "instant":
                    check_nothing_lost(value, record.get(field.name), field.kind)


# --- freshness -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "following", "said"),
    [
        ("2026-06-06T16:03:30Z", "2026-06-07T07:56:59Z",
         "crawled 7 h 56 min before 2026-06-07 00:00Z; next crawl due after 2026-06-07 07:56Z"),
        ("2026-06-05T19:33:08Z", "2026-06-06T19:43:21Z",
         "crawled 28 h 26 min before 2026-06-07 00:00Z; next crawl overdue since 2026-06-06 19:43Z"),
        ("2026-06-06T23:59:01Z", "2026-06-07T00:00:00Z",
         "crawled less than a minute before 2026-06-07 00:00Z; next crawl due after 2026-06-07 00:00Z"),
        ("2026-06-07T00:00:00Z", "2026-06-06T23:00:00Z",
         "crawled less than a minute before 2026-06-07 00:00Z; next crawl dated 2026-06-06 23:00Z, which is not after "
         "the last one"),
        ("2026-06-06T23:15:00Z", None, "crawled 45 min before 2026-06-07 00:00Z; next crawl not known"),
        ("2026-06-06T00:00:00Z", "soon",
         "crawled 24 h before 2026-06-07 00:00Z; next crawl not known (its date is unreadable)"),
        ("2026-06-05T00:00:01Z", " ", "crawled 47 h 59 min before 2026-06-07 00:00Z; next crawl not known"),
        ("2026-05-24T00:31:34Z", "2026-05-25T00:31:34Z",
         "crawled 13 d 23 h before 2026-06-07 00:00Z; next crawl overdue since 2026-05-25 00:31Z"),
        ("2026-06-07T02:05:00+02:00", "2026-06-08T00:00:00Z",
         "crawled 5 min after the clock, which says 2026-06-07 00:00Z: one of the two is wrong; "
         "next crawl due after 2026-06-08 00:00Z"),
        (None, "2026-06-08T00:00:00Z", "last crawl not known; next crawl due after 2026-06-08 00:00Z"),
        ("", None, "last crawl not known; next crawl not known"),
        (1780000000, ["2026"], "last crawl not known (the date of the last crawl is unreadable); "
         "next crawl not known (its date is unreadable)"),
        ("2026-13-06T00:00:00Z", None,
         "last crawl not known (the date of the last crawl is unreadable); next crawl not known"),
        ("0001-01-01T00:00:00+09:00", None,
         "last crawl not known (the date of the last crawl is unreadable); next crawl not known"),
        ("2026-06-06", "2026-06-08",
         "crawled 24 h before 2026-06-07 00:00Z; next crawl due after 2026-06-08 00:00Z"),
        (dt.datetime(2026, 6, 6, 22), float("nan"),
         "crawled 2 h before 2026-06-07 00:00Z; next crawl not known"),
    ],
)  # fmt: skip
def test_freshness_is_one_plain_sentence(last: Any, following: Any, said: str) -> None:
    """By the backend's clock: how long ago, whether the next crawl is due, and what is odd or not known."""
    record = {"last_crawled_at": last, "next_crawl_after": following}
    assert freshness(record, CLOCK) == said
    assert dict(page_of("source", record).facts)["Freshness"] == said


def test_the_clock_is_shown_in_utc() -> None:
    """A clock of another zone is the same instant; the machine's own clock has no say."""
    record = {"last_crawled_at": "2026-06-06T22:00:00Z"}
    clock = dt.datetime(2026, 6, 7, 9, tzinfo=dt.timezone(dt.timedelta(hours=9)))
    assert freshness(record, clock) == "crawled 2 h before 2026-06-07 00:00Z; next crawl not known"


INSTANTS = st.datetimes(timezones=st.just(dt.UTC))


@settings(max_examples=200, deadline=None)
@given(last=INSTANTS, following=INSTANTS, clock=INSTANTS)
def test_freshness_takes_any_instants(last: dt.datetime, following: dt.datetime, clock: dt.datetime) -> None:
    """From the first day of the calendar to the last: past or future, due or overdue, as the instants say."""
    said = freshness({"last_crawled_at": last.isoformat(), "next_crawl_after": following.isoformat()}, clock)
    crawled, coming = said.split("; ")
    assert ("after the clock" in crawled) == (last > clock)
    assert ("not after the last one" in coming) == (following <= last)
    assert ("overdue" in coming) == (last < following < clock)


# --- hostile and wild records ----------------------------------------------------------------------------------------


@EVERY_KIND
@pytest.mark.parametrize("attack", ATTACKS)
def test_hostile_text_is_inert(kind: str, attack: str) -> None:
    """In any field, name, notice or company: no element, attribute, link, escape sequence or override comes of it."""
    record: dict[str, Any] = dict.fromkeys([*whole(kind), attack], attack) | {"more": {attack: [attack]}}
    page = page_of(kind, record, company=attack, notices=[attack], api_url=attack, rendered_from=attack)
    source, text = to_html(page, standalone=True), to_text(page)
    assert not HIDDEN.search(source + text)
    assert (source + text).encode()
    root = Tree(source).open[0]
    assert [node.attrs["href"] for node in root.all("a")] == ["https://bluedoor.sh"]
    assert not [node for tag in ("script", "img", "svg", "b") for node in root.all(tag)]
    assert not re.search(r"<[^>]*\son\w+\s*=", re.sub(r'"[^"]*"', '""', source))


@EVERY_KIND
def test_requests_carry_no_password_and_no_foreign_path(kind: str) -> None:
    """Credentials in the API's address are not printed, and an id cannot lead to another path."""
    record = {**whole(kind), "org_id": "../x?y#z", "source_id": "../x?y#z"}
    page = page_of(kind, record, api_url="https://me:secret@example.org/v1")
    ending = {"organisation": "orgs", "source": "sources"}[kind]
    assert page.requests[0] == f"https://example.org/v1/{ending}/..%2Fx%3Fy%23z"
    assert "secret" not in to_html(page) + to_text(page)


@EVERY_KIND
def test_the_standalone_form_is_named_after_the_record(kind: str) -> None:
    """A document of its own, with a policy that lets nothing run and nothing be fetched."""
    source = to_html(page_of(kind, whole(kind)), standalone=True)
    root = Tree(source).open[0]
    expected = {"organisation": "Corvenmoor Health · Companies", "source": "Corvenmoor Health on Oracle HCM · Boards"}
    assert root.all("title")[0].text == expected[kind]
    assert "default-src 'none'" in source
    assert not root.all("link") + root.all("script") + root.all("img")


IDS = st.sampled_from([ORG_ID, SOURCE_ID, ORG_ID.upper(), f" {SOURCE_ID}"])
READABLE = "2026-06-06T16:04:00Z"
DATES = st.sampled_from([READABLE, "2026-06-08", "2026-06-07T25:00Z", "9999-12-31T23:59:59-12:00"])


@EVERY_KIND
@settings(max_examples=100, deadline=None)
@given(data=st.data(), company=st.none() | st.text(max_size=10))
def test_no_record_crashes_the_page_or_loses_a_value(kind: str, data: st.DataObject, company: str | None) -> None:
    """Any JSON value in any field, missing and unknown fields: both forms print every value, each in its place."""
    names = [field.name for field in KINDS[kind]]
    values = JSON | IDS | DATES | st.sampled_from([float("nan"), "\ud800", "\x1b[2J"])
    record = data.draw(st.dictionaries(st.sampled_from(names) | st.text(max_size=20), values, max_size=10))
    page = page_of(kind, record, company)
    for rows in (read_text(page)["record"], read_html(page)["record"]):
        assert [label for label, _ in rows[: len(names)]] == [field.label for field in KINDS[kind]]
        for field, (_, value) in zip(KINDS[kind], rows, strict=False):
            stored = record.get(field.name)
            if field.kind == "instant" and stored == READABLE:
                assert value == "2026-06-06 16:04:00Z"
            else:
                check_nothing_lost(value, None if isinstance(stored, float) and isnan(stored) else stored, field.kind)
        new = [name for name in record if name not in names]
        assert [plain(label) for label, _ in rows[len(names) :]] == [plain(name) for name in new]
    assert to_html(page, standalone=True).encode()
    check_slices(page)
