"""Referral and assessment's own code lists: what is stored and sent. A code is never renamed, only retired."""

from enum import StrEnum
from typing import Final

from shared.domain.code_lists import Coded


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


class AssessmentKind(Coded):
    """Which assessment it is. Source: threshold document, appendix 2."""

    CHILDREN_AND_FAMILIES = "children_and_families", "Child and family assessment"
    PRIVATE_FOSTERING = "private_fostering", "Private fostering assessment"
    PRE_BIRTH = "pre_birth", "Pre-birth assessment"
    AGE = "age", "Age assessment"
    YOUNG_CARER = "young_carer", "Young carer's assessment"


class AssessmentOutcome(Coded):
    """What an assessment came to. Source: the rules, "Assessment outcomes"."""

    ADVICE_OR_EXISTING_SERVICE = "advice_or_existing_service", "Advice, or an existing service"
    CHILD_IN_NEED_PLAN = "child_in_need_plan", "Child in need plan"
    FAMILY_WELLBEING = "family_wellbeing", "Family wellbeing"
    STRATEGY_DISCUSSION = "strategy_discussion", "Strategy discussion"
    CHILD_PROTECTION = "child_protection", "Child protection"
    LEGAL_PLANNING = "legal_planning", "Legal planning"
    LOOKED_AFTER = "looked_after", "Looked after"
    CHILDREN_WITH_DISABILITIES = "children_with_disabilities", "Children with disabilities"
    NO_FURTHER_ACTION = "no_further_action", "No further action"


class FamilyNetwork(Coded):
    """Whether the family's network met before the assessment was authorised (A17)."""

    HELD = "held", "Family network meeting held"
    OFFERED_DECLINED = "offered_declined", "Family network meeting offered and declined"
    NOT_OFFERED = "not_offered", "Family network meeting not offered"


class Scaler(Coded):
    """Who scaled how safe the child is. Source: threshold document, section 3."""

    WORKER = "worker", "the worker"
    CHILD = "child", "the child"
    FAMILY = "family", "the family"
    PARTNER = "partner", "another agency"


REFERRER: Final = "referrer"
"""With whom an outcome is shared who told of a worry for no agency: a member of the family, a neighbour."""


class Factor(Coded):
    """What an assessment identified. Source: children in need census 2026."""

    F1A = "1A", "Alcohol misuse by the child"
    F1B = "1B", "Alcohol misuse by a parent or carer"
    F1C = "1C", "Alcohol misuse by another person in the household"
    F2A = "2A", "Drug misuse by the child"
    F2B = "2B", "Drug misuse by a parent or carer"
    F2C = "2C", "Drug misuse by another person in the household"
    F3A = "3A", "Domestic violence against the child"
    F3B = "3B", "Domestic violence against a parent or carer"
    F3C = "3C", "Domestic violence against another person in the household"
    F4A = "4A", "Mental health of the child"
    F4B = "4B", "Mental health of a parent or carer"
    F4C = "4C", "Mental health of another person in the household"
    F5A = "5A", "Learning disability of the child"
    F5B = "5B", "Learning disability of a parent or carer"
    F5C = "5C", "Learning disability of another person in the household"
    F6A = "6A", "Physical disability or illness of the child"
    F6B = "6B", "Physical disability or illness of a parent or carer"
    F6C = "6C", "Physical disability or illness of another person in the household"
    F7A = "7A", "Young carer"
    F8B = "8B", "Privately fostered: from overseas, intends to return"
    F8C = "8C", "Privately fostered: from overseas, intends to stay"
    F8D = "8D", "Privately fostered: educational placement"
    F8E = "8E", "Privately fostered: alternative family arrangements"
    F8F = "8F", "Privately fostered: other"
    F9A = "9A", "Unaccompanied asylum-seeking child"
    F10A = "10A", "Missing"
    F11A = "11A", "Child sexual exploitation"
    F12A = "12A", "Trafficking"
    F13A = "13A", "Gangs"
    F14A = "14A", "Socially unacceptable behaviour"
    F15A = "15A", "Self-harm"
    F16A = "16A", "Neglect"
    F17A = "17A", "Emotional abuse"
    F18A = "18A", "Physical abuse"
    F18B = "18B", "Physical abuse, child on child"
    F18C = "18C", "Physical abuse, adult on child"
    F19A = "19A", "Sexual abuse"
    F19B = "19B", "Sexual abuse, child on child"
    F19C = "19C", "Sexual abuse, adult on child"
    F20 = "20", "Other"
    F21 = "21", "No factors identified"
    F22A = "22A", "Female genital mutilation"
    F23A = "23A", "Abuse linked to faith or belief"
    F24A = "24A", "Child criminal exploitation"


class ClosureReason(Coded):
    """Why a case closes. Source: children in need census 2026."""

    RC1 = "RC1", "Adopted"
    RC2 = "RC2", "Died"
    RC3 = "RC3", "Child arrangements order"
    RC4 = "RC4", "Special guardianship order"
    RC5 = "RC5", "Transferred to services of another local authority"
    RC6 = "RC6", "Transferred to adult social care services"
    RC7 = "RC7", "Services ceased for any other reason, including child no longer in need"
    RC8 = "RC8", "Case closed after assessment, no further action"
    RC9 = "RC9", "Case closed after assessment, referred to early help"


class StrategyDecision(Coded):
    """What a strategy discussion decided. Source: Working Together to Safeguard Children."""

    SECTION_47_JOINT = "section_47_joint", "Section 47 enquiry, jointly with the police"
    SECTION_47_SINGLE_AGENCY = "section_47_single_agency", "Section 47 enquiry by social care alone"
    ASSESSMENT_ONLY = "assessment_only", "Assessment without an enquiry"
    NO_FURTHER_ACTION = "no_further_action", "No further action"
    ANOTHER_MEETING = "another_meeting", "Another meeting"
    POLICE_ONLY = "police_only", "The police alone"


SECTION_47: Final = frozenset({StrategyDecision.SECTION_47_JOINT, StrategyDecision.SECTION_47_SINGLE_AGENCY})
"""The decisions with which a section 47 enquiry begins."""


class Section47Kind(StrEnum):
    """With whom the enquiry is made. Source: Working Together to Safeguard Children."""

    JOINT = "joint"
    SINGLE_AGENCY = "single_agency"


class Section47Outcome(Coded):
    """What a section 47 enquiry found. Source: the rules, "Section 47 outcomes"."""

    NOT_SUBSTANTIATED = "not_substantiated", "Concerns not substantiated"
    SUBSTANTIATED_NO_CONTINUING_RISK = (
        "substantiated_no_continuing_risk",
        "Concerns substantiated, no continuing risk of significant harm",
    )
    SUBSTANTIATED_CONTINUING_RISK = (
        "substantiated_continuing_risk",
        "Concerns substantiated, continuing risk of significant harm",
    )


class ProtectionEnd(Coded):
    """How police protection, or an emergency protection order, ended. Source: Children Act 1989, sections 44 to 46."""

    RETURNED_HOME = "returned_home", "Returned home"
    ACCOMMODATED = "accommodated", "Accommodated"
    EMERGENCY_PROTECTION_ORDER = "emergency_protection_order", "Emergency protection order"
    INTERIM_CARE_ORDER = "interim_care_order", "Interim care order"
    LAPSED = "lapsed", "Lapsed"
    RELATIVE = "relative", "With a relative"


class FosteringEnd(Coded):
    """How a private fostering arrangement ended. Source: Private Fostering Regulations 2005, regulation 10."""

    RETURNED_TO_PARENT = "returned_to_parent", "Returned to a parent"
    BECAME_LOOKED_AFTER = "became_looked_after", "Became looked after"
    MOVED_ON = "moved_on", "Moved on"
    REACHED_AGE = "reached_age", "Reached the age"
    NOT_PRIVATE_FOSTERING = "not_private_fostering", "Was no private fostering"
    PROHIBITED = "prohibited", "Prohibited"


class PlanDecision(Coded):
    """What the review of a child-in-need plan decided: it is done by its own command. Source: the cases."""

    CONTINUE = "continue", "Continue"
    END = "end", "End"
    STEP_DOWN = "step_down", "Step down"
    CHILD_PROTECTION = "child_protection", "Child protection"


class PlanEnd(Coded):
    """Why a child-in-need plan ended."""

    GOALS_MET = "goals_met", "Goals met"
    CONSENT_WITHDRAWN = "consent_withdrawn", "Consent withdrawn"
    MOVED_AWAY = "moved_away", "Moved away"
    CHILD_PROTECTION_PLAN = "child_protection_plan", "Child protection plan"
    LOOKED_AFTER = "looked_after", "Looked after"
    STEP_DOWN = "step_down", "Stepped down"
    AGED_OUT = "aged_out", "Grown up"
    DIED = "died", "Died"
