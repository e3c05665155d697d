"""The family wellbeing service's list: each child whose help is asked for or runs, and what it waits for."""

from services.fws.api import _waits_for
from services.fws.views import worklist
from shared.domain.instants import london
from shared.testing.facts import CHILD
from tests.unit.fws.families import KEYWORKER, VISIT, allocated, drafted, planned, requested, visited


def waits(story):
    return [_waits_for(vars(row)) for row in story.rows(worklist) if row.child == CHILD]


def test_it_says_what_each_child_waits_for():
    unseen = VISIT.model_copy(update={"children_seen": ()})
    for story, word in (
        (requested(), "a keyworker"),
        (allocated(), "a visit"),
        (allocated().when(unseen, at=london(2026, 1, 9, 16), by=KEYWORKER), "the child to be seen"),
        (visited(), "the assessment"),
        (drafted(), "the assessment"),
        (planned(), "its reviews"),
    ):
        assert waits(story) == [word]
