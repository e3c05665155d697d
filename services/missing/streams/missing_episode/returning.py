"""The child is back: the return, what the police asked, and who offers the return interview (R2)."""

from typing import Final

from pydantic import model_validator

from services.missing.codes import Condition, InterviewService
from services.missing.events import (
    ChildFound,
    FoundText,
    IncidentOver,
    PreventionInterviewRecorded,
    PreventionText,
    RequestText,
    ReturnInterviewRequested,
)
from services.missing.streams.known_to import KnownTo
from services.missing.streams.missing_episode.state import (
    Decided,
    EpisodeOfChild,
    MissingEpisode,
    back,
    independent,
    not_before,
    not_closed,
)
from shared.domain.command import Check, Command, refuse_all
from shared.domain.decider import Context
from shared.domain.field_errors import refuse_fields
from shared.domain.fields import Agency, Professional, ShortText, Text
from shared.domain.instants import local_date

TARGETED_YOUTH_FROM: Final = 12
"""Years of age from which targeted youth offers the interview, and before it family wellbeing (R2). Exactly 12 counts as over."""


class RecordReturn(Command, name="missing.RecordReturn", recorded_within="outside"):
    """Record that the child is back or was found, where and how. Starts R1, and asks for the return interview."""

    where: ShortText
    condition: Condition
    found_by: ShortText | None = None
    returned_to: ShortText | None = None
    harmed_how: Text = ""


class RecordPreventionInterview(Command, name="missing.RecordPreventionInterview", recorded_within="outside"):
    """Record what the child told the police on return. It never stands for the return interview (R1)."""

    disclosed: Text
    seen_by: ShortText
    alone: bool | None = None
    harmed: bool | None = None
    offences: Text = ""


class AssignInterviewer(Command, name="missing.AssignInterviewer"):
    """Say who offers the return interview: an adult whom the child knows and trusts, or a service by the child's age (R2)."""

    known_adult: Professional | None = None
    agency: Agency | None = None
    service: InterviewService | None = None
    reason: Text = ""

    @model_validator(mode="after")
    def _somebody(self) -> "AssignInterviewer":
        refuse_fields(
            (
                "known_adult",
                self.known_adult is None and self.service in (None, InterviewService.KNOWN_ADULT),
                "name the adult whom the child knows, or say which service offers it",
                "missing",
            )
        )
        return self


def record_return(command: RecordReturn, state: EpisodeOfChild, context: Context) -> list[Decided]:
    """The child is back. Unless they died, somebody independent is asked to offer an interview."""
    episode = state.missing_episode
    refuse_all(
        not_closed(episode),
        ("R1", episode.returned_at is not None, "the return is recorded already; correct that record"),
        not_before(episode, context),
    )
    alive = command.condition is not Condition.DECEASED
    agency, organisation = episode.reporter
    found = ChildFound(
        episode=context.thing,
        condition=command.condition,
        reporter_agency=agency,
        reporter_organisation=organisation,
        interview_by=context.deadline("R1", context.happened_at) if alive else None,
        sealed=FoundText(
            where=command.where,
            found_by=command.found_by,
            returned_to=command.returned_to,
            harmed_how=command.harmed_how or None,
        ),
    )
    asked = [_requested(state.known_to, context)] if alive else []
    return [found, IncidentOver(episode=context.thing), *asked]


def _requested(known_to: KnownTo, context: Context) -> ReturnInterviewRequested:
    """An adult whom the child knows, else the service for their age."""
    if known_to.worker is not None:
        worker, agency = known_to.worker
        return ReturnInterviewRequested(
            episode=context.thing, service=InterviewService.KNOWN_ADULT, interviewer=worker, agency=agency
        )
    service = service_for(_age(context))
    return ReturnInterviewRequested(episode=context.thing, service=service, agency=service.value)


def service_for(age: int | None) -> InterviewService:
    """Who offers it to a child of that age whom no service knows; of no known age, who speaks with the younger ones."""
    if age is not None and age >= TARGETED_YOUTH_FROM:
        return InterviewService.TARGETED_YOUTH
    return InterviewService.FAMILY_WELLBEING


def _age(context: Context) -> int | None:
    child = context.person(context.child) if context.child else None
    return child.age_on(local_date(context.happened_at)) if child else None


def record_prevention(
    command: RecordPreventionInterview, state: MissingEpisode, context: Context
) -> list[Decided]:
    """What the child told the police."""
    refuse_all(not_closed(state), back(state), not_before(state, context))
    agency, organisation = state.reporter
    return [
        PreventionInterviewRecorded(
            episode=context.thing,
            alone=command.alone,
            harmed=command.harmed,
            reporter_agency=agency,
            reporter_organisation=organisation,
            sealed=PreventionText(
                disclosed=command.disclosed, seen_by=command.seen_by, offences=command.offences or None
            ),
        )
    ]


def assign_interviewer(command: AssignInterviewer, state: MissingEpisode, context: Context) -> list[Decided]:
    """Somebody independent."""
    adult = command.known_adult
    service = InterviewService.KNOWN_ADULT if adult else command.service
    assert service is not None
    agency = command.agency or (adult.of(context.actor.agency).agency if adult else service.value)
    refuse_all(not_closed(state), independent(agency), _by_age(service, context))
    return [
        ReturnInterviewRequested(
            episode=context.thing,
            service=service,
            interviewer=adult.id if adult else None,
            agency=agency,
            sealed=RequestText(interviewer_name=adult.name if adult else None, reason=command.reason or None),
        )
    ]


def _by_age(service: InterviewService, context: Context) -> Check:
    """Forbids (R2) the service for another age."""
    wanted = service_for(_age(context))
    other = service is not InterviewService.KNOWN_ADULT and service is not wanted
    return (
        "R2",
        other,
        f"a child of this age is offered the interview by {wanted.value.replace('_', ' ')}, or by an adult they know",
    )
