"""What other teams' facts mean while a child is missing, and what a missing child means to assessment (R2, R5, R8, R10)."""

from datetime import date, timedelta

from services.assessment import events as assessment
from services.assessment.app import app as assessment_app
from services.assessment.codes import StrategyDecision
from services.assessment.policy import policy as of_assessment
from services.fws import events as fws
from services.fws.codes import WhyEnded
from services.missing.agenda import follows_for_episode
from services.missing.app import app
from services.missing.codes import Exploitation, ToBeTold
from services.missing.events import (
    BecameLookedAfter,
    LookedAfterWhileMissing,
    ProposalAnswered,
    RepeatPatternDetected,
)
from services.missing.policy import policy
from services.missing.streams.known_to import NoteWorker, NoteWorkerGone
from services.missing.streams.missing_episode import CloseEpisode, TakeLookedAfter, TellPlacingAuthority
from services.missing.streams.pattern import NoteDiscussionHeld, NoteLookedAfter
from services.missing.views import board
from services.people import events as people
from shared.domain.instants import london
from shared.domain.people import KnownPerson
from shared.team.elsewhere import NoteEnd, NoteStart
from shared.testing.deciders import story_of
from shared.testing.facts import ADULT, CHILD, SIBLING, STREAM, actor
from shared.testing.policies import given_policy
from shared.testing.teams import team_of
from tests.unit.assessment.strategy import HOLD
from tests.unit.missing.episodes import (
    BACK,
    COORDINATOR,
    HOME,
    MISSED,
    OFFICER,
    PEOPLE,
    REPORT,
    REPORTED,
    RETURN,
    SIGHTING,
    re,
    reported,
)

HOUR = timedelta(hours=1)
AT_HOME = {**PEOPLE, CHILD: KnownPerson(kind="child", born=date(2014, 3, 10))}
told = given_policy(policy)


def both(people=PEOPLE):
    return story_of(team_of(app, people=people), team_of(assessment_app, people=people))


# -- R8


def test_r8_a_discussion_is_due_within_a_day_of_the_report_and_no_more_once_the_child_is_back():
    story = reported(story=both())
    story.clocks(about=CHILD, R8="open")
    assert story.clock("R8", about=CHILD).due_at == REPORTED + 24 * HOUR
    back = story.when(re(story, RETURN), at=BACK, by=OFFICER)
    back.clocks(about=CHILD, R8="ended")
    none = story.when(re(story, CloseEpisode(reason="At his aunt's.")), at=BACK, by=COORDINATOR)
    none.clocks(about=CHILD, R8="ended")


def test_r8_any_discussion_held_since_the_report_meets_it_and_a_late_return_leaves_it_missed():
    story = reported(story=both())
    held = HOLD.model_copy(update={"about": (CHILD,), "decision": StrategyDecision.ASSESSMENT_ONLY})
    met = story.when(held, at=REPORTED + 20 * HOUR, by=COORDINATOR)
    met.clocks(about=CHILD, R8="met")
    before = reported(story=both().when(held, at=REPORTED - HOUR, by=COORDINATOR))
    before.clocks(about=CHILD, R8="open")  # one that was held before the report answers nothing
    late = story.when(re(story, RETURN), at=REPORTED + 25 * HOUR, by=OFFICER)
    late.clocks(about=CHILD, R8="missed")


def test_r8_what_assessment_notes_of_a_missing_child():
    (event,) = [one for one in reported().records if one.event.NAME == "missing.ChildReportedMissing"]
    cause = event.envelope.event_id
    given_policy(of_assessment).when_recorded(event).then(
        NoteStart(about=(CHILD,), rule="R8", cause=cause, happened=REPORTED, known=REPORTED)
    )
    story = reported()
    (found,) = [
        one
        for one in story.when(re(story, RETURN), at=BACK, by=OFFICER).records
        if one.event.NAME == "missing.ChildFound"
    ]
    given_policy(of_assessment).when_recorded(found).then(
        NoteEnd(about=(CHILD,), rule="R8", cause=found.envelope.event_id)
    )


# -- R5


def test_r5_a_pattern_proposes_a_discussion_to_a_manager_and_opens_nothing():
    story = reported(story=both(), exploitation_indicators=(Exploitation.GANG,))
    story.tasks(("team_manager", "strategy_discussion_proposed"))
    assert not [one for one in story.records if isinstance(one.event, assessment.ReferralOpened)]


def test_r5_a_discussion_that_was_held_answers_the_proposal_and_a_later_trigger_proposes_anew():
    story = reported(story=both(), exploitation_indicators=(Exploitation.GANG,))
    held = HOLD.model_copy(update={"about": (CHILD,), "decision": StrategyDecision.ASSESSMENT_ONLY})
    story = story.when(held, at=REPORTED + HOUR, by=COORDINATOR)
    assert any(isinstance(one.event, ProposalAnswered) for one in story.followed)
    seen = SIGHTING.model_copy(update={"exploitation_indicators": (Exploitation.SEXUAL,)})
    again = story.when(re(story, seen), at=REPORTED + 2 * HOUR, by=OFFICER)
    assert any(isinstance(one, RepeatPatternDetected) for one in again.decided)
    told.when(
        assessment.StrategyMeetingHeld(decision=StrategyDecision.ASSESSMENT_ONLY, present=(), quorate=True),
        at=REPORTED,
    ).then(NoteDiscussionHeld(about=(CHILD,)))


# -- R10


def test_r10_a_child_who_becomes_looked_after_while_missing_is_told_of_from_then_on():
    told.when(people.LookedAfterStarted(since=date(2026, 5, 2)), at=REPORTED).then(
        NoteLookedAfter(about=(CHILD,))
    )
    at = REPORTED + 3 * HOUR
    home = story_of(team_of(app, people=AT_HOME)).when(REPORT, at=REPORTED, happened=MISSED, by=HOME)
    home.clocks(R10=None)
    noted = home.when(NoteLookedAfter(about=(CHILD,)), at=at)
    noted.then(LookedAfterWhileMissing(episode=home.id))
    (command,) = follows_for_episode(noted.records[-1])
    assert command == TakeLookedAfter(re=home.id, about=(CHILD,), happened=at, known=at)
    taken = noted.when(command, at=at)
    assert [type(one) for one in taken.decided] == [BecameLookedAfter]
    taken.clocks(R10="open")
    assert taken.clock("R10").due_at == at + 24 * HOUR
    (row,) = taken.rows(board)
    assert (row.looked_after, row.rank) == (True, 0)
    tell = TellPlacingAuthority(re=home.id, told=tuple(ToBeTold))
    taken.when(tell, at=at + HOUR, by=COORDINATOR).clocks(R10="met")
    taken.when(command, at=at).nothing()


def test_r10_nothing_is_due_of_a_child_who_is_back_or_was_looked_after_when_reported():
    story = reported()
    (command,) = follows_for_episode(story.when(NoteLookedAfter(about=(CHILD,)), at=BACK).records[-1])
    story.when(command, at=BACK).nothing()
    back = story.when(re(story, RETURN), at=BACK, by=OFFICER)
    back.when(NoteLookedAfter(about=(CHILD,)), at=BACK + HOUR).nothing()
    (row,) = back.rows(board)
    assert row.rank != 0


# -- R2


def test_r2_a_keyworker_is_an_adult_whom_the_child_knows_until_early_help_ends():
    told.when(fws.KeyworkerAllocated(worker=ADULT), at=REPORTED, by=actor("fws_manager")).then(
        NoteWorker(about=(CHILD,), worker=ADULT, agency="family_wellbeing", case=STREAM)
    )
    told.when(fws.EarlyHelpEnded(reason=WhyEnded.GOALS_MET), at=REPORTED).then(
        NoteWorkerGone(about=(CHILD,), case=STREAM)
    )
    story = story_of(team_of(app, people=PEOPLE))
    for worker, case in ((ADULT, STREAM), (SIBLING, CHILD)):
        note = NoteWorker(about=(CHILD,), worker=worker, agency="family_wellbeing", case=case)
        story = story.when(note, at=london(2026, 5, 1, 9))
    story = story.when(NoteWorkerGone(about=(CHILD,), case=CHILD), at=london(2026, 5, 1, 10))
    assert story.stream("known_to").state.worker == (ADULT, "family_wellbeing")
    story.when(NoteWorkerGone(about=(CHILD,), case=CHILD), at=london(2026, 5, 1, 11)).nothing()
