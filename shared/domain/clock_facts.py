"""The facts that the kernel itself records of clocks: missed, varied, and what stands elsewhere and is noted here.

They stand where the clock runs, fold into the clocks alone, and never reach a stream's own `evolve`.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from shared.domain.corrections import RecordCorrected
from shared.domain.event import Event, Sealed
from shared.domain.instants import Instant
from shared.domain.marks import Mark, MarkKind
from shared.domain.rules import Deadline


class DeadlineMissed(Event, name="team.DeadlineMissed", crosses=True):
    """A due instant passed before the act. Said once for each due instant; happened at it."""

    rule: str
    started_by: UUID
    due_at: Instant


class VariedText(Sealed):
    """Why a manager named a new instant."""

    reason: str


class DeadlineVaried(
    Event, name="team.DeadlineVaried", crosses=True, text=VariedText, fixed=("rule", "was_due_at")
):
    """A manager named a new due instant; the old one stays visible beside it."""

    rule: str
    started_by: UUID
    was_due_at: Instant
    due_at: Instant


class ActNoted(Event, name="team.ActNoted"):
    """An act that stands on another stream, or in another service, met the clocks of a rule here.

    For clocks alone: it stays inside and makes no entry. It happened when the act did. A correction of the act is a
    correction of this too.
    """

    rule: str
    act: UUID
    """The event that is the act."""
    next: Deadline | None = None
    """Where the rule repeats: the clock that the act starts."""
    continues: bool = False
    """Whether that clock goes on with a chain which something else began."""

    @property
    def of(self) -> UUID:
        """The event that is noted."""
        return self.act

    def marks(self) -> tuple[Mark, ...]:
        """The act, and the clock that it starts."""
        return (*_act(self.rule, self.happened_at), *_start(self.rule, self.next, continues=self.continues))


class ClockStarted(Event, name="team.ClockStarted"):
    """A fact that stands on another stream, or in another service, started a clock of a rule here.

    For clocks alone, as `ActNoted`.
    """

    rule: str
    cause: UUID
    """The event that started it."""
    deadline: Deadline
    continues: bool = False

    @property
    def of(self) -> UUID:
        """The event that is noted."""
        return self.cause

    def marks(self) -> tuple[Mark, ...]:
        """The start."""
        return _start(self.rule, self.deadline, continues=self.continues)


class ClockEnded(Event, name="team.ClockEnded"):
    """What the clocks of a rule here were for ceased, by a fact on another stream or in another service.

    For clocks alone, as `ActNoted`.
    """

    rule: str
    cause: UUID
    """The event that ended them."""

    @property
    def of(self) -> UUID:
        """The event that is noted."""
        return self.cause

    def marks(self) -> tuple[Mark, ...]:
        """The end."""
        if self.happened_at is None:
            raise ValueError(f"say when what ends {self.rule} happened")
        return (Mark(self.rule, MarkKind.END, self.happened_at),)


def _act(rule: str, at: datetime | None) -> tuple[Mark, ...]:
    if at is None:
        raise ValueError(f"say when what meets {rule} happened")
    return (Mark(rule, MarkKind.ACT, at),)


def _start(rule: str, deadline: Deadline | None, *, continues: bool) -> tuple[Mark, ...]:
    if deadline is None:
        return ()
    if deadline.rule != rule:
        raise ValueError(f"what is noted of {rule} carries a deadline of {deadline.rule}")
    return (Mark(rule, MarkKind.START, deadline.starts_at, deadline, continues),)


def notes_of(marks: Iterable[Mark], cause: UUID) -> list[Event]:
    """What is noted, on the stream whose clocks these marks are of, of an event (`cause`) that stands elsewhere.

    Of each rule its act, end and start in the order of their marks, so that they mean there what they would at home; an
    act and the start that follows it are one note.
    """
    by_rule: dict[str, list[Mark]] = {}
    for mark in sorted(marks, key=lambda one: one.rank):
        by_rule.setdefault(mark.rule, []).append(mark)
    return [note for said in by_rule.values() for note in _notes_of_rule(said, cause)]


def _notes_of_rule(said: list[Mark], cause: UUID) -> list[Event]:
    if [mark.kind for mark in said] == [MarkKind.ACT, MarkKind.START]:
        act, start = said
        return [
            ActNoted(
                rule=act.rule, act=cause, next=start.deadline, continues=start.continues, happened_at=act.at
            )
        ]
    return [_note(mark, cause) for mark in said]


def _note(mark: Mark, cause: UUID) -> Event:
    match mark.kind:
        case MarkKind.ACT:
            return ActNoted(rule=mark.rule, act=cause, happened_at=mark.at)
        case MarkKind.END:
            return ClockEnded(rule=mark.rule, cause=cause, happened_at=mark.at)
        case MarkKind.START if mark.deadline is not None:
            return ClockStarted(
                rule=mark.rule,
                cause=cause,
                deadline=mark.deadline,
                continues=mark.continues,
                happened_at=mark.at,
            )
        case _:
            raise ValueError(f"the limit of {mark.rule} is set where its clock runs, not noted there")


NOTES: Final = (ActNoted, ClockStarted, ClockEnded)
"""What the kernel notes of an event that stands on another stream, or in another service."""


CLOCK_FACTS: Final = (DeadlineMissed, DeadlineVaried, *NOTES)
"""The kernel's own facts about clocks: they fold into the clocks alone."""


def is_of_clocks(event: Event) -> bool:
    """Whether it is a fact about clocks alone: it folds into the clocks, and never reaches a stream's own `evolve`.

    By the type itself, which is all there is of events: asking whether it is an instance costs more than folding it.
    """
    return type(event) in CLOCK_FACTS


def is_a_record(event: type[Event]) -> bool:
    """Whether a person can put events of this class right: neither what the kernel says of clocks, nor a correction, nor
    what follows by itself. A variation is a person's word.
    """
    return event is DeadlineVaried or not (event.BY_ITSELF or event in (*CLOCK_FACTS, RecordCorrected))
