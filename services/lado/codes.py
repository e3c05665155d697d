"""The code lists of the LADO. A code is never renamed, only retired."""

from enum import StrEnum


class Setting(StrEnum):
    """Where the adult works with children. Source: inspection framework."""

    SCHOOL = "school"
    EARLY_YEARS = "early_years"
    HEALTH = "health"
    SPORT = "sport"
    FAITH = "faith"
    FOSTER_CARE = "foster_care"
    RESIDENTIAL = "residential"
    TRANSPORT = "transport"
    VOLUNTARY = "voluntary"
    POLICE = "police"
    SOCIAL_CARE = "social_care"
    OTHER = "other"


class Limb(StrEnum):
    """What brings it over the threshold (L2). Source: Keeping children safe in education, part 4."""

    HARMED_OR_MAY_HAVE_HARMED = "harmed_or_may_have_harmed"
    POSSIBLE_OFFENCE = "possible_offence"
    RISK_OF_HARM = "risk_of_harm"
    UNSUITABLE = "unsuitable"


class Threshold(StrEnum):
    """What was decided of it: an allegation, or what stays with the employer."""

    ALLEGATION = "allegation"
    LOW_LEVEL_CONCERN = "low_level_concern"
    ADVICE = "advice"


class Party(StrEnum):
    """Who is at an allegations management meeting. The employer is no agency."""

    LADO = "lado"
    POLICE = "police"
    EMPLOYER = "employer"
    CHILDRENS_SOCIAL_CARE = "childrens_social_care"
    HEALTH = "health"
    EDUCATION = "education"
    PLACEMENT = "placement"
    REGULATOR = "regulator"
    OTHER = "other"


class Strand(StrEnum):
    """By whom it is looked into. Source: Keeping children safe in education, part 4."""

    POLICE = "police"
    EMPLOYER = "employer"
    CHILDRENS_SOCIAL_CARE = "childrens_social_care"


class StrandStatus(StrEnum):
    """How one strand stands; local."""

    NOT_NEEDED = "not_needed"
    OPEN = "open"
    COMPLETE = "complete"


class AllegationOutcome(StrEnum):
    """How an allegation ended (L6). Source: Keeping children safe in education, part 4."""

    SUBSTANTIATED = "substantiated"
    FALSE = "false"
    MALICIOUS = "malicious"
    UNFOUNDED = "unfounded"
    UNSUBSTANTIATED = "unsubstantiated"


class Standard(StrEnum):
    """The standard of proof. Source: Keeping children safe in education, part 4."""

    BALANCE_OF_PROBABILITIES = "balance_of_probabilities"


class BarringBy(StrEnum):
    """Whose duty the referral to the barring service is. Source: Safeguarding Vulnerable Groups Act 2006, ss. 35, 39, 41."""

    EMPLOYER = "employer"
    LOCAL_AUTHORITY = "local_authority"
    REGULATOR = "regulator"


class ToldTo(StrEnum):
    """Who is told of a child at risk (L8)."""

    MASH = "mash"
    ASSESSMENT = "assessment"
