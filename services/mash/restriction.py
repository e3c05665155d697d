"""Contacts that are restricted, as the front door's lists keep it: from when, until when, and who is named.

One about an adult who works with children is held back until it is decided, and for good where it goes to the LADO, or where
a manager or the LADO said who may read it (RestrictContact).
"""

from uuid import UUID

from services.mash.codes import Outcome
from services.mash.events import ContactDecided, ContactDecisionReviewed, ContactRestricted
from shared.domain.event import Record
from shared.domain.view import Update


def restricted(event: ContactRestricted, record: Record) -> Update:
    """A row of it is for few from now on: the fact names all of them."""
    return Update(
        {"stream": record.stream},
        restricted=True,
        until_decided=event.until_decided,
        named=list(event.named),
        restricted_by=recorder_of(record),
    )


def decided(event: ContactDecided, record: Record) -> Update | None:
    """What was held back until then is so no longer, but where it goes to the LADO."""
    if event.outcome is Outcome.ROUTED_TO_LADO:
        return None
    return Update({"stream": record.stream, "until_decided": True}, restricted=False)


def reviewed(event: ContactDecisionReviewed, record: Record) -> Update | None:
    """What a meeting changed is held back again until it is decided anew."""
    return None if event.upheld else Update({"stream": record.stream, "until_decided": True}, restricted=True)


def recorder_of(record: Record) -> UUID:
    """Who wrote something of a contact down."""
    return UUID(record.envelope.actor)
