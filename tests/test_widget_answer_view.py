"""The answer card as a view: its lines, and the code to take along."""

from __future__ import annotations

import pandas as pd

import bluedoor_tools as bd
from bluedoor_tools.widgets.explorer.answer_view import AnswerView
from bluedoor_tools.widgets.rows.rows import Answer
from bluedoor_tools.widgets.tree import text_of
from tests.test_widget_grid import elements


def test_the_card_is_shown_line_by_line_with_what_else_is_to_be_known() -> None:
    """Every line of the card once, notes of the answer that the card lacks after them, all of it as text."""
    jobs = bd.connect("sample").search_jobs(limit=5)
    card = bd.card(jobs)
    view = AnswerView("this answer")
    notes = ("sorted among the 5 rows loaded: <b>", card["notes"][0])
    view.show_answer(Answer(jobs, 0, 2040, notes=notes, card=card), "df = 1", "curl -s")
    terms = [text_of(node) for node in elements(view, tag="dt")]
    values = [text_of(node) for node in elements(view, tag="dd")]
    assert [term.lower() for term in terms] == [label for label, _ in card.lines()] + ["note"]
    assert values == [text for _, text in card.lines()] + [notes[0]]
    assert "&lt;b&gt;" in view.to_html() and view.to_text().startswith("answer     5 jobs")


def test_the_code_can_be_copied_and_stays_without_a_kernel() -> None:
    """Python and curl as they must run, folded; the buttons are gone where nothing could answer them."""
    view = AnswerView("this answer")
    python = "import bluedoor_tools as bd\ndf = bd.search_jobs('<nurse>')"
    view.show_answer(Answer(pd.DataFrame(), 0, None), python, "curl 'https://api.example/v1'")
    assert [one[1]["data-copy"] for one in elements(view, tag="button")] == [python, "curl 'https://api.example/v1'"]
    assert [text_of(one) for one in elements(view, tag="code")] == [python, "curl 'https://api.example/v1'"]
    assert elements(view, tag="details", id="bd-code") and not elements(view, tag="dl")
    static = view.to_html().partition("</style>")[2]
    assert "&lt;nurse&gt;" in static and "Copy" not in static
