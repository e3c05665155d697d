"""Assessing: what was identified, said and scaled; completed, and authorised by another than its author (A3, A10, A17)."""

import pytest
from pydantic import ValidationError

from services.assessment.codes import AssessmentKind, AssessmentOutcome, Factor, FamilyNetwork, Scaler
from services.assessment.events import (
    AssessmentAuthorised,
    AssessmentCompleted,
    AuthorisedText,
    CompletedText,
    FactorsRecorded,
    FamilyNetworkMeetingDeclined,
    FamilyNetworkMeetingHeld,
    NetworkText,
    SafetyScaled,
    ScaleText,
    SignsOfSafetyAnswered,
    SignsOfSafetyText,
)
from services.assessment.rules import RULES
from services.assessment.streams.assessment import (
    AnswerSignsOfSafety,
    AuthoriseAssessment,
    CompleteAssessment,
    HoldFamilyNetworkMeeting,
    RecordFactors,
    ScaleSafety,
)
from shared.domain.instants import london
from shared.testing.facts import ADULT, actor
from tests.unit.assessment.referrals import ALLOCATE, MANAGER, SEEN_ALONE, WORKER, opened

APRIL, MAY = london(2026, 4, 7, 9), london(2026, 5, 4, 15)
COMPLETE = CompleteAssessment(
    outcome=AssessmentOutcome.CHILD_IN_NEED_PLAN,
    factors=(Factor.F18C, Factor.F4B),
    safety_scale=6,
    signs_of_safety={"harm": "Bruise", "needed": "Help with anger and sleep"},
)
AUTHORISE = AuthoriseAssessment(comment="Clear.")


def begun():
    return opened().when(ALLOCATE, at=APRIL, by=MANAGER)


def completed(by=WORKER):
    return begun().when(COMPLETE, at=MAY, by=by)


def test_what_is_identified_is_recorded_anew_and_the_same_again_is_already_so():
    story = begun().when(RecordFactors(factors=("18C", "4B")), at=MAY, by=WORKER)
    story.then(FactorsRecorded(factors=(Factor.F18C, Factor.F4B)))
    story.when(RecordFactors(factors=("4B", "18C")), at=MAY, by=WORKER).nothing()


@pytest.mark.parametrize(
    "command",
    [RecordFactors(factors=("21", "4B")), COMPLETE.model_copy(update={"factors": (Factor.F21, Factor.F4B)})],
)
def test_that_nothing_is_identified_stands_alone(command):
    begun().when(command, at=MAY, by=WORKER).refused("A10")


def test_a_factor_of_another_edition_is_none():
    with pytest.raises(ValidationError):
        RecordFactors(factors=("8A",))


def test_signs_of_safety_and_scales_are_kept_in_the_familys_own_words():
    begun().when(AnswerSignsOfSafety(harm="Bruise"), at=MAY, by=WORKER).then(
        SignsOfSafetyAnswered(sealed=SignsOfSafetyText(harm="Bruise"))
    )
    begun().when(ScaleSafety(scale=3, by="child", reason="He shouts."), at=MAY, by=WORKER).then(
        SafetyScaled(scale=3, by=Scaler.CHILD, sealed=ScaleText(reason="He shouts."))
    )
    with pytest.raises(ValidationError):
        ScaleSafety(scale=11)


def test_the_familys_network_meets_or_it_is_said_why_not():
    held = HoldFamilyNetworkMeeting(
        held=True, family=(ADULT,), plan=({"what": "Collect Ava", "owner": "Nana", "by": "2026-05-08"},)
    )
    begun().when(held, at=MAY, by=WORKER).then(
        FamilyNetworkMeetingHeld(
            family=(ADULT,), sealed=NetworkText(plan=("Collect Ava (Nana, by 08 May 2026)",))
        )
    )
    begun().when(HoldFamilyNetworkMeeting(held=False, offered=True), at=MAY, by=WORKER).then(
        FamilyNetworkMeetingDeclined(offered=True)
    )
    with pytest.raises(ValidationError, match="why_not"):
        HoldFamilyNetworkMeeting(held=False)


def test_it_is_completed_by_its_author():
    completed().then(
        AssessmentCompleted(
            outcome=AssessmentOutcome.CHILD_IN_NEED_PLAN,
            factors=(Factor.F18C, Factor.F4B),
            safety_scale=6,
            author=WORKER.id,
            sealed=CompletedText(
                signs_of_safety=SignsOfSafetyText(harm="Bruise", needed="Help with anger and sleep")
            ),
        )
    ).clocks(A3="open")


def test_a_manager_who_is_not_its_author_authorises_it():
    completed().when(SEEN_ALONE, at=MAY, by=WORKER).when(AUTHORISE, at=MAY, by=MANAGER).then(
        AssessmentAuthorised(
            kind=AssessmentKind.CHILDREN_AND_FAMILIES,
            outcome=AssessmentOutcome.CHILD_IN_NEED_PLAN,
            factors=(Factor.F18C, Factor.F4B),
            safety_scale=6,
            child_seen=True,
            to_tell=("police",),
            share_by=RULES.deadline("A6", MAY),
            sealed=AuthorisedText(comment="Clear."),
        )
    ).clocks(A3="met", A6="open")


def test_the_author_does_not_authorise_it_nor_one_of_several():
    completed(by=MANAGER).when(AUTHORISE, at=MAY, by=MANAGER).refused("A3")
    both = completed(by=MANAGER).when(COMPLETE, at=MAY, by=WORKER)
    both.when(AUTHORISE, at=MAY, by=MANAGER).refused("A3")
    assert both.when(AUTHORISE, at=MAY, by=actor("team_manager", "Another Manager")).refusal is None


def test_there_is_something_to_authorise_once():
    begun().when(AUTHORISE, at=MAY, by=MANAGER).refused("A3")
    opened().when(AUTHORISE, at=MAY, by=MANAGER).refused("A3")
    completed().when(AUTHORISE, at=MAY, by=MANAGER).when(AUTHORISE, at=MAY, by=MANAGER).refused("A3")


def test_nothing_is_authorised_without_factors_and_they_may_have_been_recorded_before():
    plain = COMPLETE.model_copy(update={"factors": ()})
    begun().when(plain, at=MAY, by=WORKER).when(AUTHORISE, at=MAY, by=MANAGER).refused("A10")
    story = begun().when(RecordFactors(factors=("21",)), at=MAY, by=WORKER).when(plain, at=MAY, by=WORKER)
    (authorised,) = story.when(AUTHORISE, at=MAY, by=MANAGER).decided
    assert authorised.factors == (Factor.F21,)


def test_what_finer_commands_recorded_counts_where_completing_does_not_say_it():
    story = begun().when(ScaleSafety(scale=4), at=MAY, by=WORKER)
    story = story.when(HoldFamilyNetworkMeeting(held=True), at=MAY, by=WORKER)
    plain = COMPLETE.model_copy(update={"safety_scale": None})
    (authorised,) = story.when(plain, at=MAY, by=WORKER).when(AUTHORISE, at=MAY, by=MANAGER).decided
    assert (authorised.safety_scale, authorised.family_network) == (4, FamilyNetwork.HELD)


def test_a_child_never_seen_and_a_network_that_never_met_are_shown_and_do_not_refuse():
    (authorised,) = completed().when(AUTHORISE, at=MAY, by=MANAGER).decided
    assert (authorised.child_seen, authorised.family_network) == (False, None)
    assert RULES.rule_at("A17", MAY).met_by == "recorded"
    before = completed().when(SEEN_ALONE, at=MAY, happened=london(2026, 4, 1), by=WORKER)
    assert before.when(AUTHORISE, at=MAY, by=MANAGER).decided[0].child_seen is False


@pytest.mark.parametrize(
    "command",
    [
        RecordFactors(factors=("4B",)),
        AnswerSignsOfSafety(),
        ScaleSafety(scale=1),
        HoldFamilyNetworkMeeting(held=True),
        COMPLETE,
    ],
    ids=lambda one: type(one).__name__,
)
def test_without_an_open_assessment_nothing_is_recorded_of_one(command):
    opened().when(command, at=MAY, by=WORKER).refused("A10", reason="no_assessment")
    authorised = completed().when(AUTHORISE, at=MAY, by=MANAGER)
    authorised.when(command, at=MAY, by=WORKER).refused("A10", reason="no_assessment")
