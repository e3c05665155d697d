"""M9: what is reported of a child with an open case is a note on that case, and what may be done with a note."""

import pytest

from services.assessment.app import app as assessment
from services.assessment.codes import Place
from services.assessment.events import ImmediateHarmMarked, NoteAdded, ReferralLevelled, ReferralOpened
from services.assessment.streams.child_file import RecordVisit
from services.assessment.streams.referral import CloseReferral
from services.mash.codes import Fgm, LinkWhy, Notice, Outcome, WhyPolice
from services.mash.entries import entries
from services.mash.events import (
    CaseOpenNoted,
    ContactDecided,
    ContactPassedToOpenCase,
    ContactReceived,
    ContactRestricted,
    MissingNoticeReceived,
)
from services.mash.rules import RULES
from services.mash.streams.child_file import IdentifyYoungCarer, LinkContacts, ReferToPrevent, TellPolice
from services.mash.streams.contact import DecideContact
from shared.domain.clock_facts import ClockStarted
from shared.domain.instants import london
from shared.team.elsewhere import NotedElsewhere
from shared.team.tasks import TaskRaised
from shared.testing.deciders import story_of
from shared.testing.facts import CHILD, SIBLING, actor
from shared.testing.teams import team_of
from tests.unit.assessment.referrals import ALLOCATE
from tests.unit.assessment.test_assessment import AUTHORISE, COMPLETE
from tests.unit.chronology.sights import CARE, sights, taken_in
from tests.unit.mash.contacts import (
    ACCEPT,
    ACKNOWLEDGE,
    CHECK,
    CLOSE,
    CONSENT,
    FGM_REPORT,
    HARM,
    HOLD,
    MANAGER,
    OFFICER,
    PEOPLE,
    RECEIVE,
    RISK,
    SCREEN,
    TELL_SCHOOL,
    app,
)

MONDAY = london(2026, 4, 13, 12)
TUESDAY = london(2026, 4, 14, 9)
LATER = london(2026, 4, 14, 15)
PASS_ON = DecideContact(outcome=Outcome.PASSED_TO_OPEN_CASE, level=3, rationale="Known.")


def both_teams():
    return story_of(team_of(app, people=PEOPLE), team_of(assessment, people=PEOPLE))


def with_an_open_referral():
    received = both_teams().when(RECEIVE, at=MONDAY)
    return received.when(ACCEPT.model_copy(update={"re": received.id}), at=MONDAY, by=MANAGER)


def of(command, story, **more):
    return command.model_copy(update={"re": story.id, **more})


def noted(**more):
    return with_an_open_referral().when(RECEIVE.model_copy(update=more), at=TUESDAY, by=OFFICER)


def test_the_front_door_knows_that_a_referral_is_open():
    with_an_open_referral().follows(ReferralOpened, CaseOpenNoted)


def test_what_is_reported_then_is_a_note_with_its_text_and_without_the_clocks_of_a_contact():
    note = noted()
    (passed,) = note.decided
    assert isinstance(passed, ContactPassedToOpenCase)
    assert (passed.contact, passed.referrer_agency, passed.received_at) == (note.id, "police", TUESDAY)
    assert passed.sealed.worries == "Both girls hiding in a cupboard."
    note.clocks(of=note.id, M1=None, M3=None)
    note.follows(NoteAdded, TaskRaised).tasks(("social_worker", "note_on_open_case"))


def test_of_its_clocks_those_run_that_do_not_depend_on_the_contact():
    note = noted(fgm=Fgm.TOLD, notice=Notice.DOMESTIC_ABUSE)
    note.clocks(of=note.id, M14="open", M23="open", M1=None, M22=None)
    told = note.when(of(TELL_SCHOOL, note), at=TUESDAY).when(of(FGM_REPORT, note), at=TUESDAY)
    told.clocks(of=note.id, M14="met", M23="met")


def test_where_only_some_of_the_children_have_one_the_contact_stands_for_the_others():
    mixed = noted(about=(CHILD, SIBLING))
    assert [(type(event), event.child) for event in mixed.decided] == [
        (ContactPassedToOpenCase, CHILD),
        (ContactReceived, SIBLING),
    ]


def test_a_missing_child_is_still_told_on():
    assert MissingNoticeReceived in map(type, noted(notice=Notice.MISSING).decided)


def test_a_contact_about_somebody_in_trust_stands_whatever_is_open():
    stands = noted(person_in_trust=True)
    assert [type(event) for event in stands.decided] == [ContactReceived, ContactRestricted]


@pytest.mark.parametrize(
    "command",
    [
        SCREEN,
        HOLD,
        CLOSE,
        ACKNOWLEDGE,
        CONSENT,
        CHECK,
        RISK,
        IdentifyYoungCarer(consent=True),
    ],
    ids=lambda command: command.NAME,
)
def test_what_is_done_with_a_contact_is_refused_on_a_note(command):
    note = noted()
    note.when(of(command, note), at=LATER, by=MANAGER).refused("M9")


@pytest.mark.parametrize(
    "command",
    [TELL_SCHOOL, TellPolice(why=WhyPolice.CRIME), ReferToPrevent(immediate_risk=False, reason="Videos.")],
    ids=lambda command: command.NAME,
)
def test_what_must_be_done_at_once_may_be_done_on_it(command):
    note = noted()
    assert note.when(of(command, note), at=LATER, by=MANAGER).refusal is None


def test_it_may_be_linked():
    before = with_an_open_referral()
    contact = before.records[0].envelope.command_id
    note = before.when(RECEIVE, at=TUESDAY, by=OFFICER)
    link = LinkContacts(re=note.id, other=contact, why=LinkWhy.FOLLOWS)
    assert note.when(link, at=LATER, by=MANAGER).refusal is None


def test_immediate_harm_on_a_note_marks_the_open_referral_and_the_child_is_seen_today():
    note = noted()
    harm = note.when(of(HARM, note), at=LATER, by=MANAGER)
    harm.follows(ImmediateHarmMarked, NotedElsewhere, ClockStarted).clocks(A1="open", A2="open", A11="open")
    assert harm.clock("A1").due_at == london(2026, 4, 15)


def test_a_decision_passes_a_contact_on_where_a_case_is_open_and_only_then():
    received = both_teams().when(RECEIVE, at=MONDAY)
    other = received.when(RECEIVE, at=MONDAY)
    received.when(of(PASS_ON, received), at=MONDAY, by=MANAGER).refused("M9")
    opened = other.when(ACCEPT.model_copy(update={"re": received.id}), at=MONDAY, by=MANAGER)
    passed = opened.when(of(PASS_ON, other), at=TUESDAY, by=MANAGER)
    assert [type(event) for event in passed.decided] == [ContactDecided, ContactPassedToOpenCase]
    passed.clocks(of=other.id, M1="met", M4="open").tasks(("social_worker", "note_on_open_case"))


def test_in_the_chronology_a_note_is_for_social_care_and_who_reported_it():
    mine = [one for one in noted().records if one.service == "mash"]
    seen = sights(taken_in(mine, {"mash": (entries, RULES)}))
    assert {each.agency for each in seen["Note on the open case: from the police"]} == {"police", CARE.agency}


# -- immediate harm, before anything is decided (M6, A1)


def test_immediate_harm_opens_the_referral_at_once_and_the_later_decision_is_that_one():
    received = both_teams().when(RECEIVE, at=MONDAY)
    harm = received.when(of(HARM, received), at=MONDAY, by=MANAGER)
    harm.follows(ReferralOpened, NotedElsewhere, ClockStarted, CaseOpenNoted)
    harm.clocks(A1="open", A2="open", A11="open", M1="open")
    decided = harm.when(of(ACCEPT, received), at=MONDAY, by=MANAGER)
    decided.follows(ReferralLevelled).tasks()


def test_a_child_seen_that_day_meets_it_and_the_next_day_is_late():
    received = both_teams().when(RECEIVE, at=MONDAY)
    harm = received.when(of(HARM, received), at=MONDAY, by=MANAGER)
    seen = RecordVisit(about=(CHILD,), seen=True, alone=True, words="I am cold.", place=Place.HOME)
    worker = actor("social_worker", "Mia Dunn")
    harm.when(seen, at=london(2026, 4, 13, 23, 59), by=worker).clocks(A1="met", A2="met")
    harm.when(seen, at=london(2026, 4, 14), by=worker).clocks(A1="missed", A2="met")


def test_once_the_case_is_closed_what_is_reported_is_a_contact_again():
    story = with_an_open_referral().when(CloseReferral(no_further_action=True), at=TUESDAY)
    assert not story.stream("open_case", team="mash").state
    (received,) = [one for one in story.when(RECEIVE, at=LATER).decided if isinstance(one, ContactReceived)]
    assert received.decide_by.rule == "M1"


def test_harm_in_a_note_marks_the_open_referral_and_its_referrer_is_told_nothing():
    story = with_an_open_referral().when(RECEIVE, at=TUESDAY)
    story = story.when(HARM.model_copy(update={"re": story.id}), at=TUESDAY)
    assert story.decided[0].tell_referrer is False
    story.follows(ImmediateHarmMarked, NotedElsewhere, ClockStarted)


def test_an_authorised_assessment_is_a_task_to_tell_the_referrer():
    worker, manager = actor("social_worker", "Mia Dunn"), actor("team_manager", "Ravi Cole")
    story = (
        with_an_open_referral().when(ALLOCATE, at=TUESDAY, by=manager).when(COMPLETE, at=TUESDAY, by=worker)
    )
    story.when(AUTHORISE, at=TUESDAY, by=manager).tasks(("mash_screener", "tell_the_referrer"))
