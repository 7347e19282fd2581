"""The pages: each a text made from the code's own tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Protocol

import bluedoor_tools as bd
from bluedoor_tools import contract, errors
from docs_generator.markdown import cell, code, table
from docs_generator.tools import tools

__all__ = ["FRAMES", "PAGES"]

_MADE = "<!-- Made by `python -m docs_generator`: change the code that it is made from. -->"
FRAMES = {
    "jobs": "Rows are postings: `search_jobs`, `iter_jobs`, `source_jobs`, `get_jobs`, `read_jobs`, `Job.frame`.",
    "events": "Rows are lifecycle events: `job_events`, `search_events`.",
    "facets": "Rows are values of a field: `facets`.",
    "breakdowns": "Rows are values of several fields, of one company: `Org.breakdowns`.",
    "history": "Rows are the periods in which a posting was open or closed: `history`.",
    "orgs": "Rows are candidates of a name: `find_orgs`.",
    "sources": "Rows are the crawled boards of an organisation: `Org.sources`.",
    "slices": "Rows are the collections around a record: `Job.slices`, `Org.slices`, `Source.slices`.",
    "stats": "A series: figures of the whole collection, from `stats`.",
    "checks": "Rows are checks of the connection and of the contract: `doctor`.",
}
_LEGEND = """\
- **seen**: a posting page that bluedoor rendered itself shows it
- **observed**: independent public clients saw it on the live API, June to September 2026
- **assumed**: by analogy, or from one prose description only; the first thing to doubt when an answer disagrees
"""
_MATCHES = {
    "tokens": "every word is a word of {}",
    "contains": "is a part of {}",
    "equals": "is the whole of {}",
    "one_of": "one of a list is {}",
    "at_least": "{} is at least this",
    "at_most": "{} is at most this",
    "present": "whether any is set of {}",
    "from": "{} is then or later",
    "before": "{} is earlier",
}


class _Marked(Protocol):
    """A row of the contract that says how it is known."""

    @property
    def known(self) -> str:
        """The mark."""


def _meaning(meaning: str, misleads: str = "") -> str:
    return cell(meaning) + (f"<br>⚠ {cell(misleads)}" if misleads else "")


def _fields(fields: Iterable[contract.Field]) -> str:
    rows = [[code(row.name), row.kind, row.known, _meaning(row.meaning, row.misleads)] for row in fields]
    return table(["Field", "Type", "Known", "Meaning, and ⚠ what can mislead"], rows)


def _parameters(parameters: Iterable[contract.Parameter]) -> str:
    rows = []
    for row in parameters:
        # A pay bound is held against the first of these fields that is set.
        reads = (", or else " if row.match in {"at_least", "at_most"} else ", ").join(map(code, row.reads))
        values = ", ".join(map(code, row.choices)) + (" …" if row.open else "")
        wordings = f"<br>also as records write it: {', '.join(map(code, row.wordings))}" if row.wordings else ""
        choices = f"<br>values: {values}{wordings}" if row.choices else ""
        compared = _MATCHES[row.match].format(reads)
        rows.append([code(row.name), row.known, f"{cell(row.meaning)}{choices}", compared])
    return table(["Filter", "Known", "Meaning", "What is compared"], rows)


def coverage() -> str:
    """Every row of bluedoor's posting page, and every endpoint, with the call that serves it."""
    served = [row for row in contract.ENDPOINTS if row.call]
    parts = [
        "# Coverage",
        _MADE,
        "What bluedoor shows of a posting, and what its API answers, each with the call that gives it here. "
        "The calls are functions of a [client](functions.md), or of the module; `job_id`, `org_id` and `source_id` "
        "stand for the posting's own, `many_org_ids` for more ids than an address holds, `name` for a company's name. "
        "A test runs every call of this page on the sample and over HTTP, and compares the answers with each other "
        "and with a page that bluedoor rendered.",
        f"- every row of the posting page: {len(contract.PAGE_ROWS)}\n"
        f"- {len(served)} of {len(contract.ENDPOINTS)} endpoints; of the others, the table says why not",
        "## The posting page, row by row",
    ]
    for section, rows in groupby(contract.PAGE_ROWS, key=lambda row: row.section):
        parts += [f"### {section}", table(["Row", "Call"], ([cell(row.row), code(row.call)] for row in rows))]
    parts += [
        "The slice `Original posting` is a page of the employer's: opening it is an error whose message has the "
        "address.",
        "## The endpoints",
        table(
            ["Endpoint", "Known", "Answer", "Call"],
            (
                [code(f"{row.method} {row.path}"), row.known, cell(row.answer), code(row.call) if row.call else "–"]
                for row in contract.ENDPOINTS
            ),
        ),
    ]
    return "\n\n".join(parts) + "\n"


def columns_page() -> str:
    """The columns of every kind of frame."""
    parts = [
        "# Columns",
        _MADE,
        "What the columns of every frame mean, how that is known, and what can mislead. The same as a frame: "
        '`bd.columns()` for postings, `bd.columns("events")` and so on for the others.',
        f"{_LEGEND}\nA derived column carries the mark of what it is derived from. Instants are UTC. Text that is "
        "missing is `NaN`, an instant that is missing is `NaT`.",
    ]
    for kind, rows_are in FRAMES.items():
        frame = bd.columns(kind)
        parts += [f"## {kind}", rows_are]
        if not frame["default"].all():
            asked = ", ".join(code(name) for name in frame.loc[~frame["default"], "column"])
            parts.append(f"Only where asked for, with `columns=` or `description=True`: {asked}.")
        misleads = frame["misleads"].fillna("")
        rows = zip(frame["column"], frame["dtype"], frame["known"], frame["meaning"], misleads, strict=True)
        parts.append(
            table(
                ["Column", "dtype", "Known", "Meaning, and ⚠ what can mislead"],
                ([code(name), code(dtype), known, _meaning(text, but)] for name, dtype, known, text, but in rows),
            )
        )
    return "\n\n".join(parts) + "\n"


def contract_page() -> str:
    """Every row of the contract."""
    tables: tuple[Iterable[_Marked], ...] = (
        contract.ENDPOINTS,
        contract.ACCESS,
        contract.PARAMETERS.values(),
        contract.EVENT_PARAMETERS.values(),
        contract.OPTIONS,
        contract.FACET_FIELDS.values(),
        *_record_fields().values(),
    )
    marks = Counter(row.known for rows in tables for row in rows)
    parts = [
        "# The contract",
        _MADE,
        f"All that is known of the API at `{contract.API_URL}`, each row with how it is known:",
        f"{_LEGEND}\nThis page has {marks['seen']} rows seen, {marks['observed']} observed and {marks['assumed']} "
        "assumed. The live API could not be reached while this was built; `bd.doctor()` holds these rows against its "
        "published specification, and says which of them are otherwise. The rows as data: `bluedoor_tools.contract`.",
        "## Endpoints",
        table(
            ["Endpoint", "Known", "Answer"],
            ([code(f"{row.method} {row.path}"), row.known, cell(row.answer)] for row in contract.ENDPOINTS),
        ),
        "Which call serves which: [Coverage](coverage.md).",
        "## Rules of access",
        table(["Rule", "Known", "What"], ([cell(row.name), row.known, cell(row.rule)] for row in contract.ACCESS)),
        "## Filters of a search",
        "Of `search_jobs`, `iter_jobs` and `facets`. Text is compared whatever its case; a null never matches. That a "
        "filter exists is known as the mark says; what it means is assumed, but for `q`.",
        _parameters(contract.PARAMETERS.values()),
        "## Filters of events",
        "Of `search_events`.",
        _parameters(contract.EVENT_PARAMETERS.values()),
        "## Other parameters",
        table(
            ["Parameter", "Known", "Of", "Meaning"],
            (
                [
                    code(row.name),
                    row.known,
                    ", ".join(code(contract.endpoint(name).path) for name in row.of),
                    cell(row.meaning),
                ]
                for row in contract.OPTIONS
            ),
        ),
        "## Fields that are counted",
        "Of `facets`.",
        table(
            ["Facet", "Known", "Counts the field"],
            ([code(row.name), row.known, code(row.reads)] for row in contract.FACET_FIELDS.values()),
        ),
    ]
    for heading, fields in _record_fields().items():
        parts += [f"## {heading}", _fields(fields)]
    parts += [
        "## Providers",
        "Applicant tracking systems by the API's value and as people write them. There are more; one that is not "
        "listed is shown as the API names it.",
        table(["Value", "Name"], ([code(value), name] for value, name in contract.PROVIDERS.items())),
        "## Names that people reach for",
        "Each is an error that says what to write instead:",
        table(["Not", "But"], ([code(name), cell(advice)] for name, advice in contract.STATED_ELSEWHERE.items())),
    ]
    return "\n\n".join(parts) + "\n"


def _record_fields() -> dict[str, tuple[contract.Field, ...]]:
    return {
        "Fields of a job": contract.JOB_FIELDS,
        "Fields of an event": contract.EVENT_FIELDS,
        "Fields of an organisation": contract.ORG_FIELDS,
        "Fields of a source": contract.SOURCE_FIELDS,
        "Beside the data: meta": contract.META_FIELDS,
        "Figures of stats": contract.STATS_FIELDS,
    }


def errors_page() -> str:
    """The tree of errors and warnings, and each class."""
    tree = (errors.__doc__ or "").split("::\n", 1)[1]
    kinds = [getattr(bd, name) for name in bd.__all__ if isinstance(getattr(bd, name), type)]
    kinds = [kind for kind in kinds if issubclass(kind, BaseException)]
    lines = [_short(line.removeprefix("    ")) for line in tree.strip("\n").splitlines()]
    parts = [
        "# Errors and warnings",
        _MADE,
        "An error says what was asked, what happened and what to do next; a misspelt name or value brings the nearest "
        "one along. Catch as much or as little of the tree as you want:",
        "```text\n" + "\n".join(lines) + "\n```",
        "What to remember: *not found* is an answer, *could not ask* is none. A load that breaks off after its first "
        "page is no error: the rows so far are kept, with a warning, and the answer card says `complete: False`.",
        "```python\nimport bluedoor_tools as bd\n\n"
        'client = bd.connect("sample")\n'
        "try:\n"
        '    client.search_jobs("nurse", workplace_typ="remote")\n'
        "except bd.InvalidRequestError as error:\n"
        "    print(error.message)\n"
        "    print(error.hint)\n"
        "```",
        "```text\nThere is no argument 'workplace_typ'.\nDid you mean 'workplace_type'?\n```",
    ]
    for heading, root in (("Errors", errors.BluedoorError), ("Warnings", errors.BluedoorWarning)):
        parts.append(f"## {heading}")
        ordered = sorted((kind for kind in kinds if issubclass(kind, root)), key=lambda kind: tree.index(kind.__name__))
        parts += [
            f"```{{eval-rst}}\n.. autoexception:: bluedoor_tools.{kind.__name__}\n   :members:\n"
            "   :show-inheritance:\n```"
            for kind in ordered
        ]
    return "\n\n".join(parts) + "\n"


def _short(line: str) -> str:
    """A line of the tree: the first thing it says, so that it fits; what else a class is stands at the class."""
    return re.split(r"; | {2,}\(also|\. ", line)[0].replace("`", "").rstrip()


PAGES: dict[str, Callable[[], str]] = {
    "coverage.md": coverage,
    "columns.md": columns_page,
    "contract.md": contract_page,
    "errors.md": errors_page,
    "tools.md": lambda: tools(_MADE),
}
