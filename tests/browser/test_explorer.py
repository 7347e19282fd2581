"""The explorer as a person uses it, in JupyterLab, Notebook 7 and Voila."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

import bluedoor_tools as bd
from bluedoor_tools.client import Client

from .guard import HOSTILE, Pages
from .lab import Place

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
EXPLORE = """import bluedoor_tools as bd
client = bd.connect("sample")
explorer = bd.explore(client)
explorer"""


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


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_person_explores(place: Place, pages: Pages, dark: bool, sample: Client) -> None:
    """Type, choose, click a count, sort, page, open a record, follow a slice and copy the code."""
    if dark and place.name != "lab":
        pytest.skip("dark is looked at in JupyterLab")
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
    view.get_by_role("button", name="Next").click()
    expect(rows.first).not_to_have_text(first)
    view.locator("[role=columnheader] button", has_text="Posted").click()
    expect(view.locator("[role=columnheader][aria-sort=ascending]")).to_have_count(1)

    rows.nth(1).locator("[role=gridcell]").first.click()
    record = view.locator(".bd-chosen .bd-page")
    expect(record.locator("h1")).to_be_visible()
    expect(view.locator(".bd-chosen")).to_contain_text("Opened")
    record.get_by_role("button", name=re.compile("Open here")).first.click()
    expect(record.get_by_role("button", name="Close").first).to_be_visible()
    pages.shot(page, f"record-{place.name}-{'dark' if dark else 'light'}")

    view.locator("details#bd-code summary, details summary", has_text="code").first.click()
    view.locator("[data-copy]").first.click()
    expect(view.locator("[data-copy]").first).to_contain_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "search_jobs(" in copied and "nurse" in copied


def test_the_keyboard_alone_is_enough(lab: Place, page: Page) -> None:
    """From the form to the grid with Tab, through it with arrows; Enter sorts, opens, and pages."""
    notebook = lab.open(page, [EXPLORE])
    view = notebook.cell(0).locator(".bd-explorer")
    matching_before = view.locator(".bd-matching").inner_text()
    field(view, "q").focus()
    page.keyboard.type("nurse")
    expect(view.locator(".bd-matching")).not_to_have_text(matching_before)
    cell = view.locator("[role=grid] [data-cell]").first
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.cell !== undefined"):
            break
    else:
        raise AssertionError("the grid is not reached with Tab")
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
    """A click in a view whose kernel is gone says what to do; running the cell again gives a living view."""
    notebook = lab.open(page, [EXPLORE])
    view = notebook.cell(0).locator(".bd-explorer")
    expect(view.locator("[role=grid]")).to_be_visible()
    notebook.restart()
    view.get_by_role("button", name="Next").click()
    expect(view.locator(".bd-notice").filter(has_text="run the cell again").first).to_be_visible()
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
