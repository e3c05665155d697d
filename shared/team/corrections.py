"""Correcting what was recorded: the command that every team has, and how an event is restated. Pure.

A correction is made of the event that was recorded, not of the command, which nobody keeps: the fields named are put in
the place of those that the event (or its sealed text) holds under the same names, the time that was wrong is put right,
and every clock that started with the event is reckoned anew from there.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from pydantic import Field, ValidationError

from shared.domain.codec import body_fields, event_of_fields
from shared.domain.command import Command, NotFound, Refused, refuse_all
from shared.domain.corrections import CorrectedText
from shared.domain.deadlines import is_a_record
from shared.domain.decider import Per
from shared.domain.event import Event, Record
from shared.domain.fields import RequiredText
from shared.domain.instants import Instant
from shared.domain.rules import Deadline, NoSuchRule, Rulebook
from shared.team.corrected_notes import restate_notes
from shared.team.corrected_stream import CorrectedStream

_OPENED_FIRST: Final = (Per.THING, Per.ITSELF, Per.ALONE)
"""Kinds of stream that begin with the event that opens what they are of."""
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
    # All that hold one: what is noted of an act elsewhere, too, carries the clock that the act starts.
    for name in type(event).model_fields:
        deadline = getattr(event, name)
        # A clock of receipt, or one that counts from another day, does not move with the moment it was written down for.
        if isinstance(deadline, Deadline) and deadline.starts_at == event.happened_at:
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


def check_correction(command: CorrectRecord, now: datetime) -> None:
    """Refuse what cannot be, whatever was recorded.

    Raises:
        NotFound: it names no step.
        Refused: E3: it says nothing, or too much; E2: what is right is later than `now`, or known before it happened.
    """
    if command.re is None:
        raise NotFound("say which step is corrected: put its id into `re`", what="address")
    happened, known = command.right_happened, command.right_known
    late = [at for at in (happened, known) if at is not None and at > now]
    refuse_all(
        (
            "E3",
            command.says_nothing(),
            "say what is right: `fields`, `happened` or `known`; or that it is withdrawn",
        ),
        (
            "E3",
            command.withdrawn and bool(command.fields or happened or known),
            "either withdraw it, or say what is right",
        ),
        ("E2", bool(late), "it cannot have happened, or been known, later than now; correct the time"),
        (
            "E2",
            happened is not None and known is not None and known < happened,
            "it cannot have been known before it happened; correct the times",
        ),
    )


def check_fields(command: CorrectRecord, records: Sequence[Record]) -> None:
    """Refuse fields that none of these records has.

    Raises:
        Refused: E3.
    """
    known = frozenset[str]().union(*(correctable(type(one.event)) for one in records))
    if unknown := sorted(command.fields.keys() - known):
        may = ", ".join(sorted(known)) or "nothing but its times"
        raise Refused(
            f"this record cannot be corrected in that field ({len(unknown)} of those named); of it may be corrected: "
            f"{may}. Else withdraw it, and record it anew",
            rule="E3",
        )


def records_to_correct(
    command: CorrectRecord, records: Iterable[Record], kept: Mapping[UUID, UUID] | None = None
) -> list[Record]:
    """Of what the corrected step recorded, what a person can put right, of the children in `about`.

    `kept` gives for an id that was merged into another the one that was kept.

    Raises:
        NotFound: nothing, or nothing about one of these children.
    """
    own = [one for one in records if is_a_record(type(one.event))]
    if not own:
        raise NotFound("nothing was recorded by this step; check `re`", what="step")
    if not command.about:
        return own
    same = kept or {}
    named = {same.get(child, child) for child in command.about}
    found = [(one, same.get(one.event.child, one.event.child)) for one in own if one.event.child is not None]
    if not named <= {child for _, child in found}:
        raise NotFound("that step recorded nothing about one of the children in `about`", what="child")
    return [one for one, child in found if child in named]


def correct_records(
    command: CorrectRecord,
    records: Sequence[Record],
    streams: Mapping[UUID, CorrectedStream],
    opened: Callable[[Record], Mapping[str, Any]],
    rules: Rulebook,
) -> None:
    """Correct or withdraw these records on their `streams`, by id, and what was noted of them on those beside.

    `opened` gives the sealed part of a record.

    Raises:
        Refused: it cannot be corrected so.
    """
    check_fields(command, records)
    if command.withdrawn:
        for stream_id, stream in streams.items():
            refuse_what_others_stand_on([one for one in records if one.stream == stream_id], stream)
    for record in records:
        stream = streams[record.stream]
        right = None if command.withdrawn else restated(stream.body(record), command, rules)
        _correct(command, record, right, stream, opened)
        for kind in record.event.streams_beside():
            restate_notes(record, right, [one for one in streams.values() if one.kind.name == kind])


def _correct(
    command: CorrectRecord,
    record: Record,
    right: Event | None,
    stream: CorrectedStream,
    opened: Callable[[Record], Mapping[str, Any]],
) -> None:
    """Correct one record on its stream, unless it is so already."""
    said, known, text = stream.known_at(record), command.right_known, None
    anew = known is not None and known != (said or record.envelope.known)
    if record.event.TEXT is not None and right is not None:
        before = _text(record, stream, opened)
        text = restated_text(type(record.event), before, command)
        anew = anew or text != before
    why = CorrectedText(reason=command.reason, text=text)
    stream.correct(record, right, why, known_at=known or said, anew=anew)


def _text(
    record: Record, stream: CorrectedStream, opened: Callable[[Record], Mapping[str, Any]]
) -> Mapping[str, Any]:
    """The sealed part as it was said last, with who recorded it; nothing of it, where the key was destroyed."""
    said = [opened(one).get("text") for one in stream.corrections(record)]
    return next((text for text in reversed(said) if text), opened(record))


def refuse_what_others_stand_on(records: Sequence[Record], stream: CorrectedStream) -> None:
    """Refuse to withdraw (`records`) what opened a thing or an episode before what was recorded on it later: that would
    stand on nothing.

    Raises:
        Refused: E3: something was, and has not been withdrawn.
    """
    kind = stream.kind
    first = kind.per in _OPENED_FIRST
    if not any(one.version == 1 if first else type(one.event) in kind.opened_by for one in records):
        return
    ours = {one.version for one in records}
    if any(is_a_record(type(event)) and version not in ours for version, event in stream.events()):
        raise Refused("more was recorded on this since; withdraw that first, the last of it first", rule="E3")
