"""A child's own file at the conference team: visits, views, the advocate, advice of a chair, dissent. What every team has
is added to it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias, assert_never

from pydantic import Field, model_validator

from services.conference.codes import CmrDecision, CmrTrigger, Place, ViewsThrough
from services.conference.events import (
    AdvocateOffered,
    AdvocateText,
    CaseManagementReviewHeld,
    CaseManagementText,
    ChairConsulted,
    ChairText,
    ChildNotSeen,
    ChildSeen,
    DissentRecorded,
    DissentText,
    ViewsRecorded,
    ViewsText,
    VisitText,
)
from services.conference.streams.plan_state import ChildProtectionPlan, no_plan
from shared.domain.command import Command, refuse_all
from shared.domain.decider import Context, Per, Stream
from shared.domain.field_errors import refuse_fields
from shared.domain.fields import (
    MOST_ITEMS,
    Agency,
    PersonId,
    Professional,
    RequiredText,
    ShortText,
    Text,
)

FileEvent: TypeAlias = (
    ChildSeen
    | ChildNotSeen
    | ViewsRecorded
    | AdvocateOffered
    | ChairConsulted
    | DissentRecorded
    | CaseManagementReviewHeld
)


@dataclass(frozen=True)
class ChildFile:
    """Of what was written before, decisions look at when the case was last managed."""

    managed_at: datetime | None = None
    """The latest case management review (C9)."""


@dataclass(frozen=True)
class FileAndPlan:
    """What a decision takes: the child's file, and the plan under which a child is visited."""

    child_file: ChildFile
    child_protection_plan: ChildProtectionPlan


class RecordVisit(Command, name="conference.RecordVisit"):
    """Record a visit to a child on a plan: seen, alone or why not, and the child's own words. Meets C6, and starts it anew."""

    seen: bool
    alone: bool = False
    why_not_alone: Text = ""
    why_not_seen: Text = ""
    words: Text = ""
    place: Place
    present: tuple[ShortText, ...] = Field(default=(), alias="with", max_length=MOST_ITEMS)
    observed: Text = ""
    statutory: bool = True
    bedroom_seen: bool | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "RecordVisit":
        refuse_fields(
            ("alone", not self.seen and self.alone, "a child who was not seen was not seen alone"),
            (
                "why_not_seen",
                not self.seen and not self.why_not_seen.strip(),
                "say why the child was not seen",
                "missing",
            ),
        )
        return self


class RecordViewsOfChild(Command, name="conference.RecordViewsOfChild"):
    """Record what the child wants the conference to know, and how they said it."""

    views: RequiredText
    given_through: ViewsThrough | None = None
    attends: bool | None = None


class RecordViewsOfFamily(Command, name="conference.RecordViewsOfFamily"):
    """Record what one of the family wants the conference to know."""

    person: PersonId
    views: RequiredText
    attends: bool | None = None


class OfferAdvocate(Command, name="conference.OfferAdvocate"):
    """Record that an advocate was offered to the child, or why not (C17)."""

    offered: bool
    accepted: bool | None = None
    service: ShortText | None = None
    why_not: Text = ""


class RecordChairConsultation(Command, name="conference.RecordChairConsultation"):
    """Record what a chair advised before an initial conference, always of a child who was referred before (C14)."""

    chair: Professional
    advice: RequiredText
    re_referral: bool = False
    proceed: bool


class RecordDissent(Command, name="conference.RecordDissent"):
    """Record that an agency or a person does not agree with what a conference decided, and why. It blocks nothing (C10)."""

    by: Agency | None = None
    person: PersonId | None = None
    reason: RequiredText

    @model_validator(mode="after")
    def _of_somebody(self) -> "RecordDissent":
        refuse_fields(
            (
                "by",
                (self.by is None) == (self.person is None),
                "say who dissents: an agency, or a person, and not both",
            )
        )
        return self


class RecordCaseManagementReview(Command, name="conference.RecordCaseManagementReview"):
    """Record a case management review: without progress, or after a further serious incident (C9)."""

    decision: CmrDecision
    reason: RequiredText
    trigger: CmrTrigger
    present: tuple[ShortText, ...] = Field(default=(), max_length=MOST_ITEMS)


def evolve(state: ChildFile, event: FileEvent) -> ChildFile:
    """The file after one more fact."""
    match event:
        case CaseManagementReviewHeld(happened_at=at):
            assert at is not None
            return replace(state, managed_at=max(at, state.managed_at or at))
        case (
            ChildSeen()
            | ChildNotSeen()
            | ViewsRecorded()
            | AdvocateOffered()
            | ChairConsulted()
            | DissentRecorded()
        ):
            return state
        case _:
            assert_never(event)


FileCommand: TypeAlias = (
    RecordVisit
    | RecordCaseManagementReview
    | RecordViewsOfChild
    | RecordViewsOfFamily
    | OfferAdvocate
    | RecordChairConsultation
    | RecordDissent
)


def decide(command: FileCommand, state: FileAndPlan, context: Context) -> list[FileEvent]:
    """What follows from a command on a child's file.

    Raises:
        Refused: C6 for a visit to a child on no plan, or who was seen not alone without a reason.
    """
    match command:
        case RecordVisit():
            return [record_visit(command, state.child_protection_plan, context)]
        case RecordViewsOfChild(views=views, given_through=through, attends=attends):
            return [ViewsRecorded(given_through=through, attends=attends, sealed=ViewsText(views=views))]
        case RecordViewsOfFamily(person=person, views=views, attends=attends):
            return [ViewsRecorded(person=person, attends=attends, sealed=ViewsText(views=views))]
        case OfferAdvocate():
            text = AdvocateText(service=command.service or "", why_not=command.why_not)
            return [AdvocateOffered(offered=command.offered, accepted=command.accepted, sealed=text)]
        case RecordChairConsultation():
            return [chair_consulted(command)]
        case RecordDissent(by=by, person=person, reason=reason):
            return [DissentRecorded(agency=by, person=person, sealed=DissentText(reason=reason))]
        case RecordCaseManagementReview(decision=decision, trigger=trigger, reason=reason, present=present):
            managed = CaseManagementText(reason=reason, present=present)
            return [CaseManagementReviewHeld(decision=decision, trigger=trigger, sealed=managed)]
        case _:
            assert_never(command)


def record_visit(
    command: RecordVisit, plan: ChildProtectionPlan, context: Context
) -> ChildSeen | ChildNotSeen:
    """Seen or not, under a plan. Of an unborn child it means the mother, and nobody is seen alone."""
    assert context.child is not None
    unborn = context.person(context.child).unborn
    refuse_all(
        (
            "C6",
            command.seen and not unborn and not command.alone and not command.why_not_alone.strip(),
            "say why the child was not seen alone",
        ),
        no_plan("C6", plan, context),
    )
    text = VisitText(
        words=command.words,
        why_not_alone=command.why_not_alone,
        why_not_seen=command.why_not_seen,
        present=command.present,
        observed=command.observed,
    )
    if not command.seen:
        return ChildNotSeen(place=command.place, statutory=command.statutory, sealed=text)
    return ChildSeen(
        alone=command.alone,
        place=command.place,
        statutory=command.statutory,
        bedroom_seen=command.bedroom_seen,
        visit_by=context.deadline("C6", context.happened_at),
        sealed=text,
    )


def chair_consulted(command: RecordChairConsultation) -> ChairConsulted:
    """What they advised."""
    return ChairConsulted(
        chair=command.chair.id,
        re_referral=command.re_referral,
        proceed=command.proceed,
        sealed=ChairText(chair_name=command.chair.name, advice=command.advice),
    )


child_file = Stream(
    name="child_file",
    state=ChildFile(),
    evolve=evolve,
    decide=decide,
    commands=FileCommand,
    events=FileEvent,
    per=Per.CHILD,
    record=FileAndPlan,
)
