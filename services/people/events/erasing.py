"""What the index of people tells of keeping and erasing: holds, proposals, and that a person was erased."""

from typing import ClassVar
from uuid import UUID

from services.people.codes import ErasureBasis, HoldKind
from shared.domain.event import Event, Sealed
from shared.domain.instants import Day


class HoldText(Sealed):
    """Why it has to be kept, or need no longer be."""

    reason: str


class HoldPlaced(Event, name="people.HoldPlaced", text=HoldText, fixed=("hold", "kind", "until")):
    """Whatever a retention period or a request says, this record is kept: for an inquiry, proceedings, a complaint."""

    UNDONE_BY: ClassVar[str] = "lift the hold, and say why (people.LiftHold)"

    hold: UUID
    """The command that placed it, by which it is lifted."""
    kind: HoldKind
    until: Day | None = None
    """The last day on which it holds; None: until it is lifted."""


class HoldLifted(Event, name="people.HoldLifted", text=HoldText, fixed=("hold",)):
    """A hold holds no longer."""

    UNDONE_BY: ClassVar[str] = "place the hold again (people.PlaceHold)"

    hold: UUID
    """The command that placed it."""


class ErasureText(Sealed):
    """Why, as it was decided. It goes with the rest: the basis, who and when stay."""

    reason: str


class ErasureProposed(Event, name="people.ErasureProposed", text=ErasureText, fixed=("basis", "by")):
    """A manager found that a person is to be erased. Another has to confirm it: nothing brings the words back."""

    UNDONE_BY: ClassVar[str] = "withdraw the proposal (people.WithdrawErasure)"

    basis: ErasureBasis
    by: UUID
    """Who proposed it: somebody else confirms it."""


class ErasureWithdrawn(Event, name="people.ErasureWithdrawn", text=ErasureText, fixed=()):
    """The person is not to be erased after all."""

    UNDONE_BY: ClassVar[str] = "propose it again (people.ProposeErasure)"


class SubjectErased(
    Event, name="people.SubjectErased", crosses=True, fixed=("basis", "proposed_by", "people")
):
    """A person was erased: every service destroys their keys, and what could be tried out for their words.

    Said on each id that the person goes by (`people`). What stays is open: ids, codes, dates, who acted, and that a manager
    proposed it (`proposed_by`) and another, the actor of this event, confirmed it.
    """

    UNDONE_BY: ClassVar[str] = "nothing brings it back: register who they are as somebody new"

    basis: ErasureBasis
    proposed_by: UUID
    people: tuple[UUID, ...]
