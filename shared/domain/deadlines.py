"""The clocks running on a stream, folded from its events. Pure.

A clock starts with the event that carries its `Deadline`, is met by an act that happened before it was due (late or
not, the act that happened first stops it, in whatever order acts are recorded), ends when what it was for ceased, and
can be varied by a manager. That it was missed is itself a fact, recorded once for each due instant (source: "How a
clock runs" in the rules).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self
from uuid import UUID

from shared.domain.event import Event, Sealed
from shared.domain.instants import Instant
from shared.domain.rules import Deadline


class DeadlineMissed(Event, name="team.DeadlineMissed", crosses=True):
    """A due instant passed before the act. Recorded once for each due; happened at the due instant."""

    rule: str
    started_by: UUID
    due_at: Instant


class VariedText(Sealed):
    """Why a manager named a new instant."""

    reason: str


class DeadlineVaried(Event, name="team.DeadlineVaried", crosses=True, text=VariedText):
    """A manager named a new due instant; the old one stays visible beside it."""

    rule: str
    started_by: UUID
    was_due_at: Instant
    due_at: Instant


def is_of_clocks(event: Event) -> bool:
    """Whether it is a fact about clocks alone: it folds into the clocks, and never reaches a stream's own `evolve`.

    By the type itself, which is all there is of events: asking whether it is an instance costs more than folding it.
    """
    return type(event) in (DeadlineMissed, DeadlineVaried)


@dataclass(frozen=True, slots=True)
class DeadlineClock:
    """One clock: its rule, the event that started it, the instants (UTC) that judge it."""

    deadline: Deadline
    started_by: UUID
    due_at: datetime
    acted_at: datetime | None = None
    ended_at: datetime | None = None
    varied: bool = False
    missed_due: datetime | None = None

    @property
    def rule(self) -> str:
        """The rule's id."""
        return self.deadline.rule

    @property
    def running(self) -> bool:
        """Neither acted on nor ended."""
        return self.acted_at is None and self.ended_at is None

    def met_by(self, at: datetime | None) -> bool:
        """Whether an act that happened at `at` is the one that counts: it runs, or the act known so far was later."""
        return self.running or (
            at is not None and self.ended_at is None and self.acted_at is not None and at < self.acted_at
        )

    def missed_by(self, now: datetime) -> bool:
        """Whether, at `now`, the due instant has passed unmet and no fact says so yet."""
        stopped = self.acted_at if self.acted_at is not None else self.ended_at
        in_time = stopped is not None and stopped < self.due_at
        return self.due_at <= now and not in_time and self.missed_due != self.due_at


@dataclass(frozen=True, slots=True)
class DeadlineClocks:
    """All clocks that ever ran on a stream, in the order they started."""

    all: tuple[DeadlineClock, ...] = ()

    def __iter__(self) -> Iterator[DeadlineClock]:
        return iter(self.all)

    def after(self, event: Event, event_id: UUID) -> Self:
        """The clocks once `event` (with its id) is taken in."""
        if is_of_clocks(event):
            return self._told(event)
        met, ended, begun = event.clocks_met(), event.clocks_ended(), event.deadlines()
        if not (met or ended or begun):
            return self
        at = event.happened_at
        changed: dict[int, DeadlineClock] = {}
        for n, clock in enumerate(self.all):
            # An act recorded after one that happened later takes its place. No clock repeats yet: one that restarts
            # from the act that meets it would have to move the next clock's start as well.
            rule = clock.deadline.rule
            if rule in met and clock.met_by(at):
                changed[n] = replace(clock, acted_at=at)
            elif rule in ended and clock.running:
                changed[n] = replace(clock, ended_at=at)
        if not (begun or changed):
            return self
        clocks = [changed.get(n, clock) for n, clock in enumerate(self.all)]
        clocks += [DeadlineClock(deadline=due, started_by=event_id, due_at=due.due_at) for due in begun]
        return replace(self, all=tuple(clocks))

    def _told(self, event: Event) -> Self:
        match event:
            case DeadlineMissed(rule=rule, started_by=started, due_at=due):
                return self._changed(rule, started, missed_due=due)
            case DeadlineVaried(rule=rule, started_by=started, due_at=due):
                return self._changed(rule, started, due_at=due, varied=True)
        raise TypeError(f"{event.NAME} is no fact about clocks")

    def _changed(self, rule: str, started_by: UUID, **changes: object) -> Self:
        return replace(
            self,
            all=tuple(
                replace(clock, **changes)  # type: ignore[arg-type]  # the callers above name fields of Clock
                if clock.rule == rule and clock.started_by == started_by
                else clock
                for clock in self.all
            ),
        )

    def find(self, rule: str, started_by: UUID) -> DeadlineClock | None:
        """The clock of this rule that this event started."""
        return next(
            (clock for clock in self.all if clock.rule == rule and clock.started_by == started_by), None
        )

    def latest(self, rule: str) -> DeadlineClock | None:
        """The last clock of this rule to start."""
        return next((clock for clock in reversed(self.all) if clock.rule == rule), None)

    def newly_missed(self, now: datetime) -> tuple[DeadlineMissed, ...]:
        """The misses that `now` makes true and no event says yet, each happened at its due instant."""
        return tuple(
            DeadlineMissed(rule=c.rule, started_by=c.started_by, due_at=c.due_at, happened_at=c.due_at)
            for c in self.all
            if c.missed_by(now)
        )
