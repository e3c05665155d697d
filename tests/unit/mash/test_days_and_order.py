"""Rules that turn on a day or an order and run no clock of the contact's own: what happened on which day in England, and what
was written down late or in another order than it happened."""

from datetime import date, timedelta

import pytest

from services.assessment.app import app as assessment
from services.assessment.codes import Place
from services.assessment.streams.child_file import RecordVisit
from services.mash.codes import Outcome, WhyPolice
from services.mash.events import ContactPassedToOpenCase, ContactReceived, EarlyHelpRequested
from services.mash.streams.child_file import IdentifyYoungCarer, ReferToPrevent, TellPolice
from services.mash.streams.contact import HoldDailyMeeting, MeetingDecision
from shared.domain.instants import london
from shared.domain.people import KnownPerson, Span
from shared.testing.deciders import story_of
from shared.testing.facts import ADULT, CHILD, actor
from shared.testing.teams import team_of
from tests.unit.mash.contacts import (
    ACCEPT,
    CHECK,
    CLOSE,
    CONSENT,
    EARLY_HELP,
    HARM,
    MANAGER,
    OFFICER,
    PEOPLE,
    RECEIVE,
    RISK,
    app,
    front_door,
)

A_MOMENT = timedelta(microseconds=1)
WORKER = actor("social_worker", "Mia Dunn")
SEEN = RecordVisit(about=(CHILD,), seen=True, alone=True, words="I am cold.", place=Place.HOME)


def of(command, contact, **more):
    return command.model_copy(update={"re": contact, **more})


# -- M6: immediate harm, the same calendar day


@pytest.mark.parametrize(
    ("identified", "midnight"),
    [
        pytest.param(london(2026, 4, 2, 16, 40), london(2026, 4, 3), id="before Easter"),
        pytest.param(london(2026, 4, 3, 11), london(2026, 4, 4), id="on Good Friday"),
        pytest.param(london(2026, 11, 14, 23, 59), london(2026, 11, 15), id="a minute before midnight"),
        pytest.param(london(2026, 12, 25, 0), london(2026, 12, 26), id="as Christmas Day begins"),
        pytest.param(london(2026, 3, 29, 0, 30), london(2026, 3, 30), id="a day of 23 hours"),
        pytest.param(london(2026, 10, 25, 0, 30), london(2026, 10, 26), id="a day of 25 hours"),
    ],
)
def test_a_child_at_immediate_harm_is_seen_that_day_m6(identified, midnight):
    both = story_of(team_of(app, people=PEOPLE), team_of(assessment, people=PEOPLE))
    received = both.when(RECEIVE, at=identified)
    harm = received.when(of(HARM, received.id), at=identified, by=MANAGER).clocks(M6=None, A1="open")
    assert harm.clock("A1").due_at == midnight
    harm.when(SEEN, at=midnight - A_MOMENT, by=WORKER).clocks(A1="met")
    harm.when(SEEN, at=midnight, by=WORKER).clocks(A1="missed")
    late = harm.time_passes(until=midnight + timedelta(hours=9))
    late.when(SEEN, at=midnight + timedelta(hours=10), happened=midnight - A_MOMENT, by=WORKER).clocks(
        A1="met"
    )


# -- M9: a case that is open when it is written down


def test_what_was_received_before_a_case_opened_and_written_down_after_is_a_note_m9():
    both = story_of(team_of(app, people=PEOPLE), team_of(assessment, people=PEOPLE))
    received = both.when(RECEIVE, at=london(2026, 12, 24, 9))
    opened = received.when(of(ACCEPT, received.id), at=london(2026, 12, 24, 11), by=MANAGER)
    before = RECEIVE.model_copy(update={"received": london(2026, 12, 24, 10)})
    note = opened.when(before, at=london(2026, 12, 29, 9), by=MANAGER)
    (passed,) = note.clocks(of=note.id, M9=None, M1=None).decided
    assert isinstance(passed, ContactPassedToOpenCase)
    assert passed.received_at == london(2026, 12, 24, 10)


def test_until_the_front_door_has_heard_of_the_case_it_is_a_contact_m9():
    both = story_of(team_of(app, people=PEOPLE), team_of(assessment, people=PEOPLE))
    received = both.when(RECEIVE, at=london(2026, 12, 24, 9))
    opened = received.when(of(ACCEPT, received.id), at=london(2026, 12, 24, 11), by=MANAGER, delivered=False)
    early = opened.when(RECEIVE, at=london(2026, 12, 24, 11), by=OFFICER, delivered=False)
    assert [type(one) for one in early.decided] == [ContactReceived]
    heard = early.delivered().when(RECEIVE, at=london(2026, 12, 24, 12), by=OFFICER)
    assert [type(one) for one in heard.clocks(M9=None).decided] == [ContactPassedToOpenCase]


# -- M10, M16: parental responsibility on a day in England, and consent that was written down late

SUMMER = date(2026, 6, 1)
BEFORE, FIRST = london(2026, 5, 31, 23, 59), london(2026, 6, 1)
"""The second is an hour before midnight in UTC."""


def family(span):
    holds = KnownPerson(kind="child", responsible={(ADULT, "mother"): (span,)})
    return story_of(team_of(app, people={**PEOPLE, CHILD: holds}))


@pytest.mark.parametrize(
    ("span", "given_at", "counts"),
    [
        (Span(since=SUMMER), BEFORE, False),
        (Span(since=SUMMER), FIRST, True),
        (Span(until=SUMMER), BEFORE, True),
        (Span(until=SUMMER), FIRST, False),
    ],
)
@pytest.mark.parametrize("written_down", [timedelta(0), timedelta(days=40)], ids=["at once", "late"])
def test_who_may_consent_may_on_the_day_on_which_they_did_m10(span, given_at, counts, written_down):
    received = family(span).when(RECEIVE, at=london(2026, 5, 29, 12))
    consent = received.when(of(CONSENT, received.id), at=given_at + written_down, happened=given_at)
    if not counts:
        consent.refused("M10")
        return
    asked = consent.when(of(CHECK, received.id), at=given_at + written_down)
    assert asked.refusal is None


def test_signed_consent_that_is_written_down_late_counts_from_then_on_m16():
    received = front_door.when(RECEIVE, at=london(2026, 12, 24, 12))
    decide, signed = of(EARLY_HELP, received.id), of(CONSENT, received.id)
    after_christmas = london(2026, 12, 29, 9)
    received.when(decide, at=after_christmas).refused("M16")
    agreed = received.when(signed, at=after_christmas, happened=london(2026, 12, 24, 15))
    assert EarlyHelpRequested in map(type, agreed.when(decide, at=after_christmas).decided)


def test_a_check_was_not_asked_for_before_consent_was_recorded_whatever_day_it_is_dated_m10():
    received = front_door.when(RECEIVE, at=london(2026, 10, 23, 12))
    check = of(CHECK, received.id)
    received.when(check, at=london(2026, 10, 26, 9), happened=london(2026, 10, 24, 9)).refused("M10")


# -- M12, M15: what has to be written down first


def test_a_young_carer_is_referred_on_consent_that_is_written_down_before_m12():
    received = front_door.when(RECEIVE, at=london(2026, 10, 23, 12))
    carer = of(IdentifyYoungCarer(reason="Cooks for four."), received.id)
    sunday, monday = london(2026, 10, 25, 12), london(2026, 10, 26, 9)
    received.when(carer, at=monday, happened=sunday).refused("M12")
    agreed = received.when(of(CONSENT, received.id), at=monday, happened=sunday)
    assert agreed.when(carer, at=monday, happened=sunday).clocks(M12=None).refusal is None


def test_of_an_immediate_risk_the_police_are_told_first_in_whatever_order_it_happened_m15():
    """The lead was rung on the Saturday night, the police an hour before; it is written down on the Monday, that first."""
    night, monday = london(2026, 3, 28, 23, 30), london(2026, 3, 30, 9)
    prevent = ReferToPrevent(about=(CHILD,), immediate_risk=True, reason="Videos.")
    front_door.when(prevent, at=monday, happened=night).refused("M15")
    police = TellPolice(about=(CHILD,), why=WhyPolice.RADICALISATION)
    told = front_door.when(police, at=monday, happened=night - timedelta(hours=1)).clocks(M13=None)
    assert told.when(prevent, at=monday, happened=night).clocks(M15=None).refusal is None


# -- M17, M18: the meeting, and the specialist


def test_a_meeting_after_the_holidays_looks_at_what_was_decided_before_them_m17():
    received = front_door.when(RECEIVE, at=london(2026, 12, 24, 9))
    contact = received.id
    decided = received.when(of(CLOSE, contact), at=london(2026, 12, 24, 16, 59))
    tuesday = london(2026, 12, 29, 9, 30)
    changed = MeetingDecision(
        contact=contact, upheld=False, changed_to=Outcome.REFERRAL_ACCEPTED, reason="A pattern."
    )
    meeting = HoldDailyMeeting(present=("childrens_social_care",), decisions=(changed,))
    met = decided.when(meeting, at=tuesday, happened=london(2026, 12, 29, 9)).clocks(M17=None, M1="met")
    anew = met.when(of(ACCEPT, contact), at=tuesday)
    assert anew.clock("M4").due_at == london(2026, 12, 30, 9, 30)
    anew.when(meeting, at=tuesday).refused("M17")


@pytest.mark.parametrize("happened", [london(2026, 12, 25, 3), london(2026, 10, 25, 1, 30)])
def test_a_specialists_grade_is_dated_as_it_was_given_m18(happened):
    received = front_door.when(RECEIVE, at=happened - timedelta(hours=6))
    graded = received.when(of(RISK, received.id), at=happened + timedelta(days=4), happened=happened)
    assert graded.clocks(M18=None).decided[0].happened_at == happened
