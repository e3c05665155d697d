"""The code lists of the missing children's team. A code is never renamed, only retired."""

from enum import StrEnum


class MissingFrom(StrEnum):
    """Where a child is missing from. Source: inspection, paragraph 11."""

    HOME = "home"
    CARE = "care"
    EDUCATION = "education"


class Category(StrEnum):
    """What the absence is. Source: statutory guidance on children who run away or go missing (2014)."""

    MISSING = "missing"
    AWAY_WITHOUT_AUTHORISATION = "away_without_authorisation"


class Risk(StrEnum):
    """How the police grade it. Source: College of Policing, authorised professional practice."""

    NO_APPARENT_RISK = "no_apparent_risk"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """0 for the highest, as lists are ordered."""
        return [*Risk][::-1].index(self)


class Exploitation(StrEnum):
    """By what a child may be exploited. Source: the threshold document, section 6."""

    SEXUAL = "sexual"
    CRIMINAL = "criminal"
    TRAFFICKING = "trafficking"
    GANG = "gang"
    RADICALISATION = "radicalisation"
    LABOUR = "labour"


class Condition(StrEnum):
    """How a child was found."""

    SAFE = "safe"
    HARMED = "harmed"
    DECEASED = "deceased"


class InterviewService(StrEnum):
    """Who offers the return interview (R2). Source: inspection, paragraph 13."""

    KNOWN_ADULT = "known_adult"
    FAMILY_WELLBEING = "family_wellbeing"
    TARGETED_YOUTH = "targeted_youth"


class DeclinedBy(StrEnum):
    """Who declined a return interview."""

    CHILD = "child"
    PARENT = "parent"
    CARER_FOR_CHILD = "carer_for_child"
    UNREACHABLE = "unreachable"


class ToBeTold(StrEnum):
    """Who is told that a looked-after child is missing (R10)."""

    INDEPENDENT_REVIEWING_OFFICER = "independent_reviewing_officer"
    PARENTS = "parents"
    PLACING_AUTHORITY = "placing_authority"


class Grade(StrEnum):
    """How sure what was put together is; local."""

    A = "a"
    B = "b"
    C = "c"
    D = "d"
    E = "e"
    NOT_GRADED = "not_graded"


class PatternBy(StrEnum):
    """What completed a repeat pattern (R5)."""

    INCIDENTS = "incidents"
    INDICATOR = "indicator"
    PERSON = "person"
