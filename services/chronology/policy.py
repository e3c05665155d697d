"""What the chronology does when the teams' facts arrive: each becomes an entry of the child's record."""

from uuid import UUID, uuid5

from services.chronology.events import ChildEntry
from services.chronology.streams.child_record import RestrictEntries, SettleRestriction
from services.chronology.streams.entry import CorrectEntry, ReceiveEntry
from shared.domain.command import Command
from shared.domain.corrections import RecordCorrected, record_anew
from shared.domain.event import Event, Record, event_types
from shared.domain.policy import Policy
from shared.team.entries import AllEntries, Restriction, Told


def policy_of(entries: AllEntries) -> Policy:
    """The chronology's policy. It knows no team: what a fact says, its team's entries tell."""
    policy = Policy("chronology")

    @policy.on_every()
    def receive_entry(event: Event, record: Record) -> list[Command]:
        """Every fact about a child that has something to say is taken in, sealed with our own keys. A correction also
        puts right the entry of what it corrects. Who may read what it belongs to is said first, so that nothing of it is
        ever open to others.
        """
        if event.child is None:
            return []
        commands: list[Command] = []
        if (restriction := entries.restriction(record)) is not None:
            commands.append(restricted(restriction, event, record))
        if (opens := settled(entries, event, record)) is not None:
            commands.append(settle(event, record, opens=opens))
        if (told := entries.told(record)) is None:
            return commands
        if not isinstance(event, RecordCorrected):
            return [*commands, received(told, event, record)]
        wrong = entry_of(entries, event, record)
        return [
            *commands,
            received(told, event, record, corrects=wrong),
            corrected(entries, event, record, wrong),
        ]

    return policy


def entry_of(entries: AllEntries, correction: RecordCorrected, record: Record) -> UUID:
    """The entry of what a correction corrects, whether there is one or not."""
    old = correction.corrects
    kind = event_types().get(old.name)
    word = entries.word_of(record.service, kind) if kind is not None else None
    return uuid5(old.command, word) if word else old.event


def corrected(entries: AllEntries, event: RecordCorrected, record: Record, entry: UUID) -> CorrectEntry:
    """The command that puts right the entry of what a correction corrects."""
    about, step = (event.child,) if event.child else (), event.corrects.command
    right = record_anew(record)
    told = None if right is None else entries.told(right)
    if right is None or told is None:
        return CorrectEntry(about=about, step=step, entry=entry, by=record.envelope.event_id)
    text = (right.text or {}) if right.event.TEXT is not None else {}
    return CorrectEntry(
        about=about,
        step=step,
        entry=entry,
        by=record.envelope.event_id,
        title=told.entry.title,
        parts=told.entry.parts,
        care_parts=told.entry.care_parts,
        recorder=text.get("recorded_by"),
        happened=right.happened_at,
        known=right.envelope.known,
    )


def settled(entries: AllEntries, event: Event, record: Record) -> bool | None:
    """Whether a fact opens what was held back until a decision, or holds it back again; None: it decides nothing. A decision
    that was withdrawn is one to be made anew.
    """
    if not isinstance(event, RecordCorrected):
        return entries.settled(record)
    kind = event_types().get(event.corrects.name)
    if kind is None or not entries.decides(record.service, kind):
        return None
    right = record_anew(record)
    return False if right is None else entries.settled(right)


def settle(event: Event, record: Record, *, opens: bool) -> SettleRestriction:
    """The command that opens the entries of a thing, or holds them back again."""
    return SettleRestriction(
        about=(event.child,) if event.child else (),
        thing=record.envelope.thing_id or record.stream,
        opens=opens,
    )


def restricted(restriction: Restriction, event: Event, record: Record) -> RestrictEntries:
    """The command that keeps the entries of a thing to those whom its team names."""
    return RestrictEntries(
        about=(event.child,) if event.child else (),
        thing=record.envelope.thing_id or record.stream,
        title=restriction.title,
        roles=restriction.roles,
        named=restriction.named,
        only_marks=restriction.only_marks,
        until_decided=restriction.until_decided,
    )


def received(told: Told, event: Event, record: Record, *, corrects: UUID | None = None) -> ReceiveEntry:
    """The command that takes a fact in as its team tells it: copied, with nothing decided."""
    envelope, said = record.envelope, told.entry
    # Facts of one command that say one thing have one id, and are one entry: the first.
    agency, organisation = envelope.recorder
    one = uuid5(envelope.command_id, told.one_of) if told.one_of else envelope.event_id
    return ReceiveEntry(
        about=(event.child,) if event.child else (),
        source_position=record.position,
        source_digest=record.digest.hex() if record.digest else None,
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
            corrects=corrects,
            by=UUID(envelope.actor),
            part_of=said.part_of,
        ),
        seen_by=tuple(said.seen_by),
        widens=tuple(said.widens),
        involves=tuple(said.involves),
        stands_for_thing=told.stands_for_thing,
        parts=said.parts,
        care_parts=said.care_parts,
        recorder=(record.text or {}).get("recorded_by"),
    )
