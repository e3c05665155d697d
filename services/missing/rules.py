"""The missing children's team's clocks, as dated data."""

from datetime import time
from typing import Final

from shared.domain.rules import Rule, Rulebook, Unit, Weekday
from shared.team.rules import without_clock

_N = "Statutory guidance on children who run away or go missing from home or care (2014)"
_S2 = "Inspection"

RULES: Final = Rulebook(
    (
        Rule(
            id="R1",
            what="offer and hold a return interview, by somebody independent, never the carer",
            do="Offer and hold the return interview",
            missed="Return interview was not held in time",
            starts="child returned",
            limit=72,
            unit=Unit.HOURS,
            met_by="interview recorded, or declined with the reason",
            source=_N,
        ),
        Rule(
            id="R3",
            what="every incident, from home, care or education, goes to the weekly panel",
            do="Review the incident at the panel",
            missed="Incident was not reviewed at the panel",
            starts="report received",
            limit=None,
            unit=Unit.PANEL,
            weekday=Weekday.WEDNESDAY,
            at=time(14),
            met_by="reviewed at the panel",
            source=f"{_S2}, paragraph 11; day and hour are the council's own",
            local=True,
        ),
        Rule(
            id="R10",
            what="tell the reviewing officer, the parents and the placing authority of a looked-after child",
            do="Tell the reviewing officer, the parents and the placing authority",
            missed="Reviewing officer, parents and placing authority were not all told in time",
            starts="report received; the child becomes looked after while missing",
            limit=24,
            unit=Unit.HOURS,
            met_by="each of the three told, or said why not",
            source=f"{_N}; threshold document, section 6; the hours are the council's own",
            local=True,
        ),
        without_clock(
            "R2",
            "an adult whom the child knows offers the interview; else family wellbeing under 12, targeted youth from 12 on",
            "asked for so; refused otherwise",
            f"{_S2}, paragraph 13",
        ),
        without_clock(
            "R4",
            "a looked-after child who is missing stands first in every list and agenda, and is never graded below high",
            "shown so",
            "Threshold document, section 6",
        ),
        without_clock(
            "R5",
            "three incidents in 90 days, or any with an indicator of exploitation: a strategy discussion is proposed",
            "proposed at once; one proposal stands on the child",
            "The council's own",
            local=True,
        ),
        without_clock(
            "R6",
            "what return interviews say is kept in one record, counted over time and linked",
            "counted by the words, and under the first of those that mean the same",
            f"{_S2}, what must improve",
        ),
        without_clock(
            "R7",
            "missing from education: forced marriage and mutilation considered, MASH consulted, on the register",
            "refused without a reason",
            "Threshold document, section 6; inspection framework",
        ),
        without_clock(
            "R8",
            "of a child who is missing already a second report is none; the risk is graded while they are missing",
            "refused",
            _N,
        ),
        without_clock(
            "R9",
            "exploitation or trafficking: the national referral mechanism considered, contextual safeguarding told",
            "refused without an indicator or a reason",
            _N,
        ),
    ),
    edition="2026-11",
)
