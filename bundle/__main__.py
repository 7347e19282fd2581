"""Builds ``dist/bluedoor.mcpb``: the source of the two packages, what uv needs to run it, and a manifest.

What the manifest says of tools and prompts is what the server says of them; the rest is in ``manifest.json``. The
official tool validates and packs.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from conformance.tools import run

ROOT = Path(__file__).parent.parent
BUNDLE = ROOT / "dist" / "bluedoor.mcpb"
PACKAGES = ("bluedoor_tools", "mcp_server")
FILES = ("pyproject.toml", "README.md", "LICENSE", "bundle/server.py")


def manifest() -> dict[str, Any]:
    """The manifest, complete."""
    made: dict[str, Any] = json.loads((ROOT / "bundle" / "manifest.json").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    made["version"] = project["version"]
    made["compatibility"]["runtimes"]["python"] = project["requires-python"]
    made["tools"], made["prompts"] = asyncio.run(_offered())
    return made


async def _offered() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Tools and prompts, as the server lists them; a prompt's text has the manifest's placeholders for arguments."""
    from mcp import Client

    from mcp_server.server import create_server

    async with Client(create_server()) as client:
        tools = [
            {"name": tool.name, "description": first_sentence(tool.description)}
            for tool in (await client.list_tools()).tools
        ]
        prompts = []
        for prompt in (await client.list_prompts()).prompts:
            names = [argument.name for argument in prompt.arguments or ()]
            asked = await client.get_prompt(prompt.name, {name: f"${{arguments.{name}}}" for name in names})
            texts = [getattr(message.content, "text", "") for message in asked.messages]
            prompts.append(
                {
                    "name": prompt.name,
                    "description": first_sentence(prompt.description),
                    "arguments": names,
                    "text": "\n\n".join(texts),
                }
            )
    return tools, prompts


def first_sentence(text: str | None) -> str:
    """The first sentence of a description."""
    return re.split(r"(?<=[.!?])\s+(?=[A-Z`])", (text or "").strip(), maxsplit=1)[0]


def main() -> int:
    """Build, validate, pack."""
    with tempfile.TemporaryDirectory() as folder:
        staged = Path(folder) / "bluedoor"
        for package in PACKAGES:
            shutil.copytree(ROOT / package, staged / package, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        for name in FILES:
            shutil.copy(ROOT / name, staged)
        (staged / "manifest.json").write_text(
            json.dumps(manifest(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        BUNDLE.parent.mkdir(exist_ok=True)
        for command in (("validate", str(staged / "manifest.json")), ("pack", str(staged), str(BUNDLE))):
            done = run("@anthropic-ai/mcpb", *command)
            if done.returncode:
                print(done.stdout, file=sys.stderr)
                return 1
    print(f"{BUNDLE.relative_to(ROOT)}: {BUNDLE.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
