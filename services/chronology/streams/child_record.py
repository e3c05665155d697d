"""A child's record: who is involved with the child, who sees what, and which things are for few to read.

What it keeps is decided beside the entries that come in. Nothing stands here of an entry that only tells a fact, so
that it is short and quickly read however long the chronology grows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Generic, TypeAlias, TypeVar, assert_never
from uuid import UUID

from services.chronology.events import (
    AudienceDecision,
    EntryRestricted,
    EntryShared,
    EntryWithheld,
    InvolvementNoted,
    PartTaken,
    RestrictionEnded,
    ThingEntryNoted,
)
from shared.domain.command import Command
from shared.domain.decider import Context, Per, Stream
from shared.domain.event import Event, Sensitivity
from shared.team.audience import Party, SeenBy

ChildRecordEvent = (
    InvolvementNoted | ThingEntryNoted | EntryShared | EntryWithheld | EntryRestricted | RestrictionEnded
)

ItemT = TypeVar("ItemT")


@dataclass(frozen=True, slots=True)
class Trail(Generic[ItemT]):
    """What came in, the latest first. One item more copies nothing, so a long record folds in linear time."""

    latest: ItemT
    earlier: "Trail[ItemT] | None" = None


def items(trail: Trail[ItemT] | None) -> Iterator[ItemT]:
    """All items of a trail, the latest first."""
    while trail is not None:
        yield trail.latest
        trail = trail.earlier


@dataclass(frozen=True, slots=True)
class Work:
    """That an organisation worked with the child once, or began or ended to, and when (UTC)."""

    party: Party
    part: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ThingEntry:
    """The entry that stands for a thing: its event, who recorded it, who sees it by rule by now."""

    entry: UUID
    thing: UUID
    source_event: str
    recorder: Party
    sensitivity: Sensitivity
    seen_by: tuple[SeenBy, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """What a person decided of who sees an entry; `shares`: it widens."""

    entry: UUID
    decision: AudienceDecision
    shares: bool


@dataclass(frozen=True, slots=True)
class Restricted:
    """Whom a thing's entries are for.

    Attributes:
        title: what all others are shown.
        roles: who may read them by their role.
        named: who may read them beside those.
        until_decided: whether that is so until its team decides alone ...
        ended: ... and it has decided otherwise.
    """

    title: str
    roles: tuple[str, ...]
    named: frozenset[UUID]
    until_decided: bool
    ended: bool = False

    def says(self, named: Sequence[UUID], *, until_decided: bool) -> bool:
        """Whether it stands already for these too, and for as long: for good is longer than until it is decided."""
        return not self.ended and self.named >= set(named) and self.until_decided <= until_decided


@dataclass(frozen=True)
class ChildRecord:
    """What is known of a child when an entry comes in."""

    involved: frozenset[Party] = frozenset()
    """The organisations that acted in their own name: a handful, so a set may be copied for one more."""
    work: Trail[Work] | None = None
    took_part: Trail[PartTaken] | None = None
    things: Trail[ThingEntry] | None = None
    decided: Trail[Decided] | None = None
    restricted: Mapping[UUID, Restricted] = field(default_factory=dict)
    """The things that are for few to read, or were: very few of a child, so they may be copied for one more."""
    marked: Mapping[UUID, frozenset[UUID]] = field(default_factory=dict)
    """Of things of which nothing is kept from anybody: to whom alone it is shown that there is something."""

    def thing_entries(self, thing: UUID | None) -> list[ThingEntry]:
        """The entries that stand for a thing, each as it is by now, the latest first."""
        found: dict[UUID, ThingEntry] = {}
        for each in items(self.things):
            if each.thing == thing:
                found.setdefault(each.entry, each)
        return list(found.values())

    def decisions_on(self, entry: UUID) -> list[tuple[AudienceDecision, bool]]:
        """What persons decided of who sees an entry, in order of record, each with whether it shares."""
        found = [(each.decision, each.shares) for each in items(self.decided) if each.entry == entry]
        return found[::-1]

    def by_rule(self, entry: UUID) -> tuple[SeenBy, ...] | None:
        """Who sees an entry that stands for a thing, by rule and by now; None for any other entry."""
        return next((each.seen_by for each in items(self.things) if each.entry == entry), None)


def evolve(state: ChildRecord, event: ChildRecordEvent) -> ChildRecord:
    """The record after one more fact."""
    match event:
        case InvolvementNoted():
            return _involved(state, event)
        case ThingEntryNoted():
            entry = ThingEntry(
                event.entry,
                event.thing,
                event.source_event,
                event.recorder,
                event.sensitivity,
                event.seen_by,
            )
            return replace(state, things=Trail(entry, state.things))
        case EntryShared(entry=shared, decision=AudienceDecision() as decision):
            return replace(state, decided=Trail(Decided(shared, decision, shares=True), state.decided))
        case EntryShared(entry=shared, by_rule=by_rule):
            before = next(each for each in items(state.things) if each.entry == shared)
            return replace(state, things=Trail(replace(before, seen_by=by_rule), state.things))
        case EntryWithheld(entry=withheld, decision=decision):
            return replace(state, decided=Trail(Decided(withheld, decision, shares=False), state.decided))
        case EntryRestricted(thing=thing, named=named, only_marks=True):
            known = state.marked.get(thing, frozenset())
            return replace(state, marked={**state.marked, thing: known | frozenset(named)})
        case EntryRestricted():
            return _restricted(state, event)
        case RestrictionEnded(thing=thing):
            ended = replace(state.restricted[thing], ended=True)
            return replace(state, restricted={**state.restricted, thing: ended})
        case _:
            assert_never(event)


def _involved(state: ChildRecord, event: InvolvementNoted) -> ChildRecord:
    assert event.happened_at is not None  # every event that is folded has it
    involved, work, took_part = state.involved, state.work, state.took_part
    for each in event.involves:
        party = Party(agency=each.agency, organisation=each.organisation)
        if party not in involved:
            involved |= {party}
        if each.part != "acted":
            work = Trail(Work(party, each.part, event.happened_at), work)
    for part in event.took_part:
        took_part = Trail(part, took_part)
    return replace(state, involved=involved, work=work, took_part=took_part)


def _restricted(state: ChildRecord, event: EntryRestricted) -> ChildRecord:
    known = state.restricted.get(event.thing)
    named = frozenset(event.named) | (known.named if known else frozenset())
    few = Restricted(event.title, event.roles, named, event.until_decided)
    return replace(state, restricted={**state.restricted, event.thing: few})


def as_one(own: ChildRecord, others: Sequence[ChildRecord]) -> ChildRecord:
    """The record under one id, with who is involved with the child under the others. What stands for a thing stays with
    the id that the thing is about.
    """
    work = own.work
    for other in others:
        for each in reversed(list(items(other.work))):
            work = Trail(each, work)
    involved = own.involved.union(*(each.involved for each in others))
    return replace(own, involved=involved, work=work)


class RestrictEntries(Command, name="chronology.RestrictEntries", internal=True):
    """Keep the entries of a contact or meeting to those whom its team names, those before and those to come."""

    thing: UUID
    title: str
    roles: tuple[str, ...]
    named: tuple[UUID, ...] = ()
    only_marks: bool = False
    until_decided: bool = False


class SettleRestriction(Command, name="chronology.SettleRestriction", internal=True):
    """What was held back until its team decided is open from now on; or held back again, as it is to be decided anew."""

    thing: UUID
    opens: bool


ChildRecordCommand: TypeAlias = RestrictEntries | SettleRestriction


def decide(command: ChildRecordCommand, state: ChildRecord, _context: Context) -> list[Event]:
    """What follows for who reads the entries of a thing."""
    match command:
        case RestrictEntries():
            return restrict_entries(command, state)
        case SettleRestriction():
            return settle_restriction(command, state)
        case _:
            assert_never(command)


def restrict_entries(command: RestrictEntries, state: ChildRecord) -> list[Event]:
    """The thing is for few to read; where it is already, more may be named, or it is so for good. A mark is kept apart."""
    if command.only_marks:
        stands = set(command.named) <= state.marked.get(command.thing, frozenset())
    else:
        known = state.restricted.get(command.thing)
        stands = known is not None and known.says(command.named, until_decided=command.until_decided)
    if stands:
        return []
    return [
        EntryRestricted(
            thing=command.thing,
            title=command.title,
            roles=command.roles,
            named=command.named,
            only_marks=command.only_marks,
            until_decided=command.until_decided,
        )
    ]


def settle_restriction(command: SettleRestriction, state: ChildRecord) -> list[Event]:
    """Only what was held back until a decision is opened by one; what was restricted for good stays so."""
    known = state.restricted.get(command.thing)
    if known is None or not known.until_decided or known.ended is command.opens:
        return []
    if command.opens:
        return [RestrictionEnded(thing=command.thing)]
    return [
        EntryRestricted(
            thing=command.thing,
            title=known.title,
            roles=known.roles,
            named=tuple(sorted(known.named)),
            until_decided=True,
        )
    ]


child_record = Stream(
    name="child_record",
    state=ChildRecord(),
    evolve=evolve,
    decide=decide,
    commands=ChildRecordCommand,
    events=ChildRecordEvent,
    per=Per.CHILD,
    each_id=True,
    as_one=as_one,
)
