"""What assessment does when other teams' facts arrive."""

from services.assessment.streams.referral import OpenReferral
from services.mash import events as mash
from shared.domain.event import Record
from shared.domain.policy import Policy, TaskFor

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
        level=event.level,
        primary_need=event.primary_need,
    )
