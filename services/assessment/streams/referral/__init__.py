"""A referral: one episode of a child, from the accepted contact on."""

from collections.abc import Sequence
from typing import TypeAlias, assert_never

from services.assessment.events import ReferralOpened
from services.assessment.streams.referral.allocating import (
    AllocateWorker,
    StartAssessment,
    allocate_worker,
    start_assessment,
)
from services.assessment.streams.referral.closing import (
    CloseReferral,
    ProposeStepDown,
    TransferCase,
    close_referral,
    propose_step_down,
    transfer_case,
)
from services.assessment.streams.referral.conferring import (
    TakeConferenceHeld,
    TakePlanMade,
    TakePlanTransferIn,
    take_conference_held,
    take_plan_made,
    take_plan_transfer_in,
)
from services.assessment.streams.referral.opening import (
    OpenReferral,
    TakeChildAtRisk,
    TakeImmediateHarm,
    TakeNote,
    TakeStepUp,
    TakeTransferIn,
    open_referral,
    take_child_at_risk,
    take_immediate_harm,
    take_note,
    take_step_up,
    take_transfer_in,
)
from services.assessment.streams.referral.state import Referral, ReferralEvent, ReferralRecord, evolve
from shared.domain.decider import Context, Per, Stream
from shared.domain.event import Event

__all__ = [
    "AllocateWorker",
    "CloseReferral",
    "OpenReferral",
    "ProposeStepDown",
    "Referral",
    "ReferralCommand",
    "ReferralEvent",
    "ReferralRecord",
    "StartAssessment",
    "TakeChildAtRisk",
    "TakeConferenceHeld",
    "TakeImmediateHarm",
    "TakeNote",
    "TakePlanMade",
    "TakePlanTransferIn",
    "TakeStepUp",
    "TakeTransferIn",
    "TransferCase",
    "decide",
    "evolve",
    "referral",
]

ReferralCommand: TypeAlias = (
    OpenReferral
    | TakeImmediateHarm
    | TakeNote
    | TakeStepUp
    | TakeChildAtRisk
    | TakeTransferIn
    | TakeConferenceHeld
    | TakePlanMade
    | TakePlanTransferIn
    | AllocateWorker
    | StartAssessment
    | TransferCase
    | ProposeStepDown
    | CloseReferral
)


def decide(command: ReferralCommand, record: ReferralRecord, context: Context) -> Sequence[Event]:
    """What follows from a command on a child's referral.

    Raises:
        Refused: A10 where no referral is open (`no_referral`), or one is (`already_open`), or something is not finished; A3 for more
            than 45 working days, and for another time than was agreed where that has passed.
    """
    match command:
        case OpenReferral():
            return open_referral(command, record.referral, context)
        case TakeImmediateHarm():
            return take_immediate_harm(command, record.referral, context)
        case TakeNote():
            return take_note(command, record.referral)
        case TakeChildAtRisk():
            return take_child_at_risk(record.referral, context)
        case TakeStepUp():
            return take_step_up(command, record.referral, context)
        case TakeTransferIn():
            return take_transfer_in(command, record.referral, context)
        case TakeConferenceHeld():
            return take_conference_held(command, record.referral)
        case TakePlanMade():
            return take_plan_made(command, record.referral, context)
        case TakePlanTransferIn():
            return take_plan_transfer_in(command, record.referral, context)
        case AllocateWorker():
            return allocate_worker(command, record, context)
        case StartAssessment():
            return start_assessment(command, record, context)
        case TransferCase():
            return transfer_case(command, record.referral, context)
        case ProposeStepDown():
            return propose_step_down(command, record)
        case CloseReferral():
            return close_referral(command, record, context)
        case _:
            assert_never(command)


referral = Stream(
    name="referral",
    state=Referral(),
    evolve=evolve,
    decide=decide,
    commands=ReferralCommand,
    events=ReferralEvent,
    per=Per.EPISODE,
    opened_by=(ReferralOpened,),
    record=ReferralRecord,
    clocks=("A1", "A2", "A3", "A6", "T1"),
    noted=("A1", "A2"),
    is_open=lambda state: state.is_open,
)
