"""The harness itself: notebooks open and run in all three places, and what must not happen in a page is noticed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .guard import HOSTILE, Pages
from .lab import Place

COUNTER = '''
import anywidget, ipywidgets, traitlets

class Counter(anywidget.AnyWidget):
    _esm = """
    export default { render({ model, el }) {
      const button = document.createElement("button");
      const draw = () => { button.textContent = `${model.get("count")} clicks`; };
      button.className = "bd-count";
      button.onclick = () => { model.set("count", model.get("count") + 1); model.save_changes(); };
      model.on("change:count", draw);
      draw();
      el.append(button);
    } };
    """
    count = traitlets.Int(0).tag(sync=True)

counter, label = Counter(), ipywidgets.Label()
traitlets.dlink((counter, "count"), (label, "value"), lambda count: f"Python counted {count}")
ipywidgets.VBox([counter, label])
'''


@pytest.mark.parametrize(
    ("name", "dark"),
    [("lab", False), ("notebook7", True), ("voila", True)],  # the explorer's own tests have the others
    ids=lambda value: {True: "dark", False: "light"}.get(value, value),
)
def test_a_widget_lives_in_all_three_places(
    name: str, dark: bool, pages: Pages, request: pytest.FixtureRequest
) -> None:
    """A click goes to Python and its answer comes back, in the theme that the page asks for."""
    place: Place = request.getfixturevalue(name)
    page = pages(dark=dark)
    notebook = place.open(page, ["import sys", COUNTER])
    button = notebook.cell(1).locator(".bd-count")
    expect(button).to_have_text("0 clicks")
    button.click()
    button.click()
    expect(button).to_have_text("2 clicks")
    expect(notebook.cell(1).locator(".widget-label")).to_have_text("Python counted 2")
    assert page.evaluate("getComputedStyle(document.body).getPropertyValue('--jp-layout-color0')").strip() in (
        ["#111111", "#111", "black", "rgb(17, 17, 17)"] if dark else ["white", "#fff", "#ffffff"]
    )
    if place.name != "voila":
        assert notebook.run("print(counter.count); sys.executable != ''") == "2\nTrue"
    assert pages.shot(page, f"harness-{name}-{'dark' if dark else 'light'}").stat().st_size > 1_000


def test_a_kernel_is_restarted_under_an_open_view(lab: Place, pages: Pages) -> None:
    """Names are gone, the page still shows what it showed; a cell runs again, and one that fails fails the test."""
    page = pages(width=900)
    notebook = lab.open(page, [COUNTER, "1 / 0"], run=False)
    notebook.run_cell(0)
    expect(notebook.cell(0).locator(".bd-count")).to_have_text("0 clicks")
    notebook.restart()
    assert notebook.run("'counter' in globals()") == "False"
    expect(notebook.cell(0).locator(".bd-count")).to_have_text("0 clicks")
    notebook.run_cell(0)
    assert notebook.run("counter.count") == "0"
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        notebook.run_cell(1)
    with pytest.raises(AssertionError, match="NameError"):
        notebook.run("no_such_name")


def test_a_cell_that_fails_in_voila_fails_the_test(voila: Place, page: Page) -> None:
    """With what it said."""
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        voila.open(page, ["1 / 0"])


def test_a_request_that_leaves_this_machine_is_noticed(pages: Pages) -> None:
    """Of an element, a style, a script and a socket alike; it goes nowhere."""
    page = pages()
    with page.expect_event("websocket"):
        page.set_content(
            "<style>body { background: url(http://example.invalid/background.png) }</style>"
            "<img src='https://example.invalid/picture.png'>"
            "<script>fetch('http://example.invalid/answer').catch(() => {}); "
            "new WebSocket('ws://example.invalid/socket')</script>",
            wait_until="load",
        )
    noticed = pages.guard(page).forget()
    for part in ("background.png", "picture.png", "answer", "socket"):
        assert any(part in line and "left this machine" in line for line in noticed), part
    assert pages.problems() == []


def test_text_of_a_stranger_that_runs_is_noticed(pages: Pages) -> None:
    """As markup it runs, and is noticed, in a frame as well; as text it does not."""
    text = pages()
    text.goto("data:text/html,<p></p>")
    text.locator("p").evaluate("(paragraph, hostile) => { paragraph.textContent = hostile; }", HOSTILE)
    expect(text.locator("p")).to_contain_text("onerror")
    assert pages.problems() == []
    for markup in (HOSTILE, f"""<iframe srcdoc='{HOSTILE}'></iframe>"""):
        page = pages()
        page.set_content(markup)
        page.wait_for_function("[window, ...Array.from(window)].some((each) => each.__bd_pwned)")
        page.goto("about:blank")
        assert "run as code" in "".join(pages.guard(page).forget())


def test_errors_and_dialogs_are_noticed(pages: Pages) -> None:
    """An exception that nothing caught, and a dialog, which is dismissed."""
    page = pages()
    with page.expect_event("pageerror"):
        page.set_content("<script>alert('Look!'); throw new Error('oh')</script>")
    noticed = "\n".join(pages.guard(page).forget())
    assert "a dialog: Look!" in noticed
    assert "oh" in noticed
