"""The outcome (L5), the referrals that follow or why not, telling the adult and the family, and closing (L6)."""

from datetime import timedelta

import pytest

from services.lado.codes import AllegationOutcome
from services.lado.events import AdultTold, FamilyTold, ToldText
from services.lado.streams.allegation import DetermineOutcome, TellAdult, TellFamily
from shared.domain.instants import london
from shared.team.corrections import CorrectRecord
from tests.unit.lado.allegations import (
    BARRING,
    CLOSE,
    DECIDED,
    LOW_LEVEL,
    MEETING,
    OFFICER,
    REGULATOR,
    REVIEW,
    SUBSTANTIATED,
    THRESHOLD,
    UNFOUNDED,
    concluded,
    decided,
    go_on,
    notified,
    then,
)

END = london(2026, 6, 22, 10, 20)
DUE = london(2027, 5, 21)


@pytest.mark.parametrize(("at", "state"), [(DUE - timedelta(microseconds=1), "met"), (DUE, "missed")])
def test_l5_the_outcome_within_a_year_of_the_receipt(at, state):
    go_on(decided(), (UNFOUNDED, at)).clocks(L5=state)


def test_l5_is_missed_where_nobody_determines_it():
    decided().time_passes(until=DUE).missed("L3", "L5")


def test_l6_closing_without_an_outcome_is_refused():
    go_on(decided(), (CLOSE, END)).refused("L6")


@pytest.mark.parametrize(
    "outcome", [one for one in AllegationOutcome if one is not AllegationOutcome.SUBSTANTIATED]
)
def test_l6_what_was_not_substantiated_closes_with_its_outcome(outcome):
    go_on(concluded(DetermineOutcome(outcome=outcome)), (CLOSE, END)).clocks(L4="ended", L5="met")


@pytest.mark.parametrize("only", [(), (BARRING,), (REGULATOR,)])
def test_l6_substantiated_without_both_referrals_decided_is_refused(only):
    story = go_on(concluded(), *((each, END) for each in only))
    story = go_on(story, (CLOSE, END))
    story.refused("L6")
    assert ("barring" in story.refusal.message) == (BARRING not in only)
    assert ("regulator" in story.refusal.message) == (REGULATOR not in only)


def test_l6_a_decision_not_to_refer_is_one_and_says_why():
    story = go_on(
        concluded(), (BARRING.model_copy(update={"referred": False}), END), (REGULATOR, END), (CLOSE, END)
    )
    assert story.refusal is None
    story.clocks(L4="ended", L5="met")


def test_the_threshold_is_decided_before_anything_is_closed_l2():
    then(notified(), (CLOSE, END)).refused("L2")


def test_what_stays_with_the_employer_closes_without_an_outcome():
    story = then(notified(), (LOW_LEVEL, DECIDED), (CLOSE, END))
    assert story.refusal is None
    story.clocks(L5="ended")


def test_closed_before_a_meeting_was_held_its_clock_ends():
    story = go_on(decided(), (UNFOUNDED, DECIDED + timedelta(hours=1)), (CLOSE, DECIDED + timedelta(hours=2)))
    story.clocks(L3="ended", L5="met")


def test_closed_again_it_is_already_so_and_managed_no_more():
    closed = go_on(concluded(UNFOUNDED), (CLOSE, END))
    go_on(closed, (CLOSE, END)).nothing()
    for command in (THRESHOLD, MEETING, REVIEW, UNFOUNDED):
        refused = go_on(closed, (command, END))
        assert refused.refusal is not None
        assert refused.refusal.reason == "closed"


def test_the_outcome_is_one_until_it_is_withdrawn_l6():
    story = concluded()
    go_on(story, (SUBSTANTIATED, END)).nothing()
    go_on(story, (UNFOUNDED, END)).refused("L6", reason="already_determined")
    withdrawn = story.when(
        CorrectRecord(re=story.id, reason="It was another case.", withdrawn=True), at=END, by=OFFICER
    )
    withdrawn.clocks(L5="open")
    go_on(withdrawn, (UNFOUNDED, END)).clocks(L5="met")


def test_the_adult_and_the_family_are_told_or_why_not():
    tell = TellAdult(told=False, why_not_yet="The police asked to wait.")
    go_on(decided(), (tell, END)).then(
        AdultTold(told=False, sealed=ToldText(why_not="The police asked to wait."))
    )
    family = TellFamily(told=True, what="That it is looked into.")
    go_on(decided(), (family, END)).then(
        FamilyTold(told=True, sealed=ToldText(what="That it is looked into."))
    )
