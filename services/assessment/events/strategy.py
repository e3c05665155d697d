"""What referral and assessment tells of strategy discussions, and of the section 47 enquiries that follow from them."""

from datetime import date
from uuid import UUID

from services.assessment.codes import Section47Kind, Section47Outcome, StrategyDecision
from shared.domain.code_lists import ConferenceKind, ConferenceOrigin
from shared.domain.event import Event, Sealed
from shared.domain.instants import Instant
from shared.team.audience import Party
from shared.team.meetings import ActionText, AttendeeText


class ConvenedText(Sealed):
    """Why a strategy discussion is called, and where it is held."""

    why: str
    place: str = ""


class StrategyDiscussionConvened(
    Event, name="assessment.StrategyDiscussionConvened", text=ConvenedText, fixed=()
):
    """A strategy discussion was called: for when, and who is invited. It meets nothing; a discussion that is held does."""

    planned_for: Instant
    invited: tuple[str, ...]


class StrategyDiscussionExpected(Event, name="assessment.StrategyDiscussionExpected", fixed=()):
    """A discussion on the child was called: where no referral is open, the one that it opens was received then."""

    discussion: UUID


class ExpectedDiscussionHeld(Event, name="assessment.ExpectedDiscussionHeld", fixed=()):
    """The discussion that was called has been held."""

    discussion: UUID


class StrategyText(Sealed):
    """Who was at the discussion, what was agreed, and why."""

    actions: tuple[ActionText, ...] = ()
    attended: tuple[AttendeeText, ...] = ()
    reason: str = ""
    why_not_quorate: str = ""


class StrategyMeetingHeld(
    Event,
    name="assessment.StrategyMeetingHeld",
    crosses=True,
    text=StrategyText,
    meets=("A11", "F10", "R8"),
    beside={"A11": "strategy_due", "F10": "strategy_due", "R8": "strategy_due"},
    fixed=("decision", "present", "attended"),
):
    """A strategy discussion was held: who was there, and what it decided. Meets A11, F10 and R8, quorate or not.

    Where it begins a section 47 enquiry, the conference of C1 and A5 is due from when it was held. One that decides on
    section 47 while an enquiry is open begins no second.
    """

    decision: StrategyDecision
    begins_section_47: bool = False
    quorate: bool
    present: tuple[Party, ...]
    contact: UUID | None = None
    """The contact of the open referral: who told of it learns that the discussion was held."""
    convened: UUID | None = None
    """The discussion that had been called."""
    restricted: bool = False
    medical: bool | None = None
    children_interviewed: bool | None = None
    next: date | None = None


class Section47Decided(Event, name="assessment.Section47Decided", fixed=()):
    """A strategy discussion decided on a section 47 enquiry: it is open from then on (A4)."""

    discussion: UUID


class Section47Initiated(Event, name="assessment.Section47Initiated", crosses=True, fixed=()):
    """Work on the enquiry began."""

    discussion: UUID
    kind: Section47Kind | None = None


class Section47Text(Sealed):
    """Who agreed what the enquiry found, and why."""

    agreed_by_name: str
    reason: str = ""
    threshold_not_met_because: str = ""


class Section47Concluded(
    Event,
    name="assessment.Section47Concluded",
    crosses=True,
    text=Section47Text,
    fixed=("outcome", "conference_required", "agreed_by_name", "agreed_by_agency"),
):
    """What the enquiry found, agreed by a manager who did not conclude it (A13). Without a conference, A5 ends with it."""

    discussion: UUID
    outcome: Section47Outcome
    conference_required: bool
    agreed_by: UUID
    agreed_by_agency: str | None = None
    """Where it is another than that of who concluded it."""


class ConferenceText(Sealed):
    """Why a conference is asked for."""

    reason: str = ""


class ConferenceRequested(
    Event,
    name="assessment.ConferenceRequested",
    crosses=True,
    text=ConferenceText,
    fixed=("kind", "origin", "section_47"),
):
    """A child protection conference is asked for: the conference service schedules it."""

    kind: ConferenceKind
    origin: ConferenceOrigin
    section_47: UUID | None = None
    """The enquiry that led to it."""
