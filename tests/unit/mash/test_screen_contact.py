"""Screening: what a contact may be (M2), and whether the child may be a young carer (M12)."""

import pytest

from services.mash.codes import Potential
from services.mash.events import ContactScreened
from services.mash.streams.contact import ScreenContact
from shared.domain.instants import london
from shared.domain.rules import Deadline
from shared.testing.facts import ADULT, CHILD, SIBLING, THING
from tests.unit.mash.contacts import ACKNOWLEDGE, CLOSE, EW_2026, HOLD, RECEIVE, SCREEN, SCREENER, given

THURSDAY = london(2026, 4, 2, 16, 40)
LATER = london(2026, 4, 2, 16, 55)
AS_INFORMATION = ScreenContact(potential=Potential.INFORMATION, young_carers=())
SAME_DAY = Deadline(LATER, london(2026, 4, 3), rule="M2", edition=EW_2026)


def received():
    return given().when(RECEIVE, at=THURSDAY)


def screened(potential, *, gather_by=None, young_carer=False):
    return ContactScreened(contact=THING, potential=potential, young_carer=young_carer, gather_by=gather_by)


@pytest.mark.parametrize("potential", [Potential.CHILD_PROTECTION, Potential.CHILD_IN_NEED])
def test_a_grave_contact_is_gathered_for_that_day(potential):
    received().when(ScreenContact(potential=potential, young_carers=()), at=LATER, by=SCREENER).then(
        screened(potential, gather_by=SAME_DAY)
    ).clocks(M2="open", M1="open")


@pytest.mark.parametrize("potential", [Potential.EARLY_HELP, Potential.INFORMATION])
def test_any_other_starts_no_clock(potential):
    received().when(ScreenContact(potential=potential, young_carers=()), at=LATER).then(
        screened(potential)
    ).clocks(M2=None)


def test_the_clock_runs_from_when_it_was_screened_not_from_when_that_was_written_down():
    received().when(SCREEN, at=london(2026, 4, 3, 9), happened=LATER).then(
        screened(Potential.CHILD_PROTECTION, gather_by=SAME_DAY)
    ).missed("M2")


def test_screened_again_as_something_graver_starts_it_then():
    received().when(AS_INFORMATION, at=LATER).when(SCREEN, at=london(2026, 4, 7, 9)).then(
        screened(
            Potential.CHILD_PROTECTION,
            gather_by=Deadline(london(2026, 4, 7, 9), london(2026, 4, 8), rule="M2", edition=EW_2026),
        )
    )


def test_a_second_look_starts_no_second_clock():
    in_need = ScreenContact(potential=Potential.CHILD_IN_NEED, young_carers=())
    received().when(SCREEN, at=LATER).when(in_need, at=london(2026, 4, 2, 17)).then(
        screened(Potential.CHILD_IN_NEED)
    )


def test_the_same_screening_again_is_already_so():
    received().when(SCREEN, at=LATER).when(SCREEN, at=london(2026, 4, 2, 17)).nothing()


def test_of_several_children_only_the_one_named_may_be_a_young_carer():
    command = ScreenContact(about=(CHILD, SIBLING), potential=Potential.EARLY_HELP, young_carers=(CHILD,))
    both = given().when(RECEIVE.model_copy(update={"about": (CHILD, SIBLING)}), at=THURSDAY)
    both.when(command, at=LATER).then(
        screened(Potential.EARLY_HELP, young_carer=True).model_copy(update={"child": CHILD}),
        screened(Potential.EARLY_HELP).model_copy(update={"child": SIBLING}),
    )


def test_somebody_outside_the_contact_is_not_asked_about():
    command = ScreenContact(potential=Potential.EARLY_HELP, young_carers=(ADULT,))
    received().when(command, at=LATER).refused("M12")


def test_a_decided_contact_is_not_screened():
    received().when(CLOSE, at=LATER).when(SCREEN, at=LATER).refused("M1", reason="already_decided")


@pytest.mark.parametrize("command", [SCREEN, HOLD, CLOSE], ids=["screened", "held", "decided"])
def test_nothing_is_done_with_a_contact_before_it_is_received(command):
    received().when(command, at=LATER, happened=london(2026, 4, 2, 16, 39)).refused("E2")
    assert received().when(command, at=LATER, happened=THURSDAY).refusal is None


def test_where_the_time_and_the_decision_forbid_it_both_are_named():
    early = london(2026, 4, 2, 16, 39)
    decided = received().when(CLOSE, at=LATER)
    for command in (SCREEN, HOLD, CLOSE):
        decided.when(command, at=LATER, happened=early).refused("M1", "E2", reason="already_decided")
    received().when(HOLD, at=LATER).when(HOLD, at=LATER, happened=early).refused("M5", "E2")


def test_the_referrer_may_have_been_told_before_the_contact_was_taken_in():
    early = london(2026, 4, 2, 16)
    assert received().when(ACKNOWLEDGE, at=LATER, happened=early).refusal is None
