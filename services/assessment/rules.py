"""The clocks of referral and assessment, as dated data."""

from typing import Final

from shared.domain.rules import Rule, Rulebook, Unit
from shared.team.rules import without_clock

_S1 = "Threshold document, appendix 2"
MOST_WORKING_DAYS: Final = 45
"""A3: no more may be agreed for an assessment (threshold document, appendix 2; national guidance)."""

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
        Rule(
            id="A3",
            what="complete the child and family assessment, and have it authorised by a manager who is not its author",
            starts="contact received",
            limit=MOST_WORKING_DAYS,
            unit=Unit.WORKING_DAYS,
            met_by="assessment authorised",
            source=f"{_S1}; national guidance",
        ),
        Rule(
            id="A6",
            what="share the outcome with the referrer and every agency that was asked",
            starts="assessment authorised",
            limit=1,
            unit=Unit.WORKING_DAYS,
            met_by="all of them told, when the last is",
            source=f"{_S1}; the time is the council's own",
            local=True,
        ),
        without_clock(
            "A7",
            "consent to share information before other agencies are asked during an assessment, unless section 47 is decided",
            "refused",
            _S1,
        ),
        without_clock(
            "A9",
            "private fostering is of a child under 16 (18 if disabled), for 28 days or more, with no close relative",
            "refused; its visits are not kept yet",
            "Private Fostering Regulations 2005; Children Act 1989, sections 66 and 105",
        ),
        without_clock(
            "A10",
            "one referral is open at a time, and nothing is done on none",
            "refused",
            "Children in need census, rules 8867, 8868 and others",
        ),
        without_clock(
            "A14",
            "consent is given by somebody with parental responsibility, or a Gillick-competent young person",
            "refused",
            "Threshold document, section 9",
        ),
        without_clock(
            "A17",
            "a family network meeting is held or offered before the assessment is authorised, or it is said why not",
            "recorded",
            "Service description, section 8",
            local=True,
        ),
    ),
    edition="2026-11",
)
