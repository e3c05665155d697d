"""What the family wellbeing service tells of its work with a family: who does it, visits, the assessment, plan and reviews."""

from datetime import date
from typing import Annotated
from uuid import UUID

from services.fws.codes import FormalReview, Place, PlanOwner
from shared.domain.code_lists import Progress, ToldHow
from shared.domain.event import Event, Sealed
from shared.domain.instants import Instant
from shared.domain.marks import Starts
from shared.domain.rules import Deadline
from shared.team.audience import Party
from shared.team.meetings import AttendeeText


class KeyworkerText(Sealed):
    """Who it is, and why."""

    worker_name: str
    reason: str = ""
    language: str | None = None


class KeyworkerAllocated(
    Event,
    name="fws.KeyworkerAllocated",
    crosses=True,
    text=KeyworkerText,
    meets=("F1",),
    fixed=("worker_name", "worker_agency"),
):
    """A manager gave the family a keyworker: from the first on early help is open. Meets F1."""

    worker: UUID
    worker_agency: str | None = None
    """Where it is another than that of the manager who named them."""


class VisitText(Sealed):
    """What was seen and said."""

    notes: str = ""
    words: str = ""
    why_not_seen: str | None = None


class FamilyVisited(
    Event,
    name="fws.FamilyVisited",
    crosses=True,
    text=VisitText,
    fixed=("seen", "first", "adults_seen", "requested_at"),
):
    """The family was visited. Meets F2 and F6, and starts F6 anew; of a child who was seen it meets F3, of one who was not
    seen at the first visit it starts F3, from the request.
    """

    seen: bool
    alone: bool = False
    place: Place | None = None
    first: bool = False
    adults_seen: tuple[UUID, ...] = ()
    requested_at: Instant | None = None
    """When help was requested, where F3 runs from it."""
    see_by: Annotated[Deadline, Starts("F3", of="requested_at")] | None = None
    visit_by: Annotated[Deadline, Starts("F6")]

    def clocks_met(self) -> tuple[str, ...]:
        """F3 is met by the visit that sees the child."""
        return ("F2", "F3", "F6") if self.seen else ("F2", "F6")


class MemberText(Sealed):
    """What one member of the family needs."""

    who: str
    needs: tuple[str, ...] = ()


class DraftText(Sealed):
    """What the family needs, what works well, and what they want to reach."""

    needs: tuple[str, ...]
    strengths: tuple[str, ...]
    goals: tuple[str, ...]
    members: tuple[MemberText, ...] = ()


class DraftAssessmentCompleted(
    Event, name="fws.DraftAssessmentCompleted", text=DraftText, fixed=("meet_by", "meet_again_by")
):
    """The draft of the wellbeing assessment is complete: starts F5, and F5b for a second attempt."""

    scale: int | None = None
    meet_by: Annotated[Deadline, Starts("F5")]
    meet_again_by: Annotated[Deadline, Starts("F5b")]


class NotGivenText(Sealed):
    """Why somebody was not given a copy."""

    who: str
    reason: str


class SharedText(Sealed):
    """Who was not given it, and why."""

    not_given: tuple[NotGivenText, ...] = ()
    organisation_name: str | None = None


class WellbeingAssessmentShared(
    Event,
    name="fws.WellbeingAssessmentShared",
    crosses=True,
    text=SharedText,
    meets=("F4",),
    fixed=("organisation", "organisation_name"),
):
    """The wellbeing assessment was shared with the family. Meets F4."""

    shared_with: tuple[UUID, ...]
    how: ToldHow | None = None
    partners: tuple[str, ...] = ()
    organisation: str | None = None


class PlanItemText(Sealed):
    """What somebody does, by when."""

    what: str
    owner: str
    by: str


class MeetingText(Sealed):
    """Who was there, by name."""

    attended: tuple[AttendeeText, ...] = ()


class SupportMeetingHeld(
    Event,
    name="fws.SupportMeetingHeld",
    crosses=True,
    text=MeetingText,
    meets=("F5", "F5b"),
    fixed=("present", "attended"),
):
    """The family and those who help them met. Meets F5, and F5b with it."""

    present: tuple[Party, ...]
    family: tuple[UUID, ...]
    review_on: date | None = None


class PlanText(Sealed):
    """What the plan says."""

    items: tuple[PlanItemText, ...]


class PlanLive(
    Event,
    name="fws.PlanLive",
    crosses=True,
    text=PlanText,
    fixed=("owners", "review_by", "formal_review_by", "end_by"),
):
    """The family's plan is live: starts F7, F8 and F9."""

    owners: tuple[PlanOwner, ...]
    review_by: Annotated[Deadline, Starts("F7")]
    formal_review_by: Annotated[Deadline, Starts("F8")]
    end_by: Annotated[Deadline, Starts("F9")]


class ReviewText(Sealed):
    """What was said, and what changed in the plan."""

    notes: str = ""
    items: tuple[PlanItemText, ...] = ()


class PlanReviewed(
    Event, name="fws.PlanReviewed", crosses=True, text=ReviewText, meets=("F7",), fixed=("present",)
):
    """The plan was reviewed. Meets F7."""

    progress: Progress
    scale: int | None = None
    present: tuple[Party, ...] = ()


class FormalReviewText(Sealed):
    """What was said."""

    notes: str = ""


class FormalReviewHeld(
    Event,
    name="fws.FormalReviewHeld",
    crosses=True,
    text=FormalReviewText,
    meets=("F8",),
    fixed=("decision", "present"),
):
    """The formal review was held, and what it decided. Meets F8."""

    progress: Progress
    decision: FormalReview
    present: tuple[Party, ...] = ()
    family: tuple[UUID, ...] = ()
    scale: int | None = None


class ExtendedText(Sealed):
    """Why the circumstances are exceptional."""

    reason: str


class HelpExtended(
    Event, name="fws.HelpExtended", crosses=True, text=ExtendedText, fixed=("until", "review_by")
):
    """A manager extended help, once, in exceptional circumstances (F9): starts F7 anew, and moves the end no further."""

    until: date | None = None
    agreed_with: tuple[UUID, ...] = ()
    review_by: Annotated[Deadline, Starts("F7")]
