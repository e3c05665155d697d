"""What may be done now with a thing, or about a child: each command, and of those that may not be sent, why.

A command is refused by role, by the record as it stands, or by what it says. The first two are known before anybody fills in
a form, and are asked here of the very parts that refuse the command itself: the access table, and the preconditions that the
decision begins with (`Stream.preconditions`).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from shared.access.policy import OUTSIDE_ROLE, AccessPolicy
from shared.commands.decision import context_of
from shared.commands.for_few import ForFewWall
from shared.commands.loading import Loader, Subject
from shared.commands.request import OF_DEADLINES, Request
from shared.commands.session import Session
from shared.commands.targets import Targets
from shared.commands.wiring import Wiring
from shared.domain.actors import Actor
from shared.domain.command import ADDRESS, Check, Command, NotFound, PersonNotKnown
from shared.domain.decider import Per, Stream
from shared.domain.rules import Rulebook
from shared.team.authorisation import Permission, authorise, membership_of
from shared.team.corrections import CorrectRecord

_OF_ANYTHING: Final = (*OF_DEADLINES, CorrectRecord)
"""What is about one clock or one step of the record, which the command names: of these only the role is known ahead."""


@dataclass(frozen=True, slots=True)
class Possible:
    """One command that may be addressed to what was asked about.

    Attributes:
        command: its class.
        children: whom it would be about, as far as the person may be told; None among them: about no child.
        open_to: about whom of them it may be sent now.
        rules: those that forbid it, to the person or about the other children; empty where nothing does, or no rule.
        why: the refusal in plain words; empty where nothing forbids it.
        by_role: whether it is the person who may not, whatever the record says.
    """

    command: type[Command]
    children: tuple[UUID | None, ...]
    open_to: tuple[UUID | None, ...] = ()
    rules: tuple[str, ...] = ()
    why: str = ""
    by_role: bool = False


@dataclass(frozen=True, slots=True)
class _Way:
    """How commands of a kind are addressed: those of one way meet the same streams."""

    stream: str
    opens: bool
    refers_to: str
    of_step: bool
    joins: bool


class Possibilities:
    """Tells what may be done in one service. Writes nothing.

    Args:
        team: the service as an actor.
        wiring: its kinds of stream.
        access: who may do what.
        rules: its rulebook.
        targets: finds where a command is addressed to.
        loader: loads what it is decided on.
        for_few: who is kept from what is for few to read: of that they are told what their role may do, and no more.
        now: the service's clock.
    """

    def __init__(
        self,
        service: str,
        team: Actor,
        wiring: Wiring,
        access: AccessPolicy,
        rules: Rulebook,
        targets: Targets,
        loader: Loader,
        for_few: ForFewWall,
        now: Callable[[], datetime],
    ) -> None:
        self._service = service
        self._team = team
        self._wiring = wiring
        self._streams = {stream.name: stream for stream in wiring.streams}
        self._access = access
        self._rules = rules
        self._targets = targets
        self._loader = loader
        self._for_few = for_few
        self._now = now

    async def of(
        self,
        commands: Sequence[type[Command]],
        actor: Actor,
        session: Session,
        *,
        re: UUID | None,
        about: tuple[UUID, ...],
    ) -> list[Possible]:
        """What of these commands may be sent now, addressed to `re`, `about` these children, or both.

        Raises:
            NotFound: nothing stands there, or nothing for which the actor has any command: the words are the same, so
                that nobody learns of a thing from being told what others may do with it.
        """
        met: dict[_Way, tuple[Subject, ...]] = {}
        kept: dict[_Way, bool] = {}
        possible: list[Possible] = []
        theirs = False
        for command in commands:
            if issubclass(command, _OF_ANYTHING) or not _fits(
                command, self._stream(command), by_id=re is not None
            ):
                continue
            bare = _bare(command, re, about)
            way = _way(command, self._stream(command))
            if way not in met:
                met[way] = await self._subjects(bare, session)
                kept[way] = await self._for_few.keeps_from(actor, met[way])
            if met[way]:
                theirs = theirs or self._permission(bare, actor).granted
                possible.append(self._of_one(bare, met[way], actor, kept=kept[way]))
        if any(met.values()):
            # They are for everybody who works with children, and so say nothing of whether this is anything to them.
            bares = [_bare(each, re, about) for each in commands if issubclass(each, _OF_ANYTHING)]
            everybody = tuple(dict.fromkeys(_child(each) for found in met.values() for each in found))
            possible += [self._by_role(bare, everybody, actor) for bare in bares]
        if not theirs:
            raise NotFound(
                "there is nothing here that you have anything to do with; check the id", what="thing"
            )
        return sorted(possible, key=lambda each: each.command.NAME)

    def _stream(self, command: type[Command]) -> Stream:
        return self._wiring.of_command(command)

    async def _subjects(self, bare: Command, session: Session) -> tuple[Subject, ...]:
        """Everything that the command would be decided on; nothing where it cannot be addressed there."""
        try:
            addresses = await self._targets.address(bare, self._stream(type(bare)), uuid4(), session)
            return await self._loader.load(bare, addresses, session)
        except PersonNotKnown:
            raise
        except NotFound:
            return ()

    def _of_one(self, bare: Command, subjects: tuple[Subject, ...], actor: Actor, *, kept: bool) -> Possible:
        """`kept`: how it stands is not told to the actor, so what their role may do is all that is said."""
        children = tuple(map(_child, subjects))
        allowed = self._by_role(bare, children, actor)
        if allowed.by_role or kept:
            return allowed
        refusals = [tuple(self._forbidding(bare, each, subjects, actor)) for each in subjects]
        forbidding = [check for checks in refusals for check in checks]
        if not forbidding:
            return allowed
        open_to = tuple(child for child, checks in zip(children, refusals, strict=True) if not checks)
        rules = tuple(dict.fromkeys(rule for rule, *_ in forbidding if rule))
        return Possible(
            type(bare),
            allowed.children,
            self._told(bare, open_to, actor),
            rules,
            forbidding[0][2],
            by_role=OUTSIDE_ROLE in rules,
        )

    def _by_role(self, bare: Command, children: tuple[UUID | None, ...], actor: Actor) -> Possible:
        told = self._told(bare, children, actor)
        permission = self._permission(bare, actor)
        if permission.granted:
            return Possible(type(bare), told, told)
        return Possible(type(bare), told, (), permission.rules, permission.why, by_role=True)

    def _permission(self, bare: Command, actor: Actor) -> Permission:
        return authorise(self._access, self._team, self._service, bare, actor)

    def _told(
        self, bare: Command, children: tuple[UUID | None, ...], actor: Actor
    ) -> tuple[UUID | None, ...]:
        """Of these children, those whom the person named, or all of them to a colleague: of a contact with several, a
        stranger learns of no sister.
        """
        membership = membership_of(self._access, self._team, self._service, actor)
        return children if membership.of_the_team else tuple(set(children) & {None, *bare.about})

    def _forbidding(
        self, bare: Command, subject: Subject, subjects: Sequence[Subject], actor: Actor
    ) -> Iterator[Check]:
        """What the record as it stands holds against it, about one child."""
        request = Request.of(bare, uuid4(), actor, self._now())
        membership = membership_of(self._access, self._team, self._service, actor)
        context = context_of(request, subject, subjects, membership, rules=self._rules)
        yield from subject.stream.forbidding(type(bare), subject.state(self._streams), context)


def _child(subject: Subject) -> UUID | None:
    """The child by the id that it was asked about by, where that is another than it is recorded under."""
    return subject.target.named or subject.target.child


def _fits(command: type[Command], stream: Stream, *, by_id: bool) -> bool:
    """Whether such a command is addressed in this way at all: to a thing by its id, or about people."""
    if command.OVER is not None:
        return False
    beside = bool(command.REFERS_TO or command.OF_STEP)
    if by_id:
        return beside or not (command.OPENS or stream.per is Per.CHILD)
    match stream.per:
        case Per.CHILD | Per.EPISODE:
            return True
        case Per.THING:
            return command.OPENS
        case Per.ITSELF:
            return not command.OPENS
        case Per.ALONE:
            return False


def _way(command: type[Command], stream: Stream) -> _Way:
    return _Way(stream.name, command.OPENS, command.REFERS_TO, command.OF_STEP, command.JOINS is not None)


def _bare(command: type[Command], re: UUID | None, about: tuple[UUID, ...]) -> Command:
    """A command that says nothing yet but its address."""
    needed = [
        name for name, field in command.model_fields.items() if field.is_required() and name not in ADDRESS
    ]
    # One that brings children to a thing brings nobody yet: what the thing itself says is told.
    joins = {command.JOINS.field: ()} if command.JOINS is not None else {}
    # One about two things is asked of the one that is named.
    both = {command.REFERS_ALSO: re} if command.REFERS_ALSO else {}
    said: dict[str, Any] = {**dict.fromkeys(needed), **joins, **both, "re": re, "about": about}
    return command.model_construct(None, **said)
