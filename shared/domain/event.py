"""Events: what is then true, in the form in which it is stored, published and read for years.

An event's body has two parts, final from the first event on. The *open* part is what decisions need: codes, ids,
dates, due instants; it is stored as JSON and published as stored. The *sealed* part is all personal text and
identifiers; it is stored as one encrypted blob under the key of its subject, so that erasing the key erases the text
and leaves an honest skeleton. `evolve` and `decide` never read it.

A stored name is a string of ours, never a module path. A later version of an event brings a static method
`upcast_v1_v2(state)` that changes the stored open part in place; golden files in `tests/contract` pin every version.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final, Literal, NamedTuple, Self
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from shared.domain.instants import Instant
from shared.domain.marks import ClockFields, Mark, MarkKind, Sets, Starts, WrongRule, clock_fields
from shared.domain.rules import Deadline

Sensitivity = Literal["ordinary", "restricted", "sealed"]


class Sealed(BaseModel):
    """The sealed part of an event: personal text and identifiers, opened only after the access decision."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class LeftToDo(NamedTuple):
    """What a fact leaves to a person: to somebody of which role, why as a code, and by which rules."""

    role: str
    reason: str
    rules: tuple[str, ...] = ()


class Event(BaseModel):
    """A fact in the past tense. Subclasses name themselves: `class X(Event, name="mash.X", crosses=True)`.

    Class keywords:
        name: the stored name, `<service>.<Event>`.
        version: of the open part's shape, from 1.
        crosses: whether other services get it.
        intake: the topic of one other team on which it is sent to that team, and to nobody else.
        text: the class of its sealed part, if it has one.
        meets: the rules whose running clocks on its stream this event meets.
        meets_at: of the rules it meets, those that are met at another moment than when it happened, with its field that says
            when (L1: when the notification was received, whenever what it tells of took place).
        ends: the rules whose running clocks on its stream cease with it.
        continues: of the rules it starts, those that go on with a chain which something else began (A15: a visit goes
            on with the plan's visits, and starts nothing where no plan runs).
        starts_first: of the rules it starts, those whose clock stands before its own act (L1: one fact starts the
            clock, where the organisation knew, and meets it).
        beside: of the rules it starts, meets or ends, those whose clocks run on another stream of the same service, with
            that stream's name (A15 runs on the plan, the visit stands on the referral): the kernel notes them there, in
            the same append.
        fixed: the fields, of the open part or the text, that no correction may name, because more than this fact follows
            from them (a deadline, another event, what a later decision rests on): such a fact is withdrawn, and recorded
            anew. Every event of a team says so, were it of none: `fixed=()`.
        by_itself: it follows by itself from what somebody recorded, and is nobody's record: that a night's shift began.
            No correction of what was recorded with it takes it back.
        leaves: what it leaves to a person: a task, raised with it.
        sensitivity: who may see it at most.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    NAME: ClassVar[str] = ""
    VERSION: ClassVar[int] = 1
    CROSSES: ClassVar[bool] = False
    INTAKE: ClassVar[str] = ""
    TEXT: ClassVar[type[Sealed] | None] = None
    MEETS: ClassVar[tuple[str, ...]] = ()
    ENDS: ClassVar[tuple[str, ...]] = ()
    CONTINUES: ClassVar[tuple[str, ...]] = ()
    STARTS_FIRST: ClassVar[tuple[str, ...]] = ()
    MEETS_AT: ClassVar[Mapping[str, str]] = {}
    BESIDE: ClassVar[Mapping[str, str]] = {}
    FIXED: ClassVar[tuple[str, ...] | None] = None
    """None: it does not say."""
    UNDONE_BY: ClassVar[str] = ""
    """What a person does instead of correcting it, as something to do: of a decision that is undone by another, with a
    reason of its own. Empty: it is corrected.
    """
    CLOCK_FIELDS: ClassVar[ClockFields] = {}
    """Its fields that hold deadlines, by name, with the rule that the type of each names."""
    BY_ITSELF: ClassVar[bool] = False
    LEAVES: ClassVar[LeftToDo | None] = None
    SENSITIVITY: ClassVar[Sensitivity] = "ordinary"

    child: UUID | None = None
    """The one child it is about; left out, it is the child the decision was made for."""
    happened_at: Instant | None = None
    """When it happened (UTC); left out, it is when the command says it happened."""
    sealed: Sealed | None = Field(default=None, exclude=True, repr=False)
    """The sealed part as decided. Never set on an event read back: the blob stays beside it, unopened."""

    def __init_subclass__(cls, **_keywords: Any) -> None:
        # The class keywords are read below, once pydantic knows the fields; `type` itself must not see them.
        super().__init_subclass__()

    @classmethod
    def __pydantic_init_subclass__(
        cls,
        *,
        name: str = "",
        version: int = 1,
        crosses: bool = False,
        intake: str = "",
        text: type[Sealed] | None = None,
        meets: tuple[str, ...] = (),
        meets_at: Mapping[str, str] | None = None,
        ends: tuple[str, ...] = (),
        continues: tuple[str, ...] = (),
        starts_first: tuple[str, ...] = (),
        beside: Mapping[str, str] | None = None,
        fixed: tuple[str, ...] | None = None,
        by_itself: bool = False,
        leaves: LeftToDo | None = None,
        sensitivity: Sensitivity = "ordinary",
        **kwargs: Any,
    ) -> None:
        """Register the event under its stored name.

        Raises:
            TypeError: what the class says of itself does not fit together.
        """
        super().__pydantic_init_subclass__(**kwargs)
        if not name:
            return
        for n in range(1, version):
            if not callable(getattr(cls, f"upcast_v{n}_v{n + 1}", None)):
                raise TypeError(f"{name} version {version} needs a static method upcast_v{n}_v{n + 1}(state)")
        if crosses and intake:
            raise TypeError(f"{name} is sent to one team alone (`intake`): then it does not cross to all")
        if not cls.model_fields["sealed"].exclude:
            raise TypeError(
                f"{name}: `sealed` must stay out of the open part; name its class with `text=` instead"
            )
        if text is not None and "text" in text.model_fields and name != "team.RecordCorrected":
            raise TypeError(
                f"{name}: no sealed part has a field `text`, by which that of a correction is told; name what it says"
            )
        known = _EVENTS.get(name)
        if known is not None and (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            raise TypeError(f"two events are called {name}: {known.__module__} and {cls.__module__}")
        cls.NAME, cls.VERSION, cls.CROSSES, cls.TEXT = name, version, crosses, text
        cls.INTAKE = intake
        cls.MEETS, cls.ENDS, cls.SENSITIVITY = meets, ends, sensitivity
        cls.MEETS_AT = dict(meets_at or {})
        if strange := {*cls.MEETS_AT} - {*meets} or {*cls.MEETS_AT.values()} - cls.model_fields.keys():
            raise TypeError(
                f"{name} says when it meets {', '.join(sorted(strange))}, and does not meet or have it"
            )
        cls.CONTINUES, cls.STARTS_FIRST, cls.BESIDE = continues, starts_first, dict(beside or {})
        cls.FIXED, cls.BY_ITSELF, cls.LEAVES = fixed, by_itself, leaves
        if (
            strange := set(fixed or ())
            - cls.model_fields.keys()
            - (text.model_fields.keys() if text else set())
        ):
            raise TypeError(f"{name} has no field {', '.join(sorted(strange))} that could be fixed")
        if cls.marks is Event.marks and cls.all_marks is Event.all_marks:
            cls.CLOCK_FIELDS = clock_fields(name, cls.model_fields)
            started = {clock.rule for clock in cls.CLOCK_FIELDS.values() if isinstance(clock, Starts)}
            if strange := {*continues, *starts_first} - started:
                raise TypeError(
                    f"{name} says how it starts {', '.join(sorted(strange))}, and has no field that does"
                )
            if (
                agreed := {c.rule for c in cls.CLOCK_FIELDS.values() if isinstance(c, Sets)}
                & cls.BESIDE.keys()
            ):
                raise TypeError(
                    f"{name} sets the limit of {', '.join(sorted(agreed))} on another stream: decide it there"
                )
        _EVENTS[name] = cls

    def clocks_met(self) -> tuple[str, ...]:
        """The rules whose clocks this fact meets; override it where that depends on what the fact says."""
        return self.MEETS

    def clocks_ended(self) -> tuple[str, ...]:
        """The rules whose clocks cease with this fact."""
        return self.ENDS

    def marks(self) -> tuple[Mark, ...]:
        """What it says to the clocks of its own stream, once it is `placed`. Raises as `all_marks`."""
        marks = self.all_marks()
        return (
            tuple(mark for mark in marks if self.stream_beside(mark.rule) is None) if self.BESIDE else marks
        )

    def marks_beside(self) -> tuple[Mark, ...]:
        """What it says to clocks that run on other streams of its service. Raises as `all_marks`."""
        marks = self.all_marks() if self.BESIDE else ()
        return tuple(mark for mark in marks if self.stream_beside(mark.rule) is not None)

    def stream_beside(self, rule: str) -> str | None:
        """The stream of the same service on which the clocks of a rule run that it speaks of; None: its own."""
        return self.BESIDE.get(rule)

    def streams_beside(self) -> tuple[str, ...]:
        """The streams of the same service to whose clocks it may say something, by name."""
        return tuple(sorted(set(self.BESIDE.values())))

    def all_marks(self) -> tuple[Mark, ...]:
        """What it says to clocks, once it is `placed`.

        Raises:
            WrongRule: a field holds a deadline of another rule than its type names.
            ValueError: it says something to clocks, and nobody has said when it happened.
        """
        met, ended, fields = self.clocks_met(), self.clocks_ended(), self.CLOCK_FIELDS
        if not (met or ended or fields):
            return ()
        at = self.happened_at
        if at is None:
            raise ValueError(f"{self.NAME} marks clocks: say when it happened before its marks are asked for")
        met_at = self.MEETS_AT
        found = [
            Mark(rule, MarkKind.ACT, getattr(self, met_at[rule]) if rule in met_at else at) for rule in met
        ]
        found += [Mark(rule, MarkKind.END, at) for rule in ended]
        for name, clock in fields.items():
            deadline: Deadline | None = getattr(self, name)
            if deadline is None:
                continue
            rule = deadline.rule
            if not clock.names(rule):
                raise WrongRule(f"{self.NAME}.{name} is of {clock.rule}, and was given a deadline of {rule}")
            if isinstance(clock, Starts):
                if clock.of and deadline.starts_at != getattr(self, clock.of):
                    raise WrongRule(
                        f"{self.NAME}.{name} starts at its {clock.of}, and was given another start"
                    )
                starts, chained = deadline.starts_at, clock.rule in self.CONTINUES
                first = clock.rule in self.STARTS_FIRST
                found.append(Mark(rule, MarkKind.START, starts, deadline, chained, first=first))
            else:
                found.append(Mark(rule, MarkKind.SET, at, deadline))
        return tuple(found)

    @classmethod
    def touches_clocks(cls) -> bool:
        """Whether events of this class may say anything to clocks. Rather too many than one too few."""
        says_itself = any(
            getattr(cls, name) is not getattr(Event, name)
            for name in ("clocks_met", "clocks_ended", "marks", "all_marks")
        )
        return bool(says_itself or cls.MEETS or cls.ENDS or cls.CLOCK_FIELDS)

    @classmethod
    def may_cross(cls, *, walled: bool) -> bool:
        """Whether events of this class may be published by a team for others to read. Behind a wall none of those that every team has is:
        what falls due there, or was put right, says too much of what the wall keeps.
        """
        return cls.CROSSES and not (walled and cls.NAME.startswith(_EVERY_TEAMS))

    def is_published(self, *, walled: bool) -> bool:
        """Whether this event is published by a team, which may stand behind a wall: for others, or for one alone."""
        return self.may_cross(walled=walled) or bool(self.INTAKE)

    def key(self, stream: UUID) -> UUID:
        """What orders it among the events that are published: the child it is about, else its stream. What is sent to one
        team alone has an order of its own there: the others, who do not get it, find no gap.
        """
        return keyed(self.child or stream, self.INTAKE)

    def subject(self, stream: UUID) -> UUID:
        """Whose key seals it: the child it is about, else the thing or person its stream is of."""
        return self.child or stream

    def placed(self, *, child: UUID | None, happened_at: datetime) -> Self:
        """The same fact with its child and its moment said, where it left them to the command."""
        filled: dict[str, Any] = {}
        if self.child is None and child is not None:
            filled["child"] = child
        if self.happened_at is None:
            filled["happened_at"] = happened_at
        return self.model_copy(update=filled) if filled else self


def keyed(about: UUID, intake: str) -> UUID:
    """The key of an event about somebody or something, which may be sent to one team alone."""
    return uuid5(about, intake) if intake else about


_EVENTS: dict[str, type[Event]] = {}


_EVERY_TEAMS: Final = "team."
"""With it begin the stored names of events that every team has."""


def event_types() -> Mapping[str, type[Event]]:
    """Every event that has been imported, by stored name."""
    return _EVENTS


@dataclass(slots=True)  # not frozen: that would double the time it takes to read an event back
class Envelope:
    """What is known of an event beside its body; stored in the open part, so the digest covers it.

    Instants are RFC 3339 in UTC. `actor` and `role`, `agency`, `organisation` say who; the person's name is in the
    sealed part. `late` marks what was recorded later than E1 allows. `named`: the id the child was named by, where it
    was merged into another. `recorded_by_agency`, `recorded_by_organisation`: of the person at the root of what a policy
    made, where they are not the actor's own. `carries`: the event that this one says again, of a child who was not known
    when it was recorded.
    """

    id: str
    known_at: str
    actor: str
    role: str
    agency: str
    purpose: str
    basis: str
    correlation: str
    command: str
    organisation: str | None = None
    causation: str | None = None
    thing: str | None = None
    trace: str | None = None
    sensitivity: Sensitivity = "ordinary"
    late: bool = False
    named: str | None = None
    recorded_by_agency: str | None = None
    recorded_by_organisation: str | None = None
    carries: str | None = None

    @property
    def recorder(self) -> tuple[str, str | None]:
        """Agency and organisation of the person who recorded it; of what a policy made, of the person at its root."""
        if self.recorded_by_agency is None and self.recorded_by_organisation is None:
            return self.agency, self.organisation
        return self.recorded_by_agency or self.agency, self.recorded_by_organisation

    @property
    def event_id(self) -> UUID:
        """The event's id."""
        return _uuid(self.id)

    @property
    def command_id(self) -> UUID:
        """The command that caused it; an entry of the chronology belongs to this command."""
        return _uuid(self.command)

    @property
    def thing_id(self) -> UUID | None:
        """The contact, meeting or plan that it belongs to: one id for all its children."""
        return _uuid(self.thing) if self.thing else None

    @property
    def root_id(self) -> UUID:
        """The command of the person at its root, whichever policies and services lay between."""
        return _uuid(self.correlation)

    @property
    def known(self) -> datetime:
        """When the agency knew (UTC)."""
        return datetime.fromisoformat(self.known_at)


_uuid: Final[Callable[[str], UUID]] = TypeAdapter(UUID).validator.validate_python
"""As `UUID(text)`, in a third of the time."""


@dataclass(slots=True)
class Record:
    """An event as it stands in a log or arrived from one: body, envelope, place, and the sealed blob unopened."""

    event: Event
    envelope: Envelope
    service: str
    stream: UUID
    version: int
    position: int
    recorded_at: datetime
    sealed: bytes | None = None
    text: Mapping[str, Any] | None = None
    """The sealed part opened under the transport key: only on what arrived from another service, only in memory."""
    digest: bytes | None = None
    """Of its row in its source's log, chained (SHA-256): only on what arrived from another service."""
    corrected_by: UUID | None = None
    """The correction whose sealed part this is, where the text was put right after it was recorded."""

    @property
    def sealed_by(self) -> UUID:
        """The event that `sealed` was sealed for, whose id opens it: the correction where there is one."""
        return self.corrected_by or self.envelope.event_id

    @property
    def happened_at(self) -> datetime:
        """When it happened (UTC)."""
        return self.event.happened_at or self.recorded_at
