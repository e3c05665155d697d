"""The closed list of facts that a policy may ask about: yes or no, of one person and one child's record.

Whatever a fact is, it is false where nobody knows it. So a wall is written for false to refuse: `unless { it is so }`. Two
facts close what is open without them (`restricted`, `sealed`): they are of the record, which says them of itself.
"""

from enum import StrEnum
from typing import Final


class Fact(StrEnum):
    """One thing that is so of who asks and of what they ask for, or is not."""

    WORKS_WITH_CHILD = "works_with_child"
    OF_AN_OPEN_TEAM = "of_an_open_team"
    ORGANISATION_INVOLVED = "organisation_involved"
    RESTRICTED = "restricted"
    NAMED = "named"
    GLASS_BROKEN = "glass_broken"
    OWN_RECORD = "own_record"
    OF_OWN_TEAM = "of_own_team"
    SEALED = "sealed"


Facts = frozenset[Fact]
"""What is so; whatever is not in it is not."""


NOTHING: Final[Facts] = frozenset()
"""Nothing is known."""


OWN_TEAM: Final[Facts] = frozenset({Fact.OF_OWN_TEAM})
"""All that is known before a record is looked at, of somebody of the agency that keeps it."""


SENTENCES: Final[dict[Fact, tuple[str, str]]] = {
    Fact.WORKS_WITH_CHILD: (
        "they are allocated to the child now, in any team",
        "they are not allocated to the child",
    ),
    Fact.OF_AN_OPEN_TEAM: (
        "their team has something open about the child",
        "their team has nothing open about the child",
    ),
    Fact.ORGANISATION_INVOLVED: (
        "their organisation is involved with the child",
        "their organisation is not involved with the child",
    ),
    Fact.RESTRICTED: ("the record is restricted", "the record is not restricted"),
    Fact.NAMED: (
        "they are named among those who may see it",
        "they are not named among those who may see it",
    ),
    Fact.GLASS_BROKEN: (
        "they broke the glass less than four hours ago",
        "they have not broken the glass in the last four hours",
    ),
    Fact.OWN_RECORD: ("they recorded it themselves", "somebody else recorded it"),
    Fact.OF_OWN_TEAM: (
        "they are of the agency that keeps the record",
        "they are not of the agency that keeps it",
    ),
    Fact.SEALED: ("it is sealed", "it is not sealed"),
}
"""What is said of a person where a fact is so, and where it is not; with `if` before it."""


OF_THE_RECORD: Final[Facts] = frozenset({Fact.RESTRICTED, Fact.SEALED})
"""The facts that are so of a record, whoever asks."""


OF_EVERY_TEAM: Final = (Fact.OWN_RECORD, Fact.OF_OWN_TEAM, Fact.SEALED)
"""The facts of every team's actions."""


OF_A_CHILDS_RECORD: Final = tuple(Fact)
"""The facts of the chronology's: only it keeps who works with a child, who is involved, who broke the glass."""


def facts_of(action: str) -> tuple[Fact, ...]:
    """The facts that a policy may ask about for an action."""
    of_the_chronology = action.startswith("chronology.") or action.endswith(":chronology")
    return OF_A_CHILDS_RECORD if of_the_chronology or action == "read:every_entry" else OF_EVERY_TEAM
