"""Above a page of rows: which of how many they are, and the buttons that turn pages; and what is said for none."""

from __future__ import annotations

from ..rows.query import ViewQuery
from ..rows.rows import Answer
from ..tree import Node, element

__all__ = ["empty", "extent_text", "nothing_text", "pager"]

_SIZES = (25, 50, 100)


def extent_text(answer: Answer) -> str:
    """Which rows these are, and of how many."""
    last = answer.first + len(answer.rows)
    shown = f"{answer.first + 1:,}–{last:,}" if len(answer.rows) != 1 else f"{last:,}"
    if answer.total is None:
        said = f"{shown}; how many match is not known"
    else:
        said = f"{shown} of {'at least ' if answer.capped else ''}{answer.total:,}"
    return said if answer.complete else f"{said}, {answer.loaded:,} loaded"


def _goes_on(answer: Answer) -> bool:
    last = answer.first + len(answer.rows)
    if answer.complete:
        return last < (answer.total if answer.total is not None else answer.loaded)
    return answer.total is None or answer.capped or last < answer.total


def pager(answer: Answer, query: ViewQuery) -> Node:
    """Which rows these are, how many stand on a page, and the way to others."""
    page = query.page
    targets = (("first", "First", 0, page > 0), ("previous", "Previous", max(page - 1, 0), page > 0),
               ("next", "Next", page + 1, _goes_on(answer)))  # fmt: skip
    turning = [
        element(
            "button",
            {
                "data-act": "page",
                "data-key": target,
                "data-place": name,
                "aria-label": f"{label} page",
                "aria-disabled": None if possible else "true",
            },
            label,
        )
        for name, label, target, possible in targets
    ]
    sizes = [
        element(
            "button",
            {
                "data-act": "size",
                "data-key": size,
                "aria-pressed": "true" if size == query.page_size else "false",
                "aria-label": f"{size} rows a page",
            },
            str(size),
        )
        for size in _SIZES
    ]
    extent = extent_text(answer)
    return element(
        "nav",
        {"class": "bd-pager", "aria-label": "Pages"},
        element("p", {"class": "bd-extent", "data-say": f"Rows {extent}"}, extent),
        element("div", {"class": "bd-group bd-live"}, element("span", {"class": "bd-under"}, "Rows"), sizes),
        element("div", {"class": "bd-group bd-live"}, turning),
    )


def nothing_text(answer: Answer) -> str:
    """What is said where there is no row."""
    return "This page has no rows." if answer.first else "Nothing matches these filters."


def empty(answer: Answer, query: ViewQuery) -> list[Node]:
    """What stands in the place of rows where there are none, with a way out."""
    said = nothing_text(answer)
    if answer.first:
        button = element("button", {"data-act": "page", "data-key": 0}, "First page")
    elif query.filters:
        button = element("button", {"data-act": "clear", "data-key": ""}, "Clear filters")
    else:
        said, button = "There are no rows.", None
    return [
        element(
            "div",
            {"class": "bd-empty", "data-say": said},
            element("p", {"class": "bd-title"}, said),
            element("p", {"class": "bd-under"}, "Take a filter away, or write less of a word.")
            if query.filters
            else None,
            element("p", {"class": "bd-live"}, button) if button else None,
        )
    ]
