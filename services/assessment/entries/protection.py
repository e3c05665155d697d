"""What police protection and emergency protection orders say in the chronology: to police and health, and to education
that it is so.
"""

from typing import Final

from services.assessment.entries.team import entries
from services.assessment.events import (
    EmergencyProtectionEnded,
    EmergencyProtectionExtended,
    EmergencyProtectionRecorded,
    PoliceProtectionEnded,
    PoliceProtectionRecorded,
)
from shared.team.audience import agency
from shared.team.entries import Entry, Text

_TOLD: Final = (agency("police"), agency("health"), agency("education", depth="title"))


@entries.on(PoliceProtectionRecorded)
def _(event: PoliceProtectionRecorded, text: Text) -> Entry:
    return Entry(
        title="In police protection",
        topic="protection",
        significance="critical",
        parts=text.parts(
            reason="Why",
            power_used_by="Power used by",
            where="Where",
            accommodated_at="Accommodated at",
            designated_officer="Designated officer",
            reference="Police reference",
            external_reference="Reference of the sender",
        ),
        seen_by=_TOLD,
    )


@entries.on(PoliceProtectionEnded)
def _(event: PoliceProtectionEnded, text: Text) -> Entry:
    return Entry(
        title=f"Police protection ended: {event.to.label.lower()}",
        topic="protection",
        significance="critical",
        parts=text.parts(reason="Why"),
        seen_by=_TOLD,
    )


@entries.on(EmergencyProtectionRecorded)
def _(event: EmergencyProtectionRecorded, text: Text) -> Entry:
    return Entry(
        title="Emergency protection order made",
        topic="protection",
        significance="critical",
        parts=text.parts(court="Court", conditions="Conditions"),
        seen_by=_TOLD,
    )


entries.one(EmergencyProtectionRecorded, PoliceProtectionEnded)


@entries.on(EmergencyProtectionExtended)
def _(event: EmergencyProtectionExtended, text: Text) -> Entry:
    days = "1 day" if event.days == 1 else f"{event.days} days"
    return Entry(
        title=f"Emergency protection order extended by {days}",
        topic="protection",
        significance="critical",
        parts=text.parts(court="Court"),
        seen_by=_TOLD,
    )


@entries.on(EmergencyProtectionEnded)
def _(event: EmergencyProtectionEnded, text: Text) -> Entry:
    return Entry(
        title=f"Emergency protection order ended: {event.to.label.lower()}",
        topic="protection",
        significance="critical",
        seen_by=_TOLD,
    )
