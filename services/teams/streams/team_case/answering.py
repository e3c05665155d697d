"""A case is offered to a receiving team, which accepts it or declines it."""

from collections.abc import Iterator
from datetime import datetime

from pydantic import Field

from services.teams.events import (
    AcceptedText,
    CaseAccepted,
    CaseDeclined,
    CaseOffered,
    DeclinedText,
    OfferText,
    StepDue,
)
from services.teams.rows import TeamCode, TeamRow, Teams
from services.teams.rules import review_stage
from services.teams.streams.team_case.state import (
    TeamCase,
    TeamCaseEvent,
    no_such_team,
    not_open,
    of_another_team,
    row_of,
)
from shared.domain.command import Command, refuse_all
from shared.domain.decider import Context
from shared.domain.fields import Professional, RequiredText, ShortText, Text
from shared.domain.instants import local_date
from shared.domain.rules import Deadline

UNDER_5 = 5
"""Below this age the health of a looked-after child is assessed more often (Care Planning Regulations, regulation 7)."""


class OfferCase(Command, name="teams.OfferCase", opens=True):
    """Offer a child's case to a receiving team, with a handover: it is to answer within its own time (Z1)."""

    team: TeamCode
    handover: RequiredText
    risks: Text = ""
    from_: ShortText | None = Field(default=None, alias="from")


class TakeOffer(Command, name="teams.TakeOffer", opens=True, internal=True):
    """Another team's fact offers the child's case: it was transferred, or is one that this team is for."""

    team: TeamCode
    occasion: str
    handover: Text = ""
    risks: Text = ""
    by_age: bool = False
    """Whether it is offered of the ages alone that the team is for."""


class AcceptCase(Command, name="teams.AcceptCase"):
    """Accept a case that was offered to the team, and say who works with the child. Starts Z2, Z4 and the team's steps."""

    team: TeamCode
    worker: Professional


class DeclineCase(Command, name="teams.DeclineCase"):
    """Decline a case that was offered to the team, and say why: it goes back to social care."""

    team: TeamCode
    reason: RequiredText


def offer_case(command: OfferCase, state: TeamCase, context: Context, teams: Teams) -> list[TeamCaseEvent]:
    """Offered, where the team has none of this child open."""
    refuse_all(
        no_such_team(teams, command.team),
        (
            "A10",
            state.is_open,
            "the team has an open case of this child: add what is new to it",
            "already_open",
        ),
    )
    text = OfferText(handover=command.handover, risks=command.risks, offered_by=command.from_ or "")
    return [_offered(command.team, row_of(teams, command.team), None, text, context)]


def take_offer(command: TakeOffer, state: TeamCase, context: Context, teams: Teams) -> list[TeamCaseEvent]:
    """Offered, where the child is one whom the team is for; of a team that has no row nothing is.

    One that has the child's case already is not offered it twice.
    """
    row = teams.teams.get(command.team)
    if row is None or (command.by_age and not row.is_for(_age(context))):
        return []
    refuse_all(
        (
            "A10",
            state.is_open,
            "the team has an open case of this child: what is new is added to it",
            "already_open",
        )
    )
    text = OfferText(handover=command.handover, risks=command.risks)
    told = text if command.handover or command.risks else None
    return [_offered(command.team, row, command.occasion, told, context)]


def _offered(
    team: str, row: TeamRow, occasion: str | None, text: OfferText | None, context: Context
) -> CaseOffered:
    answers = row.accept is not None
    return CaseOffered(
        team=team,
        called=row.name,
        team_agency=row.agency,
        occasion=occasion,
        accept_by=context.deadline("Z1", context.happened_at, stage=team) if answers else None,
        sealed=text,
    )


def accept_case(command: AcceptCase, state: TeamCase, context: Context, teams: Teams) -> list[TeamCaseEvent]:
    """Accepted, once, with what is due from now on."""
    refuse_all(
        no_such_team(teams, command.team),
        of_another_team(command.team, context),
        not_open(state),
        ("A10", state.is_worked_on, "the team has accepted this case already", "already_accepted"),
    )
    row, at, named = row_of(teams, command.team), context.happened_at, command.worker.of(context.actor.agency)
    accepted = CaseAccepted(
        team=command.team,
        called=row.name,
        team_agency=row.agency,
        worker=command.worker.id,
        worker_agency=named.agency if named.agency != context.actor.agency else None,
        organisation=context.actor.organisation,
        see_by=context.deadline("Z2", at, stage=command.team) if row.first_seen else None,
        review_by=context.deadline("Z4", at, stage=review_stage(command.team, row, 0))
        if row.reviews
        else None,
        sealed=AcceptedText(worker_name=named.name),
    )
    return [accepted, *_steps(command.team, row, context)]


def _steps(team: str, row: TeamRow, context: Context) -> Iterator[StepDue]:
    for code, step in row.steps.items():
        if step.within is not None:
            due = context.deadline(f"Z5/{code}", context.happened_at, stage=team)
            yield StepDue(team=team, step=code, due_by=due)


def again(team: str, row: TeamRow, code: str, at: datetime, context: Context) -> Deadline | None:
    """Until when a step that was done at an instant is to be recorded again; None: it comes once."""
    step, age = row.steps[code], _age(context)
    if step.again_under_5 is not None and age is not None and age < UNDER_5:
        return context.deadline(f"Z5/{code}", at, stage=f"{team}/again_under_5")
    if step.again is None:
        return None
    return context.deadline(f"Z5/{code}", at, stage=f"{team}/again")


def _age(context: Context) -> int | None:
    assert context.child is not None
    return context.person(context.child).age_on(local_date(context.happened_at))


def decline_case(
    command: DeclineCase, state: TeamCase, context: Context, teams: Teams
) -> list[TeamCaseEvent]:
    """Declined: it goes back to who offered it, with a task."""
    refuse_all(
        no_such_team(teams, command.team),
        of_another_team(command.team, context),
        not_open(state),
        (
            "A10",
            state.is_worked_on,
            "the team has accepted this case: hand it back instead (teams.HandBack)",
            "already_accepted",
        ),
    )
    called = row_of(teams, command.team).name
    return [CaseDeclined(team=command.team, called=called, sealed=DeclinedText(reason=command.reason))]
