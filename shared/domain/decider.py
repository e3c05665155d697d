"""The decider: commands, refusals, and what a stream module is made of. Pure: no clock, no database, no network.

A stream module gives a state, `evolve(state, event)`, its commands and `decide(command, state, context)`, and names
them in one `Stream`. The kernel finds the streams a command is addressed to, folds them, decides for each child, and
appends what was decided for all of them in one transaction, or nothing.
"""

import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from functools import cached_property
from typing import Any, get_args
from uuid import UUID

from shared.domain.actors import Actor
from shared.domain.command import Check, Command
from shared.domain.deadlines import DeadlineClocks
from shared.domain.event import Event, Record
from shared.domain.people import KnownPerson
from shared.domain.rules import Deadline, Rulebook


@dataclass(frozen=True, slots=True)
class RecordedStep:
    """What the command recorded that `re` names, about one child: what it was, as far as a decision about it may look.

    Attributes:
        command: the id of that command.
        thing: the contact, meeting or plan that it belongs to.
        recorder: agency and organisation of who recorded it.
        took_part: who recorded it, or anything of the thing that it opened.
    """

    command: UUID
    thing: UUID
    recorder: tuple[str, str | None]
    took_part: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Context:
    """What a decision may know beside the state: who, when, about whom, under which rules."""

    now: datetime
    actor: Actor
    rules: Rulebook
    command_id: UUID
    happened_at: datetime
    known_at: datetime
    received_at: datetime
    """When what the command tells of was received: clocks of receipt run from it, whoever wrote it up and when."""
    thing: UUID
    child: UUID | None = None
    children: tuple[UUID, ...] = ()
    """All children the command is decided for; `child` is one of them."""
    born: date | None = None
    clocks: DeadlineClocks = field(default_factory=DeadlineClocks)
    people: Mapping[UUID, KnownPerson] = field(default_factory=dict)
    """What the team knows of the children, and of everybody else whom the command names."""
    item: Any = None
    """Of a command over several things: the item that names this thing. None in the decision on its own stream."""
    step: RecordedStep | None = None
    """Of a command about any step (`of_step`): what `re` names. None: it is about the child, and no one step."""
    earlier: tuple[Record, ...] = ()
    """Of a command by which children join a thing (`joins`): what stands by now on its stream about no child, words
    unopened. What of it is true of the child too is said `again` (`shared.domain.carried`)."""
    joining: tuple[UUID, ...] = ()
    """Of such a command, in the order of its items: the ids under which the thing is, or will be, about the children. A child
    who was merged, or is of the thing already, may have been named by another."""
    together: Mapping[UUID, Any] = field(default_factory=dict)
    """Of an episode of several children: the states of the episodes of those whom the command does not name, by child."""
    of_the_team: bool = False
    """Whether the actor works in this team: is of its agency, and sees its list."""
    manages: bool = False
    """Whether the actor is a manager of this team."""
    started_by: frozenset[UUID] | None = None
    """Of a command about one of several clocks: the events that its field `of` names. None: it does not say which."""

    def person(self, person: UUID) -> KnownPerson:
        """What the team knows of the child, or of somebody whom the command names.

        Raises:
            LookupError: the command is not about that person, and names no such person: it was not looked up.
        """
        known = self.people.get(person)
        if known is None:
            raise LookupError(
                "nobody looked this person up: a command names people in fields of type PersonId"
            )
        return known

    def deadline(
        self, rule: str, start: datetime, *, limit: int | None = None, stage: str | None = None
    ) -> Deadline:
        """When a clock that starts at `start` runs out, by the editions of rule and calendar then in force."""
        return self.rules.deadline(rule, start, limit=limit, stage=stage)

    def deadline_before(self, rule: str, day: date, start: datetime) -> Deadline | None:
        """When a clock that counts back from `day` runs out; None where fewer days remain: then no clock starts."""
        return self.rules.deadline_before(rule, day, start)

    def deadline_from_birth(self, rule: str, born: date) -> Deadline:
        """When a clock that runs from the day a child was born runs out."""
        return self.rules.deadline_from_birth(rule, born)


Precondition = Callable[[Any, Context], Sequence[Check]]
"""What the record as it stands holds against a command, whatever it says: of a state and a context that happens now."""


class Per(enum.Enum):
    """What one stream of a kind is of, which is how a command finds it."""

    THING = "thing"
    """A contact, a meeting: one id for the thing, one stream for each of its children."""
    EPISODE = "episode"
    """The child's first, second, … episode of this kind: at most one open at a time."""
    CHILD = "child"
    """One for each child, for as long as the child is known."""
    ITSELF = "itself"
    """The person or professional whose id the stream carries."""
    ALONE = "alone"
    """A shift, a daily meeting, a panel: about no child. Its id is that of the command that opened it, or what this
    command says of itself (`own_id`), as a panel's id is made of its date."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """What begins by itself: its id, which follows from what it is of, and the event that begins it.

    So that two commands that call for it at the same moment meet on one stream, whose version lets one of them begin it.
    """

    id: UUID
    event: Event
    child: UUID | None = None
    """Of a thing: the child whom it is about."""


@dataclass(frozen=True, slots=True)
class ForFew:
    """That things of a kind may be for few to read, whatever list or refusal they would stand in.

    Attributes:
        reading: the action that reads it then.
        named: of a state, the professionals who may read it beside those whose role may; None: it is for the whole team.
        said_by: who recorded one of these events may read it: who wrote it down, who found out that it is to be held back.
    """

    reading: str
    named: Callable[[Any], frozenset[UUID] | None]
    said_by: tuple[type[Event], ...]


@dataclass(frozen=True)
class Stream:
    """One kind of stream: how its commands decide, and how its events fold.

    Args:
        name: the field's word for it, as `contact`.
        state: the state before the first event.
        evolve: `(state, event) -> state`.
        decide: `(command, state, context) -> events`; `state` is the named record where `record` is given.
        commands: the union of its commands.
        events: the union of its events.
        per: what one stream of this kind is of.
        childless: of a thing: it may be about no child, or none that is known yet; its one stream has the thing's id.
        latest: of a thing: `state -> key`, where it may be meant by a command that names none in its `thing_in`; else None.
            Of the child's the one with the greatest key is.
        joined: of such a thing, where children may join it later: whom it is about by now, as the state of its stream about
            no child says; None among them while it is about somebody who is not known yet.
        stands: `(command, state) -> id`: of a command that would open a thing and was answered with nothing, because it is already
            so: the id of the thing that stands, for whoever asked again; else None.
        begun_by: of what stands alone, or of a thing: `(events, context) -> Beginning`, where what any command of the team
            decided calls for one, as the first contact of a night for its shift; else None. Where it stands already nothing
            is added.
        waits: of what stands alone: `state -> key`, where it waits for a command that `takes_next`; else None. The one with
            the least key is next.
        is_open: of an episode: whether it still runs. A new one opens only when the last has closed.
        opened_by: of an episode: the events that open one. Each episode begins with one of them, also where a decision
            on another stream opens it: the second plan of a child is never written onto the closed first.
        code: of an episode: the command's field that parts the child's episodes of this kind, as `team`: then one is
            open at a time for each child and code.
        record: a dataclass whose fields are named after streams: the states a decision over several streams takes.
        found_by: of a thing, or what is about no child, that the record names: the command's field with its id, or
            `re`, of a command that refers to it. Where the command leaves it out, the decision takes the state before the first event.
        preconditions: of a command, what the record as it stands may hold against it, whatever it says: for whoever asks
            ahead what may be done. The decision begins with the same function, so that the two cannot disagree; that
            they do not, every test that is told as a story sees to.
        for_few: of a kind that may be for few to read: by its state for whom; else None.
        clocks: the rules whose clocks run on this stream.
        noted: those of them that facts of other services start, meet or end (`shared.team.elsewhere`).
        together: of an episode that is of several children of a family at once: whom, by its state. What their episodes
            stand at is given to its decisions (`Context.together`), also of those whom the command does not name.
        each_id: of the child's own, or a thing: what stands here repeats what another team recorded of an id, so it stays
            with that id, whatever it was merged with, and no order in which messages come can change where it stands.
        as_one: with `each_id`: reads the states under several ids of one child as one, `(own, others) -> state`, for
            decisions that take it beside their own.
    """

    name: str
    state: Any
    evolve: Callable[[Any, Any], Any]
    decide: Callable[[Any, Any, Context], Sequence[Event]]
    commands: Any
    events: Any
    per: Per = Per.THING
    is_open: Callable[[Any], bool] = lambda _state: True
    record: type | None = None
    clocks: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()
    opened_by: tuple[type[Event], ...] = ()
    code: str = ""
    found_by: Mapping[str, str] = field(default_factory=dict)
    childless: bool = False
    stands: Callable[[Any, Any], UUID | None] | None = None
    begun_by: Callable[[Sequence[Event], Context], Beginning | None] | None = None
    waits: Callable[[Any], Any] | None = None
    together: Callable[[Any], Iterable[UUID]] | None = None
    each_id: bool = False
    as_one: Callable[[Any, Sequence[Any]], Any] | None = None
    latest: Callable[[Any], Any] | None = None
    preconditions: Mapping[type[Command], Precondition] = field(default_factory=dict)
    for_few: ForFew | None = None

    def forbidding(self, command: type[Command], state: Any, context: Context) -> tuple[Check, ...]:
        """What the record as it stands holds against such a command now, whatever it says. Empty: nothing.

        Args:
            command: its class.
            state: as `decide` takes it.
            context: one in which the command happens now.
        """
        known = self.preconditions.get(command)
        return tuple(check for check in known(state, context) if check[1]) if known else ()

    @cached_property
    def record_names(self) -> tuple[str, ...]:
        """The names of the streams whose states its decisions take together; none where they take their own alone."""
        return tuple(each.name for each in fields(self.record)) if self.record is not None else ()

    joined: Callable[[Any], tuple[UUID | None, ...]] | None = None

    def command_types(self) -> tuple[type[Command], ...]:
        """The command classes of this stream."""
        return members(self.commands)

    def event_types(self) -> tuple[type[Event], ...]:
        """The event classes of this stream."""
        return members(self.events)


def members(union: Any) -> tuple[Any, ...]:
    """The classes of a union type, or the one class it is."""
    return tuple(get_args(union)) or ((union,) if union is not None else ())
