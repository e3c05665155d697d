"""Tasks for people: what a policy could not settle by itself, shown on the team's list until somebody has done it."""

from dataclasses import dataclass, replace
from typing import assert_never
from uuid import UUID

from shared.decider import Command, Context, Per, Stream
from shared.event import Event


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
