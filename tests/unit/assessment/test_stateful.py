"""The front door and referral and assessment together, whatever is asked of them in whatever order: what always holds.

Both teams are wired in memory: what crosses from one arrives at the policies of the other at once. A refusal that a policy
gives no meaning would park a message, and ends the test.
"""

from datetime import timedelta
from functools import reduce

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.assessment.app import app as assessment
from services.assessment.codes import ClosureReason
from services.assessment.events import CaseClosed, OutcomeShared, ReferralOpened
from services.assessment.streams.assessment import ShareOutcome
from services.assessment.streams.private_fostering import EndPrivateFostering, RecordPrivateFosteringVisit
from services.assessment.streams.referral import CloseReferral, StartAssessment, TransferCase
from services.mash.app import app as front_door
from services.mash.events import ContactPassedToOpenCase, ContactReceived
from shared.domain.clock_facts import is_of_clocks
from shared.domain.instants import london
from shared.testing.deciders import story_of
from shared.testing.teams import team_of
from tests.unit.assessment.referrals import ALLOCATE, MANAGER, NOT_SEEN, SEEN_ALONE, WORKER
from tests.unit.assessment.strategy import HOLD, NO_CONFERENCE
from tests.unit.assessment.test_assessment import AUTHORISE, COMPLETE
from tests.unit.mash.contacts import ACCEPT, CHECK, CLOSE, CONSENT, HARM, PEOPLE, RECEIVE
from tests.unit.mash.contacts import MANAGER as FRONT_DOOR_MANAGER
from tests.unit.mash.test_child_file import FOSTERED

START = london(2026, 10, 23, 9)
ON_A_CONTACT = (ACCEPT, CLOSE, HARM, CONSENT, CHECK)
ON_A_CASE = (
    ALLOCATE,
    ALLOCATE.model_copy(update={"assessment_due_in_working_days": 20}),
    StartAssessment(),
    SEEN_ALONE,
    NOT_SEEN,
    COMPLETE,
    AUTHORISE,
    ShareOutcome(to=("police",)),
    ShareOutcome(to=("health", "education")),
    HOLD,
    NO_CONFERENCE,
    TransferCase(to="leaving_care", handover="Weekly visits."),
    CloseReferral(no_further_action=True),
    CloseReferral(reason=ClosureReason.RC7),
    RecordPrivateFosteringVisit(seen=True, alone=True, carer_seen=True),
    EndPrivateFostering(reason="moved_on"),
)
HOURS, AGO = st.integers(0, 120), st.integers(0, 48)


class BothTeams(RuleBasedStateMachine):
    """A child about whom the front door and the assessment team do what they may."""

    def __init__(self):
        super().__init__()
        self.now = START
        self.contacts = []
        self.story = story_of(team_of(front_door, people=PEOPLE), team_of(assessment, people=PEOPLE))

    def _do(self, command, hours, ago, by):
        self.now += timedelta(hours=hours)
        before = self.story
        story = before.when(command, at=self.now, happened=self.now - timedelta(hours=ago), by=by)
        if story.refusal is not None:
            assert story.refusal.rules or story.refusal.message
            assert story.records == before.records
            return
        self.story = story

    @rule(hours=HOURS)
    def received(self, hours):
        """What is reported of a child with an open referral is a note on it, and else a contact (M9)."""
        had_a_case = bool(self._open())
        self._do(RECEIVE, hours, 0, FRONT_DOOR_MANAGER)
        self.contacts.append(self.story.id)
        kinds = {type(one) for one in self.story.decided}
        assert (ContactPassedToOpenCase if had_a_case else ContactReceived) in kinds

    @rule(hours=HOURS)
    def accepted(self, hours):
        self.received(hours)
        self._do(ACCEPT.model_copy(update={"re": self.contacts[-1]}), 1, 0, FRONT_DOOR_MANAGER)

    @rule(hours=HOURS)
    def assessed(self, hours):
        self._do(ALLOCATE, hours, 0, MANAGER)
        self._do(COMPLETE, 1, 0, WORKER)
        self._do(AUTHORISE, 1, 0, MANAGER)

    @rule(hours=HOURS, concluded=st.booleans())
    def closed(self, hours, concluded):
        if concluded:
            self._do(NO_CONFERENCE, hours, 0, WORKER)
        self._do(CloseReferral(reason=ClosureReason.RC7), hours, 0, MANAGER)

    @rule(hours=HOURS)
    def fostered(self, hours):
        self._do(FOSTERED, hours, 0, FRONT_DOOR_MANAGER)

    @precondition(lambda self: self.contacts)
    @rule(command=st.sampled_from(ON_A_CONTACT), which=st.integers(0, 9), hours=HOURS, ago=AGO)
    def of_a_contact(self, command, which, hours, ago):
        contact = self.contacts[which % len(self.contacts)]
        self._do(command.model_copy(update={"re": contact}), hours, ago, FRONT_DOOR_MANAGER)

    @rule(command=st.sampled_from(ON_A_CASE), hours=HOURS, ago=AGO, manager=st.booleans())
    def of_a_case(self, command, hours, ago, manager):
        self._do(command, hours, ago, MANAGER if manager else WORKER)

    @rule(hours=HOURS)
    def time_passes(self, hours):
        self.now += timedelta(hours=hours)
        self.story = self.story.time_passes(until=self.now)

    def _referrals(self):
        return [one for one in self.story.logs.streams.values() if one.kind.name == "referral"]

    def _open(self):
        return [one for one in self._referrals() if one.folded.state.is_open]

    @invariant()
    def one_referral_is_open_and_the_front_door_knows_which(self):
        assert len(self._open()) <= 1
        known = self.story.stream("open_case", team="mash").state.cases
        assert {case for _, case in known} == {one.id for one in self._open()}

    @invariant()
    def an_episode_has_one_clock_of_receipt_and_hands_over_once(self):
        for one in self._referrals():
            rules = [clock.rule for clock in one.folded.clocks]
            assert rules.count("A2") == rules.count("A3") == 1
            assert rules.count("T1") <= 1

    @invariant()
    def nothing_runs_on_a_closed_episode_but_what_closing_does_not_end(self):
        for one in self._referrals():
            if one.folded.state.closed:
                running = {clock.rule for clock in one.folded.clocks if clock.running}
                assert running <= {"A1", "A6"}

    @invariant()
    def nothing_is_closed_unfinished_nor_shared_before_it_is_authorised(self):
        shared = any(isinstance(one.event, OutcomeShared) for one in self.story.records)
        authorised = any(one.event.NAME == "assessment.AssessmentAuthorised" for one in self.story.records)
        assert authorised or not shared
        opened = sum(isinstance(one.event, ReferralOpened) for one in self.story.records)
        closed = sum(isinstance(one.event, CaseClosed) for one in self.story.records)
        assert opened - closed == len(self._open())
        if not self._open():
            assert not self.story.stream("assessment", team="assessment").state.is_open
            assert not self.story.stream("section47_enquiry", team="assessment").state.runs

    @invariant()
    def the_log_alone_gives_every_state(self):
        for one in self.story.logs.streams.values():
            told = [record.event for record in one.told if not is_of_clocks(record.event)]
            assert all(event.sealed is None for event in told)
            assert reduce(one.kind.evolve, told, one.kind.state) == one.folded.state


BothTeams.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestBothTeams = BothTeams.TestCase
