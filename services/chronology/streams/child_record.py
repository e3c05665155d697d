"""A child's record: what every team told of the child, and what people have since said of these entries."""

from dataclasses import dataclass, field, replace
from typing import assert_never
from uuid import UUID

from services.chronology.events import (
    EntryReceived,
    EntryText,
    SeenBy,
    Significance,
    SignificanceChanged,
    SignificanceText,
)
from shared.domain.command import Command, Refused
from shared.domain.decider import Context, Per, Stream
from shared.domain.event import Sensitivity
from shared.domain.fields import RequiredText
from shared.domain.instants import Instant

ChildRecordEvent = EntryReceived | SignificanceChanged


@dataclass(frozen=True)
class ChildRecord:
    """How each entry is weighed."""

    significance: dict[UUID, Significance] = field(default_factory=dict)


def evolve(state: ChildRecord, event: ChildRecordEvent) -> ChildRecord:
    """The record after one more fact."""
    match event:
        case EntryReceived(entry=entry, significance=significance):
            return replace(state, significance={**state.significance, entry: significance})
        case SignificanceChanged(entry=entry, significance=significance):
            return replace(state, significance={**state.significance, entry: significance})
        case _:
            assert_never(event)


class ReceiveEntry(Command, name="chronology.ReceiveEntry", opens=True, internal=True):
    """Take a team's fact into the child's record."""

    entry: UUID
    source: str
    source_position: int
    source_event: str
    caused_by: UUID
    thing: UUID | None = None
    title: str
    topic: str
    recorded_at: Instant
    recorded_late: bool = False
    agency: str
    organisation: str | None = None
    role: str
    significance: Significance
    sensitivity: Sensitivity = "ordinary"
    seen_by: tuple[SeenBy, ...]
    parts: tuple[tuple[str, str], ...] = ()
    recorder: str | None = None


class ChangeSignificance(Command, name="chronology.ChangeSignificance"):
    """Weigh an entry differently: critical, significant or routine, with the reason."""

    entry: UUID
    significance: Significance
    reason: RequiredText


ChildRecordCommand = ReceiveEntry | ChangeSignificance


def decide(command: ChildRecordCommand, state: ChildRecord, context: Context) -> list[ChildRecordEvent]:
    """What follows from a command on a child's record.

    Raises:
        Refused: the entry is not of this child's record.
    """
    match command:
        case ReceiveEntry():
            if command.entry in state.significance:
                return []
            text = EntryText(parts=command.parts, recorder=command.recorder)
            copied = command.model_dump(
                exclude={"about", "re", "happened", "known", "parts", "recorder", "seen_by", "recorded_at"}
            )
            return [
                EntryReceived(
                    **copied,
                    known_at=context.known_at,
                    recorded_at=command.recorded_at,
                    seen_by=command.seen_by,
                    sealed=text,
                )
            ]
        case ChangeSignificance(entry=entry, significance=significance, reason=reason):
            was = state.significance.get(entry)
            if was is None:
                raise Refused(
                    "this entry is not part of the child's record; check `entry`", rule="chronology"
                )
            if was == significance:
                return []
            return [
                SignificanceChanged(
                    entry=entry, significance=significance, was=was, sealed=SignificanceText(reason=reason)
                )
            ]
        case _:
            assert_never(command)


child_record = Stream(
    name="child_record",
    state=ChildRecord(),
    evolve=evolve,
    decide=decide,
    commands=ChildRecordCommand,
    events=ChildRecordEvent,
    per=Per.CHILD,
)
