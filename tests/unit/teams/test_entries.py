"""What the receiving teams say in the chronology, and who sees it: social care and who recorded it, nobody else."""

from services.teams.app import app
from services.teams.entries import entries
from shared.domain.instants import london
from shared.team.audience import SeenBy, began_work, ended_work
from shared.testing.entries import given_entries
from tests.unit.chronology.sights import CARE, sights, taken_in
from tests.unit.teams.children import (
    LEAD,
    WORKER,
    accept,
    accepted,
    close,
    decline,
    hand_back,
    of_team,
    offered,
    review,
    seen,
    step,
)

RULES = app.rules
LATER = london(2026, 6, 9, 14)
said = given_entries(entries, RULES)


def last(story, number: int = -1):
    return [one for one in story.records if one.service == "teams"][number]


def test_social_care_sees_what_its_teams_do_and_nobody_else_does():
    story = accepted().when(seen(), at=LATER, by=WORKER)
    story = story.when(seen(seen=False, alone=False, why_not_seen="Out."), at=LATER, by=WORKER)
    story = story.when(review(), at=LATER, by=WORKER).when(step("life_story"), at=LATER, by=WORKER)
    story = story.when(hand_back(), at=LATER, by=LEAD)
    log = taken_in([one for one in story.records if one.service == "teams"], {"teams": (entries, RULES)})
    assert sights(log) == {
        "Case offered to children looked after": {CARE},
        "Case accepted by children looked after": {CARE},
        "Child seen alone by children looked after (placement)": {CARE},
        "Child not seen by children looked after (placement)": {CARE},
        "Review by children looked after: goes on": {CARE},
        "Life story work (children looked after)": {CARE},
        "Case handed back by children looked after": {CARE},
    }


def test_a_team_of_another_agency_sees_what_it_recorded_and_works_with_the_child_meanwhile():
    lead = of_team("team_lead", "youth_justice", agency="youth_offending")
    story = offered("youth_justice").when(accept("youth_justice"), at=LATER, by=lead)
    own = next(one for one in story.records if one.event.NAME == "teams.CaseAccepted")
    said.when_recorded(own).says(
        title="Case accepted by youth justice",
        parts=[("Worker", "Sam Hay")],
        involves=[began_work("youth_offending")],
    )
    story = story.when(close("youth_justice"), at=LATER, by=lead)
    said.when_recorded(last(story)).says(
        title="Case closed by youth justice",
        parts=[("Why", "Home again."), ("What was done", "A year's work.")],
        involves=[ended_work("youth_offending")],
    )
    log = taken_in([one for one in story.records if one.service == "teams"], {"teams": (entries, RULES)})
    assert sights(log)["Case accepted by youth justice"] == {CARE, SeenBy(agency="youth_offending")}


def test_what_was_said_stands_in_the_text_and_never_in_a_title():
    said.when_recorded(last(offered())).says(
        title="Case offered to children looked after",
        parts=[("Handover", "Placed with Mrs Hill."), ("Risks", "Runs at night.")],
    )
    declined = offered().when(decline(), at=LATER, by=LEAD)
    refused = next(one for one in declined.records if one.event.NAME == "teams.CaseDeclined")
    said.when_recorded(refused).says(
        title="Case declined by children looked after", parts=[("Why", "No room before July.")]
    )
    officer = of_team("team_lead", "independent_reviewing")
    unseen = accepted("independent_reviewing").when(review("independent_reviewing"), at=LATER, by=officer)
    said.when_recorded(last(unseen)).says(
        title="Review by independent reviewing: goes on, the child not seen before it",
        significance="significant",
    )
