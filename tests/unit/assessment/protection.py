"""Examples the tests of police protection and emergency protection orders share."""

from services.assessment.codes import ProtectionEnd
from services.assessment.streams.protection import (
    EndEmergencyProtectionOrder,
    EndPoliceProtection,
    ExtendEmergencyProtectionOrder,
    RecordEmergencyProtectionOrder,
    RecordPoliceProtection,
)
from shared.domain.external_reference import ExternalReference
from shared.domain.instants import london
from shared.testing.facts import actor
from tests.unit.assessment.strategy import assessment

OFFICER = actor("police_officer", "PC Hale")
NIGHT = actor("out_of_hours_social_worker", "EDT Ellis")
SATURDAY = london(2026, 8, 29, 22)
"""The Saturday before the bank holiday in August."""

USE = RecordPoliceProtection(
    reason="Left alone in the flat.",
    power_used_by="PC Hale",
    designated_officer="Insp. Roe",
    external_reference=ExternalReference(system="NICHE", value="101/2026/77", revision=2),
)
HOME = EndPoliceProtection(to=ProtectionEnd.RETURNED_HOME, reason="The grandmother came.")
ORDER = RecordEmergencyProtectionOrder(court="Family Court at Oxley")
EXTEND = ExtendEmergencyProtectionOrder(days=7, court="Family Court at Oxley")
END = EndEmergencyProtectionOrder(to=ProtectionEnd.INTERIM_CARE_ORDER)


def used(at=SATURDAY):
    """The police used their power."""
    return assessment.when(USE, at=at, by=OFFICER)


def made(at=SATURDAY, **changed):
    """A court made an order."""
    return assessment.when(ORDER.model_copy(update=changed), at=at, by=NIGHT)
