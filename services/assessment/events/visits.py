"""What referral and assessment tells of visits to a child."""

from services.assessment.codes import Place
from shared.domain.event import Event, Sealed


class VisitText(Sealed):
    """The child's own words, and why the child was not seen, or not alone."""

    words: str
    why_not_alone: str | None = None
    why_not_seen: str | None = None


class ChildSeen(
    Event, name="assessment.ChildSeen", crosses=True, text=VisitText, meets=("A1", "A2"), fixed=()
):
    """A social worker saw the child. Meets A1 by a visit since the harm was identified, and A2 by a visit since the contact was received, where that clock starts."""

    alone: bool
    place: Place


class ChildNotSeen(Event, name="assessment.ChildNotSeen", crosses=True, text=VisitText, fixed=()):
    """A visit at which the child was not seen. Meets nothing."""

    place: Place
