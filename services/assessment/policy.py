"""What assessment does when other teams' facts arrive."""

from services.assessment.streams.referral import OpenReferral, TakeImmediateHarm
from services.mash import events as mash
from shared.domain.event import Record
from shared.domain.policy import Policy, TaskFor
from shared.team.tasks import RaiseTask

policy = Policy("assessment")


@policy.on(mash.ReferralAccepted, already_open=TaskFor("team_manager"))
def open_referral(event: mash.ReferralAccepted, record: Record) -> OpenReferral:
    """MASH accepted a contact: the child's referral opens and waits for allocation.

    Where one is open already, a manager looks at what the new contact adds to it.
    """
    return OpenReferral(
        about=(event.child,) if event.child else (),
        contact=event.contact,
        received_at=event.received_at,
        source=event.source,
        referrer_agency=event.referrer_agency,
        tell_referrer=event.tell_referrer,
        level=event.level,
        primary_need=event.primary_need,
    )


@policy.on(mash.ImmediateHarmIdentified)
def take_immediate_harm(event: mash.ImmediateHarmIdentified, record: Record) -> TakeImmediateHarm:
    """A child is at immediate harm: they are seen today, on the open referral or on one that opens at once."""
    return TakeImmediateHarm(
        about=(event.child,) if event.child else (),
        contact=event.contact,
        received_at=event.received_at,
        source=event.source,
        referrer_agency=event.referrer_agency,
        tell_referrer=event.tell_referrer,
        primary_need=event.primary_need,
    )


@policy.on(mash.ContactPassedToOpenCase)
def tell_the_worker(event: mash.ContactPassedToOpenCase, record: Record) -> RaiseTask:
    """What was reported is a note on the open case: its worker reads it, or in their absence the manager."""
    return RaiseTask(
        about=(event.child,) if event.child else (),
        role="social_worker",
        reason="note_on_open_case",
        rules=("M9",),
        regarding=record.envelope.event_id,
        source="mash",
    )
