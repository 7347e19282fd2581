"""Counts of postings by one field as bars, or by two as a heat map; a click filters."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .. import contract
from ..arguments import check_limit
from ..errors import InvalidRequestError
from ..inert import counted, visible_line
from .chart_view import ChartView, card_of, coded, empty, heading, needed, note_list, notes_of, value_of
from .charts import apart, bars, heat_map
from .counting import column_of, counted_by, facet_notes, filter_of, given_counts, is_counts
from .tree import Node, element
from .view import Act
from .wording import cut, label_of, text_table

if TYPE_CHECKING:
    from ..answer_card import Card
    from .query import ViewQuery
    from .rows import Rows

__all__ = ["Breakdown", "breakdown"]

STEPS = 6  # shades of a heat map, beside that of none
_LONG = 44  # cells of a value's text
_LONG_HEAD = 22  # of one that heads a column
_NOUNS = {"jobs": "posting", "facets": "posting", "events": "event"}  # of an answer card's kind
_BAR = 24  # characters of the longest bar in the text form


@dataclass(frozen=True, slots=True)
class _Line:
    """A value with its count; `value` is None where the line stands for several, or for rows without one."""

    label: str
    count: int
    value: str | None = None
    plain: bool = False  # neither a value nor clickable
    share: float = 0.0


class Breakdown(ChartView):
    """Counts by one field or two; made by :func:`breakdown`.

    Attributes
    ----------
    frame : DataFrame
        every count, also those that stand in the line "more values": ``value``, ``count``, ``share``, and ``by`` first
        where there are two fields
    picked : dict
        the values that are filtered by: of the last click, or of the explorer it is linked to
    """

    def __init__(self, frame: pd.DataFrame, field: str, by: str | None, limit: int, *, counts: bool = False) -> None:
        super().__init__()
        self.field, self.by, self.limit = field, by, limit
        self.picked: dict[str, tuple[str, ...]] = {}
        found = card_of(frame)
        self._noun = _NOUNS.get(found["kind"] if found else "", "row")
        if counts:
            self._take(found, given_counts(frame, by), None, facet_notes(found, field, len(frame)))
        else:
            self._take(found, counted_by(frame, field, by), len(frame))

    def _take(self, found: Card | None, counts: pd.DataFrame, rows: int | None, notes: Sequence[str] = ()) -> None:
        """Show these counts, of so many rows (None: the counts do not say), with what their frame's card says."""
        self.frame, self._rows = counts, rows
        fields = [name for name in (self.field, self.by) if name]
        self._notes = [*notes, *notes_of(found, *fields)]
        self._redraw()

    # -- acts and links ------------------------------------------------------------------------------------------------

    def acted(self, act: Act) -> bool:
        """Mark what was clicked; the listeners are told, too."""
        if act.name == "filter":
            chosen: dict[str, tuple[str, ...]] = {name: (str(value),) for name, value in json.loads(act.key).items()}
            self.picked = chosen if chosen != self.picked else {}
            self._redraw()
        return False

    def update_from(self, rows: Rows, query: ViewQuery) -> None:
        """Count the explorer's rows under its present filters."""
        self._noun = "posting"
        self.picked = {
            name: tuple(map(str, value if isinstance(value, list | tuple) else [value]))
            for name, value in query.filters.items()
        }
        field, by = column_of(self.field), self.by and column_of(self.by)
        if by is None and field in rows.facet_fields:
            limit = max(self.limit, contract.FACET_LIMIT)
            frame = rows.facet(field, query, limit=limit)
            found = card_of(frame)
            about = [_under(rows, found), *facet_notes(found, self.field, len(frame), limit)]
            self._take(found, given_counts(frame, None), None, about)
        else:
            names = [field] if by is None else [field, by]
            frame = needed(rows.jobs(query), names, "A linked breakdown")
            found = card_of(frame)
            self._take(found, counted_by(frame, field, by), len(frame), [_under(rows, found)])
        self.problem = ""

    # -- what is shown -------------------------------------------------------------------------------------------------

    @property
    def _title(self) -> str:
        return label_of(self.field) if self.by is None else f"{label_of(self.field)} by {label_of(self.by)}"

    def _redraw(self) -> None:
        total = int(self.frame["count"].sum())
        head = heading(self._title, self._said())
        if not total:
            nothing = "Nothing to count: no row has a value." if self._rows else "Nothing to count: there are no rows."
            self.show(element("section", {"class": "bd-chart bd-breakdown"}, head, empty(nothing), self._small_print()))
            return
        body = self._bars() if self.by is None else self._heat()
        self.show(element("section", {"class": "bd-chart bd-breakdown"}, head, body, self._small_print()))

    def _said(self) -> str:
        valued = self.frame["value"].notna()
        if self.by is None:
            values = counted(int(valued.sum()), "value")
        else:
            values = f"{self.frame['value'].nunique():,} × {self.frame['by'].nunique():,} values"
        total = self._rows if self._rows is not None else int(self.frame["count"].sum())
        return f"{counted(total, self._noun)} · {values}"

    def _small_print(self) -> Node | None:
        return note_list([*self._about_shares(), *self._notes])

    def _about_shares(self) -> list[str]:
        if self.by is not None or self._rows is None or not len(self.frame):
            return []
        return [f"Shares are of all {counted(self._rows, self._noun)}, those without a value included."]

    def _lines(self) -> list[_Line]:
        """The lines of the bars: values up to the limit, the rest in one, rows without a value in one."""
        valued = self.frame[self.frame["value"].notna()]
        shown = valued.head(self.limit)
        lines = [
            _Line(value_of(self.field, value), int(count), value, share=float(share))
            for value, count, share in zip(shown["value"], shown["count"], shown["share"], strict=True)
        ]
        rest = valued.iloc[self.limit :]
        if len(rest):
            label = counted(len(rest), "more value")
            lines.append(_Line(label, int(rest["count"].sum()), plain=True, share=float(rest["share"].sum())))
        missing = self.frame[self.frame["value"].isna()]
        if len(missing):
            sums = int(missing["count"].sum()), float(missing["share"].sum())
            lines.append(_Line("without a value", sums[0], plain=True, share=sums[1]))
        return lines

    def _bars(self) -> Node:
        lines = self._lines()
        longest = max((line.count for line in lines if not line.plain), default=1)
        name = filter_of(self.field)
        return element("ol", {"class": "bd-bars"}, [self._bar(line, longest, name) for line in lines])

    def _bar(self, line: _Line, longest: int, name: str | None) -> Node:
        label, whole = cut(line.label, _LONG)
        title = " · ".join(dict.fromkeys(part for part in (whole, line.value) if part and part != label))
        cells = [
            element("span", {"class": "bd-bar-label", "dir": "auto", "title": visible_line(title) or None}, label),
            element("span", {"class": "bd-bar-track"}, element("span", {"class": "bd-bar-fill"})),
            element("span", {"class": "bd-bar-count"}, f"{line.count:,}"),
            element("span", {"class": "bd-bar-share"}, _percent(line.share)),
        ]
        if line.plain:
            return element("li", {"class": "bd-bar-line bd-bar-plain", "style": "--bd-share:0%"}, cells)
        style = f"--bd-share:{100 * line.count / max(longest, 1):.2f}%"
        if name is None:
            return element("li", {"class": "bd-bar-line", "style": style}, cells)
        act = {"data-act": "filter", "data-key": json.dumps({name: line.value})}
        pressed = "true" if line.value in self.picked.get(name, ()) else "false"
        button = element("button", {"class": "bd-bar-line", "style": style, "aria-pressed": pressed, **act}, cells)
        return element("li", {}, button)

    def _crossed(self) -> tuple[list[_Line], list[_Line], list[list[int]]]:
        """Rows and columns of the heat map with their sums, and its cells."""
        rows = _margin(self.frame, "value", self.field, self.limit)
        columns = _margin(self.frame, "by", str(self.by), self.limit)
        cells = np.zeros((len(rows[0]), len(columns[0])), dtype=np.int64)
        np.add.at(cells, (rows[1], columns[1]), self.frame["count"].to_numpy())
        return rows[0], columns[0], cells.tolist()

    def _heat(self) -> Node:
        rows, columns, cells = self._crossed()
        most = max(
            (
                count
                for row, counts in zip(rows, cells, strict=True)
                for column, count in zip(columns, counts, strict=True)
                if not row.plain and not column.plain
            ),
            default=0,
        )
        names = filter_of(self.field), filter_of(str(self.by))

        def head(line: _Line, scope: str, name: str | None, field: str) -> Node:
            label, whole = cut(line.label, _LONG if scope == "row" else _LONG_HEAD)
            title = whole or None
            kind = "bd-heat-plain" if line.plain else None
            inside: Node = element("span", {"dir": "auto", "title": title}, label)
            if not line.plain and name is not None:
                act = {"data-act": "filter", "data-key": json.dumps({name: line.value})}
                pressed = "true" if line.value in self.picked.get(name, ()) else "false"
                say = f"{field}: {line.label}"
                inside = element("button", {**act, "aria-pressed": pressed, "aria-label": say}, inside)
            return element("th", {"scope": scope, "class": kind}, inside)

        def cell(row: _Line, column: _Line, count: int) -> Node:
            if row.plain or column.plain:
                return element("td", {"class": "bd-heat-plain"}, f"{count:,}" if count else "–")
            step = _step(count, most)
            style = {"class": f"bd-heat bd-heat-{step}", "style": f"--bd-share:{100 * step / STEPS:.0f}%"}
            if not count:
                return element("td", style, "–")
            if None in names:
                return element("td", style, f"{count:,}")
            key = json.dumps(dict(zip(names, (row.value, column.value), strict=True)))
            chosen = row.value in self.picked.get(str(names[0]), ()) and column.value in self.picked.get(
                str(names[1]), ()
            )
            said = f"{row.label}, {column.label}: {count:,}"
            act = {"data-act": "filter", "data-key": key, "aria-pressed": "true" if chosen else "false"}
            return element("td", style, element("button", {**act, "title": said}, f"{count:,}"))

        corner = element("td", {"class": "bd-heat-corner"}, f"{label_of(self.field)} ↓ · {label_of(str(self.by))} →")
        table = element(
            "table",
            {"class": "bd-heat-table"},
            element("caption", {}, f"{self._title}: the number of {self._noun}s that have both values"),
            element(
                "thead",
                {},
                element("tr", {}, corner, [head(column, "col", names[1], str(self.by)) for column in columns]),
            ),
            element(
                "tbody",
                {},
                [
                    element(
                        "tr",
                        {},
                        head(row, "row", names[0], self.field),
                        [cell(row, column, count) for column, count in zip(columns, counts, strict=True)],
                    )
                    for row, counts in zip(rows, cells, strict=True)
                ],
            ),
        )
        return element("div", {}, element("div", {"class": "bd-scroll bd-heat-scroll"}, table), _scale(most))

    # -- other forms ---------------------------------------------------------------------------------------------------

    def to_text(self) -> str:
        """The counts as aligned text, as far as they are shown."""
        total = int(self.frame["count"].sum())
        head = f"{self._title} · {self._said()}"
        if not total:
            return f"{head}\nNothing to count."
        if self.by is None:
            lines = self._lines()
            longest = max((line.count for line in lines if not line.plain), default=1)
            rows: list[Sequence[str]] = [(self.field, "count", "share", "")]
            for line in lines:
                bar = "" if line.plain else "▇" * max(1, round(_BAR * line.count / max(longest, 1)))
                rows.append((cut(line.label, _LONG)[0], f"{line.count:,}", _percent(line.share), bar))
            body = text_table(rows[0], rows[1:], frozenset({1, 2}))
        else:
            lines, columns, cells = self._crossed()
            rows = [(self.field, *(cut(column.label, _LONG_HEAD)[0] for column in columns))]
            rows += [
                (cut(line.label, _LONG)[0], *(f"{count:,}" for count in counts))
                for line, counts in zip(lines, cells, strict=True)
            ]
            body = text_table(rows[0], rows[1:], frozenset(range(1, len(columns) + 1)))
        return "\n".join([head, body, *self._about_shares(), *self._notes])

    def chart(self) -> Any:
        """Bars, or a heat map, of the counts shown, as an Altair chart; needs the extra ``bluedoor-tools[charts]``."""
        notes = [*self._about_shares(), *self._notes]
        if self.by is None:
            lines = self._lines()
            labels = apart([cut(line.label, _LONG)[0] for line in lines])
            records = [
                {
                    "label": label,
                    "count": line.count,
                    "drawn": 0 if line.plain else line.count,
                    "share": round(line.share, 6),
                    "said": f"{line.count:,} · {_percent(line.share)}",
                }
                for label, line in zip(labels, lines, strict=True)
            ]
            return bars(records, label_of(self.field), self._title, [self._said(), *notes])
        rows, columns, cells = self._crossed()
        heads = [apart([cut(line.label, _LONG)[0] for line in side]) for side in (rows, columns)]
        pairs = [
            {"row": label, "column": head, "count": count}
            for label, row, counts in zip(heads[0], rows, cells, strict=True)
            for head, column, count in zip(heads[1], columns, counts, strict=True)
            if not row.plain and not column.plain
        ]
        plain = [
            f"{label_of(field)}, {line.label} ({line.count:,})"
            for field, side in ((self.field, rows), (str(self.by), columns))
            for line in side
            if line.plain
        ]
        left_out = f"Not drawn: {'; '.join(plain)}." if plain else ""
        said = [part for part in (self._said(), left_out, *notes) if part]
        return heat_map(pairs, label_of(self.field), label_of(str(self.by)), self._title, said)


def _under(rows: Rows, found: Card | None) -> str:
    """Whose counts these are; where they are from, a card says."""
    return "Under the explorer's filters" + ("." if found is not None else f": {visible_line(rows.label)}.")


def _percent(share: float) -> str:
    if math.isnan(share):
        return "–"
    return "< 0.1 %" if 0 < share < 0.0005 else f"{100 * share:.1f} %"


def _step(count: int, most: int) -> int:
    """The shade of a count: by its square root, so that a few large ones do not leave the others pale."""
    return 0 if not count or not most else max(1, math.ceil(STEPS * math.sqrt(count / most) - 1e-9))


def _scale(most: int) -> Node:
    """The shades with the counts that they stand for."""
    bounds = [0, *(math.floor(most * (step / STEPS) ** 2 + 1e-9) for step in range(1, STEPS + 1))]
    keys: list[Node] = [element("li", {"class": "bd-heat bd-heat-0", "style": "--bd-share:0%"}, "none")]
    for step, (low, high) in enumerate(itertools.pairwise(bounds), 1):
        if high > low:
            said = f"{high:,}" if high == low + 1 else f"{low + 1:,}–{high:,}"
            style = f"--bd-share:{100 * step / STEPS:.0f}%"
            keys.append(element("li", {"class": f"bd-heat bd-heat-{step}", "style": style}, said))
    return element("ol", {"class": "bd-heat-scale"}, keys)


def _margin(
    counts: pd.DataFrame, column: str, field: str, limit: int
) -> tuple[list[_Line], np.ndarray[Any, np.dtype[np.intp]]]:
    """The lines of one side of a heat map, the commonest first, and for each count the place of its line."""
    codes, texts = coded(counts[column])
    sums = np.bincount(codes[codes >= 0], weights=counts["count"].to_numpy()[codes >= 0], minlength=len(texts))
    order = sorted(range(len(texts)), key=lambda place: (-sums[place], texts[place]))
    lines = [_Line(value_of(field, texts[place]), int(sums[place]), texts[place]) for place in order[:limit]]
    rest, missing = order[limit:], int(counts["count"].to_numpy()[codes < 0].sum())
    places = np.zeros(len(texts) + 1, dtype=np.intp)
    places[order[:limit]] = np.arange(len(lines))
    if rest:
        places[rest] = len(lines)
        lines.append(_Line(counted(len(rest), "more value"), int(sums[rest].sum()), plain=True))
    if missing:
        places[-1] = len(lines)
        lines.append(_Line("without a value", missing, plain=True))
    return lines, places[codes]


def breakdown(jobs: pd.DataFrame, field: str | None = None, by: str | None = None, *, limit: int = 20) -> Breakdown:
    """Show how many postings have each value of a field, as bars; or of two fields, as a heat map. No request.

    The rows of the frame are counted, as ``df.bluedoor.breakdown`` does: a share is of all of them, and those without a
    value are a line of their own. Nothing is dropped: values beyond `limit` are summed in one line.

    Parameters
    ----------
    jobs
        any DataFrame with these columns, left as it is; or counts, as :meth:`Client.facets` gives them
    field
        the column to count, such as ``"city"``; of counts it may be left out
    by
        another column: counts the pairs
    limit
        values shown, the commonest first; with `by`, of each field

    Returns
    -------
    Breakdown
        a widget with a text and an HTML form. A click on a value is a filter of an explorer that it is linked to
        (`explorer.link`), and its `picked`. `frame` holds every count: ``value`` (str, NaN for rows without one),
        ``count`` (int64), ``share`` (float64), with `by` its values first, as ``by``; `chart` and `save` draw it.

    Raises
    ------
    InvalidRequestError
        The frame lacks a column (it is named, and those there are), or an argument is wrong.

    Examples
    --------
    >>> import bluedoor_tools as bd
    >>> jobs = bd.connect("sample").search_jobs("nurse", limit=50)
    >>> view = breakdown(jobs, "workplace_type")
    >>> view.frame["count"].sum()
    np.int64(50)
    """
    whole = check_limit(limit)
    if whole is None:
        raise InvalidRequestError("limit=None is not a number of rows.", hint="Use 1 or more.")
    counts = field is None or (isinstance(jobs, pd.DataFrame) and is_counts(jobs, field))
    if counts:
        needed(jobs, ["value", "count"] if by is None else ["value", "count", "by"], "A breakdown of counts")
        found = card_of(jobs)
        asked = found["applied"] if found is not None and found["kind"] == "facets" else {}
        field = field or str(asked.get("field", "value"))
        by = (by or str(asked.get("by", "by"))) if "by" in jobs.columns else None
    else:
        needed(jobs, [name for name in (field, by) if name is not None], "A breakdown")
    if field == by:
        raise InvalidRequestError(f"field and by are both {field!r}.", hint="Give two different fields.")
    return Breakdown(jobs, str(field), by, whole, counts=counts)
