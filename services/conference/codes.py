"""The codes of child protection conferences and plans, with the words a person reads for them."""

from enum import StrEnum

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


class ConferenceDecision(Coded):
    """What an initial or transfer-in conference decided."""

    PLAN = "plan", "Child protection plan"
    NO_PLAN = "no_plan", "No plan"
    CHILD_IN_NEED = "child_in_need", "Child in need plan"
    ADJOURNED = "adjourned", "Adjourned"


class ReviewDecision(Coded):
    """What a review conference decided."""

    CONTINUE = "continue", "The plan goes on"
    END = "end", "The plan ends"


class Category(Coded):
    """Category of abuse. Source: children in need census."""

    NEG = "NEG", "Neglect"
    PHY = "PHY", "Physical abuse"
    SAB = "SAB", "Sexual abuse"
    EMO = "EMO", "Emotional abuse"
    MUL = "MUL", "Multiple"


class AgencyView(Coded):
    """What an agency at a conference thinks."""

    PLAN = "plan", "For a plan"
    NO_PLAN = "no_plan", "Against a plan"
    ABSTAIN = "abstain", "Abstains"


class PlanEnd(Coded):
    """Why a plan ended. Source: children in need census guide."""

    NO_LONGER_AT_RISK = "no_longer_at_risk", "No longer at risk"
    LOOKED_AFTER = "looked_after", "Looked after"
    STEP_DOWN = "step_down", "Stepped down"
    REACHED_18 = "reached_18", "Reached 18"
    TRANSFERRED_OUT = "transferred_out", "Transferred to another authority"
    MOVED_ABROAD = "moved_abroad", "Moved abroad"
    DIED = "died", "Died"
    CARE_PROCEEDINGS = "care_proceedings", "Care proceedings"


class LetterTo(Coded):
    """To whom a letter or minutes were sent."""

    FAMILY = "family", "Family"
    AGENCIES = "agencies", "Agencies"
    CHILD = "child", "Child"


class ViewsThrough(Coded):
    """How somebody's views came to the conference."""

    IN_PERSON = "in_person", "In person"
    WRITING = "writing", "In writing"
    ADVOCATE = "advocate", "Through an advocate"
    SOCIAL_WORKER = "social_worker", "Through the social worker"
    APP = "app", "Through an app"


class MeetingKind(StrEnum):
    """What was held: minutes of a conference or review fall due otherwise than those of a core group."""

    CONFERENCE = "conference"
    REVIEW = "review"
    CORE_GROUP = "core_group"


class LineManagement(StrEnum):
    """What somebody did with the case, so that they are no independent chair of its conference (C7)."""

    ALLOCATED = "allocated"
    AUTHORISED = "authorised"
    AGREED_ENQUIRY = "agreed_enquiry"
    HELD_STRATEGY_DISCUSSION = "held_strategy_discussion"


class CmrDecision(Coded):
    """What a case management review decided."""

    LEGAL_PLANNING = "legal_planning", "Legal planning"
    CONTINUE_PLAN = "continue_plan", "The plan goes on"
    RETURN_TO_CONFERENCE = "return_to_conference", "Back to a conference"
    OTHER = "other", "Something else"


class CmrTrigger(Coded):
    """Why a case management review was held."""

    NO_PROGRESS = "no_progress", "No progress"
    FURTHER_SERIOUS_INCIDENT = "further_serious_incident", "A further serious incident"
    DRIFT = "drift", "Drift"
    REQUEST_OF_CHAIR = "request_of_chair", "The chair asked for it"


class LegalPlanningOutcome(Coded):
    """What a legal planning meeting decided. Source: Public Law Outline."""

    PRE_PROCEEDINGS = "pre_proceedings", "Pre-proceedings"
    ISSUE_NOW = "issue_now", "Issue now"
    NOT_MET = "not_met", "Threshold not met"
    MORE_INFORMATION = "more_information", "More information is needed"


class PreProceedingsDecision(Coded):
    """What a review of the agreement decided."""

    CONTINUE = "continue", "Continue"
    EXTEND = "extend", "Extend"
    ISSUE = "issue", "Issue proceedings"
    END = "end", "End"


class PreProceedingsEnd(Coded):
    """Why pre-proceedings ended."""

    RISK_REDUCED = "risk_reduced", "The risk is less"
    FAMILY_PLACEMENT = "family_placement", "Placed in the family"
    ACCOMMODATED = "accommodated", "Accommodated"
    MOVED_AWAY = "moved_away", "Moved away"
    PROCEEDINGS_ISSUED = "proceedings_issued", "Proceedings issued"


class Order(Coded):
    """The order that is sought of the court. Source: Children Act 1989."""

    INTERIM_CARE_ORDER = "interim_care_order", "Interim care order"
    CARE_ORDER = "care_order", "Care order"
    SUPERVISION_ORDER = "supervision_order", "Supervision order"
    EMERGENCY_PROTECTION_ORDER = "emergency_protection_order", "Emergency protection order"
    PLACEMENT_ORDER = "placement_order", "Placement order"
