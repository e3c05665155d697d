"""The return interview: asked for by age or whom the child knows (R2), held or declined in 72 hours, never by a carer (R1)."""

from datetime import timedelta

import pytest

from services.missing.codes import Condition, DeclinedBy, InterviewService
from services.missing.events import InterviewOffered, ReturnInterviewRequested
from services.missing.streams.known_to import NoteWorker, NoteWorkerGone
from services.missing.streams.missing_episode import AssignInterviewer, OfferInterview
from services.missing.streams.missing_episode.returning import service_for
from shared.domain.instants import london
from shared.testing.facts import ADULT, CHILD, SIBLING, THING, actor
from tests.unit.missing.episodes import (
    ASSIGN,
    BACK,
    CARER,
    COORDINATOR,
    DECLINE,
    HOME,
    MISSED,
    NURSE,
    OFFICER,
    PREVENTION,
    REPORTED,
    RETURN,
    TY,
    WORKER,
    interview,
    re,
    reported,
    returned,
)

LATER = BACK + timedelta(hours=5)
OFFER = OfferInterview(by=TY, agency="targeted_youth")


def asked(story):
    (one,) = [each for each in story.decided if isinstance(each, ReturnInterviewRequested)]
    return one


def test_the_return_starts_72_hours_and_asks_for_an_interview_r1():
    back = returned()
    back.clocks(R1="open")
    assert back.clock("R1").due_at == BACK + timedelta(hours=72)
    assert asked(back).service is InterviewService.TARGETED_YOUTH


@pytest.mark.parametrize(
    ("age", "service"),
    [
        (11, InterviewService.FAMILY_WELLBEING),
        (12, InterviewService.TARGETED_YOUTH),
        (17, InterviewService.TARGETED_YOUTH),
        (None, InterviewService.FAMILY_WELLBEING),
    ],
)
def test_under_twelve_it_is_family_wellbeing_and_from_twelve_on_targeted_youth_r2(age, service):
    assert service_for(age) is service


def test_a_child_of_eleven_is_offered_it_by_family_wellbeing_r2():
    assert asked(returned(reported(about=(SIBLING,)))).service is InterviewService.FAMILY_WELLBEING


def test_an_adult_whom_the_child_knows_comes_first_until_they_work_with_the_child_no_longer_r2():
    known = reported().when(
        NoteWorker(about=(CHILD,), worker=ADULT, agency="childrens_social_care", case=THING), at=REPORTED
    )
    request = asked(returned(known))
    assert (request.service, request.interviewer) == (InterviewService.KNOWN_ADULT, ADULT)
    gone = known.when(NoteWorkerGone(about=(CHILD,), worker=ADULT, case=THING), at=REPORTED)
    assert asked(returned(gone)).service is InterviewService.TARGETED_YOUTH


def test_of_a_child_who_died_no_interview_is_asked_for():
    missing = reported()
    died = missing.when(
        re(missing, RETURN.model_copy(update={"condition": Condition.DECEASED})), at=BACK, by=OFFICER
    )
    died.clocks(R1=None)
    assert not [each for each in died.decided if isinstance(each, ReturnInterviewRequested)]


def test_a_return_is_recorded_once_and_not_before_the_child_was_missed():
    back = returned()
    back.when(re(back, RETURN), at=LATER, by=OFFICER).refused("R1")
    missing = reported()
    missing.when(re(missing, RETURN), at=REPORTED, happened=MISSED - timedelta(hours=1), by=OFFICER).refused(
        "E2"
    )


def test_held_in_time_it_meets_the_clock_and_written_down_after_it_too_r1():
    back = returned()
    held = back.when(re(back, interview()), at=LATER, by=WORKER)
    held.clocks(R1="met")
    late = back.time_passes(until=BACK + timedelta(hours=73))
    late.missed("R1", "R10")
    written = late.when(
        re(back, interview()), at=BACK + timedelta(hours=80), happened=BACK + timedelta(hours=71), by=WORKER
    )
    written.clocks(R1="met")


def test_held_too_late_it_was_missed_r1():
    back = returned()
    back.when(re(back, interview()), at=BACK + timedelta(hours=85), by=WORKER).clocks(R1="missed")


@pytest.mark.parametrize("command", [interview(), DECLINE, OFFER, PREVENTION])
def test_nothing_of_it_before_the_return_r1(command):
    missing = reported()
    missing.when(re(missing, command), at=LATER, by=COORDINATOR).refused("R1")


def test_a_second_interview_of_one_episode_is_refused_r1():
    back = returned()
    held = back.when(re(back, interview()), at=LATER, by=WORKER)
    held.when(re(back, interview()), at=LATER + timedelta(hours=1), by=WORKER).refused("R1")
    held.when(re(back, DECLINE), at=LATER + timedelta(hours=1), by=WORKER).refused("R1")


@pytest.mark.parametrize(
    "command", [interview(**{"with": CARER}), OfferInterview(by=CARER), AssignInterviewer(known_adult=CARER)]
)
def test_a_carer_is_never_the_interviewer_r1(command):
    back = returned()
    back.when(re(back, command), at=LATER, by=COORDINATOR).refused("R1")


def test_nobody_of_the_placement_records_it_r1():
    back = returned()
    for command in (interview(), DECLINE):
        back.when(re(back, command), at=LATER, by=HOME).refused("R1", "E9")


def test_who_is_assigned_it_may_hold_it_whatever_their_role_and_nobody_else_of_a_partner():
    back = returned()
    back.when(re(back, interview()), at=LATER, by=NURSE).refused("E9")
    nurse = TY.model_copy(update={"id": NURSE.id, "name": "N. Roy", "agency": "health"})
    assigned = back.when(re(back, AssignInterviewer(known_adult=nurse)), at=LATER, by=COORDINATOR)
    assert assigned.when(re(back, interview()), at=LATER, by=NURSE).refusal is None
    other = actor("health_practitioner", "A. Other", agency="health")
    assigned.when(re(back, interview()), at=LATER, by=other).refused("E9")


def test_a_service_is_assigned_by_the_childs_age_r2():
    back = returned()
    for service, rules in (
        (InterviewService.FAMILY_WELLBEING, ("R2",)),
        (InterviewService.TARGETED_YOUTH, ()),
    ):
        story = back.when(re(back, AssignInterviewer(service=service)), at=LATER, by=COORDINATOR)
        assert (story.refusal.rules if story.refusal else ()) == rules
    assert asked(back.when(re(back, ASSIGN), at=LATER, by=COORDINATOR)).interviewer == TY.id


def test_somebody_is_named_or_a_service():
    for wrong in ({}, {"service": "known_adult"}):
        with pytest.raises(ValueError, match="name the adult"):
            AssignInterviewer.model_validate(wrong)


def test_an_offer_meets_nothing():
    back = returned()
    offered = back.when(re(back, OFFER), at=LATER, by=WORKER)
    assert isinstance(offered.decided[0], InterviewOffered)
    offered.clocks(R1="open")


@pytest.mark.parametrize(
    ("by", "asked_child", "state"),
    [
        (DeclinedBy.CHILD, True, "met"),
        (DeclinedBy.PARENT, True, "met"),
        (DeclinedBy.PARENT, False, "open"),
        (DeclinedBy.CARER_FOR_CHILD, False, "open"),
        (DeclinedBy.UNREACHABLE, False, "met"),
    ],
)
def test_nobody_declines_for_a_child_who_was_not_asked_r1(by, asked_child, state):
    back = returned()
    decline = DECLINE.model_copy(update={"by": by, "child_asked": asked_child})
    back.when(re(back, decline), at=LATER, by=WORKER).clocks(R1=state)


def test_what_the_police_asked_never_stands_for_it_r1():
    back = returned()
    back.when(re(back, PREVENTION), at=LATER, by=OFFICER).clocks(R1="open")


def test_an_interview_is_held_after_the_return():
    back = returned()
    back.when(re(back, interview()), at=LATER, happened=BACK - timedelta(hours=1), by=WORKER).refused("E2")
    assert london(2026, 5, 2) < BACK
