"""`native_structured`: what each ATS sends, in its own shape, depth and type."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sample_generator.dice import Dice
from sample_generator.model import Content, Posting
from sample_generator.titles import INTERN_FAMILIES

_LISTED = ("duties", "must", "nice", "benefits")
_HEADINGS = {
    "duties": "What You Will Do",
    "must": "Who You Are",
    "nice": "Nice to Have",
    "benefits": "What We Offer",
}
_TYPES = {"full_time": "FullTime", "part_time": "PartTime", "contract": "Contract", "internship": "Intern"}


def _millis(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000


def _lists(content: Content) -> list[dict[str, str]]:
    found = []
    for name, items in content.sections:
        if name in _LISTED[:3] or (content.language != "en" and len(items) > 2):
            rows = "\n".join(f"<li>\n<p>{item}</p>\n</li>" for item in items)
            found.append({"text": _HEADINGS.get(name, name), "content": f"<div>\n\n{rows}\n\n</div>"})
    return found


def _range(content: Content) -> dict[str, Any] | None:
    pay = content.pay
    if pay is None or not content.pay_structured:
        return None
    return {"min": pay.low, "max": pay.high, "currency": pay.currency, "interval": f"per-{pay.period}-salary"}


def native(posting: Posting, posted: datetime, dice: Dice) -> Any:
    """What the provider of the posting would send for it."""
    content, place, key = posting.content, posting.content.place, posting.key
    code, day = place.country.code, posted.strftime("%Y-%m-%d")
    department = content.department or ""
    remote = content.workplace == "remote"
    match posting.board.provider:
        case "lever":
            return {
                "lists": _lists(content),
                "country": code,
                "createdAt": _millis(posted),
                "updatedAt": None,
                "categories": {
                    "team": content.team,
                    "location": content.location_text,
                    "commitment": content.employment_text,
                    "department": department,
                    "allLocations": [part.strip() for part in content.location_text.split(";")],
                },
                "salaryRange": _range(content),
                "workplaceType": {"on_site": "onsite", None: "unspecified"}.get(content.workplace, content.workplace),
            }
        case "greenhouse":
            number = int(key)
            return {
                "id": number,
                "internal_job_id": number - 2104,
                "requisition_id": f"REQ-{number % 9973}",
                "updated_at": posted.strftime("%Y-%m-%dT%H:%M:%S-04:00"),
                "location": {"name": content.location_text},
                "departments": [{"id": number % 88211, "name": department, "child_ids": [], "parent_id": None}],
                "offices": [
                    {
                        "id": number % 7717,
                        "name": place.city,
                        "location": f"{place.city}, {place.country.name}",
                        "child_ids": [],
                        "parent_id": None,
                    }
                ],
                "metadata": None
                if dice.chance(0.6)
                else [
                    {
                        "id": 4410,
                        "name": "Workplace",
                        "value": content.workplace,
                        "value_type": "single_select",
                    }
                ],
                "data_compliance": [{"type": "gdpr", "requires_consent": False, "retention_period": None}],
                "language": content.language,
            }
        case "ashby":
            return {
                "id": key,
                "isListed": True,
                "isRemote": remote,
                "team": content.team,
                "department": department,
                "locationName": content.location_text,
                "secondaryLocations": [{"location": other.city} for other in content.others],
                "employmentType": _TYPES.get(content.employment, "Temporary"),
                "publishedAt": posted.strftime("%Y-%m-%dT%H:%M:%S.000+00:00"),
                "compensation": _range(content),
                "address": {"postalAddress": {"addressLocality": place.city, "addressCountry": place.country.name}},
            }
        case "workable":
            return {
                "shortcode": key,
                "state": "published" if posting.active else "archived",
                "remote": remote,
                "workplace": content.workplace,
                "department": [department] if department else [],
                "location": {
                    "country": place.country.name,
                    "countryCode": code,
                    "city": place.city,
                    "hidden": False,
                },
                "created_at": day,
            }
        case "smartrecruiters":
            return {
                "id": key,
                "refNumber": f"REF{int(key) % 99991}K",
                "company": {"identifier": posting.board.slug, "name": posting.org.name},
                "releasedDate": posted.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                "location": {
                    "city": place.city,
                    "region": place.region,
                    "country": code.lower(),
                    "remote": remote,
                    "fullLocation": content.location_text,
                },
                "industry": {"id": posting.org.industry, "label": posting.org.label},
                "department": {"label": department} if department else {},
                "typeOfEmployment": {"id": content.employment, "label": content.employment_text},
                "experienceLevel": {"id": "internship"} if content.level == "Intern" else {"id": "associate"},
                "customField": [{"fieldId": "COUNTRY", "valueId": code.lower(), "valueLabel": place.country.name}],
            }
        case "workday":
            return {
                "jobPostingInfo": {
                    "jobReqId": key,
                    "title": content.title,
                    "location": content.location_text,
                    "additionalLocations": [other.city for other in content.others],
                    "timeType": "Part time" if content.employment == "part_time" else "Full time",
                    "startDate": day,
                    "postedOn": "Posted 30+ Days Ago" if posting.age > 30 else f"Posted {posting.age} Days Ago",
                    "remoteType": {"remote": "Remote", "hybrid": "Hybrid"}.get(content.workplace or ""),
                    "country": {"descriptor": place.country.name, "alpha2Code": code},
                    "canApply": posting.active,
                },
                "bulletFields": [key, content.location_text],
            }
        case "icims":
            fields = {
                "Category": department,
                "ID": key,
                "Type": content.employment_text,
                "Location": content.location_text,
            }
            return [{"field": name, "value": value} for name, value in fields.items()]
        case "taleo":
            return [content.title, content.location_text, day, key, department]
        case "oracle_hcm":
            return {
                "Id": key,
                "Title": content.title,
                "PostedDate": day,
                "PrimaryLocation": content.location_text,
                "PrimaryLocationCountry": code,
                "WorkplaceType": {"on_site": "On-site", "hybrid": "Hybrid", "remote": "Remote"}.get(
                    content.workplace or ""
                ),
                "JobFunction": department,
                "JobSchedule": "Part time" if content.employment == "part_time" else "Full time",
                "secondaryLocations": [{"Name": other.city, "CountryCode": code} for other in content.others],
                "requisitionFlexFields": [
                    {"Prompt": "Pay Basis", "Value": content.pay.period if content.pay else None}
                ],
                "workLocation": [{"TownOrCity": place.city, "Region2": place.region, "Country": code}],
            }
        case "ukg":
            return {
                "Id": key,
                "RequisitionNumber": f"{content.family.key[:5].upper()}{int(key[:6], 16) % 900000 + 100000}",
                "Featured": False,
                "FullTime": content.employment == "full_time",
                "JobCategoryName": department,
                "Locations": [
                    {
                        "LocalizedName": place.city,
                        "Address": {
                            "City": place.city,
                            "State": {"Code": place.region},
                            "Country": {"Code": code},
                        },
                    }
                ],
                "PostedDate": posted.strftime("%Y-%m-%dT%H:%M:%SZ"),
            }
        case "adp_workforcenow":
            return {
                "itemID": f"920{key}_1",
                "requisitionTitle": content.title,
                "postDate": day,
                "workLevelCode": {"shortName": content.employment_text},
                "requisitionLocations": [
                    {"nameCode": {"shortName": content.location_text}, "address": {"cityName": place.city}}
                ],
            }
        case "applytojob":
            return None if dice.chance(0.5) else f"<li>{content.title}</li><li>{content.location_text}</li>"
        case "jobvite":
            return f"{content.title} | {department} | {content.location_text}"
        case "breezy":
            return {
                "_id": key,
                "friendly_id": f"{key}-job",
                "type": {"id": content.employment, "name": content.employment_text},
                "location": {"country": {"id": code}, "city": place.city, "is_remote": remote},
                "tags": [content.family.key] if content.family.key in INTERN_FAMILIES else [],
            }
        case "bamboohr":
            return {
                "id": key,
                "departmentLabel": department,
                "employmentStatusLabel": content.employment_text,
                "location": {"city": place.city, "state": place.region_name},
                "isRemote": None,
                "locationType": {"on_site": "0", "remote": "1", "hybrid": "2"}.get(content.workplace or "", "0"),
            }
        case "pinpoint":
            attributes = {
                "title": content.title,
                "workplace_type": content.workplace,
                "compensation_visible": False,
            }
            relations = {"location": {"data": {"type": "locations", "name": place.city}}}
            return {"data": {"id": key, "type": "postings", "attributes": attributes, "relationships": relations}}
        case "rippling":
            return {
                "uuid": key,
                "name": content.title,
                "department": {"label": department},
                "workLocations": [part.strip() for part in content.location_text.split(";")],
            }
    raise LookupError(posting.board.provider)
