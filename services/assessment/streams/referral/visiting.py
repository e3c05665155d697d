"""Visiting a child: whether they were seen, alone or why not, and their own words."""

from pydantic import model_validator

from services.assessment.codes import Place
from services.assessment.events import ChildNotSeen, ChildSeen, VisitText
from services.assessment.streams.referral.state import Referral, ReferralEvent, none_open
from shared.domain.command import Command, refuse_all
from shared.domain.fields import Text


class RecordVisit(Command, name="assessment.RecordVisit"):
    """Record a visit: whether each child was seen, alone or why not, and the child's own words (A2)."""

    seen: bool
    alone: bool = False
    why_not_alone: Text | None = None
    why_not_seen: Text | None = None
    words: Text = ""
    place: Place

    @model_validator(mode="after")
    def _consistent(self) -> "RecordVisit":
        if not self.seen and self.alone:
            raise ValueError("a child who was not seen was not seen alone")
        if not self.seen and not (self.why_not_seen or "").strip():
            raise ValueError("say in `why_not_seen` why the child was not seen")
        return self


def record_visit(command: RecordVisit, state: Referral) -> list[ReferralEvent]:
    """Record whether the child was seen. A visit before the contact was received answers nothing: A2 starts there."""
    refuse_all(
        (
            "A2",
            command.seen and not command.alone and not (command.why_not_alone or "").strip(),
            "say why the child was not seen alone",
        ),
        none_open(state),
    )
    text = VisitText(
        words=command.words, why_not_alone=command.why_not_alone, why_not_seen=command.why_not_seen
    )
    if not command.seen:
        return [ChildNotSeen(place=command.place, sealed=text)]
    return [ChildSeen(alone=command.alone, place=command.place, sealed=text)]
