"""What the LADO records. All of it is sealed: nothing that says who the adult is leaves the service (L8)."""

from services.lado.events.concluded import (
    AdultTold,
    AllegationClosed,
    BarringReferralDecided,
    ClosingText,
    FamilyTold,
    OutcomeDetermined,
    OutcomeText,
    ReferralText,
    RegulatorReferralDecided,
    ToldText,
)
from services.lado.events.intake import SEALED, IntakeItemPlaced, IntakeItemTaken, IntakeText
from services.lado.events.managed import (
    AllegationReviewed,
    AllegationsMeetingHeld,
    AttendedText,
    MeetingText,
    ReviewText,
    StrandRecorded,
    StrandText,
    SuspensionDecided,
    SuspensionText,
)
from services.lado.events.received import (
    AllegationReceived,
    AllegationText,
    ThresholdDecided,
    ThresholdText,
)

__all__ = [
    "SEALED",
    "AdultTold",
    "AllegationClosed",
    "AllegationReceived",
    "AllegationReviewed",
    "AllegationText",
    "AllegationsMeetingHeld",
    "AttendedText",
    "BarringReferralDecided",
    "ClosingText",
    "FamilyTold",
    "IntakeItemPlaced",
    "IntakeItemTaken",
    "IntakeText",
    "MeetingText",
    "OutcomeDetermined",
    "OutcomeText",
    "ReferralText",
    "RegulatorReferralDecided",
    "ReviewText",
    "StrandRecorded",
    "StrandText",
    "SuspensionDecided",
    "SuspensionText",
    "ThresholdDecided",
    "ThresholdText",
    "ToldText",
]
