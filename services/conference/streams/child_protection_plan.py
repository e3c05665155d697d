"""A child protection plan: made by a conference, visited and reviewed, until a review ends it, or what happened does (C5)."""

from typing import Final, TypeAlias, assert_never

from services.conference.codes import PlanEnd
from services.conference.events import (
    ChildProtectionPlanEnded,
    ChildProtectionPlanMade,
    PlanEndText,
    PlanTransferOutRecorded,
    TransferOutText,
)
from services.conference.streams.plan_state import (
    ChildProtectionPlan,
    PlanEvent,
    evolve,
    first_day,
    no_plan,
)
from shared.domain.command import Command, refuse_all
from shared.domain.decider import Context, Per, Stream
from shared.domain.fields import Professional, ShortText, Text
from shared.domain.instants import Day, local_date

WITHOUT_REVIEW: Final = frozenset(
    {
        PlanEnd.DIED,
        PlanEnd.REACHED_18,
        PlanEnd.TRANSFERRED_OUT,
        PlanEnd.MOVED_ABROAD,
        PlanEnd.LOOKED_AFTER,
    }
)
"""C5: for any other reason a review ends the plan."""


class EndPlan(Command, name="conference.EndPlan"):
    """End a plan without a review: the child died, reached 18, was transferred out, moved abroad or became looked after."""

    reason: PlanEnd
    notes: Text = ""
    agreed_by: Professional | None = None


class TransferPlanOut(Command, name="conference.TransferPlanOut"):
    """Record that the child moved to another authority, which was told. The plan stays ours until their conference was
    held; name its day then.
    """

    to_authority: ShortText
    told_on: Day
    moved_on: Day
    their_conference: Day | None = None
    accepted: bool | None = None


PlanCommand: TypeAlias = EndPlan | TransferPlanOut


def decide(command: PlanCommand, state: ChildProtectionPlan, context: Context) -> list[PlanEvent]:
    """What follows from a command on a plan.

    Raises:
        Refused: C5 for a reason that a review decides on, or where no plan is open; C8 on the day on which it started; C15
            where none is open to be transferred.
    """
    match command:
        case EndPlan():
            return end_plan(command, state, context)
        case TransferPlanOut():
            return transfer_out(command, state, context)
        case _:
            assert_never(command)


def end_plan(command: EndPlan, state: ChildProtectionPlan, context: Context) -> list[PlanEvent]:
    """It ends."""
    refuse_all(
        (
            "C5",
            command.reason not in WITHOUT_REVIEW,
            "for this reason a review decides that a plan ends: hold one, with the decision to end it",
        ),
        (
            "C5",
            not state.is_open,
            "the child is on no child protection plan: there is none to end",
            "no_plan",
        ),
        first_day("C8", state, context),
    )
    assert state.conference is not None
    agreed = command.agreed_by
    return [
        ChildProtectionPlanEnded(
            reason=command.reason,
            conference=state.conference,
            agreed_by=agreed.id if agreed else None,
            sealed=PlanEndText(notes=command.notes, agreed_by_name=agreed.name if agreed else ""),
        )
    ]


def transfer_out(command: TransferPlanOut, state: ChildProtectionPlan, context: Context) -> list[PlanEvent]:
    """Told; once their conference has been held, our plan ends with it."""
    theirs = command.their_conference
    ends = theirs is not None and theirs <= local_date(context.happened_at)
    refuse_all(
        no_plan("C15", state, context),
        *((first_day("C8", state, context),) if ends else ()),
    )
    assert state.conference is not None
    told: list[PlanEvent] = [
        PlanTransferOutRecorded(
            conference=state.conference,
            told_on=command.told_on,
            moved_on=command.moved_on,
            their_conference=theirs,
            accepted=command.accepted,
            sealed=TransferOutText(to_authority=command.to_authority),
        )
    ]
    if ends and state.is_open:
        told.append(
            ChildProtectionPlanEnded(
                reason=PlanEnd.TRANSFERRED_OUT, conference=state.conference, sealed=PlanEndText()
            )
        )
    return told


child_protection_plan = Stream(
    name="child_protection_plan",
    state=ChildProtectionPlan(),
    evolve=evolve,
    decide=decide,
    commands=PlanCommand,
    events=PlanEvent,
    per=Per.EPISODE,
    is_open=lambda state: state.is_open,
    opened_by=(ChildProtectionPlanMade,),
    clocks=("C2", "C3", "C4", "C5", "C6"),
    noted=("C6",),
)
