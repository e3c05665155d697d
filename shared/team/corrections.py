"""Correcting what was recorded: the command that every team has, and how an event is restated. Pure.

A correction is made of the event that was recorded, not of the command, which nobody keeps: the fields named are put in
the place of those that the event (or its sealed text) holds under the same names, the time that was wrong is put right,
and every clock that started with the event is reckoned anew from there.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Final

from pydantic import Field, ValidationError

from shared.domain.codec import body_fields, event_of_fields
from shared.domain.command import Command, Refused
from shared.domain.event import Event
from shared.domain.fields import RequiredText
from shared.domain.instants import Instant
from shared.domain.rules import Deadline, NoSuchRule, Rulebook

_NEVER: Final = frozenset(Event.model_fields)
"""What no field of a command says: the child, the moment, the sealed part."""


class CorrectRecord(Command, name="team.CorrectRecord"):
    """Somebody puts right what they recorded, or a manager what their team recorded (E3). `re` is the step corrected.

    Say what is right now (`fields`, by the names that the corrected command gives them; `happened`, `known`), or that it
    should not have been recorded at all (`withdrawn`). The old record stays visible; clocks are judged by the new one.
    """

    IN_WITH: ClassVar[Mapping[str, str]] = {"happened": "right_happened", "known": "right_known"}

    reason: RequiredText
    right_happened: Instant | None = None
    """When it really happened; `happened` in `with`."""
    right_known: Instant | None = None
    """When the agency really knew; `known` in `with`."""
    fields: dict[str, Any] = Field(default_factory=dict)
    """What is right, by the names of the fields of the corrected command."""
    withdrawn: bool = False

    def says_nothing(self) -> bool:
        """Whether it neither withdraws nor puts anything right."""
        return not (self.withdrawn or self.fields or self.right_happened or self.right_known)


def correctable(event: type[Event]) -> frozenset[str]:
    """The fields of an event, and of its sealed text, that a correction may name."""
    own = set(event.model_fields) - _NEVER - set(event.CLOCK_FIELDS) - set(event.FIXED)
    return frozenset(own | (set(event.TEXT.model_fields) if event.TEXT else set()))


def restated(event: Event, command: CorrectRecord, rules: Rulebook) -> Event:
    """The event as it should have been: the open part alone; what a correction says of the sealed one is `restated_text`.

    Raises:
        Refused: E3: a value that the event cannot hold, or a clock that cannot be reckoned from another moment.
    """
    named = {name: value for name, value in command.fields.items() if name in type(event).model_fields}
    moved = command.right_happened
    try:
        fields = body_fields(event) | named | ({"happened_at": moved} if moved else {})
        right = event_of_fields(event.NAME, fields)
    except ValidationError as error:
        wrong = ", ".join(sorted({str(problem["loc"][0]) for problem in error.errors() if problem["loc"]}))
        raise Refused(
            f"{wrong or 'what is said'} cannot be so; give it as when it was recorded", rule="E3"
        ) from None
    if moved is None or event.happened_at is None:
        return right
    clocks: dict[str, Any] = {}
    for name in event.CLOCK_FIELDS:
        deadline: Deadline | None = getattr(event, name)
        # A clock of receipt, or one that counts from another day, does not move with the moment it was written down for.
        if deadline is not None and deadline.starts_at == event.happened_at:
            clocks[name] = _moved(deadline, moved, rules)
    return right.model_copy(update=clocks) if clocks else right


def restated_text(event: type[Event], text: Mapping[str, Any], command: CorrectRecord) -> dict[str, Any]:
    """The sealed part as it should have been, from what it was (opened), whoever recorded it among it.

    Raises:
        Refused: E3: a value that it cannot hold.
    """
    if event.TEXT is None:
        return dict(text)
    named = {name: value for name, value in command.fields.items() if name in event.TEXT.model_fields}
    try:
        right = event.TEXT.model_validate({**text, **named})
    except ValidationError:
        raise Refused(
            f"{', '.join(sorted(named))} cannot be so; give it as when it was recorded", rule="E3"
        ) from None
    return {**text, **right.model_dump(mode="json", exclude_none=True)}


def _moved(deadline: Deadline, start: datetime, rules: Rulebook) -> Deadline:
    """The deadline of a clock that really started at another moment, by the same limit of its rule.

    Raises:
        Refused: the limit was agreed for this clock alone, and nobody can tell what it would have been.
    """
    rule = rules.rule_at(deadline.rule, deadline.starts_at)
    for stage in (None, *(each.name for each in rule.stages)):
        try:
            if rules.deadline(deadline.rule, deadline.starts_at, stage=stage).due_at == deadline.due_at:
                return rules.deadline(deadline.rule, start, stage=stage)
        except (NoSuchRule, ValueError):
            continue
    raise Refused(
        f"the limit of {deadline.rule} was agreed for this record alone; withdraw it, and record it anew",
        rule="E3",
    )
