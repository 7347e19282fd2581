"""The explorer over 100,000 rows in a real browser: from running the cell to the first row, from a click to new rows.

Beside it, in the same run: the floor, which is the least widget that shows 25 rows of a list and asks the kernel for
the next 25, with no search, no counts and no form; and a peer, itables, which sends all rows into the page (here
five columns, with no counts and no form either). Needs Chromium.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Page, WebSocket, sync_playwright

from tests.browser.lab import Place
from tests.browser.servers import Server

ROWS, RUNS, CLICKS = 100_000, 5, 11
PEER_COLUMNS = ("title", "location_text", "salary_min", "first_seen_at", "status")
FIRST_REACH, CLICK_REACH = 1_000, 150  # milliseconds
_PREPARE = f"""
import anywidget, itables, traitlets, pandas as pd, bluedoor_tools as bd
itables.init_notebook_mode(all_interactive=False, connected=False)
client = bd.connect("sample")
some = client.search_jobs(status="any", limit=None)
frame = pd.concat([some] * -(-{ROWS} // len(some)), ignore_index=True).head({ROWS})
frame["job_id"] = [f"{{number:040x}}" for number in range({ROWS})]
frame["title"] = frame["title"] + " " + frame.index.astype(str)

class Floor(anywidget.AnyWidget):
    _esm = '''export default {{ render({{ model, el }}) {{
      const list = document.createElement("ul");
      const next = document.createElement("button");
      const draw = () => list.replaceChildren(...model.get("rows").map((text) => {{
        const item = document.createElement("li");
        item.className = "bench-row"; item.textContent = text; return item; }}));
      next.textContent = "Next"; next.className = "bench-next"; next.onclick = () => model.send({{}});
      model.on("change:rows", draw); draw(); el.append(list, next);
    }} }};'''
    rows = traitlets.List().tag(sync=True)
    def __init__(self, titles):
        super().__init__(rows=titles[:25])
        self.titles, self.at = titles, 0
        self.on_msg(self.turn)
    def turn(self, *_):
        self.at += 25
        self.rows = self.titles[self.at:self.at + 25]

floor, titles = Floor(["warm"]), frame["title"].tolist()
warm = bd.explore(frame.head(100))
warm.wait()
"""
# Counted within the page: from the call that runs the cell, or the click, until the first row's text is another.
_UNTIL = """async ([selector, start]) => {
  const text = () => document.querySelector(selector)?.textContent ?? "";
  const before = text();
  const patience = new Promise((_, give) => setTimeout(() => give(new Error(`${before} stays`)), 120000));
  const began = performance.now();
  await Promise.race([patience, new Promise((done) => {
    const check = () => { if (text() && text() !== before) { watcher.disconnect(); done(); } };
    const watcher = new MutationObserver(check);
    watcher.observe(document.body, { childList: true, subtree: true, characterData: true });
    if (start.cell !== undefined) {
      window.jupyterapp.shell.currentWidget.content.activeCellIndex = start.cell;
      window.jupyterapp.commands.execute("notebook:run-cell");
    } else {
      const named = (each) => !start.text || each.textContent.includes(start.text);
      [...document.querySelectorAll(start.click)].find(named).click();
    }
  })]);
  return performance.now() - began;
}"""
_IDLE = "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'"


class Sent:
    """Bytes that the kernel's socket brought."""

    def __init__(self, page: Page) -> None:
        self.received = 0
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._count)

    def _count(self, payload: str | bytes) -> None:
        self.received += len(payload if isinstance(payload, bytes) else payload.encode())

    def since(self) -> int:
        """Bytes since this was last asked."""
        found, self.received = self.received, 0
        return found


def run(page: Page, place: Place, cell: str, row: str, clicks: dict[str, dict[str, str]]) -> dict[str, list[float]]:
    """Milliseconds and bytes: of the cell's first row, several times, then of the clicks."""
    sent = Sent(page)
    notebook = place.open(page, [_PREPARE, cell], run=False)
    notebook.run_cell(0)
    figures: dict[str, list[float]] = {}

    def measured(name: str, start: dict[str, object]) -> None:
        sent.since()
        taken = page.evaluate(_UNTIL, [row, start])
        page.wait_for_function(_IDLE)
        figures.setdefault(name, []).append(taken)
        figures.setdefault(f"{name}, kB", []).append(sent.since() / 1000)

    for _ in range(RUNS):
        page.evaluate("window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
        measured("first row", {"cell": 1})
    for name, start in clicks.items():
        for _ in range(CLICKS):
            measured(name, dict(start))
    return figures


def medians(figures: dict[str, list[float]], name: str) -> tuple[float, float]:
    """Milliseconds and kB; 0 of what was not measured."""
    return statistics.median(figures.get(name, [0])), statistics.median(figures.get(f"{name}, kB", [0]))


def main() -> None:
    """Print the medians beside their reach, the floor's and the peer's."""
    browser_path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    print(f"\nExplorer, {ROWS:,} rows in JupyterLab and Chromium: ms, medians of {RUNS} and of {CLICKS} clicks")
    if browser_path is None:
        print("  not measured: no Chromium on the PATH")
        return
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server("jupyterlab", Path(folder))
        browser = playwright.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox", "--disable-dev-shm-usage", "--no-proxy-server"]
        )
        try:
            place = Place("lab", server)

            def of(cell: str, row: str, clicks: dict[str, dict[str, str]]) -> dict[str, list[float]]:
                server.end_kernels()
                page = browser.new_context(viewport={"width": 1440, "height": 1000}).new_page()
                return run(page, place, cell, row, clicks)

            grid, button = ".bd-explorer [role=grid] tbody [role=row]", ".bd-explorer .bd-view button"
            ours = of(
                "bd.explore(frame)",
                grid,
                {
                    "next page": {"click": button, "text": "Next"},
                    "sort by a header": {"click": ".bd-explorer [role=columnheader] [data-act=sort]"},
                    "a count": {"click": ".bd-explorer .bd-facets button"},
                },
            )
            floor = of("floor = Floor(titles)\nfloor", ".bench-row", {"next page": {"click": ".bench-next"}})
            peer = of(
                f"itables.show(frame[{list(PEER_COLUMNS)}], maxBytes=0, pageLength=25)",
                ".dt-container tbody tr",
                {
                    "next page": {"click": ".dt-paging-button.next"},
                    "sort by a header": {"click": ".dt-container .dt-column-order"},
                },
            )
        finally:
            browser.close()
            server.stop()
    print(f"  {'':<17} {'explorer':>8} {'most':>6} {'kB':>6} {'floor':>6} {'×':>5} {'itables':>8} {'×':>6} {'kB':>7}")
    for name, reach in (
        ("first row", FIRST_REACH),
        *((name, CLICK_REACH) for name in ("next page", "sort by a header", "a count")),
    ):
        (middle, sent), least, other = (medians(each, name) for each in (ours, floor, peer))
        line = f"  {name:<17} {middle:8.0f} {max(ours[name]):6.0f} {sent:6.1f}"
        line += f" {least[0]:6.0f} {middle / least[0]:5.1f}" if least[0] else f" {'':>12}"
        line += f" {other[0]:8.0f} {middle / other[0]:6.2f} {other[1]:7.0f}" if other[0] else f" {'':>23}"
        print(f"{line}  ≤ {reach:,}")


if __name__ == "__main__":
    main()
