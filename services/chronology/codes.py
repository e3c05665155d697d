"""The code lists of the chronology."""

from shared.domain.code_lists import Coded


class WithheldShow(Coded):
    """What is shown of an entry that is withheld.

    Source: the chronology, who sees an entry.
    """

    WITHHELD = "withheld", "That something is withheld"
    TITLE = "title", "Its title"
    NOTHING = "nothing", "Nothing, not even that there is something"


class GlassReason(Coded):
    """Why somebody opens what is restricted without waiting for who may let them.

    Source: local.
    """

    IMMEDIATE_RISK = "immediate_risk", "A child is at immediate risk"
    CHILD_MISSING = "child_missing", "A child is missing"
    OUT_OF_HOURS_DUTY = "out_of_hours_duty", "Out-of-hours duty"
    REQUEST_OF_COURT_OR_POLICE = "request_of_court_or_police", "A court or the police asked"
    OTHER = "other", "Something else, as said"


class AccessVerdict(Coded):
    """What a manager finds of an access.

    Source: design.
    """

    JUSTIFIED = "justified", "Justified"
    NOT_JUSTIFIED = "not_justified", "Not justified"
    REFERRED = "referred", "Referred to be looked into"
