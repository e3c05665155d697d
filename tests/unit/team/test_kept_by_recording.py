"""Rules that refuse nothing: they are kept because what they ask for is a fact of its own, with its dates, on the case."""

import pytest

from services import all_teams
from services.mash.app import app
from shared.domain.command import public_name
from shared.domain.instants import london
from shared.team.escalation import (
    AnswerEscalation,
    EscalationAnswered,
    EscalationRaised,
    EscalationResolved,
    RaiseEscalation,
    ResolveEscalation,
)
from shared.team.oversight import RecordSupervision, SupervisionRecorded
from shared.team.rules import EVERY_TEAM
from shared.testing.deciders import story_of
from shared.testing.facts import CHILD, actor
from shared.testing.teams import team_of

DAYS = [london(2026, 4, day, 10) for day in (14, 16, 21)]
NURSE, MANAGER = actor("health_practitioner", "Nia Shah"), actor("mash_manager", "Ana Lim")
RAISE = RaiseEscalation.model_validate(
    {
        "about": [CHILD],
        "with": "Mo Diaz",
        "their_agency": "childrens_social_care",
        "what": "Nobody was asked.",
        "wanted": "A check with health.",
    }
)
SUPERVISE = RecordSupervision.model_validate(
    {"about": [CHILD], "worker": {"id": MANAGER.id, "name": "Sam Ode"}, "notes": "Seen weekly by now."}
)
STEPS = {
    "E6": [
        (RAISE, NURSE, EscalationRaised),
        (AnswerEscalation(answer="We ask today.", agreed=True), MANAGER, EscalationAnswered),
        (
            ResolveEscalation.model_validate({"resolution": "Asked.", "stage": "manager", "agreed": True}),
            NURSE,
            EscalationResolved,
        ),
    ],
    "E7": [(SUPERVISE, MANAGER, SupervisionRecorded)],
}


@pytest.mark.parametrize("rule", STEPS)
def test_each_step_is_a_fact_with_its_own_date_that_crosses(rule):
    story = story_of(team_of(app))
    opened = None
    for (command, by, kind), day in zip(STEPS[rule], DAYS, strict=False):
        story = story.when(command.model_copy(update={"re": opened}), at=day, by=by)
        opened = opened or story.id
        (fact,) = story.decided
        assert (type(fact), fact.child, fact.happened_at) == (kind, CHILD, day)
        assert fact.CROSSES
    assert next(each.met_by for each in EVERY_TEAM if each.id == rule) == "recorded"


@pytest.mark.parametrize("rule", STEPS)
@pytest.mark.parametrize(
    "team", [each for each in all_teams() if any(kind.name == "child_file" for kind in each.streams)]
)
def test_every_team_with_cases_has_them(team, rule):
    named = {public_name(team.name, each) for kind in team.streams for each in kind.command_types()}
    assert {f"{team.name}.{type(command).__name__}" for command, _, _ in STEPS[rule]} <= named
