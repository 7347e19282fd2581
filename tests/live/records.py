"""Organisations, sources, counts, facets and ids: what stands in the records themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

from bluedoor_tools import contract
from bluedoor_tools.decode import parse_instant
from bluedoor_tools.errors import InvalidRequestError, nearest
from bluedoor_tools.posting_urls import job_id_of, posting_id

from .asking import Asker, Exchange
from .findings import Finding
from .readings import Record

__all__ = ["on_active_facets", "on_fields", "on_job_ids", "on_lookup", "unknown_ids", "unlisted"]

_BOARD = re.compile(r"/provider=(?P<provider>[^/]+)/board=(?P<board>.+?)/date=")
_KINDS: dict[str, tuple[type, ...]] = {"text": (str,), "instant": (str,), "boolean": (bool,), "number": (int, float)}


def unknown_ids(count: int) -> list[str]:
    """UUIDs that no record has."""
    return [f"00000000-0000-4000-8000-{number:012d}" for number in range(count)]


def on_fields(
    table: str, fields: Iterable[contract.Field], records: Sequence[Record], why: str, *, every: bool = False
) -> list[Finding]:
    """Whether the records have these fields, of these types; findings on the assumed ones (or on `every` one)."""
    fields = list(fields)
    known = {field.name for field in fields}
    extra = sorted({name for record in records for name in record} - known)
    return [
        _on_field(f"{table} {field.name}", field, records, extra, why)
        for field in fields
        if every or field.known == "assumed"
    ]


def _on_field(row: str, field: contract.Field, records: Sequence[Record], extra: list[str], why: str) -> Finding:
    if not records:
        return Finding(row, "undecided", why)
    having = [record[field.name] for record in records if field.name in record]
    if not having:
        like = nearest(field.name, extra, cutoff=0.5) or _sharing(field.name, extra)
        others = f"the contract does not know: {', '.join(extra[:20])}" if extra else "there is no unknown field either"
        change = f"rename {field.name} to {like}" if like else f"remove {field.name}, or find it: {others}"
        return Finding(row, "contradicted", f"in none of {len(records)} records; {others}", change)
    values = [value for value in having if value is not None]
    if not values:
        told = f"in {len(having)} of {len(records)} records, but null in all: its type is not seen"
        return Finding(row, "undecided", told)
    wrong = [value for value in values if not _is(field.kind, value)]
    told = f"in {len(having)} of {len(records)} records, set in {len(values)}"
    if wrong:
        kind = type(wrong[0]).__name__
        return Finding(
            row, "contradicted", f"{told}, as {kind} in {len(wrong)}", f"{field.name}: {field.kind} → {kind}"
        )
    return Finding(row, "confirmed", told)


def _is(kind: contract.Kind, value: Any) -> bool:
    if kind == "json":
        return True
    if kind == "instant":
        return isinstance(value, str) and parse_instant(value) is not None
    return isinstance(value, _KINDS[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _sharing(name: str, extra: Sequence[str]) -> str | None:
    """The only unknown name made of a word of this one."""
    words = set(name.split("_"))
    like = [other for other in extra if words & set(other.split("_"))]
    return like[0] if len(like) == 1 else None


def unlisted(table: str, fields: Iterable[contract.Field], records: Sequence[Record]) -> list[str]:
    """Names in the records that the contract does not know."""
    known = {field.name for field in fields}
    return [f"{table}: {name}" for name in sorted({name for record in records for name in record} - known)]


def on_job_ids(records: Sequence[Record]) -> list[Finding]:
    """The id of a posting from its URL, for each provider: held against the id, the key and the board that it has."""
    found = []
    for provider in contract.PARAMETERS["provider"].choices:
        if provider == "lever":
            continue
        mine = [record for record in records if record.get("provider") == provider]
        found.append(_on_job_id(f"JOB_ID {provider}", provider, mine, len(records)))
    return found


def _on_job_id(row: str, provider: str, mine: Sequence[Record], seen: int) -> Finding:
    if not mine:
        return Finding(row, "undecided", f"no posting of it among the {seen} records that were seen")
    right = 0
    wrong: list[str] = []
    readable = by_rule = boards = 0
    for record in mine:
        job_id, key = str(record.get("job_id")), str(record.get("provider_job_key"))
        kept = _BOARD.search(str(record.get("raw_payload_uri") or ""))
        boards += kept is not None
        follows = kept is not None and job_id_of(provider, kept["board"], key) == job_id
        by_rule += follows
        try:
            computed = posting_id(str(record.get("source_url")))
        except InvalidRequestError:
            continue
        readable += 1
        if computed.job_id == job_id:
            right += 1
        else:
            board = f"board {kept['board']!r}" if kept is not None and follows else "another board, or another rule"
            had = f"{computed.provider}|{computed.board}|{computed.provider_job_key}"
            wrong.append(f"{record.get('source_url')} was read as {had}; it has {board}, key {key!r}")
    if wrong:
        told = f"{right} of {readable} URLs lead to their job_id: {wrong[0]}"
        change = (
            "the rule holds with the board of raw_payload_uri" if by_rule == boards > 0 else "the rule does not hold"
        )
        return Finding(row, "contradicted", told, f"posting_urls.py, {provider}: {change}; see the evidence")
    if right:
        unread = f"; {len(mine) - readable} URLs are of no known shape" if readable < len(mine) else ""
        return Finding(row, "confirmed", f"{right} of {readable} URLs lead to their job_id{unread}")
    if boards and by_rule == boards:
        told = f"no URL tells the board; with that of raw_payload_uri the rule holds for {by_rule} of {len(mine)}"
        return Finding(row, "confirmed", told)
    told = f"none of {len(mine)} URLs can be read ({mine[0].get('source_url')})"
    if boards:
        return Finding(row, "contradicted", told, f"{provider}: sha1 of provider|board|provider_job_key is not its id")
    return Finding(row, "undecided", told)


def on_lookup(asker: Asker, orgs: Sequence[Record]) -> list[Finding]:
    """The names of the parameters of the look-up by name and by domain, and what they match."""
    return [
        _on_lookup(asker, "name", "display_name", orgs, _part, lambda wanted, has: wanted in has),
        _on_lookup(asker, "domain", "domain", orgs, lambda text: text, lambda wanted, has: wanted == has),
    ]


def _part(name: str) -> str:
    word = max(name.split(), key=len)
    return word[: len(word) - 1].swapcase()


def _on_lookup(
    asker: Asker,
    name: str,
    field: str,
    orgs: Sequence[Record],
    wanted: Callable[[str], str],
    holds: Callable[[str, str], bool],
) -> Finding:
    row = f"OPTIONS {name}"
    option = next(option for option in contract.OPTIONS if option.name == name)
    meant = [org for org in orgs if isinstance(org.get(field), str) and len(org[field]) > 5]
    if not meant:
        return Finding(row, "undecided", f"no known organisation has a {field}")
    org = meant[0]
    value = wanted(org[field])
    tried = []
    for number, sent in enumerate((name, *option.other_names)):
        if number > 2:
            break
        exchange = asker.ask("/orgs/lookup", {sent: value})
        tried.append(f"{exchange.asked} → {exchange.status or 'no answer'}")
        if exchange.status is None or exchange.status >= 500 or exchange.status == 429:
            return Finding(row, "undecided", f"{tried[-1]}: {exchange.error}")
        found = _orgs(exchange)
        if not any(one.get("org_id") == org.get("org_id") for one in found):
            if found and number == 0 and all(_fits(one, name, value, holds) for one in found):
                return Finding(row, "undecided", f"{tried[-1]}: {len(found)} others that fit, not {org[field]!r}")
            if number == 0 and exchange.answered and value != org[field]:
                whole = asker.ask("/orgs/lookup", {sent: org[field]})
                if any(one.get("org_id") == org.get("org_id") for one in _orgs(whole)):
                    told = f"{tried[-1]} without it, {whole.asked} with it"
                    return Finding(row, "contradicted", told, f"{name}: the whole text, in its letter case, not a part")
            continue
        if not all(_fits(one, name, value, holds) for one in found):
            told = f"{tried[-1]}: {len(found)} organisations, not all of which have it"
            return Finding(row, "contradicted", told, f"{name}: not {option.meaning}; read the answer")
        if number:
            return Finding(row, "contradicted", "; ".join(tried), f"rename {name} to {sent}")
        return Finding(row, "confirmed", f"{tried[-1]}: {len(found)} organisations, all of which have it")
    if len(tried) == 1 + min(2, len(option.other_names)):
        return Finding(
            row, "contradicted", "; ".join(tried), f"{name}: neither it nor its other names find {org[field]!r}"
        )
    return Finding(row, "undecided", "; ".join(tried))


def _orgs(exchange: Exchange) -> list[Record]:
    data = exchange.data
    found = [one.get("data", one) for one in (data if isinstance(data, list) else [data]) if isinstance(one, dict)]
    return [one for one in found if isinstance(one, dict)]


def _fits(org: Mapping[str, Any], name: str, value: str, holds: Callable[[str, str], bool]) -> bool:
    fields: tuple[Literal["display_name", "canonical_name", "domain"], ...]
    fields = ("display_name", "canonical_name") if name == "name" else ("domain",)
    return any(holds(value.casefold(), str(org.get(field) or "").casefold()) for field in fields)


def on_active_facets(every: Exchange, active: Exchange, stats: Record) -> Finding:
    """Whether `active=true` narrows what a facet counts."""
    row = "MEANING active of facets"
    if not active.answered:
        told = f"{active.asked}: {active.error}"
        if active.refused:
            return Finding(row, "contradicted", told, "facets take no `active`")
        return Finding(row, "undecided", told)
    told, total, counted = f"{active.asked} → {_sum(active):,}", stats.get("total_jobs"), stats.get("active_jobs")
    if every.answered:
        counted, total = None, _sum(every)
        told += f"; without it {total:,}"
    if not isinstance(total, int | float) or not total:
        return Finding(row, "undecided", f"{told}, and no count of all jobs to hold it against")
    if isinstance(counted, int | float) and counted:
        told += f"; stats: {counted:,} active of {total:,}"
        if abs(_sum(active) - counted) <= 0.05 * counted and counted < 0.95 * total:
            return Finding(row, "confirmed", told)
    elif _sum(active) < 0.98 * total:
        return Finding(row, "confirmed", told)
    if _sum(active) >= 0.98 * total:
        return Finding(row, "contradicted", told, "facets ignore `active`: ask for status=active, or mark the counts")
    return Finding(row, "undecided", told)


def _sum(exchange: Exchange) -> int:
    return sum(one["count"] for one in exchange.rows if isinstance(one.get("count"), int))
