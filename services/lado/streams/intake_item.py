"""What the front door sent: it waits for its notification to be taken in. A thing, for each child; its id is the contact's."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeAlias, assert_never
from uuid import UUID

from pydantic import Field

from services.lado.events import IntakeItemIsOf, IntakeItemPlaced, IntakeItemTaken, IntakeText
from shared.domain.code_lists import ReferralSource
from shared.domain.command import Command
from shared.domain.decider import Context, Stream
from shared.domain.fields import Text
from shared.domain.instants import Instant

IntakeEvent: TypeAlias = IntakeItemPlaced | IntakeItemIsOf | IntakeItemTaken


@dataclass(frozen=True)
class IntakeItem:
    """What decisions need of it."""

    received_at: datetime | None = None
    children: tuple[UUID, ...] = ()
    """On the stream about no child: of whom the contact is."""
    allegations: Mapping[UUID, UUID] = field(default_factory=dict)
    """The allegations that were opened of it: one for each adult, by the keyed digest of the name."""


def evolve(state: IntakeItem, event: IntakeEvent) -> IntakeItem:
    """It after one more fact."""
    match event:
        case IntakeItemPlaced(received_at=received_at):
            return replace(state, received_at=received_at)
        case IntakeItemIsOf(children=children):
            return replace(state, children=tuple(dict.fromkeys((*state.children, *children))))
        case IntakeItemTaken(adult=adult, allegation=allegation):
            return replace(state, allegations={**state.allegations, adult: allegation})
        case _:
            assert_never(event)


class PlaceIntakeItem(Command, name="lado.PlaceIntakeItem", opens=True, internal=True):
    """The front door routed a contact to the LADO."""

    contact: UUID
    routed_at: Instant
    received_at: Instant
    source: ReferralSource
    referrer_agency: str | None = None
    rationale: Text = Field(default="", repr=False)

    def own_id(self) -> UUID:
        """The contact's id: by it the notification is addressed."""
        return self.contact

    def about_strangers(self) -> bool:
        """It is noted on the stream about no child too, whom it is about."""
        return True


IntakeCommand: TypeAlias = PlaceIntakeItem


def decide(command: IntakeCommand, state: IntakeItem, context: Context) -> list[IntakeEvent]:
    """Placed once: routed again, after a daily meeting, it is the same."""
    if context.child is None:
        new = tuple(each for each in command.about if each not in state.children)
        return [IntakeItemIsOf(children=new)] if new else []
    if state.received_at is not None:
        return []
    return [
        IntakeItemPlaced(
            contact=command.contact,
            routed_at=command.routed_at,
            received_at=command.received_at,
            source=command.source,
            referrer_agency=command.referrer_agency,
            sealed=IntakeText(rationale=command.rationale),
        )
    ]


intake_item = Stream(
    name="intake_item",
    state=IntakeItem(),
    evolve=evolve,
    decide=decide,
    commands=IntakeCommand,
    events=IntakeEvent,
    childless=True,
    joined=lambda state: state.children,
)
