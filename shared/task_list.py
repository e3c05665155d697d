"""The view of tasks that every service has: what waits for a person of which role."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.event import Record
from shared.projection import Update, Upsert, View
from shared.tasks import TaskDone, TaskRaised


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
    view = View("tasks", row=TaskRow, key=("stream",), indexes=(("done", "raised_at", "stream"),))

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
