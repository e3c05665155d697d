"""The decider: commands, refusals, and what a stream module is made of. Pure: no clock, no database, no network.

A stream module gives a state, `evolve(state, event)`, its commands and `decide(command, state, context)`, and names
them in one `Stream`. The kernel finds the streams a command is addressed to, folds them, decides for each child, and
appends what was decided for all of them in one transaction, or nothing.
"""

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Literal, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.clock import Instant
from shared.clocks import Clocks
from shared.event import Event
from shared.identity import Actor
from shared.rules import Deadline, Rulebook

RecordedWithin = Literal["own", "significant", "outside"]
"""How E1 looks at a command: our own act (72 h), a significant or concerning one (24 h), a report from outside (never late)."""


MOST_CHILDREN = 100
"""Most children of one command: a large family, or all contacts of a day; never a reason to keep a service busy."""


class Refused(Exception):
    """The rules forbid it. Says in plain words what the person can do, and names every rule that forbids it.

    Args:
        message: what is forbidden and what to do instead, without personal data.
        rule: the rule's id, as `M5`.
        more: further rules that forbid it too.
        reason: a short code for policies to tell refusals apart, as `already_open`.
    """

    def __init__(self, message: str, *more: str, rule: str, reason: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.rules: tuple[str, ...] = (rule, *more)
        self.reason = reason


class NotFound(Exception):
    """The command is addressed to something that is not there. The message says what, without naming anyone."""

    def __init__(self, message: str, *, what: str) -> None:
        super().__init__(message)
        self.what = what


class Command(BaseModel):
    """What a person, a policy or a timer asks for. Subclasses name themselves: `class X(Command, name="mash.X")`.

    Class keywords:
        name: `<service>.<Command>`.
        opens: whether it opens the thing or episode it is addressed to.
        recorded_within: how E1 looks at it.
        internal: whether only policies and timers may send it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, populate_by_name=True)

    NAME: ClassVar[str] = ""
    OPENS: ClassVar[bool] = False
    RECORDED_WITHIN: ClassVar[RecordedWithin] = "own"
    INTERNAL: ClassVar[bool] = False

    about: tuple[UUID, ...] = Field(default=(), max_length=MOST_CHILDREN)
    """The children (or the person) it is about; the command covers them all, and stands or falls whole."""
    re: UUID | None = None
    """The thing it is addressed to: the id of the command that opened it."""
    happened: Instant | None = None
    """When it happened, if not now."""
    known: Instant | None = None
    """When the agency knew, if not when it happened."""

    def own_id(self) -> UUID | None:
        """The id of what it opens, where the command itself says it; else the command's id becomes it."""
        return None

    def __init_subclass__(cls, **_keywords: Any) -> None:
        # The class keywords are read below; `type` itself must not see them.
        super().__init_subclass__()

    @classmethod
    def __pydantic_init_subclass__(
        cls,
        *,
        name: str = "",
        opens: bool = False,
        recorded_within: RecordedWithin = "own",
        internal: bool = False,
        **kwargs: Any,
    ) -> None:
        """Keep what the class statement said."""
        super().__pydantic_init_subclass__(**kwargs)
        cls.NAME, cls.OPENS, cls.RECORDED_WITHIN, cls.INTERNAL = name, opens, recorded_within, internal


ADDRESS = frozenset(Command.model_fields)
"""The fields of every command that say to whom and when; the others are its own (`with` in a case file)."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a decision may know beside the state: who, when, about whom, under which rules."""

    now: datetime
    actor: Actor
    rules: Rulebook
    command_id: UUID
    happened_at: datetime
    known_at: datetime
    thing: UUID
    child: UUID | None = None
    children: tuple[UUID, ...] = ()
    """All children the command is decided for; `child` is one of them."""
    born: date | None = None
    clocks: Clocks = field(default_factory=Clocks)

    def deadline(self, rule: str, start: datetime, *, limit: int | None = None) -> Deadline:
        """When a clock that starts at `start` runs out, by the editions of rule and calendar then in force."""
        return self.rules.deadline(rule, start, limit=limit)


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
        is_open: of an episode: whether it still runs. A new one opens only when the last has closed.
        record: a dataclass whose fields are named after streams: the states a decision over several streams takes.
        clocks: the rules whose clocks run on this stream.
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

    def command_types(self) -> tuple[type[Command], ...]:
        """The command classes of this stream."""
        return members(self.commands)

    def event_types(self) -> tuple[type[Event], ...]:
        """The event classes of this stream."""
        return members(self.events)


def members(union: Any) -> tuple[Any, ...]:
    """The classes of a union type, or the one class it is."""
    return tuple(get_args(union)) or ((union,) if union is not None else ())
