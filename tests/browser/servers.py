"""Jupyter servers for the tests: each a process with folders of its own, on a free port of 127.0.0.1."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import threading
import urllib.request
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

__all__ = ["Program", "Server", "Servers", "own_environment"]

Program = Literal["jupyterlab", "voila"]

REPOSITORY = Path(__file__).parents[2]
PATIENCE = 60.0  # seconds in which a server is up, or down
_FOLDERS = {
    "JUPYTER_CONFIG_DIR": "config",
    "JUPYTER_DATA_DIR": "data",
    "JUPYTER_RUNTIME_DIR": "runtime",
    "JUPYTERLAB_SETTINGS_DIR": "settings",
    "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    "IPYTHONDIR": "ipython",
    "HOME": "home",
}
_FOREIGN = ("JUPYTER", "JPY_", "IPYTHON", "VOILA", "BLUEDOOR_API", "BLUEDOOR_BACKEND")
# What a server would ask the network for on its own is off; a page has all cells in it, also those out of sight.
_SETTINGS: dict[str, dict[str, Any]] = {
    "@jupyterlab/apputils-extension/notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
}


def own_environment(folder: Path) -> dict[str, str]:
    """The environment of a server and its kernels: nothing of the user's Jupyter is read or written."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    own = {name: str(folder / place) for name, place in _FOLDERS.items()}
    for place in own.values():
        Path(place).mkdir(parents=True, exist_ok=True)
    # Voila's template of this repository stands in for the one that fetches style sheets.
    return {**kept, **own, "JUPYTER_PREFER_ENV_PATH": "0", "JUPYTER_PATH": str(REPOSITORY / "notebooks")}


class Server:
    """A running server: `root` is the folder that it serves; `url(path)` an address with the token that it asks for."""

    def __init__(self, program: Program, folder: Path) -> None:
        self.program, self.folder = program, folder
        self.root = folder / "notebooks"
        self._token = secrets.token_hex(16)
        self._log: deque[str] = deque(maxlen=200)
        self.kernels: list[str] = []  # those of Voila's pages, which its server does not list
        self._environment = own_environment(folder)
        self.root.mkdir()
        _write(
            folder / "data" / "kernels" / "python3" / "kernel.json",
            {
                "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
                "display_name": "Python 3",
                "language": "python",
            },
        )
        _write(
            folder / "config" / "jupyter_server_config.json",
            {
                "ServerApp": {
                    "jpserver_extensions": {
                        "jupyterlab": True,
                        "notebook": True,
                        "jupyter_lsp": False,
                        "jupyter_server_terminals": False,
                        "voila": False,
                    },
                    "allow_root": True,
                    "open_browser": False,
                    "port_retries": 0,
                    "root_dir": str(self.root),
                    "ip": "127.0.0.1",
                },
                "IdentityProvider": {"token": self._token},
                "LabApp": {
                    "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
                    "expose_app_in_browser": True,
                    "extension_manager": "readonly",
                    "news_url": None,
                },
                "JupyterNotebookApp": {"expose_app_in_browser": True},
            },
        )
        _write(
            folder / "config" / "voila.json",
            {
                "Voila": {
                    "ip": "127.0.0.1",
                    "open_browser": False,
                    "port_retries": 0,
                    "token": self._token,
                    "connection_dir_root": str(folder / "runtime"),
                },
                "VoilaConfiguration": {"template": "offline", "show_tracebacks": True},
            },
        )
        for name, values in _SETTINGS.items():
            self.set(name, **values)
        self._process, self._port = self._started()

    def url(self, path: str, **query: str) -> str:
        """The address of a path of this server."""
        given = "&".join(
            [*(f"{name}={value}" if value else name for name, value in query.items()), f"token={self._token}"]
        )
        return f"http://127.0.0.1:{self._port}{path}?{given}"

    def set(self, name: str, **values: Any) -> None:
        """Settings of a JupyterLab plugin, as a user would override them; a page that is opened later has them."""
        _write(self.folder / "settings" / f"{name}.jupyterlab-settings", values)

    def end_kernels(self) -> None:
        """End every kernel that runs."""
        for kernel in self.kernels:
            self._asked("POST", f"/voila/api/shutdown/{kernel}")
        self.kernels.clear()
        if self.program != "voila":
            for kernel in json.loads(self._asked("GET", "/api/kernels")):
                self._asked("DELETE", f"/api/kernels/{kernel['id']}")

    def stop(self) -> None:
        """End the server, and with it its kernels."""
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def said(self) -> str:
        """The end of what the server wrote: for messages of tests that fail."""
        return "".join(self._log)

    def _asked(self, method: str, path: str) -> bytes:
        request = urllib.request.Request(self.url(path), method=method)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=PATIENCE) as answer:
            body: bytes = answer.read()
        return body

    def _started(self) -> tuple[subprocess.Popen[str], int]:
        for _ in range(3):  # another program may take the port that was free just now
            port = _free_port()
            up = threading.Event()
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    self.program,
                    *(["--no-browser"] if self.program == "voila" else []),
                    f"--port={port}",
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                cwd=self.root,
                env=self._environment,
            )
            self._reader = threading.Thread(target=self._read, args=(process, up), name="server-log", daemon=True)
            self._reader.start()
            if up.wait(PATIENCE) and process.poll() is None:
                return process, port
            process.kill()
            process.wait()
        raise RuntimeError(f"{self.program} did not start:\n{self.said()}")

    def _read(self, process: subprocess.Popen[str], up: threading.Event) -> None:
        """Keep what the server writes, and tell when it is up, or will never be."""
        assert process.stdout is not None
        for line in process.stdout:
            self._log.append(line)
            if "is running at" in line:
                up.set()
        up.set()


class Servers:
    """The servers of a session: each is started when it is first asked for."""

    def __init__(self, folder: Callable[[str], Path]) -> None:
        self._folder = folder
        self._running: dict[Program, Server] = {}

    def __call__(self, program: Program) -> Server:
        if program not in self._running:
            self._running[program] = Server(program, self._folder(program))
        return self._running[program]

    def end_kernels(self) -> None:
        """End the kernels of all."""
        for server in self._running.values():
            server.end_kernels()

    def stop(self) -> None:
        """End all."""
        for server in self._running.values():
            server.stop()


def _write(path: Path, values: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values), encoding="utf-8")


def _free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        port: int = tried.getsockname()[1]
    return port
