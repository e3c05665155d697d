"""What referral and assessment tells of private fostering: visited, decided, ended."""

from typing import Annotated
from uuid import UUID

from services.assessment.codes import FosteringEnd
from shared.domain.event import Event, Sealed
from shared.domain.instants import Instant
from shared.domain.marks import Starts
from shared.domain.rules import Deadline


class ArrangementOpened(Event, name="assessment.ArrangementOpened", fixed=("aware_at",)):
    """The front door told of a child who is privately fostered. Starts A9 and A16 from when the authority was aware."""

    contact: UUID | None = None
    aware_at: Instant
    visit_by: Annotated[Deadline, Starts("A9", of="aware_at")]
    decide_by: Annotated[Deadline, Starts("A16", of="aware_at")]


class FosteringVisitText(Sealed):
    """What the visit showed of the arrangement."""

    concerns: str = ""
    why_not_seen: str = ""


class PrivateFosteringVisited(
    Event,
    name="assessment.PrivateFosteringVisited",
    crosses=True,
    text=FosteringVisitText,
    meets=("A9",),
    continues=("A9",),
    fixed=("visited_by",),
):
    """A social worker visited a privately fostered child. Meets A9, and starts the time until the next visit."""

    seen: bool
    carer_seen: bool
    parent_contacted: bool | None = None
    visited_by: UUID
    next_visit_by: Annotated[Deadline, Starts("A9")]


class FosteringDecisionText(Sealed):
    """Why it is suitable or not, what is required, and why the parents were not reached."""

    reason: str
    requirements: tuple[str, ...] = ()
    why_not_contacted: str = ""


class PrivateFosteringDecided(
    Event,
    name="assessment.PrivateFosteringDecided",
    crosses=True,
    text=FosteringDecisionText,
    meets=("A16",),
    fixed=("suitable", "prohibition"),
):
    """A manager decided whether the arrangement is suitable, and what is required or prohibited. Meets A16."""

    suitable: bool
    parents_contacted: bool
    prohibition: bool = False
    dbs_checked: bool | None = None


class FosteringEndText(Sealed):
    """With whom the child is now."""

    child_now_with: str = ""


class PrivateFosteringEnded(
    Event,
    name="assessment.PrivateFosteringEnded",
    crosses=True,
    text=FosteringEndText,
    ends=("A9", "A16"),
    fixed=("reason",),
):
    """The arrangement is over, and with it its clocks."""

    reason: FosteringEnd
