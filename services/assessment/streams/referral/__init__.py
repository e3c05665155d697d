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
from services.assessment.streams.referral.opening import (
    OpenReferral,
    TakeImmediateHarm,
    open_referral,
    take_immediate_harm,
)
from services.assessment.streams.referral.state import Referral, ReferralEvent, ReferralRecord, evolve
from shared.domain.decider import Context, Per, Stream
from shared.domain.event import Event

__all__ = [
    "AllocateWorker",
    "OpenReferral",
    "Referral",
    "ReferralCommand",
    "ReferralEvent",
    "ReferralRecord",
    "StartAssessment",
    "TakeImmediateHarm",
    "decide",
    "evolve",
    "referral",
]

ReferralCommand: TypeAlias = OpenReferral | TakeImmediateHarm | AllocateWorker | StartAssessment


def decide(command: ReferralCommand, record: ReferralRecord, context: Context) -> Sequence[Event]:
    """What follows from a command on a child's referral.

    Raises:
        Refused: A10 where no referral is open (`no_referral`), or one is (`already_open`), or an assessment is; A3 for more
            than 45 working days, and for another time than was agreed where that has passed.
    """
    match command:
        case OpenReferral():
            return open_referral(command, record.referral, context)
        case TakeImmediateHarm():
            return take_immediate_harm(command, record.referral, context)
        case AllocateWorker():
            return allocate_worker(command, record, context)
        case StartAssessment():
            return start_assessment(command, record, context)
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
    clocks=("A1", "A2", "A3", "A6"),
    is_open=lambda state: not state.closed,
)
