"""Who sees what in the chronology, after a story of any teams has arrived there."""

from collections.abc import Iterable, Mapping

from services.chronology.lenses import EVERY, WHOLE_AGENCY
from services.chronology.policy import policy_of
from services.chronology.rules import RULES
from services.chronology.streams.child_record import child_record
from services.chronology.streams.entry import entry
from services.chronology.views import entries, seen
from shared.domain.event import Record
from shared.domain.rules import Rulebook
from shared.domain.view_fold import fold
from shared.team.audience import OF_ORGANISATIONS, SeenBy
from shared.team.entries import AllEntries, Entries
from shared.team.standard_entries import EVERY_TEAM
from shared.testing.consequences import consequences

CARE = SeenBy(agency="childrens_social_care")


def taken_in(facts: Iterable[Record], teams: Mapping[str, tuple[Entries, Rulebook]]) -> tuple[Record, ...]:
    """The chronology's log after these facts have arrived."""
    policy = policy_of(AllEntries(EVERY_TEAM, teams))
    return consequences(facts, policy=policy, streams=[entry, child_record], rules=RULES)


def titles(log: Iterable[Record]) -> list[str]:
    """The entries in the chronology's order."""
    rows = fold(entries, log).values()
    order = sorted(rows, key=lambda row: (row.happened_at, row.known_at, row.recorded_at, row.entry))
    return [row.title for row in order]


def sights(log: tuple[Record, ...]) -> dict[str, set[SeenBy]]:
    """By title, everyone who sees an entry, and how much of it, in the words in which it was decided."""
    found = {row.entry: set[SeenBy]() for row in fold(entries, log).values()}
    for row in fold(seen, log).values():
        if row.organisation == WHOLE_AGENCY and row.agency not in OF_ORGANISATIONS:
            continue  # follows from the others
        named = None if row.organisation in (EVERY, WHOLE_AGENCY) else row.organisation
        if row.depth != "gone":
            found[row.entry].add(SeenBy(agency=row.agency, organisation=named, depth=row.depth))
    return {row.title: found[row.entry] for row in fold(entries, log).values()}
