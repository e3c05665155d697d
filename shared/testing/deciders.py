"""Given, when, then: tests of deciders that read like the rules they check. Pure, as what they test.

    given = decider(contact, RULES).given

    def test_a_contact_is_held_once():
        given().when(RECEIVE, at=MONDAY).when(HOLD, at=MONDAY).when(HOLD, at=TUESDAY).refused("M5")

What the kernel does around a decision is done here too: an event gets the child and the moment it left to the command,
is stored and read back before it is folded (so `evolve` never sees a sealed part), takes its place on its stream, and
brings the misses it was born with. What the kernel refuses before any decision (a role, the future, somebody unknown)
is not tried here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from shared.domain.actors import SERVICE, Actor
from shared.domain.command import Command, Refused, people_named
from shared.domain.deadlines import (
    DeadlineClock,
    DeadlineClocks,
    DeadlineMissed,
    DeadlineVaried,
    Standing,
    is_of_clocks,
    notes_of_decision,
)
from shared.domain.decider import Context, Per, RecordedStep, Stream
from shared.domain.event import Event, Record
from shared.domain.instants import utc
from shared.domain.people import KnownPerson
from shared.domain.receipt import received_at, said_received
from shared.domain.rules import ClockState, Rulebook
from shared.team.deadlines import CheckDeadline, VaryDeadline, decide_deadline
from shared.testing.facts import CHILD, MANAGERS, THING, actor, command_id, expect, record

SOCIAL_CARE: Final = "childrens_social_care"
"""The agency of a team where a test says no other."""


@dataclass(frozen=True)
class Decider:
    """A kind of stream, with the rules its decisions use; `beside` are the other streams its decisions take, `agency`
    the team's, in whose name its timers act, `people` what it knows of whom, `steps` those that `re` may name.
    """

    stream: Stream
    rules: Rulebook
    beside: tuple[Stream, ...] = ()
    agency: str = SOCIAL_CARE
    people: Mapping[UUID, KnownPerson] = field(default_factory=dict)
    steps: tuple[RecordedStep, ...] = ()

    def given(self, *events: Event, at: datetime | None = None, child: UUID = CHILD) -> "Story":
        """What had happened before; `at` is when, for events that do not say it themselves.

        Raises:
            ValueError: an event of which nobody says when it happened.
        """
        streams = {each.name: _Folded(each.state) for each in (self.stream, *self.beside)}
        story = Story(of=self, streams=streams, child=child)
        for event in events:
            moment = event.happened_at or at
            if moment is None:
                raise ValueError(f"say when {event.NAME} happened: given(..., at=london(...))")
            step = _Step(utc(moment), utc(moment), utc(moment), child, actor("mash_manager"), command_id(0))
            story = story.after(event, step)
        return story


def decider(
    stream: Stream,
    rules: Rulebook,
    *,
    beside: Sequence[Stream] = (),
    agency: str = SOCIAL_CARE,
    people: Mapping[UUID, KnownPerson] | None = None,
    steps: Sequence[RecordedStep] = (),
) -> Decider:
    """A kind of stream to test, with its team's rules and agency, and the steps that `re` may name.

    `people`: what is known of the child (CHILD, unless a command is about another), and of others whom commands name; of
    whoever is left out nothing is known, but that they are registered.
    """
    return Decider(stream, rules, tuple(beside), agency, people or {}, tuple(steps))


@dataclass(frozen=True)
class _Folded:
    """One stream of a story, as the kernel folds it."""

    state: Any
    clocks: DeadlineClocks = field(default_factory=DeadlineClocks)
    version: int = 0
    episode: int = 1

    def for_event(self, kind: Stream, event: Event) -> "_Folded":
        """The stream an event of this kind goes to: one that opens an episode after a closed one begins the next.

        Raises:
            AssertionError: the kernel would not let an episode begin so.
        """
        if not kind.opened_by or isinstance(event, DeadlineMissed | DeadlineVaried):
            return self
        opens, empty = type(event) in kind.opened_by, self.version == 0
        if empty != opens and (empty or kind.is_open(self.state)):
            raise AssertionError(
                f"{event.NAME} {'begins' if empty else 'opens'} a {kind.name}: refuse it there"
            )
        return _Folded(kind.state, episode=self.episode + 1) if opens and not empty else self


@dataclass(frozen=True)
class _Step:
    """Who did something, when, and to whom."""

    now: datetime
    happened: datetime
    known: datetime
    child: UUID
    by: Actor
    command: UUID


@dataclass(frozen=True)
class Story:
    """What has happened so far, and what the last step decided. Never changed: each step gives the next.

    Attributes:
        of: what is tested.
        streams: each stream by name, folded.
        child: whom it is about.
        records: all events as they stand in the log, for views, entries and policies.
        decided: what the last command decided, with its sealed parts.
        misses: the misses recorded with it, or by the timers.
        refusal: why it was refused, if it was.
        last: the last step.
    """

    of: Decider
    streams: dict[str, _Folded]
    child: UUID
    records: tuple[Record, ...] = ()
    decided: tuple[Event, ...] = ()
    misses: tuple[DeadlineMissed, ...] = ()
    refusal: Refused | None = None
    last: _Step | None = None

    @property
    def state(self) -> Any:
        """The state of the stream by now."""
        return self.streams[self.of.stream.name].state

    @property
    def _service(self) -> str:
        """The team whose stream it is."""
        return self.of.stream.command_types()[0].NAME.partition(".")[0]

    @property
    def _team(self) -> Actor:
        """The team's own service, for its timers and misses."""
        return replace(
            actor("mash_manager", ""),
            role=SERVICE,
            agency=self.of.agency,
        )

    # -- steps

    def when(
        self,
        command: Command,
        *,
        at: datetime,
        by: Actor | None = None,
        happened: datetime | None = None,
        known: datetime | None = None,
    ) -> "Story":
        """Somebody asks for something at an instant; `happened` and `known` where that was not now.

        Raises:
            ValueError: a time the kernel refuses before anything is decided (E2).
        """
        child = command.about[0] if command.about else command.own_id() or self.child
        took_place = utc(happened or command.happened or said_received(command) or at)
        learnt = utc(known or command.known or took_place)
        if not took_place <= learnt <= utc(at):
            raise ValueError(
                "what happened is known and recorded in this order: the kernel refuses any other"
            )
        step = _Step(
            utc(at), took_place, learnt, child, by or actor("mash_manager"), command_id(len(self.records) + 1)
        )
        try:
            decided = tuple(self._decide(command, step))
        except Refused as refusal:
            return replace(self, decided=(), misses=(), refusal=refusal, last=step)
        story = replace(self, decided=decided, misses=(), refusal=None, last=step)
        for event in decided:
            story = story.after(event, step)
        notes = notes_of_decision(self._standing(), story._standing())  # noqa: SLF001 - another story of this class
        for name, note in notes:
            story = story.after(note, step, on=name)
        touched = dict.fromkeys(
            [*(self._kind(event).name for event in decided), *(name for name, _ in notes)]
        )
        for name in touched:
            for miss in story.streams[name].clocks.newly_missed(step.now):
                story = replace(story.after(miss, step), misses=(*story.misses, miss))
        return story

    def time_passes(self, *, until: datetime) -> "Story":
        """Nothing is done until then; the timers ask about every clock that fell due, as at its due instant."""
        story = replace(self, decided=(), misses=(), refusal=None)
        due = [
            clock for each in self.streams.values() for clock in each.clocks if clock.missed_by(utc(until))
        ]
        for clock in due:
            step = _Step(utc(until), clock.due_at, clock.due_at, self.child, self._team, clock.started_by)
            story = replace(story, last=step)
            for event in story._decide(CheckDeadline(rule=clock.rule, started_by=clock.started_by), step):  # noqa: SLF001 - another story of this class
                assert isinstance(event, DeadlineMissed)
                story = replace(story.after(event, step), misses=(*story.misses, event))
        return story

    # -- what then holds

    def then(self, *events: Event) -> "Story":
        """Just these were decided, in this order. A sealed part is compared where the expected event gives one.

        Raises:
            AssertionError: it was refused, or something else was decided.
        """
        if self.refusal is not None:
            raise AssertionError(f"refused by {', '.join(self.refusal.rules)}: {self.refusal.message}")
        if self.last is None:
            raise AssertionError("nothing was done yet: say `when` first")
        child, happened = self.last.child, self.last.happened
        wanted = [event.placed(child=child, happened_at=happened) for event in events]
        got = [event.placed(child=child, happened_at=happened) for event in self.decided]
        for i, event in enumerate(events[: len(got)]):
            if event.sealed is None:
                got[i] = got[i].model_copy(update={"sealed": None})
        expect(wanted, got, "what was decided")
        return self

    def nothing(self) -> "Story":
        """It was so already: nothing was decided, and nothing refused."""
        return self.then()

    def refused(self, *rules: str, reason: str | None = None) -> "Story":
        """It was refused by just these rules; and with this reason for policies, where one is given."""
        if self.refusal is None:
            raise AssertionError(f"not refused: it decided {[event.NAME for event in self.decided]}")
        expect(sorted(rules), sorted(self.refusal.rules), "the rules that forbid it")
        if reason is not None:
            expect(reason, self.refusal.reason, "the reason for policies")
        return self

    def missed(self, *rules: str) -> "Story":
        """The misses recorded by the last step were of just these rules."""
        expect(sorted(rules), sorted(miss.rule for miss in self.misses), "the misses recorded")
        return self

    def clocks(self, at: datetime | None = None, **states: ClockState | None) -> "Story":
        """How the latest clock of each rule named stands at an instant (the last step's, unless given).

        None: no such clock ever ran.
        """
        moment = at or (self.last.now if self.last else None)
        if moment is None:
            raise ValueError("nothing was done yet: say clocks(at=...)")
        now = utc(moment)
        found: dict[str, ClockState | None] = {}
        for rule in states:
            clock = self.clock(rule)
            found[rule] = clock.state(now) if clock else None
        expect(states, found, f"the clocks at {now.isoformat()}")
        return self

    def clock(self, rule: str) -> DeadlineClock | None:
        """The latest clock of a rule, on whichever stream it runs."""
        latest = (folded.clocks.latest(rule) for folded in self.streams.values())
        return next((clock for clock in latest if clock is not None), None)

    # -- what the kernel does

    def _standing(self) -> dict[str, Standing]:
        kinds = {each.name: each for each in (self.of.stream, *self.of.beside)}
        return {
            name: Standing(each.clocks, opened=each.version > 0, waits=kinds[name].per is Per.EPISODE)
            for name, each in self.streams.items()
        }

    def _decide(self, command: Command, step: _Step) -> Sequence[Event]:
        kind = self.of.stream
        own = self.streams[kind.name]
        people = {
            person: self.of.people.get(person, KnownPerson())
            for person in (step.child, *command.about, *people_named(command))
        }
        context = Context(
            now=step.now,
            actor=step.by,
            rules=self.of.rules,
            command_id=THING if command.OPENS else step.command,
            happened_at=step.happened,
            known_at=step.known,
            received_at=received_at(command, step.now, None),
            thing=step.child if kind.per is Per.ITSELF else THING,
            child=None if kind.per is Per.ALONE else step.child,
            children=() if kind.per is Per.ALONE else command.about or (step.child,),
            clocks=own.clocks,
            born=people[step.child].born,
            people=people,
            item=_item(command, kind),
            step=next((step for step in self.of.steps if step.command == command.re), None),
            of_the_team=step.by.agency == self.of.agency,
            manages=step.by.role in MANAGERS,
        )
        if isinstance(command, CheckDeadline | VaryDeadline):
            clocks = self.streams[self._keeps(command.rule).name].clocks
            context = replace(context, clocks=clocks, started_by=self._named_by_of(command))
            return decide_deadline(command, context)
        state = own.state
        if kind.record is not None:
            state = kind.record(**{part.name: self.streams[part.name].state for part in fields(kind.record)})
        return kind.decide(command, state, context)

    def after(self, event: Event, step: _Step, *, on: str | None = None) -> "Story":
        """The story with one event more, stored and folded; `on` names its stream where its class does not tell.

        A miss is the team's own word, and known once it happened.
        """
        if isinstance(event, DeadlineMissed):
            step = replace(step, by=self._team, known=max(step.known, event.due_at))
        kind = self._kind(event) if on is None else self._named(on)
        before = self.streams[kind.name].for_event(kind, event)
        itself, alone = kind.per is Per.ITSELF, kind.per is Per.ALONE
        fact = record(
            event,
            at=step.now,
            by=step.by,
            happened=step.happened,
            known=step.known,
            child=None if alone else step.child,
            stream=step.child if itself else THING if alone else _stream_id(step.child, kind, before.episode),
            service=self._service,
            version=before.version + 1,
            n=len(self.records) + 1,
            command=step.command,
            thing=step.child if itself else THING,
        )
        clock_fact = is_of_clocks(event)
        folded = _Folded(
            before.state if clock_fact else kind.evolve(before.state, fact.event),
            before.clocks.after(fact.event, fact.envelope.event_id, before.version + 1),
            before.version + 1,
            before.episode,
        )
        return replace(self, streams={**self.streams, kind.name: folded}, records=(*self.records, fact))

    def _named_by_of(self, command: CheckDeadline | VaryDeadline) -> frozenset[UUID] | None:
        """The events of the step, or the thing, that `of` names; None where it names nothing."""
        if not isinstance(command, VaryDeadline) or (of := command.of) is None:
            return None
        envelopes = [record.envelope for record in self.records]
        return frozenset(each.event_id for each in envelopes if of in (each.command_id, each.thing_id))

    def _kind(self, event: Event) -> Stream:
        """The stream an event belongs to."""
        if isinstance(event, DeadlineMissed | DeadlineVaried):
            return self._keeps(event.rule)
        streams = (self.of.stream, *self.of.beside)
        found = next((each for each in streams if isinstance(event, each.event_types())), None)
        if found is None:
            raise AssertionError(f"{event.NAME} is no event of {' or '.join(each.name for each in streams)}")
        return found

    def _named(self, name: str) -> Stream:
        return next(each for each in (self.of.stream, *self.of.beside) if each.name == name)

    def _keeps(self, rule: str) -> Stream:
        """The stream a clock runs on."""
        return next((each for each in self.of.beside if rule in each.clocks), self.of.stream)


def _stream_id(child: UUID, kind: Stream, episode: int) -> UUID:
    return uuid5(child, kind.name if episode == 1 else f"{kind.name}/{episode}")


def _item(command: Command, kind: Stream) -> Any:
    """Of a command over several things, the item that names the thing of this story; else the first."""
    if command.OVER is None or command.OVER.stream != kind.name:
        return None
    items = command.OVER.items(command)
    return next((each.item for each in items if each.thing == THING), items[0].item)
