"""The explorer as a person uses it, in JupyterLab, Notebook 7 and Voila."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

import bluedoor_tools as bd
from bluedoor_tools.client import Client
from tests.test_widget_contrast import THEMES

from .guard import HOSTILE, Pages
from .lab import Notebook, Place

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
EXPLORE = """import bluedoor_tools as bd
client = bd.connect("sample")
explorer = bd.explore(client)
explorer"""

# Text of a part of the page whose colour is too near to what lies under it, as the browser computed both (WCAG AA).
WEAK = """(root) => {
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const read = (colour) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data];
  };
  const over = (colour, under) => {
    const [red, green, blue, alpha] = read(colour);
    return [red, green, blue].map((each, at) => (each * alpha + under[at] * (255 - alpha)) / 255);
  };
  const ground = (element) =>
    element ? over(getComputedStyle(element).backgroundColor, ground(element.parentElement)) : [255, 255, 255];
  const luminance = (colour) => {
    const [red, green, blue] = colour.map((each) => each / 255).map(
      (each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const found = { read: 0, weak: [] };
  const look = (text, element, style) => {
    if (!text.trim() || element.closest(".bd-spoken") || !element.checkVisibility()) return;
    const under = ground(element);
    const [dark, light] = [under, over(element.closest("svg") ? style.fill : style.color, under)]
      .map(luminance).sort((one, other) => one - other);
    const ratio = (light + 0.05) / (dark + 0.05);
    found.read += 1;
    if (ratio < 4.5) found.weak.push(`${ratio.toFixed(2)}: ${text.slice(0, 40)}`);
  };
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { data, parentElement } = texts.currentNode;
    look(data, parentElement, getComputedStyle(parentElement));
  }
  for (const each of root.querySelectorAll("input")) {
    look(each.value, each, getComputedStyle(each));
    look(each.placeholder, each, getComputedStyle(each, "::placeholder"));
  }
  return found;
}"""
# Visual Studio Code's variables in the place of JupyterLab's.
CODE = """({ dark, colours }) => {
  const { body } = document;
  body.removeAttribute("data-jp-theme-light");
  body.classList.add(dark ? "vscode-dark" : "vscode-light");
  for (const name of ["content-font-color1", "layout-color0", "content-link-color", "error-color1"])
    body.style.setProperty(`--jp-${name}`, "initial");
  for (const [name, colour] of Object.entries(colours)) body.style.setProperty(name, colour);
}"""


def readable(view: Locator) -> None:
    """Every text of a view stands out from what is under it."""
    found = view.evaluate(WEAK)
    assert found["weak"] == [] and found["read"] > 200


def field(view: Locator, name: str) -> Locator:
    """A field of the form."""
    return view.locator(f".bd-field-{name} :is(input, select)").first


def matching(view: Locator, total: int) -> None:
    """Wait until so many postings match."""
    said = "1 posting matches" if total == 1 else f"{total:,} postings match"
    expect(view.locator(".bd-matching")).to_contain_text(said)


def total(client: Client, **filters: object) -> int:
    """How many postings the function finds."""
    found = bd.card(client.search_jobs(**filters, limit=1))["total"]  # type: ignore[arg-type]
    assert isinstance(found, int)
    return found


def keys_stay(notebook: Notebook, view: Locator) -> None:
    """Keys pressed in the form choose there; JupyterLab, whose shortcuts they are, has its cell as it was."""
    keyboard, chosen = notebook.page.keyboard, field(view, "workplace-type")
    chosen.select_option(index=0)
    chosen.focus()
    for key in ("x", "m", "ArrowDown"):
        keyboard.press(key)
        expect(chosen).to_be_focused()
    assert chosen.evaluate("(select) => select.selectedIndex") == 1
    chosen.select_option(index=0)
    department = field(view, "department")
    department.press_sequentially("Nurs")
    keyboard.press("Escape")  # what it suggests goes, the field does not
    expect(department).to_be_focused()
    notebook.run("1")  # what was sent before has been heard then
    expect(view.locator(".bd-chip", has_text="department")).to_have_count(0)
    department.fill("")
    save = view.get_by_role("button", name="Save", exact=True)
    save.focus()
    for key in ("d", "d", "x"):
        keyboard.press(key)
    expect(save).to_be_focused()
    expect(notebook.page.locator(".jp-Notebook .jp-MarkdownCell")).to_have_count(0)
    expect(notebook.page.locator(".jp-Notebook .jp-CodeCell")).to_have_count(1)
    keyboard.press("Escape")
    expect(notebook.page.locator(".jp-Notebook .jp-CodeCell:focus")).to_have_count(1)


@pytest.mark.parametrize(
    ("where", "dark"),
    [("lab", False), ("lab", True), ("notebook7", False), ("voila", False)],
    ids=["lab-light", "lab-dark", "notebook7", "voila"],
)
def test_a_person_explores(
    where: str, dark: bool, pages: Pages, sample: Client, request: pytest.FixtureRequest
) -> None:
    """Type, choose, click a count, sort, page, open a record, follow a slice and copy the code."""
    place: Place = request.getfixturevalue(where)
    page = pages(width=1440, height=1000, dark=dark)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    notebook = place.open(page, [EXPLORE])
    view = notebook.cell(0).locator(".bd-explorer")
    rows = view.locator("[role=grid] tbody [role=row]")
    matching(view, total(sample))
    expect(rows).to_have_count(25)

    field(view, "q").fill("nurse")
    matching(view, total(sample, q="nurse"))
    field(view, "workplace-type").select_option(label="On-site")
    matching(view, total(sample, q="nurse", workplace_type="on_site"))
    state = sample.facets("city", q="nurse", workplace_type="on_site", limit=1)["value"].iloc[0]
    view.locator(".bd-facets button", has_text=state).first.click()
    matching(view, total(sample, q="nurse", workplace_type="on_site", city=state))
    view.locator(".bd-chip", has_text="city=").click()
    matching(view, total(sample, q="nurse", workplace_type="on_site"))
    pages.shot(page, f"explorer-{place.name}-{'dark' if dark else 'light'}")

    first = rows.first.inner_text()
    rows.last.scroll_into_view_if_needed()
    view.get_by_role("button", name="Next").click()
    expect(rows.first).not_to_have_text(first)
    expect(rows.first).to_be_in_viewport()
    view.locator("[role=columnheader] button", has_text="Posted").click()
    expect(view.locator("[role=columnheader][aria-sort=ascending]")).to_have_count(1)

    rows.nth(1).locator("[role=gridcell]").first.click()
    record = view.locator(".bd-chosen .bd-page")
    expect(record.locator("h1")).to_be_in_viewport()
    expect(view.locator(".bd-chosen")).to_contain_text("Opened")
    record.get_by_role("button", name=re.compile("Open here")).first.click()
    expect(record.get_by_role("button", name="Close").first).to_be_visible()
    pages.shot(page, f"record-{place.name}-{'dark' if dark else 'light'}")

    view.locator("details#bd-code summary, details summary", has_text="code").first.click()
    view.locator("[data-copy]").first.click()
    expect(view.locator("[data-copy]").first).to_contain_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "search_jobs(" in copied and "nurse" in copied
    readable(view)
    if place.name == "notebook":
        keys_stay(notebook, view)
    if place.name == "lab":
        other = "light" if dark else "dark"
        page.evaluate(CODE, {"dark": not dark, "colours": THEMES[f"{other}, Code modern"]})
        readable(view)
        pages.shot(page, f"explorer-code-{other}")


def test_the_keyboard_alone_is_enough(lab: Place, page: Page) -> None:
    """Tab goes from the form past the filters and a stop a count to the grid; arrows go through both; Enter does."""
    notebook = lab.open(page, [EXPLORE])
    view = notebook.cell(0).locator(".bd-explorer")
    keys_stay(notebook, view)
    matching_before = view.locator(".bd-matching").inner_text()
    field(view, "q").focus()
    page.keyboard.type("nurse")
    expect(view.locator(".bd-matching")).not_to_have_text(matching_before)
    expect(view.locator(".bd-facets [data-cell]").nth(1)).to_contain_text("7")
    cell = view.locator("[role=grid] [data-cell]").first
    passed = []
    for _ in range(30):
        page.keyboard.press("Tab")
        passed.append(page.evaluate("document.activeElement.closest('.bd-form, [class*=bd-is-]').className"))
        if page.evaluate("!!document.activeElement.closest('[role=grid]')"):
            break
    else:
        raise AssertionError("the grid is not reached with Tab")
    parts = [part for one in passed for part in re.findall(r"bd-form|bd-is-\w+", one)]
    assert list(dict.fromkeys(parts)) == ["bd-form", "bd-is-summary", "bd-is-facetbars", "bd-is-grid"]
    assert parts.count("bd-is-facetbars") == 6
    expect(cell).to_be_focused()
    page.keyboard.press("Enter")
    expect(view.locator("[aria-sort=ascending]")).to_have_count(1)
    expect(view.locator("[role=grid] [data-cell]").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(view.locator(".bd-chosen h1")).to_be_visible()
    page.keyboard.press("End")
    expect(page.locator(":focus[data-cell]")).to_have_count(1)
    view.locator(".bd-facets [data-cell]").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(view.locator(".bd-chip", has_text="workplace_type=")).to_have_count(1)
    expect(page.locator(":focus[aria-pressed=true]")).to_have_count(1)


def test_the_keyboard_always_stands_on_something(lab: Place, page: Page) -> None:
    """What it stands on opens, closes, is hidden or goes: it stays there, or comes to stand on what is near."""
    slowly = """import threading
go, load = threading.Event(), explorer.rows.load
def slowly(*given, **more):
    go.wait(20)
    return load(*given, **more)
explorer.rows.load = slowly"""
    notebook = lab.open(page, [EXPLORE, slowly])
    view = notebook.cell(0).locator(".bd-explorer")
    row = view.locator("[role=grid] tbody [role=row]").nth(2)
    row.locator("[data-cell]").first.focus()
    page.keyboard.press("Enter")
    for name, then in (("Open here", "Close"), ("Close", "Open here")):
        view.get_by_role("button", name=re.compile(f"^{name}: ")).first.focus()
        page.keyboard.press("Enter")
        expect(view.locator(":focus")).to_have_text(then)
    view.get_by_role("button", name="Close this record").focus()
    page.keyboard.press("Enter")
    expect(view.locator(".bd-chosen")).to_be_hidden()
    expect(row.locator("[data-cell]").first).to_be_focused()

    chips = view.locator(".bd-chip")
    for left in reversed(range(chips.count())):
        chips.first.focus()
        page.keyboard.press("Enter")
        expect(chips).to_have_count(left)
    expect(view.locator("[role=grid] [data-cell]:focus")).to_have_count(1)

    everything = view.get_by_role("button", name=re.compile("^Load all|^All rows"))
    stop = view.get_by_role("button", name="Stop", exact=True)
    everything.focus()
    page.keyboard.press("Enter")
    expect(stop).to_be_focused()
    page.keyboard.press("Enter")
    notebook.run("go.set()")
    expect(everything).to_be_focused()
    page.keyboard.press("Enter")
    expect(everything).to_be_disabled()
    expect(view.locator(".bd-save :focus")).to_have_count(1)


def test_narrow_the_keyboard_stays_in_what_is_shown(lab: Place, pages: Pages) -> None:
    """A column that is left out where it is narrow is none that arrows lead to; Enter in a file's name saves."""
    page = pages(width=900)
    notebook = lab.open(page, [EXPLORE])
    view = notebook.cell(0).locator(".bd-explorer")
    row = view.locator("[role=grid] tbody [role=row]").first
    expect(row.locator(".bd-column-status")).to_be_hidden()
    for keys in (["End"], ["ArrowRight"] * 4, ["ArrowUp", "End"]):
        row.locator("[data-cell]").first.focus()
        for key in keys:
            page.keyboard.press(key)
        focused = view.locator("[role=grid] [data-cell]:focus")
        expect(focused).to_be_visible()
        expect(focused).to_have_attribute("tabindex", "0")
    path = view.locator(".bd-save input")
    path.fill("narrow.csv")
    path.press("Enter")
    expect(view.locator(".bd-save")).to_contain_text(re.compile(r"\d rows written to .*narrow\.csv"))


def test_strangers_text_runs_nothing(place: Place, page: Page) -> None:
    """Markup in every field of a posting, a company named <b>, right-to-left text and emoji are shown as text."""
    frame = f"""import pandas as pd, bluedoor_tools as bd
text = {HOSTILE!r}
frame = pd.DataFrame({{"job_id": ["a", "b", "c"], "title": [text, "مهندس برمجيات 🧪", "Cook"],
  "company": [text, "<b>", "شركة"],
  "city": [text] * 3, "department": [text] * 3, "location_text": [text] * 3, "provider": [text] * 3,
  "workplace_type": [text] * 3, "description_text": [text] * 3, "source_url": ["javascript:window.__bd_pwned=1"] * 3,
  text: [text] * 3}})
explorer = bd.explore(frame)
explorer.query.job_id = "a"
events = pd.DataFrame({{"observed_at": pd.to_datetime(["2026-06-01", "2026-06-02"], utc=True),
  "event_type": ["job.created", "job.updated"], "job_id": ["a", "a"], "field_name": [text] * 2, "company": [text] * 2,
  "old_value_text": [text] * 2, "new_value_text": [text] * 2, "event_id": ["1", "2"]}})
explorer.link(bd.timeline(events))
explorer.wait()"""
    parts = [
        "explorer",
        "bd.breakdown(frame, 'city', by='company')",
        "bd.timeline(events)",
        "bd.flows(events, by='company')",
    ]
    notebook = place.open(page, [frame, *parts])
    view = notebook.cell(1).locator(".bd-explorer")
    expect(view.locator("[role=grid]")).to_contain_text("<img")
    expect(view.locator(".bd-chosen h1")).to_contain_text("<img")
    expect(view.locator("[role=grid]")).to_contain_text("مهندس برمجيات 🧪")
    expect(view.locator(".bd-facets")).to_contain_text("<b>")
    for number in range(2, 5):
        expect(notebook.cell(number).locator(".bd-view")).to_contain_text("<img")
    assert page.evaluate("window.__bd_pwned === undefined")
    assert page.locator(".bd-view img, .bd-view script, .bd-view b, .bd-view a[href^='javascript']").count() == 0


def test_clicks_in_linked_charts_filter(lab: Place, page: Page, pages: Pages) -> None:
    """A click on a bar filters the explorer, whose rows the chart then counts; a lane opens its posting."""
    cells = [
        "import bluedoor_tools as bd\nclient = bd.connect('sample')\njobs = client.search_jobs('nurse', limit=None)\n"
        "events = client.search_events(observed_after='26w', limit=None)\nexplorer = bd.explore(jobs)\nexplorer",
        "explorer.link(bd.breakdown(jobs, 'region', by='workplace_type'))",
        "explorer.link(bd.flows(events))",
        "explorer.link(bd.timeline(events))",
    ]
    notebook = lab.open(page, cells)
    before = notebook.cell(0).locator(".bd-matching").inner_text()
    pages.shot(page, "linked")
    heat = notebook.cell(1).locator(".bd-view")
    heat.locator("button").first.click()
    expect(notebook.cell(0).locator(".bd-matching")).not_to_have_text(before)
    notebook.cell(3).locator(".bd-view button[data-act=open]").first.click()
    expect(notebook.cell(0).locator(".bd-chosen h1")).to_be_visible()


def test_a_restarted_kernel_is_noticed(lab: Place, page: Page) -> None:
    """What is typed or clicked where the kernel is gone says what to do; running the cell again gives a living view."""
    notebook = lab.open(page, [EXPLORE])
    view = notebook.cell(0).locator(".bd-explorer")
    expect(view.locator("[role=grid]")).to_be_visible()
    notebook.restart()
    notices = view.locator(".bd-notice:visible", has_text="run the cell again")
    field(view, "q").press_sequentially("c")
    expect(notices).to_have_count(1)
    save = view.locator(".bd-save button", has_text="Save")
    save.scroll_into_view_if_needed()
    expect(notices.first).not_to_be_in_viewport()
    save.click()
    expect(notices.first).to_be_in_viewport()
    view.get_by_role("button", name="Next").click()
    expect(notices).to_have_count(2)
    notebook.run_all()
    view = notebook.cell(0).locator(".bd-explorer")
    first = view.locator("[role=grid] tbody [role=row]").first.inner_text()
    view.get_by_role("button", name="Next").click()
    expect(view.locator("[role=grid] tbody [role=row]").first).not_to_have_text(first)


def test_the_web_page_of_the_notebook(voila: Place, page: Page, pages: Pages) -> None:
    """`make voila` shows notebook 02, whose first view is alive."""
    notebook = voila.open(page, NOTEBOOKS / "02_explore.ipynb")
    view = notebook.cell(0).locator(".bd-explorer")
    expect(view.locator("[role=grid] tbody [role=row]").first).to_be_visible()
    field(view, "q").fill("cook")
    expect(view.locator(".bd-chip", has_text="q=cook")).to_be_visible()
    pages.shot(page, "voila")
