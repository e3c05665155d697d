"""An entry of a child's record: taken in once, shown to whom the rules name, weighed again by practitioners."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import assert_never
from uuid import UUID

from services.chronology.audience import Asking, audience, depth_for, shown_by, took_part, widened
from services.chronology.events import (
    ChildEntry,
    EntryCorrected,
    EntryReceived,
    EntryShared,
    EntryText,
    InvolvementNoted,
    SignificanceChanged,
    SignificanceText,
    ThingEntryNoted,
)
from services.chronology.streams.child_record import ChildRecord, ChildRecordEvent
from shared.domain.command import Command, NotFound
from shared.domain.decider import Context, Per, Stream
from shared.domain.fields import RequiredText
from shared.team.audience import Involvement, Party, SeenBy, Term, Widening
from shared.team.entries import Parts, Significance

EntryEvent = EntryReceived | EntryCorrected | SignificanceChanged


@dataclass(frozen=True)
class EntryState:
    """How an entry is weighed, and who saw it when it came in; nothing before it has come in."""

    significance: Significance | None = None
    seen_by: tuple[SeenBy, ...] = ()


def evolve(state: EntryState, event: EntryEvent) -> EntryState:
    """The entry after one more fact."""
    match event:
        case EntryReceived(entry=entry, seen_by=seen_by):
            return EntryState(entry.significance, seen_by)
        case EntryCorrected():
            return state
        case SignificanceChanged(significance=significance):
            return replace(state, significance=significance)
        case _:
            assert_never(event)


@dataclass(frozen=True)
class EntryOfChild:
    """What a decision on an entry takes: the entry, and what is known of the child."""

    entry: EntryState
    child_record: ChildRecord


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
        """The entry's id is made where it is told: facts of one command that say one thing have one."""
        return self.entry.id


class CorrectEntry(Command, name="chronology.CorrectEntry", opens=True, internal=True):
    """What an entry tells of was corrected where it was recorded: it says what is right, from when it was right.

    `title` None: the fact was withdrawn.
    """

    entry: UUID
    by: UUID
    title: str | None = None
    parts: Parts = ()
    care_parts: Parts = ()
    recorder: str | None = None

    def own_id(self) -> UUID:
        """The entry's id, as it came in."""
        return self.entry


class ChangeSignificance(Command, name="chronology.ChangeSignificance"):
    """Weigh an entry differently: critical, significant or routine, with the reason. `re` is the entry."""

    significance: Significance
    reason: RequiredText


EntryCommand = ReceiveEntry | CorrectEntry | ChangeSignificance


def decide(
    command: EntryCommand, state: EntryOfChild, context: Context
) -> list[EntryEvent | ChildRecordEvent]:
    """What follows from a command on an entry.

    Raises:
        NotFound: there is no such entry of this child, or the actor's agency does not see it.
    """
    match command:
        case ReceiveEntry():
            return receive_entry(command, state, context)
        case CorrectEntry():
            return correct_entry(command, state)
        case ChangeSignificance():
            return change_significance(command, state, context)
        case _:
            assert_never(command)


def receive_entry(
    command: ReceiveEntry, state: EntryOfChild, context: Context
) -> list[EntryEvent | ChildRecordEvent]:
    """The entry comes in with its audience, and may open earlier ones of its thing."""
    if state.entry.significance is not None:
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
        EntryShared(entry=opened, seen_by=result, because="rule", cause=entry.event)
        for opened, result in widened(command.widens, asking, record)
    ]
    involves = tuple(_news(shown_by(entry, parts, command.involves), record))
    if involves or parts:
        noted.append(InvolvementNoted(involves=involves, took_part=parts))
    if command.stands_for_thing and entry.thing is not None:
        noted.append(_thing_entry(entry, entry.thing, seen_by))
    return [received, *noted]


def correct_entry(command: CorrectEntry, state: EntryOfChild) -> list[EntryEvent | ChildRecordEvent]:
    """The entry says what is right. Who sees it stays as it was: who saw the wrong words is to see that they were wrong."""
    if state.entry.significance is None:
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


def change_significance(
    command: ChangeSignificance, state: EntryOfChild, context: Context
) -> list[EntryEvent | ChildRecordEvent]:
    """A practitioner weighs it again. Whose agency does not see it gets the answer of an entry that is not there."""
    was = state.entry.significance
    seen_by = state.child_record.seen_by(context.thing) or state.entry.seen_by
    if was is None or depth_for(context.actor, seen_by) is None:
        raise NotFound("there is no entry with this id; check `re`", what="thing")
    if was == command.significance:
        return []
    return [
        SignificanceChanged(
            entry=context.thing,
            significance=command.significance,
            was=was,
            sealed=SignificanceText(reason=command.reason),
        )
    ]


entry = Stream(
    name="entry",
    state=EntryState(),
    evolve=evolve,
    decide=decide,
    commands=EntryCommand,
    events=EntryEvent,
    per=Per.THING,
    record=EntryOfChild,
)
