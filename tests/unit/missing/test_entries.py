"""What the missing children's team's facts say in the chronology, and who then sees them."""

from datetime import date, timedelta

import pytest

from services.missing.codes import Exploitation
from services.missing.entries import entries
from shared.team.audience import agency, organisation
from shared.team.meetings import Action
from tests.unit.missing.episodes import (
    ASSIGN,
    BACK,
    COORDINATOR,
    DECLINE,
    GRADE,
    HOME,
    OFFICER,
    PREVENTION,
    REPORTED,
    REVIEW,
    SIGHTING,
    WORKER,
    interview,
    re,
    reported,
    returned,
)

LATER = BACK + timedelta(hours=4)
POLICE_AND_HOME = [agency("police"), organisation("placement", HOME.organisation)]


def last(story):
    return story.entries(entries)[-1].entry


def test_a_report_is_critical_and_for_the_police_and_who_reported_it():
    entry = last(reported())
    assert (entry.title, entry.significance) == ("Reported missing from care, graded medium", "critical")
    assert list(entry.seen_by) == POLICE_AND_HOME
    assert dict(entry.parts)["Police reference"] == "CAD-1001"


@pytest.mark.parametrize("command", [GRADE, SIGHTING])
def test_a_sighting_and_a_grade_are_for_them_too(command):
    missing = reported()
    entry = last(missing.when(re(missing, command), at=REPORTED + timedelta(hours=1), by=OFFICER))
    assert list(entry.seen_by) == POLICE_AND_HOME


def test_a_return_is_one_entry_with_the_request_for_the_interview():
    told = returned().entries(entries)
    found, asked = told[-2:]
    assert found.entry.title == "Back, or found: safe"
    assert found.one_of == asked.one_of
    assert list(found.entry.seen_by) == POLICE_AND_HOME


def test_what_the_child_said_is_for_the_police_and_the_interviewers_agency():
    back = returned()
    held = (
        back.when(re(back, interview(Exploitation.CRIMINAL)), at=LATER, by=WORKER).entries(entries)[-2].entry
    )
    assert held.title == "Return interview held; indicators of exploitation: criminal"
    assert held.significance == "significant"
    assert list(held.seen_by) == [agency("police"), agency("targeted_youth")]
    assert dict(held.parts)["Places"] == "Retail park; Station steps"


@pytest.mark.parametrize(
    ("command", "who", "seen_by"),
    [
        (PREVENTION, OFFICER, POLICE_AND_HOME),
        (ASSIGN, COORDINATOR, [agency("targeted_youth")]),
        (DECLINE, WORKER, []),
    ],
)
def test_each_after_the_return_has_its_own_audience(command, who, seen_by):
    back = returned()
    assert list(last(back.when(re(back, command), at=LATER, by=who)).seen_by) == seen_by


def test_a_review_is_for_the_agencies_that_act_on_it():
    missing = reported()
    action = Action(what="Agree a pick-up plan", owner="placement", by="2026-05-13")
    review = REVIEW.model_copy(update={"actions": (action,), "panel": date(2026, 5, 2)})
    told = missing.when(re(missing, review), at=BACK + timedelta(hours=5), by=COORDINATOR).entries(entries)
    (entry,) = [one.entry for one in told if one.entry.title.startswith("Reviewed")]
    assert list(entry.seen_by) == [agency("placement")]
    assert dict(entry.parts)["Actions"] == "Agree a pick-up plan (placement, by 2026-05-13)"


def test_a_pattern_is_an_entry_of_its_own():
    told = reported(exploitation_indicators=(Exploitation.SEXUAL,)).entries(entries)
    assert [one.entry.title for one in told][1:] == ["Repeat pattern: a strategy discussion is proposed"]
    assert told[1].one_of is None
