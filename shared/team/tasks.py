"""Tasks for people: what a policy could not settle by itself, shown on the team's list until somebody has done it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID

from shared.domain.command import Command
from shared.domain.decider import Context, Per, Stream
from shared.domain.event import Event, Record
from shared.domain.view import Update, Upsert, View


class TaskRaised(Event, name="team.TaskRaised"):
    """Something waits for a person of a role: why, as codes, and which event it is about."""

    role: str
    reason: str
    rules: tuple[str, ...] = ()
    regarding: UUID
    source: str


class TaskDone(Event, name="team.TaskDone"):
    """A person has dealt with it."""


class RaiseTask(Command, name="team.RaiseTask", opens=True, internal=True):
    """A policy asks a person to look."""

    role: str
    reason: str
    rules: tuple[str, ...] = ()
    regarding: UUID
    source: str


class CompleteTask(Command, name="team.CompleteTask"):
    """A person has dealt with a task; `re` is the task."""


@dataclass(frozen=True)
class Task:
    """Whether it is raised and done."""

    raised: bool = False
    done: bool = False


def _evolve(state: Task, event: TaskRaised | TaskDone) -> Task:
    match event:
        case TaskRaised():
            return replace(state, raised=True)
        case TaskDone():
            return replace(state, done=True)
        case _:
            assert_never(event)


def _decide(command: RaiseTask | CompleteTask, state: Task, _context: Context) -> list[Event]:
    match command:
        case RaiseTask(role=role, reason=reason, rules=rules, regarding=regarding, source=source):
            return (
                []
                if state.raised
                else [TaskRaised(role=role, reason=reason, rules=rules, regarding=regarding, source=source)]
            )
        case CompleteTask():
            return [] if state.done else [TaskDone()]
        case _:
            assert_never(command)


task = Stream(
    name="task",
    state=Task(),
    evolve=_evolve,
    decide=_decide,
    commands=RaiseTask | CompleteTask,
    events=TaskRaised | TaskDone,
    per=Per.THING,
)
"""One stream for each task and child."""


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task about one child. `regarding` is the event that raised it, of the service `source`."""

    stream: UUID
    task: UUID
    child: UUID
    role: str
    reason: str
    rules: list[str]
    regarding: UUID
    source: str
    raised_at: datetime
    done: bool


def task_list() -> View[TaskRow]:
    """The view `tasks` of a service."""
    view = View(
        "tasks", row=TaskRow, key=("stream",), indexes=(("done", "raised_at", "stream"),), anew="stream"
    )

    @view.on(TaskRaised)
    def raised(event: TaskRaised, record: Record) -> Upsert:
        return Upsert(
            stream=record.stream,
            task=record.envelope.thing_id,
            child=event.child,
            role=event.role,
            reason=event.reason,
            rules=list(event.rules),
            regarding=event.regarding,
            source=event.source,
            raised_at=record.recorded_at,
            done=False,
        )

    @view.on(TaskDone)
    def done(_event: TaskDone, record: Record) -> Update:
        return Update({"stream": record.stream}, done=True)

    return view
