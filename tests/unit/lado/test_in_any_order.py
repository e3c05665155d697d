"""Whatever the LADO does, and in whatever order it is written down: the state's rules hold, and the clocks are those of the acts."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.lado.codes import AllegationOutcome
from services.lado.streams.allegation import DetermineOutcome
from shared.domain.instants import london
from shared.testing.deciders import Story
from tests.unit.lado.allegations import (
    BARRING,
    CLOSE,
    LOW_LEVEL,
    MEETING,
    NOTIFIED,
    OFFICER,
    REGULATOR,
    REVIEW,
    THRESHOLD,
    decided,
    notified,
)

WRITTEN = london(2027, 3, 1, 9)
"""When all of it is written down: long after, so that nothing runs."""
DAYS = st.lists(
    st.tuples(st.booleans(), st.integers(8, 200)), min_size=1, max_size=6, unique_by=lambda one: one[1]
)


def told(acts: list[tuple[bool, int]]) -> Story:
    """Meetings (True) and reviews, each so many days after the notification, written down in this order."""
    story = decided()
    thing = story.records[0].envelope.thing_id
    for n, (meeting, day) in enumerate(acts):
        command = (MEETING if meeting else REVIEW).model_copy(update={"re": thing})
        story = story.when(
            command,
            at=WRITTEN + timedelta(minutes=n),
            happened=NOTIFIED + timedelta(days=day),
            by=OFFICER,
        )
    return story


def clocks(story: Story) -> list[tuple[str, object, object]]:
    now = WRITTEN + timedelta(days=1)
    found = story.streams["allegation"].clocks.all
    return [(one.rule, one.due_at, one.state(now)) for one in found]


@settings(max_examples=60, deadline=None)
@given(DAYS, st.randoms(use_true_random=False))
def test_l3_and_l4_are_the_same_in_whatever_order_the_acts_were_written_down(acts, random):
    shuffled = list(acts)
    random.shuffle(shuffled)
    assert clocks(told(shuffled)) == clocks(told(sorted(acts, key=lambda one: one[1])))


@settings(max_examples=60, deadline=None)
@given(DAYS)
def test_l4_each_review_is_within_a_month_of_the_act_before_it_or_it_was_missed(acts):
    found = [one for one in told(acts).streams["allegation"].clocks.all if one.rule == "L4"]
    happened = sorted(NOTIFIED + timedelta(days=day) for _, day in acts)
    reviews = sorted(NOTIFIED + timedelta(days=day) for meeting, day in acts if not meeting)
    for one in found:
        assert one.deadline.starts_at in happened
        answered = [at for at in reviews if at > one.deadline.starts_at]
        in_time = bool(answered) and answered[0] < one.due_at
        assert (one.state(WRITTEN) == "met") is in_time


class AnAllegation(RuleBasedStateMachine):
    """One allegation, and everything that may be asked of it, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.story = notified()
        self.thing = self.story.records[0].envelope.thing_id
        self.now = NOTIFIED
        self.threshold: str | None = None
        self.outcome: AllegationOutcome | None = None
        self.decided: set[str] = set()
        self.closed = False

    def ask(self, command) -> bool:
        """Whether it was done; what is refused names a rule or says that it is closed, and changes nothing."""
        self.now += timedelta(hours=1)
        before = len(self.story.records)
        after = self.story.when(command.model_copy(update={"re": self.thing}), at=self.now, by=OFFICER)
        if after.refusal is not None:
            assert set(after.refusal.rules) <= {"L2", "L6"}
            assert after.refusal.rules or after.refusal.reason == "closed"
            assert [one for one in after.records[before:] if one.event.NAME.startswith("lado.")] == []
            return False
        self.story = after
        return True

    @rule(low=st.booleans())
    def decide_the_threshold(self, low):
        done = self.ask(LOW_LEVEL if low else THRESHOLD)
        assert done is (self.threshold is None and not self.closed)
        if done:
            self.threshold = "low" if low else "allegation"

    @rule()
    def meet(self):
        assert self.ask(MEETING) is (self.threshold == "allegation" and not self.closed)

    @rule()
    def review(self):
        assert self.ask(REVIEW) is not self.closed

    @rule(outcome=st.sampled_from(AllegationOutcome))
    def conclude(self, outcome):
        done = self.ask(DetermineOutcome(outcome=outcome))
        may = self.threshold == "allegation" and not self.closed and self.outcome in (None, outcome)
        assert done is may
        if done:
            self.outcome = outcome

    @rule(command=st.sampled_from([BARRING, REGULATOR]))
    def refer(self, command):
        assert self.ask(command)
        self.decided.add(command.NAME)

    @precondition(lambda self: not self.closed)
    @rule()
    def close(self):
        complete = self.outcome is not None and (
            self.outcome is not AllegationOutcome.SUBSTANTIATED or len(self.decided) == 2
        )
        self.closed = self.ask(CLOSE)
        assert self.closed is (self.threshold == "low" or complete)

    @invariant()
    def l6_what_is_closed_has_what_l6_asks_for(self):
        state = self.story.state
        assert state.closed is self.closed
        if state.closed and state.meets_threshold:
            assert state.outcome is not None

    @invariant()
    def nothing_runs_of_what_is_closed(self):
        if self.closed:
            states = [one.state(self.now) for one in self.story.streams["allegation"].clocks.all]
            assert not {"open", "varied"} & set(states)


AnAllegation.TestCase.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)
test_whatever_is_done_of_an_allegation = AnAllegation.TestCase
