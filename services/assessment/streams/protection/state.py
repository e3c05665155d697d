"""How police protection and emergency protection orders stand: each of their decisions looks at both."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias, assert_never

from services.assessment.codes import ProtectionEnd
from services.assessment.events import (
    EmergencyProtectionEnded,
    EmergencyProtectionExtended,
    EmergencyProtectionRecorded,
    PoliceProtectionEnded,
    PoliceProtectionRecorded,
)
from shared.domain.rules import Deadline

PoliceProtectionEvent: TypeAlias = PoliceProtectionRecorded | PoliceProtectionEnded


@dataclass(frozen=True)
class PoliceProtection:
    """Since when the child is in police protection, and how that ended."""

    used_at: datetime | None = None
    ended: ProtectionEnd | None = None

    @property
    def runs(self) -> bool:
        """Whether the child is in police protection."""
        return self.used_at is not None and self.ended is None


def evolve_police_protection(state: PoliceProtection, event: PoliceProtectionEvent) -> PoliceProtection:
    """The protection after one more fact."""
    match event:
        case PoliceProtectionRecorded(happened_at=used_at):
            return replace(state, used_at=used_at)
        case PoliceProtectionEnded(to=to):
            return replace(state, ended=to)
        case _:
            assert_never(event)


OrderEvent: TypeAlias = EmergencyProtectionRecorded | EmergencyProtectionExtended | EmergencyProtectionEnded


@dataclass(frozen=True)
class EmergencyProtectionOrder:
    """Until when the order runs, whether it was extended, and how it ended."""

    made_at: datetime | None = None
    until: Deadline | None = None
    extended: bool = False
    ended: bool = False

    @property
    def runs(self) -> bool:
        """Whether an order was made, and has not ended."""
        return self.until is not None and not self.ended


@dataclass(frozen=True)
class Protections:
    """What a decision takes: the police protection, and the order that takes its place."""

    police_protection: PoliceProtection
    emergency_protection_order: EmergencyProtectionOrder


def evolve_order(state: EmergencyProtectionOrder, event: OrderEvent) -> EmergencyProtectionOrder:
    """The order after one more fact."""
    match event:
        case EmergencyProtectionRecorded(happened_at=made_at, until=until):
            return replace(state, made_at=made_at, until=until)
        case EmergencyProtectionExtended(until=until):
            return replace(state, until=until, extended=True)
        case EmergencyProtectionEnded():
            return replace(state, ended=True)
        case _:
            assert_never(event)
