"""The clock of the chronology, as dated data, and what it refuses beside the rules of every team."""

from typing import Final

from shared.domain.rules import Rule, Rulebook, Unit
from shared.team.rules import without_clock

RULES: Final = Rulebook(
    (
        Rule(
            id="E4",
            what="look at an access by broken glass: another manager than who broke it",
            do="Look at the access by broken glass",
            missed="Access by broken glass was not looked at in time",
            starts="glass broken",
            limit=1,
            unit=Unit.WORKING_DAYS,
            met_by="access reviewed",
            source="Design",
            local=True,
        ),
        without_clock(
            "L9",
            "what is sealed is shown to those whom the LADO names, and to nobody else whoever decides",
            "refused",
            "Design",
        ),
    ),
    edition="2026-11",
)
