"""A receiving team's work with a child: seen or not, reviewed, the team's own steps, and its end."""

from collections.abc import Sequence
from datetime import date, datetime

from pydantic import model_validator

from services.teams.codes import SeenAt, TeamReview
from services.teams.events import (
    CaseHandedBack,
    ChildNotSeen,
    ChildSeen,
    ClosedText,
    ReviewText,
    SeenText,
    SessionsReached,
    StepDue,
    StepText,
    TeamCaseClosed,
    TeamReviewHeld,
    TeamStepRecorded,
)
from services.teams.rows import StepCode, TeamCode, TeamRow, Teams
from services.teams.rules import review_stage, visit_stage
from services.teams.streams.team_case.answering import again
from services.teams.streams.team_case.state import (
    TeamCase,
    TeamCaseEvent,
    no_such_team,
    not_accepted,
    not_open,
    of_another_team,
    row_of,
)
from shared.domain.command import Check, Command, refuse_all
from shared.domain.decider import Context
from shared.domain.field_errors import refuse_fields
from shared.domain.fields import Agency, Distinct, RequiredText, ShortText, Text
from shared.domain.instants import Day, local_date, start_of_day
from shared.domain.rules import Deadline
from shared.team.meetings import parties_at


class RecordSeen(Command, name="teams.RecordSeen"):
    """Record whether the team saw the child, alone or why not, and the child's own words (Z2, Z3)."""

    team: TeamCode
    seen: bool
    alone: bool = False
    why_not_alone: Text | None = None
    why_not_seen: Text | None = None
    words: Text = ""
    place: SeenAt

    @model_validator(mode="after")
    def _consistent(self) -> "RecordSeen":
        refuse_fields(
            ("alone", not self.seen and self.alone, "a child who was not seen was not seen alone"),
        )
        return self


class RecordReview(Command, name="teams.RecordReview"):
    """Record the team's review of its work with the child (Z4); `permanent` says that the placement is meant to last."""

    team: TeamCode
    kind: ShortText | None = None
    decision: TeamReview
    present: Distinct[Agency] = ()
    next: Day | None = None
    notes: Text = ""
    permanent: bool | None = None


class RecordStep(Command, name="teams.RecordStep"):
    """Record that a step of the team's own was done (Z5)."""

    team: TeamCode
    what: StepCode
    on: Day | None = None
    notes: Text = ""


class HandBack(Command, name="teams.HandBack"):
    """Hand the case back, to whichever team is to go on with it; a manager sees to that."""

    team: TeamCode
    to: TeamCode
    reason: RequiredText
    summary: RequiredText


class CloseCase(Command, name="teams.CloseCase"):
    """Close the team's case of the child, with what was done."""

    team: TeamCode
    reason: RequiredText
    summary: RequiredText


def worked_on(team: str, state: TeamCase, context: Context, teams: Teams) -> Sequence[Check]:
    """What forbids any work on a case: no such team, somebody of another, none open, none accepted."""
    return (
        no_such_team(teams, team),
        of_another_team(team, context),
        not_open(state),
        not_accepted(state),
    )


def record_seen(command: RecordSeen, state: TeamCase, context: Context, teams: Teams) -> list[TeamCaseEvent]:
    """Seen, or not. At the last of so many sessions a lead is asked to bring the work to its end."""
    assert context.child is not None
    unborn = context.person(context.child).unborn  # seen means that the mother was seen; alone does not apply
    refuse_all(
        *worked_on(command.team, state, context, teams),
        (
            "A2",
            command.seen and not command.alone and not unborn and not (command.why_not_alone or "").strip(),
            "say why the child was not seen alone",
        ),
    )
    row = row_of(teams, command.team)
    text = SeenText(
        words=command.words, why_not_alone=command.why_not_alone, why_not_seen=command.why_not_seen
    )
    if not command.seen:
        return [ChildNotSeen(team=command.team, called=row.name, place=command.place, sealed=text)]
    seen = ChildSeen(
        team=command.team,
        called=row.name,
        alone=command.alone,
        place=command.place,
        see_again_by=_visit_again(command.team, row, state, context),
        sealed=text,
    )
    if row.sessions is None or state.sessions + 1 != row.sessions:
        return [seen]
    return [seen, SessionsReached(team=command.team, sessions=row.sessions)]


def _visit_again(team: str, row: TeamRow, state: TeamCase, context: Context) -> Deadline | None:
    lasting = state.permanent and row.visit_where_permanent is not None
    if row.visit is None and not lasting:
        return None
    return context.deadline("Z3", context.happened_at, stage=visit_stage(team, permanent=lasting))


def record_review(
    command: RecordReview, state: TeamCase, context: Context, teams: Teams
) -> list[TeamCaseEvent]:
    """Held; the next is due from it, unless the team's work is to end."""
    refuse_all(*worked_on(command.team, state, context, teams))
    row = row_of(teams, command.team)
    goes_on = bool(row.reviews) and command.decision is not TeamReview.END
    stage = review_stage(command.team, row, state.reviews + 1) if goes_on else None
    return [
        TeamReviewHeld(
            team=command.team,
            called=row.name,
            decision=command.decision,
            present=parties_at(command.present, ()),
            next_on=command.next,
            permanent=command.permanent,
            seen_before=state.seen_since_review if row.seen_before_review else None,
            review_by=context.deadline("Z4", context.happened_at, stage=stage) if stage else None,
            sealed=ReviewText(kind=command.kind or "", notes=command.notes),
        )
    ]


def record_step(command: RecordStep, state: TeamCase, context: Context, teams: Teams) -> list[TeamCaseEvent]:
    """Done; where it comes again, it is due again from now."""
    row = teams.teams.get(command.team)
    refuse_all(
        *worked_on(command.team, state, context, teams),
        (
            "",
            row is not None and command.what not in row.steps,
            "this is no step of this team: take one of those that the list of teams has for it (GET /teams)",
            "no_such_step",
        ),
        (
            "E2",
            command.on is not None and command.on > local_date(context.now),
            "this day is to come; record the step when it was done",
        ),
    )
    assert row is not None
    at = _done_at(command.on, state, context)
    done = TeamStepRecorded(
        happened_at=at,
        team=command.team,
        called=row.name,
        step=command.what,
        step_called=row.steps[command.what].name,
        on_day=command.on,
        sealed=StepText(notes=command.notes) if command.notes else None,
    )
    due = again(command.team, row, command.what, at, context)
    return (
        [done]
        if due is None
        else [done, StepDue(happened_at=at, team=command.team, step=command.what, due_by=due)]
    )


def _done_at(day: date | None, state: TeamCase, context: Context) -> datetime:
    """When a step was done: as the command says, or on an earlier day that it names, but not before the team had the case."""
    if day is None or day >= local_date(context.happened_at):
        return context.happened_at
    assert state.accepted_at is not None
    return max(start_of_day(day), state.accepted_at)


def hand_back(command: HandBack, state: TeamCase, context: Context, teams: Teams) -> list[TeamCaseEvent]:
    """Handed back: the team works with the child no longer."""
    refuse_all(no_such_team(teams, command.team), of_another_team(command.team, context), not_open(state))
    row = row_of(teams, command.team)
    return [
        CaseHandedBack(
            team=command.team,
            called=row.name,
            team_agency=row.agency,
            organisation=state.organisation,
            back_to=command.to,
            steps=state.steps_due,
            sealed=ClosedText(reason=command.reason, summary=command.summary),
        )
    ]


def close_case(command: CloseCase, state: TeamCase, context: Context, teams: Teams) -> list[TeamCaseEvent]:
    """Closed."""
    refuse_all(no_such_team(teams, command.team), of_another_team(command.team, context), not_open(state))
    row = row_of(teams, command.team)
    return [
        TeamCaseClosed(
            team=command.team,
            called=row.name,
            team_agency=row.agency,
            organisation=state.organisation,
            steps=state.steps_due,
            sealed=ClosedText(reason=command.reason, summary=command.summary),
        )
    ]
