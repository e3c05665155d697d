"""A conference that waits: why (A4, A5, C1), its day and chair (C7, C8), invitations, and reports (C25)."""

from datetime import date

import pytest

from services.conference.codes import LineManagement
from services.conference.events import (
    AgencyInvited,
    ConferenceAskedFor,
    ConferenceAwaited,
    ConferenceExpected,
    ConferenceNotNeeded,
    ConferenceScheduled,
    InvitationText,
    ReportReceived,
    ScheduleText,
)
from services.conference.streams.conference_due import (
    InviteAgency,
    NoConferenceNeeded,
    ReceiveReport,
    ScheduleConference,
)
from services.conference.streams.line_management import NoteLineManagement
from shared.domain.code_lists import ConferenceKind, ConferenceOrigin
from shared.domain.fields import Names, Professional
from shared.domain.instants import london
from shared.team.audience import party
from shared.testing.facts import CHILD, SIBLING, actor, event_id, organisation
from tests.unit.conference.conferences import (
    ADMINISTRATOR,
    CHAIR,
    DAY,
    DISCUSSION,
    EXPECT,
    HEAD,
    HELD,
    HOLD,
    INVITE,
    MANAGER,
    NO_PLAN,
    NURSE,
    REPORT,
    REQUEST,
    REVIEW,
    SCHEDULE,
    SCHEDULED,
    STRATEGY,
    WORKER,
    conference,
    expected,
    plan_made,
    scheduled,
)

NOT_NEEDED = NoConferenceNeeded(section_47=DISCUSSION)


# -- why one waits


def test_from_the_strategy_discussion_on_one_waits_and_a5_runs():
    story = expected()
    awaited, due = story.decided
    assert isinstance(awaited, ConferenceAwaited)
    assert (awaited.kind, awaited.origin) == (ConferenceKind.INITIAL, ConferenceOrigin.SECTION_47)
    assert isinstance(due, ConferenceExpected)
    assert due.hold_by.due_at == london(2026, 4, 30)
    story.clocks(A5="open")


def test_the_same_discussion_again_starts_no_second():
    expected().when(EXPECT, at=SCHEDULED).nothing()


def test_a_request_is_taken_in_once():
    asked = expected().when(REQUEST, at=london(2026, 4, 21, 15))
    asked.then(
        ConferenceAskedFor(
            request=event_id(92),
            kind=ConferenceKind.INITIAL,
            origin=ConferenceOrigin.SECTION_47,
            section_47=DISCUSSION,
        )
    )
    asked.when(REQUEST, at=SCHEDULED).nothing()


def test_where_the_enquiry_needs_none_a5_ends_and_none_waits():
    story = expected().when(NOT_NEEDED, at=london(2026, 4, 21, 15))
    story.then(ConferenceNotNeeded(section_47=DISCUSSION, closes=True))
    story.clocks(A5="ended")
    story.when(SCHEDULE, at=SCHEDULED, by=CHAIR).refused("A4")


def test_one_that_was_scheduled_all_the_same_goes_on():
    story = scheduled().when(NOT_NEEDED, at=SCHEDULED)
    story.then(ConferenceNotNeeded(section_47=DISCUSSION, closes=False))
    story.clocks(A5="ended")
    assert story.when(NO_PLAN, at=HELD, by=CHAIR).refusal is None


def test_what_was_never_expected_is_not_ended():
    conference.when(NOT_NEEDED, at=SCHEDULED).nothing()


def test_of_a_child_on_a_plan_an_enquiry_asks_for_a_review_and_that_meets_it():
    story = plan_made().when(
        EXPECT.model_copy(update={"section_47": event_id(95)}), at=london(2026, 6, 1, 10)
    )
    assert story.decided[0].kind is ConferenceKind.REVIEW
    story.when(REVIEW, at=london(2026, 6, 10, 10), by=CHAIR).clocks(A5="met")


# -- its day and its chair


def test_it_is_held_on_a_working_day_by_an_independent_chair():
    story = scheduled()
    story.then(
        ConferenceScheduled(
            date=DAY,
            kind=ConferenceKind.INITIAL,
            origin=ConferenceOrigin.SECTION_47,
            section_47=DISCUSSION,
            chair=CHAIR.id,
            show_report_by=story.clock("C25").deadline,
            sealed=ScheduleText(chair_name="P. Okafor"),
        )
    )


@pytest.mark.parametrize(
    "day",
    [date(2026, 4, 25), date(2026, 4, 26), date(2026, 5, 4), date(2026, 12, 25), date(2026, 12, 28)],
    ids=["Saturday", "Sunday", "early May bank holiday", "Christmas", "Boxing Day's substitute"],
)
def test_never_on_a_weekend_or_bank_holiday(day):
    expected().when(SCHEDULE.model_copy(update={"date": day}), at=SCHEDULED, by=CHAIR).refused("C8")


@pytest.mark.parametrize("did", LineManagement)
def test_who_decided_in_the_case_does_not_chair_it(did):
    story = expected().when(NoteLineManagement(who=CHAIR.id, did=did), at=STRATEGY)
    story.when(SCHEDULE, at=SCHEDULED, by=ADMINISTRATOR).refused("C7")
    story.when(NO_PLAN, at=HELD, by=CHAIR).refused("C7")
    other = SCHEDULE.model_copy(update={"chair": Professional(id=WORKER.id, name="Kit Lowe")})
    assert story.when(other, at=SCHEDULED, by=ADMINISTRATOR).refusal is None


def test_each_of_them_is_noted_once():
    noted = NoteLineManagement(who=MANAGER.id, did=LineManagement.ALLOCATED)
    conference.when(noted, at=STRATEGY).when(noted, at=STRATEGY).nothing()


def test_where_nobody_asked_for_one_none_is_scheduled_but_for_a_child_on_a_plan():
    conference.when(SCHEDULE, at=SCHEDULED, by=CHAIR).refused("A4")
    review = plan_made().when(SCHEDULE.model_copy(update={"date": date(2026, 7, 27)}), at=HELD, by=CHAIR)
    assert [type(each) for each in review.decided] == [ConferenceAwaited, ConferenceScheduled]
    assert review.decided[1].kind is ConferenceKind.REVIEW


def test_every_rule_that_forbids_it_is_named():
    story = conference.when(NoteLineManagement(who=CHAIR.id, did=LineManagement.ALLOCATED), at=STRATEGY)
    saturday = SCHEDULE.model_copy(update={"date": date(2026, 4, 25)})
    story.when(saturday, at=SCHEDULED, by=ADMINISTRATOR).refused("C8", "C7", "A4")


def test_the_same_day_and_chair_again_is_already_so():
    scheduled().when(SCHEDULE, at=SCHEDULED, by=CHAIR).nothing()


# -- the report, shown to the parents before (C25)


def test_three_clear_working_days_remain_to_the_parents():
    story = scheduled()
    assert story.clock("C25").due_at == london(2026, 4, 23)
    story.clocks(C25="open").when(REPORT, at=SCHEDULED, by=WORKER).clocks(C25="met")


def test_over_easter_the_days_are_counted_back_as_working_days():
    day = SCHEDULE.model_copy(update={"date": date(2026, 4, 8)})
    story = conference.when(EXPECT, at=london(2026, 3, 20, 10)).when(
        day, at=london(2026, 3, 23, 10), by=CHAIR
    )
    assert story.clock("C25").due_at == london(2026, 4, 1)


def test_where_fewer_remain_no_clock_starts():
    soon = SCHEDULE.model_copy(update={"date": date(2026, 4, 24)})
    expected().when(soon, at=SCHEDULED, by=CHAIR).clocks(C25=None)


def test_a_new_date_starts_it_anew_and_the_old_one_ceases():
    later = SCHEDULE.model_copy(
        update={"date": date(2026, 5, 6), "reason_for_new_date": "The mother is ill."}
    )
    story = scheduled().when(later, at=london(2026, 4, 22, 15), by=CHAIR)
    assert story.clock("C25").due_at == london(2026, 4, 30)
    first, second = (one for one in story.stream("conference_due").clocks if one.rule == "C25")
    assert (first.state(SCHEDULED), second.state(SCHEDULED)) == ("ended", "open")


def test_shown_in_time_and_filed_later_it_is_met():
    story = scheduled().when(REPORT, at=london(2026, 4, 24, 10), by=WORKER)
    story.clocks(C25="met")


def test_shown_too_late_it_is_missed_and_why_not_meets_it_by_when_it_was_said():
    late = REPORT.model_copy(update={"shown_to_parents_on": date(2026, 4, 24)})
    scheduled().when(late, at=london(2026, 4, 24, 10), by=WORKER).clocks(C25="missed")
    unshown = REPORT.model_copy(update={"shown_to_parents_on": None, "why_not_shown": "It would warn him."})
    scheduled().when(unshown, at=SCHEDULED, by=WORKER).clocks(C25="met")
    silent = REPORT.model_copy(update={"shown_to_parents_on": None})
    scheduled().when(silent, at=SCHEDULED, by=WORKER).clocks(C25="open")


def test_nobody_can_have_seen_it_tomorrow():
    tomorrow = REPORT.model_copy(update={"shown_to_parents_on": date(2026, 4, 23)})
    scheduled().when(tomorrow, at=SCHEDULED, by=WORKER).refused("E2")


# -- invitations and reports


def test_an_organisation_is_invited_by_name_and_somebody_may_not_be():
    command = InviteAgency.model_validate(
        {
            "agencies": ["health", "education"],
            "organisations": [{"agency": "education", "organisation": "Elm School"}],
            "family": [str(SIBLING)],
            "not_invited": [{"who": str(CHILD), "reason": "Aged three."}],
        },
        context=Names(bytes(32), "childrens_social_care"),
    )
    school = command.organisations[0].organisation.id
    scheduled().when(command, at=SCHEDULED, by=ADMINISTRATOR).then(
        AgencyInvited(
            invited=(party("health"), party("education", school)),
            family=(SIBLING,),
            not_invited=(CHILD,),
            sealed=InvitationText(organisations=("Elm School",), why_not_invited=("Aged three.",)),
        )
    )


def test_what_prepares_a_conference_needs_one_that_waits():
    for command in (INVITE, REPORT):
        conference.when(command, at=SCHEDULED, by=CHAIR).refused("A4")
        held = scheduled().when(NO_PLAN, at=HELD, by=CHAIR)
        held.when(command, at=london(2026, 4, 29, 9), by=CHAIR).refused("A4")
        late = held.when(command, at=london(2026, 4, 29, 9), happened=SCHEDULED, by=CHAIR)
        assert late.refusal is None


def test_a_partner_reports_for_themselves_once_they_are_invited():
    scheduled().when(REPORT, at=SCHEDULED, by=NURSE).refused("E9")
    invited = scheduled().when(INVITE, at=SCHEDULED, by=CHAIR)
    reported = invited.when(REPORT, at=SCHEDULED, by=NURSE)
    assert [type(each) for each in reported.decided] == [ReportReceived]
    other = REPORT.model_copy(update={"from_": "police"})
    invited.when(other, at=SCHEDULED, by=NURSE).refused("E9")


def test_of_an_agency_of_schools_it_is_the_school_that_was_invited():
    school = InviteAgency(
        agencies=(), organisations=({"agency": "education", "organisation": organisation("Oak School")},)
    )
    report = ReceiveReport.model_validate({"from": "education"})
    story = scheduled().when(school, at=SCHEDULED, by=CHAIR)
    story.when(report, at=SCHEDULED, by=HEAD).refused("E9")
    oak = actor("designated_safeguarding_lead", "M. Hay", organisation="Oak School")
    assert story.when(report, at=SCHEDULED, by=oak).refusal is None


def test_a_conference_that_was_held_is_followed_by_another_episode():
    story = scheduled().when(NO_PLAN, at=HELD, by=CHAIR)
    again = story.when(
        EXPECT.model_copy(update={"section_47": event_id(97)}), at=london(2026, 6, 1, 10)
    ).when(SCHEDULE.model_copy(update={"date": date(2026, 6, 16)}), at=london(2026, 6, 2, 10), by=CHAIR)
    again.clocks(A5="open")
    assert again.when(HOLD, at=london(2026, 6, 16, 10), by=CHAIR).clocks(A5="met").refusal is None


def test_a_day_is_named_as_a_day():
    with pytest.raises(ValueError, match="date"):
        ScheduleConference.model_validate({"date": "soon", "chair": "P. Okafor"})
