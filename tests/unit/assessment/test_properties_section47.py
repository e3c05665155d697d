"""Whatever is asked of strategy discussions and enquiries, in whatever order and however late: what must always hold."""

from datetime import timedelta
from functools import reduce
from itertools import pairwise

from hypothesis import given as examples
from hypothesis import strategies as st

from services.assessment.codes import SECTION_47, StrategyDecision
from services.assessment.events import (
    ReferralOpened,
    Section47Concluded,
    Section47Decided,
    Section47Initiated,
    StrategyMeetingHeld,
)
from shared.domain.clock_facts import DeadlineMissed
from shared.domain.instants import london
from shared.domain.stream_state import StreamState
from shared.team.elsewhere import NoteEnd, NoteStart
from shared.testing.facts import event_id
from tests.unit.assessment.strategy import (
    ALL_THREE,
    CONFERENCE,
    CONVENE,
    HOLD,
    INITIATE,
    MANAGER,
    NO_CONFERENCE,
    REQUEST,
    WORKER,
    assessment,
)

START = london(2026, 10, 23, 9)
"""A Friday; on the Sunday after it clocks go back."""
HOLDS = st.builds(
    lambda decision, present, why: HOLD.model_copy(
        update={"decision": decision, "present": present, "why_not_quorate": why}
    ),
    st.sampled_from(StrategyDecision),
    st.sampled_from([ALL_THREE, ALL_THREE, ALL_THREE[:2]]),
    st.sampled_from(["", "Snow."]),
)
RULES = ("A11", "F10", "R8")
STARTS = st.builds(
    lambda rule, n: NoteStart(rule=rule, cause=event_id(900 + n)), st.sampled_from(RULES), st.integers(1, 3)
)
ENDS = st.integers(1, 3).map(lambda n: NoteEnd(rule="R8", cause=event_id(950 + n)))
OTHERS = st.sampled_from([CONVENE, INITIATE, NO_CONFERENCE, CONFERENCE, REQUEST])
STEPS = st.lists(
    st.tuples(HOLDS | STARTS | ENDS | OTHERS, st.integers(0, 40), st.integers(0, 60)), max_size=14
)


def play(steps):
    """A story of these steps. Whatever is raised beside a refusal ends the test."""
    story, now = assessment, START
    stories = [story]
    for command, hours, ago in steps:
        now += timedelta(hours=hours)
        by = MANAGER if command.NAME.endswith(("Meeting", "Discussion", "Conference")) else WORKER
        story = story.when(command, at=now, by=by, happened=max(now - timedelta(hours=ago), START))
        stories.append(story)
    return stories


def facts(story, *kinds):
    return [one for one in story.records if isinstance(one.event, kinds)]


@examples(STEPS)
def test_there_is_no_enquiry_without_the_strategy_discussion_that_decided_on_it(steps):
    story = play(steps)[-1]
    held = {
        one.envelope.thing_id: one.happened_at
        for one in facts(story, StrategyMeetingHeld)
        if one.event.decision in SECTION_47 and one.event.quorate
    }
    for one in facts(story, Section47Decided, Section47Initiated, Section47Concluded):
        assert one.event.discussion in held
        assert one.happened_at >= held[one.event.discussion]


@examples(STEPS)
def test_one_enquiry_is_open_at_a_time_and_work_on_it_begins_once(steps):
    story = play(steps)[-1]
    turns = facts(story, Section47Decided, Section47Concluded)
    kinds = [type(one.event) for one in turns]
    assert kinds == [Section47Decided, Section47Concluded] * (len(kinds) // 2) + kinds[:1] * (len(kinds) % 2)
    begun = [one.stream for one in facts(story, Section47Initiated)]
    assert len(begun) == len(set(begun))


@examples(STEPS)
def test_only_a_discussion_that_begins_an_enquiry_says_so(steps):
    story = play(steps)[-1]
    begins = [
        one.envelope.thing_id for one in facts(story, StrategyMeetingHeld) if one.event.begins_section_47
    ]
    assert begins == [one.event.discussion for one in facts(story, Section47Decided)]


@examples(STEPS)
def test_a_child_has_one_referral_at_a_time(steps):
    story = play(steps)[-1]
    assert len(facts(story, ReferralOpened)) <= 1
    assert bool(facts(story, ReferralOpened)) == bool(facts(story, StrategyMeetingHeld))


@examples(STEPS)
def test_each_clock_is_in_one_state_by_the_first_discussion_since_it_began(steps):
    story = play(steps)[-1]
    held = sorted(one.happened_at for one in facts(story, StrategyMeetingHeld))
    for clock in story.streams["strategy_due"].clocks:
        start = clock.deadline.starts_at
        later = [at for at in held if at > start][:1]
        # At one instant what was written down first stands first: there a discussion may count or not.
        may = {*(later or [None]), *([start] if start in held else [])}
        assert clock.acted_at in may or (clock.acted_at is None and clock.ended_at is not None)
        assert clock.state(story.last.now if story.last else START) in {"met", "missed", "ended", "open"}


@examples(STEPS)
def test_a_miss_is_said_once_for_each_clock(steps):
    story = play(steps)[-1].time_passes(until=START + timedelta(days=200))
    misses = [
        (one.event.rule, one.event.started_by, one.event.due_at) for one in facts(story, DeadlineMissed)
    ]
    assert len(misses) == len(set(misses))


@examples(STEPS)
def test_a_refusal_names_a_rule_and_changes_nothing(steps):
    for before, after in pairwise(play(steps)):
        if after.refusal is not None:
            assert after.refusal.rules
            assert after.refusal.message
            assert after.records == before.records


@examples(STEPS)
def test_the_log_alone_gives_the_same_states_without_the_sealed_parts(steps):
    story = play(steps)[-1]
    for at in story.logs.streams.values():
        told = [(one.event, one.envelope.event_id) for one in at.told]
        assert all(event.sealed is None for event, _ in told)
        folded = reduce(
            lambda state, each, kind=at.kind: state.after(kind, *each), told, StreamState(0, at.kind.state)
        )
        assert folded == at.folded
