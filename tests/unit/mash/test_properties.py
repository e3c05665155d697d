"""Whatever is asked of a contact, in whatever order: what must always hold."""

from datetime import timedelta
from functools import reduce
from itertools import pairwise

from hypothesis import given as examples
from hypothesis import strategies as st

from services.mash.codes import Potential
from services.mash.events import ContactDecided, ContactHeld, ReferrerInformed
from services.mash.streams.contact import Contact, ScreenContact, contact, evolve
from shared.domain.clock_facts import DeadlineMissed
from shared.domain.instants import london
from shared.testing.facts import CHILD
from tests.unit.mash.contacts import ACCEPT, ACKNOWLEDGE, CLOSE, HOLD, RECEIVE, TELL_OUTCOME, given

START = london(2026, 3, 27, 9)
COMMANDS = st.one_of(
    st.sampled_from([HOLD, ACCEPT, CLOSE, ACKNOWLEDGE, TELL_OUTCOME]),
    st.builds(
        ScreenContact, potential=st.sampled_from(Potential), young_carers=st.sampled_from([(), (CHILD,)])
    ),
)
STEPS = st.lists(st.tuples(COMMANDS, st.integers(0, 200), st.integers(0, 48)), max_size=12)
"""What is asked, how many hours after the last, and how many hours before that it happened."""


def play(steps):
    """A story of these steps. Whatever is raised beside a refusal ends the test."""
    story, now = given().when(RECEIVE, at=START), START
    stories = [story]
    for command, hours, ago in steps:
        now += timedelta(hours=hours)
        story = story.when(command, at=now, happened=now - timedelta(hours=ago))
        stories.append(story)
    return stories


def facts(story, kind):
    return [record.event for record in story.records if isinstance(record.event, kind)]


@examples(STEPS)
def test_it_is_decided_once_and_held_at_most_once(steps):
    story = play(steps)[-1]
    assert len(facts(story, ContactDecided)) <= 1
    assert len(facts(story, ContactHeld)) <= 1


@examples(STEPS)
def test_no_outcome_is_told_before_it_is_decided(steps):
    story = play(steps)[-1]
    decided = facts(story, ContactDecided)
    for told in facts(story, ReferrerInformed):
        assert not told.outcome or (decided and told.happened_at >= decided[0].happened_at)


@examples(STEPS)
def test_a_refusal_names_a_rule_and_changes_nothing(steps):
    stories = play(steps)
    for before, after in pairwise(stories):
        if after.refusal is not None:
            assert after.refusal.rules
            assert after.refusal.message
            assert after.streams == before.streams


@examples(STEPS)
def test_each_clock_runs_once_and_on_the_stream_that_keeps_it(steps):
    story = play(steps)[-1]
    rules = [clock.rule for clock in story.streams["contact"].clocks]
    assert len(rules) == len(set(rules))
    assert set(rules) <= set(contact.clocks)


@examples(STEPS)
def test_every_due_instant_is_missed_at_most_once(steps):
    story = play(steps)[-1].time_passes(until=london(2027, 1, 1))
    missed = [(miss.rule, miss.started_by, miss.due_at) for miss in facts(story, DeadlineMissed)]
    assert len(missed) == len(set(missed))


@examples(STEPS)
def test_the_log_alone_gives_the_same_state_with_or_without_the_sealed_parts(steps):
    stories = play(steps)
    own = contact.event_types()
    from_log = [record.event for record in stories[-1].records if isinstance(record.event, own)]
    assert all(event.sealed is None for event in from_log)
    assert reduce(evolve, from_log, Contact()) == stories[-1].state
    placed = [
        event.placed(child=CHILD, happened_at=story.last.happened)
        for story in stories
        for event in story.decided
    ]
    assert reduce(evolve, placed, Contact()) == stories[-1].state
