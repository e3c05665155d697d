"""What decisions on an entry take: the entries of the step, and what is known of the child."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias, assert_never
from uuid import UUID

from services.chronology.decided_audience import depth_at, resulting
from services.chronology.events import EntryCorrected, EntryReceived, Shown, SignificanceChanged
from services.chronology.streams.child_record import ChildRecord, ChildRecordEvent
from shared.domain.command import NotFound
from shared.domain.decider import Context
from shared.domain.event import Sensitivity
from shared.team.audience import Party, SeenBy
from shared.team.entries import Significance

EntryEvent: TypeAlias = EntryReceived | EntryCorrected | SignificanceChanged
Decided: TypeAlias = list[EntryEvent | ChildRecordEvent]
"""What is decided on an entry stands with the step's entries, or on the child's record."""


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


def named_entries(which: UUID | None, state: EntryOfChild, context: Context) -> dict[UUID, EntryState]:
    """The entries of the step that the actor sees; one of them, where they say which.

    Raises:
        NotFound: there is none, or none that they see: they learn no difference.
    """
    found = {
        entry_id: each
        for entry_id, each in state.entry.entries.items()
        if which in (None, entry_id) and _sees(context, shown_to(entry_id, each, state.child_record))
    }
    if not found:
        raise NotFound("there is no entry with this id; check it", what="thing")
    return found


def shown_to(entry_id: UUID, entry: EntryState, record: ChildRecord) -> tuple[Shown, ...]:
    """Everyone who is shown something of an entry by now."""
    by_rule = record.by_rule(entry_id) or entry.seen_by
    return resulting(by_rule, record.decisions_on(entry_id))


def _sees(context: Context, shown: tuple[Shown, ...]) -> bool:
    """Whether the actor sees at least the title."""
    who = context.actor
    return depth_at(who.agency, who.organisation, shown, context.now) in ("title", "whole")
