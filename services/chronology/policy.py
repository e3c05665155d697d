"""What the chronology does when the teams' facts arrive: each becomes an entry of the child's record."""

from services.chronology.entries import audience, draft_of
from services.chronology.streams.child_record import ReceiveEntry
from services.people import events as people
from shared.domain.event import Event, Record
from shared.domain.policy import Policy
from shared.team.known_people import KnowPerson

policy = Policy("chronology")


@policy.on(people.PersonRegistered)
def know_person(event: people.PersonRegistered, record: Record) -> KnowPerson:
    """People registered somebody: from now on the record may be about them."""
    return KnowPerson(about=(record.stream,), kind=event.kind, born=event.born)


@policy.on_every()
def receive_entry(event: Event, record: Record) -> ReceiveEntry | None:
    """Every fact about a child that has something to say in the chronology is taken in, sealed with our own keys."""
    draft = draft_of(record)
    if draft is None or event.child is None:
        return None
    envelope = record.envelope
    return ReceiveEntry(
        about=(event.child,),
        entry=envelope.event_id,
        source=record.service,
        source_position=record.position,
        source_event=event.NAME,
        caused_by=envelope.command_id,
        thing=envelope.thing_id,
        title=draft.title,
        topic=draft.topic,
        recorded_at=record.recorded_at,
        recorded_late=envelope.late,
        agency=envelope.agency,
        organisation=envelope.organisation,
        role=envelope.role,
        significance=draft.significance,
        sensitivity=envelope.sensitivity,
        seen_by=audience(record, draft),
        parts=draft.parts,
        recorder=(record.text or {}).get("recorded_by"),
    )
