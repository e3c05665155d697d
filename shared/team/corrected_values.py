"""What a correction may name of a record, and the values it may give: such as the record's own command would take. Pure.

Nobody keeps the command; its class says what could be said. Of the event that was recorded a correction names what such a
command says: never an id, a clock, what the event calls `fixed`, or what the decision made of what was said.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Final, NamedTuple, get_args
from uuid import UUID

from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.domain.clock_facts import DeadlineVaried
from shared.domain.command import ADDRESS, Command, Refused
from shared.domain.decider import Stream
from shared.domain.event import Event
from shared.domain.field_errors import is_beside_others
from shared.domain.fields import Organisation, Professional
from shared.team.deadlines import VaryDeadline

_NEVER: Final = frozenset(Event.model_fields)
"""What no field of a command says: the child, the moment, the sealed part."""


_BY_NAME: Final = (Organisation, Professional)


@dataclass(frozen=True, slots=True)
class Correctable:
    """One field of an event, or of its sealed text, as commands say it."""

    field: str
    """As the event calls it."""
    name: str
    """As the command calls it: `received` of what is kept as `received_at`, `referrer_name` of a referrer's `name`."""
    said: tuple[TypeAdapter[Any], ...]
    """How each command that has it reads it."""

    def read(self, value: Any) -> Any:
        """The value, read as a command reads it.

        Raises:
            Refused: E3: no command would take it. The value is not repeated: it may be anything.
        """
        for one in self.said:
            try:
                return one.validate_python(value)
            except ValidationError:
                continue
        raise Refused(f"{self.name} cannot be so; give it as when it was recorded", rule="E3")


def commands_of(event: type[Event], kind: Stream, kinds: Iterable[Stream]) -> tuple[type[Command], ...]:
    """The commands with which people may have recorded an event of a stream: the stream's own first, then the team's."""
    if event is DeadlineVaried:
        return (VaryDeadline,)
    own = kind.command_types()
    others = [each for one in kinds if one.name != kind.name for each in one.command_types()]
    return tuple(dict.fromkeys(each for each in (*own, *others) if not each.INTERNAL))


def correctable(event: type[Event], kind: Stream, kinds: Iterable[Stream]) -> Mapping[str, Correctable]:
    """What a correction may name of an event on a stream, by each name by which it may be called.

    What the stream's own commands say counts; only a field that none of them has is looked for in the team's others, one of
    which wrote onto this stream too. Of its own, a field is read as by the command that says most of the event: another one
    may have a field of the same name, and take more in it.
    """
    own = set(event.model_fields) | set(event.TEXT.model_fields if event.TEXT else ())
    own -= {*_NEVER, *event.CLOCK_FIELDS, *(event.FIXED or ())}
    own -= {name for name, field in event.model_fields.items() if _holds(field.annotation, UUID)}
    ours = set(kind.command_types())
    commands = commands_of(event, kind, kinds)
    says = {command: list(_said_of(command, own)) for command in commands}
    found: dict[str, Correctable] = {}
    weight: dict[str, tuple[bool, int]] = {}
    for command in commands:
        for field, said in says[command]:
            weighs = (command in ours, len(says[command]))
            known = found.get(field) if weight.get(field, weighs) == weighs else None
            if weight.setdefault(field, weighs) > weighs:
                continue
            weight[field] = weighs
            made = Correctable(field, said.name, (*(known.said if known else ()), said.reads()))
            found |= dict.fromkeys((field, said.name, said.alias), made)
    return found


def _said_of(command: type[Command], own: Container[str]) -> Iterator[tuple[str, "_Said"]]:
    """What a command says of an event with these fields, each by the event's name for it."""
    for said in _fields_of(command):
        field = said.name if said.name in own else f"{said.name}_at"
        if field in own and (field == said.name or said.holds(datetime)):
            yield field, said


def refuse_what_cannot_be_whole(
    commands: Sequence[type[Command]], said: Mapping[str, Any], named: Iterable[str]
) -> None:
    """Refuse what goes together with what is left so that no command could say both: a service, and no name of it.

    Looked at where all fields of a command that says what is `named` are kept in the record (`said`).

    Raises:
        Refused: E3.
    """
    for command in commands:
        fields = {one.name for one in _fields_of(command)}
        if fields.isdisjoint(named):
            continue
        known = {name: value for name, value in said.items() if name in fields}
        try:
            command.model_validate(known)
        except ValidationError as error:
            if all(map(is_beside_others, error.errors())):
                raise Refused(
                    "what is right does not go together with the rest of the record; put that right too",
                    rule="E3",
                ) from None


class _Said(NamedTuple):
    """One field of a command, or of a model within it, as events call it: `referrer_name` of a referrer's `name`."""

    name: str
    alias: str
    model: type[BaseModel]
    field: str

    def holds(self, wanted: type) -> bool:
        """Whether its type is this one, or made of it."""
        return _holds(self.model.model_fields[self.field].annotation, wanted)

    def reads(self) -> TypeAdapter[Any]:
        """What reads its value."""
        return _reads(self.model, self.field)


@cache
def _fields_of(command: type[Command]) -> tuple[_Said, ...]:
    """The fields of a command that a correction may say."""
    return tuple(_spread(command))


def _spread(model: type[BaseModel], within: str = "") -> Iterator[_Said]:
    for name, field in model.model_fields.items():
        if not within and name in ADDRESS:
            continue
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in _BY_NAME:
            yield from _spread(kind, f"{within}{name}_")
        elif not _holds(kind, BaseModel) and not _holds(kind, UUID):
            # What is named is an id made of the name, and a list of objects is kept as several fields.
            yield _Said(f"{within}{name}", f"{within}{field.alias or name}", model, name)


def _holds(hint: Any, wanted: type) -> bool:
    """Whether a type is this one, or made of it."""
    if isinstance(hint, type):
        return issubclass(hint, wanted)
    return any(_holds(part, wanted) for part in get_args(hint))


@cache
def _reads(command: type[BaseModel], name: str) -> TypeAdapter[Any]:
    """What reads one field of a model alone: its type, with all that bounds it."""
    field = command.model_fields[name]
    bounded: Any = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
    return TypeAdapter(bounded)
