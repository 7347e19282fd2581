"""Notebooks as people open them: in JupyterLab, in Notebook 7, or as a web page of Voila."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import nbformat
from playwright.sync_api import Locator, Page

from .servers import Server

__all__ = ["Name", "Notebook", "Place"]

Name = Literal["lab", "notebook", "voila"]

_THEMES = "@jupyterlab/apputils-extension/themes"
_ERROR = re.compile(r"^(Traceback|\w*Error\b)|^-+\n", re.MULTILINE)
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_numbers = itertools.count(1)

_IDLE = "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
_KERNEL = "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
_RUN_ALL = "async () => { await window.jupyterapp.commands.execute('notebook:run-all-cells'); }"
_RUN_CELL = """async (at) => {
  window.jupyterapp.shell.currentWidget.content.activeCellIndex = at;
  await window.jupyterapp.commands.execute('notebook:run-cell');
}"""
_RUN_CODE = f"""async (code) => {{
  const future = {_KERNEL}.requestExecute({{ code, store_history: false }});
  const said = {{ text: "", error: "" }};
  future.onIOPub = ({{ content, header }}) => {{
    if (header.msg_type === "stream") said.text += content.text;
    if (header.msg_type === "execute_result") said.text += content.data["text/plain"];
    if (header.msg_type === "error") said.error = content.traceback.join("\\n");
  }};
  await future.done;
  return said;
}}"""
_KERNEL_ID = "JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId"
_ERRORS = """() => window.jupyterapp.shell.currentWidget.content.widgets.filter((cell) => cell.model.type === "code")
  .flatMap((cell) => cell.model.toJSON().outputs).filter((output) => output.output_type === "error")
  .map((output) => output.traceback.join("\\n"))"""


class Notebook:
    """A notebook that is open in a page and has run.

    `page` is the page, `name` where it is open; `cell(n)` what its n-th code cell shows (from 0).
    """

    def __init__(self, page: Page, name: Name, contents: Any) -> None:
        self.page, self.name, self._contents = page, name, contents
        self._code = [at for at, cell in enumerate(contents.cells) if cell.cell_type == "code"]

    def cell(self, number: int = 0) -> Locator:
        """What the n-th code cell shows (from 0)."""
        at = self._code[number]
        if self.name == "voila":
            return self.page.locator(f"[cell-index='{at + 1}'] .jp-Cell-outputArea")
        return self.page.locator(".jp-Notebook .jp-Cell").nth(at).locator(".jp-Cell-outputArea")

    def run_all(self) -> None:
        """Run all cells, as the menu does, until the kernel is idle; a cell that fails fails the test."""
        self._idle()
        self.page.evaluate(_RUN_ALL)
        self._ran()

    def run_cell(self, number: int) -> None:
        """Run the n-th code cell again (from 0)."""
        self.page.evaluate(_RUN_CELL, self._code[number])
        self._ran()

    def run(self, code: str) -> str:
        """Run code in the notebook's kernel beside its cells: what it printed, and the value of its last line."""
        said = self.page.evaluate(_RUN_CODE, code)
        assert not said["error"], _ANSI.sub("", said["error"])
        return str(said["text"])

    def restart(self) -> None:
        """Restart the kernel under the open views; the page keeps what it shows."""
        self.page.evaluate(f"async () => {{ await {_KERNEL}.restart(); }}")
        self._idle()

    def _idle(self) -> None:
        assert self.name != "voila", "a web page of Voila has run when it is open, and runs nothing else"
        self.page.wait_for_function(_IDLE)

    def _ran(self) -> None:
        self._idle()
        errors = self.page.evaluate(_ERRORS)
        assert not errors, _ANSI.sub("", "\n".join(errors))


class Place:
    """Where notebooks are opened: `open(page, cells)`."""

    def __init__(self, name: Name, server: Server) -> None:
        self.name, self.server = name, server

    def __repr__(self) -> str:
        return self.name

    def open(self, page: Page, cells: Sequence[str] | Path, *, run: bool = True) -> Notebook:
        """Open a notebook of these code cells, or a copy of a notebook file, and run it; in the page's color scheme.

        A page for each notebook: leaving one that is not saved opens a dialog.
        """
        contents = _notebook(cells)
        stem = f"{'notebook' if not isinstance(cells, Path) else cells.stem}-{next(_numbers)}"
        path = self.server.root / f"{stem}.ipynb"
        path.write_text(nbformat.writes(contents), encoding="utf-8")  # type: ignore[no-untyped-call]
        notebook = Notebook(page, self.name, contents)
        dark = bool(page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches"))
        if self.name == "voila":
            page.goto(self.server.url(f"/voila/render/{path.name}", theme="dark" if dark else "light"))
            page.locator("#rendered_cells").wait_for()
            self.server.kernels.append(page.evaluate(_KERNEL_ID))
            said = page.locator("[data-mime-type='application/vnd.jupyter.stderr']").all_inner_texts()
            errors = [text for text in said if _ERROR.search(text)]
            assert not errors, "\n".join(errors)
            return notebook
        self.server.set(_THEMES, theme="JupyterLab Dark" if dark else "JupyterLab Light")
        if self.name == "lab":
            page.goto(self.server.url(f"/lab/workspaces/{stem}/tree/{path.name}", reset=""))
        else:
            page.goto(self.server.url(f"/notebooks/{path.name}"))
        page.wait_for_function(_IDLE)
        page.wait_for_function("(light) => document.body.dataset.jpThemeLight === light", arg=str(not dark).lower())
        if self.name == "lab":
            page.evaluate(
                "window.jupyterapp.shell.collapseLeft()"
            )  # the list of files: notebooks are what is looked at
        if run:
            notebook.run_all()
        return notebook


def _notebook(cells: Sequence[str] | Path) -> Any:
    if isinstance(cells, Path):
        return nbformat.reads(cells.read_text(encoding="utf-8"), as_version=4)  # type: ignore[no-untyped-call]
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in cells])  # type: ignore[no-untyped-call]
    made.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return made
