"""All that is known of the bluedoor Job Postings API, as data, and how it is known.

Argument checks, column types, the store's filters, the record pages and the documentation read this. Names that code
must spell out where it uses them (the envelope, `include`) are rows here as well, so that this is the one list to hold
against the published specification. Each row is marked

- ``seen``      shown by a posting page that bluedoor rendered itself
- ``observed``  seen on the live API by independent public clients between June and September 2026
- ``assumed``   by analogy or from one prose description only: the first thing to correct when an answer disagrees
"""

from __future__ import annotations

from .endpoints import ACCESS, API_URL, ENDPOINTS, AccessRule, Endpoint, endpoint
from .fields import (
    EVENT_FIELDS,
    EVENT_TYPES,
    JOB_FIELDS,
    META_FIELDS,
    ORG_FIELDS,
    SOURCE_FIELDS,
    STATS_FIELDS,
    Field,
    Kind,
    Known,
)
from .parameters import (
    BATCH_LIMIT,
    EVENT_LIMIT,
    EVENT_PARAMETERS,
    FACET_FIELDS,
    FACET_LIMIT,
    OPTIONS,
    PAGE_LIMIT,
    PARAMETERS,
    STATED_ELSEWHERE,
    FacetField,
    Match,
    Option,
    Parameter,
)
from .posting_page import PAGE_ROWS, PageRow
from .wording import PROVIDERS, VALUE_LABELS, value_label

__all__ = [
    "ACCESS",
    "API_URL",
    "BATCH_LIMIT",
    "ENDPOINTS",
    "EVENT_FIELDS",
    "EVENT_LIMIT",
    "EVENT_PARAMETERS",
    "EVENT_TYPES",
    "FACET_FIELDS",
    "FACET_LIMIT",
    "JOB_FIELDS",
    "META_FIELDS",
    "OPTIONS",
    "ORG_FIELDS",
    "PAGE_LIMIT",
    "PAGE_ROWS",
    "PARAMETERS",
    "PROVIDERS",
    "SOURCE_FIELDS",
    "STATED_ELSEWHERE",
    "STATS_FIELDS",
    "VALUE_LABELS",
    "AccessRule",
    "Endpoint",
    "FacetField",
    "Field",
    "Kind",
    "Known",
    "Match",
    "Option",
    "PageRow",
    "Parameter",
    "endpoint",
    "value_label",
]
