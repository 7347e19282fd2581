"""The command line, as a person at a terminal and as a script in a pipe meet it."""

from __future__ import annotations

import fcntl
import io
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import unicodedata
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from wcwidth import width as cell_len

import bluedoor_tools as bd
from bluedoor_tools import cli, contract
from bluedoor_tools.cli.text_table import text_table
from bluedoor_tools.client import Client
from bluedoor_tools.inert import one_line
from tests.api_face import FaceApp, Override

SEED_ID = "76a82054d2c45c7b4c4f9ca9915c4b03b7a5b303"
SEED_SOURCE = "8f76458c-d40f-4324-bb14-bb757d1b7058"
SEED_URL = "https://jobs.lever.co/spotify/76458bae-8a16-4c42-8780-f9452206f0e0"
COMMANDS: dict[str, list[str]] = {
    "search": ["search", "nurse", "--limit", "3"],
    "show": ["show", SEED_ID],
    "events": ["events", SEED_ID],
    "facets": ["facets", "country", "--limit", "3"],
    "history": ["history", SEED_ID],
    "org": ["org", "Spotify"],
    "source": ["source", SEED_SOURCE],
    "slice": ["slice", SEED_ID],
    "stats": ["stats"],
    "columns": ["columns", "events"],
    "doctor": ["doctor"],
}
EVERY = pytest.mark.parametrize("command", COMMANDS)
FILTERS = [name for name in contract.PARAMETERS if name != "q"]

Run = Callable[..., tuple[int, bytes, str]]
SYNTHETIC = re.compile(r"^bluedoor: note: from the synthetic sample of [\d,]+ postings, as of [\d-]+\n", re.M)


@pytest.fixture
def run(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in process on the sample, its output in pipes: exit code, standard output, standard error.

    The line that says that the rows are synthetic is left out; a test of its own looks for it.
    """
    monkeypatch.setenv("BLUEDOOR_BACKEND", "sample")

    def run(*arguments: str) -> tuple[int, bytes, str]:
        code = cli.main(arguments)
        out, err = capfdbinary.readouterr()
        return code, out, SYNTHETIC.sub("", err.decode())

    return run


@pytest.fixture
def faced(api: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """The command line talks to this test's own API face, in process."""
    monkeypatch.setattr("bluedoor_tools.connection.connect", lambda *_, **__: nullcontext(api))
    return api


@pytest.fixture
def served(face: FaceApp, faced: Client) -> Callable[..., None]:
    """Let the face answer every search with these records."""

    def serve(*records: dict[str, Any]) -> None:
        numbered = [{"job_id": f"{number:040x}", "status": "active", **record} for number, record in enumerate(records)]
        face.faults.overrides.append(Override("jobs/search", {"data": numbered, "meta": {"limit": 100}}))

    return serve


def process(*arguments: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """The command in a process of its own."""
    environment = {**os.environ, "BLUEDOOR_BACKEND": "sample", **options.pop("env", {})}
    command = [sys.executable, "-m", "bluedoor_tools", *arguments]
    return subprocess.run(command, env=environment, timeout=60, check=False, **{"capture_output": True, **options})


def terminal(columns: int, *arguments: str, env: dict[str, str] | None = None, stdout: Any = None) -> tuple[int, str]:
    """The command on a terminal of its own, so many columns wide: exit code, and all that the terminal got."""
    near, far = pty.openpty()
    fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES", "NO_COLOR"}}
    environment |= {"BLUEDOOR_BACKEND": "sample", "TERM": "xterm-256color", **(env or {})}
    command = [sys.executable, "-m", "bluedoor_tools", *arguments]
    with subprocess.Popen(command, env=environment, stdin=far, stdout=stdout or far, stderr=far) as running:
        os.close(far)
        parts = []
        while True:
            try:
                part = os.read(near, 65536)
            except OSError:  # the other side is closed
                break
            if not part:
                break
            parts.append(part)
        os.close(near)
    return running.returncode, b"".join(parts).decode().replace("\r\n", "\n")


def ids_of(text: str) -> list[str]:
    return re.findall(r"\b[0-9a-f]{40}\b", text)


def test_rows_of_the_sample_say_so_in_a_pipe(faced: Client, capfd: pytest.CaptureFixture[str]) -> None:
    """Synthetic rows are called so on standard error, unless --no-card; rows of the API need no such line."""
    for name in ("search", "events", "facets"):
        said = process(*COMMANDS[name])
        assert SYNTHETIC.fullmatch(said.stderr.decode())
        assert process(*COMMANDS[name], "--no-card").stderr == b""
    assert cli.main([*COMMANDS["facets"]]) == 0
    assert capfd.readouterr().err == ""


# --- what the commands answer -----------------------------------------------------------------------------------------


def test_search_answers_what_the_function_answers(run: Run, sample: Client) -> None:
    """`bluedoor search` with filters gives the rows of search_jobs with the same, in the same order."""
    wanted = sample.search_jobs("engineer", posted_after="90d", salary_exists=True, limit=7)
    assert len(wanted)
    code, out, _ = run(
        *("search", "engineer", "--posted-after", "90d", "--salary-exists"),
        *("--limit", "7", "--format", "jsonl"),
    )
    assert code == 0
    assert [json.loads(line)["job_id"] for line in out.splitlines()] == wanted["job_id"].tolist()


def test_show_prints_the_page(run: Run, sample: Client) -> None:
    """`bluedoor show` prints the record page, by id or by URL, and every other form on demand."""
    page = str(sample.get_job(SEED_ID))
    assert run("show", SEED_ID) == (0, f"{page}\n".encode(), "")
    assert run("show", SEED_URL)[1].decode() == f"{page}\n"
    record = json.loads(run("show", SEED_ID, "--format", "json")[1])
    assert record == {"data": sample.get_job(SEED_ID).record}
    html = run("show", SEED_ID, "--format", "html")[1].decode()
    assert html.startswith("<!DOCTYPE html>")
    assert "Staff Machine Learning Engineer" in html


def test_show_as_data_keeps_its_notices(run: Run) -> None:
    """Where the page is not printed, what a reader must know of the record is said beside the data."""
    code, out, err = run("show", SEED_ID, "--format", "csv", "--card")
    assert code == 0
    assert SEED_ID in out.decode()
    assert "synthetic sample" in err


def test_events_and_facets(run: Run, sample: Client) -> None:
    """The two commands give the frames of their functions."""
    events = [json.loads(line) for line in run("events", SEED_URL, "--format", "jsonl")[1].splitlines()]
    assert [event["event_type"] for event in events] == ["job.created"]
    counts = sample.facets("country", status=None, limit=4)
    out = run("facets", "country", "--status", "any", "--limit", "4", "--format", "csv")[1].decode().splitlines()
    assert out[0] == '"value","count","share"'
    assert out[1].startswith(f'"{counts["value"][0]}",{counts["count"][0]},0.')
    assert len(out) == 5
    fewer = run("facets", "country", "--q", "nurse", "--format", "json")[1]
    assert json.loads(fewer)["data"][0]["count"] < counts["count"][0]


@EVERY
@pytest.mark.parametrize("kind", ["table", "csv", "jsonl", "json", "parquet", "xlsx"])
def test_every_command_in_every_format(run: Run, tmp_path: Path, command: str, kind: str) -> None:
    """Every format can be written to a pipe and to a file, where it is the same up to the time of the answer."""
    path = tmp_path / f"answer.{kind}"
    code, out, err = run(*COMMANDS[command], "--format", kind)
    assert (code, err) == (0, "")
    assert run(*COMMANDS[command], "-o", str(path), *(["--format", kind] if kind == "table" else [])) == (0, b"", "")
    assert path.stat().st_size > 20
    if kind in {"table", "csv", "jsonl"}:
        assert path.read_bytes() == out
    elif kind == "json":
        assert json.loads(path.read_bytes())["data"] == json.loads(out)["data"]
    elif kind == "parquet":
        assert pd.read_parquet(path).equals(pd.read_parquet(io.BytesIO(out)))
    else:
        assert openpyxl.load_workbook(io.BytesIO(out)).sheetnames[0] == "data"


@pytest.mark.parametrize("kind", ["csv", "jsonl", "json", "parquet"])
def test_a_saved_search_is_read_again(run: Run, sample: Client, tmp_path: Path, kind: str) -> None:
    """What `search -o` wrote is a frame again, equal to the search's."""
    path = tmp_path / f"jobs.{kind}"
    assert run("search", "nurse", "--description", "--limit", "20", "-o", str(path))[0] == 0
    wanted = sample.search_jobs("nurse", description=True, limit=20)
    pd.testing.assert_frame_equal(bd.read_jobs(path, description=True), wanted)


@pytest.mark.parametrize(("name", "start"), [
    ("a.csv", b'"title"'), ("a.JSON", b'{"data"'), ("a.jsonl", b'{"title"'), ("a.parquet", b"PAR1"),
    ("a.xlsx", b"PK"), ("a.txt", b"title "), ("a", b"title "),
])  # fmt: skip
def test_the_ending_chooses_the_format(run: Run, tmp_path: Path, name: str, start: bytes) -> None:
    """Without --format the ending of -o decides, in any case; a name without one gets the table."""
    assert run("search", "--limit", "2", "-o", str(tmp_path / name))[0] == 0
    assert (tmp_path / name).read_bytes().startswith(start)
    assert run("search", "--limit", "2", "-o", str(tmp_path / name), "--format", "csv")[0] == 0
    assert (tmp_path / name).read_bytes().startswith(b'"title"')


def test_a_page_by_its_ending(run: Run, tmp_path: Path) -> None:
    """`show -o page.html` writes the page as HTML, `page.json` the record as the API answers it."""
    run("show", SEED_ID, "-o", str(tmp_path / "page.html"))
    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    run("show", SEED_ID, "-o", str(tmp_path / "page.json"))
    assert bd.read_jobs(tmp_path / "page.json")["job_id"].tolist() == [SEED_ID]


def test_columns(run: Run) -> None:
    """--columns takes names joined by commas, in their order, or 'all'; the table shows all that was asked."""
    assert run("search", "--columns", "city, title", "--limit", "1", "--format", "csv")[1].startswith(b'"city","title"')
    every = json.loads(run("search", "--columns", "all", "--limit", "1", "--format", "json")[1])["data"][0]
    assert {field.name for field in contract.JOB_FIELDS} - {"description_text"} <= set(every)
    assert run("search", "--columns", "provider,city", "--limit", "1")[1].split()[:2] == [b"provider", b"city"]


def test_limit_all_and_cursor(run: Run, sample: Client) -> None:
    """--limit all gives every match; the card's "go on" line is an option that goes on where the rows stop."""
    wanted = sample.search_jobs("nurse", limit=None)["job_id"].tolist()
    assert ids_of(run("search", "nurse", "--limit", "all", "--columns", "job_id")[1].decode()) == wanted
    _, out, err = run("search", "nurse", "--limit", "4", "--columns", "job_id", "--card")
    option, cursor = re.search(r"^go on +(--cursor) (\S+)$", err, re.M).groups()  # type: ignore[union-attr]
    rest = run("search", "nurse", "--limit", "all", "--columns", "job_id", option, cursor)[1]
    assert ids_of((out + rest).decode()) == wanted


# --- options ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["search", "facets"])
@pytest.mark.parametrize("name", FILTERS)
def test_every_parameter_of_the_contract_is_an_option(monkeypatch: pytest.MonkeyPatch, command: str, name: str) -> None:
    """Each filter is an option in both spellings, and its value reaches the function as that filter."""
    heard: list[dict[str, Any]] = []

    def hear(_: Client, *args: Any, **filters: Any) -> None:
        heard.append(filters)
        raise bd.NotFoundError("heard")

    monkeypatch.setattr(Client, "search_jobs", hear)
    monkeypatch.setattr(Client, "facets", hear)
    given: list[str]
    value: Any
    identity = "72fe3b06-0d08-4f7d-9dfd-beedeeda0a25"
    match contract.PARAMETERS[name].match:
        case "present":
            given, value = [], True
        case "at_least" | "at_most":
            given, value = ["120000"], 120000.0
        case "one_of":
            given, value = [f"{identity}, {identity},"], [identity, identity]
        case _:
            given, value = ["expired"], "expired"
    first = [command] if command == "search" else [command, "city"]
    for option in (f"--{name}", f"--{name.replace('_', '-')}"):
        assert cli.main([*first, option, *given, "--backend", "sample"]) == 3
        assert heard.pop()[name] == value
    assert cli.main([*first, "--backend", "sample"]) == 3
    assert heard.pop()[name] == ("active" if name == "status" else None)


def test_no_flag_and_any_status(run: Run, sample: Client) -> None:
    """--no-salary-exists is the filter's False, --status any leaves the status out."""
    for options, filters in (
        (["--no-salary-exists"], {"salary_exists": False}),
        (["--no-salary_exists"], {"salary_exists": False}),
        (["--status", "any"], {"status": None}),
        (["--status", "expired"], {"status": "expired"}),
    ):
        wanted = sample.search_jobs(limit=30, **filters)["job_id"].tolist()
        assert ids_of(run("search", "--limit", "30", *options)[1].decode()) == wanted


def test_the_backend_before_and_behind_the_command(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """--backend stands on either side of the command, and beats BLUEDOOR_BACKEND."""
    monkeypatch.setenv("BLUEDOOR_BACKEND", "no such thing")
    assert run("search", "--limit", "1")[0] == 2
    assert run("--backend", "sample", "search", "--limit", "1")[0] == 0
    assert run("search", "--limit", "1", "--backend", "sample")[0] == 0
    assert run("--backend", "nonsense", "search", "--limit", "1", "--backend", "sample")[0] == 0


@pytest.mark.parametrize("argument", ["--cit", "--limi", "--form", "--back", "--work"])
def test_abbreviations_are_not_taken(run: Run, argument: str) -> None:
    """A shortened option is an error that names the whole one: a later option could take its letters."""
    code, out, err = run("search", f"{argument}=x")
    assert (code, out) == (2, b"")
    assert f"there is no option {argument}. Did you mean --{argument[2:]}" in err


@pytest.mark.parametrize("command", [*COMMANDS, "resume", "read"])
def test_help(run: Run, command: str) -> None:
    """The help says every option once, in its hyphened spelling, and fits a terminal."""
    code, out, err = run(command, "--help")
    text = out.decode()
    assert (code, err) == (0, "")
    assert text.startswith(f"usage: bluedoor {command} ")
    assert max(map(len, text.splitlines())) <= 80
    assert not re.search(r"--\w+_", text)
    if command in {"search", "facets"}:
        assert [name for name in FILTERS if f"--{name.replace('_', '-')}" not in text] == []


def test_help_and_version_of_the_whole(run: Run) -> None:
    """The first help names the commands, the sample, the key's variable and the exit codes."""
    out = run("--help")[1].decode()
    for word in (*COMMANDS, "--backend sample", "BLUEDOOR_API_KEY", "3 not", "130 interrupted"):
        assert word in out
    assert run("--version")[1].decode() == "bluedoor-tools 0.1.0\n"


# --- errors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "required: COMMAND"),
        ("serch", "Did you mean 'search'?"),
        ("search --cityy Berlin", "there is no option --cityy. Did you mean --city?"),
        ("show x --cityy Berlin", "there is no option --cityy (see bluedoor show --help)"),
        ("search --city", "--city: expected one argument"),
        ("search senior nurse", "quotes"),
        ("search --format cvs", "Did you mean 'csv'?"),
        ("show", "required: job"),
        ("facets", "required: field"),
        ("facets countr", "Did you mean 'country'?"),
        ("search --limit 0", "use 1 or more, or 'all'"),
        ("search --limit -1", "use 1 or more, or 'all'"),
        ("search --limit ten", "use 1 or more, or 'all'"),
        (f"events {SEED_ID} --limit all", "Use 1 to 100"),
        ("search --salary-min lots", "'lots' is not a number"),
        ("search --salary-min -5", "out of range"),
        ("search --patience soon", "'soon' is not a number"),
        ("search --patience -1", "not a number of seconds"),
        ("search --workplace-type on-site", "Did you mean 'on_site'?"),
        ("search --status open", "Known: active, expired"),
        ("search --country DE", "names"),
        ("search --posted-after soon", "is not a date"),
        ("search --posted-after 2026-06-02 --posted-before 2026-06-01", "Swap the dates"),
        ("search --org-ids x", "not an id"),
        ("search --columns titel", "Did you mean 'title'?"),
        ("search --columns ,", "columns is empty"),
        ("search --cursor x", "--card"),
        ("search --active", "--status any"),
        ("search --employer Spotify", "--company"),
        ("search --remote", "--workplace-type"),
        ("show abc", "neither a job_id nor a URL"),
        ("show https://example.org/x", "example.org"),
        ("search --backend sampel", "Did you mean 'sample'?"),
        ("search -o answer.cvs", "Did you mean '.csv'?"),
        ("search -o nowhere/x.csv", "There is no folder 'nowhere'"),
        ("search -o .", "is a folder"),
    ],
)  # fmt: skip
def test_a_wrong_request(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, said: str) -> None:
    """Exit code 2, nothing on standard output or disk, and one line that names the nearest option or value."""
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*line.split(" ") if line else [])
    assert (code, out) == (2, b"")
    assert said in err
    assert err.startswith("bluedoor: error: ")
    assert err.count("\n") == 1
    assert err.endswith("\n")
    assert not list(tmp_path.iterdir())


def test_an_unwritable_output_is_found_before_asking(run: Run, face: FaceApp, faced: Client, tmp_path: Path) -> None:
    """Nothing is asked of the API where the answer could not be written."""
    assert run("search", "-o", str(tmp_path / "nowhere" / "x.csv"))[0] == 2
    assert face.faults.count == 0


def test_advice_speaks_of_options(run: Run) -> None:
    """The library's advice is given in the words of the command line, not of Python."""
    err = run("search")[2]
    assert "the newest 100 of" in err
    assert "--limit all fetches all" in err
    said = [run(*line.split())[2] for line in ("search --cursor x", "search --active", "search --n 5", "show a b")]
    for line in (err, *said):
        assert not re.search(r"bd\.|None|\w=", line), line


def test_a_key_is_not_repeated(run: Run) -> None:
    """A key given to an option that does not exist is not printed."""
    code, out, err = run("search", "--api-key=jobs_live_secret")
    assert (code, out) == (2, b"")
    assert "secret" not in err


def test_not_found_by_the_api(run: Run, faced: Client) -> None:
    """Exit code 3 where the API answers that it has no such posting."""
    code, out, err = run("show", "0" * 40)
    assert (code, out, err.count("\n")) == (3, b"", 1)


def test_not_found(run: Run) -> None:
    """Exit code 3 for an id that the backend does not have."""
    for command in ("show", "events"):
        code, out, err = run(command, "0" * 40)
        assert (code, out, err.count("\n")) == (3, b"", 1)


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (404, b"", 5),  # no such page: another server's address
        (503, b"", 4),
        (429, b"", 4),
        (401, b"", 6),
        (403, b"", 6),
        (400, b'{"error": "no"}', 2),
        (200, b"<html>", 5),
        (200, b'{"data": [', 5),
        (200, b'{"data": 5}', 5),
    ],
)
def test_exit_codes_of_answers(run: Run, face: FaceApp, faced: Client, status: int, body: bytes, code: int) -> None:
    """Each way in which asking fails has its exit code, one line on standard error, and nothing on standard output."""
    face.faults.overrides.append(Override("jobs/facets", body, status))
    got, out, err = run("facets", "country")
    assert (got, out) == (code, b"")
    assert err.startswith("bluedoor: error: ")
    assert err.count("\n") == 1


def test_no_network(run: Run, faced: Client, face: FaceApp) -> None:
    """Exit code 4 where no connection stands, and the sample is named as an option."""
    face.faults.close_every = 1
    code, out, err = run("search")
    assert (code, out) == (4, b"")
    assert "--backend sample" in err


def test_a_part_of_the_rows(run: Run, faced: Client, face: FaceApp, sample: Client) -> None:
    """Exit code 1 where a later page fails: the rows so far are written, and the option that goes on is said."""
    failing = Override("jobs/search", b"", 503)
    # The first page comes; from then on every one fails.
    face.faults.mutators.append(lambda answer: face.faults.overrides.append(failing) or answer)  # type: ignore[func-returns-value]
    code, out, err = run("search", "--limit", "all", "--columns", "job_id")
    wanted = sample.search_jobs(limit=None)["job_id"].tolist()
    assert code == 1
    assert ids_of(out.decode()) == wanted[:100]
    go_on = re.search(r"note: go on with bluedoor (resume \S+)\n", err)
    assert go_on
    assert "bd." not in err
    face.faults.mutators.clear()
    face.faults.overrides.clear()
    code, rest, _ = run(*go_on[1].split(), "--format", "csv")
    assert code == 0
    assert ids_of((out + rest).decode()) == wanted


def test_interrupted(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C is exit code 130 and one word, no traceback."""

    def interrupt(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Client, "search_jobs", interrupt)
    assert run("search") == (130, b"", "bluedoor: interrupted\n")


# --- pipes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_head_ends_the_command_quietly(unbuffered: str) -> None:
    """A reader that has enough ends the command without a word and with success, buffered or not."""
    command = f"{sys.executable} -m bluedoor_tools search --limit all --description --format csv | head -c 100"
    done = subprocess.run(
        ["bash", "-c", f"{command}; echo ${{PIPESTATUS[0]}} >&2"],
        env={**os.environ, "BLUEDOOR_BACKEND": "sample", "PYTHONUNBUFFERED": unbuffered},
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert len(done.stdout) == 100
    assert done.stderr == b"0\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_is_said() -> None:
    """Output that cannot be written is exit code 2 and one line."""
    with open("/dev/full", "wb") as full:
        done = process("search", "--limit", "1", capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2
    assert done.stderr.startswith(b"bluedoor: error: the output cannot be written")
    assert done.stderr.count(b"\n") == 1


def test_closed_streams() -> None:
    """Standard output that is closed is an error in one line; standard error that is closed costs only its lines."""
    environment = {**os.environ, "BLUEDOOR_BACKEND": "sample"}
    command = f"{sys.executable} -m bluedoor_tools search --limit 1"
    no_out = subprocess.run(["bash", "-c", f"{command} >&-"], env=environment, capture_output=True, check=False)
    assert (no_out.returncode, no_out.stderr.count(b"\n")) == (2, 1)
    no_err = subprocess.run(["bash", "-c", f"{command} 2>&-"], env=environment, capture_output=True, check=False)
    assert no_err.returncode == 0
    assert len(ids_of(no_err.stdout.decode())) == 1


def test_a_pipe_gets_everything_plain(run: Run, served: Callable[..., None]) -> None:
    """In a pipe no cell is cut, numbers and instants are exact, and there is no escape, colour or card."""
    title = "A very long title, " * 20 + "end"
    served({"title": title, "salary_min": 1234567.25, "first_seen_at": "2026-06-01T01:02:03.456Z", "active": True})
    code, out, err = run("search", "--columns", "title,salary_min,first_seen_at,active,city")
    assert (code, err) == (0, "")
    row = out.decode().splitlines()[1]
    assert re.split(" {2,}", row) == [title, "1234567.25", "2026-06-01T01:02:03.456000Z", "true", "-"]


@EVERY
@pytest.mark.parametrize("kind", ["table", "csv", "jsonl", "json"])
def test_no_escape_in_a_pipe(run: Run, command: str, kind: str) -> None:
    """No format sends an ANSI escape into a pipe."""
    code, out, err = run(*COMMANDS[command], "--format", kind, "--card")
    assert code == 0
    assert b"\x1b" not in out
    assert "\x1b" not in err


def test_the_card_in_a_pipe_only_on_demand(run: Run) -> None:
    """--card says what the rows answer, on standard error; without it a pipe stays quiet."""
    quiet, out, err = run(*COMMANDS["search"])
    assert (quiet, err) == (0, "")
    code, same, err = run(*COMMANDS["search"], "--card")
    assert (code, same) == (0, out)
    assert re.search(r"^answer +3 jobs, of [\d,]+ matching; not complete \(limit\)$", err, re.M)
    assert "synthetic sample" in err
    assert run(*COMMANDS["search"], "--no-card")[2] == ""


# --- a terminal -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [60, 80, 120, 200])
def test_the_table_fits_the_terminal(columns: int, sample: Client) -> None:
    """No line of the table is wider than the terminal; ids are whole, titles have room; what is left out is named."""
    code, text = terminal(columns, "search", "nurse", "--limit", "5", "--no-card")
    wanted = sample.search_jobs("nurse", limit=5)
    assert code == 0
    table = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in text.splitlines() if not line.startswith("bluedoor: ")]
    assert len(table) == 6
    assert max(map(cell_len, table)) <= columns
    assert ids_of(text) == wanted["job_id"].tolist()
    assert table[0].split()[0] == "title"
    for line, title in zip(table[1:], wanted["title"], strict=True):
        shown = line.split("  ")[0]
        assert title.startswith(shown.removesuffix("…").rstrip())
        assert shown == title or len(shown) >= (16 if columns == 60 else 24)
    missing = {"company", "location_text", "first_seen_at", "workplace_type", "provider"} - set(table[0].split())
    assert ("no room for" in text) == bool(missing)
    assert all(name in text for name in missing)


def test_the_card_is_said_on_a_terminal() -> None:
    """On a terminal the card follows the table, unless it is not wanted."""
    text = terminal(120, *COMMANDS["search"])[1]
    assert "synthetic sample" in text.split("job_id", 1)[1]
    assert "synthetic sample" not in terminal(120, *COMMANDS["search"], "--no-card")[1]


def test_no_card_where_the_data_goes_elsewhere(tmp_path: Path) -> None:
    """A terminal that only sees the messages of a redirected command is not told the card, and the data is plain."""
    with (tmp_path / "out").open("wb") as out:
        code, said = terminal(80, *COMMANDS["search"], stdout=out)
    assert (code, SYNTHETIC.sub("", said)) == (0, "")
    text = (tmp_path / "out").read_text(encoding="utf-8")
    assert "provider" in text
    assert "\x1b" not in text


@pytest.mark.parametrize("setting", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_color(setting: dict[str, str]) -> None:
    """NO_COLOR, and a terminal that knows none, get no escapes; another terminal gets a bold head."""
    code, text = terminal(100, *COMMANDS["search"], env=setting)
    assert code == 0
    assert "\x1b" not in text
    assert "\x1b[1m" in terminal(100, *COMMANDS["search"])[1]


def test_binary_is_not_for_a_terminal() -> None:
    """Parquet on a terminal is refused before anything is asked, with what to do instead."""
    code, text = terminal(80, "search", "--format", "parquet", "--backend", "http://127.0.0.1:9/v1")
    assert code == 2
    assert "-o FILE" in text


WILD = {
    "escape": "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b2J",
    "controls": "a\rb\nc\td\x00e\x7ff\u2028g\x85h",
    "bidi": "\u202eevil\u2066x\u200f",
    "hebrew": "שלום עולם",
    "arabic": "مهندس برمجيات",
    "wide": "日本語の求人票",
    "emoji": "👨‍👩‍👧 nurse 👍🏽 🇩🇪",
    "combining": "e\u0301" * 5 + "Z\u0351\u036b\u0343",
    "long": "Senior " * 60,
}


@pytest.mark.parametrize("columns", [80, 120, None])
@pytest.mark.parametrize("title", WILD.values(), ids=list(WILD))
def test_no_posting_drives_or_breaks_the_table(title: str, columns: int | None) -> None:
    """Whatever a posting holds, a row is one line, ids stand in one column, and nothing in it drives a terminal."""
    frame = pd.DataFrame({"title": [title, "Nurse"], "company": [title, "x"], "job_id": ["a" * 40, "b" * 40]})
    text, _ = text_table(frame, columns)
    lines = text.splitlines()
    assert len(lines) == 3
    assert {unicodedata.category(char) for char in text.replace("\n", "")}.isdisjoint({"Cc", "Cs", "Zl", "Zp"})
    assert set(re.findall("[\u202a-\u202e\u2066-\u2069\u200f]", text)) == set()
    starts = {cell_len(line[: re.search("a{40}|b{40}|job_id", line).start()]) for line in lines}  # type: ignore[union-attr]
    assert len(starts) == 1
    if columns:
        assert max(map(cell_len, lines)) <= columns


def test_right_to_left_cells_keep_their_place() -> None:
    """On a terminal a cell from right to left ends with a mark, so that its neighbours do not change places with it."""
    frame = pd.DataFrame({"title": ["שלום"], "company": ["مهندس"], "n": [5]})
    assert "\u200e" in text_table(frame, 80)[0]
    assert "\u200e" not in text_table(frame)[0]


def test_words_that_need_their_joiners_keep_them() -> None:
    """One line keeps letters, joined emoji and Persian words as they are."""
    for text in ("Bäcker (m/w/d)", "👨‍👩‍👧", "می‌خواهم", "日本"):
        assert one_line(text) == text


def test_escapes_from_the_api_stay_harmless_everywhere(run: Run, served: Callable[..., None]) -> None:
    """A posting's escapes reach neither the table nor a message; a file keeps them as the API sent them."""
    served({"title": WILD["escape"], "company": "x", "city": "\x1b[2J"})
    assert b"\x1b" not in run("search")[1]
    assert json.loads(run("search", "--format", "json")[1])["data"][0]["title"] == WILD["escape"]
    assert "\x1b" not in run("search", "--format", "\x1b[31mred")[2]
    assert "\x1b" not in run("search", "--\x1b[31mred")[2]
    assert "\x1b" not in run("show", "\x1b[31mred")[2]


def test_a_real_socket(run: Run, socket_api: Client, sample: Client) -> None:
    """--backend URL asks the API there; the table is the sample's, since the same postings stand behind it."""
    url = socket_api.backend.base_url
    for command in ("search", "facets"):
        assert run(*COMMANDS[command], "--backend", url)[:2] == run(*COMMANDS[command])[:2]


def test_the_installed_command() -> None:
    """`bluedoor` and `python -m bluedoor_tools` are one command, and the second starts no slower than it must."""
    done = process("facets", "workplace_type", "--format", "csv")
    assert done.returncode == 0
    assert done.stdout.startswith(b'"value","count","share"\n')
    script = Path(sys.executable).with_name("bluedoor")
    said = subprocess.run([script, "--version"], capture_output=True, check=True).stdout
    assert said == process("--version").stdout
