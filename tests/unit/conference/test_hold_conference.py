"""A conference that was held: its day and chair (C7, C8), quorum (C12), the plan it makes, its letter and minutes (C13, C23)."""

from datetime import date, timedelta

import pytest

from services.conference.app import app
from services.conference.codes import (
    AgencyView,
    Category,
    ConferenceDecision,
    LetterTo,
    MeetingKind,
)
from services.conference.events import (
    ChildProtectionPlanMade,
    ConferenceAwaited,
    ConferenceClosed,
    ConferenceHeld,
    ConferenceScheduled,
    DecisionLetterSent,
    MinutesSent,
    PlanText,
)
from services.conference.plans import PlansBefore
from services.conference.streams.meeting import HoldConference
from services.conference.streams.meeting.holding import AgencyViewSaid, Dissent, Plan
from shared.domain.code_lists import ConferenceKind, ConferenceOrigin
from shared.domain.instants import local_date, london
from shared.domain.people import KnownPerson
from shared.testing.deciders import story_of
from shared.testing.facts import CHILD, SIBLING
from shared.testing.teams import team_of
from tests.unit.conference.conferences import (
    ADMINISTRATOR,
    ALL,
    CHAIR,
    CORE_GROUP,
    DISCUSSION,
    EXPECT,
    HELD,
    HOLD,
    LETTER,
    MINUTES,
    NO_PLAN,
    REVIEW,
    STRATEGY,
    WORKER,
    conference,
    expected,
    plan_made,
    scheduled,
)

A_MOMENT = timedelta(microseconds=1)
LATER = london(2026, 4, 29, 9)


def held(**changed):
    return scheduled().when(NO_PLAN.model_copy(update=changed), at=HELD, by=CHAIR)


# -- who, when, and how many


def test_it_is_kept_with_who_was_there_and_what_was_decided():
    story = held(
        views=(AgencyViewSaid(agency="police", view=AgencyView.PLAN),),
        dissent=(Dissent(by="police", reason="They go back tonight."),),
    )
    (fact,) = (each for each in story.decided if isinstance(each, ConferenceHeld))
    assert (fact.kind, fact.origin, fact.section_47) == (
        ConferenceKind.INITIAL,
        ConferenceOrigin.SECTION_47,
        DISCUSSION,
    )
    assert (fact.decision, fact.quorate, len(fact.present)) == (ConferenceDecision.NO_PLAN, True, 4)
    assert [(each.agency, each.view) for each in fact.views] == [("police", AgencyView.PLAN)]
    assert [each.agency for each in fact.dissent] == ["police"]
    assert fact.sealed.dissent == ("They go back tonight.",)


@pytest.mark.parametrize(
    "at", [london(2026, 4, 25, 10), london(2026, 4, 26, 10), london(2026, 5, 4, 10), london(2026, 4, 6, 10)]
)
def test_never_on_a_weekend_or_bank_holiday(at):
    conference.when(NO_PLAN, at=at, by=CHAIR).refused("C8")


@pytest.mark.parametrize(
    ("present", "enough"),
    [
        (ALL, True),
        (("childrens_social_care", "police", "health"), True),
        (("childrens_social_care", "health"), False),
        (("police", "health", "education"), False),
    ],
)
def test_quorate_is_social_care_and_two_other_agencies(present, enough):
    command = NO_PLAN.model_copy(update={"present": present})
    story = scheduled().when(command, at=HELD, by=CHAIR)
    if enough:
        assert story.decided[0].quorate
        return
    story.refused("C12")
    for half in ({"why_not_quorate": "A flood."}, {"new_date": date(2026, 5, 6)}):
        scheduled().when(command.model_copy(update=half), at=HELD, by=CHAIR).refused("C12")
    both = {"why_not_quorate": "A flood.", "new_date": date(2026, 5, 6)}
    went_on = scheduled().when(command.model_copy(update=both), at=HELD, by=CHAIR)
    assert not went_on.decided[0].quorate


def test_one_that_adjourned_was_held_and_its_new_date_is_a_conference_of_its_own():
    story = held(decision=ConferenceDecision.ADJOURNED, new_date=date(2026, 5, 6))
    assert [type(each) for each in story.decided] == [
        ConferenceHeld,
        ConferenceClosed,
        ConferenceAwaited,
        ConferenceScheduled,
    ]
    story.clocks(A5="met", C25="open")
    assert story.clock("C25").due_at == london(2026, 4, 30)
    again = story.when(HOLD, at=london(2026, 5, 6, 10), by=CHAIR)
    assert again.refusal is None
    again.clocks(C4="open")


def test_the_new_date_is_a_working_day_too():
    scheduled().when(NO_PLAN.model_copy(update={"new_date": date(2026, 5, 4)}), at=HELD, by=CHAIR).refused(
        "C8"
    )


def test_one_that_nobody_had_waited_for_is_recorded_too():
    story = conference.when(NO_PLAN, at=HELD, by=CHAIR)
    assert [type(each) for each in story.decided] == [ConferenceHeld]
    assert story.decided[0].origin is ConferenceOrigin.OTHER


# -- A5


@pytest.mark.parametrize(
    ("started", "due"),
    [
        (STRATEGY, london(2026, 4, 30)),
        (london(2026, 4, 2, 16), london(2026, 4, 28)),
        (london(2026, 12, 23, 12), london(2027, 1, 19)),
        (london(2026, 11, 13, 21), london(2026, 12, 5)),
        (london(2026, 3, 28, 12), london(2026, 4, 22)),
        (london(2026, 10, 25, 1, 30), london(2026, 11, 14)),
    ],
    ids=["April", "before Easter", "before Christmas", "a Friday evening", "clocks forward", "clocks back"],
)
def test_a5_is_fifteen_working_days_from_the_discussion(started, due):
    story = conference.when(EXPECT, at=started)
    assert story.clock("A5").due_at == due
    day = app.rules.calendars.at(started).working_day_before(local_date(due), 1)
    at = london(day.year, day.month, day.day, 16)
    story.when(NO_PLAN, at=at, by=CHAIR).clocks(A5="met")
    story.time_passes(until=due - A_MOMENT).missed()
    story.time_passes(until=due).missed("A5")


def test_held_in_time_and_recorded_later_it_is_met():
    expected().when(NO_PLAN, at=london(2026, 5, 6, 10), happened=HELD, by=CHAIR).clocks(A5="met")


# -- the plan


def test_the_plan_starts_on_the_day_of_the_conference():
    story = plan_made()
    (made,) = (each for each in story.decided if isinstance(each, ChildProtectionPlanMade))
    assert (made.category, made.previous_plans, made.conference) == (Category.NEG, 0, story.id)
    assert made.happened_at == HELD
    story.clocks(A5="met", C2="open", C4="open", C6="open", C13="open", C23="open")
    assert {rule: story.clock(rule).due_at for rule in ("C2", "C4", "C6", "C13", "C23")} == {
        "C2": london(2026, 5, 14),
        "C4": london(2026, 7, 29),
        "C6": london(2026, 5, 14),
        "C13": london(2026, 4, 30),
        "C23": london(2026, 5, 29),
    }


def test_what_it_is_to_achieve_is_sealed_with_it():
    plan = Plan(outcomes=("Fed and warm.",), contingency="Legal planning.", core_group=("Mia Dunn",))
    story = scheduled().when(HOLD.model_copy(update={"plan": plan}), at=HELD, by=CHAIR)
    assert story.decided[2].sealed == PlanText(
        outcomes=("Fed and warm.",), contingency="Legal planning.", core_group=("Mia Dunn",)
    )


def test_how_many_went_before_is_said_together_or_apart():
    apart = HOLD.model_copy(update={"previous_plans": PlansBefore(here=1, elsewhere=2)})
    made = scheduled().when(apart, at=HELD, by=CHAIR).decided[2]
    assert (made.previous_plans, made.previous_plans_here, made.previous_plans_elsewhere) == (3, 1, 2)


def test_a_child_has_one_plan_at_a_time():
    story = plan_made()
    story.when(HOLD, at=london(2026, 5, 6, 10), by=CHAIR).refused("C8")
    story.when(NO_PLAN, at=london(2026, 5, 6, 10), by=CHAIR).refused("C8")


@pytest.mark.parametrize("missing", ["category", "previous_plans"])
def test_a_plan_names_its_category_and_how_many_went_before(missing):
    said = {
        "present": ["health"],
        "family_present": True,
        "child_views": "",
        "decision": "plan",
        "dissent": [],
    }
    said |= {"category": "NEG", "previous_plans": 1}
    del said[missing]
    with pytest.raises(ValueError, match=rf"HoldConference\n{missing}\n"):
        HoldConference.model_validate(said)


def test_sisters_each_get_a_plan():
    people = {CHILD: KnownPerson(kind="child"), SIBLING: KnownPerson(kind="child")}
    both = HOLD.model_copy(update={"about": (CHILD, SIBLING)})
    story = story_of(team_of(app, people=people)).when(both, at=HELD, by=CHAIR)
    made = [each.child for each in story.decided if isinstance(each, ChildProtectionPlanMade)]
    assert made == [CHILD, SIBLING]


# -- letter and minutes


def test_the_letter_meets_c13_and_names_no_conference():
    sent = held().when(LETTER, at=LATER, by=ADMINISTRATOR)
    sent.then(DecisionLetterSent(to=(LetterTo.FAMILY, LetterTo.AGENCIES), agencies=("health",)))
    sent.clocks(C13="met", C23="open")


@pytest.mark.parametrize(
    ("at", "due"),
    [
        (london(2026, 4, 2, 10), london(2026, 4, 8)),
        (london(2026, 12, 24, 10), london(2026, 12, 30)),
        (london(2026, 3, 27, 10), london(2026, 3, 31)),
        (london(2026, 10, 23, 10), london(2026, 10, 27)),
    ],
    ids=["Easter", "Christmas", "clocks forward", "clocks back"],
)
def test_the_letter_is_due_the_next_working_day(at, due):
    story = conference.when(NO_PLAN, at=at, by=CHAIR)
    story.when(LETTER, at=due - A_MOMENT, by=CHAIR).clocks(C13="met")
    story.when(LETTER, at=due, by=CHAIR).clocks(C13="missed")


def test_a_letter_is_of_the_conference_that_was_held_last_whatever_waits_by_then():
    adjourned = held(decision=ConferenceDecision.ADJOURNED, new_date=date(2026, 5, 6))
    first = adjourned.id
    sent = adjourned.when(LETTER, at=LATER, by=CHAIR)
    sent.clocks(of=first, C13="met")
    second = sent.when(HOLD, at=london(2026, 5, 6, 10), by=CHAIR)
    later = second.when(LETTER, at=london(2026, 5, 7, 10), by=CHAIR)
    later.clocks(of=second.id, C13="met")


def test_a_core_group_since_is_not_what_a_letter_is_of():
    plan = plan_made()
    story = plan.when(CORE_GROUP, at=london(2026, 4, 29, 9), by=WORKER).when(LETTER, at=LATER, by=CHAIR)
    story.clocks(of=plan.id, C13="met")


def test_minutes_meet_the_clock_of_what_they_are_of_alone():
    """An adjourned conference and the one after it, both within twenty working days."""
    first = held(decision=ConferenceDecision.ADJOURNED, new_date=date(2026, 5, 6))
    second = first.when(NO_PLAN, at=london(2026, 5, 6, 10), by=CHAIR)
    of_first = MINUTES.model_copy(update={"of": first.id})
    sent = second.when(of_first, at=london(2026, 5, 7, 10), by=ADMINISTRATOR)
    sent.then(MinutesSent(meeting=MeetingKind.CONFERENCE, to=(LetterTo.AGENCIES,), agencies=("health",)))
    sent.clocks(of=first.id, C23="met").clocks(of=second.id, C23="open")


def test_where_no_conference_was_held_there_is_no_letter():
    conference.when(LETTER, at=LATER, by=CHAIR).refused("C13")
    expected().when(LETTER, at=LATER, by=CHAIR).refused("C13")


def test_nothing_is_sent_before_it_was_held():
    early = {"at": LATER, "happened": london(2026, 4, 27, 9), "by": CHAIR}
    story = held()
    story.when(LETTER, **early).refused("C13")
    story.when(MINUTES.model_copy(update={"of": story.id}), **early).refused("C23")


def test_a_social_worker_sends_the_minutes_of_core_groups_alone():
    story = held()
    story.when(MINUTES.model_copy(update={"of": story.id}), at=LATER, by=WORKER).refused("E9")


def test_a_review_that_was_held_is_what_a_letter_is_of():
    plan = plan_made()
    reviewed = plan.when(REVIEW, at=london(2026, 7, 27, 11), by=CHAIR)
    reviewed.when(LETTER, at=london(2026, 7, 28, 9), by=CHAIR).clocks(of=reviewed.id, C13="met")
