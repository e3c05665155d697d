"""The family wellbeing service's clocks, as dated data. Days of the source's flowchart are working days."""

from datetime import time
from typing import Final

from shared.domain.rules import Rule, Rulebook, Unit, Weekday
from shared.team.rules import without_clock

_APP3 = "Threshold document, appendix 3"
_S8 = "Threshold document, section 8"
MOST_MONTHS: Final = 6
"""F9: how long help may last in all, from when the plan is live (threshold document, section 8)."""


def _clock(rule: str, what: str, limit: int, unit: Unit, starts: str, met_by: str) -> Rule:
    do, missed = _TASKS[rule]
    return Rule(
        id=rule,
        what=what,
        do=do,
        missed=missed,
        starts=starts,
        limit=limit,
        unit=unit,
        met_by=met_by,
        source=_APP3,
    )


_TASKS: Final = {
    "F1": (
        "Accept the request and allocate a keyworker",
        "Request was not accepted, and no keyworker allocated, in time",
    ),
    "F2": ("Visit the family", "Family was not visited in time"),
    "F3": ("See the child who was not at the first visit", "Child was not seen in time"),
    "F4": (
        "Complete the assessment and share it with the family",
        "Assessment was not shared with the family in time",
    ),
    "F5": ("Hold the family support meeting", "Family support meeting was not held in time"),
    "F5b": (
        "Hold the family support meeting, at the second attempt",
        "Family support meeting was not held at the second attempt",
    ),
    "F6": ("Visit the family again", "Family was not visited again in time"),
    "F7": ("Review the plan", "Plan was not reviewed in time"),
    "F8": ("Hold the formal review", "Formal review was not held in time"),
    "F9": ("Close the episode, or extend it", "Help went on for longer than agreed"),
}
"""Each clock as a task for people, and as what was not done."""


RULES: Final = Rulebook(
    (
        _clock(
            "F1",
            "accept the request and allocate a keyworker",
            24,
            Unit.HOURS,
            "request received",
            "keyworker allocated",
        ),
        _clock("F2", "visit the family first", 5, Unit.WORKING_DAYS, "request received", "family visited"),
        _clock(
            "F3",
            "see the child who was not seen at the first visit",
            10,
            Unit.WORKING_DAYS,
            "request received, where the first visit did not see the child",
            "that child seen",
        ),
        _clock(
            "F4",
            "complete the wellbeing assessment and share it with the family",
            25,
            Unit.WORKING_DAYS,
            "request received",
            "assessment shared",
        ),
        _clock(
            "F5", "hold the family support meeting", 5, Unit.WORKING_DAYS, "draft assessment", "meeting held"
        ),
        _clock(
            "F5b",
            "hold the family support meeting, at the second attempt",
            10,
            Unit.WORKING_DAYS,
            "draft assessment",
            "meeting held (in time for F5 it meets both)",
        ),
        _clock("F6", "visit the family again", 20, Unit.WORKING_DAYS, "last visit", "family visited"),
        _clock(
            "F7",
            "review the plan, once in each three months",
            6,
            Unit.WEEKS,
            "plan live, and again the extension",
            "plan reviewed",
        ),
        _clock("F8", "hold the formal review", 3, Unit.MONTHS, "plan live", "formal review held"),
        _clock(
            "F9",
            "help lasts six months in all",
            MOST_MONTHS,
            Unit.MONTHS,
            "plan live",
            "closed; ended by an escalation or an agreed step-up",
        ),
        Rule(
            id="F11",
            what="a planned step-up or step-down is decided by the weekly case transfer panel",
            do="Decide the proposal at the transfer panel",
            missed="Proposal was not decided at the transfer panel",
            starts="proposed; deferred, anew",
            limit=None,
            unit=Unit.PANEL,
            weekday=Weekday.THURSDAY,
            at=time(10),
            met_by="decided, or deferred",
            source=f"{_S8}; day and hour are the council's own",
            local=True,
        ),
        without_clock(
            "F10",
            "harm, or a risk of significant harm, goes straight to referral and assessment for a strategy discussion, never to "
            "the panel",
            "recorded; its clock is kept by referral and assessment; refused for the panel",
            _S8,
        ),
        without_clock(
            "F12",
            "help is voluntary: consent can be withdrawn at any time; then the episode closes, or goes to the front door if "
            "there is harm",
            "recorded",
            _S8,
        ),
        without_clock(
            "F13",
            "closing takes an ending meeting or why there was none, a letter to the family, partners told, copies given or why "
            "not",
            "closing refused without",
            f"{_S8}; appendix 3",
        ),
        without_clock(
            "F14",
            "a family is eligible by a criterion",
            "allocating without one refused",
            "Threshold document, sections 2 and 8; service description",
        ),
        without_clock(
            "M16",
            "family wellbeing works with consent that somebody with parental responsibility signed",
            "allocating without it refused",
            "Threshold document, sections 7 and 8",
        ),
    ),
    edition="2026-11",
)
