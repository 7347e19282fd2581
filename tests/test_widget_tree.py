"""The tree of elements: nothing foreign becomes markup, and this library's own pages come through it whole."""

from __future__ import annotations

import html
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bluedoor_tools as bd
from bluedoor_tools.pages import record_page
from bluedoor_tools.pages import to_html as page_html
from bluedoor_tools.widgets.tree import checked, element, nodes_of, text_of, to_html


class Tags(HTMLParser):
    """The elements of some HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str]]]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, [(name, value or "") for name, value in attrs]))

    def handle_data(self, data: str) -> None:
        self.text += data


@settings(max_examples=60)
@given(st.text(), st.text())
def test_any_text_is_text(text: str, value: str) -> None:
    """Whatever stands in a text or a value, one element is printed, with the attribute it was given."""
    printed = Tags(to_html(element("p", {"title": value}, text)))
    assert [tag for tag, _ in printed.found] == ["p"] and [name for name, _ in printed.found[0][1]] == ["title"]


@pytest.mark.parametrize("node", [
    ["script", {}, "alert(1)"], ["img", {"src": "x"}], ["style", {}, "*{}"], ["iframe", {}], ["p", {"onclick": "x"}],
    ["p", {"srcdoc": "x"}], ["a", {"href": "javascript:alert(1)"}], ["a", {"href": " https://a.example"}],
    ["a", {"href": "data:text/html,x"}], ["p", {"style": "color:red"}], ["p", {"style": "--bd-share:url(x)"}],
    ["div", {}, ["p", {}, ["object", {}]]], ["p", {"data-x\n": "x"}],
])  # fmt: skip
def test_what_the_lists_do_not_have_is_an_error(node: Any) -> None:
    """An element, an attribute, an address or a style beyond the lists is never printed, nor sent."""
    for function in (to_html, checked):
        with pytest.raises(ValueError, match="A view has no"):
            function(node)


def test_children_and_attributes_are_taken_as_they_come() -> None:
    """One node, several, none; a flag that is off is left out, a number is written."""
    made = element("ul", {"hidden": False, "class": None, "tabindex": 0, "open": True}, None, "a",
                   [element("li"), None, "b"], (element("li", {}, str(n)) for n in range(2)))  # fmt: skip
    assert made == ["ul", {"tabindex": "0", "open": ""}, "a", ["li", {}], "b", ["li", {}, "0"], ["li", {}, "1"]]


def test_shares_of_bars_are_numbers_for_the_style_sheet() -> None:
    """Custom properties with numbers pass."""
    assert to_html(element("p", {"style": "--bd-share:34.5%; --bd-at:-3px"})) == (
        '<p style="--bd-share:34.5%; --bd-at:-3px"></p>'
    )


@pytest.mark.parametrize("hostile", [False, True])
def test_a_page_comes_through_whole(hostile: bool) -> None:
    """A record's page as nodes prints the same elements, attributes and text; its style sheet stays behind."""
    job = bd.connect("sample").get_job("76a82054d2c45c7b4c4f9ca9915c4b03b7a5b303")
    page = job.page
    if hostile:
        bad = "<img src=x onerror=alert(1)>&lt;b&gt;\u202e \"'"
        record = {name: bad for name in job if isinstance(job[name], str)} | {"source_url": "javascript:alert(1)"}
        page = record_page(record, company="<b>", api_url="https://api.example/v1")
    printed = page_html(page)
    before, _, rest = printed.partition("<style>")
    _, _, rest = rest.partition("</style>")
    again = "".join(map(to_html, nodes_of(printed)))
    one, two = Tags(before + rest), Tags(again)
    assert one.found == two.found
    assert "".join(one.text.split()) == "".join(two.text.split())
    assert "javascript:" not in str([value for _, attrs in two.found for name, value in attrs if name == "href"])


def test_every_kind_of_page_is_within_the_lists() -> None:
    """Pages of postings, organisations and boards hold no element or attribute that a view refuses."""
    client = bd.connect("sample")
    job = client.get_job("76a82054d2c45c7b4c4f9ca9915c4b03b7a5b303")
    for record in (job, job.org, job.source):
        for node in nodes_of(page_html(record.page)):
            assert checked(node) == node  # nothing hidden is left, either


def test_the_text_of_a_tree_is_in_its_order() -> None:
    """Text alone, for what is said of a part."""
    assert text_of(element("p", {}, "a", element("b", {}, "b"), "c")) == "abc"
    assert html.unescape(to_html(element("p", {}, "a & b"))) == "<p>a & b</p>"
