"""Records that may be of one person: flagged with reasons and a score, by the service or a person; dismissed by a manager.

Both records keep it, so that whoever opens either finds the other. Whether they are one, only a person decides (MergePeople).
"""

from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator

from services.people.codes import MergeReason
from services.people.events import DismissedText, DuplicateDismissed, PossibleDuplicateFlagged
from services.people.streams.person.state import Person, PersonEvent
from shared.domain.command import Command, refuse_all
from shared.domain.decider import Context
from shared.domain.field_errors import refuse_fields
from shared.domain.fields import Distinct, RequiredText


class _OfTwo(Command):
    @model_validator(mode="after")
    def _two(self) -> "_OfTwo":
        others = len(set(self.about)) != len(self.about) or len(self.about) != 2
        refuse_fields(("about", others, "name the two records, both of them and no other"))
        return self


class FlagPossibleDuplicate(_OfTwo, name="people.FlagPossibleDuplicate"):
    """Say that the two records in `about` may be of one person, and why. The service says it too, of whom it finds alike."""

    reasons: Distinct[MergeReason] = Field(min_length=1)
    score: Annotated[int, Field(ge=0, le=100)] | None = None


class DismissDuplicate(_OfTwo, name="people.DismissDuplicate"):
    """A manager has looked: the two records in `about` are of two people. Nothing flags them again but a person."""

    reason: RequiredText


def flag_possible_duplicate(
    command: FlagPossibleDuplicate, state: Person, context: Context
) -> list[PersonEvent]:
    """Flag it. Once dismissed it is flagged again by a person alone; said again for the same reasons it is already so."""
    other = _other(command, context)
    dismissed = other in state.dismissed and context.actor.role == "service"
    merged = state.same is not None and other in state.same.ids
    if dismissed or merged or state.flagged.get(other) == frozenset(command.reasons):
        return []
    return [PossibleDuplicateFlagged(other=other, reasons=command.reasons, score=command.score)]


def dismiss_duplicate(command: DismissDuplicate, state: Person, context: Context) -> list[PersonEvent]:
    """They are two. Said again it is already so."""
    other = _other(command, context)
    if other in state.dismissed:
        return []
    refuse_all(
        (
            "people",
            other not in state.flagged,
            "nobody flagged these two as a possible duplicate: there is nothing to dismiss",
        )
    )
    return [DuplicateDismissed(other=other, sealed=DismissedText(reason=command.reason))]


def _other(command: Command, context: Context) -> UUID:
    (other,) = set(command.about) - {context.thing}
    return other
