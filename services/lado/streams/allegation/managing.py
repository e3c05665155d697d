"""Managing an allegation: meetings, strands, suspension and reviews."""

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.lado.codes import Party, Strand, StrandStatus
from services.lado.events import (
    AllegationReviewed,
    AllegationsMeetingHeld,
    AttendedText,
    MeetingText,
    ReviewText,
    StrandRecorded,
    StrandText,
    SuspensionDecided,
    SuspensionText,
)
from services.lado.streams.allegation.receiving import before_receipt
from services.lado.streams.allegation.state import (
    Allegation,
    AllegationEvent,
    below_threshold,
    closed_already,
)
from shared.domain.command import Check, Command, refuse_all
from shared.domain.decider import Context
from shared.domain.field_errors import refuse_fields
from shared.domain.fields import MOST_ITEMS, Distinct, RequiredText, ShortText, Text
from shared.domain.instants import Day


class Attended(BaseModel):
    """Somebody at a meeting, and for whom."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: ShortText | None = Field(default=None, repr=False)
    party: Party | None = None

    @model_validator(mode="after")
    def _somebody(self) -> "Attended":
        nobody = self.name is None and self.party is None
        refuse_fields(("name", nobody, "say who was there, or for whom somebody was", "missing"))
        return self


class Progress(BaseModel):
    """How one strand stands."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    strand: Strand
    status: StrandStatus


class HoldAllegationsMeeting(Command, name="lado.HoldAllegationsMeeting"):
    """Record an allegations management meeting (L3): who was there, what it decided, who looks into what."""

    present: Distinct[Party] = Field(min_length=1)
    decisions: tuple[Text, ...] = Field(max_length=MOST_ITEMS)
    strands: Distinct[Strand] = ()
    attended: tuple[Attended, ...] = Field(default=(), max_length=MOST_ITEMS)
    next: Day | None = None


class RecordStrand(Command, name="lado.RecordStrand"):
    """Record how one strand stands: the police's, social care's, the employer's."""

    strand: Strand
    status: StrandStatus
    lead: ShortText | None = Field(default=None, repr=False)
    outcome: Text = ""
    reference: ShortText | None = Field(default=None, repr=False)


class RecordSuspensionDecision(Command, name="lado.RecordSuspensionDecision"):
    """Record whether the adult is suspended meanwhile: who decided, why, and what else was considered."""

    suspended: bool
    decided_by: ShortText = Field(repr=False)
    alternatives: tuple[Text, ...] = Field(default=(), max_length=MOST_ITEMS)
    reason: RequiredText


class ReviewAllegation(Command, name="lado.ReviewAllegation"):
    """Review an open allegation (L4)."""

    notes: RequiredText
    progress: tuple[Progress, ...] = Field(default=(), max_length=MOST_ITEMS)
    next: Day | None = None


def may_meet(state: Allegation, _context: Context) -> tuple[Check, ...]:
    """Of an open allegation that meets the threshold (L2)."""
    return closed_already(state), below_threshold(state)


def may_manage(state: Allegation, _context: Context) -> tuple[Check, ...]:
    """Of an open one."""
    return (closed_already(state),)


def hold_meeting(
    command: HoldAllegationsMeeting, state: Allegation, context: Context
) -> list[AllegationEvent]:
    """Held: reviewed within a month of it."""
    refuse_all(*may_meet(state, context), before_receipt(state, context))
    attended = tuple(AttendedText(name=each.name or "", party=each.party) for each in command.attended)
    return [
        AllegationsMeetingHeld(
            present=command.present,
            strands=command.strands,
            next_on=command.next,
            review_by=context.deadline("L4", context.happened_at),
            sealed=MeetingText(decisions=command.decisions, attended=attended),
        )
    ]


def review_allegation(
    command: ReviewAllegation, state: Allegation, context: Context
) -> list[AllegationEvent]:
    """Reviewed: the next within a month of it."""
    refuse_all(*may_manage(state, context), before_receipt(state, context))
    return [
        AllegationReviewed(
            progress=tuple((each.strand, each.status) for each in command.progress),
            next_on=command.next,
            review_by=context.deadline("L4", context.happened_at),
            sealed=ReviewText(notes=command.notes),
        )
    ]


def record_strand(command: RecordStrand, state: Allegation, context: Context) -> list[AllegationEvent]:
    """As it stands now."""
    refuse_all(*may_manage(state, context))
    text = StrandText(lead=command.lead, outcome=command.outcome, reference=command.reference)
    return [StrandRecorded(strand=command.strand, status=command.status, sealed=text)]


def record_suspension(
    command: RecordSuspensionDecision, state: Allegation, context: Context
) -> list[AllegationEvent]:
    """As it was decided."""
    refuse_all(*may_manage(state, context))
    text = SuspensionText(
        decided_by=command.decided_by, reason=command.reason, alternatives=command.alternatives
    )
    return [SuspensionDecided(suspended=command.suspended, sealed=text)]
