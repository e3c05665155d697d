"""A look that the review of access asks about waits until a manager who is somebody else has said what it was (E4)."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from services.chronology.codes import AccessRule, AccessVerdict
from services.chronology.events import AccessQuestioned, AccessReviewed, ReviewText
from services.chronology.questions import questions
from services.chronology.rules import RULES
from services.chronology.streams.access import BreakGlass, QuestionAccess, ReviewAccess, access
from shared.domain.instants import london
from shared.domain.view_fold import fold
from shared.testing.deciders import decider
from shared.testing.facts import actor

given = decider(access, RULES).given
NOON = london(2026, 11, 25, 12)
LOOKED = london(2026, 11, 24, 16, 5)
WORKER = actor("social_worker", "Mia Dunn")
MANAGER = actor("team_manager", "Ana Lim")


def question(**fields) -> QuestionAccess:
    said = {
        "person": WORKER.id,
        "rule": AccessRule.OWN_SURNAME,
        "service": "chronology",
        "position": 7,
        "looked_at": LOOKED,
        "role": "social_worker",
        "agency": "childrens_social_care",
        "edition": "access-review 2026-11",
    }
    return QuestionAccess(**{**said, **fields})


def reviewed(verdict=AccessVerdict.JUSTIFIED) -> ReviewAccess:
    return ReviewAccess(verdict=verdict, note="She was asked to by her manager.")


def test_a_look_is_asked_about_and_waits_for_an_answer():
    story = given().when(question(), at=NOON, by=MANAGER)
    story.then(
        AccessQuestioned(
            person=WORKER.id,
            rule=AccessRule.OWN_SURNAME,
            service="chronology",
            position=7,
            looked_at=LOOKED,
            role="social_worker",
            agency="childrens_social_care",
            edition="access-review 2026-11",
        )
    )
    [row] = fold(questions, story.records).values()
    assert (row.waits, row.person, row.rule, row.look) == (True, WORKER.id, "own_surname", 7)


def test_another_manager_answers_and_it_waits_no_longer_is_e4():
    story = given().when(question(), at=NOON, by=MANAGER).when(reviewed(), at=NOON, by=MANAGER)
    story.then(
        AccessReviewed(
            verdict=AccessVerdict.JUSTIFIED, sealed=ReviewText(note="She was asked to by her manager.")
        )
    )
    [row] = fold(questions, story.records).values()
    assert (row.waits, row.verdict) == (False, "justified")
    story.when(reviewed(), at=NOON, by=MANAGER).nothing()
    story.when(reviewed(AccessVerdict.NOT_JUSTIFIED), at=NOON, by=MANAGER).refused()


def test_nobody_answers_for_their_own_look_is_e4():
    story = given().when(question(person=MANAGER.id, role="team_manager"), at=NOON, by=MANAGER)
    story.when(reviewed(), at=NOON, by=MANAGER).refused("E4")


def test_a_look_to_come_is_none_is_e2():
    given().when(question(looked_at=NOON + timedelta(seconds=1)), at=NOON, by=MANAGER).refused("E2")


@pytest.mark.parametrize(
    "fields", [{"service": "No Team"}, {"position": 0}, {"times": 0}, {"edition": "Über"}, {"agency": "x"}]
)
def test_what_is_no_finding_is_refused(fields):
    with pytest.raises(ValidationError):
        question(**fields)


def test_glass_is_broken_of_a_child_and_of_nobody_else():
    assert not BreakGlass(reason="child_missing", said="Police hold her brother.").about_strangers()


def test_of_many_looks_it_is_asked_about_no_child():
    assert question(rule=AccessRule.VOLUME, times=41).about_strangers()
