"""Handle a command: authorise, address, load, decide, record, append; once for each command id.

A success is guarded by the versions it was decided on. A refusal, or "already so", that was decided on a warm state is
decided again on a fresh read before it is answered. A conflict is read and decided again, up to five times.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from uuid import UUID

import orjson

from shared.access.policy import AccessPolicy
from shared.commands.aliases import Aliases
from shared.commands.correction import Corrector
from shared.commands.decision import context_of, decide
from shared.commands.episodes import Episodes
from shared.commands.for_few import ForFewWall
from shared.commands.late_notes import LateNotes
from shared.commands.loading import LoadedStream, Loader, Subject
from shared.commands.open_things import OpenThings
from shared.commands.opened import opened_with
from shared.commands.possible import Possibilities, Possible
from shared.commands.recording import Decided, EventRecorder
from shared.commands.request import OF_DEADLINES, Request, refuse_the_future
from shared.commands.session import Session, StateCache
from shared.commands.steps import Steps
from shared.commands.stream_ids import thing_stream
from shared.commands.targets import Address, Target, Targets
from shared.commands.wiring import Wiring
from shared.crypto.key_store import KeyStore
from shared.domain.actors import Actor
from shared.domain.command import Command, NotFound, Refused
from shared.domain.decider import Context, Stream
from shared.domain.event import Event, Record
from shared.domain.receipt import refuse_receipt
from shared.domain.rules import Rulebook
from shared.eventstore.append import AnotherBody, AppendRequest, Conflict
from shared.eventstore.store import Store
from shared.infrastructure.clock import Clock, RealClock
from shared.team.authorisation import Forbidden, Permission, authorise, membership_of
from shared.team.corrections import CorrectRecord
from shared.team.elsewhere import PATIENCE, RestateNotes
from shared.team.known_people import known_person
from shared.team.tasks import RaiseTaskWhereOpen

MAX_TRIES: Final = 6
"""Times a command is decided before its sender is told that the stream keeps moving."""


class Busy(Exception):
    """The stream kept moving while this was decided. Nothing was changed; read again and send it again."""

    def __init__(self) -> None:
        super().__init__("someone else kept changing this; read it again, then send the command again")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command did: the id of it (or of what it opened), the log's position after it, its events.

    `late`: recorded later than E1 allows. `again`: it had been done before, and this is the old answer.
    """

    id: UUID
    position: int
    events: tuple[str, ...] = ()
    late: bool = False
    again: bool = False


class CommandHandler:
    """Runs the commands of one service."""

    def __init__(
        self,
        service: str,
        streams: Sequence[Stream],
        *,
        agency: str,
        store: Store,
        keys: KeyStore,
        rules: Rulebook,
        access: AccessPolicy,
        clock: Clock,
        walled: bool = False,
    ) -> None:
        """`agency`: in whose name the service's own policies and timers act. `walled`: the team stands behind a wall, and only its own events cross.

        Raises:
            BadWiring: the streams do not fit together.
        """
        self.service = service
        self.team = Actor.service(service, agency)
        self.store = store
        self.streams = {stream.name: stream for stream in streams}
        self.clock = clock
        self.in_flight = 0
        self._keys = keys
        self._rules = rules
        self._access = access
        self._warm = StateCache()
        self._wiring = Wiring(streams)
        # People's own streams of persons tell it there; every other team has been told by People.
        person = self.streams.get(known_person.name) or self.streams["person"]
        self.aliases = aliases = Aliases(service, person)
        """By which ids people go."""
        episodes, steps = Episodes(service, store), Steps(service, store)
        self._targets = Targets(service, self._wiring.streams, store, episodes, steps, aliases)
        self._loader = Loader(service, self._wiring.streams, episodes, aliases, steps)
        opened = opened_with(keys)
        # On a simulated clock every message has arrived before it moves.
        patience = PATIENCE if isinstance(clock, RealClock) else timedelta(0)
        self._recorder = EventRecorder(
            service, self.team, self._wiring, access, opened, walled=walled, patience=patience
        )
        self._open = OpenThings(self._wiring.streams, store, episodes, aliases)
        self._for_few = for_few = ForFewWall(self.team, access, steps)
        self._possibilities = Possibilities(
            service, self.team, self._wiring, access, rules, self._targets, self._loader, for_few, clock.now
        )
        self._late_notes = LateNotes(self._wiring.streams, store, self._recorder, episodes, aliases)
        self._corrector = Corrector(
            service, agency, self._wiring, store, opened, rules, access, self._recorder, steps, aliases
        )

    async def possible(
        self, commands: Sequence[type[Command]], actor: Actor, *, re: UUID | None, about: tuple[UUID, ...]
    ) -> list[Possible]:
        """What of these commands may be sent now, as `Possibilities.of`; told of the log as it stands, not of warm states."""
        return await self._possibilities.of(commands, actor, self.reader(fresh=True), re=re, about=about)

    def reader(self, *, fresh: bool = False) -> Session:
        """What one decision, or a page of them, sees."""
        return Session(self.store, self._warm, fresh=fresh)

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
        body = self.digest(command)
        reader = self.reader()
        for _ in range(MAX_TRIES):
            try:
                decided = await self.decide(command, actor, command_id, reader, target=target)
            except (Refused, NotFound, Forbidden):
                if (old := await self._old_answer(command, command_id, body)) is not None:
                    return old
                if not reader.used_warm:
                    raise
                reader = self.reader(fresh=True)
                continue
            if not decided.rows:
                if (old := await self._old_answer(command, command_id, body)) is not None:
                    return old
                if reader.used_warm:
                    reader = self.reader(fresh=True)
                    continue
                return Answer(
                    decided.answer or _id(command, command_id), await self.store.head(), late=decided.late
                )
            try:
                (place,) = await self.store.append(AppendRequest((decided.part(body),), decided.only_read()))
            except Conflict:
                reader = self.reader(fresh=True)
                continue
            if place.again:
                return await self._answer_at(command, command_id, place.first, place.last)
            self.keep(decided)
            answer_id = decided.answer or _id(command, command_id)
            return Answer(answer_id, place.last, tuple(decided.names), decided.late)
        raise Busy

    async def _old_answer(self, command: Command, command_id: UUID, body: bytes) -> Answer | None:
        known = await self.store.command(command_id)
        if known is None:
            return None
        if known[0] != body:
            raise AnotherBody
        return await self._answer_at(command, command_id, known[1], known[2])

    async def _answer_at(self, command: Command, command_id: UUID, first: int, last: int) -> Answer:
        rows = await self.store.between(first, last)
        # What waits is taken first of all that such a command writes: so the old answer names the one it took then.
        answer_id = (
            UUID(bytes=rows[0]["originator_id"].bytes) if command.TAKES_NEXT else _id(command, command_id)
        )
        late = any(orjson.loads(row["state"])["envelope"].get("late", False) for row in rows)
        return Answer(answer_id, last, tuple(row["topic"] for row in rows), late, again=True)

    def keep(self, decided: Decided) -> None:
        """Keep the states after a decision that was stored."""
        for stream_id, folded in decided.folded.items():
            self._warm.keep(stream_id, folded)

    # -- the steps before the append

    async def likely(self, command: Command, command_id: UUID, session: Session) -> dict[UUID, Stream]:
        """The streams that a decision on this command will most likely look at, so that they can be read with those of
        others; what is not among them is read when it is needed.

        Raises:
            NotFound: it is addressed to nothing.
        """
        with session.guess():
            addresses = await self._addresses(command, command_id, None, session)
            return await self._loader.likely(command, addresses, session)

    async def decide(
        self,
        command: Command,
        actor: Actor,
        command_id: UUID,
        reader: Session,
        *,
        cause: Record | None = None,
        target: Target | None = None,
    ) -> Decided:
        """Decide for every child the command covers; one refusal refuses the whole. Writes nothing.

        What was decided is put into `reader`, so that a later decision of the same page stands on it.

        Raises:
            Forbidden: the role may not.
            Refused: the rules forbid it.
            NotFound: it is addressed to nothing.
        """
        request = Request.of(command, command_id, actor, self.clock.now(), cause)
        reader.looked.clear()
        permission = authorise(self._access, self.team, self.service, command, actor)
        if not permission.granted:
            raise await self._forbidden(permission, request, reader, target)
        decided = await self._decided(request, reader, target)
        # Only now: what was decided for one child of a command that was refused for another must not be stood on.
        for stream_id, folded in decided.folded.items():
            reader.put(stream_id, folded)
        return decided

    async def _decided(self, request: Request, session: Session, target: Target | None) -> Decided:
        """Address, load, decide and record what is asked."""
        refuse_the_future(request)
        refuse_receipt(request.command, request.actor, self.team.agency, request.now)
        if isinstance(request.command, CorrectRecord):
            decided = await self._corrector.decided(request, session)
            return await self._with_late_notes(decided, request, session)
        if isinstance(request.command, RaiseTaskWhereOpen) and not await self._open.wanted(
            request.command, session
        ):
            return Decided(request.command_id, reads=dict(session.looked))
        addresses = await self._addresses_known(request, target, session)
        if isinstance(request.command, RestateNotes):
            where = addresses[0].place
            assert isinstance(where, Target)  # of the child's own stream
            decided = await self._corrector.restated_notes(request, where, session)
            return await self._with_late_notes(decided, request, session)
        subjects = await self._loader.load(request.command, addresses, session)
        membership = membership_of(self._access, self.team, self.service, request.actor)
        decided = Decided(request.command_id, late=request.late)
        for each in subjects:
            subject = each.after(decided.folded)
            context = context_of(request, subject, subjects, membership, self._rules)
            try:
                events = decide(request.command, subject, context, self.streams)
            except Refused as refusal:
                raise await self._for_few.untold(request.actor, subjects, refusal) from None
            if not events and subject.stream.stands is not None:
                decided.answer = subject.stream.stands(request.command, subject.state(self.streams))
            self._recorder.record(decided, request, subject, events)
            await self._begin(decided, request, events, context, session)
        if request.command.TAKES_NEXT:
            decided.answer = UUID(bytes=subjects[0].target.stream_id.bytes)  # as JSON can say it
        return await self._with_late_notes(decided, request, session)

    async def _begin(
        self,
        decided: Decided,
        request: Request,
        events: Sequence[Event],
        context: Context,
        session: Session,
    ) -> None:
        """What begins by itself with these events, unless it stands already. That it was not there is guarded by
        the append, so of two commands that begin it at once the second decides again and finds it begun.
        """
        for stream in self._wiring.beginning:
            assert stream.begun_by is not None
            begins = stream.begun_by(events, context)
            if begins is None:
                continue
            target = Target(thing_stream(begins.id, begins.child), begins.child, begins.id)
            if target.stream_id in decided.folded:
                continue
            at = begins.event.happened_at or request.happened_at
            loaded = LoadedStream(stream, target, await session.one(target.stream_id, stream))
            if not loaded.folded.version:
                as_begun = replace(request, happened_at=at, known_at=max(at, request.known_at))
                subject = Subject(stream, target, {stream.name: loaded})
                self._recorder.record(decided, as_begun, subject, [begins.event])

    async def _with_late_notes(self, decided: Decided, request: Request, session: Session) -> Decided:
        """With what belongs on episodes that the decision did not look at."""
        await self._late_notes.add(decided, request, session)
        # All of it is guarded: also that an episode was the last one, which is the absence of a next.
        decided.reads = dict(session.looked)
        return decided

    async def _forbidden(
        self, permission: Permission, request: Request, session: Session, target: Target | None
    ) -> Forbidden:
        """The refusal of a role. A colleague of the team hears with it whatever else forbids what was asked."""
        if not permission.of_the_team:
            return permission.forbidden()
        try:
            await self._decided(request, session, target)
        except Refused as refusal:
            return permission.forbidden(refusal.rules)
        except NotFound:
            return permission.forbidden()
        return permission.forbidden()

    async def _addresses_known(
        self, request: Request, target: Target | None, session: Session
    ) -> list[Address]:
        """Where the command is decided, by all that is known of who goes by which ids. What is decided there is read with
        it, in one round trip, as if everybody went by one.
        """
        command, command_id = request.command, request.command_id
        with session.guess():
            addresses = await self._addresses(command, command_id, target, session)
        if not session.guessed:
            return addresses
        with session.guess():
            likely = await self._loader.likely(command, addresses, session)
        await session.get(likely)
        return await self._addresses(command, command_id, target, session)

    async def _addresses(
        self, command: Command, command_id: UUID, target: Target | None, session: Session
    ) -> list[Address]:
        """Where the command is decided; of the clocks' own, on the kind of stream that keeps the rule's clocks."""
        stream = (
            self._wiring.of_clock(command.rule)
            if isinstance(command, OF_DEADLINES)
            else self._wiring.of_command(type(command))
        )
        if target is not None:
            return [Address(stream, target)]
        return await self._targets.address(command, stream, command_id, session)

    def digest(self, command: Command) -> bytes:
        """What was asked, as a keyed digest: the same command id with another digest is refused.

        Keyed, because it outlives an erasure: without the key nobody can try out what the text may have been.
        """
        asked = orjson.dumps([command.NAME, command.model_dump(mode="json")], option=orjson.OPT_SORT_KEYS)
        return self._keys.fingerprint(asked)


def _id(command: Command, command_id: UUID) -> UUID:
    """The id to answer with: of what was opened, where the command says its id itself; else the command's own."""
    return (command.own_id() if command.OPENS else None) or command_id
