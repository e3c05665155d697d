"""What the conference team tells of a child with a referral: a conference was held, a plan made, a plan moved here."""

from uuid import UUID

from services.assessment.codes import TransferKind
from services.assessment.events import ConferenceNoted, HandoverDue, ReferralOpened
from services.assessment.streams.referral.state import Referral
from shared.domain.code_lists import PrimaryNeed, ReferralSource
from shared.domain.command import Command
from shared.domain.decider import Context
from shared.domain.event import Event
from shared.domain.instants import Instant


class TakeConferenceHeld(Command, name="assessment.TakeConferenceHeld", internal=True):
    """A conference was held about the child: the case does not close as no further action (A10)."""

    conference: UUID


class TakePlanMade(Command, name="assessment.TakePlanMade", internal=True):
    """A child protection plan was made: the case goes to the team that keeps such plans, within the time of T1."""

    plan: UUID


class TakePlanTransferIn(Command, name="assessment.TakePlanTransferIn", opens=True, internal=True):
    """A child on another authority's plan moved here: where no referral is open, one opens (source 5C)."""

    received_at: Instant
    primary_need: PrimaryNeed | None = None


def take_conference_held(command: TakeConferenceHeld, state: Referral) -> list[Event]:
    """Noted on the open referral, once."""
    if not state.is_open or state.conference_held:
        return []
    return [ConferenceNoted(conference=command.conference)]


def take_plan_made(command: TakePlanMade, state: Referral, context: Context) -> list[Event]:
    """The handover is due, once an episode: not where it is already, or was met."""
    if not state.is_open or context.clocks.latest("T1") is not None:
        return []
    return [HandoverDue(plan=command.plan, hand_over_by=context.deadline("T1", context.happened_at))]


def take_plan_transfer_in(command: TakePlanTransferIn, state: Referral, context: Context) -> list[Event]:
    """The child's episode here, from when we were told; one that is open is that one."""
    if state.is_open:
        return []
    told_at = command.received_at
    return [
        ReferralOpened(
            received_at=told_at,
            source=ReferralSource.S5C,
            primary_need=command.primary_need,
            tell_referrer=False,
            transfer=TransferKind.CHILD_PROTECTION,
            see_child_by=context.deadline("A2", told_at),
            assess_by=context.deadline("A3", told_at),
        )
    ]
