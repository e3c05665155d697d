"""What decisions on a child's case in one receiving team need to know, and what may be asked of any of them."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeAlias, assert_never

from services.teams.events import (
    CaseAccepted,
    CaseDeclined,
    CaseHandedBack,
    CaseOffered,
    ChildNotSeen,
    ChildSeen,
    SessionsReached,
    StepDue,
    TeamCaseClosed,
    TeamReviewHeld,
    TeamStepRecorded,
)
from services.teams.rows import TeamRow, Teams
from shared.domain.command import Check
from shared.domain.decider import Context

TeamCaseEvent: TypeAlias = (
    CaseOffered
    | CaseAccepted
    | CaseDeclined
    | StepDue
    | ChildSeen
    | ChildNotSeen
    | SessionsReached
    | TeamReviewHeld
    | TeamStepRecorded
    | CaseHandedBack
    | TeamCaseClosed
)

OF_A_TEAM: Final = frozenset({"team_worker", "team_lead"})
"""The roles of a team's own people, whose team their token names."""


@dataclass(frozen=True)
class TeamCase:
    """A child's case in one team."""

    offered: bool = False
    accepted_at: datetime | None = None
    organisation: str | None = None
    closed: bool = False
    sessions: int = 0
    reviews: int = 0
    seen_since_review: bool = False
    permanent: bool = False
    """Whether the child's placement is meant to last."""
    steps_due: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it waits for the team's answer, or the team works with the child."""
        return self.offered and not self.closed

    @property
    def is_worked_on(self) -> bool:
        """Whether the team works with the child."""
        return self.is_open and self.accepted_at is not None


def evolve(state: TeamCase, event: TeamCaseEvent) -> TeamCase:
    """The case after one more fact."""
    match event:
        case CaseOffered():
            return TeamCase(offered=True)
        case CaseAccepted(happened_at=at, organisation=organisation):
            return replace(state, accepted_at=at, organisation=organisation)
        case StepDue(step=step):
            return replace(state, steps_due=tuple(dict.fromkeys((*state.steps_due, step))))
        case ChildSeen():
            return replace(state, sessions=state.sessions + 1, seen_since_review=True)
        case TeamReviewHeld(permanent=permanent):
            lasting = state.permanent if permanent is None else permanent
            return replace(state, reviews=state.reviews + 1, seen_since_review=False, permanent=lasting)
        case CaseDeclined() | CaseHandedBack() | TeamCaseClosed():
            return replace(state, closed=True)
        case ChildNotSeen() | SessionsReached() | TeamStepRecorded():
            return state
        case _:
            assert_never(event)


def row_of(teams: Teams, team: str) -> TeamRow:
    """The row of a team that was found to be one."""
    return teams.teams[team]


def no_such_team(teams: Teams, team: str) -> Check:
    """Forbids what is for a team that has no row."""
    return (
        "",
        team not in teams.teams,
        "there is no receiving team of that name: name one of those that the list of teams has (GET /teams)",
        "no_such_team",
    )


def of_another_team(team: str, context: Context) -> Check:
    """Forbids (E9) that somebody of one team does the work of another."""
    actor = context.actor
    return (
        "E9",
        actor.role in OF_A_TEAM and team not in actor.teams,
        "this is another team's case: only its own people do that",
    )


def not_open(state: TeamCase) -> Check:
    """Forbids (A10) what is done with a case that is neither offered nor worked on."""
    return (
        "A10",
        not state.is_open,
        "the team has no open case of this child: offer it first (teams.OfferCase)",
    )


def not_accepted(state: TeamCase) -> Check:
    """Forbids (A10) work on a case that the team has not accepted."""
    return (
        "A10",
        state.is_open and state.accepted_at is None,
        "the team has not accepted this case yet: its lead accepts it first (teams.AcceptCase)",
    )
