"""What the chronology does when the teams' facts arrive: each becomes an entry of the child's record."""

from uuid import uuid5

from services.chronology.events import ChildEntry
from services.chronology.streams.entry import ReceiveEntry
from shared.domain.event import Event, Record
from shared.domain.policy import Policy
from shared.team.entries import AllEntries, Told


def policy_of(entries: AllEntries) -> Policy:
    """The chronology's policy. It knows no team: what a fact says, its team's entries tell."""
    policy = Policy("chronology")

    @policy.on_every()
    def receive_entry(event: Event, record: Record) -> ReceiveEntry | None:
        """Every fact about a child that has something to say is taken in, sealed with our own keys."""
        told = entries.told(record)
        return received(told, event, record) if told is not None and event.child is not None else None

    return policy


def received(told: Told, event: Event, record: Record) -> ReceiveEntry:
    """The command that takes a fact in as its team tells it: copied, with nothing decided."""
    envelope, said = record.envelope, told.entry
    # Facts of one command that say one thing have one id, and are one entry: the first.
    agency, organisation = envelope.recorder
    one = uuid5(envelope.command_id, told.one_of) if told.one_of else envelope.event_id
    return ReceiveEntry(
        about=(event.child,) if event.child else (),
        source_position=record.position,
        entry=ChildEntry(
            id=one,
            source=record.service,
            source_event=event.NAME,
            event=envelope.event_id,
            caused_by=envelope.command_id,
            thing=envelope.thing_id,
            title=said.title,
            topic=said.topic,
            significance=said.significance,
            recorded_at=record.recorded_at,
            late=envelope.late,
            agency=agency,
            organisation=organisation,
            role=envelope.role,
            sensitivity=envelope.sensitivity,
        ),
        seen_by=tuple(said.seen_by),
        widens=tuple(said.widens),
        involves=tuple(said.involves),
        stands_for_thing=told.stands_for_thing,
        parts=said.parts,
        care_parts=said.care_parts,
        recorder=(record.text or {}).get("recorded_by"),
    )
