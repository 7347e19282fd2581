"""Counts of postings by one field as bars, or by two as a heat map; a click filters."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from ... import contract
from ...arguments import check_limit
from ...errors import InvalidRequestError
from ...inert import counted, visible_line
from ..tree import element
from ..view import Act
from ..wording import cut, label_of, text_table
from . import export
from .chart_view import ChartView, card_of, empty, heading, needed, note_list, notes_of
from .counting import column_of, counted_by, facet_notes, given_counts, is_counts
from .counts_drawn import LONG, LONG_HEAD, bars, heat_map, percent
from .counts_lines import Crossed, Line, crossed, lines_of

if TYPE_CHECKING:
    from ...answer_card import Card
    from ..rows.query import ViewQuery
    from ..rows.rows import Rows

__all__ = ["Breakdown", "breakdown"]

_NOUNS = {"jobs": "posting", "facets": "posting", "events": "event"}  # of an answer card's kind
_BAR = 24  # characters of the longest bar in the text form


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
        self._linked = False
        found = card_of(frame)
        self._noun = _NOUNS.get(found["kind"] if found else "", "row")
        if counts:
            about = ("share is", "counts are", "values of", "of ")
            notes = [note for note in found["notes"] if note.startswith(about)] if found else []
            self._take(found, given_counts(frame, by), None, facet_notes(notes))
        else:
            self._take(found, counted_by(frame, field, by), len(frame))

    def _take(self, found: Card | None, counts: pd.DataFrame, rows: int | None, notes: Sequence[str] = ()) -> None:
        """Show these counts, of so many rows (None: the counts do not say), with what their frame's card says."""
        self.frame, self._rows = counts, rows
        shares = f"Shares are of all {counted(rows, self._noun)}, those without a value included." if rows else ""
        fields = [name for name in (self.field, self.by) if name]
        said = [*([shares] if shares and self.by is None else []), *notes, *notes_of(found, *fields)]
        self._notes = list(dict.fromkeys(said))
        self._redraw()

    # -- acts and links ------------------------------------------------------------------------------------------------

    def acted(self, act: Act) -> bool:
        """Mark what was clicked, where no explorer does; the listeners are told, too."""
        if act.name != "filter":
            return False
        try:
            values = json.loads(act.key).items()
        except (ValueError, AttributeError):  # no click of this view
            return True
        if not self._linked:
            chosen: dict[str, tuple[str, ...]] = {name: (str(value),) for name, value in values}
            self.picked = chosen if chosen != self.picked else {}
            self._redraw()
        return False

    def update_from(self, rows: Rows, query: ViewQuery) -> None:
        """Count the explorer's rows under its present filters."""
        field, by = column_of(self.field), self.by and column_of(self.by)
        if by is None and field in rows.facet_fields:
            frame = rows.facet(field, query, limit=max(self.limit, contract.FACET_LIMIT))
            counts, total, notes = given_counts(frame, None), None, facet_notes(frame.attrs["notes"])
        else:
            frame = needed(rows.jobs(query), [field] if by is None else [field, by], "A linked breakdown")
            counts, total, notes = counted_by(frame, field, by), len(frame), []
        found = card_of(frame)  # says where the rows are from
        whose = "Under the explorer's filters" + ("." if found is not None else f": {visible_line(rows.label)}.")
        self._linked, self._noun, self.problem = True, "posting", ""
        self.picked = {
            name: tuple(map(str, value if isinstance(value, list | tuple) else [value]))
            for name, value in query.filters.items()
        }
        self._take(found, counts, total, [whose, *notes])

    def _is_picked(self, filters: Mapping[str, str]) -> bool:
        return all(value.casefold() in map(str.casefold, self.picked.get(name, ())) for name, value in filters.items())

    # -- what is shown -------------------------------------------------------------------------------------------------

    @property
    def _title(self) -> str:
        return label_of(self.field) if self.by is None else f"{label_of(self.field)} by {label_of(self.by)}"

    def _lines(self) -> list[Line]:
        return lines_of(self.frame, self.field, self.limit)

    def _crossed(self) -> Crossed:
        return crossed(self.frame, self.field, str(self.by), self.limit)

    def _redraw(self) -> None:
        if not self.frame["count"].sum():
            nothing = "no row has a value" if self._rows else "there are no rows"
            body = empty(f"Nothing to count: {nothing if self._rows is not None else 'there are no values'}.")
        elif self.by is None:
            body = bars(self._lines(), self._is_picked)
        else:
            caption = f"{self._title}: the number of {self._noun}s that have both values"
            body = heat_map(self._crossed(), self.field, self.by, caption, self._is_picked)
        head = heading(self._title, self._said())
        self.show(element("section", {"class": "bd-chart bd-breakdown"}, head, body, note_list(self._notes)))

    def _said(self) -> str:
        if self.by is None:
            values = counted(int(self.frame["value"].notna().sum()), "value")
        else:
            values = f"{self.frame['value'].nunique():,} × {self.frame['by'].nunique():,} values"
        if self._rows is None:
            return f"{values}, of {counted(int(self.frame['count'].sum()), self._noun)}"
        return f"{counted(self._rows, self._noun)} · {values}"

    # -- other forms ---------------------------------------------------------------------------------------------------

    def to_text(self) -> str:
        """The counts as aligned text, as far as they are shown."""
        if not self.frame["count"].sum():
            body = "Nothing to count."
        elif self.by is None:
            lines = self._lines()
            longest = max((line.count for line in lines if line.value is not None), default=1)
            rows = [
                (
                    cut(line.label, LONG)[0],
                    f"{line.count:,}",
                    percent(line.share),
                    "" if line.value is None else "▇" * max(1, round(_BAR * line.count / max(longest, 1))),
                )
                for line in lines
            ]
            body = text_table((self.field, "count", "share", ""), rows, frozenset({1, 2}))
        else:
            counts = self._crossed()
            heads = (self.field, *(cut(column.label, LONG_HEAD)[0] for column in counts.columns))
            cells = [
                (cut(row.label, LONG)[0], *(f"{count:,}" for count in numbers))
                for row, numbers in zip(counts.rows, counts.cells, strict=True)
            ]
            body = text_table(heads, cells, frozenset(range(1, len(heads))))
        return "\n".join([f"{self._title} · {self._said()}", body, *self._notes])

    def chart(self) -> Any:
        """Bars, or a heat map, of the counts shown, as an Altair chart; needs the extra ``bluedoor-tools[charts]``."""
        if self.by is None:
            lines = self._lines()
            records = [
                {
                    "label": label,
                    "count": line.count,
                    "drawn": 0 if line.value is None else line.count,
                    "share": round(line.share, 6),
                    "said": f"{line.count:,} · {percent(line.share)}",
                }
                for label, line in zip(_labels(lines), lines, strict=True)
            ]
            return export.bars(records, label_of(self.field), self._title, [self._said(), *self._notes])
        counts = self._crossed()
        pairs = [
            {"row": row_label, "column": column_label, "count": count}
            for row_label, row, numbers in zip(_labels(counts.rows), counts.rows, counts.cells, strict=True)
            for column_label, column, count in zip(_labels(counts.columns), counts.columns, numbers, strict=True)
            if row.value is not None and column.value is not None
        ]
        left_out = [
            f"{label_of(field)}, {line.label} ({line.count:,})"
            for field, side in ((self.field, counts.rows), (self.by, counts.columns))
            for line in side
            if line.value is None
        ]
        said = [self._said(), *([f"Not drawn: {'; '.join(left_out)}."] if left_out else []), *self._notes]
        return export.heat_map(pairs, label_of(self.field), label_of(self.by), self._title, said)


def _labels(lines: Sequence[Line]) -> list[str]:
    return export.apart([cut(line.label, LONG)[0] for line in lines])


def breakdown(jobs: pd.DataFrame, field: str | None = None, by: str | None = None, *, limit: int = 20) -> Breakdown:
    """Show how many postings have each value of a field, as bars; or of two fields, as a heat map.

    Costs no request; linked to an explorer that searches live, one for each change of its filters. The frame's rows are
    counted, as ``df.bluedoor.breakdown`` does: a share is of all of them, and those without a value are a line of their
    own. Nothing is dropped: values beyond `limit` are summed in one line.

    Parameters
    ----------
    jobs
        any DataFrame with these columns, left as it is; or counts (``value``, ``count``, perhaps ``share`` and ``by``),
        as :meth:`Client.facets` gives them
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
        (`explorer.link`), and its `picked`; values that `search_jobs` cannot be filtered by are no buttons. `frame`
        holds every count: ``value`` (str, NaN for rows without one), ``count`` (int64), ``share`` (float64), with `by`
        its values first, as ``by``; `chart` and `save` draw it.

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
