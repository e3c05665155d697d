"""The clocks of child protection conferences, plans and core groups, as dated data."""

from typing import Final

from shared.domain.limits import Limit
from shared.domain.rule_rows import Stage
from shared.domain.rules import Rule, Rulebook, Unit
from shared.team.rules import without_clock

_S1 = "Threshold document, appendix 2"
_WT = "Working Together to Safeguard Children"
_OWN = "the council's own figure"
AFTER_BIRTH: Final = "after_birth"
"""The stage of C16 that runs from a birth."""

RULES: Final = Rulebook(
    (
        Rule(
            id="A5",
            what="hold the child protection conference",
            starts="strategy discussion that began a section 47 enquiry",
            limit=15,
            unit=Unit.WORKING_DAYS,
            met_by="conference held",
            source=f"{_S1}; {_WT}",
        ),
        Rule(
            id="C2",
            what="hold the first core group",
            starts="plan made",
            limit=10,
            unit=Unit.WORKING_DAYS,
            met_by="core group held",
            source=_WT,
        ),
        Rule(
            id="C3",
            what="hold the next core group",
            starts="core group held",
            limit=6,
            unit=Unit.WEEKS,
            met_by="core group held",
            source=_OWN,
            local=True,
        ),
        Rule(
            id="C4",
            what="hold the first review conference, never on the plan's first day",
            starts="conference that made the plan",
            limit=3,
            unit=Unit.MONTHS,
            met_by="review held",
            source=f"{_WT}; children in need census, rule 8841",
        ),
        Rule(
            id="C5",
            what="review the plan again; a review ends it",
            starts="review held that goes on with the plan",
            limit=6,
            unit=Unit.MONTHS,
            met_by="review held",
            source=_WT,
        ),
        Rule(
            id="C6",
            what="visit the child on a plan",
            starts="conference that made the plan, then each visit at which the child was seen",
            limit=10,
            unit=Unit.WORKING_DAYS,
            met_by="that child seen, by either team",
            source=_OWN,
            local=True,
        ),
        Rule(
            id="C13",
            what="send the decision of the conference or review",
            starts="conference or review held",
            limit=1,
            unit=Unit.WORKING_DAYS,
            met_by="decision letter sent",
            source=f"Service description, section 37; {_OWN}",
            local=True,
        ),
        Rule(
            id="C15",
            what="hold a conference on a child who moved here with another authority's plan",
            starts="told of the move",
            limit=15,
            unit=Unit.WORKING_DAYS,
            met_by="initial or transfer-in conference held",
            source=_WT,
        ),
        Rule(
            id="C16",
            what="hold the conference on an unborn child well before the birth, and review a plan after it",
            starts="conference asked for, and anew from a corrected due date; after the birth: the birth",
            limit=10,
            unit=Unit.WEEKS_BEFORE,
            before="the due date",
            met_by="conference held; after the birth: review held",
            source=_OWN,
            local=True,
            stages=(Stage(AFTER_BIRTH, Limit(1, Unit.MONTHS)),),
        ),
        Rule(
            id="C23",
            what="send the minutes of the conference or review",
            starts="conference or review held",
            limit=20,
            unit=Unit.WORKING_DAYS,
            met_by="minutes sent",
            source=_OWN,
            local=True,
        ),
        Rule(
            id="C24",
            what="send the minutes of the core group",
            starts="core group held",
            limit=10,
            unit=Unit.WORKING_DAYS,
            met_by="minutes sent",
            source=_OWN,
            local=True,
        ),
        Rule(
            id="C25",
            what="show the parents the report before the conference",
            starts="conference scheduled, and anew for a new date",
            limit=3,
            unit=Unit.CLEAR_WORKING_DAYS_BEFORE,
            before="the conference",
            met_by="shown to the parents, or why not",
            source=_OWN,
            local=True,
        ),
        without_clock(
            "A4",
            "an initial conference follows a section 47 enquiry; none is scheduled that nobody asked for",
            "refused",
            _S1,
        ),
        without_clock("C1", "the initial conference is due by A5", "see A5", _S1),
        without_clock(
            "C7",
            "the chair has not allocated, authorised, agreed an enquiry or held a strategy discussion on the child",
            "refused",
            _WT,
        ),
        without_clock(
            "C8",
            "conferences are on working days; a plan starts on its conference's day and does not end on it; one is open at a time",
            "refused",
            "Children in need census, rules 8875, 2885, 8935, 8840 and 4001",
        ),
        without_clock("C10", "dissent is recorded with its reason, and blocks nothing", "recorded", _WT),
        without_clock(
            "C12",
            "a conference is quorate with children's social care and two other agencies, or says why not and when the next is",
            "refused",
            _OWN,
            local=True,
        ),
        without_clock(
            "C14",
            "a chair is consulted before an initial conference, always of a child who was referred before",
            "recorded",
            "Inspection framework; service description",
        ),
        without_clock(
            "C17",
            "an advocate is offered to the child, or it is said why not",
            "recorded",
            "Inspection framework",
        ),
    ),
    edition="2026-11",
)
