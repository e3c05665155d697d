"""A referral: one episode of a child, from the accepted contact on."""

from typing import TypeAlias, assert_never

from services.assessment.events import ReferralOpened
from services.assessment.streams.referral.allocating import AllocateWorker, allocate_worker
from services.assessment.streams.referral.opening import (
    OpenReferral,
    TakeImmediateHarm,
    open_referral,
    take_immediate_harm,
)
from services.assessment.streams.referral.state import Referral, ReferralEvent, evolve
from shared.domain.decider import Context, Per, Stream

__all__ = [
    "AllocateWorker",
    "OpenReferral",
    "Referral",
    "ReferralCommand",
    "ReferralEvent",
    "TakeImmediateHarm",
    "decide",
    "evolve",
    "referral",
]

ReferralCommand: TypeAlias = OpenReferral | TakeImmediateHarm | AllocateWorker


def decide(command: ReferralCommand, state: Referral, context: Context) -> list[ReferralEvent]:
    """What follows from a command on a child's referral.

    Raises:
        Refused: A10 where no referral is open (`no_referral`) or one is (`already_open`), A3 for more than 45
            working days.
    """
    match command:
        case OpenReferral():
            return open_referral(command, state, context)
        case TakeImmediateHarm():
            return take_immediate_harm(command, state, context)
        case AllocateWorker():
            return allocate_worker(command, state)
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
    clocks=("A1", "A2", "A3"),
    is_open=lambda state: not state.closed,
)
