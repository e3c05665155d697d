"""What strategy discussions and section 47 enquiries say in the chronology, and who sees it."""

from datetime import timedelta

import pytest

from services.assessment import events as assessment
from services.assessment.codes import Section47Outcome, StrategyDecision
from services.assessment.entries import entries
from services.assessment.rules import RULES
from services.mash.entries import entries as mash_entries
from services.mash.rules import RULES as MASH_RULES
from shared.domain.code_lists import ConferenceKind, ConferenceOrigin
from shared.team.audience import SeenBy, party, present, referrer, working_with_the_child
from shared.team.entries import Entry
from shared.team.meetings import ActionText, AttendeeText
from shared.testing.entries import given_entries
from shared.testing.facts import THING, event_id
from tests.unit.assessment.strategy import (
    CONFERENCE,
    HOLD,
    INITIATE,
    MANAGER,
    TUESDAY,
    WORKER,
    with_front_door,
)
from tests.unit.chronology.sights import CARE, sights, taken_in
from tests.unit.mash.contacts import OFFICER, RECEIVE, STRATEGY

THERE = (party("childrens_social_care"), party("police"), party("health", "ward"))
HELD = assessment.StrategyMeetingHeld(
    decision=StrategyDecision.SECTION_47_JOINT,
    begins_section_47=True,
    quorate=True,
    present=THERE,
    contact=THING,
    sealed=assessment.StrategyText(
        reason="A burn.",
        attended=(AttendeeText(name="A. Nurse", agency="health", organisation_name="Elm Ward"),),
        actions=(ActionText(what="Medical", owner="health", by="2026-12-30", who="A. Nurse"),),
    ),
)
INITIATED = assessment.Section47Initiated(discussion=THING)
CONCLUDED = assessment.Section47Concluded(
    discussion=THING,
    outcome=Section47Outcome.SUBSTANTIATED_CONTINUING_RISK,
    conference_required=True,
    agreed_by=event_id(1),
    sealed=assessment.Section47Text(agreed_by_name="Ravi Cole", reason="He denies it."),
)
ASKED = assessment.ConferenceRequested(
    kind=ConferenceKind.INITIAL,
    origin=ConferenceOrigin.SECTION_47,
    sealed=assessment.ConferenceText(reason="He denies it."),
)
SAID = [
    (
        HELD,
        Entry(
            "Strategy discussion: section 47 enquiry, jointly with the police",
            "strategy_discussion",
            "significant",
            parts=(
                ("Why", "A burn."),
                ("Present", "A. Nurse (health, Elm Ward)"),
                ("Actions", "Medical (health, A. Nurse, by 2026-12-30)"),
            ),
            seen_by=[present(*THERE), referrer(of=THING, depth="title"), working_with_the_child()],
        ),
    ),
    (
        INITIATED,
        Entry("Section 47 enquiry begun", "section_47", "critical", seen_by=[present(of=THING)]),
    ),
    (
        CONCLUDED,
        Entry(
            "Section 47 enquiry concluded: concerns substantiated, continuing risk of significant harm; conference "
            "required",
            "section_47",
            "critical",
            parts=(("Agreed by", "Ravi Cole"), ("Why", "He denies it.")),
            seen_by=[present(of=THING)],
        ),
    ),
    (
        ASKED,
        Entry(
            "Child protection conference asked for (initial)", "conference", parts=(("Why", "He denies it."),)
        ),
    ),
]
given = given_entries(entries, RULES)


@pytest.mark.parametrize(("event", "entry"), SAID, ids=lambda value: getattr(value, "NAME", ""))
def test_what_an_event_says(event, entry):
    given.when(event, at=TUESDAY).then(entry)


def test_one_that_was_not_quorate_says_so():
    alone = HELD.model_copy(update={"quorate": False, "decision": StrategyDecision.ANOTHER_MEETING})
    given.when(alone, at=TUESDAY).says(title="Strategy discussion, not quorate: another meeting")


def seen_after(*commands):
    """Who sees what after the front door decided on a discussion that the police had told of."""
    story = with_front_door.when(RECEIVE, at=TUESDAY, by=OFFICER)
    story = story.when(STRATEGY.model_copy(update={"re": story.id}), at=TUESDAY)
    for hours, (command, by) in enumerate(commands, start=1):
        story = story.when(command, at=TUESDAY + timedelta(hours=hours), by=by)
    teams = {"mash": (mash_entries, MASH_RULES), "assessment": (entries, RULES)}
    return sights(taken_in(story.records, teams))


def title(of):
    """The sights of the entry whose title begins so."""
    return lambda found: next(who for name, who in found.items() if name.startswith(of))


def test_those_at_it_see_the_whole_and_who_told_of_it_the_title():
    without_police = HOLD.model_copy(
        update={
            "present": ("childrens_social_care", "probation"),
            "decision": StrategyDecision.ASSESSMENT_ONLY,
            "why_not_quorate": "Snow.",
        }
    )
    found = title("Strategy discussion")(seen_after((without_police, MANAGER)))
    assert found == {CARE, SeenBy(agency="probation"), SeenBy(agency="police", depth="title")}


def test_the_enquiry_is_seen_by_those_who_were_at_the_discussion():
    found = seen_after((HOLD, MANAGER), (INITIATE, WORKER), (CONFERENCE, WORKER))
    for entry in ("Section 47 enquiry begun", "Section 47 enquiry concluded"):
        assert SeenBy(agency="police") in title(entry)(found)


def test_that_a_conference_is_needed_is_said_by_the_conclusion_alone():
    found = seen_after((HOLD, MANAGER), (CONFERENCE, WORKER))
    assert not [name for name in found if name.startswith("Child protection conference")]
