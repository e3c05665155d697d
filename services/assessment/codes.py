"""Referral and assessment's own code lists: what is stored and sent. A code is never renamed, only retired."""

from enum import StrEnum


class Place(StrEnum):
    """Where a child was visited."""

    HOME = "home"
    RELATIVE_HOME = "relative_home"
    SCHOOL = "school"
    NURSERY = "nursery"
    HOSPITAL = "hospital"
    PLACEMENT = "placement"
    OFFICE = "office"
    COMMUNITY = "community"
    OTHER = "other"


class TransferKind(StrEnum):
    """As what a case was open in the authority that hands it over (C15)."""

    CHILD_IN_NEED = "child_in_need"
    CHILD_PROTECTION = "child_protection"
    LOOKED_AFTER = "looked_after"
    PRIVATE_FOSTERING = "private_fostering"
