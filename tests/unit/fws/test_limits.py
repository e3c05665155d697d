"""Early help at its limits: who consents for whom, harm before a bank holiday, the second attempt, the end of six months."""

from datetime import date
from uuid import uuid5

import pytest

from services.fws.app import app
from services.fws.codes import FormalReview
from services.fws.events import ConsentRecorded, HelpExtended
from services.fws.streams.family_episode import ExtendHelp, HoldFormalReview, RecordConsent
from shared.domain.code_lists import ConsentScope, Progress
from shared.domain.instants import london
from shared.domain.people import KnownPerson, Span
from shared.testing.deciders import story_of
from shared.testing.facts import ADULT, CHILD, SIBLING
from shared.testing.teams import team_of
from tests.unit.fws.families import (
    ALLOCATE,
    CLOSE,
    DRAFT,
    ESCALATE,
    FAMILY,
    HOLDS,
    KEYWORKER,
    MANAGER,
    MEET,
    REQUESTED,
    SHARE,
    VISIT,
    drafted,
    planned,
    request,
    requested,
)

HALF_SIBLING = uuid5(CHILD, "half-sibling")
THREE = (CHILD, SIBLING, HALF_SIBLING)
FATHER = uuid5(CHILD, "father")
CONSENT = RecordConsent(
    about=THREE, given_by=ADULT, scope=(ConsentScope.REFERRAL,), signed=True, young_person_asked=True
)


def three_children():
    """Three children of one mother, who holds no parental responsibility for the third: that is his father."""
    people = {
        CHILD: KnownPerson(kind="child", responsible=HOLDS),
        SIBLING: KnownPerson(kind="child", responsible=HOLDS),
        HALF_SIBLING: KnownPerson(kind="child", responsible={(FATHER, "father"): (Span(),)}),
        ADULT: KnownPerson(kind="adult"),
        FATHER: KnownPerson(kind="adult"),
    }
    story = story_of(team_of(app, people=people))
    for child in THREE:
        story = story.when(request(child, family=THREE, consented_by=()), at=REQUESTED, by=MANAGER)
    return story


def test_m16_consent_of_one_parent_counts_for_the_children_who_are_hers_to_consent_for():
    at = london(2026, 1, 6, 9)
    story = three_children().when(CONSENT, at=at, by=KEYWORKER).refused("M16")
    hers = story.when(CONSENT.model_copy(update={"about": FAMILY}), at=at, by=KEYWORKER)
    assert [one.child for one in hers.decided if isinstance(one, ConsentRecorded)] == [*FAMILY]
    for_all = ALLOCATE.model_copy(update={"about": THREE})
    hers.when(for_all, at=at, by=MANAGER).refused("M16")
    fathers = CONSENT.model_copy(update={"about": (HALF_SIBLING,), "given_by": FATHER})
    all_three = hers.when(fathers, at=at, by=KEYWORKER).when(for_all, at=at, by=MANAGER)
    assert all_three.refusal is None
    all_three.clocks(about=HALF_SIBLING, F1="met")


def test_f10_a_family_escalated_at_five_to_five_on_the_friday_before_a_bank_holiday():
    friday = london(2026, 5, 1, 16, 55)  # Monday 4 May is a bank holiday
    story = planned().when(ESCALATE, at=friday, by=KEYWORKER)
    for child in FAMILY:
        due = {rule: story.clock(rule, about=child).due_at for rule in ("F10", "A11", "A1", "A2")}
        assert due == {
            "F10": london(2026, 5, 2),
            "A11": london(2026, 5, 2),
            "A1": london(2026, 5, 2),
            "A2": london(2026, 5, 8),
        }
    story.clocks(about=CHILD, F10="open", F9="ended")
    missed = story.time_passes(until=london(2026, 5, 2))
    assert {one.rule for one in missed.misses} == {"F10", "A11", "A1"}


def test_f5_and_f5b_a_meeting_in_time_for_the_first_meets_both_and_one_after_it_the_second_alone():
    shared = drafted().when(SHARE, at=london(2026, 2, 6, 10), by=KEYWORKER)
    assert (shared.clock("F5", about=CHILD).due_at, shared.clock("F5b", about=CHILD).due_at) == (
        london(2026, 2, 13),
        london(2026, 2, 20),
    )
    first = shared.when(MEET, at=london(2026, 2, 12, 23, 59), by=KEYWORKER)
    first.clocks(about=CHILD, F5="met", F5b="met")
    second = shared.when(MEET, at=london(2026, 2, 13), by=KEYWORKER)
    second.clocks(about=CHILD, F5="missed", F5b="met")
    too_late = shared.when(MEET, at=london(2026, 2, 20), by=KEYWORKER)
    too_late.clocks(about=CHILD, F5="missed", F5b="missed")


def from_the_end_of_august():
    """A plan that is live on the 31st of August."""
    story = requested(requested_at=london(2026, 7, 27, 10))
    for at, command, by in (
        (london(2026, 7, 27, 12), ALLOCATE, MANAGER),
        (london(2026, 7, 29, 12), VISIT, KEYWORKER),
        (london(2026, 8, 24, 12), DRAFT, KEYWORKER),
        (london(2026, 8, 25, 12), SHARE, KEYWORKER),
        (london(2026, 8, 31, 12), MEET, KEYWORKER),
    ):
        story = story.when(command, at=at, by=by)
    return story


def test_f9_six_months_from_the_31st_of_august_end_with_february():
    story = from_the_end_of_august()
    assert story.clock("F9", about=CHILD).due_at == london(2027, 3, 1)
    assert story.clock("F8", about=CHILD).due_at == london(2026, 12, 1)
    last = story.when(CLOSE, at=london(2027, 2, 28, 23, 59), by=KEYWORKER)
    last.clocks(about=CHILD, F9="met")
    story.when(CLOSE, at=london(2027, 3, 1), by=KEYWORKER).clocks(about=CHILD, F9="missed")


@pytest.mark.parametrize(("until", "rules"), [(date(2027, 2, 28), ()), (date(2027, 3, 1), ("F9",))])
def test_f9_help_from_the_31st_of_august_is_extended_to_the_end_of_february_at_most(until, rules):
    formal = HoldFormalReview(about=FAMILY, progress=Progress.SOME, decision=FormalReview.EXTEND)
    story = from_the_end_of_august().when(formal, at=london(2026, 11, 26, 12), by=KEYWORKER)
    extend = ExtendHelp(about=FAMILY, reason="A bereavement.", exceptional=True, until=until)
    extended = story.when(extend, at=london(2026, 11, 27, 12), by=MANAGER)
    if rules:
        extended.refused(*rules)
    else:
        assert {type(one) for one in extended.decided} == {HelpExtended}
        assert extended.clock("F9", about=CHILD).due_at == london(2027, 3, 1)
