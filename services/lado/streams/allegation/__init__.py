"""An allegation against an adult who works with children, for each child or about none: from its notification to its closing."""

from typing import TypeAlias, assert_never

from services.lado.streams.allegation.concluding import (
    Close,
    DecideBarringReferral,
    DecideRegulatorReferral,
    DetermineOutcome,
    TellAdult,
    TellFamily,
    close,
    decide_barring,
    decide_regulator,
    determine_outcome,
    may_close,
    may_determine,
    tell_adult,
    tell_family,
)
from services.lado.streams.allegation.managing import (
    Attended,
    HoldAllegationsMeeting,
    Progress,
    RecordStrand,
    RecordSuspensionDecision,
    ReviewAllegation,
    hold_meeting,
    may_manage,
    may_meet,
    record_strand,
    record_suspension,
    review_allegation,
)
from services.lado.streams.allegation.receiving import (
    Adult,
    DecideThreshold,
    ReceiveNotification,
    decide_threshold,
    may_decide_threshold,
    receive_notification,
    stands_already,
)
from services.lado.streams.allegation.state import Allegation, AllegationAndItem, AllegationEvent, evolve
from services.lado.streams.allegation.telling import (
    NameReaders,
    NotifyChildAtRisk,
    may_tell,
    name_readers,
    notify_child_at_risk,
)
from services.lado.streams.intake_item import IntakeEvent
from shared.domain.decider import Context, Precondition, Stream

__all__ = [
    "Adult",
    "Allegation",
    "Attended",
    "Close",
    "DecideBarringReferral",
    "DecideRegulatorReferral",
    "DecideThreshold",
    "DetermineOutcome",
    "HoldAllegationsMeeting",
    "NameReaders",
    "NotifyChildAtRisk",
    "Progress",
    "ReceiveNotification",
    "RecordStrand",
    "RecordSuspensionDecision",
    "ReviewAllegation",
    "TellAdult",
    "TellFamily",
    "allegation",
    "decide",
    "evolve",
]

_Managing: TypeAlias = HoldAllegationsMeeting | RecordStrand | RecordSuspensionDecision | ReviewAllegation
_Concluding: TypeAlias = (
    DetermineOutcome | DecideBarringReferral | DecideRegulatorReferral | TellAdult | TellFamily | Close
)
_Telling: TypeAlias = NotifyChildAtRisk | NameReaders
AllegationCommand: TypeAlias = ReceiveNotification | DecideThreshold | _Managing | _Concluding | _Telling


def decide(
    command: AllegationCommand, record: AllegationAndItem, context: Context
) -> list[AllegationEvent | IntakeEvent]:
    """What follows from a command on an allegation.

    Raises:
        Refused: L2 for a threshold decided twice or without a limb, and for what only an allegation has; L6 for closing
            without an outcome or the referrals; L8 for a text that says who the adult is; E2 for what was done before it was received.
    """
    state = record.allegation
    match command:
        case ReceiveNotification():
            return receive_notification(command, record, context)
        case DecideThreshold():
            return decide_threshold(command, state, context)
        case HoldAllegationsMeeting() | RecordStrand() | RecordSuspensionDecision() | ReviewAllegation():
            return [*_managed(command, state, context)]
        case NotifyChildAtRisk():
            return [*notify_child_at_risk(command, state, context)]
        case NameReaders():
            return [*name_readers(command, state, context)]
        case _:
            return [*_concluded(command, state, context)]


def _managed(command: _Managing, state: Allegation, context: Context) -> list[AllegationEvent]:
    match command:
        case HoldAllegationsMeeting():
            return hold_meeting(command, state, context)
        case RecordStrand():
            return record_strand(command, state, context)
        case RecordSuspensionDecision():
            return record_suspension(command, state, context)
        case ReviewAllegation():
            return review_allegation(command, state, context)
        case _:
            assert_never(command)


def _concluded(command: _Concluding, state: Allegation, context: Context) -> list[AllegationEvent]:
    match command:
        case DetermineOutcome():
            return determine_outcome(command, state, context)
        case DecideBarringReferral():
            return decide_barring(command)
        case DecideRegulatorReferral():
            return decide_regulator(command)
        case TellAdult():
            return tell_adult(command)
        case TellFamily():
            return tell_family(command)
        case Close():
            return close(command, state, context)
        case _:
            assert_never(command)


def _of(check: Precondition) -> Precondition:
    """Of the allegation alone, of what a decision takes."""
    return lambda record, context: check(record.allegation, context)


allegation = Stream(
    name="allegation",
    state=Allegation(),
    evolve=evolve,
    decide=decide,
    commands=AllegationCommand,
    events=AllegationEvent,
    record=AllegationAndItem,
    found_by={"intake_item": "re"},
    stands=stands_already,
    childless=True,
    clocks=("L1", "L2", "L3", "L4", "L5"),
    preconditions={
        DecideThreshold: _of(may_decide_threshold),
        HoldAllegationsMeeting: _of(may_meet),
        RecordStrand: _of(may_manage),
        RecordSuspensionDecision: _of(may_manage),
        ReviewAllegation: _of(may_manage),
        DetermineOutcome: _of(may_determine),
        Close: _of(may_close),
        NotifyChildAtRisk: _of(may_tell),
        NameReaders: _of(may_tell),
    },
)
