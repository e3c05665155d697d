"""What is told of a conference, a review or a core group that was held, of its decision letter and its minutes."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.conference.codes import (
    AgencyView,
    Category,
    ConferenceDecision,
    LetterTo,
    MeetingKind,
    ReviewDecision,
    ViewsThrough,
)
from shared.domain.code_lists import ConferenceKind, ConferenceOrigin, Progress, ToldHow
from shared.domain.event import Event, Sealed
from shared.domain.marks import Starts
from shared.domain.rules import Deadline
from shared.team.audience import Party
from shared.team.meetings import ActionText, AttendeeText

_TRANSFER_COUNTS = frozenset({ConferenceKind.INITIAL, ConferenceKind.TRANSFER_IN})


class ViewOfAgency(BaseModel):
    """What one agency at a conference thinks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agency: str
    view: AgencyView


class DissentBy(BaseModel):
    """Who dissents: an agency, or a person. Why is sealed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agency: str | None = None
    person: UUID | None = None


class ConferenceText(Sealed):
    """Who was there, what the child said, why somebody was not there or dissents."""

    child_views: str = ""
    attended: tuple[AttendeeText, ...] = ()
    why_family_absent: str = ""
    why_not_quorate: str = ""
    dissent: tuple[str, ...] = ()


class ConferenceHeld(
    Event,
    name="conference.ConferenceHeld",
    crosses=True,
    text=ConferenceText,
    meets=("A5", "C15", "C16"),
    beside={"A5": "conference_due", "C15": "conference_due", "C16": "conference_due"},
    fixed=("kind", "origin", "section_47", "decision", "present", "attended", "new_date"),
):
    """A child protection conference was held: who was there, each agency's view, what was decided. Meets A5, and C16 of an
    unborn child; C15 where it is an initial or transfer-in one. One that adjourned was held too.
    """

    kind: ConferenceKind
    origin: ConferenceOrigin
    section_47: UUID | None = None
    decision: ConferenceDecision
    quorate: bool
    present: tuple[Party, ...]
    invited: tuple[Party, ...] = ()
    """Who was invited, there or not: they see what was decided."""
    invited_absent: tuple[str, ...] = ()
    awaited: UUID | None = None
    """The conference that had waited, by its stream: reports to it are shown to those present."""
    family_present: bool
    child_present: bool | None = None
    views: tuple[ViewOfAgency, ...] = ()
    dissent: tuple[DissentBy, ...] = ()
    new_date: date | None = None
    letter_by: Annotated[Deadline, Starts("C13")]
    minutes_by: Annotated[Deadline, Starts("C23")]

    def clocks_met(self) -> tuple[str, ...]:
        """C15 is answered by an initial or a transfer-in conference alone."""
        return ("A5", "C15", "C16") if self.kind in _TRANSFER_COUNTS else ("A5", "C16")


class ReviewText(Sealed):
    """Who was there, what the child said, why somebody dissents, or it was not quorate."""

    child_views: str = ""
    attended: tuple[AttendeeText, ...] = ()
    why_not_quorate: str = ""
    dissent: tuple[str, ...] = ()


class ReviewConferenceHeld(
    Event,
    name="conference.ReviewConferenceHeld",
    crosses=True,
    text=ReviewText,
    meets=("A5", "C4", "C5", "C16"),
    beside={
        "A5": "conference_due",
        "C16": "conference_due",
        "C4": "child_protection_plan",
        "C5": "child_protection_plan",
    },
    fixed=("decision", "category", "present", "attended", "new_date"),
):
    """The plan was reviewed: it goes on, and the next review is due (C5), or it ends. Meets C4, C5, and C16 after a birth;
    of a child on a plan it is the conference that an enquiry asks for (A5).
    """

    decision: ReviewDecision
    category: Category
    """The latest: as it was, where the review changed none."""
    quorate: bool
    present: tuple[Party, ...]
    invited: tuple[Party, ...] = ()
    invited_absent: tuple[str, ...] = ()
    awaited: UUID | None = None
    family_present: bool | None = None
    child_present: bool | None = None
    given_through: ViewsThrough | None = None
    views: tuple[ViewOfAgency, ...] = ()
    dissent: tuple[DissentBy, ...] = ()
    progress: Progress | None = None
    new_date: date | None = None
    next_review: date | None = None
    """An appointment, which moves no clock."""
    letter_by: Annotated[Deadline, Starts("C13")]
    minutes_by: Annotated[Deadline, Starts("C23")]
    review_by: Annotated[Deadline, Starts("C5")] | None = None


class CoreGroupText(Sealed):
    """Who was there, what was agreed, and what was said."""

    attended: tuple[AttendeeText, ...] = ()
    actions: tuple[ActionText, ...] = ()
    notes: str = ""


class CoreGroupHeld(
    Event,
    name="conference.CoreGroupHeld",
    crosses=True,
    text=CoreGroupText,
    meets=("C2", "C3"),
    beside={"C2": "child_protection_plan", "C3": "child_protection_plan"},
    fixed=("present", "attended"),
):
    """The core group met. Meets C2, then C3, and starts C3 anew; its minutes are due by C24."""

    progress: Progress
    scale: int | None = None
    present: tuple[Party, ...]
    family: tuple[UUID, ...] = ()
    contingency_looked_at: bool | None = None
    next_by: Annotated[Deadline, Starts("C3")]
    minutes_by: Annotated[Deadline, Starts("C24")]


class SentText(Sealed):
    """To whom nothing was sent, and why."""

    not_sent: tuple[str, ...] = ()


class DecisionLetterSent(
    Event, name="conference.DecisionLetterSent", crosses=True, text=SentText, meets=("C13",), fixed=()
):
    """The decision of a conference or review was sent. Meets C13."""

    to: tuple[LetterTo, ...]
    agencies: tuple[str, ...] = ()
    people: tuple[UUID, ...] = ()
    how: ToldHow | None = None


class MinutesSent(
    Event, name="conference.MinutesSent", crosses=True, meets=("C23", "C24"), fixed=("meeting",)
):
    """Minutes were sent: of a conference or review, which meets C23, or of a core group, which meets C24."""

    meeting: MeetingKind
    to: tuple[LetterTo, ...]
    agencies: tuple[str, ...] = ()
    people: tuple[UUID, ...] = ()
    how: ToldHow | None = None

    def clocks_met(self) -> tuple[str, ...]:
        """By what they are of."""
        return ("C24",) if self.meeting is MeetingKind.CORE_GROUP else ("C23",)
