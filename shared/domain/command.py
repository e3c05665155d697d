"""Commands: what a person, a policy or a timer asks for, how it is refused, and the people that its fields name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Literal, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from shared.domain.fields import LABEL_KEYWORD
from shared.domain.instants import Moment

RecordedWithin = Literal["own", "significant", "outside"]
"""How E1 looks at a command: our own act (72 h), a significant or concerning one (24 h), a report from outside (never late)."""


MAX_CHILDREN = 100
"""Most children of one command: a large family, or all contacts of a day; never a reason to keep a service busy."""


class Refused(Exception):
    """The rules forbid it. Says in plain words what the person can do, and names every rule that forbids it.

    Args:
        message: what is forbidden and what to do instead, without personal data.
        rule: the rule's id, as `M5`; empty where it is no rule of the field's that forbids it, as to finish what is
            finished.
        more: further rules that forbid it too.
        reason: a short code for policies to tell refusals apart, as `already_open`.
    """

    def __init__(self, message: str, *more: str, rule: str = "", reason: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.rules: tuple[str, ...] = tuple(each for each in (rule, *more) if each)
        self.reason = reason


Check = tuple[str, bool, str] | tuple[str, bool, str, str]
"""A rule (or none), whether it forbids what is asked, what the person can do instead, and a reason for policies where they need one."""


def refuse_all(*checks: Check) -> None:
    """Refuse what any of these rules forbids, and name every rule that does.

    So that nobody puts one thing right only to meet the next refusal. The first that forbids speaks, for people and
    (by its reason) for policies: put what weighs most first.

    Raises:
        Refused: at least one of them forbids it.
    """
    forbidding = [check for check in checks if check[1]]
    if not forbidding:
        return
    rule, *more = dict.fromkeys(check[0] for check in forbidding)
    _, _, message, *reason = forbidding[0]
    raise Refused(message, *more, rule=rule, reason=reason[0] if reason else "")


class NotFound(Exception):
    """The command is addressed to something that is not there. The message says what, without naming anyone."""

    def __init__(self, message: str, *, what: str) -> None:
        super().__init__(message)
        self.what = what


class PersonNotKnown(NotFound):
    """Somebody the command is about, or speaks of, is not known here: wrong, or registered so lately that it has not come.

    `people`: their ids.
    """

    def __init__(self, message: str, people: Sequence[UUID]) -> None:
        super().__init__(message, what="person")
        self.people = tuple(people)


@dataclass(frozen=True, slots=True)
class Over:
    """Says that a command is decided for several things, beside its own stream: which field names them, and of which kind.

    As of a daily meeting's `decisions: [{contact: …, about: […]}]`: `Over("decisions", stream="contact")`. A decision is
    taken for each thing and child, by the things' own stream, and all of them stand or fall together.

    Attributes:
        field: the command's field: a list of ids, or of objects.
        stream: the kind of stream that the things are of.
        thing: the objects' field with the thing's id; unless said, it is named as the stream.
        about: the objects' field that narrows the thing to some of its children, where there is one.
    """

    field: str
    stream: str
    thing: str = ""
    about: str = "about"

    def items(self, command: "Command") -> list["OverItem"]:
        """What the command names: each item, its thing, and the children it is narrowed to (none: all of them)."""
        return [
            OverItem(item, item)
            if isinstance(item, UUID)
            else OverItem(item, getattr(item, self.thing or self.stream), getattr(item, self.about, ()))
            for item in getattr(command, self.field)
        ]


@dataclass(frozen=True, slots=True)
class OverItem:
    """One thing that a command is decided for: the item as it stands in the command, the thing's id, its children."""

    item: Any
    thing: UUID
    about: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Joins:
    """Says that a command brings children to a thing that was about nobody known yet, and which field names them.

    As of `matches: [{said: 2, person: …}]`: `Joins("matches", child="person")`. The command (`re` the thing) is decided on
    the thing's stream about no child, and for each item on that child's stream of the thing, which is opened where it is
    not there; and all of it stands or falls together.

    Attributes:
        field: the command's field: a list of objects.
        child: the objects' field with the child's id.
    """

    field: str
    child: str = "child"

    def items(self, command: "Command") -> list["JoinItem"]:
        """What the command names: each item, and the child it brings."""
        return [JoinItem(item, getattr(item, self.child)) for item in getattr(command, self.field)]


@dataclass(frozen=True, slots=True)
class JoinItem:
    """One child who joins a thing: the item as it stands in the command, and the child's id."""

    item: Any
    child: UUID


class Command(BaseModel):
    """What a person, a policy or a timer asks for. Subclasses name themselves: `class X(Command, name="mash.X")`.

    Class keywords:
        name: `<service>.<Command>`.
        opens: whether it opens the thing or episode it is addressed to.
        recorded_within: how E1 looks at it.
        internal: whether only policies and timers may send it.
        over: the things it is decided for, beside its own stream.
        refers_to: the kind of thing that `re` refers to. Such a command stands on the child's own stream: without `re`
            for the children in `about`, with it for the thing's children, narrowed by `about`. One that opens a thing
            of its own opens it for the children of the thing that it refers to.
        refers_also: of such a command, the field with the id of a second thing of that kind: it is about the children of
            both, each under the thing that they are of.
        of_step: `re` names any step of this team: a command that recorded something, whatever it was. Such a command is
            about the children of whom that step recorded something, narrowed by `about`; without `re`, about those in
            `about`. It stands on the child's (or person's) own stream, or opens a thing.
        thing_in: the field that names the thing which it is decided on, where people say it in `with` and not by `re`: of
            what minutes are. Left out, it is the latest of its kind of each child (`Stream.latest`).
        takes_next: it is decided on the next of its kind that waits (`Stream.waits`), and names none: of several things
            that stand alone nobody passes over the earliest. Its answer is the id of that one.
        joins: the children whom it brings to a thing that was about nobody known yet.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, populate_by_name=True)

    NAME: ClassVar[str] = ""
    OPENS: ClassVar[bool] = False
    RECORDED_WITHIN: ClassVar[RecordedWithin] = "own"
    INTERNAL: ClassVar[bool] = False
    OVER: ClassVar[Over | None] = None
    REFERS_TO: ClassVar[str] = ""
    REFERS_ALSO: ClassVar[str] = ""
    OF_STEP: ClassVar[bool] = False
    TAKES_NEXT: ClassVar[bool] = False
    JOINS: ClassVar[Joins | None] = None
    THING_IN: ClassVar[str] = ""
    IN_WITH: ClassVar[Mapping[str, str]] = {}
    """Own fields that `with` calls by a name which also stands beside it, as `happened`: that name, and the field."""

    about: tuple[UUID, ...] = Field(default=(), max_length=MAX_CHILDREN)
    """The children (or the person) it is about; the command covers them all, and stands or falls whole."""
    re: UUID | None = None
    """The thing it is addressed to: the id of the command that opened it."""
    happened: Moment | None = None
    """When it happened, if not now."""
    known: Moment | None = None
    """When the agency knew, if not when it happened."""

    def own_id(self) -> UUID | None:
        """The id of what it opens, where the command itself says it; else the command's id becomes it."""
        return None

    def shows(self) -> str | None:
        """What it shows somebody of a child's record, as a code; it is then kept in the record of who looked, too (E4).
        None: nothing.
        """
        return None

    def about_strangers(self) -> bool:
        """Of what opens a thing that may be about no child: whether it is about somebody not known yet, beside those in
        `about`.
        """
        return not self.about

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
        over: Over | None = None,
        refers_to: str = "",
        refers_also: str = "",
        of_step: bool = False,
        takes_next: bool = False,
        joins: Joins | None = None,
        thing_in: str = "",
        **kwargs: Any,
    ) -> None:
        """Keep what the class statement said."""
        super().__pydantic_init_subclass__(**kwargs)
        cls.TAKES_NEXT, cls.REFERS_ALSO, cls.THING_IN = takes_next, refers_also, thing_in
        cls.NAME, cls.OPENS, cls.RECORDED_WITHIN, cls.INTERNAL = name, opens, recorded_within, internal
        cls.OVER, cls.REFERS_TO, cls.OF_STEP, cls.JOINS = over, refers_to, of_step, joins


ADDRESS = frozenset(Command.model_fields)
"""The fields of every command that say to whom and when; the others are its own (`with` in a case file)."""


def people_named(command: Command) -> tuple[UUID, ...]:
    """The ids in all fields of type `PersonId`, also in lists and in models within."""
    return tuple(dict.fromkeys(_people(command, _fields(type(command)))))


def _people(model: BaseModel, names: tuple[tuple[str, bool], ...]) -> Iterator[UUID]:
    for name, marked in names:
        value = getattr(model, name)
        for each in value if isinstance(value, tuple | list | frozenset) else (value,):
            if isinstance(each, BaseModel):
                yield from _people(each, _fields(type(each)))
            elif marked and isinstance(each, UUID):
                yield each


@cache
def _fields(model: type[BaseModel]) -> tuple[tuple[str, bool], ...]:
    """The fields that may hold people, and whether they are marked as such."""
    address = ADDRESS if issubclass(model, Command) else frozenset()
    return tuple(
        (name, any(map(_is_person, (*field.metadata, field.annotation))))
        for name, field in model.model_fields.items()
        if name not in address and _may_hold_people(field.annotation, field.metadata)
    )


def _may_hold_people(annotation: Any, metadata: Sequence[Any]) -> bool:
    """Whether it is worth looking into: most fields are text, codes and times."""
    return any(map(_is_person, (*metadata, annotation))) or _has_model(annotation)


def _has_model(hint: Any) -> bool:
    return (isinstance(hint, type) and issubclass(hint, BaseModel)) or any(map(_has_model, get_args(hint)))


def _is_person(hint: Any) -> bool:
    if isinstance(hint, WithJsonSchema):
        return hint.json_schema is not None and hint.json_schema.get(LABEL_KEYWORD) == "person"
    return any(map(_is_person, getattr(hint, "__metadata__", ()))) or any(map(_is_person, get_args(hint)))


def in_words(name: str) -> str:
    """A name of the program as people write it: `agency check`."""
    return name.replace("_", " ")


def public_name(service: str, command: type[Command]) -> str:
    """A command's name as callers and the policy table know it: every team's commands carry this team's name."""
    return f"{service}.{command.NAME.partition('.')[2]}" if command.NAME.startswith("team.") else command.NAME
