"""A story of several children, things, streams and teams: the kit decides as the kernel does, and says what followed."""

from dataclasses import replace
from pathlib import Path

import pytest

from services.assessment.app import app as assessment
from services.assessment.events import ReferralOpened
from services.assessment.views import worklist
from services.mash.app import app as mash
from services.mash.entries import entries
from services.mash.events import CaseOpenNoted
from services.mash.rules import RULES
from services.mash.streams.contact import contact
from services.mash.streams.open_case import open_case
from shared.access.policy import AccessPolicy
from shared.domain.clock_facts import ActNoted, DeadlineMissed
from shared.domain.command import Command, NotFound, Refused
from shared.domain.decider import Per, Stream
from shared.domain.event import Event
from shared.domain.instants import london
from shared.domain.people import KnownPerson
from shared.domain.policy import AlreadySo, Policy
from shared.domain.rules import Rulebook
from shared.team.corrections import CorrectRecord
from shared.team.elsewhere import NoteAct
from shared.team.tasks import TaskRaised
from shared.testing.deciders import Team, decider, story_of
from shared.testing.facts import CHILD, SIBLING, actor
from tests.integration.toy_plans import (
    RULES as PLAN_RULES,
)
from tests.integration.toy_plans import (
    EndPlan,
    Hold,
    Open,
    Report,
    StartPlan,
    Tell,
    Visit,
    Want,
    child_file,
    due,
    plan,
    referral,
)
from tests.integration.toy_plans import contact as told_contact
from tests.unit.mash.contacts import ACCEPT, CLOSE, MANAGER, RECEIVE, SCREEN, SCREENER

ACCESS = AccessPolicy.read(Path(__file__).parents[3] / "services")
MONDAY, TUESDAY, WEDNESDAY = (london(2026, 11, day, 10) for day in (9, 10, 11))
BOTH = (CHILD, SIBLING)
TEAM = Team("mash", (referral, plan, due, told_contact, child_file), PLAN_RULES)


def about(command: Command, *children, **more) -> Command:
    return command.model_copy(update={"about": children} | more)


# -- several children, several things, the command's own stream


def test_a_command_about_several_children_is_decided_for_each():
    story = decider(contact, RULES, beside=[open_case]).given().when(about(RECEIVE, *BOTH), at=MONDAY)
    assert [one.child for one in story.decided] == [CHILD, SIBLING]
    closed = story.when(about(CLOSE, SIBLING), at=TUESDAY)
    closed.clocks(about=SIBLING, M1="met").clocks(about=CHILD, M1="open")
    assert closed.stream("contact", about=CHILD).state != closed.stream("contact", about=SIBLING).state


def test_one_refusal_refuses_all_and_leaves_nothing_behind():
    story = decider(contact, RULES, beside=[open_case]).given().when(about(RECEIVE, *BOTH), at=MONDAY)
    story = story.when(about(CLOSE, SIBLING), at=TUESDAY)
    refused = story.when(about(ACCEPT, *BOTH), at=TUESDAY).refused("M1")
    assert refused.records == story.records


def test_a_command_is_decided_on_its_own_kind_of_stream():
    story = decider(referral, PLAN_RULES, beside=[plan]).given().when(StartPlan(), at=MONDAY)
    assert (story.streams["plan"].state, story.streams["referral"].state) == ("open", "none")
    ended = story.when(EndPlan(), at=TUESDAY)
    assert ended.streams["plan"].state == "closed"


def test_each_thing_has_its_own_clocks_and_a_command_names_its_thing():
    story = story_of(TEAM).when(Tell(), at=MONDAY)
    first = story.id
    story = story.when(Tell(), at=MONDAY)
    second = story.id
    story = story.when(Report(re=first), at=MONDAY)
    story.clocks(of=first, M14="met").clocks(of=second, M14="open")
    with pytest.raises(NotFound, match="there is no contact with this id"):
        story.when(Report(re=CHILD), at=MONDAY)


class Weighed(Event, name="test_stories.Weighed"):
    years: int


class Weigh(Command, name="test_stories.Weigh", opens=True):
    pass


scales = Stream(
    "scales",
    0,
    lambda state, _event: state + 1,
    lambda _command, _state, context: [Weighed(years=context.now.year - context.born.year)],
    Weigh,
    Weighed,
    Per.CHILD,
)


def test_a_decision_knows_when_each_child_was_born():
    born = {
        CHILD: KnownPerson("child", MONDAY.date()),
        SIBLING: KnownPerson("child", london(2014, 3, 10).date()),
    }
    story = decider(scales, RULES, people=born).given().when(Weigh(about=BOTH), at=MONDAY)
    story.then(Weighed(years=0, child=CHILD), Weighed(years=12, child=SIBLING))


# -- roles


def test_a_role_that_may_not_is_refused_and_a_colleague_hears_what_else_forbids_it():
    story = (
        decider(contact, RULES, beside=[open_case]).given(access=ACCESS).when(RECEIVE, at=MONDAY, by=SCREENER)
    )
    story.when(CLOSE, at=MONDAY, by=SCREENER).refused("E9", "M7")
    closed = story.when(CLOSE, at=MONDAY, by=MANAGER)
    closed.when(ACCEPT, at=TUESDAY, by=SCREENER).refused("E9", "M7", "M1")
    closed.when(ACCEPT, at=TUESDAY, by=actor("police_officer")).refused("E9")


def test_who_neither_recorded_it_nor_manages_the_team_corrects_nothing():
    story = (
        decider(contact, RULES, beside=[open_case]).given(access=ACCESS).when(RECEIVE, at=MONDAY, by=SCREENER)
    )
    wrong = CorrectRecord(re=story.id, reason="Made up.", withdrawn=True)
    story.when(wrong, at=MONDAY, by=actor("mash_screener", "Another")).refused("E9")
    assert story.when(wrong, at=MONDAY, by=SCREENER).decided
    assert story.when(wrong, at=MONDAY, by=MANAGER).decided


# -- corrections


def test_a_correction_restates_what_was_noted_beside_it_and_its_clocks():
    story = story_of(TEAM).when(Open(), at=MONDAY).when(StartPlan(), at=MONDAY)
    story = story.when(Visit(), at=WEDNESDAY)
    visited = story.id
    story.clocks(A15="open")
    assert [one.state(WEDNESDAY) for one in story.stream("plan").clocks] == ["met", "open"]
    withdrawn = story.when(CorrectRecord(re=visited, reason="Nobody went.", withdrawn=True), at=WEDNESDAY)
    assert [one.state(WEDNESDAY) for one in withdrawn.stream("plan").clocks] == ["open", "ended"]
    moved = CorrectRecord(re=visited, reason="The day before.", right_happened=TUESDAY)
    again = withdrawn.when(moved, at=WEDNESDAY)
    assert [one.deadline.starts_at for one in again.stream("plan").clocks] == [MONDAY, TUESDAY]


def test_a_corrected_stream_is_folded_with_what_is_right_and_text_said_before_stays():
    story = story_of(TEAM).when(Open(level=2, worries="Hungry."), at=MONDAY)
    opened = story.id
    story = story.when(CorrectRecord(re=opened, reason="A slip.", fields={"level": 3}), at=TUESDAY)
    assert story.stream("referral").state == "open at 3"
    (correction,) = story.decided
    assert correction.sealed.text == {"worries": "Hungry."}
    story.when(CorrectRecord(re=opened, reason="A slip.", fields={"weight": 3}), at=TUESDAY).refused("E3")
    story.when(CorrectRecord(re=opened, reason="Nothing."), at=TUESDAY).refused("E3")


# -- what is noted from elsewhere, and over policies


def test_what_another_service_did_is_noted_once_and_counts_for_a_plan_that_is_typed_up_later():
    seen = NoteAct(rule="A15", act=CHILD, repeats=True)
    service = TEAM.actor
    story = story_of(TEAM).when(seen, at=WEDNESDAY, happened=TUESDAY, by=service)
    story = story.when(seen, at=WEDNESDAY, happened=TUESDAY, by=service).nothing()
    story = story.when(StartPlan(), at=WEDNESDAY, happened=MONDAY)
    assert [one.state(WEDNESDAY) for one in story.stream("plan").clocks] == ["met", "open"]
    assert sum(isinstance(one.event, ActNoted) for one in story.records) == 1


def test_one_act_meets_what_runs_on_the_childs_own_stream():
    story = story_of(TEAM).when(Want(), at=MONDAY).when(Open(), at=MONDAY)
    story.when(Hold(), at=TUESDAY).clocks(A11="met")


def test_an_accepted_contact_opens_a_referral_in_the_other_team_with_the_facts_own_instants():
    story = story_of(mash, assessment).when(about(RECEIVE, *BOTH), at=MONDAY)
    story = story.when(SCREEN, at=MONDAY)
    accepted = story.when(ACCEPT, at=WEDNESDAY, happened=TUESDAY, by=MANAGER)
    accepted.follows(ReferralOpened, ReferralOpened, CaseOpenNoted, CaseOpenNoted).tasks().clocks(A2="open")
    opened = [one for one in accepted.records if isinstance(one.event, ReferralOpened)]
    assert {(one.event.happened_at, one.envelope.role, one.envelope.root_id) for one in opened} == {
        (TUESDAY, "service", accepted.id)
    }
    assert {row.child for row in accepted.rows(worklist, team="assessment")} == set(BOTH)


def test_a_refusal_there_is_a_task_for_whom_the_policy_names():
    one = story_of(mash, assessment).when(RECEIVE, at=MONDAY)
    two = one.when(RECEIVE, at=MONDAY)
    story = two.when(ACCEPT.model_copy(update={"re": one.id}), at=MONDAY, by=MANAGER)
    story = story.when(ACCEPT.model_copy(update={"re": two.id}), at=MONDAY, by=MANAGER)
    story.follows(TaskRaised).tasks(("team_manager", "already_open"))


def test_what_a_team_had_done_upon_a_fact_that_is_withdrawn_is_a_task_and_never_undone():
    story = story_of(mash, assessment).when(RECEIVE, at=MONDAY).when(ACCEPT, at=MONDAY, by=MANAGER)
    gone = CorrectRecord(re=story.id, reason="The wrong family.", withdrawn=True)
    story.when(gone, at=TUESDAY, by=MANAGER).tasks(("team_manager", "corrected")).clocks(A2="open")


def test_what_is_not_delivered_yet_arrives_when_the_story_says_so():
    story = story_of(mash, assessment).when(RECEIVE, at=MONDAY)
    held = story.when(ACCEPT, at=MONDAY, by=MANAGER, delivered=False).follows()
    assert held.clock("A2") is None
    held.time_passes(until=WEDNESDAY).follows()
    week_after = london(2026, 11, 16, 10)
    held.delivered(at=week_after).follows(ReferralOpened, DeadlineMissed, CaseOpenNoted).clocks(
        week_after, A2="missed"
    )


policy = Policy("panel")


class Heard(Event, name="panel.ToyHeard"):
    pass


class Hear(Command, name="panel.ToyHear", opens=True):
    pass


def refuse_the_second(_command, state, _context):
    if state:
        raise Refused("it was heard", rule="P1", reason="heard")
    return [Heard()]


hearing = Stream("hearing", 0, lambda state, _e: state + 1, refuse_the_second, Hear, Heard, Per.CHILD)


@policy.on(DeadlineMissed)
def hear(event, _record):
    return Hear(about=(event.child,))


@policy.on(ReferralOpened, heard=AlreadySo)
def hear_referral(event, _record):
    return Hear(about=(event.child,))


PANEL = Team("panel", (hearing,), Rulebook((), edition="2026-11"), policy, reads=("mash", "assessment"))


def test_the_timers_misses_arrive_too_and_behind_a_wall_nothing_leaves():
    story = story_of(mash, PANEL).when(RECEIVE, at=MONDAY)
    story.time_passes(until=london(2026, 11, 10, 10)).missed("M3").follows(Heard)
    walled = replace(Team("mash", mash.streams, mash.rules), walled=True)
    story = story_of(walled, PANEL).when(RECEIVE, at=MONDAY)
    story.time_passes(until=london(2026, 11, 10, 10)).missed("M3").follows()


def test_already_so_is_silent_and_a_refusal_without_a_meaning_is_a_mistake():
    story = story_of(mash, assessment, PANEL).when(RECEIVE, at=MONDAY).when(ACCEPT, at=MONDAY, by=MANAGER)
    story.follows(ReferralOpened, CaseOpenNoted, Heard)
    with pytest.raises(AssertionError, match=r"panel would park team\.DeadlineMissed: hear is refused by P1"):
        story.time_passes(until=london(2026, 11, 10, 10))


# -- what is shown


def test_entries_of_a_story_stand_in_its_order():
    story = story_of(mash).when(RECEIVE, at=MONDAY).when(CLOSE, at=MONDAY, by=MANAGER)
    titles = [one.entry.title for one in story.entries(entries)]
    assert [one.partition(" ")[2].partition(" ")[0] for one in titles] == ["received", "decided:"]
