"""Repeat patterns (R5): three incidents in 90 days, or one indicator of exploitation; one proposal stands on the child."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from services.missing.codes import Exploitation, PatternBy
from services.missing.events import (
    IncidentCounted,
    IncidentOver,
    PatternText,
    ProposalAnswered,
    RepeatPatternDetected,
    TriggerAttached,
)
from services.missing.streams.pattern import (
    DAYS,
    NoteDiscussionHeld,
    Pattern,
    ProposeStrategyDiscussion,
    counted,
    evolve,
)
from shared.domain.instants import london
from shared.testing.facts import CHILD
from tests.unit.missing.episodes import (
    BACK,
    COORDINATOR,
    GRADE,
    OFFICER,
    REPORTED,
    REVIEW,
    SIGHTING,
    WORKER,
    interview,
    re,
    reported,
    returned,
)

FIRST = date(2026, 5, 1)
IDS = [UUID(int=n) for n in range(1, 9)]


def incidents(*days):
    """What is said of incidents that happened after so many days, in the order in which they were reported."""
    state, said = Pattern(), []
    for episode, day in zip(IDS, days, strict=False):
        events = [*counted(state, episode, FIRST + timedelta(days=day)), IncidentOver(episode=episode)]
        for event in events:
            state = evolve(state, event)
        said.append([each for each in events if not isinstance(each, IncidentCounted | IncidentOver)])
    return said


def test_three_incidents_in_ninety_days_make_a_pattern_and_the_ninetieth_day_still_counts_r5():
    assert incidents(0, 35, 63) == [
        [],
        [],
        [RepeatPatternDetected(by=PatternBy.INCIDENTS, triggers=tuple(IDS[:3]))],
    ]
    assert incidents(0, 1, 90)[2]
    assert not incidents(0, 1, 91)[2]


def test_it_counts_when_they_happened_in_whatever_order_they_were_reported_r5():
    assert incidents(63, 0, 35)[2]


def test_a_fourth_attaches_to_the_proposal_that_stands_r5():
    assert incidents(0, 1, 2, 3)[3] == [TriggerAttached(by=PatternBy.INCIDENTS, trigger=IDS[3])]


@examples(st.lists(st.integers(0, 400), max_size=8))
def test_it_is_proposed_where_any_three_of_them_fit_and_once(days):
    said = [one for each in incidents(*days) for one in each if isinstance(one, RepeatPatternDetected)]
    ordered = sorted(days[: len(IDS)])
    fits = any(ordered[n + 2] - ordered[n] <= DAYS for n in range(len(ordered) - 2))
    assert len(said) == int(fits)


def detected(story):
    return [each for each in story.decided if isinstance(each, RepeatPatternDetected)]


@pytest.mark.parametrize("command", [GRADE, SIGHTING])
def test_an_indicator_told_while_the_child_is_missing_makes_a_pattern_alone_r5(command):
    missing = reported()
    told = command.model_copy(update={"exploitation_indicators": (Exploitation.CRIMINAL,)})
    story = missing.when(re(missing, told), at=REPORTED + timedelta(hours=1), by=OFFICER)
    assert [one.by for one in detected(story)] == [PatternBy.INDICATOR]


def test_so_does_one_told_with_the_report_or_by_the_child_r5():
    assert detected(reported(exploitation_indicators=(Exploitation.SEXUAL,)))
    back = returned()
    assert detected(
        back.when(re(back, interview(Exploitation.GANG)), at=BACK + timedelta(hours=4), by=WORKER)
    )
    assert not detected(back.when(re(back, interview()), at=BACK + timedelta(hours=4), by=WORKER))


def test_a_person_proposes_it_once_and_later_triggers_attach_r5():
    propose = ProposeStrategyDiscussion(
        about=(CHILD,), reason="Each time with the same man.", triggers=(IDS[0],)
    )
    proposed = reported().when(propose, at=REPORTED, by=COORDINATOR)
    proposed.then(
        RepeatPatternDetected(
            by=PatternBy.PERSON,
            triggers=(IDS[0],),
            sealed=PatternText(reason="Each time with the same man."),
        )
    )
    proposed.when(propose, at=REPORTED, by=COORDINATOR).then(
        TriggerAttached(by=PatternBy.PERSON, trigger=IDS[0])
    )


def test_a_panel_that_needs_no_discussion_answers_it_and_the_next_trigger_proposes_anew_r5():
    missing = reported(exploitation_indicators=(Exploitation.SEXUAL,))
    review = REVIEW.model_copy(update={"no_discussion_because": "Held last week by assessment."})
    answered = missing.when(re(missing, review), at=london(2026, 5, 6, 15), by=COORDINATOR)
    assert ProposalAnswered in map(type, answered.decided)
    assert not answered.stream("pattern").state.proposed


def test_a_discussion_that_was_held_answers_it_r5():
    missing = reported(exploitation_indicators=(Exploitation.SEXUAL,))
    held = missing.when(NoteDiscussionHeld(about=(CHILD,)), at=REPORTED + timedelta(days=1))
    held.then(ProposalAnswered(held=True))
    held.when(NoteDiscussionHeld(about=(CHILD,)), at=REPORTED + timedelta(days=1)).nothing()
