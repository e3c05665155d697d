"""What the index of people keeps of records that may be of one person. It stays inside: other teams hear of a merge alone."""

from uuid import UUID

from services.people.codes import MergeReason
from shared.domain.event import Event, Sealed


class PossibleDuplicateFlagged(
    Event, name="people.PossibleDuplicateFlagged", fixed=("other", "reasons", "score")
):
    """This record and another may be of one person."""

    other: UUID
    reasons: tuple[MergeReason, ...]
    score: int | None = None
    """How alike they are, from 0 to 100; None: a person said it, and gave no figure."""


class DismissedText(Sealed):
    """Why they are two."""

    reason: str


class DuplicateDismissed(Event, name="people.DuplicateDismissed", text=DismissedText, fixed=("other",)):
    """A manager looked: this record and the other are of two people."""

    other: UUID
