"""Coded values as people write them."""

from __future__ import annotations

__all__ = ["PROVIDERS", "VALUE_LABELS", "value_label"]

# Names of providers as people write them; a provider not listed is shown as the API names it.
PROVIDERS: dict[str, str] = {
    "adp_workforcenow": "ADP Workforce Now",
    "applytojob": "ApplyToJob",
    "ashby": "Ashby",
    "bamboohr": "BambooHR",
    "breezy": "Breezy",
    "greenhouse": "Greenhouse",
    "icims": "iCIMS",
    "jobvite": "Jobvite",
    "lever": "Lever",
    "oracle_hcm": "Oracle HCM",
    "pinpoint": "Pinpoint",
    "rippling": "Rippling",
    "smartrecruiters": "SmartRecruiters",
    "taleo": "Taleo",
    "ukg": "UKG",
    "workable": "Workable",
    "workday": "Workday",
}
VALUE_LABELS: dict[str, str] = {"remote": "Remote", "hybrid": "Hybrid", "on_site": "On-site", **PROVIDERS}


def value_label(value: str) -> str:
    """A coded value as a page prints it; any other value as it is.

    >>> value_label("on_site"), value_label("icims"), value_label("Permanent")
    ('On-site', 'iCIMS', 'Permanent')
    """
    return VALUE_LABELS.get(value, value)
