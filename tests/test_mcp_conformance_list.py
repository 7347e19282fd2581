"""The list of expected conformance failures is as it was agreed, and what the official suite says of it counts."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from conformance import __main__ as runner
from conformance.expected import LIST, expected_failures
from mcp_server import __file__ as server_package

# What fails as the suite wants a tool, a prompt or a resource of that name. No such thing is served, so none can pass.
FIXTURES = {
    "tools-call-image": "test_image_content",
    "tools-call-audio": "test_audio_content",
    "tools-call-embedded-resource": "test_embedded_resource",
    "tools-call-mixed-content": "test_multiple_content_types",
    "tools-call-with-progress": "test_tool_with_progress",
    "tools-call-with-logging": "test_tool_with_logging",
    "tools-call-sampling": "test_sampling",
    "tools-call-elicitation": "test_elicitation",
    "elicitation-sep1034-general": "test_elicitation_sep1034_defaults",
    "elicitation-sep1330-general": "test_elicitation_sep1330_enums",
    "resources-read-text": "test://static-text",
    "resources-read-binary": "test://static-binary",
    "resources-templates-read": "test://template/{id}/data",
    "resources-subscribe": "test://watched-resource",
    "resources-unsubscribe": "test://watched-resource",
    "prompts-get-simple": "test_simple_prompt",
    "prompts-get-with-args": "test_prompt_with_arguments",
    "prompts-get-embedded-resource": "test_prompt_with_embedded_resource",
    "prompts-get-with-image": "test_prompt_with_image",
    "sep-2575-server-rejects-undeclared-capability": "test_missing_capability",
    "sep-2575-missing-capability-http-400": "test_missing_capability",
    "sep-2322-elicitation-incomplete": "test_input_required_result_elicitation",
    "sep-2322-sampling-incomplete": "test_input_required_result_sampling",
    "sep-2322-list-roots-incomplete": "test_input_required_result_list_roots",
    "sep-2322-request-state-incomplete": "test_input_required_result_request_state",
    "sep-2322-multiple-inputs-incomplete": "test_input_required_result_multiple_inputs",
    "sep-2322-multi-round-r1": "test_input_required_result_multi_round",
    "sep-2322-missing-response-rerequests": "test_input_required_result_elicitation",
    "sep-2322-non-tool-incomplete": "test_input_required_result_prompt",
    "sep-2322-result-type-included": "test_input_required_result_elicitation",
    "sep-2322-reject-tampered-state": "test_input_required_result_tampered_state",
    "sep-2322-respect-client-capabilities": "test_input_required_result_capabilities",
    "sep-2322-error-on-protocol-error": "test_input_required_result_elicitation",
}
# What fails as it judges something optional that this server leaves out on purpose.
OPTIONAL = {"logging-set-level", "server-sse-multiple-streams-session"}


def test_the_list_is_the_agreed_one() -> None:
    """The list holds exactly these checks, each for the fixture that it wants, and two of something optional."""
    reasons = {entry.partition(":")[2]: reason for entry, reason in expected_failures().items()}
    assert reasons.keys() == FIXTURES.keys() | OPTIONAL
    for check, fixture in FIXTURES.items():
        kind, _, name = reasons[check].removeprefix("fixture: the ").rpartition(" ")
        assert name == fixture
        assert kind in ("tool", "prompt", "resource", "resource template")
    assert all(reasons[check].startswith("optional: ") for check in OPTIONAL)


def test_nothing_of_a_fixtures_name_is_served() -> None:
    """No code of the server names a fixture of the suite, so that none can be answered for the suite's sake."""
    code = "".join(path.read_text(encoding="utf-8") for path in Path(server_package).parent.rglob("*.py"))
    assert not [fixture for fixture in FIXTURES.values() if fixture in code]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("server:\n  - tools-call-image  # fixture: x\n", "is not"),
        ("server:\n  - a:b\n", "is not"),
        ("server:\n  - a:b  # because\n", "is not"),
        ("server:\n  - a:b  # fixture: x\n  - a:b  # fixture: x\n", "twice"),
        ("client:\n  - a:b  # fixture: x\n", "server:"),
    ],
)
def test_an_entry_without_check_or_reason_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """A whole scenario, an entry without a reason, one listed twice, and another section are errors."""
    path = tmp_path / "list.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=said):
        expected_failures(path)


def suite_that(monkeypatch: pytest.MonkeyPatch, said: str, code: int, checks: dict[str, list[tuple[str, str]]]) -> None:
    """Put a suite in place of the official one that says this and writes down these checks."""

    def run(package: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        assert package == "@modelcontextprotocol/conformance"
        assert arguments[arguments.index("--expected-failures") + 1] == str(LIST)
        folder = Path(arguments[arguments.index("--output-dir") + 1])
        for scenario, found in checks.items():
            written = folder / f"server-{scenario}-2026-11-23T05-04-35-833Z"
            written.mkdir()
            rows = [{"id": name, "status": status, "errorMessage": "why"} for name, status in found]
            (written / "checks.json").write_text(json.dumps(rows), encoding="utf-8")
        return subprocess.CompletedProcess([], code, said)

    monkeypatch.setattr(runner, "run", run)


GOOD = {"ping": [("ping", "SUCCESS")], "http-header-validation": [("a", "SUCCESS")]}


def judged() -> tuple[set[str], list[str]]:
    problems: list[str] = []
    return runner.suite("http://127.0.0.1:1/mcp", "2026-07-28", problems), problems


def test_expected_failures_are_no_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the suite reports as expected is handed back, and nothing else is said."""
    suite_that(monkeypatch, "Expected:\n  ~ tools-call-image:tools-call-image\n", 0, GOOD)
    assert judged() == ({"tools-call-image:tools-call-image"}, [])


def test_an_unexpected_pass_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """A listed check that passes is a problem that names it."""
    suite_that(monkeypatch, "Stale:\n  ✓ tools-call-image:tools-call-image\n", 1, GOOD)
    _, (problem,) = judged()
    assert "tools-call-image:tools-call-image passes; take it out" in problem


def test_an_unexpected_failure_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unlisted check that fails is a problem that says why, whether the suite names the check or its scenario."""
    said = "Unexpected:\n  ✗ tools-list:tools-list\n  ✗ caching\n"
    failing = {"tools-list": [("tools-list", "FAILURE")], "caching": [("caching-ttl", "WARNING")]}
    suite_that(monkeypatch, said, 1, {**GOOD, **failing})
    assert judged()[1] == [
        "2026-07-28: caching:caching-ttl: WARNING: why",
        "2026-07-28: tools-list:tools-list: FAILURE: why",
    ]


def test_a_suite_that_breaks_off_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """A suite that ends with an error, or without a single pass, is a problem that repeats what it said."""
    suite_that(monkeypatch, "cannot connect", 1, GOOD)
    assert "cannot connect" in judged()[1][0]
    suite_that(monkeypatch, "nothing ran", 0, {})
    assert judged()[1]


def test_headers_are_judged_though_the_suite_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure of the scenario that the suite reports without judging is a problem, and so is its absence."""
    failing = {"ping": GOOD["ping"], "http-header-validation": [("a", "SUCCESS"), ("b", "FAILURE")]}
    suite_that(monkeypatch, "", 0, failing)
    assert judged()[1] == ["2026-07-28: http-header-validation:b: FAILURE: why"]
    suite_that(monkeypatch, "", 0, {"ping": GOOD["ping"]})
    assert judged()[1] == ["2026-07-28: http-header-validation was not run."]
