"""What referral and assessment tells of police protection and of emergency protection orders."""

from typing import Annotated

from services.assessment.codes import ProtectionEnd
from shared.domain.event import Event, Sealed
from shared.domain.marks import Sets, Starts
from shared.domain.rules import Deadline


class PoliceProtectionText(Sealed):
    """Why the power was used, by whom, where the child is, and the police's own reference."""

    reason: str
    power_used_by: str = ""
    where: str = ""
    reference: str = ""
    accommodated_at: str = ""
    designated_officer: str = ""
    external_reference: str = ""


class PoliceProtectionRecorded(
    Event,
    name="assessment.PoliceProtectionRecorded",
    crosses=True,
    text=PoliceProtectionText,
    fixed=(),
):
    """The police took the child into their protection. Starts A12 from when the power was used."""

    until: Annotated[Deadline, Starts("A12")]


class EndText(Sealed):
    """Why it ended."""

    reason: str = ""


class PoliceProtectionEnded(
    Event,
    name="assessment.PoliceProtectionEnded",
    crosses=True,
    text=EndText,
    meets=("A12",),
    fixed=("to",),
):
    """Police protection ended, or an order took its place. Meets A12."""

    to: ProtectionEnd


class OrderText(Sealed):
    """Which court made the order, and on which conditions."""

    court: str
    conditions: str = ""


class EmergencyProtectionRecorded(
    Event,
    name="assessment.EmergencyProtectionRecorded",
    crosses=True,
    text=OrderText,
    meets=("A12",),
    beside={"A12": "police_protection"},
    fixed=(),
):
    """A court made an emergency protection order. Meets A12, and starts A19 from when it was made."""

    until: Annotated[Deadline, Starts("A19")]


class EmergencyProtectionExtended(
    Event,
    name="assessment.EmergencyProtectionExtended",
    crosses=True,
    text=OrderText,
    fixed=("days",),
):
    """The court extended the order, once. It sets when A19 is due, and varies nothing."""

    days: int
    until: Annotated[Deadline, Sets("A19")]


class EmergencyProtectionEnded(
    Event,
    name="assessment.EmergencyProtectionEnded",
    crosses=True,
    meets=("A19",),
    fixed=("to",),
):
    """The order ended, or another took its place. Meets A19."""

    to: ProtectionEnd
