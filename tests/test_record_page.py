"""The page of a posting, as text and as HTML, against the page that bluedoor itself shows."""

from __future__ import annotations

import ast
import base64
import datetime as dt
import hashlib
import json
import lzma
import random
import re
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluedoor_tools import contract
from bluedoor_tools.pages import Call, RecordPage, record_page, to_html, to_text
from bluedoor_tools.query import Query

DATA = Path(__file__).parent / "data"
SEED: dict[str, Any] = json.loads((DATA / "job_response.json").read_text(encoding="utf-8"))["data"]
FIELDS = [field for field in contract.JOB_FIELDS if field.name != "description_text"]
FACTS = ["Company", "Title", "Normalized title", "Department / team", "Location", "Work model", "Employment type",
         "Salary", "Status", "ATS provider", "Posted / first seen", "Changed / last seen"]  # fmt: skip
SLICES = ["Company jobs", "Company breakdowns", "ATS provider jobs", "Provider filtered search", "City jobs",
          "Department jobs", "Work model jobs", "Lifecycle events", "Original posting"]  # fmt: skip
SECTIONS = ["Job facts", "Related slices", "Linked records", "Description", "Full job record",
            "Get this page with API"]  # fmt: skip
HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
BOTH = pytest.mark.parametrize("printed", ["text", "html"])


def page_of(record: dict[str, Any], company: str | None = "Spotify", **more: Any) -> RecordPage:
    return record_page(record, company=company, api_url=more.pop("api_url", contract.API_URL), **more)


def with_seed(**changes: Any) -> dict[str, Any]:
    return {**SEED, **changes}


# --- reading the document and the two printed forms back -------------------------------------------------------------


def columns(lines: list[str], width: int = 0) -> list[tuple[str, str]]:
    """Labels and values of the text form; without a width, the one of the table's own head or labels."""
    rows: list[tuple[str, str | None, int]] = []
    for line in lines:
        if line[:1] == " ":
            label, value, indent = rows[-1]
            rows[-1] = (label, f"{value}\n{line[indent:]}" if value is not None else line[indent:], indent)
            continue
        if line.startswith('"'):  # the name of a new field that is no plain word
            label, end = json.JSONDecoder().raw_decode(line)
            beside = len(line) >= width and end <= width - 2
        else:
            beside = line[width - 2 : width] == "  "
            label = line[:width].rstrip() if beside else line
        rows.append((label, line[width:] if beside else None, width if beside else 2))
    return [(label, value or "") for label, value, _ in rows]


def read_text(text: str) -> dict[str, Any]:
    """The text form, read back; a description may look like a section, so the later sections are found from behind."""
    heads = [f"\n\n{name}\n{'─' * len(name)}\n" for name in SECTIONS]
    starts = [text.find(head) if at < 4 else text.rfind(head) for at, head in enumerate(heads)]
    assert -1 not in starts
    assert starts == sorted(starts)
    ends = [*starts[1:], len(text) - 1]
    bodies = [text[at + len(head) : end] for at, head, end in zip(starts, heads, ends, strict=True)]
    facts, slices, linked, description, record, requests = bodies
    top = text[: starts[0]].split("\n")
    slice_width = max(map(len, SLICES)) + 2 if SLICES[3] in slices else 0
    return {
        "masthead": top[0].split(" · "), "breadcrumb": top[2].split(" / "), "title": top[4],
        "heading": top[6].split(" · "),
        "facts": columns(facts.split("\n"), 21)[1:],
        "slices": [(page, *rest.split("\n")) for page, rest in columns(slices.split("\n"), slice_width)[1:]],
        "linked": columns(linked.split("\n"), 14) if linked else [],
        "description": description,
        "record": columns(record.split("\n"), 19),
        "requests": requests.split("\n")[2:],
    }  # fmt: skip


class Node:
    """An element: its attributes and what is in it."""

    def __init__(self, tag: str, attrs: dict[str, str | None]) -> None:
        self.tag, self.attrs, self.children = tag, attrs, list[Any]()

    def all(self, tag: str, kind: str | None = None) -> list[Node]:
        inner = [child for child in self.children if isinstance(child, Node)]
        own = [node for node in inner if node.tag == tag and kind in (None, node.attrs.get("class"))]
        return own + [found for node in inner for found in node.all(tag, kind)]

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)


class Tree(HTMLParser):
    """A strict reader: every element that opens must close, in order."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open = [Node("root", {})]
        self.feed(source)
        self.close()
        assert [node.tag for node in self.open] == ["root"]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, dict(attrs))
        self.open[-1].children.append(node)
        if tag != "meta":
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read_html(source: str) -> dict[str, Any]:
    """The HTML form, read back."""
    root = Tree(source).open[0]
    sections = {section.all("h2")[0].text: section for section in root.all("section")}
    assert list(sections) == SECTIONS

    def rows(name: str) -> list[tuple[str, ...]]:
        found = sections[name].all("tbody")[0].all("tr")
        assert all(row.all("th")[0].attrs["scope"] == "row" for row in found)
        return [tuple(cell.text for cell in row.children) for row in found]

    def value(dd: Node) -> str:
        return (dd.all("pre") or [dd])[0].text

    def pairs(name: str) -> list[tuple[str, str]]:
        found = sections[name].all("dl")[0].all("div")
        return [(row.all("dt")[0].text, value(row.all("dd")[0])) for row in found]

    description = sections["Description"]
    return {
        "masthead": [span.text for span in root.all("p", "bd-masthead")[0].all("span")],
        "breadcrumb": [item.text for item in root.all("nav")[0].all("li")],
        "title": root.all("h1")[0].text,
        "heading": [item.text for item in root.all("ul", "bd-heading")[0].all("li")],
        "facts": rows("Job facts"), "slices": rows("Related slices"),
        "linked": pairs("Linked records"), "record": pairs("Full job record"),
        "description": (description.all("div", "bd-description") or description.all("p", "bd-note"))[0].text,
        "requests": [f"GET {item.all('code')[0].text}" for item in sections[SECTIONS[-1]].all("li")],
    }  # fmt: skip


def read(printed: str, page: RecordPage) -> dict[str, Any]:
    return read_text(to_text(page)) if printed == "text" else read_html(to_html(page))


def after(labels: list[str], lines: list[str]) -> list[tuple[str, str]]:
    """The document glues label and value together: split them by the labels, which must come in this order."""
    assert all(line.startswith(label) for label, line in zip(labels, lines, strict=True))
    return [(label, line.removeprefix(label)) for label, line in zip(labels, lines, strict=True)]


def read_document() -> dict[str, Any]:
    lines = (DATA / "posting_page.txt").read_text(encoding="utf-8").splitlines()
    at = [lines.index(name) for name in SECTIONS]
    facts, slices, linked, description, record, requests = (
        [line for line in lines[start + 1 : end] if name == "Full job record" or line]
        for name, start, end in zip(SECTIONS, at, [*at[1:], len(lines)], strict=True)
    )
    assert (facts[0], slices[0]) == ("FieldValue", "PageWhat it containsOpen")
    labels, fields = [field.label for field in FIELDS], list[str]()
    for line in record[1:]:  # JSON stands on the lines after its label
        if len(fields) < len(labels) and line.startswith(labels[len(fields)]):
            fields.append(line)
        else:
            fields[-1] += ("\n" if fields[-1] != labels[len(fields) - 1] else "") + line
    return {
        "masthead": lines[0].split("·"), "breadcrumb": lines[2], "title": lines[4], "heading": lines[6].split(" · "),
        "facts": after(FACTS, facts[1:]),
        "slices": [(page, text.removesuffix("Open")) for page, text in after(SLICES, slices[1:])],
        "linked": after(["Company", "Source", "ATS provider"], linked),
        "description": "\n".join(description),
        "record": after(labels, fields),
        "requests": [line.removesuffix("JSON") for line in requests[1:]],
    }  # fmt: skip


# --- the user's document ---------------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("part", ["masthead", "title", "heading", "facts", "linked", "description", "record",
                                  "requests"])  # fmt: skip
def test_the_page_says_what_the_document_says(printed: str, part: str) -> None:
    """Every section of the seed's page equals the user's document, field by field, in order."""
    assert read(printed, page_of(SEED))[part] == read_document()[part]


@BOTH
def test_the_way_to_the_page_and_its_slices_are_the_documents(printed: str) -> None:
    """Breadcrumb and slices equal the document, which prints no separators and hides the addresses."""
    page, document = read(printed, page_of(SEED)), read_document()
    assert "".join(page["breadcrumb"]) == document["breadcrumb"]
    assert [row[:2] for row in page["slices"]] == document["slices"]


def test_every_slice_is_a_call_that_the_client_accepts() -> None:
    """The calls have filters that pass the search's own checks; the last slice is no call, but an address."""
    *slices, original = page_of(SEED).slices
    org = {"org_ids": [SEED["org_id"]]}
    assert [row.call for row in slices] == [
        Call("search_jobs", (), org), Call("get_org", (SEED["org_id"],), {}, then="breakdowns"),
        Call("search_jobs", (), {"provider": "lever"}), Call("search_jobs", (), {"provider": "lever"}),
        Call("search_jobs", (), {"city": "New York"}), Call("search_jobs", (), {"department": "Engineering"}),
        Call("search_jobs", (), {"workplace_type": "hybrid"}), Call("job_events", (SEED["job_id"],), {}),
    ]  # fmt: skip
    assert all(Query.of(dt.datetime.now(dt.UTC), row.call.filters) for row in slices if row.call and row.call.filters)
    assert (original.call, original.opens) == (None, SEED["source_url"])


def as_call(opens: str) -> Call:
    """What is shown to open a slice, read as Python."""
    node = ast.parse(opens, mode="eval").body
    assert isinstance(node, ast.Call)
    then = ""
    if isinstance(node.func, ast.Attribute):
        assert not node.args + node.keywords
        then, node = node.func.attr, node.func.value
        assert isinstance(node, ast.Call)
    assert isinstance(node.func, ast.Name)
    filters = {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in node.keywords}
    return Call(node.func.id, tuple(map(ast.literal_eval, node.args)), filters, then)


def check_slices(page: RecordPage) -> None:
    """What both forms show of a call is the call, to the letter."""
    shown = [cell.text for cell in Tree(to_html(page)).open[0].all("code", "bd-call")]
    for row in page.slices:
        if row.call:
            assert as_call(row.opens) == row.call
            assert row.opens in shown
            assert re.search(rf"^ +{re.escape(row.opens)}$", to_text(page), re.MULTILINE)


@pytest.mark.parametrize(
    "word", ["O'Fallon", 'Say "hi"', "a  b", "c:\\new\\u0041", "Å\u200d\u202eb", "\u3000x", "{}", "x)"]
)
def test_what_opens_a_slice_is_shown_to_the_letter(word: str) -> None:
    """Quotes, backslashes, runs of blanks and hidden characters of a value are in the call that is shown, too."""
    page = page_of(with_seed(city=word, department=word, provider=word))
    assert sum(word in row.call.filters.values() for row in page.slices if row.call) == 4
    check_slices(page)


def test_a_call_that_differs_in_a_filter_is_another() -> None:
    """Pages and their slices compare by content, and can be in a set."""
    page = page_of(SEED)
    assert len({page, page_of(SEED), page_of(with_seed(city="Oslo"))}) == 2
    assert Call("search_jobs", (), {"city": "Oslo"}) != Call("search_jobs", (), {"city": "Bergen"})


# --- what the page says of other records -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fact", "changes", "value"),
    [
        ("Salary", {"salary_min": 60000.0, "salary_max": 80000, "salary_currency": "USD", "salary_period": "year"},
         "60,000–80,000 USD / year"),
        ("Salary", {"salary_min": 60000, "salary_currency": "USD", "salary_period": "year"}, "from 60,000 USD / year"),
        ("Salary", {"salary_max": 22.5, "salary_period": "hour"}, "up to 22.5 / hour"),
        ("Salary", {"salary_min": 0, "salary_max": 30}, "0–30"),
        ("Salary", {"salary_min": 30, "salary_max": 30.0, "salary_currency": "CAD"}, "30 CAD"),
        ("Salary", {"salary_raw": "competitive", "salary_currency": "USD"}, "-"),
        ("Location", {"location_text": "Remote - united states"}, "Remote - united states"),
        ("Location", {"location_text": "Gary, Indiana", "country": "India"}, "Gary, Indiana, India"),
        ("Location", {"location_text": "Oslo; Bergen", "country": "Norway"}, "Oslo; Bergen (Norway)"),
        ("Location", {"location_text": None}, "New York, NY, United States"),
        ("Location", {"country": None}, "New York, NY"),
        ("Location", {"location_text": None, "city": None, "region": None, "country": None}, "-"),
        ("Department / team", {"team": None}, "Engineering / -"),
        ("Department / team", {"department": " "}, "- / Experience"),
        ("Department / team", {"department": None, "team": None}, "-"),
        ("Work model", {"workplace_type": "on_site", "remote_policy": None}, "On-site / -"),
        ("ATS provider", {"provider": "icims"}, "iCIMS"),
        ("ATS provider", {"provider": "brand_new"}, "brand_new"),
        ("Title", {"title": "lever"}, "lever"),
        ("Posted / first seen", {"source_posted_at": None}, "- / 2026-05-29"),
        ("Posted / first seen", {"source_posted_at": "2026-05-05T23:30:00-04:00"}, "2026-05-06 / 2026-05-29"),
        ("Changed / last seen", {"last_changed_at": 5, "last_seen_at": "soon"}, "5 / soon"),
        ("Changed / last seen", {"last_changed_at": " ", "last_seen_at": ""}, "-"),
    ],
)  # fmt: skip
def test_a_fact_reads_well_when_something_is_missing_or_odd(fact: str, changes: dict[str, Any], value: str) -> None:
    """Salary bounds, places, pairs with one half, coded values and dates."""
    assert dict(page_of(with_seed(**changes)).facts)[fact] == value


@pytest.mark.parametrize(
    ("field", "value", "printed"),
    [
        ("Salary Min", 120000.0, "120000"), ("Salary Min", 22.5, "22.5"), ("Salary Min", "60k", '"60k"'),
        ("Active", False, "no"), ("Active", 1, "1"), ("Active", "yes", '"yes"'), ("Title", 7, "7"),
        ("Title", ["é"], '[\n  "é"\n]'), ("Title", {}, "{}"), ("Extensions", "x", '"x"'), ("Extensions", None, ""),
        ("First Seen At", "2026-05-29T09:00:52.999+02:00", "2026-05-29 07:00:52Z"),
        ("First Seen At", "2026-05-29", "2026-05-29"), ("First Seen At", "0001-01-01T00:00:00+09:00",
                                                        "0001-01-01T00:00:00+09:00"),
        ("First Seen At", dt.datetime(2026, 5, 29, 7, tzinfo=dt.UTC), "2026-05-29 07:00:00Z"),
        ("Salary Max", float("nan"), ""),
    ],
)  # fmt: skip
def test_a_value_of_the_record_prints_by_its_type(field: str, value: Any, printed: str) -> None:
    """Numbers without noise, flags as words, UTC to the second; any other type than promised as its JSON."""
    name = next(known.name for known in FIELDS if known.label == field)
    assert dict(page_of(with_seed(**{name: value})).record)[field] == printed


@BOTH
def test_a_new_field_is_kept(printed: str) -> None:
    """Fields that the contract does not know follow the known ones, under their own names, as JSON."""
    page = page_of(with_seed(seniority="staff", **{'a \n"b"  c': [1, None], "visa": None}))
    assert read(printed, page)["record"][len(FIELDS):] == [
        ("seniority", '"staff"'), ("a \n\"b\"  c", "[\n  1,\n  null\n]"), ("visa", "null"),
    ]  # fmt: skip


def test_without_a_company_the_org_id_stands_in_its_place() -> None:
    """No name is invented: not from the board's address, nor from anywhere else."""
    page, org_id = page_of(SEED, company=None), SEED["org_id"]
    assert {page.breadcrumb[2], page.heading[0], dict(page.facts)["Company"], dict(page.linked)["Company"]} == {org_id}
    assert page.slices[0].contains == f"Active postings from {org_id}."


@BOTH
def test_a_description_is_shown_to_the_letter(printed: str) -> None:
    """White space, blank lines, markup and what looks like a section of the page stay as the employer wrote them."""
    text = "\n  Who we are\n\n\t• <b>Bold</b> &amp; calm  \n\nLinked records\n──────────────\nCompany  Evil\n\n"
    page = page_of(with_seed(description_text=text))
    assert read(printed, page)["description"] == text
    assert dict(read(printed, page)["linked"])["Company"] == "Spotify"


@BOTH
def test_a_record_without_description_says_how_to_get_it(printed: str) -> None:
    """A description that was not asked for is not shown as empty."""
    record = {name: value for name, value in SEED.items() if name != "description_text"}
    assert read(printed, page_of(record))["description"].endswith(f"get_job('{SEED['job_id']}') brings it.")
    assert read(printed, page_of(with_seed(description_text="")))["description"] == "The description is empty."


def test_a_slice_that_cannot_be_opened_is_left_out() -> None:
    """Slices need their field; the posting's address falls back on the application form's."""
    gone = dict.fromkeys(("city", "department", "source_url"))
    page = page_of(with_seed(**gone, org_id="not-a-uuid", provider=["lever"], workplace_type="on the moon"))
    assert [row.page for row in page.slices] == ["Lifecycle events", "Original posting"]
    assert page.slices[-1].opens == SEED["apply_url"]


@pytest.mark.parametrize(
    "job_id", ["soon", 7, ["76a8"], "https://jobs.lever.co/\ud800/76458bae-8a16-4c42-8780-f9452206f0e0"]
)
def test_a_posting_without_a_proper_id_has_no_lifecycle_to_open(job_id: Any) -> None:
    """An id that the client would refuse opens nothing, and breaks nothing."""
    assert "Lifecycle events" not in [row.page for row in page_of(with_seed(job_id=job_id)).slices]


@BOTH
def test_nothing_but_notices_and_placeholders_is_left_of_an_empty_record(printed: str) -> None:
    """An empty record has a page: dashes for facts, empty fields, no slices, no requests; notices come first."""
    page = page_of({}, company=None, notices=["Embedded sample & more"])
    shown = read(printed, page)
    assert {value for _, value in shown["facts"]} == {"-"}
    assert {value for _, value in shown["record"]} == {""}
    assert shown["title"] == "Untitled posting"
    assert shown["slices"] == shown["linked"] == shown["requests"] == []
    assert "Embedded sample &" in (to_text(page) if printed == "text" else to_html(page)).split("Job facts")[0]


def test_requests_carry_no_password_and_no_foreign_path() -> None:
    """Credentials in the API's address are not printed, and an id cannot lead to another path."""
    page = page_of(with_seed(job_id="../x?y#z"), api_url="https://me:secret@example.org/v1/")
    assert page.requests[0] == "https://example.org/v1/jobs/..%2Fx%3Fy%23z?include=description"
    assert "secret" not in to_html(page) + to_text(page)


# --- records of the sample -------------------------------------------------------------------------------------------


def sample_records(count: int) -> list[dict[str, Any]]:
    packed = resources.files("bluedoor_tools.backends.sample").joinpath("sample.jsonl.xz").read_bytes()
    rows = [row for row in map(json.loads, lzma.decompress(packed).decode().splitlines()) if row["kind"] == "job"]
    return [row["data"] for row in random.Random(5).sample(rows, count)]


def says(printed: str, value: Any, kind: str) -> bool:
    """Whether a printed field says this value, by another way than the page's own."""
    if value is None:
        return printed == ""
    if kind == "json":
        return json.dumps(json.loads(printed)) == json.dumps(value)  # with the keys in the same order
    if kind == "boolean":
        return printed == {True: "yes", False: "no"}[value]
    if kind == "number":
        return float(printed) == value and not printed.endswith(".0")
    return printed == (f"{value[:10]} {value[11:19]}Z" if kind == "instant" else value)


@BOTH
def test_records_of_the_sample_read_back_field_by_field(printed: str) -> None:
    """Twenty records come back whole: every field in contract order, the description to the letter."""
    for record in sample_records(20):
        shown = read(printed, page_of(record))
        assert [label for label, _ in shown["record"]] == [field.label for field in FIELDS]
        for field, (_, value) in zip(FIELDS, shown["record"], strict=True):
            assert says(value, record.get(field.name), field.kind), (record["job_id"], field.name, value)
        if record.get("description_text"):
            assert shown["description"] == record["description_text"]
        assert shown["title"] == " ".join(record["title"].split())
        assert [label for label, _ in shown["facts"]] == FACTS


# --- hostile and wild records ----------------------------------------------------------------------------------------

ATTACKS = ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><svg onload=alert(1)>', "</style></pre><b>",
           "\x1b[2J\x1b]0;owned\x07", "\x9b31m", "safe\u202egnp.exe\u2066", "a\rb\x08c", "\ud800", "' onclick='x",
           "javascript:alert(1)", "https://a\"onx=1", "java\nscript:alert(1)", "data:text/html,x"]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_hostile_text_is_inert(attack: str) -> None:
    """In any field, name, notice or company: no element, attribute, link, escape sequence or override comes of it."""
    record: dict[str, Any] = dict.fromkeys([*SEED, attack], attack) | {"extensions": {attack: [attack]}}
    page = page_of(record, company=attack, notices=[attack], api_url=attack)
    source, text = to_html(page, standalone=True), to_text(page)
    assert not HIDDEN.search(source + text)
    assert (source + text).encode()
    nodes = [node for tag in ("a", "script", "img", "svg", "b") for node in Tree(source).open[0].all(tag)]
    assert [node.attrs["href"] for node in nodes] == ["https://bluedoor.sh"]
    assert not re.search(r"<[^>]*\son\w+\s*=", re.sub(r'"[^"]*"', '""', source))


@pytest.mark.parametrize("url", ["https://example.org/a?b=1&c=2", "HTTP://example.org"])
def test_a_web_address_is_a_link_that_gives_nothing_away(url: str) -> None:
    """Addresses of http and https are links in a new tab, without referrer, opener or endorsement."""
    links = [node.attrs for node in Tree(to_html(page_of(with_seed(source_url=url)))).open[0].all("a")]
    assert [link["href"] for link in links].count(url) == 2
    assert {(link["target"], link["rel"]) for link in links} == {("_blank", "noopener noreferrer nofollow")}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from([field.name for field in contract.JOB_FIELDS]) | st.text(max_size=30)


@settings(max_examples=150, deadline=None)
@given(record=st.dictionaries(NAMES, JSON, max_size=12), company=st.none() | st.text(max_size=10))
def test_no_record_crashes_the_page_or_loses_a_value(record: dict[str, Any], company: str | None) -> None:
    """Any JSON value in any field, missing and unknown fields: both forms print every value, each in its place."""
    page = page_of(record, company=company)
    for printed in ("text", "html"):
        rows = read(printed, page)["record"]
        assert [label for label, _ in rows[: len(FIELDS)]] == [field.label for field in FIELDS]
        for field, (_, value) in zip(FIELDS, rows, strict=False):
            check_nothing_lost(value, record.get(field.name), field.kind)
        known = {field.name for field in contract.JOB_FIELDS}
        new = [(name, value) for name, value in record.items() if name not in known]
        assert [plain(label) for label, _ in rows[len(FIELDS) :]] == [plain(name) for name, _ in new]
        for (_, text), (_, value) in zip(rows[len(FIELDS) :], new, strict=True):
            assert json.loads(text) == value
    check_slices(page)


def plain(text: str) -> str:
    """Text with the page's escapes undone."""
    return re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text.replace("\r\n", "\n"))


def check_nothing_lost(printed: str, value: Any, kind: str) -> None:
    if value is None:
        assert printed == ""
    elif isinstance(value, bool) and kind == "boolean":
        assert printed == ("yes" if value else "no")
    elif isinstance(value, str) and kind in ("text", "instant"):
        assert plain(printed) == plain(value)
    else:
        assert json.loads(printed) == value


def test_a_value_nested_beyond_the_interpreters_depth_still_has_a_page() -> None:
    """The ATS may send any depth."""
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    assert "Native Structured" in to_html(page_of(with_seed(native_structured=deep)))


# --- the document and its look ---------------------------------------------------------------------------------------

STYLE = resources.files("bluedoor_tools.pages").joinpath("style.css").read_text(encoding="utf-8")


def test_the_standalone_form_is_a_document_that_fetches_and_runs_nothing() -> None:
    """Language, viewport, title and colour scheme are set; the policy allows the page's own style and nothing else."""
    source = to_html(page_of(with_seed(title="A & B")), standalone=True)
    root = Tree(source).open[0]
    metas = {node.attrs.get("name") or node.attrs.get("http-equiv"): node.attrs.get("content") for node in
             root.all("meta")}  # fmt: skip
    digest = base64.b64encode(hashlib.sha256(root.all("style")[0].text.encode()).digest()).decode()
    assert metas["Content-Security-Policy"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert metas["color-scheme"] == "light dark"
    assert "width=device-width" in str(metas["viewport"])
    assert root.all("title")[0].text == "A & B · Spotify"
    assert root.all("html")[0].attrs["lang"] == "en"
    assert not re.search(r"url\(|@import|</", STYLE)
    assert not root.all("link") + root.all("script") + root.all("img")


def test_the_fragment_keeps_its_style_to_itself() -> None:
    """In a notebook the style reaches nothing but the page: each selector starts at `.bd-page` or at the document."""
    assert to_html(page_of(SEED)).startswith('<div class="bd-page">\n<style>')
    rules = re.sub(r"/\*.*?\*/|@(container|media)[^{]*\{", "", STYLE, flags=re.DOTALL)
    heads = re.findall(r"([^{}]+)\{", rules)
    selectors = [part.strip() for head in heads for part in re.split(r",(?![^(]*\))", head)]
    strays = [part for part in selectors if not re.match(r"(body\S* )?\.bd-page|(body)?\.bd-document", part)]
    assert len(selectors) > 50
    assert not strays


def luminance(colour: list[float]) -> float:
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_text_colour_stands_out(theme: int) -> None:
    """Text, muted text and links have a contrast of 4.5 or more on the page and on its tinted parts."""
    lines = re.findall(r"(--bd-(?:fg|bg|link)): (.*);", STYLE)
    own = {name: re.findall(r"#(\w{6})", line)[theme] for name, line in lines}
    rgb = {name: [int(code[at : at + 2], 16) / 255 for at in (0, 2, 4)] for name, code in own.items()}
    for name in ("--bd-muted", "--bd-tint"):
        (percent,) = re.findall(rf"{name}: color-mix\(in srgb, var\(--bd-fg\) (\d+)%, var\(--bd-bg\)\)", STYLE)
        share = int(percent) / 100
        rgb[name] = [share * a + (1 - share) * b for a, b in zip(rgb["--bd-fg"], rgb["--bd-bg"], strict=True)]
    for text in ("--bd-fg", "--bd-muted", "--bd-link"):
        for ground in ("--bd-bg", "--bd-tint"):
            dark, light = sorted((luminance(rgb[text]), luminance(rgb[ground])))
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, ground)


def test_letters_that_nobody_sees_are_written_out() -> None:
    """Unicode's tags spell words that a reader does not see and a machine reads: a page shows that they are there."""
    hidden = "".join(chr(0xE0000 + ord(char)) for char in "obey")
    page = record_page({"title": f"Baker{hidden}"}, company=None, api_url="https://example.org/v1")
    for text in (to_text(page), to_html(page)):
        assert hidden not in text
        assert "\\udb40\\udc6f" in text
