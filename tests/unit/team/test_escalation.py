"""An escalation: raised, answered by the agency addressed alone, resolved by who raised it or a manager of the team."""

from uuid import UUID

from shared.domain.code_lists import EscalationStage
from shared.domain.command import Command
from shared.domain.decider import RecordedStep
from shared.domain.instants import london
from shared.domain.rules import Rulebook
from shared.team.escalation import (
    AnswerEscalation,
    AnswerText,
    EscalationAnswered,
    EscalationRaised,
    EscalationResolved,
    EscalationText,
    RaiseEscalation,
    ResolutionText,
    ResolveEscalation,
    escalation,
)
from shared.team.step_ref import StepRef
from shared.testing.deciders import Story, decider
from shared.testing.facts import CHILD, THING, actor

NOW = london(2026, 4, 14, 10)
NURSE = actor("health_practitioner", "Nia Shah", organisation="Ward 3")
STEP = RecordedStep(UUID(int=1), THING, ("childrens_social_care", None), frozenset())
given = decider(escalation, Rulebook((), edition="test"), steps=[STEP]).given
RAISE = RaiseEscalation.model_validate(
    {
        "re": STEP.command,
        "with": "Mo Diaz",
        "their_agency": "childrens_social_care",
        "what": "The contact was closed.",
        "wanted": "A strategy discussion.",
    }
)
ANSWER = AnswerEscalation(re=THING, answer="We hold one today.", agreed=True)
RESOLVE = ResolveEscalation(re=THING, resolution="Held.", stage=EscalationStage.MANAGER, agreed=True)
BETWEEN = {"by_agency": "health", "by_organisation": "Ward 3", "their_agency": "childrens_social_care"}


def raised() -> Story:
    return given().when(RAISE, at=NOW, by=NURSE)


def test_it_is_raised_between_two_agencies_about_a_step() -> None:
    raised().then(
        EscalationRaised(
            regarding=StepRef(step=STEP.command, thing=THING),
            raised_by=NURSE.id,
            **BETWEEN,
            stage=EscalationStage.PRACTITIONER,
            sealed=EscalationText(
                raised_with="Mo Diaz", what="The contact was closed.", wanted="A strategy discussion."
            ),
        )
    )


def test_or_about_a_child_and_no_step() -> None:
    about = RAISE.model_copy(update={"re": None, "about": (CHILD,)})
    (decided,) = given().when(about, at=NOW, by=NURSE).decided
    assert isinstance(decided, EscalationRaised)
    assert decided.regarding is None


def test_it_is_answered_at_the_stage_it_has_reached_or_a_further_one() -> None:
    no = ANSWER.model_copy(update={"agreed": False, "stage": EscalationStage.MANAGER})
    story = raised().when(no, at=NOW)
    story.then(
        EscalationAnswered(
            **BETWEEN,
            agreed=False,
            stage=EscalationStage.MANAGER,
            sealed=AnswerText(answer="We hold one today."),
        )
    )
    story.when(ANSWER, at=NOW).then(EscalationAnswered(**BETWEEN, agreed=True, stage=EscalationStage.MANAGER))


def test_only_the_agency_addressed_answers() -> None:
    raised().when(ANSWER, at=NOW, by=actor("police_officer")).refused("E9")
    raised().when(ANSWER, at=NOW, by=NURSE).refused("E9")
    assert raised().when(ANSWER, at=NOW, by=actor("team_manager")).refusal is None


def test_who_raised_it_or_a_manager_of_the_team_resolves_it() -> None:
    resolved = EscalationResolved(
        **BETWEEN, agreed=True, stage=EscalationStage.MANAGER, sealed=ResolutionText(resolution="Held.")
    )
    raised().when(RESOLVE, at=NOW, by=NURSE).then(resolved)
    raised().when(RESOLVE, at=NOW, by=actor("mash_manager")).then(resolved)
    other = actor("health_practitioner", "Nick Rao", organisation="Ward 3")
    raised().when(RESOLVE, at=NOW, by=other).refused("E9")


def test_what_is_resolved_stays_so() -> None:
    resolved = raised().when(RESOLVE, at=NOW, by=NURSE)
    commands: tuple[Command, ...] = (ANSWER, RESOLVE)
    for command in commands:
        again = resolved.when(command, at=NOW).refused()
        assert again.refusal is not None
        assert "resolved already" in again.refusal.message
    resolved.when(ANSWER, at=NOW, by=NURSE).refused("E9")
