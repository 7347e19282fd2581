"""The page of the MCP server's tools, made from what the server lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from docs_generator.markdown import cell, code, table
from mcp_server import prompts, resources
from mcp_server.tools import TOOLS

__all__ = ["tools"]


def tools(made: str) -> str:
    """Every tool with its arguments, the resources and the prompts."""
    parts = [
        "# The tools of the MCP server",
        made,
        "What an assistant is given by [the server](mcp.md), and with which arguments. They are the "
        "[functions](functions.md) of the notebook, by the same names; `search` and `fetch` are for data connectors.",
    ]
    for tool in TOOLS.values():
        rows = [
            [code(name), _type(schema), "yes" if name in tool.required else "", cell(_said(schema))]
            for name, schema in tool.arguments.items()
        ]
        parts += [f"## {tool.name}", cell(tool.description), table(["Argument", "Type", "Required", "Meaning"], rows)]
    parts += ["## Resources", table(["Address", "What it is"], _resources())]
    listed = [
        [
            code(prompt.name),
            cell(", ".join(entry.name for entry in prompt.arguments or [])),
            cell(str(prompt.description)),
        ]
        for prompt in prompts.PROMPTS
    ]
    parts += ["## Prompts", table(["Prompt", "Arguments", "What it asks the assistant for"], listed)]
    return "\n\n".join(parts) + "\n"


def _resources() -> list[list[str]]:
    plain = [[code(str(entry.uri)), cell(str(entry.description))] for entry in resources.RESOURCES]
    return [[code(entry.uri_template), cell(str(entry.description))] for entry in resources.TEMPLATES] + plain


def _type(schema: Mapping[str, Any]) -> str:
    if schema["type"] == "array":
        return f"list of {_type(schema['items'])}"
    return {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}[schema["type"]]


def _said(schema: Mapping[str, Any]) -> str:
    said = [schema["description"]] if "description" in schema else []
    values = schema.get("enum") or schema.get("items", {}).get("enum")
    if values:
        said.append(f"one of {', '.join(values)}")
    if "minimum" in schema and "maximum" in schema:
        said.append(f"{schema['minimum']} to {schema['maximum']}")
    if "default" in schema:
        default = schema["default"]
        said.append(f"default: {', '.join(default) if isinstance(default, list) else default}")
    return "; ".join(said)
