"""Whatever is asked of a referral, in whatever order: what must always hold."""

from datetime import timedelta
from functools import reduce
from itertools import pairwise
from uuid import uuid5

from hypothesis import given as examples
from hypothesis import strategies as st

from services.assessment.codes import Place
from services.assessment.events import ChildSeen, ReferralOpened
from services.assessment.streams.child_file import RecordVisit, child_file
from services.assessment.streams.referral import referral
from shared.domain.instants import london
from shared.testing.facts import CHILD, THING
from tests.unit.assessment.referrals import ALLOCATE, CONTACT, given, open_referral

START = london(2026, 10, 23, 9)
CONTACTS = (CONTACT, uuid5(THING, "another contact"))
VISITS = st.builds(
    RecordVisit,
    seen=st.just(value=True),
    alone=st.booleans(),
    why_not_alone=st.sampled_from([None, "", "too young"]),
    words=st.text(st.characters(codec="utf-8", exclude_categories=("C",)), max_size=20),
    place=st.sampled_from(Place),
) | st.builds(
    RecordVisit,
    seen=st.just(value=False),
    why_not_seen=st.just("Nobody opened."),
    place=st.sampled_from(Place),
)
COMMANDS = st.one_of(
    st.builds(open_referral, st.just(START), st.sampled_from(CONTACTS)),
    st.integers(1, 60).map(lambda n: ALLOCATE.model_copy(update={"assessment_due_in_working_days": n})),
    VISITS,
)
STEPS = st.lists(st.tuples(COMMANDS, st.integers(0, 100), st.integers(0, 72)), max_size=12)


def play(steps):
    """A story of these steps. Whatever is raised beside a refusal ends the test."""
    story, now = given(), START
    stories = [story]
    for command, hours, ago in steps:
        now += timedelta(hours=hours)
        story = story.when(command, at=now, happened=now - timedelta(hours=ago))
        stories.append(story)
    return stories


@examples(STEPS)
def test_a_child_has_one_open_referral_and_one_clock_of_each_rule(steps):
    story = play(steps)[-1]
    assert len([one for one in story.records if isinstance(one.event, ReferralOpened)]) <= 1
    assert [one.rule for one in story.streams["referral"].clocks.all] in ([], ["A2", "A3"])


@examples(STEPS)
def test_only_a_child_seen_since_the_contact_answers(steps):
    story = play(steps)[-1]
    clock = story.clock("A2")
    answers = [one for one in story.records if isinstance(one.event, ChildSeen) and one.happened_at >= START]
    assert (clock.acted_at if clock else None) == min((one.happened_at for one in answers), default=None)


@examples(STEPS)
def test_a_refusal_names_a_rule_and_changes_nothing(steps):
    for before, after in pairwise(play(steps)):
        if after.refusal is not None:
            assert after.refusal.rules
            assert after.refusal.message
            assert after.streams == before.streams


@examples(STEPS)
def test_the_log_alone_gives_the_same_state_with_or_without_the_sealed_parts(steps):
    stories = play(steps)
    placed = [
        event.placed(child=CHILD, happened_at=story.last.happened)
        for story in stories
        for event in story.decided
    ]
    for kind in (referral, child_file):
        from_log = [one.event for one in stories[-1].records if isinstance(one.event, kind.event_types())]
        assert all(event.sealed is None for event in from_log)
        state = stories[-1].stream(kind.name).state
        assert reduce(kind.evolve, from_log, kind.state) == state
        told = [event for event in placed if isinstance(event, kind.event_types())]
        assert reduce(kind.evolve, told, kind.state) == state
