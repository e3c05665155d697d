"""The transfer panel's agenda, and what it decided: a date and a list, made of the proposals (F11)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.fws.events import ProposalEnded, StepDownForPanel, StepUpProposed, TransferDecided
from services.fws.panels import panel_of
from shared.domain.event import Record
from shared.domain.view import Index, Insert, Update, Upsert, View


@dataclass(frozen=True)
class ProposalRow:
    """One child who is proposed for a step-up or a step-down. Its sealed text is the proposal's."""

    stream: UUID
    child: UUID
    direction: str
    proposed_by: str
    """The service in which it was proposed."""
    consent: bool | None
    proposed_at: datetime
    panel: date
    """By the day of which panel it is due."""
    deferred: bool
    waits: bool
    event: UUID
    sealed: bytes | None


proposals = View(
    "proposals",
    row=ProposalRow,
    key=("stream",),
    indexes=(
        Index(("proposed_at", "stream"), where="waits", include=("panel",)),
        ("child",),
    ),
    anew="stream",
)


@proposals.on(StepUpProposed)
def _(event: StepUpProposed, record: Record) -> Upsert:
    return _proposed(record, event.decide_by.due_at, "step_up", "fws", event.consent)


@proposals.on(StepDownForPanel)
def _(event: StepDownForPanel, record: Record) -> Upsert:
    return _proposed(record, event.decide_by.due_at, "step_down", event.proposed_by, None)


def _proposed(
    record: Record, due_at: datetime, direction: str, proposed_by: str, consent: bool | None
) -> Upsert:
    return Upsert(
        stream=record.stream,
        child=record.event.child,
        direction=direction,
        proposed_by=proposed_by,
        consent=consent,
        proposed_at=record.happened_at,
        panel=panel_of(due_at),
        deferred=False,
        waits=True,
        event=record.sealed_by,
        sealed=record.sealed,
    )


@proposals.on(TransferDecided)
def _(event: TransferDecided, record: Record) -> Update:
    if event.decide_again_by is None:
        return Update({"stream": record.stream}, waits=False)
    return Update({"stream": record.stream}, panel=panel_of(event.decide_again_by.due_at), deferred=True)


@proposals.on(ProposalEnded)
def _(_event: ProposalEnded, record: Record) -> Update:
    return Update({"stream": record.stream}, waits=False)


@dataclass(frozen=True)
class DecisionRow:
    """What a panel decided of one child. Its sealed text says why."""

    stream: UUID
    decided: UUID
    child: UUID
    panel: date
    decision: str
    direction: str
    team: str | None
    decided_at: datetime
    event: UUID
    sealed: bytes | None


decisions = View(
    "decisions",
    row=DecisionRow,
    key=("stream", "decided"),
    indexes=(("panel", "decided_at", "decided"),),
    anew="stream",
)


@decisions.on(TransferDecided)
def _(event: TransferDecided, record: Record) -> Insert:
    return Insert(
        stream=record.stream,
        decided=record.envelope.event_id,
        child=event.child,
        panel=event.panel,
        decision=event.decision.value,
        direction=event.direction.value,
        team=event.team.value if event.team else None,
        decided_at=record.happened_at,
        event=record.sealed_by,
        sealed=record.sealed,
    )
