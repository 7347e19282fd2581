"""The shape of the package: its public names, which way its imports point, and what an import costs."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import bluedoor_tools as bd

PACKAGE = Path(bd.__file__).parent

# Each room imports only from rooms above it; the faces stand last.
ROOMS = (
    "errors",
    "inert",
    "progress",
    "cache_folder",
    "contract",
    "specification",
    "arguments",
    "posting_urls",
    "query",
    "cursor",
    "decode",
    "wire",
    "frames",
    "column_meanings",
    "event_values",
    "lifecycle",
    "completion",
    "backends",
    "reproduction",
    "answer_card",
    "accessor",
    "chain",
    "splitting",
    "walk",
    "load",
    "pages",
    "records",
    "organisations",
    "client",
    "connection",
    "files",
    "default",
    "widgets",
    "cli",
    "__main__",
)
# The MCP server is a face of its own, over public names and these rooms, which cost nothing to import.
SERVER_ROOMS = (
    "settings",
    "tokens",
    "strangers",
    "wording",
    "schemas",
    "arguments",
    "cursors",
    "answers",
    "rows",
    "desk",
    "loosening",
    "paging",
    "tools",
    "calls",
    "app",
    "resources",
    "prompts",
    "completions",
    "server",
    "logs",
    "http",
    "__main__",
)
SERVER_MAY_ENTER = {"arguments", "completion", "contract", "errors", "inert", "wire.work"}
HEAVY = (
    "httpx",
    "pandas",
    "pyarrow",
    "mcp",
    "ipywidgets",
    "anywidget",
    "altair",
    "duckdb",
    "msgspec",
    "numpy",
    "tenacity",
    "tqdm",
    "wcwidth",
)


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    """The rooms of this package that a file imports from, lazily or not."""
    depth = len(path.relative_to(PACKAGE).parts)
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and not node.level):
            absolute = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [str(node.module)]
            own = [name for name in absolute if name.split(".")[0] == PACKAGE.name]
            assert not own, f"{path.name} imports {own} by an absolute name: rooms are imported relatively"
        elif isinstance(node, ast.ImportFrom):
            if node.level < depth:
                continue  # within the room's own folder
            assert node.level == depth, f"{path.name} reaches outside the package"
            names = [node.module] if node.module else [alias.name for alias in node.names]
            found.update(name.split(".")[0] for name in names)
    return found


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    """A room imports only from rooms before it in the list above; a new room takes its place there."""
    room = room_of(path)
    if room == "__init__":
        return
    position = ROOMS.index(room)
    later = {name for name in imported_rooms(path) if ROOMS.index(name) > position}
    assert not later, f"{room} imports from {later}"


WIDGETS = ("tree", "view", "latest", "wording", "rows", "charts", "explorer", "__init__")


def test_imports_within_the_widgets_point_one_way() -> None:
    """Trees and views know no rows, rows no charts, charts no explorer."""
    for path in sorted((PACKAGE / "widgets").rglob("*.py")):
        own, *rest = path.relative_to(PACKAGE / "widgets").parts
        position = WIDGETS.index(own.removesuffix(".py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level == 1 + len(rest):
                names = [str(node.module)] if node.module else [alias.name for alias in node.names]
                later = [name for name in names if WIDGETS.index(name.split(".")[0]) > position]
                assert not later, f"{path.name} imports from {later}"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("from bluedoor_tools import client", "absolute"),
        ("from bluedoor_tools.client import Client", "absolute"),
        ("import bluedoor_tools.client", "absolute"),
        ("def f():\n    import bluedoor_tools as bd", "absolute"),
        ("from ...client import Client", "outside"),
    ],
)
def test_imports_that_the_map_cannot_see_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, said: str
) -> None:
    """An absolute import of the own package, or one from outside it, fails the test above."""
    package = tmp_path / "bluedoor_tools"
    (package / "pages").mkdir(parents=True)
    monkeypatch.setitem(globals(), "PACKAGE", package)
    path = package / "pages" / "text.py"
    path.write_text(f"import json\n{code}\n", encoding="utf-8")
    with pytest.raises(AssertionError, match=said):
        imported_rooms(path)
    path.write_text("import json\nfrom .. import contract\nfrom .html import to_html\n", encoding="utf-8")
    assert imported_rooms(path) == {"contract"}


def test_the_public_names_are_these() -> None:
    """What `__all__` lists is sorted, importable, documented, and all that the package offers."""
    assert list(bd.__all__) == sorted(bd.__all__)
    for name in bd.__all__:
        public = getattr(bd, name)
        assert public.__doc__, f"{name} has no docstring"
        assert public.__module__.startswith("bluedoor_tools.")
    assert set(dir(bd)) == {*bd.__all__, "__version__"}


def test_importing_enters_no_heavy_library() -> None:
    """`import bluedoor_tools` imports none of the libraries that take time."""
    code = "import json, sys; before = set(sys.modules); import bluedoor_tools; "
    code += "print(json.dumps(sorted(set(sys.modules) - before)))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    imported = json.loads(done.stdout)
    assert "bluedoor_tools" in imported
    assert not [name for name in imported if name.split(".")[0] in HEAVY]


SERVER = PACKAGE.parent / "mcp_server"


@pytest.mark.parametrize("path", sorted(SERVER.rglob("*.py")), ids=lambda path: str(path.relative_to(SERVER)))
def test_the_server_imports_one_way(path: Path) -> None:
    """A room of the MCP server imports from rooms before it, and of the library public names and a few light rooms."""
    parts = path.relative_to(SERVER).parts
    room = parts[0].removesuffix(".py")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom):
            continue
        if node.level == len(parts) and room != "__init__":
            names = [node.module] if node.module else [alias.name for alias in node.names]
            later = {name for name in names if SERVER_ROOMS.index(name.split(".")[0]) > SERVER_ROOMS.index(room)}
            assert not later, f"{room} imports from {later}"
        elif not node.level and str(node.module).startswith("bluedoor_tools."):
            entered = str(node.module).removeprefix("bluedoor_tools.")
            assert entered in SERVER_MAY_ENTER, f"{room} enters {entered}"


def test_the_server_starts_without_heavy_libraries() -> None:
    """What the server imports before its first call is the SDK and light rooms: a host waits for it."""
    code = "import json, sys; import mcp.server, mcp.server.stdio, mcp.server.apps; before = set(sys.modules); "
    code += "import mcp_server.__main__, mcp_server.server; print(json.dumps(sorted(set(sys.modules) - before)))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    imported = {name.split(".")[0] for name in json.loads(done.stdout)}
    assert "mcp_server" in imported
    assert not imported & {"pandas", "pyarrow", "numpy", "msgspec", "tenacity", "ipywidgets", "tqdm", "sqlite3"}


def test_an_unknown_public_name_is_an_attribute_error() -> None:
    """A misspelt name fails as in any module."""
    with pytest.raises(AttributeError, match="serach_jobs"):
        bd.serach_jobs  # noqa: B018
