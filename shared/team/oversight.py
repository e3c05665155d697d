"""Management oversight of a child's case: supervision (E7) and audits (E10). Pure. Both stand on the child's own file."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.domain.code_lists import AuditWhat, SupervisionKind
from shared.domain.command import Command, refuse_all
from shared.domain.decider import Context
from shared.domain.event import Event, Sealed
from shared.domain.fields import Professional, RequiredText, ShortText
from shared.domain.instants import Day
from shared.team.step_ref import StepRef, named


class SupervisionText(Sealed):
    """Who was supervised, by name, and what was said and decided."""

    worker: str
    notes: str
    decisions: tuple[str, ...] = ()


class SupervisionRecorded(
    Event, name="team.SupervisionRecorded", crosses=True, text=SupervisionText, fixed=()
):
    """A manager supervised the work with this child."""

    worker: UUID
    """The professional who was supervised."""
    kind: SupervisionKind


class AuditText(Sealed):
    """What was found, how it was graded, and what is to be done."""

    findings: str
    grade: str | None = None
    actions: tuple[str, ...] = ()
    """In the order of `actions_by`."""


class AuditRecorded(
    Event, name="team.AuditRecorded", crosses=True, text=AuditText, fixed=("actions", "actions_by")
):
    """A manager audited what another had decided."""

    regarding: StepRef | None = None
    what: AuditWhat
    actions_by: tuple[date | None, ...] = ()
    """By when each action is to be done; None: no day was named."""


class RecordSupervision(Command, name="team.RecordSupervision"):
    """A manager of the team records that they supervised the work with a child, and what was decided (E7)."""

    worker: Professional
    notes: RequiredText
    decisions: tuple[RequiredText, ...] = Field(default=(), max_length=100)
    kind: SupervisionKind = SupervisionKind.CASE


class AuditAction(BaseModel):
    """What is to be done after an audit."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    what: RequiredText
    by: Day | None = None


class RecordAudit(Command, name="team.RecordAudit", of_step=True):
    """A manager of the team records an audit of what somebody else decided (E10): of a step (`re`), or of the child's case.

    Audits come round in a cycle of ten weeks; that is counted over all of them, and starts no clock on a child.
    """

    what: AuditWhat
    grade: ShortText | None = None
    findings: RequiredText
    actions: tuple[AuditAction, ...] = Field(default=(), max_length=100)


OversightCommand = RecordSupervision | RecordAudit
OversightEvent = SupervisionRecorded | AuditRecorded


def decide_supervision(command: RecordSupervision, _context: Context) -> list[SupervisionRecorded]:
    """Supervision, as it was held."""
    return [
        SupervisionRecorded(
            worker=command.worker.id,
            kind=command.kind,
            sealed=SupervisionText(
                worker=command.worker.name, notes=command.notes, decisions=command.decisions
            ),
        )
    ]


def decide_audit(command: RecordAudit, context: Context) -> list[AuditRecorded]:
    """An audit of what somebody else decided.

    Raises:
        Refused: E10: the auditor recorded the step, or took part in the thing that it opened.
    """
    step = context.step
    refuse_all(
        (
            "E10",
            step is not None and any(context.actor.may_be(each) for each in step.took_part),
            "you took part in what is audited here; ask another manager to audit it",
        ),
    )
    return [
        AuditRecorded(
            regarding=named(context),
            what=command.what,
            actions_by=tuple(each.by for each in command.actions),
            sealed=AuditText(
                findings=command.findings,
                grade=command.grade,
                actions=tuple(each.what for each in command.actions),
            ),
        )
    ]
