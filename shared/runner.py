"""Running commands: find the streams, fold them, decide, seal, append; once for each command id.

A success is guarded by the versions it was decided on. A refusal, or "already so", that was decided on a warm state is
decided again on a fresh read before it is answered. A conflict is read and decided again, up to five times.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from shared.access import AccessPolicy
from shared.addressing import Addresses, NotFound, Target, child_stream
from shared.clock import Clock
from shared.decider import Command, Context, Per, RecordedWithin, Refused, Stream
from shared.event import Envelope, Event, Record, encode, new_event_id, sealed_bytes
from shared.folding import Folded, Reader, WarmStates
from shared.identity import Actor
from shared.judging import AnotherBody, Conflict, Member, Part, Row, Write
from shared.keys import KeyStore
from shared.mentions import people_in
from shared.people_words import SERVICE
from shared.rules import Rulebook
from shared.store import Store
from shared.team import CheckDeadline, VaryDeadline, decide_clock, known_person

TRIES: Final = 6
RECORDED_WITHIN: Final[Mapping[RecordedWithin, timedelta]] = {
    "own": timedelta(hours=72),
    "significant": timedelta(hours=24),
}
"""E1: how long after it was known an act may be recorded without being marked late."""


class Busy(Exception):
    """The stream kept moving while this was decided. Nothing was changed; read again and send it again."""

    def __init__(self) -> None:
        super().__init__("someone else kept changing this; read it again, then send the command again")


class Forbidden(Exception):
    """The actor's role may not do this. `rules` names the role's rules first, then every other that forbids it too."""

    def __init__(self, message: str, rules: Sequence[str]) -> None:
        super().__init__(message)
        self.message = message
        self.rules = tuple(rules)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command did: the id of it (and of the thing it opened), the log's position after it, its events.

    `late`: recorded later than E1 allows. `again`: it had been done before, and this is the old answer.
    """

    id: UUID
    position: int
    events: tuple[str, ...] = ()
    late: bool = False
    again: bool = False


@dataclass(slots=True)
class Decided:
    """A command decided on given versions: what it would write, what it only read."""

    command_id: UUID
    rows: dict[UUID, tuple[int, list[Row]]] = field(default_factory=dict)
    reads: dict[UUID, int] = field(default_factory=dict)
    folded: dict[UUID, Folded] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    late: bool = False

    def part(self, body: bytes) -> Part:
        """What is appended for this command."""
        writes = tuple(Write(stream, expected, tuple(rows)) for stream, (expected, rows) in self.rows.items())
        return Part(self.command_id, body, writes)

    def only_read(self) -> tuple[tuple[UUID, int], ...]:
        """The streams that were read and not written, with their versions."""
        return tuple((stream, version) for stream, version in self.reads.items() if stream not in self.rows)


class Runner:
    """Runs the commands of one service."""

    def __init__(
        self,
        service: str,
        streams: Sequence[Stream],
        *,
        store: Store,
        keys: KeyStore,
        rules: Rulebook,
        access: AccessPolicy,
        clock: Clock,
    ) -> None:
        self.service = service
        self.store = store
        self.streams = {stream.name: stream for stream in streams}
        self.clock = clock
        self.in_flight = 0
        self._keys = keys
        self._rules = rules
        self._access = access
        self._warm = WarmStates()
        self.addresses = Addresses(service, store)
        self._of_command: dict[type[Command], Stream] = {
            command: stream for stream in streams for command in stream.command_types()
        }
        self._of_event: dict[type[Event], Stream] = {
            event: stream for stream in streams for event in stream.event_types()
        }
        # People's own streams of persons tell who is known there; every other team has been told by People.
        self._person_kind = self.streams.get(known_person.name) or self.streams["person"]
        self._of_clock = {rule: stream for stream in streams for rule in stream.clocks}

    def reader(self, *, fresh: bool = False) -> Reader:
        """What one decision, or a page of them, sees."""
        return Reader(self.store, self._warm, fresh=fresh)

    # -- one command

    async def run(
        self, command: Command, actor: Actor, command_id: UUID, *, target: Target | None = None
    ) -> Answer:
        """Do what is asked, once.

        Args:
            command: what is asked.
            actor: who asks.
            command_id: the same id again gets the old answer.
            target: the stream, where the caller knows it (a timer).

        Raises:
            Forbidden: the role may not.
            Refused: the rules forbid it.
            NotFound: it is addressed to nothing.
            AnotherBody: the id was used for something else.
            Busy: the stream kept moving.
            LogUnavailable: the database is away.
        """
        self.in_flight += 1
        try:
            return await self._run(command, actor, command_id, target)
        finally:
            self.in_flight -= 1

    async def _run(self, command: Command, actor: Actor, command_id: UUID, target: Target | None) -> Answer:
        body = digest(command)
        reader = self.reader()
        for _ in range(TRIES):
            try:
                decided = await self.decide(command, actor, command_id, reader, target=target)
            except (Refused, NotFound, Forbidden):
                if (old := await self._old_answer(command_id, body)) is not None:
                    return old
                if not reader.used_warm:
                    raise
                reader = self.reader(fresh=True)
                continue
            if not decided.rows:
                if (old := await self._old_answer(command_id, body)) is not None:
                    return old
                if reader.used_warm:
                    reader = self.reader(fresh=True)
                    continue
                return Answer(command_id, await self.store.head(), late=decided.late)
            try:
                (place,) = await self.store.append(Member((decided.part(body),), decided.only_read()))
            except Conflict:
                reader = self.reader(fresh=True)
                continue
            if place.again:
                return await self._answer_at(command_id, place.first, place.last)
            self.keep(decided)
            return Answer(command_id, place.last, tuple(decided.names), decided.late)
        raise Busy

    async def _old_answer(self, command_id: UUID, body: bytes) -> Answer | None:
        known = await self.store.command(command_id)
        if known is None:
            return None
        if known[0] != body:
            raise AnotherBody
        return await self._answer_at(command_id, known[1], known[2])

    async def _answer_at(self, command_id: UUID, first: int, last: int) -> Answer:
        rows = await self.store.between(first, last)
        late = any(orjson.loads(row["state"])["envelope"].get("late", False) for row in rows)
        return Answer(command_id, last, tuple(row["topic"] for row in rows), late, again=True)

    def keep(self, decided: Decided) -> None:
        """Keep the states after a decision that was stored."""
        for stream, folded in decided.folded.items():
            self._warm.keep(stream, folded)

    # -- deciding

    async def decide(
        self,
        command: Command,
        actor: Actor,
        command_id: UUID,
        reader: Reader,
        *,
        cause: Record | None = None,
        target: Target | None = None,
    ) -> Decided:
        """Decide for every child the command covers; one refusal refuses the whole. Writes nothing.

        What was decided is put into `reader`, so that a later decision of the same page stands on it.
        """
        kind = self._kind(command)
        verdict = self._access.may(actor, public_name(self.service, type(command)))
        forbidden = verdict.rules if not verdict.allowed else ()
        if verdict.stands_alone:
            raise Forbidden(verdict.why, forbidden)
        now = self.clock.now()
        happened = command.happened or now
        known = command.known or happened
        decided = Decided(command_id, late=_late(command, actor, known, now))
        reader.looked.clear()
        refusals: list[str] = []
        try:
            if actor.role != SERVICE:
                _refuse_future(happened, known, now)
            targets = [target] if target else await self.addresses.targets(command, kind, command_id, reader)
            people = await self._people(kind, command, targets, reader)
            for each in targets:
                folded = await reader.one(each.stream, kind)
                if kind.per is Per.ITSELF and not command.OPENS and folded.version == 0:
                    raise NotFound("there is nobody with this id; register the person first", what="person")
                context = Context(
                    now=now,
                    actor=actor,
                    rules=self._rules,
                    command_id=command_id,
                    happened_at=happened,
                    known_at=known,
                    thing=each.thing,
                    child=each.child,
                    born=people.get(each.child) if each.child else None,
                    clocks=folded.clocks,
                )
                streams = await self._beside(kind, each, folded, reader)
                if isinstance(command, CheckDeadline | VaryDeadline):
                    events: Sequence[Event] = decide_clock(command, context)
                else:
                    state = folded.state
                    if kind.record is not None:
                        state = kind.record(**{name: beside.state for name, (_, beside) in streams.items()})
                    events = kind.decide(command, state, context)
                if not forbidden:
                    self._take(decided, command, kind, each, streams, events, context, cause)
        except Refused as refusal:
            if not forbidden:
                raise
            refusals = list(refusal.rules)
        except NotFound:
            if not forbidden:
                raise
        if forbidden:
            raise Forbidden(verdict.why, tuple(dict.fromkeys((*forbidden, *refusals))))
        # All of it is guarded: also that an episode was the last one, which is the absence of a next.
        decided.reads = dict(reader.looked)
        # Only now: what was decided for one child of a command that was refused for another must not be stood on.
        for stream, folded in decided.folded.items():
            reader.put(stream, folded)
        return decided

    def _kind(self, command: Command) -> Stream:
        if isinstance(command, VaryDeadline | CheckDeadline):
            stream = self._of_clock.get(command.rule)
            if stream is None:
                raise NotFound(f"no clock of rule {command.rule} is kept by this team", what="rule")
            return stream
        return self._of_command[type(command)]

    async def _people(
        self, kind: Stream, command: Command, targets: Sequence[Target], reader: Reader
    ) -> dict[UUID, Any]:
        """What this team knows of the children. A command about, or naming, somebody who is not known is refused; the
        reads that say so are guarded by the append.
        """
        about = {each.child for each in targets if each.child} if kind.per is not Per.ITSELF else set()
        if kind is known_person:
            return {}
        streams = {person: self._person_stream(person) for person in (*about, *people_in(command))}
        folded = await reader.get(dict.fromkeys(streams.values(), self._person_kind))
        for person, stream in streams.items():
            if folded[stream].version == 0:
                where = "in `about`" if person in about else "in `with`"
                raise NotFound(
                    f"one of the people {where} is not known; register the person first", what="person"
                )
        return {child: folded[streams[child]].state.born for child in about}

    def _person_stream(self, person: UUID) -> UUID:
        if self._person_kind is known_person:
            return child_stream(self.service, known_person, person)
        return person

    async def _beside(
        self, kind: Stream, each: Target, own: Folded, reader: Reader
    ) -> dict[str, tuple[UUID, Folded]]:
        """The streams one decision takes: its own, and those its record names."""
        streams = {kind.name: (each.stream, own)}
        if kind.record is None or each.child is None:
            return streams
        for name in (each.name for each in fields(kind.record)):
            if name in streams:
                continue
            beside = self.streams[name]
            if beside.per is Per.EPISODE:
                found = (await self.addresses.episode(beside, each.child, reader, opens=False)).stream
            else:
                found = child_stream(self.service, beside, each.child)
            streams[name] = (found, await reader.one(found, beside))
        return streams

    def _take(
        self,
        decided: Decided,
        command: Command,
        own: Stream,
        each: Target,
        streams: Mapping[str, tuple[UUID, Folded]],
        events: Sequence[Event],
        context: Context,
        cause: Record | None,
    ) -> None:
        """Place what was decided for one child: on its streams, sealed, with the misses it was born with."""
        touched: dict[str, list[Event]] = {}
        for event in events:
            kind = self._of_event.get(type(event), own)
            touched.setdefault(kind.name, []).append(event)
        for name, own_events in touched.items():
            kind = self.streams[name]
            stream, folded = streams[name]
            start = folded.version
            rows: list[Row] = []
            for event in own_events:
                placed = event.placed(child=each.child, happened_at=context.happened_at)
                row = self._row(placed, kind, stream, command, each, context, cause, late=decided.late)
                rows.append(row)
                folded = folded.after(kind, placed, row.event_id)
            for missed in folded.clocks.newly_missed(context.now):
                placed = missed.placed(child=each.child, happened_at=missed.due_at)
                row = self._row(placed, kind, stream, command, each, context, cause, late=False)
                rows.append(row)
                folded = folded.after(kind, placed, row.event_id)
            decided.rows[stream] = (start, rows)
            decided.folded[stream] = folded
            decided.names += [row.name for row in rows]

    def _row(
        self,
        event: Event,
        kind: Stream,
        stream: UUID,
        command: Command,
        each: Target,
        context: Context,
        cause: Record | None,
        *,
        late: bool,
    ) -> Row:
        event_id = new_event_id()
        purpose, basis = self._access.basis(public_name(self.service, type(command)))
        envelope = Envelope(
            id=str(event_id),
            known_at=context.known_at.isoformat(),
            actor=str(context.actor.id),
            role=context.actor.role,
            agency=context.actor.agency,
            organisation=context.actor.organisation,
            purpose=purpose,
            basis=basis,
            correlation=cause.envelope.correlation if cause else str(context.command_id),
            causation=cause.envelope.id if cause else None,
            command=str(context.command_id),
            thing=str(each.thing),
            sensitivity=event.SENSITIVITY,
            late=late,
        )
        plain = sealed_bytes(event, context.actor.name)
        sealed = self._keys.seal(event.subject(stream), event_id, plain) if plain is not None else None
        return Row(
            event_id=event_id,
            name=event.NAME,
            category=kind.name,
            state=encode(event, envelope),
            sealed=sealed,
            child=event.child,
            key=(event.child or stream) if event.CROSSES else None,
        )


def personal_commands(streams: Sequence[Stream]) -> list[type[Command]]:
    """Every command that a person may send to a service of these streams, by name."""
    own = [command for stream in streams for command in stream.command_types() if not command.INTERNAL]
    if any(stream.clocks for stream in streams):
        own.append(VaryDeadline)
    return sorted(own, key=lambda command: command.NAME)


def public_name(service: str, command: type[Command]) -> str:
    """A command's name as callers and the policy table know it: every team's commands carry this team's name."""
    return f"{service}.{command.NAME.partition('.')[2]}" if command.NAME.startswith("team.") else command.NAME


def digest(command: Command) -> bytes:
    """What was asked, as a digest: the same command id with another digest is refused."""
    asked = orjson.dumps([command.NAME, command.model_dump(mode="json")], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(asked).digest()


def _late(command: Command, actor: Actor, known: datetime, now: datetime) -> bool:
    limit = RECORDED_WITHIN.get(command.RECORDED_WITHIN)
    return limit is not None and actor.role != SERVICE and now - known >= limit


def _refuse_future(happened: datetime, known: datetime, now: datetime) -> None:
    if happened > now or known > now:
        raise Refused("it cannot have happened, or been known, later than now; correct the time", rule="E2")
    if known < happened:
        raise Refused("it cannot have been known before it happened; correct the times", rule="E2")
