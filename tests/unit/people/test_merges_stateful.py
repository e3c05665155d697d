"""Merges and their ends in any order, with all that the front door records meanwhile: what must always hold."""

from collections import Counter
from datetime import timedelta
from typing import Any, Final, get_args
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.assessment.app import app as assessment
from services.assessment.events import ReferralOpened
from services.mash.app import app as mash
from services.mash.codes import Outcome
from services.mash.events import (
    ContactDecided,
    ContactDecisionReviewed,
    ContactPassedToOpenCase,
    ContactReceived,
)
from services.mash.streams.contact.deciding import HoldDailyMeeting, MeetingDecision
from services.people.app import app as people
from services.people.streams.person import RegisterPerson
from shared.domain.clock_facts import DeadlineMissed
from shared.domain.command import Command
from shared.domain.event import Event
from shared.domain.rules import ClockState
from shared.domain.view_fold import Folding, fold
from shared.team.deadlines import VaryDeadline
from shared.testing.deciders import Story, story_of
from tests.unit.mash.contacts import ACCEPT, ACKNOWLEDGE, CLOSE, HOLD, RECEIVE, SCREEN, TELL_OUTCOME
from tests.unit.people.merged import BORN, MANAGER, MONDAY, merge, same_in, unmerge

CHILDREN: Final = 3
VIEWS: Final = [
    (app.name, view) for app in (people, mash, assessment) for view in app.views if not view.reads_words
]
ANY: Final = st.integers(0, 50)
"""Which of what there is: counted round."""


class OneChildRecordedTwice(RuleBasedStateMachine):
    """The story, and beside it what we think is so: who was merged, and what the front door has heard of it."""

    def __init__(self) -> None:
        super().__init__()
        self.story: Story = story_of(people, mash, assessment)
        self.now = MONDAY
        self.children: list[UUID] = []
        self.merges: list[tuple[UUID, ...]] = []
        """The ids of each merge that stands, the kept one first."""
        self.heard: list[tuple[UUID, ...]] = []
        """The same, as far as other teams have heard."""
        self.contacts: list[UUID] = []
        self.live = {(team, view.name): Folding(view) for team, view in VIEWS}
        self.followed = 0
        self.timers_ran_at = MONDAY

    # -- how a step is done

    def do(self, command: Command, *, delivered: bool = True) -> None:
        self.now += timedelta(minutes=1)
        self.story = self.story.when(command, at=self.now, by=MANAGER, delivered=delivered)
        self.follow()

    def follow(self) -> None:
        """Every view of every team takes in what is new."""
        for one in self.story.records[self.followed :]:
            for (team, _), folding in self.live.items():
                if team == one.service:
                    folding.take(one)
        self.followed = len(self.story.records)
        if not self.story.on_the_way:
            self.heard = list(self.merges)

    def kept(self, child: UUID) -> UUID:
        """Whom the front door takes this child for."""
        return next((ids[0] for ids in self.heard if child in ids), child)

    def as_one(self, child: UUID) -> set[UUID]:
        """The ids that other teams take for this child."""
        return next((set(ids) for ids in self.heard if child in ids), {child})

    def referral_open(self, child: UUID) -> bool:
        """Whether one is, under any of the child's ids: none is ever closed here."""
        return any(one.child in self.as_one(child) for one in self.last(ReferralOpened))

    def last(self, kind: type[Event]) -> list[Any]:
        return [one.event for one in self.story.records if isinstance(one.event, kind)]

    # -- what may be done

    @initialize()
    def register(self) -> None:
        for n in range(CHILDREN):
            self.do(RegisterPerson(kind="child", name=f"Zoe Test {n}", born=BORN))
            self.children.append(self.story.id)

    @rule(which=st.permutations(range(CHILDREN)), of=st.integers(2, 3), delivered=st.booleans())
    def merge(self, which: list[int], of: int, delivered: bool) -> None:
        ids = tuple(self.children[n] for n in which[:of])
        taken = any(set(ids) & set(one) for one in self.merges)
        self.do(merge(*ids), delivered=delivered)
        assert (self.story.refusal is not None) is taken
        if not taken:
            self.merges.append(ids)
        self.follow()

    @precondition(lambda self: self.merges)
    @rule(n=ANY, delivered=st.booleans())
    def unmerge(self, n: int, delivered: bool) -> None:
        ids = self.merges.pop(n % len(self.merges))
        self.do(unmerge(*ids), delivered=delivered)
        assert self.story.refusal is None
        self.follow()

    @rule()
    def messages_arrive(self) -> None:
        self.story = self.story.delivered(at=self.now)
        self.follow()

    @rule(n=ANY)
    def receive(self, n: int) -> None:
        child = self.children[n % CHILDREN]
        kept, before, case_open = self.kept(child), len(self.story.records), self.referral_open(child)
        self.do(RECEIVE.model_copy(update={"about": (child,)}))
        [told] = [
            one.event
            for one in self.story.records[before:]
            if isinstance(one.event, ContactReceived | ContactPassedToOpenCase)
        ]
        assert told.child == kept
        assert isinstance(told, ContactPassedToOpenCase) is case_open  # M9
        if isinstance(told, ContactReceived):
            self.contacts.append(self.story.id)

    @rule(n=ANY)
    def receive_and_accept(self, n: int) -> None:
        before = len(self.contacts)
        self.receive(n)
        if len(self.contacts) > before:
            self.work_on_a_contact(before, ACCEPT)

    @precondition(lambda self: self.contacts)
    @rule(n=ANY, command=st.sampled_from([SCREEN, HOLD, ACKNOWLEDGE, TELL_OUTCOME, CLOSE, ACCEPT]))
    def work_on_a_contact(self, n: int, command: Command) -> None:
        contact = self.contacts[n % len(self.contacts)]
        [child] = {one.child for one in self.last(ContactReceived) if one.contact == contact}
        case_open, opened = self.referral_open(child), len(self.last(ReferralOpened))
        self.do(command.model_copy(update={"re": contact}))
        before, new = self.last(ReferralOpened)[:opened], self.last(ReferralOpened)[opened:]
        # What was on the way arrives with this step, a merge too: so it is asked again by the ids that are heard of now.
        case_open = case_open or any(one.child in self.as_one(child) for one in before)
        if command is ACCEPT and self.story.refusal is None:
            assert [one.child for one in new] == ([] if case_open else [self.kept(child)])
        else:
            assert not new

    @precondition(lambda self: self.contacts)
    @rule(n=ANY, upheld=st.booleans())
    def meet(self, n: int, upheld: bool) -> None:
        said = MeetingDecision(
            contact=self.contacts[n % len(self.contacts)],
            upheld=upheld,
            changed_to=None if upheld else Outcome.SIGNPOSTED,
            reason="" if upheld else "The school knows more.",
        )
        self.do(HoldDailyMeeting(present=("childrens_social_care",), decisions=(said,)))

    @precondition(lambda self: self.contacts)
    @rule(n=ANY, days=st.integers(1, 5))
    def agree_another_day(self, n: int, days: int) -> None:
        contact = self.contacts[n % len(self.contacts)]
        due = self.now + timedelta(days=days)
        self.do(VaryDeadline(re=contact, rule="M1", due=due, reason="The GP is away."))

    @rule(hours=st.integers(1, 60))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.story = self.story.time_passes(until=self.now)
        self.timers_ran_at = self.now
        self.follow()

    # -- what always holds

    @invariant()
    def every_team_takes_the_same_ids_for_one_person(self) -> None:
        for child in self.children:
            for team in ("mash", "assessment"):
                assert same_in(self.story, team, child) == self.as_one(child)

    @invariant()
    def one_decision_a_contact_and_two_after_a_meeting_changed_it(self) -> None:
        decided = Counter((one.contact, one.child) for one in self.last(ContactDecided))
        changed = Counter(
            (one.contact, one.child) for one in self.last(ContactDecisionReviewed) if not one.upheld
        )
        for contact, times in decided.items():
            assert times <= 1 + min(changed[contact], 1)

    @invariant()
    def what_was_recorded_stays_with_the_id_it_was_recorded_under(self) -> None:
        received = {one.contact: one.child for one in self.last(ContactReceived)}
        for one in self.last(ContactDecided):
            assert one.child == received[one.contact]
        streams: dict[UUID, set[UUID | None]] = {}
        for fact in self.story.records:
            streams.setdefault(fact.stream, set()).add(fact.event.child)
        assert all(len(about) == 1 for about in streams.values())

    @invariant()
    def no_second_referral_opens_while_one_is_known_to_be_open(self) -> None:
        opened = Counter(one.child for one in self.last(ReferralOpened))
        assert all(times == 1 for times in opened.values())

    @invariant()
    def every_clock_is_in_one_of_the_five_states_and_a_miss_is_said_once(self) -> None:
        said = Counter((one.started_by, one.rule, one.due_at) for one in self.last(DeadlineMissed))
        assert all(times == 1 for times in said.values())
        for stream in self.story.logs.streams.values():
            for clock in stream.folded.clocks:
                state = clock.state(self.now)
                assert state in get_args(ClockState)
                missed = (clock.started_by, clock.rule, clock.due_at) in said
                if state == "missed":
                    assert missed or clock.due_at > self.timers_ran_at
                else:
                    assert not missed

    @invariant()
    def the_views_are_what_they_would_be_built_again(self) -> None:
        if self.followed % 5 == 0:  # each is built of all there is: now and then is often enough
            self._compare()

    def teardown(self) -> None:
        self._compare()

    def _compare(self) -> None:
        for team, view in VIEWS:
            own = [one for one in self.story.records if one.service == team]
            assert fold(view, own) == self.live[team, view.name].rows


TestOneChildRecordedTwice = OneChildRecordedTwice.TestCase
TestOneChildRecordedTwice.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
