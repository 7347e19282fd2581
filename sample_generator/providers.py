"""The ATS providers of the sample: their share, how they spell a board, and where a posting on it lives."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from sample_generator.dice import Dice
from sample_generator.model import Board

# Shares of the active postings: the first seven as measured on the live API, the others share the remainder.
SHARES: dict[str, float] = {
    "oracle_hcm": 325 / 1650,
    "icims": 218 / 1650,
    "ukg": 178 / 1650,
    "smartrecruiters": 125 / 1650,
    "greenhouse": 83 / 1650,
    "lever": 36 / 1650,
    "ashby": 20 / 1650,
    "workday": 0.115,
    "adp_workforcenow": 0.058,
    "taleo": 0.045,
    "workable": 0.040,
    "bamboohr": 0.036,
    "applytojob": 0.028,
    "rippling": 0.025,
    "jobvite": 0.022,
    "breezy": 0.019,
    "pinpoint": 0.015,
}

LETTERS = "abcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"
ALNUM = LETTERS + LETTERS.upper() + DIGITS


@dataclass(frozen=True)
class Link:
    """The key of a posting on its board, and its two addresses."""

    key: str
    source_url: str
    apply_url: str


def job_id(provider: str, board: str, key: str) -> str:
    """The stable id: the same rule that gives the real posting its id."""
    return hashlib.sha1(f"{provider}|{board}|{key}".encode(), usedforsecurity=False).hexdigest()


def slugify(text: str, joint: str = "-") -> str:
    """Letters and digits of a title, as addresses carry them."""
    return joint.join(re.findall(r"[a-z0-9]+", text.lower())) or "job"


def name_board(provider: str, slug: str, site: str, tenant: str, dice: Dice) -> tuple[str, str]:
    """The board's name in the id rule, and its address. `tenant` and `site` tell a customer's boards apart."""
    match provider:
        case "lever":
            return slug, f"https://jobs.lever.co/{slug}"
        case "greenhouse":
            return slug, f"https://job-boards.greenhouse.io/{slug}"
        case "ashby":
            return slug, f"https://jobs.ashbyhq.com/{slug}"
        case "workable":
            return slug, f"https://apply.workable.com/{slug}/"
        case "smartrecruiters":
            board = "".join(word.capitalize() for word in slug.split("-"))
            return board, f"https://jobs.smartrecruiters.com/{board}"
        case "workday":
            name = slug.replace("-", "")
            label = dice.pick(["Careers", "External", "External_Careers"]) if site == "1" else f"Careers_{site}"
            host = f"https://{name}.wd{dice.pick([1, 3, 5])}.myworkdayjobs.com"
            return f"{name}/{label}", f"{host}/en-US/{label}"
        case "icims":
            return slug, f"https://careers-{slug}.icims.com/jobs/search"
        case "bamboohr":
            return slug.replace("-", ""), f"https://{slug.replace('-', '')}.bamboohr.com/careers"
        case "breezy":
            return slug, f"https://{slug}.breezy.hr"
        case "jobvite":
            return slug, f"https://jobs.jobvite.com/{slug}"
        case "pinpoint":
            return slug, f"https://{slug}.pinpointhq.com"
        case "rippling":
            return slug, f"https://ats.rippling.com/{slug}/jobs"
        case "applytojob":
            return slug.replace("-", ""), f"https://{slug.replace('-', '')}.applytojob.com/apply"
        case "oracle_hcm":
            label = "CX_1" if site == "1" else f"CX_{1000 + int(site)}"
            return f"{tenant}/{label}", (
                f"https://{tenant}.fa.us2.oraclecloud.com/hcmUI/CandidateExperience/en/sites/{label}"
            )
        case "ukg":
            code = f"{slug[:3].upper()}{dice.number(1000, 1099)}{slug[:4].upper()}"
            return code, f"https://recruiting2.ultipro.com/{code}/JobBoard/{dice.uuid()}"
        case "taleo":
            return slug.replace("-", ""), f"https://{slug.replace('-', '')}.taleo.net/careersection/2/jobsearch.ftl"
        case "adp_workforcenow":
            board = dice.uuid()
            page = "https://workforcenow.adp.com/mascsr/default/mdf/recruitment/recruitment.html"
            return board, f"{page}?cid={board}"
    raise LookupError(provider)


def link(board: Board, title: str, city: str, dice: Dice) -> Link:
    """A new posting's key and addresses on a board."""
    url, slug = board.board_url, slugify(title)
    match board.provider:
        case "lever" | "ashby":
            key = dice.uuid()
            return Link(key, f"{url}/{key}", f"{url}/{key}/{'apply' if board.provider == 'lever' else 'application'}")
        case "greenhouse":
            key = dice.pick("45678") + dice.text(DIGITS, 9)
            return Link(key, f"{url}/jobs/{key}", f"{url}/jobs/{key}#app")
        case "workable":
            key = dice.hex(10).upper()
            return Link(key, f"{url}j/{key}/", f"{url}j/{key}/apply/")
        case "smartrecruiters":
            key = "74400" + dice.text(DIGITS, 10)
            page = f"{url}/{key}-{slug}"
            return Link(key, page, f"{page}?oga=true")
        case "workday":
            key = dice.pick([f"R-{dice.number(10000, 99999)}", f"JR{dice.number(100000, 999999)}"])
            name = "-".join(re.findall(r"[A-Za-z0-9]+", title)) or "Job"
            page = f"{url}/job/{slugify(city).title()}/{name}_{key}"
            return Link(key, page, f"{page}/apply")
        case "icims":
            key = str(dice.number(10000, 99999))
            page = url.removesuffix("/search") + f"/{key}/{slug}/job"
            return Link(key, page, page + "?mode=apply")
        case "bamboohr":
            key = str(dice.number(20, 999))
            return Link(key, f"{url}/{key}", f"{url}/{key}")
        case "breezy":
            key = dice.hex(12)
            return Link(key, f"{url}/p/{key}-{slug}", f"{url}/p/{key}-{slug}/apply")
        case "jobvite":
            key = "o" + dice.text(ALNUM, 8)
            return Link(key, f"{url}/job/{key}", f"{url}/job/{key}/apply")
        case "pinpoint":
            key = dice.uuid()
            return Link(key, f"{url}/en/postings/{key}", f"{url}/en/postings/{key}/applications/new")
        case "rippling":
            key = dice.uuid()
            return Link(key, f"{url}/{key}", f"{url}/{key}/apply")
        case "applytojob":
            key = dice.text(ALNUM, 10)
            return Link(key, f"{url}/{key}/{slug}", f"{url}/{key}/{slug}")
        case "oracle_hcm":
            key = str(dice.number(10000, 399999))
            return Link(key, f"{url}/job/{key}", f"{url}/job/{key}/apply/email")
        case "ukg":
            key = dice.uuid()
            page = f"{url}/OpportunityDetail?opportunityId={key}"
            return Link(key, page, page)
        case "taleo":
            key = f"26000{dice.text(ALNUM.upper(), 3)}"
            page = url.replace("jobsearch.ftl", f"jobdetail.ftl?job={key}")
            return Link(key, page, page.replace("jobdetail", "jobapply"))
        case "adp_workforcenow":
            key = str(dice.number(100000, 999999))
            return Link(key, f"{url}&jobId={key}", f"{url}&jobId={key}")
    raise LookupError(board.provider)
