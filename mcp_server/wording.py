"""The library's advice, which speaks of Python and frames, in the words of the tools."""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["in_tools"]

_REPLACED: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"Pass next_cursor from the card.*", "Pass the next_cursor of the same search, with the same filters."),
    (r", or iter_jobs for pages", ""),
    (r"cursor=(?:…: )?bd\.card\(df\)\['next_cursor'\]", "cursor=…, the next_cursor of the last answer"),
    (r", or its token: bd\.card\(df\)\['next_cursor'\]", ""),
    (r" bd\.resume\(df\) goes on from there\.", " The next_cursor goes on from there."),
    (r"\bbd\.resume(?:\(df\))? goes on\b", "the next_cursor goes on"),
    (r"(?:; )?see bd\.card\(df\)\.?", ""),
    (r"bd\.card\(df\)", "the answer"),
    (r" Said once a client;.*", ""),
    (r", or search_jobs\(…\) with the list and count with df\.bluedoor\.breakdown", ""),
    (r"(?:Set|Pass|Give) a key as api_key=… or in", "Put a key into"),
    (r"a key goes in api_key or\b", "a key goes into"),
    (r"give connect\(patience=…\) more seconds", "ask again later"),
    (r" \(`?connect\([^)]*\)`?\)|, or connect\(…, cache=False\)", ""),
    (r"Raise max_requests, or give fewer values", "Give fewer values"),
    (r"Raise max_requests, ask for parts of them, or search by", "Search by"),
    (r"Raise max_requests: one request, and one for each value\.", "Narrow the filters."),
    (r"\bget_jobs\(\[…\]\)", "get_job(job_id=…), once for each"),
    (r"\bget_job\(…\)", "get_job(job_id=…)"),
    (r"find_orgs\('([^']*)'\)", r'find_orgs(name="\1")'),
    (r"find_orgs\(…\)", "find_orgs(name=…)"),
    (r"facets\('(\w+)'\)", r'facets(field="\1")'),
    (r"\bNone or 'any' stands\b", "'any' stands"),
    (r"status=None \(any\)|status=None", "status='any'"),
    (r"It is an argument of search_jobs and iter_jobs\.", "It is an argument of search_jobs."),
    (r", or None for all\b", ""),
    (r"\bdescription=True\b", "fields=[…, 'description_text']"),
    (r"\bcolumns=…?", "fields="),
    (r"\b([Ff]ilter|[Ss]ort) the frame\b", r"\1 the rows"),
    (r"see a frame's org_id, source_id", "find_orgs(name=…) and get_job(job_id=…) give them"),
    (r"See a frame's column source_id\.", "get_job(job_id=…) gives it."),
    (r"\bTrue or False\b", "true or false"),
    (r"\b(\w+)=(True|False)\b", lambda found: f"{found[1]}={found[2].lower()}"),
    (r"The total is asked for with the first page and stands on the answer card\.",
     "The total stands in the answer to the first page."),
    (r"\bthe answer card\b", "the answer"),
    (r", or as one column of a frame\b", ""),
    (r"; bd\.read_jobs\(path\) reads a saved answer\b", ""),
    (r"Connect again: bd\.connect\(…\)\.", "Start the server again."),
    (r" or the api_key given\b", ""),
    (r", or pass connect\(api_key=…\)", ""),
    (r"bd\.connect\('sample'\), or BLUEDOOR_BACKEND=sample", "BLUEDOOR_BACKEND=sample"),
    (r"; bd\.connect\('api'\) asks the API itself", "; with BLUEDOOR_BACKEND=api the server asks the API itself"),
    (r"\bnot one of this library's\b", "not one that a tool gave"),
    (r", from the column org_id of a frame", ", which find_orgs gives"),
    (r"; `bluedoor doctor` tells\b", ""),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern), instead) for pattern, instead in _REPLACED)


def in_tools(advice: str) -> str:
    """The library's advice in the words of the tools.

    >>> in_tools("Use cursor=…: bd.card(df)['next_cursor'], or iter_jobs for pages.")
    'Use cursor=…, the next_cursor of the last answer.'
    """
    for pattern, instead in _COMPILED:
        advice = pattern.sub(instead, advice)
    return advice
