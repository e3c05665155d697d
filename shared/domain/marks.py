"""Marks: what an event says to the clocks of a rule. A start, an act, an end, or a limit that is set.

A field that holds a `Deadline` names its rule in its type, so that nobody has to guess which clock it is:

    decide_by: Annotated[Deadline, Starts("M1")]
    assess_by: Annotated[Deadline, Sets("A3")] | None = None

The marks of one stream and rule stand in one total order: their instant, the version of the event that says them, and
within one event a rank. Whatever order things were written down in, the same marks give the same clocks.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple, get_args

from pydantic import GetJsonSchemaHandler
from pydantic.fields import FieldInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from shared.domain.rules import Deadline


class MarkKind(StrEnum):
    """What a mark does to the clocks of its rule on its stream."""

    START = "start"
    """A clock begins, at the `starts_at` of its deadline."""
    ACT = "act"
    """What the rule asks for was done: every clock of the rule that runs then is stopped by it."""
    END = "end"
    """What the clocks were for ceased: every clock of the rule that runs then is ended by it."""
    SET = "set"
    """The limit was agreed: every clock of the rule that runs then takes this due instant. It is no variation."""


_RANK: Final = {MarkKind.ACT: 1, MarkKind.END: 2, MarkKind.SET: 3, MarkKind.START: 4}
_FIRST: Final = 0


class WrongRule(TypeError):
    """An event was given a deadline of another rule, or with another start, than its field's type names."""


class Mark(NamedTuple):
    """What one event says to one rule. Its instant is aware, in UTC. A tuple: folding makes one for each mark."""

    rule: str
    kind: MarkKind
    at: datetime
    """Of a start its `starts_at`; of anything else when the event happened."""
    deadline: Deadline | None = None
    """Of a start or a set limit: from when and until when."""
    continues: bool = False
    """Of a start: it goes on with a chain that something else began, and is a clock only while that stands."""
    first: bool = False
    """Of a start: it stands before the act of the same event, which meets it (L1: told in time, or late)."""

    @property
    def rank(self) -> int:
        """Its place among the marks of one event at one instant: an act before an end before a start."""
        return _FIRST if self.first else _RANK[self.kind]


@dataclass(frozen=True, slots=True)
class Starts:
    """In the type of a field: the deadline it holds starts a clock of this rule.

    `of` names the field of the event that is the clock's start, so that a correction of it moves the clock: when it
    happened, unless said otherwise (`received_at` of a clock of receipt). Empty: the start is none of its fields.

    Of a rule that is several, each met by another act (`Z5/care_plan`, `Z5/life_story`), the number stands for all: which it is
    the deadline says.
    """

    rule: str
    of: str = "happened_at"

    def names(self, rule: str) -> bool:
        """Whether it is this rule that it names, alone or among those of its number."""
        return rule == self.rule or rule.startswith(f"{self.rule}/")

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Say in the published schema which clock it is."""
        return {**handler(schema), "description": f"starts {self.rule}"}


@dataclass(frozen=True, slots=True)
class Sets:
    """In the type of a field: the deadline it holds is the agreed limit of the clock of this rule that runs already.

    An agreement is not a variation (A3's first timescale, A19's one extension); what a manager varies later is.
    """

    rule: str

    def names(self, rule: str) -> bool:
        """Whether it is this rule that it names."""
        return rule == self.rule

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Say in the published schema which clock it is."""
        return {**handler(schema), "description": f"sets the limit of {self.rule}"}


ClockFields = Mapping[str, Starts | Sets]
"""The fields of an event that hold deadlines, by name."""


def clock_fields(event: str, fields: Mapping[str, FieldInfo]) -> ClockFields:
    """The fields that hold a deadline, each with what its type says of it.

    Raises:
        TypeError: a field holds a deadline and its type names no rule, or two fields name the same.
    """
    found: dict[str, Starts | Sets] = {}
    for name, field in fields.items():
        said = [*field.metadata, *_metadata_within(field.annotation)]
        clock = next((one for one in said if isinstance(one, Starts | Sets)), None)
        if isinstance(clock, Starts) and clock.of and clock.of not in fields:
            raise TypeError(
                f"{event}.{name} starts {clock.rule} from {clock.of}, which is no field of {event}"
            )
        if clock is not None:
            found[name] = clock
        elif _holds_deadline(field.annotation):
            raise TypeError(
                f'{event}.{name} holds a deadline: name its rule in its type, as Annotated[Deadline, Starts("M1")]'
            )
    rules = [clock.rule for clock in found.values()]
    if twice := {rule for rule in rules if rules.count(rule) > 1}:
        raise TypeError(
            f"{event} has two fields of {', '.join(sorted(twice))}: one event says one thing to a rule"
        )
    return found


def _metadata_within(hint: Any) -> Iterator[Any]:
    """What stands in the `Annotated` of a union's members: `Annotated[Deadline, Starts("M1")] | None`."""
    yield from getattr(hint, "__metadata__", ())
    for part in get_args(hint):
        if not isinstance(part, str):
            yield from _metadata_within(part)


def _holds_deadline(hint: Any) -> bool:
    return hint is Deadline or any(map(_holds_deadline, get_args(hint)))
