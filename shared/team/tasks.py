"""Tasks for people: what a policy could not settle by itself, shown on the team's list until somebody has done it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, assert_never
from uuid import UUID, uuid5

from shared.domain.command import Check, Command, Refused, refuse_all
from shared.domain.decider import Beginning, Context, Per, Stream
from shared.domain.event import Event, Record, Sealed
from shared.domain.fields import Text
from shared.domain.policy import AlreadySo, Policy, Reaction, TaskFor
from shared.domain.view import Index, Update, Upsert, View


class TaskRaised(Event, name="team.TaskRaised", by_itself=True, fixed=()):
    """Something waits for a person of a role: why, as codes, and what it is about.

    That is an event of another team (`source`); where the team's own decision left it, the step that was decided.
    """

    role: str
    reason: str
    rules: tuple[str, ...] = ()
    regarding: UUID
    source: str


class TaskDoneText(Sealed):
    """What was done."""

    done: str = ""


class TaskDone(Event, name="team.TaskDone", text=TaskDoneText, fixed=()):
    """A person has dealt with it."""


class RaiseTask(Command, name="team.RaiseTask", opens=True, internal=True):
    """A policy asks a person to look."""

    role: str
    reason: str
    rules: tuple[str, ...] = ()
    regarding: UUID
    source: str


class RaiseTaskWhereOpen(RaiseTask, name="team.RaiseTaskWhereOpen", opens=True, internal=True):
    """A policy asks a person to look where so much is open about the child: of one kind of episode, or of anything.

    The kernel looks at what is open, under all ids of the child, in the transaction that raises the task.
    """

    team: str
    """Whose task it is: each team has its own."""
    kind: str = ""
    """The kind of episode; empty: whatever has a clock that runs, or is an open episode."""
    least: int = 1

    def own_id(self) -> UUID:
        """Once for what it is about, however often that is heard of."""
        return uuid5(self.regarding, f"{self.team}/{self.reason}/{self.kind}")


class CompleteTask(Command, name="team.CompleteTask"):
    """A person of the role that a task is for has dealt with it, and says what was done; `re` is the task."""

    done: Text = ""


_MASH_MANAGERS: Final = frozenset({"mash_manager", "senior_practitioner"})
_MASH_SOCIAL_WORK: Final = _MASH_MANAGERS | {"mash_social_worker", "out_of_hours_social_worker"}


MAY_STAND_IN: Final[Mapping[str, frozenset[str]]] = {
    "mash_screener": _MASH_SOCIAL_WORK,
    "mash_social_worker": _MASH_SOCIAL_WORK,
    "mash_manager": _MASH_MANAGERS,
    "senior_practitioner": _MASH_MANAGERS,
    "social_worker": frozenset({"team_manager"}),
    "keyworker": frozenset({"fws_manager"}),
    "team_worker": frozenset({"team_lead"}),
    "lado": frozenset({"lado_deputy"}),
    "lado_deputy": frozenset({"lado"}),
}
"""Of a role, those who may do all that it may (the rules, "Who may do what"): they may do its tasks."""


@dataclass(frozen=True)
class Task:
    """For whom it is, and whether it is done. No role: it was not raised yet."""

    role: str | None = None
    done: bool = False


def _evolve(state: Task, event: TaskRaised | TaskDone) -> Task:
    match event:
        case TaskRaised(role=role):
            return replace(state, role=role)
        case TaskDone():
            return replace(state, done=True)
        case _:
            assert_never(event)


def _decide(
    command: RaiseTask | RaiseTaskWhereOpen | CompleteTask, state: Task, context: Context
) -> list[TaskRaised | TaskDone]:
    match command:
        case RaiseTask():
            return raise_task(command, state)
        case CompleteTask():
            return complete_task(command, state, context)
        case _:
            assert_never(command)


def raise_task(command: RaiseTask, state: Task) -> list[TaskRaised | TaskDone]:
    """A task, once."""
    if state.role is not None:
        return []
    return [
        TaskRaised(
            role=command.role,
            reason=command.reason,
            rules=command.rules,
            regarding=command.regarding,
            source=command.source,
        )
    ]


def may_complete(state: Task, context: Context) -> tuple[Check, ...]:
    """A task is for a role (E9), and is done once."""
    role = state.role or ""
    return (
        (
            "E9",
            context.actor.role not in {role, *MAY_STAND_IN.get(role, ())},
            f"this task is for another role; leave it to a {role.replace('_', ' ')}",
        ),
        ("", state.done, "this task is done already; nothing is left to do"),
    )


def complete_task(command: CompleteTask, state: Task, context: Context) -> list[TaskRaised | TaskDone]:
    """Done, by somebody of the role.

    Raises:
        Refused: E9, by another role; or it is done already.
    """
    refuse_all(*may_complete(state, context))
    return [TaskDone(sealed=TaskDoneText(done=command.done) if command.done else None)]


def called_for(events: Sequence[Event], context: Context) -> Beginning | None:
    """The task that what was decided leaves to a person (`leaves`), once for each child and command."""
    for event in events:
        if event.LEAVES is not None:
            raised = TaskRaised(
                role=event.LEAVES.role,
                reason=event.LEAVES.reason,
                rules=event.LEAVES.rules,
                regarding=context.command_id,
                source=event.NAME.partition(".")[0],
            )
            return Beginning(uuid5(context.command_id, "task"), raised, context.child)
    return None


task = Stream(
    name="task",
    state=Task(),
    evolve=_evolve,
    decide=_decide,
    commands=RaiseTask | RaiseTaskWhereOpen | CompleteTask,
    events=TaskRaised | TaskDone,
    per=Per.THING,
    childless=True,
    begun_by=called_for,
    preconditions={CompleteTask: may_complete},
)
"""One stream for each task and child; of a task about no child, one."""


def task_of_refusal(step: Reaction, refusal: Refused, command: Command, record: Record) -> RaiseTask | None:
    """The task that a refusal means by the policy; None where it means that nothing is left to do.

    Raises:
        Refused: the policy gives it no meaning.
    """
    meaning = step.meaning((refusal.reason, *refusal.rules))
    if meaning is AlreadySo:
        return None
    if not isinstance(meaning, TaskFor):
        raise refusal
    child = record.event.child
    return RaiseTask(
        about=command.about or ((child,) if child else ()),
        role=meaning.role,
        reason=refusal.reason or "refused",
        rules=refusal.rules,
        regarding=record.envelope.event_id,
        source=record.service,
        happened=command.happened,
        known=command.known,
    )


def task_of_correction(meaning: object, policy: Policy, record: Record, child: UUID) -> RaiseTask:
    """The task of whoever looks at what a service had done upon a fact that was then corrected."""
    role = (meaning if isinstance(meaning, TaskFor) else policy.manager).role
    return RaiseTask(
        about=(child,),
        role=role,
        reason="corrected",
        regarding=record.envelope.event_id,
        source=record.service,
        happened=record.happened_at,
        known=record.envelope.known,
    )


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task about one child, or about none. `regarding` is the event that raised it, of the service `source`."""

    stream: UUID
    task: UUID
    child: UUID | None
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
        "tasks",
        row=TaskRow,
        key=("stream",),
        indexes=(
            Index(("raised_at", "stream"), where="NOT done"),
            Index(("role", "raised_at", "stream"), where="NOT done", include=("reason",)),
        ),
        anew="stream",
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
