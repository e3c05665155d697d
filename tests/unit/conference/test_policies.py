"""What assessment's and People's facts lead to here: A5, requests, who is no independent chair (C7), visits (C6), births (C16)."""

from datetime import date

from services.assessment import events as assessment
from services.assessment.codes import StrategyDecision
from services.assessment.streams.child_file import RecordVisit as VisitByAssessment
from services.conference.app import app
from services.conference.events import ConferenceAskedFor, ConferenceExpected, ConferenceNotNeeded
from services.conference.policy import policy
from services.conference.streams.conference_due import NoteBirth, NoteDueDate
from services.mash.events import ContactPassedToOpenCase, ContactReceived
from services.people import events as people
from shared.domain.instants import london
from shared.testing.deciders import story_of
from shared.testing.facts import CHILD, record
from shared.testing.teams import team_of
from tests.unit.assessment.strategy import CONFERENCE, INITIATE, NO_CONFERENCE, decided
from tests.unit.assessment.strategy import HOLD as STRATEGY
from tests.unit.conference.conferences import (
    CHAIR,
    END,
    HELD,
    HOLD,
    MANAGER,
    PEOPLE,
    SCHEDULE,
    SCHEDULED,
    WORKER,
    with_assessment,
)
from tests.unit.mash.contacts import RECEIVE, front_door

DAY = london(2026, 4, 8, 10)
CONCLUDED = london(2026, 4, 21, 15)


def begun():
    return with_assessment.when(STRATEGY, at=DAY, by=MANAGER)


def facts(story):
    return [type(one.event) for one in story.records if one.service == "conference"]


def test_a_discussion_that_begins_an_enquiry_starts_a5_and_its_chair_is_known():
    story = begun()
    assert ConferenceExpected in facts(story)
    story.clocks(A5="open")
    assert story.clock("A5").due_at == london(2026, 4, 30)
    assert MANAGER.id in story.stream("line_management", team="conference").state.people


def test_another_decision_and_another_discussion_start_none():
    only = decided(StrategyDecision.ASSESSMENT_ONLY)
    assert ConferenceExpected not in facts(with_assessment.when(only, at=DAY, by=MANAGER))
    again = begun().when(STRATEGY, at=london(2026, 4, 10, 10), by=MANAGER)
    assert facts(again).count(ConferenceExpected) == 1


def test_an_enquiry_that_needs_none_ends_it():
    story = begun().when(INITIATE, at=DAY, by=WORKER).when(NO_CONFERENCE, at=CONCLUDED, by=WORKER)
    assert facts(story)[-1] is ConferenceNotNeeded
    story.clocks(A5="ended")


def test_one_that_needs_one_asks_for_it_and_who_agreed_does_not_chair():
    story = begun().when(CONFERENCE, at=CONCLUDED, by=WORKER)
    assert ConferenceAskedFor in facts(story)
    story.clocks(A5="open")
    scheduled = story.when(SCHEDULE, at=SCHEDULED, by=CHAIR)
    held = scheduled.when(HOLD, at=HELD, by=CHAIR)
    assert held.refusal is None
    held.clocks(A5="met", C4="open")


def test_a_visit_of_assessment_counts_for_the_plan():
    held = begun().when(CONFERENCE, at=CONCLUDED, by=WORKER).when(HOLD, at=HELD, by=CHAIR)
    visit = VisitByAssessment(seen=True, alone=True, words="Warm.", place="home")
    seen = held.when(visit, at=london(2026, 5, 12, 14), by=WORKER)
    first, second = (
        one for one in seen.stream("child_protection_plan", team="conference").clocks if one.rule == "C6"
    )
    assert (first.state(london(2026, 5, 12, 14)), second.due_at) == ("met", london(2026, 5, 28))


def reacted(event):
    return [command for _, _, command in policy.react(record(event, at=DAY, happened=DAY))]


def test_a_birth_and_a_corrected_due_date_are_noted():
    (born,) = reacted(people.ChildBorn(child=CHILD, born=date(2026, 4, 8)))
    assert (type(born), born.about, born.born) == (NoteBirth, (CHILD,), date(2026, 4, 8))
    (due,) = reacted(people.PersonCorrected(child=CHILD, due=date(2026, 12, 4)))
    assert (type(due), due.due) == (NoteDueDate, date(2026, 12, 4))
    assert reacted(people.PersonCorrected(child=CHILD)) == []


def test_who_allocated_does_not_chair():
    allocated = assessment.WorkerAllocated(child=CHILD, worker=WORKER.id, assessment_due_in_working_days=30)
    (noted,) = reacted(allocated)
    assert noted.did.value == "allocated"


def test_while_a_plan_is_open_what_is_reported_is_a_note_on_that_case():
    both = story_of(team_of(app, people=PEOPLE), *front_door.teams)
    made = both.when(HOLD, at=HELD, by=CHAIR)
    reported = made.when(RECEIVE, at=london(2026, 5, 12, 14))
    assert [type(each) for each in reported.decided] == [ContactPassedToOpenCase]
    ended = reported.when(END, at=london(2026, 7, 27, 11), by=CHAIR)
    again = ended.when(RECEIVE, at=london(2026, 7, 28, 9))
    assert [type(each) for each in again.decided] == [ContactReceived]
