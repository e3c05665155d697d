"""Where a case goes: closed, transferred, stepped down, taken over from another authority (A10, T1)."""

from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from services.assessment.app import app
from services.assessment.codes import ClosureReason, TransferKind
from services.assessment.events import (
    CaseClosed,
    CaseTransferred,
    ClosingText,
    HandoverText,
    OpeningText,
    ReferralOpened,
    StepDownProposed,
    StepDownText,
)
from services.assessment.rules import RULES
from services.assessment.streams.agency_check import RequestAgencyCheck
from services.assessment.streams.referral import (
    CloseReferral,
    ProposeStepDown,
    StartAssessment,
    TakeTransferIn,
    TransferCase,
)
from services.assessment.streams.section47_enquiry import RequestConference
from shared.domain.code_lists import PrimaryNeed, ReceivingTeam, ReferralSource
from shared.domain.fields import Professional
from shared.domain.instants import london
from shared.team.elsewhere import NoteStart
from shared.testing.deciders import story_of
from shared.testing.facts import ADULT, CHILD
from shared.testing.teams import team_of
from tests.unit.assessment.referrals import (
    ALLOCATE,
    DECIDED,
    MANAGER,
    PARENT,
    RECEIVED,
    SEEN_ALONE,
    WORKER,
    given,
    open_referral,
    opened,
)
from tests.unit.assessment.strategy import NO_CONFERENCE, enquiry
from tests.unit.assessment.test_assessment import AUTHORISE, COMPLETE

JUNE_2027 = london(2027, 6, 1, 12)
MAY, JUNE = london(2026, 5, 4, 15), london(2026, 6, 1, 12)
CLOSE = CloseReferral(reason=ClosureReason.RC7, notes="Goals met.")
NO_ACTION = CloseReferral(no_further_action=True)
TO_FAMILY_SUPPORT = TransferCase(
    to=ReceivingTeam.FAMILY_SUPPORT_AND_CHILD_PROTECTION,
    handover="Weekly visits.",
    next_actions=({"what": "See Tom", "by": "2026-06-10"},),
)
OTHER = ALLOCATE.model_copy(update={"worker": Professional(id=MANAGER.id, name="Ravi Cole")})
A_MOMENT = timedelta(microseconds=1)


def allocated():
    return opened().when(ALLOCATE, at=MAY, by=MANAGER)


def authorised():
    return allocated().when(COMPLETE, at=MAY, by=WORKER).when(AUTHORISE, at=MAY, by=MANAGER)


# -- closing


def test_an_authorised_case_closes_with_a_reason_and_its_clocks_end():
    story = authorised().when(CLOSE, at=MAY, by=MANAGER)
    story.then(CaseClosed(reason=ClosureReason.RC7, sealed=ClosingText(notes="Goals met.")))
    assert story.streams["referral"].state.closed


def test_what_ran_ends_with_it():
    soon = london(2026, 4, 3, 9)
    story = opened().when(NO_ACTION, at=soon, by=MANAGER).then(CaseClosed(no_further_action=True))
    story.clocks(A2="ended", A3="ended")
    story.time_passes(until=london(2027, 1, 1)).missed()


def test_it_does_not_close_before_it_was_received():
    soon = london(2026, 4, 3, 9)
    for happened, refused in ((RECEIVED - A_MOMENT, True), (RECEIVED, False)):
        story = opened().when(NO_ACTION, at=soon, happened=happened, by=MANAGER)
        story.refused("E2") if refused else story.clocks(A2="ended", A3="ended")


def test_an_assessment_that_is_not_authorised_keeps_it_open():
    allocated().when(CLOSE, at=MAY, by=MANAGER).refused("A10", reason="assessment_open")
    completed = allocated().when(COMPLETE, at=MAY, by=WORKER)
    completed.when(CLOSE, at=MAY, by=MANAGER).refused("A10")


def test_it_is_not_closed_as_no_further_action_once_an_assessment_was_made():
    authorised().when(NO_ACTION, at=MAY, by=MANAGER).refused("A10")


def test_an_unfinished_enquiry_keeps_it_open_and_lets_others_be_asked():
    story = enquiry()
    story.when(CLOSE, at=JUNE_2027, by=MANAGER).refused("A10", reason="enquiry_open")
    story.when(ProposeStepDown(reason="Settled."), at=JUNE_2027, by=MANAGER).refused("A10")
    ask = RequestAgencyCheck(agency="health", extent="full", reason="Growth.")
    assert story.when(ask, at=JUNE_2027, by=WORKER).decided  # A7
    concluded = story.when(NO_CONFERENCE, at=JUNE_2027, by=WORKER)
    concluded.when(ask, at=JUNE_2027, by=WORKER).refused("A7")
    concluded.when(NO_ACTION, at=JUNE_2027, by=MANAGER).refused("A10")
    assert concluded.when(CLOSE, at=JUNE_2027, by=MANAGER).decided


def test_it_is_not_closed_as_no_further_action_once_a_conference_was_asked_for():
    asked = opened().when(RequestConference(kind="transfer_in"), at=MAY, by=MANAGER)
    asked.when(NO_ACTION, at=JUNE, by=MANAGER).refused("A10")


def test_closing_ends_the_wait_for_a_strategy_discussion():
    start = NoteStart(rule="A11", cause=ADULT)
    story = opened().when(start, at=MAY).when(NO_ACTION, at=MAY, by=MANAGER)
    story.clocks(A11="ended")


def test_nothing_is_done_on_a_closed_referral():
    story = opened().when(NO_ACTION, at=MAY, by=MANAGER)
    for command in (
        ALLOCATE,
        StartAssessment(),
        SEEN_ALONE,
        TO_FAMILY_SUPPORT,
        CLOSE,
        ProposeStepDown(reason="x"),
    ):
        story.when(command, at=JUNE, by=MANAGER).refused("A10", reason="no_referral")


def test_the_childs_next_episode_begins_anew():
    story = story_of(team_of(app, people={CHILD: PARENT})).when(open_referral(), at=DECIDED)
    story = story.when(ALLOCATE, at=MAY, by=MANAGER).when(COMPLETE, at=MAY, by=WORKER)
    story = story.when(AUTHORISE, at=MAY, by=MANAGER).when(CLOSE, at=MAY, by=MANAGER)
    again = story.when(open_referral(received_at=JUNE, contact=ADULT), at=JUNE)
    assert again.stream("referral").state.received_at == JUNE
    again.clocks(A2="open", A3="open")
    again = again.when(ALLOCATE, at=JUNE, by=MANAGER)
    assert again.decided[-1].NAME == "assessment.AssessmentStarted"
    again.when(NO_ACTION, at=JUNE, by=MANAGER).refused("A10")


def test_a_visit_under_the_first_episode_that_is_written_down_in_the_second_counts_for_the_first():
    story = opened().when(NO_ACTION, at=london(2026, 4, 9, 9), by=MANAGER)
    story = story.when(open_referral(received_at=JUNE, contact=ADULT), at=JUNE)
    story = story.when(SEEN_ALONE, at=JUNE, by=WORKER, happened=london(2026, 4, 8, 9))
    story.clocks(A2="open")
    assert [
        one.folded.clocks.latest("A2").state(JUNE)
        for one in story.logs.streams.values()
        if one.kind.name == "referral"
    ] == ["met", "open"]


def test_it_says_why():
    with pytest.raises(ValidationError, match="say why it closes"):
        CloseReferral()


# -- to another team


def test_a_case_is_handed_over_and_a_worker_of_that_team_meets_it():
    story = authorised().when(TO_FAMILY_SUPPORT, at=JUNE, by=MANAGER)
    story.then(
        CaseTransferred(
            to=ReceivingTeam.FAMILY_SUPPORT_AND_CHILD_PROTECTION,
            hand_over_by=RULES.deadline("T1", JUNE),
            sealed=HandoverText(handover="Weekly visits.", next_actions=("See Tom (by 10 June 2026)",)),
        )
    ).clocks(T1="open")
    story.when(OTHER, at=JUNE, by=MANAGER).clocks(T1="met")


def test_once_an_episode():
    story = authorised().when(TO_FAMILY_SUPPORT, at=JUNE, by=MANAGER)
    elsewhere = TO_FAMILY_SUPPORT.model_copy(update={"to": ReceivingTeam.CHILDREN_WITH_DISABILITIES})
    again = story.when(elsewhere, at=JUNE, by=MANAGER)
    assert again.decided[0].hand_over_by is None
    met = again.when(OTHER, at=JUNE, by=MANAGER).clocks(T1="met")
    met.when(elsewhere, at=JUNE + timedelta(days=3), by=MANAGER).clocks(T1="met")


def test_an_allocation_before_it_does_not_answer_it():
    story = authorised().when(TO_FAMILY_SUPPORT, at=JUNE, by=MANAGER)
    story.when(OTHER, at=JUNE, by=MANAGER, happened=MAY).clocks(T1="open")


@pytest.mark.parametrize(
    ("at", "due"),
    [
        pytest.param(london(2026, 5, 15, 9), london(2026, 6, 2), id="over a bank holiday"),
        pytest.param(london(2026, 10, 17, 9), london(2026, 10, 31), id="from a Saturday, as clocks go back"),
        pytest.param(london(2027, 3, 19, 9), london(2027, 4, 7), id="over Easter, as clocks go forward"),
    ],
)
def test_it_is_due_after_ten_working_days(at, due):
    story = authorised().when(TO_FAMILY_SUPPORT, at=at, by=MANAGER)
    assert story.clock("T1").due_at == due
    story.when(OTHER, at=due - A_MOMENT, by=MANAGER).clocks(T1="met")
    story.when(OTHER, at=due, by=MANAGER).clocks(T1="missed")


def test_closing_ends_it():
    authorised().when(TO_FAMILY_SUPPORT, at=JUNE, by=MANAGER).when(CLOSE, at=JUNE, by=MANAGER).clocks(
        T1="ended"
    )


# -- to early help


def test_early_help_is_proposed_where_nothing_is_unfinished():
    propose = ProposeStepDown(reason="Settled.", agreed_with=(ADULT,), goals=("Sleep",))
    authorised().when(propose, at=JUNE, by=WORKER).then(
        StepDownProposed(agreed_with=(ADULT,), sealed=StepDownText(reason="Settled.", goals=("Sleep",)))
    )
    allocated().when(propose, at=JUNE, by=WORKER).refused("A10")


# -- from another authority


def test_a_case_of_another_authority_opens_from_when_it_told_us():
    take = TakeTransferIn(
        from_authority="Elsewhere", kind=TransferKind.CHILD_IN_NEED, primary_need=PrimaryNeed.N5
    )
    story = given().when(take, at=JUNE, happened=MAY, by=MANAGER)
    story.then(
        ReferralOpened(
            received_at=MAY,
            source=ReferralSource.S5C,
            primary_need=PrimaryNeed.N5,
            tell_referrer=False,
            transfer=TransferKind.CHILD_IN_NEED,
            see_child_by=RULES.deadline("A2", MAY),
            assess_by=RULES.deadline("A3", MAY),
            sealed=OpeningText(from_authority="Elsewhere"),
        )
    )
    story.when(take, at=JUNE, by=MANAGER).refused("A10", reason="already_open")
    told = story.when(ALLOCATE, at=JUNE, by=MANAGER).when(COMPLETE, at=JUNE, by=WORKER)
    told.when(AUTHORISE, at=JUNE, by=MANAGER).clocks(A6=None)


def test_the_day_on_which_it_told_us_counts_where_that_was_before():
    take = TakeTransferIn(
        from_authority="Elsewhere", kind=TransferKind.CHILD_IN_NEED, told_on=date(2026, 5, 29)
    )
    assert given().when(take, at=JUNE, by=MANAGER).clock("A2").due_at == london(2026, 6, 4)
    later = take.model_copy(update={"told_on": date(2026, 6, 2)})
    given().when(later, at=JUNE, by=MANAGER).refused("E2")
