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


class AccessRule(Coded):
    """What about a look made the review of access ask about it.

    Source: the chronology, odd looks; local.
    """

    OWN_SURNAME = "own_surname", "The child has the surname of who looked"
    NO_INVOLVEMENT = "no_involvement", "Who looked does not work with the child, nor does their team"
    OUT_OF_HOURS = "out_of_hours", "Looked out of hours"
    VOLUME = "volume", "Looked at many more children in a day than others in the role do"
    CLOSED_RECORD = "closed_record", "Nothing had been recorded of the child for long"
    REFUSALS = "refusals", "Was refused several times in a short while"
