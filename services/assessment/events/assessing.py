"""What referral and assessment tells of an assessment: started, what was found, authorised, shared."""

from datetime import date
from typing import Annotated
from uuid import UUID

from services.assessment.codes import AssessmentKind, AssessmentOutcome, Factor, FamilyNetwork, Scaler
from shared.domain.code_lists import LawfulBasis, ToldHow
from shared.domain.event import Event, Sealed
from shared.domain.instants import Instant
from shared.domain.marks import Mark, MarkKind, Starts
from shared.domain.rules import Deadline


class AssessmentStarted(Event, name="assessment.AssessmentStarted", crosses=True, fixed=("referral", "kind")):
    """A child's assessment begins: with the first worker, or when somebody starts it."""

    referral: UUID
    """The episode that it is of."""
    kind: AssessmentKind
    review_on: date | None = None
    """The day on which it is looked at inside the team (census: internal review)."""


class FactorsRecorded(Event, name="assessment.FactorsRecorded", fixed=()):
    """What the assessment identified by now; what was recorded before counts no longer."""

    factors: tuple[Factor, ...]


class SignsOfSafetyText(Sealed):
    """The seven questions of Signs of Safety, as far as they were answered."""

    harm: str | None = None
    danger: str | None = None
    complicating: str | None = None
    strengths: str | None = None
    safety: str | None = None
    needed: str | None = None
    family_wants: str | None = None


class SignsOfSafetyAnswered(Event, name="assessment.SignsOfSafetyAnswered", text=SignsOfSafetyText, fixed=()):
    """The worker and the family answered questions of Signs of Safety."""


class ScaleText(Sealed):
    """Why not less safe, why not safer."""

    reason: str = ""


class SafetyScaled(Event, name="assessment.SafetyScaled", text=ScaleText, fixed=()):
    """Somebody scaled how safe the child is, from 0 (danger) to 10 (safe enough to close)."""

    scale: int
    by: Scaler


class NetworkText(Sealed):
    """What the family's network plans, each with who does it and by when; or why it did not meet."""

    plan: tuple[str, ...] = ()
    why_not: str = ""


class FamilyNetworkMeetingHeld(
    Event, name="assessment.FamilyNetworkMeetingHeld", crosses=True, text=NetworkText, fixed=()
):
    """The family's network met, and made a plan of its own (A17)."""

    family: tuple[UUID, ...] = ()
    present: tuple[str, ...] = ()


class FamilyNetworkMeetingDeclined(
    Event, name="assessment.FamilyNetworkMeetingDeclined", crosses=True, text=NetworkText, fixed=()
):
    """The family's network did not meet: it was offered and declined, or it is said why it was not offered (A17)."""

    offered: bool


class CompletedText(Sealed):
    """What was found: the child's own views, the analysis, the answers of Signs of Safety."""

    child_views: str = ""
    analysis: str = ""
    signs_of_safety: SignsOfSafetyText | None = None


class AssessmentCompleted(
    Event,
    name="assessment.AssessmentCompleted",
    text=CompletedText,
    fixed=("outcome", "factors", "author"),
):
    """The worker completed the assessment; it waits for a manager who is not its author (A3)."""

    outcome: AssessmentOutcome
    factors: tuple[Factor, ...] = ()
    """What was identified; none: what was recorded before stands."""
    safety_scale: int | None = None
    family_network: FamilyNetwork | None = None
    author: UUID


class AuthorisedText(Sealed):
    """What the manager says to it."""

    comment: str = ""


class AssessmentAuthorised(
    Event,
    name="assessment.AssessmentAuthorised",
    crosses=True,
    text=AuthorisedText,
    meets=("A3",),
    beside={"A3": "referral", "A6": "referral"},
    fixed=("kind", "outcome", "factors", "to_tell"),
):
    """A manager who did not write it authorised the assessment. Meets A3, and starts A6 where there is somebody to tell."""

    kind: AssessmentKind
    outcome: AssessmentOutcome
    factors: tuple[Factor, ...]
    safety_scale: int | None = None
    family_network: FamilyNetwork | None = None
    child_seen: bool
    """Whether the child was seen since the referral was received, as far as this team recorded it."""
    to_tell: tuple[str, ...] = ()
    """Who is told the outcome: the referrer's agency, or `referrer` for one of none, and every agency that was asked."""
    share_by: Annotated[Deadline, Starts("A6")] | None = None


class SharedText(Sealed):
    """What they were told, and why others were not."""

    message: str = ""
    reasons: tuple[str, ...] = ()


class OutcomeShared(
    Event,
    name="assessment.OutcomeShared",
    crosses=True,
    text=SharedText,
    meets=("A6",),
    beside={"A6": "referral"},
    fixed=("to", "not_shared", "completes"),
):
    """The outcome of the assessment was shared. Meets A6 once everybody is told who is to be told, when the last was."""

    to: tuple[str, ...]
    not_shared: tuple[str, ...] = ()
    """With whom it was decided not to share it."""
    bases: tuple[LawfulBasis, ...] = ()
    """On which lawful bases not."""
    how: ToldHow | None = None
    completes: bool
    """Whether everybody has been told by now."""
    others_told_at: Instant | None = None
    """When the last of the others was told before this was recorded."""

    def all_marks(self) -> tuple[Mark, ...]:
        """The act, as of when the last was told, in whatever order it was written down."""
        if not self.completes:
            return ()
        if self.happened_at is None:
            raise ValueError("say when the outcome was shared")
        at = max(self.happened_at, self.others_told_at or self.happened_at)
        return (Mark("A6", MarkKind.ACT, at),)
