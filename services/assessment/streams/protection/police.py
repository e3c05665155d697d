"""Police protection: a constable's power to keep a child safe for 72 hours at most (A12)."""

from typing import TypeAlias, assert_never

from services.assessment.codes import ProtectionEnd
from services.assessment.events import (
    EndText,
    PoliceProtectionEnded,
    PoliceProtectionRecorded,
    PoliceProtectionText,
)
from services.assessment.streams.protection.state import (
    PoliceProtection,
    PoliceProtectionEvent,
    Protections,
    evolve_police_protection,
)
from shared.domain.command import Command, refuse_all
from shared.domain.decider import Context, Per, Stream
from shared.domain.external_reference import ExternalReference
from shared.domain.fields import RequiredText, ShortText, Text


class RecordPoliceProtection(
    Command, name="assessment.RecordPoliceProtection", opens=True, recorded_within="significant"
):
    """Record that the police took the child into their protection, and why (A12): it runs from when the power was used."""

    power_used_by: ShortText | None = None
    where: ShortText | None = None
    reference: ShortText | None = None
    accommodated_at: ShortText | None = None
    designated_officer: ShortText | None = None
    reason: RequiredText
    external_reference: ExternalReference | None = None


class EndPoliceProtection(Command, name="assessment.EndPoliceProtection"):
    """Record how police protection ended, and where the child is then. Meets A12."""

    to: ProtectionEnd
    reason: Text = ""


PoliceProtectionCommand: TypeAlias = RecordPoliceProtection | EndPoliceProtection


def decide(
    command: PoliceProtectionCommand, state: Protections, context: Context
) -> list[PoliceProtectionEvent]:
    """What follows from a command on police protection.

    Raises:
        Refused: A12 where it runs already, or does not run.
    """
    match command:
        case RecordPoliceProtection():
            return record_police_protection(command, state.police_protection, context)
        case EndPoliceProtection():
            return end_police_protection(command, state.police_protection, context)
        case _:
            assert_never(command)


def record_police_protection(
    command: RecordPoliceProtection, state: PoliceProtection, context: Context
) -> list[PoliceProtectionEvent]:
    """The power was used: a child is in police protection once at a time."""
    refuse_all(
        (
            "A12",
            state.runs,
            "the child is in police protection already: end that first, or correct what was recorded of it",
        )
    )
    reference = command.external_reference
    return [
        PoliceProtectionRecorded(
            until=context.deadline("A12", context.happened_at),
            sealed=PoliceProtectionText(
                reason=command.reason,
                power_used_by=command.power_used_by or "",
                where=command.where or "",
                reference=command.reference or "",
                accommodated_at=command.accommodated_at or "",
                designated_officer=command.designated_officer or "",
                external_reference=reference.in_words if reference else "",
            ),
        )
    ]


def end_police_protection(
    command: EndPoliceProtection, state: PoliceProtection, context: Context
) -> list[PoliceProtectionEvent]:
    """It ended; that an order took its place is already so where the order said it."""
    order = ProtectionEnd.EMERGENCY_PROTECTION_ORDER
    if command.to is order and state.ended is order:
        return []
    refuse_all(
        ("A12", not state.runs, "the child is not in police protection: there is nothing to end"),
        (
            "A12",
            state.runs and state.used_at is not None and context.happened_at < state.used_at,
            "police protection cannot have ended before the power was used: correct when it ended",
        ),
    )
    return [PoliceProtectionEnded(to=command.to, sealed=EndText(reason=command.reason))]


police_protection = Stream(
    name="police_protection",
    state=PoliceProtection(),
    evolve=evolve_police_protection,
    decide=decide,
    commands=PoliceProtectionCommand,
    events=PoliceProtectionEvent,
    per=Per.EPISODE,
    is_open=lambda state: state.runs,
    opened_by=(PoliceProtectionRecorded,),
    clocks=("A12",),
    record=Protections,
)
