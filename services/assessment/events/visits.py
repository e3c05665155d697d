"""What referral and assessment tells of visits to a child."""

from typing import Any

from services.assessment.codes import Place
from shared.domain.event import Event, Sealed


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
    version=2,
    crosses=True,
    text=VisitText,
    meets=("A1", "A2"),
    beside={"A1": "referral", "A2": "referral"},
    fixed=(),
):
    """A social worker saw the child. Meets A1 by a visit since the harm was identified, and A2 by a visit since the
    contact was received, where that clock starts.
    """

    alone: bool
    place: Place | None = None
    statutory: bool = True
    """Whether it counts as a visit that law asks for."""
    bedroom_seen: bool | None = None

    @staticmethod
    def upcast_v1_v2(_state: dict[str, Any]) -> None:
        """Of what was not asked before nothing was said; each visit counted."""


class ChildNotSeen(Event, name="assessment.ChildNotSeen", version=2, crosses=True, text=VisitText, fixed=()):
    """A visit at which the child was not seen. Meets nothing."""

    place: Place | None = None
    statutory: bool = True

    @staticmethod
    def upcast_v1_v2(_state: dict[str, Any]) -> None:
        """Of what was not asked before nothing was said; each visit counted."""
