"""The end of early help: harm that goes straight to referral and assessment (F10), and closing (F13)."""

from datetime import timedelta

from services.assessment.events import ReferralOpened
from services.fws.codes import WhyEnded
from services.fws.events import EarlyHelpEnded, EndingMeetingHeld, ImmediateEscalationRaised
from services.fws.streams.family_episode import HoldEndingMeeting
from services.fws.views import worklist
from shared.domain.code_lists import ReferralSource
from shared.domain.instants import london
from shared.team.sharing import NotGiven
from shared.testing.facts import ADULT, CHILD, SIBLING
from tests.unit.fws.families import (
    CLOSE,
    CONTACT,
    ESCALATE,
    FAMILY,
    KEYWORKER,
    MANAGER,
    allocated,
    planned,
    requested,
)

WEDNESDAY = london(2026, 4, 8, 19, 30)
HARM = london(2026, 4, 8, 17, 30)
ENDING = HoldEndingMeeting(about=FAMILY, family=(ADULT,), present=("education",), achieved=("Attendance",))


def test_f10_harm_hands_the_family_over_at_once():
    story = planned().when(ESCALATE, at=WEDNESDAY, happened=HARM, by=KEYWORKER)
    story.then(
        ImmediateEscalationRaised(contact=CONTACT),
        EarlyHelpEnded(reason=WhyEnded.STEPPED_UP, escalated=True),
    )
    story.clocks(about=CHILD, F6="missed", F7="missed", F8="ended", F9="ended")
    assert not story.state.is_open
    opened = [one.event for one in story.followed if isinstance(one.event, ReferralOpened)]
    assert [(one.child, one.source, one.immediate_harm, one.received_at) for one in opened] == [
        (CHILD, ReferralSource.S5D, True, HARM),
        (SIBLING, ReferralSource.S5D, True, HARM),
    ]
    story.clocks(about=SIBLING, at=WEDNESDAY, F10="open", A11="open", A1="open", A2="open")
    assert story.clock("F10", about=CHILD).due_at == london(2026, 4, 9)
    story.when(ESCALATE, at=WEDNESDAY + timedelta(hours=1), by=KEYWORKER).refused("F10")


def test_f10_harm_does_not_wait_for_a_keyworker():
    story = requested().when(ESCALATE, at=london(2026, 1, 6, 9), by=MANAGER)
    assert story.refusal is None
    story.clocks(about=CHILD, F1="ended", F2="ended", F4="ended")


def test_f13_closing_asks_for_meeting_letter_partners_and_copies():
    at = london(2026, 7, 1, 10)
    for wrong in (
        {"why_no_meeting": None},
        {"why_no_meeting": " "},
        {"letter_to": ()},
        {"partners_told": ()},
        {"copies_given": ()},
    ):
        planned().when(CLOSE.model_copy(update=wrong), at=at, by=KEYWORKER).refused("F13")
    why_not = {"copies_given": (), "not_given": (NotGiven(who=CHILD, reason="Too young."),)}
    assert planned().when(CLOSE.model_copy(update=why_not), at=at, by=KEYWORKER).refusal is None


def test_closing_meets_f9_and_ends_the_clocks_of_the_work():
    story = planned().when(ENDING, at=london(2026, 3, 20, 10), by=KEYWORKER)
    story.then(EndingMeetingHeld(family=(ADULT,), present=story.decided[0].present))
    closed = story.when(
        CLOSE.model_copy(update={"why_no_meeting": None}), at=london(2026, 3, 23, 10), by=KEYWORKER
    )
    closed.then(
        EarlyHelpEnded(
            reason=WhyEnded.GOALS_MET,
            letter_to=(ADULT,),
            partners_told=("education",),
            copies_given=(ADULT,),
        )
    )
    closed.clocks(about=CHILD, F7="ended", F8="ended", F9="met")
    closed.when(CLOSE, at=london(2026, 3, 24, 10), by=KEYWORKER).refused("F1")
    assert [row.waits for row in closed.rows(worklist)] == [False, False]


def test_f3_a_family_is_closed_as_one():
    part = CLOSE.model_copy(update={"about": (CHILD,)})
    planned().when(part, at=london(2026, 7, 1, 10), by=KEYWORKER).refused("F3")
    part_of_harm = ESCALATE.model_copy(update={"about": (CHILD,)})
    allocated().when(part_of_harm, at=london(2026, 1, 7, 10), by=KEYWORKER).refused("F3")
