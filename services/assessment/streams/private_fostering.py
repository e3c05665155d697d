"""A private fostering arrangement: visited from when the authority was aware of it, decided on, ended (A9, A16)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeAlias, assert_never
from uuid import UUID

from pydantic import Field, model_validator

from services.assessment.codes import FosteringEnd, Place
from services.assessment.events import (
    ArrangementOpened,
    ChildSeen,
    FosteringDecisionText,
    FosteringEndText,
    FosteringVisitText,
    PrivateFosteringDecided,
    PrivateFosteringEnded,
    PrivateFosteringVisited,
    VisitText,
)
from services.assessment.rules import FIRST_YEAR, LATER_YEARS
from services.assessment.streams.referral.state import Referral
from shared.domain.command import Check, Command, refuse_all
from shared.domain.decider import Context, Per, Stream
from shared.domain.field_errors import refuse_fields
from shared.domain.fields import RequiredText, ShortText, Text
from shared.domain.instants import Instant, local_date
from shared.domain.limits import months_after

ArrangementEvent: TypeAlias = (
    ArrangementOpened | PrivateFosteringVisited | PrivateFosteringDecided | PrivateFosteringEnded
)

_A_YEAR: Final = 12
"""Months after the authority became aware, in which it visits more often."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What decisions on an arrangement need to know."""

    aware_at: datetime | None = None
    ended: bool = False
    visited_by: frozenset[UUID] = frozenset()

    @property
    def is_open(self) -> bool:
        """Whether the child is privately fostered, as far as is known."""
        return self.aware_at is not None and not self.ended


@dataclass(frozen=True, slots=True)
class ArrangementRecord:
    """What a decision takes: the arrangement, and the referral, plan and file on which a visit counts too."""

    private_fostering_arrangement: Arrangement
    referral: Referral
    child_in_need_plan: object
    child_file: object


def evolve(state: Arrangement, event: ArrangementEvent) -> Arrangement:
    """The arrangement after one more fact."""
    match event:
        case ArrangementOpened(aware_at=aware_at):
            return replace(state, aware_at=aware_at)
        case PrivateFosteringVisited(visited_by=who):
            return replace(state, visited_by=state.visited_by | {who})
        case PrivateFosteringEnded():
            return replace(state, ended=True)
        case PrivateFosteringDecided():
            return state
        case _:
            assert_never(event)


class OpenArrangement(Command, name="assessment.OpenArrangement", opens=True, internal=True):
    """The front door was told of a privately fostered child (A9): visits are due from when the authority was aware."""

    contact: UUID | None = None
    aware_at: Instant


class RecordPrivateFosteringVisit(Command, name="assessment.RecordPrivateFosteringVisit"):
    """Record a visit to a privately fostered child: child and carer seen or not, alone or why not (A9). A child who was seen
    was visited in every other sense too.
    """

    seen: bool
    alone: bool = False
    why_not_alone: Text | None = None
    words: Text = ""
    carer_seen: bool
    parent_contacted: bool | None = None
    place: Place | None = None
    concerns: Text = ""
    why_not_seen: Text = ""

    @model_validator(mode="after")
    def _consistent(self) -> "RecordPrivateFosteringVisit":
        refuse_fields(("alone", not self.seen and self.alone, "a child who was not seen was not seen alone"))
        return self


class DecidePrivateFostering(Command, name="assessment.DecidePrivateFostering"):
    """Decide whether an arrangement is suitable, and what is required or prohibited (A16)."""

    suitable: bool
    parents_contacted: bool
    why_not_contacted: Text = ""
    requirements: tuple[RequiredText, ...] = Field(default=(), max_length=100)
    prohibition: bool = False
    dbs_checked: bool | None = None
    reason: RequiredText


class EndPrivateFostering(Command, name="assessment.EndPrivateFostering"):
    """Record that a private fostering arrangement is over, and with whom the child is now."""

    reason: FosteringEnd
    child_now_with: ShortText | None = None


ArrangementCommand: TypeAlias = (
    OpenArrangement | RecordPrivateFosteringVisit | DecidePrivateFostering | EndPrivateFostering
)


def decide(
    command: ArrangementCommand, record: ArrangementRecord, context: Context
) -> Sequence[ArrangementEvent | ChildSeen]:
    """What follows from a command on a private fostering arrangement.

    Raises:
        Refused: A9 where none is open (or one is: `already_open`), and for a child seen not alone without a reason; A16 for
            a decision without the parents and without a reason, or by who visited.
    """
    state = record.private_fostering_arrangement
    match command:
        case OpenArrangement():
            return open_arrangement(command, state, context)
        case RecordPrivateFosteringVisit():
            return record_visit(command, state, context)
        case DecidePrivateFostering():
            return decide_fostering(command, state, context)
        case EndPrivateFostering(reason=reason, child_now_with=now_with):
            refuse_all(_none_open(state))
            text = FosteringEndText(child_now_with=now_with or "")
            return [PrivateFosteringEnded(reason=reason, sealed=text)]
        case _:
            assert_never(command)


def open_arrangement(
    command: OpenArrangement, state: Arrangement, context: Context
) -> list[ArrangementEvent | ChildSeen]:
    """Open it, where none runs."""
    refuse_all(
        (
            "A9",
            state.is_open,
            "an arrangement is open: look at what the new notice adds to it",
            "already_open",
        )
    )
    return [
        ArrangementOpened(
            contact=command.contact,
            aware_at=command.aware_at,
            visit_by=context.deadline("A9", command.aware_at),
            decide_by=context.deadline("A16", command.aware_at),
        )
    ]


def record_visit(
    command: RecordPrivateFosteringVisit, state: Arrangement, context: Context
) -> list[ArrangementEvent | ChildSeen]:
    """The visit, the time until the next one, and that the child was seen."""
    refuse_all(
        (
            "A9",
            command.seen and not command.alone and not (command.why_not_alone or "").strip(),
            "say why the child was not seen alone",
        ),
        _none_open(state),
    )
    visited = PrivateFosteringVisited(
        seen=command.seen,
        carer_seen=command.carer_seen,
        parent_contacted=command.parent_contacted,
        visited_by=context.actor.id,
        next_visit_by=context.deadline("A9", context.happened_at, stage=_stage(state, context)),
        sealed=FosteringVisitText(concerns=command.concerns, why_not_seen=command.why_not_seen),
    )
    if not command.seen:
        return [visited]
    text = VisitText(words=command.words, why_not_alone=command.why_not_alone)
    seen = ChildSeen(
        alone=command.alone,
        place=command.place,
        visit_again_by=context.deadline("A15", context.happened_at),
        sealed=text,
    )
    return [visited, seen]


def _stage(state: Arrangement, context: Context) -> str:
    """Which time runs until the next visit: by whether this one fell in the first year since the authority was aware."""
    assert state.aware_at is not None
    anniversary = months_after(local_date(state.aware_at), _A_YEAR)
    return FIRST_YEAR if local_date(context.happened_at) < anniversary else LATER_YEARS


def decide_fostering(
    command: DecidePrivateFostering, state: Arrangement, context: Context
) -> list[ArrangementEvent | ChildSeen]:
    """Decided, with the parents heard or why not, by somebody other than who visited."""
    refuse_all(
        _none_open(state),
        (
            "A16",
            not command.parents_contacted and not command.why_not_contacted.strip(),
            "contact the parents before it is decided, or say why they could not be",
        ),
        (
            "A16",
            context.actor.id in state.visited_by,
            "whoever visited does not decide alone: ask another manager",
        ),
    )
    return [
        PrivateFosteringDecided(
            suitable=command.suitable,
            parents_contacted=command.parents_contacted,
            prohibition=command.prohibition,
            dbs_checked=command.dbs_checked,
            sealed=FosteringDecisionText(
                reason=command.reason,
                requirements=command.requirements,
                why_not_contacted=command.why_not_contacted,
            ),
        )
    ]


def _none_open(state: Arrangement) -> Check:
    return "A9", not state.is_open, "the child is not privately fostered, as far as is known: notify it first"


private_fostering_arrangement = Stream(
    name="private_fostering_arrangement",
    state=Arrangement(),
    evolve=evolve,
    decide=decide,
    commands=ArrangementCommand,
    events=ArrangementEvent,
    per=Per.EPISODE,
    opened_by=(ArrangementOpened,),
    is_open=lambda state: state.is_open,
    record=ArrangementRecord,
    clocks=("A9", "A16"),
)
