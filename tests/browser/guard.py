"""Pages that are watched: what leaves this machine, fails, asks or runs where nothing may run, fails the test."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Dialog, Error, Page, Request, WebError, WebSocket

__all__ = ["ARTEFACTS", "HOSTILE", "Guard", "Pages"]

ARTEFACTS = Path(__file__).parent / "artefacts"
# Put into a field of a posting: what of it runs, a guard sees.
HOSTILE = '<img src="nowhere" onerror="window.__bd_pwned = true"><script>window.__bd_pwned = true</script>'
PATIENCE = 20_000.0  # milliseconds
# What sets the name tells of it at once, in every frame, also of a page that is left or closed later.
_NOTICE = """{
  let harmed;
  Object.defineProperty(window, "__bd_pwned", {
    get: () => harmed,
    set: (value) => { harmed = value; window.__bd_notice(); },
  });
}"""
# Notebook 7.6 throws these by itself while it starts, with no cell run.
_OF_NOTEBOOK_7 = (
    "Cannot read properties of undefined (reading 'schema')",
    "Command 'filebrowser:open-path' not registered.",
)


class Guard:
    """Watches all pages of a context from its first request on."""

    def __init__(self, context: BrowserContext) -> None:
        self._context = context
        self._seen: list[str] = []
        context.on("request", self._on_request)
        context.on("weberror", self._on_error)
        context.on("dialog", self._on_dialog)
        context.on("page", lambda page: page.on("websocket", self._on_socket))
        context.expose_binding("__bd_notice", lambda source: self._on_harm(source["page"].url))
        context.add_init_script(_NOTICE)

    def problems(self) -> list[str]:
        """What happened that must not, one line each."""
        for page in self._context.pages:
            with suppress(Error):  # it is being left just now
                page.evaluate("0")  # what is on its way has arrived then
        return list(self._seen)

    def forget(self) -> list[str]:
        """The same, and forgotten: for a test that provokes it."""
        found = self.problems()
        self._seen.clear()
        return found

    def _on_harm(self, url: str) -> None:
        self._seen.append(f"text of a stranger was run as code: {url}")

    def _on_request(self, request: Request) -> None:
        self._address("request", request.url)

    def _on_socket(self, socket: WebSocket) -> None:
        self._address("web socket", socket.url)

    def _address(self, kind: str, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"data", "blob", "about"} and parts.hostname not in {"127.0.0.1", "localhost"}:
            self._seen.append(f"a {kind} left this machine: {url[:200]}")

    def _on_error(self, error: WebError) -> None:
        if error.error.message not in _OF_NOTEBOOK_7:
            self._seen.append(f"an error that nothing caught: {error.error.stack or error.error}")

    def _on_dialog(self, dialog: Dialog) -> None:
        self._seen.append(f"a dialog: {dialog.message}")
        dialog.dismiss()


class Pages:
    """Makes pages, each in a context of its own with a guard of its own; `pages(width=900, dark=True)`."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._guards: dict[BrowserContext, Guard] = {}

    def __call__(self, *, width: int = 1280, height: int = 900, dark: bool = False) -> Page:
        """An empty page of this size; the places open notebooks in it in their dark theme if it is `dark`."""
        context = self._browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            permissions=["clipboard-read", "clipboard-write"],
        )
        context.set_default_timeout(PATIENCE)
        self._guards[context] = Guard(context)
        return context.new_page()

    def guard(self, page: Page) -> Guard:
        """The guard of a page."""
        return self._guards[page.context]

    def shot(self, page: Page, name: str, *, whole: bool = False) -> Path:
        """Keep a screenshot as `artefacts/NAME.png`, of what is in sight or of the `whole` page."""
        path = ARTEFACTS / f"{name}.png"
        page.screenshot(path=path, full_page=whole, animations="disabled")
        return path

    def problems(self) -> list[str]:
        """What all guards saw."""
        return [problem for guard in self._guards.values() for problem in guard.problems()]

    def close(self, shot: str | None = None) -> None:
        """Close all pages; with a name, keep what they showed."""
        for number, context in enumerate(self._guards):
            for page in context.pages:
                if shot:
                    self.shot(page, f"{shot}-{number}")
                page.close(run_before_unload=False)
            context.close()
        self._guards.clear()
