"""What is told of a child protection plan, from the conference that made it to its end, and of the child's own file."""

from datetime import date
from typing import Annotated
from uuid import UUID

from services.conference.codes import Category, Place, PlanEnd, ViewsThrough
from shared.domain.event import Event, Sealed
from shared.domain.marks import Starts
from shared.domain.rules import Deadline
from shared.team.meetings import ActionText


class PlanText(Sealed):
    """What the plan is to achieve, who does what, what happens if it fails, who meets in the core group."""

    outcomes: tuple[str, ...] = ()
    actions: tuple[ActionText, ...] = ()
    contingency: str = ""
    core_group: tuple[str, ...] = ()


class ChildProtectionPlanMade(
    Event,
    name="conference.ChildProtectionPlanMade",
    crosses=True,
    text=PlanText,
    fixed=("category", "previous_plans_here", "previous_plans_elsewhere", "previous_plans"),
):
    """The conference made a child protection plan, which starts on its day (C8). Starts C2, C4 and C6."""

    conference: UUID
    """The conference that made it."""
    category: Category
    previous_plans: int
    """How many went before, here and elsewhere together."""
    previous_plans_here: int | None = None
    previous_plans_elsewhere: int | None = None
    next_review: date | None = None
    """An appointment, which moves no clock."""
    core_group_by: Annotated[Deadline, Starts("C2")]
    review_by: Annotated[Deadline, Starts("C4")]
    visit_by: Annotated[Deadline, Starts("C6")]


class CategoryChanged(Event, name="conference.CategoryChanged", crosses=True, fixed=("category",)):
    """A review changed the category of abuse."""

    review: UUID
    category: Category
    was: Category


class PlanEndText(Sealed):
    """What was said of it, and who agreed."""

    notes: str = ""
    agreed_by_name: str = ""


class ChildProtectionPlanEnded(
    Event,
    name="conference.ChildProtectionPlanEnded",
    crosses=True,
    text=PlanEndText,
    meets=("C4", "C5"),
    ends=("C2", "C3", "C4", "C5", "C6"),
    fixed=("reason", "review"),
):
    """The plan ended. Ends C2 to C6; where a review ended it, the review that was due was held (C4, C5)."""

    reason: PlanEnd
    conference: UUID
    """The conference that had made it."""
    review: UUID | None = None
    """The review that ended it; None: it ended without one."""
    agreed_by: UUID | None = None

    def clocks_met(self) -> tuple[str, ...]:
        """A review's, at the very instant at which they would cease."""
        return self.MEETS if self.review is not None else ()


class StepDownProposed(Event, name="conference.StepDownProposed", crosses=True, fixed=()):
    """The review ended the plan and proposes that family wellbeing goes on with the family."""

    review: UUID


class TransferOutText(Sealed):
    """Which authority it is."""

    to_authority: str


class PlanTransferOutRecorded(
    Event,
    name="conference.PlanTransferOutRecorded",
    crosses=True,
    text=TransferOutText,
    fixed=("their_conference",),
):
    """The child moved to another authority, which was told. The plan stays ours until their conference has been held."""

    conference: UUID
    """The conference that had made the plan."""
    told_on: date
    moved_on: date
    their_conference: date | None = None
    accepted: bool | None = None


class VisitText(Sealed):
    """The child's own words, who was there, what was seen; why the child was not seen, or not alone."""

    words: str = ""
    why_not_alone: str = ""
    why_not_seen: str = ""
    present: tuple[str, ...] = ()
    observed: str = ""


class ChildSeen(
    Event,
    name="conference.ChildSeen",
    crosses=True,
    text=VisitText,
    meets=("C6",),
    continues=("C6",),
    beside={"C6": "child_protection_plan"},
    fixed=(),
):
    """A social worker saw a child who is on a plan. Meets C6 and starts it anew."""

    alone: bool
    place: Place
    statutory: bool = True
    """Whether it counts as a visit that law asks for."""
    bedroom_seen: bool | None = None
    visit_by: Annotated[Deadline, Starts("C6")]


class ChildNotSeen(Event, name="conference.ChildNotSeen", crosses=True, text=VisitText, fixed=()):
    """A visit at which the child was not seen. Meets nothing."""

    place: Place
    statutory: bool = True


class ViewsText(Sealed):
    """What the child, or one of the family, wants the conference to know."""

    views: str


class ViewsRecorded(Event, name="conference.ViewsRecorded", text=ViewsText, fixed=("person",)):
    """The views of the child, or of one of the family, for the conference."""

    person: UUID | None = None
    """None: they are the child's."""
    given_through: ViewsThrough | None = None
    attends: bool | None = None


class AdvocateText(Sealed):
    """Which service, or why none was offered."""

    service: str = ""
    why_not: str = ""


class AdvocateOffered(Event, name="conference.AdvocateOffered", text=AdvocateText, fixed=()):
    """An advocate was offered to the child, or it was said why not (C17)."""

    offered: bool
    accepted: bool | None = None


class ChairText(Sealed):
    """Who advised, and what."""

    chair_name: str
    advice: str


class ChairConsulted(Event, name="conference.ChairConsulted", text=ChairText, fixed=("chair_name",)):
    """A chair was consulted before an initial conference (C14), always where the child was referred before."""

    chair: UUID
    re_referral: bool = False
    proceed: bool


class DissentText(Sealed):
    """Why."""

    reason: str


class DissentRecorded(Event, name="conference.DissentRecorded", text=DissentText, fixed=("agency", "person")):
    """An agency or a person does not agree with what was decided. It blocks nothing (C10)."""

    agency: str | None = None
    person: UUID | None = None
