"""The real API, asked: `make live`. Marked, and off by default.

BLUEDOOR_API_URL names another address, BLUEDOOR_LIVE_ANSWERS another folder for the report and the answers.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import httpx
import pytest

from bluedoor_tools import contract
from bluedoor_tools.errors import CouldNotAskError

from .asking import PAUSE, Asker
from .probes import first_contact
from .report import report, write_answers

# Read at import: the fixtures of every test hide the machine's settings.
URL = os.environ.get("BLUEDOOR_API_URL", "").strip() or contract.API_URL
FOLDER = Path(os.environ.get("BLUEDOOR_LIVE_ANSWERS", "").strip() or Path(__file__).parent / "answers")


@pytest.mark.live
def test_the_contract_holds(capsys: pytest.CaptureFixture[str]) -> None:
    """No assumption of the contract is contradicted; what was found is printed, and kept beside the answers."""
    local = httpx.URL(URL).host in {"127.0.0.1", "::1", "localhost"}
    asker = Asker(URL, pause=0 if local else PAUSE)
    unasked = ""
    try:
        contact = first_contact(asker)
    except CouldNotAskError as error:
        unasked = error.message
    finally:
        asker.close()
    if unasked:
        pytest.fail(f"Could not ask {URL}: {unasked} Nothing was found out.", pytrace=False)
    told = report(contact, dt.datetime.now(dt.UTC).date().isoformat())
    write_answers(contact, FOLDER)
    (FOLDER / "report.md").write_text(told, encoding="utf-8")
    if not contact.asked:
        pytest.fail(f"Could not read any job of {URL}: little was found out.\n\n{told}", pytrace=False)
    if contact.of("contradicted"):
        pytest.fail(f"The API contradicts the contract.\n\n{told}", pytrace=False)
    with capsys.disabled():
        print(f"\n{told}\nKept in {FOLDER}.")
