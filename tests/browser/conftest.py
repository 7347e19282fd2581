"""Fixtures of the browser tests. What they offer:

- ``pages``: makes pages (`guard.Pages`): ``page = pages(width=1280, height=900, dark=False)``, any number of them. At
  its end the test **fails** if a request of any page left 127.0.0.1, nothing caught an error, a dialog opened, or text
  of a stranger ran (it set ``window.__bd_pwned``; `guard.HOSTILE` is such a text, to be put into fields).
  ``pages.shot(page, "name")`` keeps ``artefacts/name.png``; of a test that fails, what its pages showed is kept, too.
  ``pages.guard(page).forget()`` gives what was seen so far and forgets it: for a test that provokes it.
- ``page``: one page as ``pages()`` makes it.
- ``lab``, ``notebook7``, ``voila``: where a notebook opens (`lab.Place`); ``place``: each of the three in turn.
  ``notebook = lab.open(page, ["code of a cell", "of the next"])`` (or the path of a notebook) writes it, opens it in
  the page's color scheme, runs all cells, and returns when the kernel is idle; a cell that fails fails the test.
  ``lab.open(page, cells, run=False)`` runs nothing. A page for each notebook.
- ``notebook`` (`lab.Notebook`): ``notebook.cell(0)`` locates what the first code cell shows, such as
  ``expect(notebook.cell(0).locator(".bd-view")).to_be_visible()``. Not in Voila, whose pages run once:
  ``notebook.run(code)`` runs code in its kernel and gives what it printed, ``notebook.run_cell(0)`` runs a cell again,
  ``notebook.run_all()`` all of them, ``notebook.restart()`` restarts the kernel under the open views.

Wait with `playwright.sync_api.expect` and `page.wait_for_function`, never for a time. Kernels see the sample, as other
tests do; servers start with the first test that needs them, and end with the last test here. All tests here are marked
`browser` and run in one process, one after another. Without Chromium they are skipped; where BLUEDOOR_BROWSER=required
says so, they fail.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from .guard import PATIENCE, Pages
from .lab import Place
from .servers import Servers

_FAILED = pytest.StashKey[bool]()
_MISSING = (
    "no Chromium: the tests in a real browser need one on the PATH, as chromium, chromium-browser or google-chrome "
    "(Debian: apt-get install chromium)"
)
_HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder; run in parallel, they stay together: servers and browser are started once."""
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Note down which test failed: its pages are kept as pictures."""
    report = yield
    if report.when == "call":  # type: ignore[attr-defined]
        item.stash[_FAILED] = report.failed  # type: ignore[attr-defined]
    return report


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser; while it runs, no other test runs in this process: it keeps an event loop in the main thread."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not found:
        if os.environ.get("BLUEDOOR_BROWSER") == "required":
            pytest.fail(_MISSING, pytrace=False)
        pytest.skip(_MISSING)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found,
            # No name but this machine's is looked up: what a page asks of others is seen, and goes nowhere.
            args=[
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--no-proxy-server",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def servers(environment: None, chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Gives the server of a program, started when it is first asked for."""
    made = Servers(tmp_path_factory.mktemp)
    yield made
    made.stop()


@pytest.fixture
def kernels(servers: Servers) -> Iterator[None]:
    """Kernels end with the test that started them."""
    yield
    servers.end_kernels()


@pytest.fixture
def lab(servers: Servers) -> Place:
    """JupyterLab."""
    return Place("lab", servers("jupyterlab"))


@pytest.fixture
def notebook7(servers: Servers) -> Place:
    """Notebook 7, of the same server as JupyterLab."""
    return Place("notebook", servers("jupyterlab"))


@pytest.fixture
def voila(servers: Servers) -> Place:
    """Voila, as `make voila` starts it."""
    return Place("voila", servers("voila"))


@pytest.fixture(params=["lab", "notebook7", "voila"])
def place(request: pytest.FixtureRequest) -> Place:
    """Each of the three."""
    found: Place = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def pages(chromium: Browser, kernels: None, request: pytest.FixtureRequest) -> Iterator[Pages]:
    """Makes pages that are watched; what they did that they must not fails the test at its end."""
    made = Pages(chromium)
    yield made
    problems = made.problems()
    failed = bool(problems) or request.node.stash.get(_FAILED, False)
    made.close(f"failed-{request.node.name}" if failed else None)
    assert not problems, "\n".join(problems)


@pytest.fixture
def page(pages: Pages) -> Page:
    """One page of 1280 × 900 points, light."""
    return pages()
