"""Charts as Altair and as files; the style sheet of charts: its contrast, and that it knows the classes drawn."""

from __future__ import annotations

import functools
import json
import re
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from wcwidth import wcswidth

import bluedoor_tools as bd
from bluedoor_tools.client import Client
from bluedoor_tools.widgets.charts.breakdown import breakdown
from bluedoor_tools.widgets.charts.chart_view import ChartView
from bluedoor_tools.widgets.charts.counts_drawn import STEPS
from bluedoor_tools.widgets.charts.flows import flows
from bluedoor_tools.widgets.charts.timeline import timeline
from bluedoor_tools.widgets.wording import cut

WIDGETS = Path(bd.__file__).parent / "widgets"
SHEET = (WIDGETS / "charts.css").read_text(encoding="utf-8")
HOSTILE = "</text><script>alert(1)</script>\u202e"


@pytest.fixture(scope="module")
def views(sample: Client) -> dict[str, ChartView]:
    """One view of each form."""
    jobs = sample.search_jobs(limit=300)
    jobs.loc[:40, "city"] = HOSTILE
    events = sample.search_events(limit=2_000)
    return {
        "bars": breakdown(jobs, "city", limit=6),
        "heat map": breakdown(jobs, "city", "workplace_type", limit=6),
        "flows": flows(events),
        "flows by": flows(events, "M", by="provider"),
        "lanes": timeline(events),
        "list": timeline(events[events["job_id"] == events["job_id"].iloc[0]]),
        "nothing": breakdown(jobs.head(0), "city"),
        "no events": timeline(events.head(0)),
        "no flows": flows(events.head(0)),
    }


FORMS = ["bars", "heat map", "flows", "flows by", "lanes", "list", "nothing", "no events", "no flows"]


def values_of(view: ChartView) -> list[Any]:
    """All records within a view's chart."""
    datasets = view.chart().to_dict()["datasets"]
    return [record for records in datasets.values() for record in records]


@pytest.mark.parametrize("form", FORMS)
def test_every_view_is_an_altair_chart_that_loads_nothing(views: dict[str, ChartView], form: str) -> None:
    """The chart holds its data, names no address but its schema's, and its title says what the view's does."""
    spec = views[form].chart().to_dict()
    schema = spec.pop("$schema")
    assert "vega-lite" in schema
    assert not re.search(r"https?:", json.dumps(spec))
    assert "\u202e" not in json.dumps(spec, ensure_ascii=False)
    assert spec["title"]["text"] in views[form].to_text()


@pytest.mark.parametrize("form", ["bars", "flows by", "lanes"])
def test_charts_are_saved_as_svg_and_png(views: dict[str, ChartView], form: str, tmp_path: Path) -> None:
    """Both files are drawn without a network; foreign text is text in them."""
    svg = views[form].save(tmp_path / "chart.svg").read_text(encoding="utf-8")
    assert svg.startswith("<svg")
    assert "<script" not in svg
    if form == "bars":
        assert "&lt;script&gt;" in svg
    png = views[form].save(str(tmp_path / "chart.PNG")).read_bytes()
    assert png.startswith(b"\x89PNG")


def test_the_chart_has_the_counts_of_the_view(views: dict[str, ChartView]) -> None:
    """Every row is in the bars, the line of the rest among them; the flows' closings are below zero."""
    assert sum(record["count"] for record in values_of(views["bars"])) == 300
    records = values_of(views["flows"])
    frame = views["flows"].frame
    assert sum(record["opened"] for record in records) == frame["opened"].sum()
    assert sum(record["closed"] for record in records) == -frame["closed"].sum()


def test_a_heat_map_draws_values_and_says_what_it_leaves_out(views: dict[str, ChartView]) -> None:
    """The sums of other values, and of rows without one, would outshine the cells: they are in the title's lines."""
    records = values_of(views["heat map"])
    drawn = {record[side] for record in records for side in ("row", "column")}
    assert not {text for text in drawn if "more value" in text or "without a value" in text}
    said = views["heat map"].chart().to_dict()["title"]["subtitle"][1]
    assert re.match(r"Not drawn: City, \d+ more values \(\d+\); City, without a value \(\d+\); Work model", said)


def test_more_than_5_000_records_are_drawn_whole(sample: Client) -> None:
    """Altair refuses frames of more than 5,000 rows; a view is drawn all the same."""
    rows = [(f"c{n}", f"d{m}") for n in range(80) for m in range(80)]
    view = breakdown(pd.DataFrame(rows, columns=["a", "b"]), "a", "b", limit=80)
    assert len(values_of(view)) == 6_400


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("x.html", r"CDN.*to_html"),
        ("x.svgz", "Did you mean 'svg'"),
        ("x", "without an ending"),
        ("no/such/folder/x.svg", "cannot be written"),
    ],
)
def test_a_file_that_cannot_be_written_says_why(
    views: dict[str, ChartView], name: str, said: str, tmp_path: Path
) -> None:
    """HTML is refused with the reason; another ending names the right ones; a missing folder is said."""
    with pytest.raises(bd.InvalidRequestError, match=said):
        views["bars"].save(tmp_path / name)
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("module", ["altair", "vl_convert"])
def test_without_the_extra_it_says_what_to_install(
    views: dict[str, ChartView], module: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The views work without the extra; only charts need it, and name it."""
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(bd.InvalidRequestError, match=r"pip install 'bluedoor-tools\[charts\]'"):
        views["flows"].save(tmp_path / "x.png")
    assert views["flows"].to_html()


@pytest.mark.parametrize("form", FORMS)
def test_every_view_has_a_text_and_a_static_form(views: dict[str, ChartView], form: str) -> None:
    """What a notebook keeps without a kernel: text, and HTML without buttons, scripts or addresses."""
    data = views[form]._repr_mimebundle_()[0]
    assert data["text/plain"] == views[form].to_text()
    assert not re.search(r"<script|<button|https?:|\son\w+=", data["text/html"].partition("</style>")[2])
    assert "bd-static" in data["text/html"]
    assert "\u202e" not in data["text/plain"]


@pytest.mark.parametrize("form", FORMS)
def test_every_element_is_one_that_the_page_s_script_builds(views: dict[str, ChartView], form: str) -> None:
    """The page throws on any other element, attribute or style: none is drawn."""
    script = (WIDGETS / "view.js").read_text(encoding="utf-8")
    lists = re.findall(r"const (?:TAGS|ATTRIBUTES) = (.*?);", script, re.DOTALL)
    tags, attributes = (set("".join(re.findall(r'"([^"]*)"', part)).split()) for part in lists)
    pending: list[Any] = list(views[form].tree)
    while pending:
        tag, given, *children = pending.pop()
        assert tag in tags
        for name, value in given.items():
            assert name in attributes or re.fullmatch(r"(aria|data)-[a-z-]+", name), name
            assert isinstance(value, str)
        if "style" in given:
            assert re.fullmatch(r"--bd-share:\d+(\.\d+)?%", given["style"])
        pending += [child for child in children if not isinstance(child, str)]


def test_every_drawn_class_is_in_a_style_sheet(views: dict[str, ChartView]) -> None:
    """An SVG whose class no sheet knows would be black: every class of a rect, line, path or circle is there."""
    drawn: set[str] = set()
    for view in views.values():
        pending: list[Any] = list(view.tree)
        while pending:
            tag, given, *children = pending.pop()
            if tag in {"rect", "line", "path", "circle"}:
                drawn.update(given["class"].split())
            pending += [child for child in children if not isinstance(child, str)]
    assert {"bd-opened", "bd-mark-closed", "bd-net"} <= drawn
    assert not {name for name in drawn if not re.search(rf"\.{name}(?![\w-])", SHEET)}


def test_wide_text_is_cut_by_what_it_takes() -> None:
    """A character of two cells counts as two, none is torn from its marks, and columns of text stay aligned."""
    family = "👨\u200d👩\u200d👧\u200d👦"
    shown, whole = cut("東京都" * 20, 10)
    assert (wcswidth(shown), whole) == (9, "東京都" * 20)
    assert cut(family * 9, 20)[0].count(family) == 2
    assert cut(family * 9, 20)[0].removesuffix("…").replace(family, "") == ""
    assert cut("a" + "\u0301" * 5_000, 10)[0] == "…"
    view = breakdown(pd.DataFrame({"city": ["東京都" * 20, "Oslo", "Oslo"]}), "city")
    said = [line for line in view.to_text().splitlines() if "%" in line]
    assert len({wcswidth(line.partition("%")[0]) for line in said}) == 1


# -- contrast ----------------------------------------------------------------------------------------------------------

# Foreground and background of hosts, light and dark: this library's own, JupyterLab's (--jp-content-font-color1,
# --jp-layout-color0 of @jupyterlab/theme-light-extension and theme-dark-extension), VS Code's (Light+ and Dark+).
HOSTS = {
    "own light": ("#1c2128", "#ffffff", 0), "own dark": ("#e4e7eb", "#14171b", 1),
    "lab light": ("#212121", "#ffffff", 0), "lab dark": ("#ffffff", "#111111", 1),
    "code light": ("#000000", "#ffffff", 0), "code dark": ("#d4d4d4", "#1e1e1e", 1),
}  # fmt: skip


def rgb(text: str) -> tuple[float, ...]:
    return tuple(int(text[place : place + 2], 16) / 255 for place in (1, 3, 5))


def mixed(one: tuple[float, ...], share: float, other: tuple[float, ...]) -> tuple[float, ...]:
    """As color-mix(in srgb) does."""
    return tuple(share * a + (1 - share) * b for a, b in zip(one, other, strict=True))


def luminance(colour: tuple[float, ...]) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@functools.cache
def hue(name: str, dark: int) -> tuple[float, ...]:
    """A colour of the sheet, as light-dark() gives it."""
    found = re.search(rf"{name}: light-dark\((#\w+), (#\w+)\)", SHEET)
    assert found, name
    return rgb(found[dark + 1])


@pytest.mark.parametrize("host", HOSTS)
def test_numbers_are_readable_on_every_shade(host: str) -> None:
    """Text of a heat map's cell has 4.5 to its darkest and its palest shade (WCAG AA), in light and dark."""
    foreground, background, dark = rgb(HOSTS[host][0]), rgb(HOSTS[host][1]), HOSTS[host][2]
    found = re.search(r"--bd-shade: calc\(var\(--bd-share\) \* (\.\d+)\)", SHEET)
    assert found
    shades = [mixed(hue("--bd-opens", dark), float(found[1]) * step / STEPS, background) for step in range(STEPS + 1)]
    assert min(contrast(foreground, shade) for shade in shades) >= 4.5
    tint = mixed(foreground, 0.04, background)
    assert contrast(mixed(foreground, 0.7, background), tint) >= 4.5  # of none


@pytest.mark.parametrize("host", HOSTS)
def test_bars_lines_and_marks_are_seen(host: str) -> None:
    """What is drawn has 3.0 to the background (WCAG AA for graphics); a paler period has its number in the table."""
    foreground, background, dark = rgb(HOSTS[host][0]), rgb(HOSTS[host][1]), HOSTS[host][2]
    mixes = set(re.findall(r"color-mix\(in srgb, var\((--bd-(?:opens|closes))\) (\d+)%, var\(--bd-bg\)\)", SHEET))
    assert mixes
    partial = re.search(r"\.bd-opened\.bd-partial \{ fill: [^}]* (\d+)%", SHEET)
    assert partial
    for name, share in mixes | {("--bd-opens", "100"), ("--bd-closes", "100")}:
        if share != partial[1]:
            assert contrast(mixed(hue(name, dark), int(share) / 100, background), background) >= 3, (name, share)
    assert contrast(mixed(foreground, 0.85, background), background) >= 3
