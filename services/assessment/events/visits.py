"""What referral and assessment tells of visits to a child."""

from typing import Annotated, Any

from services.assessment.codes import Place
from shared.domain.event import Event, Sealed
from shared.domain.marks import Starts
from shared.domain.rules import Deadline


class VisitText(Sealed):
    """The child's own words, and why the child was not seen, or not alone."""

    words: str
    why_not_alone: str | None = None
    why_not_seen: str | None = None
    present: tuple[str, ...] | None = None
    """Who was there beside the child."""
    observed: str | None = None


class ChildSeen(
    Event,
    name="assessment.ChildSeen",
    version=3,
    crosses=True,
    text=VisitText,
    meets=("A1", "A2", "A15"),
    continues=("A15",),
    beside={"A1": "referral", "A2": "referral", "A15": "child_in_need_plan"},
    fixed=(),
):
    """A social worker saw the child. Meets A1 by a visit since the harm was identified, A2 by a visit since the contact was
    received, where that clock starts, and A15 while a child-in-need plan runs: then the next visit is due from this one.
    """

    alone: bool
    place: Place | None = None
    statutory: bool = True
    """Whether it counts as a visit that law asks for."""
    bedroom_seen: bool | None = None
    visit_again_by: Annotated[Deadline, Starts("A15")] | None = None
    """Of a child with a child-in-need plan; of any other it means nothing."""

    @staticmethod
    def upcast_v1_v2(_state: dict[str, Any]) -> None:
        """Of what was not asked before nothing was said; each visit counted."""

    @staticmethod
    def upcast_v2_v3(_state: dict[str, Any]) -> None:
        """No plan was kept before, and no visit to one was due."""


class ChildNotSeen(Event, name="assessment.ChildNotSeen", version=2, crosses=True, text=VisitText, fixed=()):
    """A visit at which the child was not seen. Meets nothing."""

    place: Place | None = None
    statutory: bool = True

    @staticmethod
    def upcast_v1_v2(_state: dict[str, Any]) -> None:
        """Of what was not asked before nothing was said; each visit counted."""
