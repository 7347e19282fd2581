"""Views as Altair charts, and charts as files: SVG and PNG, drawn on this machine (the extra `charts`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...errors import InvalidRequestError, nearest

__all__ = ["SHAPES", "apart", "bars", "flow_bars", "heat_map", "lane_chart", "save_chart"]

_FORMATS = ("svg", "png")
_BLUE, _ORANGE, _INK, _GREY = "#0b5cad", "#b4541a", "#1c2128", "#5c636e"
_SOFT_BLUE, _SOFT_ORANGE = "#4f8ac4", "#c9845a"  # as the page mixes them on white
_PALE, _DEEP = "#f2f6fb", "#91b6da"  # shades that dark text is read on
_WIDTH = 640
_SHARP = 2  # pixels of a PNG to one of the chart's
# The shapes of marks by what the event is, as in charts.css and lanes_drawn.py.
SHAPES: dict[str, tuple[str, str]] = {
    "Opened": ("circle", _BLUE),
    "Updated": ("diamond", _GREY),
    "Closed": ("square", _ORANGE),
    "Reopened": ("triangle-up", _BLUE),
    "Other": ("cross", _INK),
}

Records = Sequence[Mapping[str, Any]]


def _altair() -> Any:
    try:
        import altair
        import vl_convert  # noqa: F401 (draws the files)
    except ImportError:
        raise InvalidRequestError(
            "A chart needs the extra of that name.", hint="pip install 'bluedoor-tools[charts]'"
        ) from None
    return altair


def save_chart(chart: Callable[[], Any], path: str | Path) -> Path:
    """Draw a chart into a file of the path's ending; the chart is made once the ending is known to be right."""
    target = Path(path)
    ending = target.suffix.removeprefix(".").lower()
    if ending in {"html", "htm"}:
        raise InvalidRequestError(
            "A chart is not saved as HTML: that page would load its scripts from a CDN.",
            hint="Save it as .svg or .png, or write the view's own HTML, which loads nothing: view.to_html().",
        )
    if ending not in _FORMATS:
        close = nearest(ending, _FORMATS)
        raise InvalidRequestError(
            f"A chart is saved as svg or png, not as {ending or 'a file without an ending'!r}.",
            hint=f"Did you mean {close!r}?" if close else "Give the path one of these endings.",
        )
    made = chart()
    try:
        made.save(str(target), format=ending, **({"scale_factor": _SHARP} if ending == "png" else {}))
    except OSError as error:
        raise InvalidRequestError(
            f"{str(path)!r} cannot be written ({error.strerror}).", hint="Is there such a folder?"
        ) from None
    return target


def _data(alt: Any, records: Records) -> Any:
    return alt.InlineData(values=[dict(record) for record in records])  # however many: nothing is sampled


def _finished(alt: Any, chart: Any, title: str, notes: Sequence[str]) -> Any:
    return (
        chart.properties(title=alt.TitleParams(title, subtitle=list(notes)))
        .configure(font="sans-serif", background="white")
        .configure_title(anchor="start", color=_INK, subtitleColor=_GREY, subtitleFontSize=11, offset=12)
        .configure_axis(labelColor=_GREY, titleColor=_GREY, gridColor="#e4e6ea", domain=False, tickColor="#e4e6ea")
        .configure_view(stroke=None)
    )


def apart(labels: Sequence[str]) -> list[str]:
    """Labels that differ, so that two that were cut alike are not drawn as one.

    >>> apart(["a", "b", "a"])
    ['a', 'b', 'a (2)']
    """
    times: Counter[str] = Counter()
    made = []
    for label in labels:
        times[label] += 1
        made.append(label if times[label] == 1 else f"{label} ({times[label]})")
    return made


def bars(records: Records, field: str, title: str, notes: Sequence[str]) -> Any:
    """Horizontal bars: `label`, `count`, `share` and `said` (the number as it is written) of each record."""
    alt = _altair()
    base = alt.Chart(_data(alt, records)).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=240, ticks=False)),
        x=alt.X("drawn:Q", axis=None),  # every bar has its number
        tooltip=[alt.Tooltip("label:N", title=field), alt.Tooltip("count:Q", format=","), "share:Q"],
    )
    drawn = base.mark_bar(color=_SOFT_BLUE) + base.mark_text(align="left", dx=4, color=_INK).encode(text="said:N")
    return _finished(alt, drawn.properties(width=_WIDTH, height=alt.Step(20)), title, notes)


def heat_map(records: Records, field: str, by: str, title: str, notes: Sequence[str]) -> Any:
    """A heat map: `row`, `column`, `count` of each record, darker for more."""
    alt = _altair()
    most = max((int(record["count"]) for record in records), default=1)
    base = alt.Chart(_data(alt, records)).encode(
        y=alt.Y("row:N", sort=None, title=field, axis=alt.Axis(labelLimit=220, ticks=False)),
        x=alt.X("column:N", sort=None, title=by, axis=alt.Axis(labelAngle=-40, labelLimit=140, ticks=False)),
        tooltip=["row:N", "column:N", alt.Tooltip("count:Q", format=",")],
    )
    shade = alt.Color("count:Q", scale=alt.Scale(type="sqrt", range=[_PALE, _DEEP], domain=[0, most]), legend=None)
    drawn = base.mark_rect(stroke="white").encode(color=shade) + base.mark_text(fontSize=10, color=_INK).encode(
        text=alt.Text("count:Q", format=",")
    )
    return _finished(alt, drawn.properties(width=alt.Step(46), height=alt.Step(22)), title, notes)


def flow_bars(records: Records, by: str | None, groups: Sequence[str], title: str, notes: Sequence[str]) -> Any:
    """Openings above and closings below zero: `period`, `opened`, `closed` (negative), `net`, `by`, `partial`."""
    alt = _altair()
    periods = list(dict.fromkeys(str(record["period"]) for record in records))
    every = max(1, -(-len(periods) // (10 if by is None else 4)))
    x = alt.X(
        "period:O",
        title=None,
        sort=None,
        axis=alt.Axis(values=periods[::-every], labelAngle=0, labelOverlap=True, labelPadding=8, ticks=False),
    )
    base = alt.Chart().encode(x=x)
    axis = alt.Axis(labelExpr="format(abs(datum.value), ',')", tickMinStep=1)
    colour = alt.Scale(domain=["opened", "closed"], range=[_SOFT_BLUE, _SOFT_ORANGE])
    drawn = alt.layer(
        base.transform_fold(["opened", "closed"], as_=["event", "count"])
        .mark_bar()
        .encode(
            y=alt.Y("count:Q", title=None, axis=axis, stack=None),
            color=alt.Color("event:N", scale=colour, legend=alt.Legend(title=None, orient="top")),
            opacity=alt.condition(alt.datum.partial, alt.value(0.5), alt.value(1)),
        ),
        base.mark_line(color=_INK, strokeWidth=1.5, point=alt.OverlayMarkDef(color=_INK, size=14)).encode(y="net:Q"),
        alt.Chart().mark_rule(color=_GREY).encode(y=alt.datum(0)),
        data=_data(alt, records),
    )
    if by is None:
        return _finished(alt, drawn.properties(width=_WIDTH, height=240), title, notes)
    facet = alt.Facet("by:N", sort=list(groups), title=None, header=alt.Header(labelAnchor="start", labelColor=_INK))
    return _finished(alt, drawn.properties(width=230, height=130).facet(facet, columns=3), title, notes)


def lane_chart(marks: Records, spans: Records, order: Sequence[str], title: str, notes: Sequence[str]) -> Any:
    """One lane a posting: `marks` (`lane`, `at`, `event`, `said`) over `spans` (`lane`, `from`, `to`, `sure`)."""
    alt = _altair()
    y = alt.Y("lane:N", sort=list(order), title=None, axis=alt.Axis(labelLimit=260, ticks=False))
    time, dates = alt.Scale(type="utc", padding=10), alt.Axis(format="%Y-%m-%d", tickCount=6)
    lines = (
        alt.Chart(_data(alt, spans))
        .mark_rule(color=_SOFT_BLUE, strokeWidth=2)
        .encode(
            y=y,
            x=alt.X("from:T", title=None, scale=time, axis=dates),
            x2="to:T",
            strokeDash=alt.condition(alt.datum.sure, alt.value([1, 0]), alt.value([2, 4])),
        )
    )
    there = {str(mark["event"]) for mark in marks}
    domain = [name for name in SHAPES if name in there]
    scale = {"domain": domain, "range": [SHAPES[name][0] for name in domain]}
    colours = {"domain": domain, "range": [SHAPES[name][1] for name in domain]}
    points = (
        alt.Chart(_data(alt, marks))
        .mark_point(filled=True, opacity=1, size=70)
        .encode(
            y=y,
            x=alt.X("at:T", title=None, scale=time, axis=dates),
            shape=alt.Shape("event:N", scale=alt.Scale(**scale), legend=alt.Legend(title=None, orient="top")),
            color=alt.Color("event:N", scale=alt.Scale(**colours), legend=alt.Legend(title=None, orient="top")),
            tooltip=["said:N"],
        )
    )
    return _finished(alt, (lines + points).properties(width=_WIDTH, height=alt.Step(24)), title, notes)
