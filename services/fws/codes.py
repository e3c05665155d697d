"""The family wellbeing service's own code lists. A code is never renamed, only retired."""

from shared.domain.code_lists import Coded


class Criterion(Coded):
    """Why a family is eligible for help at level 3 (F14). Source: threshold document, sections 2 and 8; service description."""

    DOMESTIC_ABUSE = "domestic_abuse", "Domestic abuse"
    DRUG_OR_ALCOHOL_MISUSE = "drug_or_alcohol_misuse", "Drug or alcohol misuse"
    PARENTAL_MENTAL_ILL_HEALTH = "parental_mental_ill_health", "A parent's mental ill-health"
    CHILD_MENTAL_ILL_HEALTH = "child_mental_ill_health", "A child's mental ill-health"
    PARENTAL_LEARNING_NEED = "parental_learning_need", "A parent's learning need"
    EXCLUSION = "exclusion", "Exclusion from school"
    ATTENDANCE = "attendance", "Attendance"
    LOW_LEVEL_NEGLECT = "low_level_neglect", "Low-level neglect"
    PHYSICAL_CHASTISEMENT = "physical_chastisement", "Physical chastisement"
    PREVIOUSLY_IN_NEED = "previously_in_need", "Previously a child in need"


class WhyDeclined(Coded):
    """Why a request for early help is declined. Source: threshold document, appendix 3."""

    NOT_ELIGIBLE = "not_eligible", "Not eligible"
    MET_BY_OTHER_SERVICE = "met_by_other_service", "Met by another service"
    FAMILY_DECLINED = "family_declined", "The family declined"
    HIGHER_NEED = "higher_need", "The need is higher"


class WhyEnded(Coded):
    """Why early help ended. Source: threshold document, appendix 3."""

    GOALS_MET = "goals_met", "Goals met"
    CONSENT_WITHDRAWN = "consent_withdrawn", "Consent withdrawn"
    MOVED_AWAY = "moved_away", "Moved away"
    STEPPED_UP = "stepped_up", "Stepped up"
    NOT_ENGAGING = "not_engaging", "The family is not engaging"
    DECLINED = "declined", "Declined"


class FormalReview(Coded):
    """What a formal review decided (F8). Source: threshold document, appendix 3."""

    CLOSE = "close", "Close"
    CONTINUE_TO_END = "continue_to_end", "Continue to the end"
    EXTEND = "extend", "Extend"
    STEP_UP = "step_up", "Step up"


class PanelDecision(Coded):
    """What the case transfer panel decided (F11). Source: threshold document, section 8."""

    AGREED = "agreed", "Agreed"
    NOT_AGREED = "not_agreed", "Not agreed"
    DEFERRED = "deferred", "Deferred"


class Direction(Coded):
    """Which way a family is to go: up to children's social care, or down to early help."""

    STEP_UP = "step_up", "Step-up"
    STEP_DOWN = "step_down", "Step-down"


class Place(Coded):
    """Where a family was visited."""

    HOME = "home", "home"
    RELATIVE_HOME = "relative_home", "a relative's home"
    SCHOOL = "school", "school"
    NURSERY = "nursery", "nursery"
    HOSPITAL = "hospital", "hospital"
    PLACEMENT = "placement", "placement"
    OFFICE = "office", "office"
    COMMUNITY = "community", "community"
    OTHER = "other", "another place"


class PlanOwner(Coded):
    """Who does what a family's plan says: an agency, or the family itself."""

    CHILDRENS_SOCIAL_CARE = "childrens_social_care", "children's social care"
    POLICE = "police", "police"
    HEALTH = "health", "health"
    EDUCATION = "education", "education"
    HOUSING = "housing", "housing"
    PROBATION = "probation", "probation"
    DOMESTIC_ABUSE_SERVICE = "domestic_abuse_service", "domestic abuse service"
    YOUTH_OFFENDING = "youth_offending", "youth offending"
    FAMILY_WELLBEING = "family_wellbeing", "family wellbeing"
    TARGETED_YOUTH = "targeted_youth", "targeted youth"
    PLACEMENT = "placement", "placement"
    LADO = "lado", "the LADO"
    FAMILY = "family", "the family"
