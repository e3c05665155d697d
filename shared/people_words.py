"""The words for who acts: roles, agencies, and which agency a role or a team belongs to unless it says otherwise.

A new role needs a line here, one in `services/access.yaml`, and nothing else.
"""

from types import MappingProxyType
from typing import Final

AGENCIES: Final = frozenset(
    {
        "childrens_social_care",
        "police",
        "health",
        "education",
        "housing",
        "probation",
        "domestic_abuse_service",
        "youth_offending",
        "family_wellbeing",
        "targeted_youth",
        "placement",
        "lado",
    }
)
"""Every agency. An agency is made of organisations (this school, that ward), which are free text."""

DEFAULT_AGENCY: Final = MappingProxyType(
    {
        "mash_screener": "childrens_social_care",
        "mash_social_worker": "childrens_social_care",
        "mash_manager": "childrens_social_care",
        "senior_practitioner": "childrens_social_care",
        "out_of_hours_social_worker": "childrens_social_care",
        "team_manager": "childrens_social_care",
        "social_worker": "childrens_social_care",
        "conference_chair": "childrens_social_care",
        "lado": "lado",
        "lado_deputy": "lado",
        "missing_coordinator": "childrens_social_care",
        "youth_worker": "targeted_youth",
        "keyworker": "family_wellbeing",
        "fws_manager": "family_wellbeing",
        "placement_manager": "placement",
        "parent_helpline": "childrens_social_care",
        "police_officer": "police",
        "health_practitioner": "health",
        "designated_safeguarding_lead": "education",
        "housing_officer": "housing",
        "probation_officer": "probation",
        "business_support": "childrens_social_care",
        "auditor": "childrens_social_care",
        "operator": "childrens_social_care",
    }
)
"""The agency of a person in that role where nobody said another."""

SERVICE: Final = "service"
"""The role of a policy or a timer. No token may carry it: services know each other by events alone."""

ROLES: Final = frozenset(DEFAULT_AGENCY) | {SERVICE}
"""Every role. `operator` runs the system and sees no child; `service` is a policy or a timer."""

TEAM_AGENCY: Final = MappingProxyType(
    {
        "people": "childrens_social_care",
        "mash": "childrens_social_care",
        "assessment": "childrens_social_care",
        "conference": "childrens_social_care",
        "missing": "childrens_social_care",
        "chronology": "childrens_social_care",
        "fws": "family_wellbeing",
        "lado": "lado",
    }
)
"""The agency of each team's service."""
