"""The front door's own code lists: what is stored and sent. A code is never renamed, only retired."""

from enum import StrEnum
from typing import Final


class Potential(StrEnum):
    """What a contact may turn out to be, as the screener sees it."""

    CHILD_PROTECTION = "child_protection"
    CHILD_IN_NEED = "child_in_need"
    EARLY_HELP = "early_help"
    INFORMATION = "information"


class Outcome(StrEnum):
    """What was decided on a contact. Source: the rules, "Contact outcomes" (held is a fact of its own)."""

    ADVICE_AND_INFORMATION = "advice_and_information"
    SIGNPOSTED = "signposted"
    REFERRAL_ACCEPTED = "referral_accepted"
    CHILDREN_WITH_DISABILITIES = "children_with_disabilities"
    OTHER_SPECIALIST_SERVICE = "other_specialist_service"
    FAMILY_WELLBEING = "family_wellbeing"
    STRATEGY_DISCUSSION_NOW = "strategy_discussion_now"
    PASSED_TO_OPEN_CASE = "passed_to_open_case"
    ROUTED_TO_LADO = "routed_to_lado"
    NO_FURTHER_ACTION = "no_further_action"


REFERRALS: Final = frozenset(
    {Outcome.REFERRAL_ACCEPTED, Outcome.STRATEGY_DISCUSSION_NOW, Outcome.CHILDREN_WITH_DISABILITIES}
)
"""The outcomes with which a contact becomes a referral."""


class Channel(StrEnum):
    """By which way a contact came; one by telephone from a professional is confirmed in writing (M22)."""

    WRITTEN = "written"
    TELEPHONE = "telephone"
    EMAIL = "email"
    FORM = "form"
    FEED = "feed"
    POLICE_NOTIFICATION = "police_notification"
    IN_PERSON = "in_person"
    OUT_OF_HOURS = "out_of_hours"


class Notice(StrEnum):
    """What a contact notifies, where it is a notice that somebody has a duty to give."""

    MISSING = "missing"
    DOMESTIC_ABUSE = "domestic_abuse"
    PRIVATE_FOSTERING = "private_fostering"
    FGM = "fgm"
    TRANSFER_IN = "transfer_in"


class Fgm(StrEnum):
    """How female genital mutilation is known of. Source: Female Genital Mutilation Act 2003, section 5B."""

    TOLD = "told"
    OBSERVED = "observed"
    SUSPECTED = "suspected"
    AT_RISK = "at_risk"


TO_BE_REPORTED: Final = frozenset({Fgm.TOLD, Fgm.OBSERVED})
"""What the regulated professional reports to the police themselves (M14)."""


class RiskLevel(StrEnum):
    """A risk of domestic abuse, as police and specialists grade it (DARA, DASH)."""

    STANDARD = "standard"
    MEDIUM = "medium"
    HIGH = "high"


class Concern(StrEnum):
    """What a screener saw in a contact. Source: the threshold document, section 6."""

    SEXUAL_EXPLOITATION = "sexual_exploitation"
    CRIMINAL_EXPLOITATION = "criminal_exploitation"
    FGM_TOLD = "fgm_told"
    FGM_OBSERVED = "fgm_observed"
    FGM_SUSPECTED = "fgm_suspected"
    RADICALISATION = "radicalisation"
    PRIVATE_FOSTERING = "private_fostering"
    DOMESTIC_ABUSE = "domestic_abuse"
    HARMFUL_SEXUAL_BEHAVIOUR = "harmful_sexual_behaviour"
    MISSING = "missing"
    MISSING_EDUCATION = "missing_education"
    FORCED_MARRIAGE = "forced_marriage"
    TRAFFICKING = "trafficking"
    HONOUR_BASED_ABUSE = "honour_based_abuse"
    MODERN_SLAVERY = "modern_slavery"
    SELF_HARM = "self_harm"
    DISABILITY = "disability"
    UNBORN = "unborn"


class MissingFrom(StrEnum):
    """Where a child is missing from."""

    HOME = "home"
    CARE = "care"
    EDUCATION = "education"


class Criterion(StrEnum):
    """What makes a family eligible for family wellbeing (F14). Source: the threshold document, sections 2 and 8."""

    DOMESTIC_ABUSE = "domestic_abuse"
    DRUG_OR_ALCOHOL_MISUSE = "drug_or_alcohol_misuse"
    PARENTAL_MENTAL_ILL_HEALTH = "parental_mental_ill_health"
    CHILD_MENTAL_ILL_HEALTH = "child_mental_ill_health"
    PARENTAL_LEARNING_NEED = "parental_learning_need"
    EXCLUSION = "exclusion"
    ATTENDANCE = "attendance"
    LOW_LEVEL_NEGLECT = "low_level_neglect"
    PHYSICAL_CHASTISEMENT = "physical_chastisement"
    PREVIOUSLY_IN_NEED = "previously_in_need"


class StrategyWhen(StrEnum):
    """How soon a strategy discussion is held (A11)."""

    SAME_DAY = "same_day"
    WITHIN_3_WORKING_DAYS = "within_3_working_days"


class PrivateFosterer(StrEnum):
    """What a carer is to a child they may foster privately. Source: Children Act 1989, sections 66 and 105."""

    FRIEND_OF_FAMILY = "friend_of_family"
    COUSIN = "cousin"
    GREAT_AUNT_OR_UNCLE = "great_aunt_or_uncle"
    NEIGHBOUR = "neighbour"
    PARENT_OF_FRIEND = "parent_of_friend"
    HOST_FAMILY = "host_family"
    OTHER = "other"
    STRANGER = "stranger"
    GRANDPARENT = "grandparent"
    BROTHER = "brother"
    SISTER = "sister"
    UNCLE = "uncle"
    AUNT = "aunt"
    STEP_PARENT = "step_parent"


CLOSE_RELATIVES: Final = frozenset(
    {
        PrivateFosterer.GRANDPARENT,
        PrivateFosterer.BROTHER,
        PrivateFosterer.SISTER,
        PrivateFosterer.UNCLE,
        PrivateFosterer.AUNT,
        PrivateFosterer.STEP_PARENT,
    }
)
"""With them a child is not privately fostered."""


class FosteringNotifier(StrEnum):
    """Who notified private fostering. Source: Private Fostering Regulations 2005, regulations 3 and 5."""

    PRIVATE_FOSTER_CARER = "private_foster_carer"
    PARENT = "parent"
    SCHOOL = "school"
    HEALTH = "health"
    OTHER = "other"


class WhyPolice(StrEnum):
    """Why the police are told at once. Source: the threshold document, section 6."""

    SEXUAL_EXPLOITATION = "sexual_exploitation"
    CRIMINAL_EXPLOITATION = "criminal_exploitation"
    FGM = "fgm"
    RADICALISATION = "radicalisation"
    CRIME = "crime"
    IMMEDIATE_DANGER = "immediate_danger"
    MISSING = "missing"


class StatusAnswer(StrEnum):
    """What an agency was answered that asked whether a child is known (M20)."""

    NOT_KNOWN = "not_known"
    KNOWN_CLOSED = "known_closed"
    OPEN_EARLY_HELP = "open_early_help"
    OPEN_SOCIAL_CARE = "open_social_care"
    OPEN_PLAN = "open_plan"
    CANNOT_SAY = "cannot_say"


class LinkWhy(StrEnum):
    """Why two contacts belong together (M21)."""

    SAME_INCIDENT = "same_incident"
    SIBLINGS = "siblings"
    HARMFUL_SEXUAL_BEHAVIOUR = "harmful_sexual_behaviour"
    FOLLOWS = "follows"
    CONTRADICTS = "contradicts"
    DUPLICATE = "duplicate"


class CaseKind(StrEnum):
    """What counts as an open case (M9); open early help is none, nor is an arrangement or an order alone."""

    REFERRAL = "referral"
    ASSESSMENT = "assessment"
    PLAN = "plan"
