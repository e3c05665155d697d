"""The rules that every team keeps, without a clock of their own: what is refused, marked or recorded everywhere."""

from typing import Final

from shared.domain.rules import Rule, Unit


def without_clock(rule: str, what: str, met_by: str, source: str, *, local: bool = False) -> Rule:
    """A rule that is kept by refusing, marking or recording, and runs no clock.

    >>> without_clock("E2", "nothing happens in the future", "refused", "design").limit_in_words
    '–'
    """
    return Rule(
        id=rule,
        what=what,
        starts="–",
        limit=None,
        unit=Unit.NO_CLOCK,
        met_by=met_by,
        source=source,
        local=local,
    )


_S1: Final = "Threshold document"

EVERY_TEAM: Final = (
    without_clock(
        "E1",
        "what was done or seen is recorded within 72 hours, what is significant or concerning within 24",
        "accepted later, and marked late",
        "Inspection framework",
    ),
    without_clock(
        "E2",
        "when it happened, when it was known and when it was recorded are kept apart, in this order, none to come",
        "refused",
        "Inspection framework",
    ),
    without_clock(
        "E3",
        "nothing is overwritten: a correction is a new fact that points at the old one",
        "refused",
        "Design",
    ),
    without_clock(
        "E4",
        "every look at a child's record is recorded: who, for which agency, why, when, and what was shown",
        "recorded before anything is shown",
        "Design; data protection law",
    ),
    without_clock(
        "E5",
        "a decision to share, or not to, carries its lawful basis; one not to share says why sharing would do more harm",
        "refused",
        f"{_S1}, section 4; data protection law",
    ),
    without_clock(
        "E6",
        "a disagreement between professionals is escalated stage by stage, and its answers and its end are kept with their dates",
        "recorded",
        "Inspection framework",
    ),
    without_clock(
        "E7",
        "supervision and management oversight are recorded on the case",
        "recorded",
        "Inspection framework; service description, section 9",
    ),
    without_clock(
        "E8",
        "parents and child get copies of letters, assessments and plans, or it is said why not",
        "refused",
        f"{_S1}, section 2",
    ),
    without_clock("E9", "a command outside one's role is refused", "refused", "Design"),
    without_clock(
        "E10",
        "audits are by a manager other than who decided",
        "refused",
        f"{_S1}, section 8; inspection framework",
    ),
)
"""In the order of their numbers."""
