"""Who works with a child in other teams, as far as this team has heard: the adult they know offers the return interview (R2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, assert_never
from uuid import UUID

from services.missing.events import WorkerGoneNoted, WorkerNoted
from shared.domain.command import Command
from shared.domain.decider import Context, Per, Stream
from shared.domain.fields import Agency

KnownToEvent: TypeAlias = WorkerNoted | WorkerGoneNoted


@dataclass(frozen=True)
class KnownTo:
    """The workers of the child, each by the case they have, the latest last; with their agencies."""

    workers: Mapping[UUID, tuple[UUID, str]] = field(default_factory=dict)

    @property
    def worker(self) -> tuple[UUID, str] | None:
        """The worker who came last, and their agency; None: nobody works with the child."""
        return [*self.workers.values()][-1] if self.workers else None


def evolve(state: KnownTo, event: KnownToEvent) -> KnownTo:
    """Who works with the child after one more fact."""
    left = {case: who for case, who in state.workers.items() if case != event.case}
    match event:
        case WorkerNoted(worker=worker, agency=agency, case=case):
            return KnownTo({**left, case: (worker, agency)})
        case WorkerGoneNoted():
            return KnownTo(left)
        case _:
            assert_never(event)


class NoteWorker(Command, name="missing.NoteWorker", internal=True):
    """Another team gave the child a worker, on a case of theirs."""

    worker: UUID
    agency: Agency
    case: UUID


class NoteWorkerGone(Command, name="missing.NoteWorkerGone", internal=True):
    """That worker of that case works with the child no longer. Of one whom another has followed this says nothing."""

    worker: UUID | None = None
    """None: the case is over, whoever had it."""
    case: UUID


KnownToCommand: TypeAlias = NoteWorker | NoteWorkerGone


def decide(command: KnownToCommand, state: KnownTo, _context: Context) -> list[KnownToEvent]:
    """Noted once."""
    match command:
        case NoteWorker(worker=worker, agency=agency, case=case):
            known = state.workers.get(case) == (worker, agency)
            return [] if known else [WorkerNoted(worker=worker, agency=agency, case=case)]
        case NoteWorkerGone(worker=worker, case=case):
            gone = case in state.workers and worker in (None, state.workers[case][0])
            return [WorkerGoneNoted(case=case)] if gone else []
        case _:
            assert_never(command)


known_to = Stream(
    name="known_to",
    state=KnownTo(),
    evolve=evolve,
    decide=decide,
    commands=KnownToCommand,
    events=KnownToEvent,
    per=Per.CHILD,
)
