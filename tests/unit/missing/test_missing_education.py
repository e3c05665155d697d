"""Missing education (R7): forced marriage and mutilation considered, MASH consulted, with an episode or without."""

from datetime import date

import pytest

from services.missing.events import MissingEducationRegistered
from services.missing.streams.child_file import RegisterMissingEducation
from shared.testing.facts import CHILD
from tests.unit.missing.episodes import COORDINATOR, REPORTED, re, reported, team

REGISTER = RegisterMissingEducation(
    school="Oak School",
    last_attended=date(2026, 4, 20),
    forced_marriage_considered=True,
    fgm_considered=True,
    mash_consulted=True,
    on_register=True,
)


def test_it_is_registered_with_an_episode_or_without_r7():
    alone = team.when(REGISTER.model_copy(update={"about": (CHILD,)}), at=REPORTED, by=COORDINATOR)
    assert isinstance(alone.decided[0], MissingEducationRegistered)
    assert alone.decided[0].episode is None
    missing = reported()
    beside = missing.when(re(missing, REGISTER), at=REPORTED, by=COORDINATOR)
    assert beside.decided[0].episode == missing.id


@pytest.mark.parametrize("field", ["forced_marriage_considered", "fgm_considered", "mash_consulted"])
def test_what_was_not_considered_has_a_reason_r7(field):
    without = REGISTER.model_copy(update={"about": (CHILD,), field: False})
    team.when(without, at=REPORTED, by=COORDINATOR).refused("R7")
    why = without.model_copy(update={"reason": "He is four."})
    assert team.when(why, at=REPORTED, by=COORDINATOR).refusal is None


def test_nobody_attended_on_a_day_to_come():
    to_come = REGISTER.model_copy(update={"about": (CHILD,), "last_attended": date(2027, 1, 1)})
    team.when(to_come, at=REPORTED, by=COORDINATOR).refused("E2")
