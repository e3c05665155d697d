"""Telling the referrer: what happens next (M3), and once it is decided, the outcome (M4)."""

from services.mash.events import InformedText, ReferrerInformed
from shared.domain.instants import london
from shared.testing.facts import THING
from tests.unit.mash.contacts import ACKNOWLEDGE, CLOSE, MANAGER, RECEIVE, TELL_OUTCOME, given

RECEIVED = london(2026, 4, 2, 16, 40)
DECIDED = london(2026, 4, 2, 17, 50)
TOLD = london(2026, 4, 2, 18, 30)


def received():
    return given().when(RECEIVE, at=RECEIVED)


def decided():
    return received().when(CLOSE, at=DECIDED)


def test_what_happens_next_can_be_told_before_a_decision():
    received().when(ACKNOWLEDGE, at=TOLD, by=MANAGER).then(
        ReferrerInformed(
            contact=THING, outcome=False, sealed=InformedText(message="We are gathering information.")
        )
    ).clocks(M3="met", M4=None)


def test_the_outcome_answers_both_clocks():
    decided().when(TELL_OUTCOME, at=TOLD).then(ReferrerInformed(contact=THING, outcome=True)).clocks(
        M3="met", M4="met"
    )


def test_what_happens_next_does_not_answer_for_the_outcome():
    decided().when(ACKNOWLEDGE, at=TOLD).clocks(M3="met", M4="open")


def test_there_is_no_outcome_before_the_decision():
    received().when(TELL_OUTCOME, at=TOLD).refused("M4")


def test_nor_was_it_told_before_the_decision_happened():
    decided().when(TELL_OUTCOME, at=TOLD, happened=london(2026, 4, 2, 17)).refused("M4")


def test_told_at_the_moment_of_the_decision():
    decided().when(TELL_OUTCOME, at=TOLD, happened=DECIDED).clocks(M4="met")


def test_told_in_time_and_written_down_late_is_met():
    """The miss that was recorded meanwhile stays, and is answered by it."""
    decided().time_passes(until=london(2026, 4, 4)).missed("M3", "M4").when(
        TELL_OUTCOME, at=london(2026, 4, 7, 9), happened=TOLD
    ).missed().clocks(M3="met", M4="met")


def test_a_referrer_may_be_told_again():
    decided().when(TELL_OUTCOME, at=TOLD).when(TELL_OUTCOME, at=london(2026, 4, 9, 9)).then(
        ReferrerInformed(contact=THING, outcome=True)
    ).clocks(M3="met", M4="met")
