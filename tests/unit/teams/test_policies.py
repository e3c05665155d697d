"""To whom a child's case is offered without anybody asking, and what a team's visit means to the others."""

from datetime import date
from uuid import uuid5

import pytest

from services.assessment import events as assessment
from services.assessment.app import app as assessment_app
from services.assessment.policy import policy as of_assessment
from services.assessment.streams.referral import TransferCase
from services.conference import events as conference
from services.conference.app import app as conference_app
from services.conference.codes import Category
from services.conference.policy import policy as of_conference
from services.fws import events as fws
from services.fws.codes import Direction, PanelDecision
from services.mash import events as mash
from services.mash.codes import Outcome
from services.missing import events as missing
from services.missing.codes import PatternBy
from services.people import events as people
from services.people.app import app as people_app
from services.people.codes import LookedAfterEnd
from services.people.streams.person import RecordLookedAfter, RegisterPerson
from services.teams.app import app as teams
from services.teams.codes import SeenAt
from services.teams.events import CaseOffered, ChildSeen
from services.teams.policy import policy_of
from services.teams.reference import own_teams
from services.teams.streams.team_case import TakeOffer
from shared.domain.code_lists import ReceivingTeam
from shared.domain.instants import london
from shared.domain.people import KnownPerson
from shared.domain.policy import AlreadySo, TaskFor
from shared.domain.rules import Deadline
from shared.team.elsewhere import NoteAct
from shared.testing.deciders import story_of
from shared.testing.facts import CHILD, actor
from shared.testing.policies import given_policy
from shared.testing.teams import team_of
from tests.unit.assessment.referrals import open_referral
from tests.unit.teams.children import (
    MANAGER,
    MONDAY,
    PEOPLE,
    TUESDAY,
    accept,
    accepted,
    of_team,
    offer,
    seen,
    team,
)

told = given_policy(policy_of(own_teams()))


@pytest.mark.parametrize("to", list(ReceivingTeam))
def test_a_transfer_is_offered_to_the_team_it_names_with_its_handover(to):
    text = assessment.HandoverText(handover="Weekly visits.", risks="A dog.")
    arrival = told.when(assessment.CaseTransferred(to=to, sealed=text), at=MONDAY)
    if to in (ReceivingTeam.REFERRAL_AND_ASSESSMENT, ReceivingTeam.FAMILY_WELLBEING):
        arrival.nothing()
        return
    arrival.then(
        TakeOffer(
            about=(CHILD,), team=to.value, occasion="transfer", handover="Weekly visits.", risks="A dog."
        )
    )
    arrival.refusal_means("already_open", TaskFor("team_lead"))


def test_an_agreed_step_up_that_names_a_team_is_offered_to_it():
    up = fws.TransferDecided(
        panel=date(2026, 6, 1),
        decision=PanelDecision.AGREED,
        direction=Direction.STEP_UP,
        team=ReceivingTeam.CHILDREN_WITH_DISABILITIES,
        sealed=fws.DecisionText(reason="A care package."),
    )
    told.when(up, at=MONDAY).then(
        TakeOffer(
            about=(CHILD,), team="children_with_disabilities", occasion="panel", handover="A care package."
        )
    )
    told.when(up.model_copy(update={"team": None}), at=MONDAY).nothing()
    told.when(up.model_copy(update={"decision": PanelDecision.DEFERRED}), at=MONDAY).nothing()
    told.when(up.model_copy(update={"direction": Direction.STEP_DOWN}), at=MONDAY).nothing()


def decision(**changed):
    made = mash.ContactDecided(contact=uuid5(CHILD, "contact"), outcome=Outcome.REFERRAL_ACCEPTED, level=4)
    return made.model_copy(update=changed)


def test_a_decision_of_the_front_door_that_names_a_team_is_offered_to_it():
    named = decision(team=ReceivingTeam.NO_RECOURSE, outcome=Outcome.OTHER_SPECIALIST_SERVICE)
    told.when(named, at=MONDAY).then(TakeOffer(about=(CHILD,), team="no_recourse", occasion="decision"))
    told.when(decision(outcome=Outcome.CHILDREN_WITH_DISABILITIES), at=MONDAY).then(
        TakeOffer(
            about=(CHILD,), team="children_with_disabilities", occasion="disability_decided", by_age=True
        )
    )
    told.when(decision(), at=MONDAY).nothing()
    told.when(decision(team=ReceivingTeam.REFERRAL_AND_ASSESSMENT), at=MONDAY).nothing()


def test_a_child_who_became_looked_after_is_offered_to_those_who_work_with_such_children():
    arrival = told.when(people.LookedAfterStarted(since=date(2026, 6, 1)), at=MONDAY)
    arrival.then(
        *(
            TakeOffer(about=(CHILD,), team=code, occasion="looked_after", by_age=True)
            for code in ("children_looked_after", "leaving_care", "virtual_school", "independent_reviewing")
        )
    )
    arrival.refusal_means("already_open", AlreadySo)


@pytest.mark.parametrize(
    ("born", "leaving"), [(date(2010, 6, 1), True), (date(2010, 6, 2), False), (None, True)]
)
def test_leaving_care_is_offered_of_a_child_who_is_16(born, leaving):
    known = team_of(teams, people={CHILD: KnownPerson(kind="child", born=born)})
    story = story_of(known).when(
        TakeOffer(about=(CHILD,), team="leaving_care", occasion="looked_after", by_age=True), at=MONDAY
    )
    assert bool(story.decided) is leaving


def test_what_a_team_without_a_row_would_be_offered_is_nothing():
    gone = TakeOffer(about=(CHILD,), team="the_moon", occasion="transfer")
    story_of(team).when(gone, at=MONDAY).nothing()


def test_a_child_who_is_looked_after_no_longer_is_a_task_for_a_lead_where_a_case_is_open():
    ended = people.LookedAfterEnded(until=date(2026, 7, 1), reason=LookedAfterEnd.RETURNED_HOME)
    [(_, _, command)] = policy_of(own_teams()).react(told.when(ended, at=MONDAY).record)
    raised = accepted().when(command, at=london(2026, 7, 1, 9))
    assert [(one.role, one.reason) for one in raised.decided] == [("team_lead", "looked_after_ended")]
    story_of(team).when(command, at=london(2026, 7, 1, 9)).nothing()


def test_a_protection_plan_and_a_repeat_pattern_are_offered_to_the_teams_of_them():
    by = {"starts_at": MONDAY, "due_at": MONDAY, "edition": "rules; calendar"}
    plan = conference.ChildProtectionPlanMade(
        conference=uuid5(CHILD, "conference"),
        category=Category.NEG,
        previous_plans=0,
        core_group_by=Deadline(rule="C2", **by),
        review_by=Deadline(rule="C4", **by),
        visit_by=Deadline(rule="C6", **by),
    )
    told.when(plan, at=MONDAY).then(
        TakeOffer(about=(CHILD,), team="independent_reviewing", occasion="protection_plan", by_age=True)
    )
    pattern = missing.RepeatPatternDetected(by=PatternBy.INDICATOR)
    told.when(pattern, at=MONDAY).then(
        TakeOffer(about=(CHILD,), team="safe_space", occasion="repeat_pattern", by_age=True)
    )


def test_a_visit_by_a_team_counts_where_the_child_must_be_seen():
    visit = ChildSeen(
        team="children_with_disabilities", called="Children with disabilities", alone=True, place=SeenAt.HOME
    )
    of_a_team = given_policy(of_assessment).when(visit, at=MONDAY)
    act = of_a_team.record.envelope.event_id
    of_a_team.then(
        NoteAct(about=(CHILD,), rule="A1", act=act),
        NoteAct(about=(CHILD,), rule="A2", act=act),
        NoteAct(about=(CHILD,), rule="A15", act=act, repeats=True),
    )
    given_policy(of_conference).when(visit, at=MONDAY).then(
        NoteAct(about=(CHILD,), rule="C6", act=act, repeats=True)
    )


def test_a_transfer_of_assessment_reaches_the_team_and_its_visit_comes_back():
    """Assessment hands a case over; the team accepts it and sees the child: A2 of the referral is met by that."""
    story = story_of(team_of(assessment_app, people=PEOPLE), team, team_of(conference_app, people=PEOPLE))
    story = story.when(open_referral(MONDAY).model_copy(update={"about": (CHILD,)}), at=MONDAY, by=MANAGER)
    transfer = TransferCase(
        about=(CHILD,), to=ReceivingTeam.CHILDREN_WITH_DISABILITIES, handover="A care package."
    )
    story = story.when(transfer, at=TUESDAY, by=MANAGER).follows(CaseOffered)
    disabled = "children_with_disabilities"
    lead = of_team("team_lead", disabled)
    story = story.when(accept(disabled), at=TUESDAY, by=lead)
    story = story.when(seen(disabled), at=london(2026, 6, 3, 9), by=lead)
    story.clocks(A2="met", Z2="met", Z3="open")


def test_a_transfer_that_comes_when_a_manager_has_offered_the_case_by_now_is_for_a_lead():
    story = story_of(team_of(assessment_app, people=PEOPLE), team, team_of(conference_app, people=PEOPLE))
    story = story.when(open_referral(MONDAY).model_copy(update={"about": (CHILD,)}), at=MONDAY, by=MANAGER)
    transfer = TransferCase(about=(CHILD,), to=ReceivingTeam.CHILDREN_LOOKED_AFTER, handover="Weekly visits.")
    story = story.when(transfer, at=MONDAY, by=MANAGER, delivered=False)
    story = story.when(offer(), at=TUESDAY, by=MANAGER)
    story.tasks(("team_lead", "already_open"))
    assert sum(one.kind.name == "team_case" for one in story.logs.streams.values()) == 1


def test_what_is_told_again_or_late_offers_nothing_twice():
    """The child is said to be looked after again, under another legal status, while the team has the case."""
    known = story_of(team_of(people_app), team_of(teams))
    clerk = actor("business_support")
    register = RegisterPerson(kind="child", name="Rory Test", born=date(2014, 3, 2))
    story = known.when(register, at=MONDAY, by=clerk)
    child = story.records[0].stream
    for status in ("V2", "C2"):
        looked_after = RecordLookedAfter.model_validate(
            {"about": [child], "from": "2026-06-01", "legal_status": status}
        )
        story = story.when(looked_after, at=MONDAY, by=clerk, delivered=False)
    story = story.delivered(at=TUESDAY)
    offered = sorted(one.event.team for one in story.records if isinstance(one.event, CaseOffered))
    assert offered == ["children_looked_after", "independent_reviewing", "virtual_school"]
    story.tasks()
