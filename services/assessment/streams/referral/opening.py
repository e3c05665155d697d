"""Opening a child's referral: a contact was accepted, or immediate harm identified before anything was decided."""

from datetime import datetime
from uuid import UUID

from services.assessment.events import ImmediateHarmMarked, ReferralLevelled, ReferralOpened
from services.assessment.streams.referral.state import Referral, ReferralEvent
from shared.domain.code_lists import PrimaryNeed, ReferralSource
from shared.domain.command import Command, refuse_all
from shared.domain.decider import Context
from shared.domain.instants import Instant


class OpenReferral(Command, name="assessment.OpenReferral", opens=True, internal=True):
    """The front door accepted a contact: open the child's referral. A2 runs from when the contact was received."""

    contact: UUID
    received_at: Instant
    source: ReferralSource
    referrer_agency: str | None = None
    tell_referrer: bool = True
    level: int
    primary_need: PrimaryNeed


class TakeImmediateHarm(Command, name="assessment.TakeImmediateHarm", opens=True, internal=True):
    """The front door identified immediate harm (M6): the child's referral opens at once, or the open one is marked."""

    contact: UUID
    received_at: Instant
    source: ReferralSource
    referrer_agency: str | None = None
    tell_referrer: bool = True
    primary_need: PrimaryNeed | None = None


def open_referral(command: OpenReferral, state: Referral, context: Context) -> list[ReferralEvent]:
    """Open it; the same contact again is already so, and what immediate harm opened takes its level and need from it."""
    if state.contact == command.contact:
        if state.level is not None:
            return []
        return [
            ReferralLevelled(contact=command.contact, level=command.level, primary_need=command.primary_need)
        ]
    refuse_all(
        (
            "A10",
            state.is_open,
            "the child has an open referral: add what is new to it",
            "already_open",
        )
    )
    return [
        ReferralOpened(
            contact=command.contact,
            received_at=command.received_at,
            source=command.source,
            referrer_agency=command.referrer_agency,
            tell_referrer=command.tell_referrer,
            level=command.level,
            primary_need=command.primary_need,
            see_child_by=context.deadline("A2", command.received_at),
            assess_by=context.deadline("A3", command.received_at),
        )
    ]


def take_immediate_harm(command: TakeImmediateHarm, state: Referral, context: Context) -> list[ReferralEvent]:
    """See the child today: on the open referral, else on one that opens now."""
    if command.contact in state.harm_of:
        return []
    today = context.deadline("A1", context.happened_at)
    if state.is_open:
        return [ImmediateHarmMarked(contact=command.contact, see_today_by=today)]
    return [
        ReferralOpened(
            contact=command.contact,
            received_at=command.received_at,
            source=command.source,
            referrer_agency=command.referrer_agency,
            tell_referrer=command.tell_referrer,
            primary_need=command.primary_need,
            immediate_harm=True,
            see_child_by=context.deadline("A2", command.received_at),
            assess_by=context.deadline("A3", command.received_at),
            see_today_by=today,
        )
    ]


def opened_by_discussion(received_at: datetime, context: Context) -> ReferralOpened:
    """The referral of a child about whom a strategy discussion was held and no referral is open: source 5A, no contact."""
    return ReferralOpened(
        received_at=received_at,
        source=ReferralSource.S5A,
        tell_referrer=False,
        see_child_by=context.deadline("A2", received_at),
        assess_by=context.deadline("A3", received_at),
    )
