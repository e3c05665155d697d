"""What referral and assessment tells of child-in-need plans."""

from datetime import date
from typing import Annotated
from uuid import UUID

from services.assessment.codes import PlanDecision, PlanEnd
from shared.domain.code_lists import Progress
from shared.domain.event import Event, LeftToDo, Sealed
from shared.domain.marks import Starts
from shared.domain.rules import Deadline
from shared.team.meetings import ActionText


class PlanText(Sealed):
    """What the plan is to come to, and who does what."""

    outcomes: tuple[str, ...]
    actions: tuple[ActionText, ...] = ()


class ChildInNeedPlanStarted(
    Event,
    name="assessment.ChildInNeedPlanStarted",
    crosses=True,
    text=PlanText,
    fixed=("consented_by", "gillick_competent", "partners"),
):
    """A plan for a child in need began, with consent (A14). Starts A15 and A18; a `first_review` is an appointment alone."""

    consented_by: UUID
    gillick_competent: bool = False
    partners: tuple[str, ...] = ()
    """The agencies that are part of the plan, and see it."""
    first_review: date | None = None
    visit_by: Annotated[Deadline, Starts("A15")]
    review_by: Annotated[Deadline, Starts("A18")]


class NotesText(Sealed):
    """What was said of it."""

    notes: str = ""


class ChildInNeedPlanReviewed(
    Event,
    name="assessment.ChildInNeedPlanReviewed",
    crosses=True,
    text=NotesText,
    meets=("A18",),
    continues=("A18",),
    fixed=("decision",),
):
    """The plan was reviewed. Meets A18, and starts it anew unless the plan is to end; what was decided is done by itself."""

    progress: Progress
    decision: PlanDecision
    present: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    scale: int | None = None
    next: date | None = None
    review_by: Annotated[Deadline, Starts("A18")] | None = None


class ChildInNeedPlanEnded(
    Event,
    name="assessment.ChildInNeedPlanEnded",
    crosses=True,
    text=NotesText,
    ends=("A15", "A18"),
    fixed=("reason",),
):
    """The plan ended. Ends A15 and A18."""

    reason: PlanEnd
    partners: tuple[str, ...] = ()


class PlanConsentWithdrawn(
    Event,
    name="assessment.PlanConsentWithdrawn",
    leaves=LeftToDo("team_manager", "consent_withdrawn", ("A14",)),
    fixed=(),
):
    """The consent that the plan rests on was withdrawn: a manager decides what becomes of the plan (A14)."""

    withdrawn_by: UUID


class PlanQuestioned(
    Event,
    name="assessment.PlanQuestioned",
    leaves=LeftToDo("team_manager", "plan_beside_another", ("C8",)),
    fixed=(),
):
    """Another team told of what excludes the plan, and that it stood on a day before the plan began: nobody here knew of it
    then. A manager decides which of the two stands (C8); nothing ends by itself.
    """

    reason: PlanEnd
    """What it would have ended with."""


class ProtectionPlanNoted(Event, name="assessment.ProtectionPlanNoted", fixed=()):
    """Conference made a child protection plan: while it is open, the child has no child-in-need plan (C8)."""

    plan: UUID


class ProtectionPlanEndNoted(Event, name="assessment.ProtectionPlanEndNoted", fixed=()):
    """Conference ended the child protection plan."""

    plan: UUID
