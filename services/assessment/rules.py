"""The clocks of referral and assessment, as dated data."""

from typing import Final

from shared.domain.rules import Rule, Rulebook, Unit

_S1 = "Threshold document, appendix 2"

RULES: Final = Rulebook(
    (
        Rule(
            id="A1",
            what="see a child at immediate harm the same day",
            starts="immediate harm identified",
            limit=None,
            unit=Unit.SAME_DAY,
            met_by="that child seen",
            source=_S1,
        ),
        Rule(
            id="A2",
            what="see the child, alone where age-appropriate",
            starts="contact received",
            limit=3,
            unit=Unit.WORKING_DAYS,
            met_by="that child seen",
            source=_S1,
        ),
    ),
    edition="2026-11",
)
MOST_WORKING_DAYS: Final = 45
"""A3: no more may be agreed for an assessment (threshold document, appendix 2; national guidance)."""
