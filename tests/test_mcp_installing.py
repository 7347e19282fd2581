"""What is shown for installing the MCP server works: the snippets, the bundle's manifest, and the registry's entry."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
import sys
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bundle.__main__ import FILES, PACKAGES, ROOT, first_sentence, manifest

PAGE = (ROOT / "docs" / "mcp.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SERVER = json.loads((ROOT / "server.json").read_text(encoding="utf-8"))
COMMAND = ("uvx", "--from", "bluedoor-tools", "bluedoor-mcp")


def sections() -> dict[str, str]:
    """The page's text by its headings."""
    _, *parts = re.split(r"^## (.+)\n", PAGE, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def blocks(heading: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", sections()[heading], flags=re.DOTALL | re.MULTILINE)


def snippet(heading: str) -> dict[str, Any]:
    """The one JSON snippet of a section."""
    (text,) = blocks(heading, "json")
    found: dict[str, Any] = json.loads(text)
    return found


def command(heading: str, starts: str) -> list[str]:
    """The words of the one command of a section that starts so."""
    (line,) = (line for block in blocks(heading, "sh") for line in block.splitlines() if line.startswith(starts))
    return shlex.split(line, comments=True)


def started(server: dict[str, Any]) -> tuple[str, ...]:
    return (server["command"], *server["args"])


@pytest.fixture(scope="module")
def offered() -> tuple[str, list[tuple[str, str | None]], list[str]]:
    """Name of the server, tools and prompts, as the installed command gives them over stdio."""

    async def ask() -> tuple[str, list[tuple[str, str | None]], list[str]]:
        from mcp import Client
        from mcp.client.stdio import StdioServerParameters, stdio_client

        script = Path(sys.executable).with_name(COMMAND[-1])
        parameters = StdioServerParameters(command=str(script), env={"BLUEDOOR_BACKEND": "sample"})
        async with Client(stdio_client(parameters), mode="legacy") as client:
            tools = [(tool.name, tool.description) for tool in (await client.list_tools()).tools]
            prompts = [prompt.name for prompt in (await client.list_prompts()).prompts]
            assert client.server_info is not None
            return client.server_info.version, tools, prompts

    return asyncio.run(ask())


def test_the_command_of_the_snippets_starts_the_server(
    offered: tuple[str, list[tuple[str, str | None]], list[str]],
) -> None:
    """The installed `bluedoor-mcp` shakes hands over stdio, says its version, and lists its tools."""
    version, tools, prompts = offered
    assert version == PROJECT["version"]
    assert {"search_jobs", "get_job", "search", "fetch"} <= {name for name, _ in tools}
    assert prompts


@pytest.mark.parametrize("heading", ["Claude Desktop", "Claude Code", "Cursor"])
def test_snippets_with_mcp_servers(heading: str) -> None:
    """The file's form is that of the host: one server under `mcpServers`, started by the tested command."""
    found = snippet(heading)
    assert found.keys() == {"mcpServers"}
    assert found["mcpServers"].keys() == {"bluedoor"}
    server = found["mcpServers"]["bluedoor"]
    assert server.keys() <= {"type", "command", "args", "env"}
    assert server.get("type", "stdio") == "stdio"
    assert started(server) == COMMAND


def test_the_snippet_for_vs_code() -> None:
    """VS Code's form: `servers`, each with its type, and the key from a hidden input that is there."""
    found = snippet("VS Code")
    assert found.keys() == {"inputs", "servers"}
    (asked,) = found["inputs"]
    assert asked.keys() == {"type", "id", "description", "password"}
    assert (asked["type"], asked["password"]) == ("promptString", True)
    server = found["servers"]["bluedoor"]
    assert server["type"] == "stdio"
    assert started(server) == COMMAND
    assert server["env"] == {"BLUEDOOR_API_KEY": f"${{input:{asked['id']}}}"}


def test_commands_that_add_the_server() -> None:
    """What Claude Code and VS Code are told on the command line is the tested command, after options they know."""
    words = command("Claude Code", "claude")
    end = words.index("--")
    assert tuple(words[end + 1 :]) == COMMAND
    assert words[:3] == ["claude", "mcp", "add"]
    assert words[3:end] == ["--scope", "user", "--transport", "stdio", "bluedoor"]
    program, option, added = command("VS Code", "code")
    assert (program, option) == ("code", "--add-mcp")
    server = json.loads(added)
    assert server.pop("name") == "bluedoor"
    assert started(server) == COMMAND


def test_the_snippet_over_http_names_a_header_and_no_token() -> None:
    """The address is `/mcp` over TLS, and the token is taken from the environment."""
    server = snippet("Over HTTP")["mcpServers"]["bluedoor"]
    assert server == {
        "type": "http",
        "url": "https://jobs.example.org/mcp",
        "headers": {"Authorization": "Bearer ${BLUEDOOR_MCP_TOKEN}"},
    }


def test_commands_over_http_are_taken(capsys: pytest.CaptureFixture[str]) -> None:
    """Every option that the page shows is one that `bluedoor-mcp --help` lists."""
    from mcp_server.__main__ import main

    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    known = set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
    shown = set(re.findall(r"(?<=bluedoor-mcp )(?:--[a-z-]+(?: [\w.]+)? ?)+", PAGE))
    options = {option for line in shown for option in re.findall(r"--[a-z-]+", line)}
    assert {"--http", "--host", "--port", "--allow-host"} == options
    assert options <= known


def test_every_variable_of_the_table_is_read() -> None:
    """The table has just the environment variables that the code reads."""
    shown = set(re.findall(r"^\| `(BLUEDOOR_\w+)`", PAGE, flags=re.MULTILINE))
    code = "".join(path.read_text(encoding="utf-8") for name in PACKAGES for path in (ROOT / name).rglob("*.py"))
    assert shown == set(re.findall(r"BLUEDOOR_(?:API|BACKEND|CACHE|MCP)\w*", code))


def test_the_bundles_manifest_says_what_the_server_says(
    offered: tuple[str, list[tuple[str, str | None]], list[str]],
) -> None:
    """Version, Python, tools and prompts are the code's; a prompt's text has a place for every argument."""
    version, tools, prompts = offered
    made = manifest()
    assert made["manifest_version"] == "0.4"
    assert made["version"] == version
    assert made["compatibility"]["runtimes"] == {"python": PROJECT["requires-python"]}
    assert made["tools"] == [{"name": name, "description": first_sentence(text)} for name, text in tools]
    assert [prompt["name"] for prompt in made["prompts"]] == prompts
    for prompt in made["prompts"]:
        assert all(f"${{arguments.{name}}}" in prompt["text"] for name in prompt["arguments"])


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Search postings, e.g. by city. Then read one.", "Search postings, e.g. by city."),
        ("Which fields?\nAll.", "Which fields?"),
        ("No full stop", "No full stop"),
        (None, ""),
    ],
)
def test_first_sentence(text: str | None, first: str) -> None:
    """A sentence ends where the next begins with a capital letter."""
    assert first_sentence(text) == first


def test_the_bundle_starts_by_uv_and_passes_no_placeholder_on() -> None:
    """What runs is in the bundle; every setting of the user has a default, so that none reaches the server unfilled."""
    made = manifest()
    server = made["server"]
    assert (server["type"], server["entry_point"]) == ("uv", "server.py")
    assert server["mcp_config"]["args"] == ["run", "--directory", "${__dirname}", server["entry_point"]]
    assert f"bundle/{server['entry_point']}" in FILES
    settings = {name: setting["default"] for name, setting in made["user_config"].items()}
    assert server["mcp_config"]["env"] == {
        "BLUEDOOR_API_KEY": "${user_config.api_key}",
        "BLUEDOOR_BACKEND": "${user_config.backend}",
        "BLUEDOOR_MCP_BUDGET": "${user_config.budget}",
    }
    assert settings == {"api_key": "", "backend": "api", "budget": 4000}
    assert made["user_config"]["api_key"]["sensitive"] is True


def test_the_registrys_entry_is_valid() -> None:
    """`server.json` keeps the rules of the registry's schema, and has no word that the schema does not know."""
    schema = json.loads((Path(__file__).parent / "data" / "server.schema.json").read_text(encoding="utf-8"))
    assert SERVER["$schema"] == schema["$id"]
    judge = jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())
    assert [error.message for error in judge.iter_errors(SERVER)] == []
    assert [error.message for error in judge.iter_errors({**SERVER, "name": "no name"})]
    definitions = schema["definitions"]
    assert SERVER.keys() <= definitions["ServerDetail"]["properties"].keys()
    (package,) = SERVER["packages"]
    assert package.keys() <= definitions["Package"]["properties"].keys()
    for variable in package["environmentVariables"]:
        assert variable.keys() <= {"name", *definitions["Input"]["properties"]}


def test_the_registrys_entry_is_of_this_project() -> None:
    """Name, version and package are the project's, and hosts that know the package's name alone start the server."""
    (package,) = SERVER["packages"]
    assert (package["registryType"], package["runtimeHint"]) == ("pypi", "uvx")
    assert package["transport"] == {"type": "stdio"}
    assert package["identifier"] == PROJECT["name"]
    assert SERVER["version"] == package["version"] == PROJECT["version"]
    scripts = PROJECT["scripts"]
    assert scripts[package["identifier"]] == scripts["bluedoor-mcp"] == "mcp_server.__main__:main"
    variables = {variable["name"]: variable for variable in package["environmentVariables"]}
    assert variables.keys() == {"BLUEDOOR_API_KEY", "BLUEDOOR_BACKEND", "BLUEDOOR_MCP_BUDGET"}
    assert variables["BLUEDOOR_API_KEY"]["isSecret"] is True
    assert not any(variable["isRequired"] for variable in variables.values())


def test_the_readme_proves_the_name_to_the_registry() -> None:
    """The package's description has the line by which the registry knows whose package it is."""
    readme = (ROOT / PROJECT["readme"]).read_text(encoding="utf-8")
    assert f"mcp-name: {SERVER['name']} " in readme
