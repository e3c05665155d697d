"""Restate what a step recorded: each record as it should have been, with its clocks, its words and what was noted of it.

Pure: the kernel does so on a log, the test kit on logs in memory.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from shared.domain.actors import SERVICE, Actor
from shared.domain.clock_facts import DeadlineVaried
from shared.domain.codec import body_fields, event_of_fields
from shared.domain.command import Refused, refuse_all
from shared.domain.corrections import CorrectedText
from shared.domain.decider import Stream
from shared.domain.event import Event, Record
from shared.domain.marks import Starts
from shared.domain.receipt import Received, refuse_receipt
from shared.domain.rules import Deadline, NoSuchRule, Rulebook
from shared.team.corrected_notes import restate_notes
from shared.team.corrected_order import (
    refuse_another_open,
    refuse_before_opening,
    refuse_what_others_stand_on,
)
from shared.team.corrected_stream import CorrectedStream
from shared.team.corrected_values import (
    Correctable,
    commands_of,
    correctable,
    refuse_what_cannot_be_whole,
)
from shared.team.corrections import CorrectRecord
from shared.team.deadlines import refuse_due


@dataclass(frozen=True, slots=True)
class Ground:
    """What a correction may know beside the records: the team, its rules, who corrects and when.

    Attributes:
        kinds: the team's kinds of stream.
        rules: its rules.
        agency: the agency it is of.
        actor: who corrects.
        now: when.
        opened: the sealed part of a record, opened; None where its key was destroyed.
    """

    kinds: Sequence[Stream]
    rules: Rulebook
    agency: str
    actor: Actor
    now: datetime
    opened: Callable[[Record], Mapping[str, Any] | None]


def correct_records(
    command: CorrectRecord, records: Sequence[Record], streams: Mapping[UUID, CorrectedStream], ground: Ground
) -> None:
    """Correct or withdraw these records on their `streams`, by id, and what was noted of them on those beside.

    Raises:
        Refused: E3: a service recorded it, a field may not be named, a value cannot be so, its words were erased, or
            others stand on what is withdrawn; E2: the times do not go together.
    """
    if any(one.envelope.role == SERVICE for one in records):
        raise Refused(
            "no person recorded this here: a service took it in from elsewhere; correct it where it was recorded",
            rule="E3",
        )
    may = {one.stream: streams[one.stream].kind for one in records}
    named = [correctable(type(one.event), may[one.stream], ground.kinds) for one in records]
    _refuse_unknown_fields(command, named)
    if command.withdrawn:
        for stream_id, stream in streams.items():
            refuse_what_others_stand_on([one for one in records if one.stream == stream_id], stream)
    else:
        for record in records:
            refuse_another_open(record, streams[record.stream], streams.values())
    for record, fields in zip(records, named, strict=True):
        stream = streams[record.stream]
        right = _Restated(command, record, stream, fields, ground).add()
        for kind in record.event.streams_beside():
            restate_notes(record, right, [one for one in streams.values() if one.kind.name == kind])
    for stream_id in dict.fromkeys(one.stream for one in records):
        refuse_before_opening(streams[stream_id])


@dataclass(frozen=True, slots=True)
class _Restated:
    """One record while it is corrected."""

    command: CorrectRecord
    record: Record
    stream: CorrectedStream
    fields: Mapping[str, Correctable]
    ground: Ground

    def add(self) -> Event | None:
        """Add the correction of the record to its stream, unless it is so already; answers what is right."""
        command, record, stream = self.command, self.record, self.stream
        said = stream.known_at(record)
        if command.withdrawn:
            stream.correct(record, None, CorrectedText(reason=command.reason), known_at=said)
            return None
        values = {
            self.fields[name].field: self.fields[name].read(value)
            for name, value in command.fields.items()
            if name in self.fields
        }
        right = self._event(stream.body(record), values)
        before = self._words(values)
        text = None if before is None else self._text(before, values)
        self._refuse_times(right, values)
        kept = body_fields(right) | dict(text or {})
        refuse_what_cannot_be_whole(
            commands_of(type(right), stream.kind, self.ground.kinds), kept, values.keys()
        )
        known = command.right_known
        anew = text != before or (known is not None and known != (said or record.envelope.known))
        # Of what was erased nothing is restated; that it says so keeps the reason from being read as its words.
        restated = text if text is not None or type(right).TEXT is None else {}
        why = CorrectedText(reason=command.reason, text=restated)
        stream.correct(record, right, why, known_at=known or said, anew=anew)
        return right

    def _event(self, event: Event, values: Mapping[str, Any]) -> Event:
        """The open part as it should have been, with every clock that starts with it."""
        own = {name: value for name, value in values.items() if name in type(event).model_fields}
        moved = self.command.right_happened
        received = own.get("received_at")
        if (
            moved is None
            and received is not None
            and event.happened_at == getattr(event, "received_at", None)
        ):
            moved = received  # nobody had said when it happened: as on recording, it is when it was received
        try:
            right = event_of_fields(
                event.NAME, body_fields(event) | own | ({"happened_at": moved} if moved else {})
            )
        except ValidationError:
            raise Refused(f"{_names(own)} cannot be so; give it as when it was recorded", rule="E3") from None
        clocks: dict[str, Any] = {}
        for name in type(event).model_fields:
            deadline = getattr(event, name)
            start_of = _start_of(event, name) if isinstance(deadline, Deadline) else ""
            if start_of and (start := getattr(right, start_of)) != getattr(event, start_of):
                clocks[name] = _moved(deadline, start, self.ground.rules)
        return right.model_copy(update=clocks) if clocks else right

    def _words(self, values: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The sealed part as it was said last, with who recorded it; None: it has none, or it was erased.

        Raises:
            Refused: E3: its words were erased, and one of them is to be put right.
        """
        kind = type(self.record.event).TEXT
        if kind is None:
            return None
        first = self.ground.opened(self.record)
        if first is None:
            if named := values.keys() & kind.model_fields.keys():
                raise Refused(
                    f"its words were erased, so {_names(named)} cannot be put right",
                    rule="E3",
                )
            return None
        said = [(self.ground.opened(one) or {}).get("text") for one in self.stream.corrections(self.record)]
        return next((text for text in reversed(said) if text), first)

    def _text(self, before: Mapping[str, Any], values: Mapping[str, Any]) -> Mapping[str, Any]:
        kind = type(self.record.event).TEXT
        assert kind is not None
        named = {name: value for name, value in values.items() if name in kind.model_fields}
        if not named:
            return before
        kept = {name: value for name, value in before.items() if name not in named}
        try:
            right = kind.model_validate({**kept, **named})
        except ValidationError:
            raise Refused(
                f"{_names(named)} cannot be so; give it as when it was recorded", rule="E3"
            ) from None
        return {**kept, **right.model_dump(mode="json", exclude_none=True)}

    def _refuse_times(self, right: Event, values: Mapping[str, Any]) -> None:
        """Refuse times that recording would have refused: of when it happened, was known, was received, is due."""
        command, record, now = self.command, self.record, self.ground.now
        if isinstance(right, DeadlineVaried):
            refuse_all(
                (
                    "E3",
                    command.right_happened is not None or command.right_known is not None,
                    "of a varied deadline only when it is due and the reason are put right",
                )
            )
            if "due_at" in values:
                refuse_due(right.rule, right.due_at, self.ground.rules, now)
            return
        happened = right.happened_at or record.happened_at
        # What was known as it happened is known with it, whenever that was.
        first = None if record.envelope.known == record.happened_at else record.envelope.known
        known = command.right_known or self.stream.known_at(record) or first
        refuse_all(
            (
                "E2",
                known is not None and known < happened,
                "it cannot have been known before it happened; put right both",
            ),
        )
        if "received_at" in values:
            said = Received.model_construct(received=values["received_at"], happened=right.happened_at)
            refuse_receipt(said, self.ground.actor, self.ground.agency, now)


def _refuse_unknown_fields(command: CorrectRecord, named: Sequence[Mapping[str, Correctable]]) -> None:
    """Refuse fields that none of the records has, saying which they have."""
    known = {name: each.name for fields in named for name, each in fields.items()}
    if unknown := command.fields.keys() - known.keys():
        may = ", ".join(sorted(set(known.values()))) or "nothing but its times"
        raise Refused(
            f"this record cannot be corrected in that field ({len(unknown)} of those named); of it may be corrected: "
            f"{may}. Else withdraw it, and record it anew",
            rule="E3",
        )


def _start_of(event: Event, name: str) -> str:
    """The field of an event from which the clock runs whose deadline this field holds; empty: from none of its fields."""
    clock = event.CLOCK_FIELDS.get(name)
    if clock is None:  # what is noted of an act elsewhere: the clock that the act starts
        return "happened_at"
    return clock.of if isinstance(clock, Starts) else ""


def _moved(deadline: Deadline, start: datetime, rules: Rulebook) -> Deadline:
    """The deadline of a clock that really started at another moment, by the same limit of its rule.

    Raises:
        Refused: E3: nobody can tell what its limit would have been.
    """
    if not deadline.agreed:
        try:
            return rules.deadline(deadline.rule, start, stage=deadline.stage)
        except (NoSuchRule, ValueError):
            pass  # no such limit then, or one that counts back from another day
    raise Refused(
        f"the limit of {deadline.rule} was agreed for this record alone; withdraw it, and record it anew",
        rule="E3",
    )


def _names(named: Mapping[str, Any] | set[str]) -> str:
    return ", ".join(sorted(named)) or "what is said"
