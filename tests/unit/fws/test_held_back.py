"""Teams that hear of each other late: what was decided meanwhile is repaired, or somebody's task; never silence."""

from datetime import date, timedelta

from services.assessment import events as assessment
from services.assessment.codes import ClosureReason
from services.assessment.streams.referral import CloseReferral, OpenReferral, ProposeStepDown
from services.fws.streams.family_episode import ProposeStepUp
from services.fws.streams.transfer_proposal import TakeStepDown
from shared.domain.code_lists import PrimaryNeed, ReferralSource
from shared.domain.instants import london
from shared.team.tasks import TaskRaised
from shared.testing.facts import CHILD, SIBLING, actor
from tests.unit.fws.families import CONTACT, ESCALATE, FAMILY, KEYWORKER, MANAGER, planned, request
from tests.unit.fws.test_transfer_panel import AGREE, DOWN, MONDAY, PROPOSE, THURSDAY, down_proposed

HOUR = timedelta(hours=1)
SOCIAL_CARE = actor("team_manager", "Ravi Cole")


def referral(child=CHILD, at=MONDAY):
    """The front door accepted a contact about the child, whom early help knows too."""
    return OpenReferral(
        about=(child,),
        contact=CONTACT,
        received_at=at,
        source=ReferralSource.S6,
        level=4,
        primary_need=PrimaryNeed.N1,
    )


def tasks(story):
    raised = [one.event for one in story.records if isinstance(one.event, TaskRaised)]
    return [(one.child, one.role, one.reason) for one in raised]


def opened(story, child=CHILD):
    return [
        one.event
        for one in story.records
        if isinstance(one.event, assessment.ReferralOpened) and one.event.child == child
    ]


def test_a_step_up_that_comes_when_social_care_has_a_referral_by_now_is_for_its_manager():
    story = planned().when(PROPOSE, at=MONDAY, by=KEYWORKER)
    story = story.when(AGREE, at=THURSDAY, by=MANAGER, delivered=False)
    story = story.when(referral(), at=THURSDAY + HOUR, by=SOCIAL_CARE)
    assert len(opened(story)) == 1
    assert len(opened(story, SIBLING)) == 1  # of the other child there was none: the step-up opened it
    assert tasks(story) == [(CHILD, "team_manager", "already_open")]


def test_harm_that_comes_when_social_care_has_a_referral_by_now_marks_that_one():
    story = planned().when(ESCALATE, at=MONDAY, by=KEYWORKER, delivered=False)
    story = story.when(referral(), at=MONDAY + HOUR, by=SOCIAL_CARE)
    assert len(opened(story)) == 1
    assert any(isinstance(one.event, assessment.ImmediateHarmMarked) for one in story.records)
    story.clocks(about=CHILD, A1="open", F10="open")
    assert story.clock("A1", about=CHILD).deadline.starts_at == MONDAY


def test_a_step_down_that_crosses_a_step_up_on_the_way_is_for_the_manager_of_early_help():
    story = planned().when(referral(), at=MONDAY, by=SOCIAL_CARE)
    down = ProposeStepDown(about=(CHILD,), reason="Enough.")
    story = story.when(down, at=MONDAY, by=SOCIAL_CARE, delivered=False)
    up = ProposeStepUp(about=FAMILY, reason="It does not hold.")
    story = story.when(up, at=MONDAY + HOUR, by=KEYWORKER, delivered=False)
    heard = story.delivered(at=MONDAY + 2 * HOUR)
    assert tasks(heard) == [(CHILD, "fws_manager", "already_open")]
    assert heard.stream("transfer_proposal").state.to_step_up


def test_a_request_of_the_front_door_that_crosses_a_step_down_on_the_way_is_for_the_manager_of_early_help():
    story = down_proposed().when(DOWN, at=THURSDAY, by=MANAGER)
    late = request(CHILD, requested_at=THURSDAY - HOUR, family=(CHILD,))
    story.when(late, at=THURSDAY + HOUR, by=MANAGER).refused("F1", reason="already_open")


def test_a_step_down_agreed_when_social_care_has_closed_its_case_is_still_told_to_its_manager():
    story = planned().when(PROPOSE, at=MONDAY, by=KEYWORKER).when(AGREE, at=THURSDAY, by=MANAGER)
    propose = ProposeStepDown(about=(CHILD,), reason="Enough.")
    story = story.when(propose, at=london(2026, 3, 9, 9), by=SOCIAL_CARE)
    decide = DOWN.model_copy(update={"about": (CHILD,), "panel": date(2026, 3, 12)})
    story = story.when(decide, at=london(2026, 3, 12, 11), by=MANAGER, delivered=False)
    close = CloseReferral(about=(CHILD,), reason=ClosureReason.RC7)
    story = story.when(close, at=london(2026, 3, 12, 12), by=SOCIAL_CARE)
    assert (CHILD, "team_manager", "step_down_agreed") in tasks(story)


def test_a_step_down_that_two_services_propose_is_decided_once():
    story = down_proposed(children=(CHILD,))
    story = story.when(TakeStepDown(about=(CHILD,), proposed_by="conference"), at=MONDAY + HOUR, by=MANAGER)
    story = story.when(DOWN.model_copy(update={"about": (CHILD,)}), at=THURSDAY, by=MANAGER)
    story.clocks(about=CHILD, F11="met")
    assert sum(one.kind.name == "transfer_proposal" for one in story.logs.streams.values()) == 1
