"""Keeping a child safe at once: the police's own power, and the court's order that may take its place (A12, A19)."""

from services.assessment.streams.protection.order import (
    EndEmergencyProtectionOrder,
    ExtendEmergencyProtectionOrder,
    RecordEmergencyProtectionOrder,
    emergency_protection_order,
)
from services.assessment.streams.protection.police import (
    EndPoliceProtection,
    RecordPoliceProtection,
    police_protection,
)

__all__ = [
    "EndEmergencyProtectionOrder",
    "EndPoliceProtection",
    "ExtendEmergencyProtectionOrder",
    "RecordEmergencyProtectionOrder",
    "RecordPoliceProtection",
    "emergency_protection_order",
    "police_protection",
]
