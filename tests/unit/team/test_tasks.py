"""A task is raised once, and done once, by the role that it is for."""

from uuid import UUID

import pytest

from shared.domain.instants import london
from shared.domain.rules import Rulebook
from shared.team.tasks import CompleteTask, RaiseTask, TaskDone, TaskDoneText, TaskRaised, task
from shared.testing.deciders import Story, decider
from shared.testing.facts import THING, actor

NOW = london(2026, 4, 14, 10)
given = decider(task, Rulebook((), edition="test")).given
DONE = CompleteTask(re=THING, done="Rang the school.")


def raising(role: str) -> RaiseTask:
    return RaiseTask(role=role, reason="already_open", regarding=UUID(int=1), source="mash")


def raised(role: str = "team_manager") -> Story:
    return given().when(raising(role), at=NOW)


def test_it_is_raised_once() -> None:
    story = raised().then(
        TaskRaised(role="team_manager", reason="already_open", regarding=UUID(int=1), source="mash")
    )
    story.when(raising("social_worker"), at=NOW).nothing()


def test_it_is_done_with_the_words_of_who_did_it() -> None:
    raised().when(DONE, at=NOW, by=actor("team_manager")).then(
        TaskDone(sealed=TaskDoneText(done="Rang the school."))
    )
    silent = CompleteTask(re=THING)
    raised().when(silent, at=NOW, by=actor("team_manager")).then(TaskDone())


@pytest.mark.parametrize(
    ("role", "by", "may"),
    [
        ("team_manager", "social_worker", False),
        ("social_worker", "team_manager", True),
        ("mash_manager", "senior_practitioner", True),
        ("senior_practitioner", "mash_manager", True),
        ("mash_manager", "team_manager", False),
        ("lado", "lado_deputy", True),
        ("keyworker", "fws_manager", True),
        ("fws_manager", "keyworker", False),
        ("team_worker", "team_lead", True),
        ("mash_screener", "out_of_hours_social_worker", True),
        ("mash_social_worker", "mash_screener", False),
    ],
)
def test_it_is_done_by_its_role_or_by_who_may_all_that_its_role_may(role: str, by: str, may: bool) -> None:
    story = raised(role).when(DONE, at=NOW, by=actor(by))
    if may:
        story.then(TaskDone())
    else:
        story.refused("E9")


def test_done_is_done() -> None:
    done = raised().when(DONE, at=NOW, by=actor("team_manager"))
    again = done.when(DONE, at=NOW, by=actor("team_manager")).refused()
    assert again.refusal is not None
    assert "done already" in again.refusal.message
