"""Deciding a command for every child it covers, on what a reader sees. Writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from shared.access.policy import AccessPolicy
from shared.commands.recording import Decided, Decision, EventRecorder
from shared.commands.session import Session, StreamState
from shared.commands.targets import Target, Targets, child_stream
from shared.domain.actors import SERVICE, TEAM_AGENCY, Actor
from shared.domain.command import Command, NotFound, RecordedWithin, Refused, people_named, public_name
from shared.domain.decider import Context, Per, Stream
from shared.domain.event import Event, Record
from shared.domain.rules import Rulebook
from shared.infrastructure.clock import Clock
from shared.team.deadlines import CheckDeadline, VaryDeadline, decide_deadline
from shared.team.known_people import known_person

RECORDED_WITHIN: Final[Mapping[RecordedWithin, timedelta]] = {
    "own": timedelta(hours=72),
    "significant": timedelta(hours=24),
}
"""E1: how long after it was known an act may be recorded without being marked late."""


_OF_CLOCKS: Final = (CheckDeadline, VaryDeadline)
"""What every team decides alike, from the clocks of a stream."""


class Forbidden(Exception):
    """The actor's role may not do this. `rules` names the role's rules first, then every other that forbids it too."""

    def __init__(self, message: str, rules: Sequence[str]) -> None:
        super().__init__(message)
        self.message = message
        self.rules = tuple(rules)


class Deciding:
    """Decides the commands of one service."""

    def __init__(
        self,
        service: str,
        streams: Sequence[Stream],
        *,
        addresses: Targets,
        placer: EventRecorder,
        rules: Rulebook,
        access: AccessPolicy,
        clock: Clock,
    ) -> None:
        self._service = service
        self._streams = {stream.name: stream for stream in streams}
        self._addresses = addresses
        self._placer = placer
        self._rules = rules
        self._access = access
        self._clock = clock
        self._of_command: dict[type[Command], Stream] = {
            command: stream for stream in streams for command in stream.command_types()
        }
        # People's own streams of persons tell who is known there; every other team has been told by People.
        self._person_kind = self._streams.get(known_person.name) or self._streams["person"]
        self._of_clock = {rule: stream for stream in streams for rule in stream.clocks}

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
        """
        kind = self._kind(command)
        verdict = self._access.may(actor, public_name(self._service, type(command)))
        forbidden = verdict.rules if not verdict.allowed else ()
        if forbidden and (verdict.stands_alone or not self._of_the_team(actor)):
            raise Forbidden(verdict.why, forbidden)
        now = self._clock.now()
        happened = command.happened or now
        known = command.known or happened
        decided = Decided(command_id, late=_late(command, actor, known, now))
        reader.looked.clear()
        refusals: list[str] = []
        try:
            if actor.role != SERVICE:
                _refuse_future(happened, known, now)
            targets = [target] if target else await self._addresses.targets(command, kind, command_id, reader)
            people = await self._people(kind, command, targets, reader)
            children = tuple(each.child for each in targets if each.child)
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
                    children=children,
                    born=people.get(each.child) if each.child else None,
                    clocks=folded.clocks,
                )
                streams = await self._beside(kind, each, folded, reader)
                if isinstance(command, _OF_CLOCKS):
                    events: Sequence[Event] = decide_deadline(command, context)
                else:
                    state = folded.state
                    if kind.record is not None:
                        state = kind.record(**{name: beside.state for name, (_, beside) in streams.items()})
                    events = kind.decide(command, state, context)
                if not forbidden:
                    self._placer.place(
                        decided, Decision(command, each, context, cause, decided.late), kind, streams, events
                    )
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

    def _of_the_team(self, actor: Actor) -> bool:
        """Whether a refusal may also say what stands in the record: to a colleague who sees the team's list, yes; a
        stranger would learn from it whether a child is known, and what is open.
        """
        own = TEAM_AGENCY.get(self._service) == actor.agency
        return own and self._access.may(actor, f"read:worklist:{self._service}").allowed

    def _kind(self, command: Command) -> Stream:
        if isinstance(command, _OF_CLOCKS):
            stream = self._of_clock.get(command.rule)
            if stream is None:
                raise NotFound(f"no clock of rule {command.rule} is kept by this team", what="rule")
            return stream
        return self._of_command[type(command)]

    async def _people(
        self, kind: Stream, command: Command, targets: Sequence[Target], reader: Session
    ) -> dict[UUID, date | None]:
        """What this team knows of the children. A command about, or naming, somebody who is not known is refused; the
        reads that say so are guarded by the append.
        """
        about = {each.child for each in targets if each.child} if kind.per is not Per.ITSELF else set()
        if kind is known_person:
            return {}
        streams = {person: self._person_stream(person) for person in (*about, *people_named(command))}
        # With the streams it is decided on, which are looked at next: one round trip for both.
        folded = await reader.get(
            {
                **{each.stream: kind for each in targets},
                **dict.fromkeys(streams.values(), self._person_kind),
            }
        )
        for person, stream in streams.items():
            if folded[stream].version == 0:
                where = "in `about`" if person in about else "in `with`"
                raise NotFound(
                    f"one of the people {where} is not known here; check the id, or ask the front door to register them",
                    what="person",
                )
        return {child: folded[streams[child]].state.born for child in about}

    def _person_stream(self, person: UUID) -> UUID:
        if self._person_kind is known_person:
            return child_stream(self._service, known_person, person)
        return person

    async def _beside(
        self, kind: Stream, each: Target, own: StreamState, reader: Session
    ) -> dict[str, tuple[UUID, StreamState]]:
        """The streams one decision takes: its own, and those its record names."""
        streams = {kind.name: (each.stream, own)}
        if kind.record is None or each.child is None:
            return streams
        for name in (each.name for each in fields(kind.record)):
            if name in streams:
                continue
            beside = self._streams[name]
            if beside.per is Per.EPISODE:
                found = (await self._addresses.episode(beside, each.child, reader, opens=False)).stream
            else:
                found = child_stream(self._service, beside, each.child)
            streams[name] = (found, await reader.one(found, beside))
        return streams


def _late(command: Command, actor: Actor, known: datetime, now: datetime) -> bool:
    limit = RECORDED_WITHIN.get(command.RECORDED_WITHIN)
    return limit is not None and actor.role != SERVICE and now - known >= limit


def _refuse_future(happened: datetime, known: datetime, now: datetime) -> None:
    if happened > now or known > now:
        raise Refused("it cannot have happened, or been known, later than now; correct the time", rule="E2")
    if known < happened:
        raise Refused("it cannot have been known before it happened; correct the times", rule="E2")
