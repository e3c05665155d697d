"""Opening a child's referral: a contact was accepted, or immediate harm identified before anything was decided."""

from datetime import datetime
from uuid import UUID

from services.assessment.codes import TransferKind
from services.assessment.events import (
    ImmediateHarmMarked,
    NoteAdded,
    OpeningText,
    ReferralLevelled,
    ReferralOpened,
)
from services.assessment.streams.referral.state import Referral
from shared.domain.code_lists import PrimaryNeed, ReferralSource
from shared.domain.command import Command, refuse_all
from shared.domain.decider import Context
from shared.domain.event import Event
from shared.domain.fields import ShortText
from shared.domain.instants import Day, Instant, local_date, start_of_day


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

    contact: UUID | None
    """None: it was escalated from early help that had come from social care."""
    received_at: Instant
    source: ReferralSource
    referrer_agency: str | None = None
    tell_referrer: bool = True
    primary_need: PrimaryNeed | None = None


class TakeStepUp(Command, name="assessment.TakeStepUp", opens=True, internal=True):
    """The transfer panel agreed that social care takes a family on: the child's referral opens, from its decision (F11)."""

    source: ReferralSource
    primary_need: PrimaryNeed | None = None


class TakeChildAtRisk(Command, name="assessment.TakeChildAtRisk", opens=True, internal=True):
    """The LADO told of a child at risk: the child's referral opens, from when it was told."""


class TakeNote(Command, name="assessment.TakeNote", internal=True):
    """What was reported of a child with an open case is a note on it (M9)."""

    contact: UUID


class TakeTransferIn(Command, name="assessment.TakeTransferIn", opens=True):
    """Take over a child's case from another authority. A2 and A3 run from when it told us."""

    from_authority: ShortText
    kind: TransferKind
    told_on: Day | None = None
    primary_need: PrimaryNeed | None = None


def open_referral(command: OpenReferral, state: Referral, context: Context) -> list[Event]:
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


def take_immediate_harm(command: TakeImmediateHarm, state: Referral, context: Context) -> list[Event]:
    """See the child today: on the open referral, else on one that opens now."""
    if command.contact is not None and command.contact in state.harm_of:
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


def take_step_up(command: TakeStepUp, state: Referral, context: Context) -> list[Event]:
    """The referral opens from the panel's decision; family wellbeing is told what comes of it (A6)."""
    refuse_all(
        (
            "A10",
            state.is_open,
            "the child has an open referral: add what is new to it",
            "already_open",
        )
    )
    decided_at = context.happened_at
    return [
        ReferralOpened(
            received_at=decided_at,
            source=command.source,
            referrer_agency="family_wellbeing",
            primary_need=command.primary_need,
            see_child_by=context.deadline("A2", decided_at),
            assess_by=context.deadline("A3", decided_at),
        )
    ]


def take_child_at_risk(state: Referral, context: Context) -> list[Event]:
    """The referral opens: source 5A, without a contact; the LADO is told what comes of it (A6)."""
    refuse_all(
        (
            "A10",
            state.is_open,
            "the child has an open referral: add what is new to it",
            "already_open",
        )
    )
    told_at = context.happened_at
    return [
        ReferralOpened(
            received_at=told_at,
            source=ReferralSource.S5A,
            referrer_agency="lado",
            see_child_by=context.deadline("A2", told_at),
            assess_by=context.deadline("A3", told_at),
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


def take_note(command: TakeNote, state: Referral) -> list[Event]:
    """A note on the open referral; where a plan alone is open, the conference team adds it."""
    return [NoteAdded(contact=command.contact)] if state.is_open else []


def take_transfer_in(command: TakeTransferIn, state: Referral, context: Context) -> list[Event]:
    """The child's episode here; nobody is told its outcome but those who are asked."""
    day = local_date(context.happened_at)
    told_on = command.told_on or day
    refuse_all(
        (
            "A10",
            state.is_open,
            "the child has an open referral: add what is new to it",
            "already_open",
        ),
        ("E2", told_on > day, "the other authority told us before, not after, this was taken over"),
    )
    told_at = context.happened_at if told_on == day else start_of_day(told_on)
    return [
        ReferralOpened(
            received_at=told_at,
            source=ReferralSource.S5C,
            primary_need=command.primary_need,
            tell_referrer=False,
            transfer=command.kind,
            see_child_by=context.deadline("A2", told_at),
            assess_by=context.deadline("A3", told_at),
            sealed=OpeningText(from_authority=command.from_authority),
        )
    ]
