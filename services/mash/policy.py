"""What the front door does when other teams' facts arrive."""

from services.assessment import events as assessment
from services.mash.codes import CaseKind
from services.mash.streams.open_case import NoteCaseOpened
from shared.domain.event import Record
from shared.domain.policy import AlreadySo, Policy

policy = Policy("mash")


@policy.on(assessment.ReferralOpened, corrected=AlreadySo)
def note_referral(event: assessment.ReferralOpened, record: Record) -> NoteCaseOpened:
    """A referral is open: what is reported of the child from now on is a note on it (M9)."""
    return NoteCaseOpened(
        about=(event.child,) if event.child else (), kind=CaseKind.REFERRAL, case=record.stream
    )
