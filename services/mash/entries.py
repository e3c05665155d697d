"""What the front door's facts say in the chronology, and who sees it."""

from services.mash.events import (
    ContactDecided,
    ContactReceived,
    ContactScreened,
    ReferralAccepted,
    ReferrerInformed,
)
from shared.team.audience import party, referrer
from shared.team.entries import Entries, Entry, Text

entries = Entries("mash")


@entries.on(ContactReceived, stands_for_thing=True)
def _(event: ContactReceived, text: Text) -> Entry:
    """Seen by the organisation that the referrer speaks for; their name by children's social care alone."""
    told_by = (
        [party(event.referrer_agency, event.referrer_organisation)]
        if event.referrer_agency is not None
        else []
    )
    return Entry(
        title=f"Contact received from {event.source.label}",
        topic="contact",
        parts=text.parts(worries="What is worrying", strengths="What is working well"),
        care_parts=text.parts(referrer_name="Told by"),
        seen_by=[referrer(*told_by)],
    )


@entries.on(ContactScreened)
def _(event: ContactScreened, text: Text) -> Entry:
    carer = "; may be a young carer" if event.young_carer else ""
    return Entry(title=f"Contact screened: potential {_plain(event.potential)}{carer}", topic="contact")


@entries.on(ContactDecided)
def _(event: ContactDecided, text: Text) -> Entry:
    return Entry(
        title=f"Contact decided: {_plain(event.outcome)}, level {event.level}",
        topic="contact",
        significance="significant",
        parts=text.parts(rationale="Why", indicators="Indicators considered", service="Service"),
    )


entries.none(
    ReferralAccepted, because="said by the decision it stands beside, and by the referral that is then opened"
)


@entries.on(ReferrerInformed)
def _(event: ReferrerInformed, text: Text) -> Entry:
    """Seen by the referrer's organisation, which was told."""
    what = "the outcome" if event.outcome else "what happens next"
    return Entry(
        title=f"Referrer told {what}",
        topic="contact",
        parts=text.parts(message="Message"),
        seen_by=[referrer(of=event.contact)],
    )


def _plain(code: str) -> str:
    return code.replace("_", " ")
