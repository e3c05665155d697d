"""Holding a conference: who is there, whether they are enough, what is decided, and the plan that it makes (C7, C8, C12)."""

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.conference.codes import AgencyView, Category, ConferenceDecision
from services.conference.events import (
    ChildProtectionPlanMade,
    ConferenceAwaited,
    ConferenceClosed,
    ConferenceHeld,
    ConferenceScheduled,
    ConferenceText,
    DissentBy,
    PlanText,
    ViewOfAgency,
)
from services.conference.plans import Plans, PlansBefore, together
from services.conference.streams.conference_due import ConferenceDue
from services.conference.streams.conference_due.preparing import scheduled
from services.conference.streams.line_management import chair_in_line
from services.conference.streams.meeting.state import MeetingAndCase
from services.conference.streams.working_day import not_a_working_day
from shared.domain.code_lists import ConferenceKind, ConferenceOrigin
from shared.domain.command import Check, Command, refuse_all
from shared.domain.decider import Context
from shared.domain.field_errors import refuse_fields
from shared.domain.fields import (
    MOST_ITEMS,
    Agency,
    Distinct,
    PersonId,
    Professional,
    RequiredText,
    ShortText,
    Text,
    ThingId,
)
from shared.domain.instants import Day, local_date
from shared.team.audience import Party
from shared.team.meetings import Actions, Attendees, action_texts, attendee_texts, parties_at

OTHERS: Final = 2
"""C12: so many agencies beside children's social care."""

HeldHere: TypeAlias = (
    ConferenceHeld | ConferenceClosed | ConferenceAwaited | ConferenceScheduled | ChildProtectionPlanMade
)


class AgencyViewSaid(BaseModel):
    """What one agency thinks."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    agency: Agency
    view: AgencyView


class Dissent(BaseModel):
    """Who does not agree: an agency or a person, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    by: Agency | None = None
    person: PersonId | None = None
    reason: RequiredText

    @model_validator(mode="after")
    def _of_somebody(self) -> "Dissent":
        refuse_fields(
            (
                "by",
                (self.by is None) == (self.person is None),
                "say who dissents: an agency, or a person, and not both",
            )
        )
        return self


class Plan(BaseModel):
    """The plan: what it is to achieve, who does what, what happens if it fails, who meets, when it is reviewed."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    outcomes: tuple[RequiredText, ...] = Field(default=(), max_length=MOST_ITEMS)
    actions: Actions = ()
    contingency: Text = ""
    core_group: tuple[ShortText, ...] = Field(default=(), max_length=MOST_ITEMS)
    next_review: Day | None = None


Views = Field(default=(), max_length=MOST_ITEMS)


class HoldConference(Command, name="conference.HoldConference", opens=True):
    """Record a conference that was held: who was there, each agency's view, what was decided. A plan starts that day."""

    present: Distinct[Agency]
    attended: Attendees = ()
    invited_absent: Distinct[Agency] = ()
    family_present: bool
    why_family_absent: Text = ""
    child_present: bool | None = None
    child_views: Text
    views: tuple[AgencyViewSaid, ...] = Views
    decision: ConferenceDecision
    category: Category | None = None
    previous_plans: Plans | None = None
    dissent: tuple[Dissent, ...] = Field(max_length=MOST_ITEMS)
    why_not_quorate: Text = ""
    new_date: Day | None = None
    plan: Plan = Plan()
    kind: ConferenceKind | None = None
    origin: ConferenceOrigin | None = None
    section_47: ThingId | None = None

    @model_validator(mode="after")
    def _complete(self) -> "HoldConference":
        makes_a_plan = self.decision is ConferenceDecision.PLAN
        refuse_fields(
            ("category", makes_a_plan and self.category is None, "say the category of the plan", "missing"),
            (
                "previous_plans",
                makes_a_plan and self.previous_plans is None,
                "say how many plans the child had before",
                "missing",
            ),
        )
        return self


def hold_conference(command: HoldConference, state: MeetingAndCase, context: Context) -> Sequence[HeldHere]:
    """It was held: with the plan that it makes, and the conference that is held on its new date."""
    due, plan = state.conference_due, state.child_protection_plan
    kind = command.kind or (due.kind if due.waits else None) or ConferenceKind.INITIAL
    present = parties_at(command.present, command.attended)
    makes_plan = command.decision is ConferenceDecision.PLAN
    refuse_all(
        not_a_working_day(local_date(context.happened_at), context),
        (
            "C8",
            plan.is_open and (makes_plan or kind in (ConferenceKind.INITIAL, ConferenceKind.PRE_BIRTH)),
            "the child is on a plan, and has one at a time: hold a review of it",
            "plan_open",
        ),
        chair_in_line(context.actor.id, state.line_management, context),
        not_quorate(present, command.why_not_quorate, command.new_date),
        not_a_working_day(command.new_date, context),
    )
    origin = command.origin or _origin(due)
    held = ConferenceHeld(
        kind=kind,
        origin=origin,
        section_47=command.section_47 or due.section_47,
        decision=command.decision,
        quorate=is_quorate(present),
        present=present,
        invited=due.invited if due.waits else (),
        invited_absent=command.invited_absent,
        awaited=due.reports_to if due.waits else None,
        family_present=command.family_present,
        child_present=command.child_present,
        views=tuple(ViewOfAgency(agency=each.agency, view=each.view) for each in command.views),
        dissent=dissent_by(command.dissent),
        new_date=command.new_date,
        letter_by=context.deadline("C13", context.happened_at),
        minutes_by=context.deadline("C23", context.happened_at),
        sealed=ConferenceText(
            child_views=command.child_views,
            attended=attendee_texts(command.attended),
            why_family_absent=command.why_family_absent,
            why_not_quorate=command.why_not_quorate,
            dissent=tuple(each.reason for each in command.dissent),
        ),
    )
    return [
        held,
        *closed(due, context),
        *([_made(command, context)] if makes_plan else []),
        *next_conference(command.new_date, kind, origin, context),
    ]


def _origin(due: ConferenceDue) -> ConferenceOrigin:
    """What led to it, where nobody said: what it was waited for."""
    return due.origin if due.waits and due.origin else ConferenceOrigin.OTHER


def _made(command: HoldConference, context: Context) -> ChildProtectionPlanMade:
    assert command.category is not None
    assert command.previous_plans is not None
    plans, at = command.previous_plans, context.happened_at
    apart: dict[str, Any] = (
        {"previous_plans_here": plans.here, "previous_plans_elsewhere": plans.elsewhere}
        if isinstance(plans, PlansBefore)
        else {}
    )
    return ChildProtectionPlanMade(
        conference=context.thing,
        category=command.category,
        previous_plans=together(plans),
        **apart,
        next_review=command.plan.next_review,
        core_group_by=context.deadline("C2", at),
        review_by=context.deadline("C4", at),
        visit_by=context.deadline("C6", at),
        sealed=PlanText(
            outcomes=command.plan.outcomes,
            actions=action_texts(command.plan.actions),
            contingency=command.plan.contingency,
            core_group=command.plan.core_group,
        ),
    )


# -- what conferences and reviews have in common


def is_quorate(present: Sequence[Party]) -> bool:
    """Whether children's social care and two other agencies are there (C12)."""
    agencies = {each.agency for each in present}
    return "childrens_social_care" in agencies and len(agencies) > OTHERS


def not_quorate(present: Sequence[Party], why: str, new_date: Day | None) -> Check:
    """Forbids (C12) one that is not quorate, and says neither why nor when the next is held."""
    return (
        "C12",
        not is_quorate(present) and not (why.strip() and new_date),
        (
            "a conference is quorate with children's social care and two other agencies: say why it "
            "went on without, and when the next one is held"
        ),
    )


def dissent_by(dissent: Sequence[Dissent]) -> tuple[DissentBy, ...]:
    """Who dissents; why is sealed."""
    return tuple(DissentBy(agency=each.by, person=each.person) for each in dissent)


def closed(due: ConferenceDue, context: Context) -> list[ConferenceClosed]:
    """The conference that waited was this one."""
    return [ConferenceClosed(meeting=context.thing)] if due.waits else []


def next_conference(
    new_date: Day | None, kind: ConferenceKind, origin: ConferenceOrigin, context: Context
) -> list[ConferenceAwaited | ConferenceScheduled]:
    """The new date is a conference of its own, chaired by who chaired this one."""
    if new_date is None:
        return []
    actor = context.actor
    chair = Professional(id=actor.id, name=actor.name, agency=actor.agency)
    return [
        ConferenceAwaited(kind=kind, origin=origin),
        scheduled(new_date, chair, context, kind=kind, origin=origin),
    ]
