"""What the LADO's service does when other teams' facts arrive."""

from services.lado.streams.intake_item import PlaceIntakeItem
from services.mash import events as mash
from shared.domain.event import Record
from shared.domain.policy import AlreadySo, Policy

policy = Policy("lado", manager="lado")


@policy.on(mash.LadoNotified, corrected=AlreadySo)
def place_intake_item(event: mash.LadoNotified, record: Record) -> PlaceIntakeItem:
    """The front door routed a contact here: it waits for its notification to be taken in."""
    return PlaceIntakeItem(
        about=(event.child,) if event.child else (),
        contact=event.contact,
        routed_at=record.happened_at,
        received_at=event.received_at,
        source=event.source,
        referrer_agency=event.referrer_agency,
        rationale=(record.text or {}).get("rationale") or "",
    )
