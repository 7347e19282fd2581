"""From the URL of a posting to its job_id, without a request.

The rule is ``job_id = sha1("{provider}|{board}|{provider_job_key}")`` in hex. It was checked against bluedoor's own
answer for one Lever posting and is assumed for every other provider, as is what stands for the board there. Providers
whose URLs carry no single name of a board (Oracle HCM, UKG, Taleo, ADP) are not computed.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from . import contract
from .errors import InvalidRequestError

__all__ = ["PostingId", "job_id_of", "posting_id"]

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_JOB_ID = re.compile(r"[0-9a-f]{40}")

# Host and path of a posting (query strings are dropped), case ignored; the first match counts.
_SHAPES: tuple[tuple[str, str], ...] = (
    ("lever", rf"jobs\.(?:eu\.)?lever\.co/(?P<board>[^/]+)/(?P<key>{_UUID})(?:/apply)?"),
    ("greenhouse", r"(?:job-)?boards\.(?:eu\.)?greenhouse\.io/(?P<board>[^/]+)/jobs/(?P<key>\d+)"),
    ("ashby", rf"jobs\.ashbyhq\.com/(?P<board>[^/]+)/(?P<key>{_UUID})(?:/application)?"),
    ("workable", r"apply\.workable\.com/(?P<board>[^/]+)/j/(?P<key>[0-9a-z]+)(?:/apply)?"),
    ("smartrecruiters", r"jobs\.smartrecruiters\.com/(?P<board>[^/]+)/(?P<key>\d+)(?:-[^/]*)?"),
    ("workday",
     r"(?P<tenant>[\w-]+)\.wd\d+\.myworkdayjobs\.com/(?:[a-z]{2}-[a-z]{2}/)?(?P<site>[^/]+)/job/(?:[^/]+/)?[^/]*_(?P<key>[^/_]+)(?:/apply)?"),
    ("icims", r"careers-(?P<board>[\w-]+)\.icims\.com/jobs/(?P<key>\d+)(?:/[^/]*)?(?:/job)?"),
    ("bamboohr", r"(?P<board>[\w-]+)\.bamboohr\.com/careers/(?P<key>\d+)"),
    ("breezy", r"(?P<board>[\w-]+)\.breezy\.hr/p/(?P<key>[0-9a-f]{8,})(?:-[^/]*)?(?:/apply)?"),
    ("jobvite", r"jobs\.jobvite\.com/(?P<board>[^/]+)/job/(?P<key>\w+)(?:/apply)?"),
    ("pinpoint",
     rf"(?P<board>[\w-]+)\.pinpointhq\.com/[a-z]{{2}}(?:-[a-z]{{2}})?/postings/(?P<key>{_UUID})(?:/applications/new)?"),
    ("rippling", rf"ats\.rippling\.com/(?:[a-z]{{2}}-[a-z]{{2}}/)?(?P<board>[^/]+)/jobs/(?P<key>{_UUID})(?:/apply)?"),
    ("applytojob", r"(?P<board>[\w-]+)\.applytojob\.com/apply/(?P<key>\w+)(?:/[^/]*)?"),
)  # fmt: skip
_COMPILED = tuple((provider, re.compile(shape, re.IGNORECASE)) for provider, shape in _SHAPES)
_NOT_COMPUTED = {
    "oraclecloud.com": "oracle_hcm",
    "ultipro.com": "ukg",
    "ukg.com": "ukg",
    "taleo.net": "taleo",
    "workforcenow.adp.com": "adp_workforcenow",
}


@dataclass(frozen=True, slots=True)
class PostingId:
    """A posting's id, and how it was come by: `provider` is None where the id itself was given."""

    job_id: str
    provider: str | None = None
    board: str | None = None
    provider_job_key: str | None = None

    @property
    def known(self) -> contract.Known:
        """How the id rule is known here."""
        return "seen" if self.provider in {None, "lever"} else "assumed"


def job_id_of(provider: str, board: str, provider_job_key: str) -> str:
    """The id of a posting, from its provider, board and key (the rule is ``seen`` for Lever, else ``assumed``).

    >>> job_id_of("lever", "spotify", "76458bae-8a16-4c42-8780-f9452206f0e0")
    '76a82054d2c45c7b4c4f9ca9915c4b03b7a5b303'
    """
    return hashlib.sha1(f"{provider}|{board}|{provider_job_key}".encode(), usedforsecurity=False).hexdigest()


def posting_id(job: str) -> PostingId:
    """The id behind what a caller gives for a posting: its job_id, or its URL on a known ATS.

    Raises
    ------
    InvalidRequestError
        It is neither; the message says which sites' URLs are known.
    """
    if not isinstance(job, str):
        raise InvalidRequestError(
            f"A posting is named by text, not {type(job).__name__}.", hint="Give its job_id or URL."
        )
    text = job.strip()
    if _JOB_ID.fullmatch(text.lower()):
        return PostingId(text.lower())
    if "://" in text or re.match(r"[\w.-]+\.[a-z]{2,}/", text, re.IGNORECASE):
        return _from_url(text)
    if re.fullmatch(_UUID, text.lower()):
        raise InvalidRequestError(
            f"{text!r} is a UUID: that is the id of an organisation or source, or a provider's own key.",
            hint="A job_id has 40 hex digits. A posting's URL works, too.",
        )
    raise InvalidRequestError(
        f"{text[:80]!r} is neither a job_id nor a URL.", hint="A job_id has 40 hex digits; a posting's URL works, too."
    )


def _from_url(text: str) -> PostingId:
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host = (parts.hostname or "").lower()
    except ValueError:
        raise InvalidRequestError(f"{text[:80]!r} is not a readable URL.", hint="Copy it once more.") from None
    if host == "bluedoor.sh" or host.endswith(".bluedoor.sh"):
        inside = _JOB_ID.search(parts.path.lower())
        if inside:
            return PostingId(inside[0])
    if host.endswith("greenhouse.io") and parts.path.rstrip("/").endswith("/embed/job_app"):
        asked = parse_qs(parts.query)
        if asked.get("for") and asked.get("token"):
            return _computed("greenhouse", asked["for"][0], asked["token"][0])
    place = host + unquote(parts.path).rstrip("/")
    for provider, shape in _COMPILED:
        found = shape.fullmatch(place)
        if found:
            named = found.groupdict()
            board = named.get("board") or f"{named['tenant']}/{named['site']}"
            return _computed(provider, board, named["key"])
    for ending, provider in _NOT_COMPUTED.items():
        if host == ending or host.endswith(f".{ending}"):
            raise InvalidRequestError(
                f"A URL of {contract.value_label(provider)} does not tell the posting's id.",
                hint=f"Find it by search_jobs(title=…, provider={provider!r}) and take its job_id.",
                context={"provider": provider},
            )
    known = ", ".join(contract.value_label(provider) for provider, _ in _SHAPES)
    raise InvalidRequestError(
        f"{host or text[:80]!r} is not the address of a posting on a known site.",
        hint=f"Give the posting's own page (not a list, not a company's careers page) on one of: {known}.",
    )


def _computed(provider: str, board: str, key: str) -> PostingId:
    if re.fullmatch(_UUID, key.lower()):
        key = key.lower()  # the one form in which a provider writes its UUIDs
    try:
        return PostingId(job_id_of(provider, board, key), provider, board, key)
    except UnicodeEncodeError:  # half a character
        raise InvalidRequestError("The URL holds characters that no URL has.", hint="Copy it once more.") from None
