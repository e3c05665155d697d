"""What conferences, plans and core groups say in the chronology, and who sees it."""

from services.assessment.entries import entries as assessment_entries
from services.assessment.rules import RULES as ASSESSMENT_RULES
from services.conference.codes import PlanEnd
from services.conference.entries import entries
from services.conference.events import CategoryChanged, ChildProtectionPlanEnded, PlanTransferInReceived
from services.conference.rules import RULES
from services.conference.streams.child_protection_plan import EndPlan
from services.conference.streams.conference_due import InviteAgency
from shared.domain.instants import london
from shared.team.audience import SeenBy
from shared.team.meetings import Attendee
from shared.testing.facts import organisation
from tests.unit.chronology.sights import CARE, sights, taken_in, titles
from tests.unit.conference.conferences import (
    ADMINISTRATOR,
    CHAIR,
    CORE_GROUP,
    END,
    HELD,
    HOLD,
    INVITE,
    LETTER,
    MINUTES,
    NURSE,
    REPORT,
    REVIEW,
    SCHEDULED,
    VISIT,
    WORKER,
    conference,
    plan_made,
    scheduled,
)
from tests.unit.conference.test_transfer_and_birth import MOVED

LATER = london(2026, 5, 12, 14)
JULY = london(2026, 7, 27, 11)
TEAMS = {"conference": (entries, RULES), "assessment": (assessment_entries, ASSESSMENT_RULES)}


def whole(*agencies):
    return {SeenBy(agency=each) for each in agencies}


def title(*agencies):
    return {SeenBy(agency=each, depth="title") for each in agencies}


def seen(story):
    return sights(taken_in(story.records, TEAMS))


def test_the_day_is_seen_by_the_invited_once_they_are():
    story = scheduled()
    said = "Initial child protection conference to be held on 28 April 2026"
    assert seen(story)[said] == {CARE}
    invited = seen(story.when(INVITE, at=SCHEDULED, by=ADMINISTRATOR))
    assert invited[said] == {CARE, *whole("health", "police")}
    assert invited["Invited to the conference: health, police"] == {CARE, *whole("health", "police")}


def test_a_school_is_invited_by_name_and_no_other_sees_it():
    school = InviteAgency(
        agencies=(), organisations=({"agency": "education", "organisation": organisation("Elm School")},)
    )
    found = seen(scheduled().when(school, at=SCHEDULED, by=CHAIR))
    assert found["Invited to the conference: education"] == {
        CARE,
        SeenBy(agency="education", organisation="Elm School"),
    }


def test_a_report_is_its_authors_until_those_present_have_met():
    story = scheduled().when(INVITE, at=SCHEDULED, by=CHAIR).when(REPORT, at=SCHEDULED, by=NURSE)
    assert seen(story)["Report to the conference from health"] == {CARE, *whole("health")}
    few = HOLD.model_copy(update={"present": ("childrens_social_care", "police", "education")})
    held = seen(story.when(few, at=HELD, by=CHAIR))
    assert held["Report to the conference from health"] == {CARE, *whole("health", "police", "education")}


def test_a_conference_is_seen_by_those_present_or_invited_and_that_a_plan_exists_by_three():
    few = HOLD.model_copy(
        update={"present": ("childrens_social_care", "housing", "probation"), "invited_absent": ("health",)}
    )
    found = seen(scheduled().when(few, at=HELD, by=CHAIR))
    conference_seen = {CARE, *whole("housing", "probation", "health")}
    assert found["Initial child protection conference: child protection plan"] == conference_seen
    assert found["Child protection plan made: neglect"] == {
        CARE,
        *whole("housing", "probation", "health"),
        *title("police", "education"),
    }


def test_one_command_says_two_things_of_a_conference_and_one_of_a_review():
    story = plan_made()
    emotional = REVIEW.model_copy(update={"category": "EMO"})
    reviewed = story.when(emotional, at=JULY, by=CHAIR)
    said = titles(taken_in(reviewed.records, TEAMS))
    assert said.count("Child protection plan made: neglect") == 1
    assert [each for each in said if "eview" in each] == [
        "Review conference: the plan goes on (emotional abuse)"
    ]
    assert not [each for each in said if "now emotional" in each]


def test_a_plan_that_a_review_ends_is_said_by_itself_with_a_step_down():
    story = plan_made().when(END.model_copy(update={"end_reason": PlanEnd.STEP_DOWN}), at=JULY, by=CHAIR)
    found = seen(story)
    everybody = {CARE, *whole("police", "health", "education")}
    assert found["Child protection plan ended: stepped down"] == everybody
    assert found["Step-down proposed"] == {CARE, *whole("family_wellbeing")}


def test_one_that_ended_without_a_review_is_seen_by_those_who_made_it():
    story = plan_made().when(EndPlan(reason=PlanEnd.DIED), at=JULY, by=CHAIR)
    assert seen(story)["Child protection plan ended: died"] == {CARE, *whole("police", "health", "education")}


def test_core_groups_are_seen_by_those_there_and_visits_by_nobody_else():
    attended = (Attendee(name="A. Nurse", agency="health", organisation=organisation("Elm Ward")),)
    group = CORE_GROUP.model_copy(update={"attended": attended, "notes": "Better."})
    story = plan_made().when(group, at=LATER, by=WORKER).when(VISIT, at=LATER, by=WORKER)
    found = seen(story)
    assert found["Core group: some progress"] == {CARE, SeenBy(agency="health", organisation="Elm Ward")}
    assert found["Child on a plan seen alone (home)"] == {CARE}
    unseen = VISIT.model_copy(update={"seen": False, "alone": False, "why_not_seen": "Out."})
    assert "Visit at which the child on a plan was not seen (home)" in seen(
        story.when(unseen, at=LATER, by=WORKER)
    )


def test_letters_and_minutes_are_seen_by_the_agencies_they_were_sent_to():
    story = plan_made()
    sent = story.when(LETTER, at=LATER, by=CHAIR).when(
        MINUTES.model_copy(update={"of": story.id}), at=LATER, by=CHAIR
    )
    found = seen(sent)
    assert found["Decision letter sent: family, agencies"] >= {CARE}
    assert found["Minutes of the conference sent: agencies"] >= {CARE}
    assert not {each.agency for each in found["Minutes of the conference sent: agencies"]} & {"police"}
    group = sent.when(CORE_GROUP, at=LATER, by=WORKER)
    minuted = group.when(MINUTES.model_copy(update={"of": group.id}), at=LATER, by=WORKER)
    assert "Minutes of the core group sent: agencies" in seen(minuted)


def test_a_plan_elsewhere_is_known_to_exist_and_shown_as_theirs():
    found = seen(conference.when(MOVED, at=LATER, by=CHAIR))
    said = "Moved here with another authority's child protection plan: physical abuse"
    assert SeenBy(agency="police", depth="title") in found[said]


def test_what_each_weighs():
    story = plan_made().when(EndPlan(reason=PlanEnd.DIED), at=JULY, by=CHAIR)
    weights = {told.entry.title: told.entry.significance for told in story.entries(entries)}
    assert weights["Child protection plan made: neglect"] == "critical"
    assert weights["Child protection plan ended: died"] == "critical"
    assert weights["Initial child protection conference: child protection plan"] == "significant"
    assert {each.NAME for each in (CategoryChanged, ChildProtectionPlanEnded, PlanTransferInReceived)} <= {
        each.NAME for each in entries._writers
    }
