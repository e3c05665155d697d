"""The chronology keeps no clocks of its own; what it refuses beside the rules of every team."""

from typing import Final

from shared.domain.rules import Rulebook
from shared.team.rules import without_clock

RULES: Final = Rulebook(
    (
        without_clock(
            "L9",
            "what is sealed is shown to those whom the LADO names, and to nobody else whoever decides",
            "refused",
            "Design",
        ),
    ),
    edition="2026-11",
)
