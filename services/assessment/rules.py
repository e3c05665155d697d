"""The clocks of referral and assessment, as dated data."""

from typing import Final

from shared.domain.rules import Limit, Rule, Rulebook, Stage, Unit
from shared.team.rules import without_clock

_S1 = "Threshold document, appendix 2"
MOST_WORKING_DAYS: Final = 45
"""A3: no more may be agreed for an assessment (threshold document, appendix 2; national guidance)."""
_WORKING_TOGETHER = "Working Together to Safeguard Children"
CAN_WAIT: Final = "can_wait"
"""The stage of A11 where the front door decides that the discussion need not be held the same day."""
FIRST_YEAR: Final = "first_year"
"""The stage of A9 after a visit in the first year since the authority was aware ..."""
LATER_YEARS: Final = "later_years"
"""... and after a later one."""

RULES: Final = Rulebook(
    (
        Rule(
            id="A1",
            what="see a child at immediate harm the same day",
            do="See the child today",
            missed="Child at immediate harm was not seen the same day",
            starts="immediate harm identified",
            limit=None,
            unit=Unit.SAME_DAY,
            met_by="that child seen",
            source=_S1,
        ),
        Rule(
            id="A2",
            what="see the child, alone where age-appropriate",
            do="See the child",
            missed="Child was not seen in time",
            starts="contact received",
            limit=3,
            unit=Unit.WORKING_DAYS,
            met_by="that child seen",
            source=_S1,
        ),
        Rule(
            id="A3",
            what="complete the child and family assessment, and have it authorised by a manager who is not its author",
            do="Complete and authorise the assessment",
            missed="Assessment was not authorised in time",
            starts="contact received",
            limit=MOST_WORKING_DAYS,
            unit=Unit.WORKING_DAYS,
            met_by="assessment authorised",
            source=f"{_S1}; national guidance",
        ),
        without_clock("A4", "a section 47 enquiry always follows a strategy discussion", "refused", _S1),
        Rule(
            id="A6",
            what="share the outcome with the referrer and every agency that was asked",
            do="Share the outcome with the referrer and who was asked",
            missed="Outcome was not shared with all who are to be told in time",
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
            "A8",
            "a strategy discussion is quorate with social care, police and health; one that is not says why, and does not "
            "decide on section 47",
            "refused",
            _WORKING_TOGETHER,
        ),
        Rule(
            id="A9",
            what="visit a privately fostered child",
            starts="the authority is aware, then each visit since",
            limit=7,
            unit=Unit.WORKING_DAYS,
            stages=(Stage(FIRST_YEAR, Limit(6, Unit.WEEKS)), Stage(LATER_YEARS, Limit(12, Unit.WEEKS))),
            met_by="private fostering visit recorded; ends with the arrangement",
            source="Private Fostering Regulations 2005, regulations 4 and 8; Children Act 1989, sections 66 and 105",
        ),
        without_clock(
            "A10",
            "one referral is open at a time, and nothing is done on none",
            "refused",
            "Children in need census, rules 8867, 8868 and others",
        ),
        Rule(
            id="A11",
            what="hold a strategy discussion once significant harm is suspected",
            starts="strategy discussion decided on, escalation, or immediate harm",
            limit=None,
            unit=Unit.SAME_DAY,
            met_by="strategy discussion held",
            source=f"{_WORKING_TOGETHER}; that it can wait is the council's own",
            local=True,
            stages=(Stage(CAN_WAIT, Limit(3, Unit.WORKING_DAYS)),),
        ),
        Rule(
            id="A12",
            what="end police protection, or have an order in its place",
            starts="power used",
            limit=72,
            unit=Unit.HOURS,
            met_by="ended, or an emergency protection order",
            source="Children Act 1989, section 46",
        ),
        without_clock(
            "A13",
            "what a section 47 enquiry found is agreed by a manager other than the worker who concludes it",
            "refused",
            _WORKING_TOGETHER,
        ),
        without_clock(
            "A14",
            "consent is given by somebody with parental responsibility, or a Gillick-competent young person",
            "refused",
            "Threshold document, section 9",
        ),
        Rule(
            id="A15",
            what="visit a child who has a child-in-need plan",
            starts="plan started, then each visit",
            limit=20,
            unit=Unit.WORKING_DAYS,
            met_by="a visit in which that child was seen",
            source="Service description, section 10; the days are the council's own",
            local=True,
        ),
        Rule(
            id="A16",
            what="contact the parents of a privately fostered child, and decide whether the arrangement is suitable",
            starts="the authority is aware",
            limit=42,
            unit=Unit.WORKING_DAYS,
            met_by="decided; ends with the arrangement",
            source="Threshold document, section 6; the days are the council's own",
            local=True,
        ),
        without_clock(
            "A17",
            "a family network meeting is held or offered before the assessment is authorised, or it is said why not",
            "recorded",
            "Service description, section 8",
            local=True,
        ),
        Rule(
            id="A18",
            what="review a child-in-need plan",
            starts="plan started, then each review",
            limit=6,
            unit=Unit.WEEKS,
            met_by="reviewed",
            source="Service description, section 10; the weeks are the council's own",
            local=True,
        ),
        Rule(
            id="A19",
            what="end an emergency protection order, or have another in its place",
            starts="order made",
            limit=8,
            unit=Unit.DAYS,
            met_by="ended, or another order; an extension sets it once, by 7 days at most",
            source="Children Act 1989, sections 44 and 45",
        ),
        without_clock(
            "C8",
            "a child has one plan at a time: for a child in need, or for their protection",
            "refused",
            "Children in need census, rules 8840 and others",
        ),
        Rule(
            id="F10",
            what="hold a strategy discussion at once where family wellbeing escalates harm or its risk",
            starts="escalation",
            limit=None,
            unit=Unit.SAME_DAY,
            met_by="strategy discussion held",
            source="Threshold document, section 8",
        ),
        Rule(
            id="R8",
            what="hold a strategy discussion on a child who is still missing",
            starts="child reported missing",
            limit=24,
            unit=Unit.HOURS,
            met_by="strategy discussion held; ended by the return",
            source="Statutory guidance on children who run away or go missing",
        ),
        Rule(
            id="T1",
            what="allocate a worker of the team that a case is handed to",
            starts="case transferred, once an episode",
            limit=10,
            unit=Unit.WORKING_DAYS,
            met_by="new worker allocated",
            source="Service description; the days are the council's own",
            local=True,
        ),
    ),
    edition="2026-11",
)
