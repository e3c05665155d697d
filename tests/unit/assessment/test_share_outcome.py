"""Sharing an assessment's outcome: who is to be told, by one command or several, within one working day (A6)."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from services.assessment.events import OutcomeShared, SharedText
from services.assessment.streams.asking import TakeCheck
from services.assessment.streams.assessment import ShareOutcome
from shared.domain.code_lists import LawfulBasis, ReferralSource
from shared.domain.instants import london
from shared.testing.facts import THING
from tests.unit.assessment.referrals import (
    ALLOCATE,
    CONTACT,
    DECIDED,
    MANAGER,
    RECEIVED,
    WORKER,
    given,
    open_referral,
)
from tests.unit.assessment.test_assessment import AUTHORISE, COMPLETE

MAY = london(2026, 5, 5, 15)
A_MOMENT = timedelta(microseconds=1)
HOUR = timedelta(hours=1)


def share(*to):
    return ShareOutcome(to=to)


def check(agency, contact=CONTACT):
    return TakeCheck(check=THING, agency=agency, contact=contact)


def authorised(*, at=MAY, asked=("health", "police"), **opening):
    story = given()
    for agency in asked:
        story = story.when(check(agency), at=RECEIVED)
    story = story.when(open_referral().model_copy(update=opening), at=DECIDED).when(
        ALLOCATE, at=DECIDED, by=MANAGER
    )
    return story.when(COMPLETE, at=at, by=WORKER).when(AUTHORISE, at=at, by=MANAGER)


@pytest.mark.parametrize(
    ("opening", "asked", "told"),
    [
        ({}, (), ("police",)),
        ({"referrer_agency": "education"}, ("health", "police"), ("education", "health", "police")),
        ({"source": ReferralSource.S1A, "referrer_agency": None}, ("health",), ("health", "referrer")),
        ({"tell_referrer": False, "referrer_agency": None}, ("police",), ("police",)),
        ({"tell_referrer": False, "referrer_agency": None}, (), ()),
    ],
)
def test_the_referrer_who_can_be_reached_and_every_agency_asked_are_to_be_told(opening, asked, told):
    story = authorised(asked=asked, **opening)
    assert story.decided[0].to_tell == told
    story.clocks(A6="open" if told else None)


def test_an_agency_asked_about_another_contact_is_not_to_be_told():
    story = given().when(check("housing", contact=THING), at=RECEIVED)
    story = story.when(open_referral(), at=DECIDED).when(ALLOCATE, at=DECIDED, by=MANAGER)
    story = story.when(COMPLETE, at=MAY, by=WORKER).when(AUTHORISE, at=MAY, by=MANAGER)
    assert story.decided[0].to_tell == ("police",)


def test_all_told_by_one_command_meet_it():
    story = authorised().when(share("police", "health"), at=MAY + HOUR, by=WORKER)
    story.then(OutcomeShared(to=("police", "health"), completes=True, sealed=SharedText())).clocks(A6="met")


def test_by_several_commands_it_is_met_when_the_last_is_told():
    story = authorised().when(share("police"), at=MAY + HOUR, by=WORKER).clocks(A6="open")
    story = story.when(share("health"), at=MAY + 2 * HOUR, by=WORKER).clocks(A6="met")
    assert story.clock("A6").acted_at == MAY + 2 * HOUR


def test_in_whatever_order_it_is_written_down():
    story = authorised().when(share("police"), at=MAY + 3 * HOUR, by=WORKER, happened=MAY + 2 * HOUR)
    story = story.when(share("health"), at=MAY + 4 * HOUR, by=WORKER, happened=MAY + HOUR)
    assert story.clock("A6").acted_at == MAY + 2 * HOUR


def test_told_in_time_and_written_down_after_it_is_met_and_the_miss_stays():
    due = london(2026, 5, 7)
    story = authorised().time_passes(until=due).missed("A6")
    story.when(share("police", "health"), at=due + HOUR, by=WORKER, happened=due - HOUR).missed().clocks(
        A6="met"
    )


def test_the_same_again_is_already_so_and_who_need_not_be_told_may_be():
    story = authorised().when(share("police", "housing"), at=MAY + HOUR, by=WORKER).clocks(A6="open")
    story.when(share("police"), at=MAY + HOUR, by=WORKER).nothing()
    assert story.when(share("health"), at=MAY + HOUR, by=WORKER).decided[0].completes
    after = story.when(share("health"), at=MAY + HOUR, by=WORKER).when(
        share("education"), at=MAY + 2 * HOUR, by=WORKER
    )
    assert not after.decided[0].completes
    assert after.clock("A6").acted_at == MAY + HOUR


def test_a_decision_not_to_tell_one_carries_reason_and_basis_and_leaves_the_others():
    refuses = {"with": "health", "reason": "Would reach the father.", "lawful_basis": "vital_interests"}
    story = authorised().when(ShareOutcome(to=("police",), not_shared=(refuses,)), at=MAY + HOUR, by=WORKER)
    story.then(
        OutcomeShared(
            to=("police",),
            not_shared=("health",),
            bases=(LawfulBasis.VITAL_INTERESTS,),
            completes=True,
            sealed=SharedText(reasons=("Would reach the father.",)),
        )
    ).clocks(A6="met")
    for lacking in ("reason", "lawful_basis"):
        with pytest.raises(ValidationError, match=lacking):
            ShareOutcome(to=(), not_shared=({k: v for k, v in refuses.items() if k != lacking},))


def test_nothing_is_shared_before_it_is_authorised():
    story = given().when(open_referral(), at=DECIDED).when(ALLOCATE, at=DECIDED, by=MANAGER)
    story.when(share("police"), at=MAY, by=WORKER).refused("A6")
    given().when(share("police"), at=MAY, by=WORKER).refused("A6")


def test_only_an_agency_or_the_referrer_is_told():
    with pytest.raises(ValidationError):
        share("the neighbours")


@pytest.mark.parametrize(
    ("at", "due"),
    [
        pytest.param(london(2026, 5, 1, 16), london(2026, 5, 6), id="on a Friday before a bank holiday"),
        pytest.param(london(2026, 5, 2, 9), london(2026, 5, 6), id="on a Saturday before it"),
        pytest.param(london(2026, 5, 13, 23, 59), london(2026, 5, 15), id="late in the evening"),
        pytest.param(london(2026, 10, 23, 12), london(2026, 10, 27), id="as clocks go back"),
        pytest.param(london(2027, 3, 26, 12), london(2027, 3, 31), id="as clocks go forward, over Easter"),
        pytest.param(london(2026, 12, 24, 12), london(2026, 12, 30), id="over Christmas"),
    ],
)
def test_it_is_due_at_the_end_of_the_next_working_day_and_at_that_instant_late(at, due):
    story = authorised(at=at)
    assert story.clock("A6").due_at == due
    told = share("police", "health")
    story.when(told, at=due - A_MOMENT, by=WORKER).missed().clocks(A6="met")
    story.when(told, at=due, by=WORKER).missed("A6").clocks(A6="missed")
