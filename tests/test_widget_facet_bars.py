"""The facet bars: values under the present filters, each a click away from being one."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

import bluedoor_tools as bd
from bluedoor_tools.client import Client
from bluedoor_tools.widgets.explorer.facet_bars import FacetBars
from bluedoor_tools.widgets.rows.query import ViewQuery
from bluedoor_tools.widgets.tree import text_of
from bluedoor_tools.widgets.view import Act
from tests.test_widget_grid import elements


def counts(**values: int) -> pd.DataFrame:
    total = sum(values.values())
    return pd.DataFrame({"value": list(values), "count": list(values.values()),
                         "share": [count / total for count in values.values()]})  # fmt: skip


def shown(found: dict[str, Any], **filters: Any) -> FacetBars:
    query = ViewQuery()
    query.filters = filters
    bars = FacetBars()
    bars.show_counts(found, query)
    return bars


def buttons(bars: FacetBars) -> list[tuple[str, str]]:
    return [(text_of(one), one[1]["aria-pressed"]) for one in elements(bars, tag="button")]


def test_every_field_has_its_bars_in_words() -> None:
    """Headings and coded values as people say them, counts grouped, bars as shares of the commonest."""
    bars = shown({"workplace_type": counts(on_site=1105, hybrid=221), "city": counts(Oslo=1)})
    assert [text_of(head) for head in elements(bars, tag="h3")] == ["Work model", "City"]
    assert buttons(bars) == [("On-site1,105", "false"), ("Hybrid221", "false"), ("Oslo1", "false")]
    assert [one[1]["style"] for one in elements(bars, tag="button")[:2]] == ["--bd-share:100.0%", "--bd-share:20.0%"]
    assert bars.to_text() == "Work model: On-site 1,105, Hybrid 221\nCity: Oslo 1"


def test_a_click_names_the_field_and_the_value_as_it_is_in_records() -> None:
    """The act carries the raw value, whatever characters it is of."""
    acts: list[Act] = []
    value = 'Zürich "<b>\u202e'
    bars = shown({"city": pd.DataFrame({"value": [value], "count": [3], "share": [1.0]})})
    bars.on_act(acts.append)
    key = elements(bars, data_act="filter")[0][1]["data-key"]
    bars.act("filter", key)
    assert [json.loads(act.key) for act in acts] == [{"city": value}]
    assert "\\u202e" in buttons(bars)[0][0] and "&lt;b&gt;" in bars.to_html()


def test_filters_stand_first_and_pressed() -> None:
    """Values that are filters lead, in any case of letters, also where nothing of theirs was counted."""
    bars = shown({"city": counts(Oslo=5, Bergen=4, Tromsø=3)}, city=["tromsø", "Hamar"])
    assert buttons(bars) == [("Tromsø3", "true"), ("Hamar–", "true"), ("Oslo5", "false"), ("Bergen4", "false")]
    assert buttons(shown({"city": counts(Oslo=5, Bergen=4)}, city="Bergen"))[0] == ("Bergen4", "true")


def test_what_is_not_shown_is_said() -> None:
    """Eight values at most, and how many more; what the backend cut off; nothing where that is all."""
    many = shown({"city": counts(**{f"City {n}": 20 - n for n in range(11)})})
    assert len(buttons(many)) == 8 and "The commonest; 3 more." in text_of(["p", {}, *many.tree])
    cut = bd.connect("sample").facets("city", limit=8)
    assert "The commonest; there are more." in text_of(["p", {}, *shown({"city": cut}).tree])
    whole = bd.connect("sample").facets("workplace_type")
    assert "commonest" not in text_of(["p", {}, *shown({"workplace_type": whole}).tree])


def test_a_field_that_could_not_be_counted_says_why_and_the_others_stand() -> None:
    """An error is shown in its block, as text; a field without values says so."""
    bars = shown(
        {"city": "The API did not answer: <b>", "country": counts().astype({"count": int}), "provider": counts(lever=2)}
    )
    said = text_of(["p", {}, *bars.tree])
    assert "Not counted: The API did not answer: <b>" in said and "No values under these filters." in said
    assert buttons(bars) == [("Lever2", "false")]


def test_the_caller_s_counts_are_left_as_they_are() -> None:
    """Showing changes no frame."""
    found = counts(Oslo=5, Bergen=4)
    before = found.copy(deep=True)
    shown({"city": found}, city="Bergen")
    pd.testing.assert_frame_equal(found, before)


def test_what_was_warned_of_stands_under_the_counts(sample: Client) -> None:
    """A warning that came with counts is shown with them; what their card says of every count is not."""
    found = sample.facets("city", limit=3)
    found.attrs["notes"] = [*found.attrs["bluedoor"]["notes"], "the server ignored <b>"]
    text = " ".join(text_of(node) for node in shown({"city": found}).tree)
    assert "the server ignored <b>" in text and "share is of" not in text
