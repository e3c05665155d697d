"""The entries that one step made of a child's record: each taken in once, shown to whom the rules name, weighed again by
practitioners.

A step (somebody's command) is what a person points at when they weigh, share or withhold what it says, and most make one
entry. So the stream is of the step, and its entries stand side by side on it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
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
from shared.domain.event import Sensitivity
from shared.domain.fields import RequiredText
from shared.team.audience import Involvement, Party, SeenBy, Term, Widening
from shared.team.entries import Parts, Significance

EntryEvent = EntryReceived | EntryCorrected | SignificanceChanged


@dataclass(frozen=True, slots=True)
class EntryState:
    """An entry: what it tells of and in whose name, how it is weighed, and who saw it when it came in."""

    source_event: str
    recorder: Party
    sensitivity: Sensitivity
    significance: Significance
    seen_by: tuple[SeenBy, ...]


@dataclass(frozen=True)
class StepEntries:
    """The entries that a step made, by their ids, in the order in which they came in."""

    entries: Mapping[UUID, EntryState] = field(default_factory=dict)


def evolve(state: StepEntries, event: EntryEvent) -> StepEntries:
    """The entries after one more fact."""
    match event:
        case EntryReceived(entry=entry, seen_by=seen_by):
            come_in = EntryState(
                entry.source_event, entry.recorder, entry.sensitivity, entry.significance, seen_by
            )
            return StepEntries({**state.entries, entry.id: come_in})
        case EntryCorrected():
            return state
        case SignificanceChanged(entry=entry_id, significance=significance):
            weighed = replace(state.entries[entry_id], significance=significance)
            return StepEntries({**state.entries, entry_id: weighed})
        case _:
            assert_never(event)


@dataclass(frozen=True)
class EntryOfChild:
    """What a decision on an entry takes: the entry, and what is known of the child."""

    entry: StepEntries
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


class ChangeSignificance(Command, name="chronology.ChangeSignificance"):
    """Weigh an entry differently: critical, significant or routine, with the reason. `re` is the step that made it; of
    several entries, `entry` says which.
    """

    entry: UUID | None = None
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


def change_significance(
    command: ChangeSignificance, state: EntryOfChild, context: Context
) -> list[EntryEvent | ChildRecordEvent]:
    """A practitioner weighs it again. Whose agency does not see it gets the answer of an entry that is not there."""
    return [
        SignificanceChanged(
            entry=entry_id,
            significance=command.significance,
            was=each.significance,
            sealed=SignificanceText(reason=command.reason),
        )
        for entry_id, each in named_entries(command.entry, state, context).items()
        if each.significance != command.significance
    ]


def named_entries(which: UUID | None, state: EntryOfChild, context: Context) -> dict[UUID, EntryState]:
    """The entries of the step that the actor sees; one of them, where they say which.

    Raises:
        NotFound: there is none, or none that they see: they learn no difference.
    """
    found = {
        entry_id: each
        for entry_id, each in state.entry.entries.items()
        if which in (None, entry_id)
        and depth_for(context.actor, state.child_record.seen_by(entry_id) or each.seen_by) is not None
    }
    if not found:
        raise NotFound("there is no entry with this id; check `re`", what="thing")
    return found


entry = Stream(
    name="entry",
    state=StepEntries(),
    evolve=evolve,
    decide=decide,
    commands=EntryCommand,
    events=EntryEvent,
    per=Per.THING,
    record=EntryOfChild,
)
