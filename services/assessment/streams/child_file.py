"""A child's own file in referral and assessment: visits. What every team has is added to it.

A visit is of the child, and of whatever is open then: a referral, a plan, an arrangement. Each clock that it answers hears
of it where that runs.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from pydantic import Field, model_validator

from services.assessment.codes import Place
from services.assessment.events import ChildNotSeen, ChildSeen, VisitText
from services.assessment.streams.private_fostering import Arrangement
from services.assessment.streams.referral import Referral
from shared.domain.command import Command, refuse_all
from shared.domain.decider import Context, Per, Stream
from shared.domain.field_errors import refuse_fields
from shared.domain.fields import Distinct, ShortText, Text

if TYPE_CHECKING:  # their decisions take a child's file, and so import this
    from services.assessment.streams.child_in_need_plan import ChildInNeedPlan

FileEvent: TypeAlias = ChildSeen | ChildNotSeen


@dataclass(frozen=True, slots=True)
class ChildFile:
    """Of what was written before, decisions look at when the child was last seen."""

    seen_at: datetime | None = None
    """When the child was last seen, as far as this team recorded it."""


@dataclass(frozen=True, slots=True)
class FileRecord:
    """What a decision takes: the child's file, and what may be open on the child."""

    child_file: ChildFile
    referral: Referral
    private_fostering_arrangement: Arrangement
    child_in_need_plan: "ChildInNeedPlan"


def evolve(state: ChildFile, event: FileEvent) -> ChildFile:
    """The file after one more fact."""
    if not isinstance(event, ChildSeen) or event.happened_at is None:
        return state
    return replace(state, seen_at=max(state.seen_at or event.happened_at, event.happened_at))


class RecordVisit(Command, name="assessment.RecordVisit"):
    """Record a visit: whether each child was seen, alone or why not, and the child's own words (A2)."""

    seen: bool
    alone: bool = False
    why_not_alone: Text | None = None
    why_not_seen: Text | None = None
    words: Text = ""
    place: Place
    present: Distinct[ShortText] = Field(default=(), alias="with")
    observed: Text = ""
    statutory: bool = True
    bedroom_seen: bool | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "RecordVisit":
        refuse_fields(
            ("alone", not self.seen and self.alone, "a child who was not seen was not seen alone"),
            (
                "why_not_seen",
                not self.seen and not (self.why_not_seen or "").strip(),
                "say why the child was not seen",
                "missing",
            ),
        )
        return self


def decide(command: RecordVisit, state: FileRecord, context: Context) -> list[FileEvent]:
    """What follows from a visit. One before the contact was received answers nothing: A2 starts there.

    Raises:
        Refused: A2 for a child seen not alone without a reason, A10 where nothing is open on the child.
    """
    assert context.child is not None
    unborn = context.person(context.child).unborn  # seen means that the mother was seen; alone does not apply
    refuse_all(
        (
            "A2",
            command.seen and not command.alone and not unborn and not (command.why_not_alone or "").strip(),
            "say why the child was not seen alone",
        ),
        (
            "A10",
            not (
                state.referral.is_open
                or state.private_fostering_arrangement.is_open
                or state.child_in_need_plan.runs
            ),
            "the child has no open referral, plan or arrangement: the front door accepts a contact first",
            "no_referral",
        ),
    )
    text = VisitText(
        words=command.words,
        why_not_alone=command.why_not_alone,
        why_not_seen=command.why_not_seen,
        present=command.present or None,
        observed=command.observed or None,
    )
    if not command.seen:
        return [ChildNotSeen(place=command.place, statutory=command.statutory, sealed=text)]
    return [
        ChildSeen(
            alone=command.alone,
            place=command.place,
            statutory=command.statutory,
            bedroom_seen=command.bedroom_seen,
            visit_again_by=context.deadline("A15", context.happened_at),
            sealed=text,
        )
    ]


child_file = Stream(
    name="child_file",
    state=ChildFile(),
    evolve=evolve,
    decide=decide,
    commands=RecordVisit,
    events=FileEvent,
    per=Per.CHILD,
    record=FileRecord,
)
