"""A team's fact comes in as an entry, with its audience; or what it told of was put right."""

from collections.abc import Iterator
from uuid import UUID

from services.chronology.audience import Asking, audience, shown_by, took_part, widened
from services.chronology.decided_audience import resulting
from services.chronology.events import (
    ChildEntry,
    EntryCorrected,
    EntryReceived,
    EntryShared,
    EntryText,
    InvolvementNoted,
    ThingEntryNoted,
)
from services.chronology.streams.child_record import ChildRecord, ChildRecordEvent
from services.chronology.streams.entry.state import Decided, EntryOfChild
from shared.domain.command import Command
from shared.domain.decider import Context
from shared.team.audience import Involvement, Party, SeenBy, Term, Widening
from shared.team.entries import Parts


class ReceiveEntry(Command, name="chronology.ReceiveEntry", opens=True, internal=True):
    """Take a team's fact into the child's record, with who sees it, in the team's terms."""

    source_position: int
    source_digest: str | None = None
    entry: ChildEntry
    seen_by: tuple[Term, ...] = ()
    widens: tuple[Widening, ...] = ()
    involves: tuple[Involvement, ...] = ()
    stands_for_thing: bool = False
    parts: Parts = ()
    care_parts: Parts = ()
    recorder: str | None = None

    def own_id(self) -> UUID:
        """It stands with the other entries of the step that made it."""
        return self.entry.caused_by


class CorrectEntry(Command, name="chronology.CorrectEntry", opens=True, internal=True):
    """What an entry tells of was corrected where it was recorded: it says what is right, from when it was right.

    `step` is what made the entry. `title` None: the fact was withdrawn.
    """

    step: UUID
    entry: UUID
    by: UUID
    title: str | None = None
    parts: Parts = ()
    care_parts: Parts = ()
    recorder: str | None = None

    def own_id(self) -> UUID:
        """It stands with the other entries of that step."""
        return self.step


def receive_entry(command: ReceiveEntry, state: EntryOfChild, context: Context) -> Decided:
    """The entry comes in with its audience, and may open earlier ones of its thing."""
    if command.entry.id in state.entry.entries:
        return []
    entry, record = command.entry, state.child_record
    parts = took_part(entry, command.seen_by, command.widens)
    asking = Asking(entry, context.happened_at, parts)
    seen_by = audience(asking, command.seen_by, record)
    received = EntryReceived(
        source_position=command.source_position,
        source_digest=command.source_digest,
        entry=entry,
        seen_by=seen_by,
        sealed=EntryText(parts=command.parts, care_parts=command.care_parts, recorder=command.recorder),
    )
    noted: list[ChildRecordEvent] = [
        EntryShared(
            entry=opened.entry,
            seen_by=resulting(by_rule, record.decisions_on(opened.entry)),
            because="rule",
            cause=entry.event,
            by_rule=by_rule,
        )
        for opened, by_rule in widened(command.widens, asking, record)
    ]
    involves = tuple(_news(shown_by(entry, parts, command.involves), record))
    if involves or parts:
        noted.append(InvolvementNoted(involves=involves, took_part=parts))
    if command.stands_for_thing and entry.thing is not None:
        noted.append(_thing_entry(entry, entry.thing, seen_by))
    return [received, *noted]


def correct_entry(command: CorrectEntry, state: EntryOfChild) -> Decided:
    """The entry says what is right. Who sees it stays as it was: who saw the wrong words is to see that they were wrong."""
    if command.entry not in state.entry.entries:
        return []  # the fact made no entry
    words = EntryText(parts=command.parts, care_parts=command.care_parts, recorder=command.recorder)
    return [
        EntryCorrected(
            entry=command.entry,
            by=command.by,
            withdrawn=command.title is None,
            title=command.title,
            sealed=words if command.recorder is not None or command.parts or command.care_parts else None,
        )
    ]


def _news(involves: tuple[Involvement, ...], record: ChildRecord) -> Iterator[Involvement]:
    """What the record does not know yet: that somebody acted is noted once, so that a long record stays short."""
    for each in involves:
        party = Party(agency=each.agency, organisation=each.organisation)
        if each.part != "acted" or party not in record.involved:
            yield each


def _thing_entry(entry: ChildEntry, thing: UUID, seen_by: tuple[SeenBy, ...]) -> ThingEntryNoted:
    return ThingEntryNoted(
        entry=entry.id,
        thing=thing,
        source_event=entry.source_event,
        recorder=entry.recorder,
        sensitivity=entry.sensitivity,
        seen_by=seen_by,
    )
